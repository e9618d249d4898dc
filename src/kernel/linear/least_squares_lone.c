/*
 * least_squares_lone.c: what each column explains of the target by itself, from the sums.
 */
#include "kernel/linear/least_squares.h"

#include <string.h>

#include "kernel/linear/least_squares_state.h"

/* Sums over some of the rows. */
typedef struct RowSums
{
	DoubleDouble weight;
	DoubleDouble target;
} RowSums;

/* A column that varies by less than this share of its square is constant. */
#define CONSTANT 1e-24

/* target^2 / weight: what the mean of these rows explains, before that of all is taken off. */
static DoubleDouble
explained_by_mean(RowSums sums)
{
	if (!(sums.weight.hi > 0.0))
		return dd_from(0.0);
	return dd_divide(dd_multiply(sums.target, sums.target), sums.weight);
}

static RowSums
indicator_sums(const LeastSquares *state, int32_t indicator)
{
	return (RowSums){indicators_sum(&state->indicators, indicator, 0),
					 indicators_sum(&state->indicators, indicator, state->width - 1)};
}

/* The line's part of the squares of number j beside the mean of the rows that have it. */
static DoubleDouble
explained_by_line(const LeastSquares *state, const double *hi, const double *lo, int32_t j,
				  RowSums present)
{
	size_t stride = (size_t) state->stride;
	size_t at = (size_t) j + 1;
	size_t last = (size_t) state->width - 1;
	DoubleDouble x = dd_two_sum(hi[at], lo[at]);
	DoubleDouble raw = dd_two_sum(hi[at * stride + at], lo[at * stride + at]);
	DoubleDouble xy = dd_two_sum(hi[at * stride + last], lo[at * stride + last]);
	DoubleDouble xx;

	if (!(present.weight.hi > 0.0))
		return dd_from(0.0);
	xx = dd_subtract(raw, dd_divide(dd_multiply(x, x), present.weight));
	xy = dd_subtract(xy, dd_divide(dd_multiply(x, present.target), present.weight));
	return xx.hi > CONSTANT * raw.hi ? dd_divide(dd_multiply(xy, xy), xx) : dd_from(0.0);
}

static double
number_share(const LeastSquares *state, const double *hi, const double *lo, int32_t j, RowSums all)
{
	RowSums missing = indicator_sums(state, state->indicators.slots[j].missing);
	RowSums present = {dd_subtract(all.weight, missing.weight),
					   dd_subtract(all.target, missing.target)};
	DoubleDouble explained = dd_add(explained_by_mean(missing), explained_by_mean(present));

	return dd_add(dd_subtract(explained, explained_by_mean(all)),
				  explained_by_line(state, hi, lo, j, present))
		.hi;
}

/* groups: levels with rows, a missing one included. */
static double
category_share(const LeastSquares *state, int32_t c, RowSums all, int32_t *groups)
{
	const IndicatorSlot *slot = &state->indicators.slots[state->n_numbers + c];
	DoubleDouble explained = explained_by_mean(indicator_sums(state, slot->missing));
	int32_t code;

	*groups = slot->missing >= 0;
	for (code = 0; code < slot->n_codes; code++)
	{
		if (slot->of_code[code] < 0)
			continue;
		(*groups)++;
		explained =
			dd_add(explained, explained_by_mean(indicator_sums(state, slot->of_code[code])));
	}
	return dd_subtract(explained, explained_by_mean(all)).hi;
}

static double
share_of(double explained, double total)
{
	double share = explained / total;

	return share > 1.0 ? 1.0 : share > 0.0 ? share : 0.0;
}

/* What levels explain less what as many levels of chance would. */
static double
adjusted(double share, int64_t rows, int32_t groups)
{
	double left = (1.0 - share) * (double) (rows - 1) / (double) (rows - groups);

	return rows > groups && left < 1.0 ? 1.0 - left : 0.0;
}

static void
fill_strengths(const LeastSquares *state, const double *hi, const double *lo, double *strength)
{
	size_t last = (size_t) state->width - 1;
	size_t corner = last * (size_t) state->stride + last;
	RowSums all = {dd_two_sum(hi[0], lo[0]), dd_two_sum(hi[last], lo[last])};
	DoubleDouble raw = dd_two_sum(hi[corner], lo[corner]);
	double total = dd_subtract(raw, explained_by_mean(all)).hi;
	int32_t j;
	int32_t groups;

	if (!(total > CONSTANT * raw.hi))
		return;
	for (j = 0; j < state->n_numbers; j++)
		strength[j] = share_of(number_share(state, hi, lo, j, all), total);
	for (j = 0; j < state->n_categories; j++)
	{
		double share = share_of(category_share(state, j, all, &groups), total);

		strength[state->n_numbers + j] = adjusted(share, state->rows, groups);
	}
}

Status
least_squares_lone_strengths(LeastSquares *state, const Allocator *allocator, double *strength)
{
	size_t entries = least_squares_entries(state);
	double *hi = memory_allocate(allocator, entries, sizeof(double));
	double *lo = memory_allocate(allocator, entries, sizeof(double));
	Status status = KERNEL_OUT_OF_MEMORY;

	memset(strength, 0,
		   sizeof(double) * ((size_t) state->n_numbers + (size_t) state->n_categories));
	least_squares_settle(state);
	if (hi != NULL && lo != NULL)
		status = least_squares_raw_sums(state, allocator, hi, lo);
	if (status == KERNEL_OK)
		fill_strengths(state, hi, lo, strength);
	memory_release(allocator, hi, entries, sizeof(double));
	memory_release(allocator, lo, entries, sizeof(double));
	return status;
}
