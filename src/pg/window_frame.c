/*
 * window_frame.c: how the states of moving and of ordered aggregates begin.
 */
#include "postgres.h"

#include "nodes/execnodes.h"

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
	(*frame)->hint = WINDOW_FRAME_HINT;
	return frame;
}

void *
window_state_begin(FunctionCallInfo fcinfo, Size size, const char *context_name, const char *hint)
{
	MemoryAccount *account;
	MemoryAccount **state;

	if (fcinfo->context != NULL && IsA(fcinfo->context, WindowAggState))
		return window_frame_begin(fcinfo, size);
	account = memory_account_of_aggregate(fcinfo, context_name, "window aggregate function");
	account->hint = hint;
	state = memory_allocate_zero(&account->allocator, 1, size);
	if (state == NULL)
		memory_account_require_ok(account, KERNEL_OUT_OF_MEMORY, context_name);
	*state = account;
	return state;
}

void *
window_plain_state(FunctionCallInfo fcinfo, Size size)
{
	MemoryContext context;

	if (!PG_ARGISNULL(0))
		return PG_GETARG_POINTER(0);
	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "window aggregate function called outside an aggregate");
	return MemoryContextAllocZero(context, size);
}
