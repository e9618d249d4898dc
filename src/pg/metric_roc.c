/*
 * metric_roc.c: roc_auc, pr_auc and ks over an expanded, mergeable state.
 *
 * While it grows a state is an expanded object in the account of the aggregate
 * context, one account for all groups; stored or between processes it is a flat
 * value of compacted points.  The final function only compacts, which changes
 * the form and not the meaning of a state that it may share.
 */
#include "postgres.h"

#include <math.h>

#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"

#include "kernel/metric/roc.h"

#include "pg/compat.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/metric_argument.h"

#define ROC_STATE_LIMIT ((size_t) 512 * 1024 * 1024)

static const char roc_states[] = "orchard roc states";
static const char *const what = "roc_state";
static const char memory_hint[] =
	"Raise orchard.max_memory, round the scores, or compute fewer groups at a time; in a parallel plan each process has this limit, and one holds two states while it merges them.";

typedef struct RocState
{
	ExpandedObjectHeader header;
	MemoryAccount *account;
	Roc roc;
} RocState;

static Size roc_get_flat_size(ExpandedObjectHeader *header);
static void roc_flatten_into(ExpandedObjectHeader *header, void *result, Size size);

static const ExpandedObjectMethods roc_methods = {roc_get_flat_size, roc_flatten_into};

PG_FUNCTION_INFO_V1(orchard_roc_state_in);
PG_FUNCTION_INFO_V1(orchard_roc_state_out);
PG_FUNCTION_INFO_V1(orchard_roc_state_recv);
PG_FUNCTION_INFO_V1(orchard_roc_state_send);
PG_FUNCTION_INFO_V1(orchard_roc_accum);
PG_FUNCTION_INFO_V1(orchard_roc_combine);
PG_FUNCTION_INFO_V1(orchard_roc_state_auc);
PG_FUNCTION_INFO_V1(orchard_pr_auc);
PG_FUNCTION_INFO_V1(orchard_ks);
PG_FUNCTION_INFO_V1(orchard_roc_state_final);

static void
require(RocState *state, Status status)
{
	if (unlikely(status != KERNEL_OK))
		memory_account_require_ok(state->account, status, what);
}

static void
compact(RocState *state)
{
	require(state, roc_compact(&state->roc, &state->account->allocator, &state->account->stop));
}

static Size
roc_get_flat_size(ExpandedObjectHeader *header)
{
	RocState *state = (RocState *) header;
	size_t size;

	compact(state);
	size = VARHDRSZ + roc_encoded_size(&state->roc);
	if (size > ROC_STATE_LIMIT)
		ereport(
			ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg(
				 "the roc_state has too many distinct scores to store or to pass between processes"),
			 errdetail("It has %zu bytes, at most %zu are allowed.", size, ROC_STATE_LIMIT),
			 errhint("Set max_parallel_workers_per_gather to 0, or round the scores.")));
	return size;
}

static void
roc_flatten_into(ExpandedObjectHeader *header, void *result, Size size)
{
	RocState *state = (RocState *) header;

	SET_VARSIZE(result, size);
	roc_encode(&state->roc, (uint8 *) VARDATA(result));
}

static RocState *
create_state(MemoryAccount *account)
{
	RocState *state = memory_allocate_zero(&account->allocator, 1, sizeof(RocState));

	if (state == NULL)
		memory_account_require_ok(account, KERNEL_OUT_OF_MEMORY, what);
	EOH_init_header(&state->header, &roc_methods, account->context);
	state->account = account;
	return state;
}

/* Reads flat bytes into an empty state. */
static Status
decode(Roc *roc, const Allocator *allocator, const void *bytes, size_t length)
{
	ByteReader reader;

	reader_begin(&reader, bytes, length);
	return roc_decode(roc, allocator, &reader);
}

/* The account of the aggregate, or one in the current context for a plain call. */
static MemoryAccount *
account_for(FunctionCallInfo fcinfo)
{
	MemoryAccount *account;

	if (AggCheckCallContext(fcinfo, NULL))
		account = memory_account_of_aggregate(fcinfo, roc_states, "roc_accum");
	else
		account = memory_account_create(
			AllocSetContextCreate(CurrentMemoryContext, "orchard roc state", ALLOCSET_SMALL_SIZES));
	account->hint = memory_hint;
	return account;
}

/* Argument i as an expanded state; *is_own when it was made here. */
static RocState *
state_argument(FunctionCallInfo fcinfo, int i, bool *is_own)
{
	Datum datum = PG_GETARG_DATUM(i);
	struct varlena *flat;
	RocState *state;

	*is_own = false;
	if (VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum)) &&
		DatumGetEOHP(datum)->eoh_methods == &roc_methods)
		return (RocState *) DatumGetEOHP(datum);
	*is_own = true;
	flat = PG_DETOAST_DATUM_PACKED(datum);
	state = create_state(account_for(fcinfo));
	require(state,
			decode(&state->roc, &state->account->allocator, VARDATA_ANY(flat),
				   VARSIZE_ANY_EXHDR(flat)));
	return state;
}

/* Returns a state that state_argument() made. */
static void
release_state(RocState *state)
{
	const Allocator *allocator = &state->account->allocator;

	roc_release(&state->roc, allocator);
	memory_release(allocator, state, 1, sizeof(RocState));
}

/* transition(state, label, prediction [, weight]) */
Datum
orchard_roc_accum(PG_FUNCTION_ARGS)
{
	RocState *state;
	bool is_own;
	double score;
	double weight;

	if (unlikely(fcinfo->context == NULL) || !AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "roc_accum called outside an aggregate");
	state =
		PG_ARGISNULL(0) ? create_state(account_for(fcinfo)) : state_argument(fcinfo, 0, &is_own);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || (PG_NARGS() > 3 && PG_ARGISNULL(3)))
		PG_RETURN_DATUM(EOHPGetRWDatum(&state->header));
	score = PG_GETARG_FLOAT8(2);
	weight = metric_weight(fcinfo, 3);
	if (unlikely(isnan(score)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"prediction\" must not be NaN")));
	if (weight > 0.0)
		require(state,
				roc_add(&state->roc, &state->account->allocator, &state->account->stop,
						PG_GETARG_BOOL(1), score, weight));
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->header));
}

/* combine(state, state), and the transition of merge(roc_state). */
Datum
orchard_roc_combine(PG_FUNCTION_ARGS)
{
	RocState *into;
	RocState *from;
	bool is_own;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "roc_combine called outside an aggregate");
	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	into = PG_ARGISNULL(0) ? create_state(account_for(fcinfo)) : state_argument(fcinfo, 0, &is_own);
	if (!PG_ARGISNULL(1))
	{
		from = state_argument(fcinfo, 1, &is_own);
		require(into,
				roc_merge(&into->roc, &into->account->allocator, &into->account->stop, &from->roc));
		if (is_own)
			release_state(from);
	}
	PG_RETURN_DATUM(EOHPGetRWDatum(&into->header));
}

/* A number read off the curve; NULL where it is undefined. */
static Datum
read_curve(FunctionCallInfo fcinfo, Status (*reading)(const Roc *roc, double *result))
{
	RocState *state;
	bool is_own;
	Status status;
	double result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = state_argument(fcinfo, 0, &is_own);
	compact(state);
	status = reading(&state->roc, &result);
	if (is_own)
		release_state(state);
	if (status == KERNEL_INVALID)
		PG_RETURN_NULL();
	require_ok(status, what);
	PG_RETURN_FLOAT8(result);
}

/* Accessors, which are final functions of their aggregates too. */
Datum
orchard_roc_state_auc(PG_FUNCTION_ARGS)
{
	return read_curve(fcinfo, roc_auc);
}

Datum
orchard_pr_auc(PG_FUNCTION_ARGS)
{
	return read_curve(fcinfo, roc_average_precision);
}

Datum
orchard_ks(PG_FUNCTION_ARGS)
{
	return read_curve(fcinfo, roc_kolmogorov_smirnov);
}

/* The state itself; NULL over no rows, as aggregates have it. */
Datum
orchard_roc_state_final(PG_FUNCTION_ARGS)
{
	RocState *state;
	bool is_own;
	bool is_empty;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = state_argument(fcinfo, 0, &is_own);
	is_empty = roc_is_empty(&state->roc);
	if (is_own)
		release_state(state);
	if (is_empty)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* Bytes from outside, decoded for the sake of the check. */
static struct varlena *
store_foreign_bytes(const void *bytes, size_t length, int sqlstate)
{
	struct varlena *stored;
	Roc roc = {0};
	Status status = decode(&roc, memory_transient(), bytes, length);

	if (status == KERNEL_CORRUPT)
		ereport(ERROR,
				(errcode(sqlstate), errmsg("invalid input for type %s", "orchard.roc_state")));
	require_ok(status, what);
	roc_release(&roc, memory_transient());
	stored = palloc(VARHDRSZ + length);
	SET_VARSIZE(stored, VARHDRSZ + length);
	memcpy(VARDATA(stored), bytes, length);
	return stored;
}

Datum
orchard_roc_state_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	size_t length = strlen(text);
	char *bytes;

	if (length < 2 || text[0] != '\\' || text[1] != 'x' || length % 2 != 0 ||
		strspn(text + 2, "0123456789abcdefABCDEF") != length - 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s", "orchard.roc_state"),
				 errdetail("The text form is \\x and the bytes in hexadecimal.")));
	bytes = palloc_extended(length / 2 + 1, MCXT_ALLOC_HUGE);
	length = hex_decode(text + 2, length - 2, bytes);
	PG_RETURN_POINTER(store_foreign_bytes(bytes, length, ERRCODE_INVALID_TEXT_REPRESENTATION));
}

Datum
orchard_roc_state_out(PG_FUNCTION_ARGS)
{
	struct varlena *stored = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	size_t length = VARSIZE(stored) - VARHDRSZ;
	char *text = palloc_extended(length * 2 + 3, MCXT_ALLOC_HUGE);

	text[0] = '\\';
	text[1] = 'x';
	text[2 + hex_encode(VARDATA(stored), length, text + 2)] = '\0';
	PG_RETURN_CSTRING(text);
}

Datum
orchard_roc_state_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int length = message->len - message->cursor;

	PG_RETURN_POINTER(store_foreign_bytes(pq_getmsgbytes(message, length), length,
										  ERRCODE_INVALID_BINARY_REPRESENTATION));
}

Datum
orchard_roc_state_send(PG_FUNCTION_ARGS)
{
	struct varlena *stored = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbytes(&message, VARDATA(stored), VARSIZE(stored) - VARHDRSZ);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}
