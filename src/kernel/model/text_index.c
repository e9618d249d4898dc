/*
 * text_index.c: texts sorted by (hash bucket, hash, bytes).
 */
#include "kernel/model/text_index.h"

#include <string.h>

#include "kernel/base/hash.h"

#define MAX_TEXTS (UINT32_C(1) << 30)

static const char *
text_at(const TextColumn *column, uint32_t i)
{
	const char *place = (const char *) column->first + column->stride * i;
	const char *text;

	memcpy(&text, place, sizeof(text));
	return text;
}

/* Order within a bucket. */
static int
compare(const TextIndexEntry *entry, uint64_t hash, const char *text, size_t length)
{
	int order;

	if (entry->hash != hash)
		return entry->hash < hash ? -1 : 1;
	order = memcmp(entry->text, text, entry->length < length ? entry->length : length);
	if (order != 0)
		return order;
	return (entry->length > length) - (entry->length < length);
}

static int
compare_entries(const TextIndexEntry *a, const TextIndexEntry *b)
{
	return compare(a, b->hash, b->text, b->length);
}

#define HEAPSORT sort_entries
#define HEAPSORT_SIFT sift_entries
#define HEAPSORT_ELEMENT TextIndexEntry
#define HEAPSORT_CONTEXT void
#define HEAPSORT_BEFORE(context, a, b) (compare_entries(a, b) < 0)
#include "kernel/base/heapsort_template.h"

/* Counts the texts of each bucket into starts[bucket + 1]. */
static void
count_column(TextIndex *index, const TextColumn *column)
{
	uint32_t i;

	for (i = 0; i < column->n; i++)
	{
		const char *text = text_at(column, i);

		index->starts[(hash_bytes(text, strlen(text), 0) & (index->n_buckets - 1)) + 1]++;
	}
}

/* Puts each text at starts[bucket], which moves on. */
static void
place_column(TextIndex *index, const TextColumn *column, uint32_t first_number)
{
	uint32_t i;

	for (i = 0; i < column->n; i++)
	{
		const char *text = text_at(column, i);
		size_t length = strlen(text);
		uint64_t hash = hash_bytes(text, length, 0);
		uint32_t *place = &index->starts[hash & (index->n_buckets - 1)];

		index->entries[(*place)++] = (TextIndexEntry){
			.hash = hash, .text = text, .length = (uint32_t) length, .number = first_number + i};
	}
}

Status
text_index_build(TextIndex *index, const Allocator *allocator, TextColumn first, TextColumn second,
				 bool *is_distinct)
{
	uint32_t bucket;
	uint32_t i;

	*index = (TextIndex){.n_buckets = 1};
	if (first.n > MAX_TEXTS || second.n > MAX_TEXTS - first.n)
		return KERNEL_TOO_LARGE;
	index->n = first.n + second.n;
	while (index->n_buckets < index->n)
		index->n_buckets *= 2;
	index->starts =
		memory_allocate_zero(allocator, (size_t) index->n_buckets + 1, sizeof(uint32_t));
	index->entries = memory_allocate(allocator, index->n, sizeof(TextIndexEntry));
	if (index->starts == NULL || index->entries == NULL)
	{
		text_index_release(index, allocator);
		return KERNEL_OUT_OF_MEMORY;
	}
	count_column(index, &first);
	count_column(index, &second);
	for (bucket = 0; bucket < index->n_buckets; bucket++)
		index->starts[bucket + 1] += index->starts[bucket];
	place_column(index, &first, 0);
	place_column(index, &second, first.n);
	/* Each start has moved to its bucket's end, where the next one begins. */
	memmove(index->starts + 1, index->starts, index->n_buckets * sizeof(uint32_t));
	index->starts[0] = 0;
	for (bucket = 0; bucket < index->n_buckets; bucket++)
		sort_entries(index->entries + index->starts[bucket],
					 index->starts[bucket + 1] - index->starts[bucket], NULL);
	*is_distinct = true;
	for (i = 1; i < index->n && *is_distinct; i++)
		*is_distinct = compare_entries(&index->entries[i - 1], &index->entries[i]) != 0;
	return KERNEL_OK;
}

void
text_index_release(TextIndex *index, const Allocator *allocator)
{
	memory_release(allocator, index->starts, (size_t) index->n_buckets + 1, sizeof(uint32_t));
	memory_release(allocator, index->entries, index->n, sizeof(TextIndexEntry));
	*index = (TextIndex){0};
}

int64_t
text_index_find(const TextIndex *index, const char *text, size_t length)
{
	uint64_t hash;
	uint32_t low;
	uint32_t high;

	if (index->n == 0)
		return -1;
	hash = hash_bytes(text, length, 0);
	low = index->starts[hash & (index->n_buckets - 1)];
	high = index->starts[(hash & (index->n_buckets - 1)) + 1];
	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;
		int order = compare(&index->entries[middle], hash, text, length);

		if (order == 0)
			return index->entries[middle].number;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}
