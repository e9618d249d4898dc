/*
 * window_extreme_wide.c: the moving form of min and max of values wider than a machine word, and range_of
 * of numeric.
 *
 * As window_extreme.c, with copies of the values in the frame's accounted memory, given back when a
 * better value comes or the frame has passed them.  PostgreSQL's own comparison orders them, and of
 * equal values (1.0 and 1.00, 30 days and a month) the latest is the result, as by the built-ins.  The
 * plain state of range_of is a numeric[] of the smallest and the largest value.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "kernel/window/deque.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/window_frame.h"

/* A copy of a value, in a block of its own. */
typedef struct WideValue
{
	Size size; /* bytes of the block */
	Pointer bytes;
} WideValue;

static inline int
compare(PGFunction function, WideValue a, WideValue b)
{
	return DatumGetInt32(
		DirectFunctionCall2(function, PointerGetDatum(a.bytes), PointerGetDatum(b.bytes)));
}

/* Of the template below: a value owns its block. */
#define WIDE_DROP(allocator, value) memory_release(allocator, (value)->bytes, 1, (value)->size)

#define DEQUE_NAME NumericMinDeque
#define DEQUE_VALUE WideValue
#define DEQUE_BEATS(a, b) (compare(numeric_cmp, a, b) < 0)
#define DEQUE_DROP WIDE_DROP
#include "kernel/window/deque.h"

#define DEQUE_NAME NumericMaxDeque
#define DEQUE_VALUE WideValue
#define DEQUE_BEATS(a, b) (compare(numeric_cmp, a, b) > 0)
#define DEQUE_DROP WIDE_DROP
#include "kernel/window/deque.h"

#define DEQUE_NAME IntervalMinDeque
#define DEQUE_VALUE WideValue
#define DEQUE_BEATS(a, b) (compare(interval_cmp, a, b) < 0)
#define DEQUE_DROP WIDE_DROP
#include "kernel/window/deque.h"

#define DEQUE_NAME IntervalMaxDeque
#define DEQUE_VALUE WideValue
#define DEQUE_BEATS(a, b) (compare(interval_cmp, a, b) > 0)
#define DEQUE_DROP WIDE_DROP
#include "kernel/window/deque.h"

#define DEQUE_NAME TimeTzMinDeque
#define DEQUE_VALUE WideValue
#define DEQUE_BEATS(a, b) (compare(timetz_cmp, a, b) < 0)
#define DEQUE_DROP WIDE_DROP
#include "kernel/window/deque.h"

#define DEQUE_NAME TimeTzMaxDeque
#define DEQUE_VALUE WideValue
#define DEQUE_BEATS(a, b) (compare(timetz_cmp, a, b) > 0)
#define DEQUE_DROP WIDE_DROP
#include "kernel/window/deque.h"

/* Bytes of a value as PostgreSQL stores it. */
#define NUMERIC_BYTES(pointer) VARSIZE(pointer)
#define INTERVAL_BYTES(pointer) sizeof(Interval)
#define TIMETZ_BYTES(pointer) offsetof(TimeTzADT, zone) + sizeof(((TimeTzADT *) 0)->zone)

/* Argument 1, in accounted memory. */
static WideValue
wide_copy(MemoryAccount *account, Pointer source, Size size)
{
	WideValue value = {size, memory_allocate(&account->allocator, 1, size)};

	if (unlikely(value.bytes == NULL))
		memory_account_require_ok(account, KERNEL_OUT_OF_MEMORY, WINDOW_FRAME_LABEL);
	memcpy(value.bytes, source, size);
	return value;
}

/* The value in the caller's memory: the frame's copy may go before the result is used. */
static Datum
wide_result(WideValue value)
{
	Pointer copy = palloc(value.size);

	memcpy(copy, value.bytes, value.size);
	return PointerGetDatum(copy);
}

/* Defines orchard_moving_NAME_add, _remove and _result, as MOVING_EXTREME of window_extreme.c. */
#define MOVING_WIDE_EXTREME(name, Deque, get, bytes) \
	typedef struct Deque##Frame \
	{ \
		MemoryAccount *account; \
		Deque deque; \
	} Deque##Frame; \
	PG_FUNCTION_INFO_V1(orchard_moving_##name##_add); \
	PG_FUNCTION_INFO_V1(orchard_moving_##name##_remove); \
	PG_FUNCTION_INFO_V1(orchard_moving_##name##_result); \
	Datum orchard_moving_##name##_add(PG_FUNCTION_ARGS) \
	{ \
		Deque##Frame *frame = (Deque##Frame *) PG_GETARG_POINTER(0); \
		Status status; \
		if (PG_ARGISNULL(0)) \
		{ \
			frame = window_frame_begin(fcinfo, sizeof(*frame)); \
			Deque##_begin(&frame->deque); \
		} \
		if (!PG_ARGISNULL(1)) \
		{ \
			Pointer source = (Pointer) get(1); \
			status = Deque##_push(&frame->deque, &frame->account->allocator, \
								  wide_copy(frame->account, source, bytes(source))); \
			if (unlikely(status != KERNEL_OK)) \
				memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL); \
		} \
		PG_RETURN_POINTER(frame); \
	} \
	Datum orchard_moving_##name##_remove(PG_FUNCTION_ARGS) \
	{ \
		Deque##Frame *frame = (Deque##Frame *) PG_GETARG_POINTER(0); \
		if (!PG_ARGISNULL(1)) \
		{ \
			if (unlikely(Deque##_count(&frame->deque) == 0)) \
				memory_account_require_ok(frame->account, KERNEL_INVALID, WINDOW_FRAME_LABEL); \
			Deque##_discard(&frame->deque, &frame->account->allocator); \
		} \
		PG_RETURN_POINTER(frame); \
	} \
	Datum orchard_moving_##name##_result(PG_FUNCTION_ARGS) \
	{ \
		const Deque##Frame *frame = (const Deque##Frame *) PG_GETARG_POINTER(0); \
		if (Deque##_count(&frame->deque) == 0) \
			PG_RETURN_NULL(); \
		return wide_result(Deque##_best(&frame->deque)); \
	}

MOVING_WIDE_EXTREME(numeric_min, NumericMinDeque, PG_GETARG_NUMERIC, NUMERIC_BYTES)
MOVING_WIDE_EXTREME(numeric_max, NumericMaxDeque, PG_GETARG_NUMERIC, NUMERIC_BYTES)
MOVING_WIDE_EXTREME(interval_min, IntervalMinDeque, PG_GETARG_INTERVAL_P, INTERVAL_BYTES)
MOVING_WIDE_EXTREME(interval_max, IntervalMaxDeque, PG_GETARG_INTERVAL_P, INTERVAL_BYTES)
MOVING_WIDE_EXTREME(timetz_min, TimeTzMinDeque, PG_GETARG_TIMETZADT_P, TIMETZ_BYTES)
MOVING_WIDE_EXTREME(timetz_max, TimeTzMaxDeque, PG_GETARG_TIMETZADT_P, TIMETZ_BYTES)

typedef struct NumericRangeFrame
{
	MemoryAccount *account; /* first, as window_frame_begin wants it */
	NumericMinDeque least;
	NumericMaxDeque greatest;
} NumericRangeFrame;

PG_FUNCTION_INFO_V1(orchard_numeric_range_accum);
PG_FUNCTION_INFO_V1(orchard_numeric_range_merge);
PG_FUNCTION_INFO_V1(orchard_numeric_range_final);
PG_FUNCTION_INFO_V1(orchard_moving_numeric_range_add);
PG_FUNCTION_INFO_V1(orchard_moving_numeric_range_remove);
PG_FUNCTION_INFO_V1(orchard_moving_numeric_range_result);

/* The smallest and the largest value of argument i, a plain state. */
static void
limits_argument(FunctionCallInfo fcinfo, int i, Datum limits[2])
{
	ArrayType *state = PG_GETARG_ARRAYTYPE_P(i);
	Datum *values;
	int n;

	if (ARR_HASNULL(state) || ARR_ELEMTYPE(state) != NUMERICOID)
		elog(ERROR, "state of range_of is not an array of two numerics");
	deconstruct_array(state, NUMERICOID, -1, false, TYPALIGN_INT, &values, NULL, &n);
	if (n != 2)
		elog(ERROR, "state of range_of is not an array of two numerics");
	limits[0] = values[0];
	limits[1] = values[1];
}

static inline int
compare_datums(Datum a, Datum b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, a, b));
}

/* The state argument 0, or one that holds the values from `least` to `greatest` too. */
static Datum
widen_limits(FunctionCallInfo fcinfo, Datum least, Datum greatest)
{
	Datum limits[2];

	if (PG_ARGISNULL(0))
	{
		limits[0] = least;
		limits[1] = greatest;
	}
	else
	{
		bool is_wider = false;

		limits_argument(fcinfo, 0, limits);
		if (compare_datums(least, limits[0]) < 0)
		{
			limits[0] = least;
			is_wider = true;
		}
		if (compare_datums(greatest, limits[1]) > 0)
		{
			limits[1] = greatest;
			is_wider = true;
		}
		if (!is_wider)
			return PG_GETARG_DATUM(0);
	}
	PG_RETURN_ARRAYTYPE_P(
		construct_array(limits, lengthof(limits), NUMERICOID, -1, false, TYPALIGN_INT));
}

/* transition(state, x) */
Datum
orchard_numeric_range_accum(PG_FUNCTION_ARGS)
{
	if (!PG_ARGISNULL(1))
		return widen_limits(fcinfo, PG_GETARG_DATUM(1), PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* combine(state, state) */
Datum
orchard_numeric_range_merge(PG_FUNCTION_ARGS)
{
	Datum limits[2];

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	limits_argument(fcinfo, 1, limits);
	return widen_limits(fcinfo, limits[0], limits[1]);
}

Datum
orchard_numeric_range_final(PG_FUNCTION_ARGS)
{
	Datum limits[2];

	limits_argument(fcinfo, 0, limits);
	return DirectFunctionCall2(numeric_sub, limits[1], limits[0]);
}

Datum
orchard_moving_numeric_range_add(PG_FUNCTION_ARGS)
{
	NumericRangeFrame *frame = (NumericRangeFrame *) PG_GETARG_POINTER(0);

	if (PG_ARGISNULL(0))
	{
		frame = window_frame_begin(fcinfo, sizeof(*frame));
		NumericMinDeque_begin(&frame->least);
		NumericMaxDeque_begin(&frame->greatest);
	}
	if (!PG_ARGISNULL(1))
	{
		const Allocator *allocator = &frame->account->allocator;
		Pointer source = (Pointer) PG_GETARG_NUMERIC(1);
		Status status = NumericMinDeque_push(&frame->least, allocator,
											 wide_copy(frame->account, source, VARSIZE(source)));

		if (status == KERNEL_OK)
			status = NumericMaxDeque_push(&frame->greatest, allocator,
										  wide_copy(frame->account, source, VARSIZE(source)));
		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

Datum
orchard_moving_numeric_range_remove(PG_FUNCTION_ARGS)
{
	NumericRangeFrame *frame = (NumericRangeFrame *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1))
	{
		if (unlikely(NumericMinDeque_count(&frame->least) == 0))
			memory_account_require_ok(frame->account, KERNEL_INVALID, WINDOW_FRAME_LABEL);
		NumericMinDeque_discard(&frame->least, &frame->account->allocator);
		NumericMaxDeque_discard(&frame->greatest, &frame->account->allocator);
	}
	PG_RETURN_POINTER(frame);
}

Datum
orchard_moving_numeric_range_result(PG_FUNCTION_ARGS)
{
	const NumericRangeFrame *frame = (const NumericRangeFrame *) PG_GETARG_POINTER(0);

	if (NumericMinDeque_count(&frame->least) == 0)
		PG_RETURN_NULL();
	return DirectFunctionCall2(numeric_sub,
							   PointerGetDatum(NumericMaxDeque_best(&frame->greatest).bytes),
							   PointerGetDatum(NumericMinDeque_best(&frame->least).bytes));
}
