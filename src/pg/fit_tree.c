/*
 * fit_tree.c: from the rows of a training state to a model of trees.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "kernel/tree/boost.h"
#include "kernel/tree/forest.h"
#include "kernel/tree/isolation.h"

#include "pg/fit_work.h"
#include "pg/threads.h"

/* A part of the fit's memory, of any size. */
static void *
fit_allocate(size_t count, size_t size)
{
	return MemoryContextAllocExtended(CurrentMemoryContext, Max(count, 1) * size,
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

/*
 * The level of each code of each category: its place among the levels kept, then the pooled level.
 * Codes that no training row has, of labels of an enum or of rows held out, stand for what is
 * missing: the place after the last level.
 */
static void
describe_levels(Fit *fit, TreeSource *source)
{
	int n = fit->spec->n_categories;
	const int32_t **maps = fit_allocate(n, sizeof(int32_t *));
	uint32_t *n_levels = fit_allocate(n, sizeof(uint32_t));
	int c;

	for (c = 0; c < n; c++)
	{
		const CategoryFacts *facts = &fit->design.categories[c];
		int32_t n_codes = fit->state->dictionaries[c].n;
		int32_t *map = fit_allocate(n_codes, sizeof(int32_t));
		int32_t code;

		n_levels[c] = facts->n_levels + (facts->n_pooled > 0);
		for (code = 0; code < n_codes; code++)
		{
			if (!(fit->level_weight[c][code] > 0.0))
				map[code] = n_levels[c];
			else if (facts->level_of_code[code] == LEVEL_POOLED)
				map[code] = facts->n_levels;
			else
				map[code] = facts->level_of_code[code];
		}
		maps[c] = map;
	}
	source->level_of_code = maps;
	source->n_levels = n_levels;
}

/* Which class of the kernel each code is: of two, the positive one is 1. */
static void
map_classes(Fit *fit, TreeSource *source)
{
	const Model *model = &fit->model;
	const FitOptions *options = fit->spec->options;
	int32_t *class_of_code = fit_allocate(fit->state->classes.n, sizeof(int32_t));
	double *class_weight = fit_allocate(model->n_classes, sizeof(double));
	uint32 i;

	for (i = 0; i < model->n_classes; i++)
	{
		int32_t class = model->n_classes > 2 ? i : i == model->positive_class;

		if (fit->class_codes[i] >= 0)
			class_of_code[fit->class_codes[i]] = class;
		class_weight[class] = fit_class_factor(fit, i);
	}
	source->class_of_code = class_of_code;
	if (options->balanced || options->class_weights != NULL)
		source->class_weight = class_weight;
}

static BoostObjective
boost_objective(const Fit *fit)
{
	switch (fit->spec->options->objective)
	{
		case OBJECTIVE_ABSOLUTE_ERROR:
			return BOOST_ABSOLUTE;
		case OBJECTIVE_HUBER:
			return BOOST_HUBER;
		case OBJECTIVE_QUANTILE:
			return BOOST_QUANTILE;
		case OBJECTIVE_POISSON:
			return BOOST_POISSON;
		case OBJECTIVE_GAMMA:
			return BOOST_GAMMA;
		case OBJECTIVE_TWEEDIE:
			return BOOST_TWEEDIE;
		case OBJECTIVE_LOG_LOSS:
			return fit->model.n_classes > 2 ? BOOST_SOFTMAX : BOOST_LOGISTIC;
		default:
			return BOOST_SQUARED;
	}
}

/* How many of n slots a node looks at; 0 = all. */
static int32_t
count_features(double max_features, int n)
{
	double wanted = max_features == FEATURES_SQRT ? sqrt(n) :
		max_features == FEATURES_LOG2			  ? log2(n) :
		max_features <= 1.0						  ? max_features * n :
													max_features;

	if (wanted >= n)
		return 0;
	return wanted < 1.0 ? 1 : (int32_t) wanted;
}

/* The direction of each slot, NULL when there is no constraint. */
static const int8_t *
monotone_slots(const Fit *fit)
{
	const FitSpec *spec = fit->spec;
	const TreeOptions *tree = &spec->options->tree;
	int8_t *slots;
	int number = 0;
	int i;
	int j;

	if (tree->n_constraints == 0)
		return NULL;
	slots = fit_allocate(spec->n_numbers + spec->n_categories, sizeof(int8_t));
	for (i = 0; i < spec->n_features; i++)
	{
		for (j = 0; j < tree->n_constraints; j++)
		{
			if (strcmp(tree->constraints[j].column, spec->features[i].name) == 0)
				slots[number] = tree->constraints[j].direction;
		}
		number += feature_numbers(&spec->features[i]);
	}
	return slots;
}

static BoostOptions
boost_options(const Fit *fit)
{
	const FitOptions *options = fit->spec->options;
	const TreeOptions *tree = &options->tree;
	int n_slots = fit->spec->n_numbers + fit->spec->n_categories;

	return (BoostOptions){.objective = {.kind = boost_objective(fit),
										.alpha = tree->alpha,
										.power = tree->tweedie_power,
										.n_classes = fit->model.n_classes},
						  .grow = {.max_leaves = tree->max_leaf_nodes,
								   .max_depth = tree->max_depth,
								   .max_features = count_features(tree->max_features, n_slots),
								   .split = {.l1 = tree->l1,
											 .l2 = options->l2,
											 .min_gain = tree->min_gain,
											 .min_hessian = tree->min_hessian,
											 .min_rows = tree->min_samples_leaf,
											 .category_smooth = tree->cat_smooth,
											 .category_l2 = tree->cat_l2,
											 .category_penalty = tree->cat_penalty,
											 .monotone = monotone_slots(fit)}},
						  .n_estimators = tree->n_estimators,
						  .learning_rate = tree->learning_rate,
						  .subsample = tree->subsample,
						  .max_bins = tree->max_bins,
						  .early_stopping_rounds = tree->early_stopping_rounds,
						  .seed = options->seed,
						  .threads = threads_allowed()};
}

/* Told after each round; an error of telling it waits until the kernel has come to rest. */
static void
tell_round(void *context, int32_t rounds, int32_t of, double loss)
{
	Fit *fit = context;
	MemoryContext caller = CurrentMemoryContext;

	PG_TRY();
	{
		progress_tell_trees(fit->progress, rounds, of, loss);
	}
	PG_CATCH();
	{
		memory_account_keep_error(fit->account);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
}

/* A model that says the same of every row: one class only. */
static void
fit_constant_trees(Fit *fit, const TreeSource *source)
{
	Model *model = &fit->model;
	int present = fit->class_codes[0] >= 0 ? 0 : 1;
	Ensemble *ensemble = fit_allocate(1, sizeof(Ensemble));

	fit_report_condition(
		fit, psprintf("the target has one class only, \"%s\"", model->classes[present]));
	*ensemble = (Ensemble){.link = TREE_LINK_IDENTITY,
						   .n_numbers = fit->spec->n_numbers,
						   .n_categories = fit->spec->n_categories,
						   .n_levels = (uint32_t *) source->n_levels,
						   .n_outputs = 1,
						   .base = fit_allocate(1, sizeof(double)),
						   .scale = 1.0,
						   .path_scale = 1.0};
	ensemble->base[0] = present == (int) model->positive_class ? 1.0 : 0.0;
	model->ensemble = ensemble;
}

/* The loss of the model's own rows, under the names that other models' have. */
static void
add_loss_metrics(Fit *fit, double loss, double start)
{
	switch (fit->spec->options->objective)
	{
		case OBJECTIVE_SQUARED_ERROR:
			if (start > 0.0)
				fit_add_metric(fit, "train.r2", 1.0 - loss / start);
			fit_add_metric(fit, "train.rmse", sqrt(2.0 * loss));
			break;
		case OBJECTIVE_ABSOLUTE_ERROR:
			fit_add_metric(fit, "train.mae", loss);
			break;
		default:
			fit_add_metric(fit, psprintf("train.%s", objective_name(fit->spec->options->objective)),
						   loss);
			break;
	}
}

/* Is there a class beside the one that the training rows show? */
static bool
has_one_class(const Fit *fit)
{
	int n = 0;
	uint32 i;

	for (i = 0; i < fit->model.n_classes; i++)
		n += fit->class_weight[i] > 0.0;
	return fit->spec->classification && n < 2 && fit->model.n_classes <= 2;
}

/* What the session will hold beside what is grown: all but rows that go when they are binned. */
static Size
held_beside(const Fit *fit)
{
	const FitState *state = fit->state;
	Size goes = fit->spent != NULL ? state->dataset.memory + state->held_out.memory : 0;

	return memory_accounted() - Min(goes, memory_accounted());
}

/*
 * Raises 53200 when what is to be grown cannot have so many bytes, before it is begun; `what` names
 * it with the numbers that are the cause.
 */
static void
require_memory(const Fit *fit, double bytes, const char *what)
{
	Size held = held_beside(fit);

	if (bytes + held <= memory_limit())
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_OUT_OF_MEMORY),
		 errmsg("%s needs more memory than orchard.max_memory allows", what),
		 errdetail(
			 "It takes about %.0f kB beside the %zu kB that the session holds; the limit is %zu kB.",
			 ceil(bytes / 1024.0), held / 1024, memory_limit() / 1024),
		 errhint("Set orchard.max_memory to %.0f kB or more, or use fewer rows or columns.",
				 ceil((bytes + held) / 1024.0))));
}

/*
 * Where rows go that growing has not so many bytes for: train() has a place for them, where its own
 * went; NULL where there is room, or no place.  *memory: what there is for growing beside them.
 */
static const BlockStore *
place_of_rows(const Fit *fit, double bytes, size_t *memory)
{
	Size held = held_beside(fit);

	if (bytes + held <= memory_limit() || fit->spent == NULL)
		return NULL;
	*memory = memory_limit() - Min(held, memory_limit());
	return fit->state->dataset.store;
}

/* What growing has come to; targets of which sums overflow have an error of their own. */
static void
require_grown(Fit *fit, Status status)
{
	if (status == KERNEL_OVERFLOW)
		ereport(
			ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("value out of range: overflow in growing trees"),
			 errdetail(
				 "The squares of the targets, or of these times the weights, are too large to sum."),
			 errhint(
				 "Divide the target or the weights by a power of ten, or leave rows with such values out.")));
	fit_require(fit, status);
}

/* Raises 53200 when trees cannot have so many bytes for these rows. */
static void
require_memory_of_rows(const Fit *fit, double bytes, int64 n)
{
	require_memory(fit, bytes,
				   psprintf("growing trees on %lld rows of %d columns", (long long) n,
							fit->spec->n_numbers + fit->spec->n_categories));
}

/*
 * May boosting have the memory for its rows?  Histograms take what there is.  Where it may not,
 * the rows go where train() keeps what memory has no room for, if that is where they are.
 */
static void
place_boost_rows(const Fit *fit, const TreeSource *source, BoostOptions *options)
{
	int64 n = fit->state->dataset.n;
	int64 n_held_out = fit->state->held_out.n;
	size_t train;
	size_t held_out;
	double bytes;

	boost_row_bytes(source, options, &train, &held_out);
	bytes = (double) n * train + (double) n_held_out * held_out;
	options->store = place_of_rows(fit, bytes, &options->memory);
	if (options->store != NULL)
		bytes = boost_file_bytes(source, options);
	require_memory_of_rows(fit, bytes, n + n_held_out);
}

static void
grow_trees(Fit *fit, const TreeSource *source)
{
	Model *model = &fit->model;
	TreeSource validation = *source;
	BoostReport report = {tell_round, fit};
	BoostOptions options = boost_options(fit);
	int64_t n_held_out = fit->state->held_out.n;
	BoostResult result;

	validation.dataset = &fit->state->held_out;
	if (fit->progress != NULL)
		options.report = &report;
	place_boost_rows(fit, source, &options);
	require_grown(fit,
				  boost_fit(source, n_held_out > 0 ? &validation : NULL, &options,
							&fit->account->allocator, &fit->account->stop, &result));
	if (options.early_stopping_rounds > 0 && n_held_out == 0)
		fit_add_warning(
			fit, pstrdup("no row was held out, so \"early_stopping_rounds\" stopped nothing"));
	model->ensemble = result.ensemble;
	model->n_curve = result.n_curve;
	model->train_curve = result.train_curve;
	model->validation_curve = result.validation_curve;
	model->facts.iterations = result.rounds;
	add_loss_metrics(fit, result.train_curve[result.rounds], result.train_curve[0]);
}

/* What the trees say of the training rows, and of those that they did not draw. */
static void
add_forest_metrics(Fit *fit, const ForestMeasure *train, const ForestMeasure *oob)
{
	fit_add_metric(fit, "train.accuracy", train->accuracy);
	fit_add_metric(fit, "train.log_loss", train->log_loss);
	fit_add_metric(fit, "train.r2", train->r2);
	fit_add_metric(fit, "train.rmse", train->rmse);
	if (oob == NULL)
		return;
	fit_add_metric(fit, "oob.accuracy", oob->accuracy);
	fit_add_metric(fit, "oob.r2", oob->r2);
	fit_add_metric(fit, "oob.rmse", oob->rmse);
	if (oob->rows < fit->state->dataset.n)
		fit_add_warning(
			fit,
			psprintf("rows that every tree draws, so the out-of-bag score leaves them out: %lld",
					 (long long) (fit->state->dataset.n - oob->rows)));
}

/* The same for a forest; trees grow by as many threads as have room for their rows. */
static void
place_forest_rows(const Fit *fit, const TreeSource *source, ForestOptions *options)
{
	int64 n = fit->state->dataset.n;
	size_t thread;
	double bytes = (double) n * forest_row_bytes(source, options, &thread);

	options->store = place_of_rows(fit, bytes, &options->memory);
	if (options->store != NULL)
		bytes = forest_file_bytes(source, options);
	require_memory_of_rows(fit, bytes, n);
	while (options->threads > 1 &&
		   bytes + (double) n * thread * (options->threads - 1) + held_beside(fit) > memory_limit())
		options->threads--;
}

/* Random forests and single trees. */
static void
grow_forest(Fit *fit, const TreeSource *source)
{
	const FitOptions *options = fit->spec->options;
	const TreeOptions *tree = &options->tree;
	int n_slots = fit->spec->n_numbers + fit->spec->n_categories;
	BoostReport report = {tell_round, fit};
	ForestMeasure train;
	ForestMeasure oob;
	ForestOptions forest = {.n_classes = fit->model.n_classes,
							.n_estimators = tree->n_estimators,
							.bootstrap = tree->bootstrap,
							.max_features = count_features(tree->max_features, n_slots),
							.max_depth = tree->max_depth,
							.min_samples_leaf = tree->min_samples_leaf,
							.max_bins = tree->max_bins,
							.seed = options->seed,
							.threads = threads_allowed(),
							.report = fit->progress != NULL ? &report : NULL,
							.train = &train,
							.oob = tree->oob_score ? &oob : NULL};

	place_forest_rows(fit, source, &forest);
	fit->account->hint =
		"Raise orchard.max_memory, or grow smaller trees: lower \"max_depth\" or \"n_estimators\", or raise \"min_samples_leaf\".";
	require_grown(fit,
				  forest_fit(source, &forest, &fit->account->allocator, &fit->account->stop,
							 &fit->model.ensemble));
	fit->account->hint = NULL;
	add_forest_metrics(fit, &train, forest.oob);
	fit->model.facts.iterations = tree->n_estimators;
}

/* The rows stand in the kernel's form: their columns may go. */
static void
drop_rows(void *context)
{
	FitState *state = context;

	dataset_drop_rows(&state->dataset, &state->account->allocator);
	dataset_drop_rows(&state->held_out, &state->account->allocator);
}

/* The number slots that have shown one value only, or none, so far. */
typedef struct Unvaried
{
	int n;
	int *slots;
	double *value; /* a number slot: its first present value; NaN: none yet */
	bool *has_missing;
} Unvaried;

static Unvaried
begin_unvaried(const Fit *fit)
{
	int n = fit->spec->n_numbers;
	Unvaried unvaried = {.n = n,
						 .slots = fit_allocate(n, sizeof(int)),
						 .value = fit_allocate(n, sizeof(double)),
						 .has_missing = fit_allocate(n, sizeof(bool))};
	int i;

	for (i = 0; i < n; i++)
	{
		unvaried.slots[i] = i;
		unvaried.value[i] = NAN;
	}
	return unvaried;
}

/* Does the slot show another value than it did, in a block? */
static bool
varies(Unvaried *unvaried, const DatasetBlock *block, int slot)
{
	const double *column = block->numbers + (size_t) slot * block->capacity;
	double *value = &unvaried->value[slot];
	int32_t i;

	for (i = 0; i < block->n; i++)
	{
		if (isnan(column[i]))
			unvaried->has_missing[slot] = true;
		else if (isnan(*value))
			*value = column[i];
		else if (column[i] != *value)
			return true;
	}
	return false;
}

/* Most slots leave with the first block. */
static void
look_for_variation(Unvaried *unvaried, const DatasetBlock *block)
{
	int kept = 0;
	int i;

	for (i = 0; i < unvaried->n; i++)
	{
		if (!varies(unvaried, block, unvaried->slots[i]))
			unvaried->slots[kept++] = unvaried->slots[i];
	}
	unvaried->n = kept;
}

/* Trees cannot ask about a number that says the same of every row; one with NULLs they can. */
static void
warn_unvaried(Fit *fit, const Unvaried *unvaried)
{
	const FitSpec *spec = fit->spec;
	StringInfoData constant;
	StringInfoData missing;
	int n_constant = 0;
	int n_missing = 0;
	int number = 0;
	int k = 0;
	int i;

	initStringInfo(&constant);
	initStringInfo(&missing);
	for (i = 0; i < spec->n_features; i++)
	{
		int end = number + feature_numbers(&spec->features[i]);

		for (; k < unvaried->n && unvaried->slots[k] < end; k++)
		{
			int slot = unvaried->slots[k];

			if (isnan(unvaried->value[slot]))
				fit_append_name(&missing, n_missing++, spec->features[i].name);
			else if (!unvaried->has_missing[slot])
				fit_append_name(&constant, n_constant++, spec->features[i].name);
		}
		number = end;
	}
	if (n_constant > 0)
		fit_add_warning(
			fit, psprintf("constant in the training rows, so no tree uses it: %s", constant.data));
	if (n_missing > 0)
		fit_add_warning(
			fit, psprintf("null in every training row, so no tree uses it: %s", missing.data));
	if (spec->n_features == 0)
		fit_add_warning(fit,
						pstrdup("there is no feature, so the model says the same of every row"));
}

/* Rows without a value in the number slots that could be identifiers. */
static void
count_missing(Fit *fit, const DatasetBlock *block)
{
	const FitSpec *spec = fit->spec;
	int number = 0;
	int i;
	int32_t j;

	for (i = 0; i < spec->n_features; i++)
	{
		const double *column = block->numbers + (size_t) number * block->capacity;

		for (j = 0; spec->is_integer[i] && j < block->n; j++)
			fit->numbers[number].missing += isnan(column[j]);
		number += feature_numbers(&spec->features[i]);
	}
}

/*
 * Rows of each level and facts of numbers, into the fit.  Rows are counted without their weights,
 * since sums of these could depend on their order, and shares of levels are part of the digest.
 */
static void
count_levels(Fit *fit)
{
	const Dataset *dataset = &fit->state->dataset;
	int n = fit->spec->n_categories;
	Unvaried unvaried = begin_unvaried(fit);
	int32_t b;
	int32_t i;
	int c;

	fit->numbers = fit_allocate(fit->spec->n_numbers, sizeof(NumberFacts));
	fit->level_weight = fit_allocate(n, sizeof(double *));
	fit->missing_weight = fit_allocate(n, sizeof(double));
	for (c = 0; c < n; c++)
		fit->level_weight[c] = fit_allocate(fit->state->dictionaries[c].n, sizeof(double));
	for (b = 0; b < dataset->n_blocks; b++)
	{
		const DatasetBlock *block;

		CHECK_FOR_INTERRUPTS();
		fit_require(fit, dataset_block(dataset, b, &block));
		count_missing(fit, block);
		look_for_variation(&unvaried, block);
		for (c = 0; c < n; c++)
		{
			const int32_t *codes = block->codes + (size_t) c * block->capacity;

			for (i = 0; i < block->n; i++)
			{
				if (codes[i] == CODE_MISSING)
					fit->missing_weight[c]++;
				else
					fit->level_weight[c][codes[i]]++;
			}
		}
	}
	warn_unvaried(fit, &unvaried);
}

static void
grow_isolation_forest(Fit *fit, const TreeSource *source)
{
	const FitOptions *options = fit->spec->options;
	IsolationOptions isolation = {.n_estimators = options->tree.n_estimators,
								  .max_samples = options->tree.max_samples,
								  .seed = options->seed};

	require_memory(fit, isolation_bytes(source, &isolation),
				   psprintf("an isolation forest of %d trees of %d rows each",
							isolation.n_estimators, isolation.max_samples));
	fit_require(fit,
				isolation_fit(source, &isolation, &fit->account->allocator, &fit->account->stop,
							  &fit->model.ensemble));
	fit->model.facts.iterations = options->tree.n_estimators;
}

/* Trees without a split, for want of rows or of anything to gain. */
static void
warn_of_stumps(Fit *fit)
{
	const Ensemble *ensemble = fit->model.ensemble;
	int32_t t;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		if (ensemble->trees[t].n_nodes > 1)
			return;
	}
	if (fit->spec->n_features > 0)
		fit_add_warning(
			fit,
			pstrdup(
				"no split gains anything and leaves both sides enough rows, so the model says the same of every row"));
}

void
fit_trees(Fit *fit)
{
	TreeSource source = {.dataset = &fit->state->dataset};

	if (fit->spent != NULL)
	{
		source.spent = drop_rows;
		source.spent_context = fit->spent;
	}
	if (fit->spec->classification)
	{
		fit_describe_classes(fit);
		if (!has_one_class(fit))
			fit_check_class_weights(fit);
		map_classes(fit, &source);
	}
	count_levels(fit);
	fit_build_design(fit);
	describe_levels(fit, &source);
	fit->model.link = LINK_IDENTITY;
	fit->model.facts.converged = true;
	if (fit->spec->options->objective != OBJECTIVE_ISOLATION && !has_one_class(fit))
		fit_warn_lone_rows(fit);
	if (has_one_class(fit))
		fit_constant_trees(fit, &source);
	else if (fit->spec->options->algorithm == ALGORITHM_GRADIENT_BOOSTING)
		grow_trees(fit, &source);
	else if (fit->spec->options->algorithm == ALGORITHM_ISOLATION_FOREST)
		grow_isolation_forest(fit, &source);
	else
		grow_forest(fit, &source);
	if (!has_one_class(fit))
		warn_of_stumps(fit);
}
