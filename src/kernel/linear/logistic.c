/*
 * logistic.c: binary logistic regression by Newton's method.
 *
 * Large data is first fitted on a sample of its blocks, which costs little and
 * leaves two or three passes over all of it; the optimum does not depend on it.
 * Once the gradient is within the tolerance, or is proved to be after the next
 * step, that step is taken without a further pass: it squares the error, so that
 * the order of the rows does not show in the estimates.
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
#define SETTLED 1e3 /* times the tolerance: a change of eta that the standard errors do not see */
#define STILL 1e-26 /* a decrement this small against the objective is rounding */
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
	double value = fit->sums.loss.hi / fit->sums.total.hi;
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

/* A Newton step and what is known of it. */
typedef struct Step
{
	double norm;	  /* of the gradient before it: infinity norm */
	double next_norm; /* a bound of the norm after it */
	double decrement; /* twice the mean loss that it wins, to first order: gradient . step */
	double reach;	  /* a bound of how far it moves any row's eta */
} Step;

/*
 * Gradient, factored Hessian and Newton step where logistic_pass() was.
 *
 * The curvature of a row changes by at most a factor exp(|change of eta|), so the gradient after
 * the step is at most exp(reach) / 2 sum w curvature (change of eta)^2 |column|, and the sum of
 * the first three is no more than the decrement.
 */
static Status
find_step(Logistic *fit, Step *step)
{
	double range = 0.0;
	Status status = logistic_project(fit, fit->estimate, true);
	int32_t k;

	if (status == KERNEL_OK)
		status = logistic_factor(fit);
	if (status != KERNEL_OK)
		return status;
	logistic_solve(fit, fit->slope, fit->step);
	*step = (Step){0.0, 0.0, 0.0, 0.0};
	for (k = 0; k < fit->n_columns; k++)
	{
		if (!isfinite(fit->slope[k]) || !isfinite(fit->step[k]))
			return KERNEL_OVERFLOW;
		step->norm = fmax(step->norm, fabs(fit->slope[k]));
		step->decrement += fit->slope[k] * fit->step[k];
		step->reach += fabs(fit->step[k]) * fit->columns[k].range;
		range = fmax(range, fit->columns[k].range);
	}
	step->next_norm = 0.5 * exp(step->reach) * step->decrement * range;
	return KERNEL_OK;
}

/* Whether the step moves some row's eta by DRIFT: by the bound, or else by the rows. */
static Status
find_drift(Logistic *fit, const Step *step, bool *drifts)
{
	double most = step->reach;
	Status status = KERNEL_OK;

	if (most >= DRIFT)
		status = logistic_largest_eta(fit, fit->step, &most);
	*drifts = most >= DRIFT;
	return status;
}

/* Judges the step found at the estimate; sets the facts. */
static Status
judge(Logistic *fit, const Step *step, LinearFacts *facts)
{
	double tolerance = fit->options->tolerance;
	/* What the step could still win, as log-likelihood of as many rows of weight 1. */
	bool is_flat = 0.5 * step->decrement * (double) fit->dataset->n <= NO_GAIN;
	bool will_be = step->next_norm <= tolerance && step->reach <= SETTLED * tolerance;
	bool drifts = false;
	Status status = KERNEL_OK;

	facts->gradient_norm = step->norm;
	facts->converged = step->norm <= tolerance || will_be;
	if (fit->options->l2 == 0.0 && (facts->converged || is_flat))
		status = find_drift(fit, step, &drifts);
	if (drifts)
	{
		facts->converged = false;
		facts->separated = is_flat;
	}
	return status;
}

/* Takes the last step, which needs no pass: the Hessian changes no more that matters. */
static void
take_last_step(Logistic *fit, const Step *step, LinearFacts *facts)
{
	int32_t k;

	for (k = 0; k < fit->n_columns; k++)
		fit->estimate[k] -= fit->step[k];
	facts->gradient_norm = fmin(step->norm, step->next_norm);
	fit->sums.loss = dd_add_double(fit->sums.loss, -0.5 * step->decrement * fit->total);
}

/* Newton's method over all rows; leaves the factored Hessian at the estimate. */
static Status
iterate(Logistic *fit, LinearFacts *facts)
{
	Step step;
	Status status = logistic_pass(fit, fit->estimate, 1);
	double value = objective(fit, fit->estimate);

	for (facts->iterations = 0; status == KERNEL_OK; facts->iterations++)
	{
		status = find_step(fit, &step);
		if (status == KERNEL_OK)
			status = judge(fit, &step, facts);
		if (status != KERNEL_OK)
			return status;
		if (facts->converged || facts->separated || step.decrement <= STILL * value ||
			facts->iterations == fit->options->max_iterations)
			break;
		status = advance(fit, 1, &value);
	}
	if (status == KERNEL_NOT_CONVERGED)
	{
		/* No step lowers the objective: its last digits are reached, or nearly. */
		status = logistic_pass(fit, fit->estimate, 1);
		if (status == KERNEL_OK)
			status = find_step(fit, &step);
		if (status == KERNEL_OK)
			status = judge(fit, &step, facts);
	}
	if (status == KERNEL_OK && facts->converged)
		take_last_step(fit, &step, facts);
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
	Step step;
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
		status = find_step(fit, &step);
		if (status != KERNEL_OK || step.norm <= SAMPLE_TOLERANCE)
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
		result->facts.log_likelihood = -fit.sums.loss.hi;
		set_metrics(&fit, result);
		status = logistic_settle(&fit);
	}
	if (status == KERNEL_OK)
		status = report(&fit, result);
	logistic_end(&fit);
	return status;
}
