/*
 * test_linear_nist.c: least squares against NIST's certified values, in correct digits.
 */
#include "kernel/linear/least_squares.h"

#include "../golden/nist.h"
#include "unit.h"

#define MOST_COLUMNS 10

/* How the rows of a set come: `repeats` times over, each time in another order, into `parts` states. */
typedef struct Arrival
{
	int repeats;
	int parts;
} Arrival;

/*
 * The row of repeat r that comes at place i: (i a + b) mod n with a prime to n, both different from
 * one repeat to the next.
 */
static int
place_of(int i, int r, int n)
{
	int64_t a = 1 + (int64_t) r * 7919 % n;
	int64_t x;
	int64_t y;

	do
	{
		a = a % n + 1;
		for (x = a, y = n; y != 0;)
		{
			int64_t rest = x % y;

			x = y;
			y = rest;
		}
	} while (x != 1);
	return (int) ((i * a + (int64_t) r * 104729) % n);
}

static void
add_rows(const NistSet *set, const Arrival *arrival, int part, LeastSquares *state)
{
	int r;
	int i;

	for (r = 0; r < arrival->repeats; r++)
	{
		for (i = 0; i < set->n; i++)
		{
			const double *row =
				set->rows + (arrival->repeats == 1 ? i : place_of(i, r, set->n)) * (set->p + 1);

			if ((r * 5 + i) % arrival->parts != part)
				continue;
			CHECK(least_squares_add(state, &unit_allocator, row, NULL, row[set->p], 1.0) ==
				  KERNEL_OK);
		}
	}
}

/* Fits the set in states that are then merged. */
static Status
fit_set(const NistSet *set, const Arrival *arrival, LinearFit *fit)
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
	for (part = 0; part < arrival->parts; part++)
	{
		LeastSquares *state = least_squares_create(&unit_allocator, set->p, 0);

		add_rows(set, arrival, part, state);
		CHECK(least_squares_merge(whole, &unit_allocator, state, NULL) == KERNEL_OK);
		least_squares_release(state, &unit_allocator);
	}
	CHECK(least_squares_rows(whole) == (int64_t) set->n * arrival->repeats);
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
digits(double value, double certified, bool is_absolute)
{
	double error = fabs(value - certified) / (is_absolute ? 1.0 : fabs(certified));

	return error < 1e-15 ? 15.0 : isfinite(error) ? -log10(error) : -99.0;
}

/*
 * Of R repeats the residual sum of squares is R times that of one and the inverse moments 1/R of it,
 * so that only the degrees of freedom change the errors.
 */
static void
check_digits(const NistSet *set, const Arrival *arrival, const char *source, const LinearFit *fit,
			 const double *estimate, const double *std_error, double deviation, double expected)
{
	double terms = set->p + set->intercept;
	double freedom = set->n - terms;
	double rest = (double) set->n * arrival->repeats - terms;
	double factor = sqrt(freedom / rest);
	bool is_exact = set->deviation == 0.0;
	double d[3] = {
		15.0, 15.0,
		digits(sqrt(fit->facts.sigma2), deviation * factor * sqrt(arrival->repeats), is_exact)};
	int i;

	for (i = 0; i < set->p + set->intercept; i++)
	{
		d[0] = fmin(d[0], digits(fit->coefficients[i].estimate, estimate[i], false));
		d[1] = fmin(d[1], digits(fit->coefficients[i].std_error, std_error[i] * factor, is_exact));
	}
	printf("# %-9s %s: digits of estimates %.1f, of standard errors %.1f, of the residual %.1f\n",
		   set->name, source, d[0], d[1], d[2]);
	CHECK(d[0] >= expected);
	/* Where the fit is exact the errors are 0 and ours are rounding. */
	if (is_exact)
		expected = 9.0;
	CHECK(d[1] >= expected);
	CHECK(d[2] >= expected);
}

/* Rounding Filip's powers to double costs 7 of its certified digits, before any arithmetic. */
static void
check_sets(int rows, int most_parts)
{
	int i;

	for (i = 0; i < N_NIST_SETS; i++)
	{
		const NistSet *set = &nist_sets[i];
		bool is_filip = strcmp(set->name, "filip") == 0;
		LinearCoefficient coefficients[MOST_COLUMNS + 1];
		LinearFit fit = {.coefficients = coefficients};
		Arrival arrival = {.parts = most_parts};

		arrival.repeats = rows / set->n + 1;
		if (rows == 0)
			arrival.parts = set->n < most_parts ? set->n : most_parts;
		CHECK(fit_set(set, &arrival, &fit) == KERNEL_OK);
		CHECK(fit.facts.rank == set->p + set->intercept);
		check_digits(set, &arrival, "certified", &fit, set->estimate, set->std_error,
					 set->deviation, is_filip ? 7.5 : 13.0);
		check_digits(set, &arrival, "as rounded", &fit, set->exact, set->exact_error,
					 set->exact_deviation, is_filip ? 11.0 : 14.0);
	}
}

static void
digits_in_one_pass(void)
{
	check_sets(0, 1);
}

static void
digits_in_parts(void)
{
	check_sets(0, 3);
}

static void
digits_row_by_row(void)
{
	check_sets(0, 1000);
}

/* Past a million rows, shuffled, from four states. */
static void
digits_of_a_million_rows(void)
{
	check_sets(1 << 20, 4);
}

UNIT_MAIN(UNIT_CASE(digits_in_one_pass), UNIT_CASE(digits_in_parts), UNIT_CASE(digits_row_by_row),
		  UNIT_CASE(digits_of_a_million_rows))
