/*
 * panel_simd.h: arithmetic on a panel, PANEL_ROWS rows stored by column.
 *
 * Compiled for AVX2 with fused multiply-add and for the baseline; the choice is
 * made at run time.  The two differ in the last digits: fused products round once.
 * Rows that a panel does not use have weight 0 and columns of 0.
 */
#ifndef ORCHARD_KERNEL_LINEAR_PANEL_SIMD_H
#define ORCHARD_KERNEL_LINEAR_PANEL_SIMD_H

#include <stddef.h>
#include <stdint.h>

#define PANEL_ROWS 128
#define PANEL_ALIGNMENT 64 /* bytes, of the first column: for speed only */
#define PANEL_GROUP 24	   /* columns that stay in the first-level cache */
#define PANEL_TALL 3	   /* columns of a tile of products in one direction */
#define PANEL_WIDE 4	   /* and in the other; both divide PANEL_GROUP */

/* Room, in columns, for the products of n columns: whole tiles in both directions. */
static inline int64_t
panel_padded(int64_t n)
{
	int64_t tall = (n + PANEL_TALL - 1) / PANEL_TALL * PANEL_TALL;
	int64_t wide = (n + PANEL_WIDE - 1) / PANEL_WIDE * PANEL_WIDE;

	return tall > wide ? tall : wide;
}

/* How a column is read. */
typedef struct PanelScale
{
	double centre;
	double scale;
	double fill; /* stands for NaN */
} PanelScale;

/* out[i] = (column[i] - centre) * scale, fill where column[i] is NaN; 0 for n <= i < PANEL_ROWS. */
extern void panel_load(double *out, const double *column, int32_t n, PanelScale scaling);

typedef struct PanelClasses
{
	double positive;  /* the target of the positive class */
	double weight[2]; /* of the rows of other classes, of those of the positive class */
} PanelClasses;

/*
 * sign[i] = 1 where target[i] is positive, else -1; weight[i] = that of the class times given[i]
 * (NULL: 1); both 0 for n <= i < PANEL_ROWS.
 */
extern void panel_classify(double *sign, double *weight, const double *target, const double *given,
						   int32_t n, const PanelClasses *classes);

/* eta[i] = sum over j of columns[j][i] weights[j]; n columns. */
extern void panel_eta(double *eta, const double *columns, const double *weights, int32_t n);

/* Sums over a panel; the signed ones are of positive rows less those of negative rows. */
typedef struct PanelLoss
{
	double loss; /* of w log(1 + exp(-s eta)) */
	double signed_loss;
	double right; /* of w where eta > 0 tells the class */
	double signed_right;
	double weight; /* of w */
	double signed_weight;
} PanelLoss;

/*
 * panel_loss
 *		Logistic loss of a panel and its derivatives by eta.
 *
 * With p = 1 / (1 + exp(-eta)), s = sign (1 for a positive row, -1 for others) and
 * w = weight >= 0: residual = w (p - (s > 0)), curvature = w p (1 - p); returns
 * the sums of PanelLoss.  Relative errors of p, of 1 - p and of each term of the loss are below 4 x 2^-53 (measured); above 708,
 * |eta| counts as 708 in them.
 */
extern PanelLoss panel_loss(double *residual, double *curvature, const double *eta,
							const double *sign, const double *weight);

/* out[j] += sum over i of columns[j][i] residual[i]; n columns. */
extern void panel_gradient(double *out, const double *columns, const double *residual, int32_t n);

/* Numbers that are read soon: n of them. */
typedef struct PanelAhead
{
	const double *first;
	size_t n;
} PanelAhead;

/* Asks for them. */
extern void panel_fetch(const PanelAhead *ahead);

/*
 * out[j * panel_padded(n) + k] += sum over i of curvature[i] columns[j][i] columns[k][i] for k <= j < n,
 * of which those with first <= k < first + PANEL_GROUP, so that the caller can look up in between.
 *
 * first: a multiple of PANEL_GROUP; with 0 the rows ahead are asked for between the products, which
 * hide what memory takes.  columns: panel_padded(n) of them, zeros from n on.  Entries above the
 * diagonal and in the padding hold nothing of use.
 */
extern void panel_gram(double *out, const double *columns, const double *curvature, int32_t n,
					   int32_t first, const PanelAhead *ahead);

/* out[i] = columns[i] in single precision: n columns. */
extern void panel_round(float *out, const double *columns, int32_t n);

/*
 * panel_gram_single
 *		panel_gram() of columns in single precision, in half the time.
 *
 * Each product and each sum over a panel is rounded to float, sums over panels are double: an entry's
 * error is below 1e-5 times the sum of |curvature[i] columns[j][i] columns[k][i]|.
 */
extern void panel_gram_single(double *out, const float *columns, const double *curvature, int32_t n,
							  int32_t first, const PanelAhead *ahead);

/*
 * panel_scatter
 *		The part of the Hessian that belongs to indicators.
 *
 * Row i meets the indicators found[s][i], 0 <= s < n_slots, increasing in s
 * where not negative.  For each of them, at index f:
 *   hessian[f * stride + j] += curvature[i] rows[i * n + j] for j < n (the dense columns),
 *   hessian[f * stride + g] += curvature[i] for the indicators g <= f of row i,
 *   gradient[f] += residual[i].
 * used: rows of the panel.
 */
extern void panel_scatter(double *hessian, int64_t stride, double *gradient, const int32_t *found,
						  int32_t n_slots, const double *rows, int32_t n, const double *curvature,
						  const double *residual, int32_t used);

#endif /* ORCHARD_KERNEL_LINEAR_PANEL_SIMD_H */
