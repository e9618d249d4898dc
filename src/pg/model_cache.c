/*
 * model_cache.c: digest to decoded model, least recently used out.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/table.h"
#include "access/tableam.h"
#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "utils/catcache.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "kernel/tree/ensemble_codec.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/model_cache.h"
#include "pg/prep_value.h"

typedef struct CacheKey
{
	uint8 digest[SHA256_SIZE];
} CacheKey;

typedef struct CacheSlot
{
	CacheKey key;
	CachedModel *entry;
} CacheSlot;

int orchard_model_cache = 64 * 1024;

/* All of it lives in CacheMemoryContext for the life of the backend. */
static MemoryContext cache_context;
static HTAB *cache_table;
static dlist_head cache_recency = DLIST_STATIC_INIT(cache_recency);
static dlist_head cache_free = DLIST_STATIC_INIT(cache_free);
static Size cache_bytes;
static uint64 cache_serial;

static void
cache_begin(void)
{
	HASHCTL control = {.keysize = sizeof(CacheKey), .entrysize = sizeof(CacheSlot)};

	if (CacheMemoryContext == NULL)
		CreateCacheMemoryContext();
	cache_context =
		AllocSetContextCreate(CacheMemoryContext, "orchard model cache", ALLOCSET_DEFAULT_SIZES);
	control.hcxt = cache_context;
	cache_table =
		hash_create("orchard models", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* Gives an entry's model up; call sites notice by the serial. */
static void
cache_evict(CachedModel *entry)
{
	CacheKey key;

	memcpy(key.digest, entry->model->digest, SHA256_SIZE);
	hash_search(cache_table, &key, HASH_REMOVE, NULL);
	dlist_delete(&entry->recency);
	cache_bytes -= entry->bytes;
	MemoryContextDelete(entry->context);
	entry->serial = 0;
	entry->context = NULL;
	entry->model = NULL;
	dlist_push_head(&cache_free, &entry->recency);
}

static CachedModel *
cache_new_entry(void)
{
	if (!dlist_is_empty(&cache_free))
		return dlist_container(CachedModel, recency, dlist_pop_head_node(&cache_free));
	return MemoryContextAllocZero(cache_context, sizeof(CachedModel));
}

/* Texts valid in the database's encoding. */
static bool
texts_are_valid(char *const *texts, uint32 n)
{
	uint32 i;

	for (i = 0; i < n; i++)
	{
		if (!pg_verifymbstr(texts[i], strlen(texts[i]), true))
			return false;
	}
	return true;
}

static bool
options_are_json(const Model *model)
{
	JsonLexContext *lexer;

	if (model->options[0] == '\0')
		return true;
	lexer = makeJsonLexContextCstringLen(model->options, strlen(model->options),
										 GetDatabaseEncoding(), false);
	return pg_parse_json(lexer, &nullSemAction) == JSON_SUCCESS;
}

/* A recipe whose texts are valid in the database's encoding. */
static bool
recipe_is_valid(const Transform *recipe)
{
	return recipe == NULL || prep_texts_are_valid(recipe);
}

/* What only the database can judge: texts in its encoding, options in its JSON. */
static bool
is_valid_here(const Model *found)
{
	bool is_valid;
	uint32 i;

	is_valid = recipe_is_valid(found->preprocess) && texts_are_valid(&found->target, 1) &&
		texts_are_valid(&found->options, 1) && texts_are_valid(found->classes, found->n_classes) &&
		texts_are_valid(found->warnings, found->n_warnings) && options_are_json(found);
	for (i = 0; i < found->n_metrics; i++)
		is_valid = is_valid && texts_are_valid(&found->metrics[i].name, 1);
	for (i = 0; i < found->n_features; i++)
	{
		const ModelFeature *feature = &found->features[i];

		is_valid = is_valid && texts_are_valid(&feature->name, 1) &&
			texts_are_valid(feature->levels, feature->n_levels) &&
			texts_are_valid(feature->pooled, feature->n_pooled);
	}
	return is_valid;
}

/* Takes a model that was decoded, or releases it. */
static Status
judge_here(Model **model, Status status)
{
	if (status != KERNEL_OK || is_valid_here(*model))
		return status;
	model_release(*model, memory_transient());
	return KERNEL_CORRUPT;
}

Status
model_decode_here(Model **model, const void *bytes, size_t length)
{
	Status status = model_decode(model, memory_transient(), bytes, length);

	return judge_here(model, status);
}

uint32
model_column_count(const Model *model)
{
	ModelInput *inputs;
	uint32 n;

	if (model->preprocess == NULL)
		return model->n_features;
	inputs =
		palloc_extended(sizeof(ModelInput) * Max(model_inputs_limit(model), 1), MCXT_ALLOC_HUGE);
	n = model_inputs(model, inputs);
	pfree(inputs);
	return n;
}

Model *
model_decode_stored(const struct varlena *stored)
{
	Model *model;

	require_ok(model_decode_here(&model, VARDATA(stored), VARSIZE(stored) - VARHDRSZ), "the model");
	return model;
}

/* The columns that rows must have, and the steps of preprocessing made ready. */
static void
prepare_inputs(CachedModel *decoded)
{
	const Model *model = decoded->model;
	uint32 i;

	decoded->inputs =
		palloc_extended(sizeof(ModelInput) * Max(model_inputs_limit(model), 1), MCXT_ALLOC_HUGE);
	decoded->n_inputs = model_inputs(model, decoded->inputs);
	decoded->n_prepared = model_prepared(model);
	if (model->preprocess == NULL)
		return;
	decoded->appliers = palloc_extended(sizeof(Applier) * model->preprocess->n, MCXT_ALLOC_HUGE);
	for (i = 0; i < model->preprocess->n; i++)
		require_ok(
			applier_begin(&decoded->appliers[i], &model->preprocess->steps[i], memory_transient()),
			"the model");
}

void
stored_model_begin(StoredModel *stored, Datum value)
{
	struct varlena *bytes = (struct varlena *) DatumGetPointer(value);
	struct varlena *first;

	memset(stored, 0, sizeof(*stored));
	if (VARATT_IS_EXTERNAL_ONDISK(bytes))
		first = detoast_attr_slice(bytes, 0, MODEL_START_SIZE);
	else
		first = bytes = (struct varlena *) PG_DETOAST_DATUM(value);
	stored->value = bytes;
	stored->size = toast_raw_datum_size(PointerGetDatum(bytes)) - VARHDRSZ;
	memcpy(stored->start, VARDATA(first), Min(VARSIZE(first) - VARHDRSZ, MODEL_START_SIZE));
	if (first != bytes)
		pfree(first);
	require_ok(model_claimed_digest(stored->start, stored->size, stored->digest), "the model");
}

void
stored_model_end(StoredModel *stored, Datum value)
{
	if (stored->value != NULL && stored->value != (struct varlena *) DatumGetPointer(value))
		pfree(stored->value);
	stored->value = NULL;
}

/* From a table that keeps them as they are, as detoast_attr_slice() does. */
static void
fetch_bytes(const struct varatt_external *pointer, struct varlena *to)
{
	Relation toast = table_open(pointer->va_toastrelid, AccessShareLock);

	table_relation_fetch_toast_slice(toast, pointer->va_valueid,
									 (int32) VARATT_EXTERNAL_GET_EXTSIZE(*pointer), 0,
									 (int32) (VARSIZE(to) - VARHDRSZ), to);
	table_close(toast, AccessShareLock);
}

/* The first bytes of a stored model in a block of their own; those of a table are fetched, and no more. */
static struct varlena *
first_bytes(const StoredModel *stored, Size length)
{
	bool is_stored = VARATT_IS_EXTERNAL_ONDISK(stored->value);
	struct varatt_external pointer;
	struct varlena *copy;

	if (is_stored)
	{
		VARATT_EXTERNAL_GET_POINTER(pointer, stored->value);
		if (VARATT_EXTERNAL_IS_COMPRESSED(pointer))
			return detoast_attr_slice(stored->value, 0, (int32) length);
	}
	copy = palloc_extended(VARHDRSZ + length, MCXT_ALLOC_HUGE);
	SET_VARSIZE(copy, VARHDRSZ + length);
	memory_populate(copy, VARHDRSZ + length);
	if (is_stored)
		fetch_bytes(&pointer, copy);
	else
		memcpy(VARDATA(copy), VARDATA(stored->value), length);
	return copy;
}

/*
 * The model of as many of the stored bytes as scoring needs, whose trees are left in them: many a session
 * scores one row, of which fetching them is the most.
 */
static Model *
open_stored(const StoredModel *stored, struct varlena **bytes)
{
	Model *model;
	Status status;

	*bytes = first_bytes(stored, model_scored_size(stored->start, stored->size));
	status = model_open(&model, memory_transient(), VARDATA(*bytes), VARSIZE(*bytes) - VARHDRSZ,
						stored->size);
	require_ok(judge_here(&model, status), "the model");
	if (model->ensemble == NULL)
	{
		pfree(*bytes);
		*bytes = NULL;
	}
	return model;
}

/* Gives the stored bytes back once the trees are expanded. */
static void
forget_bytes(CachedModel *entry)
{
	if (entry->tree_bytes == NULL || entry->model->ensemble->stored != NULL)
		return;
	pfree(entry->tree_bytes);
	entry->tree_bytes = NULL;
}

/* Decodes and compiles into a fresh context, which the entry takes over at the end. */
static void
decode_into(CachedModel *decoded, MemoryContext context, const StoredModel *stored)
{
	const Allocator *allocator = memory_transient();
	uint32 f;
	uint32 category = 0;

	decoded->model = open_stored(stored, &decoded->tree_bytes);
	require_ok(model_scorer(decoded->model, allocator, &decoded->scorer), "the model");
	if (decoded->model->ensemble != NULL)
	{
		decoded->trees = palloc0(sizeof(TreeScorer));
		require_ok(tree_scorer_create(decoded->trees, decoded->model->ensemble, allocator),
				   "the model");
		decoded->outputs = decoded->trees->outputs;
	}
	if (decoded->model->link == LINK_SOFTMAX)
	{
		require_ok(model_class_scorers(decoded->model, allocator, &decoded->class_scorers),
				   "the model");
		decoded->outputs = MemoryContextAllocExtended(
			CurrentMemoryContext, sizeof(double) * decoded->model->n_classes, MCXT_ALLOC_HUGE);
	}
	decoded->lookups = palloc0(sizeof(LevelLookup *) * Max(model_categories(decoded->model), 1));
	for (f = 0; f < decoded->model->n_features; f++)
	{
		if (decoded->model->features[f].family != FAMILY_CATEGORY)
			continue;
		decoded->lookups[category] = level_lookup_create(&decoded->model->features[f], allocator);
		if (decoded->lookups[category++] == NULL)
			require_ok(KERNEL_OUT_OF_MEMORY, "the model");
	}
	prepare_inputs(decoded);
	for (f = 0; f < decoded->model->n_terms; f++)
		decoded->has_missing_weights |= decoded->model->coefficients[f].term.level == LEVEL_MISSING;
	decoded->context = context;
	decoded->bytes = MemoryContextMemAllocated(context, true);
}

static CachedModel *
cache_add(const StoredModel *stored)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "orchard model", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	CachedModel decoded = {0};
	CachedModel *entry;
	CacheSlot *slot;
	CacheKey key;
	bool found;

	decode_into(&decoded, context, stored);
	MemoryContextSwitchTo(caller);
	memcpy(key.digest, decoded.model->digest, SHA256_SIZE);
	while (!dlist_is_empty(&cache_recency) &&
		   cache_bytes + decoded.bytes > (Size) orchard_model_cache * 1024)
		cache_evict(dlist_container(CachedModel, recency, dlist_tail_node(&cache_recency)));
	entry = cache_new_entry();
	slot = hash_search(cache_table, &key, HASH_ENTER, &found);
	if (found)
		elog(ERROR, "a cached model was decoded again");
	MemoryContextSetParent(context, cache_context);
	*entry = decoded;
	entry->serial = ++cache_serial;
	slot->entry = entry;
	cache_bytes += entry->bytes;
	dlist_push_head(&cache_recency, &entry->recency);
	return entry;
}

CachedModel *
model_cache_find(const uint8 *digest)
{
	CacheKey key;
	CacheSlot *slot;

	if (cache_table == NULL)
		return NULL;
	memcpy(key.digest, digest, SHA256_SIZE);
	slot = hash_search(cache_table, &key, HASH_FIND, NULL);
	if (slot == NULL)
		return NULL;
	dlist_move_head(&cache_recency, &slot->entry->recency);
	return slot->entry;
}

CachedModel *
model_cache_load(const StoredModel *stored)
{
	CachedModel *entry = model_cache_find(stored->digest);

	if (entry != NULL)
		return entry;
	if (cache_table == NULL)
		cache_begin();
	return cache_add(stored);
}

CachedModel *
model_cache_get(Datum value)
{
	StoredModel stored;
	CachedModel *entry;

	stored_model_begin(&stored, value);
	entry = model_cache_load(&stored);
	stored_model_end(&stored, value);
	return entry;
}

/* Accounts for what was added to an entry's context; entries used longest ago may go for it. */
static void
account_growth(CachedModel *entry)
{
	Size before = entry->bytes;

	entry->bytes = MemoryContextMemAllocated(entry->context, true);
	cache_bytes += entry->bytes - before;
	dlist_move_head(&cache_recency, &entry->recency);
	while (cache_bytes > (Size) orchard_model_cache * 1024 &&
		   dlist_tail_node(&cache_recency) != &entry->recency)
		cache_evict(dlist_container(CachedModel, recency, dlist_tail_node(&cache_recency)));
}

void
model_cache_prepare_trees(CachedModel *entry)
{
	Size limit = (Size) orchard_model_cache * 1024;
	MemoryContext caller = MemoryContextSwitchTo(entry->context);

	tree_scorer_prepare(entry->trees, memory_transient(),
						limit > entry->bytes ? limit - entry->bytes : 0);
	forget_bytes(entry);
	MemoryContextSwitchTo(caller);
	account_growth(entry);
}

void
model_cache_expand_trees(CachedModel *entry)
{
	MemoryContext caller;
	Status status;

	if (entry->model->ensemble->trees != NULL)
		return;
	caller = MemoryContextSwitchTo(entry->context);
	status = ensemble_expand(entry->model->ensemble, memory_transient());
	forget_bytes(entry);
	MemoryContextSwitchTo(caller);
	account_growth(entry);
	require_ok(status, "the model");
}

const ShapExplainer *
model_cache_explainer(CachedModel *entry)
{
	MemoryContext caller;
	Status status;

	if (entry->explainer != NULL)
		return entry->explainer;
	model_cache_expand_trees(entry);
	caller = MemoryContextSwitchTo(entry->context);
	status = shap_create(&entry->explainer, entry->model->ensemble, memory_transient());
	MemoryContextSwitchTo(caller);
	account_growth(entry);
	require_ok(status, "the explanation of the model");
	return entry->explainer;
}
