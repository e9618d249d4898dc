/*
 * window_argument.c: errors of arguments of the aggregates over time.
 */
#include "postgres.h"

#include "pg/window_argument.h"

void
times_not_ascending(void)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		 errmsg("rows must come in the order of argument \"ts\""),
		 errhint(
			 "Write OVER (PARTITION BY ... ORDER BY ts), or ORDER BY ts as the last argument of the aggregate.")));
}

void
time_out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("argument \"ts\" must be before the year 287000")));
}

void
argument_changes(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"%s\" must be the same in all rows of a group or frame", name)));
}

int64
interval_argument(FunctionCallInfo fcinfo, int i, const char *name, int64 least)
{
	require_argument(fcinfo, i, name);
	return fixed_length(PG_GETARG_INTERVAL_P(i), name, least);
}

int32
count_argument(FunctionCallInfo fcinfo, int i, const char *name, int32 most)
{
	int32 count;

	require_argument(fcinfo, i, name);
	count = PG_GETARG_INT32(i);
	if (count < 1 || count > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be between 1 and %d, not %d", name, most, count)));
	return count;
}
