/*
 * registry_lookup.h: which registered model a reference means, for the current role.
 *
 * Read by index from the registry's tables under the active snapshot, so an
 * answer is right for the statement whatever happened elsewhere, and nothing
 * that was learnt outlives the statement.  The tables are opened without asking
 * for rights on them: these functions ask whether the role may see the model.
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

#define CHAMPION "champion"

/* A model that the current role may see. */
typedef struct RegistryEntry
{
	char name[NAMEDATALEN];
	char owner[NAMEDATALEN];
	bool is_owned; /* the role has the owner's rights */
} RegistryEntry;

/* Has the current role the rights of this one?  A role that does not exist lends them to superusers. */
extern bool has_role_rights(const char *role);

/* The table or index of schema orchard; an error when it is not there. */
extern Oid registry_relation(const char *name);

/* Raises 42704 when there is none, 42725 when there are several. */
extern void registry_find(const ModelReference *reference, RegistryEntry *entry);

/* The same among models to be changed: 42501 when the role may use one but has no owner's rights. */
extern void registry_find_owned(const ModelReference *reference, RegistryEntry *entry);

#endif /* ORCHARD_PG_REGISTRY_LOOKUP_H */
