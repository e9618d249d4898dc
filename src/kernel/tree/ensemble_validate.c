/*
 * ensemble_validate.c: what scoring and explaining rely on.
 */
#include <math.h>

#include "kernel/tree/ensemble_codec.h"

static bool
is_amount(double value)
{
	return isfinite(value) && value >= 0.0;
}

/* The bits of a subset's last word beyond the levels are not set. */
static bool
subset_valid(const Tree *tree, uint32_t subset, uint32_t n_levels)
{
	uint32_t n = (n_levels + 31) / 32;

	if (n_levels == 0 || n > tree->n_words || subset > tree->n_words - n)
		return false;
	return n_levels % 32 == 0 || tree->words[subset + n - 1] >> n_levels % 32 == 0;
}

static bool
node_valid(const Ensemble *ensemble, const Tree *tree, const TreeNode *node)
{
	int32_t category = node->slot - ensemble->n_numbers;

	if (!is_amount(node->cover))
		return false;
	if (node->slot == TREE_LEAF)
		return isfinite(node->value);
	if (node->slot < 0 || category >= ensemble->n_categories || !is_amount(node->gain))
		return false;
	if (category >= 0)
		return subset_valid(tree, node->subset, ensemble->n_levels[category]);
	return node->threshold > -INFINITY; /* no NaN either */
}

/*
 * Preorder: from the last node back, ends[i] is where the subtree of node i ends, and a node's right
 * child stands where the subtree of its left child ends.  So every node but the first is the child
 * of exactly one that stands before it.
 */
static bool
tree_valid(const Ensemble *ensemble, const Tree *tree, int32_t *ends)
{
	int32_t i;

	if (tree->n_nodes < 1 || tree->output < 0 || tree->output >= ensemble->n_outputs ||
		(tree->n_words > 0 && tree->words == NULL))
		return false;
	for (i = tree->n_nodes - 1; i >= 0; i--)
	{
		const TreeNode *node = &tree->nodes[i];

		if (!node_valid(ensemble, tree, node))
			return false;
		ends[i] = i + 1;
		if (node->slot == TREE_LEAF)
			continue;
		if (node->left != i + 1 || node->left >= tree->n_nodes || node->right != ends[i + 1] ||
			node->right >= tree->n_nodes)
			return false;
		ends[i] = ends[node->right];
	}
	return ends[0] == tree->n_nodes;
}

bool
ensemble_head_valid(const Ensemble *ensemble)
{
	int32_t k;

	if (ensemble->link > TREE_LINK_ISOLATION || ensemble->n_outputs < 1 || ensemble->n_trees < 0 ||
		ensemble->n_numbers < 0 || ensemble->n_categories < 0 || !isfinite(ensemble->scale) ||
		!(isfinite(ensemble->path_scale) && ensemble->path_scale > 0.0))
		return false;
	for (k = 0; k < ensemble->n_outputs; k++)
	{
		if (!isfinite(ensemble->base[k]))
			return false;
	}
	return true;
}

Status
ensemble_validate(const Ensemble *ensemble, const Allocator *allocator)
{
	int32_t longest = 0;
	int32_t *ends;
	Status status = KERNEL_OK;
	int32_t i;

	if (!ensemble_head_valid(ensemble))
		return KERNEL_CORRUPT;
	for (i = 0; i < ensemble->n_trees; i++)
	{
		if (ensemble->trees[i].n_nodes > longest)
			longest = ensemble->trees[i].n_nodes;
	}
	ends = memory_allocate(allocator, (size_t) longest, sizeof(int32_t));
	if (ends == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < ensemble->n_trees && status == KERNEL_OK; i++)
	{
		if (stop_requested(allocator->stop))
			status = KERNEL_STOPPED;
		else if (!tree_valid(ensemble, &ensemble->trees[i], ends))
			status = KERNEL_CORRUPT;
	}
	memory_release(allocator, ends, (size_t) longest, sizeof(int32_t));
	return status;
}
