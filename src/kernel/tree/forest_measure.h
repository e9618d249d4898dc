/*
 * forest_measure.h: predictions of the training rows while a forest grows.
 *
 * Growing leaves behind which leaf a row that a tree drew is in, so only the
 * others walk down the tree; one pass over the rows after each tree adds to the
 * sums of all trees and to those of the trees that did not draw the row.
 *
 * The sums of a row are made in the order of the trees and those over the rows
 * are exact, so neither threads nor the order of the rows change a bit.
 */
#ifndef ORCHARD_KERNEL_TREE_FOREST_MEASURE_H
#define ORCHARD_KERNEL_TREE_FOREST_MEASURE_H

#include "kernel/tree/forest.h"

#define ROW_UNDRAWN (-1)	  /* in leaf_of: the tree did not draw the row */
#define ROW_WITHOUT_LEAF (-2) /* it did, with a weight that is nothing beside the heaviest */

/* What some trees say of each row. */
typedef struct RowSums
{
	const BinnedRows *rows; /* NULL: not wanted */
	int32_t n_classes;
	int32_t n_outputs;
	double mean;	/* added to a regression tree's values */
	double scale;	/* 1 / the number of trees, when each predicts all rows */
	double *sum;	/* n rows of n_outputs */
	int32_t *trees; /* n: how many predicted the row; NULL: all, by scale */
} RowSums;

/* A tree under construction, of one output or with the shares of several. */
typedef struct MeasuredTree
{
	const TreeNode *nodes;
	const uint32_t *words;
	const double *shares;	/* n_outputs a node; NULL: the value is in the node */
	const Tree *kept;		/* instead: the trees of the outputs, for the values; or NULL */
	const int32_t *leaf_of; /* n: the leaf of a row that was drawn, or one of the above */
} MeasuredTree;

/* Sums of rows by all n_trees, or by those that did not draw them. */
extern Status row_sums_create(RowSums *sums, const BinnedRows *rows, const ForestOptions *options,
							  double mean, bool by_all, const Allocator *allocator);
extern void row_sums_release(RowSums *sums, const Allocator *allocator);

/* Adds what a tree says of the rows from `first` until before `end`; either sums may be unwanted. */
extern void row_sums_add(RowSums *by_all, RowSums *undrawn, const MeasuredTree *tree, int32_t first,
						 int32_t end);

/* Takes the sums of some rows. */
typedef void (*RowSumsWork)(void *context, const RowSums *sums);

/* Sums that can be visited again and again, some rows at a time, in any order. */
typedef struct HeldSums
{
	Status (*visit)(void *context, RowSumsWork work, void *work_context);
	void *context;
} HeldSums;

extern Status row_sums_measure(const HeldSums *held, int32_t n_classes, ForestMeasure *measure);

/*
 * The leaves of some rows, which go down together, a step each in turn: then the processor waits for
 * the memory of many nodes at once.  walking: the n rows' places in leaf, used up; place p is row
 * first + p.
 */
extern void forest_find_leaves(const TreeNode *nodes, const uint32_t *words, const BinnedRows *rows,
							   int32_t first, int32_t *walking, int32_t n, int32_t *leaf);

#endif /* ORCHARD_KERNEL_TREE_FOREST_MEASURE_H */
