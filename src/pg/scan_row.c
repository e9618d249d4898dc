/*
 * scan_row.c: an aggregate reads its rows where they are, so that they need not be formed.
 *
 * No aggregate can ask the planner for this, so it is done when the first row has come, to this one
 * execution of the plan.  EXPLAIN shows the row as before.  What a query means does not change; there
 * are two cases.
 *
 * 1. A row that is written out, as a view or a subquery leaves it that was merged into the query, is
 *	  formed in the aggregate's own node, of columns that come from below.  The transition gets another
 *	  expression, with NULL in the row's place, and the columns are read from the input that this
 *	  expression is evaluated for, or computed from it.  That input is the row's own however the node
 *	  groups, but for ORDER BY or DISTINCT inside the aggregate, which put rows aside.  Nothing may be
 *	  in the new expression that cannot begin anew: no subquery, no volatile function, none that the user
 *	  who is in charge now may not call.
 *
 * 2. A row of a table, a subquery or a common table expression is formed by the scan below, which gets
 *	  another projection with NULL in the row's place.
 *	  - Nobody else sees the NULL: in the aggregate's node the column is read by this argument alone,
 *		and a scan has one node above it.
 *	  - The scan's slot holds the row that the transition function is called for.  That is so where the
 *		aggregate stands right above the scan and takes one row after the other: without GROUP BY or
 *		with rows that come sorted.  It is not where rows are put aside: by grouping sets, by hashing,
 *		which may write rows to disk and read them later, and by ORDER BY or DISTINCT in the aggregate.
 *	  - The other columns that the scan passes on are columns of its row, so nothing is computed twice
 *		or begins anew.
 *	  - The row in the slot has the columns of the formed one, each in its place.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "executor/nodeAgg.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"

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

static bool
is_denied(Oid function, void *context)
{
	return !may_execute(function);
}

/*
 * Looks for what the executor may refuse or change when an expression is built anew.
 *
 * It asks then whether the user may call each function, and looks up what a domain requires.  A cursor
 * keeps the answers of its opening, which may be another user's.
 */
static bool
find_refusal(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return IsA(node, CoerceToDomain) || check_functions_in_node(node, is_denied, NULL) ||
		expression_tree_walker(node, find_refusal, context);
}

/* May what the node's calls read, the row's columns among it, begin anew? */
static bool
can_begin_anew(const AggState *state)
{
	int i;

	for (i = 0; i < state->numtrans; i++)
	{
		const AggStatePerTrans transition = &state->pertrans[i];
		Node *arguments = (Node *) transition->aggref->args;
		Node *filter = (Node *) transition->aggref->aggfilter;

		if (contain_volatile_functions(arguments) || contain_volatile_functions(filter) ||
			contain_subplans(arguments) || contain_subplans(filter) ||
			find_refusal(arguments, NULL) || find_refusal(filter, NULL))
			return false;
	}
	return true;
}

/* The call with NULL in place of the argument. */
static Aggref *
without_argument(const Aggref *call, int argument)
{
	Aggref *result = makeNode(Aggref);
	TargetEntry *none;
	const Node *row;

	*result = *call;
	result->args = list_copy(call->args);
	none = flatCopyTargetEntry(list_nth(call->args, argument));
	row = (const Node *) none->expr;
	none->expr = (Expr *) makeNullConst(exprType(row), exprTypmod(row), exprCollation(row));
	lfirst(list_nth_cell(result->args, argument)) = none;
	return result;
}

/* Transitions do without the row from the next on. */
static void
leave_out_argument(AggState *state, int argument)
{
	AggStatePerPhase phase = state->phase;
	bool is_hashed = phase->aggstrategy == AGG_HASHED;

	state->curpertrans->aggref = without_argument(state->curpertrans->aggref, argument);
	phase->evaltrans = ExecBuildAggTrans(state, phase, !is_hashed, is_hashed, false);
	phase->evaltrans_cache[0][0] = phase->evaltrans;
}

/*
 * The columns of the input, those that the row is made of under its names; NULL when one of the row is
 * computed or stands in it twice.
 */
static TupleDesc
input_columns(const RowExpr *row, TupleDesc input, TupleDesc columns)
{
	TupleDesc result = CreateTupleDescCopy(input);
	ListCell *cell;
	int i;

	for (i = 0; i < result->natts; i++)
		TupleDescAttr(result, i)->attisdropped = true;
	foreach (cell, row->args)
	{
		const Var *column = lfirst(cell);
		Form_pg_attribute named = TupleDescAttr(columns, foreach_current_index(cell));
		Form_pg_attribute attribute;

		if (!IsA(column, Var) || column->varno != OUTER_VAR || column->varattno < 1 ||
			column->varattno > result->natts)
			return NULL;
		attribute = TupleDescAttr(result, column->varattno - 1);
		if (!attribute->attisdropped || attribute->atttypid != named->atttypid)
			return NULL;
		attribute->attisdropped = false;
		namestrcpy(&attribute->attname, NameStr(named->attname));
	}
	return result;
}

/*
 * The row's columns computed one by one.
 *
 * They come in slots of two kinds where hashing writes rows to disk: those from there have to be taken
 * apart first, those from below perhaps not.
 */
static ProjectionInfo *
project_columns(AggState *state, const RowExpr *row, TupleDesc columns)
{
	PlanState *node = &state->ss.ps;
	TupleTableSlot *slot =
		ExecInitExtraTupleSlot(node->state, CreateTupleDescCopy(columns), &TTSOpsVirtual);
	bool is_fixed = node->outeropsfixed;
	bool is_set = node->outeropsset;
	List *targets = NIL;
	ListCell *cell;
	ProjectionInfo *projection;

	foreach (cell, row->args)
		targets =
			lappend(targets,
					makeTargetEntry(lfirst(cell), (AttrNumber) foreach_current_index(cell) + 1,
									NULL, false));
	node->outeropsset = true;
	node->outeropsfixed = false;
	projection = ExecBuildProjectionInfo(targets, state->tmpcontext, slot, node, NULL);
	node->outeropsset = is_set;
	node->outeropsfixed = is_fixed;
	return projection;
}

/* Case 1. */
static bool
take_written_row(ScanRows *rows, AggState *state, int argument, TupleDesc columns, bool in_order)
{
	const Agg *plan = (const Agg *) state->ss.ps.plan;
	const Aggref *call = state->curpertrans->aggref;
	const RowExpr *row = (const RowExpr *) ((TargetEntry *) list_nth(call->args, argument))->expr;
	const TupleTableSlot *input = state->tmpcontext->ecxt_outertuple;

	if (call->aggorder != NIL || call->aggdistinct != NIL || plan->groupingSets != NIL ||
		plan->chain != NIL || state->phase->evaltrans != state->phase->evaltrans_cache[0][0] ||
		list_length(row->args) != columns->natts || TupIsNull(input) || !can_begin_anew(state))
		return false;
	rows->context = state->tmpcontext;
	rows->is_outer = true;
	if (!in_order)
		rows->columns = input_columns(row, input->tts_tupleDescriptor, columns);
	if (rows->columns == NULL)
	{
		rows->columns = columns;
		rows->projection = project_columns(state, row, columns);
	}
	leave_out_argument(state, argument);
	return true;
}

/* Case 2. */
static bool
take_scanned_row(ScanRows *rows, AggState *state, int argument, TupleDesc columns)
{
	const Agg *plan = (const Agg *) state->ss.ps.plan;
	const Aggref *call = state->curpertrans->aggref;
	const Var *row = (const Var *) ((TargetEntry *) list_nth(call->args, argument))->expr;
	PlanState *scan = outerPlanState(state);
	ExprContext *context = scan->ps_ExprContext;
	List *targets;

	if (row->varno != OUTER_VAR || !takes_rows_in_turn(plan, call) || !is_scan(scan) ||
		!is_sole_reader(plan, call, argument, row) || TupIsNull(context->ecxt_scantuple) ||
		!has_columns(context->ecxt_scantuple->tts_tupleDescriptor, columns))
		return false;
	targets = without_row(scan, row->varattno);
	if (targets == NIL)
		return false;
	scan->ps_ProjInfo = ExecBuildProjectionInfo(targets, context, scan->ps_ResultTupleSlot, scan,
												context->ecxt_scantuple->tts_tupleDescriptor);
	rows->context = context;
	rows->columns = columns;
	return true;
}

ScanRows *
scan_rows_take(FunctionCallInfo fcinfo, int argument, TupleDesc columns, bool in_order)
{
	AggState *state = (AggState *) fcinfo->context;
	const Node *row;
	MemoryContext caller;
	ScanRows *rows;
	bool is_taken = false;

	if (state == NULL || !IsA(state, AggState) || state->curpertrans == NULL)
		return NULL;
	row =
		(const Node *) ((TargetEntry *) list_nth(state->curpertrans->aggref->args, argument))->expr;
	caller = MemoryContextSwitchTo(state->ss.ps.state->es_query_cxt);
	rows = palloc0(sizeof(ScanRows));
	if (IsA(row, RowExpr))
		is_taken = take_written_row(rows, state, argument, columns, in_order);
	else if (IsA(row, Var))
		is_taken = take_scanned_row(rows, state, argument, columns);
	MemoryContextSwitchTo(caller);
	return is_taken ? rows : NULL;
}
