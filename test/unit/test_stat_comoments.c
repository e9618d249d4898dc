/*
 * test_stat_comoments.c: states of pairs, whole and merged, against mpmath; special values; validity.
 *
 * Golden values: test/golden/windows.py, the frames of 20 pairs.
 */
#include "unit.h"

#include "../golden/windows.h"
#include "kernel/stat/comoments.h"

static const int golden_of[] = {RESULT_COVAR_SAMP, RESULT_CORR, RESULT_SLOPE, RESULT_INTERCEPT};

/* Covariance, correlation, slope, intercept; UNDEFINED for NULL. */
static void
results_of(const Comoments *state, double *results)
{
	double result = 0.0;

	results[0] = comoments_covariance(state, 1, &result) == KERNEL_OK ? result : UNDEFINED;
	results[1] = comoments_correlation(state, &result) == KERNEL_OK ? result : UNDEFINED;
	results[2] = comoments_slope(state, &result) == KERNEL_OK ? result : UNDEFINED;
	results[3] = comoments_intercept(state, &result) == KERNEL_OK ? result : UNDEFINED;
}

static Comoments
state_of(const double *x, const double *y, int first, int last)
{
	Comoments state;
	int i;

	comoments_clear(&state);
	for (i = first; i < last; i++)
		CHECK(comoments_add(&state, x[i], y[i]) == KERNEL_OK);
	return state;
}

/* sqrt(Sxx Syy) scaled to each result: what its terms may add up to. */
static void
check_state(const Comoments *state, const double *expected)
{
	Variance x = comoments_x(state);
	Variance y = comoments_y(state);
	double x_deviation = 0.0;
	double y_deviation = 0.0;
	double spread = variance_deviation(&x, 0, &x_deviation) == KERNEL_OK &&
			variance_deviation(&y, 0, &y_deviation) == KERNEL_OK ?
		x_deviation * y_deviation * (double) state->n :
		NAN;
	double slope = x_deviation > 0.0 ? y_deviation / x_deviation : 0.0;
	double size[] = {spread / (double) (state->n - 1), 1.0, slope,
					 fabs(state->total_y.hi) + fabs(state->total_x.hi) * slope};
	double actual[4];
	int r;

	results_of(state, actual);
	for (r = 0; r < 4; r++)
	{
		double e = expected[golden_of[r]];

		CHECK_NEAR(actual[r], e,
				   isfinite(size[r]) ? 1e-12 * fabs(e) + 4.5e-16 * size[r] + 5e-324 : 0.0);
	}
}

static void
whole_and_merged_agree_with_mpmath(void)
{
	size_t s;
	int split;
	int i;

	for (s = 0; s < sizeof(golden_series) / sizeof(golden_series[0]); s++)
	{
		const GoldenSeries *series = &golden_series[s];

		for (i = 20; series->width == 20 && i < SERIES_ROWS; i += 3)
		{
			Comoments whole = state_of(series->x, series->y, i - 19, i + 1);

			check_state(&whole, series->expected[i]);
			for (split = i - 19; split <= i + 1; split++)
			{
				Comoments left = state_of(series->x, series->y, i - 19, split);
				Comoments right = state_of(series->x, series->y, split, i + 1);

				CHECK(comoments_merge(&left, &right) == KERNEL_OK);
				CHECK(left.n == whole.n);
				check_state(&left, series->expected[i]);
				comoments_normalise(&left);
				CHECK(comoments_is_valid(&left));
			}
		}
	}
}

/* A value that is not finite spoils its own side and the products. */
static void
sides_are_independent(void)
{
	static const double x[] = {1.0, 2.0, NAN, 4.0};
	static const double y[] = {3.0, 5.0, 1.0, 8.0};
	Comoments state = state_of(x, y, 0, 4);
	Comoments swapped = state_of(y, x, 0, 4);
	Comoments first = state_of(x, y, 2, 3);
	double result = 0.0;

	CHECK(comoments_syy(&state, &result) == KERNEL_OK && result == 26.75);
	CHECK(comoments_sxx(&swapped, &result) == KERNEL_OK && result == 26.75);
	CHECK(comoments_sxx(&state, &result) == KERNEL_OK && isnan(result));
	CHECK(comoments_sxy(&state, &result) == KERNEL_OK && isnan(result));
	CHECK(comoments_sxy(&first, &result) == KERNEL_OK && isnan(result));
	first = state_of(y, x, 2, 3);
	CHECK(comoments_sxy(&first, &result) == KERNEL_OK && isnan(result));
	first = state_of(x, y, 2, 3);
	CHECK(comoments_syy(&first, &result) == KERNEL_OK && result == 0.0);
	CHECK(comoments_correlation(&state, &result) == KERNEL_OK && isnan(result));
	/* As the built-in: y has no spread, which comes before what x is. */
	CHECK(comoments_r2(&first, &result) == KERNEL_OK && result == 1.0);
	CHECK(comoments_correlation(&first, &result) == KERNEL_INVALID);
}

static void
overflow_is_that_of_the_side(void)
{
	static const double huge[] = {1e200, -1e200};
	static const double ones[] = {1.0, 2.0};
	Comoments state;
	Comoments other;

	comoments_clear(&state);
	CHECK(comoments_add(&state, huge[0], ones[0]) == KERNEL_OK);
	CHECK(comoments_add(&state, huge[1], ones[1]) == KERNEL_OVERFLOW);
	comoments_clear(&state);
	CHECK(comoments_add(&state, ones[0], huge[0]) == KERNEL_OK);
	CHECK(comoments_add(&state, ones[1], huge[1]) == KERNEL_OVERFLOW);
	/* Behind an infinity on its own side nothing overflows; the other side still does. */
	comoments_clear(&state);
	CHECK(comoments_add(&state, INFINITY, huge[0]) == KERNEL_OK);
	CHECK(comoments_add(&state, 1e308, ones[0]) == KERNEL_OVERFLOW);
	comoments_clear(&state);
	CHECK(comoments_add(&state, INFINITY, ones[0]) == KERNEL_OK);
	CHECK(comoments_add(&state, 1e308, ones[1]) == KERNEL_OK);
	CHECK(comoments_add(&state, 1e308, ones[1]) == KERNEL_OK);
	state = state_of(huge, ones, 0, 1);
	other = state_of(huge, ones, 1, 2);
	CHECK(comoments_merge(&state, &other) == KERNEL_OVERFLOW);
}

/* What the closed forms give: y = 3 - 2x, a level y, a single pair, nothing. */
static void
lines_and_edges(void)
{
	static const double x[] = {0.5, 2.0, 3.0, 10.0};
	static const double y[] = {2.0, -1.0, -3.0, -17.0};
	static const double level[] = {4.0, 4.0, 4.0, 4.0};
	Comoments line = state_of(x, y, 0, 4);
	Comoments flat = state_of(x, level, 0, 4);
	Comoments single = state_of(x, y, 0, 1);
	Comoments none = state_of(x, y, 0, 0);
	double result = 0.0;

	CHECK(comoments_slope(&line, &result) == KERNEL_OK && result == -2.0);
	CHECK(comoments_intercept(&line, &result) == KERNEL_OK && result == 3.0);
	CHECK(comoments_x_intercept(&line, &result) == KERNEL_OK && result == 1.5);
	CHECK(comoments_correlation(&line, &result) == KERNEL_OK && result == -1.0);
	CHECK(comoments_r2(&line, &result) == KERNEL_OK && result == 1.0);
	CHECK(comoments_slope(&flat, &result) == KERNEL_OK && result == 0.0);
	CHECK(comoments_intercept(&flat, &result) == KERNEL_OK && result == 4.0);
	CHECK(comoments_x_intercept(&flat, &result) == KERNEL_INVALID);
	CHECK(comoments_r2(&flat, &result) == KERNEL_OK && result == 1.0);
	CHECK(comoments_correlation(&flat, &result) == KERNEL_INVALID);
	CHECK(comoments_covariance(&single, 0, &result) == KERNEL_OK && result == 0.0);
	CHECK(comoments_covariance(&single, 1, &result) == KERNEL_INVALID);
	CHECK(comoments_slope(&single, &result) == KERNEL_INVALID);
	CHECK(comoments_sxy(&none, &result) == KERNEL_INVALID);
	CHECK(comoments_covariance(&none, 0, &result) == KERNEL_INVALID);
}

/* Squares whose product would over- or underflow. */
static void
extreme_scales(void)
{
	static const double big[] = {1e130, -3e130, 2e130};
	static const double small[] = {1e-150, 2e-150, 5e-150};
	Comoments bigs = state_of(big, big, 0, 3);
	Comoments smalls = state_of(small, small, 0, 3);
	double result = 0.0;

	CHECK(comoments_correlation(&bigs, &result) == KERNEL_OK);
	CHECK_NEAR(result, 1.0, 4e-16);
	CHECK(comoments_r2(&bigs, &result) == KERNEL_OK);
	CHECK_NEAR(result, 1.0, 4e-16);
	CHECK(comoments_correlation(&smalls, &result) == KERNEL_OK);
	CHECK_NEAR(result, 1.0, 4e-16);
	CHECK(comoments_slope(&smalls, &result) == KERNEL_OK);
	CHECK_NEAR(result, 1.0, 4e-16);
}

/* y = 4.5 - x / 2 + a residual, at scales whose products leave the range; far from the origin. */
static void
intercepts(void)
{
	static const double scales[] = {0x1p-510, 0x1p-300, 1.0, 0x1p300, 0x1p400};
	Comoments far;
	double result = 0.0;
	size_t i;
	int j;

	for (i = 0; i < sizeof(scales) / sizeof(scales[0]); i++)
	{
		double x[] = {scales[i], 2.0 * scales[i], 4.0 * scales[i]};
		double y[] = {5.0 * scales[i], 2.0 * scales[i], 3.0 * scales[i]};
		Comoments state = state_of(x, y, 0, 3);

		CHECK(comoments_intercept(&state, &result) == KERNEL_OK);
		CHECK_CLOSE(result, 4.5 * scales[i], 4e-16);
		CHECK(comoments_slope(&state, &result) == KERNEL_OK);
		CHECK_CLOSE(result, -0.5, 4e-16);
	}
	comoments_clear(&far);
	for (j = 0; j < 1000; j++)
		CHECK(comoments_add(&far, 1e15 + j / 4.0, 2e15 + 3.0 + j / 2.0) == KERNEL_OK);
	CHECK(comoments_intercept(&far, &result) == KERNEL_OK);
	CHECK_NEAR(result, 3.0, 1e-9);
}

static void
forged_states_are_refused(void)
{
	static const double x[] = {1.0, 2.0, 4.0};
	Comoments state = state_of(x, x, 0, 3);
	Comoments forged;

	CHECK(comoments_is_valid(&state));
	forged = state;
	forged.n = -1;
	CHECK(!comoments_is_valid(&forged));
	forged = state;
	forged.sxx.hi = -1.0;
	CHECK(!comoments_is_valid(&forged));
	forged = state;
	forged.sxy.hi = NAN;
	CHECK(!comoments_is_valid(&forged));
	forged = state;
	forged.sxy.hi = INFINITY;
	CHECK(!comoments_is_valid(&forged));
	forged = state;
	forged.sxy.lo = 1.0;
	CHECK(!comoments_is_valid(&forged));
	forged = state_of(x, x, 0, 1);
	CHECK(comoments_is_valid(&forged));
	forged.sxy.hi = 1.0;
	CHECK(!comoments_is_valid(&forged));
	comoments_clear(&forged);
	CHECK(comoments_is_valid(&forged));
}

UNIT_MAIN(UNIT_CASE(whole_and_merged_agree_with_mpmath), UNIT_CASE(sides_are_independent),
		  UNIT_CASE(overflow_is_that_of_the_side), UNIT_CASE(lines_and_edges),
		  UNIT_CASE(extreme_scales), UNIT_CASE(intercepts), UNIT_CASE(forged_states_are_refused))
