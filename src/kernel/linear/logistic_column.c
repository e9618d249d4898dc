/*
 * logistic_column.c: the basis of a logistic fit and the standardised columns on it.
 */
#include "kernel/linear/logistic_state.h"

#include <math.h>
#include <string.h>

#include "kernel/base/double_double.h"
#include "kernel/dataset/column_simd.h"
#include "kernel/linear/panel_simd.h"

#define CONSTANT 1e-26 /* a variance this small against the largest square is rounding */

/* Basis indices of the indicators. */
static void
number_basis(Logistic *fit)
{
	const Design *design = fit->design;
	int32_t next = fit->n_dense;
	int32_t c;
	int32_t j;
	int32_t t;

	fit->n_special = 1;
	fit->n_slots = design->n_categories;
	fit->special_index[0] = 0;
	for (j = 0; j < design->n_numbers; j++)
		fit->number_missing[j] = NONE;
	for (c = 0; c < design->n_categories; c++)
	{
		const CategoryFacts *facts = &design->categories[c];

		fit->category_base[c] = next;
		next += facts->n_levels + (facts->n_pooled > 0);
		fit->category_missing[c] = NONE;
		if (facts->missing > 0.0)
		{
			fit->special_index[fit->n_special++] = next;
			fit->category_missing[c] = next++;
		}
	}
	for (t = 0; t < design->n_terms; t++)
	{
		const Term *term = &design->terms[t];

		if (term->feature == TERM_INTERCEPT || term->level != LEVEL_MISSING ||
			design->features[term->feature].family == FAMILY_CATEGORY)
			continue;
		fit->number_missing[term->slot] = next++;
		fit->n_slots++;
	}
	fit->n_basis = next;
}

/* An upper bound of the basis before it is numbered. */
static size_t
basis_bound(const Design *design)
{
	size_t n = 1 + 2 * (size_t) design->n_numbers;
	int32_t c;

	for (c = 0; c < design->n_categories; c++)
		n += (size_t) design->categories[c].n_levels + 2;
	return n;
}

/* One array of the fit: where its pointer stands, elements, bytes of one. */
typedef struct Part
{
	void *place;
	size_t count;
	size_t size;
} Part;

#define PARTS 22

/* The arrays of a fit; their sizes are known once the basis is numbered. */
static void
list_parts(Logistic *fit, Part *parts)
{
	size_t numbers = (size_t) fit->design->n_numbers;
	size_t categories = (size_t) fit->design->n_categories;
	size_t p = (size_t) fit->design->n_terms;
	size_t dense = numbers + 1;
	size_t padded = (size_t) panel_padded((int64_t) dense);
	size_t basis = (size_t) fit->n_basis;
	size_t slots = (size_t) fit->n_slots * PANEL_ROWS;

#define PART(array, count) {&fit->array, count, sizeof(*fit->array)}
	Part list[PARTS] = {/* The first four are needed to number the basis. */
						PART(category_base, categories),
						PART(category_missing, categories),
						PART(number_missing, numbers),
						PART(special_index, categories + 1),
						PART(number_centre, numbers),
						PART(number_scale, numbers),
						PART(number_range, numbers),
						PART(columns, p),
						PART(panel_block, padded * PANEL_ROWS + PANEL_ALIGNMENT / sizeof(double)),
						PART(rough_block, padded * PANEL_ROWS + PANEL_ALIGNMENT / sizeof(float)),
						PART(rows, slots > 0 ? dense * PANEL_ROWS : 0),
						PART(found, slots),
						PART(weights, basis),
						PART(gradient, basis),
						PART(matrix, basis * basis),
						PART(dense, padded * padded),
						PART(estimate, p),
						PART(trial, p),
						PART(step, p),
						PART(slope, p),
						PART(root, p),

						PART(special_rows, 2 * (size_t) fit->n_special * basis)};
#undef PART

	memcpy(parts, list, sizeof(list));
}

#define FIRST_PARTS 4

static Status
allocate(const Logistic *fit, const Part *parts, int first, int end)
{
	int i;

	for (i = first; i < end; i++)
	{
		void *block = memory_allocate(fit->allocator, parts[i].count, parts[i].size);

		if (block == NULL)
			return KERNEL_OUT_OF_MEMORY;
		/* Each pass clears the matrix; a large one is not touched before. */
		if (parts[i].place != &fit->matrix)
			memset(block, 0, parts[i].count * parts[i].size);
		memcpy(parts[i].place, &block, sizeof(block));
	}
	return KERNEL_OK;
}

static Status
allocate_fit(Logistic *fit)
{
	Part parts[PARTS];
	size_t square;
	Status status;

	fit->n_dense = fit->design->n_numbers + 1;
	fit->n_columns = fit->design->n_terms;
	if (basis_bound(fit->design) > INT32_MAX / 4)
		return KERNEL_TOO_LARGE;
	list_parts(fit, parts);
	status = allocate(fit, parts, 0, FIRST_PARTS);
	if (status != KERNEL_OK)
		return status;
	number_basis(fit);
	/* The largest of the products below. */
	if (!size_multiply((size_t) fit->n_basis, (size_t) fit->n_basis, &square) ||
		!size_multiply((size_t) fit->n_basis, 2 * sizeof(double) * PANEL_ROWS, &square))
		return KERNEL_TOO_LARGE;
	list_parts(fit, parts);
	status = allocate(fit, parts, FIRST_PARTS, PARTS);
	if (status != KERNEL_OK)
		return status;
	/* Vectors that straddle cache lines would halve the speed of the products. */
	fit->panel = fit->panel_block +
		(PANEL_ALIGNMENT - (uintptr_t) fit->panel_block % PANEL_ALIGNMENT) / sizeof(double);
	fit->rough_panel = fit->rough_block +
		(PANEL_ALIGNMENT - (uintptr_t) fit->rough_block % PANEL_ALIGNMENT) / sizeof(float);
	return KERNEL_OK;
}

void
logistic_end(Logistic *fit)
{
	Part parts[PARTS];
	int i;

	list_parts(fit, parts);
	for (i = 0; i < PARTS; i++)
	{
		void *block;

		memcpy(&block, parts[i].place, sizeof(block));
		memory_release(fit->allocator, block, parts[i].count, parts[i].size);
	}
	null_space_release(&fit->null_space, fit->allocator);
	logistic_bound_end(fit);
}

/* The weight of a block's positive rows; weight: of each row, NULL = 1. */
static double
positive_weight(const Logistic *fit, const DatasetBlock *block, const double *weight)
{
	double positive = fit->options->positive_target;
	double sum = 0.0;
	int32_t count = 0;
	int32_t i;

	if (weight == NULL)
	{
		for (i = 0; i < block->n; i++)
			count += block->target[i] == positive;
		return count;
	}
	for (i = 0; i < block->n; i++)
		sum += block->target[i] == positive ? weight[i] : 0.0;
	return sum;
}

/* What the dataset's own sums have of squares and ranges; returns how many of its blocks are in them. */
static int32_t
take_spreads(Logistic *fit)
{
	int32_t n_summed = summed_blocks(fit->dataset, fit->options);
	bool is_taken = n_summed > 0;
	int32_t j;

	for (j = 0; j < fit->dataset->n_numbers && is_taken; j++)
	{
		ColumnSpread spread;

		is_taken = dataset_spread(fit->dataset, j, fit->design->numbers[j].mean, &spread);
		fit->number_scale[j] = spread.square;
		fit->number_range[j] = spread.most;
	}
	if (is_taken)
		return n_summed;
	for (j = 0; j < fit->dataset->n_numbers; j++)
		fit->number_scale[j] = fit->number_range[j] = 0.0;
	return 0;
}

/* Total weight and that of the positive rows, and centre and scale of each number, the means being known. */
static Status
scale_numbers(Logistic *fit)
{
	const Dataset *dataset = fit->dataset;
	double buffer[DATASET_BLOCK_ROWS];
	DoubleDouble total = dd_from(0.0);
	double *squares = fit->number_scale;
	int32_t n_summed = take_spreads(fit);
	int32_t b;
	int32_t i;
	int32_t j;

	for (b = 0; b < dataset->n_blocks; b++)
	{
		const DatasetBlock *block;
		const double *weight;
		Status status = dataset_block(dataset, b, &block);

		if (status != KERNEL_OK)
			return status;
		weight = block_weights(block, fit->options, buffer);
		if (weight == NULL)
			total = dd_add_double(total, block->n);
		for (i = 0; weight != NULL && i < block->n; i++)
			total = dd_add_double(total, weight[i]);
		fit->positive += positive_weight(fit, block, weight);
		if (b < n_summed)
			continue;
		for (j = 0; j < dataset->n_numbers; j++)
		{
			if ((j & 63) == 0 && stop_requested(fit->stop))
				return KERNEL_STOPPED;
			column_spread(block->numbers + (size_t) j * (size_t) block->capacity, weight, block->n,
						  fit->design->numbers[j].mean, &squares[j], &fit->number_range[j]);
		}
	}
	fit->total = total.hi;
	if (!isfinite(fit->total))
		return KERNEL_OVERFLOW;
	if (!(fit->total > 0.0))
		return KERNEL_INVALID;
	for (j = 0; j < dataset->n_numbers; j++)
	{
		double mean = fit->design->numbers[j].mean;
		double most = fmax(fabs(mean), fit->number_range[j]);
		double variance = squares[j] / fit->total;

		if (!isfinite(variance))
			return KERNEL_OVERFLOW;
		fit->number_centre[j] = fit->design->has_intercept ? mean : 0.0;
		fit->number_scale[j] = variance > CONSTANT * most * most ? 1.0 / sqrt(variance) : 0.0;
		/* Without an intercept a constant column, unless it is 0, does what one would. */
		if (fit->number_scale[j] == 0.0 && !fit->design->has_intercept && most > 0.0)
			fit->number_scale[j] = 1.0 / most;
	}
	/* An offset's column is 0: it has no coefficient to find. */
	if (fit->glm != NULL && fit->glm->offset_slot != NO_OFFSET)
		fit->number_scale[fit->glm->offset_slot] = 0.0;
	return KERNEL_OK;
}

/* The standardised column of a number's term. */
static void
set_number_column(const Logistic *fit, const Term *term, Column *column)
{
	double scale = fit->number_scale[term->slot];

	column->index = 1 + term->slot;
	column->own = 1.0;
	column->mean = fit->design->numbers[term->slot].mean;
	column->deviation = scale > 0.0 ? 1.0 / scale : 1.0;
	column->range =
		(fit->number_range[term->slot] + fabs(column->mean - fit->number_centre[term->slot])) *
		scale;
}

/* The standardised column of an indicator's term, from its mean and the weight it varies over. */
static void
set_indicator_column(const Logistic *fit, Column *column, int32_t index, int32_t missing_index,
					 double frequency, double present)
{
	double variance = present / fit->total * frequency * (1.0 - frequency);

	if (!fit->design->has_intercept && frequency == 1.0)
		variance = 1.0; /* as of a constant number */
	column->index = index;
	column->missing_index = missing_index;
	column->mean = frequency;
	column->deviation = variance > 0.0 ? sqrt(variance) : 1.0;
	column->own = variance > 0.0 ? 1.0 / column->deviation : 0.0;
	column->missing = missing_index != NONE ? frequency * column->own : 0.0;
	column->constant = fit->design->has_intercept ? -frequency * column->own : 0.0;
	column->range = column->own;
	for (; missing_index != NONE && fit->special_index[column->special] != missing_index;)
		column->special++;
}

/* Is it a number of one value?  It has no standard deviation that a penalty could go by. */
static bool
is_constant_number(const Logistic *fit, const Term *term)
{
	return term->level == LEVEL_NUMBER && fit->number_range[term->slot] == 0.0;
}

static void
set_column(const Logistic *fit, const Term *term, Column *column)
{
	const Design *design = fit->design;

	if (term->feature == TERM_INTERCEPT)
	{
		column->own = column->range = 1.0;
		return;
	}
	if (term->level == LEVEL_NUMBER)
		set_number_column(fit, term, column);
	else if (term->level == LEVEL_MISSING)
	{
		bool is_category = design->features[term->feature].family == FAMILY_CATEGORY;
		double missing = is_category ? design->categories[term->slot].missing :
									   design->numbers[term->slot].missing;

		set_indicator_column(fit, column,
							 is_category ? fit->category_missing[term->slot] :
										   fit->number_missing[term->slot],
							 NONE, missing / fit->total, fit->total);
	}
	else
	{
		const CategoryFacts *facts = &design->categories[term->slot];
		int32_t level = term->level == LEVEL_POOLED ? facts->n_levels : term->level;

		set_indicator_column(fit, column, fit->category_base[term->slot] + level,
							 fit->category_missing[term->slot], facts->frequency[level],
							 fit->total - facts->missing);
	}
	column->penalty = !fit->options->standardize ?
		fit->options->l2 / (column->deviation * column->deviation) :
		is_constant_number(fit, term) ? 0.0 :
										fit->options->l2;
}

/* One column a term, in the order of the basis: a term's place is counted first. */
static Status
set_columns(Logistic *fit)
{
	size_t basis = (size_t) fit->n_basis;
	int32_t *term_of = memory_allocate(fit->allocator, basis, sizeof(int32_t));
	Column *next = fit->columns;
	int32_t i;

	if (term_of == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < fit->n_basis; i++)
		term_of[i] = NONE;
	for (i = 0; i < fit->n_columns; i++)
	{
		Column column = {.missing_index = NONE, .deviation = 1.0};

		set_column(fit, &fit->design->terms[i], &column);
		term_of[column.index] = i;
	}
	for (i = 0; i < fit->n_basis; i++)
	{
		if (term_of[i] == NONE)
			continue;
		*next = (Column){.term = term_of[i], .missing_index = NONE, .deviation = 1.0};
		set_column(fit, &fit->design->terms[term_of[i]], next);
		next++;
	}
	memory_release(fit->allocator, term_of, basis, sizeof(int32_t));
	return KERNEL_OK;
}

Status
logistic_begin(Logistic *fit)
{
	Status status = allocate_fit(fit);

	if (status == KERNEL_OK)
		status = scale_numbers(fit);
	if (status == KERNEL_OK)
		status = set_columns(fit);
	/* Those of more classes are of all their coefficients together. */
	if (status == KERNEL_OK && fit->options->class_of_code == NULL)
		status = logistic_bound_begin(fit, fit);
	return status;
}
