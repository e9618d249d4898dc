/*
 * bounded_quadratic.h: the minimum of a quadratic whose variables may not fall below 0.
 *
 * Minimises g'(x - x0) + (x - x0)'H (x - x0) / 2 over x >= 0 where bounded, from x0 >= 0: the step of
 * Newton's method with bounds.  The others are free.  H is positive semidefinite and g in its range, as
 * the Hessian X'WX and the gradient X'r of rows are.
 */
#ifndef ORCHARD_KERNEL_LINEAR_BOUNDED_QUADRATIC_H
#define ORCHARD_KERNEL_LINEAR_BOUNDED_QUADRATIC_H

#include "kernel/base/memory.h"

typedef struct BoundedQuadratic
{
	/* given; the arrays belong to the caller */
	int32_t p;
	const double *matrix; /* p x p, lower triangle row-major: H */
	const double *slope;  /* p: g */
	const double *start;  /* p: x0; at least 0 where bounded */
	const bool *is_bounded;

	/* found */
	double *x;		  /* p, of the solver's own memory */
	double curvature; /* (x - x0)'H (x - x0) */
	int32_t factored; /* systems that it took */
	int32_t
		dependent; /* most variables of one that depended on others; p where a curvature is negative */
	double
		left; /* largest violation of the optimality conditions at x: rounding, where H and g are as said */

	struct BoundedWork *work; /* between begin and end */
} BoundedQuadratic;

/* Room for a problem of p variables, once for many.  KERNEL_OK or KERNEL_OUT_OF_MEMORY; end it in both cases. */
extern Status bounded_quadratic_begin(BoundedQuadratic *problem, int32_t p,
									  const Allocator *allocator);
extern void bounded_quadratic_end(BoundedQuadratic *problem, const Allocator *allocator);

/*
 * bounded_quadratic_solve
 *		The minimum, exactly but for rounding: variables at their bound are 0.0.
 *
 * A primal active set method (Nocedal, Wright, Numerical Optimization, 2nd ed., section 16.5), which
 * begins with the variables above 0 at x0 in use.  The minimum over those in use is a linear system;
 * where it would turn some negative, these go out of use, together where that lowers the objective
 * (the projection of Bertsekas, SIAM J. Control Optim. 20, 1982), else as far as the first.  Then all
 * come into use that the gradient pulls upwards.  The objective falls from one minimum to the next, so no
 * set of variables returns.
 *
 * A variable that depends on those in use before it, in their order, stays where it is, so that of collinear
 * columns the first take what others could.  So does one without curvature.
 * Where H is not positive semidefinite, x may be no minimum: `dependent` and `left` tell.
 * Cost: a Cholesky factor of the variables in use for each set, mostly few.
 * Returns KERNEL_OK, KERNEL_STOPPED.
 */
extern Status bounded_quadratic_solve(BoundedQuadratic *problem, const StopCheck *stop);

#endif /* ORCHARD_KERNEL_LINEAR_BOUNDED_QUADRATIC_H */
