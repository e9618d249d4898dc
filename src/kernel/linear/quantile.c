/*
 * quantile.c: quantile regression: a smoothed start, rounds of exact optima, the coefficient table.
 */
#include "kernel/linear/quantile.h"

#include <math.h>
#include <string.h>

#include "kernel/linear/quantile_state.h"
#include "kernel/linear/sandwich.h"

#define STAGES 14	  /* of the smoothed start, each a quarter as wide */
#define STAGE_STEPS 2 /* Newton steps in each */
#define MAX_HALVINGS 6
#define ACTIVE_ROWS 2000 /* looked at one by one in the first round, at least */
#define ACTIVE_SHARE 50	 /* and so many a column */
#define MAX_ROUNDS 40
#define REPEATS 3		  /* rounds that are repeated for the sake of smaller shifts, at most */
#define SHIFT 1e-11		  /* of the mean loss: what keeps rows from tying */
#define LEAST_SHIFT 1e-16 /* of the targets' spread */
#define LEAST_LOSS 1e-6	  /* of the targets' spread: what the gap is compared with at least */
#define WRONG 1e-12		  /* of the loss: that of rows on another side than believed */
#define NOTHING 1e-13	  /* of the targets' spread: a bounded coefficient this small is rounding */
#define STEEP 2.0		  /* of the slope that the rows could have at the most */

/* The mean smoothed loss with the smoothed penalty. */
static double
smoothed(const Quantile *quantile, const double *estimate)
{
	const Logistic *fit = &quantile->fit;
	double value = quantile->loss.sums.loss.hi / quantile->loss.sums.weight.hi;
	int32_t j;

	for (j = 0; j < fit->n_columns; j++)
	{
		if (quantile->penalty[j] > 0.0)
			value += quantile->penalty[j] * hypot(estimate[j], quantile->loss.width);
	}
	return value;
}

/* The Newton step of the smoothed loss where the last pass was. */
static Status
find_step(Quantile *quantile)
{
	Logistic *fit = &quantile->fit;
	size_t p = (size_t) fit->n_columns;
	Status status = logistic_project(fit);
	size_t j;

	for (j = 0; j < p; j++)
	{
		if (quantile->penalty[j] > 0.0)
			fit->matrix[j * p + j] +=
				quantile->penalty[j] / hypot(fit->estimate[j], quantile->loss.width);
	}
	if (status != KERNEL_OK)
		return status;
	logistic_slope(fit, fit->estimate);
	for (j = 0; j < p; j++)
	{
		if (quantile->penalty[j] > 0.0)
			fit->slope[j] += quantile->penalty[j] * fit->estimate[j] /
				hypot(fit->estimate[j], quantile->loss.width);
	}
	status = logistic_find_step(fit);
	if (status != KERNEL_OK)
		return status;
	for (j = 0; j < p; j++)
	{
		if (!isfinite(fit->step[j]))
			return KERNEL_OVERFLOW;
	}
	return KERNEL_OK;
}

/* Takes the step, halved until the smoothed loss falls, or not at all; ends with a pass where it is. */
static Status
advance(Quantile *quantile, bool *has_moved)
{
	Logistic *fit = &quantile->fit;
	double before = smoothed(quantile, fit->estimate);
	double length = 1.0;
	int32_t halvings;
	int32_t j;

	*has_moved = false;
	for (halvings = 0; halvings <= MAX_HALVINGS; halvings++)
	{
		Status status;

		for (j = 0; j < fit->n_columns; j++)
			fit->trial[j] = fit->estimate[j] - length * fit->step[j];
		status = robust_pass(fit, fit->trial);
		if (status != KERNEL_OK)
			return status;
		if (smoothed(quantile, fit->trial) < before)
		{
			memcpy(fit->estimate, fit->trial, (size_t) fit->n_columns * sizeof(double));
			*has_moved = true;
			return KERNEL_OK;
		}
		length *= 0.25;
	}
	return KERNEL_OK;
}

/* Least squares into the estimate, and the columns in use. */
static Status
start(Quantile *quantile)
{
	Logistic *fit = &quantile->fit;
	size_t p = (size_t) fit->n_columns;
	bool has_rows = quantile->options->l1 > 0.0 || fit->is_bounded != NULL;
	double tau = quantile->options->quantile;
	Status status = robust_pass(fit, fit->estimate);
	size_t j;

	logistic_slope(fit, fit->estimate);
	if (status == KERNEL_OK)
		status = logistic_project(fit);
	if (status == KERNEL_OK)
		status = logistic_find_step(fit);
	if (status != KERNEL_OK)
		return status;
	quantile->spread = sqrt(quantile->loss.sums.squares.hi / quantile->loss.sums.weight.hi);
	for (j = 0; j < p; j++)
	{
		/* Columns with a penalty or a bound take part though they depend on others. */
		if (fit->root[j] > 0.0 && (has_rows || fit->matrix[j * p + j] > 0.0))
			quantile->used[quantile->k++] = (int32_t) j;
		/* The mean of |x| is at most its root mean square. */
		if (fit->is_bounded != NULL && fit->is_bounded[j])
			quantile->steep[j] = STEEP * fmax(tau, 1.0 - tau) * fit->root[j];
		fit->estimate[j] = 0.0 - fit->step[j];
		if (!isfinite(fit->estimate[j]))
			return KERNEL_OVERFLOW;
	}
	return isfinite(quantile->spread) ? robust_pass(fit, fit->estimate) : KERNEL_OVERFLOW;
}

/* Rows that are looked at one by one in the first round. */
static int64_t
first_rows(const Quantile *quantile)
{
	int64_t wanted = ACTIVE_SHARE * (int64_t) quantile->k;

	return wanted > ACTIVE_ROWS ? wanted : ACTIVE_ROWS;
}

/* Newton's method on narrower and narrower parabolas, until few rows are in them. */
static Status
smooth(Quantile *quantile)
{
	Logistic *fit = &quantile->fit;
	double enough = 0.5 * (double) first_rows(quantile);
	Status status = KERNEL_OK;
	int32_t steps = 0;
	int32_t stage;
	int32_t step;

	quantile->loss.kind = ROBUST_CHECK;
	quantile->loss.width = sqrt(quantile->loss.sums.squares.hi / quantile->loss.sums.weight.hi);
	if (!(quantile->loss.width > LEAST_SHIFT * quantile->spread))
		return KERNEL_OK;
	for (stage = 0; stage < STAGES; stage++)
	{
		bool has_moved = true;

		status = robust_pass(fit, fit->estimate);
		for (step = 0; step < STAGE_STEPS && has_moved && status == KERNEL_OK; step++)
		{
			status = find_step(quantile);
			if (status == KERNEL_OK)
				status = advance(quantile, &has_moved);
			if (quantile->options->report != NULL)
				quantile->options->report->step(quantile->options->report->context, ++steps, NAN);
		}
		if (status != KERNEL_OK || quantile->loss.sums.inside_rows <= enough)
			break;
		quantile->loss.width *= 0.25;
	}
	return status;
}

/* What a pass says of an estimate. */
typedef struct Proof
{
	DoubleDouble loss; /* of the rows, weighted */
	double wrong;	   /* of the rows that are on another side than the reference told */
} Proof;

static Status
add_losses(Quantile *quantile, const QuantilePanel *panel, void *context)
{
	Proof *proof = context;
	double tau = quantile->options->quantile;
	double sum = 0.0;
	int32_t i;

	for (i = 0; i < panel->place->n; i++)
	{
		double w = panel->weight != NULL ? panel->weight[i] : 1.0;
		double r = panel->current[i];

		sum += w * (r > 0.0 ? tau : tau - 1.0) * r;
		if (fabs(panel->reference[i]) >= quantile->band && r * panel->reference[i] < 0.0)
			proof->wrong += w * fabs(r);
	}
	proof->loss = dd_add_double(proof->loss, sum);
	return KERNEL_OK;
}

static double
penalty_of(const Quantile *quantile, const double *estimate)
{
	double sum = 0.0;
	int32_t j;

	for (j = 0; j < quantile->fit.n_columns; j++)
		sum += quantile->penalty[j] * fabs(estimate[j]);
	return quantile->fit.total * sum;
}

/* The exact optimum of the active rows into the estimate. */
static Status
solve_active(Quantile *quantile, bool is_whole)
{
	Logistic *fit = &quantile->fit;
	const ActiveRows *active = &quantile->active;
	VertexProblem problem = {.k = quantile->k,
							 .n = active->n,
							 .x = active->x,
							 .y = active->y,
							 .shift = active->shift,
							 .low = active->low,
							 .high = active->high,
							 .fixed = quantile->fixed,
							 .slack = is_whole ? 0.0 : 1e-15 * fit->total,
							 .is_whole = is_whole};
	VertexResult result = {.b = quantile->b, .basis = quantile->basis, .dual = active->dual};
	Status status;
	int32_t j;

	for (j = 0; j < quantile->k; j++)
		quantile->b[j] = fit->estimate[quantile->used[j]];
	status = vertex_solve(&problem, quantile->options->max_iterations - quantile->pivots,
						  fit->allocator, fit->stop, &result);
	quantile->pivots += result.pivots;
	if (status != KERNEL_OK)
		return status;
	memset(fit->estimate, 0, (size_t) fit->n_columns * sizeof(double));
	for (j = 0; j < quantile->k; j++)
	{
		/* The shifts of rows that are no more may have left less than nothing. */
		if (quantile->steep[quantile->used[j]] > 0.0 &&
			quantile->b[j] <= NOTHING * quantile->spread)
			quantile->b[j] = 0.0;
		fit->estimate[quantile->used[j]] = quantile->b[j];
	}
	return KERNEL_OK;
}

/*
 * The gap of duality over the loss: what active rows lose beyond their dual times their residual, and
 * rows of a wrong side; and what the duals beyond their bounds leave unproved: with e beyond at a row of the
 * basis, the optimum may be lower by e |r| there, and |r| is at most the loss over the bound; of a bounded
 * coefficient, which loses nothing above 0, |r| is taken to be no more than it is here or the targets spread.
 */
static double
relative_gap(const Quantile *quantile, const Proof *proof, double penalty)
{
	const ActiveRows *active = &quantile->active;
	double loss = proof->loss.hi + penalty;
	double gap = 2.0 * proof->wrong;
	double unproved = 0.0;
	double least = LEAST_LOSS * quantile->spread * quantile->fit.total;
	int64_t i;
	int32_t j;

	for (i = 0; i < active->n; i++)
	{
		const double *x = active->x + (size_t) i * (size_t) quantile->k;
		double dual = fmax(fmin(active->dual[i], active->high[i]), active->low[i]);
		double r = active->y[i];

		for (j = 0; j < quantile->k; j++)
			r -= x[j] * quantile->b[j];
		gap += (r > 0.0 ? active->high[i] : active->low[i]) * r - dual * r;
		if (active->low[i] < 0.0)
			unproved += fabs(active->dual[i] - dual) / fmin(active->high[i], -active->low[i]);
		else if (active->dual[i] != dual && fmax(fabs(r), quantile->spread) > 0.0)
			unproved +=
				fabs(active->dual[i] - dual) * fmax(fabs(r), quantile->spread) / fmax(loss, least);
	}
	/* 0 is a bound, too. */
	return fmin((gap > 0.0 ? gap / fmax(loss, least) : 0.0) + unproved, 1.0);
}

/*
 * Exact optima of the rows near the last one, until no other row contradicts; more rows in each
 * round, in the end all.
 */
static Status
descend(Quantile *quantile, LinearFit *result)
{
	Logistic *fit = &quantile->fit;
	size_t size = (size_t) fit->n_columns * sizeof(double);
	int64_t wanted = first_rows(quantile);
	double mean_loss = smoothed(quantile, fit->estimate);
	int32_t round;

	for (round = 0; round < MAX_ROUNDS; round++)
	{
		Proof proof = {dd_from(0.0), 0.0};
		double magnitude = fmax(SHIFT * mean_loss, LEAST_SHIFT * quantile->spread);
		double penalty;
		int64_t found;
		bool is_whole;
		Status status;

		memcpy(quantile->reference, fit->estimate, size);
		status = quantile_find_band(quantile, wanted, &found);
		is_whole = found >= fit->dataset->n;
		if (status == KERNEL_OK)
			status = quantile_gather(quantile, found, magnitude);
		if (status == KERNEL_OK)
			status = solve_active(quantile, is_whole);
		wanted = found * 2;
		if (status == KERNEL_NOT_CONVERGED && !is_whole)
			continue;
		if (status == KERNEL_OK)
			status = quantile_visit(quantile, add_losses, &proof);
		if (status != KERNEL_OK)
			return status;
		penalty = penalty_of(quantile, fit->estimate);
		result->facts.gradient_norm = relative_gap(quantile, &proof, penalty);
		result->facts.converged = result->facts.gradient_norm <= quantile->options->tolerance;
		*quantile->mean_loss = proof.loss.hi / fit->total;
		mean_loss = (proof.loss.hi + penalty) / fit->total;
		/* Shifts that a bad start made too large are smaller in the next round. */
		if ((proof.wrong <= WRONG * proof.loss.hi || is_whole) &&
			(result->facts.converged || quantile->pivots >= quantile->options->max_iterations ||
			 magnitude <= 2.0 * SHIFT * mean_loss || round > REPEATS))
			return KERNEL_OK;
	}
	return KERNEL_OK;
}

/*
 * The sandwich about the densities of the residuals; `freedom`: of the statistics.
 *
 * Where the residuals near 0 are too few to tell, there are no standard errors.
 */
static Status
report_kernel(Quantile *quantile, double freedom, LinearFit *result)
{
	Logistic *fit = &quantile->fit;
	double tau = quantile->options->quantile;
	double root = sqrt(tau * (1.0 - tau));
	SandwichRows rows = {sandwich_even, &root, freedom};
	SandwichTask task;
	Status status = quantile_kernel_width(quantile, &quantile->loss.width);

	quantile->loss.kind = ROBUST_DENSITY;
	if (status == KERNEL_OK && quantile->loss.width > 0.0)
	{
		status = robust_pass(fit, fit->estimate);
		if (status == KERNEL_OK)
			status = logistic_project(fit);
		if (status == KERNEL_OK)
			status = logistic_factor(fit);
	}
	if (status == KERNEL_OK)
		status = robust_report(
			fit,
			quantile->loss.width > 0.0 && freedom > 0.0 && fit->rank == fit->n_columns ? 1.0 : NAN,
			freedom, result);
	task = sandwich_task(fit->dataset, fit->design, COVARIANCE_KERNEL, rows, result);
	return status == KERNEL_OK ? sandwich_errors(&task, fit->allocator, fit->stop) : status;
}

/* The coefficient table; leaves the information of the design in the matrix. */
static Status
report(Quantile *quantile, LinearFit *result)
{
	Logistic *fit = &quantile->fit;
	double tau = quantile->options->quantile;
	double freedom;
	double sparsity = NAN;
	Status status = quantile_sparsity(quantile, &sparsity);

	quantile->loss.kind = ROBUST_SQUARES;
	if (status == KERNEL_OK)
		status = robust_pass(fit, fit->estimate);
	if (status == KERNEL_OK)
		status = logistic_project(fit);
	if (status == KERNEL_OK)
		status = logistic_factor(fit);
	/* With a penalty, moving along the null space would change it. */
	if (status == KERNEL_OK && quantile->options->l1 == 0.0)
		status = logistic_settle(fit);
	if (status != KERNEL_OK)
		return status;
	fit->rank = logistic_bound_rank(fit);
	freedom = (double) fit->dataset->n - fit->rank;
	result->facts.rank = fit->rank;
	result->facts.iterations =
		quantile->pivots > INT32_MAX ? INT32_MAX : (int32_t) quantile->pivots;
	result->facts.sigma2 = tau * (1.0 - tau) * sparsity * sparsity;
	result->weight = fit->total;
	if (quantile->options->covariance_type == COVARIANCE_KERNEL && fit->rank == fit->n_columns)
		return report_kernel(quantile, freedom, result);
	return robust_report(
		fit, freedom > 0.0 ? result->facts.sigma2 * fit->total / (double) fit->dataset->n : NAN,
		freedom, result);
}

/* Penalties of the columns; the quadratic ones that the row options stand for are none. */
static void
set_penalties(Quantile *quantile)
{
	Logistic *fit = &quantile->fit;
	int32_t j;

	for (j = 0; j < fit->n_columns; j++)
	{
		Column *column = &fit->columns[j];

		quantile->penalty[j] = column->index == 0 && fit->design->has_intercept ? 0.0 :
			quantile->options->standardize ? quantile->options->l1 :
											 quantile->options->l1 / column->deviation;
		column->penalty = 0.0;
	}
}

/* The arrays beside those of the fit. */
static Status
allocate(Quantile *quantile)
{
	size_t p = (size_t) quantile->fit.n_columns;
	size_t basis = (size_t) quantile->fit.n_basis;
	const Allocator *allocator = quantile->fit.allocator;

	quantile->penalty = memory_allocate_zero(allocator, 5 * p + 3 * basis, sizeof(double));
	quantile->used = memory_allocate(allocator, p, sizeof(int32_t));
	quantile->basis = memory_allocate(allocator, p, sizeof(int64_t));
	if (quantile->penalty == NULL || quantile->used == NULL || quantile->basis == NULL)
		return KERNEL_OUT_OF_MEMORY;
	quantile->reference = quantile->penalty + p;
	quantile->fixed = quantile->reference + p;
	quantile->b = quantile->fixed + p;
	quantile->steep = quantile->b + p;
	quantile->reference_weights = quantile->steep + p;
	quantile->products = quantile->reference_weights + basis;
	quantile->basis_row = quantile->products + basis;
	return KERNEL_OK;
}

static void
release(Quantile *quantile)
{
	size_t p = (size_t) quantile->fit.n_columns;
	size_t basis = (size_t) quantile->fit.n_basis;
	const Allocator *allocator = quantile->fit.allocator;

	quantile_release_active(quantile);
	memory_release(allocator, quantile->penalty, 5 * p + 3 * basis, sizeof(double));
	memory_release(allocator, quantile->used, p, sizeof(int32_t));
	memory_release(allocator, quantile->basis, p, sizeof(int64_t));
}

/* Without a column in use every row is fitted by 0. */
static Status
solve(Quantile *quantile, LinearFit *result)
{
	Status status = start(quantile);

	if (status == KERNEL_OK && quantile->k > 0)
		status = smooth(quantile);
	if (status != KERNEL_OK)
		return status;
	if (quantile->k > 0)
		return descend(quantile, result);
	result->facts.converged = true;
	result->facts.gradient_norm = 0.0;
	quantile->band = INFINITY;
	{
		Proof proof = {dd_from(0.0), 0.0};

		status = quantile_visit(quantile, add_losses, &proof);
		*quantile->mean_loss = proof.loss.hi / quantile->fit.total;
	}
	return status;
}

Status
quantile_fit(const Dataset *dataset, const Design *design, const QuantileOptions *options,
			 const Allocator *allocator, const StopCheck *stop, LinearFit *result, double *loss)
{
	LogisticOptions rows = logistic_unclassed(options->l1, options->standardize);
	Quantile quantile = {.options = options,
						 .loss = {.kind = ROBUST_SQUARES,
								  .quantile = options->quantile,
								  .centre = design->has_intercept ? options->target_mean : 0.0},
						 .fit = {.dataset = dataset,
								 .design = design,
								 .options = &rows,
								 .allocator = allocator,
								 .stop = stop}};
	Status status;

	rows.nonnegative = options->nonnegative;
	quantile.fit.robust = &quantile.loss;
	quantile.mean_loss = loss;
	result->facts = logistic_no_facts();
	status = logistic_begin(&quantile.fit);
	if (status == KERNEL_OK)
		status = allocate(&quantile);
	if (status == KERNEL_OK)
	{
		set_penalties(&quantile);
		status = solve(&quantile, result);
	}
	if (status == KERNEL_OK)
		status = report(&quantile, result);
	release(&quantile);
	logistic_end(&quantile.fit);
	return status;
}
