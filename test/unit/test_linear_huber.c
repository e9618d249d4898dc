/*
 * test_linear_huber.c: Huber regression against its optimality conditions in long double.
 *
 * Golden values of whole fits are in test/sql/fit_huber.sql.
 */
#include "kernel/linear/huber.h"

#include "kernel/linear/robust_loss.h"
#include "robust_case.h"

/* The inverse of a symmetric matrix, by Gauss and Jordan. */
static void
case_invert(long double matrix[TERMS][TERMS], long double inverse[TERMS][TERMS])
{
	int k;
	int i;
	int j;

	memcpy(inverse, matrix, sizeof(long double) * TERMS * TERMS);
	for (k = 0; k < TERMS; k++)
	{
		long double pivot = inverse[k][k];

		inverse[k][k] = 1.0L;
		for (j = 0; j < TERMS; j++)
			inverse[k][j] /= pivot;
		for (i = 0; i < TERMS; i++)
		{
			long double ratio = inverse[i][k];

			if (i == k)
				continue;
			inverse[i][k] = 0.0L;
			for (j = 0; j < TERMS; j++)
				inverse[i][j] -= ratio * inverse[k][j];
		}
	}
}

static HuberOptions
options_of(const Case *c, double epsilon)
{
	return (HuberOptions){.epsilon = epsilon,
						  .standardize = true,
						  .tolerance = 1e-8,
						  .max_iterations = 100,
						  .target_mean = c->mean};
}

static Status
run(Case *c, const HuberOptions *options)
{
	return huber_fit(&c->dataset, &c->design, options, &unit_allocator, NULL, &c->fit);
}

static void
derivatives_are_differences(void)
{
	static const double targets[] = {0.25, 3.0, -7.0};
	int t;
	int kind;

	for (kind = ROBUST_SQUARES; kind <= ROBUST_CHECK; kind++)
	{
		for (t = 0; t < 3; t++)
		{
			RobustLoss loss = {
				.kind = kind, .scale = 1.5, .epsilon = 1.35, .quantile = 0.3, .width = 0.75};
			double h = 1e-5;
			double eta[3] = {0.5 - h, 0.5, 0.5 + h};
			double y = targets[t];
			double weight = 2.0;
			double residual[3];
			double curvature[3];
			double mixed[3];
			double at[3];
			double slope;
			int i;

			for (i = 0; i < 3; i++)
			{
				memset(&loss.sums, 0, sizeof(loss.sums));
				robust_rows(&loss, eta + i, &y, &weight, 1, residual + i, curvature + i, mixed + i);
				at[i] = loss.sums.loss.hi;
			}
			CHECK_NEAR(residual[1], (at[2] - at[0]) / (2.0 * h), 1e-7);
			CHECK_CLOSE(loss.sums.weight.hi, 2.0, 0.0);
			if (kind == ROBUST_HUBER || kind == ROBUST_SQUARES || loss.sums.inside > 0.0)
				CHECK_NEAR(curvature[1], (residual[2] - residual[0]) / (2.0 * h), 1e-7);
			if (kind == ROBUST_HUBER_BOUND)
			{
				/* The parabola touches at eta and is nowhere below. */
				for (i = -40; i <= 40; i++)
				{
					double other = 0.5 + i / 4.0;
					double unused[3];
					double move = other - 0.5;

					memset(&loss.sums, 0, sizeof(loss.sums));
					robust_rows(&loss, &other, &y, &weight, 1, unused, unused + 1, unused + 2);
					CHECK(loss.sums.loss.hi <=
						  at[1] + residual[1] * move + 0.5 * curvature[1] * move * move + 1e-9);
				}
			}
			if (kind != ROBUST_HUBER)
				continue;
			memset(&loss.sums, 0, sizeof(loss.sums));
			robust_rows(&loss, eta + 1, &y, &weight, 1, residual, curvature, mixed + 1);
			slope = loss.sums.scale_slope;
			for (i = 0; i < 3; i += 2)
			{
				memset(&loss.sums, 0, sizeof(loss.sums));
				loss.scale = 1.5 + (i - 1) * h;
				robust_rows(&loss, eta + 1, &y, &weight, 1, residual + i, curvature + i, mixed);
				at[i] = loss.sums.loss.hi;
			}
			CHECK_NEAR(slope, (at[2] - at[0]) / (2.0 * h), 1e-7);
			CHECK_NEAR(mixed[1], (residual[2] - residual[0]) / (2.0 * h), 1e-7);
		}
	}
}

/* Sums of psi x and of 1 - psi^2, which are 0 at the optimum (l2: those of the penalty beside them). */
static void
check_optimum(const Case *c, const HuberOptions *options)
{
	long double s = sqrtl(c->fit.facts.sigma2);
	long double total = 0.0L;
	long double scale_sum = 0.0L;
	int i;
	int t;

	for (i = 0; i < c->dataset.blocks[0].n; i++)
	{
		long double psi = case_residual(c, i) / s;

		psi = fmaxl(fminl(psi, options->epsilon), -options->epsilon);
		scale_sum += case_weight(c, i) * (1.0L - psi * psi);
		total += case_weight(c, i);
	}
	CHECK_NEAR((double) (scale_sum / total), 0.0, 1e-12);
	for (t = 0; t < c->design.n_terms; t++)
	{
		long double score = 0.0L;
		long double size = 0.0L;
		long double sum = 0.0L;
		long double squares = 0.0L;
		bool is_free = c->design.terms[t].feature == TERM_INTERCEPT;

		for (i = 0; i < c->dataset.blocks[0].n; i++)
		{
			long double psi = case_residual(c, i) / s;
			long double x = case_value(c, t, i);

			psi = fmaxl(fminl(psi, options->epsilon), -options->epsilon);
			score += case_weight(c, i) * psi * x;
			size += case_weight(c, i) * fabsl(psi * x);
			sum += case_weight(c, i) * x;
			squares += case_weight(c, i) * x * x;
		}
		/* The penalty is on the standardised coefficient; numbers here have no missing value then. */
		if (!is_free)
			score -= total * options->l2 * c->coefficients[t].estimate *
				(options->standardize ? squares / total - sum * sum / (total * total) : 1.0L);
		CHECK_NEAR((double) (score / size), 0.0, 1e-12);
	}
}

/* Huber's first formula. */
static double
variance_factor(const Case *c, double epsilon)
{
	double s = sqrt(c->fit.facts.sigma2);
	double influence = 0.0;
	double inside = 0.0;
	double total = 0.0;
	double correction;
	int i;

	for (i = 0; i < c->dataset.blocks[0].n; i++)
	{
		double w = (double) case_weight(c, i);
		double psi = fmax(fmin((double) case_residual(c, i) / s, epsilon), -epsilon);

		influence += w * psi * psi;
		inside += fabs(psi) < epsilon ? w : 0.0;
		total += w;
	}
	inside /= total;
	correction = 1.0 + c->design.n_terms / (double) GOLDEN_ROWS * (1.0 - inside) / inside;
	return s * s * correction * correction * influence / (GOLDEN_ROWS - c->design.n_terms) /
		(inside * inside);
}

static void
fits_solve_the_score_equations(void)
{
	static const double epsilons[] = {1.05, 1.35, 3.0};
	int e;
	int variant;

	for (e = 0; e < 3; e++)
	{
		for (variant = 0; variant < 5; variant++)
		{
			Case c;
			HuberOptions options;

			case_begin(&c, GOLDEN_ROWS, variant == 2, variant == 1 || variant == 2, variant != 3);
			options = options_of(&c, epsilons[e]);
			options.l2 = variant == 4 ? 0.02 : 0.0;
			CHECK(run(&c, &options) == KERNEL_OK);
			CHECK(c.fit.facts.converged && c.fit.facts.gradient_norm <= 1e-12 &&
				  c.fit.facts.rank == c.design.n_terms && c.fit.facts.iterations <= 25);
			CHECK(isnan(c.coefficients[0].std_error) == (variant == 4));
			check_optimum(&c, &options);
			if (variant != 4)
				case_check_errors(&c, variance_factor(&c, epsilons[e]));
			case_end(&c);
		}
	}
}

/* A large constant in the target and a wide column change nothing but the intercept. */
static void
offsets_of_the_target_do_no_harm(void)
{
	Case c;
	HuberOptions options;
	double slope;
	double scale;
	int i;

	case_begin(&c, GOLDEN_ROWS, false, false, true);
	options = options_of(&c, 1.35);
	CHECK(run(&c, &options) == KERNEL_OK);
	slope = c.coefficients[1].estimate;
	scale = c.fit.facts.sigma2;
	for (i = 0; i < GOLDEN_ROWS; i++)
		c.dataset.blocks[0].target[i] += 0x1p30;
	options.target_mean += 0x1p30;
	CHECK(run(&c, &options) == KERNEL_OK);
	CHECK(c.fit.facts.converged);
	CHECK_CLOSE(c.coefficients[1].estimate, slope, 1e-10);
	CHECK_CLOSE(c.fit.facts.sigma2, scale, 1e-10);
	case_end(&c);
}

/* Two equal columns, and a constant one. */
static void
equal_columns_share(void)
{
	Case c;
	HuberOptions options;
	double *numbers;
	int i;

	case_begin(&c, GOLDEN_ROWS, false, false, true);
	numbers = c.dataset.blocks[0].numbers;
	for (i = 0; i < GOLDEN_ROWS; i++)
		numbers[c.dataset.blocks[0].capacity + i] = numbers[i];
	design_release(&c.design, &unit_allocator, &c.dictionary);
	case_describe(&c, true);
	options = options_of(&c, 1.35);
	CHECK(run(&c, &options) == KERNEL_OK);
	CHECK(c.fit.facts.converged && c.fit.facts.rank == TERMS - 1);
	CHECK_CLOSE(c.coefficients[1].estimate, c.coefficients[2].estimate, 1e-12);
	CHECK(isnan(c.coefficients[1].std_error) && !isnan(c.coefficients[3].std_error));
	check_optimum(&c, &options);
	case_end(&c);
}

/* Most rows on a plane: the scale is 0 and that plane the answer. */
static void
a_plane_through_most_rows_is_found(void)
{
	Case c;
	HuberOptions options;
	int i;

	case_begin(&c, GOLDEN_ROWS, false, false, true);
	for (i = 0; i < GOLDEN_ROWS; i++)
		c.dataset.blocks[0].target[i] =
			2.0 + 3.0 * c.dataset.blocks[0].numbers[i] + (i % 10 == 3 ? 300.0 : 0.0);
	options = options_of(&c, 1.35);
	CHECK(run(&c, &options) == KERNEL_OK);
	CHECK(c.fit.facts.sigma2 == 0.0 && c.fit.facts.converged);
	CHECK_NEAR(c.coefficients[0].estimate, 2.0, 1e-5);
	CHECK_NEAR(c.coefficients[1].estimate, 3.0, 1e-6);
	CHECK(isnan(c.coefficients[1].std_error));
	for (i = 0; i < GOLDEN_ROWS; i++)
		c.dataset.blocks[0].target[i] = 7.0;
	options.target_mean = 7.0;
	CHECK(run(&c, &options) == KERNEL_OK);
	CHECK(c.fit.facts.converged && c.fit.facts.sigma2 == 0.0);
	CHECK_CLOSE(c.coefficients[0].estimate, 7.0, 1e-15);
	CHECK_NEAR(c.coefficients[1].estimate, 0.0, 1e-15);
	case_end(&c);
}

static void
fewer_rows_than_terms_are_met(void)
{
	Case c;
	HuberOptions options;
	int i;

	case_begin(&c, 3, false, false, true);
	options = options_of(&c, 1.35);
	CHECK(run(&c, &options) == KERNEL_OK);
	CHECK(c.fit.facts.sigma2 == 0.0 && c.fit.facts.rank == 3);
	for (i = 0; i < 3; i++)
		CHECK_NEAR((double) case_residual(&c, i), 0.0, 1e-10);
	case_end(&c);
}

static void
a_step_limit_is_kept(void)
{
	Case c;
	HuberOptions options;

	case_begin(&c, GOLDEN_ROWS, false, false, true);
	options = options_of(&c, 1.35);
	options.max_iterations = 1;
	CHECK(run(&c, &options) == KERNEL_OK);
	CHECK(!c.fit.facts.converged && c.fit.facts.iterations == 1);
	case_end(&c);
}

static void
stops_when_asked(void)
{
	static const StopCheck stop = {case_always_stop, NULL, NULL};
	Case c;
	HuberOptions options;

	case_begin(&c, GOLDEN_ROWS, false, false, true);
	options = options_of(&c, 1.35);
	CHECK(huber_fit(&c.dataset, &c.design, &options, &unit_allocator, &stop, &c.fit) ==
		  KERNEL_STOPPED);
	case_end(&c);
}

static void
refusal_is_a_status(void)
{
	Case c;
	HuberOptions options;
	Status status = KERNEL_OUT_OF_MEMORY;
	long n;

	case_begin(&c, GOLDEN_ROWS, true, false, true);
	options = options_of(&c, 1.35);
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

/* HC3 by its definition: (X'DX)^-1 with D the second derivative, leverages by the weights psi(r) / r. */
static void
the_sandwich_takes_leverages_of_the_weights(void)
{
	long double bread[TERMS][TERMS];
	long double inner[TERMS][TERMS] = {{0}};
	long double weighted[TERMS][TERMS] = {{0}};
	long double variance[TERMS] = {0};
	double centre[TERMS];
	double factor[TERMS * (TERMS + 1) / 2];
	LinearCovariance covariance = {.centre = centre, .factor = factor, .is_unit = true};
	HuberOptions options;
	long double scale;
	Case c;
	int i;
	int k;
	int l;

	case_begin(&c, 60, true, true, true);
	c.fit.covariance = &covariance;
	options = options_of(&c, 1.35);
	options.covariance_type = COVARIANCE_HC3;
	options.tolerance = 1e-12;
	CHECK(run(&c, &options) == KERNEL_OK && covariance.is_known);
	scale = sqrt(c.fit.facts.sigma2);
	for (i = 0; i < 60; i++)
	{
		long double z = fabsl(case_residual(&c, i) / scale);

		for (k = 0; k < TERMS; k++)
			for (l = 0; l < TERMS; l++)
			{
				long double product =
					case_weight(&c, i) * case_value(&c, k, i) * case_value(&c, l, i) / scale;

				inner[k][l] += z <= options.epsilon ? product : 0.0L;
				weighted[k][l] += z <= options.epsilon ? product : product * options.epsilon / z;
			}
	}
	case_invert(inner, bread);
	case_invert(weighted, inner);
	for (i = 0; i < 60; i++)
	{
		long double z = case_residual(&c, i) / scale;
		long double psi = fmaxl(fminl(z, options.epsilon), -options.epsilon);
		long double leverage = 0.0L;
		long double share[TERMS] = {0};

		for (k = 0; k < TERMS; k++)
			for (l = 0; l < TERMS; l++)
			{
				leverage += case_weight(&c, i) * psi / z / scale * case_value(&c, k, i) *
					inner[k][l] * case_value(&c, l, i);
				share[k] += bread[k][l] * case_value(&c, l, i);
			}
		for (k = 0; k < TERMS; k++)
			variance[k] += powl(share[k] * case_weight(&c, i) * psi / (1.0L - leverage), 2.0L);
	}
	for (k = 0; k < TERMS; k++)
		CHECK_CLOSE(c.coefficients[k].std_error, sqrt((double) variance[k]), 1e-9);
	case_end(&c);
}

UNIT_MAIN(UNIT_CASE(derivatives_are_differences), UNIT_CASE(fits_solve_the_score_equations),
		  UNIT_CASE(offsets_of_the_target_do_no_harm), UNIT_CASE(equal_columns_share),
		  UNIT_CASE(a_plane_through_most_rows_is_found), UNIT_CASE(fewer_rows_than_terms_are_met),
		  UNIT_CASE(a_step_limit_is_kept), UNIT_CASE(stops_when_asked),
		  UNIT_CASE(the_sandwich_takes_leverages_of_the_weights), UNIT_CASE(refusal_is_a_status))
