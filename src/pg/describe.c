/*
 * describe.c: describe(row), what one pass tells of each column of a table.
 *
 * The state keeps a summary a column (kernel/stat/column_summary.h), of bounded size whatever the rows.
 * It is internal, not a public value: it keeps raw values of any type, which bytes from outside could
 * not be checked against.  Between the processes of a parallel plan it is serialised.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/float.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "kernel/stat/column_summary.h"
#include "kernel/stat/quantile_place.h"
#include "pg/column_type.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/row_binding.h"
#include "pg/scan_row.h"
#include "pg/value_hash.h"

#define TEXT_KEPT 100	   /* bytes of a frequent value */
#define TOP_SHOWN 5		   /* frequent values */
#define IDENTIFIER_ROWS 20 /* fewer rows with a value each say nothing */
#define IDENTIFIER_SHARE 0.95
#define MISSING_HASH UINT64_C(0x6d697373696e6721)
#define STATE_LIMIT ((size_t) 512 * 1024 * 1024)

typedef enum ColumnKind
{
	KIND_NUMBER,
	KIND_TIME, /* date, time and timestamps: integers */
	KIND_TEXT,
	KIND_OTHER /* told apart by its output */
} ColumnKind;

typedef struct DescribedColumn
{
	char name[NAMEDATALEN];
	Oid type;
	int index; /* 0-based in the row */
	ColumnKind kind;
	ColumnType read; /* of all kinds but KIND_OTHER */
	bool by_value;
	Oid output;
	ColumnSummary summary;
} DescribedColumn;

typedef struct DescribeState
{
	MemoryAccount *account;
	int n_columns;
	DescribedColumn *columns;
} DescribeState;

/* In fn_extra of the transition. */
typedef struct DescribeSite
{
	RowLayout *layout;
	ScanRows *rows; /* where rows are read that are not formed, else NULL */
} DescribeSite;

/* Fields of orchard.column_description. */
enum
{
	FIELD_NAME,
	FIELD_TYPE,
	FIELD_N,
	FIELD_MISSING,
	FIELD_DISTINCT,
	FIELD_MEAN,
	FIELD_DEVIATION,
	FIELD_MINIMUM,
	FIELD_Q25,
	FIELD_MEDIAN,
	FIELD_Q75,
	FIELD_MAXIMUM,
	FIELD_VALUES,
	FIELD_COUNTS,
	FIELD_REMARK,
	N_FIELDS
};

/* A value and how often, for quantiles of few. */
typedef struct CountedNumber
{
	double number;
	uint64 count;
} CountedNumber;

static const char what[] = "the description of the columns";
static const char memory_hint[] =
	"Raise orchard.max_memory, or describe fewer columns or groups at a time.";

PG_FUNCTION_INFO_V1(orchard_describe_accum);
PG_FUNCTION_INFO_V1(orchard_describe_combine);
PG_FUNCTION_INFO_V1(orchard_describe_serialize);
PG_FUNCTION_INFO_V1(orchard_describe_deserialize);
PG_FUNCTION_INFO_V1(orchard_describe_final);

static void
require(const DescribeState *state, Status status)
{
	if (unlikely(status != KERNEL_OK))
		memory_account_require_ok(state->account, status, what);
}

static DescribeState *
create_state(MemoryAccount *account, int n_columns)
{
	DescribeState *state;

	account->hint = memory_hint;
	state = memory_allocate_zero(&account->allocator, 1, sizeof(DescribeState));
	if (state == NULL)
		memory_account_require_ok(account, KERNEL_OUT_OF_MEMORY, what);
	state->account = account;
	state->n_columns = n_columns;
	state->columns =
		memory_allocate_zero(&account->allocator, Max(n_columns, 1), sizeof(DescribedColumn));
	if (state->columns == NULL)
		require(state, KERNEL_OUT_OF_MEMORY);
	return state;
}

static ColumnKind
kind_of(const ColumnType *type)
{
	switch (type->reader)
	{
		case READ_DATE:
		case READ_TIMESTAMP:
		case READ_TIME:
			return KIND_TIME;
		case READ_INTERVAL:
		case READ_FLOAT8_ARRAY:
		case READ_FLOAT4_ARRAY:
			return KIND_OTHER;
		default:
			return type->family == FAMILY_NUMBER ? KIND_NUMBER : KIND_TEXT;
	}
}

/* All but the summary. */
static void
set_column(DescribedColumn *column, const char *name, Oid type, int index)
{
	int16 length;
	bool is_varlena;

	strlcpy(column->name, name, NAMEDATALEN);
	column->type = type;
	column->index = index;
	column->kind = column_type_of(type, &column->read) ? kind_of(&column->read) : KIND_OTHER;
	get_typlenbyval(type, &length, &column->by_value);
	getTypeOutputInfo(type, &column->output, &is_varlena);
}

static DescribeState *
state_of_layout(MemoryAccount *account, const RowLayout *layout)
{
	DescribeState *state;
	int n = 0;
	int i;

	for (i = 0; i < layout->n_columns; i++)
		n += !TupleDescAttr(layout->descriptor, i)->attisdropped;
	state = create_state(account, n);
	n = 0;
	for (i = 0; i < layout->n_columns; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(layout->descriptor, i);

		if (attribute->attisdropped)
			continue;
		set_column(&state->columns[n], NameStr(attribute->attname), attribute->atttypid, i);
		require(state,
				column_summary_begin(&state->columns[n].summary, &state->account->allocator));
		n++;
	}
	return state;
}

/* A date in days, times in microseconds. */
static int64
time_number(const DescribedColumn *column, Datum datum)
{
	return column->read.reader == READ_DATE ? DatumGetDateADT(datum) : DatumGetInt64(datum);
}

/* Keeps the text of a value that became a frequent one, cut at TEXT_KEPT bytes. */
static void
keep_text(DescribeState *state, SummaryValue *value, const char *text, size_t length)
{
	char kept[TEXT_KEPT + 4];
	int n = (int) length;

	if (length > TEXT_KEPT)
	{
		n = pg_mbcliplen(text, (int) Min(length, TEXT_KEPT + 16), TEXT_KEPT);
		memcpy(kept, text, n);
		memcpy(kept + n, "...", 3);
		text = kept;
		n += 3;
	}
	require(state, column_summary_describe(value, &state->account->allocator, 0, text, (uint32) n));
}

/* A number or a time; its hash. */
static uint64
add_number(DescribeState *state, DescribedColumn *column, Datum datum)
{
	const Allocator *allocator = &state->account->allocator;
	SummaryValue *value;
	uint64 hash;
	double number;

	if (column->kind == KIND_NUMBER)
	{
		number = column_read_number(column->read.reader, datum, column->read.family, column->name);
		hash = hash_of_number(column->read.reader, datum, number);
		require(state, column_summary_add_number(&column->summary, allocator, number));
	}
	else
	{
		int64 time = time_number(column, datum);
		Status status = moments_add(&column->summary.moments, (double) time);

		require(state, status == KERNEL_OVERFLOW ? KERNEL_OK : status);
		hash = hash_of_time(time);
	}
	value = column_summary_add(&column->summary, allocator, hash);
	if (value == NULL)
		return hash;
	if (column->by_value)
		require(state, column_summary_describe(value, allocator, (uint64) datum, NULL, 0));
	else
	{
		const char *text = OidOutputFunctionCall(column->output, datum);

		keep_text(state, value, text, strlen(text));
	}
	return hash;
}

static uint64
add_text(DescribeState *state, DescribedColumn *column, Datum datum)
{
	char scratch[NAMEDATALEN];
	const char *text;
	SummaryValue *value;
	size_t length;
	uint64 hash;

	if (column->kind == KIND_TEXT)
		text = column_read_text(column->read.reader, datum, scratch, &length);
	else
	{
		text = OidOutputFunctionCall(column->output, datum);
		length = strlen(text);
	}
	hash = hash_of_text(text, length);
	value = column_summary_add(&column->summary, &state->account->allocator, hash);
	if (value != NULL)
		keep_text(state, value, text, length);
	return hash;
}

static void
add_row(DescribeState *state, const Datum *values, const bool *nulls)
{
	uint64 *hashes = palloc(sizeof(uint64) * Max(state->n_columns, 1));
	uint64 row_hash = 0;
	int i;

	for (i = 0; i < state->n_columns; i++)
	{
		DescribedColumn *column = &state->columns[i];
		Datum datum = values[column->index];

		if (nulls[column->index])
		{
			column->summary.n_missing++;
			hashes[i] = MISSING_HASH;
		}
		else if (column->kind == KIND_NUMBER || column->kind == KIND_TIME)
			hashes[i] = add_number(state, column, datum);
		else
			hashes[i] = add_text(state, column, datum);
		row_hash = hash_mix(row_hash ^ hashes[i]);
	}
	for (i = 0; i < state->n_columns; i++)
		column_summary_align(&state->columns[i].summary, hashes[i], row_hash);
	pfree(hashes);
}

/* The site, made from this row when it is the first. */
static DescribeSite *
describe_site(FunctionCallInfo fcinfo, HeapTupleHeader row)
{
	DescribeSite *site = fcinfo->flinfo->fn_extra;
	MemoryContext caller;

	if (likely(site != NULL))
	{
		if (unlikely(!row_layout_fits(site->layout, row)))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("orchard.describe saw rows of two types"),
					 errhint("Select the same columns in all parts of the query.")));
		return site;
	}
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	site = palloc0(sizeof(DescribeSite));
	site->layout = row_layout_create(row);
	MemoryContextSwitchTo(caller);
	fcinfo->flinfo->fn_extra = site;
	return site;
}

static MemoryAccount *
account_of(FunctionCallInfo fcinfo)
{
	return memory_account_of_aggregate(fcinfo, "orchard descriptions", "describe");
}

static DescribeState *
describe_state(FunctionCallInfo fcinfo, const DescribeSite *site)
{
	return PG_ARGISNULL(0) ? state_of_layout(account_of(fcinfo), site->layout) :
							 (DescribeState *) PG_GETARG_POINTER(0);
}

/* A row that is a value; returns the state that it went into. */
static DescribeState *
take_formed_row(FunctionCallInfo fcinfo)
{
	bool is_first = fcinfo->flinfo->fn_extra == NULL;
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(1);
	DescribeSite *site = describe_site(fcinfo, row);
	DescribeState *state = describe_state(fcinfo, site);

	row_layout_read(site->layout, row);
	add_row(state, site->layout->values, site->layout->nulls);
	/* Those that follow are read where they are, if that can be. */
	if (is_first)
		site->rows = scan_rows_take(fcinfo, 0, site->layout->descriptor, true);
	return state;
}

/* The current row, which was not formed. */
static DescribeState *
take_row_in_place(FunctionCallInfo fcinfo, const DescribeSite *site)
{
	TupleTableSlot *slot = scan_row(site->rows);
	DescribeState *state = describe_state(fcinfo, site);

	slot_getallattrs(slot);
	add_row(state, slot->tts_values, slot->tts_isnull);
	return state;
}

/* transition(state, row) */
Datum
orchard_describe_accum(PG_FUNCTION_ARGS)
{
	const DescribeSite *site = fcinfo->flinfo->fn_extra;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "describe_accum called outside an aggregate");
	if (site != NULL && site->rows != NULL)
		PG_RETURN_POINTER(take_row_in_place(fcinfo, site));
	if (!PG_ARGISNULL(1))
		PG_RETURN_POINTER(take_formed_row(fcinfo));
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(PG_GETARG_POINTER(0));
}

static void
merge_state(DescribeState *into, const DescribeState *from)
{
	int i;

	if (into->n_columns != from->n_columns)
		elog(ERROR, "descriptions of %d and %d columns", into->n_columns, from->n_columns);
	for (i = 0; i < into->n_columns; i++)
	{
		CHECK_FOR_INTERRUPTS();
		require(into,
				column_summary_merge(&into->columns[i].summary, &into->account->allocator,
									 &from->columns[i].summary));
	}
}

/* combine(state, state) */
Datum
orchard_describe_combine(PG_FUNCTION_ARGS)
{
	const DescribeState *from;
	DescribeState *into;
	int i;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "describe_combine called outside an aggregate");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(0));
	}
	from = (const DescribeState *) PG_GETARG_POINTER(1);
	if (!PG_ARGISNULL(0))
		into = (DescribeState *) PG_GETARG_POINTER(0);
	else
	{
		into = create_state(account_of(fcinfo), from->n_columns);
		for (i = 0; i < from->n_columns; i++)
		{
			set_column(&into->columns[i], from->columns[i].name, from->columns[i].type,
					   from->columns[i].index);
			require(into,
					column_summary_begin(&into->columns[i].summary, &into->account->allocator));
		}
	}
	merge_state(into, from);
	PG_RETURN_POINTER(into);
}

/* For other processes of the same plan only. */
Datum
orchard_describe_serialize(PG_FUNCTION_ARGS)
{
	const DescribeState *state = (const DescribeState *) PG_GETARG_POINTER(0);
	ByteWriter writer;
	bytea *bytes;
	int i;

	writer_begin(&writer, &state->account->allocator, STATE_LIMIT);
	write_u32(&writer, state->n_columns);
	for (i = 0; i < state->n_columns; i++)
	{
		const DescribedColumn *column = &state->columns[i];

		CHECK_FOR_INTERRUPTS();
		write_string(&writer, column->name, strlen(column->name));
		write_u32(&writer, column->type);
		write_u32(&writer, column->index);
		column_summary_encode(&column->summary, &writer);
	}
	require(state, writer.status);
	bytes = palloc_extended(VARHDRSZ + writer.length, MCXT_ALLOC_HUGE);
	SET_VARSIZE(bytes, VARHDRSZ + writer.length);
	memcpy(VARDATA(bytes), writer.bytes, writer.length);
	writer_release(&writer);
	PG_RETURN_BYTEA_P(bytes);
}

Datum
orchard_describe_deserialize(PG_FUNCTION_ARGS)
{
	bytea *bytes;
	ByteReader reader;
	DescribeState *state;
	int i;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "describe_deserialize called outside an aggregate");
	bytes = PG_GETARG_BYTEA_PP(0);
	reader_begin(&reader, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	/* It lives until it is combined: in the context of this call. */
	state = create_state(memory_account_create(CurrentMemoryContext), (int) read_u32(&reader));
	for (i = 0; i < state->n_columns; i++)
	{
		DescribedColumn *column = &state->columns[i];
		size_t length;
		const char *text = read_string(&reader, &length);
		char *name = pnstrdup(text, length);
		Oid type = read_u32(&reader);

		set_column(column, name, type, (int) read_u32(&reader));
		require(state,
				column_summary_decode(&column->summary, &state->account->allocator, &reader));
	}
	PG_RETURN_POINTER(state);
}

/* A value as text, in the current context. */
static char *
value_text(const DescribedColumn *column, const SummaryValue *value)
{
	if (value->text != NULL)
		return pnstrdup(value->text, value->length);
	if (column->type == BOOLOID)
		return pstrdup(DatumGetBool((Datum) value->bits) ? "true" : "false");
	return OidOutputFunctionCall(column->output, (Datum) value->bits);
}

static int
compare_numbers(const void *a, const void *b)
{
	double x = ((const CountedNumber *) a)->number;
	double y = ((const CountedNumber *) b)->number;

	return (x > y) - (x < y);
}

/* Are all values known with their counts, as numbers? */
static bool
has_all_numbers(const ColumnSummary *summary)
{
	uint32 i;

	for (i = 0; i < summary->n_top; i++)
	{
		if (summary->top[i].length > TEXT_KEPT)
			return false;
	}
	return summary->lost == 0 && summary->moments.n_nan == 0;
}

static double
value_number(const DescribedColumn *column, const SummaryValue *value)
{
	if (value->text == NULL)
		return column_read_number(column->read.reader, (Datum) value->bits, FAMILY_NUMBER,
								  column->name);
	return DatumGetFloat8(
		DirectFunctionCall1(float8in, CStringGetDatum(pnstrdup(value->text, value->length))));
}

/* The number at place k, counted from 0, of sorted ones. */
static double
number_at(const CountedNumber *numbers, uint64 k)
{
	for (; k >= numbers->count; numbers++)
		k -= numbers->count;
	return numbers->number;
}

/* The p-quantile of a column of which has_all_numbers. */
static double
exact_quantile(const DescribedColumn *column, double p)
{
	const ColumnSummary *summary = &column->summary;
	QuantilePlace place = quantile_place(p, summary->n);
	CountedNumber numbers[SUMMARY_TOP];
	double low;
	uint32 i;

	for (i = 0; i < summary->n_top; i++)
		numbers[i] = (CountedNumber){.number = value_number(column, &summary->top[i]),
									 .count = summary->top[i].count};
	qsort(numbers, summary->n_top, sizeof(CountedNumber), compare_numbers);
	low = number_at(numbers, place.k);
	return place.fraction > 0.0 ?
		quantile_between(low, number_at(numbers, place.k + 1), place.fraction) :
		low;
}

static char *
double_text(double number)
{
	return isfinite(number) ? number_text(number) : float8out_internal(number);
}

/* The quantile of a column of numbers as text, or NULL. */
static char *
quantile_text(const DescribedColumn *column, double p)
{
	const ColumnSummary *summary = &column->summary;
	double quantile;

	if (summary->n == 0)
		return NULL;
	if (has_all_numbers(summary))
		return double_text(exact_quantile(column, p));
	if (sketch_quantile(&summary->sketch, p, &quantile) != KERNEL_OK)
		return NULL;
	return double_text(quantile);
}

/* A date or a time by its number; what a double rounds beyond the type's infinities is these. */
static char *
time_text(const DescribedColumn *column, double number)
{
	if (column->read.reader == READ_DATE)
		return OidOutputFunctionCall(column->output, DateADTGetDatum((DateADT) number));
	if (number >= 9223372036854775807.0)
		return OidOutputFunctionCall(column->output, Int64GetDatum(PG_INT64_MAX));
	return OidOutputFunctionCall(column->output, Int64GetDatum((int64) number));
}

static char *
extreme_text(const DescribedColumn *column, bool is_largest)
{
	double number;

	if ((is_largest ? moments_max : moments_min)(&column->summary.moments, &number) != KERNEL_OK)
		return NULL;
	return column->kind == KIND_TIME ? time_text(column, number) : double_text(number);
}

static void
set_text(Datum *values, bool *nulls, int field, const char *text)
{
	nulls[field] = text == NULL;
	if (text != NULL)
		values[field] = CStringGetTextDatum(text);
}

static void
set_number(Datum *values, bool *nulls, int field, Status status, double number)
{
	nulls[field] = status != KERNEL_OK;
	values[field] = Float8GetDatum(number);
}

/* The values that are certain to be frequent: those counted more often than a count may be short. */
static void
set_top(const DescribedColumn *column, Datum *values, bool *nulls)
{
	Datum texts[TOP_SHOWN];
	Datum counts[TOP_SHOWN];
	int n = 0;

	while (n < TOP_SHOWN && n < (int) column->summary.n_top &&
		   column->summary.top[n].count > column->summary.lost)
	{
		texts[n] = CStringGetTextDatum(value_text(column, &column->summary.top[n]));
		counts[n] = Int64GetDatum((int64) column->summary.top[n].count);
		n++;
	}
	values[FIELD_VALUES] =
		PointerGetDatum(construct_array(texts, n, TEXTOID, -1, false, TYPALIGN_INT));
	values[FIELD_COUNTS] =
		PointerGetDatum(construct_array(counts, n, INT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	nulls[FIELD_VALUES] = nulls[FIELD_COUNTS] = false;
}

/* What is remarkable about column i; NULL for nothing. */
static const char *
remark_of(const DescribeState *state, int i)
{
	const DescribedColumn *column = &state->columns[i];
	const ColumnSummary *summary = &column->summary;
	bool is_real = column->kind == KIND_NUMBER &&
		(column->read.reader == READ_FLOAT8 || column->read.reader == READ_FLOAT4 ||
		 column->read.reader == READ_NUMERIC);
	int j;

	if (summary->n == 0)
		return "no value";
	for (j = 0; j < i; j++)
	{
		if (state->columns[j].summary.alignment == summary->alignment)
			return psprintf("the values of \"%s\"", state->columns[j].name);
	}
	if (summary->lost == 0 && summary->n_top == 1)
		return summary->n_missing == 0 ? "constant" : "constant but for missing values";
	if (!is_real && column->kind != KIND_TIME && summary->n >= IDENTIFIER_ROWS &&
		column_summary_distinct(summary) >= IDENTIFIER_SHARE * (double) summary->n)
		return "nearly every value is another: an identifier?";
	return NULL;
}

static Datum
description_of(DescribeState *state, int i, TupleDesc descriptor)
{
	DescribedColumn *column = &state->columns[i];
	ColumnSummary *summary = &column->summary;
	bool is_number = column->kind == KIND_NUMBER;
	Datum values[N_FIELDS];
	bool nulls[N_FIELDS] = {false};
	double mean = 0.0;
	double deviation = 0.0;
	Status has_mean = is_number ? moments_mean(&summary->moments, &mean) : KERNEL_INVALID;
	Status has_deviation =
		is_number ? moments_deviation(&summary->moments, 1, &deviation) : KERNEL_INVALID;
	bool has_order = is_number || column->kind == KIND_TIME;

	column_summary_sort(summary);
	values[FIELD_NAME] = CStringGetTextDatum(column->name);
	values[FIELD_TYPE] = ObjectIdGetDatum(column->type);
	values[FIELD_N] = Int64GetDatum((int64) summary->n);
	values[FIELD_MISSING] = Int64GetDatum((int64) summary->n_missing);
	values[FIELD_DISTINCT] = Int64GetDatum((int64) column_summary_distinct(summary));
	set_number(values, nulls, FIELD_MEAN, has_mean, mean);
	set_number(values, nulls, FIELD_DEVIATION, has_deviation, deviation);
	set_text(values, nulls, FIELD_MINIMUM, has_order ? extreme_text(column, false) : NULL);
	set_text(values, nulls, FIELD_Q25, is_number ? quantile_text(column, 0.25) : NULL);
	set_text(values, nulls, FIELD_MEDIAN, is_number ? quantile_text(column, 0.5) : NULL);
	set_text(values, nulls, FIELD_Q75, is_number ? quantile_text(column, 0.75) : NULL);
	set_text(values, nulls, FIELD_MAXIMUM, has_order ? extreme_text(column, true) : NULL);
	set_top(column, values, nulls);
	set_text(values, nulls, FIELD_REMARK, remark_of(state, i));
	return HeapTupleGetDatum(heap_form_tuple(descriptor, values, nulls));
}

/* The descriptions, in the order of the columns; NULL over no rows, as aggregates have it. */
Datum
orchard_describe_final(PG_FUNCTION_ARGS)
{
	Oid element = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));
	DescribeState *state;
	TupleDesc descriptor;
	Datum *descriptions;
	ArrayType *result;
	int i;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "describe_final called outside an aggregate");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (DescribeState *) PG_GETARG_POINTER(0);
	descriptor = lookup_rowtype_tupdesc(element, -1);
	if (descriptor->natts != N_FIELDS)
		elog(ERROR, "orchard.column_description has %d fields, not %d", descriptor->natts,
			 N_FIELDS);
	descriptions = palloc(sizeof(Datum) * Max(state->n_columns, 1));
	for (i = 0; i < state->n_columns; i++)
	{
		CHECK_FOR_INTERRUPTS();
		descriptions[i] = description_of(state, i, descriptor);
	}
	ReleaseTupleDesc(descriptor);
	result = construct_array(descriptions, state->n_columns, element, -1, false, TYPALIGN_DOUBLE);
	PG_RETURN_ARRAYTYPE_P(result);
}
