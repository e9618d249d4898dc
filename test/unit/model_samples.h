/*
 * model_samples.h: one model of each kind, for the tests of the model room.
 *
 * The same models stand in test/golden/model_bytes.py, which writes their bytes
 * without this code.
 */
#ifndef ORCHARD_TEST_MODEL_SAMPLES_H
#define ORCHARD_TEST_MODEL_SAMPLES_H

#include <math.h>

#include "kernel/model/model.h"

#define SAMPLE_INTERCEPT \
	{ \
		TERM_INTERCEPT, LEVEL_NUMBER, 0, -1 \
	}
#define SAMPLE_NO_FACTS \
	{ \
		NAN, NAN, NAN, NAN, 0.0, NAN, 0, 0, true, false \
	}

typedef struct Sample
{
	const char *name;
	const Model *model;
} Sample;

/* Linear regression on every family of numbers; a collinear column, a constant one, a perfect one. */
static double numbers_fill[] = {35.5, 1.7e9, 3600.0, -1e-5};
static ModelFeature numbers_features[] = {
	{.name = "age", .family = FAMILY_NUMBER, .fill = &numbers_fill[0]},
	{.name = "joined", .family = FAMILY_TIME, .fill = &numbers_fill[1]},
	{.name = "spent", .family = FAMILY_INTERVAL, .fill = &numbers_fill[2]},
	{.name = "r\303\251sum\303\251", .family = FAMILY_NUMBER, .fill = &numbers_fill[3]}};
static LinearCoefficient numbers_terms[] = {{SAMPLE_INTERCEPT, 12.75, 0.5, 25.5, 1e-9},
											{{0, LEVEL_NUMBER, 0, 0}, -0.1, 0.01, -10.0, 2.5e-7},
											{{1, LEVEL_NUMBER, 0, 1}, 3e-9, NAN, NAN, NAN},
											{{2, LEVEL_NUMBER, 0, 2}, 0.0, NAN, NAN, NAN},
											{{3, LEVEL_NUMBER, 0, 3}, 1e10, 0.0, INFINITY, 0.0}};
static ModelMetric numbers_metrics[] = {{"train.r2", 0.75}, {"train.rmse", 0.5}};
static char *numbers_warnings[] = {"constant in the training rows, coefficient 0: \"spent\"", ""};
static const Model sample_numbers = {
	.algorithm = ALGORITHM_LINEAR_REGRESSION,
	.objective = OBJECTIVE_SQUARED_ERROR,
	.unknown = UNKNOWN_AS_MISSING,
	.target = "price",
	.n_features = 4,
	.features = numbers_features,
	.constant = NAN,
	.options = "{\"algorithm\": \"linear_regression\", \"l2\": 0}",
	.seed = 42,
	.rows = 1000,
	.rows_skipped = 3,
	.n_warnings = 2,
	.warnings = numbers_warnings,
	.n_metrics = 2,
	.metrics = numbers_metrics,
	.link = LINK_IDENTITY,
	.n_terms = 5,
	.coefficients = numbers_terms,
	.facts = {-1234.5, 0.25, 250.0, 1000.0, NAN, 17.5, 4, 0, true, false}};

/* Arrays of numbers, with indicators of missing ones. */
static double arrays_fill[] = {1.0, 2.0, 4.0, 7.0};
static ModelFeature arrays_features[] = {
	{.name = "embedding", .family = FAMILY_NUMBER, .length = 3, .fill = &arrays_fill[0]},
	{.name = "age", .family = FAMILY_NUMBER, .length = 0, .fill = &arrays_fill[3]}};
static LinearCoefficient arrays_terms[] = {{{0, LEVEL_NUMBER, 0, 0}, 0.5, 1.0, 0.5, 0.625},
										   {{0, LEVEL_NUMBER, 1, 1}, -0.25, 1.0, -0.25, 0.8},
										   {{0, LEVEL_NUMBER, 2, 2}, 0.125, 1.0, 0.125, 0.9},
										   {{0, LEVEL_MISSING, 0, 0}, 100.0, 2.0, 50.0, 0.0},
										   {{1, LEVEL_NUMBER, 0, 3}, 2.0, 1.0, 2.0, 0.05},
										   {{1, LEVEL_MISSING, 0, 3}, -1000.0, 4.0, -250.0, 0.0}};
static double arrays_centre[] = {0.5, -1.0, 0.0, 0.25, 7.0, 0.0};
static double arrays_factor[] = {1.0,  -0.25, 0.75, 0.5, 0.0,	-1.5, 2.0, 0.125, 1e-300, 3.0, -0.0,
								 1e10, 0.0,	  0.0,	4.0, -0.25, 0.5,  8.0, 0.0,	  -2.0,	  1e-5};
static PenaltyScore arrays_scores[] = {{8.0, 400.0, 12.5},
									   {0.5, 100.0, 8.0},
									   {0.03125, 101.0, 0.0}};
static const Model sample_arrays = {.algorithm = ALGORITHM_LINEAR_REGRESSION,
									.objective = OBJECTIVE_SQUARED_ERROR,
									.unknown = UNKNOWN_AS_MISSING,
									.target = "y",
									.n_features = 2,
									.features = arrays_features,
									.constant = NAN,
									.options =
										"{\"fit_intercept\": false, \"missing_indicator\": true}",
									.seed = UINT64_MAX,
									.rows = 20,
									.link = LINK_IDENTITY,
									.n_terms = 6,
									.coefficients = arrays_terms,
									.covariance_centre = arrays_centre,
									.covariance_factor = arrays_factor,
									.facts = {NAN, 1.0, 14.0, 100.0, NAN, 3.0, 6, 0, true, false},
									.cv_folds = 5,
									.cv_l1_ratio = 0.75,
									.cv_chosen = 1,
									.n_scores = 3,
									.scores = arrays_scores};

/* Categories: levels with pooled ones, an enum in its own order, one that was always NULL. */
static char *plan_levels[] = {"", "basic", "caf\303\251", "pro"};
static double plan_frequency[] = {0.25, 0.375, 0.125, 0.125, 0.125};
static char *plan_pooled[] = {"rare a", "rare b", "rare c"};
static char *size_levels[] = {"small", "large"};
static double size_frequency[] = {0.75, 0.25, 0.0};
static double never_frequency[] = {0.0};
static double categories_fill[] = {10.0};
static ModelFeature categories_features[] = {
	{.name = "plan",
	 .family = FAMILY_CATEGORY,
	 .n_levels = 4,
	 .levels = plan_levels,
	 .frequency = plan_frequency,
	 .n_pooled = 3,
	 .pooled = plan_pooled},
	{.name = "tenure", .family = FAMILY_NUMBER, .fill = categories_fill},
	{.name = "size",
	 .family = FAMILY_CATEGORY,
	 .n_levels = 2,
	 .levels = size_levels,
	 .frequency = size_frequency},
	{.name = "never", .family = FAMILY_CATEGORY, .frequency = never_frequency}};
static LinearCoefficient categories_terms[] = {{SAMPLE_INTERCEPT, 1.0, 0.25, 4.0, 0.001},
											   {{0, 1, 0, 0}, 2.0, 1.0, 2.0, 0.05},
											   {{0, 2, 0, 0}, -4.0, 1.0, -4.0, 0.001},
											   {{0, 3, 0, 0}, 8.0, 1.0, 8.0, 0.0},
											   {{0, LEVEL_POOLED, 0, 0}, 16.0, 1.0, 16.0, 0.0},
											   {{0, LEVEL_MISSING, 0, 0}, 32.0, 1.0, 32.0, 0.0},
											   {{1, LEVEL_NUMBER, 0, 0}, 0.1, 0.1, 1.0, 0.3},
											   {{2, 1, 0, 1}, 64.0, 1.0, 64.0, 0.0},
											   {{3, LEVEL_MISSING, 0, 2}, 0.0, NAN, NAN, NAN}};
static char *categories_warnings[] = {"column \"plan\" has 7 categories"};
static const Model sample_categories = {
	.algorithm = ALGORITHM_LINEAR_REGRESSION,
	.objective = OBJECTIVE_SQUARED_ERROR,
	.unknown = UNKNOWN_AS_MISSING,
	.target = "spend",
	.n_features = 4,
	.features = categories_features,
	.constant = NAN,
	.options = "{\"max_categories\": 4}",
	.seed = 0,
	.rows = 64,
	.n_warnings = 1,
	.warnings = categories_warnings,
	.link = LINK_IDENTITY,
	.covariance_type = COVARIANCE_HC0,
	.n_terms = 9,
	.coefficients = categories_terms,
	.facts = {NAN, 1.0, 56.0, 100.0, NAN, NAN, 8, 0, true, false}};

/* Two classes; a category that training never saw is an error. */
static double logistic_fill[] = {0.5, -0.5};
static char *logistic_levels[] = {"false", "true"};
static double logistic_frequency[] = {0.6, 0.4, 0.0};
static ModelFeature logistic_features[] = {
	{.name = "x", .family = FAMILY_NUMBER, .fill = &logistic_fill[0]},
	{.name = "active",
	 .family = FAMILY_CATEGORY,
	 .n_levels = 2,
	 .levels = logistic_levels,
	 .frequency = logistic_frequency},
	{.name = "z", .family = FAMILY_NUMBER, .fill = &logistic_fill[1]}};
static LinearCoefficient logistic_terms[] = {{SAMPLE_INTERCEPT, -1.25, NAN, NAN, NAN},
											 {{0, LEVEL_NUMBER, 0, 0}, 0.75, NAN, NAN, NAN},
											 {{1, 1, 0, 0}, 1.5, NAN, NAN, NAN},
											 {{2, LEVEL_NUMBER, 0, 1}, -2.0, NAN, NAN, NAN}};
static char *logistic_classes[] = {"no", "yes"};
static ModelMetric logistic_metrics[] = {{"train.log_loss", 0.34}, {"train.accuracy", 0.875}};
static const Model sample_logistic = {
	.algorithm = ALGORITHM_LOGISTIC_REGRESSION,
	.objective = OBJECTIVE_LOG_LOSS,
	.unknown = UNKNOWN_IS_ERROR,
	.target = "churned",
	.n_features = 3,
	.features = logistic_features,
	.n_classes = 2,
	.classes = logistic_classes,
	.positive_class = 1,
	.constant = NAN,
	.options = "{\"l2\": 0.01, \"unknown\": \"error\"}",
	.seed = 42,
	.rows = UINT64_C(5000000000),
	.n_metrics = 2,
	.metrics = logistic_metrics,
	.link = LINK_LOGIT,
	.n_terms = 4,
	.coefficients = logistic_terms,
	.facts = {-1.7e9, NAN, NAN, NAN, 1e-10, 12.0, 4, 7, true, true}};

/* Three classes, "b" the reference; then the same without one, as with a penalty. */
static double softmax_fill[] = {0.5};
static char *softmax_levels[] = {"false", "true"};
static double softmax_frequency[] = {0.75, 0.25, 0.0};
static ModelFeature softmax_features[] = {
	{.name = "x", .family = FAMILY_NUMBER, .fill = softmax_fill},
	{.name = "active",
	 .family = FAMILY_CATEGORY,
	 .n_levels = 2,
	 .levels = softmax_levels,
	 .frequency = softmax_frequency}};
static char *softmax_classes[] = {"a", "b", "c"};
static LinearCoefficient softmax_terms[] = {{SAMPLE_INTERCEPT, -1.5, 0.5, -3.0, 0.0027},
											{{0, LEVEL_NUMBER, 0, 0}, 0.75, 0.25, 3.0, 0.0027},
											{{0, LEVEL_MISSING, 0, 0}, 3.0, NAN, NAN, NAN},
											{{1, 1, 0, 0}, 1.5, 1.0, 1.5, 0.13},
											{SAMPLE_INTERCEPT, 2.25, 0.75, 3.0, 0.0027},
											{{0, LEVEL_NUMBER, 0, 0}, -3.0, 1.0, -3.0, 0.0027},
											{{0, LEVEL_MISSING, 0, 0}, 1.5, NAN, NAN, NAN},
											{{1, 1, 0, 0}, 0.0, 1.0, 0.0, 1.0},
											{SAMPLE_INTERCEPT, -0.75, NAN, NAN, NAN},
											{{0, LEVEL_NUMBER, 0, 0}, 2.25, NAN, NAN, NAN},
											{{0, LEVEL_MISSING, 0, 0}, -4.5, NAN, NAN, NAN},
											{{1, 1, 0, 0}, -1.5, NAN, NAN, NAN}};
static const Model sample_softmax = {
	.algorithm = ALGORITHM_LOGISTIC_REGRESSION,
	.objective = OBJECTIVE_LOG_LOSS,
	.unknown = UNKNOWN_AS_MISSING,
	.target = "kind",
	.n_features = 2,
	.features = softmax_features,
	.n_classes = 3,
	.classes = softmax_classes,
	.constant = NAN,
	.options = "{\"missing_indicator\": true}",
	.seed = 42,
	.rows = 90,
	.link = LINK_SOFTMAX,
	.reference = 1,
	.n_terms = 8,
	.coefficients = softmax_terms,
	.facts = {-60.5, NAN, NAN, NAN, 1e-10, NAN, 8, 9, true, false}};
static const Model sample_symmetric = {
	.algorithm = ALGORITHM_LOGISTIC_REGRESSION,
	.objective = OBJECTIVE_LOG_LOSS,
	.unknown = UNKNOWN_AS_MISSING,
	.target = "kind",
	.n_features = 2,
	.features = softmax_features,
	.n_classes = 3,
	.classes = softmax_classes,
	.constant = NAN,
	.options = "{\"l2\": 0.01}",
	.seed = 42,
	.rows = 90,
	.link = LINK_SOFTMAX,
	.reference = -1,
	.n_terms = 12,
	.coefficients = softmax_terms,
	.facts = {-60.5, NAN, NAN, NAN, 1e-10, NAN, 8, 9, true, false}};

/* Two classes of which training saw one. */
static char *constant_classes[] = {"false", "true"};
static const Model sample_constant = {.algorithm = ALGORITHM_LOGISTIC_REGRESSION,
									  .objective = OBJECTIVE_LOG_LOSS,
									  .unknown = UNKNOWN_AS_MISSING,
									  .target = "late",
									  .n_features = 3,
									  .features = logistic_features,
									  .n_classes = 2,
									  .classes = constant_classes,
									  .positive_class = 0,
									  .constant = 1.0,
									  .options = "{}",
									  .seed = 42,
									  .rows = 5,
									  .link = LINK_IDENTITY,
									  .facts = SAMPLE_NO_FACTS};

/* One class. */
static const Model sample_one_class = {.algorithm = ALGORITHM_LOGISTIC_REGRESSION,
									   .objective = OBJECTIVE_LOG_LOSS,
									   .unknown = UNKNOWN_AS_MISSING,
									   .target = "kind",
									   .n_features = 1,
									   .features = numbers_features,
									   .n_classes = 1,
									   .classes = constant_classes,
									   .positive_class = 0,
									   .constant = 1.0,
									   .options = "{}",
									   .seed = 42,
									   .rows = 1,
									   .link = LINK_IDENTITY,
									   .facts = SAMPLE_NO_FACTS};

/* A generalised linear model: counts by exposure, whose logarithm is the offset. */
static double visits_fill[] = {2.5, 0.75};
static ModelFeature visits_features[] = {
	{.name = "x", .family = FAMILY_NUMBER, .fill = &visits_fill[0]},
	{.name = "log_exposure", .family = FAMILY_NUMBER, .fill = &visits_fill[1]}};
static LinearCoefficient visits_terms[] = {{SAMPLE_INTERCEPT, -0.5, 0.25, -2.0, 0.05},
										   {{0, LEVEL_NUMBER, 0, 0}, 0.125, 0.0625, 2.0, 0.05},
										   {{1, LEVEL_NUMBER, 0, 1}, 1.0, NAN, NAN, NAN}};
static const Model sample_visits = {
	.algorithm = ALGORITHM_GLM,
	.objective = OBJECTIVE_POISSON,
	.unknown = UNKNOWN_AS_MISSING,
	.target = "visits",
	.n_features = 2,
	.features = visits_features,
	.constant = NAN,
	.options = "{\"algorithm\": \"glm\", \"offset\": \"log_exposure\"}",
	.seed = 42,
	.rows = 100,
	.link = LINK_LOG,
	.n_terms = 3,
	.coefficients = visits_terms,
	.facts = {-250.0, NAN, 100.0, 150.0, 1e-12, NAN, 2, 5, true, false}};

/* A quantile with the covariance of a kernel; a Huber regression with Huber's third formula. */
static double quantile_fill[] = {512.0};
static ModelFeature quantile_features[] = {
	{.name = "income", .family = FAMILY_NUMBER, .fill = quantile_fill}};
static LinearCoefficient quantile_terms[] = {{SAMPLE_INTERCEPT, 81.5, 16.0, 5.09375, 0.0},
											 {{0, LEVEL_NUMBER, 0, 0}, 0.5625, 0.03125, 18.0, 0.0}};
static double quantile_centre[] = {0.0, 512.0};
static double quantile_factor[] = {8.0, 0.0, 0.03125};
static const Model sample_quantile = {
	.algorithm = ALGORITHM_QUANTILE_REGRESSION,
	.objective = OBJECTIVE_QUANTILE,
	.unknown = UNKNOWN_AS_MISSING,
	.target = "food",
	.n_features = 1,
	.features = quantile_features,
	.constant = NAN,
	.options = "{\"algorithm\": \"quantile_regression\", \"cov_type\": \"kernel\"}",
	.seed = 42,
	.rows = 235,
	.link = LINK_IDENTITY,
	.n_terms = 2,
	.coefficients = quantile_terms,
	.covariance_type = COVARIANCE_KERNEL,
	.covariance_centre = quantile_centre,
	.covariance_factor = quantile_factor,
	.facts = {NAN, 4096.0, NAN, NAN, 1e-15, NAN, 2, 9, true, false}};
static double robust_fill[] = {60.5};
static char *robust_levels[] = {"a", "b"};
static double robust_frequency[] = {0.5, 0.5, 0.0};
static ModelFeature robust_features[] = {
	{.name = "air", .family = FAMILY_NUMBER, .fill = robust_fill},
	{.name = "plant",
	 .family = FAMILY_CATEGORY,
	 .n_levels = 2,
	 .levels = robust_levels,
	 .frequency = robust_frequency}};
static LinearCoefficient robust_terms[] = {{SAMPLE_INTERCEPT, -38.5, 8.0, -4.8125, 0.0},
										   {{0, LEVEL_NUMBER, 0, 0}, 0.75, 0.125, 6.0, 0.0},
										   {{1, 1, 0, 0}, 0.25, 0.5, 0.5, 0.625}};
static double robust_centre[] = {0.0, 60.5, 0.5};
static double robust_factor[] = {0.5, 0.0, 0.125, 0.0, -0.0625, 0.5};
static const Model sample_robust = {
	.algorithm = ALGORITHM_HUBER,
	.objective = OBJECTIVE_HUBER,
	.unknown = UNKNOWN_AS_MISSING,
	.target = "loss",
	.n_features = 2,
	.features = robust_features,
	.constant = NAN,
	.options = "{\"algorithm\": \"huber\", \"cov_type\": \"H3\"}",
	.seed = 42,
	.rows = 21,
	.link = LINK_IDENTITY,
	.n_terms = 3,
	.coefficients = robust_terms,
	.covariance_type = COVARIANCE_H3,
	.covariance_centre = robust_centre,
	.covariance_factor = robust_factor,
	.facts = {NAN, 1.5625, 190.0, 2069.0, 1e-13, NAN, 3, 6, true, false}};

/* Features that a recipe gives, and one that is a column itself. */
static double prepared_fill[] = {-0.25, 0.625, 0.375, 10.5, 3.0};
static char *prepared_levels[] = {"basic", "pro"};
static double prepared_priors[] = {11.0, 11.5};
static double prepared_values[] = {10.0, 10.25, 12.0, 12.5};
static Step prepared_steps[] = {{.kind = STEP_STANDARD,
								 .column = "age",
								 .input = INPUT_NUMBER,
								 .rows = 100.0,
								 .missing = 3.0,
								 .center = 40.5,
								 .scale = 0.5},
								{.kind = STEP_ONEHOT,
								 .column = "plan",
								 .min_count = 1,
								 .input = INPUT_CATEGORY,
								 .rows = 100.0,
								 .levels = {2, prepared_levels}},
								{.kind = STEP_TARGET,
								 .column = "plan",
								 .target = "spend",
								 .fold = "fold",
								 .smooth = NAN,
								 .input = INPUT_CATEGORY,
								 .rows = 100.0,
								 .levels = {2, prepared_levels},
								 .folds = 1,
								 .values = {4, prepared_values},
								 .priors = {2, prepared_priors}}};
static Transform prepared_recipe = {true, 3, prepared_steps};
static ModelFeature prepared_features[] = {
	{.name = "age", .family = FAMILY_NUMBER, .fill = &prepared_fill[0]},
	{.name = "plan=basic", .family = FAMILY_NUMBER, .fill = &prepared_fill[1]},
	{.name = "plan=pro", .family = FAMILY_NUMBER, .fill = &prepared_fill[2]},
	{.name = "plan", .family = FAMILY_NUMBER, .fill = &prepared_fill[3]},
	{.name = "size", .family = FAMILY_NUMBER, .fill = &prepared_fill[4]}};
static LinearCoefficient prepared_terms[] = {{SAMPLE_INTERCEPT, 1.5, NAN, NAN, NAN},
											 {{0, LEVEL_NUMBER, 0, 0}, 0.5, NAN, NAN, NAN},
											 {{1, LEVEL_NUMBER, 0, 1}, -0.25, NAN, NAN, NAN},
											 {{2, LEVEL_NUMBER, 0, 2}, 0.25, NAN, NAN, NAN},
											 {{3, LEVEL_NUMBER, 0, 3}, 0.125, NAN, NAN, NAN},
											 {{4, LEVEL_NUMBER, 0, 4}, -2.0, NAN, NAN, NAN}};
static const Model sample_prepared = {
	.algorithm = ALGORITHM_LINEAR_REGRESSION,
	.objective = OBJECTIVE_SQUARED_ERROR,
	.unknown = UNKNOWN_AS_MISSING,
	.target = "spend",
	.n_features = 5,
	.features = prepared_features,
	.preprocess = &prepared_recipe,
	.constant = NAN,
	.options = "{\"preprocess\": []}",
	.seed = 42,
	.rows = 100,
	.link = LINK_IDENTITY,
	.n_terms = 6,
	.coefficients = prepared_terms,
	.facts = {NAN, NAN, 50.0, 100.0, NAN, NAN, 5, 0, true, false}};

/* No feature, the intercept alone. */
static LinearCoefficient empty_terms[] = {{SAMPLE_INTERCEPT, -3.5, 0.5, -7.0, 1e-5}};
static double empty_centre[] = {0.0};
static double empty_factor[] = {0.5};
static const Model sample_empty = {.algorithm = ALGORITHM_LINEAR_REGRESSION,
								   .objective = OBJECTIVE_SQUARED_ERROR,
								   .unknown = UNKNOWN_AS_MISSING,
								   .target = "y",
								   .constant = NAN,
								   .options = "",
								   .seed = 1,
								   .rows = 2,
								   .link = LINK_IDENTITY,
								   .n_terms = 1,
								   .coefficients = empty_terms,
								   .covariance_type = COVARIANCE_HC3,
								   .covariance_centre = empty_centre,
								   .covariance_factor = empty_factor,
								   .facts = {0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1, 0, false, false}};

/* Boosting of two classes: numbers, an array, categories with and without pooled levels. */
#define LEAF(v, n) \
	{ \
		.slot = TREE_LEAF, .subset = TREE_NO_SUBSET, .value = (v), .cover = (n) \
	}
static double boosted_fill[] = {0.5, -0.5, 2.0};
static char *boosted_plans[] = {"basic", "free", "pro"};
static double boosted_plan_frequency[] = {0.5, 0.25, 0.125, 0.125};
static char *boosted_rare[] = {"odd", "old"};
static ModelFeature boosted_features[] = {
	{.name = "x", .family = FAMILY_NUMBER, .fill = &boosted_fill[0]},
	{.name = "plan",
	 .family = FAMILY_CATEGORY,
	 .n_levels = 3,
	 .levels = boosted_plans,
	 .frequency = boosted_plan_frequency,
	 .n_pooled = 2,
	 .pooled = boosted_rare},
	{.name = "v", .family = FAMILY_NUMBER, .length = 2, .fill = &boosted_fill[1]},
	{.name = "active",
	 .family = FAMILY_CATEGORY,
	 .n_levels = 2,
	 .levels = logistic_levels,
	 .frequency = logistic_frequency}};
static TreeNode boosted_first[] = {
	{.slot = 0,
	 .missing_left = true,
	 .subset = TREE_NO_SUBSET,
	 .threshold = 0.1,
	 .left = 1,
	 .right = 4,
	 .cover = 100.0,
	 .gain = 12.5},
	{.slot = 3, .subset = 0, .left = 2, .right = 3, .cover = 60.0, .gain = 3.25},
	LEAF(-0.25, 20.0),
	LEAF(0.125, 40.0),
	{.slot = 2,
	 .subset = TREE_NO_SUBSET,
	 .threshold = INFINITY,
	 .left = 5,
	 .right = 6,
	 .cover = 40.0,
	 .gain = 1.0},
	LEAF(0.75, 30.0),
	LEAF(-1.5, 10.0)};
static TreeNode boosted_second[] = {{.slot = 4,
									 .missing_left = true,
									 .subset = 0,
									 .left = 1,
									 .right = 2,
									 .cover = 37.5,
									 .gain = 0.5},
									LEAF(0.0625, 12.25),
									{.slot = 1,
									 .subset = TREE_NO_SUBSET,
									 .threshold = -5e-324,
									 .left = 3,
									 .right = 4,
									 .cover = 25.25},
									LEAF(1e-3, 25.0),
									LEAF(-0.0, 0.25)};
static TreeNode boosted_third[] = {LEAF(0.5, 100.0)};
static uint32_t boosted_first_words[] = {0xa};
static uint32_t boosted_second_words[] = {0x1};
static uint32_t boosted_levels[] = {4, 2};
static double boosted_base[] = {-1.25};
static Tree boosted_trees[] = {{0, 7, boosted_first, 1, boosted_first_words},
							   {0, 5, boosted_second, 1, boosted_second_words},
							   {0, 1, boosted_third, 0, NULL}};
static Ensemble boosted_ensemble = {.link = TREE_LINK_LOGIT,
									.n_numbers = 3,
									.n_categories = 2,
									.n_levels = boosted_levels,
									.n_outputs = 1,
									.base = boosted_base,
									.scale = 1.0,
									.path_scale = 1.0,
									.n_trees = 3,
									.trees = boosted_trees};
static double boosted_train_curve[] = {0.69, 0.5, 0.375, 0.25};
static double boosted_validation_curve[] = {0.7, 0.625, 0.5, NAN};
static const Model sample_boosted = {.algorithm = ALGORITHM_GRADIENT_BOOSTING,
									 .objective = OBJECTIVE_LOG_LOSS,
									 .target = "churned",
									 .n_features = 4,
									 .features = boosted_features,
									 .n_classes = 2,
									 .classes = logistic_classes,
									 .positive_class = 1,
									 .constant = NAN,
									 .options = "{\"n_estimators\": 3}",
									 .seed = 7,
									 .rows = 100,
									 .facts = {NAN, NAN, NAN, NAN, NAN, NAN, 0, 3, true, false},
									 .ensemble = &boosted_ensemble,
									 .n_curve = 4,
									 .train_curve = boosted_train_curve,
									 .validation_curve = boosted_validation_curve};

/* Boosting of three classes, one tree each. */
static char *classes_names[] = {"a", "b", "c"};
static TreeNode classes_first[] = {{.slot = 0,
									.subset = TREE_NO_SUBSET,
									.threshold = 30.0,
									.left = 1,
									.right = 2,
									.cover = 9.0,
									.gain = 4.0},
								   LEAF(1.0, 4.0),
								   LEAF(-2.0, 5.0)};
static TreeNode classes_second[] = {LEAF(0.25, 9.0)};
static TreeNode classes_third[] = {{.slot = 0,
									.missing_left = true,
									.subset = TREE_NO_SUBSET,
									.threshold = 40.0,
									.left = 1,
									.right = 2,
									.cover = 9.0,
									.gain = 4.0},
								   LEAF(-1000.0, 6.0),
								   LEAF(1000.0, 3.0)};
static double classes_base[] = {0.5, 0.0, -0.5};
static Tree classes_trees[] = {{0, 3, classes_first, 0, NULL},
							   {1, 1, classes_second, 0, NULL},
							   {2, 3, classes_third, 0, NULL}};
static Ensemble classes_ensemble = {.link = TREE_LINK_SOFTMAX,
									.n_numbers = 1,
									.n_outputs = 3,
									.base = classes_base,
									.scale = 1.0,
									.path_scale = 1.0,
									.n_trees = 3,
									.trees = classes_trees};
static ModelFeature classes_features[] = {
	{.name = "age", .family = FAMILY_NUMBER, .fill = &boosted_fill[0]}};
static const Model sample_classes = {.algorithm = ALGORITHM_GRADIENT_BOOSTING,
									 .objective = OBJECTIVE_LOG_LOSS,
									 .target = "kind",
									 .n_features = 1,
									 .features = classes_features,
									 .n_classes = 3,
									 .classes = classes_names,
									 .constant = NAN,
									 .options = "{}",
									 .seed = 42,
									 .rows = 9,
									 .facts = {NAN, NAN, NAN, NAN, NAN, NAN, 0, 1, true, false},
									 .ensemble = &classes_ensemble};

/* Isolation: no target, leaves hold path lengths. */
static TreeNode isolation_first[] = {
	{.slot = 0, .subset = TREE_NO_SUBSET, .threshold = 0.0, .left = 1, .right = 2, .cover = 8.0},
	LEAF(1.0, 1.0),
	LEAF(4.1, 7.0)};
static TreeNode isolation_second[] = {LEAF(3.0, 8.0)};
static double isolation_base[] = {0.0};
static Tree isolation_trees[] = {{0, 3, isolation_first, 0, NULL},
								 {0, 1, isolation_second, 0, NULL}};
static Ensemble isolation_ensemble = {.link = TREE_LINK_ISOLATION,
									  .n_numbers = 1,
									  .n_outputs = 1,
									  .base = isolation_base,
									  .scale = 0.5,
									  .path_scale = 3.25,
									  .n_trees = 2,
									  .trees = isolation_trees};
static const Model sample_isolation = {.algorithm = ALGORITHM_ISOLATION_FOREST,
									   .objective = OBJECTIVE_ISOLATION,
									   .target = "",
									   .n_features = 1,
									   .features = classes_features,
									   .constant = NAN,
									   .options = "{}",
									   .seed = 42,
									   .rows = 8,
									   .facts = {NAN, NAN, NAN, NAN, NAN, NAN, 0, 2, true, false},
									   .ensemble = &isolation_ensemble};

static const Sample samples[] = {{"numbers", &sample_numbers},
								 {"arrays", &sample_arrays},
								 {"categories", &sample_categories},
								 {"logistic", &sample_logistic},
								 {"softmax", &sample_softmax},
								 {"symmetric", &sample_symmetric},
								 {"constant", &sample_constant},
								 {"one_class", &sample_one_class},
								 {"empty", &sample_empty},
								 {"visits", &sample_visits},
								 {"x_quantile", &sample_quantile},
								 {"x_robust", &sample_robust},
								 {"trees_boosted", &sample_boosted},
								 {"trees_classes", &sample_classes},
								 {"trees_isolation", &sample_isolation},
								 {"with_recipe", &sample_prepared}};

#define SAMPLE_COUNT ((int) (sizeof(samples) / sizeof(samples[0])))

#endif /* ORCHARD_TEST_MODEL_SAMPLES_H */
