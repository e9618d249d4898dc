/*
 * window_value.h: values of any SQL type that the state of an aggregate keeps.
 */
#ifndef ORCHARD_PG_WINDOW_VALUE_H
#define ORCHARD_PG_WINDOW_VALUE_H

#include "postgres.h"

#include "fmgr.h"

#include "kernel/window/kept_value.h"
#include "pg/memory.h"

/* How values of a type are stored. */
typedef struct ValueType
{
	Oid oid;
	int16 length;
	bool is_by_value;
	char alignment;
} ValueType;

/* The type of argument i, looked up once a call site. */
extern const ValueType *value_type_of(FunctionCallInfo fcinfo, int i);

/*
 * The account for values that states of this aggregate keep: in a context of its own, shared by the
 * groups, that dies with the aggregate's.
 */
extern MemoryAccount *value_account(FunctionCallInfo fcinfo);

/* Keeps a copy of a value instead of what was kept; a value by reference counts in the account. */
extern void value_keep(KeptValue *kept, MemoryAccount *account, const ValueType *type, Datum value);

/* A copy of what is kept, which is not missing, in CurrentMemoryContext. */
extern Datum value_of(const KeptValue *kept, const ValueType *type);

#endif /* ORCHARD_PG_WINDOW_VALUE_H */
