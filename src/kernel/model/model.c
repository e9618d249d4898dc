/*
 * model.c: slots and release.
 */
#include "kernel/model/model.h"

#include <string.h>

uint32_t
model_numbers(const Model *model)
{
	uint32_t n = 0;
	uint32_t f;

	for (f = 0; f < model->n_features; f++)
	{
		if (model->features[f].family != FAMILY_CATEGORY)
			n += model->features[f].length > 0 ? model->features[f].length : 1;
	}
	return n;
}

uint32_t
model_categories(const Model *model)
{
	uint32_t n = 0;
	uint32_t f;

	for (f = 0; f < model->n_features; f++)
		n += model->features[f].family == FAMILY_CATEGORY;
	return n;
}

static void
release_text(char *text, const Allocator *allocator)
{
	if (text != NULL)
		memory_release(allocator, text, strlen(text) + 1, 1);
}

static void
release_texts(char **texts, uint32_t n, const Allocator *allocator)
{
	uint32_t i;

	for (i = 0; texts != NULL && i < n; i++)
		release_text(texts[i], allocator);
	memory_release(allocator, texts, n, sizeof(char *));
}

static void
release_feature(ModelFeature *feature, const Allocator *allocator)
{
	release_text(feature->name, allocator);
	memory_release(allocator, feature->fill, feature->length > 0 ? feature->length : 1,
				   sizeof(double));
	release_texts(feature->levels, feature->n_levels, allocator);
	memory_release(allocator, feature->frequency, (size_t) feature->n_levels + 1, sizeof(double));
	release_texts(feature->pooled, feature->n_pooled, allocator);
}

void
model_release(Model *model, const Allocator *allocator)
{
	uint32_t i;

	for (i = 0; model->features != NULL && i < model->n_features; i++)
		release_feature(&model->features[i], allocator);
	memory_release(allocator, model->features, model->n_features, sizeof(ModelFeature));
	if (model->preprocess != NULL)
		transform_release(model->preprocess, allocator);
	memory_release(allocator, model->preprocess, 1, sizeof(Transform));
	release_text(model->target, allocator);
	release_text(model->options, allocator);
	release_texts(model->classes, model->n_classes, allocator);
	release_texts(model->warnings, model->n_warnings, allocator);
	for (i = 0; model->metrics != NULL && i < model->n_metrics; i++)
		release_text(model->metrics[i].name, allocator);
	memory_release(allocator, model->metrics, model->n_metrics, sizeof(ModelMetric));
	ensemble_release(model->ensemble, allocator);
	memory_release(allocator, model->train_curve, model->n_curve, sizeof(double));
	memory_release(allocator, model->validation_curve, model->n_curve, sizeof(double));
	memory_release(allocator, model->scores, model->n_scores, sizeof(PenaltyScore));
	memory_release(allocator, model->covariance_centre, model->n_terms, sizeof(double));
	memory_release(allocator, model->covariance_factor, covariance_entries(model->n_terms),
				   sizeof(double));
	memory_release(allocator, model->coefficients, model->n_terms, sizeof(LinearCoefficient));
	memory_release(allocator, model, 1, sizeof(Model));
}
