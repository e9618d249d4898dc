/*
 * window_order_state.c: fractions, and bytes between the processes of a parallel plan.
 */
#include "postgres.h"

#include "libpq/pqformat.h"

#include "pg/compat.h"
#include "pg/window_order_state.h"

const char order_state_context[] = "orchard order statistics";

void
order_fraction_merge(OrderFraction *into, const OrderFraction *from)
{
	if (from->fraction.is_set)
		order_fraction_set(into, from->fraction.p);
}

void
order_fraction_send(StringInfo bytes, const OrderFraction *fraction)
{
	pq_sendbyte(bytes, fraction->fraction.is_set);
	pq_sendfloat8(bytes, fraction->fraction.p);
}

void
order_fraction_receive(StringInfo message, OrderFraction *fraction)
{
	bool is_set = pq_getmsgbyte(message) != 0;
	double p = pq_getmsgfloat8(message);

	if (is_set)
		order_fraction_set(fraction, p);
}

void
order_state_message(FunctionCallInfo fcinfo, StringInfo message)
{
	bytea *bytes = PG_GETARG_BYTEA_PP(0);

	initStringInfo(message);
	appendBinaryStringInfo(message, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

void
order_state_too_large(uint64 n)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("%s is too large to pass between processes", ORDER_STATE_LABEL),
			 errdetail("There are " UINT64_FORMAT " values in this process.", n),
			 errhint("Set max_parallel_workers_per_gather to 0.")));
}
