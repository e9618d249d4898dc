/*
 * shap_simd.c: the passes down and up a tree, compiled twice.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "kernel/tree/shap_simd.h"

#include "kernel/base/cpu.h"

#define INLINE static inline __attribute__((always_inline))
#define LANES SHAP_LANES

/* P of a node whose edge is taken, and its 1 / q; inverse_above: 1 where there is none above. */
INLINE void
go_taken(double *restrict p, double *restrict inverse, const double *restrict parent,
		 const double *restrict inverse_above, const double *restrict rule, int32_t n,
		 double weight)
{
	int32_t i;
	int32_t k;

	for (i = 0; i < n; i += LANES)
	{
		for (k = i; k < i + LANES; k++)
		{
			double q = weight * rule[n + k] + rule[k];

			p[k] = parent[k] * q * inverse_above[k];
			inverse[k] = 1.0 / q;
		}
	}
}

/* P of a node whose edge is the first of its slot that the row does not take. */
INLINE void
go_left_out(double *restrict p, const double *restrict parent, const double *restrict inverse_above,
			const double *restrict rule, int32_t n, double weight)
{
	int32_t i;
	int32_t k;

	for (i = 0; i < n; i += LANES)
	{
		for (k = i; k < i + LANES; k++)
			p[k] = parent[k] * (weight * rule[n + k]) * inverse_above[k];
	}
}

/* P of a node whose slot was left out above: its share of all points. */
INLINE void
go_on(double *restrict p, const double *restrict parent, int32_t n, double share)
{
	int32_t i;
	int32_t k;

	for (i = 0; i < n; i += LANES)
	{
		for (k = i; k < i + LANES; k++)
			p[k] = parent[k] * share;
	}
}

/* P of every node into sums, from the root's, 1; false: stopped. */
INLINE bool
go_down(const ShapTree *shap)
{
	const ShapNode *nodes = shap->nodes;
	int32_t n = shap->n_points;
	int32_t i;

	for (i = 0; i < n; i++)
		shap->sums[i] = 1.0;
	for (i = 1; i < shap->tree->n_nodes; i++)
	{
		const ShapNode *own = &nodes[i];
		double *p = shap->sums + (size_t) i * (size_t) n;
		const double *before = shap->sums + (size_t) own->parent * (size_t) n;
		/* The root's P is 1 everywhere. */
		const double *above =
			own->above >= 0 ? shap->inverses + (size_t) own->above * (size_t) n : shap->sums;

		if (shap->edges[i] == SHAP_TAKEN)
			go_taken(p, shap->inverses + (size_t) i * (size_t) n, before, above, shap->rule, n,
					 own->weight);
		else if (shap->edges[i] == SHAP_LEFT_OUT)
			go_left_out(p, before, above, shap->rule, n, own->weight);
		else
			go_on(p, before, n, own->share);
		if (i % TREE_NODES_AT_ONCE == 0 && stop_requested(shap->stop))
			return false;
	}
	return true;
}

/*
 * The integral of S (g_e - g_above) is that of S (f g - f_above g_above), where g is an array and
 * f a factor: 1 - w and 1 / q where the slot is taken, 1 and -1 / (1 - t) where it is not.
 */
INLINE double
edge_value(const double *restrict sums, const double *restrict g, double factor,
		   const double *restrict g_above, double factor_above, const double *restrict weights,
		   int32_t n)
{
	double lanes[LANES] = {0};
	int32_t i;
	int32_t k;

	for (i = 0; i < n; i += LANES)
	{
		for (k = 0; k < LANES; k++)
			lanes[k] +=
				weights[i + k] * sums[i + k] * (factor * g[i + k] - factor_above * g_above[i + k]);
	}
	return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

/* What edge i gives its slot; its S stands in sums. */
INLINE double
give(const ShapTree *shap, int32_t i)
{
	const ShapNode *own = &shap->nodes[i];
	bool is_taken = shap->edges[i] == SHAP_TAKEN;
	bool has_above = own->above >= 0;
	size_t n = (size_t) shap->n_points;
	const double *g = is_taken ? shap->inverses + (size_t) i * n : shap->rule + 3 * n;
	double factor = is_taken ? 1.0 - own->weight : 1.0;

	return edge_value(shap->sums + (size_t) i * n, g, factor,
					  has_above ? shap->inverses + (size_t) own->above * n : g,
					  has_above ? 1.0 - shap->nodes[own->above].weight : 0.0, shap->rule + 2 * n,
					  shap->n_points);
}

/* S of every node, and what each edge gives its slot; false: stopped. */
INLINE bool
go_up(const ShapTree *shap, double *contributions)
{
	const Tree *tree = shap->tree;
	size_t n = (size_t) shap->n_points;
	int32_t i;
	size_t k;

	for (i = tree->n_nodes - 1; i > 0; i--)
	{
		const TreeNode *node = &tree->nodes[i];
		double *sums = shap->sums + (size_t) i * n;

		if (node->slot == TREE_LEAF)
		{
			for (k = 0; k < n; k++)
				sums[k] *= node->value;
		}
		else
		{
			const double *left = shap->sums + (size_t) node->left * n;
			const double *right = shap->sums + (size_t) node->right * n;

			for (k = 0; k < n; k++)
				sums[k] = left[k] + right[k];
		}
		if (shap->edges[i] != SHAP_OUT_ABOVE)
			contributions[tree->nodes[shap->nodes[i].parent].slot] += give(shap, i);
		if (i % TREE_NODES_AT_ONCE == 0 && stop_requested(shap->stop))
			return false;
	}
	return true;
}

INLINE Status
add_tree(const ShapTree *shap, double *contributions)
{
	return go_down(shap) && go_up(shap, contributions) ? KERNEL_OK : KERNEL_STOPPED;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static Status
add_tree_avx2(const ShapTree *shap, double *contributions)
{
	return add_tree(shap, contributions);
}
#endif

Status
shap_add_tree_portable(const ShapTree *shap, double *contributions)
{
	return add_tree(shap, contributions);
}

Status
shap_add_tree(const ShapTree *shap, double *contributions)
{
#if defined(__x86_64__)
	if (cpu_has_avx2())
		return add_tree_avx2(shap, contributions);
#endif
	return shap_add_tree_portable(shap, contributions);
}
