/*
 * sample.h: the values of a column for quantiles: exact, or counted by a sketch when they are many.
 *
 * Up to SAMPLE_LIMIT distinct values are kept as they are, each with its count.  Beyond, a sketch
 * counts them to a relative error of SAMPLE_ERROR.  Which of the two it is depends on the number
 * of distinct values alone, not on the order or the parts in which they came.  A whole sample keeps
 * them all, however many they are.
 */
#ifndef ORCHARD_KERNEL_PREP_SAMPLE_H
#define ORCHARD_KERNEL_PREP_SAMPLE_H

#include "kernel/stat/quantile_sketch.h"
#include "kernel/stat/score_runs.h"

#define SAMPLE_LIMIT ((size_t) 1000000)
#define SAMPLE_ERROR 0.001

typedef struct Sample
{
	ScoreRuns runs; /* empty once it is a sketch */
	bool is_whole;	/* never becomes one */
	bool is_sketch;
	QuantileSketch sketch;
} Sample;

/* The sample in more than SAMPLE_LIMIT values. */
extern Status sample_add_slowly(Sample *sample, const Allocator *allocator, const StopCheck *stop,
								double x);

/* Takes a finite value.  A zeroed sample is empty.  After a failure only to be released. */
static inline Status
sample_add(Sample *sample, const Allocator *allocator, const StopCheck *stop, double x)
{
	if (__builtin_expect(
			sample->is_sketch || (sample->runs.n >= 2 * SAMPLE_LIMIT && !sample->is_whole), 0))
		return sample_add_slowly(sample, allocator, stop, x);
	return score_runs_add(&sample->runs, allocator, stop, x, 1.0);
}

/* Takes a finite value `times` times, a whole number. */
extern Status sample_add_times(Sample *sample, const Allocator *allocator, const StopCheck *stop,
							   double x, double times);

/* Into runs or a sketch, as the number of distinct values has it. */
extern Status sample_settle(Sample *sample, const Allocator *allocator, const StopCheck *stop);

/* into = both together. */
extern Status sample_merge(Sample *into, const Allocator *allocator, const StopCheck *stop,
						   const Sample *from);

/* Ascending runs of the values, or of those that stand for them in a sketch.  runs: empty. */
extern Status sample_runs(Sample *sample, const Allocator *allocator, const StopCheck *stop,
						  ScoreRuns *runs);

/* Of a settled one. */
extern size_t sample_encoded_size(const Sample *sample);
extern void sample_encode(const Sample *sample, ByteWriter *writer);
extern Status sample_decode(Sample *sample, const Allocator *allocator, ByteReader *reader);

extern void sample_release(Sample *sample, const Allocator *allocator);

/* The quantiles at `n` ascending fractions of compact runs that are not empty (quantile_place.h). */
extern void runs_quantiles(const ScoreRuns *runs, const double *fractions, size_t n,
						   double *quantiles);

#endif /* ORCHARD_KERNEL_PREP_SAMPLE_H */
