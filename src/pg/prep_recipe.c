/*
 * prep_recipe.c: recipes over rows: fitted in one scan, applied by name.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "pg/argument.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/prep_fit.h"
#include "pg/prep_json.h"
#include "pg/prep_row.h"
#include "pg/prep_site.h"

PG_FUNCTION_INFO_V1(orchard_fit_recipe_accum);
PG_FUNCTION_INFO_V1(orchard_apply_row);

/* What one step reads of a row while it is fitted. */
typedef struct FitColumns
{
	PrepStepColumns of;
	PrepColumn target; /* index -1: none */
	PrepColumn fold;
} FitColumns;

/* One step's part of reading a row. */
typedef struct FitItem
{
	uint32 step;
	int slot;	  /* of its first number */
	bool is_text; /* one step of a category, whose column is text */

	/* Of the row, for is_text: NULL when missing. */
	const char *text;
	size_t length;
	uint64_t key;
} FitItem;

/* The target and the fold of the row, which steps have in common mostly. */
typedef struct RowTarget
{
	int target; /* column that y is of, -1: none yet */
	double y;
	int column; /* that fold is of */
	int32 fold;
} RowTarget;

/* In fn_extra of the transition: the row's type, and the columns of the recipe's steps in it. */
typedef struct RecipeSite
{
	MemoryContext context;
	int64 n_bindings;
	struct varlena *spec; /* as it was given */
	RowLayout *layout;	  /* NULL until the binding is complete */
	Transform recipe;	  /* the specification */
	FitColumns *columns;

	/* How a row is read, once there is a state; has_plan: that was seen to. */
	bool has_plan;
	FitItem *items; /* of all steps */
	uint32 n_other; /* of them; those behind take the doubles */
	DoubleColumns doubles;
	int *fixed; /* n_fixed: columns of the row's fixed part that are read by value */
	int n_fixed;
	int last; /* the last column that is read */
} RecipeSite;

static void
bind_fit(FitColumns *columns, const RowLayout *layout, const Step *step)
{
	prep_step_bind(&columns->of, layout, step);
	columns->target.index = columns->fold.index = -1;
	step = step_encoder(step);
	if (step->target != NULL)
		prep_column_bind(&columns->target, layout, step->target, "target");
	if (step->target != NULL && columns->target.type.family != FAMILY_NUMBER &&
		columns->target.type.family != FAMILY_CATEGORY)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("target column \"%s\" must be a number, boolean or text", step->target)));
	if (step->fold == NULL)
		return;
	prep_column_bind(&columns->fold, layout, step->fold, "fold");
	if (columns->fold.type.reader < READ_INT2 || columns->fold.type.reader > READ_INT8)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("fold column \"%s\" must be an integer", step->fold)));
}

/* Reads the specification and binds it to the row. */
static void
bind_recipe(RecipeSite *site, FunctionCallInfo fcinfo, HeapTupleHeader row)
{
	MemoryContext caller = MemoryContextSwitchTo(site->context);
	RowLayout *layout;
	uint32 i;

	MemoryContextReset(site->context);
	site->layout = NULL;
	site->has_plan = false;
	site->n_bindings++;
	site->spec = PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(2));
	prep_recipe_read(&site->recipe, PG_GETARG_JSONB_P(2), true, memory_transient());
	site->columns = palloc0(sizeof(FitColumns) * site->recipe.n);
	layout = row_layout_create(row);
	for (i = 0; i < site->recipe.n; i++)
	{
		Step *step = &site->recipe.steps[i];

		bind_fit(&site->columns[i], layout, step);
		prep_set_input(step, (int32) site->columns[i].of.columns[0].type.family);
	}
	site->layout = layout;
	MemoryContextSwitchTo(caller);
}

/* Is argument 2 what the site was bound with? */
static void
require_same_spec(FunctionCallInfo fcinfo, const RecipeSite *site)
{
	struct varlena *spec = PG_DETOAST_DATUM(PG_GETARG_DATUM(2));

	if (unlikely(VARSIZE(spec) != VARSIZE(site->spec) ||
				 memcmp(spec, site->spec, VARSIZE(spec)) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"spec\" must be the same in all rows")));
}

/* A state that was begun under another row type must have the same steps. */
static void
require_same_steps(const PrepState *state, const RecipeSite *site)
{
	bool is_same = state->is_recipe && state->n == site->recipe.n;
	uint32 i;

	for (i = 0; i < state->n && is_same; i++)
		is_same = step_same_options(&state->fits[i].step, &site->recipe.steps[i]) &&
			state->fits[i].step.input == site->recipe.steps[i].input;
	if (!is_same)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("rows of one recipe must have columns of the same types")));
}

static RecipeSite *
recipe_site(FunctionCallInfo fcinfo, HeapTupleHeader row)
{
	RecipeSite *site = fcinfo->flinfo->fn_extra;

	require_argument(fcinfo, 2, "spec");
	if (likely(site != NULL && site->layout != NULL))
		require_same_spec(fcinfo, site);
	if (likely(site != NULL && site->layout != NULL && row_layout_fits(site->layout, row)))
		return site;
	if (site == NULL)
	{
		site = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(RecipeSite));
		site->context =
			AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "orchard recipe", ALLOCSET_SMALL_SIZES);
		fcinfo->flinfo->fn_extra = site;
	}
	bind_recipe(site, fcinfo, row);
	return site;
}

/* The column is read as a value. */
static void
plan_column(RecipeSite *site, const PrepColumn *column)
{
	if (column->index >= 0 && column->index < site->layout->n_fixed)
		site->fixed[site->n_fixed++] = column->index;
	site->last = Max(site->last, column->index);
}

/* Does the step take the number of the column as it stands? */
static bool
takes_double(const RecipeSite *site, const Step *step, const PrepColumn *column)
{
	return !step_takes_category(step) && step->kind != STEP_POLYNOMIAL &&
		(step->kind != STEP_CYCLIC || step->strategy == CYCLE_PERIOD) &&
		column->type.reader == READ_FLOAT8 && column->index < site->layout->n_fixed;
}

static int
count_columns(const RecipeSite *site)
{
	int n = 0;
	uint32 i;

	for (i = 0; i < site->recipe.n; i++)
		n += 3 + site->recipe.steps[i].columns.n;
	return n;
}

/* Is it one step whose levels are the texts of a column? */
static bool
takes_text(const StepFit *fit, const PrepColumn *column)
{
	return step_counts_levels(&fit->step) && fit->step.kind != STEP_IMPUTE && fit->n_after == 0 &&
		column->type.reader == READ_TEXT;
}

/* The other columns of the step. */
static void
plan_columns(RecipeSite *site, const FitColumns *columns, uint32 n)
{
	uint32 i;

	for (i = 0; i < n; i++)
		plan_column(site, &columns->of.columns[i]);
	plan_column(site, &columns->target);
	plan_column(site, &columns->fold);
}

/* What is read of a row, and where the numbers go in a row of the state's. */
static void
plan_reading(RecipeSite *site, const PrepState *state)
{
	MemoryContext caller = MemoryContextSwitchTo(site->context);
	DoubleColumn *doubles = palloc(sizeof(DoubleColumn) * state->n);
	double *fill = palloc(sizeof(double) * Max(state->n_numbers, 1));
	uint32 n_doubles = 0;
	int slot = 0;
	uint32 i;

	site->items = palloc0(sizeof(FitItem) * state->n);
	site->fixed = palloc(sizeof(int) * count_columns(site));
	site->n_fixed = 0;
	site->n_other = 0;
	site->last = -1;
	for (i = 0; i < state->n; i++)
	{
		const StepFit *fit = &state->fits[i];
		const FitColumns *columns = &site->columns[i];
		const PrepColumn *column = &columns->of.columns[0];
		bool is_double = takes_double(site, &fit->step, column);
		uint32 place = is_double ? state->n - ++n_doubles : site->n_other++;

		site->items[place] = (FitItem){.step = i, .slot = slot, .is_text = takes_text(fit, column)};
		if (is_double)
			doubles[n_doubles - 1] = (DoubleColumn){column->index, slot};
		else
			plan_columns(site, columns,
						 fit->step.kind == STEP_POLYNOMIAL ? fit->step.columns.n : 1);
		slot += (int) fit_width(fit);
	}
	for (i = 0; i < state->n_numbers; i++)
		fill[i] = NAN;
	double_columns_create(&site->doubles, doubles, (int) n_doubles, fill);
	site->has_plan = true;
	MemoryContextSwitchTo(caller);
}

/* The level of the column, added when new. */
static uint32_t
fit_level_of(PrepState *state, Dictionary *dictionary, const PrepColumn *column,
			 const RowLayout *layout)
{
	char scratch[NAMEDATALEN];
	const char *text;
	size_t length;
	int32_t code;

	text = prep_read_text(column->type.reader, column->labels, layout->values[column->index],
						  scratch, &length);
	grown_state_require(&state->base,
						fit_code(dictionary, &state->base.account->allocator, text, length, &code));
	return (uint32_t) code;
}

/* The number that the column is as a target of the kind. */
static double
read_target(RowTarget *row, StepKind kind, const PrepColumn *target, const RowLayout *layout)
{
	if (row->target != target->index)
	{
		row->y = target->type.reader == READ_BOOL ?
			(double) DatumGetBool(layout->values[target->index]) :
			prep_column_number(target, layout);
		row->target = target->index;
		prep_require_target(STEP_TARGET, row->y, false);
	}
	if (kind == STEP_WOE)
		prep_require_target(kind, row->y, false);
	return row->y;
}

static int32
read_fold(RowTarget *row, const PrepColumn *fold, const RowLayout *layout)
{
	if (fold->index < 0 || layout->nulls[fold->index])
		return NO_FOLD;
	if (row->column != fold->index)
	{
		row->fold = prep_require_fold((int64) prep_column_number(fold, layout));
		row->column = fold->index;
	}
	return row->fold;
}

/* The level that read_texts() has found the key of. */
static Status
fit_found(PrepState *state, StepFit *fit, const FitItem *item, int32 fold, uint32_t class, double y)
{
	const Allocator *allocator = &state->base.account->allocator;
	int32_t code = -1;

	if (item->text != NULL)
	{
		code = dictionary_find_key(&fit->levels, item->key, item->text, item->length);
		if (unlikely(code < 0))
			prep_require(state, &fit->step,
						 dictionary_add(&fit->levels, allocator, item->text, item->length, &code));
	}
	return fit_level(fit, allocator, (uint32_t) (code + 1), fold, class, y);
}

/* One row of a step of categories; is_read: by read_texts(). */
static void
fit_category(PrepState *state, const RecipeSite *site, const FitItem *item, bool is_read,
			 RowTarget *row)
{
	const RowLayout *layout = site->layout;
	const FitColumns *columns = &site->columns[item->step];
	const PrepColumn *column = &columns->of.columns[0];
	const PrepColumn *target = &columns->target;
	StepFit *fit = &state->fits[item->step];
	const MemoryAccount *account = state->base.account;
	char scratch[NAMEDATALEN];
	const char *text = NULL;
	size_t length = 0;
	uint32_t class = 0;
	double y = 0.0;
	int32 fold;

	if (target->index >= 0)
	{
		StepFit *encoder = fit_encoder(fit);

		if (layout->nulls[target->index])
			return;
		if (target->type.family == FAMILY_CATEGORY && target->type.reader != READ_BOOL)
		{
			class = fit_level_of(state, &encoder->classes, target, layout);
			prep_require_target(encoder->step.kind, y, true);
		}
		else
			y = read_target(row, encoder->step.kind, target, layout);
	}
	fold = read_fold(row, &columns->fold, layout);
	if (is_read && item->is_text)
	{
		prep_require(state, &fit->step, fit_found(state, fit, item, fold, class, y));
		return;
	}
	if (!layout->nulls[column->index])
		text = prep_read_text(column->type.reader, column->labels, layout->values[column->index],
							  scratch, &length);
	prep_require(state, &fit->step,
				 fit_text(fit, &account->allocator, &account->stop, text, length, fold, class, y));
}

/* The texts of the row and their keys: all before the first is looked for. */
static void
read_texts(RecipeSite *site, const PrepState *state)
{
	const RowLayout *layout = site->layout;
	uint32 i;

	for (i = 0; i < site->n_other; i++)
	{
		FitItem *item = &site->items[i];
		int column = site->columns[item->step].of.columns[0].index;
		struct varlena *text;

		item->text = NULL;
		if (!item->is_text || layout->nulls[column])
			continue;
		text = (struct varlena *) DatumGetPointer(layout->values[column]);
		if (unlikely(VARATT_IS_EXTENDED(text) && !VARATT_IS_SHORT(text)))
			text = PG_DETOAST_DATUM_PACKED(layout->values[column]);
		item->text = VARDATA_ANY(text);
		item->length = VARSIZE_ANY_EXHDR(text);
		item->key = dictionary_key(&state->fits[item->step].levels, item->text, item->length);
	}
}

/* Numbers that wait are finite or NaN. */
static void
require_not_infinite(PrepState *state, const StepFit *fit, double x)
{
	if (likely(!isinf(x)))
		return;
	state->n_pending--;
	prep_require(state, &fit->step, KERNEL_INVALID);
}

/* The columns of a polynomial, where other steps are fitted to them. */
static void
fit_polynomial(PrepState *state, StepFit *fit, const PrepStepColumns *bound,
			   const RowLayout *layout, double *numbers)
{
	uint32 n = fit_width(fit);
	uint32 i;

	if (n == 0)
		fit->rows++;
	for (i = 0; i < n; i++)
	{
		numbers[i] = prep_column_number(&bound->columns[i], layout);
		require_not_infinite(state, fit, numbers[i]);
	}
}

/* A number into the state's row, a category into its fit. */
static void
fit_item(PrepState *state, const RecipeSite *site, const FitItem *item, double *numbers,
		 bool is_read, RowTarget *row)
{
	StepFit *fit = &state->fits[item->step];
	const PrepStepColumns *bound = &site->columns[item->step].of;
	double *number = numbers + item->slot;

	if (item->is_text || step_takes_category(&fit->step))
		fit_category(state, site, item, is_read, row);
	else if (fit->step.kind == STEP_POLYNOMIAL)
		fit_polynomial(state, fit, bound, site->layout, number);
	else
	{
		*number = prep_step_number(&fit->step, bound, site->layout);
		require_not_infinite(state, fit, *number);
	}
}

static void
fit_row(PrepState *state, RecipeSite *site, HeapTupleHeader tuple)
{
	RowTarget row = {.target = -1, .column = -1};
	double *numbers = prep_state_row(state);
	bool is_located = row_layout_locate(site->layout, tuple, HeapTupleHeaderGetDatumLength(tuple));
	uint32 n = is_located ? site->n_other : state->n;
	bool is_finite = true;
	uint32 i;

	if (likely(is_located))
	{
		is_finite = double_columns_read(&site->doubles, site->layout, numbers);
		row_layout_read_some(site->layout, site->fixed, site->n_fixed, site->last);
		read_texts(site, state);
	}
	else
		row_layout_read(site->layout, tuple);
	for (i = n; i < state->n && unlikely(!is_finite); i++)
		require_not_infinite(state, &state->fits[site->items[i].step],
							 numbers[site->items[i].slot]);
	for (i = 0; i < n; i++)
		fit_item(state, site, &site->items[i], numbers, is_located, &row);
}

/* transition(state, row, spec) */
Datum
orchard_fit_recipe_accum(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row;
	RecipeSite *site;
	PrepState *state;
	bool is_own;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "fit_recipe_accum called outside an aggregate");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	row = PG_GETARG_HEAPTUPLEHEADER(1);
	site = recipe_site(fcinfo, row);
	state = PG_ARGISNULL(0) ?
		prep_state_create(fcinfo, &site->recipe) :
		(PrepState *) grown_state_argument(&prep_state_type, fcinfo, 0, &is_own);
	if (unlikely(site->n_bindings > 1))
		require_same_steps(state, site);
	if (unlikely(!site->has_plan))
		plan_reading(site, state);
	fit_row(state, site, row);
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->base.header));
}

static void
bind_apply(PrepSite *site, HeapTupleHeader row)
{
	MemoryContext caller = MemoryContextSwitchTo(site->row_context);
	RowLayout *layout;
	uint32 i;

	site->layout = NULL;
	MemoryContextReset(site->row_context);
	layout = row_layout_create(row);
	site->bound = palloc0(sizeof(PrepStepColumns) * site->transform.n);
	for (i = 0; i < site->transform.n; i++)
	{
		const Step *step = &site->transform.steps[i];

		if (step->kind == STEP_POLYNOMIAL ? step->columns.n == 0 : step->column == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a transform of one value is not applied to a row"),
					 errhint("Write apply(transform, t.x), or fit a recipe with fit_recipe().")));
		prep_step_bind(&site->bound[i], layout, step);
		prep_step_require_family(step, &site->bound[i].columns[0]);
	}
	site->layout = layout;
	MemoryContextSwitchTo(caller);
}

/* apply(transform, row [, fold]) and apply_row */
Datum
orchard_apply_row(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row;
	PrepSite *site;
	int32 fold = NO_FOLD;
	size_t place = 0;
	uint32 i;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	site = prep_site(fcinfo);
	row = PG_GETARG_HEAPTUPLEHEADER(1);
	if (PG_NARGS() > 2 && !PG_ARGISNULL(2))
		fold = prep_require_fold(PG_GETARG_INT32(2));
	if (unlikely(site->layout == NULL || !row_layout_fits(site->layout, row)))
		bind_apply(site, row);
	row_layout_read(site->layout, row);
	for (i = 0; i < site->transform.n; i++)
	{
		prep_step_apply(&site->appliers[i], &site->bound[i], site->layout, fold, site->inputs,
						site->outputs + place, site->missing + place);
		place += site->appliers[i].outputs;
	}
	return prep_array(site->outputs, site->missing, site->n_outputs);
}
