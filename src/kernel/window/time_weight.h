/*
 * time_weight.h: the mean of a signal over time, from readings at irregular times.
 *
 * A TimeWeight is the fold of readings in the order of time.  Between two of them the signal keeps
 * the first one's value (locf) or runs straight to the second one (linear).  The area under it is
 * a double-double, so how readings were grouped does not show.
 */
#ifndef ORCHARD_KERNEL_WINDOW_TIME_WEIGHT_H
#define ORCHARD_KERNEL_WINDOW_TIME_WEIGHT_H

#include "kernel/base/double_double.h"
#include "kernel/window/ring.h"

typedef struct TimeWeightRow
{
	int64_t time; /* microseconds */
	double x;
} TimeWeightRow;

typedef struct TimeWeight
{
	int64_t n;		   /* readings */
	int64_t n_special; /* of them NaN or infinite: 0 stands for these */
	int64_t first_time;
	int64_t last_time;
	double first;
	double last;
	DoubleDouble area; /* unit of x times microseconds */
} TimeWeight;

static inline TimeWeight
time_weight_of(TimeWeightRow row)
{
	bool is_special = !isfinite(row.x);
	double x = is_special ? 0.0 : row.x;

	return (TimeWeight){.n = 1,
						.n_special = is_special,
						.first_time = row.time,
						.last_time = row.time,
						.first = x,
						.last = x};
}

/* The area from one reading to the next. */
static inline DoubleDouble
time_weight_between(double from, double to, double gap, bool is_linear)
{
	if (!is_linear)
		return dd_two_product(from, gap);
	return dd_multiply_double(dd_two_sum(0.5 * from, 0.5 * to), gap);
}

/* left = left, then right.  Times do not fall from one to the other. */
static inline void
time_weight_merge(TimeWeight *left, const TimeWeight *right, bool is_linear)
{
	if (right->n == 0)
		return;
	if (left->n == 0)
	{
		*left = *right;
		return;
	}
	left->n += right->n;
	left->n_special += right->n_special;
	left->area = dd_add(left->area, right->area);
	left->area =
		dd_add(left->area,
			   time_weight_between(left->last, right->first,
								   (double) (right->first_time - left->last_time), is_linear));
	left->last = right->last;
	left->last_time = right->last_time;
}

static inline void
time_weight_append(TimeWeight *weight, TimeWeightRow row, bool is_linear)
{
	TimeWeight right = time_weight_of(row);

	time_weight_merge(weight, &right, is_linear);
}

static inline void
time_weight_prepend(TimeWeight *weight, TimeWeightRow row, bool is_linear)
{
	TimeWeight left = time_weight_of(row);

	time_weight_merge(&left, weight, is_linear);
	*weight = left;
}

/*
 * time_weight_mean
 *		Area over elapsed time; the last reading where no time has elapsed.
 *
 * NaN where a reading is not finite.  Returns KERNEL_OK, KERNEL_INVALID without a reading, or
 * KERNEL_OVERFLOW where the area overflows.
 */
static inline Status
time_weight_mean(const TimeWeight *weight, double *result)
{
	double elapsed = (double) (weight->last_time - weight->first_time);

	if (weight->n == 0)
		return KERNEL_INVALID;
	if (weight->n_special > 0)
		*result = NAN;
	else if (!(elapsed > 0.0))
		*result = weight->last;
	else if (!isfinite(weight->area.hi))
		return KERNEL_OVERFLOW;
	else
		*result = dd_divide_double(weight->area, elapsed).hi;
	return KERNEL_OK;
}

#define RING_NAME TimeWeightRing
#define RING_VALUE TimeWeightRow
#define RING_STATE TimeWeight
#define RING_CONTEXT bool
#define RING_CLEAR(state) (*(state) = (TimeWeight){0})
#define RING_APPEND(state, x) time_weight_append(state, x, ring->context)
#define RING_PREPEND(state, x) time_weight_prepend(state, x, ring->context)
#define RING_MERGE(state, right) time_weight_merge(state, right, ring->context)
#include "kernel/window/ring.h"

#endif /* ORCHARD_KERNEL_WINDOW_TIME_WEIGHT_H */
