/*
 * test_tree_bin.c: the codes of numbers against a plain binary search of the cuts.
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

UNIT_MAIN(UNIT_CASE(codes_are_those_of_a_plain_search))
