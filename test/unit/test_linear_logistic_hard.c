/*
 * test_linear_logistic_hard.c: dependent, constant, missing and separating columns, weights, order.
 */
#include "kernel/linear/logistic.h"

#include "../golden/logistic.h"
#include "unit.h"

#define ROWS 600
#define MAX_NUMBERS 4
#define MAX_TERMS 16

typedef struct Case
{
	Feature features[MAX_NUMBERS + 1];
	int n_numbers;
	int n_categories;
	Dictionary dictionary;
	Dataset dataset;
	Design design;
	DesignOptions design_options;
	LogisticOptions options;
	LinearCoefficient coefficients[MAX_TERMS];
	LinearFit fit;
} Case;

/* Columns of test/golden/logistic.py. */
static double
x1(int i)
{
	return (i * 37 % 101) / 4.0;
}

static double
x2(int i)
{
	return i * 53 % 97;
}

static double
x4(int i)
{
	return i * 17 % 31;
}

static double
label(int i)
{
	return (i * 37 % 101) + (i * 41 % 61) + (i * 29 % 53) - 105 > 0;
}

/* A case with so many numbers and categories, and no rows. */
static void
begin(Case *c, int n_numbers, int n_categories, bool has_weight)
{
	static const char *const names[] = {"x1", "x2", "x3", "x4"};
	int j;

	memset(c, 0, sizeof(*c));
	c->n_numbers = n_numbers;
	c->n_categories = n_categories;
	for (j = 0; j < n_numbers; j++)
		c->features[j] = (Feature){names[j], FAMILY_NUMBER, 0, false};
	c->features[n_numbers] = (Feature){"c", FAMILY_CATEGORY, 0, false};
	for (j = 0; j < 5 && n_categories > 0; j++)
	{
		int32_t code;
		char text = (char) ('0' + j);

		CHECK(dictionary_add(&c->dictionary, &unit_allocator, &text, 1, &code) == KERNEL_OK);
	}
	c->design_options = (DesignOptions){true, false, 1000, NULL};
	c->options = (LogisticOptions){.standardize = true,
								   .tolerance = 1e-10,
								   .max_iterations = 100,
								   .positive_target = 1.0,
								   .class_weight = {1.0, 1.0}};
	c->fit.coefficients = c->coefficients;
	dataset_begin(&c->dataset, n_numbers, n_categories, has_weight);
}

static void
add(Case *c, double a, double b, double d, double e, int32_t code, double target, double weight)
{
	double numbers[] = {a, b, d, e};

	CHECK(dataset_add(&c->dataset, &unit_allocator, numbers, &code, target, weight) == KERNEL_OK);
}

static void
describe(Case *c)
{
	double weights[5] = {0.0};
	double *level_weight[1] = {weights};
	const double *const_weight[1] = {weights};
	double missing_weight[1];
	NumberFacts numbers[MAX_NUMBERS];

	CHECK(logistic_level_facts(&c->dataset, &c->options, &unit_allocator, NULL, numbers,
							   level_weight, missing_weight) == KERNEL_OK);
	CHECK(design_build(&c->design, &unit_allocator, c->features, c->n_numbers + c->n_categories,
					   &c->dictionary, const_weight, missing_weight, numbers,
					   &c->design_options) == KERNEL_OK);
	CHECK(c->design.n_terms <= MAX_TERMS);
}

static Status
run(Case *c)
{
	return logistic_fit(&c->dataset, &c->design, &c->options, &unit_allocator, NULL, &c->fit);
}

static void
end(Case *c)
{
	design_release(&c->design, &unit_allocator, &c->dictionary);
	dictionary_release(&c->dictionary, &unit_allocator);
	dataset_release(&c->dataset, &unit_allocator);
}

/* Describes, runs and demands a converged fit. */
static void
converge(Case *c)
{
	describe(c);
	CHECK(run(c) == KERNEL_OK);
	CHECK(c->fit.facts.converged && !c->fit.facts.separated);
	CHECK(c->fit.facts.gradient_norm <= c->options.tolerance);
}

/* x3 = 2 x1 - x2 + 3: the shortest estimates, no errors for the three and the intercept. */
static void
dependent_columns(void)
{
	Case c;
	int i;

	begin(&c, 4, 0, false);
	for (i = 1; i <= ROWS; i++)
		add(&c, x1(i), x2(i), 2 * x1(i) - x2(i) + 3, x4(i), 0, label(i), 1.0);
	converge(&c);
	CHECK(c.fit.facts.rank == 4);
	for (i = 0; i < 5; i++)
		CHECK_NEAR(c.coefficients[i].estimate, golden_collinear_estimate[i], 1e-9);
	for (i = 0; i < 4; i++)
		CHECK(isnan(c.coefficients[i].std_error) && isnan(c.coefficients[i].p_value));
	CHECK_CLOSE(c.coefficients[4].std_error, golden_collinear_std_error_x4[0], 1e-7);
	CHECK_CLOSE(c.fit.facts.log_likelihood, golden_collinear_log_likelihood[0], 1e-12);
	end(&c);
}

/* A copy of a column: equal shares, and the intercept keeps its error. */
static void
column_twice(void)
{
	Case c;
	int i;

	begin(&c, 2, 0, false);
	for (i = 1; i <= ROWS; i++)
		add(&c, x1(i), x1(i), 0, 0, 0, label(i), 1.0);
	converge(&c);
	for (i = 0; i < 3; i++)
		CHECK_NEAR(c.coefficients[i].estimate, golden_twice_estimate[i], 1e-9);
	CHECK_CLOSE(c.coefficients[0].std_error, golden_twice_std_error_intercept[0], 1e-7);
	CHECK(isnan(c.coefficients[1].std_error) && isnan(c.coefficients[2].std_error));
	end(&c);
}

/* Constant and empty columns change nothing and have estimate 0. */
static void
constant_columns(void)
{
	Case c;
	int i;

	begin(&c, 4, 1, false);
	for (i = 1; i <= ROWS; i++)
		add(&c, x1(i), 1e9 + 0.1, x2(i), NAN, i % 7 == 0 ? CODE_MISSING : 3, label(i), 1.0);
	converge(&c);
	CHECK(c.design.n_terms == 5 && c.fit.facts.rank == 3);
	CHECK_NEAR(c.coefficients[0].estimate, golden_plain_estimate[0], 1e-8);
	CHECK_NEAR(c.coefficients[1].estimate, golden_plain_estimate[1], 1e-9);
	CHECK_NEAR(c.coefficients[3].estimate, golden_plain_estimate[2], 1e-9);
	CHECK(c.coefficients[2].estimate == 0.0 && isnan(c.coefficients[2].std_error));
	CHECK(c.coefficients[4].estimate == 0.0 && isnan(c.coefficients[4].std_error));
	CHECK_CLOSE(c.coefficients[0].std_error, golden_plain_std_error[0], 1e-7);
	CHECK_CLOSE(c.coefficients[1].std_error, golden_plain_std_error[1], 1e-7);
	CHECK_CLOSE(c.fit.facts.log_likelihood, golden_plain_log_likelihood[0], 1e-12);
	end(&c);
}

/* Weights of rows and classes multiply; the metrics leave those of classes out. */
static void
weights_multiply(void)
{
	Case c;
	int i;

	begin(&c, 2, 0, true);
	c.options.class_weight[1] = 3.0;
	for (i = 1; i <= ROWS; i++)
		add(&c, x1(i), x2(i), 0, 0, 0, label(i), 1.0 + i % 4);
	converge(&c);
	for (i = 0; i < 3; i++)
	{
		CHECK_NEAR(c.coefficients[i].estimate, golden_weighted_estimate[i], 1e-9);
		CHECK_CLOSE(c.coefficients[i].std_error, golden_weighted_std_error[i], 1e-7);
	}
	CHECK_CLOSE(c.fit.facts.log_likelihood, golden_weighted_log_likelihood[0], 1e-12);
	CHECK_CLOSE(c.fit.log_loss, golden_weighted_log_loss[0], 1e-9);
	CHECK_CLOSE(c.fit.accuracy, golden_weighted_accuracy[0], 1e-14);
	end(&c);
}

static void
without_intercept(void)
{
	Case c;
	int i;

	begin(&c, 2, 0, false);
	c.design_options.fit_intercept = false;
	for (i = 1; i <= ROWS; i++)
		add(&c, x1(i), x2(i), 0, 0, 0, label(i), 1.0);
	converge(&c);
	for (i = 0; i < 2; i++)
	{
		CHECK_NEAR(c.coefficients[i].estimate, golden_bare_estimate[i], 1e-10);
		CHECK_CLOSE(c.coefficients[i].std_error, golden_bare_std_error[i], 1e-7);
	}
	end(&c);
}

static void
missing_indicator(void)
{
	Case c;
	int i;

	begin(&c, 2, 0, false);
	c.design_options.missing_indicator = true;
	for (i = 1; i <= ROWS; i++)
		add(&c, x1(i), i % 7 == 0 ? NAN : x2(i), 0, 0, 0, label(i), 1.0);
	converge(&c);
	CHECK(c.design.n_terms == 4);
	for (i = 0; i < 4; i++)
	{
		CHECK_NEAR(c.coefficients[i].estimate, golden_indicated_estimate[i], 1e-8);
		CHECK_CLOSE(c.coefficients[i].std_error, golden_indicated_std_error[i], 1e-7);
	}
	end(&c);
}

/* Level 4 is all positive: its coefficient has no error, the others are as without its rows. */
static void
pinned_level(void)
{
	Case c;
	int i;

	begin(&c, 1, 1, false);
	for (i = 1; i <= ROWS; i++)
		add(&c, x1(i), 0, 0, 0, i * 7 % 5, i * 7 % 5 == 4 ? 1.0 : label(i), 1.0);
	describe(&c);
	CHECK(run(&c) == KERNEL_OK);
	CHECK(c.fit.facts.separated && !c.fit.facts.converged && c.fit.facts.iterations < 40);
	for (i = 0; i < 5; i++)
	{
		CHECK_NEAR(c.coefficients[i].estimate, golden_pinned_estimate[i], 1e-5);
		CHECK_CLOSE(c.coefficients[i].std_error, golden_pinned_std_error[i], 1e-4);
	}
	CHECK(c.coefficients[5].estimate > 10.0 && c.coefficients[5].estimate < 40.0);
	CHECK(isnan(c.coefficients[5].std_error));
	/* A penalty makes it finite. */
	c.options.l2 = 1e-3;
	CHECK(run(&c) == KERNEL_OK);
	CHECK(c.fit.facts.converged && !c.fit.facts.separated && c.coefficients[5].estimate < 10.0);
	end(&c);
}

/* Levels beyond the two kept are one level: the same fit as with one code for them. */
static void
pooled_levels(void)
{
	LinearCoefficient merged[MAX_TERMS];
	Case c;
	int pooled;
	int i;

	for (pooled = 0; pooled < 2; pooled++)
	{
		begin(&c, 1, 1, false);
		c.design_options.max_categories = pooled ? 2 : 1000;
		for (i = 1; i <= ROWS; i++)
		{
			int32_t code = i * 7 % 5;

			add(&c, x1(i), 0, 0, 0, code > 2 && !pooled ? 2 : code, label(i + code), 1.0);
		}
		converge(&c);
		CHECK(c.design.n_terms == 4);
		if (!pooled)
			memcpy(merged, c.coefficients, sizeof(merged));
		for (i = 0; i < 4; i++)
		{
			CHECK_NEAR(c.coefficients[i].estimate, merged[i].estimate, 1e-9);
			CHECK_CLOSE(c.coefficients[i].std_error, merged[i].std_error, 1e-7);
		}
		end(&c);
	}
}

/* One row, one class, one column of all rows alike: statuses and finite numbers, whatever they are. */
static void
degenerate_data(void)
{
	Case c;
	int n;
	int i;

	for (n = 1; n <= 3; n++)
	{
		begin(&c, 2, 1, false);
		for (i = 1; i <= n; i++)
			add(&c, x1(i), x2(i), 0, 0, i % 5, 1.0, 1.0);
		describe(&c);
		CHECK(run(&c) == KERNEL_OK);
		CHECK(!c.fit.facts.converged && c.fit.facts.separated);
		for (i = 0; i < c.design.n_terms; i++)
			CHECK(isfinite(c.coefficients[i].estimate));
		end(&c);
	}
	begin(&c, 2, 0, false);
	describe(&c);
	CHECK(run(&c) == KERNEL_INVALID);
	end(&c);
}

/* The same rows backwards and turned by a third: estimates agree to 1e-9. */
static void
order_does_not_show(void)
{
	LinearCoefficient first[MAX_TERMS];
	int n = 80000;
	int turn;
	int i;
	Case c;

	for (turn = 0; turn < 3; turn++)
	{
		begin(&c, 3, 1, false);
		for (i = 0; i < n; i++)
		{
			int at = turn == 0 ? i : turn == 1 ? n - 1 - i : (i + n / 3) % n;
			uint64_t hash = (uint64_t) (at + 1) * 0x9e3779b97f4a7c15u;
			double u = (double) (hash >> 40) * 0x1p-24;
			double v = (double) (hash * 0xbf58476d1ce4e5b9u >> 40) * 0x1p-24;
			double w = (double) (hash * 0x94d049bb133111ebu >> 40) * 0x1p-24;

			/* x3 depends on x1 and x2: the part that the rows leave open must agree too. */
			add(&c, u, at % 11 == 0 ? NAN : v, at % 11 == 0 ? NAN : 1.0 - v, 0, at % 5,
				w < 0.2 + 0.5 * u * v, 1.0);
		}
		c.options.tolerance = 1e-8;
		converge(&c);
		if (turn == 0)
			memcpy(first, c.coefficients, sizeof(first));
		for (i = 0; i < c.design.n_terms; i++)
		{
			CHECK_CLOSE(c.coefficients[i].estimate, first[i].estimate, 1e-9);
			CHECK_NEAR(c.coefficients[i].std_error, first[i].std_error, 1e-5 * first[i].std_error);
		}
		end(&c);
	}
}

#define WIDE_NUMBERS 30
#define WIDE_ROWS 66000

static double
wide_value(int i, int j)
{
	uint64_t hash = ((uint64_t) i * 64 + (uint64_t) j + 1) * 0x9e3779b97f4a7c15u;

	hash = (hash ^ hash >> 29) * 0xbf58476d1ce4e5b9u;
	return (double) (hash >> 40) * 0x1p-24;
}

/* Wide data: the gradient, computed anew, is within the tolerance. */
static void
wide_rows(void)
{
	static Feature features[WIDE_NUMBERS];
	static LinearCoefficient coefficients[WIDE_NUMBERS + 1];
	double numbers[WIDE_NUMBERS];
	double sums[WIDE_NUMBERS + 1] = {0.0};
	double curvature = 0.0;
	NumberFacts facts[WIDE_NUMBERS];
	DesignOptions design_options = {true, false, 1000, NULL};
	LogisticOptions options = {.standardize = true,
							   .tolerance = 1e-8,
							   .max_iterations = 100,
							   .positive_target = 1.0,
							   .class_weight = {1.0, 1.0}};
	LinearFit fit = {.coefficients = coefficients};
	Dataset dataset;
	Design design;
	int i;
	int j;

	dataset_begin(&dataset, WIDE_NUMBERS, 0, false);
	for (j = 0; j < WIDE_NUMBERS; j++)
		features[j] = (Feature){"x", FAMILY_NUMBER, 0, false};
	for (i = 0; i < WIDE_ROWS; i++)
	{
		for (j = 0; j < WIDE_NUMBERS; j++)
			numbers[j] = wide_value(i, j);
		CHECK(
			dataset_add(&dataset, &unit_allocator, numbers, NULL,
						wide_value(i, 40) < 0.1 + 0.4 * numbers[0] + 0.4 * numbers[1] * numbers[2],
						1.0) == KERNEL_OK);
	}
	CHECK(logistic_level_facts(&dataset, &options, &unit_allocator, NULL, facts, NULL, NULL) ==
		  KERNEL_OK);
	CHECK(design_build(&design, &unit_allocator, features, WIDE_NUMBERS, NULL, NULL, NULL, facts,
					   &design_options) == KERNEL_OK);
	CHECK(logistic_fit(&dataset, &design, &options, &unit_allocator, NULL, &fit) == KERNEL_OK);
	CHECK(fit.facts.converged && fit.facts.gradient_norm <= 1e-8);
	for (i = 0; i < WIDE_ROWS; i++)
	{
		double eta = coefficients[0].estimate;
		double p;
		double residual;

		for (j = 0; j < WIDE_NUMBERS; j++)
		{
			numbers[j] = wide_value(i, j);
			eta += coefficients[j + 1].estimate * numbers[j];
		}
		p = 1.0 / (1.0 + exp(-eta));
		residual = p - (wide_value(i, 40) < 0.1 + 0.4 * numbers[0] + 0.4 * numbers[1] * numbers[2]);
		sums[WIDE_NUMBERS] += residual;
		/* The columns are independent and spread evenly over (0, 1): their standard errors are near this. */
		curvature += p * (1.0 - p) / 12.0;
		for (j = 0; j < WIDE_NUMBERS; j++)
			sums[j] += residual * (numbers[j] - facts[j].mean) * sqrt(12.0);
	}
	for (j = 0; j <= WIDE_NUMBERS; j++)
		CHECK_NEAR(sums[j] / WIDE_ROWS, 0.0, 1e-10);
	for (j = 1; j <= WIDE_NUMBERS; j++)
		CHECK_CLOSE(coefficients[j].std_error, 1.0 / sqrt(curvature), 0.05);
	design_release(&design, &unit_allocator, NULL);
	dataset_release(&dataset, &unit_allocator);
}

/* Values whose squares overflow are told; large ones that do not are fitted. */
static void
extreme_values(void)
{
	Case c;
	int i;

	begin(&c, 1, 0, false);
	for (i = 1; i <= ROWS; i++)
		add(&c, x1(i) * 1e200, 0, 0, 0, 0, label(i), 1.0);
	describe(&c);
	CHECK(run(&c) == KERNEL_OVERFLOW);
	end(&c);
	begin(&c, 1, 0, false);
	for (i = 1; i <= ROWS; i++)
		add(&c, 1e9 + x1(i) * 1e-3, 0, 0, 0, 0, label(i), 1.0);
	converge(&c);
	CHECK_CLOSE(c.coefficients[1].estimate, 1e3 * 2.0 * golden_twice_estimate[1], 1e-6);
	end(&c);
}

/* A limit of steps that is met is no error, and no tolerance is too small to end. */
static void
limits_end_it(void)
{
	Case c;
	int i;

	begin(&c, 2, 0, false);
	for (i = 1; i <= ROWS; i++)
		add(&c, x1(i), x2(i), 0, 0, 0, label(i), 1.0);
	describe(&c);
	c.options.max_iterations = 1;
	CHECK(run(&c) == KERNEL_OK);
	CHECK(!c.fit.facts.converged && !c.fit.facts.separated && c.fit.facts.iterations == 1);
	CHECK(c.fit.facts.gradient_norm > 1e-10);
	c.options.max_iterations = 100;
	c.options.tolerance = 1e-300;
	CHECK(run(&c) == KERNEL_OK);
	CHECK(c.fit.facts.iterations < 20);
	CHECK_NEAR(c.coefficients[1].estimate, golden_plain_estimate[1], 1e-9);
	end(&c);
}

/* Refused memory with a null space and with levels. */
static void
refusal_is_a_status(void)
{
	Case c;
	Status status = KERNEL_OUT_OF_MEMORY;
	long n;
	int i;

	begin(&c, 3, 1, false);
	for (i = 1; i <= ROWS; i++)
		add(&c, x1(i), x2(i), x1(i) + x2(i), 0, i % 5, label(i), 1.0);
	describe(&c);
	for (n = 0; n < 300 && status != KERNEL_OK; n++)
	{
		unit_allocator_fail_after(n);
		status = run(&c);
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
	}
	unit_allocator_fail_after(-1);
	CHECK(status == KERNEL_OK && n > 20);
	end(&c);
}

typedef struct Polls
{
	long left;
} Polls;

static bool
count_down(void *context)
{
	return ((Polls *) context)->left-- <= 0;
}

/* Asked to stop at any moment, it stops and returns what it took. */
static void
stops_at_any_poll(void)
{
	Case c;
	Status status = KERNEL_STOPPED;
	long n;
	int i;

	begin(&c, 3, 1, false);
	for (i = 1; i <= ROWS; i++)
		add(&c, x1(i), x2(i), x1(i) + x2(i), 0, i % 5, label(i), 1.0);
	describe(&c);
	for (n = 0; n < 1000 && status != KERNEL_OK; n++)
	{
		Polls polls = {n};
		StopCheck stop = {count_down, &polls, NULL};

		status = logistic_fit(&c.dataset, &c.design, &c.options, &unit_allocator, &stop, &c.fit);
		CHECK(status == KERNEL_OK || status == KERNEL_STOPPED);
	}
	CHECK(status == KERNEL_OK && n > 20);
	end(&c);
}

UNIT_MAIN(UNIT_CASE(dependent_columns), UNIT_CASE(column_twice), UNIT_CASE(constant_columns),
		  UNIT_CASE(weights_multiply), UNIT_CASE(without_intercept), UNIT_CASE(missing_indicator),
		  UNIT_CASE(pinned_level), UNIT_CASE(pooled_levels), UNIT_CASE(degenerate_data),
		  UNIT_CASE(order_does_not_show), UNIT_CASE(wide_rows), UNIT_CASE(extreme_values),
		  UNIT_CASE(limits_end_it), UNIT_CASE(refusal_is_a_status), UNIT_CASE(stops_at_any_poll))
