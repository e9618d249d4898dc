/*
 * symmetric_template.h: the bodies behind symmetric.h; no guard, included once for each instruction set.
 *
 * Before including, define:
 *	 NAME(f)		the function's name
 *	 REAL			the number type
 *	 FROM(d)		REAL from double
 *	 VALUE(x)		double from REAL
 *	 MINUS_PRODUCT(s, x, y)		s - x * y
 *	 QUOTIENT(x, y), ROOT(x)
 *	 LINKAGE		of the three functions
 * All are undefined at the end.
 */

/* s - sum over k < n of x[k] y[k]. */
static REAL
NAME(reduce)(REAL s, const REAL *x, const REAL *y, int32_t n)
{
	int32_t k;

	for (k = 0; k < n; k++)
		s = MINUS_PRODUCT(s, x[k], y[k]);
	return s;
}

/* Four of them at once with one y: four independent chains keep the processor busy. */
static void
NAME(reduce_four)(REAL *s, const REAL *x, size_t stride, const REAL *y, int32_t n)
{
	REAL s0 = s[0];
	REAL s1 = s[stride];
	REAL s2 = s[2 * stride];
	REAL s3 = s[3 * stride];
	int32_t k;

	for (k = 0; k < n; k++)
	{
		s0 = MINUS_PRODUCT(s0, x[k], y[k]);
		s1 = MINUS_PRODUCT(s1, x[stride + (size_t) k], y[k]);
		s2 = MINUS_PRODUCT(s2, x[2 * stride + (size_t) k], y[k]);
		s3 = MINUS_PRODUCT(s3, x[3 * stride + (size_t) k], y[k]);
	}
	s[0] = s0;
	s[stride] = s1;
	s[2 * stride] = s2;
	s[3 * stride] = s3;
}

/* Column j of L below its diagonal, which is finished. */
static void
NAME(finish_column)(REAL *a, size_t n, size_t j)
{
	REAL root = a[j * n + j];
	size_t i;

	for (i = j + 1; i + 4 <= n; i += 4)
		NAME(reduce_four)(a + i * n + j, a + i * n, n, a + j * n, (int32_t) j);
	for (; i < n; i++)
		a[i * n + j] = NAME(reduce)(a[i * n + j], a + i * n, a + j * n, (int32_t) j);
	for (i = j + 1; i < n; i++)
	{
		REAL *row = a + i * n;

		row[j] = QUOTIENT(row[j], root);
		row[i] = MINUS_PRODUCT(row[i], row[j], row[j]);
	}
}

/* Exchanges rows and columns j < m of the lower triangle, and the finished parts of L. */
static void
NAME(exchange)(REAL *a, int32_t p, int32_t j, int32_t m)
{
	size_t n = (size_t) p;
	size_t u = (size_t) j;
	size_t v = (size_t) m;
	size_t k;
	REAL kept;

#define SWAP(x, y) (kept = (x), (x) = (y), (y) = kept)
	for (k = 0; k < u; k++)
		SWAP(a[u * n + k], a[v * n + k]);
	SWAP(a[u * n + u], a[v * n + v]);
	for (k = u + 1; k < v; k++)
		SWAP(a[k * n + u], a[v * n + k]);
	for (k = v + 1; k < n; k++)
		SWAP(a[k * n + u], a[k * n + v]);
#undef SWAP
}

LINKAGE Status
NAME(factor)(REAL *a, int32_t p, const double *tolerance, int32_t *pivot, int32_t *rank,
			 const StopCheck *stop)
{
	size_t n = (size_t) p;
	int32_t j;
	int32_t i;

	for (j = 0; j < p; j++)
		pivot[j] = j;
	for (j = 0; j < p; j++)
	{
		int32_t best = -1;
		double most = 0.0;

		/* The diagonal from j on already lacks the finished columns. */
		for (i = j; i < p; i++)
		{
			double left = VALUE(a[(size_t) i * n + (size_t) i]);

			if (left > tolerance[pivot[i]] && left > most)
			{
				best = i;
				most = left;
			}
		}
		if (best < 0)
			break;
		if (best != j)
		{
			int32_t kept = pivot[j];

			NAME(exchange)(a, p, j, best);
			pivot[j] = pivot[best];
			pivot[best] = kept;
		}
		if (stop_requested(stop))
			return KERNEL_STOPPED;
		a[(size_t) j * n + (size_t) j] = ROOT(a[(size_t) j * n + (size_t) j]);
		NAME(finish_column)(a, n, (size_t) j);
	}
	*rank = j;
	return KERNEL_OK;
}

/* x = L^-1 x for the leading rank x rank triangle of l, stride p; entries before `first` are 0. */
static void
NAME(forward)(const REAL *l, int32_t p, int32_t rank, int32_t first, REAL *x)
{
	int32_t i;

	for (i = first; i < rank; i++)
	{
		const REAL *row = l + (size_t) i * (size_t) p;

		x[i] = QUOTIENT(NAME(reduce)(x[i], row + first, x + first, i - first), row[i]);
	}
}

/* x = L'^-1 x. */
static void
NAME(backward)(const REAL *l, int32_t p, int32_t rank, REAL *x)
{
	int32_t i;
	int32_t k;

	for (i = rank - 1; i >= 0; i--)
	{
		const REAL *row = l + (size_t) i * (size_t) p;

		x[i] = QUOTIENT(x[i], row[i]);
		for (k = 0; k < i; k++)
			x[k] = MINUS_PRODUCT(x[k], row[k], x[i]);
	}
}

/* The Cholesky factor of L'L (rank x rank), for rank < p. */
static Status
NAME(small_factor)(const REAL *l, int32_t p, int32_t rank, const Allocator *allocator, REAL **small)
{
	size_t r = (size_t) rank;
	REAL *g = memory_allocate(allocator, r * r, sizeof(REAL));
	int32_t i;
	int32_t j;
	int32_t k;

	if (g == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < rank; i++)
	{
		for (j = 0; j <= i; j++)
		{
			REAL sum = FROM(0.0);

			for (k = i; k < p; k++)
				sum = MINUS_PRODUCT(sum, l[(size_t) k * (size_t) p + (size_t) i],
									l[(size_t) k * (size_t) p + (size_t) j]);
			/* MINUS_PRODUCT accumulated the negative. */
			g[(size_t) i * r + (size_t) j] = MINUS_PRODUCT(FROM(0.0), sum, FROM(1.0));
		}
	}
	for (i = 0; i < rank; i++)
	{
		for (j = 0; j <= i; j++)
		{
			REAL sum = NAME(reduce)(g[(size_t) i * r + (size_t) j], g + (size_t) i * r,
									g + (size_t) j * r, j);

			g[(size_t) i * r + (size_t) j] =
				i == j ? ROOT(sum) : QUOTIENT(sum, g[(size_t) j * r + (size_t) j]);
		}
	}
	*small = g;
	return KERNEL_OK;
}

/*
 * Are the rows past the rank all zero (constant columns), so that the leading
 * block stands for itself?  True for full rank too.
 */
static bool
NAME(is_block)(const REAL *l, int32_t p, int32_t rank)
{
	int32_t i;
	int32_t k;

	for (i = rank; i < p; i++)
	{
		for (k = 0; k < rank; k++)
		{
			if (VALUE(l[(size_t) i * (size_t) p + (size_t) k]) != 0.0)
				return false;
		}
	}
	return true;
}

LINKAGE Status
NAME(solve)(const REAL *l, int32_t p, int32_t rank, const int32_t *pivot,
			const Allocator *allocator, const REAL *b, REAL *x)
{
	size_t n = (size_t) p;
	REAL *y = memory_allocate(allocator, n, sizeof(REAL));
	REAL *small = NULL;
	bool is_block = NAME(is_block)(l, p, rank);
	Status status = y != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	int32_t i;
	int32_t k;

	if (status == KERNEL_OK && !is_block)
		status = NAME(small_factor)(l, p, rank, allocator, &small);
	if (status == KERNEL_OK && is_block)
	{
		for (i = 0; i < rank; i++)
			y[i] = b[pivot[i]];
		NAME(forward)(l, p, rank, 0, y);
		NAME(backward)(l, p, rank, y);
		for (i = 0; i < p; i++)
			x[pivot[i]] = i < rank ? y[i] : FROM(0.0);
	}
	else if (status == KERNEL_OK)
	{
		for (k = 0; k < rank; k++)
		{
			y[k] = FROM(0.0);
			for (i = k; i < p; i++)
				y[k] = MINUS_PRODUCT(y[k], l[(size_t) i * n + (size_t) k], b[pivot[i]]);
		}
		for (i = 0; i < 2; i++)
		{
			NAME(forward)(small, rank, rank, 0, y);
			NAME(backward)(small, rank, rank, y);
		}
		for (i = 0; i < p; i++)
		{
			/* y holds the negative. */
			REAL sum = NAME(reduce)(FROM(0.0), l + (size_t) i * n, y, i < rank ? i + 1 : rank);

			x[pivot[i]] = sum;
		}
	}
	memory_release(allocator, small, (size_t) rank * (size_t) rank, sizeof(REAL));
	memory_release(allocator, y, n, sizeof(REAL));
	return status;
}

/* Squared norm of the first n entries. */
static double
NAME(square)(const REAL *x, int32_t n)
{
	REAL sum = FROM(0.0);

	sum = NAME(reduce)(sum, x, x, n);
	return -VALUE(sum);
}

LINKAGE Status
NAME(inverse_diagonal)(const REAL *l, int32_t p, int32_t rank, const int32_t *pivot,
					   const Allocator *allocator, const StopCheck *stop, double *diagonal,
					   double *identified)
{
	size_t n = (size_t) p;
	REAL *y = memory_allocate(allocator, n, sizeof(REAL));
	REAL *small = NULL;
	bool is_block = NAME(is_block)(l, p, rank);
	Status status = y != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	int32_t i;
	int32_t k;

	if (status == KERNEL_OK && !is_block)
		status = NAME(small_factor)(l, p, rank, allocator, &small);
	for (i = 0; i < p && status == KERNEL_OK; i++)
	{
		if (stop_requested(stop))
			status = KERNEL_STOPPED;
		for (k = 0; k < p; k++)
			y[k] = FROM(0.0);
		if (is_block)
		{
			/* Column i of the inverse has squared norm of L^-1 e_i as its diagonal entry. */
			y[i] = FROM(i < rank ? 1.0 : 0.0);
			NAME(forward)(l, p, rank, i, y);
			identified[pivot[i]] = i < rank ? 1.0 : 0.0;
		}
		else
		{
			for (k = 0; k < rank && k <= i; k++)
				y[k] = l[(size_t) i * n + (size_t) k];
			NAME(forward)(small, rank, rank, 0, y);
			identified[pivot[i]] = NAME(square)(y, rank);
			NAME(backward)(small, rank, rank, y);
		}
		diagonal[pivot[i]] = NAME(square)(y, rank);
	}
	memory_release(allocator, small, (size_t) rank * (size_t) rank, sizeof(REAL));
	memory_release(allocator, y, n, sizeof(REAL));
	return status;
}

#undef NAME
#undef REAL
#undef FROM
#undef VALUE
#undef MINUS_PRODUCT
#undef QUOTIENT
#undef ROOT
#undef LINKAGE
