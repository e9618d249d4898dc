/*
 * model_scorer.c: the linear payload as arrays by slot.
 */
#include <math.h>

#include "kernel/model/model.h"

/* Fill values of the numbers, in slot order; to trees a missing number stays missing. */
static void
set_fill(const Model *model, LinearScorer *scorer)
{
	int32_t slot = 0;
	uint32_t f;

	for (f = 0; f < model->n_features; f++)
	{
		const ModelFeature *feature = &model->features[f];
		uint32_t n = feature->length > 0 ? feature->length : 1;
		uint32_t i;

		for (i = 0; feature->family != FAMILY_CATEGORY && i < n; i++)
			scorer->number_fill[slot++] = model->ensemble != NULL ? NAN : feature->fill[i];
	}
}

/* Adds one coefficient where its term reads. */
static void
add_coefficient(const Model *model, LinearScorer *scorer, const LinearCoefficient *coefficient)
{
	const Term *term = &coefficient->term;
	const ModelFeature *feature;
	double *weights;

	if (term->feature == TERM_INTERCEPT)
	{
		scorer->intercept = coefficient->estimate;
		return;
	}
	feature = &model->features[term->feature];
	if (term->level == LEVEL_MISSING)
		scorer->missing_weight[term->slot +
							   (feature->family == FAMILY_CATEGORY ? scorer->n_numbers : 0)] =
			coefficient->estimate;
	else if (term->level == LEVEL_NUMBER)
		scorer->number_weight[term->slot] = coefficient->estimate;
	else
	{
		uint32_t level = term->level == LEVEL_POOLED ? feature->n_levels : (uint32_t) term->level;

		weights = scorer->level_weight[term->slot];
		weights[level + 1] = coefficient->estimate;
		weights[0] += coefficient->estimate * feature->frequency[level];
	}
}

static Status
allocate_scorer(const Model *model, const Allocator *allocator, LinearScorer *scorer)
{
	size_t numbers = model_numbers(model);
	size_t categories = model_categories(model);
	uint32_t f;
	size_t c = 0;

	*scorer = (LinearScorer){.n_numbers = (int32_t) numbers, .n_categories = (int32_t) categories};
	scorer->number_weight = memory_allocate_zero(allocator, numbers, sizeof(double));
	scorer->number_fill = memory_allocate_zero(allocator, numbers, sizeof(double));
	scorer->missing_weight = memory_allocate_zero(allocator, numbers + categories, sizeof(double));
	scorer->level_weight = memory_allocate_zero(allocator, categories, sizeof(double *));
	if (scorer->number_weight == NULL || scorer->number_fill == NULL ||
		scorer->missing_weight == NULL || scorer->level_weight == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (f = 0; f < model->n_features; f++)
	{
		if (model->features[f].family != FAMILY_CATEGORY)
			continue;
		scorer->level_weight[c] = memory_allocate_zero(
			allocator, (size_t) model->features[f].n_levels + 2, sizeof(double));
		if (scorer->level_weight[c++] == NULL)
			return KERNEL_OUT_OF_MEMORY;
	}
	return KERNEL_OK;
}

/* A scorer of these terms. */
static Status
compile(const Model *model, const Allocator *allocator, const LinearCoefficient *coefficients,
		uint32_t n_terms, LinearScorer *scorer)
{
	Status status = allocate_scorer(model, allocator, scorer);
	uint32_t t;

	if (status != KERNEL_OK)
	{
		model_scorer_release(model, allocator, scorer);
		*scorer = (LinearScorer){0};
		return status;
	}
	set_fill(model, scorer);
	for (t = 0; t < n_terms; t++)
		add_coefficient(model, scorer, &coefficients[t]);
	scorer->link = model->link;
	return KERNEL_OK;
}

/* The value of the indicator of a level, or of the pooled ones, for what stands in the category's slot. */
static double
indicator_value(const ModelFeature *feature, const Term *term, double place)
{
	uint32_t level = term->level == LEVEL_POOLED ? feature->n_levels : (uint32_t) term->level;

	if (place == 0.0)
		return feature->frequency[level];
	return place == (double) level + 1.0 ? 1.0 : 0.0;
}

void
model_term_values(const Model *model, const double *vector, const bool *is_missing, double *values)
{
	uint32_t n_numbers = model_numbers(model);
	uint32_t t;

	for (t = 0; t < model->n_terms; t++)
	{
		const Term *term = &model->coefficients[t].term;

		if (term->feature == TERM_INTERCEPT)
			values[t] = 1.0;
		else if (term->level == LEVEL_MISSING)
			values[t] = is_missing[t] ? 1.0 : 0.0;
		else if (term->level == LEVEL_NUMBER)
			values[t] = vector[term->slot];
		else
			values[t] = indicator_value(&model->features[term->feature], term,
										vector[n_numbers + (uint32_t) term->slot]);
	}
}

Status
model_scorer(const Model *model, const Allocator *allocator, LinearScorer *scorer)
{
	uint32_t n_terms = model->reference == 0 && model->link == LINK_SOFTMAX ? 0 : model->n_terms;
	Status status =
		compile(model, allocator, model->coefficients, n_terms / model_term_lists(model), scorer);

	if (status == KERNEL_OK && !isnan(model->constant))
		scorer->intercept = model->constant;
	return status;
}

/* Takes the mean over the classes from a weight that each scorer has at the same place. */
#define CENTRE(weight) \
	do \
	{ \
		double sum = 0.0; \
		uint32_t k; \
\
		for (k = 0; k < n; k++) \
			sum += scorers[k].weight; \
		for (k = 0; k < n; k++) \
			scorers[k].weight -= sum / n; \
	} while (0)

/* Makes the eta of the classes add up to 0. */
static void
centre(const Model *model, LinearScorer *scorers)
{
	uint32_t n = model->n_classes;
	int32_t c = 0;
	int32_t i;
	uint32_t f;
	uint32_t level;

	CENTRE(intercept);
	for (i = 0; i < scorers->n_numbers; i++)
		CENTRE(number_weight[i]);
	for (i = 0; i < scorers->n_numbers + scorers->n_categories; i++)
		CENTRE(missing_weight[i]);
	for (f = 0; f < model->n_features; f++)
	{
		if (model->features[f].family != FAMILY_CATEGORY)
			continue;
		for (level = 0; level < model->features[f].n_levels + 2; level++)
			CENTRE(level_weight[c][level]);
		c++;
	}
}

#undef CENTRE

Status
model_class_scorers(const Model *model, const Allocator *allocator, LinearScorer **scorers)
{
	uint32_t n_terms = model->n_terms / model_term_lists(model);
	const LinearCoefficient *next = model->coefficients;
	LinearScorer *made = memory_allocate_zero(allocator, model->n_classes, sizeof(LinearScorer));
	Status status = made != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	uint32_t k;

	for (k = 0; k < model->n_classes && status == KERNEL_OK; k++)
	{
		bool is_reference = (int32_t) k == model->reference;

		status = compile(model, allocator, next, is_reference ? 0 : n_terms, &made[k]);
		if (!is_reference)
			next += n_terms;
	}
	if (status != KERNEL_OK)
	{
		if (made != NULL)
			model_class_scorers_release(model, allocator, made);
		return status;
	}
	if (model->reference >= 0)
		centre(model, made);
	*scorers = made;
	return KERNEL_OK;
}

void
model_class_scorers_release(const Model *model, const Allocator *allocator, LinearScorer *scorers)
{
	uint32_t k;

	for (k = 0; k < model->n_classes; k++)
		model_scorer_release(model, allocator, &scorers[k]);
	memory_release(allocator, scorers, model->n_classes, sizeof(LinearScorer));
}

void
model_scorer_release(const Model *model, const Allocator *allocator, LinearScorer *scorer)
{
	size_t numbers = (size_t) scorer->n_numbers;
	size_t categories = (size_t) scorer->n_categories;
	size_t c = 0;
	uint32_t f;

	for (f = 0; scorer->level_weight != NULL && f < model->n_features; f++)
	{
		if (model->features[f].family == FAMILY_CATEGORY)
			memory_release(allocator, scorer->level_weight[c++],
						   (size_t) model->features[f].n_levels + 2, sizeof(double));
	}
	memory_release(allocator, scorer->number_weight, numbers, sizeof(double));
	memory_release(allocator, scorer->number_fill, numbers, sizeof(double));
	memory_release(allocator, scorer->missing_weight, numbers + categories, sizeof(double));
	memory_release(allocator, scorer->level_weight, categories, sizeof(double *));
}
