/*
 * test_tree_bin.c: the codes of numbers against a plain binary search of the cuts, and cuts of many rows.
 */
#include "kernel/tree/bin.h"

#include "kernel/base/hash.h"
#include "unit.h"

#define KINDS 9
#define ROWS 3003

static double
uniform(uint64_t seed)
{
	return ((double) (hash_mix(seed) >> 11) + 0.5) * 0x1p-53;
}

/* A number of one of KINDS distributions, some of which no table of equal steps fits. */
static double
number_of(int32_t kind, uint64_t seed)
{
	double u = uniform(seed);
	double v = uniform(seed + UINT64_C(0x123456789));

	switch (kind)
	{
		case 0:
			return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
		case 1:
			return exp(1400.0 * (u - 0.5)); /* 1e-304 to 1e304 */
		case 2:
			return v < 0.5 ? 1.7e308 * u : -1.7e308 * u; /* differences overflow */
		case 3:
			return floor(4.0 * u);
		case 4:
			return 7.0;
		case 5:
			return u < 0.3 ? NAN : v;
		case 6:
			return (u < 0.5 ? -5e-324 : 5e-324) * floor(10.0 * v); /* denormal */
		case 7:
			return u < 0.001 ? 1e300 : v; /* one step has nearly all the cuts */
		default:
			return NAN;
	}
}

static void
codes_are_those_of_a_plain_search(void)
{
	static const int32_t max_bins[] = {2, 3, 17, 255};
	double row[KINDS];
	size_t m;
	int32_t i;
	int32_t s;

	for (m = 0; m < sizeof(max_bins) / sizeof(max_bins[0]); m++)
	{
		uint64_t *hash;
		Dataset dataset;
		TreeSource source = {.dataset = &dataset};
		BinnedRows rows;
		Bins bins;

		dataset_begin(&dataset, KINDS, 0, false);
		for (i = 0; i < ROWS; i++)
		{
			for (s = 0; s < KINDS; s++)
				row[s] = number_of(s, (uint64_t) (i * KINDS + s));
			dataset_add(&dataset, &unit_allocator, row, NULL, 0.0, 1.0);
		}
		hash = memory_allocate(&unit_allocator, ROWS, sizeof(uint64_t));
		CHECK(bins_hash_rows(&source, hash, NULL) == KERNEL_OK);
		CHECK(bins_create(&bins, &source, hash, max_bins[m], &unit_allocator, NULL) == KERNEL_OK);
		CHECK(binned_rows_create(&rows, &bins, &source, hash, &unit_allocator, NULL) == KERNEL_OK);
		for (i = 0; i < ROWS; i++)
		{
			for (s = 0; s < KINDS; s++)
			{
				const BinSlot *slot = &bins.slots[s];
				double x = number_of(s, (uint64_t) (i * KINDS + s));
				int32_t code = binned_code(&rows, slot, i);

				if (isnan(x))
					CHECK(code == slot->n_bins);
				else
				{
					CHECK(code == bin_of_number(slot, x));
					CHECK(code == slot->n_bins - 1 || x <= slot->cuts[code]);
					CHECK(code == 0 || x > slot->cuts[code - 1]);
				}
			}
		}
		CHECK(bins.slots[0].n_bins == max_bins[m] && bins.slots[4].n_bins == 1);
		binned_rows_release(&rows, &unit_allocator);
		bins_release(&bins, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
	}
}

/* -- Many rows -- */

#define MANY_ROWS 250000 /* a sample is drawn of so many */
#define COLUMNS 6

/* The column's number in a row of content c. */
static double
many_number(int32_t column, int32_t c)
{
	switch (column)
	{
		case 0:
			return c % 2;
		case 1:
			return c % 3 == 0 ? NAN : c % 3 == 1 ? -0.0 : 0.0;
		case 2:
			return NAN;
		case 3:
			return c % 255 * 2.0 - 300.0;
		case 4:
			return (c % 17 - 8) * 5e-324;
		default:
			return c;
	}
}

/* The bins of many rows of so many contents, of which the last comes once, at last. */
static Bins
many_bins(int32_t n_columns, int32_t contents, int32_t max_bins, bool is_turned, bool has_hash)
{
	Dataset dataset;
	TreeSource source = {.dataset = &dataset};
	uint64_t *hash = NULL;
	double row[COLUMNS];
	Bins bins;
	int32_t i;
	int32_t s;

	dataset_begin(&dataset, n_columns, 0, false);
	for (i = 0; i < MANY_ROWS; i++)
	{
		int32_t at = is_turned ? MANY_ROWS - 1 - i : i;
		int32_t c = at == MANY_ROWS - 1 ? contents - 1 : at % (contents - 1);

		for (s = 0; s < n_columns; s++)
			row[s] = many_number(s, c);
		dataset_add(&dataset, &unit_allocator, row, NULL, 0.0, 1.0);
	}
	if (has_hash)
	{
		hash = memory_allocate(&unit_allocator, MANY_ROWS, sizeof(uint64_t));
		CHECK(bins_hash_rows(&source, hash, NULL) == KERNEL_OK);
	}
	CHECK(bins_create(&bins, &source, hash, max_bins, &unit_allocator, NULL) == KERNEL_OK);
	memory_release(&unit_allocator, hash, MANY_ROWS, sizeof(uint64_t));
	dataset_release(&dataset, &unit_allocator);
	return bins;
}

/* Every two neighbours of column s have a cut between them. */
static void
check_cuts(const Bins *bins, int32_t s, int32_t contents)
{
	const BinSlot *slot = &bins->slots[s];
	int32_t c;

	for (c = 0; c < contents; c++)
	{
		double x = many_number(s, c);
		int32_t bin = isnan(x) ? 0 : bin_of_number(slot, x);
		int32_t expected = s == 0 ? c % 2 : s == 3 ? c % 255 : s == 4 ? c % 17 : s == 5 ? c : 0;

		CHECK(bin == expected);
	}
}

/* Columns of few values are cut between all of them, whatever the order of the rows and who hashes them. */
static void
few_values_are_all_cut_apart(void)
{
	static const int32_t n_bins[COLUMNS] = {2, 1, 1, 255, 17, 255};
	static const int32_t columns[] = {5, 6}; /* all have few values; the last has more */
	size_t k;
	int32_t s;
	int way;

	for (k = 0; k < 2; k++)
	{
		int32_t contents = columns[k] == 5 ? 255 : 2040;
		Bins first = many_bins(columns[k], contents, 255, false, true);

		for (s = 0; s < 5; s++)
		{
			CHECK(first.slots[s].n_bins == n_bins[s]);
			check_cuts(&first, s, contents);
		}
		CHECK(k == 0 || (first.slots[5].n_bins > 100 && first.slots[5].n_bins <= 255));
		for (way = 1; way < 4; way++)
		{
			Bins other = many_bins(columns[k], contents, 255, way & 1, way & 2);

			for (s = 0; s < columns[k]; s++)
			{
				CHECK(other.slots[s].n_bins == first.slots[s].n_bins);
				CHECK(memcmp(other.slots[s].cuts, first.slots[s].cuts,
							 (size_t) (first.slots[s].n_bins - 1) * sizeof(double)) == 0);
			}
			bins_release(&other, &unit_allocator);
		}
		bins_release(&first, &unit_allocator);
	}
}

/* Two contents, and one more value than there may be bins. */
static void
few_are_at_most_the_bins(void)
{
	Bins bins = many_bins(1, 2, 2, false, false);

	CHECK(bins.slots[0].n_bins == 2 && bins.slots[0].cuts[0] == 0.5);
	bins_release(&bins, &unit_allocator);
	bins = many_bins(5, 1020, 16, false, false);
	CHECK(bins.slots[0].n_bins == 2 && bins.slots[0].cuts[0] == 0.5);
	CHECK(bins.slots[3].n_bins <= 16 && bins.slots[3].n_bins > 8);
	CHECK(bins.slots[4].n_bins <= 16 && bins.slots[4].n_bins > 8);
	bins_release(&bins, &unit_allocator);
}

/* Number j of row i, of at most 1,024 different values, some of them frequent. */
static double
frequent_number(int32_t j, int32_t i)
{
	double u = uniform((uint64_t) i + UINT64_C(0x100000000) * (uint64_t) (j % 3));

	switch (j % 3)
	{
		case 0:
			return i % 1024;
		case 1:
			return u < 0.3 ? 7.5 : u < 0.4 ? NAN : floor(1000.0 * u * u);
		default:
			return floor(300.0 * u);
	}
}

/* The bins of n_rows rows, each of them `times` times. */
static Bins
frequent_bins(int32_t n_columns, int32_t n_rows, int32_t times)
{
	double *row = memory_allocate(&unit_allocator, (size_t) n_columns, sizeof(double));
	Dataset dataset;
	TreeSource source = {.dataset = &dataset};
	Bins bins;
	int32_t i;
	int32_t j;

	dataset_begin(&dataset, n_columns, 0, false);
	for (i = 0; i < n_rows * times; i++)
	{
		for (j = 0; j < n_columns; j++)
			row[j] = frequent_number(j, i % n_rows);
		dataset_add(&dataset, &unit_allocator, row, NULL, 0.0, 1.0);
	}
	CHECK(bins_create(&bins, &source, NULL, 255, &unit_allocator, NULL) == KERNEL_OK);
	dataset_release(&dataset, &unit_allocator);
	memory_release(&unit_allocator, row, (size_t) n_columns, sizeof(double));
	return bins;
}

/*
 * Rows that are there several times have the cuts that they have once: more values than bins are counted
 * in all rows, however few their contents.  Of many columns fewer values are.
 */
static void
values_are_counted_in_all_rows(void)
{
	static const int32_t n_rows[] = {60000, 3000};
	static const int32_t times[] = {4, 67};
	static const int32_t n_columns[] = {3, 105};
	int k;
	int32_t j;

	for (k = 0; k < 2; k++)
	{
		Bins once = frequent_bins(3, n_rows[k], 1);
		Bins many = frequent_bins(n_columns[k], n_rows[k], times[k]);

		for (j = k == 0 ? 0 : 2; j < n_columns[k]; j += k == 0 ? 1 : 3)
		{
			const BinSlot *slot = &many.slots[j];

			CHECK(slot->n_bins == once.slots[j % 3].n_bins && slot->n_bins > 150);
			CHECK(memcmp(slot->cuts, once.slots[j % 3].cuts,
						 (size_t) (slot->n_bins - 1) * sizeof(double)) == 0);
		}
		bins_release(&once, &unit_allocator);
		bins_release(&many, &unit_allocator);
	}
}

UNIT_MAIN(UNIT_CASE(codes_are_those_of_a_plain_search), UNIT_CASE(few_values_are_all_cut_apart),
		  UNIT_CASE(few_are_at_most_the_bins), UNIT_CASE(values_are_counted_in_all_rows))
