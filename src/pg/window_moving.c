/*
 * window_moving.c: the moving form of sum, avg, var_*, stddev_* and stats.
 *
 * A moving state lives in the private context that WindowAgg gives each moving
 * aggregate, which it resets when a frame starts afresh; the ring's blocks are
 * accounted there and go with it.  Only the executor can hold a value of type
 * internal, so the context is checked once, when a state begins.  Nothing is
 * allocated per row.
 */
#include "postgres.h"

#include "nodes/execnodes.h"
#include "utils/float.h"

#include "kernel/window/moving.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/stat_state.h"
#include "pg/stat_stats1d.h"
#include "pg/window_frame.h"

typedef struct SumFrame
{
	MemoryAccount *account; /* first, as window_frame_begin wants it */
	MovingSum moving;
} SumFrame;

typedef struct RealSumFrame
{
	MemoryAccount *account;
	MovingRealSum moving;
} RealSumFrame;

typedef struct VarianceFrame
{
	MemoryAccount *account;
	MovingVariance moving;
} VarianceFrame;

typedef struct MomentsFrame
{
	MemoryAccount *account;
	MovingMoments moving;
} MomentsFrame;

PG_FUNCTION_INFO_V1(orchard_moving_sum_add);
PG_FUNCTION_INFO_V1(orchard_moving_sum_remove);
PG_FUNCTION_INFO_V1(orchard_moving_sum_sum);
PG_FUNCTION_INFO_V1(orchard_moving_sum_avg);
PG_FUNCTION_INFO_V1(orchard_moving_variance_add);
PG_FUNCTION_INFO_V1(orchard_moving_variance_remove);
PG_FUNCTION_INFO_V1(orchard_moving_variance_var_pop);
PG_FUNCTION_INFO_V1(orchard_moving_variance_var_samp);
PG_FUNCTION_INFO_V1(orchard_moving_variance_stddev_pop);
PG_FUNCTION_INFO_V1(orchard_moving_variance_stddev_samp);
PG_FUNCTION_INFO_V1(orchard_moving_stats_add);
PG_FUNCTION_INFO_V1(orchard_moving_stats_remove);
PG_FUNCTION_INFO_V1(orchard_moving_stats_stats);

Datum
orchard_moving_sum_add(PG_FUNCTION_ARGS)
{
	SumFrame *frame = (SumFrame *) PG_GETARG_POINTER(0);
	Status status;

	if (PG_ARGISNULL(0))
	{
		frame = window_frame_begin(fcinfo, sizeof(SumFrame));
		moving_sum_begin(&frame->moving);
	}
	if (!PG_ARGISNULL(1))
	{
		status = moving_sum_add(&frame->moving, &frame->account->allocator, PG_GETARG_FLOAT8(1));
		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

Datum
orchard_moving_sum_remove(PG_FUNCTION_ARGS)
{
	SumFrame *frame = (SumFrame *) PG_GETARG_POINTER(0);
	Status status;

	if (!PG_ARGISNULL(1))
	{
		status = moving_sum_remove(&frame->moving, &frame->account->allocator,
								   &frame->account->stop, PG_GETARG_FLOAT8(1));
		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

Datum
orchard_moving_sum_sum(PG_FUNCTION_ARGS)
{
	const SumFrame *frame = (const SumFrame *) PG_GETARG_POINTER(0);
	double result = 0.0;
	Sum sum;
	Status status = moving_sum_state(&frame->moving, &sum);

	if (likely(status == KERNEL_OK))
		status = sum_total(&sum, &result);
	return state_result(fcinfo, status, result);
}

Datum
orchard_moving_sum_avg(PG_FUNCTION_ARGS)
{
	const SumFrame *frame = (const SumFrame *) PG_GETARG_POINTER(0);
	double result = 0.0;
	Sum sum;
	Status status = moving_sum_mean_state(&frame->moving, &sum);

	if (likely(status == KERNEL_OK))
		status = sum_mean(&sum, &result);
	return state_result(fcinfo, status, result);
}

Datum
orchard_moving_variance_add(PG_FUNCTION_ARGS)
{
	VarianceFrame *frame = (VarianceFrame *) PG_GETARG_POINTER(0);
	Status status;

	if (PG_ARGISNULL(0))
	{
		frame = window_frame_begin(fcinfo, sizeof(VarianceFrame));
		moving_variance_begin(&frame->moving);
	}
	if (!PG_ARGISNULL(1))
	{
		status =
			moving_variance_add(&frame->moving, &frame->account->allocator, PG_GETARG_FLOAT8(1));
		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

Datum
orchard_moving_variance_remove(PG_FUNCTION_ARGS)
{
	VarianceFrame *frame = (VarianceFrame *) PG_GETARG_POINTER(0);
	Status status;

	if (!PG_ARGISNULL(1))
	{
		status = moving_variance_remove(&frame->moving, &frame->account->allocator,
										&frame->account->stop, PG_GETARG_FLOAT8(1));
		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

/* The frame's variance or, as root, its deviation. */
static inline Datum
variance_result(FunctionCallInfo fcinfo, int lost, bool root)
{
	const VarianceFrame *frame = (const VarianceFrame *) PG_GETARG_POINTER(0);
	double result = 0.0;
	Variance variance;
	Status status = moving_variance_state(&frame->moving, &variance);

	if (likely(status == KERNEL_OK))
		status = root ? variance_deviation(&variance, lost, &result) :
						variance_variance(&variance, lost, &result);
	return state_result(fcinfo, status, result);
}

Datum
orchard_moving_variance_var_pop(PG_FUNCTION_ARGS)
{
	return variance_result(fcinfo, 0, false);
}

Datum
orchard_moving_variance_var_samp(PG_FUNCTION_ARGS)
{
	return variance_result(fcinfo, 1, false);
}

Datum
orchard_moving_variance_stddev_pop(PG_FUNCTION_ARGS)
{
	return variance_result(fcinfo, 0, true);
}

Datum
orchard_moving_variance_stddev_samp(PG_FUNCTION_ARGS)
{
	return variance_result(fcinfo, 1, true);
}

Datum
orchard_moving_stats_add(PG_FUNCTION_ARGS)
{
	MomentsFrame *frame = (MomentsFrame *) PG_GETARG_POINTER(0);
	Status status;

	if (PG_ARGISNULL(0))
	{
		frame = window_frame_begin(fcinfo, sizeof(MomentsFrame));
		moving_moments_begin(&frame->moving);
	}
	if (!PG_ARGISNULL(1))
	{
		status =
			moving_moments_add(&frame->moving, &frame->account->allocator, PG_GETARG_FLOAT8(1));
		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

Datum
orchard_moving_stats_remove(PG_FUNCTION_ARGS)
{
	MomentsFrame *frame = (MomentsFrame *) PG_GETARG_POINTER(0);
	Status status;

	if (!PG_ARGISNULL(1))
	{
		status = moving_moments_remove(&frame->moving, &frame->account->allocator,
									   &frame->account->stop, PG_GETARG_FLOAT8(1));
		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

/* A new stats1d; NULL over no values, as aggregates have it. */
Datum
orchard_moving_stats_stats(PG_FUNCTION_ARGS)
{
	const MomentsFrame *frame = (const MomentsFrame *) PG_GETARG_POINTER(0);
	Stats1d *state = (Stats1d *) state_create(&stats1d_type);

	if (moving_moments_state(&frame->moving, &state->moments) == KERNEL_OVERFLOW)
		float_overflow_error();
	if (moments_count(&state->moments) == 0)
		PG_RETURN_NULL();
	state_settle(&stats1d_type, &state->header);
	PG_RETURN_POINTER(state);
}

/* The same over arguments of type real: sum and avg. */

PG_FUNCTION_INFO_V1(orchard_moving_real_sum_add);
PG_FUNCTION_INFO_V1(orchard_moving_real_sum_remove);
PG_FUNCTION_INFO_V1(orchard_moving_real_sum_sum);
PG_FUNCTION_INFO_V1(orchard_moving_real_sum_avg);
PG_FUNCTION_INFO_V1(orchard_moving_real_variance_add);
PG_FUNCTION_INFO_V1(orchard_moving_real_variance_remove);

Datum
orchard_moving_real_sum_add(PG_FUNCTION_ARGS)
{
	RealSumFrame *frame = (RealSumFrame *) PG_GETARG_POINTER(0);
	Status status;

	if (PG_ARGISNULL(0))
	{
		frame = window_frame_begin(fcinfo, sizeof(RealSumFrame));
		moving_real_sum_begin(&frame->moving);
	}
	if (!PG_ARGISNULL(1))
	{
		status =
			moving_real_sum_add(&frame->moving, &frame->account->allocator, PG_GETARG_FLOAT4(1));
		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

Datum
orchard_moving_real_sum_remove(PG_FUNCTION_ARGS)
{
	RealSumFrame *frame = (RealSumFrame *) PG_GETARG_POINTER(0);
	Status status;

	if (!PG_ARGISNULL(1))
	{
		status = moving_real_sum_remove(&frame->moving, &frame->account->allocator,
										&frame->account->stop, PG_GETARG_FLOAT4(1));
		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

Datum
orchard_moving_real_sum_sum(PG_FUNCTION_ARGS)
{
	const RealSumFrame *frame = (const RealSumFrame *) PG_GETARG_POINTER(0);
	float result = 0.0f;
	Sum sum;
	Status status = moving_real_sum_state(&frame->moving, &sum);

	if (likely(status == KERNEL_OK))
		status = sum_total_real(&sum, &result);
	return state_result_real(fcinfo, status, result);
}

/* In double precision, where no mean of reals overflows. */
Datum
orchard_moving_real_sum_avg(PG_FUNCTION_ARGS)
{
	const RealSumFrame *frame = (const RealSumFrame *) PG_GETARG_POINTER(0);
	double result = 0.0;
	Sum sum;
	Status status = moving_sum_state(&frame->moving.sum, &sum);

	if (likely(status == KERNEL_OK))
		status = sum_mean(&sum, &result);
	return state_result(fcinfo, status, result);
}

Datum
orchard_moving_real_variance_add(PG_FUNCTION_ARGS)
{
	VarianceFrame *frame = (VarianceFrame *) PG_GETARG_POINTER(0);
	Status status;

	if (PG_ARGISNULL(0))
	{
		frame = window_frame_begin(fcinfo, sizeof(VarianceFrame));
		moving_variance_begin(&frame->moving);
	}
	if (!PG_ARGISNULL(1))
	{
		status =
			moving_variance_add(&frame->moving, &frame->account->allocator, PG_GETARG_FLOAT4(1));
		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

Datum
orchard_moving_real_variance_remove(PG_FUNCTION_ARGS)
{
	VarianceFrame *frame = (VarianceFrame *) PG_GETARG_POINTER(0);
	Status status;

	if (!PG_ARGISNULL(1))
	{
		status = moving_variance_remove(&frame->moving, &frame->account->allocator,
										&frame->account->stop, PG_GETARG_FLOAT4(1));
		if (unlikely(status != KERNEL_OK))
			memory_account_require_ok(frame->account, status, WINDOW_FRAME_LABEL);
	}
	PG_RETURN_POINTER(frame);
}

/* Defines the result orchard_moving_stats_NAME of a frame's moments by a function of the kernel. */
#define MOVING_STATS_RESULT(name, function) \
	PG_FUNCTION_INFO_V1(orchard_moving_stats_##name); \
	Datum orchard_moving_stats_##name(PG_FUNCTION_ARGS) \
	{ \
		const MomentsFrame *frame = (const MomentsFrame *) PG_GETARG_POINTER(0); \
		double result = 0.0; \
		Moments moments; \
		Status status = moving_moments_state(&frame->moving, &moments); \
		if (likely(status == KERNEL_OK)) \
			status = function(&moments, &result); \
		return state_result(fcinfo, status, result); \
	}

MOVING_STATS_RESULT(skewness, moments_skewness)
MOVING_STATS_RESULT(kurtosis, moments_kurtosis)
MOVING_STATS_RESULT(rms, moments_rms)
MOVING_STATS_RESULT(cv, moments_cv)
MOVING_STATS_RESULT(range_of, moments_range)
MOVING_STATS_RESULT(crest_factor, moments_crest_factor)
