/*
 * test_window_rolling.c: several time windows in one pass against sums over every observation.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/rolling.h"

#define N_ROWS 700
#define N_WINDOWS 4

static const int64_t widths[N_WINDOWS] = {40, 1, 7, 300};

typedef struct Row
{
	int64_t time;
	double x;
	bool has_x;
} Row;

/* Row i; kind 1 has NaN and infinities, 2 huge values too. */
static void
make_rows(Row *rows, uint64_t seed, int kind)
{
	static const double special[] = {NAN, INFINITY, -INFINITY, NAN, 1e308, -1e308, 1e200, -9e307};
	int64_t time = -1000;
	int i;

	for (i = 0; i < N_ROWS; i++)
	{
		uint64_t hash = hash_mix(seed * 100003 + (uint64_t) i);

		/* Ties, small steps, and gaps beyond the longest window. */
		time += hash % 3 == 0 ? 0 : hash % 97 == 1 ? 500 : (int64_t) (hash / 7 % 5);
		rows[i] = (Row){time, ((double) (hash / 1000 % 100000) - 30000.0) / 7.0, hash % 11 != 0};
		if (kind > 0 && hash / 11 % 13 == 0)
			rows[i].x = special[hash / 143 % (kind == 1 ? 4 : 8)];
	}
}

/* Does the row belong to the window at time t of this width, by the definition? */
static bool
belongs(const RollingSpec *spec, const Row *rows, int n, int j, int64_t t, int64_t width)
{
	int64_t end = t - spec->delay;
	int64_t start = end - width;
	int64_t time = rows[j].time;
	int i;

	if (!rows[j].has_x || time > end || (time == end && !spec->is_right_closed))
		return false;
	if (time > start || (time == start && spec->is_left_closed))
		return true;
	if (!spec->is_prevailing)
		return false;
	/* In force at the start: no later observation up to it. */
	for (i = j + 1; i < n && rows[i].time <= start; i++)
	{
		if (rows[i].has_x)
			return false;
	}
	return true;
}

/* PostgreSQL's order: NaN above all. */
static bool
is_above(double a, double b)
{
	return a > b || (isnan(a) && !isnan(b));
}

/* The window at t against direct sums in long double; returns the number of its values. */
static int64_t
check_window(Rolling *rolling, int w, const Row *rows, int n, int64_t t)
{
	RollingResult result;
	Status status = rolling_result(rolling, w, &result);
	long double sum = 0.0L;
	long double squares = 0.0L;
	double plain = 0.0;
	double size = 0.0;
	double min = INFINITY;
	double max = -INFINITY;
	bool overflows = false;
	bool is_finite = true;
	int64_t count = 0;
	double variance;
	int j;

	for (j = 0; j < n; j++)
	{
		double before = plain;

		if (!belongs(&rolling->spec, rows, n, j, t, widths[w]))
			continue;
		plain += rows[j].x;
		overflows |= isinf(plain) && isfinite(before) && isfinite(rows[j].x);
		is_finite &= isfinite(rows[j].x) != 0;
		sum += rows[j].x;
		size = fmax(size, fabs(rows[j].x));
		max = count == 0 || is_above(rows[j].x, max) ? rows[j].x : max;
		min = count == 0 || is_above(min, rows[j].x) ? rows[j].x : min;
		count++;
	}
	if (overflows)
	{
		CHECK(status == KERNEL_OVERFLOW);
		return count;
	}
	CHECK(status == KERNEL_OK);
	CHECK(rolling_result_is_valid(&result));
	CHECK(result.n == count);
	if (count == 0)
		return count;
	for (j = 0; j < n; j++)
	{
		if (belongs(&rolling->spec, rows, n, j, t, widths[w]))
			squares += (rows[j].x - sum / count) * (rows[j].x - sum / count);
	}
	CHECK_NEAR(result.total.hi, is_finite ? (double) sum : plain, 1e-15 * size * (double) count);
	CHECK(memcmp(&result.min, &min, sizeof(min)) == 0 || isnan(min));
	CHECK(memcmp(&result.max, &max, sizeof(max)) == 0 || isnan(max));
	CHECK(isnan(result.min) == isnan(min) && isnan(result.max) == isnan(max));
	if (!is_finite)
		CHECK(isnan(result.m2));
	else if (squares > 0x1p1023L)
		CHECK(isinf(result.m2) &&
			  rolling_result_variance(&result, 0, &variance) == KERNEL_OVERFLOW);
	else
	{
		CHECK(rolling_result_variance(&result, 0, &variance) == KERNEL_OK);
		CHECK_NEAR(variance, (double) (squares / count), 1e-13 * (double) (squares / count));
		CHECK(rolling_result_deviation(&result, 1, &variance) ==
			  (count > 1 ? KERNEL_OK : KERNEL_INVALID));
	}
	return count;
}

/* The rows of one kind through one spec; rows with the time of the current one come first if asked. */
static void
run(RollingSpec spec, uint64_t seed, int kind)
{
	Row rows[N_ROWS];
	int64_t values = 0;
	int n_read = 0;
	Rolling rolling;
	int i;
	int w;

	make_rows(rows, seed, kind);
	CHECK(rolling_begin(&rolling, &unit_allocator, &spec) == KERNEL_OK);
	for (i = 0; i < N_ROWS; i++)
	{
		while (n_read < N_ROWS && (n_read <= i || rows[n_read].time == rows[i].time))
		{
			if (rows[n_read].has_x)
				CHECK(rolling_observe(&rolling, &unit_allocator, rows[n_read].time,
									  rows[n_read].x) == KERNEL_OK);
			n_read++;
		}
		CHECK(rolling_advance(&rolling, &unit_allocator, NULL, rows[i].time) == KERNEL_OK);
		for (w = 0; w < N_WINDOWS; w++)
			values += check_window(&rolling, w, rows, N_ROWS, rows[i].time);
	}
	CHECK(values > N_ROWS);
	rolling_release(&rolling, &unit_allocator);
}

static void
windows_equal_sums_over_all_observations(void)
{
	int options;

	for (options = 0; options < 8; options++)
	{
		RollingSpec spec = {N_WINDOWS,			(int64_t *) widths, (options & 1) * 5,
							(options & 2) != 0, (options & 4) != 0, false};

		run(spec, (uint64_t) options, 0);
		spec.is_prevailing = true;
		run(spec, (uint64_t) options + 100, 0);
	}
}

static void
nan_and_infinity_leave_without_a_trace(void)
{
	RollingSpec spec = {N_WINDOWS, (int64_t *) widths, 0, true, false, false};

	run(spec, 1, 1);
	spec.is_prevailing = true;
	run(spec, 2, 1);
}

static void
overflow_is_that_of_the_order_of_rows(void)
{
	RollingSpec spec = {N_WINDOWS, (int64_t *) widths, 2, false, true, false};

	run(spec, 3, 2);
	run(spec, 4, 2);
}

/* Times near the ends of their type: a window that begins before time does holds everything. */
static void
far_times_do_not_wrap(void)
{
	int64_t width = INT64_MAX;
	RollingSpec spec = {1, &width, 5, true, false, false};
	RollingResult result;
	Rolling rolling;

	CHECK(rolling_begin(&rolling, &unit_allocator, &spec) == KERNEL_OK);
	CHECK(rolling_observe(&rolling, &unit_allocator, INT64_MIN, 1.0) == KERNEL_OK);
	CHECK(rolling_advance(&rolling, &unit_allocator, NULL, INT64_MIN + 4) == KERNEL_OK);
	CHECK(rolling_result(&rolling, 0, &result) == KERNEL_OK && result.n == 0);
	CHECK(rolling_observe(&rolling, &unit_allocator, 0, 2.0) == KERNEL_OK);
	CHECK(rolling_advance(&rolling, &unit_allocator, NULL, 0) == KERNEL_OK);
	CHECK(rolling_result(&rolling, 0, &result) == KERNEL_OK && result.n == 1 && result.max == 1.0);
	CHECK(rolling_advance(&rolling, &unit_allocator, NULL, INT64_MAX) == KERNEL_OK);
	CHECK(rolling_result(&rolling, 0, &result) == KERNEL_OK && result.n == 1 && result.max == 2.0);
	rolling_release(&rolling, &unit_allocator);
}

static void
time_that_falls_is_refused(void)
{
	RollingSpec spec = {N_WINDOWS, (int64_t *) widths, 0, true, false, false};
	Rolling rolling;

	CHECK(rolling_begin(&rolling, &unit_allocator, &spec) == KERNEL_OK);
	CHECK(rolling_observe(&rolling, &unit_allocator, 1000, 1.0) == KERNEL_OK);
	CHECK(rolling_observe(&rolling, &unit_allocator, 999, 1.0) == KERNEL_INVALID);
	CHECK(rolling_advance(&rolling, &unit_allocator, NULL, 2000) == KERNEL_OK);
	/* Also when the windows hold nothing any more. */
	CHECK(rolling_observe(&rolling, &unit_allocator, 999, 1.0) == KERNEL_INVALID);
	CHECK(rolling_advance(&rolling, &unit_allocator, NULL, 1999) == KERNEL_INVALID);
	CHECK(rolling_observe(&rolling, &unit_allocator, 1000, 1.0) == KERNEL_OK);
	rolling_release(&rolling, &unit_allocator);
}

/* A stream much longer than its windows needs no more than they do. */
static void
memory_is_that_of_the_longest_window(void)
{
	RollingSpec spec = {N_WINDOWS, (int64_t *) widths, 50, true, true, true};
	Rolling rolling;
	int64_t t;

	CHECK(rolling_begin(&rolling, &unit_allocator, &spec) == KERNEL_OK);
	for (t = 0; t < 20000; t++)
	{
		/* Falling values fill the deque of maxima. */
		CHECK(rolling_observe(&rolling, &unit_allocator, t, -(double) t) == KERNEL_OK);
		CHECK(rolling_advance(&rolling, &unit_allocator, NULL, t) == KERNEL_OK);
	}
	CHECK(rolling.capacity == 512);
	CHECK(unit_peak_bytes < 100000);
	rolling_release(&rolling, &unit_allocator);
}

static void
refused_memory_is_a_status(void)
{
	RollingSpec spec = {N_WINDOWS, (int64_t *) widths, 3, true, true, true};
	int allowed;
	int n_refused = 0;

	for (allowed = 0; allowed < 60; allowed++)
	{
		Rolling rolling;
		Status status;
		int64_t t;

		unit_allocator_fail_after(allowed);
		status = rolling_begin(&rolling, &unit_allocator, &spec);
		for (t = 0; t < 400 && status == KERNEL_OK; t++)
		{
			status = rolling_observe(&rolling, &unit_allocator, t, sin((double) t));
			if (status == KERNEL_OK)
				status = rolling_advance(&rolling, &unit_allocator, NULL, t);
		}
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
		n_refused += status == KERNEL_OUT_OF_MEMORY;
		rolling_release(&rolling, &unit_allocator);
	}
	CHECK(n_refused > 10 && n_refused < 60);
}

static bool
stop_always(void *context)
{
	(void) context;
	return true;
}

static void
long_work_can_be_stopped(void)
{
	int64_t width = 4 * RING_STOP_INTERVAL;
	RollingSpec spec = {1, &width, 0, true, false, false};
	StopCheck stop = {stop_always, NULL, NULL};
	Rolling rolling;
	int64_t t;

	CHECK(rolling_begin(&rolling, &unit_allocator, &spec) == KERNEL_OK);
	for (t = 0; t < 3 * RING_STOP_INTERVAL; t++)
		CHECK(rolling_observe(&rolling, &unit_allocator, t, 1.0) == KERNEL_OK);
	CHECK(rolling_advance(&rolling, &unit_allocator, &stop, t) == KERNEL_STOPPED);
	rolling_release(&rolling, &unit_allocator);
}

static void
impossible_results_are_not_valid(void)
{
	const RollingResult possible = {3, {6.0, 0.0}, 2.0, 1.0, 3.0};
	RollingResult result;
	int i;

	CHECK(rolling_result_is_valid(&possible));
	rolling_result_clear(&result);
	CHECK(rolling_result_is_valid(&result));
	for (i = 0; i < 12; i++)
	{
		result = possible;
		switch (i)
		{
			case 0:
				result.n = -1;
				break;
			case 1:
				result.n = 0;
				break;
			case 2:
				result.m2 = -1.0;
				break;
			case 3:
				result.m2 = NAN;
				break;
			case 4:
				result.total.hi = NAN;
				break;
			case 5:
				result.total.lo = 1.0;
				break;
			case 6:
				result.min = 4.0;
				break;
			case 7:
				result.max = INFINITY;
				break;
			case 8:
				result.min = NAN;
				break;
			case 9:
				result = (RollingResult){1, {6.0, 0.0}, 0.0, 5.0, 6.0};
				break;
			case 10:
				result = (RollingResult){1, {6.0, 0.0}, 1.0, 6.0, 6.0};
				break;
			default:
				result = (RollingResult){0, {0.0, 0.0}, 0.0, 0.0, 0.0};
				break;
		}
		CHECK(!rolling_result_is_valid(&result));
	}
}

UNIT_MAIN(UNIT_CASE(windows_equal_sums_over_all_observations),
		  UNIT_CASE(nan_and_infinity_leave_without_a_trace),
		  UNIT_CASE(overflow_is_that_of_the_order_of_rows), UNIT_CASE(far_times_do_not_wrap),
		  UNIT_CASE(time_that_falls_is_refused), UNIT_CASE(memory_is_that_of_the_longest_window),
		  UNIT_CASE(refused_memory_is_a_status), UNIT_CASE(long_work_can_be_stopped),
		  UNIT_CASE(impossible_results_are_not_valid))
