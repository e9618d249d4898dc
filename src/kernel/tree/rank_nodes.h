/*
 * rank_nodes.h: an ensemble as small nodes that eight trees walk side by side, for trees of any size.
 *
 * A number becomes its rank among the thresholds that the ensemble compares it with, once a
 * vector; a node then compares 16-bit integers.  Each number has two places in the vector of codes,
 * which differ where it is missing: 0, which goes left everywhere, and the greatest code, which
 * goes right.  Each node that asks for a category has a place of its own, 0 or 1, copied from a table
 * by the level.  So a step is the same for every node: right when the code exceeds the node's.
 *
 * The children of a node are neighbours, and a leaf is its own child, so that eight trees step
 * together without a branch until none moves: the loads of one tree do not wait for another's.
 *
 * Notation: T trees, d visited depth.
 */
#ifndef ORCHARD_KERNEL_TREE_RANK_NODES_H
#define ORCHARD_KERNEL_TREE_RANK_NODES_H

#include "kernel/tree/ensemble.h"
#include "kernel/tree/rank_category.h"
#include "kernel/tree/rank_simd.h"

typedef struct RankNodes
{
	const Ensemble *ensemble; /* the caller's, outlives the nodes */
	size_t n_nodes;
	uint64_t *nodes;   /* low to high: u16 code, u16 place, u32 left child */
	double *values;	   /* of the leaves, by node */
	int32_t n_roots;   /* T, a multiple of 8 */
	uint32_t *roots;   /* of the trees; beyond them a leaf of value 0 */
	int32_t n_numbers; /* slots that nodes ask for */
	RankSearch *searches;
	size_t n_blocks;
	double *blocks; /* of all searches */
	int32_t n_categories;
	RankCategory *categories;
	size_t n_places;
	size_t *ranks;	 /* n_numbers: scratch */
	uint16_t *codes; /* n_places: scratch */
} RankNodes;

/* What the nodes would take, and what scoring would cost. */
typedef struct RankNodesPlan
{
	bool is_possible;  /* codes and places fit 16 bits, nodes 32 */
	size_t bytes;	   /* of the nodes and tables */
	double row_cost;   /* nanoseconds a vector, estimated */
	double build_cost; /* nanoseconds, estimated */
} RankNodesPlan;

/* Cost O(nodes log nodes).  KERNEL_OUT_OF_MEMORY leaves *plan as it was. */
extern Status rank_nodes_plan(const Ensemble *ensemble, const Allocator *allocator,
							  RankNodesPlan *plan);

/* The nodes of a possible plan; NULL when memory is refused. */
extern RankNodes *rank_nodes_create(const Ensemble *ensemble, const Allocator *allocator);
extern void rank_nodes_release(RankNodes *ranked, const Allocator *allocator);

/* The lanes of scorer.h for one vector, 8 an output.  Cost O(T d). */
extern void rank_nodes_lanes(const RankNodes *ranked, const double *vector, double *lanes);

#endif /* ORCHARD_KERNEL_TREE_RANK_NODES_H */
