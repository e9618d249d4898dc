/*
 * test_window_recent.c: the slots of the last rows of a frame against a list of all rows.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/recent.h"

static void
slots_hold_the_last_rows(void)
{
	uint64_t k;

	for (k = 1; k <= 9; k++)
	{
		Recent recent = {k, 0, 0};
		uint64_t held[9];
		uint64_t first = 0;
		uint64_t last = 0;
		int step;

		for (step = 0; step < 500; step++)
		{
			uint64_t back;

			if (hash_mix(k * 1000 + (uint64_t) step) % 5 < 3 || first == last)
				held[recent_add(&recent)] = last++;
			else
			{
				recent_remove(&recent);
				first++;
			}
			CHECK(recent_kept(&recent) == (last - first < k ? last - first : k));
			for (back = 0; back < recent_kept(&recent); back++)
				CHECK(held[recent_slot(&recent, back)] == last - 1 - back);
		}
	}
}

UNIT_MAIN(UNIT_CASE(slots_hold_the_last_rows))
