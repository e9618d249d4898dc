/*
 * grow_tree.c: a grown tree as a value.
 */
#include <math.h>
#include <string.h>

#include "kernel/tree/grow.h"

/* Words of all subsets of the tree. */
static uint32_t
count_words(const Grower *grower)
{
	const Bins *bins = grower->records->rows->bins;
	uint32_t n = 0;
	int32_t i;

	for (i = 0; i < grower->n_nodes; i++)
	{
		const GrownNode *node = &grower->nodes[i];

		if (node->left != TREE_LEAF && bins->slots[node->split.slot].is_category)
			n += ((uint32_t) bins->slots[node->split.slot].n_bins + 31) / 32;
	}
	return n;
}

/* An inner node as the ensemble has it; its subset's words go to the tree from *n_words on. */
static TreeNode
inner_node(const Grower *grower, const GrownNode *from, Tree *tree, uint32_t *n_words)
{
	const BinSlot *slot = &grower->records->rows->bins->slots[from->split.slot];
	TreeNode node = {.slot = from->split.slot,
					 .missing_left = from->split.missing_left,
					 .subset = TREE_NO_SUBSET,
					 .gain = from->split.gain / 2.0};
	uint32_t n = ((uint32_t) slot->n_bins + 31) / 32;

	if (!slot->is_category)
	{
		node.threshold =
			from->split.bin < slot->n_bins - 1 ? slot->cuts[from->split.bin] : INFINITY;
		return node;
	}
	node.subset = *n_words;
	memcpy(tree->words + *n_words, from->split.words, n * sizeof(uint32_t));
	if (slot->n_bins % 32 != 0) /* the bit of what is missing is not a level's */
		tree->words[*n_words + n - 1] &= (UINT32_C(1) << (slot->n_bins % 32)) - 1;
	*n_words += n;
	return node;
}

/* The nodes in preorder; `place` holds where each grown node came to, then its covers are summed. */
static void
fill_tree(const Grower *grower, Tree *tree, int32_t *stack, int32_t *place)
{
	uint32_t n_words = 0;
	int32_t depth = 1;
	int32_t n = 0;
	int32_t i;

	stack[0] = 0;
	while (depth > 0)
	{
		int32_t index = stack[--depth];
		const GrownNode *from = &grower->nodes[index];

		place[index] = n;
		if (from->left == TREE_LEAF)
		{
			tree->nodes[n++] = (TreeNode){.slot = TREE_LEAF,
										  .subset = TREE_NO_SUBSET,
										  .value = from->value,
										  .cover = from->cover};
			continue;
		}
		tree->nodes[n] = inner_node(grower, from, tree, &n_words);
		tree->nodes[n].left = n + 1;
		n++;
		stack[depth++] = from->right;
		stack[depth++] = from->left;
	}
	for (i = grower->n_nodes; i-- > 0;) /* children are younger than their parents */
	{
		const GrownNode *from = &grower->nodes[i];
		TreeNode *node = &tree->nodes[place[i]];

		if (from->left == TREE_LEAF)
			continue;
		node->right = place[from->right];
		node->cover = tree->nodes[node->left].cover + tree->nodes[node->right].cover;
	}
}

Status
grower_tree(const Grower *grower, int32_t output, const Allocator *allocator, Tree *tree)
{
	size_t n = (size_t) grower->n_nodes;
	int32_t *stack = memory_allocate(allocator, n + 1, sizeof(int32_t));
	int32_t *place = memory_allocate(allocator, n, sizeof(int32_t));
	Status status = KERNEL_OK;

	*tree = (Tree){.output = output, .n_nodes = (int32_t) n, .n_words = count_words(grower)};
	tree->nodes = memory_allocate(allocator, n, sizeof(TreeNode));
	tree->words = memory_allocate(allocator, tree->n_words, sizeof(uint32_t));
	if (stack == NULL || place == NULL || tree->nodes == NULL || tree->words == NULL)
	{
		memory_release(allocator, tree->nodes, n, sizeof(TreeNode));
		memory_release(allocator, tree->words, tree->n_words, sizeof(uint32_t));
		*tree = (Tree){0};
		status = KERNEL_OUT_OF_MEMORY;
	}
	else
		fill_tree(grower, tree, stack, place);
	memory_release(allocator, stack, n + 1, sizeof(int32_t));
	memory_release(allocator, place, n, sizeof(int32_t));
	return status;
}
