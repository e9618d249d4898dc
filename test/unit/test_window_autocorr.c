/*
 * test_window_autocorr.c: the pairs of a moving frame against a walk over its rows.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/autocorr.h"

#define N 300

static LagValue rows[N];

/* Pairs as a walk finds them, folded by the plain state. */
static void
check_frame(const MovingAutocorr *moving, int first, int last, int lag)
{
	double expected = NAN;
	double result = NAN;
	Comoments direct;
	Comoments comoments;
	int i;

	comoments_clear(&direct);
	for (i = first; i + lag < last; i++)
		if (!rows[i].is_missing && !rows[i + lag].is_missing)
			CHECK(comoments_add(&direct, rows[i].x, rows[i + lag].x) == KERNEL_OK);
	CHECK(moving_pair_state(&moving->pairs, &comoments) == KERNEL_OK);
	CHECK(comoments.n == direct.n);
	CHECK(comoments_correlation(&direct, &expected) == comoments_correlation(&comoments, &result));
	CHECK_NEAR(result, expected, 1e-13);
}

static void
frames_equal_a_walk(void)
{
	int lag;
	int i;

	for (lag = 1; lag <= 8; lag++)
	{
		uint64_t seed = (uint64_t) lag;
		MovingAutocorr moving;
		int first = 0;
		int last = 0;

		for (i = 0; i < N; i++)
		{
			uint64_t hash = hash_mix(seed * 10000 + (uint64_t) i);

			rows[i] = (LagValue){(double) (hash % 100) / 8.0, (hash >> 20) % 5 == 0};
		}
		CHECK(moving_autocorr_begin(&moving, &unit_allocator, seed) == KERNEL_OK);
		while (last < N)
		{
			if (hash_mix(seed + (uint64_t) (first * 700 + last)) % 9 < 5 || first == last)
				CHECK(moving_autocorr_add(&moving, &unit_allocator, rows[last++]) == KERNEL_OK);
			else
			{
				CHECK(moving_autocorr_remove(&moving, &unit_allocator, NULL) == KERNEL_OK);
				first++;
			}
			check_frame(&moving, first, last, lag);
		}
		moving_autocorr_release(&moving, &unit_allocator);
	}
}

static void
refusals(void)
{
	MovingAutocorr moving;

	unit_allocator_fail_after(0);
	CHECK(moving_autocorr_begin(&moving, &unit_allocator, 3) == KERNEL_OUT_OF_MEMORY);
	CHECK(moving_autocorr_begin(&moving, &unit_allocator, 3) == KERNEL_OK);
	CHECK(moving_autocorr_remove(&moving, &unit_allocator, NULL) == KERNEL_INVALID);
	moving_autocorr_release(&moving, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(frames_equal_a_walk), UNIT_CASE(refusals))
