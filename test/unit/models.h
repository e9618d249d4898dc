/*
 * models.h: models of every kind for the tests of the model room.
 */
#ifndef ORCHARD_TEST_MODELS_H
#define ORCHARD_TEST_MODELS_H

#include "kernel/model/model.h"
#include "unit.h"

static double models_fill[] = {2.5};
static double models_array_fill[] = {1.0, -1.0};
static char *models_levels[] = {"blue", "green", "red"};
static char *models_pooled[] = {"mauve", "puce"};
static double models_frequency[] = {0.5, 0.25, 0.125, 0.125};
static char *models_classes[] = {"no", "yes"};
static char *models_warnings[] = {"something was odd"};

static ModelFeature models_features[] = {
	{.name = "x", .family = FAMILY_NUMBER, .fill = models_fill},
	{.name = "v", .family = FAMILY_NUMBER, .length = 2, .fill = models_array_fill},
	{.name = "colour", .family = FAMILY_CATEGORY, .n_levels = 3, .levels = models_levels,
	.frequency = models_frequency, .n_pooled = 2, .pooled = models_pooled}};

/* (intercept), x, x missing, v[1], v[2], colour = green, = red, pooled, missing. */
static LinearCoefficient models_coefficients[] = {
	{{TERM_INTERCEPT, LEVEL_NUMBER, 0, -1}, 1.0, 0.1, 10.0, 1e-9},
	{{0, LEVEL_NUMBER, 0, 0}, 2.0, 0.2, 10.0, 1e-9},
	{{0, LEVEL_MISSING, 0, 0}, 0.5, NAN, NAN, NAN},
	{{1, LEVEL_NUMBER, 0, 1}, 3.0, 0.3, 10.0, 1e-9},
	{{1, LEVEL_NUMBER, 1, 2}, 4.0, 0.4, 10.0, 1e-9},
	{{2, 1, 0, 0}, 8.0, NAN, NAN, NAN},
	{{2, 2, 0, 0}, 16.0, NAN, NAN, NAN},
	{{2, LEVEL_POOLED, 0, 0}, 32.0, NAN, NAN, NAN},
	{{2, LEVEL_MISSING, 0, 0}, 64.0, NAN, NAN, NAN}};

static ModelMetric models_metrics[] = {{"train.r2", 0.5}};

static inline Model
linear_model(void)
{
	return (Model) {
		.algorithm = ALGORITHM_LINEAR_REGRESSION, .objective = OBJECTIVE_SQUARED_ERROR,
		.target = "y", .n_features = 3, .features = models_features, .constant = NAN,
		.options = "{\"l2\": 0}", .seed = 42, .rows = 100, .n_warnings = 1,
		.warnings = models_warnings, .n_metrics = 1, .metrics = models_metrics,
		.link = LINK_IDENTITY, .n_terms = 9, .coefficients = models_coefficients,
		.facts = {.log_likelihood = NAN, .sigma2 = 1.5, .rank = 9, .converged = true}};
}

static inline Model
logistic_model(void)
{
	Model		model = linear_model();

	model.algorithm = ALGORITHM_LOGISTIC_REGRESSION;
	model.objective = OBJECTIVE_LOG_LOSS;
	model.link = LINK_LOGIT;
	model.n_classes = 2;
	model.classes = models_classes;
	model.positive_class = 1;
	model.unknown = UNKNOWN_IS_ERROR;
	return model;
}

static inline Model
constant_model(void)
{
	Model		model = logistic_model();

	model.link = LINK_IDENTITY;
	model.n_terms = 0;
	model.coefficients = NULL;
	model.constant = 1.0;
	return model;
}

#endif							/* ORCHARD_TEST_MODELS_H */
