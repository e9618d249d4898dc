/*
 * sandwich.c: robust standard errors by a pass over the rows.
 *
 * With A^-1 = G G' (covariance.h) and z_i = G'x_i, the leverage of a row is v_i |z_i|^2, v_i being
 * its share of the information, and the sandwich is G M G' with M the sum of s_i^2 z_i z_i'.
 * Columns of any scale and dependence have z near unit size, so M keeps its digits; its factor K
 * makes G K the factor of the result.
 */
#include "kernel/linear/sandwich.h"

#include <math.h>
#include <string.h>

#include "kernel/linear/covariance.h"
#include "kernel/stat/distribution.h"

#define LEVERAGE_LIMIT 1e-10 /* of 1 - h: a row that determines a coefficient alone */
#define NO_PIVOT 1e-14		 /* of a pivot of M against its diagonal */

typedef struct Sandwich
{
	const Dataset *dataset;
	const Design *design;
	const LogisticOptions *logistic;
	const Allocator *allocator;
	const StopCheck *stop;
	LinearFit *fit;
	CovarianceType type;
	int32_t n;			/* terms */
	double *row;		/* n: columns less their centres */
	double *image;		/* n: z */
	double *part;		/* packed: sum of a block */
	DoubleDouble *meat; /* packed: M */
	bool is_defined;
} Sandwich;

/* The terms' columns in row i of a block, less their centres. */
static void
read_row(Sandwich *sandwich, const DatasetBlock *block, int32_t i)
{
	int32_t t;

	design_row(sandwich->design, block, i, sandwich->row);
	for (t = 0; t < sandwich->n; t++)
		sandwich->row[t] -= sandwich->fit->covariance->centre[t];
}

/* The row's score along eta, and its share of the information. */
static double
row_score(const Sandwich *sandwich, const DatasetBlock *block, int32_t i, double *information)
{
	const LogisticOptions *logistic = sandwich->logistic;
	double eta = sandwich->fit->covariance->level;
	double weight = block->weight != NULL ? block->weight[i] : 1.0;
	bool is_positive;
	double p;
	int32_t t;

	for (t = 0; t < sandwich->n; t++)
	{
		if (sandwich->design->terms[t].feature != TERM_INTERCEPT)
			eta += sandwich->fit->coefficients[t].estimate * sandwich->row[t];
	}
	*information = weight;
	if (logistic == NULL)
		return weight * (block->target[i] - eta);
	is_positive = block->target[i] == logistic->positive_target;
	weight *= logistic->class_weight[is_positive];
	p = 1.0 / (1.0 + exp(-eta));
	*information = weight * p * (1.0 - p);
	/* 1 - p by the tail, which has digits where p has none left. */
	return is_positive ? weight / (1.0 + exp(eta)) : -weight * p;
}

/* Adds a row to the block's sum. */
static void
add_row(Sandwich *sandwich, const DatasetBlock *block, int32_t row)
{
	const double *z = sandwich->image;
	double *sum = sandwich->part;
	double information;
	double score;
	double square;
	double rest = 1.0;
	int32_t i;
	int32_t j;

	read_row(sandwich, block, row);
	score = row_score(sandwich, block, row, &information);
	covariance_image(sandwich->fit->covariance->factor, sandwich->n, sandwich->row,
					 sandwich->image);
	for (i = 0; i < sandwich->n; i++)
		rest -= information * z[i] * z[i];
	square = score * score;
	if (sandwich->type == COVARIANCE_HC2 || sandwich->type == COVARIANCE_HC3)
	{
		sandwich->is_defined = sandwich->is_defined && rest > LEVERAGE_LIMIT;
		square /= sandwich->type == COVARIANCE_HC2 ? rest : rest * rest;
	}
	for (i = 0; i < sandwich->n; i++)
	{
		double factor = square * z[i];

		for (j = 0; j <= i; j++)
			sum[j] += factor * z[j];
		sum += i + 1;
	}
}

/* M, from all rows. */
static Status
sum_rows(Sandwich *sandwich)
{
	size_t entries = covariance_entries((size_t) sandwich->n);
	int32_t b;
	int32_t i;
	size_t k;

	for (b = 0; b < sandwich->dataset->n_blocks && sandwich->is_defined; b++)
	{
		const DatasetBlock *block;
		Status status = dataset_block(sandwich->dataset, b, &block);

		if (status != KERNEL_OK)
			return status;
		memset(sandwich->part, 0, entries * sizeof(double));
		for (i = 0; i < block->n && sandwich->is_defined; i++)
		{
			if ((i & 31) == 0 && stop_requested(sandwich->stop))
				return KERNEL_STOPPED;
			add_row(sandwich, block, i);
		}
		for (k = 0; k < entries; k++)
			sandwich->meat[k] = dd_add_double(sandwich->meat[k], sandwich->part[k]);
	}
	return KERNEL_OK;
}

/* KK' = M, packed, in `part`; what depends on earlier columns is 0. */
static void
factor_meat(Sandwich *sandwich)
{
	double *row = sandwich->part;
	int32_t i;
	int32_t j;
	int32_t k;

	for (i = 0; i < sandwich->n; i++)
	{
		const DoubleDouble *source = sandwich->meat + covariance_entries((size_t) i);
		const double *other = sandwich->part;

		for (j = 0; j <= i; j++)
		{
			DoubleDouble rest = source[j];

			for (k = 0; k < j; k++)
				rest = dd_subtract(rest, dd_two_product(row[k], other[k]));
			if (j < i)
				row[j] = other[j] > 0.0 ? rest.hi / other[j] : 0.0;
			else
				row[j] = rest.hi > NO_PIVOT * source[j].hi ? sqrt(rest.hi) : 0.0;
			other += j + 1;
		}
		row += i + 1;
	}
}

/* G K times a factor, in place of G. */
static void
multiply_factors(Sandwich *sandwich, double factor)
{
	double *row = sandwich->fit->covariance->factor;
	int32_t i;
	int32_t j;
	int32_t k;

	for (i = 0; i < sandwich->n; i++)
	{
		for (j = 0; j <= i; j++)
		{
			double sum = 0.0;

			for (k = j; k <= i; k++)
				sum += row[k] * sandwich->part[covariance_entries((size_t) k) + (size_t) j];
			row[j] = sum * factor;
		}
		row += i + 1;
	}
}

/* The table's row from its variance; degrees: of Student's t, infinite for the normal. */
static void
set_error(LinearCoefficient *coefficient, double variance, double degrees)
{
	bool has_one = !isnan(coefficient->std_error);

	coefficient->std_error = coefficient->statistic = coefficient->p_value = NAN;
	if (!has_one || !(variance >= 0.0) || !isfinite(variance))
		return;
	coefficient->std_error = sqrt(variance);
	coefficient->statistic = coefficient->estimate / coefficient->std_error;
	if (!isnan(coefficient->statistic))
		coefficient->p_value = isinf(degrees) ?
			distribution_normal_two_sided(coefficient->statistic) :
			distribution_t_two_sided(coefficient->statistic, degrees);
}

/* Errors of all coefficients; the intercept's is that of eta at the columns' zero. */
static void
set_errors(Sandwich *sandwich)
{
	LinearFit *fit = sandwich->fit;
	const LinearCovariance *covariance = fit->covariance;
	double degrees =
		sandwich->logistic != NULL ? INFINITY : (double) sandwich->dataset->n - fit->facts.rank;
	int32_t t;

	for (t = 0; t < sandwich->n; t++)
	{
		bool is_intercept = sandwich->design->terms[t].feature == TERM_INTERCEPT;
		double variance = NAN;

		sandwich->row[t] = is_intercept ? 1.0 : -covariance->centre[t];
		if (!is_intercept && covariance->is_known)
			variance = covariance_of_term(covariance->factor, t);
		if (!is_intercept)
			set_error(&fit->coefficients[t], variance, degrees);
	}
	if (sandwich->n > 0 && sandwich->design->has_intercept)
		set_error(&fit->coefficients[0],
				  covariance->is_known ? covariance_form(covariance->factor, sandwich->n,
														 sandwich->row, sandwich->image) :
										 NAN,
				  degrees);
}

/* What the type multiplies the whole by, square rooted. */
static double
correction(const Sandwich *sandwich)
{
	double n = (double) sandwich->dataset->n;

	return sandwich->type == COVARIANCE_HC1 ? sqrt(n / (n - sandwich->fit->facts.rank)) : 1.0;
}

Status
sandwich_errors(const Dataset *dataset, const Design *design, CovarianceType type,
				const LogisticOptions *logistic, const Allocator *allocator, const StopCheck *stop,
				LinearFit *fit)
{
	size_t n = (size_t) design->n_terms;
	size_t entries = covariance_entries(n);
	Sandwich sandwich = {.dataset = dataset,
						 .design = design,
						 .logistic = logistic,
						 .allocator = allocator,
						 .stop = stop,
						 .fit = fit,
						 .type = type,
						 .n = design->n_terms,
						 .row = memory_allocate(allocator, 2 * n, sizeof(double)),
						 .part = memory_allocate(allocator, entries, sizeof(double)),
						 .meat = memory_allocate_zero(allocator, entries, sizeof(DoubleDouble)),
						 .is_defined = fit->covariance->is_known};
	Status status = KERNEL_OUT_OF_MEMORY;

	if (sandwich.row != NULL && sandwich.part != NULL && sandwich.meat != NULL)
	{
		sandwich.image = sandwich.row + n;
		status = sum_rows(&sandwich);
	}
	if (status == KERNEL_OK)
	{
		fit->covariance->is_known = sandwich.is_defined;
		if (sandwich.is_defined)
		{
			factor_meat(&sandwich);
			multiply_factors(&sandwich, correction(&sandwich));
		}
		set_errors(&sandwich);
	}
	memory_release(allocator, sandwich.row, 2 * n, sizeof(double));
	memory_release(allocator, sandwich.part, entries, sizeof(double));
	memory_release(allocator, sandwich.meat, entries, sizeof(DoubleDouble));
	return status;
}
