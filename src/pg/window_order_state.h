/*
 * window_order_state.h: what the exact order statistics of bigint and of numeric share.
 *
 * Their states are internal.  Between the processes of a parallel plan they are bytes in the form
 * of memory.
 */
#ifndef ORCHARD_PG_WINDOW_ORDER_STATE_H
#define ORCHARD_PG_WINDOW_ORDER_STATE_H

#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"

#include "pg/window_fraction.h"

/* What error messages call such a state. */
#define ORDER_STATE_LABEL "the state of order statistics"

/* The context of the states of all groups. */
extern const char order_state_context[];
#define ORDER_STATE_CONTEXT order_state_context

/* What to do when a state outgrows orchard.max_memory. */
#define ORDER_STATE_HINT \
	"Raise orchard.max_memory, use orchard.qsketch, or compute fewer groups at a time; in a parallel plan each process has this limit, and one holds two states while it merges them."

/* Bytes of values that go from one process to another. */
#define ORDER_STATE_LIMIT ((Size) 512 * 1024 * 1024)

/* The argument p of quantile(x, p), as a decimal too. */
typedef struct OrderFraction
{
	Fraction fraction;
	DecimalFraction decimal;
} OrderFraction;

/* Notes p; 22023 when it was another one. */
static inline void
order_fraction_set(OrderFraction *fraction, double p)
{
	bool is_new = !fraction->fraction.is_set;

	fraction_set(&fraction->fraction, p);
	if (is_new)
		fraction->decimal = fraction_decimal(p);
}

/* The fraction of two states together. */
extern void order_fraction_merge(OrderFraction *into, const OrderFraction *from);

/* To and from another process. */
extern void order_fraction_send(StringInfo bytes, const OrderFraction *fraction);
extern void order_fraction_receive(StringInfo message, OrderFraction *fraction);

/* Argument 0 of a deserialisation as a message to read. */
extern void order_state_message(FunctionCallInfo fcinfo, StringInfo message);

/* Raises 54000: n values are more than ORDER_STATE_LIMIT bytes. */
extern void order_state_too_large(uint64 n) pg_attribute_noreturn();

#endif /* ORCHARD_PG_WINDOW_ORDER_STATE_H */
