/*
 * softmax_simd.c: the multinomial likelihood on a panel, compiled twice.
 *
 * Contraction to fused multiply-add is allowed here: nothing below relies on a
 * rounded product.
 */
#if defined(__clang__)
#pragma clang fp contract(fast)
#elif defined(__GNUC__)
#pragma GCC optimize("O3", "fp-contract=fast")
#endif

#include "kernel/linear/softmax_simd.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "kernel/base/cpu.h"
#include "kernel/base/exponential.h"

#define INLINE static inline __attribute__((always_inline))
#define DEEPEST 708.0 /* what exp_minus takes */

/* The largest eta of each row and the place of its class, as a double so that lanes stay alike. */
INLINE void
find_largest(double *restrict largest, double *restrict place, const double *restrict eta,
			 int32_t n_classes)
{
	int32_t i;
	int32_t k;

	memcpy(largest, eta, PANEL_ROWS * sizeof(double));
	memset(place, 0, PANEL_ROWS * sizeof(double));
	for (k = 1; k < n_classes; k++)
	{
		const double *restrict column = eta + (ptrdiff_t) k * PANEL_ROWS;
		double own = k;

		for (i = 0; i < PANEL_ROWS; i++)
		{
			place[i] = column[i] > largest[i] ? own : place[i];
			largest[i] = column[i] > largest[i] ? column[i] : largest[i];
		}
	}
}

/* eta becomes exp(eta - largest); rest: the sum of it over all classes but the one of the largest. */
INLINE void
exponentiate(double *restrict eta, double *restrict rest, const double *restrict largest,
			 const double *restrict place, int32_t n_classes)
{
	int32_t i;
	int32_t k;

	memset(rest, 0, PANEL_ROWS * sizeof(double));
	for (k = 0; k < n_classes; k++)
	{
		double *restrict column = eta + (ptrdiff_t) k * PANEL_ROWS;
		double depth[PANEL_ROWS];
		double own = k;

		for (i = 0; i < PANEL_ROWS; i++)
		{
			depth[i] = largest[i] - column[i];
			depth[i] = depth[i] < DEEPEST ? depth[i] : DEEPEST;
		}
		for (i = 0; i < PANEL_ROWS; i++)
			column[i] = exp_minus(depth[i]);
		for (i = 0; i < PANEL_ROWS; i++)
			rest[i] += place[i] == own ? 0.0 : column[i];
	}
}

/* exp(eta - largest) becomes p; residuals of all classes, as if no row had one of them. */
INLINE void
scale(double *restrict p, double *restrict residual, const double *restrict rest,
	  const double *restrict weight, int32_t n_classes)
{
	double factor[PANEL_ROWS];
	int32_t i;
	int32_t k;

	for (i = 0; i < PANEL_ROWS; i++)
		factor[i] = 1.0 / (1.0 + rest[i]);
	for (k = 0; k < n_classes; k++)
	{
		double *restrict column = p + (ptrdiff_t) k * PANEL_ROWS;
		double *restrict out = residual + (ptrdiff_t) k * PANEL_ROWS;

		for (i = 0; i < PANEL_ROWS; i++)
		{
			column[i] *= factor[i];
			out[i] = weight[i] * column[i];
		}
	}
}

/* The sum of each row's residuals over the classes that are not its own. */
INLINE void
sum_others(double *restrict sum, const double *restrict residual, const double *restrict own,
		   int32_t n_classes)
{
	int32_t i;
	int32_t k;

	memset(sum, 0, PANEL_ROWS * sizeof(double));
	for (k = 0; k < n_classes; k++)
	{
		const double *restrict column = residual + (ptrdiff_t) k * PANEL_ROWS;
		double place = k;

		for (i = 0; i < PANEL_ROWS; i++)
			sum[i] += own[i] == place ? 0.0 : column[i];
	}
}

INLINE void
panel(double *restrict p, double *restrict residual, SoftmaxRows *restrict rows, int32_t n_classes)
{
	double largest[PANEL_ROWS];
	double place[PANEL_ROWS];
	double rest[PANEL_ROWS];
	double own[PANEL_ROWS];
	int32_t i;

	find_largest(largest, place, p, n_classes);
	for (i = 0; i < PANEL_ROWS; i++)
	{
		own[i] = rows->class_of[i];
		rows->likeliest[i] = (int32_t) place[i];
		rows->loss[i] = largest[i] - p[(ptrdiff_t) rows->class_of[i] * PANEL_ROWS + i];
	}
	exponentiate(p, rest, largest, place, n_classes);
	for (i = 0; i < PANEL_ROWS; i++)
		rows->loss[i] += log1p(rest[i]);
	scale(p, residual, rest, rows->weight, n_classes);
	sum_others(rest, residual, own, n_classes);
	for (i = 0; i < PANEL_ROWS; i++)
		residual[(ptrdiff_t) rows->class_of[i] * PANEL_ROWS + i] = -rest[i];
}

INLINE void
cross_product(double *restrict cross, double *restrict of_a, double *restrict of_b,
			  const double *restrict a, const double *restrict b, const double *restrict weight)
{
	int32_t i;

	for (i = 0; i < PANEL_ROWS; i++)
	{
		cross[i] = weight[i] * a[i] * b[i];
		of_a[i] += cross[i];
		of_b[i] += cross[i];
	}
}

#if defined(__x86_64__)

#define WIDE __attribute__((target("avx2,fma")))

WIDE static void
panel_wide(double *p, double *residual, SoftmaxRows *rows, int32_t n_classes)
{
	panel(p, residual, rows, n_classes);
}

WIDE static void
cross_wide(double *cross, double *of_a, double *of_b, const double *a, const double *b,
		   const double *weight)
{
	cross_product(cross, of_a, of_b, a, b, weight);
}

#else

#define panel_wide panel
#define cross_wide cross_product

#endif

void
softmax_panel(double *p, double *residual, SoftmaxRows *rows, int32_t n_classes)
{
	if (cpu_has_avx2())
		panel_wide(p, residual, rows, n_classes);
	else
		panel(p, residual, rows, n_classes);
}

void
softmax_cross(double *cross, double *of_a, double *of_b, const double *a, const double *b,
			  const double *weight)
{
	if (cpu_has_avx2())
		cross_wide(cross, of_a, of_b, a, b, weight);
	else
		cross_product(cross, of_a, of_b, a, b, weight);
}
