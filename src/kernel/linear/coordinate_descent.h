/*
 * coordinate_descent.h: the lasso, the elastic net and nonnegative least squares from their sums.
 *
 * Minimises u'R u / 2 - c'u + sum of t_j |u_j|, over u >= 0 if so asked, for R of
 * the scaled normal equations: a ridge penalty stands on R's diagonal.  One
 * coordinate at a time is set to its optimum, the gradient following in O(p)
 * when it moves (the covariance updates of Friedman, Hastie and Tibshirani,
 * J. Stat. Softw. 33, 2010).  Sweeps go over the columns in use until these have
 * come to rest, then over all.  The cost does not depend on the number of rows.
 */
#ifndef ORCHARD_KERNEL_LINEAR_COORDINATE_DESCENT_H
#define ORCHARD_KERNEL_LINEAR_COORDINATE_DESCENT_H

#include "kernel/base/double_double.h"
#include "kernel/base/memory.h"

#define DESCENT_TOLERANCE 1e-10 /* of the residual below */
#define DESCENT_SWEEPS 100000

typedef struct CoordinateDescent
{
	/* given; the arrays belong to the caller */
	const Allocator *allocator;
	int32_t p;
	bool nonnegative;
	const DoubleDouble *gram;	/* p x p: R in the lower triangle; zero rows are left out */
	const DoubleDouble *moment; /* p: c */
	const double *threshold;	/* p: t >= 0 */

	/* found */
	DoubleDouble *solution; /* p: u, room from the caller */
	DoubleDouble slack;		/* u'(c - R u) */
	double
		residual; /* largest violation of the optimality conditions, divided by the largest |c_j| */
	int32_t n_nonzero; /* of u */
	int32_t sweeps;
	bool converged; /* residual <= DESCENT_TOLERANCE */
} CoordinateDescent;

/* Returns KERNEL_OK, also when not converged, KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED. */
extern Status coordinate_descent_solve(CoordinateDescent *descent, const StopCheck *stop);

#endif /* ORCHARD_KERNEL_LINEAR_COORDINATE_DESCENT_H */
