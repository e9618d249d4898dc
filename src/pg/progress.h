/*
 * progress.h: a NOTICE now and then about the rows read or the steps taken so far, by
 * orchard.progress_interval.
 */
#ifndef ORCHARD_PG_PROGRESS_H
#define ORCHARD_PG_PROGRESS_H

#include "postgres.h"

#include "datatype/timestamp.h"

/* orchard.progress_interval, in seconds; 0 = none. */
extern int orchard_progress_interval;

typedef struct Progress
{
	int64 rows;			 /* read by this process */
	TimestampTz started; /* when the first look at the clock was; 0 = not yet */
	TimestampTz told;	 /* the last NOTICE, or started */
	TimestampTz growing; /* when the first tree was done; 0 = not yet */
} Progress;

extern void progress_look(Progress *progress);

/* After a step of a solver. */
extern void progress_tell_step(Progress *progress, int32 steps, double gradient_norm);

/* After a tree, with the mean loss so far. */
extern void progress_tell_trees(Progress *progress, int32 trees, int32 of, double loss);

/* Counts a row.  The clock is looked at every 1,024 rows. */
static inline void
progress_add_row(Progress *progress)
{
	if (unlikely((++progress->rows & 1023) == 0) && orchard_progress_interval > 0)
		progress_look(progress);
}

#endif /* ORCHARD_PG_PROGRESS_H */
