/*
 * quantile_place.h: where a quantile lies among n sorted values, and what lies between two of them.
 *
 * The definition of PostgreSQL's percentile_cont and of numpy's default (number 7
 * of Hyndman and Fan): at (n - 1) p, counted from 0, linearly between neighbours.
 */
#ifndef ORCHARD_KERNEL_STAT_QUANTILE_PLACE_H
#define ORCHARD_KERNEL_STAT_QUANTILE_PLACE_H

#include <math.h>
#include <stdint.h>

typedef struct QuantilePlace
{
	uint64_t k;		 /* the value at or below the place, 0 = smallest */
	double fraction; /* of the way from there to the next value; 0: that value itself */
} QuantilePlace;

/* The place of p in [0, 1] among n > 0 values. */
static inline QuantilePlace
quantile_place(double p, uint64_t n)
{
	double last = (double) (n - 1);
	double position = p * last;
	QuantilePlace place = {n - 1, 0.0};

	/* Beyond 2^53 values the last place is rounded: the others are below it. */
	if (position < last)
	{
		place.k = (uint64_t) position;
		place.fraction = position - (double) place.k;
	}
	return place;
}

/*
 * low <= high and a fraction in (0, 1).  Between a finite and an infinite value the infinite one,
 * between both infinities NaN; never an overflow.
 */
static inline double
quantile_between(double low, double high, double fraction)
{
	double step = high - low;

	if (low == high)
		return low;
	if (isfinite(step))
		return low + fraction * step;
	if (isinf(low))
		return isinf(high) ? NAN : low;
	return isinf(high) ? high : low * (1.0 - fraction) + high * fraction;
}

#endif /* ORCHARD_KERNEL_STAT_QUANTILE_PLACE_H */
