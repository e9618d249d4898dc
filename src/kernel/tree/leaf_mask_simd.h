/*
 * leaf_mask_simd.h: the two loops over leaf masks, in the widest form the processor has.
 *
 * Every form gives the same bits: lane t % 8 gets the trees in order.
 */
#ifndef ORCHARD_KERNEL_TREE_LEAF_MASK_SIMD_H
#define ORCHARD_KERNEL_TREE_LEAF_MASK_SIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MASK_LINE 64 /* bytes: masks of 16 or 8 trees */

/* The lowest bit of mask t. */
static inline size_t
leaf_mask_lowest(const uint8_t *masks, int32_t width, int32_t t)
{
	uint64_t wide;
	uint32_t narrow;

	if (width == 32)
	{
		memcpy(&narrow, masks + 4 * (size_t) t, sizeof(narrow));
		return (size_t) __builtin_ctz(narrow);
	}
	memcpy(&wide, masks + 8 * (size_t) t, sizeof(wide));
	return (size_t) __builtin_ctzll(wide);
}

/*
 * leaf_mask_and
 *		Line l of `to` = the AND of lines[r][places[r][l]] over n slots r, all ones without slots.
 *
 * lines: of 64 bytes.  to: n_lines * 64 bytes.
 */
extern void leaf_mask_and(uint8_t *to, const uint16_t *const *places, const uint8_t *const *lines,
						  int32_t n, int32_t n_lines);

/*
 * lanes[t % 8] += values[t * width + the lowest bit of mask t], for t < n_trees, a multiple of 8.
 *
 * masks: of width 32 or 64 bits, none 0.
 */
extern void leaf_mask_sum(double lanes[8], const uint8_t *masks, int32_t width,
						  const double *values, int32_t n_trees);

/* The same by the portable code, for tests. */
extern void leaf_mask_and_portable(uint8_t *to, const uint16_t *const *places,
								   const uint8_t *const *lines, int32_t n, int32_t n_lines);
extern void leaf_mask_sum_portable(double lanes[8], const uint8_t *masks, int32_t width,
								   const double *values, int32_t n_trees);

/* And by the code for AVX2, where there is that. */
extern void leaf_mask_and_avx2(uint8_t *to, const uint16_t *const *places,
							   const uint8_t *const *lines, int32_t n, int32_t n_lines);
extern void leaf_mask_sum_avx2(double lanes[8], const uint8_t *masks, int32_t width,
							   const double *values, int32_t n_trees);

#endif /* ORCHARD_KERNEL_TREE_LEAF_MASK_SIMD_H */
