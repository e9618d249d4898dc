/*
 * forest_file.c: plans of passes, the passes, and what follows from them.
 */
#include "kernel/tree/forest_file.h"

#include <string.h>

#include "kernel/tree/forest_file_measure.h"
#include "kernel/tree/forest_measure.h"
#include "kernel/tree/forest_top.h"
#include "kernel/tree/row_file.h"

#define WALK_ROWS 512
#define TREES_MOST 64	 /* open at a time */
#define GATHER_LEAST 512 /* rows */
#define CELLS_MOST ((size_t) 1 << 22)

/* A slot that an open node's rows are summed up by. */
typedef struct Ask
{
	int32_t slot;
	size_t cell; /* of its first bin */
} Ask;

/* An open node whose rows come into memory. */
typedef struct Gathered
{
	OpenTree *tree;
	int32_t open;
	int32_t begin; /* of its items, once sorted */
	int32_t n;
	bool is_left_out; /* there was no room for all of them */
} Gathered;

typedef struct ForestFile
{
	RowFile rows;
	OpenTree *trees; /* n_estimators */
	int32_t n_begun;
	int32_t n_done;	   /* the first of them, at rest */
	ForestSums *cells; /* all zero between passes */
	int64_t *class_cells;
	size_t cells_capacity;
	size_t n_cells;
	Ask *asks;
	int32_t asks_capacity;
	int32_t n_asks;
	Gathered *gatherings;
	size_t gatherings_capacity;
	int32_t n_gatherings;
	int32_t *owner;	  /* capacity: gathering of each gathered row */
	int32_t capacity; /* rows that may be gathered */
	int64_t planned;  /* rows expected in this pass */
	int32_t gathered;
	uint8_t *draws_all; /* n_estimators */
} ForestFile;

/* -- Plans -- */

/* Asks for one more slot of a node; false when there is no room for its cells in this pass. */
static bool
ask_slot(Forest *forest, OpenNode *node, int32_t slot)
{
	ForestFile *file = forest->file;
	size_t n = (size_t) forest->bins.slots[slot].n_bins + 1;

	if (file->n_asks == file->asks_capacity || n > file->cells_capacity - file->n_cells)
		return false;
	if (node->asked++ == 0)
		node->ask = file->n_asks;
	file->asks[file->n_asks++] = (Ask){slot, file->n_cells};
	file->n_cells += n;
	return true;
}

/* Asks for the next slots that a node draws: as many as it has to look at in any case, or some. */
static void
ask_slots(Forest *forest, OpenNode *node)
{
	int32_t n_slots = forest->bins.n_slots;
	int32_t wanted = forest_wanted(forest);
	int32_t more = wanted > node->varied ? wanted - node->varied : wanted;
	int32_t end = node->looked + more < n_slots ? node->looked + more : n_slots;
	uint64_t draw = node->seed;
	int32_t i;

	for (i = 0; i < n_slots; i++)
		forest->slots[i] = i;
	for (i = 0; i < end; i++)
	{
		int32_t slot = wanted < n_slots ? forest_draw_slot(forest, i, &draw) : i;

		if (i >= node->looked && !ask_slot(forest, node, slot))
			return;
	}
}

/* A node's rows are to be gathered. */
static Status
plan_gathering(Forest *forest, OpenTree *tree, int32_t o)
{
	ForestFile *file = forest->file;
	OpenNode *node = &tree->open[o];

	if (file->planned + node->most > file->capacity)
		return KERNEL_OK;
	if (!forest_reserve(forest->allocator, (void **) &file->gatherings, &file->gatherings_capacity,
						(size_t) file->n_gatherings + 1, sizeof(Gathered)))
		return KERNEL_OUT_OF_MEMORY;
	file->planned += node->most;
	node->work = OPEN_GATHERS;
	node->gathered = file->n_gatherings;
	file->gatherings[file->n_gatherings++] = (Gathered){.tree = tree, .open = o};
	return KERNEL_OK;
}

/* What the pass is to do for an open node. */
static Status
plan_node(Forest *forest, OpenTree *tree, int32_t o)
{
	OpenNode *node = &tree->open[o];
	Status status;

	node->work = OPEN_WAITS;
	node->seen = 0;
	node->asked = 0;
	if (!node->is_leaf && !node->is_known && node->most <= forest->file->capacity)
		return plan_gathering(forest, tree, o);
	status = open_node_prepare(node, forest);
	if (status != KERNEL_OK)
		return status;
	if (!node->is_leaf)
		ask_slots(forest, node);
	if (node->is_leaf || node->asked > 0 || forest->bins.n_slots == 0)
		node->work = OPEN_SUMS;
	return KERNEL_OK;
}

static Status
plan_tree(Forest *forest, OpenTree *tree)
{
	Status status = KERNEL_OK;
	int32_t o;

	tree->has_work = false;
	for (o = 0; o < tree->n_open && status == KERNEL_OK; o++)
	{
		status = plan_node(forest, tree, o);
		tree->has_work = tree->has_work || tree->open[o].work != OPEN_WAITS;
	}
	return status;
}

/*
 * Trees that are open come first; others are begun while there is something to do for them.  Where
 * their nodes take an eighth of the memory, all but the first few wait.
 */
static Status
plan_pass(Forest *forest)
{
	ForestFile *file = forest->file;
	bool draws_all = !forest->options->bootstrap;
	size_t held = 0;
	Status status = KERNEL_OK;
	int32_t t;

	file->n_cells = 0;
	file->n_asks = 0;
	file->n_gatherings = 0;
	file->planned = 0;
	file->gathered = 0;
	for (t = file->n_done; t < forest->options->n_estimators && status == KERNEL_OK; t++)
	{
		OpenTree *tree = &file->trees[t];
		bool is_first = t == file->n_done;

		if (t == file->n_begun)
		{
			if (!is_first && (t == file->n_done + TREES_MOST || !file->trees[t - 1].has_work))
				break;
			status = open_tree_begin(tree, forest, t, draws_all);
			file->n_begun++;
		}
		held += open_tree_bytes(tree);
		tree->has_work = false;
		if (status == KERNEL_OK && (is_first || held <= forest->options->memory / 8))
			status = plan_tree(forest, tree);
	}
	return status;
}

/* -- A pass -- */

/* Rows of a page that a tree walks. */
typedef struct Walk
{
	const RowPage *page;
	OpenTree *tree;
	int32_t first;
	int32_t n;
	ForestItem items[WALK_ROWS]; /* drawn: rows of the page */
	int32_t leaf[WALK_ROWS];	 /* row first + i: where it is in the top */
	int32_t n_moved;
	int32_t moved[WALK_ROWS]; /* rows of the page that are gathered */
} Walk;

/* The rows that the tree draws, and where they are. */
static void
walk_rows(const Forest *forest, Walk *walk, int32_t n)
{
	const BinnedRows *rows = &walk->page->rows;
	const TreeDraft *top = &walk->tree->top;
	int32_t walking[WALK_ROWS];
	int32_t i;

	walk->n = 0;
	walk->n_moved = 0;
	for (i = 0; i < n; i++)
	{
		int32_t row = walk->first + i;
		int32_t count =
			walk->tree->draws_all ? 1 : forest_draw_row(rows->hash[row], walk->tree->row_seed);
		ForestItem *item = &walk->items[walk->n];

		if (count == 0)
			continue;
		*item = forest_item(forest, rows, row, count);
		walking[walk->n] = i;
		walk->n += item->weight > 0;
	}
	forest_find_leaves(top->nodes, top->words, rows, walk->first, walking, walk->n, walk->leaf);
}

/* A row's part of the sums of all of its node's. */
static void
sum_whole(const Forest *forest, OpenNode *node, const ForestItem *item, double target)
{
	if (node->seen == 1)
		node->first = target;
	node->differs = node->differs || target != node->first;
	node->sums = forest_sums_add(node->sums, item);
	if (forest->options->n_classes == 0)
		node->leaf += forest_leaf_part(forest, item, target);
	else if (forest->options->n_classes > 2)
		node->classes[item->gradient] += item->weight;
}

/* A row's part of the sums by bin. */
static void
sum_asked(const Forest *forest, const OpenNode *node, const ForestItem *item,
		  const BinnedRows *rows)
{
	const ForestFile *file = forest->file;
	size_t k = (size_t) forest->search.n_classes;
	int32_t i;

	for (i = 0; i < node->asked; i++)
	{
		const Ask *ask = &file->asks[node->ask + i];
		size_t cell =
			ask->cell + (size_t) binned_code(rows, &forest->bins.slots[ask->slot], item->row);

		file->cells[cell] = forest_sums_add(file->cells[cell], item);
		if (k > 0)
			file->class_cells[cell * k + (size_t) item->gradient] += item->weight;
	}
}

/* A row comes into memory, unless that is full. */
static void
gather_row(Forest *forest, const OpenNode *node, const ForestItem *item, Walk *walk)
{
	ForestFile *file = forest->file;
	Gathered *gathering = &file->gatherings[node->gathered];
	int32_t at = file->gathered + walk->n_moved;

	gathering->is_left_out = gathering->is_left_out || at == file->capacity;
	if (gathering->is_left_out)
		return;
	forest->scratch[at] = *item;
	forest->scratch[at].row = at;
	file->owner[at] = node->gathered;
	gathering->n++;
	walk->moved[walk->n_moved++] = item->row;
}

/* Columns of the rows that have come into memory. */
static void
copy_moved(Forest *forest, const Walk *walk)
{
	ForestFile *file = forest->file;
	const BinnedRows *from = &walk->page->rows;
	BinnedRows *to = &forest->rows;
	size_t at = (size_t) file->gathered;
	int32_t c;
	int32_t i;

	for (c = 0; c < forest->bins.n_narrow; c++)
	{
		uint8_t *column = to->narrow + (size_t) c * (size_t) to->n + at;
		const uint8_t *codes = from->narrow + (size_t) c * (size_t) from->n;

		for (i = 0; i < walk->n_moved; i++)
			column[i] = codes[walk->moved[i]];
	}
	for (c = 0; c < forest->bins.n_wide; c++)
	{
		uint16_t *column = to->wide + (size_t) c * (size_t) to->n + at;
		const uint16_t *codes = from->wide + (size_t) c * (size_t) from->n;

		for (i = 0; i < walk->n_moved; i++)
			column[i] = codes[walk->moved[i]];
	}
	for (i = 0; i < walk->n_moved; i++)
		to->target[at + (size_t) i] = from->target[walk->moved[i]];
	file->gathered += walk->n_moved;
}

/* The rows of a walk go to their open nodes. */
static void
take_rows(Forest *forest, Walk *walk)
{
	OpenTree *tree = walk->tree;
	const BinnedRows *rows = &walk->page->rows;
	int32_t i;

	for (i = 0; i < walk->n; i++)
	{
		const ForestItem *item = &walk->items[i];
		int32_t o = tree->top.nodes[walk->leaf[item->row - walk->first]].left;
		OpenNode *node;

		if (o == TOP_NONE)
			continue;
		node = &tree->open[o];
		node->seen++;
		if (node->work == OPEN_GATHERS)
			gather_row(forest, node, item, walk);
		if (node->work != OPEN_SUMS)
			continue;
		if (!node->is_known)
			sum_whole(forest, node, item, rows->target[item->row]);
		sum_asked(forest, node, item, rows);
	}
	if (walk->n_moved > 0)
		copy_moved(forest, walk);
}

/* A page through all trees that have something to do. */
static Status
take_page(void *context, RowPage *page)
{
	Forest *forest = context;
	ForestFile *file = forest->file;
	Walk walk = {.page = page};
	int32_t n = page->rows.n;
	int32_t t;

	for (t = file->n_done; t < file->n_begun; t++)
	{
		walk.tree = &file->trees[t];
		if (!walk.tree->has_work)
			continue;
		if (stop_requested(forest->stop))
			return KERNEL_STOPPED;
		for (walk.first = 0; walk.first < n; walk.first += WALK_ROWS)
		{
			walk_rows(forest, &walk, n - walk.first < WALK_ROWS ? n - walk.first : WALK_ROWS);
			take_rows(forest, &walk);
		}
	}
	return KERNEL_OK;
}

/* -- What follows from a pass -- */

/* Looks for a split of a node by the slots that were asked for; is it one that has no more to look at? */
static bool
search_node(Forest *forest, OpenNode *node)
{
	ForestFile *file = forest->file;
	ForestSearch *search = &forest->search;
	size_t k = (size_t) search->n_classes;
	int32_t n_slots = forest->bins.n_slots;
	int32_t wanted = forest_wanted(forest);
	int32_t i;

	forest_search_summed(search, node->classes, &node->sums);
	for (i = 0; i < node->asked && (node->varied < wanted || node->best.slot == NO_SPLIT); i++)
	{
		const Ask *ask = &file->asks[node->ask + i];
		int64_t *class_cells = k > 0 ? file->class_cells + ask->cell * k : NULL;

		node->varied += forest_split_cells(search, file->cells + ask->cell, class_cells,
										   &node->sums, ask->slot, &node->best);
		node->looked++;
	}
	return node->looked >= n_slots || (node->varied >= wanted && node->best.slot != NO_SPLIT);
}

/* A node whose rows were summed up. */
static Status
end_sums(Forest *forest, OpenTree *tree, int32_t o)
{
	OpenNode *node = &tree->open[o];

	node->is_known = true;
	node->most = node->seen;
	if (node->is_leaf || !node->differs ||
		!forest_may_split(forest, node->seen, node->depth, &node->sums))
	{
		open_node_end(tree, forest, o);
		return KERNEL_OK;
	}
	if (!search_node(forest, node))
		return KERNEL_OK;
	if (node->best.slot != NO_SPLIT)
		return open_node_split(tree, forest, o);
	open_node_end(tree, forest, o);
	return KERNEL_OK;
}

/* Puts the gathered items of each node together. */
static void
sort_gathered(Forest *forest)
{
	ForestFile *file = forest->file;
	int32_t begin = 0;
	int32_t i;

	for (i = 0; i < file->n_gatherings; i++)
	{
		Gathered *gathering = &file->gatherings[i];

		gathering->begin = begin;
		begin += gathering->n;
		gathering->n = 0;
	}
	for (i = 0; i < file->gathered; i++)
	{
		Gathered *gathering = &file->gatherings[file->owner[i]];

		forest->items[gathering->begin + gathering->n++] = forest->scratch[i];
	}
}

/* Grows what is below the nodes whose rows are in memory. */
static Status
end_gatherings(Forest *forest)
{
	ForestFile *file = forest->file;
	Status status = KERNEL_OK;
	int32_t i;

	sort_gathered(forest);
	for (i = 0; i < file->n_gatherings && status == KERNEL_OK; i++)
	{
		const Gathered *gathering = &file->gatherings[i];
		OpenTree *tree = gathering->tree;
		OpenNode *node = &tree->open[gathering->open];

		if (gathering->n == 0 || gathering->is_left_out)
			continue;
		status = forest_grow(forest, gathering->begin, gathering->begin + gathering->n, node->depth,
							 node->seed);
		if (status == KERNEL_OK)
			status = open_node_grown(tree, forest, gathering->open);
	}
	return status;
}

/* A tree that has drawn no row at all draws every one. */
static bool
is_without_rows(const OpenTree *tree)
{
	return tree->top.n_nodes == 1 && tree->n_open == 1 && !tree->draws_all &&
		tree->open[0].work != OPEN_WAITS && tree->open[0].seen == 0;
}

/* What the pass says of the open nodes of a tree. */
static Status
end_pass_of_tree(Forest *forest, OpenTree *tree)
{
	Status status = KERNEL_OK;
	int32_t o;

	if (is_without_rows(tree))
	{
		int32_t number = tree->number;

		open_tree_release(tree, forest);
		forest->file->draws_all[number] = true;
		return open_tree_begin(tree, forest, number, true);
	}
	/* From the last on: the last takes the place of one that is closed, children come after all. */
	for (o = tree->n_open - 1; o >= 0 && status == KERNEL_OK; o--)
	{
		OpenNode *node = &tree->open[o];

		if (node->is_grown)
			open_node_close(tree, forest, o);
		else if (node->work == OPEN_SUMS)
			status = end_sums(forest, tree, o);
		else
			node->most = node->seen;
	}
	return status;
}

/* Trees that will have no room are refused before all are grown: their memory is asked for at once. */
static Status
require_room_of_trees(const Forest *forest)
{
	const ForestFile *file = forest->file;
	size_t n = 0;
	void *room;
	int32_t t;

	for (t = 0; t < file->n_begun; t++)
		n += open_tree_nodes(&file->trees[t]);
	n *= (size_t) forest->n_outputs;
	if (n <= forest->options->memory / sizeof(TreeNode))
		return KERNEL_OK;
	room = memory_allocate(forest->allocator, n, sizeof(TreeNode));
	memory_release(forest->allocator, room, n, sizeof(TreeNode));
	return room != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
}

/* The pass is over: nodes end, are split or grow, and the first trees may be complete. */
static Status
end_pass(Forest *forest)
{
	ForestFile *file = forest->file;
	const BoostReport *report = forest->options->report;
	Status status = end_gatherings(forest);
	int32_t t;

	for (t = file->n_done; t < file->n_begun && status == KERNEL_OK; t++)
	{
		OpenTree *tree = &file->trees[t];

		if (tree->has_work)
			status = end_pass_of_tree(forest, tree);
		if (status == KERNEL_OK && tree->n_open == 0)
			status = open_tree_rest(tree, forest);
	}
	memset(file->cells, 0, file->n_cells * sizeof(ForestSums));
	if (file->class_cells != NULL)
		memset(file->class_cells, 0,
			   file->n_cells * (size_t) forest->search.n_classes * sizeof(int64_t));
	for (; status == KERNEL_OK && file->n_done < file->n_begun; file->n_done++)
	{
		if (file->trees[file->n_done].n_open > 0)
			break;
		if (report != NULL)
			report->round(report->context, file->n_done + 1, forest->options->n_estimators, NAN);
	}
	return status == KERNEL_OK ? require_room_of_trees(forest) : status;
}

/* -- Begin and end -- */

/* Bytes of a cell. */
static size_t
cell_bytes(const ForestOptions *options)
{
	size_t classes = options->n_classes > 2 ? (size_t) options->n_classes : 0;

	return sizeof(ForestSums) + classes * sizeof(int64_t);
}

/* Bytes of a row in memory. */
static size_t
gathered_bytes(const Bins *bins)
{
	return (size_t) bins->n_narrow + (size_t) bins->n_wide * sizeof(uint16_t) + sizeof(double) +
		2 * sizeof(ForestItem) + sizeof(int32_t);
}

/* Room for sums by bin: a fifth of the memory. */
static Status
create_cells(Forest *forest)
{
	const Allocator *allocator = forest->allocator;
	ForestFile *file = forest->file;
	size_t classes = (size_t) forest->search.n_classes;
	size_t least = (size_t) forest->search.capacity;
	size_t n = forest->options->memory / 5 / cell_bytes(forest->options);

	n = n < CELLS_MOST ? n : CELLS_MOST;
	file->cells_capacity = n > least ? n : least;
	file->asks_capacity = (int32_t) (file->cells_capacity / 8 + 1);
	file->cells = memory_allocate_zero(allocator, file->cells_capacity, sizeof(ForestSums));
	file->asks = memory_allocate(allocator, (size_t) file->asks_capacity, sizeof(Ask));
	if (classes > 0)
		file->class_cells =
			memory_allocate_zero(allocator, file->cells_capacity, classes * sizeof(int64_t));
	return file->cells != NULL && file->asks != NULL &&
			(file->class_cells != NULL || classes == 0) ?
		KERNEL_OK :
		KERNEL_OUT_OF_MEMORY;
}

/* Room for rows: two fifths of the memory. */
static Status
create_rows(Forest *forest)
{
	const Allocator *allocator = forest->allocator;
	ForestFile *file = forest->file;
	BinnedRows *rows = &forest->rows;
	size_t fit = forest->options->memory / 5 * 2 / gathered_bytes(&forest->bins);
	size_t n = fit > GATHER_LEAST ? fit : GATHER_LEAST;

	n = n < (size_t) forest->file_rows ? n : (size_t) forest->file_rows;
	file->capacity = (int32_t) n;
	*rows = (BinnedRows){.n = (int32_t) n, .bins = &forest->bins};
	rows->narrow = memory_allocate(allocator, n * (size_t) forest->bins.n_narrow, sizeof(uint8_t));
	rows->wide = memory_allocate(allocator, n * (size_t) forest->bins.n_wide, sizeof(uint16_t));
	rows->target = memory_allocate(allocator, n, sizeof(double));
	file->owner = memory_allocate(allocator, n, sizeof(int32_t));
	if (rows->narrow == NULL || rows->wide == NULL || rows->target == NULL || file->owner == NULL)
		return KERNEL_OUT_OF_MEMORY;
	return forest_begin_room(forest, n, false);
}

/* The rows of a source in a file. */
static Status
create_file(Forest *forest, const TreeSource *source)
{
	RowShape shape = {
		.bins = &forest->bins, .form = CELL_PRECISE, .has_weight = tree_source_has_weight(source)};
	ForestFile *file = forest->file;
	Status status = row_file_create(&file->rows, &shape, forest->options->store, forest->file_rows,
									forest->allocator, forest->stop);

	return status == KERNEL_OK ? row_file_fill(&file->rows, source, NULL) : status;
}

Status
forest_file_begin(Forest *forest, const TreeSource *source)
{
	const Allocator *allocator = forest->allocator;
	SourceTargets context = {source, forest->stop};
	ValueStream targets = {source_targets_visit, &context, source->dataset->n,
						   tree_source_has_weight(source)};
	ForestFile *file;
	Status status;

	if (source->dataset->n > BIN_ROW_LIMIT)
		return KERNEL_TOO_LARGE;
	file = forest->file = memory_allocate_zero(allocator, 1, sizeof(ForestFile));
	if (file == NULL)
		return KERNEL_OUT_OF_MEMORY;
	forest->file_rows = (int32_t) source->dataset->n;
	file->trees =
		memory_allocate_zero(allocator, (size_t) forest->options->n_estimators, sizeof(OpenTree));
	file->draws_all = memory_allocate_zero(allocator, (size_t) forest->options->n_estimators, 1);
	if (file->trees == NULL || file->draws_all == NULL)
		return KERNEL_OUT_OF_MEMORY;
	status = forest_set_scales(forest, &targets);
	if (status == KERNEL_OK)
		status = bins_create(&forest->bins, source, NULL, forest->options->max_bins, allocator,
							 forest->stop);
	if (status != KERNEL_OK)
		return status;
	forest->n_words = split_words(&forest->bins);
	status = create_file(forest, source);
	if (status != KERNEL_OK)
		return status;
	tree_source_spent(source);
	status = create_rows(forest);
	return status == KERNEL_OK ? create_cells(forest) : status;
}

/* Gives back what only passes need. */
static void
release_rooms(Forest *forest)
{
	const Allocator *allocator = forest->allocator;
	ForestFile *file = forest->file;
	size_t classes = (size_t) forest->search.n_classes;

	memory_release(allocator, file->cells, file->cells_capacity, sizeof(ForestSums));
	memory_release(allocator, file->class_cells, file->cells_capacity, classes * sizeof(int64_t));
	memory_release(allocator, file->asks, (size_t) file->asks_capacity, sizeof(Ask));
	memory_release(allocator, file->gatherings, file->gatherings_capacity, sizeof(Gathered));
	memory_release(allocator, file->owner, (size_t) file->capacity, sizeof(int32_t));
	file->cells = NULL;
	file->class_cells = NULL;
	file->asks = NULL;
	file->gatherings = NULL;
	file->owner = NULL;
	forest_end_room(forest, (size_t) file->capacity);
	binned_rows_release(&forest->rows, allocator);
}

/* The trees that were grown, into the ensemble. */
static Status
join_trees(Forest *forest)
{
	ForestFile *file = forest->file;
	Status status = KERNEL_OK;
	int32_t t;

	for (t = 0; t < file->n_begun && status == KERNEL_OK; t++)
	{
		if (stop_requested(forest->stop))
			return KERNEL_STOPPED;
		status = open_tree_join(&file->trees[t], forest);
		open_tree_release(&file->trees[t], forest);
	}
	return status;
}

Status
forest_file_grow(Forest *forest)
{
	ForestFile *file = forest->file;
	Status status = KERNEL_OK;

	while (status == KERNEL_OK && file->n_done < forest->options->n_estimators)
	{
		status = plan_pass(forest);
		if (status == KERNEL_OK)
			status = row_file_pass(&file->rows, take_page, forest, false);
		if (status == KERNEL_OK)
			status = end_pass(forest);
	}
	release_rooms(forest);
	if (status == KERNEL_OK)
		status = join_trees(forest);
	return status == KERNEL_OK ? forest_file_measure(forest, &file->rows, file->draws_all) : status;
}

void
forest_file_end(Forest *forest)
{
	const Allocator *allocator = forest->allocator;
	ForestFile *file = forest->file;
	size_t n_trees = (size_t) forest->options->n_estimators;
	int32_t t;

	if (file == NULL)
		return;
	release_rooms(forest);
	for (t = 0; t < file->n_begun; t++)
		open_tree_release(&file->trees[t], forest);
	memory_release(allocator, file->trees, n_trees, sizeof(OpenTree));
	memory_release(allocator, file->draws_all, n_trees, 1);
	row_file_release(&file->rows);
	memory_release(allocator, file, 1, sizeof(ForestFile));
	forest->file = NULL;
}

size_t
forest_file_bytes(const TreeSource *source, const ForestOptions *options)
{
	const Dataset *dataset = source->dataset;
	int32_t narrow;
	size_t row = binned_row_bytes(source, &narrow);
	size_t cells = NARROW_BINS + 1;
	int32_t c;

	for (c = 0; c < dataset->n_categories; c++)
		cells = source->n_levels[c] >= cells ? source->n_levels[c] + 1 : cells;
	return 2 * row_file_page_bytes(row) + GATHER_LEAST * (row + 40) +
		cells * (2 * cell_bytes(options) + sizeof(ForestRun)) + ((size_t) 1 << 20);
}
