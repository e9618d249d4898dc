/*
 * test_window_exact.c: moving results against mpmath on adversarial series.
 *
 * The relative error is at most max(1e-12, 4u times the size of what was summed over the size of
 * the result), u = 2^-53, whatever becomes of squares.  Golden values: test/golden/windows.py.
 */
#include "unit.h"

#include <float.h>

#include "../golden/windows.h"
#include "kernel/window/moving_pair.h"

#define UNIT_ROUNDING (DBL_EPSILON / 2.0)

typedef struct Frame
{
	MovingSum sum;
	MovingVariance variance;
	MovingMoments moments;
	MovingPair pair;
} Frame;

/* The result, UNDEFINED where it is NULL. */
static double
value_of(Status status, double result)
{
	CHECK(status == KERNEL_OK || status == KERNEL_INVALID);
	return status == KERNEL_OK ? result : UNDEFINED;
}

static void
frame_add(Frame *frame, Pair pair)
{
	CHECK(moving_sum_add(&frame->sum, &unit_allocator, pair.x) == KERNEL_OK);
	CHECK(moving_variance_add(&frame->variance, &unit_allocator, pair.x) == KERNEL_OK);
	CHECK(moving_moments_add(&frame->moments, &unit_allocator, pair.x) == KERNEL_OK);
	CHECK(moving_pair_add(&frame->pair, &unit_allocator, pair) == KERNEL_OK);
}

static void
frame_remove(Frame *frame, Pair pair)
{
	CHECK(moving_sum_remove(&frame->sum, &unit_allocator, NULL, pair.x) == KERNEL_OK);
	CHECK(moving_variance_remove(&frame->variance, &unit_allocator, NULL, pair.x) == KERNEL_OK);
	CHECK(moving_moments_remove(&frame->moments, &unit_allocator, NULL, pair.x) == KERNEL_OK);
	CHECK(moving_pair_remove(&frame->pair, &unit_allocator, NULL, pair) == KERNEL_OK);
}

static void
pair_results(const MovingPair *moving, double *results)
{
	double result = 0.0;
	Comoments state;
	Status status;

	CHECK(moving_pair_state(moving, &state) == KERNEL_OK);
	status = comoments_covariance(&state, 1, &result);
	results[RESULT_COVAR_SAMP] = value_of(status, result);
	status = comoments_correlation(&state, &result);
	results[RESULT_CORR] = value_of(status, result);
	status = comoments_slope(&state, &result);
	results[RESULT_SLOPE] = value_of(status, result);
	status = comoments_intercept(&state, &result);
	results[RESULT_INTERCEPT] = value_of(status, result);
}

static void
frame_results(const Frame *frame, double *results)
{
	double result = 0.0;
	Variance variance;
	Moments moments;
	Status status;
	Sum sum;

	CHECK(moving_sum_state(&frame->sum, &sum) == KERNEL_OK);
	status = sum_total(&sum, &result);
	results[RESULT_SUM] = value_of(status, result);
	status = sum_mean(&sum, &result);
	results[RESULT_MEAN] = value_of(status, result);
	CHECK(moving_variance_state(&frame->variance, &variance) == KERNEL_OK);
	status = variance_variance(&variance, 1, &result);
	results[RESULT_VAR_SAMP] = value_of(status, result);
	CHECK(moving_moments_state(&frame->moments, &moments) == KERNEL_OK);
	status = moments_skewness(&moments, &result);
	results[RESULT_SKEWNESS] = value_of(status, result);
	status = moments_kurtosis(&moments, &result);
	results[RESULT_KURTOSIS] = value_of(status, result);
	pair_results(&frame->pair, results);
}

/* The exponent of the largest finite value, so that squares can be taken of values times 2^-it. */
static int
exponent_of(const double *values, int first, int last)
{
	double most = 0.0;
	int exponent;
	int i;

	for (i = first; i < last; i++)
		if (isfinite(values[i]) && fabs(values[i]) > most)
			most = fabs(values[i]);
	(void) frexp(most, &exponent);
	return exponent;
}

/* Sizes of what each result sums, from the frame itself; doubles are good enough for a bound. */
static void
sizes_of(const GoldenSeries *series, int first, int last, double *size)
{
	int x_exponent = exponent_of(series->x, first, last);
	int y_exponent = exponent_of(series->y, first, last);
	double n = last - first;
	double mean_x = 0.0;
	double mean_y = 0.0;
	double sxx = 0.0;
	double syy = 0.0;
	double abs_x = 0.0;
	double abs_y = 0.0;
	int i;

	for (i = first; i < last; i++)
	{
		mean_x += ldexp(series->x[i], -x_exponent) / n;
		mean_y += ldexp(series->y[i], -y_exponent) / n;
		abs_x += fabs(ldexp(series->x[i], -x_exponent));
		abs_y += fabs(ldexp(series->y[i], -y_exponent));
	}
	for (i = first; i < last; i++)
	{
		sxx += pow(ldexp(series->x[i], -x_exponent) - mean_x, 2.0);
		syy += pow(ldexp(series->y[i], -y_exponent) - mean_y, 2.0);
	}
	size[RESULT_SUM] = ldexp(abs_x, x_exponent);
	size[RESULT_MEAN] = ldexp(abs_x / n, x_exponent);
	size[RESULT_VAR_SAMP] = ldexp(sxx / (n - 1.0), 2 * x_exponent);
	size[RESULT_SKEWNESS] = sqrt(n);
	size[RESULT_KURTOSIS] = n;
	size[RESULT_COVAR_SAMP] = ldexp(sqrt(sxx) * sqrt(syy) / (n - 1.0), x_exponent + y_exponent);
	size[RESULT_CORR] = 1.0;
	size[RESULT_SLOPE] = ldexp(sqrt(syy) / sqrt(sxx), y_exponent - x_exponent);
	size[RESULT_INTERCEPT] = ldexp((abs_y + abs_x * sqrt(syy) / sqrt(sxx)) / n, y_exponent);
}

static void
check_row(const GoldenSeries *series, int row, int first, const double *actual)
{
	double size[N_RESULTS];
	int r;

	sizes_of(series, first, row + 1, size);
	for (r = 0; r < N_RESULTS; r++)
	{
		double expected = series->expected[row][r];
		double bound = fmax(1e-12 * fabs(expected), 4.0 * UNIT_ROUNDING * size[r]);
		int before = unit_failures;

		CHECK_NEAR(actual[r], expected, isfinite(bound) ? bound + DBL_TRUE_MIN : 0.0);
		if (unit_failures > before)
			printf("# %s, width %d, row %d, result %d\n", series->name, series->width, row, r);
	}
	CHECK(!(actual[RESULT_VAR_SAMP] < 0.0));
}

static void
check_series(const GoldenSeries *series)
{
	double actual[N_RESULTS];
	Frame frame;
	int first = 0;
	int row;

	moving_sum_begin(&frame.sum);
	moving_variance_begin(&frame.variance);
	moving_moments_begin(&frame.moments);
	moving_pair_begin(&frame.pair);
	for (row = 0; row < SERIES_ROWS; row++)
	{
		if (row - first == series->width)
		{
			frame_remove(&frame, (Pair){series->x[first], series->y[first]});
			first++;
		}
		frame_add(&frame, (Pair){series->x[row], series->y[row]});
		frame_results(&frame, actual);
		check_row(series, row, first, actual);
	}
	moving_sum_release(&frame.sum, &unit_allocator);
	moving_variance_release(&frame.variance, &unit_allocator);
	moving_moments_release(&frame.moments, &unit_allocator);
	moving_pair_release(&frame.pair, &unit_allocator);
}

/* All series whose name begins so. */
static void
check_named(const char *name)
{
	int n_checked = 0;
	size_t i;

	for (i = 0; i < sizeof(golden_series) / sizeof(golden_series[0]); i++)
		if (strcmp(golden_series[i].name, name) == 0)
		{
			check_series(&golden_series[i]);
			n_checked++;
		}
	CHECK(n_checked == 2);
}

static void
plain_normals(void)
{
	check_named("normals");
}

static void
outliers_enter_and_leave(void)
{
	check_named("outliers_1e15");
	check_named("cancelling");
	check_named("many_sizes");
}

static void
far_from_zero(void)
{
	check_named("about_1e9");
	check_named("straight");
}

static void
nan_and_infinity_pass(void)
{
	check_named("specials");
}

static void
denormals(void)
{
	check_named("denormals");
}

/* Squares and fourth powers leave the range of doubles, at places where values of other sizes pass. */
static void
squares_out_of_range(void)
{
	check_named("tiny");
	check_named("border");
	check_named("huge");
}

static void
no_spread(void)
{
	check_named("constant");
}

UNIT_MAIN(UNIT_CASE(plain_normals), UNIT_CASE(outliers_enter_and_leave), UNIT_CASE(far_from_zero),
		  UNIT_CASE(nan_and_infinity_pass), UNIT_CASE(denormals), UNIT_CASE(squares_out_of_range),
		  UNIT_CASE(no_spread))
