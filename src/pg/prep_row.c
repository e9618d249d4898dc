/*
 * prep_row.c: the steps of a recipe over the columns of a row.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "pg/error.h"
#include "pg/prep_row.h"

/* The family of what the step was fitted to. */
static FeatureFamily
step_family(const Step *step)
{
	return step_takes_category(step) ? FAMILY_CATEGORY : (FeatureFamily) step->input;
}

/* The moment that a literal of a time stands for. */
static TimestampTz
literal_time(Datum literal)
{
	return DatumGetTimestampTz(DirectFunctionCall3(
		timestamptz_in, literal, ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

/* Does the family of a column suit the kind? */
static void
require_family(const Step *step, const PrepColumn *column)
{
	bool is_category = column->type.family == FAMILY_CATEGORY;
	bool is_calendar = step->kind == STEP_CYCLIC && step->strategy != CYCLE_PERIOD;

	/* What fills gaps does so in columns of both kinds. */
	if (step->kind == STEP_IMPUTE)
		return;
	if (is_category == step_takes_category(step) &&
		(!is_calendar || column->type.reader == READ_TIMESTAMP ||
		 column->type.reader == READ_DATE || column->type.reader == READ_UNKNOWN))
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_DATATYPE_MISMATCH),
		 errmsg("column \"%s\" has type %s, which transform \"%s\" does not take", column->name,
				format_type_be(column->type.type), step_kind_names[step->kind]),
		 is_calendar ?
			 errhint("A cycle of the calendar wants a date or a timestamp.") :
			 step_takes_category(step) ?
			 errhint("It wants text, boolean or an enum: cast the column to text.") :
			 errhint(
				 "It wants a number: give the column to \"onehot\", or another transform of categories.")));
}

/* The columns of a step by name. */
void
prep_step_bind(PrepStepColumns *bound, const RowLayout *layout, const Step *step)
{
	uint32 n = step->kind == STEP_POLYNOMIAL ? step->columns.n : 1;
	uint32 i;

	bound->columns = palloc(sizeof(PrepColumn) * Max(n, 1));
	bound->zone = step->kind == STEP_CYCLIC ? prep_time_zone(step->time_zone) : NULL;
	for (i = 0; i < n; i++)
	{
		const char *name = step->kind == STEP_POLYNOMIAL ? step->columns.texts[i] : step->column;

		prep_column_bind(&bound->columns[i], layout, name, "recipe");
		if (bound->columns[i].type.reader == READ_UNKNOWN)
			bound->columns[i].type.family = step_family(step);
		require_family(step, &bound->columns[i]);
	}
}

/* The number that a step makes its output of: of a calendar's cycle the share. */
double
prep_step_number(const Step *step, const PrepStepColumns *bound, const RowLayout *layout)
{
	const PrepColumn *column = &bound->columns[0];
	Datum value;

	if (likely(step->kind != STEP_CYCLIC || step->strategy == CYCLE_PERIOD))
		return prep_column_number(column, layout);
	if (layout->nulls[column->index])
		return NAN;
	value = layout->values[column->index];
	if (column->type.reader == READ_UNKNOWN)
		return prep_cycle_share(literal_time(value), step->strategy, bound->zone, column->name);
	if (column->type.reader == READ_DATE)
		value = DirectFunctionCall1(date_timestamp, value);
	/* A time without zone is what the clock showed. */
	return prep_cycle_share(
		DatumGetTimestampTz(value), step->strategy,
		column->type.type == TIMESTAMPTZOID ? bound->zone : prep_time_zone(NULL), column->name);
}

/* Columns must still be of the family that the step was fitted to. */
void
prep_step_require_family(const Step *step, const PrepColumn *column)
{
	if ((int32) column->type.family == step->input)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" is %s in the row, and was %s when the recipe was fitted",
					column->name, feature_family_name(column->type.family),
					feature_family_name((FeatureFamily) step->input))));
}

void
prep_require_known(const Step *step, Status status, const char *text, size_t length)
{
	if (likely(status == KERNEL_OK))
		return;
	if (status == KERNEL_INVALID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 step->column != NULL ?
					 errmsg("column \"%s\" has a value that the transform was not fitted to",
							step->column) :
					 errmsg("the transform was not fitted to this value"),
				 errdetail("The value is \"%s\".",
						   pnstrdup(text, pg_mbcliplen(text, (int) length, 60))),
				 errhint("Fit it with {\"unknown\": \"ignore\"} to let such values pass.")));
	require_ok(status, "the transform");
}

static void
apply_row_polynomial(const Applier *applier, const PrepStepColumns *bound, const RowLayout *layout,
					 double *inputs, double *outputs, bool *missing)
{
	const Step *step = applier->step;
	uint32 n = applier->outputs;
	int32 i;

	for (i = 0; i < step->width; i++)
		inputs[i] = prep_column_number(&bound->columns[i], layout);
	apply_polynomial(applier, inputs, outputs);
	for (i = 0; i < (int32) n; i++)
		missing[i] = isnan(outputs[i]);
}

void
prep_step_apply(const Applier *applier, const PrepStepColumns *bound, const RowLayout *layout,
				int32 fold, double *inputs, double *outputs, bool *missing)
{
	const PrepColumn *column = &bound->columns[0];
	bool is_null = layout->nulls[column->index];
	char scratch[NAMEDATALEN];
	const char *text = NULL;
	size_t length = 0;
	uint32 k;

	if (applier->step->kind == STEP_POLYNOMIAL)
		apply_row_polynomial(applier, bound, layout, inputs, outputs, missing);
	else if (!step_takes_category(applier->step))
	{
		apply_number(applier, prep_step_number(applier->step, bound, layout), outputs);
		for (k = 0; k < applier->outputs; k++)
			missing[k] = is_null && isnan(outputs[k]);
	}
	else
	{
		if (!is_null)
			text = prep_read_text(column->type.reader, column->labels,
								  layout->values[column->index], scratch, &length);
		prep_require_known(applier->step, apply_text(applier, text, length, fold, outputs), text,
						   length);
		for (k = 0; k < applier->outputs; k++)
			missing[k] = is_null && isnan(outputs[k]);
	}
}

bool
prep_step_reads_missing(const Step *step, const PrepStepColumns *bound, const RowLayout *layout)
{
	uint32 n = step->kind == STEP_POLYNOMIAL ? step->columns.n : 1;
	uint32 i;

	for (i = 0; i < n; i++)
	{
		const PrepColumn *column = &bound->columns[i];

		if (layout->nulls[column->index] || isnan(prep_column_number(column, layout)))
			return true;
	}
	return false;
}
