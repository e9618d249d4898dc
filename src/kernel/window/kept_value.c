/*
 * kept_value.c: copies of bytes.
 */
#include "kernel/window/kept_value.h"

#include <string.h>

Status
kept_value_set_bytes(KeptValue *kept, const Allocator *allocator, const void *bytes, size_t size)
{
	if (kept->capacity < size || kept->capacity / 4 > size)
	{
		void *block = memory_allocate(allocator, size, 1);

		if (block == NULL)
			return KERNEL_OUT_OF_MEMORY;
		kept_value_drop(kept, allocator);
		kept->of.bytes = block;
		kept->capacity = size;
	}
	memcpy(kept->of.bytes, bytes, size);
	kept->is_missing = false;
	return KERNEL_OK;
}
