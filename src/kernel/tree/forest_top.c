/*
 * forest_top.c: opening, ending and joining.
 */
#include "kernel/tree/forest_top.h"

#include <string.h>

/* Appends an open node to the top. */
static Status
open_node(OpenTree *tree, const Forest *forest, OpenNode node)
{
	TreeDraft *top = &tree->top;

	if (!forest_reserve_nodes(forest, top, 1, 0) ||
		!forest_reserve(forest->allocator, (void **) &tree->open, &tree->open_capacity,
						(size_t) tree->n_open + 1, sizeof(OpenNode)))
		return KERNEL_OUT_OF_MEMORY;
	node.at = top->n_nodes++;
	node.best.slot = NO_SPLIT;
	top->nodes[node.at] = (TreeNode){
		.slot = TREE_LEAF, .subset = TREE_NO_SUBSET, .left = tree->n_open, .right = TOP_NONE};
	tree->open[tree->n_open++] = node;
	return KERNEL_OK;
}

/* How many items a part of so many drawn rows has, by those of the whole: hardly ever more. */
static int64_t
expect_items(int64_t rows, const OpenNode *whole)
{
	double share = (double) whole->seen / (double) whole->sums.rows;
	double most = (double) rows * share + 4.0 * sqrt((double) rows) + 16.0;

	most = share == 1.0 || most > (double) rows ? (double) rows : most;
	return most > (double) whole->seen ? whole->seen : (int64_t) most;
}

Status
open_tree_begin(OpenTree *tree, const Forest *forest, int32_t number, bool draws_all)
{
	double n = (double) forest->file_rows;
	double most = draws_all ? n : n * 0.63212056 + 4.0 * sqrt(n) + 16.0;
	OpenNode root = {.seed = forest_node_seed(forest, number),
					 .most = (int64_t) (most < n ? most : n)};

	*tree = (OpenTree){
		.number = number, .draws_all = draws_all, .row_seed = forest_row_seed(forest, number)};
	return open_node(tree, forest, root);
}

static void
release_open(OpenNode *node, const Forest *forest)
{
	memory_release(forest->allocator, node->classes, (size_t) forest->n_outputs, sizeof(int64_t));
	memory_release(forest->allocator, node->best.words, (size_t) forest->n_words, sizeof(uint32_t));
	node->classes = NULL;
	node->best.words = NULL;
}

void
open_tree_release(OpenTree *tree, const Forest *forest)
{
	int32_t i;

	for (i = 0; i < tree->n_open; i++)
		release_open(&tree->open[i], forest);
	forest_release_draft(forest, &tree->top);
	memory_release(forest->allocator, tree->open, tree->open_capacity, sizeof(OpenNode));
	memory_release(forest->allocator, tree->parts, tree->parts_capacity, sizeof(StoredPart));
	*tree = (OpenTree){0};
}

Status
open_node_prepare(OpenNode *node, const Forest *forest)
{
	const Allocator *allocator = forest->allocator;

	if (node->classes == NULL && forest->options->n_classes > 2)
	{
		node->classes =
			memory_allocate_zero(allocator, (size_t) forest->n_outputs, sizeof(int64_t));
		if (node->classes == NULL)
			return KERNEL_OUT_OF_MEMORY;
	}
	if (node->best.words == NULL && !node->is_leaf)
	{
		node->best.words = memory_allocate(allocator, (size_t) forest->n_words, sizeof(uint32_t));
		if (node->best.words == NULL)
			return KERNEL_OUT_OF_MEMORY;
	}
	return KERNEL_OK;
}

void
open_node_close(OpenTree *tree, const Forest *forest, int32_t o)
{
	TreeNode *nodes = tree->top.nodes;

	if (nodes[tree->open[o].at].slot == TREE_LEAF)
		nodes[tree->open[o].at].left = TOP_NONE;
	release_open(&tree->open[o], forest);
	tree->n_open--;
	if (o == tree->n_open)
		return;
	tree->open[o] = tree->open[tree->n_open];
	nodes[tree->open[o].at].left = o;
}

void
open_node_end(OpenTree *tree, const Forest *forest, int32_t o)
{
	const OpenNode *node = &tree->open[o];

	forest_set_leaf(forest, &tree->top, node->at, &node->sums, node->classes, node->leaf);
	tree->top.nodes[node->at].right = TOP_NONE;
	open_node_close(tree, forest, o);
}

Status
open_node_split(OpenTree *tree, const Forest *forest, int32_t o)
{
	TreeDraft *top = &tree->top;
	OpenNode parent = tree->open[o];
	ForestSums left = {.rows = (int64_t) parent.best.left.rows};
	ForestSums right = {.rows = parent.sums.rows - left.rows};
	OpenNode children[2] = {{.depth = parent.depth + 1,
							 .seed = forest_child_seed(parent.seed, false),
							 .most = expect_items(left.rows, &parent)},
							{.depth = parent.depth + 1,
							 .seed = forest_child_seed(parent.seed, true),
							 .most = expect_items(right.rows, &parent)}};
	Status status;

	if (!forest_reserve_nodes(forest, top, 2, (uint32_t) forest->n_words))
		return KERNEL_OUT_OF_MEMORY;
	children[0].is_leaf = !forest_may_split(forest, left.rows, parent.depth + 1, &left);
	children[1].is_leaf = !forest_may_split(forest, right.rows, parent.depth + 1, &right);
	forest_set_inner(forest, top, parent.at, &parent.best, &parent.sums);
	top->nodes[parent.at].left = top->n_nodes;
	top->nodes[parent.at].right = top->n_nodes + 1;
	open_node_close(tree, forest, o);
	status = open_node(tree, forest, children[0]);
	return status == KERNEL_OK ? open_node(tree, forest, children[1]) : status;
}

Status
open_node_grown(OpenTree *tree, const Forest *forest, int32_t o)
{
	const BlockStore *store = forest->options->store;
	const TreeDraft *draft = &forest->draft;
	size_t n = (size_t) draft->n_nodes;
	StoredPart part = {.n_nodes = draft->n_nodes, .n_words = draft->n_words};
	int64_t place;
	Status status;

	if (!forest_reserve(forest->allocator, (void **) &tree->parts, &tree->parts_capacity,
						(size_t) tree->n_parts + 1, sizeof(StoredPart)))
		return KERNEL_OUT_OF_MEMORY;
	status = store->append(store->context, draft->nodes, n * sizeof(TreeNode), &part.place);
	if (status == KERNEL_OK && draft->n_words > 0)
		status =
			store->append(store->context, draft->words, draft->n_words * sizeof(uint32_t), &place);
	if (status == KERNEL_OK && forest->options->n_classes > 2)
		status = store->append(store->context, draft->shares,
							   n * (size_t) forest->n_outputs * sizeof(double), &place);
	if (status != KERNEL_OK)
		return status;
	tree->top.nodes[tree->open[o].at].right = tree->n_parts;
	tree->parts[tree->n_parts++] = part;
	tree->open[o].is_grown = true;
	return KERNEL_OK;
}

size_t
open_tree_bytes(const OpenTree *tree)
{
	return 2 *
		(tree->open_capacity * sizeof(OpenNode) + tree->top.nodes_capacity * sizeof(TreeNode));
}

size_t
open_tree_nodes(const OpenTree *tree)
{
	size_t n = (size_t) tree->top.n_nodes;
	int32_t i;

	for (i = 0; i < tree->n_parts; i++)
		n += (size_t) tree->parts[i].n_nodes;
	return n;
}

/* Gives back what an array has more than it needs. */
static bool
shrink(const Allocator *allocator, void **array, size_t *capacity, size_t needed, size_t size)
{
	void *kept;

	if (*capacity == needed)
		return true;
	kept = memory_reallocate(allocator, *array, *capacity, needed, size);
	if (kept == NULL)
		return false;
	*array = kept;
	*capacity = needed;
	return true;
}

Status
open_tree_rest(OpenTree *tree, const Forest *forest)
{
	const Allocator *allocator = forest->allocator;
	TreeDraft *top = &tree->top;
	size_t n = (size_t) top->n_nodes;

	memory_release(allocator, tree->open, tree->open_capacity, sizeof(OpenNode));
	tree->open = NULL;
	tree->open_capacity = 0;
	return shrink(allocator, (void **) &top->nodes, &top->nodes_capacity, n, sizeof(TreeNode)) &&
			shrink(allocator, (void **) &top->words, &top->words_capacity, top->n_words,
				   sizeof(uint32_t)) &&
			(top->shares == NULL ||
			 shrink(allocator, (void **) &top->shares, &top->shares_capacity, n,
					(size_t) forest->n_outputs * sizeof(double))) ?
		KERNEL_OK :
		KERNEL_OUT_OF_MEMORY;
}

/* Where a node of the top, with all that is below it, goes in the whole tree. */
typedef struct Place
{
	int32_t at;
	int32_t n_nodes;
	uint32_t word;
	uint32_t n_words;
} Place;

/* The part below a node of the top; NULL: none. */
static const StoredPart *
part_below(const OpenTree *tree, const TreeNode *node)
{
	return node->slot == TREE_LEAF && node->right != TOP_NONE ? &tree->parts[node->right] : NULL;
}

/* Words of the question of a node of the top. */
static uint32_t
words_of(const Forest *forest, const TreeNode *node)
{
	return node->slot >= forest->bins.n_numbers ?
		((uint32_t) forest->bins.slots[node->slot].n_bins + 31) / 32 :
		0;
}

/* Children stand behind their parents in the top: sizes come from the end, places from the start. */
static void
find_places(const OpenTree *tree, const Forest *forest, Place *places)
{
	const TreeNode *nodes = tree->top.nodes;
	int32_t i;

	for (i = tree->top.n_nodes - 1; i >= 0; i--)
	{
		const StoredPart *part = part_below(tree, &nodes[i]);
		Place *place = &places[i];

		*place = part != NULL ? (Place){.n_nodes = part->n_nodes, .n_words = part->n_words} :
								(Place){.n_nodes = 1, .n_words = words_of(forest, &nodes[i])};
		if (nodes[i].slot == TREE_LEAF)
			continue;
		place->n_nodes += places[nodes[i].left].n_nodes + places[nodes[i].right].n_nodes;
		place->n_words += places[nodes[i].left].n_words + places[nodes[i].right].n_words;
	}
	for (i = 0; i < tree->top.n_nodes; i++)
	{
		const Place *left;

		if (nodes[i].slot == TREE_LEAF)
			continue;
		left = &places[nodes[i].left];
		places[nodes[i].left].at = places[i].at + 1;
		places[nodes[i].left].word = places[i].word + words_of(forest, &nodes[i]);
		places[nodes[i].right].at = left->at + left->n_nodes;
		places[nodes[i].right].word = left->word + left->n_words;
	}
}

/* Puts a node of the top where it goes. */
static void
join_node(const OpenTree *tree, const Forest *forest, const Place *places, int32_t i, Tree *to)
{
	const TreeNode *node = &tree->top.nodes[i];
	TreeNode *joined = &to->nodes[places[i].at];
	uint32_t n_words = words_of(forest, node);

	*joined = *node;
	joined->left = node->slot == TREE_LEAF ? 0 : places[node->left].at;
	joined->right = node->slot == TREE_LEAF ? 0 : places[node->right].at;
	if (n_words == 0)
		return;
	joined->subset = places[i].word;
	memcpy(to->words + joined->subset, tree->top.words + node->subset, n_words * sizeof(uint32_t));
}

/* Reads a part into its place. */
static Status
join_part(const Forest *forest, const StoredPart *part, const Place *place, Tree *to)
{
	const BlockStore *store = forest->options->store;
	TreeNode *nodes = to->nodes + place->at;
	size_t bytes = (size_t) part->n_nodes * sizeof(TreeNode);
	Status status = store->read(store->context, part->place, nodes, bytes);
	int32_t i;

	if (status == KERNEL_OK && part->n_words > 0)
		status = store->read(store->context, part->place + (int64_t) bytes, to->words + place->word,
							 part->n_words * sizeof(uint32_t));
	for (i = 0; i < part->n_nodes && status == KERNEL_OK; i++)
	{
		if (nodes[i].slot == TREE_LEAF)
			continue;
		nodes[i].left += place->at;
		nodes[i].right += place->at;
		if (nodes[i].subset != TREE_NO_SUBSET)
			nodes[i].subset += place->word;
	}
	return status;
}

/* The shares of n nodes go to the trees of the outputs, from node `at` on. */
static void
spread_shares(const Forest *forest, Tree *trees, const double *shares, int32_t at, int32_t n)
{
	int32_t i;
	int32_t k;

	for (i = 0; i < n; i++)
	{
		for (k = 0; k < forest->n_outputs && trees[0].nodes[at + i].slot == TREE_LEAF; k++)
			trees[k].nodes[at + i].value =
				shares[(size_t) i * (size_t) forest->n_outputs + (size_t) k];
	}
}

/* The shares of a part. */
static Status
join_shares(const Forest *forest, const StoredPart *part, const Place *place, Tree *trees)
{
	const BlockStore *store = forest->options->store;
	size_t k = (size_t) forest->n_outputs;
	size_t n = (size_t) part->n_nodes;
	double *shares = memory_allocate(forest->allocator, n, k * sizeof(double));
	Status status = KERNEL_OUT_OF_MEMORY;

	if (shares != NULL)
		status = store->read(store->context,
							 part->place + (int64_t) (n * sizeof(TreeNode)) +
								 (int64_t) (part->n_words * sizeof(uint32_t)),
							 shares, n * k * sizeof(double));
	if (status == KERNEL_OK)
		spread_shares(forest, trees, shares, place->at, part->n_nodes);
	memory_release(forest->allocator, shares, n, k * sizeof(double));
	return status;
}

/* The first output's tree is complete but for the shares: so are the others', and shares come. */
static Status
join_outputs(const OpenTree *tree, const Forest *forest, const Place *places, Tree *trees)
{
	size_t k = (size_t) forest->n_outputs;
	Status status = KERNEL_OK;
	int32_t i;

	for (i = 1; i < forest->n_outputs; i++)
	{
		memcpy(trees[i].nodes, trees[0].nodes, (size_t) trees[0].n_nodes * sizeof(TreeNode));
		if (trees[0].n_words > 0)
			memcpy(trees[i].words, trees[0].words, trees[0].n_words * sizeof(uint32_t));
	}
	for (i = 0; i < tree->top.n_nodes && k > 1 && status == KERNEL_OK; i++)
	{
		const StoredPart *part = part_below(tree, &tree->top.nodes[i]);

		if (part != NULL)
			status = join_shares(forest, part, &places[i], trees);
		else
			spread_shares(forest, trees, tree->top.shares + (size_t) i * k, places[i].at, 1);
	}
	return status;
}

/* Room for a tree of the ensemble, which is one of its trees from then on. */
static Status
create_tree(Forest *forest, const Place *root, int32_t output)
{
	const Allocator *allocator = forest->allocator;
	Tree *tree = &forest->ensemble->trees[forest->ensemble->n_trees];

	*tree = (Tree){.output = output, .n_nodes = root->n_nodes, .n_words = root->n_words};
	tree->nodes = memory_allocate(allocator, (size_t) tree->n_nodes, sizeof(TreeNode));
	tree->words = memory_allocate(allocator, tree->n_words, sizeof(uint32_t));
	if (tree->nodes == NULL || tree->words == NULL)
	{
		tree_release(tree, allocator);
		return KERNEL_OUT_OF_MEMORY;
	}
	forest->ensemble->n_trees++;
	return KERNEL_OK;
}

Status
open_tree_join(const OpenTree *tree, Forest *forest)
{
	size_t n = (size_t) tree->top.n_nodes;
	Place *places = memory_allocate_zero(forest->allocator, n, sizeof(Place));
	Tree *trees = &forest->ensemble->trees[forest->ensemble->n_trees];
	Status status = places != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	int32_t i;

	if (status == KERNEL_OK)
		find_places(tree, forest, places);
	for (i = 0; i < forest->n_outputs && status == KERNEL_OK; i++)
		status = create_tree(forest, &places[0], i);
	for (i = 0; i < tree->top.n_nodes && status == KERNEL_OK; i++)
	{
		const StoredPart *part = part_below(tree, &tree->top.nodes[i]);

		if (part != NULL)
			status = join_part(forest, part, &places[i], &trees[0]);
		else
			join_node(tree, forest, places, i, &trees[0]);
	}
	if (status == KERNEL_OK)
		status = join_outputs(tree, forest, places, trees);
	memory_release(forest->allocator, places, n, sizeof(Place));
	return status;
}
