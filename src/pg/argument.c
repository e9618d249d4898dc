/*
 * argument.c: the errors of arguments that are NULL, of no fixed length or infinite.
 */
#include "postgres.h"

#include "common/int.h"
#include "nodes/primnodes.h"
#include "utils/builtins.h"

#include "pg/argument.h"
#include "pg/column_type.h"

void
require_argument(FunctionCallInfo fcinfo, int i, const char *name)
{
	if (PG_ARGISNULL(i))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null", name)));
}

bool
has_constant_argument(FunctionCallInfo fcinfo, int i)
{
	Aggref *call = AggGetAggref(fcinfo);
	const Expr *argument;

	if (call == NULL || list_length(call->args) <= i)
		return false;
	argument = ((TargetEntry *) list_nth(call->args, i))->expr;
	return IsA(argument, Const) ||
		(IsA(argument, Param) && ((const Param *) argument)->paramkind == PARAM_EXTERN);
}

char *
text_argument(FunctionCallInfo fcinfo, int i, const char *name)
{
	require_argument(fcinfo, i, name);
	return text_to_cstring(PG_GETARG_TEXT_PP(i));
}

double
confidence_argument(FunctionCallInfo fcinfo, int i)
{
	double level = PG_GETARG_FLOAT8(i);

	if (!(level > 0.0 && level < 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be between 0 and 1, not %s", "confidence",
						number_text(level)),
				 errhint("A level of 0.95 gives intervals that cover in 95 of 100 samples.")));
	return level;
}

static char *
interval_text(const Interval *interval)
{
	return DatumGetCString(DirectFunctionCall1(interval_out, PointerGetDatum(interval)));
}

int64
fixed_length(const Interval *interval, const char *name, int64 least)
{
	int64 length;

	if (interval->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must have a fixed length, not %s", name,
						interval_text(interval)),
				 errdetail("Months and years differ in length."),
				 errhint("Write days, such as '30 days'; a day is 24 hours here.")));
	if (pg_mul_s64_overflow(interval->day, USECS_PER_DAY, &length) ||
		pg_add_s64_overflow(length, interval->time, &length))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("interval out of range")));
	if (length < least)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg(least > 0 ? "argument \"%s\" must be above 0, not %s" :
									"argument \"%s\" must be at least 0, not %s",
						name, interval_text(interval))));
	return length;
}

void
infinite_time(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"%s\" must not be infinite", name)));
}
