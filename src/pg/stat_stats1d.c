/*
 * stat_stats1d.c: the type stats1d: one state, many results.
 */
#include "postgres.h"

#include "utils/float.h"

#include "pg/stat_stats1d.h"

static void
clear(void *kernel_state)
{
	moments_clear(kernel_state);
}

static void
normalise(void *kernel_state)
{
	moments_normalise(kernel_state);
}

static bool
is_valid(const void *kernel_state)
{
	return moments_is_valid(kernel_state);
}

const StateType stats1d_type = {"stats1d", sizeof(Stats1d), "nxxxxxxxxnnn",
								clear,	   normalise,		is_valid};

StaticAssertDecl(sizeof(Stats1d) == sizeof(StateHeader) + 12 * sizeof(int64),
				 "stats1d must have the fields its type lists");

static const Moments *
moments_argument(FunctionCallInfo fcinfo, int i)
{
	return &((const Stats1d *) state_argument(&stats1d_type, fcinfo, i))->moments;
}

PG_FUNCTION_INFO_V1(orchard_stats1d_in);
PG_FUNCTION_INFO_V1(orchard_stats1d_out);
PG_FUNCTION_INFO_V1(orchard_stats1d_recv);
PG_FUNCTION_INFO_V1(orchard_stats1d_send);
PG_FUNCTION_INFO_V1(orchard_stats1d_accum);
PG_FUNCTION_INFO_V1(orchard_stats1d_merge);
PG_FUNCTION_INFO_V1(orchard_stats1d_final);

Datum
orchard_stats1d_in(PG_FUNCTION_ARGS)
{
	return state_in(&stats1d_type, fcinfo);
}

Datum
orchard_stats1d_out(PG_FUNCTION_ARGS)
{
	return state_out(&stats1d_type, fcinfo);
}

Datum
orchard_stats1d_recv(PG_FUNCTION_ARGS)
{
	return state_recv(&stats1d_type, fcinfo);
}

Datum
orchard_stats1d_send(PG_FUNCTION_ARGS)
{
	return state_send(&stats1d_type, fcinfo);
}

Datum
orchard_stats1d_accum(PG_FUNCTION_ARGS)
{
	Stats1d *state = (Stats1d *) state_to_change(&stats1d_type, fcinfo);

	if (unlikely(moments_add(&state->moments, PG_GETARG_FLOAT8(1)) != KERNEL_OK))
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

Datum
orchard_stats1d_merge(PG_FUNCTION_ARGS)
{
	Stats1d *state = (Stats1d *) state_to_change(&stats1d_type, fcinfo);

	if (moments_merge(&state->moments, moments_argument(fcinfo, 1)) != KERNEL_OK)
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

/* The state, settled; NULL over no values, as aggregates have it. */
Datum
orchard_stats1d_final(PG_FUNCTION_ARGS)
{
	if (moments_count(moments_argument(fcinfo, 0)) == 0)
		PG_RETURN_NULL();
	return state_settled(&stats1d_type, fcinfo);
}

PG_FUNCTION_INFO_V1(orchard_stats1d_n);

Datum
orchard_stats1d_n(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(moments_count(moments_argument(fcinfo, 0)));
}

/* Defines the accessor orchard_stats1d_NAME by a call of a kernel function. */
#define STATS1D_ACCESSOR(name, call) \
	PG_FUNCTION_INFO_V1(orchard_stats1d_##name); \
	Datum orchard_stats1d_##name(PG_FUNCTION_ARGS) \
	{ \
		const Moments *moments = moments_argument(fcinfo, 0); \
		double result = 0.0; \
		Status status = call; \
		return state_result(fcinfo, status, result); \
	}

STATS1D_ACCESSOR(sum, moments_total(moments, &result))
STATS1D_ACCESSOR(avg, moments_mean(moments, &result))
STATS1D_ACCESSOR(var_pop, moments_variance(moments, 0, &result))
STATS1D_ACCESSOR(var_samp, moments_variance(moments, 1, &result))
STATS1D_ACCESSOR(stddev_pop, moments_deviation(moments, 0, &result))
STATS1D_ACCESSOR(stddev_samp, moments_deviation(moments, 1, &result))
STATS1D_ACCESSOR(skewness, moments_skewness(moments, &result))
STATS1D_ACCESSOR(kurtosis, moments_kurtosis(moments, &result))
STATS1D_ACCESSOR(min, moments_min(moments, &result))
STATS1D_ACCESSOR(max, moments_max(moments, &result))
STATS1D_ACCESSOR(rms, moments_rms(moments, &result))
STATS1D_ACCESSOR(cv, moments_cv(moments, &result))
STATS1D_ACCESSOR(range_of, moments_range(moments, &result))
STATS1D_ACCESSOR(crest_factor, moments_crest_factor(moments, &result))
