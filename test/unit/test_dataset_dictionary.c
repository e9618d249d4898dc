/*
 * test_dataset_dictionary.c: codes, order, growth and refusal.
 */
#include "kernel/dataset/dictionary.h"

#include "unit.h"

/* The i-th of many strings, some longer than others. */
static size_t
name_of(int i, char *text)
{
	return (size_t) sprintf(text, "%x%.*s", (unsigned) i * 2654435761u, i % 23,
							"-----------------------");
}

static void
codes_are_stable(void)
{
	Dictionary dictionary = {0};
	char text[64];
	int32_t code;
	size_t length;
	int i;

	CHECK(dictionary_find(&dictionary, "x", 1) == -1);
	for (i = 0; i < 20000; i++)
	{
		length = name_of(i, text);
		CHECK(dictionary_add(&dictionary, &unit_allocator, text, length, &code) == KERNEL_OK &&
			  code == i);
	}
	for (i = 0; i < 20000; i++)
	{
		length = name_of(i, text);
		CHECK(dictionary_find(&dictionary, text, length) == i);
		CHECK(dictionary_add(&dictionary, &unit_allocator, text, length, &code) == KERNEL_OK &&
			  code == i);
		CHECK(strcmp(dictionary_text(&dictionary, i, &length), text) == 0 &&
			  length == strlen(text));
	}
	CHECK(dictionary.n == 20000);
	CHECK(dictionary_find(&dictionary, "absent", 6) == -1);
	dictionary_release(&dictionary, &unit_allocator);
}

/* Byte order, with zero bytes, prefixes and the empty string. */
static void
sorts_by_bytes(void)
{
	static const struct
	{
		const char *text;
		size_t length;
	} texts[] = {{"b", 1}, {"", 0}, {"a", 1}, {"\xc3\xa4", 2}, {"a\0b", 3}, {"ab", 2}, {"B", 1}};
	static const int32_t expected[] = {1, 6, 2, 4, 5, 0, 3};
	Dictionary dictionary = {0};
	int32_t order[7];
	int32_t code;
	int i;

	for (i = 0; i < 7; i++)
		CHECK(dictionary_add(&dictionary, &unit_allocator, texts[i].text, texts[i].length, &code) ==
			  KERNEL_OK);
	CHECK(dictionary_sort(&dictionary, &unit_allocator, NULL, order) == KERNEL_OK);
	for (i = 0; i < 7; i++)
		CHECK(order[i] == expected[i]);
	dictionary_release(&dictionary, &unit_allocator);
}

static void
sorts_many(void)
{
	Dictionary dictionary = {0};
	int32_t order[1000];
	char text[64];
	int32_t code;
	size_t length;
	int i;

	for (i = 0; i < 1000; i++)
	{
		length = name_of(i, text);
		CHECK(dictionary_add(&dictionary, &unit_allocator, text, length, &code) == KERNEL_OK);
	}
	CHECK(dictionary_sort(&dictionary, &unit_allocator, NULL, order) == KERNEL_OK);
	for (i = 1; i < 1000; i++)
		CHECK(strcmp(dictionary_text(&dictionary, order[i - 1], &length),
					 dictionary_text(&dictionary, order[i], &length)) < 0);
	dictionary_release(&dictionary, &unit_allocator);
}

static void
refusal_changes_nothing(void)
{
	Dictionary dictionary = {0};
	char text[64];
	int32_t code;
	int i;

	for (i = 0; i < 500; i++)
	{
		size_t length = name_of(i, text);
		int32_t before = dictionary.n;
		int n;

		for (n = 0; n < 4; n++)
		{
			unit_allocator_fail_after(n);
			if (dictionary_add(&dictionary, &unit_allocator, text, length, &code) == KERNEL_OK)
				break;
			CHECK(dictionary.n == before && dictionary_find(&dictionary, text, length) == -1);
		}
		unit_allocator_fail_after(-1);
		CHECK(dictionary_find(&dictionary, text, length) == i);
	}
	dictionary_release(&dictionary, &unit_allocator);
}

/* Keys that are made in three ways, and back. */
static void
keys_of_short_strings(void)
{
	char memory[] = "12345678abcdefg";
	size_t length;

	for (length = 0; length <= DICTIONARY_SHORT; length++)
	{
		char text[DICTIONARY_SHORT];
		uint64_t key = dictionary_short_key(memory + 8, length);

		CHECK(key == dictionary_inner_key(memory + 8, length) && key != 0);
		CHECK(dictionary_key_text(key, text) == length && memcmp(text, memory + 8, length) == 0);
		CHECK(dictionary_short_key("abcdef", length < 6 ? length : 6) ==
			  (length < 6 ? key : dictionary_short_key(memory + 8, 6)));
	}
	CHECK(dictionary_short_key("ab", 2) == (UINT64_C(3) << 56 | UINT64_C(0x6261)));
}

/* Many keys at once as each alone. */
static void
finds_keys(void)
{
	Dictionary dictionary = {0};
	uint64_t keys[64];
	uint32_t levels[64];
	char text[64];
	size_t length;
	int32_t code;
	int start;
	int i;

	keys[0] = 0;
	keys[1] = dictionary_short_key("x", 1);
	CHECK(dictionary_find_keys(&dictionary, keys, 2, levels) == 1);
	CHECK(levels[0] == 0 && levels[1] == 0);
	/* Every third is absent; long ones are among those held. */
	for (i = 0; i < 6400; i++)
	{
		length = (size_t) sprintf(text, i % 5 == 0 ? "s%d and more" : "s%d", i);
		if (i % 3 != 0)
			CHECK(dictionary_add(&dictionary, &unit_allocator, text, length, &code) == KERNEL_OK);
	}
	for (start = 0; start < 6400; start += 64)
	{
		uint32_t missed = 0;

		for (i = 0; i < 64; i++)
		{
			length = (size_t) sprintf(text, "s%d", start + i);
			keys[i] = i % 13 == 0 ? 0 : dictionary_short_key(text, length);
		}
		missed = dictionary_find_keys(&dictionary, keys, 64, levels);
		for (i = 0; i < 64; i++)
		{
			length = (size_t) sprintf(text, "s%d", start + i);
			CHECK((int32_t) levels[i] - 1 ==
				  (i % 13 == 0 ? -1 : dictionary_find(&dictionary, text, length)));
			missed -= i % 13 != 0 && levels[i] == 0;
		}
		CHECK(missed == 0);
	}
	dictionary_release(&dictionary, &unit_allocator);
}

static bool
stop_now(void *context)
{
	++*(int *) context;
	return true;
}

static void
sorting_can_be_stopped(void)
{
	Dictionary dictionary = {0};
	int polls = 0;
	StopCheck stop = {stop_now, &polls, NULL};
	int32_t order[100];
	char text[64];
	int32_t code;
	int i;

	for (i = 0; i < 100; i++)
		CHECK(dictionary_add(&dictionary, &unit_allocator, text, name_of(i, text), &code) ==
			  KERNEL_OK);
	CHECK(dictionary_sort(&dictionary, &unit_allocator, &stop, order) == KERNEL_STOPPED);
	CHECK(polls == 1);
	dictionary_release(&dictionary, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(codes_are_stable), UNIT_CASE(keys_of_short_strings), UNIT_CASE(finds_keys),
		  UNIT_CASE(sorts_by_bytes), UNIT_CASE(sorts_many), UNIT_CASE(sorting_can_be_stopped),
		  UNIT_CASE(refusal_changes_nothing))
