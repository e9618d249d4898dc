/*
 * step_validate.c: what a step must hold before apply may trust it.
 */
#include "kernel/prep/step.h"

#include <math.h>
#include <string.h>

#define POLYNOMIAL_TERMS 100000 /* more are refused */
#define CHAIN_OUTPUTS 1000		/* that go through further steps while rows are read */

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
step_own_outputs(const Step *step)
{
	switch (step->kind)
	{
		case STEP_BINS:
			return step->flag ? step_bins(step) + (step->nulls == NULLS_ARE_A_LEVEL) : 1;
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

uint32_t
step_outputs(const Step *step)
{
	uint64_t n = 0;
	uint32_t i;

	if (step->after.n == 0)
		return step_gives_text(step) ? 0 : step_own_outputs(step);
	for (i = 0; i < step->after.n; i++)
		n += step_outputs(&step->after.steps[i]);
	return n <= UINT32_MAX ? (uint32_t) n : UINT32_MAX;
}

void
step_set_input(Step *step, int32_t input)
{
	uint32_t i;

	step->input = input;
	for (i = 0; i < step->before.n; i++)
		step_set_input(&step->before.steps[i], INPUT_NUMBER);
	for (i = 0; i < step->after.n; i++)
		step_set_input(&step->after.steps[i],
					   step_gives_text(step) ? INPUT_CATEGORY : INPUT_NUMBER);
}

bool
step_learns(const Step *step)
{
	switch (step->kind)
	{
		case STEP_PASS:
		case STEP_LOG1P:
		case STEP_SIGNED_LOG:
		case STEP_POLYNOMIAL:
		case STEP_CYCLIC:
		case STEP_HASH:
			return false;
		case STEP_BINS:
			return step->strategy != BINS_CUSTOM;
		case STEP_IMPUTE:
			return step->strategy != IMPUTE_CONSTANT;
		default:
			return true;
	}
}

static bool
list_learns(const StepList *list)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
	{
		if (step_chain_learns(&list->steps[i]))
			return true;
	}
	return false;
}

bool
step_chain_learns(const Step *step)
{
	return step_learns(step) || list_learns(&step->before) || list_learns(&step->after);
}

/* Is there a step that makes a value of missing ones among the template's steps after this one? */
static bool
has_filler_after(const Step *step)
{
	while (step->after.n > 0)
	{
		step = &step->after.steps[0];
		if (step->kind == STEP_IMPUTE ||
			(step->kind == STEP_BINS && step->nulls == NULLS_ARE_A_LEVEL))
			return true;
	}
	return false;
}

bool
step_passes_rows(const Step *step)
{
	if (!step_learns(step) || step_gives_text(step))
		return true;
	/* What another one would make of the missing values could not be taken back. */
	return step->kind == STEP_IMPUTE && !has_filler_after(step);
}

static const char *
link_fault(const Step *step, const Step *next)
{
	if (next->kind == STEP_POLYNOMIAL)
		return "a polynomial reads several columns, and stands behind steps of one output each";
	if (step_gives_text(step) != step_takes_category(next))
		return step_gives_text(step) ?
			"a step that gives a text is followed by one that takes a number" :
			"a step that gives a number is followed by one that takes a category";
	if (next->kind == STEP_CYCLIC && next->strategy != CYCLE_PERIOD)
		return "a cycle of the calendar reads a time, which no step gives";
	if (step_gives_text(step) && next->kind == STEP_IMPUTE)
		return "the gaps of a category are filled already";
	if (step_gives_text(step) && step_learns(step) && next->kind == STEP_HASH &&
		list_learns(&next->after))
		return "what stands behind a hash cannot be learnt where the most frequent category fills gaps";
	return NULL;
}

const char *
step_chain_fault(const Step *step)
{
	const char *fault = NULL;
	uint64_t outputs = 1;
	uint32_t i;

	for (i = 0; i < step->before.n && fault == NULL; i++)
	{
		fault = step_chain_fault(&step->before.steps[i]);
		if (fault == NULL && step_outputs(&step->before.steps[i]) != 1)
			fault = "a polynomial wants one number of each step before it";
	}
	if (fault == NULL && list_learns(&step->before) && list_learns(&step->after))
		fault = "what stands behind a polynomial cannot be learnt while what stands before it is";
	if (fault == NULL && step_gives_text(step) && step->flag)
		fault = "the gaps of a category have no indicator";
	if (fault == NULL && step_gives_text(step) &&
		(step->strategy == IMPUTE_MEAN || step->strategy == IMPUTE_MEDIAN))
		fault = "categories have neither mean nor median";
	if (fault == NULL && step->kind == STEP_IMPUTE && step->strategy == IMPUTE_CONSTANT &&
		step_gives_text(step) != (step->constant_text != NULL))
		fault = "what fills the gaps is not of the column's type";
	while (step->after.n > 0 && fault == NULL)
	{
		outputs *= step_passes_rows(step) ? step_own_outputs(step) : 1;
		if (outputs > CHAIN_OUTPUTS)
			return "a step in the middle gives too many numbers";
		fault = link_fault(step, &step->after.steps[0]);
		step = &step->after.steps[0];
	}
	return fault;
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

/* Do the learnt parts of the kind fit each other? */
static bool
kind_is_valid(const Step *step)
{
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
			return step->width > 0 && step_own_outputs(step) > 0 &&
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

/* Learnt steps of a list, n of them or none; those before a polynomial give one number each. */
static bool
list_is_valid(const StepList *list, uint32_t n, bool is_before)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
	{
		if (list->steps[i].column != NULL || !step_is_valid(&list->steps[i]) ||
			(is_before &&
			 (step_outputs(&list->steps[i]) != 1 || step_takes_category(&list->steps[i]))))
			return false;
	}
	return list->n == 0 || list->n == n;
}

/* Do the steps that stand one behind another fit each other? */
static bool
chain_is_valid(const Step *step)
{
	uint32_t i;

	for (i = 0; i < step->after.n; i++)
	{
		const Step *next = &step->after.steps[i];

		if (next->kind == STEP_POLYNOMIAL || step_gives_text(step) != step_takes_category(next) ||
			(!step_takes_category(next) && next->input != INPUT_NUMBER) ||
			(next->kind == STEP_CYCLIC && next->strategy != CYCLE_PERIOD))
			return false;
	}
	return list_is_valid(&step->before, (uint32_t) step->width, true) &&
		list_is_valid(&step->after, step_gives_text(step) ? 1 : step_own_outputs(step), false);
}

bool
step_is_valid(const Step *step)
{
	if (!step_options_are_valid(step) || !fields_are_within(step, true))
		return false;
	if (!(step->rows >= 0.0 && step->missing >= 0.0 && step->missing <= step->rows))
		return false;
	if ((step->input == INPUT_CATEGORY) != step_takes_category(step))
		return false;
	if (step->kind == STEP_IMPUTE && (step_gives_text(step) ? step->flag : step->fill_text != NULL))
		return false;
	if (!is_sorted(&step->levels) || !is_sorted(&step->pooled) ||
		!are_disjoint(&step->levels, &step->pooled) || !has_no_infinity(&step->values))
		return false;
	return kind_is_valid(step) && chain_is_valid(step);
}
