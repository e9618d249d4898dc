/*
 * normal_equations.h: solving the scaled normal equations of least squares.
 *
 * R u = c for p columns scaled to a unit diagonal.  Exact equations of up to
 * EXACT_COLUMNS columns in double-double by pivoted Cholesky; others in double by
 * blocked Cholesky, with two rounds of refinement by residuals in double-double.
 * Where that finds exact ones ill-conditioned or dependent, in double-double after
 * all.  Where columns depend on each other, u is the solution of least norm, and
 * what the equations leave open has no variance.
 */
#ifndef ORCHARD_KERNEL_LINEAR_NORMAL_EQUATIONS_H
#define ORCHARD_KERNEL_LINEAR_NORMAL_EQUATIONS_H

#include "kernel/base/double_double.h"
#include "kernel/base/memory.h"

#define EXACT_COLUMNS 256

/*
 * The condition number above which equations in double are called rough: their solution has
 * about 16 - 2 log10(condition) digits, 8 here.
 */
#define ROUGH_CONDITION 1e4

typedef struct NormalEquations
{
	/* given; the arrays belong to the caller */
	const Allocator *allocator;
	int32_t p;
	bool is_exact; /* the entries of R are right to more than a double's digits */
	bool wants_variance;
	DoubleDouble *
		gram; /* p x p: R in the lower triangle; overwritten, above it too; zero rows are left out */
	const DoubleDouble *moment; /* p: c */
	const DoubleDouble *mean;	/* p: v, whose v . u is asked for too (the intercept's part) */
	const double *tolerance;	/* p: a column whose pivot is at most this depends on others */
	int32_t *pivot;				/* p: room for what normal_equations_correct() needs; or NULL */

	/* found */
	DoubleDouble *solution; /* p: u, room from the caller */
	double *variance; /* p: diagonal of R's (pseudo-)inverse, NaN where not determined; room from
								 * the caller */
	double mean_variance; /* v' R^-1 v; NaN where v . u is not determined */
	DoubleDouble slack;	  /* u'(c - R u), what rounding left; 0 where exact */
	double residual;	  /* largest entry of c - R u, as a share of c's largest; 0 where c is 0 */
	int32_t rank;
	double
		condition; /* square root of the ratio of extreme pivots, NaN where columns depend on each other */
	bool is_factored; /* gram is the factor in double-double */
} NormalEquations;

/* Returns KERNEL_OK, KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED. */
extern Status normal_equations_solve(NormalEquations *equations, const StopCheck *stop);

/* The largest entry of p, c - R u for some u, as a share of c's largest; 0 where c is 0. */
extern double normal_equations_share(const NormalEquations *equations, const DoubleDouble *rest);

/* change = the solution for another c, by the factor in double-double.  KERNEL_OK, KERNEL_OUT_OF_MEMORY. */
extern Status normal_equations_correct(const NormalEquations *equations, const DoubleDouble *moment,
									   DoubleDouble *change);

#endif /* ORCHARD_KERNEL_LINEAR_NORMAL_EQUATIONS_H */
