/*
 * normal_equations.h: solving the scaled normal equations of least squares.
 *
 * R u = c for p columns scaled to a unit diagonal.  Up to EXACT_COLUMNS columns in
 * double-double by pivoted Cholesky; above, in double by blocked Cholesky, with
 * two rounds of refinement by residuals in double-double.  Where columns depend
 * on each other, u is the solution of least norm, and what the equations leave
 * open has no variance.
 */
#ifndef ORCHARD_KERNEL_LINEAR_NORMAL_EQUATIONS_H
#define ORCHARD_KERNEL_LINEAR_NORMAL_EQUATIONS_H

#include "kernel/base/double_double.h"
#include "kernel/base/memory.h"

#define EXACT_COLUMNS 256

typedef struct NormalEquations
{
	/* given; the arrays belong to the caller */
	const Allocator *allocator;
	int32_t p;
	bool is_exact; /* the entries of R are right to more than a double's digits */
	bool wants_variance;
	DoubleDouble *gram; /* p x p: R in the lower triangle; overwritten; zero rows are left out */
	const DoubleDouble *moment; /* p: c */
	const DoubleDouble *mean;	/* p: v, whose v . u is asked for too (the intercept's part) */
	const double *tolerance;	/* p: a column whose pivot is at most this depends on others */

	/* found */
	DoubleDouble *solution; /* p: u, room from the caller */
	double *variance; /* p: diagonal of R's (pseudo-)inverse, NaN where not determined; room from
								 * the caller */
	double mean_variance; /* v' R^-1 v; NaN where v . u is not determined */
	DoubleDouble slack;	  /* u'(c - R u), what rounding left */
	int32_t rank;
	double condition; /* square root of the ratio of extreme pivots, NaN with rank < p */
} NormalEquations;

/* Returns KERNEL_OK, KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED. */
extern Status normal_equations_solve(NormalEquations *equations, const StopCheck *stop);

#endif /* ORCHARD_KERNEL_LINEAR_NORMAL_EQUATIONS_H */
