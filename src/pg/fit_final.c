/*
 * fit_final.c: design, fit, training facts and encoding.
 *
 * Everything is built in one context that is deleted at the end; its memory
 * counts against orchard.max_memory.  Warnings are collected first, so that
 * they reach both the client and the model.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "kernel/tree/bin.h"

#include "pg/compat.h"
#include "pg/error.h"
#include "pg/fit_final.h"
#include "pg/fit_recipe.h"
#include "pg/fit_work.h"
#include "pg/prep_fit.h"

#define LARGE 1e150		   /* squares of such values may have no finite sum */
#define TWO_VALUES_ROWS 20 /* fewer rows with two values in the target say nothing */

static const char *const what = "fitting the model";

void
fit_add_warning(Fit *fit, char *text)
{
	if (fit->model.n_warnings < WARNINGS_KEPT)
		fit->warnings[fit->model.n_warnings++] = text;
	else
		fit->n_left_out++;
}

void
fit_add_metric(Fit *fit, const char *name, double value)
{
	if (!isfinite(value))
		return;
	fit->metrics[fit->model.n_metrics].name = pstrdup(name);
	fit->metrics[fit->model.n_metrics++].value = value;
}

/* The column that a number slot belongs to. */
static const char *
number_name(const FitSpec *spec, int32_t slot)
{
	int i;

	for (i = 0; i < spec->n_features; i++)
	{
		slot -= feature_numbers(&spec->features[i]);
		if (slot < 0)
			return spec->features[i].name;
	}
	return spec->target;
}

/* least_squares_largest of all the state's sums. */
static int32_t
largest_in_sums(const FitState *state, double *most)
{
	int32_t slot = 0;
	int i;

	if (state->folds == NULL)
		return least_squares_largest(state->least_squares, most);
	*most = 0.0;
	for (i = 0; i < state->spec->options->cv.n_folds; i++)
	{
		double square = -1.0;
		int32_t here =
			state->folds[i] != NULL ? least_squares_largest(state->folds[i], &square) : 0;

		if (square > *most)
		{
			*most = square;
			slot = here;
		}
	}
	return slot;
}

/* Raises the overflow with the column that it comes from, when that is told by its values. */
static void
raise_overflow(const Fit *fit)
{
	const FitState *state = fit->state;
	double most;
	int32_t slot;

	if (fit->spec->keeps_rows)
		memory_account_require_ok(state->account, dataset_largest(&state->dataset, &slot, &most),
								  what);
	else
		slot = largest_in_sums(state, &most);
	if (most < (fit->spec->keeps_rows ? LARGE : LARGE * LARGE))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("value out of range: overflow in %s", what),
			 errdetail("The squares of column \"%s\" are too large to sum.",
					   number_name(fit->spec, slot)),
			 errhint("Divide the column by a power of ten, or leave rows with such values out.")));
}

void
fit_require(Fit *fit, Status status)
{
	if (status == KERNEL_OVERFLOW)
		raise_overflow(fit);
	/* Reading rows back fails in the account of the state. */
	if (status == KERNEL_STOPPED && fit->account->error == NULL)
		memory_account_require_ok(fit->state->account, status, what);
	memory_account_require_ok(fit->account, status, what);
}

void
fit_report_condition(Fit *fit, char *condition)
{
	if (fit->spec->options->raise_on_failure)
		ereport(
			ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION), errmsg("the model cannot be fitted: %s", condition),
			 errhint(
				 "The option \"on_failure\": \"warn\" gives a constant or minimum-norm model instead.")));
	fit_add_warning(fit, condition);
}

void
fit_append_name(StringInfo names, int n, const char *name)
{
	if (n < NAMES_IN_WARNING)
		appendStringInfo(names, "%s\"%s\"", n > 0 ? ", " : "", name);
	else if (n == NAMES_IN_WARNING)
		appendStringInfoString(names, ", ...");
}

/* Levels kept a category; trees have places for so many and the pooled ones. */
static int
categories_kept(const Fit *fit)
{
	const FitOptions *options = fit->spec->options;

	return algorithm_is_tree(options->algorithm) ?
		Min(options->max_categories, BIN_LEVEL_LIMIT - 1) :
		options->max_categories;
}

void
fit_build_design(Fit *fit)
{
	const FitOptions *options = fit->spec->options;
	DesignOptions design_options = {.fit_intercept = options->fit_intercept,
									.missing_indicator = options->missing_indicator,
									.max_categories = categories_kept(fit),
									.stop = &fit->account->stop};

	fit_require(fit,
				design_build(&fit->design, &fit->account->allocator, fit->spec->features,
							 fit->spec->n_features, fit->state->dictionaries,
							 (const double *const *) fit->level_weight, fit->missing_weight,
							 fit->numbers, &design_options));
}

static char *
level_name(const Dictionary *dictionary, int32_t code)
{
	size_t length;
	const char *text = dictionary_text(dictionary, code, &length);

	return pnstrdup(text, length);
}

/* Categories whose reference level is all there is: they have no term. */
static void
warn_single_categories(Fit *fit)
{
	StringInfoData names;
	int category = 0;
	int n = 0;
	int i;

	initStringInfo(&names);
	for (i = 0; i < fit->spec->n_features; i++)
	{
		if (fit->spec->features[i].family != FAMILY_CATEGORY)
			continue;
		if (fit->design.categories[category].n_levels + fit->design.categories[category].n_pooled <
				2 &&
			fit->design.missing_term[i] < 0)
			fit_append_name(&names, n++, fit->spec->features[i].name);
		category++;
	}
	if (n > 0)
		fit_add_warning(
			fit,
			psprintf("fewer than two categories in the training rows, without effect: %s",
					 names.data));
}

/* Levels, frequencies and pooled names of category slot c. */
static void
describe_category(Fit *fit, int c, ModelFeature *feature)
{
	const CategoryFacts *facts = &fit->design.categories[c];
	const Dictionary *dictionary = &fit->state->dictionaries[c];
	int32_t *order;
	int32_t i;

	feature->n_levels = facts->n_levels;
	feature->levels = palloc(sizeof(char *) * Max(facts->n_levels, 1));
	for (i = 0; i < facts->n_levels; i++)
		feature->levels[i] = level_name(dictionary, facts->levels[i]);
	feature->frequency = facts->frequency;
	if (facts->n_pooled == 0)
		return;
	order = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int32_t) * dictionary->n);
	fit_require(fit,
				dictionary_sort(dictionary, &fit->account->allocator, &fit->account->stop, order));
	feature->pooled =
		MemoryContextAllocHuge(CurrentMemoryContext, sizeof(char *) * facts->n_pooled);
	for (i = 0; i < dictionary->n; i++)
	{
		if (facts->level_of_code[order[i]] == LEVEL_POOLED && fit->level_weight[c][order[i]] > 0.0)
			feature->pooled[feature->n_pooled++] = level_name(dictionary, order[i]);
	}
	fit_add_warning(
		fit,
		psprintf(
			"column \"%s\" has %d categories, more than %s; the rarest %d, in %.0f rows, are pooled",
			feature->name, facts->n_levels + facts->n_pooled,
			categories_kept(fit) < fit->spec->options->max_categories ? "trees have places for" :
																		"max_categories",
			facts->n_pooled, facts->pooled_rows));
}

void
fit_describe_features(Fit *fit)
{
	const FitSpec *spec = fit->spec;
	int number = 0;
	int category = 0;
	int i;
	uint32 j;

	fit->model.n_features = spec->n_features;
	fit->model.features = palloc0(sizeof(ModelFeature) * Max(spec->n_features, 1));
	for (i = 0; i < spec->n_features; i++)
	{
		ModelFeature *feature = &fit->model.features[i];

		feature->name = pstrdup(spec->features[i].name);
		feature->family = spec->features[i].family;
		feature->length = spec->features[i].length;
		if (feature->family == FAMILY_CATEGORY)
		{
			describe_category(fit, category++, feature);
			continue;
		}
		feature->fill = palloc(sizeof(double) * feature_numbers(&spec->features[i]));
		for (j = 0; j < feature_numbers(&spec->features[i]); j++)
			feature->fill[j] = fit->numbers[number++].mean;
	}
}

/* Text and integer columns with another value in every row. */
static void
warn_identifiers(Fit *fit)
{
	const FitState *state = fit->state;
	int number = 0;
	int category = 0;
	int i;

	for (i = 0; i < fit->spec->n_features; i++)
	{
		const Feature *feature = &fit->spec->features[i];
		bool unique;

		if (feature->family == FAMILY_CATEGORY)
		{
			unique = state->dictionaries[category].n == state->rows && !feature->ordered_levels;
			category++;
		}
		else
		{
			unique = fit->spec->is_integer[i] && !state->identifiers[i]->repeated &&
				fit->numbers[number].missing == 0.0;
			number += feature_numbers(feature);
		}
		if (unique && state->rows >= 20)
			fit_add_warning(
				fit,
				psprintf(
					"column \"%s\" has another value in every row and looks like an identifier",
					feature->name));
	}
}

static struct varlena *
encode(Fit *fit, MemoryContext caller)
{
	uint8_t *bytes;
	size_t length;
	struct varlena *stored;

	if (fit->n_left_out > 0)
		fit->warnings[fit->model.n_warnings++] =
			psprintf("further warnings left out: %d", fit->n_left_out);
	fit->model.warnings = fit->warnings;
	fit->model.metrics = fit->metrics;
	fit_require(fit, model_encode(&fit->model, &fit->account->allocator, &bytes, &length));
	stored = MemoryContextAlloc(caller, VARHDRSZ + length);
	SET_VARSIZE(stored, VARHDRSZ + length);
	memcpy(VARDATA(stored), bytes, length);
	return stored;
}

Fit *
fit_of_state(const FitState *state)
{
	Fit *fit = palloc0(sizeof(Fit));
	Model *model = &fit->model;

	fit->state = state;
	fit->spec = state->spec;
	fit->account = memory_account_create(CurrentMemoryContext);
	fit->account->hint = state->account->hint;
	model->algorithm = state->spec->options->algorithm;
	model->objective = state->spec->options->objective;
	model->unknown = state->spec->options->unknown;
	model->target = state->spec->target;
	model->constant = NAN;
	model->options = state->spec->options->canonical;
	model->seed = state->spec->options->seed;
	model->rows = state->rows;
	model->rows_skipped = state->rows_skipped;
	model->facts.log_likelihood = model->facts.sigma2 = model->facts.rss = NAN;
	model->facts.tss = model->facts.gradient_norm = model->facts.condition_number = NAN;
	return fit;
}

void
fit_require_rows(const FitState *state)
{
	if (state == NULL)
		ereport(
			ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION), errmsg("the model cannot be fitted: there is no row"),
			 errhint(
				 "Look at the conditions of the query, and at the row security of its tables.")));
	if (state->rows == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("the model cannot be fitted: no row has a target and a positive weight"),
				 errdetail("Rows without them: %lld.", (long long) state->rows_skipped),
				 errhint("Look for NULLs in the target column and for weights of 0.")));
}

/* A warning to the client, unless it had enough of them. */
static void
tell_warning(const char *text, int *n_told)
{
	if (n_told == NULL || *n_told < WARNINGS_TOLD)
		ereport(WARNING, (errmsg("%s", text)));
	else if (*n_told == WARNINGS_TOLD)
		ereport(WARNING,
				(errmsg("further warnings of this statement are not shown"),
				 errhint("The summary of each model has its own.")));
	if (n_told != NULL)
		*n_told = Min(*n_told + 1, WARNINGS_TOLD + 1);
}

/* The recipe that stands before the features, learnt from the rows when it was not fitted before. */
static void
take_recipe(Fit *fit)
{
	uint32 i;

	if (fit->spec->learns_recipe)
	{
		bool is_kept = fit->spec->options->cv.is_on;
		bool has_sums = !fit_options_keep_rows(fit->spec->options);
		FitState *learnt = fit_recipe_learn(fit->state, has_sums || is_kept ? NULL : fit->spent,
											false, fit->account);

		/* The rows are at hand. */
		if (has_sums && fit_is_rough(learnt))
		{
			fit_state_release(learnt);
			learnt = fit_recipe_learn(fit->state, fit->spent, true, fit->account);
		}
		fit->kept = is_kept ? fit->state : NULL;
		fit->state = fit->spent = learnt;
		fit->spec = learnt->spec;
	}
	fit->model.preprocess = fit->spec->recipe;
	for (i = 0; i < fit->spec->recipe->n; i++)
	{
		char *warning = prep_step_warning(&fit->spec->recipe->steps[i]);

		if (warning != NULL)
			fit_add_warning(fit, warning);
	}
}

static struct varlena *
make_model(const FitState *state, FitState *spent, Progress *progress, int *n_told)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context;
	struct varlena *stored;
	Fit *fit;
	uint32 i;

	if (state->rows == 0)
	{
		if (state->spec->options->raise_on_failure)
			fit_require_rows(state);
		tell_warning("no row has a target and a positive weight, so there is no model", n_told);
		return NULL;
	}
	context = AllocSetContextCreate(CurrentMemoryContext, "orchard fit", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	fit = fit_of_state(state);
	fit->progress = progress;
	fit->spent = spent;
	if (fit->spec->recipe != NULL)
		take_recipe(fit);
	if (algorithm_is_tree(state->spec->options->algorithm))
		fit_trees(fit);
	else if (state->spec->options->algorithm == ALGORITHM_GLM)
		fit_glm(fit);
	else if (state->spec->options->algorithm == ALGORITHM_HUBER)
		fit_huber(fit);
	else if (state->spec->options->algorithm == ALGORITHM_QUANTILE_REGRESSION)
		fit_quantile(fit);
	else if (state->spec->classification)
		fit_logistic_regression(fit);
	else
		fit_linear_regression(fit);
	fit_describe_features(fit);
	warn_single_categories(fit);
	warn_identifiers(fit);
	stored = encode(fit, caller);
	MemoryContextSwitchTo(caller);
	for (i = 0; i < fit->model.n_warnings; i++)
		tell_warning(fit->warnings[i], n_told);
	MemoryContextDelete(context);
	return stored;
}

struct varlena *
fit_model(const FitState *state, Progress *progress, int *n_told)
{
	return make_model(state, NULL, progress, n_told);
}

struct varlena *
fit_model_of_spent(FitState *state, Progress *progress)
{
	return make_model(state, state, progress, NULL);
}

bool
fit_notice_two_values(const FitState *state)
{
	bool is_tree = algorithm_is_tree(state->spec->options->algorithm);

	if (state->spec->classification || state->n_target_values != 2 || state->rows < TWO_VALUES_ROWS)
		return false;
	ereport(NOTICE,
			(errmsg("target column \"%s\" has two values, and %s predicts their mean",
					state->spec->target, is_tree ? "regression" : "linear regression"),
			 is_tree ?
				 errhint("The objective \"log_loss\" predicts their probabilities.") :
				 errhint("The algorithm \"logistic_regression\" predicts their probabilities.")));
	return true;
}
