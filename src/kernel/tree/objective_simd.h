/*
 * objective_simd.h: the arithmetic of gradients on arrays.
 *
 * Compiled for AVX-512, AVX2 and the baseline, chosen at run time; all give the same
 * bits, since none fuses a product with a sum.
 */
#ifndef ORCHARD_KERNEL_TREE_OBJECTIVE_SIMD_H
#define ORCHARD_KERNEL_TREE_OBJECTIVE_SIMD_H

#include <stdint.h>

#define OBJECTIVE_ROWS 1024 /* most values of a call */

/* out[i] = exp(x[i]), x limited to +-708. */
extern void objective_exp(double *out, const double *x, int32_t n);

/*
 * Binary log loss with targets 0 and 1: gradient p - y, hessian p (1 - p) and
 * loss of each row, p = 1 / (1 + exp(-score)).
 */
extern void objective_logistic(double *gradient, double *hessian, double *loss, const double *score,
							   const double *target, int32_t n);

/* What some rows' derivatives and losses amount to. */
typedef struct ObjectiveTotals
{
	double gradient; /* largest magnitude */
	double hessian;	 /* largest */
	int64_t loss;	 /* sum of loss * scale, each rounded and limited to +-2^50 */
} ObjectiveTotals;

extern ObjectiveTotals objective_totals(const double *gradient, const double *hessian,
										const double *loss, int32_t n, double scale);

/* How derivatives become 16-bit integers. */
typedef struct ObjectivePacking
{
	double gradient_scale; /* the largest magnitude becomes at most 32766 */
	double hessian_scale;  /* the largest becomes at most 65534 */
	uint64_t seed;
} ObjectivePacking;

/*
 * words[i] = the gradient above, the hessian below, each scaled and rounded up or
 * down at random, by hash[i] and the seed, so that many small ones are not lost.
 * Adds them to sums[0] and sums[1].
 */
extern void objective_pack(uint32_t *words, const double *gradient, const double *hessian,
						   const uint64_t *hash, int32_t n, const ObjectivePacking *packing,
						   int64_t sums[2]);

/* What the rows of a tree amount to. */
typedef struct ObjectiveSums
{
	int64_t gradient; /* of the words */
	int64_t hessian;
	int64_t squares; /* of their gradients */
	int64_t loss;	 /* as of ObjectiveTotals */
} ObjectiveSums;

/*
 * objective_logistic_words
 *		The words of objective_pack for the derivatives of objective_logistic, in one go.
 *
 * The derivatives and losses have relative errors below 2^-36, where a word has 16 bits.  The
 * scales are at most 32766 and 4 * 65534: what the largest gradient, 1, and hessian, 1/4, become.
 * What the rows amount to is added to *sums.
 */
extern void objective_logistic_words(uint32_t *words, const double *score, const double *target,
									 const uint64_t *hash, int32_t n,
									 const ObjectivePacking *packing, double loss_scale,
									 ObjectiveSums *sums);

/* The same by the portable code, for tests. */
extern void objective_exp_portable(double *out, const double *x, int32_t n);
extern void objective_logistic_portable(double *gradient, double *hessian, double *loss,
										const double *score, const double *target, int32_t n);
extern ObjectiveTotals objective_totals_portable(const double *gradient, const double *hessian,
												 const double *loss, int32_t n, double scale);
extern void objective_pack_portable(uint32_t *words, const double *gradient, const double *hessian,
									const uint64_t *hash, int32_t n,
									const ObjectivePacking *packing, int64_t sums[2]);
extern void objective_logistic_words_portable(uint32_t *words, const double *score,
											  const double *target, const uint64_t *hash, int32_t n,
											  const ObjectivePacking *packing, double loss_scale,
											  ObjectiveSums *sums);

#endif /* ORCHARD_KERNEL_TREE_OBJECTIVE_SIMD_H */
