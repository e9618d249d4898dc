/*
 * sandwich_block.c: leverages of several scores at once.
 *
 * With T = L'QL = U diag(l) U', (I - WQ)^-1 = I + L U diag(1 / (1 - l)) U'L'Q, and with the power -1/2
 * the entries of the diagonal are 1 / (r (1 + r)), r^2 = 1 - l: no inverse of W, which has none where a
 * class is certain.
 */
#include "kernel/linear/sandwich_block.h"

#include <math.h>
#include <string.h>

#define MAX_SWEEPS 60
#define NO_MORE 1e-17 /* of an entry off the diagonal against the trace */

size_t
sandwich_block_work(size_t n_lists)
{
	size_t n = n_lists + 1;

	return 2 * n * n + n_lists * n + 2 * n;
}

/* c = a b, of n x m and m x k, each row-major. */
static void
multiply(const double *a, const double *b, size_t n, size_t m, size_t k, double *c)
{
	size_t i;
	size_t j;
	size_t l;

	for (i = 0; i < n; i++)
	{
		for (l = 0; l < k; l++)
			c[i * k + l] = 0.0;
		for (j = 0; j < m; j++)
		{
			for (l = 0; l < k; l++)
				c[i * k + l] += a[i * m + j] * b[j * k + l];
		}
	}
}

/* c = a'b, of n x m and n x k. */
static void
multiply_transposed(const double *a, const double *b, size_t n, size_t m, size_t k, double *c)
{
	size_t i;
	size_t j;
	size_t l;

	memset(c, 0, m * k * sizeof(double));
	for (i = 0; i < n; i++)
	{
		for (j = 0; j < m; j++)
		{
			for (l = 0; l < k; l++)
				c[j * k + l] += a[i * m + j] * b[i * k + l];
		}
	}
}

/* Turns rows p and q of n entries. */
static void
turn(double *a, int32_t n, int32_t p, int32_t q, double cosine, double sine)
{
	double *x = a + (size_t) p * (size_t) n;
	double *y = a + (size_t) q * (size_t) n;
	int32_t k;

	for (k = 0; k < n; k++)
	{
		double old = x[k];

		x[k] = cosine * old - sine * y[k];
		y[k] = sine * old + cosine * y[k];
	}
}

/* Makes entry p, q of the symmetric matrix 0; the rows of `vectors` go along. */
static void
annihilate(double *a, double *vectors, int32_t n, int32_t p, int32_t q)
{
	double entry = a[p * n + q];
	double first = a[p * n + p];
	double second = a[q * n + q];
	double theta = 0.5 * (second - first) / entry;
	double tangent = copysign(1.0, theta) / (fabs(theta) + sqrt(1.0 + theta * theta));
	double cosine = 1.0 / sqrt(1.0 + tangent * tangent);
	int32_t k;

	turn(a, n, p, q, cosine, cosine * tangent);
	for (k = 0; k < n; k++)
	{
		a[k * n + p] = a[p * n + k];
		a[k * n + q] = a[q * n + k];
	}
	a[p * n + p] = first - tangent * entry;
	a[q * n + q] = second + tangent * entry;
	a[p * n + q] = a[q * n + p] = 0.0;
	turn(vectors, n, p, q, cosine, cosine * tangent);
}

/*
 * Eigenvalues on the diagonal of a symmetric matrix, their vectors in the rows of `vectors`.
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., section 8.5.
 */
static Status
diagonalise(double *a, double *vectors, int32_t n, const StopCheck *stop)
{
	double trace = 0.0;
	bool is_done = false;
	int32_t sweep;
	int32_t p;
	int32_t q;

	memset(vectors, 0, (size_t) n * (size_t) n * sizeof(double));
	for (p = 0; p < n; p++)
	{
		vectors[p * n + p] = 1.0;
		trace += fabs(a[p * n + p]);
	}
	for (sweep = 0; sweep < MAX_SWEEPS && !is_done; sweep++)
	{
		is_done = true;
		for (p = 0; p < n; p++)
		{
			if (stop_requested(stop))
				return KERNEL_STOPPED;
			for (q = p + 1; q < n; q++)
			{
				if (!(fabs(a[p * n + q]) > NO_MORE * trace))
					continue;
				annihilate(a, vectors, n, p, q);
				is_done = false;
			}
		}
	}
	return KERNEL_OK;
}

Status
sandwich_block_adjust(CovarianceType type, int32_t n_lists, const double *root, const double *gram,
					  double *work, const StopCheck *stop, double *scores, double *most)
{
	int32_t n = n_lists + 1;
	double *matrix = work;
	double *vectors = matrix + n * n;
	double *product = vectors + n * n; /* n_lists x n, then n_lists */
	double *inner = product + n_lists * n;
	double *turned = inner + n;
	Status status;
	int32_t k;

	multiply(gram, root, n_lists, n_lists, n, product);
	multiply_transposed(root, product, n_lists, n, n, matrix);
	status = diagonalise(matrix, vectors, n, stop);
	if (status != KERNEL_OK)
		return status;
	/* L'Q s is the product's transpose times s, as Q is symmetric. */
	multiply_transposed(product, scores, n_lists, n, 1, inner);
	multiply(vectors, inner, n, n, 1, turned);
	*most = 0.0;
	for (k = 0; k < n; k++)
	{
		double rest = 1.0 - matrix[k * n + k];
		double r = sqrt(fmax(rest, 0.0));

		*most = fmax(*most, matrix[k * n + k]);
		turned[k] /= type == COVARIANCE_HC2 ? r * (1.0 + r) : rest;
	}
	multiply_transposed(vectors, turned, n, n, 1, inner);
	multiply(root, inner, n_lists, n, 1, product);
	for (k = 0; k < n_lists; k++)
		scores[k] += product[k];
	return KERNEL_OK;
}
