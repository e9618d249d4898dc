/*
 * test_linear_least_squares_lone.c: what single columns explain, from sums.
 */
#include "kernel/linear/least_squares.h"

#include "kernel/base/hash.h"

#include "unit.h"

#define ROWS 500

static double
uniform(int row, int purpose)
{
	return (double) (hash_mix(hash_mix((uint64_t) row + 1) + (uint64_t) purpose) >> 11) * 0x1p-53;
}

/* Two numbers, the second missing in some rows, and two categories. */
static double
fill_row(int i, double *numbers, int32_t *codes)
{
	double y = 1e6 + uniform(i, 0);

	numbers[0] = 5.0 * y + uniform(i, 1);
	numbers[1] = i % 3 == 0 ? NAN : -y + 0.01 * uniform(i, 2);
	codes[0] = i % 7 == 0 ? CODE_MISSING : i % 4;
	codes[1] = i;
	return y;
}

/* The share that means of groups and, for a number, a line in the first group explain, by two passes. */
static double
by_two_passes(int column)
{
	long double y[ROWS];
	long double x[ROWS];
	int group[ROWS];
	long double mean = 0.0L;
	long double total = 0.0L;
	long double residual = 0.0L;
	int i;
	int g;

	for (i = 0; i < ROWS; i++)
	{
		double numbers[2];
		int32_t codes[2];

		y[i] = (long double) fill_row(i, numbers, codes);
		x[i] = column < 2 && !isnan(numbers[column]) ? (long double) numbers[column] : 0.0L;
		group[i] = column < 2 ? isnan(numbers[column]) : codes[0] + 1;
		mean += y[i] / ROWS;
	}
	for (i = 0; i < ROWS; i++)
		total += (y[i] - mean) * (y[i] - mean);
	for (g = 0; g < 5; g++)
	{
		long double n = 0.0L;
		long double my = 0.0L;
		long double mx = 0.0L;
		long double xx = 0.0L;
		long double xy = 0.0L;

		for (i = 0; i < ROWS; i++)
		{
			n += group[i] == g;
			my += group[i] == g ? y[i] : 0.0L;
			mx += group[i] == g ? x[i] : 0.0L;
		}
		for (i = 0; i < ROWS; i++)
		{
			if (group[i] != g)
				continue;
			xx += (x[i] - mx / n) * (x[i] - mx / n);
			xy += (x[i] - mx / n) * (y[i] - my / n);
		}
		for (i = 0; i < ROWS; i++)
		{
			long double left = y[i] - my / n;

			if (group[i] != g)
				continue;
			if (column < 2 && g == 0)
				left -= xy / xx * (x[i] - mx / n);
			residual += left * left;
		}
	}
	return (double) (1.0L - residual / total);
}

static LeastSquares *
filled(void)
{
	LeastSquares *state = least_squares_create(&unit_allocator, 2, 2);
	int i;

	for (i = 0; i < ROWS; i++)
	{
		double numbers[2];
		int32_t codes[2];
		double y = fill_row(i, numbers, codes);

		CHECK(least_squares_add(state, &unit_allocator, numbers, codes, y, 1.0) == KERNEL_OK);
	}
	return state;
}

static void
shares(void)
{
	LeastSquares *state = filled();
	double strength[4];
	double share = by_two_passes(2);

	CHECK(least_squares_lone_strengths(state, &unit_allocator, strength) == KERNEL_OK);
	CHECK_NEAR(strength[0], by_two_passes(0), 1e-9);
	CHECK_NEAR(strength[1], by_two_passes(1), 1e-9);
	/* Five groups of chance: R squared, adjusted. */
	CHECK_NEAR(strength[2], fmax(1.0 - (1.0 - share) * (ROWS - 1) / (ROWS - 5), 0.0), 1e-9);
	CHECK(strength[3] == 0.0); /* a level a row */
	least_squares_release(state, &unit_allocator);
}

static void
no_spread(void)
{
	LeastSquares *state = least_squares_create(&unit_allocator, 1, 0);
	double strength[1] = {0.5};
	double one = 1.0;
	int i;

	for (i = 0; i < 200; i++)
		CHECK(least_squares_add(state, &unit_allocator, &one, NULL, 0.1, 1.0) == KERNEL_OK);
	CHECK(least_squares_lone_strengths(state, &unit_allocator, strength) == KERNEL_OK);
	CHECK(strength[0] == 0.0);
	least_squares_release(state, &unit_allocator);
	state = least_squares_create(&unit_allocator, 1, 0);
	for (i = 0; i < 200; i++)
		CHECK(least_squares_add(state, &unit_allocator, &one, NULL, i, 1.0) == KERNEL_OK);
	CHECK(least_squares_lone_strengths(state, &unit_allocator, strength) == KERNEL_OK);
	CHECK(strength[0] == 0.0);
	least_squares_release(state, &unit_allocator);
}

static void
refused_memory(void)
{
	LeastSquares *state = filled();
	double strength[4];
	long n;

	for (n = 0; n < 2; n++)
	{
		unit_allocator_fail_after(n);
		CHECK(least_squares_lone_strengths(state, &unit_allocator, strength) ==
			  KERNEL_OUT_OF_MEMORY);
		unit_allocator_fail_after(-1);
	}
	least_squares_release(state, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(shares), UNIT_CASE(no_spread), UNIT_CASE(refused_memory))
