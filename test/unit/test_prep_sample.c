/*
 * test_prep_sample.c: exact quantiles, and those of a sketch.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/prep/sample.h"

static void
add_numbers(Sample *sample, uint64_t first, uint64_t last)
{
	uint64_t i;

	for (i = first; i < last; i++)
		CHECK(sample_add(sample, &unit_allocator, NULL, (double) i) == KERNEL_OK);
}

static double
median_of(Sample *sample)
{
	double half = 0.5;
	double median = NAN;
	ScoreRuns runs;

	CHECK(sample_runs(sample, &unit_allocator, NULL, &runs) == KERNEL_OK);
	runs_quantiles(&runs, &half, 1, &median);
	score_runs_release(&runs, &unit_allocator);
	return median;
}

static void
case_exact(void)
{
	static const double fractions[] = {0.0, 0.1, 0.25, 0.5, 0.9, 1.0};
	/* numpy.quantile([1, 1, 1, 2, 7, 7, 9], ...) */
	static const double expected[] = {1.0, 1.0, 1.0, 2.0, 7.8, 9.0};
	static const double values[] = {7, 1, 9, 1, 2, 7, 1};
	double quantiles[6];
	Sample sample = {0};
	ScoreRuns runs;
	int i;

	for (i = 0; i < 7; i++)
		CHECK(sample_add(&sample, &unit_allocator, NULL, values[i]) == KERNEL_OK);
	CHECK(sample_runs(&sample, &unit_allocator, NULL, &runs) == KERNEL_OK);
	runs_quantiles(&runs, fractions, 6, quantiles);
	for (i = 0; i < 6; i++)
		CHECK(fabs(quantiles[i] - expected[i]) < 1e-14);
	score_runs_release(&runs, &unit_allocator);
	sample_release(&sample, &unit_allocator);
}

/* One value more than fits: a sketch, in one go or from parts; repetitions do not count. */
static void
case_sketch(void)
{
	Sample whole = {0};
	Sample left = {0};
	Sample right = {0};

	add_numbers(&whole, 1, SAMPLE_LIMIT + 1);
	add_numbers(&whole, 1, SAMPLE_LIMIT + 1);
	add_numbers(&whole, 1, SAMPLE_LIMIT + 1);
	CHECK(!whole.is_sketch);
	CHECK(median_of(&whole) == (1.0 + (double) SAMPLE_LIMIT) / 2.0);
	CHECK(!whole.is_sketch);
	CHECK(sample_add(&whole, &unit_allocator, NULL, 0.0) == KERNEL_OK);
	CHECK(fabs(median_of(&whole) / ((double) SAMPLE_LIMIT / 2.0) - 1.0) < 0.0011);
	CHECK(whole.is_sketch);
	add_numbers(&left, 0, 600000);
	add_numbers(&left, 1, 600000);
	add_numbers(&left, 1, 600000);
	add_numbers(&right, 600000, SAMPLE_LIMIT + 1);
	add_numbers(&right, 600000, SAMPLE_LIMIT + 1);
	add_numbers(&right, 600000, SAMPLE_LIMIT + 1);
	CHECK(sample_merge(&left, &unit_allocator, NULL, &right) == KERNEL_OK);
	CHECK(median_of(&left) == median_of(&whole));
	CHECK(left.sketch.n == whole.sketch.n);
	sample_release(&whole, &unit_allocator);
	sample_release(&left, &unit_allocator);
	sample_release(&right, &unit_allocator);
}

UNIT_MAIN({"exact quantiles", case_exact}, {"sketched quantiles", case_sketch})
