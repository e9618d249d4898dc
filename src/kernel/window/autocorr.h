/*
 * autocorr.h: the correlation of a frame's values with those some rows before.
 *
 * The pairs are (x_i, x_(i + lag)) with both rows in the frame and both values known; a row without
 * a value keeps its place.  A buffer of the last `lag` values makes the pair of each row that
 * comes; pairs leave in the order of their first rows, whose numbers stand in a queue.
 */
#ifndef ORCHARD_KERNEL_WINDOW_AUTOCORR_H
#define ORCHARD_KERNEL_WINDOW_AUTOCORR_H

#include "kernel/window/moving_pair.h"
#include "kernel/window/recent.h"

typedef struct LagValue
{
	double x;
	bool is_missing;
} LagValue;

/* The values of the last `lag` rows. */
typedef struct LagBuffer
{
	Recent recent;
	LagValue *values; /* owned, from the caller's allocator */
} LagBuffer;

/* A FIFO queue: every number stays until it is popped. */
#define DEQUE_NAME NumberQueue
#define DEQUE_VALUE uint64_t
#define DEQUE_BEATS(a, b) true
#include "kernel/window/deque.h"

typedef struct MovingAutocorr
{
	LagBuffer buffer;
	uint64_t oldest;	/* number of the frame's oldest row */
	NumberQueue starts; /* numbers of the first rows of the pairs */
	MovingPair pairs;
} MovingAutocorr;

/* lag >= 1.  OUT_OF_MEMORY: nothing to release. */
extern Status lag_buffer_begin(LagBuffer *buffer, const Allocator *allocator, uint64_t lag);
extern void lag_buffer_release(LagBuffer *buffer, const Allocator *allocator);

/* A row comes; true, with its pair, when the row before it by the lag is in the frame and both have values. */
extern bool lag_buffer_add(LagBuffer *buffer, LagValue value, Pair *pair);

extern Status moving_autocorr_begin(MovingAutocorr *moving, const Allocator *allocator,
									uint64_t lag);
extern void moving_autocorr_release(MovingAutocorr *moving, const Allocator *allocator);

/* A row comes: O(1) amortised.  OUT_OF_MEMORY, TOO_LARGE: the frame is of no use any more. */
extern Status moving_autocorr_add(MovingAutocorr *moving, const Allocator *allocator,
								  LagValue value);

/* The oldest row leaves: O(1) amortised.  INVALID: empty; OUT_OF_MEMORY, STOPPED: unchanged. */
extern Status moving_autocorr_remove(MovingAutocorr *moving, const Allocator *allocator,
									 const StopCheck *stop);

#endif /* ORCHARD_KERNEL_WINDOW_AUTOCORR_H */
