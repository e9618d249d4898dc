/*
 * model_interval.c: predict_interval: a prediction with its confidence and prediction intervals;
 * predict_class_intervals: the probability of each class with its confidence interval.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "kernel/linear/inference.h"

#include "pg/argument.h"
#include "pg/call_site.h"
#include "pg/compat.h"
#include "pg/fit_option.h"
#include "pg/model_term.h"

PG_FUNCTION_INFO_V1(orchard_predict_interval);
PG_FUNCTION_INFO_V1(orchard_predict_class_intervals);

#define N_FIELDS 6 /* of orchard.prediction_interval */

static void
require_covariance(const Model *model, const char *function)
{
	if (model->ensemble != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s needs a linear model, but the model is one of trees", function),
				 errhint("Boosting with the objective \"quantile\" predicts quantiles.")));
	if (!isnan(model->constant))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the model is constant, so its predictions have no interval"),
				 errdetail("Its training rows had one class only."),
				 errhint("Train on rows of two classes.")));
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

/* The terms' columns in the row scored last, less their centres, and as much room after them. */
static double *
centred_values(const ScoreBinding *binding, const bool *is_missing)
{
	const Model *model = binding->model->model;
	double *values = palloc(sizeof(double) * 2 * Max(model->n_terms, 1));
	uint32 t;

	model_term_values(model, binding->vector, is_missing, values);
	for (t = 0; t < model->n_terms; t++)
		values[t] -= model->covariance_centre[t];
	return values;
}

/* eta of the row scored last, and its variance. */
static double
row_eta(FunctionCallInfo fcinfo, int first, const ScoreBinding *binding, double *variance)
{
	const Model *model = binding->model->model;
	int32 n = (int32) model->n_terms;
	bool *is_missing = missing_terms(fcinfo, first, binding);
	double *values = centred_values(binding, is_missing);
	double added = 0.0;
	int32 t;

	for (t = 0; t < n; t++)
	{
		if (model->coefficients[t].term.level == LEVEL_MISSING && is_missing[t])
			added += model->coefficients[t].estimate;
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
	if (model->n_classes > 2 && model->ensemble == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("predict_interval gives one interval, but the model has %u classes",
						model->n_classes),
				 errhint("Use orchard.predict_class_intervals.")));
	require_covariance(model, "predict_interval");
	eta = row_eta(fcinfo, 2, binding, &variance);
	is_normal = model->algorithm == ALGORITHM_LINEAR_REGRESSION;
	interval = linear_interval(model->link, eta, variance, critical_value(binding, confidence),
							   is_normal ? model->facts.sigma2 : NAN);
	return interval_row(fcinfo, &interval, is_normal);
}

static void
put_class(ReturnSetInfo *result, const char *class, const LinearInterval *interval)
{
	Datum values[5];
	bool nulls[5] = {false};

	values[0] = CStringGetTextDatum(class);
	values[1] = Float8GetDatum(interval->prediction);
	values[2] = Float8GetDatum(interval->std_error);
	values[3] = Float8GetDatum(interval->mean_low);
	values[4] = Float8GetDatum(interval->mean_high);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Of two classes, one eta: what the one has more the other has less. */
static void
put_two_classes(FunctionCallInfo fcinfo, ScoreBinding *binding, double critical)
{
	const Model *model = binding->model->model;
	double variance;
	double eta = row_eta(fcinfo, 2, binding, &variance);
	uint32 i;

	for (i = 0; i < 2; i++)
	{
		LinearInterval interval = linear_interval(
			LINK_LOGIT, i == model->positive_class ? eta : -eta, variance, critical, NAN);

		put_class((ReturnSetInfo *) fcinfo->resultinfo, model->classes[i], &interval);
	}
}

/* Of several, the delta method on the log-odds of each against all others. */
static void
put_classes(FunctionCallInfo fcinfo, ScoreBinding *binding, double critical)
{
	const Model *model = binding->model->model;
	int32 n = (int32) model->n_terms;
	int32 n_list = n / (int32) model_term_lists(model);
	int32 n_classes = (int32) model->n_classes;
	double *values = centred_values(binding, missing_terms(fcinfo, 2, binding));
	double *direction = palloc(sizeof(double) * n);
	double *eta = palloc(sizeof(double) * 2 * n_classes);
	double *slope = eta + n_classes;
	int32 class;
	int32 t;

	score_binding_etas(binding, eta);
	for (class = 0; class < n_classes; class ++)
	{
		double odds = linear_log_odds(eta, n_classes, class, slope);
		LinearInterval interval;

		CHECK_FOR_INTERRUPTS();
		for (t = 0; t < n; t++)
		{
			int32 list = t / n_list;

			direction[t] = values[t] * slope[list + (list >= model->reference)];
		}
		interval = linear_interval(
			LINK_LOGIT, odds, covariance_form(model->covariance_factor, n, direction, values + n),
			critical, NAN);
		interval.prediction = binding->model->outputs[class];
		put_class((ReturnSetInfo *) fcinfo->resultinfo, model->classes[class], &interval);
	}
}

/* (model or name, confidence, features...) */
Datum
orchard_predict_class_intervals(PG_FUNCTION_ARGS)
{
	ScoreBinding *binding;
	const Model *model;
	double confidence;
	double critical;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(1))
		return (Datum) 0;
	confidence = confidence_argument(fcinfo, 1);
	if (!call_site_bind(fcinfo, 2, &binding))
		return (Datum) 0;
	model = binding->model->model;
	model_require_classes(model, "predict_class_intervals");
	require_covariance(model, "predict_class_intervals");
	critical = critical_value(binding, confidence);
	if (model->n_classes > 2)
		put_classes(fcinfo, binding, critical);
	else
		put_two_classes(fcinfo, binding, critical);
	return (Datum) 0;
}
