/*
 * quantile_sketch.h: quantiles of any number of doubles to a stated relative error, from counts.
 *
 * With e the relative error and g = (1 + e) / (1 - e), the positive values in
 * (g^(i-1), g^i] are counted in bucket i and stand for (1 - e) g^i, which is
 * within e of each of them; likewise negative values, and 0 and the infinities by
 * themselves.  Buckets are never joined, so the error holds for all quantiles, and the
 * sketch has at most 1,455 / ln g buckets a sign (72,750 for 1 %); values from a
 * thousandth to a million need 1,036.  Counts are integers: a value leaves exactly.
 *
 * Values below 2.2e-308 in size have the absolute error of their last digit besides.
 * Source: Masson, Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch
 * with relative-error guarantees", VLDB 12(12), 2019, without its collapsing.
 */
#ifndef ORCHARD_KERNEL_STAT_QUANTILE_SKETCH_H
#define ORCHARD_KERNEL_STAT_QUANTILE_SKETCH_H

#include "kernel/codec/bytes.h"

#define SKETCH_LEAST_ERROR 0.001
#define SKETCH_LARGEST_ERROR 0.5

typedef struct SketchBucket
{
	int32_t index;
	uint64_t count; /* 0: waits to be used again or cleared away */
} SketchBucket;

/* The values of one sign. */
typedef struct SketchSide
{
	SketchBucket *buckets; /* by ascending index; owned */
	uint32_t n;
	uint32_t n_empty; /* of them with the count 0 */
	uint32_t capacity;
} SketchSide;

typedef struct QuantileSketch
{
	double relative_error;
	double log_g; /* ln g */
	uint64_t n;	  /* values, all counts together */
	uint64_t n_nan;
	uint64_t n_negative_infinity;
	uint64_t n_zero;
	uint64_t n_positive_infinity;
	SketchSide negative; /* by size */
	SketchSide positive;
} QuantileSketch;

/* Is it an error that a sketch may have? */
extern bool sketch_error_is_valid(double relative_error);

/* Empty; a valid error.  No allocation. */
extern void sketch_begin(QuantileSketch *sketch, double relative_error);

/* One value more.  O(log b), O(b) for the first value of a bucket.  OUT_OF_MEMORY: unchanged. */
extern Status sketch_add(QuantileSketch *sketch, const Allocator *allocator, double x);

/* One value less, which came before.  O(log b) amortised.  INVALID when none such is there: unchanged. */
extern Status sketch_remove(QuantileSketch *sketch, double x);

/* into = both together; INVALID when their errors differ, TOO_LARGE, OUT_OF_MEMORY: only to be released. */
extern Status sketch_merge(QuantileSketch *into, const Allocator *allocator,
						   const QuantileSketch *from);

/*
 * The p-quantile, O(b): between the stand-ins of the two values next to its place, so within e of the
 * quantile of the values when those have one sign, within e of the larger of the two otherwise.  NaN while
 * there is a NaN.  INVALID over no values.
 */
extern Status sketch_quantile(const QuantileSketch *sketch, double p, double *result);

/*
 * u32 version 1, the error, u64 NaNs, -infinities, zeros, infinities; for the negative and the positive
 * side u32 buckets and for each i32 index, ascending, and u64 count, not 0.
 */
extern size_t sketch_encoded_size(const QuantileSketch *sketch);
extern void sketch_encode(const QuantileSketch *sketch, ByteWriter *writer);

/* From bytes that may be foreign.  CORRUPT, UNSUPPORTED_VERSION, OUT_OF_MEMORY: nothing is held. */
extern Status sketch_decode(QuantileSketch *sketch, const Allocator *allocator, ByteReader *reader);

extern void sketch_release(QuantileSketch *sketch, const Allocator *allocator);

#endif /* ORCHARD_KERNEL_STAT_QUANTILE_SKETCH_H */
