/*
 * window_integer.c: range_of of bigint, of the integers as they are.
 *
 * As double precision, integers beyond 2^53 would lose digits.  The plain state is a bigint[] of the
 * smallest and the largest value.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "common/int.h"
#include "utils/array.h"

#include "kernel/window/moving.h"
#include "pg/error.h"
#include "pg/window_frame.h"

typedef struct IntegerRangeFrame
{
	MemoryAccount *account; /* first, as window_frame_begin wants it */
	IntegerMinDeque least;
	IntegerMaxDeque greatest;
} IntegerRangeFrame;

PG_FUNCTION_INFO_V1(orchard_int8_range_accum);
PG_FUNCTION_INFO_V1(orchard_int8_range_merge);
PG_FUNCTION_INFO_V1(orchard_int8_range_final);
PG_FUNCTION_INFO_V1(orchard_window_int8_range_add);
PG_FUNCTION_INFO_V1(orchard_window_int8_range_remove);
PG_FUNCTION_INFO_V1(orchard_window_int8_range_result);

static inline void
require(MemoryAccount *account, Status status)
{
	if (unlikely(status != KERNEL_OK))
		memory_account_require_ok(account, status, WINDOW_FRAME_LABEL);
}

/* Argument i, a plain state of range_of: the smallest and the largest value. */
static int64 *
limits_argument(FunctionCallInfo fcinfo, int i)
{
	ArrayType *limits = PG_GETARG_ARRAYTYPE_P(i);

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "range_of function called outside an aggregate");
	if (ARR_NDIM(limits) != 1 || ARR_HASNULL(limits) || ARR_DIMS(limits)[0] != 2)
		elog(ERROR, "state of range_of is not an array of two integers");
	return (int64 *) ARR_DATA_PTR(limits);
}

/* A new plain state. */
static Datum
begin_limits(FunctionCallInfo fcinfo, int64 least, int64 greatest)
{
	MemoryContext context;
	MemoryContext before;
	Datum limits[2] = {Int64GetDatum(least), Int64GetDatum(greatest)};
	ArrayType *state;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "range_of function called outside an aggregate");
	before = MemoryContextSwitchTo(context);
	state = construct_array(limits, lengthof(limits), INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
							TYPALIGN_DOUBLE);
	MemoryContextSwitchTo(before);
	PG_RETURN_ARRAYTYPE_P(state);
}

/* The state argument 0, changed in place, or a new one. */
static Datum
widen_limits(FunctionCallInfo fcinfo, int64 least, int64 greatest)
{
	int64 *limits;

	if (PG_ARGISNULL(0))
		return begin_limits(fcinfo, least, greatest);
	limits = limits_argument(fcinfo, 0);
	limits[0] = Min(limits[0], least);
	limits[1] = Max(limits[1], greatest);
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* transition(state, x) */
Datum
orchard_int8_range_accum(PG_FUNCTION_ARGS)
{
	if (!PG_ARGISNULL(1))
		return widen_limits(fcinfo, PG_GETARG_INT64(1), PG_GETARG_INT64(1));
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* combine(state, state) */
Datum
orchard_int8_range_merge(PG_FUNCTION_ARGS)
{
	const int64 *from;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	from = limits_argument(fcinfo, 1);
	return widen_limits(fcinfo, from[0], from[1]);
}

/* greatest - least */
static Datum
range_result(int64 greatest, int64 least)
{
	int64 range;

	if (pg_sub_s64_overflow(greatest, least, &range))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("bigint out of range"),
				 errdetail("The values lie between " INT64_FORMAT " and " INT64_FORMAT ".", least,
						   greatest),
				 errhint("Cast the values to double precision.")));
	PG_RETURN_INT64(range);
}

Datum
orchard_int8_range_final(PG_FUNCTION_ARGS)
{
	const int64 *limits = limits_argument(fcinfo, 0);

	return range_result(limits[1], limits[0]);
}

Datum
orchard_window_int8_range_add(PG_FUNCTION_ARGS)
{
	IntegerRangeFrame *frame = (IntegerRangeFrame *) PG_GETARG_POINTER(0);

	if (PG_ARGISNULL(0))
	{
		frame = window_frame_begin(fcinfo, sizeof(IntegerRangeFrame));
		IntegerMinDeque_begin(&frame->least);
		IntegerMaxDeque_begin(&frame->greatest);
	}
	if (!PG_ARGISNULL(1))
	{
		const Allocator *allocator = &frame->account->allocator;

		require(frame->account, IntegerMinDeque_push(&frame->least, allocator, PG_GETARG_INT64(1)));
		require(frame->account,
				IntegerMaxDeque_push(&frame->greatest, allocator, PG_GETARG_INT64(1)));
	}
	PG_RETURN_POINTER(frame);
}

Datum
orchard_window_int8_range_remove(PG_FUNCTION_ARGS)
{
	IntegerRangeFrame *frame = (IntegerRangeFrame *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1))
	{
		if (unlikely(IntegerMinDeque_count(&frame->least) == 0))
			require(frame->account, KERNEL_INVALID);
		IntegerMinDeque_pop(&frame->least);
		IntegerMaxDeque_pop(&frame->greatest);
	}
	PG_RETURN_POINTER(frame);
}

Datum
orchard_window_int8_range_result(PG_FUNCTION_ARGS)
{
	const IntegerRangeFrame *frame = (const IntegerRangeFrame *) PG_GETARG_POINTER(0);

	if (IntegerMinDeque_count(&frame->least) == 0)
		PG_RETURN_NULL();
	return range_result(IntegerMaxDeque_best(&frame->greatest),
						IntegerMinDeque_best(&frame->least));
}
