/*
 * window_pair.c: the moving form of corr, covar_*, regr_* and stats of pairs.
 *
 * A pair with a NULL on either side is skipped, as by the built-ins.  Lifetimes as in
 * window_moving.c.
 */
#include "postgres.h"

#include "utils/float.h"

#include "kernel/window/moving_pair.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/stat_state.h"
#include "pg/stat_stats2d.h"
#include "pg/window_frame.h"

typedef struct PairFrame
{
	MemoryAccount *account; /* first, as window_frame_begin wants it */
	MovingPair moving;
} PairFrame;

/* Arguments (state, y, x) hold a pair. */
static inline bool
has_pair(FunctionCallInfo fcinfo)
{
	return !PG_ARGISNULL(1) && !PG_ARGISNULL(2);
}

static inline Pair
pair_argument(FunctionCallInfo fcinfo)
{
	return (Pair){.x = PG_GETARG_FLOAT8(2), .y = PG_GETARG_FLOAT8(1)};
}

PG_FUNCTION_INFO_V1(orchard_moving_pair_add);
PG_FUNCTION_INFO_V1(orchard_moving_pair_remove);
PG_FUNCTION_INFO_V1(orchard_moving_pair_stats);
PG_FUNCTION_INFO_V1(orchard_moving_regr_count_remove);

Datum
orchard_moving_pair_add(PG_FUNCTION_ARGS)
{
	PairFrame *frame = (PairFrame *) PG_GETARG_POINTER(0);
	Status status;

	if (PG_ARGISNULL(0))
	{
		frame = window_frame_begin(fcinfo, sizeof(PairFrame));
		moving_pair_begin(&frame->moving);
	}
	if (has_pair(fcinfo))
	{
		status = moving_pair_add(&frame->moving, &frame->account->allocator, pair_argument(fcinfo));
		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

Datum
orchard_moving_pair_remove(PG_FUNCTION_ARGS)
{
	PairFrame *frame = (PairFrame *) PG_GETARG_POINTER(0);
	Status status;

	if (has_pair(fcinfo))
	{
		status = moving_pair_remove(&frame->moving, &frame->account->allocator,
									&frame->account->stop, pair_argument(fcinfo));
		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

/* A new stats2d; NULL over no pairs, as aggregates have it. */
Datum
orchard_moving_pair_stats(PG_FUNCTION_ARGS)
{
	const PairFrame *frame = (const PairFrame *) PG_GETARG_POINTER(0);
	Stats2d *state = (Stats2d *) state_create(&stats2d_type);

	if (moving_pair_state(&frame->moving, &state->comoments) == KERNEL_OVERFLOW)
		float_overflow_error();
	if (state->comoments.n == 0)
		PG_RETURN_NULL();
	state_settle(&stats2d_type, &state->header);
	PG_RETURN_POINTER(state);
}

/* One pair fewer; strict, so that only whole pairs count.  A count is undone exactly. */
Datum
orchard_moving_regr_count_remove(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_INT64(0) - 1);
}

/* Defines the result orchard_moving_pair_NAME by a call of a kernel function. */
#define MOVING_PAIR_RESULT(name, call) \
	PG_FUNCTION_INFO_V1(orchard_moving_pair_##name); \
	Datum orchard_moving_pair_##name(PG_FUNCTION_ARGS) \
	{ \
		const PairFrame *frame = (const PairFrame *) PG_GETARG_POINTER(0); \
		double result = 0.0; \
		Comoments comoments; \
		Status status = moving_pair_state(&frame->moving, &comoments); \
		if (likely(status == KERNEL_OK)) \
			status = call; \
		return state_result(fcinfo, status, result); \
	}

/* The mean of one side. */
static Status
side_mean(Variance side, double *result)
{
	return variance_mean(&side, result);
}

MOVING_PAIR_RESULT(avgx, side_mean(comoments_x(&comoments), &result))
MOVING_PAIR_RESULT(avgy, side_mean(comoments_y(&comoments), &result))
MOVING_PAIR_RESULT(sxx, comoments_sxx(&comoments, &result))
MOVING_PAIR_RESULT(syy, comoments_syy(&comoments, &result))
MOVING_PAIR_RESULT(sxy, comoments_sxy(&comoments, &result))
MOVING_PAIR_RESULT(covar_pop, comoments_covariance(&comoments, 0, &result))
MOVING_PAIR_RESULT(covar_samp, comoments_covariance(&comoments, 1, &result))
MOVING_PAIR_RESULT(corr, comoments_correlation(&comoments, &result))
MOVING_PAIR_RESULT(r2, comoments_r2(&comoments, &result))
MOVING_PAIR_RESULT(slope, comoments_slope(&comoments, &result))
MOVING_PAIR_RESULT(intercept, comoments_intercept(&comoments, &result))
