/*
 * call_site.c: which model and which binding serve this row.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "pg/argument.h"
#include "pg/call_site.h"
#include "pg/compat.h"
#include "pg/error.h"
#include "pg/model_reference.h"
#include "pg/registry_cache.h"
#include "pg/score_json.h"
#include "pg/snapshot_mark.h"

#define STORED_MODELS_KEPT 65536 /* TOAST pointers or names that a site knows, at most */

typedef enum FeatureMode
{
	MODE_ROW,		/* one composite, bound by name */
	MODE_ARRAY,		/* one array of numbers, in slot order */
	MODE_ARGUMENTS, /* one argument a feature */
	MODE_VARIADIC,	/* VARIADIC array: one element a feature */
	MODE_COLUMNS,	/* one argument a column, bound by names that are an argument too */
	MODE_JSON		/* one jsonb, of an object by name or an array in the order of the features */
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

/* What a name means, while snapshot, role and rights are the same. */
typedef struct NameSlot
{
	char reference[MODEL_REFERENCE_LENGTH]; /* key */
	CachedModel *model;
	uint64 serial; /* model->serial at the look-up */
} NameSlot;

typedef struct CallSite
{
	bool is_by_name; /* argument 0 is a reference, not a model */
	FeatureMode mode;
	int n_types;
	Oid types[FUNC_MAX_ARGS]; /* of the features' arguments; element type in MODE_VARIADIC */
	MemoryContext context;	  /* bindings and tables; reset when they grow too large */
	BindingSlot first;		  /* the first binding made; the others are in the table */
	HTAB *bindings;			  /* NULL until there is a second */
	HTAB *toasted;			  /* NULL until a stored model comes out of line */
	SnapshotMark snapshot;	  /* that the toasted table belongs to */
	RowLayout *layout;		  /* of the row type seen last, shared by its bindings; or NULL */
	ArrayType *names;		  /* MODE_COLUMNS: what the descriptor was made from */
	TupleDesc descriptor;	  /* the columns; in fn_mcxt, as names */
	bool names_are_stable;	  /* the same for every row */
	ElementType element;	  /* MODE_ARRAY and MODE_VARIADIC */
	ScoreBinding *current;	  /* of the row before, or NULL */
	varatt_external current_pointer; /* its TOAST pointer, when has_pointer */
	bool has_pointer;
	HTAB *references;			/* of NameSlots, when there are several in a statement; or NULL */
	SnapshotMark name_snapshot; /* that names and reference belong to */
	Oid name_role;
	uint64 name_rights;
	size_t reference_length;				/* 0 when none was looked up yet */
	char reference[MODEL_REFERENCE_LENGTH]; /* that the current binding serves */
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

/* A site begins without tables: many serve one model, and one row. */
static void
forget_bindings(CallSite *site)
{
	site->bindings = NULL;
	site->toasted = NULL;
	site->references = NULL;
	memset(&site->first, 0, sizeof(site->first));
	site->layout = NULL;
	site->current = NULL;
	site->has_pointer = false;
	site->reference_length = 0;
}

static HTAB *
make_binding_table(const CallSite *site)
{
	HASHCTL control = {.keysize = sizeof(BindingKey), .entrysize = sizeof(BindingSlot)};

	control.hcxt = site->context;
	control.hash = hash_binding_key;
	return hash_create("orchard bindings", 16, &control, HASH_ELEM | HASH_FUNCTION | HASH_CONTEXT);
}

static HTAB *
make_toast_table(const CallSite *site)
{
	HASHCTL control = {.keysize = sizeof(varatt_external), .entrysize = sizeof(ToastSlot)};

	control.hcxt = site->context;
	return hash_create("orchard stored models", 16, &control,
					   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static bool
is_array_of_numbers(Oid type)
{
	Oid element = get_element_type(type);
	ColumnType column;

	return OidIsValid(element) && column_type_of(element, &column) &&
		column.family == FAMILY_NUMBER;
}

static void
set_element(CallSite *site, Oid type)
{
	ColumnType element;

	site->element.type = type;
	if (column_type_of(type, &element))
		site->element.reader = element.reader;
	get_typlenbyvalalign(type, &site->element.length, &site->element.by_value,
						 &site->element.alignment);
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
		set_element(site, site->types[0]);
	}
	else if (site->n_types == 1)
	{
		Oid base = getBaseType(site->types[0]);

		if (base == RECORDOID || get_typtype(base) == TYPTYPE_COMPOSITE)
			site->mode = MODE_ROW;
		else if (is_array_of_numbers(base))
		{
			site->mode = MODE_ARRAY;
			set_element(site, get_element_type(base));
		}
	}
}

static CallSite *
get_site(FunctionCallInfo fcinfo, int first)
{
	CallSite *site = fcinfo->flinfo->fn_extra;

	if (likely(site != NULL))
		return site;
	site = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CallSite));
	site->is_by_name = get_fn_expr_argtype(fcinfo->flinfo, 0) == TEXTOID;
	set_mode(site, fcinfo, first);
	site->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "orchard call site",
										  ALLOCSET_START_SMALL_SIZES);
	forget_bindings(site);
	fcinfo->flinfo->fn_extra = site;
	return site;
}

/* TOAST pointers recognised under another snapshot may name something else now. */
static void
check_snapshot(CallSite *site)
{
	ToastSlot *slot;
	HASH_SEQ_STATUS scan;

	if (snapshot_mark_renew(&site->snapshot))
		return;
	site->has_pointer = false;
	if (site->toasted == NULL)
		return;
	hash_seq_init(&scan, site->toasted);
	while ((slot = hash_seq_search(&scan)) != NULL)
		hash_search(site->toasted, &slot->pointer, HASH_REMOVE, NULL);
}

/*
 * The digest that the stored model claims, in stored->digest, and what is known of its TOAST pointer in
 * *known, or NULL.  A value whose pointer is known is not looked at: stored->value is NULL then.
 */
static void
identify(CallSite *site, Datum value, StoredModel *stored, ToastSlot **known)
{
	varatt_external pointer;
	ToastSlot *slot;
	bool found;

	*known = NULL;
	if (!VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(value)))
	{
		stored_model_begin(stored, value);
		return;
	}
	check_snapshot(site);
	memset(&pointer, 0, sizeof(pointer));
	VARATT_EXTERNAL_GET_POINTER(pointer, DatumGetPointer(value));
	if (site->toasted == NULL)
		site->toasted = make_toast_table(site);
	slot = hash_search(site->toasted, &pointer, HASH_FIND, NULL);
	if (slot != NULL)
	{
		memcpy(stored->digest, slot->digest, SHA256_SIZE);
		stored->value = NULL;
		*known = slot;
		return;
	}
	stored_model_begin(stored, value);
	slot = hash_search(site->toasted, &pointer, HASH_ENTER, &found);
	memcpy(slot->digest, stored->digest, SHA256_SIZE);
	slot->binding = NULL;
	*known = slot;
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
	if (site->mode == MODE_ROW && (site->layout == NULL || !row_layout_fits(site->layout, row)))
		site->layout = row_layout_create(row);
	if (site->mode == MODE_COLUMNS && site->layout == NULL)
		site->layout = row_layout_of_columns(site->descriptor);
	if (site->layout != NULL)
		binding = score_binding_of_row(model, site->layout);
	else if (site->mode == MODE_JSON)
		binding = score_binding_of_literals(model);
	else if (site->mode == MODE_ARRAY && !(model->n_inputs == 1 && model->inputs[0].length > 0))
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
		(site->toasted == NULL || hash_get_num_entries(site->toasted) < STORED_MODELS_KEPT) &&
		(site->references == NULL || hash_get_num_entries(site->references) < STORED_MODELS_KEPT))
		return;
	MemoryContextReset(site->context);
	forget_bindings(site);
}

/* Does the binding serve this row, or arguments when row is NULL? */
static bool
serves(const ScoreBinding *binding, HeapTupleHeader row)
{
	return is_valid(binding) && (row == NULL || row_layout_fits(binding->layout, row));
}

/* The key of a digest and a row's type. */
static BindingKey
binding_key(const uint8 *digest, HeapTupleHeader row)
{
	BindingKey key = {.row_type = InvalidOid, .row_typmod = -1};

	memcpy(key.digest, digest, SHA256_SIZE);
	if (row != NULL)
	{
		key.row_type = HeapTupleHeaderGetTypeId(row);
		key.row_typmod = HeapTupleHeaderGetTypMod(row);
	}
	return key;
}

/* The slot of this key, or NULL. */
static BindingSlot *
find_slot(CallSite *site, const BindingKey *key)
{
	if (memcmp(&site->first.key, key, sizeof(*key)) == 0)
		return &site->first;
	return site->bindings == NULL ? NULL : hash_search(site->bindings, key, HASH_FIND, NULL);
}

/* The binding that the site has for this key and row, or NULL. */
static ScoreBinding *
known_binding(CallSite *site, const BindingKey *key, HeapTupleHeader row)
{
	BindingSlot *slot = find_slot(site, key);

	return slot != NULL && serves(slot->binding, row) ? slot->binding : NULL;
}

static ScoreBinding *
add_binding(CallSite *site, const BindingKey *key, CachedModel *model, HeapTupleHeader row, int n)
{
	ScoreBinding *binding = make_binding(site, model, row, n);
	BindingSlot *slot = find_slot(site, key);
	bool found;

	if (slot == NULL && site->first.binding == NULL)
		slot = &site->first;
	else if (slot == NULL)
	{
		if (site->bindings == NULL)
			site->bindings = make_binding_table(site);
		slot = hash_search(site->bindings, key, HASH_ENTER, &found);
	}
	slot->key = *key;
	slot->binding = binding;
	return binding;
}

/* The binding for this model and row; makes it when it is new or out of date. */
static ScoreBinding *
bind_stored(CallSite *site, Datum value, StoredModel *stored, HeapTupleHeader row, int n)
{
	BindingKey key = binding_key(stored->digest, row);
	ScoreBinding *binding = known_binding(site, &key, row);

	if (binding != NULL)
		return binding;
	if (stored->value == NULL)
		stored_model_begin(stored, value);
	return add_binding(site, &key, model_cache_load(stored), row, n);
}

/* The binding for this model and row, which becomes the current one. */
static ScoreBinding *
find_binding(CallSite *site, Datum value, HeapTupleHeader row, int n)
{
	StoredModel stored;
	ToastSlot *known;
	ScoreBinding *binding;

	bound_memory(site);
	site->current = NULL; /* an error below must not leave a mixture behind */
	site->has_pointer = false;
	identify(site, value, &stored, &known);
	if (known != NULL && serves(known->binding, row))
		binding = known->binding;
	else
		binding = bind_stored(site, value, &stored, row, n);
	stored_model_end(&stored, value);
	if (known != NULL)
	{
		known->binding = binding;
		site->current_pointer = known->pointer;
		site->has_pointer = true;
	}
	site->current = binding;
	return binding;
}

/* Do names still mean what they meant?  When not, all that was looked up is forgotten. */
static inline bool
names_hold(CallSite *site)
{
	uint64 rights = registry_rights();
	Oid role = GetUserId();

	if (snapshot_mark_renew(&site->name_snapshot) && site->name_role == role &&
		site->name_rights == rights)
		return true;
	site->name_role = role;
	site->name_rights = rights;
	site->reference_length = 0;
	if (site->references != NULL)
		hash_destroy(site->references);
	site->references = NULL;
	return false;
}

/* What the reference means, by a table of those that this site has looked up. */
static CachedModel *
find_name(CallSite *site, const char *reference, size_t length)
{
	HASHCTL control = {.keysize = MODEL_REFERENCE_LENGTH, .entrysize = sizeof(NameSlot)};
	char key[MODEL_REFERENCE_LENGTH] = {0};
	NameSlot *slot;
	CachedModel *model;
	bool found;

	if (length >= MODEL_REFERENCE_LENGTH)
		return registry_model(reference, length);
	memcpy(key, reference, length);
	control.hcxt = site->context;
	if (site->references == NULL)
		site->references =
			hash_create("orchard names", 16, &control, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	slot = hash_search(site->references, key, HASH_FIND, NULL);
	if (slot != NULL && slot->model->serial == slot->serial)
		return slot->model;
	model = registry_model(reference, length);
	slot = hash_search(site->references, key, HASH_ENTER, &found);
	slot->model = model;
	slot->serial = model->serial;
	return model;
}

/* The binding for the model of this name and the row, which becomes the current one. */
static ScoreBinding *
find_named_binding(CallSite *site, const char *reference, size_t length, HeapTupleHeader row, int n)
{
	bool is_first;
	CachedModel *model;
	ScoreBinding *binding;
	BindingKey key;

	bound_memory(site);
	is_first = !names_hold(site) || site->reference_length == 0;
	site->current = NULL;
	site->reference_length = 0;
	model = is_first ? registry_model(reference, length) : find_name(site, reference, length);
	key = binding_key(model->model->digest, row);
	binding = known_binding(site, &key, row);
	if (binding == NULL)
		binding = add_binding(site, &key, model, row, n);
	site->current = binding;
	memcpy(site->reference, reference, length);
	site->reference_length = length;
	return binding;
}

/* The binding that serves argument 0 and the row, or n values when row is NULL. */
static inline ScoreBinding *
binding_for(CallSite *site, FunctionCallInfo fcinfo, HeapTupleHeader row, int n)
{
	ScoreBinding *binding = site->current;
	const text *reference;
	const char *bytes;
	size_t length;

	if (likely(!site->is_by_name))
	{
		if (is_current(site, PG_GETARG_DATUM(0)) &&
			(row == NULL || row_layout_fits(binding->layout, row)))
			return binding;
		return find_binding(site, PG_GETARG_DATUM(0), row, n);
	}
	reference = PG_GETARG_TEXT_PP(0);
	bytes = VARDATA_ANY(reference);
	length = VARSIZE_ANY_EXHDR(reference);
	if (length > 0 && length == site->reference_length &&
		memcmp(bytes, site->reference, length) == 0 && names_hold(site) && serves(binding, row))
		return binding;
	return find_named_binding(site, bytes, length, row, n);
}

static double
score_row(CallSite *site, FunctionCallInfo fcinfo, int first)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(first);

	return score_binding_predict_row(binding_for(site, fcinfo, row, 0), row);
}

static double
score_arguments(CallSite *site, FunctionCallInfo fcinfo, int first)
{
	ScoreBinding *binding = binding_for(site, fcinfo, NULL, site->n_types);

	return score_binding_predict_arguments(binding, fcinfo->args + first);
}

/* False for a NULL vector; a NULL array that is the model's one feature is a missing value. */
static bool
score_array(CallSite *site, FunctionCallInfo fcinfo, int first, double *prediction)
{
	ScoreBinding *binding = binding_for(site, fcinfo, NULL, 1);

	if (!binding->is_array)
	{
		*prediction = score_binding_predict_arguments(binding, fcinfo->args + first);
		return true;
	}
	if (PG_ARGISNULL(first))
		return false;
	*prediction =
		score_binding_predict_array(binding, PG_GETARG_ARRAYTYPE_P(first), &site->element);
	return true;
}

static double
score_variadic(CallSite *site, FunctionCallInfo fcinfo, int first)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(first);
	int n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	ScoreBinding *binding = binding_for(site, fcinfo, NULL, n);

	score_require_values(binding->model, n);
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
		case MODE_COLUMNS:
		case MODE_JSON:
			elog(ERROR, "this call site has a function of its own to score");
	}
	*model = site->current->model;
	return true;
}

/* The columns under the names that this row's call gives them; another row may have others. */
static void
set_descriptor(CallSite *site, FunctionCallInfo fcinfo, int first)
{
	ArrayType *names = PG_GETARG_ARRAYTYPE_P(first - 1);
	MemoryContext caller;

	if (site->names != NULL && VARSIZE(names) == VARSIZE(site->names) &&
		memcmp(names, site->names, VARSIZE(names)) == 0)
		return;
	MemoryContextReset(site->context);
	forget_bindings(site);
	site->names = NULL;
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	site->descriptor = row_descriptor_of_arguments(fcinfo, first - 1, first);
	if (site->descriptor->natts > site->n_types)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"names\" has %d names for %d columns", site->descriptor->natts,
						site->n_types),
				 errhint("Name the columns that follow, in their order.")));
	site->names = DatumGetArrayTypePCopy(PointerGetDatum(names));
	MemoryContextSwitchTo(caller);
}

/* Sets the mode of a site that was made by this call. */
static CallSite *
begin_columns(FunctionCallInfo fcinfo, int first)
{
	CallSite *site;

	if (get_fn_expr_variadic(fcinfo->flinfo))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("named columns must be given one by one, not as a VARIADIC array")));
	site = get_site(fcinfo, first);
	site->mode = MODE_COLUMNS;
	site->names_are_stable = get_fn_expr_arg_stable(fcinfo->flinfo, first - 1);
	return site;
}

bool
call_site_score_columns(FunctionCallInfo fcinfo, int first, CachedModel **model, double *prediction)
{
	CallSite *site = fcinfo->flinfo->fn_extra;
	ScoreBinding *binding;

	if (unlikely(site == NULL))
		site = begin_columns(fcinfo, first);
	if (PG_ARGISNULL(0))
		return false;
	if (site->names == NULL || !site->names_are_stable)
	{
		require_argument(fcinfo, first - 1, "names");
		set_descriptor(site, fcinfo, first);
	}
	binding = binding_for(site, fcinfo, NULL, site->n_types);
	*prediction = score_binding_predict_arguments(binding, fcinfo->args + first);
	*model = binding->model;
	return true;
}

bool
call_site_score_json(FunctionCallInfo fcinfo, int first, CachedModel **model, double *prediction)
{
	CallSite *site = get_site(fcinfo, first);
	ScoreBinding *binding;

	site->mode = MODE_JSON;
	if (PG_ARGISNULL(0) || PG_ARGISNULL(first))
		return false;
	binding = binding_for(site, fcinfo, NULL, 1);
	*prediction = score_json_predict(binding, PG_GETARG_JSONB_P(first));
	*model = binding->model;
	return true;
}

bool
call_site_bind(FunctionCallInfo fcinfo, int first, ScoreBinding **binding)
{
	CachedModel *model;
	CallSite *site;
	double prediction;

	if (!call_site_score(fcinfo, first, &model, &prediction))
		return false;
	site = fcinfo->flinfo->fn_extra;
	*binding = site->current;
	if (site->mode == MODE_ROW)
		row_layout_read((*binding)->layout, PG_GETARG_HEAPTUPLEHEADER(first));
	return true;
}

/* Element i, from 0, of an array of this element type; false for NULL. */
static bool
array_element(Datum array, int i, Oid type, Datum *value)
{
	int16 length;
	bool by_value;
	char alignment;
	bool is_null;
	int subscript = i;
	ArrayType *elements = DatumGetArrayTypeP(array);

	if (ARR_NDIM(elements) > 0)
		subscript += ARR_LBOUND(elements)[0];
	get_typlenbyvalalign(type, &length, &by_value, &alignment);
	*value = array_get_element(PointerGetDatum(elements), 1, &subscript, -1, length, by_value,
							   alignment, &is_null);
	return !is_null;
}

/* Where input i is in what the call passes. */
static int
input_index(const CallSite *site, const ScoreBinding *binding, uint32 i)
{
	const ModelInput *input = &binding->model->inputs[i];

	if (site->mode != MODE_ROW)
		return (int) i;
	if (input->feature >= 0)
		return binding->columns[input->feature].index;
	return row_layout_find(binding->layout, input->name, (int) i);
}

/* The datum of input i and its type; false for NULL. */
static bool
input_datum(const CallSite *site, FunctionCallInfo fcinfo, int first, const ScoreBinding *binding,
			uint32 i, Datum *value, Oid *type)
{
	int index = input_index(site, binding, i);
	bool is_null;

	if (site->mode == MODE_ROW)
	{
		*type = TupleDescAttr(binding->layout->descriptor, index)->atttypid;
		*value = binding->layout->values[index];
		return !binding->layout->nulls[index];
	}
	if (site->mode == MODE_VARIADIC)
	{
		*type = site->types[0];
		return array_element(PG_GETARG_DATUM(first), index, *type, value);
	}
	is_null = fcinfo->args[first + index].isnull;
	*type = site->types[index];
	*value = fcinfo->args[first + index].value;
	return !is_null;
}

/* The datum of input i, or of an element of it, and its type; false for NULL. */
static bool
element_datum(FunctionCallInfo fcinfo, int first, const ScoreBinding *binding, uint32 i,
			  int element, int slot, Datum *value, Oid *type)
{
	const CallSite *site = fcinfo->flinfo->fn_extra;

	if (binding->is_array)
	{
		*type = get_base_element_type(getBaseType(site->types[0]));
		return array_element(PG_GETARG_DATUM(first), slot, *type, value);
	}
	if (!input_datum(site, fcinfo, first, binding, i, value, type))
		return false;
	if (element < 0)
		return true;
	*type = get_base_element_type(getBaseType(*type));
	return array_element(*value, element, *type, value);
}

char *
call_site_value(FunctionCallInfo fcinfo, int first, const ScoreBinding *binding, uint32 i,
				int element, int slot)
{
	Datum value;
	Oid type;
	Oid output;
	bool is_varlena;

	if (!element_datum(fcinfo, first, binding, i, element, slot, &value, &type))
		return NULL;
	if (type == BOOLOID) /* as its levels are called */
		return pstrdup(DatumGetBool(value) ? "true" : "false");
	getTypeOutputInfo(type, &output, &is_varlena);
	return OidOutputFunctionCall(output, value);
}

bool
call_site_is_null(FunctionCallInfo fcinfo, int first, const ScoreBinding *binding, uint32 f,
				  int element, int slot)
{
	const CachedModel *model = binding->model;
	Datum value;
	Oid type;

	if (f < model->n_prepared)
		return binding->prepared_missing[f];
	/* The inputs end with the features that are columns themselves. */
	return !element_datum(fcinfo, first, binding, model->n_inputs - model->model->n_features + f,
						  element, slot, &value, &type);
}
