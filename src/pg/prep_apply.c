/*
 * prep_apply.c: apply, apply_array and inverse of one transform and one value.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "pg/argument.h"
#include "pg/column_type.h"
#include "pg/error.h"
#include "pg/prep_fit.h"
#include "pg/prep_site.h"

PG_FUNCTION_INFO_V1(orchard_apply);
PG_FUNCTION_INFO_V1(orchard_apply_array);
PG_FUNCTION_INFO_V1(orchard_apply_category);
PG_FUNCTION_INFO_V1(orchard_inverse);
PG_FUNCTION_INFO_V1(orchard_inverse_category);

static void
set_value(FunctionCallInfo fcinfo, PrepSite *site)
{
	Oid type = get_fn_expr_argtype(fcinfo->flinfo, 1);

	if (!column_type_of(type, &site->value))
		elog(ERROR, "apply has an argument of type %u", type);
	if (site->value.reader == READ_ENUM)
	{
		MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		site->labels = enum_labels_load(site->value.type);
		MemoryContextSwitchTo(caller);
	}
	site->has_value = true;
}

static void
pg_attribute_noreturn() wrong_value(const Step *step)
{
	static const char *const wanted[] = {"a number", "a time", "an interval", "a category"};

	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("transform \"%s\" is applied to %s", step_kind_names[step->kind],
					wanted[step->input]),
			 errhint("Cast the value to the type that the transform was fitted to.")));
}

/* The number for a step that takes one; *is_null: it was NULL. */
static double
number_argument(FunctionCallInfo fcinfo, const PrepSite *site, const Step *step, bool *is_null)
{
	*is_null = PG_ARGISNULL(1);
	if (*is_null)
		return NAN;
	if (unlikely((step->input == INPUT_TIME) != (site->value.family == FAMILY_TIME) ||
				 site->value.family == FAMILY_CATEGORY))
		wrong_value(step);
	if (step->kind == STEP_CYCLIC && step->strategy != CYCLE_PERIOD && step->input == INPUT_TIME)
		return prep_cycle_share(PG_GETARG_TIMESTAMPTZ(1), step->strategy, site->zone, "value");
	if (likely(site->value.reader == READ_FLOAT8))
		return PG_GETARG_FLOAT8(1);
	return column_read_number(site->value.reader, PG_GETARG_DATUM(1), site->value.family, "value");
}

static int32
fold_argument(FunctionCallInfo fcinfo)
{
	if (PG_NARGS() < 3 || PG_ARGISNULL(2))
		return NO_FOLD;
	return prep_require_fold(PG_GETARG_INT32(2));
}

static void
apply_category(FunctionCallInfo fcinfo, const PrepSite *site)
{
	const Applier *applier = &site->appliers[0];
	char scratch[NAMEDATALEN];
	const char *text = NULL;
	size_t length = 0;
	size_t i;

	if (!PG_ARGISNULL(1))
	{
		if (unlikely(site->value.family != FAMILY_CATEGORY))
			wrong_value(applier->step);
		text =
			prep_read_text(site->value.reader, site->labels, PG_GETARG_DATUM(1), scratch, &length);
	}
	prep_require_known(applier->step,
					   apply_text(applier, text, length, fold_argument(fcinfo), site->outputs),
					   text, length);
	for (i = 0; i < site->n_outputs; i++)
		site->missing[i] = text == NULL && isnan(site->outputs[i]);
}

static void
apply_elements(FunctionCallInfo fcinfo, PrepSite *site)
{
	const Step *step = &site->transform.steps[0];
	double *numbers;
	bool *nulls;
	int n;
	size_t i;

	if (site->value.reader != READ_FLOAT8_ARRAY)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("transform \"%s\" is applied to an array of numbers",
						step_kind_names[step->kind]),
				 errhint("Write apply_array(transform, ARRAY[x, y]).")));
	n = column_read_array(READ_FLOAT8_ARRAY, PG_GETARG_DATUM(1), "x", &numbers, &nulls);
	if (n != step->width)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("argument \"x\" has %d elements, but the transform was fitted to %d", n,
						step->width)));
	for (i = 0; i < (size_t) n; i++)
		numbers[i] = nulls[i] ? NAN : numbers[i];
	apply_polynomial(&site->appliers[0], numbers, site->outputs);
	for (i = 0; i < site->n_outputs; i++)
		site->missing[i] = isnan(site->outputs[i]);
	pfree(numbers);
	pfree(nulls);
}

/* The outputs for argument 1. */
static void
apply_value(FunctionCallInfo fcinfo, PrepSite *site)
{
	const Step *step = &site->transform.steps[0];
	bool is_null;
	size_t i;

	if (unlikely(!site->has_value))
		set_value(fcinfo, site);
	if (step_takes_category(step))
		apply_category(fcinfo, site);
	else if (step->kind == STEP_POLYNOMIAL)
		apply_elements(fcinfo, site);
	else
	{
		double x = number_argument(fcinfo, site, step, &is_null);

		apply_number(&site->appliers[0], x, site->outputs);
		for (i = 0; i < site->n_outputs; i++)
			site->missing[i] = is_null && isnan(site->outputs[i]);
	}
}

static void
pg_attribute_noreturn() gives_text(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("the transform gives a category, not a number"),
			 errhint("Use apply_category().")));
}

/* apply_category(transform, value): what fills the gaps of a category */
Datum
orchard_apply_category(PG_FUNCTION_ARGS)
{
	PrepSite *site;
	const Step *step;
	const char *fill;
	size_t length;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	site = prep_single_site(fcinfo);
	step = &site->transform.steps[0];
	if (!step_gives_text(step))
		ereport(
			ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("transform \"%s\" gives numbers, not a category", step_kind_names[step->kind]),
			 errhint("Use apply().")));
	if (!PG_ARGISNULL(1))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));
	fill = apply_fill(step, NULL, &length);
	if (fill == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(fill));
}

/* apply(transform, value [, fold]) */
Datum
orchard_apply(PG_FUNCTION_ARGS)
{
	PrepSite *site;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	site = prep_single_site(fcinfo);
	if (unlikely(step_gives_text(&site->transform.steps[0])))
		gives_text();
	if (unlikely(site->n_outputs != 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the transform gives %zu numbers, not one", site->n_outputs),
				 errhint("Use apply_array().")));
	apply_value(fcinfo, site);
	if (site->missing[0])
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(site->outputs[0]);
}

/* apply_array(transform, value [, fold]) */
Datum
orchard_apply_array(PG_FUNCTION_ARGS)
{
	PrepSite *site;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	site = prep_single_site(fcinfo);
	if (PG_ARGISNULL(1) && site->transform.steps[0].kind == STEP_POLYNOMIAL)
		PG_RETURN_NULL();
	if (unlikely(step_gives_text(&site->transform.steps[0])))
		gives_text();
	apply_value(fcinfo, site);
	return prep_array(site->outputs, site->missing, site->n_outputs);
}

/* inverse(transform, y) */
Datum
orchard_inverse(PG_FUNCTION_ARGS)
{
	PrepSite *site;
	double x;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	site = prep_single_site(fcinfo);
	if (apply_inverse(&site->transform.steps[0], PG_GETARG_FLOAT8(1), &x) != KERNEL_OK)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("transform \"%s\" has no inverse",
						step_kind_names[site->transform.steps[0].kind])));
	PG_RETURN_FLOAT8(x);
}

/* inverse_category(transform, place): the level of an ordinal transform, NULL when there is none. */
Datum
orchard_inverse_category(PG_FUNCTION_ARGS)
{
	PrepSite *site;
	const Step *step;
	double place;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	site = prep_single_site(fcinfo);
	step = &site->transform.steps[0];
	if (step->kind != STEP_ORDINAL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("transform \"%s\" has no inverse that is a category",
						step_kind_names[step->kind])));
	place = PG_GETARG_FLOAT8(1);
	if (!(place >= 0.0 && place < step->levels.n && place == floor(place)))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(step->levels.texts[(uint32) place]));
}
