/*
 * test_stat_deviance.c: closed forms against the integral that defines them.
 */
#include "kernel/stat/deviance.h"

#include <math.h>

#include "unit.h"

/* The integral of (t - y) / t^power from y to mu, by Simpson's rule: half the unit deviance by its definition. */
static double
deviance_by_integral(double power, double y, double mu)
{
	int n = 20000;
	long double step = ((long double) mu - y) / n;
	long double sum = 0.0L;
	int i;

	for (i = 0; i <= n; i++)
	{
		long double t = y + step * i;
		long double value = i == 0 ? 0.0L : (t - y) / powl(t, power);

		sum += value * (i == 0 || i == n ? 1.0L : i % 2 == 1 ? 4.0L : 2.0L);
	}
	return (double) (sum * step / 3.0L);
}

static void
deviances_are_integrals(void)
{
	static const double powers[] = {1.0, 1.2, 1.5, 1.9, 2.0};
	int i;

	for (i = 0; i < 5; i++)
	{
		CHECK_CLOSE(deviance_half(powers[i], 3.0, 4.5), deviance_by_integral(powers[i], 3.0, 4.5),
					1e-12);
		CHECK_CLOSE(deviance_half(powers[i], 3.0, 0.5), deviance_by_integral(powers[i], 3.0, 0.5),
					1e-12);
		CHECK_NEAR(deviance_half(powers[i], 7.0, 7.0), 0.0, 1e-14);
	}
	CHECK_NEAR(deviance_half(1.0, 0.0, 2.5), 2.5, 0.0);
	/* (t - 0) / t^1.5 from 0 to 2.25. */
	CHECK_NEAR(deviance_half(1.5, 0.0, 2.25), 3.0, 1e-15);
}

/* About the mean of five weighted targets, row by row and by the one sum. */
static void
the_deviance_about_the_mean_is_a_sum(void)
{
	static const double powers[] = {1.0, 1.2, 1.5, 1.9, 2.0};
	static const double y[] = {0.5, 1.0, 3.0, 12.0, 100.0};
	static const double w[] = {1.0, 2.0, 0.5, 1.0, 4.0};
	int p;
	int i;

	for (p = 0; p < 5; p++)
	{
		double weight = 0.0;
		double sum = 0.0;
		double part = 0.0;
		double expected = 0.0;

		for (i = 0; i < 5; i++)
		{
			weight += w[i];
			sum += w[i] * y[i];
			part += w[i] * deviance_part(powers[p], y[i]);
		}
		for (i = 0; i < 5; i++)
			expected += 2.0 * w[i] * deviance_half(powers[p], y[i], sum / weight);
		CHECK_CLOSE(deviance_about_mean(powers[p], weight, sum / weight, part), expected, 1e-13);
	}
	CHECK_NEAR(deviance_part(1.0, 0.0), 0.0, 0.0);
	CHECK_NEAR(deviance_part(1.5, 0.0), 0.0, 0.0);
}

UNIT_MAIN(UNIT_CASE(deviances_are_integrals), UNIT_CASE(the_deviance_about_the_mean_is_a_sum))
