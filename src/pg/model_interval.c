/*
 * model_interval.c: predict_interval: a prediction with its confidence and prediction intervals.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "kernel/linear/inference.h"

#include "pg/argument.h"
#include "pg/call_site.h"
#include "pg/compat.h"
#include "pg/fit_option.h"
#include "pg/model_term.h"

PG_FUNCTION_INFO_V1(orchard_predict_interval);

#define N_FIELDS 6 /* of orchard.prediction_interval */

static void
require_covariance(const Model *model)
{
	if (model->ensemble != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("predict_interval needs a linear model, but the model is one of trees"),
				 errhint("Boosting with the objective \"quantile\" predicts quantiles.")));
	if (model->n_classes > 2)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("predict_interval gives one interval, but the model has %u classes",
					model->n_classes),
			 errhint("orchard.coefficients(model, confidence) has the intervals of the terms.")));
	if (!isnan(model->constant))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the model is constant, so its predictions have no interval"),
				 errdetail("Its training rows had one class only.")));
	model_require_covariance(model);
}

/* The terms of missing indicators whose value is NULL in this call. */
static bool *
missing_terms(FunctionCallInfo fcinfo, int first, const ScoreBinding *binding)
{
	const Model *model = binding->model->model;
	bool *is_missing = palloc0(sizeof(bool) * Max(model->n_terms, 1));
	uint32 t;

	for (t = 0; t < model->n_terms; t++)
	{
		const Term *term = &model->coefficients[t].term;
		int element;

		if (term->level != LEVEL_MISSING)
			continue;
		element = model->features[term->feature].length > 0 ? term->element : -1;
		is_missing[t] =
			call_site_is_null(fcinfo, first, binding, (uint32) term->feature, element, term->slot);
	}
	return is_missing;
}

/* eta of the row scored last, and its variance. */
static double
row_eta(FunctionCallInfo fcinfo, int first, const ScoreBinding *binding, double *variance)
{
	const Model *model = binding->model->model;
	int32 n = (int32) model->n_terms;
	double *values = palloc(sizeof(double) * 2 * Max(n, 1));
	bool *is_missing = missing_terms(fcinfo, first, binding);
	double added = 0.0;
	int32 t;

	model_term_values(model, binding->vector, is_missing, values);
	for (t = 0; t < n; t++)
	{
		if (model->coefficients[t].term.level == LEVEL_MISSING && is_missing[t])
			added += model->coefficients[t].estimate;
		values[t] -= model->covariance_centre[t];
	}
	*variance = covariance_form(model->covariance_factor, n, values, values + n);
	pfree(values);
	pfree(is_missing);
	return linear_eta(&binding->model->scorer, binding->vector) + added;
}

/* How many standard errors the interval reaches to each side. */
static double
critical_value(ScoreBinding *binding, double confidence)
{
	const Model *model = binding->model->model;

	if (binding->confidence != confidence)
	{
		binding->critical = linear_critical(&model->facts, model->rows, confidence);
		binding->confidence = confidence;
	}
	return binding->critical;
}

/* A row of the function's result type, NaN only where a feature is. */
static Datum
interval_row(FunctionCallInfo fcinfo, const LinearInterval *interval, bool has_observations)
{
	TupleDesc descriptor = lookup_rowtype_tupdesc(get_func_rettype(fcinfo->flinfo->fn_oid), -1);
	Datum values[N_FIELDS];
	bool nulls[N_FIELDS] = {false};
	HeapTuple row;

	if (descriptor->natts != N_FIELDS)
		elog(ERROR, "orchard.prediction_interval has %d fields, not %d", descriptor->natts,
			 N_FIELDS);
	values[0] = Float8GetDatum(interval->prediction);
	values[1] = Float8GetDatum(interval->std_error);
	values[2] = Float8GetDatum(interval->mean_low);
	values[3] = Float8GetDatum(interval->mean_high);
	values[4] = Float8GetDatum(interval->observation_low);
	values[5] = Float8GetDatum(interval->observation_high);
	nulls[4] = nulls[5] = !has_observations;
	row = heap_form_tuple(descriptor, values, nulls);
	ReleaseTupleDesc(descriptor);
	return HeapTupleGetDatum(row);
}

/* (model or name, confidence, features...) */
Datum
orchard_predict_interval(PG_FUNCTION_ARGS)
{
	ScoreBinding *binding;
	const Model *model;
	LinearInterval interval;
	double confidence;
	double variance;
	double eta;
	bool is_normal;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	confidence = confidence_argument(fcinfo, 1);
	if (!call_site_bind(fcinfo, 2, &binding))
		PG_RETURN_NULL();
	model = binding->model->model;
	require_covariance(model);
	eta = row_eta(fcinfo, 2, binding, &variance);
	is_normal = model->algorithm == ALGORITHM_LINEAR_REGRESSION;
	interval = linear_interval(model->link, eta, variance, critical_value(binding, confidence),
							   is_normal ? model->facts.sigma2 : NAN);
	return interval_row(fcinfo, &interval, is_normal);
}
