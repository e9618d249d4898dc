/*
 * score_support.c: planning: the score of a row becomes a score of the columns that it would be made of.
 *
 * predict(model, t) makes PostgreSQL form a row of all columns of t, which takes longer than the score
 * of a linear model.  Where the row is one of a table, of a subquery and the like or written out (as a
 * view leaves it that was merged into the query), the planner lets predict_support put
 * predict_columns(model, names, t.a, t.b, ...) in its place: with the columns that the model reads when
 * the model is a constant, else with all of them.  The result, its errors and when they come are the
 * same, so a call stays as it is where that is not so:
 *
 * - The row may be NULL, which the columns do not tell: it is on the side of an outer join that may lack
 *   a row.  Grouping sets make NULL of a row, or of a column but not of the row around it.
 * - The row lacks a column of the model, or has it twice: the error is one of execution.
 * - Columns that are not read would be left out, but have side effects or are sets.
 * - The table has an index over a score of its row: only the call as it is matches that.  The
 *   expressions of indexes are planned without a query, so they keep their rows.
 * - The user may not call one of the two functions, or ALTER FUNCTION has made one run otherwise.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_index.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "optimizer/planmain.h"
#include "parser/parsetree.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "pg/compat.h"
#include "pg/model_cache.h"

PG_FUNCTION_INFO_V1(orchard_predict_support);

#define COLUMNS_SUFFIX "_columns" /* of the function that takes columns in place of the row */

/* The columns that a row would be made of; in the planner's context. */
typedef struct RowColumns
{
	int n;
	int most; /* columns are looked at no further */
	const char **names;
	Expr **values;
} RowColumns;

static void
columns_begin(RowColumns *columns, int limit)
{
	columns->n = 0;
	columns->names = palloc(sizeof(char *) * Max(limit, 1));
	columns->values = palloc(sizeof(Expr *) * Max(limit, 1));
}

/* False when there is one too many. */
static bool
columns_add(RowColumns *columns, const char *name, Expr *value)
{
	if (columns->n == columns->most)
		return false;
	columns->names[columns->n] = pstrdup(name);
	columns->values[columns->n++] = value;
	return true;
}

/* Is this range table entry where an outer join may put NULLs?  is_nullable: the tree as a whole is. */
static bool
may_be_null(const Node *tree, int varno, bool is_nullable)
{
	if (tree == NULL)
		return false;
	if (IsA(tree, RangeTblRef))
		return is_nullable && ((const RangeTblRef *) tree)->rtindex == varno;
	if (IsA(tree, FromExpr))
	{
		ListCell *cell;

		foreach (cell, ((const FromExpr *) tree)->fromlist)
		{
			if (may_be_null(lfirst(cell), varno, is_nullable))
				return true;
		}
		return false;
	}
	if (IsA(tree, JoinExpr))
	{
		const JoinExpr *join = (const JoinExpr *) tree;
		bool left = join->jointype == JOIN_RIGHT || join->jointype == JOIN_FULL;
		bool right = join->jointype != JOIN_INNER && join->jointype != JOIN_RIGHT;

		return may_be_null(join->larg, varno, is_nullable || left) ||
			may_be_null(join->rarg, varno, is_nullable || right);
	}
	return true;
}

/* Does this attribute of an index's row in the catalogue hold expressions over a row of the table? */
static bool
reads_row(HeapTuple index, AttrNumber attribute)
{
	Bitmapset *columns = NULL;
	Datum stored;
	bool is_null;

	stored = SysCacheGetAttr(INDEXRELID, index, attribute, &is_null);
	if (is_null)
		return false;
	pull_varattnos(stringToNode(TextDatumGetCString(stored)), 1, &columns);
	return bms_is_member(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber, columns);
}

/* Is there an index over, or for, what is computed of the table's row? */
static bool
row_is_indexed(Relation table)
{
	bool found = false;
	ListCell *cell;

	foreach (cell, RelationGetIndexList(table))
	{
		HeapTuple index = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));

		if (!HeapTupleIsValid(index))
			continue;
		found |=
			reads_row(index, Anum_pg_index_indexprs) || reads_row(index, Anum_pg_index_indpred);
		ReleaseSysCache(index);
	}
	return found;
}

/* A column of what the variable has a row of. */
static Expr *
column_of(const Var *row, int i, Oid type, int32 typmod, Oid collation)
{
	Var *column = makeVar(row->varno, (AttrNumber) i, type, typmod, collation, row->varlevelsup);

	column->location = row->location;
	return (Expr *) column;
}

/* The columns of a table's row. */
static bool
columns_of_table(const Var *row, const RangeTblEntry *entry, RowColumns *columns)
{
	Relation table;
	bool is_known;
	int i;

	if (entry->relkind != RELKIND_RELATION && entry->relkind != RELKIND_PARTITIONED_TABLE &&
		entry->relkind != RELKIND_MATVIEW && entry->relkind != RELKIND_FOREIGN_TABLE)
		return false;
	table = table_open(entry->relid, NoLock); /* the query has its lock */
	is_known = table->rd_rel->reltype == row->vartype && !row_is_indexed(table);
	columns_begin(columns, RelationGetDescr(table)->natts);
	for (i = 0; is_known && i < RelationGetDescr(table)->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(table), i);

		if (!attribute->attisdropped)
			is_known = columns_add(columns, NameStr(attribute->attname),
								   column_of(row, i + 1, attribute->atttypid, attribute->atttypmod,
											 attribute->attcollation));
	}
	table_close(table, NoLock);
	return is_known;
}

/* The names of a row type's columns; NULL unless it has these n, none of them dropped. */
static TupleDesc
named_type(Oid type, int n)
{
	TupleDesc descriptor = lookup_rowtype_tupdesc_copy(type, -1);
	int i;

	for (i = 0; i < descriptor->natts; i++)
	{
		if (TupleDescAttr(descriptor, i)->attisdropped)
			return NULL;
	}
	return descriptor->natts == n ? descriptor : NULL;
}

/* The columns of the row of a subquery, or of a view that was not merged into the query. */
static bool
columns_of_subquery(const Var *row, const RangeTblEntry *entry, RowColumns *columns)
{
	TupleDesc descriptor = NULL;
	int n = list_length(entry->eref->colnames);
	ListCell *cell;

	if (row->vartype != RECORDOID && (descriptor = named_type(row->vartype, n)) == NULL)
		return false;
	columns_begin(columns, n);
	foreach (cell, entry->subquery->targetList)
	{
		const TargetEntry *target = lfirst(cell);
		const Node *value = (const Node *) target->expr;
		int i = target->resno - 1;

		if (target->resjunk)
			continue;
		if (i != columns->n || i >= n ||
			(descriptor != NULL && TupleDescAttr(descriptor, i)->atttypid != exprType(value)))
			return false;
		if (!columns_add(
				columns,
				descriptor != NULL ? NameStr(TupleDescAttr(descriptor, i)->attname) :
									 strVal(list_nth(entry->eref->colnames, i)),
				column_of(row, i + 1, exprType(value), exprTypmod(value), exprCollation(value))))
			return false;
	}
	return columns->n == n;
}

/* The columns of a row of a common table expression or of VALUES. */
static bool
columns_of_values(const Var *row, const RangeTblEntry *entry, RowColumns *columns)
{
	int n = list_length(entry->coltypes);
	int i;

	if (row->vartype != RECORDOID || list_length(entry->eref->colnames) != n)
		return false;
	columns_begin(columns, n);
	for (i = 0; i < n; i++)
	{
		if (!columns_add(columns, strVal(list_nth(entry->eref->colnames, i)),
						 column_of(row, i + 1, list_nth_oid(entry->coltypes, i),
								   list_nth_int(entry->coltypmods, i),
								   list_nth_oid(entry->colcollations, i))))
			return false;
	}
	return true;
}

/* The columns of a row that is never NULL; false when it is not one of these. */
static bool
columns_of_variable(PlannerInfo *root, const Var *row, RowColumns *columns)
{
	const RangeTblEntry *entry;

	if (root == NULL || row->varattno != InvalidAttrNumber || row->varlevelsup != 0 ||
		row->varno < 1 || row->varno > list_length(root->parse->rtable) || is_other_row(row) ||
		may_be_null((Node *) root->parse->jointree, row->varno, false))
		return false;
	entry = rt_fetch(row->varno, root->parse->rtable);
	switch (entry->rtekind)
	{
		case RTE_RELATION:
			return columns_of_table(row, entry, columns);
		case RTE_SUBQUERY:
			return columns_of_subquery(row, entry, columns);
		case RTE_CTE:
		case RTE_VALUES:
			return columns_of_values(row, entry, columns);
		default:
			return false;
	}
}

/* The same for a row that is written out. */
static bool
columns_of_row(const RowExpr *row, RowColumns *columns)
{
	TupleDesc descriptor = NULL;
	int n = list_length(row->args);
	int i;

	if (row->row_typeid != RECORDOID && (descriptor = named_type(row->row_typeid, n)) == NULL)
		return false;
	if (descriptor == NULL && list_length(row->colnames) != n)
		return false;
	if (contain_volatile_functions((Node *) row->args) ||
		expression_returns_set((Node *) row->args))
		return false;
	columns_begin(columns, n);
	for (i = 0; i < n; i++)
	{
		if (!columns_add(columns,
						 descriptor != NULL ? NameStr(TupleDescAttr(descriptor, i)->attname) :
											  strVal(list_nth(row->colnames, i)),
						 list_nth(row->args, i)))
			return false;
	}
	return true;
}

/* The one column of this name, or -1. */
static int
find_column(const RowColumns *columns, const char *name)
{
	int found = -1;
	int i;

	for (i = 0; i < columns->n; i++)
	{
		if (strcmp(columns->names[i], name) != 0)
			continue;
		if (found >= 0)
			return -1;
		found = i;
	}
	return found;
}

/* Leaves the columns that the model reads, in its order; false when one of them is not there once. */
static bool
keep_inputs(RowColumns *columns, const CachedModel *model)
{
	RowColumns kept = {.most = (int) model->n_inputs};
	uint32 i;

	columns_begin(&kept, kept.most);
	for (i = 0; i < model->n_inputs; i++)
	{
		int found = find_column(columns, model->inputs[i].name);

		if (found < 0)
			return false;
		columns_add(&kept, columns->names[found], columns->values[found]);
	}
	*columns = kept;
	return true;
}

/*
 * Is the model known to the planner?  One that is stored out of line is not fetched for a plan, and
 * what a name refers to may be another model when the plan runs.
 */
static bool
is_constant_model(const Node *model, Oid type)
{
	const Const *constant = (const Const *) model;

	return type != TEXTOID && IsA(model, Const) && !constant->constisnull &&
		!VARATT_IS_EXTERNAL(DatumGetPointer(constant->constvalue));
}

/* Leaves what the constant model reads, at most so many columns. */
static bool
narrow(RowColumns *columns, const Const *model, int most)
{
	const CachedModel *cached = model_cache_get(model->constvalue);

	return cached->n_inputs <= (uint32) most && keep_inputs(columns, cached);
}

static bool
columns_of_argument(PlannerInfo *root, const Node *row, RowColumns *columns)
{
	/* A grouping set makes NULL of columns, or of the row. */
	if (root != NULL && root->parse->groupingSets != NIL)
		return false;
	if (IsA(row, Var))
		return columns_of_variable(root, (const Var *) row, columns);
	return IsA(row, RowExpr) && columns_of_row((const RowExpr *) row, columns);
}

/*
 * Does it make no difference which of the two is called?  ALTER FUNCTION can make one.  A user who may
 * not call one of them gets the error from the call as it is.
 */
static bool
is_alike(HeapTuple function, HeapTuple other)
{
	Form_pg_proc a = (Form_pg_proc) GETSTRUCT(function);
	Form_pg_proc b = (Form_pg_proc) GETSTRUCT(other);

	return a->prorettype == b->prorettype && a->provolatile == b->provolatile &&
		a->proparallel == b->proparallel && a->proisstrict == b->proisstrict &&
		a->proleakproof == b->proleakproof && a->procost == b->procost && !a->prosecdef &&
		!b->prosecdef && heap_attisnull(function, Anum_pg_proc_proconfig, NULL) &&
		heap_attisnull(other, Anum_pg_proc_proconfig, NULL) && may_execute(a->oid) &&
		may_execute(b->oid);
}

/* The function that takes (..., names, columns) where this one takes (..., row), or invalid. */
static Oid
columns_function(HeapTuple tuple)
{
	Form_pg_proc function = (Form_pg_proc) GETSTRUCT(tuple);
	Oid types[FUNC_MAX_ARGS];
	int n = function->pronargs;
	char *name = psprintf("%s" COLUMNS_SUFFIX, NameStr(function->proname));
	HeapTuple other;
	Oid found;

	if (n < 2 || n >= FUNC_MAX_ARGS)
		return InvalidOid;
	memcpy(types, function->proargtypes.values, sizeof(Oid) * n);
	types[n] = types[n - 1];
	types[n - 1] = TEXTARRAYOID;
	other = SearchSysCache3(PROCNAMEARGSNSP, CStringGetDatum(name),
							PointerGetDatum(buildoidvector(types, n + 1)),
							ObjectIdGetDatum(function->pronamespace));
	if (!HeapTupleIsValid(other))
		return InvalidOid;
	found = is_alike(tuple, other) ? ((Form_pg_proc) GETSTRUCT(other))->oid : InvalidOid;
	ReleaseSysCache(other);
	return found;
}

static Expr *
constant_names(const RowColumns *columns)
{
	Datum *names = palloc(sizeof(Datum) * Max(columns->n, 1));
	ArrayType *array;
	int i;

	for (i = 0; i < columns->n; i++)
		names[i] = CStringGetTextDatum(columns->names[i]);
	array = construct_array(names, columns->n, TEXTOID, -1, false, TYPALIGN_INT);
	return (Expr *) makeConst(TEXTARRAYOID, -1, DEFAULT_COLLATION_OID, -1, PointerGetDatum(array),
							  false, false);
}

/* The call with the row, its last argument, replaced by names and columns. */
static Expr *
call_of_columns(const FuncExpr *call, Oid function, const RowColumns *columns)
{
	List *arguments = list_copy_head(call->args, list_length(call->args) - 1);
	FuncExpr *result;
	int i;

	arguments = lappend(arguments, constant_names(columns));
	for (i = 0; i < columns->n; i++)
		arguments = lappend(arguments, columns->values[i]);
	result = makeFuncExpr(function, call->funcresulttype, arguments, call->funccollid,
						  call->inputcollid, COERCE_EXPLICIT_CALL);
	result->location = call->location;
	return (Expr *) result;
}

/* What stands for the call of this function, or NULL. */
static Expr *
simplify(PlannerInfo *root, const FuncExpr *call, HeapTuple tuple)
{
	Form_pg_proc function = (Form_pg_proc) GETSTRUCT(tuple);
	const Node *model = linitial(call->args);
	int most = FUNC_MAX_ARGS - list_length(call->args);
	bool is_constant = is_constant_model(model, function->proargtypes.values[0]);
	RowColumns columns = {.most = is_constant ? PG_INT32_MAX : most};
	Oid other;

	if (call->funcvariadic || list_length(call->args) != function->pronargs)
		return NULL;
	if (!columns_of_argument(root, llast(call->args), &columns))
		return NULL;
	if (is_constant && !narrow(&columns, (const Const *) model, most))
		return NULL;
	if (columns.n == 0)
		return NULL;
	other = columns_function(tuple);
	if (!OidIsValid(other))
		return NULL;
	/* As when PostgreSQL inlines a function: who may call it, for one, is looked at again when it changes. */
	if (root != NULL)
		record_plan_function_dependency(root, call->funcid);
	return call_of_columns(call, other, &columns);
}

/* The support function of all that score a row; PostgreSQL asks it for a simpler call. */
Datum
orchard_predict_support(PG_FUNCTION_ARGS)
{
	const SupportRequestSimplify *request = (SupportRequestSimplify *) PG_GETARG_POINTER(0);
	HeapTuple tuple;
	Expr *simplified;

	if (!IsA(request, SupportRequestSimplify))
		PG_RETURN_POINTER(NULL);
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(request->fcall->funcid));
	if (!HeapTupleIsValid(tuple))
		PG_RETURN_POINTER(NULL);
	simplified = simplify(request->root, request->fcall, tuple);
	ReleaseSysCache(tuple);
	PG_RETURN_POINTER(simplified);
}
