/*
 * call_site.c: which model and which binding serve this row.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "storage/proc.h"
#include "utils/array.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "pg/call_site.h"
#include "pg/compat.h"
#include "pg/error.h"

#define STORED_MODELS_KEPT 65536 /* TOAST pointers that a site knows, at most */

typedef enum FeatureMode
{
	MODE_ROW,		/* one composite, bound by name */
	MODE_ARRAY,		/* one float array: the numbers in slot order */
	MODE_ARGUMENTS, /* one argument a feature */
	MODE_VARIADIC	/* VARIADIC array: one element a feature */
} FeatureMode;

typedef struct BindingKey
{
	uint8 digest[SHA256_SIZE];
	Oid row_type; /* MODE_ROW */
	int32 row_typmod;
} BindingKey;

typedef struct BindingSlot
{
	BindingKey key;
	ScoreBinding *binding;
} BindingSlot;

typedef struct ToastSlot
{
	varatt_external pointer; /* key; zeroed padding */
	uint8 digest[SHA256_SIZE];
	ScoreBinding *binding; /* the last one used, or NULL */
} ToastSlot;

/* Two statements with the same of these see the same rows. */
typedef struct SnapshotMark
{
	LocalTransactionId transaction;
	TransactionId xmin;
	TransactionId xmax;
	uint32 xcnt;
	CommandId command;
} SnapshotMark;

typedef struct CallSite
{
	FeatureMode mode;
	int n_types;
	Oid types[FUNC_MAX_ARGS]; /* of the features' arguments; element type in MODE_VARIADIC */
	MemoryContext context;	  /* bindings and tables; reset when they grow too large */
	HTAB *bindings;
	HTAB *toasted;
	SnapshotMark snapshot; /* that the toasted table belongs to */
	RowLayout *layout;	   /* of the row type seen last, shared by its bindings; or NULL */
	ElementType element;   /* MODE_VARIADIC */
	ScoreBinding *current; /* of the row before, or NULL */
	varatt_external current_pointer; /* its TOAST pointer, when has_pointer */
	bool has_pointer;
	struct varlena *fetched; /* detoasted bytes of this call, when not in place */
} CallSite;

/* A digest is a hash already. */
static uint32
hash_binding_key(const void *key, Size size)
{
	uint32 hash;

	memcpy(&hash, ((const BindingKey *) key)->digest, sizeof(hash));
	return hash ^ ((const BindingKey *) key)->row_type ^
		(uint32) ((const BindingKey *) key)->row_typmod;
}

static void
make_tables(CallSite *site)
{
	HASHCTL control = {.keysize = sizeof(BindingKey), .entrysize = sizeof(BindingSlot)};

	control.hcxt = site->context;
	control.hash = hash_binding_key;
	site->bindings =
		hash_create("orchard bindings", 16, &control, HASH_ELEM | HASH_FUNCTION | HASH_CONTEXT);
	control.keysize = sizeof(varatt_external);
	control.entrysize = sizeof(ToastSlot);
	site->toasted =
		hash_create("orchard stored models", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	site->layout = NULL;
	site->current = NULL;
	site->has_pointer = false;
}

/* How the features arrive, from the types of the call. */
static void
set_mode(CallSite *site, FunctionCallInfo fcinfo, int first)
{
	int i;

	site->n_types = PG_NARGS() - first;
	for (i = 0; i < site->n_types; i++)
	{
		site->types[i] = get_fn_expr_argtype(fcinfo->flinfo, first + i);
		if (!OidIsValid(site->types[i]))
			elog(ERROR, "could not determine the type of argument %d", first + i + 1);
	}
	site->mode = MODE_ARGUMENTS;
	if (get_fn_expr_variadic(fcinfo->flinfo))
	{
		site->mode = MODE_VARIADIC;
		site->types[0] = get_base_element_type(site->types[0]);
		if (!OidIsValid(site->types[0]))
			elog(ERROR, "VARIADIC argument is not an array");
		site->element.type = site->types[0];
		get_typlenbyvalalign(site->types[0], &site->element.length, &site->element.by_value,
							 &site->element.alignment);
	}
	else if (site->n_types == 1)
	{
		Oid base = getBaseType(site->types[0]);

		if (base == RECORDOID || get_typtype(base) == TYPTYPE_COMPOSITE)
			site->mode = MODE_ROW;
		else if (base == FLOAT8ARRAYOID || base == FLOAT4ARRAYOID)
			site->mode = MODE_ARRAY;
	}
}

static CallSite *
get_site(FunctionCallInfo fcinfo, int first)
{
	CallSite *site = fcinfo->flinfo->fn_extra;

	if (likely(site != NULL))
		return site;
	site = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CallSite));
	set_mode(site, fcinfo, first);
	site->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "orchard call site",
										  ALLOCSET_START_SMALL_SIZES);
	make_tables(site);
	fcinfo->flinfo->fn_extra = site;
	return site;
}

/* TOAST pointers recognised under another snapshot may name something else now. */
static void
check_snapshot(CallSite *site)
{
	Snapshot snapshot = ActiveSnapshotSet() ? GetActiveSnapshot() : NULL;
	SnapshotMark mark = {0};
	ToastSlot *slot;
	HASH_SEQ_STATUS scan;

	mark.transaction = my_local_transaction();
	if (snapshot != NULL)
	{
		mark.xmin = snapshot->xmin;
		mark.xmax = snapshot->xmax;
		mark.xcnt = snapshot->xcnt;
		mark.command = snapshot->curcid;
	}
	if (snapshot != NULL && memcmp(&mark, &site->snapshot, sizeof(mark)) == 0)
		return;
	site->has_pointer = false;
	hash_seq_init(&scan, site->toasted);
	while ((slot = hash_seq_search(&scan)) != NULL)
		hash_search(site->toasted, &slot->pointer, HASH_REMOVE, NULL);
	site->snapshot = mark;
}

/* Inline bytes with a 4-byte header, whatever form the datum has. */
static struct varlena *
fetch(CallSite *site, Datum stored)
{
	site->fetched = (struct varlena *) PG_DETOAST_DATUM(stored);
	return site->fetched;
}

/*
 * The digest that the stored model claims, in *digest; its bytes too when they are at hand, and
 * what is known of its TOAST pointer in *known, or NULL.
 */
static struct varlena *
identify(CallSite *site, Datum stored, uint8 *digest, ToastSlot **known)
{
	struct varlena *bytes = (struct varlena *) DatumGetPointer(stored);
	varatt_external pointer;
	ToastSlot *slot;
	bool found;

	site->fetched = NULL;
	*known = NULL;
	if (!VARATT_IS_EXTERNAL_ONDISK(bytes))
	{
		if (!VARATT_IS_4B_U(bytes))
			bytes = fetch(site, stored);
		require_ok(model_claimed_digest(VARDATA(bytes), VARSIZE(bytes) - VARHDRSZ, digest),
				   "the model");
		return bytes;
	}
	check_snapshot(site);
	memset(&pointer, 0, sizeof(pointer));
	VARATT_EXTERNAL_GET_POINTER(pointer, bytes);
	slot = hash_search(site->toasted, &pointer, HASH_FIND, NULL);
	if (slot != NULL)
	{
		memcpy(digest, slot->digest, SHA256_SIZE);
		*known = slot;
		return NULL;
	}
	bytes = fetch(site, stored);
	require_ok(model_claimed_digest(VARDATA(bytes), VARSIZE(bytes) - VARHDRSZ, digest),
			   "the model");
	slot = hash_search(site->toasted, &pointer, HASH_ENTER, &found);
	memcpy(slot->digest, digest, SHA256_SIZE);
	slot->binding = NULL;
	*known = slot;
	return bytes;
}

static bool
is_valid(const ScoreBinding *binding)
{
	return binding != NULL && binding->serial == binding->model->serial;
}

/* Is the model the same as in the row before?  The common case, without a table. */
static inline bool
is_current(CallSite *site, Datum stored)
{
	struct varlena *bytes = (struct varlena *) DatumGetPointer(stored);
	varatt_external pointer;

	if (!is_valid(site->current))
		return false;
	if (VARATT_IS_4B_U(bytes))
		return VARSIZE(bytes) >= VARHDRSZ + MODEL_HEADER_SIZE &&
			memcmp(VARDATA(bytes) + MODEL_HEADER_SIZE - SHA256_SIZE,
				   site->current->model->model->digest, SHA256_SIZE) == 0;
	if (!site->has_pointer || !VARATT_IS_EXTERNAL_ONDISK(bytes))
		return false;
	check_snapshot(site);
	memset(&pointer, 0, sizeof(pointer));
	VARATT_EXTERNAL_GET_POINTER(pointer, bytes);
	return site->has_pointer && memcmp(&pointer, &site->current_pointer, sizeof(pointer)) == 0;
}

/* A binding of the model to what this site passes; types for MODE_VARIADIC have n elements. */
static ScoreBinding *
make_binding(CallSite *site, CachedModel *model, HeapTupleHeader row, int n)
{
	MemoryContext caller = MemoryContextSwitchTo(site->context);
	ScoreBinding *binding;
	Oid *types = site->types;
	int i;

	if (site->mode == MODE_VARIADIC)
	{
		types = palloc(sizeof(Oid) * Max(n, 1));
		for (i = 0; i < n; i++)
			types[i] = site->types[0];
	}
	if (site->mode == MODE_ROW)
	{
		if (site->layout == NULL || !row_layout_fits(site->layout, row))
			site->layout = row_layout_create(row);
		binding = score_binding_of_row(model, site->layout);
	}
	else if (site->mode == MODE_ARRAY &&
			 !(model->model->n_features == 1 && model->model->features[0].length > 0))
		binding = score_binding_of_array(model);
	else
		binding = score_binding_of_types(model, n, types);
	MemoryContextSwitchTo(caller);
	return binding;
}

/*
 * Starts afresh when the site holds more than the cache of models may: models that the cache gave up
 * leave their bindings behind, and every new one needs another.
 */
static void
bound_memory(CallSite *site)
{
	if (MemoryContextMemAllocated(site->context, false) <= (Size) orchard_model_cache * 1024 &&
		hash_get_num_entries(site->toasted) < STORED_MODELS_KEPT)
		return;
	MemoryContextReset(site->context);
	make_tables(site);
}

/* Does the binding serve this row, or arguments when row is NULL? */
static bool
serves(const ScoreBinding *binding, HeapTupleHeader row)
{
	return is_valid(binding) && (row == NULL || row_layout_fits(binding->layout, row));
}

/* The binding for this digest and row; makes it when it is new or out of date. */
static ScoreBinding *
bind_digest(CallSite *site, Datum stored, struct varlena *bytes, BindingKey *key,
			HeapTupleHeader row, int n)
{
	BindingSlot *slot;
	ScoreBinding *binding;
	bool found;

	if (row != NULL)
	{
		key->row_type = HeapTupleHeaderGetTypeId(row);
		key->row_typmod = HeapTupleHeaderGetTypMod(row);
	}
	slot = hash_search(site->bindings, key, HASH_FIND, NULL);
	if (slot != NULL && serves(slot->binding, row))
		return slot->binding;
	if (bytes == NULL)
		bytes = fetch(site, stored);
	binding = make_binding(site, model_cache_get(bytes), row, n);
	slot = hash_search(site->bindings, key, HASH_ENTER, &found);
	slot->binding = binding;
	return binding;
}

/* The binding for this model and row, which becomes the current one. */
static ScoreBinding *
find_binding(CallSite *site, Datum stored, HeapTupleHeader row, int n)
{
	BindingKey key = {.row_type = InvalidOid, .row_typmod = -1};
	struct varlena *bytes;
	ToastSlot *known;
	ScoreBinding *binding;

	bound_memory(site);
	site->current = NULL; /* an error below must not leave a mixture behind */
	site->has_pointer = false;
	bytes = identify(site, stored, key.digest, &known);
	if (known != NULL && serves(known->binding, row))
		binding = known->binding;
	else
		binding = bind_digest(site, stored, bytes, &key, row, n);
	if (site->fetched != NULL && site->fetched != (struct varlena *) DatumGetPointer(stored))
		pfree(site->fetched);
	if (known != NULL)
	{
		known->binding = binding;
		site->current_pointer = known->pointer;
		site->has_pointer = true;
	}
	site->current = binding;
	return binding;
}

static double
score_row(CallSite *site, FunctionCallInfo fcinfo, int first)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(first);
	ScoreBinding *binding = site->current;

	if (!is_current(site, PG_GETARG_DATUM(0)) || !row_layout_fits(binding->layout, row))
		binding = find_binding(site, PG_GETARG_DATUM(0), row, 0);
	return score_binding_predict_row(binding, row);
}

static double
score_arguments(CallSite *site, FunctionCallInfo fcinfo, int first)
{
	ScoreBinding *binding = site->current;

	if (!is_current(site, PG_GETARG_DATUM(0)))
		binding = find_binding(site, PG_GETARG_DATUM(0), NULL, site->n_types);
	return score_binding_predict_arguments(binding, fcinfo->args + first);
}

/* False for a NULL vector; a NULL array that is the model's one feature is a missing value. */
static bool
score_array(CallSite *site, FunctionCallInfo fcinfo, int first, double *prediction)
{
	ScoreBinding *binding = site->current;

	if (!is_current(site, PG_GETARG_DATUM(0)))
		binding = find_binding(site, PG_GETARG_DATUM(0), NULL, 1);
	if (!binding->is_array)
	{
		*prediction = score_binding_predict_arguments(binding, fcinfo->args + first);
		return true;
	}
	if (PG_ARGISNULL(first))
		return false;
	*prediction = score_binding_predict_array(binding, PG_GETARG_ARRAYTYPE_P(first),
											  getBaseType(site->types[0]) == FLOAT8ARRAYOID);
	return true;
}

static double
score_variadic(CallSite *site, FunctionCallInfo fcinfo, int first)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(first);
	ScoreBinding *binding;
	int n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	binding = site->current;
	if (!is_current(site, PG_GETARG_DATUM(0)))
		binding = find_binding(site, PG_GETARG_DATUM(0), NULL, n);
	if (n != (int) binding->model->model->n_features)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model has %u features, but %d values are given",
						binding->model->model->n_features, n)));
	return score_binding_predict_elements(binding, array, &site->element);
}

bool
call_site_score(FunctionCallInfo fcinfo, int first, CachedModel **model, double *prediction)
{
	CallSite *site = get_site(fcinfo, first);

	if (PG_ARGISNULL(0))
		return false;
	if (site->mode == MODE_VARIADIC && PG_ARGISNULL(first))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the VARIADIC array must not be null")));
	if (site->mode == MODE_ROW && PG_ARGISNULL(first))
		return false;
	switch (site->mode)
	{
		case MODE_ROW:
			*prediction = score_row(site, fcinfo, first);
			break;
		case MODE_ARGUMENTS:
			*prediction = score_arguments(site, fcinfo, first);
			break;
		case MODE_ARRAY:
			if (!score_array(site, fcinfo, first, prediction))
				return false;
			break;
		case MODE_VARIADIC:
			*prediction = score_variadic(site, fcinfo, first);
			break;
	}
	*model = site->current->model;
	return true;
}
