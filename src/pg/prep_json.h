/*
 * prep_json.h: steps from and to JSON: specifications, and transforms as text.
 */
#ifndef ORCHARD_PG_PREP_JSON_H
#define ORCHARD_PG_PREP_JSON_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "kernel/prep/transform.h"

/*
 * Options of one kind from a JSON object; NULL: all presets.  22023 with the option's name for what is
 * unknown, of the wrong type or out of bounds.
 */
extern void prep_options_read(Step *step, StepKind kind, Jsonb *options,
							  const Allocator *allocator);

/*
 * The steps of a recipe's specification, one a column; memory of the allocator.  names_target: do
 * encodings of the target have to name it?
 */
extern void prep_recipe_read(Transform *recipe, Jsonb *spec, bool names_target,
							 const Allocator *allocator);

/* A whole transform from its text form; 22P02. */
extern void prep_transform_read(Transform *transform, Jsonb *json, const Allocator *allocator);

/* The specification of a recipe, but for the columns of targets. */
extern void prep_recipe_write(const Transform *recipe, StringInfo text);

/* The canonical text. */
extern void prep_transform_write(const Transform *transform, StringInfo text);

#endif /* ORCHARD_PG_PREP_JSON_H */
