/*
 * fit_option.c: from jsonb to FitOptions.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"

#include "pg/column_type.h"
#include "pg/fit_cv_option.h"
#include "pg/fit_option.h"
#include "pg/fit_option_text.h"
#include "pg/memory.h"
#include "pg/option_value.h"
#include "pg/prep_json.h"

typedef struct AlgorithmEntry
{
	const char *name;
	ModelAlgorithm algorithm;
	int objectives; /* bits of those that it has */
} AlgorithmEntry;

#define OBJECTIVE_BIT(objective) (1 << (objective))

static const AlgorithmEntry algorithms[] = {
	{"linear_regression", ALGORITHM_LINEAR_REGRESSION, OBJECTIVE_BIT(OBJECTIVE_SQUARED_ERROR)},
	{"logistic_regression", ALGORITHM_LOGISTIC_REGRESSION, OBJECTIVE_BIT(OBJECTIVE_LOG_LOSS)},
	{"gradient_boosting", ALGORITHM_GRADIENT_BOOSTING,
	 OBJECTIVE_BIT(OBJECTIVE_SQUARED_ERROR) | OBJECTIVE_BIT(OBJECTIVE_LOG_LOSS) |
		 OBJECTIVE_BIT(OBJECTIVE_ABSOLUTE_ERROR) | OBJECTIVE_BIT(OBJECTIVE_HUBER) |
		 OBJECTIVE_BIT(OBJECTIVE_QUANTILE) | OBJECTIVE_BIT(OBJECTIVE_POISSON) |
		 OBJECTIVE_BIT(OBJECTIVE_GAMMA) | OBJECTIVE_BIT(OBJECTIVE_TWEEDIE)},
	{"random_forest", ALGORITHM_RANDOM_FOREST,
	 OBJECTIVE_BIT(OBJECTIVE_SQUARED_ERROR) | OBJECTIVE_BIT(OBJECTIVE_GINI)},
	{"decision_tree", ALGORITHM_DECISION_TREE,
	 OBJECTIVE_BIT(OBJECTIVE_SQUARED_ERROR) | OBJECTIVE_BIT(OBJECTIVE_GINI)},
	{"isolation_forest", ALGORITHM_ISOLATION_FOREST, OBJECTIVE_BIT(OBJECTIVE_ISOLATION)},
	{"glm", ALGORITHM_GLM,
	 OBJECTIVE_BIT(OBJECTIVE_POISSON) | OBJECTIVE_BIT(OBJECTIVE_GAMMA) |
		 OBJECTIVE_BIT(OBJECTIVE_TWEEDIE)},
	{"quantile_regression", ALGORITHM_QUANTILE_REGRESSION, OBJECTIVE_BIT(OBJECTIVE_QUANTILE)},
	{"huber", ALGORITHM_HUBER, OBJECTIVE_BIT(OBJECTIVE_HUBER)}};

typedef struct LinkEntry
{
	const char *name;
	LinearLink link;
	int objectives; /* bits of those that it is for */
} LinkEntry;

/* The links of generalised linear models. */
static const LinkEntry links[] = {{"log", LINK_LOG, ~0},
								  {"identity", LINK_IDENTITY, ~0},
								  {"inverse", LINK_INVERSE, OBJECTIVE_BIT(OBJECTIVE_GAMMA)},
								  {"sqrt", LINK_SQRT, OBJECTIVE_BIT(OBJECTIVE_POISSON)}};

/* By ModelObjective. */
static const char *const objectives[] = {NULL,		"squared_error", "log_loss", "absolute_error",
										 "huber",	"quantile",		 "poisson",	 "gamma",
										 "tweedie", "gini",			 "isolation"};

const char *
algorithm_name(ModelAlgorithm algorithm)
{
	int i;

	for (i = 0; i < (int) lengthof(algorithms); i++)
	{
		if (algorithms[i].algorithm == algorithm)
			return algorithms[i].name;
	}
	return "unknown";
}

const char *
objective_name(ModelObjective objective)
{
	return objective > 0 && objective < lengthof(objectives) ? objectives[objective] : "unknown";
}

static void
read_algorithm(FitOptions *options, const char *name, const JsonbValue *value)
{
	const char *choices[lengthof(algorithms)];
	int i;

	for (i = 0; i < (int) lengthof(algorithms); i++)
		choices[i] = algorithms[i].name;
	i = option_choice(name, value, choices, lengthof(algorithms));
	options->algorithm = algorithms[i].algorithm;
}

static void
read_objective(FitOptions *options, const char *name, const JsonbValue *value)
{
	const char *choices[lengthof(objectives)];
	int places[lengthof(objectives)];
	int all = 0;
	int n = 0;
	int i;

	for (i = 0; i < (int) lengthof(algorithms); i++)
		all |= algorithms[i].objectives;
	for (i = 1; i < (int) lengthof(objectives); i++)
	{
		if ((all & OBJECTIVE_BIT(i)) == 0)
			continue;
		choices[n] = objectives[i];
		places[n++] = i;
	}
	options->objective = places[option_choice(name, value, choices, n)];
}

static void
read_class_weight(FitOptions *options, const char *name, const JsonbValue *value)
{
	JsonbIterator *fields;
	JsonbValue part;
	char *class;

	if (value->type == jbvString && value->val.string.len == 8 &&
		strncmp(value->val.string.val, "balanced", 8) == 0)
	{
		options->balanced = true;
		return;
	}
	fields = option_object(name, value, "\"balanced\" or an object of class and weight");
	options->class_weights =
		palloc0(sizeof(ClassWeight) * Max(JsonContainerSize(value->val.binary.data), 1));
	while (option_next_field(&fields, &class, &part))
		options->class_weights[options->n_class_weights++] =
			(ClassWeight){.name = class, .weight = option_number(name, &part, 0.0, INFINITY)};
}

static void
read_link(FitOptions *options, const char *name, const JsonbValue *value)
{
	const char *choices[lengthof(links)];
	int i;

	for (i = 0; i < (int) lengthof(links); i++)
		choices[i] = links[i].name;
	options->link = links[option_choice(name, value, choices, lengthof(links))].link;
}

static const LinkEntry *
link_entry(LinearLink link)
{
	const LinkEntry *entry = links;

	while (entry->link != link)
		entry++;
	return entry;
}

const char *
fit_link_name(LinearLink link)
{
	return link_entry(link)->name;
}

static void
read_unknown(FitOptions *options, const char *name, const JsonbValue *value)
{
	static const char *const choices[] = {"missing", "error"};

	options->unknown =
		option_choice(name, value, choices, 2) == 0 ? UNKNOWN_AS_MISSING : UNKNOWN_IS_ERROR;
}

static void
read_on_failure(FitOptions *options, const char *name, const JsonbValue *value)
{
	static const char *const choices[] = {"warn", "error"};

	options->raise_on_failure = option_choice(name, value, choices, 2) == 1;
}

static const char *const covariance_types[] = {"nonrobust", "HC0", "HC1", "HC2",
											   "HC3",		"H2",  "H3",  "kernel"};

const char *
covariance_type_name(CovarianceType type)
{
	return covariance_types[type];
}

/* "H1" is the classical covariance of Huber regression; check_covariance() knows of which algorithm. */
static void
read_cov_type(FitOptions *options, const char *name, const JsonbValue *value)
{
	static const char *const choices[] = {"nonrobust", "HC0", "HC1",	"HC2", "HC3",
										  "H2",		   "H3",  "kernel", "H1"};
	int choice = option_choice(name, value, choices, lengthof(choices));

	options->is_first_covariance = choice == lengthof(covariance_types);
	options->covariance_type =
		options->is_first_covariance ? COVARIANCE_CLASSICAL : (CovarianceType) choice;
}

/* The types of covariance that an algorithm has. */
static const char *
covariance_choices(ModelAlgorithm algorithm)
{
	switch (algorithm)
	{
		case ALGORITHM_HUBER:
			return "nonrobust (H1), H2, H3, HC0, HC1, HC2, HC3";
		case ALGORITHM_QUANTILE_REGRESSION:
			return "nonrobust, kernel";
		default:
			return "nonrobust, HC0, HC1, HC2, HC3";
	}
}

static bool
has_covariance_type(const FitOptions *options)
{
	switch (options->covariance_type)
	{
		case COVARIANCE_CLASSICAL:
			return !options->is_first_covariance || options->algorithm == ALGORITHM_HUBER;
		case COVARIANCE_HC0:
		case COVARIANCE_HC1:
		case COVARIANCE_HC2:
		case COVARIANCE_HC3:
			return options->algorithm != ALGORITHM_QUANTILE_REGRESSION;
		case COVARIANCE_H2:
		case COVARIANCE_H3:
			return options->algorithm == ALGORITHM_HUBER;
		default:
			return options->algorithm == ALGORITHM_QUANTILE_REGRESSION;
	}
}

static void
check_covariance(const FitOptions *options)
{
	if (!has_covariance_type(options))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"cov_type\" cannot be \"%s\" for algorithm \"%s\"",
					options->is_first_covariance ? "H1" :
												   covariance_type_name(options->covariance_type),
					algorithm_name(options->algorithm)),
			 errhint("Choose from: %s.", covariance_choices(options->algorithm))));
	if (options->covariance_type != COVARIANCE_CLASSICAL &&
		(options->l2 > 0.0 || options->tree.l1 > 0.0 || options->nonnegative || options->cv.is_on))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"cov_type\" does nothing for a model without standard errors"),
				 errdetail("There are none with a penalty or with nonnegative coefficients."),
				 errhint("Leave out \"cov_type\", or the penalty.")));
}

/* Without the option the number of terms decides. */
static void
read_covariance(FitOptions *options, const char *name, const JsonbValue *value)
{
	options->keep_covariance = option_boolean(name, value);
	options->drop_covariance = !options->keep_covariance;
}

static void
read_epsilon(FitOptions *options, const char *name, const JsonbValue *value)
{
	options->epsilon = option_number(name, value, 1.0, 1e6);
	if (options->epsilon == 1.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"epsilon\" must be above 1, not 1"),
				 errdetail("At 1 and below the scale is 0 whatever the rows."),
				 errhint("Leave the option out for 1.35.")));
}

/* A reader that stores one value; `expression` uses name and value. */
#define OPTION_READER(option, expression) \
	static void read_##option(FitOptions *options, const char *name, const JsonbValue *value) \
	{ \
		options->option = (expression); \
	}

OPTION_READER(l2, option_number(name, value, 0.0, INFINITY))
OPTION_READER(nonnegative, option_boolean(name, value))
OPTION_READER(standardize, option_boolean(name, value))
OPTION_READER(fit_intercept, option_boolean(name, value))
OPTION_READER(missing_indicator, option_boolean(name, value))
OPTION_READER(skip_null_target, option_boolean(name, value))
OPTION_READER(max_categories, (int) option_whole_number(name, value, 1, 1000000))
OPTION_READER(max_iter, (int) option_whole_number(name, value, 1, 1000000))
OPTION_READER(tol, option_number(name, value, 0.0, 1.0))
OPTION_READER(seed, (uint64) option_whole_number(name, value, 0, 9007199254740992.0))
OPTION_READER(offset, option_text(name, value))
OPTION_READER(weight, option_text(name, value))
OPTION_READER(group, option_text(name, value))
OPTION_READER(time, option_text(name, value))
OPTION_READER(validation, option_text(name, value))
OPTION_READER(validation_fraction, option_fraction(name, value))
OPTION_READER(positive_class, option_text(name, value))
OPTION_READER(features, option_names(name, value, &options->n_features))
OPTION_READER(exclude, option_names(name, value, &options->n_exclude))

/* Is it an array of at least one object? */
static bool
is_list_of_objects(JsonbContainer *container)
{
	uint32 i;

	if (!JsonContainerIsArray(container) || JsonContainerSize(container) == 0)
		return false;
	for (i = 0; i < JsonContainerSize(container); i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(container, i);

		if (element->type != jbvBinary || !JsonContainerIsObject(element->val.binary.data))
			return false;
	}
	return true;
}

/* A recipe's specification, or a fitted recipe as its text form is. */
static void
read_preprocess(FitOptions *options, const char *name, const JsonbValue *value)
{
	static const char *const wanted = "an array of steps, or a fitted recipe";
	Transform *recipe = palloc0(sizeof(Transform));
	JsonbContainer *container = value->type == jbvBinary ? value->val.binary.data : NULL;

	if (container == NULL || !(JsonContainerIsObject(container) || is_list_of_objects(container)))
		option_wrong_type(name, wanted);
	options->preprocess_is_fitted = JsonContainerIsObject(container);
	if (!options->preprocess_is_fitted)
		prep_recipe_read(recipe, JsonbValueToJsonb((JsonbValue *) value), false,
						 memory_transient());
	else
	{
		prep_transform_read(recipe, JsonbValueToJsonb((JsonbValue *) value), memory_transient());
		if (!recipe->is_recipe)
			option_wrong_type(name, wanted);
	}
	if (recipe->n > MODEL_STEPS_LIMIT)
		ereport(
			ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("option \"%s\" has %u steps, more than %d", name, recipe->n, MODEL_STEPS_LIMIT),
			 errhint("Steps of several columns alike are one with \"columns\".")));
	options->preprocess = recipe;
}

#define ALL (~0)
#define WITH_TARGET (~ALGORITHM_BIT(ALGORITHM_ISOLATION_FOREST))
#define GLM ALGORITHM_BIT(ALGORITHM_GLM)
#define QUANTILE ALGORITHM_BIT(ALGORITHM_QUANTILE_REGRESSION)
#define HUBER ALGORITHM_BIT(ALGORITHM_HUBER)
#define LINEAR \
	(ALGORITHM_BIT(ALGORITHM_LINEAR_REGRESSION) | ALGORITHM_BIT(ALGORITHM_LOGISTIC_REGRESSION) | \
	 GLM | QUANTILE | HUBER)

/* The options that are not of trees alone, by name. */
static const OptionEntry option_entries[] = {
	{"algorithm", read_algorithm, ALL},
	{"alphas", cv_option_read_penalties, ALGORITHM_BIT(ALGORITHM_LINEAR_REGRESSION)},
	{"class_weight", read_class_weight, WITH_TARGET},
	{"cov_type", read_cov_type, LINEAR},
	{"covariance", read_covariance, LINEAR},
	{"cv", cv_option_read_folds, ALGORITHM_BIT(ALGORITHM_LINEAR_REGRESSION)},
	{"cv_rule", cv_option_read_rule, ALGORITHM_BIT(ALGORITHM_LINEAR_REGRESSION)},
	{"eps", cv_option_read_penalties, ALGORITHM_BIT(ALGORITHM_LINEAR_REGRESSION)},
	{"epsilon", read_epsilon, HUBER},
	{"exclude", read_exclude, ALL},
	{"features", read_features, ALL},
	{"fit_intercept", read_fit_intercept, LINEAR},
	{"group", read_group, ALL},
	{"l1", cv_option_read_l1,
	 ALGORITHM_BIT(ALGORITHM_LINEAR_REGRESSION) | QUANTILE |
		 ALGORITHM_BIT(ALGORITHM_GRADIENT_BOOSTING)},
	{"l1_ratio", cv_option_read_penalties, ALGORITHM_BIT(ALGORITHM_LINEAR_REGRESSION)},
	{"l2", read_l2, (LINEAR & ~QUANTILE) | ALGORITHM_BIT(ALGORITHM_GRADIENT_BOOSTING)},
	{"link", read_link, GLM},
	{"max_categories", read_max_categories, ALL},
	{"max_iter", read_max_iter, LINEAR},
	{"missing_indicator", read_missing_indicator, LINEAR},
	{"nonnegative", read_nonnegative, LINEAR},
	{"objective", read_objective, ALL},
	{"offset", read_offset, GLM},
	{"on_failure", read_on_failure, ALL},
	{"positive_class", read_positive_class, WITH_TARGET},
	{"preprocess", read_preprocess, ALL},
	{"seed", read_seed, ALL},
	{"skip_null_target", read_skip_null_target, WITH_TARGET},
	{"standardize", read_standardize, LINEAR},
	{"time", read_time, ALL},
	{"tol", read_tol, LINEAR},
	{"unknown", read_unknown, ALL},
	{"validation", read_validation, WITH_TARGET},
	{"validation_fraction", read_validation_fraction, WITH_TARGET},
	{"weight", read_weight, WITH_TARGET}};

static void
pg_attribute_noreturn() unknown_option(const char *name)
{
	StringInfoData known;
	int i = 0;
	int j = 0;

	initStringInfo(&known);
	while (i < (int) lengthof(option_entries) || j < n_tree_option_entries)
	{
		bool is_tree = i == (int) lengthof(option_entries) ||
			(j < n_tree_option_entries &&
			 strcmp(tree_option_entries[j].name, option_entries[i].name) < 0);

		appendStringInfo(&known, "%s%s", known.len > 0 ? ", " : "",
						 is_tree ? tree_option_entries[j++].name : option_entries[i++].name);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown option \"%s\"", name),
			 errhint("The known options are: %s.", known.data)));
}

/* The option of a name, which may be an alias. */
static const OptionEntry *
find_option(const char *given)
{
	const char *name = tree_option_our_name(given);
	int i;

	for (i = 0; i < (int) lengthof(option_entries); i++)
	{
		if (strcmp(name, option_entries[i].name) == 0)
			return &option_entries[i];
	}
	for (i = 0; i < n_tree_option_entries; i++)
	{
		if (strcmp(name, tree_option_entries[i].name) == 0)
			return &tree_option_entries[i];
	}
	unknown_option(given);
}

int
fit_option_algorithms(const char *name)
{
	return find_option(name)->algorithms;
}

/* The options that were given, each with the name that it was given by. */
typedef struct GivenOptions
{
	const OptionEntry **entries;
	char **names;
	int n;
} GivenOptions;

static void
read_option(FitOptions *options, GivenOptions *given, char *name, const JsonbValue *value)
{
	const OptionEntry *entry = find_option(name);
	int i;

	for (i = 0; i < given->n; i++)
	{
		if (given->entries[i] == entry)
			ereport(
				ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options \"%s\" and \"%s\" cannot both be given", given->names[i], name),
				 errdetail("Both are names of \"%s\".", entry->name),
				 errhint("Leave one of them out.")));
	}
	given->entries[given->n] = entry;
	given->names[given->n++] = name;
	entry->read(options, name, value);
	options->limits_given |= strcmp(name, "tol") == 0 || strcmp(name, "max_iter") == 0;
}

/* The algorithms that have an option, as a list. */
static char *
algorithms_with(const OptionEntry *entry)
{
	StringInfoData list;
	int i;

	initStringInfo(&list);
	for (i = 0; i < (int) lengthof(algorithms); i++)
	{
		if (entry->algorithms & ALGORITHM_BIT(algorithms[i].algorithm))
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", algorithms[i].name);
	}
	return list.data;
}

/* An option that does nothing for the algorithm is refused. */
static void
check_given(const FitOptions *options, const GivenOptions *given)
{
	int i;

	for (i = 0; i < given->n; i++)
	{
		if ((given->entries[i]->algorithms & ALGORITHM_BIT(options->algorithm)) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"%s\" does nothing for algorithm \"%s\"", given->names[i],
							algorithm_name(options->algorithm)),
					 errhint("Leave it out, or choose from the algorithms that have it: %s.",
							 algorithms_with(given->entries[i]))));
	}
}

static const AlgorithmEntry *
algorithm_entry(ModelAlgorithm algorithm)
{
	const AlgorithmEntry *entry = algorithms;

	while (entry->algorithm != algorithm)
		entry++;
	return entry;
}

/* The objective, where an algorithm has one or the options name one; it must be one of its own. */
static void
check_objective(FitOptions *options)
{
	const AlgorithmEntry *entry = algorithm_entry(options->algorithm);
	bool has_one = (entry->objectives & (entry->objectives - 1)) == 0;
	int i;

	for (i = 1; has_one && options->objective == 0; i++)
	{
		if (entry->objectives & OBJECTIVE_BIT(i))
			options->objective = i;
	}
	if (options->objective == 0 || (entry->objectives & OBJECTIVE_BIT(options->objective)) != 0)
		return;
	for (i = 1; (entry->objectives & OBJECTIVE_BIT(i)) == 0; i++)
		;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 has_one ? errmsg("algorithm \"%s\" has the objective \"%s\", not \"%s\"", entry->name,
							  objectives[i], objective_name(options->objective)) :
					   errmsg("algorithm \"%s\" does not have the objective \"%s\"", entry->name,
							  objective_name(options->objective)),
			 errhint("Leave the objective out, or choose another algorithm.")));
}

/* A regression has no classes. */
static void
check_classes(const FitOptions *options)
{
	if (options->objective == 0 || objective_is_classification(options->objective))
		return;
	if (options->balanced || options->class_weights != NULL || options->positive_class != NULL)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" needs a classification algorithm",
					options->positive_class != NULL ? "positive_class" : "class_weight"),
			 errhint(
				 "Leave it out, or give \"algorithm\": \"logistic_regression\" or, with trees, \"objective\": \"log_loss\".")));
}

/* Poisson unless an option says so; the link must be one of the objective's. */
static void
complete_glm(FitOptions *options)
{
	const LinkEntry *entry = link_entry(options->link);

	if ((entry->objectives & OBJECTIVE_BIT(options->objective)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("objective \"%s\" does not have the link \"%s\"",
						objective_name(options->objective), entry->name),
				 errhint("Its links are: log, identity%s.",
						 options->objective == OBJECTIVE_GAMMA		 ? ", inverse" :
							 options->objective == OBJECTIVE_POISSON ? ", sqrt" :
																	   "")));
	tree_options_complete(options);
}

/* The median, to the digits that the linear program has, unless options say so. */
static void
complete_quantile(FitOptions *options, const GivenOptions *given)
{
	int i;

	for (i = 0; i < given->n; i++)
	{
		if (strcmp(given->names[i], "alpha") == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"alpha\" does nothing for algorithm \"%s\"",
							algorithm_name(options->algorithm)),
					 errhint("The quantile is the option \"quantile\", the penalty \"l1\".")));
	}
	if (!options->tree.has_alpha)
		options->tree.alpha = 0.5;
	if (!options->limits_given)
	{
		options->tol = 1e-9;
		options->max_iter = 100000;
	}
}

/* Options that contradict each other, or do nothing for the algorithm, are refused. */
static void
check_options(FitOptions *options, const GivenOptions *given)
{
	if (options->algorithm == ALGORITHM_GLM && options->objective == 0)
		options->objective = OBJECTIVE_POISSON;
	check_objective(options);
	check_classes(options);
	if (options->algorithm == ALGORITHM_LINEAR_REGRESSION && options->limits_given)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options \"tol\" and \"max_iter\" need an iterative algorithm"),
				 errdetail("Linear regression is solved from its sums to full accuracy."),
				 errhint("Leave them out.")));
	check_given(options, given);
	check_covariance(options);
	cv_options_check(options);
	if (options->features != NULL && options->exclude != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options \"features\" and \"exclude\" cannot both be given"),
				 errhint("Leave one of them out.")));
	if (options->validation != NULL && options->validation_fraction > 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options \"validation\" and \"validation_fraction\" cannot both be given"),
				 errhint("Leave one of them out.")));
	if (algorithm_is_tree(options->algorithm))
		tree_options_complete(options);
	if (options->algorithm == ALGORITHM_GLM)
		complete_glm(options);
	if (options->algorithm == ALGORITHM_QUANTILE_REGRESSION)
		complete_quantile(options, given);
}

void
fit_options_set_objective(FitOptions *options, bool target_has_classes)
{
	if (options->objective != 0)
		return;
	if (!target_has_classes)
		options->objective = OBJECTIVE_SQUARED_ERROR;
	else
		options->objective =
			options->algorithm == ALGORITHM_GRADIENT_BOOSTING ? OBJECTIVE_LOG_LOSS : OBJECTIVE_GINI;
	check_classes(options);
	tree_options_complete(options);
	options->canonical = fit_options_text(options);
}

bool
fit_options_keep_rows(const FitOptions *options)
{
	return options->algorithm != ALGORITHM_LINEAR_REGRESSION ||
		options->covariance_type != COVARIANCE_CLASSICAL;
}

void
fit_options_require_all_rows(const FitOptions *options)
{
	if (options->validation == NULL && options->validation_fraction == 0.0)
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		 errmsg("option \"%s\" needs orchard.train, since an aggregate keeps no rows to hold out",
				options->validation != NULL ? "validation" : "validation_fraction"),
		 errhint("Use orchard.train, or FILTER the rows and measure with orchard.evaluate.")));
}

FitOptions *
fit_options_parse(Jsonb *json)
{
	FitOptions *options = palloc0(sizeof(FitOptions));
	JsonbIterator *fields;
	JsonbValue part;
	GivenOptions given = {0};
	char *name;

	options->standardize = true;
	options->epsilon = 1.35;
	options->link = LINK_LOG;
	options->fit_intercept = true;
	options->max_categories = 1000;
	options->max_iter = 100;
	options->tol = 1e-8;
	options->seed = 42;
	options->cv.n_folds = 5;
	options->penalties = penalty_options_begin();
	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"options\" must be a JSON object"),
				 errhint("For example '{\"algorithm\": \"linear_regression\"}'.")));
	tree_options_begin(options);
	given.entries = palloc(sizeof(OptionEntry *) * Max(JB_ROOT_COUNT(json), 1));
	given.names = palloc(sizeof(char *) * Max(JB_ROOT_COUNT(json), 1));
	fields = JsonbIteratorInit(&json->root);
	while (option_next_field(&fields, &name, &part))
		read_option(options, &given, name, &part);
	if (options->algorithm == 0)
		options->algorithm = ALGORITHM_GRADIENT_BOOSTING;
	check_options(options, &given);
	options->canonical = fit_options_text(options);
	return options;
}
