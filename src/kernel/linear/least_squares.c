/*
 * least_squares.c: sums from rows, merging and bytes.
 */
#include "kernel/linear/least_squares.h"

#include <math.h>
#include <string.h>

#include "kernel/base/hash.h"
#include "kernel/linear/gram_simd.h"
#include "kernel/linear/least_squares_state.h"

#define FIRST_INDICATORS 4
#define FIRST_PAIRS 16
#define MAX_SLOTS 100000

static size_t
matrix_size(const LeastSquares *state)
{
	return (size_t) state->width * (size_t) state->stride;
}

static int32_t
n_slots(const LeastSquares *state)
{
	return state->n_numbers + state->n_categories;
}

LeastSquares *
least_squares_create(const Allocator *allocator, int32_t n_numbers, int32_t n_categories)
{
	LeastSquares *state = memory_allocate_zero(allocator, 1, sizeof(LeastSquares));
	int32_t		i;

	if (state == NULL)
		return NULL;
	state->n_numbers = n_numbers;
	state->n_categories = n_categories;
	state->width = n_numbers + 2;
	state->stride = gram_stride(state->width);
	state->hi = memory_allocate_zero(allocator, matrix_size(state), sizeof(double));
	state->lo = memory_allocate_zero(allocator, matrix_size(state), sizeof(double));
	state->z = memory_allocate_zero(allocator, (size_t) state->stride, sizeof(double));
	state->active = memory_allocate(allocator, (size_t) n_slots(state), sizeof(int32_t));
	state->slots = memory_allocate_zero(allocator, (size_t) n_slots(state), sizeof(IndicatorSlot));
	if (state->hi == NULL || state->lo == NULL || state->z == NULL || state->active == NULL ||
		state->slots == NULL)
	{
		least_squares_release(state, allocator);
		return NULL;
	}
	for (i = 0; i < n_slots(state); i++)
		state->slots[i].missing = -1;
	return state;
}

void
least_squares_release(LeastSquares *state, const Allocator *allocator)
{
	size_t		indicators;
	int32_t		i;

	if (state == NULL)
		return;
	indicators = (size_t) state->indicators_capacity * (size_t) state->stride;
	for (i = 0; state->slots != NULL && i < n_slots(state); i++)
		memory_release(allocator, state->slots[i].of_code, (size_t) state->slots[i].capacity,
					   sizeof(int32_t));
	memory_release(allocator, state->hi, matrix_size(state), sizeof(double));
	memory_release(allocator, state->lo, matrix_size(state), sizeof(double));
	memory_release(allocator, state->z, (size_t) state->stride, sizeof(double));
	memory_release(allocator, state->active, (size_t) n_slots(state), sizeof(int32_t));
	memory_release(allocator, state->slots, (size_t) n_slots(state), sizeof(IndicatorSlot));
	memory_release(allocator, state->indicator_hi, indicators, sizeof(double));
	memory_release(allocator, state->indicator_lo, indicators, sizeof(double));
	memory_release(allocator, state->pairs.keys, state->pairs.size, sizeof(uint64_t));
	memory_release(allocator, state->pairs.weights, state->pairs.size, sizeof(double));
	memory_release(allocator, state, 1, sizeof(LeastSquares));
}

/* A new indicator with empty sums. */
static Status
add_indicator(LeastSquares *state, const Allocator *allocator, int32_t *indicator)
{
	size_t		stride = (size_t) state->stride;
	size_t		old = (size_t) state->indicators_capacity;

	if (state->n_indicators == state->indicators_capacity)
	{
		size_t		capacity = old > 0 ? old * 2 : FIRST_INDICATORS;
		double	   *hi;
		double	   *lo;

		if (capacity > INT32_MAX / 2)
			return KERNEL_TOO_LARGE;
		hi = memory_reallocate(allocator, state->indicator_hi, old * stride, capacity * stride,
							   sizeof(double));
		if (hi == NULL)
			return KERNEL_OUT_OF_MEMORY;
		state->indicator_hi = hi;
		lo = memory_reallocate(allocator, state->indicator_lo, old * stride, capacity * stride,
							   sizeof(double));
		if (lo == NULL)
		{
			/* Back to the old size, so that both have the capacity that release expects. */
			hi = memory_reallocate(allocator, state->indicator_hi, capacity * stride, old * stride,
								   sizeof(double));
			if (hi != NULL)
				state->indicator_hi = hi;
			return KERNEL_OUT_OF_MEMORY;
		}
		state->indicator_lo = lo;
		state->indicators_capacity = (int32_t) capacity;
	}
	*indicator = state->n_indicators++;
	memset(state->indicator_hi + (size_t) *indicator * stride, 0, stride * sizeof(double));
	memset(state->indicator_lo + (size_t) *indicator * stride, 0, stride * sizeof(double));
	return KERNEL_OK;
}

/* The indicator of a category code, made when the code is new. */
static Status
code_indicator(LeastSquares *state, const Allocator *allocator, IndicatorSlot *slot, int32_t code,
			   int32_t *indicator)
{
	if (code >= slot->n_codes)
	{
		if (code >= slot->capacity)
		{
			int32_t		capacity = slot->capacity > 0 ? slot->capacity : 8;
			int32_t    *of_code;

			while (capacity <= code)
				capacity = capacity > INT32_MAX / 2 ? INT32_MAX : capacity * 2;
			of_code = memory_reallocate(allocator, slot->of_code, (size_t) slot->capacity,
										(size_t) capacity, sizeof(int32_t));
			if (of_code == NULL)
				return KERNEL_OUT_OF_MEMORY;
			slot->of_code = of_code;
			slot->capacity = capacity;
		}
		while (slot->n_codes <= code)
			slot->of_code[slot->n_codes++] = -1;
	}
	*indicator = slot->of_code[code];
	if (*indicator >= 0)
		return KERNEL_OK;
	if (add_indicator(state, allocator, indicator) != KERNEL_OK)
		return KERNEL_OUT_OF_MEMORY;
	slot->of_code[code] = *indicator;
	return KERNEL_OK;
}

static Status
missing_indicator(LeastSquares *state, const Allocator *allocator, IndicatorSlot *slot,
				  int32_t *indicator)
{
	Status		status;

	*indicator = slot->missing;
	if (*indicator >= 0)
		return KERNEL_OK;
	status = add_indicator(state, allocator, indicator);
	if (status == KERNEL_OK)
		slot->missing = *indicator;
	return status;
}

static uint64_t
pair_key(int32_t a, int32_t b)
{
	uint64_t	low = (uint64_t) (a < b ? a : b);
	uint64_t	high = (uint64_t) (a < b ? b : a);

	return (low << 32 | high) + 1;
}

/* The place of a key, or the free one where it belongs. */
static uint32_t
pair_place(const PairTable *pairs, uint64_t key)
{
	uint32_t	mask = pairs->size - 1;
	uint32_t	place = (uint32_t) hash_mix(key) & mask;

	while (pairs->keys[place] != 0 && pairs->keys[place] != key)
		place = (place + 1) & mask;
	return place;
}

double
pair_table_weight(const PairTable *pairs, int32_t a, int32_t b)
{
	uint32_t	place;

	if (pairs->size == 0)
		return 0.0;
	place = pair_place(pairs, pair_key(a, b));
	return pairs->keys[place] != 0 ? pairs->weights[place] : 0.0;
}

static Status
pair_table_grow(PairTable *pairs, const Allocator *allocator)
{
	PairTable	grown = {.size = pairs->size > 0 ? pairs->size * 2 : FIRST_PAIRS};
	uint32_t	i;

	if (pairs->size > UINT32_MAX / 4)
		return KERNEL_TOO_LARGE;
	grown.keys = memory_allocate_zero(allocator, grown.size, sizeof(uint64_t));
	grown.weights = memory_allocate_zero(allocator, grown.size, sizeof(double));
	if (grown.keys == NULL || grown.weights == NULL)
	{
		memory_release(allocator, grown.keys, grown.size, sizeof(uint64_t));
		memory_release(allocator, grown.weights, grown.size, sizeof(double));
		return KERNEL_OUT_OF_MEMORY;
	}
	for (i = 0; i < pairs->size; i++)
	{
		uint32_t	place;

		if (pairs->keys[i] == 0)
			continue;
		place = pair_place(&grown, pairs->keys[i]);
		grown.keys[place] = pairs->keys[i];
		grown.weights[place] = pairs->weights[i];
	}
	grown.n = pairs->n;
	memory_release(allocator, pairs->keys, pairs->size, sizeof(uint64_t));
	memory_release(allocator, pairs->weights, pairs->size, sizeof(double));
	*pairs = grown;
	return KERNEL_OK;
}

static Status
pair_table_add(PairTable *pairs, const Allocator *allocator, uint64_t key, double weight)
{
	uint32_t	place;

	if (2 * (pairs->n + 1) > pairs->size)
	{
		Status		status = pair_table_grow(pairs, allocator);

		if (status != KERNEL_OK)
			return status;
	}
	place = pair_place(pairs, key);
	pairs->n += pairs->keys[place] == 0;
	pairs->keys[place] = key;
	pairs->weights[place] += weight;
	return KERNEL_OK;
}

/* Collects the row's indicators in state->active. */
static Status
find_active(LeastSquares *state, const Allocator *allocator, const double *numbers,
			const int32_t *codes, int32_t *n_active)
{
	int32_t		n = 0;
	int32_t		j;
	Status		status;

	for (j = 0; j < state->n_numbers; j++)
	{
		if (numbers[j] == numbers[j])
			continue;
		status = missing_indicator(state, allocator, &state->slots[j], &state->active[n++]);
		if (status != KERNEL_OK)
			return status;
	}
	for (j = 0; j < state->n_categories; j++)
	{
		IndicatorSlot *slot = &state->slots[state->n_numbers + j];

		status = codes[j] == CODE_MISSING ?
			missing_indicator(state, allocator, slot, &state->active[n++]) :
			code_indicator(state, allocator, slot, codes[j], &state->active[n++]);
		if (status != KERNEL_OK)
			return status;
	}
	*n_active = n;
	return KERNEL_OK;
}

Status
least_squares_add(LeastSquares *state, const Allocator *allocator, const double *numbers,
				  const int32_t *codes, double target, double weight)
{
	int32_t		n = state->n_numbers;
	bool		is_complete = true;
	int32_t		n_active = 0;
	int32_t		i;
	int32_t		j;
	Status		status;

	state->z[0] = 1.0;
	for (j = 0; j < n; j++)
	{
		bool		present = numbers[j] == numbers[j];

		state->z[1 + j] = present ? numbers[j] : 0.0;
		is_complete &= present;
	}
	state->z[1 + n] = target;
	if (!is_complete || state->n_categories > 0)
	{
		status = find_active(state, allocator, numbers, codes, &n_active);
		if (status != KERNEL_OK)
			return status;
	}
	gram_add(state->hi, state->lo, state->z, weight, state->width);
	for (i = 0; i < n_active; i++)
	{
		size_t		row = (size_t) state->active[i] * (size_t) state->stride;

		gram_add_row(state->indicator_hi + row, state->indicator_lo + row, state->z, weight,
					 state->width);
		for (j = 0; j < i; j++)
		{
			status = pair_table_add(&state->pairs, allocator,
									pair_key(state->active[i], state->active[j]), weight);
			if (status != KERNEL_OK)
				return status;
		}
	}
	state->rows++;
	return KERNEL_OK;
}

/* hi + lo += other_hi + other_lo, n sums. */
static void
add_sums(double *hi, double *lo, const double *other_hi, const double *other_lo, size_t n)
{
	size_t		i;

	for (i = 0; i < n; i++)
	{
		DoubleDouble sum = dd_add(dd_two_sum(hi[i], lo[i]), dd_two_sum(other_hi[i], other_lo[i]));

		hi[i] = sum.hi;
		lo[i] = sum.lo;
	}
}

/* What each of from's indicators is called in into. */
static Status
map_indicators(LeastSquares *into, const Allocator *allocator, const LeastSquares *from,
			   const int32_t *const *code_maps, int32_t *map)
{
	int32_t		i;
	int32_t		code;
	Status		status;

	for (i = 0; i < n_slots(from); i++)
	{
		const IndicatorSlot *slot = &from->slots[i];

		if (slot->missing >= 0)
		{
			status = missing_indicator(into, allocator, &into->slots[i], &map[slot->missing]);
			if (status != KERNEL_OK)
				return status;
		}
		for (code = 0; code < slot->n_codes; code++)
		{
			if (slot->of_code[code] < 0)
				continue;
			status = code_indicator(into, allocator, &into->slots[i],
									code_maps[i - from->n_numbers][code],
									&map[slot->of_code[code]]);
			if (status != KERNEL_OK)
				return status;
		}
	}
	return KERNEL_OK;
}

Status
least_squares_merge(LeastSquares *into, const Allocator *allocator, const LeastSquares *from,
					const int32_t *const *code_maps)
{
	size_t		n = (size_t) from->n_indicators;
	size_t		stride = (size_t) into->stride;
	int32_t    *map = memory_allocate(allocator, n, sizeof(int32_t));
	Status		status;
	uint32_t	i;

	if (map == NULL)
		return KERNEL_OUT_OF_MEMORY;
	status = map_indicators(into, allocator, from, code_maps, map);
	add_sums(into->hi, into->lo, from->hi, from->lo, matrix_size(into));
	for (i = 0; i < n && status == KERNEL_OK; i++)
		add_sums(into->indicator_hi + (size_t) map[i] * stride,
				 into->indicator_lo + (size_t) map[i] * stride, from->indicator_hi + i * stride,
				 from->indicator_lo + i * stride, stride);
	for (i = 0; i < from->pairs.size && status == KERNEL_OK; i++)
	{
		uint64_t	key = from->pairs.keys[i] - 1;

		if (from->pairs.keys[i] != 0)
			status = pair_table_add(&into->pairs, allocator,
									pair_key(map[key >> 32], map[key & UINT32_MAX]),
									from->pairs.weights[i]);
	}
	into->rows += from->rows;
	memory_release(allocator, map, n, sizeof(int32_t));
	return status;
}

int64_t
least_squares_rows(const LeastSquares *state)
{
	return state->rows;
}

double
least_squares_weight(const LeastSquares *state)
{
	return state->hi[0] + state->lo[0];
}

/* Weight of the rows of an indicator, 0 for none. */
static double
indicator_weight(const LeastSquares *state, int32_t indicator)
{
	size_t		row = (size_t) indicator * (size_t) state->stride;

	return indicator < 0 ? 0.0 : state->indicator_hi[row] + state->indicator_lo[row];
}

int32_t
least_squares_codes(const LeastSquares *state, int32_t category)
{
	return state->slots[state->n_numbers + category].n_codes;
}

void
least_squares_number_facts(const LeastSquares *state, NumberFacts *facts)
{
	int32_t		j;

	for (j = 0; j < state->n_numbers; j++)
	{
		double		missing = indicator_weight(state, state->slots[j].missing);
		DoubleDouble present = dd_add_double(dd_two_sum(state->hi[0], state->lo[0]), -missing);
		DoubleDouble sum = dd_two_sum(state->hi[1 + j], state->lo[1 + j]);

		facts[j].missing = missing;
		facts[j].present = present.hi;
		facts[j].mean = present.hi > 0.0 ? dd_divide(sum, present).hi : 0.0;
	}
}

void
least_squares_level_weights(const LeastSquares *state, int32_t category, double *level_weight,
							int32_t n_codes, double *missing_weight)
{
	const IndicatorSlot *slot = &state->slots[state->n_numbers + category];
	int32_t		code;

	for (code = 0; code < n_codes; code++)
		level_weight[code] = code < slot->n_codes ? indicator_weight(state, slot->of_code[code]) : 0.0;
	*missing_weight = indicator_weight(state, slot->missing);
}

void
least_squares_encode(const LeastSquares *state, ByteWriter *writer)
{
	size_t		n = (size_t) state->n_indicators * (size_t) state->stride;
	size_t		i;
	int32_t		slot;
	int32_t		code;

	write_u32(writer, (uint32_t) state->n_numbers);
	write_u32(writer, (uint32_t) state->n_categories);
	write_u64(writer, (uint64_t) state->rows);
	for (i = 0; i < matrix_size(state); i++)
		write_double_double(writer, (DoubleDouble) {state->hi[i], state->lo[i]});
	write_u32(writer, (uint32_t) state->n_indicators);
	for (slot = 0; slot < n_slots(state); slot++)
	{
		write_u32(writer, (uint32_t) state->slots[slot].missing);
		write_u32(writer, (uint32_t) state->slots[slot].n_codes);
		for (code = 0; code < state->slots[slot].n_codes; code++)
			write_u32(writer, (uint32_t) state->slots[slot].of_code[code]);
	}
	for (i = 0; i < n; i++)
		write_double_double(writer, (DoubleDouble) {state->indicator_hi[i], state->indicator_lo[i]});
	write_u32(writer, state->pairs.n);
	for (i = 0; i < state->pairs.size; i++)
	{
		if (state->pairs.keys[i] == 0)
			continue;
		write_u64(writer, state->pairs.keys[i] - 1);
		write_double(writer, state->pairs.weights[i]);
	}
}

/* n sums into hi and lo. */
static void
decode_sums(double *hi, double *lo, size_t n, ByteReader *reader)
{
	size_t		i;

	for (i = 0; i < n; i++)
	{
		DoubleDouble sum = read_double_double(reader);

		hi[i] = sum.hi;
		lo[i] = sum.lo;
	}
}

/* An indicator number below n, or -1. */
static int32_t
decode_indicator(ByteReader *reader, uint32_t n)
{
	uint32_t	indicator = read_u32(reader);

	if (indicator != UINT32_MAX && indicator >= n && reader->status == KERNEL_OK)
		reader->status = KERNEL_CORRUPT;
	return reader->status == KERNEL_OK ? (int32_t) indicator : -1;
}

static Status
decode_slots(LeastSquares *state, const Allocator *allocator, ByteReader *reader, uint32_t n)
{
	int32_t		i;
	uint32_t	code;

	for (i = 0; i < n_slots(state); i++)
	{
		IndicatorSlot *slot = &state->slots[i];
		uint32_t	n_codes;

		slot->missing = decode_indicator(reader, n);
		n_codes = read_count(reader, 4);
		if (i < state->n_numbers && n_codes > 0)
			return KERNEL_CORRUPT;
		if (n_codes == 0)
			continue;
		slot->of_code = memory_allocate(allocator, n_codes, sizeof(int32_t));
		if (slot->of_code == NULL)
			return KERNEL_OUT_OF_MEMORY;
		slot->n_codes = slot->capacity = (int32_t) n_codes;
		for (code = 0; code < n_codes; code++)
			slot->of_code[code] = decode_indicator(reader, n);
	}
	return reader->status;
}

static Status
decode_body(LeastSquares *state, const Allocator *allocator, ByteReader *reader)
{
	uint32_t	n;
	uint32_t	i;
	Status		status;

	decode_sums(state->hi, state->lo, matrix_size(state), reader);
	n = read_count(reader, 16 * (size_t) state->stride);
	status = decode_slots(state, allocator, reader, n);
	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		int32_t		indicator;

		status = add_indicator(state, allocator, &indicator);
	}
	if (status != KERNEL_OK)
		return status;
	decode_sums(state->indicator_hi, state->indicator_lo, (size_t) n * (size_t) state->stride, reader);
	for (i = read_count(reader, 16); i > 0 && status == KERNEL_OK; i--)
	{
		uint64_t	key = read_u64(reader);
		double		weight = read_double(reader);

		if (reader->status != KERNEL_OK || (key >> 32) >= (key & UINT32_MAX) || (key & UINT32_MAX) >= n)
			return KERNEL_CORRUPT;
		status = pair_table_add(&state->pairs, allocator, key + 1, weight);
	}
	return status == KERNEL_OK ? reader->status : status;
}

Status
least_squares_decode(LeastSquares **state, const Allocator *allocator, ByteReader *reader)
{
	uint32_t	n_numbers = read_u32(reader);
	uint32_t	n_categories = read_u32(reader);
	int64_t		rows = (int64_t) read_u64(reader);
	size_t		entries = ((size_t) n_numbers + 2) * (size_t) n_numbers;
	LeastSquares *decoded;
	Status		status;

	if (reader->status != KERNEL_OK)
		return reader->status;
	if (n_numbers > MAX_SLOTS || n_categories > MAX_SLOTS || rows < 0 ||
		entries > reader_left(reader) / 16 || n_categories > reader_left(reader) / 8)
		return KERNEL_CORRUPT;
	decoded = least_squares_create(allocator, (int32_t) n_numbers, (int32_t) n_categories);
	if (decoded == NULL)
		return KERNEL_OUT_OF_MEMORY;
	decoded->rows = rows;
	status = decode_body(decoded, allocator, reader);
	if (status != KERNEL_OK)
	{
		least_squares_release(decoded, allocator);
		return status;
	}
	*state = decoded;
	return KERNEL_OK;
}
