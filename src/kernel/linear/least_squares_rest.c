/*
 * least_squares_rest.c: numbers of more digits than a double has, in the sums.
 *
 * A number is z + l, z the nearest double and l what that leaves out.  The sums have the products of
 * the z; here they get what the l add: z_i l_j + l_i z_j + l_i l_j.  Each is about 1e-16 of the product that it
 * belongs to, so that double is enough for it and the sum has the digits of double-double.
 */
#include "kernel/linear/least_squares_state.h"

/* sum[place] += value, of double-double sums. */
static void
add_to_sum(double *hi, double *lo, size_t place, double value)
{
	DoubleDouble sum = dd_add_double(dd_two_sum(hi[place], lo[place]), value);

	hi[place] = sum.hi;
	lo[place] = sum.lo;
}

/* To the sums of an indicator of the row, where there is one. */
static void
add_to_indicator(LeastSquares *state, int32_t indicator, const double *rests, double weight)
{
	size_t place = (size_t) indicator * (size_t) state->indicators.stride;
	int32_t j;

	for (j = 1; j < state->width; j++)
	{
		if (rests[j - 1] != 0.0)
			add_to_sum(state->indicators.hi, state->indicators.lo, place + (size_t) j,
					   weight * rests[j - 1]);
	}
}

/* To the sums of the products of the row z. */
static void
add_to_products(LeastSquares *state, const double *z, const double *rests, double weight)
{
	int32_t i;
	int32_t j;

	for (j = 1; j < state->width; j++)
	{
		double rest = rests[j - 1];

		/* Where neither has a rest there is nothing to add. */
		for (i = 0; i <= j; i++)
		{
			double other = i > 0 ? rests[i - 1] : 0.0;

			if (rest != 0.0 || other != 0.0)
				add_to_sum(state->hi, state->lo, (size_t) i * (size_t) state->stride + (size_t) j,
						   weight * (z[i] * rest + other * z[j] + other * rest));
		}
	}
}

Status
least_squares_add_rests(LeastSquares *state, const Allocator *allocator, const double *numbers,
						const int32_t *codes, const double *rests, double weight)
{
	const double *z = state->block + (size_t) (state->n_block - 1) * (size_t) state->stride;
	Status status = KERNEL_OK;
	int32_t j;

	if (state->is_wide)
		return KERNEL_OK;
	if (state->hi == NULL)
		status = least_squares_allocate_sums(state, allocator);
	if (status != KERNEL_OK)
		return status;
	add_to_products(state, z, rests, weight);
	for (j = 0; j < state->n_numbers + state->n_categories && status == KERNEL_OK; j++)
	{
		bool is_number = j < state->n_numbers;
		int32_t indicator;

		if (is_number && numbers[j] == numbers[j])
			continue;
		status =
			indicators_find(&state->indicators, allocator, j,
							is_number ? CODE_MISSING : codes[j - state->n_numbers], &indicator);
		if (status == KERNEL_OK)
			add_to_indicator(state, indicator, rests, weight);
	}
	return status;
}
