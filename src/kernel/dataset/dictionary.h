/*
 * dictionary.h: the distinct strings of a categorical column, numbered by first appearance.
 *
 * Strings are kept in one growing arena; lookup is open addressing over keys of
 * 64 bits.  The key of a string of at most 7 bytes is these bytes, the first lowest, and its length
 * and one in the top byte, so that finding it touches its slot and nothing else; that of a longer one is a
 * hash, and the string is compared.  Codes are 0 .. n-1 and never change.  All
 * memory comes from the allocator given to each growing call; the same one every
 * time.
 */
#ifndef ORCHARD_KERNEL_DATASET_DICTIONARY_H
#define ORCHARD_KERNEL_DATASET_DICTIONARY_H

#include <string.h>

#include "kernel/base/memory.h"

#define DICTIONARY_SHORT 7						/* bytes of a string that a key has room for */
#define DICTIONARY_LONG_KEY (UINT64_C(1) << 63) /* set in the keys of longer ones */

typedef struct DictionarySlot
{
	uint64_t key;  /* 0: free */
	int32_t level; /* 1 + code; 0: free */
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

/* The key of a string of at most DICTIONARY_SHORT bytes: never 0. */
static inline uint64_t
dictionary_short_key(const char *text, size_t length)
{
	uint64_t key = (uint64_t) (length + 1) << 56;
	size_t i;

	for (i = 0; i < length; i++)
		key |= (uint64_t) (unsigned char) text[i] << 8 * i;
	return key;
}

/* The same without a branch, of a string that has 8 bytes before it that may be read. */
static inline uint64_t
dictionary_inner_key(const char *text, size_t length)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t word;

	memcpy(&word, text + length - 8, 8);
	return word >> 8 >> 8 * (DICTIONARY_SHORT - length) | (uint64_t) (length + 1) << 56;
#else
	return dictionary_short_key(text, length);
#endif
}

/*
 * dictionary_find_keys
 *		levels[i] = 1 + the code of the short string with keys[i], or 0, which is also that of key 0.
 *
 * Returns how many keys other than 0 were not found.
 */
extern uint32_t dictionary_find_keys(const Dictionary *dictionary, const uint64_t *keys, uint32_t n,
									 uint32_t *levels);

/* The string of a short key into text[DICTIONARY_SHORT]; returns its length. */
extern size_t dictionary_key_text(uint64_t key, char *text);

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
