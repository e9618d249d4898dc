/*
 * gram_simd.h: a double-double Gram matrix, brought up to date by blocks of rows.
 *
 * Runs with AVX2 and fused multiply-add where the processor has them, else in
 * portable C; both give the same bits, since each entry goes through the same
 * operations in the same order.
 */
#ifndef ORCHARD_KERNEL_LINEAR_GRAM_SIMD_H
#define ORCHARD_KERNEL_LINEAR_GRAM_SIMD_H

#include <stdbool.h>
#include <stdint.h>

#define GRAM_ROWS 32  /* most rows of a block */
#define GRAM_WIDTH 68 /* most entries of a row that is summed as a whole, a multiple of four */
#define GRAM_PANEL 64 /* of a longer one so many at a time, a multiple of four below GRAM_WIDTH */

/* Row length of the matrices below: n rounded up to a whole number of four doubles. */
static inline int32_t
gram_stride(int32_t n)
{
	return (n + 3) & ~3;
}

/*
 * gram_add
 *		hi + lo += sum over k < n_rows of weights[k] z_k z_k', on and above the diagonal.
 *
 * hi, lo: gram_stride(n) rows of gram_stride(n) doubles; rows: n_rows <= GRAM_ROWS
 * rows z_k of gram_stride(n) finite doubles, zero past n.  Entries left
 * of the diagonal are scratch.
 * The error of a block is below 2^-88 times the product of the two columns'
 * largest magnitudes, that of adding it 2^-105 of the sum so far.
 */
extern void gram_add(double *hi, double *lo, const double *rows, const double *weights,
					 int32_t n_rows, int32_t n);

/* The same by the portable code, for tests. */
extern void gram_add_portable(double *hi, double *lo, const double *rows, const double *weights,
							  int32_t n_rows, int32_t n);

/*
 * gram_add_product
 *		hi + lo += sum over k < n_rows of z_k z_k', each block's sum in double.
 *
 * hi, lo: n x n, on and above the diagonal; n a multiple of four.  strips: n / 4
 * strips of n_rows rows of four entries, strip s holding entries 4 s .. 4 s + 3
 * of every row.  With and without AVX2 the last digits differ: fused products
 * round once.
 */
extern void gram_add_product(double *hi, double *lo, const double *strips, int32_t n_rows,
							 int32_t n);

/* hi + lo += weight * z for each of n_rows rows of n double-double sums; n a multiple of four. */
extern void gram_add_to_rows(double *hi, double *lo, const int32_t *rows, int32_t n_rows,
							 const double *z, double weight, int32_t n);

/*
 * to = from with 0 for NaN; returns how many there were.
 * missing: room for n + 3; the first are the places of the NaNs, ascending.
 */
extern int32_t gram_copy_row(double *to, const double *from, int32_t n, int32_t *missing);

/* to = from with 0 for NaN, n <= 64; returns which were NaN, bit j for entry j. */
extern uint64_t gram_clean_row(double *to, const double *from, int32_t n);

/*
 * gram_add_sets
 *		Row to[i] of hi + lo += the sum of the rows in sets[i], for each set that is not empty.
 *
 * A set has bit k for row k of a block as gram_add takes it, of `stride` <= GRAM_WIDTH entries a row; as exact as
 * gram_add is.  Rows of hi and lo have `stride` entries.
 */
extern void gram_add_sets(double *hi, double *lo, const int32_t *to, const uint32_t *sets,
						  int32_t n_sets, const double *rows, int32_t n_rows, int32_t stride);

/* counts[j (j - 1) / 2 + i] += how many rows sets i and j share, for i < j < n. */
extern void gram_count_pairs(int64_t *counts, const uint32_t *sets, int32_t n);

#endif /* ORCHARD_KERNEL_LINEAR_GRAM_SIMD_H */
