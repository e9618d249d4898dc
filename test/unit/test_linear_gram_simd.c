/*
 * test_linear_gram_simd.c: the block update against sums one product at a time, with and without AVX2.
 */
#include "kernel/linear/gram_simd.h"

#include "kernel/base/double_double.h"
#include "unit.h"

#define MOST_ENTRIES 136 /* three panels, the last a small one */

static uint64_t random_state;

/* Uniform in [-1, 1), all 53 bits in use. */
static double
random_unit(void)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double) (int64_t) (random_state & ~UINT64_C(2047)) / 9223372036854775808.0;
}

/* A block of rows; column j is about 10^(j mod 7 - 3) and every fifth entry 0. */
static void
make_block(double *rows, double *weights, int32_t n_rows, int32_t n, bool weighted)
{
	int32_t stride = gram_stride(n);
	int32_t k;
	int32_t j;

	memset(rows, 0, (size_t) (n_rows * stride) * sizeof(double));
	for (k = 0; k < n_rows; k++)
	{
		weights[k] = weighted ? 1.5 + random_unit() : 1.0;
		for (j = 0; j < n; j++)
			rows[k * stride + j] = (k + j) % 5 == 0 ? 0.0 : random_unit() * pow(10.0, j % 7 - 3);
	}
}

/* Twenty blocks of n entries: the relative error against the columns' norms, and equal bits. */
static void
check_width(int32_t n, bool weighted)
{
	static double hi[MOST_ENTRIES * MOST_ENTRIES];
	static double lo[MOST_ENTRIES * MOST_ENTRIES];
	static double portable_hi[MOST_ENTRIES * MOST_ENTRIES];
	static double portable_lo[MOST_ENTRIES * MOST_ENTRIES];
	static DoubleDouble expected[MOST_ENTRIES * MOST_ENTRIES];
	double rows[GRAM_ROWS * MOST_ENTRIES];
	double weights[GRAM_ROWS];
	int32_t stride = gram_stride(n);
	size_t size = (size_t) (stride * stride);
	double worst = 0.0;
	int block;
	int32_t i;
	int32_t j;
	int32_t k;

	memset(hi, 0, size * sizeof(double));
	memset(lo, 0, size * sizeof(double));
	memset(portable_hi, 0, size * sizeof(double));
	memset(portable_lo, 0, size * sizeof(double));
	memset(expected, 0, size * sizeof(DoubleDouble));
	for (block = 0; block < 20; block++)
	{
		int32_t n_rows = block % 3 == 0 ? 1 + block % GRAM_ROWS : GRAM_ROWS;

		make_block(rows, weights, n_rows, n, weighted);
		gram_add(hi, lo, rows, weights, n_rows, n);
		gram_add_portable(portable_hi, portable_lo, rows, weights, n_rows, n);
		for (k = 0; k < n_rows; k++)
			for (i = 0; i < n; i++)
				for (j = i; j < n; j++)
					expected[i * stride + j] =
						dd_add(expected[i * stride + j],
							   dd_multiply_double(
								   dd_two_product(rows[k * stride + i], rows[k * stride + j]),
								   weights[k]));
	}
	CHECK(memcmp(hi, portable_hi, size * sizeof(double)) == 0);
	CHECK(memcmp(lo, portable_lo, size * sizeof(double)) == 0);
	for (i = 0; i < n; i++)
	{
		for (j = i; j < n; j++)
		{
			DoubleDouble sum = dd_two_sum(hi[i * stride + j], lo[i * stride + j]);
			double norm = sqrt(expected[i * stride + i].hi * expected[j * stride + j].hi);
			double error = fabs(dd_subtract(sum, expected[i * stride + j]).hi);

			worst = fmax(worst, norm > 0.0 ? error / norm : error);
		}
	}
	CHECK(worst < 1e-29);
}

static void
blocks_sum_to_29_digits(void)
{
	static const int32_t widths[] = {1, 3, 4, 7, 22, 66, 68, 69, 128, MOST_ENTRIES};
	size_t i;

	random_state = 1;
	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
	{
		check_width(widths[i], false);
		check_width(widths[i], true);
	}
}

/* An outlier in one column and another in a second one, in different rows. */
static void
outliers_cost_what_is_stated(void)
{
	double rows[GRAM_ROWS * 4] = {0.0};
	double weights[GRAM_ROWS];
	double hi[16] = {0.0};
	double lo[16] = {0.0};
	DoubleDouble expected = {0.0, 0.0};
	int k;

	random_state = 2;
	for (k = 0; k < GRAM_ROWS; k++)
	{
		rows[4 * k] = k == 1 ? 1e8 : random_unit();
		rows[4 * k + 1] = k == 5 ? 1e8 : random_unit();
		weights[k] = 1.0;
		expected = dd_add(expected, dd_two_product(rows[4 * k], rows[4 * k + 1]));
	}
	gram_add(hi, lo, rows, weights, GRAM_ROWS, 2);
	CHECK_NEAR(dd_subtract(dd_two_sum(hi[1], lo[1]), expected).hi, 0.0, 1e16 * ldexp(1.0, -91));
}

static void
row_sums_are_exact(void)
{
	const double z[8] = {0.1, 1e17, -3.0, 1e-9, 0.7, 0.3, 5.0, -0.0};
	static const double weights[] = {0.1, 1.0};
	const int32_t rows[] = {3, 1};
	int w;
	int k;

	for (w = 0; w < 2; w++)
	{
		double hi[4 * 8] = {0.0};
		double lo[4 * 8] = {0.0};

		for (k = 0; k < 10; k++)
			gram_add_to_rows(hi, lo, rows, 2, z, weights[w], 8);
		for (k = 0; k < 32; k++)
		{
			DoubleDouble expected =
				dd_multiply_double(dd_two_product(weights[w], z[k % 8]), k / 8 % 2 ? 10.0 : 0.0);

			CHECK_NEAR(dd_subtract(dd_two_sum(hi[k], lo[k]), expected).hi, 0.0,
					   1e-30 * fabs(z[k % 8]));
		}
	}
}

static void
copies_replace_nan(void)
{
	double from[11];
	double to[12];
	int32_t missing[14];
	int32_t n;
	int32_t bits;
	int32_t j;

	for (n = 0; n <= 11; n++)
	{
		for (bits = 0; bits < 1 << n; bits++)
		{
			int32_t found = 0;

			for (j = 0; j < n; j++)
				from[j] = bits >> j & 1 ? NAN : j + 0.5;
			to[n] = -1.0;
			CHECK(gram_copy_row(to, from, n, missing) == __builtin_popcount((unsigned) bits));
			for (j = 0; j < n; j++)
			{
				CHECK(to[j] == (bits >> j & 1 ? 0.0 : from[j]));
				CHECK((bits >> j & 1) == 0 || missing[found++] == j);
			}
			CHECK(to[n] == -1.0);
			to[0] = -1.0;
			CHECK(gram_clean_row(to, from, n) == (uint64_t) bits);
			for (j = 0; j < n; j++)
				CHECK(to[j] == (bits >> j & 1 ? 0.0 : from[j]));
			CHECK(to[n] == -1.0);
		}
	}
}

/* Sums of sets of rows, to rows in another order, and the rows that two sets share. */
static void
sets_of_rows_are_summed(void)
{
	static const int32_t widths[] = {2, 8, 24, 28, 68};
	static const uint32_t sets[] = {0, 1, UINT32_MAX, 0x80000001, 0x0ff0f0f5};
	static const int32_t to[] = {-1, 3, 0, 2, 1};
	double rows[GRAM_ROWS * GRAM_WIDTH];
	double weights[GRAM_ROWS];
	int64_t counts[10] = {0};
	size_t w;
	int32_t i;
	int32_t j;
	int32_t k;

	random_state = 4;
	for (w = 0; w < sizeof(widths) / sizeof(widths[0]); w++)
	{
		int32_t stride = gram_stride(widths[w]);
		double hi[4 * GRAM_WIDTH] = {0.0};
		double lo[4 * GRAM_WIDTH] = {0.0};

		make_block(rows, weights, GRAM_ROWS, widths[w], false);
		gram_add_sets(hi, lo, to, sets, 5, rows, GRAM_ROWS, stride);
		gram_add_sets(hi, lo, to, sets, 5, rows, GRAM_ROWS, stride);
		for (i = 1; i < 5; i++)
		{
			for (j = 0; j < stride; j++)
			{
				DoubleDouble expected = dd_from(0.0);
				int32_t place = to[i] * stride + j;

				for (k = 0; k < GRAM_ROWS; k++)
					expected =
						dd_add_double(expected, sets[i] >> k & 1 ? rows[k * stride + j] : 0.0);
				expected = dd_multiply_double(expected, 2.0);
				CHECK_NEAR(dd_subtract(dd_two_sum(hi[place], lo[place]), expected).hi, 0.0,
						   ldexp(pow(10.0, j % 7 - 3), -88));
			}
		}
	}
	gram_count_pairs(counts, sets, 5);
	gram_count_pairs(counts, sets, 5);
	for (j = 1; j < 5; j++)
		for (i = 0; i < j; i++)
			CHECK(counts[j * (j - 1) / 2 + i] == 2 * __builtin_popcount(sets[i] & sets[j]));
}

static void
product_is_a_product(void)
{
	static const int32_t sizes[] = {4, 8, 12, 68, 76};
	static double strips[37 * 76];
	static double hi[76 * 76];
	static double lo[76 * 76];
	size_t s;
	int32_t i;
	int32_t j;
	int32_t k;

	random_state = 3;
	for (i = 0; i < 37 * 76; i++)
		strips[i] = random_unit();
	for (s = 0; s < 5; s++)
	{
		int32_t n = sizes[s];

		memset(hi, 0, sizeof(hi));
		memset(lo, 0, sizeof(lo));
		gram_add_product(hi, lo, strips, 37, n);
		gram_add_product(hi, lo, strips, 37, n);
		for (i = 0; i < n; i++)
		{
			for (j = i; j < n; j++)
			{
				double sum = 0.0;

				for (k = 0; k < 37; k++)
					sum +=
						strips[(i / 4 * 37 + k) * 4 + i % 4] * strips[(j / 4 * 37 + k) * 4 + j % 4];
				CHECK_NEAR(hi[i * n + j] + lo[i * n + j], 2.0 * sum, 1e-14);
			}
		}
	}
}

UNIT_MAIN(UNIT_CASE(blocks_sum_to_29_digits), UNIT_CASE(outliers_cost_what_is_stated),
		  UNIT_CASE(row_sums_are_exact), UNIT_CASE(copies_replace_nan),
		  UNIT_CASE(sets_of_rows_are_summed), UNIT_CASE(product_is_a_product))
