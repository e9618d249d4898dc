/*
 * model_type.c: the type orchard.model: input, output and what one can ask of a model.
 *
 * The text form is the hex of the stored bytes, the binary form the bytes.
 * Both inputs decode and validate before anything is stored.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/json.h"
#include "utils/jsonb.h"

#include "pg/compat.h"
#include "kernel/linear/inference.h"

#include "pg/argument.h"
#include "pg/column_type.h"
#include "pg/error.h"
#include "pg/fit_option.h"
#include "pg/hex_text.h"
#include "pg/memory.h"
#include "pg/model_cache.h"
#include "pg/model_term.h"
#include "pg/prep_value.h"

PG_FUNCTION_INFO_V1(orchard_model_in);
PG_FUNCTION_INFO_V1(orchard_model_out);
PG_FUNCTION_INFO_V1(orchard_model_recv);
PG_FUNCTION_INFO_V1(orchard_model_send);
PG_FUNCTION_INFO_V1(orchard_model_eq);
PG_FUNCTION_INFO_V1(orchard_model_ne);
PG_FUNCTION_INFO_V1(orchard_model_hash);
PG_FUNCTION_INFO_V1(orchard_model_digest);
PG_FUNCTION_INFO_V1(orchard_summary);
PG_FUNCTION_INFO_V1(orchard_features);
PG_FUNCTION_INFO_V1(orchard_recipe);
PG_FUNCTION_INFO_V1(orchard_classes);
PG_FUNCTION_INFO_V1(orchard_coefficients);

/* The stored model of argument i, inline with a 4-byte header. */
static struct varlena *
model_argument(FunctionCallInfo fcinfo, int i)
{
	return (struct varlena *) PG_DETOAST_DATUM(PG_GETARG_DATUM(i));
}

/* The decoded model of argument i, from the cache: for all but training facts. */
static const Model *
decoded_argument(FunctionCallInfo fcinfo, int i)
{
	return model_cache_get(PG_GETARG_DATUM(i))->model;
}

/* Bytes from outside: `sqlstate` and no detail about where they are wrong. */
static struct varlena *
store_foreign_bytes(const void *bytes, size_t length, int sqlstate)
{
	struct varlena *stored;
	Model *model;
	Status status = model_decode_here(&model, bytes, length);

	if (status == KERNEL_CORRUPT)
		ereport(
			ERROR,
			(errcode(sqlstate), errmsg("invalid input for type %s", "orchard.model"),
			 errdetail(
				 "The bytes are not a model: the checksum, a size, an index or a text does not fit."),
			 errhint("Copy the whole value as orchard.model wrote it, or train the model again.")));
	require_ok(status, "the model");
	model_release(model, memory_transient());
	stored = palloc(VARHDRSZ + length);
	SET_VARSIZE(stored, VARHDRSZ + length);
	memcpy(VARDATA(stored), bytes, length);
	return stored;
}

Datum
orchard_model_in(PG_FUNCTION_ARGS)
{
	struct varlena *given = hex_text_read(PG_GETARG_CSTRING(0), "orchard.model");

	PG_RETURN_POINTER(store_foreign_bytes(VARDATA(given), VARSIZE(given) - VARHDRSZ,
										  ERRCODE_INVALID_TEXT_REPRESENTATION));
}

Datum
orchard_model_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(hex_text_write(model_argument(fcinfo, 0)));
}

Datum
orchard_model_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int length = message->len - message->cursor;

	PG_RETURN_POINTER(store_foreign_bytes(pq_getmsgbytes(message, length), length,
										  ERRCODE_INVALID_BINARY_REPRESENTATION));
}

Datum
orchard_model_send(PG_FUNCTION_ARGS)
{
	struct varlena *stored = model_argument(fcinfo, 0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbytes(&message, VARDATA(stored), VARSIZE(stored) - VARHDRSZ);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* Models are equal when their digests are: schema, preprocessing, options and payload. */
static bool
models_equal(FunctionCallInfo fcinfo)
{
	uint8 digest[SHA256_SIZE];

	memcpy(digest, decoded_argument(fcinfo, 0)->digest, SHA256_SIZE);
	return memcmp(digest, decoded_argument(fcinfo, 1)->digest, SHA256_SIZE) == 0;
}

Datum
orchard_model_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(models_equal(fcinfo));
}

Datum
orchard_model_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!models_equal(fcinfo));
}

Datum
orchard_model_hash(PG_FUNCTION_ARGS)
{
	int32 hash;

	memcpy(&hash, decoded_argument(fcinfo, 0)->digest, sizeof(hash));
	PG_RETURN_INT32(hash);
}

Datum
orchard_model_digest(PG_FUNCTION_ARGS)
{
	const Model *model = decoded_argument(fcinfo, 0);
	char hex[2 * SHA256_SIZE];

	hex_encode((const char *) model->digest, SHA256_SIZE, hex);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(hex, sizeof(hex)));
}

/* "name": number, null where it is not finite. */
static void
append_number(StringInfo json, const char *name, double value)
{
	appendStringInfo(json, ", \"%s\": ", name);
	if (isfinite(value))
		appendStringInfoString(json, number_text(value));
	else
		appendStringInfoString(json, "null");
}

static void
append_texts(StringInfo json, const char *name, char **texts, uint32 n)
{
	uint32 i;

	appendStringInfo(json, ", \"%s\": [", name);
	for (i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoString(json, ", ");
		escape_json(json, texts[i]);
	}
	appendStringInfoChar(json, ']');
}

/* Of all terms but the intercept, by the covariance that the model keeps. */
static double
wald_statistic(const Model *model)
{
	MemoryAccount *account = memory_account_create(CurrentMemoryContext);
	int32 first = model->coefficients[0].term.feature == TERM_INTERCEPT;
	double *estimates = palloc(sizeof(double) * model->n_terms);
	double wald;
	uint32 t;

	for (t = 0; t < model->n_terms; t++)
		estimates[t] = model->coefficients[t].estimate;
	memory_account_require_ok(account,
							  covariance_wald(model->covariance_factor, estimates,
											  (int32_t) model->n_terms, first, &account->allocator,
											  &wald),
							  "summarising the model");
	return wald;
}

/* Tests of the whole fit; what a classification has no meaning for is left out. */
static void
append_inference(StringInfo json, const Model *model)
{
	bool is_wald = model->algorithm == ALGORITHM_LINEAR_REGRESSION &&
		model->covariance_type != COVARIANCE_CLASSICAL;
	double wald = NAN;
	LinearInference inference;

	if (is_wald && model->covariance_factor != NULL)
		wald = wald_statistic(model);
	inference = linear_inference(&model->facts, model->coefficients, model->n_terms, model->rows,
								 is_wald ? &wald : NULL);

	append_number(json, "degrees_of_freedom", inference.degrees);
	if (model->algorithm == ALGORITHM_QUANTILE_REGRESSION)
		return;
	if (model->algorithm == ALGORITHM_GLM)
	{
		append_number(json, "dispersion",
					  model->objective == OBJECTIVE_POISSON ? 1.0 : model->facts.sigma2);
		append_number(json, "deviance", model->facts.rss);
		append_number(json, "null_deviance", model->facts.tss);
	}
	else if (model->algorithm == ALGORITHM_HUBER)
	{
		append_number(json, "r_squared", inference.r_squared);
		return;
	}
	else if (model->n_classes == 0)
	{
		append_number(json, "r_squared", inference.r_squared);
		append_number(json, "adjusted_r_squared", inference.adjusted_r_squared);
		append_number(json, "f_statistic", inference.f_statistic);
		append_number(json, "f_p_value", inference.f_p_value);
	}
	else
		append_number(json, "deviance", -2.0 * model->facts.log_likelihood);
	append_number(json, "aic", inference.aic);
	append_number(json, "bic", inference.bic);
}

static void
append_fit(StringInfo json, const Model *model)
{
	const LinearFacts *facts = &model->facts;

	appendStringInfo(
		json, ", \"fit\": {\"converged\": %s, \"iterations\": %d, \"rank\": %d, \"terms\": %u",
		facts->converged ? "true" : "false", facts->iterations, facts->rank, model->n_terms);
	append_number(json, "gradient_norm", facts->gradient_norm);
	append_number(json, "condition_number", facts->condition_number);
	if (model->algorithm == ALGORITHM_HUBER)
		append_number(json, "scale", sqrt(facts->sigma2));
	else
		append_number(json, "log_likelihood", facts->log_likelihood);
	if (model->algorithm != ALGORITHM_GLM && model->algorithm != ALGORITHM_HUBER &&
		model->algorithm != ALGORITHM_QUANTILE_REGRESSION)
		append_number(json, "residual_variance", facts->sigma2);
	if (model->n_terms > 0)
		append_inference(json, model);
	appendStringInfoChar(json, '}');
}

/* How the penalty was chosen. */
static void
append_scores(StringInfo json, const Model *model)
{
	const PenaltyScore *chosen = &model->scores[model->cv_chosen];
	uint32 i;

	appendStringInfo(json, ", \"cross_validation\": {\"folds\": %u", model->cv_folds);
	append_number(json, "alpha", chosen->alpha);
	append_number(json, "l1", chosen->alpha * model->cv_l1_ratio);
	append_number(json, "l2", chosen->alpha * (1.0 - model->cv_l1_ratio));
	append_number(json, "mean_squared_error", chosen->error);
	append_number(json, "standard_error", chosen->standard_error);
	appendStringInfoString(json, ", \"penalties\": [");
	for (i = 0; i < model->n_scores; i++)
	{
		appendStringInfo(json, "%s{\"step\": %u", i > 0 ? ", " : "", i + 1);
		append_number(json, "alpha", model->scores[i].alpha);
		append_number(json, "mean_squared_error", model->scores[i].error);
		append_number(json, "standard_error", model->scores[i].standard_error);
		appendStringInfoChar(json, '}');
	}
	appendStringInfoString(json, "]}");
}

Datum
orchard_summary(PG_FUNCTION_ARGS)
{
	const Model *model = model_decode_stored(model_argument(fcinfo, 0));
	StringInfoData json;
	uint32 i;

	initStringInfo(&json);
	appendStringInfo(&json, "{\"algorithm\": \"%s\", \"objective\": \"%s\", \"target\": ",
					 algorithm_name(model->algorithm), objective_name(model->objective));
	escape_json(&json, model->target);
	appendStringInfo(&json,
					 ", \"rows\": " UINT64_FORMAT ", \"rows_skipped\": " UINT64_FORMAT
					 ", \"features\": %u, \"seed\": " UINT64_FORMAT ", \"options\": %s",
					 model->rows, model->rows_skipped, model_column_count(model), model->seed,
					 model->options[0] == '\0' ? "null" : model->options);
	if (model->n_classes > 0)
	{
		append_texts(&json, "classes", model->classes, model->n_classes);
		appendStringInfoString(&json, ", \"positive_class\": ");
		escape_json(&json, model->classes[model->positive_class]);
	}
	append_fit(&json, model);
	if (model->cv_folds > 0)
		append_scores(&json, model);
	appendStringInfoString(&json, ", \"metrics\": {");
	for (i = 0; i < model->n_metrics; i++)
	{
		if (i > 0)
			appendStringInfoString(&json, ", ");
		escape_json(&json, model->metrics[i].name);
		appendStringInfo(&json, ": %s",
						 isfinite(model->metrics[i].value) ? number_text(model->metrics[i].value) :
															 "null");
	}
	appendStringInfoChar(&json, '}');
	append_texts(&json, "warnings", model->warnings, model->n_warnings);
	appendStringInfoChar(&json, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

/* A text array, NULL when it has no elements and none are meant. */
static Datum
text_array(char **texts, uint32 n)
{
	Datum *elements = palloc(sizeof(Datum) * Max(n, 1));
	uint32 i;

	for (i = 0; i < n; i++)
		elements[i] = CStringGetTextDatum(texts[i]);
	return PointerGetDatum(construct_array(elements, n, TEXTOID, -1, false, TYPALIGN_INT));
}

Datum
orchard_classes(PG_FUNCTION_ARGS)
{
	const Model *model = decoded_argument(fcinfo, 0);

	if (model->n_classes == 0)
		PG_RETURN_NULL();
	return text_array(model->classes, model->n_classes);
}

static Datum
fill_array(const ModelFeature *feature)
{
	uint32 n = Max(feature->length, 1);
	Datum *elements = palloc(sizeof(Datum) * n);
	uint32 i;

	for (i = 0; i < n; i++)
		elements[i] = Float8GetDatum(feature->fill[i]);
	return PointerGetDatum(
		construct_array(elements, n, FLOAT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* Columns: feature, family, length, levels, pooled_levels, fill. */
Datum
orchard_features(PG_FUNCTION_ARGS)
{
	const Model *model = decoded_argument(fcinfo, 0);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ModelInput *inputs;
	uint32 n;
	uint32 i;

	InitMaterializedSRF(fcinfo, 0);
	inputs =
		palloc_extended(sizeof(ModelInput) * Max(model_inputs_limit(model), 1), MCXT_ALLOC_HUGE);
	n = model_inputs(model, inputs);
	for (i = 0; i < n; i++)
	{
		const ModelFeature *feature =
			inputs[i].feature >= 0 ? &model->features[inputs[i].feature] : NULL;
		bool is_category = inputs[i].family == FAMILY_CATEGORY;
		Datum values[6] = {0};
		bool nulls[6] = {0};

		values[0] = CStringGetTextDatum(inputs[i].name);
		values[1] = CStringGetTextDatum(feature_family_name(inputs[i].family));
		values[2] = Int32GetDatum(inputs[i].length);
		nulls[2] = inputs[i].length == 0;
		nulls[3] = !is_category || feature == NULL;
		nulls[4] = nulls[3] || feature->n_pooled == 0;
		nulls[5] = is_category || feature == NULL;
		if (!nulls[3])
			values[3] = text_array(feature->levels, feature->n_levels);
		if (!nulls[4])
			values[4] = text_array(feature->pooled, feature->n_pooled);
		if (!nulls[5])
			values[5] = fill_array(feature);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* recipe(model): the transform before its features, NULL without one */
Datum
orchard_recipe(PG_FUNCTION_ARGS)
{
	const Model *model = decoded_argument(fcinfo, 0);

	if (model->preprocess == NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(prep_value_make(model->preprocess));
}

static void
set_float8(Datum *values, bool *nulls, int i, double value)
{
	nulls[i] = isnan(value);
	values[i] = Float8GetDatum(value);
}

/*
 * Columns: term, feature, level, estimate, std_error, statistic, p_value, with a level conf_low and
 * conf_high; class.
 */
Datum
orchard_coefficients(PG_FUNCTION_ARGS)
{
	double confidence = PG_NARGS() < 2 ? 0.0 : confidence_argument(fcinfo, 1);
	const Model *model = decoded_argument(fcinfo, 0);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	uint32 i;

	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < model->n_terms; i++)
	{
		const LinearCoefficient *coefficient = &model->coefficients[i];
		const Term *term = &coefficient->term;
		const char *class = model_term_class(model, i);
		int last = confidence > 0.0 ? 9 : 7;
		Datum values[10] = {0};
		bool nulls[10] = {0};

		values[0] = CStringGetTextDatum(model_term_name(model, term));
		nulls[1] = term->feature == TERM_INTERCEPT;
		if (!nulls[1])
			values[1] = CStringGetTextDatum(model->features[term->feature].name);
		nulls[2] = term->feature == TERM_INTERCEPT || term->level < 0;
		if (!nulls[2])
			values[2] = CStringGetTextDatum(model->features[term->feature].levels[term->level]);
		set_float8(values, nulls, 3, coefficient->estimate);
		set_float8(values, nulls, 4, coefficient->std_error);
		set_float8(values, nulls, 5, coefficient->statistic);
		set_float8(values, nulls, 6, coefficient->p_value);
		if (confidence > 0.0)
		{
			double margin = linear_margin(&model->facts, coefficient, model->rows, confidence);

			set_float8(values, nulls, 7, coefficient->estimate - margin);
			set_float8(values, nulls, 8, coefficient->estimate + margin);
		}
		nulls[last] = class == NULL;
		if (class != NULL)
			values[last] = CStringGetTextDatum(class);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
