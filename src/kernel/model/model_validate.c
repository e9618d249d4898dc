/*
 * model_validate.c: the invariants that scoring relies on.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "kernel/model/model.h"
#include "kernel/model/text_index.h"
#include "kernel/tree/ensemble_codec.h"

static bool
is_text(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static bool
all_texts(char *const *texts, uint32_t n)
{
	uint32_t i;

	if (n > 0 && texts == NULL)
		return false;
	for (i = 0; i < n; i++)
	{
		if (texts[i] == NULL)
			return false;
	}
	return true;
}

static bool
all_finite(const double *values, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
	{
		if (!isfinite(values[i]))
			return false;
	}
	return true;
}

/* Means in [0, 1], a little rounding allowed. */
static bool
all_frequencies(const double *values, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
	{
		if (!(values[i] >= 0.0 && values[i] <= 1.0 + 1e-9))
			return false;
	}
	return true;
}

/* Strictly ascending as bytes. */
static bool
all_ascending(char *const *texts, uint32_t n)
{
	uint32_t i;

	for (i = 1; i < n; i++)
	{
		if (strcmp(texts[i - 1], texts[i]) >= 0)
			return false;
	}
	return true;
}

static bool
category_valid(const ModelFeature *feature)
{
	return feature->length == 0 && feature->fill == NULL && feature->n_levels <= INT32_MAX / 4 &&
		feature->n_pooled <= INT32_MAX / 4 && (feature->n_pooled == 0 || feature->n_levels > 0) &&
		all_texts(feature->levels, feature->n_levels) &&
		all_texts(feature->pooled, feature->n_pooled) &&
		all_ascending(feature->pooled, feature->n_pooled) && feature->frequency != NULL &&
		all_frequencies(feature->frequency, (size_t) feature->n_levels + 1);
}

static bool
number_valid(const ModelFeature *feature)
{
	return feature->family <= FAMILY_LAST && feature->n_levels == 0 && feature->n_pooled == 0 &&
		feature->length <= INT32_MAX / 4 && feature->fill != NULL &&
		all_finite(feature->fill, feature->length > 0 ? feature->length : 1);
}

/* Families, sizes and numbers of the features, and slots that an int32_t can count. */
static bool
features_valid(const Model *model)
{
	uint64_t slots = 0;
	uint32_t f;

	if (model->n_features > 0 && model->features == NULL)
		return false;
	for (f = 0; f < model->n_features; f++)
	{
		const ModelFeature *feature = &model->features[f];

		if (!is_text(feature->name) ||
			!(feature->family == FAMILY_CATEGORY ? category_valid(feature) : number_valid(feature)))
			return false;
		slots += feature->length > 0 ? feature->length : 1;
	}
	return slots <= INT32_MAX / 4;
}

/* A valid step that names its columns. */
static bool
preprocess_step_valid(const Step *step)
{
	uint32_t i;

	if (!step_is_valid(step))
		return false;
	if (step->kind != STEP_POLYNOMIAL)
		return step->column != NULL && step->column[0] != '\0' &&
			(step_takes_category(step) ||
			 (step->input >= 0 && step->input < (int32_t) FAMILY_CATEGORY));
	for (i = 0; i < step->columns.n; i++)
	{
		if (step->columns.texts[i][0] == '\0')
			return false;
	}
	return step->columns.n == (uint32_t) step->width && step->input >= 0 &&
		step->input < (int32_t) FAMILY_CATEGORY;
}

/* A recipe whose outputs are the first features: plain numbers. */
static bool
preprocess_valid(const Model *model)
{
	const Transform *recipe = model->preprocess;
	size_t prepared;
	size_t f;
	uint32_t i;

	if (recipe == NULL)
		return true;
	if (!recipe->is_recipe || recipe->n == 0 || recipe->n > MODEL_STEPS_LIMIT)
		return false;
	for (i = 0; i < recipe->n; i++)
	{
		if (!preprocess_step_valid(&recipe->steps[i]))
			return false;
	}
	prepared = transform_outputs(recipe);
	if (prepared > model->n_features)
		return false;
	for (f = 0; f < prepared; f++)
	{
		if (model->features[f].family != FAMILY_NUMBER || model->features[f].length != 0)
			return false;
	}
	return true;
}

/* The place of a term among the terms of its feature, -1 when it has none. */
static int64_t
term_place(const ModelFeature *feature, const Term *term)
{
	bool is_category = feature->family == FAMILY_CATEGORY;
	int64_t n_elements = feature->length > 0 ? feature->length : 1;

	if (term->level == LEVEL_MISSING)
		return term->element >= 0 && term->element < (is_category ? 1 : n_elements) ?
			(INT64_C(1) << 40) + term->element :
			-1;
	if (!is_category)
		return term->level == LEVEL_NUMBER && term->element >= 0 && term->element < n_elements ?
			term->element :
			-1;
	if (term->element != 0)
		return -1;
	if (term->level == LEVEL_POOLED)
		return feature->n_pooled > 0 ? INT64_C(1) << 39 : -1;
	return term->level >= 1 && (uint32_t) term->level < feature->n_levels ? term->level : -1;
}

/* Terms stand in the order of design.h, so none stands twice. */
static bool
list_valid(const Model *model, const LinearCoefficient *coefficients, uint32_t n_terms)
{
	int32_t feature = TERM_INTERCEPT;
	int64_t place = -1;
	uint32_t t;

	for (t = 0; t < n_terms; t++)
	{
		const LinearCoefficient *coefficient = &coefficients[t];
		const Term *term = &coefficient->term;
		int64_t own;

		if (!isfinite(coefficient->estimate) || isinf(coefficient->std_error))
			return false;
		if (term->feature == TERM_INTERCEPT)
		{
			if (t > 0 || term->level != LEVEL_NUMBER || term->element != 0)
				return false;
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

/* The links of a generalised linear model. */
static bool
glm_link_valid(const Model *model)
{
	switch (model->link)
	{
		case LINK_IDENTITY:
		case LINK_LOG:
			return true;
		case LINK_INVERSE:
			return model->objective == OBJECTIVE_GAMMA;
		case LINK_SQRT:
			return model->objective == OBJECTIVE_POISSON;
		default:
			return false;
	}
}

/* Both parts or none; with terms alone. */
static bool
covariance_valid(const Model *model)
{
	if ((unsigned int) model->covariance_type > COVARIANCE_LAST)
		return false;
	if (model->covariance_factor == NULL)
		return model->covariance_centre == NULL;
	return model->covariance_centre != NULL && model->n_terms > 0 &&
		all_finite(model->covariance_centre, model->n_terms) &&
		all_finite(model->covariance_factor, covariance_entries(model->n_terms));
}

/* The terms of the classes are the same, one list after the other; after classes_valid(). */
static bool
terms_valid(const Model *model)
{
	uint32_t lists = model_term_lists(model);
	uint32_t n_terms = model->n_terms / lists;
	uint32_t i;
	uint32_t t;

	if (model->n_terms > 0 && model->coefficients == NULL)
		return false;
	if (n_terms * lists != model->n_terms)
		return false;
	for (i = 0; i < lists; i++)
	{
		const LinearCoefficient *list = model->coefficients + (size_t) i * n_terms;

		if (!list_valid(model, list, n_terms))
			return false;
		for (t = 0; t < n_terms; t++)
		{
			const Term *own = &list[t].term;
			const Term *first = &model->coefficients[t].term;

			if (own->feature != first->feature || own->level != first->level ||
				own->element != first->element)
				return false;
		}
	}
	return true;
}

/* Weights in the scorer of one class, after features_valid(). */
static uint64_t
scorer_width(const Model *model)
{
	uint64_t width = 1;
	uint32_t f;

	for (f = 0; f < model->n_features; f++)
	{
		const ModelFeature *feature = &model->features[f];

		width += feature->family == FAMILY_CATEGORY ? UINT64_C(4) + feature->n_levels :
			feature->length > 0						? UINT64_C(3) * feature->length :
													  3;
	}
	return width;
}

/* More than two classes have an eta each, and few bytes cannot ask for many weights. */
static bool
many_classes_valid(const Model *model)
{
	return model->link == LINK_SOFTMAX && isnan(model->constant) &&
		model->n_classes <= INT32_MAX / 4 && model->reference >= -1 &&
		model->reference < (int32_t) model->n_classes &&
		model->n_classes * scorer_width(model) <= MODEL_CLASS_WEIGHTS;
}

/* Regression has no classes; classification has a probability of one of them. */
static bool
classes_valid(const Model *model)
{
	bool is_constant = !isnan(model->constant);

	if (model->algorithm == ALGORITHM_GLM)
		return model->n_classes == 0 && model->positive_class == 0 && !is_constant &&
			glm_link_valid(model);
	if (model->objective != OBJECTIVE_LOG_LOSS)
		return model->n_classes == 0 && model->positive_class == 0 && !is_constant &&
			model->link == LINK_IDENTITY;
	if (model->n_classes < 1 || model->positive_class >= model->n_classes ||
		!all_texts(model->classes, model->n_classes))
		return false;
	if (model->n_classes > 2)
		return many_classes_valid(model);
	if (model->n_classes == 2 && strcmp(model->classes[0], model->classes[1]) == 0)
		return false;
	if (is_constant)
		return model->n_terms == 0 && model->link == LINK_IDENTITY && model->constant >= 0.0 &&
			model->constant <= 1.0;
	return model->n_classes == 2 && model->link == LINK_LOGIT;
}

/* The objectives of an algorithm. */
static bool
objective_valid(const Model *model)
{
	switch (model->algorithm)
	{
		case ALGORITHM_LINEAR_REGRESSION:
		case ALGORITHM_LOGISTIC_REGRESSION:
			return model->objective == OBJECTIVE_SQUARED_ERROR ||
				model->objective == OBJECTIVE_LOG_LOSS;
		case ALGORITHM_GRADIENT_BOOSTING:
			return model->objective >= OBJECTIVE_SQUARED_ERROR &&
				model->objective <= OBJECTIVE_TWEEDIE;
		case ALGORITHM_RANDOM_FOREST:
		case ALGORITHM_DECISION_TREE:
			return model->objective >= OBJECTIVE_SQUARED_ERROR &&
				model->objective <= OBJECTIVE_GINI;
		case ALGORITHM_ISOLATION_FOREST:
			return model->objective == OBJECTIVE_ISOLATION;
		case ALGORITHM_GLM:
			return model->objective >= OBJECTIVE_POISSON && model->objective <= OBJECTIVE_TWEEDIE;
		case ALGORITHM_QUANTILE_REGRESSION:
			return model->objective == OBJECTIVE_QUANTILE;
		case ALGORITHM_HUBER:
			return model->objective == OBJECTIVE_HUBER;
	}
	return false;
}

/*
 * Boosting adds scores that a link turns into predictions; forests and models without trees give
 * predictions as they are.
 */
static bool
tree_link_valid(const Model *model)
{
	TreeLink link = model->ensemble->link;

	if (model->algorithm == ALGORITHM_ISOLATION_FOREST)
		return link == TREE_LINK_ISOLATION;
	if (model->algorithm != ALGORITHM_GRADIENT_BOOSTING || model->ensemble->n_trees == 0)
		return link == TREE_LINK_IDENTITY ||
			(model->algorithm == ALGORITHM_GRADIENT_BOOSTING && link < TREE_LINK_ISOLATION);
	if (model->objective == OBJECTIVE_LOG_LOSS)
		return link == (model->n_classes > 2 ? TREE_LINK_SOFTMAX : TREE_LINK_LOGIT);
	if (model->objective >= OBJECTIVE_POISSON)
		return link == TREE_LINK_LOG;
	return link == TREE_LINK_IDENTITY;
}

/* The ensemble asks for the model's slots and gives one output, or one a class above two. */
static bool
ensemble_fits(const Model *model)
{
	const Ensemble *ensemble = model->ensemble;
	uint32_t c = 0;
	uint32_t f;

	if (ensemble->n_numbers != (int32_t) model_numbers(model) ||
		ensemble->n_categories != (int32_t) model_categories(model) ||
		ensemble->n_outputs != (int32_t) (model->n_classes > 2 ? model->n_classes : 1))
		return false;
	for (f = 0; f < model->n_features; f++)
	{
		if (model->features[f].family == FAMILY_CATEGORY &&
			ensemble->n_levels[c++] != feature_tree_levels(&model->features[f]))
			return false;
	}
	return tree_link_valid(model);
}

/* An ensemble and nothing linear, and the other way round. */
static bool
trees_valid(const Model *model)
{
	bool is_classification =
		model->objective == OBJECTIVE_LOG_LOSS || model->objective == OBJECTIVE_GINI;

	if (!algorithm_is_trees(model->algorithm))
		return model->ensemble == NULL && model->n_curve == 0;
	if (model->ensemble == NULL || model->covariance_factor != NULL ||
		model->covariance_type != COVARIANCE_CLASSICAL || model->n_terms > 0 ||
		model->link != LINK_IDENTITY || !isnan(model->constant) ||
		(model->n_curve > 0 && model->train_curve == NULL) ||
		(model->n_classes > 0) != is_classification || model->n_classes > INT32_MAX / 4 ||
		(model->n_classes == 0 ? model->positive_class != 0 :
								 model->positive_class >= model->n_classes) ||
		!all_texts(model->classes, model->n_classes))
		return false;
	return ensemble_fits(model);
}

/* How the penalty of a linear regression was chosen, or nothing. */
static bool
scores_valid(const Model *model)
{
	uint32_t i;

	if (model->cv_folds == 0)
		return model->n_scores == 0 && model->cv_chosen == 0 && model->cv_l1_ratio == 0.0;
	if (model->algorithm != ALGORITHM_LINEAR_REGRESSION || model->cv_folds < 2 ||
		!(model->cv_l1_ratio >= 0.0 && model->cv_l1_ratio <= 1.0) || model->scores == NULL ||
		model->cv_chosen >= model->n_scores)
		return false;
	for (i = 0; i < model->n_scores; i++)
	{
		const PenaltyScore *score = &model->scores[i];

		if (!isfinite(score->alpha) || !isfinite(score->error) ||
			!isfinite(score->standard_error) ||
			!(score->alpha >= 0.0 && score->error >= 0.0 && score->standard_error >= 0.0))
			return false;
	}
	return true;
}

/* Warnings, metrics and how the fit went. */
static bool
facts_valid(const Model *model)
{
	uint32_t i;

	if (!all_texts(model->warnings, model->n_warnings) ||
		(model->n_metrics > 0 && model->metrics == NULL))
		return false;
	for (i = 0; i < model->n_metrics; i++)
	{
		if (!is_text(model->metrics[i].name))
			return false;
	}
	return model->facts.rank >= 0 && (uint32_t) model->facts.rank <= model->n_terms &&
		model->facts.iterations >= 0;
}

/* KERNEL_CORRUPT when two texts of the columns are equal. */
static Status
require_distinct(const Allocator *allocator, TextColumn first, TextColumn second)
{
	TextIndex index;
	bool is_distinct;
	Status status;

	if (first.n + second.n < 2)
		return KERNEL_OK;
	status = text_index_build(&index, allocator, first, second, &is_distinct);
	if (status != KERNEL_OK)
		return status;
	text_index_release(&index, allocator);
	return is_distinct ? KERNEL_OK : KERNEL_CORRUPT;
}

/* Names of features, names of metrics and the levels of each category. */
static Status
require_all_distinct(const Model *model, const Allocator *allocator)
{
	const TextColumn none = {NULL, 0, 0};
	TextColumn names = {NULL, sizeof(ModelFeature), model->n_features};
	TextColumn metrics = {NULL, sizeof(ModelMetric), model->n_metrics};
	Status status = KERNEL_OK;
	uint32_t f;

	if (names.n > 0)
	{
		names.first = &model->features[0].name;
		status = require_distinct(allocator, names, none);
	}
	if (metrics.n > 0 && status == KERNEL_OK)
	{
		metrics.first = &model->metrics[0].name;
		status = require_distinct(allocator, metrics, none);
	}
	if (model->n_classes > 1 && status == KERNEL_OK)
		status = require_distinct(
			allocator, (TextColumn){model->classes, sizeof(char *), model->n_classes}, none);
	for (f = 0; f < model->n_features && status == KERNEL_OK; f++)
	{
		const ModelFeature *feature = &model->features[f];
		TextColumn levels = {feature->levels, sizeof(char *), feature->n_levels};
		TextColumn pooled = {feature->pooled, sizeof(char *), feature->n_pooled};

		status = require_distinct(allocator, levels, pooled);
	}
	return status;
}

Status
model_validate_parts(const Model *model, const Allocator *allocator)
{
	bool is_valid = model->target != NULL && model->options != NULL && objective_valid(model) &&
		(is_text(model->target) == (model->objective != OBJECTIVE_ISOLATION)) &&
		(model->unknown == UNKNOWN_AS_MISSING || model->unknown == UNKNOWN_IS_ERROR);

	is_valid = is_valid && features_valid(model) && preprocess_valid(model) && trees_valid(model) &&
		(algorithm_is_trees(model->algorithm) || classes_valid(model)) && terms_valid(model) &&
		covariance_valid(model) && facts_valid(model) && scores_valid(model);
	return is_valid ? require_all_distinct(model, allocator) : KERNEL_CORRUPT;
}

Status
model_validate(const Model *model, const Allocator *allocator)
{
	Status status = model_validate_parts(model, allocator);

	if (status == KERNEL_OK && model->ensemble != NULL)
		status = ensemble_validate(model->ensemble, allocator);
	return status;
}
