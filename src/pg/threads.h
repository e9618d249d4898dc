/*
 * threads.h: how many threads a kernel may have, by orchard.max_threads.
 */
#ifndef ORCHARD_PG_THREADS_H
#define ORCHARD_PG_THREADS_H

#include "postgres.h"

/* orchard.max_threads; 0 = as many as max_parallel_maintenance_workers and the processors allow. */
extern int orchard_max_threads;

/* Threads, this process's own included; at least 1. */
extern int threads_allowed(void);

/* Processors that this process may run on. */
extern int threads_processors(void);

#endif /* ORCHARD_PG_THREADS_H */
