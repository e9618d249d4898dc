/*
 * symmetric.h: solving with symmetric positive semidefinite matrices, in two precisions.
 *
 * Generated twice from symmetric_template.h: `exact_` on DoubleDouble for least
 * squares, `plain_` on double for Newton steps.  With X one of the two:
 *
 * Status X_factor(X *a, int32_t p, double tolerance, int32_t *pivot, int32_t *rank, const StopCheck *stop)
 *		Pivoted Cholesky P'AP = LL' of the p x p matrix in a's lower triangle (row-major), in place.
 *		Stops at the first pivot <= tolerance; *rank columns of L are then right.
 *		pivot[k]: the row of A that became row k.  Cost O(p rank^2).
 *		(Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 10.3.)
 *
 * Status X_solve(const X *l, int32_t p, int32_t rank, const int32_t *pivot, const Allocator *, const X *b, X *x)
 *		Minimum-norm solution of A x = b; the solution when rank = p.
 *		With rank < p: x = P L (L'L)^-2 L' P' b.
 *
 * Status X_inverse_diagonal(..., const Allocator *, const StopCheck *, double *diagonal, double *identified)
 *		diagonal[j]: entry jj of the (pseudo-)inverse; identified[j]: entry jj of the projector onto
 *		the row space, 1 when coefficient j is determined.
 */
#ifndef ORCHARD_KERNEL_LINEAR_SYMMETRIC_H
#define ORCHARD_KERNEL_LINEAR_SYMMETRIC_H

#include "kernel/base/double_double.h"
#include "kernel/base/memory.h"

extern Status exact_factor(DoubleDouble *a, int32_t p, double tolerance, int32_t *pivot,
						   int32_t *rank, const StopCheck *stop);
extern Status exact_solve(const DoubleDouble *l, int32_t p, int32_t rank, const int32_t *pivot,
						  const Allocator *allocator, const DoubleDouble *b, DoubleDouble *x);
extern Status exact_inverse_diagonal(const DoubleDouble *l, int32_t p, int32_t rank,
									 const int32_t *pivot, const Allocator *allocator,
									 const StopCheck *stop, double *diagonal, double *identified);

extern Status plain_factor(double *a, int32_t p, double tolerance, int32_t *pivot, int32_t *rank,
						   const StopCheck *stop);
extern Status plain_solve(const double *l, int32_t p, int32_t rank, const int32_t *pivot,
						  const Allocator *allocator, const double *b, double *x);
extern Status plain_inverse_diagonal(const double *l, int32_t p, int32_t rank, const int32_t *pivot,
									 const Allocator *allocator, const StopCheck *stop,
									 double *diagonal, double *identified);

#endif							/* ORCHARD_KERNEL_LINEAR_SYMMETRIC_H */
