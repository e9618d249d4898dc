/*
 * roc.h: the scores behind a ROC curve, and the exact area under it.
 *
 * Keeps one point for each distinct score: the weights of the positive and of
 * the negative rows that had it.  Points are appended and compacted (sorted,
 * equal scores joined) when the array is full, so repeated scores cost no
 * memory and the state does not depend on the order of the rows.
 */
#ifndef ORCHARD_KERNEL_METRIC_ROC_H
#define ORCHARD_KERNEL_METRIC_ROC_H

#include "kernel/base/memory.h"
#include "kernel/codec/bytes.h"

typedef struct RocPoint
{
	double		score;			/* not NaN; -0 is stored as 0 */
	double		positive;		/* weight of positive rows, >= 0 */
	double		negative;		/* weight of negative rows, >= 0 */
} RocPoint;

typedef struct Roc
{
	RocPoint   *points;			/* n of capacity */
	size_t		n;
	size_t		capacity;
	size_t		n_sorted;		/* the first so many are sorted and distinct */
} Roc;

/* An empty state is all zeros. */
extern void roc_release(Roc *roc, const Allocator *allocator);

/* Adds a row; on KERNEL_OUT_OF_MEMORY nothing changed. */
extern Status roc_add(Roc *roc, const Allocator *allocator, double score, bool is_positive,
					  double weight, const StopCheck *stop);

/* Adds all points of another state. */
extern Status roc_merge(Roc *into, const Allocator *allocator, const Roc *from,
						const StopCheck *stop);

/* Sorts and joins equal scores; the meaning stays.  Cost O(n), by radix sort. */
extern Status roc_compact(Roc *roc, const Allocator *allocator, const StopCheck *stop);

/*
 * Area under the curve of a compacted state: the weighted share of (positive,
 * negative) pairs in which the positive scores higher, ties counted half
 * (Hanley and McNeil, Radiology 143(1), 1982).  False when a class is absent.
 */
extern bool roc_area(const Roc *roc, double *area);

extern void roc_encode(const Roc *roc, ByteWriter *writer);

/* Only a compacted, valid state is accepted. */
extern Status roc_decode(Roc *roc, const Allocator *allocator, ByteReader *reader);

#endif							/* ORCHARD_KERNEL_METRIC_ROC_H */
