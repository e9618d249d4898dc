/*
 * scorer.h: raw scores of an ensemble, and predictions from them.
 *
 * A feature vector has one double a slot, as in linear_model.h: numbers first, of
 * which a NaN is a missing one, then category slots holding the level index + 1,
 * 0 for a missing or unknown category.
 *
 * Every engine gives the same bits: the tree with index t adds to lane t % 8 of
 * its output, in the order of the trees, and the lanes are added in pairs at the
 * end.  (One running sum would wait for the addition before it, tree after tree.)
 *
 * Notation: T trees, K outputs, d visited depth.
 */
#ifndef ORCHARD_KERNEL_TREE_SCORER_H
#define ORCHARD_KERNEL_TREE_SCORER_H

#include "kernel/tree/ensemble.h"
#include "kernel/tree/leaf_mask.h"
#include "kernel/tree/node_blocks.h"
#include "kernel/tree/node_sweep.h"
#include "kernel/tree/rank_nodes.h"

#define TREE_LANES 8

/* Does a node of the ensemble send this vector to the left? */
static inline bool
tree_goes_left(const Ensemble *ensemble, const Tree *tree, const TreeNode *node,
			   const double *vector)
{
	double x = vector[node->slot];
	int32_t category = node->slot - ensemble->n_numbers;
	uint32_t level;

	if (category < 0)
		return x != x ? node->missing_left : x <= node->threshold;
	level = (uint32_t) x;
	if (level == 0 || level > ensemble->n_levels[category])
		return node->missing_left;
	level--;
	return (tree->words[node->subset + level / 32] >> level % 32 & 1) != 0;
}

/* The leaf that the vector reaches. */
static inline const TreeNode *
tree_leaf(const Ensemble *ensemble, const Tree *tree, const double *vector)
{
	const TreeNode *node = tree->nodes;

	while (node->slot != TREE_LEAF)
		node =
			tree->nodes + (tree_goes_left(ensemble, tree, node, vector) ? node->left : node->right);
	return node;
}

/* The sum of eight lanes. */
static inline double
tree_lanes_sum(const double lanes[TREE_LANES])
{
	return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
		((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

/*
 * ensemble_raw
 *		The raw scores of one vector, walking the nodes as they are: nothing is prepared.
 *
 * lanes: scratch, 8 K doubles.  raw: out, K.  Cost O(T d).
 */
extern void ensemble_raw(const Ensemble *ensemble, const double *vector, double *lanes,
						 double *raw);

/* Lanes to raw scores: base + scale * sum. */
extern void ensemble_finish(const Ensemble *ensemble, const double *lanes, double *raw);

/* Raw scores to predictions, in place; K values. */
extern void ensemble_predict(const Ensemble *ensemble, double *raw);

/*
 * An ensemble ready to score, with scratch for one vector: one thread at a time.
 *
 * The first vectors walk the trees, where these are only stored over their bytes until they are
 * expanded.  Once they have cost as much as planning
 * takes, the engine of the lowest cost a vector is chosen: a table of leaf masks,
 * where trees have at most 64 leaves, a sweep over all nodes, blocks of nodes, nodes of ranks, or the
 * walk.  It is built when the vectors since have repaid that.
 */
typedef enum TreeEngine
{
	TREE_ENGINE_WALK,
	TREE_ENGINE_MASKS,
	TREE_ENGINE_NODES,
	TREE_ENGINE_BLOCKS,
	TREE_ENGINE_SWEEP
} TreeEngine;

typedef struct TreeScorer
{
	Ensemble *ensemble; /* the caller's, outlives the scorer */
	double *lanes;		/* 8 K */
	double *outputs;	/* K: of the vector scored last */
	uint64_t rows;		/* scored so far */
	uint64_t due;		/* rows at which tree_scorer_prepare has something to do */
	double walk_cost;	/* nanoseconds a vector by walking, estimated */
	bool is_planned;
	TreeEngine engine; /* chosen; until it is built the trees are walked */
	LeafMaskPlan mask_plan;
	RankNodesPlan node_plan;
	NodeBlocksPlan block_plan;
	NodeSweepPlan sweep_plan;
	LeafMasks *masks;	/* NULL unless built */
	RankNodes *nodes;	/* likewise */
	NodeBlocks *blocks; /* likewise */
	NodeSweep *sweep;	/* likewise */
} TreeScorer;

/*
 * tree_scorer_create
 *		Takes 72 K bytes and prepares nothing that depends on the nodes.
 *
 * KERNEL_OUT_OF_MEMORY leaves nothing.
 */
extern Status tree_scorer_create(TreeScorer *scorer, Ensemble *ensemble,
								 const Allocator *allocator);
extern void tree_scorer_release(TreeScorer *scorer, const Allocator *allocator);

/*
 * tree_scorer_prepare
 *		Expands the trees, then chooses and then builds the engine, when rows >= due.
 *
 * room: bytes that the engine may take; what needs more is not chosen.  Memory that
 * is refused means that the walk goes on, not an error.
 */
extern void tree_scorer_prepare(TreeScorer *scorer, const Allocator *allocator, size_t room);

/* The raw scores of a vector, in scorer->outputs. */
extern void tree_scorer_raw(TreeScorer *scorer, const double *vector);

#endif /* ORCHARD_KERNEL_TREE_SCORER_H */
