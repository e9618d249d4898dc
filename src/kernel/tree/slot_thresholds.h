/*
 * slot_thresholds.h: what an ensemble compares each slot with.
 */
#ifndef ORCHARD_KERNEL_TREE_SLOT_THRESHOLDS_H
#define ORCHARD_KERNEL_TREE_SLOT_THRESHOLDS_H

#include "kernel/tree/ensemble.h"

/* One slot; its thresholds, distinct and ascending, are values[at, at + n). */
typedef struct AskedSlot
{
	int32_t n;		 /* numbers: distinct thresholds; categories: nodes that ask */
	int32_t at;		 /* numbers: where they begin */
	int32_t n_trees; /* that ask */
	int32_t last;	 /* of them, + 1 */
} AskedSlot;

typedef struct SlotThresholds
{
	int32_t n_slots; /* of the ensemble */
	AskedSlot *slots;
	size_t n_values;
	double *values;
} SlotThresholds;

/* Cost O(nodes log nodes).  KERNEL_OUT_OF_MEMORY leaves nothing. */
extern Status slot_thresholds_create(SlotThresholds *collected, const Ensemble *ensemble,
									 const Allocator *allocator);
extern void slot_thresholds_release(SlotThresholds *collected, const Allocator *allocator);

/* The place of a threshold, which some node has, among those of its slot. */
extern uint32_t slot_thresholds_place(const SlotThresholds *collected, int32_t slot,
									  double threshold);

#endif /* ORCHARD_KERNEL_TREE_SLOT_THRESHOLDS_H */
