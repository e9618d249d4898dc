/*
 * module.c: library load and settings.
 */
#include "postgres.h"

#include <limits.h>

#include "fmgr.h"
#include "utils/guc.h"

#include "kernel/thread/parallel.h"

#include "pg/memory.h"
#include "pg/model_cache.h"
#include "pg/progress.h"
#include "pg/threads.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	DefineCustomIntVariable(
		"orchard.max_memory",
		"Memory that all live training states of a session may hold together.",
		"orchard.train keeps rows beyond it in temporary files; else a statement that needs more ends with an error.",
		&orchard_max_memory, 1024 * 1024, 16 * 1024, INT_MAX, PGC_USERSET, GUC_UNIT_KB, NULL, NULL,
		NULL);
	DefineCustomIntVariable("orchard.max_memory_limit",
							"Upper bound on orchard.max_memory, for a superuser to set.",
							"The smaller of the two settings rules.", &orchard_max_memory_limit,
							INT_MAX, 16 * 1024, INT_MAX, PGC_SUSET, GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomIntVariable("orchard.model_cache",
							"Memory that decoded models of a session may hold.",
							"The model used longest ago is given up first.", &orchard_model_cache,
							64 * 1024, 1024, INT_MAX, PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomIntVariable(
		"orchard.max_threads", "Threads that training may use, the session's own included.",
		"0 stands for one more than max_parallel_maintenance_workers, but no more than there are processors.",
		&orchard_max_threads, 0, 0, PARALLEL_MOST, PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable(
		"orchard.progress_interval",
		"Seconds between the NOTICEs by which orchard.train tells how far it is.",
		"0 turns them off.", &orchard_progress_interval, 0, 0, INT_MAX / 1000, PGC_USERSET,
		GUC_UNIT_S, NULL, NULL, NULL);
	MarkGUCPrefixReserved("orchard");
}
