/*
 * registry_cache.h: what references to registered models meant, kept between statements.
 *
 * From a role and a reference to the digest of a model.  What is kept must be
 * what the snapshot of the statement shows, so it rests on three rules:
 *
 *	- Every transaction that writes to the registry sends one invalidation of
 *	  registry_model, at once, when it has its transaction id and before it
 *	  commits (a trigger on each of the tables).  The message that PostgreSQL
 *	  itself could send comes after the commit is visible, which is too late.
 *	- A backend that has read such a message keeps nothing of what it knew, and
 *	  takes the next transaction id as its limit: the writer's id is below it.
 *	- The cache is used, and filled, under a snapshot whose xmin is at or above
 *	  the limit only, after the messages that have come have been read.
 *
 * Take two such snapshots with no message between.  A writer that one of them
 * sees had sent its message before it committed, so the message was read before
 * the limit was taken; the writer's id is below both xmins, and both see it.
 * One's own transaction has an id below the limit as long as it runs.  Where a
 * transaction older than the last change is running, and on a standby, where the
 * messages do not come, the tables are read for every statement.
 */
#ifndef ORCHARD_PG_REGISTRY_CACHE_H
#define ORCHARD_PG_REGISTRY_CACHE_H

#include "postgres.h"

#include "pg/model_cache.h"

/* Changes whenever a role, or a membership in one, may have changed. */
extern uint64 registry_rights(void);

/*
 * registry_model
 *		The decoded model that a reference means to the current role under the active snapshot.
 *
 * A reference without version or alias means the champion, and the latest
 * version where no champion is deployed.  The bytes are read only when the cache
 * of models does not know their digest.  Raises 42602, 42704 and 42725.
 */
extern CachedModel *registry_model(const char *text, size_t length);

#endif /* ORCHARD_PG_REGISTRY_CACHE_H */
