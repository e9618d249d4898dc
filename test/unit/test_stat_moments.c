/*
 * test_stat_moments.c: sums, variances and moments against mpmath, and their rules for NaN,
 * infinity and overflow.
 */
#include "unit.h"

#include "../golden/moments.h"
#include "kernel/stat/moments.h"

#define N_GOLDEN (sizeof(golden_moments) / sizeof(golden_moments[0]))

static Sum
sum_of(const double *x, int n)
{
	Sum sum;
	int i;

	sum_clear(&sum);
	for (i = 0; i < n; i++)
		CHECK(sum_add(&sum, x[i]) == KERNEL_OK);
	return sum;
}

static Variance
variance_of(const double *x, int n)
{
	Variance variance;
	int i;

	variance_clear(&variance);
	for (i = 0; i < n; i++)
		CHECK(variance_add(&variance, x[i]) == KERNEL_OK);
	return variance;
}

static Moments
moments_of(const double *x, int n)
{
	Moments moments;
	int i;

	moments_clear(&moments);
	for (i = 0; i < n; i++)
		CHECK(moments_add(&moments, x[i]) == KERNEL_OK);
	return moments;
}

/* A result that must be defined. */
#define VALUE_OF(call) \
	({ \
		double result = 12345.678; \
		CHECK((call) == KERNEL_OK); \
		result; \
	})

/* The sets whose squares are doubles: the others overflow, as in the built-ins. */
static bool
has_variance(const GoldenMoments *golden)
{
	return !isinf(golden->var_pop);
}

/* The sets whose third and fourth moments are not lost to the width of a double. */
static bool
is_well_conditioned(const GoldenMoments *golden)
{
	return strcmp(golden->name, "cancelling") != 0;
}

static void
sum_equals_golden(void)
{
	size_t g;

	for (g = 0; g < N_GOLDEN; g++)
	{
		const GoldenMoments *golden = &golden_moments[g];
		Sum sum = sum_of(golden->values, golden->n);

		CHECK_CLOSE(VALUE_OF(sum_total(&sum, &result)), golden->sum, 1e-15);
		CHECK_CLOSE(VALUE_OF(sum_mean(&sum, &result)), golden->mean, 1e-15);
	}
}

static void
variance_equals_golden(void)
{
	size_t g;

	for (g = 0; g < N_GOLDEN; g++)
	{
		const GoldenMoments *golden = &golden_moments[g];
		Variance variance;

		if (!has_variance(golden))
			continue;
		variance = variance_of(golden->values, golden->n);

		CHECK_CLOSE(VALUE_OF(variance_total(&variance, &result)), golden->sum, 1e-15);
		CHECK_CLOSE(VALUE_OF(variance_mean(&variance, &result)), golden->mean, 1e-15);
		CHECK_CLOSE(VALUE_OF(variance_variance(&variance, 0, &result)), golden->var_pop, 1e-14);
		CHECK_CLOSE(VALUE_OF(variance_variance(&variance, 1, &result)), golden->var_samp, 1e-14);
		CHECK_CLOSE(VALUE_OF(variance_deviation(&variance, 1, &result)), golden->stddev_samp,
					1e-14);
	}
}

static void
moments_equal_golden(void)
{
	size_t g;

	for (g = 0; g < N_GOLDEN; g++)
	{
		const GoldenMoments *golden = &golden_moments[g];
		Moments moments = moments_of(golden->values, golden->n);

		CHECK_CLOSE(VALUE_OF(moments_total(&moments, &result)), golden->sum, 1e-15);
		CHECK_CLOSE(VALUE_OF(moments_mean(&moments, &result)), golden->mean, 1e-15);
		if (!has_variance(golden))
			CHECK(moments_variance(&moments, 0, &(double){0.0}) == KERNEL_OVERFLOW);
		else
		{
			CHECK_CLOSE(VALUE_OF(moments_variance(&moments, 0, &result)), golden->var_pop, 1e-14);
			CHECK_CLOSE(VALUE_OF(moments_variance(&moments, 1, &result)), golden->var_samp, 1e-14);
		}
		CHECK_CLOSE(VALUE_OF(moments_deviation(&moments, 1, &result)), golden->stddev_samp, 1e-14);
		CHECK_CLOSE(VALUE_OF(moments_rms(&moments, &result)), golden->rms, 1e-14);
		if (!is_well_conditioned(golden))
			continue;
		CHECK_CLOSE(VALUE_OF(moments_cv(&moments, &result)), golden->cv, 1e-14);
		CHECK_NEAR(VALUE_OF(moments_skewness(&moments, &result)), golden->skewness,
				   1e-12 * (1.0 + fabs(golden->skewness)));
		CHECK_NEAR(VALUE_OF(moments_kurtosis(&moments, &result)), golden->kurtosis,
				   1e-12 * (1.0 + fabs(golden->kurtosis)));
	}
}

static void
check_merged_variance(const GoldenMoments *golden, int cut)
{
	Variance variance = variance_of(golden->values, cut);
	Variance right = variance_of(golden->values + cut, golden->n - cut);

	CHECK(variance_merge(&variance, &right) == KERNEL_OK);
	CHECK(variance.n == golden->n);
	CHECK_CLOSE(VALUE_OF(variance_mean(&variance, &result)), golden->mean, 1e-15);
	CHECK_CLOSE(VALUE_OF(variance_variance(&variance, 1, &result)), golden->var_samp, 1e-14);
	CHECK_CLOSE(VALUE_OF(variance_deviation(&variance, 1, &result)), golden->stddev_samp, 1e-14);
}

/* Parts of any size, merged, are the whole. */
static void
merged_parts_equal_the_whole(void)
{
	size_t g;

	for (g = 0; g < N_GOLDEN; g++)
	{
		const GoldenMoments *golden = &golden_moments[g];
		int cut;

		for (cut = 0; cut <= golden->n; cut += 1 + golden->n / 7)
		{
			int rest = golden->n - cut;
			Sum sum = sum_of(golden->values, cut);
			Sum sum_right = sum_of(golden->values + cut, rest);
			Moments moments = moments_of(golden->values, cut);
			Moments moments_right = moments_of(golden->values + cut, rest);

			CHECK(sum_merge(&sum, &sum_right) == KERNEL_OK);
			CHECK(moments_merge(&moments, &moments_right) == KERNEL_OK);
			CHECK(sum.n == golden->n && moments.n == golden->n);
			CHECK_CLOSE(VALUE_OF(sum_total(&sum, &result)), golden->sum, 1e-15);
			if (has_variance(golden))
			{
				check_merged_variance(golden, cut);
				CHECK_CLOSE(VALUE_OF(moments_variance(&moments, 0, &result)), golden->var_pop,
							1e-14);
			}
			if (!is_well_conditioned(golden))
				continue;
			CHECK_NEAR(VALUE_OF(moments_skewness(&moments, &result)), golden->skewness,
					   1e-11 * (1.0 + fabs(golden->skewness)));
			CHECK_NEAR(VALUE_OF(moments_kurtosis(&moments, &result)), golden->kurtosis,
					   1e-11 * (1.0 + fabs(golden->kurtosis)));
		}
	}
}

/* A constant has no spread at all, however large it is. */
static void
constant_has_zero_variance(void)
{
	Moments moments;
	Variance variance;
	double undefined;
	int i;

	moments_clear(&moments);
	variance_clear(&variance);
	for (i = 0; i < 1000; i++)
	{
		CHECK(moments_add(&moments, 1e9 + 0.1) == KERNEL_OK);
		CHECK(variance_add(&variance, 1e9 + 0.1) == KERNEL_OK);
	}
	CHECK(VALUE_OF(variance_variance(&variance, 1, &result)) == 0.0);
	CHECK(VALUE_OF(moments_variance(&moments, 1, &result)) == 0.0);
	CHECK(moments_skewness(&moments, &undefined) == KERNEL_INVALID);
	CHECK(moments_kurtosis(&moments, &undefined) == KERNEL_INVALID);
}

static void
no_value_and_one_value(void)
{
	const double one[] = {2.5};
	Sum sum = sum_of(one, 0);
	Variance variance = variance_of(one, 0);
	Moments moments = moments_of(one, 0);
	double undefined;

	CHECK(sum_total(&sum, &undefined) == KERNEL_INVALID);
	CHECK(sum_mean(&sum, &undefined) == KERNEL_INVALID);
	CHECK(variance_variance(&variance, 0, &undefined) == KERNEL_INVALID);
	CHECK(moments_min(&moments, &undefined) == KERNEL_INVALID);
	CHECK(moments_max(&moments, &undefined) == KERNEL_INVALID);
	CHECK(moments_range(&moments, &undefined) == KERNEL_INVALID);
	variance = variance_of(one, 1);
	moments = moments_of(one, 1);
	CHECK(VALUE_OF(variance_variance(&variance, 0, &result)) == 0.0);
	CHECK(variance_variance(&variance, 1, &undefined) == KERNEL_INVALID);
	CHECK(moments_variance(&moments, 1, &undefined) == KERNEL_INVALID);
	CHECK(VALUE_OF(moments_min(&moments, &result)) == 2.5);
	CHECK(VALUE_OF(moments_max(&moments, &result)) == 2.5);
}

static void
minus_zero_stays_in_a_sum(void)
{
	const double zeros[] = {-0.0, -0.0};
	Sum sum = sum_of(zeros, 2);
	Sum empty;

	CHECK(signbit(VALUE_OF(sum_total(&sum, &result))));
	sum_clear(&empty);
	CHECK(sum_merge(&empty, &sum) == KERNEL_OK);
	CHECK(signbit(VALUE_OF(sum_total(&empty, &result))));
	CHECK(!signbit(VALUE_OF(sum_mean(&sum, &result))));
}

static void
values_that_are_not_finite(void)
{
	const double with_nan[] = {1.0, NAN, 2.0};
	const double with_infinity[] = {1.0, INFINITY, 2.0};
	const double with_both[] = {-INFINITY, INFINITY, 2.0};
	Variance variance = variance_of(with_nan, 3);
	Moments moments = moments_of(with_nan, 3);

	CHECK(isnan(VALUE_OF(variance_mean(&variance, &result))));
	CHECK(isnan(VALUE_OF(variance_variance(&variance, 1, &result))));
	CHECK(isnan(VALUE_OF(moments_total(&moments, &result))));
	CHECK(isnan(VALUE_OF(moments_skewness(&moments, &result))));
	CHECK(isnan(VALUE_OF(moments_max(&moments, &result))));
	CHECK(VALUE_OF(moments_min(&moments, &result)) == 1.0);
	CHECK(moments_count(&moments) == 3);

	variance = variance_of(with_infinity, 3);
	moments = moments_of(with_infinity, 3);
	CHECK(VALUE_OF(variance_mean(&variance, &result)) == INFINITY);
	CHECK(isnan(VALUE_OF(variance_variance(&variance, 0, &result))));
	CHECK(VALUE_OF(moments_mean(&moments, &result)) == INFINITY);
	CHECK(VALUE_OF(moments_max(&moments, &result)) == INFINITY);
	CHECK(isnan(VALUE_OF(moments_variance(&moments, 0, &result))));

	variance = variance_of(with_both, 3);
	moments = moments_of(with_both, 3);
	CHECK(isnan(VALUE_OF(variance_mean(&variance, &result))));
	CHECK(isnan(VALUE_OF(moments_mean(&moments, &result))));
	CHECK(VALUE_OF(moments_min(&moments, &result)) == -INFINITY);

	variance = variance_of(with_infinity + 1, 1);
	CHECK(isnan(VALUE_OF(variance_variance(&variance, 0, &result))));
}

static void
overflow_of_finite_values(void)
{
	Sum sum;
	Sum other;
	Variance variance;
	Moments moments;
	double undefined;

	sum_clear(&sum);
	CHECK(sum_add(&sum, 1e308) == KERNEL_OK);
	other = sum;
	CHECK(sum_merge(&other, &sum) == KERNEL_OVERFLOW);
	CHECK(sum_add(&sum, 1e308) == KERNEL_OVERFLOW);
	sum_clear(&sum);
	CHECK(sum_add(&sum, INFINITY) == KERNEL_OK);
	CHECK(sum_add(&sum, 1e308) == KERNEL_OK);

	variance_clear(&variance);
	CHECK(variance_add(&variance, 1e200) == KERNEL_OK);
	CHECK(variance_add(&variance, -1e200) == KERNEL_OVERFLOW);

	moments_clear(&moments);
	CHECK(moments_add(&moments, 1e100) == KERNEL_OK);
	CHECK(moments_add(&moments, -3e100) == KERNEL_OK);
	CHECK_CLOSE(VALUE_OF(moments_mean(&moments, &result)), -1e100, 1e-15);
	CHECK_NEAR(VALUE_OF(moments_kurtosis(&moments, &result)), -2.0, 1e-15);
	CHECK_CLOSE(VALUE_OF(moments_variance(&moments, 0, &result)), 4e200, 1e-14);
	CHECK(moments_add(&moments, 1e200) == KERNEL_OK);
	CHECK(moments_variance(&moments, 0, &undefined) == KERNEL_OVERFLOW);
	CHECK(moments_add(&moments, 1.0) == KERNEL_OK);
	CHECK(moments_variance(&moments, 0, &undefined) == KERNEL_OVERFLOW);
	CHECK_CLOSE(VALUE_OF(moments_deviation(&moments, 0, &result)), sqrt(3.0) / 4.0 * 1e200, 1e-15);
	moments_normalise(&moments);
	CHECK(moments_is_valid(&moments));
}

static void
states_of_values_are_valid(void)
{
	size_t g;

	for (g = 0; g < N_GOLDEN; g++)
	{
		const GoldenMoments *golden = &golden_moments[g];
		int n;

		for (n = 0; n <= golden->n; n++)
		{
			Sum sum = sum_of(golden->values, n);
			Variance variance = variance_of(golden->values, has_variance(golden) ? n : 0);
			Moments moments = moments_of(golden->values, n);

			sum_normalise(&sum);
			variance_normalise(&variance);
			moments_normalise(&moments);
			CHECK(sum_is_valid(&sum));
			CHECK(variance_is_valid(&variance));
			CHECK(moments_is_valid(&moments));
		}
	}
}

static void
forged_states_are_refused(void)
{
	Sum sum = sum_of(golden_small, 6);
	Variance variance = variance_of(golden_small, 6);
	Moments moments = moments_of(golden_small, 6);
	Moments forged;

	CHECK(!sum_is_valid(&(Sum){-1, sum.total}));
	CHECK(!sum_is_valid(&(Sum){0, {1.0, 0.0}}));
	CHECK(!sum_is_valid(&(Sum){3, {1.0, 0.5}}));
	CHECK(!sum_is_valid(&(Sum){3, {1.0, NAN}}));
	CHECK(!sum_is_valid(&(Sum){INT64_MAX, {1.0, 0.0}}));
	CHECK(!variance_is_valid(&(Variance){3, {1.0, 0.0}, {-1.0, 0.0}}));
	CHECK(!variance_is_valid(&(Variance){1, {1.0, 0.0}, {1.0, 0.0}}));
	CHECK(variance_is_valid(&(Variance){3, {1e-150, 0.0}, {-1.0, 0.0}}));
	CHECK(!variance_is_valid(&(Variance){3, {1e-110, 0.0}, {-1.0, 0.0}}));
	CHECK(!variance_is_valid(&(Variance){1, {1e-150, 0.0}, {-1.0, 0.0}}));
	CHECK(!variance_is_valid(&(Variance){3, {1e-150, 0.0}, {-INFINITY, 0.0}}));
	CHECK(!variance_is_valid(&(Variance){3, {INFINITY, 0.0}, {1.0, 0.0}}));
	CHECK(!variance_is_valid(&(Variance){3, {1.0, 0.0}, {NAN, 0.0}}));
	moments_normalise(&moments);
	CHECK(moments_is_valid(&moments));
	variance_normalise(&variance);
	CHECK(variance_is_valid(&variance));
	forged = moments;
	forged.min = 8.0;
	CHECK(!moments_is_valid(&forged));
	forged = moments;
	forged.max = INFINITY;
	CHECK(!moments_is_valid(&forged));
	forged = moments;
	forged.m4 = -1.0;
	CHECK(!moments_is_valid(&forged));
	forged = moments;
	forged.m3 = NAN;
	CHECK(!moments_is_valid(&forged));
	forged = moments;
	forged.n_nan = -1;
	CHECK(!moments_is_valid(&forged));
	forged = moments;
	forged.n = 0;
	CHECK(!moments_is_valid(&forged));
	forged = moments;
	forged.n = 1;
	CHECK(!moments_is_valid(&forged));
}

UNIT_MAIN(UNIT_CASE(sum_equals_golden), UNIT_CASE(variance_equals_golden),
		  UNIT_CASE(moments_equal_golden), UNIT_CASE(merged_parts_equal_the_whole),
		  UNIT_CASE(constant_has_zero_variance), UNIT_CASE(no_value_and_one_value),
		  UNIT_CASE(minus_zero_stays_in_a_sum), UNIT_CASE(values_that_are_not_finite),
		  UNIT_CASE(overflow_of_finite_values), UNIT_CASE(states_of_values_are_valid),
		  UNIT_CASE(forged_states_are_refused))
