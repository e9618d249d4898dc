/*
 * logistic.c: binary logistic regression: facts of the columns, the fit, the coefficient table.
 */
#include "kernel/linear/logistic.h"

#include <math.h>
#include <string.h>

#include "kernel/base/double_double.h"
#include "kernel/dataset/column_simd.h"
#include "kernel/linear/logistic_state.h"
#include "kernel/stat/distribution.h"

#define DIVERGED 100.0 /* standard error of eta above which an estimate says nothing */

/* Adds a block to the sums of each number slot. */
static void
add_numbers(const DatasetBlock *block, const double *weight, int32_t n_numbers, ColumnSums *sums)
{
	int32_t j;

	for (j = 0; j < n_numbers; j++)
		column_sums(&sums[j], block->numbers + (size_t) j * (size_t) block->capacity, weight,
					block->n);
}

/* Adds a block to the weights of the levels. */
static void
add_levels(const DatasetBlock *block, const LogisticOptions *options, int32_t n_categories,
		   double *const *level_weight, double *missing_weight)
{
	int32_t i;
	int32_t j;

	for (j = 0; j < n_categories; j++)
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

static NumberFacts
number_facts(const ColumnSums *sums)
{
	return (NumberFacts){.present = column_total(sums->present, sums->present_rest).hi,
						 .missing = column_total(sums->missing, sums->missing_rest).hi,
						 .mean = column_mean(sums)};
}

Status
logistic_level_facts(const Dataset *dataset, const LogisticOptions *options,
					 const Allocator *allocator, const StopCheck *stop, NumberFacts *numbers,
					 double *const *level_weight, double *missing_weight)
{
	size_t n_numbers = (size_t) dataset->n_numbers;
	ColumnSums *sums = memory_allocate_zero(allocator, n_numbers, sizeof(ColumnSums));
	double buffer[DATASET_BLOCK_ROWS];
	Status status = sums != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	int32_t n_summed = summed_blocks(dataset, options);
	int32_t b;
	int32_t j;

	for (j = 0; j < dataset->n_categories; j++)
		missing_weight[j] = 0.0;
	if (n_summed > 0 && sums != NULL)
		memcpy(sums, dataset->sums, n_numbers * sizeof(ColumnSums));
	for (b = dataset->n_categories == 0 ? n_summed : 0;
		 b < dataset->n_blocks && status == KERNEL_OK; b++)
	{
		const DatasetBlock *block;

		status = stop_requested(stop) ? KERNEL_STOPPED : dataset_block(dataset, b, &block);
		if (status != KERNEL_OK)
			break;
		if (b >= n_summed)
			add_numbers(block, block_weights(block, options, buffer), dataset->n_numbers, sums);
		add_levels(block, options, dataset->n_categories, level_weight, missing_weight);
	}
	for (j = 0; j < dataset->n_numbers && status == KERNEL_OK; j++)
		numbers[j] = number_facts(&sums[j]);
	memory_release(allocator, sums, n_numbers, sizeof(ColumnSums));
	return status;
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
 * columns left out; NaN when the rows do not determine it.  Uses trial and step.
 */
static double
intercept_variance(Logistic *fit)
{
	double variance = 0.0;
	int32_t k;

	fit->trial[0] = 1.0;
	for (k = 1; k < fit->n_columns; k++)
		fit->trial[k] =
			fit->root[k] > 0.0 ? -fit->columns[k].mean / fit->columns[k].deviation : 0.0;
	if (!logistic_is_determined(fit, fit->trial))
		return NAN;
	logistic_solve(fit, fit->trial, fit->step);
	for (k = 0; k < fit->n_columns; k++)
		variance += fit->trial[k] * fit->step[k] / fit->total;
	return variance;
}

/*
 * logistic_report
 *		The coefficient table in original units; the matrix holds the factored Hessian.
 *
 * Where the standard error of a row's eta may be above the limit, the estimate has none.
 */
Status
logistic_report(Logistic *fit, double limit, LinearFit *result)
{
	const Design *design = fit->design;
	size_t p = (size_t) fit->n_columns;
	bool has_errors = fit->options->l2 == 0.0 && !fit->options->nonnegative;
	double *variances = memory_allocate(fit->allocator, p, sizeof(double));
	double intercept = 0.0;
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
		double variance = has_errors ? intercept_variance(fit) : NAN;

		set_coefficient(&result->coefficients[fit->columns[0].term],
						&design->terms[fit->columns[0].term], intercept,
						sqrt(variance) < limit ? variance : NAN);
	}
	memory_release(fit->allocator, variances, p, sizeof(double));
	if (result->covariance != NULL)
		result->covariance->is_known = false;
	if (status == KERNEL_OK && result->covariance != NULL && has_errors && !result->facts.separated)
		status = logistic_covariance(fit, fit, result->covariance);
	return status;
}

/* Mean loss and share of rows told right, class weights taken out. */
static void
set_metrics(const Logistic *fit, LinearFit *result)
{
	double loss = 0.0;
	double right = 0.0;
	double total = 0.0;
	int32_t k;

	for (k = 0; k < 2; k++)
	{
		double factor = fit->options->class_weight[k];

		loss += fit->sums.class_loss[k] / factor;
		right += fit->sums.class_right[k] / factor;
		total += fit->sums.class_total[k] / factor;
	}
	result->log_loss = loss / total;
	result->accuracy = right / total;
}

LogisticOptions
logistic_unclassed(double l2, bool standardize)
{
	return (LogisticOptions){
		.l2 = l2, .standardize = standardize, .positive_target = NAN, .class_weight = {1.0, 1.0}};
}

LinearFacts
logistic_no_facts(void)
{
	return (LinearFacts){.log_likelihood = NAN,
						 .sigma2 = NAN,
						 .rss = NAN,
						 .tss = NAN,
						 .gradient_norm = NAN,
						 .condition_number = NAN};
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
		status = logistic_newton(&fit, &result->facts);
	if (status == KERNEL_OK)
	{
		result->facts.rank = logistic_bound_rank(&fit);
		result->facts.log_likelihood = -fit.sums.loss.hi;
		set_metrics(&fit, result);
		status = logistic_settle(&fit);
	}
	if (status == KERNEL_OK)
		status = logistic_report(&fit, result->facts.separated ? DIVERGED : INFINITY, result);
	logistic_end(&fit);
	return status;
}
