/*
 * coordinate_descent.c: sweeps and steps in double, the optimality conditions in double-double.
 */
#include "kernel/linear/coordinate_descent.h"

#include <math.h>

#include "kernel/dataset/column_simd.h"
#include "kernel/linear/cholesky_simd.h"

/* A column in use whose distance from the others, squared, is below this depends on them. */
#define ACTIVE_RANK_TOLERANCE 1e-11

#define ROUNDS 8 /* between two looks at the gradient in double-double */

/* What sweeps work with. */
typedef struct Sweeper
{
	CoordinateDescent *given;
	double *gram;	  /* p x p: R, symmetric, with the diagonal of R + D */
	double *u;		  /* p */
	double *gradient; /* p: c - (R + D) u */
	double *step;	  /* p: scratch, of the columns in use */
	double *system;	  /* p x p: scratch, of the columns in use */
	int32_t *active;  /* p: the columns in use */
	int32_t n_active;
	DoubleDouble *rest; /* p: the gradient, to more digits */
	double largest;		/* violation at u = 0 with no threshold */
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

/* Coordinate j by `step`, the gradient following. */
static inline void
move_by(Sweeper *sweeper, int32_t j, double step)
{
	int32_t p = sweeper->given->p;

	column_subtract(sweeper->gradient, sweeper->gram + (size_t) j * (size_t) p, step, p);
}

/* Sets coordinate j to its best; how much that moves the gradient of its own column. */
static double
move(Sweeper *sweeper, int32_t j)
{
	double curvature = sweeper->gram[(size_t) j * (size_t) sweeper->given->p + (size_t) j];
	double old = sweeper->u[j];
	double step;

	if (!(curvature > 0.0))
		return 0.0;
	sweeper->u[j] =
		best_value(sweeper->given, j, sweeper->gradient[j] + curvature * old, curvature);
	step = sweeper->u[j] - old;
	if (step == 0.0)
		return 0.0;
	move_by(sweeper, j, step);
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

/* The largest violation by the gradient as it stands. */
static double
largest_violation(const Sweeper *sweeper)
{
	const CoordinateDescent *given = sweeper->given;
	size_t p = (size_t) given->p;
	double largest = 0.0;
	int32_t j;

	for (j = 0; j < given->p; j++)
	{
		if (sweeper->gram[(size_t) j * p + (size_t) j] > 0.0)
			largest = fmax(largest, violation(given, j, sweeper->u[j], sweeper->gradient[j]));
	}
	return largest;
}

/* The gradient anew, in double. */
static Status
refresh_in_double(Sweeper *sweeper, const StopCheck *stop)
{
	const CoordinateDescent *given = sweeper->given;
	int32_t i;

	for (i = 0; i < given->p; i++)
		sweeper->gradient[i] = given->moment[i].hi;
	for (i = 0; i < given->p; i++)
	{
		if (sweeper->u[i] == 0.0)
			continue;
		if ((i & 63) == 0 && stop_requested(stop))
			return KERNEL_STOPPED;
		move_by(sweeper, i, sweeper->u[i]);
	}
	return KERNEL_OK;
}

/* rest = c - (R + D) u, and the gradient by it. */
static Status
refresh(Sweeper *sweeper, const StopCheck *stop)
{
	const CoordinateDescent *given = sweeper->given;
	size_t p = (size_t) given->p;
	DoubleDouble *rest = sweeper->rest;
	size_t i;

	for (i = 0; i < p; i++)
		rest[i] = given->moment[i];
	for (i = 0; i < p; i++)
	{
		double u = sweeper->u[i];

		if (u == 0.0)
			continue;
		if ((i & 63) == 0 && stop_requested(stop))
			return KERNEL_STOPPED;
		column_subtract_pairs(rest, given->gram + i * p, u, given->p);
		if (given->ridge != NULL)
			rest[i] = dd_subtract(rest[i], dd_two_product(given->ridge[i], u));
	}
	for (i = 0; i < p; i++)
		sweeper->gradient[i] = rest[i].hi;
	return KERNEL_OK;
}

/* Renews the gradient and takes the violation relative to the largest. */
static Status
measure(Sweeper *sweeper, const StopCheck *stop)
{
	CoordinateDescent *given = sweeper->given;
	Status status = given->is_rough ? refresh_in_double(sweeper, stop) : refresh(sweeper, stop);
	double largest;

	if (status != KERNEL_OK)
		return status;
	largest = largest_violation(sweeper);
	given->residual = largest == 0.0 ? 0.0 : largest / sweeper->largest;
	given->converged = given->residual <= DESCENT_TOLERANCE;
	return KERNEL_OK;
}

static void
find_active(Sweeper *sweeper)
{
	int32_t j;

	sweeper->n_active = 0;
	for (j = 0; j < sweeper->given->p; j++)
	{
		if (sweeper->u[j] != 0.0)
			sweeper->active[sweeper->n_active++] = j;
	}
}

/* The step to the optimum for the columns in use and their signs; false where they are dependent. */
static Status
find_step(Sweeper *sweeper, bool *is_found, const StopCheck *stop)
{
	size_t p = (size_t) sweeper->given->p;
	size_t n = (size_t) sweeper->n_active;
	int32_t rank;
	Status status;
	size_t i;
	size_t k;

	for (i = 0; i < n; i++)
	{
		size_t j = (size_t) sweeper->active[i];
		const double *row = sweeper->gram + j * p;

		for (k = 0; k <= i; k++)
			sweeper->system[i * n + k] = row[sweeper->active[k]];
		sweeper->step[i] =
			sweeper->gradient[j] - copysign(sweeper->given->threshold[j], sweeper->u[j]);
	}
	status =
		cholesky_factor(sweeper->system, sweeper->n_active, ACTIVE_RANK_TOLERANCE, &rank, stop);
	*is_found = status == KERNEL_OK && rank == sweeper->n_active;
	if (*is_found)
		cholesky_solve(sweeper->system, sweeper->n_active, sweeper->step);
	return status;
}

/* Takes as much of the step as keeps the signs; true when that is all of it. */
static bool
take_step(Sweeper *sweeper)
{
	double share = 1.0;
	int32_t first = -1;
	int32_t i;

	for (i = 0; i < sweeper->n_active; i++)
	{
		double u = sweeper->u[sweeper->active[i]];

		double next = u + share * sweeper->step[i];

		if ((u > 0.0) == (next > 0.0) && next != 0.0)
			continue;
		share = fmin(-u / sweeper->step[i], share);
		first = i;
	}
	for (i = 0; i < sweeper->n_active; i++)
	{
		int32_t j = sweeper->active[i];
		double old = sweeper->u[j];
		double new = i == first ? 0.0 : old + share * sweeper->step[i];

		/* What rounding would turn over ends at 0 as well. */
		sweeper->u[j] = (new > 0.0) == (old > 0.0) ? new : 0.0;
		move_by(sweeper, j, sweeper->u[j] - old);
	}
	return first < 0;
}

/*
 * To the optimum of the columns in use: some sweeps, as many as cost what a step does, then steps,
 * each of which either arrives or takes a column out of use.  Columns that depend on each other have
 * no step; sweeps alone then go on until they rest.
 */
static Status
settle_active(Sweeper *sweeper, const StopCheck *stop)
{
	CoordinateDescent *given = sweeper->given;
	double rest = 0.1 * DESCENT_TOLERANCE * sweeper->largest;
	double moved = INFINITY;
	bool is_found = true;
	int32_t first = given->sweeps;
	Status status = KERNEL_OK;

	find_active(sweeper);
	while (moved > rest && sweeper->n_active > 0 && given->sweeps < DESCENT_SWEEPS)
	{
		double worth = (double) sweeper->n_active * sweeper->n_active / (6.0 * given->p);

		if (stop_requested(stop))
			return KERNEL_STOPPED;
		if (is_found && given->sweeps - first >= worth)
		{
			status = find_step(sweeper, &is_found, stop);
			if (status != KERNEL_OK)
				return status;
			if (is_found && take_step(sweeper))
				return KERNEL_OK;
			find_active(sweeper);
			if (is_found)
				continue;
		}
		moved = sweep(sweeper, false);
		find_active(sweeper);
	}
	return status;
}

/*
 * Until the conditions hold: a sweep over all columns, then the optimum of those in use.  Rounding
 * moves the gradient away from the truth, so it is renewed after some rounds, and in the end.
 */
static Status
descend(Sweeper *sweeper, const StopCheck *stop)
{
	CoordinateDescent *given = sweeper->given;
	double enough = DESCENT_TOLERANCE * sweeper->largest;
	Status status;

	do
	{
		int32_t round;

		for (round = 0; round < ROUNDS && largest_violation(sweeper) > enough &&
			 given->sweeps < DESCENT_SWEEPS;
			 round++)
		{
			sweep(sweeper, true);
			status = settle_active(sweeper, stop);
			if (status != KERNEL_OK)
				return status;
		}
		status = measure(sweeper, stop);
		given->sweeps += !given->converged && given->sweeps < DESCENT_SWEEPS;
	} while (status == KERNEL_OK && !given->converged && given->sweeps < DESCENT_SWEEPS);
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
		for (k = 0; k < p; k++)
			sweeper->gram[i * p + k] = given->gram[i * p + k].hi;
		sweeper->u[i] = 0.0;
		sweeper->gradient[i] = given->moment[i].hi;
		if (given->gram[i * p + i].hi > 0.0)
			sweeper->largest = fmax(sweeper->largest, fabs(given->moment[i].hi));
	}
}

/* The ridge as it is now: on the diagonal, and in the gradient. */
static void
set_ridge(Sweeper *sweeper)
{
	const CoordinateDescent *given = sweeper->given;
	size_t p = (size_t) given->p;
	size_t i;

	for (i = 0; i < p && given->ridge != NULL; i++)
	{
		double *entry = &sweeper->gram[i * p + i];
		double now = given->gram[i * p + i].hi > 0.0 ?
			dd_add_double(given->gram[i * p + i], given->ridge[i]).hi :
			0.0;

		sweeper->gradient[i] -= (now - *entry) * sweeper->u[i];
		*entry = now;
	}
}

/* The solution and what is asked of it. */
static void
finish(Sweeper *sweeper)
{
	CoordinateDescent *given = sweeper->given;
	int32_t j;

	given->slack = dd_from(given->is_rough ? NAN : 0.0);
	given->n_nonzero = 0;
	for (j = 0; j < given->p; j++)
	{
		given->solution[j] = dd_from(sweeper->u[j]);
		if (!given->is_rough)
			given->slack =
				dd_add(given->slack, dd_multiply_double(sweeper->rest[j], sweeper->u[j]));
		given->n_nonzero += sweeper->u[j] != 0.0;
	}
}

void
coordinate_descent_end(CoordinateDescent *descent)
{
	const Allocator *allocator = descent->allocator;
	size_t p = (size_t) descent->p;
	Sweeper *sweeper = descent->sweeper;

	memory_release(allocator, sweeper->gram, p * p, sizeof(double));
	memory_release(allocator, sweeper->system, p * p, sizeof(double));
	memory_release(allocator, sweeper->u, 3 * p, sizeof(double));
	memory_release(allocator, sweeper->active, p, sizeof(int32_t));
	memory_release(allocator, sweeper->rest, p, sizeof(DoubleDouble));
	memory_release(allocator, sweeper, 1, sizeof(Sweeper));
	descent->sweeper = NULL;
}

Status
coordinate_descent_begin(CoordinateDescent *descent)
{
	const Allocator *allocator = descent->allocator;
	size_t p = (size_t) descent->p;
	Sweeper *sweeper = memory_allocate_zero(allocator, 1, sizeof(Sweeper));

	if (sweeper == NULL)
		return KERNEL_OUT_OF_MEMORY;
	descent->sweeper = sweeper;
	sweeper->given = descent;
	sweeper->gram = memory_allocate(allocator, p * p, sizeof(double));
	sweeper->system = memory_allocate(allocator, p * p, sizeof(double));
	sweeper->u = memory_allocate(allocator, 3 * p, sizeof(double));
	sweeper->active = memory_allocate(allocator, p, sizeof(int32_t));
	sweeper->rest = memory_allocate(allocator, p, sizeof(DoubleDouble));
	if (sweeper->gram == NULL || sweeper->system == NULL || sweeper->u == NULL ||
		sweeper->active == NULL || sweeper->rest == NULL)
	{
		coordinate_descent_end(descent);
		return KERNEL_OUT_OF_MEMORY;
	}
	sweeper->gradient = sweeper->u + p;
	sweeper->step = sweeper->u + 2 * p;
	start(sweeper);
	return KERNEL_OK;
}

Status
coordinate_descent_advance(CoordinateDescent *descent, const StopCheck *stop)
{
	Status status;

	descent->sweeps = 0;
	set_ridge(descent->sweeper);
	status = descend(descent->sweeper, stop);
	if (status == KERNEL_OK)
		finish(descent->sweeper);
	return status;
}

Status
coordinate_descent_solve(CoordinateDescent *descent, const StopCheck *stop)
{
	Status status = coordinate_descent_begin(descent);

	if (status != KERNEL_OK)
		return status;
	status = coordinate_descent_advance(descent, stop);
	coordinate_descent_end(descent);
	return status;
}
