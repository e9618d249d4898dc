/*
 * test_metric_roc.c: the area against counting all pairs, ties, weights, merging and bytes.
 */
#include "kernel/metric/roc.h"

#include "unit.h"

#define ROWS 700

/* Row i: a score with many ties, a label that leans on it, a weight. */
static void
row_of(int i, double *score, bool *positive, double *weight)
{
	*score = (i * 37 % 101) / 8.0 - 6.0;
	*positive = (i * 37 % 101) + (i * 53 % 89) > 90;
	*weight = 1 + i % 4;
}

static Status
add_rows(Roc *roc, int first, int last)
{
	Status		status = KERNEL_OK;
	int			i;

	for (i = first; i < last && status == KERNEL_OK; i++)
	{
		double		score;
		double		weight;
		bool		positive;

		row_of(i, &score, &positive, &weight);
		status = roc_add(roc, &unit_allocator, score, positive, weight, NULL);
	}
	return status;
}

/* The share of pairs won, by the definition. */
static double
area_by_pairs(int n)
{
	double		won = 0.0;
	double		pairs = 0.0;
	int			i;
	int			j;

	for (i = 0; i < n; i++)
	{
		for (j = 0; j < n; j++)
		{
			double		a;
			double		b;
			double		u;
			double		v;
			bool		p;
			bool		q;

			row_of(i, &a, &p, &u);
			row_of(j, &b, &q, &v);
			if (!p || q)
				continue;
			pairs += u * v;
			won += u * v * (a > b ? 1.0 : a == b ? 0.5 : 0.0);
		}
	}
	return won / pairs;
}

static double
area_of(Roc *roc)
{
	double		area = -1.0;

	CHECK(roc_compact(roc, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(roc_area(roc, &area));
	return area;
}

static void
agrees_with_pairs(void)
{
	Roc			roc = {0};

	CHECK(add_rows(&roc, 0, ROWS) == KERNEL_OK);
	CHECK_NEAR(area_of(&roc), area_by_pairs(ROWS), 1e-14);
	CHECK(roc.n == 101 && roc.capacity <= 256);
	roc_release(&roc, &unit_allocator);
}

static void
merges_in_any_order(void)
{
	Roc			whole = {0};
	Roc			part = {0};
	Roc			other = {0};
	Roc			decoded = {0};
	ByteWriter	writer;
	ByteReader	reader;
	size_t		length;

	CHECK(add_rows(&whole, 0, ROWS) == KERNEL_OK);
	CHECK(add_rows(&part, 300, ROWS) == KERNEL_OK);
	CHECK(add_rows(&other, 0, 300) == KERNEL_OK);
	CHECK(roc_compact(&other, &unit_allocator, NULL) == KERNEL_OK);
	writer_begin(&writer, &unit_allocator, 1 << 20);
	roc_encode(&other, &writer);
	for (length = 0; length < writer.length; length++)
	{
		reader_begin(&reader, writer.bytes, length);
		CHECK(roc_decode(&decoded, &unit_allocator, &reader) == KERNEL_CORRUPT);
	}
	reader_begin(&reader, writer.bytes, writer.length);
	CHECK(roc_decode(&decoded, &unit_allocator, &reader) == KERNEL_OK);
	CHECK(roc_merge(&part, &unit_allocator, &decoded, NULL) == KERNEL_OK);
	CHECK(area_of(&part) == area_of(&whole));
	writer_release(&writer);
	roc_release(&whole, &unit_allocator);
	roc_release(&part, &unit_allocator);
	roc_release(&other, &unit_allocator);
	roc_release(&decoded, &unit_allocator);
}

/* Infinities are ordered scores; 0 and -0 tie; one class has no area. */
static void
edges(void)
{
	Roc			roc = {0};
	double		area;

	CHECK(roc_compact(&roc, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(!roc_area(&roc, &area));
	CHECK(roc_add(&roc, &unit_allocator, INFINITY, true, 1.0, NULL) == KERNEL_OK);
	CHECK(roc_compact(&roc, &unit_allocator, NULL) == KERNEL_OK && !roc_area(&roc, &area));
	CHECK(roc_add(&roc, &unit_allocator, -INFINITY, false, 1.0, NULL) == KERNEL_OK);
	CHECK_NEAR(area_of(&roc), 1.0, 0.0);
	CHECK(roc_add(&roc, &unit_allocator, 0.0, true, 1.0, NULL) == KERNEL_OK);
	CHECK(roc_add(&roc, &unit_allocator, -0.0, false, 1.0, NULL) == KERNEL_OK);
	CHECK_NEAR(area_of(&roc), 0.875, 0.0);
	CHECK(roc.n == 3);
	roc_release(&roc, &unit_allocator);
}

static void
refusal_is_a_status(void)
{
	Roc			roc = {0};
	int			i;

	for (i = 0; i < ROWS; i++)
	{
		int			n;

		for (n = 0; n < 4; n++)
		{
			unit_allocator_fail_after(n);
			if (add_rows(&roc, i, i + 1) == KERNEL_OK)
				break;
		}
		unit_allocator_fail_after(-1);
	}
	CHECK_NEAR(area_of(&roc), area_by_pairs(ROWS), 1e-14);
	roc_release(&roc, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(agrees_with_pairs), UNIT_CASE(merges_in_any_order), UNIT_CASE(edges),
		  UNIT_CASE(refusal_is_a_status))
