/*
 * registry_lookup.c: registered models by index scan.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "pg/compat.h"
#include "pg/registry_lookup.h"

PG_FUNCTION_INFO_V1(orchard_has_role_rights);

#define EVERY_ROLE "public"

/* Columns that all tables begin with, and those after them. */
enum
{
	COLUMN_NAME = 1,
	COLUMN_OWNER = 2,
	COLUMN_GRANTEE = 3
};

/* A scan of a table in the order of its primary key. */
typedef struct RegistryScan
{
	Relation table;
	Relation index;
	ScanKeyData keys[3]; /* equal to these leading columns */
	int n_keys;
	SysScanDesc scan;
} RegistryScan;

Oid
registry_relation(const char *name)
{
	Oid relation = get_relname_relid(name, get_namespace_oid("orchard", false));

	if (!OidIsValid(relation))
		ereport(
			ERROR,
			(errcode(ERRCODE_UNDEFINED_TABLE),
			 errmsg("relation \"orchard.%s\" does not exist", name),
			 errhint(
				 "ALTER EXTENSION orchard UPDATE brings the script to the library's version.")));
	return relation;
}

static void
scan_open(RegistryScan *scan, const char *table, const char *index)
{
	scan->table = table_open(registry_relation(table), AccessShareLock);
	scan->index = index_open(registry_relation(index), AccessShareLock);
	scan->n_keys = 0;
}

static void
scan_add_text(RegistryScan *scan, const char *text)
{
	int i = scan->n_keys++;

	/* ScanKeyInit compares with collation "C", which is that of these columns. */
	ScanKeyInit(&scan->keys[i], i + 1, BTEqualStrategyNumber, F_TEXTEQ, CStringGetTextDatum(text));
}

static void
scan_begin(RegistryScan *scan)
{
	scan->scan = systable_beginscan_ordered(scan->table, scan->index, GetActiveSnapshot(),
											scan->n_keys, scan->keys);
}

static void
scan_end(RegistryScan *scan)
{
	systable_endscan_ordered(scan->scan);
	index_close(scan->index, AccessShareLock);
	table_close(scan->table, AccessShareLock);
}

/* A text column that cannot be NULL. */
static char *
text_column(const RegistryScan *scan, HeapTuple row, int column)
{
	bool is_null;
	Datum value = heap_getattr(row, column, RelationGetDescr(scan->table), &is_null);

	return TextDatumGetCString(value);
}

bool
has_role_rights(const char *role)
{
	Oid given;

	if (strcmp(role, EVERY_ROLE) == 0)
		return true;
	given = get_role_oid(role, true);
	return OidIsValid(given) ? has_privs_of_role(GetUserId(), given) : superuser();
}

Datum
orchard_has_role_rights(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(has_role_rights(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}

/* Is the model granted to a role whose rights the current one has? */
static bool
is_granted(const char *name, const char *owner)
{
	RegistryScan scan;
	HeapTuple row;
	bool found = false;

	scan_open(&scan, "registry_grant", "registry_grant_pkey");
	scan_add_text(&scan, name);
	scan_add_text(&scan, owner);
	scan_begin(&scan);
	while (!found && (row = systable_getnext_ordered(scan.scan, ForwardScanDirection)) != NULL)
		found = has_role_rights(text_column(&scan, row, COLUMN_GRANTEE));
	scan_end(&scan);
	return found;
}

/* What a search by name has found. */
typedef struct Candidates
{
	RegistryEntry entry; /* the current role's own, else the first seen */
	bool is_own;
	int n_owned; /* of others, with the owner's rights */
	int n_granted;
	StringInfoData names; /* of both, for the message */
} Candidates;

static void
add_candidate(Candidates *found, const char *name, const char *owner, const char *me)
{
	bool is_own = strcmp(owner, me) == 0;
	bool is_owned = is_own || has_role_rights(owner);

	if (!is_owned && !is_granted(name, owner))
		return;
	if (is_own || found->n_owned + found->n_granted == 0 || (is_owned && found->n_owned == 0))
	{
		strlcpy(found->entry.name, name, NAMEDATALEN);
		strlcpy(found->entry.owner, owner, NAMEDATALEN);
		found->entry.is_owned = is_owned;
	}
	found->is_own |= is_own;
	found->n_owned += is_owned;
	found->n_granted += !is_owned;
	if (found->names.data == NULL)
		initStringInfo(&found->names);
	appendStringInfo(&found->names, "%s%s.%s", found->names.len > 0 ? ", " : "", owner, name);
}

/* Models of the referenced name that the current role may see. */
static void
find_candidates(const ModelReference *reference, Candidates *found)
{
	char *me = GetUserNameFromId(GetUserId(), false);
	RegistryScan scan;
	HeapTuple row;

	memset(found, 0, sizeof(*found));
	scan_open(&scan, "registry_model", "registry_model_pkey");
	scan_add_text(&scan, reference->name);
	if (reference->owner[0] != '\0')
		scan_add_text(&scan, reference->owner);
	scan_begin(&scan);
	while (!found->is_own &&
		   (row = systable_getnext_ordered(scan.scan, ForwardScanDirection)) != NULL)
		add_candidate(found, reference->name, text_column(&scan, row, COLUMN_OWNER), me);
	scan_end(&scan);
}

/* The name as the reference gave it. */
static char *
given_name(const ModelReference *reference)
{
	if (reference->owner[0] == '\0')
		return pstrdup(reference->name);
	return psprintf("%s.%s", reference->owner, reference->name);
}

static void
require_one(const ModelReference *reference, const Candidates *found, int n)
{
	if (n > 1 && !found->is_own)
		ereport(ERROR,
				(errcode(ERRCODE_AMBIGUOUS_ALIAS),
				 errmsg("model name \"%s\" is ambiguous", reference->name),
				 errdetail("You may use: %s.", found->names.data),
				 errhint("Put the owner and a dot before the name.")));
}

static void
require_some(const ModelReference *reference, const Candidates *found)
{
	if (found->n_owned + found->n_granted == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("model \"%s\" does not exist", given_name(reference)),
				 errhint("The view orchard.models lists the models that you may use.")));
}

void
registry_find(const ModelReference *reference, RegistryEntry *entry)
{
	Candidates found;

	find_candidates(reference, &found);
	require_some(reference, &found);
	require_one(reference, &found, found.n_owned + found.n_granted);
	*entry = found.entry;
}

void
registry_find_owned(const ModelReference *reference, RegistryEntry *entry)
{
	Candidates found;

	find_candidates(reference, &found);
	require_some(reference, &found);
	if (found.n_owned == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of model \"%s\"", given_name(reference))));
	require_one(reference, &found, found.n_owned);
	*entry = found.entry;
}
