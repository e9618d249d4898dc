/*
 * split_simd.h: what the cuts of a number are worth, many at a time.
 *
 * Compiled for AVX-512, AVX2 and the baseline, chosen at run time; all give the
 * bits of the plain computation in split.c, since none fuses a product with a sum.
 */
#ifndef ORCHARD_KERNEL_TREE_SPLIT_SIMD_H
#define ORCHARD_KERNEL_TREE_SPLIT_SIMD_H

#include <stdint.h>

#define CUTS_AT_ONCE 256 /* most cuts of a call */

/* A node and what its parts have to be; one whose value has no bounds. */
typedef struct CutRules
{
	int64_t gradient; /* of the node */
	int64_t hessian;
	int64_t rows;
	double gradient_unit;
	double hessian_unit;
	double l1;
	double l2;
	double min_hessian;
	double min_rows;
	double rows_a_hessian; /* rows are so many hessians where they are not counted */
	double base;		   /* what the node is worth whole */
} CutRules;

/* Sums of bins up to each cut, from the first one on, and what stands on the left beside them. */
typedef struct CutSums
{
	int32_t n;
	const int64_t *gradient;
	const int64_t *hessian;
	const int64_t *rows;   /* NULL: not counted */
	int64_t more_gradient; /* added to each */
	int64_t more_hessian;
	int64_t more_rows;
} CutSums;

/* gain[i] = what cut i gains, -INFINITY where a rule forbids it; returns the largest. */
extern double split_gains(double *gain, const CutSums *sums, const CutRules *rules);

/* The same by the portable code, for tests. */
extern double split_gains_portable(double *gain, const CutSums *sums, const CutRules *rules);

#endif /* ORCHARD_KERNEL_TREE_SPLIT_SIMD_H */
