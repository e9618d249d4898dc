/*
 * prep_value.c: storing a transform, and reading columns and times.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "pgtime.h"
#include "utils/datetime.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "pg/compat.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/prep_value.h"

Datum
prep_value_make(const Transform *transform)
{
	const Allocator *allocator = memory_transient();
	uint8 *bytes;
	size_t length;
	struct varlena *stored;

	require_ok(transform_encode(transform, allocator, &bytes, &length), "the transform");
	stored = palloc_extended(VARHDRSZ + length, MCXT_ALLOC_HUGE);
	SET_VARSIZE(stored, VARHDRSZ + length);
	memcpy(VARDATA(stored), bytes, length);
	memory_release(allocator, bytes, length, 1);
	return PointerGetDatum(stored);
}

void
prep_value_read(Transform *transform, const struct varlena *stored, const Allocator *allocator)
{
	require_ok(
		transform_decode(transform, allocator, VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored)),
		"the transform");
}

void
prep_column_bind(PrepColumn *column, const RowLayout *layout, const char *name, const char *role)
{
	Oid type;

	column->index = row_layout_require(layout, name, role);
	column->name = name;
	column->labels = NULL;
	type = TupleDescAttr(layout->descriptor, column->index)->atttypid;
	if (type == UNKNOWNOID) /* a literal argument; its family is the step's */
		column->type = (ColumnType){type, FAMILY_NUMBER, READ_UNKNOWN};
	else if (!column_type_of(type, &column->type) || column->type.reader == READ_FLOAT8_ARRAY ||
			 column->type.reader == READ_FLOAT4_ARRAY)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" has type %s, which no transform takes", name,
						format_type_be(type)),
				 errhint("Cast it to a number, a time or text.")));
	if (column->type.reader == READ_ENUM)
		column->labels = enum_labels_load(column->type.type);
}

const char *
prep_read_text(ColumnReader reader, const EnumLabels *labels, Datum datum, char *scratch,
			   size_t *length)
{
	if (labels != NULL)
	{
		int position = enum_labels_position(labels, DatumGetObjectId(datum));

		if (position >= 0)
		{
			*length = strlen(labels->labels[position]);
			return labels->labels[position];
		}
	}
	return column_read_text(reader, datum, scratch, length);
}

pg_tz *
prep_time_zone(const char *name)
{
	pg_tz *zone = pg_tzset(name != NULL ? name : "UTC");

	if (zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" not recognized", name),
				 errhint("See pg_timezone_names.")));
	return zone;
}

double
prep_cycle_share(TimestampTz time, int32 cycle, pg_tz *zone, const char *name)
{
	struct pg_tm local;
	fsec_t microseconds;
	int offset;
	double seconds;
	int day;

	if (TIMESTAMP_NOT_FINITE(time))
		return NAN;
	if (timestamp2tm(time, &offset, &local, &microseconds, NULL, zone) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
	seconds = local.tm_hour * 3600.0 + local.tm_min * 60.0 + local.tm_sec + microseconds / 1e6;
	if (cycle == CYCLE_DAY)
		return seconds / SECS_PER_DAY;
	day = date2j(local.tm_year, local.tm_mon, local.tm_mday);
	if (cycle == CYCLE_WEEK)
		return ((day % 7) + seconds / SECS_PER_DAY) / 7.0; /* Julian day 0 was a Monday */
	return (day - date2j(local.tm_year, 1, 1) + seconds / SECS_PER_DAY) /
		(date2j(local.tm_year + 1, 1, 1) - date2j(local.tm_year, 1, 1));
}
