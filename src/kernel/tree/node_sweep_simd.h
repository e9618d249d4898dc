/*
 * node_sweep_simd.h: sweeping over the nodes of 64 trees, a byte each where the processor can.
 */
#ifndef ORCHARD_KERNEL_TREE_NODE_SWEEP_SIMD_H
#define ORCHARD_KERNEL_TREE_NODE_SWEEP_SIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SWEEP_TREES 64	 /* of a group */
#define SWEEP_ALIGN 64	 /* bytes: of the steps */
#define SWEEP_LEAVES 256 /* most leaves of a tree */

/* Node j of the trees of a group. */
typedef struct SweepStep
{
	uint8_t places[SWEEP_TREES]; /* of the byte that is compared */
	uint8_t codes[SWEEP_TREES];	 /* what it has to exceed to go right; 255: there is no such node */
	uint8_t first[SWEEP_TREES];	 /* leaf below the node */
} SweepStep;

/* What a sweep reads, and its scratch. */
typedef struct SweepTables
{
	int32_t n_groups;
	int32_t n_trees; /* in eights */
	int32_t *counts; /* n_groups: steps of each */
	SweepStep *steps;
	int32_t width;	 /* values of a tree */
	double *values;	 /* n_trees * width: of the leaves */
	uint8_t *leaves; /* scratch: n_groups * SWEEP_TREES, the leaf that each tree leads to */
} SweepTables;

/* Has the processor the instructions that make a sweep worth while? */
extern bool node_sweep_suits(void);

/* The leaf of each tree, for a vector's bytes; their sums, tree t in lane t % 8, in lanes. */
extern void node_sweep_walk(const SweepTables *tables, const uint8_t *bytes, double lanes[8]);

/* The same by the code for any processor, for tests. */
extern void node_sweep_walk_portable(const SweepTables *tables, const uint8_t *bytes,
									 double lanes[8]);

#endif /* ORCHARD_KERNEL_TREE_NODE_SWEEP_SIMD_H */
