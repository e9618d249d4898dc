/*
 * threads.c: the setting and what it stands for.
 */
#include "postgres.h"

#include <sched.h>
#include <unistd.h>

#include "miscadmin.h"

#include "pg/threads.h"

int orchard_max_threads = 0;

/* Processors that this process may run on. */
static long
count_processors(void)
{
#ifdef CPU_COUNT
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		return CPU_COUNT(&set);
#endif
	return sysconf(_SC_NPROCESSORS_ONLN);
}

int
threads_allowed(void)
{
	long wanted = 1 + max_parallel_maintenance_workers;

	if (orchard_max_threads > 0)
		return orchard_max_threads;
	return (int) Max(1, Min(wanted, count_processors()));
}
