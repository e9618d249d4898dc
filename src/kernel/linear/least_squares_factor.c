/*
 * least_squares_factor.c: standard errors to full digits by one more pass over the rows.
 *
 * G, the factor of the inverse of the equations A of sums of products in double, has lost the digits
 * that the square of the condition number takes.  Rows z = G'x have columns that are nearly
 * orthonormal, so the sum M of their products loses none, and N with N N' = M^-1 makes GN the factor.
 * What is left is the rounding of z, the condition number itself.
 * (The second step of "CholeskyQR2": Yamamoto, Nakatsukasa, Yanagisawa and Fukaya, Electronic
 * Transactions on Numerical Analysis 44, 2015.)
 */
#include <math.h>
#include <string.h>

#include "kernel/linear/covariance.h"
#include "kernel/linear/least_squares_solver.h"

/* Lives through solver_factor(). */
typedef struct Factoring
{
	Solver *solver;
	const Dataset *rows;
	const StopCheck *stop;
	int32_t n;		   /* terms */
	double *values;	   /* n: of a row, then scaled about the centres */
	double *image;	   /* n: z */
	double *part;	   /* packed: products of a block */
	DoubleDouble *sum; /* n x n: M in the lower triangle */
} Factoring;

static void
add_row(Factoring *factoring, const DatasetBlock *block, int32_t row)
{
	const Solver *solver = factoring->solver;
	double weight = block->weight != NULL ? block->weight[row] : 1.0;
	double *sum = factoring->part;
	const double *z = factoring->image;
	int32_t i;
	int32_t j;

	design_row(solver->design, block, row, factoring->values);
	if (solver->first == 1)
		factoring->values[0] = 1.0 / sqrt(solver->total.hi);
	for (i = 0; i < solver->p; i++)
	{
		double *value = factoring->values + solver->first + i;

		*value = solver->scale[i] > 0.0 ? (*value - solver->centre[i]) / solver->scale[i] : 0.0;
	}
	covariance_image(solver->factor, factoring->n, factoring->values, factoring->image);
	for (i = 0; i < factoring->n; i++)
	{
		double share = weight * z[i];

		for (j = 0; j <= i; j++)
			sum[j] += share * z[j];
		sum += i + 1;
	}
}

/* M, from all rows. */
static Status
sum_rows(Factoring *factoring)
{
	size_t n = (size_t) factoring->n;
	size_t i;
	size_t j;
	int32_t b;
	int32_t row;

	for (b = 0; b < factoring->rows->n_blocks; b++)
	{
		const DatasetBlock *block;
		const double *part = factoring->part;
		Status status = dataset_block(factoring->rows, b, &block);

		if (status != KERNEL_OK)
			return status;
		memset(factoring->part, 0, covariance_entries(n) * sizeof(double));
		for (row = 0; row < block->n; row++)
		{
			if ((row & 31) == 0 && stop_requested(factoring->stop))
				return KERNEL_STOPPED;
			add_row(factoring, block, row);
		}
		for (i = 0; i < n; i++)
		{
			for (j = 0; j <= i; j++)
				factoring->sum[i * n + j] = dd_add_double(factoring->sum[i * n + j], *part++);
		}
	}
	return KERNEL_OK;
}

/* The variances of the scaled coefficients, and of the intercept, by the factor. */
static void
set_variances(Factoring *factoring)
{
	Solver *solver = factoring->solver;
	int32_t i;

	for (i = 0; i < solver->p; i++)
	{
		solver->variance[i] =
			solver->scale[i] > 0.0 ? covariance_of_term(solver->factor, solver->first + i) : NAN;
		factoring->values[solver->first + i] =
			solver->scale[i] > 0.0 ? -solver->centre[i] / solver->scale[i] : 0.0;
	}
	if (solver->first == 0)
		return;
	factoring->values[0] = 1.0 / sqrt(solver->total.hi);
	solver->equations.mean_variance =
		covariance_form(solver->factor, factoring->n, factoring->values, factoring->image) -
		1.0 / solver->total.hi;
}

static Status
run(Factoring *factoring)
{
	Solver *solver = factoring->solver;
	Status status = covariance_of_information(solver->information, factoring->n, false,
											  solver->allocator, factoring->stop, solver->factor);

	if (status == KERNEL_OK)
		status = sum_rows(factoring);
	if (status == KERNEL_OK)
		status = covariance_of_information(factoring->sum, factoring->n, false, solver->allocator,
										   factoring->stop, factoring->part);
	if (status != KERNEL_OK)
		return status;
	covariance_multiply(solver->factor, factoring->part, factoring->n, 1.0);
	solver->has_factor = true;
	set_variances(factoring);
	return KERNEL_OK;
}

Status
solver_factor(Solver *solver, const Dataset *rows, const StopCheck *stop)
{
	const Allocator *allocator = solver->allocator;
	size_t n = (size_t) solver->design->n_terms;
	Factoring factoring = {.solver = solver, .rows = rows, .stop = stop, .n = (int32_t) n};
	Status status = KERNEL_OUT_OF_MEMORY;

	solver->factor = memory_allocate(allocator, covariance_entries(n), sizeof(double));
	factoring.values = memory_allocate(allocator, 2 * n, sizeof(double));
	factoring.part = memory_allocate(allocator, covariance_entries(n), sizeof(double));
	factoring.sum = memory_allocate_zero(allocator, n * n, sizeof(DoubleDouble));
	if (solver->factor != NULL && factoring.values != NULL && factoring.part != NULL &&
		factoring.sum != NULL)
	{
		factoring.image = factoring.values + n;
		status = run(&factoring);
	}
	memory_release(allocator, factoring.values, 2 * n, sizeof(double));
	memory_release(allocator, factoring.part, covariance_entries(n), sizeof(double));
	memory_release(allocator, factoring.sum, n * n, sizeof(DoubleDouble));
	/* In another order of the columns a pivot may be at most zero: the errors stay those of the sums. */
	return status == KERNEL_INVALID ? KERNEL_OK : status;
}
