/*
 * metric_error.c: rmse, mae, r2, brier, log_loss, mape, pinball and mean_tweedie_deviance over flat mergeable states.
 *
 * A row with a NULL label, prediction or weight is left out, and so is one of
 * weight 0.
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"

#include "kernel/metric/prediction_error.h"

#include "pg/compat.h"
#include "pg/metric_argument.h"
#include "pg/stat_state.h"

typedef struct PredictionErrorState
{
	StateHeader header;
	PredictionError sums;
} PredictionErrorState;

typedef struct LogLossState
{
	StateHeader header;
	LogLoss sums;
} LogLossState;

StaticAssertDecl(sizeof(PredictionErrorState) == sizeof(StateHeader) + 11 * sizeof(int64),
				 "prediction_error must have the fields its type lists");
StaticAssertDecl(sizeof(LogLossState) == sizeof(StateHeader) + 5 * sizeof(int64),
				 "log_loss_state must have the fields its type lists");

static void
clear_error(void *sums)
{
	memset(sums, 0, sizeof(PredictionError));
}

static void
clear_loss(void *sums)
{
	memset(sums, 0, sizeof(LogLoss));
}

/* Nothing in these states has more than one form. */
static void
keep(void *sums)
{
}

static bool
error_is_valid(const void *sums)
{
	return prediction_error_is_valid(sums);
}

static bool
loss_is_valid(const void *sums)
{
	return log_loss_is_valid(sums);
}

static const StateType error_type = {
	"prediction_error", sizeof(PredictionErrorState), "nxxxxxxxxxx", clear_error, keep,
	error_is_valid};
static const StateType loss_type = {
	"log_loss_state", sizeof(LogLossState), "nxxxx", clear_loss, keep, loss_is_valid};

static const StateType mean_loss_type = {
	"mean_loss_state", sizeof(LogLossState), "nxxxx", clear_loss, keep, loss_is_valid};

/* Input, output and final function of a type: the state itself, NULL over no rows. */
#define STATE_FUNCTIONS(name, struct_type, type) \
	PG_FUNCTION_INFO_V1(orchard_##name##_in); \
	PG_FUNCTION_INFO_V1(orchard_##name##_out); \
	PG_FUNCTION_INFO_V1(orchard_##name##_recv); \
	PG_FUNCTION_INFO_V1(orchard_##name##_send); \
	PG_FUNCTION_INFO_V1(orchard_##name##_final); \
	Datum orchard_##name##_in(PG_FUNCTION_ARGS) \
	{ \
		return state_in(&type, fcinfo); \
	} \
	Datum orchard_##name##_out(PG_FUNCTION_ARGS) \
	{ \
		return state_out(&type, fcinfo); \
	} \
	Datum orchard_##name##_recv(PG_FUNCTION_ARGS) \
	{ \
		return state_recv(&type, fcinfo); \
	} \
	Datum orchard_##name##_send(PG_FUNCTION_ARGS) \
	{ \
		return state_send(&type, fcinfo); \
	} \
	Datum orchard_##name##_final(PG_FUNCTION_ARGS) \
	{ \
		if (((const struct_type *) state_argument(&type, fcinfo, 0))->sums.n == 0) \
			PG_RETURN_NULL(); \
		PG_RETURN_DATUM(PG_GETARG_DATUM(0)); \
	}

STATE_FUNCTIONS(prediction_error, PredictionErrorState, error_type)
STATE_FUNCTIONS(log_loss_state, LogLossState, loss_type)
STATE_FUNCTIONS(mean_loss_state, LogLossState, mean_loss_type)

PG_FUNCTION_INFO_V1(orchard_prediction_error_accum);
PG_FUNCTION_INFO_V1(orchard_prediction_error_merge);
PG_FUNCTION_INFO_V1(orchard_log_loss_accum);
PG_FUNCTION_INFO_V1(orchard_log_loss_merge);
PG_FUNCTION_INFO_V1(orchard_rmse);
PG_FUNCTION_INFO_V1(orchard_mae);
PG_FUNCTION_INFO_V1(orchard_r2);
PG_FUNCTION_INFO_V1(orchard_log_loss);
PG_FUNCTION_INFO_V1(orchard_brier_accum);
PG_FUNCTION_INFO_V1(orchard_brier);
PG_FUNCTION_INFO_V1(orchard_mape_accum);
PG_FUNCTION_INFO_V1(orchard_pinball_accum);
PG_FUNCTION_INFO_V1(orchard_mean_tweedie_deviance_accum);
PG_FUNCTION_INFO_V1(orchard_mean_loss);
PG_FUNCTION_INFO_V1(orchard_mean_loss_merge);

/* A label or prediction that is NaN or infinite has no finite error. */
static double
finite_argument(FunctionCallInfo fcinfo, int i, const char *name)
{
	double value = PG_GETARG_FLOAT8(i);

	if (unlikely(!isfinite(value)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be finite, not %s", name,
						isnan(value)  ? "NaN" :
							value > 0 ? "Infinity" :
										"-Infinity")));
	return value;
}

Datum
orchard_prediction_error_accum(PG_FUNCTION_ARGS)
{
	PredictionErrorState *state = (PredictionErrorState *) state_to_change(&error_type, fcinfo);
	double label = finite_argument(fcinfo, 1, "label");
	double prediction = finite_argument(fcinfo, 2, "prediction");
	double weight = metric_weight(fcinfo, 3);

	if (weight > 0.0 && prediction_error_add(&state->sums, label, prediction, weight) != KERNEL_OK)
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

Datum
orchard_prediction_error_merge(PG_FUNCTION_ARGS)
{
	PredictionErrorState *state = (PredictionErrorState *) state_to_change(&error_type, fcinfo);
	const PredictionErrorState *other =
		(const PredictionErrorState *) state_argument(&error_type, fcinfo, 1);

	if (prediction_error_merge(&state->sums, &other->sums) != KERNEL_OK)
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

Datum
orchard_log_loss_accum(PG_FUNCTION_ARGS)
{
	LogLossState *state = (LogLossState *) state_to_change(&loss_type, fcinfo);
	double probability = metric_probability(fcinfo, 2);
	double weight = metric_weight(fcinfo, 3);

	if (weight > 0.0 &&
		log_loss_add(&state->sums, PG_GETARG_BOOL(1), probability, weight) != KERNEL_OK)
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

static Datum
merge_losses(const StateType *type, FunctionCallInfo fcinfo)
{
	LogLossState *state = (LogLossState *) state_to_change(type, fcinfo);
	const LogLossState *other = (const LogLossState *) state_argument(type, fcinfo, 1);

	if (log_loss_merge(&state->sums, &other->sums) != KERNEL_OK)
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

Datum
orchard_log_loss_merge(PG_FUNCTION_ARGS)
{
	return merge_losses(&loss_type, fcinfo);
}

Datum
orchard_mean_loss_merge(PG_FUNCTION_ARGS)
{
	return merge_losses(&mean_loss_type, fcinfo);
}

/* transition(state, label, probability [, weight]): the error of the probability against 0 and 1. */
Datum
orchard_brier_accum(PG_FUNCTION_ARGS)
{
	PredictionErrorState *state = (PredictionErrorState *) state_to_change(&error_type, fcinfo);
	double probability = metric_probability(fcinfo, 2);
	double weight = metric_weight(fcinfo, 3);

	if (weight > 0.0 &&
		prediction_error_add(&state->sums, PG_GETARG_BOOL(1), probability, weight) != KERNEL_OK)
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

/* transition(state, label, prediction [, weight]) */
Datum
orchard_mape_accum(PG_FUNCTION_ARGS)
{
	LogLossState *state = (LogLossState *) state_to_change(&mean_loss_type, fcinfo);
	double label = finite_argument(fcinfo, 1, "label");
	double prediction = finite_argument(fcinfo, 2, "prediction");
	double weight = metric_weight(fcinfo, 3);

	if (weight == 0.0)
		PG_RETURN_POINTER(state);
	if (unlikely(label == 0.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"label\" must not be 0, of which no error is a share"),
				 errhint("Leave such rows out: orchard.mape(...) FILTER (WHERE label <> 0).")));
	if (percentage_loss_add(&state->sums, label, prediction, weight) != KERNEL_OK)
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

/* transition(state, label, prediction, quantile [, weight]) */
Datum
orchard_pinball_accum(PG_FUNCTION_ARGS)
{
	LogLossState *state = (LogLossState *) state_to_change(&mean_loss_type, fcinfo);
	double label = finite_argument(fcinfo, 1, "label");
	double prediction = finite_argument(fcinfo, 2, "prediction");
	double quantile = PG_GETARG_FLOAT8(3);
	double weight = metric_weight(fcinfo, 4);

	if (unlikely(!(quantile >= 0.0 && quantile <= 1.0)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"quantile\" must be between 0 and 1, not %g", quantile)));
	if (weight > 0.0 &&
		pinball_loss_add(&state->sums, label, prediction, quantile, weight) != KERNEL_OK)
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

/* transition(state, label, prediction, power [, weight]) */
Datum
orchard_mean_tweedie_deviance_accum(PG_FUNCTION_ARGS)
{
	LogLossState *state = (LogLossState *) state_to_change(&mean_loss_type, fcinfo);
	double label = finite_argument(fcinfo, 1, "label");
	double prediction = finite_argument(fcinfo, 2, "prediction");
	double power = PG_GETARG_FLOAT8(3);
	double weight = metric_weight(fcinfo, 4);

	if (unlikely(!(power >= 1.0 && power <= 2.0)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"power\" must be between 1 and 2, not %g", power)));
	if (unlikely(!(prediction > 0.0)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"prediction\" must be above 0, not %g", prediction)));
	if (unlikely(label < 0.0 || (label == 0.0 && power == 2.0)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"label\" must be %s, not %g",
						power == 2.0 ? "above 0" : "at least 0", label)));
	if (weight > 0.0 &&
		deviance_loss_add(&state->sums, label, prediction, power, weight) != KERNEL_OK)
		float_overflow_error();
	PG_RETURN_POINTER(state);
}

/* An accessor, which is the final function of its aggregate too. */
#define ACCESSOR(name, struct_type, type, call) \
	Datum orchard_##name(PG_FUNCTION_ARGS) \
	{ \
		const struct_type *state = (const struct_type *) state_argument(&type, fcinfo, 0); \
		double result = 0.0; \
		Status status = call(&state->sums, &result); \
		return state_result(fcinfo, status, result); \
	}

ACCESSOR(rmse, PredictionErrorState, error_type, prediction_error_rmse)
ACCESSOR(mae, PredictionErrorState, error_type, prediction_error_mae)
ACCESSOR(r2, PredictionErrorState, error_type, prediction_error_r2)
ACCESSOR(log_loss, LogLossState, loss_type, log_loss_mean)
ACCESSOR(brier, PredictionErrorState, error_type, prediction_error_mse)
ACCESSOR(mean_loss, LogLossState, mean_loss_type, log_loss_mean)
