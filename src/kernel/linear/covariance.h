/*
 * covariance.h: the covariance of a linear model's coefficients, as a factor of it.
 *
 * C = G G' with G lower triangular, of the coefficients of columns centred at
 * given values.  Both keep digits: about centres the intercept hardly depends
 * on the other coefficients, and d'C d = |G'd|^2 cannot cancel, so the error of
 * a variance grows with the condition number of the design and not its square.
 * G is packed by rows: entry i, j at i (i + 1) / 2 + j for j <= i.
 */
#ifndef ORCHARD_KERNEL_LINEAR_COVARIANCE_H
#define ORCHARD_KERNEL_LINEAR_COVARIANCE_H

#include "kernel/base/double_double.h"
#include "kernel/base/memory.h"
#include "kernel/linear/linear_model.h"

#define COVARIANCE_TERMS 64 /* terms up to which a model keeps it unasked: 16 kB */

static inline size_t
covariance_entries(size_t n)
{
	return n * (n + 1) / 2;
}

/*
 * covariance_of_information
 *		The factor of the inverse of the n x n matrix in the lower triangle (row-major).
 *
 * information: scaled to a unit diagonal; the row of a constant column is zero
 * and becomes zero in the factor.  All others are independent.  is_exact: in
 * double-double, else by blocks in double.  Cost 2 n^3 / 3.
 *
 * Returns KERNEL_OK, KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED, KERNEL_INVALID for a matrix that is
 * singular but for zero rows.
 */
extern Status covariance_of_information(const DoubleDouble *information, int32_t n, bool is_exact,
										const Allocator *allocator, const StopCheck *stop,
										double *factor);

/* image = G'd; n each. */
extern void covariance_image(const double *factor, int32_t n, const double *d, double *image);

/* d'C d; image: scratch, n. */
extern double covariance_form(const double *factor, int32_t n, const double *d, double *image);

/* G K times a number in place of G, K lower triangular and packed as well. */
extern void covariance_multiply(double *factor, const double *other, int32_t n, double number);

/* Multiplies the standard errors of n terms with a factor; one that is not finite leaves nothing known. */
extern void covariance_scale(LinearCovariance *covariance, size_t n, double factor);

/* The variance of coefficient i. */
extern double covariance_of_term(const double *factor, int32_t i);

/*
 * covariance_wald
 *		b'C^-1 b of the terms from `first` on, constant ones left out.
 *
 * estimate: n.  *wald is NaN where C is singular.  KERNEL_OK, KERNEL_OUT_OF_MEMORY.
 */
extern Status covariance_wald(const double *factor, const double *estimate, int32_t n,
							  int32_t first, const Allocator *allocator, double *wald);

#endif /* ORCHARD_KERNEL_LINEAR_COVARIANCE_H */
