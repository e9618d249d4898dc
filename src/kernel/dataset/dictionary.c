/*
 * dictionary.c: distinct strings by number.
 */
#include "kernel/dataset/dictionary.h"

#include <string.h>

#include "kernel/base/hash.h"

#define FIRST_STRINGS 8
#define FIRST_TEXT 64
#define MAX_STRINGS (INT32_MAX - 1)
#define POLL_STRINGS 16384 /* merged between two looks at whether to stop */

void
dictionary_release(Dictionary *dictionary, const Allocator *allocator)
{
	memory_release(allocator, dictionary->text, dictionary->text_capacity, 1);
	memory_release(allocator, dictionary->offsets, (size_t) dictionary->capacity + 1,
				   sizeof(size_t));
	memory_release(allocator, dictionary->table, dictionary->table_size, sizeof(DictionarySlot));
	memset(dictionary, 0, sizeof(*dictionary));
}

const char *
dictionary_text(const Dictionary *dictionary, int32_t code, size_t *length)
{
	*length = dictionary->offsets[code + 1] - dictionary->offsets[code] - 1;
	return dictionary->text + dictionary->offsets[code];
}

/* Whether the string of this code is `text`. */
static inline bool
is_string(const Dictionary *dictionary, int32_t code, const char *text, size_t length)
{
	size_t held;
	const char *other = dictionary_text(dictionary, code, &held);

	return held == length && memcmp(other, text, length) == 0;
}

/* The key of a short string, in at most two reads. */
static inline uint64_t
short_key(const char *text, size_t length)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	if (length >= 4)
	{
		uint32_t first;
		uint32_t last;

		memcpy(&first, text, 4);
		memcpy(&last, text + length - 4, 4);
		return (uint64_t) (length + 1) << 56 | first | (uint64_t) last << 8 * (length - 4);
	}
#endif
	return dictionary_short_key(text, length);
}

/* The slot of a key: the one that holds the string, or the free one where it belongs. */
static inline DictionarySlot *
find_slot(const Dictionary *dictionary, uint64_t key, const char *text, size_t length)
{
	uint32_t mask = dictionary->table_size - 1;
	uint32_t place = (uint32_t) hash_mix(key) & mask;
	DictionarySlot *slot = &dictionary->table[place];

	while (slot->key != 0 &&
		   !(slot->key == key &&
			 (length <= DICTIONARY_SHORT || is_string(dictionary, slot->level - 1, text, length))))
	{
		place = (place + 1) & mask;
		slot = &dictionary->table[place];
	}
	return slot;
}

static inline uint64_t
key_of(const char *text, size_t length)
{
	return length <= DICTIONARY_SHORT ? short_key(text, length) :
										hash_bytes(text, length, 0) | DICTIONARY_LONG_KEY;
}

int32_t
dictionary_find(const Dictionary *dictionary, const char *text, size_t length)
{
	if (dictionary->table_size == 0)
		return -1;
	return find_slot(dictionary, key_of(text, length), text, length)->level - 1;
}

/* The first slot that each key may be in; returns whether all were found in theirs. */
static bool
look_once(const Dictionary *dictionary, const uint64_t *keys, uint32_t n, uint32_t *levels)
{
	uint64_t mask = dictionary->table_size - 1;
	bool all_found = true;
	uint32_t i;

	/* Without a branch, so that one look does not wait for the one before. */
	for (i = 0; i < n; i++)
	{
		const DictionarySlot *slot = &dictionary->table[hash_mix(keys[i]) & mask];
		bool is_found = slot->key == keys[i];

		levels[i] = (uint32_t) slot->level & -(uint32_t) is_found;
		all_found &= is_found;
	}
	return all_found;
}

uint32_t
dictionary_find_keys(const Dictionary *dictionary, const uint64_t *keys, uint32_t n,
					 uint32_t *levels)
{
	uint32_t missed = 0;
	uint32_t i;

	if (dictionary->table_size > 0 && look_once(dictionary, keys, n, levels))
		return 0;
	for (i = 0; i < n; i++)
	{
		if (dictionary->table_size == 0 || keys[i] == 0)
			levels[i] = 0;
		else if (levels[i] == 0)
			levels[i] = (uint32_t) find_slot(dictionary, keys[i], NULL, 0)->level;
		missed += levels[i] == 0 && keys[i] != 0;
	}
	return missed;
}

size_t
dictionary_key_text(uint64_t key, char *text)
{
	size_t length = (size_t) (key >> 56) - 1;
	size_t i;

	for (i = 0; i < length; i++)
		text[i] = (char) (key >> 8 * i);
	return length;
}

/* A table of twice the size, or the first one. */
static Status
grow_table(Dictionary *dictionary, const Allocator *allocator)
{
	uint32_t old_size = dictionary->table_size;
	uint32_t size = old_size > 0 ? old_size * 2 : 2 * FIRST_STRINGS;
	DictionarySlot *table = memory_allocate_zero(allocator, size, sizeof(DictionarySlot));
	int32_t code;

	if (table == NULL)
		return KERNEL_OUT_OF_MEMORY;
	memory_release(allocator, dictionary->table, old_size, sizeof(DictionarySlot));
	dictionary->table = table;
	dictionary->table_size = size;
	for (code = 0; code < dictionary->n; code++)
	{
		size_t length;
		const char *text = dictionary_text(dictionary, code, &length);

		uint64_t key = key_of(text, length);

		*find_slot(dictionary, key, text, length) = (DictionarySlot){key, code + 1};
	}
	return KERNEL_OK;
}

/* Room for one more string of this length. */
static Status
reserve(Dictionary *dictionary, const Allocator *allocator, size_t length)
{
	size_t needed;

	if (dictionary->n >= MAX_STRINGS || !size_add(dictionary->text_length, length + 1, &needed))
		return KERNEL_TOO_LARGE;
	if (needed > dictionary->text_capacity)
	{
		size_t capacity = dictionary->text_capacity > 0 ? dictionary->text_capacity : FIRST_TEXT;
		char *text;

		while (capacity < needed)
			capacity *= 2;
		text =
			memory_reallocate(allocator, dictionary->text, dictionary->text_capacity, capacity, 1);
		if (text == NULL)
			return KERNEL_OUT_OF_MEMORY;
		dictionary->text = text;
		dictionary->text_capacity = capacity;
	}
	if (dictionary->offsets == NULL || dictionary->n == dictionary->capacity)
	{
		int32_t capacity = dictionary->capacity > MAX_STRINGS / 2 ? MAX_STRINGS :
			dictionary->capacity > 0							  ? dictionary->capacity * 2 :
																	FIRST_STRINGS;
		size_t *offsets =
			memory_reallocate(allocator, dictionary->offsets, (size_t) dictionary->capacity + 1,
							  (size_t) capacity + 1, sizeof(size_t));

		if (offsets == NULL)
			return KERNEL_OUT_OF_MEMORY;
		offsets[0] = 0;
		dictionary->offsets = offsets;
		dictionary->capacity = capacity;
	}
	if (2 * ((uint32_t) dictionary->n + 1) > dictionary->table_size)
		return grow_table(dictionary, allocator);
	return KERNEL_OK;
}

Status
dictionary_add(Dictionary *dictionary, const Allocator *allocator, const char *text, size_t length,
			   int32_t *code)
{
	uint64_t key;
	Status status;

	*code = dictionary_find(dictionary, text, length);
	if (*code >= 0)
		return KERNEL_OK;
	status = reserve(dictionary, allocator, length);
	if (status != KERNEL_OK)
		return status;
	if (length > 0)
		memcpy(dictionary->text + dictionary->text_length, text, length);
	dictionary->text[dictionary->text_length + length] = '\0';
	key = key_of(text, length);
	*find_slot(dictionary, key, text, length) = (DictionarySlot){key, dictionary->n + 1};
	dictionary->text_length += length + 1;
	dictionary->offsets[dictionary->n + 1] = dictionary->text_length;
	*code = dictionary->n++;
	return KERNEL_OK;
}

/* strcmp as unsigned bytes, zero bytes included. */
static int
compare_codes(const Dictionary *dictionary, int32_t a, int32_t b)
{
	size_t left_length;
	size_t right_length;
	const char *left = dictionary_text(dictionary, a, &left_length);
	const char *right = dictionary_text(dictionary, b, &right_length);
	int order = memcmp(left, right, left_length < right_length ? left_length : right_length);

	if (order != 0)
		return order;
	return (left_length > right_length) - (left_length < right_length);
}

/* Merges the sorted runs [start, middle) and [middle, end). */
static Status
merge_runs(const Dictionary *dictionary, const int32_t *from, int32_t *to, int64_t start,
		   int64_t middle, int64_t end, const StopCheck *stop)
{
	int64_t left = start;
	int64_t right = middle;
	int64_t out;

	for (out = start; out < end; out++)
	{
		if (out % POLL_STRINGS == 0 && stop_requested(stop))
			return KERNEL_STOPPED;
		if (right >= end ||
			(left < middle && compare_codes(dictionary, from[left], from[right]) <= 0))
			to[out] = from[left++];
		else
			to[out] = from[right++];
	}
	return KERNEL_OK;
}

Status
dictionary_sort(const Dictionary *dictionary, const Allocator *allocator, const StopCheck *stop,
				int32_t *order)
{
	int64_t n = dictionary->n;
	int32_t *spare;
	int32_t *from = order;
	int32_t *to;
	int64_t width;
	int64_t i;
	Status status = KERNEL_OK;

	for (i = 0; i < n; i++)
		order[i] = (int32_t) i;
	spare = memory_allocate(allocator, (size_t) n, sizeof(int32_t));
	if (spare == NULL)
		return KERNEL_OUT_OF_MEMORY;
	to = spare;
	for (width = 1; width < n && status == KERNEL_OK; width *= 2)
	{
		int32_t *swap;

		for (i = 0; i < n && status == KERNEL_OK; i += 2 * width)
			status = merge_runs(dictionary, from, to, i, i + width < n ? i + width : n,
								i + 2 * width < n ? i + 2 * width : n, stop);
		swap = from;
		from = to;
		to = swap;
	}
	if (from != order)
		memcpy(order, from, (size_t) n * sizeof(int32_t));
	memory_release(allocator, spare, (size_t) n, sizeof(int32_t));
	return status;
}
