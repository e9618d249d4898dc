/*
 * counter.c: what a counter's fold tells.
 */
#include "kernel/window/counter.h"

/* amount, or amount a second; the rules of all three. */
static Status
counter_result(const Counter *counter, DoubleDouble amount, bool is_rate, double *result)
{
	double value = amount.hi;

	if (counter->n_special > 0)
	{
		*result = NAN;
		return KERNEL_OK;
	}
	if (counter->n == 0)
		return KERNEL_INVALID;
	if (is_rate)
	{
		double elapsed = (double) (counter->last_time - counter->first_time);

		if (!(elapsed > 0.0))
			return KERNEL_INVALID;
		/* In the order in which neither step leaves the range of double precision first. */
		if (fabs(amount.hi) < 1.0)
			value = dd_divide_double(dd_multiply_double(amount, 1e6), elapsed).hi;
		else
			value = dd_multiply_double(dd_divide_double(amount, elapsed), 1e6).hi;
	}
	if (!isfinite(value))
		return KERNEL_OVERFLOW;
	*result = value;
	return KERNEL_OK;
}

static DoubleDouble
total_increase(const Counter *counter)
{
	return dd_add(dd_two_sum(counter->last, -counter->first), counter->lost);
}

Status
counter_increase(const Counter *counter, double *result)
{
	return counter_result(counter, total_increase(counter), false, result);
}

Status
counter_increase_rate(const Counter *counter, double *result)
{
	return counter_result(counter, total_increase(counter), true, result);
}

Status
counter_slope(const Counter *counter, double *result)
{
	return counter_result(counter, dd_two_sum(counter->last, -counter->first), true, result);
}

__extension__ typedef unsigned __int128 WideCount;

/* Bits up to the highest that is set. */
static int
bit_length(WideCount x)
{
	uint64_t high = (uint64_t) (x >> 64);

	if (high > 0)
		return 128 - __builtin_clzll(high);
	return x > 0 ? 64 - __builtin_clzll((uint64_t) x) : 0;
}

/* a / b, b > 0: the quotient has 64 bits or more, and what was left over counts in the last of them. */
static double
rounded_quotient(WideCount a, uint64_t b)
{
	int shift = 64 + bit_length(b) - bit_length(a);
	WideCount quotient;

	if (a == 0)
		return 0.0;
	shift = shift > 0 ? shift : 0;
	a <<= shift;
	quotient = a / b;
	quotient |= a % b != 0;
	return ldexp((double) quotient, -shift);
}

double
counter_rate_of(CounterSum amount, uint64_t elapsed)
{
	double rate = rounded_quotient((WideCount) (amount < 0 ? -amount : amount) * 1000000, elapsed);

	return amount < 0 ? -rate : rate;
}

static CounterSum
integer_increase(const IntegerCounter *counter)
{
	return (CounterSum) counter->last - counter->first + counter->lost;
}

Status
integer_counter_increase(const IntegerCounter *counter, CounterSum *result)
{
	if (counter->n == 0)
		return KERNEL_INVALID;
	*result = integer_increase(counter);
	return KERNEL_OK;
}

/* An amount a second. */
static Status
integer_rate(const IntegerCounter *counter, CounterSum amount, double *result)
{
	int64_t elapsed = counter->last_time - counter->first_time;

	if (counter->n == 0 || elapsed == 0)
		return KERNEL_INVALID;
	*result = counter_rate_of(amount, (uint64_t) elapsed);
	return KERNEL_OK;
}

Status
integer_counter_increase_rate(const IntegerCounter *counter, double *result)
{
	return integer_rate(counter, integer_increase(counter), result);
}

Status
integer_counter_slope(const IntegerCounter *counter, double *result)
{
	return integer_rate(counter, (CounterSum) counter->last - counter->first, result);
}
