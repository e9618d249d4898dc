/*
 * model_predict.c: predict, predict_class, predict_proba and probability.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "pg/compat.h"
#include "pg/call_site.h"

PG_FUNCTION_INFO_V1(orchard_predict);
PG_FUNCTION_INFO_V1(orchard_predict_class);
PG_FUNCTION_INFO_V1(orchard_predict_proba);
PG_FUNCTION_INFO_V1(orchard_probability);

static void
require_classes(const Model *model, const char *function)
{
	if (model->n_classes == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s needs a classification model, but the model predicts the number \"%s\"",
						function, model->target),
				 errhint("Use orchard.predict(model, ...).")));
}

/* P(class i) given P(positive class). */
static double
class_probability(const Model *model, uint32 i, double positive)
{
	return i == model->positive_class ? positive : 1.0 - positive;
}

Datum
orchard_predict(PG_FUNCTION_ARGS)
{
	CachedModel *model;
	double prediction;

	if (!call_site_score(fcinfo, 1, &model, &prediction))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(prediction);
}

Datum
orchard_predict_class(PG_FUNCTION_ARGS)
{
	CachedModel *cached;
	const Model *model;
	double positive;
	uint32 i;

	if (!call_site_score(fcinfo, 1, &cached, &positive))
		PG_RETURN_NULL();
	model = cached->model;
	require_classes(model, "predict_class");
	if (positive != positive)
		PG_RETURN_NULL(); /* a NaN feature: no class is the likelier */
	i = positive > 0.5 || model->n_classes == 1 ? model->positive_class : 1 - model->positive_class;
	PG_RETURN_TEXT_P(cstring_to_text(model->classes[i]));
}

Datum
orchard_predict_proba(PG_FUNCTION_ARGS)
{
	CachedModel *cached;
	Datum probabilities[2];
	double positive;
	uint32 i;

	if (!call_site_score(fcinfo, 1, &cached, &positive))
		PG_RETURN_NULL();
	require_classes(cached->model, "predict_proba");
	for (i = 0; i < cached->model->n_classes; i++)
		probabilities[i] = Float8GetDatum(class_probability(cached->model, i, positive));
	PG_RETURN_ARRAYTYPE_P(construct_array(probabilities, cached->model->n_classes, FLOAT8OID, 8,
										  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

Datum
orchard_probability(PG_FUNCTION_ARGS)
{
	CachedModel *cached;
	const Model *model;
	char *wanted;
	double positive;
	uint32 i;

	if (PG_ARGISNULL(1) || !call_site_score(fcinfo, 2, &cached, &positive))
		PG_RETURN_NULL();
	model = cached->model;
	require_classes(model, "probability");
	wanted = text_to_cstring(PG_GETARG_TEXT_PP(1));
	for (i = 0; i < model->n_classes; i++)
	{
		if (strcmp(model->classes[i], wanted) == 0)
			PG_RETURN_FLOAT8(class_probability(model, i, positive));
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the model has no class \"%s\"", wanted),
			 errhint("orchard.classes(model) lists them.")));
	PG_RETURN_NULL();
}
