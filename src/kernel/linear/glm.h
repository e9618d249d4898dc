/*
 * glm.h: generalised linear models of counts and positive amounts.
 *
 * The mean mu of a row's target is a function of eta = x'b + offset, given by the link; its variance is
 * dispersion * mu^power / weight: power 1 for Poisson, 2 for gamma, between them for Tweedie's
 * compound Poisson-gamma, which may be 0 (McCullagh and Nelder, "Generalized Linear Models", 2nd
 * edition, 1989; Jorgensen, "The Theory of Dispersion Models", 1997).
 */
#ifndef ORCHARD_KERNEL_LINEAR_GLM_H
#define ORCHARD_KERNEL_LINEAR_GLM_H

#include "kernel/base/memory.h"
#include "kernel/dataset/dataset.h"
#include "kernel/dataset/design.h"
#include "kernel/linear/linear_model.h"
#include "kernel/linear/logistic.h"

#define NO_OFFSET (-1)

typedef struct GlmOptions
{
	double power; /* of the mean in the variance: 1 Poisson, 2 gamma, between 1 and 2 Tweedie */
	LinearLink
		link;  /* LINK_LOG, LINK_IDENTITY; power 1: LINK_SQRT too; power 2: LINK_INVERSE too */
	double l2; /* >= 0, as in logistic_fit */
	bool standardize;
	bool nonnegative;		/* as in logistic_fit */
	double target_mean;		/* weighted, above 0: that of glm_level_facts() */
	double tolerance;		/* on facts.gradient_norm; default 1e-8 */
	int32_t max_iterations; /* Newton steps; default 100 */
	int32_t
		offset_slot; /* number slot that is added to eta as it is, never missing; or NO_OFFSET */
	const StepReport *report; /* told of each step; NULL: nobody is */
} GlmOptions;

/*
 * glm_level_facts
 *		logistic_level_facts() for the rows of a generalised linear model, and the weighted mean of the
 *		target in *mean.
 *
 * A mean of 0 has no logarithm, hence no fit: the targets are all 0.
 */
extern Status glm_level_facts(const Dataset *dataset, const Allocator *allocator,
							  const StopCheck *stop, NumberFacts *numbers,
							  double *const *level_weight, double *missing_weight, double *mean);

/*
 * glm_fit
 *		Minimises (1/sum w) sum w d(y, mu) / 2 + (l2/2) |b|^2 (standardised, intercept free).
 *
 * d is the unit deviance, so that the minimum without a penalty is the maximum of the likelihood.
 * Targets are > 0 for power 2, >= 0 below and not all 0.  Columns, missing values, minimum norm:
 * as logistic_fit().  Newton's method with step halving, by the observed information, or where that
 * is not positive definite (LINK_IDENTITY with a power above 1) by the expected one.
 *
 * The term of the offset has the estimate 1 and no standard error.  facts: gradient_norm is the
 * infinity norm of the mean gradient on standardised columns over the mean size of the two terms
 * whose difference a row's residual is; rss the deviance; tss the deviance about the weighted mean
 * of the target (with an offset: about a constant rate for power 1 and LINK_LOG, else NaN); sigma2
 * the dispersion, Pearson's chi-squared / (rows - rank), NaN for power 1, where it is 1.  It
 * counts in the log likelihood.
 * separated: some row's mean goes to 0, the estimates have no finite limit.
 * Standard errors: dispersion times the inverse expected information; the statistic is z where the
 * dispersion is 1 and Student's t with rows - rank degrees of freedom where it is estimated.
 *
 * Returns KERNEL_OK (facts.converged says whether the tolerance was met), KERNEL_NOT_CONVERGED
 * when no start was found where all means are positive, KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED,
 * KERNEL_OVERFLOW and what the dataset's store reports.
 */
extern Status glm_fit(const Dataset *dataset, const Design *design, const GlmOptions *options,
					  const Allocator *allocator, const StopCheck *stop, LinearFit *result);

#endif /* ORCHARD_KERNEL_LINEAR_GLM_H */
