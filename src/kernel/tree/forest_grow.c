/*
 * forest_grow.c: a tree node by node, one slot at a time.
 */
#include "kernel/tree/forest_state.h"

#include <string.h>

#include "kernel/tree/forest_measure.h"

#define FIRST_NODES 16

bool
forest_reserve(const Allocator *allocator, void **array, size_t *capacity, size_t wanted,
			   size_t size)
{
	size_t now = *capacity > 0 ? 2 * *capacity : FIRST_NODES;
	void *grown;

	if (wanted <= *capacity)
		return true;
	now = now < wanted ? wanted : now;
	grown = memory_reallocate(allocator, *array, *capacity, now, size);
	if (grown == NULL)
		return false;
	*array = grown;
	*capacity = now;
	return true;
}

bool
forest_reserve_nodes(const Forest *forest, TreeDraft *draft, int32_t nodes, uint32_t words)
{
	const Allocator *allocator = forest->allocator;
	size_t n = (size_t) draft->n_nodes + (size_t) nodes;

	return forest_reserve(allocator, (void **) &draft->nodes, &draft->nodes_capacity, n,
						  sizeof(TreeNode)) &&
		forest_reserve(allocator, (void **) &draft->words, &draft->words_capacity,
					   (size_t) draft->n_words + words, sizeof(uint32_t)) &&
		(forest->options->n_classes <= 2 ||
		 forest_reserve(allocator, (void **) &draft->shares, &draft->shares_capacity, n,
						(size_t) forest->n_outputs * sizeof(double)));
}

void
forest_release_draft(const Forest *forest, TreeDraft *draft)
{
	const Allocator *allocator = forest->allocator;

	memory_release(allocator, draft->nodes, draft->nodes_capacity, sizeof(TreeNode));
	memory_release(allocator, draft->words, draft->words_capacity, sizeof(uint32_t));
	memory_release(allocator, draft->shares, draft->shares_capacity,
				   (size_t) forest->n_outputs * sizeof(double));
	*draft = (TreeDraft){0};
}

/* How often a row is drawn: Poisson with mean 1, by inversion. */
static int32_t
draw_count(uint64_t draw)
{
	double left = (double) (draw >> 11) * 0x1p-53;
	double share = 0.36787944117144232160; /* exp(-1) */
	int32_t count = 0;

	while (left >= share && count < 20)
	{
		left -= share;
		count++;
		share /= count;
	}
	return count;
}

int32_t
forest_draw_row(uint64_t hash, uint64_t row_seed)
{
	return draw_count(hash_mix(hash + row_seed));
}

/* A seed of its own for each tree and purpose. */
static uint64_t
tree_seed(const Forest *forest, int32_t tree, uint64_t purpose)
{
	return hash_mix(forest->options->seed + hash_mix((uint64_t) tree * 4 + purpose));
}

uint64_t
forest_row_seed(const Forest *forest, int32_t tree)
{
	return tree_seed(forest, tree, 0);
}

uint64_t
forest_node_seed(const Forest *forest, int32_t tree)
{
	return tree_seed(forest, tree, 1);
}

uint64_t
forest_child_seed(uint64_t seed, bool is_right)
{
	return hash_mix(seed + (is_right ? UINT64_C(0x452821e638d01377) : 1));
}

ForestItem
forest_item(const Forest *forest, const BinnedRows *rows, int32_t i, int32_t count)
{
	int32_t n_classes = forest->options->n_classes;
	double weight = rows->weight != NULL ? rows->weight[i] * count : count;
	ForestItem item = {
		.row = i, .rows = count, .weight = (int32_t) nearest(weight * forest->weight_scale)};

	if (n_classes == 0)
		item.gradient =
			(int32_t) nearest(weight * (rows->target[i] - forest->mean) * forest->item_scale);
	else if (n_classes == 2)
		item.gradient = rows->target[i] == 1.0 ? item.weight : 0;
	else
		item.gradient = (int32_t) rows->target[i];
	return item;
}

WideInteger
forest_leaf_part(const Forest *forest, const ForestItem *item, double target)
{
	return (WideInteger) item->weight * nearest((target - forest->mean) * forest->target_scale);
}

int32_t
forest_draw_slot(Forest *forest, int32_t looked, uint64_t *draw)
{
	int32_t n = forest->bins.n_slots;
	int32_t chosen;
	int32_t slot;

	*draw = hash_mix(*draw + UINT64_C(0x9e3779b97f4a7c15));
	chosen = looked + (int32_t) ((*draw >> 32) * (uint64_t) (n - looked) >> 32);
	slot = forest->slots[chosen];
	forest->slots[chosen] = forest->slots[looked];
	forest->slots[looked] = slot;
	return slot;
}

/* The best split of a node by the slots that it draws; a slot that does not vary does not count. */
static Status
find_split(Forest *forest, const ForestItem *items, int32_t n, const ForestSums *sums,
		   uint64_t draw, Split *best)
{
	int32_t n_slots = forest->bins.n_slots;
	int32_t wanted = forest_wanted(forest);
	int32_t varied = 0;
	int32_t i;

	*best = (Split){.slot = NO_SPLIT, .words = forest->words};
	for (i = 0; i < n_slots; i++)
		forest->slots[i] = i;
	for (i = 0; i < n_slots && (varied < wanted || best->slot == NO_SPLIT); i++)
	{
		int32_t slot = wanted < n_slots ? forest_draw_slot(forest, i, &draw) : i;

		if (n >= LOOK_ROWS && stop_requested(forest->stop))
			return KERNEL_STOPPED;
		varied += forest_split_slot(&forest->search, items, n, sums, slot, best);
	}
	return KERNEL_OK;
}

/* Parts the items of a node stably; returns how many go left. */
static int32_t
part_items(Forest *forest, int32_t begin, int32_t end, const Split *split)
{
	const BinSlot *slot = &forest->bins.slots[split->slot];
	ForestItem *items = forest->items;
	int32_t left = begin;
	int32_t right = 0;
	int32_t i;

	for (i = begin; i < end; i++)
	{
		ForestItem item = items[i];
		bool goes_left = split_goes_left(split, slot, binned_code(&forest->rows, slot, item.row));

		items[left] = item;
		forest->scratch[right] = item;
		left += goes_left;
		right += !goes_left;
	}
	memcpy(items + left, forest->scratch, (size_t) right * sizeof(ForestItem));
	return left - begin;
}

void
forest_set_leaf(const Forest *forest, TreeDraft *draft, int32_t at, const ForestSums *sums,
				const int64_t *classes, WideInteger sum)
{
	TreeNode *node = &draft->nodes[at];
	double weight = (double) sums->weight;
	int32_t k;

	*node = (TreeNode){
		.slot = TREE_LEAF, .subset = TREE_NO_SUBSET, .cover = weight / forest->weight_scale};
	if (forest->options->n_classes > 2)
	{
		double *shares = draft->shares + (size_t) at * (size_t) forest->n_outputs;

		for (k = 0; k < forest->n_outputs; k++)
			shares[k] = (double) classes[k] / weight;
	}
	else if (forest->options->n_classes == 2)
		node->value = (double) sums->gradient / weight;
	else
		node->value = (double) sum / weight / forest->target_scale;
}

/* A leaf of these items. */
static void
end_in_leaf(Forest *forest, const ForestItem *items, int32_t n, const ForestSums *sums)
{
	TreeDraft *draft = &forest->draft;
	WideInteger sum = 0;
	int32_t i;

	for (i = 0; forest->leaf_of != NULL && i < n; i++)
		forest->leaf_of[items[i].row] = draft->n_nodes;
	for (i = 0; forest->options->n_classes == 0 && i < n; i++)
		sum += forest_leaf_part(forest, &items[i], forest->rows.target[items[i].row]);
	forest_set_leaf(forest, draft, draft->n_nodes, sums, forest->search.whole, sum);
}

void
forest_set_inner(const Forest *forest, TreeDraft *draft, int32_t at, const Split *split,
				 const ForestSums *sums)
{
	const BinSlot *slot = &forest->bins.slots[split->slot];
	TreeNode *node = &draft->nodes[at];
	double unit = forest->options->n_classes == 0 ?
		0.5 * forest->weight_scale / (forest->item_scale * forest->item_scale) :
		(forest->options->n_classes == 2 ? 2.0 : 1.0) / forest->weight_scale;
	uint32_t n = ((uint32_t) slot->n_bins + 31) / 32;

	*node = (TreeNode){.slot = split->slot,
					   .subset = TREE_NO_SUBSET,
					   .missing_left = split->missing_left,
					   .cover = (double) sums->weight / forest->weight_scale,
					   .gain = split->gain * unit};
	if (!slot->is_category)
	{
		node->threshold = split->bin < slot->n_bins - 1 ? slot->cuts[split->bin] : INFINITY;
		return;
	}
	node->subset = draft->n_words;
	memcpy(draft->words + node->subset, split->words, n * sizeof(uint32_t));
	if (slot->n_bins % 32 != 0) /* the bit of what is missing is not a level's */
		draft->words[node->subset + n - 1] &= (UINT32_C(1) << (slot->n_bins % 32)) - 1;
	draft->n_words += n;
}

bool
forest_may_split(const Forest *forest, int64_t n, int32_t depth, const ForestSums *sums)
{
	const ForestOptions *options = forest->options;

	return n >= 2 && sums->rows >= 2 * (int64_t) options->min_samples_leaf &&
		(options->max_depth == 0 || depth < options->max_depth);
}

/* May a node be split by the options, and is it not pure? */
static bool
is_splittable(const Forest *forest, const ForestItem *items, int32_t n, int32_t depth,
			  const ForestSums *sums)
{
	double first = forest->rows.target[items[0].row];
	int32_t i;

	if (!forest_may_split(forest, n, depth, sums))
		return false;
	for (i = 1; i < n && forest->rows.target[items[i].row] == first; i++)
		;
	return i < n;
}

bool
forest_push(Forest *forest, size_t *waiting, Pending part)
{
	if (!forest_reserve(forest->allocator, (void **) &forest->stack, &forest->stack_capacity,
						*waiting + 1, sizeof(Pending)))
		return false;
	forest->stack[(*waiting)++] = part;
	return true;
}

/* Parts the items of the draft's last node, and has both parts wait. */
static bool
end_in_parts(Forest *forest, size_t *waiting, const Pending *part, const Split *split,
			 const ForestSums *sums)
{
	TreeDraft *draft = &forest->draft;
	int32_t at = draft->n_nodes;
	int32_t middle = part->begin + part_items(forest, part->begin, part->end, split);
	Pending left = {-1, part->begin, middle, part->depth + 1, forest_child_seed(part->seed, false)};
	Pending right = {at, middle, part->end, part->depth + 1, forest_child_seed(part->seed, true)};

	forest_set_inner(forest, draft, at, split, sums);
	draft->nodes[at].left = at + 1;
	return forest_push(forest, waiting, right) && forest_push(forest, waiting, left);
}

Status
forest_grow(Forest *forest, int32_t begin, int32_t end, int32_t depth, uint64_t seed)
{
	TreeDraft *draft = &forest->draft;
	size_t waiting = 0;

	draft->n_nodes = 0;
	draft->n_words = 0;
	if (!forest_push(forest, &waiting, (Pending){-1, begin, end, depth, seed}))
		return KERNEL_OUT_OF_MEMORY;
	while (waiting > 0)
	{
		Pending part = forest->stack[--waiting];
		ForestItem *items = forest->items + part.begin;
		int32_t count = part.end - part.begin;
		ForestSums sums;
		Split split = {.slot = NO_SPLIT};

		forest->looked += count;
		if (forest->looked >= LOOK_ROWS && stop_requested(forest->stop))
			return KERNEL_STOPPED;
		forest->looked %= LOOK_ROWS;
		if (!forest_reserve_nodes(forest, draft, 1, (uint32_t) forest->n_words))
			return KERNEL_OUT_OF_MEMORY;
		forest_search_node(&forest->search, items, count, &sums);
		if (is_splittable(forest, items, count, part.depth, &sums) &&
			find_split(forest, items, count, &sums, part.seed, &split) != KERNEL_OK)
			return KERNEL_STOPPED;
		if (part.parent >= 0)
			draft->nodes[part.parent].right = draft->n_nodes;
		if (split.slot == NO_SPLIT)
			end_in_leaf(forest, items, count, &sums);
		else if (!end_in_parts(forest, &waiting, &part, &split, &sums))
			return KERNEL_OUT_OF_MEMORY;
		draft->n_nodes++;
	}
	return KERNEL_OK;
}

/* The draft as the tree of an output. */
static Status
keep_tree(Forest *forest, int32_t output)
{
	const TreeDraft *draft = &forest->draft;
	size_t n = (size_t) draft->n_nodes;
	Tree *tree = &forest->ensemble->trees[forest->ensemble->n_trees];
	size_t i;

	*tree = (Tree){.output = output, .n_nodes = draft->n_nodes, .n_words = draft->n_words};
	tree->nodes = memory_allocate(forest->allocator, n, sizeof(TreeNode));
	tree->words = memory_allocate(forest->allocator, tree->n_words, sizeof(uint32_t));
	if (tree->nodes == NULL || tree->words == NULL)
	{
		tree_release(tree, forest->allocator);
		return KERNEL_OUT_OF_MEMORY;
	}
	memcpy(tree->nodes, draft->nodes, n * sizeof(TreeNode));
	for (i = 0; i < tree->n_words; i++)
		tree->words[i] = draft->words[i];
	for (i = 0; forest->options->n_classes > 2 && i < n; i++)
	{
		if (tree->nodes[i].slot == TREE_LEAF)
			tree->nodes[i].value = draft->shares[i * (size_t) forest->n_outputs + (size_t) output];
	}
	forest->ensemble->n_trees++;
	return KERNEL_OK;
}

Status
forest_keep(Forest *forest)
{
	Status status = KERNEL_OK;
	int32_t k;

	for (k = 0; k < forest->n_outputs && status == KERNEL_OK; k++)
		status = keep_tree(forest, k);
	return status;
}

Status
forest_begin_room(Forest *room, size_t n, bool is_measured)
{
	const Allocator *allocator = room->allocator;
	int32_t n_classes = room->options->n_classes;

	room->tree = -1; /* none */
	room->items = memory_allocate(allocator, n, sizeof(ForestItem));
	room->scratch = memory_allocate(allocator, n + 1, sizeof(ForestItem));
	room->slots = memory_allocate(allocator, (size_t) room->bins.n_slots, sizeof(int32_t));
	room->words = memory_allocate(allocator, (size_t) room->n_words, sizeof(uint32_t));
	if (is_measured)
		room->leaf_of = memory_allocate(allocator, n, sizeof(int32_t));
	if (room->items == NULL || room->scratch == NULL || room->slots == NULL ||
		room->words == NULL || (is_measured && room->leaf_of == NULL))
		return KERNEL_OUT_OF_MEMORY;
	return forest_search_create(&room->search, &room->rows, n_classes > 2 ? n_classes : 0,
								room->options->min_samples_leaf, allocator);
}

void
forest_end_room(Forest *room, size_t n)
{
	const Allocator *allocator = room->allocator;

	if (allocator == NULL)
		return;
	if (room->search.rows != NULL)
		forest_search_release(&room->search, allocator);
	memory_release(allocator, room->items, n, sizeof(ForestItem));
	memory_release(allocator, room->scratch, n + 1, sizeof(ForestItem));
	memory_release(allocator, room->leaf_of, n, sizeof(int32_t));
	memory_release(allocator, room->slots, (size_t) room->bins.n_slots, sizeof(int32_t));
	memory_release(allocator, room->words, (size_t) room->n_words, sizeof(uint32_t));
	memory_release(allocator, room->stack, room->stack_capacity, sizeof(Pending));
	forest_release_draft(room, &room->draft);
	room->items = room->scratch = NULL;
	room->leaf_of = room->slots = NULL;
	room->words = NULL;
	room->stack = NULL;
	room->stack_capacity = 0;
}
