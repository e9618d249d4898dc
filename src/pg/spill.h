/*
 * spill.h: a temporary file for the rows that orchard.max_memory has no room for.
 *
 * The file is PostgreSQL's: temp_tablespaces and temp_file_limit hold, the
 * statistics count it, and an error or the end of the session removes it.
 */
#ifndef ORCHARD_PG_SPILL_H
#define ORCHARD_PG_SPILL_H

#include "postgres.h"

#include "kernel/dataset/dataset.h"
#include "pg/memory.h"

typedef struct Spill Spill;

/*
 * In the current memory context, which outlives the file; the file is made when
 * it is first written, and belongs to the resource owner of now.  An error of
 * the file is kept by the account, with a hint when it is that there is no room.
 */
extern Spill *spill_create(MemoryAccount *account);

extern const BlockStore *spill_store(const Spill *spill);

/* Removes the file. */
extern void spill_end(Spill *spill);

#endif /* ORCHARD_PG_SPILL_H */
