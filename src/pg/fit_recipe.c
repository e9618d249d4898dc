/*
 * fit_recipe.c: the features that a recipe gives, and what learning it reads.
 */
#include "postgres.h"

#include <math.h>

#include "mb/pg_wchar.h"

#include "pg/error.h"
#include "pg/fit_recipe.h"
#include "pg/fit_state_work.h"
#include "pg/prep_fit.h"

static uint32
step_n_columns(const Step *step)
{
	return step->kind == STEP_POLYNOMIAL ? step->columns.n : 1;
}

static const char *
step_column_name(const Step *step, uint32 i)
{
	return step->kind == STEP_POLYNOMIAL ? step->columns.texts[i] : step->column;
}

/* A fitted recipe leaves folds out only where it has values without them. */
static const char *
step_fold(const Step *step)
{
	return step_encoder(step)->fold;
}

static bool
step_reads_fold(const Step *step)
{
	return step_fold(step) != NULL;
}

bool
fit_recipe_reads(const FitOptions *options, const char *name)
{
	const Transform *recipe = options->preprocess;
	uint32 i;
	uint32 k;

	for (i = 0; recipe != NULL && i < recipe->n; i++)
	{
		const Step *step = &recipe->steps[i];

		if (step_reads_fold(step) && strcmp(step_fold(step), name) == 0)
			return true;
		for (k = 0; k < step_n_columns(step); k++)
		{
			if (strcmp(step_column_name(step, k), name) == 0)
				return true;
		}
	}
	return false;
}

static void
make_appliers(FitSpec *spec)
{
	const Transform *recipe = spec->recipe;
	uint32 i;

	spec->appliers = palloc_extended(sizeof(Applier) * recipe->n, MCXT_ALLOC_HUGE);
	for (i = 0; i < recipe->n; i++)
	{
		const Step *step = &recipe->steps[i];

		if (step->kind == STEP_POLYNOMIAL ? step->columns.n == 0 : step->column == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("step %u of the recipe names no column", i + 1),
					 errhint("Give each step \"column\" or \"columns\".")));
		require_ok(applier_begin(&spec->appliers[i], step, memory_transient()), "the recipe");
	}
}

void
fit_recipe_begin(FitSpec *spec)
{
	spec->recipe = spec->options->preprocess;
	spec->learns_recipe = spec->recipe != NULL && !spec->options->preprocess_is_fitted;
	spec->appliers = NULL;
	spec->n_prepared = 0;
	if (spec->recipe != NULL && !spec->learns_recipe)
		make_appliers(spec);
}

/* A column that a step reads is nothing else. */
static void
check_column(const FitOptions *options, const char *target, const RowLayout *layout,
			 const char *name, const char *role)
{
	const char *const others[] = {
		target,		   options->weight,		options->offset,   options->group,
		options->time, options->validation, options->cv.column};
	static const char *const roles[] = {"target", "weight",		"offset", "group",
										"time",	  "validation", "cv"};
	int i;

	row_layout_require(layout, name, role);
	for (i = 0; i < (int) lengthof(others); i++)
	{
		if (others[i] != NULL && strcmp(others[i], name) == 0)
			ereport(
				ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s column \"%s\" cannot be a column of the recipe", roles[i], name),
				 errhint(
					 "Take the column out of the recipe, or select it once more under another name.")));
	}
	for (i = 0; i < options->n_exclude; i++)
	{
		if (strcmp(options->exclude[i], name) == 0)
			ereport(
				ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" is in both options \"exclude\" and \"preprocess\"", name),
				 errhint(
					 "Leave it out of one of them: columns of the recipe are no features as they are.")));
	}
}

/* Encodings of the target are those of the model's target, which is who may leave them out of the fold. */
static void
check_step_target(const FitOptions *options, const char *target, const Step *head)
{
	const Step *step = step_encoder(head);

	if (!step_has_target(step->kind) || options->preprocess_is_fitted)
		return;
	if (target[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("transform \"%s\" of column \"%s\" needs a target",
						step_kind_names[step->kind], head->column),
				 errhint("Choose a transform that needs none, such as \"frequency\".")));
	if (step->target != NULL && strcmp(step->target, target) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("transform \"%s\" of column \"%s\" names target \"%s\", not \"%s\"",
						step_kind_names[step->kind], head->column, step->target, target),
				 errhint("Leave it out, or give a recipe that orchard.fit_recipe has fitted.")));
}

void
fit_recipe_check(const FitOptions *options, const char *target, const RowLayout *layout)
{
	const Transform *recipe = options->preprocess;
	uint32 i;
	uint32 k;

	for (i = 0; recipe != NULL && i < recipe->n; i++)
	{
		const Step *step = &recipe->steps[i];

		for (k = 0; k < step_n_columns(step); k++)
			check_column(options, target, layout, step_column_name(step, k), "recipe");
		if (step_reads_fold(step))
			check_column(options, target, layout, step_fold(step), "fold");
		check_step_target(options, target, step);
	}
}

int
fit_recipe_features(const FitSpec *spec)
{
	int64 n = 0;
	uint32 i;

	if (spec->recipe == NULL)
		return 0;
	if (!spec->learns_recipe)
		n = (int64) transform_outputs(spec->recipe);
	for (i = 0; spec->learns_recipe && i < spec->recipe->n; i++)
		n += step_n_columns(&spec->recipe->steps[i]) + step_reads_fold(&spec->recipe->steps[i]);
	if (n > INT_MAX / 64)
		require_ok(KERNEL_TOO_LARGE, "the recipe");
	return (int) n;
}

static void
add_feature(FitSpec *spec, char *name, FeatureFamily family)
{
	Feature *feature = &spec->features[spec->n_features++];

	feature->name = name;
	feature->family = family;
}

/* What learning a step reads: its columns, then its fold. */
static void
add_read_features(FitSpec *spec, Step *step, const RowLayout *layout)
{
	PrepStepColumns bound;
	uint32 i;

	prep_step_bind(&bound, layout, step);
	for (i = 0; i < step_n_columns(step); i++)
		add_feature(spec, pstrdup(step_column_name(step, i)), bound.columns[i].type.family);
	prep_set_input(step, (int32) bound.columns[0].type.family);
	if (step_reads_fold(step))
		add_feature(spec, pstrdup(step_fold(step)), FAMILY_NUMBER);
}

void
fit_recipe_add_features(FitSpec *spec, const RowLayout *layout)
{
	uint32 i;
	uint32 k;

	for (i = 0; spec->recipe != NULL && i < spec->recipe->n; i++)
	{
		Step *step = &spec->recipe->steps[i];

		if (spec->learns_recipe)
		{
			add_read_features(spec, step, layout);
			continue;
		}
		for (k = 0; k < spec->appliers[i].outputs; k++)
			add_feature(spec, prep_output_name(step, k), FAMILY_NUMBER);
	}
	spec->n_prepared = spec->n_features;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* Do two features have one name? */
static bool
has_equal_names(const FitSpec *spec)
{
	const char **names =
		palloc_extended(sizeof(char *) * Max(spec->n_features, 1), MCXT_ALLOC_HUGE);
	bool found = false;
	int i;

	for (i = 0; i < spec->n_features; i++)
		names[i] = spec->features[i].name;
	qsort(names, spec->n_features, sizeof(char *), compare_names);
	for (i = 1; i < spec->n_features && !found; i++)
		found = strcmp(names[i - 1], names[i]) == 0;
	pfree(names);
	return found;
}

/* Takes a name; is it new? */
static bool
take_name(Dictionary *taken, const char *name, int32 *code)
{
	int32 before = taken->n;

	require_ok(dictionary_add(taken, memory_transient(), name, strlen(name), code), "the recipe");
	return taken->n > before;
}

/* An output whose name an output before it has, or a column that is a feature itself, is numbered. */
void
fit_recipe_name_outputs(FitSpec *spec)
{
	Dictionary taken = {0};
	int *numbers; /* of the names taken: the next one to try */
	int32 code;
	int i;

	if (spec->n_prepared == 0 || !has_equal_names(spec))
		return;
	numbers = palloc_extended(sizeof(int) * spec->n_features, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (i = spec->n_prepared; i < spec->n_features; i++)
		take_name(&taken, spec->features[i].name, &code);
	for (i = 0; i < spec->n_prepared; i++)
	{
		char *name = pstrdup(spec->features[i].name);
		int32 first;

		spec->features[i].name = name;
		if (take_name(&taken, name, &first))
			continue;
		if (numbers[first] == 0)
			numbers[first] = 2;
		do
		{
			spec->features[i].name = psprintf("%s_%d", name, numbers[first]++);
		} while (!take_name(&taken, spec->features[i].name, &code));
	}
	dictionary_release(&taken, memory_transient());
	pfree(numbers);
}

/* Does the feature have the family that the step was bound with?  Takes it over. */
static bool
matches_read(Step *step, const Feature *features)
{
	uint32 n = step_n_columns(step);
	uint32 i;

	step->width = step->kind == STEP_POLYNOMIAL ? (int32) n : 0;
	step_set_input(step, (int32) features[0].family);
	if ((step->kind == STEP_POLYNOMIAL && step_own_outputs(step) == 0) ||
		step_chain_fault(step) != NULL)
		return false;
	for (i = 0; i < n + step_reads_fold(step); i++)
	{
		bool is_category = i < n && step_takes_category(step);

		if ((features[i].family == FAMILY_CATEGORY) != is_category || features[i].length > 0 ||
			features[i].ordered_levels)
			return false;
	}
	return true;
}

bool
fit_recipe_matches(FitSpec *spec)
{
	int n = fit_recipe_features(spec);
	int at = 0;
	uint32 i;

	if (n > spec->n_features)
		return false;
	for (at = 0; at < n; at++)
	{
		if (spec->is_integer[at])
			return false;
	}
	for (at = 0, i = 0; spec->learns_recipe && i < spec->recipe->n; i++)
	{
		Step *step = &spec->recipe->steps[i];

		if (!matches_read(step, spec->features + at))
			return false;
		at += step_n_columns(step) + step_reads_fold(step);
	}
	for (at = 0; !spec->learns_recipe && at < n; at++)
	{
		if (spec->features[at].family != FAMILY_NUMBER || spec->features[at].length > 0)
			return false;
	}
	spec->n_prepared = n;
	return true;
}

static void
bind_fold(PrepColumn *fold, const RowLayout *layout, const Step *step)
{
	fold->index = -1;
	if (!step_reads_fold(step))
		return;
	prep_column_bind(fold, layout, step_fold(step), "fold");
	if (fold->type.reader < READ_INT2 || fold->type.reader > READ_INT8)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("fold column \"%s\" must be an integer", step_fold(step)),
				 errhint("Cast it to integer.")));
}

void
fit_recipe_bind(const FitSpec *spec, FitBinding *binding)
{
	const Transform *recipe = spec->recipe;
	size_t outputs = 1;
	int32 width = 1;
	int n_columns = 0;
	uint32 i;
	uint32 k;

	binding->steps = palloc0(sizeof(PrepStepColumns) * recipe->n);
	binding->folds = palloc0(sizeof(PrepColumn) * recipe->n);
	for (i = 0; i < recipe->n; i++)
	{
		const Step *step = &recipe->steps[i];

		prep_step_bind(&binding->steps[i], binding->layout, step);
		prep_step_require_family(step, &binding->steps[i].columns[0]);
		bind_fold(&binding->folds[i], binding->layout, step);
		n_columns += step_n_columns(step) + 1;
		width = Max(width, step->width);
		if (!spec->learns_recipe)
			outputs = Max(outputs, spec->appliers[i].outputs);
	}
	binding->inputs = palloc(sizeof(double) * width);
	binding->missing = palloc0(sizeof(bool) * outputs);
	binding->step_columns = palloc(sizeof(int) * n_columns);
	for (i = 0; i < recipe->n; i++)
	{
		for (k = 0; k < step_n_columns(&recipe->steps[i]); k++)
			binding->step_columns[binding->n_step_columns++] = binding->steps[i].columns[k].index;
		if (binding->folds[i].index >= 0)
			binding->step_columns[binding->n_step_columns++] = binding->folds[i].index;
	}
}

void
fit_recipe_require_usable(const FitSpec *spec, int feature, const Step *step, double value,
						  bool is_missing)
{
	if (likely(isfinite(value)) || (isnan(value) && is_missing))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("transform \"%s\" gives feature \"%s\" the value %s",
					step_kind_names[step->kind], spec->features[feature].name,
					isnan(value)  ? "NaN" :
						value > 0 ? "Infinity" :
									"-Infinity"),
			 errhint("Leave such rows out, or store NULL for a value that is not known.")));
}

static int32
read_fold(const PrepColumn *fold, const RowLayout *layout)
{
	if (fold->index < 0 || layout->nulls[fold->index])
		return NO_FOLD;
	return prep_require_fold((int64) prep_column_number(fold, layout));
}

/* The outputs of a fitted recipe; NULL and NaN, where they come out as NaN, are missing. */
static void
read_outputs(FitState *state, const FitBinding *binding)
{
	const FitSpec *spec = state->spec;
	const RowLayout *layout = binding->layout;
	int at = 0;
	uint32 i;
	uint32 k;

	for (i = 0; i < spec->recipe->n; i++)
	{
		const Step *step = &spec->recipe->steps[i];

		prep_step_apply(&spec->appliers[i], &binding->steps[i], layout,
						read_fold(&binding->folds[i], layout), binding->inputs, state->numbers + at,
						binding->missing);
		for (k = 0; k < spec->appliers[i].outputs; k++, at++)
		{
			double value = state->numbers[at];

			if (unlikely(!isfinite(value)))
				fit_recipe_require_usable(
					spec, at, step, value,
					step_takes_category(step) ||
						prep_step_reads_missing(step, &binding->steps[i], layout));
		}
	}
}

/* The code of the column's text in a category slot of the state. */
static int32
text_code(FitState *state, int slot, const PrepColumn *column, const RowLayout *layout)
{
	char scratch[NAMEDATALEN];
	const char *text;
	size_t length;
	int32_t code;

	if (layout->nulls[column->index])
		return CODE_MISSING;
	text = prep_read_text(column->type.reader, column->labels, layout->values[column->index],
						  scratch, &length);
	code = dictionary_find(&state->dictionaries[slot], text, length);
	if (code < 0)
		fit_state_require(state,
						  dictionary_add(&state->dictionaries[slot], &state->account->allocator,
										 text, length, &code));
	return code;
}

static void
require_not_infinite(const Step *step, double value)
{
	if (isinf(value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" has an infinite value, which transform \"%s\" cannot fit",
						step_column_name(step, 0), step_kind_names[step->kind]),
				 errhint("Leave such rows out, or store NULL for a value that is not known.")));
}

/* What the steps of a recipe are learnt from. */
static void
read_columns(FitState *state, const FitBinding *binding)
{
	const Transform *recipe = state->spec->recipe;
	const RowLayout *layout = binding->layout;
	int number = 0;
	int category = 0;
	uint32 i;
	uint32 k;

	for (i = 0; i < recipe->n; i++)
	{
		const Step *step = &recipe->steps[i];
		const PrepStepColumns *bound = &binding->steps[i];

		if (step_takes_category(step))
		{
			state->codes[category] = text_code(state, category, &bound->columns[0], layout);
			category++;
		}
		else if (step->kind == STEP_POLYNOMIAL)
		{
			for (k = 0; k < step->columns.n; k++)
				state->numbers[number++] = prep_column_number(&bound->columns[k], layout);
		}
		else
			state->numbers[number++] = prep_step_number(step, bound, layout);
		if (!step_takes_category(step))
			require_not_infinite(step, state->numbers[number - 1]);
		if (step_reads_fold(step))
		{
			int32 fold = read_fold(&binding->folds[i], layout);

			state->numbers[number++] = fold == NO_FOLD ? NAN : fold;
		}
	}
}

void
fit_recipe_read(FitState *state, const FitBinding *binding)
{
	if (state->spec->learns_recipe)
		read_columns(state, binding);
	else
		read_outputs(state, binding);
}
