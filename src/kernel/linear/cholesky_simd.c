/*
 * cholesky_simd.c: Cholesky by blocks of dot products, compiled twice.
 *
 * Everything costly is one operation: out[r][c] -= x[r] . y[c] for rows x and y
 * of some length, twelve at a time in registers.
 */
#if defined(__clang__)
#pragma clang fp contract(fast)
#elif defined(__GNUC__)
#pragma GCC optimize("O3", "fp-contract=fast")
#endif

#include "kernel/linear/cholesky_simd.h"

#include <math.h>
#include <string.h>

#include "kernel/base/cpu.h"

#define INLINE static inline __attribute__((always_inline))
#define LANES 4
#define BLOCK 64  /* columns that are finished together */
#define DEPTH 256 /* length of the dot products that stay in cache */
#define CHUNK 24  /* rows between two looks at the stop check */

typedef double Vector __attribute__((vector_size(LANES * sizeof(double)), aligned(8), may_alias));

#define AT(pointer) (*(const Vector *) (pointer))
#define SUM(v) (((v)[0] + (v)[2]) + ((v)[1] + (v)[3]))

/* Rows of a matrix: row r starts at first + r * stride. */
typedef struct Rows
{
	double *first;
	size_t stride;
} Rows;

/* out[r][c] -= x[r] . y[c], 3 x 4, over n entries. */
INLINE void
subtract_tile(Rows out, Rows x, Rows y, size_t n)
{
	Vector a0 = {0.0}, a1 = {0.0}, a2 = {0.0}, a3 = {0.0};
	Vector b0 = {0.0}, b1 = {0.0}, b2 = {0.0}, b3 = {0.0};
	Vector c0 = {0.0}, c1 = {0.0}, c2 = {0.0}, c3 = {0.0};
	size_t whole = n / LANES * LANES;
	size_t i;
	int r;
	int c;

	for (i = 0; i < whole; i += LANES)
	{
		Vector a = AT(x.first + i);
		Vector b = AT(x.first + x.stride + i);
		Vector d = AT(x.first + 2 * x.stride + i);
		Vector v = AT(y.first + i);

		a0 += a * v;
		b0 += b * v;
		c0 += d * v;
		v = AT(y.first + y.stride + i);
		a1 += a * v;
		b1 += b * v;
		c1 += d * v;
		v = AT(y.first + 2 * y.stride + i);
		a2 += a * v;
		b2 += b * v;
		c2 += d * v;
		v = AT(y.first + 3 * y.stride + i);
		a3 += a * v;
		b3 += b * v;
		c3 += d * v;
	}
	out.first[0] -= SUM(a0);
	out.first[1] -= SUM(a1);
	out.first[2] -= SUM(a2);
	out.first[3] -= SUM(a3);
	out.first += out.stride;
	out.first[0] -= SUM(b0);
	out.first[1] -= SUM(b1);
	out.first[2] -= SUM(b2);
	out.first[3] -= SUM(b3);
	out.first += out.stride;
	out.first[0] -= SUM(c0);
	out.first[1] -= SUM(c1);
	out.first[2] -= SUM(c2);
	out.first[3] -= SUM(c3);
	out.first -= 2 * out.stride;
	for (; i < n; i++)
	{
		for (r = 0; r < 3; r++)
		{
			for (c = 0; c < 4; c++)
				out.first[(size_t) r * out.stride + (size_t) c] -=
					x.first[(size_t) r * x.stride + i] * y.first[(size_t) c * y.stride + i];
		}
	}
}

INLINE double
dot(const double *x, const double *y, size_t n)
{
	Vector sum = {0.0};
	double rest = 0.0;
	size_t i;

	for (i = 0; i + LANES <= n; i += LANES)
		sum += AT(x + i) * AT(y + i);
	for (; i < n; i++)
		rest += x[i] * y[i];
	return SUM(sum) + rest;
}

/* out[r][c] -= x[r] . y[c] for n_x rows and n_y rows of n entries. */
INLINE void
subtract_products(Rows out, Rows x, size_t n_x, Rows y, size_t n_y, size_t n)
{
	size_t r;
	size_t c;
	size_t k;

	for (r = 0; r < n_x; r += 3)
	{
		size_t rows = n_x - r < 3 ? n_x - r : 3;

		for (c = 0; rows == 3 && c + 4 <= n_y; c += 4)
			subtract_tile((Rows){out.first + r * out.stride + c, out.stride},
						  (Rows){x.first + r * x.stride, x.stride},
						  (Rows){y.first + c * y.stride, y.stride}, n);
		for (c = rows == 3 ? n_y / 4 * 4 : 0; c < n_y; c++)
		{
			for (k = r; k < r + rows; k++)
				out.first[k * out.stride + c] -=
					dot(x.first + k * x.stride, y.first + c * y.stride, n);
		}
	}
}

/* Rows [first, end) of block column [start, stop): all but the columns of the block itself. */
INLINE void
subtract_before(double *a, size_t p, size_t start, size_t width, size_t first, size_t end)
{
	size_t k;

	for (k = 0; k < start; k += DEPTH)
		subtract_products((Rows){a + first * p + start, p}, (Rows){a + first * p + k, p},
						  end - first, (Rows){a + start * p + k, p}, width,
						  start - k < DEPTH ? start - k : DEPTH);
}

/* Row i of block column [start, end), i at or below it: entries up to the diagonal; true if i is independent. */
INLINE bool
finish_row(double *a, size_t p, size_t start, size_t end, size_t i, double tolerance)
{
	double *row = a + i * p;
	size_t last = i < end ? i : end;
	size_t j;
	double pivot;

	for (j = start; j < last; j++)
	{
		const double *other = a + j * p;

		row[j] =
			other[j] > 0.0 ? (row[j] - dot(row + start, other + start, j - start)) / other[j] : 0.0;
	}
	if (i >= end)
		return false;
	pivot = row[i] - dot(row + start, row + start, i - start);
	row[i] = pivot > tolerance ? sqrt(pivot) : 0.0;
	return row[i] > 0.0;
}

INLINE Status
factor(double *a, size_t p, double tolerance, int32_t *rank, const StopCheck *stop)
{
	size_t start;
	size_t first;
	size_t i;

	*rank = 0;
	for (start = 0; start < p; start += BLOCK)
	{
		size_t end = p - start < BLOCK ? p : start + BLOCK;

		/* Rows of the block first: the rows below need them finished. */
		for (first = start; first < p; first = i)
		{
			size_t limit = first == start ? end : first + CHUNK;

			limit = limit < p ? limit : p;
			if (stop_requested(stop))
				return KERNEL_STOPPED;
			subtract_before(a, p, start, end - start, first, limit);
			for (i = first; i < limit; i++)
				*rank += finish_row(a, p, start, end, i, tolerance);
		}
	}
	return KERNEL_OK;
}

/*
 * Columns [start, end) of the inverse of L, as rows of y (p entries each, zero at first), and the
 * squares of their lengths.
 */
INLINE Status
invert_columns(const double *l, size_t p, size_t start, size_t end, double *y, double *diagonal,
			   const StopCheck *stop)
{
	Rows factor_rows = {(double *) l, p};
	size_t width = end - start;
	size_t first;
	size_t c;
	size_t i;
	size_t k;

	for (first = start; first < p; first += BLOCK)
	{
		size_t limit = p - first < BLOCK ? p : first + BLOCK;

		if (stop_requested(stop))
			return KERNEL_STOPPED;
		for (k = start; k < first; k += DEPTH)
		{
			Rows part = {factor_rows.first + first * p + k, p};

			subtract_products((Rows){y + first, p}, (Rows){y + k, p}, width, part, limit - first,
							  first - k < DEPTH ? first - k : DEPTH);
		}
		for (c = 0; c < width; c++)
		{
			double *column = y + c * p;

			for (i = first > start + c ? first : start + c; i < limit; i++)
			{
				const double *row = l + i * p;
				double sum = column[i] + (i == start + c ? 1.0 : 0.0) -
					dot(row + first, column + first, i - first);

				column[i] = row[i] > 0.0 ? sum / row[i] : 0.0;
			}
		}
	}
	for (c = 0; c < width; c++)
		diagonal[start + c] = l[(start + c) * p + start + c] > 0.0 ?
			dot(y + c * p + start, y + c * p + start, p - start) :
			NAN;
	return KERNEL_OK;
}

/* x = L^-1 x, 0 at dependent columns. */
INLINE void
forward(const double *l, size_t p, double *x)
{
	size_t i;

	for (i = 0; i < p; i++)
	{
		const double *row = l + i * p;

		x[i] = row[i] > 0.0 ? (x[i] - dot(row, x, i)) / row[i] : 0.0;
	}
}

/* x = L'^-1 x over the first n columns, 0 at dependent ones. */
INLINE void
backward(const double *l, size_t p, size_t n, double *restrict x)
{
	size_t i;
	size_t k;

	for (i = n; i-- > 0;)
	{
		const double *restrict row = l + i * p;

		x[i] = row[i] > 0.0 ? x[i] / row[i] : 0.0;
		for (k = 0; k < i; k++)
			x[k] -= row[k] * x[i];
	}
}

static Status
factor_portable(double *a, size_t p, double tolerance, int32_t *rank, const StopCheck *stop)
{
	return factor(a, p, tolerance, rank, stop);
}

static Status
invert_portable(const double *l, size_t p, size_t start, size_t end, double *y, double *diagonal,
				const StopCheck *stop)
{
	return invert_columns(l, p, start, end, y, diagonal, stop);
}

static void
forward_portable(const double *l, size_t p, double *x)
{
	forward(l, p, x);
}

static void
backward_portable(const double *l, size_t p, size_t n, double *x)
{
	backward(l, p, n, x);
}

#if defined(__x86_64__)

#define WIDE __attribute__((target("avx2,fma")))

WIDE static Status
factor_wide(double *a, size_t p, double tolerance, int32_t *rank, const StopCheck *stop)
{
	return factor(a, p, tolerance, rank, stop);
}

WIDE static Status
invert_wide(const double *l, size_t p, size_t start, size_t end, double *y, double *diagonal,
			const StopCheck *stop)
{
	return invert_columns(l, p, start, end, y, diagonal, stop);
}

WIDE static void
forward_wide(const double *l, size_t p, double *x)
{
	forward(l, p, x);
}

WIDE static void
backward_wide(const double *l, size_t p, size_t n, double *x)
{
	backward(l, p, n, x);
}

#else

#define factor_wide factor_portable
#define invert_wide invert_portable
#define forward_wide forward_portable
#define backward_wide backward_portable

#endif

Status
cholesky_factor(double *a, int32_t p, double tolerance, int32_t *rank, const StopCheck *stop)
{
	return (cpu_has_avx2() ? factor_wide : factor_portable)(a, (size_t) p, tolerance, rank, stop);
}

void
cholesky_solve(const double *l, int32_t p, double *x)
{
	(cpu_has_avx2() ? forward_wide : forward_portable)(l, (size_t) p, x);
	(cpu_has_avx2() ? backward_wide : backward_portable)(l, (size_t) p, (size_t) p, x);
}

void
cholesky_null_vector(const double *l, int32_t p, int32_t j, double *x)
{
	size_t n = (size_t) j;
	size_t i;

	memset(x, 0, (size_t) p * sizeof(double));
	for (i = 0; i < n; i++)
		x[i] = -l[n * (size_t) p + i];
	(cpu_has_avx2() ? backward_wide : backward_portable)(l, (size_t) p, n, x);
	x[j] = 1.0;
}

Status
cholesky_inverse_diagonal(const double *l, int32_t p, const Allocator *allocator,
						  const StopCheck *stop, double *diagonal)
{
	size_t n = (size_t) p;
	size_t entries;
	size_t start;
	double *y;
	Status status = KERNEL_OK;

	if (!size_multiply(n, BLOCK, &entries))
		return KERNEL_TOO_LARGE;
	y = memory_allocate(allocator, entries, sizeof(double));
	if (y == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (start = 0; start < n && status == KERNEL_OK; start += BLOCK)
	{
		memset(y, 0, entries * sizeof(double));
		status = (cpu_has_avx2() ? invert_wide : invert_portable)(
			l, n, start, n - start < BLOCK ? n : start + BLOCK, y, diagonal, stop);
	}
	memory_release(allocator, y, entries, sizeof(double));
	return status;
}
