/*
 * rank_nodes.c: planning and building nodes of ranks, and walking eight trees at a time.
 */
#include "kernel/tree/rank_nodes.h"

#include <string.h>

#include "kernel/tree/scorer.h"
#include "kernel/tree/slot_thresholds.h"

#define GROUP TREE_LANES	 /* trees side by side, each with a lane of its own */
#define NO_RANK UINT16_MAX	 /* exceeds every node's code */
#define MAX_RANK 65534		 /* thresholds of a slot */
#define MAX_NODES UINT32_MAX /* of all trees */

/* Estimates in nanoseconds, as in leaf_mask.c. */
#define COST_CODE 5.0	   /* a number: its rank and two codes */
#define COST_FLAG 0.1	   /* a category node's code */
#define COST_VISIT 1.9	   /* a node visited, of nodes that fit a cache of 1 MB */
#define COST_VISIT_FAR 2.5 /* of more */
#define COST_GROUP 6.0	   /* eight trees: the end is not foreseen */
#define COST_BUILD_NODE 40.0
#define COST_BUILD_FLAG 2.0 /* a category node and level */
#define NEAR_BYTES ((size_t) 1 << 20)

static uint64_t
make_node(uint32_t code, size_t place, uint32_t left)
{
	return code | (uint64_t) place << 16 | (uint64_t) left << 32;
}

/* Sums up what the slots take. */
static void
plan_slots(const Ensemble *ensemble, const SlotThresholds *collected, RankNodesPlan *plan)
{
	double places = 1.0;
	int32_t s;

	for (s = 0; s < collected->n_slots; s++)
	{
		double n = collected->slots[s].n;

		if (n == 0.0)
			continue;
		if (s < ensemble->n_numbers)
		{
			plan->is_possible &= n <= MAX_RANK;
			plan->row_cost += COST_CODE;
			plan->bytes += rank_room((size_t) n) * sizeof(double);
			places += 2.0;
		}
		else
		{
			double flags = n * (ensemble->n_levels[s - ensemble->n_numbers] + 1.0);

			plan->row_cost += COST_CODE + COST_FLAG * n;
			plan->build_cost += COST_BUILD_FLAG * flags;
			plan->is_possible &= flags < 1e8;
			plan->bytes += plan->is_possible ? (size_t) flags * sizeof(uint16_t) : 0;
			places += n;
		}
	}
	plan->is_possible &= places <= UINT16_MAX;
}

Status
rank_nodes_plan(const Ensemble *ensemble, const Allocator *allocator, RankNodesPlan *plan)
{
	RankNodesPlan made = {.is_possible = true};
	SlotThresholds collected;
	double visits = 0.0;
	double nodes = 1.0;
	int32_t t;
	int32_t i;

	if (slot_thresholds_create(&collected, ensemble, allocator) != KERNEL_OK)
		return KERNEL_OUT_OF_MEMORY;
	plan_slots(ensemble, &collected, &made);
	slot_thresholds_release(&collected, allocator);
	for (t = 0; t < ensemble->n_trees; t++)
	{
		const Tree *tree = &ensemble->trees[t];
		double visited = 0.0;

		/* Every node is visited by its cover, so depth is their sum by the root's. */
		for (i = 0; i < tree->n_nodes; i++)
			visited += tree->nodes[i].cover;
		visits += tree->nodes[0].cover > 0.0 ? visited / tree->nodes[0].cover : 1.0;
		nodes += tree->n_nodes;
	}
	made.is_possible &= nodes < MAX_NODES;
	made.bytes += made.is_possible ? (size_t) nodes * (sizeof(uint64_t) + sizeof(double)) : 0;
	made.row_cost += visits * (made.bytes <= NEAR_BYTES ? COST_VISIT : COST_VISIT_FAR) +
		COST_GROUP * ((double) ensemble->n_trees / GROUP + 1.0);
	made.build_cost += COST_BUILD_NODE * nodes;
	*plan = made;
	return KERNEL_OK;
}

/* Counts what the arrays hold. */
static void
count(RankNodes *ranked, const SlotThresholds *collected)
{
	const Ensemble *ensemble = ranked->ensemble;
	int32_t s;

	ranked->n_nodes = 1;
	for (s = 0; s < ensemble->n_trees; s++)
		ranked->n_nodes += (size_t) ensemble->trees[s].n_nodes;
	ranked->n_roots = (ensemble->n_trees + GROUP - 1) / GROUP * GROUP;
	for (s = 0; s < collected->n_slots; s++)
	{
		if (collected->slots[s].n == 0)
			continue;
		if (s < ensemble->n_numbers)
		{
			ranked->n_numbers++;
			ranked->n_blocks += rank_room((size_t) collected->slots[s].n);
			ranked->n_places += 2;
		}
		else
		{
			ranked->n_categories++;
			ranked->n_places += (size_t) collected->slots[s].n;
		}
	}
	ranked->n_places++; /* leaves ask for one too */
}

static bool
allocate(RankNodes *ranked, const Allocator *allocator)
{
	size_t n = (size_t) ranked->n_numbers;

	ranked->nodes = memory_allocate(allocator, ranked->n_nodes, sizeof(uint64_t));
	ranked->values = memory_allocate_zero(allocator, ranked->n_nodes, sizeof(double));
	ranked->roots = memory_allocate_zero(allocator, (size_t) ranked->n_roots, sizeof(uint32_t));
	ranked->searches = memory_allocate_zero(allocator, n, sizeof(RankSearch));
	ranked->blocks = memory_allocate(allocator, ranked->n_blocks, sizeof(double));
	ranked->categories =
		memory_allocate_zero(allocator, (size_t) ranked->n_categories, sizeof(RankCategory));
	ranked->ranks = memory_allocate(allocator, n, sizeof(size_t));
	ranked->codes = memory_allocate_zero(allocator, ranked->n_places, sizeof(uint16_t));
	return ranked->nodes != NULL && ranked->values != NULL && ranked->roots != NULL &&
		ranked->searches != NULL && ranked->blocks != NULL && ranked->categories != NULL &&
		ranked->ranks != NULL && ranked->codes != NULL;
}

/* Searches and places of all slots that are asked for; index_of: by slot.  False: no memory. */
static bool
begin_slots(RankNodes *ranked, const SlotThresholds *collected, int32_t *index_of,
			const Allocator *allocator)
{
	const Ensemble *ensemble = ranked->ensemble;
	double *blocks = ranked->blocks;
	int32_t place = 2 * ranked->n_numbers;
	int32_t n[2] = {0, 0};
	int32_t s;

	for (s = 0; s < collected->n_slots; s++)
	{
		const AskedSlot *asked = &collected->slots[s];
		bool is_category = s >= ensemble->n_numbers;

		if (asked->n == 0)
			continue;
		index_of[s] = n[is_category]++;
		if (!is_category)
		{
			rank_begin(&ranked->searches[index_of[s]], s, collected->values + asked->at,
					   (size_t) asked->n, blocks);
			blocks += rank_room((size_t) asked->n);
			continue;
		}
		if (!rank_category_begin(&ranked->categories[index_of[s]], ensemble, s, asked->n, place,
								 allocator))
			return false;
		place += asked->n;
	}
	return true;
}

/* One tree's nodes, the root at *next; ids: scratch, its nodes. */
static void
add_tree(RankNodes *ranked, const SlotThresholds *collected, const int32_t *index_of,
		 const Tree *tree, uint32_t *ids, uint32_t *next)
{
	int32_t i;

	ids[0] = (*next)++;
	for (i = 0; i < tree->n_nodes; i++)
	{
		const TreeNode *node = &tree->nodes[i];
		uint32_t id = ids[i];
		uint32_t code = 0;
		size_t place;

		if (node->slot == TREE_LEAF)
		{
			ranked->nodes[id] = make_node(NO_RANK, 0, id);
			ranked->values[id] = node->value;
			continue;
		}
		if (node->slot < ranked->ensemble->n_numbers)
		{
			code = slot_thresholds_place(collected, node->slot, node->threshold);
			place = 2 * (size_t) index_of[node->slot] + !node->missing_left;
		}
		else
			place = rank_category_add(&ranked->categories[index_of[node->slot]], tree, node);
		ids[node->left] = *next;
		ids[node->right] = *next + 1;
		ranked->nodes[id] = make_node(code, place, *next);
		*next += 2;
	}
}

/* All trees; false when memory is refused. */
static bool
fill(RankNodes *ranked, const SlotThresholds *collected, const Allocator *allocator)
{
	const Ensemble *ensemble = ranked->ensemble;
	size_t n_slots = (size_t) collected->n_slots;
	size_t largest = 1;
	int32_t *index_of = memory_allocate_zero(allocator, n_slots, sizeof(int32_t));
	uint32_t *ids;
	uint32_t next = 1;
	bool is_good;
	int32_t t;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		if ((size_t) ensemble->trees[t].n_nodes > largest)
			largest = (size_t) ensemble->trees[t].n_nodes;
	}
	ids = memory_allocate(allocator, largest, sizeof(uint32_t));
	is_good =
		index_of != NULL && ids != NULL && begin_slots(ranked, collected, index_of, allocator);
	ranked->nodes[0] = make_node(NO_RANK, 0, 0); /* what is beyond the last tree */
	for (t = 0; t < ensemble->n_trees && is_good; t++)
	{
		ranked->roots[t] = next;
		add_tree(ranked, collected, index_of, &ensemble->trees[t], ids, &next);
	}
	memory_release(allocator, index_of, n_slots, sizeof(int32_t));
	memory_release(allocator, ids, largest, sizeof(uint32_t));
	return is_good;
}

RankNodes *
rank_nodes_create(const Ensemble *ensemble, const Allocator *allocator)
{
	RankNodes *ranked;
	SlotThresholds collected;

	if (slot_thresholds_create(&collected, ensemble, allocator) != KERNEL_OK)
		return NULL;
	ranked = memory_allocate_zero(allocator, 1, sizeof(RankNodes));
	if (ranked != NULL)
	{
		ranked->ensemble = ensemble;
		count(ranked, &collected);
		if (!allocate(ranked, allocator) || !fill(ranked, &collected, allocator))
		{
			rank_nodes_release(ranked, allocator);
			ranked = NULL;
		}
	}
	slot_thresholds_release(&collected, allocator);
	return ranked;
}

void
rank_nodes_release(RankNodes *ranked, const Allocator *allocator)
{
	size_t n = (size_t) ranked->n_numbers;
	int32_t i;

	for (i = 0; ranked->categories != NULL && i < ranked->n_categories; i++)
		rank_category_release(&ranked->categories[i], allocator);
	memory_release(allocator, ranked->nodes, ranked->n_nodes, sizeof(uint64_t));
	memory_release(allocator, ranked->values, ranked->n_nodes, sizeof(double));
	memory_release(allocator, ranked->roots, (size_t) ranked->n_roots, sizeof(uint32_t));
	memory_release(allocator, ranked->searches, n, sizeof(RankSearch));
	memory_release(allocator, ranked->blocks, ranked->n_blocks, sizeof(double));
	memory_release(allocator, ranked->categories, (size_t) ranked->n_categories,
				   sizeof(RankCategory));
	memory_release(allocator, ranked->ranks, n, sizeof(size_t));
	memory_release(allocator, ranked->codes, ranked->n_places, sizeof(uint16_t));
	memory_release(allocator, ranked, 1, sizeof(RankNodes));
}

/* The codes of a vector. */
static inline void
find_codes(const RankNodes *ranked, const double *vector)
{
	int32_t i;

	rank_find(ranked->searches, ranked->n_numbers, vector, ranked->ranks);
	for (i = 0; i < ranked->n_numbers; i++)
	{
		double x = vector[ranked->searches[i].slot];

		ranked->codes[2 * i] = (uint16_t) ranked->ranks[i]; /* of a NaN 0 */
		ranked->codes[2 * i + 1] = x != x ? NO_RANK : (uint16_t) ranked->ranks[i];
	}
	for (i = 0; i < ranked->n_categories; i++)
	{
		const RankCategory *category = &ranked->categories[i];

		memcpy(ranked->codes + category->place, rank_category_codes(category, vector),
			   sizeof(uint16_t) * (size_t) category->n_nodes);
	}
}

/* Walks eight trees from their roots to their leaves. */
static inline void
walk_group(const RankNodes *ranked, const uint32_t *roots, uint32_t at[GROUP])
{
	const uint64_t *nodes = ranked->nodes;
	const uint16_t *codes = ranked->codes;
	uint32_t moved;
	int32_t j;

	for (j = 0; j < GROUP; j++)
		at[j] = roots[j];
	do
	{
		moved = 0;
#pragma GCC unroll 8
		for (j = 0; j < GROUP; j++)
		{
			uint64_t node = nodes[at[j]];
			uint32_t next =
				(uint32_t) (node >> 32) + (codes[(uint16_t) (node >> 16)] > (uint16_t) node);

			moved |= next ^ at[j];
			at[j] = next;
		}
	} while (moved != 0);
}

void
rank_nodes_lanes(const RankNodes *ranked, const double *vector, double *lanes)
{
	const Ensemble *ensemble = ranked->ensemble;
	bool is_one = ensemble->n_outputs == 1;
	int32_t t;
	int32_t j;

	find_codes(ranked, vector);
	memset(lanes, 0, TREE_LANES * (size_t) ensemble->n_outputs * sizeof(double));
	for (t = 0; t < ranked->n_roots; t += GROUP)
	{
		uint32_t at[GROUP];

		walk_group(ranked, ranked->roots + t, at);
		if (is_one)
		{
			for (j = 0; j < GROUP; j++)
				lanes[j] += ranked->values[at[j]];
			continue;
		}
		for (j = 0; j < GROUP && t + j < ensemble->n_trees; j++)
			lanes[TREE_LANES * ensemble->trees[t + j].output + j] += ranked->values[at[j]];
	}
}
