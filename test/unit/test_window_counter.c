/*
 * test_window_counter.c: the increase of a moving counter against a walk over its readings.
 *
 * Readings are whole numbers, so that a walk is exact.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/counter.h"

#define N 500

static CounterRow rows[N];

static void
make_rows(uint64_t seed)
{
	int64_t time = 1000;
	int i;

	for (i = 0; i < N; i++)
	{
		uint64_t hash = hash_mix(seed * 10000 + (uint64_t) i);

		time += (int64_t) (hash % 3 * 500000);
		rows[i] = (CounterRow){time, hash % 17 == 0 ? NAN : (double) ((hash >> 9) % 40)};
	}
}

static void
check_frame(const CounterRing *ring, int first, int last)
{
	double gained = 0.0;
	int64_t n_resets = 0;
	bool is_odd = false;
	int begin = -1;
	int end = -1;
	double result = -1.0;
	Counter counter;
	int i;

	for (i = first; i < last; i++)
	{
		is_odd |= isnan(rows[i].x);
		if (isnan(rows[i].x))
			continue;
		if (end < 0)
			begin = i;
		else if (rows[i].x < rows[end].x)
		{
			gained += rows[i].x;
			n_resets++;
		}
		else
			gained += rows[i].x - rows[end].x;
		end = i;
	}
	CounterRing_fold(ring, &counter);
	CHECK(counter.n_resets == n_resets);
	if (is_odd)
		CHECK(counter_increase(&counter, &result) == KERNEL_OK && isnan(result));
	else if (end < 0)
		CHECK(counter_increase(&counter, &result) == KERNEL_INVALID);
	else
	{
		double seconds = (double) (rows[end].time - rows[begin].time) / 1e6;

		CHECK(counter_increase(&counter, &result) == KERNEL_OK && result == gained);
		CHECK(counter_slope(&counter, &result) == (seconds > 0.0 ? KERNEL_OK : KERNEL_INVALID));
		if (seconds > 0.0)
		{
			CHECK_CLOSE(result, (rows[end].x - rows[begin].x) / seconds, 4e-16);
			CHECK(counter_increase_rate(&counter, &result) == KERNEL_OK);
			CHECK_CLOSE(result, gained / seconds, 4e-16);
		}
	}
}

static void
frames_equal_a_walk(void)
{
	uint64_t seed;

	for (seed = 1; seed <= 10; seed++)
	{
		CounterRing ring;
		int first = 0;
		int last = 0;

		make_rows(seed);
		CounterRing_begin(&ring);
		while (last < N)
		{
			if (hash_mix(seed + (uint64_t) (first * 700 + last)) % 9 < 5 || first == last)
				CHECK(CounterRing_push(&ring, &unit_allocator, rows[last++]) == KERNEL_OK);
			else
			{
				CHECK(CounterRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
				first++;
			}
			check_frame(&ring, first, last);
		}
		CounterRing_release(&ring, &unit_allocator);
	}
}

/* The increase is exact where a sum of differences is not; huge readings overflow. */
static void
large_counters(void)
{
	Counter counter = {0};
	double result = -1.0;
	int i;

	for (i = 0; i <= 1000000; i++)
		counter_append(&counter, (CounterRow){i, 1e15 + i * 0.125});
	CHECK(counter_increase(&counter, &result) == KERNEL_OK && result == 125000.0);
	counter_append(&counter, (CounterRow){2000000, 0.25});
	CHECK(counter_increase(&counter, &result) == KERNEL_OK && result == 125000.25);
	counter = (Counter){0};
	for (i = 0; i < 6; i++)
		counter_append(&counter, (CounterRow){i, i % 2 == 0 ? 0.0 : 1.7e308});
	CHECK(counter_increase(&counter, &result) == KERNEL_OVERFLOW && result == 125000.25);
}

/* A rate of readings that are hardly above 0 has the digits that the smallest doubles leave it. */
static void
tiny_readings(void)
{
	Counter counter = {0};
	double result = -1.0;

	counter_append(&counter, (CounterRow){0, 5e-324});
	counter_append(&counter, (CounterRow){1500000, 3e-317 + 5e-324});
	CHECK(counter_slope(&counter, &result) == KERNEL_OK && fabs(result - 2e-317) <= 5e-324);
	CHECK(counter_increase_rate(&counter, &result) == KERNEL_OK && fabs(result - 2e-317) <= 5e-324);
}

UNIT_MAIN(UNIT_CASE(frames_equal_a_walk), UNIT_CASE(large_counters), UNIT_CASE(tiny_readings))
