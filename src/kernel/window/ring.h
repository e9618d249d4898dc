/*
 * ring.h: the fold of a sliding frame over any associative state (two stacks in one ring).
 *
 * A frame takes values at its end and loses them at its start.  The ring keeps
 * every value of the frame and, for those in front of a boundary, the fold of
 * the values from there to the boundary; what came after the boundary is
 * folded in `back`.  The whole frame is suffix(head) merged with back.  When the
 * boundary is reached, one backward pass makes all values the front.  So a value
 * is folded twice in its life and a result costs one merge: O(1) amortised,
 * without an inverse, and NaN or infinity leave no trace.
 *
 * Source: Tangwongsan, Hirzel, Schneider, "Low-latency sliding-window aggregation
 * in worst-case constant time", DEBS 2017, section 2 (two-stacks).
 *
 * This is a template.  Define, then include:
 *		RING_NAME				prefix of the type and of the functions, e.g. sum_ring
 *		RING_VALUE				type of a value
 *		RING_STATE				type of a fold, copied by assignment
 *		RING_CLEAR(state)		*state = the fold of nothing
 *		RING_APPEND(state, x)	*state = *state . x
 *		RING_PREPEND(state, x)	*state = x . *state; not needed where it equals RING_APPEND
 *		RING_MERGE(state, right) *state = *state . *right
 *		RING_CONTEXT			type of a field `context` that the last four may read as ring->context;
 *								the caller sets it after begin; not needed without one
 * All of them are undefined again at the end.  What is generated:
 *		struct NAME
 *		void NAME_begin(NAME *)								no allocation
 *		void NAME_release(NAME *, const Allocator *)
 *		Status NAME_push(NAME *, const Allocator *, VALUE)	OUT_OF_MEMORY or TOO_LARGE: unchanged
 *		Status NAME_pop(NAME *, const Allocator *, const StopCheck *)
 *			at least one value; OUT_OF_MEMORY or STOPPED: unchanged
 *		void NAME_fold(const NAME *, STATE *)				result of the frame, O(1)
 *		uint64_t NAME_count(const NAME *)
 *		VALUE NAME_value(const NAME *, uint64_t i)			i-th value of the frame, 0 = oldest
 * A frame that only grows, or starts afresh for each row, never has a front and pays for none.
 * The fold may depend on the history of the frame in the last digits: the
 * grouping of the merges does.
 */
#ifndef ORCHARD_KERNEL_WINDOW_RING_H
#define ORCHARD_KERNEL_WINDOW_RING_H

#include "kernel/base/memory.h"

#define RING_FIRST_CAPACITY 16
#define RING_STOP_INTERVAL 65536 /* values folded between two polls */

/*
 * A block for new_capacity elements that holds elements first .. last - 1 of `block`; element i
 * lies at i modulo capacity, capacities are powers of two.  NULL when refused; `block` stays.
 */
extern void *ring_copy(const Allocator *allocator, const void *block, size_t old_capacity,
					   size_t new_capacity, size_t size, uint64_t first, uint64_t last);

#endif /* ORCHARD_KERNEL_WINDOW_RING_H */

#ifdef RING_NAME

#define RING_PASTE_(a, b) a##_##b
#define RING_PASTE(a, b) RING_PASTE_(a, b)
#define RING_FUNCTION(name) RING_PASTE(RING_NAME, name)
#ifndef RING_PREPEND
#define RING_PREPEND(state, x) RING_APPEND(state, x)
#endif

typedef struct RING_NAME
{
	uint64_t head;		   /* number of the oldest value of the frame */
	uint64_t boundary;	   /* suffixes[] holds folds for head .. boundary - 1 */
	uint64_t tail;		   /* number of the next value to come */
	size_t capacity;	   /* of values: a power of two, or 0; value i lies at i & (capacity - 1) */
	size_t front_capacity; /* of suffixes, likewise: the capacity when the front was last made */
	RING_VALUE *values;	   /* owned, from the caller's allocator */
	RING_STATE *suffixes;  /* owned, likewise */
	RING_STATE back;	   /* fold of boundary .. tail - 1 */
#ifdef RING_CONTEXT
	RING_CONTEXT context; /* the same for all values */
#endif
} RING_NAME;

static inline void
RING_FUNCTION(begin)(RING_NAME *ring)
{
	ring->head = ring->boundary = ring->tail = 0;
	ring->capacity = ring->front_capacity = 0;
	ring->values = NULL;
	ring->suffixes = NULL;
	RING_CLEAR(&ring->back);
}

static inline void
RING_FUNCTION(release)(RING_NAME *ring, const Allocator *allocator)
{
	memory_release(allocator, ring->values, ring->capacity, sizeof(RING_VALUE));
	memory_release(allocator, ring->suffixes, ring->front_capacity, sizeof(RING_STATE));
	RING_FUNCTION(begin)(ring);
}

static inline uint64_t
RING_FUNCTION(count)(const RING_NAME *ring)
{
	return ring->tail - ring->head;
}

static inline RING_VALUE
RING_FUNCTION(value)(const RING_NAME *ring, uint64_t i)
{
	return ring->values[(ring->head + i) & (ring->capacity - 1)];
}

/* Doubles the capacity of the values. */
static __attribute__((noinline)) Status
RING_FUNCTION(grow)(RING_NAME *ring, const Allocator *allocator)
{
	size_t capacity = ring->capacity > 0 ? ring->capacity * 2 : RING_FIRST_CAPACITY;
	RING_VALUE *values;

	if (capacity < ring->capacity)
		return KERNEL_TOO_LARGE;
	values = ring_copy(allocator, ring->values, ring->capacity, capacity, sizeof(RING_VALUE),
					   ring->head, ring->tail);
	if (values == NULL)
		return KERNEL_OUT_OF_MEMORY;
	memory_release(allocator, ring->values, ring->capacity, sizeof(RING_VALUE));
	ring->values = values;
	ring->capacity = capacity;
	return KERNEL_OK;
}

static inline Status
RING_FUNCTION(push)(RING_NAME *ring, const Allocator *allocator, RING_VALUE value)
{
	if (__builtin_expect(ring->tail - ring->head == ring->capacity, 0))
	{
		Status status = RING_FUNCTION(grow)(ring, allocator);

		if (status != KERNEL_OK)
			return status;
	}
	ring->values[ring->tail++ & (ring->capacity - 1)] = value;
	RING_APPEND(&ring->back, value);
	return KERNEL_OK;
}

/* Makes the whole frame the front, which is empty now; back becomes empty. */
static __attribute__((noinline)) Status
RING_FUNCTION(flip)(RING_NAME *ring, const Allocator *allocator, const StopCheck *stop)
{
	size_t mask = ring->capacity - 1;
	uint64_t i = ring->tail;
	RING_STATE fold;

	if (ring->front_capacity < ring->capacity)
	{
		RING_STATE *suffixes = memory_allocate(allocator, ring->capacity, sizeof(RING_STATE));

		if (suffixes == NULL)
			return KERNEL_OUT_OF_MEMORY;
		memory_release(allocator, ring->suffixes, ring->front_capacity, sizeof(RING_STATE));
		ring->suffixes = suffixes;
		ring->front_capacity = ring->capacity;
	}
	RING_CLEAR(&fold);
	while (i > ring->head)
	{
		i--;
		RING_PREPEND(&fold, ring->values[i & mask]);
		ring->suffixes[i & mask] = fold;
		if (i % RING_STOP_INTERVAL == 0 && stop_requested(stop))
			return KERNEL_STOPPED;
	}
	ring->boundary = ring->tail;
	RING_CLEAR(&ring->back);
	return KERNEL_OK;
}

static inline Status
RING_FUNCTION(pop)(RING_NAME *ring, const Allocator *allocator, const StopCheck *stop)
{
	if (__builtin_expect(ring->head == ring->boundary, 0))
	{
		Status status = RING_FUNCTION(flip)(ring, allocator, stop);

		if (status != KERNEL_OK)
			return status;
	}
	ring->head++;
	return KERNEL_OK;
}

static inline void
RING_FUNCTION(fold)(const RING_NAME *ring, RING_STATE *result)
{
	if (ring->head == ring->boundary)
	{
		*result = ring->back;
		return;
	}
	*result = ring->suffixes[ring->head & (ring->front_capacity - 1)];
	RING_MERGE(result, &ring->back);
}

#undef RING_NAME
#undef RING_VALUE
#undef RING_STATE
#undef RING_CLEAR
#undef RING_APPEND
#undef RING_PREPEND
#undef RING_MERGE
#undef RING_CONTEXT
#undef RING_FUNCTION
#undef RING_PASTE
#undef RING_PASTE_

#endif /* RING_NAME */
