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

#endif /* ORCHARD_PG_CALL_SITE_H */
