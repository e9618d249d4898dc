/*
 * test_linear_bounded_quadratic.c: optimality conditions in long double, closed forms, dependent columns.
 */
#include "kernel/linear/bounded_quadratic.h"

#include "unit.h"

#define P 40
#define ROWS 60

/* A problem with room for its answer. */
typedef struct Case
{
	int32_t p;
	double a[ROWS][P];
	double matrix[P * P];
	double slope[P];
	double start[P];
	bool is_bounded[P];
	BoundedQuadratic problem;
} Case;

/* H = A'A and g = A'r of small integers, r by `turn`; above the diagonal is what nobody may read. */
static void
begin(Case *c, int32_t p, int turn)
{
	int i;
	int j;
	int k;

	memset(c, 0, sizeof(*c));
	c->p = p;
	for (i = 0; i < ROWS; i++)
	{
		for (j = 0; j < p; j++)
			c->a[i][j] = (double) ((i * 37 + j * j * 11 + i * j * 5 + turn * j) % 41) - 17.0;
	}
	for (j = 0; j < p; j++)
	{
		for (i = 0; i < ROWS; i++)
			c->slope[j] += c->a[i][j] * ((i * 13 + turn * i * i) % 17 - 8.0);
		for (k = 0; k < p; k++)
			c->matrix[j * p + k] = k > j ? NAN : 0.0;
		for (k = 0; k <= j; k++)
		{
			for (i = 0; i < ROWS; i++)
				c->matrix[j * p + k] += c->a[i][j] * c->a[i][k];
		}
	}
	CHECK(bounded_quadratic_begin(&c->problem, p, &unit_allocator) == KERNEL_OK);
	c->problem.matrix = c->matrix;
	c->problem.slope = c->slope;
	c->problem.start = c->start;
	c->problem.is_bounded = c->is_bounded;
}

static void
end(Case *c)
{
	bounded_quadratic_end(&c->problem, &unit_allocator);
}

static long double
entry(const Case *c, int i, int k)
{
	return c->matrix[i > k ? i * c->p + k : k * c->p + i];
}

/* The largest violation of the conditions, of the largest slope; and what is reported of the move. */
static void
check_conditions(const Case *c, double tolerance)
{
	const double *x = c->problem.x;
	double largest = 0.0;
	long double curvature = 0.0L;
	int i;
	int k;

	for (i = 0; i < c->p; i++)
		largest = fmax(largest, fabs(c->slope[i]));
	for (i = 0; i < c->p; i++)
	{
		long double turn = 0.0L;
		double gradient;

		for (k = 0; k < c->p; k++)
			turn += entry(c, i, k) * ((long double) x[k] - c->start[k]);
		curvature += turn * ((long double) x[i] - c->start[i]);
		gradient = (double) (c->slope[i] + turn);
		CHECK(!c->is_bounded[i] || x[i] >= 0.0);
		if (c->is_bounded[i] && x[i] == 0.0)
			CHECK(gradient >= -tolerance * largest);
		else
			CHECK(fabs(gradient) <= tolerance * largest);
	}
	CHECK_CLOSE(c->problem.curvature, (double) curvature, 1e-9);
}

static void
meets_the_conditions(void)
{
	int turn;
	int kind;

	for (turn = 0; turn < 12; turn++)
	{
		for (kind = 0; kind < 4; kind++)
		{
			Case c;
			int at_bound = 0;
			int j;

			begin(&c, P, turn);
			for (j = 0; j < P; j++)
			{
				c.is_bounded[j] = kind < 2 || j % 3 != 0;
				/* From 0, or from inside with some at their bound. */
				c.start[j] = kind % 2 == 0 ? 0.0 : (j * 7 + turn) % 5 * 0.25;
				if (!c.is_bounded[j])
					c.start[j] -= 0.5;
			}
			CHECK(bounded_quadratic_solve(&c.problem, NULL) == KERNEL_OK);
			check_conditions(&c, 1e-12);
			for (j = 0; j < P; j++)
				at_bound += c.is_bounded[j] && c.problem.x[j] == 0.0;
			CHECK(at_bound > 0 && at_bound < P - 3);
			/* Variables go in and out together, not one with each system. */
			CHECK(c.problem.factored <= 15);
			end(&c);
		}
	}
}

/* The minimum does not depend on the start, and a second solve from it stays. */
static void
forgets_the_start(void)
{
	double first[P];
	Case c;
	int j;

	begin(&c, P, 3);
	for (j = 0; j < P; j++)
		c.is_bounded[j] = true;
	CHECK(bounded_quadratic_solve(&c.problem, NULL) == KERNEL_OK);
	memcpy(first, c.problem.x, sizeof(first));
	/* The same quadratic about another point: g' = g + H start. */
	for (j = 0; j < P; j++)
		c.start[j] = 0.1 * (j % 4);
	for (j = 0; j < P; j++)
	{
		int k;

		for (k = 0; k < P; k++)
			c.slope[j] += (double) entry(&c, j, k) * c.start[k];
	}
	CHECK(bounded_quadratic_solve(&c.problem, NULL) == KERNEL_OK);
	for (j = 0; j < P; j++)
	{
		CHECK_NEAR(c.problem.x[j], first[j], 1e-11);
		CHECK((c.problem.x[j] == 0.0) == (first[j] == 0.0));
	}
	end(&c);
}

/* At right angles each variable has its own minimum. */
static void
cuts_single_variables(void)
{
	double matrix[16] = {4.0};
	double slope[4] = {-3.0, 5.0, 6.0, -1.0};
	double start[4] = {0.5, 1.0, 0.0, 0.25};
	bool is_bounded[4] = {true, true, false, true};
	BoundedQuadratic problem;

	matrix[5] = 4.0;
	matrix[10] = 4.0; /* the last has no curvature: it stays */
	CHECK(bounded_quadratic_begin(&problem, 4, &unit_allocator) == KERNEL_OK);
	problem.matrix = matrix;
	problem.slope = slope;
	problem.start = start;
	problem.is_bounded = is_bounded;
	CHECK(bounded_quadratic_solve(&problem, NULL) == KERNEL_OK);
	CHECK(problem.x[0] == 1.25 && problem.x[1] == 0.0 && problem.x[2] == -1.5);
	CHECK(problem.x[3] == 0.25);
	CHECK_CLOSE(problem.curvature, 4.0 * 0.5625 + 4.0 + 4.0 * 2.25, 1e-15);
	/* All pulled below: all at their bounds. */
	slope[0] = 4.0;
	slope[2] = 1.0;
	is_bounded[2] = true;
	CHECK(bounded_quadratic_solve(&problem, NULL) == KERNEL_OK);
	CHECK(problem.x[0] == 0.0 && problem.x[1] == 0.0 && problem.x[2] == 0.0);
	bounded_quadratic_end(&problem, &unit_allocator);
}

/* Stopping all at their bounds would raise the objective: the first to meet its own decides. */
static void
stops_at_the_first(void)
{
	double matrix[4] = {1.0, 0.0, 0.999, 1.0};
	double slope[2];
	double start[2] = {1.0, 0.5};
	bool is_bounded[2] = {true, true};
	double target[2] = {-1.0, 2.4}; /* the minimum without bounds */
	BoundedQuadratic problem;

	slope[0] = (start[0] - target[0]) + 0.999 * (start[1] - target[1]);
	slope[1] = 0.999 * (start[0] - target[0]) + (start[1] - target[1]);
	CHECK(bounded_quadratic_begin(&problem, 2, &unit_allocator) == KERNEL_OK);
	problem.matrix = matrix;
	problem.slope = slope;
	problem.start = start;
	problem.is_bounded = is_bounded;
	CHECK(bounded_quadratic_solve(&problem, NULL) == KERNEL_OK);
	CHECK(problem.x[0] == 0.0);
	CHECK_NEAR(problem.x[1], 2.4 - 0.999, 1e-12);
	bounded_quadratic_end(&problem, &unit_allocator);
}

/* Copies, multiples and sums of columns: a minimum is found, and the later of the copies has no part. */
static void
takes_dependent_columns(void)
{
	int turn;

	for (turn = 0; turn < 6; turn++)
	{
		Case c;
		int i;
		int j;
		int k;

		begin(&c, P, turn);
		for (i = 0; i < ROWS; i++)
		{
			for (j = 0; j < 10; j++)
			{
				c.a[i][30 + j] = j < 4 ? c.a[i][j] :
					j < 7			   ? -c.a[i][j] :
										 c.a[i][j] + 0.5 * c.a[i][j + 1];
			}
		}
		for (j = 0; j < P; j++)
		{
			c.is_bounded[j] = true;
			c.start[j] = turn < 3 ? 0.0 : 0.3 * (j % 2);
			c.slope[j] = 0.0;
			for (i = 0; i < ROWS; i++)
				c.slope[j] += c.a[i][j] * ((i * 13 + turn * i * i) % 17 - 8.0);
			for (k = 0; k <= j; k++)
			{
				c.matrix[j * P + k] = 0.0;
				for (i = 0; i < ROWS; i++)
					c.matrix[j * P + k] += c.a[i][j] * c.a[i][k];
			}
		}
		CHECK(bounded_quadratic_solve(&c.problem, NULL) == KERNEL_OK);
		check_conditions(&c, 1e-11);
		CHECK(c.problem.factored <= 40);
		for (j = 0; j < 4 && turn < 3; j++)
			CHECK(c.problem.x[30 + j] == 0.0);
		end(&c);
	}
}

/* Numbers that are none end the search. */
static void
ends_without_numbers(void)
{
	Case c;
	int j;

	begin(&c, P, 1);
	for (j = 0; j < P; j++)
		c.is_bounded[j] = true;
	c.slope[3] = NAN;
	c.matrix[5 * P + 5] = INFINITY;
	CHECK(bounded_quadratic_solve(&c.problem, NULL) == KERNEL_OK);
	end(&c);
}

static void
survives_refusal(void)
{
	int n;

	for (n = 0; n < 5; n++)
	{
		BoundedQuadratic problem;

		unit_allocator_fail_after(n);
		CHECK(bounded_quadratic_begin(&problem, 3, &unit_allocator) == KERNEL_OUT_OF_MEMORY);
		unit_allocator_fail_after(-1);
		bounded_quadratic_end(&problem, &unit_allocator);
	}
}

static void
stops_when_asked(void)
{
	Case c;
	Status status = KERNEL_STOPPED;
	int n;

	begin(&c, P, 2);
	for (n = 0; n < 1000 && status == KERNEL_STOPPED; n++)
	{
		unit_stop_countdown = n;
		status = bounded_quadratic_solve(&c.problem, &unit_stop);
		unit_stop_countdown = -1;
		CHECK(status == KERNEL_OK || status == KERNEL_STOPPED);
	}
	CHECK(n > 1 && status == KERNEL_OK);
	end(&c);
}

UNIT_MAIN(UNIT_CASE(meets_the_conditions), UNIT_CASE(forgets_the_start),
		  UNIT_CASE(cuts_single_variables), UNIT_CASE(stops_at_the_first),
		  UNIT_CASE(takes_dependent_columns), UNIT_CASE(ends_without_numbers),
		  UNIT_CASE(survives_refusal), UNIT_CASE(stops_when_asked))
