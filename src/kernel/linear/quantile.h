/*
 * quantile.h: quantile regression, exact.
 *
 * Columns, missing values, minimum norm: as logistic_fit().  Beside the dataset it keeps two numbers
 * a row, the residual and what a step changes of it.
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
	double quantile; /* above 0 and below 1 */
	double l1;		 /* >= 0, on the standardised columns */
	bool standardize;
	double tolerance;		  /* on facts.gradient_norm; default 1e-9 */
	int32_t max_iterations;	  /* Newton steps; default 1000 */
	const StepReport *report; /* told of each step; NULL: nobody is */
} QuantileOptions;

/*
 * quantile_fit
 *		Minimises (1/sum w) sum w rho(e) + l1 |b|, rho(e) = e (quantile - (e < 0)), intercept free.
 *
 * By Newton's method on rho smoothed near 0, the less so the nearer (Madsen and Nielsen, "A finite
 * smoothing algorithm for linear l1 estimation", SIAM J. Optim. 3, 1993), until the vertex
 * that the rows near 0 give is proved optimal: gradient_norm is the relative
 * gap between its loss and that of a feasible point of the dual linear program.
 * Standard errors without weights and l1: quantile (1 - quantile) / (n f^2) times the inverse of
 * the mean of xx', where f is the density of the errors at 0 by Epanechnikov's kernel and the bandwidth of
 * Hall and Sheather (Koenker, "Quantile Regression", 2005, section 3.4; statsmodels calls it "iid"),
 * by Student's t; facts.sigma2 = quantile (1 - quantile) / f^2.  *loss: the mean loss of the rows.
 *
 * Returns KERNEL_OK (facts.converged says whether the tolerance was met), KERNEL_OUT_OF_MEMORY,
 * KERNEL_STOPPED, KERNEL_OVERFLOW and what the dataset's store reports.
 */
extern Status quantile_fit(const Dataset *dataset, const Design *design,
						   const QuantileOptions *options, const Allocator *allocator,
						   const StopCheck *stop, LinearFit *result, double *loss);

#endif /* ORCHARD_KERNEL_LINEAR_QUANTILE_H */
