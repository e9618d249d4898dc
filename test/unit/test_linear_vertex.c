/*
 * test_linear_vertex.c: exact minima of tilted absolute residuals against all vertices, ties, duals.
 */
#include "kernel/linear/vertex.h"

#include <math.h>

#include "unit.h"

#define ROWS 40
#define COLUMNS 3

typedef struct Plane
{
	double x[ROWS * COLUMNS];
	double y[ROWS];
	double shift[ROWS];
	double low[ROWS];
	double high[ROWS];
	double fixed[COLUMNS];
	double b[COLUMNS];
	int64_t basis[COLUMNS];
	double dual[ROWS];
	VertexProblem problem;
	VertexResult result;
} Plane;

static uint64_t
draw(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

/* Rows of small whole numbers, so that many tie, or of fractions. */
static void
fill(Plane *plane, int n, int k, double tau, bool ties, uint64_t seed)
{
	int i;
	int j;

	memset(plane, 0, sizeof(*plane));
	for (i = 0; i < n; i++)
	{
		double w = 1.0 + (double) (draw(&seed) % 3);

		for (j = 0; j < k; j++)
			plane->x[i * k + j] = j == 0 ? 1.0 :
				ties					 ? (double) (draw(&seed) % 4) :
										   (double) (draw(&seed) % 1000) / 499.5 - 1.0;
		plane->y[i] = ties ? (double) (draw(&seed) % 5) : (double) (draw(&seed) % 1000) / 100.0;
		plane->low[i] = (tau - 1.0) * w;
		plane->high[i] = tau * w;
		plane->shift[i] = ((double) (draw(&seed) % 1000) / 1000.0 - 0.5) * 1e-10;
	}
	plane->problem = (VertexProblem){.k = k,
									 .n = n,
									 .x = plane->x,
									 .y = plane->y,
									 .shift = plane->shift,
									 .low = plane->low,
									 .high = plane->high,
									 .fixed = plane->fixed,
									 .is_whole = true};
	plane->result = (VertexResult){.b = plane->b, .basis = plane->basis, .dual = plane->dual};
}

static Status
run(Plane *plane)
{
	return vertex_solve(&plane->problem, 1000, &unit_allocator, NULL, &plane->result);
}

static double
loss_at(const Plane *plane, const double *b)
{
	int k = plane->problem.k;
	double sum = 0.0;
	int64_t i;
	int j;

	for (i = 0; i < plane->problem.n; i++)
	{
		double r = plane->y[i];

		for (j = 0; j < k; j++)
			r -= plane->x[i * k + j] * b[j];
		sum += (r > 0.0 ? plane->high[i] : plane->low[i]) * r;
	}
	for (j = 0; j < k; j++)
		sum -= plane->fixed[j] * b[j];
	return sum;
}

/* The least loss of the vertices through each three rows, by Cramer's rule. */
static double
least_of_vertices(const Plane *plane)
{
	double least = INFINITY;
	int n = (int) plane->problem.n;
	int i;
	int j;
	int h;

	for (i = 0; i < n; i++)
	{
		for (j = i + 1; j < n; j++)
		{
			for (h = j + 1; h < n; h++)
			{
				const double *p = plane->x + 3 * (ptrdiff_t) i;
				const double *q = plane->x + 3 * (ptrdiff_t) j;
				const double *r = plane->x + 3 * (ptrdiff_t) h;
				/* p[0] = q[0] = r[0] = 1 */
				double a11 = q[1] - p[1];
				double a12 = q[2] - p[2];
				double a21 = r[1] - p[1];
				double a22 = r[2] - p[2];
				double d1 = plane->y[j] - plane->y[i];
				double d2 = plane->y[h] - plane->y[i];
				double det = a11 * a22 - a12 * a21;
				double b[3];

				if (fabs(det) < 1e-9)
					continue;
				b[1] = (d1 * a22 - a12 * d2) / det;
				b[2] = (a11 * d2 - d1 * a21) / det;
				b[0] = plane->y[i] - p[1] * b[1] - p[2] * b[2];
				least = fmin(least, loss_at(plane, b));
			}
		}
	}
	return least;
}

/* X' dual = 0 with the fixed rows, and the duals within their bounds. */
static void
check_duals(const Plane *plane)
{
	int k = plane->problem.k;
	int64_t i;
	int j;

	for (j = 0; j < k; j++)
	{
		double sum = plane->fixed[j];

		for (i = 0; i < plane->problem.n; i++)
			sum += plane->x[i * k + j] * plane->dual[i];
		CHECK_NEAR(sum, 0.0, 1e-10);
	}
	for (i = 0; i < plane->problem.n; i++)
		CHECK(plane->dual[i] >= plane->low[i] - 1e-9 && plane->dual[i] <= plane->high[i] + 1e-9);
}

static void
no_vertex_has_less(void)
{
	static const double taus[] = {0.5, 0.1, 0.8};
	uint64_t seed;

	for (seed = 1; seed <= 40; seed++)
	{
		Plane plane;

		fill(&plane, 12 + (int) (seed % 12), 3, taus[seed % 3], seed % 2 == 0, seed);
		if (seed % 5 == 0)
			plane.fixed[0] = 0.3;
		CHECK(run(&plane) == KERNEL_OK && plane.result.is_optimal);
		CHECK_NEAR(loss_at(&plane, plane.b), least_of_vertices(&plane), 1e-8);
		check_duals(&plane);
	}
}

/* One column of ones: the weighted quantile. */
static void
a_constant_is_the_quantile(void)
{
	Plane plane;
	int i;

	fill(&plane, 9, 1, 0.5, false, 1);
	for (i = 0; i < 9; i++)
	{
		plane.y[i] = (i * 5) % 9;
		plane.low[i] = -0.5;
		plane.high[i] = 0.5;
	}
	CHECK(run(&plane) == KERNEL_OK);
	CHECK_NEAR(plane.b[0], 4.0, 0.0);
	for (i = 0; i < 9; i++)
	{
		plane.low[i] = -0.85;
		plane.high[i] = 0.15;
	}
	CHECK(run(&plane) == KERNEL_OK);
	CHECK_NEAR(plane.b[0], 1.0, 0.0);
}

/* What is fixed pulls without end where too few rows are there to stop it. */
static void
a_fall_without_end_is_told(void)
{
	Plane plane;

	fill(&plane, 10, 3, 0.5, false, 3);
	plane.problem.is_whole = false;
	plane.fixed[1] = 1000.0;
	CHECK(run(&plane) == KERNEL_NOT_CONVERGED);
	fill(&plane, 2, 3, 0.5, false, 3);
	CHECK(run(&plane) == KERNEL_NOT_CONVERGED);
	/* Columns that depend on each other. */
	fill(&plane, 10, 3, 0.5, false, 3);
	for (int i = 0; i < 10; i++)
		plane.x[i * 3 + 2] = plane.x[i * 3 + 1];
	CHECK(run(&plane) == KERNEL_NOT_CONVERGED);
}

static void
a_pivot_limit_is_kept(void)
{
	Plane plane;

	fill(&plane, 40, 3, 0.5, false, 7);
	plane.b[0] = 1000.0;
	CHECK(vertex_solve(&plane.problem, 1, &unit_allocator, NULL, &plane.result) == KERNEL_OK);
	CHECK(!plane.result.is_optimal && plane.result.pivots == 1);
}

static void
refusal_is_a_status(void)
{
	Plane plane;
	Status status = KERNEL_OUT_OF_MEMORY;
	long n;

	fill(&plane, 30, 3, 0.5, true, 5);
	for (n = 0; n < 100 && status != KERNEL_OK; n++)
	{
		unit_allocator_fail_after(n);
		status = run(&plane);
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
	}
	unit_allocator_fail_after(-1);
	CHECK(status == KERNEL_OK && n > 5);
}

UNIT_MAIN(UNIT_CASE(no_vertex_has_less), UNIT_CASE(a_constant_is_the_quantile),
		  UNIT_CASE(a_fall_without_end_is_told), UNIT_CASE(a_pivot_limit_is_kept),
		  UNIT_CASE(refusal_is_a_status))
