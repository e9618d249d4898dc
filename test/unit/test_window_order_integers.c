/*
 * test_window_order_integers.c: exact order statistics of integers against sorting and long hand.
 */
#include "unit.h"

#include <stdlib.h>

#include "kernel/base/hash.h"
#include "kernel/window/order_integers.h"

static int
by_value(const void *a, const void *b)
{
	WideDecimal x = *(const WideDecimal *) a;
	WideDecimal y = *(const WideDecimal *) b;

	return (x > y) - (x < y);
}

/* Is result = digits / 10^places? */
static bool
equals(DecimalNumber result, WideDecimal digits, int places)
{
	for (; places > result.places; places--)
	{
		if (digits % 10 != 0)
			return false;
		digits /= 10;
	}
	for (; places < result.places; places++)
		digits *= 10;
	return result.digits == digits && (result.places == 0 || result.digits % 10 != 0);
}

/* Integer i of a stream: near 2^53, over all of int64, of few values, at its ends. */
static int64_t
integer_at(int kind, uint64_t i)
{
	uint64_t bits = hash_mix(i * 4 + (uint64_t) kind);

	switch (kind)
	{
		case 0:
			return ((int64_t) 1 << 53) + (int64_t) (bits % 7);
		case 1:
			return (int64_t) bits;
		case 2:
			return (int64_t) (bits % 3) - 1;
		default:
			return bits % 2 == 0 ? INT64_MAX - (int64_t) (bits % 5) :
								   INT64_MIN + (int64_t) (bits % 5);
	}
}

/* Median and mad of n sorted numbers, times two. */
static WideDecimal
twice_median(const WideDecimal *sorted, size_t n)
{
	return sorted[(n - 1) / 2] + sorted[n / 2];
}

static void
check_results(OrderStatistics *order, const int64_t *values, size_t n)
{
	WideDecimal sorted[400];
	WideDecimal distances[400];
	WideDecimal center;
	DecimalNumber result;
	size_t quarter = (n - 1) / 4;
	size_t last = 3 * (n - 1) / 4;
	size_t i;

	for (i = 0; i < n; i++)
		sorted[i] = values[i];
	qsort(sorted, n, sizeof(WideDecimal), by_value);
	center = twice_median(sorted, n);
	CHECK(order_integers_quantile(order, (DecimalFraction){5, 1}, &result) == KERNEL_OK &&
		  equals(result, center * 5, 1));
	for (i = 0; i < n; i++)
		distances[i] = sorted[i] * 2 > center ? sorted[i] * 2 - center : center - sorted[i] * 2;
	qsort(distances, n, sizeof(WideDecimal), by_value);
	CHECK(order_integers_mad(order, &result) == KERNEL_OK &&
		  equals(result, twice_median(distances, n) * 25, 2));
	/* Quartiles by quarters of the way. */
	center = sorted[last] * 4 - sorted[quarter] * 4;
	if (3 * (n - 1) % 4 > 0)
		center += (sorted[last + 1] - sorted[last]) * (WideDecimal) (3 * (n - 1) % 4);
	if ((n - 1) % 4 > 0)
		center -= (sorted[quarter + 1] - sorted[quarter]) * (WideDecimal) ((n - 1) % 4);
	CHECK(order_integers_iqr(order, &result) == KERNEL_OK && equals(result, center * 25, 2));
	CHECK(order_integers_quantile(order, (DecimalFraction){0, 0}, &result) == KERNEL_OK &&
		  equals(result, sorted[0], 0));
	CHECK(order_integers_quantile(order, (DecimalFraction){1, 0}, &result) == KERNEL_OK &&
		  equals(result, sorted[n - 1], 0));
}

static void
equals_sorting_in_a_moving_frame(void)
{
	static int64_t values[3000];
	int kind;

	for (kind = 0; kind < 4; kind++)
	{
		OrderStatistics order = {0};
		size_t width = 1 + (size_t) kind * 97;
		size_t i;

		for (i = 0; i < 3000; i++)
		{
			size_t n = i < width ? i + 1 : width;

			values[i] = integer_at(kind, i);
			CHECK(order_integers_enter(&order, &unit_allocator, values[i]) == KERNEL_OK);
			if (i >= width)
				CHECK(order_integers_remove(&order, &unit_allocator, values[i - width]) ==
					  KERNEL_OK);
			if (i < 300 || i % 37 == 0)
				check_results(&order, values + i + 1 - n, n);
		}
		CHECK(order_integers_remove(&order, &unit_allocator, INT64_MAX / 3) == KERNEL_INVALID);
		order_statistics_release(&order, &unit_allocator);
	}
}

/* The same by adding, merging and asking again while it grows. */
static void
equals_sorting_when_it_grows(void)
{
	static int64_t values[400];
	int kind;

	for (kind = 0; kind < 4; kind++)
	{
		OrderStatistics order = {0};
		OrderStatistics part = {0};
		size_t i;

		for (i = 0; i < 150; i++)
		{
			values[i] = integer_at(kind, i);
			CHECK(order_integers_add(i % 3 == 0 ? &part : &order, &unit_allocator, NULL,
									 values[i]) == KERNEL_OK);
		}
		CHECK(order_statistics_merge(&order, &part, &unit_allocator, NULL) == KERNEL_OK);
		for (; i < 400; i++)
		{
			CHECK(order_statistics_prepare(&order, &unit_allocator, NULL) == KERNEL_OK);
			check_results(&order, values, i);
			values[i] = integer_at(kind, i);
			CHECK(order_integers_add(&order, &unit_allocator, NULL, values[i]) == KERNEL_OK);
		}
		CHECK(order_statistics_gather(&order, &unit_allocator, NULL) == KERNEL_OK);
		check_results(&order, values, 400);
		order_statistics_release(&order, &unit_allocator);
		order_statistics_release(&part, &unit_allocator);
	}
}

static void
rounds_nothing(void)
{
	static const int64_t values[] = {INT64_MIN, 9007199254740993, INT64_MAX};
	OrderStatistics order = {0};
	DecimalNumber result;
	size_t i;

	CHECK(order_integers_mad(&order, &result) == KERNEL_INVALID);
	CHECK(order_integers_iqr(&order, &result) == KERNEL_INVALID);
	CHECK(order_integers_quantile(&order, (DecimalFraction){5, 1}, &result) == KERNEL_INVALID);
	for (i = 0; i < 3; i++)
		CHECK(order_integers_enter(&order, &unit_allocator, values[i]) == KERNEL_OK);
	CHECK(order_integers_quantile(&order, (DecimalFraction){5, 1}, &result) == KERNEL_OK &&
		  equals(result, 9007199254740993, 0));
	/* 9007199254740993 + 0.8 * (9223372036854775807 - 9007199254740993) */
	CHECK(order_integers_quantile(&order, (DecimalFraction){9, 1}, &result) == KERNEL_OK &&
		  equals(result,
				 (WideDecimal) 9007199254740993 * 10 +
					 8 * ((WideDecimal) INT64_MAX - 9007199254740993),
				 1));
	/* As many places as there can be: between the ends of int64 at 1 - 10^-17. */
	CHECK(order_integers_remove(&order, &unit_allocator, values[1]) == KERNEL_OK);
	CHECK(order_integers_quantile(&order, (DecimalFraction){UINT64_C(99999999999999999), 17},
								  &result) == KERNEL_OK &&
		  equals(result,
				 (WideDecimal) INT64_MAX * (int64_t) 100000000000000000 - (WideDecimal) UINT64_MAX,
				 17));
	CHECK(order_integers_mad(&order, &result) == KERNEL_OK &&
		  equals(result, (WideDecimal) UINT64_MAX * 5, 1));
	order_statistics_release(&order, &unit_allocator);
}

static void
counts_places_in_decimals(void)
{
	DecimalPlace place = decimal_place((DecimalFraction){9, 1}, 5);

	CHECK(place.k == 3 && place.rest == 6);
	place = decimal_place((DecimalFraction){UINT64_C(99999999999999999), 17}, UINT64_C(1) << 62);
	CHECK(place.k == (UINT64_C(1) << 62) - 48 && place.rest == UINT64_C(88313981572612097));
	place = decimal_place((DecimalFraction){1, 0}, UINT64_MAX);
	CHECK(place.k == UINT64_MAX - 1 && place.rest == 0);
}

UNIT_MAIN(UNIT_CASE(equals_sorting_in_a_moving_frame), UNIT_CASE(equals_sorting_when_it_grows),
		  UNIT_CASE(rounds_nothing), UNIT_CASE(counts_places_in_decimals))
