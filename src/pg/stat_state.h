/*
 * stat_state.h: aggregate states of fixed size as public varlena types.
 *
 * A state is a flat varlena: length word, format version, and a kernel struct
 * made of 8-byte fields only.  An aggregate changes it in place (the pattern of
 * float8_accum): it lives in the aggregate's context and dies with the group.
 * Elsewhere it is a value like any other and is copied before a change.
 * The types are STORAGE plain, so a state is never compressed or moved out of line.
 */
#ifndef ORCHARD_PG_STAT_STATE_H
#define ORCHARD_PG_STAT_STATE_H

#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/execnodes.h"

#include "kernel/base/status.h"
#include "pg/compat.h"

#define STATE_FORMAT_VERSION 1

/* Common start of every state. */
typedef struct StateHeader
{
	int32 vl_len_;
	uint8 version;	   /* STATE_FORMAT_VERSION */
	uint8 reserved[3]; /* zero */
} StateHeader;

/* One of them per type, a constant. */
typedef struct StateType
{
	const char *name;	/* of the SQL type, for messages */
	Size size;			/* of the whole varlena */
	const char *fields; /* one letter a field: n = int64 count, x = double */
	void (*clear)(void *kernel_state);
	void (*normalise)(void *kernel_state);
	bool (*is_valid)(const void *kernel_state);
} StateType;

#define STATE_PAYLOAD(state) ((void *) ((char *) (state) + sizeof(StateHeader)))

/* Text "(field,field,...)" and binary (version byte, fields in network order), both exact. */
extern Datum state_in(const StateType *type, FunctionCallInfo fcinfo);
extern Datum state_out(const StateType *type, FunctionCallInfo fcinfo);
extern Datum state_recv(const StateType *type, FunctionCallInfo fcinfo);
extern Datum state_send(const StateType *type, FunctionCallInfo fcinfo);

/* A whole word as a field of this kind, as bits; false when it is none. */
extern bool state_word_to_field(char kind, const char *word, uint64 *field);

/* The text of a field of this kind. */
extern void state_append_field(StringInfo text, char kind, const void *field);

/* Detoasts what an argument may be in odd places; refuses a length or version that is not ours. */
extern const StateHeader *state_detoast(const StateType *type, Datum datum);

/* Does it begin as a new state does, which is neither packed nor toasted?  One comparison of 8 bytes. */
static inline bool
state_is_plain(const StateType *type, const StateHeader *state)
{
	union
	{
		StateHeader header;
		uint64 word;
	} plain = {.header = {.version = STATE_FORMAT_VERSION}};
	uint64 word;

	SET_VARSIZE(&plain.header, type->size);
	memcpy(&word, state, sizeof(word));
	return word == plain.word;
}

/* Argument i as a whole, aligned state. */
static inline const StateHeader *
state_argument(const StateType *type, FunctionCallInfo fcinfo, int i)
{
	const StateHeader *state = (const StateHeader *) PG_GETARG_POINTER(i);

	if (likely(state_is_plain(type, state)))
		return state;
	return state_detoast(type, PG_GETARG_DATUM(i));
}

/* A new, empty state in CurrentMemoryContext. */
extern StateHeader *state_create(const StateType *type);

/* A copy of argument i in CurrentMemoryContext. */
extern StateHeader *state_copy(const StateType *type, FunctionCallInfo fcinfo, int i);

/*
 * Argument 0 as it leaves an aggregate: a copy whose pairs are normalised and whose NaN is the one that
 * input makes.  Text and binary give just these bits back, so what is merged from a dump is what would
 * have been merged before it.
 */
extern Datum state_settled(const StateType *type, FunctionCallInfo fcinfo);

/* The same for a new state. */
extern void state_settle(const StateType *type, StateHeader *state);

/* Argument 0 to be changed: itself within an aggregate, where it is ours, a copy elsewhere. */
static inline StateHeader *
state_to_change(const StateType *type, FunctionCallInfo fcinfo)
{
	StateHeader *state = (StateHeader *) PG_GETARG_POINTER(0);

	if (likely(fcinfo->context != NULL &&
			   (IsA(fcinfo->context, AggState) || IsA(fcinfo->context, WindowAggState)) &&
			   VARATT_IS_4B_U(state) && state->version == STATE_FORMAT_VERSION))
		return state;
	return state_copy(type, fcinfo, 0);
}

/* NULL or the error of a status other than KERNEL_OK. */
extern Datum state_no_result(FunctionCallInfo fcinfo, Status status);

/* The result of a kernel function as a Datum: NULL where it is undefined, an error on over- or underflow. */
static inline Datum
state_result(FunctionCallInfo fcinfo, Status status, double result)
{
	if (unlikely(status != KERNEL_OK))
		return state_no_result(fcinfo, status);
	PG_RETURN_FLOAT8(result);
}

/* The same in single precision. */
extern Datum state_result_real(FunctionCallInfo fcinfo, Status status, float result);

#endif /* ORCHARD_PG_STAT_STATE_H */
