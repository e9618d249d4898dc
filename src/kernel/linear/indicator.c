/*
 * indicator.c: indicators by slot and code, their sums, and the table of pairs.
 */
#include "kernel/linear/indicator.h"

#include <string.h>

#include "kernel/base/hash.h"

#define FIRST_INDICATORS 4
#define FIRST_CODES 8
#define FIRST_PAIRS 16

Status
indicators_begin(Indicators *set, const Allocator *allocator, int32_t n_numbers,
				 int32_t n_categories, int32_t stride)
{
	int32_t n_slots = n_numbers + n_categories;
	int32_t i;

	memset(set, 0, sizeof(*set));
	set->slots = memory_allocate_zero(allocator, (size_t) n_slots, sizeof(IndicatorSlot));
	if (set->slots == NULL)
		return KERNEL_OUT_OF_MEMORY;
	set->n_slots = n_slots;
	set->n_numbers = n_numbers;
	set->stride = stride;
	for (i = 0; i < n_slots; i++)
		set->slots[i].missing = INDICATOR_NONE;
	return KERNEL_OK;
}

static void
pair_table_release(PairTable *pairs, const Allocator *allocator)
{
	memory_release(allocator, pairs->keys, pairs->size, sizeof(uint64_t));
	memory_release(allocator, pairs->weights, pairs->size, sizeof(DoubleDouble));
}

void
indicators_release(Indicators *set, const Allocator *allocator)
{
	size_t n = (size_t) set->capacity * (size_t) set->stride;
	int32_t i;

	for (i = 0; i < set->n_slots; i++)
		memory_release(allocator, set->slots[i].of_code, (size_t) set->slots[i].capacity,
					   sizeof(int32_t));
	memory_release(allocator, set->slots, (size_t) set->n_slots, sizeof(IndicatorSlot));
	memory_release(allocator, set->hi, n, sizeof(double));
	memory_release(allocator, set->lo, n, sizeof(double));
	memory_release(allocator, set->missing_pairs, indicators_missing_pairs(set),
				   sizeof(DoubleDouble));
	memory_release(allocator, set->missing_counts, indicators_missing_pairs(set), sizeof(int64_t));
	pair_table_release(&set->pairs, allocator);
	memset(set, 0, sizeof(*set));
}

/* Room for one more indicator. */
static Status
reserve(Indicators *set, const Allocator *allocator)
{
	size_t stride = (size_t) set->stride;
	size_t old = (size_t) set->capacity;
	size_t capacity = old > 0 ? old + old / 2 : FIRST_INDICATORS;
	double *hi;
	double *lo;

	if (set->n < set->capacity)
		return KERNEL_OK;
	if (capacity > INT32_MAX / 2)
		return KERNEL_TOO_LARGE;
	hi = memory_reallocate(allocator, set->hi, old * stride, capacity * stride, sizeof(double));
	if (hi == NULL)
		return KERNEL_OUT_OF_MEMORY;
	set->hi = hi;
	lo = memory_reallocate(allocator, set->lo, old * stride, capacity * stride, sizeof(double));
	if (lo == NULL)
	{
		/* hi has grown and release knows one capacity: give up what both hold. */
		memory_release(allocator, set->hi, capacity * stride, sizeof(double));
		memory_release(allocator, set->lo, old * stride, sizeof(double));
		set->hi = NULL;
		set->lo = NULL;
		set->capacity = 0;
		set->n = 0;
		return KERNEL_OUT_OF_MEMORY;
	}
	set->lo = lo;
	set->capacity = (int32_t) capacity;
	return KERNEL_OK;
}

Status
indicators_add(Indicators *set, const Allocator *allocator, int32_t *indicator)
{
	size_t stride = (size_t) set->stride;
	Status status = reserve(set, allocator);

	if (status != KERNEL_OK)
		return status;
	*indicator = set->n++;
	memset(set->hi + (size_t) *indicator * stride, 0, stride * sizeof(double));
	memset(set->lo + (size_t) *indicator * stride, 0, stride * sizeof(double));
	return KERNEL_OK;
}

/* Room for a code in the slot's array, new places marked as not seen. */
static Status
reserve_code(IndicatorSlot *slot, const Allocator *allocator, int32_t code)
{
	int32_t capacity = slot->capacity > 0 ? slot->capacity : FIRST_CODES;
	int32_t *of_code;

	if (code >= slot->capacity)
	{
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
		slot->of_code[slot->n_codes++] = INDICATOR_NONE;
	return KERNEL_OK;
}

Status
indicators_find(Indicators *set, const Allocator *allocator, int32_t slot, int32_t code,
				int32_t *indicator)
{
	IndicatorSlot *of = &set->slots[slot];
	int32_t *place = &of->missing;
	Status status;

	if (code >= of->n_codes)
	{
		status = reserve_code(of, allocator, code);
		if (status != KERNEL_OK)
			return status;
	}
	if (code >= 0)
		place = &of->of_code[code];
	if (*place < 0)
	{
		status = indicators_add(set, allocator, place);
		if (status != KERNEL_OK)
			return status;
	}
	*indicator = *place;
	return KERNEL_OK;
}

static uint64_t
pair_key(int32_t a, int32_t b)
{
	uint64_t low = (uint64_t) (a < b ? a : b);
	uint64_t high = (uint64_t) (a < b ? b : a);

	return (low << 32 | high) + 1;
}

/* The place of a key, or the free one where it belongs; size > 0. */
static uint32_t
pair_place(const PairTable *pairs, uint64_t key)
{
	uint32_t mask = pairs->size - 1;
	uint32_t place = (uint32_t) hash_mix(key) & mask;

	while (pairs->keys[place] != 0 && pairs->keys[place] != key)
		place = (place + 1) & mask;
	return place;
}

static Status
pair_table_grow(PairTable *pairs, const Allocator *allocator)
{
	PairTable grown = {.n = pairs->n, .size = pairs->size > 0 ? pairs->size * 2 : FIRST_PAIRS};
	uint32_t i;

	if (pairs->size > UINT32_MAX / 4)
		return KERNEL_TOO_LARGE;
	grown.keys = memory_allocate_zero(allocator, grown.size, sizeof(uint64_t));
	grown.weights = memory_allocate_zero(allocator, grown.size, sizeof(DoubleDouble));
	if (grown.keys == NULL || grown.weights == NULL)
	{
		pair_table_release(&grown, allocator);
		return KERNEL_OUT_OF_MEMORY;
	}
	for (i = 0; i < pairs->size; i++)
	{
		uint32_t place;

		if (pairs->keys[i] == 0)
			continue;
		place = pair_place(&grown, pairs->keys[i]);
		grown.keys[place] = pairs->keys[i];
		grown.weights[place] = pairs->weights[i];
	}
	pair_table_release(pairs, allocator);
	*pairs = grown;
	return KERNEL_OK;
}

Status
indicators_add_pair(Indicators *set, const Allocator *allocator, int32_t a, int32_t b,
					DoubleDouble weight)
{
	PairTable *pairs = &set->pairs;
	uint64_t key = pair_key(a, b);
	uint32_t place;

	if (2 * (pairs->n + 1) > pairs->size)
	{
		Status status = pair_table_grow(pairs, allocator);

		if (status != KERNEL_OK)
			return status;
	}
	place = pair_place(pairs, key);
	pairs->n += pairs->keys[place] == 0;
	pairs->keys[place] = key;
	pairs->weights[place] = dd_add(pairs->weights[place], weight);
	return KERNEL_OK;
}

Status
indicators_allocate_missing(Indicators *set, const Allocator *allocator)
{
	set->missing_pairs =
		memory_allocate_zero(allocator, indicators_missing_pairs(set), sizeof(DoubleDouble));
	return set->missing_pairs != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
}

Status
indicators_allocate_counts(Indicators *set, const Allocator *allocator)
{
	if (set->missing_counts != NULL)
		return KERNEL_OK;
	set->missing_counts =
		memory_allocate_zero(allocator, indicators_missing_pairs(set), sizeof(int64_t));
	return set->missing_counts != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
}

Status
indicators_add_missing(Indicators *set, const Allocator *allocator, const int32_t *slots, int32_t n,
					   double weight)
{
	bool is_unit = weight == 1.0;
	Status status = KERNEL_OK;
	int32_t i;
	int32_t j;

	if (n > 1 && is_unit)
		status = indicators_allocate_counts(set, allocator);
	else if (n > 1 && !is_unit && set->missing_pairs == NULL)
		status = indicators_allocate_missing(set, allocator);
	if (status != KERNEL_OK)
		return status;
	for (j = 1; j < n; j++)
	{
		size_t row = (size_t) slots[j] * (size_t) (slots[j] - 1) / 2;

		for (i = 0; i < j && is_unit; i++)
			set->missing_counts[row + (size_t) slots[i]]++;
		for (i = 0; i < j && !is_unit; i++)
		{
			DoubleDouble *pair = &set->missing_pairs[row + (size_t) slots[i]];

			*pair = dd_add_double(*pair, weight);
		}
	}
	return KERNEL_OK;
}

/* Adds from's weights of pairs of missing numbers. */
static Status
merge_missing(Indicators *into, const Allocator *allocator, const Indicators *from)
{
	size_t n = indicators_missing_pairs(from);
	Status status = KERNEL_OK;
	size_t i;

	if (from->missing_pairs != NULL && into->missing_pairs == NULL)
		status = indicators_allocate_missing(into, allocator);
	if (status == KERNEL_OK && from->missing_counts != NULL)
		status = indicators_allocate_counts(into, allocator);
	for (i = 0; status == KERNEL_OK && from->missing_pairs != NULL && i < n; i++)
		into->missing_pairs[i] = dd_add(into->missing_pairs[i], from->missing_pairs[i]);
	for (i = 0; status == KERNEL_OK && from->missing_counts != NULL && i < n; i++)
		into->missing_counts[i] += from->missing_counts[i];
	return status;
}

void
indicators_add_sums(double *hi, double *lo, const double *other_hi, const double *other_lo,
					size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
	{
		DoubleDouble sum = dd_add(dd_two_sum(hi[i], lo[i]), dd_two_sum(other_hi[i], other_lo[i]));

		hi[i] = sum.hi;
		lo[i] = sum.lo;
	}
}

/* What each of from's indicators is called in into. */
static Status
map_indicators(Indicators *into, const Allocator *allocator, const Indicators *from,
			   const int32_t *const *code_maps, int32_t *map)
{
	Status status = KERNEL_OK;
	int32_t i;
	int32_t code;

	for (i = 0; i < from->n_slots; i++)
	{
		const IndicatorSlot *slot = &from->slots[i];

		if (slot->missing >= 0)
			status = indicators_find(into, allocator, i, -1, &map[slot->missing]);
		for (code = 0; code < slot->n_codes && status == KERNEL_OK; code++)
		{
			if (slot->of_code[code] >= 0)
				status = indicators_find(into, allocator, i, code_maps[i - from->n_numbers][code],
										 &map[slot->of_code[code]]);
		}
		if (status != KERNEL_OK)
			return status;
	}
	return KERNEL_OK;
}

Status
indicators_merge(Indicators *into, const Allocator *allocator, const Indicators *from,
				 const int32_t *const *code_maps)
{
	size_t n = (size_t) from->n;
	size_t stride = (size_t) into->stride;
	int32_t *map = memory_allocate(allocator, n, sizeof(int32_t));
	Status status;
	size_t i;

	if (map == NULL)
		return KERNEL_OUT_OF_MEMORY;
	status = map_indicators(into, allocator, from, code_maps, map);
	for (i = 0; i < n && status == KERNEL_OK; i++)
		indicators_add_sums(into->hi + (size_t) map[i] * stride,
							into->lo + (size_t) map[i] * stride, from->hi + i * stride,
							from->lo + i * stride, stride);
	for (i = 0; i < from->pairs.size && status == KERNEL_OK; i++)
	{
		uint64_t key = from->pairs.keys[i] - 1;

		if (from->pairs.keys[i] != 0)
			status = indicators_add_pair(into, allocator, map[key >> 32], map[key & UINT32_MAX],
										 from->pairs.weights[i]);
	}
	memory_release(allocator, map, n, sizeof(int32_t));
	if (status == KERNEL_OK)
		status = merge_missing(into, allocator, from);
	return status;
}
