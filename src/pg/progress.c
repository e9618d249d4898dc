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
				(errmsg_plural("training has read %lld rows in %lld second",
							   "training has read %lld rows in %lld seconds", seconds,
							   (long long) progress->rows, seconds)));
}

void
progress_tell_step(Progress *progress, int32 steps, double gradient_norm)
{
	long long seconds = orchard_progress_interval > 0 ? time_to_tell(progress) : -1;

	if (seconds >= 0)
		ereport(NOTICE,
				(errmsg_plural(
					"training is at step %d after %lld second; the norm of the gradient is %g",
					"training is at step %d after %lld seconds; the norm of the gradient is %g",
					seconds, steps, seconds, gradient_norm)));
}

/* How long the rest takes, by the pace since the first tree was done; nothing while that is the only one. */
static char *
time_left(const Progress *progress, int32 trees, int32 of, bool is_most)
{
	double growing = (double) (GetCurrentTimestamp() - progress->growing) / USECS_PER_SEC;
	long long left;

	if (trees < 2)
		return "";
	left = (long long) ceil(growing * (of - trees) / (trees - 1));
	return psprintf("; %s %lld s are left", is_most ? "at most" : "about", left);
}

void
progress_tell_trees(Progress *progress, int32 trees, int32 of, double loss)
{
	long long seconds;

	if (progress->growing == 0)
		progress->growing = GetCurrentTimestamp();
	seconds = orchard_progress_interval > 0 ? time_to_tell(progress) : -1;
	if (seconds < 0)
		return;
	ereport(NOTICE,
			(errmsg_plural("training has grown %d of %d trees in %lld second%s%s",
						   "training has grown %d of %d trees in %lld seconds%s%s", seconds, trees,
						   of, seconds, isnan(loss) ? "" : psprintf("; the loss is %g", loss),
						   time_left(progress, trees, of, !isnan(loss)))));
}
