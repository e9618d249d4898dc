/*
 * ensemble.h: trained decision trees, the payload of every tree model.
 *
 * What growing gives and what encoding, scoring and explaining take.  Trees are
 * read-only once grown.  A node's children stand after it in its tree's array
 * (preorder: the left child is the next node), so that no cycle can be written.
 *
 * Slots are those of schema.h: number slots 0 .. n_numbers-1, and category slot
 * c is n_numbers + c.  A number goes left when x <= threshold, in double, the
 * type that the threshold was trained in.  A category goes left when the bit of
 * its level is set; levels are numbered as in the model's dictionary from 0, the
 * pooled levels are one more level after the last one.  A missing value (NULL,
 * NaN, a category that training never saw) goes where missing_left says.
 *
 * The raw score of output k is base[k] + the sum over the trees of output k, in
 * the order of scorer.h, of the value of the leaf that the row reaches: for
 * boosting the learning rate is inside the leaf's value, for forests 1 / trees
 * is applied at the end by `scale`.  Every scorer adds in this order.
 */
#ifndef ORCHARD_KERNEL_TREE_ENSEMBLE_H
#define ORCHARD_KERNEL_TREE_ENSEMBLE_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/base/memory.h"

#define TREE_LEAF (-1)
#define TREE_NO_SUBSET UINT32_MAX
#define TREE_NODES_AT_ONCE 65536 /* between two looks of long work whether to stop */

/* How raw scores become predictions. */
typedef enum TreeLink
{
	TREE_LINK_IDENTITY = 0, /* regression; forests: means of values, or class shares, as they are */
	TREE_LINK_LOGIT = 1,	/* binary log loss: 1 / (1 + exp(-raw)) */
	TREE_LINK_LOG = 2,		/* poisson, gamma, tweedie: exp(raw) */
	TREE_LINK_SOFTMAX = 3,	/* multi-class log loss, one output a class */
	TREE_LINK_ISOLATION = 4 /* anomaly score 2^(-raw / path_scale), raw the mean path length */
} TreeLink;

typedef struct TreeNode
{
	int32_t slot;	   /* TREE_LEAF, or the slot that the node asks for */
	bool missing_left; /* inner nodes: where a missing value goes */
	uint32_t subset;   /* category slots: first word of the levels that go left, in Tree.words */
	double threshold;  /* number slots */
	int32_t left;	   /* index in the tree: inner nodes: own index + 1 */
	int32_t right;	   /* index in the tree, greater than left */
	double value;	   /* leaves: what is added; inner nodes: 0 */
	double cover;	   /* sum of the weights of the training rows that reached the node, >= 0 */
	double gain;	   /* inner nodes: loss taken away by the split, >= 0 (trees of isolation: 0) */
} TreeNode;

typedef struct Tree
{
	int32_t output;	 /* the output that it adds to */
	int32_t n_nodes; /* odd, at least 1 */
	TreeNode *nodes;
	uint32_t n_words; /* of all subsets of the tree */
	uint32_t
		*words; /* a subset of a slot with L levels (pooled included) has (L + 31) / 32 words */
} Tree;

typedef struct StoredTrees StoredTrees; /* ensemble_stored.h */

typedef struct Ensemble
{
	TreeLink link;
	int32_t n_numbers;
	int32_t n_categories;
	uint32_t *n_levels; /* n_categories: levels of each category slot, pooled one included */
	int32_t n_outputs;	/* 1, or one a class */
	double *base;		/* n_outputs: raw score before the first tree */
	double scale;		/* 1, or 1 / trees an output for forests: raw = base + scale * sum */
	double path_scale;	/* isolation: c(sample size), Liu, Ting, Zhou 2008, eq. 1; else 1 */
	int32_t n_trees;
	Tree *
		trees; /* n_trees, each tree's arrays of its own from the same allocator; NULL while stored */
	StoredTrees *stored; /* of an ensemble that was opened and not decoded, else NULL */
} Ensemble;

/* Is it what a single is? */
static inline bool
value_is_single(double value)
{
	return fabs(value) <= FLT_MAX && (double) (float) value == value;
}

/*
 * A value of a leaf as the nearest single, which takes half the bytes, or as it is where singles have not
 * their full 24 bits.
 */
static inline double
value_to_single(double value)
{
	return fabs(value) >= FLT_MIN && fabs(value) <= FLT_MAX ? (double) (float) value : value;
}

extern void tree_release(Tree *tree, const Allocator *allocator);

/* The parts and the ensemble itself, all of one allocator; NULL is ignored. */
extern void ensemble_release(Ensemble *ensemble, const Allocator *allocator);

#endif /* ORCHARD_KERNEL_TREE_ENSEMBLE_H */
