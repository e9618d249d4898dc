/*
 * order_integers.h: median, quantiles and median absolute deviation of a multiset of 64-bit integers, exactly.
 *
 * As order_statistics.h, without rounding: a quantile between two integers and the mean
 * of two of them are decimals, so a result is an integer of 128 bits and a number of decimal places.
 * The multiset is one of order_statistics.h, of keys: its prepare, merge, gather and release apply.
 */
#ifndef ORCHARD_KERNEL_WINDOW_ORDER_INTEGERS_H
#define ORCHARD_KERNEL_WINDOW_ORDER_INTEGERS_H

#include "kernel/window/order_statistics.h"

__extension__ typedef __int128 WideDecimal;

#define DECIMAL_FRACTION_PLACES \
	17 /* at most: so products with differences of integers have 121 bits */

/* digits / 10^places, within [0, 1]. */
typedef struct DecimalFraction
{
	uint64_t digits;
	int places;
} DecimalFraction;

/* digits / 10^places; places end with a digit that is not 0, or are none. */
typedef struct DecimalNumber
{
	WideDecimal digits;
	int places;
} DecimalNumber;

/* Where a quantile lies: at the k-th value, 0 = smallest, and rest / 10^p.places of the way to the next. */
typedef struct DecimalPlace
{
	uint64_t k;
	uint64_t rest;
} DecimalPlace;

/* 10^0 to 10^17. */
static inline uint64_t
power_of_ten(int exponent)
{
	uint64_t power = 1;

	for (; exponent > 0; exponent--)
		power *= 10;
	return power;
}

/* The place (n - 1) p, without rounding, among n > 0 values. */
extern DecimalPlace decimal_place(DecimalFraction p, uint64_t n);

/* The key of an integer: unsigned, in the order of the integers; and back. */
static inline uint64_t
integer_to_key(int64_t x)
{
	return (uint64_t) x ^ (uint64_t) 1 << 63;
}

static inline int64_t
integer_from_key(uint64_t key)
{
	return (int64_t) (key ^ (uint64_t) 1 << 63);
}

/* A value of a growing multiset, as order_statistics_add. */
static inline Status
order_integers_add(OrderStatistics *order, const Allocator *allocator, const StopCheck *stop,
				   int64_t x)
{
	return order_statistics_add_key(order, allocator, stop, integer_to_key(x), 1);
}

/* A value of a moving frame, as order_statistics_enter and _remove. */
static inline Status
order_integers_enter(OrderStatistics *order, const Allocator *allocator, int64_t x)
{
	return order_tree_insert(&order->tree, allocator, integer_to_key(x));
}

static inline Status
order_integers_remove(OrderStatistics *order, const Allocator *allocator, int64_t x)
{
	return order_tree_remove(&order->tree, allocator, integer_to_key(x));
}

/* Results: O(log n), mad O(log^2 n) and O(log n) as a rule.  INVALID over no values. */
extern Status order_integers_quantile(const OrderStatistics *order, DecimalFraction p,
									  DecimalNumber *result);

/* The difference of the quartiles. */
extern Status order_integers_iqr(const OrderStatistics *order, DecimalNumber *result);

/* The median of |x - median|, unscaled.  Keeps the guess of where to look next time. */
extern Status order_integers_mad(OrderStatistics *order, DecimalNumber *result);

#endif /* ORCHARD_KERNEL_WINDOW_ORDER_INTEGERS_H */
