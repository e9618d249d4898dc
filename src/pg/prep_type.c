/*
 * prep_type.c: the type orchard.transform: JSON and binary I/O, equality, and what one can ask of it.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "pg/column_type.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/prep_fit.h"
#include "pg/prep_json.h"
#include "pg/prep_value.h"

PG_FUNCTION_INFO_V1(orchard_transform_in);
PG_FUNCTION_INFO_V1(orchard_transform_out);
PG_FUNCTION_INFO_V1(orchard_transform_recv);
PG_FUNCTION_INFO_V1(orchard_transform_send);
PG_FUNCTION_INFO_V1(orchard_transform_eq);
PG_FUNCTION_INFO_V1(orchard_transform_ne);
PG_FUNCTION_INFO_V1(orchard_transform_hash);
PG_FUNCTION_INFO_V1(orchard_transform_names);
PG_FUNCTION_INFO_V1(orchard_transform_warnings);

Datum
orchard_transform_in(PG_FUNCTION_ARGS)
{
	Datum json = DirectFunctionCall1(jsonb_in, PG_GETARG_DATUM(0));
	Transform transform = {0};

	prep_transform_read(&transform, DatumGetJsonbP(json), memory_transient());
	PG_RETURN_DATUM(prep_value_make(&transform));
}

/* Argument i, decoded into the current memory context. */
static Transform
transform_argument(FunctionCallInfo fcinfo, int i)
{
	Transform transform;

	prep_value_read(&transform, PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(i)), memory_transient());
	return transform;
}

Datum
orchard_transform_out(PG_FUNCTION_ARGS)
{
	Transform transform = transform_argument(fcinfo, 0);
	StringInfoData text;

	initStringInfo(&text);
	prep_transform_write(&transform, &text);
	PG_RETURN_CSTRING(text.data);
}

bool
prep_texts_are_valid(const Transform *transform)
{
	StringInfoData text;

	initStringInfo(&text);
	prep_transform_write(transform, &text);
	return pg_verifymbstr(text.data, text.len, true);
}

Datum
orchard_transform_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int length = message->len - message->cursor;
	Transform transform;
	Status status =
		transform_decode(&transform, memory_transient(), pq_getmsgbytes(message, length), length);

	if (status == KERNEL_CORRUPT || (status == KERNEL_OK && !prep_texts_are_valid(&transform)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid input for type %s", "orchard.transform")));
	require_ok(status, "the transform");
	/* Encoded again, so that one value has one form. */
	PG_RETURN_DATUM(prep_value_make(&transform));
}

Datum
orchard_transform_send(PG_FUNCTION_ARGS)
{
	struct varlena *stored = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbytes(&message, VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* The same transform has the same bytes. */
static bool
transforms_equal(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	struct varlena *b = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));

	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

Datum
orchard_transform_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(transforms_equal(fcinfo));
}

Datum
orchard_transform_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!transforms_equal(fcinfo));
}

Datum
orchard_transform_hash(PG_FUNCTION_ARGS)
{
	struct varlena *stored = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));

	return hash_any((unsigned char *) VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored));
}

static char *
polynomial_name(const Step *step, uint32 output)
{
	int32 *powers = palloc(sizeof(int32) * step->width);
	StringInfoData name;
	int32 i;

	polynomial_powers(step, output, powers);
	initStringInfo(&name);
	for (i = 0; i < step->width; i++)
	{
		if (powers[i] == 0)
			continue;
		appendStringInfoString(&name, name.len > 0 ? " * " : "");
		if (step->columns.n > 0)
			appendStringInfoString(&name, step->columns.texts[i]);
		else
			appendStringInfo(&name, "x%d", i + 1);
		if (powers[i] > 1)
			appendStringInfo(&name, "^%d", powers[i]);
	}
	return name.data;
}

static char *
onehot_name(const Step *step, const char *base, uint32 output)
{
	uint32 place = output + (step->drop == DROP_FIRST);
	bool has_other = step->pooled.n > 0 || step->unknown == UNKNOWN_LEVEL_IS_OTHER;

	if (place < step->levels.n)
		return psprintf("%s=%s", base, step->levels.texts[place]);
	return psprintf("%s=(%s)", base, has_other && place == step->levels.n ? "other" : "null");
}

/* Of the step's own outputs; base: what it reads. */
static char *
own_name(const Step *step, const char *base, uint32 output)
{
	switch (step->kind)
	{
		case STEP_BINS:
			if (step->flag && output == step_bins(step))
				return psprintf("%s=(null)", base);
			return step->flag ? psprintf("%s=bin%u", base, output) : pstrdup(base);
		case STEP_POLYNOMIAL:
			return polynomial_name(step, output);
		case STEP_CYCLIC:
			return psprintf("%s_%s", base, output == 0 ? "sin" : "cos");
		case STEP_IMPUTE:
			return psprintf("%s%s", base, output == 0 ? "" : "_missing");
		case STEP_ONEHOT:
			return onehot_name(step, base, output);
		case STEP_HASH:
			return psprintf("%s#%u", base, output);
		case STEP_TARGET:
			return step->classes.n > 0 ? psprintf("%s_%s", base, step->classes.texts[output]) :
										 pstrdup(base);
		default:
			return pstrdup(base);
	}
}

static char *
output_name(const Step *step, const char *base, uint32 output)
{
	uint32 i;

	if (step->after.n == 0)
		return own_name(step, base, output);
	for (i = 0; i + 1 < step->after.n; i++)
	{
		uint32 n = step_outputs(&step->after.steps[i]);

		if (output < n)
			break;
		output -= n;
	}
	return output_name(&step->after.steps[i], own_name(step, base, i), output);
}

char *
prep_output_name(const Step *step, uint32 output)
{
	return output_name(step, step->column != NULL ? step->column : "x", output);
}

static Datum
text_array(Datum *texts, int n)
{
	return PointerGetDatum(construct_array(texts, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* names(transform): of the outputs, in their order */
Datum
orchard_transform_names(PG_FUNCTION_ARGS)
{
	Transform transform = transform_argument(fcinfo, 0);
	Datum *names =
		palloc_extended(sizeof(Datum) * Max(transform_outputs(&transform), 1), MCXT_ALLOC_HUGE);
	int n = 0;
	uint32 i;
	uint32 k;

	for (i = 0; i < transform.n; i++)
	{
		for (k = 0; k < step_outputs(&transform.steps[i]); k++)
			names[n++] = CStringGetTextDatum(prep_output_name(&transform.steps[i], k));
	}
	PG_RETURN_DATUM(text_array(names, n));
}

static char *
step_warning(const Step *step, const char *column)
{
	double seen = step->rows - step->missing;

	if (step->kind == STEP_PASS || step->kind == STEP_POLYNOMIAL)
		return NULL;
	if (step->rows > 0.0 && seen == 0.0)
		return psprintf("column \"%s\" has no value that is not NULL", column);
	if (step->relative_error > 0.0)
		return psprintf("quantiles of column \"%s\" have a relative error of up to %g", column,
						step->relative_error);
	if (step->kind == STEP_MINMAX && step->minimum == step->maximum)
		return psprintf("column \"%s\" is constant", column);
	if (step->kind == STEP_ONEHOT && step->pooled.n > 0)
		return psprintf("%u rare values of column \"%s\" are pooled", step->pooled.n, column);
	return NULL;
}

char *
prep_step_warning(const Step *step)
{
	const char *column = step->column != NULL ? step->column : "x";
	char *warning = step_warning(step, column);

	/* The first step of a chain that has one. */
	while (warning == NULL && step->after.n > 0)
	{
		step = &step->after.steps[0];
		warning = step_warning(step, column);
	}
	return warning;
}

/* warnings(transform) */
Datum
orchard_transform_warnings(PG_FUNCTION_ARGS)
{
	Transform transform = transform_argument(fcinfo, 0);
	Datum *warnings = palloc_extended(sizeof(Datum) * transform.n, MCXT_ALLOC_HUGE);
	int n = 0;
	uint32 i;

	for (i = 0; i < transform.n; i++)
	{
		char *warning = prep_step_warning(&transform.steps[i]);

		if (warning != NULL)
			warnings[n++] = CStringGetTextDatum(warning);
	}
	PG_RETURN_DATUM(text_array(warnings, n));
}
