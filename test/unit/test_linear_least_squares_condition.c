/*
 * test_linear_least_squares_condition.c: more than 64 numbers of condition numbers from 1e3 to 1e13, against mpmath.
 */
#include "kernel/linear/least_squares.h"

#include <math.h>

#include "../golden/condition.h"
#include "linear_rows.h"

#define MOST_COLUMNS 200
#define MOST_ROWS 400

/* As condition.py has them. */
typedef struct Problem
{
	int p;
	int n;
	int bits; /* the condition number is about 2^bits */
} Problem;

static const Problem problems[] = {
	{80, 300, 10}, {80, 300, 20},  {80, 300, 30},  {80, 300, 40},
	{80, 300, 43}, {200, 400, 17}, {200, 400, 27}, {200, 400, 40},
};

static double rows[MOST_ROWS][MOST_COLUMNS];
static double targets[MOST_ROWS];
static LinearCoefficient coefficients[MOST_COLUMNS + 1];

static double
draw(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double) (*state >> 40) - 8388608.0) / 8388608.0;
}

static void
make_rows(const Problem *problem)
{
	uint64_t state = 12345;
	int half = problem->p / 2;
	int i;
	int j;

	for (i = 0; i < problem->n; i++)
	{
		for (j = 0; j < half; j++)
			rows[i][j] = draw(&state);
		for (j = 0; j < half; j++)
			rows[i][half + j] = rows[i][j] +
				ldexp(1.0, -((2 * (j + 1) * problem->bits + half) / (2 * half))) * draw(&state);
		targets[i] = 0.0;
		for (j = 0; j < problem->p; j++)
			targets[i] += (j % 7 - 3) * rows[i][j];
		targets[i] += draw(&state);
	}
}

/* The sums of the rows and, where asked for, the rows. */
static LeastSquares *
take_rows(const Problem *problem, Dataset *dataset)
{
	LeastSquares *sums = least_squares_create(&unit_allocator, problem->p, 0);
	int i;

	dataset_begin(dataset, problem->p, 0, true);
	for (i = 0; i < problem->n; i++)
	{
		double weight = 1.0 + i % 3;

		CHECK(dataset_add(dataset, &unit_allocator, rows[i], NULL, targets[i], weight) ==
			  KERNEL_OK);
		CHECK(least_squares_add(sums, &unit_allocator, rows[i], NULL, targets[i], weight) ==
			  KERNEL_OK);
	}
	return sums;
}

static LinearFit
fit_problem(const Problem *problem, bool has_rows)
{
	LinearFit fit = {.coefficients = coefficients};
	DesignOptions design_options = {true, false, 1000, NULL};
	LeastSquaresOptions options = {.standardize = true};
	static Feature features[MOST_COLUMNS];
	static NumberFacts facts[MOST_COLUMNS];
	Dataset dataset;
	LeastSquares *sums = take_rows(problem, &dataset);
	Design design;
	int i;

	for (i = 0; i < problem->p; i++)
		features[i] = (Feature){"x", FAMILY_NUMBER, 0, false};
	least_squares_number_facts(sums, facts);
	CHECK(design_build(&design, &unit_allocator, features, problem->p, NULL, NULL, NULL, facts,
					   &design_options) == KERNEL_OK);
	options.rows = has_rows ? &dataset : NULL;
	CHECK(least_squares_fit(sums, &design, &options, &unit_allocator, NULL, &fit) == KERNEL_OK);
	design_release(&design, &unit_allocator, NULL);
	dataset_release(&dataset, &unit_allocator);
	least_squares_release(sums, &unit_allocator);
	return fit;
}

/* The largest errors: of an estimate against its size or standard error, and of that against itself. */
static void
measure(const Problem *problem, const double *golden, double *estimate, double *std_error)
{
	int j;

	*estimate = *std_error = 0.0;
	for (j = 0; j <= problem->p; j++)
		*estimate = fmax(*estimate,
						 fabs(coefficients[j].estimate - golden[j]) /
							 fmax(fabs(golden[j]), coefficients[j].std_error));
	for (j = 1; j <= problem->p; j++)
		*std_error =
			fmax(*std_error, fabs(coefficients[j].std_error / golden[problem->p + j] - 1.0));
}

static const double *
golden_of(size_t problem)
{
	const double *golden = condition_golden;
	size_t i;

	for (i = 0; i < problem; i++)
		golden += 2 * problems[i].p + 2;
	return golden;
}

/* Estimates to the last digits, errors to what double-double sums have. */
static void
rows_give_all_digits(void)
{
	size_t i;

	for (i = 0; i < sizeof(problems) / sizeof(problems[0]); i++)
	{
		const Problem *problem = &problems[i];
		const double *golden = golden_of(i);
		double size = ldexp(1.0, problem->bits);
		double estimate;
		double std_error;
		LinearFit fit;

		make_rows(problem);
		fit = fit_problem(problem, true);
		measure(problem, golden, &estimate, &std_error);
		printf(
			"# %d numbers, condition %.1e, found %.1e: errors of estimates %.1e, of errors %.1e\n",
			problem->p, size, fit.facts.condition_number, estimate, std_error);
		CHECK(fit.facts.rank == problem->p + 1 && !fit.is_rough);
		CHECK(fit.facts.condition_number > size / 10.0 && fit.facts.condition_number < 10.0 * size);
		/* The first is well-conditioned enough to stay with its sums. */
		CHECK(estimate < (i == 0 ? 1e-8 : 1e-13));
		CHECK(std_error < (i == 0 ? 1e-8 : 1e-13 + 1e-30 * size * size));
		CHECK_CLOSE(fit.facts.rss, golden[2 * problem->p + 1], i == 0 ? 1e-10 : 1e-14);
	}
}

/* Sums of products in double: what they say of themselves is true, and a rank is not sure. */
static void
sums_tell_what_they_lost(void)
{
	size_t i;

	for (i = 0; i < sizeof(problems) / sizeof(problems[0]); i++)
	{
		const Problem *problem = &problems[i];
		double estimate;
		double std_error;
		LinearFit fit;

		make_rows(problem);
		fit = fit_problem(problem, false);
		measure(problem, golden_of(i), &estimate, &std_error);
		printf("# %d numbers, condition 2^%d by sums: rank %d, %d digits, errors %.1e, %.1e\n",
			   problem->p, problem->bits, (int) fit.facts.rank, fit.digits, estimate, std_error);
		CHECK(fit.is_rough == (problem->bits >= 17));
		CHECK((fit.digits == 0) == (fit.facts.rank <= problem->p));
		CHECK(fit.digits == 0 || std_error < pow(10.0, 1.0 - fit.digits));
	}
}

/* A column that is a rounded sum of others depends on them, whatever the size of their means. */
static void
a_true_dependence_is_found(void)
{
	const Problem problem = {80, 300, 10};
	LinearFit fit;
	int i;
	int j;

	make_rows(&problem);
	for (i = 0; i < problem.n; i++)
	{
		rows[i][7] += 1e6;
		rows[i][60] = 0.3 * rows[i][7] - 1.7 * rows[i][8];
		rows[i][70] = 0.0;
		for (j = 0; j < 40; j++)
			rows[i][70] += rows[i][j] * (0.1 + j);
		rows[i][75] = 5.0;
	}
	fit = fit_problem(&problem, true);
	CHECK(fit.facts.rank == problem.p - 2 && !fit.is_rough && isnan(fit.facts.condition_number));
	CHECK(isnan(coefficients[8].std_error) && isnan(coefficients[61].std_error) &&
		  isnan(coefficients[71].std_error));
	CHECK(coefficients[76].estimate == 0.0 && coefficients[50].std_error > 0.0);
}

UNIT_MAIN(UNIT_CASE(rows_give_all_digits), UNIT_CASE(sums_tell_what_they_lost),
		  UNIT_CASE(a_true_dependence_is_found))
