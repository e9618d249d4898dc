/*
 * cholesky_simd.h: symmetric positive semidefinite systems in double, by blocks.
 *
 * A = LL' for a p x p matrix in the lower triangle (row-major; what is above the
 * diagonal is scratch), scaled by the caller to a unit diagonal.  A column whose
 * pivot is at most `tolerance` depends on the columns before it: its L[j][j] and
 * what is below become 0, and it takes no part in solutions.  That rank decision
 * follows the order of the columns, as in R's lm; it needs no exchanges.
 * Errors: Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., theorem 10.3.
 *
 * Compiled for AVX2 with fused multiply-add and for the baseline; the choice is
 * made at run time.
 */
#ifndef ORCHARD_KERNEL_LINEAR_CHOLESKY_SIMD_H
#define ORCHARD_KERNEL_LINEAR_CHOLESKY_SIMD_H

#include "kernel/base/memory.h"

/* Factors in place; *rank: columns that depend on no other.  p^3 / 3 operations. */
extern Status cholesky_factor(double *a, int32_t p, double tolerance, int32_t *rank,
							  const StopCheck *stop);

/* x = a solution of A x = b in place of b, 0 at dependent columns; b in the range of A. */
extern void cholesky_solve(const double *l, int32_t p, double *x);

/* The vector of A's null space that has 1 at dependent column j and 0 at the other dependent ones. */
extern void cholesky_null_vector(const double *l, int32_t p, int32_t j, double *x);

/*
 * diagonal[j]: entry jj of the inverse of A without its dependent columns; NaN for these.
 * p^3 / 3 operations.
 */
extern Status cholesky_inverse_diagonal(const double *l, int32_t p, const Allocator *allocator,
										const StopCheck *stop, double *diagonal);

#endif /* ORCHARD_KERNEL_LINEAR_CHOLESKY_SIMD_H */
