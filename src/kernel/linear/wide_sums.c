/*
 * wide_sums.c: the sums of more than LEAST_SQUARES_EXACT numbers.
 *
 * A product in double loses what the square of a column's mean covers up, so
 * the first block's means are subtracted from every row.  A missing number
 * stays 0 after the shift: with d = 1 where it is missing and 0 elsewhere,
 *     z = (x - shift) (1 - d),
 * and moving the shift back needs the sums over the missing indicators, which
 * the state has.
 */
#include <math.h>
#include <string.h>

#include "kernel/linear/least_squares_state.h"

/* The block's weighted means over what is present; the first entry, always 1, is not shifted. */
static void
choose_shift(const LeastSquares *state, double *shift)
{
	int32_t j;
	int32_t k;

	memset(shift, 0, (size_t) state->stride * sizeof(double));
	for (j = 1; j < state->width; j++)
	{
		double total = 0.0;
		double weight = 0.0;

		for (k = 0; k < state->n_block; k++)
		{
			double x = state->block[(size_t) k * (size_t) state->stride + (size_t) j];

			if (x != x)
				continue;
			total += state->block_weights[k] * x;
			weight += state->block_weights[k];
		}
		shift[j] = weight > 0.0 && isfinite(total / weight) ? total / weight : 0.0;
	}
}

/* The block's rows in strips of four entries, shifted, and multiplied by the root of their weight. */
static void
fill_strips(const LeastSquares *state, double *strips)
{
	size_t stride = (size_t) state->stride;
	int32_t k;
	size_t j;

	for (k = 0; k < state->n_block; k++)
	{
		const double *row = state->block + (size_t) k * stride;
		double root = sqrt(state->block_weights[k]);

		for (j = 0; j < stride; j++)
			strips[(j / 4 * (size_t) state->n_block + (size_t) k) * 4 + j % 4] =
				row[j] != row[j] ? 0.0 : root * (row[j] - state->shift[j]);
	}
}

Status
wide_sums_add_block(LeastSquares *state, const Allocator *allocator, double *hi, double *lo,
					double *strips)
{
	if (state->shift == NULL)
	{
		state->shift = memory_allocate(allocator, (size_t) state->stride, sizeof(double));
		if (state->shift == NULL)
			return KERNEL_OUT_OF_MEMORY;
		choose_shift(state, state->shift);
	}
	fill_strips(state, strips);
	gram_add_product(hi, lo, strips, state->n_block, state->stride);
	return KERNEL_OK;
}

/* The indicator of entry j being missing. */
static int32_t
missing_of(const LeastSquares *state, int32_t j)
{
	return j >= 1 && j <= state->n_numbers ? state->indicators.slots[j - 1].missing :
											 INDICATOR_NONE;
}

/* Weight of the rows where both entries are missing. */
static DoubleDouble
both_missing(const LeastSquares *state, int32_t i, int32_t j)
{
	if (missing_of(state, i) < 0 || missing_of(state, j) < 0)
		return dd_from(0.0);
	return indicators_both_missing(&state->indicators, i - 1, j - 1);
}

/* The sum of shifted entry i over the rows where entry j is present. */
static DoubleDouble
sum_where_present(const LeastSquares *state, const double *hi, const double *lo, int32_t i,
				  int32_t j)
{
	int32_t missing = missing_of(state, j);
	DoubleDouble all = dd_two_sum(hi[i], lo[i]);
	DoubleDouble lacking = indicators_sum(&state->indicators, missing, i);
	DoubleDouble weight =
		dd_subtract(indicators_sum(&state->indicators, missing, 0), both_missing(state, i, j));

	/* The indicators' sums are of z as it came. */
	if (i > 0)
		lacking = dd_subtract(lacking, dd_multiply_double(weight, state->shift[i]));
	return dd_subtract(all, lacking);
}

/* Weight of the rows where both entries are present. */
static DoubleDouble
both_present(const LeastSquares *state, const double *hi, const double *lo, int32_t i, int32_t j)
{
	DoubleDouble weight = dd_two_sum(hi[0], lo[0]);

	weight = dd_subtract(weight, indicators_sum(&state->indicators, missing_of(state, i), 0));
	weight = dd_subtract(weight, indicators_sum(&state->indicators, missing_of(state, j), 0));
	return dd_add(weight, both_missing(state, i, j));
}

/* The same where neither entry is ever missing: (z_i + a)(z_j + b) = z_i z_j + b z_i + a (z_j + b). */
static DoubleDouble
moved_whole(const double *hi, const double *lo, const double *shift, size_t place, int32_t i,
			int32_t j)
{
	DoubleDouble sum = dd_two_sum(hi[place], lo[place]);
	DoubleDouble other = dd_two_sum(hi[j], lo[j]);

	if (shift[j] != 0.0)
	{
		DoubleDouble weight = dd_two_sum(hi[0], lo[0]);

		sum = dd_add(sum, dd_multiply_double(dd_two_sum(hi[i], lo[i]), shift[j]));
		other = dd_add(other, dd_multiply_double(weight, shift[j]));
	}
	if (shift[i] != 0.0)
		sum = dd_add(sum, dd_multiply_double(other, shift[i]));
	return sum;
}

DoubleDouble
wide_sums_moved(const LeastSquares *state, const double *hi, const double *lo, const double *shift,
				int32_t i, int32_t j)
{
	size_t place = (size_t) i * (size_t) state->stride + (size_t) j;
	DoubleDouble sum = dd_two_sum(hi[place], lo[place]);

	if (missing_of(state, i) < 0 && missing_of(state, j) < 0)
		return moved_whole(hi, lo, shift, place, i, j);
	if (shift[j] != 0.0)
		sum = dd_add(sum, dd_multiply_double(sum_where_present(state, hi, lo, i, j), shift[j]));
	if (shift[i] != 0.0)
		sum = dd_add(sum, dd_multiply_double(sum_where_present(state, hi, lo, j, i), shift[i]));
	if (shift[i] != 0.0 && shift[j] != 0.0)
		sum = dd_add(
			sum,
			dd_multiply(both_present(state, hi, lo, i, j), dd_two_product(shift[i], shift[j])));
	return sum;
}
