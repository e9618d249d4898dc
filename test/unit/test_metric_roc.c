/*
 * test_metric_roc.c: the area under the curve against scikit-learn and against all pairs, however
 * the rows are split, repeated or encoded.
 */
#include "unit.h"

#include "../golden/metric.h"
#include "kernel/base/hash.h"
#include "kernel/metric/roc.h"

#define ROWS 500 /* of test/golden/metric.py */

static void
add(Roc *roc, bool label, double score, double weight)
{
	CHECK(roc_add(roc, &unit_allocator, NULL, label, score, weight) == KERNEL_OK);
}

/* The AUC of a state that is compacted and released; -1 where it is undefined. */
static double
auc_of(Roc *roc)
{
	double auc = -1.0;

	CHECK(roc_compact(roc, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(roc_auc(roc, &auc) == (auc >= 0.0 ? KERNEL_OK : KERNEL_INVALID));
	roc_release(roc, &unit_allocator);
	return auc;
}

/* The bytes of a compacted state, to be freed. */
static uint8_t *
bytes_of(Roc *roc, size_t *size)
{
	uint8_t *bytes;

	CHECK(roc_compact(roc, &unit_allocator, NULL) == KERNEL_OK);
	*size = roc_encoded_size(roc);
	bytes = malloc(*size);
	roc_encode(roc, bytes);
	return bytes;
}

static Status
decode(Roc *roc, const uint8_t *bytes, size_t size)
{
	ByteReader reader;

	*roc = (Roc){0};
	reader_begin(&reader, bytes, size);
	return roc_decode(roc, &unit_allocator, &reader);
}

/* The rows of test/golden/metric.py. */
static Roc
golden_rows(bool weighted)
{
	Roc roc = {0};
	int i;

	for (i = 0; i < ROWS; i++)
		add(&roc, (i * 37 % 101) + (i * 53 % 89) > 90, (i * 37 % 101) / 100.0,
			weighted ? 1.0 + i % 4 : 1.0);
	return roc;
}

static void
auc_equals_golden(void)
{
	Roc plain = golden_rows(false);
	Roc weighted = golden_rows(true);

	CHECK_CLOSE(auc_of(&plain), golden_metric[4], 1e-13);
	CHECK_CLOSE(auc_of(&weighted), golden_metric_weighted[4], 1e-13);
}

/* Both read off the same curve as the area. */
static void
curve_equals_golden(void)
{
	int weighted;

	for (weighted = 0; weighted < 2; weighted++)
	{
		const double *golden = weighted ? golden_curve_weighted : golden_curve;
		Roc roc = golden_rows(weighted);
		double value = -1.0;

		CHECK(roc_compact(&roc, &unit_allocator, NULL) == KERNEL_OK);
		CHECK(roc_average_precision(&roc, &value) == KERNEL_OK);
		CHECK_CLOSE(value, golden[0], 1e-13);
		CHECK(roc_kolmogorov_smirnov(&roc, &value) == KERNEL_OK);
		CHECK_CLOSE(value, golden[1], 1e-13);
		roc_release(&roc, &unit_allocator);
	}
}

/* One class alone: no distance, and a precision only of positives; infinite totals are refused. */
static void
curve_of_one_class(void)
{
	Roc roc = {0};
	double value = -1.0;

	add(&roc, false, 0.5, 1.0);
	CHECK(roc_compact(&roc, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(roc_average_precision(&roc, &value) == KERNEL_INVALID);
	CHECK(roc_kolmogorov_smirnov(&roc, &value) == KERNEL_INVALID && value == -1.0);
	roc_release(&roc, &unit_allocator);
	add(&roc, true, 0.5, 1e308);
	CHECK(roc_compact(&roc, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(roc_average_precision(&roc, &value) == KERNEL_OK && value == 1.0);
	CHECK(roc_kolmogorov_smirnov(&roc, &value) == KERNEL_INVALID);
	add(&roc, true, 0.6, 1e308);
	add(&roc, false, 0.6, 1.0);
	CHECK(roc_compact(&roc, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(roc_average_precision(&roc, &value) == KERNEL_OVERFLOW);
	CHECK(roc_kolmogorov_smirnov(&roc, &value) == KERNEL_OVERFLOW);
	roc_release(&roc, &unit_allocator);
}

/* With integer weights the quotient is exact: every pair counted by hand gives the same double. */
static void
auc_equals_all_pairs(void)
{
	uint64_t chance = 1;
	int trial;
	int i;
	int j;

	for (trial = 0; trial < 40; trial++)
	{
		int n = 2 + trial * 7;
		double score[300];
		double weight[300];
		bool label[300];
		double twice_area = 0.0;
		double positive = 0.0;
		double negative = 0.0;
		Roc roc = {0};

		for (i = 0; i < n; i++)
		{
			chance = hash_mix(chance + UINT64_C(0x9e3779b97f4a7c15));
			score[i] = (double) (int) (chance >> 40 & 31) - 16.0;
			weight[i] = (double) (trial % 2 == 0 ? 1 : 1 + (chance >> 50 & 3));
			label[i] = i == 0 || (i > 1 && (chance >> 60 & 1));
			*(label[i] ? &positive : &negative) += weight[i];
			add(&roc, label[i], score[i], weight[i]);
		}
		for (i = 0; i < n; i++)
			for (j = 0; j < n; j++)
				if (label[i] && !label[j])
					twice_area += weight[i] * weight[j] *
						((score[i] > score[j]) * 2.0 + (score[i] == score[j]));
		CHECK_NEAR(auc_of(&roc), twice_area / (2.0 * positive * negative), 0.0);
	}
}

static void
auc_undefined_with_one_class(void)
{
	Roc roc = {0};

	CHECK(roc_is_empty(&roc));
	CHECK_NEAR(auc_of(&roc), -1.0, 0.0);
	add(&roc, true, 0.5, 1.0);
	CHECK(!roc_is_empty(&roc));
	add(&roc, true, 0.7, 1.0);
	CHECK_NEAR(auc_of(&roc), -1.0, 0.0);
}

static void
extreme_scores_and_weights(void)
{
	Roc roc = {0};

	add(&roc, false, -INFINITY, 1.0);
	add(&roc, false, -0.0, 1.0);
	add(&roc, true, 0.0, 1.0);
	add(&roc, true, INFINITY, 1.0);
	CHECK_NEAR(auc_of(&roc), 0.875, 0.0);
	add(&roc, false, 1.0, 5e-324);
	add(&roc, false, 3.0, 5e-324);
	add(&roc, true, 2.0, 1e308);
	CHECK_NEAR(auc_of(&roc), 0.5, 0.0);
	add(&roc, true, 1.0, 1e-310);
	add(&roc, true, 2.0, 1e-310);
	add(&roc, false, 1.0, 1e-310);
	add(&roc, false, 3.0, 1e-310);
	CHECK_NEAR(auc_of(&roc), 0.375, 0.0);
	add(&roc, true, 1.0, 1e300);
	add(&roc, true, 2.0, 1e300);
	add(&roc, false, 1.0, 1e300);
	add(&roc, false, 3.0, 1e300);
	CHECK_NEAR(auc_of(&roc), 0.375, 0.0);
	add(&roc, false, 1.0, 1e308);
	add(&roc, true, 1.0, 1.0);
	add(&roc, false, 1.0, 1e308);
	CHECK(roc_compact(&roc, &unit_allocator, NULL) == KERNEL_OVERFLOW);
	roc_release(&roc, &unit_allocator);
}

/* Scores that repeat take the space of the distinct ones. */
static void
repeated_scores_are_bounded(void)
{
	Roc roc = {0};
	int i;

	for (i = 0; i < 200000; i++)
		add(&roc, i % 3 == 0, (double) (i % 100), 1.0);
	CHECK(roc.classes[0].capacity <= 512 && roc.classes[1].capacity <= 512);
	CHECK(unit_live_bytes <= 4 * 512 * 8);
	CHECK(roc_compact(&roc, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(roc.classes[0].n == 100 && roc.classes[1].n == 100);
	roc_release(&roc, &unit_allocator);
}

/* Any split, merged in any order, compacted or not, has the bytes of the whole. */
static void
merge_equals_whole(void)
{
	int parts;
	int distinct;
	int i;

	for (distinct = 10; distinct <= 100000; distinct *= 100)
		for (parts = 2; parts <= 5; parts++)
		{
			Roc whole = {0};
			Roc part[5] = {{{{0}}}};
			uint8_t *expected;
			uint8_t *merged;
			size_t expected_size;
			size_t merged_size;
			uint64_t chance = (uint64_t) parts;

			for (i = 0; i < 3000; i++)
			{
				bool label;
				double score;

				chance = hash_mix(chance + UINT64_C(0x9e3779b97f4a7c15));
				label = chance >> 63;
				score = (double) (chance >> 20) / 0x1p44 * distinct;
				score = distinct < 100000 ? floor(score) : score;
				add(&whole, label, score, 1.0 + (double) (i % parts));
				add(&part[chance % (unsigned) parts], label, score, 1.0 + (double) (i % parts));
			}
			for (i = parts - 1; i > 0; i--)
			{
				if (i % 2 == 0)
					CHECK(roc_compact(&part[i], &unit_allocator, NULL) == KERNEL_OK);
				CHECK(roc_merge(&part[0], &unit_allocator, NULL, &part[i]) == KERNEL_OK);
				roc_release(&part[i], &unit_allocator);
			}
			expected = bytes_of(&whole, &expected_size);
			merged = bytes_of(&part[0], &merged_size);
			CHECK(expected_size == merged_size && memcmp(expected, merged, merged_size) == 0);
			free(expected);
			free(merged);
			roc_release(&whole, &unit_allocator);
			roc_release(&part[0], &unit_allocator);
		}
}

static void
bytes_round_trip(void)
{
	int weighted;

	for (weighted = 0; weighted < 2; weighted++)
	{
		Roc roc = golden_rows(weighted == 1);
		Roc copy;
		uint8_t *bytes;
		uint8_t *again;
		size_t size;
		size_t again_size;

		bytes = bytes_of(&roc, &size);
		CHECK(decode(&copy, bytes, size) == KERNEL_OK);
		again = bytes_of(&copy, &again_size);
		CHECK(size == again_size && memcmp(bytes, again, size) == 0);
		CHECK_NEAR(auc_of(&copy), auc_of(&roc), 0.0);
		free(bytes);
		free(again);
	}
}

/* Every truncation is refused, and whatever one changed byte makes is refused or encodes to itself. */
static void
forged_bytes_are_refused(void)
{
	Roc roc = {0};
	Roc copy;
	uint8_t *bytes;
	size_t size;
	size_t i;
	int value;

	add(&roc, false, -1.5, 2.0);
	add(&roc, false, 0.0, 1.0);
	add(&roc, true, 1.0, 1.0);
	add(&roc, true, 1.5, 1.0); /* one byte from 1 */
	bytes = bytes_of(&roc, &size);
	CHECK(size == 12 + 2 * 16 + 2 * 8);
	for (i = 0; i < size; i++)
	{
		uint8_t *cut = malloc(i > 0 ? i : 1);

		memcpy(cut, bytes, i);
		CHECK(decode(&copy, cut, i) == KERNEL_CORRUPT);
		free(cut);
	}
	for (i = 0; i < size; i++)
		for (value = 0; value < 256; value++)
		{
			uint8_t kept = bytes[i];
			uint8_t *again;
			size_t again_size;

			bytes[i] = (uint8_t) value;
			if (decode(&copy, bytes, size) == KERNEL_OK)
			{
				again = bytes_of(&copy, &again_size);
				CHECK(again_size == size && memcmp(again, bytes, size) == 0);
				free(again);
				roc_release(&copy, &unit_allocator);
			}
			bytes[i] = kept;
		}
	memcpy(bytes + size - 8, bytes + size - 16, 8); /* the last score twice */
	CHECK(decode(&copy, bytes, size) == KERNEL_CORRUPT);
	bytes[0] = 2;
	CHECK(decode(&copy, bytes, size) == KERNEL_UNSUPPORTED_VERSION);
	free(bytes);
	roc_release(&roc, &unit_allocator);
}

/* A refused allocation is a status and leaves nothing behind. */
static void
refused_memory_is_a_status(void)
{
	int refused = 0;
	int n;

	for (n = 0; n < 60; n++)
	{
		Roc roc = {0};
		Roc other = {0};
		Status status = KERNEL_OK;
		int i;

		add(&other, true, 0.25, 2.0);
		unit_allocator_fail_after(n);
		for (i = 0; i < 400 && status == KERNEL_OK; i++)
			status = roc_add(&roc, &unit_allocator, NULL, i % 2, (double) (i * 37 % 251), 1.0);
		if (status == KERNEL_OK)
			status = roc_merge(&roc, &unit_allocator, NULL, &other);
		if (status == KERNEL_OK)
			status = roc_compact(&roc, &unit_allocator, NULL);
		unit_allocator_fail_after(-1);
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
		refused += status != KERNEL_OK;
		roc_release(&roc, &unit_allocator);
		roc_release(&other, &unit_allocator);
	}
	CHECK(refused > 10 && refused < 60);
}

static bool
always_stop(void *context)
{
	(void) context;
	return true;
}

static void
a_stop_ends_the_sort(void)
{
	StopCheck stop = {always_stop, NULL, NULL};
	Roc roc = {0};
	Status status = KERNEL_OK;
	int i;

	for (i = 0; i < 1000 && status == KERNEL_OK; i++)
		status = roc_add(&roc, &unit_allocator, &stop, true, (double) (i * 7 % 1000), 1.0);
	CHECK(status == KERNEL_STOPPED);
	roc_release(&roc, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(auc_equals_golden), UNIT_CASE(curve_equals_golden),
		  UNIT_CASE(curve_of_one_class), UNIT_CASE(auc_equals_all_pairs),
		  UNIT_CASE(auc_undefined_with_one_class), UNIT_CASE(extreme_scores_and_weights),
		  UNIT_CASE(repeated_scores_are_bounded), UNIT_CASE(merge_equals_whole),
		  UNIT_CASE(bytes_round_trip), UNIT_CASE(forged_bytes_are_refused),
		  UNIT_CASE(refused_memory_is_a_status), UNIT_CASE(a_stop_ends_the_sort))
