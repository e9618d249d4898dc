/*
 * node_blocks.h: an ensemble as blocks of seven nodes that compare at once.
 *
 * A number becomes its rank among the thresholds that the ensemble compares it with, once a
 * vector, as in rank_nodes.h, but in a byte; so all codes of a vector fit two registers, and the nodes
 * of eight blocks look theirs up in one instruction.  Trees are cut into blocks along the ways that
 * most training rows took: most trees of a long boosting end in their first block.  The whole is small,
 * so that it stays in the near caches beside the rows that are read.
 *
 * Notation: T trees, b visited blocks.
 */
#ifndef ORCHARD_KERNEL_TREE_NODE_BLOCKS_H
#define ORCHARD_KERNEL_TREE_NODE_BLOCKS_H

#include "kernel/tree/ensemble.h"
#include "kernel/tree/node_blocks_simd.h"
#include "kernel/tree/rank_category.h"
#include "kernel/tree/rank_simd.h"

typedef struct NodeBlocks
{
	const Ensemble *ensemble; /* the caller's, outlives the blocks */
	size_t n_blocks;		  /* of tables.blocks */
	BlockTables tables;
	int32_t n_numbers; /* slots that nodes ask for */
	RankSearch *searches;
	size_t n_thresholds;
	double *thresholds; /* of all searches */
	int32_t n_categories;
	RankCategory *categories;
	size_t *ranks;	/* n_numbers: scratch */
	uint8_t *codes; /* 2 * BLOCK_PLACES: scratch */
} NodeBlocks;

/* What the blocks would take, and what scoring would cost. */
typedef struct NodeBlocksPlan
{
	bool fits;		  /* codes fit bytes and their places the registers */
	bool is_possible; /* and the processor has the instructions */
	size_t n_blocks;
	size_t bytes;	   /* of blocks and exits */
	double row_cost;   /* nanoseconds a vector, estimated */
	double build_cost; /* nanoseconds, estimated */
} NodeBlocksPlan;

/* Cost O(nodes log nodes).  KERNEL_OUT_OF_MEMORY leaves *plan as it was. */
extern Status node_blocks_plan(const Ensemble *ensemble, const Allocator *allocator,
							   NodeBlocksPlan *plan);

/* The blocks of a plan that fits; NULL when memory is refused. */
extern NodeBlocks *node_blocks_create(const Ensemble *ensemble, const NodeBlocksPlan *plan,
									  const Allocator *allocator);
extern void node_blocks_release(NodeBlocks *blocks, const Allocator *allocator);

/* The lanes of scorer.h for one vector, 8 an output.  Cost O(T + b). */
extern void node_blocks_lanes(const NodeBlocks *blocks, const double *vector, double *lanes);

#endif /* ORCHARD_KERNEL_TREE_NODE_BLOCKS_H */
