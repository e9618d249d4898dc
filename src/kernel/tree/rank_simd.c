/*
 * rank_simd.c: counting in blocks of thresholds for AVX-512, AVX2 and any processor.
 */
#include "kernel/tree/rank_simd.h"

#include <math.h>

#include "kernel/base/cpu.h"

/* Values of the level above n values: one a block, without the last. */
static size_t
above(size_t n)
{
	return n / RANK_BLOCK;
}

size_t
rank_room(size_t n)
{
	size_t blocks = 0;

	for (; n >= RANK_BLOCK; n = above(n))
		blocks += above(n) + 1;
	return (blocks + 1) * RANK_BLOCK;
}

void
rank_begin(RankSearch *search, int32_t slot, const double *thresholds, size_t n, double *blocks)
{
	size_t step = 1; /* thresholds from one value of the level to the next */
	size_t at = rank_room(n);
	size_t i;
	int32_t levels = 1;
	int32_t k;

	for (i = n; i >= RANK_BLOCK; i = above(i))
		levels++;
	*search = (RankSearch){.slot = slot, .n_levels = levels};
	for (k = levels - 1; k >= 0; k--)
	{
		size_t room = (above(n) + 1) * RANK_BLOCK;

		at -= room;
		search->level[k] = blocks + at;
		for (i = 0; i < room; i++)
			blocks[at + i] = i < n ? thresholds[(i + 1) * step - 1] : INFINITY;
		n = above(n);
		step *= RANK_BLOCK;
	}
}

void
rank_find_portable(const RankSearch *searches, int32_t n, const double *vector, size_t *ranks)
{
	int32_t i;
	int32_t k;
	int32_t j;

	for (i = 0; i < n; i++)
	{
		const RankSearch *search = &searches[i];
		double value = vector[search->slot];
		size_t rank = 0;

		for (k = 0; k < search->n_levels; k++)
		{
			const double *block = search->level[k] + rank * RANK_BLOCK;
			size_t below = 0;

			for (j = 0; j < RANK_BLOCK; j++)
				below += block[j] < value;
			rank = rank * RANK_BLOCK + below;
		}
		ranks[i] = rank;
	}
}

#if defined(__x86_64__)
#include <immintrin.h>

/* How many of four are less. */
__attribute__((target("avx2,popcnt"))) static inline size_t
below_of_four(const double *block, __m256d value)
{
	return (size_t) _mm_popcnt_u32(
		(unsigned) _mm256_movemask_pd(_mm256_cmp_pd(_mm256_loadu_pd(block), value, _CMP_LT_OQ)));
}

__attribute__((target("avx2,popcnt"))) void
rank_find_avx2(const RankSearch *searches, int32_t n, const double *vector, size_t *ranks)
{
	int32_t i;
	int32_t k;

	for (i = 0; i < n; i++)
	{
		const RankSearch *search = &searches[i];
		__m256d value = _mm256_set1_pd(vector[search->slot]);
		size_t rank = 0;

		for (k = 0; k < search->n_levels; k++)
		{
			const double *block = search->level[k] + rank * RANK_BLOCK;

			rank = rank * RANK_BLOCK + below_of_four(block, value) +
				below_of_four(block + 4, value) + below_of_four(block + 8, value) +
				below_of_four(block + 12, value);
		}
		ranks[i] = rank;
	}
}

#define AVX512 "avx2,popcnt,avx512f,avx512bw,avx512dq,avx512vl"

/* How many of a block are less. */
__attribute__((target(AVX512))) static inline size_t
below_of_block(const double *block, __m512d value)
{
	__mmask8 low = _mm512_cmp_pd_mask(_mm512_loadu_pd(block), value, _CMP_LT_OQ);
	__mmask8 high = _mm512_cmp_pd_mask(_mm512_loadu_pd(block + 8), value, _CMP_LT_OQ);

	return (size_t) _mm_popcnt_u32(_mm512_kunpackb(high, low));
}

__attribute__((target(AVX512))) static void
find_avx512(const RankSearch *searches, int32_t n, const double *vector, size_t *ranks)
{
	int32_t i;
	int32_t k;

	for (i = 0; i < n; i++)
	{
		const RankSearch *search = &searches[i];
		__m512d value = _mm512_set1_pd(vector[search->slot]);
		size_t rank = below_of_block(search->level[0], value);

		for (k = 1; k < search->n_levels; k++)
			rank = rank * RANK_BLOCK + below_of_block(search->level[k] + rank * RANK_BLOCK, value);
		ranks[i] = rank;
	}
}

void
rank_find(const RankSearch *searches, int32_t n, const double *vector, size_t *ranks)
{
	if (cpu_has_avx512() && cpu_has_avx2())
		find_avx512(searches, n, vector, ranks);
	else if (cpu_has_avx2())
		rank_find_avx2(searches, n, vector, ranks);
	else
		rank_find_portable(searches, n, vector, ranks);
}

#else

void
rank_find_avx2(const RankSearch *searches, int32_t n, const double *vector, size_t *ranks)
{
	rank_find_portable(searches, n, vector, ranks);
}

void
rank_find(const RankSearch *searches, int32_t n, const double *vector, size_t *ranks)
{
	rank_find_portable(searches, n, vector, ranks);
}

#endif
