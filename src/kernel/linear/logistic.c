/*
 * logistic.c: binary logistic regression by Newton's method.
 *
 * Large data is first fitted on a sample of its blocks, which costs little and
 * leaves two or three passes over all of it; the optimum does not depend on it.
 * Once the gradient is within the tolerance, one more step is taken: it needs
 * no further pass and squares the error, so that the order of the rows does not
 * show in the estimates.
 *
 * Where the classes are separated, wholly or in some category, the likelihood
 * has no maximum: steps go on by about 1 in eta while the likelihood gains
 * nothing.  That is how it is told: a step that moves some row's eta by DRIFT
 * or more, with at most NO_GAIN of log-likelihood to win, needs a standard error
 * of eta above DRIFT / sqrt(2 NO_GAIN), which no data with a maximum has.
 */
#include "kernel/linear/logistic.h"

#include <math.h>
#include <string.h>

#include "kernel/base/double_double.h"
#include "kernel/linear/column_simd.h"
#include "kernel/linear/logistic_state.h"
#include "kernel/stat/distribution.h"

#define MAX_HALVINGS 30
#define ROUNDING 1e-13 /* of the objective */
#define DRIFT 0.5
#define NO_GAIN 5e-6
#define DIVERGED 100.0 /* standard error of eta above which an estimate says nothing */

#define SAMPLE 8		 /* the first fit takes every so many blocks */
#define SAMPLE_BLOCKS 64 /* of at least so many blocks */
#define SAMPLE_ROWS 200	 /* with at least so many rows a term */
#define SAMPLE_STEPS 6
#define SAMPLE_TOLERANCE 1e-4

#define FACTS_GROUP 8 /* columns that share one look at the weights */

/* Facts of up to FACTS_GROUP number slots from `first` on. */
static Status
number_facts(const Dataset *dataset, const LogisticOptions *options, const StopCheck *stop,
			 int32_t first, int32_t n, NumberFacts *numbers)
{
	double buffer[DATASET_BLOCK_ROWS];
	ColumnSums sums[FACTS_GROUP];
	int32_t b;
	int32_t j;

	memset(sums, 0, sizeof(sums));
	for (b = 0; b < dataset->n_blocks; b++)
	{
		const DatasetBlock *block = &dataset->blocks[b];
		const double *weight = block_weights(block, options, buffer);

		if (stop_requested(stop))
			return KERNEL_STOPPED;
		for (j = 0; j < n; j++)
			column_sums(&sums[j], block->numbers + (size_t) (first + j) * (size_t) block->capacity,
						weight, block->n);
	}
	for (j = 0; j < n; j++)
	{
		DoubleDouble present = column_total(sums[j].present, sums[j].present_rest);
		DoubleDouble sum = column_total(sums[j].sum, sums[j].sum_rest);

		numbers[first + j].present = present.hi;
		numbers[first + j].missing = column_total(sums[j].missing, sums[j].missing_rest).hi;
		numbers[first + j].mean = present.hi > 0.0 ? dd_divide(sum, present).hi : 0.0;
	}
	return KERNEL_OK;
}

Status
logistic_level_facts(const Dataset *dataset, const LogisticOptions *options, const StopCheck *stop,
					 NumberFacts *numbers, double *const *level_weight, double *missing_weight)
{
	Status status = KERNEL_OK;
	int32_t b;
	int32_t i;
	int32_t j;

	for (j = 0; j < dataset->n_categories; j++)
		missing_weight[j] = 0.0;
	for (j = 0; j < dataset->n_numbers && status == KERNEL_OK; j += FACTS_GROUP)
	{
		int32_t left = dataset->n_numbers - j;

		status = number_facts(dataset, options, stop, j, left < FACTS_GROUP ? left : FACTS_GROUP,
							  numbers);
	}
	for (b = 0; b < dataset->n_blocks && status == KERNEL_OK; b++)
	{
		const DatasetBlock *block = &dataset->blocks[b];

		if (stop_requested(stop))
			return KERNEL_STOPPED;
		for (j = 0; j < dataset->n_categories; j++)
		{
			const int32_t *codes = block->codes + (size_t) j * (size_t) block->capacity;

			for (i = 0; i < block->n; i++)
			{
				double weight = row_weight(block, i, options);

				if (codes[i] == CODE_MISSING)
					missing_weight[j] += weight;
				else
					level_weight[j][codes[i]] += weight;
			}
		}
	}
	return status;
}

/* The mean penalised loss of what logistic_pass() left. */
static double
objective(const Logistic *fit, const double *estimate)
{
	double value = fit->loss / fit->pass_total;
	int32_t k;

	for (k = 0; k < fit->n_columns; k++)
		value += 0.5 * fit->columns[k].penalty * estimate[k] * estimate[k];
	return value;
}

/*
 * Moves along the step, halved until the objective does not rise; KERNEL_NOT_CONVERGED when it
 * always does.
 */
static Status
advance(Logistic *fit, int32_t sample, double *value)
{
	double before = *value;
	double length = 1.0;
	int32_t halvings;
	int32_t k;

	for (halvings = 0; halvings <= MAX_HALVINGS; halvings++)
	{
		Status status;

		for (k = 0; k < fit->n_columns; k++)
			fit->trial[k] = fit->estimate[k] - length * fit->step[k];
		status = logistic_pass(fit, fit->trial, sample);
		if (status != KERNEL_OK)
			return status;
		*value = objective(fit, fit->trial);
		if (*value <= before + ROUNDING * before)
		{
			memcpy(fit->estimate, fit->trial, (size_t) fit->n_columns * sizeof(double));
			return KERNEL_OK;
		}
		length *= 0.5;
	}
	return KERNEL_NOT_CONVERGED;
}

/* Gradient, factored Hessian and Newton step where logistic_pass() was; *norm of the gradient. */
static Status
find_step(Logistic *fit, double *norm, double *decrement)
{
	Status status = logistic_project(fit, fit->estimate, true);
	int32_t k;

	if (status == KERNEL_OK)
		status = logistic_factor(fit);
	if (status == KERNEL_OK)
		status = logistic_solve(fit, fit->slope, fit->step);
	if (status != KERNEL_OK)
		return status;
	*norm = 0.0;
	*decrement = 0.0;
	for (k = 0; k < fit->n_columns; k++)
	{
		if (!isfinite(fit->slope[k]) || !isfinite(fit->step[k]))
			return KERNEL_OVERFLOW;
		*norm = fmax(*norm, fabs(fit->slope[k]));
		*decrement += fit->slope[k] * fit->step[k];
	}
	return KERNEL_OK;
}

/* Whether the step moves some row's eta by DRIFT: a bound first, the rows only when it fails. */
static Status
find_drift(Logistic *fit, bool *drifts)
{
	double bound = 0.0;
	Status status = KERNEL_OK;
	int32_t k;

	for (k = 0; k < fit->n_columns; k++)
		bound += fabs(fit->step[k]) * fit->columns[k].range;
	if (bound >= DRIFT)
		status = logistic_largest_eta(fit, fit->step, &bound);
	*drifts = bound >= DRIFT;
	return status;
}

/* Newton's method over all rows; leaves the factored Hessian at the estimate. */
static Status
iterate(Logistic *fit, LinearFacts *facts)
{
	double value;
	double decrement;
	Status status = logistic_pass(fit, fit->estimate, 1);

	value = objective(fit, fit->estimate);
	for (facts->iterations = 0; status == KERNEL_OK; facts->iterations++)
	{
		bool drifts = false;
		bool is_flat;

		status = find_step(fit, &facts->gradient_norm, &decrement);
		if (status != KERNEL_OK)
			return status;
		/* What one row in the mean of n could still win, as log-likelihood. */
		is_flat = 0.5 * decrement * (double) fit->dataset->n <= NO_GAIN;
		facts->converged = facts->gradient_norm <= fit->options->tolerance;
		if (fit->options->l2 == 0.0 && (facts->converged || is_flat))
			status = find_drift(fit, &drifts);
		if (drifts)
		{
			facts->converged = false;
			facts->separated = is_flat;
		}
		if (facts->converged || facts->separated || status != KERNEL_OK ||
			facts->iterations == fit->options->max_iterations)
			break;
		status = advance(fit, 1, &value);
	}
	if (status == KERNEL_NOT_CONVERGED)
	{
		/* No step lowers the objective: its last digits are reached, or nearly. */
		status = logistic_pass(fit, fit->estimate, 1);
		if (status == KERNEL_OK)
			status = find_step(fit, &facts->gradient_norm, &decrement);
		facts->converged = facts->gradient_norm <= fit->options->tolerance;
	}
	if (status == KERNEL_OK && facts->converged)
	{
		int32_t k;

		for (k = 0; k < fit->n_columns; k++)
			fit->estimate[k] -= fit->step[k];
		fit->loss -= 0.5 * decrement * fit->total;
	}
	return status;
}

/* The share of positive rows as log-odds, and the mean loss there. */
static void
start_at_share(Logistic *fit, double *loss)
{
	double positive = 0.0;
	double share;
	int32_t b;
	int32_t i;

	*loss = log(2.0);
	if (!fit->design->has_intercept)
		return;
	for (b = 0; b < fit->dataset->n_blocks; b++)
	{
		const DatasetBlock *block = &fit->dataset->blocks[b];

		for (i = 0; i < block->n; i++)
			positive += block->target[i] == fit->options->positive_target ?
				row_weight(block, i, fit->options) :
				0.0;
	}
	share = positive / fit->total;
	if (!(share > 0.0 && share < 1.0))
		return;
	fit->estimate[0] = log(share / (1.0 - share));
	*loss = -share * log(share) - (1.0 - share) * log1p(-share);
}

/* A few steps on a sample of the blocks, where that leaves enough rows for the terms. */
static Status
start_on_sample(Logistic *fit)
{
	double start_loss;
	double start;
	double value;
	double norm;
	double decrement;
	Status status = KERNEL_OK;
	int32_t steps;

	start_at_share(fit, &start_loss);
	if (fit->dataset->n_blocks < SAMPLE_BLOCKS ||
		fit->dataset->n / SAMPLE < SAMPLE_ROWS * (int64_t) fit->n_columns)
		return KERNEL_OK;
	start = fit->n_columns > 0 ? fit->estimate[0] : 0.0;
	status = logistic_pass(fit, fit->estimate, SAMPLE);
	value = objective(fit, fit->estimate);
	for (steps = 0; steps < SAMPLE_STEPS && status == KERNEL_OK; steps++)
	{
		status = find_step(fit, &norm, &decrement);
		if (status != KERNEL_OK || norm <= SAMPLE_TOLERANCE)
			break;
		status = advance(fit, SAMPLE, &value);
	}
	if (status == KERNEL_STOPPED || status == KERNEL_OUT_OF_MEMORY)
		return status;
	/* A sample that went wrong is no reason to fail. */
	if (status != KERNEL_OK || !(value <= start_loss))
	{
		memset(fit->estimate, 0, (size_t) fit->n_columns * sizeof(double));
		if (fit->design->has_intercept)
			fit->estimate[0] = start;
	}
	return KERNEL_OK;
}

static void
set_coefficient(LinearCoefficient *coefficient, const Term *term, double estimate, double variance)
{
	coefficient->term = *term;
	coefficient->estimate = estimate;
	coefficient->std_error = coefficient->statistic = coefficient->p_value = NAN;
	if (!(variance >= 0.0) || !isfinite(variance))
		return;
	coefficient->std_error = sqrt(variance);
	coefficient->statistic = estimate / coefficient->std_error;
	if (!isnan(coefficient->statistic))
		coefficient->p_value = distribution_normal_two_sided(coefficient->statistic);
}

/*
 * Variance of the raw intercept: v' inverse v with v = (1, -mean / deviation, ...), constant
 * columns left out; NaN when the rows do not determine it.  Uses trial, step and slope.
 */
static Status
intercept_variance(Logistic *fit, double *variance)
{
	Status status;
	int32_t k;

	fit->trial[0] = 1.0;
	for (k = 1; k < fit->n_columns; k++)
		fit->trial[k] =
			fit->root[k] > 0.0 ? -fit->columns[k].mean / fit->columns[k].deviation : 0.0;
	status = logistic_solve(fit, fit->trial, fit->step);
	if (status != KERNEL_OK)
		return status;
	*variance = NAN;
	if (fit->rank < fit->n_columns &&
		!logistic_is_determined(fit, fit->trial, fit->step, fit->slope))
		return KERNEL_OK;
	*variance = 0.0;
	for (k = 0; k < fit->n_columns; k++)
		*variance += fit->trial[k] * fit->step[k] / fit->total;
	return KERNEL_OK;
}

/* The coefficient table in original units; the matrix holds the factored Hessian. */
static Status
report(Logistic *fit, LinearFit *result)
{
	const Design *design = fit->design;
	size_t p = (size_t) fit->n_columns;
	bool has_errors = fit->options->l2 == 0.0;
	double limit = result->facts.separated ? DIVERGED : INFINITY;
	double *variances = memory_allocate(fit->allocator, p, sizeof(double));
	double intercept = 0.0;
	double variance = NAN;
	Status status = variances != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	int32_t k;

	if (status == KERNEL_OK && has_errors)
		status = logistic_variances(fit, variances);
	for (k = 0; k < fit->n_columns && status == KERNEL_OK; k++)
	{
		const Column *column = &fit->columns[k];
		double error = has_errors ? sqrt(variances[k]) : NAN;

		if (column->index == 0)
		{
			intercept += fit->estimate[k];
			continue;
		}
		if (design->has_intercept)
			intercept -= fit->estimate[k] / column->deviation * column->mean;
		error = error * column->range < limit ? error / column->deviation : NAN;
		set_coefficient(&result->coefficients[column->term], &design->terms[column->term],
						fit->estimate[k] / column->deviation, error * error);
	}
	if (status == KERNEL_OK && design->has_intercept)
	{
		if (has_errors)
			status = intercept_variance(fit, &variance);
		set_coefficient(&result->coefficients[fit->columns[0].term],
						&design->terms[fit->columns[0].term], intercept,
						sqrt(variance) < limit ? variance : NAN);
	}
	memory_release(fit->allocator, variances, p, sizeof(double));
	return status;
}

Status
logistic_fit(const Dataset *dataset, const Design *design, const LogisticOptions *options,
			 const Allocator *allocator, const StopCheck *stop, LinearFit *result)
{
	Logistic fit = {.dataset = dataset,
					.design = design,
					.options = options,
					.allocator = allocator,
					.stop = stop};
	Status status = logistic_begin(&fit);

	result->facts = (LinearFacts){
		.log_likelihood = NAN, .sigma2 = NAN, .rss = NAN, .tss = NAN, .condition_number = NAN};
	if (status == KERNEL_OK)
		status = start_on_sample(&fit);
	if (status == KERNEL_OK)
		status = iterate(&fit, &result->facts);
	if (status == KERNEL_OK)
	{
		result->facts.rank = fit.rank;
		result->facts.log_likelihood = -fit.loss;
		status = report(&fit, result);
	}
	logistic_end(&fit);
	return status;
}
