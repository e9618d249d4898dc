/*
 * moving.h: sums, variances, moments and extremes of a sliding frame.
 *
 * Each of them takes values at the end of a frame and loses them at its start,
 * in the same order.  Results equal those of the plain states of stat/ over the
 * frame's values: exactly for min, max, NaN, infinity and overflow, to the last
 * digits for the rest.
 *
 * Values that are not finite, or so large that the grouping of sums might
 * overflow where the order of arrival does not, are counted.  Counts of integers
 * can be undone, so a NaN leaves the frame without a trace; a frame with a
 * finite value above MOVING_LARGE is folded again in its order, for each result.
 */
#ifndef ORCHARD_KERNEL_WINDOW_MOVING_H
#define ORCHARD_KERNEL_WINDOW_MOVING_H

#include "kernel/stat/moments.h"
#include "kernel/window/deque.h"

/* Below it squares of n-fold sums stay finite for any n that fits in memory. */
#define MOVING_LARGE 1e130

typedef struct MovingCounts
{
	int64_t n_nan;
	int64_t n_positive_infinity;
	int64_t n_negative_infinity;
	int64_t n_large; /* finite, above MOVING_LARGE in size */
} MovingCounts;

/* Does x belong to one of the counts? */
static inline bool
moving_is_special(double x)
{
	return __builtin_expect(!(fabs(x) <= MOVING_LARGE), 0);
}

/* Is a value of the frame not finite? */
static inline bool
moving_counts_any(const MovingCounts *counts)
{
	return (counts->n_nan | counts->n_positive_infinity | counts->n_negative_infinity) != 0;
}

/* Adds `step` (1 or -1) to the count that a special x belongs to. */
extern void moving_counts_note_special(MovingCounts *counts, double x, int step);

/* The same of any value: most have no place there. */
static inline void
moving_counts_note(MovingCounts *counts, double x, int step)
{
	if (moving_is_special(x))
		moving_counts_note_special(counts, x, step);
}

/* The sum of a frame that holds values that are not finite. */
extern double moving_counts_total(const MovingCounts *counts);

#define RING_NAME TotalRing
#define RING_VALUE double
#define RING_STATE DoubleDouble
#define RING_CLEAR(state) (*(state) = (DoubleDouble){-0.0, 0.0})
#define RING_APPEND(state, x) total_add(state, x)
#define RING_MERGE(state, right) total_merge(state, *(right))
#include "kernel/window/ring.h"

#define RING_NAME VarianceRing
#define RING_VALUE double
#define RING_STATE Variance
#define RING_CLEAR(state) (*(state) = (Variance){0})
#define RING_APPEND(state, x) ((void) variance_add(state, x))
#define RING_MERGE(state, right) ((void) variance_merge(state, right))
#include "kernel/window/ring.h"

#define RING_NAME MomentsRing
#define RING_VALUE double
#define RING_STATE Moments
#define RING_CLEAR(state) moments_clear(state)
#define RING_APPEND(state, x) ((void) moments_add(state, x))
#define RING_MERGE(state, right) ((void) moments_merge(state, right))
#include "kernel/window/ring.h"

/* PostgreSQL's order of doubles has NaN above everything and equal to itself. */
#define DEQUE_NAME DoubleMaxDeque
#define DEQUE_VALUE double
#define DEQUE_BEATS(a, b) ((a) > (b) || ((a) != (a) && (b) == (b)))
#include "kernel/window/deque.h"

#define DEQUE_NAME DoubleMinDeque
#define DEQUE_VALUE double
#define DEQUE_BEATS(a, b) ((a) < (b) || ((b) != (b) && (a) == (a)))
#include "kernel/window/deque.h"

#define DEQUE_NAME IntegerMaxDeque
#define DEQUE_VALUE int64_t
#define DEQUE_BEATS(a, b) ((a) > (b))
#include "kernel/window/deque.h"

#define DEQUE_NAME IntegerMinDeque
#define DEQUE_VALUE int64_t
#define DEQUE_BEATS(a, b) ((a) < (b))
#include "kernel/window/deque.h"

typedef struct MovingSum
{
	TotalRing ring;
	MovingCounts counts;
} MovingSum;

/* Of values of single precision: their sum overflows at a size that doubles know nothing of. */
typedef struct MovingRealSum
{
	MovingSum sum;
	int64_t n_wide; /* finite values above MOVING_REAL_WIDE */
} MovingRealSum;

/* Below it sums stay within single precision for any n that fits in memory. */
#define MOVING_REAL_WIDE 1e26f

typedef struct MovingVariance
{
	VarianceRing ring;
	MovingCounts counts;
} MovingVariance;

typedef struct MovingMoments
{
	MomentsRing ring;
	MovingCounts counts;
} MovingMoments;

static inline void
moving_sum_begin(MovingSum *moving)
{
	TotalRing_begin(&moving->ring);
	moving->counts = (MovingCounts){0};
}

static inline void
moving_variance_begin(MovingVariance *moving)
{
	VarianceRing_begin(&moving->ring);
	moving->counts = (MovingCounts){0};
}

static inline void
moving_moments_begin(MovingMoments *moving)
{
	MomentsRing_begin(&moving->ring);
	moving->counts = (MovingCounts){0};
}

extern void moving_sum_release(MovingSum *moving, const Allocator *allocator);
extern void moving_variance_release(MovingVariance *moving, const Allocator *allocator);
extern void moving_moments_release(MovingMoments *moving, const Allocator *allocator);

/* Takes a value at the end: O(1) amortised.  OUT_OF_MEMORY, TOO_LARGE: unchanged. */
static inline Status
moving_sum_add(MovingSum *moving, const Allocator *allocator, double x)
{
	Status status = TotalRing_push(&moving->ring, allocator, x);

	if (status == KERNEL_OK)
		moving_counts_note(&moving->counts, x, 1);
	return status;
}

static inline Status
moving_variance_add(MovingVariance *moving, const Allocator *allocator, double x)
{
	Status status = VarianceRing_push(&moving->ring, allocator, x);

	if (status == KERNEL_OK)
		moving_counts_note(&moving->counts, x, 1);
	return status;
}

static inline Status
moving_moments_add(MovingMoments *moving, const Allocator *allocator, double x)
{
	Status status = MomentsRing_push(&moving->ring, allocator, x);

	if (status == KERNEL_OK)
		moving_counts_note(&moving->counts, x, 1);
	return status;
}

/* Drops the oldest value, x: O(1) amortised.  INVALID: empty; OUT_OF_MEMORY, STOPPED: unchanged. */
static inline Status
moving_sum_remove(MovingSum *moving, const Allocator *allocator, const StopCheck *stop, double x)
{
	Status status;

	if (TotalRing_count(&moving->ring) == 0)
		return KERNEL_INVALID;
	status = TotalRing_pop(&moving->ring, allocator, stop);
	if (status == KERNEL_OK)
		moving_counts_note(&moving->counts, x, -1);
	return status;
}

static inline Status
moving_variance_remove(MovingVariance *moving, const Allocator *allocator, const StopCheck *stop,
					   double x)
{
	Status status;

	if (VarianceRing_count(&moving->ring) == 0)
		return KERNEL_INVALID;
	status = VarianceRing_pop(&moving->ring, allocator, stop);
	if (status == KERNEL_OK)
		moving_counts_note(&moving->counts, x, -1);
	return status;
}

static inline Status
moving_moments_remove(MovingMoments *moving, const Allocator *allocator, const StopCheck *stop,
					  double x)
{
	Status status;

	if (MomentsRing_count(&moving->ring) == 0)
		return KERNEL_INVALID;
	status = MomentsRing_pop(&moving->ring, allocator, stop);
	if (status == KERNEL_OK)
		moving_counts_note(&moving->counts, x, -1);
	return status;
}

/* The same for values of single precision, with the overflow of sum_add_real in the state. */
extern void moving_real_sum_begin(MovingRealSum *moving);
extern Status moving_real_sum_add(MovingRealSum *moving, const Allocator *allocator, float x);
extern Status moving_real_sum_remove(MovingRealSum *moving, const Allocator *allocator,
									 const StopCheck *stop, float x);

/* The frame folded in its order, with the overflow rules of sum_add, variance_add and moments_add. */
extern Status moving_sum_replay(const MovingSum *moving, Sum *state);
extern Status moving_mean_replay(const MovingSum *moving);
extern Status moving_variance_replay(const MovingVariance *moving, Variance *state);
extern Status moving_moments_replay(const MovingMoments *moving, Moments *state);

/*
 * The plain state of the frame, also of an empty one: O(1), O(frame) while a large value is in it.
 * KERNEL_OVERFLOW where the plain state would have it.  moving_sum_mean_state follows the rule of
 * Variance there, since the built-in avg raises an overflow of M2 too.
 */
static inline Status
moving_sum_state(const MovingSum *moving, Sum *state)
{
	if (__builtin_expect(moving->counts.n_large > 0, 0))
		return moving_sum_replay(moving, state);
	state->n = (int64_t) TotalRing_count(&moving->ring);
	if (__builtin_expect(moving_counts_any(&moving->counts), 0))
		state->total = dd_from(moving_counts_total(&moving->counts));
	else
		TotalRing_fold(&moving->ring, &state->total);
	return KERNEL_OK;
}

static inline Status
moving_sum_mean_state(const MovingSum *moving, Sum *state)
{
	Status status = KERNEL_OK;

	if (__builtin_expect(moving->counts.n_large > 0, 0))
		status = moving_mean_replay(moving);
	return status == KERNEL_OK ? moving_sum_state(moving, state) : status;
}

static inline Status
moving_variance_state(const MovingVariance *moving, Variance *state)
{
	if (__builtin_expect(moving->counts.n_large > 0, 0))
		return moving_variance_replay(moving, state);
	if (__builtin_expect(moving_counts_any(&moving->counts), 0))
	{
		state->n = (int64_t) VarianceRing_count(&moving->ring);
		state->total = dd_from(moving_counts_total(&moving->counts));
		state->m2 = dd_from(NAN);
	}
	else
		VarianceRing_fold(&moving->ring, state);
	return KERNEL_OK;
}

static inline Status
moving_moments_state(const MovingMoments *moving, Moments *state)
{
	if (__builtin_expect(moving->counts.n_large > 0, 0))
		return moving_moments_replay(moving, state);
	MomentsRing_fold(&moving->ring, state);
	return KERNEL_OK;
}

extern Status moving_real_sum_state(const MovingRealSum *moving, Sum *state);

#endif /* ORCHARD_KERNEL_WINDOW_MOVING_H */
