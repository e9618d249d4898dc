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

/* Rows [start, start + n) of block b, and where the rows are that are read after them. */
typedef struct Place
{
	const DatasetBlock *block; /* b, its rows in memory */
	int32_t b;
	int32_t start;
	int32_t n;
	int32_t next_b;
	int32_t next_start;
	int32_t next_n; /* 0 at the end */
} Place;

static int32_t
panel_rows(const DatasetBlock *block, int32_t start)
{
	return block->n - start < PANEL_ROWS ? block->n - start : PANEL_ROWS;
}

/* The panel at a row of a block. */
static Status
open_place(const Dataset *dataset, int32_t b, int32_t start, Place *place)
{
	Status status = dataset_block(dataset, b, &place->block);

	if (status != KERNEL_OK)
		return status;
	place->b = b;
	place->start = start;
	place->n = panel_rows(place->block, start);
	place->next_b = b;
	place->next_start = start + place->n;
	place->next_n = 0;
	if (place->next_start >= place->block->n)
	{
		place->next_b = b + 1;
		place->next_start = 0;
	}
	if (place->next_b < dataset->n_blocks)
		place->next_n = panel_rows(&dataset->blocks[place->next_b], place->next_start);
	return KERNEL_OK;
}

/* The first panel; next_n is 0 when there is no row. */
static Place
before_first(const Dataset *dataset)
{
	Place place = {.next_n = dataset->n > 0};

	return place;
}

/* The block of the rows that are read next when it is in memory, else NULL. */
static const DatasetBlock *
next_block(const Dataset *dataset, const Place *place)
{
	const DatasetBlock *next = &dataset->blocks[place->next_b];

	if (place->next_b == place->b)
		return place->block;
	return place->next_n > 0 && next->place == IN_MEMORY ? next : NULL;
}

static void
load_panel(Logistic *fit, const Place *place)
{
	const DatasetBlock *block = place->block;
	const DatasetBlock *next = next_block(fit->dataset, place);
	int32_t i;
	int32_t j;

	for (i = 0; i < PANEL_ROWS; i++)
		fit->panel[i] = i < place->n ? 1.0 : 0.0;
	for (j = 0; j < fit->design->n_numbers; j++)
	{
		PanelScale scaling = {.centre = fit->number_centre[j], .scale = fit->number_scale[j]};

		scaling.fill = (fit->design->numbers[j].mean - scaling.centre) * scaling.scale;
		if (next != NULL)
		{
			scaling.next_n = place->next_n;
			scaling.next = next->numbers + (size_t) j * (size_t) next->capacity + place->next_start;
		}
		panel_load(fit->panel + (size_t) (j + 1) * PANEL_ROWS,
				   block->numbers + (size_t) j * (size_t) block->capacity + place->start, place->n,
				   scaling);
	}
	if (fit->n_slots > 0)
		find_indicators(fit, block, place->start, place->n);
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
	if (fit->is_rough)
		panel_round(fit->rough_panel, fit->panel, (int32_t) panel_padded(fit->n_dense));
	for (first = 0; first < fit->n_dense; first += PANEL_GROUP)
	{
		if (first > 0 && stop_requested(fit->stop))
			return KERNEL_STOPPED;
		if (fit->is_rough)
			panel_gram_single(fit->dense, fit->rough_panel, curvature, fit->n_dense, first);
		else
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

/* A panel's loss and derivatives. */
static Status
add_panel(Logistic *fit, const Place *place)
{
	double eta[PANEL_ROWS];
	double residual[PANEL_ROWS];
	double curvature[PANEL_ROWS];
	double sign[PANEL_ROWS];
	double weight[PANEL_ROWS];
	PanelClasses classes = {fit->options->positive_target,
							{fit->options->class_weight[0], fit->options->class_weight[1]}};
	const DatasetBlock *block = place->block;
	PanelLoss part;

	load_panel(fit, place);
	predict_panel(fit, place->n, eta);
	panel_classify(sign, weight, block->target + place->start,
				   block->weight != NULL ? block->weight + place->start : NULL, place->n, &classes);
	part = panel_loss(residual, curvature, eta, sign, weight);
	add_sums(&fit->sums, &part);
	return add_derivatives(fit, residual, curvature, place->n);
}

/*
 * logistic_pass
 *		Loss, gradient and Hessian on the basis at these column coefficients.
 *
 * The dense part of the Hessian in single precision where fit->is_rough.
 */
Status
logistic_pass(Logistic *fit, const double *estimate)
{
	const Dataset *dataset = fit->dataset;
	size_t size = (size_t) fit->n_basis;
	size_t dense = (size_t) fit->n_dense;
	size_t stride = (size_t) panel_padded(fit->n_dense);
	Status status = KERNEL_OK;
	Place place = before_first(dataset);
	size_t j;

	spread_weights(fit, estimate);
	memset(fit->gradient, 0, size * sizeof(double));
	for (j = 0; j < size; j++)
	{
		if ((j & 63) == 0 && stop_requested(fit->stop))
			return KERNEL_STOPPED;
		memset(fit->matrix + j * size, 0, size * sizeof(double));
	}
	memset(fit->dense, 0, stride * stride * sizeof(double));
	memset(&fit->sums, 0, sizeof(fit->sums));
	while (place.next_n > 0 && status == KERNEL_OK)
	{
		status = stop_requested(fit->stop) ?
			KERNEL_STOPPED :
			open_place(dataset, place.next_b, place.next_start, &place);
		if (status == KERNEL_OK)
			status = add_panel(fit, &place);
	}
	for (j = 0; j < dense; j++)
		memcpy(fit->matrix + j * size, fit->dense + j * stride, (j + 1) * sizeof(double));
	return status;
}

/* The largest |eta| that these column coefficients give a row. */
Status
logistic_largest_eta(Logistic *fit, const double *estimate, double *largest)
{
	const Dataset *dataset = fit->dataset;
	double eta[PANEL_ROWS];
	Place place = before_first(dataset);
	int32_t i;

	*largest = 0.0;
	spread_weights(fit, estimate);
	while (place.next_n > 0)
	{
		Status status = stop_requested(fit->stop) ?
			KERNEL_STOPPED :
			open_place(dataset, place.next_b, place.next_start, &place);

		if (status != KERNEL_OK)
			return status;
		load_panel(fit, &place);
		predict_panel(fit, place.n, eta);
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
