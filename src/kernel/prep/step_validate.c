/*
 * step_validate.c: what a step must hold before apply may trust it.
 */
#include "kernel/prep/step.h"

#include <math.h>
#include <string.h>

#define POLYNOMIAL_TERMS 100000 /* more are refused */

/* Combinations of at most `degree` of n columns, with repetition unless they are interactions; 0 when too many. */
static uint32_t
polynomial_terms(uint32_t n, uint32_t degree, bool is_interaction)
{
	double total = 0.0;
	double terms = 1.0;
	uint32_t d;

	for (d = 1; d <= degree; d++)
	{
		terms *= is_interaction ? ((double) n - d + 1) / d : ((double) n + d - 1) / d;
		total += terms;
	}
	return total <= POLYNOMIAL_TERMS ? (uint32_t) (total + 0.5) : 0;
}

static uint32_t
onehot_outputs(const Step *step)
{
	uint32_t n = step->levels.n + (step->pooled.n > 0 || step->unknown == UNKNOWN_LEVEL_IS_OTHER) +
		(step->nulls == NULLS_ARE_A_LEVEL);

	return step->drop == DROP_FIRST && n > 0 ? n - 1 : n;
}

uint32_t
step_outputs(const Step *step)
{
	switch (step->kind)
	{
		case STEP_BINS:
			if (!step->flag)
				return 1;
			return step->knots.n > 1 ? step->knots.n - 1 : 1;
		case STEP_POLYNOMIAL:
			return polynomial_terms((uint32_t) step->width, (uint32_t) step->n, step->flag);
		case STEP_CYCLIC:
			return 2;
		case STEP_IMPUTE:
			return step->flag ? 2 : 1;
		case STEP_ONEHOT:
			return onehot_outputs(step);
		case STEP_HASH:
			return (uint32_t) step->n;
		case STEP_TARGET:
			return step_classes(step);
		default:
			return 1;
	}
}

static bool
is_ascending(const NumberList *list, bool is_strict)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
	{
		if (!isfinite(list->values[i]))
			return false;
		if (i > 0 &&
			(is_strict ? list->values[i] <= list->values[i - 1] :
						 list->values[i] < list->values[i - 1]))
			return false;
	}
	return true;
}

static bool
is_sorted(const TextList *list)
{
	uint32_t i;

	for (i = 1; i < list->n; i++)
	{
		if (strcmp(list->texts[i - 1], list->texts[i]) >= 0)
			return false;
	}
	return true;
}

/* Have two sorted lists no text in common? */
static bool
are_disjoint(const TextList *a, const TextList *b)
{
	uint32_t i = 0;
	uint32_t k = 0;

	while (i < a->n && k < b->n)
	{
		int order = strcmp(a->texts[i], b->texts[k]);

		if (order == 0)
			return false;
		i += order < 0;
		k += order > 0;
	}
	return true;
}

/* Are all numbers finite, or NaN for what could not be learnt? */
static bool
has_no_infinity(const NumberList *list)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
	{
		if (isinf(list->values[i]))
			return false;
	}
	return true;
}

/* Is the number within the bounds of its field?  NaN where the preset is or where it is learnt. */
static bool
is_within(const StepField *field, double number)
{
	if (isnan(number))
		return isnan(field->preset);
	return isfinite(number) && number >= field->least && number <= field->largest;
}

static bool
fields_are_within(const Step *step, bool with_learnt)
{
	int i;

	for (i = 0; i < step_n_fields; i++)
	{
		const StepField *field = &step_fields[i];
		const void *place = step_place(step, field);

		if (!step_has_field(step->kind, field) || !(field->is_option || with_learnt))
			continue;
		if (field->type == FIELD_NUMBER && !is_within(field, *(const double *) place))
			return false;
		if (field->type == FIELD_WHOLE && !is_within(field, *(const int32_t *) place))
			return false;
	}
	return true;
}

bool
step_options_are_valid(const Step *step)
{
	if (!fields_are_within(step, false))
		return false;
	switch (step->kind)
	{
		case STEP_MINMAX:
		case STEP_ROBUST:
		case STEP_WINSOR:
			return step->low < step->high;
		case STEP_BINS:
			return step->strategy == BINS_CUSTOM ?
				step->knots.n >= 2 && is_ascending(&step->knots, true) :
				true;
		default:
			return true;
	}
}

static bool
target_is_valid(const Step *step)
{
	size_t rows = (size_t) step->levels.n + step->has_null_level;
	size_t columns = ((size_t) step->folds + 1) * step_classes(step);

	return step->values.n == rows * columns && step->priors.n == columns &&
		is_sorted(&step->classes) && (step->kind == STEP_TARGET || step->classes.n == 0);
}

bool
step_is_valid(const Step *step)
{
	if (!step_options_are_valid(step) || !fields_are_within(step, true))
		return false;
	if (!(step->rows >= 0.0 && step->missing >= 0.0 && step->missing <= step->rows))
		return false;
	if ((step->input == INPUT_CATEGORY) != step_takes_category(step->kind))
		return false;
	if (!is_sorted(&step->levels) || !is_sorted(&step->pooled) ||
		!are_disjoint(&step->levels, &step->pooled) || !has_no_infinity(&step->values))
		return false;
	switch (step->kind)
	{
		case STEP_STANDARD:
		case STEP_ROBUST:
		case STEP_POWER:
			return isnan(step->scale) || step->scale > 0.0;
		case STEP_QUANTILE:
			return is_ascending(&step->knots, false);
		case STEP_BINS:
			return is_ascending(&step->knots, true);
		case STEP_POLYNOMIAL:
			return step->width > 0 && step_outputs(step) > 0 &&
				(step->columns.n == 0 || step->columns.n == (uint32_t) step->width);
		case STEP_FREQUENCY:
			return step->values.n == step->levels.n + step->has_null_level;
		case STEP_TARGET:
		case STEP_WOE:
			return target_is_valid(step);
		default:
			return true;
	}
}
