/*
 * shared_rows.c: parallel workers that sum up a table's rows where these are stored.
 *
 * A plan of fit_columns takes each row apart, in each process, before the aggregate sees it, which
 * costs more than summing the row up.  So of a table itself, without conditions, train() has no plan:
 * the processes share a parallel scan as PostgreSQL's own do, each feeds the slots to a state of its
 * own, and the workers send theirs, flat, to the leader, which adds them up in the order of the
 * workers' numbers.  Snapshot, user, settings and errors are PostgreSQL's business (parallel.c).
 *
 * All of the leader's is in the memory context of the caller; a worker's ends with it.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "executor/instrument.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "pgstat.h"
#include "storage/shm_mq.h"
#include "tcop/tcopprot.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "pg/compat.h"
#include "pg/fit_feed.h"
#include "pg/row_source.h"
#include "pg/shared_rows.h"

#define QUEUE_SIZE ((Size) 65536) /* bytes; a longer state goes through it in pieces */

/* What is in the shared memory. */
enum
{
	KEY_TABLE = 1,
	KEY_SCAN,
	KEY_TARGET,
	KEY_OPTIONS,
	KEY_QUERY,
	KEY_BUFFERS,
	KEY_WAL,
	KEY_QUEUES
};

/* Entry of a worker, by its name. */
extern PGDLLEXPORT void orchard_shared_rows_worker(dsm_segment *segment, shm_toc *toc);

/* One process's part of the work. */
typedef struct Share
{
	Relation table;
	ParallelTableScanDesc scan;
	FitFeed feed;
} Share;

/* A feed of the table's columns, in the current memory context. */
static void
begin_share(Share *share, Relation table, const char *target, Jsonb *options)
{
	const FitOptions *parsed = fit_options_parse(options);
	FitFeed *feed = &share->feed;
	int i;

	share->table = table;
	*feed = (FitFeed){.context = CurrentMemoryContext, .target = target, .options = options};
	feed->row_context =
		AllocSetContextCreate(CurrentMemoryContext, "orchard training row", ALLOCSET_SMALL_SIZES);
	feed->columns = CreateTupleDescCopyConstr(RelationGetDescr(table));
	feed->n_read = feed->columns->natts;
	for (i = 0; i < feed->n_read; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(feed->columns, i);

		if (!attribute->attisdropped &&
			fit_reads_column(parsed, target, NameStr(attribute->attname)))
			feed->n_taken = i + 1;
	}
}

/* Reads what the others leave of the table. */
static void
read_share(Share *share)
{
	TableScanDesc scan = table_beginscan_parallel(share->table, share->scan);
	TupleTableSlot *slot = table_slot_create(share->table, NULL);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		MemoryContext caller = MemoryContextSwitchTo(share->feed.row_context);

		CHECK_FOR_INTERRUPTS();
		fit_feed_add(&share->feed, slot);
		MemoryContextSwitchTo(caller);
		fit_feed_end_row(&share->feed);
	}
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
}

/* The state for the leader, flat; nothing but the length when no row has come. */
static struct varlena *
flatten(FitState *state)
{
	Size size = state != NULL ? EOH_get_flat_size(&state->header) : VARHDRSZ;
	struct varlena *flat = MemoryContextAllocHuge(CurrentMemoryContext, size);

	if (state != NULL)
		EOH_flatten_into(&state->header, flat, size);
	SET_VARSIZE(flat, size);
	return flat;
}

static shm_mq *
queue_of(shm_toc *toc, int worker)
{
	return (shm_mq *) ((char *) shm_toc_lookup(toc, KEY_QUEUES, false) + worker * QUEUE_SIZE);
}

void
orchard_shared_rows_worker(dsm_segment *segment, shm_toc *toc)
{
	const Oid *table = shm_toc_lookup(toc, KEY_TABLE, false);
	BufferUsage *buffers = shm_toc_lookup(toc, KEY_BUFFERS, false);
	WalUsage *wal = shm_toc_lookup(toc, KEY_WAL, false);
	shm_mq *queue = queue_of(toc, ParallelWorkerNumber);
	struct varlena *flat;
	shm_mq_handle *sender;
	Share share;

	debug_query_string = shm_toc_lookup(toc, KEY_QUERY, false);
	pgstat_report_activity(STATE_RUNNING, debug_query_string);
	shm_mq_set_sender(queue, MyProc);
	sender = shm_mq_attach(queue, segment, NULL);
	begin_share(&share, table_open(*table, AccessShareLock), shm_toc_lookup(toc, KEY_TARGET, false),
				shm_toc_lookup(toc, KEY_OPTIONS, false));
	share.scan = shm_toc_lookup(toc, KEY_SCAN, false);
	InstrStartParallelQuery();
	read_share(&share);
	flat = flatten(share.feed.state);
	(void) shm_mq_send(sender, VARSIZE(flat), flat, false, true);
	InstrEndParallelQuery(&buffers[ParallelWorkerNumber], &wal[ParallelWorkerNumber]);
	table_close(share.table, AccessShareLock);
}

/* A copy of the bytes under this key. */
static void
share_bytes(ParallelContext *context, uint64 key, const void *bytes, Size size)
{
	void *place = shm_toc_allocate(context->toc, size);

	memcpy(place, bytes, size);
	shm_toc_insert(context->toc, key, place);
}

static void
estimate_bytes(ParallelContext *context, Size size)
{
	shm_toc_estimate_chunk(&context->estimator, size);
	shm_toc_estimate_keys(&context->estimator, 1);
}

/* The shared memory for the work, and the scan in it. */
static ParallelContext *
prepare_workers(Share *share, int workers)
{
	ParallelContext *context =
		CreateParallelContext("$libdir/orchard", "orchard_shared_rows_worker", workers);
	const char *query = debug_query_string != NULL ? debug_query_string : "";
	const FitFeed *feed = &share->feed;
	Snapshot snapshot = GetActiveSnapshot();
	Size scan_size = table_parallelscan_estimate(share->table, snapshot);
	Size of_workers[] = {mul_size(sizeof(BufferUsage), workers),
						 mul_size(sizeof(WalUsage), workers), mul_size(QUEUE_SIZE, workers)};
	int i;

	estimate_bytes(context, sizeof(Oid));
	estimate_bytes(context, scan_size);
	estimate_bytes(context, strlen(feed->target) + 1);
	estimate_bytes(context, VARSIZE(feed->options));
	estimate_bytes(context, strlen(query) + 1);
	for (i = 0; i < lengthof(of_workers); i++)
		estimate_bytes(context, of_workers[i]);
	InitializeParallelDSM(context);
	share_bytes(context, KEY_TABLE, &RelationGetRelid(share->table), sizeof(Oid));
	share->scan = shm_toc_allocate(context->toc, scan_size);
	table_parallelscan_initialize(share->table, share->scan, snapshot);
	shm_toc_insert(context->toc, KEY_SCAN, share->scan);
	share_bytes(context, KEY_TARGET, feed->target, strlen(feed->target) + 1);
	share_bytes(context, KEY_OPTIONS, feed->options, VARSIZE(feed->options));
	share_bytes(context, KEY_QUERY, query, strlen(query) + 1);
	for (i = 0; i < lengthof(of_workers); i++)
		shm_toc_insert(context->toc, KEY_BUFFERS + i,
					   shm_toc_allocate(context->toc, of_workers[i]));
	return context;
}

/* Starts the workers; the ends of their queues here, by worker. */
static shm_mq_handle **
start_workers(ParallelContext *context)
{
	shm_mq_handle **queues = palloc(sizeof(shm_mq_handle *) * Max(context->nworkers, 1));
	int i;

	for (i = 0; i < context->nworkers; i++)
	{
		shm_mq *queue = shm_mq_create(queue_of(context->toc, i), QUEUE_SIZE);

		shm_mq_set_receiver(queue, MyProc);
		queues[i] = shm_mq_attach(queue, context->seg, NULL);
	}
	LaunchParallelWorkers(context);
	for (i = 0; i < context->nworkers_launched; i++)
		shm_mq_set_handle(queues[i], context->worker[i].bgwhandle);
	return queues;
}

/* The state with that of a worker's rows, which came flat. */
static FitState *
add_state(FitState *state, const struct varlena *flat)
{
	FitState *more;

	if (VARSIZE(flat) == VARHDRSZ)
		return state;
	more = fit_state_decode_here(flat);
	if (state == NULL)
		return more;
	fit_state_merge(state, more);
	fit_state_release(more);
	return state;
}

/* The state with those of all workers, which then end. */
static FitState *
gather_states(ParallelContext *context, shm_mq_handle **queues, FitState *state)
{
	int n_states = 0;
	int i;

	for (i = 0; i < context->nworkers_launched; i++)
	{
		Size size;
		void *flat;

		if (shm_mq_receive(queues[i], &size, &flat, false) != SHM_MQ_SUCCESS)
			continue;
		state = add_state(state, flat);
		n_states++;
	}
	WaitForParallelWorkersToFinish(context); /* raises what befell one */
	if (n_states < context->nworkers_launched)
		elog(ERROR, "a parallel worker ended without a training state");
	return state;
}

/* Their buffers and WAL are the statement's. */
static void
count_usage(ParallelContext *context)
{
	BufferUsage *buffers = shm_toc_lookup(context->toc, KEY_BUFFERS, false);
	WalUsage *wal = shm_toc_lookup(context->toc, KEY_WAL, false);
	int i;

	for (i = 0; i < context->nworkers_launched; i++)
		InstrAccumParallelQuery(&buffers[i], &wal[i]);
}

FitState *
shared_rows_read(Oid table, const char *target, Jsonb *options, int workers)
{
	ParallelContext *context;
	shm_mq_handle **queues;
	FitState *state;
	Share share;
	int settings;

	begin_share(&share, table_open(table, AccessShareLock), target, options);
	settings = row_source_begin_order(); /* for the rows of a process that stays alone */
	EnterParallelMode();
	context = prepare_workers(&share, workers);
	queues = start_workers(context);
	ereport(DEBUG1,
			(errmsg_internal("training reads \"%s\" with %d of %d workers",
							 RelationGetRelationName(share.table), context->nworkers_launched,
							 workers)));
	if (parallel_leader_participation || context->nworkers_launched == 0)
		read_share(&share);
	state = gather_states(context, queues, share.feed.state);
	count_usage(context);
	DestroyParallelContext(context);
	ExitParallelMode();
	row_source_end_order(settings);
	table_close(share.table,
				NoLock); /* the lock stays to the end of the transaction, as a query's */
	return state;
}
