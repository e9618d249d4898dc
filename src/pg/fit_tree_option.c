/*
 * fit_tree_option.c: reading, defaults and checks of the options of trees.
 */
#include "postgres.h"

#include <math.h>

#include "pg/fit_option.h"
#include "pg/option_value.h"

#define BOOSTING ALGORITHM_BIT(ALGORITHM_GRADIENT_BOOSTING)
#define FOREST ALGORITHM_BIT(ALGORITHM_RANDOM_FOREST)
#define TREE ALGORITHM_BIT(ALGORITHM_DECISION_TREE)
#define ISOLATION ALGORITHM_BIT(ALGORITHM_ISOLATION_FOREST)

typedef struct OptionAlias
{
	const char *alias;
	const char *name;
} OptionAlias;

static const OptionAlias aliases[] = {{"bagging_fraction", "subsample"},
									  {"colsample_bynode", "max_features"},
									  {"early_stopping_round", "early_stopping_rounds"},
									  {"eta", "learning_rate"},
									  {"family", "objective"},
									  {"feature_fraction_bynode", "max_features"},
									  {"gamma", "min_gain"},
									  {"l2_regularization", "l2"},
									  {"lambda_l1", "l1"},
									  {"lambda_l2", "l2"},
									  {"loss", "objective"},
									  {"max_bin", "max_bins"},
									  {"max_leaves", "max_leaf_nodes"},
									  {"min_child_samples", "min_samples_leaf"},
									  {"min_child_weight", "min_hessian"},
									  {"min_data_in_leaf", "min_samples_leaf"},
									  {"min_gain_to_split", "min_gain"},
									  {"min_split_gain", "min_gain"},
									  {"min_split_loss", "min_gain"},
									  {"min_sum_hessian_in_leaf", "min_hessian"},
									  {"monotonic_cst", "monotone_constraints"},
									  {"n_iter_no_change", "early_stopping_rounds"},
									  {"num_boost_round", "n_estimators"},
									  {"num_iterations", "n_estimators"},
									  {"num_leaves", "max_leaf_nodes"},
									  {"num_round", "n_estimators"},
									  {"num_trees", "n_estimators"},
									  {"quantile", "alpha"},
									  {"reg_alpha", "l1"},
									  {"reg_lambda", "l2"},
									  {"shrinkage_rate", "learning_rate"},
									  {"tweedie_variance_power", "tweedie_power"}};

const char *
tree_option_our_name(const char *name)
{
	int i;

	for (i = 0; i < (int) lengthof(aliases); i++)
	{
		if (strcmp(aliases[i].alias, name) == 0)
			return aliases[i].name;
	}
	return name;
}

/* A whole number, or null for no limit, which is 0. */
static int
read_limit(const char *name, const JsonbValue *value, double low)
{
	return value->type == jbvNull ? 0 : (int) option_whole_number(name, value, low, 1000000.0);
}

static void
read_max_features(FitOptions *options, const char *name, const JsonbValue *value)
{
	static const char *const choices[] = {"sqrt", "log2"};

	options->tree.has_max_features = true;
	if (value->type == jbvString)
	{
		options->tree.max_features =
			option_choice(name, value, choices, 2) == 0 ? FEATURES_SQRT : FEATURES_LOG2;
		return;
	}
	options->tree.max_features = option_number(name, value, 0.0, INFINITY);
	if (options->tree.max_features == 0.0)
		option_wrong_type(name, "above 0");
	if (options->tree.max_features > 1.0)
		option_whole_number(name, value, 1.0, INFINITY);
}

static void
read_monotone_constraints(FitOptions *options, const char *name, const JsonbValue *value)
{
	TreeOptions *tree = &options->tree;
	JsonbIterator *fields = option_object(name, value, "an object of column and -1, 0 or 1");
	JsonbValue part;
	char *column;

	tree->constraints =
		palloc0(sizeof(MonotoneConstraint) * Max(JsonContainerSize(value->val.binary.data), 1));
	while (option_next_field(&fields, &column, &part))
	{
		MonotoneConstraint *constraint = &tree->constraints[tree->n_constraints++];

		constraint->column = column;
		constraint->direction = (int) option_whole_number(name, &part, -1.0, 1.0);
	}
}

/* A number above 0, up to a limit. */
static double
read_positive(const char *name, const JsonbValue *value, double high)
{
	double number = option_number(name, value, 0.0, high);

	if (number == 0.0)
		option_wrong_type(name, "above 0");
	return number;
}

/* A number between 1 and 2, and neither. */
static double
read_power(const char *name, const JsonbValue *value)
{
	double number = option_number(name, value, 1.0, 2.0);

	if (number == 1.0 || number == 2.0)
		option_wrong_type(name, "above 1 and below 2");
	return number;
}

/* Two leaves at least. */
static int
read_leaves(const char *name, const JsonbValue *value)
{
	return read_limit(name, value, 2.0);
}

/* A reader that stores one value; `expression` uses name and value. */
#define TREE_READER(option, expression) \
	static void read_##option(FitOptions *options, const char *name, const JsonbValue *value) \
	{ \
		options->tree.option = (expression); \
	}

TREE_READER(cat_l2, option_number(name, value, 0.0, INFINITY))
TREE_READER(cat_penalty, option_number(name, value, 0.0, INFINITY))
TREE_READER(cat_smooth, option_number(name, value, 0.0, INFINITY))
TREE_READER(early_stopping_rounds, read_limit(name, value, 0.0))
TREE_READER(learning_rate, read_positive(name, value, INFINITY))
TREE_READER(max_bins, (int) option_whole_number(name, value, 2.0, 255.0))
TREE_READER(max_depth, read_limit(name, value, 1.0))
TREE_READER(max_leaf_nodes, read_leaves(name, value))
TREE_READER(max_samples, (int) option_whole_number(name, value, 2.0, 1000000.0))
TREE_READER(min_gain, option_number(name, value, 0.0, INFINITY))
TREE_READER(min_hessian, option_number(name, value, 0.0, INFINITY))
TREE_READER(min_samples_leaf, (int) option_whole_number(name, value, 1.0, 1e9))
TREE_READER(n_estimators, (int) option_whole_number(name, value, 1.0, 100000.0))
TREE_READER(subsample, read_positive(name, value, 1.0))

static void
read_bootstrap(FitOptions *options, const char *name, const JsonbValue *value)
{
	options->tree.bootstrap = option_boolean(name, value);
}

static void
read_oob_score(FitOptions *options, const char *name, const JsonbValue *value)
{
	options->tree.oob_score = option_boolean(name, value);
}

static void
read_alpha(FitOptions *options, const char *name, const JsonbValue *value)
{
	options->tree.alpha = option_fraction(name, value);
	options->tree.has_alpha = true;
}

static void
read_tweedie_power(FitOptions *options, const char *name, const JsonbValue *value)
{
	options->tree.tweedie_power = read_power(name, value);
	options->tree.has_tweedie_power = true;
}

const OptionEntry tree_option_entries[] = {
	{"alpha", read_alpha, BOOSTING | ALGORITHM_BIT(ALGORITHM_QUANTILE_REGRESSION)},
	{"bootstrap", read_bootstrap, FOREST},
	{"cat_l2", read_cat_l2, BOOSTING},
	{"cat_penalty", read_cat_penalty, BOOSTING},
	{"cat_smooth", read_cat_smooth, BOOSTING},
	{"early_stopping_rounds", read_early_stopping_rounds, BOOSTING},
	{"learning_rate", read_learning_rate, BOOSTING},
	{"max_bins", read_max_bins, BOOSTING | FOREST | TREE},
	{"max_depth", read_max_depth, BOOSTING | FOREST | TREE},
	{"max_features", read_max_features, BOOSTING | FOREST | TREE},
	{"max_leaf_nodes", read_max_leaf_nodes, BOOSTING},
	{"max_samples", read_max_samples, ISOLATION},
	{"min_gain", read_min_gain, BOOSTING},
	{"min_hessian", read_min_hessian, BOOSTING},
	{"min_samples_leaf", read_min_samples_leaf, BOOSTING | FOREST | TREE},
	{"monotone_constraints", read_monotone_constraints, BOOSTING},
	{"n_estimators", read_n_estimators, BOOSTING | FOREST | ISOLATION},
	{"oob_score", read_oob_score, FOREST},
	{"subsample", read_subsample, BOOSTING},
	{"tweedie_power", read_tweedie_power, BOOSTING | ALGORITHM_BIT(ALGORITHM_GLM)}};

const int n_tree_option_entries = lengthof(tree_option_entries);

void
tree_options_begin(FitOptions *options)
{
	options->tree = (TreeOptions){.n_estimators = -1,
								  .learning_rate = -1.0,
								  .max_leaf_nodes = -1,
								  .max_depth = -1,
								  .min_samples_leaf = -1,
								  .min_hessian = -1.0,
								  .min_gain = -1.0,
								  .l1 = -1.0,
								  .subsample = -1.0,
								  .max_bins = -1,
								  .max_samples = -1,
								  .early_stopping_rounds = -1,
								  .alpha = -1.0,
								  .tweedie_power = -1.0,
								  .cat_smooth = -1.0,
								  .cat_l2 = -1.0,
								  .cat_penalty = -1.0,
								  .bootstrap = true};
}

#define DEFAULT(option, value) \
	do \
	{ \
		if (options->tree.option < 0) \
			options->tree.option = (value); \
	} while (0)

/* An option of one objective beside another does nothing. */
static void
check_objective_option(const FitOptions *options, const char *name, bool is_given, bool has_use)
{
	if (is_given && options->objective != 0 && !has_use)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" does nothing for objective \"%s\"", name,
						objective_name(options->objective)),
				 errhint("Leave it out, or choose an objective that has it.")));
}

void
tree_options_complete(FitOptions *options)
{
	bool is_boosting = options->algorithm == ALGORITHM_GRADIENT_BOOSTING;
	bool is_single = options->algorithm == ALGORITHM_DECISION_TREE;

	check_objective_option(options, "alpha", options->tree.has_alpha,
						   options->objective == OBJECTIVE_HUBER ||
							   options->objective == OBJECTIVE_QUANTILE);
	check_objective_option(options, "tweedie_power", options->tree.has_tweedie_power,
						   options->objective == OBJECTIVE_TWEEDIE);
	if (options->tree.early_stopping_rounds > 0 && options->validation == NULL &&
		options->validation_fraction == 0.0)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"early_stopping_rounds\" needs rows that are held out"),
			 errhint("Give \"validation_fraction\" or \"validation\" too, to orchard.train().")));
	if (options->tree.oob_score && !options->tree.bootstrap)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"oob_score\" needs rows that trees do not draw"),
				 errhint("Leave \"bootstrap\" true.")));
	DEFAULT(n_estimators, is_single ? 1 : 100);
	DEFAULT(learning_rate, 0.1);
	DEFAULT(max_leaf_nodes, 31);
	DEFAULT(max_depth, 0);
	DEFAULT(min_samples_leaf, is_boosting ? 20 : 1);
	DEFAULT(min_hessian, 1e-3);
	DEFAULT(min_gain, 0.0);
	DEFAULT(l1, 0.0);
	DEFAULT(subsample, 1.0);
	DEFAULT(max_bins, 255);
	DEFAULT(max_samples, 256);
	DEFAULT(early_stopping_rounds, 0);
	DEFAULT(alpha, 0.9);
	DEFAULT(tweedie_power, 1.5);
	DEFAULT(cat_smooth, 10.0);
	DEFAULT(cat_l2, 10.0);
	DEFAULT(cat_penalty, 1.0);
	if (is_single)
		options->tree.bootstrap = false;
	if (!options->tree.has_max_features)
		options->tree.max_features =
			options->algorithm == ALGORITHM_RANDOM_FOREST && options->objective == OBJECTIVE_GINI ?
			FEATURES_SQRT :
			1.0;
}
