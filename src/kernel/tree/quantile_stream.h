/*
 * quantile_stream.h: quantiles of values that are visited, not held.
 *
 * The value of a rank is found by its bits, 16 a visit, from the highest on; each
 * visit counts those whose higher bits are right.  The result is that of
 * objective_quantile and objective_renewed to the last bit.
 */
#ifndef ORCHARD_KERNEL_TREE_QUANTILE_STREAM_H
#define ORCHARD_KERNEL_TREE_QUANTILE_STREAM_H

#include "kernel/base/memory.h"
#include "kernel/tree/bin.h"
#include "kernel/tree/objective.h"

/* Takes some values; weights: NULL when all are 1. */
typedef void (*StreamWork)(void *context, const double *values, const double *weights, int32_t n);

/* Values that can be visited again and again, in any order. */
typedef struct ValueStream
{
	Status (*visit)(void *context, StreamWork work, void *work_context);
	void *context;
	int64_t n;
	bool has_weight;
} ValueStream;

/* The targets and weights of a source's rows as values; the context of the visit. */
typedef struct SourceTargets
{
	const TreeSource *source;
	const StopCheck *stop;
} SourceTargets;

extern Status source_targets_visit(void *context, StreamWork work, void *work_context);

/* objective_quantile of at least one value; 1 MB of memory. */
extern Status stream_quantile(const ValueStream *stream, double alpha, const Allocator *allocator,
							  double *quantile);

/* objective_renewed of at least one residual; the same. */
extern Status stream_renewed(const Objective *objective, const ValueStream *stream,
							 const Allocator *allocator, double *value);

#endif /* ORCHARD_KERNEL_TREE_QUANTILE_STREAM_H */
