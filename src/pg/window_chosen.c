/*
 * window_chosen.c: first_value_of, argmax and argmin.
 *
 * A plain state keeps one value; a moving one a monotonic deque of values that may still be chosen.
 */
#include "postgres.h"

#include "kernel/window/chosen.h"
#include "pg/error.h"
#include "pg/window_argument.h"
#include "pg/window_frame.h"
#include "pg/window_value.h"

/* Keeps argument 1, which may be NULL. */
static void
keep_argument(FunctionCallInfo fcinfo, KeptValue *kept, MemoryAccount *account,
			  const ValueType *type)
{
	if (PG_ARGISNULL(1))
		kept_value_set_missing(kept);
	else
		value_keep(kept, account, type, PG_GETARG_DATUM(1));
}

static Datum
chosen_result(FunctionCallInfo fcinfo, const KeptValue *kept, const ValueType *type)
{
	if (kept->is_missing)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(value_of(kept, type));
}

/*
 * Defines orchard_window_NAME_accum and _value for a plain state, _add, _remove and _result for a
 * moving one.  Entry is the deque's value, beats as in deque.h; is_skipped says of a row that it
 * takes no part, set_key sets the key of an entry, and kept_of names what the entry keeps.
 */
#define WINDOW_CHOSEN(name, Deque, Entry, beats, is_skipped, set_key, kept_of) \
	typedef struct Plain_##name \
	{ \
		ValueType type; \
		MemoryAccount *account; /* NULL for a type by value */ \
		bool is_chosen; \
		Entry chosen; \
	} Plain_##name; \
	typedef struct Frame_##name \
	{ \
		MemoryAccount *account; /* first, as window_frame_begin wants it */ \
		ValueType type; \
		Deque deque; \
	} Frame_##name; \
	PG_FUNCTION_INFO_V1(orchard_window_##name##_accum); \
	PG_FUNCTION_INFO_V1(orchard_window_##name##_value); \
	PG_FUNCTION_INFO_V1(orchard_window_##name##_add); \
	PG_FUNCTION_INFO_V1(orchard_window_##name##_remove); \
	PG_FUNCTION_INFO_V1(orchard_window_##name##_result); \
	Datum orchard_window_##name##_accum(PG_FUNCTION_ARGS) \
	{ \
		Plain_##name *state = window_plain_state(fcinfo, sizeof(*state)); \
		if (PG_ARGISNULL(0)) \
		{ \
			state->type = *value_type_of(fcinfo, 1); \
			state->account = state->type.is_by_value ? NULL : value_account(fcinfo); \
		} \
		if (!(is_skipped)) \
		{ \
			Entry entry = {0}; \
			set_key(entry); \
			if (!state->is_chosen || !(beats(state->chosen, entry))) \
			{ \
				keep_argument(fcinfo, kept_of(&state->chosen), state->account, &state->type); \
				set_key(state->chosen); \
				state->is_chosen = true; \
			} \
		} \
		PG_RETURN_POINTER(state); \
	} \
	Datum orchard_window_##name##_value(PG_FUNCTION_ARGS) \
	{ \
		Plain_##name *state = (Plain_##name *) PG_GETARG_POINTER(0); \
		if (PG_ARGISNULL(0) || !state->is_chosen) \
			PG_RETURN_NULL(); \
		return chosen_result(fcinfo, kept_of(&state->chosen), &state->type); \
	} \
	Datum orchard_window_##name##_add(PG_FUNCTION_ARGS) \
	{ \
		Frame_##name *frame = (Frame_##name *) PG_GETARG_POINTER(0); \
		if (PG_ARGISNULL(0)) \
		{ \
			frame = window_frame_begin(fcinfo, sizeof(*frame)); \
			frame->type = *value_type_of(fcinfo, 1); \
			Deque##_begin(&frame->deque); \
		} \
		if (!(is_skipped)) \
		{ \
			Entry entry = {0}; \
			Status status; \
			set_key(entry); \
			keep_argument(fcinfo, kept_of(&entry), frame->account, &frame->type); \
			status = Deque##_push(&frame->deque, &frame->account->allocator, entry); \
			if (unlikely(status != KERNEL_OK)) \
				memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL); \
		} \
		PG_RETURN_POINTER(frame); \
	} \
	Datum orchard_window_##name##_remove(PG_FUNCTION_ARGS) \
	{ \
		Frame_##name *frame = (Frame_##name *) PG_GETARG_POINTER(0); \
		if (!(is_skipped)) \
		{ \
			if (unlikely(Deque##_count(&frame->deque) == 0)) \
				memory_account_require_ok(frame->account, KERNEL_INVALID, WINDOW_FRAME_LABEL); \
			Deque##_discard(&frame->deque, &frame->account->allocator); \
		} \
		PG_RETURN_POINTER(frame); \
	} \
	Datum orchard_window_##name##_result(PG_FUNCTION_ARGS) \
	{ \
		Frame_##name *frame = (Frame_##name *) PG_GETARG_POINTER(0); \
		Entry chosen; \
		if (PG_ARGISNULL(0) || Deque##_count(&frame->deque) == 0) \
			PG_RETURN_NULL(); \
		chosen = Deque##_best(&frame->deque); \
		return chosen_result(fcinfo, kept_of(&chosen), &frame->type); \
	}

#define ITSELF(entry) (entry)
#define KEPT_OF(entry) (&(entry)->kept)
#define NO_KEY(entry) ((void) (entry))
#define DOUBLE_KEY(entry) ((entry).key = PG_GETARG_FLOAT8(2))
#define INTEGER_KEY(entry) ((entry).key = PG_GETARG_INT64(2))
#define FIRST_STAYS(a, b) true

WINDOW_CHOSEN(first, FirstQueue, KeptValue, FIRST_STAYS, PG_ARGISNULL(1), NO_KEY, ITSELF)
WINDOW_CHOSEN(float8_argmax, ChosenDoubleMaxDeque, ChosenDouble, CHOSEN_DOUBLE_MAX, PG_ARGISNULL(2),
			  DOUBLE_KEY, KEPT_OF)
WINDOW_CHOSEN(float8_argmin, ChosenDoubleMinDeque, ChosenDouble, CHOSEN_DOUBLE_MIN, PG_ARGISNULL(2),
			  DOUBLE_KEY, KEPT_OF)
WINDOW_CHOSEN(int8_argmax, ChosenIntegerMaxDeque, ChosenInteger, CHOSEN_INTEGER_MAX,
			  PG_ARGISNULL(2), INTEGER_KEY, KEPT_OF)
WINDOW_CHOSEN(int8_argmin, ChosenIntegerMinDeque, ChosenInteger, CHOSEN_INTEGER_MIN,
			  PG_ARGISNULL(2), INTEGER_KEY, KEPT_OF)
