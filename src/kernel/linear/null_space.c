/*
 * null_space.c: orthonormal null vectors and what they leave determined.
 */
#include "kernel/linear/null_space.h"

#include <math.h>
#include <string.h>

#include "kernel/linear/cholesky_simd.h"

static double
product(const double *a, const double *b, size_t n)
{
	double sum = 0.0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Scales x to length 1. */
static void
normalise(double *x, size_t n)
{
	double length = sqrt(product(x, x, n));
	size_t i;

	for (i = 0; i < n; i++)
		x[i] /= length;
}

void
null_space_remove(const NullSpace *space, double *x)
{
	size_t p = (size_t) space->p;
	int32_t v;
	size_t i;

	for (v = 0; v < space->n; v++)
	{
		const double *vector = space->vectors + (size_t) v * p;
		double part = product(vector, x, p);

		for (i = 0; i < p; i++)
			x[i] -= part * vector[i];
	}
}

/* Fills the next vector from dependent column k. */
static void
add_vector(NullSpace *space, const double *l, const double *root, int32_t k)
{
	double *vector = space->vectors + (size_t) space->n * (size_t) space->p;
	int32_t i;

	cholesky_null_vector(l, space->p, k, vector);
	for (i = 0; i < space->p; i++)
		vector[i] = root[i] > 0.0 ? vector[i] / root[i] : 0.0;
	normalise(vector, (size_t) space->p);
	null_space_remove(space, vector);
	null_space_remove(space, vector);
	normalise(vector, (size_t) space->p);
	space->n++;
}

Status
null_space_find(NullSpace *space, const double *l, int32_t p, int32_t rank, const double *root,
				const Allocator *allocator, const StopCheck *stop)
{
	int32_t n_left_out = 0;
	int32_t k;

	memset(space, 0, sizeof(*space));
	space->p = p;
	for (k = 0; k < p; k++)
		n_left_out += !(root[k] > 0.0);
	space->room = p - rank - n_left_out;
	if (space->room <= 0)
		return KERNEL_OK;
	space->vectors =
		memory_allocate_zero(allocator, (size_t) space->room * (size_t) p, sizeof(double));
	if (space->vectors == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (k = 0; k < p && space->n < space->room; k++)
	{
		if (!(root[k] > 0.0) || l[(size_t) k * (size_t) p + (size_t) k] > 0.0)
			continue;
		if (stop_requested(stop))
			return KERNEL_STOPPED;
		add_vector(space, l, root, k);
	}
	return KERNEL_OK;
}

void
null_space_release(NullSpace *space, const Allocator *allocator)
{
	if (space->room > 0)
		memory_release(allocator, space->vectors, (size_t) space->room * (size_t) space->p,
					   sizeof(double));
	memset(space, 0, sizeof(*space));
}

bool
null_space_leaves(const NullSpace *space, const double *v)
{
	size_t p = (size_t) space->p;
	double length = sqrt(product(v, v, p));
	int32_t k;

	for (k = 0; k < space->n; k++)
	{
		if (fabs(product(space->vectors + (size_t) k * p, v, p)) > NULL_SPACE_NOTHING * length)
			return false;
	}
	return true;
}

bool
null_space_leaves_entry(const NullSpace *space, int32_t i)
{
	int32_t k;

	for (k = 0; k < space->n; k++)
	{
		if (fabs(space->vectors[(size_t) k * (size_t) space->p + (size_t) i]) > NULL_SPACE_NOTHING)
			return false;
	}
	return true;
}
