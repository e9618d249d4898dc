/*
 * test_model_level_lookup.c: a category's text becomes its code.
 */
#include "model_samples.h"
#include "unit.h"

static int32_t
find(const LevelLookup *lookup, const char *text)
{
	return level_lookup_find(lookup, text, strlen(text));
}

static void
levels_pooled_and_unseen_texts_have_their_codes(void)
{
	LevelLookup *lookup = level_lookup_create(&categories_features[0], &unit_allocator);

	CHECK(find(lookup, "") == 1);
	CHECK(find(lookup, "basic") == 2);
	CHECK(find(lookup, "caf\303\251") == 3);
	CHECK(find(lookup, "pro") == 4);
	CHECK(find(lookup, "rare a") == 5);
	CHECK(find(lookup, "rare b") == 5);
	CHECK(find(lookup, "rare c") == 5);
	CHECK(find(lookup, "rare d") == 0);
	CHECK(find(lookup, "Basic") == 0);
	level_lookup_release(lookup, &unit_allocator);
}

/* PostgreSQL's texts end without a zero byte. */
static void
a_text_ends_at_its_length(void)
{
	LevelLookup *lookup = level_lookup_create(&categories_features[0], &unit_allocator);

	CHECK(level_lookup_find(lookup, "probably", 3) == 4);
	CHECK(level_lookup_find(lookup, "probably", 4) == 0);
	CHECK(level_lookup_find(lookup, "pro\0", 4) == 0);
	level_lookup_release(lookup, &unit_allocator);
}

static void
a_feature_without_levels_knows_no_text(void)
{
	LevelLookup *lookup = level_lookup_create(&categories_features[3], &unit_allocator);

	CHECK(find(lookup, "") == 0);
	CHECK(find(lookup, "x") == 0);
	level_lookup_release(lookup, &unit_allocator);
}

static void
a_refusal_leaves_nothing(void)
{
	int n;

	for (n = 0; n < 3; n++)
	{
		unit_allocator_fail_after(n);
		CHECK(level_lookup_create(&categories_features[0], &unit_allocator) == NULL);
		unit_allocator_fail_after(-1);
	}
}

UNIT_MAIN(UNIT_CASE(levels_pooled_and_unseen_texts_have_their_codes),
		  UNIT_CASE(a_text_ends_at_its_length), UNIT_CASE(a_feature_without_levels_knows_no_text),
		  UNIT_CASE(a_refusal_leaves_nothing))
