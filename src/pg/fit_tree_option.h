/*
 * fit_tree_option.h: the options of tree algorithms, in scikit-learn's names.
 */
#ifndef ORCHARD_PG_FIT_TREE_OPTION_H
#define ORCHARD_PG_FIT_TREE_OPTION_H

#include "postgres.h"

#include "utils/jsonb.h"

typedef struct FitOptions FitOptions;

typedef struct MonotoneConstraint
{
	char *column;
	int direction; /* 1 = rising, -1 = falling, 0 = none */
} MonotoneConstraint;

/* max_features that are no number */
#define FEATURES_SQRT (-1.0)
#define FEATURES_LOG2 (-2.0)

/* Values that are not given are negative until tree_options_complete. */
typedef struct TreeOptions
{
	int n_estimators;
	double learning_rate;
	int max_leaf_nodes; /* 0 = no limit */
	int max_depth;		/* 0 = no limit */
	int min_samples_leaf;
	double min_hessian;
	double min_gain;
	double l1;
	double subsample;
	double max_features; /* up to 1: a share of the slots; above: how many; or FEATURES_ */
	bool has_max_features;
	int max_bins;
	int max_samples;		   /* isolation forests: rows of a tree */
	int early_stopping_rounds; /* 0 = none */
	double alpha;			   /* of huber and quantile */
	bool has_alpha;
	double tweedie_power;
	bool has_tweedie_power;
	double cat_smooth;
	double cat_l2;
	double cat_penalty;
	bool bootstrap; /* random forests */
	bool oob_score; /* random forests: measured on the rows that trees do not draw */
	MonotoneConstraint *constraints;
	int n_constraints;
} TreeOptions;

/* Reads one option's value; the name is for messages. */
typedef void (*OptionReader)(FitOptions *options, const char *name, const JsonbValue *value);

typedef struct OptionEntry
{
	const char *name;
	OptionReader read;
	int algorithms; /* ALGORITHM_BIT of those that it does something for */
} OptionEntry;

#define ALGORITHM_BIT(algorithm) (1 << (algorithm))

/* All of them, by name. */
extern const OptionEntry tree_option_entries[];
extern const int n_tree_option_entries;

/* What LightGBM and XGBoost call an option of ours, else the name itself. */
extern const char *tree_option_our_name(const char *name);

extern void tree_options_begin(FitOptions *options);

/* Defaults for what was not given; raises 22023 where options contradict each other. */
extern void tree_options_complete(FitOptions *options);

#endif /* ORCHARD_PG_FIT_TREE_OPTION_H */
