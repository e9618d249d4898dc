/*
 * logistic_newton.c: Newton's method for logistic regression, and where it starts.
 *
 * Once the gradient is within the tolerance, or is proved to be after the next
 * step, that step is taken without a further pass: it squares the error, so that
 * the order of the rows does not show in the estimates.
 *
 * The first Hessian and those near the optimum are summed in double precision.  In between, where
 * the first one is well conditioned, a Hessian only shows the way and is summed in single precision,
 * which is half of the work; the gradient and the loss never are.  Nothing is concluded from a rough
 * one: before the iteration ends, the pass is repeated.
 *
 * Where the classes are separated, wholly or in some category, the likelihood
 * has no maximum: steps go on by about 1 in eta while the likelihood gains
 * nothing.  That is how it is told: a step that moves some row's eta by DRIFT
 * or more, with at most NO_GAIN of log-likelihood to win, needs a standard error
 * of eta above DRIFT / sqrt(2 NO_GAIN), which no data with a maximum has.
 */
#include "kernel/linear/logistic_state.h"

#include <math.h>
#include <string.h>

#include "kernel/base/double_double.h"

#define MAX_HALVINGS 30
#define ROUNDING 1e-13 /* of the objective */
#define DRIFT 0.5
#define NO_GAIN 5e-6
#define SETTLED 1e3 /* times the tolerance: a change of eta that the standard errors do not see */
#define SOUND 1e-3	/* a smallest pivot that single precision can be trusted with */
#define NEAR 0.05 /* a step that moves no row's eta by more leads to where the last digits count */
#define STILL 1e-26	   /* a decrement this small against the objective is rounding */
#define SAMPLE_SHARE 8 /* one in so many blocks is of the sample */
#define SAMPLE_ROWS 50 /* of the sample, at least, for each column */
#define SAMPLE_STEPS 8

double
logistic_objective(const Logistic *fit, const double *estimate)
{
	double value = fit->sums.loss.hi / fit->sums.total.hi;
	int32_t k;

	for (k = 0; k < fit->n_columns; k++)
		value += 0.5 * fit->columns[k].penalty * estimate[k] * estimate[k];
	return value;
}

Status
logistic_advance(Logistic *fit, double limit, int32_t max_halvings, double *value)
{
	double length = 1.0;
	int32_t halvings;
	int32_t k;

	for (halvings = 0; halvings <= max_halvings; halvings++)
	{
		Status status;

		for (k = 0; k < fit->n_columns; k++)
			fit->trial[k] = fit->estimate[k] - length * fit->step[k];
		status = logistic_pass(fit, fit->trial);
		if (status != KERNEL_OK)
			return status;
		*value = logistic_objective(fit, fit->trial);
		if (*value <= limit)
		{
			memcpy(fit->estimate, fit->trial, (size_t) fit->n_columns * sizeof(double));
			return KERNEL_OK;
		}
		length *= 0.5;
	}
	return KERNEL_NOT_CONVERGED;
}

/* A Newton step and what is known of it. */
typedef struct Step
{
	double norm;	  /* of the gradient before it: infinity norm */
	double next_norm; /* a bound of the norm after it */
	double decrement; /* twice the mean loss that it wins, to first order: gradient . step */
	double gain;	  /* the mean loss that it wins, to second order */
	double reach;	  /* a bound of how far it moves any row's eta */
} Step;

/*
 * What is known of the step found where logistic_pass() was.
 *
 * For Newton's own step: the curvature of a row changes by at most a factor exp(|change of eta|),
 * so the gradient after the step is at most exp(reach) / 2 times the weighted mean of curvature *
 * (change of eta)^2 * |column|; without the last factor that is no more than the decrement.
 */
static Status
take_measure(Logistic *fit, Step *step)
{
	double range = 0.0;
	int32_t k;

	*step = (Step){0.0, 0.0, 0.0, 0.0, 0.0};
	for (k = 0; k < fit->n_columns; k++)
	{
		if (!isfinite(fit->slope[k]) || !isfinite(fit->step[k]))
			return KERNEL_OVERFLOW;
		step->norm = fmax(step->norm, logistic_violation(fit, k));
		step->decrement += fit->slope[k] * fit->step[k];
		step->reach += fabs(fit->step[k]) * fit->columns[k].range;
		range = fmax(range, fit->columns[k].range);
	}
	step->next_norm = 0.5 * exp(step->reach) * step->decrement * range;
	step->gain = fit->is_bounded == NULL ? 0.5 * step->decrement :
										   step->decrement - 0.5 * fit->bounds.curvature;
	return KERNEL_OK;
}

/* Factored Hessian and Newton step where logistic_pass() was. */
static Status
find_step(Logistic *fit, Step *step)
{
	Status status = logistic_project(fit);

	logistic_slope(fit, fit->estimate);
	if (status == KERNEL_OK)
		status = logistic_find_step(fit);
	if (status == KERNEL_OK)
		status = take_measure(fit, step);
	return status;
}

/* Whether the step moves some row's eta by DRIFT: by the bound, or else by the rows. */
static Status
find_drift(Logistic *fit, const Step *step, bool *drifts)
{
	double most = step->reach;
	Status status = KERNEL_OK;

	if (most >= DRIFT)
		status = logistic_largest_eta(fit, fit->step, &most);
	*drifts = most >= DRIFT;
	return status;
}

/* Judges the step found at the estimate; sets the facts. */
static Status
judge(Logistic *fit, const Step *step, LinearFacts *facts)
{
	double tolerance = fit->options->tolerance;
	/* What the step could still win, as log-likelihood of as many rows of weight 1. */
	bool is_flat = 0.5 * step->decrement * (double) fit->dataset->n <= NO_GAIN;
	bool will_be = step->next_norm <= tolerance && step->reach <= SETTLED * tolerance;
	bool drifts = false;
	Status status = KERNEL_OK;

	facts->gradient_norm = step->norm;
	facts->converged = step->norm <= tolerance || will_be;
	if (fit->options->l2 == 0.0 && (facts->converged || is_flat))
		status = find_drift(fit, step, &drifts);
	if (drifts)
	{
		facts->converged = false;
		facts->separated = is_flat;
	}
	return status;
}

/* Takes the last step, which needs no pass: the Hessian changes no more that matters. */
static void
take_last_step(Logistic *fit, const Step *step, LinearFacts *facts)
{
	int32_t k;

	for (k = 0; k < fit->n_columns; k++)
		fit->estimate[k] -= fit->step[k];
	facts->gradient_norm = fmin(step->norm, step->next_norm);
	fit->sums.loss = dd_add_double(fit->sums.loss, -step->gain * fit->total);
}

/* The share of positive rows as log-odds. */
static void
start_at_share(Logistic *fit)
{
	double share = fit->positive / fit->total;

	if (fit->design->has_intercept && share > 0.0 && share < 1.0)
		fit->estimate[0] = log(share / (1.0 - share));
}

/* Are the numbers few, and the rows many, so that some of them tell nearly what all do? */
static bool
can_sample(const Logistic *fit)
{
	return fit->n_slots == 0 && fit->n_columns > 0 && fit->is_bounded == NULL &&
		fit->dataset->n / SAMPLE_SHARE >= SAMPLE_ROWS * (int64_t) fit->n_columns &&
		fit->dataset->n_blocks >= 2 * SAMPLE_SHARE;
}

/*
 * Newton's method over every SAMPLE_SHARE-th block, until what is left to win, about the square of
 * what the last step won, is little against what other rows would change; *is_found is false where it does not get there soon, as when the
 * classes are separated in these rows.
 */
static Status
walk_sample(Logistic *fit, bool *is_found)
{
	double enough = 0.1 * (double) (fit->n_columns * SAMPLE_SHARE) / (double) fit->dataset->n;
	double before = INFINITY;
	Status status = KERNEL_OK;
	Step step;
	int32_t i;
	int32_t k;

	*is_found = false;
	for (i = 0; i < SAMPLE_STEPS && !*is_found; i++)
	{
		double value;

		status = logistic_pass(fit, fit->estimate);
		if (status == KERNEL_OK)
			status = find_step(fit, &step);
		if (status != KERNEL_OK)
			return status;
		value = logistic_objective(fit, fit->estimate);
		if (!(value < before) || logistic_smallest_pivot(fit) < SOUND)
			return KERNEL_OK;
		before = value;
		for (k = 0; k < fit->n_columns; k++)
			fit->estimate[k] -= fit->step[k];
		*is_found = step.decrement * step.decrement <= enough;
	}
	return KERNEL_OK;
}

/* The estimate where some of the rows have their optimum; *is_found: it is there. */
static Status
start_at_sample(Logistic *fit, bool *is_found)
{
	Status status;

	fit->skipped_blocks = SAMPLE_SHARE - 1;
	status = walk_sample(fit, is_found);
	fit->skipped_blocks = 0;
	if (status != KERNEL_OVERFLOW)
		return status;
	/* What is too large in these rows may be told better by all. */
	*is_found = false;
	return KERNEL_OK;
}

/* The step at the estimate and what is concluded from it. */
static Status
conclude(Logistic *fit, Step *step, LinearFacts *facts)
{
	Status status = find_step(fit, step);

	if (status == KERNEL_OK)
		status = judge(fit, step, facts);
	return status;
}

/* The same from a pass in double precision. */
static Status
conclude_exactly(Logistic *fit, Step *step, LinearFacts *facts)
{
	Status status;

	fit->is_rough = false;
	status = logistic_pass(fit, fit->estimate);
	return status == KERNEL_OK ? conclude(fit, step, facts) : status;
}

/* Does the iteration end at this step? */
static bool
is_last(const Logistic *fit, const Step *step, double value, const LinearFacts *facts)
{
	return facts->converged || facts->separated || step->decrement <= STILL * value ||
		facts->iterations == fit->options->max_iterations;
}

/*
 * Newton's method over all rows; leaves the factored Hessian at the estimate.
 *
 * is_sampled: from the optimum of some rows, where a first step that does not lower the objective at
 * once says that they were no good guide: KERNEL_NOT_CONVERGED after no iteration.
 */
static Status
iterate(Logistic *fit, bool is_sampled, LinearFacts *facts)
{
	Step step;
	bool is_sound = false;
	Status status;
	double value;

	facts->iterations = 0;
	fit->is_rough = is_sampled;
	status = logistic_pass(fit, fit->estimate);
	value = logistic_objective(fit, fit->estimate);
	for (; status == KERNEL_OK; facts->iterations++)
	{
		status = conclude(fit, &step, facts);
		if (facts->iterations == 0)
			is_sound = fit->is_bounded == NULL && logistic_smallest_pivot(fit) >= SOUND;
		if (status == KERNEL_OK && fit->is_rough &&
			(is_last(fit, &step, value, facts) || fit->rank < fit->n_columns))
			status = conclude_exactly(fit, &step, facts);
		if (status != KERNEL_OK)
			return status;
		if (is_last(fit, &step, value, facts))
			break;
		fit->is_rough = is_sound && step.reach > NEAR;
		status = logistic_advance(fit, value + ROUNDING * value,
								  is_sampled && facts->iterations == 0 ? 0 : MAX_HALVINGS, &value);
		if (status == KERNEL_NOT_CONVERGED && is_sampled && facts->iterations == 0)
			return status;
		if (fit->options->report != NULL)
			fit->options->report->step(fit->options->report->context, facts->iterations + 1,
									   step.norm);
	}
	/* When no step lowers the objective, its last digits are reached, or nearly. */
	if (status == KERNEL_NOT_CONVERGED)
		status = conclude_exactly(fit, &step, facts);
	if (status == KERNEL_OK && facts->converged)
		take_last_step(fit, &step, facts);
	return status;
}

/*
 * logistic_newton
 *		Minimises the mean penalised loss: estimate, sums and facts.
 *
 * Starts where some of the rows have their optimum, which saves passes over all, or
 * from the log-odds: where there are indicators, since a category that is rare
 * among those rows may be nearly separated in them, so that the start lies where no
 * step over all rows helps, and where the first step shows that it lies so.
 * Leaves the factored Hessian of all rows at the estimate in the matrix.
 */
Status
logistic_newton(Logistic *fit, LinearFacts *facts)
{
	bool is_sampled = false;
	Status status = KERNEL_OK;

	start_at_share(fit);
	if (can_sample(fit))
	{
		status = start_at_sample(fit, &is_sampled);
		if (status == KERNEL_OK && is_sampled)
			status = iterate(fit, true, facts);
		if (status != KERNEL_NOT_CONVERGED && (status != KERNEL_OK || is_sampled))
			return status;
		memset(fit->estimate, 0, (size_t) fit->n_columns * sizeof(double));
		start_at_share(fit);
	}
	return iterate(fit, false, facts);
}
