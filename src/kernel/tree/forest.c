/*
 * forest.c: trees grown node by node, one slot at a time.
 */
#include "kernel/tree/forest.h"

#include <math.h>
#include <string.h>

#include "kernel/base/hash.h"
#include "kernel/thread/parallel.h"
#include "kernel/tree/exact_sum.h"
#include "kernel/tree/forest_measure.h"
#include "kernel/tree/forest_split.h"

#define LOOK_ROWS 16384
#define PARALLEL_LEAST 8192 /* rows that threads are started for */
#define ITEM_BITS 30		/* of a row's weight and gradient */
#define TARGET_BITS 50		/* of a target, for leaves */
#define FIRST_NODES 1024

/* A part of the tree that waits to be grown. */
typedef struct Pending
{
	int32_t parent; /* whose right child it is; -1 = none */
	int32_t begin;
	int32_t end;
	int32_t depth;
} Pending;

/* The threads that grow trees, one each, and what makes them leave off. */
typedef struct Team
{
	ParallelPool *pool; /* NULL: one thread */
	const StopCheck *stop;
	atomic_bool rests; /* all but the caller's are to leave their trees */
} Team;

/* The forest, or what another thread has of it: its own room and what all share. */
typedef struct Forest
{
	const ForestOptions *options;
	const Allocator *allocator;
	const StopCheck *stop;
	int32_t n_outputs;
	Bins bins;
	BinnedRows rows;
	ForestSearch search;
	ForestItem *items;	 /* rows.n: those of the tree, by node */
	ForestItem *scratch; /* rows.n: those that go right */
	int32_t *leaf_of;	 /* rows.n: of the tree, see MeasuredTree; NULL when nothing is measured */
	double mean;		 /* of the targets; classes: 0 */
	double target_scale; /* of a target less the mean, as an integer of TARGET_BITS */
	double item_scale;	 /* of a weight times a target less the mean */
	double weight_scale; /* of a weight */
	int32_t *slots;		 /* in the order of drawing */
	uint32_t *words;	 /* of the split at hand */
	int32_t n_words;
	Pending *stack;
	size_t stack_capacity;
	TreeNode *nodes; /* of the tree under construction */
	size_t nodes_capacity;
	int32_t n_nodes;
	uint32_t *tree_words;
	size_t words_capacity;
	uint32_t n_tree_words;
	double *shares; /* several classes: n_outputs a node */
	size_t shares_capacity;
	int32_t looked; /* rows since the last look at the stop flag */
	int32_t tree;	/* which one was grown last */
	Status grown;	/* how that went */
	bool is_final;	/* by the caller's thread: a failure is one */
	Ensemble *ensemble;
} Forest;

/* Makes room for `wanted` elements. */
static bool
reserve(const Allocator *allocator, void **array, size_t *capacity, size_t wanted, size_t size)
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

/* To the nearest integer, for magnitudes up to 2^TARGET_BITS. */
static inline int64_t
nearest(double x)
{
	return (int64_t) nearbyint(x);
}

/* 2^k so that the largest magnitude becomes an integer of so many bits. */
static double
power_scale(double largest, int bits)
{
	int exponent = 0;

	if (largest > 0.0)
		frexp(largest, &exponent);
	return ldexp(1.0, bits - exponent < 1000 ? bits - exponent : 1000);
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

/* A seed of its own for each tree and purpose. */
static uint64_t
tree_seed(const Forest *forest, int32_t tree, uint64_t purpose)
{
	return hash_mix(forest->options->seed + hash_mix((uint64_t) tree * 4 + purpose));
}

/* The rows of a tree as items; returns how many, -1 when stopped. */
static int32_t
draw_items(Forest *forest, int32_t tree)
{
	const BinnedRows *rows = &forest->rows;
	int32_t n_classes = forest->options->n_classes;
	uint64_t seed = tree_seed(forest, tree, 0);
	int32_t n = 0;
	int32_t i;

	for (i = 0; i < rows->n; i++)
	{
		int32_t count = forest->options->bootstrap ? draw_count(hash_mix(rows->hash[i] + seed)) : 1;
		double weight = rows->weight != NULL ? rows->weight[i] * count : count;
		ForestItem *item = &forest->items[n];

		if (i % LOOK_ROWS == 0 && stop_requested(forest->stop))
			return -1;
		if (forest->leaf_of != NULL)
			forest->leaf_of[i] = count > 0 ? ROW_WITHOUT_LEAF : ROW_UNDRAWN;
		item->row = i;
		item->rows = count;
		item->weight = (int32_t) nearest(weight * forest->weight_scale);
		if (n_classes == 0)
			item->gradient =
				(int32_t) nearest(weight * (rows->target[i] - forest->mean) * forest->item_scale);
		else if (n_classes == 2)
			item->gradient = rows->target[i] == 1.0 ? item->weight : 0;
		else
			item->gradient = (int32_t) rows->target[i];
		n += item->weight > 0;
	}
	return n;
}

/* The next slot to look at, drawn from those that were not. */
static int32_t
draw_slot(Forest *forest, int32_t looked, uint64_t *draw)
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
	int32_t wanted = forest->options->max_features > 0 ? forest->options->max_features : n_slots;
	int32_t varied = 0;
	int32_t i;

	*best = (Split){.slot = NO_SPLIT, .words = forest->words};
	for (i = 0; i < n_slots; i++)
		forest->slots[i] = i;
	for (i = 0; i < n_slots && (varied < wanted || best->slot == NO_SPLIT); i++)
	{
		int32_t slot = wanted < n_slots ? draw_slot(forest, i, &draw) : i;

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

/* A leaf's value, or its class shares. */
static void
set_leaf(Forest *forest, TreeNode *node, const ForestItem *items, int32_t n, const ForestSums *sums)
{
	const BinnedRows *rows = &forest->rows;
	WideInteger sum = 0;
	int32_t i;

	node->cover = (double) sums->weight / forest->weight_scale;
	for (i = 0; forest->leaf_of != NULL && i < n; i++)
		forest->leaf_of[items[i].row] = forest->n_nodes;
	if (forest->options->n_classes > 2)
	{
		double *shares = forest->shares + (size_t) forest->n_nodes * (size_t) forest->n_outputs;

		for (i = 0; i < forest->n_outputs; i++)
			shares[i] = (double) forest->search.whole[i] / (double) sums->weight;
		return;
	}
	if (forest->options->n_classes == 2)
	{
		node->value = (double) sums->gradient / (double) sums->weight;
		return;
	}
	for (i = 0; i < n; i++)
		sum += (WideInteger) items[i].weight *
			nearest((rows->target[items[i].row] - forest->mean) * forest->target_scale);
	node->value = (double) sum / (double) sums->weight / forest->target_scale;
}

/* Room for another node and its split's words. */
static bool
reserve_node(Forest *forest)
{
	const Allocator *allocator = forest->allocator;
	size_t n = (size_t) forest->n_nodes + 1;

	return reserve(allocator, (void **) &forest->nodes, &forest->nodes_capacity, n,
				   sizeof(TreeNode)) &&
		reserve(allocator, (void **) &forest->tree_words, &forest->words_capacity,
				(size_t) forest->n_tree_words + (size_t) forest->n_words, sizeof(uint32_t)) &&
		(forest->options->n_classes <= 2 ||
		 reserve(allocator, (void **) &forest->shares, &forest->shares_capacity, n,
				 (size_t) forest->n_outputs * sizeof(double)));
}

/* A node that asks. */
static void
set_inner(Forest *forest, TreeNode *node, const Split *split, const ForestSums *sums)
{
	const BinSlot *slot = &forest->bins.slots[split->slot];
	double unit = forest->options->n_classes == 0 ?
		0.5 * forest->weight_scale / (forest->item_scale * forest->item_scale) :
		(forest->options->n_classes == 2 ? 2.0 : 1.0) / forest->weight_scale;
	uint32_t n = ((uint32_t) slot->n_bins + 31) / 32;

	node->slot = split->slot;
	node->missing_left = split->missing_left;
	node->cover = (double) sums->weight / forest->weight_scale;
	node->gain = split->gain * unit;
	node->left = forest->n_nodes + 1;
	if (!slot->is_category)
	{
		node->threshold = split->bin < slot->n_bins - 1 ? slot->cuts[split->bin] : INFINITY;
		return;
	}
	node->subset = forest->n_tree_words;
	memcpy(forest->tree_words + node->subset, split->words, n * sizeof(uint32_t));
	if (slot->n_bins % 32 != 0) /* the bit of what is missing is not a level's */
		forest->tree_words[node->subset + n - 1] &= (UINT32_C(1) << (slot->n_bins % 32)) - 1;
	forest->n_tree_words += n;
}

/* May a node be split by the options, and is it not pure? */
static bool
is_splittable(const Forest *forest, const ForestItem *items, int32_t n, int32_t depth,
			  const ForestSums *sums)
{
	const ForestOptions *options = forest->options;
	double first = forest->rows.target[items[0].row];
	int32_t i;

	if (n < 2 || sums->rows < 2 * (int64_t) options->min_samples_leaf ||
		(options->max_depth > 0 && depth >= options->max_depth))
		return false;
	for (i = 1; i < n && forest->rows.target[items[i].row] == first; i++)
		;
	return i < n;
}

static bool
push(Forest *forest, size_t *depth, Pending part)
{
	if (!reserve(forest->allocator, (void **) &forest->stack, &forest->stack_capacity, *depth + 1,
				 sizeof(Pending)))
		return false;
	forest->stack[(*depth)++] = part;
	return true;
}

/* Grows the tree of n items, in preorder. */
static Status
grow_tree(Forest *forest, int32_t n, uint64_t seed)
{
	size_t waiting = 0;

	forest->n_nodes = 0;
	forest->n_tree_words = 0;
	if (!push(forest, &waiting, (Pending){-1, 0, n, 0}))
		return KERNEL_OUT_OF_MEMORY;
	while (waiting > 0)
	{
		Pending part = forest->stack[--waiting];
		ForestItem *items = forest->items + part.begin;
		int32_t count = part.end - part.begin;
		ForestSums sums;
		TreeNode *node;
		Split split = {.slot = NO_SPLIT};

		forest->looked += count;
		if (forest->looked >= LOOK_ROWS && stop_requested(forest->stop))
			return KERNEL_STOPPED;
		forest->looked %= LOOK_ROWS;
		if (!reserve_node(forest))
			return KERNEL_OUT_OF_MEMORY;
		forest_search_node(&forest->search, items, count, &sums);
		if (is_splittable(forest, items, count, part.depth, &sums) &&
			find_split(forest, items, count, &sums, seed + (uint64_t) forest->n_nodes, &split) !=
				KERNEL_OK)
			return KERNEL_STOPPED;
		if (part.parent >= 0)
			forest->nodes[part.parent].right = forest->n_nodes;
		node = &forest->nodes[forest->n_nodes];
		*node = (TreeNode){.slot = TREE_LEAF, .subset = TREE_NO_SUBSET};
		if (split.slot == NO_SPLIT)
			set_leaf(forest, node, items, count, &sums);
		else
		{
			int32_t left = part_items(forest, part.begin, part.end, &split);

			set_inner(forest, node, &split, &sums);
			if (!push(forest, &waiting,
					  (Pending){forest->n_nodes, part.begin + left, part.end, part.depth + 1}) ||
				!push(forest, &waiting,
					  (Pending){-1, part.begin, part.begin + left, part.depth + 1}))
				return KERNEL_OUT_OF_MEMORY;
		}
		forest->n_nodes++;
	}
	return KERNEL_OK;
}

/* The tree that was grown as one of an output. */
static Status
keep_tree(Forest *forest, int32_t output)
{
	size_t n = (size_t) forest->n_nodes;
	Tree *tree = &forest->ensemble->trees[forest->ensemble->n_trees];
	size_t i;

	*tree = (Tree){.output = output, .n_nodes = forest->n_nodes, .n_words = forest->n_tree_words};
	tree->nodes = memory_allocate(forest->allocator, n, sizeof(TreeNode));
	tree->words = memory_allocate(forest->allocator, tree->n_words, sizeof(uint32_t));
	if (tree->nodes == NULL || tree->words == NULL)
	{
		tree_release(tree, forest->allocator);
		return KERNEL_OUT_OF_MEMORY;
	}
	memcpy(tree->nodes, forest->nodes, n * sizeof(TreeNode));
	for (i = 0; i < tree->n_words; i++)
		tree->words[i] = forest->tree_words[i];
	for (i = 0; forest->options->n_classes > 2 && i < n; i++)
	{
		if (tree->nodes[i].slot == TREE_LEAF)
			tree->nodes[i].value = forest->shares[i * (size_t) forest->n_outputs + (size_t) output];
	}
	forest->ensemble->n_trees++;
	return KERNEL_OK;
}

/* Grows the tree of that number from its draw of the rows. */
static Status
grow_numbered(Forest *forest, int32_t tree)
{
	int32_t n = draw_items(forest, tree);

	if (n == 0) /* few rows, none drawn: the tree says what they say together */
	{
		const ForestOptions *options = forest->options;
		ForestOptions all = *options;

		all.bootstrap = false;
		forest->options = &all;
		n = draw_items(forest, tree);
		forest->options = options;
	}
	if (n < 0)
		return KERNEL_STOPPED;
	return grow_tree(forest, n, tree_seed(forest, tree, 1));
}

/* Asked by the caller's thread while it grows a tree: all others leave theirs before it is answered. */
static bool
team_should_stop(void *context)
{
	Team *team = context;
	const StopCheck *stop = team->stop;
	bool stops;

	if (stop == NULL || (stop->is_pending != NULL && !stop->is_pending(stop->context)))
		return false;
	atomic_store(&team->rests, true);
	parallel_rest(team->pool);
	stops = stop_requested(stop);
	atomic_store(&team->rests, false);
	return stops;
}

static bool
team_rests(void *context)
{
	Team *team = context;

	return atomic_load(&team->rests);
}

static void *
refuse(void *context, size_t size)
{
	(void) context;
	(void) size;
	return NULL;
}

static void *
refuse_more(void *context, void *block, size_t old_size, size_t new_size)
{
	(void) block;
	(void) old_size;
	return refuse(context, new_size);
}

/* Trees that are grown at the same time, one in each room. */
typedef struct Batch
{
	Forest *rooms;
	const Allocator *allocator;
	StopCheck callers;
	StopCheck others;
	int32_t first; /* tree of the first room */
} Batch;

/* A tree in its room.  What has no room in a thread that may not allocate, the caller grows again. */
static void
grow_in_room(void *context, int32_t chunk, int32_t worker)
{
	static const Allocator none = {refuse, refuse_more, NULL, NULL, NULL};
	Batch *batch = context;
	Forest *room = &batch->rooms[chunk];

	room->allocator = worker == 0 ? batch->allocator : &none;
	room->stop = worker == 0 ? &batch->callers : &batch->others;
	room->looked = 0;
	room->grown = grow_numbered(room, batch->first + chunk);
	room->tree = batch->first + chunk;
	room->is_final = worker == 0;
}

/* Grows the trees of a batch of n that are not there yet. */
static Status
finish_batch(Batch *batch, int32_t n)
{
	int32_t c;

	for (c = 0; c < n; c++)
	{
		Forest *room = &batch->rooms[c];

		if (room->tree != batch->first + c || (room->grown != KERNEL_OK && !room->is_final))
			grow_in_room(batch, c, 0);
		if (room->grown != KERNEL_OK)
			return room->grown;
	}
	return KERNEL_OK;
}

/* What is measured on the training rows as trees come. */
typedef struct Measuring
{
	RowSums by_all;
	RowSums undrawn;
	MeasuredTree tree; /* the one that is added */
} Measuring;

static void
measure_chunk(void *context, int32_t chunk, int32_t worker)
{
	Measuring *measuring = context;
	int32_t n =
		measuring->by_all.rows != NULL ? measuring->by_all.rows->n : measuring->undrawn.rows->n;
	int32_t first = chunk * LOOK_ROWS;

	(void) worker;
	row_sums_add(&measuring->by_all, &measuring->undrawn, &measuring->tree, first,
				 n - first < LOOK_ROWS ? n : first + LOOK_ROWS);
}

/* What the tree in a room says of the training rows. */
static Status
measure_tree(const Forest *room, Measuring *measuring, const Team *team)
{
	int32_t n = room->rows.n;

	if (room->leaf_of == NULL)
		return KERNEL_OK;
	measuring->tree = (MeasuredTree){.nodes = room->nodes,
									 .words = room->tree_words,
									 .shares = room->options->n_classes > 2 ? room->shares : NULL,
									 .leaf_of = room->leaf_of};
	return parallel_for(team->pool, n / LOOK_ROWS + (n % LOOK_ROWS > 0), measure_chunk, measuring,
						team->stop);
}

static Status
begin_measuring(Measuring *measuring, const Forest *forest)
{
	const ForestOptions *options = forest->options;
	Status status = KERNEL_OK;

	*measuring = (Measuring){0};
	if (options->train != NULL)
		status = row_sums_create(&measuring->by_all, &forest->rows, options, forest->mean, true,
								 forest->allocator);
	if (status == KERNEL_OK && options->oob != NULL)
		status = row_sums_create(&measuring->undrawn, &forest->rows, options, forest->mean, false,
								 forest->allocator);
	return status;
}

static void
end_measuring(Measuring *measuring, const Forest *forest, Status status)
{
	if (status == KERNEL_OK && forest->options->train != NULL)
		row_sums_measure(&measuring->by_all, forest->options->train);
	if (status == KERNEL_OK && forest->options->oob != NULL)
		row_sums_measure(&measuring->undrawn, forest->options->oob);
	row_sums_release(&measuring->by_all, forest->allocator);
	row_sums_release(&measuring->undrawn, forest->allocator);
}

/* Adds the trees of a batch to the ensemble. */
static Status
keep_batch(Forest *forest, Batch *batch, int32_t n, Measuring *measuring, const Team *team)
{
	const ForestOptions *options = forest->options;
	Status status = KERNEL_OK;
	int32_t c;
	int32_t k;

	for (c = 0; c < n && status == KERNEL_OK; c++)
	{
		batch->rooms[c].allocator = batch->allocator;
		status = measure_tree(&batch->rooms[c], measuring, team);
		for (k = 0; k < forest->n_outputs && status == KERNEL_OK; k++)
			status = keep_tree(&batch->rooms[c], k);
		if (status == KERNEL_OK && options->report != NULL)
			options->report->round(options->report->context, batch->first + c + 1,
								   options->n_estimators, NAN);
	}
	return status;
}

/* All trees, as many at a time as there are rooms. */
static Status
grow_trees(Forest *forest, Forest *rooms, Team *team)
{
	int32_t n_rooms = parallel_threads(team->pool);
	int32_t n_trees = forest->options->n_estimators;
	Batch batch = {.rooms = rooms,
				   .allocator = forest->allocator,
				   .callers = {team_should_stop, team, NULL},
				   .others = {team_rests, team, NULL}};
	Measuring measuring;
	Status status = begin_measuring(&measuring, forest);

	while (batch.first < n_trees && status == KERNEL_OK)
	{
		int32_t left = n_trees - batch.first;
		int32_t n = left < n_rooms ? left : n_rooms;

		if (stop_requested(forest->stop))
			status = KERNEL_STOPPED;
		else
		{
			parallel_for(team->pool, n, grow_in_room, &batch, NULL);
			status = finish_batch(&batch, n);
		}
		if (status == KERNEL_OK)
			status = keep_batch(forest, &batch, n, &measuring, team);
		batch.first += n;
	}
	end_measuring(&measuring, forest, status);
	return status;
}

/* Scales of weights and targets. */
static Status
set_scales(Forest *forest)
{
	const BinnedRows *rows = &forest->rows;
	double heaviest = 1.0;
	double largest = 0.0;
	double most = 0.0;
	ExactSum sum;
	int32_t i;

	for (i = 0; i < rows->n; i++)
	{
		double weight = rows->weight != NULL ? rows->weight[i] : 1.0;

		heaviest = i == 0 || weight > heaviest ? weight : heaviest;
		largest = fabs(rows->target[i]) > largest ? fabs(rows->target[i]) : largest;
	}
	/* A row may be drawn 20 times: five bits. */
	forest->weight_scale = rows->weight != NULL ? power_scale(heaviest, ITEM_BITS - 5) : 1.0;
	if (forest->options->n_classes > 0)
		return KERNEL_OK;
	if (!(largest < 1e150) || !(heaviest < 1e150))
		return KERNEL_OVERFLOW;
	sum = exact_sum_begin(largest);
	for (i = 0; i < rows->n; i++)
		exact_sum_add(&sum, rows->target[i]);
	forest->mean = exact_sum_value(&sum) / rows->n;
	largest = 0.0;
	for (i = 0; i < rows->n; i++)
	{
		double off = fabs(rows->target[i] - forest->mean);

		largest = off > largest ? off : largest;
		off *= rows->weight != NULL ? rows->weight[i] : 1.0;
		most = off > most ? off : most;
	}
	forest->target_scale = power_scale(largest, TARGET_BITS);
	forest->item_scale = power_scale(most, ITEM_BITS - 5);
	return KERNEL_OK;
}

/* Bins, rows and all that growing takes. */
static Status
begin(Forest *forest, const TreeSource *source)
{
	const Allocator *allocator = forest->allocator;
	size_t n = (size_t) source->dataset->n;
	uint64_t *hash;
	Status status;

	if (source->dataset->n > BIN_ROW_LIMIT)
		return KERNEL_TOO_LARGE;
	hash = memory_allocate(allocator, n, sizeof(uint64_t));
	if (hash == NULL)
		return KERNEL_OUT_OF_MEMORY;
	status = bins_hash_rows(source, hash, forest->stop);
	if (status == KERNEL_OK)
		status = bins_create(&forest->bins, source, hash, forest->options->max_bins, allocator,
							 forest->stop);
	if (status == KERNEL_OK)
		status =
			binned_rows_create(&forest->rows, &forest->bins, source, hash, allocator, forest->stop);
	if (status != KERNEL_OK)
	{
		memory_release(allocator, hash, n, sizeof(uint64_t));
		return status;
	}
	tree_source_spent(source);
	forest->n_words = split_words(&forest->bins);
	return set_scales(forest);
}

/* What a thread needs of its own, beside what it shares with the forest. */
static Status
begin_room(Forest *room, const Forest *forest)
{
	const Allocator *allocator = forest->allocator;
	size_t n = (size_t) forest->rows.n;
	int32_t n_classes = forest->options->n_classes;
	bool is_measured = forest->options->train != NULL || forest->options->oob != NULL;

	*room = *forest;
	room->tree = -1; /* none */
	room->items = memory_allocate(allocator, n, sizeof(ForestItem));
	room->scratch = memory_allocate(allocator, n + 1, sizeof(ForestItem));
	room->slots = memory_allocate(allocator, (size_t) forest->bins.n_slots, sizeof(int32_t));
	room->words = memory_allocate(allocator, (size_t) forest->n_words, sizeof(uint32_t));
	if (is_measured)
		room->leaf_of = memory_allocate(allocator, n, sizeof(int32_t));
	if (room->items == NULL || room->scratch == NULL || room->slots == NULL ||
		room->words == NULL || (is_measured && room->leaf_of == NULL))
		return KERNEL_OUT_OF_MEMORY;
	return forest_search_create(&room->search, &forest->rows, n_classes > 2 ? n_classes : 0,
								forest->options->min_samples_leaf, allocator);
}

static void
end_room(Forest *room, const Forest *forest)
{
	const Allocator *allocator = forest->allocator;
	size_t n = (size_t) forest->rows.n;

	if (room->search.rows != NULL)
		forest_search_release(&room->search, allocator);
	memory_release(allocator, room->items, n, sizeof(ForestItem));
	memory_release(allocator, room->scratch, n + 1, sizeof(ForestItem));
	memory_release(allocator, room->leaf_of, n, sizeof(int32_t));
	memory_release(allocator, room->slots, (size_t) forest->bins.n_slots, sizeof(int32_t));
	memory_release(allocator, room->words, (size_t) forest->n_words, sizeof(uint32_t));
	memory_release(allocator, room->stack, room->stack_capacity, sizeof(Pending));
	memory_release(allocator, room->nodes, room->nodes_capacity, sizeof(TreeNode));
	memory_release(allocator, room->tree_words, room->words_capacity, sizeof(uint32_t));
	memory_release(allocator, room->shares, room->shares_capacity,
				   (size_t) forest->n_outputs * sizeof(double));
}

/* An ensemble with room for all trees. */
static Status
create_ensemble(Forest *forest, const TreeSource *source)
{
	const Allocator *allocator = forest->allocator;
	int32_t n_categories = source->dataset->n_categories;
	size_t n_trees = (size_t) forest->options->n_estimators * (size_t) forest->n_outputs;
	Ensemble *ensemble = memory_allocate(allocator, 1, sizeof(Ensemble));
	int32_t i;

	if (ensemble == NULL)
		return KERNEL_OUT_OF_MEMORY;
	*ensemble = (Ensemble){.link = TREE_LINK_IDENTITY,
						   .n_numbers = source->dataset->n_numbers,
						   .n_categories = n_categories,
						   .n_outputs = forest->n_outputs,
						   .scale = 1.0 / forest->options->n_estimators,
						   .path_scale = 1.0};
	forest->ensemble = ensemble;
	ensemble->n_levels = memory_allocate(allocator, (size_t) n_categories, sizeof(uint32_t));
	ensemble->base = memory_allocate(allocator, (size_t) forest->n_outputs, sizeof(double));
	ensemble->trees = memory_allocate(allocator, n_trees, sizeof(Tree));
	if (ensemble->n_levels == NULL || ensemble->base == NULL || ensemble->trees == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < n_categories; i++)
		ensemble->n_levels[i] = source->n_levels[i];
	for (i = 0; i < forest->n_outputs; i++)
		ensemble->base[i] = forest->mean;
	return KERNEL_OK;
}

/* Gives an ensemble back that has not all of its trees. */
static void
drop_ensemble(Forest *forest)
{
	const Allocator *allocator = forest->allocator;
	Ensemble *ensemble = forest->ensemble;

	if (ensemble == NULL)
		return;
	while (ensemble->n_trees > 0)
		tree_release(&ensemble->trees[--ensemble->n_trees], allocator);
	memory_release(allocator, ensemble->trees,
				   (size_t) forest->options->n_estimators * (size_t) forest->n_outputs,
				   sizeof(Tree));
	ensemble->trees = NULL;
	ensemble_release(ensemble, allocator);
}

/* Rooms and threads for them come and go. */
static Status
grow_by_team(Forest *forest)
{
	ParallelPool pool;
	Team team = {.stop = forest->stop};
	Forest *rooms;
	size_t n_rooms;
	size_t i;
	Status status = KERNEL_OK;

	if (forest->options->threads > 1 && forest->rows.n >= PARALLEL_LEAST &&
		forest->options->n_estimators > 1)
	{
		parallel_begin(&pool, forest->options->threads);
		team.pool = &pool;
	}
	n_rooms = (size_t) parallel_threads(team.pool);
	rooms = memory_allocate_zero(forest->allocator, n_rooms, sizeof(Forest));
	if (rooms == NULL)
		status = KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < n_rooms && status == KERNEL_OK; i++)
		status = begin_room(&rooms[i], forest);
	if (status == KERNEL_OK)
		status = grow_trees(forest, rooms, &team);
	for (i = 0; rooms != NULL && i < n_rooms; i++)
		end_room(&rooms[i], forest);
	memory_release(forest->allocator, rooms, n_rooms, sizeof(Forest));
	if (team.pool != NULL)
		parallel_end(team.pool);
	return status;
}

Status
forest_fit(const TreeSource *source, const ForestOptions *options, const Allocator *allocator,
		   const StopCheck *stop, Ensemble **ensemble)
{
	Forest forest = {.options = options,
					 .allocator = allocator,
					 .stop = stop,
					 .n_outputs = options->n_classes > 2 ? options->n_classes : 1};
	Status status = begin(&forest, source);

	if (status == KERNEL_OK)
		status = create_ensemble(&forest, source);
	if (status == KERNEL_OK)
		status = grow_by_team(&forest);
	binned_rows_release(&forest.rows, allocator);
	bins_release(&forest.bins, allocator);
	if (status == KERNEL_OK)
		*ensemble = forest.ensemble;
	else
		drop_ensemble(&forest);
	return status;
}
