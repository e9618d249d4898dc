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
#include "kernel/linear/covariance.h"

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

Status
logistic_find_step(Logistic *fit)
{
	bool is_free = fit->is_bounded == NULL;
	Status status = is_free ? KERNEL_OK : logistic_bound_step(fit, fit->slope);

	if (status == KERNEL_OK)
		status = logistic_factor(fit);
	if (status == KERNEL_OK && is_free)
		logistic_solve(fit, fit->slope, fit->step);
	return status;
}

/*
 * logistic_settle
 *		Finds what the rows do not determine and gives the estimate its minimum norm.
 *
 * Call once, with the matrix factored at the optimum.  With bounds the estimate stays, since
 * moving along the null space could leave them.
 */
Status
logistic_settle(Logistic *fit)
{
	Status status;

	if (fit->is_bounded != NULL)
		return KERNEL_OK;
	status = null_space_find(&fit->null_space, fit->matrix, fit->n_columns, fit->rank, fit->root,
							 fit->allocator, fit->stop);

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

/* The column of the frame that coefficient i is of, and its place in the order of the terms, list by list. */
static const Column *
column_of(const Logistic *frame, int32_t i, size_t *place)
{
	const Column *column = &frame->columns[i % frame->n_columns];

	*place = (size_t) (i - i % frame->n_columns) + (size_t) column->term;
	return column;
}

/* The scaled matrix LL' with its rows in the order of the terms. */
static void
unfactor(const Logistic *fit, const Logistic *frame, DoubleDouble *information)
{
	size_t p = (size_t) fit->n_columns;
	size_t i;
	size_t j;
	size_t k;

	for (i = 0; i < p; i++)
	{
		const double *row = fit->matrix + i * p;
		size_t place;

		column_of(frame, (int32_t) i, &place);
		for (j = 0; j <= i; j++)
		{
			const double *other = fit->matrix + j * p;
			size_t second;
			double sum = 0.0;

			column_of(frame, (int32_t) j, &second);
			for (k = 0; k <= j; k++)
				sum += row[k] * other[k];
			information[place > second ? place * p + second : second * p + place] = dd_from(sum);
		}
	}
}

/* The factor in the units of the scaled columns. */
static Status
scaled_covariance(const Logistic *fit, const Logistic *frame, double *factor)
{
	size_t p = (size_t) fit->n_columns;
	DoubleDouble *information = memory_allocate_zero(fit->allocator, p * p, sizeof(DoubleDouble));
	Status status = KERNEL_OUT_OF_MEMORY;

	if (information != NULL)
	{
		unfactor(fit, frame, information);
		status = covariance_of_information(information, fit->n_columns, false, fit->allocator,
										   fit->stop, factor);
	}
	memory_release(fit->allocator, information, p * p, sizeof(DoubleDouble));
	return status;
}

/*
 * logistic_covariance
 *		The covariance of the coefficients in original units; not known where a column that is
 *		not constant has none.
 *
 * frame: has the columns, those of one list of coefficients after the other; `fit` itself where there is
 * one list.  covariance->level is that of the first.  As logistic_variances().
 */
Status
logistic_covariance(const Logistic *fit, const Logistic *frame, LinearCovariance *covariance)
{
	int32_t n_constant = 0;
	Status status;
	int32_t k;
	int32_t j;

	for (k = 0; k < fit->n_columns; k++)
		n_constant += fit->root[k] == 0.0;
	if (fit->rank + n_constant < fit->n_columns)
		return KERNEL_OK;
	status = scaled_covariance(fit, frame, covariance->factor);
	if (status != KERNEL_OK)
		return status == KERNEL_INVALID ? KERNEL_OK : status;
	covariance->is_known = true;
	covariance->level = 0.0;
	for (k = 0; k < fit->n_columns; k++)
	{
		size_t place;
		const Column *column = column_of(frame, k, &place);
		double *row = covariance->factor + covariance_entries(place);
		double scale = fit->root[k] * column->deviation * sqrt(fit->total);

		if (column->index == 0 && k < frame->n_columns)
			covariance->level = fit->estimate[k];
		covariance->centre[place] =
			column->index == 0 || !frame->design->has_intercept ? 0.0 : column->mean;
		for (j = 0; j <= (int32_t) place; j++)
		{
			row[j] = scale > 0.0 ? row[j] / scale : 0.0;
			covariance->is_known = covariance->is_known && isfinite(row[j]);
		}
	}
	return KERNEL_OK;
}
