/*
 * leaf_mask.c: planning, building and reading tables of leaf masks.
 */
#include "kernel/tree/leaf_mask.h"

#include <math.h>
#include <string.h>

#include "kernel/tree/distinct.h"
#include "kernel/tree/leaf_mask_simd.h"
#include "kernel/tree/scorer.h"

#define MAX_LEAVES 64

/* Estimates in nanoseconds, measured on one processor of 2024; only their ratios matter. */
#define COST_CODE 4.5			  /* a slot: rank of a number */
#define COST_TREE 0.8			  /* a tree: leaf and its value */
#define COST_BYTE_NEAR (1.0 / 40) /* a byte of a row, of a table that fits a cache of 1 MB */
#define COST_BYTE_FAR (1.0 / 24)  /* of a larger one */
#define COST_BUILD_CELL 1.5		  /* a node and code of its slot */
#define NEAR_BYTES ((size_t) 1 << 20)

/* The thresholds that one slot is compared with, distinct and ascending. */
typedef struct SlotThresholds
{
	int32_t n;	/* nodes that ask, then distinct thresholds */
	int32_t at; /* where they begin */
} SlotThresholds;

typedef struct Collected
{
	int32_t n_slots; /* of the ensemble */
	SlotThresholds *slots;
	size_t n_values;
	double *values;
} Collected;

static void
collected_release(Collected *collected, const Allocator *allocator)
{
	memory_release(allocator, collected->slots, (size_t) collected->n_slots,
				   sizeof(SlotThresholds));
	memory_release(allocator, collected->values, collected->n_values, sizeof(double));
}

/* Counts the questions of each slot, or notes the thresholds. */
static void
collect(const Ensemble *ensemble, Collected *collected)
{
	int32_t t;
	int32_t i;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		const Tree *tree = &ensemble->trees[t];

		for (i = 0; i < tree->n_nodes; i++)
		{
			const TreeNode *node = &tree->nodes[i];
			SlotThresholds *slot;

			if (node->slot == TREE_LEAF)
				continue;
			slot = &collected->slots[node->slot];
			if (collected->values != NULL && node->slot < ensemble->n_numbers)
				collected->values[slot->at + slot->n] = node->threshold;
			slot->n++;
		}
	}
}

/* Of category slots n is the number of questions. */
static Status
collect_thresholds(const Ensemble *ensemble, const Allocator *allocator, Collected *collected)
{
	int32_t n = ensemble->n_numbers + ensemble->n_categories;
	int32_t total = 0;
	int32_t s;

	*collected = (Collected){.n_slots = n};
	collected->slots = memory_allocate_zero(allocator, (size_t) n, sizeof(SlotThresholds));
	if (collected->slots == NULL)
		return KERNEL_OUT_OF_MEMORY;
	collect(ensemble, collected);
	for (s = 0; s < ensemble->n_numbers; s++)
	{
		collected->slots[s].at = total;
		total += collected->slots[s].n;
	}
	collected->values = memory_allocate(allocator, (size_t) total, sizeof(double));
	if (collected->values == NULL)
	{
		collected_release(collected, allocator);
		return KERNEL_OUT_OF_MEMORY;
	}
	collected->n_values = (size_t) total;
	for (s = 0; s < n; s++)
		collected->slots[s].n = 0;
	collect(ensemble, collected);
	for (s = 0; s < ensemble->n_numbers; s++)
	{
		SlotThresholds *slot = &collected->slots[s];

		slot->n = (int32_t) distinct_values(collected->values + slot->at, (size_t) slot->n);
	}
	return KERNEL_OK;
}

/* Codes of a slot without the one of a missing value. */
static int32_t
slot_codes(const Ensemble *ensemble, const Collected *collected, int32_t slot)
{
	return slot < ensemble->n_numbers ? collected->slots[slot].n + 1 :
										(int32_t) ensemble->n_levels[slot - ensemble->n_numbers];
}

static int32_t
padded_trees(const Ensemble *ensemble)
{
	return (ensemble->n_trees + LEAF_MASK_TREES - 1) / LEAF_MASK_TREES * LEAF_MASK_TREES;
}

Status
leaf_mask_plan(const Ensemble *ensemble, const Allocator *allocator, LeafMaskPlan *plan)
{
	LeafMaskPlan made = {.is_possible = true, .width = 32};
	Collected collected;
	double row_bytes;
	double rows = 0.0;
	double read = 0.0;
	int32_t s;

	for (s = 0; s < ensemble->n_trees; s++)
	{
		int32_t n_leaves = (ensemble->trees[s].n_nodes + 1) / 2;

		made.width = n_leaves > 32 ? 64 : made.width;
		made.is_possible &= n_leaves <= MAX_LEAVES;
	}
	if (!made.is_possible)
	{
		*plan = made;
		return KERNEL_OK;
	}
	if (collect_thresholds(ensemble, allocator, &collected) != KERNEL_OK)
		return KERNEL_OUT_OF_MEMORY;
	row_bytes = (double) padded_trees(ensemble) * made.width / 8;
	for (s = 0; s < collected.n_slots; s++)
	{
		if (collected.slots[s].n == 0)
			continue;
		rows += slot_codes(ensemble, &collected, s) + 1;
		read += row_bytes;
		made.row_cost += COST_CODE;
		made.build_cost +=
			COST_BUILD_CELL * collected.slots[s].n * (slot_codes(ensemble, &collected, s) + 1);
	}
	collected_release(&collected, allocator);
	made.is_possible = rows * row_bytes < 1e9;
	made.bytes = made.is_possible ? (size_t) (rows * row_bytes) : 0;
	made.row_cost += COST_TREE * ensemble->n_trees +
		read * (made.bytes <= NEAR_BYTES ? COST_BYTE_NEAR : COST_BYTE_FAR);
	made.build_cost += (double) made.bytes / 4;
	*plan = made;
	return KERNEL_OK;
}

/* Clears the bits [from, to) of the mask of tree t. */
static void
clear_leaves(const LeafMasks *masks, uint8_t *row, int32_t t, int32_t from, int32_t to)
{
	uint64_t span = (to - from == 64 ? UINT64_MAX : (UINT64_C(1) << (to - from)) - 1) << from;

	if (masks->width == 32)
	{
		uint32_t mask;

		memcpy(&mask, row + 4 * (size_t) t, sizeof(mask));
		mask &= ~(uint32_t) span;
		memcpy(row + 4 * (size_t) t, &mask, sizeof(mask));
	}
	else
	{
		uint64_t mask;

		memcpy(&mask, row + 8 * (size_t) t, sizeof(mask));
		mask &= ~span;
		memcpy(row + 8 * (size_t) t, &mask, sizeof(mask));
	}
}

/* Does the node send a value of this code to the left? */
static bool
code_goes_left(const Tree *tree, const TreeNode *node, const MaskSlot *slot, int32_t code)
{
	if (code == slot->n_codes)
		return node->missing_left;
	if (slot->is_category)
		return (tree->words[node->subset + (uint32_t) code / 32] >> code % 32 & 1) != 0;
	/* the code is how many thresholds are below the value; the last one is above them all */
	return code < slot->n_codes - 1 && slot->thresholds[code] <= node->threshold;
}

/* What one tree says in every row. */
static void
add_tree(LeafMasks *masks, MaskSlot *const *slot_of, int32_t t)
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
		MaskSlot *slot;

		if (node->slot == TREE_LEAF)
			continue;
		slot = slot_of[node->slot];
		for (code = 0; code <= slot->n_codes; code++)
		{
			int32_t wrong = code_goes_left(tree, node, slot, code) ? node->right : node->left;

			clear_leaves(masks, slot->rows + (size_t) code * masks->row_bytes, t, first[wrong],
						 last[wrong]);
		}
	}
}

/* One slot's thresholds and rows of ones; false when memory is refused. */
static bool
begin_slot(LeafMasks *masks, MaskSlot *slot, const Collected *collected, int32_t s,
		   const Allocator *allocator)
{
	const SlotThresholds *thresholds = &collected->slots[s];
	size_t room;
	size_t i;

	slot->slot = s;
	slot->is_category = s >= masks->ensemble->n_numbers;
	slot->n_codes = slot_codes(masks->ensemble, collected, s);
	room = ((size_t) slot->n_codes + 1) * masks->row_bytes;
	slot->rows = memory_allocate(allocator, room, 1);
	if (slot->rows == NULL)
		return false;
	memset(slot->rows, 0xff, room);
	if (slot->is_category)
		return true;
	while ((1 << slot->steps) - 1 < thresholds->n)
		slot->steps++;
	room = ((size_t) 1 << slot->steps) - 1;
	slot->thresholds = memory_allocate(allocator, room, sizeof(double));
	for (i = 0; slot->thresholds != NULL && i < room; i++)
		slot->thresholds[i] =
			i < (size_t) thresholds->n ? collected->values[(size_t) thresholds->at + i] : INFINITY;
	return slot->thresholds != NULL;
}

/* Slots, and rows that the trees have cleared; false when memory is refused. */
static bool
fill(LeafMasks *masks, const Collected *collected, const Allocator *allocator)
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
		slot_of[s] = &masks->slots[n++];
		is_good = begin_slot(masks, slot_of[s], collected, s, allocator);
	}
	for (s = 0; s < masks->ensemble->n_trees && is_good; s++)
		add_tree(masks, slot_of, s);
	memory_release(allocator, slot_of, (size_t) collected->n_slots, sizeof(MaskSlot *));
	return is_good;
}

LeafMasks *
leaf_mask_create(const Ensemble *ensemble, const LeafMaskPlan *plan, const Allocator *allocator)
{
	LeafMasks *masks;
	Collected collected;
	bool is_good;
	int32_t s;

	if (collect_thresholds(ensemble, allocator, &collected) != KERNEL_OK)
		return NULL;
	masks = memory_allocate_zero(allocator, 1, sizeof(LeafMasks));
	if (masks != NULL)
	{
		masks->ensemble = ensemble;
		masks->width = plan->width;
		masks->n_trees = padded_trees(ensemble);
		masks->row_bytes = (size_t) masks->n_trees * (size_t) plan->width / 8;
		for (s = 0; s < collected.n_slots; s++)
			masks->n_slots += collected.slots[s].n > 0;
		masks->slots = memory_allocate_zero(allocator, (size_t) masks->n_slots, sizeof(MaskSlot));
		masks->rows = memory_allocate(allocator, (size_t) masks->n_slots, sizeof(uint8_t *));
		masks->masks = memory_allocate(allocator, masks->row_bytes, 1);
		masks->values = memory_allocate_zero(
			allocator, (size_t) masks->n_trees * (size_t) masks->width, sizeof(double));
		is_good = masks->slots != NULL && masks->rows != NULL && masks->masks != NULL &&
			masks->values != NULL && fill(masks, &collected, allocator);
		if (!is_good)
		{
			leaf_mask_release(masks, allocator);
			masks = NULL;
		}
	}
	collected_release(&collected, allocator);
	return masks;
}

void
leaf_mask_release(LeafMasks *masks, const Allocator *allocator)
{
	int32_t s;

	for (s = 0; masks->slots != NULL && s < masks->n_slots; s++)
	{
		MaskSlot *slot = &masks->slots[s];

		memory_release(allocator, slot->rows, ((size_t) slot->n_codes + 1) * masks->row_bytes, 1);
		memory_release(allocator, slot->thresholds, ((size_t) 1 << slot->steps) - 1,
					   sizeof(double));
	}
	memory_release(allocator, masks->slots, (size_t) masks->n_slots, sizeof(MaskSlot));
	memory_release(allocator, masks->rows, (size_t) masks->n_slots, sizeof(uint8_t *));
	memory_release(allocator, masks->masks, masks->row_bytes, 1);
	memory_release(allocator, masks->values, (size_t) masks->n_trees * (size_t) masks->width,
				   sizeof(double));
	memory_release(allocator, masks, 1, sizeof(LeafMasks));
}

#define SIDE_BY_SIDE 4

/*
 * The codes of up to four slots: how many of a number's thresholds are below it, by halves without
 * a branch.  Each search waits for its own loads; four of them wait together.
 */
static inline void
find_codes(const MaskSlot *slots, int32_t n, const double *vector, size_t codes[SIDE_BY_SIDE])
{
	double values[SIDE_BY_SIDE];
	size_t most = 0;
	size_t half;
	int32_t s;

	for (s = 0; s < n; s++)
	{
		size_t first = ((size_t) 1 << slots[s].steps) >> 1;

		values[s] = vector[slots[s].slot];
		codes[s] = 0;
		most = first > most ? first : most;
	}
	for (half = most; half > 0; half >>= 1)
	{
		for (s = 0; s < n; s++)
		{
			/* A slot with fewer thresholds begins later: until then its place would be beyond them. */
			size_t place = codes[s] + half - 1;
			size_t last = ((size_t) 1 << slots[s].steps) - 1;

			if (place < last)
				codes[s] += half & -(size_t) (slots[s].thresholds[place] < values[s]);
		}
	}
	for (s = 0; s < n; s++)
	{
		size_t missing = (size_t) slots[s].n_codes;

		if (slots[s].is_category)
			codes[s] = (uint32_t) values[s] - 1 < (uint32_t) missing ?
				(size_t) (uint32_t) values[s] - 1 :
				missing;
		else if (values[s] != values[s])
			codes[s] = missing;
	}
}

void
leaf_mask_lanes(const LeafMasks *masks, const double *vector, double *lanes)
{
	const Ensemble *ensemble = masks->ensemble;
	int32_t s;
	int32_t t;

	for (s = 0; s < masks->n_slots; s += SIDE_BY_SIDE)
	{
		size_t codes[SIDE_BY_SIDE];
		int32_t n = masks->n_slots - s < SIDE_BY_SIDE ? masks->n_slots - s : SIDE_BY_SIDE;

		find_codes(&masks->slots[s], n, vector, codes);
		for (t = 0; t < n; t++)
			masks->rows[s + t] = masks->slots[s + t].rows + codes[t] * masks->row_bytes;
	}
	leaf_mask_and(masks->masks, masks->rows, masks->n_slots, masks->row_bytes);
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
