/*
 * argument.h: arguments of SQL functions that must not be NULL.
 */
#ifndef ORCHARD_PG_ARGUMENT_H
#define ORCHARD_PG_ARGUMENT_H

#include "postgres.h"

#include "fmgr.h"

/* Raises 22004 with the argument's name when argument i is NULL. */
extern void require_argument(FunctionCallInfo fcinfo, int i, const char *name);

/* A text argument, which must not be NULL. */
extern char *text_argument(FunctionCallInfo fcinfo, int i, const char *name);

#endif /* ORCHARD_PG_ARGUMENT_H */
