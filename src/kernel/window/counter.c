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
