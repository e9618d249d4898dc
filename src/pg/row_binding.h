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
#include "fmgr.h"
#include "utils/typcache.h"

#include "kernel/dataset/packed_simd.h"

/* Columns of one width and alignment, one after another without padding between them. */
typedef struct ColumnGroup
{
	int first;
	int n;
	int32 width;	 /* bytes */
	int32 alignment; /* less one */
	int32 start;	 /* of its first value in the data of the row located last, which had NULLs */
} ColumnGroup;

/* What finds and reads a column behind the first of varying width. */
typedef struct ColumnShape
{
	int16 length;
	char alignment;
	bool by_value;
} ColumnShape;

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
	ColumnGroup *groups;   /* n_groups: of the first n_fixed columns */
	int n_groups;
	int *group_of;		  /* n_fixed */
	ColumnShape *shapes;  /* n_columns */
	const uint8 *present; /* bitmap of the row located last; NULL when it had no NULLs */
	const char *data;	  /* its columns */
	uint32 fixed_length;  /* bytes of data up to the end of the last of them */
	uint32 fixed_end;	  /* the same in the row located last */
	Datum *values;		  /* of the row read last, n_columns */
	bool *nulls;
} RowLayout;

/* The layout of this row's type, in the current memory context. */
extern RowLayout *row_layout_create(HeapTupleHeader row);

/* The same for rows that come as arrays of values and are never formed. */
extern RowLayout *row_layout_of_columns(TupleDesc descriptor);

/*
 * row_descriptor_of_arguments
 *		The arguments of a call from `first` on as columns, under the names in the text[] argument `names`.
 *
 * There may be more names than columns: those have no argument and the type boolean.  22023 for fewer.
 */
extern TupleDesc row_descriptor_of_arguments(FunctionCallInfo fcinfo, int names, int first);

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

/* The column that an argument or option names in this role; 42703, with what there is, when the row lacks it. */
extern int row_layout_require(const RowLayout *layout, const char *name, const char *role);

/* float8 columns side by side in the row. */
typedef struct DoubleRun
{
	int column; /* the first */
	int n;
	int slot;			/* of the first, when the slots are side by side too */
	const int *slots;	/* else n */
	const double *fill; /* n: what stands for NULL */
} DoubleRun;

/* The float8 columns that a binding reads, each into its slot. */
typedef struct DoubleColumns
{
	DoubleRun *runs;
	int n_runs;
	double *scratch; /* as long as the longest run whose slots are not side by side */
} DoubleColumns;

/* One of them, as they are collected. */
typedef struct DoubleColumn
{
	int column; /* 0-based in the row */
	int slot;
} DoubleColumn;

/* Sorts columns; fill: by slot, as long-lived as the result. */
extern void double_columns_create(DoubleColumns *doubles, DoubleColumn *columns, int n,
								  const double *fill);

/*
 * double_columns_read
 *		The columns of the row located last into numbers, by slot.
 *
 * Returns whether all that are not NULL are finite.
 */
extern bool double_columns_read(const DoubleColumns *doubles, const RowLayout *layout,
								double *numbers);

/* The same from a row's values and nulls. */
extern bool double_columns_take(const DoubleColumns *doubles, const Datum *values,
								const bool *nulls, double *numbers);

/*
 * row_layout_locate
 *		Finds the columns of fixed width in this row, for the functions below.
 *
 * bytes: of the row with its header, which only a row that is a value tells itself.
 * False when the row was formed under another definition of its type, which
 * shows in fewer columns or bytes.
 */
extern bool row_layout_locate(RowLayout *layout, HeapTupleHeader row, uint32 bytes);

/* Of the row located last; column < n_fixed. */
static inline bool
row_layout_is_null(const RowLayout *layout, int column)
{
	return layout->present != NULL && (layout->present[column >> 3] >> (column & 7) & 1) == 0;
}

/* Where the column's value is in it, or would be. */
static inline const char *
row_layout_place(const RowLayout *layout, int column)
{
	const ColumnGroup *group;

	if (layout->present == NULL)
		return layout->data + layout->offsets[column];
	group = &layout->groups[layout->group_of[column]];
	return layout->data + group->start +
		group->width * packed_count(layout->present, group->first, column - group->first);
}

/*
 * row_layout_read_some
 *		Fills values and nulls of the n given columns, all below n_fixed, of the row located last, and
 *		of all columns from n_fixed to `last`.
 */
extern void row_layout_read_some(RowLayout *layout, const int *columns, int n, int last);

/* Fills values and nulls with the row's columns. */
extern void row_layout_read(RowLayout *layout, HeapTupleHeader row);

/* The names of the columns, comma-separated, for a hint. */
extern char *row_layout_names(const RowLayout *layout);

#endif /* ORCHARD_PG_ROW_BINDING_H */
