/*
 * gram_simd.c: rank-one update, compiled twice.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "kernel/linear/gram_simd.h"

#include <math.h>

#define INLINE static inline __attribute__((always_inline))

/* hi + lo += a z, with a = a_hi + a_lo, over [start, end). */
INLINE void
add_scaled(double *restrict hi, double *restrict lo, const double *restrict z, double a_hi,
		   double a_lo, int32_t start, int32_t end)
{
	int32_t		j;

	for (j = start; j < end; j++)
	{
		double		product = a_hi * z[j];
		double		rest = fma(a_lo, z[j], fma(a_hi, z[j], -product));
		double		sum = hi[j] + product;
		double		part = sum - hi[j];

		lo[j] += ((hi[j] - (sum - part)) + (product - part)) + rest;
		hi[j] = sum;
	}
}

INLINE void
add_matrix(double *hi, double *lo, const double *z, double weight, int32_t n)
{
	int32_t		stride = gram_stride(n);
	int32_t		i;

	for (i = 0; i < n; i++)
	{
		double		a_hi = weight * z[i];
		double		a_lo = fma(weight, z[i], -a_hi);

		add_scaled(hi + (int64_t) i * stride, lo + (int64_t) i * stride, z, a_hi, a_lo, i & ~3, stride);
	}
}

static void
add_matrix_portable(double *hi, double *lo, const double *z, double weight, int32_t n)
{
	add_matrix(hi, lo, z, weight, n);
}

static void
add_row_portable(double *hi, double *lo, const double *z, double weight, int32_t n)
{
	add_scaled(hi, lo, z, weight, 0.0, 0, n);
}

#if defined(__x86_64__)

__attribute__((target("avx2,fma"))) static void
add_matrix_avx2(double *hi, double *lo, const double *z, double weight, int32_t n)
{
	add_matrix(hi, lo, z, weight, n);
}

__attribute__((target("avx2,fma"))) static void
add_row_avx2(double *hi, double *lo, const double *z, double weight, int32_t n)
{
	add_scaled(hi, lo, z, weight, 0.0, 0, n);
}

void
gram_add(double *hi, double *lo, const double *z, double weight, int32_t n)
{
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		add_matrix_avx2(hi, lo, z, weight, n);
	else
		add_matrix_portable(hi, lo, z, weight, n);
}

void
gram_add_row(double *hi, double *lo, const double *z, double weight, int32_t n)
{
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		add_row_avx2(hi, lo, z, weight, n);
	else
		add_row_portable(hi, lo, z, weight, n);
}

#else

void
gram_add(double *hi, double *lo, const double *z, double weight, int32_t n)
{
	add_matrix_portable(hi, lo, z, weight, n);
}

void
gram_add_row(double *hi, double *lo, const double *z, double weight, int32_t n)
{
	add_row_portable(hi, lo, z, weight, n);
}

#endif
