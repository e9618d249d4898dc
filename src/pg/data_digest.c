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

/* The bits of IEEE 754 by width. */
#define SIGN8 UINT64_C(0x8000000000000000)
#define INFINITY8 UINT64_C(0x7ff0000000000000)
#define NAN8 UINT64_C(0x7ff8000000000000)
#define SIGN4 UINT32_C(0x80000000)
#define INFINITY4 UINT32_C(0x7f800000)
#define NAN4 UINT32_C(0x7fc00000)

__extension__ typedef unsigned __int128 WideProduct;

typedef enum DigestKind
{
	DIGEST_INTEGER1, /* by value, of 1 byte; then of 2, 4 and 8 */
	DIGEST_INTEGER2,
	DIGEST_INTEGER4,
	DIGEST_INTEGER8,
	DIGEST_FLOAT4,
	DIGEST_FLOAT8,
	DIGEST_BYTES,  /* text and bytea: the bytes themselves */
	DIGEST_BINARY, /* what the type's send function writes */
	DIGEST_TEXT	   /* what its output function writes */
} DigestKind;

typedef struct DigestColumn
{
	uint64 key;
	uint64 null_hash;
	int index; /* 0-based in the row */
	int16 length;
	uint8 kind; /* a DigestKind */
} DigestColumn;

/* What a call site keeps, in fn_mcxt. */
typedef struct DigestSite
{
	RowLayout *layout;
	int n;
	DigestColumn *columns;
	FmgrInfo *outputs;	   /* by column: of DIGEST_BINARY and DIGEST_TEXT */
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
			if (!by_value || get_typtype(type) == TYPTYPE_ENUM)
				return find_output(type, output);
			return *length == 1 ? DIGEST_INTEGER1 :
				*length == 2	? DIGEST_INTEGER2 :
				*length == 4	? DIGEST_INTEGER4 :
								  DIGEST_INTEGER8;
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
	FmgrInfo *output = &site->outputs[site->n];
	DigestColumn *column = &site->columns[site->n++];
	Form_pg_attribute attribute = TupleDescAttr(descriptor, index);
	Oid type = getBaseType(attribute->atttypid);

	column->index = index;
	column->kind = kind_of(type, output, &column->length);
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
	site->outputs = palloc0(sizeof(FmgrInfo) * Max(site->layout->n_columns, 1));
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

/* The value stored here as an integer that is the same on every machine; every NaN is one. */
static inline uint64
bits_at(DigestKind kind, const char *place)
{
	uint64 bits;
	uint32 bits4;
	uint16 bits2;

	switch (kind)
	{
		case DIGEST_FLOAT8:
			memcpy(&bits, place, sizeof(bits));
			return unlikely((bits & ~SIGN8) > INFINITY8) ? NAN8 : bits;
		case DIGEST_FLOAT4:
			memcpy(&bits4, place, sizeof(bits4));
			return unlikely((bits4 & ~SIGN4) > INFINITY4) ? NAN4 : bits4;
		case DIGEST_INTEGER1:
			return (uint8) *place;
		case DIGEST_INTEGER2:
			memcpy(&bits2, place, sizeof(bits2));
			return bits2;
		case DIGEST_INTEGER4:
			memcpy(&bits4, place, sizeof(bits4));
			return bits4;
		default:
			memcpy(&bits, place, sizeof(bits));
			return bits;
	}
}

/* The bytes of a value of varying width, twice hashed; memory of the scratch context. */
static void
add_bytes(DigestSum *sum, const DigestColumn *column, FmgrInfo *output, Datum value)
{
	const struct varlena *bytes;
	const char *data;
	size_t length;

	if (column->kind == DIGEST_TEXT)
	{
		data = OutputFunctionCall(output, value);
		length = strlen(data);
	}
	else
	{
		bytes = column->kind == DIGEST_BYTES ? PG_DETOAST_DATUM_PACKED(value) :
											   SendFunctionCall(output, value);
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

/* Another word of what is mixed already: the product with itself under a key is not linear in any sum. */
static inline uint64
hash_again(uint64 hash)
{
	WideProduct product = (WideProduct) hash * (hash ^ SECOND_KEY);

	return (uint64) product ^ (uint64) (product >> 64);
}

static inline void
add_hash(DigestSum *sum, uint64 hash)
{
	sum->low += hash;
	sum->high += hash_again(hash);
}

/* The columns of the row located last, all by value. */
static void
add_located(const DigestSite *site, DigestSum *sum)
{
	const RowLayout *layout = site->layout;
	DigestSum added = *sum;
	int i;

	for (i = 0; i < site->n; i++)
	{
		const DigestColumn *column = &site->columns[i];

		if (row_layout_is_null(layout, column->index))
			add_hash(&added, column->null_hash);
		else
			add_hash(&added,
					 hash_mix(bits_at(column->kind, row_layout_place(layout, column->index)) ^
							  column->key));
	}
	*sum = added;
}

/* The columns of the row read last. */
static void
add_read(const DigestSite *site, DigestSum *sum)
{
	const RowLayout *layout = site->layout;
	int i;

	for (i = 0; i < site->n; i++)
	{
		const DigestColumn *column = &site->columns[i];
		Datum value = layout->values[column->index];
		char place[sizeof(Datum)];

		if (layout->nulls[column->index])
			add_hash(sum, column->null_hash);
		else if (column->kind >= DIGEST_BYTES)
			add_bytes(sum, column, &site->outputs[i], value);
		else
		{
			store_att_byval(place, value, column->length);
			add_hash(sum, hash_mix(bits_at(column->kind, place) ^ column->key));
		}
	}
}

/* Two words for the row, of which each depends on every column. */
static DigestSum
row_hash(const DigestSite *site, HeapTupleHeader row)
{
	DigestSum sum = {0, 0, 1};

	if (site->is_fixed && row_layout_locate(site->layout, row, HeapTupleHeaderGetDatumLength(row)))
		add_located(site, &sum);
	else
	{
		row_layout_read(site->layout, row);
		add_read(site, &sum);
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
