/*
 * leaf_mask_simd.c: the loops over leaf masks for AVX-512, AVX2 and any processor.
 */
#include "kernel/tree/leaf_mask_simd.h"

#include <string.h>

#include "kernel/base/cpu.h"

void
leaf_mask_and_portable(uint8_t *to, const uint8_t *const *rows, int32_t n, size_t n_bytes)
{
	size_t i;
	int32_t r;

	for (i = 0; i < n_bytes; i += 8)
	{
		uint64_t word = UINT64_MAX;

		for (r = 0; r < n; r++)
		{
			uint64_t other;

			memcpy(&other, rows[r] + i, sizeof(other));
			word &= other;
		}
		memcpy(to + i, &word, sizeof(word));
	}
}

void
leaf_mask_and_packed_portable(uint8_t *to, const uint8_t *const *rows, const MaskLine *lines,
							  int32_t n, int32_t n_lines, int32_t width)
{
	size_t size = (size_t) width / 8;
	int32_t r;
	int32_t l;

	memset(to, 0xff, (size_t) n_lines * MASK_LINE);
	for (r = 0; r < n; r++)
	{
		for (l = 0; l < n_lines; l++)
		{
			const MaskLine *line = &lines[(size_t) r * (size_t) n_lines + (size_t) l];
			const uint8_t *from = rows[r] + line->at * size;
			uint32_t keep;

			for (keep = line->keep; keep != 0; keep &= keep - 1)
			{
				uint8_t *mask = to + (size_t) l * MASK_LINE + (size_t) __builtin_ctz(keep) * size;
				size_t i;

				for (i = 0; i < size; i++)
					mask[i] &= *from++;
			}
		}
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

__attribute__((target("avx2"))) void
leaf_mask_and_avx2(uint8_t *to, const uint8_t *const *rows, int32_t n, size_t n_bytes)
{
	size_t i;
	int32_t r;

	for (i = 0; i < n_bytes; i += 64)
	{
		__m256i a = _mm256_set1_epi8(-1);
		__m256i b = a;

		for (r = 0; r < n; r++)
		{
			const __m256i *row = (const __m256i *) (const void *) (rows[r] + i);

			a = _mm256_and_si256(a, _mm256_loadu_si256(row));
			b = _mm256_and_si256(b, _mm256_loadu_si256(row + 1));
		}
		_mm256_storeu_si256((__m256i *) (void *) (to + i), a);
		_mm256_storeu_si256((__m256i *) (void *) (to + i + 32), b);
	}
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

/* A line of a packed row, the masks that it leaves out all ones. */
__attribute__((target(AVX512))) static inline __m512i
spread_32(const uint8_t *row, MaskLine line)
{
	return _mm512_mask_expandloadu_epi32(_mm512_set1_epi32(-1), line.keep, row + 4 * line.at);
}

__attribute__((target(AVX512))) static inline __m512i
spread_64(const uint8_t *row, MaskLine line)
{
	return _mm512_mask_expandloadu_epi64(_mm512_set1_epi32(-1), (uint8_t) line.keep,
										 row + 8 * (size_t) line.at);
}

/* Up to eight lines at a time in registers, over all rows; n_lines is a constant at each call. */
__attribute__((target(AVX512))) static inline __attribute__((always_inline)) void
and_lines(uint8_t *to, const uint8_t *const *rows, int32_t n, size_t at, int n_lines)
{
	__m512i masks[MASK_LINES];
	int32_t r;
	int j;

#pragma GCC unroll 8
	for (j = 0; j < n_lines; j++)
		masks[j] = _mm512_set1_epi32(-1);
	for (r = 0; r < n; r++)
	{
#pragma GCC unroll 8
		for (j = 0; j < n_lines; j++)
			masks[j] = _mm512_and_si512(masks[j], _mm512_loadu_si512(rows[r] + at + MASK_LINE * j));
	}
#pragma GCC unroll 8
	for (j = 0; j < n_lines; j++)
		_mm512_storeu_si512(to + at + MASK_LINE * j, masks[j]);
}

__attribute__((target(AVX512))) static void
and_avx512(uint8_t *to, const uint8_t *const *rows, int32_t n, size_t n_bytes)
{
	size_t at = 0;

	for (; at + 8 * MASK_LINE <= n_bytes; at += 8 * MASK_LINE)
		and_lines(to, rows, n, at, 8);
	if (n_bytes & 4 * MASK_LINE)
	{
		and_lines(to, rows, n, at, 4);
		at += 4 * MASK_LINE;
	}
	if (n_bytes & 2 * MASK_LINE)
	{
		and_lines(to, rows, n, at, 2);
		at += 2 * MASK_LINE;
	}
	if (n_bytes & MASK_LINE)
		and_lines(to, rows, n, at, 1);
}

/* Eight lines at a time in registers, over all rows. */
__attribute__((target(AVX512))) static void
and_packed_32(uint8_t *to, const uint8_t *const *rows, const MaskLine *lines, int32_t n,
			  int32_t n_lines)
{
	int32_t l;
	int32_t r;
	int32_t j;

	for (l = 0; l < n_lines; l += MASK_LINES)
	{
		__m512i masks[MASK_LINES];

#pragma GCC unroll 8
		for (j = 0; j < MASK_LINES; j++)
			masks[j] = _mm512_set1_epi32(-1);
		for (r = 0; r < n; r++)
		{
			const MaskLine *line = &lines[(size_t) r * (size_t) n_lines + (size_t) l];

#pragma GCC unroll 8
			for (j = 0; j < MASK_LINES; j++)
				masks[j] = _mm512_and_si512(masks[j], spread_32(rows[r], line[j]));
		}
#pragma GCC unroll 8
		for (j = 0; j < MASK_LINES; j++)
			_mm512_storeu_si512(to + (size_t) (l + j) * MASK_LINE, masks[j]);
	}
}

/*
 * Four rows at a time, each from its first byte to its last, so that the processor sees few streams:
 * wide rows come from the far cache.  The next four are asked for meanwhile.
 */
__attribute__((target(AVX512))) static void
and_packed_64(uint8_t *to, const uint8_t *const *rows, const MaskLine *lines, int32_t n,
			  int32_t n_lines)
{
	int32_t l;
	int32_t r;
	int32_t j;

	memset(to, 0xff, (size_t) n_lines * MASK_LINE);
	for (r = 0; r < n; r += 4)
	{
		int32_t n_rows = n - r < 4 ? n - r : 4;
		const uint8_t *const *next = rows + (r + 8 <= n ? r + 4 : r);

		for (l = 0; l < n_lines; l++)
		{
			const MaskLine *line = &lines[(size_t) r * (size_t) n_lines + (size_t) l];
			__m512i masks = _mm512_loadu_si512(to + (size_t) l * MASK_LINE);

			for (j = 0; j < n_rows; j++)
			{
				_mm_prefetch((const char *) next[j] + (size_t) l * MASK_LINE, _MM_HINT_T0);
				masks = _mm512_and_si512(masks, spread_64(rows[r + j], line[j * n_lines]));
			}
			_mm512_storeu_si512(to + (size_t) l * MASK_LINE, masks);
		}
	}
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

bool
leaf_mask_packs(void)
{
	return has_avx512();
}

void
leaf_mask_and_packed(uint8_t *to, const uint8_t *const *rows, const MaskLine *lines, int32_t n,
					 int32_t n_lines, int32_t width)
{
	if (!has_avx512())
		leaf_mask_and_packed_portable(to, rows, lines, n, n_lines, width);
	else if (width == 32)
		and_packed_32(to, rows, lines, n, n_lines);
	else
		and_packed_64(to, rows, lines, n, n_lines);
}

void
leaf_mask_and(uint8_t *to, const uint8_t *const *rows, int32_t n, size_t n_bytes)
{
	if (has_avx512())
		and_avx512(to, rows, n, n_bytes);
	else if (cpu_has_avx2())
		leaf_mask_and_avx2(to, rows, n, n_bytes);
	else
		leaf_mask_and_portable(to, rows, n, n_bytes);
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
leaf_mask_and_avx2(uint8_t *to, const uint8_t *const *rows, int32_t n, size_t n_bytes)
{
	leaf_mask_and_portable(to, rows, n, n_bytes);
}

void
leaf_mask_sum_avx2(double lanes[8], const uint8_t *masks, int32_t width, const double *values,
				   int32_t n_trees)
{
	leaf_mask_sum_portable(lanes, masks, width, values, n_trees);
}

bool
leaf_mask_packs(void)
{
	return false;
}

void
leaf_mask_and_packed(uint8_t *to, const uint8_t *const *rows, const MaskLine *lines, int32_t n,
					 int32_t n_lines, int32_t width)
{
	leaf_mask_and_packed_portable(to, rows, lines, n, n_lines, width);
}

void
leaf_mask_and(uint8_t *to, const uint8_t *const *rows, int32_t n, size_t n_bytes)
{
	leaf_mask_and_portable(to, rows, n, n_bytes);
}

void
leaf_mask_sum(double lanes[8], const uint8_t *masks, int32_t width, const double *values,
			  int32_t n_trees)
{
	leaf_mask_sum_portable(lanes, masks, width, values, n_trees);
}

#endif
