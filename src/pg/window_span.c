/*
 * window_span.c: session_id, uptime, time_above and crossings: what lies between successive rows.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/numeric.h"

#include "kernel/window/span.h"
#include "pg/error.h"
#include "pg/window_argument.h"
#include "pg/window_frame.h"

/* The interval of argument 2, the same in all rows. */
static inline void
check_limit(FunctionCallInfo fcinfo, bool is_first, int64 *limit, const char *name)
{
	int64 length = interval_argument(fcinfo, 2, name, 0);

	if (is_first)
		*limit = length;
	else if (length != *limit)
		argument_changes(name);
}

static inline void
check_gap(FunctionCallInfo fcinfo, bool is_first, int64 *limit)
{
	check_limit(fcinfo, is_first, limit, "gap");
}

static inline void
check_max_gap(FunctionCallInfo fcinfo, bool is_first, int64 *limit)
{
	check_limit(fcinfo, is_first, limit, "max_gap");
}

static inline bool
read_time(FunctionCallInfo fcinfo, SpanRow *row)
{
	if (PG_ARGISNULL(1))
		return false;
	*row = (SpanRow){.time = time_argument(fcinfo, 1)};
	return true;
}

/* Arguments: time, gap. */
#define FOLD_NAME session
#define FOLD_TYPE SessionFold
#define FOLD_RING SpanRing
#define FOLD_STATE Span
#define FOLD_ROW SpanRow
#define FOLD_READ read_time
#define FOLD_OPTIONS int64
#define FOLD_CHECK check_gap
#define FOLD_CONTEXT(options) (*(options))
#define FOLD_APPEND(state, row, options) span_append(state, row, *(options))
#define FOLD_NEWEST(row) (row).time
#include "pg/window_fold_template.h"

/* Arguments: time, max_gap. */
#define FOLD_NAME uptime
#define FOLD_TYPE UptimeFold
#define FOLD_RING SpanRing
#define FOLD_STATE Span
#define FOLD_ROW SpanRow
#define FOLD_READ read_time
#define FOLD_OPTIONS int64
#define FOLD_CHECK check_max_gap
#define FOLD_CONTEXT(options) (*(options))
#define FOLD_APPEND(state, row, options) span_append(state, row, *(options))
#define FOLD_NEWEST(row) (row).time
#include "pg/window_fold_template.h"

/* Is x above the level?  Unknown where either is NaN. */
static inline SpanRow
float8_above(FunctionCallInfo fcinfo, int x_argument, int64 time)
{
	double x = PG_GETARG_FLOAT8(x_argument);
	double level = PG_NARGS() > x_argument + 1 ? PG_GETARG_FLOAT8(x_argument + 1) : 0.0;

	return (SpanRow){.time = time, .holds = x > level, .is_unknown = isnan(x) || isnan(level)};
}

/* The same of integers, which double precision would round beyond 2^53. */
static inline SpanRow
int8_above(FunctionCallInfo fcinfo, int x_argument, int64 time)
{
	return (SpanRow){.time = time,
					 .holds = PG_GETARG_INT64(x_argument) > PG_GETARG_INT64(x_argument + 1)};
}

static SpanRow
numeric_above(FunctionCallInfo fcinfo, int x_argument, int64 time)
{
	Numeric x = PG_GETARG_NUMERIC(x_argument);
	Numeric level =
		PG_NARGS() > x_argument + 1 ? PG_GETARG_NUMERIC(x_argument + 1) : int64_to_numeric(0);

	return (SpanRow){.time = time,
					 .holds = DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(x),
																NumericGetDatum(level))) > 0,
					 .is_unknown = numeric_is_nan(x) || numeric_is_nan(level)};
}

/* Arguments: time, x, level; the level may differ from row to row. */
static inline bool
has_level(FunctionCallInfo fcinfo)
{
	return !PG_ARGISNULL(1) && !PG_ARGISNULL(2) && !PG_ARGISNULL(3);
}

/* Defines read_NAME, which reads such a row by NAME_above. */
#define READ_ABOVE(name) \
	static inline bool read_##name##_above(FunctionCallInfo fcinfo, SpanRow *row) \
	{ \
		if (!has_level(fcinfo)) \
			return false; \
		*row = name##_above(fcinfo, 2, time_argument(fcinfo, 1)); \
		return true; \
	}

READ_ABOVE(float8)
READ_ABOVE(int8)
READ_ABOVE(numeric)

#define FOLD_NAME above
#define FOLD_TYPE AboveFold
#define FOLD_RING SpanRing
#define FOLD_STATE Span
#define FOLD_ROW SpanRow
#define FOLD_READ read_float8_above
#define FOLD_COUNTS has_level
#define FOLD_APPEND(state, row, options) span_append(state, row, 0)
#define FOLD_NEWEST(row) (row).time
#include "pg/window_fold_template.h"

#define FOLD_NAME int8_above
#define FOLD_TYPE AboveFold
#define FOLD_TYPE_IS_THERE
#define FOLD_RING SpanRing
#define FOLD_STATE Span
#define FOLD_ROW SpanRow
#define FOLD_READ read_int8_above
#define FOLD_COUNTS has_level
#define FOLD_APPEND(state, row, options) span_append(state, row, 0)
#define FOLD_NEWEST(row) (row).time
#include "pg/window_fold_template.h"

#define FOLD_NAME numeric_above
#define FOLD_TYPE AboveFold
#define FOLD_TYPE_IS_THERE
#define FOLD_RING SpanRing
#define FOLD_STATE Span
#define FOLD_ROW SpanRow
#define FOLD_READ read_numeric_above
#define FOLD_COUNTS has_level
#define FOLD_APPEND(state, row, options) span_append(state, row, 0)
#define FOLD_NEWEST(row) (row).time
#include "pg/window_fold_template.h"

/* Arguments: x and, if given, level; it may differ from row to row and is 0 otherwise. */
static inline bool
has_side(FunctionCallInfo fcinfo)
{
	return !PG_ARGISNULL(1) && (PG_NARGS() <= 2 || !PG_ARGISNULL(2));
}

/* Defines read_NAME_side, which reads such a row by NAME_above. */
#define READ_SIDE(name) \
	static inline bool read_##name##_side(FunctionCallInfo fcinfo, SpanRow *row) \
	{ \
		if (!has_side(fcinfo)) \
			return false; \
		*row = name##_above(fcinfo, 1, 0); \
		return true; \
	}

READ_SIDE(float8)
READ_SIDE(int8)
READ_SIDE(numeric)

#define FOLD_NAME crossings
#define FOLD_TYPE CrossingsFold
#define FOLD_RING SpanRing
#define FOLD_STATE Span
#define FOLD_ROW SpanRow
#define FOLD_READ read_float8_side
#define FOLD_COUNTS has_side
#define FOLD_APPEND(state, row, options) span_append(state, row, 0)
#include "pg/window_fold_template.h"

#define FOLD_NAME int8_crossings
#define FOLD_TYPE CrossingsFold
#define FOLD_TYPE_IS_THERE
#define FOLD_RING SpanRing
#define FOLD_STATE Span
#define FOLD_ROW SpanRow
#define FOLD_READ read_int8_side
#define FOLD_COUNTS has_side
#define FOLD_APPEND(state, row, options) span_append(state, row, 0)
#include "pg/window_fold_template.h"

#define FOLD_NAME numeric_crossings
#define FOLD_TYPE CrossingsFold
#define FOLD_TYPE_IS_THERE
#define FOLD_RING SpanRing
#define FOLD_STATE Span
#define FOLD_ROW SpanRow
#define FOLD_READ read_numeric_side
#define FOLD_COUNTS has_side
#define FOLD_APPEND(state, row, options) span_append(state, row, 0)
#include "pg/window_fold_template.h"

PG_FUNCTION_INFO_V1(orchard_window_session_id);
PG_FUNCTION_INFO_V1(orchard_window_uptime_seconds);
PG_FUNCTION_INFO_V1(orchard_window_above_seconds);
PG_FUNCTION_INFO_V1(orchard_window_crossings_count);

/* Sessions begun in the group or frame. */
Datum
orchard_window_session_id(PG_FUNCTION_ARGS)
{
	const Span *span;
	Span room;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	span = session_fold((const SessionFold *) PG_GETARG_POINTER(0), &room);
	if (span->n == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(1 + span->n_gaps);
}

/* Each row vouches for the time to the next one, for max_gap at most. */
Datum
orchard_window_uptime_seconds(PG_FUNCTION_ARGS)
{
	const Span *span;
	Span room;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	span = uptime_fold((const UptimeFold *) PG_GETARG_POINTER(0), &room);
	if (span->n == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((double) span->covered / MICROSECONDS);
}

/* NaN while a row of the frame has one. */
Datum
orchard_window_above_seconds(PG_FUNCTION_ARGS)
{
	const Span *span;
	Span room;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	span = above_fold((const AboveFold *) PG_GETARG_POINTER(0), &room);
	if (span->n == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(span->n_unknown > 0 ? get_float8_nan() : (double) span->held / MICROSECONDS);
}

/* A count has no NaN: rows with one are passed over. */
Datum
orchard_window_crossings_count(PG_FUNCTION_ARGS)
{
	const Span *span;
	Span room;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	span = crossings_fold((const CrossingsFold *) PG_GETARG_POINTER(0), &room);
	if (span->n == span->n_unknown)
		PG_RETURN_NULL();
	PG_RETURN_INT64(span->n_changes);
}
