/*
 * robust_case.h: the rows of linear_rows.h with outliers, for Huber and quantile regression.
 */
#ifndef ORCHARD_TEST_ROBUST_CASE_H
#define ORCHARD_TEST_ROBUST_CASE_H

#include "kernel/linear/glm.h"
#include "linear_rows.h"

#define TERMS 5

typedef struct Case
{
	Dictionary dictionary;
	Dataset dataset;
	Design design;
	LinearCoefficient coefficients[TERMS];
	LinearFit fit;
	double mean;
	double loss;
} Case;

/* A tenth of the targets is far off; ties: all are multiples of an eighth. */
static inline double
robust_target(int i)
{
	return golden_row(i, false, false).target + (i % 10 == 3 ? 400.0 : i % 7 * 0.5);
}

/* The design of what the dataset holds. */
static inline void
case_describe(Case *c, bool with_intercept)
{
	double weights[3] = {0.0};
	double *level_weight[1] = {weights};
	const double *const_weight[1] = {weights};
	double missing_weight[1];
	NumberFacts numbers[2];
	DesignOptions design_options = {with_intercept, false, 1000, NULL};

	CHECK(glm_level_facts(&c->dataset, &unit_allocator, NULL, numbers, level_weight, missing_weight,
						  &c->mean) == KERNEL_OK);
	CHECK(design_build(&c->design, &unit_allocator, golden_features, 3, &c->dictionary,
					   const_weight, missing_weight, numbers, &design_options) == KERNEL_OK);
}

/* The first n golden rows. */
static inline void
case_begin(Case *c, int n, bool missing, bool weighted, bool with_intercept)
{
	int i;

	memset(c, 0, sizeof(*c));
	c->fit.coefficients = c->coefficients;
	golden_dictionary(&c->dictionary);
	dataset_begin(&c->dataset, 2, 1, weighted);
	for (i = 1; i <= n; i++)
	{
		GoldenRow row = golden_row(i, missing, weighted);

		CHECK(dataset_add(&c->dataset, &unit_allocator, row.numbers, row.codes, robust_target(i),
						  row.weight) == KERNEL_OK);
	}
	case_describe(c, with_intercept);
}

static inline void
case_end(Case *c)
{
	design_release(&c->design, &unit_allocator, &c->dictionary);
	dictionary_release(&c->dictionary, &unit_allocator);
	dataset_release(&c->dataset, &unit_allocator);
}

/* What row i has in column t of the design, in original units: a missing value at its mean. */
static inline long double
case_value(const Case *c, int t, int i)
{
	const DatasetBlock *block = &c->dataset.blocks[0];
	const Term *term = &c->design.terms[t];
	double number;

	if (term->feature == TERM_INTERCEPT)
		return 1.0L;
	if (term->level != LEVEL_NUMBER)
		return block->codes[i] == CODE_MISSING ?
			c->design.categories[0].frequency[term->level] :
			c->design.categories[0].level_of_code[block->codes[i]] == term->level;
	number = block->numbers[(size_t) term->slot * (size_t) block->capacity + (size_t) i];
	return isnan(number) ? c->design.numbers[term->slot].mean : number;
}

static inline long double
case_weight(const Case *c, int i)
{
	return c->dataset.blocks[0].weight != NULL ? c->dataset.blocks[0].weight[i] : 1.0L;
}

static inline long double
case_residual(const Case *c, int i)
{
	long double r = c->dataset.blocks[0].target[i];
	int t;

	for (t = 0; t < c->design.n_terms; t++)
		r -= c->coefficients[t].estimate * case_value(c, t, i);
	return r;
}

/* Standard errors: the square roots of `factor` times the diagonal of (X'WX)^-1. */
static inline void
case_check_errors(const Case *c, double factor)
{
	int terms = c->design.n_terms;
	long double b[TERMS][2 * TERMS];
	int i;
	int j;
	int k;
	int t;

	memset(b, 0, sizeof(b));
	for (t = 0; t < terms; t++)
	{
		for (k = 0; k < terms; k++)
		{
			for (i = 0; i < c->dataset.blocks[0].n; i++)
				b[t][k] += case_weight(c, i) * case_value(c, t, i) * case_value(c, k, i);
		}
		b[t][terms + t] = 1.0L;
	}
	for (k = 0; k < terms; k++)
	{
		for (j = 0; j < terms; j++)
		{
			long double ratio = b[j][k] / b[k][k];

			for (i = k; i < 2 * terms && j != k; i++)
				b[j][i] -= ratio * b[k][i];
		}
	}
	for (t = 0; t < terms; t++)
		CHECK_CLOSE(c->coefficients[t].std_error,
					sqrt(factor * (double) (b[t][terms + t] / b[t][t])), 1e-10);
}

static inline bool
case_always_stop(void *context)
{
	(void) context;
	return true;
}

#endif /* ORCHARD_TEST_ROBUST_CASE_H */
