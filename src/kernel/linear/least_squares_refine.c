/*
 * least_squares_refine.c: coefficients to full digits by passes over the rows.
 *
 * Double-double sums of products know the equations to a relative 1e-31, which an ill-conditioned
 * design multiplies by the square of its condition number.  The gradient at the solution, from residuals
 * in double-double, knows the error: R d = X'(y - X u) is solved with the same factor and added,
 * until it changes nothing.  (Bjorck, Numerical Methods for Least Squares Problems, section 2.9.)
 */
#include <math.h>

#include "kernel/linear/least_squares_solver.h"

#define MOST_ROUNDS 6
#define SETTLED 1e-16 /* of a change of the scaled solution against its largest entry */

typedef struct Refinement
{
	Solver *solver;
	const Dataset *rows;
	const StopCheck *stop;
	double *values;		 /* n_terms: of a row */
	int32_t *rest_of;	 /* p: the number of the dataset that adds to a term's digits, -1: none */
	int32_t target_rest; /* the same of the target */
	DoubleDouble *distance; /* p: the row's columns less their centres */
	DoubleDouble *estimate; /* p: in original units */
	DoubleDouble *gradient; /* p: of the sum, then of the scaled columns */
	DoubleDouble *change;	/* p: of the scaled solution */
	DoubleDouble slope;		/* sum of the weighted residuals */
	DoubleDouble square;	/* of the residuals */
} Refinement;

/* What a column of rests has for the row. */
static double
rest_in_row(const DatasetBlock *block, int32_t number, int32_t row)
{
	return number < 0 ? 0.0 :
						block->numbers[(size_t) number * (size_t) block->capacity + (size_t) row];
}

/* Finds where the dataset has the digits that doubles leave out. */
static void
find_rests(Refinement *refinement)
{
	const Solver *solver = refinement->solver;
	int32_t n_numbers = solver->state->n_numbers;
	bool has_rests = refinement->rows->n_numbers > n_numbers;
	int32_t t;

	refinement->target_rest = has_rests ? 2 * n_numbers : -1;
	for (t = 0; t < solver->p; t++)
	{
		const Term *term = &solver->design->terms[solver->first + t];

		refinement->rest_of[t] =
			has_rests && term->level == LEVEL_NUMBER ? n_numbers + term->slot : -1;
	}
}

/* Adds a row to the sums. */
static void
add_row(Refinement *refinement, const DatasetBlock *block, int32_t i)
{
	const Solver *solver = refinement->solver;
	double weight = block->weight != NULL ? block->weight[i] : 1.0;
	DoubleDouble target =
		dd_two_sum(block->target[i], rest_in_row(block, refinement->target_rest, i));
	DoubleDouble rest = dd_subtract(target, solver->level);
	DoubleDouble weighted;
	int32_t t;

	design_row(solver->design, block, i, refinement->values);
	for (t = 0; t < solver->p; t++)
	{
		refinement->distance[t] =
			dd_add_double(dd_two_sum(refinement->values[solver->first + t], -solver->centre[t]),
						  rest_in_row(block, refinement->rest_of[t], i));
		rest = dd_subtract(rest, dd_multiply(refinement->estimate[t], refinement->distance[t]));
	}
	weighted = dd_multiply_double(rest, weight);
	refinement->slope = dd_add(refinement->slope, weighted);
	refinement->square = dd_add(refinement->square, dd_multiply(weighted, rest));
	for (t = 0; t < solver->p; t++)
		refinement->gradient[t] =
			dd_add(refinement->gradient[t], dd_multiply(weighted, refinement->distance[t]));
}

/* Slope, square and gradient at the solution. */
static Status
pass(Refinement *refinement)
{
	const Solver *solver = refinement->solver;
	int32_t b;
	int32_t i;

	for (i = 0; i < solver->p; i++)
	{
		refinement->gradient[i] = dd_from(0.0);
		refinement->estimate[i] = solver->scale[i] > 0.0 ?
			dd_divide_double(solver->solution[i], solver->scale[i]) :
			dd_from(0.0);
	}
	refinement->slope = refinement->square = dd_from(0.0);
	for (b = 0; b < refinement->rows->n_blocks; b++)
	{
		const DatasetBlock *block;
		Status status = dataset_block(refinement->rows, b, &block);

		if (status != KERNEL_OK)
			return status;
		for (i = 0; i < block->n; i++)
		{
			if ((i & 31) == 0 && stop_requested(refinement->stop))
				return KERNEL_STOPPED;
			add_row(refinement, block, i);
		}
	}
	for (i = 0; i < solver->p; i++)
		refinement->gradient[i] = solver->scale[i] > 0.0 ?
			dd_divide_double(refinement->gradient[i], solver->scale[i]) :
			dd_from(0.0);
	return KERNEL_OK;
}

/* Solves for the change, adds it and tells its size against the solution's. */
static Status
advance(Refinement *refinement, double *size)
{
	Solver *solver = refinement->solver;
	DoubleDouble rest = refinement->square;
	double largest = 0.0;
	double most = 0.0;
	Status status;
	int32_t i;

	status = normal_equations_correct(&solver->equations, refinement->gradient, refinement->change);
	if (status != KERNEL_OK)
		return status;
	/* Before the change is added. */
	solver->equations.residual = normal_equations_share(&solver->equations, refinement->gradient);
	for (i = 0; i < solver->p; i++)
	{
		most = fmax(most, fabs(refinement->change[i].hi));
		largest = fmax(largest, fabs(solver->solution[i].hi));
		rest = dd_subtract(rest, dd_multiply(refinement->change[i], refinement->gradient[i]));
		solver->solution[i] = dd_add(solver->solution[i], refinement->change[i]);
	}
	if (solver->first == 1)
	{
		DoubleDouble shift = dd_divide(refinement->slope, solver->total);

		rest = dd_subtract(rest, dd_multiply(shift, refinement->slope));
		solver->level = dd_add(solver->level, shift);
	}
	solver->rest_square = rest.hi > 0.0 ? rest : dd_from(0.0);
	*size = largest > 0.0 ? most / largest : 0.0;
	return KERNEL_OK;
}

static Status
run(Refinement *refinement)
{
	Solver *solver = refinement->solver;
	double size = INFINITY;
	double before;
	Status status = KERNEL_OK;
	int32_t round;
	int32_t i;

	solver->level =
		solver->first == 1 ? dd_divide(solver->target_sum, solver->total) : dd_from(0.0);
	for (i = 0; i < solver->p; i++)
		solver->centre[i] = solver->first == 1 ? dd_divide(solver->sum[i], solver->total).hi : 0.0;
	for (round = 0; round < MOST_ROUNDS && size > SETTLED && status == KERNEL_OK; round++)
	{
		before = size;
		status = pass(refinement);
		if (status == KERNEL_OK)
			status = advance(refinement, &size);
		if (size >= before)
			break;
	}
	solver->is_refined = status == KERNEL_OK;
	return status;
}

Status
solver_refine(Solver *solver, const Dataset *rows, const StopCheck *stop)
{
	const Allocator *allocator = solver->allocator;
	size_t p = (size_t) solver->p;
	size_t n_terms = (size_t) solver->design->n_terms;
	Refinement refinement = {.solver = solver, .rows = rows, .stop = stop};
	Status status = KERNEL_OUT_OF_MEMORY;

	refinement.values = memory_allocate(allocator, n_terms, sizeof(double));
	refinement.rest_of = memory_allocate(allocator, p, sizeof(int32_t));
	refinement.distance = memory_allocate(allocator, 4 * p, sizeof(DoubleDouble));
	solver->centre = memory_allocate(allocator, p, sizeof(double));
	if (refinement.values != NULL && refinement.rest_of != NULL && refinement.distance != NULL &&
		solver->centre != NULL)
	{
		refinement.estimate = refinement.distance + p;
		refinement.gradient = refinement.estimate + p;
		refinement.change = refinement.gradient + p;
		find_rests(&refinement);
		status = run(&refinement);
	}
	memory_release(allocator, refinement.values, n_terms, sizeof(double));
	memory_release(allocator, refinement.rest_of, p, sizeof(int32_t));
	memory_release(allocator, refinement.distance, 4 * p, sizeof(DoubleDouble));
	return status;
}
