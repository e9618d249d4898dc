/*
 * stat_stats2d.c: the type stats2d, and the plain form of corr, covar_* and regr_*.
 *
 * All of them share one transition function, so that PostgreSQL computes one state for corr(y, x),
 * regr_slope(y, x) in the same query, as it does for the built-ins.
 */
#include "postgres.h"

#include "utils/float.h"

#include "pg/stat_stats2d.h"

static void
clear(void *kernel_state)
{
	comoments_clear(kernel_state);
}

static void
normalise(void *kernel_state)
{
	comoments_normalise(kernel_state);
}

static bool
is_valid(const void *kernel_state)
{
	return comoments_is_valid(kernel_state);
}

const StateType stats2d_type = {"stats2d", sizeof(Stats2d), "nxxxxxxxxxx",
								clear,	   normalise,		is_valid};

StaticAssertDecl(sizeof(Stats2d) == sizeof(StateHeader) + 11 * sizeof(int64),
				 "stats2d must have the fields its type lists");

static const Comoments *
comoments_argument(FunctionCallInfo fcinfo, int i)
{
	return &((const Stats2d *) state_argument(&stats2d_type, fcinfo, i))->comoments;
}

PG_FUNCTION_INFO_V1(orchard_stats2d_in);
PG_FUNCTION_INFO_V1(orchard_stats2d_out);
PG_FUNCTION_INFO_V1(orchard_stats2d_recv);
PG_FUNCTION_INFO_V1(orchard_stats2d_send);
PG_FUNCTION_INFO_V1(orchard_stats2d_accum);
PG_FUNCTION_INFO_V1(orchard_stats2d_merge);
PG_FUNCTION_INFO_V1(orchard_stats2d_final);
PG_FUNCTION_INFO_V1(orchard_stats2d_n);

Datum
orchard_stats2d_in(PG_FUNCTION_ARGS)
{
	return state_in(&stats2d_type, fcinfo);
}

Datum
orchard_stats2d_out(PG_FUNCTION_ARGS)
{
	return state_out(&stats2d_type, fcinfo);
}

Datum
orchard_stats2d_recv(PG_FUNCTION_ARGS)
{
	return state_recv(&stats2d_type, fcinfo);
}

Datum
orchard_stats2d_send(PG_FUNCTION_ARGS)
{
	return state_send(&stats2d_type, fcinfo);
}

/* (state, y, x): y comes first, as in regr_slope(y, x). */
Datum
orchard_stats2d_accum(PG_FUNCTION_ARGS)
{
	Stats2d *state = (Stats2d *) state_to_change(&stats2d_type, fcinfo);

	if (unlikely(comoments_add(&state->comoments, PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(1)) !=
				 KERNEL_OK))
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

Datum
orchard_stats2d_merge(PG_FUNCTION_ARGS)
{
	Stats2d *state = (Stats2d *) state_to_change(&stats2d_type, fcinfo);

	if (comoments_merge(&state->comoments, comoments_argument(fcinfo, 1)) != KERNEL_OK)
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

/* The state, settled; NULL over no pairs, as aggregates have it. */
Datum
orchard_stats2d_final(PG_FUNCTION_ARGS)
{
	if (comoments_argument(fcinfo, 0)->n == 0)
		PG_RETURN_NULL();
	return state_settled(&stats2d_type, fcinfo);
}

Datum
orchard_stats2d_n(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(comoments_argument(fcinfo, 0)->n);
}

/* Defines the accessor orchard_stats2d_NAME by a call of a kernel function. */
#define STATS2D_ACCESSOR(name, call) \
	PG_FUNCTION_INFO_V1(orchard_stats2d_##name); \
	Datum orchard_stats2d_##name(PG_FUNCTION_ARGS) \
	{ \
		const Comoments *comoments = comoments_argument(fcinfo, 0); \
		double result = 0.0; \
		Status status = call; \
		return state_result(fcinfo, status, result); \
	}

/* The same for both sides, by a function of the state of one side. */
#define STATS2D_SIDE_ACCESSORS(name, call) \
	PG_FUNCTION_INFO_V1(orchard_stats2d_##name##_x); \
	PG_FUNCTION_INFO_V1(orchard_stats2d_##name##_y); \
	Datum orchard_stats2d_##name##_x(PG_FUNCTION_ARGS) \
	{ \
		Variance side = comoments_x(comoments_argument(fcinfo, 0)); \
		double result = 0.0; \
		Status status = call; \
		return state_result(fcinfo, status, result); \
	} \
	Datum orchard_stats2d_##name##_y(PG_FUNCTION_ARGS) \
	{ \
		Variance side = comoments_y(comoments_argument(fcinfo, 0)); \
		double result = 0.0; \
		Status status = call; \
		return state_result(fcinfo, status, result); \
	}

STATS2D_SIDE_ACCESSORS(sum, variance_total(&side, &result))
STATS2D_SIDE_ACCESSORS(avg, variance_mean(&side, &result))
STATS2D_SIDE_ACCESSORS(var_pop, variance_variance(&side, 0, &result))
STATS2D_SIDE_ACCESSORS(var_samp, variance_variance(&side, 1, &result))
STATS2D_SIDE_ACCESSORS(stddev_pop, variance_deviation(&side, 0, &result))
STATS2D_SIDE_ACCESSORS(stddev_samp, variance_deviation(&side, 1, &result))
STATS2D_ACCESSOR(sxx, comoments_sxx(comoments, &result))
STATS2D_ACCESSOR(syy, comoments_syy(comoments, &result))
STATS2D_ACCESSOR(sxy, comoments_sxy(comoments, &result))
STATS2D_ACCESSOR(covar_pop, comoments_covariance(comoments, 0, &result))
STATS2D_ACCESSOR(covar_samp, comoments_covariance(comoments, 1, &result))
STATS2D_ACCESSOR(corr, comoments_correlation(comoments, &result))
STATS2D_ACCESSOR(r2, comoments_r2(comoments, &result))
STATS2D_ACCESSOR(slope, comoments_slope(comoments, &result))
STATS2D_ACCESSOR(intercept, comoments_intercept(comoments, &result))
STATS2D_ACCESSOR(x_intercept, comoments_x_intercept(comoments, &result))
