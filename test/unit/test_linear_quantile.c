/*
 * test_linear_quantile.c: the best of all vertices, penalties, exact fits, limits and refusal.
 *
 * Golden values of whole fits are in test/sql/fit_quantile.sql.
 */
#include "kernel/linear/quantile.h"

#include "linear_rows.h"

#define TERMS 5
#define ROWS 40

typedef struct Case
{
	Dictionary dictionary;
	Dataset dataset;
	Design design;
	QuantileOptions options;
	LinearCoefficient coefficients[TERMS];
	LinearFit fit;
	double loss;
} Case;

/* An outlier in five; ties where rounded. */
static double
target_of(int i, bool rounded)
{
	GoldenRow row = golden_row(i, false, false);
	double y = row.target + (i % 5 == 0 ? 40.0 : 0.0);

	return rounded ? floor(y / 8.0) : y;
}

static void
begin(Case *c, int n, bool missing, bool weighted, bool rounded)
{
	double weights[3] = {0.0};
	double *level_weight[1] = {weights};
	const double *const_weight[1] = {weights};
	double missing_weight[1];
	NumberFacts numbers[2];
	DesignOptions design_options = {true, false, 1000, NULL};
	LogisticOptions rows = {.positive_target = NAN, .class_weight = {1.0, 1.0}};
	int i;

	memset(c, 0, sizeof(*c));
	c->options = (QuantileOptions){
		.quantile = 0.5, .standardize = true, .tolerance = 1e-9, .max_iterations = 1000};
	c->fit.coefficients = c->coefficients;
	golden_dictionary(&c->dictionary);
	dataset_begin(&c->dataset, 2, 1, weighted);
	for (i = 1; i <= n; i++)
	{
		GoldenRow row = golden_row(i, missing, weighted);

		CHECK(dataset_add(&c->dataset, &unit_allocator, row.numbers, row.codes,
						  target_of(i, rounded), row.weight) == KERNEL_OK);
	}
	CHECK(logistic_level_facts(&c->dataset, &rows, &unit_allocator, NULL, numbers, level_weight,
							   missing_weight) == KERNEL_OK);
	CHECK(design_build(&c->design, &unit_allocator, golden_features, 3, &c->dictionary,
					   const_weight, missing_weight, numbers, &design_options) == KERNEL_OK);
}

static Status
run(Case *c)
{
	return quantile_fit(&c->dataset, &c->design, &c->options, &unit_allocator, NULL, &c->fit,
						&c->loss);
}

static void
end(Case *c)
{
	design_release(&c->design, &unit_allocator, &c->dictionary);
	dictionary_release(&c->dictionary, &unit_allocator);
	dataset_release(&c->dataset, &unit_allocator);
}

/* What row i, counted from 0, has in column t of the design, in original units. */
static long double
term_value(const Case *c, int t, int i)
{
	const DatasetBlock *block = &c->dataset.blocks[0];
	const Term *term = &c->design.terms[t];

	if (term->feature == TERM_INTERCEPT)
		return 1.0L;
	if (term->level == LEVEL_NUMBER)
		return block->numbers[(size_t) term->slot * (size_t) block->capacity + (size_t) i];
	return c->design.categories[0].level_of_code[block->codes[i]] == term->level;
}

static long double
weight_of(const Case *c, int i)
{
	const DatasetBlock *block = &c->dataset.blocks[0];

	return block->weight != NULL ? block->weight[i] : 1.0L;
}

static long double
error_of(const Case *c, const long double *b, int i)
{
	long double e = c->dataset.blocks[0].target[i];
	int t;

	for (t = 0; t < c->design.n_terms; t++)
		e -= b[t] * term_value(c, t, i);
	return e;
}

static long double
mean_loss(const Case *c, const long double *b)
{
	long double sum = 0.0L;
	long double total = 0.0L;
	int i;

	for (i = 0; i < c->dataset.n; i++)
	{
		long double e = error_of(c, b, i);

		sum += weight_of(c, i) * e * (c->options.quantile - (e < 0.0L));
		total += weight_of(c, i);
	}
	return sum / total;
}

/* The coefficients that fit the given rows exactly; false when there are none. */
static bool
solve_rows(const Case *c, const int *rows, long double *b)
{
	int p = c->design.n_terms;
	long double a[TERMS][TERMS + 1];
	int i;
	int j;
	int k;

	for (i = 0; i < p; i++)
	{
		for (j = 0; j < p; j++)
			a[i][j] = term_value(c, j, rows[i]);
		a[i][p] = c->dataset.blocks[0].target[rows[i]];
	}
	for (k = 0; k < p; k++)
	{
		int pivot = k;

		for (i = k + 1; i < p; i++)
			pivot = fabsl(a[i][k]) > fabsl(a[pivot][k]) ? i : pivot;
		if (fabsl(a[pivot][k]) < 1e-9L)
			return false;
		for (j = 0; j <= p; j++)
		{
			long double kept = a[k][j];

			a[k][j] = a[pivot][j];
			a[pivot][j] = kept;
		}
		for (i = 0; i < p; i++)
		{
			long double factor = a[i][k] / a[k][k];

			for (j = k; j <= p && i != k; j++)
				a[i][j] -= factor * a[k][j];
		}
	}
	for (k = 0; k < p; k++)
		b[k] = a[k][p] / a[k][k];
	return true;
}

/* The least loss of all vertices of the linear program: every choice of as many rows as terms. */
static long double
least_loss(const Case *c)
{
	int p = c->design.n_terms;
	long double least = INFINITY;
	int rows[TERMS];
	int k;

	for (k = 0; k < p; k++)
		rows[k] = k;
	for (;;)
	{
		long double b[TERMS];

		if (solve_rows(c, rows, b))
			least = fminl(least, mean_loss(c, b));
		for (k = p - 1; k >= 0 && rows[k] == c->dataset.n - p + k; k--)
			;
		if (k < 0)
			return least;
		rows[k]++;
		for (k++; k < p; k++)
			rows[k] = rows[k - 1] + 1;
	}
}

static void
quantiles_are_the_best_vertex(void)
{
	static const double quantiles[] = {0.05, 0.3, 0.5, 0.9};
	int q;
	int variant;

	for (q = 0; q < 4; q++)
	{
		for (variant = 0; variant < 4; variant++)
		{
			Case c;
			long double b[TERMS];
			long double loss;
			int t;

			begin(&c, 18, false, variant & 1, variant & 2);
			c.options.quantile = quantiles[q];
			CHECK(run(&c) == KERNEL_OK);
			CHECK(c.fit.facts.converged && c.fit.facts.gradient_norm <= 1e-9);
			for (t = 0; t < c.design.n_terms; t++)
				b[t] = c.coefficients[t].estimate;
			loss = mean_loss(&c, b);
			CHECK_CLOSE((double) loss, (double) least_loss(&c), 1e-12);
			CHECK_CLOSE(c.loss, (double) loss, 1e-12);
			end(&c);
		}
	}
}

/* Above the largest slope of the loss all coefficients but the intercept are 0. */
static void
a_lasso_of_quantiles_shrinks(void)
{
	Case c;
	int n_zero = 0;
	int t;

	begin(&c, ROWS, false, false, false);
	c.options.l1 = 100.0;
	CHECK(run(&c) == KERNEL_OK && c.fit.facts.converged);
	for (t = 1; t < c.design.n_terms; t++)
		CHECK(c.coefficients[t].estimate == 0.0 && isnan(c.coefficients[t].std_error));
	c.options.l1 = 0.2;
	CHECK(run(&c) == KERNEL_OK && c.fit.facts.converged);
	for (t = 1; t < c.design.n_terms; t++)
		n_zero += c.coefficients[t].estimate == 0.0;
	CHECK(n_zero > 0 && n_zero < TERMS - 1);
	end(&c);
}

/* Four rows in five on a plane: the median is the plane. */
static void
planes_are_found(void)
{
	Case c;
	int i;
	int t;

	begin(&c, GOLDEN_ROWS, false, false, false);
	for (i = 0; i < GOLDEN_ROWS; i++)
		c.dataset.blocks[0].target[i] =
			3.0 + 2.0 * c.dataset.blocks[0].numbers[i] + (i % 5 == 0 ? 100.0 + i : 0.0);
	CHECK(run(&c) == KERNEL_OK && c.fit.facts.converged);
	CHECK_NEAR(c.coefficients[0].estimate, 3.0, 1e-12);
	CHECK_NEAR(c.coefficients[1].estimate, 2.0, 1e-12);
	for (t = 2; t < TERMS; t++)
		CHECK_NEAR(c.coefficients[t].estimate, 0.0, 1e-12);
	/* All of them: an exact fit. */
	for (i = 0; i < GOLDEN_ROWS; i++)
		c.dataset.blocks[0].target[i] = 3.0 + 2.0 * c.dataset.blocks[0].numbers[i];
	CHECK(run(&c) == KERNEL_OK && c.fit.facts.converged);
	CHECK_NEAR(c.coefficients[1].estimate, 2.0, 1e-12);
	end(&c);
}

static void
step_limits_are_kept(void)
{
	Case c;

	begin(&c, GOLDEN_ROWS, false, false, false);
	c.options.max_iterations = 1;
	CHECK(run(&c) == KERNEL_OK);
	CHECK(!c.fit.facts.converged && c.fit.facts.iterations == 1);
	CHECK(c.fit.facts.gradient_norm > 0.0 && c.fit.facts.gradient_norm <= 1.0);
	end(&c);
}

static bool
always(void *context)
{
	(void) context;
	return true;
}

static void
stops_when_asked(void)
{
	static const StopCheck stop = {always, NULL, NULL};
	Case c;

	begin(&c, ROWS, false, false, false);
	CHECK(quantile_fit(&c.dataset, &c.design, &c.options, &unit_allocator, &stop, &c.fit,
					   &c.loss) == KERNEL_STOPPED);
	end(&c);
}

static void
refusal_is_a_status(void)
{
	Case c;
	Status status = KERNEL_OUT_OF_MEMORY;
	long n;

	begin(&c, ROWS, true, false, false);
	for (n = 0; n < 300 && status != KERNEL_OK; n++)
	{
		unit_allocator_fail_after(n);
		status = run(&c);
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
	}
	unit_allocator_fail_after(-1);
	CHECK(status == KERNEL_OK && n > 10);
	end(&c);
}

UNIT_MAIN(UNIT_CASE(quantiles_are_the_best_vertex), UNIT_CASE(a_lasso_of_quantiles_shrinks),
		  UNIT_CASE(planes_are_found), UNIT_CASE(step_limits_are_kept), UNIT_CASE(stops_when_asked),
		  UNIT_CASE(refusal_is_a_status))
