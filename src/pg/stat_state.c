/*
 * stat_state.c: text, binary and copies of fixed-size states, whatever their fields.
 */
#include "postgres.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "common/shortest_dec.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/float.h"

#include "pg/compat.h"
#include "pg/stat_state.h"

#define STATE_MAX_FIELDS 16

StateHeader *
state_create(const StateType *type)
{
	StateHeader *state = palloc0(type->size);

	SET_VARSIZE(state, type->size);
	state->version = STATE_FORMAT_VERSION;
	type->clear(STATE_PAYLOAD(state));
	return state;
}

const StateHeader *
state_detoast(const StateType *type, Datum datum)
{
	const StateHeader *state = (const StateHeader *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(state) != type->size || state->version != STATE_FORMAT_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored value of type %s has an unknown format", type->name)));
	return state;
}

StateHeader *
state_copy(const StateType *type, FunctionCallInfo fcinfo, int i)
{
	const StateHeader *state = state_argument(type, fcinfo, i);
	StateHeader *copy = palloc(type->size);

	memcpy(copy, state, type->size);
	return copy;
}

void
state_settle(const StateType *type, StateHeader *state)
{
	double *field = STATE_PAYLOAD(state);
	const char *kind;

	type->normalise(field);
	for (kind = type->fields; *kind != '\0'; kind++, field++)
	{
		if (*kind == 'x' && isnan(*field))
			*field = get_float8_nan();
	}
}

Datum
state_settled(const StateType *type, FunctionCallInfo fcinfo)
{
	StateHeader *state = state_copy(type, fcinfo, 0);

	state_settle(type, state);
	PG_RETURN_POINTER(state);
}

Datum
state_no_result(FunctionCallInfo fcinfo, Status status)
{
	if (status == KERNEL_OVERFLOW)
		float_overflow_error();
	if (status == KERNEL_UNDERFLOW)
		float_underflow_error();
	PG_RETURN_NULL();
}

Datum
state_result_real(FunctionCallInfo fcinfo, Status status, float result)
{
	if (likely(status == KERNEL_OK))
		PG_RETURN_FLOAT4(result);
	return state_no_result(fcinfo, status);
}

static void
invalid_text(const StateType *type, const char *text)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		 errmsg("invalid input syntax for type %s: \"%.64s\"", type->name, text),
		 errhint(
			 "Text of this type is written by Orchard only; build a value with the aggregate %s(x).",
			 type->name)));
}

bool
state_word_to_field(char kind, const char *word, uint64 *field)
{
	char *stop;
	double x;

	if (isspace((unsigned char) word[0]))
		return false;
	errno = 0;
	if (kind == 'n')
	{
		*field = (uint64) strtoll(word, &stop, 10);
		return *stop == '\0' && errno == 0;
	}
	x = strtod(word, &stop);
	if (*stop != '\0' || (errno == ERANGE && isinf(x)))
		return false;
	if (isnan(x))
		x = get_float8_nan();
	memcpy(field, &x, sizeof(x));
	return true;
}

/* One field from text; *text moves past it and past the `end` that must follow. */
static uint64
field_from_text(const StateType *type, char kind, char end, char **text, const char *whole)
{
	char word[64];
	char *stop = strchr(*text, end);
	uint64 field;

	if (stop == NULL || stop == *text || stop - *text >= (ptrdiff_t) sizeof(word))
		invalid_text(type, whole);
	memcpy(word, *text, stop - *text);
	word[stop - *text] = '\0';
	if (!state_word_to_field(kind, word, &field))
		invalid_text(type, whole);
	*text = stop + 1;
	return field;
}

void
state_append_field(StringInfo text, char kind, const void *field)
{
	char number[DOUBLE_SHORTEST_DECIMAL_LEN];
	int64 count;
	double x;

	memcpy(&count, field, sizeof(count));
	memcpy(&x, field, sizeof(x));
	if (kind == 'n')
		appendStringInfo(text, INT64_FORMAT, count);
	else
	{
		double_to_shortest_decimal_buf(x, number);
		appendStringInfoString(text, number);
	}
}

Datum
state_in(const StateType *type, FunctionCallInfo fcinfo)
{
	char *whole = PG_GETARG_CSTRING(0);
	char *text = whole;
	StateHeader *state = state_create(type);
	uint64 fields[STATE_MAX_FIELDS];
	Size n_fields = strlen(type->fields);
	Size i;

	if (*text++ != '(')
		invalid_text(type, whole);
	for (i = 0; i < n_fields; i++)
		fields[i] =
			field_from_text(type, type->fields[i], i + 1 < n_fields ? ',' : ')', &text, whole);
	if (*text != '\0')
		invalid_text(type, whole);
	memcpy(STATE_PAYLOAD(state), fields, n_fields * sizeof(uint64));
	if (!type->is_valid(STATE_PAYLOAD(state)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid value of type %s: \"%.64s\"", type->name, whole),
				 errdetail("No set of values has this state.")));
	PG_RETURN_POINTER(state);
}

Datum
state_out(const StateType *type, FunctionCallInfo fcinfo)
{
	StateHeader *state = state_copy(type, fcinfo, 0);
	const char *fields = type->fields;
	StringInfoData text;
	Size i;

	state_settle(type, state);
	initStringInfo(&text);
	for (i = 0; fields[i] != '\0'; i++)
	{
		appendStringInfoChar(&text, i == 0 ? '(' : ',');
		state_append_field(&text, fields[i], (char *) STATE_PAYLOAD(state) + i * sizeof(int64));
	}
	appendStringInfoChar(&text, ')');
	PG_RETURN_CSTRING(text.data);
}

Datum
state_recv(const StateType *type, FunctionCallInfo fcinfo)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	StateHeader *state = state_create(type);
	int64 *field = STATE_PAYLOAD(state);
	Size n_fields = strlen(type->fields);
	int version = pq_getmsgbyte(message);
	Size i;

	if (version != STATE_FORMAT_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported format version %d of type %s", version, type->name)));
	for (i = 0; i < n_fields; i++)
		field[i] = pq_getmsgint64(message);
	if (!type->is_valid(field))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value of type %s", type->name),
				 errdetail("No set of values has this state.")));
	PG_RETURN_POINTER(state);
}

Datum
state_send(const StateType *type, FunctionCallInfo fcinfo)
{
	StateHeader *state = state_copy(type, fcinfo, 0);
	const int64 *field = STATE_PAYLOAD(state);
	StringInfoData message;
	Size i;

	state_settle(type, state);
	pq_begintypsend(&message);
	pq_sendbyte(&message, STATE_FORMAT_VERSION);
	for (i = 0; type->fields[i] != '\0'; i++)
		pq_sendint64(&message, field[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}
