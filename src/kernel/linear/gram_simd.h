/*
 * gram_simd.h: the rank-one update of a double-double Gram matrix.
 *
 * Runs with AVX2 and fused multiply-add where the processor has them, else in
 * portable C; both give the same bits, since every step is an error-free
 * transformation or a plain addition in the same order.
 */
#ifndef ORCHARD_KERNEL_LINEAR_GRAM_SIMD_H
#define ORCHARD_KERNEL_LINEAR_GRAM_SIMD_H

#include <stdint.h>

/* Row length of the matrices below: n rounded up to a whole number of four doubles. */
static inline int32_t
gram_stride(int32_t n)
{
	return (n + 3) & ~3;
}

/*
 * gram_add
 *		hi + lo += weight * z z', on and above the diagonal.
 *
 * hi, lo: n rows of gram_stride(n) doubles; z: gram_stride(n), zero past n.
 * Entries left of the diagonal are scratch.  lo collects rounding errors and is
 * not renormalised: after k rows the relative error is about k 2^-106 (Ogita,
 * Rump, Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26(6),
 * 2005, algorithm 5.3).
 */
extern void gram_add(double *hi, double *lo, const double *z, double weight, int32_t n);

/* hi + lo += weight * z: n double-double sums. */
extern void gram_add_row(double *hi, double *lo, const double *z, double weight, int32_t n);

#endif							/* ORCHARD_KERNEL_LINEAR_GRAM_SIMD_H */
