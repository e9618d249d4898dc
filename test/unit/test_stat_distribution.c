/*
 * test_stat_distribution.c: tails against mpmath.
 */
#include "kernel/stat/distribution.h"

#include "../golden/linear.h"
#include "unit.h"

#define COUNT(array) ((int) (sizeof(array) / sizeof((array)[0])))

static void
t_agrees_with_mpmath(void)
{
	int i;

	for (i = 0; i < COUNT(golden_t_point); i++)
		CHECK_CLOSE(distribution_t_two_sided(golden_t_point[i], golden_t_degrees[i]),
					golden_t_tail[i], golden_t_degrees[i] > 1000.0 ? 1e-11 : 1e-12);
	CHECK(distribution_t_two_sided(0.0, 5.0) == 1.0);
	CHECK(isnan(distribution_t_two_sided(NAN, 5.0)));
}

static void
normal_agrees_with_mpmath(void)
{
	int i;

	for (i = 0; i < COUNT(golden_normal_point); i++)
		CHECK_CLOSE(distribution_normal_two_sided(golden_normal_point[i]), golden_normal_tail[i],
					1e-13);
}

UNIT_MAIN(UNIT_CASE(t_agrees_with_mpmath), UNIT_CASE(normal_agrees_with_mpmath))
