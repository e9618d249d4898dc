/*
 * training_set_sql.c: training_set_sql and create_training_view.
 *
 * The text is prepared before it is given away: what the parser says of it, such as keys of types
 * that cannot be compared, is said here.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/varlena.h"

#include "pg/argument.h"
#include "pg/compat.h"
#include "pg/training_set.h"

PG_FUNCTION_INFO_V1(orchard_training_set_sql);
PG_FUNCTION_INFO_V1(orchard_create_training_view);

static void
read_keys(TrainingSet *set, ArrayType *array)
{
	Datum *values;
	bool *nulls;
	int i;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &set->n_keys);
	set->keys = palloc(sizeof(char *) * Max(set->n_keys, 1));
	for (i = 0; i < set->n_keys; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("argument \"keys\" must not contain nulls")));
		set->keys[i] = TextDatumGetCString(values[i]);
	}
}

static void
read_closed(TrainingSet *set, const char *closed)
{
	static const char *const names[] = {"neither", "left", "right", "both"};
	int i;

	for (i = 0; i < (int) lengthof(names); i++)
	{
		if (strcmp(closed, names[i]) != 0)
			continue;
		set->closed = names[i];
		set->is_left_closed = (i & 1) != 0;
		set->is_right_closed = (i & 2) != 0;
		return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"closed\" must be left, right, both or neither, not \"%.64s\"",
					closed)));
}

static TrainingStrategy
read_strategy(const char *strategy)
{
	if (strcmp(strategy, "auto") == 0)
		return STRATEGY_AUTO;
	if (strcmp(strategy, "lateral") == 0)
		return STRATEGY_LATERAL;
	if (strcmp(strategy, "merge") == 0)
		return STRATEGY_MERGE;
	ereport(
		ERROR,
		(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		 errmsg("argument \"strategy\" must be auto, lateral or merge, not \"%.64s\"", strategy)));
}

/* Arguments from the first-th on: spine, keys, spine_ts, sources, strategy, closed. */
static TrainingSet *
read_set(FunctionCallInfo fcinfo, int first)
{
	TrainingSet *set = palloc0(sizeof(TrainingSet));
	char *spine = text_argument(fcinfo, first, "spine");

	require_argument(fcinfo, first + 1, "keys");
	require_argument(fcinfo, first + 3, "sources");
	read_keys(set, PG_GETARG_ARRAYTYPE_P(first + 1));
	set->ts = text_argument(fcinfo, first + 2, "spine_ts");
	set->wanted = read_strategy(text_argument(fcinfo, first + 4, "strategy"));
	read_closed(set, text_argument(fcinfo, first + 5, "closed"));
	SPI_freeplan(row_source_plan(spine, "spine"));
	set->spine = row_source_open(spine);
	training_set_parse(set, PG_GETARG_JSONB_P(first + 3));
	training_set_choose(set);
	return set;
}

/* Looking up without an index reads the whole source for each spine row. */
static void
report_missing_index(const TrainingSet *set, int level)
{
	int i;

	for (i = 0; i < set->n_sources; i++)
	{
		const TrainingSource *source = &set->sources[i];

		if (source->has_index ||
			((source->latest == NIL || source->latest_merges) &&
			 (source->aggregated == NIL || source->aggregated_merges)))
			continue;
		ereport(
			level,
			(errcode(level == ERROR ? ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE : ERRCODE_WARNING),
			 errmsg(
				 "source \"%s\" is looked up for each spine row, and no index on its keys and time is known",
				 source->name),
			 errhint(
				 "Create an index on the keys and then the time, or use the strategy \"merge\".")));
	}
}

static char *
write_set(const TrainingSet *set)
{
	char *sql = training_set_write(set);

	SPI_freeplan(row_source_plan(sql, "spine"));
	return sql;
}

Datum
orchard_training_set_sql(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	TrainingSet *set;
	text *sql;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	MemoryContextSwitchTo(caller);
	set = read_set(fcinfo, 0);
	report_missing_index(set, WARNING);
	sql = cstring_to_text(write_set(set));
	SPI_finish();
	PG_RETURN_TEXT_P(sql);
}

/* The name, quoted part by part. */
static char *
view_name(const char *text)
{
	StringInfoData name;
	List *parts;
	ListCell *cell;

	if (!SplitIdentifierString(pstrdup(text), '.', &parts) || parts == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME), errmsg("invalid name of a view: \"%.64s\"", text)));
	initStringInfo(&name);
	foreach (cell, parts)
		appendStringInfo(&name, "%s%s", name.len > 0 ? "." : "", quote_identifier(lfirst(cell)));
	return name.data;
}

Datum
orchard_create_training_view(PG_FUNCTION_ARGS)
{
	char *name = view_name(text_argument(fcinfo, 0, "name"));
	MemoryContext caller = CurrentMemoryContext;
	TrainingSet *set;
	int result;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	MemoryContextSwitchTo(caller);
	set = read_set(fcinfo, 1);
	report_missing_index(set, ERROR);
	result = SPI_execute(psprintf("CREATE VIEW %s AS\n%s", name, write_set(set)), false, 0);
	if (result != SPI_OK_UTILITY)
		elog(ERROR, "could not create the view: %s", SPI_result_code_string(result));
	SPI_finish();
	PG_RETURN_VOID();
}
