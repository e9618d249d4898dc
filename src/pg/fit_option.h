/*
 * fit_option.h: the options of fit(), parsed once a call site and checked against one list.
 *
 * Names follow scikit-learn where it has the option.  An unknown option, a
 * wrong JSON type or a value out of range raises 22023 with the known choices.
 */
#ifndef ORCHARD_PG_FIT_OPTION_H
#define ORCHARD_PG_FIT_OPTION_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "kernel/model/model.h"

#include "pg/fit_tree_option.h"
#include "pg/penalty_option.h"

#define FOLDS_MOST 100

/* How linear regression chooses its penalty, with "l1": "cv". */
typedef struct CvOptions
{
	bool is_on;
	int n_folds;	   /* folds drawn; FOLDS_MOST, as many as there may be, with a column */
	char *column;	   /* of fold numbers; NULL: folds are drawn */
	bool one_error;	   /* the largest penalty within one standard error of the best */
	const char *given; /* an option that does nothing without it, NULL = none */
} CvOptions;

typedef struct ClassWeight
{
	char *name;	   /* class label */
	double weight; /* >= 0 */
} ClassWeight;

struct FitOptions
{
	ModelAlgorithm algorithm;
	ModelObjective objective; /* trees: 0 until the target is known, when not given */
	double l2;
	bool nonnegative; /* linear algorithms: no coefficient but the intercept below 0 */
	LinearLink link;  /* glm; that of the objective when not given */
	char *offset;	  /* glm: column that is added to the linear predictor; NULL when not given */
	double epsilon;	  /* huber: where the loss turns, in scales */
	bool standardize;
	bool fit_intercept;
	bool missing_indicator;
	bool skip_null_target;
	CovarianceType covariance_type;
	bool is_first_covariance; /* "cov_type": "H1", the classical one of Huber regression */
	bool keep_covariance;	  /* of the coefficients, whatever their number */
	bool drop_covariance;
	bool raise_on_failure; /* on_failure = "error" */
	UnknownPolicy unknown;
	int max_categories;
	int max_iter;
	double tol;
	bool limits_given; /* tol or max_iter was given */
	uint64 seed;
	char *weight; /* column names, NULL when not given */
	char *group;
	char *time;
	char *validation;			/* boolean column, true = held out; NULL when not given */
	double validation_fraction; /* of rows held out; 0 when not given */
	char *positive_class;
	char **features; /* NULL: all columns that are not excluded */
	int n_features;
	char **exclude;
	int n_exclude;
	bool balanced; /* class_weight = "balanced" */
	ClassWeight *class_weights;
	int n_class_weights;
	CvOptions cv;
	PenaltyOptions penalties; /* of cv */
	Transform *preprocess;	  /* a recipe, fitted or not; NULL: none */
	bool preprocess_is_fitted;
	TreeOptions tree;
	char *canonical; /* JSON text of every option in force, keys sorted */
};

/* Parses into the current memory context. */
extern FitOptions *fit_options_parse(Jsonb *json);

/* Is it one of the tree algorithms? */
static inline bool
algorithm_is_tree(ModelAlgorithm algorithm)
{
	return algorithm_is_trees(algorithm);
}

/* Does training pass over the rows, and not over sums of them? */
extern bool fit_options_keep_rows(const FitOptions *options);

/* Does it predict classes? */
static inline bool
objective_is_classification(ModelObjective objective)
{
	return objective == OBJECTIVE_LOG_LOSS || objective == OBJECTIVE_GINI;
}

/* Decides on the objective of trees, which the kind of target gives when no option did. */
extern void fit_options_set_objective(FitOptions *options, bool target_has_classes);

/* Raises 22023 when the options ask for held-out rows, which only train() can keep. */
extern void fit_options_require_all_rows(const FitOptions *options);

extern const char *algorithm_name(ModelAlgorithm algorithm);
extern const char *objective_name(ModelObjective objective);
extern const char *covariance_type_name(CovarianceType type);

#endif /* ORCHARD_PG_FIT_OPTION_H */
