/*
 * forest_split.h: the best way to cut a node of a forest's tree by one slot.
 *
 * A split is worth the sum over both parts and all classes of S^2 / W, with S a
 * class's weight (or the weighted sum of the targets) and W the part's weight.
 * Nodes of few rows are sorted, others are summed by bin.  The side of missing
 * values and the order of categories are as in split.h.
 */
#ifndef ORCHARD_KERNEL_TREE_FOREST_SPLIT_H
#define ORCHARD_KERNEL_TREE_FOREST_SPLIT_H

#include "kernel/base/memory.h"
#include "kernel/tree/bin.h"
#include "kernel/tree/split.h"

/* A row of the tree. */
typedef struct ForestItem
{
	int32_t row;
	int32_t rows;	  /* how often it was drawn */
	int32_t weight;	  /* of all draws, an integer of some unit */
	int32_t gradient; /* weight times target, or the class when there are several */
} ForestItem;

/* Sums of a part of a node. */
typedef struct ForestSums
{
	int64_t rows;
	int64_t weight;
	int64_t gradient; /* several classes: not used */
} ForestSums;

static inline ForestSums
forest_sums_add(ForestSums sums, const ForestItem *item)
{
	sums.rows += item->rows;
	sums.weight += item->weight;
	sums.gradient += item->gradient;
	return sums;
}

/* The rows of a node that share a bin. */
typedef struct ForestRun
{
	int32_t bin;
	double key; /* categories: where it stands in the order */
	ForestSums sums;
	int64_t *classes; /* several classes: weight of each */
} ForestRun;

typedef struct ForestSearch
{
	const BinnedRows *rows;
	int32_t n_classes;	  /* several: 3 or more; else 0 */
	int32_t min_rows;	  /* of either part */
	int32_t capacity;	  /* bins of the largest slot, missing one included */
	ForestRun *runs;	  /* capacity */
	ForestSums *cells;	  /* capacity; all zero between calls */
	int64_t *class_cells; /* capacity * n_classes; all zero between calls */
	int64_t *whole;		  /* n_classes: of the node */
	int64_t *left;		  /* n_classes: of the part at hand */
	double base;		  /* what the node is worth whole */
} ForestSearch;

extern Status forest_search_create(ForestSearch *search, const BinnedRows *rows, int32_t n_classes,
								   int32_t min_rows, const Allocator *allocator);
extern void forest_search_release(ForestSearch *search, const Allocator *allocator);

/* Before the slots of a node are looked at; *sums: of its items. */
extern void forest_search_node(ForestSearch *search, const ForestItem *items, int32_t n,
							   ForestSums *sums);

/* The same of a node whose sums, and those of several classes, are known. */
extern void forest_search_summed(ForestSearch *search, const int64_t *classes,
								 const ForestSums *sums);

/*
 * forest_split_slot
 *		Looks for a split by one slot that is better than *best, which it then becomes.
 *
 * best->words: room for the bins of every category.  Returns whether the slot varies in the node.
 */
extern bool forest_split_slot(ForestSearch *search, const ForestItem *items, int32_t n,
							  const ForestSums *sums, int32_t slot, Split *best);

/* The same of a node's rows summed by bin, for several classes also by class; clears the cells. */
extern bool forest_split_cells(ForestSearch *search, ForestSums *cells, int64_t *class_cells,
							   const ForestSums *sums, int32_t slot, Split *best);

#endif /* ORCHARD_KERNEL_TREE_FOREST_SPLIT_H */
