/*
 * test_linear_quantile_optimum.c: quantile regression against its optimality conditions: residuals of both signs.
 *
 * Golden values of whole fits are in test/sql/fit_quantile.sql.
 */
#include "kernel/linear/quantile.h"

#include "kernel/linear/robust_loss.h"
#include "robust_case.h"

static QuantileOptions
options_of(const Case *c, double quantile)
{
	return (QuantileOptions){.quantile = quantile,
							 .standardize = true,
							 .tolerance = 1e-9,
							 .max_iterations = 100000,
							 .target_mean = c->mean};
}

static Status
run(Case *c, const QuantileOptions *options)
{
	return quantile_fit(&c->dataset, &c->design, options, &unit_allocator, NULL, &c->fit, &c->loss);
}

static double
loss_of(const Case *c, const QuantileOptions *options)
{
	long double sum = 0.0L;
	long double total = 0.0L;
	int i;

	for (i = 0; i < c->dataset.blocks[0].n; i++)
	{
		long double r = case_residual(c, i);

		sum += case_weight(c, i) * (r > 0.0L ? options->quantile : options->quantile - 1.0) * r;
		total += case_weight(c, i);
	}
	return (double) (sum / total);
}

/* What the loss falls by along a coefficient, either way, is nothing: it is convex. */
static void
check_minimum(Case *c, const QuantileOptions *options, int terms)
{
	double least = loss_of(c, options);
	int sign;
	int t;

	CHECK_CLOSE(c->loss, least, 1e-10);
	for (t = 0; t < terms; t++)
	{
		for (sign = -1; sign <= 1; sign += 2)
		{
			double kept = c->coefficients[t].estimate;

			c->coefficients[t].estimate += sign * 1e-3;
			CHECK(loss_of(c, options) >= least - 1e-12);
			c->coefficients[t].estimate = kept;
		}
	}
}

static void
fits_have_no_gap(void)
{
	static const double quantiles[] = {0.05, 0.5, 0.8};
	int q;
	int variant;

	for (q = 0; q < 3; q++)
	{
		for (variant = 0; variant < 4; variant++)
		{
			Case c;
			QuantileOptions options;

			case_begin(&c, GOLDEN_ROWS, variant == 2, variant == 1 || variant == 2, variant != 3);
			options = options_of(&c, quantiles[q]);
			CHECK(run(&c, &options) == KERNEL_OK);
			CHECK(c.fit.facts.converged && c.fit.facts.gradient_norm <= 1e-11 &&
				  c.fit.facts.rank == c.design.n_terms);
			check_minimum(&c, &options, c.design.n_terms);
			CHECK(!isnan(c.coefficients[0].std_error));
			case_end(&c);
		}
	}
}

/* Sparsity with its quartiles sorted out here. */
static double
variance_factor(const Case *c, double tau)
{
	int n = c->dataset.blocks[0].n;
	double r[GOLDEN_ROWS] = {0.0};
	double squares = 0.0;
	double mean = 0.0;
	double density = 0.0;
	double z = tau == 0.5 ? 0.0 : NAN;
	double width = pow(n, -1.0 / 3.0) * pow(1.959963984540054, 2.0 / 3.0) *
		pow(1.5 / (2.0 * M_PI) / (2.0 * z * z + 1.0), 1.0 / 3.0);
	double h;
	int i;
	int j;

	for (i = 0; i < n; i++)
	{
		double own = (double) case_residual(c, i);

		mean += c->dataset.blocks[0].target[i] / n;
		for (j = i; j > 0 && r[j - 1] > own; j--)
			r[j] = r[j - 1];
		r[j] = own;
	}
	for (i = 0; i < n; i++)
		squares += pow(c->dataset.blocks[0].target[i] - mean, 2.0) / n;
	/* (n - 1) / 4 = 49.75 */
	h = fmin(sqrt(squares),
			 (r[149] + 0.25 * (r[150] - r[149]) - r[49] - 0.75 * (r[50] - r[49])) / 1.34);
	/* The normal quantile of 1/2 + width by its series. */
	{
		double u = width * sqrt(2.0 * M_PI);

		h *= 2.0 *
			(u + pow(u, 3.0) / 6.0 + 7.0 * pow(u, 5.0) / 120.0 + 127.0 * pow(u, 7.0) / 5040.0 +
			 4369.0 * pow(u, 9.0) / 362880.0 + 34807.0 * pow(u, 11.0) / 5702400.0 +
			 20036983.0 * pow(u, 13.0) / 6227020800.0);
	}
	for (i = 0; i < n; i++)
		density += fabs(r[i]) <= h ? 0.75 * (1.0 - r[i] * r[i] / (h * h)) / (n * h) : 0.0;
	return tau * (1.0 - tau) / (density * density);
}

static void
errors_are_by_the_sparsity(void)
{
	Case c;
	QuantileOptions options;

	case_begin(&c, GOLDEN_ROWS, false, false, true);
	options = options_of(&c, 0.5);
	CHECK(run(&c, &options) == KERNEL_OK);
	/* The series above is good to 1e-4. */
	CHECK_CLOSE(c.fit.facts.sigma2, variance_factor(&c, 0.5), 1e-3);
	case_check_errors(&c, c.fit.facts.sigma2);
	case_end(&c);
}

/* More rows than are looked at at once, with ties, and sides that the first round gets wrong. */
static void
many_rows_are_met(void)
{
	Case c;
	QuantileOptions options;
	uint64_t state = 1;
	long double sum = 0.0L;
	long double least;
	int64_t below = 0;
	int i;
	int b;

	memset(&c, 0, sizeof(c));
	c.fit.coefficients = c.coefficients;
	golden_dictionary(&c.dictionary);
	dataset_begin(&c.dataset, 2, 1, false);
	for (i = 0; i < 30000; i++)
	{
		double numbers[2];
		int32_t code = i % 3;

		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		numbers[0] = (double) (state >> 54);
		numbers[1] = (double) (state >> 34 & 1023) / 7.0;
		CHECK(dataset_add(&c.dataset, &unit_allocator, numbers, &code,
						  numbers[0] - numbers[1] +
							  1.0 / (1e-3 + (double) (state >> 44 & 1023) / 1024.0),
						  1.0) == KERNEL_OK);
	}
	case_describe(&c, true);
	options = options_of(&c, 0.7);
	CHECK(run(&c, &options) == KERNEL_OK);
	CHECK(c.fit.facts.converged && c.fit.facts.gradient_norm <= 1e-10);
	/* The share below is the quantile, but for the rows on the hyperplane. */
	for (b = 0; b < c.dataset.n_blocks; b++)
	{
		const DatasetBlock *block = &c.dataset.blocks[b];

		for (i = 0; i < block->n; i++)
		{
			long double r = block->target[i] - c.coefficients[0].estimate -
				c.coefficients[1].estimate * block->numbers[i] -
				c.coefficients[2].estimate * block->numbers[block->capacity + i] -
				(block->codes[i] > 0 ? c.coefficients[2 + block->codes[i]].estimate : 0.0);

			below += r < -1e-9L;
			sum += r * (r > 0.0L ? 0.7L : -0.3L);
		}
	}
	least = sum / 30000.0L;
	CHECK_CLOSE(c.loss, (double) least, 1e-12);
	CHECK(below <= 21000 && below >= 21000 - 300);
	case_end(&c);
}

static void
a_penalty_sets_coefficients_to_zero(void)
{
	Case c;
	QuantileOptions options;
	int t;

	case_begin(&c, GOLDEN_ROWS, false, false, true);
	options = options_of(&c, 0.5);
	options.l1 = 1000.0;
	CHECK(run(&c, &options) == KERNEL_OK);
	CHECK(c.fit.facts.converged && isnan(c.coefficients[1].std_error));
	for (t = 1; t < TERMS; t++)
		CHECK_NEAR(c.coefficients[t].estimate, 0.0, 1e-12);
	check_minimum(&c, &options, 1);
	case_end(&c);
}

static void
equal_columns_share(void)
{
	Case c;
	QuantileOptions options;
	double *numbers;
	int i;

	case_begin(&c, GOLDEN_ROWS, false, false, true);
	numbers = c.dataset.blocks[0].numbers;
	for (i = 0; i < GOLDEN_ROWS; i++)
		numbers[c.dataset.blocks[0].capacity + i] = numbers[i];
	design_release(&c.design, &unit_allocator, &c.dictionary);
	case_describe(&c, true);
	options = options_of(&c, 0.5);
	CHECK(run(&c, &options) == KERNEL_OK);
	CHECK(c.fit.facts.converged && c.fit.facts.rank == TERMS - 1);
	CHECK_NEAR(c.coefficients[1].estimate, c.coefficients[2].estimate, 1e-11);
	CHECK(isnan(c.coefficients[1].std_error) && !isnan(c.coefficients[3].std_error));
	case_end(&c);
}

static void
exact_and_constant_targets_are_met(void)
{
	Case c;
	QuantileOptions options;
	int i;

	case_begin(&c, GOLDEN_ROWS, false, false, true);
	options = options_of(&c, 0.3);
	for (i = 0; i < GOLDEN_ROWS; i++)
		c.dataset.blocks[0].target[i] =
			2.0 + 3.0 * c.dataset.blocks[0].numbers[i] + (i % 10 == 3 ? 300.0 : 0.0);
	CHECK(run(&c, &options) == KERNEL_OK);
	CHECK(c.fit.facts.converged);
	CHECK_NEAR(c.coefficients[0].estimate, 2.0, 1e-9);
	CHECK_NEAR(c.coefficients[1].estimate, 3.0, 1e-10);
	for (i = 0; i < GOLDEN_ROWS; i++)
		c.dataset.blocks[0].target[i] = 7.0;
	options.target_mean = 7.0;
	CHECK(run(&c, &options) == KERNEL_OK);
	CHECK(c.fit.facts.converged && c.loss == 0.0);
	CHECK_CLOSE(c.coefficients[0].estimate, 7.0, 1e-15);
	case_end(&c);
	case_begin(&c, 3, false, false, true);
	options = options_of(&c, 0.5);
	CHECK(run(&c, &options) == KERNEL_OK);
	CHECK(c.fit.facts.converged && c.fit.facts.rank == 3 && isnan(c.coefficients[1].std_error));
	for (i = 0; i < 3; i++)
		CHECK_NEAR((double) case_residual(&c, i), 0.0, 1e-10);
	case_end(&c);
}

/* Two columns without an intercept, one of them nearly constant: the best of all vertices, by pairs of rows. */
static void
columns_of_bad_scale_do_no_harm(void)
{
	Case c;
	QuantileOptions options;
	const DatasetBlock *block;
	long double least = INFINITY;
	int n = 14;
	int i;
	int j;
	int h;

	memset(&c, 0, sizeof(c));
	c.fit.coefficients = c.coefficients;
	golden_dictionary(&c.dictionary);
	dataset_begin(&c.dataset, 2, 1, false);
	for (i = 1; i <= n; i++)
	{
		double numbers[2] = {1000.0 + i * 37 % 101 * 0x1p-13, 1e4 + i * 53 % 97 * 0x1p-13};
		int32_t code = 0;

		CHECK(dataset_add(&c.dataset, &unit_allocator, numbers, &code, i * 29 % 17, 1.0) ==
			  KERNEL_OK);
	}
	case_describe(&c, false);
	options = options_of(&c, 0.4);
	CHECK(run(&c, &options) == KERNEL_OK && c.fit.facts.converged);
	block = &c.dataset.blocks[0];
	for (i = 0; i < n; i++)
	{
		for (j = i + 1; j < n; j++)
		{
			const double *x = block->numbers;
			const double *z = block->numbers + block->capacity;
			long double det = (long double) x[i] * z[j] - (long double) x[j] * z[i];
			long double a =
				(block->target[i] * (long double) z[j] - block->target[j] * (long double) z[i]) /
				det;
			long double b =
				((long double) x[i] * block->target[j] - (long double) x[j] * block->target[i]) /
				det;
			long double sum = 0.0L;

			for (h = 0; h < n && det != 0.0L; h++)
			{
				long double r = block->target[h] - a * x[h] - b * z[h];

				sum += (r > 0.0L ? 0.4L : -0.6L) * r / n;
			}
			if (det != 0.0L)
				least = fminl(least, sum);
		}
	}
	CHECK_CLOSE(c.loss, (double) least, 1e-9);
	CHECK_CLOSE(loss_of(&c, &options), (double) least, 1e-7);
	case_end(&c);
}

static void
stops_when_asked(void)
{
	static const StopCheck stop = {case_always_stop, NULL, NULL};
	Case c;
	QuantileOptions options;

	case_begin(&c, GOLDEN_ROWS, false, false, true);
	options = options_of(&c, 0.5);
	CHECK(quantile_fit(&c.dataset, &c.design, &options, &unit_allocator, &stop, &c.fit, &c.loss) ==
		  KERNEL_STOPPED);
	case_end(&c);
}

static void
refusal_is_a_status(void)
{
	Case c;
	QuantileOptions options;
	Status status = KERNEL_OUT_OF_MEMORY;
	long n;

	case_begin(&c, GOLDEN_ROWS, true, false, true);
	options = options_of(&c, 0.5);
	for (n = 0; n < 300 && status != KERNEL_OK; n++)
	{
		unit_allocator_fail_after(n);
		status = run(&c, &options);
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
	}
	unit_allocator_fail_after(-1);
	CHECK(status == KERNEL_OK && n > 10);
	case_end(&c);
}

UNIT_MAIN(UNIT_CASE(fits_have_no_gap), UNIT_CASE(errors_are_by_the_sparsity),
		  UNIT_CASE(many_rows_are_met), UNIT_CASE(a_penalty_sets_coefficients_to_zero),
		  UNIT_CASE(equal_columns_share), UNIT_CASE(exact_and_constant_targets_are_met),
		  UNIT_CASE(columns_of_bad_scale_do_no_harm), UNIT_CASE(stops_when_asked),
		  UNIT_CASE(refusal_is_a_status))
