/*
 * circular.h: the mean direction of values that repeat after a period, as hours of a day do.
 *
 * A value x stands at the angle a = 2 pi x / period on the circle; the mean is the direction of
 * (sum cos a, sum sin a) (Mardia, Jupp, "Directional Statistics", 2000, section 2.2).
 */
#ifndef ORCHARD_KERNEL_WINDOW_CIRCULAR_H
#define ORCHARD_KERNEL_WINDOW_CIRCULAR_H

#include "kernel/stat/moments.h"

#define CIRCULAR_TWO_PI 6.28318530717958647693
/* A mean vector that is no longer than this is rounding: the directions cancel out. */
#define CIRCULAR_LEAST_LENGTH 0x1p-50

typedef struct CircularPoint
{
	double sine; /* NaN of a value that is not finite, like cosine */
	double cosine;
} CircularPoint;

typedef struct Circular
{
	int64_t n;
	int64_t n_not_finite;
	DoubleDouble sine;
	DoubleDouble cosine;
} Circular;

/* period is finite and above 0; the remainder is exact, so large values lose nothing. */
static inline CircularPoint
circular_point(double x, double period)
{
	double angle = CIRCULAR_TWO_PI * (fmod(x, period) / period);

	return isfinite(x) ? (CircularPoint){sin(angle), cos(angle)} : (CircularPoint){NAN, NAN};
}

static inline void
circular_append(Circular *circular, CircularPoint point)
{
	circular->n++;
	if (isnan(point.sine))
	{
		circular->n_not_finite++;
		return;
	}
	total_add(&circular->sine, point.sine);
	total_add(&circular->cosine, point.cosine);
}

static inline void
circular_merge(Circular *left, const Circular *right)
{
	left->n += right->n;
	left->n_not_finite += right->n_not_finite;
	total_merge(&left->sine, right->sine);
	total_merge(&left->cosine, right->cosine);
}

/*
 * The mean in [0, period).  KERNEL_INVALID without values and where their directions cancel out; NaN
 * while a value is not finite.
 */
static inline Status
circular_mean(const Circular *circular, double period, double *result)
{
	double sine = total_value(circular->sine);
	double cosine = total_value(circular->cosine);
	double mean;

	if (circular->n == 0)
		return KERNEL_INVALID;
	if (circular->n_not_finite > 0)
	{
		*result = NAN;
		return KERNEL_OK;
	}
	if (hypot(sine, cosine) <= CIRCULAR_LEAST_LENGTH * (double) circular->n)
		return KERNEL_INVALID;
	mean = atan2(sine, cosine) / CIRCULAR_TWO_PI * period;
	if (mean < 0.0)
		mean += period;
	*result = mean < period ? mean : 0.0;
	return KERNEL_OK;
}

#define RING_NAME CircularRing
#define RING_VALUE CircularPoint
#define RING_STATE Circular
#define RING_CLEAR(state) (*(state) = (Circular){0})
#define RING_APPEND(state, x) circular_append(state, x)
#define RING_MERGE(state, right) circular_merge(state, right)
#include "kernel/window/ring.h"

#endif /* ORCHARD_KERNEL_WINDOW_CIRCULAR_H */
