/*
 * arena.h: an allocator whose blocks are fenced by bytes that the address sanitizer forbids.
 *
 * Blocks stand one after another in one array, each followed by poisoned
 * bytes; a released block is poisoned too and not used again before
 * arena_reset.  So overruns and late reads are caught as with malloc, at a
 * tenth of its cost.
 */
#ifndef ORCHARD_TEST_FUZZ_ARENA_H
#define ORCHARD_TEST_FUZZ_ARENA_H

#include <sanitizer/asan_interface.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernel/base/memory.h"

#define ARENA_SIZE ((size_t) 1 << 20)
#define ARENA_FENCE 16

typedef struct Arena
{
	_Alignas(16) uint8_t bytes[ARENA_SIZE];
	size_t used;
	size_t live_blocks;
	size_t live_bytes;
	size_t peak_bytes; /* most live bytes since arena_reset */
} Arena;

/* A block, or NULL when the arena is full. */
static inline void *
arena_allocate(void *context, size_t size)
{
	Arena *arena = context;
	uint8_t *block = arena->bytes + arena->used;

	if (size > ARENA_SIZE - arena->used || ARENA_SIZE - arena->used - size < 2 * ARENA_FENCE)
		return NULL;
	ASAN_UNPOISON_MEMORY_REGION(block, size);
	memset(block, 0xa5, size);
	arena->used += (size + ARENA_FENCE + 15) / 16 * 16;
	arena->live_blocks++;
	arena->live_bytes += size;
	if (arena->live_bytes > arena->peak_bytes)
		arena->peak_bytes = arena->live_bytes;
	return block;
}

static inline void
arena_release(void *context, void *block, size_t size)
{
	Arena *arena = context;

	ASAN_POISON_MEMORY_REGION(block, size);
	arena->live_blocks--;
	arena->live_bytes -= size;
}

static inline void *
arena_reallocate(void *context, void *block, size_t old_size, size_t new_size)
{
	void *moved = arena_allocate(context, new_size);

	if (moved == NULL)
		return NULL;
	memcpy(moved, block, old_size < new_size ? old_size : new_size);
	arena_release(context, block, old_size);
	return moved;
}

/* Forgets every block. */
static inline void
arena_reset(Arena *arena)
{
	ASAN_POISON_MEMORY_REGION(arena->bytes, arena->used > 0 ? arena->used : ARENA_SIZE);
	arena->used = arena->live_blocks = arena->live_bytes = arena->peak_bytes = 0;
}

static inline Allocator
arena_allocator(Arena *arena)
{
	return (Allocator){arena_allocate, arena_reallocate, arena_release, arena, NULL};
}

#endif /* ORCHARD_TEST_FUZZ_ARENA_H */
