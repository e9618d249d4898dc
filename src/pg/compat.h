/*
 * compat.h: differences between PostgreSQL versions, the only place that asks for one.
 */
#ifndef ORCHARD_PG_COMPAT_H
#define ORCHARD_PG_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000
#error "Orchard needs PostgreSQL 15 or later"
#endif

#include "fmgr.h"

/*
 * The library hides its symbols; before 16 (089480c0770) PG_FUNCTION_INFO_V1 did not export the
 * function itself.
 */
#if PG_VERSION_NUM < 160000
#undef PG_FUNCTION_INFO_V1
#define PG_FUNCTION_INFO_V1(funcname) \
	extern PGDLLEXPORT Datum funcname(PG_FUNCTION_ARGS); \
	extern PGDLLEXPORT const Pg_finfo_record *CppConcat(pg_finfo_, funcname)(void); \
	const Pg_finfo_record *CppConcat(pg_finfo_, funcname)(void) \
	{ \
		static const Pg_finfo_record my_finfo = {1}; \
		return &my_finfo; \
	} \
	extern int no_such_variable
#endif

/* The varatt macros moved out of postgres.h in 16 (d952373a987). */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* The local transaction of this backend; the field moved in 17 (ab355e3a88de). */
#if PG_VERSION_NUM >= 170000
#define my_local_transaction() (MyProc->vxid.lxid)
#else
#define my_local_transaction() (MyProc->lxid)
#endif

/* The lexer can live in the caller's memory since 17 (1c99cde2f344); NULL asks for a new one. */
#if PG_VERSION_NUM >= 170000
#define makeJsonLexContextCstringLen(json, length, encoding, escapes) \
	makeJsonLexContextCstringLen(NULL, json, length, encoding, escapes)
#endif

#include "executor/executor.h"

/* Raises an error unless the user may read what the plan reads; in 16 rights left the range table (a61b1f74823c). */
#if PG_VERSION_NUM >= 160000
#define require_plan_rights(statement) \
	((void) ExecCheckPermissions((statement)->rtable, (statement)->permInfos, true))
#else
#define require_plan_rights(statement) ((void) ExecCheckRTPerms((statement)->rtable, true))
#endif

/* May the user call the function?  In 16 each kind of object lost its function for rights (afbfc02983f8). */
#include "miscadmin.h"
#include "utils/acl.h"

#if PG_VERSION_NUM >= 160000
#include "catalog/pg_proc.h"
#define may_execute(function) \
	(object_aclcheck(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK)
#else
#define may_execute(function) (pg_proc_aclcheck(function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK)
#endif

/* Is the variable OLD or NEW of RETURNING, which 18 brought (80feb727c869)?  OLD of an INSERT is NULL. */
#if PG_VERSION_NUM >= 180000
#define is_other_row(variable) ((variable)->varreturningtype != VAR_RETURNING_DEFAULT)
#else
#define is_other_row(variable) false
#endif

/* Who reads a table, and which of its columns: a struct of its own since 16 (a61b1f74823c). */
#include "parser/parse_relation.h"

#if PG_VERSION_NUM >= 160000
typedef RTEPermissionInfo RowRights;
#define rights_of(query, entry) getRTEPermissionInfo((query)->rteperminfos, entry)
#define forget_rights(entry) ((entry)->perminfoindex = 0)
#else
typedef RangeTblEntry RowRights;
#define rights_of(query, entry) (entry)
#define forget_rights(entry) ((entry)->requiredPerms = 0)
#endif

/* Runs a query to its end; 18 lost an argument (3eea7a0c97e). */
#if PG_VERSION_NUM >= 180000
#define executor_run_all(run) ExecutorRun(run, ForwardScanDirection, 0)
#else
#define executor_run_all(run) ExecutorRun(run, ForwardScanDirection, 0, true)
#endif

/* Whole pieces of a temporary file; since 16 there is BufFileReadExact(), and what is written is const. */
#include "storage/buffile.h"

static inline void
buffile_write(BufFile *file, const void *bytes, size_t size)
{
	BufFileWrite(file, unconstify(void *, bytes), size);
}

static inline void
buffile_read(BufFile *file, void *bytes, size_t size)
{
#if PG_VERSION_NUM >= 160000
	BufFileReadExact(file, bytes, size);
#else
	if (BufFileRead(file, bytes, size) != size)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read from the temporary file of training rows")));
#endif
}

#endif /* ORCHARD_PG_COMPAT_H */
