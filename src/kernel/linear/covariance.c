/*
 * covariance.c: from an information matrix to the factor of its inverse.
 *
 * With the rows and columns in reverse order the matrix is A = LL'.  Its inverse
 * is L^-T L^-1, and L^-T in the order given is lower triangular: the factor.
 */
#include "kernel/linear/covariance.h"

#include <math.h>
#include <string.h>

#include "kernel/linear/cholesky_simd.h"

#define INVERSE_TOLERANCE 1e-13 /* of a pivot in double, the diagonal being 1 */

/* Where entry i, j of the factor, j <= i, comes from in the inverse of L. */
static size_t
source(int32_t n, int32_t i, int32_t j)
{
	return (size_t) (n - 1 - j) * (size_t) n + (size_t) (n - 1 - i);
}

/* The dot product of n entries, taken from the start. */
static DoubleDouble
less_product(DoubleDouble start, const DoubleDouble *x, const DoubleDouble *y, int32_t n)
{
	int32_t i;

	for (i = 0; i < n; i++)
		start = dd_subtract(start, dd_multiply(x[i], y[i]));
	return start;
}

/* LL' = the lower triangle, in place; zero rows stay. */
static Status
factor_exactly(DoubleDouble *a, int32_t n, const StopCheck *stop)
{
	int32_t i;
	int32_t j;

	for (i = 0; i < n; i++)
	{
		DoubleDouble *row = a + (size_t) i * (size_t) n;

		if (stop_requested(stop))
			return KERNEL_STOPPED;
		if (row[i].hi == 0.0)
			continue;
		for (j = 0; j < i; j++)
		{
			const DoubleDouble *other = a + (size_t) j * (size_t) n;

			row[j] = other[j].hi > 0.0 ? dd_divide(less_product(row[j], row, other, j), other[j]) :
										 dd_from(0.0);
		}
		row[i] = less_product(row[i], row, row, i);
		if (!(row[i].hi > 0.0))
			return KERNEL_INVALID;
		row[i] = dd_sqrt(row[i]);
	}
	return KERNEL_OK;
}

/* The inverse of L in place, row by row. */
static Status
invert_exactly(DoubleDouble *l, int32_t n, DoubleDouble *sum, const StopCheck *stop)
{
	int32_t i;
	int32_t j;
	int32_t k;

	for (i = 0; i < n; i++)
	{
		DoubleDouble *row = l + (size_t) i * (size_t) n;
		DoubleDouble pivot = row[i];

		if (stop_requested(stop))
			return KERNEL_STOPPED;
		if (pivot.hi == 0.0)
			continue;
		for (j = 0; j < i; j++)
			sum[j] = dd_from(0.0);
		for (k = 0; k < i; k++)
		{
			for (j = 0; j <= k; j++)
				sum[j] = dd_subtract(sum[j], dd_multiply(row[k], l[(size_t) k * (size_t) n + j]));
		}
		for (j = 0; j < i; j++)
			row[j] = dd_divide(sum[j], pivot);
		row[i] = dd_divide(dd_from(1.0), pivot);
	}
	return KERNEL_OK;
}

static Status
inverse_factor_exactly(const DoubleDouble *information, int32_t n, const Allocator *allocator,
					   const StopCheck *stop, double *factor)
{
	size_t size = (size_t) n;
	DoubleDouble *a = memory_allocate(allocator, size * size, sizeof(DoubleDouble));
	DoubleDouble *sum = memory_allocate(allocator, size, sizeof(DoubleDouble));
	Status status = a != NULL && sum != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	int32_t i;
	int32_t j;

	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		for (j = 0; j <= i; j++)
			a[source(n, i, j)] = information[(size_t) i * size + (size_t) j];
	}
	if (status == KERNEL_OK)
		status = factor_exactly(a, n, stop);
	if (status == KERNEL_OK)
		status = invert_exactly(a, n, sum, stop);
	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		for (j = 0; j <= i; j++)
			*factor++ = a[source(n, i, j)].hi;
	}
	memory_release(allocator, a, size * size, sizeof(DoubleDouble));
	memory_release(allocator, sum, size, sizeof(DoubleDouble));
	return status;
}

/* The inverse of L in place, row by row, in double. */
static Status
invert_roughly(double *l, int32_t n, double *sum, const StopCheck *stop)
{
	int32_t i;
	int32_t j;
	int32_t k;

	for (i = 0; i < n; i++)
	{
		double *row = l + (size_t) i * (size_t) n;

		if (stop_requested(stop))
			return KERNEL_STOPPED;
		if (row[i] == 0.0)
			continue;
		memset(sum, 0, (size_t) i * sizeof(double));
		for (k = 0; k < i; k++)
		{
			const double *other = l + (size_t) k * (size_t) n;

			for (j = 0; j <= k; j++)
				sum[j] -= row[k] * other[j];
		}
		row[i] = 1.0 / row[i];
		for (j = 0; j < i; j++)
			row[j] = sum[j] * row[i];
	}
	return KERNEL_OK;
}

static Status
inverse_factor_roughly(const DoubleDouble *information, int32_t n, const Allocator *allocator,
					   const StopCheck *stop, double *factor)
{
	size_t size = (size_t) n;
	double *a = memory_allocate(allocator, size * size, sizeof(double));
	double *sum = memory_allocate(allocator, size, sizeof(double));
	Status status = a != NULL && sum != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	int32_t n_zero = 0;
	int32_t rank;
	int32_t i;
	int32_t j;

	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		n_zero += information[(size_t) i * size + (size_t) i].hi == 0.0;
		for (j = 0; j <= i; j++)
			a[source(n, i, j)] = information[(size_t) i * size + (size_t) j].hi;
	}
	if (status == KERNEL_OK)
		status = cholesky_factor(a, n, INVERSE_TOLERANCE, &rank, stop);
	if (status == KERNEL_OK && rank < n - n_zero)
		status = KERNEL_INVALID;
	if (status == KERNEL_OK)
		status = invert_roughly(a, n, sum, stop);
	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		for (j = 0; j <= i; j++)
			*factor++ = a[source(n, i, j)];
	}
	memory_release(allocator, a, size * size, sizeof(double));
	memory_release(allocator, sum, size, sizeof(double));
	return status;
}

Status
covariance_of_information(const DoubleDouble *information, int32_t n, bool is_exact,
						  const Allocator *allocator, const StopCheck *stop, double *factor)
{
	return is_exact ? inverse_factor_exactly(information, n, allocator, stop, factor) :
					  inverse_factor_roughly(information, n, allocator, stop, factor);
}

void
covariance_image(const double *factor, int32_t n, const double *d, double *image)
{
	int32_t i;
	int32_t j;

	memset(image, 0, (size_t) n * sizeof(double));
	for (i = 0; i < n; i++)
	{
		for (j = 0; j <= i; j++)
			image[j] += factor[j] * d[i];
		factor += i + 1;
	}
}

double
covariance_form(const double *factor, int32_t n, const double *d, double *image)
{
	double sum = 0.0;
	int32_t i;

	covariance_image(factor, n, d, image);
	for (i = 0; i < n; i++)
		sum += image[i] * image[i];
	return sum;
}

double
covariance_of_term(const double *factor, int32_t i)
{
	const double *row = factor + covariance_entries((size_t) i);
	double sum = 0.0;
	int32_t j;

	for (j = 0; j <= i; j++)
		sum += row[j] * row[j];
	return sum;
}

/* C, scaled to a unit diagonal, of the terms from `first` on, and the estimates in that scale; zero rows of constant ones. */
static void
scale_terms(const double *factor, const double *estimate, int32_t n, int32_t first,
			DoubleDouble *matrix, double *scaled)
{
	int32_t p = n - first;
	int32_t i;
	int32_t j;
	int32_t k;

	for (i = 0; i < p; i++)
	{
		const double *row = factor + covariance_entries((size_t) first + (size_t) i);
		double error = sqrt(covariance_of_term(factor, first + i));

		scaled[i] = error > 0.0 ? estimate[first + i] / error : 0.0;
		for (j = 0; j <= i; j++)
		{
			const double *other = factor + covariance_entries((size_t) first + (size_t) j);
			double other_error = sqrt(covariance_of_term(factor, first + j));
			DoubleDouble sum = dd_from(0.0);

			for (k = 0; k <= first + j; k++)
				sum = dd_add(sum, dd_two_product(row[k], other[k]));
			matrix[(size_t) i * (size_t) p + (size_t) j] = error > 0.0 && other_error > 0.0 ?
				dd_divide_double(dd_divide_double(sum, error), other_error) :
				dd_from(0.0);
		}
	}
}

Status
covariance_wald(const double *factor, const double *estimate, int32_t n, int32_t first,
				const Allocator *allocator, double *wald)
{
	size_t p = (size_t) (n - first);
	DoubleDouble *matrix = memory_allocate(allocator, p * p, sizeof(DoubleDouble));
	double *inverse = memory_allocate(allocator, covariance_entries(p) + 2 * p, sizeof(double));
	Status status = matrix != NULL && inverse != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;

	*wald = NAN;
	if (status == KERNEL_OK)
	{
		double *scaled = inverse + covariance_entries(p);

		scale_terms(factor, estimate, n, first, matrix, scaled);
		status = covariance_of_information(matrix, n - first, true, allocator, NULL, inverse);
		if (status == KERNEL_OK)
			*wald = covariance_form(inverse, n - first, scaled, scaled + p);
	}
	memory_release(allocator, matrix, p * p, sizeof(DoubleDouble));
	memory_release(allocator, inverse, covariance_entries(p) + 2 * p, sizeof(double));
	return status == KERNEL_INVALID ? KERNEL_OK : status;
}

void
covariance_scale(LinearCovariance *covariance, size_t n, double factor)
{
	size_t i;

	for (i = 0; i < covariance_entries(n); i++)
		covariance->factor[i] *= factor;
	covariance->is_known = isfinite(factor);
}

void
covariance_multiply(double *factor, const double *other, int32_t n, double number)
{
	int32_t i;
	int32_t j;
	int32_t k;

	for (i = 0; i < n; i++)
	{
		for (j = 0; j <= i; j++)
		{
			double sum = 0.0;

			for (k = j; k <= i; k++)
				sum += factor[k] * other[covariance_entries((size_t) k) + (size_t) j];
			factor[j] = sum * number;
		}
		factor += i + 1;
	}
}
