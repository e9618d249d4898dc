/*
 * shap.c: Shapley values by quadrature.
 *
 * Rules stand for n = 4, 8, 12, ... points one after another; what one holds and
 * what is done with it stands in shap_simd.h.
 */
#include "kernel/tree/shap.h"

#include <math.h>
#include <string.h>

#include "kernel/tree/scorer.h"
#include "kernel/tree/shap_simd.h"

#define STEP SHAP_LANES

/* Where the rule of n points begins: after 4 * (4 + 8 + ... + n - 4) doubles. */
static size_t
rule_start(int32_t n)
{
	size_t before = (size_t) n / STEP - 1;

	return 4 * STEP * (before * (before + 1) / 2);
}

/* The rule of n points on (0, 1): roots of the Legendre polynomial by Newton's method. */
static void
make_rule(double *rule, int32_t n)
{
	int32_t i;
	int32_t k;
	int32_t round;

	for (i = 0; i < n; i++)
	{
		double x = cos(3.14159265358979323846 * (i + 0.75) / (n + 0.5));
		double slope = 1.0;

		for (round = 0; round < 8; round++)
		{
			double before = 1.0;
			double value = x;

			for (k = 2; k <= n; k++)
			{
				double next = ((2 * k - 1) * x * value - (k - 1) * before) / k;

				before = value;
				value = next;
			}
			slope = n * (x * value - before) / (x * x - 1.0);
			x -= value / slope;
		}
		rule[i] = (1.0 - x) / 2.0;
		rule[n + i] = (1.0 + x) / 2.0;
		rule[2 * n + i] = 1.0 / ((1.0 - x * x) * slope * slope);
		rule[3 * n + i] = -1.0 / rule[n + i];
	}
}

/* Share of the cover that goes to a child; halves where no row came by. */
static double
child_share(const Tree *tree, const TreeNode *node, int32_t child)
{
	double both = tree->nodes[node->left].cover + tree->nodes[node->right].cover;

	return both > 0.0 ? tree->nodes[child].cover / both : 0.5;
}

/*
 * Parents, edges above and weights; returns the most distinct slots on a path.
 *
 * In preorder; nearest[slot] is the lowest edge of the slot on the path to the current node.  When
 * a leaf ends a path, its edges up to the next node's parent are taken back: each edge once.
 */
static int32_t
link_nodes(const Tree *tree, ShapNode *nodes, int32_t *slots_above, int32_t *nearest)
{
	int32_t most = 0;
	int32_t e;
	int32_t i;

	nodes[0] = (ShapNode){.parent = -1, .above = -1, .share = 1.0, .weight = 1.0};
	slots_above[0] = 0;
	for (i = 0; i < tree->n_nodes; i++)
	{
		const TreeNode *node = &tree->nodes[i];

		if (i > 0)
		{
			int32_t slot = tree->nodes[nodes[i].parent].slot;
			int32_t above = nearest[slot];

			nodes[i].above = above;
			nodes[i].weight = nodes[i].share * (above >= 0 ? nodes[above].weight : 1.0);
			slots_above[i] = slots_above[nodes[i].parent] + (above < 0);
			most = slots_above[i] > most ? slots_above[i] : most;
			nearest[slot] = i;
		}
		if (node->slot != TREE_LEAF)
		{
			nodes[node->left] =
				(ShapNode){.parent = i, .share = child_share(tree, node, node->left)};
			nodes[node->right] =
				(ShapNode){.parent = i, .share = child_share(tree, node, node->right)};
			continue;
		}
		for (e = i; e > 0 && (i + 1 == tree->n_nodes || e != nodes[i + 1].parent);
			 e = nodes[e].parent)
			nearest[tree->nodes[nodes[e].parent].slot] = nodes[e].above;
	}
	return most;
}

/* The mean leaf by cover; reach: scratch, n_nodes. */
static double
expected_leaf(const Tree *tree, const ShapNode *nodes, double *reach)
{
	double sum = 0.0;
	int32_t i;

	for (i = 0; i < tree->n_nodes; i++)
	{
		reach[i] = i == 0 ? 1.0 : reach[nodes[i].parent] * nodes[i].share;
		if (tree->nodes[i].slot == TREE_LEAF)
			sum += reach[i] * tree->nodes[i].value;
	}
	return sum;
}

/* All that is per tree; sums serves as scratch. */
static Status
link_trees(ShapExplainer *explainer, const Allocator *allocator)
{
	const Ensemble *ensemble = explainer->ensemble;
	size_t n_slots = (size_t) ensemble->n_numbers + (size_t) ensemble->n_categories;
	int32_t *slots_above = memory_allocate(allocator, explainer->max_nodes, sizeof(int32_t));
	int32_t *nearest = memory_allocate(allocator, n_slots, sizeof(int32_t));
	double *reach = memory_allocate(allocator, explainer->max_nodes, sizeof(double));
	Status status =
		slots_above != NULL && reach != NULL && nearest != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	int32_t t;

	if (status == KERNEL_OK)
		memset(nearest, 0xff, n_slots * sizeof(int32_t)); /* -1 */

	for (t = 0; t < ensemble->n_trees && status == KERNEL_OK; t++)
	{
		const Tree *tree = &ensemble->trees[t];
		ShapNode *nodes = memory_allocate(allocator, (size_t) tree->n_nodes, sizeof(ShapNode));
		size_t room;
		int32_t n;

		explainer->trees[t] = nodes;
		if (nodes != NULL && stop_requested(allocator->stop))
		{
			status = KERNEL_STOPPED;
			break;
		}
		if (nodes == NULL)
		{
			status = KERNEL_OUT_OF_MEMORY;
			break;
		}
		n = (link_nodes(tree, nodes, slots_above, nearest) + 1) / 2;
		n = n > 0 ? (n + STEP - 1) / STEP * STEP : STEP;
		explainer->n_points[t] = n;
		explainer->expected[t] = expected_leaf(tree, nodes, reach);
		explainer->max_points = n > explainer->max_points ? n : explainer->max_points;
		if (!size_multiply((size_t) tree->n_nodes, (size_t) n, &room))
			status = KERNEL_TOO_LARGE;
		explainer->room = room > explainer->room ? room : explainer->room;
	}
	memory_release(allocator, slots_above, explainer->max_nodes, sizeof(int32_t));
	memory_release(allocator, nearest, n_slots, sizeof(int32_t));
	memory_release(allocator, reach, explainer->max_nodes, sizeof(double));
	return status;
}

static size_t
rules_size(const ShapExplainer *explainer)
{
	return rule_start(explainer->max_points + STEP);
}

static Status
make_scratch(ShapExplainer *explainer, const Allocator *allocator)
{
	int32_t t;

	explainer->rules = memory_allocate_zero(allocator, rules_size(explainer), sizeof(double));
	explainer->sums = memory_allocate(allocator, explainer->room, sizeof(double));
	explainer->inverses = memory_allocate(allocator, explainer->room, sizeof(double));
	explainer->edges = memory_allocate(allocator, explainer->max_nodes, sizeof(uint8_t));
	if (explainer->rules == NULL || explainer->sums == NULL || explainer->inverses == NULL ||
		explainer->edges == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (t = 0; t < explainer->ensemble->n_trees; t++)
	{
		double *rule = explainer->rules + rule_start(explainer->n_points[t]);

		if (rule[0] == 0.0) /* not made yet: points are above 0 */
			make_rule(rule, explainer->n_points[t]);
	}
	return KERNEL_OK;
}

Status
shap_create(ShapExplainer **explainer, const Ensemble *ensemble, const Allocator *allocator)
{
	ShapExplainer *made = memory_allocate_zero(allocator, 1, sizeof(ShapExplainer));
	size_t n = (size_t) ensemble->n_trees;
	Status status = KERNEL_OUT_OF_MEMORY;
	size_t t;

	if (made == NULL)
		return KERNEL_OUT_OF_MEMORY;
	made->ensemble = ensemble;
	made->stop = allocator->stop;
	made->max_points = STEP;
	made->trees = memory_allocate_zero(allocator, n, sizeof(ShapNode *));
	made->expected = memory_allocate(allocator, n, sizeof(double));
	made->n_points = memory_allocate(allocator, n, sizeof(int32_t));
	for (t = 0; t < n; t++)
	{
		if ((size_t) ensemble->trees[t].n_nodes > made->max_nodes)
			made->max_nodes = (size_t) ensemble->trees[t].n_nodes;
	}
	if (made->trees != NULL && made->expected != NULL && made->n_points != NULL)
		status = link_trees(made, allocator);
	if (status == KERNEL_OK)
		status = make_scratch(made, allocator);
	if (status == KERNEL_OK)
		*explainer = made;
	else
		shap_release(made, allocator);
	return status;
}

void
shap_release(ShapExplainer *explainer, const Allocator *allocator)
{
	size_t n = (size_t) explainer->ensemble->n_trees;
	size_t t;

	for (t = 0; explainer->trees != NULL && t < n; t++)
		memory_release(allocator, explainer->trees[t],
					   (size_t) explainer->ensemble->trees[t].n_nodes, sizeof(ShapNode));
	memory_release(allocator, explainer->trees, n, sizeof(ShapNode *));
	memory_release(allocator, explainer->expected, n, sizeof(double));
	memory_release(allocator, explainer->n_points, n, sizeof(int32_t));
	memory_release(allocator, explainer->rules, rules_size(explainer), sizeof(double));
	memory_release(allocator, explainer->sums, explainer->room, sizeof(double));
	memory_release(allocator, explainer->inverses, explainer->room, sizeof(double));
	memory_release(allocator, explainer->edges, explainer->max_nodes, sizeof(uint8_t));
	memory_release(allocator, explainer, 1, sizeof(ShapExplainer));
}

/* Which edges the row takes: s of every node, and where it was 0 already above. */
static void
take_edges(const ShapExplainer *explainer, int32_t t, const double *vector)
{
	const Ensemble *ensemble = explainer->ensemble;
	const Tree *tree = &ensemble->trees[t];
	const ShapNode *nodes = explainer->trees[t];
	uint8_t *edges = explainer->edges;
	int32_t i;

	edges[0] = SHAP_TAKEN;
	for (i = 0; i < tree->n_nodes; i++)
	{
		const TreeNode *node = &tree->nodes[i];
		bool is_left;

		if (node->slot == TREE_LEAF)
			continue;
		is_left = tree_goes_left(ensemble, tree, node, vector);
		edges[node->left] = is_left ? SHAP_TAKEN : SHAP_LEFT_OUT;
		edges[node->right] = is_left ? SHAP_LEFT_OUT : SHAP_TAKEN;
		if (nodes[node->left].above >= 0 && edges[nodes[node->left].above] != SHAP_TAKEN)
			edges[node->left] = edges[node->right] = SHAP_OUT_ABOVE;
	}
}

Status
shap_explain(const ShapExplainer *explainer, const double *vector, int32_t output,
			 double *contributions, double *base)
{
	const Ensemble *ensemble = explainer->ensemble;
	int32_t n_slots = ensemble->n_numbers + ensemble->n_categories;
	double expected = 0.0;
	Status status = KERNEL_OK;
	int32_t t;
	int32_t s;

	for (s = 0; s < n_slots; s++)
		contributions[s] = 0.0;
	for (t = 0; t < ensemble->n_trees && status == KERNEL_OK; t++)
	{
		const double *rule = explainer->rules + rule_start(explainer->n_points[t]);

		if (ensemble->trees[t].output != output)
			continue;
		expected += explainer->expected[t];
		take_edges(explainer, t, vector);
		status = shap_add_tree(&(ShapTree){.tree = &ensemble->trees[t],
										   .nodes = explainer->trees[t],
										   .edges = explainer->edges,
										   .n_points = explainer->n_points[t],
										   .rule = rule,
										   .sums = explainer->sums,
										   .inverses = explainer->inverses,
										   .stop = explainer->stop},
							   contributions);
	}
	for (s = 0; s < n_slots; s++)
		contributions[s] *= ensemble->scale;
	*base = ensemble->base[output] + ensemble->scale * expected;
	return status;
}
