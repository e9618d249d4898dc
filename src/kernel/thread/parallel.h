/*
 * parallel.h: the chunks of a loop by several threads.
 *
 * A pool belongs to one call: its threads start with it and are joined before it
 * ends.  They run arithmetic on memory that was prepared for them, with all
 * signals blocked, and allocate nothing.  Chunks are claimed one by one, so that a
 * thread that the system holds up delays its own chunk only, and the caller works
 * too: on a busy machine it does what the others do not come to.  A thread without
 * work looks for some for a few microseconds, then sleeps.
 *
 * Only the caller's thread asks the stop check.  Where StopCheck.is_pending tells
 * that something waits to be served, the pool first comes to rest: no thread is
 * inside a chunk while the answer is found.
 */
#ifndef ORCHARD_KERNEL_THREAD_PARALLEL_H
#define ORCHARD_KERNEL_THREAD_PARALLEL_H

#include <pthread.h>
#include <stdatomic.h>

#include "kernel/base/memory.h"

#define PARALLEL_MOST 64 /* threads of a pool, the caller's included */

/* One chunk; worker: 0 = the caller's thread, else the number of another, below n_threads. */
typedef void (*ParallelWork)(void *context, int32_t chunk, int32_t worker);

typedef struct ParallelPool
{
	int32_t n_threads; /* the caller's included */
	pthread_t threads[PARALLEL_MOST - 1];
	pthread_mutex_t mutex; /* of the two conditions */
	pthread_cond_t wake;   /* a job is open, or the pool ends */
	pthread_cond_t rest;   /* nobody is inside */
	atomic_int open;	   /* number of the job that may be entered; 0 = none */
	atomic_int inside;	   /* threads, but for the caller's, that may touch the job */
	atomic_int sleepers;
	atomic_int next; /* chunk */
	atomic_bool caller_waits;
	atomic_bool is_over; /* threads end */
	atomic_int numbered; /* threads that have a number */
	int32_t job;		 /* number of the last one */
	int32_t n_chunks;
	ParallelWork work;
	void *context;
} ParallelPool;

/*
 * parallel_begin, parallel_end
 *		Starts at most n_threads - 1 threads beside the caller's, as many as the system grants.
 *
 * The pool stays where it is until parallel_end, which is to be called in any case.
 */
extern void parallel_begin(ParallelPool *pool, int32_t n_threads);
extern void parallel_end(ParallelPool *pool);

/*
 * parallel_for
 *		work(context, chunk, worker) for every chunk from 0 to n_chunks - 1, in no order.
 *
 * pool: NULL or of one thread: the caller does them all, in order.  KERNEL_STOPPED when the stop
 * check, asked before each of the caller's chunks, ended it: some chunks are then not done.
 */
extern Status parallel_for(ParallelPool *pool, int32_t n_chunks, ParallelWork work, void *context,
						   const StopCheck *stop);

/*
 * parallel_rest
 *		From inside a chunk of the caller's thread: returns when no other thread is inside one.
 *
 * No thread but the caller's goes on with the job; chunks that nobody has begun are left out.
 */
extern void parallel_rest(ParallelPool *pool);

/* Threads of a pool that may be NULL. */
static inline int32_t
parallel_threads(const ParallelPool *pool)
{
	return pool != NULL ? pool->n_threads : 1;
}

#endif /* ORCHARD_KERNEL_THREAD_PARALLEL_H */
