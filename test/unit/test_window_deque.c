/*
 * test_window_deque.c: the best of a sliding frame against a scan of the frame.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/moving.h"

/* A stream with NaN, infinities, both zeros and many ties. */
static double
value_at(uint64_t i)
{
	static const double special[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0};
	uint64_t hash = hash_mix(i);

	return hash % 11 == 0 ? special[hash / 11 % 5] : (double) (hash / 11 % 20) - 10.0;
}

/* PostgreSQL's float8larger and float8smaller: of equal values the second. */
static double
larger(double a, double b)
{
	return isnan(a) ? (isnan(b) ? b : a) : (a > b ? a : b);
}

static double
smaller(double a, double b)
{
	return isnan(a) ? b : (isnan(b) || a < b ? a : b);
}

static bool
same_bits(double a, double b)
{
	return (isnan(a) && isnan(b)) || (a == b && signbit(a) == signbit(b));
}

static void
best_equals_a_scan(void)
{
	uint64_t seed;

	for (seed = 0; seed < 40; seed++)
	{
		uint64_t start = seed * 100000;
		uint64_t first = start;
		uint64_t last = start;
		DoubleMaxDeque max;
		DoubleMinDeque min;
		int step;

		DoubleMaxDeque_begin(&max);
		DoubleMinDeque_begin(&min);
		for (step = 0; step < 500; step++)
		{
			double largest;
			double smallest;
			uint64_t i;

			if (first == last || hash_mix(start + 7 * (uint64_t) step) % 8 < 3 + seed % 4)
			{
				CHECK(DoubleMaxDeque_push(&max, &unit_allocator, value_at(last)) == KERNEL_OK);
				CHECK(DoubleMinDeque_push(&min, &unit_allocator, value_at(last)) == KERNEL_OK);
				last++;
			}
			else
			{
				DoubleMaxDeque_pop(&max);
				DoubleMinDeque_pop(&min);
				first++;
			}
			CHECK(DoubleMaxDeque_count(&max) == last - first);
			if (first == last)
				continue;
			largest = smallest = value_at(first);
			for (i = first + 1; i < last; i++)
			{
				largest = larger(largest, value_at(i));
				smallest = smaller(smallest, value_at(i));
			}
			CHECK(same_bits(DoubleMaxDeque_best(&max), largest));
			CHECK(same_bits(DoubleMinDeque_best(&min), smallest));
		}
		DoubleMaxDeque_release(&max, &unit_allocator);
		DoubleMinDeque_release(&min, &unit_allocator);
	}
}

/* Falling values under a maximum are all kept: the deque has to grow, also when it is wrapped. */
static void
falling_values_fill_the_deque(void)
{
	IntegerMaxDeque deque;
	int64_t i;

	IntegerMaxDeque_begin(&deque);
	for (i = 0; i < 1000; i++)
	{
		CHECK(IntegerMaxDeque_push(&deque, &unit_allocator, -i) == KERNEL_OK);
		if (i % 3 == 2)
			IntegerMaxDeque_pop(&deque);
		CHECK(IntegerMaxDeque_best(&deque) == -((i + 1) / 3));
	}
	IntegerMaxDeque_release(&deque, &unit_allocator);
}

static void
refused_growth_changes_nothing(void)
{
	IntegerMinDeque deque;
	int64_t i;

	IntegerMinDeque_begin(&deque);
	unit_allocator_fail_after(0);
	CHECK(IntegerMinDeque_push(&deque, &unit_allocator, 5) == KERNEL_OUT_OF_MEMORY);
	unit_allocator_fail_after(-1);
	for (i = 0; i < RING_FIRST_CAPACITY; i++)
		CHECK(IntegerMinDeque_push(&deque, &unit_allocator, i) == KERNEL_OK);
	unit_allocator_fail_after(0);
	CHECK(IntegerMinDeque_push(&deque, &unit_allocator, i) == KERNEL_OUT_OF_MEMORY);
	unit_allocator_fail_after(-1);
	CHECK(IntegerMinDeque_count(&deque) == (uint64_t) i);
	CHECK(IntegerMinDeque_best(&deque) == 0);
	CHECK(IntegerMinDeque_push(&deque, &unit_allocator, i) == KERNEL_OK);
	for (i = 0; i < RING_FIRST_CAPACITY; i++)
		IntegerMinDeque_pop(&deque);
	CHECK(IntegerMinDeque_best(&deque) == RING_FIRST_CAPACITY);
	IntegerMinDeque_release(&deque, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(best_equals_a_scan), UNIT_CASE(falling_values_fill_the_deque),
		  UNIT_CASE(refused_growth_changes_nothing))
