/*
 * test_dataset_lone_feature.c: how well single columns tell the target.
 */
#include "kernel/dataset/lone_feature.h"

#include "kernel/base/hash.h"

#include "unit.h"

static const int32_t same_code[40] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
									  14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
									  28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39};

/* 0 .. 1, from the row and the purpose. */
static double
uniform(int64_t row, int purpose)
{
	return (double) (hash_mix(hash_mix((uint64_t) row + 1) + (uint64_t) purpose) >> 11) * 0x1p-53;
}

/* Rows of numbers columns and categories columns, filled by the function. */
typedef double (*FillRow)(int64_t i, double *numbers, int32_t *codes);

static void
measure(FillRow fill, int32_t numbers, int32_t categories, int64_t rows, int32_t n_classes,
		double *strength)
{
	Dataset dataset;
	double row[80] = {0.0};
	int32_t codes[4] = {0};
	int64_t i;

	dataset_begin(&dataset, numbers, categories, false);
	for (i = 0; i < rows; i++)
	{
		double target = fill(i, row, codes);

		CHECK(dataset_add(&dataset, &unit_allocator, row, codes, target, 1.0) == KERNEL_OK);
	}
	CHECK(lone_feature_strengths(&dataset, n_classes, n_classes > 0 ? same_code : NULL,
								 &unit_allocator, NULL, strength) == KERNEL_OK);
	dataset_release(&dataset, &unit_allocator);
}

/* Class 1 in a third of the rows; numbers that overlap a little, not at all, not where they are there. */
static double
two_classes(int64_t i, double *numbers, int32_t *codes)
{
	double y = uniform(i, 0) < 1.0 / 3.0;

	numbers[0] = y + 1.2 * uniform(i, 1);
	numbers[1] = -y - 0.5 * uniform(i, 2);
	numbers[2] = y > 0.0 ? 1.0 + uniform(i, 3) : i % 2 == 0 ? NAN : uniform(i, 3);
	numbers[3] = uniform(i, 4);
	codes[0] = y > 0.0 ? (int32_t) (2.0 * uniform(i, 5)) : 2 + (int32_t) (3.0 * uniform(i, 6));
	codes[1] = (int32_t) (i / 2);
	codes[2] = y > 0.0 ? CODE_MISSING : 0;
	return y;
}

/* The area of the first number by all pairs. */
static double
area_by_pairs(int64_t rows)
{
	double in = 0.0;
	double pairs = 0.0;
	int64_t i;
	int64_t j;

	for (i = 0; i < rows; i++)
	{
		double numbers[4];
		int32_t codes[3];

		if (two_classes(i, numbers, codes) == 0.0)
			continue;
		in++;
		for (j = 0; j < rows; j++)
		{
			double others[4];

			if (two_classes(j, others, codes) == 0.0)
				pairs += numbers[0] > others[0];
		}
	}
	return pairs / (in * ((double) rows - in));
}

static void
areas_of_two_classes(void)
{
	double strength[7];

	measure(two_classes, 4, 3, 1000, 2, strength);
	CHECK_NEAR(strength[0], area_by_pairs(1000), 1e-12);
	CHECK(strength[0] > 0.9 && strength[0] < 0.99);
	CHECK(strength[1] == 1.0);
	CHECK(strength[2] == 1.0);
	CHECK(strength[3] == 0.0); /* sent away by the first look */
	CHECK(strength[4] == 1.0);
	CHECK(strength[5] < 0.54); /* says nothing of rows other than its own */
	CHECK(strength[6] == 1.0);
}

static void
many_rows_are_sampled(void)
{
	double all[7];

	measure(two_classes, 4, 3, 60000, 2, all);
	/* Hanley, McNeil (1982): a standard error of 0.003 at an area of 0.95 with 1,350 and 2,700 rows. */
	CHECK_NEAR(all[0], area_by_pairs(2000), 0.02);
	CHECK(all[1] == 1.0 && all[2] == 1.0 && all[4] == 1.0 && all[6] == 1.0);
	CHECK(all[3] == 0.0 && all[5] < 0.6);
}

/* Three classes by ranges of a number, one of them apart in another, and by category. */
static double
three_classes(int64_t i, double *numbers, int32_t *codes)
{
	int32_t y = (int32_t) (3.0 * uniform(i, 0));

	numbers[0] = y + 0.99 * uniform(i, 1);
	numbers[1] = y == 0 ? uniform(i, 2) : 2.0 + uniform(i, 3);
	codes[0] = 3 * y + (int32_t) (3.0 * uniform(i, 4));
	codes[1] = (int32_t) (5.0 * uniform(i, 5));
	return y;
}

static void
areas_of_three_classes(void)
{
	double strength[4];

	measure(three_classes, 2, 2, 4000, 3, strength);
	CHECK(strength[0] > 0.999);
	CHECK(strength[1] < 0.9); /* tells one class of three */
	CHECK(strength[2] == 1.0);
	CHECK(strength[3] < 0.9);
}

/* A line with noise of a share of 0.01, a curve, a line with missing values that say what it is. */
static double
number_target(int64_t i, double *numbers, int32_t *codes)
{
	double y = uniform(i, 0);

	numbers[0] = y + (uniform(i, 1) - 0.5) * 0.1;
	numbers[1] = (y - 0.5) * (y - 0.5) + (y > 0.5 ? 10.0 : 0.0);
	numbers[2] = -2.0 * y + 1e6;
	numbers[3] = uniform(i, 2);
	codes[0] = (int32_t) (100.0 * y);
	codes[1] = (int32_t) i;
	return y;
}

static void
shares_of_a_number(void)
{
	double strength[6];

	measure(number_target, 4, 2, 3000, 0, strength);
	/* R squared of the line: 1 / (1 + 0.01). */
	CHECK_NEAR(strength[0], 1.0 / 1.01, 0.001);
	CHECK(strength[1] > 0.998); /* not a line, and yet it tells */
	CHECK_NEAR(strength[2], 1.0, 1e-9);
	CHECK(strength[3] == 0.0);
	CHECK(strength[4] > 0.998);
	CHECK(strength[5] == 0.0);
}

/* Column j is the target when j is a multiple of 30. */
static double
wide_rows(int64_t i, double *numbers, int32_t *codes)
{
	int j;

	(void) codes;
	for (j = 0; j < 80; j++)
		numbers[j] = uniform(i, j % 30 == 0 ? 0 : j);
	return uniform(i, 0);
}

static void
batches_of_columns(void)
{
	double strength[80];
	int j;

	measure(wide_rows, 80, 0, 5000, 0, strength);
	for (j = 0; j < 80; j++)
	{
		CHECK(j % 30 != 0 || strength[j] > 0.9999);
		CHECK(j % 30 == 0 || strength[j] < 0.1);
	}
}

static double
constant_target(int64_t i, double *numbers, int32_t *codes)
{
	(void) i;
	(void) codes;
	numbers[0] = 1.0;
	return 7.0;
}

static void
too_little_to_say(void)
{
	double strength[7] = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};

	measure(two_classes, 4, 3, LONE_ROWS_LEAST - 1, 2, strength);
	CHECK(strength[1] == 0.0);
	measure(constant_target, 1, 0, 1000, 0, strength);
	CHECK(strength[0] == 0.0);
	measure(number_target, 4, 2, 0, 0, strength);
	CHECK(strength[2] == 0.0);
}

static void
refused_memory(void)
{
	Dataset dataset;
	double row[4];
	int32_t codes[2];
	int64_t i;
	long n;

	dataset_begin(&dataset, 4, 2, false);
	for (i = 0; i < 200; i++)
	{
		double target = number_target(i, row, codes);

		CHECK(dataset_add(&dataset, &unit_allocator, row, codes, target, 1.0) == KERNEL_OK);
	}
	for (n = 0; n < 5; n++)
	{
		double six[6];

		unit_allocator_fail_after(n);
		CHECK(lone_feature_strengths(&dataset, 0, NULL, &unit_allocator, NULL, six) ==
			  KERNEL_OUT_OF_MEMORY);
		unit_allocator_fail_after(-1);
	}
	dataset_release(&dataset, &unit_allocator);
}

UNIT_MAIN(UNIT_CASE(areas_of_two_classes), UNIT_CASE(many_rows_are_sampled),
		  UNIT_CASE(areas_of_three_classes), UNIT_CASE(shares_of_a_number),
		  UNIT_CASE(batches_of_columns), UNIT_CASE(too_little_to_say), UNIT_CASE(refused_memory))
