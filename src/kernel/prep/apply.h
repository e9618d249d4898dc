/*
 * apply.h: what a step makes of a value, and back.
 *
 * An Applier is a step made ready, with those before and after it: its levels hashed.  It reads the step, which must outlive it,
 * and is never changed by applying.  Missing numbers (NaN) give NaN but where the step says what
 * stands for them.
 */
#ifndef ORCHARD_KERNEL_PREP_APPLY_H
#define ORCHARD_KERNEL_PREP_APPLY_H

#include "kernel/dataset/dictionary.h"
#include "kernel/prep/step.h"

#define LEVEL_NULL (-1)
#define LEVEL_UNKNOWN (-2)
#define NO_FOLD (-1)

typedef struct Applier
{
	const Step *step;
	uint32_t outputs;		/* of the chain */
	Dictionary levels;		/* of step->levels, then of step->pooled: codes are their places */
	struct Applier *before; /* one a column of a polynomial, or NULL; owned */
	struct Applier *after;	/* one an output, or NULL; owned */
} Applier;

/* A step that step_is_valid has passed.  OUT_OF_MEMORY: nothing is held. */
extern Status applier_begin(Applier *applier, const Step *step, const Allocator *allocator);
extern void applier_release(Applier *applier, const Allocator *allocator);

/*
 * apply_number
 *		A kind that takes one number; x: NaN when missing.  outputs[applier->outputs].
 *
 * Of a CYCLIC step over the calendar x is the share of the cycle, [0, 1).
 */
extern void apply_number(const Applier *applier, double x, double *outputs);

/* A POLYNOMIAL: x[step->width]. */
extern void apply_polynomial(const Applier *applier, const double *x, double *outputs);

/* The same without what stands before and behind it. */
extern void apply_polynomial_own(const Step *step, const double *x, double *outputs);

/* What IMPUTE of texts makes of one, NULL where there is none to fill with. */
extern const char *apply_fill(const Step *step, const char *text, size_t *length);

/*
 * apply_text
 *		A kind that takes texts; text: NULL when missing.  fold: NO_FOLD, or one whose rows are left out.
 *
 * KERNEL_INVALID for an unknown level that the step does not allow: nothing is written.
 */
extern Status apply_text(const Applier *applier, const char *text, size_t length, int32_t fold,
						 double *outputs);

/* The x whose output is y, or NaN; KERNEL_INVALID for a kind that has no inverse. */
extern Status apply_inverse(const Step *step, double y, double *x);

/* Output `wanted` of a polynomial: the powers of the columns, powers[step->width]. */
extern void polynomial_powers(const Step *step, uint32_t wanted, int32_t *powers);

#endif /* ORCHARD_KERNEL_PREP_APPLY_H */
