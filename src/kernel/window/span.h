/*
 * span.h: what lies between successive rows of a frame: gaps, time spent, crossings.
 *
 * A Span is the fold of rows in the order of time.  Each row has a time and says whether something
 * holds from it on, until the next row.  Durations are whole microseconds, so every result is exact
 * and does not depend on how rows were grouped.
 *
 * Notation: dt = time from a row to the next one, in microseconds, at least 0.
 */
#ifndef ORCHARD_KERNEL_WINDOW_SPAN_H
#define ORCHARD_KERNEL_WINDOW_SPAN_H

#include "kernel/window/ring.h"

typedef struct SpanRow
{
	int64_t time;	 /* microseconds; 0 where only changes matter */
	bool holds;		 /* from this row on */
	bool is_unknown; /* whether it holds is not known (NaN) */
} SpanRow;

typedef struct Span
{
	int64_t n; /* rows */
	int64_t n_unknown;
	int64_t first_time;
	int64_t last_time;
	int64_t held;	   /* sum of dt of the rows that hold */
	int64_t covered;   /* sum of min(dt, limit) */
	int64_t n_gaps;	   /* dt above limit */
	int64_t n_changes; /* of `holds` from one row to the next, rows unknown left out */
	bool first_holds;  /* of the rows that are known; false while there is none */
	bool last_holds;   /* likewise */
	bool last_is_held; /* of the last row of all: an unknown one does not hold */
	bool is_any_known;
} Span;

/* The span of one row. */
static inline Span
span_of(SpanRow row)
{
	bool holds = row.holds && !row.is_unknown;

	return (Span){.n = 1,
				  .n_unknown = row.is_unknown,
				  .first_time = row.time,
				  .last_time = row.time,
				  .first_holds = holds,
				  .last_holds = holds,
				  .last_is_held = holds,
				  .is_any_known = !row.is_unknown};
}

/* left = left, then right; limit >= 0.  Times do not fall from one to the other. */
static inline void
span_merge(Span *left, const Span *right, int64_t limit)
{
	int64_t gap = right->first_time - left->last_time;

	if (right->n == 0)
		return;
	if (left->n == 0)
	{
		*left = *right;
		return;
	}
	left->n += right->n;
	left->n_unknown += right->n_unknown;
	left->held += right->held + (left->last_is_held ? gap : 0);
	left->covered += right->covered + (gap < limit ? gap : limit);
	left->n_gaps += right->n_gaps + (gap > limit);
	left->n_changes += right->n_changes +
		(left->is_any_known && right->is_any_known && left->last_holds != right->first_holds);
	left->last_time = right->last_time;
	left->last_is_held = right->last_is_held;
	if (right->is_any_known)
	{
		left->first_holds = left->is_any_known ? left->first_holds : right->first_holds;
		left->last_holds = right->last_holds;
		left->is_any_known = true;
	}
}

static inline void
span_append(Span *span, SpanRow row, int64_t limit)
{
	Span right = span_of(row);

	span_merge(span, &right, limit);
}

static inline void
span_prepend(Span *span, SpanRow row, int64_t limit)
{
	Span left = span_of(row);

	span_merge(&left, span, limit);
	*span = left;
}

#define RING_NAME SpanRing
#define RING_VALUE SpanRow
#define RING_STATE Span
#define RING_CONTEXT int64_t
#define RING_CLEAR(state) (*(state) = (Span){0})
#define RING_APPEND(state, x) span_append(state, x, ring->context)
#define RING_PREPEND(state, x) span_prepend(state, x, ring->context)
#define RING_MERGE(state, right) span_merge(state, right, ring->context)
#include "kernel/window/ring.h"

#endif /* ORCHARD_KERNEL_WINDOW_SPAN_H */
