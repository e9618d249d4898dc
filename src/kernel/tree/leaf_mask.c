/*
 * leaf_mask.c: planning, building and reading tables of leaf masks.
 */
#include "kernel/tree/leaf_mask.h"

#include <math.h>
#include <string.h>

#include "kernel/tree/scorer.h"
#include "kernel/tree/slot_thresholds.h"

#define MAX_LEAVES 64

#define LINE_NODES 504	  /* that ask in a line: 8 trees of 63 or 16 of 31 */
#define MOST_PLACES 65536 /* lines of a slot that 16 bits tell apart */
#define FEW_LINES 64	  /* among which one is looked for */

/* Estimates in nanoseconds, measured on one processor of 2024; only their ratios matter. */
#define COST_CODE 3.0	   /* a slot: rank of a number */
#define COST_TREE 0.8	   /* a tree: leaf and its value */
#define COST_LINE_NEAR 0.7 /* a line, of a table that fits a cache of 1 MB */
#define COST_LINE_FAR 1.0  /* of a larger one */
#define COST_BUILD_NODE 100.0
#define COST_BUILD_CELL 8.0	 /* a node and line of its slot */
#define COST_BUILD_PLACE 2.0 /* where a code finds a line */
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

/* What the nodes that ask for a slot come to. */
typedef struct AskedLines
{
	size_t lines; /* of masks at most, the one of ones included */
	double nodes;
	double clears;	 /* of a mask, to build them */
	int32_t in_line; /* nodes that ask in the last line of trees */
	int32_t last;	 /* that line + 1 */
} AskedLines;

/* Trees that a line holds. */
static int32_t
trees_of_line(int32_t width)
{
	return 8 * MASK_LINE / width;
}

/* Most lines that so many nodes of one slot make: numbers pass one threshold after another. */
static size_t
most_lines(int32_t nodes, bool is_category, int32_t n_codes)
{
	size_t most = (size_t) n_codes + 1;
	size_t patterns = (size_t) nodes + 2; /* that of a missing value included */

	if (is_category)
		patterns = nodes < 30 ? ((size_t) 1 << nodes) + 1 : most;
	return patterns < most ? patterns : most;
}

/* The lines of a slot's nodes in one line of trees are complete. */
static void
close_line(AskedLines *asked, bool is_category, int32_t n_codes)
{
	size_t lines = most_lines(asked->in_line, is_category, n_codes);

	asked->lines += lines;
	asked->nodes += asked->in_line;
	asked->clears += asked->in_line * (is_category ? n_codes + 1.0 : (double) lines);
	asked->in_line = 0;
}

/* asked: n_slots of the ensemble, zeroed. */
static void
count_lines(const Ensemble *ensemble, const SlotThresholds *collected, int32_t width,
			AskedLines *asked)
{
	int32_t per_line = trees_of_line(width);
	int32_t t;
	int32_t i;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		const Tree *tree = &ensemble->trees[t];

		for (i = 0; i < tree->n_nodes; i++)
		{
			int32_t s = tree->nodes[i].slot;

			if (s == TREE_LEAF)
				continue;
			if (asked[s].last != t / per_line + 1 && asked[s].last > 0)
				close_line(&asked[s], s >= ensemble->n_numbers, slot_codes(ensemble, collected, s));
			asked[s].last = t / per_line + 1;
			asked[s].in_line++;
		}
	}
	for (i = 0; i < collected->n_slots; i++)
	{
		if (asked[i].last > 0)
			close_line(&asked[i], i >= ensemble->n_numbers, slot_codes(ensemble, collected, i));
		asked[i].lines++;
	}
}

/* Sums up what the slots take. */
static void
plan_slots(const Ensemble *ensemble, const SlotThresholds *collected, const AskedLines *asked,
		   LeafMaskPlan *plan)
{
	double n_lines = (double) padded_trees(ensemble) / trees_of_line(plan->width);
	double bytes = 0.0;
	double read = 0.0;
	int32_t s;

	plan->row_cost = COST_TREE * ensemble->n_trees;
	plan->build_cost = 0.0;
	for (s = 0; s < collected->n_slots; s++)
	{
		double codes = slot_codes(ensemble, collected, s) + 1.0;

		if (collected->slots[s].n == 0)
			continue;
		plan->is_possible &= asked[s].lines <= MOST_PLACES;
		bytes += (double) asked[s].lines * MASK_LINE + codes * n_lines * sizeof(uint16_t);
		read += n_lines;
		plan->row_cost += COST_CODE;
		plan->build_cost += COST_BUILD_NODE * asked[s].nodes + COST_BUILD_CELL * asked[s].clears +
			COST_BUILD_PLACE * codes * n_lines;
	}
	plan->is_possible &= bytes < 1e9;
	plan->bytes = plan->is_possible ? (size_t) bytes : 0;
	plan->row_cost += read * (plan->bytes <= NEAR_BYTES ? COST_LINE_NEAR : COST_LINE_FAR);
}

Status
leaf_mask_plan(const Ensemble *ensemble, const Allocator *allocator, LeafMaskPlan *plan)
{
	LeafMaskPlan made = {.is_possible = true, .width = 32};
	SlotThresholds collected;
	AskedLines *asked;
	size_t n_slots;
	int32_t t;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		int32_t n_leaves = (ensemble->trees[t].n_nodes + 1) / 2;

		made.width = n_leaves > 32 ? 64 : made.width;
		made.is_possible &= n_leaves <= MAX_LEAVES;
	}
	if (!made.is_possible)
	{
		*plan = made;
		return KERNEL_OK;
	}
	if (slot_thresholds_create(&collected, ensemble, allocator) != KERNEL_OK)
		return KERNEL_OUT_OF_MEMORY;
	n_slots = (size_t) collected.n_slots;
	asked = memory_allocate_zero(allocator, n_slots, sizeof(AskedLines));
	if (asked != NULL)
	{
		count_lines(ensemble, &collected, made.width, asked);
		plan_slots(ensemble, &collected, asked, &made);
		memory_release(allocator, asked, n_slots, sizeof(AskedLines));
		*plan = made;
	}
	slot_thresholds_release(&collected, allocator);
	return asked != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
}

/* A node that asks for a slot, in the line of trees at hand. */
typedef struct AskingNode
{
	const Tree *tree;
	const TreeNode *node;
	int32_t next;	/* that asks for the same slot, -1: none */
	int32_t rank;	/* of a number's threshold */
	uint8_t place;	/* of the tree in the line */
	uint8_t first;	/* leaf below the node */
	uint8_t middle; /* first one on the right */
	uint8_t end;	/* past the last one */
} AskingNode;

/* What building a table needs beside it. */
typedef struct MaskBuilder
{
	LeafMasks *masks;
	const SlotThresholds *collected;
	AskedLines *asked;
	int32_t *heads; /* of each slot of the ensemble: the node that asks for it last, -1: none */
	size_t *used;	/* lines of each slot that are made */
	int32_t n_nodes;
	AskingNode nodes[LINE_NODES]; /* that ask in the line of trees */
} MaskBuilder;

/* Clears the bits [from, to) of the mask at a place of the line. */
static void
clear_leaves(int32_t width, uint8_t *line, size_t place, int from, int to)
{
	uint64_t span = (to - from == 64 ? UINT64_MAX : (UINT64_C(1) << (to - from)) - 1) << from;

	if (width == 32)
	{
		uint32_t mask;

		memcpy(&mask, line + 4 * place, sizeof(mask));
		mask &= ~(uint32_t) span;
		memcpy(line + 4 * place, &mask, sizeof(mask));
	}
	else
	{
		uint64_t mask;

		memcpy(&mask, line + 8 * place, sizeof(mask));
		mask &= ~span;
		memcpy(line + 8 * place, &mask, sizeof(mask));
	}
}

/* Does the node send a value of this code to the left? */
static bool
code_goes_left(const AskingNode *asking, const MaskSlot *slot, int32_t code)
{
	const TreeNode *node = asking->node;

	if (code == slot->n_codes)
		return node->missing_left;
	if (slot->is_category)
		return (asking->tree->words[node->subset + (uint32_t) code / 32] >> code % 32 & 1) != 0;
	return code <= asking->rank; /* the code is how many thresholds are below the value */
}

/*
 * The line of a code, by the nodes from `head` on, at a place of the slot's.  Returns the first code
 * that may have another one.
 */
static int32_t
make_line(const MaskBuilder *builder, const MaskSlot *slot, int32_t head, int32_t code,
		  size_t place)
{
	uint8_t *line = slot->lines + place * MASK_LINE;
	int32_t next = slot->is_category || code == slot->n_codes ? code + 1 : slot->n_codes;
	int32_t i;

	memset(line, 0xff, MASK_LINE);
	for (i = head; i >= 0; i = builder->nodes[i].next)
	{
		const AskingNode *asking = &builder->nodes[i];

		if (code_goes_left(asking, slot, code))
			clear_leaves(builder->masks->width, line, asking->place, asking->middle, asking->end);
		else
			clear_leaves(builder->masks->width, line, asking->place, asking->first, asking->middle);
		if (code <= asking->rank && asking->rank < next)
			next = asking->rank + 1;
	}
	return next;
}

/* Where a line like the one at `made` is, of those from `first` on. */
static size_t
find_line(const MaskSlot *slot, size_t first, size_t made)
{
	const uint8_t *line = slot->lines + made * MASK_LINE;
	size_t at = made - first > FEW_LINES ? made - FEW_LINES : first;

	while (at < made && memcmp(slot->lines + at * MASK_LINE, line, MASK_LINE) != 0)
		at++;
	return at;
}

/* The lines of a slot in line l of trees, and where each code finds its own. */
static void
add_lines(MaskBuilder *builder, MaskSlot *slot, int32_t l)
{
	int32_t n_lines = builder->masks->n_lines;
	int32_t head = builder->heads[slot->slot];
	size_t *used = &builder->used[slot->slot];
	size_t first = *used;
	int32_t code = 0;

	while (code <= slot->n_codes)
	{
		int32_t next = make_line(builder, slot, head, code, *used);
		size_t place = find_line(slot, first, *used);

		*used += place == *used;
		for (; code < next; code++)
			slot->places[(size_t) code * (size_t) n_lines + (size_t) l] = (uint16_t) place;
	}
}

/* A tree's leaves and the nodes that ask. */
static void
add_tree(MaskBuilder *builder, int32_t t)
{
	LeafMasks *masks = builder->masks;
	const Tree *tree = &masks->ensemble->trees[t];
	uint8_t first[2 * MAX_LEAVES]; /* the first leaf below each node */
	uint8_t end[2 * MAX_LEAVES];   /* past the last one */
	int32_t n = (tree->n_nodes + 1) / 2;
	int32_t i;

	for (i = tree->n_nodes - 1; i >= 0; i--)
	{
		const TreeNode *node = &tree->nodes[i];
		AskingNode *asking = &builder->nodes[builder->n_nodes];

		if (node->slot == TREE_LEAF)
		{
			masks->values[(size_t) t * (size_t) masks->width + (size_t) --n] = node->value;
			first[i] = (uint8_t) n;
			end[i] = (uint8_t) (n + 1);
			continue;
		}
		first[i] = first[node->left];
		end[i] = end[node->right];
		*asking = (AskingNode){.tree = tree,
							   .node = node,
							   .next = builder->heads[node->slot],
							   .rank = -1,
							   .place = (uint8_t) (t % trees_of_line(masks->width)),
							   .first = first[i],
							   .middle = first[node->right],
							   .end = end[i]};
		if (node->slot < masks->ensemble->n_numbers)
			asking->rank =
				(int32_t) slot_thresholds_place(builder->collected, node->slot, node->threshold);
		builder->heads[node->slot] = builder->n_nodes++;
	}
}

/* Line l of trees, in the rows of all slots. */
static void
add_trees(MaskBuilder *builder, int32_t l)
{
	LeafMasks *masks = builder->masks;
	int32_t n = trees_of_line(masks->width);
	int32_t t;
	int32_t s;

	builder->n_nodes = 0;
	for (s = 0; s < builder->collected->n_slots; s++)
		builder->heads[s] = -1;
	for (t = l * n; t < (l + 1) * n && t < masks->ensemble->n_trees; t++)
		add_tree(builder, t);
	for (s = 0; s < masks->n_slots; s++)
	{
		if (builder->heads[masks->slots[s].slot] >= 0)
			add_lines(builder, &masks->slots[s], l);
	}
}

/* One slot's search, places and a line of ones; false when memory is refused. */
static bool
begin_slot(LeafMasks *masks, MaskSlot *slot, const SlotThresholds *collected, int32_t s,
		   size_t room, const Allocator *allocator)
{
	const AskedSlot *thresholds = &collected->slots[s];
	uintptr_t at;

	slot->slot = s;
	slot->is_category = s >= masks->ensemble->n_numbers;
	slot->n_codes = slot_codes(masks->ensemble, collected, s);
	slot->places = memory_allocate_zero(
		allocator, ((size_t) slot->n_codes + 1) * (size_t) masks->n_lines, sizeof(uint16_t));
	slot->room = room;
	slot->block = memory_allocate(allocator, room + 1, MASK_LINE);
	if (slot->places == NULL || slot->block == NULL)
		return false;
	at = (uintptr_t) slot->block;
	slot->lines = slot->block + (MASK_LINE - at % MASK_LINE) % MASK_LINE;
	memset(slot->lines, 0xff, MASK_LINE);
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

/* Slots, and lines that the trees have cleared; false when memory is refused. */
static bool
fill(MaskBuilder *builder, const Allocator *allocator)
{
	LeafMasks *masks = builder->masks;
	const SlotThresholds *collected = builder->collected;
	int32_t n = 0;
	int32_t s;

	count_lines(masks->ensemble, collected, masks->width, builder->asked);
	for (s = 0; s < collected->n_slots; s++)
	{
		if (collected->slots[s].n == 0)
			continue;
		if (!begin_slot(masks, &masks->slots[n], collected, s, builder->asked[s].lines, allocator))
			return false;
		builder->used[s] = 1;
		masks->lines[n] = masks->slots[n].lines;
		n++;
	}
	for (s = 0; s < masks->n_lines; s++)
		add_trees(builder, s);
	return true;
}

/* The same with room for what it needs meanwhile. */
static bool
build(LeafMasks *masks, const SlotThresholds *collected, const Allocator *allocator)
{
	size_t n = (size_t) collected->n_slots;
	MaskBuilder *builder = memory_allocate(allocator, 1, sizeof(MaskBuilder));
	bool is_good = false;

	if (builder == NULL)
		return false;
	builder->masks = masks;
	builder->collected = collected;
	builder->asked = memory_allocate_zero(allocator, n, sizeof(AskedLines));
	builder->heads = memory_allocate(allocator, n, sizeof(int32_t));
	builder->used = memory_allocate(allocator, n, sizeof(size_t));
	if (builder->asked != NULL && builder->heads != NULL && builder->used != NULL)
		is_good = fill(builder, allocator);
	memory_release(allocator, builder->asked, n, sizeof(AskedLines));
	memory_release(allocator, builder->heads, n, sizeof(int32_t));
	memory_release(allocator, builder->used, n, sizeof(size_t));
	memory_release(allocator, builder, 1, sizeof(MaskBuilder));
	return is_good;
}

/* What all slots share; false when memory is refused. */
static bool
allocate_shared(LeafMasks *masks, const Allocator *allocator)
{
	size_t n = (size_t) masks->n_slots;

	masks->slots = memory_allocate_zero(allocator, n, sizeof(MaskSlot));
	masks->searches = memory_allocate_zero(allocator, n, sizeof(RankSearch));
	masks->lines = memory_allocate(allocator, n, sizeof(uint8_t *));
	masks->codes = memory_allocate(allocator, n, sizeof(size_t));
	masks->places = memory_allocate(allocator, n, sizeof(uint16_t *));
	masks->masks = memory_allocate(allocator, (size_t) masks->n_lines, MASK_LINE);
	masks->values = memory_allocate_zero(allocator, (size_t) masks->n_trees * (size_t) masks->width,
										 sizeof(double));
	return masks->slots != NULL && masks->searches != NULL && masks->lines != NULL &&
		masks->codes != NULL && masks->places != NULL && masks->masks != NULL &&
		masks->values != NULL;
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
		masks->n_trees = padded_trees(ensemble);
		masks->n_lines = masks->n_trees / trees_of_line(masks->width);
		for (s = 0; s < collected.n_slots; s++)
			masks->n_slots += collected.slots[s].n > 0;
		if (!allocate_shared(masks, allocator) || !build(masks, &collected, allocator))
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

		memory_release(allocator, slot->places, ((size_t) slot->n_codes + 1) * n_lines,
					   sizeof(uint16_t));
		memory_release(allocator, slot->block, slot->room + 1, MASK_LINE);
		memory_release(allocator, slot->blocks, slot->n_blocks, sizeof(double));
	}
	memory_release(allocator, masks->slots, n, sizeof(MaskSlot));
	memory_release(allocator, masks->searches, n, sizeof(RankSearch));
	memory_release(allocator, masks->lines, n, sizeof(uint8_t *));
	memory_release(allocator, masks->codes, n, sizeof(size_t));
	memory_release(allocator, masks->places, n, sizeof(uint16_t *));
	memory_release(allocator, masks->masks, n_lines, MASK_LINE);
	memory_release(allocator, masks->values, (size_t) masks->n_trees * (size_t) masks->width,
				   sizeof(double));
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

		masks->places[s] = slot->places + code * (size_t) masks->n_lines;
	}
	for (; s < masks->n_slots; s++)
	{
		const MaskSlot *slot = &masks->slots[s];
		uint32_t level = (uint32_t) vector[slot->slot] - 1;
		uint32_t missing = (uint32_t) slot->n_codes;

		masks->places[s] =
			slot->places + (level < missing ? level : missing) * (size_t) masks->n_lines;
	}
}

void
leaf_mask_lanes(const LeafMasks *masks, const double *vector, double *lanes)
{
	const Ensemble *ensemble = masks->ensemble;
	int32_t t;

	find_rows(masks, vector);
	leaf_mask_and(masks->masks, masks->places, masks->lines, masks->n_slots, masks->n_lines);
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
