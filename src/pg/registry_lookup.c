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
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "pg/compat.h"
#include "pg/registry_lookup.h"

PG_FUNCTION_INFO_V1(orchard_has_role_rights);
PG_FUNCTION_INFO_V1(orchard_load_model);

/* Columns of the tables, all of which begin with name and owner. */
enum
{
	COLUMN_OWNER = 2,
	GRANT_GRANTEE = 3,
	MODEL_ALIASES = 5,
	VERSION_MODEL = 4,
	VERSION_DIGEST = 5
};

/* Tables that are read here, and their primary keys. */
typedef enum RegistryTable
{
	TABLE_MODEL,
	TABLE_VERSION,
	TABLE_GRANT,
	N_TABLES
} RegistryTable;

static const char *const table_names[N_TABLES] = {"registry_model", "registry_version",
												  "registry_grant"};
static const char *const index_names[N_TABLES] = {"registry_model_pkey", "registry_version_pkey",
												  "registry_grant_pkey"};

/* Their oids, InvalidOid where not known. */
static Oid table_oids[N_TABLES];
static Oid index_oids[N_TABLES];

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

bool
registry_forget_relation(Oid relation)
{
	bool is_ours = relation == InvalidOid || !OidIsValid(table_oids[TABLE_MODEL]);
	int i;

	for (i = 0; i < N_TABLES; i++)
	{
		if (relation == InvalidOid || relation == table_oids[i] || relation == index_oids[i])
		{
			table_oids[i] = index_oids[i] = InvalidOid;
			is_ours = true;
		}
	}
	return is_ours;
}

static void
scan_open(RegistryScan *scan, RegistryTable table)
{
	Oid oid = table_oids[table];
	Oid index = index_oids[table];

	if (!OidIsValid(oid))
	{
		oid = registry_relation(table_names[table]);
		index = registry_relation(index_names[table]);
	}
	/* Taking a lock reads messages, which may make us forget again. */
	scan->table = table_open(oid, AccessShareLock);
	scan->index = index_open(index, AccessShareLock);
	scan->n_keys = 0;
	table_oids[table] = oid;
	index_oids[table] = index;
}

static void
scan_add_text(RegistryScan *scan, const char *text)
{
	int i = scan->n_keys++;

	/* ScanKeyInit compares with collation "C", which is that of these columns. */
	ScanKeyInit(&scan->keys[i], i + 1, BTEqualStrategyNumber, F_TEXTEQ, CStringGetTextDatum(text));
}

static void
scan_add_int(RegistryScan *scan, int32 value)
{
	int i = scan->n_keys++;

	ScanKeyInit(&scan->keys[i], i + 1, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(value));
}

static void
scan_begin(RegistryScan *scan)
{
	if (!ActiveSnapshotSet())
		elog(ERROR, "a registered model needs a snapshot to be looked up under");
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

	scan_open(&scan, TABLE_GRANT);
	scan_add_text(&scan, name);
	scan_add_text(&scan, owner);
	scan_begin(&scan);
	while (!found && (row = systable_getnext_ordered(scan.scan, ForwardScanDirection)) != NULL)
		found = has_role_rights(text_column(&scan, row, GRANT_GRANTEE));
	scan_end(&scan);
	return found;
}

/* What an alias stands for in a row of registry_model; 0 when there is none. */
static int32
version_of_alias(const RegistryScan *scan, HeapTuple row, const char *alias)
{
	bool is_null;
	Datum aliases = heap_getattr(row, MODEL_ALIASES, RelationGetDescr(scan->table), &is_null);
	Jsonb *object = DatumGetJsonbP(aliases);
	JsonbValue value;

	if (!JB_ROOT_IS_OBJECT(object) ||
		getKeyJsonValueFromContainer(&object->root, alias, strlen(alias), &value) == NULL ||
		value.type != jbvNumeric)
		return 0;
	return DatumGetInt32(DirectFunctionCall1(numeric_int4, NumericGetDatum(value.val.numeric)));
}

/* What a search by name has found. */
typedef struct Candidates
{
	RegistryEntry entry; /* the current role's own, else the first seen */
	bool is_own;
	int n_owned; /* of others, with the owner's rights */
	int n_granted;
	StringInfo names; /* of both, for a message; or NULL */
} Candidates;

static void
add_candidate(Candidates *found, const ModelReference *reference, const RegistryScan *scan,
			  HeapTuple row, const char *me)
{
	const char *name = reference->name;
	char *owner = text_column(scan, row, COLUMN_OWNER);
	bool is_own = strcmp(owner, me) == 0;
	bool is_owned = is_own || has_role_rights(owner);

	if (!is_owned && !is_granted(name, owner))
		return;
	if (is_own || found->n_owned + found->n_granted == 0 || (is_owned && found->n_owned == 0))
	{
		strlcpy(found->entry.name, name, NAMEDATALEN);
		strlcpy(found->entry.owner, owner, NAMEDATALEN);
		found->entry.alias_version =
			version_of_alias(scan, row, reference->alias[0] != '\0' ? reference->alias : CHAMPION);
	}
	found->is_own |= is_own;
	found->n_owned += is_owned;
	found->n_granted += !is_owned;
	if (found->names != NULL)
		appendStringInfo(found->names, "%s%s.%s", found->names->len > 0 ? ", " : "", owner, name);
}

/* Models of the referenced name that the current role may see; their names too unless it is NULL. */
static void
find_candidates(const ModelReference *reference, StringInfo names, Candidates *found)
{
	char *me = GetUserNameFromId(GetUserId(), false);
	RegistryScan scan;
	HeapTuple row;

	memset(found, 0, sizeof(*found));
	found->names = names;
	scan_open(&scan, TABLE_MODEL);
	scan_add_text(&scan, reference->name);
	if (reference->owner[0] != '\0')
		scan_add_text(&scan, reference->owner);
	scan_begin(&scan);
	while (!found->is_own &&
		   (row = systable_getnext_ordered(scan.scan, ForwardScanDirection)) != NULL)
		add_candidate(found, reference, &scan, row, me);
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
	StringInfoData names;
	Candidates again;

	if (n <= 1 || found->is_own)
		return;
	initStringInfo(&names);
	find_candidates(reference, &names, &again);
	ereport(ERROR,
			(errcode(ERRCODE_AMBIGUOUS_ALIAS),
			 errmsg("model name \"%s\" is ambiguous", reference->name),
			 errdetail("You may use: %s.", names.data),
			 errhint("Put the owner and a dot before the name.")));
}

void
pg_attribute_noreturn() registry_no_model(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("model \"%s\" does not exist", name),
			 errhint("The view orchard.models lists the models that you may use.")));
}

static void
require_some(const ModelReference *reference, const Candidates *found)
{
	if (found->n_owned + found->n_granted == 0)
		registry_no_model(given_name(reference));
}

void
registry_find(const ModelReference *reference, RegistryEntry *entry)
{
	Candidates found;

	find_candidates(reference, NULL, &found);
	require_some(reference, &found);
	require_one(reference, &found, found.n_owned + found.n_granted);
	*entry = found.entry;
}

void
registry_find_owned(const ModelReference *reference, RegistryEntry *entry)
{
	Candidates found;

	find_candidates(reference, NULL, &found);
	require_some(reference, &found);
	if (found.n_owned == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of model \"%s\"", given_name(reference)),
				 errhint("Its owner, or a role that has the owner's rights, may do this.")));
	require_one(reference, &found, found.n_owned);
	*entry = found.entry;
}

/* The version that a reference asks for; 0 for the latest. */
static int32
wanted_version(const ModelReference *reference, const RegistryEntry *entry)
{
	if (reference->version != 0)
		return reference->version;
	if (reference->alias[0] != '\0' && entry->alias_version == 0)
		ereport(
			ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("model \"%s\" has no alias \"%s\"", given_name(reference), reference->alias),
			 errhint("orchard.deploy(name, version, alias) makes one.")));
	return entry->alias_version;
}

void
pg_attribute_noreturn() registry_no_version(const char *name, int32 version)
{
	if (version == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("model \"%s\" has no version", name),
				 errhint("orchard.register(name, model) adds one.")));
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("model \"%s\" has no version %d", name, version),
			 errhint("The view orchard.versions lists the versions of a model.")));
}

/* Opens a scan at the row of the version that the reference means; the caller ends it. */
static HeapTuple
find_version(RegistryScan *scan, const char *text, size_t length)
{
	ModelReference reference;
	RegistryEntry entry;
	HeapTuple row;
	int32 version;

	model_reference_parse(&reference, text, length);
	registry_find(&reference, &entry);
	version = wanted_version(&reference, &entry);
	scan_open(scan, TABLE_VERSION);
	scan_add_text(scan, entry.name);
	scan_add_text(scan, entry.owner);
	if (version != 0)
		scan_add_int(scan, version);
	scan_begin(scan);
	row = systable_getnext_ordered(scan->scan, BackwardScanDirection);
	if (row == NULL)
		registry_no_version(given_name(&reference), version);
	return row;
}

static Datum
model_of_row(const RegistryScan *scan, HeapTuple row)
{
	bool is_null;

	return heap_getattr(row, VERSION_MODEL, RelationGetDescr(scan->table), &is_null);
}

struct varlena *
registry_load(const char *text, size_t length)
{
	RegistryScan scan;
	HeapTuple row = find_version(&scan, text, length);
	struct varlena *stored = (struct varlena *) PG_DETOAST_DATUM_COPY(model_of_row(&scan, row));

	scan_end(&scan);
	return stored;
}

CachedModel *
registry_lookup(const char *text, size_t length)
{
	RegistryScan scan;
	HeapTuple row = find_version(&scan, text, length);
	char *hex = text_column(&scan, row, VERSION_DIGEST);
	uint8 digest[SHA256_SIZE];
	CachedModel *model = NULL;

	if (strlen(hex) == 2 * SHA256_SIZE)
	{
		hex_decode(hex, 2 * SHA256_SIZE, (char *) digest);
		model = model_cache_find(digest);
	}
	if (model == NULL)
		model = model_cache_get(model_of_row(&scan, row));
	scan_end(&scan);
	return model;
}

Datum
orchard_load_model(PG_FUNCTION_ARGS)
{
	text *reference = PG_GETARG_TEXT_PP(0);

	PG_RETURN_POINTER(registry_load(VARDATA_ANY(reference), VARSIZE_ANY_EXHDR(reference)));
}
