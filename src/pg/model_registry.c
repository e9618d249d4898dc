/*
 * model_registry.c: register, deploy and the other changes to the registry.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "pg/compat.h"
#include "pg/model_registry.h"
#include "pg/registry_lookup.h"

PG_FUNCTION_INFO_V1(orchard_register);

/* Who called, while the owner of the tables acts.  An abort restores what an error leaves. */
typedef struct Caller
{
	Oid user;
	int security;
	int settings; /* nest level */
} Caller;

static Oid
tables_owner(void)
{
	Oid table = registry_relation("registry_model");
	HeapTuple row = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	Oid owner;

	if (!HeapTupleIsValid(row))
		elog(ERROR, "cache lookup failed for relation %u", table);
	owner = ((Form_pg_class) GETSTRUCT(row))->relowner;
	ReleaseSysCache(row);
	return owner;
}

/* From here on SPI runs as the owner of the tables, and finds nothing of the caller's by name. */
static void
act_as_owner(Caller *caller)
{
	Oid owner = tables_owner();

	GetUserIdAndSecContext(&caller->user, &caller->security);
	SetUserIdAndSecContext(owner, caller->security | SECURITY_LOCAL_USERID_CHANGE);
	caller->settings = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	SPI_connect();
}

static void
act_as_caller(const Caller *caller)
{
	SPI_finish();
	AtEOXact_GUC(false, caller->settings);
	SetUserIdAndSecContext(caller->user, caller->security);
}

/* A parameter of a statement. */
typedef struct Argument
{
	Oid type;
	Datum value;
	bool is_null;
} Argument;

/*
 * run
 *		One statement over the model: $1 is its name, $2 its owner, the rest `arguments`.
 *
 * n: how many more there are; at most 4.
 * Returns how many rows it gave or changed; the rows are in SPI_tuptable.
 */
static uint64
run(const char *statement, const RegistryEntry *entry, int n, const Argument *arguments)
{
	Oid types[6] = {TEXTOID, TEXTOID};
	Datum values[6] = {CStringGetTextDatum(entry->name), CStringGetTextDatum(entry->owner)};
	char nulls[7] = "      ";
	int i;

	Assert(n <= 4);
	for (i = 0; i < n; i++)
	{
		types[i + 2] = arguments[i].type;
		values[i + 2] = arguments[i].value;
		nulls[i + 2] = arguments[i].is_null ? 'n' : ' ';
	}
	if (SPI_execute_with_args(statement, n + 2, types, values, nulls, false, 0) < 0)
		elog(ERROR, "could not run \"%s\"", statement);
	return SPI_processed;
}

static int32
int_result(int column, bool *is_null)
{
	Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, is_null);

	return *is_null ? 0 : DatumGetInt32(value);
}

static Argument
text_argument(const char *text)
{
	return (Argument){TEXTOID, CStringGetTextDatum(text), false};
}

static Argument
int_argument(int32 value)
{
	return (Argument){INT4OID, Int32GetDatum(value), false};
}

static char *
current_role_name(void)
{
	return GetUserNameFromId(GetUserId(), false);
}

static Oid
model_type(void)
{
	Oid type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("model"),
							   ObjectIdGetDatum(get_namespace_oid("orchard", false)));

	if (!OidIsValid(type))
		elog(ERROR, "type orchard.model does not exist");
	return type;
}

/* Whose model it is to be: the current role's, or that of the role the name begins with. */
static void
choose_owner(const ModelReference *reference, RegistryEntry *entry)
{
	strlcpy(entry->name, reference->name, NAMEDATALEN);
	if (reference->owner[0] == '\0')
	{
		strlcpy(entry->owner, current_role_name(), NAMEDATALEN);
		return;
	}
	strlcpy(entry->owner, reference->owner, NAMEDATALEN);
	if (!has_privs_of_role(GetUserId(), get_role_oid(entry->owner, false)))
		ereport(
			ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("must have the rights of role \"%s\" to register its models", entry->owner)));
}

int32
registry_register(const char *name, Datum model)
{
	ModelReference reference;
	RegistryEntry entry;
	Argument version[3];
	Caller caller;
	int32 number;
	bool is_null;

	model_reference_parse_name(&reference, name);
	choose_owner(&reference, &entry);
	version[2] = text_argument(current_role_name());
	act_as_owner(&caller);
	run("INSERT INTO orchard.registry_model AS m (name, owner, last_version) VALUES ($1, $2, 1) "
		"ON CONFLICT (name, owner) DO UPDATE SET last_version = m.last_version + 1 RETURNING last_version",
		&entry, 0, NULL);
	number = int_result(1, &is_null);
	version[0] = int_argument(number);
	version[1] = (Argument){model_type(), model, false};
	run("INSERT INTO orchard.registry_version (name, owner, version, model, registered_by) "
		"VALUES ($1, $2, $3, $4, $5)",
		&entry, 3, version);
	act_as_caller(&caller);
	return number;
}

static void
require_argument(FunctionCallInfo fcinfo, int i, const char *name)
{
	if (PG_ARGISNULL(i))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null", name)));
}

static char *
text_of_argument(FunctionCallInfo fcinfo, int i, const char *name)
{
	require_argument(fcinfo, i, name);
	return text_to_cstring(PG_GETARG_TEXT_PP(i));
}

Datum
orchard_register(PG_FUNCTION_ARGS)
{
	char *name = text_of_argument(fcinfo, 0, "name");

	require_argument(fcinfo, 1, "model");
	PG_RETURN_INT32(registry_register(name, PG_GETARG_DATUM(1)));
}
