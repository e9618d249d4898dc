/*
 * window_decay.c: ewm_avg and ewm_stddev by rows; decayed_count, decayed_sum and decayed_avg by time.
 *
 * The second kind does not depend on the order of rows: its plain state is the public type
 * decayed_state, which merges.
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"

#include "kernel/window/decay.h"
#include "kernel/window/ewm.h"
#include "pg/error.h"
#include "pg/stat_state.h"
#include "pg/window_argument.h"
#include "pg/window_frame.h"

/* Of ewm: what is the same for all rows. */
typedef struct EwmOptions
{
	double alpha;
	DoubleDouble factor; /* 1 - alpha */
} EwmOptions;

/* The payload of a decayed_state. */
typedef struct DecayState
{
	StateHeader header;
	Decay decay;
} DecayState;

static void
clear(void *kernel_state)
{
	decay_clear(kernel_state);
}

static void
normalise(void *kernel_state)
{
	decay_normalise(kernel_state);
}

static bool
is_valid(const void *kernel_state)
{
	return decay_is_valid(kernel_state);
}

static const StateType decayed_state_type = {"decayed_state", sizeof(DecayState), "nnnnnxxxxnnn",
											 clear,			  normalise,		  is_valid};

StaticAssertDecl(sizeof(DecayState) == sizeof(StateHeader) + 12 * sizeof(int64),
				 "decayed_state must have the fields its type lists");

static inline void
check_alpha(FunctionCallInfo fcinfo, bool is_first, EwmOptions *options)
{
	double alpha;

	require_argument(fcinfo, 2, "alpha");
	alpha = PG_GETARG_FLOAT8(2);
	if (!is_first && alpha == options->alpha)
		return;
	if (!(alpha > 0.0 && alpha <= 1.0))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"alpha\" must be above 0 and at most 1, not %g", alpha),
			 errhint("From a span s it is 2 / (s + 1), from a half-life of h rows 1 - 2^(-1/h).")));
	if (!is_first)
		argument_changes("alpha");
	*options = (EwmOptions){alpha, ewm_factor(alpha)};
}

/* Arguments: x, alpha.  Every row is one, also without a value. */
static inline bool
read_ewm(FunctionCallInfo fcinfo, EwmRow *row)
{
	*row = PG_ARGISNULL(1) ? (EwmRow){.is_missing = true} : (EwmRow){.x = PG_GETARG_FLOAT8(1)};
	return true;
}

#define FOLD_NAME ewm
#define FOLD_TYPE EwmFold
#define FOLD_RING EwmRing
#define FOLD_STATE Ewm
#define FOLD_ROW EwmRow
#define FOLD_READ read_ewm
#define FOLD_CLEAR ewm_clear
#define FOLD_OPTIONS EwmOptions
#define FOLD_CHECK check_alpha
#define FOLD_CONTEXT(options) ((options)->factor)
#define FOLD_APPEND(state, row, options) ewm_append(state, row, (options)->factor)
#include "pg/window_fold_template.h"

/* Defines the result orchard_window_ewm_NAME by a function of the kernel. */
#define EWM_RESULT(name, function) \
	PG_FUNCTION_INFO_V1(orchard_window_ewm_##name); \
	Datum orchard_window_ewm_##name(PG_FUNCTION_ARGS) \
	{ \
		double result = 0.0; \
		Ewm room; \
		Status status; \
		if (PG_ARGISNULL(0)) \
			PG_RETURN_NULL(); \
		status = function(ewm_fold((const EwmFold *) PG_GETARG_POINTER(0), &room), &result); \
		return state_result(fcinfo, status, result); \
	}

EWM_RESULT(avg, ewm_mean)
EWM_RESULT(stddev, ewm_deviation)

static inline void
check_half_life(FunctionCallInfo fcinfo, bool is_first, int64 *half_life)
{
	int64 length = interval_argument(fcinfo, 3, "half_life", 1);

	if (is_first)
		*half_life = length;
	else if (length != *half_life)
		argument_changes("half_life");
}

/* Arguments: x, time, half_life. */
static inline DecayRow
decay_row_argument(FunctionCallInfo fcinfo, int64 half_life)
{
	return decay_row(time_argument(fcinfo, 2), PG_ARGISNULL(1) ? 0.0 : PG_GETARG_FLOAT8(1),
					 PG_ARGISNULL(1), half_life);
}

static inline bool
read_decay(FunctionCallInfo fcinfo, DecayRow *row)
{
	if (PG_ARGISNULL(2))
		return false;
	*row = decay_row_argument(fcinfo, interval_argument(fcinfo, 3, "half_life", 1));
	return true;
}

/* The plain form is orchard_decayed_state_accum. */
#define FOLD_NAME decayed
#define FOLD_TYPE DecayFold
#define FOLD_RING DecayRing
#define FOLD_STATE Decay
#define FOLD_ROW DecayRow
#define FOLD_READ read_decay
#define FOLD_COUNTS(fcinfo) (!PG_ARGISNULL(2))
#define FOLD_OPTIONS int64
#define FOLD_CHECK check_half_life
#define FOLD_CONTEXT(options) (*(options))
#define FOLD_MOVING_ONLY
#include "pg/window_fold_template.h"

PG_FUNCTION_INFO_V1(orchard_decayed_state_in);
PG_FUNCTION_INFO_V1(orchard_decayed_state_out);
PG_FUNCTION_INFO_V1(orchard_decayed_state_recv);
PG_FUNCTION_INFO_V1(orchard_decayed_state_send);
PG_FUNCTION_INFO_V1(orchard_decayed_state_accum);
PG_FUNCTION_INFO_V1(orchard_decayed_state_merge);
PG_FUNCTION_INFO_V1(orchard_decayed_state_final);

Datum
orchard_decayed_state_in(PG_FUNCTION_ARGS)
{
	return state_in(&decayed_state_type, fcinfo);
}

Datum
orchard_decayed_state_out(PG_FUNCTION_ARGS)
{
	return state_out(&decayed_state_type, fcinfo);
}

Datum
orchard_decayed_state_recv(PG_FUNCTION_ARGS)
{
	return state_recv(&decayed_state_type, fcinfo);
}

Datum
orchard_decayed_state_send(PG_FUNCTION_ARGS)
{
	return state_send(&decayed_state_type, fcinfo);
}

static const Decay *
decay_argument(FunctionCallInfo fcinfo, int i)
{
	return &((const DecayState *) state_argument(&decayed_state_type, fcinfo, i))->decay;
}

/* Arguments: state, x, time, half_life; the state is never NULL. */
Datum
orchard_decayed_state_accum(PG_FUNCTION_ARGS)
{
	DecayState *state;
	int64 half_life;

	require_argument(fcinfo, 0, "state");
	half_life = interval_argument(fcinfo, 3, "half_life", 1);
	state = (DecayState *) state_to_change(&decayed_state_type, fcinfo);
	if (!PG_ARGISNULL(2))
	{
		if (state->decay.n_rows > 0 && state->decay.half_life != half_life)
			argument_changes("half_life");
		state->decay.half_life = half_life;
		decay_add(&state->decay, decay_row_argument(fcinfo, half_life));
	}
	PG_RETURN_POINTER(state);
}

Datum
orchard_decayed_state_merge(PG_FUNCTION_ARGS)
{
	DecayState *state = (DecayState *) state_to_change(&decayed_state_type, fcinfo);
	const Decay *other = decay_argument(fcinfo, 1);

	if (state->decay.n_rows > 0 && other->n_rows > 0 && state->decay.half_life != other->half_life)
		argument_changes("half_life");
	decay_merge(&state->decay, other);
	PG_RETURN_POINTER(state);
}

/* The state, settled; NULL over no rows, as aggregates have it. */
Datum
orchard_decayed_state_final(PG_FUNCTION_ARGS)
{
	if (decay_argument(fcinfo, 0)->n_rows == 0)
		PG_RETURN_NULL();
	return state_settled(&decayed_state_type, fcinfo);
}

/* Defines orchard_decayed_NAME of a state and orchard_window_decayed_NAME of a frame. */
#define DECAY_RESULT(name, function) \
	PG_FUNCTION_INFO_V1(orchard_decayed_##name); \
	PG_FUNCTION_INFO_V1(orchard_window_decayed_##name); \
	Datum orchard_decayed_##name(PG_FUNCTION_ARGS) \
	{ \
		double result = 0.0; \
		Status status = function(decay_argument(fcinfo, 0), &result); \
		return state_result(fcinfo, status, result); \
	} \
	Datum orchard_window_decayed_##name(PG_FUNCTION_ARGS) \
	{ \
		double result = 0.0; \
		Decay room; \
		Status status; \
		decay_clear(&room); \
		if (!PG_ARGISNULL(0)) \
			(void) decayed_fold((const DecayFold *) PG_GETARG_POINTER(0), &room); \
		status = function(&room, &result); \
		return state_result(fcinfo, status, result); \
	}

DECAY_RESULT(count, decay_count)
DECAY_RESULT(sum, decay_sum)
DECAY_RESULT(avg, decay_mean)
