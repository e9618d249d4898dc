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
#define NOTHING 1e-6		 /* an entry of a null vector of length 1 that is rounding */

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

static double
product(const double *a, const double *b, size_t n)
{
	double sum = 0.0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Takes from x its part along each of n orthonormal vectors. */
static void
remove_parts(const double *vectors, int32_t n, size_t p, double *x)
{
	int32_t v;
	size_t i;

	for (v = 0; v < n; v++)
	{
		const double *vector = vectors + (size_t) v * p;
		double part = product(vector, x, p);

		for (i = 0; i < p; i++)
			x[i] -= part * vector[i];
	}
}

/*
 * Orthonormal vectors of coefficients that change no row's eta, constant columns aside.  Gram and
 * Schmidt, twice (Giraud and others, Numerische Mathematik 101, 2005: twice is enough).
 */
static Status
find_null_space(Logistic *fit)
{
	size_t p = (size_t) fit->n_columns;
	int32_t n_constant = 0;
	int32_t k;
	size_t i;

	for (k = 0; k < fit->n_columns; k++)
		n_constant += !(fit->root[k] > 0.0);
	fit->n_null_room = fit->n_columns - fit->rank - n_constant;
	fit->n_null = 0;
	if (fit->n_null_room <= 0)
		return KERNEL_OK;
	fit->null_space =
		memory_allocate_zero(fit->allocator, (size_t) fit->n_null_room * p, sizeof(double));
	if (fit->null_space == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (k = 0; k < fit->n_columns && fit->n_null < fit->n_null_room; k++)
	{
		double *vector = fit->null_space + (size_t) fit->n_null * p;
		double length;

		if (!(fit->root[k] > 0.0) || fit->matrix[(size_t) k * p + (size_t) k] > 0.0)
			continue;
		if (stop_requested(fit->stop))
			return KERNEL_STOPPED;
		cholesky_null_vector(fit->matrix, fit->n_columns, k, vector);
		for (i = 0; i < p; i++)
			vector[i] = fit->root[i] > 0.0 ? vector[i] / fit->root[i] : 0.0;
		length = sqrt(product(vector, vector, p));
		for (i = 0; i < p; i++)
			vector[i] /= length;
		remove_parts(fit->null_space, fit->n_null, p, vector);
		remove_parts(fit->null_space, fit->n_null, p, vector);
		length = sqrt(product(vector, vector, p));
		for (i = 0; i < p; i++)
			vector[i] /= length;
		fit->n_null++;
	}
	return KERNEL_OK;
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
	Status status = find_null_space(fit);

	if (status == KERNEL_OK)
		remove_parts(fit->null_space, fit->n_null, (size_t) fit->n_columns, fit->estimate);
	return status;
}

/* Whether the rows determine v . coefficients; after logistic_settle(). */
bool
logistic_is_determined(const Logistic *fit, const double *v)
{
	size_t p = (size_t) fit->n_columns;
	double length = sqrt(product(v, v, p));
	int32_t k;

	for (k = 0; k < fit->n_null; k++)
	{
		if (fabs(product(fit->null_space + (size_t) k * p, v, p)) > NOTHING * length)
			return false;
	}
	return true;
}

/*
 * Variances of the column coefficients, the factored matrix being the mean Hessian: NaN where the
 * rows do not determine the coefficient.  After logistic_settle().
 */
Status
logistic_variances(const Logistic *fit, double *variance)
{
	size_t p = (size_t) fit->n_columns;
	Status status =
		cholesky_inverse_diagonal(fit->matrix, fit->n_columns, fit->allocator, fit->stop, variance);
	size_t i;
	int32_t k;

	for (i = 0; i < p && status == KERNEL_OK; i++)
	{
		if (fit->root[i] > 0.0)
			variance[i] /= fit->root[i] * fit->root[i] * fit->total;
		for (k = 0; k < fit->n_null; k++)
		{
			if (fabs(fit->null_space[(size_t) k * p + i]) > NOTHING)
				variance[i] = NAN;
		}
	}
	return status;
}
