/*
 * histogram.c: accumulation, subtraction and reading of cells.
 */
#include "kernel/tree/histogram.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))
#define TOGETHER 1024 /* records brought together before they are added */
#define FIRST_TOGETHER 128
#define SECOND_CACHE 2 /* where a record is asked to: the first holds cells, and waits for few */
#define COUNT_BITS 16
#define CACHE_LINE 64
#define HESSIAN_BITS 32

/* int64 a cell of a narrow histogram. */
INLINE size_t
cell_words(const Records *records)
{
	return records->form == CELL_PRECISE ? 2 : 1;
}

bool
histogram_size(const Records *records, bool is_wide, size_t *size)
{
	size_t words = cell_words(records) + is_wide;

	return size_multiply(records->n_cells, words * sizeof(int64_t), size);
}

/* The bins of rows into block b's records, some rows at a time. */
static void
fill_block(Records *records, int32_t b)
{
	const BinnedRows *rows = records->rows;
	size_t n = (size_t) rows->n;
	size_t bytes = (size_t) records->record_bytes;
	int32_t first_slot = b * records->block_slots;
	int32_t slots = rows->bins->n_narrow - first_slot;
	uint8_t *block = records->bytes + (size_t) b * n * bytes;
	size_t start;

	slots = slots < records->block_slots ? slots : records->block_slots;
	for (start = 0; start < n; start += TOGETHER)
	{
		size_t end = start + TOGETHER < n ? start + TOGETHER : n;
		size_t i;
		int32_t j;

		memset(block + start * bytes, 0, (end - start) * bytes);
		for (j = 0; j < slots; j++)
		{
			const uint8_t *column = rows->narrow + (size_t) (first_slot + j) * n;

			for (i = start; i < end; i++)
				block[i * bytes + (size_t) j] = column[i];
		}
	}
}

/* Where each slot's cells begin. */
static Status
place_cells(Records *records, const Allocator *allocator)
{
	const Bins *bins = records->rows->bins;
	int32_t s;

	records->first_cell = memory_allocate(allocator, (size_t) bins->n_slots, sizeof(size_t));
	if (records->first_cell == NULL)
		return KERNEL_OUT_OF_MEMORY;
	/* Records are taken by four slots at once, the last of which may be none. */
	records->n_cells = ((size_t) bins->n_narrow + 3) / 4 * 4 * NARROW_BINS;
	for (s = 0; s < bins->n_slots; s++)
	{
		const BinSlot *slot = &bins->slots[s];

		if (!slot->is_wide)
		{
			records->first_cell[s] = (size_t) slot->column * NARROW_BINS;
			continue;
		}
		records->first_cell[s] = records->n_cells;
		records->n_cells += (size_t) slot->n_bins + 1;
	}
	return KERNEL_OK;
}

/* How a row's bins and gradients are laid out. */
static void
lay_out(Records *records, int32_t n_narrow)
{
	int32_t gradient_bytes = records->form == CELL_PRECISE ? 8 : 4;

	records->record_bytes = n_narrow <= 16 - gradient_bytes ? 16 : 32;
	records->block_slots = records->record_bytes - gradient_bytes;
	records->n_blocks = (n_narrow + records->block_slots - 1) / records->block_slots;
	if (records->n_blocks == 0)
		records->n_blocks = 1; /* the gradient's place */
}

size_t
records_row_bytes(CellForm form, int32_t n_narrow)
{
	Records records = {.form = form};

	lay_out(&records, n_narrow);
	return (size_t) records.n_blocks * (size_t) records.record_bytes;
}

/* Bytes of all records, and what it takes to begin them at a cache line. */
static size_t
records_bytes(const Records *records)
{
	return (size_t) records->rows->n * (size_t) records->n_blocks * (size_t) records->record_bytes +
		CACHE_LINE;
}

Status
records_begin(Records *records, const BinnedRows *rows, CellForm form, const Allocator *allocator)
{
	*records = (Records){.rows = rows, .form = form};
	lay_out(records, rows->bins->n_narrow);
	return place_cells(records, allocator);
}

void
records_fill(Records *records)
{
	int32_t b;

	for (b = 0; b < records->n_blocks; b++)
		fill_block(records, b);
}

Status
records_create(Records *records, const BinnedRows *rows, CellForm form, const Allocator *allocator)
{
	Status status = records_begin(records, rows, form, allocator);

	if (status == KERNEL_OK)
		records->memory = memory_allocate(allocator, records_bytes(records), 1);
	if (records->memory == NULL)
	{
		records_release(records, allocator);
		return KERNEL_OUT_OF_MEMORY;
	}
	/* An allocator aligns to 16 bytes: every other record of 32 would lie across two cache lines. */
	records->bytes =
		(uint8_t *) records->memory + (-(uintptr_t) records->memory & (CACHE_LINE - 1));
	records_fill(records);
	return KERNEL_OK;
}

void
records_release(Records *records, const Allocator *allocator)
{
	if (records->rows == NULL)
		return;
	memory_release(allocator, records->memory, records_bytes(records), 1);
	memory_release(allocator, records->first_cell, (size_t) records->rows->bins->n_slots,
				   sizeof(size_t));
	*records = (Records){0};
}

void
records_set_words(Records *records, const int32_t *order, const uint32_t *words, int32_t n)
{
	size_t bytes = (size_t) records->record_bytes;
	int32_t b;
	int32_t i;

	for (b = 0; b < records->n_blocks; b++)
	{
		uint8_t *at =
			records->bytes + (size_t) b * (size_t) records->rows->n * bytes + records->block_slots;

		for (i = 0; i < n; i++)
			*(uint32_t *) (void *) (at + (size_t) order[i] * bytes) = words[i];
	}
}

void
histogram_clear(const Records *records, Histogram *histogram)
{
	size_t size = 0;

	histogram_size(records, histogram->is_wide, &size);
	memset(histogram->cells, 0, size);
}

/* What a record adds to the cells of its bins; *hessian: the second part of PRECISE. */
INLINE int64_t
increment(const uint8_t *gradient, CellForm form, int64_t *hessian)
{
	const uint32_t *word = (const uint32_t *) (const void *) gradient;

	*hessian = form == CELL_PRECISE ? word[1] : 0;
	if (form == CELL_PACKED)
		return (int64_t) ((uint64_t) ((int32_t) *word >> 16) << HESSIAN_BITS) + (*word & 0xffff);
	return (int64_t) ((uint64_t) (int64_t) (int32_t) *word << COUNT_BITS) + 1;
}

INLINE void
add_to_cell(int64_t *cells, size_t cell, int64_t amount, int64_t hessian, CellForm form)
{
	if (form != CELL_PRECISE)
	{
		cells[cell] += amount;
		return;
	}
	cells[2 * cell] += amount;
	cells[2 * cell + 1] += hessian;
}

/* One row's record into the cells of its block; slots: rounded up to a multiple of four. */
INLINE void
add_record(int64_t *cells, const uint8_t *record, int32_t slots, int32_t block_slots, CellForm form)
{
	int64_t hessian;
	int64_t amount = increment(record + block_slots, form, &hessian);
	int32_t j;

#pragma GCC unroll 7
	for (j = 0; j < slots; j += 4)
	{
		size_t at = (size_t) j * NARROW_BINS;

		add_to_cell(cells, at + record[j], amount, hessian, form);
		add_to_cell(cells, at + NARROW_BINS + record[j + 1], amount, hessian, form);
		add_to_cell(cells, at + 2 * NARROW_BINS + record[j + 2], amount, hessian, form);
		add_to_cell(cells, at + 3 * NARROW_BINS + record[j + 3], amount, hessian, form);
	}
}

/* n records that stand together into the cells; before each of them two of n_ask rows are asked for. */
INLINE void
add_records(int64_t *cells, const uint8_t *records, int32_t n, int32_t slots, int32_t block_slots,
			int32_t record_bytes, CellForm form, const uint8_t *block, const int32_t *ask,
			int32_t n_ask)
{
	size_t bytes = (size_t) record_bytes;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		if (2 * i + 1 < n_ask)
		{
			__builtin_prefetch(block + (size_t) ask[2 * i] * bytes, 0, SECOND_CACHE);
			__builtin_prefetch(block + (size_t) ask[2 * i + 1] * bytes, 0, SECOND_CACHE);
		}
		add_record(cells, records + (size_t) i * bytes, slots, block_slots, form);
	}
}

/*
 * Rows into the cells of one block.  Those that lie apart are brought together first: a loop that
 * only copies waits for many of them at once, and while they are added the next are asked for, twice
 * as many until there is no more room.
 */
INLINE void
add_block(int64_t *cells, const uint8_t *block, const int32_t *order, int32_t first, int32_t n,
		  int32_t slots, int32_t block_slots, int32_t record_bytes, CellForm form)
{
	_Alignas(64) uint8_t together[TOGETHER * 32];
	size_t bytes = (size_t) record_bytes;
	int32_t rows = n < FIRST_TOGETHER ? n : FIRST_TOGETHER;
	int32_t next;
	int32_t done;
	int32_t i;

	if (order == NULL)
	{
		add_records(cells, block + (size_t) first * bytes, n, slots, block_slots, record_bytes,
					form, NULL, NULL, 0);
		return;
	}
	for (i = 0; i < rows; i++)
		__builtin_prefetch(block + (size_t) order[i] * bytes, 0, SECOND_CACHE);
	for (done = 0; done < n; rows = next)
	{
		int32_t left = n - done - rows;

		next = 2 * rows < TOGETHER ? 2 * rows : TOGETHER;

		next = next < left ? next : left;
		for (i = 0; i < rows; i++)
			memcpy(together + (size_t) i * bytes, block + (size_t) order[done + i] * bytes, bytes);
		add_records(cells, together, rows, slots, block_slots, record_bytes, form, block,
					order + done + rows, next);
		done += rows;
	}
}

/* The same with the numbers that a full block has as constants. */
INLINE void
add_block_of(int64_t *cells, const uint8_t *block, const int32_t *order, int32_t first, int32_t n,
			 int32_t slots, const Records *records, CellForm form)
{
	int32_t full = form == CELL_PRECISE ? 24 : 28;

	if (slots == full)
		add_block(cells, block, order, first, n, full, full, 32, form);
	else
		add_block(cells, block, order, first, n, slots, records->block_slots, records->record_bytes,
				  form);
}

/* Rows into the cells of a slot with codes of two bytes. */
INLINE void
add_wide_slot(const Records *records, int64_t *cells, const uint16_t *column, const int32_t *order,
			  int32_t first, int32_t n, CellForm form)
{
	size_t bytes = (size_t) records->record_bytes;
	const uint8_t *gradients = records->bytes + records->block_slots;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		size_t row = (size_t) (order != NULL ? order[i] : first + i);
		int64_t hessian;
		int64_t amount = increment(gradients + row * bytes, form, &hessian);

		add_to_cell(cells, column[row], amount, hessian, form);
	}
}

INLINE void
add_rows(const Records *records, int64_t *cells, const int32_t *order, int32_t first, int32_t n,
		 CellForm form)
{
	const BinnedRows *rows = records->rows;
	const Bins *bins = rows->bins;
	size_t row_count = (size_t) rows->n;
	int32_t b;
	int32_t s;

	for (b = 0; b * records->block_slots < bins->n_narrow; b++)
	{
		int32_t left = bins->n_narrow - b * records->block_slots;
		int32_t slots = left < records->block_slots ? (left + 3) & ~3 : records->block_slots;

		add_block_of(cells +
						 (size_t) (b * records->block_slots) * NARROW_BINS * cell_words(records),
					 records->bytes + (size_t) b * row_count * (size_t) records->record_bytes,
					 order, first, n, slots, records, form);
	}
	for (s = 0; bins->n_wide > 0 && s < bins->n_slots; s++)
	{
		if (bins->slots[s].is_wide)
			add_wide_slot(records, cells + records->first_cell[s] * cell_words(records),
						  rows->wide + (size_t) bins->slots[s].column * row_count, order, first, n,
						  form);
	}
}

void
histogram_add(const Records *records, Histogram *histogram, const int32_t *order, int32_t first,
			  int32_t n)
{
	switch (records->form)
	{
		case CELL_COUNTED:
			add_rows(records, histogram->cells, order, first, n, CELL_COUNTED);
			break;
		case CELL_PACKED:
			add_rows(records, histogram->cells, order, first, n, CELL_PACKED);
			break;
		case CELL_PRECISE:
			add_rows(records, histogram->cells, order, first, n, CELL_PRECISE);
			break;
	}
}

/* The two sums of a packed cell. */
INLINE void
unpack(int64_t cell, CellForm form, int64_t *high, int64_t *low)
{
	int bits = form == CELL_PACKED ? HESSIAN_BITS : COUNT_BITS;

	*high = cell >> bits;
	*low = cell & ((INT64_C(1) << bits) - 1);
}

void
histogram_flush(const Records *records, Histogram *wide, Histogram *narrow)
{
	size_t n = records->n_cells;
	int64_t *high = wide->cells;
	int64_t *low = wide->cells + n;
	int64_t *extra = wide->cells + 2 * n;
	size_t words = cell_words(records);
	size_t i;

	for (i = 0; i < n; i++)
	{
		int64_t cell_high;
		int64_t cell_low;

		unpack(narrow->cells[i * words], records->form, &cell_high, &cell_low);
		high[i] += cell_high;
		low[i] += cell_low;
	}
	for (i = 0; words == 2 && i < n; i++)
		extra[i] += narrow->cells[2 * i + 1];
	histogram_clear(records, narrow);
}

void
histogram_merge(const Records *records, Histogram *into, Histogram *from)
{
	size_t all = records->n_cells * (cell_words(records) + from->is_wide);
	size_t i;

	for (i = 0; i < all; i++)
		into->cells[i] += from->cells[i];
	histogram_clear(records, from);
	from->is_wide = false;
}

/* A wide histogram of few enough rows becomes a narrow one. */
static void
make_narrow(const Records *records, Histogram *histogram)
{
	size_t n = records->n_cells;
	int64_t *cells = histogram->cells;
	int bits = records->form == CELL_PACKED ? HESSIAN_BITS : COUNT_BITS;
	size_t i;

	if (records->form != CELL_PRECISE)
	{
		for (i = 0; i < n; i++)
			cells[i] = (int64_t) ((uint64_t) cells[i] << bits) + cells[n + i];
	}
	else
	{
		/* Pairs take the place of the first two arrays: the packed sums first, then from the end. */
		for (i = 0; i < n; i++)
			cells[i] = (int64_t) ((uint64_t) cells[i] << bits) + cells[n + i];
		for (i = n; i-- > 0;)
		{
			cells[2 * i] = cells[i];
			cells[2 * i + 1] = cells[2 * n + i];
		}
	}
	histogram->is_wide = false;
}

void
histogram_subtract(const Records *records, Histogram *parent, const Histogram *child,
				   bool is_narrow)
{
	size_t n = records->n_cells;
	size_t words = cell_words(records);
	int64_t *cells = parent->cells;
	const int64_t *less = child->cells;
	size_t i;

	if (parent->is_wide == child->is_wide)
	{
		size_t all = n * (words + parent->is_wide);

		for (i = 0; i < all; i++)
			cells[i] -= less[i];
	}
	else
	{
		for (i = 0; i < n; i++)
		{
			int64_t high;
			int64_t low;

			unpack(less[i * words], records->form, &high, &low);
			cells[i] -= high;
			cells[n + i] -= low;
			if (words == 2)
				cells[2 * n + i] -= less[2 * i + 1];
		}
	}
	if (parent->is_wide && is_narrow)
		make_narrow(records, parent);
}

void
histogram_read(const Records *records, const Histogram *histogram, int32_t slot, int64_t *gradient,
			   int64_t *hessian, int64_t *rows)
{
	size_t n = (size_t) records->rows->bins->slots[slot].n_bins + 1;
	size_t first = records->first_cell[slot];
	size_t words = cell_words(records);
	CellForm form = records->form;
	size_t i;

	for (i = 0; i < n; i++)
	{
		int64_t high;
		int64_t low;
		int64_t extra = 0;

		if (histogram->is_wide)
		{
			high = histogram->cells[first + i];
			low = histogram->cells[records->n_cells + first + i];
			if (words == 2)
				extra = histogram->cells[2 * records->n_cells + first + i];
		}
		else
		{
			unpack(histogram->cells[(first + i) * words], form, &high, &low);
			if (words == 2)
				extra = histogram->cells[(first + i) * words + 1];
		}
		gradient[i] = high;
		hessian[i] = form == CELL_PRECISE ? extra : low;
		rows[i] = form == CELL_PACKED ? 0 : low;
	}
}

void
histogram_sum_up(const Records *records, const Histogram *histogram, int32_t slot,
				 int64_t *gradient, int64_t *hessian, int64_t *rows)
{
	int32_t n = records->rows->bins->slots[slot].n_bins;
	const int64_t *cells = histogram->cells + records->first_cell[slot];
	int64_t sum = 0;
	int32_t i;

	if (histogram->is_wide || records->form == CELL_PRECISE)
	{
		histogram_read(records, histogram, slot, gradient, hessian, rows);
		for (i = 1; i < n; i++)
		{
			gradient[i] += gradient[i - 1];
			hessian[i] += hessian[i - 1];
			rows[i] += rows[i - 1];
		}
		return;
	}
	for (i = 0; i < n; i++)
	{
		sum += cells[i]; /* as little can overflow as in a cell */
		unpack(sum, records->form, &gradient[i], &hessian[i]);
	}
	unpack(cells[n], records->form, &gradient[n], &hessian[n]);
	for (i = 0; i <= n; i++)
		rows[i] = records->form == CELL_PACKED ? 0 : hessian[i];
}
