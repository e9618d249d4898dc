/*
 * model_exercise.h: everything that a stored model goes through, on any bytes.
 */
#ifndef ORCHARD_TEST_MODEL_EXERCISE_H
#define ORCHARD_TEST_MODEL_EXERCISE_H

#include <math.h>
#include <string.h>

#include "kernel/model/model.h"
#include "kernel/prep/apply.h"
#include "kernel/tree/ensemble_codec.h"
#include "kernel/tree/ensemble_stored.h"
#include "kernel/tree/scorer.h"

#define EXERCISE_VECTORS 6

/* What a reader may do with a fault: the name of the broken promise, NULL when all were kept. */
typedef const char *Broken;

/* What a reader of the schema counts on, by brute force. */
static inline Broken
exercise_schema(const Model *model)
{
	uint32_t f;
	uint32_t g;
	uint32_t i;

	for (f = 0; f < model->n_features; f++)
	{
		const ModelFeature *feature = &model->features[f];

		for (g = 0; g < f; g++)
		{
			if (strcmp(feature->name, model->features[g].name) == 0)
				return "names of features are distinct";
		}
		for (i = 0; feature->fill != NULL && i < (feature->length > 0 ? feature->length : 1); i++)
		{
			if (!isfinite(feature->fill[i]))
				return "a fill is finite";
		}
		for (i = 1; i < feature->n_pooled; i++)
		{
			if (strcmp(feature->pooled[i - 1], feature->pooled[i]) >= 0)
				return "pooled levels ascend";
		}
	}
	if (model->n_classes > 0 ? model->classes[model->positive_class] == NULL :
							   model->positive_class != 0)
		return "there is a positive class";
	return NULL;
}

/* A term's slot is its place among the numbers or categories, counted from the start. */
static inline Broken
exercise_term(const Model *model, const Term *term)
{
	const ModelFeature *feature = &model->features[term->feature];
	bool is_category = feature->family == FAMILY_CATEGORY;
	int32_t slot = is_category ? 0 : term->element;
	int32_t f;

	for (f = 0; f < term->feature; f++)
	{
		if ((model->features[f].family == FAMILY_CATEGORY) == is_category)
			slot += model->features[f].length > 1 ? (int32_t) model->features[f].length : 1;
	}
	if (term->slot != slot)
		return "a term has its slot";
	if (is_category ? term->level == LEVEL_NUMBER || term->level == 0 ||
				term->level >= (int32_t) feature->n_levels ||
				(term->level == LEVEL_POOLED && feature->n_pooled == 0) :
					  term->level != LEVEL_NUMBER && term->level != LEVEL_MISSING)
		return "a term has a level";
	return NULL;
}

/* Terms are distinct in each list and point into the schema; what is multiplied is finite. */
static inline Broken
exercise_terms(const Model *model)
{
	Broken broken = NULL;
	uint32_t in_list = model->n_terms / model_term_lists(model);
	uint32_t t;
	uint32_t u;

	for (t = 0; t < model->n_terms && broken == NULL; t++)
	{
		const Term *term = &model->coefficients[t].term;

		if (!isfinite(model->coefficients[t].estimate))
			broken = "an estimate is finite";
		for (u = in_list > 0 ? t - t % in_list : 0; u < t; u++)
		{
			const Term *other = &model->coefficients[u].term;

			if (term->feature == other->feature && term->level == other->level &&
				term->element == other->element)
				broken = "terms are distinct";
		}
		if (broken == NULL && term->feature != TERM_INTERCEPT)
			broken = exercise_term(model, term);
	}
	return broken;
}

/* One feature's levels and pooled names are found under their own codes, others are not. */
static inline Broken
exercise_lookup(const ModelFeature *feature, const Allocator *allocator, double *codes)
{
	LevelLookup *lookup = level_lookup_create(feature, allocator);
	Broken broken = NULL;
	int32_t unseen;
	uint32_t i;

	if (lookup == NULL)
		return "a lookup";
	for (i = 0; i < feature->n_levels; i++)
	{
		if (level_lookup_find(lookup, feature->levels[i], strlen(feature->levels[i])) !=
			(int32_t) i + 1)
			broken = "a level is found";
	}
	for (i = 0; i < feature->n_pooled; i++)
	{
		if (level_lookup_find(lookup, feature->pooled[i], strlen(feature->pooled[i])) !=
			(int32_t) feature->n_levels + 1)
			broken = "a pooled level is found";
	}
	unseen = level_lookup_find(lookup, "\001 never \002", 9);
	if (unseen < 0 || unseen > (int32_t) feature->n_levels + 1)
		broken = "a code is in range";
	/* Missing, unseen, the first level, the last one, pooled, empty. */
	codes[0] = 0.0;
	codes[1] = unseen;
	codes[2] = feature->n_levels > 0 ? 1.0 : 0.0;
	codes[3] = feature->n_levels;
	codes[4] = feature->n_pooled > 0 ? feature->n_levels + 1.0 : 0.0;
	codes[5] = level_lookup_find(lookup, "", 0);
	level_lookup_release(lookup, allocator);
	return broken;
}

/* Six feature vectors, one after another: NaN, fill, infinities, extremes. */
static inline Broken
exercise_vectors(const Model *model, const LinearScorer *scorer, const Allocator *allocator,
				 double *vectors)
{
	static const double numbers[EXERCISE_VECTORS] = {NAN,		0.0,	 INFINITY,
													 -INFINITY, 1.7e308, -5e-324};
	size_t width = (size_t) scorer->n_numbers + (size_t) scorer->n_categories;
	size_t category = (size_t) scorer->n_numbers;
	Broken broken = NULL;
	uint32_t f;
	size_t v;
	size_t i;

	for (v = 0; v < EXERCISE_VECTORS; v++)
	{
		for (i = 0; i < (size_t) scorer->n_numbers; i++)
			vectors[v * width + i] = v == 1 ? scorer->number_fill[i] : numbers[v];
	}
	for (f = 0; f < model->n_features && broken == NULL; f++)
	{
		double codes[EXERCISE_VECTORS];

		if (model->features[f].family != FAMILY_CATEGORY)
			continue;
		broken = exercise_lookup(&model->features[f], allocator, codes);
		for (v = 0; v < EXERCISE_VECTORS; v++)
			vectors[v * width + category] = codes[v];
		category++;
	}
	return broken != NULL || category == width ? broken : "slots are counted";
}

/* The variance of a prediction, with every missing indicator at 1. */
static inline Broken
exercise_covariance(const Model *model, const double *vector, const Allocator *allocator)
{
	size_t n = model->n_terms;
	double *values = memory_allocate(allocator, 2 * n, sizeof(double));
	bool *is_missing = memory_allocate(allocator, n, sizeof(bool));
	Broken broken = values == NULL || is_missing == NULL ? "room for terms" : NULL;
	size_t t;

	for (t = 0; t < n && broken == NULL; t++)
		is_missing[t] = true;
	if (broken == NULL)
		model_term_values(model, vector, is_missing, values);
	if (broken == NULL && model->covariance_factor != NULL &&
		covariance_form(model->covariance_factor, (int32_t) n, values, values + n) < 0.0)
		broken = "a variance is not negative";
	memory_release(allocator, values, 2 * n, sizeof(double));
	memory_release(allocator, is_missing, n, sizeof(bool));
	return broken;
}

/* Predictions of the six vectors, each with every missing indicator added as well. */
static inline Broken
exercise_scorer(const Model *model, const LinearScorer *scorer, const Allocator *allocator)
{
	size_t width = (size_t) scorer->n_numbers + (size_t) scorer->n_categories;
	double *vectors = memory_allocate_zero(allocator, EXERCISE_VECTORS * width, sizeof(double));
	Broken broken =
		vectors == NULL ? "vectors" : exercise_vectors(model, scorer, allocator, vectors);
	size_t v;
	size_t i;

	for (v = 0; v < EXERCISE_VECTORS && broken == NULL; v++)
	{
		double eta = linear_eta(scorer, vectors + v * width);
		double prediction = linear_inverse_link(scorer->link, eta);

		if (isnan(scorer->intercept))
			broken = "the intercept is a number";
		if (model->n_classes > 0 && model->link != LINK_SOFTMAX && !isnan(eta) &&
			!(prediction >= 0.0 && prediction <= 1.0))
			broken = "a probability is one";
		for (i = 0; i < width; i++)
			eta += scorer->missing_weight[i];
		(void) linear_inverse_link(scorer->link, eta);
		if (broken == NULL && model->n_terms > 0)
			broken = exercise_covariance(model, vectors + v * width, allocator);
	}
	memory_release(allocator, vectors, EXERCISE_VECTORS * width, sizeof(double));
	return broken;
}

/* Probabilities of the six vectors. */
static inline Broken
exercise_class_scorers(const Model *model, const LinearScorer *scorers, const Allocator *allocator)
{
	size_t width = (size_t) scorers->n_numbers + (size_t) scorers->n_categories;
	double *vectors = memory_allocate_zero(allocator, EXERCISE_VECTORS * width, sizeof(double));
	double *eta = memory_allocate(allocator, model->n_classes, sizeof(double));
	Broken broken = vectors == NULL || eta == NULL ?
		"vectors" :
		exercise_vectors(model, scorers, allocator, vectors);
	size_t v;
	uint32_t k;

	for (v = 0; v < EXERCISE_VECTORS && broken == NULL; v++)
	{
		double sum = 0.0;

		for (k = 0; k < model->n_classes; k++)
			eta[k] = linear_eta(&scorers[k], vectors + v * width);
		linear_softmax(eta, (int32_t) model->n_classes);
		for (k = 0; k < model->n_classes; k++)
			sum += eta[k];
		if (!isnan(sum) && !(fabs(sum - 1.0) <= 1e-12))
			broken = "probabilities add up to 1";
	}
	memory_release(allocator, eta, model->n_classes, sizeof(double));
	memory_release(allocator, vectors, EXERCISE_VECTORS * width, sizeof(double));
	return broken;
}

/* The scorers of several classes. */
static inline Broken
exercise_classes(const Model *model, const Allocator *allocator)
{
	LinearScorer *scorers;
	Broken broken;

	if (model_class_scorers(model, allocator, &scorers) != KERNEL_OK)
		return "a decoded model has a scorer a class";
	broken = exercise_class_scorers(model, scorers, allocator);
	model_class_scorers_release(model, allocator, scorers);
	return broken;
}

/* What a reader of trees counts on, by following every edge from the root. */
static inline Broken
exercise_tree(const Ensemble *ensemble, const Tree *tree, const Allocator *allocator)
{
	uint8_t *seen = memory_allocate_zero(allocator, (size_t) tree->n_nodes, 1);
	Broken broken = seen == NULL ? "room for a tree" : NULL;
	int32_t i;

	if (broken != NULL)
		return broken;
	seen[0] = 1;
	for (i = 0; i < tree->n_nodes && broken == NULL; i++)
	{
		const TreeNode *node = &tree->nodes[i];

		if (seen[i] != 1)
			broken = "a node is reached once, after its parent";
		if (!(node->cover >= 0.0) || !isfinite(node->cover) || !isfinite(node->value))
			broken = "a node has a cover and a value";
		if (node->slot == TREE_LEAF || broken != NULL)
			continue;
		if (node->left <= i || node->right <= i || node->left >= tree->n_nodes ||
			node->right >= tree->n_nodes)
			broken = "children stand after their parent";
		else
			seen[node->left]++, seen[node->right]++;
		if (isnan(node->threshold) || !(node->gain >= 0.0))
			broken = "a threshold is a number";
		if (node->slot >= ensemble->n_numbers + ensemble->n_categories)
			broken = "a slot is in range";
		else if (node->slot >= ensemble->n_numbers &&
				 node->subset + (ensemble->n_levels[node->slot - ensemble->n_numbers] + 31) / 32 >
					 tree->n_words)
			broken = "a subset is in range";
	}
	memory_release(allocator, seen, (size_t) tree->n_nodes, 1);
	return broken;
}

/* Predictions of the six vectors. */
static inline Broken
exercise_ensemble(const Model *model, const LinearScorer *scorer, const Allocator *allocator)
{
	const Ensemble *ensemble = model->ensemble;
	size_t width = (size_t) scorer->n_numbers + (size_t) scorer->n_categories;
	size_t n = TREE_LANES * (size_t) ensemble->n_outputs;
	double *vectors = memory_allocate_zero(allocator, EXERCISE_VECTORS * width, sizeof(double));
	double *lanes =
		memory_allocate_zero(allocator, n + (size_t) ensemble->n_outputs, sizeof(double));
	Broken broken = vectors == NULL || lanes == NULL ? "vectors" : NULL;
	int32_t t;
	size_t v;

	for (t = 0; t < ensemble->n_trees && broken == NULL; t++)
		broken = exercise_tree(ensemble, &ensemble->trees[t], allocator);
	if (broken == NULL)
		broken = exercise_vectors(model, scorer, allocator, vectors);
	for (v = 0; v < EXERCISE_VECTORS && broken == NULL; v++)
	{
		ensemble_raw(ensemble, vectors + v * width, lanes, lanes + n);
		ensemble_predict(ensemble, lanes + n);
	}
	memory_release(allocator, lanes, n + (size_t) ensemble->n_outputs, sizeof(double));
	memory_release(allocator, vectors, EXERCISE_VECTORS * width, sizeof(double));
	return broken;
}

/* Every step of an accepted recipe is applied to extremes, unknown levels and any fold. */
static inline Broken
exercise_recipe(const Transform *recipe, const Allocator *allocator)
{
	static const double numbers[] = {NAN, 0.0, INFINITY, -INFINITY, 1e308, -1e308, 5e-324};
	static const int32_t folds[] = {NO_FOLD, 0, 1, 998, 999};
	uint32_t i;
	size_t v;

	for (i = 0; i < recipe->n; i++)
	{
		const Step *step = &recipe->steps[i];
		size_t width = step->kind == STEP_POLYNOMIAL ? (size_t) step->width : 1;
		double *inputs = memory_allocate_zero(allocator, width, sizeof(double));
		Applier applier;
		double *outputs;

		if (inputs == NULL || applier_begin(&applier, step, allocator) != KERNEL_OK)
			return "a step is made ready";
		outputs = memory_allocate_zero(allocator, applier.outputs, sizeof(double));
		if (outputs == NULL)
			return "outputs";
		for (v = 0; v < sizeof(numbers) / sizeof(numbers[0]); v++)
		{
			inputs[0] = numbers[v];
			if (step->kind == STEP_POLYNOMIAL)
				apply_polynomial(&applier, inputs, outputs);
			else if (!step_takes_category(step))
				apply_number(&applier, numbers[v], outputs);
		}
		for (v = 0; v < 5 && step_takes_category(step); v++)
		{
			(void) apply_text(&applier, NULL, 0, folds[v], outputs);
			(void) apply_text(&applier, "unknown", 7, folds[v], outputs);
			if (step->levels.n > 0)
				(void) apply_text(&applier, step->levels.texts[0], strlen(step->levels.texts[0]),
								  folds[v], outputs);
		}
		memory_release(allocator, outputs, applier.outputs, sizeof(double));
		memory_release(allocator, inputs, width, sizeof(double));
		applier_release(&applier, allocator);
	}
	return NULL;
}

/* Bytes that were accepted are what their model encodes to, digest and all. */
static inline Broken
exercise_encoding(Model *model, const Allocator *allocator, const uint8_t *bytes, size_t length)
{
	uint8_t digest[SHA256_SIZE];
	uint8_t *again;
	size_t again_length;
	Broken broken = NULL;

	memcpy(digest, model->digest, sizeof(digest));
	if (model_encode(model, allocator, &again, &again_length) != KERNEL_OK)
		return "an accepted model is encoded";
	if (again_length != length || memcmp(again, bytes, length) != 0)
		broken = "encode(decode(bytes)) is bytes";
	else if (memcmp(digest, model->digest, sizeof(digest)) != 0)
		broken = "the digest is that of the header";
	memory_release(allocator, again, again_length, 1);
	return broken;
}

/* Three vectors through the trees and through their bytes. */
static inline Broken
exercise_stored(const Ensemble *decoded, const Ensemble *opened, const Allocator *allocator)
{
	static const double values[] = {0.0, 1e300, 1.0};
	size_t width = (size_t) decoded->n_numbers + (size_t) decoded->n_categories;
	size_t n = TREE_LANES * (size_t) decoded->n_outputs;
	double *vector = memory_allocate_zero(allocator, width, sizeof(double));
	double *lanes =
		memory_allocate_zero(allocator, 2 * n + (size_t) decoded->n_outputs, sizeof(double));
	Broken broken = vector == NULL || lanes == NULL ? "a vector" : NULL;
	size_t v;
	size_t s;

	for (v = 0; v < 3 && broken == NULL; v++)
	{
		for (s = 0; s < width; s++)
			vector[s] = s >= (size_t) decoded->n_numbers ? (double) (v + s % 2) :
				v == 2 && s % 2							 ? NAN :
														   values[v];
		ensemble_raw(decoded, vector, lanes, lanes + 2 * n);
		stored_trees_lanes(opened, vector, lanes + n);
		if (memcmp(lanes, lanes + n, n * sizeof(double)) != 0)
			broken = "trees score alike on their bytes";
	}
	memory_release(allocator, lanes, 2 * n + (size_t) decoded->n_outputs, sizeof(double));
	memory_release(allocator, vector, width, sizeof(double));
	return broken;
}

/* The first `length` of these bytes in a block of their own, so that reading past them is noticed. */
static inline uint8_t *
exercise_copy(const Allocator *allocator, const uint8_t *bytes, size_t length)
{
	uint8_t *copy = memory_allocate(allocator, length, 1);

	if (copy != NULL)
		memcpy(copy, bytes, length);
	return copy;
}

/*
 * Opening takes what decoding takes, from the bytes that it needs.  decoded: NULL when that refused, which
 * it may for the facts of a model of trees, that opening does not read; what it takes can be scored.
 */
static inline Broken
exercise_opening(const Model *decoded, Status status, const Allocator *allocator,
				 const uint8_t *bytes, size_t length)
{
	size_t needed = length < MODEL_START_SIZE ? length : model_scored_size(bytes, length);
	uint8_t *first = exercise_copy(allocator, bytes, needed);
	Model *opened = NULL;
	Status found = model_open(&opened, allocator, first, needed, length);
	Broken broken = found == status || (found == KERNEL_OK && needed < length) ?
		NULL :
		"opening judges as decoding does";

	if (found == KERNEL_OK)
	{
		if (broken == NULL && decoded != NULL && decoded->ensemble != NULL)
			broken = exercise_stored(decoded->ensemble, opened->ensemble, allocator);
		if (broken == NULL && opened->ensemble != NULL &&
			(ensemble_expand(opened->ensemble, allocator) != KERNEL_OK ||
			 model_validate(opened, allocator) != KERNEL_OK))
			broken = "an opened model is expanded into a valid one";
		model_release(opened, allocator);
	}
	memory_release(allocator, first, needed, 1);
	return broken;
}

/*
 * exercise_model
 *		Decodes; what is accepted is encoded again, compiled, looked up and scored.
 *
 * is_accepted: whether the bytes are a model.
 */
static inline Broken
exercise_model(const Allocator *allocator, const uint8_t *bytes, size_t length, bool *is_accepted)
{
	Model *model;
	LinearScorer scorer;
	Status status = model_decode(&model, allocator, bytes, length);
	Broken broken;

	*is_accepted = status == KERNEL_OK;
	if (status != KERNEL_OK)
		return status == KERNEL_CORRUPT || status == KERNEL_UNSUPPORTED_VERSION ?
			exercise_opening(NULL, status, allocator, bytes, length) :
			"a fault is corrupt or a newer version";
	broken = model_validate(model, allocator) == KERNEL_OK ? exercise_schema(model) :
															 "a decoded model is valid";
	if (broken == NULL)
		broken = exercise_terms(model);
	if (broken == NULL && model->preprocess != NULL)
		broken = exercise_recipe(model->preprocess, allocator);
	if (broken == NULL)
		broken = exercise_encoding(model, allocator, bytes, length);
	if (broken == NULL)
		broken = exercise_opening(model, status, allocator, bytes, length);
	if (broken == NULL)
	{
		if (model_scorer(model, allocator, &scorer) != KERNEL_OK)
			broken = "a decoded model has a scorer";
		else
		{
			broken = model->ensemble != NULL ? exercise_ensemble(model, &scorer, allocator) :
											   exercise_scorer(model, &scorer, allocator);
			model_scorer_release(model, allocator, &scorer);
		}
	}
	if (broken == NULL && model->link == LINK_SOFTMAX)
		broken = exercise_classes(model, allocator);
	model_release(model, allocator);
	return broken;
}

#endif /* ORCHARD_TEST_MODEL_EXERCISE_H */
