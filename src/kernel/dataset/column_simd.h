/*
 * column_simd.h: sums over a column of a block, and a multiple of a column taken from another.
 *
 * Compiled for AVX2 with fused multiply-add and for the baseline; the choice is
 * made at run time and both give the same bits of the compensated sums.
 */
#ifndef ORCHARD_KERNEL_DATASET_COLUMN_SIMD_H
#define ORCHARD_KERNEL_DATASET_COLUMN_SIMD_H

#include <stdint.h>

#include "kernel/base/double_double.h"

#define COLUMN_LANES 16

/* Row i is summed in lane i mod COLUMN_LANES; all zeros at first. */
typedef struct ColumnSums
{
	double sum[COLUMN_LANES];	   /* of weight * value over present values */
	double sum_rest[COLUMN_LANES]; /* what rounding left out of sum */
	double present[COLUMN_LANES];  /* weight of the rows with a value */
	double present_rest[COLUMN_LANES];
	double missing[COLUMN_LANES]; /* weight of the others */
	double missing_rest[COLUMN_LANES];
} ColumnSums;

/* Adds n rows; NaN = missing; weight NULL = 1 each. */
extern void column_sums(ColumnSums *sums, const double *column, const double *weight, int32_t n);

/* Total of one of the pairs above. */
extern DoubleDouble column_total(const double *sum, const double *rest);

/* Of the present values; 0 when there are none. */
extern double column_mean(const ColumnSums *sums);

/*
 * *square += sum of weight (column - mean)^2 over n rows, *most = max(*most, |column - mean|);
 * a missing value stands at the mean.
 */
extern void column_spread(const double *column, const double *weight, int32_t n, double mean,
						  double *square, double *most);

/* to -= factor * from, n entries. */
extern void column_subtract(double *to, const double *from, double factor, int32_t n);

/* The same by the first halves of double-double numbers. */
extern void column_subtract_heads(double *to, const DoubleDouble *from, double factor, int32_t n);

/* The same of double-double numbers, to their last digits. */
extern void column_subtract_pairs(DoubleDouble *to, const DoubleDouble *from, double factor,
								  int32_t n);

#endif /* ORCHARD_KERNEL_DATASET_COLUMN_SIMD_H */
