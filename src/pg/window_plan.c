/*
 * window_plan.c: walking a plan for windows, following columns down to tables, and SQL text.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "optimizer/tlist.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"

#include "pg/window_plan.h"

typedef struct Walk
{
	PlannedStmt *statement;
	List *deparse;
	WindowVisitor visit;
	void *context;
} Walk;

typedef struct Trace
{
	PlannedStmt *statement;
	Plan *plan; /* whose expression it is */
	const char *column;
} Trace;

typedef struct Collection
{
	Index winref;
	List *functions;
} Collection;

/* Adds the window functions of a window below an expression to the list, each once. */
static bool
collect_functions(Node *node, Collection *collection)
{
	if (node == NULL)
		return false;
	if (IsA(node, WindowFunc) && ((WindowFunc *) node)->winref == collection->winref)
	{
		collection->functions = list_append_unique(collection->functions, node);
		return false;
	}
	return expression_tree_walker(node, collect_functions, (void *) collection);
}

static void
visit_window(Walk *walk, WindowAgg *node, List *ancestors)
{
	Collection collection = {node->winref, NIL};
	WindowSite site = {walk->statement, node, NIL, ancestors, walk->deparse};

	(void) collect_functions((Node *) node->plan.targetlist, &collection);
	site.functions = collection.functions;
	walk->visit(&site, walk->context);
}

static void walk_plan(Walk *walk, Plan *plan, List *ancestors);

static void
walk_list(Walk *walk, List *plans, List *ancestors)
{
	ListCell *cell;

	foreach (cell, plans)
		walk_plan(walk, lfirst(cell), ancestors);
}

static void
walk_plan(Walk *walk, Plan *plan, List *ancestors)
{
	List *below;

	if (plan == NULL)
		return;
	check_stack_depth();
	below = lcons(plan, list_copy(ancestors));
	if (IsA(plan, WindowAgg))
		visit_window(walk, (WindowAgg *) plan, ancestors);
	else if (IsA(plan, Append))
		walk_list(walk, ((Append *) plan)->appendplans, below);
	else if (IsA(plan, MergeAppend))
		walk_list(walk, ((MergeAppend *) plan)->mergeplans, below);
	else if (IsA(plan, SubqueryScan))
		walk_plan(walk, ((SubqueryScan *) plan)->subplan, below);
	else if (IsA(plan, CustomScan))
		walk_list(walk, ((CustomScan *) plan)->custom_plans, below);
	walk_plan(walk, plan->lefttree, below);
	walk_plan(walk, plan->righttree, below);
}

void
window_plan_walk(PlannedStmt *statement, WindowVisitor visit, void *context)
{
	Bitmapset *all = NULL;
	Walk walk = {statement, NIL, visit, context};

	if (statement->rtable != NIL)
		all = bms_add_range(NULL, 1, list_length(statement->rtable));
	walk.deparse = deparse_context_for_plan_tree(
		statement, select_rtable_names_for_explain(statement->rtable, all));
	walk_list(&walk, statement->subplans, NIL);
	walk_plan(&walk, statement->planTree, NIL);
}

/* Has the range table entry a column of that name, by the table's own name for it? */
static bool
entry_has_column(RangeTblEntry *entry, const char *column)
{
	ListCell *cell;

	if (entry->rtekind == RTE_RELATION)
		return get_attnum(entry->relid, column) != InvalidAttrNumber;
	if (entry->rtekind == RTE_SUBQUERY || entry->rtekind == RTE_JOIN || entry->rtekind == RTE_CTE ||
		entry->eref == NULL)
		return false;
	foreach (cell, entry->eref->colnames)
	{
		if (strcmp(strVal(lfirst(cell)), column) == 0)
			return true;
	}
	return false;
}

bool
window_plan_has_column(PlannedStmt *statement, const char *column)
{
	ListCell *cell;

	foreach (cell, statement->rtable)
	{
		if (entry_has_column(lfirst(cell), column))
			return true;
	}
	return false;
}

/* Is the variable of a scan the column, or a row that has it? */
static bool
is_column(Trace *trace, Var *variable)
{
	RangeTblEntry *entry = rt_fetch(variable->varno, trace->statement->rtable);
	char *name;

	if (variable->varattno == 0)
		return entry_has_column(entry, trace->column);
	if (variable->varattno < 0)
		return false;
	if (entry->rtekind == RTE_RELATION)
		name = get_attname(entry->relid, variable->varattno, true);
	else if (entry->eref == NULL || variable->varattno > list_length(entry->eref->colnames))
		return false;
	else
		name = strVal(list_nth(entry->eref->colnames, variable->varattno - 1));
	return name != NULL && strcmp(name, trace->column) == 0;
}

/* Does output number `resno` of a plan need the column? */
static bool
output_reads(PlannedStmt *statement, Plan *plan, AttrNumber resno, const char *column)
{
	ListCell *cell;
	List *outputs = plan == NULL ? NIL : plan->targetlist;

	check_stack_depth();
	foreach (cell, outputs)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (resno != 0 && entry->resno != resno)
			continue;
		if (window_plan_reads(statement, plan, (Node *) entry->expr, column))
			return true;
	}
	return false;
}

static bool
any_output_reads(PlannedStmt *statement, List *plans, AttrNumber resno, const char *column)
{
	ListCell *cell;

	foreach (cell, plans)
	{
		if (output_reads(statement, lfirst(cell), resno, column))
			return true;
	}
	return false;
}

/* A variable that names an output of the node's input. */
static bool
input_reads(Trace *trace, Var *variable)
{
	PlannedStmt *statement = trace->statement;
	Plan *plan = trace->plan;
	AttrNumber resno = variable->varattno;

	if (variable->varno == INNER_VAR)
		return output_reads(statement, plan->righttree, resno, trace->column);
	if (IsA(plan, Append))
		return any_output_reads(statement, ((Append *) plan)->appendplans, resno, trace->column);
	if (IsA(plan, MergeAppend))
		return any_output_reads(statement, ((MergeAppend *) plan)->mergeplans, resno,
								trace->column);
	/* The right side of a recursive union reads its own rows: what they hold came from the left. */
	return output_reads(statement, plan->lefttree, resno, trace->column);
}

/* A variable of a list that a scan of an index, a foreign table or an extension gives. */
static bool
listed_reads(Trace *trace, Var *variable)
{
	Plan *plan = trace->plan;
	List *outputs = IsA(plan, IndexOnlyScan) ? ((IndexOnlyScan *) plan)->indextlist :
		IsA(plan, ForeignScan)				 ? ((ForeignScan *) plan)->fdw_scan_tlist :
		IsA(plan, CustomScan)				 ? ((CustomScan *) plan)->custom_scan_tlist :
											   NIL;
	TargetEntry *entry = get_tle_by_resno(outputs, variable->varattno);

	return entry != NULL && IsA(entry->expr, Var) &&
		!IS_SPECIAL_VARNO(((Var *) entry->expr)->varno) && is_column(trace, (Var *) entry->expr);
}

static bool
variable_reads(Trace *trace, Var *variable)
{
	PlannedStmt *statement = trace->statement;
	Plan *plan = trace->plan;

	if (variable->varno == INDEX_VAR)
		return listed_reads(trace, variable);
	if (IS_SPECIAL_VARNO(variable->varno))
		return input_reads(trace, variable);
	if (IsA(plan, SubqueryScan))
		return output_reads(statement, ((SubqueryScan *) plan)->subplan, variable->varattno,
							trace->column);
	if (IsA(plan, CteScan))
		return output_reads(statement,
							list_nth(statement->subplans, ((CteScan *) plan)->ctePlanId - 1),
							variable->varattno, trace->column);
	if (IsA(plan, WorkTableScan))
		return false;
	return is_column(trace, variable);
}

static bool
trace_walker(Node *node, Trace *trace)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var))
		return variable_reads(trace, (Var *) node);
	return expression_tree_walker(node, trace_walker, (void *) trace);
}

bool
window_plan_reads(PlannedStmt *statement, Plan *plan, Node *expression, const char *column)
{
	Trace trace = {statement, plan, column};

	return trace_walker(expression, &trace);
}

char *
window_plan_expression_text(WindowSite *site, Node *expression)
{
	List *context = set_deparse_context_plan(site->deparse, (Plan *) site->node, site->ancestors);

	return deparse_expression(expression, context, false, false);
}

char *
window_plan_function_text(WindowSite *site, WindowFunc *function)
{
	char *text = window_plan_expression_text(site, (Node *) function);
	char *end = NULL;
	char *next;

	/* A plan has no window clause, so ruleutils ends with a stand-in. */
	for (next = strstr(text, " OVER "); next != NULL; next = strstr(next + 1, " OVER "))
		end = next;
	if (end != NULL)
		*end = '\0';
	return text;
}

static void
append_columns(WindowSite *site, StringInfo text, const char *keyword, int n, AttrNumber *columns)
{
	Plan *input = site->node->plan.lefttree;
	List *context = set_deparse_context_plan(site->deparse, input,
											 lcons(site->node, list_copy(site->ancestors)));
	int i;

	for (i = 0; i < n; i++)
	{
		TargetEntry *entry = get_tle_by_resno(input->targetlist, columns[i]);

		appendStringInfo(text, "%s%s",
						 i > 0			   ? ", " :
							 text->len > 0 ? " " :
											 "",
						 i > 0 ? "" : keyword);
		appendStringInfoString(
			text,
			entry == NULL ? "?" : deparse_expression((Node *) entry->expr, context, false, false));
	}
}

/* One end of the frame. */
static void
append_bound(WindowSite *site, StringInfo text, bool unbounded, bool current, bool preceding,
			 Node *offset)
{
	if (unbounded)
		appendStringInfoString(text, "UNBOUNDED");
	else if (current)
		appendStringInfoString(text, "CURRENT ROW");
	else if (IsA(offset, Const) && ((Const *) offset)->consttype == INT8OID)
		appendStringInfo(text, INT64_FORMAT, DatumGetInt64(((Const *) offset)->constvalue));
	else
		appendStringInfoString(text, window_plan_expression_text(site, offset));
	if (!current)
		appendStringInfoString(text, preceding ? " PRECEDING" : " FOLLOWING");
}

static void
append_frame(WindowSite *site, StringInfo text)
{
	int options = site->node->frameOptions;

	appendStringInfo(text, "%s%s BETWEEN ", text->len > 0 ? " " : "",
					 options & FRAMEOPTION_RANGE	? "RANGE" :
						 options & FRAMEOPTION_ROWS ? "ROWS" :
													  "GROUPS");
	append_bound(site, text, options & FRAMEOPTION_START_UNBOUNDED_PRECEDING,
				 options & FRAMEOPTION_START_CURRENT_ROW,
				 options &
					 (FRAMEOPTION_START_UNBOUNDED_PRECEDING | FRAMEOPTION_START_OFFSET_PRECEDING),
				 site->node->startOffset);
	appendStringInfoString(text, " AND ");
	append_bound(site, text, options & FRAMEOPTION_END_UNBOUNDED_FOLLOWING,
				 options & FRAMEOPTION_END_CURRENT_ROW, options & FRAMEOPTION_END_OFFSET_PRECEDING,
				 site->node->endOffset);
	if (options & FRAMEOPTION_EXCLUDE_CURRENT_ROW)
		appendStringInfoString(text, " EXCLUDE CURRENT ROW");
	else if (options & FRAMEOPTION_EXCLUDE_GROUP)
		appendStringInfoString(text, " EXCLUDE GROUP");
	else if (options & FRAMEOPTION_EXCLUDE_TIES)
		appendStringInfoString(text, " EXCLUDE TIES");
}

char *
window_plan_definition(WindowSite *site)
{
	WindowAgg *node = site->node;
	StringInfoData text;

	initStringInfo(&text);
	append_columns(site, &text, "PARTITION BY ", node->partNumCols, node->partColIdx);
	append_columns(site, &text, "ORDER BY ", node->ordNumCols, node->ordColIdx);
	if (node->frameOptions & FRAMEOPTION_NONDEFAULT)
		append_frame(site, &text);
	return text.data;
}
