/*
 * row_binding.c: row types and the columns in them.
 */
#include "postgres.h"

#include "access/tupmacs.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"

#include "pg/row_binding.h"

#define NAMES_IN_HINT 40

/* Offsets as heap_form_tuple lays the columns out. */
static void
set_offsets(RowLayout *layout)
{
	int i;

	for (i = 0; i < layout->n_columns && TupleDescAttr(layout->descriptor, i)->attlen > 0; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(layout->descriptor, i);

		layout->widths[i] = attribute->attlen;
		layout->alignments[i] = att_align_nominal(1, attribute->attalign) - 1;
		layout->offsets[i] = att_align_nominal(layout->fixed_length, attribute->attalign);
		layout->fixed_length = layout->offsets[i] + attribute->attlen;
	}
	layout->n_fixed = i;
}

const int32 *
row_layout_offsets(RowLayout *layout, HeapTupleHeader row)
{
	uint32 length = HeapTupleHeaderGetDatumLength(row) - row->t_hoff;
	int32 end = 0;
	int i;

	if (HeapTupleHeaderGetNatts(row) != layout->n_columns)
		return NULL;
	if ((row->t_infomask & HEAP_HASNULL) == 0)
		return length >= layout->fixed_length ? layout->offsets : NULL;
	/* Without a branch: whether a column is NULL is hard to predict. */
	for (i = 0; i < layout->n_fixed; i++)
	{
		int32 is_present = row->t_bits[i >> 3] >> (i & 7) & 1;
		int32 start = (end + layout->alignments[i]) & ~layout->alignments[i];

		layout->row_offsets[i] = start | (is_present - 1);
		end += (start + layout->widths[i] - end) & -is_present;
	}
	return length >= (uint32) end ? layout->row_offsets : NULL;
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
	layout->descriptor = CreateTupleDescCopyConstr(shared);
	ReleaseTupleDesc(shared);
	layout->n_columns = layout->descriptor->natts;
	layout->offsets = palloc(sizeof(int32) * Max(layout->n_columns, 1));
	layout->row_offsets = palloc(sizeof(int32) * Max(layout->n_columns, 1));
	layout->widths = palloc(sizeof(int32) * Max(layout->n_columns, 1));
	layout->alignments = palloc(sizeof(int32) * Max(layout->n_columns, 1));
	set_offsets(layout);
	layout->values = palloc0(sizeof(Datum) * Max(layout->n_columns, 1));
	layout->nulls = palloc0(sizeof(bool) * Max(layout->n_columns, 1));
	return layout;
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
