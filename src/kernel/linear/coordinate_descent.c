/*
 * coordinate_descent.c: sweeps in double, the optimality conditions in double-double.
 */
#include "kernel/linear/coordinate_descent.h"

#include <math.h>

/* What sweeps work with. */
typedef struct Sweeper
{
	CoordinateDescent *given;
	double *gram;		/* p x p: R, symmetric */
	double *u;			/* p */
	double *gradient;	/* p: c - R u */
	DoubleDouble *rest; /* p: the same, to more digits */
	double largest;		/* violation at u = 0 */
} Sweeper;

/* How far the slope of coordinate j is from what an optimum allows. */
static double
violation(const CoordinateDescent *descent, int32_t j, double u, double slope)
{
	double threshold = descent->threshold[j];

	if (u > 0.0)
		return fabs(slope - threshold);
	if (u < 0.0)
		return fabs(slope + threshold);
	return fmax((descent->nonnegative ? slope : fabs(slope)) - threshold, 0.0);
}

/* The best value of coordinate j, the others staying; `slope` is its gradient at 0. */
static double
best_value(const CoordinateDescent *descent, int32_t j, double slope, double curvature)
{
	double rest = (descent->nonnegative ? slope : fabs(slope)) - descent->threshold[j];

	return rest > 0.0 ? copysign(rest, slope) / curvature : 0.0;
}

/* Sets coordinate j to its best; how much that moves the gradient of its own column. */
static double
move(Sweeper *sweeper, int32_t j)
{
	int32_t p = sweeper->given->p;
	const double *row = sweeper->gram + (size_t) j * (size_t) p;
	double curvature = row[j];
	double old = sweeper->u[j];
	double step;
	int32_t i;

	if (!(curvature > 0.0))
		return 0.0;
	sweeper->u[j] =
		best_value(sweeper->given, j, sweeper->gradient[j] + curvature * old, curvature);
	step = sweeper->u[j] - old;
	if (step == 0.0)
		return 0.0;
	for (i = 0; i < p; i++)
		sweeper->gradient[i] -= step * row[i];
	return fabs(step) * curvature;
}

/* One sweep, over the columns in use or all; the largest movement. */
static double
sweep(Sweeper *sweeper, bool is_full)
{
	double largest = 0.0;
	int32_t j;

	sweeper->given->sweeps++;
	for (j = 0; j < sweeper->given->p; j++)
	{
		if (is_full || sweeper->u[j] != 0.0)
			largest = fmax(largest, move(sweeper, j));
	}
	return largest;
}

/* rest = c - R u from the lower triangle, and the gradient by it. */
static Status
refresh(Sweeper *sweeper, const StopCheck *stop)
{
	const CoordinateDescent *given = sweeper->given;
	size_t p = (size_t) given->p;
	size_t i;
	size_t k;

	for (i = 0; i < p; i++)
		sweeper->rest[i] = given->moment[i];
	for (i = 0; i < p; i++)
	{
		const DoubleDouble *row = given->gram + i * p;

		if ((i & 63) == 0 && stop_requested(stop))
			return KERNEL_STOPPED;
		for (k = 0; k <= i; k++)
		{
			sweeper->rest[i] =
				dd_subtract(sweeper->rest[i], dd_multiply_double(row[k], sweeper->u[k]));
			if (k < i)
				sweeper->rest[k] =
					dd_subtract(sweeper->rest[k], dd_multiply_double(row[k], sweeper->u[i]));
		}
	}
	for (i = 0; i < p; i++)
		sweeper->gradient[i] = sweeper->rest[i].hi;
	return KERNEL_OK;
}

/* Renews the gradient and takes the violation relative to the largest. */
static Status
measure(Sweeper *sweeper, const StopCheck *stop)
{
	CoordinateDescent *given = sweeper->given;
	Status status = refresh(sweeper, stop);
	double largest = 0.0;
	int32_t j;

	if (status != KERNEL_OK)
		return status;
	for (j = 0; j < given->p; j++)
	{
		if (sweeper->gram[(size_t) j * (size_t) given->p + (size_t) j] > 0.0)
			largest = fmax(largest, violation(given, j, sweeper->u[j], sweeper->gradient[j]));
	}
	given->residual = largest == 0.0 ? 0.0 : largest / sweeper->largest;
	given->converged = given->residual <= DESCENT_TOLERANCE;
	return KERNEL_OK;
}

/* Sweeps until the conditions hold, all of which are looked at each time the columns in use rest. */
static Status
descend(Sweeper *sweeper, const StopCheck *stop)
{
	CoordinateDescent *given = sweeper->given;
	Status status = measure(sweeper, stop);

	while (status == KERNEL_OK && !given->converged && given->sweeps < DESCENT_SWEEPS)
	{
		double rest = 0.1 * DESCENT_TOLERANCE * sweeper->largest;
		double moved = sweep(sweeper, true);

		while (moved > rest && given->sweeps < DESCENT_SWEEPS)
		{
			if (stop_requested(stop))
				return KERNEL_STOPPED;
			moved = sweep(sweeper, false);
		}
		status = measure(sweeper, stop);
	}
	return status;
}

/* R as full rows of doubles, u = 0, and the measure of violations. */
static void
start(Sweeper *sweeper)
{
	const CoordinateDescent *given = sweeper->given;
	size_t p = (size_t) given->p;
	size_t i;
	size_t k;

	for (i = 0; i < p; i++)
	{
		for (k = 0; k <= i; k++)
			sweeper->gram[i * p + k] = sweeper->gram[k * p + i] = given->gram[i * p + k].hi;
		sweeper->u[i] = 0.0;
		if (sweeper->gram[i * p + i] > 0.0)
			sweeper->largest = fmax(sweeper->largest, fabs(given->moment[i].hi));
	}
}

/* The solution and what is asked of it. */
static void
finish(Sweeper *sweeper)
{
	CoordinateDescent *given = sweeper->given;
	int32_t j;

	for (j = 0; j < given->p; j++)
	{
		given->solution[j] = dd_from(sweeper->u[j]);
		given->slack = dd_add(given->slack, dd_multiply_double(sweeper->rest[j], sweeper->u[j]));
		given->n_nonzero += sweeper->u[j] != 0.0;
	}
}

Status
coordinate_descent_solve(CoordinateDescent *descent, const StopCheck *stop)
{
	const Allocator *allocator = descent->allocator;
	size_t p = (size_t) descent->p;
	Sweeper sweeper = {.given = descent};
	Status status = KERNEL_OUT_OF_MEMORY;

	descent->slack = dd_from(0.0);
	descent->n_nonzero = descent->sweeps = 0;
	sweeper.gram = memory_allocate(allocator, p * p, sizeof(double));
	sweeper.u = memory_allocate(allocator, 2 * p, sizeof(double));
	sweeper.rest = memory_allocate(allocator, p, sizeof(DoubleDouble));
	if (sweeper.gram != NULL && sweeper.u != NULL && sweeper.rest != NULL)
	{
		sweeper.gradient = sweeper.u + p;
		start(&sweeper);
		status = descend(&sweeper, stop);
	}
	if (status == KERNEL_OK)
		finish(&sweeper);
	memory_release(allocator, sweeper.gram, p * p, sizeof(double));
	memory_release(allocator, sweeper.u, 2 * p, sizeof(double));
	memory_release(allocator, sweeper.rest, p, sizeof(DoubleDouble));
	return status;
}
