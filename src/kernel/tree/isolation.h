/*
 * isolation.h: isolation forests, which tell rows that are easily set apart.
 *
 * Each tree cuts a small sample at random until rows stand alone or its depth is
 * the logarithm of the sample; rows that few cuts isolate are anomalies.  A leaf
 * holds its depth, plus the mean depth c(n) of the tree that was not grown for
 * its n rows.  Source: Liu, Ting, Zhou, "Isolation forest", ICDM 2008.
 *
 * The sample of a tree and all its cuts come from the hash of the rows' content
 * and the seed, so the order of the rows changes nothing.
 */
#ifndef ORCHARD_KERNEL_TREE_ISOLATION_H
#define ORCHARD_KERNEL_TREE_ISOLATION_H

#include "kernel/base/memory.h"
#include "kernel/tree/bin.h"
#include "kernel/tree/ensemble.h"

typedef struct IsolationOptions
{
	int32_t n_estimators;
	int32_t max_samples; /* rows of a tree, at least 2 */
	uint64_t seed;
} IsolationOptions;

/*
 * isolation_fit
 *		*ensemble = the trees, whose raw score is the mean path length.
 *
 * source: at least one row; its targets and weights are not looked at.
 * Memory: 8 bytes a row, and max_samples * n_estimators rows of 8 bytes a slot at most.
 * KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED, KERNEL_TOO_LARGE, what the store reports.
 */
extern Status isolation_fit(const TreeSource *source, const IsolationOptions *options,
							const Allocator *allocator, const StopCheck *stop, Ensemble **ensemble);

/* Bytes that it takes beside the raw rows, about: what trees weigh depends on the values. */
extern double isolation_bytes(const TreeSource *source, const IsolationOptions *options);

/* c(n), the mean depth of an unsuccessful search in a binary search tree of n rows (eq. 1). */
extern double isolation_depth(double n);

#endif /* ORCHARD_KERNEL_TREE_ISOLATION_H */
