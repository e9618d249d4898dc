/*
 * forest_state.h: what the parts of growing a forest share.
 */
#ifndef ORCHARD_KERNEL_TREE_FOREST_STATE_H
#define ORCHARD_KERNEL_TREE_FOREST_STATE_H

#include <math.h>

#include "kernel/base/hash.h"
#include "kernel/tree/exact_sum.h"
#include "kernel/tree/forest.h"
#include "kernel/tree/forest_split.h"
#include "kernel/tree/quantile_stream.h"

#define LOOK_ROWS 16384 /* between two looks at the stop flag */

/* A tree, or a part of one, under construction: its nodes, in preorder. */
typedef struct TreeDraft
{
	TreeNode *nodes;
	size_t nodes_capacity;
	int32_t n_nodes;
	uint32_t *words;
	size_t words_capacity;
	uint32_t n_words;
	double *shares; /* several classes: n_outputs a node */
	size_t shares_capacity;
} TreeDraft;

/* A part of the tree that waits to be grown. */
typedef struct Pending
{
	int32_t parent; /* whose right child it is; -1 = none */
	int32_t begin;
	int32_t end;
	int32_t depth;
	uint64_t seed;
} Pending;

/* The forest, or what another thread has of it: its own room and what all share. */
typedef struct Forest
{
	const ForestOptions *options;
	const Allocator *allocator;
	const StopCheck *stop;
	int32_t n_outputs;
	Bins bins;
	BinnedRows rows;
	ForestSearch search;
	ForestItem *items;	 /* rows.n: those of the tree, by node */
	ForestItem *scratch; /* rows.n: those that go right */
	int32_t *leaf_of;	 /* rows.n: of the tree, see MeasuredTree; NULL when nothing is measured */
	double mean;		 /* of the targets; classes: 0 */
	double target_scale; /* of a target less the mean, as an integer of TARGET_BITS */
	double item_scale;	 /* of a weight times a target less the mean */
	double weight_scale; /* of a weight */
	int32_t *slots;		 /* in the order of drawing */
	uint32_t *words;	 /* of the split at hand */
	int32_t n_words;
	Pending *stack;
	size_t stack_capacity;
	TreeDraft draft; /* of the tree at hand */
	int32_t looked;	 /* rows since the last look at the stop flag */
	int32_t tree;	 /* which one was grown last */
	Status grown;	 /* how that went */
	bool is_final;	 /* by the caller's thread: a failure is one */
	Ensemble *ensemble;
	struct ForestFile *file; /* of a forest whose rows are in files, else NULL */
	int32_t file_rows;		 /* rows in it */
} Forest;

/* To the nearest integer, for magnitudes up to 2^62. */
static inline int64_t
nearest(double x)
{
	return (int64_t) nearbyint(x);
}

/* How many slots a node looks at. */
static inline int32_t
forest_wanted(const Forest *forest)
{
	return forest->options->max_features > 0 ? forest->options->max_features : forest->bins.n_slots;
}

/* The mean of the targets, and the scales. */
extern Status forest_set_scales(Forest *forest, const ValueStream *targets);

/* Makes room for `wanted` elements. */
extern bool forest_reserve(const Allocator *allocator, void **array, size_t *capacity,
						   size_t wanted, size_t size);

/* Room for so many nodes and words more in a draft. */
extern bool forest_reserve_nodes(const Forest *forest, TreeDraft *draft, int32_t nodes,
								 uint32_t words);
extern void forest_release_draft(const Forest *forest, TreeDraft *draft);

/* A seed of its own for each tree: which rows it draws, or where its nodes' seeds begin. */
extern uint64_t forest_row_seed(const Forest *forest, int32_t tree);
extern uint64_t forest_node_seed(const Forest *forest, int32_t tree);

/* The seed of a child: what a node draws depends on the way to it, not on when it is grown. */
extern uint64_t forest_child_seed(uint64_t seed, bool is_right);

/* How often a tree draws a row with this hash. */
extern int32_t forest_draw_row(uint64_t hash, uint64_t row_seed);

/* Row i, drawn so often; a weight of 0 says that it is none beside the heaviest. */
extern ForestItem forest_item(const Forest *forest, const BinnedRows *rows, int32_t i,
							  int32_t count);

/* A leaf's part of an item: its weight times its target. */
extern WideInteger forest_leaf_part(const Forest *forest, const ForestItem *item, double target);

/* The next slot to look at, drawn from those that were not. */
extern int32_t forest_draw_slot(Forest *forest, int32_t looked, uint64_t *draw);

/* The draft's node `at` becomes a leaf; sum: of the parts of a regression tree's leaf. */
extern void forest_set_leaf(const Forest *forest, TreeDraft *draft, int32_t at,
							const ForestSums *sums, const int64_t *classes, WideInteger sum);

/* The draft's node `at` becomes one that asks; its children are still to be told. */
extern void forest_set_inner(const Forest *forest, TreeDraft *draft, int32_t at, const Split *split,
							 const ForestSums *sums);

/* May a node of n items be split by the options, if they differ? */
extern bool forest_may_split(const Forest *forest, int64_t n, int32_t depth,
							 const ForestSums *sums);

/* Has a part wait; false when memory is refused. */
extern bool forest_push(Forest *forest, size_t *waiting, Pending part);

/* Grows the tree of the items from begin until before end into forest->draft. */
extern Status forest_grow(Forest *forest, int32_t begin, int32_t end, int32_t depth, uint64_t seed);

/* The draft as trees of the ensemble, one an output. */
extern Status forest_keep(Forest *forest);

/* Room to grow trees of n rows, beside what *room has of its forest. */
extern Status forest_begin_room(Forest *room, size_t n, bool is_measured);
extern void forest_end_room(Forest *room, size_t n);

#endif /* ORCHARD_KERNEL_TREE_FOREST_STATE_H */
