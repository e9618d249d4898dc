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

static inline void
moving_pair_begin(MovingPair *moving)
{
	PairRing_begin(&moving->ring);
	moving->x_counts = moving->y_counts = (MovingCounts){0};
}

extern void moving_pair_release(MovingPair *moving, const Allocator *allocator);

/* Adds `step` (1 or -1) to the counts that the sides of a pair belong to. */
static inline void
moving_pair_note(MovingPair *moving, Pair pair, int step)
{
	moving_counts_note(&moving->x_counts, pair.x, step);
	moving_counts_note(&moving->y_counts, pair.y, step);
}

/* Takes a pair at the end: O(1) amortised.  OUT_OF_MEMORY, TOO_LARGE: unchanged. */
static inline Status
moving_pair_add(MovingPair *moving, const Allocator *allocator, Pair pair)
{
	Status status = PairRing_push(&moving->ring, allocator, pair);

	if (status == KERNEL_OK)
		moving_pair_note(moving, pair, 1);
	return status;
}

/* Drops the oldest pair: O(1) amortised.  INVALID: empty; OUT_OF_MEMORY, STOPPED: unchanged. */
static inline Status
moving_pair_remove(MovingPair *moving, const Allocator *allocator, const StopCheck *stop, Pair pair)
{
	Status status;

	if (PairRing_count(&moving->ring) == 0)
		return KERNEL_INVALID;
	status = PairRing_pop(&moving->ring, allocator, stop);
	if (status == KERNEL_OK)
		moving_pair_note(moving, pair, -1);
	return status;
}

/* The frame folded in its order, with the overflow rules of comoments_add. */
extern Status moving_pair_replay(const MovingPair *moving, Comoments *state);

/*
 * The plain state of the frame, also of an empty one: O(1), O(frame) while a large value is in it.
 * KERNEL_OVERFLOW where the plain state would have it.
 */
static inline Status
moving_pair_state(const MovingPair *moving, Comoments *state)
{
	if (__builtin_expect((moving->x_counts.n_large | moving->y_counts.n_large) != 0, 0))
		return moving_pair_replay(moving, state);
	PairRing_fold(&moving->ring, state);
	/* The signs of infinities must not depend on how the ring has grouped them. */
	if (__builtin_expect(moving_counts_any(&moving->x_counts), 0))
	{
		state->total_x = dd_from(moving_counts_total(&moving->x_counts));
		state->sxx = state->sxy = dd_from(NAN);
	}
	if (__builtin_expect(moving_counts_any(&moving->y_counts), 0))
	{
		state->total_y = dd_from(moving_counts_total(&moving->y_counts));
		state->syy = state->sxy = dd_from(NAN);
	}
	return KERNEL_OK;
}

#endif /* ORCHARD_KERNEL_WINDOW_MOVING_PAIR_H */
