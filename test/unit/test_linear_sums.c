/*
 * test_linear_sums.c: what the sums of least squares promise: any split and order, imputation as in
 * two passes, wide states, bytes, and memory.
 */
#include "kernel/linear/least_squares.h"

#include "../golden/wide.h"
#include "unit.h"

#define ROWS 240
#define NUMBERS 5
#define LEVELS 4
#define MOST_TERMS 90

static const LeastSquaresOptions plain = {.standardize = true};
static uint64_t random_state;

static uint32_t
random_below(uint32_t n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t) (random_state >> 33) % n;
}

static double
random_unit(void)
{
	return random_below(1 << 30) / (double) (1 << 30);
}

typedef struct Row
{
	double numbers[NUMBERS];
	int32_t codes[2];
	double target;
	double weight;
} Row;

/* Rows with about `missing` of all values missing, the first rows and the last most of all. */
static void
make_rows(Row *rows, double missing, bool weighted)
{
	int i;
	int j;

	for (i = 0; i < ROWS; i++)
	{
		double share = i < 20 || i > ROWS - 20 ? 2.0 * missing : missing;

		rows[i].target = random_unit();
		rows[i].weight = weighted ? 0.1 + random_unit() : 1.0;
		for (j = 0; j < NUMBERS; j++)
		{
			rows[i].numbers[j] = 1e4 * j + random_unit() * 10.0;
			rows[i].target += (j - 2.0) * rows[i].numbers[j];
			if (random_unit() < share)
				rows[i].numbers[j] = NAN;
		}
		for (j = 0; j < 2; j++)
			rows[i].codes[j] =
				random_unit() < share ? CODE_MISSING : (int32_t) random_below(LEVELS);
	}
}

static void
add_row(LeastSquares *state, const Row *row)
{
	CHECK(least_squares_add(state, &unit_allocator, row->numbers, row->codes, row->target,
							row->weight) == KERNEL_OK);
}

/* Fits numbers x0 ..., then n_categories categories of LEVELS levels. */
static Status
fit(LeastSquares *state, int32_t n_numbers, int32_t n_categories, bool missing_indicator,
	LinearFit *result, int32_t *n_terms)
{
	DesignOptions options = {true, missing_indicator, 1000, NULL};
	Feature features[MOST_TERMS];
	NumberFacts numbers[MOST_TERMS];
	Dictionary dictionaries[2] = {{0}, {0}};
	double weights[2][LEVELS];
	const double *level_weight[2] = {weights[0], weights[1]};
	double missing_weight[2];
	Design design;
	Status status;
	int32_t code;
	int32_t i;

	for (i = 0; i < n_numbers + n_categories; i++)
		features[i] = (Feature){"x", i < n_numbers ? FAMILY_NUMBER : FAMILY_CATEGORY, 0, false};
	for (i = 0; i < n_categories * LEVELS; i++)
		CHECK(dictionary_add(&dictionaries[i / LEVELS], &unit_allocator, &"abcd"[i % LEVELS], 1,
							 &code) == KERNEL_OK);
	least_squares_number_facts(state, numbers);
	for (i = 0; i < n_categories; i++)
		least_squares_level_weights(state, i, weights[i], LEVELS, &missing_weight[i]);
	CHECK(design_build(&design, &unit_allocator, features, n_numbers + n_categories, dictionaries,
					   level_weight, missing_weight, numbers, &options) == KERNEL_OK);
	CHECK(design.n_terms <= MOST_TERMS);
	*n_terms = design.n_terms;
	status = least_squares_fit(state, &design, &plain, &unit_allocator, NULL, result);
	design_release(&design, &unit_allocator, dictionaries);
	for (i = 0; i < n_categories; i++)
		dictionary_release(&dictionaries[i], &unit_allocator);
	return status;
}

static void
check_same(const LinearFit *a, const LinearFit *b, int32_t n_terms, double tolerance)
{
	int32_t i;

	for (i = 0; i < n_terms; i++)
	{
		CHECK_NEAR(a->coefficients[i].estimate, b->coefficients[i].estimate,
				   tolerance * fabs(b->coefficients[i].estimate) +
					   tolerance * b->coefficients[i].std_error);
		CHECK_CLOSE(a->coefficients[i].std_error, b->coefficients[i].std_error, tolerance);
	}
	CHECK_CLOSE(a->facts.rss, b->facts.rss, tolerance);
	CHECK(a->facts.rank == b->facts.rank);
}

/* Rows dealt to `parts` states at random, half of them sent through bytes, merged in turn. */
static LeastSquares *
merged(const Row *rows, int parts, int32_t n_categories)
{
	static const int32_t same[] = {0, 1, 2, 3};
	static const int32_t *const maps[] = {same, same};
	LeastSquares *states[ROWS];
	LeastSquares *whole;
	int i;

	for (i = 0; i < parts; i++)
		states[i] = least_squares_create(&unit_allocator, NUMBERS, n_categories);
	for (i = 0; i < ROWS; i++)
		add_row(states[random_below((uint32_t) parts)], &rows[i]);
	whole = states[parts - 1];
	for (i = 0; i < parts - 1; i++)
	{
		LeastSquares *part = states[i];

		if (i % 2 == 0)
		{
			ByteWriter writer;
			ByteReader reader;

			writer_begin(&writer, &unit_allocator, 1 << 20);
			least_squares_encode(part, &writer);
			reader_begin(&reader, writer.bytes, writer.length);
			least_squares_release(part, &unit_allocator);
			CHECK(least_squares_decode(&part, &unit_allocator, &reader) == KERNEL_OK);
			CHECK(reader_left(&reader) == 0);
			writer_release(&writer);
		}
		CHECK(least_squares_merge(whole, &unit_allocator, part, maps) == KERNEL_OK);
		least_squares_release(part, &unit_allocator);
	}
	CHECK(least_squares_rows(whole) == ROWS);
	return whole;
}

static void
splits_do_not_matter(void)
{
	static const int parts[] = {2, 3, 17, 100, ROWS};
	LinearCoefficient a[MOST_TERMS];
	LinearCoefficient b[MOST_TERMS];
	LinearFit fit_a = {.coefficients = a};
	LinearFit fit_b = {.coefficients = b};
	Row rows[ROWS];
	int32_t n_terms;
	size_t i;

	random_state = 11;
	for (i = 0; i < 2 * sizeof(parts) / sizeof(parts[0]); i++)
	{
		LeastSquares *whole = least_squares_create(&unit_allocator, NUMBERS, 2);
		LeastSquares *split;
		int r;

		make_rows(rows, 0.15, i % 2 == 1);
		for (r = 0; r < ROWS; r++)
			add_row(whole, &rows[r]);
		split = merged(rows, parts[i / 2], 2);
		CHECK(fit(whole, NUMBERS, 2, true, &fit_a, &n_terms) == KERNEL_OK);
		CHECK(fit(split, NUMBERS, 2, true, &fit_b, &n_terms) == KERNEL_OK);
		check_same(&fit_a, &fit_b, n_terms, 1e-12);
		least_squares_release(whole, &unit_allocator);
		least_squares_release(split, &unit_allocator);
	}
}

/* The complete design of the rows, as numbers: imputed numbers, then imputed indicators. */
static LeastSquares *
two_passes(const Row *rows, int32_t n_categories)
{
	int32_t n = NUMBERS + n_categories * (LEVELS - 1);
	LeastSquares *state = least_squares_create(&unit_allocator, n, 0);
	double mean[NUMBERS + 2 * (LEVELS - 1)];
	int i;
	int j;

	for (j = 0; j < n; j++)
	{
		int category = (j - NUMBERS) / (LEVELS - 1);
		long double sum = 0.0;
		long double weight = 0.0;

		for (i = 0; i < ROWS; i++)
		{
			double x = j < NUMBERS ? rows[i].numbers[j] :
				rows[i].codes[category] == CODE_MISSING ?
									 NAN :
									 rows[i].codes[category] == 1 + (j - NUMBERS) % (LEVELS - 1);

			if (isnan(x))
				continue;
			sum += (long double) rows[i].weight * x;
			weight += rows[i].weight;
		}
		mean[j] = (double) (sum / weight);
	}
	for (i = 0; i < ROWS; i++)
	{
		double numbers[NUMBERS + 2 * (LEVELS - 1)];

		for (j = 0; j < NUMBERS; j++)
			numbers[j] = isnan(rows[i].numbers[j]) ? mean[j] : rows[i].numbers[j];
		for (; j < n; j++)
		{
			int32_t code = rows[i].codes[(j - NUMBERS) / (LEVELS - 1)];

			numbers[j] = code == CODE_MISSING ? mean[j] : code == 1 + (j - NUMBERS) % (LEVELS - 1);
		}
		CHECK(least_squares_add(state, &unit_allocator, numbers, NULL, rows[i].target,
								rows[i].weight) == KERNEL_OK);
	}
	return state;
}

static void
imputation_equals_two_passes(void)
{
	static const double missing[] = {0.01, 0.1, 0.3, 0.45};
	LinearCoefficient a[MOST_TERMS];
	LinearCoefficient b[MOST_TERMS];
	LinearFit fit_a = {.coefficients = a};
	LinearFit fit_b = {.coefficients = b};
	Row rows[ROWS];
	int32_t n_terms;
	int i;

	random_state = 12;
	for (i = 0; i < 16; i++)
	{
		int32_t n_categories = i < 8 ? 2 : 0;
		int32_t n = NUMBERS + n_categories * (LEVELS - 1);
		LeastSquares *whole;
		LeastSquares *reference;

		make_rows(rows, missing[i / 2 % 4], i % 2 == 1);
		reference = two_passes(rows, n_categories);
		whole = merged(rows, 7, n_categories);
		CHECK(fit(reference, n, 0, false, &fit_a, &n_terms) == KERNEL_OK);
		CHECK(fit(whole, NUMBERS, n_categories, false, &fit_b, &n_terms) == KERNEL_OK);
		CHECK(n_terms == 1 + n);
		check_same(&fit_a, &fit_b, n_terms, 1e-10);
		least_squares_release(whole, &unit_allocator);
		least_squares_release(reference, &unit_allocator);
	}
}

/* x0 is missing exactly where c0 is "a": with fractional weights too that is one column, not two. */
static void
dependence_survives_weights(void)
{
	LinearCoefficient coefficients[MOST_TERMS];
	LinearFit result = {.coefficients = coefficients};
	LeastSquares *state = least_squares_create(&unit_allocator, NUMBERS, 2);
	Row rows[ROWS];
	int32_t n_terms;
	int i;

	random_state = 13;
	make_rows(rows, 0.0, true);
	for (i = 0; i < ROWS; i++)
	{
		if (rows[i].codes[0] == 3)
			rows[i].numbers[0] = NAN;
		add_row(state, &rows[i]);
	}
	CHECK(fit(state, NUMBERS, 2, true, &result, &n_terms) == KERNEL_OK);
	CHECK(n_terms == 13);
	CHECK(result.facts.rank == 12);
	/* terms: intercept, x0, "x0 is missing", x1 .. x4, c0 = b, c, d, c1 = b, c, d */
	CHECK(isnan(coefficients[2].std_error) && isnan(coefficients[9].std_error));
	CHECK_NEAR(coefficients[2].estimate, coefficients[9].estimate,
			   1e-9 * fabs(coefficients[9].estimate));
	for (i = 0; i < n_terms; i++)
		CHECK(i == 2 || i == 9 || coefficients[i].std_error > 0.0);
	least_squares_release(state, &unit_allocator);
}

/*
 * Seconds since 1970 and the same 3,600 s later, or 1.1 times as much, beside 0.1 in every row: one
 * independent column, whatever the number of rows, weights and their spread.
 */
static void
rank_is_seen_far_from_zero(void)
{
	static const double spread[] = {3e7, 1e5, 1e3};
	int i;
	int r;

	for (i = 0; i < 12; i++)
	{
		LinearCoefficient coefficients[MOST_TERMS];
		LinearFit result = {.coefficients = coefficients};
		LeastSquares *state = least_squares_create(&unit_allocator, 3, 0);
		int32_t n_terms;

		random_state = (uint64_t) i;
		for (r = 0; r < 60000; r++)
		{
			double x = 1.7e9 + spread[i % 3] * random_unit();
			double numbers[3] = {x, i < 6 ? x + 3600.0 : 1.1 * x, 0.1};

			CHECK(least_squares_add(state, &unit_allocator, numbers, NULL, random_unit(),
									i % 2 == 0 ? 1.0 : 0.1 + random_unit()) == KERNEL_OK);
		}
		CHECK(fit(state, 3, 0, false, &result, &n_terms) == KERNEL_OK);
		CHECK(result.facts.rank == 2);
		CHECK(coefficients[3].estimate == 0.0 && isnan(coefficients[3].std_error));
		CHECK(isnan(coefficients[1].std_error) && isnan(coefficients[2].std_error));
		/* the shift of 3,600 s is the intercept's as much as theirs, the factor is not */
		CHECK(isnan(coefficients[0].std_error) == (i < 6));
		least_squares_release(state, &unit_allocator);
	}
}

/* In a wide state too: column j + 40 is twice column j, and column 5 is constant. */
static void
wide_rank_is_seen(void)
{
	LinearCoefficient coefficients[MOST_TERMS];
	LinearFit result = {.coefficients = coefficients};
	LeastSquares *state = least_squares_create(&unit_allocator, 80, 0);
	double numbers[80];
	int32_t n_terms;
	int i;
	int j;

	random_state = 16;
	for (i = 0; i < 500; i++)
	{
		for (j = 0; j < 40; j++)
		{
			numbers[j] = j == 5 ? 0.3 : 1e6 + random_unit();
			numbers[j + 40] = 2.0 * numbers[j];
		}
		CHECK(least_squares_add(state, &unit_allocator, numbers, NULL,
								5.0 * numbers[0] + random_unit(), 1.0) == KERNEL_OK);
	}
	CHECK(fit(state, 80, 0, false, &result, &n_terms) == KERNEL_OK);
	CHECK(result.facts.rank == 40);
	/* scaled alike, twins share: b of x, b / 2 of 2 x */
	CHECK_NEAR(coefficients[1].estimate, 2.5, 0.2);
	for (j = 0; j < 40; j++)
	{
		CHECK_NEAR(coefficients[1 + j].estimate, 2.0 * coefficients[41 + j].estimate, 1e-8);
		CHECK(isnan(coefficients[1 + j].std_error) && isnan(coefficients[41 + j].std_error));
	}
	CHECK(coefficients[6].estimate == 0.0);
	CHECK(!isnan(coefficients[0].std_error));
	least_squares_release(state, &unit_allocator);
}

#define WIDE_COLUMNS 80
#define WIDE_COUNT 300

/* Row i of test/golden/wide.py. */
static void
add_wide_row(LeastSquares *state, int i)
{
	double numbers[WIDE_COLUMNS];
	double target = (i * 31 % 17) / 4.0;
	int j;

	for (j = 0; j < WIDE_COLUMNS; j++)
	{
		numbers[j] = NAN;
		if (j % 2 == 0 && (i + 3 * j) % 11 == 0)
			continue;
		numbers[j] = 1000.0 * j + ((i + 1) * (i + 1) * (j + 3) + 7 * i + j) % 1009 / 8.0;
		target += (j % 5 - 2) * numbers[j];
	}
	CHECK(least_squares_add(state, &unit_allocator, numbers, NULL, target, 1.0 + i % 3) ==
		  KERNEL_OK);
}

static void
check_wide(LeastSquares *state, double tolerance)
{
	LinearCoefficient coefficients[MOST_TERMS];
	LinearFit result = {.coefficients = coefficients};
	int32_t n_terms;
	int i;

	CHECK(fit(state, WIDE_COLUMNS, 0, false, &result, &n_terms) == KERNEL_OK);
	CHECK(result.facts.rank == WIDE_COLUMNS + 1);
	for (i = 0; i <= WIDE_COLUMNS; i++)
	{
		CHECK_NEAR(coefficients[i].estimate, wide_estimate[i], tolerance * wide_std_error[i]);
		CHECK_CLOSE(coefficients[i].std_error, wide_std_error[i], tolerance);
	}
	CHECK_CLOSE(result.facts.rss, wide_rss[0], tolerance);
	least_squares_release(state, &unit_allocator);
}

static void
wide_agrees_with_mpmath(void)
{
	LeastSquares *state = least_squares_create(&unit_allocator, WIDE_COLUMNS, 0);
	int i;

	for (i = 0; i < WIDE_COUNT; i++)
		add_wide_row(state, i);
	check_wide(state, 1e-10);
}

static void
wide_parts_are_the_whole(void)
{
	/* how the rows are dealt: both with sums, one with rows only, and through bytes */
	static const int ends[][3] = {
		{150, 300, 300}, {280, 300, 300}, {20, 300, 300}, {10, 20, 300}, {140, 280, 300}};
	size_t s;
	int i;
	int p;

	for (s = 0; s < sizeof(ends) / sizeof(ends[0]); s++)
	{
		LeastSquares *whole = least_squares_create(&unit_allocator, WIDE_COLUMNS, 0);

		for (p = 0, i = 0; p < 3; p++)
		{
			LeastSquares *part = least_squares_create(&unit_allocator, WIDE_COLUMNS, 0);
			ByteWriter writer;
			ByteReader reader;

			for (; i < ends[s][p]; i++)
				add_wide_row(part, i);
			writer_begin(&writer, &unit_allocator, 1 << 24);
			least_squares_encode(part, &writer);
			least_squares_release(part, &unit_allocator);
			reader_begin(&reader, writer.bytes, writer.length);
			CHECK(least_squares_decode(&part, &unit_allocator, &reader) == KERNEL_OK);
			CHECK(reader_left(&reader) == 0);
			CHECK(least_squares_merge(whole, &unit_allocator, part, NULL) == KERNEL_OK);
			writer_release(&writer);
			least_squares_release(part, &unit_allocator);
		}
		check_wide(whole, 1e-10);
	}
}

/* Truncated and changed bytes: a status or a state that can be fitted, never a fault. */
static void
forged_bytes_are_harmless(void)
{
	LinearCoefficient coefficients[MOST_TERMS];
	LinearFit result = {.coefficients = coefficients};
	LeastSquares *state = least_squares_create(&unit_allocator, NUMBERS, 2);
	ByteWriter writer;
	ByteReader reader;
	Row rows[ROWS];
	int decoded = 0;
	int i;

	random_state = 14;
	make_rows(rows, 0.2, true);
	for (i = 0; i < 30; i++)
		add_row(state, &rows[i]);
	writer_begin(&writer, &unit_allocator, 1 << 20);
	least_squares_encode(state, &writer);
	least_squares_release(state, &unit_allocator);
	for (i = 0; i < (int) writer.length; i++)
	{
		reader_begin(&reader, writer.bytes, (size_t) i);
		CHECK(least_squares_decode(&state, &unit_allocator, &reader) == KERNEL_CORRUPT);
	}
	for (i = 0; i < 20000; i++)
	{
		uint32_t at = random_below((uint32_t) writer.length);
		uint8_t kept = writer.bytes[at];
		Status status;

		writer.bytes[at] =
			(uint8_t) (i % 2 == 0 ? kept ^ 1u << random_below(8) : random_below(256));
		reader_begin(&reader, writer.bytes, writer.length);
		status = least_squares_decode(&state, &unit_allocator, &reader);
		CHECK(status == KERNEL_OK || status == KERNEL_CORRUPT);
		if (status == KERNEL_OK)
		{
			int32_t n_terms;

			if (least_squares_codes(state, 0) <= LEVELS && least_squares_codes(state, 1) <= LEVELS)
			{
				status = fit(state, NUMBERS, 2, true, &result, &n_terms);
				CHECK(status == KERNEL_OK || status == KERNEL_OVERFLOW);
				decoded++;
			}
			least_squares_release(state, &unit_allocator);
		}
		writer.bytes[at] = kept;
	}
	CHECK(decoded > 1000);
	writer_release(&writer);
}

/* Each indicator belongs to exactly one place: not to none, not to two. */
static void
forged_indicators_are_refused(void)
{
	LeastSquares *state = least_squares_create(&unit_allocator, NUMBERS, 2);
	size_t first = 4 + 4 + 8 + 4 + 2 * 8 * (NUMBERS + 2) + 1 + 4; /* the first slot's indicator */
	ByteWriter writer;
	ByteReader reader;
	Row rows[ROWS];

	random_state = 15;
	make_rows(rows, 0.0, false);
	rows[0].numbers[0] = rows[1].numbers[1] = NAN;
	add_row(state, &rows[0]);
	add_row(state, &rows[1]);
	writer_begin(&writer, &unit_allocator, 1 << 20);
	least_squares_encode(state, &writer);
	least_squares_release(state, &unit_allocator);
	CHECK(memcmp(writer.bytes + first, "\0\0\0\0\0\0\0\0", 8) == 0);
	memset(writer.bytes + first, 0xff, 4);
	reader_begin(&reader, writer.bytes, writer.length);
	CHECK(least_squares_decode(&state, &unit_allocator, &reader) == KERNEL_CORRUPT);
	/* x1's indicator is x2's too */
	memset(writer.bytes + first, 0, 4);
	memcpy(writer.bytes + first + 16, writer.bytes + first + 8, 4);
	reader_begin(&reader, writer.bytes, writer.length);
	CHECK(least_squares_decode(&state, &unit_allocator, &reader) == KERNEL_CORRUPT);
	writer_release(&writer);
}

/* A group of few rows costs its rows; 100,000 levels cost about their sums. */
static void
memory_follows_what_occurred(void)
{
	LeastSquares *state = least_squares_create(&unit_allocator, 20, 0);
	double numbers[20] = {1.0};
	int32_t code;

	for (code = 0; code < 4; code++)
		CHECK(least_squares_add(state, &unit_allocator, numbers, NULL, 1.0, 1.0) == KERNEL_OK);
	CHECK(unit_live_bytes < 2000);
	least_squares_release(state, &unit_allocator);
	state = least_squares_create(&unit_allocator, 2, 1);
	for (code = 0; code < 100000; code++)
		CHECK(least_squares_add(state, &unit_allocator, numbers, &code, 1.0, 1.0) == KERNEL_OK);
	CHECK(unit_live_bytes < 100000L * (4 * 16 * 3 / 2 + 8));
	CHECK(least_squares_codes(state, 0) == 100000);
	least_squares_release(state, &unit_allocator);
}

/* By sums and by rows that wait; the target after the numbers; NaN is no value but an overflow is. */
static void
names_the_largest_sum(void)
{
	static const int rows[] = {1, 3, 70};
	size_t r;
	int target;
	int i;

	for (r = 0; r < sizeof(rows) / sizeof(rows[0]); r++)
	{
		for (target = 0; target < 2; target++)
		{
			LeastSquares *state = least_squares_create(&unit_allocator, 3, 0);
			double square;

			for (i = 0; i < rows[r]; i++)
			{
				double numbers[3] = {1.0, i % 2 ? NAN : -4.0, 2.0};

				CHECK(least_squares_add(state, &unit_allocator, numbers, NULL, target ? 5.0 : 0.5,
										1.0) == KERNEL_OK);
			}
			CHECK(least_squares_largest(state, &square) == (target ? 3 : 1));
			CHECK(square == (target ? 25.0 * rows[r] : 16.0 * ((rows[r] + 1) / 2)));
			for (i = 0; i < 70; i++)
			{
				double numbers[3] = {1e200, 3.0, 2.0};

				CHECK(least_squares_add(state, &unit_allocator, numbers, NULL, 0.5, 1.0) ==
					  KERNEL_OK);
			}
			CHECK(least_squares_largest(state, &square) == 0);
			CHECK(isinf(square));
			least_squares_release(state, &unit_allocator);
		}
	}
}

UNIT_MAIN(UNIT_CASE(names_the_largest_sum), UNIT_CASE(splits_do_not_matter),
		  UNIT_CASE(imputation_equals_two_passes), UNIT_CASE(dependence_survives_weights),
		  UNIT_CASE(rank_is_seen_far_from_zero), UNIT_CASE(wide_rank_is_seen),
		  UNIT_CASE(wide_agrees_with_mpmath), UNIT_CASE(wide_parts_are_the_whole),
		  UNIT_CASE(forged_bytes_are_harmless), UNIT_CASE(forged_indicators_are_refused),
		  UNIT_CASE(memory_follows_what_occurred))
