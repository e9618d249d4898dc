/*
 * test_window_chosen.c: queues and deques whose entries own what they keep.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/chosen.h"

#define N 400

static double keys[N];

static void
make_keys(uint64_t seed)
{
	int i;

	for (i = 0; i < N; i++)
	{
		uint64_t hash = hash_mix(seed * 1000 + (uint64_t) i);

		keys[i] = hash % 13 == 0 ? NAN : (double) (hash % 7);
	}
}

/* The number of the row chosen in first .. last - 1, the latest of equals; NaN is the largest. */
static int
brute(int first, int last, int sign)
{
	int best = first;
	int i;

	for (i = first + 1; i < last; i++)
	{
		double rank = isnan(keys[i]) ? 100.0 : keys[i];
		double best_rank = isnan(keys[best]) ? 100.0 : keys[best];

		if (sign * (rank - best_rank) >= 0.0)
			best = i;
	}
	return best;
}

static KeptValue
keep_number(int number, int size)
{
	KeptValue kept = {0};
	unsigned char bytes[64];

	memset(bytes, number % 251, sizeof(bytes));
	CHECK(kept_value_set_bytes(&kept, &unit_allocator, bytes, (size_t) size) == KERNEL_OK);
	return kept;
}

static bool
keeps_number(const KeptValue *kept, int number)
{
	return ((unsigned char *) kept->of.bytes)[kept->capacity - 1] == number % 251;
}

/* A frame of w rows over the series: at each step what brute force chooses, and no block is lost. */
static void
frames_choose_as_brute_force(void)
{
	int w;
	int i;

	for (w = 1; w < 60; w += 7)
	{
		ChosenDoubleMaxDeque largest;
		ChosenDoubleMinDeque smallest;
		FirstQueue first;

		make_keys((uint64_t) w);
		ChosenDoubleMaxDeque_begin(&largest);
		ChosenDoubleMinDeque_begin(&smallest);
		FirstQueue_begin(&first);
		for (i = 0; i < N; i++)
		{
			int start = i < w ? 0 : i - w + 1;
			KeptValue head;
			ChosenDouble best;

			if (i >= w)
			{
				ChosenDoubleMaxDeque_discard(&largest, &unit_allocator);
				ChosenDoubleMinDeque_discard(&smallest, &unit_allocator);
				FirstQueue_discard(&first, &unit_allocator);
			}
			CHECK(ChosenDoubleMaxDeque_push(&largest, &unit_allocator,
											(ChosenDouble){keys[i], keep_number(i, 1 + i % 64)}) ==
				  KERNEL_OK);
			CHECK(ChosenDoubleMinDeque_push(&smallest, &unit_allocator,
											(ChosenDouble){keys[i], keep_number(i, 1 + i % 64)}) ==
				  KERNEL_OK);
			CHECK(FirstQueue_push(&first, &unit_allocator, keep_number(i, 8)) == KERNEL_OK);
			best = ChosenDoubleMaxDeque_best(&largest);
			CHECK(keeps_number(&best.kept, brute(start, i + 1, 1)));
			best = ChosenDoubleMinDeque_best(&smallest);
			CHECK(keeps_number(&best.kept, brute(start, i + 1, -1)));
			head = FirstQueue_best(&first);
			CHECK(keeps_number(&head, start));
			CHECK(FirstQueue_count(&first) == (uint64_t) (i - start + 1));
		}
		ChosenDoubleMaxDeque_release(&largest, &unit_allocator);
		ChosenDoubleMinDeque_release(&smallest, &unit_allocator);
		FirstQueue_release(&first, &unit_allocator);
	}
}

/* Integers beyond 2^53 are told apart. */
static void
integers_are_exact(void)
{
	ChosenIntegerMaxDeque largest;
	ChosenIntegerMinDeque smallest;
	int64_t big = INT64_C(9007199254740992);

	ChosenIntegerMaxDeque_begin(&largest);
	ChosenIntegerMinDeque_begin(&smallest);
	CHECK(ChosenIntegerMaxDeque_push(&largest, &unit_allocator,
									 (ChosenInteger){big + 1, {{7}, 0, 0}}) == KERNEL_OK);
	CHECK(ChosenIntegerMaxDeque_push(&largest, &unit_allocator,
									 (ChosenInteger){big, {{8}, 0, 0}}) == KERNEL_OK);
	CHECK(ChosenIntegerMaxDeque_best(&largest).kept.of.word == 7);
	CHECK(ChosenIntegerMinDeque_push(&smallest, &unit_allocator,
									 (ChosenInteger){big, {{7}, 0, 0}}) == KERNEL_OK);
	CHECK(ChosenIntegerMinDeque_push(&smallest, &unit_allocator,
									 (ChosenInteger){big + 1, {{8}, 0, 0}}) == KERNEL_OK);
	CHECK(ChosenIntegerMinDeque_best(&smallest).kept.of.word == 7);
	ChosenIntegerMaxDeque_discard(&largest, &unit_allocator);
	CHECK(ChosenIntegerMaxDeque_best(&largest).kept.of.word == 8);
	ChosenIntegerMaxDeque_release(&largest, &unit_allocator);
	ChosenIntegerMinDeque_release(&smallest, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(frames_choose_as_brute_force), UNIT_CASE(integers_are_exact))
