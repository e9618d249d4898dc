/*
 * transform.h: a transform as a value: one step, or the steps of a recipe.
 *
 * The stored bytes: u32 magic, u8 version, u8 1 for a recipe, u16 0, 16 bytes of the SHA-256 of
 * all the rest, u32 steps, the steps (step.h).  The digest tells transforms apart without
 * decoding.  The same transform has the same bytes.
 */
#ifndef ORCHARD_KERNEL_PREP_TRANSFORM_H
#define ORCHARD_KERNEL_PREP_TRANSFORM_H

#include "kernel/prep/step.h"

#define TRANSFORM_DIGEST 16
#define TRANSFORM_HEADER (8 + TRANSFORM_DIGEST)
#define TRANSFORM_LIMIT ((size_t) 512 * 1024 * 1024)

typedef struct Transform
{
	bool is_recipe;
	uint32_t n;
	Step *steps; /* owned */
} Transform;

/* Bytes of exactly *length from the allocator.  TOO_LARGE, OUT_OF_MEMORY. */
extern Status transform_encode(const Transform *transform, const Allocator *allocator,
							   uint8_t **bytes, size_t *length);

/* From bytes that may be foreign: every step is valid.  CORRUPT, UNSUPPORTED_VERSION, OUT_OF_MEMORY: nothing is held. */
extern Status transform_decode(Transform *transform, const Allocator *allocator, const void *bytes,
							   size_t length);

extern void transform_release(Transform *transform, const Allocator *allocator);

/* Numbers that all steps give. */
extern size_t transform_outputs(const Transform *transform);

#endif /* ORCHARD_KERNEL_PREP_TRANSFORM_H */
