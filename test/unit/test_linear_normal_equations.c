/*
 * test_linear_normal_equations.c: the exact and the wide way against each other and against known
 * solutions, with dependent and left out columns.
 */
#include "kernel/linear/normal_equations.h"

#include "unit.h"

#define MOST 40
#define ROWS 120

typedef struct System
{
	int32_t p;
	double columns[ROWS][MOST]; /* centred, of length 1, or 0 */
	double target[ROWS];
	DoubleDouble gram[MOST * MOST];
	DoubleDouble moment[MOST];
	DoubleDouble mean[MOST];
	double tolerance[MOST];
	DoubleDouble solution[MOST];
	double variance[MOST];
} System;

static System exact;
static System wide;

/* A pseudo-random value in [-1, 1). */
static double
value(int i, int j)
{
	return (i * 7919 + j * 104729 + i * j * 31 + (i + 3) * (i + 7) * (j + 1)) % 2003 / 1001.5 - 1.0;
}

/* Columns of random values; with `depends` every seventh is a sum of two others; zero_at is 0. */
static void
make_system(System *system, int32_t p, bool depends, int32_t zero_at)
{
	int i;
	int32_t j;
	int32_t k;

	memset(system, 0, sizeof(*system));
	system->p = p;
	for (j = 0; j < p; j++)
	{
		double length = 0.0;

		for (i = 0; i < ROWS; i++)
		{
			system->columns[i][j] = depends && j % 7 == 6 ?
				system->columns[i][5] - 2.0 * system->columns[i][j - 4] :
				value(i, j);
			if (j == zero_at)
				system->columns[i][j] = 0.0;
			length += system->columns[i][j] * system->columns[i][j];
		}
		for (i = 0; i < ROWS && length > 0.0; i++)
			system->columns[i][j] /= sqrt(length);
		system->tolerance[j] = 1e-24;
		system->mean[j] = dd_from(j == zero_at ? 0.0 : value(1000, j));
	}
	for (i = 0; i < ROWS; i++)
		system->target[i] = value(i, 1000);
	for (j = 0; j < p; j++)
	{
		for (i = 0; i < ROWS; i++)
		{
			system->moment[j] =
				dd_add(system->moment[j], dd_two_product(system->columns[i][j], system->target[i]));
			for (k = 0; k <= j; k++)
				system->gram[j * p + k] =
					dd_add(system->gram[j * p + k],
						   dd_two_product(system->columns[i][j], system->columns[i][k]));
		}
	}
}

static Status
solve(System *system, bool is_exact, NormalEquations *equations)
{
	*equations = (NormalEquations){.allocator = &unit_allocator,
								   .p = system->p,
								   .is_exact = is_exact,
								   .wants_variance = true,
								   .gram = system->gram,
								   .moment = system->moment,
								   .mean = system->mean,
								   .tolerance = system->tolerance,
								   .solution = system->solution,
								   .variance = system->variance};
	return normal_equations_solve(equations, NULL);
}

/* Both ways: the same solution, variances and rank; the residual is orthogonal to the columns. */
static void
check_both(int32_t p, bool depends, int32_t zero_at, int32_t rank)
{
	NormalEquations a;
	NormalEquations b;
	int i;
	int32_t j;
	int32_t k;

	make_system(&exact, p, depends, zero_at);
	make_system(&wide, p, depends, zero_at);
	CHECK(solve(&exact, true, &a) == KERNEL_OK);
	CHECK(solve(&wide, false, &b) == KERNEL_OK);
	CHECK(a.rank == rank && b.rank == rank);
	for (j = 0; j < p; j++)
	{
		double slope = 0.0;

		CHECK_NEAR(wide.solution[j].hi, exact.solution[j].hi, 1e-11);
		CHECK_NEAR(wide.variance[j], exact.variance[j], 1e-10 * fabs(exact.variance[j]));
		CHECK(isnan(exact.variance[j]) == isnan(wide.variance[j]));
		for (i = 0; i < ROWS; i++)
		{
			double rest = exact.target[i];

			for (k = 0; k < p; k++)
				rest -= exact.columns[i][k] * exact.solution[k].hi;
			slope += rest * exact.columns[i][j];
		}
		CHECK_NEAR(slope, 0.0, 1e-12);
	}
	CHECK_NEAR(b.mean_variance, a.mean_variance, 1e-9 * fabs(a.mean_variance));
	CHECK(isnan(a.mean_variance) == isnan(b.mean_variance));
	CHECK_NEAR(b.slack.hi, 0.0, 1e-14);
	CHECK(isnan(a.condition) == depends && isnan(b.condition) == depends);
}

static void
full_rank_agrees(void)
{
	check_both(1, false, -1, 1);
	check_both(5, false, -1, 5);
	check_both(33, false, -1, 33);
	check_both(40, false, -1, 40);
	CHECK(!isnan(exact.variance[0]));
}

/* Columns 6, 13, 20, ... are sums of column 5 and another: all these are open, the rest is determined. */
static void
dependence_agrees(void)
{
	int32_t j;

	check_both(37, true, -1, 32);
	for (j = 0; j < 35; j++)
		CHECK(isnan(exact.variance[j]) == (j % 7 == 2 || j == 5 || j % 7 == 6));
	/* the shortest of all solutions is orthogonal to the null vectors */
	check_both(7, true, -1, 6);
	CHECK(isnan(exact.variance[6]));
}

static void
left_out_columns_stay_out(void)
{
	check_both(12, false, 4, 11);
	CHECK(exact.solution[4].hi == 0.0 && isnan(exact.variance[4]));
	CHECK(!isnan(exact.variance[3]));
	check_both(20, true, 10, 17);
}

/* v . u is determined when v is in the row space, though its coefficients are not. */
static void
functionals_in_the_row_space_have_a_variance(void)
{
	NormalEquations equations;
	int i;
	int way;

	for (way = 0; way < 4; way++)
	{
		make_system(&exact, 7, true, -1);
		for (i = 0; i < 7; i++)
		{
			exact.mean[i] = dd_from(0.0);
			if (way % 2 == 0)
			{
				/* the first row of the design is in the row space by definition */
				exact.mean[i] = dd_from(exact.columns[0][i]);
			}
		}
		if (way % 2 == 1)
			exact.mean[6] = dd_from(1.0);
		CHECK(solve(&exact, way < 2, &equations) == KERNEL_OK);
		CHECK(isnan(equations.mean_variance) == (way % 2 == 1));
		if (way % 2 == 0)
			CHECK(equations.mean_variance > 0.0 && equations.mean_variance < 1.0);
	}
}

/* The residual of the found solution, as said, against that of the equations made anew, in both ways. */
static void
check_residual(bool is_exact, bool depends, double least, double most)
{
	static System anew;
	NormalEquations equations;
	double largest = 0.0;
	double scale = 0.0;
	int32_t p = 37;
	int32_t i;
	int32_t k;

	make_system(&exact, p, depends, -1);
	make_system(&anew, p, depends, -1);
	CHECK(solve(&exact, is_exact, &equations) == KERNEL_OK);
	for (i = 0; i < p; i++)
	{
		DoubleDouble rest = anew.moment[i];

		for (k = 0; k < p; k++)
			rest = dd_subtract(rest,
							   dd_multiply(k <= i ? anew.gram[i * p + k] : anew.gram[k * p + i],
										   exact.solution[k]));
		largest = fmax(largest, fabs(rest.hi));
		scale = fmax(scale, fabs(anew.moment[i].hi));
	}
	CHECK_NEAR(equations.residual, largest / scale, 1e-30);
	CHECK(equations.residual > least && equations.residual < most);
}

/* Two refinements of a factor in double, then the digits of double-double; the shortest solution is in double. */
static void
residual_is_what_is_left(void)
{
	check_residual(true, false, 0.0, 1e-28);
	check_residual(false, false, 0.0, 1e-28);
	check_residual(false, true, 1e-20, 1e-14);
}

/* Equations without a right side are solved by nothing, which leaves nothing. */
static void
nothing_leaves_no_residual(void)
{
	NormalEquations equations;
	int32_t i;

	make_system(&exact, 5, false, -1);
	for (i = 0; i < 5; i++)
		exact.moment[i] = dd_from(0.0);
	CHECK(solve(&exact, true, &equations) == KERNEL_OK);
	CHECK(equations.residual == 0.0);
}

static void
refusal_leaves_nothing(void)
{
	NormalEquations equations;
	int way;
	long n;

	for (way = 0; way < 2; way++)
	{
		Status status = KERNEL_OUT_OF_MEMORY;

		for (n = 0; n < 50 && status != KERNEL_OK; n++)
		{
			make_system(&exact, 37, true, -1);
			unit_allocator_fail_after(n);
			status = solve(&exact, way == 0, &equations);
			CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
			CHECK(unit_live_blocks == 0);
		}
		unit_allocator_fail_after(-1);
		CHECK(status == KERNEL_OK && n > 3);
	}
}

UNIT_MAIN(UNIT_CASE(full_rank_agrees), UNIT_CASE(dependence_agrees),
		  UNIT_CASE(left_out_columns_stay_out),
		  UNIT_CASE(functionals_in_the_row_space_have_a_variance),
		  UNIT_CASE(residual_is_what_is_left), UNIT_CASE(nothing_leaves_no_residual),
		  UNIT_CASE(refusal_leaves_nothing))
