/*
 * error.c: the one table from status to SQLSTATE.
 */
#include "postgres.h"

#include "pg/error.h"
#include "pg/memory.h"

/* The limit in force, in kB. */
static int
effective_limit(void)
{
	return Min(orchard_max_memory, orchard_max_memory_limit);
}

void
require_ok(Status status, const char *what)
{
	switch (status)
	{
		case STATUS_OK:
		case STATUS_DONE:
			return;
		case STATUS_OUT_OF_MEMORY:
			ereport(ERROR,
					(errcode(ERRCODE_OUT_OF_MEMORY),
					 errmsg("%s needs more memory than orchard.max_memory allows", what),
					 errdetail("The limit is %d kB, and the live states of this session hold %zu kB.",
							   effective_limit(), memory_accounted() / 1024),
					 errhint("Raise orchard.max_memory, or train on fewer rows or columns.")));
		case STATUS_TOO_LARGE:
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("%s is too large", what)));
		case STATUS_CORRUPT:
			ereport(ERROR,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("%s is corrupted", what),
					 errdetail("The bytes are not what Orchard writes: the checksum, a size or an index does not fit.")));
		case STATUS_UNSUPPORTED_VERSION:
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("%s has a format version that this release of Orchard cannot read", what),
					 errhint("Update the extension to the release that wrote it, or a later one.")));
		case STATUS_OVERFLOW:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("value out of range: overflow in %s", what)));
		case STATUS_NO_LIBRARY:
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_FILE),
					 errmsg("could not open the BLAS library that %s needs", what),
					 errhint("Install OpenBLAS (Debian package libopenblas0-serial).")));
		case STATUS_STOPPED:
			ereport(ERROR,
					(errcode(ERRCODE_QUERY_CANCELED),
					 errmsg("canceling %s due to user request", what)));
		case STATUS_SINGULAR:
		case STATUS_NOT_CONVERGED:
		case STATUS_INVALID:
			break;
	}
	elog(ERROR, "unexpected status %d of %s", (int) status, what);
}
