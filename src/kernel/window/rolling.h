/*
 * rolling.h: count, sum, spread and extremes of several time windows in one pass.
 *
 * Observations (time, x) arrive in order of time.  At a time t each window of
 * width w covers t - delay - w to t - delay; which of its two ends belong to it
 * is an option.  Asked for times that never fall, the windows evict by
 * themselves.
 *
 * One ring holds the observations for all windows, since all end at the same
 * place.  Each window folds them by two stacks of its own (ring.h has the
 * method) and reads its extremes from a place in deques that all share.  So a
 * row costs O(1) amortised a window, whatever its width, and nothing is ever
 * subtracted to forget a value.  NaN, infinity and huge values are treated as
 * moving.h has it.
 *
 * Call order: begin; then per row observe, advance, result, where an
 * observation may come before or after the question for its time.
 */
#ifndef ORCHARD_KERNEL_WINDOW_ROLLING_H
#define ORCHARD_KERNEL_WINDOW_ROLLING_H

#include "kernel/window/moving.h"

typedef struct RollingSpec
{
	int n_windows;		   /* at least 1 */
	const int64_t *widths; /* above 0, in the unit of times; the caller's, outlives the Rolling */
	int64_t delay;		   /* at least 0 */
	bool is_left_closed;   /* does t - delay - w belong to the window? */
	bool is_right_closed;  /* does t - delay? */
	bool is_prevailing;	   /* the last observation up to the start counts, too */
} RollingSpec;

typedef struct RollingObservation
{
	int64_t time;
	double x;
} RollingObservation;

/* The fold of the observations head .. upper - 1, in two stacks. */
typedef struct RollingWindow
{
	uint64_t head;		/* number of its oldest observation */
	uint64_t boundary;	/* suffixes[] holds folds for head .. boundary - 1 */
	size_t capacity;	/* of suffixes: a power of two, or 0; number i lies at i & (capacity - 1) */
	Variance *suffixes; /* owned, from the caller's allocator */
	Variance back;		/* fold of boundary .. upper - 1 */
	MovingCounts counts; /* of the whole window */
	uint64_t max_place;	 /* in the deques */
	uint64_t min_place;
} RollingWindow;

typedef struct Rolling
{
	RollingSpec spec;
	uint64_t oldest;		  /* number of the first observation that is kept */
	uint64_t upper;			  /* number of the first observation beyond the windows' end */
	uint64_t tail;			  /* number of the next observation to come */
	int64_t last_observed;	  /* time of the last observation */
	int64_t last_time;		  /* of the last advance */
	size_t capacity;		  /* of the ring: a power of two, or 0 */
	RollingObservation *ring; /* owned, as is what follows */
	RollingWindow *windows;	  /* n_windows */
	DoubleMaxDeque maxima;	  /* numbered as the observations are */
	DoubleMinDeque minima;
} Rolling;

/* What a window holds. */
typedef struct RollingResult
{
	int64_t n;			/* observations, of any kind */
	DoubleDouble total; /* normalised; not finite where a value is not */
	double
		m2; /* as of Variance; NaN when a value is not finite, +infinity when it has overflowed */
	double min; /* +infinity while n = 0; in PostgreSQL's order NaN is the largest */
	double max; /* -infinity while n = 0 */
} RollingResult;

/* OUT_OF_MEMORY, TOO_LARGE: nothing is held. */
extern Status rolling_begin(Rolling *rolling, const Allocator *allocator, const RollingSpec *spec);

extern void rolling_release(Rolling *rolling, const Allocator *allocator);

/*
 * rolling_observe
 *		Takes the next observation: O(1) amortised.
 *
 * INVALID when its time is before the last one's; OUT_OF_MEMORY, TOO_LARGE.  Unchanged on failure.
 */
extern Status rolling_observe(Rolling *rolling, const Allocator *allocator, int64_t time, double x);

/*
 * rolling_advance
 *		Moves all windows to the time t.
 *
 * Cost O(1) amortised a window.  INVALID when t is before that of the last call.  After
 * OUT_OF_MEMORY, TOO_LARGE or STOPPED the windows may only be released.
 */
extern Status rolling_advance(Rolling *rolling, const Allocator *allocator, const StopCheck *stop,
							  int64_t t);

/*
 * rolling_result
 *		What window i holds: O(1), O(n) while a finite value above MOVING_LARGE is in it.
 *
 * OVERFLOW when the sum of finite values is infinite in their order; result is unchanged then.
 */
extern Status rolling_result(Rolling *rolling, int i, RollingResult *result);

/* Of no observations. */
extern void rolling_result_clear(RollingResult *result);

/* Could observations have given this result? */
extern bool rolling_result_is_valid(const RollingResult *result);

/* As variance_variance and variance_deviation, and OVERFLOW where m2 has overflowed. */
extern Status rolling_result_variance(const RollingResult *result, int lost, double *variance);
extern Status rolling_result_deviation(const RollingResult *result, int lost, double *deviation);

#endif /* ORCHARD_KERNEL_WINDOW_ROLLING_H */
