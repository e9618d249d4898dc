/*
 * least_squares_codec.c: the sums as bytes.
 *
 * numbers u32, categories u32, rows u64; rows waiting u32, each its weight and
 * z; u8 1 when there are sums: the triangle, and for a wide state the shift;
 * indicators u32, a slot: missing u32, codes u32, indicators; the indicators'
 * sums; u8 1 when there are pairs of missing numbers: their triangle; pairs
 * u32, a pair: key u64, weight.
 */
#include <math.h>

#include "kernel/linear/least_squares_state.h"

#define MAX_SLOTS 100000
#define MAX_ROWS (INT64_C(1) << 53)

static void
encode_indicators(const Indicators *set, ByteWriter *writer)
{
	size_t n = (size_t) set->n * (size_t) set->stride;
	bool has_missing = set->missing_counts != NULL || set->missing_pairs != NULL;
	size_t i;
	int32_t slot;
	int32_t code;

	write_u32(writer, (uint32_t) set->n);
	for (slot = 0; slot < set->n_slots; slot++)
	{
		write_u32(writer, (uint32_t) set->slots[slot].missing);
		write_u32(writer, (uint32_t) set->slots[slot].n_codes);
		for (code = 0; code < set->slots[slot].n_codes; code++)
			write_u32(writer, (uint32_t) set->slots[slot].of_code[code]);
	}
	for (i = 0; i < n; i++)
		write_double_double(writer, (DoubleDouble){set->hi[i], set->lo[i]});
	write_u8(writer, has_missing);
	for (i = 0; has_missing && i < indicators_missing_pairs(set); i++)
		write_double_double(writer, indicators_missing_pair(set, i));
	write_u32(writer, set->pairs.n);
	for (i = 0; i < set->pairs.size; i++)
	{
		if (set->pairs.keys[i] == 0)
			continue;
		write_u64(writer, set->pairs.keys[i] - 1);
		write_double_double(writer, set->pairs.weights[i]);
	}
}

void
least_squares_encode(LeastSquares *state, ByteWriter *writer)
{
	size_t stride = (size_t) state->stride;
	size_t width = (size_t) state->width;
	size_t i;
	size_t j;

	least_squares_settle(state);
	write_u32(writer, (uint32_t) state->n_numbers);
	write_u32(writer, (uint32_t) state->n_categories);
	write_u64(writer, (uint64_t) state->rows);
	write_u32(writer, (uint32_t) state->n_block);
	for (i = 0; i < (size_t) state->n_block; i++)
	{
		write_double(writer, state->block_weights[i]);
		for (j = 1; j < width; j++)
			write_double(writer, state->block[i * stride + j]);
	}
	write_u8(writer, state->hi != NULL);
	for (i = 0; state->hi != NULL && i < width; i++)
	{
		for (j = i; j < width; j++)
			write_double_double(
				writer, (DoubleDouble){state->hi[i * stride + j], state->lo[i * stride + j]});
		if (state->is_wide)
			write_double(writer, state->shift[i]);
	}
	encode_indicators(&state->indicators, writer);
}

static Status
decode_block(LeastSquares *state, const Allocator *allocator, ByteReader *reader)
{
	size_t stride = (size_t) state->stride;
	uint32_t n = read_count(reader, 8 * (size_t) (state->n_numbers + 2));
	size_t capacity = (size_t) least_squares_block_rows(state);
	size_t i;
	int32_t j;

	if (n > capacity)
		return KERNEL_CORRUPT;
	if (n > (uint32_t) state->block_capacity)
	{
		double *block = memory_reallocate(allocator, state->block, FIRST_ROWS * stride,
										  capacity * stride, sizeof(double));
		double *weights;

		if (block == NULL)
			return KERNEL_OUT_OF_MEMORY;
		state->block = block;
		weights = memory_reallocate(allocator, state->block_weights, FIRST_ROWS, capacity,
									sizeof(double));
		if (weights == NULL)
		{
			memory_release(allocator, state->block, capacity * stride, sizeof(double));
			state->block = NULL;
			return KERNEL_OUT_OF_MEMORY;
		}
		state->block_weights = weights;
		state->block_capacity = (int32_t) capacity;
		for (i = FIRST_ROWS * stride; i < capacity * stride; i++)
			block[i] = 0.0;
		for (i = FIRST_ROWS; i < capacity; i++)
			weights[i] = 1.0;
	}
	for (i = 0; i < n; i++)
	{
		state->block_weights[i] = read_double(reader);
		state->has_weights = state->has_weights || state->block_weights[i] != 1.0;
		if (reader->status == KERNEL_OK &&
			!(state->block_weights[i] > 0.0 && isfinite(state->block_weights[i])))
			return KERNEL_CORRUPT;
		state->block[i * stride] = 1.0;
		for (j = 1; j < state->width; j++)
			state->block[i * stride + (size_t) j] = read_double(reader);
	}
	state->n_block = (int32_t) n;
	return reader->status;
}

static Status
decode_sums(LeastSquares *state, const Allocator *allocator, ByteReader *reader)
{
	size_t stride = (size_t) state->stride;
	size_t width = (size_t) state->width;
	Status status;
	size_t i;
	size_t j;

	if (width * (width + 1) / 2 > reader_left(reader) / 16)
		return KERNEL_CORRUPT;
	status = least_squares_allocate_sums(state, allocator);
	if (status == KERNEL_OK && state->is_wide)
	{
		state->shift = memory_allocate_zero(allocator, stride, sizeof(double));
		if (state->shift == NULL)
			status = KERNEL_OUT_OF_MEMORY;
	}
	if (status != KERNEL_OK)
		return status;
	for (i = 0; i < width; i++)
	{
		for (j = i; j < width; j++)
		{
			DoubleDouble sum = read_double_double(reader);

			state->hi[i * stride + j] = sum.hi;
			state->lo[i * stride + j] = sum.lo;
		}
		if (state->is_wide)
			state->shift[i] = read_double(reader);
	}
	return reader->status;
}

/* An indicator number that no slot had before, or INDICATOR_NONE. */
static int32_t
decode_indicator(ByteReader *reader, uint8_t *is_taken, uint32_t n)
{
	uint32_t indicator = read_u32(reader);

	if (indicator == UINT32_MAX || reader->status != KERNEL_OK)
		return INDICATOR_NONE;
	if (indicator >= n || is_taken[indicator])
	{
		reader->status = KERNEL_CORRUPT;
		return INDICATOR_NONE;
	}
	is_taken[indicator] = 1;
	return (int32_t) indicator;
}

/* The slots; each of the n indicators belongs to exactly one place. */
static Status
decode_slots(LeastSquares *state, const Allocator *allocator, ByteReader *reader, uint8_t *is_taken,
			 uint32_t n)
{
	int32_t i;
	uint32_t code;

	for (i = 0; i < state->indicators.n_slots; i++)
	{
		IndicatorSlot *slot = &state->indicators.slots[i];
		uint32_t n_codes;

		slot->missing = decode_indicator(reader, is_taken, n);
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
			slot->of_code[code] = decode_indicator(reader, is_taken, n);
	}
	for (code = 0; code < n && reader->status == KERNEL_OK; code++)
	{
		if (!is_taken[code])
			return KERNEL_CORRUPT;
	}
	return reader->status;
}

static Status
decode_missing_pairs(Indicators *set, const Allocator *allocator, ByteReader *reader)
{
	uint8_t has_pairs = read_u8(reader);
	size_t n = indicators_missing_pairs(set);
	Status status;
	size_t i;

	if (reader->status != KERNEL_OK || has_pairs == 0)
		return reader->status;
	if (has_pairs > 1 || n > reader_left(reader) / 16)
		return KERNEL_CORRUPT;
	status = indicators_allocate_missing(set, allocator);
	for (i = 0; i < n && status == KERNEL_OK; i++)
		set->missing_pairs[i] = read_double_double(reader);
	return status;
}

/* The indicators' sums, each over rows of positive weight, and their pairs. */
static Status
decode_indicator_sums(Indicators *set, const Allocator *allocator, ByteReader *reader, uint32_t n)
{
	Status status = KERNEL_OK;
	uint32_t i;
	int32_t j;

	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		int32_t indicator;
		size_t place;

		status = indicators_add(set, allocator, &indicator);
		if (status != KERNEL_OK)
			return status;
		place = (size_t) indicator * (size_t) set->stride;
		for (j = 0; j < set->stride; j++)
		{
			DoubleDouble sum = read_double_double(reader);

			set->hi[place + (size_t) j] = sum.hi;
			set->lo[place + (size_t) j] = sum.lo;
		}
		if (!(indicators_sum(set, indicator, 0).hi > 0.0))
			return KERNEL_CORRUPT;
	}
	status = decode_missing_pairs(set, allocator, reader);
	for (i = status == KERNEL_OK ? read_count(reader, 24) : 0; i > 0 && status == KERNEL_OK; i--)
	{
		uint64_t key = read_u64(reader);
		DoubleDouble weight = read_double_double(reader);

		if (reader->status != KERNEL_OK || key >> 32 >= (key & UINT32_MAX) ||
			(key & UINT32_MAX) >= n)
			return KERNEL_CORRUPT;
		status = indicators_add_pair(set, allocator, (int32_t) (key >> 32),
									 (int32_t) (key & UINT32_MAX), weight);
	}
	return status == KERNEL_OK ? reader->status : status;
}

static Status
decode_indicators(LeastSquares *state, const Allocator *allocator, ByteReader *reader)
{
	uint32_t n = read_count(reader, 16 * (size_t) state->stride);
	uint8_t *is_taken = memory_allocate_zero(allocator, n, 1);
	Status status;

	if (is_taken == NULL)
		return KERNEL_OUT_OF_MEMORY;
	status = decode_slots(state, allocator, reader, is_taken, n);
	memory_release(allocator, is_taken, n, 1);
	if (status == KERNEL_OK)
		status = decode_indicator_sums(&state->indicators, allocator, reader, n);
	return status;
}

Status
least_squares_decode(LeastSquares **state, const Allocator *allocator, ByteReader *reader)
{
	uint32_t n_numbers = read_u32(reader);
	uint32_t n_categories = read_u32(reader);
	int64_t rows = (int64_t) read_u64(reader);
	LeastSquares *decoded;
	uint8_t has_sums;
	Status status;

	if (reader->status != KERNEL_OK)
		return reader->status;
	/* Every slot takes eight bytes at least. */
	if (n_numbers > MAX_SLOTS || n_categories > MAX_SLOTS || rows < 0 || rows > MAX_ROWS ||
		n_numbers + n_categories > reader_left(reader) / 8)
		return KERNEL_CORRUPT;
	decoded = least_squares_create(allocator, (int32_t) n_numbers, (int32_t) n_categories);
	if (decoded == NULL)
		return KERNEL_OUT_OF_MEMORY;
	decoded->rows = rows;
	status = decode_block(decoded, allocator, reader);
	has_sums = read_u8(reader);
	if (status == KERNEL_OK && has_sums > 1)
		status = KERNEL_CORRUPT;
	if (status == KERNEL_OK && has_sums == 1)
		status = decode_sums(decoded, allocator, reader);
	if (status == KERNEL_OK)
		status = decode_indicators(decoded, allocator, reader);
	if (status != KERNEL_OK)
	{
		least_squares_release(decoded, allocator);
		return status;
	}
	*state = decoded;
	return KERNEL_OK;
}
