/*
 * least_squares.c: sums from rows, merging, and the facts that a design needs.
 */
#include "kernel/linear/least_squares.h"

#include <math.h>
#include <string.h>

#include "kernel/linear/least_squares_state.h"

static void
fill_ones(double *weights, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		weights[i] = 1.0;
}

static LeastSquares *
create(const Allocator *allocator, int32_t n_numbers, int32_t n_categories, bool is_wide)
{
	LeastSquares *state = memory_allocate_zero(allocator, 1, sizeof(LeastSquares));
	size_t stride;

	if (state == NULL)
		return NULL;
	state->n_numbers = n_numbers;
	state->n_categories = n_categories;
	state->width = n_numbers + 2;
	state->stride = gram_stride(state->width);
	state->is_wide = is_wide;
	stride = (size_t) state->stride;
	state->block_capacity = FIRST_ROWS;
	state->block = memory_allocate_zero(allocator, FIRST_ROWS * stride, sizeof(double));
	state->block_weights = memory_allocate(allocator, FIRST_ROWS, sizeof(double));
	state->active =
		memory_allocate(allocator, (size_t) n_numbers + (size_t) n_categories, sizeof(int32_t));
	state->missing = memory_allocate(allocator, (size_t) n_numbers + 3, sizeof(int32_t));
	if (state->is_wide)
		state->clean = memory_allocate_zero(allocator, stride, sizeof(double));
	if (state->block_weights != NULL)
		fill_ones(state->block_weights, FIRST_ROWS);
	state->lacking = memory_allocate_zero(allocator, (size_t) n_numbers, sizeof(uint32_t));
	if (state->block == NULL || state->block_weights == NULL || state->active == NULL ||
		state->missing == NULL || state->lacking == NULL ||
		(state->is_wide && state->clean == NULL) ||
		indicators_begin(&state->indicators, allocator, n_numbers, n_categories, state->stride) !=
			KERNEL_OK)
	{
		least_squares_release(state, allocator);
		return NULL;
	}
	return state;
}

LeastSquares *
least_squares_create(const Allocator *allocator, int32_t n_numbers, int32_t n_categories)
{
	return create(allocator, n_numbers, n_categories, n_numbers > LEAST_SQUARES_EXACT);
}

LeastSquares *
least_squares_create_exact(const Allocator *allocator, int32_t n_numbers, int32_t n_categories)
{
	return create(allocator, n_numbers, n_categories, false);
}

LeastSquares *
least_squares_create_like(const Allocator *allocator, const LeastSquares *model)
{
	LeastSquares *state = least_squares_create(allocator, model->n_numbers, model->n_categories);
	size_t stride = (size_t) model->stride;

	if (state == NULL || model->shift == NULL)
		return state;
	state->shift = memory_allocate(allocator, stride, sizeof(double));
	if (state->shift == NULL)
	{
		least_squares_release(state, allocator);
		return NULL;
	}
	memcpy(state->shift, model->shift, stride * sizeof(double));
	return state;
}

void
least_squares_release(LeastSquares *state, const Allocator *allocator)
{
	size_t capacity;
	size_t stride;

	if (state == NULL)
		return;
	capacity = (size_t) state->block_capacity;
	stride = (size_t) state->stride;
	indicators_release(&state->indicators, allocator);
	memory_release(allocator, state->hi, least_squares_entries(state), sizeof(double));
	memory_release(allocator, state->lo, least_squares_entries(state), sizeof(double));
	memory_release(allocator, state->shift, stride, sizeof(double));
	memory_release(allocator, state->block, capacity * stride, sizeof(double));
	memory_release(allocator, state->block_weights, capacity, sizeof(double));
	memory_release(allocator, state->strips, WIDE_ROWS * stride, sizeof(double));
	memory_release(allocator, state->clean, stride, sizeof(double));
	memory_release(allocator, state->active,
				   (size_t) state->n_numbers + (size_t) state->n_categories, sizeof(int32_t));
	memory_release(allocator, state->missing, (size_t) state->n_numbers + 3, sizeof(int32_t));
	memory_release(allocator, state->lacking, (size_t) state->n_numbers, sizeof(uint32_t));
	memory_release(allocator, state, 1, sizeof(LeastSquares));
}

Status
least_squares_allocate_sums(LeastSquares *state, const Allocator *allocator)
{
	size_t entries = least_squares_entries(state);
	double *hi = memory_allocate_zero(allocator, entries, sizeof(double));
	double *lo = memory_allocate_zero(allocator, entries, sizeof(double));

	if (hi == NULL || lo == NULL)
	{
		memory_release(allocator, hi, entries, sizeof(double));
		memory_release(allocator, lo, entries, sizeof(double));
		return KERNEL_OUT_OF_MEMORY;
	}
	state->hi = hi;
	state->lo = lo;
	return KERNEL_OK;
}

/* Twice as many rows in the block. */
static Status
grow_block(LeastSquares *state, const Allocator *allocator)
{
	size_t stride = (size_t) state->stride;
	size_t old = (size_t) state->block_capacity;
	double *block = memory_allocate_zero(allocator, 2 * old * stride, sizeof(double));
	double *weights = memory_allocate(allocator, 2 * old, sizeof(double));

	if (block == NULL || weights == NULL)
	{
		memory_release(allocator, block, 2 * old * stride, sizeof(double));
		memory_release(allocator, weights, 2 * old, sizeof(double));
		return KERNEL_OUT_OF_MEMORY;
	}
	memcpy(block, state->block, old * stride * sizeof(double));
	memcpy(weights, state->block_weights, old * sizeof(double));
	fill_ones(weights + old, old);
	memory_release(allocator, state->block, old * stride, sizeof(double));
	memory_release(allocator, state->block_weights, old, sizeof(double));
	state->block = block;
	state->block_weights = weights;
	state->block_capacity *= 2;
	return KERNEL_OK;
}

void
least_squares_settle(LeastSquares *state)
{
	Indicators *set = &state->indicators;
	int32_t j;

	if (!state->has_lacking)
		return;
	for (j = 0; j < state->n_numbers; j++)
		state->active[j] = set->slots[j].missing;
	gram_add_sets(set->hi, set->lo, state->active, state->lacking, state->n_numbers, state->block,
				  state->n_block, state->stride);
	if (set->missing_counts != NULL)
		gram_count_pairs(set->missing_counts, state->lacking, state->n_numbers);
	memset(state->lacking, 0, (size_t) state->n_numbers * sizeof(uint32_t));
	state->has_lacking = false;
}

/* Makes room in a full block: a larger one, or its rows go into the sums. */
static Status
empty_block(LeastSquares *state, const Allocator *allocator)
{
	Status status = KERNEL_OK;

	if (state->block_capacity < least_squares_block_rows(state))
		return grow_block(state, allocator);
	least_squares_settle(state);
	if (state->hi == NULL)
		status = least_squares_allocate_sums(state, allocator);
	if (status == KERNEL_OK && state->is_wide && state->strips == NULL)
	{
		state->strips =
			memory_allocate(allocator, WIDE_ROWS * (size_t) state->stride, sizeof(double));
		if (state->strips == NULL)
			status = KERNEL_OUT_OF_MEMORY;
	}
	if (status == KERNEL_OK && state->is_wide)
		status = wide_sums_add_block(state, allocator, state->hi, state->lo, state->strips);
	else if (status == KERNEL_OK)
		gram_add(state->hi, state->lo, state->block, state->block_weights, state->n_block,
				 state->width);
	if (status != KERNEL_OK)
		return status;
	if (state->has_weights)
		fill_ones(state->block_weights, (size_t) state->block_capacity);
	state->has_weights = false;
	state->n_block = 0;
	return KERNEL_OK;
}

/* The row's indicators into state->active: of the n_missing numbers in state->missing, then of codes. */
static Status
find_active(LeastSquares *state, const Allocator *allocator, const int32_t *codes,
			int32_t n_missing)
{
	Indicators *set = &state->indicators;
	Status status;
	int32_t j;

	for (j = 0; j < n_missing; j++)
	{
		int32_t slot = state->missing[j];

		state->active[j] = set->slots[slot].missing;
		if (state->active[j] >= 0)
			continue;
		status = indicators_find(set, allocator, slot, -1, &state->active[j]);
		if (status != KERNEL_OK)
			return status;
	}
	for (j = 0; j < state->n_categories; j++)
	{
		status = indicators_find(set, allocator, state->n_numbers + j, codes[j],
								 &state->active[n_missing + j]);
		if (status != KERNEL_OK)
			return status;
	}
	return KERNEL_OK;
}

/* Adds z to the sums of the row's indicators, and its weight to their pairs. */
static Status
add_active(LeastSquares *state, const Allocator *allocator, int32_t n_missing, const int32_t *codes,
		   const double *z, double weight)
{
	Indicators *set = &state->indicators;
	int32_t n_active = n_missing + state->n_categories;
	Status status = find_active(state, allocator, codes, n_missing);
	int32_t i;
	int32_t j;

	if (status == KERNEL_OK)
		status = indicators_add_missing(set, allocator, state->missing, n_missing, weight);
	if (status != KERNEL_OK)
		return status;
	gram_add_to_rows(set->hi, set->lo, state->active, n_active, z, weight, set->stride);
	for (i = n_missing; i < n_active; i++)
	{
		for (j = 0; j < i; j++)
		{
			status = indicators_add_pair(set, allocator, state->active[i], state->active[j],
										 dd_from(weight));
			if (status != KERNEL_OK)
				return status;
		}
	}
	return KERNEL_OK;
}

/* Indicators for these numbers, and room for their pairs. */
static Status
know_missing(LeastSquares *state, const Allocator *allocator, uint64_t missing)
{
	Indicators *set = &state->indicators;
	uint64_t left;

	for (left = missing & ~state->known; left != 0; left &= left - 1)
	{
		int32_t indicator;
		Status status = indicators_find(set, allocator, __builtin_ctzll(left), -1, &indicator);

		if (status != KERNEL_OK)
			return status;
	}
	state->known |= missing;
	return (missing & (missing - 1)) != 0 ? indicators_allocate_counts(set, allocator) : KERNEL_OK;
}

/* The row's numbers into the block's next row, and those it lacks into the sets. */
static Status
add_waiting(LeastSquares *state, const Allocator *allocator, double *row, const double *numbers)
{
	uint64_t missing = gram_clean_row(row + 1, numbers, state->n_numbers);

	if (missing == 0)
		return KERNEL_OK;
	if ((missing & ~state->known) != 0 ||
		((missing & (missing - 1)) != 0 && state->indicators.missing_counts == NULL))
	{
		Status status = know_missing(state, allocator, missing);

		if (status != KERNEL_OK)
			return status;
	}
	for (; missing != 0; missing &= missing - 1)
		state->lacking[__builtin_ctzll(missing)] |= UINT32_C(1) << state->n_block;
	state->has_lacking = true;
	return KERNEL_OK;
}

/* The row's numbers into `clean`, which ends with the target, and into the sums of its indicators. */
static Status
add_at_once(LeastSquares *state, const Allocator *allocator, double *clean, const double *numbers,
			const int32_t *codes, double weight)
{
	int32_t n_missing = gram_copy_row(clean + 1, numbers, state->n_numbers, state->missing);

	if (n_missing + state->n_categories == 0)
		return KERNEL_OK;
	return add_active(state, allocator, n_missing, codes, clean, weight);
}

void
least_squares_prefetch(const LeastSquares *state)
{
	const double *row = state->block + (size_t) state->n_block * (size_t) state->stride;

	__builtin_prefetch(row, 1);
	__builtin_prefetch(row + 7, 1);
}

Status
least_squares_add(LeastSquares *state, const Allocator *allocator, const double *numbers,
				  const int32_t *codes, double target, double weight)
{
	int32_t n = state->n_numbers;
	double *row;
	double *clean;
	Status status;

	if (state->n_block == state->block_capacity)
	{
		status = empty_block(state, allocator);
		if (status != KERNEL_OK)
			return status;
	}
	row = state->block + (size_t) state->n_block * (size_t) state->stride;
	clean = state->is_wide ? state->clean : row;
	clean[0] = 1.0;
	clean[1 + n] = target;
	if (weight == 1.0 && n <= LEAST_SQUARES_EXACT && state->n_categories == 0)
		status = add_waiting(state, allocator, row, numbers);
	else
		status = add_at_once(state, allocator, clean, numbers, codes, weight);
	if (status != KERNEL_OK)
		return status;
	if (state->is_wide)
	{
		row[0] = 1.0;
		memcpy(row + 1, numbers, (size_t) n * sizeof(double));
		row[1 + n] = target;
	}
	least_squares_set_weight(state, weight);
	state->n_block++;
	state->rows++;
	return KERNEL_OK;
}

Status
least_squares_raw_sums(const LeastSquares *state, const Allocator *allocator, double *hi,
					   double *lo)
{
	size_t size = least_squares_entries(state) * sizeof(double);
	size_t n_strips = (size_t) state->n_block * (size_t) state->stride;
	LeastSquares copy = *state;
	double *strips;
	Status status;
	int32_t i;
	int32_t j;

	memset(hi, 0, size);
	memset(lo, 0, size);
	if (state->hi != NULL)
	{
		memcpy(hi, state->hi, size);
		memcpy(lo, state->lo, size);
	}
	if (!state->is_wide)
	{
		gram_add(hi, lo, state->block, state->block_weights, state->n_block, state->width);
		return KERNEL_OK;
	}
	strips = memory_allocate(allocator, n_strips, sizeof(double));
	status = strips == NULL ? KERNEL_OUT_OF_MEMORY :
							  wide_sums_add_block(&copy, allocator, hi, lo, strips);
	memory_release(allocator, strips, n_strips, sizeof(double));
	/* Last row first: an entry needs only the first row besides itself. */
	for (i = state->width - 1; i >= 0 && status == KERNEL_OK; i--)
	{
		for (j = state->width - 1; j >= i; j--)
		{
			size_t place = (size_t) i * (size_t) state->stride + (size_t) j;
			DoubleDouble sum = wide_sums_moved(&copy, hi, lo, copy.shift, i, j);

			hi[place] = sum.hi;
			lo[place] = sum.lo;
		}
	}
	if (copy.shift != state->shift)
		memory_release(allocator, copy.shift, (size_t) state->stride, sizeof(double));
	return status;
}

/* Adds all of from's rows, moved from its shift to into's; hi, lo: room for from's sums. */
static Status
merge_wide_sums(LeastSquares *into, const Allocator *allocator, const LeastSquares *from,
				double *hi, double *lo)
{
	LeastSquares copy = *from;
	size_t n_strips = (size_t) from->n_block * (size_t) from->stride;
	double *strips = memory_allocate(allocator, n_strips, sizeof(double));
	Status status;
	int32_t i;
	int32_t j;

	memcpy(hi, from->hi, least_squares_entries(from) * sizeof(double));
	memcpy(lo, from->lo, least_squares_entries(from) * sizeof(double));
	status = strips == NULL ? KERNEL_OUT_OF_MEMORY :
							  wide_sums_add_block(&copy, allocator, hi, lo, strips);
	memory_release(allocator, strips, n_strips, sizeof(double));
	if (status != KERNEL_OK)
		return status;
	if (memcmp(from->shift, into->shift, (size_t) into->width * sizeof(double)) == 0)
	{
		indicators_add_sums(into->hi, into->lo, hi, lo, least_squares_entries(into));
		return KERNEL_OK;
	}
	/* The scratch row of `into` holds the way from one shift to the other. */
	for (j = 0; j < into->stride; j++)
		into->clean[j] = from->shift[j] - into->shift[j];
	for (i = 0; i < into->width; i++)
	{
		for (j = i; j < into->width; j++)
		{
			size_t place = (size_t) i * (size_t) into->stride + (size_t) j;
			DoubleDouble moved = wide_sums_moved(from, hi, lo, into->clean, i, j);

			indicators_add_sums(&into->hi[place], &into->lo[place], &moved.hi, &moved.lo, 1);
		}
	}
	memset(into->clean, 0, (size_t) into->stride * sizeof(double));
	return KERNEL_OK;
}

/* Adds from's sums, which exist. */
static Status
merge_sums(LeastSquares *into, const Allocator *allocator, const LeastSquares *from)
{
	size_t stride = (size_t) into->stride;
	double *shift = NULL;

	if (into->is_wide && into->shift == NULL)
	{
		shift = memory_allocate(allocator, stride, sizeof(double));
		if (shift == NULL)
			return KERNEL_OUT_OF_MEMORY;
		memcpy(shift, from->shift, stride * sizeof(double));
		into->shift = shift;
	}
	if (into->hi == NULL)
	{
		Status status = least_squares_allocate_sums(into, allocator);

		if (status != KERNEL_OK)
			return status;
	}
	if (into->is_wide)
	{
		size_t entries = least_squares_entries(from);
		double *hi = memory_allocate(allocator, entries, sizeof(double));
		double *lo = memory_allocate(allocator, entries, sizeof(double));
		Status status = hi != NULL && lo != NULL ? merge_wide_sums(into, allocator, from, hi, lo) :
												   KERNEL_OUT_OF_MEMORY;

		memory_release(allocator, hi, entries, sizeof(double));
		memory_release(allocator, lo, entries, sizeof(double));
		return status;
	}
	indicators_add_sums(into->hi, into->lo, from->hi, from->lo, least_squares_entries(into));
	return KERNEL_OK;
}

/* Adds the rows that from has not summed yet. */
static Status
merge_block(LeastSquares *into, const Allocator *allocator, const LeastSquares *from)
{
	size_t stride = (size_t) into->stride;
	int32_t k;

	for (k = 0; k < from->n_block; k++)
	{
		if (into->n_block == into->block_capacity)
		{
			Status status = empty_block(into, allocator);

			if (status != KERNEL_OK)
				return status;
		}
		memcpy(into->block + (size_t) into->n_block * stride, from->block + (size_t) k * stride,
			   stride * sizeof(double));
		least_squares_set_weight(into, from->block_weights[k]);
		into->n_block++;
	}
	return KERNEL_OK;
}

/* Scratch for the rows of a dataset. */
typedef struct DatasetRow
{
	double *numbers; /* n_all */
	int32_t *codes;	 /* n_categories */
	int32_t n_all;	 /* numbers of the dataset, rests among them */
} DatasetRow;

static Status
add_block_rows(LeastSquares *state, const Allocator *allocator, const DatasetBlock *block,
			   DatasetRow *row)
{
	size_t capacity = (size_t) block->capacity;
	const double *rests = row->n_all > state->n_numbers ? row->numbers + state->n_numbers : NULL;
	Status status = KERNEL_OK;
	int32_t i;
	int32_t j;

	for (i = 0; i < block->n && status == KERNEL_OK; i++)
	{
		double weight = block->weight != NULL ? block->weight[i] : 1.0;

		for (j = 0; j < row->n_all; j++)
			row->numbers[j] = block->numbers[(size_t) j * capacity + (size_t) i];
		for (j = 0; j < state->n_categories; j++)
			row->codes[j] = block->codes[(size_t) j * capacity + (size_t) i];
		status =
			least_squares_add(state, allocator, row->numbers, row->codes, block->target[i], weight);
		if (status == KERNEL_OK && rests != NULL)
			status =
				least_squares_add_rests(state, allocator, row->numbers, row->codes, rests, weight);
	}
	return status;
}

Status
least_squares_add_dataset(LeastSquares *state, const Allocator *allocator, const Dataset *dataset,
						  const StopCheck *stop)
{
	size_t n_all = (size_t) dataset->n_numbers;
	size_t n_categories = (size_t) state->n_categories;
	DatasetRow row = {.numbers = memory_allocate(allocator, n_all, sizeof(double)),
					  .codes = memory_allocate(allocator, n_categories, sizeof(int32_t)),
					  .n_all = dataset->n_numbers};
	Status status = row.numbers != NULL && row.codes != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	int32_t b;

	for (b = 0; b < dataset->n_blocks && status == KERNEL_OK; b++)
	{
		const DatasetBlock *block;

		status = stop_requested(stop) ? KERNEL_STOPPED : dataset_block(dataset, b, &block);
		if (status == KERNEL_OK)
			status = add_block_rows(state, allocator, block, &row);
	}
	memory_release(allocator, row.numbers, n_all, sizeof(double));
	memory_release(allocator, row.codes, n_categories, sizeof(int32_t));
	return status;
}

Status
least_squares_merge(LeastSquares *into, const Allocator *allocator, LeastSquares *from,
					const int32_t *const *code_maps)
{
	Status status = KERNEL_OK;

	least_squares_settle(from);
	if (from->hi != NULL)
		status = merge_sums(into, allocator, from);
	if (status == KERNEL_OK && !(from->hi != NULL && from->is_wide))
		status = merge_block(into, allocator, from);
	if (status == KERNEL_OK)
		status = indicators_merge(&into->indicators, allocator, &from->indicators, code_maps);
	if (status == KERNEL_OK && __builtin_add_overflow(into->rows, from->rows, &into->rows))
		status = KERNEL_TOO_LARGE;
	return status;
}

int32_t
least_squares_numbers(const LeastSquares *state)
{
	return state->n_numbers;
}

int32_t
least_squares_categories(const LeastSquares *state)
{
	return state->n_categories;
}

int64_t
least_squares_rows(const LeastSquares *state)
{
	return state->rows;
}

/* The sum of entry k of z over all rows; missing: weight of the rows without it. */
static DoubleDouble
entry_sum(const LeastSquares *state, int32_t k, DoubleDouble missing)
{
	DoubleDouble sum = dd_from(0.0);
	int32_t i;

	for (i = 0; i < state->n_block; i++)
	{
		double x = state->block[(size_t) i * (size_t) state->stride + (size_t) k];

		if (x == x)
			sum = dd_add(sum, dd_two_product(state->block_weights[i], x));
		else
			missing = dd_add_double(missing, -state->block_weights[i]);
	}
	if (state->hi == NULL)
		return sum;
	sum = dd_add(sum, dd_two_sum(state->hi[k], state->lo[k]));
	if (state->shift != NULL)
		sum =
			dd_add(sum,
				   dd_multiply_double(dd_subtract(dd_two_sum(state->hi[0], state->lo[0]), missing),
									  state->shift[k]));
	return sum;
}

double
least_squares_weight(const LeastSquares *state)
{
	return entry_sum(state, 0, dd_from(0.0)).hi;
}

int32_t
least_squares_codes(const LeastSquares *state, int32_t category)
{
	return state->indicators.slots[state->n_numbers + category].n_codes;
}

void
least_squares_number_facts(LeastSquares *state, NumberFacts *facts)
{
	DoubleDouble total = entry_sum(state, 0, dd_from(0.0));
	int32_t j;

	least_squares_settle(state);
	for (j = 0; j < state->n_numbers; j++)
	{
		DoubleDouble missing =
			indicators_sum(&state->indicators, state->indicators.slots[j].missing, 0);
		DoubleDouble present = dd_subtract(total, missing);

		facts[j].missing = missing.hi;
		facts[j].present = present.hi;
		facts[j].mean =
			present.hi > 0.0 ? dd_divide(entry_sum(state, 1 + j, missing), present).hi : 0.0;
	}
}

void
least_squares_level_weights(const LeastSquares *state, int32_t category, double *level_weight,
							int32_t n_codes, double *missing_weight)
{
	const IndicatorSlot *slot = &state->indicators.slots[state->n_numbers + category];
	int32_t code;

	for (code = 0; code < n_codes; code++)
		level_weight[code] = code < slot->n_codes ?
			indicators_sum(&state->indicators, slot->of_code[code], 0).hi :
			0.0;
	*missing_weight = indicators_sum(&state->indicators, slot->missing, 0).hi;
}

int32_t
least_squares_largest(const LeastSquares *state, double *square)
{
	int32_t largest = 0;
	int32_t i;
	int32_t r;

	*square = -1.0;
	for (i = 1; i < state->width; i++)
	{
		size_t place = (size_t) i * (size_t) state->stride + (size_t) i;
		double sum = state->hi != NULL ? state->hi[place] : 0.0;

		for (r = 0; r < state->n_block; r++)
		{
			double value = state->block[(size_t) r * (size_t) state->stride + (size_t) i];

			sum += isnan(value) ? 0.0 : value * value;
		}
		if (isnan(sum) || sum > *square)
		{
			*square = isnan(sum) ? (double) INFINITY : sum;
			largest = i - 1;
		}
	}
	return largest;
}
