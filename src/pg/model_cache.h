/*
 * model_cache.h: decoded models of this backend, by digest.
 *
 * One of the two things that outlive a statement.  Bounded by
 * orchard.model_cache; the model used longest ago goes first.  A call site
 * keeps a pointer to an entry together with the entry's serial: entries are
 * recycled, never freed, so a stale pointer is noticed by its serial.
 *
 * The key is the digest that decoding recomputed, so bytes that claim another
 * model's digest cannot put themselves in its place.  Training facts are no part
 * of the digest: what reports them decodes the value itself.  Of a model of trees no
 * more is fetched than its digest part, which has neither these nor the gains of splits.
 */
#ifndef ORCHARD_PG_MODEL_CACHE_H
#define ORCHARD_PG_MODEL_CACHE_H

#include "postgres.h"

#include "lib/ilist.h"

#include "kernel/model/model.h"
#include "kernel/prep/apply.h"
#include "kernel/tree/scorer.h"
#include "kernel/tree/shap.h"

typedef struct CachedModel
{
	uint64 serial;		   /* changes when the entry is given up */
	MemoryContext context; /* holds everything below */
	Size bytes;			   /* of the context */
	Model *model;
	LinearScorer scorer;
	LinearScorer *class_scorers; /* linear models of more than two classes, else NULL */
	double *
		outputs; /* of trees and of more than two classes: the predictions of the row scored last */
	TreeScorer *trees;			/* of a model of trees, else NULL */
	struct varlena *tree_bytes; /* that the trees are scored on until they are expanded; or NULL */
	ShapExplainer *explainer;	/* of a model of trees that was explained, else NULL */
	LevelLookup **lookups;		/* by category slot */
	ModelInput *inputs;			/* n_inputs: the columns that a row must have */
	uint32 n_inputs;
	uint32 n_prepared;		  /* features that preprocessing gives */
	Applier *appliers;		  /* of its steps; NULL without preprocessing */
	bool has_missing_weights; /* some missing indicator has a coefficient */
	dlist_node recency;		  /* head = used last */
} CachedModel;

/* orchard.model_cache, in kB. */
extern int orchard_model_cache;

/*
 * model_decode into the current memory context, and what only the database can
 * tell: that texts are valid in its encoding, and options are JSON (or empty).
 */
extern Status model_decode_here(Model **model, const void *bytes, size_t length);

/* The same for a stored model (inline, 4-byte header), with errors as model_cache_get raises them. */
extern Model *model_decode_stored(const struct varlena *stored);

/* How many columns of a row the model reads. */
extern uint32 model_column_count(const Model *model);

/* What is known of a stored model before it is decoded. */
typedef struct StoredModel
{
	struct varlena *value; /* in a table, out of line, or else inline with a 4-byte header */
	Size size;			   /* bytes of the model */
	uint8 start[MODEL_START_SIZE]; /* the first of them */
	uint8 digest[SHA256_SIZE];	   /* that they claim */
} StoredModel;

/* Raises XX001 for bytes that are no model, 0A000 for a newer format. */
extern void stored_model_begin(StoredModel *stored, Datum value);

/* Gives up what was fetched of the value, or of nothing after zeros. */
extern void stored_model_end(StoredModel *stored, Datum value);

/* The decoded model; errors as stored_model_begin raises them. */
extern CachedModel *model_cache_load(const StoredModel *stored);

/* All three of them. */
extern CachedModel *model_cache_get(Datum value);

/* The decoded model of this digest, or NULL when the cache has none. */
extern CachedModel *model_cache_find(const uint8 *digest);

/* The nodes of an entry with trees, which scoring leaves in their bytes at first; accounted to the cache. */
extern void model_cache_expand_trees(CachedModel *entry);

/* The explainer of an entry with trees, made on first use and accounted to the cache. */
extern const ShapExplainer *model_cache_explainer(CachedModel *entry);

/* tree_scorer_prepare of an entry, accounted to the cache; entries used longest ago may go. */
extern void model_cache_prepare_trees(CachedModel *entry);

#endif /* ORCHARD_PG_MODEL_CACHE_H */
