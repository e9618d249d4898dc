/*
 * train_test_split.c: rows to one of two sets by a hash of their key.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"

#include "pg/argument.h"
#include "pg/compat.h"
#include "pg/value_hash.h"

/* What a call site knows of the key's type, in fn_mcxt. */
typedef struct KeySite
{
	bool is_known;
	ColumnType type; /* when is_known */
	Oid output;
} KeySite;

PG_FUNCTION_INFO_V1(orchard_train_test_split);

static KeySite *
key_site(FunctionCallInfo fcinfo)
{
	KeySite *site = fcinfo->flinfo->fn_extra;
	Oid type;
	bool is_varlena;

	if (site != NULL)
		return site;
	type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	if (!OidIsValid(type))
		elog(ERROR, "could not determine the type of argument \"key\"");
	site = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(KeySite));
	site->is_known = column_type_of(type, &site->type) && site->type.reader != READ_FLOAT8_ARRAY &&
		site->type.reader != READ_FLOAT4_ARRAY && site->type.reader != READ_INTERVAL;
	getTypeOutputInfo(type, &site->output, &is_varlena);
	fcinfo->flinfo->fn_extra = site;
	return site;
}

static uint64
key_hash(const KeySite *site, Datum key)
{
	char scratch[NAMEDATALEN];
	const char *text;
	size_t length;

	if (!site->is_known)
	{
		text = OidOutputFunctionCall(site->output, key);
		return hash_of_text(text, strlen(text));
	}
	switch (site->type.family)
	{
		case FAMILY_NUMBER:
			return hash_of_number(site->type.reader, key,
								  column_read_number(site->type.reader, key, FAMILY_NUMBER, "key"));
		case FAMILY_CATEGORY:
			text = column_read_text(site->type.reader, key, scratch, &length);
			return hash_of_text(text, length);
		default: /* times */
			return hash_of_time(site->type.reader == READ_DATE ? DatumGetDateADT(key) :
																 DatumGetInt64(key));
	}
}

/* train_test_split(key, fraction, seed): is the row in the test set?  NULL for no key. */
Datum
orchard_train_test_split(PG_FUNCTION_ARGS)
{
	double fraction;
	uint64 hash;

	require_argument(fcinfo, 1, "fraction");
	require_argument(fcinfo, 2, "seed");
	fraction = PG_GETARG_FLOAT8(1);
	if (!(fraction >= 0.0 && fraction <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"fraction\" must be between 0 and 1, not %g", fraction),
				 errhint("It is the share of the keys whose rows are in the test set.")));
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	hash = hash_mix(key_hash(key_site(fcinfo), PG_GETARG_DATUM(0)) +
					(uint64) PG_GETARG_INT64(2) * UINT64_C(0x9e3779b97f4a7c15));
	PG_RETURN_BOOL((double) (hash >> 11) * 0x1p-53 < fraction);
}
