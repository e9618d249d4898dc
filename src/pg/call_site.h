/*
 * call_site.h: what a scoring call site remembers between rows.
 *
 * Kept in fn_extra: how the features arrive, and one binding for each model
 * and row type seen.  Models are recognised by the digest in their header, or
 * by their TOAST pointer as long as the snapshot is the same, so that a model
 * out of a joined table is neither fetched nor decoded again.
 */
#ifndef ORCHARD_PG_CALL_SITE_H
#define ORCHARD_PG_CALL_SITE_H

#include "postgres.h"

#include "fmgr.h"

#include "pg/score_binding.h"

/*
 * call_site_score
 *		The prediction of argument 0's model for the features from argument `first` on.
 *
 * False when the result is NULL: a NULL model, row or array.
 */
extern bool call_site_score(FunctionCallInfo fcinfo, int first, CachedModel **model,
							double *prediction);

/* The same for columns from argument `first` on, whose names are in the text[] argument before it. */
extern bool call_site_score_columns(FunctionCallInfo fcinfo, int first, CachedModel **model,
									double *prediction);

/* The same for a jsonb in argument `first`. */
extern bool call_site_score_json(FunctionCallInfo fcinfo, int first, CachedModel **model,
								 double *prediction);

/*
 * call_site_bind
 *		The same, for what looks further: the binding, whose vector is that of the features.
 */
extern bool call_site_bind(FunctionCallInfo fcinfo, int first, ScoreBinding **binding);

/*
 * call_site_value
 *		After call_site_bind: the text of input i of the model as this call gives it, or of one element of it; NULL when that is NULL.
 *
 * element: from 0 of an array feature, else -1.  slot: of the number or category.
 */
extern char *call_site_value(FunctionCallInfo fcinfo, int first, const ScoreBinding *binding,
							 uint32 i, int element, int slot);

/* The same for feature f: does NULL stand in its place? */
extern bool call_site_is_null(FunctionCallInfo fcinfo, int first, const ScoreBinding *binding,
							  uint32 f, int element, int slot);

/* 22023 when the model has no classes. */
extern void model_require_classes(const Model *model, const char *function);

/* The place of a class by its name; 22023 when the model has no such class. */
extern uint32 class_place(const Model *model, const char *class);

#endif /* ORCHARD_PG_CALL_SITE_H */
