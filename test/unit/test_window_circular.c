/*
 * test_window_circular.c: against mpmath, across the seam, and where there is no direction.
 */
#include "kernel/window/circular.h"

#include "unit.h"

#include "../golden/window_position.h"

#define N_HOURS ((int) (sizeof(position_hours) / sizeof(position_hours[0])))
#define WIDTH 25

static double
mean_of(const CircularRing *ring, double period)
{
	Circular fold;
	double result = -1000.0;

	CircularRing_fold(ring, &fold);
	(void) circular_mean(&fold, period, &result);
	return result;
}

static void
push(CircularRing *ring, double x, double period)
{
	CHECK(CircularRing_push(ring, &unit_allocator, circular_point(x, period)) == KERNEL_OK);
}

/* Angles have the rounding of sin and cos; a short mean vector magnifies it, here ten times at most. */
static void
agrees_in_a_moving_frame(void)
{
	CircularRing ring;
	int i;

	CircularRing_begin(&ring);
	for (i = 0; i < N_HOURS; i++)
	{
		push(&ring, position_hours[i], 24.0);
		if (i >= WIDTH)
			CHECK(CircularRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
		if (i > 0)
			CHECK_NEAR(mean_of(&ring, 24.0), circular_means[i - 1], 1e-12);
	}
	CircularRing_release(&ring, &unit_allocator);
}

static void
goes_across_the_seam(void)
{
	CircularRing ring;

	CircularRing_begin(&ring);
	CHECK(mean_of(&ring, 24.0) == -1000.0);
	push(&ring, 23.0, 24.0);
	push(&ring, 2.0, 24.0);
	CHECK_NEAR(mean_of(&ring, 24.0), 0.5, 1e-14);
	CHECK(CircularRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
	push(&ring, -4.0, 24.0);
	CHECK_NEAR(mean_of(&ring, 24.0), 23.0, 1e-13);
	CircularRing_release(&ring, &unit_allocator);
}

static void
has_no_direction_where_all_cancels(void)
{
	CircularRing ring;
	int i;

	for (i = 2; i <= 24; i++)
	{
		int j;

		CircularRing_begin(&ring);
		for (j = 0; j < i; j++)
			push(&ring, j, i);
		CHECK(mean_of(&ring, i) == -1000.0);
		push(&ring, 1.0, i);
		CHECK_NEAR(mean_of(&ring, i), 1.0, 1e-12);
		CircularRing_release(&ring, &unit_allocator);
	}
}

static void
forgets_what_is_not_finite(void)
{
	CircularRing ring;

	CircularRing_begin(&ring);
	push(&ring, INFINITY, 24.0);
	push(&ring, 6.0, 24.0);
	CHECK(isnan(mean_of(&ring, 24.0)));
	CHECK(CircularRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
	CHECK_NEAR(mean_of(&ring, 24.0), 6.0, 1e-14);
	CircularRing_release(&ring, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(agrees_in_a_moving_frame), UNIT_CASE(goes_across_the_seam),
		  UNIT_CASE(has_no_direction_where_all_cancels), UNIT_CASE(forgets_what_is_not_finite))
