/*
 * window_counter_numeric.c: counter_delta, counter_rate, counter_resets and rate of numeric, exactly.
 *
 * As kernel/window/counter.h: the increase is last - first + the sum of the readings just before each
 * reset.  Numerics add and subtract without rounding, so here a frame may take back what it added: it
 * keeps its readings in their order and forgets the reset that the oldest one stood before.  A group
 * keeps the first and the last reading alone.
 */
#include "postgres.h"

#include <math.h>

#include "common/int.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/numeric.h"

#include "kernel/window/counter.h"
#include "kernel/window/kept_value.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/numeric_integer.h"
#include "pg/stat_state.h"
#include "pg/window_argument.h"
#include "pg/window_frame.h"

typedef struct NumericReading
{
	int64 time;	 /* microseconds */
	KeptValue x; /* in the account */
} NumericReading;

#define EARLIER_STAYS(a, b) true
#define DROP_READING(allocator, reading) kept_value_drop(&(reading)->x, allocator)

#define DEQUE_NAME NumericReadingQueue
#define DEQUE_VALUE NumericReading
#define DEQUE_BEATS EARLIER_STAYS
#define DEQUE_DROP DROP_READING
#include "kernel/window/deque.h"

/* In the account's context, or in that of the frame; dies with it. */
typedef struct NumericCounter
{
	MemoryAccount *account; /* first, as window_state_begin wants it */
	int64 newest;			/* time of the last row */
	int64 n;				/* finite readings */
	int64 n_special;		/* readings that are NaN or infinite */
	int64 n_resets;
	KeptValue lost;				  /* sum of the readings just before each reset; missing: 0 */
	NumericReading last;		  /* the latest finite reading, if n > 0 */
	NumericReading first;		  /* the oldest, of a group */
	NumericReadingQueue readings; /* the finite ones, of a frame */
	bool is_frame;
} NumericCounter;

#define COUNTER_CONTEXT "orchard counter readings"

PG_FUNCTION_INFO_V1(orchard_window_numeric_counter_accum);
PG_FUNCTION_INFO_V1(orchard_window_numeric_counter_add);
PG_FUNCTION_INFO_V1(orchard_window_numeric_counter_remove);
PG_FUNCTION_INFO_V1(orchard_window_numeric_counter_delta);
PG_FUNCTION_INFO_V1(orchard_window_numeric_counter_rate);
PG_FUNCTION_INFO_V1(orchard_window_numeric_counter_slope);
PG_FUNCTION_INFO_V1(orchard_window_numeric_counter_resets);

static inline void
require(const NumericCounter *state, Status status)
{
	if (unlikely(status != KERNEL_OK))
		memory_account_require_ok(state->account, status, WINDOW_FRAME_LABEL);
}

static inline Numeric
number_of(const KeptValue *kept)
{
	return (Numeric) kept->of.bytes;
}

static inline void
keep(const NumericCounter *state, KeptValue *kept, Numeric x)
{
	require(state, kept_value_set_bytes(kept, &state->account->allocator, x, VARSIZE(x)));
}

static inline bool
is_below(Numeric a, Numeric b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a), NumericGetDatum(b))) <
		0;
}

static inline bool
is_special(Numeric x)
{
	return numeric_is_nan(x) || numeric_is_inf(x);
}

/* A reset comes (step 1) or goes (-1), before which the counter stood at x. */
static void
note_reset(NumericCounter *state, Numeric x, int step)
{
	Numeric lost = state->lost.is_missing ? int64_to_numeric(0) : number_of(&state->lost);

	state->n_resets += step;
	lost = step > 0 ? numeric_add_opt_error(lost, x, NULL) : numeric_sub_opt_error(lost, x, NULL);
	keep(state, &state->lost, lost);
}

/* The state argument 0, or a new one. */
static NumericCounter *
counter_argument(FunctionCallInfo fcinfo, bool is_frame)
{
	NumericCounter *state;

	if (!PG_ARGISNULL(0))
		return (NumericCounter *) PG_GETARG_POINTER(0);
	state = window_state_begin(fcinfo, sizeof(NumericCounter), COUNTER_CONTEXT, WINDOW_FRAME_HINT);
	state->newest = NO_TIME;
	state->lost.is_missing = true;
	state->is_frame = is_frame;
	NumericReadingQueue_begin(&state->readings);
	return state;
}

/* transition(state, time, x) */
static Datum
enter(FunctionCallInfo fcinfo, bool is_frame)
{
	NumericCounter *state = counter_argument(fcinfo, is_frame);
	NumericReading reading = {0};
	Numeric x;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_POINTER(state);
	reading.time = time_argument(fcinfo, 1);
	x = PG_GETARG_NUMERIC(2);
	advance_time(&state->newest, reading.time);
	if (is_special(x))
	{
		state->n_special++;
		PG_RETURN_POINTER(state);
	}
	if (state->n > 0 && is_below(x, number_of(&state->last.x)))
		note_reset(state, number_of(&state->last.x), 1);
	if (is_frame)
	{
		keep(state, &reading.x, x);
		require(state,
				NumericReadingQueue_push(&state->readings, &state->account->allocator, reading));
	}
	else if (state->n == 0)
	{
		state->first.time = reading.time;
		keep(state, &state->first.x, x);
	}
	state->last.time = reading.time;
	keep(state, &state->last.x, x);
	state->n++;
	PG_RETURN_POINTER(state);
}

Datum
orchard_window_numeric_counter_accum(PG_FUNCTION_ARGS)
{
	return enter(fcinfo, false);
}

Datum
orchard_window_numeric_counter_add(PG_FUNCTION_ARGS)
{
	return enter(fcinfo, true);
}

/* The oldest reading goes; after it stood the next one, if there is one. */
static void
leave(NumericCounter *state)
{
	const NumericReadingQueue *readings = &state->readings;

	require(state, state->n > 0 ? KERNEL_OK : KERNEL_INVALID);
	if (state->n > 1)
	{
		Numeric oldest =
			number_of(&readings->entries[readings->head & (readings->capacity - 1)].value.x);
		Numeric next =
			number_of(&readings->entries[(readings->head + 1) & (readings->capacity - 1)].value.x);

		if (is_below(next, oldest))
			note_reset(state, oldest, -1);
	}
	NumericReadingQueue_discard(&state->readings, &state->account->allocator);
	state->n--;
}

Datum
orchard_window_numeric_counter_remove(PG_FUNCTION_ARGS)
{
	NumericCounter *state = (NumericCounter *) PG_GETARG_POINTER(0);

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_POINTER(state);
	if (is_special(PG_GETARG_NUMERIC(2)))
		state->n_special--;
	else
		leave(state);
	PG_RETURN_POINTER(state);
}

/* The oldest of the readings, of which there is one. */
static NumericReading
first_reading(const NumericCounter *state)
{
	return state->is_frame ? NumericReadingQueue_best(&state->readings) : state->first;
}

/* last - first and, of a counter, what it lost by resets. */
static Numeric
amount_of(const NumericCounter *state, bool is_counter)
{
	NumericReading first = first_reading(state);
	Numeric amount = numeric_sub_opt_error(number_of(&state->last.x), number_of(&first.x), NULL);

	if (is_counter && state->n_resets > 0)
		amount = numeric_add_opt_error(amount, number_of(&state->lost), NULL);
	return amount;
}

/* Without zeros at its end, so that it does not depend on what left the frame. */
Datum
orchard_window_numeric_counter_delta(PG_FUNCTION_ARGS)
{
	const NumericCounter *state = (const NumericCounter *) PG_GETARG_POINTER(0);

	if (PG_ARGISNULL(0) || state->n + state->n_special == 0)
		PG_RETURN_NULL();
	if (state->n_special > 0)
		return DirectFunctionCall3(numeric_in, CStringGetDatum("NaN"), ObjectIdGetDatum(InvalidOid),
								   Int32GetDatum(-1));
	return DirectFunctionCall1(numeric_trim_scale, NumericGetDatum(amount_of(state, true)));
}

/*
 * An amount a second by arithmetic of numerics: the quotient has so many places that it lies on the
 * same side as the true one of what is halfway between two doubles.
 */
static double
long_rate_of(Numeric amount, int64 elapsed)
{
	const int32 places = 100;
	Datum microseconds = DirectFunctionCall2(numeric_mul, NumericGetDatum(amount),
											 NumericGetDatum(int64_to_numeric(1000000)));
	Datum wide = DirectFunctionCall2(
		numeric_round, microseconds,
		Int32GetDatum(places + DatumGetInt32(DirectFunctionCall1(numeric_scale, microseconds))));
	double rate = DatumGetFloat8(DirectFunctionCall1(
		numeric_float8_no_overflow,
		DirectFunctionCall2(numeric_div, wide, NumericGetDatum(int64_to_numeric(elapsed)))));

	if (isinf(rate))
		float_overflow_error();
	return rate;
}

/* An amount a second, rounded to double precision once. */
static double
rate_of(Numeric amount, int64 elapsed)
{
	int64 denominator = elapsed; /* 10^places of them */
	int64 value;
	int places;

	if (!numeric_as_integer((const struct varlena *) amount, &value, &places))
		return long_rate_of(amount, elapsed);
	for (; places > 0; places--)
	{
		if (pg_mul_s64_overflow(denominator, 10, &denominator))
			return long_rate_of(amount, elapsed);
	}
	return counter_rate_of(value, (uint64) denominator);
}

static Datum
rate_result(FunctionCallInfo fcinfo, bool is_counter)
{
	const NumericCounter *state = (const NumericCounter *) PG_GETARG_POINTER(0);
	int64 elapsed;

	if (PG_ARGISNULL(0) || state->n + state->n_special == 0)
		PG_RETURN_NULL();
	if (state->n_special > 0)
		PG_RETURN_FLOAT8(get_float8_nan());
	elapsed = state->last.time - first_reading(state).time;
	if (elapsed == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rate_of(amount_of(state, is_counter), elapsed));
}

Datum
orchard_window_numeric_counter_rate(PG_FUNCTION_ARGS)
{
	return rate_result(fcinfo, true);
}

Datum
orchard_window_numeric_counter_slope(PG_FUNCTION_ARGS)
{
	return rate_result(fcinfo, false);
}

/* A count has no NaN: readings that are not finite are passed over. */
Datum
orchard_window_numeric_counter_resets(PG_FUNCTION_ARGS)
{
	const NumericCounter *state = (const NumericCounter *) PG_GETARG_POINTER(0);

	if (PG_ARGISNULL(0) || state->n == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(state->n_resets);
}
