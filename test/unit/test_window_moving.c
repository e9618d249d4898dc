/*
 * test_window_moving.c: moving sums, variances and moments against plain states of the frame.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/moving.h"

/* The i-th value of a stream; kind 0 is ordinary, 1 has NaN and infinities, 2 huge values too. */
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

/* Equal statuses, and equal values to 1e-12 where they are OK. */
#define CHECK_SAME(actual_status, actual, expected_status, expected) \
	do \
	{ \
		CHECK((actual_status) == (expected_status)); \
		if ((actual_status) == KERNEL_OK && (expected_status) == KERNEL_OK) \
			CHECK_NEAR(actual, expected, 1e-12 * (fabs(expected) + 1.0)); \
	} while (0)

typedef struct Frames
{
	MovingSum sum;
	MovingVariance variance;
	MovingMoments moments;
} Frames;

static void
frames_begin(Frames *frames)
{
	moving_sum_begin(&frames->sum);
	moving_variance_begin(&frames->variance);
	moving_moments_begin(&frames->moments);
}

static void
frames_release(Frames *frames)
{
	moving_sum_release(&frames->sum, &unit_allocator);
	moving_variance_release(&frames->variance, &unit_allocator);
	moving_moments_release(&frames->moments, &unit_allocator);
}

static void
frames_add(Frames *frames, double x)
{
	CHECK(moving_sum_add(&frames->sum, &unit_allocator, x) == KERNEL_OK);
	CHECK(moving_variance_add(&frames->variance, &unit_allocator, x) == KERNEL_OK);
	CHECK(moving_moments_add(&frames->moments, &unit_allocator, x) == KERNEL_OK);
}

static void
frames_remove(Frames *frames, double x)
{
	CHECK(moving_sum_remove(&frames->sum, &unit_allocator, NULL, x) == KERNEL_OK);
	CHECK(moving_variance_remove(&frames->variance, &unit_allocator, NULL, x) == KERNEL_OK);
	CHECK(moving_moments_remove(&frames->moments, &unit_allocator, NULL, x) == KERNEL_OK);
}

/* sum and avg of the frame first .. last - 1 */
static void
check_sum(const MovingSum *moving, uint64_t first, uint64_t last, int kind)
{
	Status sum_status = KERNEL_OK;
	Status mean_status = KERNEL_OK;
	Variance variance;
	Sum sum;
	Sum actual;
	double a = 0.0;
	double b = 0.0;
	Status status;
	uint64_t i;

	sum_clear(&sum);
	variance_clear(&variance);
	for (i = first; i < last && sum_status == KERNEL_OK; i++)
		sum_status = sum_add(&sum, value_at(i, kind));
	for (i = first; i < last && mean_status == KERNEL_OK; i++)
		mean_status = variance_add(&variance, value_at(i, kind));
	status = moving_sum_state(moving, &actual);
	if (sum_status == KERNEL_OK)
		sum_status = sum_total(&sum, &b);
	if (status == KERNEL_OK)
		status = sum_total(&actual, &a);
	CHECK_SAME(status, a, sum_status, b);
	status = moving_sum_mean_state(moving, &actual);
	if (mean_status == KERNEL_OK)
		mean_status = variance_mean(&variance, &b);
	if (status == KERNEL_OK)
		status = sum_mean(&actual, &a);
	CHECK_SAME(status, a, mean_status, b);
}

static void
check_variance(const MovingVariance *moving, uint64_t first, uint64_t last, int kind)
{
	Status expected_status = KERNEL_OK;
	Variance expected;
	Variance actual;
	double a = 0.0;
	double b = 0.0;
	Status status;
	uint64_t i;
	int lost;

	variance_clear(&expected);
	for (i = first; i < last && expected_status == KERNEL_OK; i++)
		expected_status = variance_add(&expected, value_at(i, kind));
	status = moving_variance_state(moving, &actual);
	CHECK(status == expected_status);
	for (lost = 0; lost < 2 && status == KERNEL_OK && expected_status == KERNEL_OK; lost++)
	{
		Status actual_status = variance_variance(&actual, lost, &a);
		Status wanted_status = variance_variance(&expected, lost, &b);

		CHECK_SAME(actual_status, a, wanted_status, b);
	}
}

static void
check_moments(const MovingMoments *moving, uint64_t first, uint64_t last, int kind)
{
	static Status (*const results[])(const Moments *, double *) = {
		moments_total, moments_mean, moments_min, moments_max, moments_skewness, moments_kurtosis};
	Status expected_status = KERNEL_OK;
	Moments expected;
	Moments actual;
	Status status;
	uint64_t i;
	size_t r;

	moments_clear(&expected);
	for (i = first; i < last && expected_status == KERNEL_OK; i++)
		expected_status = moments_add(&expected, value_at(i, kind));
	status = moving_moments_state(moving, &actual);
	CHECK(status == expected_status);
	if (status != KERNEL_OK || expected_status != KERNEL_OK)
		return;
	CHECK(moments_count(&actual) == (int64_t) (last - first));
	for (r = 0; r < sizeof(results) / sizeof(results[0]); r++)
	{
		double a = 0.0;
		double b = 0.0;
		Status actual_status = results[r](&actual, &a);
		Status wanted_status = results[r](&expected, &b);

		CHECK_SAME(actual_status, a, wanted_status, b);
	}
}

static void
check_stream(int kind)
{
	uint64_t seed;

	for (seed = 0; seed < 15; seed++)
	{
		uint64_t first = seed * 5000;
		uint64_t last = first;
		Frames frames;
		int step;

		frames_begin(&frames);
		for (step = 0; step < 300; step++)
		{
			if (first == last || hash_mix(seed + 31 * (uint64_t) step) % 8 < 3 + seed % 4)
				frames_add(&frames, value_at(last++, kind));
			else
				frames_remove(&frames, value_at(first++, kind));
			check_sum(&frames.sum, first, last, kind);
			check_variance(&frames.variance, first, last, kind);
			check_moments(&frames.moments, first, last, kind);
		}
		frames_release(&frames);
	}
}

static void
ordinary_values(void)
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
	Frames frames;

	frames_begin(&frames);
	CHECK(moving_sum_remove(&frames.sum, &unit_allocator, NULL, 1.0) == KERNEL_INVALID);
	CHECK(moving_variance_remove(&frames.variance, &unit_allocator, NULL, 1.0) == KERNEL_INVALID);
	CHECK(moving_moments_remove(&frames.moments, &unit_allocator, NULL, 1.0) == KERNEL_INVALID);
	frames_release(&frames);
}

/* A refused block leaves values and counts as they were. */
static void
refused_memory_changes_nothing(void)
{
	MovingSum sum;
	Sum state;
	double total = 0.0;
	int i;

	moving_sum_begin(&sum);
	for (i = 0; i < RING_FIRST_CAPACITY; i++)
		CHECK(moving_sum_add(&sum, &unit_allocator, 1.0) == KERNEL_OK);
	unit_allocator_fail_after(0);
	CHECK(moving_sum_add(&sum, &unit_allocator, NAN) == KERNEL_OUT_OF_MEMORY);
	unit_allocator_fail_after(-1);
	CHECK(moving_sum_state(&sum, &state) == KERNEL_OK);
	CHECK(sum_total(&state, &total) == KERNEL_OK && total == RING_FIRST_CAPACITY);
	moving_sum_release(&sum, &unit_allocator);
}

#define OVERFLOWS (-1.0)

/* Finite values whose running sum has no room in single precision; what left is forgotten. */
static void
sums_of_reals_overflow_as_such(void)
{
	static const float values[] = {3e38f, -3e38f, 1.0f, 3e38f, 2e37f, 3e37f, 7.0f, NAN, 5.0f};
	static const double expected[] = {
		3e38, 0.0, 1.0, 1.0, 3.2e38, OVERFLOWS, (double) 2e37f + 3e37f, NAN, NAN};
	MovingRealSum moving;
	float result = 0.0f;
	Status status;
	Sum sum;
	int i;

	moving_real_sum_begin(&moving);
	for (i = 0; i < 9; i++)
	{
		CHECK(moving_real_sum_add(&moving, &unit_allocator, values[i]) == KERNEL_OK);
		if (i >= 3)
			CHECK(moving_real_sum_remove(&moving, &unit_allocator, NULL, values[i - 3]) ==
				  KERNEL_OK);
		status = moving_real_sum_state(&moving, &sum);
		if (expected[i] == OVERFLOWS)
			CHECK(status == KERNEL_OVERFLOW);
		else
		{
			CHECK(status == KERNEL_OK && sum_total_real(&sum, &result) == KERNEL_OK);
			CHECK_NEAR(result, (float) expected[i], 0.0);
		}
	}
	moving_sum_release(&moving.sum, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(sums_of_reals_overflow_as_such), UNIT_CASE(ordinary_values),
		  UNIT_CASE(nan_and_infinity_leave_without_a_trace),
		  UNIT_CASE(overflow_is_that_of_the_order),
		  UNIT_CASE(removing_from_an_empty_frame_is_refused),
		  UNIT_CASE(refused_memory_changes_nothing))
