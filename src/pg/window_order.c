/*
 * window_order.c: median, quantile, mad, iqr and rank_of_last.
 *
 * Two states.  Plain, for groups, parallel plans and frames that only grow: an
 * order_state, a public value that merges.  Moving: a struct in the private context of the
 * moving aggregate.  rank_of_last depends on the order of rows, cannot be merged,
 * and uses the moving struct for both.  The final functions may change the form of a
 * plain state that aggregates share (sorting it, planting its tree), never its meaning.
 */
#include "postgres.h"

#include "nodes/execnodes.h"

#include "kernel/window/order_statistics.h"
#include "pg/error.h"
#include "pg/grown_state.h"
#include "pg/stat_state.h"
#include "pg/window_fraction.h"
#include "pg/window_frame.h"

typedef struct OrderState
{
	GrownState base;
	OrderStatistics order;
	Fraction fraction; /* of quantile(x, p) */
} OrderState;

typedef struct OrderFrame
{
	MemoryAccount *account; /* first, as window_frame_begin wants it */
	OrderStatistics order;
	Fraction fraction;
	double last; /* value of the newest row */
	bool last_is_null;
} OrderFrame;

static const char memory_hint[] =
	"Raise orchard.max_memory, use orchard.qsketch, or compute fewer groups at a time; in a parallel plan each process has this limit, and one holds two states while it merges them.";

PG_FUNCTION_INFO_V1(orchard_order_state_in);
PG_FUNCTION_INFO_V1(orchard_order_state_out);
PG_FUNCTION_INFO_V1(orchard_order_state_recv);
PG_FUNCTION_INFO_V1(orchard_order_state_send);
PG_FUNCTION_INFO_V1(orchard_order_state_accum);
PG_FUNCTION_INFO_V1(orchard_order_state_merge);
PG_FUNCTION_INFO_V1(orchard_order_state_final);
PG_FUNCTION_INFO_V1(orchard_order_state_n);
PG_FUNCTION_INFO_V1(orchard_order_state_median);
PG_FUNCTION_INFO_V1(orchard_order_state_quantile);
PG_FUNCTION_INFO_V1(orchard_order_state_mad);
PG_FUNCTION_INFO_V1(orchard_order_state_iqr);
PG_FUNCTION_INFO_V1(orchard_moving_order_add);
PG_FUNCTION_INFO_V1(orchard_moving_order_remove);
PG_FUNCTION_INFO_V1(orchard_moving_order_median);
PG_FUNCTION_INFO_V1(orchard_moving_order_quantile);
PG_FUNCTION_INFO_V1(orchard_moving_order_mad);
PG_FUNCTION_INFO_V1(orchard_moving_order_iqr);
PG_FUNCTION_INFO_V1(orchard_moving_order_rank);

static Status
order_settle(GrownState *state, const Allocator *allocator, const StopCheck *stop)
{
	return order_statistics_gather(&((OrderState *) state)->order, allocator, stop);
}

/* The kernel's bytes, u8 whether there is a fraction, the fraction or 0. */
static size_t
order_encoded_size(const GrownState *state)
{
	return order_statistics_encoded_size(&((const OrderState *) state)->order) + 9;
}

static void
order_encode(const GrownState *base, ByteWriter *writer)
{
	const OrderState *state = (const OrderState *) base;

	order_statistics_encode(&state->order, writer);
	write_u8(writer, state->fraction.is_set);
	write_double(writer, state->fraction.p);
}

static Status
order_decode(GrownState *base, const Allocator *allocator, ByteReader *reader)
{
	OrderState *state = (OrderState *) base;
	Status status = order_statistics_decode(&state->order, allocator, reader);
	uint8 is_set;
	double p;

	if (status != KERNEL_OK)
		return status;
	is_set = read_u8(reader);
	p = read_double(reader);
	if (reader->status != KERNEL_OK || is_set > 1 || !(p >= 0.0 && p <= 1.0) || signbit(p) ||
		(is_set == 0 && p != 0.0))
	{
		order_statistics_release(&state->order, allocator);
		return KERNEL_CORRUPT;
	}
	state->fraction = (Fraction){p, is_set == 1};
	return KERNEL_OK;
}

static void
order_release(GrownState *state, const Allocator *allocator)
{
	order_statistics_release(&((OrderState *) state)->order, allocator);
}

static const GrownType order_type = {.name = "orchard.order_state",
									 .label = "the order_state",
									 .context = "orchard order states",
									 .hint = memory_hint,
									 .size = sizeof(OrderState),
									 .settle = order_settle,
									 .encoded_size = order_encoded_size,
									 .encode = order_encode,
									 .decode = order_decode,
									 .release = order_release};

Datum
orchard_order_state_in(PG_FUNCTION_ARGS)
{
	return grown_state_in(&order_type, fcinfo);
}

Datum
orchard_order_state_out(PG_FUNCTION_ARGS)
{
	return grown_state_out(&order_type, fcinfo);
}

Datum
orchard_order_state_recv(PG_FUNCTION_ARGS)
{
	return grown_state_recv(&order_type, fcinfo);
}

Datum
orchard_order_state_send(PG_FUNCTION_ARGS)
{
	return grown_state_send(&order_type, fcinfo);
}

static OrderState *
create_state(FunctionCallInfo fcinfo)
{
	return (OrderState *) grown_state_create(&order_type, grown_state_account(&order_type, fcinfo));
}

static OrderState *
state_argument_at(FunctionCallInfo fcinfo, int i, bool *is_own)
{
	return (OrderState *) grown_state_argument(&order_type, fcinfo, i, is_own);
}

/* transition(state, x [, p]) */
Datum
orchard_order_state_accum(PG_FUNCTION_ARGS)
{
	bool has_fraction = PG_NARGS() > 2;
	double p = has_fraction ? fraction_argument(fcinfo, 2) : 0.0;
	OrderState *state;
	bool is_own;

	if (unlikely(fcinfo->context == NULL) || !AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "order_state_accum called outside an aggregate");
	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	state = PG_ARGISNULL(0) ? create_state(fcinfo) : state_argument_at(fcinfo, 0, &is_own);
	if (has_fraction)
		fraction_set(&state->fraction, p);
	if (!PG_ARGISNULL(1))
		grown_state_require(&state->base,
							order_statistics_add(&state->order, &state->base.account->allocator,
												 &state->base.account->stop, PG_GETARG_FLOAT8(1)));
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->base.header));
}

/* combine(state, state), and the transition of merge(order_state). */
Datum
orchard_order_state_merge(PG_FUNCTION_ARGS)
{
	OrderState *into;
	OrderState *from;
	bool is_own;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "order_state_merge called outside an aggregate");
	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	into = PG_ARGISNULL(0) ? create_state(fcinfo) : state_argument_at(fcinfo, 0, &is_own);
	if (!PG_ARGISNULL(1))
	{
		from = state_argument_at(fcinfo, 1, &is_own);
		if (from->fraction.is_set)
			fraction_set(&into->fraction, from->fraction.p);
		grown_state_require(&into->base,
							order_statistics_merge(&into->order, &from->order,
												   &into->base.account->allocator,
												   &into->base.account->stop));
		if (is_own)
			grown_state_release(&from->base);
	}
	PG_RETURN_DATUM(EOHPGetRWDatum(&into->base.header));
}

/* The state itself; NULL over no values, as aggregates have it. */
Datum
orchard_order_state_final(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

Datum
orchard_order_state_n(PG_FUNCTION_ARGS)
{
	bool is_own;
	OrderState *state = state_argument_at(fcinfo, 0, &is_own);
	int64 n = (int64) order_statistics_count(&state->order);

	if (is_own)
		grown_state_release(&state->base);
	PG_RETURN_INT64(n);
}

typedef enum OrderResult
{
	ORDER_QUANTILE,
	ORDER_MAD,
	ORDER_IQR
} OrderResult;

static Status
compute(OrderStatistics *order, OrderResult which, double p, double *result)
{
	if (which == ORDER_MAD)
		return order_statistics_mad(order, result);
	return which == ORDER_IQR ? order_statistics_iqr(order, result) :
								order_statistics_quantile(order, p, result);
}

/* Argument 0, a plain state, to a result. */
static Datum
plain_result(FunctionCallInfo fcinfo, OrderState *state, bool is_own, OrderResult which, double p)
{
	double result = 0.0;
	Status status;

	grown_state_require(&state->base,
						order_statistics_prepare(&state->order, &state->base.account->allocator,
												 &state->base.account->stop));
	status = compute(&state->order, which, p, &result);
	if (is_own)
		grown_state_release(&state->base);
	return state_result(fcinfo, status, result);
}

Datum
orchard_order_state_median(PG_FUNCTION_ARGS)
{
	bool is_own;
	OrderState *state = state_argument_at(fcinfo, 0, &is_own);

	return plain_result(fcinfo, state, is_own, ORDER_QUANTILE, 0.5);
}

/* quantile(state, p), and the final function of quantile(x, p), whose state knows p. */
Datum
orchard_order_state_quantile(PG_FUNCTION_ARGS)
{
	double p = PG_NARGS() > 1 ? fraction_argument(fcinfo, 1) : 0.0;
	bool is_own;
	OrderState *state = state_argument_at(fcinfo, 0, &is_own);

	return plain_result(fcinfo, state, is_own, ORDER_QUANTILE,
						PG_NARGS() > 1 ? p : state->fraction.p);
}

Datum
orchard_order_state_mad(PG_FUNCTION_ARGS)
{
	bool is_own;
	OrderState *state = state_argument_at(fcinfo, 0, &is_own);

	return plain_result(fcinfo, state, is_own, ORDER_MAD, 0.0);
}

Datum
orchard_order_state_iqr(PG_FUNCTION_ARGS)
{
	bool is_own;
	OrderState *state = state_argument_at(fcinfo, 0, &is_own);

	return plain_result(fcinfo, state, is_own, ORDER_IQR, 0.0);
}

static OrderFrame *
begin_frame(FunctionCallInfo fcinfo)
{
	OrderFrame *frame = window_frame_begin(fcinfo, sizeof(OrderFrame));

	if (!IsA(fcinfo->context, WindowAggState))
		frame->account->hint = memory_hint;
	return frame;
}

/* moving transition(state, x [, p]) */
Datum
orchard_moving_order_add(PG_FUNCTION_ARGS)
{
	OrderFrame *frame = PG_ARGISNULL(0) ? begin_frame(fcinfo) : (OrderFrame *) PG_GETARG_POINTER(0);

	if (PG_NARGS() > 2)
		fraction_set(&frame->fraction, fraction_argument(fcinfo, 2));
	frame->last_is_null = PG_ARGISNULL(1);
	if (!frame->last_is_null)
	{
		Status status;

		frame->last = PG_GETARG_FLOAT8(1);
		status = order_statistics_enter(&frame->order, &frame->account->allocator, frame->last);
		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

Datum
orchard_moving_order_remove(PG_FUNCTION_ARGS)
{
	OrderFrame *frame = (OrderFrame *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1))
	{
		Status status =
			order_statistics_remove(&frame->order, &frame->account->allocator, PG_GETARG_FLOAT8(1));

		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

static Datum
moving_result(FunctionCallInfo fcinfo, OrderResult which, double p)
{
	OrderFrame *frame = (OrderFrame *) PG_GETARG_POINTER(0);
	double result = 0.0;
	Status status = compute(&frame->order, which, p, &result);

	return state_result(fcinfo, status, result);
}

Datum
orchard_moving_order_median(PG_FUNCTION_ARGS)
{
	return moving_result(fcinfo, ORDER_QUANTILE, 0.5);
}

Datum
orchard_moving_order_quantile(PG_FUNCTION_ARGS)
{
	const OrderFrame *frame = (const OrderFrame *) PG_GETARG_POINTER(0);

	return moving_result(fcinfo, ORDER_QUANTILE, frame->fraction.p);
}

Datum
orchard_moving_order_mad(PG_FUNCTION_ARGS)
{
	return moving_result(fcinfo, ORDER_MAD, 0.0);
}

Datum
orchard_moving_order_iqr(PG_FUNCTION_ARGS)
{
	return moving_result(fcinfo, ORDER_IQR, 0.0);
}

Datum
orchard_moving_order_rank(PG_FUNCTION_ARGS)
{
	const OrderFrame *frame = (const OrderFrame *) PG_GETARG_POINTER(0);
	double result = 0.0;
	Status status;

	if (frame->last_is_null)
		PG_RETURN_NULL();
	status = order_statistics_percent_rank(&frame->order, frame->last, &result);
	return state_result(fcinfo, status, result);
}
