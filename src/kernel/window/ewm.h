/*
 * ewm.h: exponentially weighted mean and deviation by rows.
 *
 * A value i rows before the last value has the weight q^i, q = 1 - alpha, and the weights are
 * divided by their sum (adjust = true of pandas); a row without a value has no weight but counts
 * as a row (ignore_na = false).  Relative weights do not change by rows that follow the last
 * value, so all sums are relative to that and nothing underflows while rows are missing.
 *
 * Notation: W = sum w, M2 = sum w (x - mean)^2, cross = W^2 - sum w^2 = sum of w_i w_j, i != j,
 * which is kept itself, since the difference cancels where alpha is near 1.
 * Weights, W and sum w x are double-doubles: q^n would lose n ulps otherwise.  While all values are
 * small (moments.h), sum w x and M2 are those of SMALL_SCALE x.
 */
#ifndef ORCHARD_KERNEL_WINDOW_EWM_H
#define ORCHARD_KERNEL_WINDOW_EWM_H

#include "kernel/window/moving.h"

typedef struct EwmRow
{
	double x;
	bool is_missing;
} EwmRow;

typedef struct Ewm
{
	int64_t n;			 /* values */
	MovingCounts counts; /* of values that are not finite: 0 stands for them; n_large is not kept */
	bool is_small;		 /* all values below SMALL_SIZE, or none */
	DoubleDouble span;	 /* q^(rows up to the last value); 1 without one */
	DoubleDouble tail;	 /* q^(rows after it, or all) */
	DoubleDouble weight; /* W */
	DoubleDouble weighted; /* sum w x */
	double m2;
	double cross;
} Ewm;

static inline void
ewm_clear(Ewm *ewm)
{
	*ewm = (Ewm){.is_small = true, .span = {1.0, 0.0}, .tail = {1.0, 0.0}};
}

/* q of a row that takes alpha in (0, 1]. */
static inline DoubleDouble
ewm_factor(double alpha)
{
	return dd_two_sum(1.0, -alpha);
}

/* left = left, then right: O(1), no power is computed. */
extern void ewm_merge(Ewm *left, const Ewm *right);

/* The same for a left that results are taken from and no more: its span and tail stay as they were. */
extern void ewm_merge_sums(Ewm *left, const Ewm *right);

/* A row after the last one, one before the first. */
extern void ewm_append(Ewm *ewm, EwmRow row, DoubleDouble q);
extern void ewm_prepend(Ewm *ewm, EwmRow row, DoubleDouble q);

/*
 * The mean, and the sample deviation sqrt(M2 W / cross): the bias = false of pandas.  KERNEL_INVALID
 * without a value, for the deviation without two that still have weight; KERNEL_OVERFLOW where
 * finite values overflow.  Infinities give what they give to a mean; NaN as a deviation.
 */
extern Status ewm_mean(const Ewm *ewm, double *result);
extern Status ewm_deviation(const Ewm *ewm, double *result);

#define RING_NAME EwmRing
#define RING_VALUE EwmRow
#define RING_STATE Ewm
#define RING_CONTEXT DoubleDouble
#define RING_CLEAR(state) ewm_clear(state)
#define RING_APPEND(state, x) ewm_append(state, x, ring->context)
#define RING_PREPEND(state, x) ewm_prepend(state, x, ring->context)
#define RING_MERGE(state, right) ewm_merge_sums(state, right)
#include "kernel/window/ring.h"

#endif /* ORCHARD_KERNEL_WINDOW_EWM_H */
