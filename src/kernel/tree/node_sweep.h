/*
 * node_sweep.h: an ensemble as nodes in the order of their places, swept over for 64 trees at a time.
 *
 * Between leaf j and leaf j + 1 of a tree, counted from the left, stands exactly one inner node,
 * node j, which has the leaves from first[j] to j on its left.  A sweep asks the nodes of a tree one
 * after the other, from left to right, and keeps the leaf that the vector reaches as far as they tell:
 * it starts with leaf 0, and where node j sends the vector right while the leaf kept is on its left,
 * so is not before first[j], the leaf is j + 1.  Nodes that are not on the way to the leaf kept change
 * nothing.  All trees do the same whatever their shapes, so that a byte of a register is a tree, no
 * step waits for memory, and all that is read, 3 bytes a node, is read in order.
 *
 * Notation: T trees, n nodes of the largest tree of 64.
 */
#ifndef ORCHARD_KERNEL_TREE_NODE_SWEEP_H
#define ORCHARD_KERNEL_TREE_NODE_SWEEP_H

#include "kernel/tree/byte_coder.h"
#include "kernel/tree/node_sweep_simd.h"

typedef struct NodeSweep
{
	const Ensemble *ensemble; /* the caller's, outlives the sweep */
	size_t n_steps;			  /* of all groups */
	SweepTables tables;
	uint8_t *block; /* of the steps and what aligns them */
	ByteCoder coder;
} NodeSweep;

/* What the steps would take, and what scoring would cost. */
typedef struct NodeSweepPlan
{
	bool fits;		  /* codes and leaves fit bytes, and the codes' places the registers */
	bool is_possible; /* and the processor has the instructions */
	int32_t width;	  /* leaves of the largest tree */
	size_t n_steps;
	size_t bytes;	   /* of steps and values */
	double row_cost;   /* nanoseconds a vector, estimated */
	double build_cost; /* nanoseconds, estimated */
} NodeSweepPlan;

/* Cost O(nodes log nodes).  KERNEL_OUT_OF_MEMORY leaves *plan as it was. */
extern Status node_sweep_plan(const Ensemble *ensemble, const Allocator *allocator,
							  NodeSweepPlan *plan);

/* The steps of a plan that fits; NULL when memory is refused. */
extern NodeSweep *node_sweep_create(const Ensemble *ensemble, const NodeSweepPlan *plan,
									const Allocator *allocator);
extern void node_sweep_release(NodeSweep *sweep, const Allocator *allocator);

/* The lanes of scorer.h for one vector, 8 an output.  Cost O(T n / 64 + T). */
extern void node_sweep_lanes(const NodeSweep *sweep, const double *vector, double *lanes);

#endif /* ORCHARD_KERNEL_TREE_NODE_SWEEP_H */
