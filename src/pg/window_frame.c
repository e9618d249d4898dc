/*
 * window_frame.c: how the state of a moving aggregate begins.
 */
#include "postgres.h"

#include "pg/window_frame.h"

void *
window_frame_begin(FunctionCallInfo fcinfo, Size size)
{
	MemoryContext context;
	MemoryAccount **frame;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "moving aggregate function called outside an aggregate");
	frame = MemoryContextAllocZero(context, size);
	*frame = memory_account_create(context);
	(*frame)->hint = "Raise orchard.max_memory, or use a shorter frame.";
	return frame;
}
