/*
 * part_simd.c: rows to the left and to the right without branches.
 */
#include "kernel/tree/part_simd.h"

#include <stddef.h>

#include "kernel/base/cpu.h"

int32_t
part_narrow_portable(const uint8_t *codes, const uint8_t *goes_left, const int32_t *from, int32_t n,
					 int32_t *left, int32_t *right)
{
	int32_t went = 0;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		int32_t row = from[i];
		int32_t goes = goes_left[codes[row]];

		left[went] = row;
		right[i - went] = row;
		went += goes;
	}
	return went;
}

int32_t
part_wide(const uint16_t *codes, const uint8_t *goes_left, const int32_t *from, int32_t n,
		  int32_t *left, int32_t *right)
{
	int32_t went = 0;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		int32_t row = from[i];
		int32_t goes = goes_left[codes[row]];

		left[went] = row;
		right[i - went] = row;
		went += goes;
	}
	return went;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 16
#define BLOCK 128 /* rows whose codes are brought together */
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,popcnt")))

/* The directions of the codes from first on, 32 of them, as a bit each. */
AVX512 static inline int32_t
direction_word(const uint8_t *goes_left, int32_t first)
{
	__m256i some = _mm256_loadu_si256((const __m256i *) (const void *) (goes_left + first));

	return (int32_t) _mm256_test_epi8_mask(some, some);
}

/* The directions of all codes, twice: a code's bits 5 to 7 choose the word. */
AVX512 static inline __m512i
direction_bits(const uint8_t *goes_left)
{
	__m256i words =
		_mm256_setr_epi32(direction_word(goes_left, 0), direction_word(goes_left, 32),
						  direction_word(goes_left, 64), direction_word(goes_left, 96),
						  direction_word(goes_left, 128), direction_word(goes_left, 160),
						  direction_word(goes_left, 192), direction_word(goes_left, 224));

	return _mm512_broadcast_i64x4(words);
}

/*
 * A whole register is written each time, of which the first lanes count.  As no more than i rows
 * went to either side, what is written ends at i + LANES: rows that have been read.
 */
AVX512 static int32_t
part_narrow_avx512(const uint8_t *codes, const uint8_t *goes_left, const int32_t *from, int32_t n,
				   int32_t *left, int32_t *right)
{
	__m512i bits = direction_bits(goes_left);
	__m512i one = _mm512_set1_epi32(1);
	uint8_t near[BLOCK];
	int32_t went = 0;
	int32_t i;
	int32_t k;

	for (i = 0; i + BLOCK <= n; i += BLOCK)
	{
		for (k = 0; k < BLOCK; k++)
			near[k] = codes[from[i + k]];
		for (k = 0; k < BLOCK; k += LANES)
		{
			__m512i rows = _mm512_loadu_si512(from + i + k);
			__m512i code =
				_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *) (const void *) (near + k)));
			__m512i word = _mm512_permutexvar_epi32(_mm512_srli_epi32(code, 5), bits);
			__mmask16 goes = _mm512_test_epi32_mask(_mm512_rorv_epi32(word, code), one);

			_mm512_storeu_si512(left + went, _mm512_maskz_compress_epi32(goes, rows));
			_mm512_storeu_si512(right + i + k - went,
								_mm512_maskz_compress_epi32(_knot_mask16(goes), rows));
			went += __builtin_popcount(goes);
		}
	}
	return went +
		part_narrow_portable(codes, goes_left, from + i, n - i, left + went, right + i - went);
}
#endif

int32_t
part_narrow(const uint8_t *codes, const uint8_t *goes_left, const int32_t *from, int32_t n,
			int32_t *left, int32_t *right)
{
#if defined(__x86_64__)
	if (cpu_has_avx512())
		return part_narrow_avx512(codes, goes_left, from, n, left, right);
#endif
	return part_narrow_portable(codes, goes_left, from, n, left, right);
}
