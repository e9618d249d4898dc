/*
 * window_latest.c: last_value_of, locf, since, streak, last_k and lags.
 *
 * What they tell depends on the last rows alone, and rows leave a frame at its other end: a count
 * of the rows that are still there is all that has to change then.  So one state serves plain and
 * moving aggregates.  It lives in the aggregate's context; what grows is accounted.
 */
#include "postgres.h"

#include "utils/array.h"

#include "kernel/window/recent.h"
#include "pg/window_argument.h"
#include "pg/window_frame.h"
#include "pg/window_value.h"

#define MOST_ROWS 10000 /* the largest k */

/* Of last_value_of and locf. */
typedef struct LatestState
{
	ValueType type;
	MemoryAccount *account; /* NULL for a type by value */
	KeptValue value;		/* the latest that is not NULL */
	int64 n;				/* values in the frame */
	int64 value_time;		/* of the latest value, microseconds */
	int64 newest;			/* time of the last row */
	int64 max_age;			/* microseconds */
} LatestState;

/* Of since. */
typedef struct SinceState
{
	int64 n;		/* rows of the frame where the condition holds */
	int64 met_time; /* of the latest of them, microseconds */
	int64 newest;	/* time of the last row */
} SinceState;

/* Of streak. */
typedef struct StreakState
{
	int64 n;   /* rows of the frame whose condition is known */
	int64 run; /* rows since the condition last failed, the frame's or older */
} StreakState;

/* Of last_k, and of lags: k rows and the one that they precede, NULL ones among them. */
typedef struct LastState
{
	ValueType type;
	MemoryAccount *account;
	Recent recent;	   /* of the values */
	KeptValue *values; /* a slot each, in the account */
} LastState;

PG_FUNCTION_INFO_V1(orchard_window_last_add);
PG_FUNCTION_INFO_V1(orchard_window_last_remove);
PG_FUNCTION_INFO_V1(orchard_window_last_value);
PG_FUNCTION_INFO_V1(orchard_window_locf_add);
PG_FUNCTION_INFO_V1(orchard_window_locf_remove);
PG_FUNCTION_INFO_V1(orchard_window_locf_value);
PG_FUNCTION_INFO_V1(orchard_window_since_add);
PG_FUNCTION_INFO_V1(orchard_window_since_remove);
PG_FUNCTION_INFO_V1(orchard_window_since_seconds);
PG_FUNCTION_INFO_V1(orchard_window_streak_add);
PG_FUNCTION_INFO_V1(orchard_window_streak_remove);
PG_FUNCTION_INFO_V1(orchard_window_streak_length);
PG_FUNCTION_INFO_V1(orchard_window_last_k_add);
PG_FUNCTION_INFO_V1(orchard_window_last_k_remove);
PG_FUNCTION_INFO_V1(orchard_window_last_k_values);
PG_FUNCTION_INFO_V1(orchard_window_lags_add);
PG_FUNCTION_INFO_V1(orchard_window_lags_remove);
PG_FUNCTION_INFO_V1(orchard_window_lags_values);

static LatestState *
latest_of(FunctionCallInfo fcinfo)
{
	LatestState *state = window_plain_state(fcinfo, sizeof(LatestState));

	if (PG_ARGISNULL(0))
	{
		state->type = *value_type_of(fcinfo, 1);
		state->account = state->type.is_by_value ? NULL : value_account(fcinfo);
		state->newest = NO_TIME;
	}
	return state;
}

Datum
orchard_window_last_add(PG_FUNCTION_ARGS)
{
	LatestState *state = latest_of(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		value_keep(&state->value, state->account, &state->type, PG_GETARG_DATUM(1));
		state->n++;
	}
	PG_RETURN_POINTER(state);
}

Datum
orchard_window_last_remove(PG_FUNCTION_ARGS)
{
	LatestState *state = (LatestState *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1))
		state->n--;
	PG_RETURN_POINTER(state);
}

Datum
orchard_window_last_value(PG_FUNCTION_ARGS)
{
	const LatestState *state = (const LatestState *) PG_GETARG_POINTER(0);

	if (PG_ARGISNULL(0) || state->n == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(value_of(&state->value, &state->type));
}

/* Arguments: value, time, oldest age of a value that is carried forward. */
Datum
orchard_window_locf_add(PG_FUNCTION_ARGS)
{
	LatestState *state = latest_of(fcinfo);
	int64 max_age = interval_argument(fcinfo, 3, "max_age", 0);

	if (PG_ARGISNULL(0))
		state->max_age = max_age;
	else if (max_age != state->max_age)
		argument_changes("max_age");
	if (!PG_ARGISNULL(2))
	{
		advance_time(&state->newest, time_argument(fcinfo, 2));
		if (!PG_ARGISNULL(1))
		{
			value_keep(&state->value, state->account, &state->type, PG_GETARG_DATUM(1));
			state->value_time = state->newest;
			state->n++;
		}
	}
	PG_RETURN_POINTER(state);
}

Datum
orchard_window_locf_remove(PG_FUNCTION_ARGS)
{
	LatestState *state = (LatestState *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
		state->n--;
	PG_RETURN_POINTER(state);
}

Datum
orchard_window_locf_value(PG_FUNCTION_ARGS)
{
	const LatestState *state = (const LatestState *) PG_GETARG_POINTER(0);

	if (PG_ARGISNULL(0) || state->n == 0 || state->newest - state->value_time > state->max_age)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(value_of(&state->value, &state->type));
}

static bool
condition_holds(FunctionCallInfo fcinfo, int i)
{
	return !PG_ARGISNULL(i) && PG_GETARG_BOOL(i);
}

/* Arguments: time, condition. */
Datum
orchard_window_since_add(PG_FUNCTION_ARGS)
{
	SinceState *state = window_plain_state(fcinfo, sizeof(SinceState));

	if (PG_ARGISNULL(0))
		state->newest = NO_TIME;
	if (!PG_ARGISNULL(1))
	{
		advance_time(&state->newest, time_argument(fcinfo, 1));
		if (condition_holds(fcinfo, 2))
		{
			state->met_time = state->newest;
			state->n++;
		}
	}
	PG_RETURN_POINTER(state);
}

Datum
orchard_window_since_remove(PG_FUNCTION_ARGS)
{
	SinceState *state = (SinceState *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1) && condition_holds(fcinfo, 2))
		state->n--;
	PG_RETURN_POINTER(state);
}

Datum
orchard_window_since_seconds(PG_FUNCTION_ARGS)
{
	const SinceState *state = (const SinceState *) PG_GETARG_POINTER(0);

	if (PG_ARGISNULL(0) || state->n == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((double) (state->newest - state->met_time) / MICROSECONDS);
}

Datum
orchard_window_streak_add(PG_FUNCTION_ARGS)
{
	StreakState *state = window_plain_state(fcinfo, sizeof(StreakState));

	if (!PG_ARGISNULL(1))
	{
		state->run = PG_GETARG_BOOL(1) ? state->run + 1 : 0;
		state->n++;
	}
	PG_RETURN_POINTER(state);
}

Datum
orchard_window_streak_remove(PG_FUNCTION_ARGS)
{
	StreakState *state = (StreakState *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1))
		state->n--;
	PG_RETURN_POINTER(state);
}

Datum
orchard_window_streak_length(PG_FUNCTION_ARGS)
{
	const StreakState *state = (const StreakState *) PG_GETARG_POINTER(0);

	if (PG_ARGISNULL(0) || state->n == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(Min(state->run, state->n));
}

/* The state argument 0 with room for k rows and `more`, k being argument 2; or a new one. */
static LastState *
last_rows_argument(FunctionCallInfo fcinfo, int32 more)
{
	LastState *state = window_plain_state(fcinfo, sizeof(LastState));
	int32 k = count_argument(fcinfo, 2, "k", MOST_ROWS);
	uint64 n = (uint64) k + more;

	if (PG_ARGISNULL(0))
	{
		state->type = *value_type_of(fcinfo, 1);
		state->account = value_account(fcinfo);
		state->recent.n_slots = n;
		state->values = memory_allocate_zero(&state->account->allocator, n, sizeof(KeptValue));
		if (state->values == NULL)
			memory_account_require_ok(state->account, KERNEL_OUT_OF_MEMORY, WINDOW_FRAME_LABEL);
	}
	else if (n != state->recent.n_slots)
		argument_changes("k");
	return state;
}

/* The value of a slot, in the state's own memory. */
static Datum
slot_value(const LastState *state, uint64 slot)
{
	const KeptValue *kept = &state->values[slot];

	return state->type.is_by_value ? kept->of.word : PointerGetDatum(kept->of.bytes);
}

/* Arguments: value, k. */
Datum
orchard_window_last_k_add(PG_FUNCTION_ARGS)
{
	LastState *state = last_rows_argument(fcinfo, 0);

	if (!PG_ARGISNULL(1))
		value_keep(&state->values[recent_add(&state->recent)], state->account, &state->type,
				   PG_GETARG_DATUM(1));
	PG_RETURN_POINTER(state);
}

Datum
orchard_window_last_k_remove(PG_FUNCTION_ARGS)
{
	LastState *state = (LastState *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1))
		recent_remove(&state->recent);
	PG_RETURN_POINTER(state);
}

/* An array of the values, oldest first; NULL without a value. */
Datum
orchard_window_last_k_values(PG_FUNCTION_ARGS)
{
	const LastState *state = (const LastState *) PG_GETARG_POINTER(0);
	int n = PG_ARGISNULL(0) ? 0 : (int) recent_kept(&state->recent);
	Datum *elements;
	int i;

	if (n == 0)
		PG_RETURN_NULL();
	elements = palloc(n * sizeof(Datum));
	for (i = 0; i < n; i++)
		elements[i] = slot_value(state, recent_slot(&state->recent, n - 1 - i));
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, n, state->type.oid, state->type.length,
										  state->type.is_by_value, state->type.alignment));
}

/* Arguments: value, k. */
Datum
orchard_window_lags_add(PG_FUNCTION_ARGS)
{
	LastState *state = last_rows_argument(fcinfo, 1);
	KeptValue *kept = &state->values[recent_add(&state->recent)];

	if (PG_ARGISNULL(1))
		kept_value_set_missing(kept);
	else
		value_keep(kept, state->account, &state->type, PG_GETARG_DATUM(1));
	PG_RETURN_POINTER(state);
}

Datum
orchard_window_lags_remove(PG_FUNCTION_ARGS)
{
	LastState *state = (LastState *) PG_GETARG_POINTER(0);

	recent_remove(&state->recent);
	PG_RETURN_POINTER(state);
}

/* An array of k elements, latest first; NULL without a row. */
Datum
orchard_window_lags_values(PG_FUNCTION_ARGS)
{
	const LastState *state = (const LastState *) PG_GETARG_POINTER(0);
	int kept = PG_ARGISNULL(0) ? 0 : (int) recent_kept(&state->recent);
	int dimension[1];
	int bound[1] = {1};
	Datum *elements;
	bool *nulls;
	int i;

	if (kept == 0)
		PG_RETURN_NULL();
	dimension[0] = (int) state->recent.n_slots - 1;
	elements = palloc(dimension[0] * sizeof(Datum));
	nulls = palloc(dimension[0] * sizeof(bool));
	for (i = 0; i < dimension[0]; i++)
	{
		uint64 slot = i + 1 < kept ? recent_slot(&state->recent, i + 1) : 0;

		nulls[i] = i + 1 >= kept || state->values[slot].is_missing;
		elements[i] = slot_value(state, slot);
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(elements, nulls, 1, dimension, bound, state->type.oid,
											 state->type.length, state->type.is_by_value,
											 state->type.alignment));
}
