/*
 * shap.h: exact path-dependent Shapley values of an ensemble.
 *
 * The players are the slots.  A tree's worth of a set of known slots is what the
 * tree gives when at nodes that ask for an unknown slot both sides are taken,
 * weighted by the training rows (cover) that went there.  A leaf of value v whose
 * path asks for the slots j has the worth v * prod(s_j or w_j): s_j is 1 when all
 * edges of slot j on the path are those that the row takes and else 0, for known
 * slots, and w_j the product of their shares of the cover, for unknown ones.  So
 *
 *		phi_i = v (s_i - w_i) * integral over t in (0, 1) of prod over j /= i of q_j(t),
 *		q_j(t) = w_j (1 - t) + s_j t,
 *
 * a polynomial, which a Gauss-Legendre rule of enough points integrates exactly.
 * Sums over the leaves below an edge are shared: each node costs one pass over
 * the points, whatever the depth.  There is no limit of depth and no recursion.
 *
 * Sources: Lundberg et al. 2018 (path-dependent values); Yu et al. 2022, Linear
 * TreeShap (sums below an edge); the quadrature in t is the multilinear extension
 * of Owen 1972.
 */
#ifndef ORCHARD_KERNEL_TREE_SHAP_H
#define ORCHARD_KERNEL_TREE_SHAP_H

#include "kernel/tree/ensemble.h"

/* What of a node does not depend on the row. */
typedef struct ShapNode
{
	int32_t parent; /* -1: the root */
	int32_t above;	/* the nearest node above whose edge asks for the same slot; -1: none */
	double share;	/* of the parent's cover */
	double weight;	/* w of the slot at this edge: shares multiplied */
} ShapNode;

typedef struct ShapExplainer
{
	const Ensemble *ensemble; /* the caller's, outlives the explainer */
	const StopCheck *stop;	  /* the allocator's */
	ShapNode **trees;		  /* n_trees arrays of n_nodes */
	double *expected;		  /* n_trees: mean leaf by cover */
	int32_t *n_points;		  /* n_trees: a multiple of 4 */
	double *rules;			  /* points and weights, one rule after another, see shap.c */
	int32_t max_points;
	size_t room;	  /* doubles in sums */
	double *sums;	  /* scratch: points of every node of the largest tree */
	double *inverses; /* scratch, as long */
	uint8_t *edges;	  /* scratch: a ShapEdge of every node */
	size_t max_nodes;
} ShapExplainer;

/*
 * shap_create
 *		Takes 24 bytes a node, and 16 n bytes a node of the largest tree, n its points.
 *
 * n is half the most distinct slots on a path.  KERNEL_OUT_OF_MEMORY, KERNEL_TOO_LARGE, KERNEL_STOPPED leave nothing.
 */
extern Status shap_create(ShapExplainer **explainer, const Ensemble *ensemble,
						  const Allocator *allocator);
extern void shap_release(ShapExplainer *explainer, const Allocator *allocator);

/*
 * shap_explain
 *		The contributions of all slots to raw score `output` of a vector (scorer.h).
 *
 * contributions: out, one a slot.  base: out, the mean raw score by cover; base and
 * contributions sum to the raw score but for rounding.
 * Cost O(n nodes of the output's trees).  KERNEL_STOPPED.
 */
extern Status shap_explain(const ShapExplainer *explainer, const double *vector, int32_t output,
						   double *contributions, double *base);

#endif /* ORCHARD_KERNEL_TREE_SHAP_H */
