/*
 * roc.h: the area under the receiver operating characteristic, exact with ties.
 *
 * AUC = P(score of a positive > score of a negative) + P(the two are equal) / 2, the
 * trapezoid rule on the ROC curve.  The state keeps the scores of each class as
 * weighted runs, so it grows with the distinct scores; merging is exact.
 *
 * Notation: W+ and W- are the total weights of the two classes.
 */
#ifndef ORCHARD_KERNEL_METRIC_ROC_H
#define ORCHARD_KERNEL_METRIC_ROC_H

#include "kernel/codec/bytes.h"
#include "kernel/stat/score_runs.h"

/* A zeroed Roc is empty. */
typedef struct Roc
{
	ScoreRuns classes[2]; /* negatives, positives */
} Roc;

/* Takes one row; score: not NaN, weight: finite and above 0.  Statuses as for score_runs_add. */
static inline Status
roc_add(Roc *roc, const Allocator *allocator, const StopCheck *stop, bool label, double score,
		double weight)
{
	return score_runs_add(&roc->classes[label], allocator, stop, score, weight);
}

/* Brings the state to the form that roc_auc and roc_encode ask for; its meaning stays. */
extern Status roc_compact(Roc *roc, const Allocator *allocator, const StopCheck *stop);

/* into = into and from together; from may not alias into. */
extern Status roc_merge(Roc *into, const Allocator *allocator, const StopCheck *stop,
						const Roc *from);

extern bool roc_is_empty(const Roc *roc);

/*
 * roc_auc
 *		The area under the curve of a compacted state.
 *
 * O(distinct scores).  With integer weights of less than 2^53 in all, the result is
 * the exact quotient, rounded once; sums are double-double.
 *
 * Returns KERNEL_OK, KERNEL_INVALID where a class is empty (*auc unchanged) and
 * KERNEL_OVERFLOW where W+ or W- is infinite.
 * Source: Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27,
 * 2006, algorithm 3.
 */
extern Status roc_auc(const Roc *roc, double *auc);

/*
 * roc_average_precision
 *		The area under the precision-recall curve of a compacted state, as the mean precision over the
 *		positives, each at its own score, no points interpolated.
 *
 * Returns KERNEL_OK, KERNEL_INVALID where there is no positive (*result unchanged), KERNEL_OVERFLOW
 * as roc_auc.  Source: scikit-learn's average_precision_score.
 */
extern Status roc_average_precision(const Roc *roc, double *result);

/*
 * roc_kolmogorov_smirnov
 *		The greatest distance between the distribution functions of the two classes' scores.
 *
 * Statuses as for roc_auc.  Source: the two-sample statistic of Kolmogorov and Smirnov.
 */
extern Status roc_kolmogorov_smirnov(const Roc *roc, double *result);

/*
 * The encoding of a compacted state: u8 version, u8 flags (bit 0: negatives have
 * weights, bit 1: positives have), u16 zero, u32 runs of negatives, u32 runs of
 * positives; then for each class its scores, ascending, and its weights if flagged.
 * All little-endian; equal multisets have equal bytes.
 */
extern size_t roc_encoded_size(const Roc *roc);
extern void roc_encode(const Roc *roc, uint8_t *bytes);

/*
 * Reads what roc_encode wrote, to the end of the reader, into an empty state.  The result
 * is compacted.  KERNEL_CORRUPT, KERNEL_UNSUPPORTED_VERSION or KERNEL_OUT_OF_MEMORY
 * leave it empty.
 */
extern Status roc_decode(Roc *roc, const Allocator *allocator, ByteReader *reader);

extern void roc_release(Roc *roc, const Allocator *allocator);

#endif /* ORCHARD_KERNEL_METRIC_ROC_H */
