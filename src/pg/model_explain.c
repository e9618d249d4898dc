/*
 * model_explain.c: explain: what each feature of a row adds to its score.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "pg/call_site.h"
#include "pg/compat.h"
#include "pg/error.h"

PG_FUNCTION_INFO_V1(orchard_explain);
PG_FUNCTION_INFO_V1(orchard_explain_class);

/* Contributions by slot, and what they sum to without them. */
typedef struct Explanation
{
	const LinearScorer *scorer; /* what gives the score; NULL where trees do */
	double base;
	double *contributions; /* numbers, then categories */
} Explanation;

/* Shapley values of the vector scored last; output: the class, or 0. */
static void
explain_trees(Explanation *explanation, const ScoreBinding *binding, int32 output)
{
	require_ok(shap_explain(model_cache_explainer(binding->model), binding->vector, output,
							explanation->contributions, &explanation->base),
			   "explaining a row");
}

/*
 * Coefficient x (value - mean): what stands for a missing value is the mean, and the weight of a
 * missing category is the sum of its levels' weights by frequency.  Missing indicators count from 0.
 */
static void
explain_linear(Explanation *explanation, const ScoreBinding *binding)
{
	const LinearScorer *scorer = explanation->scorer;
	double *contributions = explanation->contributions;
	int32 i;

	explanation->base = scorer->intercept;
	for (i = 0; i < scorer->n_numbers; i++)
	{
		explanation->base += scorer->number_weight[i] * scorer->number_fill[i];
		contributions[i] = scorer->number_weight[i] * (binding->vector[i] - scorer->number_fill[i]);
	}
	for (i = 0; i < scorer->n_categories; i++)
	{
		const double *weights = scorer->level_weight[i];
		int32 level = (int32) binding->vector[scorer->n_numbers + i];

		explanation->base += weights[0];
		contributions[scorer->n_numbers + i] = weights[level] - weights[0];
	}
}

/* What gives the score of a class; NULL where trees do. */
static const LinearScorer *
class_scorer(const ScoreBinding *binding, int32 class)
{
	if (binding->model->trees != NULL)
		return NULL;
	return binding->model->class_scorers != NULL ? &binding->model->class_scorers[class] :
												   &binding->model->scorer;
}

/* What the missing indicator of a slot adds, if that is missing. */
static double
missing_weight(const Explanation *explanation, int slot, bool is_missing)
{
	return is_missing && explanation->scorer != NULL ? explanation->scorer->missing_weight[slot] :
													   0.0;
}

static void
put_row(ReturnSetInfo *result, const char *feature, const char *value, double contribution)
{
	Datum values[3] = {0};
	bool nulls[3] = {false, value == NULL, false};

	values[0] = CStringGetTextDatum(feature);
	if (value != NULL)
		values[1] = CStringGetTextDatum(value);
	values[2] = Float8GetDatum(contribution);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* What the outputs of a step add, from slot `at` on. */
static double
step_contribution(const ScoreBinding *binding, const Explanation *explanation, uint32 outputs,
				  int at)
{
	double sum = 0.0;
	uint32 k;

	for (k = 0; k < outputs; k++, at++)
		sum += explanation->contributions[at] +
			missing_weight(explanation, at, binding->prepared_missing[at]);
	return sum;
}

/* What the column adds through all steps that read it alone. */
static double
column_contribution(const ScoreBinding *binding, const Explanation *explanation, const char *column)
{
	const Transform *recipe = binding->model->model->preprocess;
	double sum = 0.0;
	int at = 0;
	uint32 i;

	for (i = 0; i < recipe->n; i++)
	{
		uint32 outputs = binding->model->appliers[i].outputs;

		if (recipe->steps[i].column != NULL && strcmp(recipe->steps[i].column, column) == 0)
			sum += step_contribution(binding, explanation, outputs, at);
		at += (int) outputs;
	}
	return sum;
}

/* A row for each step of several columns, named by them: what they add cannot be told apart. */
static void
put_polynomials(ReturnSetInfo *result, const ScoreBinding *binding, const Explanation *explanation)
{
	const Transform *recipe = binding->model->model->preprocess;
	int at = 0;
	uint32 i;
	uint32 k;

	for (i = 0; recipe != NULL && i < recipe->n; i++)
	{
		const Step *step = &recipe->steps[i];
		uint32 outputs = binding->model->appliers[i].outputs;
		StringInfoData name;

		if (step->kind == STEP_POLYNOMIAL)
		{
			initStringInfo(&name);
			for (k = 0; k < step->columns.n; k++)
				appendStringInfo(&name, "%s%s", k > 0 ? " * " : "", step->columns.texts[k]);
			put_row(result, name.data, NULL, step_contribution(binding, explanation, outputs, at));
		}
		at += (int) outputs;
	}
}

/* Does a step read the column alone?  One that polynomials alone read has no row of its own. */
static bool
has_own_steps(const ScoreBinding *binding, const char *column)
{
	const Transform *recipe = binding->model->model->preprocess;
	uint32 i;

	for (i = 0; i < recipe->n; i++)
	{
		if (recipe->steps[i].column != NULL && strcmp(recipe->steps[i].column, column) == 0)
			return true;
	}
	return false;
}

/* The base, then a row a column, or an element of an array. */
static void
put_explanation(FunctionCallInfo fcinfo, int first, const ScoreBinding *binding,
				const Explanation *explanation)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const CachedModel *model = binding->model;
	int number = (int) model->n_prepared;
	int category = model->scorer.n_numbers;
	uint32 f;
	uint32 i;

	put_row(result, "(base)", NULL, explanation->base);
	for (f = 0; f < model->n_inputs; f++)
	{
		const ModelInput *input = &model->inputs[f];

		if (input->feature == INPUT_OF_RECIPE)
		{
			if (has_own_steps(binding, input->name))
				put_row(result, input->name, call_site_value(fcinfo, first, binding, f, -1, -1),
						column_contribution(binding, explanation, input->name));
			continue;
		}
		for (i = 0; i < Max(input->length, 1); i++)
		{
			int slot = input->family == FAMILY_CATEGORY ? category++ : number++;
			int element = input->length > 0 ? (int) i : -1;
			char *value = call_site_value(fcinfo, first, binding, f, element, slot);

			put_row(result,
					element < 0 ? input->name : psprintf("%s[%d]", input->name, element + 1), value,
					explanation->contributions[slot] +
						missing_weight(explanation, slot, value == NULL));
		}
	}
	put_polynomials(result, binding, explanation);
}

static void
explain(FunctionCallInfo fcinfo, int first, const char *class)
{
	ScoreBinding *binding;
	const Model *model;
	Explanation explanation;
	int32 output = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (!call_site_bind(fcinfo, first, &binding))
		return;
	model = binding->model->model;
	if (class == NULL && model->n_classes > 2)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("explain explains one score, but the model has %u classes", model->n_classes),
			 errhint("Name one: orchard.explain_class(model, class, ...).")));
	if (class != NULL)
		output = class_place(model, class);
	explanation.contributions =
		palloc(sizeof(double) *
			   Max(binding->model->scorer.n_numbers + binding->model->scorer.n_categories, 1));
	explanation.scorer = class_scorer(binding, output);
	if (explanation.scorer == NULL)
		explain_trees(&explanation, binding, model->n_classes > 2 ? output : 0);
	else
		explain_linear(&explanation, binding);
	if (class != NULL && model->n_classes == 2 && output != (int32) model->positive_class)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the score of two classes is that of the class \"%s\"",
						model->classes[model->positive_class]),
				 errhint("What adds to it takes as much from the other.")));
	put_explanation(fcinfo, first, binding, &explanation);
}

Datum
orchard_explain(PG_FUNCTION_ARGS)
{
	explain(fcinfo, 1, NULL);
	return (Datum) 0;
}

Datum
orchard_explain_class(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1))
	{
		InitMaterializedSRF(fcinfo, 0);
		return (Datum) 0;
	}
	explain(fcinfo, 2, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	return (Datum) 0;
}
