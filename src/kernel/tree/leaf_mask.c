/*
 * leaf_mask.c: planning, building and reading tables of leaf masks.
 */
#include "kernel/tree/leaf_mask.h"

#include <math.h>
#include <string.h>

#include "kernel/tree/scorer.h"
#include "kernel/tree/slot_thresholds.h"

#define MAX_LEAVES 64

/* Estimates in nanoseconds, measured on one processor of 2024; only their ratios matter. */
#define COST_CODE 3.0			  /* a slot: rank of a number */
#define COST_TREE 0.8			  /* a tree: leaf and its value */
#define COST_BYTE_NEAR (1.0 / 50) /* a byte of a row, of a table that fits a cache of 1 MB */
#define COST_BYTE_FAR (1.0 / 24)  /* of a larger one */
#define COST_BUILD_CELL 1.5		  /* a node and code of its slot */
#define NEAR_BYTES ((size_t) 1 << 20)

/* Codes of a slot without the one of a missing value. */
static int32_t
slot_codes(const Ensemble *ensemble, const SlotThresholds *collected, int32_t slot)
{
	return slot < ensemble->n_numbers ? collected->slots[slot].n + 1 :
										(int32_t) ensemble->n_levels[slot - ensemble->n_numbers];
}

static int32_t
padded_trees(const Ensemble *ensemble)
{
	return (ensemble->n_trees + LEAF_MASK_TREES - 1) / LEAF_MASK_TREES * LEAF_MASK_TREES;
}

/* Sums up what the slots take, packed or not. */
static void
plan_slots(const Ensemble *ensemble, const SlotThresholds *collected, LeafMaskPlan *plan)
{
	double bytes = 0.0;
	double read = 0.0;
	int32_t s;

	plan->row_cost = COST_TREE * ensemble->n_trees;
	plan->build_cost = 0.0;
	for (s = 0; s < collected->n_slots; s++)
	{
		int32_t n = plan->is_packed ? collected->slots[s].n_trees : padded_trees(ensemble);
		double row_bytes = (double) n * plan->width / 8;
		double codes = slot_codes(ensemble, collected, s) + 1.0;

		if (collected->slots[s].n == 0)
			continue;
		bytes += row_bytes * codes;
		read += row_bytes;
		plan->row_cost += COST_CODE;
		plan->build_cost += COST_BUILD_CELL * collected->slots[s].n * codes;
	}
	plan->is_possible = bytes < 1e9;
	plan->bytes = plan->is_possible ? (size_t) bytes : 0;
	plan->row_cost += read * (plan->bytes <= NEAR_BYTES ? COST_BYTE_NEAR : COST_BYTE_FAR);
	plan->build_cost += bytes / 4;
}

Status
leaf_mask_plan(const Ensemble *ensemble, const Allocator *allocator, LeafMaskPlan *plan)
{
	LeafMaskPlan made = {.is_possible = true, .width = 32};
	SlotThresholds collected;
	int32_t t;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		int32_t n_leaves = (ensemble->trees[t].n_nodes + 1) / 2;

		made.width = n_leaves > 32 ? 64 : made.width;
		made.is_possible &= n_leaves <= MAX_LEAVES;
	}
	if (made.is_possible)
	{
		if (slot_thresholds_create(&collected, ensemble, allocator) != KERNEL_OK)
			return KERNEL_OUT_OF_MEMORY;
		plan_slots(ensemble, &collected, &made);
		/* Spreading costs more than it saves where the table is near. */
		if (!(made.is_possible && made.bytes <= NEAR_BYTES) && leaf_mask_packs() &&
			padded_trees(ensemble) <= UINT16_MAX)
		{
			made.is_packed = true;
			plan_slots(ensemble, &collected, &made);
		}
		slot_thresholds_release(&collected, allocator);
	}
	*plan = made;
	return KERNEL_OK;
}

/* Clears the bits [from, to) of the mask at a place of the row. */
static void
clear_leaves(const LeafMasks *masks, uint8_t *row, size_t place, int32_t from, int32_t to)
{
	uint64_t span = (to - from == 64 ? UINT64_MAX : (UINT64_C(1) << (to - from)) - 1) << from;

	if (masks->width == 32)
	{
		uint32_t mask;

		memcpy(&mask, row + 4 * place, sizeof(mask));
		mask &= ~(uint32_t) span;
		memcpy(row + 4 * place, &mask, sizeof(mask));
	}
	else
	{
		uint64_t mask;

		memcpy(&mask, row + 8 * place, sizeof(mask));
		mask &= ~span;
		memcpy(row + 8 * place, &mask, sizeof(mask));
	}
}

/* Trees that a line holds. */
static int32_t
trees_of_line(const LeafMasks *masks)
{
	return 512 / masks->width;
}

/* Where a row of the slot has the mask of tree t. */
static size_t
place_of(const LeafMasks *masks, const MaskSlot *slot, int32_t t)
{
	int32_t n = trees_of_line(masks);
	const MaskLine *line = slot->lines + t / n;

	if (!masks->is_packed)
		return (size_t) t;
	return line->at + (size_t) __builtin_popcount(line->keep & ((1u << t % n) - 1));
}

/* Does the node send a value of this code to the left? */
static bool
code_goes_left(const Tree *tree, const TreeNode *node, const MaskSlot *slot,
			   const double *thresholds, int32_t code)
{
	if (code == slot->n_codes)
		return node->missing_left;
	if (slot->is_category)
		return (tree->words[node->subset + (uint32_t) code / 32] >> code % 32 & 1) != 0;
	/* the code is how many thresholds are below the value; the last one is above them all */
	return code < slot->n_codes - 1 && thresholds[code] <= node->threshold;
}

/* What one tree says in every row. */
static void
add_tree(LeafMasks *masks, MaskSlot *const *slot_of, const SlotThresholds *collected, int32_t t)
{
	const Tree *tree = &masks->ensemble->trees[t];
	int32_t first[2 * MAX_LEAVES]; /* the first leaf below each node */
	int32_t last[2 * MAX_LEAVES];  /* past the last one */
	int32_t n = (tree->n_nodes + 1) / 2;
	int32_t i;
	int32_t code;

	for (i = tree->n_nodes - 1; i >= 0; i--)
	{
		const TreeNode *node = &tree->nodes[i];
		bool is_leaf = node->slot == TREE_LEAF;

		if (is_leaf)
			masks->values[(size_t) t * (size_t) masks->width + (size_t) --n] = node->value;
		first[i] = is_leaf ? n : first[node->left];
		last[i] = is_leaf ? n + 1 : last[node->right];
	}
	for (i = 0; i < tree->n_nodes; i++)
	{
		const TreeNode *node = &tree->nodes[i];
		const double *thresholds;
		MaskSlot *slot;
		size_t place;

		if (node->slot == TREE_LEAF)
			continue;
		slot = slot_of[node->slot];
		thresholds = collected->values + collected->slots[node->slot].at;
		place = place_of(masks, slot, t);
		for (code = 0; code <= slot->n_codes; code++)
		{
			int32_t wrong =
				code_goes_left(tree, node, slot, thresholds, code) ? node->right : node->left;

			clear_leaves(masks, slot->rows + (size_t) code * slot->row_bytes, place, first[wrong],
						 last[wrong]);
		}
	}
}

/* Which trees ask for each slot, and where its rows have them. */
static void
pack_lines(LeafMasks *masks, MaskSlot *const *slot_of)
{
	const Ensemble *ensemble = masks->ensemble;
	int32_t n = trees_of_line(masks);
	int32_t t;
	int32_t i;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		const Tree *tree = &ensemble->trees[t];

		for (i = 0; i < tree->n_nodes; i++)
		{
			if (tree->nodes[i].slot != TREE_LEAF)
				slot_of[tree->nodes[i].slot]->lines[t / n].keep |= (uint16_t) (1u << t % n);
		}
	}
	for (t = 0; t < masks->n_slots; t++)
	{
		MaskLine *lines = masks->slots[t].lines;

		for (i = 1; i < masks->n_lines; i++)
			lines[i].at = (uint16_t) (lines[i - 1].at + __builtin_popcount(lines[i - 1].keep));
	}
}

/* One slot's search and rows of ones; false when memory is refused. */
static bool
begin_slot(LeafMasks *masks, MaskSlot *slot, const SlotThresholds *collected, int32_t s,
		   const Allocator *allocator)
{
	const AskedSlot *thresholds = &collected->slots[s];
	size_t room;

	slot->slot = s;
	slot->is_category = s >= masks->ensemble->n_numbers;
	slot->n_codes = slot_codes(masks->ensemble, collected, s);
	slot->row_bytes = (size_t) (masks->is_packed ? thresholds->n_trees : masks->n_trees) *
		(size_t) masks->width / 8;
	room = ((size_t) slot->n_codes + 1) * slot->row_bytes;
	slot->rows = memory_allocate(allocator, room, 1);
	if (slot->rows == NULL)
		return false;
	memset(slot->rows, 0xff, room);
	if (slot->is_category)
		return true;
	slot->n_blocks = rank_room((size_t) thresholds->n);
	slot->blocks = memory_allocate(allocator, slot->n_blocks, sizeof(double));
	if (slot->blocks == NULL)
		return false;
	rank_begin(&masks->searches[masks->n_numbers++], s, collected->values + thresholds->at,
			   (size_t) thresholds->n, slot->blocks);
	return true;
}

/* Slots, and rows that the trees have cleared; false when memory is refused. */
static bool
fill(LeafMasks *masks, const SlotThresholds *collected, const Allocator *allocator)
{
	MaskSlot **slot_of =
		memory_allocate_zero(allocator, (size_t) collected->n_slots, sizeof(MaskSlot *));
	bool is_good = slot_of != NULL;
	int32_t n = 0;
	int32_t s;

	for (s = 0; s < collected->n_slots && is_good; s++)
	{
		if (collected->slots[s].n == 0)
			continue;
		slot_of[s] = &masks->slots[n];
		slot_of[s]->lines = masks->is_packed ? masks->lines + n * masks->n_lines : NULL;
		n++;
		is_good = begin_slot(masks, slot_of[s], collected, s, allocator);
	}
	if (masks->is_packed && is_good)
		pack_lines(masks, slot_of);
	for (s = 0; s < masks->ensemble->n_trees && is_good; s++)
		add_tree(masks, slot_of, collected, s);
	memory_release(allocator, slot_of, (size_t) collected->n_slots, sizeof(MaskSlot *));
	return is_good;
}

/* What all slots share; false when memory is refused. */
static bool
allocate_shared(LeafMasks *masks, const Allocator *allocator)
{
	size_t n = (size_t) masks->n_slots;
	size_t n_lines = (size_t) masks->n_lines;

	masks->slots = memory_allocate_zero(allocator, n, sizeof(MaskSlot));
	masks->searches = memory_allocate_zero(allocator, n, sizeof(RankSearch));
	masks->codes = memory_allocate(allocator, n, sizeof(size_t));
	masks->rows = memory_allocate(allocator, n, sizeof(uint8_t *));
	masks->masks = memory_allocate(allocator, n_lines, MASK_LINE);
	masks->values = memory_allocate_zero(allocator, (size_t) masks->n_trees * (size_t) masks->width,
										 sizeof(double));
	if (masks->is_packed)
		masks->lines = memory_allocate_zero(allocator, n * n_lines, sizeof(MaskLine));
	return masks->slots != NULL && masks->searches != NULL && masks->codes != NULL &&
		masks->rows != NULL && masks->masks != NULL && masks->values != NULL &&
		(masks->lines != NULL || !masks->is_packed);
}

LeafMasks *
leaf_mask_create(const Ensemble *ensemble, const LeafMaskPlan *plan, const Allocator *allocator)
{
	LeafMasks *masks;
	SlotThresholds collected;
	int32_t s;

	if (slot_thresholds_create(&collected, ensemble, allocator) != KERNEL_OK)
		return NULL;
	masks = memory_allocate_zero(allocator, 1, sizeof(LeafMasks));
	if (masks != NULL)
	{
		masks->ensemble = ensemble;
		masks->width = plan->width;
		masks->is_packed = plan->is_packed;
		masks->n_trees = padded_trees(ensemble);
		masks->n_lines = masks->n_trees / trees_of_line(masks);
		if (masks->is_packed)
			masks->n_lines = (masks->n_lines + MASK_LINES - 1) / MASK_LINES * MASK_LINES;
		for (s = 0; s < collected.n_slots; s++)
			masks->n_slots += collected.slots[s].n > 0;
		if (!allocate_shared(masks, allocator) || !fill(masks, &collected, allocator))
		{
			leaf_mask_release(masks, allocator);
			masks = NULL;
		}
	}
	slot_thresholds_release(&collected, allocator);
	return masks;
}

void
leaf_mask_release(LeafMasks *masks, const Allocator *allocator)
{
	size_t n = (size_t) masks->n_slots;
	size_t n_lines = (size_t) masks->n_lines;
	size_t s;

	for (s = 0; masks->slots != NULL && s < n; s++)
	{
		MaskSlot *slot = &masks->slots[s];

		memory_release(allocator, slot->rows, ((size_t) slot->n_codes + 1) * slot->row_bytes, 1);
		memory_release(allocator, slot->blocks, slot->n_blocks, sizeof(double));
	}
	memory_release(allocator, masks->slots, n, sizeof(MaskSlot));
	memory_release(allocator, masks->searches, n, sizeof(RankSearch));
	memory_release(allocator, masks->codes, n, sizeof(size_t));
	memory_release(allocator, masks->rows, n, sizeof(uint8_t *));
	memory_release(allocator, masks->masks, n_lines, MASK_LINE);
	memory_release(allocator, masks->values, (size_t) masks->n_trees * (size_t) masks->width,
				   sizeof(double));
	memory_release(allocator, masks->lines, n * n_lines, sizeof(MaskLine));
	memory_release(allocator, masks, 1, sizeof(LeafMasks));
}

/* The row of each slot's code. */
static inline void
find_rows(const LeafMasks *masks, const double *vector)
{
	int32_t s;

	rank_find(masks->searches, masks->n_numbers, vector, masks->codes);
	for (s = 0; s < masks->n_numbers; s++)
	{
		const MaskSlot *slot = &masks->slots[s];
		double x = vector[slot->slot];
		size_t code = x != x ? (size_t) slot->n_codes : masks->codes[s];

		masks->rows[s] = slot->rows + code * slot->row_bytes;
	}
	for (; s < masks->n_slots; s++)
	{
		const MaskSlot *slot = &masks->slots[s];
		uint32_t level = (uint32_t) vector[slot->slot] - 1;
		uint32_t missing = (uint32_t) slot->n_codes;

		masks->rows[s] = slot->rows + (level < missing ? level : missing) * slot->row_bytes;
	}
}

void
leaf_mask_lanes(const LeafMasks *masks, const double *vector, double *lanes)
{
	const Ensemble *ensemble = masks->ensemble;
	int32_t t;

	find_rows(masks, vector);
	if (masks->is_packed)
		leaf_mask_and_packed(masks->masks, masks->rows, masks->lines, masks->n_slots,
							 masks->n_lines, masks->width);
	else
		leaf_mask_and(masks->masks, masks->rows, masks->n_slots,
					  (size_t) masks->n_lines * MASK_LINE);
	memset(lanes, 0, TREE_LANES * (size_t) ensemble->n_outputs * sizeof(double));
	if (ensemble->n_outputs == 1)
	{
		leaf_mask_sum(lanes, masks->masks, masks->width, masks->values, masks->n_trees);
		return;
	}
	for (t = 0; t < ensemble->n_trees; t++)
	{
		lanes[TREE_LANES * ensemble->trees[t].output + t % TREE_LANES] +=
			masks->values[(size_t) t * (size_t) masks->width +
						  leaf_mask_lowest(masks->masks, masks->width, t)];
	}
}
