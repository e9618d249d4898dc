/*
 * packed_simd.h: doubles that stand one after another without those that are NULL.
 *
 * PostgreSQL keeps rows and arrays so: a bitmap says which values are present,
 * bit i % 8 of byte i / 8 for value i, and only those have bytes.
 *
 * Runs with AVX2 where the processor has it, else in portable C, with the same result.
 */
#ifndef ORCHARD_KERNEL_DATASET_PACKED_SIMD_H
#define ORCHARD_KERNEL_DATASET_PACKED_SIMD_H

#include <stdbool.h>
#include <stdint.h>

#define PACKED_BITS 32 /* of the bitmap at a time */

/* Bits first .. first + n - 1 of the bitmap, n <= PACKED_BITS; reads no byte beyond the last of them. */
static inline uint64_t
packed_bits(const uint8_t *present, int32_t first, int32_t n)
{
	const uint8_t *byte = present + first / 8;
	const uint8_t *last = present + (first + n - 1) / 8;
	uint64_t bits = 0;
	int32_t shift;

	for (shift = 0; byte <= last; shift += 8)
		bits |= (uint64_t) *byte++ << shift;
	return bits >> (first % 8) & ((UINT64_C(1) << n) - 1);
}

/* How many of bits first .. first + n - 1 are 1. */
static inline int32_t
packed_count(const uint8_t *present, int32_t first, int32_t n)
{
	int32_t count = 0;

	while (n > 0)
	{
		int32_t taken = n < PACKED_BITS ? n : PACKED_BITS;
		uint64_t bits = packed_bits(present, first, taken);

		bits -= bits >> 1 & UINT64_C(0x5555555555555555);
		bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
		bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
		count += (int32_t) ((bits * UINT64_C(0x0101010101010101)) >> 56);
		first += taken;
		n -= taken;
	}
	return count;
}

/*
 * packed_read
 *		to[i] = value first + i of the bitmap when it is present, else fill[i], for i < n.
 *
 * from: the first that is present of them, at any alignment; read as far as they
 * go.  present: NULL when all are.  to does not overlap the others.
 *
 * Returns whether all that are present are finite.
 */
extern bool packed_read(double *to, const double *fill, const void *from, const uint8_t *present,
						int32_t first, int32_t n);

/* The same by the portable code, for tests. */
extern bool packed_read_portable(double *to, const double *fill, const void *from,
								 const uint8_t *present, int32_t first, int32_t n);

#endif /* ORCHARD_KERNEL_DATASET_PACKED_SIMD_H */
