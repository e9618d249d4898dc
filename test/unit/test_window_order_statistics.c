/*
 * test_window_order_statistics.c: quantiles, mad and ranks against numpy and against sorting each frame.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/order_statistics.h"

#include "../golden/order.h"

#define MOST_VALUES 3000

static int
compare(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

static double
between(double low, double high, double f)
{
	if (low == high)
		return low;
	if (isinf(low) || isinf(high))
		return isinf(low) && isinf(high) ? NAN : isinf(low) ? low : high;
	return low + f * (high - low);
}

/* The quantile of n sorted values. */
static double
quantile_of(const double *values, size_t n, double p)
{
	double position = p * (double) (n - 1);
	size_t k = (size_t) position;
	double f = position - (double) k;

	return f > 0.0 ? between(values[k], values[k + 1], f) : values[k];
}

typedef struct Expected
{
	double quantile;
	double mad;
	double iqr;
	double rank;
} Expected;

/* By sorting the values, which are copied. */
static Expected
by_sorting(const double *values, size_t n, double p, double x)
{
	static double sorted[MOST_VALUES];
	Expected expected = {NAN, NAN, NAN, NAN};
	double below = 0.0;
	double equal = 0.0;
	double median;
	size_t i;

	for (i = 0; i < n; i++)
	{
		if (isnan(values[i]))
			return expected;
		sorted[i] = values[i];
		below += values[i] < x;
		equal += values[i] == x;
	}
	qsort(sorted, n, sizeof(double), compare);
	expected.rank = (below + (equal + 1.0) / 2.0) / (double) n;
	expected.quantile = quantile_of(sorted, n, p);
	expected.iqr = quantile_of(sorted, n, 0.75) - quantile_of(sorted, n, 0.25);
	if (quantile_of(sorted, n, 0.75) == quantile_of(sorted, n, 0.25))
		expected.iqr = 0.0;
	median = quantile_of(sorted, n, 0.5);
	if (isnan(median))
		return expected;
	for (i = 0; i < n; i++)
		sorted[i] = sorted[i] == median ? 0.0 : fabs(sorted[i] - median);
	qsort(sorted, n, sizeof(double), compare);
	expected.mad = quantile_of(sorted, n, 0.5);
	return expected;
}

static void
check_against(OrderStatistics *order, Expected expected, double p)
{
	double quantile = 0.0;
	double mad = 0.0;
	double iqr = 0.0;

	CHECK(order_statistics_quantile(order, p, &quantile) == KERNEL_OK);
	CHECK(order_statistics_mad(order, &mad) == KERNEL_OK);
	CHECK(order_statistics_iqr(order, &iqr) == KERNEL_OK);
	CHECK_NEAR(quantile, expected.quantile, 0.0);
	CHECK_NEAR(mad, expected.mad, 0.0);
	CHECK_NEAR(iqr, expected.iqr, 0.0);
}

/* Smooth, rough, with ties, and with values that are not finite. */
static double
value_at(int kind, uint64_t i)
{
	uint64_t hash = hash_mix(i + 1000003 * (uint64_t) kind);

	switch (kind)
	{
		case 0:
			return sin((double) i * 0.01) * 100.0;
		case 1:
			return ldexp((double) (int64_t) hash, (int) (hash % 40) - 60);
		case 2:
			return (double) (hash % 5);
		default:
			return hash % 400 == 0 ? NAN :
				hash % 50 == 1	   ? INFINITY :
				hash % 50 == 2	   ? -INFINITY :
									 (double) (hash % 1000) - 500.0;
	}
}

static void
moving_results_equal_sorting_each_frame(void)
{
	static const size_t widths[] = {1, 2, 3, 10, 101, 600};
	static double values[MOST_VALUES];
	size_t w;
	int kind;

	for (kind = 0; kind < 4; kind++)
	{
		for (w = 0; w < sizeof(widths) / sizeof(widths[0]); w++)
		{
			size_t n = widths[w] < 100 ? 300 : 1500;
			OrderStatistics order = {0};
			size_t first = 0;
			size_t i;

			for (i = 0; i < n; i++)
			{
				double p = (double) (hash_mix(i) % 1001) / 1000.0;
				double rank = 0.0;
				Expected expected;

				values[i] = value_at(kind, i);
				CHECK(order_statistics_enter(&order, &unit_allocator, values[i]) == KERNEL_OK);
				if (i - first == widths[w])
					CHECK(order_statistics_remove(&order, &unit_allocator, values[first++]) ==
						  KERNEL_OK);
				CHECK(order_statistics_count(&order) == i + 1 - first);
				if (widths[w] > 100 && i % 7 != 0)
					continue;
				expected = by_sorting(values + first, i + 1 - first, p, values[i]);
				check_against(&order, expected, p);
				CHECK(order_statistics_percent_rank(&order, values[i], &rank) == KERNEL_OK);
				CHECK_NEAR(rank, expected.rank, 1e-15);
			}
			order_statistics_release(&order, &unit_allocator);
		}
	}
}

/* Groups asked once, groups asked again without and with new values, running frames. */
static void
growing_results_equal_sorting(void)
{
	static const size_t steps[] = {1, 30, 64, 65, 400, 1000};
	static double values[MOST_VALUES];
	size_t s;
	int kind;

	for (kind = 0; kind < 4; kind++)
	{
		for (s = 0; s < sizeof(steps) / sizeof(steps[0]); s++)
		{
			OrderStatistics order = {0};
			size_t i;

			for (i = 0; i < 1200; i++)
			{
				values[i] = value_at(kind, i);
				CHECK(order_statistics_add(&order, &unit_allocator, NULL, values[i]) == KERNEL_OK);
				if ((i + 1) % steps[s] != 0)
					continue;
				CHECK(order_statistics_prepare(&order, &unit_allocator, NULL) == KERNEL_OK);
				if (steps[s] == 1 && i % 11 != 0)
					continue;
				check_against(&order, by_sorting(values, i + 1, 0.3, 0.0), 0.3);
				CHECK(order_statistics_prepare(&order, &unit_allocator, NULL) == KERNEL_OK);
				check_against(&order, by_sorting(values, i + 1, 0.9, 0.0), 0.9);
			}
			order_statistics_release(&order, &unit_allocator);
		}
	}
}

static void
golden_values_of_numpy(void)
{
	size_t c;

	for (c = 0; c < sizeof(order_golden) / sizeof(order_golden[0]); c++)
	{
		const OrderGolden *golden = &order_golden[c];
		OrderStatistics order = {0};
		double result = 0.0;
		double rank = 0.0;
		size_t i;

		for (i = 0; i < golden->n; i++)
			CHECK(order_statistics_enter(&order, &unit_allocator, golden->values[i]) == KERNEL_OK);
		for (i = 0; i < 5; i++)
		{
			CHECK(order_statistics_quantile(&order, order_golden_p[i], &result) == KERNEL_OK);
			/* numpy interpolates from the nearer end. */
			CHECK_CLOSE(result, golden->quantiles[i], 1e-14);
		}
		CHECK(order_statistics_mad(&order, &result) == KERNEL_OK);
		CHECK_CLOSE(result, golden->mad, 1e-14);
		CHECK(order_statistics_iqr(&order, &result) == KERNEL_OK);
		CHECK_CLOSE(result, golden->iqr, 1e-14);
		CHECK(order_statistics_percent_rank(&order, golden->values[golden->n - 1], &rank) ==
			  KERNEL_OK);
		CHECK_CLOSE(rank, golden->rank, 1e-15);
		order_statistics_release(&order, &unit_allocator);
	}
}

static void
huge_values_overflow_only_where_the_result_does(void)
{
	OrderStatistics order = {0};
	double result = 0.0;

	CHECK(order_statistics_quantile(&order, 0.5, &result) == KERNEL_INVALID);
	CHECK(order_statistics_mad(&order, &result) == KERNEL_INVALID);
	CHECK(order_statistics_enter(&order, &unit_allocator, -1.7e308) == KERNEL_OK);
	CHECK(order_statistics_enter(&order, &unit_allocator, 1.7e308) == KERNEL_OK);
	CHECK(order_statistics_quantile(&order, 0.75, &result) == KERNEL_OK);
	CHECK_CLOSE(result, 0.85e308, 1e-15);
	CHECK(order_statistics_quantile(&order, 0.5, &result) == KERNEL_OK);
	CHECK_NEAR(result, 0.0, 0.0);
	CHECK(order_statistics_mad(&order, &result) == KERNEL_OK);
	CHECK_NEAR(result, 1.7e308, 0.0);
	CHECK(order_statistics_iqr(&order, &result) == KERNEL_OK);
	CHECK_CLOSE(result, 1.7e308, 1e-15);
	CHECK(order_statistics_enter(&order, &unit_allocator, 1.7e308) == KERNEL_OK);
	CHECK(order_statistics_enter(&order, &unit_allocator, 1.7e308) == KERNEL_OK);
	CHECK(order_statistics_enter(&order, &unit_allocator, -1.7e308) == KERNEL_OK);
	CHECK(order_statistics_iqr(&order, &result) == KERNEL_OVERFLOW);
	order_statistics_release(&order, &unit_allocator);
}

static void
fill(OrderStatistics *order, uint64_t seed, size_t n, double *values)
{
	size_t i;

	for (i = 0; i < n; i++)
	{
		values[i] = value_at(3, seed + i);
		CHECK(order_statistics_add(order, &unit_allocator, NULL, values[i]) == KERNEL_OK);
	}
}

/* Merged, and through bytes, in each form that either may have. */
static void
merged_and_encoded_they_are_the_whole(void)
{
	static double values[MOST_VALUES];
	int form;

	for (form = 0; form < 8; form++)
	{
		OrderStatistics left = {0};
		OrderStatistics right = {0};
		OrderStatistics again = {0};
		ByteWriter writer;
		ByteReader reader;
		size_t n_left = form & 1 ? 20 : 300;

		fill(&left, 5000, n_left, values);
		if (form & 2)
			CHECK(order_statistics_prepare(&left, &unit_allocator, NULL) == KERNEL_OK);
		fill(&right, 9000, 50, values + n_left);
		if (form & 4)
			CHECK(order_statistics_prepare(&right, &unit_allocator, NULL) == KERNEL_OK);
		CHECK(order_statistics_merge(&left, &right, &unit_allocator, NULL) == KERNEL_OK);
		CHECK(order_statistics_gather(&left, &unit_allocator, NULL) == KERNEL_OK);
		writer_begin(&writer, &unit_allocator, 1 << 20);
		order_statistics_encode(&left, &writer);
		CHECK(writer.status == KERNEL_OK);
		CHECK(writer.length == order_statistics_encoded_size(&left));
		reader_begin(&reader, writer.bytes, writer.length);
		CHECK(order_statistics_decode(&again, &unit_allocator, &reader) == KERNEL_OK);
		CHECK(reader_left(&reader) == 0);
		CHECK(order_statistics_prepare(&left, &unit_allocator, NULL) == KERNEL_OK);
		CHECK(order_statistics_count(&left) == n_left + 50);
		check_against(&left, by_sorting(values, n_left + 50, 0.4, 0.0), 0.4);
		check_against(&again, by_sorting(values, n_left + 50, 0.4, 0.0), 0.4);
		writer_release(&writer);
		order_statistics_release(&left, &unit_allocator);
		order_statistics_release(&right, &unit_allocator);
		order_statistics_release(&again, &unit_allocator);
	}
}

static void
refused_memory_leaks_nothing(void)
{
	static double values[MOST_VALUES];
	long fail;

	for (fail = 0; fail < 12; fail++)
	{
		OrderStatistics order = {0};
		Status status;

		fill(&order, 100, 500, values);
		unit_allocator_fail_after(fail);
		status = order_statistics_prepare(&order, &unit_allocator, NULL);
		unit_allocator_fail_after(-1);
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
		order_statistics_release(&order, &unit_allocator);
	}
}

UNIT_MAIN(UNIT_CASE(moving_results_equal_sorting_each_frame),
		  UNIT_CASE(growing_results_equal_sorting), UNIT_CASE(golden_values_of_numpy),
		  UNIT_CASE(huge_values_overflow_only_where_the_result_does),
		  UNIT_CASE(merged_and_encoded_they_are_the_whole), UNIT_CASE(refused_memory_leaks_nothing))
