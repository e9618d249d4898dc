/*
 * yeo_johnson.c: the transform, its inverse and the search for lambda.
 */
#include "kernel/prep/yeo_johnson.h"

#include <math.h>

#define GOLDEN 0.38196601125010515 /* (3 - sqrt 5) / 2 */
#define TOLERANCE 1.5e-8		   /* sqrt of the machine epsilon: a likelihood tells no finer */
#define STEPS 200
#define LARGEST_LAMBDA 1e15

double
yeo_johnson(double x, double lambda)
{
	if (x >= 0.0)
	{
		if (fabs(lambda) < 2.220446049250313e-16)
			return log1p(x);
		return expm1(lambda * log1p(x)) / lambda;
	}
	if (fabs(lambda - 2.0) > 2.220446049250313e-16)
		return -expm1((2.0 - lambda) * log1p(-x)) / (2.0 - lambda);
	return -log1p(-x);
}

double
yeo_johnson_inverse(double y, double lambda)
{
	if (y >= 0.0)
	{
		if (fabs(lambda) < 2.220446049250313e-16)
			return expm1(y);
		return expm1(log1p(y * lambda) / lambda);
	}
	if (fabs(lambda - 2.0) > 2.220446049250313e-16)
		return -expm1(log1p(-(2.0 - lambda) * y) / (2.0 - lambda));
	return -expm1(-y);
}

/* Mean and population variance of the transformed values, and the sum of the log Jacobians over lambda - 1. */
static void
transformed_moments(const ScoreRuns *runs, double lambda, double *mean, double *variance,
					double *jacobian)
{
	double n = 0.0;
	double sum = 0.0;
	double squares = 0.0;
	double logs = 0.0;
	size_t i;

	for (i = 0; i < runs->n; i++)
	{
		double x = number_from_key(runs->keys[i]);
		double weight = score_runs_weight(runs, i);

		n += weight;
		sum += weight * yeo_johnson(x, lambda);
		logs += weight * copysign(log1p(fabs(x)), x);
	}
	*mean = sum / n;
	for (i = 0; i < runs->n; i++)
	{
		double distance = yeo_johnson(number_from_key(runs->keys[i]), lambda) - *mean;

		squares += score_runs_weight(runs, i) * distance * distance;
	}
	*variance = squares / n;
	*jacobian = logs / n;
}

/* Minus the mean log likelihood, up to a constant. */
static double
loss(const ScoreRuns *runs, double lambda)
{
	double mean;
	double variance;
	double jacobian;

	if (!(fabs(lambda) < LARGEST_LAMBDA))
		return INFINITY;
	transformed_moments(runs, lambda, &mean, &variance, &jacobian);
	if (!(variance > 2.2250738585072014e-308 && isfinite(variance)))
		return INFINITY;
	return 0.5 * log(variance) - (lambda - 1.0) * jacobian;
}

/* Three points of a parabola's or the golden section's search. */
typedef struct Search
{
	double a;
	double b;
	double x; /* the best, */
	double w; /* the second, */
	double v; /* and its predecessor */
	double fx;
	double fw;
	double fv;
	double step;
	double before;
} Search;

/* The step by the parabola through the three points, or NaN when it is no good one. */
static double
parabola_step(const Search *search, double tolerance)
{
	double r = (search->x - search->w) * (search->fx - search->fv);
	double q = (search->x - search->v) * (search->fx - search->fw);
	double p = (search->x - search->v) * q - (search->x - search->w) * r;
	double step;

	q = 2.0 * (q - r);
	p = q > 0.0 ? -p : p;
	q = fabs(q);
	if (!isfinite(p) || fabs(p) >= fabs(0.5 * q * search->before) ||
		p <= q * (search->a - search->x) || p >= q * (search->b - search->x))
		return NAN;
	step = p / q;
	if (search->x + step - search->a < 2.0 * tolerance ||
		search->b - (search->x + step) < 2.0 * tolerance)
		step = copysign(tolerance, 0.5 * (search->a + search->b) - search->x);
	return step;
}

static void
take_point(Search *search, double u, double fu)
{
	if (fu <= search->fx)
	{
		*(u < search->x ? &search->b : &search->a) = search->x;
		search->v = search->w;
		search->fv = search->fw;
		search->w = search->x;
		search->fw = search->fx;
		search->x = u;
		search->fx = fu;
		return;
	}
	*(u < search->x ? &search->a : &search->b) = u;
	if (fu <= search->fw || search->w == search->x)
	{
		search->v = search->w;
		search->fv = search->fw;
		search->w = u;
		search->fw = fu;
	}
	else if (fu <= search->fv || search->v == search->x || search->v == search->w)
	{
		search->v = u;
		search->fv = fu;
	}
}

/* Brent, "Algorithms for Minimization without Derivatives", 1973, chapter 5. */
static Status
minimise(const ScoreRuns *runs, const StopCheck *stop, double a, double b, double *lambda)
{
	double x = a + GOLDEN * (b - a);
	double fx = loss(runs, x);
	Search search = {a, b, x, x, x, fx, fx, fx, 0.0, 0.0};
	int i;

	for (i = 0; i < STEPS; i++)
	{
		double middle = 0.5 * (search.a + search.b);
		double tolerance = TOLERANCE * fabs(search.x) + 1e-10;
		double step = NAN;
		double u;

		if (stop_requested(stop))
			return KERNEL_STOPPED;
		if (fabs(search.x - middle) <= 2.0 * tolerance - 0.5 * (search.b - search.a))
			break;
		if (fabs(search.before) > tolerance)
			step = parabola_step(&search, tolerance);
		if (isnan(step))
		{
			search.before = search.x >= middle ? search.a - search.x : search.b - search.x;
			step = GOLDEN * search.before;
		}
		else
			search.before = search.step;
		search.step = step;
		u = search.x + (fabs(step) >= tolerance ? step : copysign(tolerance, step));
		take_point(&search, u, loss(runs, u));
	}
	*lambda = search.x;
	return KERNEL_OK;
}

Status
yeo_johnson_fit(const ScoreRuns *runs, const StopCheck *stop, double *lambda, double *mean,
				double *deviation)
{
	double a = -2.0;
	double b = 2.0;
	double variance;
	double jacobian;
	Status status;

	/* Until the loss rises towards both ends: of values near 0 lambda is as large as they are small. */
	while (loss(runs, a) < loss(runs, 0.5 * a))
		a *= 2.0;
	while (loss(runs, b) < loss(runs, 0.5 * b))
		b *= 2.0;
	status = minimise(runs, stop, a, b, lambda);
	if (status != KERNEL_OK)
		return status;
	transformed_moments(runs, *lambda, mean, &variance, &jacobian);
	*deviation = sqrt(variance);
	return KERNEL_OK;
}
