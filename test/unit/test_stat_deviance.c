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

/* Values of test/golden/deviance.py: the series at 60 digits. */
static void
tweedie_has_a_density(void)
{
	static const struct
	{
		double power;
		double y;
		double dispersion;
		double log_density;
	} golden[] = {{1.01, 0.01, 1.5, -391.17551287780984}, {1.01, 1, 1, 0.37271221913272752},
				  {1.01, 3, 0.5, -0.65271343968816728},	  {1.01, 40, 0.5, -2.4363350749713909},
				  {1.01, 700, 0.25, -3.53411885611035},	  {1.01, 1e6, 3, -8.4450777977699365},
				  {1.25, 0.01, 1.5, -7.191219227719157},  {1.25, 1, 1, -1.0074575811191641},
				  {1.25, 3, 0.5, -1.2794039631466034},	  {1.25, 40, 0.5, -2.8807883030988604},
				  {1.25, 700, 0.25, -4.3203840286045552}, {1.25, 1e6, 3, -10.102947423196281},
				  {1.5, 0.01, 1.5, 0.31757323728174654},  {1.5, 1, 1, -1.0286152203419826},
				  {1.5, 3, 0.5, -1.4244322832623943},	  {1.5, 40, 0.5, -3.3465106639508658},
				  {1.5, 700, 0.25, -5.1399885066471868},  {1.5, 1e6, 3, -11.830158951549964},
				  {1.75, 0.01, 1.5, 2.4361886084202755},  {1.75, 1, 1, -1.0181285103163392},
				  {1.75, 3, 0.5, -1.5695195758553814},	  {1.75, 40, 0.5, -3.8185958158410757},
				  {1.75, 700, 0.25, -5.9624368591864135}, {1.75, 1e6, 3, -13.565540465292596},
				  {1.98, 0.01, 1.5, 3.3055695782535165},  {1.98, 1, 1, -1.0015668992508447},
				  {1.98, 3, 0.5, -1.7010434588864078},	  {1.98, 40, 0.5, -4.2633535523583254},
				  {1.98, 700, 0.25, -6.7298263882517524}, {1.98, 1e6, 3, -15.321928587210215}};
	size_t i;

	for (i = 0; i < sizeof(golden) / sizeof(golden[0]); i++)
		CHECK_NEAR(deviance_saturated(golden[i].power, golden[i].y, golden[i].dispersion),
				   golden[i].log_density, 2e-13 * (1.0 + fabs(golden[i].log_density)));
	CHECK_NEAR(deviance_saturated(1.5, 0.0, 2.0), 0.0, 0.0);
}

/* The probability of 0 and the integral of the density make 1: power 1.5, mu = 2, dispersion 0.8. */
static void
tweedie_adds_up_to_1(void)
{
	double mu = 2.0;
	double dispersion = 0.8;
	double sum = exp(-deviance_half(1.5, 0.0, mu) / dispersion);
	double step = 1e-3;
	int i;

	/* By the midpoints of y = u^2, whose density is smooth at 0. */
	for (i = 0; i < 8000; i++)
	{
		double u = (i + 0.5) * step;
		double y = u * u;

		sum += 2.0 * u * step *
			exp(deviance_saturated(1.5, y, dispersion) - deviance_half(1.5, y, mu) / dispersion);
	}
	CHECK_NEAR(sum, 1.0, 1e-6);
}

UNIT_MAIN(UNIT_CASE(tweedie_has_a_density), UNIT_CASE(tweedie_adds_up_to_1),
		  UNIT_CASE(deviances_are_integrals), UNIT_CASE(the_deviance_about_the_mean_is_a_sum))
