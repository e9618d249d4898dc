/*
 * test_linear_least_squares.c: golden values, NIST's Longley, merging, dependence and refusal.
 */
#include "kernel/linear/least_squares.h"

#include "../golden/linear.h"
#include "linear_rows.h"

#define TERMS 5

static const LeastSquaresOptions plain = {.standardize = true};

/* Adds rows first .. last of the golden set. */
static Status
add_rows(LeastSquares *state, int first, int last, bool missing, bool weighted)
{
	int i;

	for (i = first; i <= last; i++)
	{
		GoldenRow row = golden_row(i, missing, weighted);
		Status status = least_squares_add(state, &unit_allocator, row.numbers, row.codes,
										  row.target, row.weight);

		if (status != KERNEL_OK)
			return status;
	}
	return KERNEL_OK;
}

/* Fits the state with one dictionary; coefficients: TERMS. */
static Status
fit_state(LeastSquares *state, const LeastSquaresOptions *options, LinearFit *fit)
{
	Dictionary dictionary;
	Design design;
	NumberFacts numbers[2];
	double weights[3];
	const double *level_weight[1] = {weights};
	double missing_weight[1];
	DesignOptions design_options = {true, false, 1000, NULL};
	Status status;

	golden_dictionary(&dictionary);
	least_squares_number_facts(state, numbers);
	least_squares_level_weights(state, 0, weights, 3, missing_weight);
	status = design_build(&design, &unit_allocator, golden_features, 3, &dictionary, level_weight,
						  missing_weight, numbers, &design_options);
	CHECK(status == KERNEL_OK);
	if (status == KERNEL_OK)
	{
		CHECK(design.n_terms == TERMS);
		status = least_squares_fit(state, &design, options, &unit_allocator, NULL, fit);
		design_release(&design, &unit_allocator, &dictionary);
	}
	dictionary_release(&dictionary, &unit_allocator);
	return status;
}

static void
check_golden(bool missing, bool weighted, const double *estimate, const double *std_error,
			 const double *p_value, const double *facts)
{
	LeastSquares *state = least_squares_create(&unit_allocator, 2, 1);
	LinearCoefficient coefficients[TERMS];
	LinearFit fit = {.coefficients = coefficients};
	int i;

	CHECK(add_rows(state, 1, GOLDEN_ROWS, missing, weighted) == KERNEL_OK);
	CHECK(fit_state(state, &plain, &fit) == KERNEL_OK);
	for (i = 0; i < TERMS; i++)
	{
		/* statsmodels works in double: about 1e-12 of the largest column. */
		CHECK_NEAR(coefficients[i].estimate, estimate[i], 1e-11);
		CHECK_CLOSE(coefficients[i].std_error, std_error[i], 1e-10);
		CHECK_NEAR(coefficients[i].p_value, p_value[i], 1e-9 * p_value[i] + 1e-300);
	}
	CHECK_CLOSE(fit.facts.sigma2, facts[0], 1e-10);
	CHECK_CLOSE(fit.facts.rss, facts[1], 1e-10);
	CHECK_CLOSE(fit.facts.tss, facts[2], 1e-10);
	if (!weighted)
		CHECK_CLOSE(fit.facts.log_likelihood, facts[3], 1e-10);
	CHECK(fit.facts.rank == TERMS);
	least_squares_release(state, &unit_allocator);
}

static void
agrees_with_statsmodels(void)
{
	check_golden(false, false, golden_ols_estimate, golden_ols_std_error, golden_ols_p_value,
				 golden_ols_facts);
	check_golden(false, true, golden_ols_weighted_estimate, golden_ols_weighted_std_error,
				 golden_ols_weighted_p_value, golden_ols_weighted_facts);
	check_golden(true, false, golden_ols_missing_estimate, golden_ols_missing_std_error,
				 golden_ols_missing_p_value, golden_ols_missing_facts);
	check_golden(true, true, golden_ols_missing_weighted_estimate,
				 golden_ols_missing_weighted_std_error, golden_ols_missing_weighted_p_value,
				 golden_ols_missing_weighted_facts);
}

static void
ridge_agrees_with_sklearn(void)
{
	LeastSquares *state = least_squares_create(&unit_allocator, 2, 1);
	LinearCoefficient coefficients[TERMS];
	LinearFit fit = {.coefficients = coefficients};
	LeastSquaresOptions options = {.l2 = 0.3, .standardize = true};
	int i;

	CHECK(add_rows(state, 1, GOLDEN_ROWS, true, false) == KERNEL_OK);
	CHECK(fit_state(state, &options, &fit) == KERNEL_OK);
	for (i = 0; i < TERMS; i++)
	{
		CHECK_NEAR(coefficients[i].estimate, golden_ridge_estimate[i], 1e-11);
		CHECK(isnan(coefficients[i].std_error));
	}
	least_squares_release(state, &unit_allocator);
}

/* Three parts merged in another order, one of them through bytes. */
static void
merged_equals_whole(void)
{
	static const int32_t same[] = {0, 1, 2};
	static const int32_t *const maps[] = {same};
	LeastSquares *whole = least_squares_create(&unit_allocator, 2, 1);
	LeastSquares *part = least_squares_create(&unit_allocator, 2, 1);
	LeastSquares *other = least_squares_create(&unit_allocator, 2, 1);
	LeastSquares *decoded = NULL;
	LinearCoefficient a[TERMS];
	LinearCoefficient b[TERMS];
	LinearFit fit_a = {.coefficients = a};
	LinearFit fit_b = {.coefficients = b};
	ByteWriter writer;
	ByteReader reader;
	int i;

	CHECK(add_rows(whole, 1, GOLDEN_ROWS, true, true) == KERNEL_OK);
	CHECK(add_rows(part, 150, GOLDEN_ROWS, true, true) == KERNEL_OK);
	CHECK(add_rows(other, 1, 80, true, true) == KERNEL_OK);
	writer_begin(&writer, &unit_allocator, 1 << 20);
	least_squares_encode(part, &writer);
	CHECK(writer.status == KERNEL_OK);
	reader_begin(&reader, writer.bytes, writer.length);
	CHECK(least_squares_decode(&decoded, &unit_allocator, &reader) == KERNEL_OK);
	CHECK(reader_left(&reader) == 0);
	CHECK(least_squares_merge(other, &unit_allocator, decoded, maps) == KERNEL_OK);
	CHECK(add_rows(other, 81, 149, true, true) == KERNEL_OK);
	CHECK(least_squares_rows(other) == GOLDEN_ROWS);
	CHECK(fit_state(whole, &plain, &fit_a) == KERNEL_OK);
	CHECK(fit_state(other, &plain, &fit_b) == KERNEL_OK);
	for (i = 0; i < TERMS; i++)
	{
		CHECK_NEAR(b[i].estimate, a[i].estimate, 1e-14);
		CHECK_CLOSE(b[i].std_error, a[i].std_error, 1e-14);
	}
	writer_release(&writer);
	least_squares_release(whole, &unit_allocator);
	least_squares_release(part, &unit_allocator);
	least_squares_release(other, &unit_allocator);
	least_squares_release(decoded, &unit_allocator);
}

/* NIST StRD, Longley: certified values to 15 digits. */
static void
longley_to_thirteen_digits(void)
{
	static const double rows[16][7] = {{60323, 83.0, 234289, 2356, 1590, 107608, 1947},
									   {61122, 88.5, 259426, 2325, 1456, 108632, 1948},
									   {60171, 88.2, 258054, 3682, 1616, 109773, 1949},
									   {61187, 89.5, 284599, 3351, 1650, 110929, 1950},
									   {63221, 96.2, 328975, 2099, 3099, 112075, 1951},
									   {63639, 98.1, 346999, 1932, 3594, 113270, 1952},
									   {64989, 99.0, 365385, 1870, 3547, 115094, 1953},
									   {63761, 100.0, 363112, 3578, 3350, 116219, 1954},
									   {66019, 101.2, 397469, 2904, 3048, 117388, 1955},
									   {67857, 104.6, 419180, 2822, 2857, 118734, 1956},
									   {68169, 108.4, 442769, 2936, 2798, 120445, 1957},
									   {66513, 110.8, 444546, 4681, 2637, 121950, 1958},
									   {68655, 112.6, 482704, 3813, 2552, 123366, 1959},
									   {69564, 114.2, 502601, 3931, 2514, 125368, 1960},
									   {69331, 115.7, 518173, 4806, 2572, 127852, 1961},
									   {70551, 116.9, 554894, 4007, 2827, 130081, 1962}};
	static const double estimate[7] = {-3482258.63459582, 15.0618722713733,	 -0.358191792925910e-01,
									   -2.02022980381683, -1.03322686717359, -0.511041056535807e-01,
									   1829.15146461355};
	static const double std_error[7] = {890420.383607373,  84.9149257747669,  0.334910077722432e-01,
										0.488399681651699, 0.214274163161675, 0.226073200069370,
										455.478499142212};
	static const Feature features[6] = {
		{"x1", FAMILY_NUMBER, 0, false}, {"x2", FAMILY_NUMBER, 0, false},
		{"x3", FAMILY_NUMBER, 0, false}, {"x4", FAMILY_NUMBER, 0, false},
		{"x5", FAMILY_NUMBER, 0, false}, {"x6", FAMILY_NUMBER, 0, false}};
	LeastSquares *state = least_squares_create(&unit_allocator, 6, 0);
	LinearCoefficient coefficients[7];
	LinearFit fit = {.coefficients = coefficients};
	DesignOptions options = {true, false, 1000, NULL};
	NumberFacts numbers[6];
	Design design;
	int i;

	for (i = 0; i < 16; i++)
		CHECK(least_squares_add(state, &unit_allocator, rows[i] + 1, NULL, rows[i][0], 1.0) ==
			  KERNEL_OK);
	least_squares_number_facts(state, numbers);
	CHECK(design_build(&design, &unit_allocator, features, 6, NULL, NULL, NULL, numbers,
					   &options) == KERNEL_OK);
	CHECK(least_squares_fit(state, &design, &plain, &unit_allocator, NULL, &fit) == KERNEL_OK);
	for (i = 0; i < 7; i++)
	{
		CHECK_CLOSE(coefficients[i].estimate, estimate[i], 1e-13);
		CHECK_CLOSE(coefficients[i].std_error, std_error[i], 1e-13);
	}
	CHECK_CLOSE(sqrt(fit.facts.sigma2), 304.854073561965, 1e-13);
	design_release(&design, &unit_allocator, NULL);
	least_squares_release(state, &unit_allocator);
}

/* x3 = x1 + x2 and a constant: the minimum norm, and no errors for what is not identified. */
static void
dependence_is_seen(void)
{
	static const Feature features[4] = {{"x1", FAMILY_NUMBER, 0, false},
										{"x2", FAMILY_NUMBER, 0, false},
										{"same", FAMILY_NUMBER, 0, false},
										{"constant", FAMILY_NUMBER, 0, false}};
	LeastSquares *state = least_squares_create(&unit_allocator, 4, 0);
	LinearCoefficient coefficients[5];
	LinearFit fit = {.coefficients = coefficients};
	DesignOptions options = {true, false, 1000, NULL};
	NumberFacts numbers[4];
	Design design;
	int i;

	for (i = 1; i <= 50; i++)
	{
		double row[4] = {i * 37 % 101, i * 53 % 97, i * 37 % 101, 7.0};

		CHECK(least_squares_add(state, &unit_allocator, row, NULL,
								4.0 * row[0] + 3.0 * row[1] + 1.0, 1.0) == KERNEL_OK);
	}
	least_squares_number_facts(state, numbers);
	CHECK(design_build(&design, &unit_allocator, features, 4, NULL, NULL, NULL, numbers,
					   &options) == KERNEL_OK);
	CHECK(least_squares_fit(state, &design, &plain, &unit_allocator, NULL, &fit) == KERNEL_OK);
	CHECK(fit.facts.rank == 3);
	CHECK_NEAR(coefficients[1].estimate, 2.0, 1e-12);
	CHECK_NEAR(coefficients[3].estimate, 2.0, 1e-12);
	CHECK_NEAR(coefficients[2].estimate, 3.0, 1e-12);
	CHECK(isnan(coefficients[1].std_error) && isnan(coefficients[3].std_error));
	CHECK(!isnan(coefficients[2].std_error));
	CHECK(coefficients[4].estimate == 0.0 && isnan(coefficients[4].std_error));
	design_release(&design, &unit_allocator, NULL);
	least_squares_release(state, &unit_allocator);
}

/* Every allocation refused in turn: a status, and nothing left behind. */
static void
refusal_is_a_status(void)
{
	long n;
	bool finished = false;

	for (n = 0; n < 200 && !finished; n++)
	{
		LeastSquares *state;

		unit_allocator_fail_after(n);
		state = least_squares_create(&unit_allocator, 2, 1);
		if (state != NULL)
			finished = add_rows(state, 1, 30, true, false) == KERNEL_OK;
		unit_allocator_fail_after(-1);
		least_squares_release(state, &unit_allocator);
	}
	CHECK(finished && n > 8);
}

/* A fit whose allocations are refused in turn. */
static void
refused_fit_leaves_nothing(void)
{
	LeastSquares *state = least_squares_create(&unit_allocator, 2, 1);
	Dictionary dictionary;
	Design design;
	NumberFacts numbers[2];
	double weights[3];
	const double *level_weight[1] = {weights};
	double missing_weight[1];
	DesignOptions design_options = {true, false, 1000, NULL};
	LinearCoefficient coefficients[TERMS];
	LinearFit fit = {.coefficients = coefficients};
	Status status = KERNEL_OUT_OF_MEMORY;
	long n;

	CHECK(add_rows(state, 1, GOLDEN_ROWS, true, false) == KERNEL_OK);
	golden_dictionary(&dictionary);
	least_squares_number_facts(state, numbers);
	least_squares_level_weights(state, 0, weights, 3, missing_weight);
	CHECK(design_build(&design, &unit_allocator, golden_features, 3, &dictionary, level_weight,
					   missing_weight, numbers, &design_options) == KERNEL_OK);
	for (n = 0; n < 100 && status != KERNEL_OK; n++)
	{
		unit_allocator_fail_after(n);
		status = least_squares_fit(state, &design, &plain, &unit_allocator, NULL, &fit);
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
	}
	unit_allocator_fail_after(-1);
	CHECK(status == KERNEL_OK && n > 10);
	design_release(&design, &unit_allocator, &dictionary);
	dictionary_release(&dictionary, &unit_allocator);
	least_squares_release(state, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(agrees_with_statsmodels), UNIT_CASE(ridge_agrees_with_sklearn),
		  UNIT_CASE(merged_equals_whole), UNIT_CASE(longley_to_thirteen_digits),
		  UNIT_CASE(dependence_is_seen), UNIT_CASE(refusal_is_a_status),
		  UNIT_CASE(refused_fit_leaves_nothing))
