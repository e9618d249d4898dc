/*
 * glm_newton.c: Newton's method for generalised linear models, and where it starts.
 *
 * As in logistic_newton.c, the step found where the gradient is within the tolerance is taken
 * without a further pass, and an estimate without a limit (the rows of a category all have the target
 * 0) is told by a step that moves some row's eta by DRIFT with nothing left to win.  The loss is half
 * the deviance, so that the objective is never negative and 0 for a perfect fit.
 */
#include "kernel/linear/logistic_state.h"

#include <math.h>
#include <string.h>

#define MAX_HALVINGS 40
#define ROUNDING 1e-13 /* of the objective and of what its terms are made of */
#define LEFT 0.1 /* of the gradient: more of it behind a step says that the step left columns out */
#define DRIFT 0.5
#define NO_GAIN 5e-6 /* log likelihood, over the dispersion */
#define STILL 1e-26	 /* a decrement this small against the objective is rounding */

/* A Newton step and what is known of it. */
typedef struct GlmStep
{
	double norm;	  /* of the gradient before it, as facts.gradient_norm */
	double decrement; /* twice the mean loss that it wins, to first order */
	double reach;	  /* a bound of how far it moves any row's eta */
} GlmStep;

/* The factored matrix and the step where logistic_pass() was. */
static Status
find_step(Logistic *fit, GlmStep *step)
{
	double size = fit->sums.size / fit->sums.total.hi;
	double norm = 0.0;
	Status status = logistic_project(fit);
	int32_t k;

	logistic_slope(fit, fit->estimate);
	if (status == KERNEL_OK)
		status = logistic_find_step(fit);
	if (status != KERNEL_OK)
		return status;
	*step = (GlmStep){0.0, 0.0, 0.0};
	for (k = 0; k < fit->n_columns; k++)
	{
		if (!isfinite(fit->slope[k]) || !isfinite(fit->step[k]))
			return KERNEL_OVERFLOW;
		norm = fmax(norm, logistic_violation(fit, k));
		step->decrement += fit->slope[k] * fit->step[k];
		step->reach += fabs(fit->step[k]) * fit->columns[k].range;
	}
	step->norm = size > 0.0 ? norm / size : norm;
	return KERNEL_OK;
}

/* Can the observed information be indefinite? */
static bool
is_convex(const GlmLoss *loss)
{
	return loss->link != LINK_IDENTITY || loss->power == 1.0;
}

/*
 * Does the step by the observed information lead down?  Where that has the rank of the expected one, which
 * `rank` has been found to be; with bounds no more columns need depend on others where these leave room, and
 * without a share in the step.
 */
static bool
is_descent(const Logistic *fit, int32_t rank, const GlmStep *step)
{
	double most = 0.0;
	int32_t k;

	if (fit->rank >= rank || fit->is_bounded == NULL)
		return fit->rank >= rank;
	for (k = 0; k < fit->n_columns; k++)
		most = fmax(most, logistic_violation(fit, k));
	return fit->bounds.dependent <= fit->n_columns - rank && fit->bounds.left <= LEFT * most &&
		step->decrement > 0.0;
}

/* The step by the expected information where the estimate is. */
static Status
find_expected(Logistic *fit, GlmLoss *loss, GlmStep *step)
{
	Status status;

	loss->curvature = GLM_EXPECTED;
	status = logistic_pass(fit, fit->estimate);
	loss->curvature = GLM_OBSERVED;
	return status == KERNEL_OK ? find_step(fit, step) : status;
}

/* The step that is taken where logistic_pass() was, a direction of descent. */
static Status
find_descent(Logistic *fit, GlmLoss *loss, int32_t rank, GlmStep *step)
{
	Status status = find_step(fit, step);

	if (status != KERNEL_OK || is_convex(loss) || is_descent(fit, rank, step))
		return status;
	return find_expected(fit, loss, step);
}

/* Moves along the step; rounding is that of what the terms of the objective are made of. */
static Status
advance(Logistic *fit, double *value)
{
	double size = fit->sums.size / fit->sums.total.hi;

	return logistic_advance(fit, *value + ROUNDING * (*value + size), MAX_HALVINGS, value);
}

/* The same; with bounds, where the observed information says too little, along the step by the expected one. */
static Status
descend(Logistic *fit, GlmLoss *loss, double *value)
{
	double before = *value;
	Status status = advance(fit, value);
	GlmStep step;

	if (status != KERNEL_NOT_CONVERGED || fit->is_bounded == NULL || is_convex(loss))
		return status;
	*value = before;
	status = find_expected(fit, loss, &step);
	return status == KERNEL_OK ? advance(fit, value) : status;
}

/* Judges the step found at the estimate; sets the facts. */
static Status
judge(Logistic *fit, const GlmStep *step, const GlmOptions *options, LinearFacts *facts)
{
	double dispersion = fit->glm->power == 1.0 ? 1.0 : fit->sums.pearson / fit->sums.total.hi;
	bool is_flat = 0.5 * step->decrement * (double) fit->dataset->n <= NO_GAIN * dispersion;
	double most = step->reach;
	Status status = KERNEL_OK;

	facts->gradient_norm = step->norm;
	facts->converged = step->norm <= options->tolerance;
	if (fit->glm->link != LINK_LOG || fit->glm->power == 2.0 || options->l2 > 0.0 ||
		!(facts->converged || is_flat))
		return KERNEL_OK;
	if (most >= DRIFT)
		status = logistic_largest_eta(fit, fit->step, &most);
	if (most >= DRIFT)
	{
		facts->converged = false;
		facts->separated = is_flat;
	}
	return status;
}

/* The first step of iteratively reweighted least squares into the estimate. */
static Status
start_by_working_response(Logistic *fit, GlmLoss *loss)
{
	GlmCurvature curvature = loss->curvature;
	GlmStep step;
	Status status;
	int32_t k;

	loss->curvature = GLM_START;
	status = logistic_pass(fit, fit->estimate);
	if (status == KERNEL_OK)
		status = find_step(fit, &step);
	for (k = 0; k < fit->n_columns && status == KERNEL_OK; k++)
		fit->estimate[k] -= fit->step[k];
	loss->curvature = curvature;
	return status;
}

/*
 * The same coefficient for each column that may not be below 0, so that the means of the columns have
 * the mean of the target: where all are positive, every row's eta is.
 */
static void
start_evenly(Logistic *fit, const GlmLoss *loss)
{
	double sum = 0.0;
	int32_t k;

	for (k = 0; k < fit->n_columns; k++)
	{
		/* A constant column keeps 0. */
		fit->estimate[k] = fit->is_bounded[k] && fit->root[k] > 0.0 ? 1.0 : 0.0;
		sum += fit->estimate[k] * fit->columns[k].mean / fit->columns[k].deviation;
	}
	for (k = 0; k < fit->n_columns; k++)
		fit->estimate[k] *= sum > 0.0 ? glm_link_of(loss->link, loss->mean) / sum : 0.0;
}

/*
 * An estimate with finite loss and the pass there.
 *
 * The mean of the target everywhere, where there are an intercept and no offset.  Else the first step of
 * iteratively reweighted least squares; failing that, eta = offset, which does for logarithms, and with bounds
 * a little of every column.
 */
static Status
find_start(Logistic *fit, GlmLoss *loss, double *value)
{
	size_t size = (size_t) fit->n_columns * sizeof(double);
	Status status = KERNEL_OK;

	if (fit->design->has_intercept && loss->offset_slot == NO_OFFSET)
		fit->estimate[0] = glm_link_of(loss->link, loss->mean);
	else
		status = start_by_working_response(fit, loss);
	if (status == KERNEL_OK)
		status = logistic_pass(fit, fit->estimate);
	*value = logistic_objective(fit, fit->estimate);
	if (status != KERNEL_OK || isfinite(*value))
		return status;
	memset(fit->estimate, 0, size);
	status = logistic_pass(fit, fit->estimate);
	*value = logistic_objective(fit, fit->estimate);
	if (status != KERNEL_OK || isfinite(*value))
		return status;
	if (fit->is_bounded != NULL)
	{
		start_evenly(fit, loss);
		status = logistic_pass(fit, fit->estimate);
		*value = logistic_objective(fit, fit->estimate);
		if (status != KERNEL_OK || isfinite(*value))
			return status;
	}
	return loss->link == LINK_LOG ? KERNEL_OVERFLOW : KERNEL_NOT_CONVERGED;
}

/* Steps until one is the last; leaves it in fit->step. */
static Status
iterate(Logistic *fit, GlmLoss *loss, const GlmOptions *options, double value, LinearFacts *facts)
{
	int32_t rank =
		fit->n_columns; /* the first step of a loss that is not convex is by the expected one */
	GlmStep step;
	Status status = KERNEL_OK;

	for (; status == KERNEL_OK; facts->iterations++)
	{
		status = find_descent(fit, loss, rank, &step);
		rank = facts->iterations == 0 ? fit->rank : rank;
		if (status == KERNEL_OK)
			status = judge(fit, &step, options, facts);
		if (status != KERNEL_OK || facts->converged || facts->separated ||
			step.decrement <= STILL * value || facts->iterations == options->max_iterations)
			return status;
		status = descend(fit, loss, &value);
		if (options->report != NULL)
			options->report->step(options->report->context, facts->iterations + 1, step.norm);
	}
	if (status != KERNEL_NOT_CONVERGED)
		return status;
	/* No step lowers the objective: its last digits are reached, or the tolerance asks for more. */
	status = logistic_pass(fit, fit->estimate);
	if (status == KERNEL_OK)
		status = find_descent(fit, loss, rank, &step);
	return status == KERNEL_OK ? judge(fit, &step, options, facts) : status;
}

/*
 * glm_newton
 *		Minimises the mean penalised loss: estimate, sums and facts.
 *
 * Leaves the factored expected information at the estimate in the matrix.
 */
Status
glm_newton(Logistic *fit, GlmLoss *loss, const GlmOptions *options, LinearFacts *facts)
{
	double value;
	Status status;
	int32_t k;

	loss->curvature = GLM_OBSERVED;
	facts->iterations = 0;
	status = find_start(fit, loss, &value);
	if (status == KERNEL_OK)
		status = iterate(fit, loss, options, value, facts);
	if (status != KERNEL_OK)
		return status;
	for (k = 0; k < fit->n_columns && facts->converged; k++)
		fit->estimate[k] -= fit->step[k];
	loss->curvature = GLM_EXPECTED;
	status = logistic_pass(fit, fit->estimate);
	if (status == KERNEL_OK)
		status = logistic_project(fit);
	return status == KERNEL_OK ? logistic_factor(fit) : status;
}
