/*
 * block_moments_simd.h: moments of columns that stand side by side, a block of rows at a time.
 *
 * Compiled for AVX2 and for the baseline; the choice is made at run time and both give the same bits.
 */
#ifndef ORCHARD_KERNEL_PREP_BLOCK_MOMENTS_SIMD_H
#define ORCHARD_KERNEL_PREP_BLOCK_MOMENTS_SIMD_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/stat/moments.h"

#define BLOCK_ROWS 32

/*
 * block_moments
 *		Moments of each column by distances from its first value: sum d^2 - (sum d)^2 / n.
 *
 * That value is one of the block, so the subtraction loses n times the last digit at most; a constant
 * block has 0.  numbers: n_rows rows, at least one and at most BLOCK_ROWS, `stride` numbers apart.
 * moments: n_columns; total or m2 not finite where a value is not, or where they overflow.
 */
extern void block_moments(const double *numbers, size_t stride, uint32_t n_rows, uint32_t n_columns,
						  Variance *moments);

/* The same for any processor, for tests. */
extern void block_moments_portable(const double *numbers, size_t stride, uint32_t n_rows,
								   uint32_t n_columns, Variance *moments);

#endif /* ORCHARD_KERNEL_PREP_BLOCK_MOMENTS_SIMD_H */
