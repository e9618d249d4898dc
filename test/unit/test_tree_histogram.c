/*
 * test_tree_histogram.c: sums up to each bin against sums of the rows, in every form and width.
 */
#include "kernel/tree/gather.h"

#include "kernel/base/hash.h"
#include "unit.h"

#define SLOTS 5
#define CELLS 32 /* room for the bins of a slot */

typedef struct Rows
{
	BinSlot slots[SLOTS];
	Bins bins;
	BinnedRows binned;
	Records records;
} Rows;

/* The derivatives of a row. */
static int32_t
gradient_of(int32_t row)
{
	return (int32_t) (hash_mix((uint64_t) row) % 60001) - 30000;
}

static uint32_t
hessian_of(int32_t row, CellForm form)
{
	return form == CELL_COUNTED ? 1 : (uint32_t) (hash_mix((uint64_t) row + 77) % 60001);
}

static void
make_rows(Rows *rows, int32_t n, CellForm form)
{
	int32_t s;
	int32_t i;

	rows->bins =
		(Bins){.n_numbers = SLOTS, .n_slots = SLOTS, .n_narrow = SLOTS, .slots = rows->slots};
	rows->binned = (BinnedRows){.n = n, .bins = &rows->bins};
	rows->binned.narrow = malloc((size_t) n * SLOTS);
	for (s = 0; s < SLOTS; s++)
	{
		rows->slots[s] = (BinSlot){.column = s, .n_bins = 1 + 7 * s};
		for (i = 0; i < n; i++)
			rows->binned.narrow[(size_t) s * (size_t) n + (size_t) i] =
				(uint8_t) (hash_mix((uint64_t) i * 9 + (uint64_t) s) % (uint64_t) (2 + 7 * s));
	}
	CHECK(records_create(&rows->records, &rows->binned, form, &unit_allocator) == KERNEL_OK);
	for (i = 0; i < n; i++)
		records_set(&rows->records, i, gradient_of(i), hessian_of(i, form));
}

/* A slot's sums up to each bin, and those of the missing one, against the rows. */
static void
check_slot(const Rows *rows, const Histogram *histogram, int32_t slot)
{
	CellForm form = rows->records.form;
	int32_t n_bins = rows->slots[slot].n_bins;
	const uint8_t *codes = rows->binned.narrow + (size_t) slot * (size_t) rows->binned.n;
	int64_t gradient[CELLS];
	int64_t hessian[CELLS];
	int64_t counted[CELLS];
	int32_t bin;
	int32_t i;

	histogram_sum_up(&rows->records, histogram, slot, gradient, hessian, counted);
	for (bin = 0; bin <= n_bins; bin++)
	{
		Sums sums = {0};

		for (i = 0; i < rows->binned.n; i++)
		{
			if (bin == n_bins ? codes[i] != n_bins : codes[i] > bin)
				continue;
			sums.gradient += gradient_of(i);
			sums.hessian += hessian_of(i, form);
			sums.rows++;
		}
		CHECK(gradient[bin] == sums.gradient);
		CHECK(hessian[bin] == sums.hessian);
		CHECK(counted[bin] == (form == CELL_PACKED ? 0 : sums.rows));
	}
}

static void
check_rows(int32_t n, CellForm form)
{
	Rows rows;
	Histogram histogram = {0};
	Histogram narrow = {0};
	Gathering gathering = {&histogram, &narrow, 0};
	size_t size;
	int32_t s;

	make_rows(&rows, n, form);
	CHECK(histogram_size(&rows.records, n > NARROW_ROWS, &size));
	histogram.cells = calloc(size, 1);
	narrow.cells = calloc(size, 1);
	gather_rows(&rows.records, &gathering, NULL, 0, n);
	gather_end(&rows.records, &gathering);
	CHECK(histogram.is_wide == (n > NARROW_ROWS));
	for (s = 0; s < SLOTS; s++)
		check_slot(&rows, &histogram, s);
	free(histogram.cells);
	free(narrow.cells);
	records_release(&rows.records, &unit_allocator);
	free(rows.binned.narrow);
}

static void
sums_up_to_a_bin_are_those_of_its_rows(void)
{
	static const CellForm forms[] = {CELL_COUNTED, CELL_PACKED, CELL_PRECISE};
	size_t f;

	for (f = 0; f < 3; f++)
	{
		check_rows(1, forms[f]);
		check_rows(3000, forms[f]);
		check_rows(NARROW_ROWS + 500, forms[f]);
	}
}

UNIT_MAIN(UNIT_CASE(sums_up_to_a_bin_are_those_of_its_rows))
