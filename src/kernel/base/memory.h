/*
 * memory.h: memory that belongs to the caller.
 *
 * Kernel code never calls malloc: where a structure has to grow it takes a
 * const Allocator *.  Blocks are returned with the size they were asked with,
 * so that an allocator can account without headers.  A refused allocation is a
 * NULL, never a jump: the caller returns KERNEL_OUT_OF_MEMORY and leaves its
 * structure as it was.
 */
#ifndef ORCHARD_KERNEL_BASE_MEMORY_H
#define ORCHARD_KERNEL_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/base/status.h"

/* Polled at least every 10 ms by long work; a true ends it with KERNEL_STOPPED. */
typedef struct StopCheck
{
	bool (*should_stop)(void *context);
	void *context;
	bool (*is_pending)(void *context); /* cheap: may should_stop have to do something? NULL: yes */
} StopCheck;

typedef struct Allocator
{
	void *(*allocate)(void *context, size_t size); /* aligned to 8 bytes, or NULL */
	void *(*reallocate)(void *context, void *block, size_t old_size, size_t new_size);
	void (*release)(void *context, void *block, size_t size);
	void *context; /* handed to all three */
	/* Asked by work that is long for its size alone: encoding, decoding, explaining; NULL: never. */
	const StopCheck *stop;
} Allocator;

/* *product = a * b; false when that does not fit. */
static inline bool
size_multiply(size_t a, size_t b, size_t *product)
{
	return !__builtin_mul_overflow(a, b, product);
}

/* *sum = a + b; false when that does not fit. */
static inline bool
size_add(size_t a, size_t b, size_t *sum)
{
	return !__builtin_add_overflow(a, b, sum);
}

static inline bool
stop_requested(const StopCheck *stop)
{
	return stop != NULL && stop->should_stop(stop->context);
}

/* A block of count * size bytes, NULL when refused or when the size overflows. */
extern void *memory_allocate(const Allocator *allocator, size_t count, size_t size);

/* The same, zeroed. */
extern void *memory_allocate_zero(const Allocator *allocator, size_t count, size_t size);

/* Grows or shrinks a block of old_count elements; NULL leaves the old one valid. */
extern void *memory_reallocate(const Allocator *allocator, void *block, size_t old_count,
							   size_t new_count, size_t size);

/* Gives a block of count * size bytes back; NULL is ignored. */
extern void memory_release(const Allocator *allocator, void *block, size_t count, size_t size);

#endif /* ORCHARD_KERNEL_BASE_MEMORY_H */
