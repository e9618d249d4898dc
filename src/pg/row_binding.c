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
	int32		end = 0;		/* of the column before; -1 where that depends on the row */
	int			i;

	for (i = 0; i < layout->n_columns; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(layout->descriptor, i);

		if (end >= 0 && attribute->attlen > 0)
			end = att_align_nominal(end, attribute->attalign);
		else
			end = -1;
		layout->offsets[i] = end;
		if (end >= 0)
			layout->fixed_length = end += attribute->attlen;
	}
}

RowLayout *
row_layout_create(HeapTupleHeader row)
{
	RowLayout  *layout = palloc0(sizeof(RowLayout));
	TupleDesc	shared;

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
	set_offsets(layout);
	layout->values = palloc0(sizeof(Datum) * Max(layout->n_columns, 1));
	layout->nulls = palloc0(sizeof(bool) * Max(layout->n_columns, 1));
	return layout;
}

int
row_layout_find(const RowLayout *layout, const char *name)
{
	int			found = -1;
	int			i;

	for (i = 0; i < layout->n_columns; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(layout->descriptor, i);

		if (attribute->attisdropped || strcmp(NameStr(attribute->attname), name) != 0)
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
	int			listed = 0;
	int			i;

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
