/*
 * inference.h: what a linear model's estimates, errors and sums of squares say of the whole fit.
 *
 * Derived from the stored facts, so models of every release have it.
 */
#ifndef ORCHARD_KERNEL_LINEAR_INFERENCE_H
#define ORCHARD_KERNEL_LINEAR_INFERENCE_H

#include "kernel/linear/linear_model.h"

/* NaN where not defined, and all of it but r_squared without standard errors, as with a penalty. */
typedef struct LinearInference
{
	double degrees;			   /* rows - rank */
	double r_squared;		   /* 1 - rss / tss, tss about 0 without an intercept */
	double adjusted_r_squared; /* by the degrees of freedom of both */
	double f_statistic;		   /* of all terms but the intercept; least squares */
	double f_p_value;
	double aic; /* -2 log likelihood + 2 rank */
	double bic; /* -2 log likelihood + log(rows) rank */
} LinearInference;

/* wald: of the terms but the intercept, where errors are robust, and then NaN or what F is of; else NULL. */
extern LinearInference linear_inference(const LinearFacts *facts,
										const LinearCoefficient *coefficients, int32_t n_terms,
										uint64_t rows, const double *wald);

/*
 * Half the width of the two-sided confidence interval of a coefficient, 0 < level < 1; NaN without
 * a standard error.  By Student's t where facts has a residual variance, else the normal.
 */
extern double linear_margin(const LinearFacts *facts, const LinearCoefficient *coefficient,
							uint64_t rows, double level);

/* A prediction and how far it may be off; NaN where not defined. */
typedef struct LinearInterval
{
	double prediction;
	double std_error; /* of the mean: of eta, times the slope of the link's inverse */
	double mean_low;  /* confidence interval of the mean, or of the probability */
	double mean_high;
	double observation_low; /* prediction interval of one observation of weight 1 */
	double observation_high;
} LinearInterval;

/*
 * linear_interval
 *		The intervals about eta, whose variance is given.
 *
 * critical: of the standardised estimate, from linear_critical().  The interval of the mean is that
 * of eta taken through the link, whose range it does not leave.  residual_variance: of an
 * observation about its mean where it is the same everywhere and normal, else NaN.
 */
extern LinearInterval linear_interval(LinearLink link, double eta, double variance, double critical,
									  double residual_variance);

/*
 * linear_log_odds
 *		log p / (1 - p) of one class of several, p = exp(eta_class) over the sum of all exp(eta).
 *
 * eta: n >= 2.  slope: n, out: its derivative by each eta, 1 for the class and minus the share of each other
 * class in all of these.  Through them goes the delta method on this scale, on which the normal approximation
 * holds best and whose interval, taken back, lies between 0 and 1: linear_interval(LINK_LOGIT, ...).
 * Nothing cancels, however near p is to 0 or 1.  NaN and infinite eta: NaN.
 * Source: Fox and Andersen, "Effect displays for multinomial and proportional-odds logit models",
 * Sociological Methodology 36, 2006, section 2.1.
 */
extern double linear_log_odds(const double *eta, int32_t n, int32_t class, double *slope);

/* What |estimate / std_error| exceeds with probability 1 - level: of Student's t or the normal. */
extern double linear_critical(const LinearFacts *facts, uint64_t rows, double level);

#endif /* ORCHARD_KERNEL_LINEAR_INFERENCE_H */
