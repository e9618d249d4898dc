/*
 * exercise_engines.h: every engine of a decoded ensemble, whatever bytes it came from.
 *
 * The walk, the table of leaf masks, the nodes of ranks, the blocks of nodes and the sweep must give
 * the same bits for vectors of extremes; the explanation must end.
 */
#ifndef ORCHARD_TEST_EXERCISE_ENGINES_H
#define ORCHARD_TEST_EXERCISE_ENGINES_H

#include <math.h>

#include "kernel/tree/scorer.h"
#include "kernel/tree/shap.h"

#define ENGINE_SLOTS 64
#define ENGINE_OUTPUTS 16
#define ENGINE_ROOM ((size_t) 1 << 17) /* bytes of a table that is worth a try */

typedef struct Engines
{
	LeafMasks *masks;
	RankNodes *nodes;
	NodeBlocks *blocks;
	NodeSweep *sweep;
} Engines;

/* One vector through all engines that are there; names what is broken, or NULL. */
static inline const char *
compare_engines(const Ensemble *ensemble, const Engines *engines, const double *vector)
{
	const void *there[5] = {ensemble, engines->masks, engines->nodes, engines->blocks,
							engines->sweep};
	double lanes[5][TREE_LANES * ENGINE_OUTPUTS];
	double raw[5][ENGINE_OUTPUTS];
	size_t size = sizeof(double) * (size_t) ensemble->n_outputs;
	int i;

	ensemble_raw(ensemble, vector, lanes[0], raw[0]);
	for (i = 1; i < 5; i++)
	{
		if (there[i] == NULL)
			continue;
		if (i == 4)
			node_sweep_lanes(engines->sweep, vector, lanes[i]);
		else if (i == 3)
			node_blocks_lanes(engines->blocks, vector, lanes[i]);
		else if (i == 2)
			rank_nodes_lanes(engines->nodes, vector, lanes[i]);
		else
			leaf_mask_lanes(engines->masks, vector, lanes[i]);
		ensemble_finish(ensemble, lanes[i], raw[i]);
		if (memcmp(raw[i], raw[0], size) != 0)
			return "every engine gives the same bits";
	}
	return NULL;
}

/* The engines that suit the ensemble and its size. */
static inline Engines
create_engines(const Ensemble *ensemble, const Allocator *allocator)
{
	Engines made = {NULL, NULL, NULL, NULL};
	LeafMaskPlan masks = {0};
	RankNodesPlan nodes = {0};
	NodeBlocksPlan blocks = {0};
	NodeSweepPlan sweep = {0};

	if (leaf_mask_plan(ensemble, allocator, &masks) == KERNEL_OK && masks.is_possible &&
		masks.bytes < ENGINE_ROOM)
		made.masks = leaf_mask_create(ensemble, &masks, allocator);
	if (rank_nodes_plan(ensemble, allocator, &nodes) == KERNEL_OK && nodes.is_possible &&
		nodes.bytes < ENGINE_ROOM)
		made.nodes = rank_nodes_create(ensemble, allocator);
	if (node_blocks_plan(ensemble, allocator, &blocks) == KERNEL_OK && blocks.fits &&
		blocks.bytes < ENGINE_ROOM)
		made.blocks = node_blocks_create(ensemble, &blocks, allocator);
	if (node_sweep_plan(ensemble, allocator, &sweep) == KERNEL_OK && sweep.fits &&
		sweep.bytes < ENGINE_ROOM)
		made.sweep = node_sweep_create(ensemble, &sweep, allocator);
	return made;
}

static inline void
release_engines(const Engines *engines, const Allocator *allocator)
{
	if (engines->masks != NULL)
		leaf_mask_release(engines->masks, allocator);
	if (engines->nodes != NULL)
		rank_nodes_release(engines->nodes, allocator);
	if (engines->blocks != NULL)
		node_blocks_release(engines->blocks, allocator);
	if (engines->sweep != NULL)
		node_sweep_release(engines->sweep, allocator);
}

static inline const char *
exercise_engines(const Ensemble *ensemble, const Allocator *allocator)
{
	static const double numbers[] = {NAN, 0.0, INFINITY, -INFINITY, 1.7e308, -5e-324, 30.5, 1e3};
	int32_t n_slots = ensemble->n_numbers + ensemble->n_categories;
	Engines engines;
	ShapExplainer *explainer = NULL;
	double contributions[ENGINE_SLOTS];
	double vector[ENGINE_SLOTS];
	double base;
	const char *broken = NULL;
	size_t v;
	int32_t s;

	if (n_slots > ENGINE_SLOTS || ensemble->n_outputs > ENGINE_OUTPUTS)
		return NULL;
	engines = create_engines(ensemble, allocator);
	if (shap_create(&explainer, ensemble, allocator) != KERNEL_OK)
		explainer = NULL;
	for (v = 0; v < sizeof(numbers) / sizeof(numbers[0]) && broken == NULL; v++)
	{
		for (s = 0; s < n_slots; s++)
			vector[s] = s < ensemble->n_numbers ?
				numbers[(v + (size_t) s % 2) % 8] :
				(double) (v % (ensemble->n_levels[s - ensemble->n_numbers] + 2));
		broken = compare_engines(ensemble, &engines, vector);
		if (explainer != NULL)
			(void) shap_explain(explainer, vector, (int32_t) v % ensemble->n_outputs, contributions,
								&base);
	}
	release_engines(&engines, allocator);
	if (explainer != NULL)
		shap_release(explainer, allocator);
	return broken;
}

#endif /* ORCHARD_TEST_EXERCISE_ENGINES_H */
