/*
 * row_binding.c: row types and the columns in them.
 */
#include "postgres.h"

#include <math.h>

#include "access/tupmacs.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "pg/row_binding.h"

#define NAMES_IN_HINT 40

/* The column into the last group, or one of its own. */
static void
add_to_group(RowLayout *layout, int column, int32 width, int32 alignment)
{
	ColumnGroup *group = layout->n_groups > 0 ? &layout->groups[layout->n_groups - 1] : NULL;

	if (group == NULL || group->width != width || group->alignment != alignment ||
		(width & alignment) != 0)
	{
		group = &layout->groups[layout->n_groups++];
		*group = (ColumnGroup){.first = column, .width = width, .alignment = alignment};
	}
	group->n++;
	layout->group_of[column] = layout->n_groups - 1;
}

/* Offsets as heap_form_tuple lays the columns out. */
static void
set_offsets(RowLayout *layout)
{
	int i;

	for (i = 0; i < layout->n_columns && TupleDescAttr(layout->descriptor, i)->attlen > 0; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(layout->descriptor, i);

		add_to_group(layout, i, attribute->attlen, att_align_nominal(1, attribute->attalign) - 1);
		layout->offsets[i] = att_align_nominal(layout->fixed_length, attribute->attalign);
		layout->fixed_length = layout->offsets[i] + attribute->attlen;
	}
	layout->n_fixed = i;
}

/* Where each group starts in a row with NULLs; returns the end of the last. */
static int32
locate_groups(RowLayout *layout)
{
	ColumnGroup *group = layout->groups;
	ColumnGroup *last = group + layout->n_groups;
	int32 end = 0;

	/* Without a branch on a bit: whether a column is NULL is hard to predict. */
	for (; group < last; group++)
	{
		int32 count = group->n == 1 ? layout->present[group->first >> 3] >> (group->first & 7) & 1 :
									  packed_count(layout->present, group->first, group->n);

		group->start = (end + group->alignment) & ~group->alignment;
		end += (group->start + group->width * count - end) & -(int32) (count > 0);
	}
	return end;
}

bool
row_layout_locate(RowLayout *layout, HeapTupleHeader row, uint32 bytes)
{
	uint32 length = bytes - row->t_hoff;

	if (HeapTupleHeaderGetNatts(row) != layout->n_columns)
		return false;
	layout->data = (const char *) row + row->t_hoff;
	layout->present = NULL;
	layout->fixed_end = layout->fixed_length;
	if ((row->t_infomask & HEAP_HASNULL) == 0)
		return length >= layout->fixed_length;
	layout->present = row->t_bits;
	layout->fixed_end = (uint32) locate_groups(layout);
	return length >= layout->fixed_end;
}

void
row_layout_read_some(RowLayout *layout, const int *columns, int n, int last)
{
	const char *data = layout->data;
	uint32 offset = layout->fixed_end;
	int i;

	for (i = 0; i < n; i++)
	{
		int column = columns[i];
		const ColumnShape *shape = &layout->shapes[column];

		layout->nulls[column] = row_layout_is_null(layout, column);
		if (!layout->nulls[column])
			layout->values[column] =
				fetch_att(row_layout_place(layout, column), shape->by_value, shape->length);
	}
	for (i = layout->n_fixed; i <= last; i++)
	{
		const ColumnShape *shape = &layout->shapes[i];

		layout->nulls[i] = row_layout_is_null(layout, i);
		if (layout->nulls[i])
			continue;
		offset = att_align_pointer(offset, shape->alignment, shape->length, data + offset);
		layout->values[i] = fetch_att(data + offset, shape->by_value, shape->length);
		offset = att_addlength_pointer(offset, shape->length, data + offset);
	}
}

static int
compare_columns(const void *a, const void *b)
{
	return ((const DoubleColumn *) a)->column - ((const DoubleColumn *) b)->column;
}

/* Slots and fills of a run whose slots are not side by side. */
static void
scatter_run(DoubleRun *run, const DoubleColumn *columns, const double *fill)
{
	int *slots = palloc(sizeof(int) * run->n);
	double *fills = palloc(sizeof(double) * run->n);
	int i;

	for (i = 0; i < run->n; i++)
	{
		slots[i] = columns[i].slot;
		fills[i] = fill[slots[i]];
	}
	run->slots = slots;
	run->fill = fills;
}

void
double_columns_create(DoubleColumns *doubles, DoubleColumn *columns, int n, const double *fill)
{
	int longest = 0;
	int i;
	int k;

	qsort(columns, n, sizeof(DoubleColumn), compare_columns);
	doubles->runs = palloc(sizeof(DoubleRun) * Max(n, 1));
	doubles->n_runs = 0;
	for (i = 0; i < n; i += k)
	{
		DoubleRun *run = &doubles->runs[doubles->n_runs++];
		bool is_straight = true;

		for (k = 1; i + k < n && columns[i + k].column == columns[i].column + k; k++)
			is_straight &= columns[i + k].slot == columns[i].slot + k;
		*run = (DoubleRun){columns[i].column, k, columns[i].slot, NULL, fill + columns[i].slot};
		if (is_straight)
			continue;
		scatter_run(run, columns + i, fill);
		longest = Max(longest, k);
	}
	doubles->scratch = palloc(sizeof(double) * Max(longest, 1));
}

bool
double_columns_read(const DoubleColumns *doubles, const RowLayout *layout, double *numbers)
{
	const DoubleRun *run = doubles->runs;
	const DoubleRun *last = run + doubles->n_runs;
	bool is_finite = true;
	int i;

	for (; run < last; run++)
	{
		double *to = run->slots != NULL ? doubles->scratch : numbers + run->slot;

		is_finite &= packed_read(to, run->fill, row_layout_place(layout, run->column),
								 layout->present, run->column, run->n);
		for (i = 0; run->slots != NULL && i < run->n; i++)
			numbers[run->slots[i]] = to[i];
	}
	return is_finite;
}

/* A run of columns that is not read at once. */
static bool
take_run(const DoubleRun *run, const Datum *values, const bool *nulls, double *numbers)
{
	bool is_finite = true;
	int i;

	for (i = 0; i < run->n; i++)
	{
		bool is_null = nulls[run->column + i];
		double value = is_null ? run->fill[i] : DatumGetFloat8(values[run->column + i]);

		numbers[run->slots != NULL ? run->slots[i] : run->slot + i] = value;
		is_finite &= is_null || isfinite(value);
	}
	return is_finite;
}

bool
double_columns_take(const DoubleColumns *doubles, const Datum *values, const bool *nulls,
					double *numbers)
{
	const DoubleRun *run = doubles->runs;
	const DoubleRun *last = run + doubles->n_runs;
	bool is_finite = true;

	for (; run < last; run++)
	{
		/* Where a datum is a double, a run is one in memory too. */
		if (FLOAT8PASSBYVAL && run->slots == NULL &&
			memchr(nulls + run->column, true, run->n) == NULL)
			is_finite &=
				packed_read(numbers + run->slot, run->fill, values + run->column, NULL, 0, run->n);
		else
			is_finite &= take_run(run, values, nulls, numbers);
	}
	return is_finite;
}

/* What follows from the descriptor. */
static void
set_columns(RowLayout *layout, TupleDesc descriptor)
{
	int i;

	layout->descriptor = CreateTupleDescCopyConstr(descriptor);
	layout->n_columns = layout->descriptor->natts;
	layout->offsets = palloc(sizeof(int32) * Max(layout->n_columns, 1));
	layout->groups = palloc(sizeof(ColumnGroup) * Max(layout->n_columns, 1));
	layout->group_of = palloc(sizeof(int) * Max(layout->n_columns, 1));
	layout->shapes = palloc(sizeof(ColumnShape) * Max(layout->n_columns, 1));
	for (i = 0; i < layout->n_columns; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(layout->descriptor, i);

		layout->shapes[i] =
			(ColumnShape){attribute->attlen, attribute->attalign, attribute->attbyval};
	}
	set_offsets(layout);
	layout->values = palloc0(sizeof(Datum) * Max(layout->n_columns, 1));
	layout->nulls = palloc0(sizeof(bool) * Max(layout->n_columns, 1));
}

RowLayout *
row_layout_create(HeapTupleHeader row)
{
	RowLayout *layout = palloc0(sizeof(RowLayout));
	TupleDesc shared;

	layout->type = HeapTupleHeaderGetTypeId(row);
	layout->typmod = HeapTupleHeaderGetTypMod(row);
	shared = lookup_rowtype_tupdesc(layout->type, layout->typmod);
	if (layout->type != RECORDOID)
	{
		layout->entry = lookup_type_cache(layout->type, TYPECACHE_TUPDESC);
		layout->identifier = layout->entry->tupDesc_identifier;
	}
	set_columns(layout, shared);
	ReleaseTupleDesc(shared);
	return layout;
}

RowLayout *
row_layout_of_columns(TupleDesc descriptor)
{
	RowLayout *layout = palloc0(sizeof(RowLayout));

	layout->type = RECORDOID;
	layout->typmod = -1;
	set_columns(layout, descriptor);
	return layout;
}

TupleDesc
row_descriptor_of_arguments(FunctionCallInfo fcinfo, int names, int first)
{
	int n_columns = PG_NARGS() - first;
	Datum *given;
	TupleDesc descriptor;
	int n;
	int i;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(names), TEXTOID, -1, false, TYPALIGN_INT, &given, NULL,
					  &n);
	if (n < n_columns)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"names\" has %d names for %d columns", n, n_columns),
				 errhint("Name the columns that follow, in their order.")));
	descriptor = CreateTemplateTupleDesc(n);
	for (i = 0; i < n; i++)
	{
		Oid type = i < n_columns ? get_fn_expr_argtype(fcinfo->flinfo, first + i) : BOOLOID;

		TupleDescInitEntry(descriptor, i + 1, TextDatumGetCString(given[i]), type, -1, 0);
	}
	return descriptor;
}

static bool
is_named(const RowLayout *layout, int i, const char *name)
{
	Form_pg_attribute attribute = TupleDescAttr(layout->descriptor, i);

	return !attribute->attisdropped && strcmp(NameStr(attribute->attname), name) == 0;
}

int
row_layout_find(const RowLayout *layout, const char *name, int guess)
{
	int found = -1;
	int i;

	/* The columns of a named type have different names. */
	if (layout->type != RECORDOID && guess < layout->n_columns && is_named(layout, guess, name))
		return guess;
	for (i = 0; i < layout->n_columns; i++)
	{
		if (!is_named(layout, i, name))
			continue;
		if (found >= 0)
			ereport(ERROR,
					(errcode(ERRCODE_AMBIGUOUS_COLUMN),
					 errmsg("the row has more than one column named \"%s\"", name),
					 errhint("Give the columns of the subquery different names.")));
		found = i;
	}
	return found;
}

int
row_layout_require(const RowLayout *layout, const char *name, const char *role)
{
	int index = row_layout_find(layout, name, 0);

	if (index < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("%s column \"%s\" does not exist in the row", role, name),
				 errhint("The row has the columns: %s.", row_layout_names(layout))));
	return index;
}

void
row_layout_read(RowLayout *layout, HeapTupleHeader row)
{
	HeapTupleData tuple;

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, layout->descriptor, layout->values, layout->nulls);
}

char *
row_layout_names(const RowLayout *layout)
{
	StringInfoData names;
	int listed = 0;
	int i;

	initStringInfo(&names);
	for (i = 0; i < layout->n_columns; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(layout->descriptor, i);

		if (attribute->attisdropped)
			continue;
		if (listed++ == NAMES_IN_HINT)
		{
			appendStringInfoString(&names, ", ...");
			break;
		}
		appendStringInfo(&names, "%s%s", listed > 1 ? ", " : "", NameStr(attribute->attname));
	}
	return names.data;
}
