/*
 * window_plan.h: the windows of a planned query, wherever they stand in it.
 *
 * Views, common table expressions, subqueries and named windows are resolved
 * by the planner; what it has removed since nothing needs it is not there.
 * Everything lives in CurrentMemoryContext or belongs to the plan.
 */
#ifndef ORCHARD_PG_WINDOW_PLAN_H
#define ORCHARD_PG_WINDOW_PLAN_H

#include "postgres.h"

#include "nodes/plannodes.h"
#include "nodes/primnodes.h"

/* A WindowAgg node. */
typedef struct WindowSite
{
	PlannedStmt *statement;
	WindowAgg *node;
	List *functions; /* of WindowFunc: what it computes, each once */
	List *ancestors; /* of Plan, nearest first, within its subplan */
	List *deparse;	 /* what ruleutils needs */
} WindowSite;

typedef void (*WindowVisitor)(WindowSite *site, void *context);

/* Visits every WindowAgg of the statement, those of subplans too. */
extern void window_plan_walk(PlannedStmt *statement, WindowVisitor visit, void *context);

/* Does the expression of this plan node need a table's column of that name, however deep? */
extern bool window_plan_reads(PlannedStmt *statement, Plan *plan, Node *expression,
							  const char *column);

/* Is it a column of any relation, function or list of values that the statement reads? */
extern bool window_plan_has_column(PlannedStmt *statement, const char *column);

/* SQL text: of a function without OVER, of an offset, and of the window. */
extern char *window_plan_function_text(WindowSite *site, WindowFunc *function);
extern char *window_plan_expression_text(WindowSite *site, Node *expression);
extern char *window_plan_definition(WindowSite *site);

#endif /* ORCHARD_PG_WINDOW_PLAN_H */
