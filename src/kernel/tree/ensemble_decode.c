/*
 * ensemble_decode.c: an ensemble from foreign bytes.
 *
 * Every count is measured against the bytes that are left before anything is
 * allocated by it, and every number is judged as it is read, so that the first score of
 * a session need not look at all nodes again.  Each part of a tree is judged by a loop of its own,
 * which has nothing to guess: whether a node is a leaf, nobody could foretell.  Trees are read without
 * recursion: a node whose right subtree is still to come waits in a list that runs through the nodes'
 * own `right`.
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
	double *values;	  /* thresholds, slot by slot */
	int32_t *slots;	  /* by threshold: its slot */
	uint8_t *is_used; /* by threshold: some node asks for it */
	size_t n_values;  /* thresholds */
	size_t n_read;	  /* of them, so far */
	size_t code_size; /* bytes of a question */
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
	size_t at = decoder->n_read;
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
		decoder->slots[at + i] = slot;
	}
	decoder->n_read = at + (size_t) n;
}

/* The bytes of a subset, none of whose bits is beyond the levels; NULL after a fault. */
static const uint8_t *
read_subset_bytes(ByteReader *reader, uint32_t n_levels)
{
	size_t n = tree_subset_size(n_levels);
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
	size_t n_bytes = tree_subset_size(n_levels);
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

/* A gain: finite and at least 0; -0 is not. */
static inline double
read_gain(ByteReader *reader)
{
	double value = read_single(reader);

	if (!(value >= 0.0 && value <= DBL_MAX) || signbit(value))
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

/* What precedes the parts of a tree, and where those begin whose place can be told. */
typedef struct TreeHead
{
	uint64_t output;
	size_t n_leaves;
	uint8_t form;
	const uint8_t *shape; /* a bit a node: it is an inner one */
	const uint8_t *codes; /* of the inner nodes */
} TreeHead;

/*
 * Is it a tree in preorder, complete with its last node?
 *
 * As many nodes are still to come, but for the children of those that come, as `open` says; it falls
 * to 0 with the last node and not before.
 */
static bool
shape_valid(const uint8_t *shape, size_t n_nodes)
{
	/* By four nodes, the first one in the lowest bit: how they change `open`, how far down they take it. */
	static const int8_t change[] = {-4, -2, -2, 0, -2, 0, 0, 2, -2, 0, 0, 2, 0, 2, 2, 4};
	static const int8_t lowest[] = {-4, -2, -2, 0, -2, 0, -1, 1, -3, -1, -1, 1, -2, 0, -1, 1};
	bool is_complete = false;
	int64_t open = 1;
	size_t i;

	for (i = 0; i + 4 < n_nodes; i += 4)
	{
		uint32_t four = (uint32_t) shape[i / 8] >> i % 8 & 15;

		is_complete |= open + lowest[four] <= 0;
		open += change[four];
	}
	for (; i < n_nodes; i++)
	{
		is_complete |= open == 0;
		open += 2 * (int64_t) tree_shape_bit(shape, i) - 1;
	}
	/* The nodes are odd in number, so the last byte has bits beyond them. */
	return !is_complete && open == 0 && shape[n_nodes / 8] >> n_nodes % 8 == 0;
}

/* The head of the tree that stands next, with its shape, and its questions passed. */
static TreeHead
read_tree_head(Decoder *decoder)
{
	ByteReader *reader = decoder->reader;
	TreeHead head = {.output = read_varint(reader), .n_leaves = read_varint(reader)};

	head.form = read_u8(reader);
	if (head.output >= (uint64_t) decoder->ensemble->n_outputs || head.n_leaves == 0 ||
		head.n_leaves > (reader_left(reader) + TREE_FORMAT_INNER_SIZE) /
				(TREE_FORMAT_LEAF_SIZE + TREE_FORMAT_INNER_SIZE) ||
		head.form > (TREE_FORMAT_WEIGHTS | TREE_FORMAT_SINGLES))
	{
		decoder_fail(decoder);
		return head;
	}
	head.shape = read_bytes(reader, tree_shape_size(head.n_leaves));
	head.codes = read_bytes(reader, (head.n_leaves - 1) * decoder->code_size);
	if (decoder_is_good(decoder) && !shape_valid(head.shape, 2 * head.n_leaves - 1))
		decoder_fail(decoder);
	return head;
}

/* The value of a leaf. */
static inline double
read_leaf_value(ByteReader *reader, uint8_t form)
{
	double value = tree_read_value(reader, form);

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

/* A node that asks; its subset stands next, if it has one. */
static inline void
read_inner(Decoder *decoder, Tree *tree, TreeNode *node, size_t code)
{
	const Ensemble *ensemble = decoder->ensemble;
	size_t place = code / 2;

	node->missing_left = code % 2 == 1;
	if (place < decoder->n_values)
	{
		decoder->is_used[place] = 1;
		node->slot = decoder->slots[place];
		node->threshold = decoder->values[place];
		return;
	}
	place -= decoder->n_values;
	if (place >= (size_t) ensemble->n_categories)
	{
		decoder_fail(decoder);
		return;
	}
	node->slot = ensemble->n_numbers + (int32_t) place;
	node->subset = read_subset(decoder, tree, ensemble->n_levels[place]);
}

/* Nodes in preorder; the list of those that wait for their right child is threaded through it. */
static void
read_nodes(Decoder *decoder, const TreeHead *head, Tree *tree)
{
	int32_t waiting = -1;
	size_t n_inner = 0;
	int32_t i;

	for (i = 0; i < tree->n_nodes && decoder_is_good(decoder); i++)
	{
		TreeNode *node = &tree->nodes[i];

		if (i % TREE_NODES_AT_ONCE == TREE_NODES_AT_ONCE - 1 &&
			stop_requested(decoder->allocator->stop))
		{
			decoder->status = KERNEL_STOPPED;
			break;
		}
		*node = (TreeNode){.slot = TREE_LEAF, .subset = TREE_NO_SUBSET};
		if (tree_shape_bit(head->shape, (size_t) i))
		{
			read_inner(decoder, tree, node, tree_code(head->codes, decoder->code_size, n_inner++));
			node->left = i + 1;
			node->right = waiting;
			waiting = i;
		}
		else if (waiting >= 0)
		{
			int32_t next = tree->nodes[waiting].right;

			tree->nodes[waiting].right = i + 1;
			waiting = next;
		}
	}
}

/* What the leaves give, and covers. */
static void
read_leaves(Decoder *decoder, Tree *tree, uint8_t form)
{
	ByteReader reader = *decoder->reader;
	int32_t i;

	for (i = 0; i < tree->n_nodes; i++)
	{
		if (tree->nodes[i].slot == TREE_LEAF)
			tree->nodes[i].value = read_leaf_value(&reader, form);
	}
	for (i = 0; i < tree->n_nodes; i++)
	{
		TreeNode *node = &tree->nodes[i];

		if (form & TREE_FORMAT_WEIGHTS)
			node->cover = read_cover(&reader);
		else if (node->slot == TREE_LEAF)
			node->cover = (double) read_rows(&reader);
	}
	*decoder->reader = reader;
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
	read_nodes(decoder, &head, tree);
	if (decoder_is_good(decoder))
		read_leaves(decoder, tree, head.form);
	if (!decoder_is_good(decoder))
		return;
	fit_words(decoder, tree);
	if (!(head.form & TREE_FORMAT_WEIGHTS))
		add_covers(decoder, tree);
	else if (tree_counts_rows(tree))
		decoder_fail(decoder);
	if (!(head.form & TREE_FORMAT_SINGLES) && tree_has_singles(tree))
		decoder_fail(decoder);
}

/* Judges questions of a tree and the subsets that follow them. */
static void
check_some_questions(Decoder *decoder, const TreeHead *head, size_t from, size_t to)
{
	const Ensemble *ensemble = decoder->ensemble;
	size_t i;

	for (i = from; i < to; i++)
	{
		size_t place = tree_code(head->codes, decoder->code_size, i) / 2;

		if (place < decoder->n_values)
			decoder->is_used[place] = 1;
		else if (place - decoder->n_values < (size_t) ensemble->n_categories)
			(void) read_subset_bytes(decoder->reader,
									 ensemble->n_levels[place - decoder->n_values]);
		else
			decoder_fail(decoder);
	}
}

static void
check_questions(Decoder *decoder, const TreeHead *head)
{
	size_t n = head->n_leaves - 1;
	size_t i;

	for (i = 0; i < n && decoder_is_good(decoder); i += TREE_NODES_AT_ONCE)
	{
		if (i > 0 && stop_requested(decoder->allocator->stop))
			decoder->status = KERNEL_STOPPED;
		else
			check_some_questions(decoder, head, i,
								 n - i < TREE_NODES_AT_ONCE ? n : i + TREE_NODES_AT_ONCE);
	}
}

/* Judges the values of so many leaves, which stand next: finite ones, and no doubles that are all singles. */
static void
check_values(ByteReader *reader, size_t n, uint8_t form)
{
	const uint8_t *bytes = read_bytes(reader, tree_value_size(form) * n);
	bool is_valid = true;
	size_t i;

	if (bytes == NULL)
		return;
	if (form & TREE_FORMAT_SINGLES)
	{
		for (i = 0; i < n; i++)
			is_valid &= (load_u32(bytes + 4 * i) & UINT32_C(0x7f800000)) != UINT32_C(0x7f800000);
	}
	else
	{
		bool has_singles = true;

		for (i = 0; i < n; i++)
		{
			double value = load_double(bytes + 8 * i);

			is_valid &= fabs(value) <= DBL_MAX;
			has_singles &= value_is_single(value);
		}
		is_valid &= !has_singles;
	}
	if (!is_valid)
		reader->status = KERNEL_CORRUPT;
}

/*
 * Passes those of n numbers of rows of up to four bytes each that are told apart eight bytes at a time;
 * returns how many are left.  Stops ahead of what is longer, or no number at all.
 *
 * A byte with its eighth bit set is continued by the next one, and no number ends in a zero that
 * continues another byte.
 */
static size_t
pass_short_rows(ByteReader *reader, size_t n)
{
	const uint64_t marks = UINT64_C(0x8080808080808080);
	uint64_t before = 0; /* the marks of the last eight bytes */

	while (n >= 8 && reader_left(reader) >= 8)
	{
		uint64_t word = load_u64(reader->next);
		uint64_t continued = word & marks;
		uint64_t is_zero = ~(((word & ~marks) + ~marks) | word) & marks;
		uint64_t once = continued << 8 | before >> 56;
		uint64_t twice = continued << 16 | before >> 48;
		uint64_t thrice = continued << 24 | before >> 40;

		if (((is_zero & once) | (continued & once & twice & thrice)) != 0)
			break;
		n -= (size_t) (((~continued & marks) >> 7) * UINT64_C(0x0101010101010101) >> 56);
		before = continued;
		reader->next += 8;
	}
	/* Not those whose end is still to come. */
	for (; (before & UINT64_C(1) << 63) != 0; before <<= 8)
		reader->next--;
	return n;
}

/* Judges what the leaves of a tree count; false when the rows are too many to be added up here. */
static bool
check_rows(ByteReader *reader, size_t n)
{
	size_t left = pass_short_rows(reader, n);
	uint64_t rows = (uint64_t) (n - left) << 28; /* at most */

	for (; left > 0 && rows <= TREE_FORMAT_MAX_COUNT && reader->status == KERNEL_OK; left--)
		rows += read_rows(reader);
	return rows <= TREE_FORMAT_MAX_COUNT;
}

/* Judges the tree that stands next as read_tree does; one of weights, or of very many rows, is read. */
static void
check_tree(Decoder *decoder)
{
	ByteReader start = *decoder->reader;
	Tree tree = {0};
	TreeHead head = read_tree_head(decoder);
	ByteReader reader;

	if (decoder_is_good(decoder) && !(head.form & TREE_FORMAT_WEIGHTS))
	{
		check_questions(decoder, &head);
		reader = *decoder->reader;
		check_values(&reader, head.n_leaves, head.form);
		if (check_rows(&reader, head.n_leaves))
		{
			*decoder->reader = reader;
			return;
		}
	}
	if (!decoder_is_good(decoder))
		return;
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
	decoder->code_size = tree_code_size(decoder->n_values + (size_t) ensemble->n_categories);
	decoder->values = decoder_allocate(decoder, decoder->n_values, sizeof(double));
	decoder->slots = decoder_allocate(decoder, decoder->n_values, sizeof(int32_t));
	decoder->is_used = decoder_allocate(decoder, decoder->n_values, 1);
	for (s = 0; s < ensemble->n_numbers && decoder_is_good(decoder); s++)
		read_thresholds(decoder, s);
}

/* Is every threshold used? */
static void
check_used(Decoder *decoder)
{
	size_t i;

	for (i = 0; decoder_is_good(decoder) && i < decoder->n_values; i++)
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
	stored->code_size = decoder->code_size;
	stored->n_bytes = (size_t) (decoder->reader->next - stored->bytes);
}

/* Takes what decoding needs along, or keeps it for the opened ensemble. */
static void
decoder_end(Decoder *decoder)
{
	const Allocator *allocator = decoder->allocator;
	Ensemble *ensemble = decoder->ensemble;

	memory_release(allocator, decoder->is_used, decoder->n_values, 1);
	if (ensemble->stored != NULL)
	{
		ensemble->stored->thresholds = decoder->values;
		ensemble->stored->slots = decoder->slots;
		ensemble->stored->n_thresholds = decoder->n_values;
		return;
	}
	memory_release(allocator, decoder->slots, decoder->n_values, sizeof(int32_t));
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
					   .values = stored->thresholds,
					   .slots = stored->slots,
					   .code_size = stored->code_size,
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

Status
ensemble_decode_gains(ByteReader *reader, const StopCheck *stop, Ensemble *ensemble)
{
	int32_t t;
	int32_t i;

	for (t = 0; t < ensemble->n_trees && reader->status == KERNEL_OK; t++)
	{
		Tree *tree = &ensemble->trees[t];

		for (i = 0; i < tree->n_nodes; i++)
		{
			if (i % TREE_NODES_AT_ONCE == 0 && stop_requested(stop))
				return KERNEL_STOPPED;
			if (tree->nodes[i].slot != TREE_LEAF)
				tree->nodes[i].gain = read_gain(reader);
		}
	}
	return reader->status;
}
