/*
 * sandwich.h: standard errors that do not ask for errors of one variance.
 *
 * C = A^-1 B A^-1 with A the information and B the sum of s_i^2 x_i x_i', s_i being what row i adds
 * to the slope of the log likelihood along eta: w (y - x'b), or w (y - p) of logistic regression.
 * By the type of covariance s_i^2 is taken as it is (HC0), times n / (n - rank) (HC1), divided by
 * 1 - h_i (HC2) or by its square (HC3), with h_i the leverage of the row.
 * (White, Econometrica 48, 1980; MacKinnon and White, Journal of Econometrics 29, 1985; Zeileis,
 * Journal of Statistical Software 16(9), 2006, for generalised linear models.)
 */
#ifndef ORCHARD_KERNEL_LINEAR_SANDWICH_H
#define ORCHARD_KERNEL_LINEAR_SANDWICH_H

#include "kernel/dataset/dataset.h"
#include "kernel/dataset/design.h"
#include "kernel/linear/linear_model.h"
#include "kernel/linear/logistic.h"

/*
 * sandwich_errors
 *		Replaces the classical covariance, standard errors, statistics and p-values of a fit.
 *
 * fit->covariance: that of residual variance 1, as least_squares_fit() gives it when asked, or of
 * logistic regression.  logistic: its options; NULL for least squares.  One pass over the rows of
 * O(terms^2) each; sums of a block of rows in double, those of the blocks in double-double.
 * Where the covariance is not known, or a row has the leverage 1 (HC2, HC3), no coefficient has a
 * standard error afterwards and the covariance is not known.
 *
 * Returns KERNEL_OK, KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED and what the dataset's store reports.
 */
extern Status sandwich_errors(const Dataset *dataset, const Design *design, CovarianceType type,
							  const LogisticOptions *logistic, const Allocator *allocator,
							  const StopCheck *stop, LinearFit *fit);

#endif /* ORCHARD_KERNEL_LINEAR_SANDWICH_H */
