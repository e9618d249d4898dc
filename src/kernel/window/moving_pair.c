/*
 * moving_pair.c: the ring over pairs, and the counts of special values beside it.
 */
#include "kernel/window/moving_pair.h"

void
moving_pair_release(MovingPair *moving, const Allocator *allocator)
{
	PairRing_release(&moving->ring, allocator);
	moving_pair_begin(moving);
}

/* Folds the frame in its order, with the overflow rules of comoments_add. */
Status
moving_pair_replay(const MovingPair *moving, Comoments *state)
{
	const PairRing *ring = &moving->ring;
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
