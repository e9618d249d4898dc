/*
 * few_values.h: columns of few different values, and how many rows have each.
 *
 * A sample drawn by the content of rows has all of equal rows or none, so it may lack any value; such
 * columns are counted in all rows.
 */
#ifndef ORCHARD_KERNEL_TREE_FEW_VALUES_H
#define ORCHARD_KERNEL_TREE_FEW_VALUES_H

#include "kernel/tree/bin.h"

typedef struct FewValues
{
	int32_t n;		  /* different values; more than there may be: not all are here */
	uint16_t *at;	  /* number of a key, from 1, by its hash; 0: none */
	uint64_t *keys;	  /* in the order in which they came */
	uint32_t *counts; /* rows of each */
} FewValues;

/* A zeroed one has no columns. */
typedef struct FewColumns
{
	int32_t n_columns;
	int32_t most;		/* values that a column may have, a power of two */
	FewValues *columns; /* n_columns */
	uint64_t *keys;
	uint32_t *counts;
	uint16_t *at;
} FewColumns;

/* Room for 1,024 values a column, fewer where columns are many, but max_bins.  KERNEL_OUT_OF_MEMORY. */
extern Status few_columns_begin(FewColumns *few, int32_t n_columns, int32_t max_bins,
								const Allocator *allocator);
extern void few_columns_release(FewColumns *few, const Allocator *allocator);

/*
 * Counts the numbers of the source's rows; *n_few: columns whose values are all noted.  Ends with the block
 * in which the last column has shown more.  KERNEL_STOPPED, what the store reports.
 */
extern Status few_columns_find(FewColumns *few, const TreeSource *source, int32_t *n_few,
							   const StopCheck *stop);

/* Are the values of column j all noted? */
static inline bool
few_columns_has_all(const FewColumns *few, int32_t j)
{
	return few->n_columns > 0 && few->columns[j].n <= few->most;
}

/* Rows of a value that is noted. */
extern uint32_t few_columns_count(const FewColumns *few, int32_t j, uint64_t key);

#endif /* ORCHARD_KERNEL_TREE_FEW_VALUES_H */
