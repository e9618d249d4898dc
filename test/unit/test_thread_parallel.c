/*
 * test_thread_parallel.c: every chunk once, by several threads, with stops and rests.
 */
#include "kernel/thread/parallel.h"

#include <signal.h>

#include "unit.h"

#define CHUNKS 5000

typedef struct Job
{
	ParallelPool *pool;
	int32_t times[CHUNKS]; /* each chunk was done */
	int64_t sums[PARALLEL_MOST];
	atomic_int working; /* threads inside a chunk but for the caller's */
	atomic_bool has_open_signal;
	int32_t worker_limit;
	int32_t patience; /* looks at the clock of a long chunk */
} Job;

/* A chunk that takes a while, and counts who does what. */
static void
do_chunk(void *context, int32_t chunk, int32_t worker)
{
	Job *job = context;
	volatile int32_t spent = 0;
	sigset_t blocked;

	if (worker > 0)
	{
		atomic_fetch_add(&job->working, 1);
		pthread_sigmask(SIG_SETMASK, NULL, &blocked);
		if (!sigismember(&blocked, SIGALRM) || !sigismember(&blocked, SIGTERM))
			atomic_store(&job->has_open_signal, true);
	}
	while (spent < job->patience)
		spent++;
	job->times[chunk]++;
	job->sums[worker] += chunk;
	if (worker > 0)
		atomic_fetch_sub(&job->working, 1);
}

static int64_t
total(const Job *job)
{
	int64_t sum = 0;
	int32_t t;

	for (t = 0; t < PARALLEL_MOST; t++)
		sum += job->sums[t];
	return sum;
}

static void
check_each_once(const Job *job, int32_t n)
{
	int32_t i;

	for (i = 0; i < CHUNKS; i++)
		CHECK(job->times[i] == (i < n));
	CHECK(total(job) == (int64_t) n * (n - 1) / 2);
}

static void
every_chunk_is_done_once(void)
{
	static const int32_t threads[] = {1, 2, 3, 8};
	static const int32_t chunks[] = {0, 1, 2, 7, 100, CHUNKS};
	size_t t;
	size_t c;
	int round;

	for (t = 0; t < 4; t++)
	{
		ParallelPool pool;

		parallel_begin(&pool, threads[t]);
		CHECK(parallel_threads(&pool) == threads[t]);
		for (round = 0; round < 20; round++)
		{
			for (c = 0; c < 6; c++)
			{
				Job job = {.patience = 50};

				CHECK(parallel_for(&pool, chunks[c], do_chunk, &job, NULL) == KERNEL_OK);
				CHECK(atomic_load(&job.working) == 0);
				check_each_once(&job, chunks[c]);
			}
		}
		parallel_end(&pool);
	}
}

static void
no_pool_is_one_thread(void)
{
	Job job = {0};

	CHECK(parallel_threads(NULL) == 1);
	CHECK(parallel_for(NULL, 100, do_chunk, &job, NULL) == KERNEL_OK);
	check_each_once(&job, 100);
	CHECK(job.sums[0] == total(&job));
}

/* With chunks of a millisecond the others come in, and none has a signal to handle. */
static void
others_work_with_all_signals_blocked(void)
{
	ParallelPool pool;
	Job job = {.patience = 1000000};

	parallel_begin(&pool, 4);
	CHECK(parallel_for(&pool, 400, do_chunk, &job, NULL) == KERNEL_OK);
	parallel_end(&pool);
	check_each_once(&job, 400);
	CHECK(job.sums[0] < total(&job));
	CHECK(!atomic_load(&job.has_open_signal));
}

static int stops_left;
static int pendings;

static bool
stop_later(void *context)
{
	Job *job = context;

	/* Nobody else is inside a chunk while the answer is found. */
	CHECK(job->pool == NULL || atomic_load(&job->working) == 0);
	return --stops_left < 0;
}

static bool
pending_now_and_then(void *context)
{
	(void) context;
	return ++pendings % 10 == 0;
}

static void
a_stop_is_asked_for_at_rest(void)
{
	ParallelPool pool;
	int stopped = 0;
	int n;

	parallel_begin(&pool, 4);
	for (n = 0; n < 40; n++)
	{
		Status status;
		Job job = {.pool = &pool, .patience = 2000};
		StopCheck stop = {stop_later, &job, n % 2 == 0 ? NULL : pending_now_and_then};
		int32_t i;

		stops_left = n;
		pendings = 0;
		status = parallel_for(&pool, CHUNKS, do_chunk, &job, &stop);
		stopped += status == KERNEL_STOPPED; /* unless the others left the caller too few chunks */
		CHECK(status == (stops_left < 0 ? KERNEL_STOPPED : KERNEL_OK));
		CHECK(atomic_load(&job.working) == 0);
		for (i = 0; i < CHUNKS; i++)
			CHECK(job.times[i] <= 1);
	}
	CHECK(stopped > 0);
	parallel_end(&pool);
}

static void
rests_lose_no_chunk(void)
{
	ParallelPool pool;
	int n;

	parallel_begin(&pool, 3);
	for (n = 0; n < 20; n++)
	{
		Job job = {.pool = &pool, .patience = 500};
		StopCheck stop = {stop_later, &job, NULL};

		stops_left = 1000000;
		CHECK(parallel_for(&pool, 1000, do_chunk, &job, &stop) == KERNEL_OK);
		check_each_once(&job, 1000);
	}
	parallel_end(&pool);
}

/* A meeting of two threads. */
typedef struct Meeting
{
	_Atomic bool other_began;
	_Atomic bool other_ended;
} Meeting;

/* The caller's chunk ends when another thread is in the middle of its own, which takes long. */
static void
meet(void *context, int32_t chunk, int32_t worker)
{
	static const struct timespec moment = {0, 50000000};
	Meeting *meeting = context;
	int i;

	(void) chunk;
	if (worker == 0)
	{
		for (i = 0; i < 40 && !atomic_load(&meeting->other_began); i++)
			nanosleep(&moment, NULL);
		return;
	}
	atomic_store(&meeting->other_began, true);
	nanosleep(&moment, NULL);
	nanosleep(&moment, NULL);
	atomic_store(&meeting->other_ended, true);
}

static void
waits_for_the_last_chunk(void)
{
	ParallelPool pool;
	Meeting meeting = {false, false};

	parallel_begin(&pool, 2);
	CHECK(parallel_for(&pool, 2, meet, &meeting, NULL) == KERNEL_OK);
	CHECK(atomic_load(&meeting.other_ended) == atomic_load(&meeting.other_began));
	parallel_end(&pool);
}

UNIT_MAIN(UNIT_CASE(waits_for_the_last_chunk), UNIT_CASE(every_chunk_is_done_once),
		  UNIT_CASE(no_pool_is_one_thread), UNIT_CASE(others_work_with_all_signals_blocked),
		  UNIT_CASE(a_stop_is_asked_for_at_rest), UNIT_CASE(rests_lose_no_chunk))
