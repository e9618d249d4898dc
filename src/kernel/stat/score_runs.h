/*
 * score_runs.h: a multiset of weighted scores in space that grows with the distinct ones.
 *
 * Scores are appended to an unsorted tail.  When the arrays are full, the tail is
 * sorted and merged into the sorted front, equal scores becoming one run that
 * carries their weight; only when that leaves the arrays more than half full do
 * they double.  So n scores cost O(n log n) however often they repeat, and d
 * distinct scores hold at most about 4 d slots.
 *
 * Scores are kept as keys, unsigned integers in the order of the scores, with -0
 * and 0 the same key.  A NaN has no place in an order: callers refuse it first.
 */
#ifndef ORCHARD_KERNEL_STAT_SCORE_RUNS_H
#define ORCHARD_KERNEL_STAT_SCORE_RUNS_H

#include "kernel/base/memory.h"
#include "kernel/base/number_key.h"

typedef struct ScoreRuns
{
	uint64_t *keys;	 /* capacity of them, owned */
	double *weights; /* of the same length, owned; NULL while every weight is 1 */
	size_t n;		 /* slots in use */
	size_t n_sorted; /* the front of them: strictly ascending */
	size_t capacity;
} ScoreRuns;

/* The weight of slot i. */
static inline double
score_runs_weight(const ScoreRuns *runs, size_t i)
{
	return runs->weights == NULL ? 1.0 : runs->weights[i];
}

/* score_runs_add_key where there is no room or a weight is not 1. */
extern Status score_runs_add_slowly(ScoreRuns *runs, const Allocator *allocator,
									const StopCheck *stop, uint64_t key, double weight);

/* score_runs_add of a key, which may be that of something else that has an order. */
static inline Status
score_runs_add_key(ScoreRuns *runs, const Allocator *allocator, const StopCheck *stop, uint64_t key,
				   double weight)
{
	if (runs->n == runs->capacity || runs->weights != NULL || weight != 1.0)
		return score_runs_add_slowly(runs, allocator, stop, key, weight);
	runs->keys[runs->n++] = key;
	return KERNEL_OK;
}

/*
 * score_runs_add
 *		Takes one score.
 *
 * score: not NaN.  weight: finite and above 0.  A zeroed ScoreRuns is empty.
 * Amortised O(log n), in bursts that poll `stop`.
 *
 * Returns KERNEL_OK, KERNEL_OUT_OF_MEMORY, KERNEL_OVERFLOW (the weights of a run sum to
 * infinity) or KERNEL_STOPPED: after any but the first the runs can only be released.
 */
static inline Status
score_runs_add(ScoreRuns *runs, const Allocator *allocator, const StopCheck *stop, double score,
			   double weight)
{
	return score_runs_add_key(runs, allocator, stop, number_to_key(score), weight);
}

/* Sorts all slots into strictly ascending runs; the multiset stays what it is.  Statuses as for add. */
extern Status score_runs_compact(ScoreRuns *runs, const Allocator *allocator,
								 const StopCheck *stop);

/* into = into and from together; from may not alias into.  Statuses as for add. */
extern Status score_runs_merge(ScoreRuns *into, const Allocator *allocator, const StopCheck *stop,
							   const ScoreRuns *from);

extern void score_runs_release(ScoreRuns *runs, const Allocator *allocator);

#endif /* ORCHARD_KERNEL_STAT_SCORE_RUNS_H */
