/*
 * memory.h: kernel memory inside PostgreSQL's contexts, accounted and bounded.
 *
 * A MemoryAccount belongs to one memory context and dies with it: the bytes
 * that its allocator handed out count against orchard.max_memory together with
 * those of every other live account of the backend, and a reset or delete of
 * the context (also by an abort) gives them back.
 */
#ifndef ORCHARD_PG_MEMORY_H
#define ORCHARD_PG_MEMORY_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/memutils.h"

#include "kernel/base/memory.h"
#include "pg/compat.h"

typedef struct MemoryAccount
{
	char label[8];		   /* "orchard": first, since the context's ident points here */
	MemoryContext context; /* where the blocks live; this struct too */
	Size bytes;			   /* handed out and not returned */
	void *scratch;		   /* room that all users of the account take in turn; NULL: none yet */
	Size scratch_size;	   /* of it */
	const char *hint;	   /* when the limit is reached: what to do, a constant; NULL: training */
	Allocator allocator;   /* its context field points back here */
	StopCheck stop;		   /* asks CHECK_FOR_INTERRUPTS without jumping through the kernel */
	ErrorData *error;	   /* caught in a callback of the kernel, to be rethrown */
	MemoryContextCallback callback;
} MemoryAccount;

/* orchard.max_memory and orchard.max_memory_limit, in kB; the smaller rules. */
extern int orchard_max_memory;
extern int orchard_max_memory_limit;

static inline Size
memory_limit(void)
{
	return (Size) Min(orchard_max_memory, orchard_max_memory_limit) * 1024;
}

/* A new account whose blocks live in `context`. */
extern MemoryAccount *memory_account_create(MemoryContext context);

/* A plain allocator over CurrentMemoryContext at each call: small, short-lived, not bounded. */
extern const Allocator *memory_transient(void);

/*
 * The account for the states of this aggregate, shared by all its groups.
 *
 * The blocks live in one child of the aggregate context, named `name` (a string
 * constant).  One child for all groups keeps HashAggregate linear in the
 * groups: it walks all children at each new group.  `function` names the SQL
 * function in the error raised outside an aggregate.
 */
extern MemoryAccount *memory_account_of_aggregate(FunctionCallInfo fcinfo, const char *name,
												  const char *function);

/*
 * In PG_CATCH of a callback, through whose caller in the kernel no error may jump: keeps the error.
 * The kernel is told KERNEL_STOPPED.
 */
extern void memory_account_keep_error(MemoryAccount *account);

/* Rethrows the error that a callback kept, else raises the error of the status; KERNEL_OK returns. */
extern void memory_account_require_ok(MemoryAccount *account, Status status, const char *what);

/*
 * Has the system put memory under a large block that is written next, at once: page by page it costs
 * several times as much, and more than the writing.
 */
extern void memory_populate(void *block, Size size);

/* Bytes of all live accounts of this backend. */
extern Size memory_accounted(void);

/* The block that the limit refused last. */
extern Size memory_refused(void);

/* Was it the system, not the limit, that refused the last block?  Asking clears the answer. */
extern bool memory_refused_by_system(void);

#endif /* ORCHARD_PG_MEMORY_H */
