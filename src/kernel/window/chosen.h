/*
 * chosen.h: the value that goes with the largest or smallest key of a frame, or with its first row.
 *
 * Monotonic deques whose entries own what they keep.  Of equal keys the latest is chosen; among
 * doubles NaN is the largest key, as in PostgreSQL's order.
 */
#ifndef ORCHARD_KERNEL_WINDOW_CHOSEN_H
#define ORCHARD_KERNEL_WINDOW_CHOSEN_H

#include "kernel/window/kept_value.h"

typedef struct ChosenDouble
{
	double key;
	KeptValue kept;
} ChosenDouble;

typedef struct ChosenInteger
{
	int64_t key;
	KeptValue kept;
} ChosenInteger;

/* Does an older a stay chosen when a newer b comes? */
#define CHOSEN_DOUBLE_MAX(a, b) ((a).key > (b).key || (isnan((a).key) && !isnan((b).key)))
#define CHOSEN_DOUBLE_MIN(a, b) ((a).key < (b).key || (isnan((b).key) && !isnan((a).key)))
#define CHOSEN_INTEGER_MAX(a, b) ((a).key > (b).key)
#define CHOSEN_INTEGER_MIN(a, b) ((a).key < (b).key)

#define CHOSEN_DROP(allocator, value) kept_value_drop(&(value)->kept, allocator)

#include <math.h>

#include "kernel/window/deque.h"

#define DEQUE_NAME ChosenDoubleMaxDeque
#define DEQUE_VALUE ChosenDouble
#define DEQUE_BEATS CHOSEN_DOUBLE_MAX
#define DEQUE_DROP CHOSEN_DROP
#include "kernel/window/deque.h"

#define DEQUE_NAME ChosenDoubleMinDeque
#define DEQUE_VALUE ChosenDouble
#define DEQUE_BEATS CHOSEN_DOUBLE_MIN
#define DEQUE_DROP CHOSEN_DROP
#include "kernel/window/deque.h"

#define DEQUE_NAME ChosenIntegerMaxDeque
#define DEQUE_VALUE ChosenInteger
#define DEQUE_BEATS CHOSEN_INTEGER_MAX
#define DEQUE_DROP CHOSEN_DROP
#include "kernel/window/deque.h"

#define DEQUE_NAME ChosenIntegerMinDeque
#define DEQUE_VALUE ChosenInteger
#define DEQUE_BEATS CHOSEN_INTEGER_MIN
#define DEQUE_DROP CHOSEN_DROP
#include "kernel/window/deque.h"

/* No later value replaces an earlier one: a queue, whose best is the first. */
#define DEQUE_NAME FirstQueue
#define DEQUE_VALUE KeptValue
#define DEQUE_BEATS(a, b) true
#define DEQUE_DROP(allocator, value) kept_value_drop(value, allocator)
#include "kernel/window/deque.h"

#endif /* ORCHARD_KERNEL_WINDOW_CHOSEN_H */
