/*
 * data_digest.c: data_digest(row), 128 bits that tell whether rows changed.
 *
 * The sum modulo 2^128 of a keyed hash of each row, so that the order of the rows and the way they
 * were split between processes are irrelevant, while a row more, less, doubled or changed shows.  A
 * row's hash is two sums over its columns, each of a keyed hash of the value, mixed again: values
 * that change places between rows or columns change it.  The key of a column is made of its name and
 * type, so that the order of the columns is irrelevant and NULL in one is not NULL in another.
 *
 * Equal on every machine and after dump and restore: fixed widths are read as integers, everything
 * else by the type's binary output, or by its text where the binary form could hold an OID of this
 * database.  It resists accidents, not adversaries.
 *
 * The state is a bytea: the two words of the sum and the number of rows, in network order.
 */
#include "postgres.h"

#include <math.h>

#include "access/transam.h"
#include "access/tupmacs.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/uuid.h"

#include "kernel/base/hash.h"
#include "pg/compat.h"
#include "pg/row_binding.h"

#define SECOND_KEY UINT64_C(0x6f72636861726432)
#define NULL_KEY UINT64_C(0x6e756c6c6e756c6c)
#define ABSENT_ROW UINT64_C(0x6162736562742121)

typedef enum DigestKind
{
	DIGEST_INTEGER, /* by value, of 1, 2, 4 or 8 bytes */
	DIGEST_FLOAT4,
	DIGEST_FLOAT8,
	DIGEST_BYTES,  /* text and bytea: the bytes themselves */
	DIGEST_BINARY, /* what the type's send function writes */
	DIGEST_TEXT	   /* what its output function writes */
} DigestKind;

typedef struct DigestColumn
{
	int index; /* 0-based in the row */
	DigestKind kind;
	int16 length;
	FmgrInfo output; /* DIGEST_BINARY and DIGEST_TEXT */
	uint64 key;
	uint64 null_hash;
} DigestColumn;

/* What a call site keeps, in fn_mcxt. */
typedef struct DigestSite
{
	RowLayout *layout;
	int n;
	DigestColumn *columns;
	MemoryContext scratch; /* of values that had to be detoasted or written; reset each row */
	bool needs_scratch;
	bool is_fixed; /* every column is by value and where row_layout_locate finds it */
} DigestSite;

typedef struct DigestSum
{
	uint64 low;
	uint64 high;
	uint64 rows;
} DigestSum;

PG_FUNCTION_INFO_V1(orchard_data_digest_accum);
PG_FUNCTION_INFO_V1(orchard_data_digest_combine);
PG_FUNCTION_INFO_V1(orchard_data_digest_final);

static uint64
key_of_text(const char *text, uint64 seed)
{
	return hash_bytes(text, strlen(text), seed);
}

static bool
has_send(Oid type)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	bool result = HeapTupleIsValid(tuple) && OidIsValid(((Form_pg_type) GETSTRUCT(tuple))->typsend);

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return result;
}

/* Whether the binary form of the type could hold an OID of this database, or needs one that is not there. */
static bool
lacks_binary(Oid type)
{
	Oid element = get_element_type(type);
	char kind = get_typtype(type);

	if (OidIsValid(element))
		return element >= FirstNormalObjectId || !has_send(element);
	if (kind == TYPTYPE_RANGE || kind == TYPTYPE_MULTIRANGE)
		return type >= FirstNormalObjectId;
	return kind == TYPTYPE_COMPOSITE || kind == TYPTYPE_PSEUDO;
}

/* The send function of a type that has one of use, else its output function. */
static DigestKind
find_output(Oid type, FmgrInfo *output)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Form_pg_type form;
	bool is_binary;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for type %u", type);
	form = (Form_pg_type) GETSTRUCT(tuple);
	is_binary = OidIsValid(form->typsend) && !lacks_binary(type);
	fmgr_info_cxt(is_binary ? form->typsend : form->typoutput, output, CurrentMemoryContext);
	ReleaseSysCache(tuple);
	return is_binary ? DIGEST_BINARY : DIGEST_TEXT;
}

static DigestKind
kind_of(Oid type, FmgrInfo *output, int16 *length)
{
	bool by_value;

	get_typlenbyval(type, length, &by_value);
	switch (type)
	{
		case FLOAT4OID:
			return DIGEST_FLOAT4;
		case FLOAT8OID:
			return DIGEST_FLOAT8;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case BYTEAOID:
			return DIGEST_BYTES;
		default:
			if (by_value && get_typtype(type) != TYPTYPE_ENUM)
				return DIGEST_INTEGER;
			return find_output(type, output);
	}
}

/* How many columns before this one have its name. */
static uint64
namesakes(TupleDesc descriptor, int column)
{
	uint64 n = 0;
	int i;

	for (i = 0; i < column; i++)
		n += !TupleDescAttr(descriptor, i)->attisdropped &&
			strcmp(NameStr(TupleDescAttr(descriptor, i)->attname),
				   NameStr(TupleDescAttr(descriptor, column)->attname)) == 0;
	return n;
}

static void
set_column(DigestSite *site, TupleDesc descriptor, int index)
{
	DigestColumn *column = &site->columns[site->n++];
	Form_pg_attribute attribute = TupleDescAttr(descriptor, index);
	Oid type = getBaseType(attribute->atttypid);

	column->index = index;
	column->kind = kind_of(type, &column->output, &column->length);
	column->key = key_of_text(NameStr(attribute->attname), namesakes(descriptor, index));
	column->key = key_of_text(format_type_be(type), column->key);
	column->null_hash = hash_mix(column->key ^ NULL_KEY);
	site->needs_scratch |= column->kind >= DIGEST_BYTES;
	site->is_fixed &= column->kind < DIGEST_BYTES && index < site->layout->n_fixed;
}

/* What to know of this row's type, made anew when it is another than before. */
static DigestSite *
digest_site(FunctionCallInfo fcinfo, HeapTupleHeader row)
{
	DigestSite *site = fcinfo->flinfo->fn_extra;
	MemoryContext context;
	MemoryContext caller;
	int i;

	if (likely(site != NULL && row_layout_fits(site->layout, row)))
		return site;
	if (site != NULL)
	{
		fcinfo->flinfo->fn_extra = NULL;
		MemoryContextDelete(GetMemoryChunkContext(site));
	}
	context =
		AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "orchard data digest", ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);
	site = palloc0(sizeof(DigestSite));
	site->layout = row_layout_create(row);
	site->columns = palloc0(sizeof(DigestColumn) * Max(site->layout->n_columns, 1));
	site->scratch =
		AllocSetContextCreate(context, "orchard data digest values", ALLOCSET_DEFAULT_SIZES);
	site->is_fixed = true;
	for (i = 0; i < site->layout->n_columns; i++)
	{
		if (!TupleDescAttr(site->layout->descriptor, i)->attisdropped)
			set_column(site, site->layout->descriptor, i);
	}
	MemoryContextSwitchTo(caller);
	fcinfo->flinfo->fn_extra = site;
	return site;
}

/* The value as an integer that is the same on every machine; every NaN is one. */
static inline uint64
fixed_bits(const DigestColumn *column, Datum value)
{
	switch (column->kind)
	{
		case DIGEST_FLOAT8:
		{
			double number = DatumGetFloat8(value);
			uint64 bits;

			if (unlikely(isnan(number)))
				return UINT64_C(0x7ff8000000000000);
			memcpy(&bits, &number, sizeof(bits));
			return bits;
		}
		case DIGEST_FLOAT4:
		{
			float number = DatumGetFloat4(value);
			uint32 bits;

			if (unlikely(isnan(number)))
				return UINT64_C(0x7fc00000);
			memcpy(&bits, &number, sizeof(bits));
			return bits;
		}
		default:
			switch (column->length)
			{
				case 1:
					return (uint8) DatumGetChar(value);
				case 2:
					return (uint16) DatumGetInt16(value);
				case 4:
					return (uint32) DatumGetInt32(value);
				default:
					return (uint64) DatumGetInt64(value);
			}
	}
}

/* The bytes of a value of varying width, twice hashed; memory of the scratch context. */
static void
add_bytes(DigestSum *sum, DigestColumn *column, Datum value)
{
	const struct varlena *bytes;
	const char *data;
	size_t length;

	if (column->kind == DIGEST_TEXT)
	{
		data = OutputFunctionCall(&column->output, value);
		length = strlen(data);
	}
	else
	{
		bytes = column->kind == DIGEST_BYTES ? PG_DETOAST_DATUM_PACKED(value) :
											   SendFunctionCall(&column->output, value);
		data = VARDATA_ANY(bytes);
		length = VARSIZE_ANY_EXHDR(bytes);
	}
	sum->low += hash_bytes(data, length, column->key);
	sum->high += hash_bytes(data, length, column->key ^ SECOND_KEY);
}

/* Mixes the sums over the columns, so that what moves between rows does not cancel. */
static void
hash_pair(DigestSum *sum)
{
	uint64 low = sum->low;

	sum->low = hash_mix(low ^ hash_mix(sum->high));
	sum->high = hash_mix(sum->high + hash_mix(low ^ SECOND_KEY));
}

/* Adds a column that is NULL or by value. */
static inline void
add_fixed(DigestSum *sum, const DigestColumn *column, Datum value, bool is_null)
{
	uint64 hash = is_null ? column->null_hash : hash_mix(fixed_bits(column, value) ^ column->key);

	sum->low += hash;
	sum->high += hash_mix(hash ^ SECOND_KEY);
}

/* The columns of the row located last, all by value. */
static void
add_located(DigestSite *site, DigestSum *sum)
{
	const RowLayout *layout = site->layout;
	int i;

	for (i = 0; i < site->n; i++)
	{
		const DigestColumn *column = &site->columns[i];
		bool is_null = row_layout_is_null(layout, column->index);

		add_fixed(sum, column,
				  is_null ?
					  (Datum) 0 :
					  fetch_att(row_layout_place(layout, column->index), true, column->length),
				  is_null);
	}
}

/* Two words for the row, of which each depends on every column. */
static DigestSum
row_hash(DigestSite *site, HeapTupleHeader row)
{
	DigestSum sum = {0, 0, 1};
	RowLayout *layout = site->layout;
	int i;

	if (site->is_fixed && row_layout_locate(layout, row))
		add_located(site, &sum);
	else
	{
		row_layout_read(layout, row);
		for (i = 0; i < site->n; i++)
		{
			DigestColumn *column = &site->columns[i];
			bool is_null = layout->nulls[column->index];

			if (column->kind < DIGEST_BYTES || is_null)
				add_fixed(&sum, column, layout->values[column->index], is_null);
			else
				add_bytes(&sum, column, layout->values[column->index]);
		}
	}
	hash_pair(&sum);
	return sum;
}

/* Raises 22P03 for bytes that are no state. */
static void
read_state(const bytea *state, DigestSum *sum)
{
	uint64 words[3];

	if (VARSIZE_ANY_EXHDR(state) != sizeof(words))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("a state of data_digest has %zu bytes, not %zu", sizeof(words),
						(size_t) VARSIZE_ANY_EXHDR(state))));
	memcpy(words, VARDATA_ANY(state), sizeof(words));
	sum->high = pg_ntoh64(words[0]);
	sum->low = pg_ntoh64(words[1]);
	sum->rows = pg_ntoh64(words[2]);
}

/* Adds modulo 2^128 and writes the state. */
static void
add_to_state(bytea *state, DigestSum sum, DigestSum added)
{
	uint64 words[3];

	sum.low += added.low;
	sum.high += added.high + (sum.low < added.low);
	words[0] = pg_hton64(sum.high);
	words[1] = pg_hton64(sum.low);
	words[2] = pg_hton64(sum.rows + added.rows);
	memcpy(VARDATA(state), words, sizeof(words));
}

/* The state as it is stored, to be changed in place within an aggregate. */
static bytea *
state_of(FunctionCallInfo fcinfo, DigestSum *sum)
{
	bytea *state;
	uint64 words[3] = {0};

	if (AggCheckCallContext(fcinfo, NULL) && !PG_ARGISNULL(0) &&
		VARATT_IS_4B_U(DatumGetPointer(PG_GETARG_DATUM(0))))
		state = (bytea *) DatumGetPointer(PG_GETARG_DATUM(0));
	else if (PG_ARGISNULL(0))
	{
		state = palloc0(VARHDRSZ + sizeof(words));
		SET_VARSIZE(state, VARHDRSZ + sizeof(words));
	}
	else
		state = PG_GETARG_BYTEA_P_COPY(0);
	read_state(state, sum);
	return state;
}

Datum
orchard_data_digest_accum(PG_FUNCTION_ARGS)
{
	DigestSum sum;
	DigestSum added = {ABSENT_ROW, hash_mix(ABSENT_ROW), 1};
	bytea *state = state_of(fcinfo, &sum);

	if (!PG_ARGISNULL(1))
	{
		HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(1);
		DigestSite *site = digest_site(fcinfo, row);
		MemoryContext caller = MemoryContextSwitchTo(site->scratch);

		added = row_hash(site, row);
		MemoryContextSwitchTo(caller);
		if (site->needs_scratch)
			MemoryContextReset(site->scratch);
	}
	add_to_state(state, sum, added);
	PG_RETURN_BYTEA_P(state);
}

Datum
orchard_data_digest_combine(PG_FUNCTION_ARGS)
{
	DigestSum sum;
	DigestSum added;
	bytea *state;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	state = state_of(fcinfo, &sum);
	read_state(PG_GETARG_BYTEA_PP(1), &added);
	add_to_state(state, sum, added);
	PG_RETURN_BYTEA_P(state);
}

/* The sum as a uuid; NULL over no rows. */
Datum
orchard_data_digest_final(PG_FUNCTION_ARGS)
{
	bytea *state;
	pg_uuid_t *digest;
	DigestSum sum;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = PG_GETARG_BYTEA_PP(0);
	read_state(state, &sum);
	digest = palloc(sizeof(pg_uuid_t));
	memcpy(digest->data, VARDATA_ANY(state), UUID_LEN);
	PG_RETURN_UUID_P(digest);
}
