/*
 * double_double.h: sums and products in about 32 decimal digits.
 *
 * A DoubleDouble is an unevaluated sum hi + lo with |lo| <= ulp(hi) / 2.
 * Every operation is built from error-free transformations, so a processor
 * with fused multiply-add and one without give the same bits.
 *
 * Error bounds (relative, u = 2^-53): add 3u^2 + 13u^3, multiply 5u^2,
 * add_double 2u^2.  Where hi is not finite, lo is meaningless: read hi.
 *
 * Source: Joldes, Muller, Popescu, "Tight and rigorous error bounds for basic
 * building blocks of double-word arithmetic", ACM TOMS 44(2), 2017,
 * algorithms 4, 6, 9, 12, 15 and 17.
 */
#ifndef ORCHARD_KERNEL_BASE_DOUBLE_DOUBLE_H
#define ORCHARD_KERNEL_BASE_DOUBLE_DOUBLE_H

#include <math.h>

typedef struct DoubleDouble
{
	double hi; /* the value to 53 bits */
	double lo; /* what hi leaves out */
} DoubleDouble;

static inline DoubleDouble
dd_from(double a)
{
	return (DoubleDouble){a, 0.0};
}

/* a + b exactly. */
static inline DoubleDouble
dd_two_sum(double a, double b)
{
	double sum = a + b;
	double b_part = sum - a;

	return (DoubleDouble){sum, (a - (sum - b_part)) + (b - b_part)};
}

/* a + b exactly, for |a| >= |b| or a = 0. */
static inline DoubleDouble
dd_quick_two_sum(double a, double b)
{
	double sum = a + b;

	return (DoubleDouble){sum, b - (sum - a)};
}

/* a * b exactly, unless it over- or underflows. */
static inline DoubleDouble
dd_two_product(double a, double b)
{
	double product = a * b;

	return (DoubleDouble){product, fma(a, b, -product)};
}

/*
 * dd_two_product without its call of fma, which processors that the build does not assume to have it
 * pay with the registers around it.  Not finite where a side is beyond 2^996.
 * Source: Dekker, "A floating-point technique for extending the available precision", Numer. Math.
 * 18, 1971, with Veltkamp's halves.
 */
static inline DoubleDouble
dd_split_product(double a, double b)
{
	double a_split = 134217729.0 * a; /* 2^27 + 1 */
	double b_split = 134217729.0 * b;
	double a_high = a_split - (a_split - a);
	double b_high = b_split - (b_split - b);
	double a_low = a - a_high;
	double b_low = b - b_high;
	double product = a * b;

	return (DoubleDouble){
		product, ((a_high * b_high - product) + (a_high * b_low + a_low * b_high)) + a_low * b_low};
}

static inline DoubleDouble
dd_add_double(DoubleDouble a, double b)
{
	DoubleDouble sum = dd_two_sum(a.hi, b);

	return dd_quick_two_sum(sum.hi, a.lo + sum.lo);
}

static inline DoubleDouble
dd_add(DoubleDouble a, DoubleDouble b)
{
	DoubleDouble high = dd_two_sum(a.hi, b.hi);
	DoubleDouble low = dd_two_sum(a.lo, b.lo);
	DoubleDouble sum = dd_quick_two_sum(high.hi, high.lo + low.hi);

	return dd_quick_two_sum(sum.hi, low.lo + sum.lo);
}

static inline DoubleDouble
dd_negate(DoubleDouble a)
{
	return (DoubleDouble){-a.hi, -a.lo};
}

static inline DoubleDouble
dd_subtract(DoubleDouble a, DoubleDouble b)
{
	return dd_add(a, dd_negate(b));
}

static inline DoubleDouble
dd_multiply_double(DoubleDouble a, double b)
{
	DoubleDouble product = dd_two_product(a.hi, b);

	return dd_quick_two_sum(product.hi, fma(a.lo, b, product.lo));
}

static inline DoubleDouble
dd_multiply(DoubleDouble a, DoubleDouble b)
{
	DoubleDouble product = dd_two_product(a.hi, b.hi);
	double cross = fma(a.hi, b.lo, a.lo * b.hi);

	return dd_quick_two_sum(product.hi, product.lo + cross);
}

static inline DoubleDouble
dd_divide_double(DoubleDouble a, double b)
{
	double quotient = a.hi / b;
	DoubleDouble back = dd_two_product(quotient, b);
	double rest = (a.hi - back.hi) - back.lo + a.lo;

	return dd_quick_two_sum(quotient, rest / b);
}

static inline DoubleDouble
dd_divide(DoubleDouble a, DoubleDouble b)
{
	double quotient = a.hi / b.hi;
	DoubleDouble back = dd_multiply_double(b, quotient);
	double rest = (a.hi - back.hi) + (a.lo - back.lo);

	return dd_quick_two_sum(quotient, rest / b.hi);
}

/* Square root of a >= 0. */
static inline DoubleDouble
dd_sqrt(DoubleDouble a)
{
	double root = sqrt(a.hi);
	double rest;

	if (!(a.hi > 0.0))
		return dd_from(root);
	rest = fma(-root, root, a.hi) + a.lo;
	return dd_quick_two_sum(root, rest / (2.0 * root));
}

static inline double
dd_to_double(DoubleDouble a)
{
	return a.hi;
}

#endif /* ORCHARD_KERNEL_BASE_DOUBLE_DOUBLE_H */
