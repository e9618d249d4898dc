/*
 * moving_pair.c: the ring over pairs, and the counts of special values beside it.
 */
#include "kernel/window/moving_pair.h"

void
moving_pair_begin(MovingPair *moving)
{
	PairRing_begin(&moving->ring);
	moving->x_counts = moving->y_counts = (MovingCounts){0};
}

void
moving_pair_release(MovingPair *moving, const Allocator *allocator)
{
	PairRing_release(&moving->ring, allocator);
	moving_pair_begin(moving);
}

static void
count_special(MovingPair *moving, Pair pair, int step)
{
	if (moving_is_special(pair.x))
		moving_counts_note(&moving->x_counts, pair.x, step);
	if (moving_is_special(pair.y))
		moving_counts_note(&moving->y_counts, pair.y, step);
}

Status
moving_pair_add(MovingPair *moving, const Allocator *allocator, Pair pair)
{
	Status status = PairRing_push(&moving->ring, allocator, pair);

	if (status == KERNEL_OK)
		count_special(moving, pair, 1);
	return status;
}

Status
moving_pair_remove(MovingPair *moving, const Allocator *allocator, const StopCheck *stop, Pair pair)
{
	Status status;

	if (PairRing_count(&moving->ring) == 0)
		return KERNEL_INVALID;
	status = PairRing_pop(&moving->ring, allocator, stop);
	if (status == KERNEL_OK)
		count_special(moving, pair, -1);
	return status;
}

/* Folds the frame in its order, with the overflow rules of comoments_add. */
static Status
replay(const PairRing *ring, Comoments *state)
{
	uint64_t n = PairRing_count(ring);
	Status status = KERNEL_OK;
	uint64_t i;

	comoments_clear(state);
	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		Pair pair = PairRing_value(ring, i);

		status = comoments_add(state, pair.x, pair.y);
	}
	return status;
}

Status
moving_pair_state(const MovingPair *moving, Comoments *state)
{
	if (__builtin_expect((moving->x_counts.n_large | moving->y_counts.n_large) != 0, 0))
		return replay(&moving->ring, state);
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
