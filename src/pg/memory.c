/*
 * memory.c: accounts, allocators and the polled interrupt check.
 *
 * Three globals: accounted_bytes is the sum over live accounts, kept right by the
 * reset callback of each account's context; refused_by_system tells the error for
 * a NULL block what to say.  Only a refusal sets it: kernel code asks for several
 * blocks before it looks, and those after the refused one may be granted.
 */
#include "postgres.h"

#include <limits.h>
#include <sys/mman.h>
#include <unistd.h>

#include "miscadmin.h"
#include "nodes/memnodes.h"

#include "pg/error.h"
#include "pg/memory.h"

#define LARGE_PAGE ((Size) 2 << 20)

/*
 * Largest block of a context of many small states, which in blocks of 8 kB would lie anywhere.
 * HashAggregate counts whole blocks against work_mem.
 */
#define AGGREGATE_BLOCK ((Size) 1 << 20)

int orchard_max_memory = 1024 * 1024;
int orchard_max_memory_limit = INT_MAX;

static Size accounted_bytes;
static bool refused_by_system;
static Size refused_bytes; /* the last block refused */

Size
memory_refused(void)
{
	return refused_bytes;
}

Size
memory_accounted(void)
{
	return accounted_bytes;
}

bool
memory_refused_by_system(void)
{
	bool answer = refused_by_system;

	refused_by_system = false;
	return answer;
}

/*
 * Asks for large pages under a large block, which kernels visit row by row in no order: with small
 * ones the processor's table of pages covers a tenth of it.  Whether there are any is the system's
 * affair.
 */
static void
ask_for_large_pages(char *block, Size size)
{
#ifdef MADV_HUGEPAGE
	char *first = (char *) TYPEALIGN(LARGE_PAGE, block);
	char *end = (char *) TYPEALIGN_DOWN(LARGE_PAGE, block + size);

	if (size >= 2 * LARGE_PAGE && first < end)
		(void) madvise(first, end - first, MADV_HUGEPAGE);
#endif
}

void
memory_populate(void *block, Size size)
{
#ifdef MADV_POPULATE_WRITE
	uintptr_t page = (uintptr_t) sysconf(_SC_PAGESIZE);
	char *first = (char *) TYPEALIGN(page, block);
	char *end = (char *) TYPEALIGN_DOWN(page, (char *) block + size);

	if (first < end)
		(void) madvise(first, end - first, MADV_POPULATE_WRITE);
#endif
}

/* A block of any size, or NULL when the system has none. */
static void *
allocate_or_null(MemoryContext context, Size size)
{
	void *block = MemoryContextAllocExtended(context, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);

	if (block == NULL)
		refused_by_system = true;
	else
		ask_for_large_pages(block, size);
	return block;
}

/* Would `size` more bytes stay within the limit? */
static bool
within_limit(Size size)
{
	Size limit = memory_limit();

	return size <= limit && accounted_bytes <= limit - size;
}

static void *
account_allocate(void *context, size_t size)
{
	MemoryAccount *account = context;
	void *block;

	if (!within_limit(size))
	{
		refused_bytes = size;
		refused_by_system = false;
		return NULL;
	}
	block = allocate_or_null(account->context, size);
	if (block == NULL)
		return NULL;
	account->bytes += size;
	accounted_bytes += size;
	return block;
}

static void
account_release(void *context, void *block, size_t size)
{
	MemoryAccount *account = context;

	pfree(block);
	account->bytes -= size;
	accounted_bytes -= size;
}

/* By allocate and copy: repalloc has no form that returns NULL. */
static void *
account_reallocate(void *context, void *block, size_t old_size, size_t new_size)
{
	void *grown = account_allocate(context, new_size);

	if (grown == NULL)
		return NULL;
	memcpy(grown, block, Min(old_size, new_size));
	account_release(context, block, old_size);
	return grown;
}

/* The context goes: its bytes no longer count. */
static void
account_end(void *argument)
{
	MemoryAccount *account = argument;

	accounted_bytes -= account->bytes;
	account->bytes = 0;
}

void
memory_account_keep_error(MemoryAccount *account)
{
	MemoryContextSwitchTo(account->context);
	account->error = CopyErrorData();
	FlushErrorState();
}

/*
 * Polled by kernel code.  An interrupt need not be a cancel, so it is served
 * here and work goes on when it returns; its error is caught and kept, since
 * nothing may jump through a kernel frame.
 */
static bool
account_should_stop(void *argument)
{
	MemoryAccount *account = argument;
	MemoryContext caller = CurrentMemoryContext;

	if (likely(!INTERRUPTS_PENDING_CONDITION()))
		return account->error != NULL;
	PG_TRY();
	{
		CHECK_FOR_INTERRUPTS();
	}
	PG_CATCH();
	{
		memory_account_keep_error(account);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	return account->error != NULL;
}

/* Is there anything for account_should_stop to do? */
static bool
account_is_pending(void *argument)
{
	const MemoryAccount *account = argument;

	return INTERRUPTS_PENDING_CONDITION() || account->error != NULL;
}

MemoryAccount *
memory_account_create(MemoryContext context)
{
	MemoryAccount *account = MemoryContextAllocZero(context, sizeof(MemoryAccount));

	strlcpy(account->label, "orchard", sizeof(account->label));
	account->context = context;
	account->allocator =
		(Allocator){account_allocate, account_reallocate, account_release, account, &account->stop};
	account->stop = (StopCheck){account_should_stop, account, account_is_pending};
	account->callback.func = account_end;
	account->callback.arg = account;
	MemoryContextRegisterResetCallback(context, &account->callback);
	return account;
}

MemoryAccount *
memory_account_of_aggregate(FunctionCallInfo fcinfo, const char *name, const char *function)
{
	MemoryContext aggregate;
	MemoryContext child;
	MemoryContext context;
	MemoryAccount *account;

	if (!AggCheckCallContext(fcinfo, &aggregate))
		elog(ERROR, "%s called outside an aggregate", function);
	for (child = aggregate->firstchild; child != NULL; child = child->nextchild)
	{
		if (child->name == name)
			return (MemoryAccount *) child->ident; /* label is its first field */
	}
	context = AllocSetContextCreateInternal(aggregate, name, ALLOCSET_SMALL_MINSIZE,
											ALLOCSET_SMALL_INITSIZE, AGGREGATE_BLOCK);
	account = memory_account_create(context);
	MemoryContextSetIdentifier(context, account->label);
	return account;
}

void
memory_account_require_ok(MemoryAccount *account, Status status, const char *what)
{
	if (status == KERNEL_STOPPED && account->error != NULL)
	{
		ErrorData *error = account->error;

		account->error = NULL;
		ReThrowError(error);
	}
	require_ok_or_hint(status, what, account->hint);
}

static void *
transient_allocate(void *context, size_t size)
{
	return allocate_or_null(CurrentMemoryContext, size);
}

static void
transient_release(void *context, void *block, size_t size)
{
	pfree(block);
}

static void *
transient_reallocate(void *context, void *block, size_t old_size, size_t new_size)
{
	void *grown = transient_allocate(context, new_size);

	if (grown == NULL)
		return NULL;
	memcpy(grown, block, Min(old_size, new_size));
	pfree(block);
	return grown;
}

/*
 * Has the user, a timeout or a terminating server ended the statement?  Other interrupts wait;
 * require_ok raises this one's error.
 */
static bool
transient_should_stop(void *context)
{
	if (likely(!INTERRUPTS_PENDING_CONDITION()) || InterruptHoldoffCount > 0 ||
		CritSectionCount > 0)
		return false;
	return ProcDiePending || (QueryCancelPending && QueryCancelHoldoffCount == 0);
}

const Allocator *
memory_transient(void)
{
	static const StopCheck stop = {transient_should_stop, NULL, NULL};
	static const Allocator transient = {transient_allocate, transient_reallocate, transient_release,
										NULL, &stop};

	return &transient;
}
