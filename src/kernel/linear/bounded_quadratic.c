/*
 * bounded_quadratic.c: faces of the positive orthant and the minima on them.
 */
#include "kernel/linear/bounded_quadratic.h"

#include <math.h>
#include <string.h>

#include "kernel/linear/cholesky_simd.h"

#define RANK_TOLERANCE 1e-11 /* of a pivot, the diagonal being 1 */
#define NO_CURVATURE 1e-20	 /* of a diagonal entry against the largest */
#define PULL 1e-13	/* of what a gradient is made of: below, rounding alone may pull upwards */
#define SETS_EACH 4 /* sets of variables for each of them that rounding is given */

/* What the solver works with; the arrays are one block. */
typedef struct BoundedWork
{
	double *gradient; /* p: at x */
	double *root;	  /* p: square roots of the diagonal, 0 without curvature */
	double *move;	  /* p: from x to the minimum over those in use, 0 for the others */
	double *turn;	  /* p: H times the last move */
	double *answer;	  /* p: of those in use, one after the other */
	double *system;	  /* p x p */
	int32_t *used;	  /* p: the variables in use */
	bool *in_use;	  /* p */
	int32_t n_used;
} BoundedWork;

Status
bounded_quadratic_begin(BoundedQuadratic *problem, int32_t p, const Allocator *allocator)
{
	size_t n = (size_t) p;
	BoundedWork *work = memory_allocate_zero(allocator, 1, sizeof(BoundedWork));

	*problem = (BoundedQuadratic){.p = p, .work = work};
	if (work == NULL)
		return KERNEL_OUT_OF_MEMORY;
	problem->x = memory_allocate(allocator, 6 * n, sizeof(double));
	work->system = memory_allocate(allocator, n, n * sizeof(double));
	work->used = memory_allocate(allocator, n, sizeof(int32_t));
	work->in_use = memory_allocate(allocator, n, sizeof(bool));
	if (problem->x == NULL || work->system == NULL || work->used == NULL || work->in_use == NULL)
		return KERNEL_OUT_OF_MEMORY;
	work->gradient = problem->x + n;
	work->root = work->gradient + n;
	work->move = work->root + n;
	work->turn = work->move + n;
	work->answer = work->turn + n;
	return KERNEL_OK;
}

void
bounded_quadratic_end(BoundedQuadratic *problem, const Allocator *allocator)
{
	size_t n = (size_t) problem->p;
	BoundedWork *work = problem->work;

	if (work == NULL)
		return;
	memory_release(allocator, problem->x, 6 * n, sizeof(double));
	memory_release(allocator, work->system, n, n * sizeof(double));
	memory_release(allocator, work->used, n, sizeof(int32_t));
	memory_release(allocator, work->in_use, n, sizeof(bool));
	memory_release(allocator, work, 1, sizeof(BoundedWork));
	problem->work = NULL;
}

/* The start, its gradient, and those in use. */
static void
start(BoundedQuadratic *problem)
{
	BoundedWork *work = problem->work;
	size_t p = (size_t) problem->p;
	double most = 0.0;
	size_t j;

	problem->factored = 0;
	problem->dependent = 0;
	for (j = 0; j < p; j++)
		most = fmax(most, problem->matrix[j * p + j]);
	for (j = 0; j < p; j++)
	{
		double square = problem->matrix[j * p + j];

		work->root[j] = square > NO_CURVATURE * most ? sqrt(square) : 0.0;
		work->gradient[j] = problem->slope[j];
		problem->x[j] = problem->start[j];
		work->in_use[j] = work->root[j] > 0.0 && (!problem->is_bounded[j] || problem->x[j] > 0.0);
		if (square < -NO_CURVATURE * most)
			problem->dependent = problem->p;
	}
}

/*
 * work->move = from x to a minimum over those in use, the bounds left aside.
 *
 * One at its bound that depends on others goes out of use: it takes nobody's place once these go.
 */
static Status
find_move(BoundedQuadratic *problem, const StopCheck *stop)
{
	BoundedWork *work = problem->work;
	size_t p = (size_t) problem->p;
	size_t n;
	int32_t rank;
	Status status;
	size_t i;
	size_t k;

	work->n_used = 0;
	for (i = 0; i < p; i++)
	{
		work->move[i] = 0.0;
		if (work->in_use[i])
			work->used[work->n_used++] = (int32_t) i;
	}
	n = (size_t) work->n_used;
	for (i = 0; i < n; i++)
	{
		size_t own = (size_t) work->used[i];
		const double *row = problem->matrix + own * p;

		if ((i & 63) == 0 && stop_requested(stop))
			return KERNEL_STOPPED;
		for (k = 0; k <= i; k++)
			work->system[i * n + k] =
				row[work->used[k]] / work->root[own] / work->root[work->used[k]];
		work->answer[i] = -work->gradient[own] / work->root[own];
	}
	status = cholesky_factor(work->system, work->n_used, RANK_TOLERANCE, &rank, stop);
	problem->factored++;
	if (work->n_used - rank > problem->dependent)
		problem->dependent = work->n_used - rank;
	if (status != KERNEL_OK)
		return status;
	cholesky_solve(work->system, work->n_used, work->answer);
	for (i = 0; i < n; i++)
	{
		size_t own = (size_t) work->used[i];

		work->move[own] = work->answer[i] / work->root[own];
		if (work->system[i * n + i] == 0.0 && problem->is_bounded[own] && problem->x[own] == 0.0)
			work->in_use[own] = false;
	}
	return KERNEL_OK;
}

/* work->turn = H work->move; returns what the move changes the objective by. */
static double
measure_move(const BoundedQuadratic *problem)
{
	const BoundedWork *work = problem->work;
	size_t p = (size_t) problem->p;
	double change = 0.0;
	size_t i;
	size_t k;

	memset(work->turn, 0, p * sizeof(double));
	for (i = 0; i < p; i++)
	{
		const double *row = problem->matrix + i * p;
		double own = work->move[i];
		double sum = row[i] * own;

		for (k = 0; k < i; k++)
		{
			sum += row[k] * work->move[k];
			work->turn[k] += row[k] * own;
		}
		work->turn[i] += sum;
	}
	for (i = 0; i < p; i++)
		change += work->move[i] * (work->gradient[i] + 0.5 * work->turn[i]);
	return change;
}

/* Would the move take the variable below its bound? */
static bool
falls_below(const BoundedQuadratic *problem, int32_t j)
{
	return problem->is_bounded[j] && problem->work->in_use[j] &&
		problem->x[j] + problem->work->move[j] < 0.0;
}

/* The variable that is the first to meet its bound, and the share of the move up to there. */
static int32_t
first_at_bound(const BoundedQuadratic *problem, double *share)
{
	int32_t first = -1;
	int32_t j;

	*share = 1.0;
	for (j = 0; j < problem->p; j++)
	{
		double own = falls_below(problem, j) ? problem->x[j] / -problem->work->move[j] : 1.0;

		if (own >= *share)
			continue;
		*share = own;
		first = j;
	}
	return first;
}

/*
 * Cuts the move to what the bounds allow; those that it takes to their bound go out of use.
 *
 * All that would fall below stop at their bounds where that lowers the objective; else
 * the move ends where the first of them meets its own.  work->turn is that of the move that is left.
 */
static void
cut_move(BoundedQuadratic *problem)
{
	BoundedWork *work = problem->work;
	double share;
	int32_t first = first_at_bound(problem, &share);
	bool all_stop;
	int32_t j;

	memcpy(work->answer, work->move, (size_t) problem->p * sizeof(double));
	for (j = 0; j < problem->p; j++)
	{
		if (falls_below(problem, j))
			work->move[j] = -problem->x[j];
	}
	all_stop = measure_move(problem) < 0.0;
	if (all_stop)
		share = 1.0;
	for (j = 0; j < problem->p && !all_stop; j++)
		work->move[j] = share * work->answer[j];
	for (j = 0; j < problem->p; j++)
	{
		bool is_met = problem->x[j] + share * work->answer[j] <= 0.0 && work->answer[j] < 0.0;

		if (!problem->is_bounded[j] || !work->in_use[j] || !(is_met || j == first))
			continue;
		work->move[j] = -problem->x[j];
		work->in_use[j] = false;
	}
	if (!all_stop)
		measure_move(problem);
}

/* Goes along the move; true when x is another. */
static bool
take_move(BoundedQuadratic *problem)
{
	BoundedWork *work = problem->work;
	bool has_moved = false;
	int32_t j;

	for (j = 0; j < problem->p; j++)
	{
		double before = problem->x[j];

		problem->x[j] += work->move[j];
		work->gradient[j] += work->turn[j];
		has_moved |= problem->x[j] != before;
	}
	return has_moved;
}

/* Rounding alone could take the search in circles. */
static bool
may_go_on(const BoundedQuadratic *problem)
{
	return problem->factored <= SETS_EACH * (problem->p + 8);
}

/* To the minimum over those in use, less those that meet their bounds on the way. */
static Status
settle_face(BoundedQuadratic *problem, bool *has_moved, const StopCheck *stop)
{
	bool is_cut = true;

	*has_moved = false;
	while (is_cut && may_go_on(problem))
	{
		Status status = find_move(problem, stop);
		int32_t j;

		if (status != KERNEL_OK)
			return status;
		is_cut = false;
		for (j = 0; j < problem->p; j++)
			is_cut |= falls_below(problem, j);
		if (is_cut)
			cut_move(problem);
		else
			measure_move(problem);
		*has_moved |= take_move(problem);
	}
	return KERNEL_OK;
}

/* Takes into use what the gradient pulls upwards from its bound; how many. */
static int32_t
widen(BoundedQuadratic *problem)
{
	BoundedWork *work = problem->work;
	double reach = 0.0; /* with the root, a bound of what moves have added to a gradient */
	int32_t found = 0;
	int32_t j;

	for (j = 0; j < problem->p; j++)
		reach += work->root[j] * fabs(problem->x[j] - problem->start[j]);
	for (j = 0; j < problem->p; j++)
	{
		if (work->in_use[j] || work->root[j] == 0.0 ||
			!(work->gradient[j] < -PULL * (fabs(problem->slope[j]) + work->root[j] * reach)))
			continue;
		work->in_use[j] = true;
		found++;
	}
	return found;
}

Status
bounded_quadratic_solve(BoundedQuadratic *problem, const StopCheck *stop)
{
	BoundedWork *work = problem->work;
	Status status = KERNEL_OK;
	bool is_first = true;
	bool has_moved = true;
	int32_t j;

	start(problem);
	while (status == KERNEL_OK && has_moved && may_go_on(problem))
	{
		if (stop_requested(stop))
			return KERNEL_STOPPED;
		status = settle_face(problem, &has_moved, stop);
		/* What has come into use and changed nothing is pulled by rounding alone. */
		has_moved = (has_moved || is_first) && widen(problem) > 0;
		is_first = false;
	}
	problem->curvature = 0.0;
	problem->left = 0.0;
	for (j = 0; j < problem->p; j++)
	{
		bool is_held = problem->is_bounded[j] && !(problem->x[j] > 0.0);

		problem->curvature +=
			(problem->x[j] - problem->start[j]) * (work->gradient[j] - problem->slope[j]);
		problem->left = fmax(problem->left, is_held ? -work->gradient[j] : fabs(work->gradient[j]));
	}
	return status;
}
