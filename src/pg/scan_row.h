/*
 * scan_row.h: the rows of an aggregate, read where they are and not formed.
 *
 * Of fit(t, ...) PostgreSQL forms each row t as a value, which takes longer than to sum it up.  Where
 * nobody else reads that value, an aggregate can have it left out, and look at the row in the slot of
 * the scan below or of its own input instead, where it mostly is as it is stored.
 */
#ifndef ORCHARD_PG_SCAN_ROW_H
#define ORCHARD_PG_SCAN_ROW_H

#include "postgres.h"

#include "executor/executor.h"
#include "fmgr.h"
#include "nodes/execnodes.h"

typedef struct ScanRows
{
	const ExprContext *context; /* where the current row is: */
	bool is_outer;				/* as its outer tuple, not as its scan's */
	ProjectionInfo
		*projection;   /* what computes the row's columns from there; NULL: they are there */
	TupleDesc columns; /* of the slot that has them; other columns in it stand as dropped */
} ScanRows;

/*
 * scan_rows_take
 *		Has NULL passed in place of the row that is this argument (0 is the first behind the state).
 *
 * For a transition function, which has just been called with the first row and knows its columns;
 * in_order: it wants them in their places, not only under their names.
 * From its next call on it finds the row by scan_row().  Returns NULL where rows have to come as they
 * do; nothing has changed then.  The result lives as long as the plan.
 */
extern ScanRows *scan_rows_take(FunctionCallInfo fcinfo, int argument, TupleDesc columns,
								bool in_order);

/* The row that the transition function is called for. */
static inline TupleTableSlot *
scan_row(const ScanRows *rows)
{
	if (rows->projection != NULL)
		return ExecProject(rows->projection);
	return rows->is_outer ? rows->context->ecxt_outertuple : rows->context->ecxt_scantuple;
}

/*
 * The stored row behind a slot that a scan or a sort passes on as it is, or NULL.
 *
 * A slot for minimal rows may hold values instead, as that of several functions at once does.
 */
static inline HeapTuple
slot_stored_row(TupleTableSlot *slot)
{
	if (TTS_IS_BUFFERTUPLE(slot) || TTS_IS_HEAPTUPLE(slot))
		return ((HeapTupleTableSlot *) slot)->tuple;
	if (TTS_IS_MINIMALTUPLE(slot) && ((MinimalTupleTableSlot *) slot)->mintuple != NULL)
		return ((MinimalTupleTableSlot *) slot)->tuple;
	return NULL;
}

/*
 * Asks for the bytes of a row that follows: rows stand downwards in a page in the order of their
 * coming, against which the processor does not read ahead.  Elsewhere it is asked for in vain.
 */
static inline void
fetch_following_row(HeapTuple row)
{
	const int ahead = 1024; /* bytes */
	const int cache_line = 64;
	const char *end = (const char *) row->t_data - ahead;
	const char *line;

	for (line = end - row->t_len; line < end; line += cache_line)
		__builtin_prefetch(line);
}

#endif /* ORCHARD_PG_SCAN_ROW_H */
