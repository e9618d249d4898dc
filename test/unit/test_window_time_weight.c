/*
 * test_window_time_weight.c: means over time of a moving frame against a walk over its readings.
 *
 * Readings are multiples of 1/4 and times whole microseconds: the walk in long double is exact.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/time_weight.h"

#define N 500

static TimeWeightRow rows[N];

static void
check_frame(const TimeWeightRing *ring, int first, int last)
{
	long double area = 0.0L;
	long double elapsed;
	TimeWeight weight;
	double result = -1.0;
	int i;

	TimeWeightRing_fold(ring, &weight);
	if (first == last)
	{
		CHECK(time_weight_mean(&weight, &result) == KERNEL_INVALID);
		return;
	}
	for (i = first; i + 1 < last; i++)
		area += (long double) (rows[i + 1].time - rows[i].time) *
			(ring->context ? (rows[i].x + rows[i + 1].x) / 2.0 : rows[i].x);
	elapsed = (long double) (rows[last - 1].time - rows[first].time);
	CHECK(time_weight_mean(&weight, &result) == KERNEL_OK);
	CHECK_CLOSE(result, elapsed > 0.0L ? (double) (area / elapsed) : rows[last - 1].x, 3e-16);
}

static void
frames_equal_a_walk(void)
{
	uint64_t seed;

	for (seed = 1; seed <= 10; seed++)
	{
		TimeWeightRing ring;
		int64_t time = -7;
		int first = 0;
		int last = 0;
		int i;

		for (i = 0; i < N; i++)
		{
			uint64_t hash = hash_mix(seed * 10000 + (uint64_t) i);

			time += (int64_t) (hash % 3 * ((hash >> 40) % 1000000));
			rows[i] = (TimeWeightRow){time, (double) ((hash >> 9) % 4000) / 4.0 - 500.0};
		}
		TimeWeightRing_begin(&ring);
		ring.context = seed % 2 == 0;
		while (last < N)
		{
			if (hash_mix(seed + (uint64_t) (first * 700 + last)) % 9 < 5 || first == last)
				CHECK(TimeWeightRing_push(&ring, &unit_allocator, rows[last++]) == KERNEL_OK);
			else
			{
				CHECK(TimeWeightRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
				first++;
			}
			check_frame(&ring, first, last);
		}
		TimeWeightRing_release(&ring, &unit_allocator);
	}
}

/* NaN while it is there; an area that overflows. */
static void
edges(void)
{
	TimeWeight weight = {0};
	double result = -1.0;

	time_weight_append(&weight, (TimeWeightRow){0, 1.0}, false);
	time_weight_append(&weight, (TimeWeightRow){5, INFINITY}, false);
	CHECK(time_weight_mean(&weight, &result) == KERNEL_OK && isnan(result));
	weight = (TimeWeight){0};
	time_weight_append(&weight, (TimeWeightRow){0, 1e308}, true);
	time_weight_append(&weight, (TimeWeightRow){1, 1.5e308}, true);
	CHECK(time_weight_mean(&weight, &result) == KERNEL_OK && result == 1.25e308);
	time_weight_append(&weight, (TimeWeightRow){1000, 1e308}, true);
	CHECK(time_weight_mean(&weight, &result) == KERNEL_OVERFLOW && result == 1.25e308);
}

UNIT_MAIN(UNIT_CASE(frames_equal_a_walk), UNIT_CASE(edges))
