/*
 * huber.c: Huber regression: Newton's method in the coefficients and the scale, standard errors.
 *
 * The loss is piecewise quadratic in the coefficients and a perspective in both, so that Newton's
 * method ends in a few steps once the rows inside the parabola are the right ones.
 */
#include "kernel/linear/huber.h"

#include <math.h>
#include <string.h>

#include "kernel/linear/covariance.h"
#include "kernel/linear/logistic_state.h"
#include "kernel/linear/sandwich.h"

#define MAX_HALVINGS 30
#define ROUNDING 1e-13		/* of the objective */
#define STILL 1e-28			/* a decrement this small against the objective is rounding */
#define EXACT 1e-13			/* residuals this small against the targets are rounding */
#define FLOOR 1e-8			/* of the scale against that of least squares: it is going to 0 */
#define HELD_TOLERANCE 1e-6 /* there, since residuals over such a scale are rounding to 1e-8 */
#define KEPT 0.1			/* a step leaves at least this share of the scale */
#define FLAT 1e-10			/* of the scale's curvature, once the coefficients follow it */
#define GROWN 3.0 /* of the scale: what a step that goes by its curvature alone adds at most */

/* A fit; lives through huber_fit. */
typedef struct Huber
{
	Logistic fit;
	RobustLoss loss;
	const HuberOptions *options;
	double *mixed;	/* p: the mixed derivatives of the mean loss, columns */
	double *answer; /* p: the inverse Hessian times it */
	double scale_step;
	double targets;	  /* sum of squares of the targets less the centre, weighted */
	int32_t rank;	  /* of the design */
	double *leverage; /* HC2 and HC3: the factor whose leverages count, then p centres; else NULL */
	bool is_held;	  /* the scale stays where it is */
	double least;	  /* scale at which it is held */
} Huber;

/* A step and what is known of it. */
typedef struct HuberStep
{
	double norm;	  /* of the gradient before it */
	double decrement; /* twice the mean loss that it wins, to first order */
} HuberStep;

static Status
pass(Huber *huber, RobustKind kind, const double *estimate, double scale)
{
	Logistic *fit = &huber->fit;
	RobustLoss *loss = &huber->loss;

	loss->kind = kind;
	loss->scale = scale;
	return robust_pass(fit, estimate);
}

static double
objective(const Huber *huber, const double *estimate)
{
	const Logistic *fit = &huber->fit;
	double value = huber->loss.sums.loss.hi / huber->loss.sums.weight.hi;
	int32_t k;

	for (k = 0; k < fit->n_columns; k++)
		value += 0.5 * fit->columns[k].penalty * estimate[k] * estimate[k];
	return value;
}

/* The step of the scale by its own curvature, next to nothing where rows in the parabola have no residual. */
static double
lone_scale_step(const Huber *huber, double slope, double curvature)
{
	double most = GROWN * huber->loss.scale;

	return fabs(slope) < most * curvature ? slope / curvature : copysign(most, slope);
}

/* The step of the scale, which the coefficients follow: fit->step becomes that of both. */
static void
join_scale(Huber *huber, double slope, bool *is_sound)
{
	Logistic *fit = &huber->fit;
	double curvature = huber->loss.sums.scale_curvature / huber->loss.sums.weight.hi;
	double rest = curvature;
	double numerator = slope;
	int32_t k;

	huber->scale_step = 0.0;
	*is_sound = fit->rank == huber->rank;
	if (huber->is_held)
		return;
	if (huber->loss.kind == ROBUST_HUBER_BOUND)
	{
		huber->scale_step = lone_scale_step(huber, slope, curvature);
		return;
	}
	robust_project(fit, huber->loss.mixed, 1.0 / huber->loss.sums.weight.hi, huber->mixed);
	logistic_solve(fit, huber->mixed, huber->answer);
	for (k = 0; k < fit->n_columns; k++)
	{
		rest -= huber->mixed[k] * huber->answer[k];
		numerator -= huber->mixed[k] * fit->step[k];
	}
	*is_sound = *is_sound && rest > FLAT * curvature;
	if (!*is_sound)
		return;
	huber->scale_step = numerator / rest;
	for (k = 0; k < fit->n_columns; k++)
		fit->step[k] -= huber->scale_step * huber->answer[k];
}

/* Adds a share of mixed mixed' to the matrix. */
static void
add_mixed(Huber *huber, double share)
{
	Logistic *fit = &huber->fit;
	size_t p = (size_t) fit->n_columns;
	size_t i;
	size_t k;

	for (i = 0; i < p; i++)
	{
		for (k = 0; k <= i; k++)
			fit->matrix[i * p + k] += share * huber->mixed[i] * huber->mixed[k];
	}
}

/*
 * The step of the coefficients within their bounds, and of the scale.  The scale has none: whatever the
 * coefficients do, it goes where its slope is 0, which leaves a quadratic of the coefficients alone.
 */
static Status
find_bounded_step(Huber *huber, double slope, bool *is_sound)
{
	Logistic *fit = &huber->fit;
	double curvature = huber->loss.sums.scale_curvature / huber->loss.sums.weight.hi;
	bool is_joined = !huber->is_held && huber->loss.kind != ROBUST_HUBER_BOUND && curvature > 0.0;
	double rest = slope;
	double left = curvature;
	Status status;
	int32_t k;

	memcpy(huber->answer, fit->slope, (size_t) fit->n_columns * sizeof(double));
	if (is_joined)
	{
		robust_project(fit, huber->loss.mixed, 1.0 / huber->loss.sums.weight.hi, huber->mixed);
		for (k = 0; k < fit->n_columns; k++)
			huber->answer[k] -= huber->mixed[k] * slope / curvature;
		add_mixed(huber, -1.0 / curvature);
	}
	status = logistic_bound_step(fit, huber->answer);
	if (is_joined)
		add_mixed(huber, 1.0 / curvature);
	if (status == KERNEL_OK)
		status = logistic_factor(fit);
	if (status != KERNEL_OK)
		return status;
	/* As without bounds: where nothing is left of its curvature, eliminating the scale left rounding. */
	if (is_joined)
		logistic_solve(fit, huber->mixed, huber->answer);
	for (k = 0; k < fit->n_columns && is_joined; k++)
	{
		rest -= huber->mixed[k] * fit->step[k];
		left -= huber->mixed[k] * huber->answer[k];
	}
	huber->scale_step = huber->is_held ? 0.0 :
		is_joined					   ? rest / curvature :
										 lone_scale_step(huber, slope, curvature);
	*is_sound = fit->rank == huber->rank &&
		(huber->is_held || (curvature > 0.0 && left > FLAT * curvature));
	return KERNEL_OK;
}

/* The step where the last pass was; is_sound: it can be trusted to lead down. */
static Status
find_step(Huber *huber, HuberStep *step, bool *is_sound)
{
	Logistic *fit = &huber->fit;
	double slope = huber->loss.sums.scale_slope / huber->loss.sums.weight.hi;
	Status status = logistic_project(fit);
	int32_t k;

	logistic_slope(fit, fit->estimate);
	if (status == KERNEL_OK && fit->is_bounded != NULL)
		status = find_bounded_step(huber, slope, is_sound);
	else if (status == KERNEL_OK)
	{
		status = logistic_find_step(fit);
		if (status == KERNEL_OK)
			join_scale(huber, slope, is_sound);
	}
	if (status != KERNEL_OK)
		return status;
	*step = (HuberStep){.norm = huber->is_held ? 0.0 : fabs(slope),
						.decrement = huber->scale_step * slope};
	for (k = 0; k < fit->n_columns; k++)
	{
		if (!isfinite(fit->slope[k]) || !isfinite(fit->step[k]))
			return KERNEL_OVERFLOW;
		step->norm = fmax(step->norm, logistic_violation(fit, k));
		step->decrement += fit->slope[k] * fit->step[k];
	}
	return KERNEL_OK;
}

/* The step that is taken where the last pass was: Newton's, or where that says nothing the bound's. */
static Status
find_descent(Huber *huber, HuberStep *step)
{
	bool is_sound;
	Status status = find_step(huber, step, &is_sound);

	if (status != KERNEL_OK || is_sound)
		return status;
	status = pass(huber, ROBUST_HUBER_BOUND, huber->fit.estimate, huber->loss.scale);
	return status == KERNEL_OK ? find_step(huber, step, &is_sound) : status;
}

/*
 * Moves along the step, halved until the objective does not rise; KERNEL_NOT_CONVERGED when it
 * always does.
 */
static Status
advance(Huber *huber, double *value)
{
	Logistic *fit = &huber->fit;
	double scale = huber->loss.scale;
	double limit = *value + ROUNDING * *value;
	double most = (1.0 - KEPT) * scale;
	double length = huber->scale_step > most ? most / huber->scale_step : 1.0;
	int32_t halvings;
	int32_t k;

	for (halvings = 0; halvings <= MAX_HALVINGS; halvings++)
	{
		Status status;

		for (k = 0; k < fit->n_columns; k++)
			fit->trial[k] = fit->estimate[k] - length * fit->step[k];
		status = pass(huber, ROBUST_HUBER, fit->trial, scale - length * huber->scale_step);
		if (status != KERNEL_OK)
			return status;
		*value = objective(huber, fit->trial);
		if (*value <= limit)
		{
			memcpy(fit->estimate, fit->trial, (size_t) fit->n_columns * sizeof(double));
			return KERNEL_OK;
		}
		length *= 0.5;
	}
	huber->loss.scale = scale;
	return KERNEL_NOT_CONVERGED;
}

/* Holds the scale once it is on its way to 0. */
static Status
hold_scale(Huber *huber, double *value)
{
	Status status;

	if (huber->is_held || huber->loss.scale > huber->least)
		return KERNEL_OK;
	huber->is_held = true;
	status = pass(huber, ROBUST_HUBER, huber->fit.estimate, huber->least);
	*value = objective(huber, huber->fit.estimate);
	return status;
}

/*
 * The step where the last pass was, and what it says.  A scale that went down while the coefficients were
 * still on their way, and at whose floor they see the loss fall upwards, is free again: the loss being convex,
 * it is lower now than it can ever be at the floor.
 */
static Status
conclude(Huber *huber, HuberStep *step, bool is_last, LinearFacts *facts)
{
	double tolerance = huber->options->tolerance;
	Status status = find_descent(huber, step);

	if (status != KERNEL_OK)
		return status;
	facts->gradient_norm = is_last ? fmin(step->norm, facts->gradient_norm) : step->norm;
	facts->converged =
		facts->gradient_norm <= (huber->is_held ? fmax(tolerance, HELD_TOLERANCE) : tolerance);
	if (!huber->is_held || !facts->converged ||
		huber->loss.sums.scale_slope >= -HELD_TOLERANCE * huber->loss.sums.weight.hi)
		return KERNEL_OK;
	huber->is_held = false;
	status = pass(huber, ROBUST_HUBER, huber->fit.estimate, huber->loss.scale);
	return status == KERNEL_OK ? conclude(huber, step, false, facts) : status;
}

/* Steps until the gradient is within the tolerance, and one more, so that the way does not show. */
static Status
iterate(Huber *huber, LinearFacts *facts)
{
	const HuberOptions *options = huber->options;
	double value = objective(huber, huber->fit.estimate);
	bool is_last = false;
	HuberStep step;
	Status status = KERNEL_OK;

	for (;; facts->iterations++)
	{
		status = conclude(huber, &step, is_last, facts);
		if (status != KERNEL_OK)
			return status;
		is_last = is_last && facts->converged;
		if (is_last || step.decrement <= STILL * value ||
			facts->iterations >= options->max_iterations)
			return KERNEL_OK;
		is_last = facts->converged;
		status = advance(huber, &value);
		if (status == KERNEL_NOT_CONVERGED)
			return KERNEL_OK;
		if (status == KERNEL_OK)
			status = hold_scale(huber, &value);
		if (status != KERNEL_OK)
			return status;
		if (options->report != NULL)
			options->report->step(options->report->context, facts->iterations + 1, step.norm);
	}
}

/*
 * Least squares into the estimate, and the scale that it gives; rank of the design.
 *
 * is_exact: its residuals are rounding.
 */
static Status
start(Huber *huber, double *scale, bool *is_exact)
{
	Logistic *fit = &huber->fit;
	Status status = pass(huber, ROBUST_SQUARES, fit->estimate, 1.0);
	int32_t k;

	huber->targets = huber->loss.sums.squares.hi;
	logistic_slope(fit, fit->estimate);
	if (status == KERNEL_OK)
		status = logistic_project(fit);
	if (status == KERNEL_OK)
		status = logistic_find_step(fit);
	if (status != KERNEL_OK)
		return status;
	huber->rank = fit->rank;
	for (k = 0; k < fit->n_columns; k++)
	{
		fit->estimate[k] = 0.0 - fit->step[k];
		if (!isfinite(fit->estimate[k]))
			return KERNEL_OVERFLOW;
	}
	status = pass(huber, ROBUST_SQUARES, fit->estimate, 1.0);
	*scale = sqrt(huber->loss.sums.squares.hi / huber->loss.sums.weight.hi);
	*is_exact =
		!(sqrt(huber->loss.sums.squares.hi) > EXACT *
			  (sqrt(huber->targets) + fabs(huber->loss.centre) * sqrt(huber->loss.sums.weight.hi)));
	huber->least = FLOOR * *scale;
	return status == KERNEL_OK && !isfinite(*scale) ? KERNEL_OVERFLOW : status;
}

static Status
solve(Huber *huber, LinearFacts *facts)
{
	double scale;
	bool is_exact;
	Status status = start(huber, &scale, &is_exact);

	if (status != KERNEL_OK)
		return status;
	if (is_exact)
	{
		huber->is_held = true;
		facts->converged = true;
		facts->gradient_norm = 0.0;
		return KERNEL_OK;
	}
	status = pass(huber, ROBUST_HUBER, huber->fit.estimate, scale);
	return status == KERNEL_OK ? iterate(huber, facts) : status;
}

/*
 * The square of the standard errors over the diagonal of the inverse of the information that their
 * type stands on: X'WX, or that weighted by the second derivative of the loss, X'DX.
 *
 * With D = 1/s within the parabola: H2 is k s^2 V (1/m) (s X'DX)^-1 and H3 V/k of the sandwich of X'WX
 * between the inverses of X'DX, V being the sum of psi^2 over the degrees of freedom, m the share of
 * the rows within, k the correction for their number.
 */
static double
variance_factor(const Huber *huber, double freedom)
{
	const RobustSums *sums = &huber->loss.sums;
	double share = sums->inside / sums->weight.hi;
	double rows = (double) huber->fit.dataset->n;
	double correction = 1.0 + (double) huber->rank / rows * (1.0 - share) / share;
	double scaled = huber->loss.scale * correction / share;
	double variance = sums->influence / freedom;

	if (!(freedom > 0.0))
		return NAN;
	switch (huber->options->covariance_type)
	{
		case COVARIANCE_CLASSICAL:
			return scaled * scaled * variance;
		case COVARIANCE_H2:
			return correction * huber->loss.scale * variance / share;
		case COVARIANCE_H3:
			return variance / correction;
		default:
			return 1.0;
	}
}

static size_t
leverage_entries(const Huber *huber)
{
	size_t p = (size_t) huber->fit.n_columns;

	return covariance_entries(p) + p;
}

/*
 * The factor of (X'WX)^-1 with the weights of iteratively reweighted least squares, psi(r) / r: of that
 * regression are the leverages of HC2 and HC3, as in R's hatvalues of rlm.  A row beyond the parabola
 * counts with the less.
 */
static Status
factor_leverages(Huber *huber, double scale)
{
	Logistic *fit = &huber->fit;
	LinearCovariance covariance = {0};
	Status status;

	if (!covariance_has_leverages(huber->options->covariance_type))
		return KERNEL_OK;
	huber->leverage = memory_allocate(fit->allocator, leverage_entries(huber), sizeof(double));
	if (huber->leverage == NULL)
		return KERNEL_OUT_OF_MEMORY;
	covariance.factor = huber->leverage;
	covariance.centre = huber->leverage + covariance_entries((size_t) fit->n_columns);
	status = pass(huber, ROBUST_HUBER_BOUND, fit->estimate, scale);
	if (status == KERNEL_OK)
		status = logistic_project(fit);
	if (status == KERNEL_OK)
		status = logistic_factor(fit);
	return status == KERNEL_OK ? logistic_covariance(fit, fit, &covariance) : status;
}

/* The factored information that the standard errors stand on, where it is not X'WX; *factor: NaN without one. */
static Status
factor_information(Huber *huber, double scale, double *factor)
{
	Logistic *fit = &huber->fit;
	Status status;

	if (huber->options->covariance_type == COVARIANCE_CLASSICAL || huber->is_held ||
		fit->rank < fit->n_columns)
		return KERNEL_OK;
	status = factor_leverages(huber, scale);
	if (status == KERNEL_OK)
		status = pass(huber, ROBUST_HUBER, fit->estimate, scale);
	if (status == KERNEL_OK)
		status = logistic_project(fit);
	if (status == KERNEL_OK)
		status = logistic_factor(fit);
	if (fit->rank < fit->n_columns)
		*factor = NAN;
	return status;
}

/* HC0 to HC3 and H3; `factor`: of H3. */
static Status
make_sandwich(const Huber *huber, double factor, double freedom, LinearFit *result)
{
	RobustLoss loss = huber->loss;
	bool is_third = huber->options->covariance_type == COVARIANCE_H3;
	SandwichRows rows = {is_third ? sandwich_weights : sandwich_huber, &loss, freedom};
	SandwichTask task;

	if (huber->options->covariance_type == COVARIANCE_CLASSICAL ||
		huber->options->covariance_type == COVARIANCE_H2)
		return KERNEL_OK;
	/* Their scores are the same; the shares of the information are those that the leverages are of. */
	loss.kind = covariance_has_leverages(huber->options->covariance_type) ? ROBUST_HUBER_BOUND :
																			ROBUST_HUBER;
	loss.scale = huber->is_held ? 1.0 : sqrt(result->facts.sigma2);
	loss.centre = 0.0; /* the intercept has it */
	if (is_third)
		rows.context = &factor;
	task = sandwich_task(huber->fit.dataset, huber->fit.design, huber->options->covariance_type,
						 rows, result);
	task.leverage = huber->leverage;
	return sandwich_errors(&task, huber->fit.allocator, huber->fit.stop);
}

/* The coefficient table. */
static Status
report(Huber *huber, LinearFit *result)
{
	Logistic *fit = &huber->fit;
	int32_t rank = fit->is_bounded != NULL ? logistic_bound_rank(fit) : huber->rank;
	double freedom = (double) fit->dataset->n - rank;
	double scale = huber->is_held ? 0.0 : huber->loss.scale;
	double factor = huber->is_held ? NAN : variance_factor(huber, freedom);
	bool is_third = huber->options->covariance_type == COVARIANCE_H3;
	Status status = pass(huber, ROBUST_SQUARES, fit->estimate, 1.0);

	if (status == KERNEL_OK)
		status = logistic_project(fit);
	if (status == KERNEL_OK)
		status = logistic_factor(fit);
	if (status == KERNEL_OK)
		status = logistic_settle(fit);
	if (status != KERNEL_OK)
		return status;
	result->facts.rank = logistic_bound_rank(fit);
	result->facts.sigma2 = scale * scale;
	result->facts.rss = huber->loss.sums.squares.hi;
	result->facts.tss = huber->targets;
	result->weight = fit->total;
	status = factor_information(huber, scale, &factor);
	if (status == KERNEL_OK)
		status = robust_report(fit, is_third && factor > 0.0 ? 1.0 : factor, freedom, result);
	return status == KERNEL_OK ? make_sandwich(huber, factor, freedom, result) : status;
}

Status
huber_fit(const Dataset *dataset, const Design *design, const HuberOptions *options,
		  const Allocator *allocator, const StopCheck *stop, LinearFit *result)
{
	LogisticOptions rows = logistic_unclassed(options->l2, options->standardize);
	Huber huber = {.options = options,
				   .loss = {.epsilon = options->epsilon,
							.centre = design->has_intercept ? options->target_mean : 0.0},
				   .fit = {.dataset = dataset,
						   .design = design,
						   .options = &rows,
						   .allocator = allocator,
						   .stop = stop}};
	size_t p = (size_t) design->n_terms;
	size_t basis;
	Status status;

	rows.nonnegative = options->nonnegative;
	huber.fit.robust = &huber.loss;
	status = logistic_begin(&huber.fit);
	basis = (size_t) huber.fit.n_basis;
	result->facts = logistic_no_facts();
	if (status == KERNEL_OK)
	{
		huber.mixed = memory_allocate(allocator, 2 * p, sizeof(double));
		huber.loss.mixed = memory_allocate(allocator, basis, sizeof(double));
		if (huber.mixed == NULL || huber.loss.mixed == NULL)
			status = KERNEL_OUT_OF_MEMORY;
		else
			huber.answer = huber.mixed + p;
	}
	if (status == KERNEL_OK)
		status = solve(&huber, &result->facts);
	if (status == KERNEL_OK)
		status = report(&huber, result);
	memory_release(allocator, huber.mixed, 2 * p, sizeof(double));
	memory_release(allocator, huber.leverage, leverage_entries(&huber), sizeof(double));
	memory_release(allocator, huber.loss.mixed, basis, sizeof(double));
	logistic_end(&huber.fit);
	return status;
}
