/*
 * leaf_mask_simd.c: the loops over leaf masks for AVX-512, AVX2 and any processor.
 */
#include "kernel/tree/leaf_mask_simd.h"

#include <string.h>

#include "kernel/base/cpu.h"

void
leaf_mask_and_portable(uint8_t *to, const uint16_t *const *places, const uint8_t *const *lines,
					   int32_t n, int32_t n_lines)
{
	int32_t l;
	int32_t r;
	int i;

	for (l = 0; l < n_lines; l++)
	{
		uint64_t words[8];

		memset(words, 0xff, sizeof(words));
		for (r = 0; r < n; r++)
		{
			uint64_t others[8];

			memcpy(others, lines[r] + (size_t) places[r][l] * MASK_LINE, sizeof(others));
			for (i = 0; i < 8; i++)
				words[i] &= others[i];
		}
		memcpy(to + (size_t) l * MASK_LINE, words, sizeof(words));
	}
}

void
leaf_mask_sum_portable(double lanes[8], const uint8_t *masks, int32_t width, const double *values,
					   int32_t n_trees)
{
	int32_t t;
	int32_t j;

	for (t = 0; t < n_trees; t += 8)
	{
		for (j = 0; j < 8; j++)
		{
			lanes[j] +=
				values[(size_t) (t + j) * (size_t) width + leaf_mask_lowest(masks, width, t + j)];
		}
	}
}

#if defined(__x86_64__)
#include <immintrin.h>

/* Up to four lines at a time in registers, over all slots; n_lines is a constant at each call. */
__attribute__((target("avx2"))) static inline __attribute__((always_inline)) void
and_lines_avx2(uint8_t *to, const uint16_t *const *places, const uint8_t *const *lines, int32_t n,
			   int32_t at, int n_lines)
{
	__m256i masks[8];
	int32_t r;
	int j;

#pragma GCC unroll 8
	for (j = 0; j < 2 * n_lines; j++)
		masks[j] = _mm256_set1_epi8(-1);
	for (r = 0; r < n; r++)
	{
#pragma GCC unroll 8
		for (j = 0; j < 2 * n_lines; j++)
		{
			size_t place = places[r][at + j / 2];
			const uint8_t *line = lines[r] + place * MASK_LINE + j % 2 * (MASK_LINE / 2);

			masks[j] = _mm256_and_si256(masks[j],
										_mm256_loadu_si256((const __m256i *) (const void *) line));
		}
	}
#pragma GCC unroll 8
	for (j = 0; j < 2 * n_lines; j++)
		_mm256_storeu_si256(
			(__m256i *) (void *) (to + (size_t) at * MASK_LINE + j * (MASK_LINE / 2)), masks[j]);
}

__attribute__((target("avx2"))) void
leaf_mask_and_avx2(uint8_t *to, const uint16_t *const *places, const uint8_t *const *lines,
				   int32_t n, int32_t n_lines)
{
	int32_t at = 0;

	for (; at + 4 <= n_lines; at += 4)
		and_lines_avx2(to, places, lines, n, at, 4);
	if (n_lines & 2)
	{
		and_lines_avx2(to, places, lines, n, at, 2);
		at += 2;
	}
	if (n_lines & 1)
		and_lines_avx2(to, places, lines, n, at, 1);
}

/* The place of the lowest bit of each of eight masks: the exponent of what is left of it as a float. */
__attribute__((target("avx2"))) static inline __m256i
lowest_bits(__m256i masks)
{
	__m256i lowest = _mm256_and_si256(masks, _mm256_sub_epi32(_mm256_setzero_si256(), masks));
	__m256i bits = _mm256_castps_si256(_mm256_cvtepi32_ps(lowest));

	bits = _mm256_and_si256(_mm256_srli_epi32(bits, 23), _mm256_set1_epi32(0xff));
	return _mm256_sub_epi32(bits, _mm256_set1_epi32(127));
}

__attribute__((target("avx2"))) void
leaf_mask_sum_avx2(double lanes[8], const uint8_t *masks, int32_t width, const double *values,
				   int32_t n_trees)
{
	__m256i at = _mm256_setr_epi32(0, 32, 64, 96, 128, 160, 192, 224);
	__m256d low = _mm256_loadu_pd(lanes);
	__m256d high = _mm256_loadu_pd(lanes + 4);
	int32_t t;

	if (width != 32 || n_trees > INT32_MAX / 64)
	{
		leaf_mask_sum_portable(lanes, masks, width, values, n_trees);
		return;
	}
	for (t = 0; t < n_trees; t += 8)
	{
		__m256i mask =
			_mm256_loadu_si256((const __m256i *) (const void *) (masks + 4 * (size_t) t));
		__m256i place = _mm256_add_epi32(at, lowest_bits(mask));

		low = _mm256_add_pd(low, _mm256_i32gather_pd(values, _mm256_castsi256_si128(place), 8));
		high =
			_mm256_add_pd(high, _mm256_i32gather_pd(values, _mm256_extracti128_si256(place, 1), 8));
		at = _mm256_add_epi32(at, _mm256_set1_epi32(256));
	}
	_mm256_storeu_pd(lanes, low);
	_mm256_storeu_pd(lanes + 4, high);
}

#define AVX512 "avx2,avx512f,avx512cd,avx512dq,avx512vl"

/* Up to eight lines at a time in registers, over all slots; n_lines is a constant at each call. */
__attribute__((target(AVX512))) static inline __attribute__((always_inline)) void
and_lines(uint8_t *to, const uint16_t *const *places, const uint8_t *const *lines, int32_t n,
		  int32_t at, int n_lines)
{
	__m512i masks[8];
	int32_t r;
	int j;

#pragma GCC unroll 8
	for (j = 0; j < n_lines; j++)
		masks[j] = _mm512_set1_epi32(-1);
	for (r = 0; r < n; r++)
	{
		const uint16_t *place = places[r] + at;

#pragma GCC unroll 8
		for (j = 0; j < n_lines; j++)
			masks[j] = _mm512_and_si512(
				masks[j], _mm512_loadu_si512(lines[r] + (size_t) place[j] * MASK_LINE));
	}
#pragma GCC unroll 8
	for (j = 0; j < n_lines; j++)
		_mm512_storeu_si512(to + (size_t) (at + j) * MASK_LINE, masks[j]);
}

__attribute__((target(AVX512))) static void
and_avx512(uint8_t *to, const uint16_t *const *places, const uint8_t *const *lines, int32_t n,
		   int32_t n_lines)
{
	int32_t at = 0;

	for (; at + 8 <= n_lines; at += 8)
		and_lines(to, places, lines, n, at, 8);
	if (n_lines & 4)
	{
		and_lines(to, places, lines, n, at, 4);
		at += 4;
	}
	if (n_lines & 2)
	{
		and_lines(to, places, lines, n, at, 2);
		at += 2;
	}
	if (n_lines & 1)
		and_lines(to, places, lines, n, at, 1);
}

__attribute__((target(AVX512))) static void
sum_avx512(double lanes[8], const uint8_t *masks, int32_t width, const double *values,
		   int32_t n_trees)
{
	__m512i step = _mm512_set1_epi64(8 * (int64_t) width);
	__m512i at =
		_mm512_mullo_epi64(_mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7), _mm512_set1_epi64(width));
	__m512d sum = _mm512_loadu_pd(lanes);
	int32_t t;

	for (t = 0; t < n_trees; t += 8)
	{
		__m512i mask = width == 64 ?
			_mm512_loadu_si512(masks + 8 * (size_t) t) :
			_mm512_cvtepu32_epi64(
				_mm256_loadu_si256((const __m256i *) (const void *) (masks + 4 * (size_t) t)));
		__m512i lowest = _mm512_and_si512(mask, _mm512_sub_epi64(_mm512_setzero_si512(), mask));
		__m512i leaf = _mm512_sub_epi64(_mm512_set1_epi64(63), _mm512_lzcnt_epi64(lowest));

		sum = _mm512_add_pd(sum, _mm512_i64gather_pd(_mm512_add_epi64(at, leaf), values, 8));
		at = _mm512_add_epi64(at, step);
	}
	_mm512_storeu_pd(lanes, sum);
}

static bool
has_avx512(void)
{
	return cpu_has_avx2() && __builtin_cpu_supports("avx512f") &&
		__builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
		__builtin_cpu_supports("avx512vl");
}

void
leaf_mask_and(uint8_t *to, const uint16_t *const *places, const uint8_t *const *lines, int32_t n,
			  int32_t n_lines)
{
	if (has_avx512())
		and_avx512(to, places, lines, n, n_lines);
	else if (cpu_has_avx2())
		leaf_mask_and_avx2(to, places, lines, n, n_lines);
	else
		leaf_mask_and_portable(to, places, lines, n, n_lines);
}

void
leaf_mask_sum(double lanes[8], const uint8_t *masks, int32_t width, const double *values,
			  int32_t n_trees)
{
	if (has_avx512())
		sum_avx512(lanes, masks, width, values, n_trees);
	else if (cpu_has_avx2())
		leaf_mask_sum_avx2(lanes, masks, width, values, n_trees);
	else
		leaf_mask_sum_portable(lanes, masks, width, values, n_trees);
}

#else

void
leaf_mask_and_avx2(uint8_t *to, const uint16_t *const *places, const uint8_t *const *lines,
				   int32_t n, int32_t n_lines)
{
	leaf_mask_and_portable(to, places, lines, n, n_lines);
}

void
leaf_mask_sum_avx2(double lanes[8], const uint8_t *masks, int32_t width, const double *values,
				   int32_t n_trees)
{
	leaf_mask_sum_portable(lanes, masks, width, values, n_trees);
}

void
leaf_mask_and(uint8_t *to, const uint16_t *const *places, const uint8_t *const *lines, int32_t n,
			  int32_t n_lines)
{
	leaf_mask_and_portable(to, places, lines, n, n_lines);
}

void
leaf_mask_sum(double lanes[8], const uint8_t *masks, int32_t width, const double *values,
			  int32_t n_trees)
{
	leaf_mask_sum_portable(lanes, masks, width, values, n_trees);
}

#endif
