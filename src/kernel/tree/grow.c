/*
 * grow.c: leaf-wise growth.
 */
#include "kernel/tree/grow.h"

#include <math.h>
#include <string.h>

#include "kernel/base/hash.h"

#define FIRST_NODES 63
#define BLOCK_ROWS 16384 /* parted, then summed; between looks at the stop flag */
#define POOL_BYTES ((size_t) 96 << 20)
#define POOL_LEAST 3
#define NOISE 1e-13 /* of what a node is worth: rounding, no gain */

/* Room for more nodes; their words move along. */
static Status
reserve_nodes(Grower *grower, int32_t capacity)
{
	size_t n_words = (size_t) grower->n_words;
	int32_t i;

	if (capacity > grower->words_capacity)
	{
		uint32_t *words =
			memory_reallocate(grower->allocator, grower->words, (size_t) grower->words_capacity,
							  (size_t) capacity, n_words * sizeof(uint32_t));

		if (words == NULL)
			return KERNEL_OUT_OF_MEMORY;
		grower->words = words;
		grower->words_capacity = capacity;
		for (i = 0; i < grower->n_nodes; i++)
			grower->nodes[i].split.words = words + (size_t) i * n_words;
	}
	if (capacity > grower->capacity)
	{
		GrownNode *nodes =
			memory_reallocate(grower->allocator, grower->nodes, (size_t) grower->capacity,
							  (size_t) capacity, sizeof(GrownNode));

		if (nodes == NULL)
			return KERNEL_OUT_OF_MEMORY;
		grower->nodes = nodes;
		grower->capacity = capacity;
	}
	return KERNEL_OK;
}

/* How many histograms the pool may hold. */
static int32_t
pool_room(const Grower *grower, size_t size)
{
	size_t room = POOL_BYTES / (size > 0 ? size : 1);
	size_t wanted = grower->options->max_leaves > 0 ? (size_t) grower->options->max_leaves + 1 :
													  (size_t) grower->records->rows->n;

	room = room < wanted ? room : wanted;
	return (int32_t) (room > POOL_LEAST ? room : POOL_LEAST);
}

/* A narrow histogram's worth of zeros where the pool's are wide. */
static Status
create_pool(Grower *grower)
{
	bool is_wide = grower->records->rows->n > NARROW_ROWS;
	size_t size;

	if (!histogram_size(grower->records, is_wide, &size))
		return KERNEL_TOO_LARGE;
	grower->pool_capacity = pool_room(grower, size);
	grower->pool =
		memory_allocate_zero(grower->allocator, (size_t) grower->pool_capacity, sizeof(Histogram));
	grower->free_places =
		memory_allocate(grower->allocator, (size_t) grower->pool_capacity, sizeof(int32_t));
	grower->gather.cells = memory_allocate_zero(grower->allocator, size, 1);
	if (grower->pool == NULL || grower->free_places == NULL || grower->gather.cells == NULL)
		return KERNEL_OUT_OF_MEMORY;
	return KERNEL_OK;
}

Status
grower_create(Grower *grower, const Records *records, const GrowOptions *options,
			  const Allocator *allocator, const StopCheck *stop)
{
	const Bins *bins = records->rows->bins;
	size_t n = (size_t) records->rows->n;
	Status status = KERNEL_OUT_OF_MEMORY;
	int32_t s;

	*grower = (Grower){.records = records,
					   .options = options,
					   .allocator = allocator,
					   .stop = stop,
					   .codes = NARROW_BINS,
					   .n_words = split_words(bins)};
	for (s = 0; s < bins->n_slots; s++)
	{
		if (bins->slots[s].n_bins + 1 > grower->codes)
			grower->codes = bins->slots[s].n_bins + 1;
	}
	grower->order = memory_allocate(allocator, n, sizeof(int32_t));
	grower->scratch = memory_allocate(allocator, n + 1, sizeof(int32_t));
	grower->goes_left = memory_allocate(allocator, (size_t) grower->codes, 1);
	grower->slots = memory_allocate(allocator, (size_t) bins->n_slots, sizeof(int32_t));
	if (grower->order != NULL && grower->scratch != NULL && grower->goes_left != NULL &&
		grower->slots != NULL)
		status = split_search_create(&grower->search, records, &options->split, allocator);
	if (status == KERNEL_OK)
		status = reserve_nodes(grower, FIRST_NODES);
	if (status == KERNEL_OK)
		status = create_pool(grower);
	for (s = 0; s < bins->n_slots && status == KERNEL_OK; s++)
		grower->slots[s] = s;
	if (status != KERNEL_OK)
		grower_release(grower);
	return status;
}

/* Bytes of every histogram of the pool. */
static size_t
pool_size_each(const Grower *grower)
{
	size_t size = 0;

	histogram_size(grower->records, grower->records->rows->n > NARROW_ROWS, &size);
	return size;
}

void
grower_release(Grower *grower)
{
	const Allocator *allocator = grower->allocator;
	size_t n = (size_t) grower->records->rows->n;
	size_t size = pool_size_each(grower);
	int32_t i;

	memory_release(allocator, grower->order, n, sizeof(int32_t));
	memory_release(allocator, grower->scratch, n + 1, sizeof(int32_t));
	memory_release(allocator, grower->goes_left, (size_t) grower->codes, 1);
	memory_release(allocator, grower->slots, (size_t) grower->records->rows->bins->n_slots,
				   sizeof(int32_t));
	split_search_release(&grower->search, allocator);
	memory_release(allocator, grower->nodes, (size_t) grower->capacity, sizeof(GrownNode));
	memory_release(allocator, grower->words, (size_t) grower->words_capacity,
				   (size_t) grower->n_words * sizeof(uint32_t));
	for (i = 0; i < grower->pool_size; i++)
		memory_release(allocator, grower->pool[i].cells, size, 1);
	memory_release(allocator, grower->pool, (size_t) grower->pool_capacity, sizeof(Histogram));
	memory_release(allocator, grower->free_places, (size_t) grower->pool_capacity, sizeof(int32_t));
	memory_release(allocator, grower->gather.cells, size, 1);
	*grower = (Grower){0};
}

/* A place of the pool, its histogram zero and narrow; NO_HISTOGRAM when there is none left. */
static int32_t
take_place(Grower *grower)
{
	size_t size = pool_size_each(grower);
	Histogram *histogram;
	int32_t place;

	if (grower->n_free > 0)
		place = grower->free_places[--grower->n_free];
	else if (grower->pool_size < grower->pool_capacity)
	{
		void *cells = memory_allocate(grower->allocator, size, 1);

		if (cells == NULL)
			return NO_HISTOGRAM;
		place = grower->pool_size++;
		grower->pool[place].cells = cells;
	}
	else
		return NO_HISTOGRAM;
	histogram = &grower->pool[place];
	histogram->is_wide = false;
	histogram_clear(grower->records, histogram);
	return place;
}

static void
give_place(Grower *grower, GrownNode *node)
{
	if (node->histogram != NO_HISTOGRAM)
		grower->free_places[grower->n_free++] = node->histogram;
	node->histogram = NO_HISTOGRAM;
}

/* A histogram under construction: wide once it has more rows than a narrow one can hold. */
typedef struct Gathering
{
	Histogram *histogram;
	int32_t held; /* rows in the narrow one */
} Gathering;

static void
gather_rows(Grower *grower, Gathering *gathering, const int32_t *order, int32_t first, int32_t n)
{
	Histogram *into = gathering->histogram;
	Histogram *narrow = &grower->gather;

	while (n > 0)
	{
		int32_t taken = n < NARROW_ROWS ? n : NARROW_ROWS;

		if (gathering->held + taken > NARROW_ROWS)
		{
			if (!into->is_wide)
			{
				int64_t *cells = into->cells; /* the narrow sums so far */

				into->cells = narrow->cells;
				narrow->cells = cells;
				into->is_wide = true;
				histogram_clear(grower->records, into);
			}
			histogram_flush(grower->records, into, narrow);
			gathering->held = 0;
		}
		histogram_add(grower->records, into->is_wide ? narrow : into, order, first, taken);
		gathering->held += taken;
		order = order != NULL ? order + taken : NULL;
		first += taken;
		n -= taken;
	}
}

static void
gather_end(Grower *grower, Gathering *gathering)
{
	if (gathering->histogram->is_wide)
		histogram_flush(grower->records, gathering->histogram, &grower->gather);
}

/* The histogram of all rows of a node, looking at the stop flag now and then. */
static Status
build_histogram(Grower *grower, GrownNode *node)
{
	Gathering gathering = {.histogram = &grower->pool[node->histogram]};
	int32_t done;

	for (done = 0; done < node->count; done += BLOCK_ROWS)
	{
		int32_t left = node->count - done;
		int32_t n = left < BLOCK_ROWS ? left : BLOCK_ROWS;

		if (stop_requested(grower->stop))
			return KERNEL_STOPPED;
		gather_rows(grower, &gathering, grower->order + node->begin + done, 0, n);
	}
	gather_end(grower, &gathering);
	return KERNEL_OK;
}

/* May the node have children at all? */
static bool
is_splittable(const Grower *grower, const GrownNode *node)
{
	const GrowOptions *options = grower->options;

	return node->count >= 2 && node->count >= 2.0 * options->split.min_rows &&
		(options->max_depth == 0 || node->depth < options->max_depth) &&
		node->node.sums.hessian > 0;
}

/* Puts the slots that a node looks at in front, drawn by hash; returns how many. */
static int32_t
draw_slots(Grower *grower, int32_t index)
{
	int32_t n = grower->records->rows->bins->n_slots;
	int32_t wanted = grower->options->max_features;
	uint64_t draw = hash_mix(grower->seed + (uint64_t) index);
	int32_t i;

	if (wanted == 0 || wanted >= n)
		return n;
	for (i = 0; i < n; i++)
		grower->slots[i] = i;
	for (i = 0; i < wanted; i++)
	{
		int32_t chosen;
		int32_t swap = grower->slots[i];

		draw = hash_mix(draw + UINT64_C(0x9e3779b97f4a7c15));
		chosen = i + (int32_t) ((draw >> 32) * (uint64_t) (n - i) >> 32);
		grower->slots[i] = grower->slots[chosen];
		grower->slots[chosen] = swap;
	}
	return wanted;
}

/* Does the leaf a come out before the leaf b? */
static inline bool
leaf_before(const Grower *grower, int32_t a, int32_t b)
{
	double gain = grower->nodes[a].split.gain;
	double other = grower->nodes[b].split.gain;

	return gain > other || (gain == other && a < b);
}

static void
heap_push(Grower *grower, int32_t index)
{
	GrownNode *heap = grower->nodes;
	int32_t i = grower->n_open++;

	while (i > 0 && leaf_before(grower, index, heap[(i - 1) / 2].open))
	{
		heap[i].open = heap[(i - 1) / 2].open;
		i = (i - 1) / 2;
	}
	heap[i].open = index;
}

static int32_t
heap_pop(Grower *grower)
{
	GrownNode *heap = grower->nodes;
	int32_t top = heap[0].open;
	int32_t moved = heap[--grower->n_open].open;
	int32_t i = 0;
	int32_t child;

	for (; (child = 2 * i + 1) < grower->n_open; i = child)
	{
		if (child + 1 < grower->n_open &&
			leaf_before(grower, heap[child + 1].open, heap[child].open))
			child++;
		if (!leaf_before(grower, heap[child].open, moved))
			break;
		heap[i].open = heap[child].open;
	}
	heap[i].open = moved;
	return top;
}

/* Finds the node's best split by its histogram, and opens it or lets the histogram go. */
static void
open_leaf(Grower *grower, int32_t index)
{
	GrownNode *node = &grower->nodes[index];
	const SplitOptions *options = &grower->options->split;
	int32_t n = draw_slots(grower, index);
	double gradient = (double) node->node.sums.gradient * options->gradient_unit;
	double hessian = (double) node->node.sums.hessian * options->hessian_unit;
	int32_t i;

	node->split.slot = NO_SPLIT;
	node->split.gain = options->min_gain + NOISE * gradient * gradient / (hessian + options->l2);
	for (i = 0; i < n; i++)
		split_slot(&grower->search, &grower->pool[node->histogram], &node->node, grower->slots[i],
				   &node->split);
	if (node->split.slot == NO_SPLIT)
		give_place(grower, node);
	else
		heap_push(grower, index);
}

/* A new leaf; nodes may move. */
static Status
add_node(Grower *grower, int32_t begin, int32_t count, int32_t depth, SplitNode bounds,
		 int32_t *index)
{
	GrownNode *node;

	if (grower->n_nodes == grower->capacity || grower->n_nodes == grower->words_capacity)
	{
		Status status = reserve_nodes(grower, 2 * grower->n_nodes);

		if (status != KERNEL_OK)
			return status;
	}
	node = &grower->nodes[grower->n_nodes];
	*node = (GrownNode){.left = TREE_LEAF,
						.right = TREE_LEAF,
						.begin = begin,
						.count = count,
						.depth = depth,
						.histogram = NO_HISTOGRAM,
						.node = bounds};
	node->node.sums.rows = count;
	node->split.slot = NO_SPLIT;
	node->split.words = grower->words + (size_t) grower->n_nodes * (size_t) grower->n_words;
	*index = grower->n_nodes++;
	return KERNEL_OK;
}

/* Where each code of the split's slot goes. */
static void
set_directions(Grower *grower, const Split *split, const BinSlot *slot)
{
	int32_t code;

	for (code = 0; code <= slot->n_bins; code++)
		grower->goes_left[code] = split_goes_left(split, slot, code);
}

/* Parts n rows stably: those that go left to `to`, the others to scratch; returns how many go left. */
static int32_t
part_rows(const Grower *grower, const BinSlot *slot, const int32_t *from, int32_t n, int32_t *to,
		  int32_t *right)
{
	const BinnedRows *rows = grower->records->rows;
	const uint8_t *goes_left = grower->goes_left;
	size_t column = (size_t) slot->column * (size_t) rows->n;
	int32_t left = 0;
	int32_t i;

	if (slot->is_wide)
	{
		const uint16_t *codes = rows->wide + column;

		for (i = 0; i < n; i++)
		{
			int32_t row = from[i];
			int32_t goes = goes_left[codes[row]];

			to[left] = row;
			right[i - left] = row;
			left += goes;
		}
	}
	else
	{
		const uint8_t *codes = rows->narrow + column;

		for (i = 0; i < n; i++)
		{
			int32_t row = from[i];
			int32_t goes = goes_left[codes[row]];

			to[left] = row;
			right[i - left] = row;
			left += goes;
		}
	}
	return left;
}

/* Parts the rows of a node and, meanwhile, sums up those of one side when there is a gathering for it. */
static Status
part_node(Grower *grower, const GrownNode *node, Gathering *gathering, bool gathers_left,
		  int32_t *n_left)
{
	const BinSlot *slot = &grower->records->rows->bins->slots[node->split.slot];
	int32_t *order = grower->order + node->begin;
	int32_t left = 0;
	int32_t right = 0;
	int32_t done;

	set_directions(grower, &node->split, slot);
	for (done = 0; done < node->count; done += BLOCK_ROWS)
	{
		int32_t n = node->count - done < BLOCK_ROWS ? node->count - done : BLOCK_ROWS;
		int32_t went;

		if (stop_requested(grower->stop))
			return KERNEL_STOPPED;
		went = part_rows(grower, slot, order + done, n, order + left, grower->scratch + right);
		if (gathering != NULL && gathers_left)
			gather_rows(grower, gathering, order + left, 0, went);
		else if (gathering != NULL)
			gather_rows(grower, gathering, grower->scratch + right, 0, n - went);
		left += went;
		right += n - went;
	}
	memcpy(order + left, grower->scratch, (size_t) right * sizeof(int32_t));
	if (gathering != NULL)
		gather_end(grower, gathering);
	*n_left = left;
	return KERNEL_OK;
}

/* The children's sums and bounds of value. */
static void
part_sums(const Grower *grower, const GrownNode *node, SplitNode *left, SplitNode *right)
{
	const SplitOptions *options = &grower->options->split;
	Sums whole = node->node.sums;
	Sums part = node->split.left;
	int8_t monotone = options->monotone != NULL ? options->monotone[node->split.slot] : 0;
	double values[2];

	*left = *right = node->node;
	left->sums = part;
	right->sums = (Sums){whole.gradient - part.gradient, whole.hessian - part.hessian,
						 whole.rows - part.rows};
	if (monotone == 0)
		return;
	values[0] =
		split_value(options, (double) left->sums.gradient * options->gradient_unit,
					(double) left->sums.hessian * options->hessian_unit, left->lower, left->upper);
	values[1] = split_value(options, (double) right->sums.gradient * options->gradient_unit,
							(double) right->sums.hessian * options->hessian_unit, right->lower,
							right->upper);
	if (monotone > 0)
		left->upper = right->lower = (values[0] + values[1]) / 2.0;
	else
		left->lower = right->upper = (values[0] + values[1]) / 2.0;
}

/*
 * Gives the children their histograms: the smaller's is in `smaller` already, the larger takes its
 * parent's place, or is summed up where the parent had none.
 */
static Status
place_histograms(Grower *grower, int32_t parent, int32_t smaller, int32_t larger, int32_t place)
{
	GrownNode *node = &grower->nodes[parent];
	GrownNode *large = &grower->nodes[larger];

	grower->nodes[smaller].histogram = place;
	if (node->histogram == NO_HISTOGRAM)
	{
		if (!is_splittable(grower, large))
			return KERNEL_OK;
		large->histogram = take_place(grower);
		return build_histogram(grower, large);
	}
	if (!is_splittable(grower, large))
	{
		give_place(grower, node);
		return KERNEL_OK;
	}
	large->histogram = node->histogram;
	node->histogram = NO_HISTOGRAM;
	histogram_subtract(grower->records, &grower->pool[large->histogram], &grower->pool[place],
					   large->count <= NARROW_ROWS);
	return KERNEL_OK;
}

/* Takes the histogram from the open leaf that would be split last: one that was opened must go on. */
static void
free_a_place(Grower *grower, int32_t but)
{
	int32_t worst = -1;
	int32_t i;

	for (i = 0; i < grower->n_open; i++)
	{
		int32_t leaf = grower->nodes[i].open;

		if (leaf != but && grower->nodes[leaf].histogram != NO_HISTOGRAM &&
			(worst < 0 || leaf_before(grower, worst, leaf)))
			worst = leaf;
	}
	if (worst >= 0)
		give_place(grower, &grower->nodes[worst]);
}

/* Makes sure that n places can be taken. */
static Status
reserve_places(Grower *grower, int32_t n, int32_t but)
{
	int32_t places[2];
	int32_t held;

	for (held = 0; held < n; held++)
	{
		places[held] = take_place(grower);
		if (places[held] == NO_HISTOGRAM)
		{
			free_a_place(grower, but);
			places[held] = take_place(grower);
		}
		if (places[held] == NO_HISTOGRAM)
			return KERNEL_OUT_OF_MEMORY;
	}
	while (held-- > 0)
		grower->free_places[grower->n_free++] = places[held];
	return KERNEL_OK;
}

/* Splits an open leaf in two and looks for their splits, unless the tree is then full. */
static Status
split_leaf(Grower *grower, int32_t index, bool is_last)
{
	GrownNode *node = &grower->nodes[index];
	bool left_smaller = 2 * node->split.left.rows <= node->count;
	bool goes_on = !is_last &&
		(grower->options->max_depth == 0 || node->depth + 1 < grower->options->max_depth);
	Gathering gathering = {0};
	int32_t place = NO_HISTOGRAM;
	SplitNode parts[2];
	int32_t children[2];
	int32_t n_left = 0;
	Status status = KERNEL_OK;

	if (goes_on)
	{
		status = reserve_places(grower, node->histogram == NO_HISTOGRAM ? 2 : 1, index);
		if (status != KERNEL_OK)
			return status;
		place = take_place(grower);
		gathering.histogram = &grower->pool[place];
	}
	status = part_node(grower, node, goes_on ? &gathering : NULL, left_smaller, &n_left);
	part_sums(grower, node, &parts[0], &parts[1]);
	if (status == KERNEL_OK)
		status = add_node(grower, node->begin, n_left, node->depth + 1, parts[0], &children[0]);
	node = &grower->nodes[index];
	if (status == KERNEL_OK)
		status = add_node(grower, node->begin + n_left, node->count - n_left, node->depth + 1,
						  parts[1], &children[1]);
	node = &grower->nodes[index];
	if (status != KERNEL_OK)
		return status;
	node->left = children[0];
	node->right = children[1];
	grower->n_leaves++;
	if (!goes_on)
	{
		give_place(grower, node);
		return KERNEL_OK;
	}
	status =
		place_histograms(grower, index, children[!left_smaller], children[left_smaller], place);
	for (n_left = 0; n_left < 2 && status == KERNEL_OK; n_left++)
	{
		GrownNode *child = &grower->nodes[children[n_left]];

		if (is_splittable(grower, child))
			open_leaf(grower, children[n_left]);
		else
			give_place(grower, child);
	}
	return status;
}

Status
grower_begin(Grower *grower, uint64_t seed)
{
	SplitNode root = {.lower = -INFINITY, .upper = INFINITY};
	int32_t place;
	int32_t index;
	Status status;

	grower->seed = seed;
	grower->n_nodes = grower->n_open = 0;
	grower->n_leaves = 1;
	grower->n_free = 0;
	grower->gather_rows = 0;
	for (place = grower->pool_size; place-- > 0;)
		grower->free_places[grower->n_free++] = place;
	status = add_node(grower, 0, 0, 0, root, &index);
	if (status == KERNEL_OK)
		status = reserve_places(grower, 1, 0);
	if (status == KERNEL_OK)
		grower->nodes[0].histogram = take_place(grower);
	return status;
}

void
grower_add_root(Grower *grower, int32_t n, bool is_all)
{
	GrownNode *root = &grower->nodes[0];
	Gathering gathering = {&grower->pool[root->histogram], grower->gather_rows};

	gather_rows(grower, &gathering, is_all ? NULL : grower->order + root->count, root->count, n);
	root->count += n;
	grower->gather_rows = gathering.held;
}

Status
grower_grow(Grower *grower, Sums sums)
{
	const GrowOptions *options = grower->options;
	GrownNode *root = &grower->nodes[0];
	Gathering gathering = {.histogram = &grower->pool[root->histogram]};
	Status status = KERNEL_OK;

	gather_end(grower, &gathering);
	root->node.sums = sums;
	root->node.sums.rows = root->count;
	if (is_splittable(grower, root))
		open_leaf(grower, 0);
	while (status == KERNEL_OK && grower->n_open > 0 &&
		   (options->max_leaves == 0 || grower->n_leaves < options->max_leaves))
		status = split_leaf(grower, heap_pop(grower), grower->n_leaves + 1 == options->max_leaves);
	return status;
}

int32_t
grower_leaf(const Grower *grower, const BinnedRows *rows, int32_t row)
{
	const GrownNode *node = grower->nodes;

	while (node->left != TREE_LEAF)
	{
		const BinSlot *slot = &rows->bins->slots[node->split.slot];
		bool goes_left = split_goes_left(&node->split, slot, binned_code(rows, slot, row));

		node = &grower->nodes[goes_left ? node->left : node->right];
	}
	return (int32_t) (node - grower->nodes);
}

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
