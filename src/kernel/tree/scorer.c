/*
 * scorer.c: the plain scorer, which every other one has to equal, and the links.
 */
#include "kernel/tree/scorer.h"

#include <math.h>
#include <string.h>

#include "kernel/tree/ensemble_codec.h"
#include "kernel/tree/ensemble_stored.h"

#define WALK_COST 8.0 /* nanoseconds a node visited, as the costs of leaf_mask.c */
#define PLAN_ROWS \
	3 /* vectors for a node of the average tree, whose walks cost what planning does */
#define STORED_ROWS 8 /* vectors that cost as much over the bytes as expanding these does */

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

/* The vectors that walk before an engine is planned, of expanded trees. */
static uint64_t
walking_rows(const Ensemble *ensemble)
{
	uint64_t nodes = 0;
	int32_t t;

	for (t = 0; t < ensemble->n_trees; t++)
		nodes += (uint64_t) ensemble->trees[t].n_nodes;
	return 8 + PLAN_ROWS * nodes / (uint64_t) ensemble->n_trees;
}

Status
tree_scorer_create(TreeScorer *scorer, Ensemble *ensemble, const Allocator *allocator)
{
	size_t n = (size_t) ensemble->n_outputs;

	*scorer = (TreeScorer){.ensemble = ensemble, .due = UINT64_MAX};
	scorer->lanes = memory_allocate_zero(allocator, TREE_LANES * n, sizeof(double));
	scorer->outputs = memory_allocate_zero(allocator, n, sizeof(double));
	if (scorer->lanes == NULL || scorer->outputs == NULL)
	{
		tree_scorer_release(scorer, allocator);
		return KERNEL_OUT_OF_MEMORY;
	}
	if (ensemble->n_trees > 0)
		scorer->due = ensemble->trees == NULL ? STORED_ROWS : walking_rows(ensemble);
	return KERNEL_OK;
}

void
tree_scorer_release(TreeScorer *scorer, const Allocator *allocator)
{
	size_t n = (size_t) scorer->ensemble->n_outputs;

	memory_release(allocator, scorer->lanes, TREE_LANES * n, sizeof(double));
	memory_release(allocator, scorer->outputs, n, sizeof(double));
	if (scorer->masks != NULL)
		leaf_mask_release(scorer->masks, allocator);
	if (scorer->nodes != NULL)
		rank_nodes_release(scorer->nodes, allocator);
	if (scorer->blocks != NULL)
		node_blocks_release(scorer->blocks, allocator);
	if (scorer->sweep != NULL)
		node_sweep_release(scorer->sweep, allocator);
	*scorer = (TreeScorer){.ensemble = scorer->ensemble, .due = UINT64_MAX};
}

/* Nanoseconds that walking takes a vector, if vectors are like the training rows. */
static double
estimate_walk(const Ensemble *ensemble)
{
	double cost = 0.0;
	int32_t t;
	int32_t i;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		const Tree *tree = &ensemble->trees[t];
		double visits = 0.0;

		/* Every node is visited by its cover, so depth is their sum by the root's. */
		for (i = 0; i < tree->n_nodes; i++)
			visits += tree->nodes[i].cover;
		cost += WALK_COST * (tree->nodes[0].cover > 0.0 ? visits / tree->nodes[0].cover : 1.0);
	}
	return cost;
}

/* An engine that can be chosen. */
typedef struct Offer
{
	TreeEngine engine;
	bool is_possible;
	size_t bytes;
	double row_cost;
	double build_cost;
} Offer;

/* Chooses the engine of the lowest cost that the room allows, and when it is repaid. */
static void
plan_engine(TreeScorer *scorer, const Allocator *allocator, size_t room)
{
	const LeafMaskPlan *masks = &scorer->mask_plan;
	const RankNodesPlan *nodes = &scorer->node_plan;
	const NodeBlocksPlan *blocks = &scorer->block_plan;
	const NodeSweepPlan *sweep = &scorer->sweep_plan;
	Offer best;
	double saving;
	int i;

	if (leaf_mask_plan(scorer->ensemble, allocator, &scorer->mask_plan) != KERNEL_OK ||
		rank_nodes_plan(scorer->ensemble, allocator, &scorer->node_plan) != KERNEL_OK ||
		node_blocks_plan(scorer->ensemble, allocator, &scorer->block_plan) != KERNEL_OK ||
		node_sweep_plan(scorer->ensemble, allocator, &scorer->sweep_plan) != KERNEL_OK)
		return;
	scorer->walk_cost = estimate_walk(scorer->ensemble);
	best = (Offer){TREE_ENGINE_WALK, true, 0, scorer->walk_cost, 0.0};
	{
		const Offer offers[] = {{TREE_ENGINE_MASKS, masks->is_possible, masks->bytes,
								 masks->row_cost, masks->build_cost},
								{TREE_ENGINE_NODES, nodes->is_possible, nodes->bytes,
								 nodes->row_cost, nodes->build_cost},
								{TREE_ENGINE_BLOCKS, blocks->is_possible, blocks->bytes,
								 blocks->row_cost, blocks->build_cost},
								{TREE_ENGINE_SWEEP, sweep->is_possible, sweep->bytes,
								 sweep->row_cost, sweep->build_cost}};

		for (i = 0; i < 4; i++)
		{
			if (offers[i].is_possible && offers[i].bytes <= room &&
				offers[i].row_cost < best.row_cost)
				best = offers[i];
		}
	}
	scorer->engine = best.engine;
	saving = scorer->walk_cost - best.row_cost;
	if (saving > 0.0 && best.build_cost / saving < 1e15)
		scorer->due = scorer->rows + (uint64_t) (best.build_cost / saving);
}

void
tree_scorer_prepare(TreeScorer *scorer, const Allocator *allocator, size_t room)
{
	scorer->due = UINT64_MAX;
	if (scorer->ensemble->trees == NULL)
	{
		Status status = ensemble_expand(scorer->ensemble, allocator);

		if (status == KERNEL_OK)
			scorer->due = walking_rows(scorer->ensemble);
		else if (status == KERNEL_STOPPED)
			scorer->due = scorer->rows; /* the statement ends; another one may have the time */
	}
	else if (!scorer->is_planned)
	{
		scorer->is_planned = true;
		plan_engine(scorer, allocator, room);
	}
	else if (scorer->engine == TREE_ENGINE_MASKS && scorer->masks == NULL)
		scorer->masks = leaf_mask_create(scorer->ensemble, &scorer->mask_plan, allocator);
	else if (scorer->engine == TREE_ENGINE_NODES && scorer->nodes == NULL)
		scorer->nodes = rank_nodes_create(scorer->ensemble, allocator);
	else if (scorer->engine == TREE_ENGINE_BLOCKS && scorer->blocks == NULL)
		scorer->blocks = node_blocks_create(scorer->ensemble, &scorer->block_plan, allocator);
	else if (scorer->engine == TREE_ENGINE_SWEEP && scorer->sweep == NULL)
		scorer->sweep = node_sweep_create(scorer->ensemble, &scorer->sweep_plan, allocator);
}

void
tree_scorer_raw(TreeScorer *scorer, const double *vector)
{
	scorer->rows++;
	if (scorer->masks != NULL)
		leaf_mask_lanes(scorer->masks, vector, scorer->lanes);
	else if (scorer->nodes != NULL)
		rank_nodes_lanes(scorer->nodes, vector, scorer->lanes);
	else if (scorer->blocks != NULL)
		node_blocks_lanes(scorer->blocks, vector, scorer->lanes);
	else if (scorer->sweep != NULL)
		node_sweep_lanes(scorer->sweep, vector, scorer->lanes);
	else if (scorer->ensemble->trees == NULL)
		stored_trees_lanes(scorer->ensemble, vector, scorer->lanes);
	else
	{
		ensemble_raw(scorer->ensemble, vector, scorer->lanes, scorer->outputs);
		return;
	}
	ensemble_finish(scorer->ensemble, scorer->lanes, scorer->outputs);
}
