/*
 * panel_simd.c: panel kernels, compiled twice.
 *
 * Contraction to fused multiply-add is allowed here: nothing below relies on a
 * rounded product.
 */
#if defined(__clang__)
#pragma clang fp contract(fast)
#elif defined(__GNUC__)
#pragma GCC optimize("O3", "fp-contract=fast")
#endif

#include "kernel/linear/panel_simd.h"

#include <stddef.h>
#include <string.h>

#include "kernel/base/cpu.h"
#include "kernel/base/exponential.h"

#define INLINE static inline __attribute__((always_inline))
#define LANES 4
#define LINE 8 /* doubles of a cache line */
#define TILE 4 /* columns taken together */

typedef double Vector __attribute__((vector_size(LANES * sizeof(double)), aligned(8), may_alias));

typedef float VectorSingle
	__attribute__((vector_size(2 * LANES * sizeof(float)), aligned(4), may_alias));
typedef float HalfSingle __attribute__((vector_size(LANES * sizeof(float))));

#if defined(__clang__)
#define SHUFFLE(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#define SHUFFLE_SINGLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
typedef int64_t Mask __attribute__((vector_size(LANES * sizeof(double))));
typedef int32_t MaskSingle __attribute__((vector_size(2 * LANES * sizeof(float))));
#define SHUFFLE(a, b, i, j, k, l) __builtin_shuffle(a, b, (Mask){i, j, k, l})
#define SHUFFLE_SINGLE(a, b, ...) __builtin_shuffle(a, b, (MaskSingle){__VA_ARGS__})
#endif

#define AT(pointer) (*(const Vector *) (pointer))
#define SUM(v) (((v)[0] + (v)[2]) + ((v)[1] + (v)[3]))

INLINE void
load(double *restrict out, const double *restrict column, int32_t n, PanelScale scaling)
{
	int32_t i;

	for (i = 0; i < n; i++)
	{
		double z = (column[i] - scaling.centre) * scaling.scale;

		out[i] = z == z ? z : scaling.fill;
	}
	for (; i < PANEL_ROWS; i++)
		out[i] = 0.0;
}

/* target[i] == positive as 1 or -1, and the weight times that of the class. */
INLINE void
classify(double *restrict sign, double *restrict weight, const double *restrict target,
		 const double *restrict given, int32_t n, const PanelClasses *classes)
{
	double positive = classes->positive;
	double factors[2] = {classes->weight[0], classes->weight[1]};
	int32_t i;

	for (i = 0; i < n; i++)
	{
		sign[i] = target[i] == positive ? 1.0 : -1.0;
		weight[i] = target[i] == positive ? factors[1] : factors[0];
	}
	for (i = 0; given != NULL && i < n; i++)
		weight[i] *= given[i];
	for (i = n; i < PANEL_ROWS; i++)
		sign[i] = weight[i] = 0.0;
}

INLINE void
linear_predictor(double *restrict eta, const double *restrict columns,
				 const double *restrict weights, int32_t n)
{
	int32_t i;
	int32_t j;

	memset(eta, 0, PANEL_ROWS * sizeof(double));
	for (j = 0; j + TILE <= n; j += TILE)
	{
		const double *column = columns + (ptrdiff_t) j * PANEL_ROWS;

		for (i = 0; i < PANEL_ROWS; i++)
			eta[i] += (column[i] * weights[j] + column[i + PANEL_ROWS] * weights[j + 1]) +
				(column[i + 2 * PANEL_ROWS] * weights[j + 2] +
				 column[i + 3 * PANEL_ROWS] * weights[j + 3]);
	}
	for (; j < n; j++)
	{
		for (i = 0; i < PANEL_ROWS; i++)
			eta[i] += columns[(ptrdiff_t) j * PANEL_ROWS + i] * weights[j];
	}
}

INLINE PanelLoss
loss(double *restrict residual, double *restrict curvature, const double *restrict eta,
	 const double *restrict sign, const double *restrict weight)
{
	double limited[PANEL_ROWS];
	double part[PANEL_ROWS];
	double right[PANEL_ROWS];
	Vector sums[6] = {{0.0}, {0.0}, {0.0}, {0.0}, {0.0}, {0.0}};
	int32_t i;

	/* A loop of its own: gcc would branch on the limit and give up vectors below. */
	for (i = 0; i < PANEL_ROWS; i++)
		limited[i] = __builtin_fabs(eta[i]) < 708.0 ? __builtin_fabs(eta[i]) : 708.0;
	for (i = 0; i < PANEL_ROWS; i++)
	{
		double margin = sign[i] * eta[i];
		double magnitude = __builtin_fabs(margin);
		double e = exp_minus(limited[i]);
		double large = 1.0 / (1.0 + e);
		double wrong = (margin > 0.0 ? e : 1.0) * large * weight[i];

		residual[i] = -sign[i] * wrong;
		curvature[i] = weight[i] * (e * large * large);
		part[i] = weight[i] * (0.5 * (magnitude - margin) + log_one_plus(e));
	}
	/* An eta of 0 says negative. */
	for (i = 0; i < PANEL_ROWS; i++)
		right[i] = sign[i] * eta[i] > (sign[i] - 1.0) * 1e-300 ? weight[i] : 0.0;
	for (i = 0; i < PANEL_ROWS; i += LANES)
	{
		sums[0] += AT(part + i);
		sums[1] += AT(part + i) * AT(sign + i);
		sums[2] += AT(right + i);
		sums[3] += AT(right + i) * AT(sign + i);
		sums[4] += AT(weight + i);
		sums[5] += AT(weight + i) * AT(sign + i);
	}
	return (PanelLoss){SUM(sums[0]), SUM(sums[1]), SUM(sums[2]),
					   SUM(sums[3]), SUM(sums[4]), SUM(sums[5])};
}

INLINE void
gradient(double *restrict out, const double *restrict columns, const double *restrict residual,
		 int32_t n)
{
	int32_t i;
	int32_t j;

	for (j = 0; j + TILE <= n; j += TILE)
	{
		const double *column = columns + (ptrdiff_t) j * PANEL_ROWS;
		Vector a = {0.0};
		Vector b = {0.0};
		Vector c = {0.0};
		Vector d = {0.0};

		for (i = 0; i < PANEL_ROWS; i += LANES)
		{
			a += AT(column + i) * AT(residual + i);
			b += AT(column + PANEL_ROWS + i) * AT(residual + i);
			c += AT(column + 2 * PANEL_ROWS + i) * AT(residual + i);
			d += AT(column + 3 * PANEL_ROWS + i) * AT(residual + i);
		}
		out[j] += SUM(a);
		out[j + 1] += SUM(b);
		out[j + 2] += SUM(c);
		out[j + 3] += SUM(d);
	}
	for (; j < n; j++)
	{
		const double *column = columns + (ptrdiff_t) j * PANEL_ROWS;
		Vector a = {0.0};

		for (i = 0; i < PANEL_ROWS; i += LANES)
			a += AT(column + i) * AT(residual + i);
		out[j] += SUM(a);
	}
}

/* The sums of two vectors in halves, and those of four from two of them. */
#define PAIR(a, b) (SHUFFLE(a, b, 0, 4, 2, 6) + SHUFFLE(a, b, 1, 5, 3, 7))
#define FOLD(ab, cd) (SHUFFLE(ab, cd, 0, 1, 4, 5) + SHUFFLE(ab, cd, 2, 3, 6, 7))
#define STORE(out, a, b, c, d) *(Vector *) (out) += FOLD(PAIR(a, b), PAIR(c, d))

/* The same of eight floats: lanes 0 to 3 and 4 to 7 of the last vector are to be added. */
#define PAIR_SINGLE(a, b) \
	(SHUFFLE_SINGLE(a, b, 0, 8, 2, 10, 4, 12, 6, 14) + \
	 SHUFFLE_SINGLE(a, b, 1, 9, 3, 11, 5, 13, 7, 15))
#define FOLD_SINGLE(ab, cd) \
	(SHUFFLE_SINGLE(ab, cd, 0, 1, 8, 9, 4, 5, 12, 13) + \
	 SHUFFLE_SINGLE(ab, cd, 2, 3, 10, 11, 6, 7, 14, 15))
#define STORE_SINGLE(out, a, b, c, d) \
	do \
	{ \
		VectorSingle sums = FOLD_SINGLE(PAIR_SINGLE(a, b), PAIR_SINGLE(c, d)); \
		HalfSingle halves[2]; \
\
		memcpy(halves, &sums, sizeof(halves)); \
		*(Vector *) (out) += __builtin_convertvector(halves[0] + halves[1], Vector); \
	} while (0)

/* Asks for part k of count. */
INLINE void
fetch_part(const PanelAhead *ahead, size_t k, size_t count)
{
	const double *next = ahead->first + ahead->n * k / count;
	const double *end = ahead->first + ahead->n * (k + 1) / count;

	for (; next < end; next += LINE)
		__builtin_prefetch(next, 0, 1);
}

#define GRAM gram
#define GRAM_TILE gram_tile
#define GRAM_SCALE scale_columns
#define GRAM_ELEMENT double
#define GRAM_VECTOR Vector
#define GRAM_STORE STORE
#include "kernel/linear/panel_gram_template.h"

#define GRAM gram_single
#define GRAM_TILE gram_tile_single
#define GRAM_SCALE scale_columns_single
#define GRAM_ELEMENT float
#define GRAM_VECTOR VectorSingle
#define GRAM_STORE STORE_SINGLE
#include "kernel/linear/panel_gram_template.h"

INLINE void
round_columns(float *restrict out, const double *restrict columns, int32_t n)
{
	ptrdiff_t values = (ptrdiff_t) n * PANEL_ROWS;
	ptrdiff_t i;

	for (i = 0; i < values; i++)
		out[i] = (float) columns[i];
}

INLINE void
scatter(double *hessian, int64_t stride, double *sums, const int32_t *found, int32_t n_slots,
		const double *rows, int32_t n, const double *curvature, const double *residual,
		int32_t used)
{
	int32_t i;
	int32_t j;
	int32_t s;
	int32_t t;

	for (i = 0; i < used; i++)
	{
		double weight = curvature[i];
		const double *restrict z = rows + (ptrdiff_t) i * n;

		for (s = 0; s < n_slots; s++)
		{
			int32_t at = found[s * PANEL_ROWS + i];
			double *restrict row;

			if (at < 0)
				continue;
			row = hessian + at * stride;
			sums[at] += residual[i];
			for (j = 0; j < n; j++)
				row[j] += weight * z[j];
			for (t = 0; t <= s; t++)
			{
				if (found[t * PANEL_ROWS + i] >= 0)
					row[found[t * PANEL_ROWS + i]] += weight;
			}
		}
	}
}

#if defined(__x86_64__)

#define WIDE __attribute__((target("avx2,fma")))

WIDE static void
load_wide(double *out, const double *column, int32_t n, PanelScale scaling)
{
	load(out, column, n, scaling);
}

WIDE static void
classify_wide(double *sign, double *weight, const double *target, const double *given, int32_t n,
			  const PanelClasses *classes)
{
	classify(sign, weight, target, given, n, classes);
}

WIDE static void
eta_wide(double *eta, const double *columns, const double *weights, int32_t n)
{
	linear_predictor(eta, columns, weights, n);
}

WIDE static PanelLoss
loss_wide(double *residual, double *curvature, const double *eta, const double *sign,
		  const double *weight)
{
	return loss(residual, curvature, eta, sign, weight);
}

WIDE static void
gradient_wide(double *out, const double *columns, const double *residual, int32_t n)
{
	gradient(out, columns, residual, n);
}

WIDE static void
gram_wide(double *out, const double *columns, const double *curvature, int32_t n, int32_t first,
		  const PanelAhead *ahead)
{
	gram(out, columns, curvature, n, first, ahead);
}

WIDE static void
gram_single_wide(double *out, const float *columns, const double *curvature, int32_t n,
				 int32_t first, const PanelAhead *ahead)
{
	gram_single(out, columns, curvature, n, first, ahead);
}

WIDE static void
round_wide(float *out, const double *columns, int32_t n)
{
	round_columns(out, columns, n);
}

WIDE static void
scatter_wide(double *hessian, int64_t stride, double *sums, const int32_t *found, int32_t n_slots,
			 const double *rows, int32_t n, const double *curvature, const double *residual,
			 int32_t used)
{
	scatter(hessian, stride, sums, found, n_slots, rows, n, curvature, residual, used);
}

#else

#define load_wide load
#define classify_wide classify
#define eta_wide linear_predictor
#define loss_wide loss
#define gradient_wide gradient
#define gram_wide gram
#define gram_single_wide gram_single
#define round_wide round_columns
#define scatter_wide scatter

#endif

void
panel_load(double *out, const double *column, int32_t n, PanelScale scaling)
{
	if (cpu_has_avx2())
		load_wide(out, column, n, scaling);
	else
		load(out, column, n, scaling);
}

void
panel_classify(double *sign, double *weight, const double *target, const double *given, int32_t n,
			   const PanelClasses *classes)
{
	if (cpu_has_avx2())
		classify_wide(sign, weight, target, given, n, classes);
	else
		classify(sign, weight, target, given, n, classes);
}

void
panel_eta(double *eta, const double *columns, const double *weights, int32_t n)
{
	if (cpu_has_avx2())
		eta_wide(eta, columns, weights, n);
	else
		linear_predictor(eta, columns, weights, n);
}

PanelLoss
panel_loss(double *residual, double *curvature, const double *eta, const double *sign,
		   const double *weight)
{
	return cpu_has_avx2() ? loss_wide(residual, curvature, eta, sign, weight) :
							loss(residual, curvature, eta, sign, weight);
}

void
panel_gradient(double *out, const double *columns, const double *residual, int32_t n)
{
	if (cpu_has_avx2())
		gradient_wide(out, columns, residual, n);
	else
		gradient(out, columns, residual, n);
}

void
panel_fetch(const PanelAhead *ahead)
{
	fetch_part(ahead, 0, 1);
}

void
panel_gram(double *out, const double *columns, const double *curvature, int32_t n, int32_t first,
		   const PanelAhead *ahead)
{
	if (cpu_has_avx2())
		gram_wide(out, columns, curvature, n, first, ahead);
	else
		gram(out, columns, curvature, n, first, ahead);
}

void
panel_round(float *out, const double *columns, int32_t n)
{
	if (cpu_has_avx2())
		round_wide(out, columns, n);
	else
		round_columns(out, columns, n);
}

void
panel_gram_single(double *out, const float *columns, const double *curvature, int32_t n,
				  int32_t first, const PanelAhead *ahead)
{
	if (cpu_has_avx2())
		gram_single_wide(out, columns, curvature, n, first, ahead);
	else
		gram_single(out, columns, curvature, n, first, ahead);
}

void
panel_scatter(double *hessian, int64_t stride, double *gradient_out, const int32_t *found,
			  int32_t n_slots, const double *rows, int32_t n, const double *curvature,
			  const double *residual, int32_t used)
{
	if (cpu_has_avx2())
		scatter_wide(hessian, stride, gradient_out, found, n_slots, rows, n, curvature, residual,
					 used);
	else
		scatter(hessian, stride, gradient_out, found, n_slots, rows, n, curvature, residual, used);
}
