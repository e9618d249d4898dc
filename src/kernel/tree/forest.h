/*
 * forest.h: random forests and single decision trees.
 *
 * Each tree is grown to the end on rows drawn with replacement, looking at some
 * slots in each node (Breiman, "Random forests", Machine Learning 45, 2001).  A
 * split takes away the most of the squared error, or of the Gini impurity, which
 * for two classes is the same.  A regression tree's leaf holds the mean of its
 * targets, a classification tree's the share of a class.
 *
 * How often a row is drawn for a tree is a Poisson count of mean 1 that the hash
 * of its content gives, so the order of the rows changes nothing; all sums are
 * integers.  Splits are between the bins of bin.h.
 */
#ifndef ORCHARD_KERNEL_TREE_FOREST_H
#define ORCHARD_KERNEL_TREE_FOREST_H

#include "kernel/base/memory.h"
#include "kernel/tree/bin.h"
#include "kernel/tree/boost.h"
#include "kernel/tree/ensemble.h"

/* How well trees predict training rows, by their mean; rows count by their weights. */
typedef struct ForestMeasure
{
	int64_t rows;	 /* that have a prediction */
	double accuracy; /* classes: share of the weight; else NaN */
	double log_loss; /* classes, of probabilities kept from 0 and 1 by DBL_EPSILON; else NaN */
	double rmse;	 /* regression; else NaN */
	double r2;		 /* regression; NaN when the targets of these rows do not differ */
} ForestMeasure;

typedef struct ForestOptions
{
	int32_t n_classes; /* 0: regression; 2: one output, the share of class 1; more: one a class */
	int32_t n_estimators;
	bool bootstrap;
	int32_t max_features; /* slots looked at in a node; more when none of them varies; 0 = all */
	int32_t max_depth;	  /* 0 = no limit */
	int32_t min_samples_leaf;
	int32_t max_bins;
	uint64_t seed;
	int32_t threads;		   /* at most; few rows are done by one */
	const BoostReport *report; /* may be NULL; its loss is 0 */
	ForestMeasure *train;	   /* all rows by all trees; NULL: not wanted */
	ForestMeasure *oob;		   /* each row by the trees that did not draw it; NULL: not wanted */
	const BlockStore *store;   /* where rows go as trees grow, by one thread; NULL: in memory */
	size_t memory;			   /* with a store: bytes that there are for all but the trees */
} ForestOptions;

/*
 * forest_fit
 *		*ensemble = the trees, with a scale of 1 / n_estimators.
 *
 * source: at least one row.  Memory: a byte a cell and 20 bytes a row beside the
 * source, 32 bytes a row a thread, and the trees: up to two nodes a row each.
 * Measures take 4 bytes a row a thread more, and 8 bytes a row, for more than two
 * classes 8 bytes a row a class.  With a store what is in memory beside the trees
 * does not depend on the rows, and the ensemble is the same.
 * KERNEL_OVERFLOW when targets have no finite sum; KERNEL_OUT_OF_MEMORY,
 * KERNEL_STOPPED, KERNEL_TOO_LARGE, what the store reports.
 */
extern Status forest_fit(const TreeSource *source, const ForestOptions *options,
						 const Allocator *allocator, const StopCheck *stop, Ensemble **ensemble);

/*
 * Bytes that a training row takes while trees grow, and what each thread beside the first takes a
 * row, of the raw rows apart.
 */
extern size_t forest_row_bytes(const TreeSource *source, const ForestOptions *options,
							   size_t *thread);

/* With a store: the least memory that does. */
extern size_t forest_file_bytes(const TreeSource *source, const ForestOptions *options);

#endif /* ORCHARD_KERNEL_TREE_FOREST_H */
