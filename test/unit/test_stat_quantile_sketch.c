/*
 * test_stat_quantile_sketch.c: quantiles of the sketch against those of the sorted values.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/stat/quantile_place.h"
#include "kernel/stat/quantile_sketch.h"

#define MOST_VALUES 4000

static int
compare(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

/* Of several sizes and signs: narrow, over all of double's range, whole, with zeros and infinities. */
static double
value_at(int kind, uint64_t i)
{
	uint64_t hash = hash_mix(i + 7919 * (uint64_t) kind);
	double sign = hash & 1 ? -1.0 : 1.0;

	switch (kind)
	{
		case 0:
			return 100.0 + (double) (hash % 1000) / 50.0;
		case 1:
			return sign * ldexp(1.0 + (double) (hash >> 12) * 0x1p-52, (int) (hash % 2040) - 1020);
		case 2:
			return (double) (hash % 41) - 20.0;
		default:
			return hash % 60 == 0 ? INFINITY :
				hash % 60 == 1	  ? -INFINITY :
				hash % 60 < 12	  ? 0.0 :
									sign * exp((double) (hash % 97) / 9.0);
	}
}

/* Is the estimate within e of each of the values next to the place, as far as it was taken from it? */
static bool
is_close(const double *sorted, size_t n, double p, double estimate, double e)
{
	QuantilePlace place = quantile_place(p, n);
	double low = sorted[place.k];
	double high = place.fraction > 0.0 ? sorted[place.k + 1] : low;
	double exact = place.fraction > 0.0 ? quantile_between(low, high, place.fraction) : low;
	double error = (1.0 - place.fraction) * fabs(low) +
		(place.fraction > 0.0 ? place.fraction * fabs(high) : 0.0);

	if (!isfinite(exact))
		return estimate == exact || (isnan(estimate) && isnan(exact));
	/* Besides the logarithm's rounding. */
	return fabs(estimate - exact) <= error * (e + 1e-11);
}

static void
the_stated_error_holds_while_values_come_and_go(void)
{
	static const double errors[] = {0.001, 0.01, 0.2, 0.5};
	static double values[MOST_VALUES];
	static double sorted[MOST_VALUES];
	int kind;
	size_t e;

	for (kind = 0; kind < 4; kind++)
	{
		for (e = 0; e < sizeof(errors) / sizeof(errors[0]); e++)
		{
			size_t width = e % 2 == 0 ? 700 : 40;
			QuantileSketch sketch;
			size_t first = 0;
			size_t i;

			sketch_begin(&sketch, errors[e]);
			for (i = 0; i < 3000; i++)
			{
				size_t n;
				int step;

				values[i] = value_at(kind, i);
				CHECK(sketch_add(&sketch, &unit_allocator, values[i]) == KERNEL_OK);
				if (i - first >= width)
					CHECK(sketch_remove(&sketch, values[first++]) == KERNEL_OK);
				n = i + 1 - first;
				CHECK(sketch.n == n);
				if (i % 61 != 0)
					continue;
				memcpy(sorted, values + first, n * sizeof(double));
				qsort(sorted, n, sizeof(double), compare);
				for (step = 0; step <= 50; step++)
				{
					double p = step / 50.0;
					double estimate = 0.0;

					CHECK(sketch_quantile(&sketch, p, &estimate) == KERNEL_OK);
					CHECK(is_close(sorted, n, p, estimate, errors[e]));
				}
			}
			/* Space follows the frame, and nothing stays of it. */
			CHECK(sketch.positive.n + sketch.negative.n <= 4 * width + 4 * 16);
			while (first < i)
				CHECK(sketch_remove(&sketch, values[first++]) == KERNEL_OK);
			CHECK(sketch.n == 0 && sketch_encoded_size(&sketch) == 4 + 8 + 32 + 8);
			sketch_release(&sketch, &unit_allocator);
		}
	}
}

static void
extreme_values_have_buckets(void)
{
	static const double extremes[] = {5e-324, 2.3e-308, 1.0, 1.7976931348623157e308};
	QuantileSketch sketch;
	double result = 0.0;
	size_t i;

	for (i = 0; i < 4; i++)
	{
		sketch_begin(&sketch, 0.01);
		CHECK(sketch_quantile(&sketch, 0.5, &result) == KERNEL_INVALID);
		CHECK(sketch_remove(&sketch, extremes[i]) == KERNEL_INVALID);
		CHECK(sketch_add(&sketch, &unit_allocator, extremes[i]) == KERNEL_OK);
		CHECK(sketch_remove(&sketch, -extremes[i]) == KERNEL_INVALID);
		CHECK(sketch_quantile(&sketch, 0.5, &result) == KERNEL_OK);
		CHECK_NEAR(result, extremes[i], extremes[i] * 0.01000001 + 5e-324);
		CHECK(sketch_add(&sketch, &unit_allocator, NAN) == KERNEL_OK);
		CHECK(sketch_quantile(&sketch, 0.5, &result) == KERNEL_OK && isnan(result));
		CHECK(sketch_remove(&sketch, NAN) == KERNEL_OK);
		CHECK(sketch_quantile(&sketch, 1.0, &result) == KERNEL_OK && !isnan(result));
		sketch_release(&sketch, &unit_allocator);
	}
	CHECK(!sketch_error_is_valid(0.0009) && !sketch_error_is_valid(0.51) &&
		  !sketch_error_is_valid(NAN) && sketch_error_is_valid(0.5));
}

static void
encode_whole(const QuantileSketch *sketch, ByteWriter *writer)
{
	writer_begin(writer, &unit_allocator, 1 << 20);
	sketch_encode(sketch, writer);
	CHECK(writer->status == KERNEL_OK && writer->length == sketch_encoded_size(sketch));
}

/* Two halves merged, and the whole, have the same bytes, whatever left in between; bytes give them back. */
static void
merged_and_encoded_it_is_the_whole(void)
{
	QuantileSketch whole;
	QuantileSketch left;
	QuantileSketch right;
	QuantileSketch again;
	QuantileSketch other;
	ByteWriter of_whole;
	ByteWriter of_merged;
	ByteWriter of_again;
	ByteReader reader;
	size_t i;

	sketch_begin(&whole, 0.02);
	sketch_begin(&left, 0.02);
	sketch_begin(&right, 0.02);
	sketch_begin(&other, 0.01);
	for (i = 0; i < 500; i++)
	{
		double x = value_at(3, i);

		CHECK(sketch_add(&whole, &unit_allocator, x) == KERNEL_OK);
		CHECK(sketch_add(i % 3 == 0 ? &left : &right, &unit_allocator, x) == KERNEL_OK);
		CHECK(sketch_add(&left, &unit_allocator, value_at(1, i)) == KERNEL_OK);
	}
	for (i = 0; i < 500; i++)
		CHECK(sketch_remove(&left, value_at(1, i)) == KERNEL_OK);
	CHECK(sketch_merge(&left, &unit_allocator, &right) == KERNEL_OK);
	CHECK(sketch_merge(&left, &unit_allocator, &other) == KERNEL_INVALID);
	encode_whole(&whole, &of_whole);
	encode_whole(&left, &of_merged);
	CHECK(of_whole.length == of_merged.length &&
		  memcmp(of_whole.bytes, of_merged.bytes, of_whole.length) == 0);
	reader_begin(&reader, of_whole.bytes, of_whole.length);
	CHECK(sketch_decode(&again, &unit_allocator, &reader) == KERNEL_OK && again.n == whole.n);
	encode_whole(&again, &of_again);
	CHECK(of_whole.length == of_again.length &&
		  memcmp(of_whole.bytes, of_again.bytes, of_whole.length) == 0);
	/* A count of none, an index out of order, a cut. */
	for (i = 0; i < of_whole.length; i++)
	{
		reader_begin(&reader, of_whole.bytes, i);
		CHECK(sketch_decode(&other, &unit_allocator, &reader) == KERNEL_CORRUPT);
	}
	memset(of_again.bytes + 52, 0, 8);
	reader_begin(&reader, of_again.bytes, of_again.length);
	CHECK(sketch_decode(&other, &unit_allocator, &reader) == KERNEL_CORRUPT);
	writer_release(&of_whole);
	writer_release(&of_merged);
	writer_release(&of_again);
	sketch_release(&whole, &unit_allocator);
	sketch_release(&left, &unit_allocator);
	sketch_release(&right, &unit_allocator);
	sketch_release(&again, &unit_allocator);
}

static void
refused_memory_changes_nothing(void)
{
	QuantileSketch sketch;
	size_t i;

	sketch_begin(&sketch, 0.1);
	for (i = 0; i < 100; i++)
	{
		Status status;

		unit_allocator_fail_after(0);
		status = sketch_add(&sketch, &unit_allocator, ldexp(1.0, (int) i));
		unit_allocator_fail_after(-1);
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
		if (status == KERNEL_OUT_OF_MEMORY)
		{
			CHECK(sketch.n == i);
			CHECK(sketch_add(&sketch, &unit_allocator, ldexp(1.0, (int) i)) == KERNEL_OK);
		}
	}
	sketch_release(&sketch, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(the_stated_error_holds_while_values_come_and_go),
		  UNIT_CASE(extreme_values_have_buckets), UNIT_CASE(merged_and_encoded_it_is_the_whole),
		  UNIT_CASE(refused_memory_changes_nothing))
