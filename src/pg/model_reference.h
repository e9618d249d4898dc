/*
 * model_reference.h: how a text names a registered model.
 *
 *		[owner.]name[@version | @alias]
 *
 * A name or an alias is at most 63 bytes of letters, digits, _ and -, and begins
 * with a letter or _; every byte outside ASCII counts as a letter.  The owner is
 * a role's name as it is, which may hold dots and @ itself: what follows the
 * last @ is a version or an alias only when it holds no dot.
 */
#ifndef ORCHARD_PG_MODEL_REFERENCE_H
#define ORCHARD_PG_MODEL_REFERENCE_H

#include "postgres.h"

/* The longest reference: three names and what stands between them. */
#define MODEL_REFERENCE_LENGTH (3 * NAMEDATALEN)

typedef struct ModelReference
{
	char owner[NAMEDATALEN]; /* empty when none is given */
	char name[NAMEDATALEN];
	char alias[NAMEDATALEN]; /* empty when none is given */
	int32 version;			 /* 0 when none is given */
} ModelReference;

/* Raises 42602 for what is no reference. */
extern void model_reference_parse(ModelReference *reference, const char *text, size_t length);

/* The same for a reference to a model as a whole, with neither version nor alias. */
extern void model_reference_parse_name(ModelReference *reference, const char *text);

/* Raises 42602 for what cannot be the name of an alias. */
extern void require_alias(const char *alias);

#endif /* ORCHARD_PG_MODEL_REFERENCE_H */
