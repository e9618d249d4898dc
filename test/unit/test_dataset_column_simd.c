/*
 * test_dataset_column_simd.c: column sums are right to the last digit and do not depend on order.
 *
 * The file itself is included, so that the baseline twin runs on every processor.
 */
#include "kernel/dataset/column_simd.c"

#include "unit.h"

#define ROWS 1000

typedef void (*AddColumn)(ColumnSums *sums, const double *column, const double *weight, int32_t n);

static const AddColumn twins[] = {column_sums, add_column_portable};

/* Large values cancel exactly and leave the small ones, which a plain sum loses. */
static void
cancels_without_loss(void)
{
	double column[ROWS];
	double weight[ROWS];
	int t;
	int i;

	for (i = 0; i < ROWS; i++)
	{
		static const double met[] = {0.1, 1e17, 0.1, -1e17};

		/* Each lane meets these in turn. */
		column[i] = met[i / COLUMN_LANES % 4];
		weight[i] = 1.0;
	}
	for (t = 0; t < 4; t++)
	{
		ColumnSums sums = {.sum = {0.0}};
		int32_t n = 60 * COLUMN_LANES;

		twins[t % 2](&sums, column, t < 2 ? NULL : weight, n);
		CHECK_CLOSE(column_total(sums.sum, sums.sum_rest).hi, 0.1 * (n / 2), 1e-15);
		CHECK(column_total(sums.present, sums.present_rest).hi == n);
	}
}

/* Against exact integers: weights i / 3 rounded, values i^2; a third missing; forwards and backwards. */
static void
weighs_and_counts(void)
{
	double column[2][ROWS];
	double weight[2][ROWS];
	DoubleDouble sum = dd_from(0.0);
	DoubleDouble present = dd_from(0.0);
	DoubleDouble missing = dd_from(0.0);
	int t;
	int i;

	for (i = 0; i < ROWS; i++)
	{
		weight[0][i] = weight[1][ROWS - 1 - i] = (1.0 + i) / 3.0;
		column[0][i] = column[1][ROWS - 1 - i] = i % 3 == 0 ? NAN : (double) i * i - 1e5;
		if (i % 3 == 0)
			missing = dd_add_double(missing, weight[0][i]);
		else
		{
			present = dd_add_double(present, weight[0][i]);
			sum = dd_add(sum, dd_two_product(weight[0][i], column[0][i]));
		}
	}
	for (t = 0; t < 4; t++)
	{
		ColumnSums sums = {.sum = {0.0}};
		int32_t first = 333;

		twins[t % 2](&sums, column[t / 2], weight[t / 2], first);
		twins[t % 2](&sums, column[t / 2] + first, weight[t / 2] + first, ROWS - first);
		CHECK(column_total(sums.sum, sums.sum_rest).hi == sum.hi);
		CHECK(column_total(sums.present, sums.present_rest).hi == present.hi);
		CHECK(column_total(sums.missing, sums.missing_rest).hi == missing.hi);
	}
}

/* Without weights as with weights of 1, for every number of rows. */
static void
counts_without_weights(void)
{
	double column[ROWS];
	double weight[ROWS];
	int t;
	int n;
	int i;

	for (i = 0; i < ROWS; i++)
	{
		column[i] = i % 5 == 2 ? NAN : 1.0 / (i + 1);
		weight[i] = 1.0;
	}
	for (n = 0; n < 80; n++)
	{
		ColumnSums expected = {.sum = {0.0}};

		column_sums(&expected, column, weight, n);
		column_sums(&expected, column + n, weight, ROWS - n);
		for (t = 0; t < 2; t++)
		{
			ColumnSums sums = {.sum = {0.0}};

			twins[t](&sums, column, NULL, n);
			twins[t](&sums, column + n, NULL, ROWS - n);
			CHECK(column_total(sums.sum, sums.sum_rest).hi ==
				  column_total(expected.sum, expected.sum_rest).hi);
			CHECK(column_total(sums.present, sums.present_rest).hi == 800.0);
			CHECK(column_total(sums.missing, sums.missing_rest).hi == 200.0);
		}
	}
}

static void
spreads_about_the_mean(void)
{
	double column[ROWS];
	double weight[ROWS];
	int t;
	int n;
	int i;

	for (i = 0; i < ROWS; i++)
	{
		column[i] = i % 7 == 3 ? NAN : i * 0.5;
		weight[i] = 1.0 + i % 2;
	}
	for (n = 0; n < ROWS; n += 37)
	{
		double expected[2] = {5.0, 5.0};
		double largest = 1.0;

		for (i = 0; i < n; i++)
		{
			if (isnan(column[i]))
				continue;
			expected[0] += (column[i] - 100.0) * (column[i] - 100.0);
			expected[1] += weight[i] * (column[i] - 100.0) * (column[i] - 100.0);
			largest = fmax(largest, fabs(column[i] - 100.0));
		}
		for (t = 0; t < 4; t++)
		{
			double square = 5.0;
			double most = 1.0;

			(t % 2 == 0 ? column_spread : spread_portable)(column, t < 2 ? NULL : weight, n, 100.0,
														   &square, &most);
			CHECK_CLOSE(square, expected[t / 2], 1e-14);
			CHECK(most == largest);
		}
	}
}

static void
subtracts_a_multiple(void)
{
	double to[23];
	double from[23];
	double heads[23];
	DoubleDouble pairs[23];
	DoubleDouble others[23];
	DoubleDouble expected[23];
	int n;
	int i;

	for (n = 0; n < 23; n++)
	{
		for (i = 0; i < 23; i++)
		{
			to[i] = heads[i] = 1.0 / (i + 3);
			from[i] = i - 7.5;
		}
		column_subtract(to, from, 0.1, n);
		for (i = 0; i < 23; i++)
		{
			pairs[i] = dd_divide_double(dd_from(1.0), i + 3.0);
			others[i] = dd_divide_double(dd_from(i - 7.5), 3.0);
			expected[i] =
				i < n ? dd_subtract(pairs[i], dd_multiply_double(others[i], 0.1)) : pairs[i];
		}
		column_subtract_heads(heads, others, 0.1, n);
		for (i = 0; i < 23; i++)
			CHECK(heads[i] == (i < n ? 1.0 / (i + 3) - 0.1 * others[i].hi : 1.0 / (i + 3)));
		column_subtract_pairs(pairs, others, 0.1, n);
		for (i = 0; i < 23; i++)
			CHECK(pairs[i].hi == expected[i].hi && pairs[i].lo == expected[i].lo);
		for (i = 0; i < 23; i++)
			CHECK(to[i] == (i < n ? 1.0 / (i + 3) - 0.1 * (i - 7.5) : 1.0 / (i + 3)));
	}
}

UNIT_MAIN(UNIT_CASE(subtracts_a_multiple), UNIT_CASE(cancels_without_loss),
		  UNIT_CASE(weighs_and_counts), UNIT_CASE(counts_without_weights),
		  UNIT_CASE(spreads_about_the_mean))
