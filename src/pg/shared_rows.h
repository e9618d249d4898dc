/*
 * shared_rows.h: the rows of a table, read by several processes into one training state of sums.
 */
#ifndef ORCHARD_PG_SHARED_ROWS_H
#define ORCHARD_PG_SHARED_ROWS_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "pg/fit_state.h"

/*
 * shared_rows_read
 *		The state of all rows that the active snapshot sees; NULL when there are none.
 *
 * table: what row_source_shared() has said yes to, which asked for the user's rights.  workers: as many
 * as may be had beside this process; with none it reads alone.  The options must be of sums.  The state
 * lives in the current memory context.  Errors of a worker are raised here.
 */
extern FitState *shared_rows_read(Oid table, const char *target, Jsonb *options, int workers);

#endif /* ORCHARD_PG_SHARED_ROWS_H */
