/*
 * counter.h: increase and resets of a counter over a frame, first and last of a gauge.
 *
 * A Counter is the fold of readings in the order of time, an IntegerCounter that of readings which
 * are 64-bit integers, without rounding.  A reading below the one before it means that the counter
 * started again at 0.  The increase telescopes: last - first + the sum of the readings just before
 * each reset; so three numbers do, and no sum of differences rounds.
 */
#ifndef ORCHARD_KERNEL_WINDOW_COUNTER_H
#define ORCHARD_KERNEL_WINDOW_COUNTER_H

#include "kernel/base/double_double.h"

/* A sum of readings: 2^60 of them have room.  The allocator aligns to 8 bytes. */
__extension__ typedef __int128 CounterSum __attribute__((aligned(8)));

#define COUNTER_PREFIX counter
#define COUNTER_TYPE Counter
#define COUNTER_ROW CounterRow
#define COUNTER_RING CounterRing
#define COUNTER_NUMBER double
#define COUNTER_SUM DoubleDouble
#define COUNTER_IS_FINITE(x) isfinite(x)
#define COUNTER_ADD(sum, x) dd_add_double(sum, x)
#define COUNTER_JOIN(sum, other) dd_add(sum, other)
#include "kernel/window/counter_template.h"

#define COUNTER_PREFIX integer_counter
#define COUNTER_TYPE IntegerCounter
#define COUNTER_ROW IntegerCounterRow
#define COUNTER_RING IntegerCounterRing
#define COUNTER_NUMBER int64_t
#define COUNTER_SUM CounterSum
#define COUNTER_IS_FINITE(x) true
#define COUNTER_ADD(sum, x) ((sum) + (x))
#define COUNTER_JOIN(sum, other) ((sum) + (other))
#include "kernel/window/counter_template.h"

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

/* The same of integers: exact, and rates rounded once. */
extern Status integer_counter_increase(const IntegerCounter *counter, CounterSum *result);
extern Status integer_counter_increase_rate(const IntegerCounter *counter, double *result);
extern Status integer_counter_slope(const IntegerCounter *counter, double *result);

/* amount 10^6 / elapsed, rounded once; |amount| < 2^107, elapsed > 0. */
extern double counter_rate_of(CounterSum amount, uint64_t elapsed);

#endif /* ORCHARD_KERNEL_WINDOW_COUNTER_H */
