/*
 * row_hash_simd.c: products of 64 bits side by side.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "kernel/tree/row_hash_simd.h"

#include "kernel/base/hash.h"
#include "kernel/base/variants.h"

#define INLINE static inline __attribute__((always_inline))

INLINE void
add_numbers(uint64_t *restrict hash, const double *restrict column, int32_t n)
{
	int32_t i;

	for (i = 0; i < n; i++)
		hash[i] = row_hash_add(hash[i], number_bits(column[i]));
}

INLINE void
mix(uint64_t *hash, int32_t n)
{
	int32_t i;

	for (i = 0; i < n; i++)
		hash[i] = hash_mix(hash[i]);
}

#define VARIANT(name, attributes) \
	attributes static void add_numbers_##name(uint64_t *hash, const double *column, int32_t n) \
	{ \
		add_numbers(hash, column, n); \
	} \
	attributes static void mix_##name(uint64_t *hash, int32_t n) \
	{ \
		mix(hash, n); \
	}

VARIANTS

void
row_hash_numbers_portable(uint64_t *hash, const double *column, int32_t n)
{
	add_numbers_portable(hash, column, n);
}

void
row_hash_mix_portable(uint64_t *hash, int32_t n)
{
	mix_portable(hash, n);
}

void
row_hash_numbers(uint64_t *hash, const double *column, int32_t n)
{
	VARIANT_CALL(add_numbers, hash, column, n);
}

void
row_hash_mix(uint64_t *hash, int32_t n)
{
	VARIANT_CALL(mix, hash, n);
}
