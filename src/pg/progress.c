/*
 * progress.c: when and how to tell of progress.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "pg/progress.h"

int orchard_progress_interval = 0;

void
progress_look(Progress *progress)
{
	TimestampTz now = GetCurrentTimestamp();

	if (progress->started == 0)
	{
		progress->started = progress->told = now;
		return;
	}
	if (!TimestampDifferenceExceeds(progress->told, now, orchard_progress_interval * 1000))
		return;
	progress->told = now;
	ereport(NOTICE,
			(errmsg("training has read %lld rows in %lld seconds", (long long) progress->rows,
					(long long) ((now - progress->started) / USECS_PER_SEC))));
}
