/*
 * rank_category.c: the table of one category slot.
 */
#include "kernel/tree/rank_category.h"

bool
rank_category_begin(RankCategory *category, const Ensemble *ensemble, int32_t slot, int32_t n_nodes,
					int32_t place, const Allocator *allocator)
{
	*category = (RankCategory){.slot = slot,
							   .n_levels = (int32_t) ensemble->n_levels[slot - ensemble->n_numbers],
							   .n_nodes = n_nodes,
							   .place = place};
	category->codes = memory_allocate(
		allocator, ((size_t) category->n_levels + 1) * (size_t) n_nodes, sizeof(uint16_t));
	return category->codes != NULL;
}

void
rank_category_release(RankCategory *category, const Allocator *allocator)
{
	memory_release(allocator, category->codes,
				   ((size_t) category->n_levels + 1) * (size_t) category->n_nodes,
				   sizeof(uint16_t));
}

size_t
rank_category_add(RankCategory *category, const Tree *tree, const TreeNode *node)
{
	int32_t i = category->n_added++;
	int32_t level;

	for (level = 0; level <= category->n_levels; level++)
	{
		bool goes_left = level == category->n_levels ?
			node->missing_left :
			(tree->words[node->subset + (uint32_t) level / 32] >> level % 32 & 1) != 0;

		category->codes[(size_t) level * (size_t) category->n_nodes + (size_t) i] = !goes_left;
	}
	return (size_t) category->place + (size_t) i;
}
