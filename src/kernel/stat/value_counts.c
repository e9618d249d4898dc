/*
 * value_counts.c: the table by linear probing, the heap by count, c ln c in fixed point.
 */
#include "kernel/stat/value_counts.h"

#include <math.h>
#include <string.h>

#define FIRST_CAPACITY 8
#define MOST_CODES ((uint32_t) 1 << 30)

/* Adds a double below 2^63 in size, exactly down to 2^-64. */
static void
fixed_add(FixedPoint *sum, double x)
{
	double whole = floor(x);
	uint64_t fraction = (uint64_t) ldexp(x - whole, 64);

	sum->fraction += fraction;
	sum->whole += (uint64_t) (int64_t) whole + (sum->fraction < fraction);
}

/* The contribution of a count, the same bits at each call. */
static FixedPoint
c_ln_c(uint64_t count)
{
	FixedPoint result = {0, 0};
	double c = (double) count;
	double logarithm;
	double product;

	if (count < 2)
		return result;
	logarithm = log(c);
	product = c * logarithm;
	fixed_add(&result, product);
	fixed_add(&result, fma(c, logarithm, -product));
	return result;
}

static FixedPoint
fixed_difference(FixedPoint a, FixedPoint b)
{
	return (FixedPoint){a.whole - b.whole - (a.fraction < b.fraction), a.fraction - b.fraction};
}

static void
fixed_sum(FixedPoint *sum, FixedPoint x)
{
	sum->fraction += x.fraction;
	sum->whole += x.whole + (sum->fraction < x.fraction);
}

/* The count of a code changes: so do the sums. */
static void
set_count(ValueCounts *counts, ValueEntry *entry, uint64_t count)
{
	if (counts->has_c_ln_c)
	{
		counts->c_ln_c = fixed_difference(counts->c_ln_c, c_ln_c(entry->count));
		fixed_sum(&counts->c_ln_c, c_ln_c(count));
	}
	counts->n += count - entry->count;
	entry->count = count;
}

/* Does code a stand above code b in the heap? */
static inline bool
is_above(const ValueCounts *counts, uint32_t a, uint32_t b, const ValueOrder *order)
{
	uint64_t count_a = counts->entries[a].count;
	uint64_t count_b = counts->entries[b].count;

	return count_a != count_b ? count_a > count_b : order->compare(order->context, a, b) < 0;
}

static inline void
heap_put(ValueCounts *counts, uint32_t place, uint32_t code)
{
	counts->heap[place] = code;
	counts->entries[code].place = place;
}

static void
sift_up(ValueCounts *counts, uint32_t place, const ValueOrder *order)
{
	uint32_t code = counts->heap[place];

	while (place > 0)
	{
		uint32_t parent = (place - 1) / 2;

		if (!is_above(counts, code, counts->heap[parent], order))
			break;
		heap_put(counts, place, counts->heap[parent]);
		place = parent;
	}
	heap_put(counts, place, code);
}

/* The same downwards, in a heap of n codes. */
static void
sift_down(ValueCounts *counts, uint32_t place, uint32_t n, const ValueOrder *order)
{
	uint32_t code = counts->heap[place];

	while (place < n / 2)
	{
		uint32_t child = 2 * place + 1;

		if (child + 1 < n && is_above(counts, counts->heap[child + 1], counts->heap[child], order))
			child++;
		if (!is_above(counts, counts->heap[child], code, order))
			break;
		heap_put(counts, place, counts->heap[child]);
		place = child;
	}
	heap_put(counts, place, code);
}

uint32_t
value_counts_next(const ValueCounts *counts, uint32_t hash, uint32_t *slot)
{
	uint32_t mask = counts->n_slots - 1;
	uint32_t code;

	if (counts->n_slots == 0)
		return VALUE_COUNTS_NONE;
	while ((code = counts->slots[*slot & mask]) != 0)
	{
		++*slot;
		if (counts->entries[code - 1].hash == hash)
			return code - 1;
	}
	return VALUE_COUNTS_NONE;
}

/* The first free slot for a hash. */
static uint32_t
free_slot(const uint32_t *slots, uint32_t mask, uint32_t hash)
{
	uint32_t slot = hash & mask;

	while (slots[slot] != 0)
		slot = (slot + 1) & mask;
	return slot;
}

/* Twice the slots. */
static Status
grow_slots(ValueCounts *counts, const Allocator *allocator)
{
	uint32_t n_slots = counts->n_slots > 0 ? counts->n_slots * 2 : 2 * FIRST_CAPACITY;
	uint32_t *slots = memory_allocate_zero(allocator, n_slots, sizeof(uint32_t));
	uint32_t i;

	if (slots == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < counts->n_slots; i++)
	{
		uint32_t code = counts->slots[i];

		if (code != 0)
			slots[free_slot(slots, n_slots - 1, counts->entries[code - 1].hash)] = code;
	}
	memory_release(allocator, counts->slots, counts->n_slots, sizeof(uint32_t));
	counts->slots = slots;
	counts->n_slots = n_slots;
	return KERNEL_OK;
}

/* Twice the entries, and the heap where there is one. */
static Status
grow_entries(ValueCounts *counts, const Allocator *allocator)
{
	uint32_t capacity = counts->capacity > 0 ? counts->capacity * 2 : FIRST_CAPACITY;
	uint32_t *heap = NULL;
	ValueEntry *entries;

	if (counts->heap != NULL)
	{
		heap = memory_allocate(allocator, capacity, sizeof(uint32_t));
		if (heap == NULL)
			return KERNEL_OUT_OF_MEMORY;
		memcpy(heap, counts->heap, counts->n_codes * sizeof(uint32_t));
	}
	entries = memory_reallocate(allocator, counts->entries, counts->capacity, capacity,
								sizeof(ValueEntry));
	if (entries == NULL)
	{
		memory_release(allocator, heap, capacity, sizeof(uint32_t));
		return KERNEL_OUT_OF_MEMORY;
	}
	memory_release(allocator, counts->heap, counts->capacity, sizeof(uint32_t));
	counts->heap = heap;
	counts->entries = entries;
	counts->capacity = capacity;
	return KERNEL_OK;
}

Status
value_counts_insert(ValueCounts *counts, const Allocator *allocator, uint32_t hash, uint32_t *code)
{
	Status status = KERNEL_OK;
	uint32_t new_code;

	if (counts->n_codes == MOST_CODES)
		return KERNEL_TOO_LARGE;
	if (counts->n_codes + 1 > counts->n_slots / 2)
		status = grow_slots(counts, allocator);
	if (status == KERNEL_OK && counts->first_free == 0 && counts->n_entries == counts->capacity)
		status = grow_entries(counts, allocator);
	if (status != KERNEL_OK)
		return status;
	if (counts->first_free != 0)
	{
		new_code = counts->first_free - 1;
		counts->first_free = counts->entries[new_code].place;
	}
	else
		new_code = counts->n_entries++;
	counts->entries[new_code] = (ValueEntry){0, hash, 0};
	counts->slots[free_slot(counts->slots, counts->n_slots - 1, hash)] = new_code + 1;
	if (counts->heap != NULL)
		heap_put(counts, counts->n_codes, new_code);
	counts->n_codes++;
	*code = new_code;
	return KERNEL_OK;
}

void
value_counts_add(ValueCounts *counts, uint32_t code, uint64_t times, const ValueOrder *order)
{
	ValueEntry *entry = &counts->entries[code];

	set_count(counts, entry, entry->count + times);
	if (counts->heap != NULL)
		sift_up(counts, entry->place, order);
}

/* Takes a code out of the table and moves back those that a gap would hide. */
static void
clear_slot(ValueCounts *counts, uint32_t code)
{
	uint32_t mask = counts->n_slots - 1;
	uint32_t gap = counts->entries[code].hash & mask;
	uint32_t next;

	while (counts->slots[gap] != code + 1)
		gap = (gap + 1) & mask;
	for (next = (gap + 1) & mask; counts->slots[next] != 0; next = (next + 1) & mask)
	{
		uint32_t home = counts->entries[counts->slots[next] - 1].hash & mask;

		/* It may move back as far as its home. */
		if (((next - home) & mask) >= ((next - gap) & mask))
		{
			counts->slots[gap] = counts->slots[next];
			gap = next;
		}
	}
	counts->slots[gap] = 0;
}

/* The last of the heap takes the place of a code that goes. */
static void
heap_drop(ValueCounts *counts, uint32_t code, const ValueOrder *order)
{
	uint32_t place = counts->entries[code].place;
	uint32_t last = counts->heap[counts->n_codes - 1];

	if (last == code)
		return;
	heap_put(counts, place, last);
	sift_down(counts, place, counts->n_codes - 1, order);
	sift_up(counts, counts->entries[last].place, order);
}

void
value_counts_remove(ValueCounts *counts, uint32_t code, const ValueOrder *order, bool *is_gone)
{
	ValueEntry *entry = &counts->entries[code];

	set_count(counts, entry, entry->count - 1);
	*is_gone = entry->count == 0;
	if (!*is_gone)
	{
		if (counts->heap != NULL)
			sift_down(counts, entry->place, counts->n_codes, order);
		return;
	}
	if (counts->heap != NULL)
		heap_drop(counts, code, order);
	clear_slot(counts, code);
	entry->place = counts->first_free;
	counts->first_free = code + 1;
	counts->n_codes--;
}

Status
value_counts_prepare_mode(ValueCounts *counts, const Allocator *allocator, const ValueOrder *order)
{
	uint32_t n = 0;
	uint32_t i;

	if (counts->heap != NULL || counts->n_codes == 0)
		return KERNEL_OK;
	counts->heap = memory_allocate(allocator, counts->capacity, sizeof(uint32_t));
	if (counts->heap == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < counts->n_entries; i++)
	{
		if (counts->entries[i].count > 0)
			heap_put(counts, n++, i);
	}
	for (i = n / 2; i > 0; i--)
		sift_down(counts, i - 1, n, order);
	return KERNEL_OK;
}

uint32_t
value_counts_mode(const ValueCounts *counts)
{
	return counts->n_codes > 0 ? counts->heap[0] : VALUE_COUNTS_NONE;
}

Status
value_counts_entropy(ValueCounts *counts, double *result)
{
	FixedPoint difference;
	uint32_t i;

	if (counts->n == 0)
		return KERNEL_INVALID;
	if (!counts->has_c_ln_c)
	{
		counts->c_ln_c = (FixedPoint){0, 0};
		for (i = 0; i < counts->n_entries; i++)
			fixed_sum(&counts->c_ln_c, c_ln_c(counts->entries[i].count));
		counts->has_c_ln_c = true;
	}
	/* (n ln n - sum) / n, which is not negative but for the rounding of logarithms. */
	difference = fixed_difference(c_ln_c(counts->n), counts->c_ln_c);
	*result = difference.whole >> 63 ?
		0.0 :
		((double) difference.whole + ldexp((double) difference.fraction, -64)) / (double) counts->n;
	return KERNEL_OK;
}

void
value_counts_release(ValueCounts *counts, const Allocator *allocator)
{
	memory_release(allocator, counts->entries, counts->capacity, sizeof(ValueEntry));
	memory_release(allocator, counts->heap, counts->capacity, sizeof(uint32_t));
	memory_release(allocator, counts->slots, counts->n_slots, sizeof(uint32_t));
	*counts = (ValueCounts){0};
}
