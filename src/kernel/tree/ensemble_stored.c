/*
 * ensemble_stored.c: walking trees over their stored bytes, which were judged when they were opened.
 */
#include "kernel/tree/ensemble_stored.h"

#include <string.h>

#include "kernel/codec/bytes.h"
#include "kernel/tree/ensemble_format.h"
#include "kernel/tree/scorer.h"

void
stored_trees_release(StoredTrees *stored, const Ensemble *ensemble, const Allocator *allocator)
{
	if (stored == NULL)
		return;
	memory_release(allocator, stored->offsets, (size_t) ensemble->n_trees, sizeof(size_t));
	memory_release(allocator, stored->thresholds, stored->n_thresholds, sizeof(double));
	memory_release(allocator, stored->slots, stored->n_thresholds, sizeof(int32_t));
	memory_release(allocator, stored, 1, sizeof(StoredTrees));
}

/* A tree and how far a vector has come in it. */
typedef struct Walk
{
	const uint8_t *shape;
	const uint8_t *codes;
	const uint8_t *subsets;
	size_t node;   /* where it is, in preorder */
	size_t inner;  /* inner nodes before that one */
	size_t subset; /* bytes of their subsets */
} Walk;

/* Bytes of the subsets of the questions [from, to). */
static size_t
subset_bytes(const Ensemble *ensemble, const uint8_t *codes, size_t from, size_t to)
{
	const StoredTrees *stored = ensemble->stored;
	size_t bytes = 0;

	for (; from < to && ensemble->n_categories > 0; from++)
	{
		size_t place = tree_code(codes, stored->code_size, from) / 2;

		if (place >= stored->n_thresholds)
			bytes += tree_subset_size(ensemble->n_levels[place - stored->n_thresholds]);
	}
	return bytes;
}

/* Does the inner node send the vector to the left? */
static inline bool
goes_left(const Ensemble *ensemble, const Walk *walk, const double *vector)
{
	const StoredTrees *stored = ensemble->stored;
	size_t code = tree_code(walk->codes, stored->code_size, walk->inner);
	size_t place = code / 2;
	size_t category;
	uint32_t level;

	if (place < stored->n_thresholds)
	{
		double x = vector[stored->slots[place]];

		return x != x ? (code & 1) != 0 : x <= stored->thresholds[place];
	}
	category = place - stored->n_thresholds;
	level = (uint32_t) vector[(size_t) ensemble->n_numbers + category];
	if (level == 0 || level > ensemble->n_levels[category])
		return (code & 1) != 0;
	level--;
	return (walk->subsets[walk->subset + level / 8] >> level % 8 & 1) != 0;
}

/* From an inner node to one of its children. */
static inline void
step(const Ensemble *ensemble, Walk *walk, bool left)
{
	size_t inner = walk->inner + 1;
	size_t node = walk->node + 1;
	size_t open = left ? 0 : 1; /* nodes of the left subtree that are still to come */

	while (open > 0)
	{
		size_t bit = tree_shape_bit(walk->shape, node++);

		inner += bit;
		open += 2 * bit - 1;
	}
	walk->subset += subset_bytes(ensemble, walk->codes, walk->inner, inner);
	walk->inner = inner;
	walk->node = node;
}

/* The value of the leaf that the vector reaches in the tree that stands next; its output in *output. */
static double
walk_tree(const Ensemble *ensemble, ByteReader *reader, const double *vector, uint64_t *output)
{
	size_t code_size = ensemble->stored->code_size;
	size_t n_leaves;
	uint8_t form;
	Walk walk = {0};

	*output = read_varint(reader);
	n_leaves = (size_t) read_varint(reader);
	form = read_u8(reader);
	walk.shape = read_bytes(reader, tree_shape_size(n_leaves));
	walk.codes = read_bytes(reader, (n_leaves - 1) * code_size);
	walk.subsets = reader->next;
	while (tree_shape_bit(walk.shape, walk.node))
		step(ensemble, &walk, goes_left(ensemble, &walk, vector));
	read_bytes(reader, subset_bytes(ensemble, walk.codes, 0, n_leaves - 1));
	read_bytes(reader, tree_value_size(form) * (walk.node - walk.inner));
	return tree_read_value(reader, form);
}

void
stored_trees_lanes(const Ensemble *ensemble, const double *vector, double *lanes)
{
	const StoredTrees *stored = ensemble->stored;
	int32_t t;

	memset(lanes, 0, TREE_LANES * (size_t) ensemble->n_outputs * sizeof(double));
	for (t = 0; t < ensemble->n_trees; t++)
	{
		ByteReader reader;
		uint64_t output;
		double value;

		reader_begin(&reader, stored->bytes + stored->offsets[t],
					 stored->n_bytes - stored->offsets[t]);
		value = walk_tree(ensemble, &reader, vector, &output);
		lanes[TREE_LANES * output + (uint64_t) (t % TREE_LANES)] += value;
	}
}
