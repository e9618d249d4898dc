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
 *
 * Squares of small values vanish and fourth powers of large ones overflow, where deviations and
 * ratios of moments do neither.  Both richer states therefore take such values times a power of two,
 * which is exact.  A Variance whose values are all below SMALL_SIZE has the M2 of SMALL_SCALE x, as
 * a negative number to tell it by; M2 = 0, of equal values, reads the same in either form.  The first
 * value that is not small lowers it to the ordinary form, where nothing that counts is lost: the value
 * lies 2^-453 or more from every small one, so M2 is 2^-907 at least.  Moments take all values times
 * the power of two that belongs to the largest of them (moments.c).
 */
#ifndef ORCHARD_KERNEL_STAT_MOMENTS_H
#define ORCHARD_KERNEL_STAT_MOMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/base/double_double.h"
#include "kernel/base/status.h"

typedef struct Sum
{
	int64_t n;			/* values taken, of any kind */
	DoubleDouble total; /* S; -0 while n = 0, so that a sum of -0 stays -0 */
} Sum;

#define SMALL_SIZE 0x1p-400
#define SMALL_EXPONENT 600
#define SMALL_SCALE 0x1p600

typedef struct Variance
{
	int64_t n;			/* values taken, of any kind */
	DoubleDouble total; /* S; +0 while n = 0, as the built-in avg has it */
	DoubleDouble m2;	/* NaN once a value was not finite; below 0: -M2 of SMALL_SCALE x */
} Variance;

typedef struct Moments
{
	int64_t n; /* finite values; all but the last three fields are theirs */
	DoubleDouble total;
	DoubleDouble
		m2; /* this and the next two: of values times the power of two of the largest size */
	double m3;
	double m4;
	double min; /* +infinity while n = 0 */
	double max; /* -infinity while n = 0 */
	int64_t n_nan;
	int64_t n_positive_infinity;
	int64_t n_negative_infinity;
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
	double value = total.hi + total.lo;

	return __builtin_expect(total.lo != 0.0 && isfinite(value), 1) ? value : total.hi;
}

/* Brings |lo| to half an ulp of hi at most, hi + lo unchanged; lo = 0 where hi is not finite. */
extern void total_normalise(DoubleDouble *total);
extern bool total_is_normalised(DoubleDouble total);

/* Mean of b minus mean of a, neither empty; to twice the precision unless n S overflows. */
extern double total_mean_difference(DoubleDouble total_a, double n_a, DoubleDouble total_b,
									double n_b);

/*
 * sum_add
 *		Takes one value.
 *
 * Returns KERNEL_OVERFLOW when finite values gave an infinite running sum.
 */
static inline Status
sum_add(Sum *sum, double x)
{
	double before = sum->total.hi;

	sum->n++;
	total_add(&sum->total, x);
	if (__builtin_expect(isinf(sum->total.hi), 0) && !isinf(before) && !isinf(x))
		return KERNEL_OVERFLOW;
	return KERNEL_OK;
}

/* Doubles of this size and above round to an infinite float: its largest and half of its last place. */
#define SUM_REAL_LIMIT 0x1.ffffffp127

/*
 * sum_add_real
 *		Takes one value of single precision: as sum_add, with KERNEL_OVERFLOW when finite values gave a
 *		running sum beyond single precision, as the built-in sum(real) has it.
 */
static inline Status
sum_add_real(Sum *sum, float x)
{
	Status status = sum_add(sum, x);
	double size = fabs(total_value(sum->total));

	return __builtin_expect(size >= SUM_REAL_LIMIT && !isinf(size), 0) ? KERNEL_OVERFLOW : status;
}

/*
 * x * n exactly, for a count n: as dd_two_product, without its call of fma on processors that the
 * build does not assume to have it.  Half of x times a count of 26 bits is exact (Dekker, "A
 * floating-point technique for extending the available precision", Numer. Math. 18, 1971).
 */
static inline DoubleDouble
count_product(double x, double n)
{
	double split = 134217729.0 * x; /* 2^27 + 1 */
	double high = split - (split - x);
	double product = x * n;

	if (__builtin_expect(!(fabs(split) <= 1e300 && n <= 67108864.0), 0))
		return dd_two_product(x, n);
	return (DoubleDouble){product, (high * n - product) + (x - high) * n};
}

/* What variance_add does where M2 is 0, small or NaN: with fewer than two different values, mostly. */
extern Status variance_add_careful(Variance *variance, double x);

/* The status where S or M2 is not finite; it was before the last value, which was, too: an overflow. */
extern Status variance_judge(Variance *variance, bool was_finite);

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
	double before = variance->total.hi;
	double n_before = (double) variance->n;
	double n = n_before + 1.0;
	double weight = 1.0 / (n * n_before); /* early: nothing has to wait for the division */
	DoubleDouble product = count_product(x, n);
	double distance;

	if (__builtin_expect(!(variance->m2.hi > 0.0), 0))
		return variance_add_careful(variance, x);
	variance->n++;
	total_add(&variance->total, x);
	distance = (product.hi - variance->total.hi) + (product.lo - variance->total.lo);
	total_add(&variance->m2, distance * distance * weight);
	if (__builtin_expect(isfinite(variance->total.hi) && isfinite(variance->m2.hi), 1))
		return KERNEL_OK;
	return variance_judge(variance, isfinite(before) && isfinite(x));
}

/*
 * For states with sides of this kind (comoments.h).  Would x leave all values small, are those of both
 * small?  M2 of small values as a positive number; M2 in the ordinary form; the first as a state has it.
 */
extern bool variance_stays_small(const Variance *variance, double x);
extern bool variances_are_small(const Variance *left, const Variance *right);
extern DoubleDouble squares_raised(DoubleDouble m2);
extern DoubleDouble squares_lowered(DoubleDouble m2);
extern DoubleDouble squares_marked(DoubleDouble raised);

/* The total of SMALL_SCALE x. */
static inline DoubleDouble
total_raised(DoubleDouble total)
{
	return (DoubleDouble){total.hi * SMALL_SCALE, total.lo * SMALL_SCALE};
}

extern void sum_clear(Sum *sum);
extern void variance_clear(Variance *variance);
extern void moments_clear(Moments *moments);

/* Takes one value; KERNEL_OVERFLOW when the finite sum overflows. */
extern Status moments_add(Moments *moments, double x);

/* left = left and right together; the same overflow rules as add.  right may not alias left. */
extern Status sum_merge(Sum *left, const Sum *right);
extern Status variance_merge_careful(Variance *left, const Variance *right);
extern Status moments_merge(Moments *left, const Moments *right);

/* Is M2 of the two together in the ordinary form, and that of either? */
static inline bool
variances_are_ordinary(const Variance *left, const Variance *right)
{
	if (left->m2.hi > 0.0 && right->m2.hi > 0.0)
		return true;
	if (!(left->m2.hi >= 0.0 && right->m2.hi >= 0.0))
		return false;
	return left->m2.hi > 0.0 || right->m2.hi > 0.0 ||
		fabs(left->total.hi) >= SMALL_SIZE * (double) left->n ||
		fabs(right->total.hi) >= SMALL_SIZE * (double) right->n;
}

/*
 * variance_merge
 *		left = left and right together, as the moving forms need it: one division.
 *
 * With D = n_left S_right - n_right S_left, M2 grows by D^2 / (n_left n_right n).  Where that is
 * not finite, or a side is empty, or both are of small values, the careful form decides.
 */
static inline Status
variance_merge(Variance *left, const Variance *right)
{
	Variance merged = *left;
	bool is_ordinary = variances_are_ordinary(left, right);
	double n_left = (double) left->n;
	double n_right = (double) right->n;
	double weight = 1.0 / (n_left * n_right * (n_left + n_right));
	DoubleDouble a = count_product(left->total.hi, n_right);
	DoubleDouble b = count_product(right->total.hi, n_left);
	double low = (b.lo + right->total.lo * n_left) - (a.lo + left->total.lo * n_right);
	double distance = (b.hi - a.hi) + low;

	merged.n += right->n;
	total_merge(&merged.total, right->total);
	total_merge(&merged.m2, right->m2);
	total_add(&merged.m2, distance * distance * weight);
	if (__builtin_expect(is_ordinary && isfinite(merged.total.hi) && isfinite(merged.m2.hi), 1))
	{
		*left = merged;
		return KERNEL_OK;
	}
	return variance_merge_careful(left, right);
}

/* Normalises the pairs, so that equal states have equal bytes; validate asks for that form. */
extern void sum_normalise(Sum *sum);
extern void variance_normalise(Variance *variance);
extern void moments_normalise(Moments *moments);

/* Could this normalised state have come from add and merge?  Results are defined if so. */
extern bool sum_is_valid(const Sum *sum);
extern bool variance_is_valid(const Variance *variance);
extern bool moments_is_valid(const Moments *moments);

/*
 * Results.  KERNEL_OK; KERNEL_INVALID where the result is undefined (SQL NULL: no values, fewer
 * than two for a sample variance, a spread of zero under skewness, kurtosis or cv);
 * KERNEL_OVERFLOW.  *result is written only under KERNEL_OK.
 */
static inline Status
sum_total(const Sum *sum, double *result)
{
	if (sum->n == 0)
		return KERNEL_INVALID;
	*result = total_value(sum->total);
	return KERNEL_OK;
}

/* (hi + lo) / n to an ulp; the addition of 0 turns -0 into 0, as the built-in avg does. */
static inline double
total_mean(DoubleDouble total, int64_t n)
{
	return (total_value(total) + 0.0) / (double) n;
}

static inline Status
sum_mean(const Sum *sum, double *result)
{
	if (sum->n == 0)
		return KERNEL_INVALID;
	*result = total_mean(sum->total, sum->n);
	return KERNEL_OK;
}

/* The sum in single precision; KERNEL_OVERFLOW where a finite one has no room there. */
extern Status sum_total_real(const Sum *sum, float *result);
static inline Status
variance_total(const Variance *variance, double *result)
{
	Sum sum = {variance->n, variance->total};

	return sum_total(&sum, result);
}

static inline Status
variance_mean(const Variance *variance, double *result)
{
	Sum sum = {variance->n, variance->total};

	return sum_mean(&sum, result);
}

/* value 2^-SMALL_EXPONENT, as often as `times` says: what a result over small values is in their unit. */
static inline double
small_lowered(double value, int times)
{
	return ldexp(value, -times * SMALL_EXPONENT);
}

/* M2 of n values itself. */
static inline Status
variance_squares(int64_t n, DoubleDouble m2, double *result)
{
	double square = total_value(m2);

	if (n == 0)
		return KERNEL_INVALID;
	*result = __builtin_expect(square < 0.0, 0) ? small_lowered(-square, 2) : square;
	return KERNEL_OK;
}

/* M2 / (n - lost), lost = 0 for the population, 1 for a sample. */
static inline Status
variance_variance(const Variance *variance, int lost, double *result)
{
	double square;

	if (variance->n <= lost)
		return KERNEL_INVALID;
	square = total_value(variance->m2) / (double) (variance->n - lost);
	*result = __builtin_expect(square < 0.0, 0) ? small_lowered(-square, 2) : square;
	return KERNEL_OK;
}

static inline Status
variance_deviation(const Variance *variance, int lost, double *result)
{
	double square;

	if (variance->n <= lost)
		return KERNEL_INVALID;
	square = total_value(variance->m2) / (double) (variance->n - lost);
	*result = __builtin_expect(square < 0.0, 0) ? small_lowered(sqrt(-square), 1) : sqrt(square);
	return KERNEL_OK;
}

extern int64_t moments_count(const Moments *moments); /* values of any kind */
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
extern Status moments_range(const Moments *moments, double *result); /* max - min */

extern Status moments_rms(const Moments *moments, double *result); /* sqrt(sum x^2 / n) */

/* Largest size over rms; KERNEL_INVALID where all values are 0, too. */
extern Status moments_crest_factor(const Moments *moments, double *result);
extern Status moments_cv(const Moments *moments, double *result); /* sample deviation / |mean| */

#endif /* ORCHARD_KERNEL_STAT_MOMENTS_H */
