/*
 * rank_category.h: codes of the nodes that ask for a category, by its level.
 *
 * Each such node has a place of its own in the vector of codes: 0 sends left, 1 right.
 */
#ifndef ORCHARD_KERNEL_TREE_RANK_CATEGORY_H
#define ORCHARD_KERNEL_TREE_RANK_CATEGORY_H

#include "kernel/tree/ensemble.h"

/* One category slot: codes of its nodes by level, of a missing one last. */
typedef struct RankCategory
{
	int32_t slot;	  /* of the vector */
	int32_t n_levels; /* without the missing one */
	int32_t n_nodes;
	int32_t place;	 /* of its first node */
	int32_t n_added; /* nodes filled in while building */
	uint16_t *codes; /* (n_levels + 1) * n_nodes */
} RankCategory;

/* A slot that n_nodes ask for, whose first place is `place`; false when memory is refused. */
extern bool rank_category_begin(RankCategory *category, const Ensemble *ensemble, int32_t slot,
								int32_t n_nodes, int32_t place, const Allocator *allocator);
extern void rank_category_release(RankCategory *category, const Allocator *allocator);

/* The place of one more node, whose codes are filled in. */
extern size_t rank_category_add(RankCategory *category, const Tree *tree, const TreeNode *node);

/* The codes of the category that a vector holds. */
static inline const uint16_t *
rank_category_codes(const RankCategory *category, const double *vector)
{
	uint32_t level = (uint32_t) vector[category->slot] - 1;
	uint32_t missing = (uint32_t) category->n_levels;

	return category->codes +
		(size_t) (level < missing ? level : missing) * (size_t) category->n_nodes;
}

#endif /* ORCHARD_KERNEL_TREE_RANK_CATEGORY_H */
