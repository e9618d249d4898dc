/*
 * test_linear_least_squares_rest.c: sums of numbers of more digits than a double, against products of all digits.
 */
#include "kernel/base/hash.h"
#include "kernel/linear/least_squares_state.h"

#include "unit.h"

#define ROWS 77
#define NUMBERS 3
#define WIDTH (NUMBERS + 2)
#define CLOSE \
	1e-29 /* of the sum of sizes: the rests are 1e-16 of the numbers, each known to 1e-16 */

typedef struct Row
{
	DoubleDouble z[WIDTH]; /* 1, numbers, target; 0 where missing */
	double numbers[NUMBERS];
	double rests[NUMBERS + 1];
	int32_t code;
	double weight;
} Row;

static double
uniform(int row, int purpose)
{
	return (double) (hash_mix(hash_mix((uint64_t) row + 1) + (uint64_t) purpose) >> 11) * 0x1p-53;
}

/* Some numbers are missing, some whole; rests are up to half a unit in the last place. */
static Row
make_row(int i, bool has_weights)
{
	Row row = {.code = i % 11 == 0 ? CODE_MISSING : i % 3,
			   .weight = has_weights && i % 4 == 0 ? 2.5 : 1.0};
	int j;

	row.z[0] = dd_from(1.0);
	for (j = 0; j <= NUMBERS; j++)
	{
		double value = 1000.0 * (uniform(i, j) - 0.3);
		double rest = (i + j) % 3 == 0 ? 0.0 : (uniform(i, j + 10) - 0.5) * 0x1p-53 * fabs(value);

		if (j < NUMBERS && (i + 2 * j) % 7 == 0)
		{
			row.numbers[j] = NAN;
			row.z[1 + j] = dd_from(0.0);
			continue;
		}
		if (j < NUMBERS)
			row.numbers[j] = value;
		row.rests[j] = rest;
		row.z[1 + j] = dd_two_sum(value, rest);
	}
	return row;
}

/* n_categories: 0 or 1. */
static LeastSquares *
filled(int32_t n_categories, bool has_weights)
{
	LeastSquares *state = least_squares_create(&unit_allocator, NUMBERS, n_categories);
	int i;

	for (i = 0; i < ROWS; i++)
	{
		Row row = make_row(i, has_weights);

		CHECK(least_squares_add(state, &unit_allocator, row.numbers, &row.code, row.z[WIDTH - 1].hi,
								row.weight) == KERNEL_OK);
		CHECK(least_squares_add_rests(state, &unit_allocator, row.numbers, &row.code, row.rests,
									  row.weight) == KERNEL_OK);
	}
	return state;
}

/* The sum over rows of z_i z_j, or, with a slot, of z_j where it is missing or has the code. */
static DoubleDouble
by_all_digits(int i, int j, int slot, int32_t code, bool has_weights, double *size)
{
	DoubleDouble sum = dd_from(0.0);
	int r;

	*size = 0.0;
	for (r = 0; r < ROWS; r++)
	{
		Row row = make_row(r, has_weights);
		DoubleDouble term = dd_multiply_double(dd_multiply(row.z[i], row.z[j]), row.weight);

		if (slot >= 0 && slot < NUMBERS && !isnan(row.numbers[slot]))
			continue;
		if (slot == NUMBERS && row.code != code)
			continue;
		sum = dd_add(sum, term);
		*size += fabs(term.hi);
	}
	return sum;
}

static void
check_sums(int32_t n_categories, bool has_weights)
{
	LeastSquares *state = filled(n_categories, has_weights);
	double hi[8 * 8];
	double lo[8 * 8];
	double size;
	int32_t slot;
	int32_t code;
	int32_t i;
	int32_t j;

	least_squares_settle(state);
	CHECK(least_squares_entries(state) <= 64);
	CHECK(least_squares_raw_sums(state, &unit_allocator, hi, lo) == KERNEL_OK);
	for (i = 0; i < WIDTH; i++)
		for (j = i; j < WIDTH; j++)
		{
			DoubleDouble exact = by_all_digits(i, j, -1, 0, has_weights, &size);
			size_t place = (size_t) i * (size_t) state->stride + (size_t) j;

			CHECK_NEAR(dd_subtract(dd_two_sum(hi[place], lo[place]), exact).hi, 0.0, CLOSE * size);
		}
	for (slot = 0; slot < NUMBERS + n_categories; slot++)
		for (code = -1; code < (slot < NUMBERS ? 0 : 3); code++)
		{
			const IndicatorSlot *own = &state->indicators.slots[slot];
			int32_t indicator = code < 0 ? own->missing : own->of_code[code];

			for (j = 0; j < WIDTH; j++)
				CHECK_NEAR(dd_subtract(indicators_sum(&state->indicators, indicator, j),
									   by_all_digits(0, j, slot, code, has_weights, &size))
							   .hi,
						   0.0, CLOSE * size);
		}
	least_squares_release(state, &unit_allocator);
}

static void
sums_have_all_digits(void)
{
	check_sums(0, false);
	check_sums(0, true);
	check_sums(1, false);
	check_sums(1, true);
}

/* Of more than LEAST_SQUARES_EXACT numbers the state stays as it is. */
static void
wide_sums_have_no_room(void)
{
	enum
	{
		WIDE = LEAST_SQUARES_EXACT + 1
	};
	LeastSquares *state = least_squares_create(&unit_allocator, WIDE, 0);
	double numbers[WIDE] = {1.0};
	double rests[WIDE + 1] = {1e-17};

	CHECK(least_squares_add(state, &unit_allocator, numbers, NULL, 2.0, 1.0) == KERNEL_OK);
	CHECK(least_squares_add_rests(state, &unit_allocator, numbers, NULL, rests, 1.0) == KERNEL_OK);
	CHECK(state->hi == NULL);
	least_squares_release(state, &unit_allocator);
}

static void
a_refusal_is_told(void)
{
	LeastSquares *state = least_squares_create(&unit_allocator, NUMBERS, 0);
	Row row = make_row(1, false);

	CHECK(least_squares_add(state, &unit_allocator, row.numbers, NULL, 2.0, 1.0) == KERNEL_OK);
	unit_allocator_fail_after(1);
	CHECK(least_squares_add_rests(state, &unit_allocator, row.numbers, NULL, row.rests, 1.0) ==
		  KERNEL_OUT_OF_MEMORY);
	unit_allocator_fail_after(-1);
	least_squares_release(state, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(sums_have_all_digits), UNIT_CASE(wide_sums_have_no_room),
		  UNIT_CASE(a_refusal_is_told))
