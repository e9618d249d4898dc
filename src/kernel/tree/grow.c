/*
 * grow.c: leaf-wise growth.
 */
#include "kernel/tree/grow.h"

#include <math.h>
#include <string.h>

#include "kernel/base/hash.h"
#include "kernel/tree/part_simd.h"

#define FIRST_NODES 63
#define BLOCK_ROWS 16384 /* of a chunk: parted, then summed */
#define PARALLEL_ROWS (2 * BLOCK_ROWS)
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

/* Chunks of n rows. */
static inline int32_t
count_chunks(int32_t n)
{
	return n / BLOCK_ROWS + (n % BLOCK_ROWS > 0);
}

/* How many histograms there may be. */
static int32_t
pool_room(const Grower *grower, size_t size)
{
	size_t bytes = grower->far != NULL ? grower->far->histogram_bytes : POOL_BYTES;
	size_t room = (bytes < POOL_BYTES ? bytes : POOL_BYTES) / (size > 0 ? size : 1);
	size_t wanted = grower->options->max_leaves > 0 ? (size_t) grower->options->max_leaves + 1 :
													  (size_t) grower->records->rows->n;

	room = room < wanted ? room : wanted;
	return (int32_t) (room > POOL_LEAST ? room : POOL_LEAST);
}

/* Bytes of every histogram. */
static size_t
size_each(const Grower *grower)
{
	size_t size = 0;

	histogram_size(grower->records, grower->records->rows->n > NARROW_ROWS, &size);
	return size;
}

/* What each thread sums up in. */
static Status
create_rooms(Grower *grower)
{
	const Allocator *allocator = grower->allocator;
	size_t threads = (size_t) parallel_threads(grower->pool);
	size_t size = size_each(grower);
	size_t t;

	grower->rooms = memory_allocate_zero(allocator, threads, sizeof(GrowerRoom));
	grower->gatherings = memory_allocate(allocator, threads, sizeof(Gathering));
	grower->went_left = memory_allocate(allocator, (size_t) count_chunks(grower->records->rows->n),
										sizeof(int32_t));
	if (grower->rooms == NULL || grower->gatherings == NULL || grower->went_left == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (t = 0; t < threads; t++)
	{
		grower->rooms[t].narrow.cells = memory_allocate_zero(allocator, size, 1);
		if (t > 0)
			grower->rooms[t].sums.cells = memory_allocate_zero(allocator, size, 1);
		if (grower->rooms[t].narrow.cells == NULL || (t > 0 && grower->rooms[t].sums.cells == NULL))
			return KERNEL_OUT_OF_MEMORY;
	}
	return KERNEL_OK;
}

static void
release_rooms(Grower *grower)
{
	const Allocator *allocator = grower->allocator;
	size_t threads = (size_t) parallel_threads(grower->pool);
	size_t size = size_each(grower);
	size_t t;

	for (t = 0; grower->rooms != NULL && t < threads; t++)
	{
		memory_release(allocator, grower->rooms[t].narrow.cells, size, 1);
		memory_release(allocator, grower->rooms[t].sums.cells, size, 1);
	}
	memory_release(allocator, grower->rooms, threads, sizeof(GrowerRoom));
	memory_release(allocator, grower->gatherings, threads, sizeof(Gathering));
	memory_release(allocator, grower->went_left, (size_t) count_chunks(grower->records->rows->n),
				   sizeof(int32_t));
}

/* Places for histograms, and what each thread sums up in. */
static Status
create_pool(Grower *grower)
{
	bool is_wide = grower->records->rows->n > NARROW_ROWS;
	size_t size;

	if (!histogram_size(grower->records, is_wide, &size))
		return KERNEL_TOO_LARGE;
	grower->pool_capacity = pool_room(grower, size);
	grower->places =
		memory_allocate_zero(grower->allocator, (size_t) grower->pool_capacity, sizeof(Histogram));
	grower->free_places =
		memory_allocate(grower->allocator, (size_t) grower->pool_capacity, sizeof(int32_t));
	if (grower->places == NULL || grower->free_places == NULL)
		return KERNEL_OUT_OF_MEMORY;
	return create_rooms(grower);
}

Status
grower_create(Grower *grower, const Records *records, const GrowOptions *options,
			  const Allocator *allocator, const StopCheck *stop, ParallelPool *pool,
			  const GrowerRows *far)
{
	const Bins *bins = records->rows->bins;
	size_t n = (size_t) (far != NULL ? far->most : records->rows->n);
	Status status = KERNEL_OUT_OF_MEMORY;
	int32_t s;

	*grower = (Grower){.records = records,
					   .options = options,
					   .allocator = allocator,
					   .stop = stop,
					   .pool = pool,
					   .far = far,
					   .n_order = (int32_t) n,
					   .codes = NARROW_BINS,
					   .n_words = split_words(bins)};
	for (s = 0; s < bins->n_slots; s++)
	{
		if (bins->slots[s].n_bins + 1 > grower->codes)
			grower->codes = bins->slots[s].n_bins + 1;
	}
	grower->order = memory_allocate(allocator, n, sizeof(int32_t));
	grower->scratch = memory_allocate(allocator, n + 1, sizeof(int32_t));
	grower->goes_left = memory_allocate_zero(allocator, (size_t) grower->codes, 1);
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

void
grower_release(Grower *grower)
{
	const Allocator *allocator = grower->allocator;
	size_t n = (size_t) grower->n_order;
	size_t size = size_each(grower);
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
		memory_release(allocator, grower->places[i].cells, size, 1);
	memory_release(allocator, grower->places, (size_t) grower->pool_capacity, sizeof(Histogram));
	memory_release(allocator, grower->free_places, (size_t) grower->pool_capacity, sizeof(int32_t));
	release_rooms(grower);
	*grower = (Grower){0};
}

/* A place of the pool, its histogram zero and narrow; NO_HISTOGRAM when there is none left. */
static int32_t
take_place(Grower *grower)
{
	size_t size = size_each(grower);
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
		grower->places[place].cells = cells;
	}
	else
		return NO_HISTOGRAM;
	histogram = &grower->places[place];
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

/* Begins to sum up into a histogram, by every thread. */
static void
begin_gathering(Grower *grower, int32_t place)
{
	int32_t t;

	grower->gatherings[0] = (Gathering){&grower->places[place], &grower->rooms[0].narrow, 0};
	for (t = 1; t < parallel_threads(grower->pool); t++)
		grower->gatherings[t] = (Gathering){&grower->rooms[t].sums, &grower->rooms[t].narrow, 0};
}

/* What every thread summed up comes together. */
static void
end_gathering(Grower *grower)
{
	int32_t t;

	for (t = 1; t < parallel_threads(grower->pool); t++)
		gather_merge(grower->records, &grower->gatherings[0], &grower->gatherings[t]);
	gather_end(grower->records, &grower->gatherings[0]);
}

/* The threads that are worth waking for n rows: chunks are done by one when there are few. */
static inline ParallelPool *
pool_for(const Grower *grower, int32_t n)
{
	return n >= PARALLEL_ROWS ? grower->pool : NULL;
}

/* The node whose chunks are worked on. */
typedef struct NodeJob
{
	Grower *grower;
	const GrownNode *node;
	const BinSlot *slot; /* of its split */
	bool gathers;
	bool gathers_left;
	bool in_order; /* one thread: a chunk's parts go where those of the last ended */
	int32_t left;  /* rows so far, in order */
	int32_t right;
} NodeJob;

/* Rows of a chunk of the node, *first: the first of them among the node's. */
static int32_t
chunk_rows(const NodeJob *job, int32_t chunk, int32_t *first)
{
	int32_t left;

	*first = chunk * BLOCK_ROWS;
	left = job->node->count - *first;
	return left < BLOCK_ROWS ? left : BLOCK_ROWS;
}

static void
gather_chunk(void *context, int32_t chunk, int32_t worker)
{
	const NodeJob *job = context;
	Grower *grower = job->grower;
	int32_t first;
	int32_t n = chunk_rows(job, chunk, &first);

	gather_rows(grower->records, &grower->gatherings[worker],
				grower->order + job->node->begin + first, 0, n);
}

/* The histogram of all rows of a node. */
static Status
build_histogram(Grower *grower, GrownNode *node)
{
	NodeJob job = {.grower = grower, .node = node};
	Status status;

	begin_gathering(grower, node->histogram);
	if (grower->far != NULL)
		status = grower->far->sum_up(grower->far->context, (int32_t) (node - grower->nodes),
									 &grower->gatherings[0]);
	else
		status = parallel_for(pool_for(grower, node->count), count_chunks(node->count),
							  gather_chunk, &job, grower->stop);
	end_gathering(grower);
	return status;
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
		split_slot(&grower->search, &grower->places[node->histogram], &node->node, grower->slots[i],
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

/* Parts n rows stably: those that go left to `to`, the others to right; returns how many go left. */
static int32_t
part_rows(const Grower *grower, const BinSlot *slot, const int32_t *from, int32_t n, int32_t *to,
		  int32_t *right)
{
	const BinnedRows *rows = grower->records->rows;
	size_t column = (size_t) slot->column * (size_t) rows->n;

	if (slot->is_wide)
		return part_wide(rows->wide + column, grower->goes_left, from, n, to, right);
	return part_narrow(rows->narrow + column, grower->goes_left, from, n, to, right);
}

/* Parts a chunk, what goes right into scratch, and sums up one side. */
static void
part_chunk(void *context, int32_t chunk, int32_t worker)
{
	NodeJob *job = context;
	Grower *grower = job->grower;
	int32_t first;
	int32_t n = chunk_rows(job, chunk, &first);
	int32_t *order = grower->order + job->node->begin;
	int32_t *left = order + (job->in_order ? job->left : first);
	int32_t *right = grower->scratch + (job->in_order ? job->right : first);
	int32_t went = part_rows(grower, job->slot, order + first, n, left, right);

	grower->went_left[chunk] = went;
	if (job->in_order)
	{
		job->left += went;
		job->right += n - went;
	}
	if (job->gathers && job->gathers_left)
		gather_rows(grower->records, &grower->gatherings[worker], left, 0, went);
	else if (job->gathers)
		gather_rows(grower->records, &grower->gatherings[worker], right, 0, n - went);
}

/* Brings the chunks' parts together, what goes left first; returns how many do. */
static int32_t
join_parts(Grower *grower, const GrownNode *node)
{
	int32_t *order = grower->order + node->begin;
	int32_t n_chunks = count_chunks(node->count);
	int32_t left = 0;
	int32_t at;
	int32_t c;

	for (c = 0; c < n_chunks; c++)
	{
		memmove(order + left, order + c * BLOCK_ROWS,
				(size_t) grower->went_left[c] * sizeof(int32_t));
		left += grower->went_left[c];
	}
	at = left;
	for (c = 0; c < n_chunks; c++)
	{
		int32_t first = c * BLOCK_ROWS;
		int32_t n = node->count - first < BLOCK_ROWS ? node->count - first : BLOCK_ROWS;
		int32_t right = n - grower->went_left[c];

		memcpy(order + at, grower->scratch + first, (size_t) right * sizeof(int32_t));
		at += right;
	}
	return left;
}

/* Parts the rows of a node stably and, meanwhile, sums up those of one side into a place, if any. */
static Status
part_node(Grower *grower, const GrownNode *node, int32_t place, bool gathers_left, int32_t *n_left)
{
	NodeJob job = {.grower = grower,
				   .node = node,
				   .slot = &grower->records->rows->bins->slots[node->split.slot],
				   .gathers = place != NO_HISTOGRAM,
				   .gathers_left = gathers_left,
				   .in_order = parallel_threads(pool_for(grower, node->count)) == 1};
	Status status;

	set_directions(grower, &node->split, job.slot);
	if (job.gathers)
		begin_gathering(grower, place);
	if (grower->far != NULL)
		status =
			grower->far->part(grower->far->context, (int32_t) (node - grower->nodes),
							  job.gathers ? &grower->gatherings[0] : NULL, gathers_left, n_left);
	else
		status = parallel_for(pool_for(grower, node->count), count_chunks(node->count), part_chunk,
							  &job, grower->stop);
	if (job.gathers)
		end_gathering(grower);
	if (status != KERNEL_OK || grower->far != NULL)
		return status;
	if (!job.in_order)
		*n_left = join_parts(grower, node);
	else
	{
		*n_left = job.left;
		memcpy(grower->order + node->begin + job.left, grower->scratch,
			   (size_t) job.right * sizeof(int32_t));
	}
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
	histogram_subtract(grower->records, &grower->places[large->histogram], &grower->places[place],
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
	}
	status = part_node(grower, node, place, left_smaller, &n_left);
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
	for (place = grower->pool_size; place-- > 0;)
		grower->free_places[grower->n_free++] = place;
	status = add_node(grower, 0, 0, 0, root, &index);
	if (status == KERNEL_OK)
		status = reserve_places(grower, 1, 0);
	if (status != KERNEL_OK)
		return status;
	grower->nodes[0].histogram = take_place(grower);
	begin_gathering(grower, grower->nodes[0].histogram);
	return KERNEL_OK;
}

void
grower_add_root(Grower *grower, int32_t first, int32_t n, bool is_all, int32_t worker)
{
	gather_rows(grower->far != NULL ? grower->far->near : grower->records,
				&grower->gatherings[worker], is_all ? NULL : grower->order + first, first, n);
}

Status
grower_grow(Grower *grower, Sums sums)
{
	const GrowOptions *options = grower->options;
	GrownNode *root = &grower->nodes[0];
	Status status = KERNEL_OK;

	end_gathering(grower);
	root->count = (int32_t) sums.rows;
	root->node.sums = sums;
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
