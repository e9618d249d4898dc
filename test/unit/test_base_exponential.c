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

/* Valgrind computes long double in 64 bits, where log1pl is no reference. */
static bool
has_long_double(void)
{
	volatile long double one = 1.0L;

	return one + 0x1p-60L != one;
}

static void
log_one_plus_is_near(void)
{
	bool is_exact = has_long_double();
	long double tolerance = is_exact ? 0x1p-51L : 0x1p-51L + 0x1p-52L;
	int i;

	for (i = 0; i <= 20000; i++)
	{
		double e = i < 10000 ? i * 0.0001 : exp_minus((i - 10000) * 0.07);
		long double expected = is_exact ? log1pl((long double) e) : log1p(e);

		CHECK(fabsl(log_one_plus(e) - expected) <= tolerance * expected);
	}
}

UNIT_MAIN(UNIT_CASE(exp_minus_is_near), UNIT_CASE(log_one_plus_is_near))
