/*
 * leaf_mask.h: an ensemble as tables of leaf masks, for small trees and many rows.
 *
 * A value's code is its rank among the thresholds that the ensemble compares it
 * with (a category's is its level), a missing value has a code of its own.  For
 * every slot and code a row of the table holds, for each tree, the leaves that
 * are still possible when the slot has that code: the nodes that ask for the slot
 * have each cleared the leaves of the side not taken.  The rows of a vector's
 * codes, combined by AND, leave the leaf that the vector reaches as the lowest
 * bit, leaves being numbered from left to right.  There are no branches and no
 * loads that wait for another but the last one.
 *
 * Few trees ask for a slot at few places, so that the masks of a cache line of trees change at few
 * codes.  A slot's distinct lines are kept once, and for every code the places where its lines are,
 * which makes the table a tenth as large: it stays in the near caches.
 *
 * All comparisons are made when the table is built, so that missing values and
 * categories cost nothing more at scoring.
 * Source: the QuickScorer of Lucchese et al. 2015; masks by code instead of by node.
 *
 * Notation: T trees, padded to a multiple of 16; w bits a mask, 32 or 64.
 */
#ifndef ORCHARD_KERNEL_TREE_LEAF_MASK_H
#define ORCHARD_KERNEL_TREE_LEAF_MASK_H

#include "kernel/tree/ensemble.h"
#include "kernel/tree/leaf_mask_simd.h"
#include "kernel/tree/rank_simd.h"

#define LEAF_MASK_TREES 16 /* T is a multiple of it */

/* One slot that some node asks for; numbers come first. */
typedef struct MaskSlot
{
	int32_t slot;
	bool is_category;
	int32_t n_codes;  /* without the one of a missing value, which comes last */
	uint16_t *places; /* n_codes + 1 rows of n_lines: which of the lines a row's are */
	size_t room;	  /* lines */
	uint8_t *block;	  /* room * 64 bytes and what aligns them */
	uint8_t *lines;	  /* in the block; the first one is all ones */
	double *blocks;	  /* numbers: of the search */
	size_t n_blocks;  /* doubles of them */
} MaskSlot;

typedef struct LeafMasks
{
	const Ensemble *ensemble; /* the caller's, outlives the table */
	int32_t width;			  /* w */
	int32_t n_trees;		  /* padded */
	int32_t n_lines;		  /* of 64 bytes, of the masks of all trees */
	int32_t n_slots;
	int32_t n_numbers; /* of the slots */
	MaskSlot *slots;
	RankSearch *searches;	 /* n_numbers */
	double *values;			 /* n_trees * w: of the leaves */
	const uint8_t **lines;	 /* n_slots: of each slot */
	size_t *codes;			 /* n_slots: scratch */
	const uint16_t **places; /* n_slots: scratch */
	uint8_t *masks;			 /* n_lines * 64: scratch */
} LeafMasks;

/* What the table would take, and what scoring would cost. */
typedef struct LeafMaskPlan
{
	bool is_possible; /* no tree has more than 64 leaves, no slot 65,536 lines */
	int32_t width;
	size_t bytes;	   /* of the table */
	double row_cost;   /* nanoseconds a vector, estimated */
	double build_cost; /* nanoseconds, estimated */
} LeafMaskPlan;

/* Cost O(nodes).  KERNEL_OUT_OF_MEMORY leaves *plan as it was. */
extern Status leaf_mask_plan(const Ensemble *ensemble, const Allocator *allocator,
							 LeafMaskPlan *plan);

/*
 * leaf_mask_create
 *		The table of a possible plan; NULL when memory is refused.
 *
 * Cost O(rows of masks * nodes of a slot in 8 or 16 trees).
 */
extern LeafMasks *leaf_mask_create(const Ensemble *ensemble, const LeafMaskPlan *plan,
								   const Allocator *allocator);
extern void leaf_mask_release(LeafMasks *masks, const Allocator *allocator);

/* The lanes of scorer.h for one vector, 8 an output. */
extern void leaf_mask_lanes(const LeafMasks *masks, const double *vector, double *lanes);

#endif /* ORCHARD_KERNEL_TREE_LEAF_MASK_H */
