/*
 * model_fit_state.c: the type orchard.fit_state, a training state as a value, and finish().
 *
 * Only states of sums are values: of fixed size whatever the rows, mergeable, and
 * without any single row.  Logistic regression's state is its rows.
 */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/memutils.h"

#include "pg/compat.h"
#include "pg/error.h"
#include "pg/fit_final.h"
#include "pg/fit_state.h"
#include "pg/hex_text.h"
#include "pg/model_cache.h"

PG_FUNCTION_INFO_V1(orchard_fit_state_in);
PG_FUNCTION_INFO_V1(orchard_fit_state_out);
PG_FUNCTION_INFO_V1(orchard_fit_state_recv);
PG_FUNCTION_INFO_V1(orchard_fit_state_send);
PG_FUNCTION_INFO_V1(orchard_finish);

static const char type_name[] = "orchard.fit_state";

FitState *
fit_state_decode_here(const struct varlena *flat)
{
	size_t length;
	const uint8 *encoded = fit_state_flat_spec(flat, &length);
	const FitSpec *spec = fit_spec_decode(encoded, length);

	return fit_state_decode(memory_account_create(CurrentMemoryContext), spec, flat);
}

static MemoryContext
enter_scratch(void)
{
	return MemoryContextSwitchTo(AllocSetContextCreate(
		CurrentMemoryContext, "orchard training state", ALLOCSET_DEFAULT_SIZES));
}

static void
leave_scratch(MemoryContext caller)
{
	MemoryContextDelete(MemoryContextSwitchTo(caller));
}

/* Bytes from outside are decoded once before they are stored. */
static struct varlena *
check_foreign_bytes(struct varlena *flat, int sqlstate)
{
	MemoryContext caller;

	if (!fit_state_flat_is_whole(flat))
		ereport(ERROR,
				(errcode(sqlstate), errmsg("invalid input for type %s", type_name),
				 errdetail("The bytes are not a training state: their start or the checksum does "
						   "not fit.")));
	caller = enter_scratch();
	fit_state_decode_here(flat);
	leave_scratch(caller);
	return flat;
}

/* The flat state of argument 0, to be shown. */
static struct varlena *
shown_argument(FunctionCallInfo fcinfo)
{
	struct varlena *flat = (struct varlena *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0));

	if (!fit_state_flat_has_sums(flat))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot display a value of type %s of logistic regression", type_name),
				 errdetail("Such a state is the rows of its training set."),
				 errhint("Make a model of it by orchard.finish(state).")));
	return flat;
}

Datum
orchard_fit_state_in(PG_FUNCTION_ARGS)
{
	struct varlena *flat = hex_text_read(PG_GETARG_CSTRING(0), type_name);

	PG_RETURN_POINTER(check_foreign_bytes(flat, ERRCODE_INVALID_TEXT_REPRESENTATION));
}

Datum
orchard_fit_state_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(hex_text_write(shown_argument(fcinfo)));
}

Datum
orchard_fit_state_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int length = message->len - message->cursor;
	struct varlena *flat = palloc(VARHDRSZ + length);

	SET_VARSIZE(flat, VARHDRSZ + length);
	memcpy(VARDATA(flat), pq_getmsgbytes(message, length), length);
	PG_RETURN_POINTER(check_foreign_bytes(flat, ERRCODE_INVALID_BINARY_REPRESENTATION));
}

Datum
orchard_fit_state_send(PG_FUNCTION_ARGS)
{
	struct varlena *flat = shown_argument(fcinfo);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbytes(&message, VARDATA_ANY(flat), VARSIZE_ANY_EXHDR(flat));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* Sums that no rows have can give what is no model. */
static void
require_model(const struct varlena *stored)
{
	Model *model;
	Status status = model_decode_here(&model, VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored));

	if (status != KERNEL_OK)
		require_ok(KERNEL_CORRUPT, "the training state");
	model_release(model, memory_transient());
}

/* finish(state): the model of all rows in the state; NULL, with a WARNING, when there is none. */
Datum
orchard_finish(PG_FUNCTION_ARGS)
{
	struct varlena *flat = (struct varlena *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	MemoryContext caller = enter_scratch();
	FitState *state = fit_state_decode_here(flat);
	MemoryContext scratch;
	struct varlena *model;

	fit_notice_two_values(state);
	scratch = MemoryContextSwitchTo(caller);
	model = fit_model(state, NULL, NULL);
	if (model != NULL)
		require_model(model);
	MemoryContextDelete(scratch);
	if (model == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(model);
}
