/*
 * softmax_simd.h: the multinomial likelihood on a panel, PANEL_ROWS rows stored by column.
 *
 * Compiled for AVX2 with fused multiply-add and for the baseline, as panel_simd.h is.
 * Rows that a panel does not use have weight 0 and any class.
 */
#ifndef ORCHARD_KERNEL_LINEAR_SOFTMAX_SIMD_H
#define ORCHARD_KERNEL_LINEAR_SOFTMAX_SIMD_H

#include <stdint.h>

#include "kernel/linear/panel_simd.h"

/* The rows of a panel. */
typedef struct SoftmaxRows
{
	int32_t class_of[PANEL_ROWS];  /* their classes */
	double weight[PANEL_ROWS];	   /* >= 0 */
	double loss[PANEL_ROWS];	   /* out: -log p of the own class, without the weight */
	int32_t likeliest[PANEL_ROWS]; /* out: the class of the largest eta, the first of equals */
} SoftmaxRows;

/*
 * softmax_panel
 *		Probabilities, residuals and losses.
 *
 * p: n_classes columns of eta, replaced by p_k = exp(eta_k) / sum over c of exp(eta_c).
 * residual: as many columns of weight (p_k - [k is the row's class]); that of the row's own class is
 * minus the sum of the others, so that it is exact where p is close to 1.
 * An eta that lies 708 or more below the largest counts as 708 below.  Relative errors of p, of 1 - p
 * and of the loss are some units in the last place.
 */
extern void softmax_panel(double *p, double *residual, SoftmaxRows *rows, int32_t n_classes);

/*
 * cross[i] = weight[i] a[i] b[i], which is added to of_a[i] and of_b[i]: the curvature between two
 * classes, and what it adds to that of each.
 */
extern void softmax_cross(double *cross, double *of_a, double *of_b, const double *a,
						  const double *b, const double *weight);

#endif /* ORCHARD_KERNEL_LINEAR_SOFTMAX_SIMD_H */
