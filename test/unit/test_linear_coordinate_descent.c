/*
 * test_linear_coordinate_descent.c: optimality conditions checked by hand, closed forms, bad columns.
 */
#include "kernel/linear/coordinate_descent.h"

#include "unit.h"

#define P 30

/* A'A of a matrix of small integers, scaled to a unit diagonal, and a moment. */
static void
make_problem(DoubleDouble *gram, DoubleDouble *moment, double *threshold, double level)
{
	double a[2 * P][P];
	double length[P];
	int i;
	int j;
	int k;

	for (j = 0; j < P; j++)
	{
		length[j] = 0.0;
		for (i = 0; i < 2 * P; i++)
		{
			a[i][j] = (double) ((i * 37 + j * j * 11 + i * j * 5) % 23) - 7.0;
			length[j] += a[i][j] * a[i][j];
		}
		length[j] = sqrt(length[j]);
		threshold[j] = level * (1.0 + 0.1 * (j % 3));
	}
	for (j = 0; j < P; j++)
	{
		moment[j] = dd_from(0.0);
		for (i = 0; i < 2 * P; i++)
			moment[j] = dd_add_double(moment[j], a[i][j] * ((i * 13 % 17) - 8.0) / length[j]);
		for (k = 0; k <= j; k++)
		{
			double sum = 0.0;

			for (i = 0; i < 2 * P; i++)
				sum += a[i][j] * a[i][k];
			gram[j * P + k] = gram[k * P + j] = dd_from(sum / (length[j] * length[k]));
		}
	}
}

/* The largest violation of the conditions of Karush, Kuhn and Tucker, by long doubles. */
static double
violated(const CoordinateDescent *descent)
{
	double worst = 0.0;
	int i;
	int k;

	for (i = 0; i < P; i++)
	{
		long double slope = descent->moment[i].hi;
		double u = descent->solution[i].hi;
		double distance;

		for (k = 0; k < P; k++)
			slope -= (long double) descent->gram[i > k ? i * P + k : k * P + i].hi *
				descent->solution[k].hi;
		if (u != 0.0)
			distance = fabs((double) slope - copysign(descent->threshold[i], u));
		else if (descent->nonnegative)
			distance = fmax((double) slope - descent->threshold[i], 0.0);
		else
			distance = fmax(fabs((double) slope) - descent->threshold[i], 0.0);
		worst = fmax(worst, distance);
	}
	return worst;
}

static void
meets_the_conditions(void)
{
	static const double levels[] = {0.0, 0.5, 2.0, 8.0};
	DoubleDouble gram[P * P];
	DoubleDouble moment[P];
	DoubleDouble solution[P];
	double threshold[P];
	int c;

	for (c = 0; c < 8; c++)
	{
		CoordinateDescent descent = {.allocator = &unit_allocator,
									 .p = P,
									 .nonnegative = c % 2 == 1,
									 .gram = gram,
									 .moment = moment,
									 .threshold = threshold,
									 .solution = solution};
		double product = 0.0;
		double largest = 0.0;
		int nonzero = 0;
		int i;
		int k;

		make_problem(gram, moment, threshold, levels[c / 2]);
		CHECK(coordinate_descent_solve(&descent, NULL) == KERNEL_OK);
		CHECK(descent.converged);
		for (i = 0; i < P; i++)
		{
			double u = solution[i].hi;

			largest = fmax(largest, fabs(moment[i].hi));
			nonzero += u != 0.0;
			CHECK(!descent.nonnegative || u >= 0.0);
			product += u * moment[i].hi;
			for (k = 0; k < P; k++)
				product -= u * gram[i > k ? i * P + k : k * P + i].hi * solution[k].hi;
		}
		CHECK(violated(&descent) <= 1.01e-10 * largest);
		CHECK_NEAR(descent.slack.hi, product, 1e-9);
		CHECK(descent.n_nonzero == nonzero);
		CHECK(levels[c / 2] < 8.0 || nonzero < P / 2);
	}
}

/* Columns at right angles: soft thresholds. */
static void
softens_single_columns(void)
{
	DoubleDouble gram[16] = {{0}};
	DoubleDouble moment[4] = {{3.0, 0.0}, {-3.0, 0.0}, {0.5, 0.0}, {100.0, 0.0}};
	DoubleDouble solution[4];
	double threshold[4] = {1.0, 1.0, 1.0, 1.0};
	CoordinateDescent descent = {.allocator = &unit_allocator,
								 .p = 4,
								 .gram = gram,
								 .moment = moment,
								 .threshold = threshold,
								 .solution = solution};

	gram[0] = gram[5] = dd_from(2.0);
	gram[10] = dd_from(1.0); /* the last column is left out: its row is zero */
	CHECK(coordinate_descent_solve(&descent, NULL) == KERNEL_OK);
	CHECK(descent.converged && descent.n_nonzero == 2);
	CHECK(solution[0].hi == 1.0 && solution[1].hi == -1.0);
	CHECK(solution[2].hi == 0.0 && solution[3].hi == 0.0);
	descent.nonnegative = true;
	CHECK(coordinate_descent_solve(&descent, NULL) == KERNEL_OK);
	CHECK(descent.n_nonzero == 1 && solution[0].hi == 1.0 && solution[1].hi == 0.0);
	descent.p = 0;
	CHECK(coordinate_descent_solve(&descent, NULL) == KERNEL_OK);
	CHECK(descent.converged && descent.residual == 0.0);
}

/* Columns in a chain, each 0.98 to the next: steps of the whole system, where sweeps would take thousands. */
static void
correlated_columns_take_few_sweeps(void)
{
	DoubleDouble gram[P * P];
	DoubleDouble moment[P];
	DoubleDouble solution[P];
	double threshold[P];
	double ridge[P];
	CoordinateDescent descent = {.allocator = &unit_allocator,
								 .p = P,
								 .gram = gram,
								 .moment = moment,
								 .threshold = threshold,
								 .ridge = ridge,
								 .solution = solution};
	int i;
	int k;

	for (i = 0; i < P; i++)
	{
		for (k = 0; k <= i; k++)
			gram[i * P + k] = gram[k * P + i] = dd_from(pow(0.98, i - k));
		moment[i] = dd_from((i % 5 - 2) * 0.3 + (i % 3));
		threshold[i] = 0.2;
		ridge[i] = 0.0;
	}
	CHECK(coordinate_descent_begin(&descent) == KERNEL_OK);
	for (i = 0; i < 5; i++)
	{
		CHECK(coordinate_descent_advance(&descent, NULL) == KERNEL_OK);
		CHECK(descent.converged && descent.sweeps <= 200);
		CHECK(violated(&descent) <= 1.01e-10 * 2.6);
		for (k = 0; k < P; k++)
			threshold[k] *= 0.3;
	}
	CHECK(descent.n_nonzero > P / 2);
	/* A ridge changes the diagonal alone. */
	for (k = 0; k < P; k++)
		ridge[k] = 0.01 * (k + 1);
	CHECK(coordinate_descent_advance(&descent, NULL) == KERNEL_OK);
	for (k = 0; k < P; k++)
		gram[k * P + k] = dd_from(1.0 + ridge[k]);
	CHECK(violated(&descent) <= 1.01e-10 * 2.6);
	coordinate_descent_end(&descent);
}

static bool
stop_at_once(void *context)
{
	(void) context;
	return true;
}

static void
stops_and_runs_out_of_memory(void)
{
	DoubleDouble gram[P * P];
	DoubleDouble moment[P];
	DoubleDouble solution[P];
	double threshold[P];
	StopCheck stop = {stop_at_once, NULL, NULL};
	CoordinateDescent descent = {.allocator = &unit_allocator,
								 .p = P,
								 .gram = gram,
								 .moment = moment,
								 .threshold = threshold,
								 .solution = solution};
	int i;

	make_problem(gram, moment, threshold, 0.5);
	CHECK(coordinate_descent_solve(&descent, &stop) == KERNEL_STOPPED);
	for (i = 0; i < 6; i++)
	{
		unit_allocator_fail_after(i);
		CHECK(coordinate_descent_solve(&descent, NULL) == KERNEL_OUT_OF_MEMORY);
	}
	unit_allocator_fail_after(-1);
}

UNIT_MAIN(UNIT_CASE(meets_the_conditions), UNIT_CASE(softens_single_columns),
		  UNIT_CASE(correlated_columns_take_few_sweeps), UNIT_CASE(stops_and_runs_out_of_memory))
