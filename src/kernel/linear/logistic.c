/*
 * logistic.c: binary logistic regression.
 *
 * Working columns, the basis, are 1, the numbers (centred when there is an
 * intercept, scaled, the mean for a missing one) and the indicators: levels,
 * the pooled levels, "missing".  A row meets few indicators, so their part of
 * the Hessian is filled by scattering.  Each term is a combination of up to
 * three basis columns (its own, its slot's missing indicator, 1), standardised;
 * Newton runs on the terms.
 */
#include "kernel/linear/logistic.h"

#include <math.h>
#include <string.h>

#include "kernel/base/double_double.h"
#include "kernel/linear/panel_simd.h"
#include "kernel/linear/symmetric.h"
#include "kernel/stat/distribution.h"

#define RANK_TOLERANCE 1e-11	/* of a Hessian scaled to unit diagonal */
#define IDENTIFIED (1.0 - 1e-6)
#define SEPARATION_RATIO 1e-6	/* of the least Hessian pivot, last step against first */
#define MAX_HALVINGS 30
#define NONE (-1)

/* A standardised term: own * basis[index] + missing * basis[missing_index] + constant * basis[0]. */
typedef struct Column
{
	int32_t		index;
	int32_t		missing_index;	/* NONE when the slot was never missing or the term is a number */
	double		own;
	double		missing;
	double		constant;
	double		mean;			/* of the raw column */
	double		deviation;		/* of the raw column; 1 for a constant one */
	double		penalty;		/* l2 on the standardised coefficient */
} Column;

typedef struct Logistic
{
	const Dataset *dataset;
	const Design *design;
	const LogisticOptions *options;
	const Allocator *allocator;
	const StopCheck *stop;
	int32_t		n_dense;		/* 1 + numbers */
	int32_t		n_indicators;
	int32_t		n_basis;		/* n_dense + n_indicators */
	int32_t		n_terms;
	int32_t    *category_base;	/* n_categories: basis index of level 0 */
	int32_t    *category_missing;	/* n_categories, or NONE */
	int32_t    *number_missing; /* n_numbers, or NONE */
	double	   *number_centre;	/* n_numbers */
	double	   *number_scale;	/* n_numbers: 1 / deviation, 0 = constant */
	Column	   *columns;		/* n_terms */
	double		total;			/* sum of weights */
	double	   *weights;		/* basis coefficients, n_basis */
	double	   *gradient;		/* of the summed loss on the basis, n_basis */
	double	   *hessian;		/* of the summed loss on the basis, n_basis x n_basis, lower */
	double	   *dense;			/* n_dense x n_dense, lower: dense part while it is filled */
	double	   *panel;			/* n_dense columns of PANEL_ROWS */
	double	   *scaled;			/* the same, times the row's curvature */
	double	   *estimate;		/* n_terms, standardised */
	double	   *trial;			/* n_terms */
	double	   *step;			/* n_terms */
	double	   *slope;			/* n_terms: gradient of the mean penalised loss */
	double	   *matrix;			/* n_terms x n_terms: its Hessian, then its factor */
	double	   *root;			/* n_terms: square roots of the matrix's diagonal */
	int32_t    *pivot;			/* n_terms */
	int32_t		rank;
	double		loss;			/* summed, without the penalty */
} Logistic;

/* Weight of row i of a block, class weight included. */
static inline double
row_weight(const DatasetBlock *block, int32_t i, const LogisticOptions *options)
{
	double		weight = block->weight != NULL ? block->weight[i] : 1.0;

	return weight * options->class_weight[block->target[i] == options->positive_target];
}

Status
logistic_level_facts(const Dataset *dataset, const LogisticOptions *options, const StopCheck *stop,
					 NumberFacts *numbers, double *const *level_weight, double *missing_weight)
{
	int32_t		b;
	int32_t		i;
	int32_t		j;

	for (j = 0; j < dataset->n_categories; j++)
		missing_weight[j] = 0.0;
	for (j = 0; j < dataset->n_numbers; j++)
	{
		DoubleDouble sum = dd_from(0.0);
		DoubleDouble present = dd_from(0.0);
		DoubleDouble missing = dd_from(0.0);

		for (b = 0; b < dataset->n_blocks; b++)
		{
			const DatasetBlock *block = &dataset->blocks[b];
			const double *column = block->numbers + (size_t) j * (size_t) block->capacity;

			if (stop_requested(stop))
				return KERNEL_STOPPED;
			for (i = 0; i < block->n; i++)
			{
				double		weight = row_weight(block, i, options);

				if (isnan(column[i]))
				{
					missing = dd_add_double(missing, weight);
					continue;
				}
				present = dd_add_double(present, weight);
				sum = dd_add(sum, dd_two_product(weight, column[i]));
			}
		}
		numbers[j].present = present.hi;
		numbers[j].missing = missing.hi;
		numbers[j].mean = present.hi > 0.0 ? dd_divide(sum, present).hi : 0.0;
	}
	for (b = 0; b < dataset->n_blocks; b++)
	{
		const DatasetBlock *block = &dataset->blocks[b];

		if (stop_requested(stop))
			return KERNEL_STOPPED;
		for (j = 0; j < dataset->n_categories; j++)
		{
			const int32_t *codes = block->codes + (size_t) j * (size_t) block->capacity;

			for (i = 0; i < block->n; i++)
			{
				double		weight = row_weight(block, i, options);

				if (codes[i] == CODE_MISSING)
					missing_weight[j] += weight;
				else
					level_weight[j][codes[i]] += weight;
			}
		}
	}
	return KERNEL_OK;
}

/* Basis indices of the indicators. */
static void
number_basis(Logistic *fit)
{
	const Design *design = fit->design;
	int32_t		next = fit->n_dense;
	int32_t		c;
	int32_t		j;
	int32_t		t;

	for (j = 0; j < design->n_numbers; j++)
		fit->number_missing[j] = NONE;
	for (c = 0; c < design->n_categories; c++)
	{
		const CategoryFacts *facts = &design->categories[c];

		fit->category_base[c] = next;
		next += facts->n_levels + (facts->n_pooled > 0);
		fit->category_missing[c] = facts->missing > 0.0 ? next++ : NONE;
	}
	for (t = 0; t < design->n_terms; t++)
	{
		const Term *term = &design->terms[t];

		if (term->feature != TERM_INTERCEPT && term->level == LEVEL_MISSING &&
			design->features[term->feature].family != FAMILY_CATEGORY)
			fit->number_missing[term->slot] = next++;
	}
	fit->n_basis = next;
	fit->n_indicators = next - fit->n_dense;
}

/* An upper bound of the basis before it is numbered. */
static size_t
basis_bound(const Design *design)
{
	size_t		n = 1 + 2 * (size_t) design->n_numbers;
	int32_t		c;

	for (c = 0; c < design->n_categories; c++)
		n += (size_t) design->categories[c].n_levels + 2;
	return n;
}

static void *
take(Logistic *fit, size_t count, size_t size, Status *status)
{
	void	   *block = *status == KERNEL_OK ? memory_allocate_zero(fit->allocator, count, size) : NULL;

	if (block == NULL && *status == KERNEL_OK)
		*status = KERNEL_OUT_OF_MEMORY;
	return block;
}

static Status
allocate_fit(Logistic *fit)
{
	size_t		numbers = (size_t) fit->design->n_numbers;
	size_t		categories = (size_t) fit->design->n_categories;
	size_t		p = (size_t) fit->design->n_terms;
	size_t		dense = numbers + 1;
	size_t		basis;
	size_t		square;
	Status		status = KERNEL_OK;

	fit->n_dense = (int32_t) dense;
	fit->n_terms = (int32_t) p;
	fit->category_base = take(fit, categories, sizeof(int32_t), &status);
	fit->category_missing = take(fit, categories, sizeof(int32_t), &status);
	fit->number_missing = take(fit, numbers, sizeof(int32_t), &status);
	if (status != KERNEL_OK || basis_bound(fit->design) > INT32_MAX)
		return status == KERNEL_OK ? KERNEL_TOO_LARGE : status;
	number_basis(fit);
	basis = (size_t) fit->n_basis;
	if (!size_multiply(basis, basis, &square) || !size_multiply(p, p, &square))
		return KERNEL_TOO_LARGE;
	fit->number_centre = take(fit, numbers, sizeof(double), &status);
	fit->number_scale = take(fit, numbers, sizeof(double), &status);
	fit->columns = take(fit, p, sizeof(Column), &status);
	fit->weights = take(fit, basis, sizeof(double), &status);
	fit->gradient = take(fit, basis, sizeof(double), &status);
	fit->hessian = take(fit, basis * basis, sizeof(double), &status);
	fit->dense = take(fit, dense * dense, sizeof(double), &status);
	fit->panel = take(fit, dense * PANEL_ROWS, sizeof(double), &status);
	fit->scaled = take(fit, dense * PANEL_ROWS, sizeof(double), &status);
	fit->estimate = take(fit, p, sizeof(double), &status);
	fit->trial = take(fit, p, sizeof(double), &status);
	fit->step = take(fit, p, sizeof(double), &status);
	fit->slope = take(fit, p, sizeof(double), &status);
	fit->matrix = take(fit, p * p, sizeof(double), &status);
	fit->root = take(fit, p, sizeof(double), &status);
	fit->pivot = take(fit, p, sizeof(int32_t), &status);
	return status;
}

static void
release_fit(Logistic *fit)
{
	const Allocator *allocator = fit->allocator;
	size_t		numbers = (size_t) fit->design->n_numbers;
	size_t		categories = (size_t) fit->design->n_categories;
	size_t		dense = numbers + 1;
	size_t		basis = (size_t) fit->n_basis;
	size_t		p = (size_t) fit->design->n_terms;

	memory_release(allocator, fit->category_base, categories, sizeof(int32_t));
	memory_release(allocator, fit->category_missing, categories, sizeof(int32_t));
	memory_release(allocator, fit->number_missing, numbers, sizeof(int32_t));
	memory_release(allocator, fit->number_centre, numbers, sizeof(double));
	memory_release(allocator, fit->number_scale, numbers, sizeof(double));
	memory_release(allocator, fit->columns, p, sizeof(Column));
	memory_release(allocator, fit->weights, basis, sizeof(double));
	memory_release(allocator, fit->gradient, basis, sizeof(double));
	memory_release(allocator, fit->hessian, basis * basis, sizeof(double));
	memory_release(allocator, fit->dense, dense * dense, sizeof(double));
	memory_release(allocator, fit->panel, dense * PANEL_ROWS, sizeof(double));
	memory_release(allocator, fit->scaled, dense * PANEL_ROWS, sizeof(double));
	memory_release(allocator, fit->estimate, p, sizeof(double));
	memory_release(allocator, fit->trial, p, sizeof(double));
	memory_release(allocator, fit->step, p, sizeof(double));
	memory_release(allocator, fit->slope, p, sizeof(double));
	memory_release(allocator, fit->matrix, p * p, sizeof(double));
	memory_release(allocator, fit->root, p, sizeof(double));
	memory_release(allocator, fit->pivot, p, sizeof(int32_t));
}

/* Total weight, and centre and scale of each number: two passes, the means being known. */
static Status
scale_numbers(Logistic *fit)
{
	const Dataset *dataset = fit->dataset;
	DoubleDouble total = dd_from(0.0);
	int32_t		b;
	int32_t		i;
	int32_t		j;

	for (b = 0; b < dataset->n_blocks; b++)
	{
		for (i = 0; i < dataset->blocks[b].n; i++)
			total = dd_add_double(total, row_weight(&dataset->blocks[b], i, fit->options));
	}
	fit->total = total.hi;
	for (j = 0; j < dataset->n_numbers; j++)
	{
		double		mean = fit->design->numbers[j].mean;
		double		square = 0.0;
		double		most = fabs(mean);
		double		variance;

		for (b = 0; b < dataset->n_blocks; b++)
		{
			const DatasetBlock *block = &dataset->blocks[b];
			const double *column = block->numbers + (size_t) j * (size_t) block->capacity;
			double		part = 0.0;

			if (stop_requested(fit->stop))
				return KERNEL_STOPPED;
			for (i = 0; i < block->n; i++)
			{
				double		away = isnan(column[i]) ? 0.0 : column[i] - mean;

				part += row_weight(block, i, fit->options) * away * away;
				most = fabs(away) > most ? fabs(away) : most;
			}
			square += part;
		}
		variance = square / fit->total;
		if (!isfinite(variance))
			return KERNEL_OVERFLOW;
		fit->number_centre[j] = fit->design->has_intercept ? mean : 0.0;
		fit->number_scale[j] = variance > 1e-26 * most * most ? 1.0 / sqrt(variance) : 0.0;
	}
	return KERNEL_OK;
}

/* The standardised column of a number's term. */
static void
set_number_column(const Logistic *fit, const Term *term, Column *column)
{
	double		scale = fit->number_scale[term->slot];

	column->index = 1 + term->slot;
	column->missing_index = NONE;
	column->own = 1.0;
	column->mean = fit->design->numbers[term->slot].mean;
	column->deviation = scale > 0.0 ? 1.0 / scale : 1.0;
}

/* The standardised column of an indicator's term, from its mean and the weight it varies over. */
static void
set_indicator_column(const Logistic *fit, Column *column, int32_t index, int32_t missing_index,
					 double frequency, double present)
{
	double		variance = present / fit->total * frequency * (1.0 - frequency);

	column->index = index;
	column->missing_index = missing_index;
	column->mean = frequency;
	column->deviation = variance > 0.0 ? sqrt(variance) : 1.0;
	column->own = variance > 0.0 ? 1.0 / column->deviation : 0.0;
	column->missing = frequency * column->own;
	column->constant = fit->design->has_intercept ? -frequency * column->own : 0.0;
}

static void
set_columns(Logistic *fit)
{
	const Design *design = fit->design;
	int32_t		t;

	for (t = 0; t < fit->n_terms; t++)
	{
		const Term *term = &design->terms[t];
		Column	   *column = &fit->columns[t];

		*column = (Column) {.missing_index = NONE, .deviation = 1.0};
		if (term->feature == TERM_INTERCEPT)
		{
			column->own = 1.0;
			continue;
		}
		if (term->level == LEVEL_MISSING)
		{
			bool		is_category = design->features[term->feature].family == FAMILY_CATEGORY;
			double		missing = is_category ? design->categories[term->slot].missing :
				design->numbers[term->slot].missing;

			set_indicator_column(fit, column, is_category ? fit->category_missing[term->slot] :
								 fit->number_missing[term->slot], NONE, missing / fit->total,
								 fit->total);
		}
		else if (term->level == LEVEL_NUMBER)
			set_number_column(fit, term, column);
		else
		{
			const CategoryFacts *facts = &design->categories[term->slot];
			int32_t		level = term->level == LEVEL_POOLED ? facts->n_levels : term->level;

			set_indicator_column(fit, column, fit->category_base[term->slot] + level,
								 fit->category_missing[term->slot], facts->frequency[level],
								 fit->total - facts->missing);
		}
		column->penalty = fit->options->standardize ? fit->options->l2 :
			fit->options->l2 / (column->deviation * column->deviation);
	}
}

/* Basis coefficients of standardised term coefficients. */
static void
spread_weights(const Logistic *fit, const double *estimate)
{
	int32_t		t;

	memset(fit->weights, 0, (size_t) fit->n_basis * sizeof(double));
	for (t = 0; t < fit->n_terms; t++)
	{
		const Column *column = &fit->columns[t];

		fit->weights[column->index] += estimate[t] * column->own;
		fit->weights[0] += estimate[t] * column->constant;
		if (column->missing_index != NONE)
			fit->weights[column->missing_index] += estimate[t] * column->missing;
	}
}

/* Loads rows [start, start + n) of a block as scaled dense columns; zero past n. */
static void
load_panel(const Logistic *fit, const DatasetBlock *block, int32_t start, int32_t n)
{
	int32_t		i;
	int32_t		j;

	for (i = 0; i < PANEL_ROWS; i++)
		fit->panel[i] = i < n ? 1.0 : 0.0;
	for (j = 0; j < fit->design->n_numbers; j++)
	{
		const double *column = block->numbers + (size_t) j * (size_t) block->capacity + start;
		double	   *out = fit->panel + (size_t) (j + 1) * PANEL_ROWS;
		double		centre = fit->number_centre[j];
		double		scale = fit->number_scale[j];
		double		fill = (fit->design->numbers[j].mean - centre) * scale;

		for (i = 0; i < n; i++)
		{
			double		z = (column[i] - centre) * scale;

			out[i] = z == z ? z : fill;
		}
		for (; i < PANEL_ROWS; i++)
			out[i] = 0.0;
	}
}

/* Basis indices of the indicators that row i of a block meets; returns how many. */
static int32_t
row_indicators(const Logistic *fit, const DatasetBlock *block, int32_t i, int32_t *found)
{
	const Design *design = fit->design;
	size_t		capacity = (size_t) block->capacity;
	int32_t		n = 0;
	int32_t		c;
	int32_t		j;

	for (c = 0; c < design->n_categories; c++)
	{
		int32_t		code = block->codes[(size_t) c * capacity + (size_t) i];
		int32_t		level;

		if (code == CODE_MISSING)
		{
			found[n++] = fit->category_missing[c];
			continue;
		}
		level = design->categories[c].level_of_code[code];
		found[n++] = fit->category_base[c] +
			(level == LEVEL_POOLED ? design->categories[c].n_levels : level);
	}
	for (j = 0; j < design->n_numbers; j++)
	{
		if (fit->number_missing[j] != NONE && isnan(block->numbers[(size_t) j * capacity + (size_t) i]))
			found[n++] = fit->number_missing[j];
	}
	return n;
}

/* Adds a row's curvature and residual at its indicators. */
static void
scatter_row(Logistic *fit, int32_t i, const int32_t *found, int32_t n, double curvature,
			double residual)
{
	size_t		size = (size_t) fit->n_basis;
	int32_t		a;
	int32_t		b;
	int32_t		j;

	for (a = 0; a < n; a++)
	{
		double	   *row = fit->hessian + (size_t) found[a] * size;

		fit->gradient[found[a]] += residual;
		for (j = 0; j < fit->n_dense; j++)
			row[j] += curvature * fit->panel[(size_t) j * PANEL_ROWS + (size_t) i];
		for (b = 0; b <= a; b++)
		{
			size_t		high = (size_t) (found[a] > found[b] ? found[a] : found[b]);
			size_t		low = (size_t) (found[a] > found[b] ? found[b] : found[a]);

			fit->hessian[high * size + low] += curvature;
		}
	}
}

/* log(1 + exp(-margin)), and exp's own value for the probability. */
static inline double
log_loss(double margin, double *probability_wrong)
{
	double		e = exp(-fabs(margin));

	*probability_wrong = margin > 0.0 ? e / (1.0 + e) : 1.0 / (1.0 + e);
	return (margin > 0.0 ? 0.0 : -margin) + log1p(e);
}

/* One panel's part of loss, gradient and Hessian. */
static void
add_panel(Logistic *fit, const DatasetBlock *block, int32_t start, int32_t n, int32_t *found)
{
	double		eta[PANEL_ROWS] = {0.0};
	double		residual[PANEL_ROWS] = {0.0};
	double		curvature[PANEL_ROWS] = {0.0};
	bool		has_indicators = fit->n_indicators > 0;
	int32_t		i;
	int32_t		j;
	int32_t		k;

	load_panel(fit, block, start, n);
	for (j = 0; j < fit->n_dense; j++)
		panel_axpy(eta, fit->panel + (size_t) j * PANEL_ROWS, fit->weights[j]);
	for (i = 0; i < n; i++)
	{
		bool		is_positive = block->target[start + i] == fit->options->positive_target;
		double		weight = row_weight(block, start + i, fit->options);
		double		wrong;
		int32_t		n_found = 0;

		if (has_indicators)
		{
			n_found = row_indicators(fit, block, start + i, found);
			for (k = 0; k < n_found; k++)
				eta[i] += fit->weights[found[k]];
		}
		fit->loss += weight * log_loss(is_positive ? eta[i] : -eta[i], &wrong);
		residual[i] = weight * (is_positive ? -wrong : wrong);
		curvature[i] = weight * wrong * (1.0 - wrong);
		if (has_indicators)
			scatter_row(fit, i, found, n_found, curvature[i], residual[i]);
	}
	for (j = 0; j < fit->n_dense; j++)
	{
		const double *column = fit->panel + (size_t) j * PANEL_ROWS;
		double	   *scaled = fit->scaled + (size_t) j * PANEL_ROWS;

		fit->gradient[j] += panel_dot(residual, column);
		for (i = 0; i < PANEL_ROWS; i++)
			scaled[i] = curvature[i] * column[i];
	}
	panel_gram(fit->dense, fit->scaled, fit->panel, fit->n_dense);
}

/* Loss, gradient and Hessian on the basis at these term coefficients. */
static Status
pass(Logistic *fit, const double *estimate)
{
	const Dataset *dataset = fit->dataset;
	size_t		size = (size_t) fit->n_basis;
	size_t		dense = (size_t) fit->n_dense;
	size_t		n_slots = (size_t) dataset->n_categories + (size_t) dataset->n_numbers;
	int32_t    *found = memory_allocate(fit->allocator, n_slots, sizeof(int32_t));
	Status		status = found != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	int32_t		b;
	int32_t		start;
	size_t		j;

	spread_weights(fit, estimate);
	memset(fit->gradient, 0, size * sizeof(double));
	memset(fit->hessian, 0, size * size * sizeof(double));
	memset(fit->dense, 0, dense * dense * sizeof(double));
	fit->loss = 0.0;
	for (b = 0; b < dataset->n_blocks && status == KERNEL_OK; b++)
	{
		const DatasetBlock *block = &dataset->blocks[b];

		for (start = 0; start < block->n && status == KERNEL_OK; start += PANEL_ROWS)
		{
			int32_t		left = block->n - start;

			if (stop_requested(fit->stop))
				status = KERNEL_STOPPED;
			else
				add_panel(fit, block, start, left < PANEL_ROWS ? left : PANEL_ROWS, found);
		}
	}
	for (j = 0; j < dense; j++)
		memcpy(fit->hessian + j * size, fit->dense + j * dense, (j + 1) * sizeof(double));
	memory_release(fit->allocator, found, n_slots, sizeof(int32_t));
	return status;
}

static double
basis_entry(const Logistic *fit, int32_t i, int32_t j)
{
	return i > j ? fit->hessian[(size_t) i * (size_t) fit->n_basis + (size_t) j] :
		fit->hessian[(size_t) j * (size_t) fit->n_basis + (size_t) i];
}

/* Row of the basis Hessian times a column: sum over its parts. */
static double
column_entry(const Logistic *fit, const Column *column, int32_t basis)
{
	double		sum = column->own * basis_entry(fit, column->index, basis) +
		column->constant * basis_entry(fit, 0, basis);

	if (column->missing_index != NONE)
		sum += column->missing * basis_entry(fit, column->missing_index, basis);
	return sum;
}

static double
columns_entry(const Logistic *fit, const Column *a, const Column *b)
{
	double		sum = b->own * column_entry(fit, a, b->index);

	if (b->constant != 0.0)
		sum += b->constant * column_entry(fit, a, 0);
	if (b->missing_index != NONE)
		sum += b->missing * column_entry(fit, a, b->missing_index);
	return sum;
}

/* Gradient and Hessian of the mean loss on the terms, with or without the penalty. */
static Status
project(Logistic *fit, const double *estimate, bool with_penalty)
{
	size_t		p = (size_t) fit->n_terms;
	int32_t		s;
	int32_t		t;

	for (s = 0; s < fit->n_terms; s++)
	{
		const Column *column = &fit->columns[s];
		double		penalty = with_penalty ? column->penalty : 0.0;

		if (stop_requested(fit->stop))
			return KERNEL_STOPPED;
		fit->slope[s] = column->own * fit->gradient[column->index] + column->constant * fit->gradient[0];
		if (column->missing_index != NONE)
			fit->slope[s] += column->missing * fit->gradient[column->missing_index];
		fit->slope[s] = fit->slope[s] / fit->total + penalty * estimate[s];
		for (t = 0; t <= s; t++)
			fit->matrix[(size_t) s * p + (size_t) t] =
				columns_entry(fit, column, &fit->columns[t]) / fit->total;
		fit->matrix[(size_t) s * p + (size_t) s] += penalty;
	}
	return KERNEL_OK;
}

/* Scales the matrix to a unit diagonal and factors it; *least is its least pivot before scaling. */
static Status
factor(Logistic *fit, double *least)
{
	size_t		p = (size_t) fit->n_terms;
	double		most = 0.0;
	int32_t		s;
	int32_t		t;
	Status		status;

	for (s = 0; s < fit->n_terms; s++)
	{
		double		square = fit->matrix[(size_t) s * p + (size_t) s];

		most = square > most ? square : most;
	}
	for (s = 0; s < fit->n_terms; s++)
	{
		double		square = fit->matrix[(size_t) s * p + (size_t) s];

		fit->root[s] = square > 1e-20 * most && square > 0.0 ? sqrt(square) : 0.0;
	}
	for (s = 0; s < fit->n_terms; s++)
	{
		for (t = 0; t <= s; t++)
		{
			double	   *entry = &fit->matrix[(size_t) s * p + (size_t) t];
			double		scale = fit->root[s] * fit->root[t];

			*entry = scale > 0.0 ? *entry / scale : 0.0;
		}
	}
	status = plain_factor(fit->matrix, fit->n_terms, RANK_TOLERANCE, fit->pivot, &fit->rank, fit->stop);
	*least = INFINITY;
	for (s = 0; s < fit->rank; s++)
	{
		double		pivot = fit->matrix[(size_t) s * p + (size_t) s] * fit->root[fit->pivot[s]];

		*least = pivot * pivot < *least ? pivot * pivot : *least;
	}
	return status;
}

/* x = (pseudo-)inverse of the factored matrix times b. */
static Status
solve(const Logistic *fit, const double *b, double *x)
{
	size_t		p = (size_t) fit->n_terms;
	double	   *scaled = memory_allocate(fit->allocator, p, sizeof(double));
	Status		status;
	int32_t		t;

	if (scaled == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (t = 0; t < fit->n_terms; t++)
		scaled[t] = fit->root[t] > 0.0 ? b[t] / fit->root[t] : 0.0;
	status = plain_solve(fit->matrix, fit->n_terms, fit->rank, fit->pivot, fit->allocator, scaled, x);
	for (t = 0; t < fit->n_terms && status == KERNEL_OK; t++)
		x[t] = fit->root[t] > 0.0 ? x[t] / fit->root[t] : 0.0;
	memory_release(fit->allocator, scaled, p, sizeof(double));
	return status;
}

/* The mean penalised loss of what pass() left. */
static double
objective(const Logistic *fit, const double *estimate)
{
	double		value = fit->loss / fit->total;
	int32_t		t;

	for (t = 0; t < fit->n_terms; t++)
		value += 0.5 * fit->columns[t].penalty * estimate[t] * estimate[t];
	return value;
}

/* Moves along the step, halved until the objective does not rise. */
static Status
advance(Logistic *fit, double before, double *after)
{
	double		length = 1.0;
	int32_t		halvings;
	int32_t		t;
	Status		status;

	for (halvings = 0; halvings <= MAX_HALVINGS; halvings++)
	{
		for (t = 0; t < fit->n_terms; t++)
			fit->trial[t] = fit->estimate[t] - length * fit->step[t];
		status = pass(fit, fit->trial);
		if (status != KERNEL_OK)
			return status;
		*after = objective(fit, fit->trial);
		if (*after <= before + 1e-14 * fabs(before))
		{
			memcpy(fit->estimate, fit->trial, (size_t) fit->n_terms * sizeof(double));
			return KERNEL_OK;
		}
		length *= 0.5;
	}
	return KERNEL_NOT_CONVERGED;
}

static double
largest(const double *x, int32_t n)
{
	double		most = 0.0;
	int32_t		i;

	for (i = 0; i < n; i++)
		most = fabs(x[i]) > most ? fabs(x[i]) : most;
	return most;
}

/* Newton's method from the intercept at the log-odds. */
static Status
iterate(Logistic *fit, LinearFacts *facts)
{
	double		before;
	double		first = NAN;
	double		least = NAN;
	Status		status = pass(fit, fit->estimate);

	before = objective(fit, fit->estimate);
	for (facts->iterations = 0; status == KERNEL_OK; facts->iterations++)
	{
		status = project(fit, fit->estimate, true);
		if (status != KERNEL_OK)
			return status;
		facts->gradient_norm = largest(fit->slope, fit->n_terms);
		facts->converged = facts->gradient_norm <= fit->options->tolerance;
		if (!isfinite(facts->gradient_norm))
			return KERNEL_OVERFLOW;
		status = factor(fit, &least);
		if (status != KERNEL_OK)
			return status;
		if (facts->iterations == 0)
			first = least;
		facts->separated = fit->options->l2 == 0.0 && least < SEPARATION_RATIO * first;
		if (facts->separated)
			facts->converged = false;
		if (facts->converged || facts->separated || facts->iterations == fit->options->max_iterations)
			return KERNEL_OK;
		status = solve(fit, fit->slope, fit->step);
		if (status == KERNEL_OK)
			status = advance(fit, before, &before);
	}
	if (status == KERNEL_NOT_CONVERGED)
	{
		/* No step lowers the objective: the last digits are reached, or nearly. */
		status = pass(fit, fit->estimate);
		if (status == KERNEL_OK)
			status = project(fit, fit->estimate, true);
		if (status == KERNEL_OK)
			status = factor(fit, &least);
		facts->gradient_norm = largest(fit->slope, fit->n_terms);
		facts->converged = facts->gradient_norm <= fit->options->tolerance;
	}
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

/* Variance of the raw intercept: v' inverse v with v = (1, -mean / deviation, ...). */
static Status
intercept_variance(Logistic *fit, double *variance)
{
	Status		status;
	int32_t		t;

	fit->trial[0] = 1.0;
	for (t = 1; t < fit->n_terms; t++)
		fit->trial[t] = -fit->columns[t].mean / fit->columns[t].deviation;
	status = solve(fit, fit->trial, fit->step);
	*variance = 0.0;
	for (t = 0; t < fit->n_terms; t++)
		*variance += fit->trial[t] * fit->step[t] / fit->total;
	return status;
}

/* The coefficient table in original units; the matrix holds the factored Hessian. */
static Status
report(Logistic *fit, LinearFit *result)
{
	const Design *design = fit->design;
	size_t		p = (size_t) fit->n_terms;
	bool		has_errors = fit->options->l2 == 0.0 && !result->facts.separated;
	double	   *diagonal = memory_allocate_zero(fit->allocator, p, sizeof(double));
	double	   *identified = memory_allocate_zero(fit->allocator, p, sizeof(double));
	double		intercept = 0.0;
	double		variance = NAN;
	Status		status = diagonal != NULL && identified != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	int32_t		t;

	if (status == KERNEL_OK && has_errors)
		status = plain_inverse_diagonal(fit->matrix, fit->n_terms, fit->rank, fit->pivot,
										fit->allocator, fit->stop, diagonal, identified);
	for (t = 0; t < fit->n_terms && status == KERNEL_OK; t++)
	{
		const Column *column = &fit->columns[t];
		double		scale = fit->root[t] * column->deviation;
		bool		is_determined = has_errors && fit->root[t] > 0.0 && identified[t] >= IDENTIFIED;

		if (design->terms[t].feature == TERM_INTERCEPT)
		{
			intercept += fit->estimate[t];
			continue;
		}
		if (design->has_intercept)
			intercept -= fit->estimate[t] / column->deviation * column->mean;
		set_coefficient(&result->coefficients[t], &design->terms[t],
						fit->estimate[t] / column->deviation,
						is_determined ? diagonal[t] / (scale * scale * fit->total) : NAN);
	}
	if (status == KERNEL_OK && design->has_intercept)
	{
		if (has_errors)
			status = intercept_variance(fit, &variance);
		set_coefficient(&result->coefficients[0], &design->terms[0], intercept, variance);
	}
	memory_release(fit->allocator, diagonal, p, sizeof(double));
	memory_release(fit->allocator, identified, p, sizeof(double));
	return status;
}

/* The share of positive rows as log-odds. */
static double
start_intercept(const Logistic *fit)
{
	double		positive = 0.0;
	int32_t		b;
	int32_t		i;

	for (b = 0; b < fit->dataset->n_blocks; b++)
	{
		const DatasetBlock *block = &fit->dataset->blocks[b];

		for (i = 0; i < block->n; i++)
			positive += block->target[i] == fit->options->positive_target ?
				row_weight(block, i, fit->options) : 0.0;
	}
	return positive > 0.0 && positive < fit->total ? log(positive / (fit->total - positive)) : 0.0;
}

Status
logistic_fit(const Dataset *dataset, const Design *design, const LogisticOptions *options,
			 const Allocator *allocator, const StopCheck *stop, LinearFit *result)
{
	Logistic	fit = {.dataset = dataset, .design = design, .options = options,
					   .allocator = allocator, .stop = stop};
	Status		status = allocate_fit(&fit);

	result->facts = (LinearFacts) {.log_likelihood = NAN, .sigma2 = NAN, .rss = NAN, .tss = NAN,
								   .condition_number = NAN};
	if (status == KERNEL_OK)
		status = scale_numbers(&fit);
	if (status == KERNEL_OK)
	{
		set_columns(&fit);
		if (design->has_intercept)
			fit.estimate[0] = start_intercept(&fit);
		status = iterate(&fit, &result->facts);
	}
	if (status == KERNEL_OK)
	{
		result->facts.rank = fit.rank;
		result->facts.log_likelihood = -fit.loss;
		status = report(&fit, result);
	}
	release_fit(&fit);
	return status;
}
