/*
 * ensemble.c: giving an ensemble's parts back.
 */
#include "kernel/tree/ensemble.h"

#include "kernel/tree/ensemble_stored.h"

void
tree_release(Tree *tree, const Allocator *allocator)
{
	memory_release(allocator, tree->nodes, (size_t) tree->n_nodes, sizeof(TreeNode));
	memory_release(allocator, tree->words, tree->n_words, sizeof(uint32_t));
	*tree = (Tree){0};
}

void
ensemble_release(Ensemble *ensemble, const Allocator *allocator)
{
	int32_t i;

	if (ensemble == NULL)
		return;
	stored_trees_release(ensemble->stored, ensemble, allocator);
	for (i = 0; ensemble->trees != NULL && i < ensemble->n_trees; i++)
		tree_release(&ensemble->trees[i], allocator);
	memory_release(allocator, ensemble->trees, (size_t) ensemble->n_trees, sizeof(Tree));
	memory_release(allocator, ensemble->n_levels, (size_t) ensemble->n_categories,
				   sizeof(uint32_t));
	memory_release(allocator, ensemble->base, (size_t) ensemble->n_outputs, sizeof(double));
	memory_release(allocator, ensemble, 1, sizeof(Ensemble));
}
