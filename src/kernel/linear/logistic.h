/*
 * logistic.h: binary logistic regression by Newton's method on panels.
 */
#ifndef ORCHARD_KERNEL_LINEAR_LOGISTIC_H
#define ORCHARD_KERNEL_LINEAR_LOGISTIC_H

#include "kernel/base/memory.h"
#include "kernel/dataset/dataset.h"
#include "kernel/dataset/design.h"
#include "kernel/linear/linear_model.h"

/* Told after each step how many were taken and what the gradient's norm was before it. */
typedef struct StepReport
{
	void (*step)(void *context, int32_t steps, double gradient_norm);
	void *context;
} StepReport;

typedef struct LogisticOptions
{
	double l2; /* >= 0, as in least_squares_fit */
	bool standardize;
	bool nonnegative; /* no coefficient but the intercept below 0 */
	double
		tolerance; /* on the infinity norm of the mean gradient, standardised columns; default 1e-8 */
	int32_t max_iterations; /* Newton steps; default 100 */
	double positive_target; /* rows whose target equals this are class 1 */
	double class_weight[2]; /* multiplies the weights of negative and positive rows; 1 by default */
	const StepReport *report; /* told of each Newton step; NULL: nobody is */

	/* More than two classes (softmax.h), in place of positive_target and class_weight. */
	int32_t n_classes;
	const int32_t *class_of_code; /* class of a target, by its code; NULL: two classes */
	const double *class_factor;	  /* n_classes: multiplies the weights of its rows; NULL: 1 */
	int32_t hessian_limit;		  /* 0: SOFTMAX_HESSIAN_LIMIT; below: there is never one */
} LogisticOptions;

/*
 * logistic_level_facts
 *		One pass over the dataset for what design_build needs.
 *
 * numbers: n_numbers out.  level_weight[c]: zeroed arrays of the dictionary's
 * size, added to.  missing_weight: n_categories out.  Means are exact to
 * double-double, so they do not depend on the order of the rows.
 * KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED, and what the dataset's store reports.
 */
extern Status logistic_level_facts(const Dataset *dataset, const LogisticOptions *options,
								   const Allocator *allocator, const StopCheck *stop,
								   NumberFacts *numbers, double *const *level_weight,
								   double *missing_weight);

/*
 * logistic_fit
 *		Minimises (1/sum w) sum w log(1 + exp(-s x'b)) + (l2/2) |b|^2 (standardised, intercept free).
 *
 * s = +1 for rows of the positive target, else -1.  Works on columns centred and scaled by their training
 * mean and standard deviation and converts back.  Newton with step halving; each step one pass
 * over the blocks: eta, weights, gradient and Hessian by panels.  A singular Hessian gives the minimum-norm step.
 * Standard errors: square roots of the diagonal of the inverse observed
 * information, in original units (delta method for the intercept); NaN with l2 > 0 or where not identified.
 * nonnegative: the minimum over b >= 0 but the intercept, by bounded_quadratic.h; then there are no standard
 * errors, gradient_norm counts of a coefficient at 0 only what pulls it upwards, rank is the number of
 * coefficients that are not 0, intercept included, and of collinear columns one of the minima is found.
 * facts.separated when fitted probabilities pin to 0 or 1 and the estimates diverge.
 *
 * Returns KERNEL_OK (facts.converged says whether the tolerance was met),
 * KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED, KERNEL_OVERFLOW and what the dataset's store reports.
 */
extern Status logistic_fit(const Dataset *dataset, const Design *design,
						   const LogisticOptions *options, const Allocator *allocator,
						   const StopCheck *stop, LinearFit *result);

#endif /* ORCHARD_KERNEL_LINEAR_LOGISTIC_H */
