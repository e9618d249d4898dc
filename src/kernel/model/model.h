/*
 * model.h: a trained model as a value: schema, preprocessing, training facts, payload.
 *
 * A Model is built by a fit or by model_decode and then never changed.  All its
 * parts come from one allocator; model_release returns them.  The bytes of
 * model_encode are the stored form: explicit little-endian, versioned, with a
 * CRC-32C over everything and a SHA-256 over schema, preprocessing, options and
 * payload (no times, no metrics), which is the model's identity.
 * docs/model-format.md has the bytes field by field.
 *
 * Stored bytes are foreign bytes: model_decode never reads past their end, and
 * what it returns has been validated: every index is in range, every number
 * that the scorer multiplies is finite, digest and checksum are recomputed.
 */
#ifndef ORCHARD_KERNEL_MODEL_MODEL_H
#define ORCHARD_KERNEL_MODEL_MODEL_H

#include "kernel/base/hash.h"
#include "kernel/base/memory.h"
#include "kernel/dataset/schema.h"
#include "kernel/linear/covariance.h"
#include "kernel/linear/linear_model.h"
#include "kernel/prep/transform.h"
#include "kernel/tree/ensemble.h"

#define MODEL_MAGIC UINT32_C(0x4d43524f) /* "ORCM", first four bytes */
#define MODEL_FORMAT_VERSION 1
#define MODEL_HEADER_SIZE \
	48 /* magic 4, version 2, flags 2 (zero), length 4, checksum 4, digest 32 */
#define MODEL_START_SIZE (MODEL_HEADER_SIZE + 5) /* header, length and algorithm */
#define MODEL_SIZE_LIMIT ((size_t) 512 * 1024 * 1024)
#define MODEL_CLASS_WEIGHTS (UINT64_C(64) * 1024 * 1024) /* of all classes' scorers */
#define MODEL_STEPS_LIMIT 16384							 /* of preprocessing */

typedef enum ModelAlgorithm
{
	ALGORITHM_LINEAR_REGRESSION = 1,
	ALGORITHM_LOGISTIC_REGRESSION = 2,
	ALGORITHM_GRADIENT_BOOSTING = 3,
	ALGORITHM_RANDOM_FOREST = 4,
	ALGORITHM_DECISION_TREE = 5,
	ALGORITHM_ISOLATION_FOREST = 6,
	ALGORITHM_GLM = 7, /* generalised linear model */
	ALGORITHM_QUANTILE_REGRESSION = 8,
	ALGORITHM_HUBER = 9
} ModelAlgorithm;

typedef enum ModelObjective
{
	OBJECTIVE_SQUARED_ERROR = 1,
	OBJECTIVE_LOG_LOSS = 2, /* two classes or, in trees, more */
	OBJECTIVE_ABSOLUTE_ERROR = 3,
	OBJECTIVE_HUBER = 4,
	OBJECTIVE_QUANTILE = 5,
	OBJECTIVE_POISSON = 6,
	OBJECTIVE_GAMMA = 7,
	OBJECTIVE_TWEEDIE = 8,
	OBJECTIVE_GINI = 9,		 /* forests and single trees: class shares */
	OBJECTIVE_ISOLATION = 10 /* no target */
} ModelObjective;

/* What a category that training never saw does at scoring. */
typedef enum UnknownPolicy
{
	UNKNOWN_AS_MISSING = 0, /* each indicator takes its training mean */
	UNKNOWN_IS_ERROR = 1
} UnknownPolicy;

typedef struct ModelFeature
{
	char *name; /* zero-terminated, not empty, unique in the model */
	FeatureFamily family;
	uint32_t length;   /* 0: scalar; else array of so many numbers */
	double *fill;	   /* feature_numbers() values that stand for NULL; categories: NULL */
	uint32_t n_levels; /* categories: levels kept, in level order; [0] is the reference */
	char **levels;	   /* zero-terminated, distinct */
	double
		*frequency; /* n_levels + 1: training mean of each indicator; last: of the pooled levels */
	uint32_t n_pooled; /* levels pooled; 0 without levels */
	char **pooled;	   /* their names in byte order, none a level: known, unlike an unseen one */
} ModelFeature;

typedef struct ModelMetric
{
	char *name; /* "train.rmse", ...; not empty, unique in the model */
	double value;
} ModelMetric;

typedef struct Model
{
	uint8_t digest[SHA256_SIZE]; /* set by model_encode and model_decode */
	ModelAlgorithm algorithm;
	ModelObjective objective;
	UnknownPolicy unknown;
	char *target; /* column name; empty for isolation forests */
	uint32_t n_features;
	ModelFeature *features;
	Transform *preprocess;	 /* a recipe, whose outputs the first features are; NULL: none */
	uint32_t n_classes;		 /* 0: regression, anomaly; linear classification: at least 1 */
	char **classes;			 /* in sort order */
	uint32_t positive_class; /* index into classes: predict() is its probability */
	double constant;		 /* P(positive class) of a constant classification model; else NaN */

	/* training facts, outside the digest except options and seed */
	char *options; /* canonical JSON of every option in force */
	uint64_t seed;
	uint64_t rows;		   /* used for training */
	uint64_t rows_skipped; /* NULL target, by option */
	uint32_t n_warnings;
	char **warnings;
	uint32_t n_metrics;
	ModelMetric *metrics;

	/* payload: linear families.  coefficients[].term.slot is derived, not stored. */
	LinearLink
		link; /* regression and constant models: IDENTITY; two classes: LOGIT; more: SOFTMAX; glm: see model_validate */
	int32_t reference; /* SOFTMAX: the class whose coefficients are all 0 and not listed, or -1 */
	uint32_t n_terms;  /* SOFTMAX: of all classes but the reference */
	LinearCoefficient *coefficients; /* class by class, each with the same terms */
	CovarianceType covariance_type;	 /* of the standard errors, and below */
	double *
		covariance_centre; /* n_terms, and below covariance_entries(n_terms): covariance.h; or NULL */
	double *covariance_factor;
	LinearFacts facts;

	/* how the penalty of a linear regression was chosen, outside the digest; all 0 when it was not */
	uint32_t cv_folds;	/* folds that had rows, at least 2 */
	double cv_l1_ratio; /* the share of l1 in each penalty */
	uint32_t cv_chosen; /* which of the scores */
	uint32_t n_scores;
	PenaltyScore *scores;

	/* payload: tree families; then there are no terms and no constant, and link is IDENTITY */
	Ensemble *ensemble; /* NULL for linear families */

	/* how the training of trees went, outside the digest */
	uint32_t n_curve;		  /* losses noted: before the first iteration and after each; or 0 */
	double *train_curve;	  /* n_curve, by rows that were trained on */
	double *validation_curve; /* n_curve, by rows that were held out; NULL when there were none */
} Model;

/*
 * model_encode
 *		The stored bytes, in a block of *length bytes (capacity == length) from the allocator.
 *
 * Sets model->digest.  KERNEL_TOO_LARGE above MODEL_SIZE_LIMIT, KERNEL_INVALID
 * when model_validate would refuse the model.
 */
extern Status model_encode(Model *model, const Allocator *allocator, uint8_t **bytes,
						   size_t *length);

/*
 * model_decode
 *		A validated model from stored bytes.
 *
 * KERNEL_CORRUPT, KERNEL_UNSUPPORTED_VERSION, KERNEL_OUT_OF_MEMORY; nothing is
 * allocated then.  Memory is bounded by a small multiple of length.
 */
extern Status model_decode(Model **model, const Allocator *allocator, const void *bytes,
						   size_t length);

/*
 * model_scored_size
 *		How many bytes of a model of `whole` bytes, whose first ones these are, scoring depends on.
 *
 * bytes: MODEL_START_SIZE of them, or the whole model when that is shorter.  Of models of trees it is
 * header and digest part, of others all.  What is no model has any size up to `whole`.
 */
extern size_t model_scored_size(const void *bytes, size_t whole);

/*
 * model_open
 *		A validated model from as many of its bytes as model_scored_size says, or more.
 *
 * bytes: the first `length` of a model of `whole` bytes.  As model_decode, but trees are left as these
 * bytes, which must outlive the model, until ensemble_expand; and of a model of trees that is not there
 * whole facts and gains are left out, and the digest alone proves the bytes.
 */
extern Status model_open(Model **model, const Allocator *allocator, const void *bytes,
						 size_t length, size_t whole);

/*
 * The digest that the header claims, without decoding.  Only a digest that
 * model_decode or model_open has confirmed is an identity.  length: of the whole model, of which
 * MODEL_START_SIZE are read.  KERNEL_CORRUPT when magic or length do not fit,
 * KERNEL_UNSUPPORTED_VERSION.
 */
extern Status model_claimed_digest(const void *bytes, size_t length, uint8_t digest[SHA256_SIZE]);

/*
 * model_validate
 *		KERNEL_OK when every invariant above holds, KERNEL_CORRUPT otherwise.
 *
 * KERNEL_OUT_OF_MEMORY when the allocator refuses what finding duplicates
 * takes; it is returned before the end.  Term.slot is not looked at.
 */
extern Status model_validate(const Model *model, const Allocator *allocator);

/* The same of all but the ensemble, which decoding has proven while it read. */
extern Status model_validate_parts(const Model *model, const Allocator *allocator);

extern void model_release(Model *model, const Allocator *allocator);

/* Is the payload an ensemble of trees? */
static inline bool
algorithm_is_trees(ModelAlgorithm algorithm)
{
	return algorithm >= ALGORITHM_GRADIENT_BOOSTING && algorithm <= ALGORITHM_ISOLATION_FOREST;
}

/* How many classes have coefficients of their own: 1 where there is one eta. */
static inline uint32_t
model_term_lists(const Model *model)
{
	return model->link != LINK_SOFTMAX ? 1 : model->n_classes - (model->reference >= 0);
}

/* Levels of a category feature as trees count them: the pooled ones are one more. */
static inline uint32_t
feature_tree_levels(const ModelFeature *feature)
{
	return feature->n_levels + (feature->n_pooled > 0 ? 1 : 0);
}

/*
 * A column that a scored row must have: one that preprocessing reads, or a feature that is the
 * column itself.
 */
typedef struct ModelInput
{
	const char *name; /* of the model */
	FeatureFamily family;
	uint32_t length; /* 0: scalar; else array of so many numbers */
	int32_t feature; /* INPUT_OF_RECIPE, or the feature that it is */
} ModelInput;

#define INPUT_OF_RECIPE (-1)

/* Features that preprocessing gives, which come first. */
extern uint32_t model_prepared(const Model *model);

/* Does a step of preprocessing read the column of this name? */
extern bool model_preprocess_reads(const Model *model, const char *name);

/* At least as many as there are inputs. */
extern uint32_t model_inputs_limit(const Model *model);

/*
 * model_inputs
 *		The columns that a row must have, in the order in which values without names come: those of
 *		preprocessing as its steps name them first, then the other features.
 *
 * inputs: room for model_inputs_limit.  Returns how many there are.
 */
extern uint32_t model_inputs(const Model *model, ModelInput *inputs);

/* Slots of the feature vector (linear_model.h). */
extern uint32_t model_numbers(const Model *model);
extern uint32_t model_categories(const Model *model);

/*
 * model_scorer
 *		Compiles the linear payload into a scorer whose parts come from the allocator.
 *
 * level_weight of an unseen or missing category is the training mean of its
 * indicators' contributions (0 for the reference level's own indicator), plus
 * nothing for the missing indicator: that is missing_weight.
 * A constant classification model has no terms, link IDENTITY and intercept = constant.
 * Of a model of trees only number_fill is of use: it is NaN, which they take for missing.
 */
extern Status model_scorer(const Model *model, const Allocator *allocator, LinearScorer *scorer);
/*
 * model_term_values
 *		The values of the terms' columns for a feature vector (linear_model.h): n_terms.
 *
 * is_missing: n_terms, read for missing indicators alone.  A decoded model.
 */
extern void model_term_values(const Model *model, const double *vector, const bool *is_missing,
							  double *values);

extern void model_scorer_release(const Model *model, const Allocator *allocator,
								 LinearScorer *scorer);

/*
 * model_class_scorers
 *		The same of a model with the link SOFTMAX: a scorer of eta a class, n_classes of them.
 *
 * Only differences between the eta of a row count; these add up to 0 over the classes, so that each says
 * what speaks for its class, the reference like the others.  model_scorer() gives the first of them, but
 * for that.
 */
extern Status model_class_scorers(const Model *model, const Allocator *allocator,
								  LinearScorer **scorers);
extern void model_class_scorers_release(const Model *model, const Allocator *allocator,
										LinearScorer *scorers);

/*
 * The level index + 1 of a category text for feature f (a category), 0 when
 * unknown, n_levels + 1 when pooled.  Built once per model; it reads the
 * feature's texts, which must outlive it.
 */
typedef struct LevelLookup LevelLookup;
extern LevelLookup *level_lookup_create(const ModelFeature *feature, const Allocator *allocator);
extern int32_t level_lookup_find(const LevelLookup *lookup, const char *text, size_t length);
extern void level_lookup_release(LevelLookup *lookup, const Allocator *allocator);

#endif /* ORCHARD_KERNEL_MODEL_MODEL_H */
