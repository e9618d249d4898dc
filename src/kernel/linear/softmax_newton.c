/*
 * softmax_newton.c: Newton's method for multinomial logistic regression.
 *
 * A Hessian of K classes costs as much as K (K - 1) / 2 of two classes, a gradient no more than K: so
 * quasi-Newton steps (softmax_quasi.c) lead to where one or two of Newton's end it.  From there on all is as in
 * logistic_newton.c: the last step is taken without a pass, rough Hessians only show the way, and
 * where classes are separated, steps go on that win nothing.  The bounds hold likewise: by a change d of
 * the eta of a row's classes, which span |d|, curvature changes by at most a factor exp(|d|), since its
 * derivative is a third central moment and so within |d| times the variance.
 */
#include "kernel/linear/softmax_state.h"

#include <math.h>
#include <string.h>

#include "kernel/base/double_double.h"

#define MAX_HALVINGS 30
#define ROUNDING 1e-13		   /* of the objective */
#define APPROACHED 1e-5		   /* a gradient's norm from which Newton's method takes over */
#define APPROACH_STEPS 30	   /* and the quasi-Newton steps spent on getting there */
#define STEPS_PER_ITERATION 10 /* quasi-Newton steps that count as one of max_iterations */
#define DRIFT 0.5			   /* as in logistic_newton.c, like the next four */
#define NO_GAIN 5e-6
#define SETTLED 1e3
#define SOUND 1e-3
#define NEAR 0.05
#define STILL 1e-26 /* a decrement this small against the objective is rounding */
#define DAMPED \
	1e-8 /* with bounds: what is added to the Hessian's diagonal, as a share of it, where no step helps */
#define DAMPED_MORE 100.0
#define DAMPED_MOST 1e4

/* A Newton step and what is known of it. */
typedef struct Step
{
	double norm;	  /* of the gradient before it: infinity norm */
	double next_norm; /* a bound of the norm after it */
	double decrement; /* twice the mean loss that it wins, to first order: gradient . step */
	double gain;	  /* the mean loss that it wins, to second order */
	double reach;	  /* a bound of how far it moves the eta of any row's classes from each other */
} Step;

/* How far the step of all classes at one column spreads them. */
static double
spread(const Softmax *fit, int32_t column)
{
	double most = 0.0; /* the reference's */
	double least = 0.0;
	int32_t m;

	for (m = 0; m < fit->n_free; m++)
	{
		double step =
			fit->system.step[(size_t) m * (size_t) fit->frame.n_columns + (size_t) column];

		most = fmax(most, step);
		least = fmin(least, step);
	}
	return most - least;
}

/* What is known of the step found where softmax_pass() was. */
static Status
take_measure(Softmax *fit, Step *step)
{
	Logistic *system = &fit->system;
	double range = 0.0;
	int32_t k;

	*step = (Step){softmax_norm(fit), 0.0, 0.0, 0.0, 0.0};
	for (k = 0; k < system->n_columns; k++)
	{
		if (!isfinite(system->slope[k]) || !isfinite(system->step[k]))
			return KERNEL_OVERFLOW;
		step->decrement += system->slope[k] * system->step[k];
	}
	for (k = 0; k < fit->frame.n_columns; k++)
	{
		step->reach += spread(fit, k) * fit->frame.columns[k].range;
		range = fmax(range, fit->frame.columns[k].range);
	}
	step->next_norm =
		system->damping > 0.0 ? INFINITY : 0.5 * exp(step->reach) * step->decrement * range;
	step->gain = system->is_bounded == NULL ? 0.5 * step->decrement :
											  step->decrement - 0.5 * system->bounds.curvature;
	return KERNEL_OK;
}

/* Judges the step found at the estimate; sets the facts. */
static Status
judge(Softmax *fit, const Step *step, LinearFacts *facts)
{
	double tolerance = fit->frame.options->tolerance;
	/* What the step could still win, as log-likelihood of as many rows of weight 1. */
	bool is_flat = 0.5 * step->decrement * (double) fit->frame.dataset->n <= NO_GAIN;
	bool will_be = step->next_norm <= tolerance && step->reach <= SETTLED * tolerance;
	double most = step->reach;
	Status status = KERNEL_OK;

	facts->gradient_norm = step->norm;
	facts->converged = step->norm <= tolerance || will_be;
	if (fit->frame.options->l2 > 0.0 || !(facts->converged || is_flat))
		return KERNEL_OK;
	if (most >= DRIFT)
		status = softmax_largest_eta(fit, fit->system.step, &most);
	if (most >= DRIFT)
	{
		facts->converged = false;
		facts->separated = is_flat;
	}
	return status;
}

/* Factored Hessian, Newton step and what is concluded from it where softmax_pass() was. */
static Status
conclude(Softmax *fit, Step *step, LinearFacts *facts)
{
	Status status = softmax_project(fit);

	softmax_slope(fit, fit->system.estimate);
	if (status == KERNEL_OK)
		status = logistic_find_step(&fit->system);
	if (status == KERNEL_OK)
		status = take_measure(fit, step);
	return status == KERNEL_OK ? judge(fit, step, facts) : status;
}

/* The same from a pass in double precision. */
static Status
conclude_exactly(Softmax *fit, Step *step, LinearFacts *facts)
{
	Status status;

	fit->is_rough = false;
	status = softmax_pass(fit, fit->system.estimate, PASS_HESSIAN);
	return status == KERNEL_OK ? conclude(fit, step, facts) : status;
}

/*
 * Moves along the step, halved until the objective does not rise; KERNEL_NOT_CONVERGED when it
 * always does.
 */
static Status
advance(Softmax *fit, double *value)
{
	Logistic *system = &fit->system;
	double before = *value;
	double length = 1.0;
	int32_t halvings;
	int32_t k;

	for (halvings = 0; halvings <= MAX_HALVINGS; halvings++)
	{
		Status status;

		for (k = 0; k < system->n_columns; k++)
			system->trial[k] = system->estimate[k] - length * system->step[k];
		status = softmax_pass(fit, system->trial, PASS_HESSIAN);
		if (status != KERNEL_OK)
			return status;
		*value = softmax_objective(fit, system->trial);
		if (*value <= before + ROUNDING * before)
		{
			memcpy(system->estimate, system->trial, (size_t) system->n_columns * sizeof(double));
			return KERNEL_OK;
		}
		length *= 0.5;
	}
	*value = before;
	return KERNEL_NOT_CONVERGED;
}

/* Does the iteration end at this step? */
static bool
is_last(const Softmax *fit, const Step *step, double value, const LinearFacts *facts)
{
	return facts->converged || facts->separated || step->decrement <= STILL * value ||
		facts->iterations >= fit->frame.options->max_iterations;
}

/*
 * Takes the last step, which needs no pass: the Hessian changes no more that matters.  Where classes are
 * separated, it gives the coefficients that are determined their last digits, and moves the others on.
 */
static void
take_last_step(Softmax *fit, const Step *step, LinearFacts *facts)
{
	int32_t k;

	for (k = 0; k < fit->system.n_columns; k++)
		fit->system.estimate[k] -= fit->system.step[k];
	if (facts->converged)
		facts->gradient_norm = fmin(step->norm, step->next_norm);
	fit->frame.sums.loss = dd_add_double(fit->frame.sums.loss, -step->gain * fit->frame.total);
}

/*
 * Where rows are all but certain, their curvature may be lost in that of others while their slope is not: no
 * share of such a step helps, but one by a Hessian with more on its diagonal does (Levenberg, Quarterly of
 * Applied Mathematics 2, 1944).  Steps without bounds start where that is over.
 */
static Status
damp(Softmax *fit, Status status)
{
	Logistic *system = &fit->system;

	if (system->is_bounded == NULL || (status != KERNEL_OK && status != KERNEL_NOT_CONVERGED))
		return status;
	if (status == KERNEL_OK)
	{
		system->damping = system->damping > DAMPED ? system->damping / DAMPED_MORE : 0.0;
		return KERNEL_OK;
	}
	if (system->damping >= DAMPED_MOST)
		return status;
	system->damping = fmax(system->damping * DAMPED_MORE, DAMPED);
	return softmax_pass(fit, system->estimate, PASS_HESSIAN);
}

/* Newton's method over all rows; leaves the factored Hessian at the estimate. */
static Status
iterate(Softmax *fit, LinearFacts *facts)
{
	const StepReport *report = fit->frame.options->report;
	double value = softmax_objective(fit, fit->system.estimate);
	bool is_first = true;
	bool is_sound = false;
	Step step;
	Status status = softmax_pass(fit, fit->system.estimate, PASS_HESSIAN);

	for (; status == KERNEL_OK; facts->iterations++)
	{
		status = conclude(fit, &step, facts);
		if (is_first)
			is_sound =
				fit->system.is_bounded == NULL && logistic_smallest_pivot(&fit->system) >= SOUND;
		is_first = false;
		if (status == KERNEL_OK && fit->is_rough &&
			(is_last(fit, &step, value, facts) || fit->system.rank < fit->system.n_columns))
			status = conclude_exactly(fit, &step, facts);
		if (status != KERNEL_OK)
			return status;
		if (is_last(fit, &step, value, facts))
			break;
		fit->is_rough = is_sound && step.reach > NEAR;
		status = damp(fit, advance(fit, &value));
		if (report != NULL)
			report->step(report->context, facts->iterations + 1, step.norm);
	}
	/* When no step lowers the objective, its last digits are reached, or nearly. */
	if (status == KERNEL_NOT_CONVERGED)
		status = conclude_exactly(fit, &step, facts);
	if (status == KERNEL_OK && (facts->converged || facts->separated))
		take_last_step(fit, &step, facts);
	return status;
}

/*
 * Quasi-Newton steps to the end.  Rows whose own class is more likely than all others together prove,
 * when all are such, that the classes are separated: any multiple of the estimate fits better.
 */
static Status
go_without_hessian(Softmax *fit, LinearFacts *facts)
{
	const LogisticOptions *options = fit->frame.options;
	int32_t most = options->max_iterations > INT32_MAX / STEPS_PER_ITERATION ?
		INT32_MAX :
		options->max_iterations * STEPS_PER_ITERATION;
	Status status = softmax_approach(fit, options->tolerance, most, facts);

	if (status != KERNEL_OK)
		return status;
	facts->separated = options->l2 == 0.0 && fit->largest_loss < log(2.0);
	facts->converged = facts->gradient_norm <= options->tolerance && !facts->separated;
	return KERNEL_OK;
}

/* With bounds all steps are Newton's, from the classes' shares. */
static Status
go_within_bounds(Softmax *fit, LinearFacts *facts)
{
	const Allocator *allocator = fit->frame.allocator;
	double *share = memory_allocate(allocator, (size_t) fit->n_classes, sizeof(double));
	Status status;

	if (share == NULL)
		return KERNEL_OUT_OF_MEMORY;
	softmax_start(fit, share);
	memory_release(allocator, share, (size_t) fit->n_classes, sizeof(double));
	status = softmax_pass(fit, fit->system.estimate, PASS_NOTHING);
	return status == KERNEL_OK ? iterate(fit, facts) : status;
}

/*
 * softmax_newton
 *		Minimises the mean penalised loss: estimate, sums and facts.
 *
 * Leaves the factored Hessian of all rows at the estimate in the system's matrix, if it has one.
 */
Status
softmax_newton(Softmax *fit, LinearFacts *facts)
{
	int32_t most = fit->frame.options->max_iterations;
	Status status;

	facts->iterations = 0;
	if (!fit->has_hessian)
		return go_without_hessian(fit, facts);
	if (fit->system.is_bounded != NULL)
		return go_within_bounds(fit, facts);
	status =
		softmax_approach(fit, APPROACHED, most < APPROACH_STEPS ? most : APPROACH_STEPS, facts);
	return status == KERNEL_OK ? iterate(fit, facts) : status;
}
