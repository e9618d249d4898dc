/*
 * part_simd.h: parting the rows of a node by the bin of one slot.
 *
 * With AVX-512 sixteen rows at a time; any other processor takes the plain loop.  Either
 * gives the same.
 */
#ifndef ORCHARD_KERNEL_TREE_PART_SIMD_H
#define ORCHARD_KERNEL_TREE_PART_SIMD_H

#include <stdint.h>

#define PART_CODES 256 /* entries of goes_left */

/*
 * part_narrow
 *		Parts n rows stably: those that go left into left, the others into right.
 *
 * codes: the slot's bin of every row.  goes_left: 0 or 1 for each of PART_CODES codes.
 * from: the rows' numbers.  left has room for n and may be from, or begin before it; right has room
 * for n + 1 and lies apart.  Of both, what is behind the rows that went there is not defined.
 *
 * Returns how many went left.
 */
extern int32_t part_narrow(const uint8_t *codes, const uint8_t *goes_left, const int32_t *from,
						   int32_t n, int32_t *left, int32_t *right);

/* The same for codes of two bytes, of which goes_left has as many as occur. */
extern int32_t part_wide(const uint16_t *codes, const uint8_t *goes_left, const int32_t *from,
						 int32_t n, int32_t *left, int32_t *right);

/* part_narrow by the plain loop, for tests. */
extern int32_t part_narrow_portable(const uint8_t *codes, const uint8_t *goes_left,
									const int32_t *from, int32_t n, int32_t *left, int32_t *right);

#endif /* ORCHARD_KERNEL_TREE_PART_SIMD_H */
