/*
 * column_type.c: datums to numbers and texts.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/date.h"
#include "utils/float.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "kernel/base/double_double.h"

#include "pg/column_type.h"
#include "pg/compat.h"

#define EPOCH_SHIFT_SECONDS ((double) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)

/* One line a type: what is not here is not a feature. */
static const ColumnType known_types[] = {{FLOAT8OID, FAMILY_NUMBER, READ_FLOAT8},
										 {FLOAT4OID, FAMILY_NUMBER, READ_FLOAT4},
										 {INT2OID, FAMILY_NUMBER, READ_INT2},
										 {INT4OID, FAMILY_NUMBER, READ_INT4},
										 {INT8OID, FAMILY_NUMBER, READ_INT8},
										 {NUMERICOID, FAMILY_NUMBER, READ_NUMERIC},
										 {DATEOID, FAMILY_TIME, READ_DATE},
										 {TIMESTAMPOID, FAMILY_TIME, READ_TIMESTAMP},
										 {TIMESTAMPTZOID, FAMILY_TIME, READ_TIMESTAMP},
										 {INTERVALOID, FAMILY_INTERVAL, READ_INTERVAL},
										 {TIMEOID, FAMILY_INTERVAL, READ_TIME},
										 {BOOLOID, FAMILY_CATEGORY, READ_BOOL},
										 {TEXTOID, FAMILY_CATEGORY, READ_TEXT},
										 {VARCHAROID, FAMILY_CATEGORY, READ_TEXT},
										 {BPCHAROID, FAMILY_CATEGORY, READ_BPCHAR},
										 {NAMEOID, FAMILY_CATEGORY, READ_NAME},
										 {CHAROID, FAMILY_CATEGORY, READ_CHAR},
										 {FLOAT8ARRAYOID, FAMILY_NUMBER, READ_FLOAT8_ARRAY},
										 {FLOAT4ARRAYOID, FAMILY_NUMBER, READ_FLOAT4_ARRAY}};

static bool
is_known(Oid type, ColumnType *column)
{
	int i;

	for (i = 0; i < (int) lengthof(known_types); i++)
	{
		if (known_types[i].type == type)
		{
			*column = known_types[i];
			return true;
		}
	}
	return false;
}

bool
column_type_of(Oid type, ColumnType *column)
{
	Oid base;

	/* A built-in type is no domain: most need no look into the catalogue. */
	if (is_known(type, column))
		return true;
	base = getBaseType(type);
	if (is_known(base, column))
		return true;
	if (type_is_enum(base))
	{
		*column = (ColumnType){base, FAMILY_CATEGORY, READ_ENUM};
		return true;
	}
	return false;
}

char *
number_text(double number)
{
	char *text = palloc(DOUBLE_SHORTEST_DECIMAL_LEN);

	double_to_shortest_decimal_buf(number, text);
	return text;
}

const char *
feature_family_name(FeatureFamily family)
{
	static const char *const names[] = {"numeric", "time", "interval", "categorical"};

	return names[family];
}

/* Seconds since 1970 of a timestamp in microseconds since 2000. */
static double
timestamp_seconds(Timestamp timestamp, const char *name)
{
	if (TIMESTAMP_NOT_FINITE(timestamp))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("column \"%s\" has an infinite timestamp", name),
				 errhint("Leave such rows out, or store NULL.")));
	return (double) timestamp / USECS_PER_SEC + EPOCH_SHIFT_SECONDS;
}

static double
date_seconds(DateADT date, const char *name)
{
	if (DATE_NOT_FINITE(date))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("column \"%s\" has an infinite date", name),
				 errhint("Leave such rows out, or store NULL.")));
	return (double) date * SECS_PER_DAY + EPOCH_SHIFT_SECONDS;
}

/* As extract(epoch from interval): a year is 365.25 days, another month 30. */
static double
interval_seconds(const Interval *interval)
{
	return (double) interval->time / USECS_PER_SEC + (double) interval->day * SECS_PER_DAY +
		(double) (interval->month / MONTHS_PER_YEAR) * DAYS_PER_YEAR * SECS_PER_DAY +
		(double) (interval->month % MONTHS_PER_YEAR) * DAYS_PER_MONTH * SECS_PER_DAY;
}

/* An untyped literal where the feature is numeric. */
static double
literal_number(const char *literal, FeatureFamily family, const char *name)
{
	if (family != FAMILY_NUMBER)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("an untyped literal cannot stand for the %s feature \"%s\"",
						feature_family_name(family), name),
				 errhint("Cast it, as in '2030-01-01'::timestamptz.")));
	return DatumGetFloat8(DirectFunctionCall1(float8in, CStringGetDatum(literal)));
}

double
column_read_number(ColumnReader reader, Datum datum, FeatureFamily family, const char *name)
{
	switch (reader)
	{
		case READ_FLOAT8:
			return DatumGetFloat8(datum);
		case READ_FLOAT4:
			return DatumGetFloat4(datum);
		case READ_INT2:
			return DatumGetInt16(datum);
		case READ_INT4:
			return DatumGetInt32(datum);
		case READ_INT8:
			return (double) DatumGetInt64(datum);
		case READ_NUMERIC:
			return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, datum));
		case READ_DATE:
			return date_seconds(DatumGetDateADT(datum), name);
		case READ_TIMESTAMP:
			return timestamp_seconds(DatumGetTimestamp(datum), name);
		case READ_INTERVAL:
			return interval_seconds(DatumGetIntervalP(datum));
		case READ_TIME:
			return (double) DatumGetTimeADT(datum) / USECS_PER_SEC;
		case READ_UNKNOWN:
			return literal_number(DatumGetCString(datum), family, name);
		default:
			break;
	}
	elog(ERROR, "column reader %d does not read numbers", (int) reader);
}

double
column_read_weight(ColumnReader reader, Datum datum, const char *name)
{
	double weight = column_read_number(reader, datum, FAMILY_NUMBER, name);

	if (!(weight >= 0.0 && isfinite(weight)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weight column \"%s\" must be finite and at least 0, not %g", name, weight),
				 errhint("Leave such rows out, or give them a weight of 0.")));
	return weight;
}

/* Powers of ten that are doubles. */
static const double exp10_exact[] = {1e0,  1e1,	 1e2,  1e3,	 1e4,  1e5,	 1e6,  1e7,
									 1e8,  1e9,	 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
									 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* A decimal without an exponent, as numeric_out writes it, in double-double: an error of some 1e-31. */
static DoubleDouble
read_decimal(const char *text)
{
	bool is_negative = *text == '-';
	bool has_point = false;
	DoubleDouble value = dd_from(0.0);
	double chunk = 0.0;
	double unit = 1.0;
	int decimals = 0;

	for (text += is_negative; *text != '\0'; text++)
	{
		if (*text == '.')
		{
			has_point = true;
			continue;
		}
		chunk = chunk * 10.0 + (*text - '0');
		unit *= 10.0;
		decimals += has_point;
		if (unit == 1e15)
		{
			value = dd_add_double(dd_multiply_double(value, unit), chunk);
			chunk = 0.0;
			unit = 1.0;
		}
	}
	value = dd_add_double(dd_multiply_double(value, unit), chunk);
	for (; decimals > 0; decimals -= 22)
		value = dd_divide_double(value, decimals > 22 ? 1e22 : exp10_exact[decimals]);
	return is_negative ? dd_negate(value) : value;
}

double
column_read_rest(ColumnReader reader, Datum datum, double number)
{
	double rest = 0.0;

	if (reader == READ_INT8)
	{
		int64 value = DatumGetInt64(datum);

		/* The nearest double of the largest ones is 2^63. */
		rest = number < 0x1p63 ? (double) (value - (int64) number) :
								 (double) (value - PG_INT64_MAX) - 1.0;
	}
	else if (reader == READ_NUMERIC)
	{
		char *text = DatumGetCString(DirectFunctionCall1(numeric_out, datum));

		rest = dd_subtract(read_decimal(text), dd_from(number)).hi;
		pfree(text);
	}
	return isfinite(rest) ? rest : 0.0;
}

const char *
column_read_text(ColumnReader reader, Datum datum, char *scratch, size_t *length)
{
	struct varlena *text;
	HeapTuple tuple;

	switch (reader)
	{
		case READ_BOOL:
			*length = DatumGetBool(datum) ? 4 : 5;
			return DatumGetBool(datum) ? "true" : "false";
		case READ_TEXT:
			text = PG_DETOAST_DATUM_PACKED(datum);
			*length = VARSIZE_ANY_EXHDR(text);
			return VARDATA_ANY(text);
		case READ_BPCHAR:
			text = PG_DETOAST_DATUM_PACKED(datum);
			*length = bpchartruelen(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text));
			return VARDATA_ANY(text);
		case READ_NAME:
			*length = strlen(NameStr(*DatumGetName(datum)));
			return NameStr(*DatumGetName(datum));
		case READ_CHAR:
			/* A byte that is no text stands as PostgreSQL 16 writes it. */
			if (IS_HIGHBIT_SET(DatumGetChar(datum)))
			{
				*length =
					snprintf(scratch, NAMEDATALEN, "\\%03o", (unsigned char) DatumGetChar(datum));
				return scratch;
			}
			scratch[0] = DatumGetChar(datum);
			*length = scratch[0] == '\0' ? 0 : 1;
			return scratch;
		case READ_UNKNOWN:
			*length = strlen(DatumGetCString(datum));
			return DatumGetCString(datum);
		case READ_ENUM:
			tuple = SearchSysCache1(ENUMOID, datum);
			if (!HeapTupleIsValid(tuple))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						 errmsg("invalid internal value for enum: %u", DatumGetObjectId(datum))));
			strlcpy(scratch, NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel), NAMEDATALEN);
			ReleaseSysCache(tuple);
			*length = strlen(scratch);
			return scratch;
		default:
			break;
	}
	elog(ERROR, "column reader %d does not read text", (int) reader);
}

int
column_read_array(ColumnReader reader, Datum datum, const char *name, double **numbers,
				  bool **nulls)
{
	ArrayType *array = DatumGetArrayTypeP(datum);
	Datum *elements;
	int n;
	int i;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("array \"%s\" must have one dimension, not %d", name, ARR_NDIM(array)),
				 errhint("Give a vector, such as ARRAY[1.5, 2.0].")));
	if (reader == READ_FLOAT8_ARRAY)
		deconstruct_array(array, FLOAT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, nulls,
						  &n);
	else
		deconstruct_array(array, FLOAT4OID, 4, true, TYPALIGN_INT, &elements, nulls, &n);
	*numbers = palloc(sizeof(double) * Max(n, 1));
	for (i = 0; i < n; i++)
	{
		if ((*nulls)[i])
			(*numbers)[i] = 0.0;
		else
			(*numbers)[i] = reader == READ_FLOAT8_ARRAY ? DatumGetFloat8(elements[i]) :
														  DatumGetFloat4(elements[i]);
	}
	return n;
}

typedef struct EnumEntry
{
	Oid value;
	float4 sort_order;
	int position;
	char *label;
} EnumEntry;

static int
compare_sort_order(const void *a, const void *b)
{
	float4 left = ((const EnumEntry *) a)->sort_order;
	float4 right = ((const EnumEntry *) b)->sort_order;

	return (left > right) - (left < right);
}

static int
compare_value(const void *a, const void *b)
{
	Oid left = ((const EnumEntry *) a)->value;
	Oid right = ((const EnumEntry *) b)->value;

	return (left > right) - (left < right);
}

EnumLabels *
enum_labels_load(Oid type)
{
	CatCList *list = SearchSysCacheList1(ENUMTYPOIDNAME, ObjectIdGetDatum(type));
	EnumLabels *labels = palloc(sizeof(EnumLabels));
	EnumEntry *entries = palloc(sizeof(EnumEntry) * Max(list->n_members, 1));
	int i;

	labels->n = list->n_members;
	for (i = 0; i < labels->n; i++)
	{
		Form_pg_enum form = (Form_pg_enum) GETSTRUCT(&list->members[i]->tuple);

		entries[i].value = form->oid;
		entries[i].sort_order = form->enumsortorder;
		entries[i].label = pstrdup(NameStr(form->enumlabel));
	}
	ReleaseSysCacheList(list);
	labels->values = palloc(sizeof(Oid) * Max(labels->n, 1));
	labels->position = palloc(sizeof(int) * Max(labels->n, 1));
	labels->labels = palloc(sizeof(char *) * Max(labels->n, 1));
	qsort(entries, labels->n, sizeof(EnumEntry), compare_sort_order);
	for (i = 0; i < labels->n; i++)
	{
		entries[i].position = i;
		labels->labels[i] = entries[i].label;
	}
	qsort(entries, labels->n, sizeof(EnumEntry), compare_value);
	for (i = 0; i < labels->n; i++)
	{
		labels->values[i] = entries[i].value;
		labels->position[i] = entries[i].position;
	}
	pfree(entries);
	return labels;
}

int
enum_labels_position(const EnumLabels *labels, Oid value)
{
	int low = 0;
	int high = labels->n - 1;

	while (low <= high)
	{
		int middle = (low + high) / 2;

		if (labels->values[middle] == value)
			return labels->position[middle];
		if (labels->values[middle] < value)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return -1;
}
