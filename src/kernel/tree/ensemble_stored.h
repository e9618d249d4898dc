/*
 * ensemble_stored.h: trees that are scored as the bytes in which they are stored.
 *
 * The first rows of a session cost most by what is made ready for them.  So an ensemble can be opened
 * instead of decoded: every byte is judged as in decoding, but of the nodes nothing is kept except where
 * each tree begins.  A vector walks a tree by the shape of its nodes in preorder, over the subtrees that
 * it does not enter.  When more rows come the ensemble is expanded, which gives what decoding had given.
 */
#ifndef ORCHARD_KERNEL_TREE_ENSEMBLE_STORED_H
#define ORCHARD_KERNEL_TREE_ENSEMBLE_STORED_H

#include "kernel/tree/ensemble.h"

/* All of the ensemble's allocator but for the bytes, which are the caller's and outlive it. */
struct StoredTrees
{
	const uint8_t *bytes; /* from the number of trees on */
	size_t n_bytes;
	size_t *offsets;  /* n_trees: where each tree begins, from bytes */
	size_t code_size; /* bytes of a question */
	size_t n_thresholds;
	double *thresholds; /* slot by slot */
	int32_t *slots;		/* by threshold */
};

extern void stored_trees_release(StoredTrees *stored, const Ensemble *ensemble,
								 const Allocator *allocator);

/* The lanes of scorer.h for one vector, of an ensemble that was opened.  Cost O(bytes). */
extern void stored_trees_lanes(const Ensemble *ensemble, const double *vector, double *lanes);

#endif /* ORCHARD_KERNEL_TREE_ENSEMBLE_STORED_H */
