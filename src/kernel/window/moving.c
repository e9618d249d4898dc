/*
 * moving.c: rings over the states of stat/, and the counts beside them.
 */
#include "kernel/window/moving.h"

void
moving_counts_note(MovingCounts *counts, double x, int step)
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
moving_sum_begin(MovingSum *moving)
{
	TotalRing_begin(&moving->ring);
	moving->counts = (MovingCounts){0};
}

void
moving_variance_begin(MovingVariance *moving)
{
	VarianceRing_begin(&moving->ring);
	moving->counts = (MovingCounts){0};
}

void
moving_moments_begin(MovingMoments *moving)
{
	MomentsRing_begin(&moving->ring);
	moving->counts = (MovingCounts){0};
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

Status
moving_sum_add(MovingSum *moving, const Allocator *allocator, double x)
{
	Status status = TotalRing_push(&moving->ring, allocator, x);

	if (status == KERNEL_OK && moving_is_special(x))
		moving_counts_note(&moving->counts, x, 1);
	return status;
}

Status
moving_variance_add(MovingVariance *moving, const Allocator *allocator, double x)
{
	Status status = VarianceRing_push(&moving->ring, allocator, x);

	if (status == KERNEL_OK && moving_is_special(x))
		moving_counts_note(&moving->counts, x, 1);
	return status;
}

Status
moving_moments_add(MovingMoments *moving, const Allocator *allocator, double x)
{
	Status status = MomentsRing_push(&moving->ring, allocator, x);

	if (status == KERNEL_OK && moving_is_special(x))
		moving_counts_note(&moving->counts, x, 1);
	return status;
}

Status
moving_sum_remove(MovingSum *moving, const Allocator *allocator, const StopCheck *stop, double x)
{
	Status status;

	if (TotalRing_count(&moving->ring) == 0)
		return KERNEL_INVALID;
	status = TotalRing_pop(&moving->ring, allocator, stop);
	if (status == KERNEL_OK && moving_is_special(x))
		moving_counts_note(&moving->counts, x, -1);
	return status;
}

Status
moving_variance_remove(MovingVariance *moving, const Allocator *allocator, const StopCheck *stop,
					   double x)
{
	Status status;

	if (VarianceRing_count(&moving->ring) == 0)
		return KERNEL_INVALID;
	status = VarianceRing_pop(&moving->ring, allocator, stop);
	if (status == KERNEL_OK && moving_is_special(x))
		moving_counts_note(&moving->counts, x, -1);
	return status;
}

Status
moving_moments_remove(MovingMoments *moving, const Allocator *allocator, const StopCheck *stop,
					  double x)
{
	Status status;

	if (MomentsRing_count(&moving->ring) == 0)
		return KERNEL_INVALID;
	status = MomentsRing_pop(&moving->ring, allocator, stop);
	if (status == KERNEL_OK && moving_is_special(x))
		moving_counts_note(&moving->counts, x, -1);
	return status;
}

/* Folds the frame in its order, with the overflow rules of sum_add. */
static Status
replay_sum(const TotalRing *ring, Sum *state)
{
	uint64_t n = TotalRing_count(ring);
	Status status = KERNEL_OK;
	uint64_t i;

	sum_clear(state);
	for (i = 0; i < n && status == KERNEL_OK; i++)
		status = sum_add(state, TotalRing_value(ring, i));
	return status;
}

/* The same with those of variance_add. */
static Status
replay_mean(const TotalRing *ring)
{
	uint64_t n = TotalRing_count(ring);
	Status status = KERNEL_OK;
	Variance variance;
	uint64_t i;

	variance_clear(&variance);
	for (i = 0; i < n && status == KERNEL_OK; i++)
		status = variance_add(&variance, TotalRing_value(ring, i));
	return status;
}

static Status
replay_variance(const VarianceRing *ring, Variance *state)
{
	uint64_t n = VarianceRing_count(ring);
	Status status = KERNEL_OK;
	uint64_t i;

	variance_clear(state);
	for (i = 0; i < n && status == KERNEL_OK; i++)
		status = variance_add(state, VarianceRing_value(ring, i));
	return status;
}

static Status
replay_moments(const MomentsRing *ring, Moments *state)
{
	uint64_t n = MomentsRing_count(ring);
	Status status = KERNEL_OK;
	uint64_t i;

	moments_clear(state);
	for (i = 0; i < n && status == KERNEL_OK; i++)
		status = moments_add(state, MomentsRing_value(ring, i));
	return status;
}

Status
moving_sum_state(const MovingSum *moving, Sum *state)
{
	if (__builtin_expect(moving->counts.n_large > 0, 0))
		return replay_sum(&moving->ring, state);
	state->n = (int64_t) TotalRing_count(&moving->ring);
	if (__builtin_expect(moving_counts_any(&moving->counts), 0))
		state->total = dd_from(moving_counts_total(&moving->counts));
	else
		TotalRing_fold(&moving->ring, &state->total);
	return KERNEL_OK;
}

Status
moving_sum_mean_state(const MovingSum *moving, Sum *state)
{
	Status status = KERNEL_OK;

	if (__builtin_expect(moving->counts.n_large > 0, 0))
		status = replay_mean(&moving->ring);
	return status == KERNEL_OK ? moving_sum_state(moving, state) : status;
}

Status
moving_variance_state(const MovingVariance *moving, Variance *state)
{
	if (__builtin_expect(moving->counts.n_large > 0, 0))
		return replay_variance(&moving->ring, state);
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

Status
moving_moments_state(const MovingMoments *moving, Moments *state)
{
	if (__builtin_expect(moving->counts.n_large > 0, 0))
		return replay_moments(&moving->ring, state);
	MomentsRing_fold(&moving->ring, state);
	return KERNEL_OK;
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
