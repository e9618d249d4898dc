/*
 * window_value.c: copies of datums into accounted memory and back.
 */
#include "postgres.h"

#include "utils/datum.h"
#include "utils/expandeddatum.h"
#include "utils/lsyscache.h"

#include "pg/compat.h"
#include "pg/window_frame.h"
#include "pg/window_value.h"

const ValueType *
value_type_of(FunctionCallInfo fcinfo, int i)
{
	FmgrInfo *function = fcinfo->flinfo;
	ValueType *type = function->fn_extra;

	if (unlikely(type == NULL))
	{
		type = MemoryContextAllocZero(function->fn_mcxt, sizeof(ValueType));
		type->oid = get_fn_expr_argtype(function, i);
		if (!OidIsValid(type->oid))
			elog(ERROR, "could not determine the type of the values of a window aggregate");
		get_typlenbyvalalign(type->oid, &type->length, &type->is_by_value, &type->alignment);
		function->fn_extra = type;
	}
	return type;
}

MemoryAccount *
value_account(FunctionCallInfo fcinfo)
{
	MemoryAccount *account =
		memory_account_of_aggregate(fcinfo, "orchard window values", "aggregate of values");

	account->hint = WINDOW_FRAME_HINT;
	return account;
}

/* An expanded object is kept flat, so that its bytes can be counted. */
static Status
keep_expanded(KeptValue *kept, const Allocator *allocator, ExpandedObjectHeader *object)
{
	Size size = EOH_get_flat_size(object);
	char *flat = palloc(size);
	Status status;

	EOH_flatten_into(object, flat, size);
	status = kept_value_set_bytes(kept, allocator, flat, size);
	pfree(flat);
	return status;
}

void
value_keep(KeptValue *kept, MemoryAccount *account, const ValueType *type, Datum value)
{
	Status status;

	if (type->is_by_value)
	{
		kept_value_set_word(kept, NULL, value);
		return;
	}
	if (type->length == -1 && VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(value)))
		status = keep_expanded(kept, &account->allocator, DatumGetEOHP(value));
	else
		status = kept_value_set_bytes(kept, &account->allocator, DatumGetPointer(value),
									  datumGetSize(value, false, type->length));
	memory_account_require_ok(account, status, WINDOW_FRAME_LABEL);
}

Datum
value_of(const KeptValue *kept, const ValueType *type)
{
	if (type->is_by_value)
		return kept->of.word;
	return datumCopy(PointerGetDatum(kept->of.bytes), false, type->length);
}
