/*
 * test_window_decay.c: decayed sums against mpmath, in any order and however they are merged.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/decay.h"

#include "../golden/window_time.h"

#define HALF_LIFE INT64_C(10000000)
#define N 6000
#define WIDTH 2500

static DecayRow
long_row(int64_t i)
{
	int64_t time = INT64_C(757382400000000) + i * 37000 + i * i % 29989;

	return decay_row(time, 1e9 + (double) (i * 7919 % 2003) / 1024.0, false, HALF_LIFE);
}

static void
check_long(const Decay *decay)
{
	double count = 0.0;
	double sum = 0.0;
	double mean = 0.0;

	CHECK(decay_count(decay, &count) == KERNEL_OK && decay_sum(decay, &sum) == KERNEL_OK &&
		  decay_mean(decay, &mean) == KERNEL_OK);
	CHECK_CLOSE(count, long_decayed[0], 1e-15);
	CHECK_CLOSE(sum, long_decayed[1], 1e-15);
	CHECK_CLOSE(mean, long_decayed[2], 2e-16);
	CHECK(decay_is_valid(decay));
}

static void
agrees_with_mpmath(void)
{
	DecayRing ring;
	Decay decay;
	Decay parts[7];
	int64_t i;

	DecayRing_begin(&ring);
	ring.context = HALF_LIFE;
	memset(parts, 0, sizeof(parts));
	for (i = 0; i < N; i++)
	{
		if (i >= WIDTH)
			CHECK(DecayRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
		CHECK(DecayRing_push(&ring, &unit_allocator, long_row(i)) == KERNEL_OK);
	}
	DecayRing_fold(&ring, &decay);
	check_long(&decay);
	DecayRing_release(&ring, &unit_allocator);

	for (i = N - 1; i >= N - WIDTH; i--)
	{
		Decay *part = &parts[hash_mix((uint64_t) i) % 7];

		part->half_life = HALF_LIFE;
		decay_add(part, long_row(i));
	}
	decay_clear(&decay);
	for (i = 0; i < 7; i++)
		decay_merge(&decay, &parts[i]);
	check_long(&decay);
	decay_normalise(&decay);
	check_long(&decay);
}

/* Rows without a value age the others; ages beyond all doubles; times before 2000. */
static void
edges(void)
{
	Decay decay;
	double result = -1.0;

	decay_clear(&decay);
	CHECK(decay_count(&decay, &result) == KERNEL_OK && result == 0.0);
	CHECK(decay_sum(&decay, &result) == KERNEL_INVALID);
	CHECK(decay_mean(&decay, &result) == KERNEL_INVALID);
	decay.half_life = 10;
	decay_add(&decay, decay_row(-25, 8.0, false, 10));
	decay_add(&decay, decay_row(-35, 4.0, false, 10));
	CHECK(decay_sum(&decay, &result) == KERNEL_OK && fabs(result - 10.0) < 1e-14);
	decay_add(&decay, decay_row(-15, 0.0, true, 10));
	CHECK(decay_sum(&decay, &result) == KERNEL_OK && fabs(result - 5.0) < 1e-14);
	CHECK(decay_count(&decay, &result) == KERNEL_OK && fabs(result - 0.75) < 1e-15);
	CHECK(decay_is_valid(&decay));
	decay_add(&decay, decay_row(INT64_C(900000000000000), 0.0, true, 10));
	CHECK(decay_sum(&decay, &result) == KERNEL_OK && result == 0.0);
	CHECK(decay_mean(&decay, &result) == KERNEL_OK && fabs(result - 20.0 / 3.0) < 1e-14);
	decay_add(&decay, decay_row(INT64_C(900000000000000), NAN, false, 10));
	CHECK(decay_mean(&decay, &result) == KERNEL_OK && isnan(result));
	CHECK(decay_count(&decay, &result) == KERNEL_OK && result == 1.0);
	CHECK(decay_is_valid(&decay));

	decay_clear(&decay);
	decay.half_life = 1;
	decay_add(&decay, decay_row(0, 1.7e308, false, 1));
	CHECK(decay_sum(&decay, &result) == KERNEL_OK && result == 1.7e308);
	decay_add(&decay, decay_row(0, 1.7e308, false, 1));
	CHECK(decay_sum(&decay, &result) == KERNEL_OVERFLOW);
	decay_clear(&decay);
	decay.half_life = DECAY_LATEST;
	decay_add(&decay, decay_row(-1, -INFINITY, false, DECAY_LATEST));
	decay_add(&decay, decay_row(DECAY_LATEST, 1.0, false, DECAY_LATEST));
	CHECK(decay_sum(&decay, &result) == KERNEL_OK && result == -INFINITY);
	CHECK(decay_is_valid(&decay));
}

/* The older of two states may stand on either side. */
static void
merges_either_way(void)
{
	Decay old;
	Decay new;
	Decay both;
	double result = 0.0;

	decay_clear(&old);
	decay_clear(&new);
	old.half_life = new.half_life = 10;
	decay_add(&old, decay_row(5, 32.0, false, 10));
	decay_add(&new, decay_row(35, 1.0, false, 10));
	both = old;
	decay_merge(&both, &new);
	CHECK(decay_sum(&both, &result) == KERNEL_OK && fabs(result - 5.0) < 1e-14);
	both = new;
	decay_merge(&both, &old);
	CHECK(decay_sum(&both, &result) == KERNEL_OK && fabs(result - 5.0) < 1e-14);
}

/* What no rows have is refused. */
static void
forged_states_are_refused(void)
{
	Decay good;
	Decay bad;

	decay_clear(&good);
	CHECK(decay_is_valid(&good));
	good.half_life = 10;
	decay_add(&good, decay_row(25, 8.0, false, 10));
	CHECK(decay_is_valid(&good));
	bad = good, bad.half_life = 0;
	CHECK(!decay_is_valid(&bad));
	bad = good, bad.n_rows = 0;
	CHECK(!decay_is_valid(&bad));
	bad = good, bad.n = 2;
	CHECK(!decay_is_valid(&bad));
	bad = good, bad.scale = 9;
	CHECK(!decay_is_valid(&bad));
	bad = good, bad.weight.hi = NAN;
	CHECK(!decay_is_valid(&bad));
	bad = good, bad.weight.lo = 1.0;
	CHECK(!decay_is_valid(&bad));
	bad = good, bad.n_nan = 2;
	CHECK(!decay_is_valid(&bad));
	bad = good, bad.newest = INT64_MAX;
	CHECK(!decay_is_valid(&bad));
}

/* Rows of the newest time weigh 1, to the last bit, whatever the place of that time in its half-life. */
static void
values_of_the_newest_time_count_as_they_are(void)
{
	int64_t time;
	int i;

	for (time = 1; time < 40 * HALF_LIFE; time += 3712347)
	{
		Decay decay = {.half_life = HALF_LIFE};
		double count = 0.0;
		double sum = 0.0;

		for (i = 1; i <= 57; i++)
		{
			decay_add(&decay, decay_row(time, i * 0.125, false, HALF_LIFE));
			CHECK(decay_count(&decay, &count) == KERNEL_OK && count == i);
			CHECK(decay_sum(&decay, &sum) == KERNEL_OK && sum == 0.0625 * i * (i + 1));
		}
	}
}

UNIT_MAIN(UNIT_CASE(agrees_with_mpmath), UNIT_CASE(values_of_the_newest_time_count_as_they_are),
		  UNIT_CASE(edges), UNIT_CASE(merges_either_way), UNIT_CASE(forged_states_are_refused))
