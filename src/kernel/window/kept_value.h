/*
 * kept_value.h: one value of any type that a frame keeps: a word, or a block of bytes that it owns.
 *
 * What the bytes mean is the caller's.  A KeptValue of zeros holds the word 0.
 */
#ifndef ORCHARD_KERNEL_WINDOW_KEPT_VALUE_H
#define ORCHARD_KERNEL_WINDOW_KEPT_VALUE_H

#include "kernel/base/memory.h"

typedef struct KeptValue
{
	union
	{
		uint64_t word;
		void *bytes; /* owned, from the caller's allocator */
	} of;
	size_t capacity; /* of bytes; 0 = a word */
	bool is_missing; /* stands for no value; a block may still be there for the next */
} KeptValue;

/* Gives the block back; what remains is the word 0. */
static inline void
kept_value_drop(KeptValue *kept, const Allocator *allocator)
{
	if (kept->capacity > 0)
		memory_release(allocator, kept->of.bytes, kept->capacity, 1);
	*kept = (KeptValue){0};
}

/* Replaces what is kept by a word. */
static inline void
kept_value_set_word(KeptValue *kept, const Allocator *allocator, uint64_t word)
{
	kept_value_drop(kept, allocator);
	kept->of.word = word;
}

/* Replaces what is kept by no value. */
static inline void
kept_value_set_missing(KeptValue *kept)
{
	kept->is_missing = true;
}

/*
 * kept_value_set_bytes
 *		Replaces what is kept by a copy of size bytes, at least one.
 *
 * The block is used again when it is large enough and not four times too large.
 * Returns KERNEL_OUT_OF_MEMORY with *kept unchanged.
 */
extern Status kept_value_set_bytes(KeptValue *kept, const Allocator *allocator, const void *bytes,
								   size_t size);

#endif /* ORCHARD_KERNEL_WINDOW_KEPT_VALUE_H */
