/*
 * panel_simd.c: panel kernels, compiled twice.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "kernel/linear/panel_simd.h"

#define INLINE static inline __attribute__((always_inline))
#define LANES 8

INLINE double
sum_lanes(const double *lanes)
{
	return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
		((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

INLINE double
dot(const double *restrict a, const double *restrict b)
{
	double		lanes[LANES] = {0.0};
	int			i;
	int			l;

	for (i = 0; i < PANEL_ROWS; i += LANES)
	{
		for (l = 0; l < LANES; l++)
			lanes[l] += a[i + l] * b[i + l];
	}
	return sum_lanes(lanes);
}

/* Two rows of the result at once: each column is loaded once for both. */
INLINE void
dot_two(const double *restrict a, const double *restrict b, const double *restrict column,
		double *first, double *second)
{
	double		one[LANES] = {0.0};
	double		two[LANES] = {0.0};
	int			i;
	int			l;

	for (i = 0; i < PANEL_ROWS; i += LANES)
	{
		for (l = 0; l < LANES; l++)
		{
			one[l] += a[i + l] * column[i + l];
			two[l] += b[i + l] * column[i + l];
		}
	}
	*first += sum_lanes(one);
	*second += sum_lanes(two);
}

INLINE void
gram(double *out, const double *scaled, const double *columns, int32_t n)
{
	int64_t		size = n;
	int64_t		j;
	int64_t		k;

	for (j = 0; j + 1 < size; j += 2)
	{
		for (k = 0; k <= j; k++)
			dot_two(scaled + j * PANEL_ROWS, scaled + (j + 1) * PANEL_ROWS, columns + k * PANEL_ROWS,
					out + j * size + k, out + (j + 1) * size + k);
		out[(j + 1) * size + j + 1] += dot(scaled + (j + 1) * PANEL_ROWS, columns + (j + 1) * PANEL_ROWS);
	}
	for (k = 0; j < size && k <= j; k++)
		out[j * size + k] += dot(scaled + j * PANEL_ROWS, columns + k * PANEL_ROWS);
}

INLINE void
axpy(double *restrict eta, const double *restrict column, double weight)
{
	int			i;

	for (i = 0; i < PANEL_ROWS; i++)
		eta[i] += weight * column[i];
}

#if defined(__x86_64__)

#define WIDE __attribute__((target("avx2,fma")))
#define HAS_WIDE (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))

WIDE static void
gram_wide(double *out, const double *scaled, const double *columns, int32_t n)
{
	gram(out, scaled, columns, n);
}

WIDE static void
axpy_wide(double *eta, const double *column, double weight)
{
	axpy(eta, column, weight);
}

WIDE static double
dot_wide(const double *a, const double *b)
{
	return dot(a, b);
}

#else

#define HAS_WIDE 0
#define gram_wide gram
#define axpy_wide axpy
#define dot_wide dot

#endif

void
panel_gram(double *out, const double *scaled, const double *columns, int32_t n)
{
	if (HAS_WIDE)
		gram_wide(out, scaled, columns, n);
	else
		gram(out, scaled, columns, n);
}

void
panel_axpy(double *eta, const double *column, double weight)
{
	if (HAS_WIDE)
		axpy_wide(eta, column, weight);
	else
		axpy(eta, column, weight);
}

double
panel_dot(const double *a, const double *b)
{
	return HAS_WIDE ? dot_wide(a, b) : dot(a, b);
}
