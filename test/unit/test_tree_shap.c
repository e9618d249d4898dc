/*
 * test_tree_shap.c: contributions against Shapley's formula, subset by subset.
 */
#include "kernel/tree/scorer.h"
#include "kernel/tree/shap.h"
#include "kernel/tree/shap_simd.h"
#include "tree_ensembles.h"
#include "unit.h"

/* What a tree gives when only the slots in `known` are: by recursion, as defined. */
static double
worth(const Ensemble *ensemble, const Tree *tree, int32_t i, const double *vector, uint32_t known)
{
	const TreeNode *node = &tree->nodes[i];
	double left;
	double right;

	if (node->slot == TREE_LEAF)
		return node->value;
	if (known >> node->slot & 1)
		return worth(ensemble, tree,
					 tree_goes_left(ensemble, tree, node, vector) ? node->left : node->right,
					 vector, known);
	left = tree->nodes[node->left].cover;
	right = tree->nodes[node->right].cover;
	if (left + right == 0.0)
		left = right = 1.0;
	return (left * worth(ensemble, tree, node->left, vector, known) +
			right * worth(ensemble, tree, node->right, vector, known)) /
		(left + right);
}

static double
worth_of_all(const Ensemble *ensemble, int32_t output, const double *vector, uint32_t known)
{
	double sum = 0.0;
	int32_t t;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		if (ensemble->trees[t].output == output)
			sum += worth(ensemble, &ensemble->trees[t], 0, vector, known);
	}
	return ensemble->base[output] + ensemble->scale * sum;
}

/* |S|! (n - |S| - 1)! / n! */
static double
subset_weight(int32_t n, int32_t size)
{
	return exp(lgamma(size + 1.0) + lgamma((double) (n - size)) - lgamma(n + 1.0));
}

static void
check_by_subsets(const EnsembleShape *shape, uint64_t seed, double zero_covers)
{
	Ensemble *ensemble = random_ensemble(seed, *shape, &unit_allocator);
	int32_t n = shape->n_numbers + shape->n_categories;
	double *worths = malloc(sizeof(double) << n);
	Chance chance = {seed};
	ShapExplainer *explainer = NULL;
	double vector[16];
	double contributions[16];
	int32_t i;
	int32_t t;
	int v;

	ensemble->scale = 0.5;
	for (t = 0; t < ensemble->n_trees; t++)
	{
		for (i = 0; i < ensemble->trees[t].n_nodes; i++)
		{
			if (chance_unit(&chance) < zero_covers)
				ensemble->trees[t].nodes[i].cover = 0.0;
		}
	}
	CHECK(shap_create(&explainer, ensemble, &unit_allocator) == KERNEL_OK);
	for (v = 0; v < 4 && explainer != NULL; v++)
	{
		int32_t output = v % shape->n_outputs;
		double base;
		uint32_t known;

		random_vector(&chance, ensemble, vector);
		CHECK(shap_explain(explainer, vector, output, contributions, &base) == KERNEL_OK);
		for (known = 0; known < UINT32_C(1) << n; known++)
			worths[known] = worth_of_all(ensemble, output, vector, known);
		CHECK_NEAR(base, worths[0], 1e-12);
		for (i = 0; i < n; i++)
		{
			double phi = 0.0;

			for (known = 0; known < UINT32_C(1) << n; known++)
			{
				if ((known >> i & 1) == 0)
					phi += subset_weight(n, __builtin_popcount(known)) *
						(worths[known | UINT32_C(1) << i] - worths[known]);
			}
			CHECK_NEAR(contributions[i], phi, 1e-11);
		}
	}
	free(worths);
	shap_release(explainer, &unit_allocator);
	ensemble_release(ensemble, &unit_allocator);
}

/* Numbers, categories, missing values, several outputs, deep trees, nodes that no row came to. */
static void
contributions_are_shapley_values(void)
{
	static const EnsembleShape shapes[] = {
		{.n_numbers = 7, .n_categories = 3, .n_outputs = 1, .n_trees = 6, .n_leaves = 20},
		{.n_numbers = 2, .n_categories = 1, .n_outputs = 3, .n_trees = 9, .n_leaves = 31},
		{.n_numbers = 10,
		 .n_categories = 0,
		 .n_outputs = 1,
		 .n_trees = 2,
		 .n_leaves = 60,
		 .is_chain = true,
		 .has_weights = true},
		{.n_numbers = 1, .n_categories = 0, .n_outputs = 1, .n_trees = 3, .n_leaves = 2}};
	uint64_t s;

	for (s = 0; s < 4; s++)
	{
		check_by_subsets(&shapes[s], s + 1, 0.0);
		check_by_subsets(&shapes[s], s + 11, 0.1);
	}
}

/* Base and contributions sum to the score, where subsets are too many: deep chains of 100 slots. */
static void
contributions_sum_to_the_raw_score(void)
{
	static const EnsembleShape shapes[] = {
		{.n_numbers = 100,
		 .n_categories = 2,
		 .n_outputs = 1,
		 .n_trees = 5,
		 .n_leaves = 400,
		 .is_chain = true},
		{.n_numbers = 28, .n_categories = 0, .n_outputs = 1, .n_trees = 200, .n_leaves = 31},
		{.n_numbers = 5, .n_categories = 0, .n_outputs = 1, .n_trees = 0, .n_leaves = 1}};
	int s;

	for (s = 0; s < 3; s++)
	{
		Ensemble *ensemble = random_ensemble((uint64_t) s + 5, shapes[s], &unit_allocator);
		Chance chance = {(uint64_t) s};
		ShapExplainer *explainer = NULL;
		double vector[128];
		double contributions[128];
		double lanes[8];
		int v;

		CHECK(shap_create(&explainer, ensemble, &unit_allocator) == KERNEL_OK);
		for (v = 0; v < 20 && explainer != NULL; v++)
		{
			double sum;
			double raw;
			int32_t i;

			random_vector(&chance, ensemble, vector);
			CHECK(shap_explain(explainer, vector, 0, contributions, &sum) == KERNEL_OK);
			for (i = 0; i < shapes[s].n_numbers + shapes[s].n_categories; i++)
				sum += contributions[i];
			ensemble_raw(ensemble, vector, lanes, &raw);
			CHECK_NEAR(sum, raw, 1e-11);
		}
		shap_release(explainer, &unit_allocator);
		ensemble_release(ensemble, &unit_allocator);
	}
}

/* x0 <= 0 ? (x1 <= 0 ? 4 : 0) : 0 with halves: worked out by hand. */
static void
a_tree_worked_out_by_hand(void)
{
	TreeNode nodes[5] = {{.slot = 0, .left = 1, .right = 4, .cover = 8, .subset = TREE_NO_SUBSET},
						 {.slot = 1, .left = 2, .right = 3, .cover = 4, .subset = TREE_NO_SUBSET},
						 {.slot = TREE_LEAF, .value = 4, .cover = 2},
						 {.slot = TREE_LEAF, .value = 0, .cover = 2},
						 {.slot = TREE_LEAF, .value = 0, .cover = 4}};
	Tree tree = {0, 5, nodes, 0, NULL};
	double zero = 0.0;
	Ensemble ensemble = {.n_numbers = 2,
						 .n_outputs = 1,
						 .base = &zero,
						 .scale = 1.0,
						 .path_scale = 1.0,
						 .n_trees = 1,
						 .trees = &tree};
	ShapExplainer *explainer = NULL;
	double both[2] = {-1.0, -1.0};
	double one[2] = {-1.0, 1.0};
	double contributions[2];
	double base;

	CHECK(shap_create(&explainer, &ensemble, &unit_allocator) == KERNEL_OK);
	CHECK(shap_explain(explainer, both, 0, contributions, &base) == KERNEL_OK);
	CHECK_NEAR(base, 1.0, 1e-15);
	CHECK_NEAR(contributions[0], 1.5, 1e-15);
	CHECK_NEAR(contributions[1], 1.5, 1e-15);
	CHECK(shap_explain(explainer, one, 0, contributions, &base) == KERNEL_OK);
	CHECK_NEAR(contributions[0], 0.5, 1e-15);
	CHECK_NEAR(contributions[1], -1.5, 1e-15);
	shap_release(explainer, &unit_allocator);
}

/* Every processor gives the bits of the portable code; trees of 1 to 12 points. */
static void
vector_forms_give_the_same_bits(void)
{
	EnsembleShape shape = {.n_numbers = 20,
						   .n_categories = 2,
						   .n_outputs = 1,
						   .n_trees = 1,
						   .n_leaves = 24,
						   .is_chain = true};
	uint64_t seed;

	for (seed = 0; seed < 40; seed++)
	{
		Ensemble *ensemble;
		Chance chance = {seed};
		ShapExplainer *explainer = NULL;
		double vector[32];
		double contributions[32];
		double widest[32] = {0};
		double portable[32] = {0};
		double base;
		ShapTree shap;

		shape.is_chain = seed % 2 == 0;
		ensemble = random_ensemble(seed, shape, &unit_allocator);
		random_vector(&chance, ensemble, vector);
		CHECK(shap_create(&explainer, ensemble, &unit_allocator) == KERNEL_OK);
		/* Leaves the edges of the one tree. */
		CHECK(shap_explain(explainer, vector, 0, contributions, &base) == KERNEL_OK);
		shap =
			(ShapTree){.tree = &ensemble->trees[0],
					   .nodes = explainer->trees[0],
					   .edges = explainer->edges,
					   .n_points = explainer->n_points[0],
					   .rule = explainer->rules +
						   2 * (explainer->n_points[0] / SHAP_LANES - 1) * explainer->n_points[0],
					   .sums = explainer->sums,
					   .inverses = explainer->inverses};
		CHECK(shap_add_tree(&shap, widest) == KERNEL_OK);
		CHECK(shap_add_tree_portable(&shap, portable) == KERNEL_OK);
		CHECK(memcmp(widest, portable, sizeof(widest)) == 0);
		CHECK(memcmp(widest, contributions, sizeof(double) * 22) == 0);
		shap_release(explainer, &unit_allocator);
		ensemble_release(ensemble, &unit_allocator);
	}
}

/* Whatever allocation fails, nothing is left. */
static void
refused_memory_leaves_nothing(void)
{
	EnsembleShape shape = {.n_numbers = 3, .n_outputs = 1, .n_trees = 3, .n_leaves = 8};
	Ensemble *ensemble = random_ensemble(3, shape, &unit_allocator);
	ShapExplainer *explainer;
	Status status = KERNEL_OUT_OF_MEMORY;
	long blocks = unit_live_blocks;
	int i;

	for (i = 0; status != KERNEL_OK && i < 50; i++)
	{
		unit_allocator_fail_after(i);
		status = shap_create(&explainer, ensemble, &unit_allocator);
		CHECK(status == KERNEL_OK || unit_live_blocks == blocks);
	}
	unit_allocator_fail_after(-1);
	CHECK(status == KERNEL_OK && i > 8);
	shap_release(explainer, &unit_allocator);
	ensemble_release(ensemble, &unit_allocator);
}

/* Stopped at any look, between trees or inside a large one, making and explaining end and leave nothing. */
static void
stops_when_asked(void)
{
	EnsembleShape shape = {.n_numbers = 3, .n_outputs = 1, .n_trees = 2, .n_leaves = 70000};
	Ensemble *ensemble = random_ensemble(3, shape, &unit_allocator);
	ShapExplainer *explainer = NULL;
	double vector[3] = {0.0, 1.0, -1.0};
	double contributions[3];
	double base;
	Status status = KERNEL_STOPPED;
	long blocks = unit_live_blocks;
	int looks;

	for (looks = 0; status == KERNEL_STOPPED && looks < 50; looks++)
	{
		unit_stop_countdown = looks;
		status = shap_create(&explainer, ensemble, &unit_allocator);
		CHECK(status == KERNEL_OK || unit_live_blocks == blocks);
	}
	CHECK(status == KERNEL_OK && looks == ensemble->n_trees + 1);
	status = KERNEL_STOPPED;
	for (looks = 0; status == KERNEL_STOPPED && looks < 50; looks++)
	{
		unit_stop_countdown = looks;
		status = shap_explain(explainer, vector, 0, contributions, &base);
	}
	unit_stop_countdown = -1;
	CHECK(status == KERNEL_OK && looks > 4);
	shap_release(explainer, &unit_allocator);
	ensemble_release(ensemble, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(contributions_are_shapley_values),
		  UNIT_CASE(contributions_sum_to_the_raw_score), UNIT_CASE(a_tree_worked_out_by_hand),
		  UNIT_CASE(vector_forms_give_the_same_bits), UNIT_CASE(stops_when_asked),
		  UNIT_CASE(refused_memory_leaves_nothing))
