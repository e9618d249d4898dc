/*
 * registry_lookup.h: which registered model a reference means, for the current role.
 *
 * Read by index from the registry's tables under the active snapshot, so an
 * answer is right for the statement whatever happened elsewhere.  The tables are
 * opened without asking for rights on them: these functions ask whether the role
 * may see the model.
 *
 * A role sees the models of every owner whose rights it has, and those granted
 * to a role whose rights it has.  Of a name without an owner its own model comes
 * first; of others there must be one only.  A model that it may not see and one
 * that does not exist give the same error.
 */
#ifndef ORCHARD_PG_REGISTRY_LOOKUP_H
#define ORCHARD_PG_REGISTRY_LOOKUP_H

#include "postgres.h"

#include "pg/model_cache.h"
#include "pg/model_reference.h"

#define CHAMPION "champion" /* the alias of a name alone */
#define EVERY_ROLE "public" /* the grantee that stands for all */

/* A model that the current role may see. */
typedef struct RegistryEntry
{
	char name[NAMEDATALEN];
	char owner[NAMEDATALEN];
	int32 alias_version; /* of the alias asked for, else of the champion; 0 when there is none */
} RegistryEntry;

/* Has the current role the rights of this one?  A role that does not exist lends them to superusers. */
extern bool has_role_rights(const char *role);

/* The table or index of schema orchard; an error when it is not there. */
extern Oid registry_relation(const char *name);

/* Raises 42704 when there is none, 42725 when there are several. */
extern void registry_find(const ModelReference *reference, RegistryEntry *entry);

/* The same among models to be changed: 42501 when the role may use one but has no owner's rights. */
extern void registry_find_owned(const ModelReference *reference, RegistryEntry *entry);

/* Raises 42704 for a model, as given, that is not there or not for this role to see. */
extern void registry_no_model(const char *name) pg_attribute_noreturn();

/* Raises 42704: the model has no such version, or none at all when it is 0. */
extern void registry_no_version(const char *name, int32 version) pg_attribute_noreturn();

/*
 * A relation has changed, or all when it is InvalidOid.  True when it may be one of the registry's,
 * whose oid is then looked up anew.
 */
extern bool registry_forget_relation(Oid relation);

/* The decoded model that a reference means; see registry_model, which asks here. */
extern CachedModel *registry_lookup(const char *text, size_t length);

/* The stored bytes of the same, detoasted, in the current memory context. */
extern struct varlena *registry_load(const char *text, size_t length);

#endif /* ORCHARD_PG_REGISTRY_LOOKUP_H */
