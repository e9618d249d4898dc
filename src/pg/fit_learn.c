/*
 * fit_learn.c: a recipe learnt from kept rows, and the rows that it gives.
 *
 * Two passes over the dataset: the first feeds the fits of the steps, the second applies what they
 * learnt and adds the rows to a state that the algorithm trains on.  The columns of the kept rows
 * stand in the order of the steps: a number or a category each, of a polynomial several numbers,
 * followed by the fold where a step has one; behind them the features that are columns themselves.
 *
 * While a penalty is chosen by cross-validation each fold is measured with a recipe of its own, learnt
 * from the rows of the others as a pipeline in scikit-learn's searches is, so that no row is measured
 * by what was learnt from it; the model's own recipe is learnt from all rows.  The number of a row's
 * fold stands behind all other numbers.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "pg/error.h"
#include "pg/fit_recipe.h"
#include "pg/fit_state_work.h"
#include "pg/prep_fit.h"

static const char *const what = "fitting the recipe";

/* Where a step's columns are among those of the kept rows. */
typedef struct StepPlace
{
	int number;	  /* first number slot, -1: it reads a category */
	int category; /* category slot, or -1 */
	int fold;	  /* number slot, or -1 */
} StepPlace;

typedef struct Learning
{
	const FitState *state; /* of the kept rows */
	MemoryAccount *account;
	const Transform *recipe; /* the specification */
	StepPlace *places;		 /* one a step */
	StepFit *fits;			 /* one a step */
	int32_t **levels;		 /* one a step of categories: level of each code, -1: not seen yet */
	int32_t **classes;		 /* one a step with a target of text: class of each code */
	int n_numbers;			 /* number slots that belong to steps */
	int n_categories;
	int left_out; /* the fold whose rows teach nothing, -1: none */
	double *row;  /* scratch: the numbers of a row */
} Learning;

static void
require(const Learning *learning, Status status)
{
	/* Reading rows back fails in the account of the state. */
	if (status == KERNEL_STOPPED && learning->account->error == NULL)
		memory_account_require_ok(learning->state->account, status, what);
	memory_account_require_ok(learning->account, status, what);
}

static void
place_steps(Learning *learning)
{
	const Transform *recipe = learning->recipe;
	uint32 i;

	learning->places = palloc(sizeof(StepPlace) * recipe->n);
	for (i = 0; i < recipe->n; i++)
	{
		const Step *step = &recipe->steps[i];
		StepPlace *place = &learning->places[i];

		*place = (StepPlace){-1, -1, -1};
		if (step_takes_category(step))
			place->category = learning->n_categories++;
		else
		{
			place->number = learning->n_numbers;
			learning->n_numbers += step->kind == STEP_POLYNOMIAL ? step->width : 1;
		}
		if (step_encoder(step)->fold != NULL)
			place->fold = learning->n_numbers++;
	}
}

/* A table of what each code of a dictionary is called by a fit. */
static int32_t *
make_map(const Dictionary *dictionary)
{
	size_t size = sizeof(int32_t) * Max(dictionary->n, 1);
	int32_t *map = MemoryContextAllocHuge(CurrentMemoryContext, size);

	memset(map, 0xff, size);
	return map;
}

/* Is the target a text, of which every class has its own numbers? */
static bool
target_is_text(const FitSpec *spec)
{
	return spec->classification && spec->target_family == FAMILY_CATEGORY &&
		!spec->target_is_boolean;
}

static void
begin_fits(Learning *learning)
{
	const FitState *state = learning->state;
	const Allocator *allocator = &learning->account->allocator;
	uint32 i;

	learning->fits = palloc0(sizeof(StepFit) * learning->recipe->n);
	learning->levels = palloc0(sizeof(int32_t *) * learning->recipe->n);
	learning->classes = palloc0(sizeof(int32_t *) * learning->recipe->n);
	for (i = 0; i < learning->recipe->n; i++)
	{
		const char *target = state->spec->target;
		Step *encoder;
		Step step;

		require(learning, step_copy(&step, &learning->recipe->steps[i], allocator));
		encoder = (Step *) (uintptr_t) step_encoder(&step);
		if (step_has_target(encoder->kind) && encoder->target == NULL)
			require(learning, text_make(&encoder->target, allocator, target, strlen(target)));
		require(learning, fit_begin(&learning->fits[i], &step, allocator));
		encoder = &fit_encoder(&learning->fits[i])->step;
		if (learning->places[i].category >= 0)
			learning->levels[i] = make_map(&state->dictionaries[learning->places[i].category]);
		if (step_has_target(encoder->kind) && target_is_text(state->spec))
			learning->classes[i] = make_map(&state->classes);
	}
}

/* What a fit calls the code of a dictionary. */
static int32_t
mapped_code(const Learning *learning, Dictionary *into, int32_t *map, const Dictionary *from,
			int32_t code)
{
	size_t length;
	const char *text;

	if (map[code] >= 0)
		return map[code];
	text = dictionary_text(from, code, &length);
	require(learning, fit_code(into, &learning->account->allocator, text, length, &map[code]));
	return map[code];
}

/* The number that a target stands for in an encoding: of booleans 0 or 1. */
static double
target_number(const FitState *state, double target)
{
	size_t length;
	const char *text;
	double number;

	if (!state->spec->classification)
		return target;
	text = dictionary_text(&state->classes, (int32_t) target, &length);
	if (state->spec->target_family == FAMILY_CATEGORY)
		return length == strlen("true") && memcmp(text, "true", length) == 0;
	memcpy(&number, text, sizeof(number));
	return number;
}

static int32
fold_of(const DatasetBlock *block, const StepPlace *place, int32_t row)
{
	double fold;

	if (place->fold < 0)
		return NO_FOLD;
	fold = block->numbers[(size_t) place->fold * block->capacity + row];
	return isnan(fold) ? NO_FOLD : (int32) fold;
}

/* The fold of cross-validation that a row is in; 0 where there is none. */
static int
row_fold(const Learning *learning, const DatasetBlock *block, int32_t row)
{
	const FitSpec *spec = learning->state->spec;
	double fold;

	if (spec->fold_slot < 0)
		return 0;
	fold = block->numbers[(size_t) spec->fold_slot * block->capacity + row];
	if (!(fold >= 0.0 && fold < spec->options->cv.n_folds))
		require(learning, KERNEL_CORRUPT);
	return (int) fold;
}

/* A category that other steps take too, or that is not counted. */
static void
learn_text(Learning *learning, uint32 i, int32_t code, int32 fold, uint32_t class, double y)
{
	const char *text = NULL;
	size_t length = 0;

	if (code != CODE_MISSING)
		text = dictionary_text(&learning->state->dictionaries[learning->places[i].category], code,
							   &length);
	require(learning,
			fit_text(&learning->fits[i], &learning->account->allocator, &learning->account->stop,
					 text, length, fold, class, y));
}

/* One row of a step of categories. */
static void
learn_category(Learning *learning, uint32 i, const DatasetBlock *block, int32_t row)
{
	const FitState *state = learning->state;
	const StepPlace *place = &learning->places[i];
	StepFit *fit = &learning->fits[i];
	StepFit *encoder = fit_encoder(fit);
	int32_t code = block->codes[(size_t) place->category * block->capacity + row];
	double y = 0.0;
	uint32_t class = 0;
	uint32_t level = 0;

	if (learning->classes[i] != NULL)
		class = mapped_code(learning, &encoder->classes, learning->classes[i], &state->classes,
							(int32_t) block->target[row]);
	else if (step_has_target(encoder->step.kind))
		y = target_number(state, block->target[row]);
	if (step_has_target(encoder->step.kind))
		prep_require_target(encoder->step.kind, y, learning->classes[i] != NULL);
	if (fit->n_after > 0 || fit->step.kind == STEP_HASH)
	{
		learn_text(learning, i, code, fold_of(block, place, row), class, y);
		return;
	}
	if (code != CODE_MISSING)
		level = 1 +
			mapped_code(learning, &fit->levels, learning->levels[i],
						&state->dictionaries[place->category], code);
	require(
		learning,
		fit_level(fit, &learning->account->allocator, level, fold_of(block, place, row), class, y));
}

/* A block's rows into the fit of a step. */
static void
learn_block(Learning *learning, uint32 i, const DatasetBlock *block)
{
	const StepPlace *place = &learning->places[i];
	StepFit *fit = &learning->fits[i];
	const double *column = block->numbers + (size_t) Max(place->number, 0) * block->capacity;
	uint32_t width = fit_width(fit);
	int32_t row;
	uint32_t k;

	for (row = 0; row < block->n; row++)
	{
		if (learning->left_out >= 0 && row_fold(learning, block, row) == learning->left_out)
			continue;
		if (place->category >= 0)
			learn_category(learning, i, block, row);
		else if (width == 0)
			fit->rows++;
		else if (fit_is_single(fit))
			require(learning,
					fit_number(fit, &learning->account->allocator, &learning->account->stop,
							   column[row]));
		else
		{
			for (k = 0; k < width; k++)
				learning->row[k] = column[(size_t) k * block->capacity + row];
			require(learning,
					fit_numbers(fit, &learning->account->allocator, &learning->account->stop,
								learning->row, 1.0));
		}
	}
}

/* The first pass: what the steps learn, as a recipe. */
static Transform *
learn(Learning *learning)
{
	const Dataset *dataset = &learning->state->dataset;
	Transform *learnt = palloc0(sizeof(Transform));
	uint32 i;
	int32_t b;

	begin_fits(learning);
	for (b = 0; b < dataset->n_blocks; b++)
	{
		const DatasetBlock *block;

		CHECK_FOR_INTERRUPTS();
		require(learning, dataset_block(dataset, b, &block));
		for (i = 0; i < learning->recipe->n; i++)
			learn_block(learning, i, block);
	}
	learnt->is_recipe = true;
	learnt->n = learning->recipe->n;
	learnt->steps = palloc0(sizeof(Step) * learnt->n);
	for (i = 0; i < learnt->n; i++)
	{
		require(learning,
				fit_finish(&learning->fits[i], &learning->account->allocator,
						   &learning->account->stop, &learnt->steps[i]));
		fit_release(&learning->fits[i], &learning->account->allocator);
	}
	return learnt;
}

/* Codes of `from` mean the same in `into`. */
static void
copy_dictionary(FitState *state, Dictionary *into, const Dictionary *from)
{
	int32_t code;
	int32_t copied;

	for (code = 0; code < from->n; code++)
	{
		size_t length;
		const char *text = dictionary_text(from, code, &length);

		fit_state_require(state,
						  dictionary_add(into, &state->account->allocator, text, length, &copied));
	}
}

/* A state for the rows that the recipe gives, with all that is known of the kept ones. */
static FitState *
make_state(const Learning *learning, const FitSpec *spec)
{
	const FitState *from = learning->state;
	FitState *state = fit_state_create(learning->account, spec);
	int shift = from->spec->n_prepared - spec->n_prepared;
	int i;

	for (i = 0; i < spec->n_categories; i++)
		copy_dictionary(state, &state->dictionaries[i],
						&from->dictionaries[learning->n_categories + i]);
	copy_dictionary(state, &state->classes, &from->classes);
	for (i = spec->n_prepared; i < spec->n_features; i++)
	{
		if (spec->is_integer[i])
			identifier_merge(state->identifiers[i], from->identifiers[i + shift]);
	}
	state->rows = from->rows;
	state->rows_skipped = from->rows_skipped;
	state->n_target_values = from->n_target_values;
	memcpy(state->target_values, from->target_values, sizeof(from->target_values));
	if (spec->keeps_rows && from->dataset.store != NULL)
		dataset_spill_to(&state->dataset, from->dataset.store, memory_limit() / 4);
	return state;
}

/* Is one of the numbers that the step read of the row missing? */
static bool
is_missing(const Learning *learning, const Step *step, const StepPlace *place)
{
	int n = step->kind == STEP_POLYNOMIAL ? step->width : 1;
	int i;

	for (i = 0; i < n; i++)
	{
		if (isnan(learning->row[place->number + i]))
			return true;
	}
	return false;
}

/* What one step makes of the row in the block. */
static void
apply_step(const Learning *learning, const Applier *applier, uint32 i, const DatasetBlock *block,
		   int32_t row, bool in_fold, double *outputs)
{
	const StepPlace *place = &learning->places[i];
	const Step *step = applier->step;
	const char *text = NULL;
	size_t length = 0;
	int32_t code;

	if (step->kind == STEP_POLYNOMIAL)
		apply_polynomial(applier, learning->row + place->number, outputs);
	else if (place->category < 0)
		apply_number(applier, learning->row[place->number], outputs);
	else
	{
		code = block->codes[(size_t) place->category * block->capacity + row];
		if (code != CODE_MISSING)
			text = dictionary_text(&learning->state->dictionaries[place->category], code, &length);
		prep_require_known(step,
						   apply_text(applier, text, length,
									  in_fold ? fold_of(block, place, row) : NO_FOLD, outputs),
						   text, length);
	}
}

/* Row `row` of the block into the state's numbers and codes. */
static void
apply_row(const Learning *learning, FitState *state, const DatasetBlock *block, int32_t row,
		  bool in_fold)
{
	const FitSpec *spec = state->spec;
	bool is_measured = learning->left_out >= 0 && !in_fold;
	int at = 0;
	uint32 i;
	int j;
	uint32 k;

	for (j = 0; j < learning->state->spec->n_numbers; j++)
		learning->row[j] = block->numbers[(size_t) j * block->capacity + row];
	for (i = 0; i < spec->recipe->n; i++)
	{
		const Applier *applier = &spec->appliers[i];
		const StepPlace *place = &learning->places[i];

		apply_step(learning, applier, i, block, row, in_fold, state->numbers + at);
		for (k = 0; k < applier->outputs; k++, at++)
			/* Of the rows measured what the others say nothing of is missing. */
			fit_recipe_require_usable(spec, at, applier->step, state->numbers[at],
									  is_measured || place->category >= 0 ||
										  is_missing(learning, applier->step, place));
	}
	for (j = at; j < spec->n_numbers; j++)
		state->numbers[j] = learning->row[learning->n_numbers + j - at];
	for (j = 0; j < spec->n_categories; j++)
		state->codes[j] =
			block->codes[(size_t) (learning->n_categories + j) * block->capacity + row];
}

/* Sums that a row belongs to: of a turn those of the rows measured, or of the others. */
static LeastSquares *
sums_of_row(const Learning *learning, FitState *state, int fold)
{
	if (state->folds == NULL)
		return state->least_squares;
	if (learning->left_out < 0)
		return fit_state_fold(state, fold);
	return fit_state_fold(state, fold == learning->left_out ? FOLD_MEASURED : FOLD_TRAINED);
}

/* The second pass, over the rows trained on or over those held out. */
static void
apply_rows(const Learning *learning, FitState *state, const Dataset *from, Dataset *into)
{
	const Allocator *allocator = &state->account->allocator;
	int32_t b;
	int32_t row;

	for (b = 0; b < from->n_blocks; b++)
	{
		const DatasetBlock *block;

		CHECK_FOR_INTERRUPTS();
		require(learning, dataset_block(from, b, &block));
		for (row = 0; row < block->n; row++)
		{
			double weight = block->weight != NULL ? block->weight[row] : 1.0;
			int fold = row_fold(learning, block, row);
			bool is_trained = from == &learning->state->dataset &&
				!(learning->left_out >= 0 && fold == learning->left_out);

			apply_row(learning, state, block, row, is_trained);
			if (state->spec->keeps_rows)
				require(learning,
						dataset_add(into, allocator, state->numbers, state->codes,
									block->target[row], weight));
			else
				require(learning,
						least_squares_add(sums_of_row(learning, state, fold), allocator,
										  state->numbers, state->codes, block->target[row],
										  weight));
		}
	}
}

static Learning
begin_learning(const FitState *state, MemoryAccount *account, int left_out)
{
	Learning learning = {
		.state = state, .account = account, .recipe = state->spec->recipe, .left_out = left_out};

	place_steps(&learning);
	learning.row = palloc(sizeof(double) * Max(state->spec->n_numbers, 1));
	return learning;
}

FitState *
fit_recipe_learn(const FitState *state, FitState *spent, bool keeps_rows, MemoryAccount *account)
{
	Learning learning = begin_learning(state, account, -1);
	FitSpec *spec = fit_spec_of_learnt(state->spec, learn(&learning));
	FitState *learnt;

	spec->keeps_rows |= keeps_rows;
	learnt = make_state(&learning, spec);
	apply_rows(&learning, learnt, &state->dataset, &learnt->dataset);
	if (state->held_out.n > 0)
		apply_rows(&learning, learnt, &state->held_out, &learnt->held_out);
	if (spent != NULL)
	{
		dataset_drop_rows(&spent->dataset, &spent->account->allocator);
		dataset_drop_rows(&spent->held_out, &spent->account->allocator);
	}
	return learnt;
}

/* Says in which turn an error was met. */
static void
turn_context(void *fold)
{
	errcontext("cross-validation, recipe of the rows outside fold %d", *(int *) fold);
}

FitState *
fit_recipe_learn_turn(const FitState *state, int left_out, MemoryAccount *account)
{
	ErrorContextCallback context = {
		.previous = error_context_stack, .callback = turn_context, .arg = &left_out};
	Learning learning = begin_learning(state, account, left_out);
	FitState *learnt;

	error_context_stack = &context;
	learnt = make_state(&learning, fit_spec_of_learnt(state->spec, learn(&learning)));
	apply_rows(&learning, learnt, &state->dataset, &learnt->dataset);
	error_context_stack = context.previous;
	return learnt;
}
