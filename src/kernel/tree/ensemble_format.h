/*
 * ensemble_format.h: what encoder and decoder of ensembles share; docs/model-format.md has the bytes.
 */
#ifndef ORCHARD_KERNEL_TREE_ENSEMBLE_FORMAT_H
#define ORCHARD_KERNEL_TREE_ENSEMBLE_FORMAT_H

#include "kernel/tree/ensemble.h"

/* How the covers of a tree are written. */
#define TREE_FORMAT_COUNTS \
	0 /* whole numbers of the leaves; an inner node has the sum of its children */
#define TREE_FORMAT_WEIGHTS 1 /* a double a node, when they are not such numbers */

/* The largest whole number up to which doubles have all of them. */
#define TREE_FORMAT_MAX_COUNT UINT64_C(9007199254740992)

/* Least encoded bytes: what bounds counts by the bytes that are left. */
#define TREE_FORMAT_LEAF_SIZE 10
#define TREE_FORMAT_INNER_SIZE 6
#define TREE_FORMAT_TREE_SIZE (3 + TREE_FORMAT_LEAF_SIZE)

/* Are the covers of the tree written as TREE_FORMAT_COUNTS? */
extern bool tree_counts_rows(const Tree *tree);

#endif /* ORCHARD_KERNEL_TREE_ENSEMBLE_FORMAT_H */
