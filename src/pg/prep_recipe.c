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

/* In fn_extra of the transition: the row's type, and the columns of the recipe's steps in it. */
typedef struct RecipeSite
{
	MemoryContext context;
	int64 n_bindings;
	struct varlena *spec; /* as it was given */
	RowLayout *layout;	  /* NULL until the binding is complete */
	Transform recipe;	  /* the specification */
	FitColumns *columns;
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

/* One row of a step of categories. */
static void
fit_category(PrepState *state, StepFit *fit, const FitColumns *columns, const RowLayout *layout)
{
	const PrepColumn *column = &columns->of.columns[0];
	const PrepColumn *target = &columns->target;
	bool is_null = layout->nulls[column->index];
	StepFit *encoder = fit_encoder(fit);
	char scratch[NAMEDATALEN];
	const char *text = NULL;
	size_t length = 0;
	uint32_t class = 0;
	double y = 0.0;
	int32 fold = NO_FOLD;

	if (target->index >= 0)
	{
		bool is_class = target->type.family == FAMILY_CATEGORY && target->type.reader != READ_BOOL;

		if (layout->nulls[target->index])
			return;
		if (is_class)
			class = fit_level_of(state, &encoder->classes, target, layout);
		else
			y = target->type.reader == READ_BOOL ?
				(double) DatumGetBool(layout->values[target->index]) :
				prep_column_number(target, layout);
		prep_require_target(encoder->step.kind, y, is_class);
	}
	if (columns->fold.index >= 0 && !layout->nulls[columns->fold.index])
		fold = prep_require_fold((int64) prep_column_number(&columns->fold, layout));
	if (!is_null)
		text = prep_read_text(column->type.reader, column->labels, layout->values[column->index],
							  scratch, &length);
	prep_require(state, &fit->step,
				 fit_text(fit, &state->base.account->allocator, &state->base.account->stop, text,
						  length, fold, class, y));
}

/* The columns of a polynomial, where other steps are fitted to them; the place behind them. */
static double *
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
		if (unlikely(isinf(numbers[i])))
		{
			state->n_pending--;
			prep_require(state, &fit->step, KERNEL_INVALID);
		}
	}
	return numbers + n;
}

/* transition(state, row, spec) */
Datum
orchard_fit_recipe_accum(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row;
	RecipeSite *site;
	PrepState *state;
	double *number;
	bool is_own;
	uint32 i;

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
	row_layout_read(site->layout, row);
	number = prep_state_row(state);
	for (i = 0; i < state->n; i++)
	{
		StepFit *fit = &state->fits[i];

		if (step_takes_category(&fit->step))
			fit_category(state, fit, &site->columns[i], site->layout);
		else if (fit->step.kind == STEP_POLYNOMIAL)
			number = fit_polynomial(state, fit, &site->columns[i].of, site->layout, number);
		else
		{
			*number = prep_step_number(&fit->step, &site->columns[i].of, site->layout);
			if (unlikely(isinf(*number)))
			{
				state->n_pending--;
				prep_require(state, &fit->step, KERNEL_INVALID);
			}
			number++;
		}
	}
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
