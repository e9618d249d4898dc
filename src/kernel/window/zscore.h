/*
 * zscore.h: how many sample deviations the last value lies above the mean of its frame.
 */
#ifndef ORCHARD_KERNEL_WINDOW_ZSCORE_H
#define ORCHARD_KERNEL_WINDOW_ZSCORE_H

#include "kernel/stat/moments.h"

typedef struct ZScore
{
	Variance values;
	double last;	 /* meaningless without a value */
	bool overflowed; /* finite values did */
} ZScore;

static inline void
zscore_append(ZScore *zscore, double x)
{
	if (variance_add(&zscore->values, x) != KERNEL_OK)
		zscore->overflowed = true;
	zscore->last = x;
}

/* left = left, then right. */
static inline void
zscore_merge(ZScore *left, const ZScore *right)
{
	if (right->values.n == 0)
		return;
	if (variance_merge(&left->values, &right->values) != KERNEL_OK || right->overflowed)
		left->overflowed = true;
	left->last = right->last;
}

static inline void
zscore_prepend(ZScore *zscore, double x)
{
	ZScore first = {{0}, 0.0, false};

	zscore_append(&first, x);
	zscore_merge(&first, zscore);
	*zscore = first;
}

/*
 * (x - mean) / s, s^2 = M2 / (n - 1).  KERNEL_INVALID with fewer than two values and without a
 * spread; NaN while a value is not finite; KERNEL_OVERFLOW.
 */
static inline Status
zscore_result(const ZScore *zscore, double *result)
{
	const Variance *values = &zscore->values;
	bool is_small = values->m2.hi < 0.0;
	double n = (double) values->n;
	double deviation; /* of SMALL_SCALE x where values are small */
	DoubleDouble distance;

	if (values->n < 2)
		return KERNEL_INVALID;
	if (zscore->overflowed)
		return KERNEL_OVERFLOW;
	deviation = sqrt(fabs(total_value(values->m2)) / (n - 1.0));
	if (deviation == 0.0)
		return KERNEL_INVALID;
	if (isnan(deviation))
	{
		*result = NAN;
		return KERNEL_OK;
	}
	distance = dd_subtract(count_product(zscore->last, n), values->total);
	*result = (is_small ? distance.hi * SMALL_SCALE : distance.hi) / n / deviation;
	return isfinite(*result) ? KERNEL_OK : KERNEL_OVERFLOW;
}

#define RING_NAME ZScoreRing
#define RING_VALUE double
#define RING_STATE ZScore
#define RING_CLEAR(state) (*(state) = (ZScore){{0}, 0.0, false})
#define RING_APPEND(state, x) zscore_append(state, x)
#define RING_PREPEND(state, x) zscore_prepend(state, x)
#define RING_MERGE(state, right) zscore_merge(state, right)
#include "kernel/window/ring.h"

#endif /* ORCHARD_KERNEL_WINDOW_ZSCORE_H */
