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
#include "pg/prep_recipe_row.h"
#include "pg/prep_row.h"
#include "pg/prep_site.h"
#include "pg/scan_row.h"

PG_FUNCTION_INFO_V1(orchard_fit_recipe_accum);
PG_FUNCTION_INFO_V1(orchard_apply_row);

/* In fn_extra of the transition: the row's type, and the columns of the recipe's steps in it. */
typedef struct RecipeSite
{
	MemoryContext context;
	int64 n_bindings;
	struct varlena *spec; /* as it was given */
	bool has_constant_spec;
	RowLayout *layout; /* NULL until the binding is complete */
	Transform recipe;  /* the specification */
	RecipeColumns *columns;
	RecipeReading *reading; /* NULL until there is a state */
	ScanRows *rows;			/* where rows are read that are not formed, else NULL */
} RecipeSite;

static void
bind_fit(RecipeColumns *columns, const RowLayout *layout, const Step *step)
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
	site->reading = NULL;
	site->has_constant_spec = has_constant_argument(fcinfo, 1);
	site->n_bindings++;
	site->spec = PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(2));
	prep_recipe_read(&site->recipe, PG_GETARG_JSONB_P(2), true, memory_transient());
	site->columns = palloc0(sizeof(RecipeColumns) * site->recipe.n);
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
	struct varlena *spec;

	if (likely(site->has_constant_spec))
		return;
	spec = PG_DETOAST_DATUM(PG_GETARG_DATUM(2));
	if (unlikely(VARSIZE(spec) != VARSIZE(site->spec) ||
				 memcmp(spec, site->spec, VARSIZE(spec)) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"spec\" must be the same in all rows")));
}

static void
plan_reading(RecipeSite *site, PrepState *state)
{
	MemoryContext caller = MemoryContextSwitchTo(site->context);

	site->reading = recipe_reading_create(site->columns, site->layout, state);
	MemoryContextSwitchTo(caller);
}

/* A state that was begun under another row type must have the same steps. */
static void
require_same_steps(PrepState *state, RecipeSite *site)
{
	bool is_same = state->is_recipe && state->n == site->recipe.n;
	uint32 i;

	for (i = 0; i < state->n && is_same; i++)
		is_same = step_same_options(&state->fits[i].step, &site->recipe.steps[i]) &&
			state->fits[i].step.input == site->recipe.steps[i].input;
	if (is_same && site->reading == NULL)
		plan_reading(site, state);
	if (is_same)
		is_same = recipe_reading_suits(site->reading, state);
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

static PrepState *
recipe_state(FunctionCallInfo fcinfo, const RecipeSite *site)
{
	bool is_own;

	if (PG_ARGISNULL(0))
		return prep_state_create(fcinfo, &site->recipe);
	return (PrepState *) grown_state_argument(&prep_state_type, fcinfo, 0, &is_own);
}

/* After the first row: those that follow are read where they are, if that can be. */
static void
take_rows(FunctionCallInfo fcinfo, RecipeSite *site, PrepState *state)
{
	MemoryContext caller;
	uint32 i;

	if (site->has_constant_spec)
		site->rows = scan_rows_take(fcinfo, 0, site->layout->descriptor, false);
	if (site->rows == NULL)
		return;
	caller = MemoryContextSwitchTo(site->context);
	site->layout = row_layout_of_columns(site->rows->columns);
	site->columns = palloc0(sizeof(RecipeColumns) * site->recipe.n);
	for (i = 0; i < site->recipe.n; i++)
		bind_fit(&site->columns[i], site->layout, &site->recipe.steps[i]);
	MemoryContextSwitchTo(caller);
	plan_reading(site, state);
}

/* A row that is a value; returns the state that it went into. */
static PrepState *
take_formed_row(FunctionCallInfo fcinfo)
{
	bool is_first = fcinfo->flinfo->fn_extra == NULL;
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(1);
	RecipeSite *site = recipe_site(fcinfo, row);
	PrepState *state = recipe_state(fcinfo, site);

	if (unlikely(site->n_bindings > 1))
		require_same_steps(state, site);
	if (unlikely(site->reading == NULL))
		plan_reading(site, state);
	if (unlikely(
			!recipe_reading_take(site->reading, state, row, HeapTupleHeaderGetDatumLength(row))))
	{
		row_layout_read(site->layout, row);
		recipe_reading_take_values(site->reading, state, site->layout->values, site->layout->nulls);
	}
	if (unlikely(is_first))
		take_rows(fcinfo, site, state);
	return state;
}

/* The current row, which was not formed. */
static PrepState *
take_row_in_place(FunctionCallInfo fcinfo, const RecipeSite *site)
{
	TupleTableSlot *slot = scan_row(site->rows);
	HeapTuple row = slot_stored_row(slot);
	PrepState *state = recipe_state(fcinfo, site);

	if (row != NULL)
	{
		fetch_following_row(row);
		if (likely(recipe_reading_take(site->reading, state, row->t_data, row->t_len)))
			return state;
	}
	slot_getsomeattrs(slot, recipe_reading_width(site->reading));
	recipe_reading_take_values(site->reading, state, slot->tts_values, slot->tts_isnull);
	return state;
}

/* transition(state, row, spec) */
Datum
orchard_fit_recipe_accum(PG_FUNCTION_ARGS)
{
	RecipeSite *site = fcinfo->flinfo->fn_extra;
	PrepState *state;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "fit_recipe_accum called outside an aggregate");
	if (site != NULL && site->rows != NULL)
		state = take_row_in_place(fcinfo, site);
	else if (!PG_ARGISNULL(1))
		state = take_formed_row(fcinfo);
	else if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	else
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
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
