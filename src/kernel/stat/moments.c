/*
 * moments.c: merges, the fourth-order state and the results of all three.
 *
 * Source of the merges and of M3, M4: Pebay, "Formulas for robust, one-pass parallel
 * computation of covariances and arbitrary-order statistical moments", Sandia report
 * SAND2008-6212, 2008, equations 2.1, 3.1 and their one-value forms.
 */
#include "kernel/stat/moments.h"

#define COUNT_LIMIT (INT64_C(1) << 53) /* counts stay exact as doubles */

void
total_normalise(DoubleDouble *total)
{
	DoubleDouble sum = dd_two_sum(total->hi, total->lo);

	if (total->lo != 0.0 && isfinite(sum.hi) && isfinite(sum.lo))
		*total = sum;
	else
		total->lo = 0.0;
}

bool
total_is_normalised(DoubleDouble total)
{
	DoubleDouble copy = total;

	total_normalise(&copy);
	return copy.lo == total.lo && (copy.hi == total.hi || (isnan(copy.hi) && isnan(total.hi)));
}

void
sum_clear(Sum *sum)
{
	*sum = (Sum){0, {-0.0, 0.0}};
}

void
variance_clear(Variance *variance)
{
	*variance = (Variance){0};
}

void
moments_clear(Moments *moments)
{
	*moments = (Moments){.min = INFINITY, .max = -INFINITY};
}

Status
sum_merge(Sum *left, const Sum *right)
{
	bool is_finite = !isinf(left->total.hi) && !isinf(right->total.hi);

	left->n += right->n;
	total_merge(&left->total, right->total);
	return isinf(left->total.hi) && is_finite ? KERNEL_OVERFLOW : KERNEL_OK;
}

double
total_mean_difference(DoubleDouble total_a, double n_a, DoubleDouble total_b, double n_b)
{
	DoubleDouble a = dd_two_product(total_a.hi, n_b);
	DoubleDouble b = dd_two_product(total_b.hi, n_a);
	double low = (b.lo + total_b.lo * n_a) - (a.lo + total_a.lo * n_b);
	double scaled = (b.hi - a.hi) + low;

	return isfinite(scaled) ? scaled / (n_a * n_b) : total_b.hi / n_b - total_a.hi / n_a;
}

Status
variance_merge_careful(Variance *left, const Variance *right)
{
	double n_left = (double) left->n;
	double n_right = (double) right->n;
	bool is_finite = isfinite(left->total.hi) && isfinite(right->total.hi);
	double difference;

	if (right->n == 0)
		return KERNEL_OK;
	if (left->n == 0)
	{
		*left = *right;
		return KERNEL_OK;
	}
	difference = total_mean_difference(left->total, n_left, right->total, n_right);
	left->n += right->n;
	total_merge(&left->total, right->total);
	total_merge(&left->m2, right->m2);
	total_add(&left->m2, difference * difference * (n_left * n_right / (n_left + n_right)));
	if (isfinite(left->total.hi) && isfinite(left->m2.hi))
		return KERNEL_OK;
	left->m2 = dd_from(NAN);
	return is_finite ? KERNEL_OVERFLOW : KERNEL_OK;
}

/* What has overflowed is +infinity, so that later arithmetic cannot make it look like a number. */
static void
moments_note_overflow(Moments *moments)
{
	if (!isfinite(moments->m2.hi))
		moments->m2 = dd_from(INFINITY);
	if (!isfinite(moments->m3))
		moments->m3 = INFINITY;
	if (!isfinite(moments->m4))
		moments->m4 = INFINITY;
}

Status
moments_add(Moments *moments, double x)
{
	double n_before = (double) moments->n;
	double n = n_before + 1.0;
	DoubleDouble product;
	double scaled; /* (n - 1) (x - mean before) */
	double step;   /* what x moves the mean by */
	double square; /* what x adds to M2 */

	if (!isfinite(x))
	{
		moments->n_nan += isnan(x) != 0;
		moments->n_positive_infinity += x > 0.0;
		moments->n_negative_infinity += x < 0.0;
		return KERNEL_OK;
	}
	moments->n++;
	total_add(&moments->total, x);
	moments->min = x <= moments->min ? x : moments->min;
	moments->max = x >= moments->max ? x : moments->max;
	if (n_before > 0.0)
	{
		product = count_product(x, n);
		scaled = (product.hi - moments->total.hi) + (product.lo - moments->total.lo);
		step = scaled / (n * n_before);
		square = scaled * step;
		moments->m4 += square * step * step * (n * n - 3.0 * n + 3.0) +
			6.0 * step * step * moments->m2.hi - 4.0 * step * moments->m3;
		moments->m3 += square * step * (n - 2.0) - 3.0 * step * moments->m2.hi;
		total_add(&moments->m2, square);
		if (!isfinite(moments->m4) || !isfinite(moments->m3) || !isfinite(moments->m2.hi))
			moments_note_overflow(moments);
	}
	return isfinite(moments->total.hi) ? KERNEL_OK : KERNEL_OVERFLOW;
}

/* The part of moments_merge that needs values on both sides; left still has its own total. */
static void
merge_central(Moments *left, const Moments *right)
{
	double a = (double) left->n;
	double b = (double) right->n;
	double n = a + b;
	double d = total_mean_difference(left->total, a, right->total, b);
	double step = d / n;
	double a2 = left->m2.hi;
	double b2 = right->m2.hi;
	double square = d * step * a * b;

	left->m4 += right->m4 + square * step * step * (a * a - a * b + b * b) +
		6.0 * step * step * (a * a * b2 + b * b * a2) + 4.0 * step * (a * right->m3 - b * left->m3);
	left->m3 += right->m3 + square * step * (a - b) + 3.0 * step * (a * b2 - b * a2);
	total_merge(&left->m2, right->m2);
	total_add(&left->m2, square);
	moments_note_overflow(left);
}

Status
moments_merge(Moments *left, const Moments *right)
{
	if (left->n > 0 && right->n > 0)
	{
		merge_central(left, right);
		total_merge(&left->total, right->total);
		left->min = right->min <= left->min ? right->min : left->min;
		left->max = right->max >= left->max ? right->max : left->max;
	}
	else if (right->n > 0)
	{
		left->total = right->total;
		left->m2 = right->m2;
		left->m3 = right->m3;
		left->m4 = right->m4;
		left->min = right->min;
		left->max = right->max;
	}
	left->n += right->n;
	left->n_nan += right->n_nan;
	left->n_positive_infinity += right->n_positive_infinity;
	left->n_negative_infinity += right->n_negative_infinity;
	return isfinite(left->total.hi) ? KERNEL_OK : KERNEL_OVERFLOW;
}

void
sum_normalise(Sum *sum)
{
	total_normalise(&sum->total);
}

void
variance_normalise(Variance *variance)
{
	total_normalise(&variance->total);
	total_normalise(&variance->m2);
}

void
moments_normalise(Moments *moments)
{
	total_normalise(&moments->total);
	total_normalise(&moments->m2);
}

static bool
count_is_valid(int64_t n)
{
	return n >= 0 && n <= COUNT_LIMIT;
}

/* A sum of squares of n finite values, which may be +infinity where that stands for overflow. */
static bool
squares_are_valid(DoubleDouble m2, int64_t n, bool may_overflow)
{
	if (!total_is_normalised(m2) || !(m2.hi >= 0.0) || (n < 2 && m2.hi != 0.0))
		return false;
	return isfinite(m2.hi) || may_overflow;
}

bool
sum_is_valid(const Sum *sum)
{
	return count_is_valid(sum->n) && total_is_normalised(sum->total) &&
		(sum->n > 0 || sum->total.hi == 0.0) && (sum->n > 1 || sum->total.lo == 0.0);
}

bool
variance_is_valid(const Variance *variance)
{
	Sum sum = {variance->n, variance->total};

	if (!sum_is_valid(&sum))
		return false;
	if (!isfinite(variance->total.hi))
		return isnan(variance->m2.hi) && variance->m2.lo == 0.0;
	return squares_are_valid(variance->m2, variance->n, false);
}

bool
moments_is_valid(const Moments *moments)
{
	Sum sum = {moments->n, moments->total};

	if (!sum_is_valid(&sum) || !isfinite(moments->total.hi) ||
		!squares_are_valid(moments->m2, moments->n, true))
		return false;
	if (!count_is_valid(moments->n_nan) || !count_is_valid(moments->n_positive_infinity) ||
		!count_is_valid(moments->n_negative_infinity))
		return false;
	if (isnan(moments->m3) || moments->m3 == -INFINITY || !(moments->m4 >= 0.0))
		return false;
	if (moments->n < 2 && (moments->m3 != 0.0 || moments->m4 != 0.0))
		return false;
	if (moments->n == 0)
		return moments->min == INFINITY && moments->max == -INFINITY;
	return isfinite(moments->min) && isfinite(moments->max) && moments->min <= moments->max &&
		(moments->n > 1 || (moments->min == moments->max && moments->total.hi == moments->min));
}

Status
sum_total_real(const Sum *sum, float *result)
{
	double total;
	Status status = sum_total(sum, &total);

	if (status != KERNEL_OK)
		return status;
	if (fabs(total) >= SUM_REAL_LIMIT && !isinf(total))
		return KERNEL_OVERFLOW;
	*result = (float) total;
	return KERNEL_OK;
}

int64_t
moments_count(const Moments *moments)
{
	return moments->n + moments->n_nan + moments->n_positive_infinity +
		moments->n_negative_infinity;
}

/* The state as if only the total mattered: not finite where a value is not. */
static Sum
moments_sum(const Moments *moments)
{
	Sum sum = {moments_count(moments), moments->total};

	if (moments->n_nan > 0 ||
		(moments->n_positive_infinity > 0 && moments->n_negative_infinity > 0))
		sum.total = dd_from(NAN);
	else if (moments->n_positive_infinity > 0)
		sum.total = dd_from(INFINITY);
	else if (moments->n_negative_infinity > 0)
		sum.total = dd_from(-INFINITY);
	return sum;
}

Status
moments_total(const Moments *moments, double *result)
{
	Sum sum = moments_sum(moments);

	return sum_total(&sum, result);
}

Status
moments_mean(const Moments *moments, double *result)
{
	Sum sum = moments_sum(moments);

	return sum_mean(&sum, result);
}

Status
moments_variance(const Moments *moments, int lost, double *result)
{
	int64_t n = moments_count(moments);

	if (n <= lost)
		return KERNEL_INVALID;
	if (n > moments->n)
	{
		*result = NAN;
		return KERNEL_OK;
	}
	if (isinf(moments->m2.hi))
		return KERNEL_OVERFLOW;
	*result = total_value(moments->m2) / (double) (n - lost);
	return KERNEL_OK;
}

Status
moments_deviation(const Moments *moments, int lost, double *result)
{
	double square;
	Status status = moments_variance(moments, lost, &square);

	if (status == KERNEL_OK)
		*result = sqrt(square);
	return status;
}

/* Checks what skewness and kurtosis share, gives the population variance; NaN passes. */
static Status
moments_shape(const Moments *moments, double moment, double *variance)
{
	Status status = moments_variance(moments, 0, variance);

	if (status != KERNEL_OK)
		return status;
	if (*variance == 0.0)
		return KERNEL_INVALID;
	return isinf(moment) && !isnan(*variance) ? KERNEL_OVERFLOW : KERNEL_OK;
}

Status
moments_skewness(const Moments *moments, double *result)
{
	double variance;
	Status status = moments_shape(moments, moments->m3, &variance);

	if (status == KERNEL_OK)
		*result = moments->m3 / (double) moments->n / variance / sqrt(variance);
	return status;
}

Status
moments_kurtosis(const Moments *moments, double *result)
{
	double variance;
	Status status = moments_shape(moments, moments->m4, &variance);

	if (status == KERNEL_OK)
		*result = moments->m4 / (double) moments->n / variance / variance - 3.0;
	return status;
}

Status
moments_min(const Moments *moments, double *result)
{
	if (moments_count(moments) == 0)
		return KERNEL_INVALID;
	*result = moments->n_negative_infinity > 0 ? -INFINITY :
		moments->n > 0						   ? moments->min :
		moments->n_positive_infinity > 0	   ? INFINITY :
												 NAN;
	return KERNEL_OK;
}

Status
moments_max(const Moments *moments, double *result)
{
	if (moments_count(moments) == 0)
		return KERNEL_INVALID;
	*result = moments->n_nan > 0		 ? NAN :
		moments->n_positive_infinity > 0 ? INFINITY :
		moments->n > 0					 ? moments->max :
										   -INFINITY;
	return KERNEL_OK;
}

Status
moments_range(const Moments *moments, double *result)
{
	double min;
	double max;
	Status status = moments_min(moments, &min);

	if (status == KERNEL_OK)
		status = moments_max(moments, &max);
	if (status == KERNEL_OK && isinf(max - min) && !isinf(max) && !isinf(min))
		return KERNEL_OVERFLOW;
	if (status == KERNEL_OK)
		*result = max - min;
	return status;
}

Status
moments_rms(const Moments *moments, double *result)
{
	double variance;
	double mean;
	Status status = moments_variance(moments, 0, &variance);

	if (status == KERNEL_OK)
		status = moments_mean(moments, &mean);
	if (status == KERNEL_OK)
		*result = hypot(mean, sqrt(variance));
	return status;
}

Status
moments_cv(const Moments *moments, double *result)
{
	double deviation;
	double mean;
	Status status = moments_deviation(moments, 1, &deviation);

	if (status == KERNEL_OK)
		status = moments_mean(moments, &mean);
	if (status == KERNEL_OK && mean == 0.0)
		return KERNEL_INVALID;
	if (status == KERNEL_OK)
		*result = deviation / fabs(mean);
	return status;
}

Status
moments_crest_factor(const Moments *moments, double *result)
{
	double rms;
	Status status = moments_rms(moments, &rms);

	if (status == KERNEL_OK && rms == 0.0)
		return KERNEL_INVALID;
	if (status == KERNEL_OK)
		*result = isnan(rms) ? NAN : fmax(fabs(moments->min), fabs(moments->max)) / rms;
	return status;
}
