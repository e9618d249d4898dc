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

UNIT_MAIN(UNIT_CASE(codes_are_stable), UNIT_CASE(sorts_by_bytes), UNIT_CASE(sorts_many),
		  UNIT_CASE(sorting_can_be_stopped), UNIT_CASE(refusal_changes_nothing))
