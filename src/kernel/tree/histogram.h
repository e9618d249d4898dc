/*
 * histogram.h: sums of gradients by bin, as exact integers.
 *
 * A row's gradient and hessian are fixed-point integers, so that a sum is the
 * same in whatever order it is made, and a sibling is its parent less the other
 * child to the last bit.  They stand beside the row's bins in one record of 16
 * or 32 bytes (blocks of 12 or 28 slots, or of 8 or 24), so that a row costs one
 * cache line.
 *
 * Three forms of a cell, by what the objective needs:
 *   COUNTED  the hessian is 1 in every row: gradient of 32 bits, rows counted
 *   PACKED   gradient and hessian of 16 bits each, rounded at random by the row's hash
 *   PRECISE  gradient and hessian of 31 bits each, rows counted
 * A cell is one int64 with the gradient's sum above and the count (16 bits) or
 * the hessian's sum (32 bits) below; PRECISE has a second one for the hessian.
 * So packed, a node of up to NARROW_ROWS rows cannot overflow; a larger one has its sums
 * apart ("wide"), to which packed ones are added every NARROW_ROWS rows.
 */
#ifndef ORCHARD_KERNEL_TREE_HISTOGRAM_H
#define ORCHARD_KERNEL_TREE_HISTOGRAM_H

#include "kernel/base/memory.h"
#include "kernel/tree/bin.h"

#define NARROW_ROWS 65535

typedef enum CellForm
{
	CELL_COUNTED,
	CELL_PACKED,
	CELL_PRECISE
} CellForm;

/* Rows by record, with their gradients. */
typedef struct Records
{
	const BinnedRows *rows;
	CellForm form;
	int32_t record_bytes; /* 16 or 32 */
	int32_t block_slots;  /* narrow slots of a record; then comes the gradient */
	int32_t n_blocks;	  /* records of a row, each block's in an array of its own */
	uint8_t *bytes;		  /* block b, row i at (b * n + i) * record_bytes; begins at a cache line */
	void *memory;		  /* that bytes are in */
	size_t n_cells;		  /* of a histogram: NARROW_BINS a narrow slot, then the wide slots */
	size_t *first_cell;	  /* of each slot */
} Records;

/* Sums of one node. */
typedef struct Sums
{
	int64_t gradient;
	int64_t hessian; /* COUNTED: rows */
	int64_t rows;	 /* PACKED: not known to histograms, 0 */
} Sums;

typedef struct Histogram
{
	bool is_wide;
	int64_t *cells; /* n_cells, or pairs of PRECISE; wide: 2 or 3 arrays of n_cells */
} Histogram;

/* Bytes of a histogram's cells. */
extern bool histogram_size(const Records *records, bool is_wide, size_t *size);

/* Bytes that a row's records take, of so many narrow slots. */
extern size_t records_row_bytes(CellForm form, int32_t n_narrow);

/* Describes records of these rows that stand somewhere else: bytes are the caller's to set. */
extern Status records_begin(Records *records, const BinnedRows *rows, CellForm form,
							const Allocator *allocator);

/* The bins of the rows' narrow columns into the records, gradients 0. */
extern void records_fill(Records *records);

extern Status records_create(Records *records, const BinnedRows *rows, CellForm form,
							 const Allocator *allocator);
extern void records_release(Records *records, const Allocator *allocator);

/* The quantised gradient of a row, into all its records. */
static inline void
records_set(Records *records, int32_t row, int32_t gradient, uint32_t hessian)
{
	size_t stride = (size_t) records->rows->n * (size_t) records->record_bytes;
	uint8_t *at =
		records->bytes + (size_t) row * (size_t) records->record_bytes + records->block_slots;
	int32_t b;

	for (b = 0; b < records->n_blocks; b++, at += stride)
	{
		uint32_t *word = (uint32_t *) (void *) at;

		if (records->form == CELL_PACKED)
			*word = (uint32_t) gradient << 16 | hessian;
		else
			*word = (uint32_t) gradient;
		if (records->form == CELL_PRECISE)
			word[1] = hessian;
	}
}

/* The same for n rows of the form PACKED, as words. */
extern void records_set_words(Records *records, const int32_t *order, const uint32_t *words,
							  int32_t n);

/* All cells 0. */
extern void histogram_clear(const Records *records, Histogram *histogram);

/*
 * histogram_add
 *		Adds n rows to a narrow histogram, which may hold NARROW_ROWS in all.
 *
 * order: their numbers, NULL for rows first .. first + n - 1.
 */
extern void histogram_add(const Records *records, Histogram *histogram, const int32_t *order,
						  int32_t first, int32_t n);

/* Adds a narrow histogram to a wide one and clears it. */
extern void histogram_flush(const Records *records, Histogram *wide, Histogram *narrow);

/* Adds a histogram to one of the same width, and leaves it zero and narrow. */
extern void histogram_merge(const Records *records, Histogram *into, Histogram *from);

/* parent becomes parent - child.  is_narrow: what is left has at most NARROW_ROWS rows. */
extern void histogram_subtract(const Records *records, Histogram *parent, const Histogram *child,
							   bool is_narrow);

/* The cells of a slot, its n_bins + 1 bins. */
extern void histogram_read(const Records *records, const Histogram *histogram, int32_t slot,
						   int64_t *gradient, int64_t *hessian, int64_t *rows);

/* The same, but each of the n_bins is what the bins up to it hold together; not the missing one. */
extern void histogram_sum_up(const Records *records, const Histogram *histogram, int32_t slot,
							 int64_t *gradient, int64_t *hessian, int64_t *rows);

#endif /* ORCHARD_KERNEL_TREE_HISTOGRAM_H */
