/*
 * test_base_number_key.c: keys are in the order of their numbers, which come back from them.
 */
#include "kernel/base/number_key.h"

#include <math.h>

#include "unit.h"

static void
keys_rise_with_their_numbers(void)
{
	static const double rising[] = {-INFINITY, -1e308, -2.5, -1.0,	-0x1p-1074, 0.0,
									0x1p-1074, 1.0,	   2.5,	 1e308, INFINITY};
	size_t n = sizeof(rising) / sizeof(rising[0]);
	size_t i;

	for (i = 0; i < n; i++)
	{
		CHECK(number_from_key(number_to_key(rising[i])) == rising[i]);
		CHECK(i == 0 || number_to_key(rising[i - 1]) < number_to_key(rising[i]));
	}
}

static void
zeros_have_one_key(void)
{
	CHECK(number_to_key(-0.0) == number_to_key(0.0));
	CHECK(!signbit(number_from_key(number_to_key(-0.0))));
}

UNIT_MAIN(UNIT_CASE(keys_rise_with_their_numbers), UNIT_CASE(zeros_have_one_key))
