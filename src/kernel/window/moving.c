/*
 * moving.c: rings over the states of stat/, and the counts beside them.
 */
#include "kernel/window/moving.h"

void
moving_counts_note_special(MovingCounts *counts, double x, int step)
{
	if (isnan(x))
		counts->n_nan += step;
	else if (isfinite(x))
		counts->n_large += step;
	else if (x > 0.0)
		counts->n_positive_infinity += step;
	else
		counts->n_negative_infinity += step;
}

double
moving_counts_total(const MovingCounts *counts)
{
	if (counts->n_nan > 0 || (counts->n_positive_infinity > 0 && counts->n_negative_infinity > 0))
		return NAN;
	return counts->n_positive_infinity > 0 ? INFINITY : -INFINITY;
}

void
moving_sum_release(MovingSum *moving, const Allocator *allocator)
{
	TotalRing_release(&moving->ring, allocator);
	moving_sum_begin(moving);
}

void
moving_variance_release(MovingVariance *moving, const Allocator *allocator)
{
	VarianceRing_release(&moving->ring, allocator);
	moving_variance_begin(moving);
}

void
moving_moments_release(MovingMoments *moving, const Allocator *allocator)
{
	MomentsRing_release(&moving->ring, allocator);
	moving_moments_begin(moving);
}

/* Folds the frame in its order, with the overflow rules of sum_add. */
Status
moving_sum_replay(const MovingSum *moving, Sum *state)
{
	const TotalRing *ring = &moving->ring;
	uint64_t n = TotalRing_count(ring);
	Status status = KERNEL_OK;
	uint64_t i;

	sum_clear(state);
	for (i = 0; i < n && status == KERNEL_OK; i++)
		status = sum_add(state, TotalRing_value(ring, i));
	return status;
}

/* The same with those of variance_add. */
Status
moving_mean_replay(const MovingSum *moving)
{
	const TotalRing *ring = &moving->ring;
	uint64_t n = TotalRing_count(ring);
	Status status = KERNEL_OK;
	Variance variance;
	uint64_t i;

	variance_clear(&variance);
	for (i = 0; i < n && status == KERNEL_OK; i++)
		status = variance_add(&variance, TotalRing_value(ring, i));
	return status;
}

Status
moving_variance_replay(const MovingVariance *moving, Variance *state)
{
	const VarianceRing *ring = &moving->ring;
	uint64_t n = VarianceRing_count(ring);
	Status status = KERNEL_OK;
	uint64_t i;

	variance_clear(state);
	for (i = 0; i < n && status == KERNEL_OK; i++)
		status = variance_add(state, VarianceRing_value(ring, i));
	return status;
}

Status
moving_moments_replay(const MovingMoments *moving, Moments *state)
{
	const MomentsRing *ring = &moving->ring;
	uint64_t n = MomentsRing_count(ring);
	Status status = KERNEL_OK;
	uint64_t i;

	moments_clear(state);
	for (i = 0; i < n && status == KERNEL_OK; i++)
		status = moments_add(state, MomentsRing_value(ring, i));
	return status;
}

void
moving_real_sum_begin(MovingRealSum *moving)
{
	moving_sum_begin(&moving->sum);
	moving->n_wide = 0;
}

static bool
is_wide(float x)
{
	return fabsf(x) > MOVING_REAL_WIDE && !isinf(x);
}

Status
moving_real_sum_add(MovingRealSum *moving, const Allocator *allocator, float x)
{
	Status status = moving_sum_add(&moving->sum, allocator, x);

	if (status == KERNEL_OK && is_wide(x))
		moving->n_wide++;
	return status;
}

Status
moving_real_sum_remove(MovingRealSum *moving, const Allocator *allocator, const StopCheck *stop,
					   float x)
{
	Status status = moving_sum_remove(&moving->sum, allocator, stop, x);

	if (status == KERNEL_OK && is_wide(x))
		moving->n_wide--;
	return status;
}

Status
moving_real_sum_state(const MovingRealSum *moving, Sum *state)
{
	const TotalRing *ring = &moving->sum.ring;
	uint64_t n = TotalRing_count(ring);
	Status status = KERNEL_OK;
	uint64_t i;

	if (__builtin_expect(moving->n_wide == 0, 1))
		return moving_sum_state(&moving->sum, state);
	sum_clear(state);
	for (i = 0; i < n && status == KERNEL_OK; i++)
		status = sum_add_real(state, (float) TotalRing_value(ring, i));
	return status;
}
