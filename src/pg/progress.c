/*
 * progress.c: when and how to tell of progress.
 */
#include "postgres.h"

#include <math.h>

#include "utils/timestamp.h"

#include "pg/progress.h"

int orchard_progress_interval = 0;

/* Seconds since the first look at the clock when it is time to tell again, else -1. */
static long long
time_to_tell(Progress *progress)
{
	TimestampTz now = GetCurrentTimestamp();

	if (progress->started == 0)
		progress->started = progress->told = now;
	if (!TimestampDifferenceExceeds(progress->told, now, orchard_progress_interval * 1000))
		return -1;
	progress->told = now;
	return (now - progress->started) / USECS_PER_SEC;
}

void
progress_look(Progress *progress)
{
	long long seconds = time_to_tell(progress);

	if (seconds >= 0)
		ereport(NOTICE,
				(errmsg("training has read %lld rows in %lld seconds", (long long) progress->rows,
						seconds)));
}

void
progress_tell_step(Progress *progress, int32 steps, double gradient_norm)
{
	long long seconds = orchard_progress_interval > 0 ? time_to_tell(progress) : -1;

	if (seconds >= 0)
		ereport(
			NOTICE,
			(errmsg("training has taken %d steps in %lld seconds; the norm of the gradient is %g",
					steps, seconds, gradient_norm)));
}

void
progress_tell_trees(Progress *progress, int32 trees, int32 of, double loss)
{
	long long seconds;
	TimestampTz growing;
	long long left;

	if (progress->growing == 0)
		progress->growing = GetCurrentTimestamp();
	seconds = orchard_progress_interval > 0 ? time_to_tell(progress) : -1;
	if (seconds < 0)
		return;
	growing = GetCurrentTimestamp() - progress->growing;
	left = growing / USECS_PER_SEC * (of - trees) / trees;
	if (isnan(loss))
		ereport(
			NOTICE,
			(errmsg(
				"training has grown %d of %d trees in %lld seconds; about %lld seconds are left",
				trees, of, seconds, left)));
	else
		ereport(
			NOTICE,
			(errmsg(
				"training has grown %d of %d trees in %lld seconds; the loss is %g; at most %lld seconds are left",
				trees, of, seconds, loss, left)));
}
