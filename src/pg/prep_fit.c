/*
 * prep_fit.c: the aggregates that fit one transform to one column.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "pg/argument.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/prep_fit.h"
#include "pg/prep_json.h"
#include "pg/prep_value.h"

/* What the call site knows of its arguments of any type; in fn_extra. */
typedef struct FitSite
{
	ColumnType value;
	EnumLabels *value_labels;
	ColumnType target;
	EnumLabels *target_labels;
} FitSite;

static void
require_aggregate(FunctionCallInfo fcinfo, const char *name)
{
	if (unlikely(fcinfo->context == NULL) || !AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "%s called outside an aggregate", name);
}

/* A new state of one step; the options are argument i, when there is one. */
static PrepState *
begin_state(FunctionCallInfo fcinfo, StepKind kind, int i, int input, int width)
{
	Step step;
	Transform specification = {.n = 1, .steps = &step};
	Jsonb *options = PG_NARGS() > i && !PG_ARGISNULL(i) ? PG_GETARG_JSONB_P(i) : NULL;
	PrepState *state;

	prep_options_read(&step, kind, options, memory_transient());
	step.width = width;
	prep_set_input(&step, input);
	if (kind == STEP_CYCLIC && (step.strategy == CYCLE_PERIOD) != (input == INPUT_NUMBER))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 input == INPUT_NUMBER ?
					 errmsg("option \"cycle\" wants a time, and the column is a number") :
					 errmsg("option \"period\" wants a number, and the column is a time"),
				 input == INPUT_NUMBER ?
					 errhint("Give {\"period\": 24}, or cast the column to timestamptz.") :
					 errhint("Give {\"cycle\": \"day\"}, \"week\" or \"year\".")));
	if (step.time_zone != NULL)
		(void) prep_time_zone(step.time_zone);
	state = prep_state_create(fcinfo, &specification);
	step_release(&step, memory_transient());
	return state;
}

static PrepState *
running_state(FunctionCallInfo fcinfo)
{
	bool is_own;

	return (PrepState *) grown_state_argument(&prep_state_type, fcinfo, 0, &is_own);
}

static void
take_number(PrepState *state, double x)
{
	StepFit *fit = &state->fits[0];

	prep_require(state, &fit->step,
				 fit_number(fit, &state->base.account->allocator, &state->base.account->stop, x));
}

/* transition(state, float8 [, options]) */
static Datum
accumulate_number(FunctionCallInfo fcinfo, StepKind kind)
{
	PrepState *state;

	require_aggregate(fcinfo, "transform_state_accum");
	state = PG_ARGISNULL(0) ? begin_state(fcinfo, kind, 2, INPUT_NUMBER, 0) : running_state(fcinfo);
	take_number(state, PG_ARGISNULL(1) ? NAN : PG_GETARG_FLOAT8(1));
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->base.header));
}

static void
set_type(FunctionCallInfo fcinfo, int i, ColumnType *type, EnumLabels **labels)
{
	Oid argument = get_fn_expr_argtype(fcinfo->flinfo, i);

	if (!column_type_of(argument, type) || type->reader == READ_FLOAT8_ARRAY ||
		type->reader == READ_FLOAT4_ARRAY)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("type %s cannot be used in a transform", format_type_be(argument)),
				 errhint("Cast the values to text or to a number.")));
	if (type->reader == READ_ENUM)
	{
		MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		*labels = enum_labels_load(type->type);
		MemoryContextSwitchTo(caller);
	}
}

static FitSite *
get_site(FunctionCallInfo fcinfo, bool has_target)
{
	FitSite *site = fcinfo->flinfo->fn_extra;

	if (likely(site != NULL))
		return site;
	site = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(FitSite));
	set_type(fcinfo, 1, &site->value, &site->value_labels);
	if (site->value.family != FAMILY_CATEGORY)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a transform of categories wants text, boolean or an enum, not type %s",
						format_type_be(get_fn_expr_argtype(fcinfo->flinfo, 1))),
				 errhint("Cast the values to text.")));
	if (has_target)
		set_type(fcinfo, 2, &site->target, &site->target_labels);
	if (has_target &&
		(site->target.family == FAMILY_TIME || site->target.family == FAMILY_INTERVAL))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("argument \"target\" must be a number, boolean or text, not of type %s",
						format_type_be(get_fn_expr_argtype(fcinfo->flinfo, 2)))));
	fcinfo->flinfo->fn_extra = site;
	return site;
}

/* The level of argument 1. */
static uint32_t
level_argument(FunctionCallInfo fcinfo, const FitSite *site, PrepState *state)
{
	char scratch[NAMEDATALEN];
	size_t length;
	const char *text;
	int32_t code;

	if (PG_ARGISNULL(1))
		return 0;
	text = prep_read_text(site->value.reader, site->value_labels, PG_GETARG_DATUM(1), scratch,
						  &length);
	grown_state_require(
		&state->base,
		fit_code(&state->fits[0].levels, &state->base.account->allocator, text, length, &code));
	return (uint32_t) code + 1;
}

/* transition(state, category [, options]) */
static Datum
accumulate_level(FunctionCallInfo fcinfo, StepKind kind)
{
	FitSite *site = get_site(fcinfo, false);
	PrepState *state;

	require_aggregate(fcinfo, "transform_state_accum");
	state =
		PG_ARGISNULL(0) ? begin_state(fcinfo, kind, 2, INPUT_CATEGORY, 0) : running_state(fcinfo);
	if (kind == STEP_HASH)
	{
		state->fits[0].rows++;
		state->fits[0].missing += PG_ARGISNULL(1);
	}
	else
		grown_state_require(&state->base,
							fit_level(&state->fits[0], &state->base.account->allocator,
									  level_argument(fcinfo, site, state), NO_FOLD, 0, 0.0));
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->base.header));
}

/* A target of text: the code of its class. */
static uint32_t
class_argument(FunctionCallInfo fcinfo, const FitSite *site, PrepState *state)
{
	char scratch[NAMEDATALEN];
	size_t length;
	int32_t code;
	const char *text = prep_read_text(site->target.reader, site->target_labels, PG_GETARG_DATUM(2),
									  scratch, &length);

	grown_state_require(
		&state->base,
		fit_code(&state->fits[0].classes, &state->base.account->allocator, text, length, &code));
	return (uint32_t) code;
}

/* transition(state, category, target [, fold [, options]]) */
static Datum
accumulate_target(FunctionCallInfo fcinfo, StepKind kind)
{
	FitSite *site = get_site(fcinfo, true);
	PrepState *state;
	uint32_t class = 0;
	double y = 0.0;
	int32 fold = NO_FOLD;

	require_aggregate(fcinfo, "transform_state_accum");
	state =
		PG_ARGISNULL(0) ? begin_state(fcinfo, kind, 4, INPUT_CATEGORY, 0) : running_state(fcinfo);
	if (PG_NARGS() > 3 && !PG_ARGISNULL(3))
		fold = prep_require_fold(PG_GETARG_INT32(3));
	/* As regr_slope has it: a row without a target says nothing. */
	if (PG_ARGISNULL(2))
		PG_RETURN_DATUM(EOHPGetRWDatum(&state->base.header));
	if (site->target.reader == READ_BOOL)
		y = PG_GETARG_BOOL(2);
	else if (site->target.family == FAMILY_NUMBER)
		y = column_read_number(site->target.reader, PG_GETARG_DATUM(2), FAMILY_NUMBER, "target");
	else
		class = class_argument(fcinfo, site, state);
	prep_require_target(kind, y,
						site->target.family == FAMILY_CATEGORY && site->target.reader != READ_BOOL);
	grown_state_require(&state->base,
						fit_level(&state->fits[0], &state->base.account->allocator,
								  level_argument(fcinfo, site, state), fold, class, y));
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->base.header));
}

/* transition(state, float8[] [, options]) of a polynomial: only the length is learnt. */
static Datum
accumulate_array(FunctionCallInfo fcinfo)
{
	PrepState *state;
	ArrayType *array;
	int n;

	require_aggregate(fcinfo, "transform_state_accum");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	array = PG_GETARG_ARRAYTYPE_P(1);
	n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (n == 0 || n > 1000 || ARR_NDIM(array) != 1)
		ereport(
			ERROR,
			(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
			 errmsg("argument \"x\" must have one dimension and 1 to 1000 elements, not %d", n)));
	state = PG_ARGISNULL(0) ? begin_state(fcinfo, STEP_POLYNOMIAL, 2, INPUT_NUMBER, n) :
							  running_state(fcinfo);
	if (state->fits[0].step.width != n)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("argument \"x\" has %d elements, but %d in the first row", n,
						state->fits[0].step.width)));
	prep_require_terms(&state->fits[0].step);
	state->fits[0].rows++;
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->base.header));
}

/* transition(state, timestamptz [, options]) of a cycle of the calendar */
PG_FUNCTION_INFO_V1(orchard_fit_cyclic_time_accum);
Datum
orchard_fit_cyclic_time_accum(PG_FUNCTION_ARGS)
{
	PrepState *state;

	require_aggregate(fcinfo, "transform_state_accum");
	state = PG_ARGISNULL(0) ? begin_state(fcinfo, STEP_CYCLIC, 2, INPUT_TIME, 0) :
							  running_state(fcinfo);
	take_number(state, PG_ARGISNULL(1) ? NAN : 0.0);
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->base.header));
}

PG_FUNCTION_INFO_V1(orchard_fit_polynomial_accum);
Datum
orchard_fit_polynomial_accum(PG_FUNCTION_ARGS)
{
	return accumulate_array(fcinfo);
}

/* Defines orchard_fit_NAME_accum. */
#define PREP_FIT(name, kind, accumulate) \
	PG_FUNCTION_INFO_V1(orchard_fit_##name##_accum); \
	Datum orchard_fit_##name##_accum(PG_FUNCTION_ARGS) \
	{ \
		return accumulate(fcinfo, kind); \
	}

PREP_FIT(standard, STEP_STANDARD, accumulate_number)
PREP_FIT(minmax, STEP_MINMAX, accumulate_number)
PREP_FIT(maxabs, STEP_MAXABS, accumulate_number)
PREP_FIT(robust, STEP_ROBUST, accumulate_number)
PREP_FIT(winsor, STEP_WINSOR, accumulate_number)
PREP_FIT(quantile, STEP_QUANTILE, accumulate_number)
PREP_FIT(power, STEP_POWER, accumulate_number)
PREP_FIT(log1p, STEP_LOG1P, accumulate_number)
PREP_FIT(signed_log, STEP_SIGNED_LOG, accumulate_number)
PREP_FIT(bins, STEP_BINS, accumulate_number)
PREP_FIT(cyclic, STEP_CYCLIC, accumulate_number)
PREP_FIT(impute, STEP_IMPUTE, accumulate_number)
PREP_FIT(impute_text, STEP_IMPUTE, accumulate_level)
PREP_FIT(onehot, STEP_ONEHOT, accumulate_level)
PREP_FIT(ordinal, STEP_ORDINAL, accumulate_level)
PREP_FIT(frequency, STEP_FREQUENCY, accumulate_level)
PREP_FIT(hash, STEP_HASH, accumulate_level)
PREP_FIT(target, STEP_TARGET, accumulate_target)
PREP_FIT(woe, STEP_WOE, accumulate_target)
