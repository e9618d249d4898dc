/*
 * row_hash_simd.h: the hashes of rows, a column at a time.
 *
 * Compiled for AVX-512, AVX2 and the baseline, chosen at run time; all give the same hashes.
 */
#ifndef ORCHARD_KERNEL_TREE_ROW_HASH_SIMD_H
#define ORCHARD_KERNEL_TREE_ROW_HASH_SIMD_H

#include <stdint.h>
#include <string.h>

#define MISSING_HASH UINT64_C(0x6d697373696e6721) /* what stands for a missing value */

/* A number as 64 bits that are the same for equal numbers and for all that are missing. */
static inline uint64_t
number_bits(double x)
{
	uint64_t bits;
	double canonical = x + 0.0; /* -0 is 0 */

	memcpy(&bits, &canonical, sizeof(bits));
	return x == x ? bits : MISSING_HASH;
}

/* A row's hash with one more value. */
static inline uint64_t
row_hash_add(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15) ^ hash >> 29;
}

/* Adds a column of numbers to the hashes of n rows. */
extern void row_hash_numbers(uint64_t *hash, const double *column, int32_t n);

/* hash[i] = hash_mix(hash[i]). */
extern void row_hash_mix(uint64_t *hash, int32_t n);

/* The form of any processor, for tests. */
extern void row_hash_numbers_portable(uint64_t *hash, const double *column, int32_t n);
extern void row_hash_mix_portable(uint64_t *hash, int32_t n);

#endif /* ORCHARD_KERNEL_TREE_ROW_HASH_SIMD_H */
