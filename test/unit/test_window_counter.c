/*
 * test_window_counter.c: the increase of a moving counter against a walk over its readings.
 *
 * Readings are whole numbers, so that a walk is exact.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/counter.h"

#define N 500

static CounterRow rows[N];

static void
make_rows(uint64_t seed)
{
	int64_t time = 1000;
	int i;

	for (i = 0; i < N; i++)
	{
		uint64_t hash = hash_mix(seed * 10000 + (uint64_t) i);

		time += (int64_t) (hash % 3 * 500000);
		rows[i] = (CounterRow){time, hash % 17 == 0 ? NAN : (double) ((hash >> 9) % 40)};
	}
}

static void
check_frame(const CounterRing *ring, int first, int last)
{
	double gained = 0.0;
	int64_t n_resets = 0;
	bool is_odd = false;
	int begin = -1;
	int end = -1;
	double result = -1.0;
	Counter counter;
	int i;

	for (i = first; i < last; i++)
	{
		is_odd |= isnan(rows[i].x);
		if (isnan(rows[i].x))
			continue;
		if (end < 0)
			begin = i;
		else if (rows[i].x < rows[end].x)
		{
			gained += rows[i].x;
			n_resets++;
		}
		else
			gained += rows[i].x - rows[end].x;
		end = i;
	}
	CounterRing_fold(ring, &counter);
	CHECK(counter.n_resets == n_resets);
	if (is_odd)
		CHECK(counter_increase(&counter, &result) == KERNEL_OK && isnan(result));
	else if (end < 0)
		CHECK(counter_increase(&counter, &result) == KERNEL_INVALID);
	else
	{
		double seconds = (double) (rows[end].time - rows[begin].time) / 1e6;

		CHECK(counter_increase(&counter, &result) == KERNEL_OK && result == gained);
		CHECK(counter_slope(&counter, &result) == (seconds > 0.0 ? KERNEL_OK : KERNEL_INVALID));
		if (seconds > 0.0)
		{
			CHECK_CLOSE(result, (rows[end].x - rows[begin].x) / seconds, 4e-16);
			CHECK(counter_increase_rate(&counter, &result) == KERNEL_OK);
			CHECK_CLOSE(result, gained / seconds, 4e-16);
		}
	}
}

static void
frames_equal_a_walk(void)
{
	uint64_t seed;

	for (seed = 1; seed <= 10; seed++)
	{
		CounterRing ring;
		int first = 0;
		int last = 0;

		make_rows(seed);
		CounterRing_begin(&ring);
		while (last < N)
		{
			if (hash_mix(seed + (uint64_t) (first * 700 + last)) % 9 < 5 || first == last)
				CHECK(CounterRing_push(&ring, &unit_allocator, rows[last++]) == KERNEL_OK);
			else
			{
				CHECK(CounterRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
				first++;
			}
			check_frame(&ring, first, last);
		}
		CounterRing_release(&ring, &unit_allocator);
	}
}

/* The increase is exact where a sum of differences is not; huge readings overflow. */
static void
large_counters(void)
{
	Counter counter = {0};
	double result = -1.0;
	int i;

	for (i = 0; i <= 1000000; i++)
		counter_append(&counter, (CounterRow){i, 1e15 + i * 0.125});
	CHECK(counter_increase(&counter, &result) == KERNEL_OK && result == 125000.0);
	counter_append(&counter, (CounterRow){2000000, 0.25});
	CHECK(counter_increase(&counter, &result) == KERNEL_OK && result == 125000.25);
	counter = (Counter){0};
	for (i = 0; i < 6; i++)
		counter_append(&counter, (CounterRow){i, i % 2 == 0 ? 0.0 : 1.7e308});
	CHECK(counter_increase(&counter, &result) == KERNEL_OVERFLOW && result == 125000.25);
}

/* A rate of readings that are hardly above 0 has the digits that the smallest doubles leave it. */
static void
tiny_readings(void)
{
	Counter counter = {0};
	double result = -1.0;

	counter_append(&counter, (CounterRow){0, 5e-324});
	counter_append(&counter, (CounterRow){1500000, 3e-317 + 5e-324});
	CHECK(counter_slope(&counter, &result) == KERNEL_OK && fabs(result - 2e-317) <= 5e-324);
	CHECK(counter_increase_rate(&counter, &result) == KERNEL_OK && fabs(result - 2e-317) <= 5e-324);
}

/* Two readings so that they differ by `amount`, which may have 64 bits. */
static IntegerCounter
counter_over(uint64_t amount, int64_t elapsed)
{
	IntegerCounter counter = {0};

	integer_counter_append(&counter,
						   (IntegerCounterRow){-5, (int64_t) (0 - (amount - amount / 2))});
	integer_counter_append(&counter, (IntegerCounterRow){elapsed - 5, (int64_t) (amount / 2)});
	return counter;
}

/* Rates of integers are rounded once: amount 10^6 / elapsed by Python, whose division of integers is. */
static void
integer_rates(void)
{
	static const struct
	{
		uint64_t amount;
		int64_t elapsed;
		double rate;
	} cases[] = {
		{UINT64_C(9007199254740993), INT64_C(1000000), 9007199254740992.0},
		{UINT64_C(9223372036854775807), INT64_C(3), 3.0744573456182584e+24},
		{UINT64_C(18446744073709551615), INT64_C(7000000), 2.6352491533870787e+18},
		{UINT64_C(1), INT64_C(9000000000000000000), 1.1111111111111111e-13},
		{UINT64_C(9007199254740993), INT64_C(2000000), 4503599627370496.0},
		{UINT64_C(18014398509481985), INT64_C(1000000), 1.8014398509481984e+16},
		{UINT64_C(18014398509481987), INT64_C(1000000), 1.8014398509481988e+16},
		{UINT64_C(3), INT64_C(999999999999999989), 3e-12},
		{UINT64_C(17013893096224296095), INT64_C(7), 2.4305561566034707e+24},
		{UINT64_C(17697726104527807), INT64_C(914785), 1.934632302074018e+16},
		{UINT64_C(5496935587679942477), INT64_C(339585980647), 16187168790675.176},
		{UINT64_C(433919778688484361), INT64_C(3), 1.4463992622949479e+23},
		{UINT64_C(13614136306442647), INT64_C(974815), 1.3965866658230174e+16},
		{UINT64_C(16675922527513437), INT64_C(5), 3.3351845055026876e+21},
		{UINT64_C(18386364454128223485), INT64_C(3321008025520176803), 5536380.614812976},
		{UINT64_C(966643152302451419), INT64_C(136915), 7.060169830204516e+18},
		{UINT64_C(8855648612640305741), INT64_C(3364248113548607843), 2632281.661086932},
		{UINT64_C(9873169798301357), INT64_C(444400613271), 22216823072.38536},
		{UINT64_C(21166353437235127), INT64_C(7), 3.023764776747875e+21},
		{UINT64_C(20151421178076457), INT64_C(536163240913), 37584488529.57883},
		{UINT64_C(30763364413619973), INT64_C(3188637709504177423), 9647.808003375703},
		{UINT64_C(12934612861026447), INT64_C(382254926669), 33837661619.536728},
		{UINT64_C(3130166304896246071), INT64_C(390662925981), 8012447807879.478},
		{UINT64_C(5673923720626712041), INT64_C(341249), 1.6626931421415776e+19},
		/* halfway between two doubles but for what the division left over */
		{UINT64_C(2496999048012268295), INT64_C(880011568527), 2837461616773.7993},
		{UINT64_C(1706739829099165683), INT64_C(486327347855), 3509446541772.5913},
		{UINT64_C(5488087206068677879), INT64_C(620101971105), 8850297953881.842},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		IntegerCounter counter = counter_over(cases[i].amount, cases[i].elapsed);
		double result = -1.0;

		CHECK(integer_counter_increase_rate(&counter, &result) == KERNEL_OK);
		CHECK(result == cases[i].rate);
		CHECK(integer_counter_slope(&counter, &result) == KERNEL_OK && result == cases[i].rate);
	}
}

/* Readings of 63 bits, in frames, against a walk in 128 bits. */
static void
integer_frames_equal_a_walk(void)
{
	static IntegerCounterRow readings[N];
	IntegerCounterRing ring;
	int first = 0;
	int last = 0;
	int i;

	for (i = 0; i < N; i++)
		readings[i] =
			(IntegerCounterRow){i * 7, (int64_t) hash_mix((uint64_t) i / 3) >> (i % 5 * 8)};
	IntegerCounterRing_begin(&ring);
	while (last < N)
	{
		CounterSum gained = 0;
		CounterSum result = -1;
		int64_t n_resets = 0;
		IntegerCounter counter;
		Status status;

		if (hash_mix((uint64_t) (first * 700 + last)) % 9 < 5 || first == last)
			CHECK(IntegerCounterRing_push(&ring, &unit_allocator, readings[last++]) == KERNEL_OK);
		else
		{
			CHECK(IntegerCounterRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
			first++;
		}
		for (i = first + 1; i < last; i++)
		{
			bool is_reset = readings[i].x < readings[i - 1].x;

			gained += (CounterSum) readings[i].x - (is_reset ? 0 : readings[i - 1].x);
			n_resets += is_reset;
		}
		IntegerCounterRing_fold(&ring, &counter);
		CHECK(counter.n == last - first && counter.n_resets == n_resets);
		status = integer_counter_increase(&counter, &result);
		if (first == last)
			CHECK(status == KERNEL_INVALID && result == -1);
		else
			CHECK(status == KERNEL_OK && result == gained);
	}
	IntegerCounterRing_release(&ring, &unit_allocator);
}

/* No time passes, no rate; the smallest integer has a sign. */
static void
integer_edges(void)
{
	IntegerCounter counter = {0};
	double rate = -1.0;
	CounterSum delta = -1;

	CHECK(integer_counter_increase(&counter, &delta) == KERNEL_INVALID);
	CHECK(integer_counter_slope(&counter, &rate) == KERNEL_INVALID);
	integer_counter_append(&counter, (IntegerCounterRow){3, INT64_MIN});
	CHECK(integer_counter_increase(&counter, &delta) == KERNEL_OK && delta == 0);
	CHECK(integer_counter_increase_rate(&counter, &rate) == KERNEL_INVALID && rate == -1.0);
	integer_counter_append(&counter, (IntegerCounterRow){1000003, INT64_MAX});
	CHECK(integer_counter_increase(&counter, &delta) == KERNEL_OK && delta == UINT64_MAX);
	CHECK(integer_counter_slope(&counter, &rate) == KERNEL_OK && rate == 0x1p64);
	CHECK(counter_rate_of(-3, 2000000) == -1.5 && counter_rate_of(0, 1) == 0.0);
	integer_counter_append(&counter, (IntegerCounterRow){2000003, INT64_MIN});
	CHECK(integer_counter_slope(&counter, &rate) == KERNEL_OK && rate == 0.0);
	CHECK(integer_counter_increase(&counter, &delta) == KERNEL_OK && delta == INT64_MAX);
}

UNIT_MAIN(UNIT_CASE(frames_equal_a_walk), UNIT_CASE(large_counters), UNIT_CASE(tiny_readings),
		  UNIT_CASE(integer_rates), UNIT_CASE(integer_frames_equal_a_walk),
		  UNIT_CASE(integer_edges))
