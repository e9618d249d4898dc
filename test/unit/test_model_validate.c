/*
 * test_model_validate.c: each invariant, broken alone, makes a model invalid.
 */
#include "model_samples.h"
#include "unit.h"

/* A sample that may be changed. */
typedef struct Copy
{
	Model model;
	ModelFeature features[5];
	Transform recipe;
	Step steps[3];
	LinearCoefficient terms[16];
	ModelMetric metrics[2];
} Copy;

static Copy
copy_of(const Model *sample)
{
	Copy copy = {.model = *sample};
	uint32_t i;

	for (i = 0; i < sample->n_features; i++)
		copy.features[i] = sample->features[i];
	for (i = 0; i < sample->n_terms; i++)
		copy.terms[i] = sample->coefficients[i];
	for (i = 0; i < sample->n_metrics; i++)
		copy.metrics[i] = sample->metrics[i];
	if (sample->preprocess != NULL)
		copy.recipe = *sample->preprocess;
	for (i = 0; i < copy.recipe.n; i++)
		copy.steps[i] = sample->preprocess->steps[i];
	return copy;
}

static Status
validate(Copy *copy)
{
	copy->model.features = copy->features;
	copy->model.coefficients = copy->terms;
	copy->model.metrics = copy->metrics;
	if (copy->model.preprocess != NULL)
	{
		copy->recipe.steps = copy->steps;
		copy->model.preprocess = &copy->recipe;
	}
	return model_validate(&copy->model, &unit_allocator);
}

/* After `change` a copy of the sample is corrupt, and model_encode refuses it. */
#define CHECK_BREAKS(sample, change) \
	do \
	{ \
		Copy copy = copy_of(sample); \
		uint8_t *bytes; \
		size_t length; \
		CHECK(validate(&copy) == KERNEL_OK); \
		change; \
		CHECK(validate(&copy) == KERNEL_CORRUPT); \
		CHECK(model_encode(&copy.model, &unit_allocator, &bytes, &length) == KERNEL_INVALID); \
	} while (0)

static void
every_sample_is_valid(void)
{
	int i;

	for (i = 0; i < SAMPLE_COUNT; i++)
		CHECK(model_validate(samples[i].model, &unit_allocator) == KERNEL_OK);
}

static void
kinds_are_known(void)
{
	CHECK_BREAKS(&sample_numbers, copy.model.algorithm = (ModelAlgorithm) 0);
	CHECK_BREAKS(&sample_numbers, copy.model.algorithm = (ModelAlgorithm) 3);
	CHECK_BREAKS(&sample_numbers, copy.model.objective = (ModelObjective) 0);
	CHECK_BREAKS(&sample_numbers, copy.model.objective = (ModelObjective) 3);
	CHECK_BREAKS(&sample_numbers, copy.model.unknown = (UnknownPolicy) 2);
	CHECK_BREAKS(&sample_numbers, copy.model.link = (LinearLink) 2);
	CHECK_BREAKS(&sample_numbers, copy.model.link = (LinearLink) 5);
	CHECK_BREAKS(&sample_numbers, copy.features[0].family = (FeatureFamily) (FAMILY_LAST + 1));
	CHECK_BREAKS(&sample_numbers, copy.model.target = "");
	CHECK_BREAKS(&sample_numbers, copy.model.target = NULL);
	CHECK_BREAKS(&sample_numbers, copy.model.options = NULL);
}

static void
numbers_are_finite(void)
{
	double bad_fill = INFINITY;
	double bad_element[3] = {1.0, 2.0, NAN};
	double bad_frequency[5] = {0.25, 0.375, 0.125, 0.125, -0.125};

	CHECK_BREAKS(&sample_numbers, copy.features[2].fill = &bad_fill);
	CHECK_BREAKS(&sample_numbers, copy.features[2].fill = NULL);
	CHECK_BREAKS(&sample_arrays, copy.features[0].fill = bad_element);
	CHECK_BREAKS(&sample_categories, copy.features[0].frequency = bad_frequency);
	bad_frequency[4] = 1.001;
	CHECK_BREAKS(&sample_categories, copy.features[0].frequency = bad_frequency);
	bad_frequency[4] = NAN;
	CHECK_BREAKS(&sample_categories, copy.features[0].frequency = bad_frequency);
	CHECK_BREAKS(&sample_categories, copy.features[0].frequency = NULL);
	CHECK_BREAKS(&sample_numbers, copy.terms[0].estimate = NAN);
	CHECK_BREAKS(&sample_numbers, copy.terms[4].estimate = -INFINITY);
	CHECK_BREAKS(&sample_numbers, copy.terms[1].std_error = INFINITY);
}

static void
names_and_levels_are_distinct(void)
{
	char *twice[] = {"", "basic", "pro", "basic"};
	char *also_pooled[] = {"basic", "rare b", "rare c"};
	char *unordered[] = {"rare b", "rare a", "rare c"};
	char *repeated[] = {"rare a", "rare a", "rare c"};
	char *absent[] = {"", "basic", NULL, "pro"};

	CHECK_BREAKS(&sample_numbers, copy.features[1].name = "age");
	CHECK_BREAKS(&sample_numbers, copy.features[1].name = "");
	CHECK_BREAKS(&sample_numbers, copy.features[1].name = NULL);
	CHECK_BREAKS(&sample_numbers, copy.metrics[0].name = "train.rmse");
	CHECK_BREAKS(&sample_numbers, copy.metrics[0].name = "");
	CHECK_BREAKS(&sample_categories, copy.features[0].levels = twice);
	CHECK_BREAKS(&sample_categories, copy.features[0].levels = absent);
	CHECK_BREAKS(&sample_categories, copy.features[0].pooled = also_pooled);
	CHECK_BREAKS(&sample_categories, copy.features[0].pooled = unordered);
	CHECK_BREAKS(&sample_categories, copy.features[0].pooled = repeated);
	CHECK_BREAKS(&sample_categories, copy.features[3].n_pooled = 1;
				 copy.features[3].pooled = also_pooled);
}

static void
families_have_their_own_fields(void)
{
	CHECK_BREAKS(&sample_numbers, copy.features[0].n_levels = 2);
	CHECK_BREAKS(&sample_numbers, copy.features[0].n_pooled = 2);
	CHECK_BREAKS(&sample_categories, copy.features[0].length = 1);
	CHECK_BREAKS(&sample_categories, copy.features[0].fill = categories_fill);
	CHECK_BREAKS(&sample_numbers, copy.features[0].length = UINT32_MAX);
	CHECK_BREAKS(&sample_categories, copy.features[0].n_levels = UINT32_MAX);
}

static void
terms_point_into_the_schema(void)
{
	CHECK_BREAKS(&sample_numbers, copy.terms[1].term.feature = 4);
	CHECK_BREAKS(&sample_numbers, copy.terms[1].term.feature = -2);
	CHECK_BREAKS(&sample_numbers, copy.terms[1].term.level = 0);
	CHECK_BREAKS(&sample_numbers, copy.terms[1].term.level = LEVEL_POOLED);
	CHECK_BREAKS(&sample_numbers, copy.terms[1].term.level = -4);
	CHECK_BREAKS(&sample_numbers, copy.terms[1].term.element = 1);
	CHECK_BREAKS(&sample_numbers, copy.terms[0].term.element = 1);
	CHECK_BREAKS(&sample_numbers, copy.terms[0].term.level = 0);
	CHECK_BREAKS(&sample_arrays, copy.terms[2].term.element = 3);
	CHECK_BREAKS(&sample_arrays, copy.terms[0].term.element = -1);
	CHECK_BREAKS(&sample_arrays, copy.terms[3].term.element = 3);
	CHECK_BREAKS(&sample_categories, copy.terms[1].term.level = 0);
	CHECK_BREAKS(&sample_categories, copy.terms[3].term.level = 4);
	CHECK_BREAKS(&sample_categories, copy.terms[7].term.level = LEVEL_POOLED);
	CHECK_BREAKS(&sample_categories, copy.terms[7].term.level = LEVEL_NUMBER);
	CHECK_BREAKS(&sample_categories, copy.terms[7].term.element = 1);
	CHECK_BREAKS(&sample_empty, copy.terms[0].term.feature = 0);
}

static void
no_term_stands_twice(void)
{
	CHECK_BREAKS(&sample_numbers, copy.terms[1] = copy.terms[0]);
	CHECK_BREAKS(&sample_numbers, copy.terms[2] = copy.terms[1]);
	CHECK_BREAKS(&sample_numbers, copy.terms[0] = copy.terms[1];
				 copy.terms[1] = sample_numbers.coefficients[0]);
	CHECK_BREAKS(&sample_numbers, copy.terms[2].term.feature = 3; copy.terms[4].term.feature = 1);
	CHECK_BREAKS(&sample_categories, copy.terms[2].term.level = 3; copy.terms[3].term.level = 2);
	CHECK_BREAKS(&sample_categories, copy.terms[5] = copy.terms[4]);
	CHECK_BREAKS(&sample_arrays, copy.terms[2] = copy.terms[3];
				 copy.terms[3] = sample_arrays.coefficients[2]);
}

static void
classes_fit_the_objective(void)
{
	char *same[] = {"no", "no"};
	char *three[] = {"a", "b", "c"};
	char *absent[] = {"no", NULL};

	CHECK_BREAKS(&sample_logistic, copy.model.classes = same);
	CHECK_BREAKS(&sample_logistic, copy.model.classes = absent);
	CHECK_BREAKS(&sample_logistic, copy.model.classes = three; copy.model.n_classes = 3);
	CHECK_BREAKS(&sample_logistic, copy.model.n_classes = 1; copy.model.positive_class = 0);
	CHECK_BREAKS(&sample_logistic, copy.model.n_classes = 0; copy.model.positive_class = 0);
	CHECK_BREAKS(&sample_logistic, copy.model.positive_class = 2);
	CHECK_BREAKS(&sample_logistic, copy.model.link = LINK_IDENTITY);
	CHECK_BREAKS(&sample_logistic, copy.model.constant = 0.5);
	CHECK_BREAKS(&sample_logistic, copy.model.objective = OBJECTIVE_SQUARED_ERROR);
	CHECK_BREAKS(&sample_numbers, copy.model.objective = OBJECTIVE_LOG_LOSS);
	CHECK_BREAKS(&sample_numbers, copy.model.link = LINK_LOGIT);
	CHECK_BREAKS(&sample_numbers, copy.model.positive_class = 1);
	CHECK_BREAKS(&sample_numbers, copy.model.constant = 0.0);
	CHECK_BREAKS(&sample_numbers, copy.model.classes = three; copy.model.n_classes = 2);
	CHECK_BREAKS(&sample_numbers, copy.model.algorithm = ALGORITHM_HUBER);
	CHECK_BREAKS(&sample_numbers, copy.model.objective = OBJECTIVE_HUBER);
	CHECK_BREAKS(&sample_numbers, copy.model.algorithm = ALGORITHM_HUBER;
				 copy.model.objective = OBJECTIVE_QUANTILE);
	CHECK_BREAKS(&sample_numbers, copy.model.algorithm = ALGORITHM_HUBER;
				 copy.model.objective = OBJECTIVE_HUBER; copy.model.link = LINK_LOG);
	CHECK_BREAKS(&sample_numbers, copy.model.algorithm = ALGORITHM_QUANTILE_REGRESSION);
	CHECK_BREAKS(&sample_numbers, copy.model.algorithm = ALGORITHM_QUANTILE_REGRESSION;
				 copy.model.objective = OBJECTIVE_HUBER);
	CHECK_BREAKS(&sample_visits, copy.model.link = LINK_LOGIT);
	CHECK_BREAKS(&sample_visits, copy.model.link = LINK_INVERSE);
	CHECK_BREAKS(&sample_visits, copy.model.link = LINK_SQRT;
				 copy.model.objective = OBJECTIVE_GAMMA);
	CHECK_BREAKS(&sample_visits, copy.model.link = (LinearLink) 6);
	CHECK_BREAKS(&sample_visits, copy.model.objective = OBJECTIVE_SQUARED_ERROR);
	CHECK_BREAKS(&sample_visits, copy.model.objective = OBJECTIVE_GINI);
	CHECK_BREAKS(&sample_visits, copy.model.algorithm = ALGORITHM_LINEAR_REGRESSION);
	CHECK_BREAKS(&sample_visits, copy.model.constant = 0.5);
	CHECK_BREAKS(&sample_visits, copy.model.classes = three; copy.model.n_classes = 2);
	CHECK_BREAKS(&sample_constant, copy.model.constant = 1.5);
	CHECK_BREAKS(&sample_constant, copy.model.constant = -0.5);
	CHECK_BREAKS(&sample_constant, copy.model.constant = INFINITY);
	CHECK_BREAKS(&sample_constant, copy.model.constant = NAN);
	CHECK_BREAKS(&sample_constant, copy.model.link = LINK_LOGIT);
	CHECK_BREAKS(&sample_constant, copy.model.n_terms = 1; copy.terms[0] = empty_terms[0]);
}

static void
a_covariance_is_whole_and_finite(void)
{
	static double broken[] = {0.5, NAN, -INFINITY, 0.0, 0.0, 0.0};

	CHECK_BREAKS(&sample_arrays, copy.model.covariance_centre = NULL);
	CHECK_BREAKS(&sample_arrays, copy.model.covariance_factor = NULL);
	CHECK_BREAKS(&sample_arrays,
				 copy.model.covariance_type = (CovarianceType) (COVARIANCE_LAST + 1));
	CHECK_BREAKS(&sample_isolation, copy.model.covariance_type = COVARIANCE_HC1);
	CHECK_BREAKS(&sample_arrays, copy.model.covariance_centre = broken);
	CHECK_BREAKS(&sample_empty, copy.model.covariance_factor = broken + 1);
	CHECK_BREAKS(&sample_empty, copy.model.covariance_factor = broken + 2);
	CHECK_BREAKS(&sample_constant,
				 copy.model.covariance_factor = copy.model.covariance_centre = broken);
	CHECK_BREAKS(&sample_isolation,
				 copy.model.covariance_factor = copy.model.covariance_centre = empty_factor);
}

static void
many_classes_have_lists_of_terms(void)
{
	char *two[] = {"a", "b"};

	CHECK_BREAKS(&sample_softmax, copy.model.reference = 3);
	CHECK_BREAKS(&sample_softmax, copy.model.reference = -2);
	CHECK_BREAKS(&sample_softmax, copy.model.reference = -1);
	CHECK_BREAKS(&sample_softmax, copy.model.n_terms = 7);
	CHECK_BREAKS(&sample_symmetric, copy.model.n_terms = 11);
	CHECK_BREAKS(&sample_softmax, copy.model.link = LINK_LOGIT);
	CHECK_BREAKS(&sample_softmax, copy.model.link = LINK_IDENTITY);
	CHECK_BREAKS(&sample_softmax, copy.model.constant = 0.5);
	CHECK_BREAKS(&sample_softmax, copy.model.positive_class = 3);
	CHECK_BREAKS(&sample_softmax, copy.model.n_classes = 2; copy.model.classes = two);
	CHECK_BREAKS(&sample_softmax, copy.terms[6].term.level = LEVEL_NUMBER);
	CHECK_BREAKS(&sample_softmax, copy.terms[4].term = copy.terms[5].term);
	/* Each class has the terms of the first. */
	CHECK_BREAKS(&sample_softmax, copy.terms[7].term.level = LEVEL_MISSING);
	CHECK_BREAKS(&sample_softmax, copy.terms[7].estimate = INFINITY);
	CHECK_BREAKS(&sample_logistic, copy.model.link = LINK_SOFTMAX);
	CHECK_BREAKS(&sample_numbers, copy.model.link = LINK_SOFTMAX);
}

/* A few megabytes of names and fills cannot ask for terabytes of weights. */
static void
weights_of_all_classes_are_bounded(void)
{
	enum
	{
		MANY = 10000
	};
	static char names[MANY][12];
	static char *classes[MANY];
	static double fill[MANY];
	Copy copy = copy_of(&sample_softmax);
	int i;

	for (i = 0; i < MANY; i++)
	{
		snprintf(names[i], sizeof(names[i]), "%d", i);
		classes[i] = names[i];
	}
	copy.model.classes = classes;
	copy.model.n_classes = MANY;
	copy.model.n_terms = 0;
	copy.model.facts.rank = 0;
	copy.features[0].fill = fill;
	copy.features[0].length = 100;
	CHECK(validate(&copy) == KERNEL_OK);
	copy.features[0].length = MANY;
	CHECK(validate(&copy) == KERNEL_CORRUPT);
}

static void
facts_are_plausible(void)
{
	char *absent[] = {"one", NULL};

	CHECK_BREAKS(&sample_numbers, copy.model.facts.rank = 6);
	CHECK_BREAKS(&sample_numbers, copy.model.facts.rank = -1);
	CHECK_BREAKS(&sample_numbers, copy.model.facts.iterations = -1);
	CHECK_BREAKS(&sample_numbers, copy.model.cv_folds = 2);
	CHECK_BREAKS(&sample_numbers, copy.model.cv_chosen = 1);
	CHECK_BREAKS(&sample_arrays, copy.model.cv_folds = 0);
	CHECK_BREAKS(&sample_arrays, copy.model.cv_folds = 1);
	CHECK_BREAKS(&sample_arrays, copy.model.cv_chosen = 3);
	CHECK_BREAKS(&sample_arrays, copy.model.cv_l1_ratio = 1.5);
	CHECK_BREAKS(&sample_arrays, copy.model.cv_l1_ratio = NAN);
	CHECK_BREAKS(&sample_arrays, copy.model.scores = NULL);
	{
		PenaltyScore bad[] = {{8.0, 400.0, 12.5}, {0.5, NAN, 8.0}, {0.03125, 101.0, 0.0}};

		CHECK_BREAKS(&sample_arrays, copy.model.scores = bad);
		bad[1].error = 100.0;
		bad[2].standard_error = -1.0;
		CHECK_BREAKS(&sample_arrays, copy.model.scores = bad);
		bad[2].standard_error = INFINITY;
		CHECK_BREAKS(&sample_arrays, copy.model.scores = bad);
	}
	CHECK_BREAKS(&sample_numbers, copy.model.warnings = absent);
}

static void
a_refusal_is_no_verdict(void)
{
	unit_allocator_fail_after(0);
	CHECK(model_validate(&sample_categories, &unit_allocator) == KERNEL_OUT_OF_MEMORY);
	unit_allocator_fail_after(3);
	CHECK(model_validate(&sample_categories, &unit_allocator) == KERNEL_OUT_OF_MEMORY);
	unit_allocator_fail_after(-1);
}

static void
preprocessing_gives_the_first_features(void)
{
	static char *names[] = {"age"};

	CHECK_BREAKS(&sample_prepared, copy.recipe.is_recipe = false);
	CHECK_BREAKS(&sample_prepared, copy.recipe.n = 0);
	CHECK_BREAKS(&sample_prepared, copy.recipe.n = MODEL_STEPS_LIMIT + 1);
	CHECK_BREAKS(&sample_prepared, copy.steps[0].column = NULL);
	CHECK_BREAKS(&sample_prepared, copy.steps[0].column = "");
	CHECK_BREAKS(&sample_prepared, copy.steps[0].input = INPUT_CATEGORY);
	CHECK_BREAKS(&sample_prepared, copy.steps[0].scale = 0.0);
	CHECK_BREAKS(&sample_prepared, copy.steps[2].folds = 2);
	CHECK_BREAKS(&sample_prepared, copy.features[3].family = FAMILY_TIME);
	/* A polynomial of one column that has none. */
	CHECK_BREAKS(&sample_prepared,
				 copy.steps[0] =
					 ((Step){.kind = STEP_POLYNOMIAL, .n = 1, .width = 2, .columns = {1, names}}));
	/* Five outputs more than there are features. */
	CHECK_BREAKS(&sample_prepared,
				 copy.steps[0] =
					 ((Step){.kind = STEP_HASH, .column = "age", .n = 6, .input = INPUT_CATEGORY}));
}

static void
inputs_are_columns(void)
{
	ModelInput inputs[8];

	CHECK(model_prepared(&sample_prepared) == 4);
	CHECK(model_inputs_limit(&sample_prepared) <= 8);
	CHECK(model_inputs(&sample_prepared, inputs) == 3);
	CHECK(strcmp(inputs[0].name, "age") == 0 && inputs[0].family == FAMILY_NUMBER &&
		  inputs[0].feature == INPUT_OF_RECIPE);
	CHECK(strcmp(inputs[1].name, "plan") == 0 && inputs[1].family == FAMILY_CATEGORY &&
		  inputs[1].feature == INPUT_OF_RECIPE);
	CHECK(strcmp(inputs[2].name, "size") == 0 && inputs[2].feature == 4);
	CHECK(model_preprocess_reads(&sample_prepared, "plan") &&
		  !model_preprocess_reads(&sample_prepared, "size"));
	CHECK(model_prepared(&sample_arrays) == 0 && model_inputs(&sample_arrays, inputs) == 2);
	CHECK(inputs[0].feature == 0 && inputs[0].length == 3 && inputs[1].feature == 1);
	CHECK(!model_preprocess_reads(&sample_arrays, "age"));
}

UNIT_MAIN(UNIT_CASE(preprocessing_gives_the_first_features), UNIT_CASE(inputs_are_columns),
		  UNIT_CASE(every_sample_is_valid), UNIT_CASE(kinds_are_known),
		  UNIT_CASE(numbers_are_finite), UNIT_CASE(names_and_levels_are_distinct),
		  UNIT_CASE(families_have_their_own_fields), UNIT_CASE(terms_point_into_the_schema),
		  UNIT_CASE(no_term_stands_twice), UNIT_CASE(classes_fit_the_objective),
		  UNIT_CASE(a_covariance_is_whole_and_finite), UNIT_CASE(many_classes_have_lists_of_terms),
		  UNIT_CASE(weights_of_all_classes_are_bounded), UNIT_CASE(facts_are_plausible),
		  UNIT_CASE(a_refusal_is_no_verdict))
