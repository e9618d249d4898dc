/*
 * test_window_span.c: gaps, durations and changes of a moving frame against a walk over its rows.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/span.h"

#define N 600

static SpanRow rows[N];

static void
make_rows(uint64_t seed)
{
	int64_t time = -5000;
	int i;

	for (i = 0; i < N; i++)
	{
		uint64_t hash = hash_mix(seed * 10000 + (uint64_t) i);

		time += hash % 4 == 0 ? 0 : (int64_t) (hash >> 8) % 90;
		rows[i] = (SpanRow){time, (hash >> 20) % 3 == 0, (hash >> 30) % 11 == 0};
	}
}

static void
check_frame(const SpanRing *ring, int first, int last, int64_t limit)
{
	int64_t n_unknown = 0;
	int64_t held = 0;
	int64_t covered = 0;
	int64_t n_gaps = 0;
	int64_t n_changes = 0;
	int known = -1;
	Span span;
	int i;

	for (i = first; i < last; i++)
	{
		int64_t dt = i + 1 < last ? rows[i + 1].time - rows[i].time : 0;

		n_unknown += rows[i].is_unknown;
		held += rows[i].holds && !rows[i].is_unknown ? dt : 0;
		covered += dt < limit ? dt : limit;
		n_gaps += dt > limit;
		if (!rows[i].is_unknown)
		{
			n_changes += known >= 0 && known != rows[i].holds;
			known = rows[i].holds;
		}
	}
	SpanRing_fold(ring, &span);
	CHECK(span.n == last - first && span.n_unknown == n_unknown);
	CHECK(span.held == held && span.covered == covered);
	CHECK(span.n_gaps == n_gaps && span.n_changes == n_changes);
	CHECK(last == first ||
		  (span.first_time == rows[first].time && span.last_time == rows[last - 1].time));
}

static void
frames_equal_a_walk(void)
{
	uint64_t seed;

	for (seed = 1; seed <= 12; seed++)
	{
		SpanRing ring;
		int first = 0;
		int last = 0;

		make_rows(seed);
		SpanRing_begin(&ring);
		ring.context = (int64_t) seed * 8;
		while (last < N)
		{
			if (hash_mix(seed + (uint64_t) (first * 700 + last)) % 9 < 5 || first == last)
				CHECK(SpanRing_push(&ring, &unit_allocator, rows[last++]) == KERNEL_OK);
			else
			{
				CHECK(SpanRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
				first++;
			}
			check_frame(&ring, first, last, ring.context);
		}
		SpanRing_release(&ring, &unit_allocator);
	}
}

UNIT_MAIN(UNIT_CASE(frames_equal_a_walk))
