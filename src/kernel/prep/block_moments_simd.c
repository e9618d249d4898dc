/*
 * block_moments_simd.c: four columns at a time, compiled twice.
 *
 * The sums of one column wait for each other, an addition behind the next; those of four stand in one
 * vector.  Each lane does what the scalar sums of moments.h do, in the same order.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "kernel/prep/block_moments_simd.h"

#include <string.h>

#include "kernel/base/cpu.h"

#define INLINE static inline __attribute__((always_inline))
#define LANES 4

typedef double Vector __attribute__((vector_size(LANES * sizeof(double)), aligned(8), may_alias));

#define AT(pointer) (*(const Vector *) (pointer))

/* total_add() of four totals. */
INLINE void
add_exactly(Vector *sum, Vector *rest, const Vector *value)
{
	Vector next = *sum + *value;
	Vector part = next - *sum;

	*rest += (*sum - (next - part)) + (*value - part);
	*sum = next;
}

INLINE void
sum_lanes(const double *numbers, size_t stride, uint32_t n_rows, Variance *moments,
		  uint32_t n_lanes)
{
	Vector first = AT(numbers);
	Vector sums[3] = {
		{0.0}, {0.0}, {0.0}}; /* of the values, their distances and the squares of these */
	Vector rests[3] = {{0.0}, {0.0}, {0.0}};
	uint32_t i;

	for (i = 0; i < n_rows; i++, numbers += stride)
	{
		Vector value = AT(numbers);
		Vector distance = value - first;
		Vector square = distance * distance;

		add_exactly(&sums[0], &rests[0], &value);
		add_exactly(&sums[1], &rests[1], &distance);
		add_exactly(&sums[2], &rests[2], &square);
	}
	for (i = 0; i < n_lanes; i++)
	{
		double sum = total_value((DoubleDouble){sums[1][i], rests[1][i]});
		DoubleDouble m2 = {sums[2][i], rests[2][i]};

		total_add(&m2, -(sum * sum / (double) n_rows));
		if (m2.hi + m2.lo < 0.0)
			m2 = dd_from(0.0);
		moments[i].n = n_rows;
		moments[i].total = (DoubleDouble){sums[0][i], rests[0][i]};
		moments[i].m2 = m2;
	}
}

INLINE void
sum_columns(const double *numbers, size_t stride, uint32_t n_rows, uint32_t n_columns,
			Variance *moments)
{
	double last[BLOCK_ROWS * LANES];
	uint32_t left;
	uint32_t i;

	for (; n_columns >= LANES; n_columns -= LANES)
	{
		sum_lanes(numbers, stride, n_rows, moments, LANES);
		numbers += LANES;
		moments += LANES;
	}
	if (n_columns == 0)
		return;
	memset(last, 0, sizeof(double) * LANES * n_rows);
	for (i = 0; i < n_rows; i++)
	{
		for (left = 0; left < n_columns; left++)
			last[i * LANES + left] = numbers[i * stride + left];
	}
	sum_lanes(last, LANES, n_rows, moments, n_columns);
}

void
block_moments_portable(const double *numbers, size_t stride, uint32_t n_rows, uint32_t n_columns,
					   Variance *moments)
{
	sum_columns(numbers, stride, n_rows, n_columns, moments);
}

#if defined(__x86_64__)

/* Without fused multiply-add: the same bits as the baseline. */
__attribute__((target("avx2"))) static void
block_moments_wide(const double *numbers, size_t stride, uint32_t n_rows, uint32_t n_columns,
				   Variance *moments)
{
	sum_columns(numbers, stride, n_rows, n_columns, moments);
}

#else

#define block_moments_wide block_moments_portable

#endif

void
block_moments(const double *numbers, size_t stride, uint32_t n_rows, uint32_t n_columns,
			  Variance *moments)
{
	if (cpu_has_avx2())
		block_moments_wide(numbers, stride, n_rows, n_columns, moments);
	else
		block_moments_portable(numbers, stride, n_rows, n_columns, moments);
}
