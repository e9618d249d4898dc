/*
 * apply.c: one value through a step.
 */
#include "kernel/prep/apply.h"

#include <math.h>
#include <string.h>

#include "kernel/base/hash.h"
#include "kernel/prep/yeo_johnson.h"
#include "kernel/stat/distribution.h"

#define TWO_PI 6.283185307179586477
#define EDGE_SHARE 1e-7 /* quantiles this near to 0 or 1 are cut before they become normal */

static Status
add_texts(Applier *applier, const TextList *list, const Allocator *allocator)
{
	Status status = KERNEL_OK;
	uint32_t i;

	for (i = 0; i < list->n && status == KERNEL_OK; i++)
	{
		int32_t code;

		status = dictionary_add(&applier->levels, allocator, list->texts[i], strlen(list->texts[i]),
								&code);
	}
	return status;
}

static Status
begin_list(Applier **appliers, const StepList *list, const Allocator *allocator)
{
	Status status = KERNEL_OK;
	uint32_t i;

	if (list->n == 0)
		return KERNEL_OK;
	*appliers = memory_allocate_zero(allocator, list->n, sizeof(Applier));
	if (*appliers == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < list->n && status == KERNEL_OK; i++)
		status = applier_begin(&(*appliers)[i], &list->steps[i], allocator);
	return status;
}

static void
release_list(Applier *appliers, const StepList *list, const Allocator *allocator)
{
	uint32_t i;

	for (i = 0; appliers != NULL && i < list->n; i++)
		applier_release(&appliers[i], allocator);
	memory_release(allocator, appliers, list->n, sizeof(Applier));
}

Status
applier_begin(Applier *applier, const Step *step, const Allocator *allocator)
{
	Status status;

	*applier = (Applier){.step = step, .outputs = step_outputs(step)};
	status = add_texts(applier, &step->levels, allocator);
	if (status == KERNEL_OK)
		status = add_texts(applier, &step->pooled, allocator);
	/* A level that is pooled too would have one code, and the places would not be codes. */
	if (status == KERNEL_OK && applier->levels.n != (int32_t) (step->levels.n + step->pooled.n))
		status = KERNEL_CORRUPT;
	if (status == KERNEL_OK)
		status = begin_list(&applier->before, &step->before, allocator);
	if (status == KERNEL_OK)
		status = begin_list(&applier->after, &step->after, allocator);
	if (status != KERNEL_OK)
		applier_release(applier, allocator);
	return status;
}

void
applier_release(Applier *applier, const Allocator *allocator)
{
	dictionary_release(&applier->levels, allocator);
	if (applier->step != NULL)
	{
		release_list(applier->before, &applier->step->before, allocator);
		release_list(applier->after, &applier->step->after, allocator);
	}
	*applier = (Applier){0};
}

static double
apply_minmax(const Step *step, double x)
{
	double range = step->maximum - step->minimum;
	double scale = (step->high - step->low) / (range > 0.0 ? range : 1.0);
	double y = x * scale + (step->low - step->minimum * scale);

	if (step->flag && y < step->low)
		return step->low;
	return step->flag && y > step->high ? step->high : y;
}

/* The number of knots at or below x (or strictly below). */
static uint32_t
knots_below(const NumberList *knots, double x, bool with_equal)
{
	uint32_t low = 0;
	uint32_t high = knots->n;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (with_equal ? knots->values[middle] <= x : knots->values[middle] < x)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The place of x among the knots as a share, where after is the knot behind it. */
static double
share_at(const NumberList *knots, double x, uint32_t after)
{
	double last = (double) (knots->n - 1);
	double low;
	double high;

	if (after == 0)
		return 0.0;
	if (after == knots->n)
		return 1.0;
	low = knots->values[after - 1];
	high = knots->values[after];
	return ((double) (after - 1) + (x - low) / (high - low)) / last;
}

/* Mean of the places from below and from above, which differ at repeated knots. */
static double
apply_quantile(const Step *step, double x)
{
	const NumberList *knots = &step->knots;
	double share;

	if (isnan(x) || knots->n == 0)
		return NAN;
	if (x <= knots->values[0] || x >= knots->values[knots->n - 1])
		share = x <= knots->values[0] ? 0.0 : 1.0;
	else
	{
		uint32_t below = knots_below(knots, x, false);
		uint32_t above = knots_below(knots, x, true);

		/* x is knot `below`, repeated or not, when the two differ. */
		share = above > below ? 0.5 * (double) (below + above - 1) / (double) (knots->n - 1) :
								share_at(knots, x, above);
	}
	if (step->strategy == DISTRIBUTION_UNIFORM)
		return share;
	share = fmin(fmax(share, EDGE_SHARE), 1.0 - EDGE_SHARE);
	return distribution_normal_quantile(share);
}

static void
apply_bins(const Step *step, uint32_t n_outputs, double x, double *outputs)
{
	const NumberList *edges = &step->knots;
	bool has_bin = isnan(x) ? step->nulls == NULLS_ARE_A_LEVEL : edges->n > 0;
	uint32_t n = step_bins(step);
	uint32_t bin;
	uint32_t i;

	if (!has_bin)
	{
		for (i = 0; i < n_outputs; i++)
			outputs[i] = NAN;
		return;
	}
	/* Inner edges belong to the bin on their right; beyond the outer ones are the first and the last bin. */
	bin = isnan(x) ? n : knots_below(edges, x, true);
	if (!isnan(x))
		bin = bin == 0 ? 0 : bin - 1 < n ? bin - 1 : n - 1;
	if (!step->flag)
	{
		outputs[0] = bin;
		return;
	}
	for (i = 0; i < n_outputs; i++)
		outputs[i] = i == bin;
}

static void
apply_cyclic(const Step *step, double x, double *outputs)
{
	double share = step->strategy == CYCLE_PERIOD ? fmod(x, step->period) / step->period : x;

	outputs[0] = sin(TWO_PI * share);
	outputs[1] = cos(TWO_PI * share);
}

/* Without what stands behind the step; n_outputs: its own. */
static void
number_own(const Step *step, uint32_t n_outputs, double x, double *outputs)
{
	switch (step->kind)
	{
		case STEP_STANDARD:
		case STEP_ROBUST:
			outputs[0] = (x - step->center) / step->scale;
			break;
		case STEP_MINMAX:
			outputs[0] = apply_minmax(step, x);
			break;
		case STEP_MAXABS:
			outputs[0] = x / (step->maximum == 0.0 ? 1.0 : step->maximum);
			break;
		case STEP_WINSOR:
			outputs[0] = x < step->minimum ? step->minimum : x > step->maximum ? step->maximum : x;
			break;
		case STEP_QUANTILE:
			outputs[0] = apply_quantile(step, x);
			break;
		case STEP_POWER:
			outputs[0] = (yeo_johnson(x, step->lambda) - step->center) / step->scale;
			break;
		case STEP_LOG1P:
			outputs[0] = x < -1.0 ? NAN : log1p(x);
			break;
		case STEP_SIGNED_LOG:
			outputs[0] = copysign(log1p(fabs(x)), x);
			break;
		case STEP_BINS:
			apply_bins(step, n_outputs, x, outputs);
			break;
		case STEP_CYCLIC:
			apply_cyclic(step, x, outputs);
			break;
		case STEP_IMPUTE:
			outputs[0] = !isnan(x)				  ? x :
				step->strategy == IMPUTE_CONSTANT ? step->constant :
													step->center;
			if (step->flag)
				outputs[1] = isnan(x);
			break;
		default:
			outputs[0] = x;
			break;
	}
}

/* Where a step's own outputs wait to go through the steps after it: at the end of the chain's. */
static double *
own_place(const Applier *applier, uint32_t n_own, double *outputs)
{
	return applier->after == NULL ? outputs : outputs + (applier->outputs - n_own);
}

/*
 * Each own output through the step after it.  All steps give at least one number, so that what comes
 * of one never reaches those that still wait.
 */
static void
number_after(const Applier *applier, uint32_t n_own, double *outputs)
{
	const double *own = own_place(applier, n_own, outputs);
	uint32_t at = 0;
	uint32_t i;

	for (i = 0; i < n_own; i++)
	{
		apply_number(&applier->after[i], own[i], outputs + at);
		at += applier->after[i].outputs;
	}
}

void
apply_number(const Applier *applier, double x, double *outputs)
{
	uint32_t n_own;

	if (__builtin_expect(applier->after == NULL, 1))
	{
		number_own(applier->step, applier->outputs, x, outputs);
		return;
	}
	n_own = applier->step->after.n;
	number_own(applier->step, n_own, x, own_place(applier, n_own, outputs));
	number_after(applier, n_own, outputs);
}

/* The next combination of `degree` columns in ascending order; false after the last. */
static bool
next_combination(int32_t *columns, int32_t degree, int32_t width, bool is_interaction)
{
	int32_t i;
	int32_t k;

	for (i = degree - 1; i >= 0; i--)
	{
		int32_t most = is_interaction ? width - (degree - i) : width - 1;

		if (columns[i] >= most)
			continue;
		columns[i]++;
		for (k = i + 1; k < degree; k++)
			columns[k] = columns[k - 1] + is_interaction;
		return true;
	}
	return false;
}

/* The first combination of a degree; false when there is none. */
static bool
first_combination(int32_t *columns, int32_t degree, int32_t width, bool is_interaction)
{
	int32_t i;

	for (i = 0; i < degree; i++)
		columns[i] = is_interaction ? i : 0;
	return !is_interaction || degree <= width;
}

void
apply_polynomial_own(const Step *step, const double *x, double *outputs)
{
	int32_t columns[8];
	uint32_t out = 0;
	int32_t degree;
	int32_t i;

	for (degree = 1; degree <= step->n; degree++)
	{
		if (!first_combination(columns, degree, step->width, step->flag))
			break;
		do
		{
			double product = x[columns[0]];

			for (i = 1; i < degree; i++)
				product *= x[columns[i]];
			outputs[out++] = product;
		} while (next_combination(columns, degree, step->width, step->flag));
	}
}

void
apply_polynomial(const Applier *applier, const double *x, double *outputs)
{
	const Step *step = applier->step;
	double prepared[STEP_WIDEST];
	int32_t i;

	for (i = 0; applier->before != NULL && i < step->width; i++)
		apply_number(&applier->before[i], x[i], &prepared[i]);
	apply_polynomial_own(step, applier->before != NULL ? prepared : x,
						 own_place(applier, step->after.n, outputs));
	if (applier->after != NULL)
		number_after(applier, step->after.n, outputs);
}

void
polynomial_powers(const Step *step, uint32_t wanted, int32_t *powers)
{
	int32_t columns[8];
	uint32_t out = 0;
	int32_t degree;
	int32_t i;

	memset(powers, 0, sizeof(int32_t) * (size_t) step->width);
	for (degree = 1; degree <= step->n; degree++)
	{
		if (!first_combination(columns, degree, step->width, step->flag))
			break;
		do
		{
			if (out++ != wanted)
				continue;
			for (i = 0; i < degree; i++)
				powers[columns[i]]++;
			return;
		} while (next_combination(columns, degree, step->width, step->flag));
	}
}

static Status
apply_onehot(const Step *step, uint32_t n_outputs, int32_t level, double *outputs)
{
	bool has_other = step->pooled.n > 0 || step->unknown == UNKNOWN_LEVEL_IS_OTHER;
	int32_t n = (int32_t) step->levels.n;
	int32_t drop = step->drop == DROP_FIRST;
	int32_t place = level;
	uint32_t i;

	if (level == LEVEL_UNKNOWN && step->unknown == UNKNOWN_LEVEL_IS_ERROR)
		return KERNEL_INVALID;
	if (level >= n) /* a pooled one */
		place = n;
	else if (level == LEVEL_UNKNOWN)
		place = has_other && step->unknown == UNKNOWN_LEVEL_IS_OTHER ? n : -1;
	else if (level == LEVEL_NULL)
		place = step->nulls == NULLS_ARE_A_LEVEL ? n + has_other : -1;
	for (i = 0; i < n_outputs; i++)
		outputs[i] = 0.0;
	if (place >= drop)
		outputs[place - drop] = 1.0;
	return KERNEL_OK;
}

static Status
apply_ordinal(const Step *step, int32_t level, double *outputs)
{
	if (level == LEVEL_UNKNOWN && step->unknown == UNKNOWN_LEVEL_IS_ERROR)
		return KERNEL_INVALID;
	outputs[0] = level == LEVEL_NULL			? NAN :
		level != LEVEL_UNKNOWN					? level :
		step->unknown == UNKNOWN_LEVEL_IS_OTHER ? step->levels.n :
												  -1.0;
	return KERNEL_OK;
}

/* Row of the values of a level, or -1 when it has none. */
static int64_t
value_row(const Step *step, int32_t level)
{
	if (level >= 0)
		return level;
	return level == LEVEL_NULL && step->has_null_level ? (int64_t) step->levels.n : -1;
}

static void
apply_target(const Step *step, int32_t level, int32_t fold, double *outputs)
{
	uint32_t classes = step_classes(step);
	size_t column = fold >= 0 && fold < step->folds ? (size_t) fold + 1 : 0;
	int64_t row = value_row(step, level);
	const double *values = row < 0 ?
		step->priors.values :
		step->values.values + (size_t) row * ((size_t) step->folds + 1) * classes;

	memcpy(outputs, values + column * classes, classes * sizeof(double));
}

static void
apply_hash(const Step *step, uint32_t n_outputs, const char *text, size_t length, double *outputs)
{
	uint64_t hash;
	uint32_t i;

	for (i = 0; i < n_outputs; i++)
		outputs[i] = 0.0;
	if (text == NULL || n_outputs == 0)
		return;
	hash = hash_bytes(text, length, (uint64_t) (uint32_t) step->seed);
	outputs[(hash >> 1) % n_outputs] = step->flag && (hash & 1) != 0 ? -1.0 : 1.0;
}

const char *
apply_fill(const Step *step, const char *text, size_t *length)
{
	if (text != NULL)
		return text;
	text = step->strategy == IMPUTE_CONSTANT ? step->constant_text : step->fill_text;
	*length = text != NULL ? strlen(text) : 0;
	return text;
}

/* Without what stands behind the step; n_outputs: its own. */
static Status
text_own(const Applier *applier, uint32_t n_outputs, const char *text, size_t length, int32_t fold,
		 double *outputs)
{
	const Step *step = applier->step;
	int32_t level = LEVEL_NULL;
	int64_t row;

	if (step->kind == STEP_HASH)
	{
		apply_hash(step, n_outputs, text, length, outputs);
		return KERNEL_OK;
	}
	if (text != NULL)
	{
		level = dictionary_find(&applier->levels, text, length);
		level = level < 0 ? LEVEL_UNKNOWN : level;
	}
	switch (step->kind)
	{
		case STEP_ONEHOT:
			return apply_onehot(step, n_outputs, level, outputs);
		case STEP_ORDINAL:
			return apply_ordinal(step, level, outputs);
		case STEP_FREQUENCY:
			row = value_row(step, level);
			outputs[0] = row < 0 ? 0.0 : step->values.values[row];
			return KERNEL_OK;
		default:
			apply_target(step, level, fold, outputs);
			return KERNEL_OK;
	}
}

Status
apply_text(const Applier *applier, const char *text, size_t length, int32_t fold, double *outputs)
{
	const Step *step = applier->step;
	Status status;

	if (step_gives_text(step))
	{
		text = apply_fill(step, text, &length);
		return applier->after == NULL ? KERNEL_OK :
										apply_text(&applier->after[0], text, length, fold, outputs);
	}
	if (__builtin_expect(applier->after == NULL, 1))
		return text_own(applier, applier->outputs, text, length, fold, outputs);
	status = text_own(applier, step->after.n, text, length, fold,
					  own_place(applier, step->after.n, outputs));
	if (status == KERNEL_OK)
		number_after(applier, step->after.n, outputs);
	return status;
}

static double
inverse_quantile(const Step *step, double y)
{
	const NumberList *knots = &step->knots;
	double share = y;
	double place;
	uint32_t low;

	if (isnan(y) || knots->n == 0)
		return NAN;
	if (step->strategy == DISTRIBUTION_NORMAL)
	{
		double tail = 0.5 * distribution_normal_two_sided(y);

		share = y > 0.0 ? 1.0 - tail : tail;
		if (share <= EDGE_SHARE || share >= 1.0 - EDGE_SHARE)
			return share < 0.5 ? knots->values[0] : knots->values[knots->n - 1];
	}
	if (share <= 0.0 || share >= 1.0)
		return share <= 0.0 ? knots->values[0] : knots->values[knots->n - 1];
	place = share * (double) (knots->n - 1);
	low = (uint32_t) place;
	if (low >= knots->n - 1)
		return knots->values[knots->n - 1];
	return knots->values[low] +
		(place - (double) low) * (knots->values[low + 1] - knots->values[low]);
}

Status
apply_inverse(const Step *step, double y, double *x)
{
	double range;

	switch (step->kind)
	{
		case STEP_PASS:
			*x = y;
			return KERNEL_OK;
		case STEP_STANDARD:
		case STEP_ROBUST:
			*x = y * step->scale + step->center;
			return KERNEL_OK;
		case STEP_MINMAX:
			range = step->maximum - step->minimum;
			*x = step->minimum +
				(y - step->low) / (step->high - step->low) * (range > 0.0 ? range : 1.0);
			return KERNEL_OK;
		case STEP_MAXABS:
			*x = y * (step->maximum == 0.0 ? 1.0 : step->maximum);
			return KERNEL_OK;
		case STEP_QUANTILE:
			*x = inverse_quantile(step, y);
			return KERNEL_OK;
		case STEP_POWER:
			*x = yeo_johnson_inverse(y * step->scale + step->center, step->lambda);
			return KERNEL_OK;
		case STEP_LOG1P:
			*x = expm1(y);
			return KERNEL_OK;
		case STEP_SIGNED_LOG:
			*x = copysign(expm1(fabs(y)), y);
			return KERNEL_OK;
		default:
			return KERNEL_INVALID;
	}
}
