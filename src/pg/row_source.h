/*
 * row_source.h: the rows of a relation or of one SELECT, as a function is given them.
 *
 * The text is prepared as a cursor's query would be, runs read-only with the rights and the row
 * security of the current user, and may run in parallel.  What changes data, and more than one
 * statement, is refused.  SPI must be connected; a RowSource lives in the caller's memory context.
 */
#ifndef ORCHARD_PG_ROW_SOURCE_H
#define ORCHARD_PG_ROW_SOURCE_H

#include "postgres.h"

#include "executor/spi.h"
#include "tcop/dest.h"

#include "pg/row_binding.h"

typedef struct RowSource
{
	char *from;		   /* what stands for the source in FROM */
	RowLayout *layout; /* all its columns */
	bool *is_read;	   /* by column: what the caller wants; none at first */
	Oid table;		   /* whose rows they are, or InvalidOid where they may be others */
	bool in_order;	   /* read by one process: the first row is the same at each run */
} RowSource;

/*
 * text: a relation's name, schema-qualified or not, or one SELECT.
 *
 * Raises 22023 for what is neither, and what the parser raises.
 */
extern RowSource *row_source_open(const char *text);

/* The plan of such a text, to be looked at; errors name the SQL argument. */
extern SPIPlanPtr row_source_plan(const char *text, const char *argument);

/*
 * How many workers are worth their start to scan the whole table together with this process, by the
 * planner's settings and the processors that there are; 0 for another source, and where the planner
 * would not scan the table so.  Raises the error when the user may not read the columns to be read.
 */
extern int row_source_shared(const RowSource *source);

/* Would the rows come as a table keeps them if all columns were read, and may the user read them all? */
extern bool row_source_is_stored(const RowSource *source);

/* The columns to be read, in their order, quoted and with commas between them. */
extern char *row_source_columns(const RowSource *source);

/* A query over source->from that may run in parallel. */
extern SPIPlanPtr row_source_prepare(const char *query);

/* How many workers its plan has; 0 when it has none. */
extern int row_source_workers(SPIPlanPtr plan);

/*
 * From here to row_source_end_order() scans start where tables do: one that starts in the middle, where
 * another scan is, would give the rows in another order at each run.  Returns what ends it; an error does too.
 */
extern int row_source_begin_order(void);
extern void row_source_end_order(int settings);

/* Runs the query into the receiver, or into SPI_tuptable when that is NULL, without synchronised scans. */
extern void row_source_run(SPIPlanPtr plan, DestReceiver *receiver);

/* Runs what gives the columns to be read. */
extern void row_source_read(const RowSource *source, DestReceiver *receiver);

#endif /* ORCHARD_PG_ROW_SOURCE_H */
