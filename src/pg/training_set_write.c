/*
 * training_set_write.c: the SQL of a training set.
 *
 * Each source gives up to two relations, "latest_N" and "window_N".  Where it is looked up they are
 * LATERAL subqueries; where it is merged, common table expressions over the rows of source and
 * spine in one order, joined back by the number of the spine row.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "pg/training_set.h"

static char *
interval_of(int64 microseconds)
{
	if (microseconds % USECS_PER_HOUR == 0)
		return psprintf("interval '" INT64_FORMAT " hours'", microseconds / USECS_PER_HOUR);
	if (microseconds % USECS_PER_SEC == 0)
		return psprintf("interval '" INT64_FORMAT " seconds'", microseconds / USECS_PER_SEC);
	return psprintf("interval '" INT64_FORMAT " microseconds'", microseconds);
}

/* A column of times under an alias; dates become timestamps, which intervals can move. */
static char *
time_of(const RowSource *rows, int column, const char *alias)
{
	return psprintf("%s.%s%s", alias, training_column_name(rows, column),
					training_column_type(rows, column) == DATEOID ? "::timestamp" : "");
}

static const char *
time_type(const TrainingSet *set)
{
	return training_column_type(set->spine, set->ts_column) == TIMESTAMPTZOID ?
		"timestamp with time zone" :
		"timestamp";
}

/* The moment of the prediction less so much. */
static char *
moment(const TrainingSet *set, int64 less)
{
	char *time = time_of(set->spine, set->ts_column, "spine");

	return less == 0 ? time : psprintf("%s - %s", time, interval_of(less));
}

static char *
source_column(const TrainingSource *source, const char *name)
{
	return psprintf("x.%s", quote_identifier(name));
}

/* A comment must end with its line, whatever a name holds. */
static void
append_comment(StringInfo sql, const char *text)
{
	const char *c;

	appendStringInfoString(sql, "-- ");
	for (c = text; *c != '\0'; c++)
		appendStringInfoChar(sql, (unsigned char) *c < ' ' ? ' ' : *c);
	appendStringInfoChar(sql, '\n');
}

static void
append_reasons(StringInfo sql, const TrainingSet *set)
{
	int i;

	append_comment(sql,
				   psprintf("Rows of the past: those %s the spine's %s.",
							set->is_right_closed ? "up to and at" : "before", set->ts));
	for (i = 0; i < set->n_sources; i++)
	{
		const TrainingSource *source = &set->sources[i];

		if (source->latest != NIL)
			append_comment(sql,
						   psprintf("%s, latest values: %s, because %s.", source->name,
									source->latest_merges ? "merge" : "LATERAL",
									source->latest_reason));
		if (source->aggregated != NIL)
			append_comment(sql,
						   psprintf("%s, windows: %s, because %s.", source->name,
									source->aggregated_merges ? "merge" : "LATERAL",
									source->aggregated_reason));
		if (source->latest != NIL && source->tie_break == NULL && !source->is_unique)
			append_comment(sql,
						   psprintf("%s: of rows of one time any may count as the latest; "
									"a unique index or tie_break would settle it.",
									source->name));
	}
}

/* The keys of the source equal those of the spine, and its rows lie in the past. */
static void
append_past(StringInfo sql, const TrainingSet *set, const TrainingSource *source)
{
	int i;

	for (i = 0; i < source->n_keys; i++)
		appendStringInfo(sql, "%s%s = spine.%s", i > 0 ? " AND " : "\t\tWHERE ",
						 source_column(source, source->keys[i]), quote_identifier(set->keys[i]));
	appendStringInfo(sql, "\n\t\t\tAND %s %s %s", source_column(source, source->ts),
					 set->is_right_closed ? "<=" : "<", moment(set, source->delay));
	if (source->known_at != NULL)
		appendStringInfo(sql, "\n\t\t\tAND %s <= %s", source_column(source, source->known_at),
						 moment(set, 0));
}

static void
append_lateral_latest(StringInfo sql, const TrainingSet *set, const TrainingSource *source, int n)
{
	ListCell *cell;

	appendStringInfo(sql, "LEFT JOIN LATERAL\n\t(\n\t\tSELECT %s AS orchard_seen",
					 time_of(source->rows, source->ts_column, "x"));
	foreach (cell, source->latest)
	{
		TrainingFeature *feature = lfirst(cell);

		appendStringInfo(sql, ", x.%s AS %s", training_column_name(source->rows, feature->column),
						 quote_identifier(feature->output));
	}
	appendStringInfo(sql, "\n\t\tFROM (SELECT * FROM %s) AS x\n", source->rows->from);
	append_past(sql, set, source);
	if (source->max_age >= 0)
		appendStringInfo(sql, "\n\t\t\tAND %s >= %s", source_column(source, source->ts),
						 moment(set, source->max_age));
	appendStringInfo(sql, "\n\t\tORDER BY %s DESC", source_column(source, source->ts));
	if (source->known_at != NULL)
		appendStringInfo(sql, ", %s DESC", source_column(source, source->known_at));
	if (source->tie_break != NULL)
		appendStringInfo(sql, ", %s DESC", source_column(source, source->tie_break));
	appendStringInfo(sql, "\n\t\tLIMIT 1\n\t) AS latest_%d ON true\n", n);
}

/* A column as the float8 that is averaged; count needs but its presence. */
static char *
number_of(const TrainingSource *source, const TrainingFeature *feature)
{
	const char *name;

	if (feature->column < 0)
		return pstrdup("1.0::float8");
	name = training_column_name(source->rows, feature->column);
	switch (training_column_type(source->rows, feature->column))
	{
		case FLOAT8OID:
			return psprintf("x.%s", name);
		case BOOLOID:
			return psprintf("x.%s::integer::float8", name);
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case NUMERICOID:
			return psprintf("x.%s::float8", name);
		default:
			return psprintf("CASE WHEN x.%s IS NOT NULL THEN 1.0::float8 END", name);
	}
}

static bool
is_count(const TrainingFeature *feature)
{
	return strcmp(feature->function, "count") == 0;
}

static void
append_lateral_windows(StringInfo sql, const TrainingSet *set, const TrainingSource *source, int n)
{
	const char *from = set->is_left_closed ? ">=" : ">";
	char *ts = source_column(source, source->ts);
	ListCell *cell;

	appendStringInfoString(sql, "LEFT JOIN LATERAL\n\t(\n\t\tSELECT");
	foreach (cell, source->aggregated)
	{
		TrainingFeature *feature = lfirst(cell);
		int64 width = source->widths[feature->window];

		appendStringInfo(sql, "%s\n\t\t\t%s.%s(%s)",
						 cell == list_head(source->aggregated) ? "" : ",",
						 is_count(feature) ? "pg_catalog" : "orchard", feature->function,
						 number_of(source, feature));
		if (width < source->widest)
			appendStringInfo(sql, " FILTER (WHERE %s %s %s)", ts, from,
							 moment(set, source->delay + width));
		appendStringInfo(sql, " AS %s", quote_identifier(feature->output));
	}
	appendStringInfo(sql, "\n\t\tFROM (SELECT * FROM %s) AS x\n", source->rows->from);
	append_past(sql, set, source);
	appendStringInfo(sql, "\n\t\t\tAND %s %s %s", ts, from,
					 moment(set, source->delay + source->widest));
	/* An infinite time is in no window, as where sources are merged: both ends would hold it. */
	if (set->is_left_closed && set->is_right_closed)
		appendStringInfo(sql, "\n\t\t\tAND pg_catalog.isfinite(%s)", moment(set, 0));
	appendStringInfo(sql, "\n\t) AS window_%d ON true\n", n);
}

/* Keys of one side of the merge. */
static void
append_merge_keys(StringInfo sql, const RowSource *rows, const int *columns, int n,
				  const char *alias)
{
	int i;

	for (i = 0; i < n; i++)
		appendStringInfo(sql, "%s.%s AS k%d, ", alias, training_column_name(rows, columns[i]),
						 i + 1);
}

static void
append_list_of_keys(StringInfo sql, const TrainingSource *source)
{
	int i;

	for (i = 0; i < source->n_keys; i++)
		appendStringInfo(sql, "%sk%d", i > 0 ? ", " : "", i + 1);
}

/*
 * Rows of the spine that can match.  The branches of the union have no conditions: PostgreSQL reads
 * a branch in the order of an index only then.
 */
static void
append_matched(StringInfo sql, const TrainingSource *source)
{
	int i;

	appendStringInfoString(sql, "\tWHERE orchard_row IS NOT NULL");
	for (i = 0; i < source->n_keys; i++)
		appendStringInfo(sql, " AND k%d IS NOT NULL", i + 1);
}

static char *
partition(const TrainingSource *source)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "PARTITION BY ");
	append_list_of_keys(&sql, source);
	return sql.data;
}

/* Of the spine's side: where it stands among source rows of one time, and NULL for all they carry. */
static void
append_merge_latest_rows(StringInfo sql, const TrainingSet *set, const TrainingSource *source)
{
	StringInfoData nothing;
	ListCell *cell;

	initStringInfo(&nothing);
	appendStringInfoString(sql, "\t\t\tSELECT ");
	append_merge_keys(sql, source->rows, source->key_columns, source->n_keys, "x");
	appendStringInfo(sql, "%s AS at, %s AS seen", time_of(source->rows, source->ts_column, "x"),
					 time_of(source->rows, source->ts_column, "x"));
	appendStringInfo(&nothing, ", NULL::%s", time_type(set));
	if (source->tie_break != NULL)
	{
		int tie = row_layout_find(source->rows->layout, source->tie_break, 0);

		appendStringInfo(sql, ", %d AS side, %s AS tie", set->is_right_closed ? 0 : 1,
						 source_column(source, source->tie_break));
		appendStringInfo(&nothing, ", %d, NULL::%s", set->is_right_closed ? 1 : 0,
						 format_type_be_qualified(
							 TupleDescAttr(source->rows->layout->descriptor, tie)->atttypid));
	}
	foreach (cell, source->latest)
	{
		TrainingFeature *feature = lfirst(cell);
		Oid type = training_column_type(source->rows, feature->column);

		appendStringInfo(sql, ", ARRAY[x.%s::%s] AS v%d",
						 training_column_name(source->rows, feature->column),
						 format_type_be_qualified(type), foreach_current_index(cell) + 1);
		appendStringInfo(&nothing, ", NULL::%s[]", format_type_be_qualified(type));
	}
	appendStringInfo(sql, ", NULL::bigint AS orchard_row\n\t\t\tFROM (SELECT * FROM %s) AS x",
					 source->rows->from);
	appendStringInfoString(sql, "\n\t\t\tUNION ALL\n\t\t\tSELECT ");
	append_merge_keys(sql, set->spine, set->key_columns, set->n_keys, "spine");
	appendStringInfo(sql, "%s%s, orchard_row FROM spine\n", moment(set, source->delay),
					 nothing.data);
}

/*
 * The latest row before the spine's: groups of peers leave out all rows of the same time.  A value
 * rides in an array of one element, so that a NULL in the latest row is not taken for no row.
 */
static void
append_merge_latest(StringInfo sql, const TrainingSet *set, const TrainingSource *source, int n)
{
	ListCell *cell;

	appendStringInfo(sql, ",\nlatest_%d AS\n(\n\tSELECT orchard_row, seen AS orchard_seen", n);
	foreach (cell, source->latest)
		appendStringInfo(sql, ", v%d[1] AS %s", foreach_current_index(cell) + 1,
						 quote_identifier(((TrainingFeature *) lfirst(cell))->output));
	appendStringInfoString(sql, "\n\tFROM\n\t(\n\t\tSELECT orchard_row, at, ");
	append_list_of_keys(sql, source);
	appendStringInfoString(sql, ", orchard.locf(seen) OVER past AS seen");
	foreach (cell, source->latest)
		appendStringInfo(sql, ", orchard.locf(v%d) OVER past AS v%d",
						 foreach_current_index(cell) + 1, foreach_current_index(cell) + 1);
	appendStringInfoString(sql, "\n\t\tFROM\n\t\t(\n");
	append_merge_latest_rows(sql, set, source);
	appendStringInfo(
		sql, "\t\t) AS rows\n\t\tWINDOW past AS (%s ORDER BY at%s)\n\t) AS carried\n",
		partition(source),
		source->tie_break != NULL ? ", side, tie ROWS UNBOUNDED PRECEDING" :
			set->is_right_closed  ? "" :
									" GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING");
	append_matched(sql, source);
	appendStringInfoString(sql, " AND at IS NOT NULL AND seen IS NOT NULL");
	if (source->max_age >= 0)
		appendStringInfo(sql, " AND seen >= at - %s", interval_of(source->max_age - source->delay));
	appendStringInfoString(sql, "\n)");
}

/* Each number that is rolled, once; *place is that of the feature's, from 1. */
static List *
add_number(List *numbers, char *number, int *place)
{
	int i;

	for (i = 0; i < list_length(numbers); i++)
	{
		if (strcmp(list_nth(numbers, i), number) == 0)
			break;
	}
	*place = i + 1;
	return i < list_length(numbers) ? numbers : lappend(numbers, number);
}

static void
append_merge_window_rows(StringInfo sql, const TrainingSet *set, const TrainingSource *source,
						 const List *numbers)
{
	ListCell *cell;

	appendStringInfoString(sql, "\t\t\tSELECT ");
	append_merge_keys(sql, source->rows, source->key_columns, source->n_keys, "x");
	appendStringInfo(sql, "%s AS at", time_of(source->rows, source->ts_column, "x"));
	foreach (cell, numbers)
		appendStringInfo(sql, ", %s AS x%d", (char *) lfirst(cell),
						 foreach_current_index(cell) + 1);
	appendStringInfo(sql, ", NULL::bigint AS orchard_row\n\t\t\tFROM (SELECT * FROM %s) AS x",
					 source->rows->from);
	appendStringInfoString(sql, "\n\t\t\tUNION ALL\n\t\t\tSELECT ");
	append_merge_keys(sql, set->spine, set->key_columns, set->n_keys, "spine");
	appendStringInfo(sql, "%s", moment(set, 0));
	foreach (cell, numbers)
		appendStringInfoString(sql, ", NULL::float8");
	appendStringInfoString(sql, ", orchard_row FROM spine\n");
}

/* rolling() takes neither NULL nor infinity, and its times must stand in the order of the rows. */
static char *
finite_moment(const TrainingSet *set)
{
	return psprintf(
		"CASE WHEN pg_catalog.isfinite(at) THEN at WHEN at < '2000-01-01' THEN '4713-01-01 BC'::%s ELSE '294276-01-01'::%s END",
		time_type(set), time_type(set));
}

static void
append_merge_windows(StringInfo sql, const TrainingSet *set, const TrainingSource *source, int n)
{
	char *time = finite_moment(set);
	StringInfoData widths;
	List *numbers = NIL;
	ListCell *cell;
	int i;

	initStringInfo(&widths);
	for (i = 0; i < source->n_windows; i++)
		appendStringInfo(&widths, "%s%s", i > 0 ? ", " : "", interval_of(source->widths[i]));
	appendStringInfo(sql, ",\nwindow_%d AS\n(\n\tSELECT orchard_row", n);
	foreach (cell, source->aggregated)
	{
		TrainingFeature *feature = lfirst(cell);
		int place;

		numbers = add_number(numbers, number_of(source, feature), &place);
		appendStringInfo(sql, ",\n\t\torchard.%s(r%d, %d) AS %s", feature->function, place,
						 feature->window + 1, quote_identifier(feature->output));
	}
	appendStringInfoString(sql, "\n\tFROM\n\t(\n\t\tSELECT orchard_row, at, ");
	append_list_of_keys(sql, source);
	foreach (cell, numbers)
		appendStringInfo(
			sql,
			",\n\t\t\torchard.rolling(CASE WHEN pg_catalog.isfinite(at) THEN x%d END, %s, ARRAY[%s], %s, '%s') OVER past AS r%d",
			foreach_current_index(cell) + 1, time, widths.data, interval_of(source->delay),
			set->closed, foreach_current_index(cell) + 1);
	appendStringInfoString(sql, "\n\t\tFROM\n\t\t(\n");
	append_merge_window_rows(sql, set, source, numbers);
	appendStringInfo(sql, "\t\t) AS rows\n\t\tWINDOW past AS (%s ORDER BY at)\n\t) AS rolled\n",
					 partition(source));
	append_matched(sql, source);
	appendStringInfoString(sql, " AND pg_catalog.isfinite(at)\n)");
}

/* How long before the prediction the latest row was; infinite times cannot be subtracted. */
static void
append_age(StringInfo sql, const TrainingSet *set, int n)
{
	char *time = moment(set, 0);

	appendStringInfo(
		sql,
		",\n\tCASE WHEN pg_catalog.isfinite(%s) AND pg_catalog.isfinite(latest_%d.orchard_seen) THEN %s - latest_%d.orchard_seen END",
		time, n, time, n);
}

static void
append_outputs(StringInfo sql, const TrainingSet *set)
{
	ListCell *cell;
	int i;

	for (i = 0; i < set->spine->layout->n_columns; i++)
		appendStringInfo(sql, "%s\n\tspine.%s", i > 0 ? "," : "",
						 training_column_name(set->spine, i));
	for (i = 0; i < set->n_sources; i++)
	{
		const TrainingSource *source = &set->sources[i];

		foreach (cell, source->latest)
			appendStringInfo(sql, ",\n\tlatest_%d.%s", i + 1,
							 quote_identifier(((TrainingFeature *) lfirst(cell))->output));
		if (source->latest != NIL)
		{
			append_age(sql, set, i + 1);
			appendStringInfo(sql, " AS %s", quote_identifier(psprintf("%sage", source->prefix)));
			appendStringInfo(sql, ",\n\tlatest_%d.orchard_seen IS NOT NULL AS %s", i + 1,
							 quote_identifier(psprintf("%smatched", source->prefix)));
		}
		foreach (cell, source->aggregated)
		{
			TrainingFeature *feature = lfirst(cell);
			const char *output = quote_identifier(feature->output);

			if (is_count(feature) && source->aggregated_merges)
				appendStringInfo(sql, ",\n\tCOALESCE(window_%d.%s, 0) AS %s", i + 1, output,
								 output);
			else
				appendStringInfo(sql, ",\n\twindow_%d.%s", i + 1, output);
		}
	}
}

static bool
any_merges(const TrainingSet *set)
{
	int i;

	for (i = 0; i < set->n_sources; i++)
	{
		if (set->sources[i].latest_merges || set->sources[i].aggregated_merges)
			return true;
	}
	return false;
}

static void
append_merges(StringInfo sql, const TrainingSet *set)
{
	int i;

	appendStringInfo(
		sql,
		"WITH spine AS MATERIALIZED\n(\n\tSELECT row_number() OVER () AS orchard_row, s.* FROM (SELECT * FROM %s) AS s\n)",
		set->spine->from);
	for (i = 0; i < set->n_sources; i++)
	{
		if (set->sources[i].latest_merges)
			append_merge_latest(sql, set, &set->sources[i], i + 1);
		if (set->sources[i].aggregated_merges)
			append_merge_windows(sql, set, &set->sources[i], i + 1);
	}
	appendStringInfoChar(sql, '\n');
}

/*
 * A row of the spine meets at most one row.  The planner, which knows nothing of numbers that are
 * computed, takes each equality to hold for one pair in 200, and would expect thousands: more with each
 * training set whose spine is another one, until all plans cost the same to it.  Three equalities make
 * one pair in 8 million, and a left join has at least the rows of its left side.
 */
static void
append_join(StringInfo sql, const char *with, int n)
{
	appendStringInfo(
		sql,
		"LEFT JOIN %s_%d ON %s_%d.orchard_row = spine.orchard_row\n"
		"\tAND -%s_%d.orchard_row = -spine.orchard_row AND ~%s_%d.orchard_row = ~spine.orchard_row\n",
		with, n, with, n, with, n, with, n);
}

char *
training_set_write(const TrainingSet *set)
{
	bool merges = any_merges(set);
	StringInfoData sql;
	int i;

	initStringInfo(&sql);
	append_reasons(&sql, set);
	if (merges)
		append_merges(&sql, set);
	appendStringInfoString(&sql, "SELECT");
	append_outputs(&sql, set);
	if (merges)
		appendStringInfoString(
			&sql,
			"\n-- Row numbers are compared in three ways so that the planner expects one row at most.\nFROM spine\n");
	else
		appendStringInfo(&sql, "\nFROM (SELECT * FROM %s) AS spine\n", set->spine->from);
	for (i = 0; i < set->n_sources; i++)
	{
		const TrainingSource *source = &set->sources[i];

		if (source->latest_merges)
			append_join(&sql, "latest", i + 1);
		else if (source->latest != NIL)
			append_lateral_latest(&sql, set, source, i + 1);
		if (source->aggregated_merges)
			append_join(&sql, "window", i + 1);
		else if (source->aggregated != NIL)
			append_lateral_windows(&sql, set, source, i + 1);
	}
	return sql.data;
}
