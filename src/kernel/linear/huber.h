/*
 * huber.h: linear regression by Huber's loss, the scale estimated together with the coefficients.
 *
 * Huber and Ronchetti, "Robust Statistics", 2nd edition, 2009, sections 7.7 and 7.8: the loss is
 * convex in both ("concomitant scale"); so does scikit-learn's HuberRegressor.
 */
#ifndef ORCHARD_KERNEL_LINEAR_HUBER_H
#define ORCHARD_KERNEL_LINEAR_HUBER_H

#include "kernel/base/memory.h"
#include "kernel/dataset/dataset.h"
#include "kernel/dataset/design.h"
#include "kernel/linear/linear_model.h"
#include "kernel/linear/logistic.h"

typedef struct HuberOptions
{
	double
		epsilon; /* > 1: residuals beyond epsilon times the scale count by their size; default 1.35 */
	double l2;	 /* >= 0, as in logistic_fit */
	bool standardize;
	bool nonnegative;				/* as in logistic_fit */
	double tolerance;				/* on facts.gradient_norm; default 1e-8 */
	int32_t max_iterations;			/* Newton steps; default 100 */
	double target_mean;				/* weighted */
	const StepReport *report;		/* told of each step; NULL: nobody is */
	CovarianceType covariance_type; /* COVARIANCE_CLASSICAL, HC0 to HC3, H2, H3 */
} HuberOptions;

/*
 * huber_fit
 *		Minimises (1/sum w) sum w (s + s H((y - x'b) / s)) / 2 + (l2/2) |b|^2 over b and s > 0
 *		(coefficients standardised, intercept free).
 *
 * H(z) = z^2 for |z| <= epsilon, else 2 epsilon |z| - epsilon^2.  Level facts: glm_level_facts().
 * Columns, missing values, minimum norm: as logistic_fit().  Newton's method in b and s at once, with
 * step halving; where few rows curve, steps are by a parabola that bounds the loss.
 *
 * Where the minimum is at s = 0, since enough rows lie exactly on a plane, s is held at 1e-8 of the
 * standard deviation about least squares, the tolerance is 1e-6 at least, and facts.sigma2 is 0.
 * facts: gradient_norm is the infinity norm of the gradient by the coefficients of standardised
 * columns and by s, which has no unit; sigma2 = s^2; rss and tss
 * are sums of squares as in least squares; the rest NaN.
 * Standard errors: Huber's first formula (op. cit., 7.6), as "H1" in statsmodels' RLM, or as the type of
 * covariance says: H2, H3; HC0 to HC3, the sandwich of the estimating equations at s
 * as R's sandwich has it of rlm, leverages being those of the weights that iteratively reweighted least squares has.  With Student's t with rows - rank degrees of freedom; NaN with
 * l2 > 0, with s = 0 and where not identified.  The types but the first two need result->covariance.
 *
 * Returns KERNEL_OK (facts.converged says whether the tolerance was met), KERNEL_OUT_OF_MEMORY,
 * KERNEL_STOPPED, KERNEL_OVERFLOW and what the dataset's store reports.
 */
extern Status huber_fit(const Dataset *dataset, const Design *design, const HuberOptions *options,
						const Allocator *allocator, const StopCheck *stop, LinearFit *result);

#endif /* ORCHARD_KERNEL_LINEAR_HUBER_H */
