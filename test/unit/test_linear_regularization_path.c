/*
 * test_linear_regularization_path.c: conditions checked by hand along paths, closed forms, refusals.
 */
#include "kernel/linear/regularization_path.h"

#include "unit.h"

#define N 120
#define MOST 70

static const Feature feature = {"x", FAMILY_NUMBER, MOST, false};
static const PathOptions lasso = {.l1_ratio = 1.0, .standardize = true};

/* Row i: columns that overlap, and a target of the first three. */
static void
make_row(int i, int32_t p, double *x, double *y)
{
	int32_t j;

	for (j = 0; j < p; j++)
		x[j] = (double) ((i * 37 + j * j * 11 + i * j * 5) % 23) - 7.0 + 0.5 * (i % 7);
	*y = 3.0 * x[0] - 2.0 * x[1] + 0.25 * x[2 % p] + (double) ((i * 13) % 17) + 100.0;
}

/* The sums and the design of so many columns; the design is the caller's to release. */
static LeastSquares *
make_state(int32_t p, bool has_intercept, Feature *columns, Design *design)
{
	DesignOptions options = {.fit_intercept = has_intercept, .max_categories = 10};
	LeastSquares *state = least_squares_create(&unit_allocator, p, 0);
	NumberFacts facts[MOST];
	double x[MOST];
	double y;
	int i;

	*columns = feature;
	columns->length = (uint32_t) p;
	for (i = 0; i < N; i++)
	{
		make_row(i, p, x, &y);
		CHECK(least_squares_add(state, &unit_allocator, x, NULL, y, 1.0) == KERNEL_OK);
	}
	least_squares_number_facts(state, facts);
	CHECK(design_build(design, &unit_allocator, columns, 1, NULL, NULL, NULL, facts, &options) ==
		  KERNEL_OK);
	return state;
}

/* The largest violation of the conditions of Karush, Kuhn and Tucker, from the rows themselves. */
static double
violated(int32_t p, bool has_intercept, const PathOptions *options, double alpha,
		 const double *estimates, double *rss)
{
	double worst = 0.0;
	double intercept = has_intercept ? estimates[0] : 0.0;
	const double *b = estimates + (has_intercept ? 1 : 0);
	double x[MOST];
	double y;
	int32_t j;
	int32_t k;
	int i;

	*rss = 0.0;
	for (j = 0; j < p; j++)
	{
		long double sum = 0.0L;
		long double square = 0.0L;
		long double slope = 0.0L;
		long double squares = 0.0L;
		double scale;
		double l1;
		double penalised;

		for (i = 0; i < N; i++)
		{
			long double rest;

			make_row(i, p, x, &y);
			rest = (long double) y - intercept;
			for (k = 0; k < p; k++)
				rest -= (long double) b[k] * x[k];
			slope += rest * x[j];
			sum += x[j];
			square += (long double) x[j] * x[j];
			squares += rest * rest;
		}
		*rss = (double) squares;
		scale = options->standardize ? sqrt((double) (square / N - (sum / N) * (sum / N))) : 1.0;
		l1 = alpha * options->l1_ratio * scale;
		penalised = (double) (slope / N) - alpha * (1.0 - options->l1_ratio) * scale * scale * b[j];
		if (b[j] != 0.0)
			worst = fmax(worst, fabs(penalised - copysign(l1, b[j])) / scale);
		else
			worst =
				fmax(worst, ((options->nonnegative ? penalised : fabs(penalised)) - l1) / scale);
		CHECK(!options->nonnegative || b[j] >= 0.0);
	}
	return worst;
}

/* All steps of a grid: the conditions, the residual square, and that penalties let go of columns. */
static void
walk(int32_t p, bool has_intercept, const PathOptions *options)
{
	RegularizationPath path;
	Feature columns;
	Design design;
	LeastSquares *state = make_state(p, has_intercept, &columns, &design);
	double alphas[12];
	double estimates[MOST + 1];
	double last = INFINITY;
	PathStep step;
	double rss;
	int i;

	CHECK(path_begin(&path, state, &design, options, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(path_grid(&path, 12, 1e-3, alphas) == 12);
	CHECK_CLOSE(alphas[11], alphas[0] * 1e-3, 1e-13);
	for (i = 0; i < 12; i++)
	{
		CHECK(path_advance(&path, alphas[i], NULL, &step) == KERNEL_OK);
		CHECK(path_estimates(&path, estimates) == KERNEL_OK);
		CHECK(step.converged && step.residual <= 1e-10);
		CHECK(i > 0 || step.n_nonzero == 0);
		CHECK(violated(p, has_intercept, options, alphas[i], estimates, &rss) <=
			  1e-8 * alphas[0] * options->l1_ratio);
		CHECK_CLOSE(step.rss, rss, 1e-9);
		CHECK(step.rss < last || i == 0);
		last = step.rss;
	}
	CHECK(path_total_square(&path) > last);
	path_end(&path);
	design_release(&design, &unit_allocator, NULL);
	least_squares_release(state, &unit_allocator);
}

static void
meets_the_conditions(void)
{
	PathOptions net = {.l1_ratio = 0.3, .standardize = true};
	PathOptions raw = {.l1_ratio = 0.8, .standardize = false};
	PathOptions nonnegative = {.l1_ratio = 1.0, .nonnegative = true, .standardize = true};

	walk(9, true, &lasso);
	walk(9, true, &net);
	walk(9, false, &net);
	walk(9, true, &raw);
	walk(9, true, &nonnegative);
	walk(MOST, true, &lasso);
	walk(MOST, false, &raw);
}

/* Any order of penalties leads to the same solutions. */
static void
does_not_depend_on_the_way(void)
{
	static const double alphas[] = {0.01, 5.0, 0.2, 1.0, 0.01};
	RegularizationPath path;
	Feature columns;
	Design design;
	LeastSquares *state = make_state(9, true, &columns, &design);
	double estimates[10];
	double direct[10];
	PathStep step;
	size_t i;
	int k;

	CHECK(path_begin(&path, state, &design, &lasso, &unit_allocator, NULL) == KERNEL_OK);
	for (i = 0; i < sizeof(alphas) / sizeof(alphas[0]); i++)
	{
		RegularizationPath other;

		CHECK(path_advance(&path, alphas[i], NULL, &step) == KERNEL_OK);
		CHECK(path_estimates(&path, estimates) == KERNEL_OK);
		CHECK(path_begin(&other, state, &design, &lasso, &unit_allocator, NULL) == KERNEL_OK);
		CHECK(path_advance(&other, alphas[i], NULL, &step) == KERNEL_OK);
		CHECK(path_estimates(&other, direct) == KERNEL_OK);
		for (k = 0; k < 10; k++)
			CHECK_NEAR(estimates[k], direct[k], 1e-8);
		path_end(&other);
	}
	path_end(&path);
	design_release(&design, &unit_allocator, NULL);
	least_squares_release(state, &unit_allocator);
}

static void
refusal_leaves_nothing(void)
{
	Feature columns;
	Design design;
	LeastSquares *state = make_state(9, true, &columns, &design);
	Status status = KERNEL_OUT_OF_MEMORY;
	int i;

	for (i = 0; status == KERNEL_OUT_OF_MEMORY; i++)
	{
		RegularizationPath path;

		unit_allocator_fail_after(i);
		status = path_begin(&path, state, &design, &lasso, &unit_allocator, NULL);
		unit_allocator_fail_after(-1);
		path_end(&path);
	}
	CHECK(status == KERNEL_OK && i > 15);
	design_release(&design, &unit_allocator, NULL);
	least_squares_release(state, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(meets_the_conditions), UNIT_CASE(does_not_depend_on_the_way),
		  UNIT_CASE(refusal_leaves_nothing))
