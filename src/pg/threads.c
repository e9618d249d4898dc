/*
 * threads.c: the setting and what it stands for.
 */
#include "postgres.h"

#include <sched.h>
#include <unistd.h>

#include "miscadmin.h"

#include "pg/threads.h"

int orchard_max_threads = 0;

int
threads_processors(void)
{
#ifdef CPU_COUNT
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		return CPU_COUNT(&set);
#endif
	return (int) Max(1, sysconf(_SC_NPROCESSORS_ONLN));
}

int
threads_allowed(void)
{
	int wanted = 1 + max_parallel_maintenance_workers;

	if (orchard_max_threads > 0)
		return orchard_max_threads;
	return Min(wanted, threads_processors());
}
