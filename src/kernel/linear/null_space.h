/*
 * null_space.h: what a factored positive semidefinite matrix leaves open.
 */
#ifndef ORCHARD_KERNEL_LINEAR_NULL_SPACE_H
#define ORCHARD_KERNEL_LINEAR_NULL_SPACE_H

#include "kernel/base/memory.h"

/* An entry of a null vector of length 1 below this is rounding. */
#define NULL_SPACE_NOTHING 1e-6

typedef struct NullSpace
{
	int32_t p;		 /* entries of a vector */
	int32_t n;		 /* vectors */
	int32_t room;	 /* vectors allocated */
	double *vectors; /* n x p, orthonormal rows; NULL without any */
} NullSpace;

/*
 * null_space_find
 *		The null space of D A D, A = LL' as cholesky_factor left it, rank `rank`.
 *
 * root: p entries of the diagonal matrix D, 0 for columns left out of the system
 * (which then have no part in any vector).  Two rounds of Gram and Schmidt
 * (Giraud, Langou, Rozloznik, van den Eshof, "Rounding error analysis of the
 * classical Gram-Schmidt orthogonalization process", Numerische Mathematik 101,
 * 2005: twice is enough).  Cost O(p^2 n + p n^2).
 * Returns KERNEL_OK, KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED.
 */
extern Status null_space_find(NullSpace *space, const double *l, int32_t p, int32_t rank,
							  const double *root, const Allocator *allocator,
							  const StopCheck *stop);
extern void null_space_release(NullSpace *space, const Allocator *allocator);

/* Takes from x its part in the null space: of all vectors with the same image, the shortest is left. */
extern void null_space_remove(const NullSpace *space, double *x);

/* Whether v . x is the same for all x with the same image. */
extern bool null_space_leaves(const NullSpace *space, const double *v);

/* Whether entry i is the same for all x with the same image. */
extern bool null_space_leaves_entry(const NullSpace *space, int32_t i);

#endif /* ORCHARD_KERNEL_LINEAR_NULL_SPACE_H */
