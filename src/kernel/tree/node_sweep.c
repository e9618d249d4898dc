/*
 * node_sweep.c: putting the nodes of trees in order, and scoring with them.
 */
#include "kernel/tree/node_sweep.h"

#include <string.h>

#include "kernel/tree/scorer.h"

/* Estimates in nanoseconds, as in leaf_mask.c. */
#define COST_STEP 2.0  /* a node of 64 trees */
#define COST_TREE 0.35 /* its leaf's value */
#define COST_BUILD_NODE 100.0

static int32_t
groups_of(const Ensemble *ensemble)
{
	return (ensemble->n_trees + SWEEP_TREES - 1) / SWEEP_TREES;
}

/* Inner nodes of the largest tree of a group. */
static int32_t
steps_of(const Ensemble *ensemble, int32_t g)
{
	int32_t end = (g + 1) * SWEEP_TREES;
	int32_t most = 0;
	int32_t t;

	for (t = g * SWEEP_TREES; t < end && t < ensemble->n_trees; t++)
	{
		int32_t n = ensemble->trees[t].n_nodes / 2;

		most = n > most ? n : most;
	}
	return most;
}

/* Trees that have values: whole rounds of the lanes. */
static size_t
padded_trees(const Ensemble *ensemble)
{
	return ((size_t) ensemble->n_trees + TREE_LANES - 1) / TREE_LANES * TREE_LANES;
}

Status
node_sweep_plan(const Ensemble *ensemble, const Allocator *allocator, NodeSweepPlan *plan)
{
	NodeSweepPlan made = {.width = 1};
	SlotThresholds collected;
	int32_t g;

	if (slot_thresholds_create(&collected, ensemble, allocator) != KERNEL_OK)
		return KERNEL_OUT_OF_MEMORY;
	made.fits = byte_coder_fits(ensemble, &collected, &made.row_cost);
	slot_thresholds_release(&collected, allocator);
	for (g = 0; g < groups_of(ensemble); g++)
	{
		int32_t n = steps_of(ensemble, g);

		made.width = n + 1 > made.width ? n + 1 : made.width;
		made.n_steps += (size_t) n;
	}
	made.fits &= made.width <= SWEEP_LEAVES;
	made.is_possible = made.fits && node_sweep_suits();
	made.bytes = made.n_steps * sizeof(SweepStep) +
		padded_trees(ensemble) * (size_t) made.width * sizeof(double);
	made.row_cost += COST_STEP * (double) made.n_steps + COST_TREE * ensemble->n_trees;
	made.build_cost = COST_BUILD_NODE * (double) made.n_steps * SWEEP_TREES;
	*plan = made;
	return KERNEL_OK;
}

static bool
allocate(NodeSweep *sweep, const Allocator *allocator)
{
	SweepTables *tables = &sweep->tables;
	size_t n_groups = (size_t) tables->n_groups;
	uintptr_t at;

	tables->counts = memory_allocate(allocator, n_groups, sizeof(int32_t));
	tables->leaves = memory_allocate_zero(allocator, n_groups, SWEEP_TREES);
	tables->values = memory_allocate_zero(
		allocator, (size_t) tables->n_trees * (size_t) tables->width, sizeof(double));
	sweep->block = memory_allocate_zero(allocator, sweep->n_steps + 1, sizeof(SweepStep));
	if (tables->counts == NULL || tables->leaves == NULL || tables->values == NULL ||
		sweep->block == NULL)
		return false;
	at = (uintptr_t) sweep->block;
	tables->steps =
		(SweepStep *) (void *) (sweep->block + (SWEEP_ALIGN - at % SWEEP_ALIGN) % SWEEP_ALIGN);
	return true;
}

/* The nodes and leaves of tree t, which `steps` of its group begin with. */
static void
add_tree(NodeSweep *sweep, const SlotThresholds *collected, int32_t t, SweepStep *steps)
{
	const Tree *tree = &sweep->ensemble->trees[t];
	double *values = sweep->tables.values + (size_t) t * (size_t) sweep->tables.width;
	uint16_t leaves[2 * SWEEP_LEAVES];	   /* below each node */
	uint8_t first[2 * SWEEP_LEAVES] = {0}; /* of them */
	int32_t i;

	for (i = tree->n_nodes - 1; i >= 0; i--)
	{
		const TreeNode *node = &tree->nodes[i];

		leaves[i] = 1;
		if (node->slot != TREE_LEAF)
			leaves[i] = (uint16_t) (leaves[node->left] + leaves[node->right]);
	}
	for (i = 0; i < tree->n_nodes; i++)
	{
		const TreeNode *node = &tree->nodes[i];
		SweepStep *step;

		if (node->slot == TREE_LEAF)
		{
			values[first[i]] = node->value;
			continue;
		}
		first[node->left] = first[i];
		first[node->right] = (uint8_t) (first[i] + leaves[node->left]);
		step = &steps[first[node->right] - 1];
		step->first[t % SWEEP_TREES] = first[i];
		byte_coder_add(&sweep->coder, sweep->ensemble, collected, tree, node,
					   &step->places[t % SWEEP_TREES], &step->codes[t % SWEEP_TREES]);
	}
}

/* All trees; what a group's smaller trees do not have sends everything left. */
static void
fill(NodeSweep *sweep, const SlotThresholds *collected)
{
	SweepStep *steps = sweep->tables.steps;
	int32_t g;
	int32_t t;

	for (g = 0; g < sweep->tables.n_groups; g++)
	{
		int32_t n = steps_of(sweep->ensemble, g);
		int32_t end = (g + 1) * SWEEP_TREES;

		sweep->tables.counts[g] = n;
		for (t = 0; t < n; t++)
			memset(steps[t].codes, BYTE_UNUSED, SWEEP_TREES);
		for (t = g * SWEEP_TREES; t < end && t < sweep->ensemble->n_trees; t++)
			add_tree(sweep, collected, t, steps);
		steps += n;
	}
}

NodeSweep *
node_sweep_create(const Ensemble *ensemble, const NodeSweepPlan *plan, const Allocator *allocator)
{
	NodeSweep *sweep;
	SlotThresholds collected;

	if (slot_thresholds_create(&collected, ensemble, allocator) != KERNEL_OK)
		return NULL;
	sweep = memory_allocate_zero(allocator, 1, sizeof(NodeSweep));
	if (sweep != NULL)
	{
		sweep->ensemble = ensemble;
		sweep->n_steps = plan->n_steps;
		sweep->tables = (SweepTables){.n_groups = groups_of(ensemble),
									  .n_trees = (int32_t) padded_trees(ensemble),
									  .width = plan->width};
		if (byte_coder_begin(&sweep->coder, ensemble, &collected, allocator) &&
			allocate(sweep, allocator))
			fill(sweep, &collected);
		else
		{
			node_sweep_release(sweep, allocator);
			sweep = NULL;
		}
	}
	slot_thresholds_release(&collected, allocator);
	return sweep;
}

void
node_sweep_release(NodeSweep *sweep, const Allocator *allocator)
{
	SweepTables *tables = &sweep->tables;
	size_t n_groups = (size_t) tables->n_groups;

	byte_coder_release(&sweep->coder, allocator);
	memory_release(allocator, tables->counts, n_groups, sizeof(int32_t));
	memory_release(allocator, tables->leaves, n_groups, SWEEP_TREES);
	memory_release(allocator, tables->values, (size_t) tables->n_trees * (size_t) tables->width,
				   sizeof(double));
	memory_release(allocator, sweep->block, sweep->n_steps + 1, sizeof(SweepStep));
	memory_release(allocator, sweep, 1, sizeof(NodeSweep));
}

void
node_sweep_lanes(const NodeSweep *sweep, const double *vector, double *lanes)
{
	const Ensemble *ensemble = sweep->ensemble;
	const SweepTables *tables = &sweep->tables;
	double sums[TREE_LANES];
	int32_t t;

	byte_coder_find(&sweep->coder, vector);
	node_sweep_walk(tables, sweep->coder.bytes, sums);
	if (ensemble->n_outputs == 1)
	{
		memcpy(lanes, sums, sizeof(sums));
		return;
	}
	memset(lanes, 0, TREE_LANES * (size_t) ensemble->n_outputs * sizeof(double));
	for (t = 0; t < ensemble->n_trees; t++)
		lanes[TREE_LANES * ensemble->trees[t].output + t % TREE_LANES] +=
			tables->values[(size_t) t * (size_t) tables->width + tables->leaves[t]];
}
