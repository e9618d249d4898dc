/*
 * test_model_text_index.c: texts are found, duplicates seen, collisions cheap.
 */
#include "kernel/base/hash.h"
#include "kernel/model/text_index.h"
#include "unit.h"

#define MANY 20000
#define HASH_STEP UINT64_C(0x9e3779b97f4a7c15) /* of hash_bytes */

static const TextColumn nothing = {NULL, sizeof(char *), 0};

static TextColumn
column_of(char **texts, uint32_t n)
{
	return (TextColumn){texts, sizeof(char *), n};
}

static void
texts_of_both_columns_are_numbered_through(void)
{
	char *first[] = {"b", "", "a"};
	char *second[] = {"aa", "B"};
	TextIndex index;
	bool is_distinct = false;

	CHECK(text_index_build(&index, &unit_allocator, column_of(first, 3), column_of(second, 2),
						   &is_distinct) == KERNEL_OK);
	CHECK(is_distinct);
	CHECK(text_index_find(&index, "b", 1) == 0);
	CHECK(text_index_find(&index, "", 0) == 1);
	CHECK(text_index_find(&index, "a", 1) == 2);
	CHECK(text_index_find(&index, "aa", 2) == 3);
	CHECK(text_index_find(&index, "B", 1) == 4);
	CHECK(text_index_find(&index, "bb", 1) == 0);
	CHECK(text_index_find(&index, "ab", 2) == -1);
	CHECK(text_index_find(&index, "a\0", 2) == -1);
	text_index_release(&index, &unit_allocator);
}

static void
an_empty_index_finds_nothing(void)
{
	TextIndex index;
	bool is_distinct = false;

	CHECK(text_index_build(&index, &unit_allocator, nothing, nothing, &is_distinct) == KERNEL_OK);
	CHECK(is_distinct);
	CHECK(text_index_find(&index, "", 0) == -1);
	text_index_release(&index, &unit_allocator);
}

/* Texts at a stride wider than a pointer, as names in an array of structures. */
static void
a_stride_steps_over_other_fields(void)
{
	struct
	{
		double before;
		const char *name;
		double after;
	} rows[] = {{1, "x", 1}, {2, "y", 2}, {3, "z", 3}};
	TextColumn names = {&rows[0].name, sizeof(rows[0]), 3};
	TextIndex index;
	bool is_distinct = false;

	CHECK(text_index_build(&index, &unit_allocator, names, nothing, &is_distinct) == KERNEL_OK);
	CHECK(is_distinct && text_index_find(&index, "z", 1) == 2);
	text_index_release(&index, &unit_allocator);
}

static void
duplicates_are_seen_within_and_across_columns(void)
{
	char *texts[] = {"one", "two", "three", "two"};
	TextIndex index;
	bool is_distinct = true;

	CHECK(text_index_build(&index, &unit_allocator, column_of(texts, 4), nothing, &is_distinct) ==
		  KERNEL_OK);
	CHECK(!is_distinct && text_index_find(&index, "three", 5) == 2);
	text_index_release(&index, &unit_allocator);
	CHECK(text_index_build(&index, &unit_allocator, column_of(texts, 3), column_of(texts + 3, 1),
						   &is_distinct) == KERNEL_OK);
	CHECK(!is_distinct);
	text_index_release(&index, &unit_allocator);
	CHECK(text_index_build(&index, &unit_allocator, column_of(texts, 2), column_of(texts + 2, 1),
						   &is_distinct) == KERNEL_OK);
	CHECK(is_distinct);
	text_index_release(&index, &unit_allocator);
}

static void
many_texts_are_found(void)
{
	static char texts[MANY][8];
	static char *pointers[MANY];
	TextIndex index;
	bool is_distinct = false;
	uint32_t i;
	uint32_t found = 0;

	for (i = 0; i < MANY; i++)
	{
		snprintf(texts[i], sizeof(texts[i]), "%u", i * 7);
		pointers[i] = texts[i];
	}
	CHECK(text_index_build(&index, &unit_allocator, column_of(pointers, MANY), nothing,
						   &is_distinct) == KERNEL_OK);
	CHECK(is_distinct);
	for (i = 0; i < MANY; i++)
		found += text_index_find(&index, texts[i], strlen(texts[i])) == (int64_t) i;
	CHECK(found == MANY);
	CHECK(text_index_find(&index, "1", 1) == -1);
	text_index_release(&index, &unit_allocator);
}

/* The inverse of x ^= x >> shift. */
static uint64_t
unshift(uint64_t x, int shift)
{
	uint64_t y = x;
	int bits;

	for (bits = shift; bits < 64; bits += shift)
		y = x ^ y >> shift;
	return y;
}

/* The inverse of an odd number modulo 2^64, by Newton's iteration. */
static uint64_t
inverse(uint64_t odd)
{
	uint64_t x = odd;
	int i;

	for (i = 0; i < 6; i++)
		x *= 2 - odd * x;
	return x;
}

static uint64_t
hash_unmix(uint64_t x)
{
	x = unshift(x, 31) * inverse(UINT64_C(0x94d049bb133111eb));
	x = unshift(x, 27) * inverse(UINT64_C(0xbf58476d1ce4e5b9));
	return unshift(x, 30);
}

/* The state of hash_bytes after one more word of 8 bytes. */
static uint64_t
hash_word(uint64_t state, uint64_t word)
{
	return hash_mix(state ^ word) + HASH_STEP;
}

/* The word that brings a state to another one. */
static uint64_t
word_between(uint64_t state, uint64_t wanted)
{
	return state ^ hash_unmix(wanted - HASH_STEP);
}

/* A text that begins another one of the same hash is still another text. */
static void
a_text_and_its_longer_double_are_told_apart(void)
{
	static char brief[9] = "sixteen!";
	static char longer[17];
	char *texts[2] = {brief, longer};
	TextIndex index;
	bool is_distinct = false;
	uint64_t words[2];
	uint64_t state = hash_mix(HASH_STEP) ^ 8;

	memcpy(words, brief, 8);
	words[1] =
		word_between(hash_word(hash_mix(HASH_STEP) ^ 16, words[0]), hash_word(state, words[0]));
	memcpy(longer, words, 16);
	CHECK(strlen(longer) == 16);
	CHECK(hash_bytes(brief, 8, 0) == hash_bytes(longer, 16, 0));
	CHECK(text_index_build(&index, &unit_allocator, column_of(texts, 2), nothing, &is_distinct) ==
		  KERNEL_OK);
	CHECK(is_distinct);
	CHECK(text_index_find(&index, brief, 8) == 0 && text_index_find(&index, longer, 16) == 1);
	text_index_release(&index, &unit_allocator);
	CHECK(text_index_build(&index, &unit_allocator, column_of(texts, 1), nothing, &is_distinct) ==
		  KERNEL_OK);
	CHECK(text_index_find(&index, longer, 16) == -1);
	text_index_release(&index, &unit_allocator);
}

/*
 * Texts of 16 bytes that all have one hash, made by running the hash backwards:
 * what somebody hostile would put into a model.  A chain of them would take
 * MANY^2 / 2 comparisons, the index MANY * log2(MANY).
 */
static void
colliding_texts_cost_a_logarithm(void)
{
	static char texts[MANY][17];
	static char *pointers[MANY];
	const uint64_t start = hash_mix(HASH_STEP) ^ 16;
	TextIndex index;
	bool is_distinct = false;
	uint64_t words[2] = {0};
	uint32_t n = 0;
	uint32_t found = 0;
	uint32_t i;

	for (words[0] = UINT64_C(0x0101010101010101); n < MANY; words[0] += UINT64_C(0x9d5f))
	{
		/* The second word brings every first one to the same state. */
		words[1] = word_between(hash_word(start, words[0]), 42);
		memcpy(texts[n], words, 16);
		if (memchr(texts[n], '\0', 16) == NULL)
		{
			pointers[n] = texts[n];
			n++;
		}
	}
	CHECK(hash_bytes(texts[0], 16, 0) == hash_bytes(texts[MANY - 1], 16, 0));
	CHECK(text_index_build(&index, &unit_allocator, column_of(pointers, MANY), nothing,
						   &is_distinct) == KERNEL_OK);
	CHECK(is_distinct);
	for (i = 0; i < MANY; i++)
		found += text_index_find(&index, texts[i], 16) == (int64_t) i;
	CHECK(found == MANY);
	CHECK(text_index_find(&index, texts[7], 15) == -1);
	text_index_release(&index, &unit_allocator);
	pointers[3] = texts[9];
	CHECK(text_index_build(&index, &unit_allocator, column_of(pointers, MANY), nothing,
						   &is_distinct) == KERNEL_OK);
	CHECK(!is_distinct);
	text_index_release(&index, &unit_allocator);
}

static void
a_refusal_leaves_nothing(void)
{
	char *texts[] = {"a", "b"};
	TextIndex index;
	bool is_distinct;
	int n;

	for (n = 0; n < 2; n++)
	{
		unit_allocator_fail_after(n);
		CHECK(text_index_build(&index, &unit_allocator, column_of(texts, 2), nothing,
							   &is_distinct) == KERNEL_OUT_OF_MEMORY);
		unit_allocator_fail_after(-1);
	}
	CHECK(text_index_build(&index, &unit_allocator, column_of(texts, UINT32_MAX),
						   column_of(texts, 2), &is_distinct) == KERNEL_TOO_LARGE);
}

UNIT_MAIN(UNIT_CASE(texts_of_both_columns_are_numbered_through),
		  UNIT_CASE(an_empty_index_finds_nothing), UNIT_CASE(a_stride_steps_over_other_fields),
		  UNIT_CASE(duplicates_are_seen_within_and_across_columns), UNIT_CASE(many_texts_are_found),
		  UNIT_CASE(a_text_and_its_longer_double_are_told_apart),
		  UNIT_CASE(colliding_texts_cost_a_logarithm), UNIT_CASE(a_refusal_leaves_nothing))
