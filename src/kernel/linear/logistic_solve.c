/*
 * logistic_solve.c: the Newton system of a logistic fit.
 *
 * The Hessian is scaled to a unit diagonal before it is factored, so that rank
 * is judged alike for columns of small and of large curvature.
 */
#include "kernel/linear/logistic_state.h"

#include <math.h>

#include "kernel/linear/symmetric.h"

#define RANK_TOLERANCE 1e-11 /* of a pivot, the diagonal being 1 */
#define NO_CURVATURE 1e-20	 /* of a diagonal entry against the largest: a constant column */
#define DETERMINED 1e-6

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

		for (k = 0; k <= i; k++)
		{
			double scale = fit->root[i] * fit->root[k];

			row[k] = scale > 0.0 ? row[k] / scale : 0.0;
		}
	}
	return plain_factor(fit->matrix, fit->n_columns, RANK_TOLERANCE, fit->pivot, &fit->rank,
						fit->stop);
}

/* x = (pseudo-)inverse of the factored matrix times b. */
Status
logistic_solve(const Logistic *fit, const double *b, double *x)
{
	size_t p = (size_t) fit->n_columns;
	double *scaled = memory_allocate(fit->allocator, p, sizeof(double));
	Status status;
	size_t i;

	if (scaled == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < p; i++)
		scaled[i] = fit->root[i] > 0.0 ? b[i] / fit->root[i] : 0.0;
	status =
		plain_solve(fit->matrix, fit->n_columns, fit->rank, fit->pivot, fit->allocator, scaled, x);
	for (i = 0; i < p && status == KERNEL_OK; i++)
		x[i] = fit->root[i] > 0.0 ? x[i] / fit->root[i] : 0.0;
	memory_release(fit->allocator, scaled, p, sizeof(double));
	return status;
}

/*
 * Variances of the column coefficients, the factored matrix being the mean Hessian: NaN where the
 * rows do not determine the coefficient.
 */
Status
logistic_variances(const Logistic *fit, double *variance)
{
	size_t p = (size_t) fit->n_columns;
	double *determined = memory_allocate(fit->allocator, p, sizeof(double));
	Status status;
	size_t i;

	if (determined == NULL)
		return KERNEL_OUT_OF_MEMORY;
	status = plain_inverse_diagonal(fit->matrix, fit->n_columns, fit->rank, fit->pivot,
									fit->allocator, fit->stop, variance, determined);
	for (i = 0; i < p && status == KERNEL_OK; i++)
	{
		if (fit->root[i] > 0.0 && determined[i] >= 1.0 - DETERMINED)
			variance[i] /= fit->root[i] * fit->root[i] * fit->total;
		else
			variance[i] = NAN;
	}
	memory_release(fit->allocator, determined, p, sizeof(double));
	return status;
}

/*
 * Whether v . coefficients is determined by the rows: whether v = H x for `solution`
 * x = logistic_solve(v).  scratch: n_columns.
 */
bool
logistic_is_determined(const Logistic *fit, const double *v, const double *solution,
					   double *scratch)
{
	size_t p = (size_t) fit->n_columns;
	size_t rank = (size_t) fit->rank;
	double error = 0.0;
	double most = 0.0;
	size_t i;
	size_t k;

	/* H = D P L L' P' D with D the roots. */
	for (k = 0; k < rank; k++)
		scratch[k] = 0.0;
	for (i = 0; i < p; i++)
	{
		size_t at = (size_t) fit->pivot[i];

		for (k = 0; k < rank && k <= i; k++)
			scratch[k] += fit->matrix[i * p + k] * fit->root[at] * solution[at];
	}
	for (i = 0; i < p; i++)
	{
		size_t at = (size_t) fit->pivot[i];
		double product = 0.0;

		if (!(fit->root[at] > 0.0))
			continue;
		for (k = 0; k < rank && k <= i; k++)
			product += fit->matrix[i * p + k] * scratch[k];
		most = fmax(most, fabs(v[at] / fit->root[at]));
		error = fmax(error, fabs(product - v[at] / fit->root[at]));
	}
	return error <= DETERMINED * most;
}
