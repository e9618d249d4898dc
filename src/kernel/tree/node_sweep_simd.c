/*
 * node_sweep_simd.c: sweeps for AVX-512 with byte permutations, and any processor.
 */
#include "kernel/tree/node_sweep_simd.h"

#include <string.h>

#include "kernel/base/cpu.h"

void
node_sweep_walk_portable(const SweepTables *tables, const uint8_t *bytes, double lanes[8])
{
	const SweepStep *step = tables->steps;
	int32_t g;
	int32_t j;
	int t;

	memset(lanes, 0, 8 * sizeof(double));
	for (g = 0; g < tables->n_groups; g++)
	{
		uint8_t *leaves = tables->leaves + (size_t) g * SWEEP_TREES;

		memset(leaves, 0, SWEEP_TREES);
		for (j = 0; j < tables->counts[g]; j++, step++)
		{
			for (t = 0; t < SWEEP_TREES; t++)
			{
				bool is_right = bytes[step->places[t]] > step->codes[t];

				leaves[t] = is_right && step->first[t] <= leaves[t] ? (uint8_t) (j + 1) : leaves[t];
			}
		}
	}
	for (t = 0; t < tables->n_trees; t++)
		lanes[t % 8] += tables->values[(size_t) t * (size_t) tables->width + tables->leaves[t]];
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi"

/* The leaf of each tree of a group, from n steps. */
__attribute__((target(AVX512))) static inline __m512i
sweep_group(const SweepStep *step, int32_t n, __m512i low, __m512i high)
{
	const __m512i one = _mm512_set1_epi8(1);
	const SweepStep *end = step + n;
	__m512i leaf = _mm512_setzero_si512();
	__m512i next = one;

	for (; step < end; step++)
	{
		__m512i byte = _mm512_permutex2var_epi8(low, _mm512_load_si512(step->places), high);
		__mmask64 right = _mm512_cmpgt_epu8_mask(byte, _mm512_load_si512(step->codes));

		right = _mm512_mask_cmple_epu8_mask(right, _mm512_load_si512(step->first), leaf);
		leaf = _mm512_mask_mov_epi8(leaf, right, next);
		next = _mm512_add_epi8(next, one);
	}
	return leaf;
}

/* The values of two leaves. */
static inline __m128d
load_pair(const double *values, size_t width, const uint8_t *leaves)
{
	return _mm_loadh_pd(_mm_load_sd(values + leaves[0]), values + width + leaves[1]);
}

/* The sums of all trees' values, pair by pair: gathers are slower. */
static inline void
add_pairs(const SweepTables *tables, double lanes[8])
{
	size_t width = (size_t) tables->width;
	const uint8_t *leaves = tables->leaves;
	const uint8_t *end = leaves + tables->n_trees;
	const double *values = tables->values;
	__m128d sums[4] = {_mm_setzero_pd(), _mm_setzero_pd(), _mm_setzero_pd(), _mm_setzero_pd()};
	int i;

	for (; leaves < end; leaves += 8, values += 8 * width)
	{
		sums[0] = _mm_add_pd(sums[0], load_pair(values, width, leaves));
		sums[1] = _mm_add_pd(sums[1], load_pair(values + 2 * width, width, leaves + 2));
		sums[2] = _mm_add_pd(sums[2], load_pair(values + 4 * width, width, leaves + 4));
		sums[3] = _mm_add_pd(sums[3], load_pair(values + 6 * width, width, leaves + 6));
	}
	for (i = 0; i < 4; i++)
		_mm_storeu_pd(lanes + 2 * i, sums[i]);
}

/* All sweeps before the first sum, which would wait for the leaves of its group. */
__attribute__((target(AVX512))) static void
walk_avx512(const SweepTables *tables, const uint8_t *bytes, double lanes[8])
{
	__m512i low = _mm512_loadu_si512(bytes);
	__m512i high = _mm512_loadu_si512(bytes + 64);
	const SweepStep *step = tables->steps;
	int32_t g;

	for (g = 0; g < tables->n_groups; g++)
	{
		__m512i leaf = sweep_group(step, tables->counts[g], low, high);

		step += tables->counts[g];
		_mm512_storeu_si512(tables->leaves + (size_t) g * SWEEP_TREES, leaf);
	}
	add_pairs(tables, lanes);
}

bool
node_sweep_suits(void)
{
	return cpu_has_avx2() && cpu_has_avx512() && __builtin_cpu_supports("avx512vbmi");
}

void
node_sweep_walk(const SweepTables *tables, const uint8_t *bytes, double lanes[8])
{
	if (node_sweep_suits())
		walk_avx512(tables, bytes, lanes);
	else
		node_sweep_walk_portable(tables, bytes, lanes);
}

#else

bool
node_sweep_suits(void)
{
	return false;
}

void
node_sweep_walk(const SweepTables *tables, const uint8_t *bytes, double lanes[8])
{
	node_sweep_walk_portable(tables, bytes, lanes);
}

#endif
