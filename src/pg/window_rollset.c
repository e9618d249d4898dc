/*
 * window_rollset.c: input, output and accessors of the type rollset.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/float.h"

#include "pg/compat.h"
#include "pg/stat_state.h"
#include "pg/window_rollset.h"

/* Fields of a RollingResult, as StateType has them. */
static const char result_fields[] = "nxxxxx";
#define N_FIELDS 6
/* What to_array gives a window. */
#define N_STATISTICS 6

StaticAssertDecl(sizeof(RollingResult) == N_FIELDS * sizeof(int64),
				 "a result must have the fields that its text lists");
StaticAssertDecl(offsetof(Rollset, windows) == 2 * sizeof(int64),
				 "results must be aligned within a rollset");

PG_FUNCTION_INFO_V1(orchard_rollset_in);
PG_FUNCTION_INFO_V1(orchard_rollset_out);
PG_FUNCTION_INFO_V1(orchard_rollset_recv);
PG_FUNCTION_INFO_V1(orchard_rollset_send);
PG_FUNCTION_INFO_V1(orchard_rollset_n);
PG_FUNCTION_INFO_V1(orchard_rollset_n_windows);
PG_FUNCTION_INFO_V1(orchard_rollset_to_array);

static void
pg_attribute_noreturn() invalid_text(const char *text)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		 errmsg("invalid input syntax for type %s: \"%.64s\"", "rollset", text),
		 errhint(
			 "Text of this type is written by Orchard only; build a value with the window function rolling(x, ts, windows).")));
}

/* The word before one of the ends, as a field; *text moves past that end, which is returned. */
static char
read_word(char kind, uint64 *field, char **text, const char *whole)
{
	char word[64];
	size_t length = strcspn(*text, ",;)");
	char end = (*text)[length];

	if (end == '\0' || length == 0 || length >= sizeof(word))
		invalid_text(whole);
	memcpy(word, *text, length);
	word[length] = '\0';
	if (!state_word_to_field(kind, word, field))
		invalid_text(whole);
	*text += length + 1;
	return end;
}

/* One window's fields; returns the end behind them. */
static char
read_result(RollingResult *result, char **text, const char *whole)
{
	uint64 fields[N_FIELDS];
	char end = ',';
	int i;

	for (i = 0; i < N_FIELDS; i++)
	{
		if (end != ',')
			invalid_text(whole);
		end = read_word(result_fields[i], &fields[i], text, whole);
	}
	memcpy(result, fields, sizeof(fields));
	return end;
}

/* Text: (min_n;n,sum,rest of the sum,M2,min,max;...) */
Datum
orchard_rollset_in(PG_FUNCTION_ARGS)
{
	char *whole = PG_GETARG_CSTRING(0);
	char *text = whole;
	RollingResult results[ROLLSET_MAX_WINDOWS];
	Rollset *rollset;
	uint64 min_n;
	char end;
	int n = 0;

	if (*text++ != '(')
		invalid_text(whole);
	for (end = read_word('n', &min_n, &text, whole); end == ';'; n++)
	{
		if (n == ROLLSET_MAX_WINDOWS)
			invalid_text(whole);
		end = read_result(&results[n], &text, whole);
		if (!rolling_result_is_valid(&results[n]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid value of type %s: \"%.64s\"", "rollset", whole),
					 errdetail("No set of values gives window %d.", n + 1)));
	}
	if (end != ')' || *text != '\0' || n == 0 || min_n < 1 || min_n > PG_INT32_MAX)
		invalid_text(whole);
	rollset = rollset_create(n, (int) min_n);
	memcpy(rollset->windows, results, n * sizeof(RollingResult));
	PG_RETURN_POINTER(rollset);
}

static const Rollset *
rollset_detoast(Datum datum)
{
	const Rollset *rollset = (const Rollset *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(rollset) < offsetof(Rollset, windows) ||
		rollset->version != ROLLSET_FORMAT_VERSION || rollset->n_windows < 1 ||
		rollset->n_windows > ROLLSET_MAX_WINDOWS ||
		VARSIZE(rollset) != offsetof(Rollset, windows) + rollset->n_windows * sizeof(RollingResult))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored value of type %s has an unknown format", "rollset")));
	return rollset;
}

/* Argument 0 as a whole, aligned rollset. */
static inline const Rollset *
rollset_argument(FunctionCallInfo fcinfo)
{
	const Rollset *rollset = (const Rollset *) PG_GETARG_POINTER(0);

	if (likely(VARATT_IS_4B_U(rollset) && rollset->version == ROLLSET_FORMAT_VERSION &&
			   VARSIZE(rollset) ==
				   offsetof(Rollset, windows) + rollset->n_windows * sizeof(RollingResult)))
		return rollset;
	return rollset_detoast(PG_GETARG_DATUM(0));
}

Datum
orchard_rollset_out(PG_FUNCTION_ARGS)
{
	const Rollset *rollset = rollset_argument(fcinfo);
	StringInfoData text;
	int i;
	int j;

	initStringInfo(&text);
	appendStringInfo(&text, "(%d", rollset->min_n);
	for (i = 0; i < rollset->n_windows; i++)
	{
		const int64 *fields = (const int64 *) &rollset->windows[i];

		for (j = 0; j < N_FIELDS; j++)
		{
			appendStringInfoChar(&text, j == 0 ? ';' : ',');
			state_append_field(&text, result_fields[j], &fields[j]);
		}
	}
	appendStringInfoChar(&text, ')');
	PG_RETURN_CSTRING(text.data);
}

static void
pg_attribute_noreturn() invalid_binary(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary value of type %s", "rollset"), errdetail("%s", detail)));
}

Datum
orchard_rollset_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int version = pq_getmsgbyte(message);
	Rollset *rollset;
	int32 n;
	int32 min_n;
	int i;
	int j;

	if (version != ROLLSET_FORMAT_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported format version %d of type %s", version, "rollset")));
	n = (int32) pq_getmsgint(message, sizeof(n));
	min_n = (int32) pq_getmsgint(message, sizeof(min_n));
	if (n < 1 || n > ROLLSET_MAX_WINDOWS || min_n < 1)
		invalid_binary("A count in its header is out of range.");
	if (message->len - message->cursor != n * (int) sizeof(RollingResult))
		invalid_binary("Its length does not fit its number of windows.");
	rollset = rollset_create(n, min_n);
	for (i = 0; i < n; i++)
	{
		int64 *fields = (int64 *) &rollset->windows[i];

		for (j = 0; j < N_FIELDS; j++)
			fields[j] = pq_getmsgint64(message);
		if (!rolling_result_is_valid(&rollset->windows[i]))
			invalid_binary(psprintf("No set of values gives window %d.", i + 1));
	}
	PG_RETURN_POINTER(rollset);
}

Datum
orchard_rollset_send(PG_FUNCTION_ARGS)
{
	const Rollset *rollset = rollset_argument(fcinfo);
	StringInfoData message;
	int i;
	int j;

	pq_begintypsend(&message);
	pq_sendbyte(&message, ROLLSET_FORMAT_VERSION);
	pq_sendint32(&message, rollset->n_windows);
	pq_sendint32(&message, rollset->min_n);
	for (i = 0; i < rollset->n_windows; i++)
	{
		const int64 *fields = (const int64 *) &rollset->windows[i];

		for (j = 0; j < N_FIELDS; j++)
			pq_sendint64(&message, fields[j]);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* The window that argument 1 names, counted from 1. */
static inline const RollingResult *
window_argument(FunctionCallInfo fcinfo, const Rollset *rollset)
{
	int32 i = PG_GETARG_INT32(1);

	if (unlikely(i < 1 || i > rollset->n_windows))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"i\" must be between 1 and the number of windows, %d, not %d",
						rollset->n_windows, i)));
	return &rollset->windows[i - 1];
}

Datum
orchard_rollset_n(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(window_argument(fcinfo, rollset_argument(fcinfo))->n);
}

Datum
orchard_rollset_n_windows(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(rollset_argument(fcinfo)->n_windows);
}

static Status
result_sum(const RollingResult *result, double *value)
{
	Sum sum = {result->n, result->total};

	return sum_total(&sum, value);
}

static Status
result_mean(const RollingResult *result, double *value)
{
	Sum sum = {result->n, result->total};

	return sum_mean(&sum, value);
}

static Status
result_deviation(const RollingResult *result, double *value)
{
	return rolling_result_deviation(result, 1, value);
}

static Status
result_min(const RollingResult *result, double *value)
{
	*value = result->min;
	return KERNEL_OK;
}

static Status
result_max(const RollingResult *result, double *value)
{
	*value = result->max;
	return KERNEL_OK;
}

/* Defines the accessor orchard_rollset_NAME(r, i) by a call of a function of `result`. */
#define ROLLSET_ACCESSOR(name, call) \
	PG_FUNCTION_INFO_V1(orchard_rollset_##name); \
	Datum orchard_rollset_##name(PG_FUNCTION_ARGS) \
	{ \
		const Rollset *rollset = rollset_argument(fcinfo); \
		const RollingResult *result = window_argument(fcinfo, rollset); \
		double value = 0.0; \
		Status status; \
		if (result->n < rollset->min_n) \
			PG_RETURN_NULL(); \
		status = call; \
		return state_result(fcinfo, status, value); \
	}

ROLLSET_ACCESSOR(sum, result_sum(result, &value))
ROLLSET_ACCESSOR(avg, result_mean(result, &value))
ROLLSET_ACCESSOR(min, result_min(result, &value))
ROLLSET_ACCESSOR(max, result_max(result, &value))
ROLLSET_ACCESSOR(var_pop, rolling_result_variance(result, 0, &value))
ROLLSET_ACCESSOR(var_samp, rolling_result_variance(result, 1, &value))
ROLLSET_ACCESSOR(stddev_pop, rolling_result_deviation(result, 0, &value))
ROLLSET_ACCESSOR(stddev_samp, rolling_result_deviation(result, 1, &value))

/* n, sum, avg, stddev, min and max of each window in turn. */
Datum
orchard_rollset_to_array(PG_FUNCTION_ARGS)
{
	static Status (*const statistics[])(const RollingResult *, double *) = {
		result_sum, result_mean, result_deviation, result_min, result_max};
	const Rollset *rollset = rollset_argument(fcinfo);
	Datum *elements = palloc(sizeof(Datum) * N_STATISTICS * rollset->n_windows);
	bool *nulls = palloc(sizeof(bool) * N_STATISTICS * rollset->n_windows);
	int dimension = N_STATISTICS * rollset->n_windows;
	int lower = 1;
	int n = 0;
	int i;
	int j;

	for (i = 0; i < rollset->n_windows; i++)
	{
		const RollingResult *result = &rollset->windows[i];

		nulls[n] = false;
		elements[n++] = Float8GetDatum((double) result->n);
		for (j = 0; j < lengthof(statistics); j++)
		{
			double value = 0.0;
			Status status =
				result->n < rollset->min_n ? KERNEL_INVALID : statistics[j](result, &value);

			if (status == KERNEL_OVERFLOW)
				float_overflow_error();
			nulls[n] = status != KERNEL_OK;
			elements[n++] = Float8GetDatum(value);
		}
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(elements, nulls, 1, &dimension, &lower, FLOAT8OID,
											 sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
