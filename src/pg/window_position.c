/*
 * window_position.c: zscore, where the last value stands in its frame, and circular_mean.
 */
#include "postgres.h"

#include <math.h>

#include "kernel/window/circular.h"
#include "kernel/window/zscore.h"
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
