/*
 * scan_row.c: an aggregate reads the rows of the scan below it where the scan has them.
 *
 * No aggregate can ask the planner for this, so it is done when the first row has come, to this one
 * execution of the plan: the scan gets another projection, which has NULL where the row was formed.
 * EXPLAIN shows the row as before.  What a query means does not change, for these reasons.
 *
 * - Nobody else sees the NULL: in the aggregate's node the column is read by this argument alone, and
 *   a scan has one node above it.
 * - The scan's slot holds the row that the transition function is called for.  That is so where the
 *   aggregate stands right above the scan and takes one row after the other: without GROUP BY or with
 *   rows that come sorted.  It is not where rows are put aside: by ORDER BY or DISTINCT inside the
 *   aggregate, by grouping sets, and by hashing, which may write rows to disk and read them later.
 * - The other columns that the scan passes on are columns of its row, so nothing is computed twice or
 *   begins anew.
 * - The row in the slot has the columns of the formed one, each in its place.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"

#include "pg/compat.h"
#include "pg/scan_row.h"

/* Who reads a column that comes from below. */
typedef struct Readers
{
	const Aggref *call; /* ours */
	int argument;
	const Var *row; /* the argument, the column */
	bool has_others;
} Readers;

/* Looks for readers of the column but that argument of the calls that share the call's state. */
static bool
find_others(Node *node, void *context)
{
	Readers *readers = context;

	if (node == NULL || readers->has_others)
		return readers->has_others;
	if (IsA(node, Var))
	{
		const Var *column = (const Var *) node;

		readers->has_others =
			column->varno == readers->row->varno && column->varattno == readers->row->varattno;
		return readers->has_others;
	}
	if (IsA(node, Aggref) && ((Aggref *) node)->aggtransno == readers->call->aggtransno)
	{
		const Aggref *call = (const Aggref *) node;
		ListCell *cell;

		foreach (cell, call->args)
		{
			if (foreach_current_index(cell) != readers->argument &&
				find_others(lfirst(cell), context))
				return true;
		}
		return find_others((Node *) call->aggfilter, context);
	}
	return expression_tree_walker(node, find_others, context);
}

/* Is the column read by the argument alone? */
static bool
is_sole_reader(const Agg *plan, const Aggref *call, int argument, const Var *row)
{
	Readers readers = {call, argument, row, false};
	int i;

	for (i = 0; i < plan->numCols; i++)
	{
		if (plan->grpColIdx[i] == row->varattno)
			return false;
	}
	return !find_others((Node *) plan->plan.targetlist, &readers) &&
		!find_others((Node *) plan->plan.qual, &readers);
}

/* Does each row reach the transition function while it is the last that came from below? */
static bool
takes_rows_in_turn(const Agg *plan, const Aggref *call)
{
	return (plan->aggstrategy == AGG_PLAIN || plan->aggstrategy == AGG_SORTED) &&
		plan->groupingSets == NIL && plan->chain == NIL && call->aggorder == NIL &&
		call->aggdistinct == NIL;
}

/* Is it one of the scans that leave the row they are at where its columns are read? */
static bool
is_scan(const PlanState *state)
{
	switch (nodeTag(state))
	{
		case T_SeqScanState:
		case T_SampleScanState:
		case T_IndexScanState:
		case T_BitmapHeapScanState:
		case T_TidScanState:
		case T_TidRangeScanState:
		case T_SubqueryScanState:
		case T_CteScanState:
		case T_ValuesScanState:
			return state->ps_ProjInfo != NULL;
		default:
			return false;
	}
}

static bool
is_whole_row(const Node *value)
{
	return IsA(value, Var) && ((const Var *) value)->varattno == InvalidAttrNumber &&
		!IS_SPECIAL_VARNO(((const Var *) value)->varno) && !is_other_row((const Var *) value);
}

/* Are these, in their places, the columns of the row? */
static bool
has_columns(TupleDesc slot, TupleDesc columns)
{
	int i;

	if (slot->natts != columns->natts)
		return false;
	for (i = 0; i < slot->natts; i++)
	{
		Form_pg_attribute a = TupleDescAttr(slot, i);
		Form_pg_attribute b = TupleDescAttr(columns, i);

		if (a->atttypid != b->atttypid || a->attlen != b->attlen || a->attalign != b->attalign ||
			a->attbyval != b->attbyval || a->attisdropped != b->attisdropped)
			return false;
	}
	return true;
}

/* What the scan passes on, with NULL in one place; NIL when a column is not one of its row. */
static List *
leave_out(List *targets, AttrNumber place)
{
	List *result = NIL;
	ListCell *cell;

	foreach (cell, targets)
	{
		const TargetEntry *target = lfirst(cell);

		if (!IsA(target->expr, Var))
			return NIL;
		if (target->resno == place)
		{
			const Var *row = (const Var *) target->expr;
			TargetEntry *none = flatCopyTargetEntry((TargetEntry *) target);

			none->expr = (Expr *) makeNullConst(row->vartype, row->vartypmod, row->varcollid);
			target = none;
		}
		else if (((const Var *) target->expr)->varattno == InvalidAttrNumber)
			return NIL;
		result = lappend(result, (void *) target);
	}
	return result;
}

/* The same with the place's own check; NIL unless a row is formed there. */
static List *
without_row(const PlanState *scan, AttrNumber place)
{
	const TargetEntry *target;

	if (place < 1 || place > list_length(scan->plan->targetlist))
		return NIL;
	target = list_nth(scan->plan->targetlist, place - 1);
	if (target->resno != place || !is_whole_row((const Node *) target->expr))
		return NIL;
	return leave_out(scan->plan->targetlist, place);
}

const ExprContext *
scan_rows_take(FunctionCallInfo fcinfo, int argument, TupleDesc columns)
{
	const Aggref *call = AggGetAggref(fcinfo);
	PlanState *state = (PlanState *) fcinfo->context;
	const Var *row;
	PlanState *scan;
	ExprContext *context;
	MemoryContext caller;
	List *targets;

	if (call == NULL || state == NULL || !IsA(state, AggState) ||
		!takes_rows_in_turn((const Agg *) state->plan, call))
		return NULL;
	row = (const Var *) ((TargetEntry *) list_nth(call->args, argument))->expr;
	scan = outerPlanState(state);
	if (!IsA(row, Var) || row->varno != OUTER_VAR || !is_scan(scan) ||
		!is_sole_reader((const Agg *) state->plan, call, argument, row))
		return NULL;
	context = scan->ps_ExprContext;
	if (TupIsNull(context->ecxt_scantuple) ||
		!has_columns(context->ecxt_scantuple->tts_tupleDescriptor, columns))
		return NULL;
	caller = MemoryContextSwitchTo(state->state->es_query_cxt);
	targets = without_row(scan, row->varattno);
	if (targets != NIL)
		scan->ps_ProjInfo =
			ExecBuildProjectionInfo(targets, context, scan->ps_ResultTupleSlot, scan,
									context->ecxt_scantuple->tts_tupleDescriptor);
	MemoryContextSwitchTo(caller);
	return targets != NIL ? context : NULL;
}
