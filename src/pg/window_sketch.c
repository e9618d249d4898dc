/*
 * window_sketch.c: qsketch, quantiles to a stated relative error from integer buckets.
 *
 * The plain state is the public value itself, expanded while it grows.  A moving
 * aggregate keeps its sketch in its private context and writes a value for each
 * row.
 */
#include "postgres.h"

#include "kernel/stat/quantile_sketch.h"
#include "pg/argument.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/grown_state.h"
#include "pg/stat_state.h"
#include "pg/window_fraction.h"
#include "pg/window_frame.h"

#define DEFAULT_ERROR 0.01

typedef struct SketchState
{
	GrownState base;
	QuantileSketch sketch;
} SketchState;

typedef struct SketchFrame
{
	MemoryAccount *account; /* first, as window_frame_begin wants it */
	QuantileSketch sketch;
} SketchFrame;

PG_FUNCTION_INFO_V1(orchard_qsketch_in);
PG_FUNCTION_INFO_V1(orchard_qsketch_out);
PG_FUNCTION_INFO_V1(orchard_qsketch_recv);
PG_FUNCTION_INFO_V1(orchard_qsketch_send);
PG_FUNCTION_INFO_V1(orchard_qsketch_accum);
PG_FUNCTION_INFO_V1(orchard_qsketch_merge);
PG_FUNCTION_INFO_V1(orchard_qsketch_final);
PG_FUNCTION_INFO_V1(orchard_qsketch_n);
PG_FUNCTION_INFO_V1(orchard_qsketch_relative_error);
PG_FUNCTION_INFO_V1(orchard_qsketch_median);
PG_FUNCTION_INFO_V1(orchard_qsketch_quantile);
PG_FUNCTION_INFO_V1(orchard_moving_qsketch_add);
PG_FUNCTION_INFO_V1(orchard_moving_qsketch_remove);
PG_FUNCTION_INFO_V1(orchard_moving_qsketch_result);

/* Empty buckets are left out as it is written. */
static Status
sketch_settle(GrownState *state, const Allocator *allocator, const StopCheck *stop)
{
	return KERNEL_OK;
}

static size_t
sketch_state_size(const GrownState *state)
{
	return sketch_encoded_size(&((const SketchState *) state)->sketch);
}

static void
sketch_state_encode(const GrownState *state, ByteWriter *writer)
{
	sketch_encode(&((const SketchState *) state)->sketch, writer);
}

static Status
sketch_state_decode(GrownState *state, const Allocator *allocator, ByteReader *reader)
{
	return sketch_decode(&((SketchState *) state)->sketch, allocator, reader);
}

static void
sketch_state_release(GrownState *state, const Allocator *allocator)
{
	sketch_release(&((SketchState *) state)->sketch, allocator);
}

static const GrownType sketch_type = {
	.name = "orchard.qsketch",
	.label = "the qsketch",
	.context = "orchard quantile sketches",
	.hint =
		"Raise orchard.max_memory, use a larger relative_error, or compute fewer groups at a time; in a parallel plan each process has this limit.",
	.size = sizeof(SketchState),
	.settle = sketch_settle,
	.encoded_size = sketch_state_size,
	.encode = sketch_state_encode,
	.decode = sketch_state_decode,
	.release = sketch_state_release};

Datum
orchard_qsketch_in(PG_FUNCTION_ARGS)
{
	return grown_state_in(&sketch_type, fcinfo);
}

Datum
orchard_qsketch_out(PG_FUNCTION_ARGS)
{
	return grown_state_out(&sketch_type, fcinfo);
}

Datum
orchard_qsketch_recv(PG_FUNCTION_ARGS)
{
	return grown_state_recv(&sketch_type, fcinfo);
}

Datum
orchard_qsketch_send(PG_FUNCTION_ARGS)
{
	return grown_state_send(&sketch_type, fcinfo);
}

/* Argument 2 where there is one, checked. */
static double
error_argument(FunctionCallInfo fcinfo)
{
	double relative_error;

	if (PG_NARGS() < 3)
		return DEFAULT_ERROR;
	require_argument(fcinfo, 2, "relative_error");
	relative_error = PG_GETARG_FLOAT8(2);
	if (!sketch_error_is_valid(relative_error))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"relative_error\" must be between %g and %g, not %g",
						SKETCH_LEAST_ERROR, SKETCH_LARGEST_ERROR, relative_error)));
	return relative_error;
}

static void
require_same_error(const QuantileSketch *sketch, double relative_error)
{
	if (unlikely(sketch->relative_error != relative_error))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("sketches and values of one aggregate must have the same relative error"),
				 errdetail("It was %g and is %g.", sketch->relative_error, relative_error)));
}

static SketchState *
create_state(FunctionCallInfo fcinfo, double relative_error)
{
	SketchState *state =
		(SketchState *) grown_state_create(&sketch_type, grown_state_account(&sketch_type, fcinfo));

	sketch_begin(&state->sketch, relative_error);
	return state;
}

static SketchState *
state_argument_at(FunctionCallInfo fcinfo, int i, bool *is_own)
{
	return (SketchState *) grown_state_argument(&sketch_type, fcinfo, i, is_own);
}

/* transition(state, x [, relative_error]) */
Datum
orchard_qsketch_accum(PG_FUNCTION_ARGS)
{
	double relative_error = error_argument(fcinfo);
	SketchState *state;
	bool is_own;

	if (unlikely(fcinfo->context == NULL) || !AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "qsketch_accum called outside an aggregate");
	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	state = PG_ARGISNULL(0) ? create_state(fcinfo, relative_error) :
							  state_argument_at(fcinfo, 0, &is_own);
	require_same_error(&state->sketch, relative_error);
	if (!PG_ARGISNULL(1))
		grown_state_require(
			&state->base,
			sketch_add(&state->sketch, &state->base.account->allocator, PG_GETARG_FLOAT8(1)));
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->base.header));
}

/* combine(state, state), and the transition of merge(qsketch). */
Datum
orchard_qsketch_merge(PG_FUNCTION_ARGS)
{
	SketchState *into;
	SketchState *from;
	bool into_is_own;
	bool is_own;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "qsketch_merge called outside an aggregate");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		into = state_argument_at(fcinfo, 0, &is_own);
		PG_RETURN_DATUM(EOHPGetRWDatum(&into->base.header));
	}
	from = state_argument_at(fcinfo, 1, &is_own);
	into = PG_ARGISNULL(0) ? create_state(fcinfo, from->sketch.relative_error) :
							 state_argument_at(fcinfo, 0, &into_is_own);
	require_same_error(&into->sketch, from->sketch.relative_error);
	grown_state_require(&into->base,
						sketch_merge(&into->sketch, &into->base.account->allocator, &from->sketch));
	if (is_own)
		grown_state_release(&from->base);
	PG_RETURN_DATUM(EOHPGetRWDatum(&into->base.header));
}

/* The state itself; NULL over no values, as aggregates have it. */
Datum
orchard_qsketch_final(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

Datum
orchard_qsketch_n(PG_FUNCTION_ARGS)
{
	bool is_own;
	SketchState *state = state_argument_at(fcinfo, 0, &is_own);
	int64 n = (int64) state->sketch.n;

	if (is_own)
		grown_state_release(&state->base);
	PG_RETURN_INT64(n);
}

Datum
orchard_qsketch_relative_error(PG_FUNCTION_ARGS)
{
	bool is_own;
	SketchState *state = state_argument_at(fcinfo, 0, &is_own);
	double relative_error = state->sketch.relative_error;

	if (is_own)
		grown_state_release(&state->base);
	PG_RETURN_FLOAT8(relative_error);
}

static Datum
quantile_result(FunctionCallInfo fcinfo, double p)
{
	bool is_own;
	SketchState *state = state_argument_at(fcinfo, 0, &is_own);
	double result = 0.0;
	Status status = sketch_quantile(&state->sketch, p, &result);

	if (is_own)
		grown_state_release(&state->base);
	return state_result(fcinfo, status, result);
}

Datum
orchard_qsketch_median(PG_FUNCTION_ARGS)
{
	return quantile_result(fcinfo, 0.5);
}

Datum
orchard_qsketch_quantile(PG_FUNCTION_ARGS)
{
	return quantile_result(fcinfo, fraction_argument(fcinfo, 1));
}

/* moving transition(state, x [, relative_error]) */
Datum
orchard_moving_qsketch_add(PG_FUNCTION_ARGS)
{
	double relative_error = error_argument(fcinfo);
	SketchFrame *frame = (SketchFrame *) PG_GETARG_POINTER(0);

	if (PG_ARGISNULL(0))
	{
		frame = window_frame_begin(fcinfo, sizeof(SketchFrame));
		sketch_begin(&frame->sketch, relative_error);
	}
	require_same_error(&frame->sketch, relative_error);
	if (!PG_ARGISNULL(1))
	{
		Status status = sketch_add(&frame->sketch, &frame->account->allocator, PG_GETARG_FLOAT8(1));

		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

Datum
orchard_moving_qsketch_remove(PG_FUNCTION_ARGS)
{
	SketchFrame *frame = (SketchFrame *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1))
	{
		Status status = sketch_remove(&frame->sketch, PG_GETARG_FLOAT8(1));

		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

/* A flat value in the current context. */
static struct varlena *
write_flat(const QuantileSketch *sketch)
{
	size_t size = sketch_encoded_size(sketch);
	struct varlena *flat = palloc(VARHDRSZ + size);
	ByteWriter writer = grown_state_writer(VARDATA(flat), size);

	SET_VARSIZE(flat, VARHDRSZ + size);
	sketch_encode(sketch, &writer);
	return flat;
}

/* A new value; NULL over no values. */
Datum
orchard_moving_qsketch_result(PG_FUNCTION_ARGS)
{
	const SketchFrame *frame = (const SketchFrame *) PG_GETARG_POINTER(0);

	if (frame->sketch.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(write_flat(&frame->sketch));
}
