/*
 * dictionary.h: the distinct strings of a categorical column, numbered by first appearance.
 *
 * Strings are kept in one growing arena; lookup is open addressing over keys of
 * 64 bits.  The key of a string of at most 7 bytes is these bytes and its length,
 * so that finding it touches its slot and nothing else; that of a longer one is a
 * hash, and the string is compared.  Codes are 0 .. n-1 and never change.  All
 * memory comes from the allocator given to each growing call; the same one every
 * time.
 */
#ifndef ORCHARD_KERNEL_DATASET_DICTIONARY_H
#define ORCHARD_KERNEL_DATASET_DICTIONARY_H

#include "kernel/base/memory.h"

typedef struct DictionarySlot
{
	uint64_t key; /* 0: free */
	int32_t code;
} DictionarySlot;

typedef struct Dictionary
{
	char *text; /* the strings, each followed by a zero byte */
	size_t text_length;
	size_t text_capacity;
	size_t *offsets;  /* n + 1 offsets into text (offsets[n] = text_length); NULL while n = 0 */
	int32_t n;		  /* strings held */
	int32_t capacity; /* of offsets, less one */
	DictionarySlot *table; /* table_size of them */
	uint32_t table_size;   /* power of two, or 0 */
} Dictionary;

/* An empty dictionary is all zeros. */
extern void dictionary_release(Dictionary *dictionary, const Allocator *allocator);

/* The code of a string, or -1.  Cost O(length). */
extern int32_t dictionary_find(const Dictionary *dictionary, const char *text, size_t length);

/*
 * dictionary_find in two halves, for one that looks into several dictionaries: the first gives the key
 * of the string and asks for the memory that the second reads, which then need not wait for it.
 */
extern uint64_t dictionary_key(const Dictionary *dictionary, const char *text, size_t length);
extern int32_t dictionary_find_key(const Dictionary *dictionary, uint64_t key, const char *text,
								   size_t length);

/*
 * The code of a string, added when new.  KERNEL_OUT_OF_MEMORY leaves the
 * dictionary as it was; KERNEL_TOO_LARGE above 2^31 - 2 strings.
 */
extern Status dictionary_add(Dictionary *dictionary, const Allocator *allocator, const char *text,
							 size_t length, int32_t *code);

/* The string of a code, zero-terminated, valid until the next add. */
extern const char *dictionary_text(const Dictionary *dictionary, int32_t code, size_t *length);

/*
 * Codes in level order: byte order (strcmp as unsigned bytes), into order[n].
 * KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED.
 */
extern Status dictionary_sort(const Dictionary *dictionary, const Allocator *allocator,
							  const StopCheck *stop, int32_t *order);

#endif /* ORCHARD_KERNEL_DATASET_DICTIONARY_H */
