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

#include "pg/error.h"
#include "pg/fit_final.h"
#include "pg/fit_work.h"

#define NAMES_IN_WARNING 10
#define CLASSES_LIMIT 1000
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
		slot = least_squares_largest(state->least_squares, &most);
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

/* Quoted names, cut after NAMES_IN_WARNING. */
static void
append_name(StringInfo names, int n, const char *name)
{
	if (n < NAMES_IN_WARNING)
		appendStringInfo(names, "%s\"%s\"", n > 0 ? ", " : "", name);
	else if (n == NAMES_IN_WARNING)
		appendStringInfoString(names, ", ...");
}

static void
collect_facts(Fit *fit, const LogisticOptions *logistic)
{
	const FitState *state = fit->state;
	int c;

	fit->numbers = palloc0(sizeof(NumberFacts) * Max(fit->spec->n_numbers, 1));
	fit->level_weight = palloc0(sizeof(double *) * Max(fit->spec->n_categories, 1));
	fit->missing_weight = palloc0(sizeof(double) * Max(fit->spec->n_categories, 1));
	for (c = 0; c < fit->spec->n_categories; c++)
		fit->level_weight[c] = MemoryContextAllocExtended(
			CurrentMemoryContext, sizeof(double) * Max(state->dictionaries[c].n, 1),
			MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	if (fit->spec->keeps_rows)
	{
		fit_require(fit,
					logistic_level_facts(&state->dataset, logistic, &fit->account->allocator,
										 &fit->account->stop, fit->numbers, fit->level_weight,
										 fit->missing_weight));
		return;
	}
	least_squares_number_facts(state->least_squares, fit->numbers);
	for (c = 0; c < fit->spec->n_categories; c++)
		least_squares_level_weights(state->least_squares, c, fit->level_weight[c],
									state->dictionaries[c].n, &fit->missing_weight[c]);
}

void
fit_build_design(Fit *fit)
{
	const FitOptions *options = fit->spec->options;
	DesignOptions design_options = {.fit_intercept = options->fit_intercept,
									.missing_indicator = options->missing_indicator,
									.max_categories = options->max_categories,
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
			append_name(&names, n++, fit->spec->features[i].name);
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
			"column \"%s\" has %d categories, more than max_categories; the rarest %d, in %.0f rows, are pooled",
			feature->name, facts->n_levels + facts->n_pooled, facts->n_pooled, facts->pooled_rows));
}

static void
describe_features(Fit *fit)
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

/* The label of a class by its dictionary code. */
static char *
class_label(const Fit *fit, int32_t code)
{
	double number;
	size_t length;
	const char *text = dictionary_text(&fit->state->classes, code, &length);

	if (fit->spec->target_family == FAMILY_CATEGORY)
		return pnstrdup(text, length);
	memcpy(&number, text, sizeof(number));
	return number_text(number);
}

/* Does class a sort before class b?  Enum order, number order or byte order. */
static bool
class_before(const Fit *fit, int32_t a, int32_t b)
{
	const Dictionary *classes = &fit->state->classes;
	size_t length;

	if (fit->spec->target_labels != NULL)
		return a < b;
	if (fit->spec->target_family != FAMILY_CATEGORY)
	{
		double left;
		double right;

		memcpy(&left, dictionary_text(classes, a, &length), sizeof(left));
		memcpy(&right, dictionary_text(classes, b, &length), sizeof(right));
		return left < right;
	}
	return strcmp(class_label(fit, a), class_label(fit, b)) < 0;
}

/* Weight of the rows of each class code, and in held_out[code] whether a row held out has it. */
static double *
count_classes(Fit *fit, bool *held_out)
{
	const Dataset *datasets[] = {&fit->state->dataset, &fit->state->held_out};
	double *weights = MemoryContextAllocExtended(CurrentMemoryContext,
												 sizeof(double) * Max(fit->state->classes.n, 1),
												 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	int32_t b;
	int32_t i;
	int k;

	for (k = 0; k < 2; k++)
	{
		for (b = 0; b < datasets[k]->n_blocks; b++)
		{
			const DatasetBlock *block;

			fit_require(fit, dataset_block(datasets[k], b, &block));
			for (i = 0; i < block->n; i++)
			{
				int32_t code = (int32_t) block->target[i];

				if (k == 1)
					held_out[code] = true;
				else
					weights[code] += block->weight != NULL ? block->weight[i] : 1.0;
			}
		}
	}
	return weights;
}

/* The class that goes with 0, -1 or 1 where the rows show no other. */
static const char *
opposite_number(const char *label)
{
	if (strcmp(label, "0") == 0 || strcmp(label, "-1") == 0)
		return "1";
	return strcmp(label, "1") == 0 ? "0" : NULL;
}

/*
 * A class that the rows do not show: the other boolean, the positive_class asked for, or the other
 * of 0 and 1, so that a group of zeros alone is one of negatives as it is beside others.
 */
static void
add_absent_class(Fit *fit)
{
	Model *model = &fit->model;
	const char *absent = NULL;

	if (fit->spec->target_is_boolean)
		absent = strcmp(model->classes[0], "true") == 0 ? "false" : "true";
	else if (fit->spec->options->positive_class != NULL &&
			 strcmp(fit->spec->options->positive_class, model->classes[0]) != 0)
		absent = fit->spec->options->positive_class;
	else if (fit->spec->target_family != FAMILY_CATEGORY)
		absent = opposite_number(model->classes[0]);
	if (absent == NULL)
		return;
	model->classes[1] = pstrdup(absent);
	fit->class_codes[1] = -1;
	model->n_classes = 2;
	if (strcmp(model->classes[0], model->classes[1]) > 0)
	{
		char *first = model->classes[0];

		model->classes[0] = model->classes[1];
		model->classes[1] = first;
		fit->class_codes[1] = fit->class_codes[0];
		fit->class_codes[0] = -1;
		fit->class_weight[1] = fit->class_weight[0];
		fit->class_weight[0] = 0.0;
	}
}

/* The classes' names for a hint, cut after NAMES_IN_WARNING. */
static char *
class_names(const Model *model)
{
	StringInfoData names;
	uint32 i;

	initStringInfo(&names);
	for (i = 0; i < model->n_classes && i < NAMES_IN_WARNING; i++)
		appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", model->classes[i]);
	if (i < model->n_classes)
		appendStringInfoString(&names, ", ...");
	return names.data;
}

/* The place of a class by its name; raises the error of the option that asks for it. */
static uint32
require_class(const Fit *fit, const char *option, const char *name)
{
	const Model *model = &fit->model;
	uint32 i;

	for (i = 0; i < model->n_classes; i++)
	{
		if (strcmp(model->classes[i], name) == 0)
			return i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" names no class of column \"%s\": \"%s\"", option,
					fit->spec->target, name),
			 errhint("The classes are: %s.", class_names(model))));
}

static int
compare_classes(const void *a, const void *b, void *fit)
{
	return class_before(fit, *(const int32_t *) a, *(const int32_t *) b) ? -1 : 1;
}

/* Few enough classes for the algorithm? */
static void
check_class_count(const Fit *fit, int n)
{
	if (n > 2 && !algorithm_is_tree(fit->spec->options->algorithm))
		ereport(
			ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg(
				 "target column \"%s\" has %d classes, but algorithm \"logistic_regression\" predicts two",
				 fit->spec->target, n),
			 errhint("Make a two-valued target, for example with a comparison.")));
	if (n > CLASSES_LIMIT)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("target column \"%s\" has %d classes, but at most %d can be told apart",
						fit->spec->target, n, CLASSES_LIMIT),
				 errhint("A number to be predicted as such needs objective \"squared_error\".")));
}

void
fit_describe_classes(Fit *fit)
{
	Model *model = &fit->model;
	const FitOptions *options = fit->spec->options;
	int32_t n_codes = fit->state->classes.n;
	bool *held_out = palloc0(sizeof(bool) * Max(n_codes, 1));
	double *weights = count_classes(fit, held_out);
	int n = 0;
	int32_t code;

	fit->class_codes = palloc(sizeof(int32_t) * Max(n_codes, 2));
	fit->class_weight = palloc0(sizeof(double) * Max(n_codes, 2));
	fit->class_codes[0] = fit->class_codes[1] = -1;
	for (code = 0; code < n_codes; code++)
	{
		if (weights[code] > 0.0 || held_out[code])
			fit->class_codes[n++] = code;
	}
	check_class_count(fit, n);
	qsort_arg(fit->class_codes, n, sizeof(int32_t), compare_classes, fit);
	model->n_classes = n;
	model->classes = palloc0(sizeof(char *) * Max(n, 2));
	for (code = 0; code < n; code++)
	{
		model->classes[code] = class_label(fit, fit->class_codes[code]);
		fit->class_weight[code] = weights[fit->class_codes[code]];
	}
	if (n == 1)
		add_absent_class(fit);
	model->positive_class = model->n_classes > 2 ? 0 : model->n_classes - 1;
	if (options->positive_class == NULL)
		return;
	if (model->n_classes > 2)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg(
				 "option \"positive_class\" needs a target of two classes, but column \"%s\" has %d",
				 fit->spec->target, n)));
	model->positive_class = require_class(fit, "positive_class", options->positive_class);
}

double
fit_class_factor(const Fit *fit, int i)
{
	const FitOptions *options = fit->spec->options;
	double all = 0.0;
	int j;

	for (j = 0; j < (int) fit->model.n_classes; j++)
		all += fit->class_weight[j];

	if (options->balanced)
		return fit->class_weight[i] > 0.0 ? all / (fit->model.n_classes * fit->class_weight[i]) :
											0.0;
	for (j = 0; j < options->n_class_weights; j++)
	{
		if (strcmp(options->class_weights[j].name, fit->model.classes[i]) == 0)
			return options->class_weights[j].weight;
	}
	return 1.0;
}

void
fit_check_class_weights(const Fit *fit)
{
	const FitOptions *options = fit->spec->options;
	double heaviest = 0.0;
	int i;

	for (i = 0; i < options->n_class_weights; i++)
		require_class(fit, "class_weight", options->class_weights[i].name);
	for (i = 0; i < (int) fit->model.n_classes; i++)
		heaviest = Max(heaviest, fit_class_factor(fit, i) * fit->class_weight[i]);
	if (heaviest == 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"class_weight\" leaves no row of column \"%s\" with a weight",
						fit->spec->target)));
}

/* Features whose coefficients the data do not determine. */
static void
warn_unidentified(Fit *fit, const LinearFit *result)
{
	StringInfoData constant;
	StringInfoData collinear;
	int n_constant = 0;
	int n_collinear = 0;
	int i;

	if (result->facts.rank >= fit->design.n_terms || fit->spec->options->l2 > 0.0)
		return;
	initStringInfo(&constant);
	initStringInfo(&collinear);
	for (i = 0; i < fit->design.n_terms; i++)
	{
		const LinearCoefficient *coefficient = &result->coefficients[i];

		if (coefficient->term.feature == TERM_INTERCEPT || !isnan(coefficient->std_error))
			continue;
		if (coefficient->estimate == 0.0)
			append_name(&constant, n_constant++,
						fit->spec->features[coefficient->term.feature].name);
		else
			append_name(&collinear, n_collinear++,
						fit->spec->features[coefficient->term.feature].name);
	}
	if (n_constant > 0)
		fit_add_warning(
			fit, psprintf("constant in the training rows, coefficient 0: %s", constant.data));
	if (n_collinear > 0 || n_constant == 0)
		fit_report_condition(
			fit,
			psprintf(
				"the design has rank %d with %d terms, so the minimum-norm solution is taken; not identified: %s",
				result->facts.rank, fit->design.n_terms,
				n_collinear > 0 ? collinear.data : "too few rows"));
}

static void
take_result(Fit *fit, const LinearFit *result)
{
	fit->model.n_terms = fit->design.n_terms;
	fit->model.coefficients = result->coefficients;
	fit->model.facts = result->facts;
	warn_unidentified(fit, result);
	if (fit->spec->options->l2 > 0.0)
		fit_add_warning(fit, pstrdup("with a penalty there are no standard errors and p-values"));
}

static LinearFit
empty_result(Fit *fit)
{
	LinearFit result = {0};
	int i;

	result.coefficients = MemoryContextAllocExtended(
		CurrentMemoryContext, sizeof(LinearCoefficient) * Max(fit->design.n_terms, 1),
		MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (i = 0; i < fit->design.n_terms; i++)
		result.coefficients[i].term = fit->design.terms[i];
	return result;
}

static void
fit_linear_regression(Fit *fit)
{
	const FitOptions *options = fit->spec->options;
	LeastSquaresOptions solver = {.l2 = options->l2, .standardize = options->standardize};
	LinearFit result;
	double weight = 0.0;

	collect_facts(fit, NULL);
	fit_build_design(fit);
	result = empty_result(fit);
	fit_require(fit,
				least_squares_fit(fit->state->least_squares, &fit->design, &solver,
								  &fit->account->allocator, &fit->account->stop, &result));
	fit->model.link = LINK_IDENTITY;
	take_result(fit, &result);
	weight = least_squares_weight(fit->state->least_squares);
	if (result.facts.tss > 0.0)
		fit_add_metric(fit, "train.r2", 1.0 - result.facts.rss / result.facts.tss);
	fit_add_metric(fit, "train.rmse", sqrt(result.facts.rss / weight));
}

/* One class only: its probability is 0 or 1 whatever the row. */
static void
fit_constant(Fit *fit)
{
	Model *model = &fit->model;
	int present = fit->class_codes[0] >= 0 ? 0 : 1;

	fit_report_condition(
		fit, psprintf("the target has one class only, \"%s\"", model->classes[present]));
	model->constant = present == (int) model->positive_class ? 1.0 : 0.0;
	model->link = LINK_IDENTITY;
	model->facts.converged = true;
	model->facts.gradient_norm = 0.0;
}

/* The solver's report; an error of telling it waits until the solver has come to rest. */
static void
tell_step(void *context, int32_t steps, double gradient_norm)
{
	Fit *fit = context;
	MemoryContext caller = CurrentMemoryContext;

	PG_TRY();
	{
		progress_tell_step(fit->progress, steps, gradient_norm);
	}
	PG_CATCH();
	{
		memory_account_keep_error(fit->account);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
}

static void
fit_logistic_regression(Fit *fit)
{
	const FitOptions *options = fit->spec->options;
	int positive;
	StepReport report = {tell_step, fit};
	LogisticOptions solver = {.report = fit->progress != NULL ? &report : NULL,
							  .l2 = options->l2,
							  .standardize = options->standardize,
							  .tolerance = options->tol,
							  .max_iterations = options->max_iter};
	LinearFit result;

	fit_describe_classes(fit);
	positive = fit->model.positive_class;
	solver.class_weight[0] = solver.class_weight[1] = 1.0;
	solver.positive_target = fit->class_codes[positive];
	if (fit->class_weight[0] > 0.0 && fit->class_weight[1] > 0.0)
	{
		fit_check_class_weights(fit);
		solver.class_weight[0] = fit_class_factor(fit, 1 - positive);
		solver.class_weight[1] = fit_class_factor(fit, positive);
	}
	collect_facts(fit, &solver);
	fit_build_design(fit);
	if (fit->class_weight[0] == 0.0 || fit->class_weight[1] == 0.0)
	{
		fit_constant(fit);
		return;
	}
	result = empty_result(fit);
	fit_require(fit,
				logistic_fit(&fit->state->dataset, &fit->design, &solver, &fit->account->allocator,
							 &fit->account->stop, &result));
	fit->model.link = LINK_LOGIT;
	if (result.facts.separated)
		fit_report_condition(
			fit,
			pstrdup(
				"the features separate the classes, so the estimates have no finite limit; a penalty (\"l2\") helps"));
	else if (!result.facts.converged)
		fit_report_condition(
			fit,
			psprintf(
				"logistic regression did not converge in %d iterations; the gradient norm is %g",
				result.facts.iterations, result.facts.gradient_norm));
	take_result(fit, &result);
	fit_add_metric(fit, "train.log_loss", result.log_loss);
	fit_add_metric(fit, "train.accuracy", result.accuracy);
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

static Fit *
begin(const FitState *state)
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
				 errdetail("Rows without them: %lld.", (long long) state->rows_skipped)));
}

struct varlena *
fit_model(const FitState *state, Progress *progress)
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
		ereport(WARNING,
				(errmsg("no row has a target and a positive weight, so there is no model")));
		return NULL;
	}
	context = AllocSetContextCreate(CurrentMemoryContext, "orchard fit", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	fit = begin(state);
	fit->progress = progress;
	if (algorithm_is_tree(state->spec->options->algorithm))
		fit_trees(fit);
	else if (state->spec->classification)
		fit_logistic_regression(fit);
	else
		fit_linear_regression(fit);
	describe_features(fit);
	warn_single_categories(fit);
	warn_identifiers(fit);
	stored = encode(fit, caller);
	MemoryContextSwitchTo(caller);
	for (i = 0; i < fit->model.n_warnings; i++)
		ereport(WARNING, (errmsg("%s", fit->warnings[i])));
	MemoryContextDelete(context);
	return stored;
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
