/*
 * softmax.c: multinomial logistic regression: the fit and its coefficient table.
 */
#include "kernel/linear/softmax.h"

#include <math.h>
#include <string.h>

#include "kernel/linear/panel_simd.h"
#include "kernel/linear/softmax_state.h"
#include "kernel/stat/distribution.h"

#define DIVERGED 100.0 /* standard error of eta above which an estimate says nothing */

/* The arrays that live in one block, by the place of their pointer. */
#define ARRAYS 13

typedef struct Part
{
	double **place;
	size_t count;
} Part;

static void
list_arrays(Softmax *fit, Part *parts)
{
	size_t classes = (size_t) fit->n_classes;
	size_t coefficients = (size_t) fit->system.n_columns;
	size_t basis = (size_t) fit->n_free * (size_t) fit->frame.n_basis;
	Part list[ARRAYS] = {
		/* Vectors that straddle cache lines would be slower: these come first. */
		{&fit->p, classes * PANEL_ROWS},
		{&fit->residual, classes * PANEL_ROWS},
		{&fit->curvature, classes * PANEL_ROWS},
		{&fit->blank, PANEL_ROWS + (size_t) fit->frame.n_basis},
		{&fit->class_loss, classes},
		{&fit->class_right, classes},
		{&fit->weights, basis},
		{&fit->gradients, basis},
		{&fit->system.estimate, coefficients},
		{&fit->system.trial, coefficients},
		{&fit->system.step, coefficients},
		{&fit->system.slope, coefficients},
		{&fit->system.root, coefficients},
	};

	memcpy(parts, list, sizeof(list));
}

/* The block of arrays, zeroed. */
static Status
allocate_arrays(Softmax *fit)
{
	Part parts[ARRAYS];
	double *next;
	size_t bytes;
	int i;

	if (!size_multiply((size_t) fit->n_classes,
					   (size_t) fit->frame.n_basis * 8 * sizeof(double) + 4096, &bytes) ||
		bytes > SIZE_MAX / 4)
		return KERNEL_TOO_LARGE;
	list_arrays(fit, parts);
	fit->n_arrays = PANEL_ALIGNMENT / sizeof(double);
	for (i = 0; i < ARRAYS; i++)
		fit->n_arrays += parts[i].count;
	fit->arrays = memory_allocate_zero(fit->frame.allocator, fit->n_arrays, sizeof(double));
	if (fit->arrays == NULL)
		return KERNEL_OUT_OF_MEMORY;
	next = fit->arrays +
		(PANEL_ALIGNMENT - (uintptr_t) fit->arrays % PANEL_ALIGNMENT) / sizeof(double);
	for (i = 0; i < ARRAYS; i++)
	{
		*parts[i].place = next;
		next += parts[i].count;
	}
	return KERNEL_OK;
}

/* Room for a Hessian: on the basis for each pair of classes, and on the columns of all. */
static Status
allocate_hessian(Softmax *fit)
{
	size_t basis = (size_t) fit->frame.n_basis;
	size_t padded = (size_t) panel_padded(fit->frame.n_dense);
	size_t size = (size_t) fit->system.n_columns;
	size_t all;

	if (!size_multiply(fit->n_pairs, basis * basis, &all) ||
		!size_multiply(fit->n_pairs, padded * padded, &all))
		return KERNEL_TOO_LARGE;
	fit->pairs =
		memory_allocate(fit->frame.allocator, fit->n_pairs * basis * basis, sizeof(double));
	fit->dense =
		memory_allocate(fit->frame.allocator, fit->n_pairs * padded * padded, sizeof(double));
	fit->system.matrix = memory_allocate_zero(fit->frame.allocator, size * size, sizeof(double));
	return fit->pairs != NULL && fit->dense != NULL && fit->system.matrix != NULL ?
		KERNEL_OK :
		KERNEL_OUT_OF_MEMORY;
}

/* Weight of the rows of each class; the first that has any is the reference. */
static Status
count_classes(Softmax *fit)
{
	const Dataset *dataset = fit->frame.dataset;
	const LogisticOptions *options = fit->frame.options;
	int32_t b;
	int32_t i;

	for (b = 0; b < dataset->n_blocks; b++)
	{
		const DatasetBlock *block;
		Status status =
			stop_requested(fit->frame.stop) ? KERNEL_STOPPED : dataset_block(dataset, b, &block);

		if (status != KERNEL_OK)
			return status;
		for (i = 0; i < block->n; i++)
			fit->class_total[options->class_of_code[(int32_t) block->target[i]]] +=
				row_weight(block, i, options);
	}
	for (i = 0; i < fit->n_classes && !(fit->class_total[i] > 0.0);)
		i++;
	fit->reference = i < fit->n_classes ? i : 0;
	return KERNEL_OK;
}

static Status
begin(Softmax *fit)
{
	size_t pairs = (size_t) fit->n_free * ((size_t) fit->n_free + 1) / 2;
	size_t coefficients;
	Status status = logistic_begin(&fit->frame);

	if (status != KERNEL_OK)
		return status;
	fit->class_total =
		memory_allocate_zero(fit->frame.allocator, (size_t) fit->n_classes, sizeof(double));
	if (fit->class_total == NULL)
		return KERNEL_OUT_OF_MEMORY;
	status = count_classes(fit);
	coefficients = (size_t) fit->n_free * (size_t) fit->frame.n_columns;
	if (status == KERNEL_OK && coefficients > INT32_MAX / 4)
		status = KERNEL_TOO_LARGE;
	if (status != KERNEL_OK)
		return status;
	fit->n_pairs = pairs;
	fit->has_hessian = (int64_t) coefficients <= (fit->frame.options->hessian_limit != 0 ?
													  fit->frame.options->hessian_limit :
													  SOFTMAX_HESSIAN_LIMIT);
	fit->system = (Logistic){.options = fit->frame.options,
							 .allocator = fit->frame.allocator,
							 .stop = fit->frame.stop,
							 .total = fit->frame.total,
							 .n_columns = (int32_t) coefficients};
	if (fit->frame.options->nonnegative && !fit->has_hessian)
		return KERNEL_TOO_LARGE;
	status = logistic_bound_begin(&fit->system, &fit->frame);
	if (status == KERNEL_OK)
		status = allocate_arrays(fit);
	return status == KERNEL_OK && fit->has_hessian ? allocate_hessian(fit) : status;
}

static void
end(Softmax *fit)
{
	const Allocator *allocator = fit->frame.allocator;
	size_t basis = (size_t) fit->frame.n_basis;
	size_t padded = (size_t) panel_padded(fit->frame.n_dense);
	size_t size = (size_t) fit->system.n_columns;

	memory_release(allocator, fit->class_total, (size_t) fit->n_classes, sizeof(double));
	memory_release(allocator, fit->arrays, fit->n_arrays, sizeof(double));
	memory_release(allocator, fit->pairs, fit->n_pairs * basis * basis, sizeof(double));
	memory_release(allocator, fit->dense, fit->n_pairs * padded * padded, sizeof(double));
	memory_release(allocator, fit->system.matrix, size * size, sizeof(double));
	null_space_release(&fit->system.null_space, allocator);
	if (fit->system.allocator != NULL)
		logistic_bound_end(&fit->system);
	logistic_end(&fit->frame);
}

/*
 * Of all estimates with these eta the shortest, and what the rows determine.  What leaves the eta as they
 * are is the null space of the columns, for each class; that of a Hessian is the same, but where classes
 * are separated it seems larger, since rows that are certain have no curvature.  As in logistic_settle(),
 * with bounds the estimate stays.
 */
static Status
settle(Softmax *fit)
{
	Logistic *frame = &fit->frame;
	Logistic *system = &fit->system;
	Status status;
	int32_t m;

	if (system->is_bounded != NULL)
		return KERNEL_OK;
	status = null_space_find(&frame->null_space, frame->matrix, frame->n_columns, frame->rank,
							 frame->root, frame->allocator, frame->stop);
	for (m = 0; m < fit->n_free && status == KERNEL_OK; m++)
		null_space_remove(&frame->null_space,
						  system->estimate + (size_t) m * (size_t) frame->n_columns);
	if (status == KERNEL_OK && fit->has_hessian)
		status = null_space_find(&system->null_space, system->matrix, system->n_columns,
								 system->rank, system->root, system->allocator, system->stop);
	return status;
}

static void
set_coefficient(LinearCoefficient *coefficient, const Term *term, double estimate, double error)
{
	coefficient->term = *term;
	coefficient->estimate = estimate;
	coefficient->std_error = coefficient->statistic = coefficient->p_value = NAN;
	if (!isfinite(error))
		return;
	coefficient->std_error = error;
	coefficient->statistic = estimate / error;
	if (!isnan(coefficient->statistic))
		coefficient->p_value = distribution_normal_two_sided(coefficient->statistic);
}

/* The standard error of the raw intercept of free class m: v' inverse v with v = (1, -mean / deviation, ...). */
static double
intercept_error(Softmax *fit, int32_t m)
{
	Logistic *system = &fit->system;
	size_t first = (size_t) m * (size_t) fit->frame.n_columns;
	double variance = 0.0;
	int32_t k;

	memset(system->trial, 0, (size_t) system->n_columns * sizeof(double));
	system->trial[first] = 1.0;
	for (k = 1; k < fit->frame.n_columns; k++)
	{
		const Column *column = &fit->frame.columns[k];

		if (system->root[first + (size_t) k] > 0.0)
			system->trial[first + (size_t) k] = -column->mean / column->deviation;
	}
	if (!logistic_is_determined(system, system->trial))
		return NAN;
	logistic_solve(system, system->trial, system->step);
	for (k = 0; k < system->n_columns; k++)
		variance += system->trial[k] * system->step[k] / fit->frame.total;
	return sqrt(variance);
}

/* The coefficients of free class m in original units; errors: of its columns, or NULL. */
static void
report_class(Softmax *fit, int32_t m, const double *errors, double limit,
			 LinearCoefficient *coefficients)
{
	const Design *design = fit->frame.design;
	const double *estimate = fit->system.estimate + (size_t) m * (size_t) fit->frame.n_columns;
	double intercept = 0.0;
	int32_t k;

	for (k = 0; k < fit->frame.n_columns; k++)
	{
		const Column *column = &fit->frame.columns[k];
		double error = errors != NULL ? errors[k] : NAN;

		if (column->index == 0)
		{
			intercept += estimate[k];
			continue;
		}
		if (design->has_intercept)
			intercept -= estimate[k] / column->deviation * column->mean;
		error = error * column->range < limit ? error / column->deviation : NAN;
		set_coefficient(&coefficients[column->term], &design->terms[column->term],
						estimate[k] / column->deviation, error);
	}
	if (design->has_intercept)
	{
		int32_t term = fit->frame.columns[0].term;
		double error = errors != NULL ? intercept_error(fit, m) : NAN;

		set_coefficient(&coefficients[term], &design->terms[term], intercept,
						error < limit ? error : NAN);
	}
}

/* Of each term, takes the mean over the classes from the coefficients. */
static void
make_symmetric(const Softmax *fit, LinearCoefficient *coefficients)
{
	size_t n_terms = (size_t) fit->frame.n_columns;
	size_t t;
	int32_t k;

	for (t = 0; t < n_terms; t++)
	{
		double sum = 0.0;

		for (k = 0; k < fit->n_classes; k++)
			sum += coefficients[(size_t) k * n_terms + t].estimate;
		for (k = 0; k < fit->n_classes; k++)
			coefficients[(size_t) k * n_terms + t].estimate -= sum / fit->n_classes;
	}
}

/* The covariance of all free coefficients, where they have errors. */
static Status
report_covariance(const Softmax *fit, bool has_errors, SoftmaxFit *result)
{
	int32_t m;

	result->covariance->is_known = false;
	if (!has_errors)
		return KERNEL_OK;
	for (m = 0; m < fit->n_free; m++)
		result->level[m] = fit->frame.design->has_intercept ?
			fit->system.estimate[(size_t) m * (size_t) fit->frame.n_columns] :
			0.0;
	return logistic_covariance(&fit->system, &fit->frame, result->covariance);
}

/* The coefficient table in original units; the matrix holds the factored Hessian. */
static Status
report(Softmax *fit, SoftmaxFit *result)
{
	size_t q = (size_t) fit->frame.n_columns;
	size_t n = (size_t) fit->system.n_columns;
	const LogisticOptions *options = fit->frame.options;
	bool is_symmetric = options->l2 > 0.0 && !options->nonnegative;
	bool has_errors = fit->has_hessian && options->l2 == 0.0 && !options->nonnegative;
	double limit = result->facts.separated ? DIVERGED : INFINITY;
	double *errors = NULL;
	Status status = KERNEL_OK;
	size_t i;
	int32_t m;

	if (has_errors)
	{
		errors = memory_allocate(fit->frame.allocator, n, sizeof(double));
		if (errors == NULL)
			return KERNEL_OUT_OF_MEMORY;
		status = logistic_variances(&fit->system, errors);
		for (i = 0; i < n && status == KERNEL_OK; i++)
			errors[i] = sqrt(errors[i]);
	}
	for (i = 0; i < q; i++)
		set_coefficient(&result->coefficients[(size_t) fit->reference * q + i],
						&fit->frame.design->terms[i], 0.0, NAN);
	for (m = 0; m < fit->n_free && status == KERNEL_OK; m++)
	{
		status = stop_requested(fit->frame.stop) ? KERNEL_STOPPED : KERNEL_OK;
		if (status == KERNEL_OK)
			report_class(fit, m, has_errors ? errors + (size_t) m * q : NULL, limit,
						 result->coefficients + (size_t) softmax_class(fit, m) * q);
	}
	if (status == KERNEL_OK && result->covariance != NULL)
		status = report_covariance(fit, has_errors && !result->facts.separated, result);
	if (is_symmetric)
		make_symmetric(fit, result->coefficients);
	result->reference = is_symmetric ? -1 : fit->reference;
	result->has_errors = has_errors;
	memory_release(fit->frame.allocator, errors, n, sizeof(double));
	return status;
}

/* Mean loss and share of rows told right, class weights taken out. */
static void
set_metrics(const Softmax *fit, SoftmaxFit *result)
{
	const double *factor = fit->frame.options->class_factor;
	double loss = 0.0;
	double right = 0.0;
	double total = 0.0;
	int32_t k;

	for (k = 0; k < fit->n_classes; k++)
	{
		double own = factor != NULL ? factor[k] : 1.0;

		if (!(fit->class_total[k] > 0.0))
			continue;
		loss += fit->class_loss[k] / own;
		right += fit->class_right[k] / own;
		total += fit->class_total[k] / own;
	}
	result->log_loss = loss / total;
	result->accuracy = right / total;
}

Status
softmax_fit(const Dataset *dataset, const Design *design, const LogisticOptions *options,
			const Allocator *allocator, const StopCheck *stop, SoftmaxFit *result)
{
	Softmax fit = {.frame = {.dataset = dataset,
							 .design = design,
							 .options = options,
							 .allocator = allocator,
							 .stop = stop},
				   .n_classes = options->n_classes,
				   .n_free = options->n_classes - 1};
	Status status = begin(&fit);

	result->facts = (LinearFacts){
		.log_likelihood = NAN, .sigma2 = NAN, .rss = NAN, .tss = NAN, .condition_number = NAN};
	if (status == KERNEL_OK)
		status = softmax_newton(&fit, &result->facts);
	if (status == KERNEL_OK)
	{
		result->facts.log_likelihood = -fit.frame.sums.loss.hi;
		set_metrics(&fit, result);
		status = settle(&fit);
		result->facts.rank =
			options->nonnegative ? logistic_bound_rank(&fit.system) : fit.n_free * fit.frame.rank;
	}
	if (status == KERNEL_OK)
		status = report(&fit, result);
	end(&fit);
	return status;
}
