/*
 * scan_row.h: the rows of an aggregate over a scan, read where the scan has them.
 *
 * Of fit(t, ...) over a table t PostgreSQL's scan forms each row of t as a value, which takes longer
 * than to sum it up.  Where nobody else reads that value, an aggregate can tell the scan to leave it
 * out, and look at the row in the scan's own slot instead, where it mostly is as it is stored.
 */
#ifndef ORCHARD_PG_SCAN_ROW_H
#define ORCHARD_PG_SCAN_ROW_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "fmgr.h"
#include "nodes/execnodes.h"

/*
 * scan_rows_take
 *		Makes the scan below the aggregate pass on NULL in place of the row that is this argument (0 is
 *		the first behind the state).
 *
 * For a transition function, which has just been called with the first row and knows its columns.
 * Returns where the scan has its current row, from the next call on, or NULL where rows have to come
 * as they do; nothing has changed then.  The first condition is the caller's: it must not need to tell
 * a row that is NULL, which no scan has.
 */
extern const ExprContext *scan_rows_take(FunctionCallInfo fcinfo, int argument, TupleDesc columns);

/* The row that the transition function is called for. */
static inline TupleTableSlot *
scan_row(const ExprContext *scan)
{
	return scan->ecxt_scantuple;
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
