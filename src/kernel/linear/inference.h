/*
 * inference.h: what a linear model's estimates, errors and sums of squares say of the whole fit.
 *
 * Derived from the stored facts, so models of every release have it.
 */
#ifndef ORCHARD_KERNEL_LINEAR_INFERENCE_H
#define ORCHARD_KERNEL_LINEAR_INFERENCE_H

#include "kernel/linear/linear_model.h"

/* NaN where not defined, and all of it but r_squared without standard errors, as with a penalty. */
typedef struct LinearInference
{
	double degrees;			   /* rows - rank */
	double r_squared;		   /* 1 - rss / tss, tss about 0 without an intercept */
	double adjusted_r_squared; /* by the degrees of freedom of both */
	double f_statistic;		   /* of all terms but the intercept; least squares */
	double f_p_value;
	double aic; /* -2 log likelihood + 2 rank */
	double bic; /* -2 log likelihood + log(rows) rank */
} LinearInference;

extern LinearInference linear_inference(const LinearFacts *facts,
										const LinearCoefficient *coefficients, int32_t n_terms,
										uint64_t rows);

/*
 * Half the width of the two-sided confidence interval of a coefficient, 0 < level < 1; NaN without
 * a standard error.  By Student's t where facts has a residual variance, else the normal.
 */
extern double linear_margin(const LinearFacts *facts, const LinearCoefficient *coefficient,
							uint64_t rows, double level);

#endif /* ORCHARD_KERNEL_LINEAR_INFERENCE_H */
