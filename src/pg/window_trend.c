/*
 * window_trend.c: slope over time and autocorr.
 *
 * The slope is a regression on microseconds, whose sums are exact enough that no time has to be
 * subtracted first; its plain state is stats2d, so it merges.
 */
#include "postgres.h"

#include "utils/float.h"

#include "kernel/window/autocorr.h"
#include "pg/error.h"
#include "pg/stat_stats2d.h"
#include "pg/window_argument.h"
#include "pg/window_frame.h"

#define MOST_LAG 10000 /* rows */

typedef struct SlopeFrame
{
	MemoryAccount *account; /* first, as window_frame_begin wants it */
	MovingPair moving;
} SlopeFrame;

typedef struct AutocorrFrame
{
	MemoryAccount *account;
	MovingAutocorr moving;
} AutocorrFrame;

typedef struct AutocorrState
{
	MemoryAccount *account; /* shared by the groups */
	LagBuffer buffer;
	Comoments comoments;
} AutocorrState;

PG_FUNCTION_INFO_V1(orchard_window_slope_accum);
PG_FUNCTION_INFO_V1(orchard_window_slope_add);
PG_FUNCTION_INFO_V1(orchard_window_slope_remove);
PG_FUNCTION_INFO_V1(orchard_window_slope);
PG_FUNCTION_INFO_V1(orchard_window_slope_result);
PG_FUNCTION_INFO_V1(orchard_window_autocorr_accum);
PG_FUNCTION_INFO_V1(orchard_window_autocorr_add);
PG_FUNCTION_INFO_V1(orchard_window_autocorr_remove);
PG_FUNCTION_INFO_V1(orchard_window_autocorr);
PG_FUNCTION_INFO_V1(orchard_window_autocorr_result);

/* Arguments: x, time. */
static inline bool
read_point(FunctionCallInfo fcinfo, Pair *pair)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return false;
	*pair = (Pair){.x = (double) time_argument(fcinfo, 2), .y = PG_GETARG_FLOAT8(1)};
	return true;
}

/*
 * The regression's slope, from a microsecond to a second: in the order in which neither step leaves
 * the range of double precision first.
 */
static Datum
slope_result(FunctionCallInfo fcinfo, Status status, const Comoments *comoments)
{
	double factor = MICROSECONDS;
	double result = 0.0;

	if (likely(status == KERNEL_OK))
	{
		Comoments sums = comoments_have_small(comoments) ? comoments_raised(comoments) : *comoments;

		total_normalise(&sums.sxy);
		if (fabs(sums.sxy.hi) < 1.0)
		{
			sums.sxy = dd_multiply_double(sums.sxy, MICROSECONDS);
			factor = 1.0;
		}
		status = comoments_slope(&sums, &result);
		/* Times that differ are not small. */
		if (comoments->syy.hi < 0.0)
			factor = small_lowered(factor, 1);
	}
	if (status == KERNEL_OK && isfinite(result) && unlikely(isinf(result * factor)))
		status = KERNEL_OVERFLOW;
	return state_result(fcinfo, status, result * factor);
}

Datum
orchard_window_slope_accum(PG_FUNCTION_ARGS)
{
	Stats2d *state;
	Pair pair;

	require_argument(fcinfo, 0, "state");
	state = (Stats2d *) state_to_change(&stats2d_type, fcinfo);
	if (read_point(fcinfo, &pair) &&
		unlikely(comoments_add(&state->comoments, pair.x, pair.y) != KERNEL_OK))
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

Datum
orchard_window_slope_add(PG_FUNCTION_ARGS)
{
	SlopeFrame *frame = (SlopeFrame *) PG_GETARG_POINTER(0);
	Pair pair;

	if (PG_ARGISNULL(0))
	{
		frame = window_frame_begin(fcinfo, sizeof(SlopeFrame));
		moving_pair_begin(&frame->moving);
	}
	if (read_point(fcinfo, &pair))
		memory_account_require_ok(frame->account,
								  moving_pair_add(&frame->moving, &frame->account->allocator, pair),
								  WINDOW_FRAME_LABEL);
	PG_RETURN_POINTER(frame);
}

Datum
orchard_window_slope_remove(PG_FUNCTION_ARGS)
{
	SlopeFrame *frame = (SlopeFrame *) PG_GETARG_POINTER(0);
	Pair pair;

	if (read_point(fcinfo, &pair))
		memory_account_require_ok(frame->account,
								  moving_pair_remove(&frame->moving, &frame->account->allocator,
													 &frame->account->stop, pair),
								  WINDOW_FRAME_LABEL);
	PG_RETURN_POINTER(frame);
}

Datum
orchard_window_slope(PG_FUNCTION_ARGS)
{
	const Stats2d *state = (const Stats2d *) state_argument(&stats2d_type, fcinfo, 0);

	return slope_result(fcinfo, KERNEL_OK, &state->comoments);
}

Datum
orchard_window_slope_result(PG_FUNCTION_ARGS)
{
	Comoments comoments;
	Status status;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	status = moving_pair_state(&((const SlopeFrame *) PG_GETARG_POINTER(0))->moving, &comoments);
	return slope_result(fcinfo, status, &comoments);
}

/* Arguments: x, lag. */
static inline LagValue
lag_value_argument(FunctionCallInfo fcinfo)
{
	return (LagValue){.x = PG_ARGISNULL(1) ? 0.0 : PG_GETARG_FLOAT8(1),
					  .is_missing = PG_ARGISNULL(1)};
}

/* The lag of the row; an error when it is not that of the buffer. */
static inline void
check_lag(FunctionCallInfo fcinfo, const LagBuffer *buffer)
{
	if (count_argument(fcinfo, 2, "lag", MOST_LAG) != buffer->recent.n_slots)
		argument_changes("lag");
}

Datum
orchard_window_autocorr_accum(PG_FUNCTION_ARGS)
{
	AutocorrState *state = window_plain_state(fcinfo, sizeof(AutocorrState));
	Pair pair;

	if (PG_ARGISNULL(0))
	{
		int32 lag = count_argument(fcinfo, 2, "lag", MOST_LAG);

		state->account = memory_account_of_aggregate(fcinfo, "orchard lagged values", "autocorr");
		state->account->hint = WINDOW_FRAME_HINT;
		comoments_clear(&state->comoments);
		memory_account_require_ok(state->account,
								  lag_buffer_begin(&state->buffer, &state->account->allocator, lag),
								  WINDOW_FRAME_LABEL);
	}
	check_lag(fcinfo, &state->buffer);
	if (lag_buffer_add(&state->buffer, lag_value_argument(fcinfo), &pair) &&
		unlikely(comoments_add(&state->comoments, pair.x, pair.y) != KERNEL_OK))
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

Datum
orchard_window_autocorr_add(PG_FUNCTION_ARGS)
{
	AutocorrFrame *frame = (AutocorrFrame *) PG_GETARG_POINTER(0);

	if (PG_ARGISNULL(0))
	{
		int32 lag = count_argument(fcinfo, 2, "lag", MOST_LAG);

		frame = window_frame_begin(fcinfo, sizeof(AutocorrFrame));
		memory_account_require_ok(
			frame->account, moving_autocorr_begin(&frame->moving, &frame->account->allocator, lag),
			WINDOW_FRAME_LABEL);
	}
	check_lag(fcinfo, &frame->moving.buffer);
	memory_account_require_ok(
		frame->account,
		moving_autocorr_add(&frame->moving, &frame->account->allocator, lag_value_argument(fcinfo)),
		WINDOW_FRAME_LABEL);
	PG_RETURN_POINTER(frame);
}

Datum
orchard_window_autocorr_remove(PG_FUNCTION_ARGS)
{
	AutocorrFrame *frame = (AutocorrFrame *) PG_GETARG_POINTER(0);

	memory_account_require_ok(
		frame->account,
		moving_autocorr_remove(&frame->moving, &frame->account->allocator, &frame->account->stop),
		WINDOW_FRAME_LABEL);
	PG_RETURN_POINTER(frame);
}

static Datum
autocorr_result(FunctionCallInfo fcinfo, Status status, const Comoments *comoments)
{
	double result = 0.0;

	if (likely(status == KERNEL_OK))
		status = comoments_correlation(comoments, &result);
	return state_result(fcinfo, status, result);
}

Datum
orchard_window_autocorr(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return autocorr_result(fcinfo, KERNEL_OK,
						   &((const AutocorrState *) PG_GETARG_POINTER(0))->comoments);
}

Datum
orchard_window_autocorr_result(PG_FUNCTION_ARGS)
{
	Comoments comoments;
	Status status;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	status = moving_pair_state(&((const AutocorrFrame *) PG_GETARG_POINTER(0))->moving.pairs,
							   &comoments);
	return autocorr_result(fcinfo, status, &comoments);
}
