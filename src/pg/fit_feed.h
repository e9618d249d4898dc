/*
 * fit_feed.h: rows out of the executor's slots into a training state.
 *
 * The first row gives the spec.  A row is read where a table or a sort keeps it, if the slot passes it
 * on as it is and every column that is read has its place there; else from the slot's values.
 */
#ifndef ORCHARD_PG_FIT_FEED_H
#define ORCHARD_PG_FIT_FEED_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "utils/jsonb.h"

#include "pg/fit_state.h"
#include "pg/progress.h"
#include "pg/spill.h"

typedef struct FitFeed
{
	MemoryContext context;	   /* of all that follows */
	MemoryContext row_context; /* for what reading a row allocates; reset after each */
	const char *target;
	Jsonb *options;
	TupleDesc columns; /* those of a slot, then others, which options may name */
	int n_read;		   /* columns of a slot */
	int n_taken;	   /* the first so many are all that training looks at */
	bool keeps_rows;   /* where sums of them would do, too */
	FitSpec *spec;	   /* from the first row on, as what follows */
	FitBinding *binding;
	FitState *state;
	Spill *spill; /* of the state's rows */
	Progress progress;
} FitFeed;

/* Spec and empty state, by the slot's row; fit_feed_add() does so itself. */
extern void fit_feed_begin(FitFeed *feed, TupleTableSlot *slot);

/* Adds the slot's row; in feed->row_context. */
extern void fit_feed_add(FitFeed *feed, TupleTableSlot *slot);

/* After each row, out of feed->row_context. */
static inline void
fit_feed_end_row(FitFeed *feed)
{
	MemoryContextReset(feed->row_context);
	progress_add_row(&feed->progress);
}

/* When the state's rows are not read again. */
extern void fit_feed_end_file(FitFeed *feed);

/* Gives the state and its file back, as if no row had come; there is a state. */
extern void fit_feed_forget(FitFeed *feed);

#endif /* ORCHARD_PG_FIT_FEED_H */
