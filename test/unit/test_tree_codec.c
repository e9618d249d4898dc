/*
 * test_tree_codec.c: ensembles come back from their bytes; what is not one is refused.
 *
 * That the bytes are the described ones is test_model_golden.c's matter.
 */
#include "kernel/tree/ensemble_codec.h"
#include "kernel/tree/ensemble_format.h"
#include "kernel/tree/ensemble_stored.h"
#include "kernel/tree/scorer.h"
#include "tree_ensembles.h"
#include "unit.h"

static const EnsembleShape shapes[] = {
	{.n_numbers = 5, .n_categories = 3, .n_outputs = 1, .n_trees = 20, .n_leaves = 31},
	{.n_numbers = 1000, .n_categories = 0, .n_outputs = 1, .n_trees = 10, .n_leaves = 300},
	{.n_numbers = 0, .n_categories = 4, .n_outputs = 7, .n_trees = 21, .n_leaves = 9},
	{.n_numbers = 2,
	 .n_categories = 1,
	 .n_outputs = 1,
	 .n_trees = 3,
	 .n_leaves = 2000,
	 .is_chain = true,
	 .has_weights = true},
	{.n_numbers = 3, .n_categories = 0, .n_outputs = 2, .n_trees = 0, .n_leaves = 1}};

#define SHAPE_COUNT ((int) (sizeof(shapes) / sizeof(shapes[0])))

/* The bytes of a valid ensemble and of its gains, in writer. */
static void
encode(const Ensemble *ensemble, ByteWriter *writer)
{
	writer_begin(writer, &unit_allocator, 1 << 26);
	CHECK(ensemble_validate(ensemble, &unit_allocator) == KERNEL_OK);
	CHECK(ensemble_encode(ensemble, &unit_allocator, writer) == KERNEL_OK);
	CHECK(ensemble_encode_gains(ensemble, NULL, writer) == KERNEL_OK);
	CHECK(writer->status == KERNEL_OK);
}

static Status
decode(const ByteWriter *writer, const Ensemble *like, Ensemble **decoded)
{
	ByteReader reader;
	Status status;

	reader_begin(&reader, writer->bytes, writer->length);
	status = ensemble_decode(&reader, &unit_allocator, like->n_numbers, like->n_categories,
							 like->n_levels, decoded);
	if (status == KERNEL_OK)
	{
		status = ensemble_decode_gains(&reader, NULL, *decoded);
		if (status != KERNEL_OK)
			ensemble_release(*decoded, &unit_allocator);
	}
	CHECK(status != KERNEL_OK || reader_left(&reader) == 0);
	return status;
}

/* Forgets the gains, which an opened ensemble does not have. */
static void
drop_gains(Ensemble *ensemble)
{
	int32_t t;
	int32_t i;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		for (i = 0; i < ensemble->trees[t].n_nodes; i++)
			ensemble->trees[t].nodes[i].gain = 0.0;
	}
}

/* Bytes of the gains. */
static size_t
gains_size(const Ensemble *ensemble)
{
	size_t size = 0;
	int32_t t;

	for (t = 0; t < ensemble->n_trees; t++)
		size += 4 * (size_t) (ensemble->trees[t].n_nodes / 2);
	return size;
}

static void
check_same_tree(const Tree *a, const Tree *b)
{
	int32_t i;

	CHECK(a->output == b->output && a->n_nodes == b->n_nodes && a->n_words == b->n_words);
	CHECK(a->n_words == 0 || memcmp(a->words, b->words, a->n_words * sizeof(uint32_t)) == 0);
	for (i = 0; i < a->n_nodes; i++)
	{
		const TreeNode *x = &a->nodes[i];
		const TreeNode *y = &b->nodes[i];

		CHECK(x->slot == y->slot && x->missing_left == y->missing_left && x->left == y->left &&
			  x->right == y->right && x->subset == y->subset && x->threshold == y->threshold &&
			  x->value == y->value && x->cover == y->cover && x->gain == y->gain);
	}
}

static void
an_ensemble_comes_back_from_its_bytes(void)
{
	int s;

	for (s = 0; s < SHAPE_COUNT; s++)
	{
		Ensemble *ensemble = random_ensemble((uint64_t) s, shapes[s], &unit_allocator);
		Ensemble *decoded = NULL;
		ByteWriter writer;
		int32_t t;

		encode(ensemble, &writer);
		unit_peak_bytes = 0;
		CHECK(decode(&writer, ensemble, &decoded) == KERNEL_OK);
		CHECK(decoded != NULL && decoded->n_trees == ensemble->n_trees);
		if (decoded == NULL)
			return;
		CHECK(decoded->base[0] == ensemble->base[0] && decoded->scale == ensemble->scale);
		for (t = 0; t < decoded->n_trees; t++)
			check_same_tree(&ensemble->trees[t], &decoded->trees[t]);
		ensemble_release(decoded, &unit_allocator);
		ensemble_release(ensemble, &unit_allocator);
		writer_release(&writer);
	}
}

/* A set of 1,000 slots costs bytes by its trees, and decoding memory by its bytes. */
static void
bytes_and_memory_are_bounded(void)
{
	Ensemble *ensemble = random_ensemble(9, shapes[0], &unit_allocator);
	Ensemble *decoded;
	ByteWriter writer;
	long before;
	int32_t leaves = 0;
	int32_t t;
	int32_t i;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		leaves += (ensemble->trees[t].n_nodes + 1) / 2;
		for (i = 0; i < ensemble->trees[t].n_nodes; i++)
			ensemble->trees[t].nodes[i].value = value_to_single(ensemble->trees[t].nodes[i].value);
	}
	encode(ensemble, &writer);
	CHECK(writer.length < 20 * (size_t) leaves);
	before = unit_live_bytes;
	unit_peak_bytes = before;
	CHECK(decode(&writer, ensemble, &decoded) == KERNEL_OK);
	CHECK(unit_peak_bytes - before <= 512 + 16 * (long) writer.length);
	ensemble_release(decoded, &unit_allocator);
	ensemble_release(ensemble, &unit_allocator);
	writer_release(&writer);
}

/* Each cut is refused and leaves nothing; so does each allocation that fails. */
static void
cuts_and_refused_memory_leave_nothing(void)
{
	EnsembleShape shape = {
		.n_numbers = 2, .n_categories = 2, .n_outputs = 2, .n_trees = 4, .n_leaves = 6};
	Ensemble *ensemble = random_ensemble(3, shape, &unit_allocator);
	Ensemble *decoded;
	ByteWriter writer;
	size_t whole;
	size_t length;
	long blocks;
	int i;
	Status status;

	encode(ensemble, &writer);
	whole = writer.length;
	blocks = unit_live_blocks;
	for (length = 0; length < whole; length++)
	{
		writer.length = length;
		CHECK(decode(&writer, ensemble, &decoded) == KERNEL_CORRUPT);
		CHECK(unit_live_blocks == blocks);
	}
	writer.length = whole;
	for (i = 0, status = KERNEL_OUT_OF_MEMORY; status != KERNEL_OK && i < 100; i++)
	{
		unit_allocator_fail_after(i);
		status = decode(&writer, ensemble, &decoded);
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
		CHECK(status == KERNEL_OK || unit_live_blocks == blocks);
	}
	unit_allocator_fail_after(-1);
	CHECK(status == KERNEL_OK && i > 5);
	if (status == KERNEL_OK)
		ensemble_release(decoded, &unit_allocator);
	ensemble_release(ensemble, &unit_allocator);
	writer_release(&writer);
}

/* A node of each kind in the first tree; a category's levels leave bits of its last byte unused. */
static bool
pick_nodes(Ensemble *ensemble, TreeNode **number, TreeNode **category, TreeNode **leaf)
{
	Tree *tree = &ensemble->trees[0];
	int32_t i;

	*number = *category = *leaf = NULL;
	for (i = 1; i < tree->n_nodes; i++)
	{
		TreeNode *node = &tree->nodes[i];

		if (node->slot == TREE_LEAF)
			*leaf = node;
		else if (node->slot < ensemble->n_numbers)
			*number = node;
		else if (ensemble->n_levels[node->slot - ensemble->n_numbers] % 8 != 0)
			*category = node;
	}
	CHECK(*number != NULL && *leaf != NULL);
	return *number != NULL && *leaf != NULL;
}

/* A change for the worse, made and taken back. */
#define CHECK_REFUSED(place, worse) \
	do \
	{ \
		__typeof__(place) before = (place); \
		(place) = (worse); \
		CHECK(ensemble_validate(ensemble, &unit_allocator) == KERNEL_CORRUPT); \
		(place) = before; \
		CHECK(ensemble_validate(ensemble, &unit_allocator) == KERNEL_OK); \
	} while (0)

static void
what_cannot_be_scored_is_refused(void)
{
	Ensemble *ensemble = random_ensemble(1, shapes[0], &unit_allocator);
	Tree *tree = &ensemble->trees[0];
	TreeNode *number;
	TreeNode *category;
	TreeNode *leaf;

	if (!pick_nodes(ensemble, &number, &category, &leaf))
		return;
	CHECK(category != NULL);
	if (category == NULL)
		return;
	CHECK_REFUSED(number->threshold, NAN);
	CHECK_REFUSED(number->threshold, -INFINITY);
	CHECK_REFUSED(number->left, 0);
	CHECK_REFUSED(number->left, number->left + 1);
	CHECK_REFUSED(number->right, number->left);
	CHECK_REFUSED(number->right, tree->n_nodes);
	CHECK_REFUSED(number->right, -1);
	CHECK_REFUSED(number->right, number->right + 1);
	CHECK_REFUSED(number->slot, 8);
	CHECK_REFUSED(number->slot, -2);
	CHECK_REFUSED(number->slot, TREE_LEAF);
	CHECK_REFUSED(number->cover, -1.0);
	CHECK_REFUSED(number->gain, NAN);
	CHECK_REFUSED(category->subset, tree->n_words);
	CHECK_REFUSED(category->subset, TREE_NO_SUBSET);
	CHECK_REFUSED(tree->words[category->subset +
							  ensemble->n_levels[category->slot - ensemble->n_numbers] / 32],
				  UINT32_MAX);
	CHECK_REFUSED(leaf->value, INFINITY);
	CHECK_REFUSED(leaf->cover, NAN);
	CHECK_REFUSED(leaf->slot, 0);
	CHECK_REFUSED(tree->output, 1);
	CHECK_REFUSED(tree->output, -1);
	CHECK_REFUSED(tree->n_nodes, tree->n_nodes - 2);
	CHECK_REFUSED(ensemble->base[0], NAN);
	CHECK_REFUSED(ensemble->scale, INFINITY);
	CHECK_REFUSED(ensemble->path_scale, 0.0);
	CHECK_REFUSED(ensemble->link, (TreeLink) 5);
	ensemble_release(ensemble, &unit_allocator);
}

/* A change for the worse, written and read back. */
#define CHECK_UNREADABLE(place, worse) \
	do \
	{ \
		__typeof__(place) before = (place); \
		Ensemble *decoded; \
		ByteWriter writer; \
		(place) = (worse); \
		writer_begin(&writer, &unit_allocator, 1 << 26); \
		CHECK(ensemble_encode(ensemble, &unit_allocator, &writer) == KERNEL_OK); \
		CHECK(ensemble_encode_gains(ensemble, NULL, &writer) == KERNEL_OK); \
		CHECK(decode(&writer, ensemble, &decoded) == KERNEL_CORRUPT); \
		(place) = before; \
		writer_release(&writer); \
	} while (0)

/* Decoding leaves nothing for ensemble_validate to find. */
static void
what_cannot_be_scored_is_not_read(void)
{
	int with_weights;

	for (with_weights = 0; with_weights < 2; with_weights++)
	{
		Ensemble *ensemble = random_ensemble(1, shapes[with_weights ? 3 : 0], &unit_allocator);
		Tree *tree = &ensemble->trees[0];
		TreeNode *category;
		TreeNode *inner;
		TreeNode *leaf;

		if (!pick_nodes(ensemble, &inner, &category, &leaf))
			return;
		CHECK_UNREADABLE(leaf->value, INFINITY);
		CHECK_UNREADABLE(leaf->value, NAN);
		CHECK_UNREADABLE(inner->gain, NAN);
		CHECK_UNREADABLE(inner->gain, -1.0);
		CHECK_UNREADABLE(ensemble->base[0], NAN);
		CHECK_UNREADABLE(ensemble->scale, INFINITY);
		CHECK_UNREADABLE(ensemble->path_scale, 0.0);
		CHECK_UNREADABLE(ensemble->link, (TreeLink) 5);
		if (with_weights)
		{
			CHECK_UNREADABLE(inner->cover, -1.0);
			CHECK_UNREADABLE(inner->cover, INFINITY);
			CHECK_UNREADABLE(leaf->cover, NAN);
		}
		if (category != NULL)
			CHECK_UNREADABLE(
				tree->words[category->subset +
							ensemble->n_levels[category->slot - ensemble->n_numbers] / 32],
				UINT32_MAX);
		CHECK(category != NULL || with_weights);
		ensemble_release(ensemble, &unit_allocator);
	}
}

/* Gains become floats and a threshold of -0 becomes 0: once, and never again. */
static void
rounding_happens_once(void)
{
	EnsembleShape shape = {.n_numbers = 1, .n_outputs = 1, .n_trees = 1, .n_leaves = 2};
	static const double gains[] = {0.1, 1e300, -0.0, 1e-60};
	size_t i;

	for (i = 0; i < 4; i++)
	{
		Ensemble *ensemble = random_ensemble(4, shape, &unit_allocator);
		Ensemble *decoded = NULL;
		ByteWriter writer;
		ByteWriter again;

		ensemble->trees[0].nodes[0].gain = gains[i];
		ensemble->trees[0].nodes[0].threshold = -0.0;
		encode(ensemble, &writer);
		CHECK(decode(&writer, ensemble, &decoded) == KERNEL_OK);
		if (decoded == NULL)
			return;
		CHECK_NEAR(decoded->trees[0].nodes[0].gain,
				   gains[i] > 1e39 ? 3.4028234663852886e38 : gains[i], 1e-8);
		CHECK(!signbit(decoded->trees[0].nodes[0].threshold));
		encode(decoded, &again);
		CHECK(again.length == writer.length &&
			  memcmp(again.bytes, writer.bytes, writer.length) == 0);
		ensemble_release(decoded, &unit_allocator);
		ensemble_release(ensemble, &unit_allocator);
		writer_release(&writer);
		writer_release(&again);
	}
}

static Status
open_bytes(const ByteWriter *writer, const Ensemble *like, Ensemble **opened, size_t *left)
{
	ByteReader reader;
	Status status;

	reader_begin(&reader, writer->bytes, writer->length);
	status = ensemble_open(&reader, &unit_allocator, like->n_numbers, like->n_categories,
						   like->n_levels, opened);
	*left = reader_left(&reader);
	CHECK(status != KERNEL_OK || (*opened)->trees == NULL);
	return status;
}

/* The lanes of an opened ensemble are those of the decoded one, bit for bit. */
static void
check_lanes(const Ensemble *opened, const Ensemble *decoded, uint64_t seed, int n_vectors)
{
	Chance chance = {seed};
	size_t n = TREE_LANES * (size_t) decoded->n_outputs;
	double *lanes = malloc(sizeof(double) * 3 * n);
	double *vector = malloc(sizeof(double) * 1100);
	int v;

	for (v = 0; v < n_vectors; v++)
	{
		random_vector(&chance, decoded, vector);
		ensemble_raw(decoded, vector, lanes, lanes + 2 * n);
		stored_trees_lanes(opened, vector, lanes + n);
		CHECK(memcmp(lanes, lanes + n, sizeof(double) * n) == 0);
	}
	free(lanes);
	free(vector);
}

/* Bytes are scored as they are, and expanded into the trees that decoding gives. */
static void
an_opened_ensemble_scores_and_expands(void)
{
	int s;

	for (s = 0; s < SHAPE_COUNT; s++)
	{
		Ensemble *ensemble = random_ensemble((uint64_t) s, shapes[s], &unit_allocator);
		Ensemble *opened = NULL;
		ByteWriter writer;
		size_t left;
		long live;
		int32_t t;
		int n;

		encode(ensemble, &writer);
		live = unit_live_blocks;
		CHECK(open_bytes(&writer, ensemble, &opened, &left) == KERNEL_OK &&
			  left == gains_size(ensemble));
		drop_gains(ensemble);
		check_lanes(opened, ensemble, (uint64_t) s, 300);
		for (n = 0; n < 4; n++) /* refused memory leaves it as it was */
		{
			long before = unit_live_blocks;

			if (ensemble->n_trees < 3)
				break;
			unit_allocator_fail_after(n);
			CHECK(ensemble_expand(opened, &unit_allocator) == KERNEL_OUT_OF_MEMORY);
			unit_allocator_fail_after(-1);
			CHECK(unit_live_blocks == before && opened->trees == NULL);
		}
		check_lanes(opened, ensemble, (uint64_t) s + 1, 3);
		CHECK(ensemble_expand(opened, &unit_allocator) == KERNEL_OK);
		CHECK(opened->stored == NULL && opened->n_trees == ensemble->n_trees);
		for (t = 0; t < opened->n_trees; t++)
			check_same_tree(&ensemble->trees[t], &opened->trees[t]);
		ensemble_release(opened, &unit_allocator);
		CHECK(unit_live_blocks == live);
		ensemble_release(ensemble, &unit_allocator);
		writer_release(&writer);
	}
}

/* How many ensembles are left when bytes of one are changed or cut; opening and decoding tell the same ones. */
static int
check_flips(const Ensemble *ensemble)
{
	static const uint8_t flips[] = {0x01, 0x02, 0x10, 0x80, 0xff, 0x7f};
	int taken = 0;
	ByteWriter writer;
	size_t whole;
	size_t i;
	size_t k;

	encode(ensemble, &writer);
	whole = writer.length;
	for (i = 0; i < whole * sizeof(flips); i++)
	{
		Ensemble *decoded = NULL;
		Ensemble *opened = NULL;
		long live = unit_live_blocks;
		ByteReader reader;
		size_t left;
		Status status;

		k = i / sizeof(flips);
		writer.bytes[k] ^= flips[i % sizeof(flips)];
		writer.length = i % 7 == 0 ? k : whole;
		reader_begin(&reader, writer.bytes, writer.length);
		status = ensemble_decode(&reader, &unit_allocator, ensemble->n_numbers,
								 ensemble->n_categories, ensemble->n_levels, &decoded);
		CHECK(open_bytes(&writer, ensemble, &opened, &left) == status);
		if (status == KERNEL_OK)
		{
			taken++;
			CHECK(left == reader_left(&reader));
			check_lanes(opened, decoded, i, 8);
			ensemble_release(decoded, &unit_allocator);
			ensemble_release(opened, &unit_allocator);
		}
		CHECK(unit_live_blocks == live);
		writer.bytes[k] ^= flips[i % sizeof(flips)];
	}
	writer_release(&writer);
	return taken;
}

/* What decoding refuses opening refuses, for the same reason; what it takes has the same scores. */
static void
opening_judges_as_decoding_does(void)
{
	static const EnsembleShape small[] = {
		{.n_numbers = 2, .n_categories = 2, .n_outputs = 2, .n_trees = 4, .n_leaves = 6},
		{.n_numbers = 1,
		 .n_categories = 1,
		 .n_outputs = 1,
		 .n_trees = 2,
		 .n_leaves = 5,
		 .has_weights = true}};
	int taken = 0;
	int s;

	for (s = 0; s < 2; s++)
	{
		Ensemble *ensemble = random_ensemble((uint64_t) s + 3, small[s], &unit_allocator);

		taken += check_flips(ensemble);
		ensemble_release(ensemble, &unit_allocator);
	}
	CHECK(taken > 200);
}

/* Covers of inner nodes from the leaves'. */
static void
add_covers(Tree *tree)
{
	int32_t i;

	for (i = tree->n_nodes - 1; i >= 0; i--)
	{
		TreeNode *node = &tree->nodes[i];

		if (node->slot != TREE_LEAF)
			node->cover = tree->nodes[node->left].cover + tree->nodes[node->right].cover;
	}
}

/* Leaves that count rows of up to so many bits, in all widths; the last one as many as can be if `is_full`. */
static void
set_covers(Tree *tree, Chance *chance, uint64_t bits, bool is_full)
{
	int32_t i;

	for (i = 0; i < tree->n_nodes; i++)
	{
		if (tree->nodes[i].slot == TREE_LEAF)
			tree->nodes[i].cover =
				(double) chance_below(chance, UINT64_C(1) << (1 + chance_below(chance, bits)));
	}
	add_covers(tree);
	if (is_full)
		tree->nodes[tree->n_nodes - 1].cover += 0x1p53 - tree->nodes[0].cover;
	add_covers(tree);
}

/* Counts are judged alike too, whether they are short or long, at any place and in any company. */
static void
counts_are_judged_as_decoding_does(void)
{
	static const EnsembleShape shape = {
		.n_numbers = 3, .n_outputs = 1, .n_trees = 2, .n_leaves = 40};
	static const uint64_t bits[] = {7, 14, 21, 28, 29, 35, 46};
	Chance chance = {11};
	size_t b;

	for (b = 0; b < sizeof(bits) / sizeof(bits[0]); b++)
	{
		Ensemble *ensemble = random_ensemble(b, shape, &unit_allocator);

		set_covers(&ensemble->trees[0], &chance, bits[b], false);
		set_covers(&ensemble->trees[1], &chance, bits[b], true);
		CHECK(check_flips(ensemble) > 100);
		ensemble_release(ensemble, &unit_allocator);
	}
}

/* A leaf, a node and a leaf are as many nodes as a tree of two leaves has, but no tree. */
static void
nodes_out_of_order_are_not_opened(void)
{
	EnsembleShape shape = {.n_numbers = 1, .n_outputs = 1, .n_trees = 1, .n_leaves = 1};
	Ensemble *ensemble = random_ensemble(2, shape, &unit_allocator);
	Tree *tree = &ensemble->trees[0];
	Ensemble *opened;
	ByteWriter writer;
	uint8_t *bits;
	size_t left;

	tree->nodes = memory_reallocate(&unit_allocator, tree->nodes, 1, 3, sizeof(TreeNode));
	tree->n_nodes = 3;
	tree->nodes[0] = (TreeNode){
		.threshold = 1.5, .subset = TREE_NO_SUBSET, .left = 1, .right = 2, .cover = 12.0};
	tree->nodes[1] = (TreeNode){.slot = TREE_LEAF, .subset = TREE_NO_SUBSET, .cover = 5.0};
	tree->nodes[2] = (TreeNode){.slot = TREE_LEAF, .subset = TREE_NO_SUBSET, .cover = 7.0};
	encode(ensemble, &writer);
	CHECK(open_bytes(&writer, ensemble, &opened, &left) == KERNEL_OK);
	ensemble_release(opened, &unit_allocator);
	/* behind it stand a question, two values, two covers and a gain */
	bits = writer.bytes + writer.length - (1 + 2 + 8 + 2 + 4);
	CHECK(*bits == 1);
	*bits = 2;
	CHECK(open_bytes(&writer, ensemble, &opened, &left) == KERNEL_CORRUPT);
	CHECK(decode(&writer, ensemble, &opened) == KERNEL_CORRUPT);
	ensemble_release(ensemble, &unit_allocator);
	writer_release(&writer);
}

/* Opens and decodes bytes that are one tree of one leaf. */
static Status
judge_leaf(const ByteWriter *writer, const Ensemble *like)
{
	Ensemble *decoded = NULL;
	Ensemble *opened = NULL;
	size_t left;
	Status status = decode(writer, like, &decoded);

	CHECK(open_bytes(writer, like, &opened, &left) == status);
	if (status == KERNEL_OK)
	{
		ensemble_release(decoded, &unit_allocator);
		ensemble_release(opened, &unit_allocator);
	}
	return status;
}

/* A value has one form: a single if it is one, else a double; neither is infinite. */
static void
values_have_one_form(void)
{
	EnsembleShape shape = {.n_numbers = 1, .n_outputs = 1, .n_trees = 1, .n_leaves = 1};
	static const double values[] = {0.1, -0.0, 0.5, 0x1p-149, 0x1.8p-149, FLT_MAX, 1e39, -1e300};
	static const bool is_single[] = {false, true, true, true, false, true, false, false};
	static const double worse[] = {0.5, INFINITY, NAN, -0.0};
	size_t i;
	size_t k;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
	{
		Ensemble *ensemble = random_ensemble(2, shape, &unit_allocator);
		Ensemble *decoded = NULL;
		ByteWriter writer;
		size_t size = is_single[i] ? 4 : 8;
		uint8_t *value;

		ensemble->trees[0].nodes[0].value = values[i];
		ensemble->trees[0].nodes[0].cover = 5.0;
		encode(ensemble, &writer);
		CHECK(decode(&writer, ensemble, &decoded) == KERNEL_OK);
		CHECK(memcmp(&decoded->trees[0].nodes[0].value, &values[i], sizeof(double)) == 0);
		ensemble_release(decoded, &unit_allocator);
		/* Behind the form stand the shape, a byte, the value and a cover of one byte. */
		value = writer.bytes + writer.length - 1 - size;
		CHECK(value[-2] == (is_single[i] ? TREE_FORMAT_SINGLES : 0));
		value[-2] += 4;
		CHECK(judge_leaf(&writer, ensemble) == KERNEL_CORRUPT);
		value[-2] -= 4;
		for (k = 0; k < sizeof(worse) / sizeof(worse[0]); k++)
		{
			float single = (float) worse[k];

			memcpy(value, is_single[i] ? (const void *) &single : (const void *) &worse[k], size);
			CHECK(judge_leaf(&writer, ensemble) ==
				  (is_single[i] && isfinite(single) ? KERNEL_OK : KERNEL_CORRUPT));
		}
		ensemble_release(ensemble, &unit_allocator);
		writer_release(&writer);
	}
}

/* A gain that is stored is finite and at least 0, and 0 has no sign. */
static void
gains_have_one_form(void)
{
	EnsembleShape shape = {.n_numbers = 1, .n_outputs = 1, .n_trees = 1, .n_leaves = 2};
	static const float gains[] = {0.0f, 0x1p-149f, FLT_MAX, -0.0f, -1.0f, INFINITY, NAN};
	Ensemble *ensemble = random_ensemble(4, shape, &unit_allocator);
	ByteWriter writer;
	size_t i;

	encode(ensemble, &writer);
	for (i = 0; i < sizeof(gains) / sizeof(gains[0]); i++)
	{
		Ensemble *decoded = NULL;

		memcpy(writer.bytes + writer.length - sizeof(float), &gains[i], sizeof(float));
		CHECK(decode(&writer, ensemble, &decoded) == (i < 3 ? KERNEL_OK : KERNEL_CORRUPT));
		if (i < 3)
			ensemble_release(decoded, &unit_allocator);
	}
	ensemble_release(ensemble, &unit_allocator);
	writer_release(&writer);
}

UNIT_MAIN(UNIT_CASE(an_opened_ensemble_scores_and_expands),
		  UNIT_CASE(opening_judges_as_decoding_does), UNIT_CASE(counts_are_judged_as_decoding_does),
		  UNIT_CASE(nodes_out_of_order_are_not_opened),
		  UNIT_CASE(an_ensemble_comes_back_from_its_bytes), UNIT_CASE(bytes_and_memory_are_bounded),
		  UNIT_CASE(cuts_and_refused_memory_leave_nothing),
		  UNIT_CASE(what_cannot_be_scored_is_refused), UNIT_CASE(what_cannot_be_scored_is_not_read),
		  UNIT_CASE(rounding_happens_once), UNIT_CASE(values_have_one_form),
		  UNIT_CASE(gains_have_one_form))
