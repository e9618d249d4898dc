/*
 * fit_class.c: the classes of a target, their order, their weights.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "pg/fit_work.h"

#define CLASSES_LIMIT 1000

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

/* Few enough classes? */
static void
check_class_count(const Fit *fit, int n)
{
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
				 fit->spec->target, n),
			 errhint(
				 "Leave the option out: orchard.probability(model, class, ...) gives that of each class.")));
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
						fit->spec->target),
				 errhint("Give at least one class that the rows have a weight above 0.")));
}
