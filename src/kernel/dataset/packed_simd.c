/*
 * packed_simd.c: packed doubles to their places.
 *
 * Which values are present is hard to predict, so no branch depends on it.
 * AVX2 takes four at a time: their bits choose a permutation that brings the
 * next values to their places.  The load is masked, since nothing need follow
 * the last value.
 */
#include "kernel/dataset/packed_simd.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "kernel/base/cpu.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Values whose bits are given, n <= PACKED_BITS of them. */
static bool
read_bits_portable(double *to, const double *fill, const char *from, uint64_t bits, int32_t n)
{
	bool is_finite = true;
	int32_t i;

	for (i = 0; i < n; i++, bits >>= 1)
	{
		/* A choice between two addresses, which no compiler makes a branch. */
		const char *places[2] = {(const char *) &fill[i], from};

		memcpy(&to[i], places[bits & 1], sizeof(double));
		is_finite &= (fabs(to[i]) <= DBL_MAX) | ((bits & 1) == 0);
		from += sizeof(double) * (bits & 1);
	}
	return is_finite;
}

static bool
read_all_portable(double *to, const void *from, int32_t n)
{
	bool is_finite = true;
	int32_t i;

	memcpy(to, from, sizeof(double) * (size_t) n);
	for (i = 0; i < n; i++)
		is_finite &= fabs(to[i]) <= DBL_MAX;
	return is_finite;
}

bool
packed_read_portable(double *to, const double *fill, const void *from, const uint8_t *present,
					 int32_t first, int32_t n)
{
	const char *next = from;
	bool is_finite = true;
	int32_t i;

	if (present == NULL)
		return n <= 0 || read_all_portable(to, from, n);
	for (i = 0; i < n; i += PACKED_BITS)
	{
		int32_t taken = n - i < PACKED_BITS ? n - i : PACKED_BITS;
		uint64_t bits = packed_bits(present, first + i, taken);

		is_finite &= read_bits_portable(to + i, fill + i, next, bits, taken);
		next += sizeof(double) * (size_t) packed_count(present, first + i, taken);
	}
	return is_finite;
}

#if defined(__x86_64__)

#define AVX2 __attribute__((target("avx2,fma,popcnt")))

/*
 * By the bits of four values: for each half of a double where it comes from, as
 * vpermps wants it, which reads the lowest three bits only, and in the sign
 * whether the value is present, as vblendvpd wants it.
 */
#define HALVES(from) \
	(int32_t)(0x80000000u | (2 * (from))), (int32_t) (0x80000000u | (2 * (from) + 1))
#define NONE 0, 0

static const int32_t spreads[16][8] = {
	{NONE, NONE, NONE, NONE},
	{HALVES(0), NONE, NONE, NONE},
	{NONE, HALVES(0), NONE, NONE},
	{HALVES(0), HALVES(1), NONE, NONE},
	{NONE, NONE, HALVES(0), NONE},
	{HALVES(0), NONE, HALVES(1), NONE},
	{NONE, HALVES(0), HALVES(1), NONE},
	{HALVES(0), HALVES(1), HALVES(2), NONE},
	{NONE, NONE, NONE, HALVES(0)},
	{HALVES(0), NONE, NONE, HALVES(1)},
	{NONE, HALVES(0), NONE, HALVES(1)},
	{HALVES(0), HALVES(1), NONE, HALVES(2)},
	{NONE, NONE, HALVES(0), HALVES(1)},
	{HALVES(0), NONE, HALVES(1), HALVES(2)},
	{NONE, HALVES(0), HALVES(1), HALVES(2)},
	{HALVES(0), HALVES(1), HALVES(2), HALVES(3)},
};

/* Four from place 4 - n on load n doubles. */
static const int64_t first_of_four[8] = {-1, -1, -1, -1, 0, 0, 0, 0};

/* Values whose bits are given, a multiple of four; *test becomes NaN where one is not finite. */
AVX2 static inline const char *
read_bits_avx2(double *to, const double *fill, const char *from, uint64_t bits, int32_t n,
			   __m256d *test)
{
	int32_t i;

	for (i = 0; i < n; i += 4, bits >>= 4)
	{
		int32_t count = _mm_popcnt_u32((uint32_t) bits & 15);
		__m256i mask = _mm256_loadu_si256((const __m256i *) (first_of_four + 4 - count));
		__m256i spread = _mm256_loadu_si256((const __m256i *) spreads[bits & 15]);
		__m256d values = _mm256_maskload_pd((const double *) (const void *) from, mask);

		*test = _mm256_fmadd_pd(values, _mm256_setzero_pd(), *test);
		values = _mm256_castps_pd(_mm256_permutevar8x32_ps(_mm256_castpd_ps(values), spread));
		values = _mm256_blendv_pd(_mm256_loadu_pd(fill + i), values, _mm256_castsi256_pd(spread));
		_mm256_storeu_pd(to + i, values);
		from += sizeof(double) * (size_t) count;
	}
	return from;
}

AVX2 static bool
read_some_avx2(double *to, const double *fill, const char *from, const uint8_t *present,
			   int32_t first, int32_t n)
{
	__m256d test = _mm256_setzero_pd();
	bool is_finite = true;
	int32_t i;

	for (i = 0; i < n; i += PACKED_BITS)
	{
		int32_t taken = n - i < PACKED_BITS ? n - i : PACKED_BITS;
		int32_t whole = taken & ~3;
		uint64_t bits = packed_bits(present, first + i, taken);

		from = read_bits_avx2(to + i, fill + i, from, bits, whole, &test);
		if (whole < taken)
			is_finite = read_bits_portable(to + i + whole, fill + i + whole, from, bits >> whole,
										   taken - whole);
	}
	return is_finite & (_mm256_movemask_pd(_mm256_cmp_pd(test, test, _CMP_UNORD_Q)) == 0);
}

AVX2 static bool
read_all_avx2(double *to, const char *from, int32_t n)
{
	const double *values = (const double *) (const void *) from;
	__m256d test = _mm256_setzero_pd();
	bool is_finite;
	int32_t i;

	for (i = 0; i + 4 <= n; i += 4)
	{
		__m256d four = _mm256_loadu_pd(values + i);

		test = _mm256_fmadd_pd(four, _mm256_setzero_pd(), test);
		_mm256_storeu_pd(to + i, four);
	}
	is_finite = read_all_portable(to + i, from + sizeof(double) * (size_t) i, n - i);
	return is_finite & (_mm256_movemask_pd(_mm256_cmp_pd(test, test, _CMP_UNORD_Q)) == 0);
}

bool
packed_read(double *to, const double *fill, const void *from, const uint8_t *present, int32_t first,
			int32_t n)
{
	if (!cpu_has_avx2())
		return packed_read_portable(to, fill, from, present, first, n);
	return present == NULL ? read_all_avx2(to, from, n) :
							 read_some_avx2(to, fill, from, present, first, n);
}

#else

bool
packed_read(double *to, const double *fill, const void *from, const uint8_t *present, int32_t first,
			int32_t n)
{
	return packed_read_portable(to, fill, from, present, first, n);
}

#endif
