/*
 * prep_site.c: recognising a transform and making it ready.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "pg/compat.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/prep_site.h"

/* The digest of argument 0 without fetching more than its header. */
static void
read_digest(FunctionCallInfo fcinfo, uint8 digest[TRANSFORM_DIGEST])
{
	struct varlena *raw = (struct varlena *) DatumGetPointer(PG_GETARG_DATUM(0));

	if (VARATT_IS_EXTERNAL(raw) || VARATT_IS_COMPRESSED(raw))
		raw = PG_DETOAST_DATUM_SLICE(PG_GETARG_DATUM(0), 0, TRANSFORM_HEADER);
	if (VARSIZE_ANY_EXHDR(raw) < TRANSFORM_HEADER)
		require_ok(KERNEL_CORRUPT, "the transform");
	memcpy(digest, (const char *) VARDATA_ANY(raw) + 8, TRANSFORM_DIGEST);
	if ((Datum) raw != PG_GETARG_DATUM(0))
		pfree(raw);
}

/* Room for what a row gives, and the steps made ready, in the site's context. */
static void
make_ready(PrepSite *site, FunctionCallInfo fcinfo)
{
	MemoryContext caller = MemoryContextSwitchTo(site->context);
	const Allocator *allocator = memory_transient();
	struct varlena *stored = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	int32 width = 1;
	uint32 i;

	prep_value_read(&site->transform, stored, allocator);
	site->appliers = palloc_extended(sizeof(Applier) * site->transform.n, MCXT_ALLOC_HUGE);
	for (i = 0; i < site->transform.n; i++)
	{
		const Step *step = &site->transform.steps[i];

		require_ok(applier_begin(&site->appliers[i], step, allocator), "the transform");
		width = Max(width, step->width);
	}
	site->n_outputs = transform_outputs(&site->transform);
	if (site->n_outputs > MaxArraySize)
		require_ok(KERNEL_TOO_LARGE, "the transform's result");
	site->outputs = palloc0(sizeof(double) * Max(site->n_outputs, 1));
	site->missing = palloc0(sizeof(bool) * Max(site->n_outputs, 1));
	site->inputs = palloc0(sizeof(double) * width);
	site->zone = NULL;
	if (!site->transform.is_recipe && site->transform.steps[0].kind == STEP_CYCLIC)
		site->zone = prep_time_zone(site->transform.steps[0].time_zone);
	site->layout = NULL;
	site->row_context =
		AllocSetContextCreate(site->context, "orchard transform row", ALLOCSET_SMALL_SIZES);
	MemoryContextSwitchTo(caller);
	read_digest(fcinfo, site->digest);
	site->is_ready = true;
}

/* The TOAST pointer of argument 0; false when it is not stored out of line. */
static bool
read_pointer(FunctionCallInfo fcinfo, varatt_external *pointer)
{
	struct varlena *raw = (struct varlena *) DatumGetPointer(PG_GETARG_DATUM(0));

	if (!VARATT_IS_EXTERNAL_ONDISK(raw))
		return false;
	memset(pointer, 0, sizeof(*pointer));
	VARATT_EXTERNAL_GET_POINTER(*pointer, raw);
	return true;
}

/* Is it the pointer that the site's transform came as, at this moment? */
static bool
is_known_pointer(PrepSite *site, const varatt_external *pointer)
{
	return snapshot_mark_renew(&site->moment) && site->is_ready && site->has_pointer &&
		memcmp(pointer, &site->pointer, sizeof(*pointer)) == 0;
}

static PrepSite *
get_site(FunctionCallInfo fcinfo)
{
	PrepSite *site = fcinfo->flinfo->fn_extra;

	if (likely(site != NULL))
		return site;
	site = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(PrepSite));
	site->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "orchard transform",
										  ALLOCSET_START_SMALL_SIZES);
	fcinfo->flinfo->fn_extra = site;
	return site;
}

PrepSite *
prep_site(FunctionCallInfo fcinfo)
{
	PrepSite *site = get_site(fcinfo);
	varatt_external pointer;
	bool is_stored = read_pointer(fcinfo, &pointer);
	uint8 digest[TRANSFORM_DIGEST];

	if (is_stored && is_known_pointer(site, &pointer))
		return site;
	site->has_pointer = false;
	read_digest(fcinfo, digest);
	if (!site->is_ready || memcmp(digest, site->digest, TRANSFORM_DIGEST) != 0)
	{
		site->is_ready = false;
		MemoryContextReset(site->context);
		make_ready(site, fcinfo);
	}
	if (is_stored)
		site->pointer = pointer;
	site->has_pointer = is_stored;
	return site;
}

PrepSite *
prep_single_site(FunctionCallInfo fcinfo)
{
	PrepSite *site = prep_site(fcinfo);

	if (unlikely(site->transform.is_recipe))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a recipe is applied to a row, not to a value"),
				 errhint("Write apply(transform, t) with the row t of the query.")));
	return site;
}

Datum
prep_array(const double *outputs, const bool *missing, size_t n)
{
	Datum *datums;
	ArrayType *array;
	int dimension = (int) n;
	int bound = 1;
	size_t size;

	if (n == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(FLOAT8OID));
	if (memchr(missing, true, n) != NULL)
	{
		datums = palloc(sizeof(Datum) * n);
		for (size = 0; size < n; size++)
			datums[size] = Float8GetDatum(outputs[size]);
		array = construct_md_array(datums, (bool *) (uintptr_t) missing, 1, &dimension, &bound,
								   FLOAT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
		pfree(datums);
		PG_RETURN_ARRAYTYPE_P(array);
	}
	size = ARR_OVERHEAD_NONULLS(1) + sizeof(double) * n;
	array = palloc(size);
	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->dataoffset = 0;
	array->elemtype = FLOAT8OID;
	ARR_DIMS(array)[0] = dimension;
	ARR_LBOUND(array)[0] = 1;
	memcpy(ARR_DATA_PTR(array), outputs, sizeof(double) * n);
	PG_RETURN_ARRAYTYPE_P(array);
}
