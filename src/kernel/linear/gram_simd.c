/*
 * gram_simd.c: the block update of a double-double Gram matrix.
 *
 * Within a block each entry is summed around a bias B: with T a bound on every
 * partial sum, S starts at B = 3 T, a power of two times 1.5, and stays in
 * [2 T, 4 T], one binade.  So S is never smaller than a product a b, and the
 * rounding error of S' = S + a b is a b - (S' - S), which two operations give:
 *     S' = fma(a, b, S);  e = fma(a, b, -(S' - S));  C += e
 * four operations a product, where a product and a sum without a bias take
 * ten.  At the end S - B is exact.  (The sum is algorithm 5.3 of Ogita, Rump,
 * Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26(6), 2005; the
 * bias makes its two-sum Dekker's fast one.)
 */
#include "kernel/linear/gram_simd.h"

#include <math.h>
#include <string.h>

#include "kernel/base/cpu.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* The block as the kernels read it. */
typedef struct Block
{
	const double *left;		/* weighted rows, n_rows x stride */
	const double *left_low; /* what the weighted rows leave out; NULL for unit weights */
	const double *right;	/* the rows */
	int32_t n_rows;
	int32_t stride;		 /* of the rows */
	int32_t left_width;	 /* entries of a row, at most `stride` */
	int32_t right_width; /* the same */
	int32_t pitch;		 /* row length of the sums */
	bool
		is_diagonal; /* both sides are the same entries: what is left of the diagonal is left out */
	double
		left_bound[GRAM_WIDTH]; /* 3 GRAM_ROWS times a power of two above the column's magnitude */
	double right_bound[GRAM_WIDTH]; /* a power of two above it */
} Block;

#define EXPONENT UINT64_C(0x7ff0000000000000)
#define SET_VECTORS 6 /* whose sums and errors AVX2 keeps in registers */

/* Twice the power of two in x >= 0: 0 for 0. */
static double
power_above(double x)
{
	uint64_t bits;
	double power;

	memcpy(&bits, &x, sizeof(bits));
	bits &= EXPONENT;
	memcpy(&power, &bits, sizeof(power));
	return 2.0 * power;
}

/* Each column's bound. */
static void
set_bounds_portable(double *bound, const double *rows, int32_t n_rows, int32_t stride)
{
	int32_t k;
	int32_t j;

	for (j = 0; j < stride; j++)
	{
		double largest = 0.0;

		for (k = 0; k < n_rows; k++)
			largest = fmax(largest, fabs(rows[k * stride + j]));
		bound[j] = power_above(largest);
	}
}

/* The weighted rows as left + left_low. */
static void
weigh_rows_portable(double *left, double *left_low, const double *rows, const double *weights,
					int32_t n_rows, int32_t stride)
{
	int32_t k;
	int32_t j;

	for (k = 0; k < n_rows; k++)
	{
		for (j = k * stride; j < (k + 1) * stride; j++)
		{
			left[j] = weights[k] * rows[j];
			left_low[j] = fma(weights[k], rows[j], -left[j]);
		}
	}
}

/* Adds S - B and C of one entry to its sum. */
static inline void
add_entry(double *hi, double *lo, double block_sum, double block_error)
{
	double sum = *hi + block_sum;
	double part = sum - *hi;
	double rest = *lo + (((*hi - (sum - part)) + (block_sum - part)) + block_error);

	*hi = sum + rest;
	*lo = rest - (*hi - sum);
}

static void
add_block_portable(double *hi, double *lo, const Block *block)
{
	int32_t stride = block->stride;
	int32_t i;
	int32_t j;
	int32_t k;

	for (i = 0; i < block->left_width; i++)
	{
		for (j = block->is_diagonal ? i & ~3 : 0; j < block->right_width; j++)
		{
			double bias = block->left_bound[i] * block->right_bound[j];
			double sum = bias;
			double error = 0.0;

			for (k = 0; k < block->n_rows; k++)
			{
				double a = block->left[k * stride + i];
				double b = block->right[k * stride + j];
				double next = fma(a, b, sum);
				double rest = fma(a, b, -(next - sum));

				if (block->left_low != NULL)
					rest = fma(block->left_low[k * stride + i], b, rest);
				error += rest;
				sum = next;
			}
			add_entry(&hi[(int64_t) i * block->pitch + j], &lo[(int64_t) i * block->pitch + j],
					  sum - bias, error);
		}
	}
}

static void
add_row_portable(double *hi, double *lo, const double *z, double weight, int32_t n)
{
	int32_t j;

	for (j = 0; j < n; j++)
	{
		double product = weight * z[j];

		add_entry(&hi[j], &lo[j], product, fma(weight, z[j], -product));
	}
}

static void
add_to_rows_portable(double *hi, double *lo, const int32_t *rows, int32_t n_rows, const double *z,
					 double weight, int32_t n)
{
	int32_t i;

	for (i = 0; i < n_rows; i++)
		add_row_portable(hi + (int64_t) rows[i] * n, lo + (int64_t) rows[i] * n, z, weight, n);
}

/* Entries first .. n - 1; n_missing: places that `missing` has already.  Returns how many then. */
static int32_t
copy_rest(double *to, const double *from, int32_t first, int32_t n, int32_t *missing,
		  int32_t n_missing)
{
	int32_t j;

	/* Without a branch: what is missing is hard to predict. */
	for (j = first; j < n; j++)
	{
		bool is_missing = from[j] != from[j];

		to[j] = is_missing ? 0.0 : from[j];
		missing[n_missing] = j;
		n_missing += is_missing;
	}
	return n_missing;
}

static int32_t
copy_row_portable(double *to, const double *from, int32_t n, int32_t *missing)
{
	return copy_rest(to, from, 0, n, missing, 0);
}

static uint64_t
clean_row_portable(double *to, const double *from, int32_t n)
{
	uint64_t missing = 0;
	int32_t j;

	for (j = 0; j < n; j++)
	{
		uint64_t is_missing = from[j] != from[j];

		to[j] = is_missing ? 0.0 : from[j];
		missing |= is_missing << j;
	}
	return missing;
}

/* Rows of the block, each in the set when its bit is 1, summed around a bias as products are. */
static void
add_set_portable(double *hi, double *lo, uint32_t set, const double *rows, const double *bound,
				 int32_t stride)
{
	int32_t j;

	for (j = 0; j < stride; j++)
	{
		double bias = 3.0 * GRAM_ROWS * bound[j];
		double sum = bias;
		double error = 0.0;
		uint32_t left;

		for (left = set; left != 0; left &= left - 1)
		{
			double value = rows[__builtin_ctz(left) * stride + j];
			double next = sum + value;

			error += value - (next - sum);
			sum = next;
		}
		add_entry(&hi[j], &lo[j], sum - bias, error);
	}
}

static void
count_pairs_portable(int64_t *counts, const uint32_t *sets, int32_t n)
{
	int32_t i;
	int32_t j;

	for (j = 1; j < n; j++)
	{
		for (i = 0; i < j; i++)
			*counts++ += __builtin_popcount(sets[i] & sets[j]);
	}
}

static void
add_product_portable(double *hi, double *lo, const double *strips, int32_t n_rows, int32_t n)
{
	int32_t i;
	int32_t j;
	int32_t k;

	for (i = 0; i < n; i++)
	{
		const double *left = strips + (int64_t) (i / 4) * n_rows * 4 + i % 4;

		for (j = i & ~3; j < n; j++)
		{
			const double *right = strips + (int64_t) (j / 4) * n_rows * 4 + j % 4;
			double sum = 0.0;

			for (k = 0; k < n_rows; k++)
				sum += left[4 * k] * right[4 * k];
			add_entry(&hi[(int64_t) i * n + j], &lo[(int64_t) i * n + j], sum, 0.0);
		}
	}
}

#if defined(__x86_64__)

#define AVX2 __attribute__((target("avx2,fma,popcnt")))

/* add_entry of four entries. */
AVX2 static inline void
add_entries_avx2(double *hi, double *lo, __m256d block_sum, __m256d block_error)
{
	__m256d old = _mm256_loadu_pd(hi);
	__m256d sum = _mm256_add_pd(old, block_sum);
	__m256d part = _mm256_sub_pd(sum, old);
	__m256d rest =
		_mm256_add_pd(_mm256_sub_pd(old, _mm256_sub_pd(sum, part)), _mm256_sub_pd(block_sum, part));

	rest = _mm256_add_pd(_mm256_loadu_pd(lo), _mm256_add_pd(rest, block_error));
	part = _mm256_add_pd(sum, rest);
	_mm256_storeu_pd(hi, part);
	_mm256_storeu_pd(lo, _mm256_sub_pd(rest, _mm256_sub_pd(part, sum)));
}

/* One product of four entries: sum and error are brought up to date. */
#define STEP(sum, error, a, b) \
	do \
	{ \
		__m256d next = _mm256_fmadd_pd(a, b, sum); \
		__m256d gain = _mm256_sub_pd(next, sum); \
		error = _mm256_add_pd(error, _mm256_fmsub_pd(a, b, gain)); \
		sum = next; \
	} while (0)

/* The same with a_low, what the weighted a leaves out. */
#define STEP_WEIGHTED(sum, error, a, a_low, b) \
	do \
	{ \
		__m256d next = _mm256_fmadd_pd(a, b, sum); \
		__m256d gain = _mm256_sub_pd(next, sum); \
		error = _mm256_add_pd(error, _mm256_fmadd_pd(a_low, b, _mm256_fmsub_pd(a, b, gain))); \
		sum = next; \
	} while (0)

/* Entries i .. i+3, j .. j+3; n_rows: the block's, a constant where it is known. */
AVX2 static inline __attribute__((always_inline)) void
add_tile_avx2(double *hi, double *lo, const Block *block, int32_t n_rows, int32_t i, int32_t j)
{
	int32_t stride = block->stride;
	int32_t pitch = block->pitch;
	const double *left = block->left + i;
	const double *right = block->right + j;
	__m256d bound = _mm256_loadu_pd(block->right_bound + j);
	__m256d bias0 = _mm256_mul_pd(_mm256_set1_pd(block->left_bound[i]), bound);
	__m256d bias1 = _mm256_mul_pd(_mm256_set1_pd(block->left_bound[i + 1]), bound);
	__m256d bias2 = _mm256_mul_pd(_mm256_set1_pd(block->left_bound[i + 2]), bound);
	__m256d bias3 = _mm256_mul_pd(_mm256_set1_pd(block->left_bound[i + 3]), bound);
	__m256d sum0 = bias0;
	__m256d sum1 = bias1;
	__m256d sum2 = bias2;
	__m256d sum3 = bias3;
	__m256d error0 = _mm256_setzero_pd();
	__m256d error1 = error0;
	__m256d error2 = error0;
	__m256d error3 = error0;
	int32_t k;

	if (block->left_low == NULL)
	{
#pragma GCC unroll 8
		for (k = 0; k < n_rows; k++, left += stride, right += stride)
		{
			__m256d b = _mm256_loadu_pd(right);

			STEP(sum0, error0, _mm256_broadcast_sd(left), b);
			STEP(sum1, error1, _mm256_broadcast_sd(left + 1), b);
			STEP(sum2, error2, _mm256_broadcast_sd(left + 2), b);
			STEP(sum3, error3, _mm256_broadcast_sd(left + 3), b);
		}
	}
	else
	{
		const double *low = block->left_low + i;

		for (k = 0; k < n_rows; k++, left += stride, low += stride, right += stride)
		{
			__m256d b = _mm256_loadu_pd(right);

			STEP_WEIGHTED(sum0, error0, _mm256_broadcast_sd(left), _mm256_broadcast_sd(low), b);
			STEP_WEIGHTED(sum1, error1, _mm256_broadcast_sd(left + 1), _mm256_broadcast_sd(low + 1),
						  b);
			STEP_WEIGHTED(sum2, error2, _mm256_broadcast_sd(left + 2), _mm256_broadcast_sd(low + 2),
						  b);
			STEP_WEIGHTED(sum3, error3, _mm256_broadcast_sd(left + 3), _mm256_broadcast_sd(low + 3),
						  b);
		}
	}
	hi += (int64_t) i * pitch + j;
	lo += (int64_t) i * pitch + j;
	add_entries_avx2(hi, lo, _mm256_sub_pd(sum0, bias0), error0);
	add_entries_avx2(hi + pitch, lo + pitch, _mm256_sub_pd(sum1, bias1), error1);
	hi += 2 * (int64_t) pitch;
	lo += 2 * (int64_t) pitch;
	add_entries_avx2(hi, lo, _mm256_sub_pd(sum2, bias2), error2);
	add_entries_avx2(hi + pitch, lo + pitch, _mm256_sub_pd(sum3, bias3), error3);
}

AVX2 static void
add_block_avx2(double *hi, double *lo, const Block *block)
{
	int32_t i;
	int32_t j;

	if (block->n_rows == GRAM_ROWS)
	{
		for (i = 0; i < block->left_width; i += 4)
			for (j = block->is_diagonal ? i : 0; j < block->right_width; j += 4)
				add_tile_avx2(hi, lo, block, GRAM_ROWS, i, j);
		return;
	}
	for (i = 0; i < block->left_width; i += 4)
	{
		for (j = block->is_diagonal ? i : 0; j < block->right_width; j += 4)
			add_tile_avx2(hi, lo, block, block->n_rows, i, j);
	}
}

AVX2 static void
set_bounds_avx2(double *bound, const double *rows, int32_t n_rows, int32_t stride)
{
	__m256d sign = _mm256_set1_pd(-0.0);
	__m256d exponent = _mm256_castsi256_pd(_mm256_set1_epi64x((long long) EXPONENT));
	__m256d two = _mm256_set1_pd(2.0);
	int32_t j;
	int32_t k;

	for (j = 0; j < stride; j += 4)
	{
		__m256d largest = _mm256_setzero_pd();

		for (k = 0; k < n_rows; k++)
			largest = _mm256_max_pd(largest,
									_mm256_andnot_pd(sign, _mm256_loadu_pd(rows + k * stride + j)));
		_mm256_storeu_pd(bound + j, _mm256_mul_pd(two, _mm256_and_pd(largest, exponent)));
	}
}

AVX2 static void
weigh_rows_avx2(double *left, double *left_low, const double *rows, const double *weights,
				int32_t n_rows, int32_t stride)
{
	int32_t j;
	int32_t k;

	for (k = 0; k < n_rows; k++)
	{
		__m256d weight = _mm256_set1_pd(weights[k]);

		for (j = k * stride; j < (k + 1) * stride; j += 4)
		{
			__m256d value = _mm256_loadu_pd(rows + j);
			__m256d product = _mm256_mul_pd(weight, value);

			_mm256_storeu_pd(left + j, product);
			_mm256_storeu_pd(left_low + j, _mm256_fmsub_pd(weight, value, product));
		}
	}
}

AVX2 static inline void
add_row_avx2(double *hi, double *lo, const double *z, double weight, int32_t n)
{
	__m256d factor = _mm256_set1_pd(weight);
	int32_t j;

	for (j = 0; j < n && weight == 1.0; j += 4)
		add_entries_avx2(hi + j, lo + j, _mm256_loadu_pd(z + j), _mm256_setzero_pd());
	for (; j < n; j += 4)
	{
		__m256d value = _mm256_loadu_pd(z + j);
		__m256d product = _mm256_mul_pd(factor, value);

		add_entries_avx2(hi + j, lo + j, product, _mm256_fmsub_pd(factor, value, product));
	}
}

AVX2 static void
add_to_rows_avx2(double *hi, double *lo, const int32_t *rows, int32_t n_rows, const double *z,
				 double weight, int32_t n)
{
	int32_t i;

	for (i = 0; i < n_rows; i++)
		add_row_avx2(hi + (int64_t) rows[i] * n, lo + (int64_t) rows[i] * n, z, weight, n);
}

/* The places of the bits in a number of four bits, ascending. */
static const int32_t places[16][4] = {
	{0, 0, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}, {2, 0, 0, 0}, {0, 2, 0, 0},
	{1, 2, 0, 0}, {0, 1, 2, 0}, {3, 0, 0, 0}, {0, 3, 0, 0}, {1, 3, 0, 0}, {0, 1, 3, 0},
	{2, 3, 0, 0}, {0, 2, 3, 0}, {1, 2, 3, 0}, {0, 1, 2, 3},
};

/* The places of the NaNs among n entries, a multiple of four; returns how many. */
AVX2 static int32_t
find_missing_avx2(const double *from, int32_t n, int32_t *missing)
{
	int32_t n_missing = 0;
	int32_t j;

	for (j = 0; j < n; j += 4)
	{
		__m256d value = _mm256_loadu_pd(from + j);
		int mask = _mm256_movemask_pd(_mm256_cmp_pd(value, value, _CMP_UNORD_Q));
		__m128i found = _mm_loadu_si128((const __m128i *) places[mask]);

		_mm_storeu_si128((__m128i *) (missing + n_missing),
						 _mm_add_epi32(found, _mm_set1_epi32(j)));
		n_missing += _mm_popcnt_u32((uint32_t) mask);
	}
	return n_missing;
}

AVX2 static int32_t
copy_row_avx2(double *to, const double *from, int32_t n, int32_t *missing)
{
	__m256d absent = _mm256_setzero_pd();
	int32_t n_missing = 0;
	int32_t j;

	for (j = 0; j + 4 <= n; j += 4)
	{
		__m256d value = _mm256_loadu_pd(from + j);
		__m256d is_absent = _mm256_cmp_pd(value, value, _CMP_UNORD_Q);

		absent = _mm256_or_pd(absent, is_absent);
		_mm256_storeu_pd(to + j, _mm256_andnot_pd(is_absent, value));
	}
	if (_mm256_movemask_pd(absent) != 0)
		n_missing = find_missing_avx2(from, j, missing);
	return copy_rest(to, from, j, n, missing, n_missing);
}

AVX2 static uint64_t
clean_row_avx2(double *to, const double *from, int32_t n)
{
	uint64_t missing = 0;
	int32_t j;

	for (j = 0; j + 4 <= n; j += 4)
	{
		__m256d value = _mm256_loadu_pd(from + j);
		__m256d is_missing = _mm256_cmp_pd(value, value, _CMP_UNORD_Q);

		missing |= (uint64_t) _mm256_movemask_pd(is_missing) << j;
		_mm256_storeu_pd(to + j, _mm256_andnot_pd(is_missing, value));
	}
	if (j < n)
		missing |= clean_row_portable(to + j, from + j, n - j) << j;
	return missing;
}

/* Four times n_vectors columns of add_set: a constant, so that all sums stay in registers. */
AVX2 static inline __attribute__((always_inline)) void
add_set_columns_avx2(double *hi, double *lo, uint32_t set, const double *rows, const double *bound,
					 int32_t stride, int32_t n_vectors)
{
	__m256d factor = _mm256_set1_pd(3.0 * GRAM_ROWS);
	__m256d sum[SET_VECTORS];
	__m256d error[SET_VECTORS];
	int32_t v;

#pragma GCC unroll 6
	for (v = 0; v < n_vectors; v++)
	{
		sum[v] = _mm256_mul_pd(factor, _mm256_loadu_pd(bound + 4 * v));
		error[v] = _mm256_setzero_pd();
	}
	for (; set != 0; set &= set - 1)
	{
		const double *row = rows + __builtin_ctz(set) * stride;

#pragma GCC unroll 6
		for (v = 0; v < n_vectors; v++)
		{
			__m256d value = _mm256_loadu_pd(row + 4 * v);
			__m256d next = _mm256_add_pd(sum[v], value);

			error[v] = _mm256_add_pd(error[v], _mm256_sub_pd(value, _mm256_sub_pd(next, sum[v])));
			sum[v] = next;
		}
	}
#pragma GCC unroll 6
	for (v = 0; v < n_vectors; v++)
	{
		__m256d bias = _mm256_mul_pd(factor, _mm256_loadu_pd(bound + 4 * v));

		add_entries_avx2(hi + 4 * v, lo + 4 * v, _mm256_sub_pd(sum[v], bias), error[v]);
	}
}

AVX2 static void
add_set_avx2(double *hi, double *lo, uint32_t set, const double *rows, const double *bound,
			 int32_t stride)
{
	int32_t j;

	for (j = 0; j + 4 * SET_VECTORS <= stride; j += 4 * SET_VECTORS)
		add_set_columns_avx2(hi + j, lo + j, set, rows + j, bound + j, stride, SET_VECTORS);
	for (; j < stride; j += 4)
		add_set_columns_avx2(hi + j, lo + j, set, rows + j, bound + j, stride, 1);
}

AVX2 static void
count_pairs_avx2(int64_t *counts, const uint32_t *sets, int32_t n)
{
	int32_t i;
	int32_t j;

	for (j = 1; j < n; j++)
	{
		for (i = 0; i < j; i++)
			*counts++ += _mm_popcnt_u32(sets[i] & sets[j]);
	}
}

/* Adds the products of a strip with two strips, the second after the first: a tile of 4 x 8. */
AVX2 static inline void
add_wide_tile_avx2(double *hi, double *lo, const double *left, const double *right, int32_t n_rows,
				   int32_t n)
{
	const double *second = right + 4 * (int64_t) n_rows;
	__m256d zero = _mm256_setzero_pd();
	__m256d sum00 = zero;
	__m256d sum01 = zero;
	__m256d sum10 = zero;
	__m256d sum11 = zero;
	__m256d sum20 = zero;
	__m256d sum21 = zero;
	__m256d sum30 = zero;
	__m256d sum31 = zero;
	int32_t k;

	for (k = 0; k < n_rows; k++, left += 4, right += 4, second += 4)
	{
		__m256d b0 = _mm256_loadu_pd(right);
		__m256d b1 = _mm256_loadu_pd(second);
		__m256d a = _mm256_broadcast_sd(left);

		sum00 = _mm256_fmadd_pd(a, b0, sum00);
		sum01 = _mm256_fmadd_pd(a, b1, sum01);
		a = _mm256_broadcast_sd(left + 1);
		sum10 = _mm256_fmadd_pd(a, b0, sum10);
		sum11 = _mm256_fmadd_pd(a, b1, sum11);
		a = _mm256_broadcast_sd(left + 2);
		sum20 = _mm256_fmadd_pd(a, b0, sum20);
		sum21 = _mm256_fmadd_pd(a, b1, sum21);
		a = _mm256_broadcast_sd(left + 3);
		sum30 = _mm256_fmadd_pd(a, b0, sum30);
		sum31 = _mm256_fmadd_pd(a, b1, sum31);
	}
	add_entries_avx2(hi, lo, sum00, zero);
	add_entries_avx2(hi + 4, lo + 4, sum01, zero);
	add_entries_avx2(hi + n, lo + n, sum10, zero);
	add_entries_avx2(hi + n + 4, lo + n + 4, sum11, zero);
	hi += 2 * (int64_t) n;
	lo += 2 * (int64_t) n;
	add_entries_avx2(hi, lo, sum20, zero);
	add_entries_avx2(hi + 4, lo + 4, sum21, zero);
	add_entries_avx2(hi + n, lo + n, sum30, zero);
	add_entries_avx2(hi + n + 4, lo + n + 4, sum31, zero);
}

/* The same with one strip: a tile of 4 x 4. */
AVX2 static inline void
add_last_tile_avx2(double *hi, double *lo, const double *left, const double *right, int32_t n_rows,
				   int32_t n)
{
	__m256d zero = _mm256_setzero_pd();
	__m256d sum0 = zero;
	__m256d sum1 = zero;
	__m256d sum2 = zero;
	__m256d sum3 = zero;
	int32_t k;

	for (k = 0; k < n_rows; k++, left += 4, right += 4)
	{
		__m256d b = _mm256_loadu_pd(right);

		sum0 = _mm256_fmadd_pd(_mm256_broadcast_sd(left), b, sum0);
		sum1 = _mm256_fmadd_pd(_mm256_broadcast_sd(left + 1), b, sum1);
		sum2 = _mm256_fmadd_pd(_mm256_broadcast_sd(left + 2), b, sum2);
		sum3 = _mm256_fmadd_pd(_mm256_broadcast_sd(left + 3), b, sum3);
	}
	add_entries_avx2(hi, lo, sum0, zero);
	add_entries_avx2(hi + n, lo + n, sum1, zero);
	add_entries_avx2(hi + 2 * (int64_t) n, lo + 2 * (int64_t) n, sum2, zero);
	add_entries_avx2(hi + 3 * (int64_t) n, lo + 3 * (int64_t) n, sum3, zero);
}

AVX2 static void
add_product_avx2(double *hi, double *lo, const double *strips, int32_t n_rows, int32_t n)
{
	int32_t i;
	int32_t j;

	for (i = 0; i < n; i += 4)
	{
		const double *left = strips + (int64_t) i * n_rows;
		int64_t row = (int64_t) i * n;

		for (j = i; j + 8 <= n; j += 8)
			add_wide_tile_avx2(hi + row + j, lo + row + j, left, strips + (int64_t) j * n_rows,
							   n_rows, n);
		if (j < n)
			add_last_tile_avx2(hi + row + j, lo + row + j, left, strips + (int64_t) j * n_rows,
							   n_rows, n);
	}
}

#else

#define add_block_avx2 add_block_portable
#define set_bounds_avx2 set_bounds_portable
#define weigh_rows_avx2 weigh_rows_portable
#define add_to_rows_avx2 add_to_rows_portable
#define copy_row_avx2 copy_row_portable
#define clean_row_avx2 clean_row_portable
#define add_set_avx2 add_set_portable
#define count_pairs_avx2 count_pairs_portable
#define add_product_avx2 add_product_portable

#endif

/* What adds a block: one of the two sets of functions above. */
typedef struct Kernel
{
	void (*weigh)(double *left, double *left_low, const double *rows, const double *weights,
				  int32_t n_rows, int32_t stride);
	void (*set_bounds)(double *bound, const double *rows, int32_t n_rows, int32_t stride);
	void (*add)(double *hi, double *lo, const Block *block);
} Kernel;

static const Kernel portable = {weigh_rows_portable, set_bounds_portable, add_block_portable};
static const Kernel avx2 = {weigh_rows_avx2, set_bounds_avx2, add_block_avx2};

/* Adds the products of two panels, the same where right is left; weights: NULL where all are 1. */
static void
add_panels(const Kernel *kernel, double *hi, double *lo, Block *block, const double *left,
		   const double *right, const double *weights)
{
	double weighted[GRAM_ROWS * GRAM_WIDTH];
	double weighted_low[GRAM_ROWS * GRAM_WIDTH];
	int32_t j;

	block->left = weights == NULL ? left : weighted;
	block->left_low = weights == NULL ? NULL : weighted_low;
	block->right = right;
	block->is_diagonal = left == right;
	if (weights != NULL)
		kernel->weigh(weighted, weighted_low, left, weights, block->n_rows, block->stride);
	kernel->set_bounds(block->right_bound, right, block->n_rows, block->stride);
	if (weights != NULL || left != right)
		kernel->set_bounds(block->left_bound, block->left, block->n_rows, block->stride);
	else
		memcpy(block->left_bound, block->right_bound, sizeof(block->left_bound));
	for (j = 0; j < block->left_width; j++)
		block->left_bound[j] *= 3.0 * GRAM_ROWS;
	kernel->add(hi, lo, block);
}

/* The entries of the rows from `first` on, zero past `stride` of them; returns how many there are. */
static int32_t
copy_panel(double *panel, const double *rows, int32_t n_rows, int32_t stride, int32_t first)
{
	int32_t width = stride - first < GRAM_PANEL ? stride - first : GRAM_PANEL;
	int32_t k;

	for (k = 0; k < n_rows; k++)
	{
		memcpy(panel + k * GRAM_PANEL, rows + (int64_t) k * stride + first,
			   (size_t) width * sizeof(double));
		memset(panel + k * GRAM_PANEL + width, 0, (size_t) (GRAM_PANEL - width) * sizeof(double));
	}
	return width;
}

/* Rows of more than GRAM_WIDTH entries, by pairs of panels, which stay in the caches. */
static void
add_wide_rows(const Kernel *kernel, double *hi, double *lo, Block *block, const double *rows,
			  const double *weights)
{
	double left[GRAM_ROWS * GRAM_PANEL];
	double right[GRAM_ROWS * GRAM_PANEL];
	int32_t i;
	int32_t j;

	block->stride = GRAM_PANEL;
	for (i = 0; i < block->pitch; i += GRAM_PANEL)
	{
		block->left_width = copy_panel(left, rows, block->n_rows, block->pitch, i);
		for (j = i; j < block->pitch; j += GRAM_PANEL)
		{
			int64_t place = (int64_t) i * block->pitch + j;

			block->right_width = j == i ? block->left_width :
										  copy_panel(right, rows, block->n_rows, block->pitch, j);
			add_panels(kernel, hi + place, lo + place, block, left, j == i ? left : right, weights);
		}
	}
}

static void
add_rows(const Kernel *kernel, double *hi, double *lo, const double *rows, const double *weights,
		 int32_t n_rows, int32_t n)
{
	int32_t stride = gram_stride(n);
	Block block = {.n_rows = n_rows,
				   .stride = stride,
				   .left_width = stride,
				   .right_width = stride,
				   .pitch = stride};
	bool is_unit = true;
	int32_t k;

	for (k = 0; k < n_rows; k++)
		is_unit &= weights[k] == 1.0;
	if (stride > GRAM_WIDTH)
		add_wide_rows(kernel, hi, lo, &block, rows, is_unit ? NULL : weights);
	else
		add_panels(kernel, hi, lo, &block, rows, rows, is_unit ? NULL : weights);
}

void
gram_add_portable(double *hi, double *lo, const double *rows, const double *weights, int32_t n_rows,
				  int32_t n)
{
	add_rows(&portable, hi, lo, rows, weights, n_rows, n);
}

void
gram_add(double *hi, double *lo, const double *rows, const double *weights, int32_t n_rows,
		 int32_t n)
{
	add_rows(cpu_has_avx2() ? &avx2 : &portable, hi, lo, rows, weights, n_rows, n);
}

void
gram_add_to_rows(double *hi, double *lo, const int32_t *rows, int32_t n_rows, const double *z,
				 double weight, int32_t n)
{
	if (cpu_has_avx2())
		add_to_rows_avx2(hi, lo, rows, n_rows, z, weight, n);
	else
		add_to_rows_portable(hi, lo, rows, n_rows, z, weight, n);
}

int32_t
gram_copy_row(double *to, const double *from, int32_t n, int32_t *missing)
{
	return cpu_has_avx2() ? copy_row_avx2(to, from, n, missing) :
							copy_row_portable(to, from, n, missing);
}

uint64_t
gram_clean_row(double *to, const double *from, int32_t n)
{
	return cpu_has_avx2() ? clean_row_avx2(to, from, n) : clean_row_portable(to, from, n);
}

void
gram_add_sets(double *hi, double *lo, const int32_t *to, const uint32_t *sets, int32_t n_sets,
			  const double *rows, int32_t n_rows, int32_t stride)
{
	bool is_wide = cpu_has_avx2();
	double bound[GRAM_WIDTH];
	int32_t i;

	if (is_wide)
		set_bounds_avx2(bound, rows, n_rows, stride);
	else
		set_bounds_portable(bound, rows, n_rows, stride);
	for (i = 0; i < n_sets; i++)
	{
		int64_t place = (int64_t) to[i] * stride;

		if (sets[i] == 0)
			continue;
		if (is_wide)
			add_set_avx2(hi + place, lo + place, sets[i], rows, bound, stride);
		else
			add_set_portable(hi + place, lo + place, sets[i], rows, bound, stride);
	}
}

void
gram_count_pairs(int64_t *counts, const uint32_t *sets, int32_t n)
{
	if (cpu_has_avx2())
		count_pairs_avx2(counts, sets, n);
	else
		count_pairs_portable(counts, sets, n);
}

void
gram_add_product(double *hi, double *lo, const double *strips, int32_t n_rows, int32_t n)
{
	if (cpu_has_avx2())
		add_product_avx2(hi, lo, strips, n_rows, n);
	else
		add_product_portable(hi, lo, strips, n_rows, n);
}
