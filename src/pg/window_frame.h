/*
 * window_frame.h: how the state of a moving aggregate begins.
 */
#ifndef ORCHARD_PG_WINDOW_FRAME_H
#define ORCHARD_PG_WINDOW_FRAME_H

#include "postgres.h"

#include "fmgr.h"

#include "pg/memory.h"

/* What error messages call the state. */
#define WINDOW_FRAME_LABEL "the window frame"

/*
 * A zeroed struct of `size` bytes in the context of the moving aggregate that fcinfo is a call of;
 * its first field, a MemoryAccount *, is set to a new account of that context.  Struct, account and
 * blocks die with the context, at the latest at the end of the partition.
 */
extern void *window_frame_begin(FunctionCallInfo fcinfo, Size size);

#endif /* ORCHARD_PG_WINDOW_FRAME_H */
