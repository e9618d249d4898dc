/*
 * column_simd.c: column sums, compiled twice.
 *
 * Compensated summation: the rounding error of every addition is added up
 * beside it, so that the total of n rows is right to about n^2 2^-106 of the sum
 * of magnitudes (Ogita, Rump, Oishi, "Accurate sum and dot product", SIAM J.
 * Sci. Comput. 26(6), 2005, algorithms 4.4 and 5.3).
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "kernel/dataset/column_simd.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "kernel/base/cpu.h"

#define INLINE static inline __attribute__((always_inline))
#define LANES 4

typedef double Vector __attribute__((vector_size(LANES * sizeof(double)), aligned(8), may_alias));
typedef int64_t Bits __attribute__((vector_size(LANES * sizeof(int64_t)), aligned(8), may_alias));

#define AT(pointer) (*(const Vector *) (pointer))
#define AT_MUTABLE(pointer) (*(Vector *) (pointer))

/* sum + rest += value. */
INLINE void
add_exactly(double *sum, double *rest, double value)
{
	double next = *sum + value;
	double part = next - *sum;

	*rest += (*sum - (next - part)) + (value - part);
	*sum = next;
}

/* The same of vectors; no vector is passed by value, since that would depend on the instruction set. */
INLINE void
add_vector(Vector *sum, Vector *rest, const Vector *value)
{
	Vector next = *sum + *value;
	Vector part = next - *sum;

	*rest += (*sum - (next - part)) + (*value - part);
	*sum = next;
}

/* A row of weight 1. */
INLINE void
add_row(ColumnSums *sums, int32_t lane, double value)
{
	bool is_present = value == value;

	add_exactly(&sums->sum[lane], &sums->sum_rest[lane], is_present ? value : 0.0);
	sums->present[lane] += is_present;
	sums->missing[lane] += !is_present;
}

/* Rows of weight 1: their sums stay in registers, and are counted together, which is exact in any lane. */
INLINE void
add_rows(ColumnSums *sums, const double *column, int32_t n)
{
	Vector sum[COLUMN_LANES / LANES];
	Vector rest[COLUMN_LANES / LANES];
	Bits present = {0, 0, 0, 0}; /* less 1 for each */
	double count;
	int32_t i;
	int32_t k;

	for (k = 0; k < COLUMN_LANES / LANES; k++)
	{
		sum[k] = AT(sums->sum + k * LANES);
		rest[k] = AT(sums->sum_rest + k * LANES);
	}
	for (i = 0; i + COLUMN_LANES <= n; i += COLUMN_LANES)
	{
		for (k = 0; k < COLUMN_LANES / LANES; k++)
		{
			Vector value = AT(column + i + k * LANES);
			Bits is_present = (Bits) (value <= INFINITY);

			present += is_present;
			value = (Vector) ((Bits) value & is_present);
			add_vector(&sum[k], &rest[k], &value);
		}
	}
	for (k = 0; k < COLUMN_LANES / LANES; k++)
	{
		AT_MUTABLE(sums->sum + k * LANES) = sum[k];
		AT_MUTABLE(sums->sum_rest + k * LANES) = rest[k];
	}
	count = (double) -(present[0] + present[1] + present[2] + present[3]);
	sums->present[0] += count;
	sums->missing[0] += i - count;
	for (k = 0; i + k < n; k++)
		add_row(sums, k, column[i + k]);
}

INLINE void
add_weighted_row(ColumnSums *sums, int32_t lane, double value, double weight)
{
	bool is_present = value == value;
	double x = is_present ? value : 0.0;
	double here = is_present ? weight : 0.0;
	double product = here * x;

	sums->sum_rest[lane] += fma(here, x, -product);
	add_exactly(&sums->sum[lane], &sums->sum_rest[lane], product);
	add_exactly(&sums->present[lane], &sums->present_rest[lane], here);
	add_exactly(&sums->missing[lane], &sums->missing_rest[lane], weight - here);
}

INLINE void
add_weighted_rows(ColumnSums *restrict sums, const double *restrict column,
				  const double *restrict weight, int32_t n)
{
	int32_t i;
	int32_t lane;

	for (i = 0; i + COLUMN_LANES <= n; i += COLUMN_LANES)
	{
		for (lane = 0; lane < COLUMN_LANES; lane++)
			add_weighted_row(sums, lane, column[i + lane], weight[i + lane]);
	}
	for (lane = 0; i + lane < n; lane++)
		add_weighted_row(sums, lane, column[i + lane], weight[i + lane]);
}

INLINE void
add_column(ColumnSums *sums, const double *column, const double *weight, int32_t n)
{
	if (weight != NULL)
		add_weighted_rows(sums, column, weight, n);
	else
		add_rows(sums, column, n);
}

/* One vector's part of column_spread(). */
INLINE void
spread_vector(const double *column, const double *weight, double mean, Vector *squares,
			  Vector *largest)
{
	Vector away = AT(column) - mean;
	Bits larger;

	/* A comparison is all ones where it holds: 0 for a missing value. */
	away = (Vector) ((Bits) away & (Bits) (away <= INFINITY));
	away *= away;
	larger = (Bits) (away > *largest);
	*largest = (Vector) (((Bits) away & larger) | ((Bits) *largest & ~larger));
	if (weight != NULL)
		away *= AT(weight);
	*squares += away;
}

INLINE void
spread(const double *column, const double *weight, int32_t n, double mean, double *square,
	   double *most)
{
	Vector squares[2] = {{0.0}, {0.0}};
	Vector largest[2] = {{0.0}, {0.0}};
	double last[2][2 * LANES];
	int32_t i;
	int32_t k;

	for (i = 0; i + 2 * LANES <= n; i += 2 * LANES)
	{
		for (k = 0; k < 2; k++)
			spread_vector(column + i + k * LANES, weight != NULL ? weight + i + k * LANES : NULL,
						  mean, &squares[k], &largest[k]);
	}
	for (k = 0; k < 2 * LANES; k++)
	{
		last[0][k] = i + k < n ? column[i + k] : NAN;
		last[1][k] = i + k < n && weight != NULL ? weight[i + k] : 1.0;
	}
	for (k = 0; k < 2; k++)
		spread_vector(last[0] + k * LANES, last[1] + k * LANES, mean, &squares[k], &largest[k]);
	for (k = 0; k < LANES; k++)
	{
		*square += squares[0][k] + squares[1][k];
		*most = fmax(*most, sqrt(fmax(largest[0][k], largest[1][k])));
	}
}

INLINE void
subtract(double *restrict to, const double *restrict from, double factor, int32_t n)
{
	int32_t i;

	for (i = 0; i < n; i++)
		to[i] -= factor * from[i];
}

INLINE void
subtract_heads(double *restrict to, const DoubleDouble *restrict from, double factor, int32_t n)
{
	int32_t i;

	for (i = 0; i < n; i++)
		to[i] -= factor * from[i].hi;
}

INLINE void
subtract_pairs(DoubleDouble *restrict to, const DoubleDouble *restrict from, double factor,
			   int32_t n)
{
	int32_t i;

	for (i = 0; i < n; i++)
		to[i] = dd_subtract(to[i], dd_multiply_double(from[i], factor));
}

static void
subtract_pairs_portable(DoubleDouble *to, const DoubleDouble *from, double factor, int32_t n)
{
	subtract_pairs(to, from, factor, n);
}

static void
subtract_heads_portable(double *to, const DoubleDouble *from, double factor, int32_t n)
{
	subtract_heads(to, from, factor, n);
}

static void
subtract_portable(double *to, const double *from, double factor, int32_t n)
{
	subtract(to, from, factor, n);
}

static void
add_column_portable(ColumnSums *sums, const double *column, const double *weight, int32_t n)
{
	add_column(sums, column, weight, n);
}

static void
spread_portable(const double *column, const double *weight, int32_t n, double mean, double *square,
				double *most)
{
	spread(column, weight, n, mean, square, most);
}

#if defined(__x86_64__)

#define WIDE __attribute__((target("avx2,fma")))

WIDE static void
add_column_wide(ColumnSums *sums, const double *column, const double *weight, int32_t n)
{
	add_column(sums, column, weight, n);
}

WIDE static void
spread_wide(const double *column, const double *weight, int32_t n, double mean, double *square,
			double *most)
{
	spread(column, weight, n, mean, square, most);
}

WIDE static void
subtract_wide(double *to, const double *from, double factor, int32_t n)
{
	subtract(to, from, factor, n);
}

WIDE static void
subtract_heads_wide(double *to, const DoubleDouble *from, double factor, int32_t n)
{
	subtract_heads(to, from, factor, n);
}

WIDE static void
subtract_pairs_wide(DoubleDouble *to, const DoubleDouble *from, double factor, int32_t n)
{
	subtract_pairs(to, from, factor, n);
}

#else

#define subtract_pairs_wide subtract_pairs_portable
#define subtract_heads_wide subtract_heads_portable
#define subtract_wide subtract_portable
#define add_column_wide add_column_portable
#define spread_wide spread_portable

#endif

void
column_sums(ColumnSums *sums, const double *column, const double *weight, int32_t n)
{
	if (cpu_has_avx2())
		add_column_wide(sums, column, weight, n);
	else
		add_column_portable(sums, column, weight, n);
}

DoubleDouble
column_total(const double *sum, const double *rest)
{
	DoubleDouble total = dd_from(0.0);
	int32_t lane;

	for (lane = 0; lane < COLUMN_LANES; lane++)
		total = dd_add_double(dd_add_double(total, sum[lane]), rest[lane]);
	return total;
}

double
column_mean(const ColumnSums *sums)
{
	DoubleDouble present = column_total(sums->present, sums->present_rest);

	return present.hi > 0.0 ? dd_divide(column_total(sums->sum, sums->sum_rest), present).hi : 0.0;
}

void
column_spread(const double *column, const double *weight, int32_t n, double mean, double *square,
			  double *most)
{
	if (cpu_has_avx2())
		spread_wide(column, weight, n, mean, square, most);
	else
		spread_portable(column, weight, n, mean, square, most);
}

void
column_subtract(double *to, const double *from, double factor, int32_t n)
{
	if (cpu_has_avx2())
		subtract_wide(to, from, factor, n);
	else
		subtract_portable(to, from, factor, n);
}

void
column_subtract_heads(double *to, const DoubleDouble *from, double factor, int32_t n)
{
	if (cpu_has_avx2())
		subtract_heads_wide(to, from, factor, n);
	else
		subtract_heads_portable(to, from, factor, n);
}

void
column_subtract_pairs(DoubleDouble *to, const DoubleDouble *from, double factor, int32_t n)
{
	if (cpu_has_avx2())
		subtract_pairs_wide(to, from, factor, n);
	else
		subtract_pairs_portable(to, from, factor, n);
}
