/*
 * window_sensor.c: counter_delta, counter_rate, counter_resets, rate, time_weighted_avg and cusum.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/float.h"

#include "kernel/window/counter.h"
#include "kernel/window/cusum.h"
#include "kernel/window/time_weight.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/stat_state.h"
#include "pg/window_argument.h"
#include "pg/window_fraction.h"
#include "pg/window_frame.h"

/* Arguments: time, x. */
static inline bool
read_counter(FunctionCallInfo fcinfo, CounterRow *row)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return false;
	*row = (CounterRow){time_argument(fcinfo, 1), PG_GETARG_FLOAT8(2)};
	return true;
}

#define FOLD_NAME counter
#define FOLD_TYPE CounterFold
#define FOLD_RING CounterRing
#define FOLD_STATE Counter
#define FOLD_ROW CounterRow
#define FOLD_READ read_counter
#define FOLD_APPEND(state, row, options) counter_append(state, row)
#define FOLD_NEWEST(row) (row).time
#include "pg/window_fold_template.h"

static inline bool
read_int8_counter(FunctionCallInfo fcinfo, IntegerCounterRow *row)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return false;
	*row = (IntegerCounterRow){time_argument(fcinfo, 1), PG_GETARG_INT64(2)};
	return true;
}

#define FOLD_NAME int8_counter
#define FOLD_TYPE IntegerCounterFold
#define FOLD_RING IntegerCounterRing
#define FOLD_STATE IntegerCounter
#define FOLD_ROW IntegerCounterRow
#define FOLD_READ read_int8_counter
#define FOLD_APPEND(state, row, options) integer_counter_append(state, row)
#define FOLD_NEWEST(row) (row).time
#include "pg/window_fold_template.h"

/*
 * Defines the result orchard_window_NAME of a fold: a double by a function of the kernel.
 */
#define COUNTER_RESULT(name, fold, Fold, State, function) \
	PG_FUNCTION_INFO_V1(orchard_window_##name); \
	Datum orchard_window_##name(PG_FUNCTION_ARGS) \
	{ \
		double result = 0.0; \
		State room; \
		Status status; \
		if (PG_ARGISNULL(0)) \
			PG_RETURN_NULL(); \
		status = function(fold((const Fold *) PG_GETARG_POINTER(0), &room), &result); \
		return state_result(fcinfo, status, result); \
	}

COUNTER_RESULT(counter_delta, counter_fold, CounterFold, Counter, counter_increase)
COUNTER_RESULT(counter_rate, counter_fold, CounterFold, Counter, counter_increase_rate)
COUNTER_RESULT(counter_slope, counter_fold, CounterFold, Counter, counter_slope)
COUNTER_RESULT(int8_counter_rate, int8_counter_fold, IntegerCounterFold, IntegerCounter,
			   integer_counter_increase_rate)
COUNTER_RESULT(int8_counter_slope, int8_counter_fold, IntegerCounterFold, IntegerCounter,
			   integer_counter_slope)

PG_FUNCTION_INFO_V1(orchard_window_int8_counter_delta);
PG_FUNCTION_INFO_V1(orchard_window_int8_counter_resets);
PG_FUNCTION_INFO_V1(orchard_window_counter_resets);

/* A numeric, as sum(bigint) has it: a counter that starts again may gain more than bigint holds. */
Datum
orchard_window_int8_counter_delta(PG_FUNCTION_ARGS)
{
	CounterSum increase = 0;
	IntegerCounter room;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (integer_counter_increase(
			int8_counter_fold((const IntegerCounterFold *) PG_GETARG_POINTER(0), &room),
			&increase) != KERNEL_OK)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(decimal_numeric((DecimalNumber){increase, 0}));
}

Datum
orchard_window_int8_counter_resets(PG_FUNCTION_ARGS)
{
	const IntegerCounter *counter;
	IntegerCounter room;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	counter = int8_counter_fold((const IntegerCounterFold *) PG_GETARG_POINTER(0), &room);
	if (counter->n == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(counter->n_resets);
}

/* A count has no NaN: readings that are not finite are passed over. */
Datum
orchard_window_counter_resets(PG_FUNCTION_ARGS)
{
	const Counter *counter;
	Counter room;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	counter = counter_fold((const CounterFold *) PG_GETARG_POINTER(0), &room);
	if (counter->n == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(counter->n_resets);
}

/* Arguments: time, x and, if given, the method. */
static inline bool
read_signal(FunctionCallInfo fcinfo, TimeWeightRow *row)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return false;
	*row = (TimeWeightRow){time_argument(fcinfo, 1), PG_GETARG_FLOAT8(2)};
	return true;
}

/* Is the method linear, not locf? */
static bool
method_argument(FunctionCallInfo fcinfo)
{
	const text *method;

	require_argument(fcinfo, 3, "method");
	method = PG_GETARG_TEXT_PP(3);
	if (VARSIZE_ANY_EXHDR(method) == 6 && memcmp(VARDATA_ANY(method), "linear", 6) == 0)
		return true;
	if (VARSIZE_ANY_EXHDR(method) == 4 && memcmp(VARDATA_ANY(method), "locf", 4) == 0)
		return false;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"method\" must be locf or linear, not \"%.64s\"",
					text_to_cstring(method))));
}

static inline void
check_method(FunctionCallInfo fcinfo, bool is_first, bool *is_linear)
{
	bool is = PG_NARGS() > 3 && method_argument(fcinfo);

	if (is_first)
		*is_linear = is;
	else if (is != *is_linear)
		argument_changes("method");
}

#define FOLD_NAME time_weight
#define FOLD_TYPE TimeWeightFold
#define FOLD_RING TimeWeightRing
#define FOLD_STATE TimeWeight
#define FOLD_ROW TimeWeightRow
#define FOLD_READ read_signal
#define FOLD_OPTIONS bool
#define FOLD_CHECK check_method
#define FOLD_CONTEXT(options) (*(options))
#define FOLD_APPEND(state, row, options) time_weight_append(state, row, *(options))
#define FOLD_NEWEST(row) (row).time
#include "pg/window_fold_template.h"

PG_FUNCTION_INFO_V1(orchard_window_time_weight_avg);

Datum
orchard_window_time_weight_avg(PG_FUNCTION_ARGS)
{
	double result = 0.0;
	TimeWeight room;
	Status status;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	status = time_weight_mean(
		time_weight_fold((const TimeWeightFold *) PG_GETARG_POINTER(0), &room), &result);
	return state_result(fcinfo, status, result);
}

/* Arguments: x, target, slack; the last two may differ from row to row. */
static inline bool
read_step(FunctionCallInfo fcinfo, CusumRow *row)
{
	double slack;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return false;
	slack = PG_GETARG_FLOAT8(3);
	if (unlikely(slack < 0.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"slack\" must be at least 0, not %g", slack)));
	*row = cusum_row_of(PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), slack);
	return true;
}

#define FOLD_NAME cusum
#define FOLD_TYPE CusumFold
#define FOLD_RING CusumRing
#define FOLD_STATE Cusum
#define FOLD_ROW CusumRow
#define FOLD_READ read_step
#define FOLD_APPEND(state, row, options) cusum_append(state, row)
#include "pg/window_fold_template.h"

PG_FUNCTION_INFO_V1(orchard_window_cusum_sum);

Datum
orchard_window_cusum_sum(PG_FUNCTION_ARGS)
{
	double result = 0.0;
	Cusum room;
	Status status;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	status = cusum_result(cusum_fold((const CusumFold *) PG_GETARG_POINTER(0), &room), &result);
	return state_result(fcinfo, status, result);
}
