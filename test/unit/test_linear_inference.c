/*
 * test_linear_inference.c: tests of the whole fit and intervals against statsmodels.
 *
 * The facts and the expected values are of the fit "least squares" of test/golden/inference_sql.py.
 */
#include "kernel/linear/inference.h"

#include "unit.h"

/* The sums of squares of that fit, from the variance, the degrees of freedom and R squared. */
#define SIGMA2 80.35626475227089
#define RSS (597.0 * SIGMA2)
#define TSS (RSS / (1.0 - 0.9144268376404053))

static LinearFacts
facts_of_fit(void)
{
	LinearFacts facts = {
		.log_likelihood = -2165.8003746066183, .sigma2 = SIGMA2, .rss = RSS, .tss = TSS, .rank = 3};

	return facts;
}

static void
agrees_with_statsmodels(void)
{
	LinearFacts facts = facts_of_fit();
	LinearCoefficient coefficients[3] = {{.term = {.feature = TERM_INTERCEPT}, .std_error = 1.0},
										 {.std_error = 1.0},
										 {.std_error = 1.0}};
	LinearInference inference = linear_inference(&facts, coefficients, 3, 600, NULL);

	CHECK(inference.degrees == 597.0);
	CHECK_CLOSE(inference.r_squared, 0.9144268376404053, 1e-13);
	CHECK_CLOSE(inference.adjusted_r_squared, 0.9141401603795691, 1e-13);
	CHECK_CLOSE(inference.f_statistic, 3189.7431800947866, 1e-12);
	CHECK(inference.f_p_value >= 0.0 && inference.f_p_value < 1e-300);
	CHECK_CLOSE(inference.aic, 4337.600749213237, 1e-14);
	CHECK_CLOSE(inference.bic, 4350.791538178885, 1e-14);
}

/* test/golden/interval_sql.py: "plain" at x = 3, k = 2, and "logistic" there. */
static void
intervals_agree_with_statsmodels(void)
{
	LinearFacts facts = facts_of_fit();
	double critical = linear_critical(&facts, 600, 0.95);
	double error = 0.7502505392297645;
	LinearInterval interval =
		linear_interval(LINK_IDENTITY, 26.97693648352825, error * error, critical, SIGMA2);
	double probability = 0.5337646053735179;
	double slope = probability * (1.0 - probability);

	CHECK_CLOSE(interval.std_error, error, 1e-15);
	CHECK_CLOSE(interval.mean_low, 25.503485261004055, 1e-13);
	CHECK_CLOSE(interval.mean_high, 28.450387706052442, 1e-13);
	CHECK_CLOSE(interval.observation_low, 9.31025097289426, 1e-13);
	CHECK_CLOSE(interval.observation_high, 44.64362199416224, 1e-13);
	facts.sigma2 = NAN;
	error = 0.04181754802266521 / slope;
	interval = linear_interval(LINK_LOGIT, log(probability / (1.0 - probability)), error * error,
							   linear_critical(&facts, 600, 0.95), NAN);
	CHECK_CLOSE(interval.prediction, probability, 1e-14);
	CHECK_CLOSE(interval.std_error, 0.04181754802266521, 1e-14);
	CHECK_CLOSE(interval.mean_low, 0.45163144443220565, 1e-13);
	CHECK_CLOSE(interval.mean_high, 0.6141071570796944, 1e-13);
	CHECK(isnan(interval.observation_low) && isnan(interval.observation_high));
}

/* By hand: links that fall, that turn and that have a pole. */
static void
intervals_stay_in_the_range_of_the_link(void)
{
	LinearInterval interval = linear_interval(LINK_INVERSE, 0.5, 0.0625, 1.0, NAN);

	CHECK(interval.prediction == 2.0 && interval.std_error == 1.0);
	CHECK_CLOSE(interval.mean_low, 4.0 / 3.0, 1e-15);
	CHECK(interval.mean_high == 4.0);
	interval = linear_interval(LINK_INVERSE, 0.5, 0.0625, 3.0, NAN);
	CHECK(interval.mean_low == 0.8 && interval.mean_high == INFINITY);
	interval = linear_interval(LINK_SQRT, 0.5, 0.0625, 1.0, NAN);
	CHECK(interval.prediction == 0.25 && interval.std_error == 0.25);
	CHECK(interval.mean_low == 0.0625 && interval.mean_high == 0.5625);
	interval = linear_interval(LINK_SQRT, 0.5, 0.0625, 3.0, NAN);
	CHECK(interval.mean_low == 0.0 && interval.mean_high == 1.5625);
	interval = linear_interval(LINK_LOG, 0.0, 0.25, 2.0, NAN);
	CHECK(interval.prediction == 1.0 && interval.std_error == 0.5);
	CHECK_CLOSE(interval.mean_low, exp(-1.0), 1e-15);
	CHECK_CLOSE(interval.mean_high, exp(1.0), 1e-15);
}

/* By differences, and where a probability has no digits left. */
static void
log_odds_have_slopes(void)
{
	double eta[4] = {0.5, -1.25, 2.0, 0.0};
	double sum = exp(0.5) + exp(-1.25) + exp(2.0) + 1.0;
	double slope[4];
	double unused[4];
	int32_t class;
	int32_t k;

	for (class = 0; class < 4; class ++)
	{
		double odds = linear_log_odds(eta, 4, class, slope);

		CHECK_CLOSE(odds, log(exp(eta[class]) / (sum - exp(eta[class]))), 1e-14);
		for (k = 0; k < 4; k++)
		{
			double kept = eta[k];
			double up;

			eta[k] = kept + 1e-5;
			up = linear_log_odds(eta, 4, class, unused);
			eta[k] = kept - 1e-5;
			CHECK_NEAR(slope[k], (up - linear_log_odds(eta, 4, class, unused)) / 2e-5, 1e-9);
			eta[k] = kept;
		}
	}
	eta[2] = 900.0;
	CHECK_CLOSE(linear_log_odds(eta, 4, 2, slope), 900.0 - log(sum - exp(2.0)), 1e-15);
	CHECK_CLOSE(slope[0], -exp(0.5) / (sum - exp(2.0)), 1e-15);
	eta[0] = NAN;
	CHECK(isnan(linear_log_odds(eta, 4, 2, slope)) && isnan(linear_log_odds(eta, 4, 0, slope)));
}

/* The standard error of a probability that is 1 to the last digit. */
static void
errors_of_near_certainty_have_digits(void)
{
	LinearInterval interval = linear_interval(LINK_LOGIT, 40.0, 4.0, 1.0, NAN);

	CHECK_CLOSE(interval.std_error, 2.0 * exp(-40.0), 1e-15);
	interval = linear_interval(LINK_LOGIT, -800.0, 4.0, 1.0, NAN);
	CHECK(interval.std_error == 0.0);
}

/* Only R squared is known with a penalty, and nothing else of a fit without rows to spare. */
static void
keeps_silent(void)
{
	LinearFacts facts = facts_of_fit();
	LinearCoefficient coefficient = {.term = {.feature = TERM_INTERCEPT}, .std_error = NAN};
	LinearInference inference = linear_inference(&facts, &coefficient, 1, 600, NULL);

	CHECK_CLOSE(inference.r_squared, 0.9144268376404053, 1e-13);
	CHECK(isnan(inference.degrees) && isnan(inference.aic) && isnan(inference.f_statistic));
	CHECK(isnan(linear_margin(&facts, &coefficient, 600, 0.95)));
	coefficient.std_error = 1.0;
	inference = linear_inference(&facts, &coefficient, 1, 3, NULL);
	CHECK(inference.degrees == 0.0 && isnan(inference.adjusted_r_squared));
	facts.rank = 1;
	inference = linear_inference(&facts, &coefficient, 1, 600, NULL);
	CHECK(isnan(inference.f_statistic) && !isnan(inference.adjusted_r_squared));
}

/* Critical values of tables: t with 10 degrees of freedom and the normal. */
static void
margins_of_t_and_normal(void)
{
	LinearFacts facts = facts_of_fit();
	LinearCoefficient coefficient = {.std_error = 2.0};

	CHECK_CLOSE(linear_margin(&facts, &coefficient, 13, 0.95), 2.0 * 2.228138851986275, 1e-11);
	facts.sigma2 = NAN;
	CHECK_CLOSE(linear_margin(&facts, &coefficient, 13, 0.95), 2.0 * 1.9599639845400543, 1e-11);
}

UNIT_MAIN(UNIT_CASE(agrees_with_statsmodels), UNIT_CASE(intervals_agree_with_statsmodels),
		  UNIT_CASE(intervals_stay_in_the_range_of_the_link), UNIT_CASE(keeps_silent),
		  UNIT_CASE(log_odds_have_slopes), UNIT_CASE(errors_of_near_certainty_have_digits),
		  UNIT_CASE(margins_of_t_and_normal))
