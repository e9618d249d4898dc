/*
 * deviance.c: unit deviances in closed form.
 */
#include "kernel/stat/deviance.h"

#include <math.h>

#define TWO_PI 6.283185307179586477
#define REACH 12.0 /* standard deviations of the series' bell that are summed to each side */
#define SKEW 60.0  /* terms beyond, for a bell that is narrow and long */

double
deviance_half(double power, double y, double mu)
{
	double value;

	if (power == 1.0)
		value = y > 0.0 ? y * log(y / mu) - (y - mu) : mu;
	else if (power == 2.0)
		value = (y - mu) / mu - log(y / mu);
	else
	{
		double rest = pow(mu, 1.0 - power);

		value = (y > 0.0 ? pow(y, 2.0 - power) / ((1.0 - power) * (2.0 - power)) -
						 y * rest / (1.0 - power) :
						   0.0) +
			mu * rest / (2.0 - power);
	}
	return value > 0.0 || isnan(value) ? value : 0.0;
}

/* lgamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2), for x > 0. */
static double
stirling_rest(double x)
{
	double inverse = 1.0 / x;
	double square = inverse * inverse;

	if (x < 16.0)
		return lgamma(x) - ((x - 0.5) * log(x) - x + 0.5 * log(TWO_PI));
	return inverse *
		(1.0 / 12.0 -
		 square *
			 (1.0 / 360.0 -
			  square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square * (1.0 / 1188.0)))));
}

/*
 * Dunn and Smyth, "Series evaluation of Tweedie exponential dispersion model densities", Statistics
 * and Computing 15, 2005: the density is a sum over the number j of gamma jumps.  Its terms peak at
 * m = y^(2-p) / (dispersion (2-p)).  With b = (2-p)/(p-1) and j = m (1 + t), and the factor
 * exp(-d / ...) of mu = y, the logarithm of a term without cancellation is
 *
 *	 -log y + log(b)/2 - log(2 pi) - m/(p-1) ((1+t) log(1+t) - t) - rest(j) - rest(b j)
 *
 * rest being what Stirling's formula leaves of log Gamma.  That is a bell of standard deviation s =
 * sqrt(m (p-1)); where it is wide, the sum over whole j is that over every (s/2)-th times s/2: by
 * Poisson's formula the error is about exp(-2 pi^2 4).
 */
double
deviance_saturated(double power, double y, double dispersion)
{
	double ratio = (2.0 - power) / (power - 1.0);
	double peak;
	double deviation;
	double step;
	double first;
	double sum = 0.0;
	int n;
	int i;

	if (!(y > 0.0))
		return 0.0;
	peak = pow(y, 2.0 - power) / (dispersion * (2.0 - power));
	deviation = sqrt(peak * (power - 1.0));
	step = fmax(floor(0.5 * deviation), 1.0);
	first = fmax(1.0, floor(peak - REACH * deviation));
	n = (int) ((peak + REACH * deviation + SKEW - first) / step);
	for (i = 0; i <= n; i++)
	{
		double j = first + i * step;
		double t = (j - peak) / peak;
		double drop =
			fabs(t) < 0.5 ? (1.0 + t) * log1p(t) - t : j / peak * log(j / peak) - (j / peak - 1.0);

		sum += exp(-peak / (power - 1.0) * drop - stirling_rest(j) - stirling_rest(ratio * j));
	}
	return log(sum * step) + 0.5 * log(ratio) - log(TWO_PI) - log(y);
}

double
deviance_part(double power, double y)
{
	if (power == 1.0)
		return y > 0.0 ? y * log(y) : 0.0;
	return power == 2.0 ? log(y) : pow(y, 2.0 - power);
}

double
deviance_about_mean(double power, double weight, double mean, double part)
{
	if (power == 1.0)
		return 2.0 * (part - weight * mean * log(mean));
	if (power == 2.0)
		return 2.0 * (weight * log(mean) - part);
	return 2.0 * (part - weight * pow(mean, 2.0 - power)) / ((1.0 - power) * (2.0 - power));
}
