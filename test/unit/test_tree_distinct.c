/*
 * test_tree_distinct.c: against counting.
 */
#include "kernel/tree/distinct.h"

#include "unit.h"

static void
leaves_each_value_once_in_order(void)
{
	double values[60];
	int n;
	int of;
	int i;

	for (n = 0; n <= 60; n++)
	{
		for (of = 1; of <= 61; of += 12)
		{
			bool is_there[61] = {false};
			size_t expected = 0;
			size_t kept;

			for (i = 0; i < n; i++)
			{
				int value = i * 37 % of;

				values[i] = value - of / 2.0;
				expected += !is_there[value];
				is_there[value] = true;
			}
			kept = distinct_values(values, (size_t) n);
			CHECK(kept == expected);
			for (i = 0; i < (int) kept; i++)
			{
				CHECK(is_there[(int) (values[i] + of / 2.0)]);
				CHECK(i == 0 || values[i - 1] < values[i]);
			}
		}
	}
}

static void
infinities_and_zeros(void)
{
	double values[] = {INFINITY, 0.0, -INFINITY, -0.0, 5e-324, INFINITY};

	CHECK(distinct_values(values, 6) == 4);
	CHECK(values[0] == -INFINITY && values[1] == 0.0 && values[2] == 5e-324 &&
		  values[3] == INFINITY);
}

UNIT_MAIN(UNIT_CASE(leaves_each_value_once_in_order), UNIT_CASE(infinities_and_zeros))
