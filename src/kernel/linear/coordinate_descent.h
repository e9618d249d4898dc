/*
 * coordinate_descent.h: the lasso, the elastic net and nonnegative least squares from their sums.
 *
 * Minimises u'(R + D) u / 2 - c'u + sum of t_j |u_j|, over u >= 0 if so asked, for R of
 * the scaled normal equations and a diagonal D >= 0, the ridge penalty.  One
 * coordinate at a time is set to its optimum, the gradient following in O(p)
 * when it moves (the covariance updates of Friedman, Hastie and Tibshirani,
 * J. Stat. Softw. 33, 2010).  Sweeps find which columns are in use and with which
 * signs; the optimum for these is a linear system, whose solution is taken as far
 * as the signs hold (the feature-sign search of Lee, Battle, Raina and Ng, NIPS
 * 2006), so that correlated columns take few sweeps too.  The cost does not depend
 * on the number of rows.
 *
 * One problem: coordinate_descent_solve.  Several that differ in t and D alone, each
 * from where the one before ended: begin -> advance for each -> end.
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
	const DoubleDouble *gram;	/* p x p: R, symmetric; zero rows are left out */
	const DoubleDouble *moment; /* p: c */
	const double *threshold;	/* p: t >= 0 */
	const double *ridge;		/* p: D >= 0; NULL = 0 */
	bool is_rough;				/* the residual in double, and no slack */

	/* found */
	DoubleDouble *solution; /* p: u, room from the caller */
	DoubleDouble slack;		/* u'(c - (R + D) u), NAN when rough */
	double
		residual; /* largest violation of the optimality conditions, divided by the largest |c_j| */
	int32_t n_nonzero; /* of u */
	int32_t sweeps;
	bool converged; /* residual <= DESCENT_TOLERANCE */

	struct Sweeper *sweeper; /* between begin and end */
} CoordinateDescent;

/* Returns KERNEL_OK, also when not converged, KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED. */
extern Status coordinate_descent_solve(CoordinateDescent *descent, const StopCheck *stop);

/* Starts at u = 0.  On failure there is nothing to end. */
extern Status coordinate_descent_begin(CoordinateDescent *descent);

/* Solves for the t and D that stand in their arrays now, from the last solution. */
extern Status coordinate_descent_advance(CoordinateDescent *descent, const StopCheck *stop);
extern void coordinate_descent_end(CoordinateDescent *descent);

#endif /* ORCHARD_KERNEL_LINEAR_COORDINATE_DESCENT_H */
