/*
 * glm_loss.h: the unit deviance of a generalised linear model and its derivatives by eta.
 */
#ifndef ORCHARD_KERNEL_LINEAR_GLM_LOSS_H
#define ORCHARD_KERNEL_LINEAR_GLM_LOSS_H

#include "kernel/linear/glm.h"

/* What the curvature of a row is. */
typedef enum GlmCurvature
{
	GLM_OBSERVED, /* the second derivative by eta; never below 0 but with LINK_IDENTITY and a power above 1 */
	GLM_EXPECTED, /* its expectation given mu: (dmu/deta)^2 / mu^power */
	GLM_START	  /* the expected one at mu = (y + mean) / 2, whatever eta is */
} GlmCurvature;

typedef struct GlmLoss
{
	double power;
	LinearLink link;
	double mean; /* weighted, of the target: GLM_START reads it */
	GlmCurvature curvature;
	int32_t offset_slot;
} GlmLoss;

/* Sums over rows. */
typedef struct GlmSums
{
	double loss; /* of w d / 2; infinity when a mean is not positive and finite */
	double
		size; /* of w |dmu/deta| (mu + y) / mu^power: what rounding of the residuals compares with */
	double pearson; /* of w (y - mu)^2 / mu^power */
	double weight;	/* of w */
} GlmSums;

/*
 * glm_rows
 *		Residuals and curvatures of n rows, and their sums.
 *
 * residual[i] = w d(loss)/d(eta); for GLM_START that of the working response: curvature * (eta - z),
 * so that a Newton step from it is the first step of iteratively reweighted least squares, and loss,
 * size and pearson are 0.  weight: NULL for 1.  A row whose mean is no positive normal number has
 * residual and curvature 0.
 */
extern GlmSums glm_rows(const GlmLoss *loss, const double *eta, const double *target,
						const double *weight, int32_t n, double *residual, double *curvature);

/* eta of the mean mu > 0. */
extern double glm_link_of(LinearLink link, double mu);

#endif /* ORCHARD_KERNEL_LINEAR_GLM_LOSS_H */
