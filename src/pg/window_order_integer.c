/*
 * window_order_integer.c: median, quantile, mad, iqr and rank_of_last of bigint, compared as the integers
 * they are.
 *
 * As double precision, integers beyond 2^53 would lose digits and tie with their neighbours.  Results are
 * numeric, as those of avg(bigint): what lies between two integers is a decimal, and p counts as the
 * decimal that it is printed as, so nothing is rounded.  One struct serves groups, which merge, and
 * moving frames, with transitions of their own; rank_of_last depends on the order of rows, does not
 * merge and uses those of frames for both.
 */
#include "postgres.h"

#include "libpq/pqformat.h"

#include "pg/error.h"
#include "pg/stat_state.h"
#include "pg/window_fraction.h"
#include "pg/window_frame.h"
#include "pg/window_order_state.h"

typedef struct IntegerOrder
{
	MemoryAccount *account; /* first, as window_state_begin wants it */
	OrderStatistics order;
	OrderFraction fraction; /* of quantile(x, p) */
	uint64 last;			/* key of the newest row */
	bool last_is_null;
} IntegerOrder;

PG_FUNCTION_INFO_V1(orchard_integer_order_accum);
PG_FUNCTION_INFO_V1(orchard_moving_integer_order_add);
PG_FUNCTION_INFO_V1(orchard_moving_integer_order_remove);
PG_FUNCTION_INFO_V1(orchard_integer_order_combine);
PG_FUNCTION_INFO_V1(orchard_integer_order_serialize);
PG_FUNCTION_INFO_V1(orchard_integer_order_deserialize);
PG_FUNCTION_INFO_V1(orchard_integer_order_median);
PG_FUNCTION_INFO_V1(orchard_integer_order_quantile);
PG_FUNCTION_INFO_V1(orchard_integer_order_mad);
PG_FUNCTION_INFO_V1(orchard_integer_order_iqr);
PG_FUNCTION_INFO_V1(orchard_integer_order_rank);

static inline void
require(const IntegerOrder *state, Status status)
{
	if (unlikely(status != KERNEL_OK))
		memory_account_require_ok(state->account, status, ORDER_STATE_LABEL);
}

/* The state argument 0, or a new one. */
static IntegerOrder *
order_argument(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		return window_state_begin(fcinfo, sizeof(IntegerOrder), ORDER_STATE_CONTEXT,
								  ORDER_STATE_HINT);
	return (IntegerOrder *) PG_GETARG_POINTER(0);
}

/* transition(state, x [, p]) */
Datum
orchard_integer_order_accum(PG_FUNCTION_ARGS)
{
	IntegerOrder *state = order_argument(fcinfo);

	if (PG_NARGS() > 2)
		order_fraction_set(&state->fraction, fraction_argument(fcinfo, 2));
	if (!PG_ARGISNULL(1))
		require(state,
				order_integers_add(&state->order, &state->account->allocator, &state->account->stop,
								   PG_GETARG_INT64(1)));
	PG_RETURN_POINTER(state);
}

/* moving transition(state, x [, p]) */
Datum
orchard_moving_integer_order_add(PG_FUNCTION_ARGS)
{
	IntegerOrder *state = order_argument(fcinfo);

	if (PG_NARGS() > 2)
		order_fraction_set(&state->fraction, fraction_argument(fcinfo, 2));
	state->last_is_null = PG_ARGISNULL(1);
	if (!state->last_is_null)
	{
		int64 x = PG_GETARG_INT64(1);

		state->last = integer_to_key(x);
		require(state, order_integers_enter(&state->order, &state->account->allocator, x));
	}
	PG_RETURN_POINTER(state);
}

Datum
orchard_moving_integer_order_remove(PG_FUNCTION_ARGS)
{
	IntegerOrder *state = (IntegerOrder *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1))
		require(
			state,
			order_integers_remove(&state->order, &state->account->allocator, PG_GETARG_INT64(1)));
	PG_RETURN_POINTER(state);
}

/* combine(state, state) */
Datum
orchard_integer_order_combine(PG_FUNCTION_ARGS)
{
	IntegerOrder *from;
	IntegerOrder *into;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(0));
	}
	from = (IntegerOrder *) PG_GETARG_POINTER(1);
	into = order_argument(fcinfo);
	order_fraction_merge(&into->fraction, &from->fraction);
	require(into,
			order_statistics_merge(&into->order, &from->order, &into->account->allocator,
								   &into->account->stop));
	PG_RETURN_POINTER(into);
}

/* The fraction, and each value as its key and how often it is there; for other processes of the plan only. */
Datum
orchard_integer_order_serialize(PG_FUNCTION_ARGS)
{
	IntegerOrder *state = (IntegerOrder *) PG_GETARG_POINTER(0);
	StringInfoData bytes;
	size_t i;

	require(
		state,
		order_statistics_gather(&state->order, &state->account->allocator, &state->account->stop));
	if (state->order.runs.n > ORDER_STATE_LIMIT / (2 * sizeof(uint64)))
		order_state_too_large(state->order.runs.n);
	pq_begintypsend(&bytes);
	order_fraction_send(&bytes, &state->fraction);
	for (i = 0; i < state->order.runs.n; i++)
	{
		pq_sendint64(&bytes, (int64) state->order.runs.keys[i]);
		pq_sendint64(&bytes, (int64) score_runs_weight(&state->order.runs, i));
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&bytes));
}

Datum
orchard_integer_order_deserialize(PG_FUNCTION_ARGS)
{
	StringInfoData message;
	IntegerOrder *state;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "integer_order_deserialize called outside an aggregate");
	order_state_message(fcinfo, &message);
	/* It lives until it is combined: in the context of this call. */
	state = palloc0(sizeof(IntegerOrder));
	state->account = memory_account_create(CurrentMemoryContext);
	state->account->hint = ORDER_STATE_HINT;
	order_fraction_receive(&message, &state->fraction);
	while (message.cursor < message.len)
	{
		uint64 key = (uint64) pq_getmsgint64(&message);
		uint64 times = (uint64) pq_getmsgint64(&message);

		require(state,
				order_statistics_add_key(&state->order, &state->account->allocator,
										 &state->account->stop, key, times));
	}
	PG_RETURN_POINTER(state);
}

/* Argument 0, ready for results. */
static IntegerOrder *
prepared_argument(FunctionCallInfo fcinfo)
{
	IntegerOrder *state = (IntegerOrder *) PG_GETARG_POINTER(0);

	require(
		state,
		order_statistics_prepare(&state->order, &state->account->allocator, &state->account->stop));
	return state;
}

/* A result, NULL over no values. */
static Datum
number_result(FunctionCallInfo fcinfo, Status status, DecimalNumber number)
{
	if (status != KERNEL_OK)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(decimal_numeric(number));
}

Datum
orchard_integer_order_median(PG_FUNCTION_ARGS)
{
	IntegerOrder *state = prepared_argument(fcinfo);
	DecimalNumber number;
	Status status = order_integers_quantile(&state->order, (DecimalFraction){5, 1}, &number);

	return number_result(fcinfo, status, number);
}

Datum
orchard_integer_order_quantile(PG_FUNCTION_ARGS)
{
	IntegerOrder *state = prepared_argument(fcinfo);
	DecimalNumber number;
	Status status = order_integers_quantile(&state->order, state->fraction.decimal, &number);

	return number_result(fcinfo, status, number);
}

Datum
orchard_integer_order_mad(PG_FUNCTION_ARGS)
{
	IntegerOrder *state = prepared_argument(fcinfo);
	DecimalNumber number;
	Status status = order_integers_mad(&state->order, &number);

	return number_result(fcinfo, status, number);
}

Datum
orchard_integer_order_iqr(PG_FUNCTION_ARGS)
{
	IntegerOrder *state = prepared_argument(fcinfo);
	DecimalNumber number;
	Status status = order_integers_iqr(&state->order, &number);

	return number_result(fcinfo, status, number);
}

Datum
orchard_integer_order_rank(PG_FUNCTION_ARGS)
{
	const IntegerOrder *state = (const IntegerOrder *) PG_GETARG_POINTER(0);

	if (state->last_is_null || state->order.tree.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(order_tree_rank(&state->order.tree, state->last));
}
