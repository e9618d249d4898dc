/*
 * test_tree_scorer.c: every engine gives the bits of the plain walk.
 */
#include "kernel/base/cpu.h"
#include "kernel/tree/leaf_mask_simd.h"
#include "kernel/tree/scorer.h"
#include "tree_ensembles.h"
#include "unit.h"

static const EnsembleShape shapes[] = {
	{.n_numbers = 6, .n_categories = 3, .n_outputs = 1, .n_trees = 101, .n_leaves = 31},
	{.n_numbers = 28, .n_categories = 0, .n_outputs = 1, .n_trees = 16, .n_leaves = 32},
	{.n_numbers = 3, .n_categories = 2, .n_outputs = 3, .n_trees = 60, .n_leaves = 64},
	{.n_numbers = 2,
	 .n_categories = 0,
	 .n_outputs = 1,
	 .n_trees = 7,
	 .n_leaves = 33,
	 .is_chain = true},
	{.n_numbers = 0, .n_categories = 4, .n_outputs = 2, .n_trees = 9, .n_leaves = 20},
	{.n_numbers = 4, .n_categories = 1, .n_outputs = 1, .n_trees = 3, .n_leaves = 1},
	{.n_numbers = 1, .n_categories = 0, .n_outputs = 1, .n_trees = 0, .n_leaves = 1}};

#define SHAPE_COUNT ((int) (sizeof(shapes) / sizeof(shapes[0])))

/* The raw scores by following the definition, tree by tree, in the order of scorer.h. */
static void
score_by_definition(const Ensemble *ensemble, const double *vector, double *raw)
{
	int32_t k;
	int32_t t;

	for (k = 0; k < ensemble->n_outputs; k++)
	{
		double lanes[8] = {0};

		for (t = 0; t < ensemble->n_trees; t++)
		{
			const Tree *tree = &ensemble->trees[t];
			int32_t i = 0;

			while (tree->nodes[i].slot != TREE_LEAF)
			{
				const TreeNode *node = &tree->nodes[i];
				double x = vector[node->slot];
				bool left;

				if (node->slot < ensemble->n_numbers)
					left = isnan(x) ? node->missing_left : !(x > node->threshold);
				else if (x == 0.0)
					left = node->missing_left;
				else
					left = tree->words[node->subset + ((uint32_t) x - 1) / 32] &
						(UINT32_C(1) << ((uint32_t) x - 1) % 32);
				i = left ? node->left : node->right;
			}
			if (tree->output == k)
				lanes[t % 8] += tree->nodes[i].value;
		}
		raw[k] = ensemble->base[k] +
			ensemble->scale *
				(((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
				 ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7])));
	}
}

static void
every_engine_gives_the_same_bits(void)
{
	int s;

	for (s = 0; s < SHAPE_COUNT; s++)
	{
		Ensemble *ensemble = random_ensemble((uint64_t) s + 50, shapes[s], &unit_allocator);
		Chance chance = {(uint64_t) s};
		LeafMaskPlan plan = {0};
		TreeScorer walker;
		TreeScorer tables;
		double vector[32];
		double expected[8];
		int v;

		ensemble->scale = s % 2 ? 0.25 : 1.0;
		CHECK(tree_scorer_create(&walker, ensemble, &unit_allocator) == KERNEL_OK);
		CHECK(tree_scorer_create(&tables, ensemble, &unit_allocator) == KERNEL_OK);
		CHECK(leaf_mask_plan(ensemble, &unit_allocator, &plan) == KERNEL_OK && plan.is_possible);
		tables.masks = leaf_mask_create(ensemble, &plan, &unit_allocator);
		CHECK(tables.masks != NULL);
		for (v = 0; v < 3000 && tables.masks != NULL; v++)
		{
			size_t size = sizeof(double) * (size_t) ensemble->n_outputs;

			random_vector(&chance, ensemble, vector);
			score_by_definition(ensemble, vector, expected);
			tree_scorer_raw(&walker, vector);
			tree_scorer_raw(&tables, vector);
			CHECK(memcmp(walker.outputs, expected, size) == 0);
			CHECK(memcmp(tables.outputs, expected, size) == 0);
		}
		tree_scorer_release(&walker, &unit_allocator);
		tree_scorer_release(&tables, &unit_allocator);
		ensemble_release(ensemble, &unit_allocator);
	}
}

/* The wide loops and the portable ones. */
static void
every_instruction_set_gives_the_same_bits(void)
{
	enum
	{
		TREES = 48,
		ROWS = 7
	};
	static uint8_t rows[ROWS][TREES * 8];
	static double values[TREES * 64];
	const uint8_t *places[ROWS];
	Chance chance = {11};
	int32_t width;
	int i;
	int r;

	for (i = 0; i < TREES * 64; i++)
		values[i] = chance_unit(&chance) - 0.5;
	for (width = 32; width <= 64; width += 32)
	{
		size_t n_bytes = (size_t) TREES * (size_t) width / 8;
		uint8_t masks[3][TREES * 8];
		double lanes[3][8] = {{0}};

		for (r = 0; r < ROWS; r++)
		{
			places[r] = rows[r];
			for (i = 0; i < TREES * 8; i++)
				rows[r][i] = (uint8_t) (chance_below(&chance, 256) | chance_below(&chance, 256));
			for (i = 0; i < TREES; i++) /* the last bit of every mask stays */
				rows[r][(i + 1) * width / 8 - 1] |= 0x80;
		}
		leaf_mask_and_portable(masks[0], places, ROWS, n_bytes);
		leaf_mask_and(masks[1], places, ROWS, n_bytes);
		leaf_mask_sum_portable(lanes[0], masks[0], width, values, TREES);
		leaf_mask_sum(lanes[1], masks[0], width, values, TREES);
		CHECK(memcmp(masks[0], masks[1], n_bytes) == 0);
		CHECK(memcmp(lanes[0], lanes[1], sizeof(lanes[0])) == 0);
		if (!cpu_has_avx2())
			continue;
		leaf_mask_and_avx2(masks[2], places, ROWS, n_bytes);
		leaf_mask_sum_avx2(lanes[2], masks[0], width, values, TREES);
		CHECK(memcmp(masks[0], masks[2], n_bytes) == 0);
		CHECK(memcmp(lanes[0], lanes[2], sizeof(lanes[0])) == 0);
	}
}

/* Few vectors walk; many get the table, unless there is no room or memory for it. */
static void
a_table_is_built_when_it_is_repaid(void)
{
	Ensemble *ensemble = random_ensemble(7, shapes[0], &unit_allocator);
	Chance chance = {3};
	double vector[16];
	int kind;

	for (kind = 0; kind < 3; kind++)
	{
		TreeScorer scorer;
		uint64_t first;
		long blocks;
		int v;

		CHECK(tree_scorer_create(&scorer, ensemble, &unit_allocator) == KERNEL_OK);
		blocks = unit_live_blocks;
		first = scorer.due;
		CHECK(first > 100 && first < 1000);
		for (v = 0; v < 100000; v++)
		{
			random_vector(&chance, ensemble, vector);
			if (scorer.rows >= scorer.due)
			{
				if (kind == 2)
					unit_allocator_fail_after(scorer.is_planned ? 5 : -1);
				tree_scorer_prepare(&scorer, &unit_allocator, kind == 1 ? 1000 : 1 << 24);
				unit_allocator_fail_after(-1);
			}
			CHECK(scorer.masks == NULL || scorer.rows > first);
			tree_scorer_raw(&scorer, vector);
		}
		CHECK((scorer.masks != NULL) == (kind == 0));
		CHECK(kind == 0 || unit_live_blocks == blocks);
		CHECK(scorer.due == UINT64_MAX);
		tree_scorer_release(&scorer, &unit_allocator);
	}
	ensemble_release(ensemble, &unit_allocator);
}

/* No table where trees are large or slots so many that walking is cheaper. */
static void
plans_say_what_a_table_costs(void)
{
	EnsembleShape large = {.n_numbers = 5, .n_outputs = 1, .n_trees = 12, .n_leaves = 65};
	EnsembleShape wide = {.n_numbers = 1000, .n_outputs = 1, .n_trees = 100, .n_leaves = 20};
	Ensemble *ensemble = random_ensemble(1, large, &unit_allocator);
	LeafMaskPlan plan;
	TreeScorer scorer;

	CHECK(leaf_mask_plan(ensemble, &unit_allocator, &plan) == KERNEL_OK && !plan.is_possible);
	ensemble_release(ensemble, &unit_allocator);
	ensemble = random_ensemble(1, wide, &unit_allocator);
	CHECK(tree_scorer_create(&scorer, ensemble, &unit_allocator) == KERNEL_OK);
	tree_scorer_prepare(&scorer, &unit_allocator, SIZE_MAX);
	CHECK(scorer.plan.is_possible && scorer.plan.row_cost > scorer.walk_cost);
	CHECK(scorer.due == UINT64_MAX);
	tree_scorer_release(&scorer, &unit_allocator);
	ensemble_release(ensemble, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(every_engine_gives_the_same_bits),
		  UNIT_CASE(every_instruction_set_gives_the_same_bits),
		  UNIT_CASE(a_table_is_built_when_it_is_repaid), UNIT_CASE(plans_say_what_a_table_costs))
