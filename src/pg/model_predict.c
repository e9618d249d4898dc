/*
 * model_predict.c: predict, predict_class, predict_proba and probability.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "pg/compat.h"
#include "pg/call_site.h"

/*
 * The features as they are passed from an argument on, columns with their names in an argument before
 * them, or a jsonb: call_site_score, call_site_score_columns and call_site_score_json.
 */
typedef bool (*Score)(FunctionCallInfo fcinfo, int first, CachedModel **model, double *prediction);

PG_FUNCTION_INFO_V1(orchard_predict);
PG_FUNCTION_INFO_V1(orchard_predict_values);
PG_FUNCTION_INFO_V1(orchard_predict_class);
PG_FUNCTION_INFO_V1(orchard_predict_proba);
PG_FUNCTION_INFO_V1(orchard_probability);
PG_FUNCTION_INFO_V1(orchard_predict_columns);
PG_FUNCTION_INFO_V1(orchard_predict_class_columns);
PG_FUNCTION_INFO_V1(orchard_predict_proba_columns);
PG_FUNCTION_INFO_V1(orchard_probability_columns);

void
model_require_classes(const Model *model, const char *function)
{
	if (model->n_classes == 0)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 model->target[0] == '\0' ?
				 errmsg("%s needs a classification model, but the model gives anomaly scores",
						function) :
				 errmsg("%s needs a classification model, but the model predicts the number \"%s\"",
						function, model->target),
			 errhint("Use orchard.predict(model, ...).")));
}

uint32
class_place(const Model *model, const char *class)
{
	uint32 i;

	for (i = 0; i < model->n_classes; i++)
	{
		if (strcmp(model->classes[i], class) == 0)
			return i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the model has no class \"%s\"", class),
			 model->n_classes > 0 ? errhint("orchard.classes(model) lists them.") :
									errhint("It is not a classification model.")));
}

/* P(class i) of the row scored last; predicted: what call_site_score gave. */
static double
class_probability(const CachedModel *cached, uint32 i, double predicted)
{
	const Model *model = cached->model;

	if (model->n_classes > 2)
		return cached->outputs[i];
	return i == model->positive_class ? predicted : 1.0 - predicted;
}

static void
require_one_number(const Model *model)
{
	if (unlikely(model->n_classes > 2))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("predict gives one number, but the model has %u classes", model->n_classes),
			 errhint("Use orchard.predict_class, orchard.predict_proba or orchard.probability.")));
}

static Datum
predict(FunctionCallInfo fcinfo, Score score, int first)
{
	CachedModel *cached;
	double prediction;

	if (!score(fcinfo, first, &cached, &prediction))
		PG_RETURN_NULL();
	require_one_number(cached->model);
	PG_RETURN_FLOAT8(prediction);
}

static Datum
predict_class(FunctionCallInfo fcinfo, Score score, int first)
{
	CachedModel *cached;
	double predicted;
	int64 i;

	if (!score(fcinfo, first, &cached, &predicted))
		PG_RETURN_NULL();
	model_require_classes(cached->model, "predict_class");
	i = score_likeliest_class(cached, predicted);
	if (i < 0)
		PG_RETURN_NULL(); /* a NaN feature of a linear model: no class is the likelier */
	PG_RETURN_TEXT_P(cstring_to_text(cached->model->classes[i]));
}

static Datum
predict_proba(FunctionCallInfo fcinfo, Score score, int first)
{
	CachedModel *cached;
	Datum *probabilities;
	double predicted;
	uint32 n;
	uint32 i;

	if (!score(fcinfo, first, &cached, &predicted))
		PG_RETURN_NULL();
	model_require_classes(cached->model, "predict_proba");
	n = cached->model->n_classes;
	probabilities = palloc(sizeof(Datum) * n);
	for (i = 0; i < n; i++)
		probabilities[i] = Float8GetDatum(class_probability(cached, i, predicted));
	PG_RETURN_ARRAYTYPE_P(
		construct_array(probabilities, n, FLOAT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static Datum
probability(FunctionCallInfo fcinfo, Score score, int first)
{
	CachedModel *cached;
	const Model *model;
	char *wanted;
	double predicted;

	if (PG_ARGISNULL(1) || !score(fcinfo, first, &cached, &predicted))
		PG_RETURN_NULL();
	model = cached->model;
	model_require_classes(model, "probability");
	wanted = text_to_cstring(PG_GETARG_TEXT_PP(1));
	PG_RETURN_FLOAT8(class_probability(cached, class_place(model, wanted), predicted));
}

/* (model or name, features...) */
Datum
orchard_predict(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, call_site_score, 1);
}

Datum
orchard_predict_class(PG_FUNCTION_ARGS)
{
	return predict_class(fcinfo, call_site_score, 1);
}

Datum
orchard_predict_proba(PG_FUNCTION_ARGS)
{
	return predict_proba(fcinfo, call_site_score, 1);
}

/* (model or name, class, features...) */
Datum
orchard_probability(PG_FUNCTION_ARGS)
{
	return probability(fcinfo, call_site_score, 2);
}

/* (model or name, names, columns...) */
Datum
orchard_predict_columns(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, call_site_score_columns, 2);
}

Datum
orchard_predict_class_columns(PG_FUNCTION_ARGS)
{
	return predict_class(fcinfo, call_site_score_columns, 2);
}

Datum
orchard_predict_proba_columns(PG_FUNCTION_ARGS)
{
	return predict_proba(fcinfo, call_site_score_columns, 2);
}

/* (model or name, class, names, columns...) */
Datum
orchard_probability_columns(PG_FUNCTION_ARGS)
{
	return probability(fcinfo, call_site_score_columns, 3);
}

/* (model or name, jsonb) */
Datum
orchard_predict_values(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, call_site_score_json, 1);
}
