/*
 * prep_site.h: what a call site of apply and inverse remembers between rows.
 *
 * Kept in fn_extra: the transform seen last, decoded and made ready, recognised by the digest in
 * its header, or by its TOAST pointer as long as the snapshot is the same, and how the row's columns
 * are bound to it.  Another transform replaces it.
 */
#ifndef ORCHARD_PG_PREP_SITE_H
#define ORCHARD_PG_PREP_SITE_H

#include "postgres.h"

#include "access/detoast.h"
#include "fmgr.h"

#include "pg/prep_row.h"
#include "pg/snapshot_mark.h"

typedef struct PrepSite
{
	MemoryContext context; /* of all below but the value's type; reset for another transform */
	bool is_ready;
	uint8 digest[TRANSFORM_DIGEST];
	bool has_pointer; /* the transform came as this TOAST pointer, at this moment */
	varatt_external pointer;
	SnapshotMark moment;
	Transform transform;
	Applier *appliers; /* one a step */
	size_t n_outputs;
	double *outputs;		   /* of the row, n_outputs */
	bool *missing;			   /* n_outputs: NULL and not NaN */
	double *inputs;			   /* of a polynomial */
	pg_tz *zone;			   /* of a single step over the calendar */
	MemoryContext row_context; /* of the two below, reset for another row type */
	RowLayout *layout;		   /* NULL until a row came */
	PrepStepColumns *bound;	   /* one a step */

	ColumnType value; /* of argument 1, when it is no row */
	EnumLabels *labels;
	bool has_value;
} PrepSite;

/* The site with argument 0's transform, which is not NULL, made ready. */
extern PrepSite *prep_site(FunctionCallInfo fcinfo);

/* The same for a transform that must be a single one; 22023 for a recipe. */
extern PrepSite *prep_single_site(FunctionCallInfo fcinfo);

/* A float8[] of the outputs, NULL where they are missing. */
extern Datum prep_array(const double *outputs, const bool *missing, size_t n);

#endif /* ORCHARD_PG_PREP_SITE_H */
