/*
 * test_window_ewm.c: exponentially weighted means and deviations against pandas and mpmath.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/window/ewm.h"

#include "../golden/window_time.h"

#define N_SHORT (sizeof(short_x) / sizeof(short_x[0]))

static EwmRow
row_of(double x)
{
	return (EwmRow){.x = x, .is_missing = isnan(x)};
}

/* Undefined is NaN, as pandas has it. */
static double
mean_of(const Ewm *ewm)
{
	double result = NAN;

	(void) ewm_mean(ewm, &result);
	return result;
}

static double
deviation_of(const Ewm *ewm)
{
	double result = NAN;

	(void) ewm_deviation(ewm, &result);
	return result;
}

/* A growing frame, by append alone, by prepend alone, and merged from three parts, the last two first. */
static void
agrees_with_pandas(void)
{
	size_t a;
	size_t i;
	size_t j;

	for (a = 0; a < 3; a++)
	{
		DoubleDouble q = ewm_factor(ewm_alphas[a]);
		Ewm ewm;

		ewm_clear(&ewm);
		for (i = 0; i < N_SHORT; i++)
		{
			double mean = ewm_means[a * N_SHORT + i];
			double deviation = ewm_deviations[a * N_SHORT + i];
			Ewm backward;
			Ewm parts[3];

			ewm_append(&ewm, row_of(short_x[i]), q);
			CHECK_NEAR(mean_of(&ewm), mean, 1e-12 * 150.0);
			CHECK_NEAR(deviation_of(&ewm), deviation, 1e-11 * 150.0);
			ewm_clear(&backward);
			for (j = i + 1; j-- > 0;)
				ewm_prepend(&backward, row_of(short_x[j]), q);
			CHECK_NEAR(mean_of(&backward), mean, 1e-12 * 150.0);
			CHECK_NEAR(deviation_of(&backward), deviation, 1e-11 * 150.0);
			for (j = 0; j < 3; j++)
				ewm_clear(&parts[j]);
			for (j = 0; j <= i; j++)
				ewm_append(&parts[3 * j / (i + 1)], row_of(short_x[j]), q);
			ewm_merge(&parts[1], &parts[2]);
			ewm_merge(&parts[0], &parts[1]);
			CHECK_NEAR(mean_of(&parts[0]), mean, 1e-12 * 150.0);
			CHECK_NEAR(deviation_of(&parts[0]), deviation, 1e-11 * 150.0);
		}
	}
}

/* Near 1e9 with unit spread, in a moving frame: what pandas and a naive sum lose. */
static void
agrees_with_mpmath(void)
{
	EwmRing ring;
	Ewm ewm;
	int i;

	EwmRing_begin(&ring);
	ring.context = ewm_factor(0.001);
	for (i = 0; i < 6000; i++)
	{
		double x = 1e9 + (i * 7919 % 2003) / 1024.0;

		if (i >= 2500)
			CHECK(EwmRing_pop(&ring, &unit_allocator, NULL) == KERNEL_OK);
		CHECK(EwmRing_push(&ring, &unit_allocator, row_of(x)) == KERNEL_OK);
	}
	EwmRing_fold(&ring, &ewm);
	CHECK_CLOSE(mean_of(&ewm), long_ewm[0], 2e-16);
	CHECK_CLOSE(deviation_of(&ewm), long_ewm[1], 1e-12);
	EwmRing_release(&ring, &unit_allocator);
}

/* Weights that underflow, alpha 1, values that are not finite, overflow. */
static void
edges(void)
{
	DoubleDouble half = ewm_factor(0.5);
	Ewm ewm;
	int i;

	ewm_clear(&ewm);
	CHECK(isnan(mean_of(&ewm)) && isnan(deviation_of(&ewm)));
	ewm_append(&ewm, row_of(3.0), half);
	ewm_append(&ewm, row_of(5.0), half);
	for (i = 0; i < 3000; i++)
		ewm_append(&ewm, row_of(NAN), half);
	CHECK_CLOSE(mean_of(&ewm), 13.0 / 3.0, 1e-15);
	CHECK_CLOSE(deviation_of(&ewm), sqrt(2.0), 1e-15);
	ewm_append(&ewm, row_of(7.0), half);
	CHECK(mean_of(&ewm) == 7.0);

	ewm_clear(&ewm);
	ewm_append(&ewm, row_of(3.0), ewm_factor(1.0));
	ewm_append(&ewm, row_of(4.0), ewm_factor(1.0));
	CHECK(mean_of(&ewm) == 4.0 && isnan(deviation_of(&ewm)));

	ewm_clear(&ewm);
	ewm_append(&ewm, row_of(3.0), half);
	ewm_append(&ewm, row_of(INFINITY), half);
	CHECK(mean_of(&ewm) == INFINITY && isnan(deviation_of(&ewm)));
	ewm_append(&ewm, row_of(-INFINITY), half);
	CHECK(isnan(mean_of(&ewm)));

	ewm_clear(&ewm);
	for (i = 0; i < 3; i++)
		ewm_append(&ewm, row_of(1e308), ewm_factor(0.01));
	{
		double result = 0.0;

		CHECK(ewm_mean(&ewm, &result) == KERNEL_OVERFLOW && result == 0.0);
		CHECK(ewm_deviation(&ewm, &result) == KERNEL_OVERFLOW && result == 0.0);
	}
}

/* Values near the largest give what the same values scaled down give: products of sums overflow. */
static void
large_values(void)
{
	static const double scales[] = {0x1p508, 0x1p990, 0x1p1016};
	size_t i;
	int j;

	for (i = 0; i < sizeof(scales) / sizeof(scales[0]); i++)
	{
		DoubleDouble q = ewm_factor(0.125);
		EwmRing small;
		EwmRing large;

		EwmRing_begin(&small);
		EwmRing_begin(&large);
		small.context = large.context = q;
		for (j = 0; j < 40; j++)
		{
			/* Beyond 2^512 squares of deviations overflow: all values are alike there. */
			double x = i == 0 ? 3.0 + j * 5 % 7 : 3.0;
			Ewm a;
			Ewm b;

			if (j >= 11)
			{
				CHECK(EwmRing_pop(&small, &unit_allocator, NULL) == KERNEL_OK);
				CHECK(EwmRing_pop(&large, &unit_allocator, NULL) == KERNEL_OK);
			}
			CHECK(EwmRing_push(&small, &unit_allocator, row_of(x)) == KERNEL_OK);
			CHECK(EwmRing_push(&large, &unit_allocator, row_of(x * scales[i])) == KERNEL_OK);
			EwmRing_fold(&small, &a);
			EwmRing_fold(&large, &b);
			CHECK_CLOSE(mean_of(&b), mean_of(&a) * scales[i], 4e-16);
			if (j > 0)
				CHECK_CLOSE(deviation_of(&b), deviation_of(&a) * scales[i], 1e-14);
		}
		EwmRing_release(&small, &unit_allocator);
		EwmRing_release(&large, &unit_allocator);
	}
}

/* The fold of short_x times 2^exponent: appended, prepended or merged from two parts. */
static Ewm
fold_scaled(int exponent, int way, DoubleDouble q)
{
	Ewm ewm;
	Ewm right;
	size_t i;

	ewm_clear(&ewm);
	ewm_clear(&right);
	for (i = 0; i < N_SHORT; i++)
	{
		size_t place = way == 1 ? N_SHORT - 1 - i : i;
		EwmRow row = row_of(ldexp(short_x[place], exponent));

		if (way == 1)
			ewm_prepend(&ewm, row, q);
		else
			ewm_append(way == 2 && i >= N_SHORT / 2 ? &right : &ewm, row, q);
	}
	if (way == 2)
		ewm_merge(&ewm, &right);
	return ewm;
}

/* Values whose squares are no doubles, and values on both sides of where that is minded. */
static void
small_values(void)
{
	DoubleDouble q = ewm_factor(ewm_alphas[1]);
	int way;

	for (way = 0; way < 3; way++)
	{
		Ewm plain = fold_scaled(0, way, q);
		Ewm small = fold_scaled(-700, way, q);
		Ewm border = fold_scaled(-406, way, q);
		int exponents[] = {-700, -406};
		Ewm *scaled[] = {&small, &border};
		int i;

		for (i = 0; i < 2; i++)
		{
			double unit = ldexp(1.0, exponents[i]);

			CHECK_CLOSE(mean_of(scaled[i]) / unit, mean_of(&plain), 1e-14);
			CHECK_CLOSE(deviation_of(scaled[i]) / unit, deviation_of(&plain), 1e-14);
		}
	}
}

/* A small part before one that is not, and the other way, at the very border between them. */
static void
parts_across_the_border(void)
{
	static const double x[] = {1.0, -0.75, 0.5, 2.0, -3.0, 1.5};
	DoubleDouble q = ewm_factor(0.25);
	Ewm plain;
	Ewm left;
	Ewm right;
	int way;
	int i;

	for (way = 0; way < 2; way++)
	{
		ewm_clear(&plain);
		ewm_clear(&left);
		ewm_clear(&right);
		for (i = 0; i < 6; i++)
		{
			double value = way == 0 ? x[i] : x[5 - i];

			ewm_append(&plain, row_of(value), q);
			ewm_append(i < 3 ? &left : &right, row_of(ldexp(value, -401)), q);
		}
		ewm_merge(&left, &right);
		CHECK_CLOSE(ldexp(mean_of(&left), 401), mean_of(&plain), 1e-14);
		CHECK_CLOSE(ldexp(deviation_of(&left), 401), deviation_of(&plain), 1e-14);
	}
}

UNIT_MAIN(UNIT_CASE(agrees_with_pandas), UNIT_CASE(agrees_with_mpmath), UNIT_CASE(edges),
		  UNIT_CASE(large_values), UNIT_CASE(small_values), UNIT_CASE(parts_across_the_border))
