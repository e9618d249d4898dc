/*
 * objective_simd.h: the arithmetic of gradients on arrays.
 *
 * Compiled for AVX2 and for the baseline, chosen at run time; both give the same
 * bits, since neither fuses a product with a sum.
 */
#ifndef ORCHARD_KERNEL_TREE_OBJECTIVE_SIMD_H
#define ORCHARD_KERNEL_TREE_OBJECTIVE_SIMD_H

#include <stdint.h>

#define OBJECTIVE_ROWS 1024 /* most values of a call */

/* out[i] = exp(x[i]), x limited to +-708. */
extern void objective_exp(double *out, const double *x, int32_t n);

/*
 * Binary log loss with targets 0 and 1: gradient p - y, hessian p (1 - p) and
 * loss of each row, p = 1 / (1 + exp(-score)).
 */
extern void objective_logistic(double *gradient, double *hessian, double *loss, const double *score,
							   const double *target, int32_t n);

/* The same by the portable code, for tests. */
extern void objective_exp_portable(double *out, const double *x, int32_t n);
extern void objective_logistic_portable(double *gradient, double *hessian, double *loss,
										const double *score, const double *target, int32_t n);

#endif /* ORCHARD_KERNEL_TREE_OBJECTIVE_SIMD_H */
