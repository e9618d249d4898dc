/*
 * ring.c: growth of the ring, the part of it that no type shapes.
 */
#include "kernel/window/ring.h"

#include <string.h>

void *
ring_copy(const Allocator *allocator, const void *block, size_t old_capacity, size_t new_capacity,
		  size_t size, uint64_t first, uint64_t last)
{
	char *copy = memory_allocate(allocator, new_capacity, size);

	if (copy == NULL)
		return NULL;
	while (first < last)
	{
		size_t from = (size_t) first & (old_capacity - 1);
		size_t to = (size_t) first & (new_capacity - 1);
		size_t run = old_capacity - from;

		/* The new capacity is a multiple of the old: a run that fits there fits here. */
		if (run > last - first)
			run = (size_t) (last - first);
		memcpy(copy + to * size, (const char *) block + from * size, run * size);
		first += run;
	}
	return copy;
}
