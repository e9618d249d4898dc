/*
 * sandwich_block.h: the leverages of a row that several lists of coefficients share.
 *
 * A row's M scores s have the information W = LL' along its M etas, and Q = XA^-1X' is what the fit
 * makes of them, X = I (x) x'.  The leverage is a matrix, WQ, whose M eigenvalues lie between 0 and 1
 * (the generalised hat matrix of Fahrmeir and Tutz, "Multivariate Statistical Modelling Based on
 * Generalized Linear Models", 2nd ed., 2001, section 4.2.2; for multinomial logistic regression
 * Lesaffre and Albert, Applied Statistics 38, 1989).  HC3 takes (I - WQ)^-1 s in place of s, the score that
 * one step of Newton's method without the row would find; HC2 takes (I - WQ)^-1/2 s, whose covariance
 * is W when the model is right.  (Bell and McCaffrey, Survey Methodology 28, 2002, for blocks of linear
 * regression.)  One list makes them s / (1 - h) and s / sqrt(1 - h).  Neither depends on which class is
 * the reference.
 */
#ifndef ORCHARD_KERNEL_LINEAR_SANDWICH_BLOCK_H
#define ORCHARD_KERNEL_LINEAR_SANDWICH_BLOCK_H

#include "kernel/base/memory.h"
#include "kernel/linear/linear_model.h"

/* The doubles that sandwich_block_adjust() needs for n_lists scores. */
extern size_t sandwich_block_work(size_t n_lists);

/*
 * sandwich_block_adjust
 *		Replaces the scores s of a row.
 *
 * type: COVARIANCE_HC2 or COVARIANCE_HC3.  root: L, n_lists x (n_lists + 1), row-major.  gram: Q,
 * n_lists x n_lists.  work: sandwich_block_work(n_lists) doubles.  most: out, the largest eigenvalue of WQ;
 * the scores are of use where it is below 1.  Cost O(n_lists^3): Jacobi's method on L'QL, which has
 * the eigenvalues of WQ.
 *
 * Returns KERNEL_OK, KERNEL_STOPPED.
 */
extern Status sandwich_block_adjust(CovarianceType type, int32_t n_lists, const double *root,
									const double *gram, double *work, const StopCheck *stop,
									double *scores, double *most);

#endif /* ORCHARD_KERNEL_LINEAR_SANDWICH_BLOCK_H */
