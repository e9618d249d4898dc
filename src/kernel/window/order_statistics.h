/*
 * order_statistics.h: median, quantiles, median absolute deviation and ranks of a multiset of doubles.
 *
 * Values come one by one (order_statistics_add) and, in a moving frame, leave by
 * value (order_statistics_remove, only after order_statistics_enter).  A multiset that only grows, that
 * of a group, waits as runs, which cost a word a distinct value and are sorted
 * when a result is asked for.  One that is asked again and again while it grows,
 * as a running frame is, moves into a tree, and so does that of a moving frame from the
 * start: a value costs O(log n) there.
 *
 * Inside, a value is a key (number_to_key); order_integers.h keeps other values under keys of its own
 * by the functions that end in _key.
 *
 * A NaN propagates: while there is one, every result is NaN.  -0 is 0.  A
 * quantile between two values is interpolated as by PostgreSQL's percentile_cont
 * and numpy's default: at (n - 1) p.  Between a finite and an infinite value it
 * is the infinite one; between -infinity and infinity NaN.
 */
#ifndef ORCHARD_KERNEL_WINDOW_ORDER_STATISTICS_H
#define ORCHARD_KERNEL_WINDOW_ORDER_STATISTICS_H

#include "kernel/codec/bytes.h"
#include "kernel/stat/score_runs.h"
#include "kernel/window/order_tree.h"

/* A zeroed one is empty. */
typedef struct OrderStatistics
{
	OrderTree tree;		  /* values in order */
	ScoreRuns runs;		  /* those that are not in the tree yet */
	uint64_t *cumulative; /* of runs with weights: how many values up to each run; owned */
	size_t n_cumulative;
	uint64_t n_waiting; /* values in the runs */
	uint64_t n_nan;
	bool was_asked; /* for a result, since when there are more values */
	uint64_t
		mad_split; /* a guess: how many values below the median were nearer than the last mad */
} OrderStatistics;

/* A value of a growing multiset.  O(1) amortised.  After a failure only to be released. */
extern Status order_statistics_add(OrderStatistics *order, const Allocator *allocator,
								   const StopCheck *stop, double x);

/* `times` >= 1 values that are no doubles, by their key. */
extern Status order_statistics_add_key(OrderStatistics *order, const Allocator *allocator,
									   const StopCheck *stop, uint64_t key, uint64_t times);

/* A value of a moving frame, O(log n).  OUT_OF_MEMORY: unchanged. */
extern Status order_statistics_enter(OrderStatistics *order, const Allocator *allocator, double x);

/* A value that came by order_statistics_enter goes, O(log n).  INVALID when there is none such: unchanged. */
extern Status order_statistics_remove(OrderStatistics *order, const Allocator *allocator, double x);

/*
 * To be called before results, when values came by order_statistics_add: O(n) when they were many
 * since the last time, O(log n) each when they were few.  After a failure only to be released.
 */
extern Status order_statistics_prepare(OrderStatistics *order, const Allocator *allocator,
									   const StopCheck *stop);

/* Values, NaN among them. */
extern uint64_t order_statistics_count(const OrderStatistics *order);

/* The key of the k-th value that is not NaN, 0 = smallest.  O(log n). */
extern uint64_t order_statistics_key(const OrderStatistics *order, uint64_t k);

/* Results: O(log n), mad O(log^2 n) and O(log n) as a rule.  INVALID over no values. */
extern Status order_statistics_quantile(const OrderStatistics *order, double p, double *result);

/* The difference of the quartiles.  OVERFLOW when finite values gave an infinite one. */
extern Status order_statistics_iqr(const OrderStatistics *order, double *result);

/*
 * The median of |x - median|, unscaled; an infinite value is infinitely far from all but itself.
 * OVERFLOW when finite values gave an infinite one.  Keeps the guess of where to look next time.
 */
extern Status order_statistics_mad(OrderStatistics *order, double *result);

/* The rank of x among values in the tree, which hold it: (below + (equal + 1) / 2) / n. */
extern Status order_statistics_percent_rank(const OrderStatistics *order, double x, double *result);

/* into = both together; O(n log n).  `from` may change its form.  After a failure only to be released. */
extern Status order_statistics_merge(OrderStatistics *into, OrderStatistics *from,
									 const Allocator *allocator, const StopCheck *stop);

/* All values as sorted runs, the form that is encoded.  After a failure only to be released. */
extern Status order_statistics_gather(OrderStatistics *order, const Allocator *allocator,
									  const StopCheck *stop);

/*
 * The bytes of gathered values: u32 version 1, u8 whether counts follow, u64 NaNs, u64 runs, then for
 * each run an ascending double and, if so, u64 its count.
 */
extern size_t order_statistics_encoded_size(const OrderStatistics *order);
extern void order_statistics_encode(const OrderStatistics *order, ByteWriter *writer);

/* Fills an empty one from bytes that may be foreign.  CORRUPT, UNSUPPORTED_VERSION, OUT_OF_MEMORY: empty. */
extern Status order_statistics_decode(OrderStatistics *order, const Allocator *allocator,
									  ByteReader *reader);

extern void order_statistics_release(OrderStatistics *order, const Allocator *allocator);

#endif /* ORCHARD_KERNEL_WINDOW_ORDER_STATISTICS_H */
