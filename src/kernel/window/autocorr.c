/*
 * autocorr.c: pairs of rows some rows apart.
 */
#include "kernel/window/autocorr.h"

Status
lag_buffer_begin(LagBuffer *buffer, const Allocator *allocator, uint64_t lag)
{
	*buffer = (LagBuffer){.recent = {.n_slots = lag}};
	buffer->values = memory_allocate_zero(allocator, (size_t) lag, sizeof(LagValue));
	return buffer->values == NULL ? KERNEL_OUT_OF_MEMORY : KERNEL_OK;
}

void
lag_buffer_release(LagBuffer *buffer, const Allocator *allocator)
{
	memory_release(allocator, buffer->values, (size_t) buffer->recent.n_slots, sizeof(LagValue));
	*buffer = (LagBuffer){.recent = {.n_slots = 1}};
}

bool
lag_buffer_add(LagBuffer *buffer, LagValue value, Pair *pair)
{
	bool is_full = recent_kept(&buffer->recent) == buffer->recent.n_slots;
	LagValue *slot = &buffer->values[recent_add(&buffer->recent)];
	LagValue before = *slot;

	*slot = value;
	if (!is_full || before.is_missing || value.is_missing)
		return false;
	*pair = (Pair){.x = before.x, .y = value.x};
	return true;
}

Status
moving_autocorr_begin(MovingAutocorr *moving, const Allocator *allocator, uint64_t lag)
{
	moving->oldest = 0;
	NumberQueue_begin(&moving->starts);
	moving_pair_begin(&moving->pairs);
	return lag_buffer_begin(&moving->buffer, allocator, lag);
}

void
moving_autocorr_release(MovingAutocorr *moving, const Allocator *allocator)
{
	lag_buffer_release(&moving->buffer, allocator);
	NumberQueue_release(&moving->starts, allocator);
	moving_pair_release(&moving->pairs, allocator);
}

Status
moving_autocorr_add(MovingAutocorr *moving, const Allocator *allocator, LagValue value)
{
	uint64_t number = moving->oldest + moving->buffer.recent.n;
	Status status;
	Pair pair;

	if (!lag_buffer_add(&moving->buffer, value, &pair))
		return KERNEL_OK;
	status = NumberQueue_push(&moving->starts, allocator, number - moving->buffer.recent.n_slots);
	if (status != KERNEL_OK)
		return status;
	return moving_pair_add(&moving->pairs, allocator, pair);
}

Status
moving_autocorr_remove(MovingAutocorr *moving, const Allocator *allocator, const StopCheck *stop)
{
	if (moving->buffer.recent.n == 0)
		return KERNEL_INVALID;
	if (NumberQueue_count(&moving->starts) > 0 &&
		NumberQueue_best(&moving->starts) == moving->oldest)
	{
		Status status = moving_pair_remove(&moving->pairs, allocator, stop,
										   PairRing_value(&moving->pairs.ring, 0));

		if (status != KERNEL_OK)
			return status;
		NumberQueue_pop(&moving->starts);
	}
	recent_remove(&moving->buffer.recent);
	moving->oldest++;
	return KERNEL_OK;
}
