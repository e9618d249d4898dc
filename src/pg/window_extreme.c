/*
 * window_extreme.c: the moving form of min and max, by monotonic deques.
 *
 * One pair of functions serves each PostgreSQL type that fits a machine word:
 * doubles as doubles, integers, money, oids, dates and times as integers (their infinities
 * are the extreme integers, so they need no rule of their own).
 */
#include "postgres.h"

#include "utils/cash.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "kernel/window/moving.h"
#include "pg/error.h"
#include "pg/window_frame.h"

/*
 * Defines orchard_moving_NAME_add, _remove and _NAME for a deque and a type of argument:
 * get reads argument 1, put returns a value.
 */
#define MOVING_EXTREME(name, Deque, get, put) \
	typedef struct Deque##Frame_##name \
	{ \
		MemoryAccount *account; \
		Deque deque; \
	} Deque##Frame_##name; \
	PG_FUNCTION_INFO_V1(orchard_moving_##name##_add); \
	PG_FUNCTION_INFO_V1(orchard_moving_##name##_remove); \
	PG_FUNCTION_INFO_V1(orchard_moving_##name##_result); \
	Datum orchard_moving_##name##_add(PG_FUNCTION_ARGS) \
	{ \
		Deque##Frame_##name *frame = (Deque##Frame_##name *) PG_GETARG_POINTER(0); \
		Status status; \
		if (PG_ARGISNULL(0)) \
		{ \
			frame = window_frame_begin(fcinfo, sizeof(*frame)); \
			Deque##_begin(&frame->deque); \
		} \
		if (!PG_ARGISNULL(1)) \
		{ \
			status = Deque##_push(&frame->deque, &frame->account->allocator, get(1)); \
			if (unlikely(status != KERNEL_OK)) \
				memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL); \
		} \
		PG_RETURN_POINTER(frame); \
	} \
	Datum orchard_moving_##name##_remove(PG_FUNCTION_ARGS) \
	{ \
		Deque##Frame_##name *frame = (Deque##Frame_##name *) PG_GETARG_POINTER(0); \
		if (!PG_ARGISNULL(1)) \
		{ \
			if (unlikely(Deque##_count(&frame->deque) == 0)) \
				memory_account_require_ok(frame->account, KERNEL_INVALID, WINDOW_FRAME_LABEL); \
			Deque##_pop(&frame->deque); \
		} \
		PG_RETURN_POINTER(frame); \
	} \
	Datum orchard_moving_##name##_result(PG_FUNCTION_ARGS) \
	{ \
		const Deque##Frame_##name *frame = (const Deque##Frame_##name *) PG_GETARG_POINTER(0); \
		if (Deque##_count(&frame->deque) == 0) \
			PG_RETURN_NULL(); \
		put(Deque##_best(&frame->deque)); \
	}

MOVING_EXTREME(float8_min, DoubleMinDeque, PG_GETARG_FLOAT8, PG_RETURN_FLOAT8)
MOVING_EXTREME(float8_max, DoubleMaxDeque, PG_GETARG_FLOAT8, PG_RETURN_FLOAT8)
MOVING_EXTREME(float4_min, DoubleMinDeque, PG_GETARG_FLOAT4, PG_RETURN_FLOAT4)
MOVING_EXTREME(float4_max, DoubleMaxDeque, PG_GETARG_FLOAT4, PG_RETURN_FLOAT4)
MOVING_EXTREME(int2_min, IntegerMinDeque, PG_GETARG_INT16, PG_RETURN_INT16)
MOVING_EXTREME(int2_max, IntegerMaxDeque, PG_GETARG_INT16, PG_RETURN_INT16)
MOVING_EXTREME(int4_min, IntegerMinDeque, PG_GETARG_INT32, PG_RETURN_INT32)
MOVING_EXTREME(int4_max, IntegerMaxDeque, PG_GETARG_INT32, PG_RETURN_INT32)
MOVING_EXTREME(int8_min, IntegerMinDeque, PG_GETARG_INT64, PG_RETURN_INT64)
MOVING_EXTREME(int8_max, IntegerMaxDeque, PG_GETARG_INT64, PG_RETURN_INT64)
MOVING_EXTREME(money_min, IntegerMinDeque, PG_GETARG_CASH, PG_RETURN_CASH)
MOVING_EXTREME(money_max, IntegerMaxDeque, PG_GETARG_CASH, PG_RETURN_CASH)
MOVING_EXTREME(oid_min, IntegerMinDeque, PG_GETARG_OID, PG_RETURN_OID)
MOVING_EXTREME(oid_max, IntegerMaxDeque, PG_GETARG_OID, PG_RETURN_OID)
MOVING_EXTREME(time_min, IntegerMinDeque, PG_GETARG_TIMEADT, PG_RETURN_TIMEADT)
MOVING_EXTREME(time_max, IntegerMaxDeque, PG_GETARG_TIMEADT, PG_RETURN_TIMEADT)
MOVING_EXTREME(date_min, IntegerMinDeque, PG_GETARG_DATEADT, PG_RETURN_DATEADT)
MOVING_EXTREME(date_max, IntegerMaxDeque, PG_GETARG_DATEADT, PG_RETURN_DATEADT)
MOVING_EXTREME(timestamp_min, IntegerMinDeque, PG_GETARG_TIMESTAMP, PG_RETURN_TIMESTAMP)
MOVING_EXTREME(timestamp_max, IntegerMaxDeque, PG_GETARG_TIMESTAMP, PG_RETURN_TIMESTAMP)
