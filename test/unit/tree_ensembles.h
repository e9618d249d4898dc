/*
 * tree_ensembles.h: random ensembles and feature vectors that hit their thresholds.
 *
 * Everything comes from one seed.  In half of the trees all values are singles.
 * Thresholds are few, so that vectors meet them exactly, and hold zeros of both
 * signs, denormals and extremes.
 */
#ifndef ORCHARD_TEST_TREE_ENSEMBLES_H
#define ORCHARD_TEST_TREE_ENSEMBLES_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/base/hash.h"
#include "kernel/tree/ensemble.h"

typedef struct EnsembleShape
{
	int32_t n_numbers;
	int32_t n_categories; /* category slot c has 3 + 29 c levels */
	int32_t n_outputs;
	int32_t n_trees;
	int32_t n_leaves; /* of each tree, at most; a third of the trees have fewer */
	bool is_chain;	  /* each tree as deep as it can be */
	bool has_weights; /* covers that are no counts */
} EnsembleShape;

typedef struct Chance
{
	uint64_t state;
} Chance;

static inline uint64_t
chance_below(Chance *chance, uint64_t n)
{
	chance->state += UINT64_C(0x9e3779b97f4a7c15);
	return hash_mix(chance->state) % n;
}

static inline double
chance_unit(Chance *chance)
{
	return (double) chance_below(chance, UINT64_C(1) << 53) / 9007199254740992.0;
}

/* A number that a threshold or a feature may be. */
static inline double
chance_number(Chance *chance)
{
	static const double edges[] = {0.0,		-0.0,	  5e-324, -5e-324,	   2.2250738585072014e-308,
								   1.7e308, -1.7e308, 0.1,	  0.1 + 2e-17, 1e-40};

	if (chance_below(chance, 3) == 0)
		return edges[chance_below(chance, sizeof(edges) / sizeof(edges[0]))];
	return ((double) chance_below(chance, 64) - 32.0) / 7.0;
}

static inline void
random_question(Chance *chance, const Ensemble *ensemble, Tree *tree, TreeNode *node)
{
	int32_t n_slots = ensemble->n_numbers + ensemble->n_categories;
	uint32_t n;
	uint32_t i;

	node->slot = (int32_t) chance_below(chance, (uint64_t) n_slots);
	node->missing_left = chance_below(chance, 2) == 1;
	node->subset = TREE_NO_SUBSET;
	node->gain = (double) (float) (chance_unit(chance) * 100.0);
	node->threshold = 0.0;
	if (node->slot < ensemble->n_numbers)
	{
		node->threshold = chance_below(chance, 40) == 0 ? INFINITY : chance_number(chance) + 0.0;
		return;
	}
	n = ensemble->n_levels[node->slot - ensemble->n_numbers];
	node->subset = tree->n_words;
	for (i = 0; i < (n + 31) / 32; i++)
	{
		uint32_t bits = (uint32_t) chance_below(chance, UINT64_C(1) << 32);

		tree->words[tree->n_words++] = i == n / 32 ? bits & ((UINT32_C(1) << n % 32) - 1) : bits;
	}
}

/* The subtree with so many leaves, from node `at` on; returns its end. */
static inline int32_t
random_subtree(Chance *chance, const EnsembleShape *shape, const Ensemble *ensemble, Tree *tree,
			   int32_t at, int32_t n_leaves)
{
	TreeNode *node = &tree->nodes[at];
	int32_t n_left;

	if (n_leaves == 1)
	{
		*node = (TreeNode){.slot = TREE_LEAF, .subset = TREE_NO_SUBSET};
		node->value = chance_unit(chance) - 0.5;
		node->cover = shape->has_weights ? 0.25 + chance_unit(chance) :
										   (double) (1 + chance_below(chance, 1000));
		return at + 1;
	}
	random_question(chance, ensemble, tree, node);
	n_left = shape->is_chain ? (chance_below(chance, 2) ? 1 : n_leaves - 1) :
							   1 + (int32_t) chance_below(chance, (uint64_t) n_leaves - 1);
	node->left = at + 1;
	node->right = random_subtree(chance, shape, ensemble, tree, at + 1, n_left);
	at = random_subtree(chance, shape, ensemble, tree, node->right, n_leaves - n_left);
	node->cover = tree->nodes[node->left].cover + tree->nodes[node->right].cover;
	return at;
}

static inline void
random_tree(Chance *chance, const EnsembleShape *shape, const Ensemble *ensemble, Tree *tree,
			const Allocator *allocator)
{
	int32_t n_leaves = shape->n_leaves;
	bool has_singles = chance_below(chance, 2) == 0;
	size_t room = (size_t) n_leaves * 4 * 4;
	uint32_t *words = memory_allocate_zero(allocator, room, sizeof(uint32_t));
	int32_t i;

	if (chance_below(chance, 3) == 0)
		n_leaves = 1 + (int32_t) chance_below(chance, (uint64_t) n_leaves);
	tree->n_nodes = 2 * n_leaves - 1;
	tree->nodes = memory_allocate_zero(allocator, (size_t) tree->n_nodes, sizeof(TreeNode));
	tree->words = words;
	random_subtree(chance, shape, ensemble, tree, 0, n_leaves);
	if (has_singles)
	{
		for (i = 0; i < tree->n_nodes; i++)
			tree->nodes[i].value = value_to_single(tree->nodes[i].value);
	}
	tree->words = NULL;
	if (tree->n_words > 0)
	{
		tree->words = memory_allocate(allocator, tree->n_words, sizeof(uint32_t));
		memcpy(tree->words, words, tree->n_words * sizeof(uint32_t));
	}
	memory_release(allocator, words, room, sizeof(uint32_t));
}

/* An ensemble of this shape; ensemble_release gives it back. */
static inline Ensemble *
random_ensemble(uint64_t seed, EnsembleShape shape, const Allocator *allocator)
{
	Chance chance = {hash_mix(seed)};
	Ensemble *ensemble = memory_allocate_zero(allocator, 1, sizeof(Ensemble));
	int32_t i;

	ensemble->n_numbers = shape.n_numbers;
	ensemble->n_categories = shape.n_categories;
	ensemble->n_outputs = shape.n_outputs;
	ensemble->n_trees = shape.n_trees;
	ensemble->link = shape.n_outputs > 1 ? TREE_LINK_SOFTMAX : TREE_LINK_IDENTITY;
	ensemble->scale = 1.0;
	ensemble->path_scale = 1.0;
	ensemble->n_levels =
		memory_allocate_zero(allocator, (size_t) shape.n_categories, sizeof(uint32_t));
	for (i = 0; i < shape.n_categories; i++)
		ensemble->n_levels[i] = 3 + 29 * (uint32_t) i;
	ensemble->base = memory_allocate_zero(allocator, (size_t) shape.n_outputs, sizeof(double));
	for (i = 0; i < shape.n_outputs; i++)
		ensemble->base[i] = chance_unit(&chance);
	ensemble->trees = memory_allocate_zero(allocator, (size_t) shape.n_trees, sizeof(Tree));
	for (i = 0; i < shape.n_trees; i++)
	{
		ensemble->trees[i].output = i % shape.n_outputs;
		random_tree(&chance, &shape, ensemble, &ensemble->trees[i], allocator);
	}
	return ensemble;
}

/* A vector: numbers at thresholds and beside them, missing ones, infinities; levels of all kinds. */
static inline void
random_vector(Chance *chance, const Ensemble *ensemble, double *vector)
{
	int32_t i;

	for (i = 0; i < ensemble->n_numbers; i++)
	{
		double x = chance_number(chance);

		switch (chance_below(chance, 10))
		{
			case 0:
				x = NAN;
				break;
			case 1:
				x = nextafter(x, INFINITY);
				break;
			case 2:
				x = nextafter(x, -INFINITY);
				break;
			case 3:
				x = chance_below(chance, 2) ? INFINITY : -INFINITY;
				break;
			default:
				break;
		}
		vector[i] = x;
	}
	for (i = 0; i < ensemble->n_categories; i++)
		vector[ensemble->n_numbers + i] =
			(double) chance_below(chance, (uint64_t) ensemble->n_levels[i] + 1);
}

/* One slot's thresholds 1 .. n, a tree each. */
static inline Ensemble *
stumps(int32_t n, const Allocator *allocator)
{
	EnsembleShape shape = {.n_numbers = 1, .n_outputs = 1, .n_trees = n, .n_leaves = 1};
	Ensemble *ensemble = random_ensemble(3, shape, allocator);
	int32_t t;

	for (t = 0; t < n; t++)
	{
		Tree *tree = &ensemble->trees[t];

		tree->nodes = memory_reallocate(allocator, tree->nodes, 1, 3, sizeof(TreeNode));
		tree->n_nodes = 3;
		tree->nodes[0] = (TreeNode){.threshold = t + 1,
									.subset = TREE_NO_SUBSET,
									.left = 1,
									.right = 2,
									.missing_left = t % 2,
									.cover = 2.0};
		tree->nodes[1] = (TreeNode){.slot = TREE_LEAF, .value = -t - 0.5, .cover = 1.0};
		tree->nodes[2] = (TreeNode){.slot = TREE_LEAF, .value = t + 0.25, .cover = 1.0};
	}
	return ensemble;
}

#endif /* ORCHARD_TEST_TREE_ENSEMBLES_H */
