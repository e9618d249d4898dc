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

/* Are values with this total and M2, and none of any other size, known to be small? */
static bool
values_are_small(DoubleDouble total, double n, DoubleDouble m2)
{
	return m2.hi < 0.0 || (m2.hi == 0.0 && fabs(total.hi) < SMALL_SIZE * n);
}

DoubleDouble
squares_raised(DoubleDouble m2)
{
	return m2.hi < 0.0 ? dd_negate(m2) : dd_from(0.0);
}

DoubleDouble
squares_lowered(DoubleDouble m2)
{
	return m2.hi < 0.0 ? (DoubleDouble){small_lowered(-m2.hi, 2), small_lowered(-m2.lo, 2)} : m2;
}

DoubleDouble
squares_marked(DoubleDouble raised)
{
	return raised.hi > 0.0 ? dd_negate(raised) : raised;
}

bool
variance_stays_small(const Variance *variance, double x)
{
	return fabs(x) < SMALL_SIZE &&
		(variance->n == 0 || values_are_small(variance->total, (double) variance->n, variance->m2));
}

bool
variances_are_small(const Variance *left, const Variance *right)
{
	return values_are_small(left->total, (double) left->n, left->m2) &&
		values_are_small(right->total, (double) right->n, right->m2);
}

Status
variance_judge(Variance *variance, bool was_finite)
{
	if (isfinite(variance->total.hi) && isfinite(variance->m2.hi))
		return KERNEL_OK;
	if (was_finite)
		return KERNEL_OVERFLOW;
	variance->m2 = dd_from(NAN);
	return KERNEL_OK;
}

Status
variance_add_careful(Variance *variance, double x)
{
	bool was_finite = isfinite(variance->total.hi) && isfinite(x);
	bool is_small = variance_stays_small(variance, x);
	double n_before = (double) variance->n;
	double n = n_before + 1.0;
	DoubleDouble product = count_product(x, n);
	DoubleDouble m2 = is_small ? squares_raised(variance->m2) : squares_lowered(variance->m2);
	double distance;

	variance->n++;
	total_add(&variance->total, x);
	if (n_before > 0.0)
	{
		distance = (product.hi - variance->total.hi) + (product.lo - variance->total.lo);
		if (is_small)
			distance *= SMALL_SCALE;
		total_add(&m2, distance * distance * (1.0 / (n * n_before)));
	}
	variance->m2 = is_small ? squares_marked(m2) : m2;
	return variance_judge(variance, was_finite);
}

Status
variance_merge_careful(Variance *left, const Variance *right)
{
	double n_left = (double) left->n;
	double n_right = (double) right->n;
	bool was_finite = isfinite(left->total.hi) && isfinite(right->total.hi);
	bool is_small;
	DoubleDouble m2;
	double difference;

	if (right->n == 0)
		return KERNEL_OK;
	if (left->n == 0)
	{
		*left = *right;
		return KERNEL_OK;
	}
	is_small = variances_are_small(left, right);
	difference =
		total_mean_difference(is_small ? total_raised(left->total) : left->total, n_left,
							  is_small ? total_raised(right->total) : right->total, n_right);
	left->n += right->n;
	total_merge(&left->total, right->total);
	m2 = is_small ? squares_raised(left->m2) : squares_lowered(left->m2);
	total_merge(&m2, is_small ? squares_raised(right->m2) : squares_lowered(right->m2));
	total_add(&m2, difference * difference * (n_left * n_right / (n_left + n_right)));
	left->m2 = is_small ? squares_marked(m2) : m2;
	return variance_judge(left, was_finite);
}

/*
 * Moments to the fourth order lose digits beyond a band of sizes much narrower than that of doubles, so
 * they are those of x 2^(-BAND_WIDTH band).  Bands begin at the powers 2^(BAND_WIDTH band - BAND_WIDTH / 2);
 * that of a state is the one of its largest value, and all that has been taken moves to a higher band with
 * the first value there.  In a band deviations are 2^-203 at least where values differ, so fourth powers,
 * and what is left of lower bands, keep their digits; they overflow for no n that is a count.
 */
#define BAND_WIDTH 300
#define BAND_START 0x1p-150 /* of band 0 */
#define BAND_END 0x1p150

/* The band of a largest size; any would do for values that are all 0. */
static int
band_of(double size)
{
	if (size == 0.0 || (size >= BAND_START && size < BAND_END))
		return 0;
	return (int) floor((logb(size) + 0.5 * BAND_WIDTH) / BAND_WIDTH);
}

/* Of values that there are. */
static double
moments_size(const Moments *moments)
{
	return moments->max >= -moments->min ? moments->max : -moments->min;
}

static int
moments_band(const Moments *moments)
{
	return moments->n > 0 ? band_of(moments_size(moments)) : 0;
}

static DoubleDouble
total_scaled(DoubleDouble total, int exponent)
{
	return (DoubleDouble){ldexp(total.hi, exponent), ldexp(total.lo, exponent)};
}

/* Moves the moments by so many bands up, to smaller numbers. */
static void
move_moments(Moments *moments, int bands)
{
	moments->m2 = total_scaled(moments->m2, -2 * BAND_WIDTH * bands);
	moments->m3 = ldexp(moments->m3, -3 * BAND_WIDTH * bands);
	moments->m4 = ldexp(moments->m4, -4 * BAND_WIDTH * bands);
}

/* What x adds to the moments of the n - 1 values before it, whose total with it is `total`. */
static void
take_moments(Moments *moments, double n, double x, DoubleDouble total)
{
	DoubleDouble product = count_product(x, n);
	double scaled =
		(product.hi - total.hi) + (product.lo - total.lo); /* (n - 1) (x - mean before) */
	double step = scaled / (n * (n - 1.0));				   /* what x moves the mean by */
	double square = scaled * step;						   /* what x adds to M2 */

	moments->m4 += square * step * step * (n * n - 3.0 * n + 3.0) +
		6.0 * step * step * moments->m2.hi - 4.0 * step * moments->m3;
	moments->m3 += square * step * (n - 2.0) - 3.0 * step * moments->m2.hi;
	total_add(&moments->m2, square);
}

/* The same where x or the values before it are beyond band 0. */
static void
take_moments_careful(Moments *moments, double n, double x, int band_before)
{
	int band = moments_band(moments);
	DoubleDouble total = total_scaled(moments->total, -BAND_WIDTH * band);

	if (band != band_before)
		move_moments(moments, band - band_before);
	take_moments(moments, n, ldexp(x, -BAND_WIDTH * band), total);
}

Status
moments_add(Moments *moments, double x)
{
	double size = moments_size(moments); /* -infinity without values */
	bool is_ordinary = size >= BAND_START && size < BAND_END && fabs(x) < BAND_END;
	int band_before = is_ordinary ? 0 : moments_band(moments);

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
	if (is_ordinary)
		take_moments(moments, (double) moments->n, x, moments->total);
	else if (moments->n > 1)
		take_moments_careful(moments, (double) moments->n, x, band_before);
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
}

/* The same in the higher of their bands, left's total kept as it is. */
static void
merge_central_careful(Moments *left, const Moments *right)
{
	int left_band = moments_band(left);
	int right_band = moments_band(right);
	int band = moments_size(left) >= moments_size(right) ? left_band : right_band;
	DoubleDouble total = left->total;
	Moments moved = *right;

	move_moments(left, band - left_band);
	move_moments(&moved, band - right_band);
	left->total = total_scaled(total, -BAND_WIDTH * band);
	moved.total = total_scaled(right->total, -BAND_WIDTH * band);
	merge_central(left, &moved);
	left->total = total;
}

Status
moments_merge(Moments *left, const Moments *right)
{
	if (left->n > 0 && right->n > 0)
	{
		if ((moments_band(left) | moments_band(right)) == 0)
			merge_central(left, right);
		else
			merge_central_careful(left, right);
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

/* A sum of squares of n finite values. */
static bool
squares_are_valid(DoubleDouble m2, int64_t n)
{
	return total_is_normalised(m2) && isfinite(m2.hi) && m2.hi >= 0.0 && (n >= 2 || m2.hi == 0.0);
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
	bool is_small = variance->m2.hi < 0.0;

	if (!sum_is_valid(&sum))
		return false;
	if (!isfinite(variance->total.hi))
		return isnan(variance->m2.hi) && variance->m2.lo == 0.0;
	return squares_are_valid(is_small ? dd_negate(variance->m2) : variance->m2, variance->n) &&
		(!is_small || fabs(variance->total.hi) <= SMALL_SIZE * (double) variance->n);
}

bool
moments_is_valid(const Moments *moments)
{
	Sum sum = {moments->n, moments->total};

	if (!sum_is_valid(&sum) || !isfinite(moments->total.hi) ||
		!squares_are_valid(moments->m2, moments->n))
		return false;
	if (!count_is_valid(moments->n_nan) || !count_is_valid(moments->n_positive_infinity) ||
		!count_is_valid(moments->n_negative_infinity))
		return false;
	if (!isfinite(moments->m3) || !isfinite(moments->m4) || moments->m4 < 0.0)
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

/* Gives a result in the unit of x to the power `power`, from one of the state's band. */
static Status
leave_band(const Moments *moments, int power, double in_band, double *result)
{
	int band = moments_band(moments);
	double value = band == 0 ? in_band : ldexp(in_band, power * BAND_WIDTH * band);

	if (isinf(value) && !isinf(in_band))
		return KERNEL_OVERFLOW;
	*result = value;
	return KERNEL_OK;
}

/* M2 / (n - lost) in the state's band; NaN when a value is not finite. */
static Status
variance_in_band(const Moments *moments, int lost, double *result)
{
	int64_t n = moments_count(moments);

	if (n <= lost)
		return KERNEL_INVALID;
	*result = n > moments->n ? NAN : total_value(moments->m2) / (double) (n - lost);
	return KERNEL_OK;
}

/* The mean in the state's band, likewise of finite values. */
static double
mean_in_band(const Moments *moments)
{
	int band = moments_band(moments);
	DoubleDouble total =
		band == 0 ? moments->total : total_scaled(moments->total, -BAND_WIDTH * band);

	return total_mean(total, moments->n);
}

Status
moments_variance(const Moments *moments, int lost, double *result)
{
	double square;
	Status status = variance_in_band(moments, lost, &square);

	return status == KERNEL_OK ? leave_band(moments, 2, square, result) : status;
}

Status
moments_deviation(const Moments *moments, int lost, double *result)
{
	double square;
	Status status = variance_in_band(moments, lost, &square);

	return status == KERNEL_OK ? leave_band(moments, 1, sqrt(square), result) : status;
}

/* The population variance in the state's band for a ratio of moments, which needs a spread; NaN passes. */
static Status
moments_spread(const Moments *moments, double *variance)
{
	Status status = variance_in_band(moments, 0, variance);

	return status == KERNEL_OK && *variance == 0.0 ? KERNEL_INVALID : status;
}

Status
moments_skewness(const Moments *moments, double *result)
{
	double variance;
	Status status = moments_spread(moments, &variance);

	if (status == KERNEL_OK)
		*result = moments->m3 / (double) moments->n / variance / sqrt(variance);
	return status;
}

Status
moments_kurtosis(const Moments *moments, double *result)
{
	double variance;
	Status status = moments_spread(moments, &variance);

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

/* The rms in the state's band. */
static Status
rms_in_band(const Moments *moments, double *result)
{
	double variance;
	Status status = variance_in_band(moments, 0, &variance);

	if (status == KERNEL_OK)
		*result = isnan(variance) ? NAN : hypot(mean_in_band(moments), sqrt(variance));
	return status;
}

Status
moments_rms(const Moments *moments, double *result)
{
	double rms;
	Status status = rms_in_band(moments, &rms);

	return status == KERNEL_OK ? leave_band(moments, 1, rms, result) : status;
}

Status
moments_cv(const Moments *moments, double *result)
{
	double variance;
	double mean;
	Status status = variance_in_band(moments, 1, &variance);

	if (status != KERNEL_OK)
		return status;
	mean = isnan(variance) ? NAN : mean_in_band(moments);
	if (mean == 0.0)
		return KERNEL_INVALID;
	*result = sqrt(variance) / fabs(mean);
	return KERNEL_OK;
}

Status
moments_crest_factor(const Moments *moments, double *result)
{
	double rms;
	Status status = rms_in_band(moments, &rms);

	if (status == KERNEL_OK && rms == 0.0)
		return KERNEL_INVALID;
	if (status == KERNEL_OK)
		*result = isnan(rms) ?
			NAN :
			ldexp(moments_size(moments), -BAND_WIDTH * moments_band(moments)) / rms;
	return status;
}
