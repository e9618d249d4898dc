/*
 * test_linear_least_squares_refine.c: digits that sums of products in double have lost come back.
 *
 * 66 numbers, two of them equal but for 1e-5 of their spread, a category, NULLs and weights; the
 * target is their sum with known coefficients, so the solution is known to the condition number
 * times 1e-16.
 */
#include "kernel/base/double_double.h"
#include "kernel/linear/least_squares.h"

#include "../golden/wide.h"
#include "kernel/linear/covariance.h"
#include "linear_rows.h"

#define NUMBERS 66
#define ROWS 1300
#define TERMS (NUMBERS + 3)

typedef struct Rows
{
	double numbers[ROWS][NUMBERS];
	int32_t codes[ROWS];
	double weight[ROWS];
	double target[ROWS];
	double mean; /* of number 1, which has NULLs */
} Rows;

/* A number of (-1000, 1000) without structure, in thirds. */
static double
draw(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (double) (int32_t) ((*seed >> 8) % 6001u) / 3.0 - 1000.0;
}

/* A NULL is worth the mean. */
static double
value_of(const Rows *rows, int i, int j)
{
	return isnan(rows->numbers[i][j]) ? rows->mean : rows->numbers[i][j];
}

/* b_j = 1 + j % 3; 5 and -7 for the levels 1 and 2 of the category; intercept 100. */
static void
make_rows(Rows *rows)
{
	uint32_t seed = 11;
	DoubleDouble sum = dd_from(0.0);
	double weight = 0.0;
	int i;
	int j;

	for (i = 0; i < ROWS; i++)
	{
		for (j = 0; j < NUMBERS; j++)
			rows->numbers[i][j] = draw(&seed);
		rows->numbers[i][NUMBERS - 1] = rows->numbers[i][0] + 1e-5 * rows->numbers[i][NUMBERS - 1];
		rows->codes[i] = i % 3;
		rows->weight[i] = 1.0 + i % 4;
		if (i % 7 == 3)
		{
			rows->numbers[i][1] = NAN;
			continue;
		}
		sum = dd_add(sum, dd_two_product(rows->weight[i], rows->numbers[i][1]));
		weight += rows->weight[i];
	}
	rows->mean = dd_divide_double(sum, weight).hi;
	for (i = 0; i < ROWS; i++)
	{
		const double effects[] = {0.0, 5.0, -7.0};
		DoubleDouble y = dd_from(100.0 + effects[rows->codes[i]]);

		for (j = 0; j < NUMBERS; j++)
			y = dd_add(y, dd_two_product(1.0 + j % 3, value_of(rows, i, j)));
		rows->target[i] = y.hi;
	}
}

/* The largest relative error of a coefficient. */
static double
error_of(const LinearFit *fit)
{
	double most = fabs(fit->coefficients[0].estimate / 100.0 - 1.0);
	int j;

	for (j = 0; j < NUMBERS; j++)
		most = fmax(most, fabs(fit->coefficients[1 + j].estimate / (1.0 + j % 3) - 1.0));
	most = fmax(most, fabs(fit->coefficients[NUMBERS + 1].estimate / 5.0 - 1.0));
	return fmax(most, fabs(fit->coefficients[NUMBERS + 2].estimate / -7.0 - 1.0));
}

/* Fits, with the rows at hand or NULL; the allocator refuses allocation number `refused`, -1: none. */
static void
fit_rows(const Rows *rows, const Dataset *dataset, int refused, Status *status, LinearFit *fit)
{
	LeastSquaresOptions options = {.standardize = true, .rows = dataset};
	DesignOptions design_options = {true, false, 1000, NULL};
	Feature features[NUMBERS + 1];
	NumberFacts numbers[NUMBERS];
	LeastSquares *sums = least_squares_create(&unit_allocator, NUMBERS, 1);
	double level_weight[3];
	const double *levels = level_weight;
	double missing_weight;
	Dictionary dictionary;
	Design design;
	int i;

	for (i = 0; i < NUMBERS; i++)
		features[i] = (Feature){"x", FAMILY_NUMBER, 0, false};
	features[NUMBERS] = golden_features[2];
	golden_dictionary(&dictionary);
	for (i = 0; i < ROWS; i++)
		CHECK(least_squares_add(sums, &unit_allocator, rows->numbers[i], &rows->codes[i],
								rows->target[i], rows->weight[i]) == KERNEL_OK);
	least_squares_number_facts(sums, numbers);
	CHECK_CLOSE(numbers[1].mean, rows->mean, 1e-15);
	least_squares_level_weights(sums, 0, level_weight, 3, &missing_weight);
	CHECK(design_build(&design, &unit_allocator, features, NUMBERS + 1, &dictionary, &levels,
					   &missing_weight, numbers, &design_options) == KERNEL_OK);
	CHECK(design.n_terms == TERMS);
	unit_allocator_fail_after(refused);
	*status = least_squares_fit(sums, &design, &options, &unit_allocator, NULL, fit);
	unit_allocator_fail_after(-1);
	design_release(&design, &unit_allocator, &dictionary);
	dictionary_release(&dictionary, &unit_allocator);
	least_squares_release(sums, &unit_allocator);
}

static void
make_dataset(const Rows *rows, Dataset *dataset)
{
	int i;

	dataset_begin(dataset, NUMBERS, 1, true);
	for (i = 0; i < ROWS; i++)
		CHECK(dataset_add(dataset, &unit_allocator, rows->numbers[i], &rows->codes[i],
						  rows->target[i], rows->weight[i]) == KERNEL_OK);
}

static void
rows_give_the_digits_back(void)
{
	static Rows rows;
	LinearCoefficient coefficients[TERMS];
	LinearFit fit = {.coefficients = coefficients};
	Dataset dataset;
	Status status;
	double rough;

	make_rows(&rows);
	make_dataset(&rows, &dataset);
	fit_rows(&rows, NULL, -1, &status, &fit);
	CHECK(status == KERNEL_OK && fit.is_rough);
	CHECK(fit.facts.condition_number > 3e4 && fit.facts.condition_number < 3e5);
	rough = error_of(&fit);
	CHECK(rough > 1e-9 && rough < 1e-4);
	fit_rows(&rows, &dataset, -1, &status, &fit);
	CHECK(status == KERNEL_OK && !fit.is_rough && fit.facts.rank == TERMS);
	printf("# error %.1e, by the rows %.1e\n", rough, error_of(&fit));
	CHECK(error_of(&fit) < 1e-10);
	/* The target's rounding is all that is left. */
	CHECK(fit.facts.rss >= 0.0 && fit.facts.rss < 1e-20 * fit.facts.tss);
	dataset_release(&dataset, &unit_allocator);
}

/* With noise the residuals of the refined fit are orthogonal to the columns; the variance is theirs. */
static void
residuals_are_orthogonal(void)
{
	static Rows rows;
	LinearCoefficient coefficients[TERMS];
	LinearFit fit = {.coefficients = coefficients};
	DoubleDouble slope[NUMBERS + 1] = {{0.0, 0.0}};
	double size[NUMBERS + 1] = {0.0};
	DoubleDouble square = dd_from(0.0);
	Dataset dataset;
	Status status;
	int i;
	int j;

	make_rows(&rows);
	for (i = 0; i < ROWS; i++)
		rows.target[i] += (i * 7919 % 101) - 50.0;
	make_dataset(&rows, &dataset);
	fit_rows(&rows, &dataset, -1, &status, &fit);
	CHECK(status == KERNEL_OK);
	for (i = 0; i < ROWS; i++)
	{
		DoubleDouble rest = dd_subtract(dd_from(rows.target[i]), dd_from(coefficients[0].estimate));
		DoubleDouble weighed;

		if (rows.codes[i] > 0)
			rest = dd_add_double(rest, -coefficients[NUMBERS + rows.codes[i]].estimate);
		for (j = 0; j < NUMBERS; j++)
			rest = dd_subtract(rest,
							   dd_two_product(coefficients[1 + j].estimate, value_of(&rows, i, j)));
		weighed = dd_multiply_double(rest, rows.weight[i]);
		square = dd_add(square, dd_multiply(weighed, rest));
		for (j = 0; j <= NUMBERS; j++)
		{
			DoubleDouble part =
				dd_multiply_double(weighed, j == NUMBERS ? 1.0 : value_of(&rows, i, j));

			slope[j] = dd_add(slope[j], part);
			size[j] += fabs(part.hi);
		}
	}
	/* Coefficients rounded to double leave about 1e-16 of the columns' size. */
	for (j = 0; j <= NUMBERS; j++)
		CHECK(fabs(slope[j].hi) <= 1e-11 * size[j]);
	CHECK_CLOSE(fit.facts.rss, square.hi, 1e-13);
	dataset_release(&dataset, &unit_allocator);
}

/* Every refusal of memory on the way is passed on, and the last attempt succeeds. */
static void
refusals_are_passed_on(void)
{
	static Rows rows;
	LinearCoefficient coefficients[TERMS];
	LinearFit fit = {.coefficients = coefficients};
	Dataset dataset;
	Status status = KERNEL_OUT_OF_MEMORY;
	int n;

	make_rows(&rows);
	make_dataset(&rows, &dataset);
	for (n = 0; n < 200 && status == KERNEL_OUT_OF_MEMORY; n++)
		fit_rows(&rows, &dataset, n, &status, &fit);
	CHECK(status == KERNEL_OK && n > 20 && error_of(&fit) < 1e-10);
	dataset_release(&dataset, &unit_allocator);
}

#define HARD_ROWS 300
#define HARD_COLUMNS 80

/* The second problem of wide.py. */
static void
hard_row(int i, double *numbers, double *target)
{
	int j;

	for (j = 0; j < HARD_COLUMNS; j++)
		numbers[j] = 1000.0 * j + ((i + 1) * (i + 1) * (j + 3) + 7 * i + j) % 1009 / 8.0;
	numbers[79] = numbers[0] + (41 * i * i + 13 * i) % 997 / 524288.0;
	*target = (i * 31 % 17) / 4.0;
	for (j = 0; j < HARD_COLUMNS; j++)
		*target += (j % 5 - 2) * numbers[j];
}

/* The fit of the problem; covariance: NULL when not asked for. */
static void
fit_hard(LinearCovariance *covariance, bool with_rows, LinearCoefficient *coefficients)
{
	LinearFit fit = {.coefficients = coefficients, .covariance = covariance};
	LeastSquares *sums = least_squares_create(&unit_allocator, HARD_COLUMNS, 0);
	DesignOptions design_options = {true, false, 1000, NULL};
	LeastSquaresOptions options = {.standardize = true};
	Feature features[HARD_COLUMNS];
	NumberFacts facts[HARD_COLUMNS];
	Dataset dataset;
	Design design;
	int i;

	dataset_begin(&dataset, HARD_COLUMNS, 0, true);
	for (i = 0; i < HARD_COLUMNS; i++)
		features[i] = (Feature){"x", FAMILY_NUMBER, 0, false};
	for (i = 0; i < HARD_ROWS; i++)
	{
		double numbers[HARD_COLUMNS];
		double target;

		hard_row(i, numbers, &target);
		CHECK(dataset_add(&dataset, &unit_allocator, numbers, NULL, target, 1.0 + i % 3) ==
			  KERNEL_OK);
		CHECK(least_squares_add(sums, &unit_allocator, numbers, NULL, target, 1.0 + i % 3) ==
			  KERNEL_OK);
	}
	least_squares_number_facts(sums, facts);
	CHECK(design_build(&design, &unit_allocator, features, HARD_COLUMNS, NULL, NULL, NULL, facts,
					   &design_options) == KERNEL_OK);
	options.rows = with_rows ? &dataset : NULL;
	CHECK(least_squares_fit(sums, &design, &options, &unit_allocator, NULL, &fit) == KERNEL_OK);
	CHECK(fit.facts.rank == HARD_COLUMNS + 1 && fit.is_rough == !with_rows);
	CHECK(fit.facts.condition_number > 5e4 && fit.facts.condition_number < 3e5);
	design_release(&design, &unit_allocator, NULL);
	dataset_release(&dataset, &unit_allocator);
	least_squares_release(sums, &unit_allocator);
}

/* The largest relative error of a standard error. */
static double
error_of_errors(const LinearCoefficient *coefficients)
{
	double most = 0.0;
	int i;

	for (i = 0; i <= HARD_COLUMNS; i++)
		most = fmax(most, fabs(coefficients[i].std_error / hard_std_error[i] - 1.0));
	return most;
}

/* Against mpmath: sums alone leave some digits, the rows all that the condition number lets be. */
static void
errors_have_their_digits(void)
{
	static double centre[HARD_COLUMNS + 1];
	static double factor[(HARD_COLUMNS + 1) * (HARD_COLUMNS + 2) / 2];
	LinearCoefficient coefficients[HARD_COLUMNS + 1];
	LinearCovariance covariance = {.centre = centre, .factor = factor};
	double rough;
	int i;

	fit_hard(NULL, false, coefficients);
	rough = error_of_errors(coefficients);
	fit_hard(&covariance, true, coefficients);
	printf("# error of the errors %.1e, by the rows %.1e\n", rough, error_of_errors(coefficients));
	CHECK(rough > 1e-9);
	CHECK(error_of_errors(coefficients) < 1e-11);
	for (i = 0; i <= HARD_COLUMNS; i++)
		CHECK_NEAR(coefficients[i].estimate, hard_estimate[i], 1e-11 * hard_std_error[i]);
	CHECK(covariance.is_known);
	for (i = 1; i <= HARD_COLUMNS; i++)
		CHECK_CLOSE(sqrt(covariance_of_term(factor, i)), coefficients[i].std_error, 1e-14);
	fit_hard(NULL, true, coefficients);
	CHECK(error_of_errors(coefficients) < 1e-11);
}

UNIT_MAIN(UNIT_CASE(rows_give_the_digits_back), UNIT_CASE(residuals_are_orthogonal),
		  UNIT_CASE(errors_have_their_digits), UNIT_CASE(refusals_are_passed_on))
