/*
 * ensemble_encode.c: an ensemble to its bytes.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "kernel/tree/distinct.h"
#include "kernel/tree/ensemble_codec.h"
#include "kernel/tree/ensemble_format.h"

bool
tree_counts_rows(const Tree *tree)
{
	int32_t i;

	for (i = 0; i < tree->n_nodes; i++)
	{
		const TreeNode *node = &tree->nodes[i];

		if (node->slot == TREE_LEAF ?
				!(node->cover <= (double) TREE_FORMAT_MAX_COUNT &&
				  node->cover == floor(node->cover)) :
				!(node->cover <= (double) TREE_FORMAT_MAX_COUNT &&
				  node->cover == tree->nodes[node->left].cover + tree->nodes[node->right].cover))
			return false;
	}
	return true;
}

bool
tree_has_singles(const Tree *tree)
{
	int32_t i;

	for (i = 0; i < tree->n_nodes; i++)
	{
		if (tree->nodes[i].slot == TREE_LEAF && !value_is_single(tree->nodes[i].value))
			return false;
	}
	return true;
}

/* The distinct thresholds of every number slot, ascending. */
typedef struct Thresholds
{
	size_t *starts; /* n_numbers + 1: where each slot begins in values */
	size_t *counts; /* n_numbers: distinct ones of each slot */
	double *values;
	size_t n; /* room in values */
} Thresholds;

static bool
asks_number(const Ensemble *ensemble, const TreeNode *node)
{
	return node->slot >= 0 && node->slot < ensemble->n_numbers;
}

static void
thresholds_release(Thresholds *thresholds, const Ensemble *ensemble, const Allocator *allocator)
{
	size_t n = (size_t) ensemble->n_numbers;

	memory_release(allocator, thresholds->starts, n + 1, sizeof(size_t));
	memory_release(allocator, thresholds->counts, n, sizeof(size_t));
	memory_release(allocator, thresholds->values, thresholds->n, sizeof(double));
}

/* Counts the nodes of each slot, or notes their thresholds. */
static void
collect(Thresholds *thresholds, const Ensemble *ensemble)
{
	int32_t t;
	int32_t i;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		const Tree *tree = &ensemble->trees[t];

		for (i = 0; i < tree->n_nodes; i++)
		{
			const TreeNode *node = &tree->nodes[i];

			if (!asks_number(ensemble, node))
				continue;
			if (thresholds->values != NULL)
				thresholds
					->values[thresholds->starts[node->slot] + thresholds->counts[node->slot]] =
					node->threshold + 0.0;
			thresholds->counts[node->slot]++;
		}
	}
}

static Status
thresholds_find(Thresholds *thresholds, const Ensemble *ensemble, const Allocator *allocator)
{
	size_t n = (size_t) ensemble->n_numbers;
	size_t total = 0;
	size_t s;

	*thresholds = (Thresholds){0};
	thresholds->starts = memory_allocate_zero(allocator, n + 1, sizeof(size_t));
	thresholds->counts = memory_allocate_zero(allocator, n, sizeof(size_t));
	if (thresholds->starts == NULL || thresholds->counts == NULL)
		return KERNEL_OUT_OF_MEMORY;
	collect(thresholds, ensemble);
	for (s = 0; s < n; s++)
	{
		thresholds->starts[s + 1] = thresholds->starts[s] + thresholds->counts[s];
		thresholds->counts[s] = 0;
	}
	thresholds->values = memory_allocate(allocator, thresholds->starts[n], sizeof(double));
	if (thresholds->values == NULL)
		return KERNEL_OUT_OF_MEMORY;
	thresholds->n = thresholds->starts[n];
	collect(thresholds, ensemble);
	for (s = 0; s < n; s++)
	{
		double *values = thresholds->values + thresholds->starts[s];

		thresholds->counts[s] = distinct_values(values, thresholds->counts[s]);
		thresholds->starts[s] = total;
		memmove(thresholds->values + total, values, thresholds->counts[s] * sizeof(double));
		total += thresholds->counts[s];
	}
	thresholds->starts[n] = total;
	return KERNEL_OK;
}

/* The place of a threshold among those of all slots. */
static size_t
threshold_place(const Thresholds *thresholds, const TreeNode *node)
{
	const double *values = thresholds->values + thresholds->starts[node->slot];
	size_t low = 0;
	size_t high = thresholds->counts[node->slot];

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (values[middle] < node->threshold)
			low = middle + 1;
		else
			high = middle;
	}
	return thresholds->starts[node->slot] + low;
}

static void
write_single(ByteWriter *writer, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	write_u32(writer, bits);
}

static void
write_gain(ByteWriter *writer, double gain)
{
	write_single(writer, gain > FLT_MAX ? FLT_MAX : (float) (gain + 0.0)); /* no -0 */
}

static void
write_value(ByteWriter *writer, double value, uint8_t form)
{
	if (form & TREE_FORMAT_SINGLES)
		write_single(writer, (float) value);
	else
		write_double(writer, value);
}

static void
write_subset(ByteWriter *writer, const uint32_t *words, uint32_t n_levels)
{
	uint32_t i;

	for (i = 0; i < (n_levels + 7) / 8; i++)
		write_u8(writer, (uint8_t) (words[i / 4] >> (8 * (i % 4))));
}

/* Which nodes are inner ones, eight a byte. */
static void
write_shape(ByteWriter *writer, const Tree *tree)
{
	uint8_t byte = 0;
	int32_t i;

	for (i = 0; i < tree->n_nodes; i++)
	{
		byte |= (uint8_t) ((tree->nodes[i].slot != TREE_LEAF) << i % 8);
		if (i % 8 == 7 || i + 1 == tree->n_nodes)
		{
			write_u8(writer, byte);
			byte = 0;
		}
	}
}

/* What an inner node asks, and where what is missing goes. */
static void
write_question(ByteWriter *writer, const Ensemble *ensemble, const Thresholds *thresholds,
			   const TreeNode *node)
{
	size_t n_thresholds = thresholds->starts[ensemble->n_numbers];
	size_t place = asks_number(ensemble, node) ?
		threshold_place(thresholds, node) :
		n_thresholds + (size_t) (node->slot - ensemble->n_numbers);
	size_t code = 2 * place + (node->missing_left ? 1 : 0);

	if (tree_code_size(n_thresholds + (size_t) ensemble->n_categories) == 2)
		write_u16(writer, (uint16_t) code);
	else
		write_u32(writer, (uint32_t) code);
}

/* One kind of a tree's parts, of which each node has one or none. */
typedef enum TreePart
{
	PART_QUESTIONS,
	PART_SUBSETS,
	PART_VALUES,
	PART_COVERS
} TreePart;

static void
write_part(ByteWriter *writer, const Ensemble *ensemble, const Thresholds *thresholds,
		   const Tree *tree, const TreeNode *node, TreePart part, uint8_t form)
{
	bool is_leaf = node->slot == TREE_LEAF;

	if (part == PART_QUESTIONS && !is_leaf)
		write_question(writer, ensemble, thresholds, node);
	else if (part == PART_SUBSETS && node->slot >= ensemble->n_numbers)
		write_subset(writer, tree->words + node->subset,
					 ensemble->n_levels[node->slot - ensemble->n_numbers]);
	else if (part == PART_VALUES && is_leaf)
		write_value(writer, node->value, form);
	else if (part == PART_COVERS && (form & TREE_FORMAT_WEIGHTS))
		write_double(writer, node->cover);
	else if (part == PART_COVERS && is_leaf)
		write_varint(writer, (uint64_t) node->cover);
}

static Status
write_tree(ByteWriter *writer, const Ensemble *ensemble, const Thresholds *thresholds,
		   const Tree *tree, const StopCheck *stop)
{
	uint8_t form = (uint8_t) ((tree_counts_rows(tree) ? 0 : TREE_FORMAT_WEIGHTS) |
							  (tree_has_singles(tree) ? TREE_FORMAT_SINGLES : 0));
	TreePart part;
	int32_t i;

	write_varint(writer, (uint64_t) tree->output);
	write_varint(writer, (uint64_t) (tree->n_nodes + 1) / 2);
	write_u8(writer, form);
	write_shape(writer, tree);
	for (part = PART_QUESTIONS; part <= PART_COVERS; part++)
	{
		for (i = 0; i < tree->n_nodes; i++)
		{
			if (i % TREE_NODES_AT_ONCE == 0 && stop_requested(stop))
				return KERNEL_STOPPED;
			write_part(writer, ensemble, thresholds, tree, &tree->nodes[i], part, form);
		}
	}
	return KERNEL_OK;
}

Status
ensemble_encode(const Ensemble *ensemble, const Allocator *allocator, ByteWriter *writer)
{
	Thresholds thresholds;
	Status status = thresholds_find(&thresholds, ensemble, allocator);
	size_t i;
	int32_t s;

	if (status == KERNEL_OK)
	{
		write_u8(writer, (uint8_t) ensemble->link);
		write_double(writer, ensemble->scale);
		write_double(writer, ensemble->path_scale);
		write_u32(writer, (uint32_t) ensemble->n_outputs);
		for (s = 0; s < ensemble->n_outputs; s++)
			write_double(writer, ensemble->base[s]);
		for (s = 0; s < ensemble->n_numbers; s++)
		{
			write_varint(writer, thresholds.counts[s]);
			for (i = 0; i < thresholds.counts[s]; i++)
				write_double(writer, thresholds.values[thresholds.starts[s] + i]);
		}
		write_u32(writer, (uint32_t) ensemble->n_trees);
		for (s = 0; s < ensemble->n_trees && status == KERNEL_OK; s++)
			status =
				write_tree(writer, ensemble, &thresholds, &ensemble->trees[s], allocator->stop);
	}
	thresholds_release(&thresholds, ensemble, allocator);
	return status;
}

Status
ensemble_encode_gains(const Ensemble *ensemble, const StopCheck *stop, ByteWriter *writer)
{
	int32_t t;
	int32_t i;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		const Tree *tree = &ensemble->trees[t];

		for (i = 0; i < tree->n_nodes; i++)
		{
			if (i % TREE_NODES_AT_ONCE == 0 && stop_requested(stop))
				return KERNEL_STOPPED;
			if (tree->nodes[i].slot != TREE_LEAF)
				write_gain(writer, tree->nodes[i].gain);
		}
	}
	return KERNEL_OK;
}
