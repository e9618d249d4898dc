/*
 * window_chosen.c: first_value_of, argmax and argmin.
 *
 * A plain state keeps one value; a moving one a monotonic deque of values that may still be chosen.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "kernel/window/chosen.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/window_argument.h"
#include "pg/window_frame.h"
#include "pg/window_value.h"

/* A numeric key is compared by PostgreSQL's own order and kept in a block of its own. */
typedef struct ChosenNumeric
{
	KeptValue key;
	KeptValue kept;
} ChosenNumeric;

static inline int
compare_numeric(const KeptValue *a, const KeptValue *b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, PointerGetDatum(a->of.bytes),
											 PointerGetDatum(b->of.bytes)));
}

#define CHOSEN_NUMERIC_MAX(a, b) (compare_numeric(&(a).key, &(b).key) > 0)
#define CHOSEN_NUMERIC_MIN(a, b) (compare_numeric(&(a).key, &(b).key) < 0)
#define CHOSEN_NUMERIC_DROP(allocator, value) \
	(kept_value_drop(&(value)->key, allocator), kept_value_drop(&(value)->kept, allocator))

#define DEQUE_NAME ChosenNumericMaxDeque
#define DEQUE_VALUE ChosenNumeric
#define DEQUE_BEATS CHOSEN_NUMERIC_MAX
#define DEQUE_DROP CHOSEN_NUMERIC_DROP
#include "kernel/window/deque.h"

#define DEQUE_NAME ChosenNumericMinDeque
#define DEQUE_VALUE ChosenNumeric
#define DEQUE_BEATS CHOSEN_NUMERIC_MIN
#define DEQUE_DROP CHOSEN_NUMERIC_DROP
#include "kernel/window/deque.h"

/* Keeps a copy of argument 2, a numeric. */
static void
keep_numeric_key(FunctionCallInfo fcinfo, KeptValue *key, MemoryAccount *account)
{
	Numeric number = PG_GETARG_NUMERIC(2);
	Status status = kept_value_set_bytes(key, &account->allocator, number, VARSIZE(number));

	memory_account_require_ok(account, status, WINDOW_FRAME_LABEL);
}

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
 * takes no part, see_key sets the key of an entry that is to be compared, keep_key that of one that
 * stays (in the account if owns_key), and kept_of names what the entry keeps.
 */
#define WINDOW_CHOSEN(name, Deque, Entry, beats, is_skipped, see_key, keep_key, owns_key, kept_of) \
	typedef struct Plain_##name \
	{ \
		ValueType type; \
		MemoryAccount *account; /* NULL when nothing kept is by reference */ \
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
			state->account = \
				state->type.is_by_value && !(owns_key) ? NULL : value_account(fcinfo); \
		} \
		if (!(is_skipped)) \
		{ \
			Entry entry = {0}; \
			see_key(entry); \
			if (!state->is_chosen || !(beats(state->chosen, entry))) \
			{ \
				keep_argument(fcinfo, kept_of(&state->chosen), state->account, &state->type); \
				keep_key(state->chosen, state->account); \
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
			keep_key(entry, frame->account); \
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
#define SEE_NONE(entry) ((void) (entry))
#define SEE_DOUBLE(entry) ((entry).key = PG_GETARG_FLOAT8(2))
#define SEE_INTEGER(entry) ((entry).key = PG_GETARG_INT64(2))
#define SEE_NUMERIC(entry) ((entry).key.of.bytes = PG_GETARG_NUMERIC(2))
#define KEEP_NONE(entry, account) SEE_NONE(entry)
#define KEEP_DOUBLE(entry, account) SEE_DOUBLE(entry)
#define KEEP_INTEGER(entry, account) SEE_INTEGER(entry)
#define KEEP_NUMERIC(entry, account) keep_numeric_key(fcinfo, &(entry).key, account)
#define FIRST_STAYS(a, b) true

WINDOW_CHOSEN(first, FirstQueue, KeptValue, FIRST_STAYS, PG_ARGISNULL(1), SEE_NONE, KEEP_NONE,
			  false, ITSELF)
WINDOW_CHOSEN(float8_argmax, ChosenDoubleMaxDeque, ChosenDouble, CHOSEN_DOUBLE_MAX, PG_ARGISNULL(2),
			  SEE_DOUBLE, KEEP_DOUBLE, false, KEPT_OF)
WINDOW_CHOSEN(float8_argmin, ChosenDoubleMinDeque, ChosenDouble, CHOSEN_DOUBLE_MIN, PG_ARGISNULL(2),
			  SEE_DOUBLE, KEEP_DOUBLE, false, KEPT_OF)
WINDOW_CHOSEN(int8_argmax, ChosenIntegerMaxDeque, ChosenInteger, CHOSEN_INTEGER_MAX,
			  PG_ARGISNULL(2), SEE_INTEGER, KEEP_INTEGER, false, KEPT_OF)
WINDOW_CHOSEN(int8_argmin, ChosenIntegerMinDeque, ChosenInteger, CHOSEN_INTEGER_MIN,
			  PG_ARGISNULL(2), SEE_INTEGER, KEEP_INTEGER, false, KEPT_OF)
WINDOW_CHOSEN(numeric_argmax, ChosenNumericMaxDeque, ChosenNumeric, CHOSEN_NUMERIC_MAX,
			  PG_ARGISNULL(2), SEE_NUMERIC, KEEP_NUMERIC, true, KEPT_OF)
WINDOW_CHOSEN(numeric_argmin, ChosenNumericMinDeque, ChosenNumeric, CHOSEN_NUMERIC_MIN,
			  PG_ARGISNULL(2), SEE_NUMERIC, KEEP_NUMERIC, true, KEPT_OF)
