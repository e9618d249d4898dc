/*
 * quantile_rows.c: residuals and passes of quantile regression.
 */
#include "kernel/linear/quantile_state.h"

#include <math.h>
#include <string.h>

#include "kernel/linear/covariance.h"
#include "kernel/linear/panel_simd.h"
#include "kernel/stat/distribution.h"

Status
residuals_begin(Residuals *residuals, const Dataset *dataset, const Design *design,
				const QuantileOptions *options, const Allocator *allocator, const StopCheck *stop)
{
	Status status;

	*residuals = (Residuals){
		.rows = {.standardize = options->standardize,
				 .positive_target = NAN,
				 .class_weight = {1.0, 1.0}},
		.options = options,
		.n = (size_t) dataset->n,
		.fit = {.dataset = dataset, .design = design, .allocator = allocator, .stop = stop}};
	residuals->fit.options = &residuals->rows;
	status = logistic_begin(&residuals->fit);
	if (status != KERNEL_OK)
		return status;
	residuals->residual = memory_allocate(allocator, residuals->n, sizeof(double));
	residuals->change = memory_allocate(allocator, residuals->n, sizeof(double));
	residuals->gradient =
		memory_allocate(allocator, (size_t) residuals->fit.n_columns, sizeof(double));
	residuals->other =
		memory_allocate(allocator, (size_t) residuals->fit.n_columns, sizeof(double));
	if (residuals->residual == NULL || residuals->change == NULL || residuals->gradient == NULL ||
		residuals->other == NULL)
		return KERNEL_OUT_OF_MEMORY;
	return KERNEL_OK;
}

void
residuals_end(Residuals *residuals)
{
	const Allocator *allocator = residuals->fit.allocator;
	size_t p = (size_t) residuals->fit.n_columns;

	memory_release(allocator, residuals->residual, residuals->n, sizeof(double));
	memory_release(allocator, residuals->change, residuals->n, sizeof(double));
	memory_release(allocator, residuals->gradient, p, sizeof(double));
	memory_release(allocator, residuals->other, p, sizeof(double));
	logistic_end(&residuals->fit);
}

bool
residuals_are_unweighted(const Residuals *residuals)
{
	return residuals->fit.total == (double) residuals->n;
}

/* x'coefficients of every row into `values`; from the target when it is to be a residual. */
static Status
predict_rows(Residuals *residuals, const double *coefficients, double *values, bool is_residual)
{
	Logistic *fit = &residuals->fit;
	PanelPlace place = logistic_panel_first(fit->dataset);
	double eta[PANEL_ROWS];
	size_t row = 0;
	int32_t i;

	logistic_panel_spread(fit, coefficients, fit->weights);
	while (place.next_n > 0)
	{
		Status status = stop_requested(fit->stop) ?
			KERNEL_STOPPED :
			logistic_panel_open(fit->dataset, place.next_b, place.next_start, &place);

		if (status != KERNEL_OK)
			return status;
		logistic_panel_load(fit, &place);
		logistic_panel_eta(fit, fit->weights, place.n, eta);
		for (i = 0; i < place.n; i++)
			values[row + (size_t) i] =
				is_residual ? place.block->target[place.start + i] - eta[i] : eta[i];
		row += (size_t) place.n;
	}
	return KERNEL_OK;
}

Status
residuals_find(Residuals *residuals)
{
	return predict_rows(residuals, residuals->fit.estimate, residuals->residual, true);
}

Status
residuals_changes(Residuals *residuals)
{
	return predict_rows(residuals, residuals->fit.step, residuals->change, false);
}

void
residuals_move(Residuals *residuals, double length)
{
	size_t i;
	int32_t k;

	/* The estimate gains what the residuals lose. */
	for (i = 0; i < residuals->n; i++)
		residuals->residual[i] -= length * residuals->change[i];
	for (k = 0; k < residuals->fit.n_columns; k++)
		residuals->fit.estimate[k] += length * residuals->fit.step[k];
}

/* Is any of them not 0? */
static bool
is_used(const double *curvature, int32_t n)
{
	int32_t i;

	for (i = 0; i < n; i++)
	{
		if (curvature[i] != 0.0)
			return true;
	}
	return false;
}

static Status
add_panel(Residuals *residuals, const RowLoss *loss, const PanelPlace *place, size_t row)
{
	Logistic *fit = &residuals->fit;
	double residual[PANEL_ROWS] = {0.0};
	double curvature[PANEL_ROWS] = {0.0};
	const DatasetBlock *block = place->block;
	const double *weight = block->weight != NULL ? block->weight + place->start : NULL;

	loss->rows(loss, residuals->residual + row, weight, place->n, residual, curvature);
	logistic_panel_load(fit, place);
	return logistic_add_derivatives(
		fit, residual, loss->has_curvature && is_used(curvature, place->n) ? curvature : NULL,
		place->n);
}

Status
residuals_pass(Residuals *residuals, const RowLoss *loss)
{
	Logistic *fit = &residuals->fit;
	PanelPlace place = logistic_panel_first(fit->dataset);
	Status status = KERNEL_OK;
	size_t row = 0;

	if (loss->has_curvature)
		status = logistic_pass_begin(fit);
	else
		memset(fit->gradient, 0, (size_t) fit->n_basis * sizeof(double));
	while (place.next_n > 0 && status == KERNEL_OK)
	{
		status = stop_requested(fit->stop) ?
			KERNEL_STOPPED :
			logistic_panel_open(fit->dataset, place.next_b, place.next_start, &place);
		if (status == KERNEL_OK)
			status = add_panel(residuals, loss, &place, row);
		row += (size_t) place.n;
	}
	if (loss->has_curvature)
		logistic_pass_end(fit);
	fit->sums.total = dd_from(fit->total);
	return status;
}

Status
residuals_visit(const Residuals *residuals, RowVisit visit, void *context)
{
	const Dataset *dataset = residuals->fit.dataset;
	size_t row = 0;
	int32_t b;

	for (b = 0; b < dataset->n_blocks; b++)
	{
		const DatasetBlock *block;
		Status status = stop_requested(residuals->fit.stop) ? KERNEL_STOPPED :
															  dataset_block(dataset, b, &block);

		if (status != KERNEL_OK)
			return status;
		visit(context, residuals->residual + row, residuals->change + row, block->weight,
			  block->target, block->n);
		row += (size_t) block->n;
	}
	return KERNEL_OK;
}

static void
square_rows(const RowLoss *loss, const double *e, const double *weight, int32_t n, double *residual,
			double *curvature)
{
	int32_t i;

	(void) loss;
	for (i = 0; i < n; i++)
	{
		curvature[i] = weight != NULL ? weight[i] : 1.0;
		residual[i] = curvature[i] * e[i];
	}
}

Status
residuals_factor_design(Residuals *residuals)
{
	static const RowLoss squares = {.rows = square_rows, .has_curvature = true};
	Status status = residuals_pass(residuals, &squares);

	if (status == KERNEL_OK)
		status = logistic_project(&residuals->fit);
	return status == KERNEL_OK ? logistic_factor(&residuals->fit) : status;
}

static void
add_squares(void *context, const double *e, const double *change, const double *weight,
			const double *target, int32_t n)
{
	double *sum = context;
	int32_t i;

	(void) change;
	(void) target;
	for (i = 0; i < n; i++)
		*sum += (weight != NULL ? weight[i] : 1.0) * e[i] * e[i];
}

Status
residuals_least_squares(Residuals *residuals, double *deviation)
{
	Logistic *fit = &residuals->fit;
	double sum = 0.0;
	Status status;
	int32_t k;

	memset(fit->estimate, 0, (size_t) fit->n_columns * sizeof(double));
	status = residuals_find(residuals);
	if (status == KERNEL_OK)
		status = residuals_visit(residuals, add_squares, &sum);
	residuals->size = sqrt(sum / fit->total);
	sum = 0.0;
	if (status == KERNEL_OK && !isfinite(residuals->size))
		status = KERNEL_OVERFLOW;
	if (status == KERNEL_OK)
		status = residuals_factor_design(residuals);
	if (status != KERNEL_OK)
		return status;
	/* The residuals are the targets: the gradient is that of the fit, its sign turned. */
	logistic_slope(fit, fit->estimate);
	logistic_solve(fit, fit->slope, fit->step);
	for (k = 0; k < fit->n_columns; k++)
	{
		if (!isfinite(fit->slope[k]) || !isfinite(fit->step[k]))
			return KERNEL_OVERFLOW;
		fit->estimate[k] = fit->step[k];
	}
	status = residuals_find(residuals);
	if (status == KERNEL_OK)
		status = residuals_visit(residuals, add_squares, &sum);
	*deviation = sqrt(sum / fit->total);
	return status == KERNEL_OK && !isfinite(*deviation) ? KERNEL_OVERFLOW : status;
}

Status
residuals_report(Residuals *residuals, double variance, double degrees, LinearFit *result)
{
	Logistic *fit = &residuals->fit;
	double factor = sqrt(variance);
	Status status = logistic_settle(fit);
	int32_t i;

	if (status == KERNEL_OK)
		status = logistic_report(fit, INFINITY, result);
	if (status == KERNEL_OK && result->covariance != NULL && result->covariance->is_known)
		covariance_scale(result->covariance, (size_t) fit->n_columns, factor);
	for (i = 0; i < fit->n_columns && status == KERNEL_OK; i++)
	{
		LinearCoefficient *coefficient = &result->coefficients[i];

		coefficient->std_error *= factor;
		coefficient->statistic = coefficient->estimate / coefficient->std_error;
		coefficient->p_value = NAN;
		if (isnan(coefficient->statistic) || isinf(coefficient->std_error))
			coefficient->std_error = coefficient->statistic = NAN;
		else if (isinf(degrees))
			coefficient->p_value = distribution_normal_two_sided(coefficient->statistic);
		else
			coefficient->p_value = distribution_t_two_sided(coefficient->statistic, degrees);
	}
	return status;
}
