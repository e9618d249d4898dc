/*
 * comoments.h: sums, variances and the covariance of a stream of pairs.
 *
 * One state behind corr, covar_* and regr_*: it takes one pair at a time and merges with another;
 * nothing is ever subtracted to forget a pair.  The two sides are the regression's: x explains y.
 *
 * Notation: n pairs, Sx = sum x, Sxx = sum (x - Sx / n)^2, Sxy = sum (x - Sx / n) (y - Sy / n).
 * Totals are pairs of doubles as in moments.h; NaN, infinity and overflow appear on each side where
 * they appear in the built-ins: a value that is not finite makes the squares of its own side and
 * the products NaN, the other side stays what it is.
 *
 * Each side is an ordinary one or one of small values as in moments.h, which the sign of its squares
 * tells; the products are those of the sides as they are kept, so of SMALL_SCALE x where x is small.
 */
#ifndef ORCHARD_KERNEL_STAT_COMOMENTS_H
#define ORCHARD_KERNEL_STAT_COMOMENTS_H

#include "kernel/stat/moments.h"

typedef struct Comoments
{
	int64_t n; /* pairs taken, of any kind */
	DoubleDouble total_x;
	DoubleDouble total_y;
	DoubleDouble sxx; /* NaN once an x was not finite; below 0 for small x, as m2 of Variance */
	DoubleDouble syy; /* NaN once a y was not finite; likewise */
	DoubleDouble sxy; /* NaN once either was not finite */
} Comoments;

extern void comoments_clear(Comoments *comoments);

/* What comoments_add does where a result is not finite: the status, and NaN where it belongs. */
extern Status comoments_judge(Comoments *comoments, bool x_was_finite, bool y_was_finite);

/* What comoments_add does where the squares of a side are 0, of small values or NaN. */
extern Status comoments_add_careful(Comoments *comoments, double x, double y);

static inline bool
comoments_are_finite(const Comoments *comoments)
{
	return isfinite(comoments->total_x.hi) && isfinite(comoments->total_y.hi) &&
		isfinite(comoments->sxx.hi) && isfinite(comoments->syy.hi) && isfinite(comoments->sxy.hi);
}

/*
 * comoments_add
 *		Takes one pair: as variance_add on each side, and Sxy += (n x - Sx) (n y - Sy) / (n (n - 1)).
 *
 * Returns KERNEL_OVERFLOW when finite values gave an infinite sum, as the built-ins do.
 * Source: Youngs, Cramer, 1971 (see moments.h); the distances are taken to twice the precision.
 */
static inline Status
comoments_add(Comoments *comoments, double x, double y)
{
	bool x_is_finite = isfinite(comoments->total_x.hi) && isfinite(x);
	bool y_is_finite = isfinite(comoments->total_y.hi) && isfinite(y);
	double n_before = (double) comoments->n;
	double n = n_before + 1.0;
	double weight = 1.0 / (n * n_before); /* early: nothing has to wait for the division */
	DoubleDouble x_product = count_product(x, n);
	DoubleDouble y_product = count_product(y, n);
	double dx;
	double dy;

	if (__builtin_expect(!(comoments->sxx.hi > 0.0 && comoments->syy.hi > 0.0), 0))
		return comoments_add_careful(comoments, x, y);
	comoments->n++;
	total_add(&comoments->total_x, x);
	total_add(&comoments->total_y, y);
	dx = (x_product.hi - comoments->total_x.hi) + (x_product.lo - comoments->total_x.lo);
	dy = (y_product.hi - comoments->total_y.hi) + (y_product.lo - comoments->total_y.lo);
	total_add(&comoments->sxx, dx * dx * weight);
	total_add(&comoments->syy, dy * dy * weight);
	total_add(&comoments->sxy, dx * dy * weight);
	if (__builtin_expect(comoments_are_finite(comoments), 1))
		return KERNEL_OK;
	return comoments_judge(comoments, x_is_finite, y_is_finite);
}

/* left = left and right together, with the overflow rules of add.  right may not alias left. */
extern Status comoments_merge_careful(Comoments *left, const Comoments *right);

/* n_left S_right - n_right S_left, which is n_left n_right times the difference of the means. */
static inline double
comoments_distance(DoubleDouble left, double n_left, DoubleDouble right, double n_right)
{
	DoubleDouble a = count_product(left.hi, n_right);
	DoubleDouble b = count_product(right.hi, n_left);
	double low = (b.lo + right.lo * n_left) - (a.lo + left.lo * n_right);

	return (b.hi - a.hi) + low;
}

/* One side as a state of its own, for totals, means, variances and deviations. */
static inline Variance
comoments_x(const Comoments *comoments)
{
	return (Variance){comoments->n, comoments->total_x, comoments->sxx};
}

static inline Variance
comoments_y(const Comoments *comoments)
{
	return (Variance){comoments->n, comoments->total_y, comoments->syy};
}

/*
 * comoments_merge
 *		left = left and right together, as the moving forms need it: one division.
 *
 * As variance_merge; where something is not finite, or a state is empty, or both are of small values on
 * a side, the careful form decides.
 */
static inline Status
comoments_merge(Comoments *left, const Comoments *right)
{
	Comoments merged = *left;
	Variance left_x = comoments_x(left);
	Variance left_y = comoments_y(left);
	Variance right_x = comoments_x(right);
	Variance right_y = comoments_y(right);
	bool is_ordinary =
		variances_are_ordinary(&left_x, &right_x) && variances_are_ordinary(&left_y, &right_y);
	double n_left = (double) left->n;
	double n_right = (double) right->n;
	double weight = 1.0 / (n_left * n_right * (n_left + n_right));
	double dx = comoments_distance(left->total_x, n_left, right->total_x, n_right);
	double dy = comoments_distance(left->total_y, n_left, right->total_y, n_right);

	merged.n += right->n;
	total_merge(&merged.total_x, right->total_x);
	total_merge(&merged.total_y, right->total_y);
	total_merge(&merged.sxx, right->sxx);
	total_merge(&merged.syy, right->syy);
	total_merge(&merged.sxy, right->sxy);
	total_add(&merged.sxx, dx * dx * weight);
	total_add(&merged.syy, dy * dy * weight);
	total_add(&merged.sxy, dx * dy * weight);
	if (__builtin_expect(is_ordinary && comoments_are_finite(&merged), 1))
	{
		*left = merged;
		return KERNEL_OK;
	}
	return comoments_merge_careful(left, right);
}

/* As sum_normalise and sum_is_valid of moments.h. */
extern void comoments_normalise(Comoments *comoments);
extern bool comoments_is_valid(const Comoments *comoments);

/*
 * Results, with the rules of the built-ins: KERNEL_OK, or KERNEL_INVALID where undefined (no pairs;
 * fewer than two for a sample covariance; x without spread under slope, intercepts and r2; either
 * without spread under the correlation; a slope of zero under the x intercept).  *result is written
 * only under KERNEL_OK.
 */
extern Status comoments_sxy(const Comoments *comoments, double *result);
static inline Status
comoments_sxx(const Comoments *comoments, double *result)
{
	return variance_squares(comoments->n, comoments->sxx, result);
}

static inline Status
comoments_syy(const Comoments *comoments, double *result)
{
	return variance_squares(comoments->n, comoments->syy, result);
}

static inline bool
comoments_have_small(const Comoments *comoments)
{
	return __builtin_expect(comoments->sxx.hi < 0.0 || comoments->syy.hi < 0.0, 0);
}

/* The ordinary state of what is small times SMALL_SCALE. */
extern Comoments comoments_raised(const Comoments *comoments);

/*
 * A result of a state with a small side, by way of the raised state; it is in the unit of x to the power
 * x_power times that of y to the power y_power.
 */
extern Status comoments_small_result(const Comoments *comoments,
									 Status (*result_of)(const Comoments *, double *), int x_power,
									 int y_power, double *result);

/* Sxy / (n - lost), lost = 0 for the population, 1 for a sample. */
extern Status comoments_covariance_small(const Comoments *comoments, int lost, double *result);
static inline Status
comoments_covariance(const Comoments *comoments, int lost, double *result)
{
	if (comoments->n <= lost)
		return KERNEL_INVALID;
	if (comoments_have_small(comoments))
		return comoments_covariance_small(comoments, lost, result);
	*result = total_value(comoments->sxy) / (double) (comoments->n - lost);
	return KERNEL_OK;
}

/* Neither overflowed nor so small that digits went. */
static inline bool
comoments_is_safe(double product)
{
	return product > 1e-280 && product < 1e300;
}

/* Sxy / sqrt(Sxx Syy), within -1 and 1. */
static inline Status
comoments_correlation(const Comoments *comoments, double *result)
{
	double sxx = total_value(comoments->sxx);
	double syy = total_value(comoments->syy);
	double sxy = total_value(comoments->sxy);
	double product = sxx * syy;
	double quotient;

	if (comoments_have_small(comoments))
		return comoments_small_result(comoments, comoments_correlation, 0, 0, result);
	if (comoments->n == 0 || sxx == 0.0 || syy == 0.0)
		return KERNEL_INVALID;
	/* One root keeps the correlation of a straight line at 1 exactly. */
	quotient = comoments_is_safe(product) ? sxy / sqrt(product) : sxy / sqrt(sxx) / sqrt(syy);
	*result = quotient > 1.0 ? 1.0 : quotient < -1.0 ? -1.0 : quotient;
	return KERNEL_OK;
}

/* The square of the correlation; 1 where y has no spread and x has. */
static inline Status
comoments_r2(const Comoments *comoments, double *result)
{
	double sxx = total_value(comoments->sxx);
	double syy = total_value(comoments->syy);
	double sxy = total_value(comoments->sxy);
	double product = sxx * syy;
	double square;

	if (comoments_have_small(comoments))
		return comoments_small_result(comoments, comoments_r2, 0, 0, result);
	if (comoments->n == 0 || sxx == 0.0)
		return KERNEL_INVALID;
	square = syy == 0.0			   ? 1.0 :
		comoments_is_safe(product) ? sxy * sxy / product :
									 (sxy / sxx) * (sxy / syy);
	*result = square > 1.0 ? 1.0 : square;
	return KERNEL_OK;
}

/* Of the least-squares line y = intercept + slope x. */
static inline Status
comoments_slope(const Comoments *comoments, double *result)
{
	double sxx = total_value(comoments->sxx);

	if (comoments_have_small(comoments))
		return comoments_small_result(comoments, comoments_slope, -1, 1, result);
	if (comoments->n == 0 || sxx == 0.0)
		return KERNEL_INVALID;
	*result = total_value(comoments->sxy) / sxx;
	return KERNEL_OK;
}

/* a * b to twice the precision; the pairs need not be normalised. */
static inline DoubleDouble
comoments_product(DoubleDouble a, DoubleDouble b)
{
	DoubleDouble product = dd_split_product(a.hi, b.hi);

	product.lo += a.hi * b.lo + a.lo * b.hi;
	return product;
}

/* By way of the slope, where products of sums leave the range of doubles. */
extern Status comoments_intercept_careful(const Comoments *comoments, double *result);

/* (Sy Sxx - Sx Sxy) / (n Sxx), to twice the precision up to the division. */
static inline Status
comoments_intercept(const Comoments *comoments, double *result)
{
	DoubleDouble a = comoments_product(comoments->total_y, comoments->sxx);
	DoubleDouble b = comoments_product(comoments->total_x, comoments->sxy);
	double divisor = (double) comoments->n * total_value(comoments->sxx);
	double intercept = ((a.hi - b.hi) + (a.lo - b.lo)) / divisor;
	bool is_safe = comoments_is_safe(fabs(a.hi)) && comoments_is_safe(fabs(b.hi)) &&
		comoments_is_safe(divisor) && isfinite(intercept);

	if (comoments_have_small(comoments))
		return comoments_small_result(comoments, comoments_intercept, 0, 1, result);
	if (__builtin_expect(!is_safe, 0))
		return comoments_intercept_careful(comoments, result);
	*result = intercept;
	return KERNEL_OK;
}

/* Where the line meets y = 0. */
extern Status comoments_x_intercept(const Comoments *comoments, double *result);

#endif /* ORCHARD_KERNEL_STAT_COMOMENTS_H */
