/*
 * confusion.c: sums over the rows, columns and diagonal of a table of classes.
 */
#include "kernel/metric/confusion.h"

#include <math.h>

#include "kernel/base/double_double.h"

/* Shares of a table carry 1e-30: a variance of less is that of a constant. */
#define CONSTANT 1e-28

/* n cells, `step` apart. */
static DoubleDouble
sum_of(const double *cells, int32_t n, int32_t step)
{
	DoubleDouble sum = {0.0, 0.0};
	int32_t i;

	for (i = 0; i < n; i++)
		sum = dd_add_double(sum, cells[(int64_t) i * step]);
	return sum;
}

static DoubleDouble
actual_weight(const double *cells, int32_t k, int32_t i)
{
	return sum_of(cells + (int64_t) i * k, k, 1);
}

static DoubleDouble
predicted_weight(const double *cells, int32_t k, int32_t i)
{
	return sum_of(cells + i, k, k);
}

static DoubleDouble
total_weight(const double *cells, int32_t k)
{
	DoubleDouble sum = {0.0, 0.0};
	int32_t i;

	for (i = 0; i < k; i++)
		sum = dd_add(sum, actual_weight(cells, k, i));
	return sum;
}

static double
quotient(DoubleDouble a, DoubleDouble b)
{
	return b.hi > 0.0 ? dd_divide(a, b).hi : NAN;
}

double
confusion_accuracy(const double *cells, int32_t k)
{
	return quotient(sum_of(cells, k, k + 1), total_weight(cells, k));
}

double
confusion_precision(const double *cells, int32_t k, int32_t i)
{
	return quotient(dd_from(cells[(int64_t) i * k + i]), predicted_weight(cells, k, i));
}

double
confusion_recall(const double *cells, int32_t k, int32_t i)
{
	return quotient(dd_from(cells[(int64_t) i * k + i]), actual_weight(cells, k, i));
}

double
confusion_f1(const double *cells, int32_t k, int32_t i)
{
	return quotient(dd_from(2.0 * cells[(int64_t) i * k + i]),
					dd_add(actual_weight(cells, k, i), predicted_weight(cells, k, i)));
}

double
confusion_f1_macro(const double *cells, int32_t k)
{
	DoubleDouble sum = {0.0, 0.0};
	int32_t n = 0;
	int32_t i;

	for (i = 0; i < k; i++)
	{
		double f1 = confusion_f1(cells, k, i);

		if (isnan(f1))
			continue;
		sum = dd_add_double(sum, f1);
		n++;
	}
	return quotient(sum, dd_from(n));
}

double
confusion_f1_weighted(const double *cells, int32_t k)
{
	DoubleDouble sum = {0.0, 0.0};
	int32_t i;

	for (i = 0; i < k; i++)
	{
		DoubleDouble weight = actual_weight(cells, k, i);

		if (weight.hi > 0.0)
			sum = dd_add(sum, dd_multiply_double(weight, confusion_f1(cells, k, i)));
	}
	return quotient(sum, total_weight(cells, k));
}

double
confusion_mcc(const double *cells, int32_t k)
{
	DoubleDouble total = total_weight(cells, k);
	DoubleDouble both;
	DoubleDouble actual = dd_from(1.0);
	DoubleDouble predicted = dd_from(1.0);
	int32_t i;

	if (!(total.hi > 0.0))
		return NAN;
	/* The covariance and the variances of the indicators of the classes, of shares of the total. */
	both = dd_divide(sum_of(cells, k, k + 1), total);
	for (i = 0; i < k; i++)
	{
		DoubleDouble a = dd_divide(actual_weight(cells, k, i), total);
		DoubleDouble p = dd_divide(predicted_weight(cells, k, i), total);

		both = dd_subtract(both, dd_multiply(a, p));
		actual = dd_subtract(actual, dd_multiply(a, a));
		predicted = dd_subtract(predicted, dd_multiply(p, p));
	}
	if (!(actual.hi > CONSTANT && predicted.hi > CONSTANT))
		return NAN;
	return both.hi / sqrt(dd_multiply(actual, predicted).hi);
}
