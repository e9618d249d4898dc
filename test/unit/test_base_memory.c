/*
 * test_base_memory.c: checked sizes, and refusals that leave things as they were.
 */
#include "kernel/base/memory.h"

#include "unit.h"

static void
sizes_that_overflow_are_refused(void)
{
	size_t result = 7;

	CHECK(size_multiply(3, 5, &result) && result == 15);
	CHECK(size_multiply(SIZE_MAX, 1, &result) && result == SIZE_MAX);
	CHECK(!size_multiply(SIZE_MAX / 2 + 1, 2, &result));
	CHECK(size_add(SIZE_MAX - 1, 1, &result) && result == SIZE_MAX);
	CHECK(!size_add(SIZE_MAX, 1, &result));
	CHECK(memory_allocate(&unit_allocator, SIZE_MAX / 4, 8) == NULL);
	CHECK(memory_allocate_zero(&unit_allocator, SIZE_MAX / 4, 8) == NULL);
	CHECK(memory_reallocate(&unit_allocator, NULL, 0, SIZE_MAX / 4, 8) == NULL);
}

/* An empty block is a block: it can be told from a refusal, and is counted back. */
static void
empty_blocks_are_blocks(void)
{
	void *block = memory_allocate(&unit_allocator, 0, 8);

	CHECK(block != NULL);
	block = memory_reallocate(&unit_allocator, block, 0, 4, 8);
	CHECK(block != NULL && unit_live_bytes == 32);
	block = memory_reallocate(&unit_allocator, block, 4, 0, 8);
	CHECK(block != NULL && unit_live_bytes == 1);
	memory_release(&unit_allocator, block, 0, 8);
	memory_release(&unit_allocator, NULL, 5, 8);
}

static void
zeroed_blocks_are_zero(void)
{
	unsigned char *block = memory_allocate_zero(&unit_allocator, 100, 3);
	int i;

	CHECK(block != NULL && unit_live_bytes == 300);
	for (i = 0; i < 300; i++)
		CHECK(block[i] == 0);
	memory_release(&unit_allocator, block, 100, 3);
}

static void
growing_keeps_the_content(void)
{
	int *block = memory_reallocate(&unit_allocator, NULL, 0, 2, sizeof(int));

	block[0] = 11;
	block[1] = 22;
	block = memory_reallocate(&unit_allocator, block, 2, 500, sizeof(int));
	CHECK(block[0] == 11 && block[1] == 22);
	CHECK(unit_live_bytes == 500 * (long) sizeof(int));
	memory_release(&unit_allocator, block, 500, sizeof(int));
}

/* A refused growth, by the allocator or by the size, leaves the old block valid. */
static void
refusal_leaves_the_block(void)
{
	int *block = memory_allocate(&unit_allocator, 2, sizeof(int));

	block[1] = 33;
	unit_allocator_fail_after(0);
	CHECK(memory_reallocate(&unit_allocator, block, 2, 4, sizeof(int)) == NULL);
	CHECK(memory_reallocate(&unit_allocator, block, 2, SIZE_MAX / 2, sizeof(int)) == NULL);
	CHECK(block[1] == 33);
	memory_release(&unit_allocator, block, 2, sizeof(int));
	unit_allocator_fail_after(0);
	CHECK(memory_allocate_zero(&unit_allocator, 1, 1) == NULL);
}

static bool
says_yes(void *context)
{
	(*(int *) context)++;
	return true;
}

static void
stop_is_asked_when_there_is_one(void)
{
	int asked = 0;
	StopCheck stop = {says_yes, &asked, NULL};

	CHECK(!stop_requested(NULL));
	CHECK(stop_requested(&stop) && asked == 1);
}

UNIT_MAIN(UNIT_CASE(sizes_that_overflow_are_refused), UNIT_CASE(empty_blocks_are_blocks),
		  UNIT_CASE(zeroed_blocks_are_zero), UNIT_CASE(growing_keeps_the_content),
		  UNIT_CASE(refusal_leaves_the_block), UNIT_CASE(stop_is_asked_when_there_is_one))
