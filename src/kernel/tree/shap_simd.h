/*
 * shap_simd.h: the Shapley values that one tree adds, at all points of a rule at once.
 *
 * Compiled for AVX2 and the baseline, chosen at run time; all give the same bits,
 * since none fuses a product with a sum.
 *
 * Notation as in shap.h; e is an edge, named by its lower node.  Down: P(e) =
 * P(parent) * q_e / q_above at every point, where q = 1 above the first edge of a
 * slot.  Up: S(e), the sum over the leaves below of v P.  Each edge gives its slot
 * the integral of S(e) (g_e - g_above), where g = (s - w) / q: the leaves below a
 * deeper edge of the same slot take back what the upper one gave.  g is -1 / (1 - t)
 * when s = 0, so that nothing is divided by a share of 0.
 */
#ifndef ORCHARD_KERNEL_TREE_SHAP_SIMD_H
#define ORCHARD_KERNEL_TREE_SHAP_SIMD_H

#include "kernel/tree/shap.h"

#define SHAP_LANES 4 /* points are multiples of it */

/* What the row does at an edge. */
typedef enum ShapEdge
{
	SHAP_TAKEN = 0,	   /* takes it, and all above it of the same slot */
	SHAP_LEFT_OUT = 1, /* the first of its slot that it does not take */
	SHAP_OUT_ABOVE = 2 /* did not take one above of the same slot */
} ShapEdge;

typedef struct ShapTree
{
	const Tree *tree;
	const ShapNode *nodes;
	const uint8_t *edges; /* a ShapEdge a node */
	int32_t n_points;
	const double *rule; /* n_points each: t, 1 - t, weight, -1 / (1 - t) */
	double *sums;		/* scratch, n_points a node: P, then S */
	double *inverses;	/* scratch, n_points a node: 1 / q of edges that are taken */
	const StopCheck *stop;
} ShapTree;

/* Adds what each edge gives its slot to contributions; KERNEL_STOPPED. */
extern Status shap_add_tree(const ShapTree *shap, double *contributions);

/* The same by the portable code, for tests. */
extern Status shap_add_tree_portable(const ShapTree *shap, double *contributions);

#endif /* ORCHARD_KERNEL_TREE_SHAP_SIMD_H */
