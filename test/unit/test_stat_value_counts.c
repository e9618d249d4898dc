/*
 * test_stat_value_counts.c: counts of a sliding multiset against counting it anew.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/stat/value_counts.h"

#define MOST_KEYS 4096 /* different values, and codes */

static uint64_t values[MOST_KEYS]; /* by code */
static long comparisons;

static int
compare(void *context, uint32_t a, uint32_t b)
{
	(void) context;
	comparisons++;
	return (values[a] > values[b]) - (values[a] < values[b]);
}

static const ValueOrder order = {compare, NULL};

/* Hashes that collide often: few bits, or none at all. */
static uint32_t
hash_of(uint64_t value, int kind)
{
	return kind == 0 ? (uint32_t) hash_mix(value) : kind == 1 ? (uint32_t) (value % 5) : UINT32_MAX;
}

static uint32_t
find(const ValueCounts *counts, uint64_t value, int kind)
{
	uint32_t slot = hash_of(value, kind);
	uint32_t code;

	while ((code = value_counts_next(counts, hash_of(value, kind), &slot)) != VALUE_COUNTS_NONE)
	{
		if (values[code] == value)
			break;
	}
	return code;
}

static void
add(ValueCounts *counts, uint64_t value, int kind)
{
	uint32_t code = find(counts, value, kind);

	if (code == VALUE_COUNTS_NONE)
	{
		CHECK(value_counts_insert(counts, &unit_allocator, hash_of(value, kind), &code) ==
			  KERNEL_OK);
		values[code] = value;
	}
	value_counts_add(counts, code, 1, &order);
}

static void
remove_one(ValueCounts *counts, uint64_t value, int kind, uint64_t left)
{
	uint32_t code = find(counts, value, kind);
	bool is_gone = false;

	CHECK(code != VALUE_COUNTS_NONE);
	value_counts_remove(counts, code, &order, &is_gone);
	CHECK(is_gone == (left == 0));
	CHECK((find(counts, value, kind) == VALUE_COUNTS_NONE) == is_gone);
}

static uint64_t
value_at(uint64_t i, uint64_t n_values)
{
	uint64_t hash = hash_mix(i * 31 + n_values);

	/* Some values are frequent for a while. */
	return hash % 3 == 0 ? i / 50 % n_values : hash % n_values;
}

/* No code stands above its parent. */
static bool
heap_is_ordered(const ValueCounts *counts)
{
	uint32_t i;

	for (i = 1; counts->heap != NULL && i < counts->n_codes; i++)
	{
		uint32_t code = counts->heap[i];
		uint32_t parent = counts->heap[(i - 1) / 2];
		uint64_t count = counts->entries[code].count;

		if (counts->entries[code].place != i || count > counts->entries[parent].count ||
			(count == counts->entries[parent].count && values[code] < values[parent]))
			return false;
	}
	return true;
}

static void
slides_as_counting_anew_does(void)
{
	static const uint64_t n_values[] = {1, 2, 7, 60, 3000};
	static uint64_t count[MOST_KEYS];
	int kind;
	size_t v;

	for (kind = 0; kind < 3; kind++)
	{
		for (v = 0; v < sizeof(n_values) / sizeof(n_values[0]) - (kind == 2); v++)
		{
			uint64_t width = 5 + 40 * (uint64_t) v * (uint64_t) v;
			ValueCounts counts = {0};
			uint64_t first = 0;
			uint64_t i;

			memset(count, 0, sizeof(count));
			for (i = 0; i < 1500; i++)
			{
				double entropy = 0.0;
				double expected = 0.0;
				uint64_t distinct = 0;
				uint64_t mode = 0;
				uint64_t n;
				uint64_t k;

				add(&counts, value_at(i, n_values[v]), kind);
				count[value_at(i, n_values[v])]++;
				if (i - first >= width)
				{
					uint64_t gone = value_at(first++, n_values[v]);

					remove_one(&counts, gone, kind, --count[gone]);
				}
				n = i + 1 - first;
				for (k = 0; k < n_values[v]; k++)
				{
					distinct += count[k] > 0;
					if (count[k] > count[mode])
						mode = k;
					if (count[k] > 0)
						expected -=
							(double) count[k] / (double) n * log((double) count[k] / (double) n);
				}
				CHECK(counts.n == n && counts.n_codes == distinct);
				/* What is never asked for is not kept; what is asked late is made then. */
				if (i < 100)
					continue;
				CHECK(value_counts_prepare_mode(&counts, &unit_allocator, &order) == KERNEL_OK);
				CHECK(values[value_counts_mode(&counts)] == mode);
				CHECK(heap_is_ordered(&counts));
				CHECK(value_counts_entropy(&counts, &entropy) == KERNEL_OK);
				CHECK_NEAR(entropy, expected, 1e-13);
				CHECK(distinct > 1 || entropy == 0.0);
			}
			value_counts_release(&counts, &unit_allocator);
		}
	}
}

/* ln 2 + (1/2) ln 3 + ... by hand; and a million steps leave the bits of a fresh start. */
static void
entropy_does_not_drift(void)
{
	ValueCounts counts = {0};
	ValueCounts fresh = {0};
	double entropy = 0.0;
	double expected = 0.0;
	uint64_t i;

	CHECK(value_counts_entropy(&counts, &entropy) == KERNEL_INVALID);
	for (i = 0; i < 4; i++)
		add(&counts, i, 0);
	CHECK(value_counts_entropy(&counts, &entropy) == KERNEL_OK);
	CHECK_CLOSE(entropy, 1.3862943611198906, 4e-16); /* ln 4 */
	add(&counts, 3, 0);
	add(&counts, 3, 0);
	CHECK(value_counts_entropy(&counts, &entropy) == KERNEL_OK);
	CHECK_CLOSE(entropy, 1.2424533248940002, 4e-16); /* (1/2) ln 2 + (1/2) ln 6, by mpmath */
	for (i = 0; i < 1000000; i++)
	{
		uint64_t value = hash_mix(i) % 50;

		add(&counts, value, 0);
		if (i >= 100)
		{
			uint32_t code = find(&counts, hash_mix(i - 100) % 50, 0);
			bool is_gone;

			value_counts_remove(&counts, code, &order, &is_gone);
		}
	}
	for (i = 0; i < 4; i++)
		add(&fresh, i, 0);
	add(&fresh, 3, 0);
	add(&fresh, 3, 0);
	for (i = 1000000 - 100; i < 1000000; i++)
		add(&fresh, hash_mix(i) % 50, 0);
	CHECK(value_counts_entropy(&counts, &entropy) == KERNEL_OK);
	CHECK(value_counts_entropy(&fresh, &expected) == KERNEL_OK);
	CHECK(entropy == expected);
	value_counts_release(&counts, &unit_allocator);
	value_counts_release(&fresh, &unit_allocator);
}

/* Huge counts: one value in 2^52 is rare, and has its share. */
static void
entropy_of_huge_counts(void)
{
	ValueCounts counts = {0};
	double entropy = 0.0;
	uint32_t code;

	CHECK(value_counts_insert(&counts, &unit_allocator, 1, &code) == KERNEL_OK);
	value_counts_add(&counts, code, UINT64_C(1) << 51, &order);
	CHECK(value_counts_entropy(&counts, &entropy) == KERNEL_OK);
	CHECK(entropy == 0.0);
	CHECK(value_counts_insert(&counts, &unit_allocator, 2, &code) == KERNEL_OK);
	value_counts_add(&counts, code, UINT64_C(1) << 51, &order);
	CHECK(value_counts_entropy(&counts, &entropy) == KERNEL_OK);
	CHECK_CLOSE(entropy, 0.6931471805599453, 1e-14);
	value_counts_release(&counts, &unit_allocator);
}

/* Ties are not scanned: a step among 4,000 values of one count compares a few dozen of them. */
static void
ties_cost_a_logarithm(void)
{
	ValueCounts counts = {0};
	uint64_t i;

	for (i = 0; i < 4000; i++)
		add(&counts, hash_mix(i), 0);
	CHECK(value_counts_prepare_mode(&counts, &unit_allocator, &order) == KERNEL_OK);
	comparisons = 0;
	for (i = 0; i < 20000; i++)
	{
		uint32_t code = find(&counts, hash_mix(i), 0);
		bool is_gone;

		value_counts_remove(&counts, code, &order, &is_gone);
		add(&counts, hash_mix(i + 4000), 0);
	}
	CHECK(comparisons < 20000 * 60);
	value_counts_release(&counts, &unit_allocator);
}

static void
refused_memory_changes_nothing(void)
{
	ValueCounts counts = {0};
	uint64_t i;

	for (i = 0; i < 200; i++)
	{
		uint32_t code;
		long fail;

		for (fail = 0;; fail++)
		{
			Status status;

			unit_allocator_fail_after(fail);
			status = value_counts_insert(&counts, &unit_allocator, (uint32_t) i, &code);
			unit_allocator_fail_after(-1);
			if (status == KERNEL_OK)
				break;
			CHECK(status == KERNEL_OUT_OF_MEMORY && counts.n_codes == i);
		}
		values[code] = i;
		value_counts_add(&counts, code, i + 1, &order);
		if (i == 3)
		{
			unit_allocator_fail_after(0);
			CHECK(value_counts_prepare_mode(&counts, &unit_allocator, &order) ==
				  KERNEL_OUT_OF_MEMORY);
			unit_allocator_fail_after(-1);
			CHECK(value_counts_prepare_mode(&counts, &unit_allocator, &order) == KERNEL_OK);
		}
		if (i >= 3)
			CHECK(values[value_counts_mode(&counts)] == i);
	}
	value_counts_release(&counts, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(slides_as_counting_anew_does), UNIT_CASE(entropy_does_not_drift),
		  UNIT_CASE(entropy_of_huge_counts), UNIT_CASE(ties_cost_a_logarithm),
		  UNIT_CASE(refused_memory_changes_nothing))
