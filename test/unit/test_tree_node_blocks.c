/*
 * test_tree_node_blocks.c: blocks of nodes lead to the leaves that the trees do.
 */
#include "kernel/tree/scorer.h"
#include "tree_ensembles.h"
#include "unit.h"

static const EnsembleShape shapes[] = {
	{.n_numbers = 28, .n_outputs = 1, .n_trees = 101, .n_leaves = 31},
	{.n_numbers = 64, .n_outputs = 1, .n_trees = 16, .n_leaves = 300},
	{.n_numbers = 5, .n_categories = 2, .n_outputs = 3, .n_trees = 12, .n_leaves = 6},
	{.n_numbers = 2, .n_outputs = 1, .n_trees = 7, .n_leaves = 90, .is_chain = true},
	{.n_categories = 1, .n_outputs = 2, .n_trees = 8, .n_leaves = 9},
	{.n_numbers = 4, .n_outputs = 1, .n_trees = 3, .n_leaves = 1},
	{.n_numbers = 9, .n_outputs = 1, .n_trees = 9, .n_leaves = 8, .has_weights = true},
	{.n_numbers = 1, .n_outputs = 1, .n_trees = 0, .n_leaves = 1}};

#define SHAPE_COUNT ((int) (sizeof(shapes) / sizeof(shapes[0])))

/* Do lanes and values of one vector equal those of the trees' own walk? */
static void
check_vector(const Ensemble *ensemble, NodeBlocks *blocks, const double *vector)
{
	double lanes[2][TREE_LANES * 3];
	double raw[3];
	double expected[3];
	double sums[TREE_LANES];
	size_t size = sizeof(double) * (size_t) ensemble->n_outputs;
	int32_t t;

	ensemble_raw(ensemble, vector, lanes[0], expected);
	node_blocks_lanes(blocks, vector, lanes[1]);
	ensemble_finish(ensemble, lanes[1], raw);
	CHECK(memcmp(raw, expected, size) == 0);
	for (t = 0; t < 2 * ensemble->n_trees; t++)
	{
		double value = tree_leaf(ensemble, &ensemble->trees[t / 2], vector)->value;

		if (t % 2 == 0) /* by this processor's code, then by any */
			node_blocks_walk(&blocks->tables, blocks->coder.bytes, sums);
		else
			node_blocks_walk_portable(&blocks->tables, blocks->coder.bytes, sums);
		CHECK(blocks->tables.values[t / 2] == value);
		if (t > 20)
			break;
	}
	if (ensemble->n_outputs > 1)
		return;
	node_blocks_walk_portable(&blocks->tables, blocks->coder.bytes, sums);
	CHECK(memcmp(sums, lanes[1], sizeof(sums)) == 0);
}

static void
blocks_lead_to_the_leaves_of_the_trees(void)
{
	int s;

	for (s = 0; s < SHAPE_COUNT; s++)
	{
		Ensemble *ensemble = random_ensemble((uint64_t) s + 70, shapes[s], &unit_allocator);
		Chance chance = {(uint64_t) s};
		NodeBlocksPlan plan;
		NodeBlocks *blocks;
		double vector[64];
		int v;

		CHECK(node_blocks_plan(ensemble, &unit_allocator, &plan) == KERNEL_OK && plan.fits);
		CHECK(plan.is_possible == node_blocks_suit());
		blocks = node_blocks_create(ensemble, &plan, &unit_allocator);
		CHECK(blocks != NULL);
		for (v = 0; v < 2000; v++)
		{
			random_vector(&chance, ensemble, vector);
			check_vector(ensemble, blocks, vector);
		}
		node_blocks_release(blocks, &unit_allocator);
		ensemble_release(ensemble, &unit_allocator);
	}
}

/* 254 thresholds are as many as a byte of codes can tell apart beside a missing value. */
static void
codes_fit_a_byte_or_there_is_no_plan(void)
{
	EnsembleShape wide = {.n_numbers = 80, .n_outputs = 1, .n_trees = 40, .n_leaves = 20};
	Ensemble *ensemble = stumps(254, &unit_allocator);
	NodeBlocksPlan plan;
	NodeBlocks *blocks;
	double x;

	CHECK(node_blocks_plan(ensemble, &unit_allocator, &plan) == KERNEL_OK && plan.fits);
	blocks = node_blocks_create(ensemble, &plan, &unit_allocator);
	for (x = 0.0; x < 256.0; x += 0.5)
		check_vector(ensemble, blocks, &x);
	x = NAN;
	check_vector(ensemble, blocks, &x);
	node_blocks_release(blocks, &unit_allocator);
	ensemble_release(ensemble, &unit_allocator);
	ensemble = stumps(255, &unit_allocator);
	CHECK(node_blocks_plan(ensemble, &unit_allocator, &plan) == KERNEL_OK);
	CHECK(!plan.fits && !plan.is_possible);
	ensemble_release(ensemble, &unit_allocator);
	ensemble = random_ensemble(1, wide, &unit_allocator);
	CHECK(node_blocks_plan(ensemble, &unit_allocator, &plan) == KERNEL_OK && !plan.fits);
	ensemble_release(ensemble, &unit_allocator);
}

/* Where all rows end in one leaf, they visit a block for every seven nodes on the way to it. */
static void
blocks_follow_the_rows(void)
{
	EnsembleShape large = {.n_numbers = 3, .n_outputs = 1, .n_trees = 1, .n_leaves = 400};
	Ensemble *ensemble = random_ensemble(4, large, &unit_allocator);
	Tree *tree = &ensemble->trees[0];
	int32_t depth[800] = {0};
	double cost[100] = {0.0}; /* by blocks visited */
	int32_t leaf;
	int32_t i;

	for (i = 0; i < tree->n_nodes; i++)
	{
		if (tree->nodes[i].slot != TREE_LEAF)
			depth[tree->nodes[i].left] = depth[tree->nodes[i].right] = depth[i] + 1;
	}
	for (leaf = 0; leaf < tree->n_nodes; leaf++)
	{
		int32_t n = (depth[leaf] + BLOCK_NODES - 1) / BLOCK_NODES;
		NodeBlocksPlan plan;

		if (tree->nodes[leaf].slot != TREE_LEAF)
			continue;
		for (i = tree->n_nodes - 1; i >= 0; i--)
		{
			TreeNode *node = &tree->nodes[i];

			node->cover = node->slot == TREE_LEAF ?
				(i == leaf) :
				tree->nodes[node->left].cover + tree->nodes[node->right].cover;
		}
		CHECK(node_blocks_plan(ensemble, &unit_allocator, &plan) == KERNEL_OK);
		CHECK(cost[n] == 0.0 || cost[n] == plan.row_cost);
		cost[n] = plan.row_cost;
	}
	CHECK(cost[1] > 0.0 && cost[2] > cost[1]);
	ensemble_release(ensemble, &unit_allocator);
}

static void
refused_memory_leaves_nothing(void)
{
	Ensemble *ensemble = random_ensemble(5, shapes[2], &unit_allocator);
	NodeBlocksPlan plan;
	long live = unit_live_blocks;
	int built = 0;
	int n;

	CHECK(node_blocks_plan(ensemble, &unit_allocator, &plan) == KERNEL_OK);
	for (n = 0; n < 40; n++)
	{
		NodeBlocksPlan again;
		NodeBlocks *blocks;

		unit_allocator_fail_after(n);
		blocks = node_blocks_create(ensemble, &plan, &unit_allocator);
		unit_allocator_fail_after(n);
		CHECK(node_blocks_plan(ensemble, &unit_allocator, &again) ==
			  (n < 3 ? KERNEL_OUT_OF_MEMORY : KERNEL_OK));
		unit_allocator_fail_after(-1);
		built += blocks != NULL;
		if (blocks != NULL)
			node_blocks_release(blocks, &unit_allocator);
		CHECK(unit_live_blocks == live);
	}
	CHECK(built > 5 && built < 35);
	ensemble_release(ensemble, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(blocks_lead_to_the_leaves_of_the_trees),
		  UNIT_CASE(codes_fit_a_byte_or_there_is_no_plan), UNIT_CASE(blocks_follow_the_rows),
		  UNIT_CASE(refused_memory_leaves_nothing))
