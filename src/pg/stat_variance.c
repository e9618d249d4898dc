/*
 * stat_variance.c: the type variance_state, and the plain form of avg, var_* and stddev_*.
 *
 * They share one transition function, so that PostgreSQL computes one state for
 * avg(x), stddev(x) in the same query, as it does for the built-ins.
 */
#include "postgres.h"

#include "utils/float.h"

#include "kernel/stat/moments.h"
#include "pg/stat_state.h"

/* 48 bytes: as the built-in's array, and in the same chunk of 64. */
typedef struct VarianceState
{
	StateHeader header;
	Variance variance;
} VarianceState;

static void
clear(void *kernel_state)
{
	variance_clear(kernel_state);
}

static void
normalise(void *kernel_state)
{
	variance_normalise(kernel_state);
}

static bool
is_valid(const void *kernel_state)
{
	return variance_is_valid(kernel_state);
}

static const StateType variance_state_type = {
	"variance_state", sizeof(VarianceState), "nxxxx", clear, normalise, is_valid};

StaticAssertDecl(sizeof(VarianceState) == sizeof(StateHeader) + 5 * sizeof(int64),
				 "variance_state must have the fields its type lists");

static const Variance *
variance_argument(FunctionCallInfo fcinfo, int i)
{
	return &((const VarianceState *) state_argument(&variance_state_type, fcinfo, i))->variance;
}

PG_FUNCTION_INFO_V1(orchard_variance_state_in);
PG_FUNCTION_INFO_V1(orchard_variance_state_out);
PG_FUNCTION_INFO_V1(orchard_variance_state_recv);
PG_FUNCTION_INFO_V1(orchard_variance_state_send);
PG_FUNCTION_INFO_V1(orchard_variance_state_accum);
PG_FUNCTION_INFO_V1(orchard_variance_state_accum_real);
PG_FUNCTION_INFO_V1(orchard_variance_state_merge);
PG_FUNCTION_INFO_V1(orchard_variance_state_final);
PG_FUNCTION_INFO_V1(orchard_variance_state_n);
PG_FUNCTION_INFO_V1(orchard_variance_state_sum);
PG_FUNCTION_INFO_V1(orchard_variance_state_avg);
PG_FUNCTION_INFO_V1(orchard_variance_state_var_pop);
PG_FUNCTION_INFO_V1(orchard_variance_state_var_samp);
PG_FUNCTION_INFO_V1(orchard_variance_state_stddev_pop);
PG_FUNCTION_INFO_V1(orchard_variance_state_stddev_samp);

Datum
orchard_variance_state_in(PG_FUNCTION_ARGS)
{
	return state_in(&variance_state_type, fcinfo);
}

Datum
orchard_variance_state_out(PG_FUNCTION_ARGS)
{
	return state_out(&variance_state_type, fcinfo);
}

Datum
orchard_variance_state_recv(PG_FUNCTION_ARGS)
{
	return state_recv(&variance_state_type, fcinfo);
}

Datum
orchard_variance_state_send(PG_FUNCTION_ARGS)
{
	return state_send(&variance_state_type, fcinfo);
}

Datum
orchard_variance_state_accum(PG_FUNCTION_ARGS)
{
	VarianceState *state = (VarianceState *) state_to_change(&variance_state_type, fcinfo);

	if (unlikely(variance_add(&state->variance, PG_GETARG_FLOAT8(1)) != KERNEL_OK))
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

Datum
orchard_variance_state_accum_real(PG_FUNCTION_ARGS)
{
	VarianceState *state = (VarianceState *) state_to_change(&variance_state_type, fcinfo);

	if (unlikely(variance_add(&state->variance, PG_GETARG_FLOAT4(1)) != KERNEL_OK))
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

Datum
orchard_variance_state_merge(PG_FUNCTION_ARGS)
{
	VarianceState *state = (VarianceState *) state_to_change(&variance_state_type, fcinfo);

	if (variance_merge(&state->variance, variance_argument(fcinfo, 1)) != KERNEL_OK)
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

/* The state, settled; NULL over no values, as aggregates have it. */
Datum
orchard_variance_state_final(PG_FUNCTION_ARGS)
{
	if (variance_argument(fcinfo, 0)->n == 0)
		PG_RETURN_NULL();
	return state_settled(&variance_state_type, fcinfo);
}

Datum
orchard_variance_state_n(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(variance_argument(fcinfo, 0)->n);
}

Datum
orchard_variance_state_sum(PG_FUNCTION_ARGS)
{
	double result = 0.0;
	Status status = variance_total(variance_argument(fcinfo, 0), &result);

	return state_result(fcinfo, status, result);
}

Datum
orchard_variance_state_avg(PG_FUNCTION_ARGS)
{
	double result = 0.0;
	Status status = variance_mean(variance_argument(fcinfo, 0), &result);

	return state_result(fcinfo, status, result);
}

Datum
orchard_variance_state_var_pop(PG_FUNCTION_ARGS)
{
	double result = 0.0;
	Status status = variance_variance(variance_argument(fcinfo, 0), 0, &result);

	return state_result(fcinfo, status, result);
}

Datum
orchard_variance_state_var_samp(PG_FUNCTION_ARGS)
{
	double result = 0.0;
	Status status = variance_variance(variance_argument(fcinfo, 0), 1, &result);

	return state_result(fcinfo, status, result);
}

Datum
orchard_variance_state_stddev_pop(PG_FUNCTION_ARGS)
{
	double result = 0.0;
	Status status = variance_deviation(variance_argument(fcinfo, 0), 0, &result);

	return state_result(fcinfo, status, result);
}

Datum
orchard_variance_state_stddev_samp(PG_FUNCTION_ARGS)
{
	double result = 0.0;
	Status status = variance_deviation(variance_argument(fcinfo, 0), 1, &result);

	return state_result(fcinfo, status, result);
}
