/*
 * hash_simd.c: SHA-256 with the SHA extensions of x86-64, and rows of numbers with AVX2.
 */
#include "kernel/base/hash_simd.h"

#include <string.h>

#include "kernel/base/cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

/*
 * What the compiler's library asked once is free; asking the processor costs microseconds in a
 * virtual machine, which fewer blocks do not repay.
 */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 11

static bool
has_sha(size_t n)
{
	(void) n;
	return __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sha");
}

#else

#define MANY_BLOCKS 64
#define SHA_BIT (1u << 29) /* of ebx in leaf 7 */

static bool
has_sha(size_t n)
{
	unsigned a;
	unsigned b;
	unsigned c;
	unsigned d;

	return n >= MANY_BLOCKS && __builtin_cpu_supports("sse4.1") &&
		__get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & SHA_BIT) != 0;
}

#endif

/*
 * Two halves of the state stand as (a, b, e, f) and (c, d, g, h), as the instructions want them;
 * four words of the schedule are made while the four before are used.
 */
__attribute__((target("sha,sse4.1"))) static void
blocks_by_sha(uint32_t state[8], const uint8_t *blocks, size_t n)
{
	const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *) (const void *) state), 0xb1);
	__m128i high =
		_mm_shuffle_epi32(_mm_loadu_si128((const __m128i *) (const void *) (state + 4)), 0x1b);
	__m128i abef = _mm_alignr_epi8(low, high, 8);
	__m128i cdgh = _mm_blend_epi16(high, low, 0xf0);

	for (; n > 0; n--, blocks += 64)
	{
		__m128i abef_before = abef;
		__m128i cdgh_before = cdgh;
		__m128i words[4];
		int i;

#pragma GCC unroll 4
		for (i = 0; i < 4; i++)
			words[i] = _mm_shuffle_epi8(
				_mm_loadu_si128((const __m128i *) (const void *) (blocks + 16 * i)), big_endian);
#pragma GCC unroll 16
		for (i = 0; i < 16; i++)
		{
			__m128i w = _mm_add_epi32(
				words[i % 4],
				_mm_loadu_si128((const __m128i *) (const void *) (sha256_constants + 4 * i)));

			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, w);
			abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(w, 0x0e));
			words[i % 4] = _mm_sha256msg2_epu32(
				_mm_add_epi32(_mm_sha256msg1_epu32(words[i % 4], words[(i + 1) % 4]),
							  _mm_alignr_epi8(words[(i + 3) % 4], words[(i + 2) % 4], 4)),
				words[(i + 3) % 4]);
		}
		abef = _mm_add_epi32(abef, abef_before);
		cdgh = _mm_add_epi32(cdgh, cdgh_before);
	}
	low = _mm_shuffle_epi32(abef, 0x1b);
	high = _mm_shuffle_epi32(cdgh, 0xb1);
	_mm_storeu_si128((__m128i *) (void *) state, _mm_blend_epi16(low, high, 0xf0));
	_mm_storeu_si128((__m128i *) (void *) (state + 4), _mm_alignr_epi8(high, low, 8));
}

bool
sha256_blocks_by_instruction(uint32_t state[8], const uint8_t *blocks, size_t n)
{
	if (!has_sha(n))
		return false;
	blocks_by_sha(state, blocks, n);
	return true;
}

#else

bool
sha256_blocks_by_instruction(uint32_t state[8], const uint8_t *blocks, size_t n)
{
	(void) state;
	(void) blocks;
	(void) n;
	return false;
}

#endif

static uint64_t
hash_numbers_portable(const uint64_t *seeds, const double *numbers, int32_t n)
{
	uint64_t sum = 0;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		double number = numbers[i] + 0.0; /* -0 is 0 */
		uint64_t bits = 0;

		if (number == number)
			memcpy(&bits, &number, sizeof(bits));
		sum +=
			(uint64_t) (uint32_t) (bits + seeds[i]) * (uint32_t) ((bits >> 32) + (seeds[i] >> 32));
	}
	return sum;
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) static uint64_t
hash_numbers_avx2(const uint64_t *seeds, const double *numbers, int32_t n)
{
	__m256i sum = _mm256_setzero_si256();
	uint64_t lanes[4];
	int32_t i;

	for (i = 0; i + 4 <= n; i += 4)
	{
		__m256d number = _mm256_add_pd(_mm256_loadu_pd(numbers + i), _mm256_setzero_pd());
		__m256d present = _mm256_and_pd(number, _mm256_cmp_pd(number, number, _CMP_ORD_Q));
		/* Each half plus the seed's, without a carry from one to the other. */
		__m256i halves =
			_mm256_add_epi32(_mm256_castpd_si256(present),
							 _mm256_loadu_si256((const __m256i *) (const void *) (seeds + i)));

		sum = _mm256_add_epi64(sum, _mm256_mul_epu32(halves, _mm256_srli_epi64(halves, 32)));
	}
	_mm256_storeu_si256((__m256i *) (void *) lanes, sum);
	return lanes[0] + lanes[1] + lanes[2] + lanes[3] +
		hash_numbers_portable(seeds + i, numbers + i, n - i);
}

#else

#define hash_numbers_avx2 hash_numbers_portable

#endif

uint64_t
hash_numbers(const uint64_t *seeds, const double *numbers, int32_t n)
{
	return cpu_has_avx2() ? hash_numbers_avx2(seeds, numbers, n) :
							hash_numbers_portable(seeds, numbers, n);
}
