/*
 * registry_cache.c: references that were looked up before, and when they still hold.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "storage/sinval.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "pg/compat.h"
#include "pg/registry_cache.h"
#include "pg/registry_lookup.h"

PG_FUNCTION_INFO_V1(orchard_registry_changed);

#define REFERENCES_KEPT 1024 /* then all are forgotten */

typedef struct ReferenceKey
{
	Oid role;
	char reference[MODEL_REFERENCE_LENGTH]; /* padded with zeros */
} ReferenceKey;

typedef struct ReferenceSlot
{
	ReferenceKey key;
	uint8 digest[SHA256_SIZE];
} ReferenceSlot;

static HTAB *known_references; /* in CacheMemoryContext; NULL while empty */
static TransactionId limit;	   /* no snapshot with an older xmin; invalid when not taken yet */

static bool is_watching = false;  /* callbacks are registered */
static uint64 changes_read = 1;	  /* messages that may be of the registry, or of rights */
static uint64 changes_known = 0;  /* changes_read when the cache was emptied last */
static uint64 rights_changed = 1; /* those of rights alone */

static void
read_rights(Datum argument, int cache, uint32 hash)
{
	rights_changed++;
	changes_read++;
}

static void
read_relation(Datum argument, Oid relation)
{
	if (registry_forget_relation(relation))
		changes_read++;
}

static void
watch(void)
{
	if (is_watching)
		return;
	CacheRegisterSyscacheCallback(AUTHOID, read_rights, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, read_rights, (Datum) 0);
	CacheRegisterRelcacheCallback(read_relation, (Datum) 0);
	is_watching = true;
}

uint64
registry_rights(void)
{
	watch();
	return rights_changed;
}

/* May the cache be used under the active snapshot?  Empties it when it is out of date. */
static bool
is_settled(void)
{
	Snapshot snapshot;

	watch();
	AcceptInvalidationMessages();
	if (changes_known != changes_read)
	{
		if (known_references != NULL)
			hash_destroy(known_references);
		known_references = NULL;
		limit = InvalidTransactionId;
		changes_known = changes_read;
	}
	/* A serializable transaction must read the tables, so that others notice that it did. */
	if (RecoveryInProgress() || IsolationIsSerializable() || !ActiveSnapshotSet())
		return false;
	snapshot = GetActiveSnapshot();
	if (snapshot->snapshot_type != SNAPSHOT_MVCC)
		return false;
	if (!TransactionIdIsValid(limit))
		limit = ReadNextTransactionId();
	return !TransactionIdPrecedes(snapshot->xmin, limit);
}

static void
remember(const ReferenceKey *key, const uint8 *digest)
{
	HASHCTL control = {.keysize = sizeof(ReferenceKey), .entrysize = sizeof(ReferenceSlot)};
	ReferenceSlot *slot;
	bool found;

	if (known_references != NULL && hash_get_num_entries(known_references) >= REFERENCES_KEPT)
	{
		hash_destroy(known_references);
		known_references = NULL;
	}
	if (known_references == NULL)
	{
		control.hcxt = CacheMemoryContext;
		known_references =
			hash_create("orchard references", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	slot = hash_search(known_references, key, HASH_ENTER, &found);
	memcpy(slot->digest, digest, SHA256_SIZE);
}

CachedModel *
registry_model(const char *text, size_t length)
{
	ReferenceKey key;
	ReferenceSlot *slot = NULL;
	CachedModel *model = NULL;
	bool settled = is_settled();

	if (length >= MODEL_REFERENCE_LENGTH)
		return registry_lookup(text, length);
	memset(&key, 0, sizeof(key));
	key.role = GetUserId();
	memcpy(key.reference, text, length);
	if (settled && known_references != NULL)
		slot = hash_search(known_references, &key, HASH_FIND, NULL);
	if (slot != NULL)
		model = model_cache_find(slot->digest);
	if (model != NULL)
		return model;
	model = registry_lookup(text, length);
	/* Not when a message was read on the way: what it tells of may be missing in what was found. */
	if (settled && changes_known == changes_read)
		remember(&key, model->model->digest);
	return model;
}

/*
 * The trigger on the registry's tables.  One message is enough for a transaction: until it ends,
 * no backend that has read it settles.
 */
Datum
orchard_registry_changed(PG_FUNCTION_ARGS)
{
	static TransactionId told = InvalidTransactionId;
	TransactionId writer = GetTopTransactionId();
	SharedInvalidationMessage message;

	if (!CALLED_AS_TRIGGER(fcinfo))
		elog(ERROR, "registry_changed was not called by a trigger");
	if (writer != told)
	{
		memset(&message, 0, sizeof(message));
		message.rc.id = SHAREDINVALRELCACHE_ID;
		message.rc.dbId = MyDatabaseId;
		message.rc.relId = registry_relation("registry_model");
		SendSharedInvalidMessages(&message, 1);
		told = writer;
	}
	PG_RETURN_POINTER(NULL);
}
