/*
 * test_window_kept_value.c: a word or a block that is replaced again and again.
 */
#include "unit.h"

#include "kernel/window/kept_value.h"

static void
bytes_are_copied_and_blocks_used_again(void)
{
	KeptValue kept = {0};
	char bytes[] = "abcdefghijklmnopqrstuvwxyz";
	const void *block;

	kept_value_set_word(&kept, &unit_allocator, 42);
	CHECK(kept.of.word == 42 && kept.capacity == 0 && unit_live_blocks == 0);
	CHECK(kept_value_set_bytes(&kept, &unit_allocator, bytes, 26) == KERNEL_OK);
	block = kept.of.bytes;
	CHECK(memcmp(block, bytes, 26) == 0);
	bytes[0] = 'X';
	CHECK(((const char *) block)[0] == 'a');
	CHECK(kept_value_set_bytes(&kept, &unit_allocator, bytes, 20) == KERNEL_OK);
	CHECK(kept.of.bytes == block && ((const char *) block)[0] == 'X');
	CHECK(kept_value_set_bytes(&kept, &unit_allocator, bytes, 3) == KERNEL_OK);
	CHECK(kept.capacity == 3);
	CHECK(unit_live_blocks == 1 && unit_live_bytes == 3);
	kept_value_set_missing(&kept);
	CHECK(kept.is_missing);
	CHECK(kept_value_set_bytes(&kept, &unit_allocator, bytes, 2) == KERNEL_OK);
	CHECK(!kept.is_missing);
	kept_value_set_word(&kept, &unit_allocator, 7);
	CHECK(kept.of.word == 7 && unit_live_blocks == 0);
}

static void
a_refusal_changes_nothing(void)
{
	KeptValue kept = {0};

	CHECK(kept_value_set_bytes(&kept, &unit_allocator, "old", 4) == KERNEL_OK);
	unit_allocator_fail_after(0);
	CHECK(kept_value_set_bytes(&kept, &unit_allocator, "something longer", 17) ==
		  KERNEL_OUT_OF_MEMORY);
	CHECK(strcmp(kept.of.bytes, "old") == 0);
	kept_value_drop(&kept, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(bytes_are_copied_and_blocks_used_again), UNIT_CASE(a_refusal_changes_nothing))
