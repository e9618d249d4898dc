/*
 * test_window_zscore.c: against mpmath, and what comes and goes.
 */
#include "kernel/window/zscore.h"

#include "unit.h"

#include "../golden/window_position.h"

#define N_VALUES ((int) (sizeof(position_values) / sizeof(position_values[0])))
#define WIDTH 25

/* The result of the ring's frame; what is undefined is -1000. */
static double
score_of(const ZScoreRing *ring)
{
	ZScore fold;
	double result = -1000.0;

	ZScoreRing_fold(ring, &fold);
	(void) zscore_result(&fold, &result);
	return result;
}

/* With outliers of 1e15 that enter and leave: nothing of them remains. */
static void
agrees_in_a_moving_frame(void)
{
	ZScoreRing ring;
	int i;

	ZScoreRing_begin(&ring);
	for (i = 0; i < N_VALUES; i++)
	{
		CHECK(ZScoreRing_push(&ring, &unit_allocator, position_values[i]) == KERNEL_OK);
		if (i >= WIDTH)
			CHECK(ZScoreRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
		if (i > 0)
			CHECK_NEAR(score_of(&ring), zscores[i - 1], 1e-12);
	}
	ZScoreRing_release(&ring, &unit_allocator);
}

static void
is_undefined_without_spread(void)
{
	ZScoreRing ring;
	int i;

	ZScoreRing_begin(&ring);
	CHECK(score_of(&ring) == -1000.0);
	for (i = 0; i < 10; i++)
	{
		CHECK(ZScoreRing_push(&ring, &unit_allocator, 0.1) == KERNEL_OK);
		CHECK(score_of(&ring) == -1000.0);
	}
	ZScoreRing_release(&ring, &unit_allocator);
}

static void
forgets_what_is_not_finite(void)
{
	static const double odd[] = {NAN, INFINITY, -INFINITY};
	ZScoreRing ring;
	int i;

	for (i = 0; i < 3; i++)
	{
		ZScoreRing_begin(&ring);
		CHECK(ZScoreRing_push(&ring, &unit_allocator, odd[i]) == KERNEL_OK);
		CHECK(ZScoreRing_push(&ring, &unit_allocator, 1.0) == KERNEL_OK);
		CHECK(ZScoreRing_push(&ring, &unit_allocator, 3.0) == KERNEL_OK);
		CHECK(isnan(score_of(&ring)));
		CHECK(ZScoreRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
		CHECK_NEAR(score_of(&ring), sqrt(0.5), 1e-15);
		ZScoreRing_release(&ring, &unit_allocator);
	}
}

/* Squares that are no doubles. */
static void
scores_small_values(void)
{
	ZScore zscore = {{0}, 0.0, false};
	double result = 0.0;

	zscore_append(&zscore, 1e-320);
	zscore_append(&zscore, 0.0);
	CHECK(zscore_result(&zscore, &result) == KERNEL_OK);
	CHECK_CLOSE(result, -sqrt(0.5), 1e-15);
	zscore_append(&zscore, 0.0);
	zscore_prepend(&zscore, 0.0);
	CHECK(zscore_result(&zscore, &result) == KERNEL_OK);
	CHECK_CLOSE(result, -0.5, 1e-15);
}

static void
reports_an_overflow(void)
{
	ZScore zscore = {{0}, 0.0, false};
	ZScore more = zscore;
	double result;

	zscore_append(&zscore, 1.7e308);
	zscore_append(&more, -1.7e308);
	zscore_merge(&zscore, &more);
	CHECK(zscore_result(&zscore, &result) == KERNEL_OVERFLOW);
	zscore_prepend(&more, 1.7e308);
	CHECK(zscore_result(&more, &result) == KERNEL_OVERFLOW);
}

UNIT_MAIN(UNIT_CASE(reports_an_overflow), UNIT_CASE(scores_small_values),
		  UNIT_CASE(agrees_in_a_moving_frame), UNIT_CASE(is_undefined_without_spread),
		  UNIT_CASE(forgets_what_is_not_finite))
