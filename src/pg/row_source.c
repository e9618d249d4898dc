/*
 * row_source.c: preparing, narrowing and running a source.
 *
 * The source is prepared once by itself, which proves that it is one complete SELECT and gives its
 * columns, and then stands as a subquery of the query that names the columns to be read: of a plain
 * relation no other column is touched, nor is a right on it needed.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/rel.h"
#include "utils/typcache.h"
#include "utils/varlena.h"

#include "pg/compat.h"
#include "pg/row_source.h"
#include "pg/threads.h"

#define PRODUCTS_OF_UNIT 600

static const char example[] =
	"Give the name of a table or view, or a query such as 'SELECT * FROM sales WHERE year > 2020'.";

static void
pg_attribute_noreturn() not_a_source(const char *argument, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"%s\" must be a relation or one SELECT, not %s", argument, problem),
			 errhint("%s", example)));
}

/* The quoted name when the text is one, else NULL: no query is a list of identifiers with dots. */
static char *
relation_name(const char *text, const char *argument)
{
	StringInfoData name;
	List *parts;
	ListCell *cell;

	if (!SplitIdentifierString(pstrdup(text), '.', &parts))
		return NULL;
	if (parts == NIL)
		not_a_source(argument, "an empty text");
	initStringInfo(&name);
	foreach (cell, parts)
		appendStringInfo(&name, "%s%s", name.len > 0 ? "." : "", quote_identifier(lfirst(cell)));
	return name.data;
}

/* The one statement of the plan, if it may be a source. */
static CachedPlanSource *
require_select(SPIPlanPtr plan, const char *argument)
{
	List *sources = SPI_plan_get_plan_sources(plan);
	CachedPlanSource *statement;
	Query *query;

	if (sources == NIL)
		not_a_source(argument, "an empty text");
	if (list_length(sources) > 1)
		not_a_source(argument, psprintf("%d statements", list_length(sources)));
	statement = linitial(sources);
	query = linitial_node(Query, statement->query_list);
	if (IsA(statement->raw_parse_tree->stmt, SelectStmt) && query->commandType == CMD_UTILITY)
		not_a_source(argument, "SELECT INTO");
	if (query->commandType == CMD_UTILITY || !SPI_is_cursor_plan(plan))
		not_a_source(argument,
					 GetCommandTagName(CreateCommandTag((Node *) statement->raw_parse_tree)));
	if (query->commandType != CMD_SELECT || list_length(statement->query_list) != 1)
		not_a_source(argument, GetCommandTagName(statement->commandTag));
	if (query->hasModifyingCTE)
		not_a_source(argument, "a query that changes data");
	if (query->rowMarks != NIL)
		not_a_source(argument, "one that locks rows");
	return statement;
}

/* The statement as a subquery: without its semicolon, and a comment at its end ends with the line. */
static char *
as_subquery(const char *text, const RawStmt *statement)
{
	const char *begin = text + Max(statement->stmt_location, 0);
	int length = statement->stmt_len > 0 ? statement->stmt_len : (int) strlen(begin);

	return psprintf("(%.*s\n) AS source", length, begin);
}

/* The text as a query; *from is the relation if it names one, else NULL. */
static SPIPlanPtr
prepare_text(const char *text, const char *argument, char **from)
{
	*from = relation_name(text, argument);
	return row_source_prepare(*from != NULL ? psprintf("SELECT * FROM %s", *from) : text);
}

SPIPlanPtr
row_source_plan(const char *text, const char *argument)
{
	char *from;
	SPIPlanPtr plan = prepare_text(text, argument, &from);

	(void) require_select(plan, argument);
	return plan;
}

/* The one table that the statement is of, or InvalidOid. */
static Oid
table_of(const CachedPlanSource *statement)
{
	const Query *query = linitial_node(Query, statement->query_list);
	const RangeTblEntry *entry;

	if (list_length(query->rtable) != 1)
		return InvalidOid;
	entry = linitial_node(RangeTblEntry, query->rtable);
	if (entry->rtekind != RTE_RELATION ||
		(entry->relkind != RELKIND_RELATION && entry->relkind != RELKIND_MATVIEW))
		return InvalidOid;
	return entry->relid;
}

RowSource *
row_source_open(const char *text)
{
	RowSource *source = palloc0(sizeof(RowSource));
	SPIPlanPtr plan = prepare_text(text, "source", &source->from);
	CachedPlanSource *statement = require_select(plan, "source");

	source->table = source->from != NULL ? table_of(statement) : InvalidOid;
	if (source->from == NULL)
		source->from = as_subquery(text, statement->raw_parse_tree);
	source->layout = row_layout_of_columns(statement->resultDesc);
	source->is_read = palloc0(sizeof(bool) * Max(source->layout->n_columns, 1));
	SPI_freeplan(plan);
	return source;
}

/* How many columns the table has, with those that were dropped and are still in its rows. */
static int
stored_columns(Oid table)
{
	TupleDesc descriptor = lookup_rowtype_tupdesc(get_rel_type_id(table), -1);
	int n = descriptor->natts;

	ReleaseTupleDesc(descriptor);
	return n;
}

bool
row_source_is_stored(const RowSource *source)
{
	return OidIsValid(source->table) &&
		stored_columns(source->table) == source->layout->n_columns &&
		pg_class_aclcheck(source->table, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

char *
row_source_columns(const RowSource *source)
{
	StringInfoData columns;
	int i;

	initStringInfo(&columns);
	for (i = 0; i < source->layout->n_columns; i++)
	{
		const char *name = NameStr(TupleDescAttr(source->layout->descriptor, i)->attname);

		if (!source->is_read[i])
			continue;
		row_layout_find(source->layout, name, i); /* raises when it stands twice */
		appendStringInfo(&columns, "%s%s", columns.len > 0 ? ", " : "", quote_identifier(name));
	}
	return columns.data;
}

static SPIPlanPtr
prepare(const char *query, int cursor_options)
{
	MemoryContext context = CurrentMemoryContext; /* SPI leaves its own behind */
	SPIPlanPtr plan = SPI_prepare_cursor(query, 0, NULL, cursor_options);

	if (plan == NULL)
		elog(ERROR, "could not prepare the source: %s", SPI_result_code_string(SPI_result));
	MemoryContextSwitchTo(context);
	return plan;
}

SPIPlanPtr
row_source_prepare(const char *query)
{
	return prepare(query, CURSOR_OPT_PARALLEL_OK);
}

/* The workers of the uppermost node that gathers rows; one that is elsewhere in the tree has 1 at least. */
static int
planned_workers(const PlannedStmt *statement)
{
	const Plan *node = statement->planTree;

	if (!statement->parallelModeNeeded)
		return 0;
	for (; node != NULL; node = node->lefttree)
	{
		if (IsA(node, Gather))
			return ((const Gather *) node)->num_workers;
		if (IsA(node, GatherMerge))
			return ((const GatherMerge *) node)->num_workers;
	}
	return 1;
}

/* What the plan has for one scan of the whole table, each process of which sums up its rows; else 0. */
static int
workers_of_scan(const PlannedStmt *statement, Oid table)
{
	const Plan *final = statement->planTree;
	const Plan *gather = IsA(final, Agg) ? outerPlan(final) : NULL;
	const Plan *partial = gather != NULL && IsA(gather, Gather) ? outerPlan(gather) : NULL;
	const Plan *scan = partial != NULL && IsA(partial, Agg) ? outerPlan(partial) : NULL;

	if (scan == NULL || !IsA(scan, SeqScan) || scan->qual != NIL || !scan->parallel_aware ||
		rt_fetch(((const Scan *) scan)->scanrelid, statement->rtable)->relid != table)
		return 0;
	return ((const Gather *) gather)->num_workers;
}

/* Has the table what a scan gives? */
static bool
has_all_columns(Oid table)
{
	Relation relation = table_open(table, AccessShareLock);
	TupleDesc descriptor = RelationGetDescr(relation);
	bool has_all = RelationIsScannable(relation);
	int i;

	for (i = 0; i < descriptor->natts; i++)
	{
		char generated = TupleDescAttr(descriptor, i)->attgenerated;

		has_all &= generated == '\0' || generated == ATTRIBUTE_GENERATED_STORED;
	}
	table_close(relation, NoLock);
	return has_all;
}

/* The workers of a plan, by what looks at it; the user's rights are asked for. */
static int
workers_of_plan(SPIPlanPtr plan, Oid table)
{
	MemoryContext context = CurrentMemoryContext;
	CachedPlan *cached = SPI_plan_get_cached_plan(plan);
	int workers = 0;

	if (cached != NULL)
	{
		const PlannedStmt *statement = linitial_node(PlannedStmt, cached->stmt_list);

		if (OidIsValid(table))
			require_plan_rights(statement);
		workers =
			OidIsValid(table) ? workers_of_scan(statement, table) : planned_workers(statement);
		ReleaseCachedPlan(cached, NULL); /* an unsaved plan has no resource owner */
	}
	MemoryContextSwitchTo(context);
	return workers;
}

int
row_source_workers(SPIPlanPtr plan)
{
	return workers_of_plan(plan, InvalidOid);
}

/*
 * The columns to be read under aggregates that cost the planner what training costs, in units of
 * PostgreSQL's own: one, and one more for each 600 products of two columns.
 */
static char *
counted_columns(const RowSource *source)
{
	int n = 0;
	int read = 0;
	int groups;
	StringInfoData counts;
	int i;

	for (i = 0; i < source->layout->n_columns; i++)
		n += source->is_read[i];
	groups = (int) Min(n, 1 + (int64) n * n / PRODUCTS_OF_UNIT);
	initStringInfo(&counts);
	for (i = 0; i < source->layout->n_columns; i++)
	{
		if (!source->is_read[i])
			continue;
		/* Column `read` is the first of a group where the quotient rises. */
		if (read == 0 || (int64) read * groups / n > (int64) (read - 1) * groups / n)
			appendStringInfoString(
				&counts, read == 0 ? "pg_catalog.count(ROW(" : ")), pg_catalog.count(ROW(");
		else
			appendStringInfoString(&counts, ", ");
		appendStringInfoString(
			&counts,
			quote_identifier(NameStr(TupleDescAttr(source->layout->descriptor, i)->attname)));
		read++;
	}
	appendStringInfoString(&counts, "))");
	return counts.data;
}

int
row_source_shared(const RowSource *source)
{
	SPIPlanPtr plan;
	int workers;

	if (!OidIsValid(source->table) || !has_all_columns(source->table))
		return 0;
	plan = row_source_prepare(psprintf("SELECT %s FROM %s", counted_columns(source), source->from));
	workers = workers_of_plan(plan, source->table);
	SPI_freeplan(plan);
	/* More processes than processors only cost their start. */
	return Min(workers, threads_processors() - (parallel_leader_participation ? 1 : 0));
}

int
row_source_begin_order(void)
{
	int settings = NewGUCNestLevel();

	(void) set_config_option("synchronize_seqscans", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return settings;
}

void
row_source_end_order(int settings)
{
	AtEOXact_GUC(false, settings);
}

void
row_source_run(SPIPlanPtr plan, DestReceiver *receiver)
{
	SPIExecuteOptions options = {.read_only = true, .dest = receiver};
	MemoryContext context = CurrentMemoryContext;
	int settings = row_source_begin_order();
	int result = SPI_execute_plan_extended(plan, &options);

	if (result != SPI_OK_SELECT)
		elog(ERROR, "could not run the source: %s", SPI_result_code_string(result));
	row_source_end_order(settings);
	MemoryContextSwitchTo(context);
}

void
row_source_read(const RowSource *source, DestReceiver *receiver)
{
	SPIPlanPtr plan =
		prepare(psprintf("SELECT %s FROM %s", row_source_columns(source), source->from),
				source->in_order ? 0 : CURSOR_OPT_PARALLEL_OK);

	row_source_run(plan, receiver);
	SPI_freeplan(plan);
}
