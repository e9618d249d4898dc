/*
 * decay.h: sums and means whose values lose half their weight each half-life.
 *
 * A value of time t has the weight 2^((t - T) / h), T the time of the newest row, h the half-life.
 * Sums are kept relative to a multiple of the half-life, scale * h: the weight of a value is then
 * 2^(r/h) 2^(q - scale) with q = floor(t / h), r = t - q h, and a later scale shifts a sum by a
 * power of two, which is exact.  So no weight is rounded twice, however many rows follow, the
 * order of rows does not matter, and states merge.
 *
 * Times and half-lives are microseconds; h >= 1.
 */
#ifndef ORCHARD_KERNEL_WINDOW_DECAY_H
#define ORCHARD_KERNEL_WINDOW_DECAY_H

#include "kernel/window/moving.h"

/* The first and last time, PostgreSQL's first one and so much later that differences still fit. */
#define DECAY_EARLIEST INT64_C(-212000000000000000)
#define DECAY_LATEST INT64_C(9000000000000000000)

typedef struct DecayRow
{
	int64_t time;
	int64_t periods; /* q */
	double weight;	 /* 2^(r/h), at least 1 and at most 2 */
	double x;
	bool is_missing; /* only its time counts */
} DecayRow;

/* Fields of 8 bytes only: the payload of an aggregate state that is a public type. */
typedef struct Decay
{
	int64_t half_life;	   /* h; 0 before the first row */
	int64_t n_rows;		   /* rows, with or without a value */
	int64_t newest;		   /* T */
	int64_t n;			   /* values */
	int64_t scale;		   /* above q of each value; 0 without one */
	DoubleDouble weight;   /* sum of weights, each at most 1 */
	DoubleDouble weighted; /* sum of weight times x over finite values */
	int64_t n_nan;
	int64_t n_positive_infinity;
	int64_t n_negative_infinity;
} Decay;

static inline void
decay_clear(Decay *decay)
{
	*decay = (Decay){0};
}

/* A row of time `time`; x counts unless it is missing. */
extern DecayRow decay_row(int64_t time, double x, bool is_missing, int64_t half_life);

/* Takes a row whose half-life is the state's. */
extern void decay_add(Decay *decay, DecayRow row);

/* left = left and right together; they have the same half-life. */
extern void decay_merge(Decay *left, const Decay *right);

/* Brings the low parts to half an ulp of the high ones. */
extern void decay_normalise(Decay *decay);

/* Can some set of rows have this state? */
extern bool decay_is_valid(const Decay *decay);

/*
 * Sum of weights (0 without a value), weighted sum, weighted mean: KERNEL_OK, KERNEL_INVALID for
 * the last two without a value, KERNEL_OVERFLOW where finite values overflow.  NaN and infinities
 * give what they give to a sum.
 */
extern Status decay_count(const Decay *decay, double *result);
extern Status decay_sum(const Decay *decay, double *result);
extern Status decay_mean(const Decay *decay, double *result);

#define RING_NAME DecayRing
#define RING_VALUE DecayRow
#define RING_STATE Decay
#define RING_CONTEXT int64_t
#define RING_CLEAR(state) decay_clear(state)
#define RING_APPEND(state, x) ((state)->half_life = ring->context, decay_add(state, x))
#define RING_MERGE(state, right) decay_merge(state, right)
#include "kernel/window/ring.h"

#endif /* ORCHARD_KERNEL_WINDOW_DECAY_H */
