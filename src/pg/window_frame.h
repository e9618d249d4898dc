/*
 * window_frame.h: how the states of moving and of ordered aggregates begin.
 */
#ifndef ORCHARD_PG_WINDOW_FRAME_H
#define ORCHARD_PG_WINDOW_FRAME_H

#include "postgres.h"

#include "fmgr.h"

#include "pg/memory.h"

/* What error messages call the state. */
#define WINDOW_FRAME_LABEL "the window frame"

/* What to do when it outgrows orchard.max_memory. */
#define WINDOW_FRAME_HINT "Raise orchard.max_memory, or use a shorter frame."

/*
 * A zeroed struct of `size` bytes in the context of the moving aggregate that fcinfo is a call of;
 * its first field, a MemoryAccount *, is set to a new account of that context.  Struct, account and
 * blocks die with the context, at the latest at the end of the partition.
 */
extern void *window_frame_begin(FunctionCallInfo fcinfo, Size size);

/*
 * The same for an aggregate whose one struct serves groups too: for a group the account is the one of
 * all groups (memory_account_of_aggregate) under `context_name`, with `hint`, and holds the struct.
 */
extern void *window_state_begin(FunctionCallInfo fcinfo, Size size, const char *context_name,
								const char *hint);

/*
 * Argument 0, the plain state of an aggregate with STYPE internal, or a new zeroed one of `size`
 * bytes in the aggregate's context.
 */
extern void *window_plain_state(FunctionCallInfo fcinfo, Size size);

#endif /* ORCHARD_PG_WINDOW_FRAME_H */
