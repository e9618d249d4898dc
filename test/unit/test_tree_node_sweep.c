/*
 * test_tree_node_sweep.c: a sweep ends at the leaves that the trees lead to.
 */
#include "kernel/tree/scorer.h"
#include "tree_ensembles.h"
#include "unit.h"

static const EnsembleShape shapes[] = {
	{.n_numbers = 28, .n_outputs = 1, .n_trees = 101, .n_leaves = 31},
	{.n_numbers = 64, .n_outputs = 1, .n_trees = 16, .n_leaves = 256},
	{.n_numbers = 5, .n_categories = 2, .n_outputs = 3, .n_trees = 12, .n_leaves = 6},
	{.n_numbers = 2, .n_outputs = 1, .n_trees = 7, .n_leaves = 90, .is_chain = true},
	{.n_categories = 1, .n_outputs = 2, .n_trees = 8, .n_leaves = 9},
	{.n_numbers = 4, .n_outputs = 1, .n_trees = 3, .n_leaves = 1},
	{.n_numbers = 9, .n_outputs = 1, .n_trees = 129, .n_leaves = 8, .has_weights = true},
	{.n_numbers = 1, .n_outputs = 1, .n_trees = 0, .n_leaves = 1}};

#define SHAPE_COUNT ((int) (sizeof(shapes) / sizeof(shapes[0])))

/* Do lanes and leaves of one vector equal those of the trees' own walk, by either code? */
static void
check_vector(const Ensemble *ensemble, NodeSweep *sweep, const double *vector)
{
	const SweepTables *tables = &sweep->tables;
	double lanes[2][TREE_LANES * 3];
	double raw[3];
	double expected[3];
	double sums[2][TREE_LANES];
	int portable;
	int32_t t;

	ensemble_raw(ensemble, vector, lanes[0], expected);
	node_sweep_lanes(sweep, vector, lanes[1]);
	ensemble_finish(ensemble, lanes[1], raw);
	CHECK(memcmp(raw, expected, sizeof(double) * (size_t) ensemble->n_outputs) == 0);
	for (portable = 0; portable < 2; portable++)
	{
		memset(tables->leaves, 0xff, (size_t) tables->n_groups * SWEEP_TREES);
		if (portable)
			node_sweep_walk_portable(tables, sweep->coder.bytes, sums[1]);
		else
			node_sweep_walk(tables, sweep->coder.bytes, sums[0]);
		for (t = 0; t < ensemble->n_trees; t++)
			CHECK(tables->values[(size_t) t * (size_t) tables->width + tables->leaves[t]] ==
				  tree_leaf(ensemble, &ensemble->trees[t], vector)->value);
	}
	CHECK(memcmp(sums[0], sums[1], sizeof(sums[0])) == 0);
}

static void
sweeps_end_at_the_leaves_of_the_trees(void)
{
	int s;

	for (s = 0; s < SHAPE_COUNT; s++)
	{
		Ensemble *ensemble = random_ensemble((uint64_t) s + 170, shapes[s], &unit_allocator);
		Chance chance = {(uint64_t) s};
		NodeSweepPlan plan;
		NodeSweep *sweep;
		double vector[64];
		int v;

		CHECK(node_sweep_plan(ensemble, &unit_allocator, &plan) == KERNEL_OK && plan.fits);
		CHECK(plan.is_possible == node_sweep_suits());
		CHECK(plan.width == shapes[s].n_leaves);
		sweep = node_sweep_create(ensemble, &plan, &unit_allocator);
		CHECK(sweep != NULL);
		CHECK((uintptr_t) sweep->tables.steps % SWEEP_ALIGN == 0);
		for (v = 0; v < 500; v++)
		{
			random_vector(&chance, ensemble, vector);
			check_vector(ensemble, sweep, vector);
		}
		node_sweep_release(sweep, &unit_allocator);
		ensemble_release(ensemble, &unit_allocator);
	}
}

/* A leaf is a byte, and so is a rank. */
static void
what_fits_no_byte_has_no_plan(void)
{
	EnsembleShape large = {.n_numbers = 20, .n_outputs = 1, .n_trees = 2, .n_leaves = 257};
	EnsembleShape wide = {.n_numbers = 80, .n_outputs = 1, .n_trees = 40, .n_leaves = 20};
	Ensemble *all[3];
	int i;

	all[0] = random_ensemble(1, large, &unit_allocator);
	all[1] = random_ensemble(1, wide, &unit_allocator);
	all[2] = stumps(255, &unit_allocator);
	for (i = 0; i < 3; i++)
	{
		NodeSweepPlan plan;

		CHECK(node_sweep_plan(all[i], &unit_allocator, &plan) == KERNEL_OK);
		CHECK(!plan.fits && !plan.is_possible);
		ensemble_release(all[i], &unit_allocator);
	}
}

static void
refused_memory_leaves_nothing(void)
{
	Ensemble *ensemble = random_ensemble(5, shapes[2], &unit_allocator);
	NodeSweepPlan plan;
	long live = unit_live_blocks;
	int built = 0;
	int n;

	CHECK(node_sweep_plan(ensemble, &unit_allocator, &plan) == KERNEL_OK);
	for (n = 0; n < 40; n++)
	{
		NodeSweepPlan again;
		NodeSweep *sweep;

		unit_allocator_fail_after(n);
		sweep = node_sweep_create(ensemble, &plan, &unit_allocator);
		unit_allocator_fail_after(n);
		CHECK(node_sweep_plan(ensemble, &unit_allocator, &again) ==
			  (n < 2 ? KERNEL_OUT_OF_MEMORY : KERNEL_OK));
		unit_allocator_fail_after(-1);
		built += sweep != NULL;
		if (sweep != NULL)
			node_sweep_release(sweep, &unit_allocator);
		CHECK(unit_live_blocks == live);
	}
	CHECK(built > 5 && built < 35);
	ensemble_release(ensemble, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(sweeps_end_at_the_leaves_of_the_trees),
		  UNIT_CASE(what_fits_no_byte_has_no_plan), UNIT_CASE(refused_memory_leaves_nothing))
