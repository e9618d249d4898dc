/*
 * test_metric_prediction_error.c: errors and log loss against scikit-learn; merging and overflow.
 */
#include "kernel/metric/prediction_error.h"

#include "../golden/metric.h"
#include "unit.h"

#define ROWS 500

static void
add_rows(PredictionError *errors, LogLoss *loss, int first, int last, bool weighted)
{
	int i;

	for (i = first; i < last; i++)
	{
		double label = (i * 37 % 101) / 4.0;
		double weight = weighted ? 1.0 + i % 4 : 1.0;
		bool positive = (i * 37 % 101) + (i * 53 % 89) > 90;

		CHECK(prediction_error_add(errors, label, label + (i * 53 % 89) / 16.0 - 2.5, weight) ==
			  KERNEL_OK);
		CHECK(log_loss_add(loss, positive, (i * 37 % 101) / 100.0, weight) == KERNEL_OK);
	}
}

static void
check(const PredictionError *errors, const LogLoss *loss, const double *golden)
{
	double result;

	/* scikit-learn sums 500 doubles: 1e-13 is its own rounding. */
	CHECK(prediction_error_rmse(errors, &result) == KERNEL_OK);
	CHECK_CLOSE(result, golden[0], 1e-13);
	CHECK(prediction_error_mae(errors, &result) == KERNEL_OK);
	CHECK_CLOSE(result, golden[1], 1e-13);
	CHECK(prediction_error_r2(errors, &result) == KERNEL_OK);
	CHECK_CLOSE(result, golden[2], 1e-13);
	CHECK(log_loss_mean(loss, &result) == KERNEL_OK);
	CHECK_CLOSE(result, golden[3], 1e-13);
}

static void
agrees_with_sklearn(void)
{
	PredictionError errors = {0};
	LogLoss loss = {0};

	add_rows(&errors, &loss, 0, ROWS, false);
	check(&errors, &loss, golden_metric);
	errors = (PredictionError){0};
	loss = (LogLoss){0};
	add_rows(&errors, &loss, 0, ROWS, true);
	check(&errors, &loss, golden_metric_weighted);
}

static void
merged_equals_whole(void)
{
	PredictionError errors = {0};
	PredictionError other = {0};
	LogLoss loss = {0};
	LogLoss other_loss = {0};

	add_rows(&errors, &loss, 300, ROWS, true);
	add_rows(&other, &other_loss, 0, 300, true);
	CHECK(prediction_error_merge(&errors, &other) == KERNEL_OK);
	CHECK(log_loss_merge(&loss, &other_loss) == KERNEL_OK);
	check(&errors, &loss, golden_metric_weighted);
}

static void
undefined_and_overflow(void)
{
	PredictionError errors = {0};
	LogLoss loss = {0};
	LogLoss other;
	double result;

	CHECK(prediction_error_rmse(&errors, &result) == KERNEL_INVALID);
	CHECK(prediction_error_mae(&errors, &result) == KERNEL_INVALID);
	CHECK(prediction_error_r2(&errors, &result) == KERNEL_INVALID);
	CHECK(log_loss_mean(&loss, &result) == KERNEL_INVALID);
	CHECK(prediction_error_add(&errors, 0.1, 0.3, 1.0) == KERNEL_OK);
	CHECK(prediction_error_add(&errors, 0.1, 0.2, 1.0) == KERNEL_OK);
	CHECK(prediction_error_r2(&errors, &result) == KERNEL_INVALID);
	CHECK(prediction_error_add(&errors, 1e200, -1e200, 1.0) == KERNEL_OVERFLOW);
	CHECK(log_loss_add(&loss, true, 0.0, 1.0) == KERNEL_OK);
	CHECK(log_loss_mean(&loss, &result) == KERNEL_OK);
	CHECK_CLOSE(result, 52 * 0.69314718055994530942, 1e-15);
	CHECK(log_loss_add(&loss, true, 0.5, 1.7e308) == KERNEL_OK);
	other = loss;
	CHECK(log_loss_merge(&loss, &other) == KERNEL_OVERFLOW);
	CHECK(log_loss_add(&other, true, 0.5, 1.7e308) == KERNEL_OVERFLOW);
}

/* Labels 1, 2, 4, predictions 0, 0, 3 with the weights 1, 2, 1 in any unit. */
static void
unit_of_weights_is_free(void)
{
	static const double units[] = {0x1p-1000, 0x1p-600, 1.0, 0x1p600, 0x1p1010};
	static const double sizes[] = {0x1p-540, 1.0, 0x1p540};
	double result;
	int i;
	int j;

	for (i = 0; i < 15; i++)
	{
		double unit = units[i / 3];
		double size = sizes[i % 3];
		PredictionError errors = {0};
		LogLoss loss = {0};

		/* The sum of squares itself must be a double. */
		if (fabs(log2(unit) + 2.0 * log2(size)) > 1015.0)
			continue;
		for (j = 0; j < 3; j++)
		{
			double weight = j == 1 ? 2.0 * unit : unit;

			CHECK(prediction_error_add(&errors, (1 << j) * size, j == 2 ? 3.0 * size : 0.0,
									   weight) == KERNEL_OK);
			CHECK(log_loss_add(&loss, true, 0.5, weight) == KERNEL_OK);
		}
		CHECK(prediction_error_rmse(&errors, &result) == KERNEL_OK);
		CHECK_CLOSE(result, sqrt(2.5) * size, 1e-15);
		CHECK(prediction_error_mae(&errors, &result) == KERNEL_OK);
		CHECK_CLOSE(result, 1.5 * size, 1e-15);
		CHECK(prediction_error_r2(&errors, &result) == KERNEL_OK);
		CHECK_CLOSE(result, 1.0 - 10.0 / 4.75, 1e-15);
		CHECK(log_loss_mean(&loss, &result) == KERNEL_OK);
		CHECK_CLOSE(result, 0.69314718055994530942, 1e-15);
	}
}

/* Weights that lose digits are refused, unless they stand beside others. */
static void
tiny_weights_are_refused(void)
{
	PredictionError errors = {0};
	LogLoss loss = {0};
	double result = -1.0;

	CHECK(prediction_error_add(&errors, 1.0, 0.1, 0x1p-1001) == KERNEL_OK);
	CHECK(prediction_error_add(&errors, 2.0, 0.1, 0x1p-1001) == KERNEL_OK);
	CHECK(log_loss_add(&loss, true, 0.1, 0x1p-1001) == KERNEL_OK);
	CHECK(prediction_error_rmse(&errors, &result) == KERNEL_UNDERFLOW);
	CHECK(prediction_error_mae(&errors, &result) == KERNEL_UNDERFLOW);
	CHECK(prediction_error_r2(&errors, &result) == KERNEL_UNDERFLOW);
	CHECK(log_loss_mean(&loss, &result) == KERNEL_UNDERFLOW);
	CHECK(result == -1.0);
	CHECK(prediction_error_add(&errors, 3.0, 1.0, 1.0) == KERNEL_OK);
	CHECK(prediction_error_mae(&errors, &result) == KERNEL_OK && result == 2.0);
}

static void
forged_states_are_invalid(void)
{
	PredictionError errors = {0};
	PredictionError forged;
	LogLoss loss = {0};
	LogLoss forged_loss;

#define REFUSED(change) \
	do \
	{ \
		forged = errors; \
		change; \
		CHECK(!prediction_error_is_valid(&forged)); \
	} while (0)
#define REFUSED_LOSS(change) \
	do \
	{ \
		forged_loss = loss; \
		change; \
		CHECK(!log_loss_is_valid(&forged_loss)); \
	} while (0)
	CHECK(prediction_error_is_valid(&errors) && log_loss_is_valid(&loss));
	add_rows(&errors, &loss, 0, ROWS, true);
	CHECK(prediction_error_is_valid(&errors) && log_loss_is_valid(&loss));
	REFUSED(forged.n = -1);
	REFUSED(forged.n = 0);
	REFUSED(forged.n = INT64_MAX);
	REFUSED(forged.weight = dd_from(0.0));
	REFUSED(forged.weight.lo = forged.weight.hi);
	REFUSED(forged.square = dd_from(-1.0));
	REFUSED(forged.absolute = dd_from(NAN));
	REFUSED(forged.label = dd_from(INFINITY));
	REFUSED(forged.label_square = dd_from(-1.0));
	REFUSED_LOSS(forged_loss.n = 0);
	REFUSED_LOSS(forged_loss.weight = dd_from(-1.0));
	REFUSED_LOSS(forged_loss.loss = dd_from(-1.0));
	REFUSED_LOSS(forged_loss.loss.lo = NAN);
}

/* Losses beside the log loss, against scikit-learn. */
static void
losses_equal_golden(void)
{
	int weighted;
	int i;

	for (weighted = 0; weighted < 2; weighted++)
	{
		const double *golden = weighted ? golden_loss_weighted : golden_loss;
		PredictionError brier = {0};
		LogLoss percentage = {0};
		LogLoss pinball = {0};
		double result;

		CHECK(prediction_error_mse(&brier, &result) == KERNEL_INVALID);
		for (i = 0; i < ROWS; i++)
		{
			double label = (i * 37 % 101) / 4.0;
			double prediction = label + (i * 53 % 89) / 16.0 - 2.5;
			double weight = weighted ? 1.0 + i % 4 : 1.0;

			CHECK(prediction_error_add(&brier, (i * 37 % 101) + (i * 53 % 89) > 90,
									   (i * 37 % 101) / 100.0, weight) == KERNEL_OK);
			CHECK(percentage_loss_add(&percentage, label + 1.0, prediction, weight) == KERNEL_OK);
			CHECK(pinball_loss_add(&pinball, label, prediction, 0.9, weight) == KERNEL_OK);
		}
		CHECK(prediction_error_mse(&brier, &result) == KERNEL_OK);
		CHECK_CLOSE(result, golden[0], 1e-13);
		CHECK(log_loss_mean(&percentage, &result) == KERNEL_OK);
		CHECK_CLOSE(result, golden[1], 1e-13);
		CHECK(log_loss_mean(&pinball, &result) == KERNEL_OK);
		CHECK_CLOSE(result, golden[2], 1e-13);
	}
}

UNIT_MAIN(UNIT_CASE(losses_equal_golden), UNIT_CASE(agrees_with_sklearn),
		  UNIT_CASE(merged_equals_whole), UNIT_CASE(undefined_and_overflow),
		  UNIT_CASE(unit_of_weights_is_free), UNIT_CASE(tiny_weights_are_refused),
		  UNIT_CASE(forged_states_are_invalid))
