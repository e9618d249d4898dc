/*
 * softmax_quasi.c: a multinomial fit by quasi-Newton steps, which need gradients alone.
 *
 * L-BFGS (Nocedal, Wright, Numerical Optimization, 2nd ed., algorithm 7.4) about the Hessian of the
 * start: there all rows have the same probabilities, so it is the product of a matrix of the classes,
 * A = diag(share) - share share', and one of the columns, S, and is solved at the price of S alone.  With a
 * penalty L the columns' matrix is S + L / alpha, alpha the mean curvature of a class: it is only to be near.
 */
#include "kernel/linear/softmax_state.h"

#include <math.h>
#include <string.h>

#define HISTORY 10
#define MAX_CUTS 20
#define ROUNDING 1e-13 /* of the objective */
#define DECREASE 1e-4  /* of what the slope promises (Armijo) */
#define CURVED 1e-12   /* of the squares: a pair of vectors with less tells nothing of curvature */

/* Steps taken and what they did to the gradient; vectors of M q entries. */
typedef struct Memory
{
	size_t n;			   /* entries of a vector */
	double *block;		   /* all vectors in one */
	double *steps;		   /* HISTORY of them */
	double *turns;		   /* HISTORY changes of the gradient */
	double *before;		   /* the slope before the step */
	double *scratch;	   /* the preconditioner's */
	double curve[HISTORY]; /* step . turn */
	int32_t held;
	int32_t next;  /* to be overwritten */
	double scale;  /* of the preconditioner, by the last step */
	double *share; /* K: of the classes, none 0 */
} Memory;

static double
product(const double *a, const double *b, size_t n)
{
	double sum = 0.0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* x += factor y */
static void
add_multiple(double *x, double factor, const double *y, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] += factor * y[i];
}

static Status
memory_begin(const Softmax *fit, Memory *memory)
{
	size_t n = (size_t) fit->system.n_columns;
	size_t classes = (size_t) fit->n_classes;

	*memory = (Memory){.n = n, .scale = 1.0};
	if (n > SIZE_MAX / (4 * HISTORY * sizeof(double)))
		return KERNEL_TOO_LARGE;
	memory->block =
		memory_allocate(fit->frame.allocator, (2 * HISTORY + 2) * n + classes, sizeof(double));
	if (memory->block == NULL)
		return KERNEL_OUT_OF_MEMORY;
	memory->steps = memory->block;
	memory->turns = memory->steps + HISTORY * n;
	memory->before = memory->turns + HISTORY * n;
	memory->scratch = memory->before + n;
	memory->share = memory->scratch + n;
	return KERNEL_OK;
}

static void
memory_end(const Softmax *fit, Memory *memory)
{
	memory_release(fit->frame.allocator, memory->block,
				   (2 * HISTORY + 2) * memory->n + (size_t) fit->n_classes, sizeof(double));
}

void
softmax_start(Softmax *fit, double *share)
{
	double total = fit->frame.total;
	double least = 0.5 * total / (double) fit->frame.dataset->n; /* for a class without rows */
	bool has_intercept = fit->frame.design->has_intercept;
	double sum = 0.0;
	int32_t k;
	int32_t m;

	for (k = 0; k < fit->n_classes; k++)
	{
		share[k] = has_intercept ? fmax(fit->class_total[k], least) : 1.0;
		sum += share[k];
	}
	for (k = 0; k < fit->n_classes; k++)
		share[k] /= sum;
	for (m = 0; m < fit->n_free && has_intercept; m++)
		fit->system.estimate[(size_t) m * (size_t) fit->frame.n_columns] =
			log(share[softmax_class(fit, m)] / share[fit->reference]);
}

/* The columns' matrix at the start, factored. */
static Status
factor_shared(Softmax *fit, const double *share)
{
	Logistic *frame = &fit->frame;
	size_t q = (size_t) frame->n_columns;
	double alpha = 0.0;
	Status status = logistic_project(frame);
	size_t i;
	int32_t k;

	for (k = 0; k < fit->n_classes; k++)
		alpha += share[k] * (1.0 - share[k]) / fit->n_classes;
	for (i = 0; i < q && status == KERNEL_OK; i++)
		frame->matrix[i * q + i] += frame->columns[i].penalty * (1.0 / alpha - 1.0);
	return status == KERNEL_OK ? logistic_factor(frame) : status;
}

/* x = what the Hessian of the start makes of `of`, from the inverse of A: diag(1 / share) + 1 1' / share_ref. */
static Status
precondition(Softmax *fit, const double *share, const double *of, double *x)
{
	size_t q = (size_t) fit->frame.n_columns;
	size_t j;
	int32_t m;

	for (m = 0; m < fit->n_free; m++)
	{
		if (stop_requested(fit->frame.stop))
			return KERNEL_STOPPED;
		logistic_solve(&fit->frame, of + (size_t) m * q, x + (size_t) m * q);
	}
	for (j = 0; j < q; j++)
	{
		double sum = 0.0;

		for (m = 0; m < fit->n_free; m++)
			sum += x[(size_t) m * q + j];
		for (m = 0; m < fit->n_free; m++)
			x[(size_t) m * q + j] =
				x[(size_t) m * q + j] / share[softmax_class(fit, m)] + sum / share[fit->reference];
	}
	return KERNEL_OK;
}

/* system.step = the direction to go against, from system.slope. */
static Status
find_direction(Softmax *fit, Memory *memory)
{
	size_t n = memory->n;
	double *x = memory->scratch;
	double *step = fit->system.step;
	double weight[HISTORY] = {0.0};
	Status status;
	int32_t i;
	size_t j;

	memcpy(x, fit->system.slope, n * sizeof(double));
	for (i = 1; i <= memory->held; i++)
	{
		size_t at = (size_t) ((memory->next + HISTORY - i) % HISTORY);

		weight[at] = product(memory->steps + at * n, x, n) / memory->curve[at];
		add_multiple(x, -weight[at], memory->turns + at * n, n);
	}
	status = precondition(fit, memory->share, x, step);
	for (j = 0; j < n; j++)
		step[j] *= memory->scale;
	for (i = memory->held; i >= 1; i--)
	{
		size_t at = (size_t) ((memory->next + HISTORY - i) % HISTORY);
		double turned = product(memory->turns + at * n, step, n) / memory->curve[at];

		add_multiple(step, weight[at] - turned, memory->steps + at * n, n);
	}
	return status;
}

/*
 * Moves against the step, shortened until the objective falls; sets *value and the slope.  *moved is
 * false, and the pass that of another place, when no length helps.
 */
static Status
advance(Softmax *fit, double *value, bool *moved)
{
	Logistic *system = &fit->system;
	size_t n = (size_t) system->n_columns;
	double before = *value;
	double promise = product(system->slope, system->step, n);
	double length = 1.0;
	int32_t cuts;

	*moved = false;
	for (cuts = 0; cuts <= MAX_CUTS; cuts++)
	{
		double excess;
		Status status;
		size_t j;

		for (j = 0; j < n; j++)
			system->trial[j] = system->estimate[j] - length * system->step[j];
		status = softmax_pass(fit, system->trial, PASS_NOTHING);
		if (status != KERNEL_OK)
			return status;
		*value = softmax_objective(fit, system->trial);
		if (*value <= before - DECREASE * length * promise + ROUNDING * before)
		{
			*moved = true;
			memcpy(system->estimate, system->trial, n * sizeof(double));
			softmax_slope(fit, system->estimate);
			return KERNEL_OK;
		}
		/* The least of the parabola through what is known, within bounds. */
		excess = *value - before + length * promise;
		length *= isfinite(excess) ? fmin(fmax(0.5 * length * promise / excess, 0.1), 0.5) : 0.1;
	}
	*value = before;
	return KERNEL_OK;
}

/* Keeps the step just taken, and what it tells of the curvature. */
static Status
remember(Softmax *fit, Memory *memory, const double *from)
{
	size_t n = memory->n;
	size_t at = (size_t) memory->next;
	double *step = memory->steps + at * n;
	double *turn = memory->turns + at * n;
	double curve;
	double length;
	Status status;
	size_t j;

	for (j = 0; j < n; j++)
	{
		step[j] = fit->system.estimate[j] - from[j];
		turn[j] = fit->system.slope[j] - memory->before[j];
	}
	curve = product(step, turn, n);
	status = precondition(fit, memory->share, turn, memory->scratch);
	if (status != KERNEL_OK)
		return status;
	length = product(turn, memory->scratch, n);
	if (!(curve > CURVED * sqrt(product(step, step, n) * product(turn, turn, n)) && length > 0.0))
	{
		/* What stood here is overwritten. */
		memory->held -= memory->held == HISTORY;
		return KERNEL_OK;
	}
	memory->scale = curve / length;
	memory->curve[at] = curve;
	memory->next = (memory->next + 1) % HISTORY;
	memory->held += memory->held < HISTORY;
	return KERNEL_OK;
}

/* One step; *moved is false when none helps, and then the pass is repeated where it stood. */
static Status
take_step(Softmax *fit, Memory *memory, double *value, bool *moved)
{
	Logistic *system = &fit->system;
	size_t n = memory->n;
	double *from = memory->steps + (size_t) memory->next * n;
	Status status;

	status = find_direction(fit, memory);
	if (status == KERNEL_OK && !(product(system->slope, system->step, n) > 0.0))
	{
		memory->held = 0;
		memory->scale = 1.0;
		status = find_direction(fit, memory);
	}
	if (status != KERNEL_OK)
		return status;
	memcpy(memory->before, system->slope, n * sizeof(double));
	memcpy(memory->scratch, system->estimate, n * sizeof(double));
	status = advance(fit, value, moved);
	if (status != KERNEL_OK)
		return status;
	if (!*moved)
		return softmax_pass(fit, system->estimate, PASS_NOTHING);
	memcpy(from, memory->scratch, n * sizeof(double));
	return remember(fit, memory, from);
}

/* The steps themselves. */
static Status
walk(Softmax *fit, Memory *memory, double goal, int32_t max_steps, LinearFacts *facts)
{
	const StepReport *report = fit->frame.options->report;
	double value = softmax_objective(fit, fit->system.estimate);
	Status status = KERNEL_OK;
	bool moved = true;

	softmax_slope(fit, fit->system.estimate);
	for (;;)
	{
		facts->gradient_norm = softmax_norm(fit);
		if (!isfinite(facts->gradient_norm) || !isfinite(value))
			return KERNEL_OVERFLOW;
		if (facts->gradient_norm <= goal || facts->iterations >= max_steps || !moved)
			return KERNEL_OK;
		status = take_step(fit, memory, &value, &moved);
		if (status != KERNEL_OK)
			return status;
		facts->iterations += moved;
		if (report != NULL && moved)
			report->step(report->context, facts->iterations, facts->gradient_norm);
	}
}

Status
softmax_approach(Softmax *fit, double goal, int32_t max_steps, LinearFacts *facts)
{
	Memory memory;
	Status status = memory_begin(fit, &memory);

	if (status != KERNEL_OK)
		return status;
	softmax_start(fit, memory.share);
	status = softmax_pass(fit, fit->system.estimate, PASS_SHARED);
	if (status == KERNEL_OK)
		status = factor_shared(fit, memory.share);
	if (status == KERNEL_OK)
		status = walk(fit, &memory, goal, max_steps, facts);
	memory_end(fit, &memory);
	return status;
}
