/*
 * logistic_pass.c: loss, gradient and Hessian of a logistic fit, one pass over the rows.
 */
#include "kernel/linear/logistic_state.h"

#include <math.h>
#include <string.h>

#include "kernel/linear/panel_simd.h"

void
logistic_add_gradient(const Logistic *fit, const double *residual, int32_t n, double *gradient)
{
	int32_t s;
	int32_t i;

	panel_gradient(gradient, fit->panel, residual, fit->n_dense);
	for (s = 0; s < fit->n_slots; s++)
	{
		const int32_t *found = fit->found + (size_t) s * PANEL_ROWS;

		for (i = 0; i < n; i++)
		{
			if (found[i] >= 0)
				gradient[found[i]] += residual[i];
		}
	}
}

/* Adds the loaded panel's part of the gradient and Hessian. */
static Status
add_derivatives(Logistic *fit, const double *residual, const double *curvature, int32_t n,
				const PanelAhead *ahead)
{
	int32_t first;

	panel_gradient(fit->gradient, fit->panel, residual, fit->n_dense);
	if (fit->is_rough)
		panel_round(fit->rough_panel, fit->panel, (int32_t) panel_padded(fit->n_dense));
	for (first = 0; first < fit->n_dense; first += PANEL_GROUP)
	{
		if (first > 0 && stop_requested(fit->stop))
			return KERNEL_STOPPED;
		if (fit->is_rough)
			panel_gram_single(fit->dense, fit->rough_panel, curvature, fit->n_dense, first, ahead);
		else
			panel_gram(fit->dense, fit->panel, curvature, fit->n_dense, first, ahead);
	}
	if (fit->n_slots > 0)
	{
		logistic_panel_transpose(fit, n);
		panel_scatter(fit->matrix, fit->n_basis, fit->gradient, fit->found, fit->n_slots, fit->rows,
					  fit->n_dense, curvature, residual, n);
	}
	return KERNEL_OK;
}

static void
add_sums(PassSums *sums, const PanelLoss *part)
{
	int32_t is_positive;

	sums->loss = dd_add_double(sums->loss, part->loss);
	sums->total = dd_add_double(sums->total, part->weight);
	for (is_positive = 0; is_positive < 2; is_positive++)
	{
		double half = is_positive ? 0.5 : -0.5;

		sums->class_loss[is_positive] += 0.5 * part->loss + half * part->signed_loss;
		sums->class_right[is_positive] += 0.5 * part->right + half * part->signed_right;
		sums->class_total[is_positive] += 0.5 * part->weight + half * part->signed_weight;
	}
}

/* Residuals and curvatures of a panel of a generalised linear model. */
static void
add_glm_rows(Logistic *fit, const PanelPlace *place, double *eta, double *residual,
			 double *curvature)
{
	const DatasetBlock *block = place->block;
	int32_t slot = fit->glm->offset_slot;
	GlmSums part;
	int32_t i;

	if (slot != NO_OFFSET)
	{
		const double *offset =
			block->numbers + (size_t) slot * (size_t) block->capacity + (size_t) place->start;

		for (i = 0; i < place->n; i++)
			eta[i] += offset[i];
	}
	part = glm_rows(fit->glm, eta, block->target + place->start,
					block->weight != NULL ? block->weight + place->start : NULL, place->n, residual,
					curvature);
	for (i = place->n; i < PANEL_ROWS; i++)
		residual[i] = curvature[i] = 0.0;
	fit->sums.loss = dd_add_double(fit->sums.loss, part.loss);
	fit->sums.total = dd_add_double(fit->sums.total, part.weight);
	fit->sums.size += part.size;
	fit->sums.pearson += part.pearson;
}

/* Residuals and curvatures of a panel of a loss of residuals. */
static void
add_robust_rows(Logistic *fit, const PanelPlace *place, const double *eta, double *residual,
				double *curvature)
{
	const DatasetBlock *block = place->block;
	double mixed[PANEL_ROWS];
	int32_t i;

	robust_rows(fit->robust, eta, block->target + place->start,
				block->weight != NULL ? block->weight + place->start : NULL, place->n, residual,
				curvature, mixed);
	for (i = place->n; i < PANEL_ROWS; i++)
		residual[i] = curvature[i] = mixed[i] = 0.0;
	if (fit->robust->kind == ROBUST_HUBER)
		logistic_add_gradient(fit, mixed, place->n, fit->robust->mixed);
	fit->sums.total = fit->robust->sums.weight;
}

/* The same of a panel of logistic regression. */
static void
add_logistic_rows(Logistic *fit, const PanelPlace *place, const double *eta, double *residual,
				  double *curvature)
{
	double sign[PANEL_ROWS];
	double weight[PANEL_ROWS];
	PanelClasses classes = {fit->options->positive_target,
							{fit->options->class_weight[0], fit->options->class_weight[1]}};
	const DatasetBlock *block = place->block;
	PanelLoss part;

	panel_classify(sign, weight, block->target + place->start,
				   block->weight != NULL ? block->weight + place->start : NULL, place->n, &classes);
	part = panel_loss(residual, curvature, eta, sign, weight);
	add_sums(&fit->sums, &part);
}

/* A panel's loss and derivatives. */
static Status
add_panel(Logistic *fit, const PanelPlace *place)
{
	double eta[PANEL_ROWS];
	double residual[PANEL_ROWS];
	double curvature[PANEL_ROWS];
	PanelAhead ahead;

	logistic_panel_load(fit, place, &ahead);
	logistic_panel_eta(fit, fit->weights, place->n, eta);
	if (fit->glm != NULL)
		add_glm_rows(fit, place, eta, residual, curvature);
	else if (fit->robust != NULL)
		add_robust_rows(fit, place, eta, residual, curvature);
	else
		add_logistic_rows(fit, place, eta, residual, curvature);
	return add_derivatives(fit, residual, curvature, place->n, &ahead);
}

static Status
begin_pass(Logistic *fit)
{
	size_t size = (size_t) fit->n_basis;
	size_t stride = (size_t) panel_padded(fit->n_dense);
	size_t j;

	memset(fit->gradient, 0, size * sizeof(double));
	for (j = 0; j < size; j++)
	{
		if ((j & 63) == 0 && stop_requested(fit->stop))
			return KERNEL_STOPPED;
		memset(fit->matrix + j * size, 0, size * sizeof(double));
	}
	memset(fit->dense, 0, stride * stride * sizeof(double));
	memset(&fit->sums, 0, sizeof(fit->sums));
	return KERNEL_OK;
}

/* The dense part of the Hessian into the matrix. */
static void
end_pass(Logistic *fit)
{
	size_t size = (size_t) fit->n_basis;
	size_t dense = (size_t) fit->n_dense;
	size_t stride = (size_t) panel_padded(fit->n_dense);
	size_t j;

	for (j = 0; j < dense; j++)
		memcpy(fit->matrix + j * size, fit->dense + j * stride, (j + 1) * sizeof(double));
}

/*
 * logistic_pass
 *		Loss, gradient and Hessian on the basis at these column coefficients.
 *
 * The dense part of the Hessian in single precision where fit->is_rough; of some of the blocks where
 * fit->skipped_blocks says so.
 */
Status
logistic_pass(Logistic *fit, const double *estimate)
{
	const Dataset *dataset = fit->dataset;
	PanelPlace place = logistic_panel_first(dataset);
	Status status = begin_pass(fit);

	place.skipped = fit->skipped_blocks;
	logistic_panel_spread(fit, estimate, fit->weights);
	while (place.next_n > 0 && status == KERNEL_OK)
	{
		status = stop_requested(fit->stop) ?
			KERNEL_STOPPED :
			logistic_panel_open(dataset, place.next_b, place.next_start, &place);
		if (status == KERNEL_OK)
			status = add_panel(fit, &place);
	}
	end_pass(fit);
	return status;
}

/* The largest |eta| that these column coefficients give a row. */
Status
logistic_largest_eta(Logistic *fit, const double *estimate, double *largest)
{
	const Dataset *dataset = fit->dataset;
	double eta[PANEL_ROWS];
	PanelPlace place = logistic_panel_first(dataset);
	int32_t i;

	*largest = 0.0;
	logistic_panel_spread(fit, estimate, fit->weights);
	while (place.next_n > 0)
	{
		Status status = stop_requested(fit->stop) ?
			KERNEL_STOPPED :
			logistic_panel_open(dataset, place.next_b, place.next_start, &place);

		if (status != KERNEL_OK)
			return status;
		logistic_panel_load(fit, &place, NULL);
		logistic_panel_eta(fit, fit->weights, place.n, eta);
		for (i = 0; i < place.n; i++)
			*largest = fabs(eta[i]) > *largest ? fabs(eta[i]) : *largest;
	}
	return KERNEL_OK;
}

/* A whole row of the symmetric matrix on the basis. */
static void
copy_basis_row(const Logistic *fit, int32_t index, double *row)
{
	size_t size = (size_t) fit->n_basis;
	size_t at = (size_t) index;
	size_t i;

	memcpy(row, fit->matrix + at * size, (at + 1) * sizeof(double));
	for (i = at + 1; i < size; i++)
		row[i] = fit->matrix[i * size + at];
}

/*
 * Keeps the rows of the basis matrix that columns share, before they are
 * overwritten: row s of the first half is the row H_s of the s-th special
 * index, row s of the second half its product with each column.
 */
static void
keep_special_rows(Logistic *fit)
{
	size_t size = (size_t) fit->n_basis;
	double *products = fit->special_rows + (size_t) fit->n_special * size;
	int32_t s;
	int32_t k;

	for (s = 0; s < fit->n_special; s++)
	{
		double *row = fit->special_rows + (size_t) s * size;
		double *product = products + (size_t) s * size;

		copy_basis_row(fit, fit->special_index[s], row);
		for (k = 0; k < fit->n_columns; k++)
		{
			const Column *column = &fit->columns[k];

			product[k] = column->own * row[column->index] + column->constant * row[0] +
				column->missing * row[fit->special_index[column->special]];
		}
	}
}

/* The gradient of the mean penalised loss on the columns: fit->slope. */
void
logistic_slope(Logistic *fit, const double *estimate)
{
	double total = fit->sums.total.hi;
	int32_t k;

	for (k = 0; k < fit->n_columns; k++)
	{
		const Column *column = &fit->columns[k];

		fit->slope[k] =
			(column->own * fit->gradient[column->index] + column->constant * fit->gradient[0] +
			 column->missing * fit->gradient[fit->special_index[column->special]]) /
				total +
			column->penalty * estimate[k];
	}
}

/*
 * logistic_project
 *		The Hessian of the mean penalised loss on the columns.
 *
 * In place: entry (i, k) of the columns' matrix is written where an entry of the basis matrix
 * stood that is no longer needed, since columns are in the order of the basis.
 */
Status
logistic_project(Logistic *fit)
{
	size_t size = (size_t) fit->n_basis;
	size_t p = (size_t) fit->n_columns;
	const double *special = fit->special_rows;
	const double *products = special + (size_t) fit->n_special * size;
	double total = fit->sums.total.hi;
	size_t i;
	size_t k;

	keep_special_rows(fit);
	for (i = 0; i < p; i++)
	{
		const Column *a = &fit->columns[i];
		const double *from = fit->matrix + (size_t) a->index * size;
		double *to = fit->matrix + i * p;

		if ((i & 15) == 0 && stop_requested(fit->stop))
			return KERNEL_STOPPED;
		for (k = 0; k <= i; k++)
		{
			const Column *b = &fit->columns[k];

			to[k] = (a->own *
						 (b->own * from[b->index] + b->constant * special[a->index] +
						  b->missing * special[(size_t) b->special * size + (size_t) a->index]) +
					 a->constant * products[k] +
					 a->missing * products[(size_t) a->special * size + k]) /
				total;
		}
		to[i] += a->penalty;
	}
	return KERNEL_OK;
}
