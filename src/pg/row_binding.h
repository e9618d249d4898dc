/*
 * row_binding.h: columns of a composite value, found by name once and read row by row.
 *
 * A RowLayout describes one row type as a call site sees it.  The row's type is
 * compared on every row, since one call site can see several; a named type that
 * was altered in the meantime is noticed too.  Dropped columns are skipped.
 */
#ifndef ORCHARD_PG_ROW_BINDING_H
#define ORCHARD_PG_ROW_BINDING_H

#include "postgres.h"

#include "access/htup_details.h"
#include "utils/typcache.h"

typedef struct RowLayout
{
	Oid type; /* RECORDOID for an anonymous row */
	int32 typmod;
	TypeCacheEntry *entry; /* of a named type; NULL for an anonymous one */
	uint64 identifier;	   /* entry->tupDesc_identifier when the layout was made */
	TupleDesc descriptor;  /* own copy */
	int n_columns;		   /* all columns of the row type */
	int n_fixed;		   /* columns before the first of varying width */
	int32 *offsets;		   /* n_fixed: where a column starts in the data of a row without NULLs */
	int32 *row_offsets;	   /* n_fixed: the same for the row read last, which had NULLs: -1 = NULL */
	int32 *widths;		   /* n_fixed, bytes */
	int32 *alignments;	   /* n_fixed, less one */
	uint32 fixed_length;   /* bytes of data up to the end of the last of them */
	Datum *values;		   /* of the row read last, n_columns */
	bool *nulls;
} RowLayout;

/* The layout of this row's type, in the current memory context. */
extern RowLayout *row_layout_create(HeapTupleHeader row);

/* Does the row have this layout? */
static inline bool
row_layout_fits(const RowLayout *layout, HeapTupleHeader row)
{
	return layout->type == HeapTupleHeaderGetTypeId(row) &&
		layout->typmod == HeapTupleHeaderGetTypMod(row) &&
		(layout->entry == NULL ||
		 (layout->entry->tupDesc != NULL &&
		  layout->entry->tupDesc_identifier == layout->identifier));
}

/*
 * 0-based index of the column, or -1; 42702 when the row has two of that name.  `guess` is where it
 * may stand, such as behind the column found before: right guesses save the search.
 */
extern int row_layout_find(const RowLayout *layout, const char *name, int guess);

/*
 * row_layout_offsets
 *		Where the columns of fixed width start in row_data(row), -1 = NULL.
 *
 * The first n_fixed are valid until the next call.  NULL when the row was formed
 * under another definition of its type, which shows in fewer columns or bytes.
 */
extern const int32 *row_layout_offsets(RowLayout *layout, HeapTupleHeader row);

static inline const char *
row_data(HeapTupleHeader row)
{
	return (const char *) row + row->t_hoff;
}

/* Fills values and nulls with the row's columns. */
extern void row_layout_read(RowLayout *layout, HeapTupleHeader row);

/* The names of the columns, comma-separated, for a hint. */
extern char *row_layout_names(const RowLayout *layout);

#endif /* ORCHARD_PG_ROW_BINDING_H */
