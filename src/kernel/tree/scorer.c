/*
 * scorer.c: the plain scorer, which every other one has to equal, and the links.
 */
#include "kernel/tree/scorer.h"

#include <math.h>
#include <string.h>

void
ensemble_finish(const Ensemble *ensemble, const double *lanes, double *raw)
{
	int32_t k;

	for (k = 0; k < ensemble->n_outputs; k++)
		raw[k] = ensemble->base[k] + ensemble->scale * tree_lanes_sum(lanes + TREE_LANES * k);
}

void
ensemble_raw(const Ensemble *ensemble, const double *vector, double *lanes, double *raw)
{
	int32_t t;

	memset(lanes, 0, TREE_LANES * (size_t) ensemble->n_outputs * sizeof(double));
	for (t = 0; t < ensemble->n_trees; t++)
	{
		const Tree *tree = &ensemble->trees[t];

		lanes[TREE_LANES * tree->output + t % TREE_LANES] +=
			tree_leaf(ensemble, tree, vector)->value;
	}
	ensemble_finish(ensemble, lanes, raw);
}

/* exp(raw) / sum of exp(raw), the greatest subtracted so that none overflows. */
static void
softmax(double *raw, int32_t n)
{
	double greatest = raw[0];
	double sum = 0.0;
	int32_t k;

	for (k = 1; k < n; k++)
		greatest = raw[k] > greatest ? raw[k] : greatest;
	for (k = 0; k < n; k++)
		sum += raw[k] = exp(raw[k] - greatest);
	for (k = 0; k < n; k++)
		raw[k] /= sum;
}

void
ensemble_predict(const Ensemble *ensemble, double *raw)
{
	switch (ensemble->link)
	{
		case TREE_LINK_IDENTITY:
			break;
		case TREE_LINK_LOGIT:
			raw[0] = 1.0 / (1.0 + exp(-raw[0]));
			break;
		case TREE_LINK_LOG:
			raw[0] = exp(raw[0]);
			break;
		case TREE_LINK_SOFTMAX:
			softmax(raw, ensemble->n_outputs);
			break;
		case TREE_LINK_ISOLATION:
			raw[0] = exp2(-raw[0] / ensemble->path_scale);
			break;
	}
}

Status
tree_scorer_create(TreeScorer *scorer, const Ensemble *ensemble, const Allocator *allocator)
{
	size_t n = (size_t) ensemble->n_outputs;

	*scorer = (TreeScorer){.ensemble = ensemble};
	scorer->lanes = memory_allocate_zero(allocator, TREE_LANES * n, sizeof(double));
	scorer->outputs = memory_allocate_zero(allocator, n, sizeof(double));
	if (scorer->lanes != NULL && scorer->outputs != NULL)
		return KERNEL_OK;
	tree_scorer_release(scorer, allocator);
	return KERNEL_OUT_OF_MEMORY;
}

void
tree_scorer_release(TreeScorer *scorer, const Allocator *allocator)
{
	size_t n = (size_t) scorer->ensemble->n_outputs;

	memory_release(allocator, scorer->lanes, TREE_LANES * n, sizeof(double));
	memory_release(allocator, scorer->outputs, n, sizeof(double));
	scorer->lanes = scorer->outputs = NULL;
}
