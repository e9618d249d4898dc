/*
 * fit_chain.c: rows and weighted values through steps that stand one behind another.
 */
#include "kernel/prep/fit_finish.h"

#include <math.h>
#include <string.h>

/* `times` of one finite value. */
static Status
number_times(StepFit *fit, const Allocator *allocator, const StopCheck *stop, double x,
			 double times)
{
	Variance block;

	fit->rows += (uint64_t) times;
	if (step_keeps_moments(&fit->step))
	{
		variance_clear(&block);
		block.n = (int64_t) times;
		block.total = dd_two_product(x, times);
		return isfinite(block.total.hi) ? variance_merge(&fit->variance, &block) : KERNEL_OVERFLOW;
	}
	fit->minimum = fmin(fit->minimum, x);
	fit->maximum = fmax(fit->maximum, x);
	return step_keeps_sample(&fit->step) && !fit->sample.is_whole ?
		sample_add_times(&fit->sample, allocator, stop, x, times) :
		KERNEL_OK;
}

/* The number by the step itself, without what stands behind it. */
static Status
own_number(StepFit *fit, const Allocator *allocator, const StopCheck *stop, double x, double times)
{
	Status status;

	if (!isfinite(x))
	{
		if (isinf(x))
			return KERNEL_INVALID;
		fit->rows += (uint64_t) times;
		fit->missing += (uint64_t) times;
		return KERNEL_OK;
	}
	if (times == 1.0 && !(fit->sample.is_whole && step_keeps_sample(&fit->step)))
		status = fit_number(fit, allocator, stop, x);
	else
		status = number_times(fit, allocator, stop, x, times);
	if (status == KERNEL_OK && fit->sample.is_whole)
		status = sample_add_times(&fit->sample, allocator, stop, x, times);
	return status;
}

/* What the polynomial makes of the row, once its steps before have taken it. */
static Status
polynomial_numbers(StepFit *fit, const Allocator *allocator, const StopCheck *stop, const double *x,
				   double times)
{
	double prepared[STEP_WIDEST];
	Status status = KERNEL_OK;
	uint32_t i;

	fit->rows += (uint64_t) times;
	for (i = 0; i < fit->n_before && status == KERNEL_OK; i++)
	{
		status = fit_numbers(&fit->before[i], allocator, stop, &x[i], times);
		if (fit->appliers != NULL)
			apply_number(&fit->appliers[i], x[i], &prepared[i]);
	}
	if (status == KERNEL_OK && fit->n_after > 0)
		apply_polynomial_own(&fit->step, fit->appliers != NULL ? prepared : x, fit->outputs);
	return status;
}

Status
fit_numbers(StepFit *fit, const Allocator *allocator, const StopCheck *stop, const double *x,
			double times)
{
	Applier own = {.step = &fit->step, .outputs = fit->n_after};
	Status status;
	uint32_t i;

	if (fit->step.kind == STEP_POLYNOMIAL)
		status = polynomial_numbers(fit, allocator, stop, x, times);
	else
		status = own_number(fit, allocator, stop, x[0], times);
	if (fit->n_after == 0 || status != KERNEL_OK)
		return status;
	if (fit->step.kind == STEP_IMPUTE && step_learns(&fit->step))
	{
		fit->outputs[0] = x[0];
		if (fit->n_after > 1)
			fit->outputs[1] = isnan(x[0]);
	}
	else if (fit->step.kind != STEP_POLYNOMIAL)
		apply_number(&own, x[0], fit->outputs);
	for (i = 0; i < fit->n_after && status == KERNEL_OK; i++)
		status = fit_numbers(&fit->after[i], allocator, stop, &fit->outputs[i], times);
	return status;
}

/* The buckets of a hash to the steps behind them. */
static Status
hashed_text(StepFit *fit, const Allocator *allocator, const StopCheck *stop, const char *text,
			size_t length)
{
	Applier own = {.step = &fit->step, .outputs = fit->n_after};
	Status status = KERNEL_OK;
	uint32_t i;

	fit->rows++;
	fit->missing += text == NULL;
	if (fit->n_after > 0)
		status = apply_text(&own, text, length, NO_FOLD, fit->outputs);
	for (i = 0; i < fit->n_after && status == KERNEL_OK; i++)
		status = fit_numbers(&fit->after[i], allocator, stop, &fit->outputs[i], 1.0);
	return status;
}

Status
fit_text(StepFit *fit, const Allocator *allocator, const StopCheck *stop, const char *text,
		 size_t length, int32_t fold, uint32_t class, double y)
{
	const char *filled = text;
	int32_t code = -1;
	Status status = KERNEL_OK;

	if (fit->step.kind == STEP_HASH)
		return hashed_text(fit, allocator, stop, text, length);
	if (text != NULL)
		status = fit_code(&fit->levels, allocator, text, length, &code);
	if (status != KERNEL_OK)
		return status;
	if (fit->step.kind != STEP_IMPUTE)
		return fit_level(fit, allocator, (uint32_t) (code + 1), fold, class, y);
	status = fit_level(fit, allocator, (uint32_t) (code + 1), NO_FOLD, 0, 0.0);
	if (text == NULL && fit->step.constant_text != NULL)
	{
		filled = fit->step.constant_text;
		length = strlen(filled);
	}
	if (status == KERNEL_OK && fit->n_after > 0)
		status = fit_text(&fit->after[0], allocator, stop, filled, length, fold, class, y);
	return status;
}

/* Missing values are taken back: a step that hands rows on has made missing ones of them. */
static void
forget_missing(StepFit *fit, uint64_t times)
{
	uint32_t i;

	times = times < fit->missing ? times : fit->missing;
	fit->rows -= times;
	fit->missing -= times;
	for (i = 0; i < fit->n_after; i++)
		forget_missing(&fit->after[i], times);
}

/* A copy of a state, which must be settled. */
static Status
copy_fit(StepFit *to, const StepFit *from, const Allocator *allocator)
{
	size_t size = fit_encoded_size(from);
	ByteWriter writer;
	ByteReader reader;
	Status status;

	writer_begin(&writer, allocator, size);
	fit_encode(from, &writer);
	status = writer.status;
	if (status == KERNEL_OK)
	{
		reader_begin(&reader, writer.bytes, writer.length);
		status = fit_decode(to, allocator, &reader);
	}
	writer_release(&writer);
	return status;
}

/* The fill that was learnt takes the place of the missing values of the fit. */
static Status
fill_missing(StepFit *fit, const Allocator *allocator, const StopCheck *stop, const Step *filler)
{
	double times = (double) fit->missing;
	int32_t code;
	Status status;

	if (!step_gives_text(filler))
	{
		if (isnan(filler->center))
			return KERNEL_OK;
		forget_missing(fit, fit->missing);
		return fit_numbers(fit, allocator, stop, &filler->center, times);
	}
	if (filler->fill_text == NULL)
		return KERNEL_OK;
	if (fit->step.kind == STEP_HASH)
	{
		fit->missing = 0;
		return KERNEL_OK;
	}
	status = fit_code(&fit->levels, allocator, filler->fill_text, strlen(filler->fill_text), &code);
	return status == KERNEL_OK ? fit_move_missing(fit, allocator, (uint32_t) code + 1) : status;
}

/* What a fit that rows were handed to teaches. */
static Status
finish_handed(StepFit *fit, const Allocator *allocator, const StopCheck *stop, const Step *parent,
			  bool is_filled, Step *step)
{
	StepFit filled;
	Status status;

	if (!is_filled || fit->missing == 0)
		return fit_finish(fit, allocator, stop, step);
	status = copy_fit(&filled, fit, allocator);
	if (status != KERNEL_OK)
		return status;
	status = fill_missing(&filled, allocator, stop, parent);
	if (status == KERNEL_OK)
		status = fit_finish(&filled, allocator, stop, step);
	fit_release(&filled, allocator);
	return status;
}

/* Fits that learn from what a step has made of the values that it was fitted to. */
typedef struct Feed
{
	const Allocator *allocator;
	const StopCheck *stop;
	const Applier *applier; /* the step, without those after it */
	StepFit *fits;			/* one an output */
	double *outputs;
} Feed;

static Status
feed_outputs(const Feed *feed, double times)
{
	Status status = KERNEL_OK;
	uint32_t i;

	for (i = 0; i < feed->applier->outputs && status == KERNEL_OK; i++)
		status = fit_numbers(&feed->fits[i], feed->allocator, feed->stop, &feed->outputs[i], times);
	return status;
}

static Status
feed_numbers(const Feed *feed, const StepFit *fit)
{
	const ScoreRuns *runs = &fit->sample.runs;
	Status status = KERNEL_OK;
	size_t i;

	for (i = 0; i < runs->n && status == KERNEL_OK; i++)
	{
		if (i % 4096 == 4095 && stop_requested(feed->stop))
			return KERNEL_STOPPED;
		apply_number(feed->applier, number_from_key(runs->keys[i]), feed->outputs);
		status = feed_outputs(feed, score_runs_weight(runs, i));
	}
	if (status == KERNEL_OK && fit->missing > 0)
	{
		apply_number(feed->applier, NAN, feed->outputs);
		status = feed_outputs(feed, (double) fit->missing);
	}
	return status;
}

/* The rows of a level in a fold slot. */
static uint64_t
cell_rows(const StepFit *fit, uint32_t level, uint32_t slot)
{
	uint64_t n = 0;
	uint32_t class;

	for (class = 0; class < fit->class_slots; class ++)
		n += (uint64_t) fit_cell(fit, level, slot, class)->n;
	return n;
}

static Status
feed_levels(const Feed *feed, const StepFit *fit)
{
	Status status = KERNEL_OK;
	uint32_t level;
	uint32_t slot;

	for (level = 0; level <= (uint32_t) fit->levels.n && level < fit->level_slots; level++)
	{
		size_t length = 0;
		const char *text =
			level == 0 ? NULL : dictionary_text(&fit->levels, (int32_t) level - 1, &length);

		if (level % 1024 == 1023 && stop_requested(feed->stop))
			return KERNEL_STOPPED;
		for (slot = 0; slot < fit->fold_slots && status == KERNEL_OK; slot++)
		{
			uint64_t rows = cell_rows(fit, level, slot);

			if (rows == 0)
				continue;
			status = apply_text(feed->applier, text, length, (int32_t) slot - 1, feed->outputs);
			if (status == KERNEL_OK)
				status = feed_outputs(feed, (double) rows);
		}
	}
	return status;
}

/* Nothing is learnt behind: only how many rows there were goes on. */
static void
count_rows(StepFit *fit, const StepFit *parent)
{
	uint32_t i;

	fit->rows = parent->rows;
	fit->missing = parent->missing;
	for (i = 0; i < fit->n_after; i++)
		count_rows(&fit->after[i], parent);
}

/* The steps behind one that has taken all its values: fitted to what it makes of them. */
static Status
finish_fed(const StepFit *fit, const Feed *feed, Step *step, StepList *after)
{
	const Step *template = &fit->step.after.steps[0];
	bool learns = step_chain_learns(template);
	Status status = KERNEL_OK;
	uint32_t i;

	for (i = 0; i < after->n && status == KERNEL_OK; i++)
	{
		status = fit_begin_copy(&feed->fits[i], template, feed->allocator);
		if (status == KERNEL_OK && !learns)
			count_rows(&feed->fits[i], fit);
	}
	if (status == KERNEL_OK && learns)
		status = step_takes_category(step) ? feed_levels(feed, fit) : feed_numbers(feed, fit);
	for (i = 0; i < after->n && status == KERNEL_OK; i++)
		status = fit_finish(&feed->fits[i], feed->allocator, feed->stop, &after->steps[i]);
	return status;
}

static Status
feed_and_finish(const StepFit *fit, const Allocator *allocator, const StopCheck *stop, Step *step,
				StepList *after)
{
	Applier applier;
	Feed feed = {allocator, stop, &applier, NULL, NULL};
	Status status = applier_begin(&applier, step, allocator);

	if (status != KERNEL_OK)
		return status;
	feed.fits = memory_allocate_zero(allocator, after->n, sizeof(StepFit));
	feed.outputs = memory_allocate(allocator, after->n, sizeof(double));
	if (feed.fits == NULL || feed.outputs == NULL)
		status = KERNEL_OUT_OF_MEMORY;
	else
		status = finish_fed(fit, &feed, step, after);
	fit_release_list(feed.fits, after->n, allocator);
	memory_release(allocator, feed.outputs, after->n, sizeof(double));
	applier_release(&applier, allocator);
	return status;
}

static Status
finish_after(StepFit *fit, const Allocator *allocator, const StopCheck *stop, Step *step)
{
	uint32_t n = step_gives_text(step) ? 1 : step_own_outputs(step);
	StepList after = {0};
	Status status = step_list_make(&after, allocator, n);
	uint32_t i;

	if (status == KERNEL_OK && n > 0 && fit->n_after == 0)
		status = feed_and_finish(fit, allocator, stop, step, &after);
	for (i = 0; i < fit->n_after && status == KERNEL_OK; i++)
		status = finish_handed(&fit->after[i], allocator, stop, step, step_learns(step) && i == 0,
							   &after.steps[i]);
	if (status == KERNEL_OK)
		step->after = after;
	else
		step_list_release(&after, allocator);
	return status;
}

Status
fit_finish_chain(StepFit *fit, const Allocator *allocator, const StopCheck *stop, Step *step)
{
	Status status = KERNEL_OK;
	uint32_t i;

	/* Specifications make place for what was learnt. */
	step_list_release(&step->after, allocator);
	step_list_release(&step->before, allocator);
	if (fit->n_before > 0)
		status = step_list_make(&step->before, allocator, fit->n_before);
	for (i = 0; i < fit->n_before && status == KERNEL_OK; i++)
		status = fit_finish(&fit->before[i], allocator, stop, &step->before.steps[i]);
	if (status == KERNEL_OK && fit->step.after.n > 0)
		status = finish_after(fit, allocator, stop, step);
	return status;
}
