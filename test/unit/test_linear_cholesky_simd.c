/*
 * test_linear_cholesky_simd.c: factors, solutions, null vectors and inverses against their definitions.
 *
 * The file itself is included, so that the baseline twin runs on every processor.
 */
#include "kernel/linear/cholesky_simd.c"

#include "unit.h"

#define MOST 330
#define TOLERANCE 1e-11

static double matrix[MOST * MOST];
static double wide[MOST * MOST];
static double portable[MOST * MOST];

static double
entry(size_t p, size_t i, size_t j)
{
	return i > j ? matrix[i * p + j] : matrix[j * p + i];
}

/*
 * Gram matrix of p columns of pseudo-random signs plus a ridge, with unit diagonal; every
 * `dependent`-th column but the first two is half the sum of the two before it, rescaled.
 */
static void
make(size_t p, size_t dependent)
{
	size_t i;
	size_t j;
	uint64_t state = p;

	for (i = 0; i < p; i++)
	{
		for (j = 0; j < i; j++)
		{
			state = state * 6364136223846793005u + 1442695040888963407u;
			matrix[i * p + j] = (double) (int64_t) state * 0x1p-63 / (double) p;
		}
		matrix[i * p + i] = 1.0;
	}
	for (i = 2; dependent > 0 && i < p; i++)
	{
		double length;

		if (i % dependent != 0)
			continue;
		length = sqrt(2.0 + 2.0 * entry(p, i - 1, i - 2));
		for (j = 0; j < p; j++)
		{
			if (j != i)
				matrix[(i > j ? i : j) * p + (i > j ? j : i)] =
					(entry(p, i - 1, j) + entry(p, i - 2, j)) / length;
		}
	}
}

static void
factor_twice(size_t p, int32_t expected_rank)
{
	int32_t rank = -1;
	int32_t portable_rank = -1;
	size_t i;
	size_t j;
	size_t k;

	memcpy(wide, matrix, p * p * sizeof(double));
	memcpy(portable, matrix, p * p * sizeof(double));
	CHECK(cholesky_factor(wide, (int32_t) p, TOLERANCE, &rank, NULL) == KERNEL_OK);
	CHECK(factor_portable(portable, p, TOLERANCE, &portable_rank, NULL) == KERNEL_OK);
	CHECK(rank == expected_rank && portable_rank == expected_rank);
	for (i = 0; i < p; i++)
	{
		for (j = 0; j <= i; j++)
		{
			double sums[2] = {0.0, 0.0};

			for (k = 0; k <= j; k++)
			{
				sums[0] += wide[i * p + k] * wide[j * p + k];
				sums[1] += portable[i * p + k] * portable[j * p + k];
			}
			CHECK_NEAR(sums[0], matrix[i * p + j], 1e-13);
			CHECK_NEAR(sums[1], matrix[i * p + j], 1e-13);
		}
	}
}

static const size_t sizes[] = {1, 2, 3, 5, 21, 63, 64, 65, 130, 200, 330};

#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

static void
regular_systems(void)
{
	double x[MOST];
	double diagonal[MOST];
	size_t s;
	size_t i;
	size_t j;
	size_t k;

	for (s = 0; s < SIZES; s++)
	{
		size_t p = sizes[s];

		make(p, 0);
		factor_twice(p, (int32_t) p);
		CHECK(cholesky_inverse_diagonal(wide, (int32_t) p, &unit_allocator, NULL, diagonal) ==
			  KERNEL_OK);
		for (k = 0; k<p; k += p> 7 ? 7 : 1)
		{
			/* A x = e_k, and x_k is on the diagonal of the inverse. */
			for (i = 0; i < p; i++)
				x[i] = i == k;
			cholesky_solve(wide, (int32_t) p, x);
			for (i = 0; i < p; i++)
			{
				double sum = 0.0;

				for (j = 0; j < p; j++)
					sum += entry(p, i, j) * x[j];
				CHECK_NEAR(sum, i == k, 1e-13);
			}
			CHECK_CLOSE(diagonal[k], x[k], 1e-13);
			for (i = 0; i < p; i++)
				x[i] = i == k;
			forward_portable(portable, p, x);
			backward_portable(portable, p, p, x);
			CHECK_CLOSE(diagonal[k], x[k], 1e-13);
		}
	}
}

static void
dependent_columns(void)
{
	double x[MOST];
	double diagonal[MOST];
	size_t p = 200;
	int32_t n_dependent = 0;
	size_t i;
	size_t j;
	size_t k;

	make(p, 9);
	for (k = 9; k < p; k += 9)
		n_dependent++;
	factor_twice(p, (int32_t) p - n_dependent);
	CHECK(cholesky_inverse_diagonal(wide, (int32_t) p, &unit_allocator, NULL, diagonal) ==
		  KERNEL_OK);
	for (k = 1; k < p; k++)
	{
		if (k % 9 != 0)
		{
			CHECK(wide[k * p + k] > 0.0 && diagonal[k] >= 1.0);
			continue;
		}
		CHECK(wide[k * p + k] == 0.0 && isnan(diagonal[k]));
		cholesky_null_vector(wide, (int32_t) p, (int32_t) k, x);
		CHECK(x[k] == 1.0);
		for (i = 0; i < p; i++)
		{
			double sum = 0.0;

			for (j = 0; j < p; j++)
				sum += entry(p, i, j) * x[j];
			CHECK_NEAR(sum, 0.0, 1e-12);
			CHECK(i % 9 != 0 || i == k || i == 0 || x[i] == 0.0);
		}
	}
	/* A right-hand side in the range: A times ones. */
	for (i = 0; i < p; i++)
	{
		x[i] = 0.0;
		for (j = 0; j < p; j++)
			x[i] += entry(p, i, j);
	}
	memcpy(diagonal, x, sizeof(diagonal));
	cholesky_solve(wide, (int32_t) p, x);
	for (i = 0; i < p; i++)
	{
		double sum = 0.0;

		for (j = 0; j < p; j++)
			sum += entry(p, i, j) * x[j];
		CHECK_NEAR(sum, diagonal[i], 1e-11);
		CHECK(i == 0 || i % 9 != 0 || x[i] == 0.0);
	}
}

static bool
always(void *context)
{
	(void) context;
	return true;
}

static void
stops_and_refuses(void)
{
	static const StopCheck stop = {always, NULL, NULL};
	double diagonal[MOST];
	int32_t rank;

	make(100, 0);
	CHECK(cholesky_factor(matrix, 100, TOLERANCE, &rank, &stop) == KERNEL_STOPPED);
	CHECK(cholesky_inverse_diagonal(matrix, 100, &unit_allocator, &stop, diagonal) ==
		  KERNEL_STOPPED);
	unit_allocator_fail_after(0);
	CHECK(cholesky_inverse_diagonal(matrix, 100, &unit_allocator, NULL, diagonal) ==
		  KERNEL_OUT_OF_MEMORY);
	CHECK(cholesky_factor(matrix, 0, TOLERANCE, &rank, NULL) == KERNEL_OK && rank == 0);
}

UNIT_MAIN(UNIT_CASE(regular_systems), UNIT_CASE(dependent_columns), UNIT_CASE(stops_and_refuses))
