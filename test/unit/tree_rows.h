/*
 * tree_rows.h: made-up training rows, a plain scorer and brute force, for the tests of trees.
 */
#ifndef ORCHARD_TEST_TREE_ROWS_H
#define ORCHARD_TEST_TREE_ROWS_H

#include "kernel/base/hash.h"
#include "kernel/tree/boost.h"
#include "unit.h"

#define ROW_NUMBERS 3
#define ROW_LEVELS 7

static uint64_t row_seed = 1;

static inline double
row_uniform(void)
{
	row_seed = hash_mix(row_seed + UINT64_C(0x9e3779b97f4a7c15));
	return (double) (row_seed >> 11) * 0x1p-53;
}

typedef struct Rows
{
	int32_t n;
	double *numbers; /* n x ROW_NUMBERS */
	int32_t *codes;	 /* n x 1 */
	double *target;
	double *weight;
} Rows;

/* Rows with missing numbers and categories, few different values and a target that depends on them. */
static inline Rows
rows_create(int32_t n)
{
	Rows rows = {.n = n};
	int32_t i;
	int32_t j;

	rows.numbers = malloc(sizeof(double) * ROW_NUMBERS * (size_t) n);
	rows.codes = malloc(sizeof(int32_t) * (size_t) n);
	rows.target = malloc(sizeof(double) * (size_t) n);
	rows.weight = malloc(sizeof(double) * (size_t) n);
	for (i = 0; i < n; i++)
	{
		double *x = rows.numbers + i * ROW_NUMBERS;

		for (j = 0; j < ROW_NUMBERS; j++)
			x[j] = row_uniform() < 0.1 ? NAN : floor(row_uniform() * (j == 0 ? 1e6 : 40.0));
		rows.codes[i] = row_uniform() < 0.1 ? CODE_MISSING : (int32_t) (row_uniform() * ROW_LEVELS);
		rows.target[i] = (isnan(x[1]) ? 13.0 : x[1]) * (rows.codes[i] % 3 == 1 ? 2.0 : 1.0) +
			(x[0] > 5e5 ? 10.0 : 0.0) + 8.0 * row_uniform();
		rows.weight[i] = 0.5 + row_uniform();
	}
	return rows;
}

static inline void
rows_free(Rows *rows)
{
	free(rows->numbers);
	free(rows->codes);
	free(rows->target);
	free(rows->weight);
}

/* The same rows as a dataset, row i at place i * step mod n. */
static inline Dataset
rows_dataset(const Rows *rows, bool has_weight, int64_t step)
{
	Dataset dataset;
	int32_t i;

	dataset_begin(&dataset, ROW_NUMBERS, 1, has_weight);
	for (i = 0; i < rows->n; i++)
	{
		int64_t k = i * step % rows->n;

		if (dataset_add(&dataset, &unit_allocator, rows->numbers + k * ROW_NUMBERS, rows->codes + k,
						rows->target[k], rows->weight[k]) != KERNEL_OK)
			abort();
	}
	return dataset;
}

static const int32_t row_levels[ROW_LEVELS] = {0, 1, 2, 3, 4, 5, 6};
static const int32_t *const row_level_maps[1] = {row_levels};
static const uint32_t row_n_levels[1] = {ROW_LEVELS};

static inline TreeSource
rows_source(const Dataset *dataset)
{
	return (TreeSource){
		.dataset = dataset, .level_of_code = row_level_maps, .n_levels = row_n_levels};
}

static inline BoostOptions
boost_options(BoostObjective kind)
{
	return (BoostOptions){.objective = {.kind = kind, .alpha = 0.5, .power = 1.5},
						  .grow = {.max_leaves = 31, .split = {.min_rows = 5, .min_hessian = 1e-3}},
						  .n_estimators = 10,
						  .learning_rate = 0.1,
						  .subsample = 1.0,
						  .max_bins = MAX_BINS,
						  .seed = 42};
}

/* The raw score of a row by the nodes themselves. */
static inline double
plain_score(const Ensemble *ensemble, int32_t output, const double *numbers, const int32_t *codes)
{
	double sum = 0.0;
	int32_t t;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		const Tree *tree = &ensemble->trees[t];
		const TreeNode *node = tree->nodes;

		if (tree->output != output)
			continue;
		while (node->slot != TREE_LEAF)
		{
			bool goes_left;

			if (node->slot < ensemble->n_numbers)
			{
				double x = numbers[node->slot];

				goes_left = isnan(x) ? node->missing_left : x <= node->threshold;
			}
			else
			{
				int32_t code = codes[node->slot - ensemble->n_numbers];

				goes_left = code == CODE_MISSING ?
					node->missing_left :
					(tree->words[node->subset + (uint32_t) code / 32] >> (code % 32) & 1) != 0;
			}
			node = &tree->nodes[goes_left ? node->left : node->right];
		}
		sum += node->value;
	}
	return ensemble->base[output] + ensemble->scale * sum;
}

/* A number for everything that makes an ensemble what it is. */
static inline uint64_t
ensemble_hash(const Ensemble *ensemble)
{
	uint64_t hash = hash_bytes(ensemble->base, sizeof(double) * (size_t) ensemble->n_outputs, 0);
	int32_t t;
	int32_t i;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		const Tree *tree = &ensemble->trees[t];

		hash = hash_bytes(tree->words, sizeof(uint32_t) * tree->n_words, hash);
		for (i = 0; i < tree->n_nodes; i++)
		{
			const TreeNode *node = &tree->nodes[i];
			double parts[] = {node->slot,	 node->missing_left, node->threshold, node->right,
							  node->value,	 node->cover,		 node->gain,	  node->left,
							  tree->n_nodes, tree->output};

			hash = hash_bytes(parts, sizeof(parts), hash);
		}
	}
	return hash;
}

#endif /* ORCHARD_TEST_TREE_ROWS_H */
