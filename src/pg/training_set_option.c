/*
 * training_set_option.c: the sources of a training set, from jsonb, checked against what they read.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

#include "pg/argument.h"
#include "pg/option_value.h"
#include "pg/training_set.h"

/* Accessors of rollset, which are names of Orchard's aggregates on float8 too. */
static const char *const functions[] = {"count",	   "sum",		 "avg",		"min",
										"max",		   "stddev",	 "var_pop", "var_samp",
										"stddev_samp", "stddev_pop", "variance"};

static const char *const known_options =
	"relation, name, prefix, keys, ts, known_at, tie_break, columns, aggregates, windows, delay, max_age and strategy";

/* Microseconds of an option that is an interval of fixed length. */
static int64
option_interval(const char *name, const JsonbValue *value, int64 least)
{
	Datum interval = DirectFunctionCall3(interval_in, CStringGetDatum(option_text(name, value)),
										 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));

	return fixed_length(DatumGetIntervalP(interval), name, least);
}

static TrainingStrategy
option_strategy(const char *name, const JsonbValue *value)
{
	static const char *const choices[] = {"auto", "lateral", "merge"};

	return (TrainingStrategy) option_choice(name, value, choices, lengthof(choices));
}

static bool
read_text_option(TrainingSource *source, const char *name, const JsonbValue *value)
{
	struct
	{
		const char *name;
		char **place;
	} texts[] = {{"relation", &source->relation}, {"name", &source->name},
				 {"prefix", &source->prefix},	  {"ts", &source->ts},
				 {"known_at", &source->known_at}, {"tie_break", &source->tie_break}};
	int i;

	for (i = 0; i < (int) lengthof(texts); i++)
	{
		if (strcmp(name, texts[i].name) != 0)
			continue;
		*texts[i].place = option_text(name, value);
		return true;
	}
	return false;
}

static void
read_option(TrainingSource *source, const char *name, const JsonbValue *value)
{
	if (read_text_option(source, name, value))
		return;
	if (strcmp(name, "keys") == 0)
		source->keys = option_names(name, value, &source->n_keys);
	else if (strcmp(name, "columns") == 0)
		source->columns = option_names(name, value, &source->n_columns);
	else if (strcmp(name, "windows") == 0)
	{
		if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
			option_wrong_type(name, "an array of intervals");
		source->windows = option_names(name, value, &source->n_windows);
	}
	else if (strcmp(name, "aggregates") == 0)
	{
		if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
			option_wrong_type(name, "an object of columns and functions");
		source->aggregates = value->val.binary.data;
	}
	else if (strcmp(name, "delay") == 0)
		source->delay = option_interval(name, value, 0);
	else if (strcmp(name, "max_age") == 0)
		source->max_age = option_interval(name, value, 1);
	else if (strcmp(name, "strategy") == 0)
		source->wanted = option_strategy(name, value);
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized option \"%s\" of a source", name),
				 errhint("The known options are: %s.", known_options)));
}

static void
pg_attribute_noreturn() missing_option(const char *name, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a source needs the option \"%s\"", name), errhint("%s", hint)));
}

Oid
training_column_type(const RowSource *rows, int column)
{
	return getBaseType(TupleDescAttr(rows->layout->descriptor, column)->atttypid);
}

const char *
training_column_name(const RowSource *rows, int column)
{
	return quote_identifier(NameStr(TupleDescAttr(rows->layout->descriptor, column)->attname));
}

static bool
is_time(Oid type)
{
	return type == DATEOID || type == TIMESTAMPOID || type == TIMESTAMPTZOID;
}

/* A column of times that can be compared with those of the spine. */
static int
require_time(const TrainingSet *set, const RowSource *rows, const char *name, const char *role)
{
	int column = row_layout_require(rows->layout, name, role);
	Oid type = training_column_type(rows, column);
	Oid spine = set == NULL ? type : training_column_type(set->spine, set->ts_column);

	if (!is_time(type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" must be a date or a timestamp, not %s", name,
						format_type_be(type)),
				 errhint("Convert it in the source: to_timestamp(x) makes a time of seconds.")));
	if ((type == TIMESTAMPTZOID) != (spine == TIMESTAMPTZOID))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" is %s, but the spine's time is %s", name,
						format_type_be(type), format_type_be(spine)),
				 errdetail("Comparing them would depend on the session's TimeZone."),
				 errhint("Convert one of them with AT TIME ZONE.")));
	return column;
}

/* What stands before the underscore of outputs. */
static char *
default_name(const TrainingSource *source)
{
	List *parts;

	if (!SplitIdentifierString(pstrdup(source->relation), '.', &parts) || parts == NIL)
		missing_option("name", "A source that is a query has no name of its own.");
	return llast(parts);
}

static TrainingFeature *
make_feature(const char *output, int column, const char *function, int window)
{
	TrainingFeature *feature = palloc(sizeof(TrainingFeature));

	if (strlen(output) >= NAMEDATALEN)
		ereport(ERROR,
				(errcode(ERRCODE_NAME_TOO_LONG), errmsg("feature name \"%s\" is too long", output),
				 errhint("Shorten it with the option \"prefix\".")));
	feature->output = output;
	feature->column = column;
	feature->function = function;
	feature->window = window;
	return feature;
}

static void
add_latest(TrainingSource *source)
{
	int i;

	for (i = 0; i < source->n_columns; i++)
		source->latest = lappend(
			source->latest,
			make_feature(psprintf("%s%s", source->prefix, source->columns[i]),
						 row_layout_require(source->rows->layout, source->columns[i], "columns"),
						 NULL, 0));
}

/* Such as 7d, 36h, 10m. */
static char *
width_text(int64 width)
{
	if (width % USECS_PER_DAY == 0)
		return psprintf(INT64_FORMAT "d", width / USECS_PER_DAY);
	if (width % USECS_PER_HOUR == 0)
		return psprintf(INT64_FORMAT "h", width / USECS_PER_HOUR);
	if (width % USECS_PER_MINUTE == 0)
		return psprintf(INT64_FORMAT "m", width / USECS_PER_MINUTE);
	if (width % USECS_PER_SEC == 0)
		return psprintf(INT64_FORMAT "s", width / USECS_PER_SEC);
	return psprintf(INT64_FORMAT "us", width);
}

static void
require_number(const TrainingSource *source, int column, const char *function)
{
	Oid type = training_column_type(source->rows, column);

	if (strcmp(function, "count") == 0)
		return;
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
		case BOOLOID:
			return;
		default:
			ereport(
				ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column %s of type %s has no %s",
						training_column_name(source->rows, column), format_type_be(type), function),
				 errhint("Numbers and booleans have; of others \"count\" alone is known.")));
	}
}

static void
add_statistics(TrainingSource *source, const char *name, const JsonbValue *value)
{
	bool all = strcmp(name, "*") == 0;
	int column = all ? -1 : row_layout_require(source->rows->layout, name, "aggregates");
	JsonbValue element;
	int n;
	int i;
	int w;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		option_wrong_type("aggregates", "an object of columns and arrays of functions");
	n = JsonContainerSize(value->val.binary.data);
	for (i = 0; i < n; i++)
	{
		const char *function;

		element = *getIthJsonbValueFromContainer(value->val.binary.data, i);
		function = functions[option_choice("aggregates", &element, functions,
										   all ? 1 : lengthof(functions))];
		if (!all)
			require_number(source, column, function);
		for (w = 0; w < source->n_windows; w++)
			source->aggregated = lappend(
				source->aggregated,
				make_feature(psprintf("%s%s%s%s_%s", source->prefix, all ? "" : name,
									  all ? "" : "_", function, width_text(source->widths[w])),
							 column, function, w));
	}
}

static void
add_aggregated(TrainingSource *source)
{
	JsonbIterator *iterator = JsonbIteratorInit(source->aggregates);
	JsonbIteratorToken token;
	JsonbValue value;
	char *name = NULL;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			name = pnstrdup(value.val.string.val, value.val.string.len);
		else if (token == WJB_VALUE)
			add_statistics(source, name, &value);
	}
}

static void
find_widths(TrainingSource *source)
{
	int i;

	source->widths = palloc(sizeof(int64) * Max(source->n_windows, 1));
	for (i = 0; i < source->n_windows; i++)
	{
		JsonbValue value = {.type = jbvString};

		value.val.string.val = source->windows[i];
		value.val.string.len = strlen(source->windows[i]);
		source->widths[i] = option_interval("windows", &value, 1);
		source->widest = Max(source->widest, source->widths[i]);
	}
}

static void
require_outputs(const TrainingSource *source)
{
	if ((source->aggregates != NULL) != (source->n_windows > 0))
		missing_option(source->n_windows > 0 ? "aggregates" : "windows",
					   "\"aggregates\" and \"windows\" go together.");
	if (source->latest == NIL && source->aggregated == NIL)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("source \"%s\" gives no feature", source->name),
			 errhint("Name \"columns\" for latest values, or \"aggregates\" and \"windows\".")));
	if (source->max_age >= 0 && source->latest == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"max_age\" is of latest values, and source \"%s\" has none",
						source->name)));
}

/* Keys of the source stand for those of the spine, one for one. */
static void
find_keys(const TrainingSet *set, TrainingSource *source)
{
	int i;

	if (source->keys == NULL)
	{
		source->keys = set->keys;
		source->n_keys = set->n_keys;
	}
	if (source->n_keys != set->n_keys)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("source \"%s\" has %d keys, but the spine %d", source->name, source->n_keys,
						set->n_keys)));
	source->key_columns = palloc(sizeof(int) * Max(source->n_keys, 1));
	for (i = 0; i < source->n_keys; i++)
		source->key_columns[i] = row_layout_require(source->rows->layout, source->keys[i], "keys");
}

static void
check_source(const TrainingSet *set, TrainingSource *source)
{
	if (source->relation == NULL)
		missing_option("relation", "It is a table, a view or one SELECT.");
	if (source->ts == NULL)
		missing_option("ts", "It is the column with the time of each row.");
	if (source->name == NULL)
		source->name = default_name(source);
	if (source->prefix == NULL)
		source->prefix = psprintf("%s_", source->name);
	source->rows = row_source_open(source->relation);
	find_keys(set, source);
	source->ts_column = require_time(set, source->rows, source->ts, "ts");
	if (source->known_at != NULL)
		(void) require_time(set, source->rows, source->known_at, "known_at");
	if (source->tie_break != NULL)
		(void) row_layout_require(source->rows->layout, source->tie_break, "tie_break");
	find_widths(source);
	add_latest(source);
	if (source->aggregates != NULL)
		add_aggregated(source);
	require_outputs(source);
}

static void
source_context(void *argument)
{
	errcontext("source %d of the training set", *(int *) argument);
}

static void
parse_source(const TrainingSet *set, TrainingSource *source, const JsonbValue *object)
{
	JsonbIterator *fields = option_object("sources", object, "an array of objects");
	JsonbValue value;
	char *name;

	source->max_age = -1;
	source->wanted = set->wanted;
	while (option_next_field(&fields, &name, &value))
		read_option(source, name, &value);
	check_source(set, source);
}

/* Columns of the spine, which all come out. */
static void
find_spine(TrainingSet *set)
{
	int i;

	if (set->n_keys == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"keys\" must name a column")));
	set->key_columns = palloc(sizeof(int) * set->n_keys);
	for (i = 0; i < set->n_keys; i++)
		set->key_columns[i] = row_layout_require(set->spine->layout, set->keys[i], "keys");
	set->ts_column = require_time(NULL, set->spine, set->ts, "spine_ts");
}

/* No two outputs may bear one name. */
static void
require_distinct(const TrainingSet *set)
{
	List *names = NIL;
	ListCell *cell;
	int i;

	for (i = 0; i < set->spine->layout->n_columns; i++)
		names = lappend(
			names, makeString(NameStr(TupleDescAttr(set->spine->layout->descriptor, i)->attname)));
	for (i = 0; i < set->n_sources; i++)
	{
		TrainingSource *source = &set->sources[i];

		if (source->latest != NIL)
			names = list_concat(names,
								list_make2(makeString(psprintf("%sage", source->prefix)),
										   makeString(psprintf("%smatched", source->prefix))));
		foreach (cell, list_concat_copy(source->latest, source->aggregated))
			names = lappend(
				names, makeString(unconstify(char *, ((TrainingFeature *) lfirst(cell))->output)));
	}
	for (i = 1; i < list_length(names); i++)
	{
		if (list_member(list_copy_head(names, i), list_nth(names, i)))
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_COLUMN),
					 errmsg("the training set has two columns \"%s\"", strVal(list_nth(names, i))),
					 errhint("Give the sources different names or prefixes.")));
	}
}

void
training_set_parse(TrainingSet *set, Jsonb *sources)
{
	ErrorContextCallback context;
	int i;

	find_spine(set);
	if (!JB_ROOT_IS_ARRAY(sources) || JB_ROOT_IS_SCALAR(sources) || JB_ROOT_COUNT(sources) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"sources\" must be an array of objects, one or more"),
				 errhint("Known options of a source are: %s.", known_options)));
	set->n_sources = JB_ROOT_COUNT(sources);
	set->sources = palloc0(sizeof(TrainingSource) * set->n_sources);
	context.callback = source_context;
	context.arg = &i;
	context.previous = error_context_stack;
	error_context_stack = &context;
	for (i = 1; i <= set->n_sources; i++)
		parse_source(set, &set->sources[i - 1],
					 getIthJsonbValueFromContainer(&sources->root, i - 1));
	error_context_stack = context.previous;
	require_distinct(set);
}
