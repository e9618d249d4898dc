/*
 * test_linear_covariance.c: the factor of an inverse, by matrices whose inverse is known.
 */
#include "kernel/linear/covariance.h"

#include "unit.h"

#define ORDER 8

/* Diagonal of the inverse of the Hilbert matrix of that order, which is of whole numbers. */
static const double hilbert_inverse[ORDER] = {
	64.0, 84672.0, 11430720.0, 304920000.0, 2134440000.0, 4249941696.0, 2175421248.0, 176679360.0};

static void
inverts_two_columns(void)
{
	/* [1 1/2; 1/2 1] has the inverse [4/3 -2/3; -2/3 4/3]. */
	DoubleDouble information[4] = {{1.0, 0.0}, {NAN, 0.0}, {0.5, 0.0}, {1.0, 0.0}};
	double d[2] = {3.0, -2.0};
	double factor[3];
	double image[2];
	int is_exact;

	for (is_exact = 0; is_exact < 2; is_exact++)
	{
		CHECK(covariance_of_information(information, 2, is_exact, &unit_allocator, NULL, factor) ==
			  KERNEL_OK);
		CHECK_CLOSE(covariance_of_term(factor, 0), 4.0 / 3.0, 1e-15);
		CHECK_CLOSE(covariance_of_term(factor, 1), 4.0 / 3.0, 1e-15);
		CHECK_CLOSE(factor[0] * factor[1], -2.0 / 3.0, 1e-15);
		/* 4/3 (9 + 4) - 2 (2/3) 3 (-2) */
		CHECK_CLOSE(covariance_form(factor, 2, d, image), 76.0 / 3.0, 1e-15);
		CHECK_CLOSE(image[0] * image[0] + image[1] * image[1], 76.0 / 3.0, 1e-15);
	}
}

/* The Hilbert matrix with a unit diagonal, from row `first` on; its condition number is 1e10. */
static void
fill_hilbert(DoubleDouble *information, int32_t n, int32_t first)
{
	int32_t i;
	int32_t j;

	for (i = first; i < n; i++)
	{
		for (j = first; j <= i; j++)
		{
			double a = 2.0 * (i - first) + 1.0;
			double b = 2.0 * (j - first) + 1.0;

			information[i * n + j] =
				dd_divide_double(dd_sqrt(dd_from(a * b)), (double) (i + j - 2 * first) + 1.0);
		}
	}
}

/* The sum of the inverse's entries is 64, though they reach 4e9: a form in them would have 8 digits. */
static void
keeps_digits(void)
{
	DoubleDouble information[ORDER * ORDER] = {{0.0, 0.0}};
	double factor[ORDER * (ORDER + 1) / 2];
	double d[ORDER];
	double image[ORDER];
	int is_exact;
	int32_t i;

	fill_hilbert(information, ORDER, 0);
	for (i = 0; i < ORDER; i++)
		d[i] = sqrt(2.0 * i + 1.0);
	for (is_exact = 0; is_exact < 2; is_exact++)
	{
		CHECK(covariance_of_information(information, ORDER, is_exact, &unit_allocator, NULL,
										factor) == KERNEL_OK);
		for (i = 0; i < ORDER; i++)
			CHECK_CLOSE(covariance_of_term(factor, i), hilbert_inverse[i] / (2.0 * i + 1.0),
						is_exact ? 1e-14 : 1e-6);
		CHECK_CLOSE(covariance_form(factor, ORDER, d, image), 64.0, is_exact ? 1e-10 : 1e-6);
	}
}

/* A constant column, whose row is zero, stays out and changes nothing. */
static void
leaves_constants_out(void)
{
	DoubleDouble information[9] = {{1.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0},
								   {0.0, 0.0}, {0.5, 0.0}, {0.0, 0.0}, {1.0, 0.0}};
	double factor[6];
	int is_exact;

	for (is_exact = 0; is_exact < 2; is_exact++)
	{
		CHECK(covariance_of_information(information, 3, is_exact, &unit_allocator, NULL, factor) ==
			  KERNEL_OK);
		CHECK_CLOSE(covariance_of_term(factor, 0), 4.0 / 3.0, 1e-15);
		CHECK(covariance_of_term(factor, 1) == 0.0 && factor[4] == 0.0);
		CHECK_CLOSE(covariance_of_term(factor, 2), 4.0 / 3.0, 1e-15);
	}
}

static void
refuses_dependent_columns(void)
{
	DoubleDouble information[4] = {{1.0, 0.0}, {0.0, 0.0}, {1.0, 0.0}, {1.0, 0.0}};
	double factor[3];

	CHECK(covariance_of_information(information, 2, true, &unit_allocator, NULL, factor) ==
		  KERNEL_INVALID);
	CHECK(covariance_of_information(information, 2, false, &unit_allocator, NULL, factor) ==
		  KERNEL_INVALID);
}

static void
passes_refusals_on(void)
{
	DoubleDouble information[4] = {{1.0, 0.0}, {0.0, 0.0}, {0.5, 0.0}, {1.0, 0.0}};
	double factor[3];
	int n;

	for (n = 0; n < 4; n++)
	{
		unit_allocator_fail_after(n / 2);
		CHECK(covariance_of_information(information, 2, n % 2, &unit_allocator, NULL, factor) ==
			  KERNEL_OUT_OF_MEMORY);
		unit_allocator_fail_after(-1);
	}
}

UNIT_MAIN(UNIT_CASE(inverts_two_columns), UNIT_CASE(keeps_digits), UNIT_CASE(leaves_constants_out),
		  UNIT_CASE(refuses_dependent_columns), UNIT_CASE(passes_refusals_on))
