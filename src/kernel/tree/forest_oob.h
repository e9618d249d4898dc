/*
 * forest_oob.h: predictions of rows by the trees that did not draw them.
 *
 * The sums of a row are made in the order of the trees and those over the rows
 * are exact, so neither threads nor the order of the rows change a bit.
 */
#ifndef ORCHARD_KERNEL_TREE_FOREST_OOB_H
#define ORCHARD_KERNEL_TREE_FOREST_OOB_H

#include "kernel/tree/forest.h"

typedef struct OobSums
{
	const BinnedRows *rows;
	int32_t n_classes;
	int32_t n_outputs;
	double mean;	/* added to a regression tree's values */
	double *sum;	/* n_outputs columns of n; NULL: not wanted */
	int32_t *trees; /* n: how many predicted the row */
} OobSums;

/* A tree under construction, of one output or with the shares of several. */
typedef struct OobTree
{
	const TreeNode *nodes;
	const uint32_t *words;
	const double *shares; /* n_outputs a node; NULL: the value is in the node */
} OobTree;

extern Status oob_create(OobSums *sums, const BinnedRows *rows, int32_t n_classes, double mean,
						 const Allocator *allocator);
extern void oob_release(OobSums *sums, const Allocator *allocator);

/* Adds what a tree says of a row that it did not draw. */
extern void oob_add(OobSums *sums, const OobTree *tree, int32_t row);

extern void oob_measure(const OobSums *sums, ForestOob *oob);

#endif /* ORCHARD_KERNEL_TREE_FOREST_OOB_H */
