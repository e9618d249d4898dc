/*
 * test_tree_scorer.c: every engine gives the bits of the plain walk.
 */
#include "kernel/base/cpu.h"
#include "kernel/tree/ensemble_codec.h"
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
		TreeScorer nodes;
		double vector[32];
		double expected[8];
		int v;

		ensemble->scale = s % 2 ? 0.25 : 1.0;
		CHECK(tree_scorer_create(&walker, ensemble, &unit_allocator) == KERNEL_OK);
		CHECK(tree_scorer_create(&tables, ensemble, &unit_allocator) == KERNEL_OK);
		CHECK(leaf_mask_plan(ensemble, &unit_allocator, &plan) == KERNEL_OK && plan.is_possible);
		tables.masks = leaf_mask_create(ensemble, &plan, &unit_allocator);
		CHECK(tables.masks != NULL);
		CHECK(tree_scorer_create(&nodes, ensemble, &unit_allocator) == KERNEL_OK);
		nodes.nodes = rank_nodes_create(ensemble, &unit_allocator);
		CHECK(nodes.nodes != NULL);
		for (v = 0; v < 3000; v++)
		{
			size_t size = sizeof(double) * (size_t) ensemble->n_outputs;

			random_vector(&chance, ensemble, vector);
			score_by_definition(ensemble, vector, expected);
			tree_scorer_raw(&walker, vector);
			CHECK(memcmp(walker.outputs, expected, size) == 0);
			tree_scorer_raw(&tables, vector);
			CHECK(memcmp(tables.outputs, expected, size) == 0);
			tree_scorer_raw(&nodes, vector);
			CHECK(memcmp(nodes.outputs, expected, size) == 0);
		}
		tree_scorer_release(&nodes, &unit_allocator);
		tree_scorer_release(&walker, &unit_allocator);
		tree_scorer_release(&tables, &unit_allocator);
		ensemble_release(ensemble, &unit_allocator);
	}
}

/* How many of the thresholds are less, counted one by one, whatever their number and the value. */
static void
ranks_equal_counts(void)
{
	static const size_t sizes[] = {0,	1,	 15,  16,  17,	 31,   32,	 255,
								   256, 257, 271, 272, 4095, 4096, 4097, 70000};
	Chance chance = {13};
	size_t s;

	for (s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
	{
		size_t n = sizes[s];
		double *thresholds = malloc((n + 1) * sizeof(double));
		double *blocks = malloc(rank_room(n) * sizeof(double));
		RankSearch search;
		size_t i;
		int v;

		for (i = 0; i < n; i++)
			thresholds[i] = (double) i - (double) (n / 3);
		rank_begin(&search, 1, thresholds, n, blocks);
		for (v = 0; v < 600; v++)
		{
			double x = v == 0	? INFINITY :
				v == 1			? -INFINITY :
				v == 2			? NAN :
				v == 3 && n > 0 ? thresholds[n - 1] :
								  (double) chance_below(&chance, 2 * (uint32_t) n + 6) / 2.0 -
					(double) (n / 3) - 1.0;
			double vector[2] = {-1.0, x};
			size_t expected = 0;
			size_t ranks[3];

			for (i = 0; i < n; i++)
				expected += thresholds[i] < x;
			rank_find(&search, 1, vector, &ranks[0]);
			rank_find_portable(&search, 1, vector, &ranks[1]);
			ranks[2] = ranks[1];
			if (cpu_has_avx2())
				rank_find_avx2(&search, 1, vector, &ranks[2]);
			CHECK(ranks[0] == expected && ranks[1] == expected && ranks[2] == expected);
		}
		free(thresholds);
		free(blocks);
	}
}

/* The wide loops and the portable ones, for every number of lines. */
static void
every_instruction_set_gives_the_same_bits(void)
{
	enum
	{
		LINES = 15,
		SLOTS = 7,
		KEPT = 9 /* lines of a slot */
	};
	static uint8_t lines[SLOTS][KEPT * MASK_LINE];
	static uint16_t places[SLOTS][LINES];
	static double values[LINES * 16 * 64];
	const uint8_t *line_of[SLOTS];
	const uint16_t *place_of[SLOTS];
	Chance chance = {11};
	int32_t width;
	int32_t n;
	int i;
	int s;

	for (i = 0; i < LINES * 16 * 64; i++)
		values[i] = chance_unit(&chance) - 0.5;
	for (width = 32; width <= 64; width += 32)
	{
		for (s = 0; s < SLOTS; s++)
		{
			line_of[s] = lines[s];
			place_of[s] = places[s];
			for (i = 0; i < KEPT * MASK_LINE; i++)
				lines[s][i] = (uint8_t) (chance_below(&chance, 256) | chance_below(&chance, 256));
			for (i = 0; i < KEPT * MASK_LINE * 8 / width; i++) /* every mask's last bit stays */
				lines[s][(i + 1) * width / 8 - 1] |= 0x80;
			for (i = 0; i < LINES; i++)
				places[s][i] = (uint16_t) chance_below(&chance, KEPT);
		}
		for (n = 1; n <= LINES; n++)
		{
			size_t n_bytes = (size_t) n * MASK_LINE;
			int32_t n_trees = n * 8 * MASK_LINE / width;
			uint8_t masks[3][LINES * MASK_LINE];
			double lanes[3][8] = {{0}};

			leaf_mask_and_portable(masks[0], place_of, line_of, SLOTS, n);
			leaf_mask_and(masks[1], place_of, line_of, SLOTS, n);
			leaf_mask_sum_portable(lanes[0], masks[0], width, values, n_trees);
			leaf_mask_sum(lanes[1], masks[0], width, values, n_trees);
			CHECK(memcmp(masks[0], masks[1], n_bytes) == 0);
			CHECK(memcmp(lanes[0], lanes[1], sizeof(lanes[0])) == 0);
			if (!cpu_has_avx2())
				continue;
			leaf_mask_and_avx2(masks[2], place_of, line_of, SLOTS, n);
			leaf_mask_sum_avx2(lanes[2], masks[0], width, values, n_trees);
			CHECK(memcmp(masks[0], masks[2], n_bytes) == 0);
			CHECK(memcmp(lanes[0], lanes[2], sizeof(lanes[0])) == 0);
		}
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

/* Trees of any size, of numbers and categories, by nodes of ranks. */
static void
large_trees_walk_by_ranks(void)
{
	static const EnsembleShape large[] = {
		{.n_numbers = 7, .n_categories = 3, .n_outputs = 1, .n_trees = 21, .n_leaves = 700},
		{.n_numbers = 2, .n_outputs = 3, .n_trees = 12, .n_leaves = 90, .is_chain = true},
		{.n_categories = 2, .n_outputs = 1, .n_trees = 8, .n_leaves = 65}};
	int s;

	for (s = 0; s < 3; s++)
	{
		Ensemble *ensemble = random_ensemble((uint64_t) s + 90, large[s], &unit_allocator);
		Chance chance = {(uint64_t) s};
		TreeScorer scorer;
		double vector[16];
		double expected[8];
		int v;

		CHECK(tree_scorer_create(&scorer, ensemble, &unit_allocator) == KERNEL_OK);
		for (v = 0; v < 4000; v++)
		{
			random_vector(&chance, ensemble, vector);
			score_by_definition(ensemble, vector, expected);
			if (v == 1000)
				tree_scorer_prepare(&scorer, &unit_allocator, SIZE_MAX);
			if (v == 2000)
				scorer.nodes = rank_nodes_create(ensemble, &unit_allocator);
			tree_scorer_raw(&scorer, vector);
			CHECK(memcmp(scorer.outputs, expected, sizeof(double) * (size_t) ensemble->n_outputs) ==
				  0);
		}
		CHECK(!scorer.mask_plan.is_possible && scorer.node_plan.is_possible);
		if (!scorer.block_plan.is_possible && !scorer.sweep_plan.is_possible)
			CHECK(scorer.engine == TREE_ENGINE_NODES);
		else
			CHECK(scorer.engine == TREE_ENGINE_BLOCKS || scorer.engine == TREE_ENGINE_SWEEP);
		CHECK(scorer.nodes != NULL);
		tree_scorer_release(&scorer, &unit_allocator);
		ensemble_release(ensemble, &unit_allocator);
	}
}

/* An opened ensemble is scored on its bytes, expanded when that repays itself, then as any other. */
static void
an_opened_ensemble_is_expanded_when_it_is_repaid(void)
{
	Ensemble *ensemble = random_ensemble(7, shapes[0], &unit_allocator);
	Chance chance = {4};
	ByteWriter writer;
	ByteReader reader;
	Ensemble *opened;
	TreeScorer scorer;
	double vector[16];
	double expected[8];
	int v;

	writer_begin(&writer, &unit_allocator, 1 << 26);
	CHECK(ensemble_encode(ensemble, &unit_allocator, &writer) == KERNEL_OK);
	reader_begin(&reader, writer.bytes, writer.length);
	CHECK(ensemble_open(&reader, &unit_allocator, ensemble->n_numbers, ensemble->n_categories,
						ensemble->n_levels, &opened) == KERNEL_OK);
	CHECK(tree_scorer_create(&scorer, opened, &unit_allocator) == KERNEL_OK);
	for (v = 0; v < 2000; v++)
	{
		random_vector(&chance, ensemble, vector);
		score_by_definition(ensemble, vector, expected);
		CHECK((opened->trees == NULL) == (v <= 9));
		if (scorer.rows >= scorer.due)
		{
			unit_allocator_fail_after(v == 8 ? 3 : -1);
			tree_scorer_prepare(&scorer, &unit_allocator, SIZE_MAX);
			unit_allocator_fail_after(-1);
			CHECK(v != 8 || (opened->trees == NULL && scorer.due == UINT64_MAX));
			if (v == 8)
				scorer.due = 9;
		}
		tree_scorer_raw(&scorer, vector);
		CHECK(memcmp(scorer.outputs, expected, sizeof(double)) == 0);
	}
	CHECK(scorer.is_planned && scorer.engine != TREE_ENGINE_WALK);
	tree_scorer_release(&scorer, &unit_allocator);
	ensemble_release(opened, &unit_allocator);
	ensemble_release(ensemble, &unit_allocator);
	writer_release(&writer);
}

/* Wherever memory ends, an engine is there or nothing is. */
static void
refused_memory_leaves_nothing(void)
{
	Ensemble *ensemble = random_ensemble(5, shapes[0], &unit_allocator);
	LeafMaskPlan plan = {0};
	RankNodesPlan node_plan = {0};
	long blocks = unit_live_blocks;
	int n;
	int built = 0;

	CHECK(leaf_mask_plan(ensemble, &unit_allocator, &plan) == KERNEL_OK);
	for (n = 0; n < 60; n++)
	{
		LeafMasks *masks;
		RankNodes *nodes;

		unit_allocator_fail_after(n);
		masks = leaf_mask_create(ensemble, &plan, &unit_allocator);
		unit_allocator_fail_after(n);
		nodes = rank_nodes_create(ensemble, &unit_allocator);
		unit_allocator_fail_after(n);
		CHECK(rank_nodes_plan(ensemble, &unit_allocator, &node_plan) ==
			  (n < 2 ? KERNEL_OUT_OF_MEMORY : KERNEL_OK));
		unit_allocator_fail_after(-1);
		built += (masks != NULL) + (nodes != NULL);
		if (masks != NULL)
			leaf_mask_release(masks, &unit_allocator);
		if (nodes != NULL)
			rank_nodes_release(nodes, &unit_allocator);
		CHECK(unit_live_blocks == blocks);
	}
	CHECK(built > 20 && built < 100);
	ensemble_release(ensemble, &unit_allocator);
}

/* No masks where trees are large or slots so many that others are cheaper, nothing without room. */
static void
plans_say_what_an_engine_costs(void)
{
	EnsembleShape large = {.n_numbers = 5, .n_outputs = 1, .n_trees = 12, .n_leaves = 65};
	EnsembleShape wide = {.n_numbers = 1000, .n_outputs = 1, .n_trees = 100, .n_leaves = 20};
	Ensemble *ensemble = random_ensemble(1, large, &unit_allocator);
	LeafMaskPlan plan;
	TreeScorer scorer;

	CHECK(leaf_mask_plan(ensemble, &unit_allocator, &plan) == KERNEL_OK && !plan.is_possible);
	CHECK(tree_scorer_create(&scorer, ensemble, &unit_allocator) == KERNEL_OK);
	tree_scorer_prepare(&scorer, &unit_allocator, 1000);
	CHECK(scorer.engine == TREE_ENGINE_WALK && scorer.due == UINT64_MAX);
	tree_scorer_release(&scorer, &unit_allocator);
	ensemble_release(ensemble, &unit_allocator);
	ensemble = stumps(60000, &unit_allocator); /* 18 lines of one slot for each 16 trees */
	CHECK(leaf_mask_plan(ensemble, &unit_allocator, &plan) == KERNEL_OK && !plan.is_possible);
	ensemble_release(ensemble, &unit_allocator);
	ensemble = random_ensemble(1, wide, &unit_allocator);
	CHECK(tree_scorer_create(&scorer, ensemble, &unit_allocator) == KERNEL_OK);
	tree_scorer_prepare(&scorer, &unit_allocator, SIZE_MAX);
	CHECK(scorer.mask_plan.is_possible && scorer.node_plan.is_possible);
	CHECK(scorer.engine != TREE_ENGINE_MASKS ||
		  scorer.mask_plan.row_cost <= scorer.node_plan.row_cost);
	tree_scorer_release(&scorer, &unit_allocator);
	ensemble_release(ensemble, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(every_engine_gives_the_same_bits),
		  UNIT_CASE(every_instruction_set_gives_the_same_bits), UNIT_CASE(ranks_equal_counts),
		  UNIT_CASE(a_table_is_built_when_it_is_repaid), UNIT_CASE(plans_say_what_an_engine_costs),
		  UNIT_CASE(large_trees_walk_by_ranks),
		  UNIT_CASE(an_opened_ensemble_is_expanded_when_it_is_repaid),
		  UNIT_CASE(refused_memory_leaves_nothing))
