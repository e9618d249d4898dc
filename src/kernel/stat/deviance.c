/*
 * deviance.c: unit deviances in closed form.
 */
#include "kernel/stat/deviance.h"

#include <math.h>

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
