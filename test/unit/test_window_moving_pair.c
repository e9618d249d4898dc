/*
 * test_window_moving_pair.c: moving states of pairs against plain states of the frame.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/moving_pair.h"

/* The i-th pair of a stream; kind 0 is ordinary, 1 has NaN and infinities, 2 huge values too. */
static double
value_at(uint64_t i, int kind)
{
	static const double special[] = {NAN,	INFINITY, -INFINITY, -INFINITY,
									 1e308, -1e308,	  1e200,	 -9e307};
	uint64_t hash = hash_mix(i + 1000003 * (uint64_t) kind);

	if (kind > 0 && hash % 13 == 0)
		return special[hash / 13 % (kind == 1 ? 4 : 8)];
	return ((double) (hash / 13 % 100000) - 30000.0) / 7.0;
}

static Pair
pair_at(uint64_t i, int kind)
{
	return (Pair){value_at(2 * i, kind), value_at(2 * i + 1, kind)};
}

/* Close to 1e-12 of what the terms may add up to. */
static void
check_frame(const MovingPair *moving, uint64_t first, uint64_t last, int kind)
{
	Status expected_status = KERNEL_OK;
	Comoments expected;
	Comoments actual;
	Status status;
	uint64_t i;

	comoments_clear(&expected);
	for (i = first; i < last && expected_status == KERNEL_OK; i++)
	{
		Pair pair = pair_at(i, kind);

		expected_status = comoments_add(&expected, pair.x, pair.y);
	}
	status = moving_pair_state(moving, &actual);
	CHECK(status == expected_status);
	if (status != KERNEL_OK || expected_status != KERNEL_OK)
		return;
	CHECK(actual.n == expected.n);
	CHECK_NEAR(total_value(actual.total_x), total_value(expected.total_x), 1e-8);
	CHECK_NEAR(total_value(actual.total_y), total_value(expected.total_y), 1e-8);
	CHECK_CLOSE(total_value(actual.sxx), total_value(expected.sxx), 1e-12);
	CHECK_CLOSE(total_value(actual.syy), total_value(expected.syy), 1e-12);
	CHECK_NEAR(total_value(actual.sxy), total_value(expected.sxy),
			   1e-12 * sqrt(expected.sxx.hi) * sqrt(expected.syy.hi));
}

static void
check_stream(int kind)
{
	uint64_t seed;

	for (seed = 0; seed < 15; seed++)
	{
		uint64_t first = seed * 5000;
		uint64_t last = first;
		MovingPair moving;
		int step;

		moving_pair_begin(&moving);
		for (step = 0; step < 300; step++)
		{
			if (first == last || hash_mix(seed + 31 * (uint64_t) step) % 8 < 3 + seed % 4)
				CHECK(moving_pair_add(&moving, &unit_allocator, pair_at(last++, kind)) ==
					  KERNEL_OK);
			else
				CHECK(moving_pair_remove(&moving, &unit_allocator, NULL, pair_at(first++, kind)) ==
					  KERNEL_OK);
			check_frame(&moving, first, last, kind);
		}
		moving_pair_release(&moving, &unit_allocator);
	}
}

static void
ordinary_pairs(void)
{
	check_stream(0);
}

static void
nan_and_infinity_leave_without_a_trace(void)
{
	check_stream(1);
}

static void
overflow_is_that_of_the_order(void)
{
	check_stream(2);
}

static void
removing_from_an_empty_frame_is_refused(void)
{
	MovingPair moving;

	moving_pair_begin(&moving);
	CHECK(moving_pair_remove(&moving, &unit_allocator, NULL, (Pair){1.0, 1.0}) == KERNEL_INVALID);
	moving_pair_release(&moving, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(ordinary_pairs), UNIT_CASE(nan_and_infinity_leave_without_a_trace),
		  UNIT_CASE(overflow_is_that_of_the_order),
		  UNIT_CASE(removing_from_an_empty_frame_is_refused))
