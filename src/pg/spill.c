/*
 * spill.c: the kernel's BlockStore over PostgreSQL's buffered temporary files.
 *
 * Blocks are appended one after another, and may be written over; a place is an offset from the start.
 */
#include "postgres.h"

#include "commands/tablespace.h"
#include "storage/buffile.h"
#include "utils/resowner.h"

#include "pg/spill.h"

struct Spill
{
	BlockStore store;
	MemoryAccount *account;
	MemoryContext context;
	ResourceOwner owner;
	BufFile *file; /* NULL until something is written */
	int64 length;
};

/* Stands at an offset of the file. */
static void
seek(Spill *spill, int64 place)
{
	/* A file of several segments takes an offset from the start of the first. */
	if (BufFileSeek(spill->file, 0, place, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not seek in the temporary file of training rows: %m")));
}

static void
append(Spill *spill, const void *bytes, Size size)
{
	if (spill->file == NULL)
	{
		ResourceOwner caller = CurrentResourceOwner;

		PrepareTempTablespaces();
		MemoryContextSwitchTo(spill->context);
		CurrentResourceOwner = spill->owner;
		spill->file = BufFileCreateTemp(false);
		CurrentResourceOwner = caller;
	}
	else
		seek(spill, spill->length);
	buffile_write(spill->file, bytes, size);
	spill->length += size;
}

/* Adds what can be done when there is no room for the file. */
static void
add_hint(ErrorData *error)
{
	if (error->hint != NULL ||
		(error->sqlerrcode != ERRCODE_DISK_FULL &&
		 error->sqlerrcode != ERRCODE_CONFIGURATION_LIMIT_EXCEEDED))
		return;
	error->hint = pstrdup(
		"Training keeps the rows that orchard.max_memory has no room for in temporary files: raise that setting, or make room for the files (temp_file_limit, temp_tablespaces).");
}

/* The caught error goes to whoever called the kernel. */
static Status
fail(Spill *spill, MemoryContext caller)
{
	memory_account_keep_error(spill->account);
	add_hint(spill->account->error);
	MemoryContextSwitchTo(caller);
	return KERNEL_STOPPED;
}

static Status
spill_append(void *context, const void *bytes, size_t size, int64_t *place)
{
	Spill *spill = context;
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile Status status = KERNEL_OK;

	*place = spill->length;
	PG_TRY();
	{
		append(spill, bytes, size);
		MemoryContextSwitchTo(caller);
	}
	PG_CATCH();
	{
		CurrentResourceOwner = owner;
		status = fail(spill, caller);
	}
	PG_END_TRY();
	return status;
}

/* Reads at a place where `to` is given, writes there otherwise. */
static Status
transfer(Spill *spill, int64_t place, void *to, const void *from, size_t size)
{
	MemoryContext caller = CurrentMemoryContext;
	volatile Status status = KERNEL_OK;

	PG_TRY();
	{
		seek(spill, place);
		if (to != NULL)
			buffile_read(spill->file, to, size);
		else
			buffile_write(spill->file, from, size);
	}
	PG_CATCH();
	{
		status = fail(spill, caller);
	}
	PG_END_TRY();
	return status;
}

static Status
spill_read(void *context, int64_t place, void *bytes, size_t size)
{
	return transfer(context, place, bytes, NULL, size);
}

static Status
spill_write(void *context, int64_t place, const void *bytes, size_t size)
{
	return transfer(context, place, NULL, bytes, size);
}

Spill *
spill_create(MemoryAccount *account)
{
	Spill *spill = palloc0(sizeof(Spill));

	spill->store = (BlockStore){spill_append, spill_read, spill_write, spill};
	spill->account = account;
	spill->context = CurrentMemoryContext;
	spill->owner = CurrentResourceOwner;
	return spill;
}

const BlockStore *
spill_store(const Spill *spill)
{
	return &spill->store;
}

void
spill_end(Spill *spill)
{
	if (spill->file != NULL)
		BufFileClose(spill->file);
	spill->file = NULL;
}
