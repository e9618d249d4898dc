/*
 * test_dataset_design.c: levels, pooling and the order of terms.
 */
#include "kernel/dataset/design.h"

#include "unit.h"

static const Feature features[] = {{"n", FAMILY_NUMBER, 0, false},
								   {"v", FAMILY_NUMBER, 3, false},
								   {"c", FAMILY_CATEGORY, 0, false}};

/* The text dictionary d, b, a, e, c. */
static void
make_dictionary(Dictionary *dictionary)
{
	int32_t code;

	memset(dictionary, 0, sizeof(*dictionary));
	dictionary_add(dictionary, &unit_allocator, "d", 1, &code);
	dictionary_add(dictionary, &unit_allocator, "b", 1, &code);
	dictionary_add(dictionary, &unit_allocator, "a", 1, &code);
	dictionary_add(dictionary, &unit_allocator, "e", 1, &code);
	dictionary_add(dictionary, &unit_allocator, "c", 1, &code);
}

static Status
build(Design *design, const Dictionary *dictionary, const double *weights, double missing,
	  int32_t max_categories, bool missing_indicator)
{
	const double *level_weight[1] = {weights};
	NumberFacts numbers[4] = {
		{1.0, 10.0, 0.0}, {2.0, 8.0, 2.0}, {3.0, 10.0, 0.0}, {4.0, 10.0, 0.0}};
	DesignOptions options = {true, missing_indicator, max_categories, NULL};

	return design_build(design, &unit_allocator, features, 3, dictionary, level_weight, &missing,
						numbers, &options);
}

static void
terms_in_order(void)
{
	static const double weights[5] = {1.0, 3.0, 2.0, 0.0, 2.0};
	Dictionary dictionary;
	Design design;

	make_dictionary(&dictionary);
	CHECK(build(&design, &dictionary, weights, 2.0, 1000, true) == KERNEL_OK);
	/* (intercept), n, v[1..3], v missing, c = b, c = c, c = d, c missing; e had no row, a is the reference. */
	CHECK(design.n_terms == 10);
	CHECK(design.terms[0].feature == TERM_INTERCEPT);
	CHECK(design.terms[1].feature == 0 && design.terms[1].slot == 0);
	CHECK(design.terms[4].feature == 1 && design.terms[4].element == 2 &&
		  design.terms[4].slot == 3);
	CHECK(design.terms[5].feature == 1 && design.terms[5].level == LEVEL_MISSING);
	CHECK(design.terms[6].level == 1 && design.terms[8].level == 3 &&
		  design.terms[9].level == LEVEL_MISSING);
	CHECK(design.missing_term[0] == -1 && design.missing_term[2] == 9 &&
		  design.category_term[0] == 6);
	CHECK(design.categories[0].n_levels == 4 && design.categories[0].levels[0] == 2);
	CHECK_NEAR(design.categories[0].frequency[1], 3.0 / 8.0, 1e-15);
	CHECK(design.categories[0].frequency[4] == 0.0);
	design_release(&design, &unit_allocator, &dictionary);
	dictionary_release(&dictionary, &unit_allocator);
}

/* The two heaviest stay; of equal ones the first in level order. */
static void
rare_levels_are_pooled(void)
{
	static const double weights[5] = {1.0, 3.0, 2.0, 4.0, 3.0};
	Dictionary dictionary;
	Design design;
	const CategoryFacts *facts;

	make_dictionary(&dictionary);
	CHECK(build(&design, &dictionary, weights, 0.0, 2, false) == KERNEL_OK);
	facts = &design.categories[0];
	CHECK(facts->n_levels == 2 && facts->n_pooled == 3);
	CHECK(facts->levels[0] == 1 && facts->levels[1] == 3);
	CHECK(facts->level_of_code[4] == LEVEL_POOLED && facts->level_of_code[2] == LEVEL_POOLED &&
		  facts->level_of_code[0] == LEVEL_POOLED);
	CHECK(facts->pooled_rows == 6.0);
	CHECK_NEAR(facts->frequency[2], 6.0 / 13.0, 1e-15);
	CHECK(design.terms[design.n_terms - 1].level == LEVEL_POOLED);
	design_release(&design, &unit_allocator, &dictionary);
	dictionary_release(&dictionary, &unit_allocator);
}

/* Weights of 1e308 add up to infinity, and the next sum to NaN. */
static void
weights_without_a_finite_sum_overflow(void)
{
	static const double weights[][5] = {{1.0, NAN, 2.0, 4.0, 3.0},
										{1.0, 3.0, 2.0, INFINITY, 3.0},
										{1.7e308, 1.0, 1.7e308, 1.0, 1.0}};
	Dictionary dictionary;
	Design design;
	int i;

	make_dictionary(&dictionary);
	for (i = 0; i < 3; i++)
	{
		CHECK(build(&design, &dictionary, weights[i], 0.0, 1000, true) == KERNEL_OVERFLOW);
		CHECK(build(&design, &dictionary, weights[i], 0.0, 2, true) == KERNEL_OVERFLOW);
	}
	dictionary_release(&dictionary, &unit_allocator);
}

static void
refusal_is_a_status(void)
{
	static const double weights[5] = {1.0, 3.0, 2.0, 4.0, 3.0};
	Dictionary dictionary;
	Design design;
	Status status = KERNEL_OUT_OF_MEMORY;
	int n;

	make_dictionary(&dictionary);
	for (n = 0; n < 40 && status != KERNEL_OK; n++)
	{
		unit_allocator_fail_after(n);
		status = build(&design, &dictionary, weights, 0.0, 2, true);
	}
	unit_allocator_fail_after(-1);
	CHECK(status == KERNEL_OK && n > 8);
	design_release(&design, &unit_allocator, &dictionary);
	dictionary_release(&dictionary, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(terms_in_order), UNIT_CASE(rare_levels_are_pooled),
		  UNIT_CASE(weights_without_a_finite_sum_overflow), UNIT_CASE(refusal_is_a_status))
