/*
 * exercise_engines.h: every engine of a decoded ensemble, whatever bytes it came from.
 *
 * The walk, the table of leaf masks in both layouts, the nodes of ranks and the blocks of nodes must
 * give the same bits for vectors of extremes; the explanation must end.
 */
#ifndef ORCHARD_TEST_EXERCISE_ENGINES_H
#define ORCHARD_TEST_EXERCISE_ENGINES_H

#include <math.h>

#include "kernel/tree/scorer.h"
#include "kernel/tree/shap.h"

#define ENGINE_SLOTS 64
#define ENGINE_OUTPUTS 16
#define ENGINE_ROOM ((size_t) 1 << 17) /* bytes of a table that is worth a try */

/* One vector through all engines that are there; names what is broken, or NULL. */
static inline const char *
compare_engines(const Ensemble *ensemble, LeafMasks *const masks[2], const RankNodes *nodes,
				const NodeBlocks *blocks, const double *vector)
{
	const void *engines[5] = {ensemble, masks[0], masks[1], nodes, blocks};
	double lanes[5][TREE_LANES * ENGINE_OUTPUTS];
	double raw[5][ENGINE_OUTPUTS];
	size_t size = sizeof(double) * (size_t) ensemble->n_outputs;
	int i;

	ensemble_raw(ensemble, vector, lanes[0], raw[0]);
	for (i = 1; i < 5; i++)
	{
		if (engines[i] == NULL)
			continue;
		if (i == 4)
			node_blocks_lanes(blocks, vector, lanes[i]);
		else if (i == 3)
			rank_nodes_lanes(nodes, vector, lanes[i]);
		else
			leaf_mask_lanes(masks[i - 1], vector, lanes[i]);
		ensemble_finish(ensemble, lanes[i], raw[i]);
		if (memcmp(raw[i], raw[0], size) != 0)
			return "every engine gives the same bits";
	}
	return NULL;
}

static inline const char *
exercise_engines(const Ensemble *ensemble, const Allocator *allocator)
{
	static const double numbers[] = {NAN, 0.0, INFINITY, -INFINITY, 1.7e308, -5e-324, 30.5, 1e3};
	int32_t n_slots = ensemble->n_numbers + ensemble->n_categories;
	LeafMaskPlan mask_plan = {0};
	RankNodesPlan node_plan = {0};
	LeafMasks *masks[2] = {NULL, NULL};
	RankNodes *nodes = NULL;
	NodeBlocksPlan block_plan = {0};
	NodeBlocks *blocks = NULL;
	ShapExplainer *explainer = NULL;
	double contributions[ENGINE_SLOTS];
	double vector[ENGINE_SLOTS];
	double base;
	const char *broken = NULL;
	size_t v;
	int32_t s;

	if (n_slots > ENGINE_SLOTS || ensemble->n_outputs > ENGINE_OUTPUTS)
		return NULL;
	for (s = 0; s < 2 && leaf_mask_plan(ensemble, allocator, &mask_plan) == KERNEL_OK &&
		 mask_plan.is_possible && mask_plan.bytes < ENGINE_ROOM;
		 s++)
	{
		mask_plan.is_packed = s == 1;
		masks[s] = leaf_mask_create(ensemble, &mask_plan, allocator);
	}
	if (rank_nodes_plan(ensemble, allocator, &node_plan) == KERNEL_OK && node_plan.is_possible &&
		node_plan.bytes < ENGINE_ROOM)
		nodes = rank_nodes_create(ensemble, allocator);
	if (node_blocks_plan(ensemble, allocator, &block_plan) == KERNEL_OK && block_plan.fits &&
		block_plan.bytes < ENGINE_ROOM)
		blocks = node_blocks_create(ensemble, &block_plan, allocator);
	if (shap_create(&explainer, ensemble, allocator) != KERNEL_OK)
		explainer = NULL;
	for (v = 0; v < sizeof(numbers) / sizeof(numbers[0]) && broken == NULL; v++)
	{
		for (s = 0; s < n_slots; s++)
			vector[s] = s < ensemble->n_numbers ?
				numbers[(v + (size_t) s % 2) % 8] :
				(double) (v % (ensemble->n_levels[s - ensemble->n_numbers] + 2));
		broken = compare_engines(ensemble, masks, nodes, blocks, vector);
		if (explainer != NULL)
			(void) shap_explain(explainer, vector, (int32_t) v % ensemble->n_outputs, contributions,
								&base);
	}
	for (s = 0; s < 2; s++)
	{
		if (masks[s] != NULL)
			leaf_mask_release(masks[s], allocator);
	}
	if (nodes != NULL)
		rank_nodes_release(nodes, allocator);
	if (blocks != NULL)
		node_blocks_release(blocks, allocator);
	if (explainer != NULL)
		shap_release(explainer, allocator);
	return broken;
}

#endif /* ORCHARD_TEST_EXERCISE_ENGINES_H */
