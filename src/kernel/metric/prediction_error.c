/*
 * prediction_error.c: sums of errors.
 */
#include "kernel/metric/prediction_error.h"

#include <float.h>
#include <math.h>

#include "kernel/stat/deviance.h"

#define ROWS_LIMIT (INT64_C(1) << 53) /* counts stay exact as doubles */
#define WEIGHT_FLOOR 0x1p-1000 /* of the mean weight: 1e-301; 2^-1074 is the last bit there is */

/*
 * weight * a * a.  The weight comes first, so that what lies between is no smaller and no larger
 * than both the weight and the result.
 */
static DoubleDouble
weighted_square(DoubleDouble a, double weight)
{
	return dd_multiply(dd_multiply_double(a, weight), a);
}

static bool
sums_are_finite(const PredictionError *state)
{
	return isfinite(state->square.hi) && isfinite(state->label_square.hi) &&
		isfinite(state->weight.hi) && isfinite(state->absolute.hi) && isfinite(state->label.hi);
}

Status
prediction_error_add(PredictionError *state, double label, double prediction, double weight)
{
	DoubleDouble error = dd_two_sum(label, -prediction);
	DoubleDouble absolute = error.hi < 0.0 ? dd_negate(error) : error;

	state->n++;
	state->weight = dd_add_double(state->weight, weight);
	state->square = dd_add(state->square, weighted_square(error, weight));
	state->absolute = dd_add(state->absolute, dd_multiply_double(absolute, weight));
	state->label = dd_add(state->label, dd_two_product(weight, label));
	state->label_square = dd_add(state->label_square, weighted_square(dd_from(label), weight));
	return sums_are_finite(state) ? KERNEL_OK : KERNEL_OVERFLOW;
}

Status
prediction_error_merge(PredictionError *into, const PredictionError *from)
{
	into->n += from->n;
	into->weight = dd_add(into->weight, from->weight);
	into->square = dd_add(into->square, from->square);
	into->absolute = dd_add(into->absolute, from->absolute);
	into->label = dd_add(into->label, from->label);
	into->label_square = dd_add(into->label_square, from->label_square);
	return sums_are_finite(into) ? KERNEL_OK : KERNEL_OVERFLOW;
}

/* A finite, normalised sum over n rows: 0 while there are none. */
static bool
is_sum(DoubleDouble a, int64_t n)
{
	DoubleDouble sum = dd_two_sum(a.hi, a.lo);

	return isfinite(a.hi) && isfinite(a.lo) && sum.hi == a.hi && sum.lo == a.lo &&
		(n > 0 || a.hi == 0.0);
}

/* The count and the sum of the weights of n rows. */
static bool
is_total(DoubleDouble weight, int64_t n)
{
	return n >= 0 && n <= ROWS_LIMIT && is_sum(weight, n) && (n == 0 || weight.hi > 0.0);
}

bool
prediction_error_is_valid(const PredictionError *state)
{
	return is_total(state->weight, state->n) && is_sum(state->square, state->n) &&
		is_sum(state->absolute, state->n) && is_sum(state->label, state->n) &&
		is_sum(state->label_square, state->n) && state->square.hi >= 0.0 &&
		state->absolute.hi >= 0.0 && state->label_square.hi >= 0.0;
}

/* May sums over rows of these weights be read?  Products of weights near DBL_MIN lose digits. */
static Status
check_total(DoubleDouble weight, int64_t n)
{
	if (n == 0)
		return KERNEL_INVALID;
	return weight.hi < WEIGHT_FLOOR * (double) n ? KERNEL_UNDERFLOW : KERNEL_OK;
}

/* a * 2^exponent, exactly. */
static DoubleDouble
scale(DoubleDouble a, int exponent)
{
	return (DoubleDouble){ldexp(a.hi, exponent), ldexp(a.lo, exponent)};
}

/* sqrt(a / b) for a >= 0, b > 0, also where a / b would over- or underflow. */
static double
root_of_quotient(DoubleDouble a, DoubleDouble b)
{
	int b_exponent = ilogb(b.hi);
	int half;

	if (a.hi == 0.0)
		return 0.0;
	half = (ilogb(a.hi) - b_exponent) / 2;
	return ldexp(sqrt(dd_divide(scale(a, -b_exponent - 2 * half), scale(b, -b_exponent)).hi), half);
}

Status
prediction_error_rmse(const PredictionError *state, double *result)
{
	Status status = check_total(state->weight, state->n);

	if (status == KERNEL_OK)
		*result = root_of_quotient(state->square, state->weight);
	return status;
}

Status
prediction_error_mse(const PredictionError *state, double *result)
{
	Status status = check_total(state->weight, state->n);

	if (status == KERNEL_OK)
		*result = dd_divide(state->square, state->weight).hi;
	return status;
}

Status
prediction_error_mae(const PredictionError *state, double *result)
{
	Status status = check_total(state->weight, state->n);

	if (status == KERNEL_OK)
		*result = dd_divide(state->absolute, state->weight).hi;
	return status;
}

Status
prediction_error_r2(const PredictionError *state, double *result)
{
	/* In this order, so that no square of a weight overflows or vanishes. */
	DoubleDouble mean_part = dd_multiply(state->label, dd_divide(state->label, state->weight));
	DoubleDouble variation = dd_subtract(state->label_square, mean_part);
	Status status = check_total(state->weight, state->n);

	if (status != KERNEL_OK)
		return status;
	/* The sums carry 1e-30 of the largest: less than that is a constant label. */
	if (!(variation.hi > 1e-28 * state->label_square.hi))
		return KERNEL_INVALID;
	*result = dd_subtract(dd_from(1.0), dd_divide(state->square, variation)).hi;
	return KERNEL_OK;
}

/* A row's loss, weighted. */
static Status
add_loss(LogLoss *state, DoubleDouble loss, double weight)
{
	state->n++;
	state->weight = dd_add_double(state->weight, weight);
	state->loss = dd_add(state->loss, dd_multiply_double(loss, weight));
	return isfinite(state->weight.hi) && isfinite(state->loss.hi) ? KERNEL_OK : KERNEL_OVERFLOW;
}

Status
log_loss_add(LogLoss *state, bool is_positive, double probability, double weight)
{
	double clipped = fmin(fmax(probability, DBL_EPSILON), 1.0 - DBL_EPSILON);

	return add_loss(state, dd_from(is_positive ? -log(clipped) : -log1p(-clipped)), weight);
}

Status
percentage_loss_add(LogLoss *state, double label, double prediction, double weight)
{
	DoubleDouble error = dd_two_sum(label, -prediction);

	if (error.hi < 0.0)
		error = dd_negate(error);
	return add_loss(state, dd_divide(error, dd_from(fabs(label))), weight);
}

Status
pinball_loss_add(LogLoss *state, double label, double prediction, double quantile, double weight)
{
	DoubleDouble error = dd_two_sum(label, -prediction);

	if (error.hi >= 0.0)
		return add_loss(state, dd_multiply_double(error, quantile), weight);
	return add_loss(state, dd_multiply(dd_negate(error), dd_two_sum(1.0, -quantile)), weight);
}

Status
deviance_loss_add(LogLoss *state, double label, double prediction, double power, double weight)
{
	return add_loss(state, dd_from(2.0 * deviance_half(power, label, prediction)), weight);
}

Status
log_loss_merge(LogLoss *into, const LogLoss *from)
{
	into->n += from->n;
	into->weight = dd_add(into->weight, from->weight);
	into->loss = dd_add(into->loss, from->loss);
	return isfinite(into->weight.hi) && isfinite(into->loss.hi) ? KERNEL_OK : KERNEL_OVERFLOW;
}

bool
log_loss_is_valid(const LogLoss *state)
{
	return is_total(state->weight, state->n) && is_sum(state->loss, state->n) &&
		state->loss.hi >= 0.0;
}

Status
log_loss_mean(const LogLoss *state, double *result)
{
	Status status = check_total(state->weight, state->n);

	if (status == KERNEL_OK)
		*result = dd_divide(state->loss, state->weight).hi;
	return status;
}
