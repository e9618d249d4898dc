/*
 * fit_option.c: from jsonb to FitOptions.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/numeric.h"

#include "pg/column_type.h"
#include "pg/fit_option.h"

typedef struct AlgorithmEntry
{
	const char *name;
	ModelAlgorithm algorithm;
	const char *objective_name;
	ModelObjective objective;
} AlgorithmEntry;

static const AlgorithmEntry algorithms[] = {
	{"linear_regression", ALGORITHM_LINEAR_REGRESSION, "squared_error", OBJECTIVE_SQUARED_ERROR},
	{"logistic_regression", ALGORITHM_LOGISTIC_REGRESSION, "log_loss", OBJECTIVE_LOG_LOSS}};

/* Reads one option's value; the name is for messages. */
typedef void (*OptionReader)(FitOptions *options, const char *name, const JsonbValue *value);

typedef struct OptionEntry
{
	const char *name;
	OptionReader read;
} OptionEntry;

const char *
algorithm_name(ModelAlgorithm algorithm)
{
	int i;

	for (i = 0; i < (int) lengthof(algorithms); i++)
	{
		if (algorithms[i].algorithm == algorithm)
			return algorithms[i].name;
	}
	return "unknown";
}

const char *
objective_name(ModelObjective objective)
{
	int i;

	for (i = 0; i < (int) lengthof(algorithms); i++)
	{
		if (algorithms[i].objective == objective)
			return algorithms[i].objective_name;
	}
	return "unknown";
}

static void
pg_attribute_noreturn() wrong_type(const char *name, const char *wanted)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" must be %s", name, wanted)));
}

static char *
read_text(const char *name, const JsonbValue *value)
{
	if (value->type != jbvString)
		wrong_type(name, "a string");
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static bool
read_boolean(const char *name, const JsonbValue *value)
{
	if (value->type != jbvBool)
		wrong_type(name, "true or false");
	return value->val.boolean;
}

static double
read_number(const char *name, const JsonbValue *value, double low, double high)
{
	double number;

	if (value->type != jbvNumeric)
		wrong_type(name, "a number");
	number = DatumGetFloat8(
		DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
	if (isinf(number))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" must be finite, not %g", name, number)));
	if (!(number >= low && number <= high))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 isinf(high) ?
					 errmsg("option \"%s\" must be at least %g, not %g", name, low, number) :
					 errmsg("option \"%s\" must be between %g and %g, not %g", name, low, high,
							number)));
	return number;
}

static double
read_whole_number(const char *name, const JsonbValue *value, double low, double high)
{
	double number = read_number(name, value, low, high);

	if (number != floor(number))
		wrong_type(name, "a whole number");
	return number;
}

/* A number between 0 and 1, and neither. */
static double
read_fraction(const char *name, const JsonbValue *value)
{
	double number = read_number(name, value, 0.0, 1.0);

	if (number == 0.0 || number == 1.0)
		wrong_type(name, "above 0 and below 1");
	return number;
}

/* An array of column names. */
static char **
read_names(const char *name, const JsonbValue *value, int *n)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue element;
	char **names;
	int count = 0;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		wrong_type(name, "an array of column names");
	names = palloc(sizeof(char *) * Max(JsonContainerSize(value->val.binary.data), 1));
	iterator = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &element, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (element.type != jbvString)
			wrong_type(name, "an array of column names");
		names[count++] = pnstrdup(element.val.string.val, element.val.string.len);
	}
	*n = count;
	return names;
}

/* One word of a short list. */
static int
read_choice(const char *name, const JsonbValue *value, const char *const *choices, int n)
{
	char *word = read_text(name, value);
	StringInfoData known;
	int i;

	initStringInfo(&known);
	for (i = 0; i < n; i++)
	{
		if (strcmp(word, choices[i]) == 0)
			return i;
		appendStringInfo(&known, "%s%s", i > 0 ? ", " : "", choices[i]);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" does not know the value \"%s\"", name, word),
			 errhint("The known values are: %s.", known.data)));
}

static void
read_algorithm(FitOptions *options, const char *name, const JsonbValue *value)
{
	const char *choices[lengthof(algorithms)];
	int i;

	for (i = 0; i < (int) lengthof(algorithms); i++)
		choices[i] = algorithms[i].name;
	i = read_choice(name, value, choices, lengthof(algorithms));
	options->algorithm = algorithms[i].algorithm;
}

static void
read_objective(FitOptions *options, const char *name, const JsonbValue *value)
{
	const char *choices[lengthof(algorithms)];
	int i;

	for (i = 0; i < (int) lengthof(algorithms); i++)
		choices[i] = algorithms[i].objective_name;
	i = read_choice(name, value, choices, lengthof(algorithms));
	options->objective = algorithms[i].objective;
}

static void
read_class_weight(FitOptions *options, const char *name, const JsonbValue *value)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue part;
	ClassWeight *weight = NULL;

	if (value->type == jbvString && value->val.string.len == 8 &&
		strncmp(value->val.string.val, "balanced", 8) == 0)
	{
		options->balanced = true;
		return;
	}
	if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
		wrong_type(name, "\"balanced\" or an object of class and weight");
	options->class_weights =
		palloc0(sizeof(ClassWeight) * Max(JsonContainerSize(value->val.binary.data), 1));
	iterator = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &part, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			weight = &options->class_weights[options->n_class_weights++];
			weight->name = pnstrdup(part.val.string.val, part.val.string.len);
		}
		else if (token == WJB_VALUE)
			weight->weight = read_number(name, &part, 0.0, INFINITY);
	}
}

static void
read_unknown(FitOptions *options, const char *name, const JsonbValue *value)
{
	static const char *const choices[] = {"missing", "error"};

	options->unknown =
		read_choice(name, value, choices, 2) == 0 ? UNKNOWN_AS_MISSING : UNKNOWN_IS_ERROR;
}

static void
read_on_failure(FitOptions *options, const char *name, const JsonbValue *value)
{
	static const char *const choices[] = {"warn", "error"};

	options->raise_on_failure = read_choice(name, value, choices, 2) == 1;
}

/* A reader that stores one value; `expression` uses name and value. */
#define OPTION_READER(option, expression) \
	static void read_##option(FitOptions *options, const char *name, const JsonbValue *value) \
	{ \
		options->option = (expression); \
	}

OPTION_READER(l2, read_number(name, value, 0.0, INFINITY))
OPTION_READER(standardize, read_boolean(name, value))
OPTION_READER(fit_intercept, read_boolean(name, value))
OPTION_READER(missing_indicator, read_boolean(name, value))
OPTION_READER(skip_null_target, read_boolean(name, value))
OPTION_READER(max_categories, (int) read_whole_number(name, value, 1, 1000000))
OPTION_READER(max_iter, (int) read_whole_number(name, value, 1, 1000000))
OPTION_READER(tol, read_number(name, value, 0.0, 1.0))
OPTION_READER(seed, (uint64) read_whole_number(name, value, 0, 9007199254740992.0))
OPTION_READER(weight, read_text(name, value))
OPTION_READER(group, read_text(name, value))
OPTION_READER(time, read_text(name, value))
OPTION_READER(validation, read_text(name, value))
OPTION_READER(validation_fraction, read_fraction(name, value))
OPTION_READER(positive_class, read_text(name, value))
OPTION_READER(features, read_names(name, value, &options->n_features))
OPTION_READER(exclude, read_names(name, value, &options->n_exclude))

/* Every option there is, in the order of the hint. */
static const OptionEntry option_entries[] = {{"algorithm", read_algorithm},
											 {"class_weight", read_class_weight},
											 {"exclude", read_exclude},
											 {"features", read_features},
											 {"fit_intercept", read_fit_intercept},
											 {"group", read_group},
											 {"l2", read_l2},
											 {"max_categories", read_max_categories},
											 {"max_iter", read_max_iter},
											 {"missing_indicator", read_missing_indicator},
											 {"objective", read_objective},
											 {"on_failure", read_on_failure},
											 {"positive_class", read_positive_class},
											 {"seed", read_seed},
											 {"skip_null_target", read_skip_null_target},
											 {"standardize", read_standardize},
											 {"time", read_time},
											 {"tol", read_tol},
											 {"unknown", read_unknown},
											 {"validation", read_validation},
											 {"validation_fraction", read_validation_fraction},
											 {"weight", read_weight}};

static void
pg_attribute_noreturn() unknown_option(const char *name)
{
	StringInfoData known;
	int i;

	initStringInfo(&known);
	for (i = 0; i < (int) lengthof(option_entries); i++)
		appendStringInfo(&known, "%s%s", i > 0 ? ", " : "", option_entries[i].name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown option \"%s\"", name),
			 errhint("The known options are: %s.", known.data)));
}

static void
read_option(FitOptions *options, const char *name, const JsonbValue *value)
{
	int i;

	for (i = 0; i < (int) lengthof(option_entries); i++)
	{
		if (strcmp(name, option_entries[i].name) == 0)
		{
			option_entries[i].read(options, name, value);
			options->limits_given |= strcmp(name, "tol") == 0 || strcmp(name, "max_iter") == 0;
			return;
		}
	}
	unknown_option(name);
}

/* Options that contradict each other, or do nothing for the algorithm, are refused. */
static void
check_options(FitOptions *options)
{
	const AlgorithmEntry *entry = &algorithms[options->algorithm - 1];

	if (options->objective == 0)
		options->objective = entry->objective;
	if (options->objective != entry->objective)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("algorithm \"%s\" has the objective \"%s\", not \"%s\"", entry->name,
						entry->objective_name, objective_name(options->objective))));
	if (options->algorithm == ALGORITHM_LINEAR_REGRESSION &&
		(options->balanced || options->class_weights != NULL || options->positive_class != NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" needs a classification algorithm",
						options->positive_class != NULL ? "positive_class" : "class_weight")));
	if (options->algorithm == ALGORITHM_LINEAR_REGRESSION && options->limits_given)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options \"tol\" and \"max_iter\" need an iterative algorithm"),
				 errdetail("Linear regression is solved directly.")));
	if (options->features != NULL && options->exclude != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options \"features\" and \"exclude\" cannot both be given")));
	if (options->validation != NULL && options->validation_fraction > 0.0)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("options \"validation\" and \"validation_fraction\" cannot both be given")));
}

static void
append_number(StringInfo json, const char *name, double value)
{
	appendStringInfo(json, ", \"%s\": %s", name, number_text(value));
}

static void
append_boolean(StringInfo json, const char *name, bool value)
{
	appendStringInfo(json, ", \"%s\": %s", name, value ? "true" : "false");
}

static void
append_text(StringInfo json, const char *name, const char *value)
{
	if (value == NULL)
		return;
	appendStringInfo(json, ", \"%s\": ", name);
	escape_json(json, value);
}

static void
append_names(StringInfo json, const char *name, char **names, int n)
{
	int i;

	if (names == NULL)
		return;
	appendStringInfo(json, ", \"%s\": [", name);
	for (i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoString(json, ", ");
		escape_json(json, names[i]);
	}
	appendStringInfoChar(json, ']');
}

/* Every option in force: the text is part of the model's identity. */
static char *
canonical_text(const FitOptions *options)
{
	StringInfoData json;
	int i;

	initStringInfo(&json);
	appendStringInfo(&json, "{\"algorithm\": \"%s\"", algorithm_name(options->algorithm));
	if (options->balanced)
		append_text(&json, "class_weight", "balanced");
	else if (options->class_weights != NULL)
	{
		appendStringInfoString(&json, ", \"class_weight\": {");
		for (i = 0; i < options->n_class_weights; i++)
		{
			if (i > 0)
				appendStringInfoString(&json, ", ");
			escape_json(&json, options->class_weights[i].name);
			appendStringInfo(&json, ": %s", number_text(options->class_weights[i].weight));
		}
		appendStringInfoChar(&json, '}');
	}
	append_names(&json, "exclude", options->exclude, options->n_exclude);
	append_names(&json, "features", options->features, options->n_features);
	append_boolean(&json, "fit_intercept", options->fit_intercept);
	append_text(&json, "group", options->group);
	append_number(&json, "l2", options->l2);
	append_number(&json, "max_categories", options->max_categories);
	append_number(&json, "max_iter", options->max_iter);
	append_boolean(&json, "missing_indicator", options->missing_indicator);
	append_text(&json, "objective", objective_name(options->objective));
	append_text(&json, "on_failure", options->raise_on_failure ? "error" : "warn");
	append_text(&json, "positive_class", options->positive_class);
	append_number(&json, "seed", (double) options->seed);
	append_boolean(&json, "skip_null_target", options->skip_null_target);
	append_boolean(&json, "standardize", options->standardize);
	append_text(&json, "time", options->time);
	append_number(&json, "tol", options->tol);
	append_text(&json, "unknown", options->unknown == UNKNOWN_IS_ERROR ? "error" : "missing");
	append_text(&json, "validation", options->validation);
	if (options->validation_fraction > 0.0)
		append_number(&json, "validation_fraction", options->validation_fraction);
	append_text(&json, "weight", options->weight);
	appendStringInfoChar(&json, '}');
	return json.data;
}

void
fit_options_require_all_rows(const FitOptions *options)
{
	if (options->validation == NULL && options->validation_fraction == 0.0)
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		 errmsg("option \"%s\" needs orchard.train, since an aggregate keeps no rows to hold out",
				options->validation != NULL ? "validation" : "validation_fraction"),
		 errhint("Use orchard.train, or FILTER the rows and measure with orchard.evaluate.")));
}

FitOptions *
fit_options_parse(Jsonb *json)
{
	FitOptions *options = palloc0(sizeof(FitOptions));
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue part;
	char *name = NULL;

	options->standardize = true;
	options->fit_intercept = true;
	options->max_categories = 1000;
	options->max_iter = 100;
	options->tol = 1e-8;
	options->seed = 42;
	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"options\" must be a JSON object"),
				 errhint("For example '{\"algorithm\": \"linear_regression\"}'.")));
	iterator = JsonbIteratorInit(&json->root);
	while ((token = JsonbIteratorNext(&iterator, &part, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			name = pnstrdup(part.val.string.val, part.val.string.len);
		else if (token == WJB_VALUE)
			read_option(options, name, &part);
	}
	if (options->algorithm == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"algorithm\" is missing"),
				 errhint("The known values are: linear_regression, logistic_regression.")));
	check_options(options);
	options->canonical = canonical_text(options);
	return options;
}
