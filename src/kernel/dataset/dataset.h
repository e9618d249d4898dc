/*
 * dataset.h: training rows by column, in blocks.
 *
 * Holds for each row its numbers, category codes, target and weight.  Blocks
 * grow from 16 rows to DATASET_BLOCK_ROWS, so that a small group stays small.
 * A missing number is stored as NaN (present numbers are finite: the glue
 * refuses NaN and infinity), a missing category as CODE_MISSING.
 */
#ifndef ORCHARD_KERNEL_DATASET_DATASET_H
#define ORCHARD_KERNEL_DATASET_DATASET_H

#include "kernel/base/memory.h"
#include "kernel/codec/bytes.h"
#include "kernel/dataset/schema.h"

/*
 * A row is written at a stride of a column's bytes.  63 cache lines, and not a power of two, spread
 * the columns over all sets of the caches; a block of 100 columns stays in the second level.
 */
#define DATASET_BLOCK_ROWS 504

typedef struct DatasetBlock
{
	int32_t n;		  /* rows held */
	int32_t capacity; /* rows there is room for */
	double *numbers;  /* column-major: column j at j * capacity */
	int32_t *codes;	  /* column-major: column c at c * capacity */
	double *target;	  /* capacity */
	double *weight;	  /* capacity; NULL when every weight is 1 */
} DatasetBlock;

typedef struct Dataset
{
	int32_t n_numbers;
	int32_t n_categories;
	bool has_weight;
	int64_t n;			  /* rows */
	DatasetBlock *blocks; /* n_blocks */
	int32_t n_blocks;
	int32_t blocks_capacity;
} Dataset;

extern void dataset_begin(Dataset *dataset, int32_t n_numbers, int32_t n_categories,
						  bool has_weight);
extern void dataset_release(Dataset *dataset, const Allocator *allocator);

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
extern int32_t dataset_largest(const Dataset *dataset, double *value);

extern void dataset_encode(const Dataset *dataset, ByteWriter *writer);
extern Status dataset_decode(Dataset *dataset, const Allocator *allocator, ByteReader *reader);

#endif /* ORCHARD_KERNEL_DATASET_DATASET_H */
