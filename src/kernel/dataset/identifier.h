/*
 * identifier.h: does a column look like an identifier, a different value in every row?
 *
 * Keeps the values whose hash falls under a bound, and halves the bound when
 * IDENTIFIER_KEPT of them are held: a sample of the distinct values, not of the
 * rows.  One repeated value in it settles that the column is no identifier,
 * and from then on a row costs one comparison.
 */
#ifndef ORCHARD_KERNEL_DATASET_IDENTIFIER_H
#define ORCHARD_KERNEL_DATASET_IDENTIFIER_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/base/hash.h"

#define IDENTIFIER_KEPT 64

typedef struct IdentifierSketch
{
	uint64_t bound;					/* hashes above it are not kept; 0 = nothing seen yet */
	int32_t n;						/* hashes kept */
	bool repeated;					/* a kept value was seen twice */
	uint64_t kept[IDENTIFIER_KEPT]; /* no order */
} IdentifierSketch;

/* Adds a hash that passed the bound. */
static inline void
identifier_keep(IdentifierSketch *sketch, uint64_t hash)
{
	int32_t i;
	int32_t left = 0;

	for (i = 0; i < sketch->n; i++)
	{
		if (sketch->kept[i] == hash)
		{
			sketch->repeated = true;
			return;
		}
	}
	sketch->kept[sketch->n++] = hash;
	while (sketch->n == IDENTIFIER_KEPT)
	{
		sketch->bound /= 2;
		left = 0;
		for (i = 0; i < sketch->n; i++)
		{
			if (sketch->kept[i] <= sketch->bound)
				sketch->kept[left++] = sketch->kept[i];
		}
		sketch->n = left;
	}
}

/* Adds a value by its 64 bits. */
static inline void
identifier_add(IdentifierSketch *sketch, uint64_t value)
{
	uint64_t hash;

	if (sketch->repeated)
		return;
	if (sketch->bound == 0)
		sketch->bound = UINT64_MAX;
	hash = hash_mix(value);
	if (hash <= sketch->bound)
		identifier_keep(sketch, hash);
}

/* Settles that the column is no identifier, whatever else is known of it. */
static inline void
identifier_refute(IdentifierSketch *sketch)
{
	if (sketch->bound == 0)
		sketch->bound = UINT64_MAX;
	sketch->repeated = true;
}

static inline void
identifier_merge(IdentifierSketch *into, const IdentifierSketch *from)
{
	int32_t i;

	if (from->bound == 0 || into->repeated)
		return;
	if (into->bound == 0 || from->repeated)
	{
		*into = *from;
		return;
	}
	if (from->bound < into->bound)
		into->bound = from->bound;
	for (i = 0; i < from->n && !into->repeated; i++)
	{
		if (from->kept[i] <= into->bound)
			identifier_keep(into, from->kept[i]);
	}
}

#endif /* ORCHARD_KERNEL_DATASET_IDENTIFIER_H */
