/*
 * logistic_solve.c: the Newton system of a logistic fit.
 *
 * The Hessian is scaled to a unit diagonal before it is factored, so that rank
 * is judged alike for columns of small and of large curvature.  Where columns
 * depend on each other, steps leave the later ones alone; at the end the
 * estimate is moved along the null space to its shortest form, so that it does
 * not depend on the way there.
 */
#include "kernel/linear/logistic_state.h"

#include <math.h>

#include "kernel/linear/cholesky_simd.h"

#define RANK_TOLERANCE 1e-11 /* of a pivot, the diagonal being 1 */
#define NO_CURVATURE 1e-20	 /* of a diagonal entry against the largest: a constant column */

/* Scales the matrix and factors it. */
Status
logistic_factor(Logistic *fit)
{
	size_t p = (size_t) fit->n_columns;
	double most = 0.0;
	size_t i;
	size_t k;

	for (i = 0; i < p; i++)
		most = fmax(most, fit->matrix[i * p + i]);
	for (i = 0; i < p; i++)
	{
		double square = fit->matrix[i * p + i];

		fit->root[i] = square > NO_CURVATURE * most ? sqrt(square) : 0.0;
	}
	for (i = 0; i < p; i++)
	{
		double *row = fit->matrix + i * p;
		double own = fit->root[i] > 0.0 ? 1.0 / fit->root[i] : 0.0;

		if ((i & 63) == 0 && stop_requested(fit->stop))
			return KERNEL_STOPPED;
		for (k = 0; k <= i; k++)
			row[k] = fit->root[k] > 0.0 ? row[k] * own / fit->root[k] : 0.0;
	}
	return cholesky_factor(fit->matrix, fit->n_columns, RANK_TOLERANCE, &fit->rank, fit->stop);
}

/* The smallest pivot of the factored matrix, of 1 at the most; 0 where its rank is not full. */
double
logistic_smallest_pivot(const Logistic *fit)
{
	size_t p = (size_t) fit->n_columns;
	double smallest = fit->rank < fit->n_columns ? 0.0 : 1.0;
	size_t i;

	for (i = 0; i < p && smallest > 0.0; i++)
		smallest = fmin(smallest, fit->matrix[i * p + i] * fit->matrix[i * p + i]);
	return smallest;
}

/* x = a solution of H x = b; b in the range of H. */
void
logistic_solve(const Logistic *fit, const double *b, double *x)
{
	int32_t i;

	for (i = 0; i < fit->n_columns; i++)
		x[i] = fit->root[i] > 0.0 ? b[i] / fit->root[i] : 0.0;
	cholesky_solve(fit->matrix, fit->n_columns, x);
	for (i = 0; i < fit->n_columns; i++)
		x[i] = fit->root[i] > 0.0 ? x[i] / fit->root[i] : 0.0;
}

/*
 * logistic_settle
 *		Finds what the rows do not determine and gives the estimate its minimum norm.
 *
 * Call once, with the matrix factored at the optimum.
 */
Status
logistic_settle(Logistic *fit)
{
	Status status = null_space_find(&fit->null_space, fit->matrix, fit->n_columns, fit->rank,
									fit->root, fit->allocator, fit->stop);

	if (status == KERNEL_OK)
		null_space_remove(&fit->null_space, fit->estimate);
	return status;
}

/* Whether the rows determine v . coefficients; after logistic_settle(). */
bool
logistic_is_determined(const Logistic *fit, const double *v)
{
	return null_space_leaves(&fit->null_space, v);
}

/*
 * Variances of the column coefficients, the factored matrix being the mean Hessian: NaN where the
 * rows do not determine the coefficient.  After logistic_settle().
 */
Status
logistic_variances(const Logistic *fit, double *variance)
{
	Status status =
		cholesky_inverse_diagonal(fit->matrix, fit->n_columns, fit->allocator, fit->stop, variance);
	int32_t i;

	for (i = 0; i < fit->n_columns && status == KERNEL_OK; i++)
	{
		if (fit->root[i] > 0.0)
			variance[i] /= fit->root[i] * fit->root[i] * fit->total;
		if (!null_space_leaves_entry(&fit->null_space, i))
			variance[i] = NAN;
	}
	return status;
}
