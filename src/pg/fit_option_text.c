/*
 * fit_option_text.c: the options in force as canonical JSON.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/json.h"

#include "pg/column_type.h"
#include "pg/fit_option.h"
#include "pg/fit_option_text.h"
#include "pg/prep_json.h"

/* The members of a JSON object, to be sorted by name. */
typedef struct Members
{
	char *texts[64];
	int n;
} Members;

static void
add_member(Members *members, const char *name, const char *value)
{
	Assert(members->n < (int) lengthof(members->texts));
	members->texts[members->n++] = psprintf("\"%s\": %s", name, value);
}

static void
add_number(Members *members, const char *name, double value)
{
	add_member(members, name, number_text(value));
}

/* A number, or null where 0 stands for no limit. */
static void
add_limit(Members *members, const char *name, int value)
{
	add_member(members, name, value == 0 ? "null" : number_text(value));
}

static void
add_boolean(Members *members, const char *name, bool value)
{
	add_member(members, name, value ? "true" : "false");
}

static void
add_text(Members *members, const char *name, const char *value)
{
	StringInfoData json;

	if (value == NULL)
		return;
	initStringInfo(&json);
	escape_json(&json, value);
	add_member(members, name, json.data);
}

static void
add_names(Members *members, const char *name, char **names, int n)
{
	StringInfoData json;
	int i;

	if (names == NULL)
		return;
	initStringInfo(&json);
	appendStringInfoChar(&json, '[');
	for (i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoString(&json, ", ");
		escape_json(&json, names[i]);
	}
	appendStringInfoChar(&json, ']');
	add_member(members, name, json.data);
}

static void
add_class_weights(Members *members, const FitOptions *options)
{
	StringInfoData json;
	int i;

	if (options->balanced)
		add_text(members, "class_weight", "balanced");
	if (options->balanced || options->class_weights == NULL)
		return;
	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	for (i = 0; i < options->n_class_weights; i++)
	{
		if (i > 0)
			appendStringInfoString(&json, ", ");
		escape_json(&json, options->class_weights[i].name);
		appendStringInfo(&json, ": %s", number_text(options->class_weights[i].weight));
	}
	appendStringInfoChar(&json, '}');
	add_member(members, "class_weight", json.data);
}

static void
add_cv(Members *members, const FitOptions *options)
{
	const PenaltyOptions *penalties = &options->penalties;
	StringInfoData json;
	int i;

	add_text(members, "l1", "cv");
	add_number(members, "l1_ratio", penalties->l1_ratio);
	add_text(members, "cv_rule", options->cv.one_error ? "1se" : "min");
	if (options->cv.column != NULL)
		add_text(members, "cv", options->cv.column);
	else
		add_number(members, "cv", options->cv.n_folds);
	if (penalties->alphas == NULL)
	{
		add_number(members, "alphas", penalties->n_alphas);
		add_number(members, "eps", penalties->eps);
		return;
	}
	initStringInfo(&json);
	for (i = 0; i < penalties->n_alphas; i++)
		appendStringInfo(&json, "%s%s", i > 0 ? ", " : "[", number_text(penalties->alphas[i]));
	appendStringInfoChar(&json, ']');
	add_member(members, "alphas", json.data);
}

static void
add_linear_options(Members *members, const FitOptions *options)
{
	if (options->covariance_type != COVARIANCE_CLASSICAL)
		add_text(members, "cov_type", covariance_type_name(options->covariance_type));
	if (options->keep_covariance || options->drop_covariance)
		add_boolean(members, "covariance", options->keep_covariance);
	add_boolean(members, "fit_intercept", options->fit_intercept);
	if (options->algorithm == ALGORITHM_LINEAR_REGRESSION)
	{
		if (options->cv.is_on)
			add_cv(members, options);
		else
			add_number(members, "l1", Max(options->tree.l1, 0.0));
		add_boolean(members, "nonnegative", options->nonnegative);
	}
	else if (options->nonnegative)
		add_boolean(members, "nonnegative", true);
	if (options->algorithm == ALGORITHM_GLM)
	{
		add_text(members, "link", fit_link_name(options->link));
		add_text(members, "offset", options->offset);
		if (options->objective == OBJECTIVE_TWEEDIE)
			add_number(members, "tweedie_power", options->tree.tweedie_power);
	}
	if (options->algorithm == ALGORITHM_QUANTILE_REGRESSION)
	{
		add_number(members, "l1", Max(options->tree.l1, 0.0));
		add_number(members, "quantile", options->tree.alpha);
	}
	if (options->algorithm == ALGORITHM_HUBER)
		add_number(members, "epsilon", options->epsilon);
	if (options->algorithm != ALGORITHM_QUANTILE_REGRESSION)
		add_number(members, "l2", options->l2);
	add_number(members, "max_iter", options->max_iter);
	add_boolean(members, "missing_indicator", options->missing_indicator);
	add_boolean(members, "standardize", options->standardize);
	add_number(members, "tol", options->tol);
}

static void
add_constraints(Members *members, const TreeOptions *tree)
{
	StringInfoData json;
	int i;

	if (tree->constraints == NULL)
		return;
	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	for (i = 0; i < tree->n_constraints; i++)
	{
		if (i > 0)
			appendStringInfoString(&json, ", ");
		escape_json(&json, tree->constraints[i].column);
		appendStringInfo(&json, ": %d", tree->constraints[i].direction);
	}
	appendStringInfoChar(&json, '}');
	add_member(members, "monotone_constraints", json.data);
}

/* Does an option of trees do something for the algorithm? */
static bool
is_used(const FitOptions *options, const char *name)
{
	return (fit_option_algorithms(name) & ALGORITHM_BIT(options->algorithm)) != 0;
}

static void
add_tree_number(Members *members, const FitOptions *options, const char *name, double value)
{
	if (is_used(options, name))
		add_number(members, name, value);
}

static void
add_tree_limit(Members *members, const FitOptions *options, const char *name, int value)
{
	if (is_used(options, name))
		add_limit(members, name, value);
}

static void
add_tree_options(Members *members, const FitOptions *options)
{
	const TreeOptions *tree = &options->tree;

	if (options->objective == OBJECTIVE_HUBER || options->objective == OBJECTIVE_QUANTILE)
		add_number(members, "alpha", tree->alpha);
	if (options->objective == OBJECTIVE_TWEEDIE)
		add_number(members, "tweedie_power", tree->tweedie_power);
	if (is_used(options, "bootstrap"))
		add_boolean(members, "bootstrap", tree->bootstrap);
	if (tree->oob_score)
		add_boolean(members, "oob_score", true);
	add_tree_number(members, options, "cat_l2", tree->cat_l2);
	add_tree_number(members, options, "cat_penalty", tree->cat_penalty);
	add_tree_number(members, options, "cat_smooth", tree->cat_smooth);
	add_tree_limit(members, options, "early_stopping_rounds", tree->early_stopping_rounds);
	add_tree_number(members, options, "l1", tree->l1);
	add_tree_number(members, options, "l2", options->l2);
	add_tree_number(members, options, "learning_rate", tree->learning_rate);
	add_tree_number(members, options, "max_bins", tree->max_bins);
	add_tree_limit(members, options, "max_depth", tree->max_depth);
	if (tree->max_features > 0.0)
		add_tree_number(members, options, "max_features", tree->max_features);
	else
		add_text(members, "max_features", tree->max_features == FEATURES_SQRT ? "sqrt" : "log2");
	add_tree_limit(members, options, "max_leaf_nodes", tree->max_leaf_nodes);
	add_tree_number(members, options, "max_samples", tree->max_samples);
	add_tree_number(members, options, "min_gain", tree->min_gain);
	add_tree_number(members, options, "min_hessian", tree->min_hessian);
	add_tree_number(members, options, "min_samples_leaf", tree->min_samples_leaf);
	add_constraints(members, tree);
	add_tree_number(members, options, "n_estimators", tree->n_estimators);
	add_tree_number(members, options, "subsample", tree->subsample);
}

/* What is to be fitted: what it learnt is part of the model. */
static void
add_preprocess(Members *members, const Transform *recipe)
{
	StringInfoData json;

	if (recipe == NULL)
		return;
	initStringInfo(&json);
	prep_recipe_write(recipe, &json);
	add_member(members, "preprocess", json.data);
}

static int
compare_members(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

char *
fit_options_text(const FitOptions *options)
{
	Members members = {.n = 0};
	StringInfoData json;
	int i;

	add_text(&members, "algorithm", algorithm_name(options->algorithm));
	add_class_weights(&members, options);
	add_names(&members, "exclude", options->exclude, options->n_exclude);
	add_names(&members, "features", options->features, options->n_features);
	add_text(&members, "group", options->group);
	add_number(&members, "max_categories", options->max_categories);
	add_text(&members, "objective", objective_name(options->objective));
	add_text(&members, "on_failure", options->raise_on_failure ? "error" : "warn");
	add_text(&members, "positive_class", options->positive_class);
	add_preprocess(&members, options->preprocess);
	add_number(&members, "seed", (double) options->seed);
	add_boolean(&members, "skip_null_target", options->skip_null_target);
	add_text(&members, "time", options->time);
	add_text(&members, "unknown", options->unknown == UNKNOWN_IS_ERROR ? "error" : "missing");
	add_text(&members, "validation", options->validation);
	if (options->validation_fraction > 0.0)
		add_number(&members, "validation_fraction", options->validation_fraction);
	add_text(&members, "weight", options->weight);
	if (algorithm_is_tree(options->algorithm))
		add_tree_options(&members, options);
	else
		add_linear_options(&members, options);
	qsort(members.texts, members.n, sizeof(char *), compare_members);
	initStringInfo(&json);
	for (i = 0; i < members.n; i++)
		appendStringInfo(&json, "%s%s", i > 0 ? ", " : "{", members.texts[i]);
	appendStringInfoChar(&json, '}');
	return json.data;
}
