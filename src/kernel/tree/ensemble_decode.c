/*
 * ensemble_decode.c: an ensemble from foreign bytes.
 *
 * Every count is measured against the bytes that are left before anything is
 * allocated by it, and every number is judged as it is read, so that the first score of
 * a session need not look at all nodes again.  Trees are read without recursion: a node whose
 * right subtree is still to come waits in a list that runs through the nodes' own `right`.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "kernel/tree/ensemble_codec.h"
#include "kernel/tree/ensemble_format.h"

typedef struct Decoder
{
	ByteReader *reader;
	const Allocator *allocator;
	Ensemble *ensemble;
	Status status;	  /* allocations; the reader has its own */
	size_t *starts;	  /* n_numbers + 1: where each slot begins in values */
	double *values;	  /* thresholds, slot by slot */
	uint8_t *is_used; /* by threshold: some node asks for it */
	size_t n_values;  /* room */
	uint32_t n_words; /* of the current tree's subsets, so far */
} Decoder;

static bool
decoder_is_good(const Decoder *decoder)
{
	return decoder->status == KERNEL_OK && decoder->reader->status == KERNEL_OK;
}

static void
decoder_fail(Decoder *decoder)
{
	decoder->reader->status = KERNEL_CORRUPT;
}

/* A zeroed block, NULL after a fault. */
static void *
decoder_allocate(Decoder *decoder, size_t count, size_t size)
{
	void *block =
		decoder_is_good(decoder) ? memory_allocate_zero(decoder->allocator, count, size) : NULL;

	if (block == NULL && decoder_is_good(decoder))
		decoder->status = KERNEL_OUT_OF_MEMORY;
	return block;
}

/* Thresholds of one slot: ascending, none -0, none that encoding would not have written. */
static void
read_thresholds(Decoder *decoder, int32_t slot)
{
	ByteReader *reader = decoder->reader;
	uint64_t n = read_varint(reader);
	size_t at = decoder->starts[slot];
	uint64_t i;

	if (n > reader_left(reader) / 8 || n > decoder->n_values - at)
	{
		decoder_fail(decoder);
		n = 0;
	}
	for (i = 0; i < n; i++)
	{
		double value = read_double(reader);

		if (!(value > -INFINITY) || (value == 0.0 && signbit(value)) ||
			(i > 0 && !(value > decoder->values[at + i - 1])))
			decoder_fail(decoder);
		decoder->values[at + i] = value;
	}
	decoder->starts[slot + 1] = at + (size_t) n;
}

static uint32_t
read_subset(Decoder *decoder, Tree *tree, uint32_t n_levels)
{
	uint32_t first = decoder->n_words;
	size_t n_bytes = ((size_t) n_levels + 7) / 8;
	size_t n = ((size_t) n_levels + 31) / 32;
	const uint8_t *bytes = read_bytes(decoder->reader, n_bytes);
	size_t i;

	if (n == 0)
		decoder_fail(decoder); /* there is nothing to ask for */
	if (bytes == NULL || n == 0)
		return 0;
	if (n > tree->n_words - first)
	{
		size_t room = (size_t) tree->n_words + (n > tree->n_words ? n : tree->n_words);
		uint32_t *words = room > INT32_MAX ?
			NULL :
			memory_reallocate(decoder->allocator, tree->words, tree->n_words, room,
							  sizeof(uint32_t));

		if (words == NULL)
		{
			decoder->status = KERNEL_OUT_OF_MEMORY;
			return 0;
		}
		tree->words = words;
		tree->n_words = (uint32_t) room;
	}
	memset(tree->words + first, 0, n * sizeof(uint32_t));
	for (i = 0; i < n_bytes; i++)
		tree->words[first + i / 4] |= (uint32_t) bytes[i] << (8 * (i % 4));
	if (n_levels % 32 != 0 && tree->words[first + n - 1] >> n_levels % 32 != 0)
		decoder_fail(decoder); /* bits beyond the levels */
	decoder->n_words += (uint32_t) n;
	return first;
}

/* A gain: finite and at least 0, which the order of the bits shows; -0 is not. */
static inline double
read_gain(ByteReader *reader)
{
	uint32_t bits = read_u32(reader);
	float value;

	memcpy(&value, &bits, sizeof(value));
	if (bits >= UINT32_C(0x7f800000))
		reader->status = KERNEL_CORRUPT;
	return value;
}

/* A cover that is stored: finite and at least 0. */
static inline double
read_cover(ByteReader *reader)
{
	double value = read_double(reader);

	if (!(value >= 0.0 && value <= DBL_MAX))
		reader->status = KERNEL_CORRUPT;
	return value;
}

/* What an inner node asks for, which read_node has in part; code: of the node. */
static inline void
read_question(Decoder *decoder, ByteReader *reader, Tree *tree, TreeNode *node, uint64_t code)
{
	const Ensemble *ensemble = decoder->ensemble;
	uint64_t slot = code / 2 - 1;
	uint64_t place;

	if (code < 2 || slot >= (uint64_t) ensemble->n_numbers + (uint64_t) ensemble->n_categories)
	{
		reader->status = KERNEL_CORRUPT;
		return;
	}
	node->slot = (int32_t) slot;
	node->missing_left = code % 2 == 1;
	if (node->slot >= ensemble->n_numbers)
	{
		*decoder->reader = *reader;
		node->subset =
			read_subset(decoder, tree, ensemble->n_levels[node->slot - ensemble->n_numbers]);
		*reader = *decoder->reader;
		return;
	}
	place = read_varint(reader);
	if (place >= decoder->starts[slot + 1] - decoder->starts[slot])
	{
		reader->status = KERNEL_CORRUPT;
		return;
	}
	node->threshold = decoder->values[decoder->starts[slot] + place];
	decoder->is_used[decoder->starts[slot] + place] = 1;
}

static inline void
read_leaf(ByteReader *reader, TreeNode *node, bool counts_rows)
{
	uint64_t count;

	node->value = read_double(reader);
	if (!isfinite(node->value))
		reader->status = KERNEL_CORRUPT;
	if (!counts_rows)
	{
		node->cover = read_cover(reader);
		return;
	}
	count = read_varint(reader);
	if (count > TREE_FORMAT_MAX_COUNT)
		reader->status = KERNEL_CORRUPT;
	node->cover = (double) count;
}

/*
 * Nodes in preorder; the list of those that wait for their right child is threaded through it.  The
 * reader is a copy, so that the compiler keeps it in registers.
 */
static void
read_nodes(Decoder *decoder, Tree *tree, bool counts_rows)
{
	ByteReader reader = *decoder->reader;
	int32_t waiting = -1;
	int32_t i;

	for (i = 0; i < tree->n_nodes && reader.status == KERNEL_OK; i++)
	{
		TreeNode *node = &tree->nodes[i];
		uint64_t code = read_varint(&reader);

		if (i % TREE_NODES_AT_ONCE == TREE_NODES_AT_ONCE - 1 &&
			stop_requested(decoder->allocator->stop))
		{
			decoder->status = KERNEL_STOPPED;
			break;
		}

		*node = (TreeNode){.slot = TREE_LEAF, .subset = TREE_NO_SUBSET};
		if (code != 0)
		{
			read_question(decoder, &reader, tree, node, code);
			node->gain = read_gain(&reader);
			if (!counts_rows)
				node->cover = read_cover(&reader);
			node->left = i + 1;
			node->right = waiting;
			waiting = i;
			continue;
		}
		read_leaf(&reader, node, counts_rows);
		if (waiting >= 0)
		{
			int32_t next = tree->nodes[waiting].right;

			tree->nodes[waiting].right = i + 1;
			waiting = next;
		}
		else if (i + 1 < tree->n_nodes)
			reader.status = KERNEL_CORRUPT; /* the tree is complete before its last node */
	}
	*decoder->reader = reader;
	if (waiting >= 0 && decoder->status == KERNEL_OK)
		decoder_fail(decoder);
}

/* Covers of inner nodes by the leaves', from the last node back. */
static void
add_covers(Decoder *decoder, Tree *tree)
{
	int32_t i;

	for (i = tree->n_nodes - 1; i >= 0; i--)
	{
		TreeNode *node = &tree->nodes[i];

		if (node->slot != TREE_LEAF)
			node->cover = tree->nodes[node->left].cover + tree->nodes[node->right].cover;
		if (node->cover > (double) TREE_FORMAT_MAX_COUNT)
			decoder_fail(decoder);
	}
}

/* Leaves the words of the subsets in a block of their size. */
static void
fit_words(Decoder *decoder, Tree *tree)
{
	uint32_t *words;

	if (decoder->n_words == tree->n_words)
		return;
	words = memory_reallocate(decoder->allocator, tree->words, tree->n_words, decoder->n_words,
							  sizeof(uint32_t));
	if (words == NULL)
	{
		decoder->status = KERNEL_OUT_OF_MEMORY;
		return;
	}
	tree->words = words;
	tree->n_words = decoder->n_words;
}

static void
read_tree(Decoder *decoder, Tree *tree)
{
	ByteReader *reader = decoder->reader;
	uint64_t output = read_varint(reader);
	uint64_t n_leaves = read_varint(reader);
	uint8_t covers = read_u8(reader);

	if (output >= (uint64_t) decoder->ensemble->n_outputs || n_leaves == 0 ||
		n_leaves > (reader_left(reader) + TREE_FORMAT_INNER_SIZE) /
				(TREE_FORMAT_LEAF_SIZE + TREE_FORMAT_INNER_SIZE) ||
		covers > TREE_FORMAT_WEIGHTS)
		decoder_fail(decoder);
	if (!decoder_is_good(decoder))
		return;
	tree->nodes = memory_allocate(decoder->allocator, 2 * (size_t) n_leaves - 1, sizeof(TreeNode));
	if (tree->nodes == NULL)
	{
		decoder->status = KERNEL_OUT_OF_MEMORY;
		return;
	}
	tree->output = (int32_t) output;
	tree->n_nodes = (int32_t) (2 * n_leaves - 1);
	decoder->n_words = 0;
	read_nodes(decoder, tree, covers == TREE_FORMAT_COUNTS);
	if (!decoder_is_good(decoder))
		return;
	fit_words(decoder, tree);
	if (covers == TREE_FORMAT_COUNTS)
		add_covers(decoder, tree);
	else if (tree_counts_rows(tree))
		decoder_fail(decoder);
}

/* How many thresholds stand ahead, at most; what is wrong with them shows when they are read. */
static size_t
count_thresholds(ByteReader ahead, int32_t n_slots)
{
	size_t total = 0;
	int32_t s;

	for (s = 0; s < n_slots; s++)
	{
		uint64_t n = read_varint(&ahead);

		if (n > reader_left(&ahead) / 8)
			break;
		read_bytes(&ahead, 8 * (size_t) n);
		total += (size_t) n;
	}
	return total;
}

/* All that precedes the trees. */
static void
read_head(Decoder *decoder)
{
	ByteReader *reader = decoder->reader;
	Ensemble *ensemble = decoder->ensemble;
	uint32_t n;
	uint32_t k;
	int32_t s;

	ensemble->link = (TreeLink) read_u8(reader);
	ensemble->scale = read_double(reader);
	ensemble->path_scale = read_double(reader);
	n = read_count(reader, 8);
	ensemble->base = decoder_allocate(decoder, n, sizeof(double));
	if (ensemble->base == NULL)
		return;
	ensemble->n_outputs = (int32_t) n;
	for (k = 0; k < n; k++)
		ensemble->base[k] = read_double(reader);
	if (!ensemble_head_valid(ensemble))
		decoder_fail(decoder);
	decoder->n_values = count_thresholds(*reader, ensemble->n_numbers);
	decoder->values = decoder_allocate(decoder, decoder->n_values, sizeof(double));
	decoder->is_used = decoder_allocate(decoder, decoder->n_values, 1);
	for (s = 0; s < ensemble->n_numbers && decoder_is_good(decoder); s++)
		read_thresholds(decoder, s);
}

static void
read_trees(Decoder *decoder)
{
	Ensemble *ensemble = decoder->ensemble;
	uint32_t n = read_count(decoder->reader, TREE_FORMAT_TREE_SIZE);
	size_t i;

	ensemble->trees = decoder_allocate(decoder, n, sizeof(Tree));
	ensemble->n_trees = ensemble->trees != NULL ? (int32_t) n : 0;
	for (i = 0; i < (size_t) ensemble->n_trees && decoder_is_good(decoder); i++)
	{
		if (stop_requested(decoder->allocator->stop))
			decoder->status = KERNEL_STOPPED;
		else
			read_tree(decoder, &ensemble->trees[i]);
	}
	if (decoder->is_used == NULL)
		return;
	for (i = 0; decoder_is_good(decoder) && i < decoder->starts[ensemble->n_numbers]; i++)
	{
		if (!decoder->is_used[i])
			decoder_fail(decoder);
	}
}

Status
ensemble_decode(ByteReader *reader, const Allocator *allocator, int32_t n_numbers,
				int32_t n_categories, const uint32_t *n_levels, Ensemble **ensemble)
{
	Decoder decoder = {.reader = reader, .allocator = allocator, .status = KERNEL_OK};
	Ensemble *decoded = decoder_allocate(&decoder, 1, sizeof(Ensemble));

	if (decoded == NULL)
		return decoder.status;
	decoder.ensemble = decoded;
	decoded->n_levels = decoder_allocate(&decoder, (size_t) n_categories, sizeof(uint32_t));
	decoder.starts = decoder_allocate(&decoder, (size_t) n_numbers + 1, sizeof(size_t));
	if (decoder_is_good(&decoder))
	{
		if (n_categories > 0)
			memcpy(decoded->n_levels, n_levels, (size_t) n_categories * sizeof(uint32_t));
		decoded->n_categories = n_categories;
		decoded->n_numbers = n_numbers;
		read_head(&decoder);
		read_trees(&decoder);
	}
	memory_release(allocator, decoder.starts, (size_t) n_numbers + 1, sizeof(size_t));
	memory_release(allocator, decoder.values, decoder.n_values, sizeof(double));
	memory_release(allocator, decoder.is_used, decoder.n_values, 1);
	if (decoder_is_good(&decoder))
	{
		*ensemble = decoded;
		return KERNEL_OK;
	}
	if (decoded->n_levels != NULL)
		decoded->n_categories = n_categories;
	ensemble_release(decoded, allocator);
	return decoder.status != KERNEL_OK ? decoder.status : reader->status;
}
