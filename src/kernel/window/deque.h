/*
 * deque.h: the best value of a sliding frame by a monotonic deque.
 *
 * Only values that can still become the best are kept: a value leaves when a
 * later one beats it or ties.  The best is then the oldest kept.  O(1)
 * amortised, and usually far fewer entries than the frame has values.  Of equal
 * values the latest is the best, as in PostgreSQL's min and max.
 *
 * Source: Lemire, "Streaming maximum-minimum filter using no more than three
 * comparisons per element", Nordic J. Computing 13(4), 2006.
 *
 * This is a template.  Define, then include:
 *		DEQUE_NAME				prefix of the type and of the functions, e.g. max_deque
 *		DEQUE_VALUE				type of a value
 *		DEQUE_BEATS(a, b)		true when an older a stays better than a newer b
 * All are undefined again at the end.  What is generated:
 *		struct NAME
 *		void NAME_begin(NAME *)								no allocation
 *		void NAME_release(NAME *, const Allocator *)
 *		Status NAME_push(NAME *, const Allocator *, VALUE)	OUT_OF_MEMORY or TOO_LARGE: unchanged
 *		void NAME_pop(NAME *)								the oldest value leaves; at least one
 *		uint64_t NAME_count(const NAME *)					values in the frame
 *		VALUE NAME_best(const NAME *)						of a frame that is not empty
 * Frames with one end and several starts share a deque, each with a place in it, 0 at first:
 *		VALUE NAME_best_since(const NAME *, uint64_t number, uint64_t *place)
 *			of the values from that number in the stream on, at least one; the number never falls
 *		void NAME_keep(const NAME *, uint64_t *place)		after each push; both are O(1) amortised
 * Values that own a block are given up one by one with
 *		DEQUE_DROP(allocator, value)	value is a pointer; with it, instead of pop:
 *		void NAME_discard(NAME *, const Allocator *)
 */
#ifndef ORCHARD_KERNEL_WINDOW_DEQUE_H
#define ORCHARD_KERNEL_WINDOW_DEQUE_H

#include "kernel/window/ring.h"

#endif /* ORCHARD_KERNEL_WINDOW_DEQUE_H */

#ifdef DEQUE_NAME

#define DEQUE_PASTE_(a, b) a##_##b
#define DEQUE_PASTE(a, b) DEQUE_PASTE_(a, b)
#define DEQUE_FUNCTION(name) DEQUE_PASTE(DEQUE_NAME, name)
#define DEQUE_ENTRY DEQUE_FUNCTION(Entry)

typedef struct DEQUE_ENTRY
{
	DEQUE_VALUE value;
	uint64_t number; /* of the value in the stream */
} DEQUE_ENTRY;

typedef struct DEQUE_NAME
{
	uint64_t oldest; /* number of the oldest value of the frame */
	uint64_t next;	 /* number of the next value to come */
	uint64_t head;	 /* entries head .. tail - 1, best first */
	uint64_t tail;
	size_t capacity;	  /* a power of two, or 0; entry i lies at i & (capacity - 1) */
	DEQUE_ENTRY *entries; /* owned, from the caller's allocator */
} DEQUE_NAME;

static inline void
DEQUE_FUNCTION(begin)(DEQUE_NAME *deque)
{
	deque->oldest = deque->next = deque->head = deque->tail = 0;
	deque->capacity = 0;
	deque->entries = NULL;
}

static inline void
DEQUE_FUNCTION(release)(DEQUE_NAME *deque, const Allocator *allocator)
{
#ifdef DEQUE_DROP
	uint64_t i;

	for (i = deque->head; i < deque->tail; i++)
		DEQUE_DROP(allocator, &deque->entries[i & (deque->capacity - 1)].value);
#endif
	memory_release(allocator, deque->entries, deque->capacity, sizeof(DEQUE_ENTRY));
	DEQUE_FUNCTION(begin)(deque);
}

static inline uint64_t
DEQUE_FUNCTION(count)(const DEQUE_NAME *deque)
{
	return deque->next - deque->oldest;
}

static __attribute__((noinline)) Status
DEQUE_FUNCTION(grow)(DEQUE_NAME *deque, const Allocator *allocator)
{
	size_t capacity = deque->capacity > 0 ? deque->capacity * 2 : RING_FIRST_CAPACITY;
	DEQUE_ENTRY *entries;

	if (capacity < deque->capacity)
		return KERNEL_TOO_LARGE;
	entries = ring_copy(allocator, deque->entries, deque->capacity, capacity, sizeof(DEQUE_ENTRY),
						deque->head, deque->tail);
	if (entries == NULL)
		return KERNEL_OUT_OF_MEMORY;
	memory_release(allocator, deque->entries, deque->capacity, sizeof(DEQUE_ENTRY));
	deque->entries = entries;
	deque->capacity = capacity;
	return KERNEL_OK;
}

static inline Status
DEQUE_FUNCTION(push)(DEQUE_NAME *deque, const Allocator *allocator, DEQUE_VALUE value)
{
	size_t mask = deque->capacity - 1;
	uint64_t tail = deque->tail;

	while (tail > deque->head && !(DEQUE_BEATS(deque->entries[(tail - 1) & mask].value, value)))
	{
		tail--;
#ifdef DEQUE_DROP
		DEQUE_DROP(allocator, &deque->entries[tail & mask].value);
#endif
	}
	if (__builtin_expect(tail - deque->head == deque->capacity, 0))
	{
		Status status = DEQUE_FUNCTION(grow)(deque, allocator);

		if (status != KERNEL_OK)
			return status;
		mask = deque->capacity - 1;
	}
	deque->entries[tail & mask] = (DEQUE_ENTRY){value, deque->next++};
	deque->tail = tail + 1;
	return KERNEL_OK;
}

static inline void
DEQUE_FUNCTION(pop)(DEQUE_NAME *deque)
{
	if (deque->entries[deque->head & (deque->capacity - 1)].number == deque->oldest)
		deque->head++;
	deque->oldest++;
}

#ifdef DEQUE_DROP
static inline void
DEQUE_FUNCTION(discard)(DEQUE_NAME *deque, const Allocator *allocator)
{
	DEQUE_ENTRY *first = &deque->entries[deque->head & (deque->capacity - 1)];

	if (first->number == deque->oldest)
		DEQUE_DROP(allocator, &first->value);
	DEQUE_FUNCTION(pop)(deque);
}
#endif

static inline DEQUE_VALUE
DEQUE_FUNCTION(best)(const DEQUE_NAME *deque)
{
	return deque->entries[deque->head & (deque->capacity - 1)].value;
}

/* Entries from the place on may have been beaten: it moves back to the value just pushed. */
static inline void
DEQUE_FUNCTION(keep)(const DEQUE_NAME *deque, uint64_t *place)
{
	if (*place >= deque->tail)
		*place = deque->tail - 1;
}

static inline DEQUE_VALUE
DEQUE_FUNCTION(best_since)(const DEQUE_NAME *deque, uint64_t number, uint64_t *place)
{
	size_t mask = deque->capacity - 1;
	uint64_t i = *place > deque->head ? *place : deque->head;

	while (deque->entries[i & mask].number < number)
		i++;
	*place = i;
	return deque->entries[i & mask].value;
}

#undef DEQUE_NAME
#undef DEQUE_VALUE
#undef DEQUE_BEATS
#undef DEQUE_DROP
#undef DEQUE_ENTRY
#undef DEQUE_FUNCTION
#undef DEQUE_PASTE
#undef DEQUE_PASTE_

#endif /* DEQUE_NAME */
