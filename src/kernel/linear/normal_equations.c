/*
 * normal_equations.c: the two ways to solve them.
 */
#include "kernel/linear/normal_equations.h"

#include <math.h>

#include "kernel/linear/cholesky_simd.h"
#include "kernel/linear/null_space.h"
#include "kernel/linear/symmetric.h"

#define IDENTIFIED (1.0 - 1e-8) /* entry of the projector onto the row space */
#define WIDE_TOLERANCE 1e-11	/* of a pivot in double, the diagonal being 1 */
#define REFINEMENTS 2

/* x . y */
static DoubleDouble
exact_product(const DoubleDouble *x, const DoubleDouble *y, int32_t n)
{
	DoubleDouble sum = dd_from(0.0);
	int32_t i;

	for (i = 0; i < n; i++)
		sum = dd_add(sum, dd_multiply(x[i], y[i]));
	return sum;
}

/* Is v, whose image under the pseudo-inverse is given, in the range of A = P LL' P'? */
static bool
is_in_range(const NormalEquations *equations, const int32_t *pivot, const DoubleDouble *image,
			DoubleDouble *work)
{
	size_t p = (size_t) equations->p;
	double rest = 0.0;
	double length = 0.0;
	int32_t i;
	int32_t k;

	for (k = 0; k < equations->rank; k++)
	{
		work[k] = dd_from(0.0);
		for (i = k; i < equations->p; i++)
			work[k] =
				dd_add(work[k],
					   dd_multiply(equations->gram[(size_t) i * p + (size_t) k], image[pivot[i]]));
	}
	for (i = 0; i < equations->p; i++)
	{
		DoubleDouble v = equations->mean[pivot[i]];
		int32_t n = i < equations->rank ? i + 1 : equations->rank;
		double difference =
			dd_subtract(v, exact_product(equations->gram + (size_t) i * p, work, n)).hi;

		rest += difference * difference;
		length += v.hi * v.hi;
	}
	return rest <= NULL_SPACE_NOTHING * NULL_SPACE_NOTHING * length;
}

/* Variances from the exact factor; image and work: p. */
static Status
exact_variances(NormalEquations *equations, const int32_t *pivot, DoubleDouble *image,
				DoubleDouble *work, double *identified, const StopCheck *stop)
{
	Status status =
		exact_inverse_diagonal(equations->gram, equations->p, equations->rank, pivot,
							   equations->allocator, stop, equations->variance, identified);
	int32_t i;

	if (status == KERNEL_OK)
		status = exact_solve(equations->gram, equations->p, equations->rank, pivot,
							 equations->allocator, equations->mean, image);
	if (status != KERNEL_OK)
		return status;
	for (i = 0; i < equations->p; i++)
	{
		if (!(identified[i] >= IDENTIFIED))
			equations->variance[i] = NAN;
	}
	if (equations->rank == equations->p || is_in_range(equations, pivot, image, work))
		equations->mean_variance = exact_product(equations->mean, image, equations->p).hi;
	return KERNEL_OK;
}

/* Takes an entry of L's diagonal into the ratio of the extreme ones. */
static void
note_condition(NormalEquations *equations, double pivot, double *least, double *most)
{
	*least = fmin(*least, pivot);
	*most = fmax(*most, pivot);
	equations->condition = *most / *least;
}

double
normal_equations_share(const NormalEquations *equations, const DoubleDouble *rest)
{
	double largest = 0.0;
	double most = 0.0;
	int32_t i;

	for (i = 0; i < equations->p; i++)
	{
		largest = fmax(largest, fabs(rest[i].hi));
		most = fmax(most, fabs(equations->moment[i].hi));
	}
	return most > 0.0 ? largest / most : 0.0;
}

/* Puts R above the diagonal too, and the diagonal aside: the factor takes their places below. */
static void
keep_equations(NormalEquations *equations, DoubleDouble *diagonal)
{
	size_t p = (size_t) equations->p;
	size_t i;
	size_t k;

	for (i = 0; i < p; i++)
	{
		diagonal[i] = equations->gram[i * p + i];
		for (k = 0; k < i; k++)
			equations->gram[k * p + i] = equations->gram[i * p + k];
	}
}

/* rest = c - R u, from what keep_equations() kept. */
static void
find_kept_rest(const NormalEquations *equations, const DoubleDouble *diagonal, DoubleDouble *rest)
{
	const DoubleDouble *u = equations->solution;
	size_t p = (size_t) equations->p;
	size_t i;
	size_t k;

	for (i = 0; i < p; i++)
		rest[i] = dd_subtract(equations->moment[i], dd_multiply(diagonal[i], u[i]));
	for (i = 0; i < p; i++)
	{
		const DoubleDouble *row = equations->gram + i * p;

		for (k = i + 1; k < p; k++)
		{
			rest[i] = dd_subtract(rest[i], dd_multiply(row[k], u[k]));
			rest[k] = dd_subtract(rest[k], dd_multiply(u[i], row[k]));
		}
	}
}

static Status
solve_exactly(NormalEquations *equations, const StopCheck *stop)
{
	const Allocator *allocator = equations->allocator;
	size_t p = (size_t) equations->p;
	int32_t *own = equations->pivot == NULL ? memory_allocate(allocator, p, sizeof(int32_t)) : NULL;
	int32_t *pivot = equations->pivot == NULL ? own : equations->pivot;
	DoubleDouble *image = memory_allocate(allocator, 4 * p, sizeof(DoubleDouble));
	DoubleDouble *diagonal = NULL;
	double *identified = memory_allocate(allocator, p, sizeof(double));
	double least = INFINITY;
	double most = 0.0;
	Status status = KERNEL_OUT_OF_MEMORY;
	int32_t i;

	if (pivot != NULL && image != NULL && identified != NULL)
	{
		diagonal = image + 2 * p;
		keep_equations(equations, diagonal);
		status = exact_factor(equations->gram, equations->p, equations->tolerance, pivot,
							  &equations->rank, stop);
	}
	if (status == KERNEL_OK)
		status = exact_solve(equations->gram, equations->p, equations->rank, pivot, allocator,
							 equations->moment, equations->solution);
	if (status == KERNEL_OK)
	{
		find_kept_rest(equations, diagonal, diagonal + p);
		equations->residual = normal_equations_share(equations, diagonal + p);
	}
	if (status == KERNEL_OK && equations->wants_variance)
		status = exact_variances(equations, pivot, image, image + p, identified, stop);
	for (i = 0; i < equations->rank && status == KERNEL_OK; i++)
		note_condition(equations, equations->gram[(size_t) i * p + (size_t) i].hi, &least, &most);
	equations->is_factored = status == KERNEL_OK;
	memory_release(allocator, own, p, sizeof(int32_t));
	memory_release(allocator, image, 4 * p, sizeof(DoubleDouble));
	memory_release(allocator, identified, p, sizeof(double));
	return status;
}

/* What the wide way works with. */
typedef struct Wide
{
	double *l;			/* p x p: the factor */
	double *root;		/* p: 1, or 0 for a column left out */
	double *x;			/* p */
	double *mean;		/* p */
	DoubleDouble *rest; /* p: c - R u */
	NullSpace space;
} Wide;

/* rest = c - R u, from the lower triangle. */
static Status
find_rest(const NormalEquations *equations, DoubleDouble *rest, const StopCheck *stop)
{
	const DoubleDouble *u = equations->solution;
	size_t p = (size_t) equations->p;
	size_t i;
	size_t k;

	for (i = 0; i < p; i++)
		rest[i] = equations->moment[i];
	for (i = 0; i < p; i++)
	{
		const DoubleDouble *row = equations->gram + i * p;
		DoubleDouble sum = dd_multiply(row[i], u[i]);

		if ((i & 63) == 0 && stop_requested(stop))
			return KERNEL_STOPPED;
		for (k = 0; k < i; k++)
		{
			sum = dd_add(sum, dd_multiply(row[k], u[k]));
			rest[k] = dd_subtract(rest[k], dd_multiply(row[k], u[i]));
		}
		rest[i] = dd_subtract(rest[i], sum);
	}
	return KERNEL_OK;
}

/* Solves with the factor, refines, and takes the shortest of all solutions. */
static Status
solve_refined(NormalEquations *equations, Wide *wide, const StopCheck *stop)
{
	Status status = KERNEL_OK;
	int32_t round;
	int32_t i;

	for (i = 0; i < equations->p; i++)
	{
		equations->solution[i] = dd_from(0.0);
		wide->rest[i] = equations->moment[i];
	}
	for (round = 0; round <= REFINEMENTS && status == KERNEL_OK; round++)
	{
		for (i = 0; i < equations->p; i++)
			wide->x[i] = wide->root[i] > 0.0 ? wide->rest[i].hi : 0.0;
		cholesky_solve(wide->l, equations->p, wide->x);
		for (i = 0; i < equations->p; i++)
			equations->solution[i] = dd_add_double(equations->solution[i], wide->x[i]);
		status = find_rest(equations, wide->rest, stop);
	}
	if (status != KERNEL_OK || wide->space.n == 0)
		return status;
	for (i = 0; i < equations->p; i++)
		wide->x[i] = equations->solution[i].hi;
	null_space_remove(&wide->space, wide->x);
	for (i = 0; i < equations->p; i++)
		equations->solution[i] = dd_from(wide->x[i]);
	return find_rest(equations, wide->rest, stop);
}

/* Variances from the factor in double. */
static Status
wide_variances(NormalEquations *equations, Wide *wide, const StopCheck *stop)
{
	Status status = cholesky_inverse_diagonal(wide->l, equations->p, equations->allocator, stop,
											  equations->variance);
	double sum = 0.0;
	int32_t i;

	if (status != KERNEL_OK)
		return status;
	for (i = 0; i < equations->p; i++)
	{
		if (!(wide->root[i] > 0.0) || !null_space_leaves_entry(&wide->space, i))
			equations->variance[i] = NAN;
		wide->mean[i] = wide->x[i] = wide->root[i] > 0.0 ? equations->mean[i].hi : 0.0;
	}
	cholesky_solve(wide->l, equations->p, wide->x);
	for (i = 0; i < equations->p; i++)
		sum += wide->mean[i] * wide->x[i];
	if (null_space_leaves(&wide->space, wide->mean))
		equations->mean_variance = sum;
	return KERNEL_OK;
}

/* The factor of R rounded to double, and its null space. */
static Status
factor_wide(NormalEquations *equations, Wide *wide, const StopCheck *stop)
{
	size_t p = (size_t) equations->p;
	Status status;
	size_t i;
	size_t k;

	for (i = 0; i < p; i++)
	{
		for (k = 0; k <= i; k++)
			wide->l[i * p + k] = equations->gram[i * p + k].hi;
		wide->root[i] = wide->l[i * p + i] > 0.0 ? 1.0 : 0.0;
	}
	status = cholesky_factor(wide->l, equations->p, WIDE_TOLERANCE, &equations->rank, stop);
	if (status == KERNEL_OK)
		status = null_space_find(&wide->space, wide->l, equations->p, equations->rank, wide->root,
								 equations->allocator, stop);
	return status;
}

static Status
solve_wide(NormalEquations *equations, const StopCheck *stop)
{
	const Allocator *allocator = equations->allocator;
	size_t p = (size_t) equations->p;
	Wide wide = {0};
	double least = INFINITY;
	double most = 0.0;
	Status status = KERNEL_OUT_OF_MEMORY;
	size_t i;

	wide.l = memory_allocate(allocator, p * p, sizeof(double));
	wide.root = memory_allocate(allocator, 3 * p, sizeof(double));
	wide.rest = memory_allocate(allocator, p, sizeof(DoubleDouble));
	if (wide.l != NULL && wide.root != NULL && wide.rest != NULL)
	{
		wide.x = wide.root + p;
		wide.mean = wide.x + p;
		status = factor_wide(equations, &wide, stop);
	}
	if (status == KERNEL_OK)
		status = solve_refined(equations, &wide, stop);
	if (status == KERNEL_OK)
	{
		equations->slack = exact_product(equations->solution, wide.rest, equations->p);
		equations->residual = normal_equations_share(equations, wide.rest);
	}
	if (status == KERNEL_OK && equations->wants_variance)
		status = wide_variances(equations, &wide, stop);
	for (i = 0; i < p && status == KERNEL_OK; i++)
	{
		if (wide.l[i * p + i] > 0.0)
			note_condition(equations, wide.l[i * p + i], &least, &most);
	}
	null_space_release(&wide.space, allocator);
	memory_release(allocator, wide.l, p * p, sizeof(double));
	memory_release(allocator, wide.root, 3 * p, sizeof(double));
	memory_release(allocator, wide.rest, p, sizeof(DoubleDouble));
	return status;
}

/* Nothing found yet. */
static void
clear(NormalEquations *equations)
{
	int32_t i;

	for (i = 0; i < equations->p; i++)
		equations->variance[i] = NAN;
	equations->mean_variance = NAN;
	equations->slack = dd_from(0.0);
	equations->residual = 0.0;
	equations->rank = 0;
	equations->condition = NAN;
	equations->is_factored = false;
}

/* Columns that are not left out. */
static int32_t
count_columns(const NormalEquations *equations)
{
	size_t p = (size_t) equations->p;
	int32_t n = 0;
	size_t i;

	for (i = 0; i < p; i++)
		n += equations->gram[i * p + i].hi > 0.0;
	return n;
}

Status
normal_equations_solve(NormalEquations *equations, const StopCheck *stop)
{
	bool is_small = equations->p <= EXACT_COLUMNS;
	int32_t n = count_columns(equations);
	Status status = KERNEL_OK;

	clear(equations);
	if (!equations->is_exact || !is_small)
		status = solve_wide(equations, stop);
	if (status == KERNEL_OK && equations->is_exact &&
		(is_small || equations->rank < n || equations->condition > ROUGH_CONDITION))
	{
		clear(equations);
		status = solve_exactly(equations, stop);
	}
	if (equations->rank < n)
		equations->condition = NAN;
	return status;
}

Status
normal_equations_correct(const NormalEquations *equations, const DoubleDouble *moment,
						 DoubleDouble *change)
{
	return exact_solve(equations->gram, equations->p, equations->rank, equations->pivot,
					   equations->allocator, moment, change);
}
