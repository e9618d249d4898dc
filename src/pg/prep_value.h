/*
 * prep_value.h: the datum of orchard.transform, and columns of rows as steps read them.
 */
#ifndef ORCHARD_PG_PREP_VALUE_H
#define ORCHARD_PG_PREP_VALUE_H

#include "postgres.h"

#include <math.h>

#include "pgtime.h"
#include "utils/timestamp.h"

#include "kernel/prep/apply.h"
#include "kernel/prep/transform.h"
#include "pg/column_type.h"
#include "pg/row_binding.h"

/* A new datum in the current memory context. */
extern Datum prep_value_make(const Transform *transform);

/* The decoded transform of a detoasted datum; memory of the allocator. */
extern void prep_value_read(Transform *transform, const struct varlena *stored,
							const Allocator *allocator);

/* Are all its texts valid in the database's encoding (prep_type.c)? */
extern bool prep_texts_are_valid(const Transform *transform);

/* One column of a row that a step reads; index -1: there is none. */
typedef struct PrepColumn
{
	int index;
	ColumnType type;
	EnumLabels *labels; /* of an enum, else NULL */
	const char *name;
} PrepColumn;

/* The column by its name; 42703 when the row lacks it, 42804 when no transform takes its type. */
extern void prep_column_bind(PrepColumn *column, const RowLayout *layout, const char *name,
							 const char *role);

/* The column's number in the row read last, NaN for NULL. */
static inline double
prep_column_number(const PrepColumn *column, const RowLayout *layout)
{
	if (layout->nulls[column->index])
		return NAN;
	if (column->type.reader == READ_FLOAT8)
		return DatumGetFloat8(layout->values[column->index]);
	return column_read_number(column->type.reader, layout->values[column->index],
							  column->type.family, column->name);
}

/* The text of a datum that is no NULL, as column_read_text, but an enum's without a look into the catalogue. */
extern const char *prep_read_text(ColumnReader reader, const EnumLabels *labels, Datum datum,
								  char *scratch, size_t *length);

/* Share of the day, week or year at a time, by the clocks of the zone. */
extern double prep_cycle_share(TimestampTz time, int32 cycle, pg_tz *zone, const char *name);

/* The zone of a cyclic step; 22023 for an unknown one. */
extern pg_tz *prep_time_zone(const char *name);

#endif /* ORCHARD_PG_PREP_VALUE_H */
