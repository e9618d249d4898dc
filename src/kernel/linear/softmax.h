/*
 * softmax.h: multinomial logistic regression of three or more classes.
 */
#ifndef ORCHARD_KERNEL_LINEAR_SOFTMAX_H
#define ORCHARD_KERNEL_LINEAR_SOFTMAX_H

#include "kernel/linear/logistic.h"

/* Free coefficients, (classes - 1) x terms, up to which there is a Hessian, and so standard errors. */
#define SOFTMAX_HESSIAN_LIMIT 2000

/* What softmax_fit returns: coefficients by class, those of a class follow design->terms. */
typedef struct SoftmaxFit
{
	LinearCoefficient *coefficients; /* n_classes * n_terms, the caller's array */
	LinearCovariance
		*covariance;   /* of the lists of all classes but the reference; NULL when not asked for */
	double *level;	   /* n_classes - 1, with it: eta at the centres */
	int32_t reference; /* the class whose coefficients are 0 by definition, or -1 */
	bool has_errors;   /* standard errors where the rows determine them */
	LinearFacts facts; /* rank: of the free coefficients of all classes */
	double log_loss;   /* mean over the training rows, without class weights and penalty */
	double accuracy;   /* share of the training rows whose class is the likeliest */
} SoftmaxFit;

/*
 * softmax_fit
 *		Minimises (1/sum w) sum -w log p(class) + (l2/2) sum over classes |b_k|^2 (standardised, intercepts free).
 *
 * p_k = exp(x'b_k) / sum over c of exp(x'b_c).  options: n_classes >= 2, class_of_code and
 * class_factor say the classes; tolerance, max_iterations, l2, standardize and report as in
 * logistic_fit.  Only differences between the b_k are determined.  With l2 = 0 those to the first
 * class that has rows are reported (reference), with standard errors from the inverse observed information, as R's
 * multinom and statsmodels' MNLogit do; with l2 > 0 the b_k that add up to 0, as scikit-learn does,
 * without standard errors.  Between terms that the rows do not tell apart, the shortest solution.
 *
 * Where (n_classes - 1) * n_terms exceeds SOFTMAX_HESSIAN_LIMIT, the Hessian is never formed: memory
 * is then that of n_terms^2 and 50 * n_classes * n_terms doubles, there are no standard errors, and ten of the steps
 * count as one of max_iterations.
 * nonnegative: as in logistic_fit, of the coefficients to the reference, which are those reported, with l2 > 0
 * too: the penalty is then (l2/2) sum |b_k|^2 of these.  It needs the Hessian: KERNEL_TOO_LARGE without.
 * facts.separated, and what is returned: as logistic_fit.
 */
extern Status softmax_fit(const Dataset *dataset, const Design *design,
						  const LogisticOptions *options, const Allocator *allocator,
						  const StopCheck *stop, SoftmaxFit *result);

#endif /* ORCHARD_KERNEL_LINEAR_SOFTMAX_H */
