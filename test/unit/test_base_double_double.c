/*
 * test_base_double_double.c: each operation against exact rational results, within the bounds that
 * double_double.h states (u = 2^-53).
 */
#include "kernel/base/double_double.h"

#include "../golden/base.h"
#include "unit.h"

#define U_SQUARED 0x1p-106
#define COUNT(cases) (sizeof(cases) / sizeof((cases)[0]))

/* |actual - exact| <= bound * u^2 * |exact|, and hi is the sum rounded. */
static bool
is_within(DoubleDouble actual, const double exact[3], double bound)
{
	double error = ((actual.hi - exact[0]) + (actual.lo - exact[1])) - exact[2];

	return actual.hi + actual.lo == actual.hi &&
		fabs(error) <= bound * U_SQUARED * fabs(exact[0]) * (1 + 0x1p-40);
}

static DoubleDouble
first_of(const DoubleDoubleCase *c)
{
	return (DoubleDouble){c->a_hi, c->a_lo};
}

static DoubleDouble
second_of(const DoubleDoubleCase *c)
{
	return (DoubleDouble){c->b_hi, c->b_lo};
}

static void
sums_keep_106_bits(void)
{
	size_t i;

	for (i = 0; i < COUNT(add_cases); i++)
	{
		const DoubleDoubleCase *c = &add_cases[i];

		CHECK(is_within(dd_add(first_of(c), second_of(c)), c->exact, 3));
		CHECK(is_within(dd_subtract(first_of(c), dd_negate(second_of(c))), c->exact, 3));
	}
	for (i = 0; i < COUNT(add_double_cases); i++)
	{
		const DoubleDoubleCase *c = &add_double_cases[i];

		CHECK(is_within(dd_add_double(first_of(c), c->b_hi), c->exact, 2));
	}
}

static void
products_keep_their_bound(void)
{
	size_t i;

	for (i = 0; i < COUNT(multiply_cases); i++)
	{
		const DoubleDoubleCase *c = &multiply_cases[i];

		CHECK(is_within(dd_multiply(first_of(c), second_of(c)), c->exact, 5));
	}
	for (i = 0; i < COUNT(multiply_double_cases); i++)
	{
		const DoubleDoubleCase *c = &multiply_double_cases[i];

		CHECK(is_within(dd_multiply_double(first_of(c), c->b_hi), c->exact, 2));
	}
}

static void
quotients_keep_their_bound(void)
{
	size_t i;

	for (i = 0; i < COUNT(divide_cases); i++)
	{
		const DoubleDoubleCase *c = &divide_cases[i];

		CHECK(is_within(dd_divide(first_of(c), second_of(c)), c->exact, 15));
	}
	for (i = 0; i < COUNT(divide_double_cases); i++)
	{
		const DoubleDoubleCase *c = &divide_double_cases[i];

		CHECK(is_within(dd_divide_double(first_of(c), c->b_hi), c->exact, 3));
	}
}

static void
square_roots_keep_their_bound(void)
{
	size_t i;

	for (i = 0; i < COUNT(sqrt_cases); i++)
		CHECK(is_within(dd_sqrt(first_of(&sqrt_cases[i])), sqrt_cases[i].exact, 4));
	CHECK(dd_sqrt(dd_from(0.0)).hi == 0.0);
	CHECK(isnan(dd_sqrt(dd_from(-1.0)).hi));
}

/* What a double sum loses altogether. */
static void
cancelled_terms_come_back(void)
{
	DoubleDouble sum = dd_from(1e16);

	sum = dd_add_double(sum, 1.0);
	sum = dd_add_double(sum, -1e16);
	CHECK(dd_to_double(sum) == 1.0);
	CHECK(dd_two_sum(1.0, 0x1p-80).lo == 0x1p-80);
	CHECK(dd_two_sum(0x1p-80, 1.0).lo == 0x1p-80);
	CHECK(dd_two_product(1 + 0x1p-40, 1 + 0x1p-40).lo == 0x1p-80);
}

static void
overflow_shows_in_hi(void)
{
	CHECK(isinf(dd_add_double(dd_from(1.7e308), 1.7e308).hi) ||
		  isnan(dd_add_double(dd_from(1.7e308), 1.7e308).hi));
	CHECK(!isfinite(dd_multiply_double(dd_from(1e200), 1e200).hi));
	CHECK(isnan(dd_add_double(dd_from(NAN), 1.0).hi));
}

UNIT_MAIN(UNIT_CASE(sums_keep_106_bits), UNIT_CASE(products_keep_their_bound),
		  UNIT_CASE(quotients_keep_their_bound), UNIT_CASE(square_roots_keep_their_bound),
		  UNIT_CASE(cancelled_terms_come_back), UNIT_CASE(overflow_shows_in_hi))
