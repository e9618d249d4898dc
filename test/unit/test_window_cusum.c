/*
 * test_window_cusum.c: cumulative sums of a moving frame against the recurrence.
 *
 * Steps are multiples of 1/8, so that the recurrence is exact.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/cusum.h"

#define N 500

static double series[N];

static void
frames_equal_the_recurrence(void)
{
	uint64_t seed;

	for (seed = 1; seed <= 10; seed++)
	{
		CusumRing ring;
		int first = 0;
		int last = 0;
		int i;

		for (i = 0; i < N; i++)
			series[i] = (double) (hash_mix(seed * 10000 + (uint64_t) i) % 200) / 8.0;
		CusumRing_begin(&ring);
		while (last < N)
		{
			double expected = 0.0;
			double result = -1.0;
			Cusum cusum;

			if (hash_mix(seed + (uint64_t) (first * 700 + last)) % 9 < 5 || first == last)
				CHECK(CusumRing_push(&ring, &unit_allocator,
									 cusum_row_of(series[last++], 12.0, 0.5)) == KERNEL_OK);
			else
			{
				CHECK(CusumRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
				first++;
			}
			for (i = first; i < last; i++)
				expected = fmax(0.0, expected + series[i] - 12.5);
			CusumRing_fold(&ring, &cusum);
			CHECK(cusum_result(&cusum, &result) == (first < last ? KERNEL_OK : KERNEL_INVALID));
			CHECK(result == (first < last ? expected : -1.0));
		}
		CusumRing_release(&ring, &unit_allocator);
	}
}

/* Small steps on large values are not lost; NaN and overflow. */
static void
edges(void)
{
	Cusum cusum = {0};
	double result = -1.0;
	int i;

	for (i = 0; i < 1000; i++)
		cusum_append(&cusum, cusum_row_of(1e16, 1e16, 0.0));
	cusum_append(&cusum, cusum_row_of(1e16, 0.0, 0.0));
	for (i = 0; i < 1000; i++)
		cusum_append(&cusum, cusum_row_of(0.125, 0.0, 0.0));
	cusum_append(&cusum, cusum_row_of(0.0, 1e16, 0.0));
	CHECK(cusum_result(&cusum, &result) == KERNEL_OK && result == 125.0);
	cusum_append(&cusum, cusum_row_of(NAN, 0.0, 0.0));
	CHECK(cusum_result(&cusum, &result) == KERNEL_OK && isnan(result));
	cusum = (Cusum){0};
	cusum_append(&cusum, cusum_row_of(1.7e308, -1.7e308, 0.0));
	CHECK(cusum_result(&cusum, &result) == KERNEL_OVERFLOW);
}

UNIT_MAIN(UNIT_CASE(frames_equal_the_recurrence), UNIT_CASE(edges))
