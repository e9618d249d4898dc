/*
 * argument.h: arguments of SQL functions that must not be NULL, of no fixed length or infinite.
 */
#ifndef ORCHARD_PG_ARGUMENT_H
#define ORCHARD_PG_ARGUMENT_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/timestamp.h"

/* Raises 22004 with the argument's name when argument i is NULL. */
extern void require_argument(FunctionCallInfo fcinfo, int i, const char *name);

/*
 * Is argument i of the aggregate that a transition function works for, without the state, a constant of
 * the query or a parameter of the whole statement?  Then it is the same for all rows.
 */
extern bool has_constant_argument(FunctionCallInfo fcinfo, int i);

/* A text argument, which must not be NULL. */
extern char *text_argument(FunctionCallInfo fcinfo, int i, const char *name);

/* A confidence level, between 0 and 1, that is not NULL. */
extern double confidence_argument(FunctionCallInfo fcinfo, int i);

/*
 * Microseconds of an interval of fixed length, in which a day has 24 hours; raises 22023 with the
 * argument's name when it has months or is below `least`, which is 0 or 1.
 */
extern int64 fixed_length(const Interval *interval, const char *name, int64 least);

/* Raises 22023 for a time that must not be infinite. */
extern void infinite_time(const char *name) pg_attribute_noreturn();

/* The time itself, in microseconds. */
static inline int64
finite_time(Timestamp time, const char *name)
{
	if (unlikely(TIMESTAMP_NOT_FINITE(time)))
		infinite_time(name);
	return time;
}

#endif /* ORCHARD_PG_ARGUMENT_H */
