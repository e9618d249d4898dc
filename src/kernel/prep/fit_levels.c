/*
 * fit_levels.c: what a step learns from counts and targets by level.
 *
 * Levels are taken in byte order, so that nothing depends on the order of the rows.  Values
 * without a fold are made from the sums of the other folds; a fold's own sum is never subtracted.
 */
#include "kernel/prep/fit_finish.h"

#include <math.h>
#include <string.h>

/* The fit's levels in byte order: order[i] is the code of the i-th. */
typedef struct Levels
{
	const StepFit *fit;
	const Allocator *allocator;
	int32_t *order;
	uint32_t n;
} Levels;

static uint64_t
level_count(const StepFit *fit, uint32_t level)
{
	uint64_t n = 0;
	uint32_t fold;
	uint32_t class;

	if (level >= fit->level_slots)
		return 0;
	for (fold = 0; fold < fit->fold_slots; fold++)
	{
		for (class = 0; class < fit->class_slots; class ++)
			n += (uint64_t) fit_cell(fit, level, fold, class)->n;
	}
	return n;
}

static uint64_t
ordered_count(const Levels *levels, uint32_t i)
{
	return level_count(levels->fit, (uint32_t) levels->order[i] + 1);
}

/* The texts whose mark is `wanted`, in order. */
static Status
copy_texts(const Levels *levels, const bool *marks, bool wanted, TextList *list)
{
	uint32_t n = 0;
	uint32_t i;
	Status status;

	for (i = 0; i < levels->n; i++)
		n += marks == NULL || marks[i] == wanted;
	status = text_list_make(list, levels->allocator, n);
	for (i = n = 0; i < levels->n && status == KERNEL_OK; i++)
	{
		size_t length;
		const char *text = dictionary_text(&levels->fit->levels, levels->order[i], &length);

		if (marks == NULL || marks[i] == wanted)
			status = text_make(&list->texts[n++], levels->allocator, text, length);
	}
	return status;
}

/* Counts of kept levels, to find the limit under which max_categories pools: by repeated halving. */
static uint64_t
count_limit(const Levels *levels, const bool *is_pooled, uint32_t keep)
{
	uint64_t low = 0;
	uint64_t high = levels->fit->rows + 1;

	/* The least limit with no more than `keep` levels of at least that count. */
	while (low < high)
	{
		uint64_t middle = low + (high - low) / 2;
		uint32_t n = 0;
		uint32_t i;

		for (i = 0; i < levels->n; i++)
			n += !is_pooled[i] && ordered_count(levels, i) >= middle;
		if (n <= keep)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Which levels have no indicator: those below min_count, then the rarest until max_categories hold. */
static void
mark_pooled(const Levels *levels, const Step *step, bool *is_pooled)
{
	uint32_t limit = (uint32_t) step->max_categories;
	uint32_t kept = 0;
	uint64_t least;
	uint32_t i;

	for (i = 0; i < levels->n; i++)
	{
		is_pooled[i] = ordered_count(levels, i) < (uint64_t) step->min_count;
		kept += !is_pooled[i];
	}
	/* The pool's own indicator is one of them. */
	if (limit == 0 || kept + (kept < levels->n) <= limit)
		return;
	least = count_limit(levels, is_pooled, limit - 1);
	kept = 0;
	for (i = 0; i < levels->n; i++)
		kept += !is_pooled[i] && ordered_count(levels, i) >= least;
	/* Of the levels just below the limit the last in order stay, as many as there is room for. */
	for (i = levels->n; i-- > 0;)
	{
		uint64_t n = ordered_count(levels, i);

		if (is_pooled[i] || n >= least)
			continue;
		if (n + 1 == least && kept < limit - 1)
			kept++;
		else
			is_pooled[i] = true;
	}
}

static Status
finish_onehot(const Levels *levels, Step *step)
{
	bool *is_pooled = memory_allocate_zero(levels->allocator, (size_t) levels->n + 1, sizeof(bool));
	Status status = KERNEL_OUT_OF_MEMORY;

	if (is_pooled != NULL)
	{
		mark_pooled(levels, step, is_pooled);
		step->has_null_level = step->nulls == NULLS_ARE_A_LEVEL;
		status = copy_texts(levels, is_pooled, false, &step->levels);
		if (status == KERNEL_OK)
			status = copy_texts(levels, is_pooled, true, &step->pooled);
	}
	memory_release(levels->allocator, is_pooled, (size_t) levels->n + 1, sizeof(bool));
	return status;
}

static Status
finish_frequency(const Levels *levels, Step *step)
{
	double total = step->flag ? 1.0 : (double) levels->fit->rows;
	Status status = copy_texts(levels, NULL, true, &step->levels);
	uint32_t i;

	step->has_null_level = levels->fit->missing > 0;
	if (status == KERNEL_OK)
		status = number_list_make(&step->values, levels->allocator,
								  (size_t) levels->n + step->has_null_level);
	if (status != KERNEL_OK)
		return status;
	for (i = 0; i < levels->n; i++)
		step->values.values[i] = (double) ordered_count(levels, i) / total;
	if (step->has_null_level)
		step->values.values[levels->n] = (double) levels->fit->missing / total;
	return KERNEL_OK;
}

/* All folds of one (level, class), and all but one: by sums from both ends. */
typedef struct FoldSums
{
	uint32_t n;		  /* fold slots */
	Variance *all;	  /* [0] all, [f + 1] all but fold f; folds + 1 */
	Variance *behind; /* n + 1: [i] slots i and after */
} FoldSums;

/* A cell as a sum: of a class, with the ones of its rows and the zeros of the others'. */
static Variance
cell_sum(const StepFit *fit, uint32_t level, uint32_t slot, uint32_t class)
{
	Variance sum;
	double ones;
	double n = 0.0;
	uint32_t c;

	if (fit->classes.n == 0)
		return *fit_cell(fit, level, slot, 0);
	variance_clear(&sum);
	ones = (double) fit_cell(fit, level, slot, class)->n;
	for (c = 0; c < (uint32_t) fit->classes.n; c++)
		n += (double) fit_cell(fit, level, slot, c)->n;
	sum.n = (int64_t) n;
	sum.total.hi = ones;
	sum.m2.hi = n > 0.0 ? ones * (n - ones) / n : 0.0;
	return sum;
}

/* Fills sums->all for one level and class. */
static Status
sum_folds(const StepFit *fit, uint32_t level, uint32_t class, uint32_t folds, FoldSums *sums)
{
	Variance before;
	Status status = KERNEL_OK;
	uint32_t i;

	variance_clear(&sums->behind[sums->n]);
	for (i = sums->n; i-- > 0 && status == KERNEL_OK;)
	{
		Variance cell = cell_sum(fit, level, i, class);

		sums->behind[i] = sums->behind[i + 1];
		if (cell.n > 0)
			status = variance_merge(&sums->behind[i], &cell);
	}
	sums->all[0] = sums->behind[0];
	variance_clear(&before);
	for (i = 0; i < sums->n && status == KERNEL_OK; i++)
	{
		Variance cell = cell_sum(fit, level, i, class);

		if (i > 0 && i <= folds)
		{
			sums->all[i] = before;
			if (sums->behind[i + 1].n > 0)
				status = variance_merge(&sums->all[i], &sums->behind[i + 1]);
		}
		if (cell.n > 0 && status == KERNEL_OK)
			status = variance_merge(&before, &cell);
	}
	return status;
}

static double
mean_of(const Variance *variance)
{
	double mean = NAN;

	(void) variance_mean(variance, &mean);
	return mean;
}

static double
spread_of(const Variance *variance)
{
	double spread = 0.0;

	(void) variance_variance(variance, 0, &spread);
	return spread;
}

/*
 * The level's mean drawn to that of all: with a weight of m rows, or by empirical Bayes with
 * m = (variance within the level) / (variance of all).
 * Source: Micci-Barreca, SIGKDD Explorations 3(1), 2001, eq. 3 and 6; as scikit-learn's TargetEncoder.
 */
static double
smooth_mean(const Step *step, const Variance *level, const Variance *all)
{
	double prior = mean_of(all);
	double n = (double) level->n;
	double share;

	if (level->n == 0)
		return prior;
	if (!isnan(step->smooth))
		return (n * mean_of(level) + step->smooth * prior) / (n + step->smooth);
	share = spread_of(all) * n;
	share = share / (share + spread_of(level));
	return isnan(share) ? prior : share * mean_of(level) + (1.0 - share) * prior;
}

/* ln of (share of the ones / share of the zeros) in the level. */
static double
weight_of_evidence(const Step *step, const Variance *level, const Variance *all, double *share)
{
	double s = step->smooth;
	double ones = level->n > 0 ? mean_of(level) * (double) level->n : 0.0;
	double all_ones = all->n > 0 ? mean_of(all) * (double) all->n : 0.0;
	double good = (ones + s) / (all_ones + 2.0 * s);
	double bad = ((double) level->n - ones + s) / ((double) all->n - all_ones + 2.0 * s);

	*share = good - bad;
	return level->n > 0 ? log(good / bad) : 0.0;
}

/* Encodings of one level, or of an unseen one when level is that of all, by fold, of one class. */
static void
encode_level(Step *step, const Variance *level, const Variance *all, uint32_t class, double *values)
{
	uint32_t classes = step_classes(step);
	int32_t fold;

	for (fold = 0; fold <= step->folds; fold++)
	{
		double *to = values + (size_t) fold * classes + class;
		double share = 0.0;

		if (step->kind == STEP_TARGET)
			*to = smooth_mean(step, &level[fold], &all[fold]);
		else
			*to = weight_of_evidence(step, &level[fold], &all[fold], &share);
		if (step->kind == STEP_WOE && fold == 0 && level[0].n > 0)
			step->information += share * *to;
	}
}

/* Adds the sums of a level to those of all. */
static Status
add_level(FoldSums *sums, Variance *all, uint32_t n)
{
	Status status = KERNEL_OK;
	uint32_t i;

	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		if (sums->all[i].n > 0)
			status = variance_merge(&all[i], &sums->all[i]);
	}
	return status;
}

/* The level of row i of the values: in order, that of NULL last. */
static uint32_t
level_of_row(const Levels *levels, uint32_t i)
{
	return i < levels->n ? (uint32_t) levels->order[i] + 1 : 0;
}

/* All rows of the class that is `code` in the fit; all, sums: room for folds + 1. */
static Status
encode_class(const Levels *levels, const StopCheck *stop, uint32_t class, uint32_t code,
			 FoldSums *sums, Variance *all, Step *step)
{
	uint32_t columns = ((uint32_t) step->folds + 1) * step_classes(step);
	uint32_t rows = levels->n + step->has_null_level;
	Status status = KERNEL_OK;
	int32_t fold;
	uint32_t i;

	for (fold = 0; fold <= step->folds; fold++)
		variance_clear(&all[fold]);
	for (i = 0; i < rows && status == KERNEL_OK; i++)
	{
		status =
			sum_folds(levels->fit, level_of_row(levels, i), code, (uint32_t) step->folds, sums);
		if (status == KERNEL_OK)
			status = add_level(sums, all, (uint32_t) step->folds + 1);
	}
	for (i = 0; i < rows && status == KERNEL_OK; i++)
	{
		if (i % 1024 == 1023 && stop_requested(stop))
			return KERNEL_STOPPED;
		status =
			sum_folds(levels->fit, level_of_row(levels, i), code, (uint32_t) step->folds, sums);
		if (status == KERNEL_OK)
			encode_level(step, sums->all, all, class, step->values.values + (size_t) i * columns);
	}
	/* An unseen level has no rows of its own. */
	for (fold = 0; fold <= step->folds; fold++)
		step->priors.values[(size_t) fold * step_classes(step) + class] =
			step->kind == STEP_TARGET ? mean_of(&all[fold]) : 0.0;
	return status;
}

/* The classes in byte order; order: of their codes. */
static Status
finish_classes(const StepFit *fit, const Allocator *allocator, const StopCheck *stop, Step *step,
			   int32_t *order)
{
	Status status = dictionary_sort(&fit->classes, allocator, stop, order);
	int32_t i;

	if (status == KERNEL_OK)
		status = text_list_make(&step->classes, allocator, (size_t) fit->classes.n);
	for (i = 0; i < fit->classes.n && status == KERNEL_OK; i++)
	{
		size_t length;
		const char *text = dictionary_text(&fit->classes, order[i], &length);

		status = text_make(&step->classes.texts[i], allocator, text, length);
	}
	return status;
}

/* Class c of the step is code classes[c] of the fit. */
static Status
encode_classes(const Levels *levels, const StopCheck *stop, const int32_t *classes, Step *step)
{
	const Allocator *allocator = levels->allocator;
	uint32_t n = levels->fit->fold_slots > 0 ? levels->fit->fold_slots : 1;
	size_t n_block = 3 * ((size_t) n + 1);
	Variance *block = memory_allocate(allocator, n_block, sizeof(Variance));
	FoldSums sums = {levels->fit->fold_slots, block, block + n + 1};
	Status status = block != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	uint32_t i;

	for (i = 0; i < step_classes(step) && status == KERNEL_OK; i++)
		status = encode_class(levels, stop, i, (uint32_t) classes[i], &sums,
							  block + 2 * ((size_t) n + 1), step);
	memory_release(allocator, block, n_block, sizeof(Variance));
	return status;
}

static Status
finish_target(const Levels *levels, const StopCheck *stop, Step *step)
{
	const StepFit *fit = levels->fit;
	size_t columns;
	size_t n;
	size_t n_classes = (size_t) fit->classes.n + 1;
	int32_t *classes = memory_allocate_zero(levels->allocator, n_classes, sizeof(int32_t));
	Status status = classes != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;

	step->has_null_level = fit->missing > 0;
	step->folds = (int32_t) fit->folds;
	if (status == KERNEL_OK && fit->classes.n > 0)
		status = finish_classes(fit, levels->allocator, stop, step, classes);
	if (status == KERNEL_OK)
		status = copy_texts(levels, NULL, true, &step->levels);
	columns = ((size_t) step->folds + 1) * step_classes(step);
	if (status == KERNEL_OK &&
		!size_multiply((size_t) levels->n + step->has_null_level, columns, &n))
		status = KERNEL_TOO_LARGE;
	if (status == KERNEL_OK)
		status = number_list_make(&step->values, levels->allocator, n);
	if (status == KERNEL_OK)
		status = number_list_make(&step->priors, levels->allocator, columns);
	step->information = 0.0;
	if (status == KERNEL_OK)
		status = encode_classes(levels, stop, classes, step);
	memory_release(levels->allocator, classes, n_classes, sizeof(int32_t));
	return status;
}

/* The most frequent category, of those the first in order. */
static Status
finish_fill(const Levels *levels, Step *step)
{
	uint32_t best = 0;
	size_t length;
	const char *text;
	uint32_t i;

	if (step->constant_text != NULL)
		return text_make(&step->fill_text, levels->allocator, step->constant_text,
						 strlen(step->constant_text));
	for (i = 1; i < levels->n; i++)
	{
		if (ordered_count(levels, i) > ordered_count(levels, best))
			best = i;
	}
	if (levels->n == 0)
		return KERNEL_OK;
	text = dictionary_text(&levels->fit->levels, levels->order[best], &length);
	return text_make(&step->fill_text, levels->allocator, text, length);
}

static Status
finish_kind(const Levels *levels, const StopCheck *stop, Step *step)
{
	switch (step->kind)
	{
		case STEP_ONEHOT:
			return finish_onehot(levels, step);
		case STEP_ORDINAL:
			return copy_texts(levels, NULL, true, &step->levels);
		case STEP_FREQUENCY:
			return finish_frequency(levels, step);
		case STEP_IMPUTE:
			return finish_fill(levels, step);
		case STEP_TARGET:
		case STEP_WOE:
			return finish_target(levels, stop, step);
		default:
			return KERNEL_OK;
	}
}

Status
fit_finish_levels(const StepFit *fit, const Allocator *allocator, const StopCheck *stop, Step *step)
{
	size_t n = (size_t) fit->levels.n + 1;
	Levels levels = {fit, allocator, NULL, (uint32_t) fit->levels.n};
	Status status = KERNEL_OUT_OF_MEMORY;

	levels.order = memory_allocate(allocator, n, sizeof(int32_t));
	if (levels.order != NULL)
	{
		status = dictionary_sort(&fit->levels, allocator, stop, levels.order);
		if (status == KERNEL_OK)
			status = finish_kind(&levels, stop, step);
	}
	memory_release(allocator, levels.order, n, sizeof(int32_t));
	return status;
}
