/*
 * window_position.c: zscore, where the last value stands in its frame, and circular_mean.
 */
#include "postgres.h"

#include <math.h>

#include "libpq/pqformat.h"

#include "kernel/window/circular.h"
#include "kernel/window/zscore.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/stat_state.h"
#include "pg/window_argument.h"
#include "pg/window_frame.h"

static inline bool
read_value(FunctionCallInfo fcinfo, double *row)
{
	*row = PG_GETARG_FLOAT8(1);
	return !PG_ARGISNULL(1);
}

#define FOLD_NAME zscore
#define FOLD_TYPE ZScoreFold
#define FOLD_RING ZScoreRing
#define FOLD_STATE ZScore
#define FOLD_ROW double
#define FOLD_READ read_value
#define FOLD_APPEND(state, row, options) zscore_append(state, row)
#include "pg/window_fold_template.h"

PG_FUNCTION_INFO_V1(orchard_window_zscore);

Datum
orchard_window_zscore(PG_FUNCTION_ARGS)
{
	double result = 0.0;
	ZScore room;
	Status status;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	status = zscore_result(zscore_fold((const ZScoreFold *) PG_GETARG_POINTER(0), &room), &result);
	return state_result(fcinfo, status, result);
}

static inline void
check_period(FunctionCallInfo fcinfo, bool is_first, double *period)
{
	double given;

	require_argument(fcinfo, 2, "period");
	given = PG_GETARG_FLOAT8(2);
	if (!is_first && given == *period)
		return;
	if (!(given > 0.0 && isfinite(given)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"period\" must be above 0 and finite, not %g", given),
				 errhint("It is 24 for hours of a day, 360 for degrees.")));
	if (!is_first)
		argument_changes("period");
	*period = given;
}

/* Arguments: x, period. */
static inline bool
read_point(FunctionCallInfo fcinfo, CircularPoint *row)
{
	if (PG_ARGISNULL(1))
		return false;
	*row = circular_point(PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2));
	return true;
}

#define FOLD_NAME circular
#define FOLD_TYPE CircularFold
#define FOLD_RING CircularRing
#define FOLD_STATE Circular
#define FOLD_ROW CircularPoint
#define FOLD_READ read_point
#define FOLD_COUNTS(fcinfo) (!PG_ARGISNULL(1))
#define FOLD_OPTIONS double
#define FOLD_CHECK check_period
#define FOLD_APPEND(state, row, options) circular_append(state, row)
#include "pg/window_fold_template.h"

PG_FUNCTION_INFO_V1(orchard_window_circular_mean);

Datum
orchard_window_circular_mean(PG_FUNCTION_ARGS)
{
	const CircularFold *state = (const CircularFold *) PG_GETARG_POINTER(0);
	double result = 0.0;
	Circular room;
	Status status;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	status = circular_mean(circular_fold(state, &room), state->options, &result);
	return state_result(fcinfo, status, result);
}

PG_FUNCTION_INFO_V1(orchard_window_circular_combine);
PG_FUNCTION_INFO_V1(orchard_window_circular_serialize);
PG_FUNCTION_INFO_V1(orchard_window_circular_deserialize);

/* combine(state, state) */
Datum
orchard_window_circular_combine(PG_FUNCTION_ARGS)
{
	const CircularFold *from;
	CircularFold *into;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(0));
	}
	from = (const CircularFold *) PG_GETARG_POINTER(1);
	into = window_plain_state(fcinfo, sizeof(CircularFold));
	if (!into->is_begun)
		into->options = from->options;
	else if (into->options != from->options)
		argument_changes("period");
	into->is_begun = true;
	circular_merge(&into->of.fold, &from->of.fold);
	PG_RETURN_POINTER(into);
}

/* The period, the counts and both sums, for other processes of the same plan only. */
Datum
orchard_window_circular_serialize(PG_FUNCTION_ARGS)
{
	const CircularFold *state = (const CircularFold *) PG_GETARG_POINTER(0);
	const Circular *fold = &state->of.fold;
	StringInfoData bytes;

	pq_begintypsend(&bytes);
	pq_sendfloat8(&bytes, state->options);
	pq_sendint64(&bytes, fold->n);
	pq_sendint64(&bytes, fold->n_not_finite);
	pq_sendfloat8(&bytes, fold->sine.hi);
	pq_sendfloat8(&bytes, fold->sine.lo);
	pq_sendfloat8(&bytes, fold->cosine.hi);
	pq_sendfloat8(&bytes, fold->cosine.lo);
	PG_RETURN_BYTEA_P(pq_endtypsend(&bytes));
}

Datum
orchard_window_circular_deserialize(PG_FUNCTION_ARGS)
{
	bytea *bytes;
	StringInfoData message;
	CircularFold *state;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "window_circular_deserialize called outside an aggregate");
	bytes = PG_GETARG_BYTEA_PP(0);
	initStringInfo(&message);
	appendBinaryStringInfo(&message, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	/* It lives until it is combined: in the context of this call. */
	state = palloc0(sizeof(CircularFold));
	state->is_begun = true;
	state->options = pq_getmsgfloat8(&message);
	state->of.fold.n = pq_getmsgint64(&message);
	state->of.fold.n_not_finite = pq_getmsgint64(&message);
	state->of.fold.sine.hi = pq_getmsgfloat8(&message);
	state->of.fold.sine.lo = pq_getmsgfloat8(&message);
	state->of.fold.cosine.hi = pq_getmsgfloat8(&message);
	state->of.fold.cosine.lo = pq_getmsgfloat8(&message);
	PG_RETURN_POINTER(state);
}
