/*
 * text_index.h: which of n texts is this one, and are they all distinct?
 *
 * The texts stay where they are; the index keeps them sorted by (hash bucket,
 * hash, bytes).  A lookup goes to its bucket, which holds one text on average,
 * and searches it by halves.  So texts made to collide cost a logarithm, not a
 * scan: models come from outside, and the hash is no secret.
 *
 * Notation: n texts of L bytes together.
 */
#ifndef ORCHARD_KERNEL_MODEL_TEXT_INDEX_H
#define ORCHARD_KERNEL_MODEL_TEXT_INDEX_H

#include "kernel/base/memory.h"

/* n zero-terminated texts; the pointer to text i stands at first + i * stride bytes. */
typedef struct TextColumn
{
	const void *first;
	size_t stride;
	uint32_t n;
} TextColumn;

typedef struct TextIndexEntry
{
	uint64_t hash;
	const char *text; /* the owner's */
	uint32_t length;
	uint32_t number; /* place among all texts */
} TextIndexEntry;

typedef struct TextIndex
{
	uint32_t n;				 /* texts */
	uint32_t n_buckets;		 /* power of two >= n */
	uint32_t *starts;		 /* n_buckets + 1: where each bucket begins in entries */
	TextIndexEntry *entries; /* n */
} TextIndex;

/*
 * text_index_build
 *		Indexes the texts of both columns, numbered through; the second may be empty.
 *
 * The texts must outlive the index.  is_distinct: false when two are equal; a
 * lookup then finds one of them.  Cost O(L + n log n) and less than 40 n bytes.
 * KERNEL_OUT_OF_MEMORY and KERNEL_TOO_LARGE (more than 2^30 texts) leave nothing.
 */
extern Status text_index_build(TextIndex *index, const Allocator *allocator, TextColumn first,
							   TextColumn second, bool *is_distinct);
extern void text_index_release(TextIndex *index, const Allocator *allocator);

/* The number of a text, or -1.  Cost O(length), for the worst texts O(length log n). */
extern int64_t text_index_find(const TextIndex *index, const char *text, size_t length);

#endif /* ORCHARD_KERNEL_MODEL_TEXT_INDEX_H */
