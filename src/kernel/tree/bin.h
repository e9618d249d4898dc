/*
 * bin.h: from values to small codes, the form in which trees are grown.
 *
 * Each slot (schema.h; number slots first) has bins for its present values and
 * one more, the last, for missing ones.  A number's bins are intervals between
 * cuts, (-inf, cut 0], (cut 0, cut 1], ...; cuts are midpoints between values
 * that occur: all there are in a column of at most max_bins different values, else
 * chosen as quantiles.  Those are over all rows when there are at most SAMPLE_ROWS, or the
 * column has at most 1,024 values (fewer, but max_bins, where columns are many), else over
 * SAMPLE_ROWS of them that a hash of the row's content draws.  A category has a bin for
 * each level, in no order that means anything.
 *
 * Neither the bins nor anything else here depends on the order of the rows.
 */
#ifndef ORCHARD_KERNEL_TREE_BIN_H
#define ORCHARD_KERNEL_TREE_BIN_H

#include "kernel/base/memory.h"
#include "kernel/dataset/dataset.h"

#define MAX_BINS 255		  /* of present values of a number */
#define NARROW_BINS 256		  /* of a slot whose codes are bytes, the missing one included */
#define BIN_LEVEL_LIMIT 65534 /* levels of a category, the pooled one included */
#define BIN_ROW_LIMIT INT32_MAX

/* Training rows and what their category codes mean. */
typedef struct TreeSource
{
	const Dataset *dataset;
	const int32_t *const *level_of_code; /* a category slot: level of each dictionary code */
	const uint32_t *n_levels;			 /* a category slot: levels, the pooled one included */
	const int32_t *class_of_code;		 /* targets that are codes: class of each; else NULL */
	const double *class_weight;			 /* what a class multiplies weights by; NULL: nothing */
	void (*spent)(void *context);		 /* told once, when rows are read no more; may be NULL */
	void *spent_context;
} TreeSource;

/* The rows of a source, and of those held out beside it, are read no more: their memory may go. */
static inline void
tree_source_spent(const TreeSource *source)
{
	if (source->spent != NULL)
		source->spent(source->spent_context);
}

/* Do its rows have weights other than 1? */
static inline bool
tree_source_has_weight(const TreeSource *source)
{
	return source->dataset->has_weight || source->class_weight != NULL;
}

/* Block b of the source's rows, as dataset_block has it; KERNEL_STOPPED when that is wanted. */
extern Status tree_source_block(const TreeSource *source, int32_t b, const StopCheck *stop,
								const DatasetBlock **block);

/* Targets of a block's rows, numbers or classes, and weights, unless that is NULL. */
extern void tree_source_targets(const TreeSource *source, const DatasetBlock *block, double *target,
								double *weight);

typedef struct BinSlot
{
	bool is_category;
	bool is_wide;	/* codes of two bytes */
	int32_t column; /* among the narrow slots, or among the wide ones */
	int32_t n_bins; /* of present values; the missing bin is n_bins */
	double *cuts;	/* numbers: n_bins - 1, ascending; categories: NULL */
} BinSlot;

typedef struct Bins
{
	int32_t n_numbers;
	int32_t n_slots;
	int32_t n_narrow;
	int32_t n_wide;
	BinSlot *slots; /* n_slots */
} Bins;

/* Rows by their bins, in the order of the source. */
typedef struct BinnedRows
{
	int32_t n;
	const Bins *bins;
	uint8_t *narrow; /* column-major: narrow slot c at c * n */
	uint16_t *wide;	 /* column-major: wide slot c at c * n */
	uint64_t *hash;	 /* n: of the row's content */
	double *target;	 /* n: number or class */
	double *weight;	 /* n; NULL when every weight is 1 */
} BinnedRows;

/*
 * bins_create
 *		The bins of the rows of a source, at most max_bins (2 .. MAX_BINS) a number.
 *
 * hash: n of the rows' hashes (bins_hash_rows); NULL: they are made in each pass over the source.
 * Cost O(rows * slots); transient memory up to 64 MB, and of a large source up to 2 MB, or 5 KB a number
 * where that is more.
 * KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED, KERNEL_TOO_LARGE above BIN_LEVEL_LIMIT, what the store reports.
 */
extern Status bins_create(Bins *bins, const TreeSource *source, const uint64_t *hash,
						  int32_t max_bins, const Allocator *allocator, const StopCheck *stop);
extern void bins_release(Bins *bins, const Allocator *allocator);

/* hash[i] = hash of the features, target and weight of row i; of one block, or of all rows. */
extern void bins_hash_block(const TreeSource *source, const DatasetBlock *block, uint64_t *hash);
extern Status bins_hash_rows(const TreeSource *source, uint64_t *hash, const StopCheck *stop);

/* What turns values into codes. */
typedef struct BinCoder
{
	const Bins *bins;
	struct BinSearch *searches; /* a number slot */
} BinCoder;

extern Status bin_coder_create(BinCoder *coder, const Bins *bins, const Allocator *allocator);
extern void bin_coder_release(BinCoder *coder, const Allocator *allocator);

/* A block's rows into rows first, first + 1, ...: codes, targets, and weights where there is room for them. */
extern void bin_coder_code(const BinCoder *coder, const TreeSource *source,
						   const DatasetBlock *block, BinnedRows *rows, int32_t first);

/*
 * binned_rows_create
 *		The source's rows by these bins; takes the hashes over.
 *
 * The bins outlive the rows.  On failure everything but hash is given back.
 */
extern Status binned_rows_create(BinnedRows *rows, const Bins *bins, const TreeSource *source,
								 uint64_t *hash, const Allocator *allocator, const StopCheck *stop);
extern void binned_rows_release(BinnedRows *rows, const Allocator *allocator);

/* The bin of a present number. */
extern int32_t bin_of_number(const BinSlot *slot, double x);

/* Bytes that a row of a source takes once binned, its hash and target included; *narrow: slots of one byte. */
extern size_t binned_row_bytes(const TreeSource *source, int32_t *narrow);

/* A row's bin in a slot. */
static inline int32_t
binned_code(const BinnedRows *rows, const BinSlot *slot, int32_t row)
{
	size_t at = (size_t) slot->column * (size_t) rows->n + (size_t) row;

	return slot->is_wide ? rows->wide[at] : rows->narrow[at];
}

#endif /* ORCHARD_KERNEL_TREE_BIN_H */
