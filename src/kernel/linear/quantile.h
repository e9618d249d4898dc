/*
 * quantile.h: linear regression of a quantile: the exact optimum of a linear program.
 *
 * Koenker and Bassett, "Regression quantiles", Econometrica 46, 1978; Koenker, "Quantile regression",
 * 2005.  The check function is rho(r) = quantile r for r > 0, (quantile - 1) r for r < 0.
 */
#ifndef ORCHARD_KERNEL_LINEAR_QUANTILE_H
#define ORCHARD_KERNEL_LINEAR_QUANTILE_H

#include "kernel/base/memory.h"
#include "kernel/dataset/dataset.h"
#include "kernel/dataset/design.h"
#include "kernel/linear/linear_model.h"
#include "kernel/linear/logistic.h"

typedef struct QuantileOptions
{
	double quantile; /* above 0 and below 1; default 0.5 */
	double l1;		 /* >= 0 */
	bool standardize;
	bool nonnegative;				/* as in logistic_fit */
	double tolerance;				/* on facts.gradient_norm; default 1e-9 */
	int32_t max_iterations;			/* pivots; default 100,000 */
	double target_mean;				/* weighted */
	const StepReport *report;		/* told of each step of the start; NULL: nobody is */
	CovarianceType covariance_type; /* COVARIANCE_CLASSICAL, COVARIANCE_KERNEL */
} QuantileOptions;

/*
 * quantile_fit
 *		Minimises (1/sum w) sum w rho(y - x'b) + l1 |b|_1 (standardised, intercept free).
 *
 * Level facts: glm_level_facts().  Columns and missing values: as logistic_fit().  A smoothed loss
 * gives a start.  The rows far from it, whose side is believed known, are summed up in one vector
 * (Portnoy and Koenker, "The Gaussian hare and the Laplacian tortoise", Statistical Science 12,
 * 1997); of the others vertex_solve() finds the exact optimum.  Where that contradicts a side, more rows
 * are looked at.  Where the optimum is not unique, one of its vertices is given; among columns that
 * depend on each other the minimum norm.
 *
 * nonnegative: a bound is the loss of a row with that column alone, the target 0 and so steep a slope above
 * it that no other rows outweigh it.
 *
 * facts: gradient_norm is the gap between the loss and the bound that the duals prove, over the loss
 * (over 1e-6 of the targets' standard deviation where the loss is less than that); iterations
 * the pivots; sigma2 = quantile (1 - quantile) sparsity^2; the rest NaN.
 * *loss: the mean check function, without the penalty.
 * Standard errors: sparsity by Epanechnikov's kernel and Hall and Sheather's bandwidth, as
 * statsmodels' QuantReg with vcov="iid", with Student's t with rows - rank degrees of freedom; NaN
 * with l1 > 0 and where not identified.  COVARIANCE_KERNEL (Powell, "Censored regression
 * quantiles", Journal of Econometrics 32, 1986; needs result->covariance): H^-1 quantile (1 - quantile)
 * X'W^2X H^-1, H being X'WX weighted by the density of each residual at 0 by the normal kernel with the
 * same bandwidth, as summary(rq, se = "ker") of R's quantreg has it.
 *
 * Returns KERNEL_OK (facts.converged says whether the tolerance was met),
 * KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED, KERNEL_OVERFLOW and what the dataset's store reports.
 */
extern Status quantile_fit(const Dataset *dataset, const Design *design,
						   const QuantileOptions *options, const Allocator *allocator,
						   const StopCheck *stop, LinearFit *result, double *loss);

#endif /* ORCHARD_KERNEL_LINEAR_QUANTILE_H */
