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

/* From test/golden/inference_sql.py, as are the values below. */
static void
f_agrees_with_mpmath(void)
{
	static const double golden[][4] = {
		{0.5, 1, 1, 0.6081734479693928},		 {3.0, 2, 10, 0.095367431640625},
		{0.01, 5, 7, 0.9999545568150169},		 {25.0, 4, 30, 3.514898499259043e-09},
		{1.1, 40, 1000, 0.31075801323119284},	 {700.0, 6, 9, 1.7219133667862402e-11},
		{2.0, 3, 1000000.0, 0.11161095487666178}};
	int i;

	for (i = 0; i < COUNT(golden); i++)
		CHECK_CLOSE(distribution_f_upper(golden[i][0], golden[i][1], golden[i][2]), golden[i][3],
					golden[i][2] > 1e5 ? 1e-9 : 1e-12);
	CHECK(distribution_f_upper(0.0, 2.0, 3.0) == 1.0);
	CHECK(distribution_f_upper(INFINITY, 2.0, 3.0) == 0.0);
	CHECK(isnan(distribution_f_upper(NAN, 2.0, 3.0)));
}

static void
critical_agrees_with_mpmath(void)
{
	static const double golden[][3] = {
		{0.05, 1, 12.706204736174705},	 {0.05, 10, 2.228138851986275},
		{0.5, 3, 0.7648923284043453},	 {1e-06, 30, 6.1190756203842165},
		{0.01, 1e6, 2.5758342201053344}, {0.05, INFINITY, 1.9599639845400543}};
	int i;

	for (i = 0; i < COUNT(golden); i++)
		CHECK_CLOSE(distribution_t_critical(golden[i][0], golden[i][1]), golden[i][2], 1e-11);
}

UNIT_MAIN(UNIT_CASE(t_agrees_with_mpmath), UNIT_CASE(normal_agrees_with_mpmath),
		  UNIT_CASE(f_agrees_with_mpmath), UNIT_CASE(critical_agrees_with_mpmath))
