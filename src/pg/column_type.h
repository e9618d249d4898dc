/*
 * column_type.h: which SQL types are features, and how their datums are read.
 *
 * Numbers of any width read as doubles; date and timestamps as seconds since
 * 1970-01-01 00:00 UTC, interval and time of day as seconds; boolean, text-like
 * and enum values as text.  Domains read as their base type.
 */
#ifndef ORCHARD_PG_COLUMN_TYPE_H
#define ORCHARD_PG_COLUMN_TYPE_H

#include "postgres.h"

#include "kernel/dataset/dictionary.h"
#include "kernel/dataset/schema.h"

typedef enum ColumnReader
{
	READ_FLOAT8,
	READ_FLOAT4,
	READ_INT2,
	READ_INT4,
	READ_INT8,
	READ_NUMERIC,
	READ_DATE,
	READ_TIMESTAMP, /* with and without time zone: both count from 2000-01-01 */
	READ_INTERVAL,
	READ_TIME,
	READ_BOOL,
	READ_TEXT, /* text, varchar, and char(n) without its padding */
	READ_BPCHAR,
	READ_NAME,
	READ_CHAR, /* "char", one byte */
	READ_ENUM,
	READ_UNKNOWN, /* an untyped literal, parsed as the feature's family */
	READ_FLOAT8_ARRAY,
	READ_FLOAT4_ARRAY
} ColumnReader;

typedef struct ColumnType
{
	Oid type; /* base type */
	FeatureFamily family;
	ColumnReader reader;
} ColumnType;

/* The labels of an enum type in its sort order; memory of the context given. */
typedef struct EnumLabels
{
	int n;
	Oid *values;   /* ascending, for binary search */
	int *position; /* place of values[i] in the enum's order */
	char **labels; /* by that place */
} EnumLabels;

/* Does it read a vector, of as many numbers as the first row has? */
static inline bool
is_array_reader(ColumnReader reader)
{
	return reader == READ_FLOAT8_ARRAY || reader == READ_FLOAT4_ARRAY;
}

/* False when values of the type cannot be a feature. */
extern bool column_type_of(Oid type, ColumnType *column);

/*
 * The shortest text that reads back as the same finite number; unlike float8out it does not
 * depend on extra_float_digits, so that two sessions name a class or an option alike.
 */
extern char *number_text(double number);

/* "numeric", "time", "interval", "categorical": as messages and features() name a family. */
extern const char *feature_family_name(FeatureFamily family);

/* A row's weight in a datum of a scalar reader of family number; 22023 unless it is finite and at least 0. */
extern double column_read_weight(ColumnReader reader, Datum datum, const char *name);

/*
 * The number in a datum of a scalar reader of family number, time or interval.
 * `name` is the column in errors: 22008 for an infinite date or timestamp, 22P02
 * for an unparsable literal, 42804 for a literal where a time is expected.
 */
extern double column_read_number(ColumnReader reader, Datum datum, FeatureFamily family,
								 const char *name);

/* Can values of the reader have more digits than a double? */
static inline bool
column_has_rests(ColumnReader reader)
{
	return reader == READ_NUMERIC || reader == READ_INT8;
}

/* The datum less its finite number: what the nearest double leaves out of a bigint or a numeric. */
extern double column_read_rest(ColumnReader reader, Datum datum, double number);

/*
 * The text in a datum of a categorical reader: *length bytes that live at least
 * as long as the datum, or in `scratch` (NAMEDATALEN bytes).
 */
extern const char *column_read_text(ColumnReader reader, Datum datum, char *scratch,
									size_t *length);

/* The elements of a float array; NULL elements are NaN with *has_null set.  42804 unless one-dimensional. */
extern int column_read_array(ColumnReader reader, Datum datum, const char *name, double **numbers,
							 bool **nulls);

extern EnumLabels *enum_labels_load(Oid type);

/* The place of an enum value in its type's order, or -1 when it was added after the load. */
extern int enum_labels_position(const EnumLabels *labels, Oid value);

#endif /* ORCHARD_PG_COLUMN_TYPE_H */
