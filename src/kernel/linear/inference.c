/*
 * inference.c: tests of the whole fit, information criteria, confidence intervals.
 */
#include "kernel/linear/inference.h"

#include "kernel/stat/distribution.h"

static bool
has_errors(const LinearCoefficient *coefficients, int32_t n_terms)
{
	int32_t i;

	for (i = 0; i < n_terms; i++)
	{
		if (!isnan(coefficients[i].std_error))
			return true;
	}
	return false;
}

/* R squared adjusted, and the F test, for least squares with degrees of freedom left. */
static void
test_squares(LinearInference *inference, const LinearFacts *facts, int32_t n_intercepts,
			 uint64_t rows, const double *wald)
{
	double total = (double) rows - n_intercepts;
	double explained = facts->rank - n_intercepts;

	if (!(inference->degrees > 0.0))
		return;
	inference->adjusted_r_squared = 1.0 - (1.0 - inference->r_squared) * total / inference->degrees;
	if (!(explained > 0.0 && facts->rss >= 0.0 && facts->tss > 0.0))
		return;
	inference->f_statistic = wald != NULL ?
		*wald / explained :
		fmax(facts->tss - facts->rss, 0.0) / explained / facts->sigma2;
	if (isnan(inference->f_statistic))
		return;
	inference->f_p_value =
		distribution_f_upper(inference->f_statistic, explained, inference->degrees);
}

LinearInference
linear_inference(const LinearFacts *facts, const LinearCoefficient *coefficients, int32_t n_terms,
				 uint64_t rows, const double *wald)
{
	LinearInference inference = {NAN, NAN, NAN, NAN, NAN, NAN, NAN};
	int32_t n_intercepts = n_terms > 0 && coefficients[0].term.feature == TERM_INTERCEPT;

	if (facts->tss > 0.0)
		inference.r_squared = 1.0 - facts->rss / facts->tss;
	if (!has_errors(coefficients, n_terms))
		return inference;
	inference.degrees = (double) rows - facts->rank;
	test_squares(&inference, facts, n_intercepts, rows, wald);
	inference.aic = -2.0 * facts->log_likelihood + 2.0 * facts->rank;
	inference.bic = -2.0 * facts->log_likelihood + log((double) rows) * facts->rank;
	return inference;
}

double
linear_critical(const LinearFacts *facts, uint64_t rows, double level)
{
	double degrees = isnan(facts->sigma2) ? INFINITY : (double) rows - facts->rank;

	return distribution_t_critical(1.0 - level, degrees);
}

double
linear_margin(const LinearFacts *facts, const LinearCoefficient *coefficient, uint64_t rows,
			  double level)
{
	if (isnan(coefficient->std_error))
		return NAN;
	return coefficient->std_error * linear_critical(facts, rows, level);
}

/* The slope of the inverse link at eta. */
static double
inverse_slope(LinearLink link, double eta)
{
	double mean = linear_inverse_link(link, eta);

	switch (link)
	{
		case LINK_LOGIT:
			/* 1 - mean by the tail, which has digits where the mean has none left. */
			return mean / (1.0 + exp(eta));
		case LINK_LOG:
			return mean;
		case LINK_INVERSE:
			return -mean * mean;
		case LINK_SQRT:
			return 2.0 * eta;
		default:
			return 1.0;
	}
}

/* The least and the most that the inverse link makes of etas from low to high. */
static void
take_through(LinearLink link, double low, double high, LinearInterval *interval)
{
	double a = linear_inverse_link(link, low);
	double b = linear_inverse_link(link, high);

	interval->mean_low = a < b ? a : b;
	interval->mean_high = a < b ? b : a;
	if (link == LINK_SQRT && low < 0.0 && high > 0.0)
		interval->mean_low = 0.0;
	if (link == LINK_INVERSE && low <= 0.0 && high > 0.0)
	{
		interval->mean_low = b;
		interval->mean_high = INFINITY;
	}
}

LinearInterval
linear_interval(LinearLink link, double eta, double variance, double critical,
				double residual_variance)
{
	double margin = critical * sqrt(variance);
	double reach = critical * sqrt(residual_variance + variance);
	LinearInterval interval = {.prediction = linear_inverse_link(link, eta),
							   .std_error = fabs(inverse_slope(link, eta)) * sqrt(variance),
							   .observation_low = eta - reach,
							   .observation_high = eta + reach};

	take_through(link, eta - margin, eta + margin, &interval);
	return interval;
}

double
linear_log_odds(const double *eta, int32_t n, int32_t class, double *slope)
{
	double most = -INFINITY;
	double rest = 0.0; /* of the sum of exp(eta - most), without the 1 of the largest */
	int32_t top = -1;
	int32_t k;

	for (k = 0; k < n; k++)
	{
		if (k != class && (top < 0 || eta[k] > most || isnan(eta[k])))
		{
			most = eta[k];
			top = k;
		}
	}
	for (k = 0; k < n; k++)
	{
		slope[k] = k != class ? exp(eta[k] - most) : 0.0;
		if (k != top)
			rest += slope[k];
	}
	for (k = 0; k < n; k++)
		slope[k] = k != class ? -slope[k] / (1.0 + rest) : 1.0;
	return eta[class] - (most + log1p(rest));
}
