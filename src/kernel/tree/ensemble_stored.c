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
	memory_release(allocator, stored->starts, (size_t) ensemble->n_numbers + 1, sizeof(size_t));
	memory_release(allocator, stored->thresholds, stored->n_thresholds, sizeof(double));
	memory_release(allocator, stored, 1, sizeof(StoredTrees));
}

/* Bytes of the subset of levels that a node of the slot has. */
static inline size_t
subset_bytes(const Ensemble *ensemble, size_t slot)
{
	return ((size_t) ensemble->n_levels[slot - (size_t) ensemble->n_numbers] + 7) / 8;
}

/* Passes what follows a node's question: gain, and cover. */
static inline void
pass_rest(ByteReader *reader, uint8_t covers)
{
	read_bytes(reader, covers == TREE_FORMAT_COUNTS ? 4 : 12);
}

/* Passes the subtree that stands next. */
static void
pass_subtree(const Ensemble *ensemble, ByteReader *reader, uint8_t covers)
{
	int64_t open = 1; /* nodes that are still to come, but for the children of these */

	while (open > 0 && reader->status == KERNEL_OK)
	{
		uint64_t code = read_varint(reader);

		if (code == 0)
		{
			read_bytes(reader, 8);
			if (covers == TREE_FORMAT_COUNTS)
				read_varint(reader);
			else
				read_bytes(reader, 8);
			open--;
			continue;
		}
		if (code / 2 - 1 < (uint64_t) ensemble->n_numbers)
			read_varint(reader);
		else
			read_bytes(reader, subset_bytes(ensemble, (size_t) (code / 2 - 1)));
		pass_rest(reader, covers);
		open++;
	}
}

/* Does the node whose code was read send the vector to the left?  Reads its question. */
static inline bool
goes_left(const Ensemble *ensemble, ByteReader *reader, uint64_t code, const double *vector)
{
	const StoredTrees *stored = ensemble->stored;
	size_t slot = (size_t) (code / 2 - 1);
	double x = vector[slot];
	const uint8_t *subset;
	uint32_t level;

	if (slot < (size_t) ensemble->n_numbers)
	{
		size_t place = stored->starts[slot] + (size_t) read_varint(reader);

		return x != x ? (code & 1) != 0 : x <= stored->thresholds[place];
	}
	subset = read_bytes(reader, subset_bytes(ensemble, slot));
	level = (uint32_t) x;
	if (level == 0 || level > ensemble->n_levels[slot - (size_t) ensemble->n_numbers])
		return (code & 1) != 0;
	level--;
	return (subset[level / 8] >> level % 8 & 1) != 0;
}

/* The value of the leaf that the vector reaches in the tree that stands next; its output in *output. */
static double
walk(const Ensemble *ensemble, ByteReader *reader, const double *vector, uint64_t *output)
{
	uint64_t code;
	uint8_t covers;

	*output = read_varint(reader);
	read_varint(reader);
	covers = read_u8(reader);
	while ((code = read_varint(reader)) != 0)
	{
		bool left = goes_left(ensemble, reader, code, vector);

		pass_rest(reader, covers);
		if (!left)
			pass_subtree(ensemble, reader, covers);
	}
	return read_double(reader);
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
		value = walk(ensemble, &reader, vector, &output);
		lanes[TREE_LANES * output + (uint64_t) (t % TREE_LANES)] += value;
	}
}
