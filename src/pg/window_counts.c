/*
 * window_counts.c: count_distinct, mode_value and entropy of values of any type that can be hashed.
 *
 * One state for all three, in groups and in frames: counts are exact, so a value
 * that leaves a frame is counted back.  It keeps a copy of each distinct value;
 * equality and hash are those of the type and the call's collation.  The state
 * is internal, not a public value: raw values of any type have no form that
 * bytes from outside could be checked against.  Between the processes of a
 * parallel plan it is serialised.
 *
 * The state and its blocks live in the context of the aggregate: one child
 * context for all groups, the private one of a moving aggregate.
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "kernel/stat/value_counts.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/stat_state.h"
#include "pg/window_frame.h"

#define SERIALIZED_LIMIT ((Size) 512 * 1024 * 1024)

typedef struct CountsState
{
	MemoryAccount *account;
	ValueCounts counts;
	Datum *values;		  /* by code: copies in the account, detoasted */
	uint32 n_values;	  /* room for */
	TypeCacheEntry *type; /* lives as long as the session */
	Oid collation;
} CountsState;

static const char what[] = "the table of values";
static const char context_name[] = "orchard value counts";
static const char memory_hint[] =
	"Raise orchard.max_memory, or compute fewer groups at a time; in a parallel plan each process has this limit, and one holds two states while it merges them.";

PG_FUNCTION_INFO_V1(orchard_value_counts_add);
PG_FUNCTION_INFO_V1(orchard_value_counts_remove);
PG_FUNCTION_INFO_V1(orchard_value_counts_combine);
PG_FUNCTION_INFO_V1(orchard_value_counts_serialize);
PG_FUNCTION_INFO_V1(orchard_value_counts_deserialize);
PG_FUNCTION_INFO_V1(orchard_value_counts_distinct);
PG_FUNCTION_INFO_V1(orchard_value_counts_mode);
PG_FUNCTION_INFO_V1(orchard_value_counts_entropy);

static void
require(CountsState *state, Status status)
{
	if (unlikely(status != KERNEL_OK))
		memory_account_require_ok(state->account, status, what);
}

/* The type's hash and equality; 42883 when it has none. */
static TypeCacheEntry *
hashable_type(Oid type_id)
{
	TypeCacheEntry *type =
		lookup_type_cache(type_id, TYPECACHE_HASH_PROC_FINFO | TYPECACHE_EQ_OPR_FINFO);

	if (!OidIsValid(type->hash_proc_finfo.fn_oid) || !OidIsValid(type->eq_opr_finfo.fn_oid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("could not identify a hash function for type %s", format_type_be(type_id)),
				 errhint("Cast the values to a type that can be hashed, such as text.")));
	return type;
}

/* An empty state; `account` is of the context where it may live. */
static CountsState *
create_state(MemoryAccount *account, TypeCacheEntry *type, Oid collation)
{
	CountsState *state = memory_allocate_zero(&account->allocator, 1, sizeof(CountsState));

	if (state == NULL)
		memory_account_require_ok(account, KERNEL_OUT_OF_MEMORY, what);
	state->account = account;
	state->type = type;
	state->collation = collation;
	return state;
}

/* The same for an aggregate's transition. */
static CountsState *
create_for_aggregate(FunctionCallInfo fcinfo, TypeCacheEntry *type, Oid collation)
{
	MemoryContext context;
	MemoryAccount *account;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "value_counts_add called outside an aggregate");
	if (IsA(fcinfo->context, WindowAggState))
	{
		account = memory_account_create(context);
		account->hint = WINDOW_FRAME_HINT;
	}
	else
	{
		account = memory_account_of_aggregate(fcinfo, context_name, "value_counts_add");
		account->hint = memory_hint;
	}
	return create_state(account, type, collation);
}

/* The code of a value that is detoasted; VALUE_COUNTS_NONE when it is new. */
static inline uint32
find_code(CountsState *state, Datum value, uint32 hash)
{
	uint32 slot = hash;
	uint32 code;

	while ((code = value_counts_next(&state->counts, hash, &slot)) != VALUE_COUNTS_NONE)
	{
		/* The same bits are the same value, also where others are too (as both zeros). */
		if (state->type->typbyval && state->values[code] == value)
			break;
		if (DatumGetBool(FunctionCall2Coll(&state->type->eq_opr_finfo, state->collation,
										   state->values[code], value)))
			break;
	}
	return code;
}

static inline uint32
hash_value(CountsState *state, Datum value)
{
	return DatumGetUInt32(
		FunctionCall1Coll(&state->type->hash_proc_finfo, state->collation, value));
}

/* Room for one more code. */
static void
reserve_value(CountsState *state, uint32 code)
{
	uint32 n_values = Max(state->counts.capacity, code + 1);
	Datum *values;

	if (code < state->n_values)
		return;
	values = memory_reallocate(&state->account->allocator, state->values, state->n_values, n_values,
							   sizeof(Datum));
	if (values == NULL)
		require(state, KERNEL_OUT_OF_MEMORY);
	state->values = values;
	state->n_values = n_values;
}

/* A copy in the account. */
static Datum
copy_value(CountsState *state, Datum value)
{
	Size size;
	void *copy;

	if (state->type->typbyval)
		return value;
	size = datumGetSize(value, false, state->type->typlen);
	copy = memory_allocate(&state->account->allocator, 1, size);
	if (copy == NULL)
		require(state, KERNEL_OUT_OF_MEMORY);
	memcpy(copy, DatumGetPointer(value), size);
	return PointerGetDatum(copy);
}

static void
release_value(CountsState *state, Datum value)
{
	if (!state->type->typbyval)
		memory_release(&state->account->allocator, DatumGetPointer(value), 1,
					   datumGetSize(value, false, state->type->typlen));
}

/* Compares two values, and keeps an error: nothing may jump through the kernel. */
static int
compare_values(void *context, uint32_t a, uint32_t b)
{
	CountsState *state = context;
	MemoryContext caller = CurrentMemoryContext;
	volatile int result = 0;

	if (state->account->error != NULL)
		return 0;
	PG_TRY();
	{
		result = DatumGetInt32(FunctionCall2Coll(&state->type->cmp_proc_finfo, state->collation,
												 state->values[a], state->values[b]));
	}
	PG_CATCH();
	{
		memory_account_keep_error(state->account);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	return result;
}

static inline void
rethrow(CountsState *state)
{
	if (unlikely(state->account->error != NULL))
		require(state, KERNEL_STOPPED);
}

static void
add_value(CountsState *state, Datum value, uint64 times)
{
	ValueOrder order = {compare_values, state};
	uint32 hash = hash_value(state, value);
	uint32 code = find_code(state, value, hash);

	if (code == VALUE_COUNTS_NONE)
	{
		Datum copy = copy_value(state, value);

		require(state,
				value_counts_insert(&state->counts, &state->account->allocator, hash, &code));
		reserve_value(state, code);
		state->values[code] = copy;
	}
	value_counts_add(&state->counts, code, times, &order);
	rethrow(state);
}

/* Argument 1 in the form that is kept. */
static inline Datum
value_argument(const CountsState *state, FunctionCallInfo fcinfo)
{
	if (state->type->typlen == -1)
		return PointerGetDatum(PG_DETOAST_DATUM(PG_GETARG_DATUM(1)));
	return PG_GETARG_DATUM(1);
}

/* transition(state, value), plain and moving */
Datum
orchard_value_counts_add(PG_FUNCTION_ARGS)
{
	CountsState *state;

	if (PG_ARGISNULL(0))
		state = create_for_aggregate(fcinfo, hashable_type(get_fn_expr_argtype(fcinfo->flinfo, 1)),
									 PG_GET_COLLATION());
	else
		state = (CountsState *) PG_GETARG_POINTER(0);
	if (!PG_ARGISNULL(1))
		add_value(state, value_argument(state, fcinfo), 1);
	PG_RETURN_POINTER(state);
}

Datum
orchard_value_counts_remove(PG_FUNCTION_ARGS)
{
	CountsState *state = (CountsState *) PG_GETARG_POINTER(0);
	ValueOrder order = {compare_values, state};

	if (!PG_ARGISNULL(1))
	{
		Datum value = value_argument(state, fcinfo);
		uint32 code = find_code(state, value, hash_value(state, value));
		bool is_gone;

		if (unlikely(code == VALUE_COUNTS_NONE))
			require(state, KERNEL_INVALID);
		value_counts_remove(&state->counts, code, &order, &is_gone);
		rethrow(state);
		if (is_gone)
			release_value(state, state->values[code]);
	}
	PG_RETURN_POINTER(state);
}

/* combine(state, state) */
Datum
orchard_value_counts_combine(PG_FUNCTION_ARGS)
{
	const CountsState *from;
	CountsState *into;
	uint32 code;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(0));
	}
	from = (const CountsState *) PG_GETARG_POINTER(1);
	into = PG_ARGISNULL(0) ? create_for_aggregate(fcinfo, from->type, from->collation) :
							 (CountsState *) PG_GETARG_POINTER(0);
	for (code = 0; code < from->counts.n_entries; code++)
	{
		CHECK_FOR_INTERRUPTS();
		if (from->counts.entries[code].count > 0)
			add_value(into, from->values[code], from->counts.entries[code].count);
	}
	PG_RETURN_POINTER(into);
}

/*
 * The type, the collation, and for each distinct value its count, its size and its bytes; for other
 * processes of the same plan only, so in the form of memory.
 */
Datum
orchard_value_counts_serialize(PG_FUNCTION_ARGS)
{
	const CountsState *state = (const CountsState *) PG_GETARG_POINTER(0);
	StringInfoData bytes;
	uint32 code;

	pq_begintypsend(&bytes);
	pq_sendint32(&bytes, state->type->type_id);
	pq_sendint32(&bytes, state->collation);
	for (code = 0; code < state->counts.n_entries; code++)
	{
		uint64 count = state->counts.entries[code].count;
		Datum value;
		Size size;

		CHECK_FOR_INTERRUPTS();
		if (count == 0)
			continue;
		value = state->values[code];
		size = datumGetSize(value, state->type->typbyval, state->type->typlen);
		if (bytes.len + size > SERIALIZED_LIMIT)
			ereport(
				ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s is too large to pass between processes", what),
				 errdetail("There are %u distinct values in this process.", state->counts.n_codes),
				 errhint("Set max_parallel_workers_per_gather to 0.")));
		pq_sendint64(&bytes, count);
		pq_sendint32(&bytes, size);
		if (state->type->typbyval)
			pq_sendint64(&bytes, (int64) value);
		else
			pq_sendbytes(&bytes, DatumGetPointer(value), size);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&bytes));
}

/* One value of a message, in aligned memory of the current context. */
static Datum
read_value(StringInfo message, const TypeCacheEntry *type, Size size)
{
	void *copy;

	if (type->typbyval)
		return (Datum) pq_getmsgint64(message);
	copy = palloc_extended(size, MCXT_ALLOC_HUGE);
	memcpy(copy, pq_getmsgbytes(message, size), size);
	return PointerGetDatum(copy);
}

Datum
orchard_value_counts_deserialize(PG_FUNCTION_ARGS)
{
	bytea *bytes;
	StringInfoData message;
	CountsState *state;
	TypeCacheEntry *type;
	Oid collation;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "value_counts_deserialize called outside an aggregate");
	bytes = PG_GETARG_BYTEA_PP(0);
	initStringInfo(&message);
	appendBinaryStringInfo(&message, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	type = hashable_type(pq_getmsgint(&message, 4));
	collation = pq_getmsgint(&message, 4);
	/* It lives until it is combined: in the context of this call. */
	state = create_state(memory_account_create(CurrentMemoryContext), type, collation);
	state->account->hint = memory_hint;
	while (message.cursor < message.len)
	{
		uint64 count = pq_getmsgint64(&message);
		Size size = pq_getmsgint(&message, 4);

		CHECK_FOR_INTERRUPTS();
		add_value(state, read_value(&message, type, size), count);
	}
	PG_RETURN_POINTER(state);
}

/* As of count: 0 over no values. */
Datum
orchard_value_counts_distinct(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_ARGISNULL(0) ? 0 :
									  ((const CountsState *) PG_GETARG_POINTER(0))->counts.n_codes);
}

/* final(state, value): the second argument is there for its type. */
Datum
orchard_value_counts_mode(PG_FUNCTION_ARGS)
{
	CountsState *state;
	ValueOrder order;
	uint32 code;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (CountsState *) PG_GETARG_POINTER(0);
	if (!OidIsValid(state->type->cmp_proc_finfo.fn_oid))
	{
		lookup_type_cache(state->type->type_id, TYPECACHE_CMP_PROC_FINFO);
		if (!OidIsValid(state->type->cmp_proc_finfo.fn_oid))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_FUNCTION),
					 errmsg("could not identify a comparison function for type %s",
							format_type_be(state->type->type_id)),
					 errhint("Cast the values to a type that has an order, such as text.")));
	}
	order = (ValueOrder){compare_values, state};
	require(state, value_counts_prepare_mode(&state->counts, &state->account->allocator, &order));
	rethrow(state);
	code = value_counts_mode(&state->counts);
	if (code == VALUE_COUNTS_NONE)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(datumCopy(state->values[code], state->type->typbyval, state->type->typlen));
}

Datum
orchard_value_counts_entropy(PG_FUNCTION_ARGS)
{
	CountsState *state = (CountsState *) PG_GETARG_POINTER(0);
	double result = 0.0;
	Status status = value_counts_entropy(&state->counts, &result);

	return state_result(fcinfo, status, result);
}
