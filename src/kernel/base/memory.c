/*
 * memory.c: checked sizes in front of the caller's allocator.
 */
#include "kernel/base/memory.h"

#include <string.h>

void *
memory_allocate(const Allocator *allocator, size_t count, size_t size)
{
	size_t bytes;

	if (!size_multiply(count, size, &bytes))
		return NULL;
	return allocator->allocate(allocator->context, bytes > 0 ? bytes : 1);
}

void *
memory_allocate_zero(const Allocator *allocator, size_t count, size_t size)
{
	void *block = memory_allocate(allocator, count, size);

	if (block != NULL)
		memset(block, 0, count * size);
	return block;
}

void *
memory_reallocate(const Allocator *allocator, void *block, size_t old_count, size_t new_count,
				  size_t size)
{
	size_t bytes;

	if (block == NULL)
		return memory_allocate(allocator, new_count, size);
	if (!size_multiply(new_count, size, &bytes))
		return NULL;
	return allocator->reallocate(allocator->context, block,
								 old_count * size > 0 ? old_count * size : 1,
								 bytes > 0 ? bytes : 1);
}

void
memory_release(const Allocator *allocator, void *block, size_t count, size_t size)
{
	if (block != NULL)
		allocator->release(allocator->context, block, count * size > 0 ? count * size : 1);
}
