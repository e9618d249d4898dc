/*
 * stat_sum.c: the type sum_state, and the plain form of the drop-in sum.
 */
#include "postgres.h"

#include "utils/float.h"

#include "kernel/stat/moments.h"
#include "pg/stat_state.h"

/* 32 bytes: the smallest chunk that holds a total in twice the precision and its count. */
typedef struct SumState
{
	StateHeader header;
	Sum sum;
} SumState;

static void
clear(void *kernel_state)
{
	sum_clear(kernel_state);
}

static void
normalise(void *kernel_state)
{
	sum_normalise(kernel_state);
}

static bool
is_valid(const void *kernel_state)
{
	return sum_is_valid(kernel_state);
}

static const StateType sum_state_type = {"sum_state", sizeof(SumState), "nxx",
										 clear,		  normalise,		is_valid};

StaticAssertDecl(sizeof(SumState) == sizeof(StateHeader) + 3 * sizeof(int64),
				 "sum_state must have the fields its type lists");

static const Sum *
sum_argument(FunctionCallInfo fcinfo, int i)
{
	return &((const SumState *) state_argument(&sum_state_type, fcinfo, i))->sum;
}

PG_FUNCTION_INFO_V1(orchard_sum_state_in);
PG_FUNCTION_INFO_V1(orchard_sum_state_out);
PG_FUNCTION_INFO_V1(orchard_sum_state_recv);
PG_FUNCTION_INFO_V1(orchard_sum_state_send);
PG_FUNCTION_INFO_V1(orchard_sum_state_accum);
PG_FUNCTION_INFO_V1(orchard_sum_state_merge);
PG_FUNCTION_INFO_V1(orchard_sum_state_final);
PG_FUNCTION_INFO_V1(orchard_sum_state_n);
PG_FUNCTION_INFO_V1(orchard_sum_state_sum);
PG_FUNCTION_INFO_V1(orchard_sum_state_avg);
PG_FUNCTION_INFO_V1(orchard_sum_state_accum_real);
PG_FUNCTION_INFO_V1(orchard_sum_state_sum_real);

Datum
orchard_sum_state_in(PG_FUNCTION_ARGS)
{
	return state_in(&sum_state_type, fcinfo);
}

Datum
orchard_sum_state_out(PG_FUNCTION_ARGS)
{
	return state_out(&sum_state_type, fcinfo);
}

Datum
orchard_sum_state_recv(PG_FUNCTION_ARGS)
{
	return state_recv(&sum_state_type, fcinfo);
}

Datum
orchard_sum_state_send(PG_FUNCTION_ARGS)
{
	return state_send(&sum_state_type, fcinfo);
}

Datum
orchard_sum_state_accum(PG_FUNCTION_ARGS)
{
	SumState *state = (SumState *) state_to_change(&sum_state_type, fcinfo);

	if (unlikely(sum_add(&state->sum, PG_GETARG_FLOAT8(1)) != KERNEL_OK))
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

Datum
orchard_sum_state_merge(PG_FUNCTION_ARGS)
{
	SumState *state = (SumState *) state_to_change(&sum_state_type, fcinfo);

	if (sum_merge(&state->sum, sum_argument(fcinfo, 1)) != KERNEL_OK)
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

/* The state, settled; NULL over no values, as aggregates have it. */
Datum
orchard_sum_state_final(PG_FUNCTION_ARGS)
{
	if (sum_argument(fcinfo, 0)->n == 0)
		PG_RETURN_NULL();
	return state_settled(&sum_state_type, fcinfo);
}

Datum
orchard_sum_state_n(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(sum_argument(fcinfo, 0)->n);
}

Datum
orchard_sum_state_sum(PG_FUNCTION_ARGS)
{
	double result = 0.0;
	Status status = sum_total(sum_argument(fcinfo, 0), &result);

	return state_result(fcinfo, status, result);
}

Datum
orchard_sum_state_avg(PG_FUNCTION_ARGS)
{
	double result = 0.0;
	Status status = sum_mean(sum_argument(fcinfo, 0), &result);

	return state_result(fcinfo, status, result);
}

/* A value of single precision; the running sum must have room there, as in the built-in. */
Datum
orchard_sum_state_accum_real(PG_FUNCTION_ARGS)
{
	SumState *state = (SumState *) state_to_change(&sum_state_type, fcinfo);

	if (unlikely(sum_add_real(&state->sum, PG_GETARG_FLOAT4(1)) != KERNEL_OK))
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

Datum
orchard_sum_state_sum_real(PG_FUNCTION_ARGS)
{
	float result = 0.0f;
	Status status = sum_total_real(sum_argument(fcinfo, 0), &result);

	return state_result_real(fcinfo, status, result);
}
