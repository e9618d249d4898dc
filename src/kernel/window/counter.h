/*
 * counter.h: increase and resets of a counter over a frame, first and last of a gauge.
 *
 * A Counter is the fold of readings in the order of time.  A reading below the one before it means
 * that the counter started again at 0.  The increase telescopes: last - first + the sum of the
 * readings just before each reset; so three numbers do, and no sum of differences rounds.
 */
#ifndef ORCHARD_KERNEL_WINDOW_COUNTER_H
#define ORCHARD_KERNEL_WINDOW_COUNTER_H

#include "kernel/base/double_double.h"
#include "kernel/window/ring.h"

typedef struct CounterRow
{
	int64_t time; /* microseconds */
	double x;
} CounterRow;

typedef struct Counter
{
	int64_t n;		   /* finite readings; all but n_special are theirs */
	int64_t n_special; /* readings that are NaN or infinite */
	int64_t first_time;
	int64_t last_time;
	double first;
	double last;
	int64_t n_resets;
	DoubleDouble lost; /* sum of the readings just before each reset */
} Counter;

static inline Counter
counter_of(CounterRow row)
{
	if (!isfinite(row.x))
		return (Counter){.n_special = 1};
	return (Counter){
		.n = 1, .first_time = row.time, .last_time = row.time, .first = row.x, .last = row.x};
}

/* left = left, then right.  Times do not fall from one to the other. */
static inline void
counter_merge(Counter *left, const Counter *right)
{
	left->n_special += right->n_special;
	if (right->n == 0)
		return;
	if (left->n == 0)
	{
		left->first = right->first;
		left->first_time = right->first_time;
	}
	else if (right->first < left->last)
	{
		left->n_resets++;
		left->lost = dd_add_double(left->lost, left->last);
	}
	left->n += right->n;
	left->n_resets += right->n_resets;
	left->lost = dd_add(left->lost, right->lost);
	left->last = right->last;
	left->last_time = right->last_time;
}

static inline void
counter_append(Counter *counter, CounterRow row)
{
	Counter right = counter_of(row);

	counter_merge(counter, &right);
}

static inline void
counter_prepend(Counter *counter, CounterRow row)
{
	Counter left = counter_of(row);

	counter_merge(&left, counter);
	*counter = left;
}

/*
 * Results: KERNEL_OK; KERNEL_INVALID without a reading, or a rate over no time; KERNEL_OVERFLOW
 * where finite readings give none.  NaN where a reading is not finite.
 */

/* What the counter gained, resets made good. */
extern Status counter_increase(const Counter *counter, double *result);

/* The same for each second. */
extern Status counter_increase_rate(const Counter *counter, double *result);

/* last - first for each second, as for a gauge. */
extern Status counter_slope(const Counter *counter, double *result);

#define RING_NAME CounterRing
#define RING_VALUE CounterRow
#define RING_STATE Counter
#define RING_CLEAR(state) (*(state) = (Counter){0})
#define RING_APPEND(state, x) counter_append(state, x)
#define RING_PREPEND(state, x) counter_prepend(state, x)
#define RING_MERGE(state, right) counter_merge(state, right)
#include "kernel/window/ring.h"

#endif /* ORCHARD_KERNEL_WINDOW_COUNTER_H */
