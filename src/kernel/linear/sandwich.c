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
#include "kernel/linear/sandwich_block.h"
#include "kernel/stat/distribution.h"

#define LEVERAGE_LIMIT 1e-10 /* of 1 - h: a row that determines a coefficient alone */
#define NO_PIVOT 1e-14		 /* of a pivot of M against its diagonal */

typedef struct Sandwich
{
	const SandwichTask *task;
	const StopCheck *stop;
	int32_t n;		 /* coefficients of all lists */
	int32_t n_terms; /* of one */
	double *row;	 /* n: columns less their centres, of the first list or times the scores */
	double *image;	 /* n: z */
	double *eta;	 /* n_lists */
	double *scores;	 /* n_lists */
	double *
		images; /* of each list alone, n_lists of n; this and the next for block leverages, else NULL */
	double *root;		/* n_lists x (n_lists + 1): of the row's information */
	double *gram;		/* n_lists x n_lists: products of the images */
	double *work;		/* of sandwich_block_adjust() */
	double *part;		/* packed: sum of a block */
	DoubleDouble *meat; /* packed: M */
	bool is_defined;
} Sandwich;

/* The columns of the terms in row i of a block, less their centres. */
static void
read_row(Sandwich *sandwich, const DatasetBlock *block, int32_t i)
{
	int32_t t;

	design_row(sandwich->task->design, block, i, sandwich->row);
	for (t = 0; t < sandwich->n_terms; t++)
		sandwich->row[t] -= sandwich->task->covariance->centre[t];
}

static void
find_etas(Sandwich *sandwich)
{
	const SandwichTask *task = sandwich->task;
	const LinearCoefficient *coefficient = task->coefficients;
	int32_t m;
	int32_t t;

	for (m = 0; m < task->n_lists; m++)
	{
		double eta = task->level[m];

		for (t = 0; t < sandwich->n_terms; t++, coefficient++)
		{
			if (task->design->terms[t].feature != TERM_INTERCEPT)
				eta += coefficient->estimate * sandwich->row[t];
		}
		sandwich->eta[m] = eta;
	}
}

/* What s^2 of a row of one list counts as by its leverage. */
static double
lever(Sandwich *sandwich, double square, double information)
{
	const SandwichTask *task = sandwich->task;
	CovarianceType type = task->type;
	double rest = 1.0;
	int32_t i;

	if (!covariance_has_leverages(task->type))
		return square;
	covariance_image(task->leverage != NULL ? task->leverage : task->covariance->factor,
					 sandwich->n, sandwich->row, sandwich->image);
	for (i = 0; i < sandwich->n; i++)
		rest -= information * sandwich->image[i] * sandwich->image[i];
	sandwich->is_defined = sandwich->is_defined && rest > LEVERAGE_LIMIT;
	return square / (type == COVARIANCE_HC2 ? rest : rest * rest);
}

/* The row of each list, from that of the first one, times the list's score. */
static void
spread_scores(Sandwich *sandwich)
{
	int32_t m;
	int32_t t;

	for (m = sandwich->task->n_lists - 1; m >= 0; m--)
	{
		for (t = 0; t < sandwich->n_terms; t++)
			sandwich->row[m * sandwich->n_terms + t] = sandwich->scores[m] * sandwich->row[t];
	}
}

/* The image of the row for each list, as if its score were 1 and the others 0, and the products of these. */
static void
find_images(Sandwich *sandwich)
{
	const double *factor = sandwich->task->covariance->factor;
	size_t n = (size_t) sandwich->n;
	int32_t lists = sandwich->task->n_lists;
	int32_t m;
	int32_t t;
	int32_t k;

	memset(sandwich->images, 0, (size_t) lists * n * sizeof(double));
	for (m = 0; m < lists; m++)
	{
		double *image = sandwich->images + (size_t) m * n;

		for (t = m * sandwich->n_terms; t < (m + 1) * sandwich->n_terms; t++)
		{
			for (k = 0; k <= t; k++)
				image[k] += *factor++ * sandwich->row[t - m * sandwich->n_terms];
		}
		for (k = 0; k <= m; k++)
		{
			const double *other = sandwich->images + (size_t) k * n;
			double sum = 0.0;

			/* Of the earlier list all after its own terms is 0. */
			for (t = 0; t < (k + 1) * sandwich->n_terms; t++)
				sum += image[t] * other[t];
			sandwich->gram[m * lists + k] = sandwich->gram[k * lists + m] = sum;
		}
	}
}

/* The image of the row times its scores, these by the leverages of the row. */
static Status
find_block_image(Sandwich *sandwich)
{
	const SandwichTask *task = sandwich->task;
	double most;
	int32_t m;
	int32_t k;
	Status status;

	find_images(sandwich);
	status = sandwich_block_adjust(task->type, task->n_lists, sandwich->root, sandwich->gram,
								   sandwich->work, sandwich->stop, sandwich->scores, &most);
	if (status != KERNEL_OK)
		return status;
	sandwich->is_defined = sandwich->is_defined && 1.0 - most > LEVERAGE_LIMIT;
	memset(sandwich->image, 0, (size_t) sandwich->n * sizeof(double));
	for (m = 0; m < task->n_lists; m++)
	{
		const double *image = sandwich->images + (size_t) m * (size_t) sandwich->n;

		for (k = 0; k < (m + 1) * sandwich->n_terms; k++)
			sandwich->image[k] += sandwich->scores[m] * image[k];
	}
	return KERNEL_OK;
}

/* Adds a row to the block's sum. */
static Status
add_row(Sandwich *sandwich, const DatasetBlock *block, int32_t row)
{
	const SandwichTask *task = sandwich->task;
	const double *z = sandwich->image;
	double *sum = sandwich->part;
	double square = 1.0;
	double information;
	Status status = KERNEL_OK;
	int32_t i;
	int32_t j;

	read_row(sandwich, block, row);
	find_etas(sandwich);
	task->rows.scores(task->rows.context, block, row, sandwich->eta, sandwich->scores,
					  task->n_lists > 1 ? sandwich->root : &information);
	if (task->n_lists == 1)
		square = lever(sandwich, sandwich->scores[0] * sandwich->scores[0], information);
	if (sandwich->root != NULL)
		status = find_block_image(sandwich);
	else
	{
		if (task->n_lists > 1)
			spread_scores(sandwich);
		covariance_image(task->covariance->factor, sandwich->n, sandwich->row, sandwich->image);
	}
	for (i = 0; i < sandwich->n; i++)
	{
		double factor = square * z[i];

		for (j = 0; j <= i; j++)
			sum[j] += factor * z[j];
		sum += i + 1;
	}
	return status;
}

/* M, from all rows. */
static Status
sum_rows(Sandwich *sandwich)
{
	size_t entries = covariance_entries((size_t) sandwich->n);
	int32_t b;
	int32_t i;
	size_t k;

	for (b = 0; b < sandwich->task->dataset->n_blocks && sandwich->is_defined; b++)
	{
		const DatasetBlock *block;
		Status status = dataset_block(sandwich->task->dataset, b, &block);

		if (status != KERNEL_OK)
			return status;
		memset(sandwich->part, 0, entries * sizeof(double));
		for (i = 0; i < block->n && sandwich->is_defined; i++)
		{
			if ((i & 31) == 0 && stop_requested(sandwich->stop))
				return KERNEL_STOPPED;
			status = add_row(sandwich, block, i);
			if (status != KERNEL_OK)
				return status;
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
	const SandwichTask *task = sandwich->task;
	const LinearCovariance *covariance = task->covariance;
	bool has_intercept = task->design->has_intercept;
	int32_t first;
	int32_t t;

	for (first = 0; first < sandwich->n; first += sandwich->n_terms)
	{
		memset(sandwich->row, 0, (size_t) sandwich->n * sizeof(double));
		for (t = first; t < first + sandwich->n_terms; t++)
			sandwich->row[t] = -covariance->centre[t];
		for (t = first + has_intercept; t < first + sandwich->n_terms; t++)
			set_error(&task->coefficients[t],
					  covariance->is_known ? covariance_of_term(covariance->factor, t) : NAN,
					  task->rows.freedom);
		sandwich->row[first] = 1.0;
		if (has_intercept)
			set_error(&task->coefficients[first],
					  covariance->is_known ? covariance_form(covariance->factor, sandwich->n,
															 sandwich->row, sandwich->image) :
											 NAN,
					  task->rows.freedom);
	}
}

/* What the type multiplies the whole by, square rooted. */
static double
correction(const Sandwich *sandwich)
{
	double n = (double) sandwich->task->dataset->n;

	return sandwich->task->type == COVARIANCE_HC1 ?
		sqrt(n / (n - (double) sandwich->task->rank * sandwich->task->n_lists)) :
		1.0;
}

SandwichTask
sandwich_task(const Dataset *dataset, const Design *design, CovarianceType type, SandwichRows rows,
			  LinearFit *fit)
{
	return (SandwichTask){.dataset = dataset,
						  .design = design,
						  .type = type,
						  .rows = rows,
						  .n_lists = 1,
						  .rank = fit->facts.rank,
						  .coefficients = fit->coefficients,
						  .covariance = fit->covariance,
						  .level = &fit->covariance->level};
}

/* Doubles beside those that every task needs: for block leverages. */
static size_t
block_room(const SandwichTask *task)
{
	size_t lists = (size_t) task->n_lists;

	if (lists <= 1 || !covariance_has_leverages(task->type))
		return 0;
	return lists * lists * (size_t) task->design->n_terms + lists * (2 * lists + 1) +
		sandwich_block_work(lists);
}

Status
sandwich_errors(const SandwichTask *task, const Allocator *allocator, const StopCheck *stop)
{
	size_t lists = (size_t) task->n_lists;
	size_t n = lists * (size_t) task->design->n_terms;
	size_t entries = covariance_entries(n);
	size_t room = 2 * (n + lists) + block_room(task);
	Sandwich sandwich = {.task = task,
						 .stop = stop,
						 .n = (int32_t) n,
						 .n_terms = task->design->n_terms,
						 .row = memory_allocate(allocator, room, sizeof(double)),
						 .part = memory_allocate(allocator, entries, sizeof(double)),
						 .meat = memory_allocate_zero(allocator, entries, sizeof(DoubleDouble)),
						 .is_defined = task->covariance->is_known};
	Status status = KERNEL_OUT_OF_MEMORY;

	if (sandwich.row != NULL && sandwich.part != NULL && sandwich.meat != NULL)
	{
		sandwich.image = sandwich.row + n;
		sandwich.eta = sandwich.image + n;
		sandwich.scores = sandwich.eta + lists;
		if (block_room(task) > 0)
		{
			sandwich.images = sandwich.scores + lists;
			sandwich.root = sandwich.images + lists * n;
			sandwich.gram = sandwich.root + lists * (lists + 1);
			sandwich.work = sandwich.gram + lists * lists;
		}
		status = sum_rows(&sandwich);
	}
	if (status == KERNEL_OK)
	{
		task->covariance->is_known = sandwich.is_defined;
		if (sandwich.is_defined)
		{
			factor_meat(&sandwich);
			covariance_multiply(task->covariance->factor, sandwich.part, sandwich.n,
								correction(&sandwich));
		}
		if (n > 0)
			set_errors(&sandwich);
	}
	memory_release(allocator, sandwich.row, room, sizeof(double));
	memory_release(allocator, sandwich.part, entries, sizeof(double));
	memory_release(allocator, sandwich.meat, entries, sizeof(DoubleDouble));
	return status;
}
