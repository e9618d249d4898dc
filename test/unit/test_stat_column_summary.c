/*
 * test_stat_column_summary.c: against counting.
 */
#include "kernel/stat/column_summary.h"

#include <math.h>
#include <string.h>

#include "kernel/base/hash.h"

#include "unit.h"

#define LARGEST 200

/* Value k of a stream in which value 0 is every third, 1 every sixth, and so on. */
static int
value_at(int i)
{
	int value = 0;

	while (i % 3 == 1 && value < LARGEST - 1)
	{
		i /= 3;
		value++;
	}
	return value + i % 3 * 40;
}

static void
add(ColumnSummary *summary, int value)
{
	char text[16];
	SummaryValue *added =
		column_summary_add(summary, &unit_allocator, hash_mix((uint64_t) value + 1));

	snprintf(text, sizeof(text), "v%d", value);
	if (added != NULL)
		CHECK(column_summary_describe(added, &unit_allocator, (uint64_t) value, text,
									  (uint32_t) strlen(text)) == KERNEL_OK);
	CHECK(column_summary_add_number(summary, &unit_allocator, value) == KERNEL_OK);
}

/* Every count is at most `lost` too small, and no value of a larger count is absent. */
static void
check_frequent(const ColumnSummary *summary, const uint64_t *counts, int n)
{
	int value;
	uint32_t i;

	CHECK(summary->lost <= summary->n / (SUMMARY_TOP + 1));
	for (value = 0; value < n; value++)
	{
		for (i = 0; i < summary->n_top && summary->top[i].bits != (uint64_t) value; i++)
			;
		if (i == summary->n_top)
		{
			CHECK(counts[value] <= summary->lost);
			continue;
		}
		CHECK(summary->top[i].count <= counts[value]);
		CHECK(counts[value] <= summary->top[i].count + summary->lost);
		CHECK(summary->top[i].length > 1 && summary->top[i].text[0] == 'v');
	}
	for (i = 1; i < summary->n_top; i++)
		CHECK(summary->top[i - 1].count >= summary->top[i].count);
}

static void
counts_frequent_values(void)
{
	ColumnSummary summary;
	uint64_t counts[2 * LARGEST] = {0};
	int i;

	CHECK(column_summary_begin(&summary, &unit_allocator) == KERNEL_OK);
	for (i = 0; i < 20000; i++)
	{
		add(&summary, value_at(i));
		counts[value_at(i)]++;
	}
	column_summary_sort(&summary);
	CHECK(summary.n == 20000);
	check_frequent(&summary, counts, 2 * LARGEST);
	column_summary_release(&summary, &unit_allocator);
}

static void
is_exact_for_few(void)
{
	ColumnSummary summary;
	int n;
	int i;

	for (n = 1; n <= SUMMARY_TOP; n++)
	{
		CHECK(column_summary_begin(&summary, &unit_allocator) == KERNEL_OK);
		for (i = 0; i < 500; i++)
			add(&summary, i % n);
		CHECK(column_summary_distinct(&summary) == n);
		CHECK(summary.lost == 0);
		column_summary_release(&summary, &unit_allocator);
	}
}

/* Within five standard errors of the truth, from a hundred to a million. */
static void
estimates_distinct_values(void)
{
	static const int sizes[] = {100, 1000, 5000, 20000, 1000000};
	ColumnSummary summary;
	size_t s;
	int i;

	for (s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
	{
		CHECK(column_summary_begin(&summary, &unit_allocator) == KERNEL_OK);
		for (i = 0; i < 2 * sizes[s]; i++)
			column_summary_add(&summary, &unit_allocator, (uint64_t) (i % sizes[s]) * 7919);
		CHECK(fabs(column_summary_distinct(&summary) / sizes[s] - 1.0) <= 5 * 1.04 / 64);
		column_summary_release(&summary, &unit_allocator);
	}
}

/* Parts that went through bytes, merged, against the whole. */
static void
merges(void)
{
	ColumnSummary parts[4];
	ColumnSummary whole;
	ColumnSummary merged;
	uint64_t counts[2 * LARGEST] = {0};
	double mean[2];
	double median[2];
	int i;

	CHECK(column_summary_begin(&whole, &unit_allocator) == KERNEL_OK);
	CHECK(column_summary_begin(&merged, &unit_allocator) == KERNEL_OK);
	for (i = 0; i < 4; i++)
		CHECK(column_summary_begin(&parts[i], &unit_allocator) == KERNEL_OK);
	for (i = 0; i < 20000; i++)
	{
		add(&whole, value_at(i));
		add(&parts[i * 13 % 4], value_at(i));
		column_summary_align(&whole, hash_mix((uint64_t) value_at(i)), (uint64_t) i);
		column_summary_align(&parts[i * 13 % 4], hash_mix((uint64_t) value_at(i)), (uint64_t) i);
		counts[value_at(i)]++;
	}
	for (i = 0; i < 4; i++)
	{
		ByteWriter writer;
		ByteReader reader;
		ColumnSummary copy;

		parts[i].n_missing = (uint64_t) i;
		writer_begin(&writer, &unit_allocator, 1 << 20);
		column_summary_encode(&parts[i], &writer);
		CHECK(writer.status == KERNEL_OK);
		reader_begin(&reader, writer.bytes, writer.length);
		CHECK(column_summary_decode(&copy, &unit_allocator, &reader) == KERNEL_OK);
		CHECK(reader_left(&reader) == 0);
		CHECK(column_summary_merge(&merged, &unit_allocator, &copy) == KERNEL_OK);
		column_summary_release(&copy, &unit_allocator);
		writer_release(&writer);
		column_summary_release(&parts[i], &unit_allocator);
	}
	column_summary_sort(&merged);
	check_frequent(&merged, counts, 2 * LARGEST);
	CHECK(merged.n == 20000 && merged.n_missing == 6 && merged.alignment == whole.alignment);
	CHECK(column_summary_distinct(&merged) == column_summary_distinct(&whole));
	CHECK(moments_mean(&merged.moments, &mean[0]) == KERNEL_OK);
	CHECK(moments_mean(&whole.moments, &mean[1]) == KERNEL_OK && mean[0] == mean[1]);
	CHECK(sketch_quantile(&merged.sketch, 0.5, &median[0]) == KERNEL_OK);
	CHECK(sketch_quantile(&whole.sketch, 0.5, &median[1]) == KERNEL_OK && median[0] == median[1]);
	column_summary_release(&merged, &unit_allocator);
	column_summary_release(&whole, &unit_allocator);
}

/* Two full tables without a value in common: the smaller half goes, and what the others lose is told. */
static void
tells_what_a_merge_loses(void)
{
	ColumnSummary into;
	ColumnSummary from;
	int i;

	CHECK(column_summary_begin(&into, &unit_allocator) == KERNEL_OK);
	CHECK(column_summary_begin(&from, &unit_allocator) == KERNEL_OK);
	for (i = 0; i < 12 * SUMMARY_TOP; i++)
	{
		add(&into, i % SUMMARY_TOP);
		if (i < 5 * SUMMARY_TOP)
			add(&from, SUMMARY_TOP + i % SUMMARY_TOP);
	}
	CHECK(column_summary_merge(&into, &unit_allocator, &from) == KERNEL_OK);
	CHECK(into.lost == 5 && into.n_top == SUMMARY_TOP);
	for (i = 0; i < (int) into.n_top; i++)
		CHECK(into.top[i].count == 7 && into.top[i].bits < SUMMARY_TOP);
	column_summary_release(&into, &unit_allocator);
	column_summary_release(&from, &unit_allocator);
}

/* Two columns of the same values in another order differ, those of equal values row by row do not. */
static void
tells_alignment(void)
{
	ColumnSummary columns[3];
	int c;
	int i;

	for (c = 0; c < 3; c++)
		CHECK(column_summary_begin(&columns[c], &unit_allocator) == KERNEL_OK);
	for (i = 0; i < 1000; i++)
	{
		uint64_t row = hash_mix((uint64_t) i);

		column_summary_align(&columns[0], hash_mix((uint64_t) i % 10), row);
		column_summary_align(&columns[1], hash_mix((uint64_t) i % 10), row);
		column_summary_align(&columns[2], hash_mix((uint64_t) (999 - i) % 10), row);
	}
	CHECK(columns[0].alignment == columns[1].alignment);
	CHECK(columns[0].alignment != columns[2].alignment);
	for (c = 0; c < 3; c++)
		column_summary_release(&columns[c], &unit_allocator);
}

/* Whatever allocation fails, what is held can be released. */
static void
survives_refusals(void)
{
	int n;

	for (n = 0; n < 60; n++)
	{
		ColumnSummary into;
		ColumnSummary from;
		SummaryValue *value;
		int i;

		CHECK(column_summary_begin(&into, &unit_allocator) == KERNEL_OK);
		CHECK(column_summary_begin(&from, &unit_allocator) == KERNEL_OK);
		for (i = 0; i < 40; i++)
		{
			add(&into, i);
			add(&from, i + 20);
		}
		unit_allocator_fail_after(n);
		(void) column_summary_merge(&into, &unit_allocator, &from);
		value = column_summary_add(&into, &unit_allocator, hash_mix(12345));
		if (value != NULL)
			(void) column_summary_describe(value, &unit_allocator, 1, "text", 4);
		unit_allocator_fail_after(-1);
		column_summary_release(&into, &unit_allocator);
		column_summary_release(&from, &unit_allocator);
	}
}

/* A value that goes makes the others move up, and each keeps its own count. */
static void
values_move_up(void)
{
	ColumnSummary summary;
	uint64_t value;
	uint32_t i;

	CHECK(column_summary_begin(&summary, &unit_allocator) == KERNEL_OK);
	for (value = 1; value <= SUMMARY_TOP; value++)
	{
		for (i = 0; i < value; i++)
			(void) column_summary_add(&summary, &unit_allocator, value);
	}
	/* One more takes one from each: the first has none left. */
	CHECK(column_summary_add(&summary, &unit_allocator, 1000) == NULL);
	CHECK(summary.n_top == SUMMARY_TOP - 1 && summary.lost == 1);
	CHECK(column_summary_add(&summary, &unit_allocator, 2) == NULL);
	for (i = 0; i < summary.n_top; i++)
	{
		CHECK(summary.hashes[i] == summary.top[i].hash);
		CHECK(summary.top[i].count == summary.top[i].hash - 1 + (summary.top[i].hash == 2));
	}
	column_summary_release(&summary, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(values_move_up), UNIT_CASE(counts_frequent_values), UNIT_CASE(is_exact_for_few),
		  UNIT_CASE(estimates_distinct_values), UNIT_CASE(merges),
		  UNIT_CASE(tells_what_a_merge_loses), UNIT_CASE(tells_alignment),
		  UNIT_CASE(survives_refusals))
