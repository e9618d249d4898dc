/*
 * score_json.c: jsonb to datums of literals.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "pg/score_json.h"

/* What a value is called in messages. */
static const char *
kind_name(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvNumeric:
			return "number";
		case jbvBool:
			return "boolean";
		case jbvString:
			return "string";
		case jbvNull:
			return "null";
		default:
			return value->type == jbvBinary && JsonContainerIsArray(value->val.binary.data) ?
				"array" :
				"object";
	}
}

static void
pg_attribute_noreturn() wrong_kind(const ModelInput *feature, const JsonbValue *value)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_DATATYPE_MISMATCH),
		 errmsg("feature \"%s\" was trained as %s%s but is given as JSON %s", feature->name,
				feature_family_name(feature->family), feature->length > 0 ? " array" : "",
				kind_name(value)),
		 errhint(
			 "Numbers, times and intervals may be strings; categories are strings or booleans.")));
}

static char *
string_of(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

/*
 * An ISO 8601 date or time; one without a time zone is UTC's, as with columns of type date and
 * timestamp, so that the answer depends on no setting.
 */
static Datum
time_of(const ModelInput *feature, const JsonbValue *value)
{
	char *string = string_of(value);
	const char *clock = strchr(string, ':');

	if (strspn(string, "0123456789") < 4 || string[strspn(string, "0123456789")] != '-')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
				 errmsg("feature \"%s\" is a time, but \"%s\" is none in ISO 8601", feature->name,
						string),
				 errhint("Write it as in \"2030-01-31T12:00:00Z\".")));
	if (clock == NULL)
		string = psprintf("%s 00:00:00+00", string);
	else if (strpbrk(clock, "+-Zz") == NULL)
		string = psprintf("%s+00", string);
	return DirectFunctionCall3(timestamptz_in, CStringGetDatum(string),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/* A scalar as a datum of what score_binding_of_literals binds the feature to. */
static Datum
literal(const ModelInput *feature, const JsonbValue *value)
{
	if (value->type == jbvString && feature->family == FAMILY_TIME)
		return time_of(feature, value);
	if (value->type == jbvString && feature->family == FAMILY_INTERVAL)
		return DirectFunctionCall3(interval_in, CStringGetDatum(string_of(value)),
								   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	if (value->type == jbvString)
		return CStringGetDatum(string_of(value));
	if (value->type == jbvNumeric && feature->family == FAMILY_NUMBER)
		return DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric));
	if (value->type == jbvBool && feature->family == FAMILY_CATEGORY)
		return CStringGetDatum(value->val.boolean ? "true" : "false");
	wrong_kind(feature, value);
}

/* An array of numbers, strings of numbers and nulls. */
static Datum
number_array(const ModelInput *feature, const JsonbValue *value)
{
	JsonbContainer *container = value->type == jbvBinary ? value->val.binary.data : NULL;
	int length;
	Datum *elements;
	bool *nulls;
	int lower = 1;
	int i;

	if (container == NULL || !JsonContainerIsArray(container))
		wrong_kind(feature, value);
	length = (int) JsonContainerSize(container);
	elements = palloc0(sizeof(Datum) * Max(length, 1));
	nulls = palloc0(sizeof(bool) * Max(length, 1));
	for (i = 0; i < length; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(container, i);

		nulls[i] = element->type == jbvNull;
		if (nulls[i])
			continue;
		if (element->type == jbvNumeric)
			elements[i] =
				DirectFunctionCall1(numeric_float8, NumericGetDatum(element->val.numeric));
		else if (element->type == jbvString)
			elements[i] = DirectFunctionCall1(float8in, CStringGetDatum(string_of(element)));
		else
			wrong_kind(feature, element);
	}
	return PointerGetDatum(construct_md_array(elements, nulls, 1, &length, &lower, FLOAT8OID, 8,
											  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static void
set_element(ScoreBinding *binding, uint32 f, const JsonbValue *value)
{
	const ModelInput *feature = &binding->model->inputs[f];
	NullableDatum *element = &binding->elements[f];

	element->isnull = value->type == jbvNull;
	if (!element->isnull)
		element->value =
			feature->length > 0 ? number_array(feature, value) : literal(feature, value);
}

/* The value of the feature by its name. */
static JsonbValue *
value_by_name(const ScoreBinding *binding, uint32 f, JsonbContainer *object)
{
	const char *name = binding->model->inputs[f].name;
	JsonbValue *value = getKeyJsonValueFromContainer(object, name, (int) strlen(name), NULL);

	if (value == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the values have no key \"%s\", a feature of the model", name),
				 errhint("Give null where it is missing.")));
	return value;
}

double
score_json_predict(ScoreBinding *binding, Jsonb *values)
{
	JsonbContainer *container = &values->root;
	bool is_object = JsonContainerIsObject(container);
	uint32 n = binding->model->n_inputs;
	uint32 f;

	if (!is_object && (!JsonContainerIsArray(container) || JsonContainerIsScalar(container)))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"values\" must be a JSON object or array"),
			 errhint("An object binds by the names of the features, an array by their order.")));
	if (!is_object)
		score_require_values(binding->model, (int) JsonContainerSize(container));
	for (f = 0; f < n; f++)
		set_element(binding, f,
					is_object ? value_by_name(binding, f, container) :
								getIthJsonbValueFromContainer(container, f));
	return score_binding_predict_arguments(binding, binding->elements);
}
