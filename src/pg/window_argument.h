/*
 * window_argument.h: what the aggregates over time ask of their arguments.
 */
#ifndef ORCHARD_PG_WINDOW_ARGUMENT_H
#define ORCHARD_PG_WINDOW_ARGUMENT_H

#include "postgres.h"

#include "fmgr.h"

#include "pg/argument.h"

#define MICROSECONDS 1e6 /* of a second */

/* Before the first row: no time is earlier. */
#define NO_TIME PG_INT64_MIN

/* Raises 22023: a row is earlier than the one before it. */
extern void times_not_ascending(void) pg_attribute_noreturn();

/* Raises 22008: so late that differences of times could overflow. */
extern void time_out_of_range(void) pg_attribute_noreturn();

/* Raises 22023: the argument has changed from one row to another. */
extern void argument_changes(const char *name) pg_attribute_noreturn();

/* Argument i, a timestamp or timestamptz that is not NULL, in microseconds. */
static inline int64
time_argument(FunctionCallInfo fcinfo, int i)
{
	int64 time = finite_time(PG_GETARG_TIMESTAMP(i), "ts");

	if (unlikely(time > INT64CONST(9000000000000000000)))
		time_out_of_range();
	return time;
}

/* *newest = time, which may not be below it. */
static inline void
advance_time(int64 *newest, int64 time)
{
	if (unlikely(time < *newest))
		times_not_ascending();
	*newest = time;
}

/* Argument i, an interval that must be the same in all rows, in microseconds. */
extern int64 interval_argument(FunctionCallInfo fcinfo, int i, const char *name, int64 least);

/* Argument i, a count from 1 to `most`. */
extern int32 count_argument(FunctionCallInfo fcinfo, int i, const char *name, int32 most);

#endif /* ORCHARD_PG_WINDOW_ARGUMENT_H */
