/*
 * dataset.h: training rows by column, in blocks.
 *
 * Holds for each row its numbers, category codes, target and weight.  Blocks
 * grow from 16 rows to DATASET_BLOCK_ROWS, so that a small group stays small.
 * A missing number is stored as NaN (present numbers are finite: the glue
 * refuses NaN and infinity), a missing category as CODE_MISSING.
 *
 * With a BlockStore, full blocks beyond a bound of memory go there, and come
 * back one at a time: dataset_block() is the way to a block's rows.  Which
 * blocks are where changes nothing in what they hold or in their order.
 */
#ifndef ORCHARD_KERNEL_DATASET_DATASET_H
#define ORCHARD_KERNEL_DATASET_DATASET_H

#include "kernel/base/memory.h"
#include "kernel/codec/bytes.h"
#include "kernel/dataset/column_simd.h"
#include "kernel/dataset/schema.h"

/*
 * A row is written at a stride of a column's bytes.  63 cache lines, and not a power of two, spread
 * the columns over all sets of the caches; a block of 100 columns stays in the second level.
 */
#define DATASET_BLOCK_ROWS 504

/*
 * Where blocks go that memory has no room for.  append tells the place of what
 * it wrote, right behind what was appended last; read takes a place, and write
 * writes over what is there.  All answer KERNEL_OK, or KERNEL_STOPPED when they
 * failed: the caller of the kernel then knows why.
 */
typedef struct BlockStore
{
	Status (*append)(void *context, const void *bytes, size_t size, int64_t *place);
	Status (*read)(void *context, int64_t place, void *bytes, size_t size);
	Status (*write)(void *context, int64_t place, const void *bytes, size_t size);
	void *context;
} BlockStore;

typedef struct DatasetBlock
{
	int32_t n;		  /* rows held */
	int32_t capacity; /* rows there is room for */
	int64_t place;	  /* in the store, or IN_MEMORY; the arrays are NULL when in the store */
	double
		*numbers;	/* column-major: column j at j * capacity; all arrays are one piece of memory */
	double *target; /* capacity */
	double *weight; /* capacity; NULL when every weight is 1 */
	int32_t *codes; /* column-major: column c at c * capacity */
} DatasetBlock;

/* Memory of several blocks: the system's large pages go under a large piece only. */
typedef struct DatasetExtent
{
	void *memory;
	size_t size;
} DatasetExtent;

#define IN_MEMORY (-1)

/* How far the numbers of a column are from one of them. */
typedef struct ColumnSpread
{
	double centre;
	double square; /* sum of (number - centre)^2 */
	double most;   /* largest |number - centre| */
} ColumnSpread;

typedef struct Dataset
{
	int32_t n_numbers;
	int32_t n_categories;
	bool has_weight;
	bool keeps_sums;
	int64_t n;			  /* rows */
	DatasetBlock *blocks; /* n_blocks */
	int32_t n_blocks;
	int32_t blocks_capacity;
	const BlockStore *store; /* NULL: all blocks stay in memory */
	size_t memory_bound;	 /* of the blocks, when there is a store */
	size_t memory;			 /* of the blocks, with what is spare */
	DatasetExtent *extents;	 /* n_extents; they go with all blocks */
	int32_t n_extents;
	int32_t n_spare; /* blocks for which the last extent has room */
	char *spare;	 /* where */
	DatasetBlock
		*loaded; /* the block of the store that was read last; NULL before the first went there */
	int32_t n_summed;	   /* so many of the first blocks are in these; 0: there are none */
	ColumnSums *sums;	   /* n_numbers */
	ColumnSpread *spreads; /* n_numbers */
} Dataset;

extern void dataset_begin(Dataset *dataset, int32_t n_numbers, int32_t n_categories,
						  bool has_weight);
extern void dataset_release(Dataset *dataset, const Allocator *allocator);

/*
 * From now on the numbers of full blocks are summed up while the cache has them, each of weight 1.
 *
 * It begins when there are many blocks; the last ones, n_summed and on, are not among them.
 */
extern void dataset_keep_sums(Dataset *dataset);

/*
 * dataset_spread
 *		The spread of a column's summed numbers from `mean` in place of their centre.
 *
 * `most` is a bound.  The centre is the mean of the first blocks, so that few digits cancel.  False
 * when the sums overflowed: the rows have to be read.
 */
extern bool dataset_spread(const Dataset *dataset, int32_t slot, double mean, ColumnSpread *spread);

/* Gives the rows back, but not their number: blocks are read no more. */
extern void dataset_drop_rows(Dataset *dataset, const Allocator *allocator);

/*
 * From now on full blocks go to the store once those in memory take memory_bound bytes, or the
 * allocator refuses another.  The store outlives the dataset.
 */
extern void dataset_spill_to(Dataset *dataset, const BlockStore *store, size_t memory_bound);

/*
 * dataset_block
 *		*block = block b, its rows in memory until the next call.
 *
 * The status of the store when b has to be read from there.
 */
extern Status dataset_block(const Dataset *dataset, int32_t b, const DatasetBlock **block);

/* Appends a row; numbers: n_numbers (NaN = missing), codes: n_categories.  On failure nothing changed. */
extern Status dataset_add(Dataset *dataset, const Allocator *allocator, const double *numbers,
						  const int32_t *codes, double target, double weight);

/*
 * Appends all rows of `from`.  code_maps[c][code]: what a category code of
 * `from` is called in `into`; target_map likewise for targets that are class
 * codes, NULL to copy targets as they are.
 */
extern Status dataset_merge(Dataset *into, const Allocator *allocator, const Dataset *from,
							const int32_t *const *code_maps, const int32_t *target_map);

/* The number slot with the largest absolute value, -1 without numbers, and that value. */
extern Status dataset_largest(const Dataset *dataset, int32_t *slot, double *value);

/* A store that fails leaves its status in the writer. */
extern void dataset_encode(const Dataset *dataset, ByteWriter *writer);
extern Status dataset_decode(Dataset *dataset, const Allocator *allocator, ByteReader *reader);

#endif /* ORCHARD_KERNEL_DATASET_DATASET_H */
