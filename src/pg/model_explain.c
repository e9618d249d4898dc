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

PG_FUNCTION_INFO_V1(orchard_explain);
PG_FUNCTION_INFO_V1(orchard_explain_class);

/* Contributions by slot, and what they sum to without them. */
typedef struct Explanation
{
	double base;
	double *contributions; /* numbers, then categories */
} Explanation;

/* Shapley values of the vector scored last; output: the class, or 0. */
static void
explain_trees(Explanation *explanation, const ScoreBinding *binding, int32 output)
{
	explanation->base = shap_explain(model_cache_explainer(binding->model), binding->vector, output,
									 explanation->contributions);
}

/*
 * Coefficient x (value - mean): what stands for a missing value is the mean, and the weight of a
 * missing category is the sum of its levels' weights by frequency.  Missing indicators count from 0.
 */
static void
explain_linear(Explanation *explanation, const ScoreBinding *binding, const LinearScorer *scorer)
{
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

/* The base, then a row a feature, or an element of an array. */
static void
put_explanation(FunctionCallInfo fcinfo, int first, const ScoreBinding *binding,
				const LinearScorer *scorer, const Explanation *explanation)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const Model *model = binding->model->model;
	int number = 0;
	int category = binding->model->scorer.n_numbers;
	uint32 f;
	uint32 i;

	put_row(result, "(base)", NULL, explanation->base);
	for (f = 0; f < model->n_features; f++)
	{
		const ModelFeature *feature = &model->features[f];

		for (i = 0; i < Max(feature->length, 1); i++)
		{
			int slot = feature->family == FAMILY_CATEGORY ? category++ : number++;
			int element = feature->length > 0 ? (int) i : -1;
			char *value = call_site_value(fcinfo, first, binding, f, element, slot);

			put_row(result,
					element < 0 ? feature->name : psprintf("%s[%d]", feature->name, element + 1),
					value,
					explanation->contributions[slot] +
						(value == NULL && scorer != NULL ? scorer->missing_weight[slot] : 0.0));
		}
	}
}

static void
explain(FunctionCallInfo fcinfo, int first, const char *class)
{
	ScoreBinding *binding;
	const Model *model;
	const LinearScorer *scorer;
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
	scorer = class_scorer(binding, output);
	if (scorer == NULL)
		explain_trees(&explanation, binding, model->n_classes > 2 ? output : 0);
	else
		explain_linear(&explanation, binding, scorer);
	if (class != NULL && model->n_classes == 2 && output != (int32) model->positive_class)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the score of two classes is that of the class \"%s\"",
						model->classes[model->positive_class]),
				 errhint("What adds to it takes as much from the other.")));
	put_explanation(fcinfo, first, binding, scorer, &explanation);
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
