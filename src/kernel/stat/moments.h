/*
 * moments.h: sums, variances and moments to the fourth order of a stream.
 *
 * Three states, from small to rich: Sum, Variance and Moments.  Each takes one
 * value at a time and merges with another of its kind; nothing is ever
 * subtracted to forget a value (window/ring.h evicts without that).
 *
 * Notation: n values x, S = sum x, mean = S / n, Mk = sum (x - mean)^k.
 *
 * Totals are pairs: `hi` is the plain IEEE sum in the order of arrival and `lo`
 * collects what each rounding took from it, so hi + lo carries about 32 digits
 * (Ogita, Rump, Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26(6),
 * 2005, algorithm 4.4).  Since hi is the built-in's running sum, NaN, infinity and
 * overflow appear in it exactly where they appear there.  The pair is not
 * normalised until total_normalise; lo means nothing while hi is not finite.
 */
#ifndef ORCHARD_KERNEL_STAT_MOMENTS_H
#define ORCHARD_KERNEL_STAT_MOMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/base/double_double.h"
#include "kernel/base/status.h"

typedef struct Sum
{
	int64_t		n;				/* values taken, of any kind */
	DoubleDouble total;			/* S; -0 while n = 0, so that a sum of -0 stays -0 */
} Sum;

typedef struct Variance
{
	int64_t		n;				/* values taken, of any kind */
	DoubleDouble total;			/* S; +0 while n = 0, as the built-in avg has it */
	DoubleDouble m2;			/* NaN once a value was not finite */
} Variance;

typedef struct Moments
{
	int64_t		n;				/* finite values; all but the last three fields are theirs */
	DoubleDouble total;
	DoubleDouble m2;			/* +infinity once it has overflowed, like m3 and m4 */
	double		m3;
	double		m4;
	double		min;			/* +infinity while n = 0 */
	double		max;			/* -infinity while n = 0 */
	int64_t		n_nan;
	int64_t		n_positive_infinity;
	int64_t		n_negative_infinity;
} Moments;

/* total += x */
static inline void
total_add(DoubleDouble *total, double x)
{
	DoubleDouble sum = dd_two_sum(total->hi, x);

	total->hi = sum.hi;
	total->lo += sum.lo;
}

/* total += other */
static inline void
total_merge(DoubleDouble *total, DoubleDouble other)
{
	total_add(total, other.hi);
	total->lo += other.lo;
}

/* The total as one double; keeps -0, NaN and the infinities. */
static inline double
total_value(DoubleDouble total)
{
	double		value = total.hi + total.lo;

	return total.lo != 0.0 && isfinite(value) ? value : total.hi;
}

/* Brings |lo| to at most half an ulp of hi without changing hi + lo; lo = 0 beside a hi that is not finite. */
extern void total_normalise(DoubleDouble *total);

/*
 * sum_add
 *		Takes one value.
 *
 * Returns KERNEL_OVERFLOW when finite values gave an infinite running sum.
 */
static inline Status
sum_add(Sum *sum, double x)
{
	double		before = sum->total.hi;

	sum->n++;
	total_add(&sum->total, x);
	if (__builtin_expect(isinf(sum->total.hi), 0) && !isinf(before) && !isinf(x))
		return KERNEL_OVERFLOW;
	return KERNEL_OK;
}

/*
 * variance_add
 *		Takes one value: S += x, then M2 += (n x - S)^2 / (n (n - 1)).
 *
 * Returns KERNEL_OVERFLOW when finite values gave an infinite S or M2, as the built-in does.
 * Source: Youngs, Cramer, "Some results relevant to choice of sum and sum-of-product
 * algorithms", Technometrics 13(3), 1971; n x - S is taken to twice the precision.
 */
static inline Status
variance_add(Variance *variance, double x)
{
	double		before = variance->total.hi;
	double		n_before = (double) variance->n;
	double		n = n_before + 1.0;
	DoubleDouble product;
	double		distance;

	variance->n++;
	total_add(&variance->total, x);
	if (n_before > 0.0)
	{
		product = dd_two_product(x, n);
		distance = (product.hi - variance->total.hi) + (product.lo - variance->total.lo);
		total_add(&variance->m2, distance * distance / (n * n_before));
	}
	if (__builtin_expect(isfinite(variance->total.hi) && isfinite(variance->m2.hi), 1))
		return KERNEL_OK;
	if (isfinite(before) && isfinite(x))
		return KERNEL_OVERFLOW;
	variance->m2 = dd_from(NAN);
	return KERNEL_OK;
}

extern void sum_clear(Sum *sum);
extern void variance_clear(Variance *variance);
extern void moments_clear(Moments *moments);

/* Takes one value; KERNEL_OVERFLOW when the sum of finite values overflows (m2 to m4 only note it). */
extern Status moments_add(Moments *moments, double x);

/* left = left and right together; the same overflow rules as add.  right may not alias left. */
extern Status sum_merge(Sum *left, const Sum *right);
extern Status variance_merge(Variance *left, const Variance *right);
extern Status moments_merge(Moments *left, const Moments *right);

/* Normalises the pairs, so that equal states have equal bytes; validate asks for that form. */
extern void sum_normalise(Sum *sum);
extern void variance_normalise(Variance *variance);
extern void moments_normalise(Moments *moments);

/* Could the normalised state have come from add and merge?  Every result is defined on one that could. */
extern bool sum_is_valid(const Sum *sum);
extern bool variance_is_valid(const Variance *variance);
extern bool moments_is_valid(const Moments *moments);

/*
 * Results.  KERNEL_OK; KERNEL_INVALID where the result is undefined (SQL NULL: no values, fewer
 * than two for a sample variance, a spread of zero under skewness, kurtosis or cv);
 * KERNEL_OVERFLOW.  *result is written only under KERNEL_OK.
 */
extern Status sum_total(const Sum *sum, double *result);
extern Status sum_mean(const Sum *sum, double *result);
extern Status variance_total(const Variance *variance, double *result);
extern Status variance_mean(const Variance *variance, double *result);

/* M2 / (n - lost), lost = 0 for the population, 1 for a sample. */
extern Status variance_variance(const Variance *variance, int lost, double *result);
extern Status variance_deviation(const Variance *variance, int lost, double *result);

extern int64_t moments_count(const Moments *moments);	/* values of any kind */
extern Status moments_total(const Moments *moments, double *result);
extern Status moments_mean(const Moments *moments, double *result);
extern Status moments_variance(const Moments *moments, int lost, double *result);
extern Status moments_deviation(const Moments *moments, int lost, double *result);

/* Of the population: skewness g1 = sqrt(n) M3 / M2^1.5, excess kurtosis g2 = n M4 / M2^2 - 3. */
extern Status moments_skewness(const Moments *moments, double *result);
extern Status moments_kurtosis(const Moments *moments, double *result);

/* In PostgreSQL's order: NaN is above everything. */
extern Status moments_min(const Moments *moments, double *result);
extern Status moments_max(const Moments *moments, double *result);
extern Status moments_range(const Moments *moments, double *result);	/* max - min */

extern Status moments_rms(const Moments *moments, double *result);	/* sqrt(sum x^2 / n) */
extern Status moments_cv(const Moments *moments, double *result);	/* sample deviation / |mean| */

#endif							/* ORCHARD_KERNEL_STAT_MOMENTS_H */
