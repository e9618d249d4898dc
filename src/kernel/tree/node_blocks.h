/*
 * node_blocks.h: an ensemble as blocks of seven nodes that compare at once.
 *
 * A vector becomes bytes that fit two registers (byte_coder.h), so that the nodes of eight blocks look
 * theirs up in one instruction.  Trees are cut into blocks along the ways that
 * most training rows took: most trees of a long boosting end in their first block.  The whole is small,
 * so that it stays in the near caches beside the rows that are read.
 *
 * Notation: T trees, b visited blocks.
 */
#ifndef ORCHARD_KERNEL_TREE_NODE_BLOCKS_H
#define ORCHARD_KERNEL_TREE_NODE_BLOCKS_H

#include "kernel/tree/byte_coder.h"
#include "kernel/tree/node_blocks_simd.h"

typedef struct NodeBlocks
{
	const Ensemble *ensemble; /* the caller's, outlives the blocks */
	size_t n_blocks;		  /* of tables.blocks */
	BlockTables tables;
	ByteCoder coder;
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
