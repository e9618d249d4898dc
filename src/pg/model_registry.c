/*
 * model_registry.c: register, deploy and the other changes to the registry.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "pg/argument.h"
#include "pg/compat.h"
#include "pg/model_registry.h"
#include "pg/registry_lookup.h"

PG_FUNCTION_INFO_V1(orchard_register);
PG_FUNCTION_INFO_V1(orchard_deploy);
PG_FUNCTION_INFO_V1(orchard_undeploy);
PG_FUNCTION_INFO_V1(orchard_rollback);
PG_FUNCTION_INFO_V1(orchard_drop_model);
PG_FUNCTION_INFO_V1(orchard_grant_model);
PG_FUNCTION_INFO_V1(orchard_revoke_model);

#define MAX_PARAMETERS 6 /* of a statement, after name and owner */

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
typedef struct Parameter
{
	Oid type;
	Datum value;
	bool is_null;
} Parameter;

/*
 * run
 *		One statement over the model: $1 is its name, $2 its owner, the rest `parameters`.
 *
 * n: how many more there are; at most MAX_PARAMETERS.
 * Returns how many rows it gave or changed; the rows are in SPI_tuptable.
 */
static uint64
run(const char *statement, const RegistryEntry *entry, int n, const Parameter *parameters)
{
	Oid types[MAX_PARAMETERS + 2] = {TEXTOID, TEXTOID};
	Datum values[MAX_PARAMETERS + 2] = {CStringGetTextDatum(entry->name),
										CStringGetTextDatum(entry->owner)};
	char nulls[MAX_PARAMETERS + 2] = {' ', ' '};
	int i;

	Assert(n <= MAX_PARAMETERS);
	for (i = 0; i < n; i++)
	{
		types[i + 2] = parameters[i].type;
		values[i + 2] = parameters[i].value;
		nulls[i + 2] = parameters[i].is_null ? 'n' : ' ';
	}
	if (SPI_execute_with_args(statement, n + 2, types, values, nulls, false, 0) < 0)
		elog(ERROR, "could not run \"%s\"", statement);
	return SPI_processed;
}

/* A column of the first row; 0 for NULL. */
static int32
int_result(int column, bool *is_null)
{
	Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, is_null);

	return *is_null ? 0 : DatumGetInt32(value);
}

static Parameter
text_parameter(const char *text)
{
	return (Parameter){TEXTOID, CStringGetTextDatum(text), false};
}

static Parameter
int_parameter(int32 value)
{
	return (Parameter){INT4OID, Int32GetDatum(value), false};
}

static Parameter
int_or_null_parameter(int32 value, bool is_null)
{
	return (Parameter){INT4OID, Int32GetDatum(value), is_null};
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
			 errmsg("must have the rights of role \"%s\" to register its models", entry->owner),
			 errhint(
				 "Register it under a name without the owner, or have the role granted to you.")));
}

int32
registry_register(const char *name, Datum model)
{
	ModelReference reference;
	RegistryEntry entry;
	Parameter version[3];
	Caller caller;
	int32 number;
	bool is_null;

	model_reference_parse_name(&reference, name);
	choose_owner(&reference, &entry);
	version[2] = text_parameter(current_role_name());
	act_as_owner(&caller);
	run("INSERT INTO orchard.registry_model AS m (name, owner, last_version) VALUES ($1, $2, 1) ON CONFLICT (name, owner) DO UPDATE SET last_version = m.last_version + 1 RETURNING last_version",
		&entry, 0, NULL);
	number = int_result(1, &is_null);
	version[0] = int_parameter(number);
	version[1] = (Parameter){model_type(), model, false};
	run("INSERT INTO orchard.registry_version (name, owner, version, model, registered_by) VALUES ($1, $2, $3, $4, $5)",
		&entry, 3, version);
	act_as_caller(&caller);
	return number;
}

void
registry_require_name(const char *name)
{
	ModelReference reference;
	RegistryEntry entry;

	model_reference_parse_name(&reference, name);
	choose_owner(&reference, &entry);
}

/*
 * begin_change
 *		Starts to change the model that `name` means, as the owner of the tables; act_as_caller ends it.
 *
 * Locks the row of the model until the end of the transaction: another change of it waits, and then
 * sees this one.  The row is updated, not only locked, so that under REPEATABLE READ a change that
 * the snapshot does not show raises 40001 and never makes a second row of the same number.
 *
 * Returns the next deployment number when is_deployment, else 0.
 */
static int32
begin_change(const char *name, bool is_deployment, RegistryEntry *entry, Caller *caller)
{
	ModelReference reference;
	Parameter step = int_parameter(is_deployment);
	bool is_null;

	model_reference_parse_name(&reference, name);
	/* What this statement has already changed, and others have by now, counts. */
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	registry_find_owned(&reference, entry);
	PopActiveSnapshot();
	act_as_owner(caller);
	if (run("UPDATE orchard.registry_model SET last_deployment = last_deployment + $3 WHERE name = $1 AND owner = $2 RETURNING last_deployment",
			entry, 1, &step) == 0)
		registry_no_model(name); /* dropped while we waited */
	return is_deployment ? int_result(1, &is_null) : 0;
}

/* Raises 42704 when the model has no such version. */
static void
require_version(const RegistryEntry *entry, const char *name, int32 version)
{
	Parameter wanted = int_parameter(version);

	if (run("SELECT FROM orchard.registry_version WHERE name = $1 AND owner = $2 AND version = $3",
			entry, 1, &wanted) == 0)
		registry_no_version(name, version);
}

/* What an alias stands for now. */
typedef struct Deployment
{
	int32 number;  /* 0 when it never stood for anything */
	int32 version; /* 0 when it stands for none */
	int32 previous;
	bool has_previous;
} Deployment;

static Deployment
current_deployment(const RegistryEntry *entry, const char *alias)
{
	Parameter wanted = text_parameter(alias);
	Deployment current = {0};
	bool is_null;

	if (run("SELECT number, version, previous FROM orchard.registry_deployment WHERE name = $1 AND owner = $2 AND alias = $3 ORDER BY number DESC LIMIT 1",
			entry, 1, &wanted) == 0)
		return current;
	current.number = int_result(1, &is_null);
	current.version = int_result(2, &is_null);
	current.previous = int_result(3, &is_null);
	current.has_previous = !is_null;
	return current;
}

/* Lets the alias stand for a version, or for none when it is 0; previous 0 is where rollback ends. */
static void
add_deployment(const RegistryEntry *entry, const char *alias, int32 number, int32 version,
			   int32 previous, const char *role)
{
	Parameter row[] = {text_parameter(alias), int_parameter(number),
					   int_or_null_parameter(version, version == 0),
					   int_or_null_parameter(previous, previous == 0), text_parameter(role)};
	Parameter pair[] = {row[0], row[2]};

	run("INSERT INTO orchard.registry_deployment (name, owner, alias, number, version, previous, deployed_by) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		entry, lengthof(row), row);
	run("UPDATE orchard.registry_model SET aliases = CASE WHEN $4 IS NULL THEN aliases - $3 ELSE aliases || jsonb_build_object($3, $4) END WHERE name = $1 AND owner = $2",
		entry, lengthof(pair), pair);
}

/* Raises 42704 when the alias stands for no version. */
static void
require_deployed(const Deployment *current, const char *name, const char *alias)
{
	if (current->number == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("model \"%s\" has no alias \"%s\"", name, alias),
				 errhint("The view orchard.aliases lists the aliases of a model.")));
}

/*
 * earlier_deployment
 *		The deployment that rollback goes back to from this one.
 *
 * Those whose version was dropped or is the current one are passed over, one
 * index scan each: a join would read the whole history of the alias.
 * Returns false when there is none.
 */
static bool
earlier_deployment(const RegistryEntry *entry, const char *alias, const Deployment *current,
				   Deployment *earlier)
{
	bool has_previous = current->has_previous;
	bool is_null;

	*earlier = *current;
	while (has_previous)
	{
		Parameter wanted[] = {text_parameter(alias), int_parameter(earlier->previous)};
		int32 after = earlier->number;
		bool is_kept;

		if (run("SELECT d.number, d.version, d.previous, EXISTS (SELECT FROM orchard.registry_version AS v WHERE v.name = $1 AND v.owner = $2 AND v.version = d.version) "
				"FROM orchard.registry_deployment AS d WHERE d.name = $1 AND d.owner = $2 AND d.alias = $3 AND d.number = $4",
				entry, lengthof(wanted), wanted) == 0)
			return false;
		earlier->number = int_result(1, &is_null);
		earlier->version = int_result(2, &is_null);
		earlier->previous = int_result(3, &is_null);
		has_previous = !is_null;
		is_kept =
			DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 4, &is_null));
		SPI_freetuptable(SPI_tuptable);
		/* A history written by hand may go in circles. */
		if (earlier->number >= after)
			return false;
		if (is_kept && earlier->version != current->version)
			return true;
	}
	return false;
}

/* Raises 55006 when an alias stands for the version. */
static void
require_not_deployed(const RegistryEntry *entry, const char *name, int32 version)
{
	Parameter wanted = int_parameter(version);
	char *aliases;

	run("SELECT string_agg(a.key, ', ' ORDER BY a.key) FROM orchard.registry_model AS m, jsonb_each_text(m.aliases) AS a WHERE m.name = $1 AND m.owner = $2 AND a.value::int = $3",
		entry, 1, &wanted);
	aliases = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (aliases != NULL)
		ereport(
			ERROR,
			(errcode(ERRCODE_OBJECT_IN_USE),
			 errmsg("version %d of model \"%s\" is deployed as %s", version, name, aliases),
			 errhint(
				 "Deploy another version, or take the alias away with orchard.undeploy(name, alias).")));
}

Datum
orchard_register(PG_FUNCTION_ARGS)
{
	char *name = text_argument(fcinfo, 0, "name");

	require_argument(fcinfo, 1, "model");
	PG_RETURN_INT32(registry_register(name, PG_GETARG_DATUM(1)));
}

static char *
alias_of_argument(FunctionCallInfo fcinfo, int i)
{
	char *alias = text_argument(fcinfo, i, "alias");

	require_alias(alias);
	return alias;
}

static int32
version_of_argument(FunctionCallInfo fcinfo, int i)
{
	int32 version;

	require_argument(fcinfo, i, "version");
	version = PG_GETARG_INT32(i);
	if (version < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"version\" must be at least 1, not %d", version),
				 errhint("The view orchard.versions lists the versions that there are.")));
	return version;
}

Datum
orchard_deploy(PG_FUNCTION_ARGS)
{
	char *name = text_argument(fcinfo, 0, "name");
	int32 version = version_of_argument(fcinfo, 1);
	char *alias = alias_of_argument(fcinfo, 2);
	char *role = current_role_name();
	RegistryEntry entry;
	Deployment current;
	Caller caller;
	int32 number = begin_change(name, true, &entry, &caller);

	require_version(&entry, name, version);
	current = current_deployment(&entry, alias);
	if (current.version != version)
		add_deployment(&entry, alias, number, version, current.number, role);
	act_as_caller(&caller);
	PG_RETURN_INT32(version);
}

Datum
orchard_undeploy(PG_FUNCTION_ARGS)
{
	char *name = text_argument(fcinfo, 0, "name");
	char *alias = alias_of_argument(fcinfo, 1);
	char *role = current_role_name();
	RegistryEntry entry;
	Deployment current;
	Caller caller;
	int32 number = begin_change(name, true, &entry, &caller);

	current = current_deployment(&entry, alias);
	require_deployed(&current, name, alias);
	if (current.version != 0)
		add_deployment(&entry, alias, number, 0, current.number, role);
	act_as_caller(&caller);
	PG_RETURN_VOID();
}

Datum
orchard_rollback(PG_FUNCTION_ARGS)
{
	char *name = text_argument(fcinfo, 0, "name");
	char *alias = alias_of_argument(fcinfo, 1);
	char *role = current_role_name();
	RegistryEntry entry;
	Deployment current;
	Deployment earlier;
	Caller caller;
	int32 number = begin_change(name, true, &entry, &caller);

	current = current_deployment(&entry, alias);
	require_deployed(&current, name, alias);
	if (!earlier_deployment(&entry, alias, &current, &earlier))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("alias \"%s\" of model \"%s\" has no earlier deployment to go back to",
						alias, name),
				 errhint("The view orchard.deployments lists what was deployed.")));
	add_deployment(&entry, alias, number, earlier.version, earlier.previous, role);
	act_as_caller(&caller);
	PG_RETURN_INT32(earlier.version);
}

/* Its own row last: it is what others wait for. */
static void
drop_whole(const RegistryEntry *entry)
{
	run("DELETE FROM orchard.registry_grant WHERE name = $1 AND owner = $2", entry, 0, NULL);
	run("DELETE FROM orchard.registry_deployment WHERE name = $1 AND owner = $2", entry, 0, NULL);
	run("DELETE FROM orchard.registry_version WHERE name = $1 AND owner = $2", entry, 0, NULL);
	run("DELETE FROM orchard.registry_model WHERE name = $1 AND owner = $2", entry, 0, NULL);
}

/* drop_model(name) and drop_model(name, version) */
Datum
orchard_drop_model(PG_FUNCTION_ARGS)
{
	char *name = text_argument(fcinfo, 0, "name");
	bool is_whole = PG_NARGS() == 1;
	Parameter version = int_parameter(is_whole ? 0 : version_of_argument(fcinfo, 1));
	RegistryEntry entry;
	Caller caller;

	begin_change(name, false, &entry, &caller);
	if (is_whole)
		drop_whole(&entry);
	else
	{
		require_version(&entry, name, DatumGetInt32(version.value));
		require_not_deployed(&entry, name, DatumGetInt32(version.value));
		run("DELETE FROM orchard.registry_version WHERE name = $1 AND owner = $2 AND version = $3",
			&entry, 1, &version);
	}
	act_as_caller(&caller);
	PG_RETURN_VOID();
}

Datum
orchard_grant_model(PG_FUNCTION_ARGS)
{
	char *name = text_argument(fcinfo, 0, "name");
	char *role = text_argument(fcinfo, 1, "role");
	Parameter row[] = {text_parameter(role), text_parameter(current_role_name())};
	RegistryEntry entry;
	Caller caller;

	if (strcmp(role, EVERY_ROLE) != 0)
		(void) get_role_oid(role, false);
	begin_change(name, false, &entry, &caller);
	run("INSERT INTO orchard.registry_grant (name, owner, grantee, granted_by) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
		&entry, lengthof(row), row);
	act_as_caller(&caller);
	PG_RETURN_VOID();
}

Datum
orchard_revoke_model(PG_FUNCTION_ARGS)
{
	char *name = text_argument(fcinfo, 0, "name");
	char *role = text_argument(fcinfo, 1, "role");
	Parameter grantee = text_parameter(role);
	RegistryEntry entry;
	Caller caller;
	uint64 n;

	begin_change(name, false, &entry, &caller);
	n = run("DELETE FROM orchard.registry_grant WHERE name = $1 AND owner = $2 AND grantee = $3",
			&entry, 1, &grantee);
	act_as_caller(&caller);
	if (n == 0)
		ereport(NOTICE, (errmsg("role \"%s\" has no grant on model \"%s\"", role, name)));
	PG_RETURN_VOID();
}
