/*
 * byte_coder.h: a vector as bytes that the nodes of an ensemble compare with.
 *
 * A number's byte is its rank among the thresholds that the ensemble compares it with.  It has two
 * places: at the second, BYTE_PLACES further, a missing value exceeds everything and so goes right,
 * while at the first it is 0 and goes left.  A node that asks for a category has a place of its own.
 * A node sends a vector to the right when the byte at its place exceeds its code.
 */
#ifndef ORCHARD_KERNEL_TREE_BYTE_CODER_H
#define ORCHARD_KERNEL_TREE_BYTE_CODER_H

#include "kernel/tree/ensemble.h"
#include "kernel/tree/rank_category.h"
#include "kernel/tree/rank_simd.h"
#include "kernel/tree/slot_thresholds.h"

#define BYTE_PLACES 64		   /* of each kind: two registers hold all bytes */
#define BYTE_UNUSED UINT8_MAX  /* a code that sends everything left */
#define BYTE_MISSING UINT8_MAX /* a byte that exceeds every code in use */

typedef struct ByteCoder
{
	int32_t n_numbers; /* slots that nodes ask for */
	RankSearch *searches;
	size_t n_thresholds;
	double *thresholds; /* of all searches */
	int32_t n_categories;
	RankCategory *categories;
	int32_t n_slots;   /* of the ensemble, numbers first */
	int32_t *index_of; /* n_slots: among searches or categories */
	size_t *ranks;	   /* n_numbers: scratch */
	uint8_t *bytes;	   /* 2 * BYTE_PLACES: of the vector at hand */
} ByteCoder;

/* Do ranks fit bytes, and the bytes their places?  Adds to *row_cost what finding them costs. */
extern bool byte_coder_fits(const Ensemble *ensemble, const SlotThresholds *collected,
							double *row_cost);

/* False when memory is refused; what there is is released all the same. */
extern bool byte_coder_begin(ByteCoder *coder, const Ensemble *ensemble,
							 const SlotThresholds *collected, const Allocator *allocator);
extern void byte_coder_release(ByteCoder *coder, const Allocator *allocator);

/* The place and the code of one more inner node of the ensemble. */
extern void byte_coder_add(ByteCoder *coder, const Ensemble *ensemble,
						   const SlotThresholds *collected, const Tree *tree, const TreeNode *node,
						   uint8_t *place, uint8_t *code);

/* The bytes of a vector, in coder->bytes. */
extern void byte_coder_find(const ByteCoder *coder, const double *vector);

#endif /* ORCHARD_KERNEL_TREE_BYTE_CODER_H */
