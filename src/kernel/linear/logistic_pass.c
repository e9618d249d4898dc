/*
 * logistic_pass.c: loss, gradient and Hessian of a logistic fit, one pass over the rows.
 */
#include "kernel/linear/logistic_state.h"

#include <math.h>
#include <string.h>

#include "kernel/linear/panel_simd.h"

/* Basis coefficients of column coefficients. */
static void
spread_weights(const Logistic *fit, const double *estimate)
{
	int32_t k;

	memset(fit->weights, 0, (size_t) fit->n_basis * sizeof(double));
	for (k = 0; k < fit->n_columns; k++)
	{
		const Column *column = &fit->columns[k];

		fit->weights[column->index] += estimate[k] * column->own;
		fit->weights[0] += estimate[k] * column->constant;
		if (column->missing_index != NONE)
			fit->weights[column->missing_index] += estimate[k] * column->missing;
	}
}

/* The indicators that rows [start, start + n) of a block meet. */
static void
find_indicators(Logistic *fit, const DatasetBlock *block, int32_t start, int32_t n)
{
	const Design *design = fit->design;
	size_t capacity = (size_t) block->capacity;
	int32_t *found = fit->found;
	int32_t c;
	int32_t i;
	int32_t j;

	for (c = 0; c < design->n_categories; c++, found += PANEL_ROWS)
	{
		const int32_t *codes = block->codes + (size_t) c * capacity + start;
		const CategoryFacts *facts = &design->categories[c];
		int32_t base = fit->category_base[c];

		for (i = 0; i < n; i++)
		{
			int32_t level =
				codes[i] == CODE_MISSING ? LEVEL_MISSING : facts->level_of_code[codes[i]];

			found[i] = level >= 0	  ? base + level :
				level == LEVEL_POOLED ? base + facts->n_levels :
										fit->category_missing[c];
		}
	}
	for (j = 0; j < design->n_numbers; j++)
	{
		const double *column = block->numbers + (size_t) j * capacity + start;

		if (fit->number_missing[j] == NONE)
			continue;
		for (i = 0; i < n; i++)
			found[i] = isnan(column[i]) ? fit->number_missing[j] : NONE;
		found += PANEL_ROWS;
	}
}

/* Loads rows [start, start + n) of a block. */
static void
load_panel(Logistic *fit, const DatasetBlock *block, int32_t start, int32_t n)
{
	int32_t i;
	int32_t j;

	for (i = 0; i < PANEL_ROWS; i++)
		fit->panel[i] = i < n ? 1.0 : 0.0;
	for (j = 0; j < fit->design->n_numbers; j++)
	{
		double centre = fit->number_centre[j];
		double scale = fit->number_scale[j];

		panel_load(fit->panel + (size_t) (j + 1) * PANEL_ROWS,
				   block->numbers + (size_t) j * (size_t) block->capacity + start, n, centre, scale,
				   (fit->design->numbers[j].mean - centre) * scale);
	}
	if (fit->n_slots > 0)
		find_indicators(fit, block, start, n);
}

/* The linear predictor of the loaded panel. */
static void
predict_panel(const Logistic *fit, int32_t n, double *eta)
{
	int32_t i;
	int32_t s;

	panel_eta(eta, fit->panel, fit->weights, fit->n_dense);
	for (s = 0; s < fit->n_slots; s++)
	{
		const int32_t *found = fit->found + (size_t) s * PANEL_ROWS;

		for (i = 0; i < n; i++)
			eta[i] += found[i] >= 0 ? fit->weights[found[i]] : 0.0;
	}
}

/* Turns the panel's columns into rows. */
static void
transpose_panel(Logistic *fit, int32_t n)
{
	size_t dense = (size_t) fit->n_dense;
	size_t j;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		for (j = 0; j < dense; j++)
			fit->rows[(size_t) i * dense + j] = fit->panel[j * PANEL_ROWS + (size_t) i];
	}
}

/* Adds the loaded panel's part of the gradient and Hessian. */
static Status
add_derivatives(Logistic *fit, const double *residual, const double *curvature, int32_t n)
{
	int32_t first;

	panel_gradient(fit->gradient, fit->panel, residual, fit->n_dense);
	for (first = 0; first < fit->n_dense; first += PANEL_GROUP)
	{
		if (first > 0 && stop_requested(fit->stop))
			return KERNEL_STOPPED;
		panel_gram(fit->dense, fit->panel, curvature, fit->n_dense, first);
	}
	if (fit->n_slots > 0)
	{
		transpose_panel(fit, n);
		panel_scatter(fit->matrix, fit->n_basis, fit->gradient, fit->found, fit->n_slots, fit->rows,
					  fit->n_dense, curvature, residual, n);
	}
	return KERNEL_OK;
}

/* Adds a panel's sums; weight_sum and signed_sum: of its rows' weights, as in PanelLoss. */
static void
add_sums(PassSums *sums, const PanelLoss *part, double weight_sum, double signed_sum)
{
	int32_t is_positive;

	sums->loss = dd_add_double(sums->loss, part->loss);
	sums->total = dd_add_double(sums->total, weight_sum);
	for (is_positive = 0; is_positive < 2; is_positive++)
	{
		double half = is_positive ? 0.5 : -0.5;

		sums->class_loss[is_positive] += 0.5 * part->loss + half * part->signed_loss;
		sums->class_right[is_positive] += 0.5 * part->right + half * part->signed_right;
		sums->class_total[is_positive] += 0.5 * weight_sum + half * signed_sum;
	}
}

/* Rows [start, start + n) of a block: their loss and derivatives. */
static Status
add_panel(Logistic *fit, const DatasetBlock *block, int32_t start, int32_t n)
{
	double eta[PANEL_ROWS];
	double residual[PANEL_ROWS];
	double curvature[PANEL_ROWS];
	double sign[PANEL_ROWS];
	double weight[PANEL_ROWS];
	double weight_sum = 0.0;
	double signed_sum = 0.0;
	PanelLoss part;
	int32_t i;

	load_panel(fit, block, start, n);
	predict_panel(fit, n, eta);
	for (i = 0; i < n; i++)
	{
		sign[i] = block->target[start + i] == fit->options->positive_target ? 1.0 : -1.0;
		weight[i] = row_weight(block, start + i, fit->options);
		weight_sum += weight[i];
		signed_sum += sign[i] * weight[i];
	}
	for (; i < PANEL_ROWS; i++)
		sign[i] = weight[i] = 0.0;
	part = panel_loss(residual, curvature, eta, sign, weight);
	add_sums(&fit->sums, &part, weight_sum, signed_sum);
	return add_derivatives(fit, residual, curvature, n);
}

/*
 * logistic_pass
 *		Loss, gradient and Hessian on the basis at these column coefficients.
 */
Status
logistic_pass(Logistic *fit, const double *estimate, int32_t sample)
{
	const Dataset *dataset = fit->dataset;
	size_t size = (size_t) fit->n_basis;
	size_t dense = (size_t) fit->n_dense;
	Status status = KERNEL_OK;
	int32_t b;
	int32_t start;
	size_t j;

	spread_weights(fit, estimate);
	memset(fit->gradient, 0, size * sizeof(double));
	for (j = 0; j < size; j++)
	{
		if ((j & 63) == 0 && stop_requested(fit->stop))
			return KERNEL_STOPPED;
		memset(fit->matrix + j * size, 0, size * sizeof(double));
	}
	memset(fit->dense, 0, dense * dense * sizeof(double));
	memset(&fit->sums, 0, sizeof(fit->sums));
	for (b = 0; b < dataset->n_blocks && status == KERNEL_OK; b += sample)
	{
		const DatasetBlock *block = &dataset->blocks[b];

		for (start = 0; start < block->n && status == KERNEL_OK; start += PANEL_ROWS)
		{
			int32_t left = block->n - start;

			if (stop_requested(fit->stop))
				status = KERNEL_STOPPED;
			else
				status = add_panel(fit, block, start, left < PANEL_ROWS ? left : PANEL_ROWS);
		}
	}
	for (j = 0; j < dense; j++)
		memcpy(fit->matrix + j * size, fit->dense + j * dense, (j + 1) * sizeof(double));
	return status;
}

/* The largest |eta| that these column coefficients give a row. */
Status
logistic_largest_eta(Logistic *fit, const double *estimate, double *largest)
{
	const Dataset *dataset = fit->dataset;
	double eta[PANEL_ROWS];
	int32_t b;
	int32_t start;
	int32_t i;

	*largest = 0.0;
	spread_weights(fit, estimate);
	for (b = 0; b < dataset->n_blocks; b++)
	{
		const DatasetBlock *block = &dataset->blocks[b];

		for (start = 0; start < block->n; start += PANEL_ROWS)
		{
			int32_t n = block->n - start < PANEL_ROWS ? block->n - start : PANEL_ROWS;

			if (stop_requested(fit->stop))
				return KERNEL_STOPPED;
			load_panel(fit, block, start, n);
			predict_panel(fit, n, eta);
			for (i = 0; i < n; i++)
				*largest = fabs(eta[i]) > *largest ? fabs(eta[i]) : *largest;
		}
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

/*
 * logistic_project
 *		Gradient and Hessian of the mean loss on the columns, with or without the penalty.
 *
 * In place: entry (i, k) of the columns' matrix is written where an entry of the basis matrix
 * stood that is no longer needed, since columns are in the order of the basis.
 */
Status
logistic_project(Logistic *fit, const double *estimate, bool with_penalty)
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
		double penalty = with_penalty ? a->penalty : 0.0;
		const double *from = fit->matrix + (size_t) a->index * size;
		double *to = fit->matrix + i * p;

		if ((i & 15) == 0 && stop_requested(fit->stop))
			return KERNEL_STOPPED;
		fit->slope[i] = a->own * fit->gradient[a->index] + a->constant * fit->gradient[0] +
			a->missing * fit->gradient[fit->special_index[a->special]];
		fit->slope[i] = fit->slope[i] / total + penalty * estimate[i];
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
		to[i] += penalty;
	}
	return KERNEL_OK;
}
