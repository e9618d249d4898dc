/*
 * test_metric_class_scores.c: tables of classes and their metrics against scikit-learn, undefined
 * ones, and memory that runs out.
 */
#include "kernel/metric/class_scores.h"

#include <math.h>

#include "../golden/metric.h"
#include "kernel/metric/confusion.h"
#include "unit.h"

#define ROWS 500 /* of test/golden/metric.py */
#define CLASSES 4

/* Row i of test/golden/metric.py. */
static int
golden_row(int i, double *share)
{
	double parts[CLASSES] = {i * 37 % 23 + 1.0, i * 53 % 29 + 1.0, i * 31 % 19 + 1.0,
							 i * 41 % 5 + 1.0};
	double sum = 0.0;
	int k;

	parts[i * 7 % 3] += 12.0;
	for (k = 0; k < CLASSES; k++)
		sum += parts[k];
	for (k = 0; k < CLASSES; k++)
		share[k] = parts[k] / sum;
	return i * 7 % 3;
}

static int
greatest(const double *share)
{
	int best = 0;
	int k;

	for (k = 1; k < CLASSES; k++)
		best = share[k] > share[best] ? k : best;
	return best;
}

static void
add_golden_rows(ClassScores *scores, bool weighted)
{
	double share[CLASSES];
	int i;

	for (i = 0; i < ROWS; i++)
	{
		int actual = golden_row(i, share);

		CHECK(class_scores_add(scores, &unit_allocator, NULL, actual, greatest(share), share,
							   weighted ? 1.0 + i % 4 : 1.0) == KERNEL_OK);
	}
}

/* scikit-learn sums 500 doubles: 1e-13 is its own rounding. */
static void
check_golden(bool weighted, const double *golden)
{
	ClassScores scores;
	double cells[CLASSES * CLASSES];
	double value = NAN;

	CHECK(class_scores_create(&scores, CLASSES, &unit_allocator) == KERNEL_OK);
	add_golden_rows(&scores, weighted);
	CHECK(class_scores_auc(&scores, &unit_allocator, NULL, &value) == KERNEL_OK);
	CHECK_CLOSE(value, golden[0], 1e-13);
	CHECK(log_loss_mean(&scores.loss, &value) == KERNEL_OK);
	CHECK_CLOSE(value, golden[1], 1e-13);
	class_scores_cells(&scores, cells);
	CHECK_CLOSE(confusion_accuracy(cells, CLASSES), golden[2], 1e-13);
	CHECK_CLOSE(confusion_f1_macro(cells, CLASSES), golden[3], 1e-13);
	CHECK_CLOSE(confusion_f1_weighted(cells, CLASSES), golden[4], 1e-13);
	CHECK_CLOSE(confusion_mcc(cells, CLASSES), golden[5], 1e-13);
	CHECK_CLOSE(confusion_precision(cells, CLASSES, 1), golden[6], 1e-13);
	CHECK_CLOSE(confusion_recall(cells, CLASSES, 1), golden[7], 1e-13);
	CHECK(isnan(confusion_f1(cells, CLASSES, 3)));
	class_scores_release(&scores, &unit_allocator);
}

static void
metrics_equal_golden(void)
{
	check_golden(false, golden_classes);
	check_golden(true, golden_classes_weighted);
}

/* No rows, one class, a constant prediction: nothing to divide by. */
static void
undefined_is_nan(void)
{
	const double nothing[4] = {0.0, 0.0, 0.0, 0.0};
	const double constant[4] = {0.1, 0.0, 0.3, 0.0};
	const double perfect[4] = {3.0, 0.0, 0.0, 0.1};
	ClassScores scores;
	double value = -1.0;

	CHECK(isnan(confusion_accuracy(nothing, 2)) && isnan(confusion_f1_macro(nothing, 2)));
	CHECK(isnan(confusion_f1_weighted(nothing, 2)) && isnan(confusion_mcc(nothing, 2)));
	CHECK(isnan(confusion_mcc(constant, 2)) && isnan(confusion_precision(constant, 2, 1)));
	CHECK(confusion_recall(constant, 2, 1) == 0.0 && confusion_f1(constant, 2, 1) == 0.0);
	CHECK_CLOSE(confusion_mcc(perfect, 2), 1.0, 1e-15);
	CHECK(class_scores_create(&scores, 3, &unit_allocator) == KERNEL_OK);
	CHECK(class_scores_auc(&scores, &unit_allocator, NULL, &value) == KERNEL_INVALID);
	CHECK(class_scores_add(&scores, &unit_allocator, NULL, 1, 1, (double[]){0.2, 0.7, 0.1}, 1.0) ==
		  KERNEL_OK);
	CHECK(class_scores_auc(&scores, &unit_allocator, NULL, &value) == KERNEL_INVALID);
	CHECK(value == -1.0);
	class_scores_release(&scores, &unit_allocator);
}

/* Wherever memory ends, the curves are given up or nothing is, and the rest stays right. */
static void
refused_memory_gives_up_curves(void)
{
	int n;
	int given_up = 0;

	for (n = 0; n < 60; n++)
	{
		ClassScores scores;
		double cells[CLASSES * CLASSES];
		double value = NAN;
		Status status;

		unit_allocator_fail_after(n);
		if (class_scores_create(&scores, CLASSES, &unit_allocator) == KERNEL_OUT_OF_MEMORY)
			continue;
		add_golden_rows(&scores, true);
		status = class_scores_auc(&scores, &unit_allocator, NULL, &value);
		unit_allocator_fail_after(-1);
		CHECK(status == (scores.curves == NULL ? KERNEL_INVALID : KERNEL_OK));
		given_up += scores.curves == NULL;
		class_scores_cells(&scores, cells);
		CHECK_CLOSE(confusion_accuracy(cells, CLASSES), golden_classes_weighted[2], 1e-13);
		class_scores_release(&scores, &unit_allocator);
	}
	CHECK(given_up > 10);
}

UNIT_MAIN(UNIT_CASE(metrics_equal_golden), UNIT_CASE(undefined_is_nan),
		  UNIT_CASE(refused_memory_gives_up_curves))
