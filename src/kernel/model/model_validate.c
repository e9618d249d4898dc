/*
 * model_validate.c: the invariants that scoring relies on.
 */
#include <math.h>
#include <string.h>

#include "kernel/model/model.h"

static bool
all_finite(const double *values, size_t n)
{
	size_t		i;

	for (i = 0; i < n; i++)
	{
		if (!isfinite(values[i]))
			return false;
	}
	return true;
}

/* A number of a mean in [0, 1], a little rounding allowed. */
static bool
all_frequencies(const double *values, size_t n)
{
	size_t		i;

	for (i = 0; i < n; i++)
	{
		if (!(values[i] >= 0.0 && values[i] <= 1.0 + 1e-9))
			return false;
	}
	return true;
}

/* Families, sizes and numbers of each feature; names and levels are checked where they are decoded. */
static bool
features_valid(const Model *model)
{
	uint32_t	f;

	for (f = 0; f < model->n_features; f++)
	{
		const ModelFeature *feature = &model->features[f];

		if (feature->name == NULL || feature->name[0] == '\0' || feature->family > FAMILY_LAST)
			return false;
		if (feature->family == FAMILY_CATEGORY)
		{
			if (feature->length != 0 || feature->fill != NULL || feature->n_levels > INT32_MAX / 4 ||
				feature->n_pooled > INT32_MAX / 4 || feature->frequency == NULL ||
				!all_frequencies(feature->frequency, (size_t) feature->n_levels + 1))
				return false;
			if (feature->n_pooled > 0 && feature->n_levels == 0)
				return false;
		}
		else if (feature->fill == NULL || feature->n_levels != 0 || feature->n_pooled != 0 ||
				 !all_finite(feature->fill, feature->length > 0 ? feature->length : 1))
			return false;
	}
	return true;
}

/* The place of a term among the terms of its feature, -1 when it has none. */
static int64_t
term_place(const ModelFeature *feature, const Term *term)
{
	bool		is_category = feature->family == FAMILY_CATEGORY;
	int64_t		n_elements = feature->length > 0 ? feature->length : 1;

	if (term->level == LEVEL_MISSING)
		return term->element == 0 ? INT64_C(1) << 40 : -1;
	if (!is_category)
		return term->level == LEVEL_NUMBER && term->element >= 0 && term->element < n_elements ?
			term->element : -1;
	if (term->element != 0)
		return -1;
	if (term->level == LEVEL_POOLED)
		return feature->n_pooled > 0 ? INT64_C(1) << 39 : -1;
	return term->level >= 1 && (uint32_t) term->level < feature->n_levels ? term->level : -1;
}

/* Terms stand in the order of design.h, so none stands twice. */
static bool
terms_valid(const Model *model)
{
	int32_t		feature = TERM_INTERCEPT - 1;
	int64_t		place = -1;
	uint32_t	t;

	for (t = 0; t < model->n_terms; t++)
	{
		const LinearCoefficient *coefficient = &model->coefficients[t];
		const Term *term = &coefficient->term;
		int64_t		own = 0;

		if (!isfinite(coefficient->estimate) || isinf(coefficient->std_error))
			return false;
		if (term->feature == TERM_INTERCEPT)
		{
			if (t > 0 || term->level != LEVEL_NUMBER || term->element != 0)
				return false;
			feature = TERM_INTERCEPT;
			continue;
		}
		if (term->feature < 0 || (uint32_t) term->feature >= model->n_features)
			return false;
		own = term_place(&model->features[term->feature], term);
		if (own < 0 || term->feature < feature || (term->feature == feature && own <= place))
			return false;
		feature = term->feature;
		place = own;
	}
	return true;
}

static bool
classes_valid(const Model *model)
{
	if (model->n_classes == 0)
		return model->positive_class == 0 && model->objective == OBJECTIVE_SQUARED_ERROR &&
			isnan(model->constant);
	if (model->n_classes > 2 || model->positive_class >= model->n_classes ||
		model->objective != OBJECTIVE_LOG_LOSS)
		return false;
	if (model->n_classes == 2 && strcmp(model->classes[0], model->classes[1]) == 0)
		return false;
	if (model->n_terms == 0 && model->link == LINK_IDENTITY)
		return model->constant >= 0.0 && model->constant <= 1.0;
	return model->link == LINK_LOGIT && model->n_classes == 2 && isnan(model->constant);
}

Status
model_validate(const Model *model)
{
	bool		valid = model->target != NULL && model->target[0] != '\0' && model->options != NULL &&
		(model->algorithm == ALGORITHM_LINEAR_REGRESSION ||
		 model->algorithm == ALGORITHM_LOGISTIC_REGRESSION) &&
		(model->objective == OBJECTIVE_SQUARED_ERROR || model->objective == OBJECTIVE_LOG_LOSS) &&
		(model->unknown == UNKNOWN_AS_MISSING || model->unknown == UNKNOWN_IS_ERROR) &&
		(model->link == LINK_IDENTITY || model->link == LINK_LOGIT);

	valid = valid && features_valid(model) && terms_valid(model) && classes_valid(model);
	return valid ? KERNEL_OK : KERNEL_CORRUPT;
}
