/*
 * grown_state.c: expanded and flat forms of states that grow, whatever they hold.
 */
#include "postgres.h"

#include "libpq/pqformat.h"

#include "pg/compat.h"
#include "pg/error.h"
#include "pg/grown_state.h"
#include "pg/hex_text.h"

static Size grown_get_flat_size(ExpandedObjectHeader *header);
static void grown_flatten_into(ExpandedObjectHeader *header, void *result, Size size);

static const ExpandedObjectMethods grown_methods = {grown_get_flat_size, grown_flatten_into};

ByteWriter
grown_state_writer(void *place, size_t size)
{
	return (ByteWriter){
		.allocator = memory_transient(), .bytes = place, .capacity = size, .limit = size};
}

static Size
grown_get_flat_size(ExpandedObjectHeader *header)
{
	GrownState *state = (GrownState *) header;
	size_t size;

	grown_state_require(
		state, state->type->settle(state, &state->account->allocator, &state->account->stop));
	size = VARHDRSZ + state->type->encoded_size(state);
	if (size > GROWN_STATE_LIMIT)
		ereport(
			ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("%s is too large to store or to pass between processes", state->type->label),
			 errdetail("It has %zu bytes, at most %zu are allowed.", size, GROWN_STATE_LIMIT),
			 errhint(
				 "Set max_parallel_workers_per_gather to 0, or aggregate fewer rows at a time.")));
	return size;
}

static void
grown_flatten_into(ExpandedObjectHeader *header, void *result, Size size)
{
	GrownState *state = (GrownState *) header;
	ByteWriter writer = grown_state_writer(VARDATA(result), size - VARHDRSZ);

	SET_VARSIZE(result, size);
	state->type->encode(state, &writer);
	if (writer.status != KERNEL_OK || writer.length != size - VARHDRSZ)
		elog(ERROR, "%s has %zu bytes, not %zu", state->type->label, writer.length,
			 size - VARHDRSZ);
}

MemoryAccount *
grown_state_account(const GrownType *type, FunctionCallInfo fcinfo)
{
	MemoryAccount *account;

	if (AggCheckCallContext(fcinfo, NULL))
		account = memory_account_of_aggregate(fcinfo, type->context, type->name);
	else
		account = memory_account_create(AllocSetContextCreateInternal(
			CurrentMemoryContext, type->context, ALLOCSET_SMALL_SIZES));
	account->hint = type->hint;
	return account;
}

GrownState *
grown_state_create(const GrownType *type, MemoryAccount *account)
{
	GrownState *state = memory_allocate_zero(&account->allocator, 1, type->size);

	if (state == NULL)
		memory_account_require_ok(account, KERNEL_OUT_OF_MEMORY, type->label);
	EOH_init_header(&state->header, &grown_methods, account->context);
	state->type = type;
	state->account = account;
	return state;
}

/* Reads all bytes of a flat state into an empty one. */
static Status
decode(GrownState *state, const Allocator *allocator, const void *bytes, size_t length)
{
	ByteReader reader;
	Status status;

	reader_begin(&reader, bytes, length);
	status = state->type->decode(state, allocator, &reader);
	if (status == KERNEL_OK && reader_left(&reader) > 0)
	{
		state->type->release(state, allocator);
		status = KERNEL_CORRUPT;
	}
	return status;
}

GrownState *
grown_state_argument(const GrownType *type, FunctionCallInfo fcinfo, int i, bool *is_own)
{
	Datum datum = PG_GETARG_DATUM(i);
	struct varlena *flat;
	GrownState *state;

	*is_own = false;
	if (VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum)) &&
		DatumGetEOHP(datum)->eoh_methods == &grown_methods &&
		((GrownState *) DatumGetEOHP(datum))->type == type)
		return (GrownState *) DatumGetEOHP(datum);
	*is_own = true;
	flat = PG_DETOAST_DATUM_PACKED(datum);
	state = grown_state_create(type, grown_state_account(type, fcinfo));
	grown_state_require(
		state,
		decode(state, &state->account->allocator, VARDATA_ANY(flat), VARSIZE_ANY_EXHDR(flat)));
	return state;
}

void
grown_state_release(GrownState *state)
{
	const Allocator *allocator = &state->account->allocator;

	state->type->release(state, allocator);
	memory_release(allocator, state, 1, state->type->size);
}

/* Decodes bytes from outside for the sake of the check. */
static void
require_valid(const GrownType *type, const void *bytes, size_t length, int sqlstate)
{
	GrownState *state = palloc0(type->size);
	Status status;

	state->type = type;
	status = decode(state, memory_transient(), bytes, length);
	if (status == KERNEL_CORRUPT)
		ereport(ERROR,
				(errcode(sqlstate), errmsg("invalid input for type %s", type->name),
				 errhint("Values of this type are made by Orchard's aggregates only.")));
	require_ok(status, type->label);
	type->release(state, memory_transient());
	pfree(state);
}

Datum
grown_state_in(const GrownType *type, FunctionCallInfo fcinfo)
{
	struct varlena *stored = hex_text_read(PG_GETARG_CSTRING(0), type->name);

	require_valid(type, VARDATA(stored), VARSIZE(stored) - VARHDRSZ,
				  ERRCODE_INVALID_TEXT_REPRESENTATION);
	PG_RETURN_POINTER(stored);
}

Datum
grown_state_out(const GrownType *type, FunctionCallInfo fcinfo)
{
	PG_RETURN_CSTRING(hex_text_write(PG_DETOAST_DATUM(PG_GETARG_DATUM(0))));
}

Datum
grown_state_recv(const GrownType *type, FunctionCallInfo fcinfo)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int length = message->len - message->cursor;
	const char *bytes = pq_getmsgbytes(message, length);
	struct varlena *stored;

	require_valid(type, bytes, length, ERRCODE_INVALID_BINARY_REPRESENTATION);
	stored = palloc(VARHDRSZ + length);
	SET_VARSIZE(stored, VARHDRSZ + length);
	memcpy(VARDATA(stored), bytes, length);
	PG_RETURN_POINTER(stored);
}

Datum
grown_state_send(const GrownType *type, FunctionCallInfo fcinfo)
{
	struct varlena *stored = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbytes(&message, VARDATA(stored), VARSIZE(stored) - VARHDRSZ);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}
