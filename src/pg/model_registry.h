/*
 * model_registry.h: changes to the registry of named models.
 *
 * Each change checks the calling role, then acts as the owner of the tables for
 * its own statements alone.  It first locks the row of the model, so that
 * changes to one model wait for each other in one order; scoring waits for none.
 */
#ifndef ORCHARD_PG_MODEL_REGISTRY_H
#define ORCHARD_PG_MODEL_REGISTRY_H

#include "postgres.h"

/*
 * registry_register
 *		Keeps an orchard.model as the next version of `name`, in this transaction.
 *
 * name: of a model of the current role, or "owner.name" of a role whose rights it has.
 * model: the datum as it came, detoasted or not.
 *
 * Returns the version, which counts from 1.  Raises 42602 for what cannot be a
 * name, 42704 for an owner that does not exist, 42501 for one that is not the
 * role's to act for.
 */
extern int32 registry_register(const char *name, Datum model);

/* Raises what registry_register would raise for this name, before a model is made for it. */
extern void registry_require_name(const char *name);

#endif /* ORCHARD_PG_MODEL_REGISTRY_H */
