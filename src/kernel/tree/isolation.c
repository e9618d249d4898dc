/*
 * isolation.c: samples by hash, cuts by hash.
 */
#include "kernel/tree/isolation.h"

#include <math.h>
#include <string.h>

#include "kernel/base/hash.h"

#define EULER 0.57721566490153286061
#define FEW 4			/* times the rows of a tree: so many are all looked at */
#define MOST_MEAN 256.0 /* of a Poisson count drawn at once */
#define LOOK_ROWS 16384
#define BUCKET 8 /* candidates of one, in the mean */
#define MOST_BUCKET_BITS 16

/* A row that a tree may take. */
typedef struct Candidate
{
	uint64_t key; /* the smallest are taken */
	int32_t tree;
	int32_t row;
} Candidate;

/* A part of the tree that waits to be grown. */
typedef struct Pending
{
	int32_t parent; /* whose right child it is; -1 = none */
	int32_t begin;
	int32_t end;
	int32_t depth;
} Pending;

typedef struct Isolation
{
	const TreeSource *source;
	const IsolationOptions *options;
	const Allocator *allocator;
	const StopCheck *stop;
	int32_t n_slots;
	int32_t sample; /* rows of a tree */
	int32_t most_depth;
	Candidate *candidates;
	size_t n_candidates;
	size_t candidates_capacity;
	int32_t *rows; /* n_rows that some tree takes, ascending */
	int32_t n_rows;
	double *values;	  /* n_rows x n_slots; levels are numbers */
	double *own;	  /* sample x n_slots: the values of the tree at hand, near each other */
	int32_t *items;	  /* sample: places in own, by node */
	int32_t *scratch; /* sample */
	int32_t *slots;	  /* n_slots, in the order of drawing */
	Pending *stack;	  /* 2 * sample */
	TreeNode *nodes;  /* 2 * sample */
	int32_t n_nodes;
	uint32_t *words; /* n_words a node */
	int32_t n_words;
	uint32_t n_tree_words;
	uint64_t draw; /* the stream of the tree at hand */
	Ensemble *ensemble;
} Isolation;

double
isolation_depth(double n)
{
	if (n <= 1.0)
		return 0.0;
	if (n <= 2.0)
		return 1.0;
	return 2.0 * (log(n - 1.0) + EULER) - 2.0 * (n - 1.0) / n;
}

static uint64_t
tree_seed(const Isolation *forest, int32_t tree, uint64_t purpose)
{
	return hash_mix(forest->options->seed + hash_mix((uint64_t) tree * 4 + purpose));
}

/* hash: of the row. */
static Status
add_candidate(Isolation *forest, int32_t tree, int32_t row, uint64_t hash)
{
	if (forest->n_candidates == forest->candidates_capacity)
	{
		size_t capacity = forest->candidates_capacity > 0 ? 2 * forest->candidates_capacity : 1024;
		Candidate *grown =
			memory_reallocate(forest->allocator, forest->candidates, forest->candidates_capacity,
							  capacity, sizeof(Candidate));

		if (grown == NULL)
			return KERNEL_OUT_OF_MEMORY;
		forest->candidates = grown;
		forest->candidates_capacity = capacity;
	}
	forest->candidates[forest->n_candidates++] =
		(Candidate){.key = hash_mix(hash ^ tree_seed(forest, tree, 0)), .tree = tree, .row = row};
	return KERNEL_OK;
}

/* A Poisson count, in pieces whose exp() is a normal number: counts of pieces add up to one of all. */
typedef struct Poisson
{
	int32_t pieces;
	double each;	  /* mean of a piece */
	double none;	  /* how likely a piece counts nothing */
	uint64_t certain; /* a draw below that counts nothing, when there is one piece */
} Poisson;

static Poisson
poisson(double mean)
{
	Poisson counts = {.pieces = (int32_t) (mean / MOST_MEAN) + 1};

	counts.each = mean / counts.pieces;
	counts.none = exp(-counts.each);
	/* Draws are compared by their upper 53 bits. */
	counts.certain = counts.pieces == 1 ? (uint64_t) (counts.none * 0x1p53) << 11 : 0;
	return counts;
}

/* How many trees draw a row when they do so independently, by inversion. */
static inline int32_t
draw_count(uint64_t draw, const Poisson *counts)
{
	int32_t count = 0;
	int32_t i;

	if (draw < counts->certain)
		return 0;
	for (i = 0; i < counts->pieces; i++, draw = hash_mix(draw))
	{
		double left = (double) (draw >> 11) * 0x1p-53;
		double share = counts->none;
		int32_t found = 0;

		while (left >= share && share > 0.0)
		{
			left -= share;
			found++;
			share *= counts->each / found;
		}
		count += found;
	}
	return count;
}

/* How many candidates all trees have together, in the mean. */
static double
expected_candidates(double n, double sample, double n_trees)
{
	return n_trees * (n <= FEW * sample ? n : 2.0 * sample);
}

double
isolation_bytes(const TreeSource *source, const IsolationOptions *options)
{
	double n = (double) source->dataset->n;
	double n_slots = source->dataset->n_numbers + source->dataset->n_categories;
	double sample = n < options->max_samples ? n : options->max_samples;
	double n_trees = options->n_estimators;
	double candidates = expected_candidates(n, sample, n_trees) * sizeof(Candidate);
	double taken = sample * n_trees < n ? sample * n_trees : n;
	double growing = (taken + sample) * n_slots * sizeof(double) + n / 5.0 +
		n_trees * (sizeof(Tree) + sample * sizeof(TreeNode));

	return candidates + (candidates > growing ? candidates : growing);
}

/* Room for about as many candidates as there will be; whether it is enough, chance says. */
static Status
reserve_candidates(Isolation *forest)
{
	double mean = expected_candidates((double) forest->source->dataset->n, forest->sample,
									  forest->options->n_estimators);
	double most = mean + 6.0 * sqrt(mean) + 64.0;

	if (most * sizeof(Candidate) > 0x1p62)
		return KERNEL_OUT_OF_MEMORY;
	forest->candidates = memory_allocate(forest->allocator, (size_t) most, sizeof(Candidate));
	if (forest->candidates == NULL)
		return KERNEL_OUT_OF_MEMORY;
	forest->candidates_capacity = (size_t) most;
	return KERNEL_OK;
}

/* Rows on offer to the trees. */
typedef struct Offer
{
	bool is_all; /* to each of them */
	Poisson counts;
	uint64_t seed;
	int64_t looked; /* since the last look for a stop */
} Offer;

/* Offers a block's rows, of which `first` is the first, with their hashes. */
static Status
offer_block(Isolation *forest, Offer *offer, int32_t first, const uint64_t *hash, int32_t n)
{
	int32_t n_trees = forest->options->n_estimators;
	Status status = KERNEL_OK;
	int32_t i;
	int32_t t;

	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		uint64_t draw = hash_mix(hash[i] ^ offer->seed);
		int32_t count = offer->is_all ? n_trees : draw_count(draw, &offer->counts);

		offer->looked += count + 1;
		if (offer->looked >= LOOK_ROWS && stop_requested(forest->stop))
			return KERNEL_STOPPED;
		offer->looked %= LOOK_ROWS;
		for (t = 0; t < count && status == KERNEL_OK; t++)
		{
			int32_t tree = t;

			draw = hash_mix(draw + UINT64_C(0x9e3779b97f4a7c15));
			if (!offer->is_all)
				tree = (int32_t) ((draw >> 32) * (uint64_t) n_trees >> 32);
			status = add_candidate(forest, tree, first + i, hash[i]);
		}
	}
	return status;
}

/*
 * Offers each tree rows to choose from: all of them where that is little work, else twice as many as
 * it takes in the mean.
 */
static Status
offer_rows(Isolation *forest)
{
	const Dataset *dataset = forest->source->dataset;
	double mean = 2.0 * forest->sample * forest->options->n_estimators / (double) dataset->n;
	Offer offer = {.is_all = dataset->n <= FEW * (int64_t) forest->sample,
				   .counts = poisson(mean),
				   .seed = tree_seed(forest, -1, 1),
				   .looked = LOOK_ROWS};
	uint64_t hash[DATASET_BLOCK_ROWS];
	Status status = reserve_candidates(forest);
	int32_t first = 0;
	int32_t b;

	for (b = 0; b < dataset->n_blocks && status == KERNEL_OK; b++)
	{
		const DatasetBlock *block;

		status = tree_source_block(forest->source, b, forest->stop, &block);
		if (status != KERNEL_OK)
			break;
		bins_hash_block(forest->source, block, hash);
		status = offer_block(forest, &offer, first, hash, block->n);
		first += block->n;
	}
	return status;
}

/* By key; rows of one key have the same content. */
static bool
candidate_before(const Candidate *a, const Candidate *b)
{
	return a->key != b->key ? a->key < b->key : a->row < b->row;
}

#define HEAPSORT sort_candidates
#define HEAPSORT_SIFT sift_candidates
#define HEAPSORT_ELEMENT Candidate
#define HEAPSORT_CONTEXT void
#define HEAPSORT_BEFORE(context, a, b) candidate_before(a, b)
#include "kernel/base/heapsort_template.h"

/* Candidates by tree and by the upper bits of their keys, a few in each bucket. */
typedef struct Buckets
{
	int bits; /* of a key */
	size_t n;
	size_t *ends; /* n */
} Buckets;

static Status
create_buckets(const Isolation *forest, Buckets *buckets)
{
	size_t n_trees = (size_t) forest->options->n_estimators;

	*buckets = (Buckets){.n = n_trees};
	while (buckets->n < forest->n_candidates / BUCKET && buckets->bits < MOST_BUCKET_BITS)
	{
		buckets->bits++;
		buckets->n *= 2;
	}
	buckets->ends = memory_allocate_zero(forest->allocator, buckets->n, sizeof(size_t));
	return buckets->ends != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
}

static inline size_t *
bucket_of(const Buckets *buckets, const Candidate *candidate)
{
	uint64_t part = buckets->bits > 0 ? candidate->key >> (64 - buckets->bits) : 0;

	return &buckets->ends[((size_t) candidate->tree << buckets->bits) + part];
}

/* Brings the candidates of each bucket together. */
static Status
group_candidates(Isolation *forest, const Buckets *buckets)
{
	size_t n = forest->n_candidates;
	Candidate *grouped = memory_allocate(forest->allocator, n, sizeof(Candidate));
	size_t sum = 0;
	size_t i;

	if (grouped == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < n; i++)
		(*bucket_of(buckets, &forest->candidates[i]))++;
	for (i = 0; i < buckets->n; i++)
	{
		size_t count = buckets->ends[i];

		buckets->ends[i] = sum;
		sum += count;
	}
	for (i = 0; i < n; i++)
		grouped[(*bucket_of(buckets, &forest->candidates[i]))++] = forest->candidates[i];
	memory_release(forest->allocator, forest->candidates, forest->candidates_capacity,
				   sizeof(Candidate));
	forest->candidates = grouped;
	forest->candidates_capacity = n;
	return KERNEL_OK;
}

/*
 * Keeps those of a tree's candidates with the smallest keys, none twice, from kept on; returns how
 * many are then kept.
 */
static size_t
choose_of_tree(Isolation *forest, const Buckets *buckets, size_t tree, size_t kept)
{
	Candidate *candidates = forest->candidates;
	size_t end = (tree + 1) << buckets->bits;
	size_t first = kept;
	size_t b;
	size_t i;

	for (b = tree << buckets->bits; b < end && kept - first < (size_t) forest->sample; b++)
	{
		size_t begin = b > 0 ? buckets->ends[b - 1] : 0;

		sort_candidates(candidates + begin, buckets->ends[b] - begin, NULL);
		for (i = begin; i < buckets->ends[b] && kept - first < (size_t) forest->sample; i++)
		{
			if (kept == first || candidates[kept - 1].row != candidates[i].row)
				candidates[kept++] = candidates[i];
		}
	}
	return kept;
}

/* Leaves each tree the rows that it takes. */
static Status
choose_rows(Isolation *forest)
{
	size_t n_trees = (size_t) forest->options->n_estimators;
	Buckets buckets;
	Status status = create_buckets(forest, &buckets);
	size_t kept = 0;
	size_t t;

	if (status == KERNEL_OK)
		status = group_candidates(forest, &buckets);
	for (t = 0; t < n_trees && status == KERNEL_OK; t++)
	{
		if (stop_requested(forest->stop))
			status = KERNEL_STOPPED;
		else
			kept = choose_of_tree(forest, &buckets, t, kept);
	}
	memory_release(forest->allocator, buckets.ends, buckets.n, sizeof(size_t));
	forest->n_candidates = kept;
	return status;
}

/* Which rows some tree takes: a bit each, and how many there are before each word of bits. */
typedef struct TakenRows
{
	size_t n_words;
	uint64_t *bits;
	int32_t *before;
} TakenRows;

static Status
mark_rows(const Isolation *forest, TakenRows *taken)
{
	size_t i;

	taken->n_words = (size_t) forest->source->dataset->n / 64 + 1;
	taken->bits = memory_allocate_zero(forest->allocator, taken->n_words, sizeof(uint64_t));
	taken->before = memory_allocate(forest->allocator, taken->n_words, sizeof(int32_t));
	if (taken->bits == NULL || taken->before == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < forest->n_candidates; i++)
	{
		int32_t row = forest->candidates[i].row;

		taken->bits[row / 64] |= UINT64_C(1) << (row % 64);
	}
	return KERNEL_OK;
}

/* The place of a row among those taken. */
static int32_t
place_of_row(const TakenRows *taken, int32_t row)
{
	uint64_t below = taken->bits[row / 64] & ((UINT64_C(1) << (row % 64)) - 1);

	return taken->before[row / 64] + __builtin_popcountll(below);
}

/* Writes down the rows taken, in order. */
static Status
list_rows(Isolation *forest, TakenRows *taken)
{
	int32_t n = 0;
	size_t w;

	for (w = 0; w < taken->n_words; w++)
	{
		taken->before[w] = n;
		n += __builtin_popcountll(taken->bits[w]);
	}
	forest->rows = memory_allocate(forest->allocator, (size_t) n, sizeof(int32_t));
	if (forest->rows == NULL)
		return KERNEL_OUT_OF_MEMORY;
	forest->n_rows = n;
	for (n = 0, w = 0; w < taken->n_words; w++)
	{
		uint64_t bits = taken->bits[w];

		for (; bits != 0; bits &= bits - 1)
			forest->rows[n++] = (int32_t) (64 * w) + __builtin_ctzll(bits);
	}
	return KERNEL_OK;
}

/* The rows that some tree takes, each once; a candidate's row becomes its place among them. */
static Status
number_rows(Isolation *forest)
{
	TakenRows taken;
	Status status = mark_rows(forest, &taken);
	size_t i;

	if (status == KERNEL_OK)
		status = list_rows(forest, &taken);
	for (i = 0; i < forest->n_candidates && status == KERNEL_OK; i++)
		forest->candidates[i].row = place_of_row(&taken, forest->candidates[i].row);
	memory_release(forest->allocator, taken.bits, taken.n_words, sizeof(uint64_t));
	memory_release(forest->allocator, taken.before, taken.n_words, sizeof(int32_t));
	return status;
}

/* The values of row i of a block: numbers, then levels; NaN is missing. */
static void
copy_row(const Isolation *forest, const DatasetBlock *block, int32_t i, double *to)
{
	const Dataset *dataset = forest->source->dataset;
	size_t capacity = (size_t) block->capacity;
	int32_t j;

	for (j = 0; j < dataset->n_numbers; j++)
		to[j] = block->numbers[(size_t) j * capacity + (size_t) i];
	for (j = 0; j < dataset->n_categories; j++)
	{
		int32_t code = block->codes[(size_t) j * capacity + (size_t) i];

		to[dataset->n_numbers + j] =
			code == CODE_MISSING ? NAN : forest->source->level_of_code[j][code];
	}
}

static Status
copy_rows(Isolation *forest)
{
	const Dataset *dataset = forest->source->dataset;
	int64_t first = 0;
	int32_t at = 0;
	int32_t b;

	forest->values = memory_allocate(
		forest->allocator, (size_t) forest->n_rows * (size_t) forest->n_slots, sizeof(double));
	if (forest->values == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (b = 0; b < dataset->n_blocks && at < forest->n_rows; b++)
	{
		const DatasetBlock *block;
		Status status =
			stop_requested(forest->stop) ? KERNEL_STOPPED : dataset_block(dataset, b, &block);

		if (status != KERNEL_OK)
			return status;
		for (; at < forest->n_rows && forest->rows[at] < first + block->n; at++)
			copy_row(forest, block, (int32_t) (forest->rows[at] - first),
					 forest->values + (size_t) at * (size_t) forest->n_slots);
		first += block->n;
	}
	tree_source_spent(forest->source);
	return KERNEL_OK;
}

static uint64_t
next_draw(Isolation *forest)
{
	forest->draw += UINT64_C(0x9e3779b97f4a7c15);
	return hash_mix(forest->draw);
}

/* Between 0 and 1. */
static double
next_uniform(Isolation *forest)
{
	return (double) (next_draw(forest) >> 11) * 0x1p-53;
}

static double
value_at(const Isolation *forest, int32_t item, int32_t slot)
{
	return forest->own[(size_t) item * (size_t) forest->n_slots + (size_t) slot];
}

/* Least and largest present value of a node in a slot; are there two? */
static bool
find_range(const Isolation *forest, const Pending *part, int32_t slot, double *least, double *most)
{
	int32_t i;

	*least = INFINITY;
	*most = -INFINITY;
	for (i = part->begin; i < part->end; i++)
	{
		double value = value_at(forest, forest->items[i], slot);

		*least = value < *least ? value : *least;
		*most = value > *most ? value : *most;
	}
	return *least < *most;
}

/* A slot that varies in the node, drawn from all that do; -1 when none does. */
static int32_t
draw_slot(Isolation *forest, const Pending *part, double *least, double *most)
{
	int32_t i;

	for (i = 0; i < forest->n_slots; i++)
	{
		int32_t chosen =
			i + (int32_t) ((next_draw(forest) >> 32) * (uint64_t) (forest->n_slots - i) >> 32);
		int32_t slot = forest->slots[chosen];

		forest->slots[chosen] = forest->slots[i];
		forest->slots[i] = slot;
		if (find_range(forest, part, slot, least, most))
			return slot;
	}
	return -1;
}

static inline bool
has_bit(const uint32_t *words, int32_t bit)
{
	return words[bit / 32] >> (bit % 32) & 1;
}

/* A random cut of a node by a slot that varies in it. */
static void
draw_cut(Isolation *forest, TreeNode *node, int32_t slot, double least, double most)
{
	const Dataset *dataset = forest->source->dataset;
	uint32_t *words = forest->words + forest->n_tree_words;
	uint32_t n_levels;
	uint32_t i;

	node->slot = slot;
	node->missing_left = next_draw(forest) & 1;
	if (slot < dataset->n_numbers)
	{
		double threshold = least + next_uniform(forest) * (most - least);

		if (!isfinite(threshold)) /* the range overflows */
			threshold = least / 2.0 + most / 2.0;
		node->threshold = (threshold < most ? threshold : least) + 0.0;
		return;
	}
	n_levels = forest->source->n_levels[slot - dataset->n_numbers];
	node->subset = forest->n_tree_words;
	for (i = 0; i < (n_levels + 31) / 32; i++)
		words[i] = (uint32_t) next_draw(forest);
	if (n_levels % 32 != 0)
		words[i - 1] &= (UINT32_C(1) << (n_levels % 32)) - 1;
	/* Two levels that are there go different ways. */
	words[(int32_t) least / 32] |= UINT32_C(1) << ((int32_t) least % 32);
	words[(int32_t) most / 32] &= ~(UINT32_C(1) << ((int32_t) most % 32));
	forest->n_tree_words += i;
}

static bool
goes_left(const Isolation *forest, const TreeNode *node, double value)
{
	if (isnan(value))
		return node->missing_left;
	if (node->slot < forest->source->dataset->n_numbers)
		return value <= node->threshold;
	return has_bit(forest->words + node->subset, (int32_t) value);
}

/* Parts the items of a node stably; returns where the right ones begin. */
static int32_t
part_items(Isolation *forest, const Pending *part, const TreeNode *node)
{
	int32_t left = part->begin;
	int32_t right = 0;
	int32_t i;

	for (i = part->begin; i < part->end; i++)
	{
		int32_t item = forest->items[i];

		if (goes_left(forest, node, value_at(forest, item, node->slot)))
			forest->items[left++] = item;
		else
			forest->scratch[right++] = item;
	}
	for (i = 0; i < right; i++)
		forest->items[left + i] = forest->scratch[i];
	return left;
}

/* Grows the tree of n items, in preorder. */
static void
grow_tree(Isolation *forest, int32_t n)
{
	int32_t waiting = 0;
	int32_t i;

	forest->n_nodes = 0;
	forest->n_tree_words = 0;
	for (i = 0; i < forest->n_slots; i++)
		forest->slots[i] = i;
	forest->stack[waiting++] = (Pending){-1, 0, n, 0};
	while (waiting > 0)
	{
		Pending part = forest->stack[--waiting];
		TreeNode *node = &forest->nodes[forest->n_nodes];
		int32_t count = part.end - part.begin;
		double least = 0.0;
		double most = 0.0;
		int32_t slot = -1;

		if (part.parent >= 0)
			forest->nodes[part.parent].right = forest->n_nodes;
		*node = (TreeNode){.slot = TREE_LEAF, .subset = TREE_NO_SUBSET, .cover = count};
		if (count > 1 && part.depth < forest->most_depth)
			slot = draw_slot(forest, &part, &least, &most);
		if (slot < 0)
			node->value = part.depth + isolation_depth(count);
		else
		{
			int32_t middle;

			draw_cut(forest, node, slot, least, most);
			middle = part_items(forest, &part, node);
			node->left = forest->n_nodes + 1;
			forest->stack[waiting++] = (Pending){forest->n_nodes, middle, part.end, part.depth + 1};
			forest->stack[waiting++] = (Pending){-1, part.begin, middle, part.depth + 1};
		}
		forest->n_nodes++;
	}
}

static Status
keep_tree(Isolation *forest)
{
	Tree *tree = &forest->ensemble->trees[forest->ensemble->n_trees];
	uint32_t i;

	*tree = (Tree){.n_nodes = forest->n_nodes, .n_words = forest->n_tree_words};
	tree->nodes = memory_allocate(forest->allocator, (size_t) forest->n_nodes, sizeof(TreeNode));
	tree->words = memory_allocate(forest->allocator, tree->n_words, sizeof(uint32_t));
	if (tree->nodes == NULL || tree->words == NULL)
	{
		tree_release(tree, forest->allocator);
		return KERNEL_OUT_OF_MEMORY;
	}
	memcpy(tree->nodes, forest->nodes, (size_t) forest->n_nodes * sizeof(TreeNode));
	for (i = 0; i < tree->n_words; i++)
		tree->words[i] = forest->words[i];
	forest->ensemble->n_trees++;
	return KERNEL_OK;
}

static Status
grow_trees(Isolation *forest)
{
	size_t n_slots = (size_t) forest->n_slots;
	Status status = KERNEL_OK;
	size_t at = 0;
	int32_t t;

	for (t = 0; t < forest->options->n_estimators && status == KERNEL_OK; t++)
	{
		int32_t n = 0;

		if (stop_requested(forest->stop))
			return KERNEL_STOPPED;
		for (; at < forest->n_candidates && forest->candidates[at].tree == t; at++, n++)
		{
			forest->items[n] = n;
			memcpy(forest->own + (size_t) n * n_slots,
				   forest->values + (size_t) forest->candidates[at].row * n_slots,
				   n_slots * sizeof(double));
		}
		forest->draw = tree_seed(forest, t, 2);
		grow_tree(forest, n);
		status = keep_tree(forest);
	}
	return status;
}

/* Words of the subsets of one node at most. */
static int32_t
most_words(const TreeSource *source)
{
	int32_t most = 0;
	int32_t c;

	for (c = 0; c < source->dataset->n_categories; c++)
	{
		int32_t words = (int32_t) ((source->n_levels[c] + 31) / 32);

		most = words > most ? words : most;
	}
	return most;
}

/* Room for the trees, and the ensemble. */
static Status
begin(Isolation *forest)
{
	const Allocator *allocator = forest->allocator;
	const Dataset *dataset = forest->source->dataset;
	size_t sample = (size_t) forest->sample;
	size_t n_trees = (size_t) forest->options->n_estimators;
	Ensemble *ensemble = memory_allocate(allocator, 1, sizeof(Ensemble));
	int32_t c;

	if (ensemble == NULL)
		return KERNEL_OUT_OF_MEMORY;
	*ensemble = (Ensemble){.link = TREE_LINK_ISOLATION,
						   .n_numbers = dataset->n_numbers,
						   .n_categories = dataset->n_categories,
						   .n_outputs = 1,
						   .scale = 1.0 / (double) n_trees,
						   .path_scale = isolation_depth(sample > 1 ? (double) sample : 2.0)};
	forest->ensemble = ensemble;
	ensemble->n_levels =
		memory_allocate(allocator, (size_t) dataset->n_categories, sizeof(uint32_t));
	ensemble->base = memory_allocate_zero(allocator, 1, sizeof(double));
	ensemble->trees = memory_allocate(allocator, n_trees, sizeof(Tree));
	forest->own = memory_allocate(allocator, sample * (size_t) forest->n_slots, sizeof(double));
	forest->items = memory_allocate(allocator, sample, sizeof(int32_t));
	forest->scratch = memory_allocate(allocator, sample, sizeof(int32_t));
	forest->slots = memory_allocate(allocator, (size_t) forest->n_slots, sizeof(int32_t));
	forest->stack = memory_allocate(allocator, 2 * sample + 2, sizeof(Pending));
	forest->nodes = memory_allocate(allocator, 2 * sample + 2, sizeof(TreeNode));
	forest->words =
		memory_allocate(allocator, 2 * sample + 2, (size_t) forest->n_words * sizeof(uint32_t));
	if (ensemble->n_levels == NULL || ensemble->base == NULL || ensemble->trees == NULL ||
		forest->own == NULL || forest->items == NULL || forest->scratch == NULL ||
		forest->slots == NULL || forest->stack == NULL || forest->nodes == NULL ||
		forest->words == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (c = 0; c < dataset->n_categories; c++)
		ensemble->n_levels[c] = forest->source->n_levels[c];
	return KERNEL_OK;
}

/* The sample of every tree, with its values. */
static Status
sample_rows(Isolation *forest)
{
	Status status = offer_rows(forest);

	if (status != KERNEL_OK)
		return status;
	status = choose_rows(forest);
	if (status == KERNEL_OK)
		status = number_rows(forest);
	return status == KERNEL_OK ? copy_rows(forest) : status;
}

static void
end(Isolation *forest)
{
	const Allocator *allocator = forest->allocator;
	size_t sample = (size_t) forest->sample;

	memory_release(allocator, forest->candidates, forest->candidates_capacity, sizeof(Candidate));
	memory_release(allocator, forest->rows, (size_t) forest->n_rows, sizeof(int32_t));
	memory_release(allocator, forest->values, (size_t) forest->n_rows * (size_t) forest->n_slots,
				   sizeof(double));
	memory_release(allocator, forest->own, sample * (size_t) forest->n_slots, sizeof(double));
	memory_release(allocator, forest->items, sample, sizeof(int32_t));
	memory_release(allocator, forest->scratch, sample, sizeof(int32_t));
	memory_release(allocator, forest->slots, (size_t) forest->n_slots, sizeof(int32_t));
	memory_release(allocator, forest->stack, 2 * sample + 2, sizeof(Pending));
	memory_release(allocator, forest->nodes, 2 * sample + 2, sizeof(TreeNode));
	memory_release(allocator, forest->words, 2 * sample + 2,
				   (size_t) forest->n_words * sizeof(uint32_t));
}

/* Gives an ensemble back that has not all of its trees. */
static void
drop_ensemble(Isolation *forest)
{
	Ensemble *ensemble = forest->ensemble;

	if (ensemble == NULL)
		return;
	while (ensemble->n_trees > 0)
		tree_release(&ensemble->trees[--ensemble->n_trees], forest->allocator);
	memory_release(forest->allocator, ensemble->trees, (size_t) forest->options->n_estimators,
				   sizeof(Tree));
	ensemble->trees = NULL;
	ensemble_release(ensemble, forest->allocator);
}

Status
isolation_fit(const TreeSource *source, const IsolationOptions *options, const Allocator *allocator,
			  const StopCheck *stop, Ensemble **ensemble)
{
	int64_t n = source->dataset->n;
	Isolation forest = {.source = source,
						.options = options,
						.allocator = allocator,
						.stop = stop,
						.n_slots = source->dataset->n_numbers + source->dataset->n_categories,
						.n_words = most_words(source)};
	Status status;

	if (n > BIN_ROW_LIMIT)
		return KERNEL_TOO_LARGE;
	forest.sample = n < options->max_samples ? (int32_t) n : options->max_samples;
	while (forest.most_depth < 30 && 1 << forest.most_depth < forest.sample)
		forest.most_depth++;
	status = begin(&forest);
	if (status == KERNEL_OK)
		status = sample_rows(&forest);
	if (status == KERNEL_OK)
		status = grow_trees(&forest);
	end(&forest);
	if (status == KERNEL_OK)
		*ensemble = forest.ensemble;
	else
		drop_ensemble(&forest);
	return status;
}
