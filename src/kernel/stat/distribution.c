/*
 * distribution.c: normal, Student's t and F tails.
 */
#include "kernel/stat/distribution.h"

#include <math.h>

double
distribution_normal_two_sided(double z)
{
	return erfc(fabs(z) * 0.70710678118654752440);
}

/*
 * Continued fraction of the incomplete beta function by the modified Lentz
 * method (DLMF 8.17.22; Thompson and Barnett, J. Comput. Phys. 64, 1986).
 */
static double
beta_fraction(double a, double b, double x)
{
	const double tiny = 1e-300;
	double c = 1.0;
	double d = 1.0 - (a + b) * x / (a + 1.0);
	double h;
	int m;

	d = 1.0 / (fabs(d) < tiny ? tiny : d);
	h = d;
	for (m = 1; m < 10000; m++)
	{
		double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
		double change;

		d = 1.0 + even * d;
		c = 1.0 + even / c;
		d = 1.0 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		h *= d * c;
		d = 1.0 + odd * d;
		c = 1.0 + odd / c;
		d = 1.0 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		change = d * c;
		h *= change;
		if (fabs(change - 1.0) < 1e-16)
			break;
	}
	return h;
}

/* log of Gamma(a + 1/2) / Gamma(a): by lgamma where that is accurate, else the asymptotic series. */
static double
log_gamma_ratio(double a)
{
	double r = 1.0 / a;

	if (a < 50.0)
		return lgamma(a + 0.5) - lgamma(a);
	/* DLMF 5.11.13 for a half: sqrt(a) (1 - 1/8a + 1/128a^2 + 5/1024a^3 - 21/32768a^4 - 399/262144a^5 + ...) */
	return 0.5 * log(a) +
		log1p(r *
			  (-0.125 +
			   r *
				   (0.0078125 +
					r * (5.0 / 1024.0 + r * (-21.0 / 32768.0 - r * 399.0 / 262144.0)))));
}

double
distribution_t_two_sided(double t, double degrees)
{
	double a = 0.5 * degrees;
	double square = t * t;
	double x; /* degrees / (degrees + t^2) */
	double y; /* 1 - x */
	double front;

	if (isnan(t))
		return NAN;
	if (isinf(degrees))
		return distribution_normal_two_sided(t);
	if (isinf(square))
		return degrees > 0.0 && isinf(t) ? 0.0 : exp(a * (log(degrees) - 2.0 * log(fabs(t))));
	if (square == 0.0)
		return 1.0;
	x = degrees / (degrees + square);
	y = square / (degrees + square);

	/* I_x(a, 1/2) with log beta = log Gamma(1/2) - log_gamma_ratio(a). */
	front = exp(-a * log1p(square / degrees) + 0.5 * log(y) + log_gamma_ratio(a) -
				0.57236494292470008707);
	if (x < (a + 1.0) / (a + 2.5))
		return front * beta_fraction(a, 0.5, x) / a;
	return 1.0 - front * beta_fraction(0.5, a, y) / 0.5;
}

/* By halving: it is asked for once a table, and the tail falls all the way. */
double
distribution_t_critical(double tail, double degrees)
{
	double low = 0.0;
	double high = 1.0;

	while (high < 1e300 && distribution_t_two_sided(high, degrees) > tail)
	{
		low = high;
		high *= 2.0;
	}
	for (;;)
	{
		double middle = low + 0.5 * (high - low);

		if (middle <= low || middle >= high)
			return middle;
		if (distribution_t_two_sided(middle, degrees) > tail)
			low = middle;
		else
			high = middle;
	}
}

/* I_x(a, b) from x and y = 1 - x, by the fraction that converges (DLMF 8.17.4, 8.17.22). */
static double
beta_ratio(double a, double b, double x, double y)
{
	double front;

	if (x <= 0.0 || y <= 0.0)
		return x <= 0.0 ? 0.0 : 1.0;
	front = exp(a * log(x) + b * log(y) + lgamma(a + b) - lgamma(a) - lgamma(b));
	if (x < (a + 1.0) / (a + b + 2.0))
		return front * beta_fraction(a, b, x) / a;
	return 1.0 - front * beta_fraction(b, a, y) / b;
}

double
distribution_f_upper(double f, double degrees1, double degrees2)
{
	double ratio = f * degrees1 / degrees2;

	if (isnan(f))
		return NAN;
	if (isinf(ratio))
		return 0.0;
	return beta_ratio(0.5 * degrees2, 0.5 * degrees1, 1.0 / (1.0 + ratio), ratio / (1.0 + ratio));
}

/*
 * By Newton's and Halley's steps on the tail of the smaller side, where p has all its digits, from
 * the rational start of Abramowitz and Stegun 26.2.23.
 */
double
distribution_normal_quantile(double p)
{
	double tail = p < 0.5 ? p : 1.0 - p;
	double t = sqrt(-2.0 * log(tail));
	double z = t -
		(2.515517 + t * (0.802853 + t * 0.010328)) /
			(1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
	int i;

	if (p == 0.5)
		return 0.0;
	for (i = 0; i < 3; i++)
	{
		double density = 0.39894228040143267794 * exp(-0.5 * z * z);
		double step = (0.5 * erfc(z * 0.70710678118654752440) - tail) / density;

		z += step / (1.0 + 0.5 * z * -step);
	}
	return p < 0.5 ? -z : z;
}
