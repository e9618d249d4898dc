/*
 * boost_file.h: boosting on rows that memory has no room for.
 *
 * The rows of a run are in files (row_file.h).  While a pass goes over them,
 * Boost.train, or Boost.held_out, is the page at hand, and Boost.records the
 * records of that page, so the passes in memory do their work on it; beside a
 * pass both know their number of rows only.
 */
#ifndef ORCHARD_KERNEL_TREE_BOOST_FILE_H
#define ORCHARD_KERNEL_TREE_BOOST_FILE_H

#include "kernel/tree/boost_state.h"
#include "kernel/tree/row_file.h"

/* Zero but for memory at first. */
typedef struct BoostFile
{
	size_t memory; /* of options */
	RowFile train;
	RowFile held_out;
	GrowerRows rows;
	RowDraw draw;		 /* of the tree at hand */
	RowSegment *of_node; /* where the rows of the grower's nodes are */
	int32_t capacity;
	int32_t *drawn; /* page_rows */
} BoostFile;

/* The bins of the source's rows. */
extern Status boost_file_bins(Boost *boost, const TreeSource *source);

/* All that is left to do before the first round; the base is set, the rows are spent. */
extern Status boost_file_begin(Boost *boost, const TreeSource *source,
							   const TreeSource *validation);
extern void boost_file_end(Boost *boost);

/* All rows of boost->train or boost->held_out through work; changes: they are kept as it leaves them. */
extern Status boost_file_pass(const Boost *boost, Scored *scored, ParallelWork work, void *context,
							  bool changes);

/* *distance = the alpha-quantile of |target - score|. */
extern Status boost_file_distance(Boost *boost, double *distance);

/* The tree's rows into the grower; job->n becomes their number. */
extern Status boost_file_quantise(Boost *boost, QuantiseJob *job);

/* Sums of the rows of each leaf, at the first of its places. */
extern Status boost_file_sum_leaves(Boost *boost, LeafJob *job);

/* objective_renewed of a leaf's rows. */
extern Status boost_file_renewed(Boost *boost, const GrownNode *leaf, double *value);

/* The rows' scores will take the values of the leaves that they are in. */
extern Status boost_file_add_tree(Boost *boost, int32_t output);

#endif /* ORCHARD_KERNEL_TREE_BOOST_FILE_H */
