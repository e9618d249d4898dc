/*
 * symmetric.h: solving with symmetric positive semidefinite matrices in double-double.
 *
 * exact_factor
 *		Pivoted Cholesky P'AP = LL' of the p x p matrix in a's lower triangle (row-major), in place.
 *		A column whose pivot is at most its tolerance (p, by row of A) depends on others; *rank
 *		columns of L are right when only such are left.  pivot[k]: the row of A that became row k.
 *		Cost O(p rank^2).
 *		(Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 10.3.)
 *
 * exact_solve
 *		Minimum-norm solution of A x = b; the solution when rank = p.
 *		With rank < p: x = P L (L'L)^-2 L' P' b.
 *
 * exact_inverse_diagonal
 *		diagonal[j]: entry jj of the (pseudo-)inverse; identified[j]: entry jj of the projector onto
 *		the row space, 1 when coefficient j is determined.
 */
#ifndef ORCHARD_KERNEL_LINEAR_SYMMETRIC_H
#define ORCHARD_KERNEL_LINEAR_SYMMETRIC_H

#include "kernel/base/double_double.h"
#include "kernel/base/memory.h"

extern Status exact_factor(DoubleDouble *a, int32_t p, const double *tolerance, int32_t *pivot,
						   int32_t *rank, const StopCheck *stop);
extern Status exact_solve(const DoubleDouble *l, int32_t p, int32_t rank, const int32_t *pivot,
						  const Allocator *allocator, const DoubleDouble *b, DoubleDouble *x);
extern Status exact_inverse_diagonal(const DoubleDouble *l, int32_t p, int32_t rank,
									 const int32_t *pivot, const Allocator *allocator,
									 const StopCheck *stop, double *diagonal, double *identified);

#endif /* ORCHARD_KERNEL_LINEAR_SYMMETRIC_H */
