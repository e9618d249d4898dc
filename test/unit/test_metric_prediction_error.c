/*
 * test_metric_prediction_error.c: errors and log loss against scikit-learn; merging and overflow.
 */
#include "kernel/metric/prediction_error.h"

#include "../golden/metric.h"
#include "kernel/metric/roc.h"
#include "unit.h"

#define ROWS 500

static void
add_rows(PredictionError *errors, LogLoss *loss, int first, int last, bool weighted)
{
	int			i;

	for (i = first; i < last; i++)
	{
		double		label = (i * 37 % 101) / 4.0;
		double		weight = weighted ? 1.0 + i % 4 : 1.0;
		bool		positive = (i * 37 % 101) + (i * 53 % 89) > 90;

		CHECK(prediction_error_add(errors, label, label + (i * 53 % 89) / 16.0 - 2.5, weight) == KERNEL_OK);
		log_loss_add(loss, positive, (i * 37 % 101) / 100.0, weight);
	}
}

static void
check(const PredictionError *errors, const LogLoss *loss, const double *golden)
{
	double		result;

	/* scikit-learn sums 500 doubles: 1e-13 is its own rounding. */
	CHECK(prediction_error_rmse(errors, &result));
	CHECK_CLOSE(result, golden[0], 1e-13);
	CHECK(prediction_error_mae(errors, &result));
	CHECK_CLOSE(result, golden[1], 1e-13);
	CHECK(prediction_error_r2(errors, &result));
	CHECK_CLOSE(result, golden[2], 1e-13);
	CHECK(log_loss_mean(loss, &result));
	CHECK_CLOSE(result, golden[3], 1e-13);
}

static void
agrees_with_sklearn(void)
{
	PredictionError errors = {0};
	LogLoss		loss = {0};

	add_rows(&errors, &loss, 0, ROWS, false);
	check(&errors, &loss, golden_metric);
	errors = (PredictionError) {0};
	loss = (LogLoss) {0};
	add_rows(&errors, &loss, 0, ROWS, true);
	check(&errors, &loss, golden_metric_weighted);
}

static void
area_agrees_with_sklearn(void)
{
	int			weighted;
	int			i;

	for (weighted = 0; weighted < 2; weighted++)
	{
		Roc			roc = {0};
		double		area;

		for (i = 0; i < ROWS; i++)
			CHECK(roc_add(&roc, &unit_allocator, (i * 37 % 101) / 100.0,
						  (i * 37 % 101) + (i * 53 % 89) > 90, weighted ? 1.0 + i % 4 : 1.0,
						  NULL) == KERNEL_OK);
		CHECK(roc_compact(&roc, &unit_allocator, NULL) == KERNEL_OK && roc_area(&roc, &area));
		CHECK_CLOSE(area, weighted ? golden_metric_weighted[4] : golden_metric[4], 1e-13);
		roc_release(&roc, &unit_allocator);
	}
}

static void
merged_equals_whole(void)
{
	PredictionError errors = {0};
	PredictionError other = {0};
	LogLoss		loss = {0};
	LogLoss		other_loss = {0};

	add_rows(&errors, &loss, 300, ROWS, true);
	add_rows(&other, &other_loss, 0, 300, true);
	CHECK(prediction_error_merge(&errors, &other) == KERNEL_OK);
	log_loss_merge(&loss, &other_loss);
	check(&errors, &loss, golden_metric_weighted);
}

static void
undefined_and_overflow(void)
{
	PredictionError errors = {0};
	LogLoss		loss = {0};
	double		result;

	CHECK(!prediction_error_rmse(&errors, &result) && !prediction_error_r2(&errors, &result));
	CHECK(!log_loss_mean(&loss, &result));
	CHECK(prediction_error_add(&errors, 0.1, 0.3, 1.0) == KERNEL_OK);
	CHECK(prediction_error_add(&errors, 0.1, 0.2, 1.0) == KERNEL_OK);
	CHECK(!prediction_error_r2(&errors, &result));
	CHECK(prediction_error_add(&errors, 1e200, -1e200, 1.0) == KERNEL_OVERFLOW);
	log_loss_add(&loss, true, 0.0, 1.0);
	CHECK(log_loss_mean(&loss, &result));
	CHECK_CLOSE(result, 52 * 0.69314718055994530942, 1e-15);
}

UNIT_MAIN(UNIT_CASE(agrees_with_sklearn), UNIT_CASE(area_agrees_with_sklearn),
		  UNIT_CASE(merged_equals_whole), UNIT_CASE(undefined_and_overflow))
