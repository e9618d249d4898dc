/*
 * test_base_exponential.c: the polynomials against the C library's long double functions.
 */
#include "kernel/base/exponential.h"

#include "unit.h"

static void
exp_minus_is_near(void)
{
	double x;
	int i;

	for (i = 0; i <= 20000; i++)
	{
		long double expected;

		x = i < 10000 ? i * 0.0001 : (i - 10000) * 0.0708;
		expected = expl(-(long double) x);
		CHECK(fabsl(exp_minus(x) - expected) <= 0x1p-51L * expected);
	}
	CHECK(exp_minus(0.0) == 1.0);
}

static void
log_one_plus_is_near(void)
{
	int i;

	for (i = 0; i <= 20000; i++)
	{
		double e = i < 10000 ? i * 0.0001 : exp_minus((i - 10000) * 0.07);
		long double expected = log1pl((long double) e);

		CHECK(fabsl(log_one_plus(e) - expected) <= 0x1p-51L * expected);
	}
}

UNIT_MAIN(UNIT_CASE(exp_minus_is_near), UNIT_CASE(log_one_plus_is_near))
