/*
 * fit_finish.c: from moments, ranges and samples to what a step learnt from them.
 */
#include "kernel/prep/fit_finish.h"

#include <float.h>
#include <math.h>

#include "kernel/prep/yeo_johnson.h"

/* A spread of zero, or one that rounding alone makes, is no scale: the centred value stays, which is 0. */
static double
usable_scale(double scale, double size)
{
	return scale > 10.0 * DBL_EPSILON * size && scale > 0.0 ? scale : 1.0;
}

static Status
finish_standard(const StepFit *fit, Step *step)
{
	double deviation = 0.0;
	Status status;

	step->center = step->scale = NAN;
	if (fit->variance.n == 0)
		return KERNEL_OK;
	status = variance_mean(&fit->variance, &step->center);
	if (status == KERNEL_OK)
		status = variance_deviation(&fit->variance, 0, &deviation);
	step->scale = usable_scale(deviation, 0.0);
	return status;
}

static void
finish_range(const StepFit *fit, Step *step)
{
	bool is_empty = fit->rows == fit->missing;

	step->minimum = is_empty ? NAN : fit->minimum;
	step->maximum = is_empty ? NAN : fit->maximum;
	if (step->kind == STEP_MAXABS && !is_empty)
		step->maximum = fmax(fabs(fit->minimum), fabs(fit->maximum));
}

static void
finish_robust(const ScoreRuns *runs, Step *step)
{
	/* Ascending, as runs_quantiles wants them; the median may stand outside the two. */
	double half = 0.5;
	double fractions[2] = {step->low, step->high};
	double ends[2];

	runs_quantiles(runs, &half, 1, &step->center);
	runs_quantiles(runs, fractions, 2, ends);
	step->scale = usable_scale(ends[1] - ends[0], 0.0);
}

static void
finish_winsor(const ScoreRuns *runs, Step *step)
{
	double fractions[2] = {step->low, step->high};
	double ends[2];

	runs_quantiles(runs, fractions, 2, ends);
	step->minimum = ends[0];
	step->maximum = ends[1];
}

/* Quantiles at n evenly spaced fractions into step->knots. */
static Status
even_quantiles(const ScoreRuns *runs, const Allocator *allocator, uint32_t n, Step *step)
{
	double *fractions = memory_allocate(allocator, n, sizeof(double));
	Status status = KERNEL_OUT_OF_MEMORY;
	uint32_t i;

	if (fractions == NULL)
		return status;
	for (i = 0; i < n; i++)
		fractions[i] = (double) i / (double) (n - 1);
	status = number_list_make(&step->knots, allocator, n);
	if (status == KERNEL_OK)
		runs_quantiles(runs, fractions, n, step->knots.values);
	memory_release(allocator, fractions, n, sizeof(double));
	return status;
}

/* Edges of a bin without width are one, but for what is beside the range: the list shrinks in place. */
static Status
merge_edges(Step *step, const Allocator *allocator)
{
	NumberList kept = {0};
	double width = step->knots.values[step->knots.n - 1] - step->knots.values[0];
	double least = 1e-8 * fmin(width, 1.0);
	uint32_t n = 0;
	uint32_t i;
	Status status;

	for (i = 0; i < step->knots.n; i++)
	{
		if (n == 0 || step->knots.values[i] - step->knots.values[n - 1] > least)
			step->knots.values[n++] = step->knots.values[i];
	}
	status = number_list_make(&kept, allocator, n);
	if (status != KERNEL_OK)
		return status;
	for (i = 0; i < n; i++)
		kept.values[i] = step->knots.values[i];
	memory_release(allocator, step->knots.values, step->knots.n, sizeof(double));
	step->knots = kept;
	return KERNEL_OK;
}

static Status
finish_uniform_bins(const StepFit *fit, const Allocator *allocator, Step *step)
{
	uint32_t n = (uint32_t) step->n;
	uint32_t i;
	Status status;

	if (fit->rows == fit->missing)
		return KERNEL_OK;
	status = number_list_make(&step->knots, allocator, n + 1);
	if (status != KERNEL_OK)
		return status;
	for (i = 0; i <= n; i++)
		step->knots.values[i] = i == n ?
			fit->maximum :
			fit->minimum + (double) i * ((fit->maximum - fit->minimum) / (double) n);
	return merge_edges(step, allocator);
}

/* The most frequent value, of those the smallest. */
static double
most_frequent(const ScoreRuns *runs)
{
	size_t best = 0;
	size_t i;

	for (i = 1; i < runs->n; i++)
	{
		if (score_runs_weight(runs, i) > score_runs_weight(runs, best))
			best = i;
	}
	return number_from_key(runs->keys[best]);
}

static Status
finish_power(const ScoreRuns *runs, const StopCheck *stop, Step *step)
{
	double deviation;
	Status status;

	/* Of one value every lambda is as likely: it stays, less itself. */
	if (runs->n < 2)
	{
		step->lambda = step->scale = 1.0;
		step->center = number_from_key(runs->keys[0]);
		return KERNEL_OK;
	}
	status = yeo_johnson_fit(runs, stop, &step->lambda, &step->center, &deviation);
	step->scale = usable_scale(deviation, 0.0);
	return status;
}

/* What a sample that is not empty teaches. */
static Status
finish_runs(const ScoreRuns *runs, const Allocator *allocator, const StopCheck *stop, Step *step)
{
	double half = 0.5;
	double n = 0.0;
	size_t i;
	Status status;

	switch (step->kind)
	{
		case STEP_ROBUST:
			finish_robust(runs, step);
			break;
		case STEP_WINSOR:
			finish_winsor(runs, step);
			break;
		case STEP_QUANTILE:
			for (i = 0; i < runs->n && n < step->n; i++)
				n += score_runs_weight(runs, i);
			return even_quantiles(runs, allocator,
								  n < step->n ? (uint32_t) (n > 2 ? n : 2) : (uint32_t) step->n,
								  step);
		case STEP_POWER:
			return finish_power(runs, stop, step);
		case STEP_BINS:
			status = even_quantiles(runs, allocator, (uint32_t) step->n + 1, step);
			return status == KERNEL_OK ? merge_edges(step, allocator) : status;
		default:
			if (step->strategy == IMPUTE_MODE)
				step->center = most_frequent(runs);
			else
				runs_quantiles(runs, &half, 1, &step->center);
			break;
	}
	return KERNEL_OK;
}

static Status
finish_sample(StepFit *fit, const Allocator *allocator, const StopCheck *stop, Step *step)
{
	ScoreRuns runs;
	Status status = sample_runs(&fit->sample, allocator, stop, &runs);

	step->center = step->scale = step->minimum = step->maximum = step->lambda = NAN;
	step->relative_error = fit->sample.is_sketch ? SAMPLE_ERROR : 0.0;
	if (status == KERNEL_OK && runs.n > 0)
		status = finish_runs(&runs, allocator, stop, step);
	score_runs_release(&runs, allocator);
	return status;
}

static Status
finish_impute(const StepFit *fit, Step *step)
{
	step->center = step->constant;
	if (step->strategy == IMPUTE_CONSTANT)
		return KERNEL_OK;
	step->center = NAN;
	return fit->variance.n > 0 ? variance_mean(&fit->variance, &step->center) : KERNEL_OK;
}

static Status
finish_numbers(StepFit *fit, const Allocator *allocator, const StopCheck *stop, Step *step)
{
	if (step_keeps_sample(step))
		return finish_sample(fit, allocator, stop, step);
	switch (step->kind)
	{
		case STEP_STANDARD:
			return finish_standard(fit, step);
		case STEP_MINMAX:
		case STEP_MAXABS:
			finish_range(fit, step);
			break;
		case STEP_BINS:
			if (step->strategy == BINS_UNIFORM)
				return finish_uniform_bins(fit, allocator, step);
			break;
		case STEP_IMPUTE:
			return finish_impute(fit, step);
		default:
			break;
	}
	return KERNEL_OK;
}

Status
fit_finish(StepFit *fit, const Allocator *allocator, const StopCheck *stop, Step *step)
{
	Status status = fit_settle(fit, allocator, stop);

	if (status == KERNEL_OK)
		status = step_copy(step, &fit->step, allocator);
	if (status != KERNEL_OK)
		return status;
	step->rows = (double) fit->rows;
	step->missing = (double) fit->missing;
	status = step_takes_category(step) ? fit_finish_levels(fit, allocator, stop, step) :
										 finish_numbers(fit, allocator, stop, step);
	if (status == KERNEL_OK)
		status = fit_finish_chain(fit, allocator, stop, step);
	if (status == KERNEL_OK && !step_is_valid(step))
		status = KERNEL_OVERFLOW;
	if (status != KERNEL_OK)
		step_release(step, allocator);
	return status;
}
