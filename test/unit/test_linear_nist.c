/*
 * test_linear_nist.c: least squares against NIST's certified values, in correct digits.
 */
#include "kernel/linear/least_squares.h"

#include "../golden/nist.h"
#include "unit.h"

#define MOST_COLUMNS 10

/* Fits rows first, first + step, ... of the set in `parts` states that are then merged. */
static Status
fit_set(const NistSet *set, int parts, LinearFit *fit)
{
	static const LeastSquaresOptions options = {.standardize = true};
	DesignOptions design_options = {set->intercept != 0, false, 1000, NULL};
	Feature features[MOST_COLUMNS];
	NumberFacts numbers[MOST_COLUMNS];
	LeastSquares *whole = least_squares_create(&unit_allocator, set->p, 0);
	Design design;
	Status status;
	int part;
	int i;

	for (i = 0; i < set->p; i++)
		features[i] = (Feature){"x", FAMILY_NUMBER, 0, false};
	for (part = 0; part < parts; part++)
	{
		LeastSquares *state = least_squares_create(&unit_allocator, set->p, 0);

		for (i = part; i < set->n; i += parts)
			CHECK(least_squares_add(state, &unit_allocator, set->rows + i * (set->p + 1), NULL,
									set->rows[i * (set->p + 1) + set->p], 1.0) == KERNEL_OK);
		CHECK(least_squares_merge(whole, &unit_allocator, state, NULL) == KERNEL_OK);
		least_squares_release(state, &unit_allocator);
	}
	least_squares_number_facts(whole, numbers);
	CHECK(design_build(&design, &unit_allocator, features, set->p, NULL, NULL, NULL, numbers,
					   &design_options) == KERNEL_OK);
	status = least_squares_fit(whole, &design, &options, &unit_allocator, NULL, fit);
	design_release(&design, &unit_allocator, NULL);
	least_squares_release(whole, &unit_allocator);
	return status;
}

/* Correct digits, at most 15; absolute where the certified value is 0 but for rounding. */
static double
digits(double value, double certified)
{
	double error = fabs(value - certified) / (fabs(certified) > 1e-12 ? fabs(certified) : 1.0);

	return error < 1e-15 ? 15.0 : isfinite(error) ? -log10(error) : -99.0;
}

static void
check_digits(const NistSet *set, const char *source, const LinearFit *fit, const double *estimate,
			 const double *std_error, double deviation, double expected)
{
	double d[3] = {15.0, 15.0, digits(sqrt(fit->facts.sigma2), deviation)};
	int i;

	for (i = 0; i < set->p + set->intercept; i++)
	{
		d[0] = fmin(d[0], digits(fit->coefficients[i].estimate, estimate[i]));
		d[1] = fmin(d[1], digits(fit->coefficients[i].std_error, std_error[i]));
	}
	printf("# %-9s %s: digits of estimates %.1f, of standard errors %.1f, of the residual %.1f\n",
		   set->name, source, d[0], d[1], d[2]);
	CHECK(d[0] >= expected);
	/* Where the fit is exact the errors are 0 and ours are rounding. */
	if (set->deviation == 0.0)
		expected = 9.0;
	CHECK(d[1] >= expected);
	CHECK(d[2] >= expected);
}

/* Rounding Filip's powers to double costs 7 of its certified digits, before any arithmetic. */
static void
check_sets(int most_parts)
{
	int i;

	for (i = 0; i < N_NIST_SETS; i++)
	{
		const NistSet *set = &nist_sets[i];
		bool is_filip = strcmp(set->name, "filip") == 0;
		LinearCoefficient coefficients[MOST_COLUMNS + 1];
		LinearFit fit = {.coefficients = coefficients};

		CHECK(fit_set(set, set->n < most_parts ? set->n : most_parts, &fit) == KERNEL_OK);
		CHECK(fit.facts.rank == set->p + set->intercept);
		check_digits(set, "certified", &fit, set->estimate, set->std_error, set->deviation,
					 is_filip ? 7.5 : 13.0);
		check_digits(set, "as rounded", &fit, set->exact, set->exact_error, set->exact_deviation,
					 is_filip ? 11.0 : 14.0);
	}
}

static void
digits_in_one_pass(void)
{
	check_sets(1);
}

static void
digits_in_parts(void)
{
	check_sets(3);
}

static void
digits_row_by_row(void)
{
	check_sets(1000);
}

UNIT_MAIN(UNIT_CASE(digits_in_one_pass), UNIT_CASE(digits_in_parts), UNIT_CASE(digits_row_by_row))
