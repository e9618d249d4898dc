/*
 * window_check.c: check_windows(query, label): what makes the windows of a query slow, unstable or
 * leak what is to be predicted.
 *
 * The query is planned with the caller's rights, as EXPLAIN does, and never
 * run.  Each rule repeats a condition of PostgreSQL's WindowAgg node: it undoes
 * rows only where the aggregate has an inverse, the frame's start moves, no row
 * is excluded, and neither arguments nor FILTER hold a volatile function or a
 * subplan (initialize_peragg in nodeWindowAgg.c).
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "pg/argument.h"
#include "pg/compat.h"
#include "pg/row_source.h"
#include "pg/window_plan.h"

/* A frame of so many rows costs about as much to read again as to move. */
#define SHORT_FRAME 32

#define N_COLUMNS 6

typedef struct Check
{
	ReturnSetInfo *result;
	const char *label; /* a column's name, or NULL */
	Oid namespace;	   /* where Orchard's functions are */
} Check;

PG_FUNCTION_INFO_V1(orchard_check_windows);

/* One row of the result; functions: a text. */
static void
report(Check *check, WindowSite *site, const char *severity, const char *functions,
	   const char *problem, const char *detail, const char *hint)
{
	const char *texts[N_COLUMNS] = {severity, functions, window_plan_definition(site),
									problem,  detail,	 hint};
	Datum values[N_COLUMNS];
	bool nulls[N_COLUMNS] = {false};
	int i;

	for (i = 0; i < N_COLUMNS; i++)
		values[i] = CStringGetTextDatum(texts[i]);
	tuplestore_putvalues(check->result->setResult, check->result->setDesc, values, nulls);
}

/* The inverse transition function of an aggregate, InvalidOid when it has none. */
static Oid
inverse_of(Oid function)
{
	HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(function));
	Oid inverse = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		inverse = ((Form_pg_aggregate) GETSTRUCT(tuple))->aggminvtransfn;
		ReleaseSysCache(tuple);
	}
	return inverse;
}

/* Orchard's aggregate of the same name and arguments that moves, or InvalidOid. */
static Oid
drop_in_for(const Check *check, Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc form;
	Oid found;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	found =
		GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(NameStr(form->proname)),
						PointerGetDatum(&form->proargtypes), ObjectIdGetDatum(check->namespace));
	ReleaseSysCache(tuple);
	return OidIsValid(found) && OidIsValid(inverse_of(found)) ? found : InvalidOid;
}

/* Is it the built-in window function of that name? */
static bool
is_built_in(const WindowFunc *function, const char *name)
{
	return get_func_namespace(function->winfnoid) == PG_CATALOG_NAMESPACE &&
		strcmp(get_func_name(function->winfnoid), name) == 0;
}

/* Does the frame matter to it? */
static bool
uses_frame(const WindowFunc *function)
{
	return function->winagg || is_built_in(function, "first_value") ||
		is_built_in(function, "last_value") || is_built_in(function, "nth_value");
}

/* The value of a constant of that type; false when it is none. */
static bool
constant_of(Node *node, Oid type, Datum *value)
{
	Const *constant = (Const *) node;

	if (node == NULL || !IsA(node, Const) || constant->consttype != type || constant->constisnull)
		return false;
	*value = constant->constvalue;
	return true;
}

/* Where a bound of a ROWS frame lies from the current row; false when that is not known or far. */
static bool
bound_position(bool current, bool preceding, bool following, Node *offset, int64 *position)
{
	Datum value;

	*position = 0;
	if (current)
		return true;
	if (!(preceding || following) || !constant_of(offset, INT8OID, &value) ||
		DatumGetInt64(value) > SHORT_FRAME)
		return false;
	*position = preceding ? -DatumGetInt64(value) : DatumGetInt64(value);
	return true;
}

/* Is the frame known to hold few rows? */
static bool
is_short(const WindowAgg *node)
{
	int options = node->frameOptions;
	int64 start;
	int64 end;

	if ((options & FRAMEOPTION_START_CURRENT_ROW) && (options & FRAMEOPTION_END_CURRENT_ROW))
		return true;
	return (options & FRAMEOPTION_ROWS) &&
		bound_position(options & FRAMEOPTION_START_CURRENT_ROW,
					   options & FRAMEOPTION_START_OFFSET_PRECEDING,
					   options & FRAMEOPTION_START_OFFSET_FOLLOWING, node->startOffset, &start) &&
		bound_position(options & FRAMEOPTION_END_CURRENT_ROW,
					   options & FRAMEOPTION_END_OFFSET_PRECEDING,
					   options & FRAMEOPTION_END_OFFSET_FOLLOWING, node->endOffset, &end) &&
		end - start < SHORT_FRAME;
}

/* What keeps the arguments or FILTER of an aggregate from being undone. */
static void
check_arguments(Check *check, WindowSite *site, WindowFunc *function, const char *text)
{
	if (contain_volatile_functions((Node *) function->args) ||
		contain_volatile_functions((Node *) function->aggfilter))
		report(
			check, site, "slow", text, "volatile_argument",
			"A volatile function in an argument or in FILTER makes PostgreSQL read the whole frame again for each row.",
			"Compute the argument in a subquery below the window.");
	else if (contain_subplans((Node *) function->args) ||
			 contain_subplans((Node *) function->aggfilter))
		report(
			check, site, "slow", text, "subquery_argument",
			"A correlated subquery in an argument or in FILTER makes PostgreSQL read the whole frame again for each row.",
			"Compute the argument in a subquery below the window, or join.");
}

/* What keeps one aggregate from moving, over a frame that does. */
static void
check_moving(Check *check, WindowSite *site, WindowFunc *function)
{
	char *text = window_plan_function_text(site, function);
	Oid drop_in = InvalidOid;

	if (!OidIsValid(inverse_of(function->winfnoid)))
	{
		if (get_func_namespace(function->winfnoid) == PG_CATALOG_NAMESPACE)
			drop_in = drop_in_for(check, function->winfnoid);
		if (!OidIsValid(drop_in))
			return;
		report(
			check, site, "slow", text, "built_in_aggregate",
			"This built-in has no moving form: PostgreSQL reads the whole frame again for each row.",
			psprintf("Write %s.%s, or put orchard before pg_catalog in search_path.",
					 quote_identifier(get_namespace_name(check->namespace)),
					 quote_identifier(get_func_name(drop_in))));
	}
	check_arguments(check, site, function, text);
}

static void
check_speed(Check *check, WindowSite *site)
{
	int options = site->node->frameOptions;
	ListCell *cell;

	if (is_short(site->node))
		return;
	foreach (cell, site->functions)
	{
		WindowFunc *function = lfirst_node(WindowFunc, cell);

		if (!function->winagg)
			continue;
		if (options & FRAMEOPTION_EXCLUSION)
			report(
				check, site, "slow", window_plan_function_text(site, function), "exclude",
				"EXCLUDE makes PostgreSQL read the whole frame again for each row.",
				"End the frame before the current row: AND 1 PRECEDING in ROWS, AND '1 microsecond' PRECEDING in RANGE over times; or use orchard.rolling.");
		else if (!(options & FRAMEOPTION_START_UNBOUNDED_PRECEDING))
			check_moving(check, site, function);
	}
}

/* Is the offset a number of days or months that is added to a timestamptz? */
static bool
is_calendar_offset(Node *offset, Oid in_range)
{
	Datum value;

	return in_range == F_IN_RANGE_TIMESTAMPTZ_TIMESTAMPTZ_INTERVAL_BOOL_BOOL &&
		constant_of(offset, INTERVALOID, &value) &&
		(DatumGetIntervalP(value)->day != 0 || DatumGetIntervalP(value)->month != 0);
}

static void
check_calendar(Check *check, WindowSite *site)
{
	WindowAgg *node = site->node;
	Node *offset = is_calendar_offset(node->startOffset, node->startInRangeFunc) ?
		node->startOffset :
		is_calendar_offset(node->endOffset, node->endInRangeFunc) ? node->endOffset :
																	NULL;
	StringInfoData functions;
	ListCell *cell;

	initStringInfo(&functions);
	foreach (cell, site->functions)
	{
		WindowFunc *function = lfirst_node(WindowFunc, cell);

		if (uses_frame(function))
			appendStringInfo(&functions, "%s%s", functions.len > 0 ? ", " : "",
							 window_plan_function_text(site, function));
	}
	if (offset == NULL || functions.len == 0)
		return;
	report(
		check, site, "unstable", functions.data, "calendar_range",
		psprintf("%s before a timestamp with time zone depends on the session's TimeZone.",
				 window_plan_expression_text(site, offset)),
		"Write hours, such as '24 hours' or '720 hours'; or use orchard.rolling, whose day is 24 hours.");
}

static bool
is_zero(Node *offset)
{
	Datum value;

	if (constant_of(offset, INT8OID, &value))
		return DatumGetInt64(value) == 0;
	if (constant_of(offset, INT4OID, &value))
		return DatumGetInt32(value) == 0;
	if (constant_of(offset, INTERVALOID, &value))
		return DatumGetIntervalP(value)->time == 0 && DatumGetIntervalP(value)->day == 0 &&
			DatumGetIntervalP(value)->month == 0;
	return false;
}

/* What a frame shows of the label that is not known yet at its row, or NULL. */
static const char *
frame_leak(const WindowAgg *node)
{
	int options = node->frameOptions;

	if ((options & FRAMEOPTION_END_UNBOUNDED_FOLLOWING) ||
		((options & FRAMEOPTION_END_OFFSET_FOLLOWING) && !is_zero(node->endOffset)))
		return "The frame reaches into rows after the current one.";
	if (((options & FRAMEOPTION_END_OFFSET_PRECEDING) && !is_zero(node->endOffset)) ||
		((options & FRAMEOPTION_START_OFFSET_FOLLOWING) && !is_zero(node->startOffset)))
		return NULL;
	if (options & (FRAMEOPTION_EXCLUDE_CURRENT_ROW | FRAMEOPTION_EXCLUDE_GROUP))
		return NULL;
	return "The frame holds the current row, whose label is what is predicted.";
}

/* The same of lag and lead; an offset that is not constant is left alone. */
static const char *
shift_leak(const WindowFunc *function, bool is_lead)
{
	Datum value;
	int64 offset = 1;

	if (list_length(function->args) > 1)
	{
		if (!constant_of(lsecond(function->args), INT4OID, &value))
			return NULL;
		offset = DatumGetInt32(value);
	}
	if (is_lead)
		offset = -offset;
	return offset > 0 ? NULL :
		offset == 0	  ? "It gives the label of the current row." :
						"It gives the label of a row after the current one.";
}

/* The same of rolling(x, ts, windows, delay, closed, ...). */
static const char *
rolling_leak(const WindowFunc *function)
{
	Datum closed;
	char *ends;

	if (!is_zero(list_nth(function->args, 3)) ||
		!constant_of(list_nth(function->args, 4), TEXTOID, &closed))
		return NULL;
	ends = TextDatumGetCString(closed);
	return strcmp(ends, "right") == 0 || strcmp(ends, "both") == 0 ?
		"Closed to the right and without a delay, the windows hold the current row, whose label is what is predicted." :
		NULL;
}

/* What the function shows of the label, or NULL. */
static const char *
function_leak(const Check *check, const WindowSite *site, const WindowFunc *function)
{
	if (uses_frame(function))
		return frame_leak(site->node);
	if (is_built_in(function, "lag"))
		return shift_leak(function, false);
	if (is_built_in(function, "lead"))
		return shift_leak(function, true);
	if (get_func_namespace(function->winfnoid) == check->namespace &&
		strcmp(get_func_name(function->winfnoid), "rolling") == 0)
		return rolling_leak(function);
	return NULL;
}

/* Are the rows partitioned by the label? */
static bool
partitions_by_label(const Check *check, WindowSite *site)
{
	WindowAgg *node = site->node;
	Plan *input = node->plan.lefttree;
	int i;

	for (i = 0; i < node->partNumCols; i++)
	{
		TargetEntry *entry = list_nth(input->targetlist, node->partColIdx[i] - 1);

		if (window_plan_reads(site->statement, input, (Node *) entry->expr, check->label))
			return true;
	}
	return false;
}

static void
check_leak(Check *check, WindowSite *site)
{
	bool is_partitioned = partitions_by_label(check, site);
	ListCell *cell;

	foreach (cell, site->functions)
	{
		WindowFunc *function = lfirst_node(WindowFunc, cell);
		const char *detail = function_leak(check, site, function);
		char *text = window_plan_function_text(site, function);

		if (is_partitioned)
			report(check, site, "leak", text, "label_in_partition",
				   "Rows are partitioned by the label, so the result tells it.",
				   "Partition by what is known when the prediction is made.");
		else if (detail != NULL &&
				 window_plan_reads(site->statement, (Plan *) site->node, (Node *) function,
								   check->label))
			report(
				check, site, "leak", text, "label_in_frame", detail,
				"End the frame before the current row, and before labels that are not known yet; orchard.rolling(x, ts, windows, delay) does so.");
	}
}

static void
check_site(WindowSite *site, void *context)
{
	Check *check = context;

	if (check->label != NULL)
		check_leak(check, site);
	check_calendar(check, site);
	check_speed(check, site);
}

/* The plan of the one statement, valid until the returned plan is released. */
static CachedPlan *
plan_of(SPIPlanPtr prepared)
{
	CachedPlan *plan = SPI_plan_get_cached_plan(prepared);

	if (plan == NULL)
		elog(ERROR, "could not plan the query");
	return plan;
}

Datum
orchard_check_windows(PG_FUNCTION_ARGS)
{
	char *query = text_argument(fcinfo, 0, "query");
	Check check = {(ReturnSetInfo *) fcinfo->resultinfo, NULL, InvalidOid};
	MemoryContext caller;
	PlannedStmt *statement;
	CachedPlan *plan;

	if (!PG_ARGISNULL(1))
		check.label = text_to_cstring(PG_GETARG_TEXT_PP(1));
	InitMaterializedSRF(fcinfo, 0);
	check.namespace = get_func_namespace(fcinfo->flinfo->fn_oid);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	caller = CurrentMemoryContext;
	plan = plan_of(row_source_plan(query, "query"));
	MemoryContextSwitchTo(caller);
	statement = linitial_node(PlannedStmt, plan->stmt_list);
	require_plan_rights(statement);
	if (check.label != NULL && !window_plan_has_column(statement, check.label))
		ereport(
			ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("no table that the query reads has a column \"%s\"", check.label),
			 errhint(
				 "Argument \"label\" is the name of the table's column from which the label comes.")));
	window_plan_walk(statement, check_site, &check);
	ReleaseCachedPlan(plan, NULL);
	SPI_finish();
	return (Datum) 0;
}
