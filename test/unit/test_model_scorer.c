/*
 * test_model_scorer.c: the compiled scorer holds each coefficient where its term reads.
 */
#include "model_samples.h"
#include "unit.h"

static void
numbers_stand_in_slot_order(void)
{
	LinearScorer scorer;
	int i;

	CHECK(model_numbers(&sample_arrays) == 4 && model_categories(&sample_arrays) == 0);
	CHECK(model_scorer(&sample_arrays, &unit_allocator, &scorer) == KERNEL_OK);
	CHECK(scorer.n_numbers == 4 && scorer.n_categories == 0 && scorer.link == LINK_IDENTITY);
	CHECK(scorer.intercept == 0.0);
	for (i = 0; i < 4; i++)
		CHECK(scorer.number_fill[i] == arrays_fill[i]);
	CHECK(scorer.number_weight[0] == 0.5 && scorer.number_weight[1] == -0.25);
	CHECK(scorer.number_weight[2] == 0.125 && scorer.number_weight[3] == 2.0);
	CHECK(scorer.missing_weight[0] == 100.0 && scorer.missing_weight[1] == 0.0);
	CHECK(scorer.missing_weight[2] == 0.0 && scorer.missing_weight[3] == -1000.0);
	model_scorer_release(&sample_arrays, &unit_allocator, &scorer);
}

static void
levels_stand_by_code(void)
{
	LinearScorer scorer;
	const double *plan;

	CHECK(model_numbers(&sample_categories) == 1 && model_categories(&sample_categories) == 3);
	CHECK(model_scorer(&sample_categories, &unit_allocator, &scorer) == KERNEL_OK);
	CHECK(scorer.n_numbers == 1 && scorer.n_categories == 3 && scorer.intercept == 1.0);
	plan = scorer.level_weight[0];
	/* Unseen: the mean over the training rows; the reference: nothing; levels; pooled. */
	CHECK(plan[0] == 2.0 * 0.375 - 4.0 * 0.125 + 8.0 * 0.125 + 16.0 * 0.125);
	CHECK(plan[1] == 0.0 && plan[2] == 2.0 && plan[3] == -4.0 && plan[4] == 8.0 && plan[5] == 16.0);
	CHECK(scorer.level_weight[1][0] == 16.0 && scorer.level_weight[1][1] == 0.0);
	CHECK(scorer.level_weight[1][2] == 64.0 && scorer.level_weight[1][3] == 0.0);
	CHECK(scorer.level_weight[2][0] == 0.0 && scorer.level_weight[2][1] == 0.0);
	CHECK(scorer.missing_weight[0] == 0.0 && scorer.missing_weight[1] == 32.0);
	CHECK(scorer.missing_weight[2] == 0.0 && scorer.missing_weight[3] == 0.0);
	model_scorer_release(&sample_categories, &unit_allocator, &scorer);
}

/* A scorer a class; the reference has none but the mean taken from all. */
static void
classes_have_scorers_that_add_up_to_nothing(void)
{
	LinearScorer *scorers;
	LinearScorer first;

	CHECK(model_class_scorers(&sample_softmax, &unit_allocator, &scorers) == KERNEL_OK);
	CHECK(scorers[0].intercept == -1.5 - 0.25 && scorers[1].intercept == -0.25);
	CHECK(scorers[2].intercept == 2.25 - 0.25);
	CHECK(scorers[0].number_weight[0] == 1.5 && scorers[1].number_weight[0] == 0.75);
	CHECK(scorers[2].number_weight[0] == -2.25);
	CHECK(scorers[0].missing_weight[0] == 1.5 && scorers[1].missing_weight[0] == -1.5);
	CHECK(scorers[0].level_weight[0][2] == 1.0 && scorers[1].level_weight[0][2] == -0.5);
	CHECK(scorers[0].level_weight[0][0] == 0.25 && scorers[2].level_weight[0][0] == -0.125);
	model_class_scorers_release(&sample_softmax, &unit_allocator, scorers);

	CHECK(model_class_scorers(&sample_symmetric, &unit_allocator, &scorers) == KERNEL_OK);
	CHECK(scorers[0].intercept == -1.5 && scorers[1].intercept == 2.25);
	CHECK(scorers[2].intercept == -0.75 && scorers[2].number_weight[0] == 2.25);
	model_class_scorers_release(&sample_symmetric, &unit_allocator, scorers);
	CHECK(model_scorer(&sample_softmax, &unit_allocator, &first) == KERNEL_OK);
	CHECK(first.intercept == -1.5 && first.number_weight[0] == 0.75);
	model_scorer_release(&sample_softmax, &unit_allocator, &first);
}

static void
refused_class_scorers_leave_nothing(void)
{
	LinearScorer *scorers;
	Status status = KERNEL_OUT_OF_MEMORY;
	long n;

	for (n = 0; n < 50 && status != KERNEL_OK; n++)
	{
		unit_allocator_fail_after(n);
		status = model_class_scorers(&sample_softmax, &unit_allocator, &scorers);
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
	}
	unit_allocator_fail_after(-1);
	CHECK(status == KERNEL_OK && n > 10);
	model_class_scorers_release(&sample_softmax, &unit_allocator, scorers);
}

static void
a_constant_model_predicts_its_constant(void)
{
	Model model = sample_constant;
	LinearScorer scorer;
	double vector[3] = {1e300, -1e300, 1.0};

	model.constant = 0.25;
	CHECK(model_scorer(&model, &unit_allocator, &scorer) == KERNEL_OK);
	CHECK(scorer.link == LINK_IDENTITY && scorer.intercept == 0.25);
	CHECK(linear_inverse_link(scorer.link, linear_eta(&scorer, vector)) == 0.25);
	model_scorer_release(&model, &unit_allocator, &scorer);
}

/* Two classes, no intercept and no feature: the probability is one half. */
static void
a_logistic_model_without_terms_predicts_a_half(void)
{
	Model model = sample_logistic;
	LinearScorer scorer;
	double vector[3] = {7.0, 8.0, 1.0};

	model.n_terms = 0;
	model.facts.rank = 0;
	CHECK(model_validate(&model, &unit_allocator) == KERNEL_OK);
	CHECK(model_scorer(&model, &unit_allocator, &scorer) == KERNEL_OK);
	CHECK(linear_inverse_link(scorer.link, linear_eta(&scorer, vector)) == 0.5);
	model_scorer_release(&model, &unit_allocator, &scorer);
}

/* The columns of the terms, as scoring has them. */
static void
terms_have_their_values(void)
{
	/* plan, size and never of the categories: seen, pooled, unseen or NULL. */
	double seen[] = {2.5, 3.0, 2.0, 0.0};
	double pooled[] = {2.5, 5.0, 1.0, 0.0};
	double unseen[] = {2.5, 0.0, 0.0, 0.0};
	bool is_missing[9] = {false};
	double values[9];
	double array[] = {0.5, 2.0, -3.0, 7.0};

	model_term_values(&sample_categories, seen, is_missing, values);
	CHECK(values[0] == 1.0 && values[1] == 0.0 && values[2] == 1.0 && values[3] == 0.0);
	CHECK(values[4] == 0.0 && values[5] == 0.0 && values[6] == 2.5 && values[7] == 1.0);
	model_term_values(&sample_categories, pooled, is_missing, values);
	CHECK(values[1] == 0.0 && values[3] == 0.0 && values[4] == 1.0 && values[7] == 0.0);
	is_missing[5] = true;
	model_term_values(&sample_categories, unseen, is_missing, values);
	CHECK(values[1] == 0.375 && values[2] == 0.125 && values[3] == 0.125 && values[4] == 0.125);
	CHECK(values[5] == 1.0 && values[7] == 0.25 && values[8] == 0.0);
	model_term_values(&sample_arrays, array, is_missing, values);
	CHECK(values[0] == 0.5 && values[1] == 2.0 && values[2] == -3.0 && values[3] == 0.0);
	CHECK(values[4] == 7.0 && values[5] == 1.0);
}

static void
a_refusal_leaves_nothing(void)
{
	LinearScorer scorer;
	int n;

	for (n = 0; n < 7; n++)
	{
		unit_allocator_fail_after(n);
		CHECK(model_scorer(&sample_categories, &unit_allocator, &scorer) == KERNEL_OUT_OF_MEMORY);
		unit_allocator_fail_after(-1);
	}
	CHECK(model_scorer(&sample_categories, &unit_allocator, &scorer) == KERNEL_OK);
	model_scorer_release(&sample_categories, &unit_allocator, &scorer);
}

UNIT_MAIN(UNIT_CASE(numbers_stand_in_slot_order), UNIT_CASE(levels_stand_by_code),
		  UNIT_CASE(a_constant_model_predicts_its_constant),
		  UNIT_CASE(classes_have_scorers_that_add_up_to_nothing),
		  UNIT_CASE(refused_class_scorers_leave_nothing),
		  UNIT_CASE(a_logistic_model_without_terms_predicts_a_half),
		  UNIT_CASE(terms_have_their_values), UNIT_CASE(a_refusal_leaves_nothing))
