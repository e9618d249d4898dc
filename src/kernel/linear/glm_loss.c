/*
 * glm_loss.c: means, unit deviances and their derivatives.
 */
#include "kernel/linear/glm_loss.h"

#include <float.h>
#include <math.h>

#include "kernel/stat/deviance.h"

/* A row's mean and what its derivatives are made of. */
typedef struct Mean
{
	double mu;
	double ratio;	 /* dmu/deta / mu^power: the residual is ratio * (mu - y) */
	double expected; /* expected curvature: ratio * dmu/deta */
	double inverse;	 /* mu^-power */
} Mean;

/* mu^exponent; the exponents of Poisson and gamma without a power. */
static double
power_of(double mu, double exponent)
{
	if (exponent == 0.0)
		return 1.0;
	if (exponent == -1.0)
		return 1.0 / mu;
	if (exponent == 1.0)
		return mu;
	return exponent == -2.0 ? 1.0 / (mu * mu) : pow(mu, exponent);
}

/* The mean at eta; false when it is no positive normal number. */
static bool
mean_at(const GlmLoss *loss, double eta, Mean *mean)
{
	if (loss->link != LINK_LOG && !(eta > 0.0))
		return false;
	mean->mu = linear_inverse_link(loss->link, eta);
	if (!(mean->mu >= DBL_MIN && mean->mu <= DBL_MAX))
		return false;
	mean->inverse = power_of(mean->mu, -loss->power);
	switch (loss->link)
	{
		case LINK_LOG:
			mean->ratio = power_of(mean->mu, 1.0 - loss->power);
			mean->expected = mean->ratio * mean->mu;
			break;
		case LINK_INVERSE: /* power 2: dmu/deta = -mu^2 */
			mean->ratio = -1.0;
			mean->expected = mean->mu * mean->mu;
			break;
		case LINK_SQRT: /* power 1: dmu/deta = 2 eta */
			mean->ratio = 2.0 / eta;
			mean->expected = 4.0;
			break;
		default: /* LINK_IDENTITY */
			mean->ratio = mean->inverse;
			mean->expected = mean->inverse;
			break;
	}
	return true;
}

/* The second derivative of half the unit deviance by eta. */
static double
observed_curvature(const GlmLoss *loss, const Mean *mean, double y)
{
	if (loss->link == LINK_LOG)
		return (2.0 - loss->power) * mean->expected + (loss->power - 1.0) * mean->ratio * y;
	if (loss->link == LINK_IDENTITY)
		return mean->inverse * (1.0 - loss->power + loss->power * y / mean->mu);
	return loss->link == LINK_SQRT ? 2.0 + 2.0 * y / mean->mu : mean->expected;
}

double
glm_link_of(LinearLink link, double mu)
{
	switch (link)
	{
		case LINK_LOG:
			return log(mu);
		case LINK_INVERSE:
			return 1.0 / mu;
		case LINK_SQRT:
			return sqrt(mu);
		default:
			return mu;
	}
}

/* A row of GLM_START; eta is what the row has without coefficients. */
static void
start_row(const GlmLoss *loss, double eta, double y, double w, double *residual, double *curvature)
{
	double at = glm_link_of(loss->link, 0.5 * (y + loss->mean));
	Mean mean;

	*residual = *curvature = 0.0;
	if (!mean_at(loss, at, &mean))
		return;
	*curvature = w * mean.expected;
	*residual = *curvature * (eta - at) + w * mean.ratio * (mean.mu - y);
}

GlmSums
glm_rows(const GlmLoss *loss, const double *eta, const double *target, const double *weight,
		 int32_t n, double *residual, double *curvature)
{
	GlmSums sums = {0.0, 0.0, 0.0, 0.0};
	int32_t i;

	for (i = 0; i < n; i++)
	{
		double w = weight != NULL ? weight[i] : 1.0;
		double y = target[i];
		Mean mean;

		sums.weight += w;
		residual[i] = curvature[i] = 0.0;
		if (loss->curvature == GLM_START)
			start_row(loss, eta[i], y, w, &residual[i], &curvature[i]);
		else if (!mean_at(loss, eta[i], &mean))
			sums.loss = INFINITY;
		else
		{
			residual[i] = w * mean.ratio * (mean.mu - y);
			curvature[i] = w *
				(loss->curvature == GLM_OBSERVED ? observed_curvature(loss, &mean, y) :
												   mean.expected);
			sums.loss += w * deviance_half(loss->power, y, mean.mu);
			sums.size += w * fabs(mean.ratio) * (mean.mu + y);
			sums.pearson += w * mean.inverse * (mean.mu - y) * (mean.mu - y);
		}
	}
	return sums;
}
