/*
 * parallel.c: jobs, who is inside them, and sleep.
 *
 * A thread counts itself as inside before it looks whether a job is open; the
 * caller closes the job before it looks whether anybody is inside.  Both by
 * sequentially consistent operations, so one of the two sees the other, and a job
 * that is closed with nobody inside is touched by no one: its fields may change.
 * Sleep and waking go by the same rule.
 */
#include "kernel/thread/parallel.h"

#include <signal.h>

#define STACK_BYTES (512 * 1024)
#define SPINS 2000 /* looks before sleep: some microseconds */

static inline void
pause_a_little(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#else
	atomic_signal_fence(memory_order_seq_cst);
#endif
}

/* Chunks until there are none left. */
static void
claim_chunks(ParallelPool *pool, int32_t worker)
{
	int32_t chunk;

	while ((chunk = atomic_fetch_add(&pool->next, 1)) < pool->n_chunks)
		pool->work(pool->context, chunk, worker);
}

/* Leaves the job; the last one out tells a caller that sleeps. */
static void
leave(ParallelPool *pool)
{
	if (atomic_fetch_sub(&pool->inside, 1) == 1 && atomic_load(&pool->caller_waits))
	{
		pthread_mutex_lock(&pool->mutex);
		pthread_cond_signal(&pool->rest);
		pthread_mutex_unlock(&pool->mutex);
	}
}

/* Is there a job that this thread has not seen? */
static inline bool
is_due(ParallelPool *pool, int32_t seen)
{
	int32_t open = atomic_load(&pool->open);

	return (open != 0 && open != seen) || atomic_load(&pool->is_over);
}

static void
await_job(ParallelPool *pool, int32_t seen)
{
	int32_t i;

	for (i = 0; i < SPINS; i++)
	{
		if (is_due(pool, seen))
			return;
		pause_a_little();
	}
	pthread_mutex_lock(&pool->mutex);
	atomic_fetch_add(&pool->sleepers, 1);
	while (!is_due(pool, seen))
		pthread_cond_wait(&pool->wake, &pool->mutex);
	atomic_fetch_sub(&pool->sleepers, 1);
	pthread_mutex_unlock(&pool->mutex);
}

static void *
run_thread(void *argument)
{
	ParallelPool *pool = argument;
	int32_t worker = atomic_fetch_add(&pool->numbered, 1) + 1;
	int32_t seen = 0;

	for (;;)
	{
		int32_t open;

		await_job(pool, seen);
		if (atomic_load(&pool->is_over))
			return NULL;
		atomic_fetch_add(&pool->inside, 1);
		open = atomic_load(&pool->open);
		if (open != 0)
		{
			seen = open;
			claim_chunks(pool, worker);
		}
		leave(pool);
	}
}

void
parallel_begin(ParallelPool *pool, int32_t n_threads)
{
	pthread_attr_t attributes;
	sigset_t all;
	sigset_t before;

	*pool = (ParallelPool){.n_threads = 1};
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->wake, NULL);
	pthread_cond_init(&pool->rest, NULL);
	if (n_threads < 2 || pthread_attr_init(&attributes) != 0)
		return;
	n_threads = n_threads < PARALLEL_MOST ? n_threads : PARALLEL_MOST;
	sigfillset(&all);
	/* A thread has the signals blocked that its maker has: none may be handled in one. */
	if (pthread_attr_setstacksize(&attributes, STACK_BYTES) == 0 &&
		pthread_sigmask(SIG_SETMASK, &all, &before) == 0)
	{
		while (pool->n_threads < n_threads &&
			   pthread_create(&pool->threads[pool->n_threads - 1], &attributes, run_thread, pool) ==
				   0)
			pool->n_threads++;
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	pthread_attr_destroy(&attributes);
}

void
parallel_end(ParallelPool *pool)
{
	int32_t i;

	pthread_mutex_lock(&pool->mutex);
	atomic_store(&pool->is_over, true);
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->mutex);
	for (i = 0; i < pool->n_threads - 1; i++)
		pthread_join(pool->threads[i], NULL);
	pthread_cond_destroy(&pool->wake);
	pthread_cond_destroy(&pool->rest);
	pthread_mutex_destroy(&pool->mutex);
}

static void
open_job(ParallelPool *pool)
{
	pool->job = pool->job < INT32_MAX ? pool->job + 1 : 1;
	atomic_store(&pool->open, pool->job);
	if (atomic_load(&pool->sleepers) > 0)
	{
		pthread_mutex_lock(&pool->mutex);
		pthread_cond_broadcast(&pool->wake);
		pthread_mutex_unlock(&pool->mutex);
	}
}

/* Lets nobody in any more and waits until nobody is inside. */
static void
close_job(ParallelPool *pool)
{
	int32_t i;

	atomic_store(&pool->open, 0);
	for (i = 0; i < SPINS; i++)
	{
		if (atomic_load(&pool->inside) == 0)
			return;
		pause_a_little();
	}
	pthread_mutex_lock(&pool->mutex);
	atomic_store(&pool->caller_waits, true);
	while (atomic_load(&pool->inside) > 0)
		pthread_cond_wait(&pool->rest, &pool->mutex);
	atomic_store(&pool->caller_waits, false);
	pthread_mutex_unlock(&pool->mutex);
}

/* Every chunk by the caller. */
static Status
do_alone(int32_t n_chunks, ParallelWork work, void *context, const StopCheck *stop)
{
	int32_t chunk;

	for (chunk = 0; chunk < n_chunks; chunk++)
	{
		if (stop_requested(stop))
			return KERNEL_STOPPED;
		work(context, chunk, 0);
	}
	return KERNEL_OK;
}

/* Stops the claims for as long as the answer takes. */
static bool
ask_at_rest(ParallelPool *pool, const StopCheck *stop)
{
	int32_t next;
	bool stops;

	if (stop == NULL || (stop->is_pending != NULL && !stop->is_pending(stop->context)))
		return false;
	next = atomic_exchange(&pool->next, pool->n_chunks);
	close_job(pool);
	stops = stop_requested(stop);
	if (!stops)
	{
		atomic_store(&pool->next, next);
		open_job(pool);
	}
	return stops;
}

void
parallel_rest(ParallelPool *pool)
{
	if (parallel_threads(pool) == 1)
		return;
	atomic_store(&pool->next, pool->n_chunks);
	close_job(pool);
}

Status
parallel_for(ParallelPool *pool, int32_t n_chunks, ParallelWork work, void *context,
			 const StopCheck *stop)
{
	Status status = KERNEL_OK;
	int32_t chunk;

	if (parallel_threads(pool) == 1 || n_chunks < 2)
		return do_alone(n_chunks, work, context, stop);
	if (stop_requested(stop))
		return KERNEL_STOPPED;
	pool->n_chunks = n_chunks;
	pool->work = work;
	pool->context = context;
	atomic_store(&pool->next, 0);
	open_job(pool);
	while ((chunk = atomic_fetch_add(&pool->next, 1)) < n_chunks)
	{
		work(context, chunk, 0);
		if (ask_at_rest(pool, stop))
		{
			status = KERNEL_STOPPED;
			break;
		}
	}
	close_job(pool);
	return status;
}
