/*
 * panel_simd.h: weighted cross products of a panel of columns.
 *
 * Compiled for AVX2 with fused multiply-add and for the baseline; the choice is
 * made at run time.  The two differ in the last digits: fused products round once.
 */
#ifndef ORCHARD_KERNEL_LINEAR_PANEL_SIMD_H
#define ORCHARD_KERNEL_LINEAR_PANEL_SIMD_H

#include <stdint.h>

#define PANEL_ROWS 256

/*
 * out[j * n + k] += sum over the panel's rows of scaled[j] columns[k], for k <= j < n.
 * columns, scaled: n columns of PANEL_ROWS doubles (zero past the rows in use).
 */
extern void panel_gram(double *out, const double *scaled, const double *columns, int32_t n);

/* eta[i] += weight * column[i] over PANEL_ROWS rows. */
extern void panel_axpy(double *eta, const double *column, double weight);

/* The sum over PANEL_ROWS rows of a[i] b[i]. */
extern double panel_dot(const double *a, const double *b);

#endif							/* ORCHARD_KERNEL_LINEAR_PANEL_SIMD_H */
