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
#include "kernel/tree/ensemble_stored.h"

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

/* The bytes of a subset, none of whose bits is beyond the levels; NULL after a fault. */
static const uint8_t *
read_subset_bytes(ByteReader *reader, uint32_t n_levels)
{
	size_t n = ((size_t) n_levels + 7) / 8;
	const uint8_t *bytes = read_bytes(reader, n);

	if (bytes != NULL && n > 0 && (n_levels % 8 == 0 || bytes[n - 1] >> n_levels % 8 == 0))
		return bytes;
	reader->status = KERNEL_CORRUPT; /* or there is nothing to ask for */
	return NULL;
}

static uint32_t
read_subset(Decoder *decoder, Tree *tree, uint32_t n_levels)
{
	uint32_t first = decoder->n_words;
	size_t n_bytes = ((size_t) n_levels + 7) / 8;
	size_t n = ((size_t) n_levels + 31) / 32;
	const uint8_t *bytes = read_subset_bytes(decoder->reader, n_levels);
	size_t i;

	if (bytes == NULL)
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

/* The slot that a node of this code asks for; 0 after a fault. */
static inline size_t
read_slot(const Ensemble *ensemble, ByteReader *reader, uint64_t code)
{
	uint64_t slot = code / 2 - 1;

	if (code >= 2 && slot < (uint64_t) ensemble->n_numbers + (uint64_t) ensemble->n_categories)
		return (size_t) slot;
	reader->status = KERNEL_CORRUPT;
	return 0;
}

/* The place of a threshold of the slot among all; it is used now.  0 after a fault. */
static inline size_t
read_place(const Decoder *decoder, ByteReader *reader, size_t slot)
{
	uint64_t place = read_varint(reader);

	if (place >= decoder->starts[slot + 1] - decoder->starts[slot])
	{
		reader->status = KERNEL_CORRUPT;
		return 0;
	}
	decoder->is_used[decoder->starts[slot] + place] = 1;
	return decoder->starts[slot] + (size_t) place;
}

/* What an inner node asks for, which read_nodes has in part; code: of the node. */
static inline void
read_question(Decoder *decoder, ByteReader *reader, Tree *tree, TreeNode *node, uint64_t code)
{
	const Ensemble *ensemble = decoder->ensemble;
	size_t slot = read_slot(ensemble, reader, code);

	if (reader->status != KERNEL_OK)
		return;
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
	slot = read_place(decoder, reader, slot);
	if (reader->status == KERNEL_OK)
		node->threshold = decoder->values[slot];
}

/* The value of a leaf. */
static inline double
read_leaf_value(ByteReader *reader)
{
	double value = read_double(reader);

	if (!isfinite(value))
		reader->status = KERNEL_CORRUPT;
	return value;
}

/* Rows of a leaf. */
static inline uint64_t
read_rows(ByteReader *reader)
{
	uint64_t count = read_varint(reader);

	if (count > TREE_FORMAT_MAX_COUNT)
		reader->status = KERNEL_CORRUPT;
	return count;
}

static inline void
read_leaf(ByteReader *reader, TreeNode *node, bool counts_rows)
{
	node->value = read_leaf_value(reader);
	node->cover = counts_rows ? (double) read_rows(reader) : read_cover(reader);
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

/* What precedes the nodes of a tree. */
typedef struct TreeHead
{
	uint64_t output;
	uint64_t n_leaves;
	uint8_t covers;
} TreeHead;

static TreeHead
read_tree_head(Decoder *decoder)
{
	ByteReader *reader = decoder->reader;
	TreeHead head;

	head.output = read_varint(reader);
	head.n_leaves = read_varint(reader);
	head.covers = read_u8(reader);
	if (head.output >= (uint64_t) decoder->ensemble->n_outputs || head.n_leaves == 0 ||
		head.n_leaves > (reader_left(reader) + TREE_FORMAT_INNER_SIZE) /
				(TREE_FORMAT_LEAF_SIZE + TREE_FORMAT_INNER_SIZE) ||
		head.covers > TREE_FORMAT_WEIGHTS)
		decoder_fail(decoder);
	return head;
}

static void
read_tree(Decoder *decoder, Tree *tree)
{
	TreeHead head = read_tree_head(decoder);

	if (!decoder_is_good(decoder))
		return;
	tree->nodes =
		memory_allocate(decoder->allocator, 2 * (size_t) head.n_leaves - 1, sizeof(TreeNode));
	if (tree->nodes == NULL)
	{
		decoder->status = KERNEL_OUT_OF_MEMORY;
		return;
	}
	tree->output = (int32_t) head.output;
	tree->n_nodes = (int32_t) (2 * head.n_leaves - 1);
	decoder->n_words = 0;
	read_nodes(decoder, tree, head.covers == TREE_FORMAT_COUNTS);
	if (!decoder_is_good(decoder))
		return;
	fit_words(decoder, tree);
	if (head.covers == TREE_FORMAT_COUNTS)
		add_covers(decoder, tree);
	else if (tree_counts_rows(tree))
		decoder_fail(decoder);
}

/*
 * Judges the nodes of a tree that counts rows, which stand next, and keeps nothing.  False when the rows
 * are too many to be added up here: then nothing is said of the tree.
 */
static bool
check_nodes(Decoder *decoder, ByteReader *reader, uint64_t n_nodes)
{
	const Ensemble *ensemble = decoder->ensemble;
	uint64_t rows = 0;
	uint64_t open = 1; /* nodes that are still to come, but for the children of these */
	uint64_t i;

	for (i = 0; i < n_nodes && reader->status == KERNEL_OK; i++)
	{
		uint64_t code = read_varint(reader);
		size_t slot;

		if (i % TREE_NODES_AT_ONCE == TREE_NODES_AT_ONCE - 1 &&
			stop_requested(decoder->allocator->stop))
		{
			decoder->status = KERNEL_STOPPED;
			break;
		}
		if (code == 0)
		{
			(void) read_leaf_value(reader);
			rows += read_rows(reader);
			if (rows > TREE_FORMAT_MAX_COUNT)
				return false;
			if (--open == 0 && i + 1 < n_nodes)
				reader->status = KERNEL_CORRUPT; /* complete before its last node */
			continue;
		}
		slot = read_slot(ensemble, reader, code);
		if (reader->status != KERNEL_OK)
			break;
		if (slot < (size_t) ensemble->n_numbers)
			(void) read_place(decoder, reader, slot);
		else
			(void) read_subset_bytes(reader,
									 ensemble->n_levels[slot - (size_t) ensemble->n_numbers]);
		(void) read_gain(reader);
		open++;
	}
	if (open != 0 && decoder->status == KERNEL_OK)
		reader->status = KERNEL_CORRUPT;
	return true;
}

/* Judges the tree that stands next as read_tree does; one of weights, or of very many rows, is read. */
static void
check_tree(Decoder *decoder)
{
	ByteReader start = *decoder->reader;
	Tree tree = {0};
	TreeHead head = read_tree_head(decoder);
	ByteReader reader = *decoder->reader;

	if (!decoder_is_good(decoder))
		return;
	if (head.covers == TREE_FORMAT_COUNTS && check_nodes(decoder, &reader, 2 * head.n_leaves - 1))
	{
		*decoder->reader = reader;
		return;
	}
	*decoder->reader = start;
	read_tree(decoder, &tree);
	tree_release(&tree, decoder->allocator);
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

/* Is every threshold used? */
static void
check_used(Decoder *decoder)
{
	size_t i;

	for (i = 0; decoder_is_good(decoder) && i < decoder->starts[decoder->ensemble->n_numbers]; i++)
	{
		if (!decoder->is_used[i])
			decoder_fail(decoder);
	}
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
	check_used(decoder);
}

/* The same without keeping the trees, but where they begin. */
static void
open_trees(Decoder *decoder)
{
	Ensemble *ensemble = decoder->ensemble;
	StoredTrees *stored = decoder_allocate(decoder, 1, sizeof(StoredTrees));
	uint32_t n;
	size_t i;

	if (stored == NULL)
		return;
	ensemble->stored = stored;
	stored->bytes = decoder->reader->next;
	n = read_count(decoder->reader, TREE_FORMAT_TREE_SIZE);
	stored->offsets = decoder_allocate(decoder, n, sizeof(size_t));
	ensemble->n_trees = stored->offsets != NULL ? (int32_t) n : 0;
	for (i = 0; i < (size_t) ensemble->n_trees && decoder_is_good(decoder); i++)
	{
		stored->offsets[i] = (size_t) (decoder->reader->next - stored->bytes);
		if (stop_requested(decoder->allocator->stop))
			decoder->status = KERNEL_STOPPED;
		else
			check_tree(decoder);
	}
	check_used(decoder);
	stored->n_bytes = (size_t) (decoder->reader->next - stored->bytes);
}

/* Takes what decoding needs along, or keeps it for the opened ensemble. */
static void
decoder_end(Decoder *decoder)
{
	const Allocator *allocator = decoder->allocator;
	Ensemble *ensemble = decoder->ensemble;
	size_t n_starts = (size_t) ensemble->n_numbers + 1;

	memory_release(allocator, decoder->is_used, decoder->n_values, 1);
	if (ensemble->stored != NULL)
	{
		ensemble->stored->starts = decoder->starts;
		ensemble->stored->thresholds = decoder->values;
		ensemble->stored->n_thresholds = decoder->n_values;
		return;
	}
	memory_release(allocator, decoder->starts, n_starts, sizeof(size_t));
	memory_release(allocator, decoder->values, decoder->n_values, sizeof(double));
}

/* Reads the ensemble; its trees by read_trees or open_trees. */
static Status
decode(ByteReader *reader, const Allocator *allocator, const Ensemble *slots,
	   const uint32_t *n_levels, void (*take_trees)(Decoder *), Ensemble **ensemble)
{
	Decoder decoder = {.reader = reader, .allocator = allocator, .status = KERNEL_OK};
	Ensemble *decoded = decoder_allocate(&decoder, 1, sizeof(Ensemble));
	size_t n = (size_t) slots->n_categories;

	if (decoded == NULL)
		return decoder.status;
	decoder.ensemble = decoded;
	decoded->n_numbers = slots->n_numbers;
	decoded->n_levels = decoder_allocate(&decoder, n, sizeof(uint32_t));
	decoded->n_categories = decoded->n_levels != NULL ? slots->n_categories : 0;
	decoder.starts = decoder_allocate(&decoder, (size_t) slots->n_numbers + 1, sizeof(size_t));
	if (decoder_is_good(&decoder))
	{
		if (n > 0)
			memcpy(decoded->n_levels, n_levels, n * sizeof(uint32_t));
		read_head(&decoder);
		if (decoder.is_used != NULL)
			take_trees(&decoder);
	}
	decoder_end(&decoder);
	if (decoder_is_good(&decoder))
	{
		*ensemble = decoded;
		return KERNEL_OK;
	}
	ensemble_release(decoded, allocator);
	return decoder.status != KERNEL_OK ? decoder.status : reader->status;
}

Status
ensemble_decode(ByteReader *reader, const Allocator *allocator, int32_t n_numbers,
				int32_t n_categories, const uint32_t *n_levels, Ensemble **ensemble)
{
	Ensemble slots = {.n_numbers = n_numbers, .n_categories = n_categories};

	return decode(reader, allocator, &slots, n_levels, read_trees, ensemble);
}

Status
ensemble_open(ByteReader *reader, const Allocator *allocator, int32_t n_numbers,
			  int32_t n_categories, const uint32_t *n_levels, Ensemble **ensemble)
{
	Ensemble slots = {.n_numbers = n_numbers, .n_categories = n_categories};

	return decode(reader, allocator, &slots, n_levels, open_trees, ensemble);
}

Status
ensemble_expand(Ensemble *ensemble, const Allocator *allocator)
{
	StoredTrees *stored = ensemble->stored;
	Ensemble expanded = *ensemble;
	ByteReader reader;
	Decoder decoder = {.reader = &reader,
					   .allocator = allocator,
					   .ensemble = &expanded,
					   .status = KERNEL_OK,
					   .starts = stored->starts,
					   .values = stored->thresholds,
					   .n_values = stored->n_thresholds};
	int32_t t;

	reader_begin(&reader, stored->bytes, stored->n_bytes);
	decoder.is_used = decoder_allocate(&decoder, decoder.n_values, 1);
	if (decoder.is_used == NULL)
		return decoder.status;
	read_trees(&decoder);
	memory_release(allocator, decoder.is_used, decoder.n_values, 1);
	if (decoder_is_good(&decoder))
	{
		ensemble->trees = expanded.trees;
		ensemble->stored = NULL;
		stored_trees_release(stored, ensemble, allocator);
		return KERNEL_OK;
	}
	for (t = 0; t < expanded.n_trees; t++)
		tree_release(&expanded.trees[t], allocator);
	memory_release(allocator, expanded.trees, (size_t) expanded.n_trees, sizeof(Tree));
	return decoder.status != KERNEL_OK ? decoder.status : reader.status;
}
