/*
 * moving_pair.h: covariance, correlation and regression of a sliding frame of pairs.
 *
 * As moving.h, over the state of stat/comoments.h: results equal those of the plain state over the
 * frame's pairs, to the last digits, with NaN, infinity and overflow as there.
 */
#ifndef ORCHARD_KERNEL_WINDOW_MOVING_PAIR_H
#define ORCHARD_KERNEL_WINDOW_MOVING_PAIR_H

#include "kernel/stat/comoments.h"
#include "kernel/window/moving.h"

typedef struct Pair
{
	double x;
	double y;
} Pair;

#define RING_NAME PairRing
#define RING_VALUE Pair
#define RING_STATE Comoments
#define RING_CLEAR(state) (*(state) = (Comoments){0})
#define RING_APPEND(state, pair) ((void) comoments_add(state, (pair).x, (pair).y))
#define RING_MERGE(state, right) ((void) comoments_merge(state, right))
#include "kernel/window/ring.h"

typedef struct MovingPair
{
	PairRing ring;
	MovingCounts x_counts;
	MovingCounts y_counts;
} MovingPair;

extern void moving_pair_begin(MovingPair *moving);
extern void moving_pair_release(MovingPair *moving, const Allocator *allocator);

/* Takes a pair at the end: O(1) amortised.  OUT_OF_MEMORY, TOO_LARGE: unchanged. */
extern Status moving_pair_add(MovingPair *moving, const Allocator *allocator, Pair pair);

/* Drops the oldest pair: O(1) amortised.  INVALID: empty; OUT_OF_MEMORY, STOPPED: unchanged. */
extern Status moving_pair_remove(MovingPair *moving, const Allocator *allocator,
								 const StopCheck *stop, Pair pair);

/*
 * The plain state of the frame, also of an empty one: O(1), O(frame) while a large value is in it.
 * KERNEL_OVERFLOW where the plain state would have it.
 */
extern Status moving_pair_state(const MovingPair *moving, Comoments *state);

#endif /* ORCHARD_KERNEL_WINDOW_MOVING_PAIR_H */
