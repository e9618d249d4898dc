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
	int32_t		j;
	int32_t		k;

	memset(shift, 0, (size_t) state->stride * sizeof(double));
	for (j = 1; j < state->width; j++)
	{
		double		total = 0.0;
		double		weight = 0.0;

		for (k = 0; k < state->n_block; k++)
		{
			double		x = state->block[(size_t) k * (size_t) state->stride + (size_t) j];

			if (x != x)
				continue;
			total += state->block_weights[k] * x;
			weight += state->block_weights[k];
		}
		shift[j] = weight > 0.0 && isfinite(total / weight) ? total / weight : 0.0;
	}
}

/* One row shifted and multiplied by the root of its weight. */
static void
shift_row(double *to, const double *row, const double *shift, double weight, int32_t n)
{
	double		root = sqrt(weight);
	int32_t		j;

	for (j = 0; j < n; j++)
		to[j] = row[j] != row[j] ? 0.0 : root * (row[j] - shift[j]);
}

Status
wide_sums_add_block(LeastSquares *state, const Allocator *allocator, double *hi, double *lo)
{
	size_t		stride = (size_t) state->stride;
	size_t		entries = least_squares_entries(state);
	size_t		rows = (size_t) state->n_block * stride;
	double	   *shifted = memory_allocate(allocator, rows, sizeof(double));
	double	   *product = memory_allocate(allocator, entries, sizeof(double));
	Status		status = shifted != NULL && product != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	size_t		k;
	size_t		j;

	if (status == KERNEL_OK && state->shift == NULL)
	{
		state->shift = memory_allocate(allocator, stride, sizeof(double));
		if (state->shift == NULL)
			status = KERNEL_OUT_OF_MEMORY;
		else
			choose_shift(state, state->shift);
	}
	if (status == KERNEL_OK)
	{
		for (k = 0; k < (size_t) state->n_block; k++)
			shift_row(shifted + k * stride, state->block + k * stride, state->shift,
					  state->block_weights[k], state->stride);
		gram_product(product, shifted, state->n_block, state->stride);
		for (k = 0; k < stride; k++)
		{
			for (j = k; j < stride; j++)
			{
				DoubleDouble sum = dd_two_sum(hi[k * stride + j], product[k * stride + j]);

				hi[k * stride + j] = sum.hi;
				lo[k * stride + j] += sum.lo;
			}
		}
	}
	memory_release(allocator, shifted, rows, sizeof(double));
	memory_release(allocator, product, entries, sizeof(double));
	return status;
}

/* The indicator of entry j being missing. */
static int32_t
missing_of(const LeastSquares *state, int32_t j)
{
	return j >= 1 && j <= state->n_numbers ? state->indicators.slots[j - 1].missing : INDICATOR_NONE;
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
sum_where_present(const LeastSquares *state, const double *hi, const double *lo, int32_t i, int32_t j)
{
	int32_t		missing = missing_of(state, j);
	DoubleDouble all = dd_two_sum(hi[i], lo[i]);
	DoubleDouble lacking = indicators_sum(&state->indicators, missing, i);
	DoubleDouble weight = dd_subtract(indicators_sum(&state->indicators, missing, 0),
									  both_missing(state, i, j));

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

DoubleDouble
wide_sums_moved(const LeastSquares *state, const double *hi, const double *lo, const double *shift,
				int32_t i, int32_t j)
{
	size_t		place = (size_t) i * (size_t) state->stride + (size_t) j;
	DoubleDouble sum = dd_two_sum(hi[place], lo[place]);

	if (shift[j] != 0.0)
		sum = dd_add(sum, dd_multiply_double(sum_where_present(state, hi, lo, i, j), shift[j]));
	if (shift[i] != 0.0)
		sum = dd_add(sum, dd_multiply_double(sum_where_present(state, hi, lo, j, i), shift[i]));
	if (shift[i] != 0.0 && shift[j] != 0.0)
		sum = dd_add(sum, dd_multiply(both_present(state, hi, lo, i, j), dd_two_product(shift[i], shift[j])));
	return sum;
}
