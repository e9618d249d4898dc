/*
 * glm.c: generalised linear models: facts of the rows, the fit, likelihood and dispersion.
 */
#include "kernel/linear/glm.h"

#include "kernel/linear/covariance.h"

#include <math.h>

#include "kernel/base/double_double.h"
#include "kernel/linear/logistic_state.h"
#include "kernel/stat/deviance.h"
#include "kernel/stat/distribution.h"

#define DIVERGED 100.0 /* standard error of eta above which an estimate says nothing */

/* Calls `visit` for the targets and weights (NULL: all 1) of each block. */
typedef void (*BlockVisit)(void *context, const double *target, const double *weight, int32_t n);

static Status
visit_blocks(const Dataset *dataset, const StopCheck *stop, BlockVisit visit, void *context)
{
	int32_t b;

	for (b = 0; b < dataset->n_blocks; b++)
	{
		const DatasetBlock *block;
		Status status = stop_requested(stop) ? KERNEL_STOPPED : dataset_block(dataset, b, &block);

		if (status != KERNEL_OK)
			return status;
		visit(context, block->target, block->weight, block->n);
	}
	return KERNEL_OK;
}

typedef struct TargetSums
{
	DoubleDouble weight;
	DoubleDouble sum;
} TargetSums;

static void
add_targets(void *context, const double *target, const double *weight, int32_t n)
{
	TargetSums *sums = context;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		double w = weight != NULL ? weight[i] : 1.0;

		sums->weight = dd_add_double(sums->weight, w);
		sums->sum = dd_add_double(sums->sum, w * target[i]);
	}
}

static Status
target_mean(const Dataset *dataset, const StopCheck *stop, double *mean)
{
	TargetSums sums = {dd_from(0.0), dd_from(0.0)};
	Status status = visit_blocks(dataset, stop, add_targets, &sums);

	*mean = sums.weight.hi > 0.0 ? dd_divide(sums.sum, sums.weight).hi : 0.0;
	return status == KERNEL_OK && !isfinite(*mean) ? KERNEL_OVERFLOW : status;
}

Status
glm_level_facts(const Dataset *dataset, const Allocator *allocator, const StopCheck *stop,
				NumberFacts *numbers, double *const *level_weight, double *missing_weight,
				double *mean)
{
	LogisticOptions options = logistic_unclassed(0.0, true);
	Status status = target_mean(dataset, stop, mean);

	return status == KERNEL_OK ? logistic_level_facts(dataset, &options, allocator, stop, numbers,
													  level_weight, missing_weight) :
								 status;
}

/* What the log likelihood and the null deviance need of the targets. */
typedef struct TargetTerms
{
	double power;
	double mean;
	double dispersion;
	DoubleDouble saturated; /* log likelihood of a perfect fit */
	DoubleDouble about_mean;
} TargetTerms;

/*
 * Poisson: log(exp(-y) y^y / y!), times the weight; gamma of shape s = w / dispersion:
 * s log s - s - log Gamma(s) - log y; Tweedie: a series.
 */
static double
saturated_term(const TargetTerms *terms, double y, double w)
{
	double shape = w / terms->dispersion;

	if (terms->power == 1.0)
		return y > 0.0 ? w * (y * log(y) - y - lgamma(y + 1.0)) : 0.0;
	if (terms->power < 2.0)
		return deviance_saturated(terms->power, y, terms->dispersion / w);
	return shape * log(shape) - shape - lgamma(shape) - log(y);
}

static void
add_target_terms(void *context, const double *target, const double *weight, int32_t n)
{
	TargetTerms *terms = context;
	bool has_likelihood = terms->power == 1.0 || terms->dispersion > 0.0;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		double w = weight != NULL ? weight[i] : 1.0;

		if (w == 0.0)
			continue;
		if (has_likelihood)
			terms->saturated = dd_add_double(terms->saturated, saturated_term(terms, target[i], w));
		terms->about_mean = dd_add_double(
			terms->about_mean, 2.0 * w * deviance_half(terms->power, target[i], terms->mean));
	}
}

/* Sums for the null deviance of a constant rate: mu = rate exp(offset). */
typedef struct RateSums
{
	double exposure;
	double total;
} RateSums;

/* The deviance of Poisson counts about mu = rate * exp(offset), whose rate is known in closed form. */
static Status
rate_deviance(const Logistic *fit, double *deviance)
{
	const Dataset *dataset = fit->dataset;
	size_t slot = (size_t) fit->glm->offset_slot;
	RateSums sums = {0.0, 0.0};
	int32_t pass;
	int32_t b;
	int32_t i;

	*deviance = 0.0;
	for (pass = 0; pass < 2; pass++)
	{
		double rate = pass == 1 ? sums.total / sums.exposure : 0.0;

		for (b = 0; b < dataset->n_blocks; b++)
		{
			const DatasetBlock *block;
			Status status =
				stop_requested(fit->stop) ? KERNEL_STOPPED : dataset_block(dataset, b, &block);

			if (status != KERNEL_OK)
				return status;
			for (i = 0; i < block->n; i++)
			{
				double w = block->weight != NULL ? block->weight[i] : 1.0;
				double exposure = exp(block->numbers[slot * (size_t) block->capacity + (size_t) i]);

				if (pass == 1)
					*deviance += 2.0 * w * deviance_half(1.0, block->target[i], rate * exposure);
				sums.exposure += pass == 0 ? w * exposure : 0.0;
				sums.total += pass == 0 ? w * block->target[i] : 0.0;
			}
		}
	}
	return KERNEL_OK;
}

/* Deviances, dispersion and log likelihood. */
static Status
set_facts(const Logistic *fit, LinearFacts *facts)
{
	double freedom = (double) fit->dataset->n - facts->rank;
	TargetTerms terms = {.power = fit->glm->power,
						 .mean = fit->glm->mean,
						 .saturated = dd_from(0.0),
						 .about_mean = dd_from(0.0)};
	bool has_offset = fit->glm->offset_slot != NO_OFFSET;
	Status status;

	facts->rss = 2.0 * fit->sums.loss.hi;
	facts->sigma2 = terms.power != 1.0 && freedom > 0.0 ? fit->sums.pearson / freedom : NAN;
	terms.dispersion = terms.power == 1.0 ? 1.0 : facts->sigma2;
	status = visit_blocks(fit->dataset, fit->stop, add_target_terms, &terms);
	facts->tss = has_offset ? NAN : terms.about_mean.hi;
	facts->log_likelihood = NAN;
	if (terms.power == 1.0 || terms.dispersion > 0.0)
		facts->log_likelihood = terms.saturated.hi - fit->sums.loss.hi / terms.dispersion;
	if (status == KERNEL_OK && has_offset && terms.power == 1.0 && fit->glm->link == LINK_LOG)
		status = rate_deviance(fit, &facts->tss);
	return status;
}

/* Standard errors by the dispersion, and its statistics; the offset's own coefficient. */
static void
apply_dispersion(const Logistic *fit, LinearFit *result)
{
	double factor = sqrt(result->facts.sigma2);
	double freedom = (double) fit->dataset->n - result->facts.rank;
	int32_t i;

	for (i = 0; i < fit->n_columns; i++)
	{
		LinearCoefficient *coefficient = &result->coefficients[i];

		if (coefficient->term.feature != TERM_INTERCEPT &&
			coefficient->term.level == LEVEL_NUMBER && fit->glm->offset_slot != NO_OFFSET &&
			coefficient->term.slot == fit->glm->offset_slot)
		{
			coefficient->estimate = 1.0;
			if (result->covariance != NULL)
				result->covariance->centre[i] = 0.0;
		}
		if (fit->glm->power == 1.0 || isnan(coefficient->std_error))
			continue;
		coefficient->std_error *= factor;
		coefficient->statistic = coefficient->estimate / coefficient->std_error;
		coefficient->p_value = isnan(coefficient->statistic) ?
			NAN :
			distribution_t_two_sided(coefficient->statistic, freedom);
		if (isnan(coefficient->statistic))
			coefficient->std_error = coefficient->statistic = NAN;
	}
	if (fit->glm->power != 1.0 && result->covariance != NULL && result->covariance->is_known &&
		!result->covariance->is_unit)
		covariance_scale(result->covariance, (size_t) fit->n_columns, factor);
}

Status
glm_fit(const Dataset *dataset, const Design *design, const GlmOptions *options,
		const Allocator *allocator, const StopCheck *stop, LinearFit *result)
{
	LogisticOptions rows = logistic_unclassed(options->l2, options->standardize);
	GlmLoss loss = {.power = options->power,
					.link = options->link,
					.mean = options->target_mean,
					.offset_slot = options->offset_slot};
	Logistic fit = {.dataset = dataset,
					.design = design,
					.options = &rows,
					.allocator = allocator,
					.stop = stop,
					.glm = &loss};
	Status status;

	rows.nonnegative = options->nonnegative;
	status = logistic_begin(&fit);

	result->facts = logistic_no_facts();
	if (status == KERNEL_OK)
		status = glm_newton(&fit, &loss, options, &result->facts);
	result->facts.rank = logistic_bound_rank(&fit);
	result->weight = fit.total;
	if (status == KERNEL_OK)
		status = set_facts(&fit, &result->facts);
	if (status == KERNEL_OK)
		status = logistic_settle(&fit);
	if (status == KERNEL_OK)
		status = logistic_report(&fit, result->facts.separated ? DIVERGED : INFINITY, result);
	if (status == KERNEL_OK)
		apply_dispersion(&fit, result);
	logistic_end(&fit);
	return status;
}
