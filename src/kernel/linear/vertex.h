/*
 * vertex.h: the exact minimum of a sum of tilted absolute residuals, which lies at a vertex.
 *
 * Notation: n rows x_i of k columns, targets y_i, r_i = y_i - x_i'b.
 */
#ifndef ORCHARD_KERNEL_LINEAR_VERTEX_H
#define ORCHARD_KERNEL_LINEAR_VERTEX_H

#include "kernel/base/memory.h"

typedef struct VertexProblem
{
	int32_t k; /* > 0 */
	int64_t n;
	const double *x;	 /* n x k, row-major, columns of like size */
	const double *y;	 /* n */
	const double *shift; /* n: added to y while pivots are chosen, so that rows do not tie */
	const double *low;	 /* n, <= 0: the loss of row i is low[i] r where r < 0 */
	const double *high;	 /* n, > 0: and high[i] r where r > 0 */
	const double *
		fixed; /* k: sum of x_i times the slope of the loss over rows left out, whose side is known */
	double slack;  /* by which a dual may be beyond its bounds: the rounding of `fixed` */
	bool is_whole; /* no row is left out, so that there is a minimum */
} VertexProblem;

/* What is found; the arrays are the caller's. */
typedef struct VertexResult
{
	double *b; /* k: the start in, the minimum out, where the rows of the basis have residual 0 */
	int64_t *basis;	 /* k: rows whose residual is 0 */
	double *dual;	 /* n: within [low, high] but for `slack`; with `fixed`, X' dual = 0 */
	int64_t pivots;	 /* taken */
	bool is_optimal; /* all duals are within their bounds */
} VertexResult;

/*
 * vertex_solve
 *		Minimises sum low_i min(r_i, 0) + high_i max(r_i, 0) - fixed'b over b.
 *
 * The simplex method of Barrodale and Roberts ("An improved algorithm for discrete l1 linear
 * approximation", SIAM Journal on Numerical Analysis 10, 1973), for any tilt as Koenker and d'Orey
 * ("Computing regression quantiles", Applied Statistics 36, 1987): from the k rows nearest to the
 * start, the row whose dual is furthest beyond its bounds leaves, and the step goes through as many
 * rows as lower the loss.  Each of at most max_pivots pivots costs O(n k + k^2).
 *
 * The duals prove how good b is (weak duality), whatever happened on the way: they do not
 * depend on y, so the shifts cost no more than they change the loss.
 * Returns KERNEL_OK; KERNEL_NOT_CONVERGED when the loss falls without end, which rows left out would
 * stop, or when no k rows are independent; KERNEL_OUT_OF_MEMORY; KERNEL_STOPPED.
 */
extern Status vertex_solve(const VertexProblem *problem, int64_t max_pivots,
						   const Allocator *allocator, const StopCheck *stop, VertexResult *result);

#endif /* ORCHARD_KERNEL_LINEAR_VERTEX_H */
