/*
 * test_stat_quantile_place.c: places by hand, as percentile_cont and numpy have them.
 */
#include "unit.h"

#include "kernel/stat/quantile_place.h"

static void
places_are_those_of_percentile_cont(void)
{
	static const struct
	{
		double p;
		uint64_t n;
		uint64_t k;
		double fraction;
	} cases[] = {{0.5, 1, 0, 0.0},	  {0.0, 7, 0, 0.0},		{1.0, 7, 6, 0.0},	{0.5, 4, 1, 0.5},
				 {0.5, 5, 2, 0.0},	  {0.25, 4, 0, 0.75},	{0.75, 4, 2, 0.25}, {0.125, 9, 1, 0.0},
				 {0.1, 1001, 100, 0}, {0.0625, 3, 0, 0.125}};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		QuantilePlace place = quantile_place(cases[i].p, cases[i].n);

		CHECK(place.k == cases[i].k);
		CHECK_NEAR(place.fraction, cases[i].fraction, 0.0);
	}
}

/* Beyond 2^53 a place is rounded, never past the last value. */
static void
places_stay_within_huge_multisets(void)
{
	uint64_t n;

	for (n = (UINT64_C(1) << 53) - 2; n < (UINT64_C(1) << 53) + 6; n++)
	{
		CHECK(quantile_place(1.0, n).k == n - 1);
		CHECK_NEAR(quantile_place(1.0, n).fraction, 0.0, 0.0);
	}
	CHECK(quantile_place(1.0, UINT64_C(1) << 62).k == (UINT64_C(1) << 62) - 1);
}

static void
between_goes_from_low_to_high(void)
{
	CHECK_NEAR(quantile_between(1.0, 3.0, 0.25), 1.5, 0.0);
	CHECK_NEAR(quantile_between(-INFINITY, 3.0, 0.25), -INFINITY, 0.0);
	CHECK_NEAR(quantile_between(1.0, INFINITY, 0.25), INFINITY, 0.0);
	CHECK_NEAR(quantile_between(INFINITY, INFINITY, 0.25), INFINITY, 0.0);
	CHECK(isnan(quantile_between(-INFINITY, INFINITY, 0.25)));
	CHECK_CLOSE(quantile_between(-1.7e308, 1.7e308, 0.75), 0.85e308, 1e-15);
	CHECK_NEAR(quantile_between(-1.7e308, 1.7e308, 0.5), 0.0, 0.0);
}

UNIT_MAIN(UNIT_CASE(places_are_those_of_percentile_cont),
		  UNIT_CASE(places_stay_within_huge_multisets), UNIT_CASE(between_goes_from_low_to_high))
