/*
 * leak_rows.c: rows_as_known: what a query would have given at a moment, had it been run then.
 *
 * The query is analysed and its views are expanded; then every range table entry of a source turns
 * into a subquery of that source which holds only the rows, or shows only the values, that were
 * known.  Names, schemas, aliases and search_path play no part, since the tree names tables by their
 * numbers, and no row is touched.  Rights and row security stay those of the entry that was replaced.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "executor/tstoreReceiver.h"
#include "funcapi.h"
#include "nodes/nodeFuncs.h"
#include "parser/analyze.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

#include "pg/argument.h"
#include "pg/compat.h"
#include "pg/option_value.h"
#include "pg/row_source.h"

/* When rows of a table, or values of some of its columns, are known. */
typedef struct LeakSource
{
	char *relation;
	Oid relid;
	char *ts;
	char *known_at;
	char **columns; /* whose values are hidden; NULL: whole rows are */
	int n_columns;
	bool is_right_closed;
	int64 delay; /* microseconds */
	int n_found; /* range table entries */
} LeakSource;

typedef struct Shadow
{
	LeakSource *sources;
	int n_sources;
	const char *moment; /* as text */
	List *entries;		/* of LeakEntry, those to be replaced */
} Shadow;

typedef struct LeakEntry
{
	Query *query;
	int index; /* in its range table, from 1 */
} LeakEntry;

PG_FUNCTION_INFO_V1(orchard_leak_require_columns);
PG_FUNCTION_INFO_V1(orchard_rows_as_known);

static void
read_leak_option(LeakSource *source, const char *name, const JsonbValue *value)
{
	static const char *const ends[] = {"left", "right"};

	if (strcmp(name, "relation") == 0)
		source->relation = option_text(name, value);
	else if (strcmp(name, "ts") == 0)
		source->ts = option_text(name, value);
	else if (strcmp(name, "known_at") == 0)
		source->known_at = option_text(name, value);
	else if (strcmp(name, "columns") == 0)
		source->columns = option_names(name, value, &source->n_columns);
	else if (strcmp(name, "closed") == 0)
		source->is_right_closed = option_choice(name, value, ends, lengthof(ends)) == 1;
	else if (strcmp(name, "delay") == 0)
		source->delay = fixed_length(DatumGetIntervalP(DirectFunctionCall3(
										 interval_in, CStringGetDatum(option_text(name, value)),
										 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1))),
									 name, 0);
	else
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized option \"%s\" of a source", name),
			 errhint("The known options are: relation, ts, known_at, columns, closed and delay.")));
}

/* The number of the source's column; 42703 without one. */
static AttrNumber
require_attribute(const LeakSource *source, const char *name)
{
	AttrNumber attribute = get_attnum(source->relid, name);

	if (attribute <= 0)
		ereport(
			ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of relation \"%s\" does not exist", name, source->relation)));
	return attribute;
}

static bool
is_time(Oid type)
{
	return type == DATEOID || type == TIMESTAMPOID || type == TIMESTAMPTZOID;
}

static void
require_time_attribute(const LeakSource *source, const char *name)
{
	Oid type = getBaseType(get_atttype(source->relid, require_attribute(source, name)));

	if (!is_time(type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" must be a date or a timestamp, not %s", name,
						format_type_be(type))));
}

static void
check_leak_source(LeakSource *source)
{
	char kind;
	int i;

	if (source->relation == NULL || source->ts == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a source needs the option \"%s\"",
						source->relation == NULL ? "relation" : "ts")));
	source->relid = RangeVarGetRelid(
		makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(source->relation))),
		NoLock, false); /* the query has locked what it reads */
	kind = get_rel_relkind(source->relid);
	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_MATVIEW &&
		kind != RELKIND_FOREIGN_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("source \"%s\" is not a table", source->relation),
				 errhint("Name the tables that a view reads: views are expanded.")));
	require_time_attribute(source, source->ts);
	if (source->known_at != NULL)
		require_time_attribute(source, source->known_at);
	for (i = 0; i < source->n_columns; i++)
		(void) require_attribute(source, source->columns[i]);
}

static void
parse_leak_sources(Shadow *shadow, Jsonb *json)
{
	int i;

	if (!JB_ROOT_IS_ARRAY(json) || JB_ROOT_IS_SCALAR(json) || JB_ROOT_COUNT(json) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"sources\" must be an array of objects, one or more")));
	shadow->n_sources = JB_ROOT_COUNT(json);
	shadow->sources = palloc0(sizeof(LeakSource) * shadow->n_sources);
	for (i = 0; i < shadow->n_sources; i++)
	{
		JsonbValue *object = getIthJsonbValueFromContainer(&json->root, i);
		JsonbIterator *fields = option_object("sources", object, "an array of objects");
		JsonbValue value;
		char *name;

		while (option_next_field(&fields, &name, &value))
			read_leak_option(&shadow->sources[i], name, &value);
		check_leak_source(&shadow->sources[i]);
	}
}

/* The moment as a value of the column's type; a date is the midnight it begins with. */
static char *
moment_as(const Shadow *shadow, const LeakSource *source, const char *column)
{
	Oid type = getBaseType(get_atttype(source->relid, get_attnum(source->relid, column)));

	return psprintf("%s::pg_catalog.%s", quote_literal_cstr(shadow->moment),
					type == TIMESTAMPTZOID ? "timestamptz" : "timestamp");
}

/* Was it known? */
static void
append_known(StringInfo sql, const Shadow *shadow, const LeakSource *source)
{
	appendStringInfo(sql, "x.%s %s %s", quote_identifier(source->ts),
					 source->is_right_closed ? "<=" : "<", moment_as(shadow, source, source->ts));
	if (source->delay > 0)
		appendStringInfo(sql, " - pg_catalog.interval '" INT64_FORMAT " microseconds'",
						 source->delay);
	if (source->known_at != NULL)
		appendStringInfo(sql, " AND x.%s <= %s", quote_identifier(source->known_at),
						 moment_as(shadow, source, source->known_at));
}

static bool
hides_column(const LeakSource *source, Oid relid, AttrNumber attribute)
{
	int i;

	for (i = 0; i < source->n_columns; i++)
	{
		if (source->relid == relid && get_attnum(relid, source->columns[i]) == attribute)
			return true;
	}
	return false;
}

/* A column of the table, or NULL where its value was not known; a dropped one keeps its place. */
static void
append_column(StringInfo sql, const Shadow *shadow, Oid relid, AttrNumber attribute)
{
	char *name = get_attname(relid, attribute, true);
	bool is_hidden = false;
	int i;

	if (name == NULL || get_atttype(relid, attribute) == InvalidOid)
	{
		appendStringInfoString(sql, "NULL::pg_catalog.int4");
		return;
	}
	for (i = 0; i < shadow->n_sources; i++)
	{
		if (!hides_column(&shadow->sources[i], relid, attribute))
			continue;
		appendStringInfoString(sql, is_hidden ? " AND " : "CASE WHEN ");
		append_known(sql, shadow, &shadow->sources[i]);
		is_hidden = true;
	}
	appendStringInfo(sql, "%sx.%s%s", is_hidden ? " THEN " : "", quote_identifier(name),
					 is_hidden ? " END" : "");
}

/* Attributes of the table, dropped ones too. */
static int
count_attributes(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	int n;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	n = ((Form_pg_class) GETSTRUCT(tuple))->relnatts;
	ReleaseSysCache(tuple);
	return n;
}

/* The subquery that stands for the table. */
static char *
shadow_text(const Shadow *shadow, const RangeTblEntry *entry)
{
	StringInfoData sql;
	int n = count_attributes(entry->relid);
	bool is_hidden = false;
	int i;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	for (i = 1; i <= n; i++)
	{
		appendStringInfoString(&sql, i > 1 ? ", " : "");
		append_column(&sql, shadow, entry->relid, i);
	}
	appendStringInfo(&sql, " FROM %s%s AS x", entry->inh ? "" : "ONLY ",
					 quote_qualified_identifier(get_namespace_name(get_rel_namespace(entry->relid)),
												get_rel_name(entry->relid)));
	for (i = 0; i < shadow->n_sources; i++)
	{
		if (shadow->sources[i].columns != NULL || shadow->sources[i].relid != entry->relid)
			continue;
		appendStringInfoString(&sql, is_hidden ? " AND " : " WHERE ");
		append_known(&sql, shadow, &shadow->sources[i]);
		is_hidden = true;
	}
	return sql.data;
}

static Bitmapset *
add_selected(Bitmapset *selected, Oid relid, const char *column)
{
	return column == NULL ?
		selected :
		bms_add_member(selected, get_attnum(relid, column) - FirstLowInvalidHeapAttributeNumber);
}

/* The inner table is read with the rights of the entry, and needs those on the times besides. */
static void
hand_over_rights(const Shadow *shadow, const LeakEntry *place, RangeTblEntry *entry, Query *inner)
{
	RowRights *given = rights_of(place->query, entry);
	RowRights *needed = rights_of(inner, linitial_node(RangeTblEntry, inner->rtable));
	int i;

	needed->requiredPerms = given->requiredPerms;
	needed->checkAsUser = given->checkAsUser;
	needed->selectedCols = bms_copy(given->selectedCols);
	for (i = 0; i < shadow->n_sources; i++)
	{
		const LeakSource *source = &shadow->sources[i];

		if (source->relid != entry->relid)
			continue;
		needed->selectedCols = add_selected(needed->selectedCols, entry->relid, source->ts);
		needed->selectedCols = add_selected(needed->selectedCols, entry->relid, source->known_at);
	}
}

/* Row security goes with the table. */
static void
hand_over_security(const LeakEntry *place, RangeTblEntry *entry, Query *inner)
{
	RangeTblEntry *table = linitial_node(RangeTblEntry, inner->rtable);

	if (entry->securityQuals == NIL)
		return;
	ChangeVarNodes((Node *) entry->securityQuals, place->index, 1, 0);
	table->securityQuals = entry->securityQuals;
	entry->securityQuals = NIL;
	inner->hasSubLinks = inner->hasSubLinks || checkExprHasSubLink((Node *) table->securityQuals);
	inner->hasRowSecurity = place->query->hasRowSecurity;
}

/* A subquery has no samples and no system columns. */
static void
require_replaceable(const LeakEntry *place, RangeTblEntry *entry)
{
	RowRights *rights = rights_of(place->query, entry);
	int attribute;

	if (entry->tablesample != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("source \"%s\" is read with TABLESAMPLE", get_rel_name(entry->relid))));
	for (attribute = FirstLowInvalidHeapAttributeNumber + 1; attribute < 0; attribute++)
	{
		if (bms_is_member(attribute - FirstLowInvalidHeapAttributeNumber, rights->selectedCols))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("the query reads a system column of source \"%s\"",
							get_rel_name(entry->relid))));
	}
}

static void
replace_entry(const Shadow *shadow, const LeakEntry *place)
{
	RangeTblEntry *entry = rt_fetch(place->index, place->query->rtable);
	char *text = shadow_text(shadow, entry);
	Query *inner;

	require_replaceable(place, entry);
	inner = parse_analyze_fixedparams(linitial_node(RawStmt, pg_parse_query(text)), text, NULL, 0,
									  NULL);
	hand_over_rights(shadow, place, entry, inner);
	hand_over_security(place, entry, inner);
	entry->rtekind = RTE_SUBQUERY;
	entry->subquery = inner;
	entry->security_barrier = false;
	entry->inh = false;
	entry->relid = InvalidOid;
	entry->relkind = 0;
	entry->rellockmode = 0;
	forget_rights(entry);
}

/* Collects the entries of sources in a query and all below it; none is replaced before all are known. */
static bool
collect_entries(Node *node, Shadow *shadow)
{
	Query *query = (Query *) node;
	int index = 0;
	ListCell *cell;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, collect_entries, (void *) shadow);
	foreach (cell, query->rtable)
	{
		RangeTblEntry *entry = lfirst_node(RangeTblEntry, cell);
		bool is_found = false;
		int i;

		index++;
		for (i = 0; entry->rtekind == RTE_RELATION && i < shadow->n_sources; i++)
		{
			if (shadow->sources[i].relid != entry->relid)
				continue;
			shadow->sources[i].n_found++;
			is_found = true;
		}
		if (is_found)
		{
			LeakEntry *place = palloc(sizeof(LeakEntry));

			place->query = query;
			place->index = index;
			shadow->entries = lappend(shadow->entries, place);
		}
	}
	return query_tree_walker(query, collect_entries, (void *) shadow, 0);
}

static void
require_found(const Shadow *shadow)
{
	int i;

	for (i = 0; i < shadow->n_sources; i++)
	{
		if (shadow->sources[i].n_found == 0)
			ereport(
				ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the query does not read source \"%s\"", shadow->sources[i].relation),
				 errhint(
					 "Tables that functions and materialized views read are not seen: give the query itself.")));
	}
}

/* Runs the query into the store. */
static void
run_into(Query *query, const char *text, Tuplestorestate *store, MemoryContext context)
{
	PlannedStmt *plan = pg_plan_query(query, text, CURSOR_OPT_PARALLEL_OK, NULL);
	DestReceiver *receiver = CreateDestReceiver(DestTuplestore);
	QueryDesc *run;

	SetTuplestoreDestReceiverParams(receiver, store, context, true, NULL, NULL);
	PushActiveSnapshot(GetActiveSnapshot());
	run =
		CreateQueryDesc(plan, text, GetActiveSnapshot(), InvalidSnapshot, receiver, NULL, NULL, 0);
	ExecutorStart(run, 0);
	executor_run_all(run);
	ExecutorFinish(run);
	ExecutorEnd(run);
	FreeQueryDesc(run);
	PopActiveSnapshot();
	receiver->rDestroy(receiver);
}

/* The rows of the query, and of what follows it, as one statement that was proved to be one SELECT. */
static char *
rows_text(const char *query, const char *rest)
{
	MemoryContext caller = CurrentMemoryContext;
	RowSource *source;
	char *text;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	MemoryContextSwitchTo(caller);
	SPI_freeplan(row_source_plan(query, "query"));
	source = row_source_open(query);
	text = psprintf(
		"SELECT pg_catalog.to_jsonb(q) FROM (SELECT * FROM (SELECT * FROM %s) AS q %s) AS q",
		source->from, rest);
	SPI_freeplan(row_source_plan(text, "query"));
	SPI_finish();
	MemoryContextSwitchTo(caller);
	return text;
}

/* The moment of the prediction is a time of the query. */
static void
require_moment(const RowLayout *layout, const char *name)
{
	int column = row_layout_require(layout, name, "moment");
	Oid type = getBaseType(TupleDescAttr(layout->descriptor, column)->atttypid);

	if (!is_time(type))
		ereport(
			ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" must be a date or a timestamp, not %s", name,
					format_type_be(type)),
			 errhint(
				 "Name the time of the prediction last in argument \"keys\", or in argument \"moment\".")));
}

/* Arguments: the query, the keys, the moment.  Refuses names that the query does not have. */
Datum
orchard_leak_require_columns(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	char *query = text_argument(fcinfo, 0, "query");
	char *moment = text_argument(fcinfo, 2, "moment");
	const RowLayout *layout;
	Datum *keys;
	int n_keys;
	int i;

	require_argument(fcinfo, 1, "keys");
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &keys, NULL,
					  &n_keys);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	MemoryContextSwitchTo(caller);
	SPI_freeplan(row_source_plan(query, "query"));
	layout = row_source_open(query)->layout;
	SPI_finish();
	MemoryContextSwitchTo(caller);
	for (i = 0; i < n_keys; i++)
		row_layout_require(layout, TextDatumGetCString(keys[i]), "keys");
	require_moment(layout, moment);
	PG_RETURN_VOID();
}

Datum
orchard_rows_as_known(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	char *query = text_argument(fcinfo, 0, "query");
	Shadow shadow = {NULL, 0, NULL, NIL};
	Query *tree;
	char *sql;
	ListCell *cell;

	require_argument(fcinfo, 1, "sources");
	if (!PG_ARGISNULL(2))
		shadow.moment = text_to_cstring(PG_GETARG_TEXT_PP(2));
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	sql = rows_text(query, PG_ARGISNULL(3) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(3)));
	parse_leak_sources(&shadow, PG_GETARG_JSONB_P(1));
	tree = linitial_node(Query,
						 pg_analyze_and_rewrite_fixedparams(
							 linitial_node(RawStmt, pg_parse_query(sql)), sql, NULL, 0, NULL));
	(void) collect_entries((Node *) tree, &shadow);
	require_found(&shadow);
	if (shadow.moment != NULL)
	{
		foreach (cell, shadow.entries)
			replace_entry(&shadow, lfirst(cell));
	}
	run_into(tree, sql, result->setResult, result->econtext->ecxt_per_query_memory);
	return (Datum) 0;
}
