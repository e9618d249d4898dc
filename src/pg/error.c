/*
 * error.c: the one table from status to SQLSTATE.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "pg/error.h"
#include "pg/memory.h"

/* The limit in force, in kB. */
static int
effective_limit(void)
{
	return Min(orchard_max_memory, orchard_max_memory_limit);
}

/* For training; what holds other memory gives its own. */
static const char training_hint[] =
	"Raise orchard.max_memory, use fewer rows or columns, or train with orchard.train(), which keeps rows in temporary files; in a parallel plan each process has this limit, and one holds two states while it merges them.";

void
require_ok(Status status, const char *what)
{
	require_ok_or_hint(status, what, NULL);
}

void
require_ok_or_hint(Status status, const char *what, const char *hint)
{
	switch (status)
	{
		case KERNEL_OK:
			return;
		case KERNEL_OUT_OF_MEMORY:
			if (memory_refused_by_system())
				ereport(
					ERROR,
					(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"),
					 errdetail(
						 "The system refused memory for %s; the live states of this session hold %zu kB.",
						 what, memory_accounted() / 1024)));
			ereport(
				ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("%s needs more memory than orchard.max_memory allows", what),
				 errdetail(
					 "The limit is %d kB, the live states of this session hold %zu kB, and %zu kB more were wanted.",
					 effective_limit(), memory_accounted() / 1024, memory_refused() / 1024 + 1),
				 errhint("%s", hint != NULL ? hint : training_hint)));
			break;
		case KERNEL_TOO_LARGE:
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("%s is too large", what)));
			break;
		case KERNEL_CORRUPT:
			ereport(
				ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED), errmsg("%s is corrupted", what),
				 errdetail(
					 "The bytes are not what Orchard writes: the checksum, a size or an index does not fit.")));
			break;
		case KERNEL_UNSUPPORTED_VERSION:
			ereport(
				ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s has a format version that this release of Orchard cannot read", what),
				 errhint("Update the extension to the release that wrote it, or a later one.")));
			break;
		case KERNEL_OVERFLOW:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("value out of range: overflow in %s", what)));
			break;
		case KERNEL_UNDERFLOW:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("value out of range: underflow in %s", what)));
			break;
		case KERNEL_STOPPED:
			CHECK_FOR_INTERRUPTS();
			ereport(ERROR,
					(errcode(ERRCODE_QUERY_CANCELED),
					 errmsg("canceling %s due to user request", what)));
			break;
		case KERNEL_NOT_CONVERGED:
		case KERNEL_INVALID:
			break;
	}
	elog(ERROR, "unexpected status %d of %s", (int) status, what);
}
