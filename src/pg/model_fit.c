/*
 * model_fit.c: the aggregates fit(row, target, options) and fit_columns(names, target, options, ...).
 *
 * fn_extra of the transition function holds a FitSite: the spec made from the
 * first row and one binding for each row type seen.  Options and target must
 * stay the same within a call site.  Where rows can be read in place
 * (scan_row.h), only the first is formed.
 *
 * fit_columns is what train() runs where partial sums are all that workers need to pass on: it takes
 * columns as arguments, so no row is formed.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "nodes/primnodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "pg/argument.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/fit_final.h"
#include "pg/fit_state.h"
#include "pg/progress.h"
#include "pg/scan_row.h"

#define BINDINGS_KEPT 8 /* row types of one call site */

typedef struct FitSite
{
	FitSpec *spec;
	bool has_constants;					 /* target and options are constants of the query */
	FitBinding *bindings[BINDINGS_KEPT]; /* the one used last comes first */
	int n_bindings;
	ptrdiff_t ahead; /* as fetch_state() takes it */
	ScanRows *rows;	 /* where rows are read that are not formed, else NULL */
	FitBinding *rows_binding;
	int n_read; /* the first so many columns of a row are all that it reads */
} FitSite;

/* The same for columns: one binding, of the call's arguments. */
typedef struct ColumnsSite
{
	FitSpec *spec;
	FitBinding *binding;
	ptrdiff_t ahead;
	Progress progress;
} ColumnsSite;

/* Arguments of fit_columns_accum; the columns follow.  fit_accum has a row in place of the names. */
enum
{
	ARGUMENT_STATE,
	ARGUMENT_ROW,
	ARGUMENT_NAMES = ARGUMENT_ROW,
	ARGUMENT_TARGET,
	ARGUMENT_OPTIONS,
	ARGUMENT_COLUMNS
};

/* What combine and final functions keep at their call sites. */
/* Most call sites meet one; several where a column was an integer in some states. */
typedef struct KnownSpec
{
	FitSpec *spec;
	struct KnownSpec *next;
} KnownSpec;

/* Lives, with its specs, in fn_mcxt. */
typedef struct CombineSite
{
	KnownSpec *specs;	  /* of flat states, the last used first */
	bool said_two_values; /* one NOTICE does for all groups */
	int n_told;			  /* warnings, of all groups */
} CombineSite;

static const char fit_states[] = "orchard fit states";

PG_FUNCTION_INFO_V1(orchard_fit_accum);
PG_FUNCTION_INFO_V1(orchard_fit_state_accum);
PG_FUNCTION_INFO_V1(orchard_fit_columns_accum);
PG_FUNCTION_INFO_V1(orchard_fit_combine);
PG_FUNCTION_INFO_V1(orchard_fit_final);
PG_FUNCTION_INFO_V1(orchard_fit_columns_final);

/* Options and target as in the site's first row? */
static bool
same_arguments(const FitSpec *spec, const text *target, const Jsonb *options)
{
	const char *name = target != NULL ? VARDATA_ANY(target) : "";
	size_t length = target != NULL ? VARSIZE_ANY_EXHDR(target) : 0;

	return strlen(spec->target) == length && memcmp(spec->target, name, length) == 0 &&
		VARSIZE(options) == VARSIZE(spec->options_json) &&
		memcmp(options, spec->options_json, VARSIZE(options)) == 0;
}

/* Are target and options constants, so that they need not be compared on every row? */
static bool
has_constant_arguments(FunctionCallInfo fcinfo)
{
	return has_constant_argument(fcinfo, ARGUMENT_TARGET - 1) &&
		(PG_NARGS() <= ARGUMENT_OPTIONS || has_constant_argument(fcinfo, ARGUMENT_OPTIONS - 1));
}

/* The options; the short form of fit has none. */
static Jsonb *
given_options(FunctionCallInfo fcinfo)
{
	if (PG_NARGS() > 3)
		return PG_GETARG_JSONB_P(3);
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
}

/* The site, with a spec made from this row when it is the first. */
static FitSite *
fit_site(FunctionCallInfo fcinfo, HeapTupleHeader row)
{
	FitSite *site = fcinfo->flinfo->fn_extra;
	text *target;
	Jsonb *options;
	RowLayout *layout;
	MemoryContext caller;

	if (likely(site != NULL && site->has_constants))
		return site;
	target = PG_ARGISNULL(2) ? NULL : PG_GETARG_TEXT_PP(2);
	options = given_options(fcinfo);
	if (site != NULL)
	{
		if (unlikely(!same_arguments(site->spec, target, options)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("arguments \"target\" and \"options\" must be the same for all rows"),
					 errhint("Give constants; for a model of each group use GROUP BY.")));
		return site;
	}
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	site = palloc0(sizeof(FitSite));
	site->has_constants = has_constant_arguments(fcinfo);
	layout = row_layout_create(row);
	row_layout_read(layout, row);
	site->spec = fit_spec_create(options, target != NULL ? text_to_cstring(target) : "", layout);
	fit_options_require_all_rows(site->spec->options);
	MemoryContextSwitchTo(caller);
	fcinfo->flinfo->fn_extra = site;
	return site;
}

/* The binding for the row's type, moved to the front. */
static FitBinding *
fit_binding(FunctionCallInfo fcinfo, FitSite *site, HeapTupleHeader row)
{
	MemoryContext caller;
	FitBinding *binding;
	int i;

	for (i = 0; i < site->n_bindings; i++)
	{
		binding = site->bindings[i];
		if (!row_layout_fits(binding->layout, row))
			continue;
		site->bindings[i] = site->bindings[0];
		site->bindings[0] = binding;
		return binding;
	}
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	binding = fit_binding_create(site->spec, row);
	MemoryContextSwitchTo(caller);
	if (site->n_bindings < BINDINGS_KEPT)
		site->n_bindings++;
	else
		MemoryContextDelete(site->bindings[BINDINGS_KEPT - 1]->context);
	memmove(site->bindings + 1, site->bindings, sizeof(FitBinding *) * (site->n_bindings - 1));
	site->bindings[0] = binding;
	return binding;
}

/*
 * Of many groups each row finds another state out of the caches: its lines are asked for at once, and
 * those of its sums, which mostly stand as far from it as in the state before.
 */
static inline void
fetch_state(FunctionCallInfo fcinfo, ptrdiff_t ahead)
{
	const char *state = DatumGetPointer(PG_GETARG_DATUM(ARGUMENT_STATE));

	if (PG_ARGISNULL(ARGUMENT_STATE))
		return;
	__builtin_prefetch(state, 1);
	__builtin_prefetch(state + 64, 1);
	__builtin_prefetch(state + ahead, 1);
	__builtin_prefetch(state + ahead + 64, 1);
}

/* How far the sums stand from where the state's datum points. */
static inline ptrdiff_t
state_ahead(const FitState *state)
{
	return (const char *) state->least_squares - (const char *) state->header.eoh_rw_ptr;
}

/* The state in argument 0: new where that is NULL, decoded where it is flat. */
static inline FitState *
transition_state(FunctionCallInfo fcinfo, const FitSpec *spec, const char *function)
{
	FitState *state;

	if (PG_ARGISNULL(ARGUMENT_STATE))
		return fit_state_create(memory_account_of_aggregate(fcinfo, fit_states, function), spec);
	state = fit_state_expanded(PG_GETARG_DATUM(ARGUMENT_STATE));
	if (likely(state != NULL))
		return state;
	return fit_state_decode(memory_account_of_aggregate(fcinfo, fit_states, function), spec,
							PG_DETOAST_DATUM(PG_GETARG_DATUM(ARGUMENT_STATE)));
}

/* Raises the error of a spec whose state cannot be a value. */
static void
require_sums(const FitSpec *spec)
{
	bool is_linear = spec->options->algorithm == ALGORITHM_LINEAR_REGRESSION;

	if (spec->learns_recipe)
		ereport(
			ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("a training state cannot fit the recipe of option \"preprocess\""),
			 errdetail("Rows can be summed only once they are transformed."),
			 errhint(
				 "Give a recipe that orchard.fit_recipe has fitted, or train on all rows with orchard.fit.")));
	if (spec->keeps_rows)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 is_linear ? errmsg("option \"cov_type\" has no training state that can be kept") :
							 errmsg("algorithm \"%s\" has no training state that can be kept",
									algorithm_name(spec->options->algorithm)),
				 errdetail("Its state would be all its rows."),
				 is_linear ?
					 errhint("Leave it out, or train on all rows with orchard.fit.") :
					 errhint("Use \"linear_regression\", or train on all rows with orchard.fit.")));
}

/* How many columns of a row lead up to the last that the binding reads. */
static int
count_read(const FitSpec *spec, const FitBinding *binding)
{
	int last = Max(Max(binding->target.index, binding->weight.index), binding->fold.index);
	int i;

	for (i = 0; i < spec->n_features; i++)
		last = Max(last, binding->features[i].index);
	for (i = 0; i < binding->n_step_columns; i++)
		last = Max(last, binding->step_columns[i]);
	return last + 1;
}

/* After the first row: those that follow are read where they are, if that can be. */
static void
take_rows(FunctionCallInfo fcinfo, FitSite *site)
{
	MemoryContext caller;

	if (site->has_constants)
		site->rows =
			scan_rows_take(fcinfo, ARGUMENT_ROW - 1, site->bindings[0]->layout->descriptor, false);
	if (site->rows == NULL)
		return;
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	site->rows_binding = fit_binding_of_columns(site->spec, site->rows->columns);
	site->n_read = count_read(site->spec, site->rows_binding);
	MemoryContextSwitchTo(caller);
}

/* The current row, which was not formed. */
static void
add_row_in_place(FitState *state, const FitSite *site)
{
	TupleTableSlot *slot = scan_row(site->rows);
	HeapTuple row = slot_stored_row(slot);

	if (row != NULL)
	{
		fetch_following_row(row);
		if (fit_state_add_stored(state, site->rows_binding, row))
			return;
	}
	slot_getsomeattrs(slot, site->n_read);
	fit_state_add_values(state, site->rows_binding, slot->tts_values, slot->tts_isnull);
}

/* The row into the aggregate's state; with only_sums it must be one that can be a value. */
static Datum
accumulate(FunctionCallInfo fcinfo, const char *function, bool only_sums)
{
	FitSite *site = fcinfo->flinfo->fn_extra;
	FitState *state;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "%s called outside an aggregate", function);
	if (PG_NARGS() > 3)
		require_argument(fcinfo, 3, "options");
	if (site != NULL)
		fetch_state(fcinfo, site->ahead);
	if (site != NULL && site->rows != NULL)
	{
		state = transition_state(fcinfo, site->spec, function);
		add_row_in_place(state, site);
	}
	else if (PG_ARGISNULL(ARGUMENT_ROW))
	{
		if (PG_ARGISNULL(ARGUMENT_STATE))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(ARGUMENT_STATE));
	}
	else
	{
		HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(ARGUMENT_ROW);
		bool is_first = site == NULL;

		site = fit_site(fcinfo, row);
		if (unlikely(is_first && only_sums))
			require_sums(site->spec);
		state = transition_state(fcinfo, site->spec, function);
		fit_state_add(state, fit_binding(fcinfo, site, row), row);
		if (unlikely(is_first))
			take_rows(fcinfo, site);
	}
	if (state->least_squares != NULL)
		site->ahead = state_ahead(state);
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->header));
}

Datum
orchard_fit_accum(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, "fit_accum", false);
}

Datum
orchard_fit_state_accum(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, "fit_state_accum", true);
}

/* What names, target and options say is the same for all rows: constants of the query. */
static void
require_constants(FunctionCallInfo fcinfo)
{
	Aggref *call = AggGetAggref(fcinfo);
	int i;

	if (call == NULL || list_length(call->args) < ARGUMENT_COLUMNS)
		elog(ERROR, "fit_columns_accum called outside its aggregate");
	for (i = 0; i < ARGUMENT_COLUMNS - 1; i++)
	{
		Const *given = (Const *) ((TargetEntry *) list_nth(call->args, i))->expr;

		if (!IsA(given, Const) || given->constisnull)
			ereport(
				ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg(
					 "arguments \"names\", \"target\" and \"options\" must be constants and not null"),
				 errhint("Write them in the statement itself.")));
	}
}

/* The site, with a spec made from this row when it is the first. */
static ColumnsSite *
columns_site(FunctionCallInfo fcinfo)
{
	ColumnsSite *site = fcinfo->flinfo->fn_extra;
	int n_columns = PG_NARGS() - ARGUMENT_COLUMNS;
	TupleDesc descriptor;
	RowLayout *layout;
	MemoryContext caller;
	int i;

	if (likely(site != NULL))
		return site;
	require_constants(fcinfo);
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	site = palloc0(sizeof(ColumnsSite));
	/* Those without an argument are there for the options to name them; training does not read them. */
	descriptor = row_descriptor_of_arguments(fcinfo, ARGUMENT_NAMES, ARGUMENT_COLUMNS);
	layout = row_layout_of_columns(descriptor);
	for (i = 0; i < n_columns; i++)
	{
		layout->values[i] = fcinfo->args[ARGUMENT_COLUMNS + i].value;
		layout->nulls[i] = fcinfo->args[ARGUMENT_COLUMNS + i].isnull;
	}
	site->spec = fit_spec_create(PG_GETARG_JSONB_P(ARGUMENT_OPTIONS),
								 text_to_cstring(PG_GETARG_TEXT_PP(ARGUMENT_TARGET)), layout);
	fit_options_require_all_rows(site->spec->options);
	site->binding = fit_binding_of_columns(site->spec, descriptor);
	MemoryContextSwitchTo(caller);
	fcinfo->flinfo->fn_extra = site;
	return site;
}

/* fit_columns_accum(state, names, target, options, column, ...) */
Datum
orchard_fit_columns_accum(PG_FUNCTION_ARGS)
{
	ColumnsSite *site;
	FitState *state;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "fit_columns_accum called outside an aggregate");
	site = columns_site(fcinfo);
	fetch_state(fcinfo, site->ahead);
	state = transition_state(fcinfo, site->spec, "fit_columns_accum");
	fit_state_add_arguments(state, site->binding, fcinfo->args + ARGUMENT_COLUMNS);
	if (state->least_squares != NULL)
		site->ahead = state_ahead(state);
	progress_add_row(&site->progress);
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->header));
}

static CombineSite *
combine_site(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CombineSite));
	return fcinfo->flinfo->fn_extra;
}

/* The spec of these bytes, kept at the call site since states refer to it. */
static const FitSpec *
combine_spec(FunctionCallInfo fcinfo, const uint8 *encoded, size_t length)
{
	CombineSite *site = combine_site(fcinfo);
	KnownSpec **link = &site->specs;
	KnownSpec *known;

	while (*link != NULL &&
		   ((*link)->spec->encoded_length != length ||
			memcmp((*link)->spec->encoded, encoded, length) != 0))
		link = &(*link)->next;
	known = *link;
	if (known != NULL)
		*link = known->next;
	else
	{
		MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		known = palloc(sizeof(KnownSpec));
		known->spec = fit_spec_decode(encoded, length);
		MemoryContextSwitchTo(caller);
	}
	known->next = site->specs;
	site->specs = known;
	return known->spec;
}

/* A flat state decoded for the aggregate. */
static FitState *
combine_decode(FunctionCallInfo fcinfo, const struct varlena *flat)
{
	size_t length;
	const uint8 *encoded = fit_state_flat_spec(flat, &length);

	return fit_state_decode(memory_account_of_aggregate(fcinfo, fit_states, "fit_combine"),
							combine_spec(fcinfo, encoded, length), flat);
}

/* A state from argument `i`: itself when expanded, else decoded. */
static FitState *
combine_argument(FunctionCallInfo fcinfo, int i)
{
	FitState *state = fit_state_expanded(PG_GETARG_DATUM(i));

	return state != NULL ? state : combine_decode(fcinfo, PG_DETOAST_DATUM(PG_GETARG_DATUM(i)));
}

Datum
orchard_fit_combine(PG_FUNCTION_ARGS)
{
	FitState *into;
	FitState *from;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "fit_combine called outside an aggregate");
	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0))
	{
		/* A copy: what comes next is added to it. */
		into = combine_decode(fcinfo, PG_DETOAST_DATUM(PG_GETARG_DATUM(1)));
		PG_RETURN_DATUM(EOHPGetRWDatum(&into->header));
	}
	into = combine_argument(fcinfo, 0);
	if (!PG_ARGISNULL(1))
	{
		from = combine_argument(fcinfo, 1);
		fit_state_merge(into, from);
		if (fit_state_expanded(PG_GETARG_DATUM(1)) == NULL)
			fit_state_release(from);
	}
	PG_RETURN_DATUM(EOHPGetRWDatum(&into->header));
}

Datum
orchard_fit_final(PG_FUNCTION_ARGS)
{
	FitState *state;
	CombineSite *site;
	struct varlena *model;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "fit_final called outside an aggregate");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = combine_argument(fcinfo, 0);
	site = combine_site(fcinfo);
	if (!site->said_two_values)
		site->said_two_values = fit_notice_two_values(state);
	model = fit_model(state, NULL, &site->n_told);
	if (model == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(model);
}

/* As fit_final, but that no usable row is an error. */
Datum
orchard_fit_columns_final(PG_FUNCTION_ARGS)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "fit_columns_final called outside an aggregate");
	if (!PG_ARGISNULL(0))
		fit_require_rows(combine_argument(fcinfo, 0));
	return orchard_fit_final(fcinfo);
}
