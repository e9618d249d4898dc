/*
 * test_linear_softmax.c: golden values, penalty, weights, separation, refusal of multinomial fits.
 */
#include "kernel/linear/softmax.h"

#include "../golden/softmax.h"
#include "kernel/dataset/dictionary.h"
#include "kernel/linear/softmax_simd.h"
#include "unit.h"

#define MAX_NUMBERS 64
#define MAX_CLASSES 12
#define MAX_TERMS 70

typedef struct Case
{
	int n_numbers;
	bool has_category;
	Dictionary dictionary;
	Dataset dataset;
	Design design;
	Feature features[MAX_NUMBERS + 1];
	DesignOptions design_options;
	LogisticOptions options;
	int32_t class_of_code[MAX_CLASSES];
	double factor[MAX_CLASSES];
	LinearCoefficient coefficients[MAX_CLASSES * MAX_TERMS];
	SoftmaxFit fit;
} Case;

/* Codes are not in the order of the classes: class k has the code n_classes - 1 - k. */
static void
begin(Case *c, int n_numbers, bool has_category, int n_classes)
{
	int i;

	memset(c, 0, sizeof(*c));
	c->n_numbers = n_numbers;
	c->has_category = has_category;
	for (i = 0; i < n_numbers; i++)
		c->features[i] = (Feature){"x", FAMILY_NUMBER, 0, false};
	c->features[n_numbers] = (Feature){"c", FAMILY_CATEGORY, 0, false};
	c->design_options = (DesignOptions){true, false, 1000, NULL};
	c->options = (LogisticOptions){.standardize = true,
								   .tolerance = 1e-10,
								   .max_iterations = 100,
								   .positive_target = -1.0,
								   .class_weight = {1.0, 1.0},
								   .n_classes = n_classes,
								   .class_of_code = c->class_of_code};
	for (i = 0; i < n_classes; i++)
	{
		c->class_of_code[i] = n_classes - 1 - i;
		c->factor[i] = 1.0;
	}
	c->fit.coefficients = c->coefficients;
	dataset_begin(&c->dataset, n_numbers, has_category, true);
	for (i = 0; i < 3 && has_category; i++)
	{
		char name = (char) ('0' + i);
		int32_t code;

		CHECK(dictionary_add(&c->dictionary, &unit_allocator, &name, 1, &code) == KERNEL_OK);
	}
}

static void
add(Case *c, const double *numbers, int32_t level, int class, double weight)
{
	CHECK(dataset_add(&c->dataset, &unit_allocator, numbers, &level,
					  c->options.n_classes - 1 - class, weight) == KERNEL_OK);
}

static Status
run(Case *c)
{
	return softmax_fit(&c->dataset, &c->design, &c->options, &unit_allocator, NULL, &c->fit);
}

/* The design of the rows. */
static void
describe(Case *c)
{
	double weights[3] = {0.0};
	double *level_weight[1] = {weights};
	const double *const_weight[1] = {weights};
	double missing_weight[1] = {0.0};
	NumberFacts numbers[MAX_NUMBERS];

	CHECK(logistic_level_facts(&c->dataset, &c->options, &unit_allocator, NULL, numbers,
							   level_weight, missing_weight) == KERNEL_OK);
	CHECK(design_build(&c->design, &unit_allocator, c->features, c->n_numbers + c->has_category,
					   &c->dictionary, const_weight, missing_weight, numbers,
					   &c->design_options) == KERNEL_OK);
}

static void
converge(Case *c)
{
	describe(c);
	CHECK(run(c) == KERNEL_OK);
	CHECK(c->fit.facts.converged && !c->fit.facts.separated);
	CHECK(c->fit.facts.gradient_norm <= 1e-10);
}

static void
end(Case *c)
{
	design_release(&c->design, &unit_allocator, &c->dictionary);
	dictionary_release(&c->dictionary, &unit_allocator);
	dataset_release(&c->dataset, &unit_allocator);
}

static const LinearCoefficient *
coefficient(const Case *c, int class, int term)
{
	return &c->coefficients[class * c->design.n_terms + term];
}

/* Rows of a set that is kept by column. */
static void
add_columns(Case *c, const double *columns, const double *class, int rows, int first, int n)
{
	int i;
	int j;

	for (i = 0; i < rows; i++)
	{
		double numbers[MAX_NUMBERS];

		for (j = 0; j < n; j++)
			numbers[j] = columns[(first + j) * rows + i];
		add(c, numbers, 0, (int) class[i], 1.0);
	}
}

/* Estimates, errors and p-values of all classes but the first, class by class. */
static void
check_against(const Case *c, const double *estimate, const double *std_error, const double *p_value,
			  double tolerance)
{
	int n_terms = c->design.n_terms;
	int k;
	int t;

	CHECK(c->fit.reference == 0 && c->fit.has_errors);
	CHECK(c->fit.facts.rank == (c->options.n_classes - 1) * n_terms);
	for (t = 0; t < n_terms; t++)
		CHECK(coefficient(c, 0, t)->estimate == 0.0 && isnan(coefficient(c, 0, t)->std_error));
	for (k = 1; k < c->options.n_classes; k++)
	{
		for (t = 0; t < n_terms; t++)
		{
			const LinearCoefficient *own = coefficient(c, k, t);
			int at = (k - 1) * n_terms + t;

			CHECK_NEAR(own->estimate, estimate[at], tolerance * fmax(1.0, fabs(estimate[at])));
			CHECK_CLOSE(own->std_error, std_error[at], 1e-6);
			if (p_value != NULL)
				CHECK_NEAR(own->p_value, p_value[at], 1e-6 * p_value[at] + 1e-12);
		}
	}
}

static void
real_sets_agree_with_statsmodels(void)
{
	Case c;

	begin(&c, 1, false, 3);
	add_columns(&c, iris_columns, iris_class, IRIS_ROWS, 0, 1);
	converge(&c);
	check_against(&c, iris_length_estimate, iris_length_std_error, iris_length_p_value, 1e-8);
	CHECK_CLOSE(c.fit.facts.log_likelihood, iris_length_log_likelihood[0], 1e-12);
	CHECK_CLOSE(c.fit.log_loss, -iris_length_log_likelihood[0] / IRIS_ROWS, 1e-12);
	end(&c);

	begin(&c, 3, false, 3);
	add_columns(&c, wine_columns, wine_class, WINE_ROWS, 0, 3);
	converge(&c);
	check_against(&c, wine_estimate, wine_std_error, wine_p_value, 1e-8);
	CHECK_CLOSE(c.fit.facts.log_likelihood, wine_log_likelihood[0], 1e-12);
	end(&c);
}

/* Estimates of all classes, class by class. */
static void
check_penalised(const Case *c, const double *estimate, double tolerance)
{
	int i;

	CHECK(c->fit.reference == -1 && !c->fit.has_errors);
	for (i = 0; i < c->options.n_classes * c->design.n_terms; i++)
	{
		CHECK_NEAR(c->coefficients[i].estimate, estimate[i], tolerance);
		CHECK(isnan(c->coefficients[i].std_error));
	}
}

static void
real_sets_agree_with_sklearn(void)
{
	double pixels[64];
	Case c;
	int way;
	int i;
	int j;

	begin(&c, 4, false, 3);
	c.options.l2 = 0.01;
	add_columns(&c, iris_columns, iris_class, IRIS_ROWS, 0, 4);
	converge(&c);
	check_penalised(&c, iris_penalised, 1e-7);
	end(&c);

	/* With Newton's method and without a Hessian. */
	for (way = 0; way < 2; way++)
	{
		begin(&c, 64, false, 10);
		c.options.l2 = 0.1;
		c.options.hessian_limit = -way;
		for (i = 0; i < DIGIT_ROWS; i++)
		{
			for (j = 0; j < 64; j++)
				pixels[j] = digit_pixels[i * 64 + j] - 'a';
			add(&c, pixels, 0, digit_class[i] - '0', 1.0);
		}
		converge(&c);
		check_penalised(&c, digits_penalised, 1e-7);
		end(&c);
	}
}

#define ROWS 400

/* Row i of the generated set, counted from 1: two numbers, a level and a class of four. */
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

static int
label(int i)
{
	return ((i * 37 % 101) + 8 * (i * 7 % 3) + (i * 41 % 61) + (i * 29 % 53)) / 65 % 4;
}

static void
add_mixed(Case *c, bool weighted, bool missing, int times)
{
	int i;

	for (i = 1; i <= ROWS * times; i++)
	{
		int row = (i - 1) % ROWS + 1;
		double numbers[2] = {x1(row), missing && row % 7 == 0 ? NAN : x2(row)};

		add(c, numbers, row * 7 % 3, label(row), weighted ? 1.0 + row % 4 : 1.0);
	}
}

static void
numbers_and_categories(void)
{
	Case c;

	begin(&c, 2, true, 4);
	add_mixed(&c, false, false, 1);
	converge(&c);
	check_against(&c, mixed_estimate, mixed_std_error, mixed_p_value, 1e-8);
	CHECK_CLOSE(c.fit.facts.log_likelihood, mixed_log_likelihood[0], 1e-12);
	end(&c);
}

/* Many blocks and panels: the estimates stay, the errors shrink by 4. */
static void
many_panels_agree(void)
{
	Case c;
	int k;
	int t;

	begin(&c, 2, true, 4);
	add_mixed(&c, false, false, 16);
	converge(&c);
	for (k = 1; k < 4; k++)
	{
		for (t = 0; t < 5; t++)
		{
			CHECK_NEAR(coefficient(&c, k, t)->estimate, mixed_estimate[(k - 1) * 5 + t], 1e-7);
			CHECK_CLOSE(coefficient(&c, k, t)->std_error, mixed_std_error[(k - 1) * 5 + t] / 4.0,
						1e-6);
		}
	}
	CHECK_CLOSE(c.fit.facts.log_likelihood, 16.0 * mixed_log_likelihood[0], 1e-12);
	end(&c);
}

static void
weights_multiply(void)
{
	Case c;

	begin(&c, 2, true, 4);
	c.factor[2] = 3.0;
	c.options.class_factor = c.factor;
	add_mixed(&c, true, false, 1);
	converge(&c);
	check_against(&c, weighted_estimate, weighted_std_error, weighted_p_value, 1e-8);
	CHECK_CLOSE(c.fit.facts.log_likelihood, weighted_log_likelihood[0], 1e-12);
	c.options.l2 = 0.05;
	CHECK(run(&c) == KERNEL_OK && c.fit.facts.converged);
	check_penalised(&c, weighted_penalised, 1e-7);
	end(&c);
}

/* Metrics do not count class weights: those of the rows, whatever the model. */
static void
metrics_leave_class_weights_out(void)
{
	double loss = 0.0;
	double right = 0.0;
	double total = 0.0;
	Case c;
	int i;
	int k;

	begin(&c, 2, true, 4);
	c.factor[2] = 3.0;
	c.options.class_factor = c.factor;
	add_mixed(&c, true, false, 1);
	converge(&c);
	for (i = 1; i <= ROWS; i++)
	{
		double weight = 1.0 + i % 4;
		double eta[4];
		double sum = 0.0;
		int best = 0;

		for (k = 0; k < 4; k++)
		{
			eta[k] = coefficient(&c, k, 0)->estimate + coefficient(&c, k, 1)->estimate * x1(i) +
				coefficient(&c, k, 2)->estimate * x2(i) +
				(i * 7 % 3 > 0 ? coefficient(&c, k, 2 + i * 7 % 3)->estimate : 0.0);
			best = eta[k] > eta[best] ? k : best;
			sum += exp(eta[k]);
		}
		loss += weight * (log(sum) - eta[label(i)]);
		right += best == label(i) ? weight : 0.0;
		total += weight;
	}
	CHECK_CLOSE(c.fit.log_loss, loss / total, 1e-9);
	CHECK_CLOSE(c.fit.accuracy, right / total, 1e-12);
	end(&c);
}

static void
without_intercept(void)
{
	Case c;

	begin(&c, 2, true, 4);
	c.design_options.fit_intercept = false;
	add_mixed(&c, false, false, 1);
	converge(&c);
	check_against(&c, bare_estimate, bare_std_error, bare_p_value, 1e-8);
	end(&c);
}

static void
missing_indicator(void)
{
	Case c;

	begin(&c, 2, true, 4);
	c.design_options.missing_indicator = true;
	add_mixed(&c, false, true, 1);
	converge(&c);
	CHECK(c.design.n_terms == 6);
	check_against(&c, indicated_estimate, indicated_std_error, indicated_p_value, 1e-7);
	end(&c);
}

/* Columns that differ by 1e-4: the Hessian's condition is about 1e10. */
static void
nearly_dependent_columns(void)
{
	Case c;
	int i;

	begin(&c, 2, false, 4);
	for (i = 1; i <= 200; i++)
	{
		double numbers[2] = {x1(i), x1(i) + 1e-4 * x2(i)};

		add(&c, numbers, 0, label(i), 1.0);
	}
	converge(&c);
	check_against(&c, near_estimate, near_std_error, NULL, 1e-6);
	end(&c);
}

/* x3 = 2 x1 - x2 + 3 and a constant: the eta are those without them, the shortest solution has them. */
static void
dependent_columns(void)
{
	Case full;
	Case reduced;
	int way;
	int i;

	begin(&reduced, 2, false, 4);
	for (i = 1; i <= ROWS; i++)
		add(&reduced, (double[]){x1(i), x2(i)}, 0, label(i), 1.0);
	converge(&reduced);
	for (way = 0; way < 2; way++)
	{
		int k;

		begin(&full, 4, false, 4);
		full.options.hessian_limit = -way;
		for (i = 1; i <= ROWS; i++)
			add(&full, (double[]){x1(i), 7.0, x2(i), 2 * x1(i) - x2(i) + 3}, 0, label(i), 1.0);
		converge(&full);
		CHECK(full.fit.facts.rank == 9);
		CHECK_CLOSE(full.fit.facts.log_likelihood, reduced.fit.facts.log_likelihood, 1e-10);
		for (k = 1; k < 4; k++)
		{
			double third = coefficient(&full, k, 4)->estimate;

			CHECK(third != 0.0 && coefficient(&full, k, 2)->estimate == 0.0);
			CHECK(isnan(coefficient(&full, k, 1)->std_error));
			CHECK_NEAR(coefficient(&full, k, 0)->estimate + 3 * third,
					   coefficient(&reduced, k, 0)->estimate, 1e-6);
			CHECK_NEAR(coefficient(&full, k, 1)->estimate + 2 * third,
					   coefficient(&reduced, k, 1)->estimate, 1e-6);
			CHECK_NEAR(coefficient(&full, k, 3)->estimate - third,
					   coefficient(&reduced, k, 2)->estimate, 1e-6);
		}
		end(&full);
	}
	end(&reduced);
}

/* Setosa is told by the petals without exception, so its coefficients diverge: finite, and a flag. */
static void
separation_is_said(void)
{
	Case c;
	int i;

	begin(&c, 4, false, 3);
	add_columns(&c, iris_columns, iris_class, IRIS_ROWS, 0, 4);
	describe(&c);
	CHECK(run(&c) == KERNEL_OK);
	CHECK(c.fit.facts.separated && !c.fit.facts.converged);
	CHECK(c.fit.facts.log_likelihood < -5.0 && c.fit.facts.log_likelihood > -6.5);
	for (i = 0; i < 15; i++)
		CHECK(isfinite(c.coefficients[i].estimate) && isnan(c.coefficients[i].std_error));
	end(&c);

	/* Complete, and without a Hessian. */
	for (i = 0; i < 2; i++)
	{
		int row;

		begin(&c, 1, false, 3);
		c.options.hessian_limit = -i;
		for (row = 0; row < 90; row++)
			add(&c, (double[]){row}, 0, row / 30, 1.0);
		describe(&c);
		CHECK(run(&c) == KERNEL_OK);
		CHECK(c.fit.facts.separated && !c.fit.facts.converged && c.fit.accuracy == 1.0);
		end(&c);
	}
}

/*
 * A class without rows has a probability of almost nothing, the first with rows is the reference, and
 * the rest is as without it.
 */
static void
class_without_rows(void)
{
	Case c;
	Case without;
	int i;
	int k;
	int t;

	begin(&c, 2, false, 5);
	begin(&without, 2, false, 4);
	for (i = 1; i <= ROWS; i++)
	{
		add(&c, (double[]){x1(i), x2(i)}, 0, label(i) + 1, 1.0);
		add(&without, (double[]){x1(i), x2(i)}, 0, label(i), 1.0);
	}
	converge(&without);
	describe(&c);
	CHECK(run(&c) == KERNEL_OK);
	CHECK(c.fit.reference == 1 && c.fit.facts.separated);
	CHECK(coefficient(&c, 0, 0)->estimate < -8.0 && isnan(coefficient(&c, 0, 0)->std_error));
	for (k = 1; k < 4; k++)
	{
		for (t = 0; t < 3; t++)
		{
			const LinearCoefficient *own = coefficient(&without, k, t);

			CHECK_NEAR(coefficient(&c, k + 1, t)->estimate, own->estimate, 1e-8);
			CHECK_CLOSE(coefficient(&c, k + 1, t)->std_error, own->std_error, 1e-3);
		}
	}
	end(&c);
	end(&without);
}

/* A class of weight 0 the same, where quasi-Newton steps alone come near: the last step is exact. */
static void
class_without_weight(void)
{
	Case c;
	Case without;
	int i;
	int k;
	int t;

	begin(&c, 2, true, 4);
	begin(&without, 2, true, 3);
	c.factor[3] = 0.0;
	c.options.class_factor = c.factor;
	for (i = 1; i <= ROWS; i++)
	{
		double numbers[2] = {x1(i), x2(i)};

		add(&c, numbers, i * 7 % 3, label(i), 1.0);
		if (label(i) < 3)
			add(&without, numbers, i * 7 % 3, label(i), 1.0);
	}
	converge(&without);
	describe(&c);
	CHECK(run(&c) == KERNEL_OK);
	CHECK(c.fit.reference == 0 && c.fit.facts.separated);
	for (k = 1; k < 3; k++)
	{
		for (t = 0; t < 5; t++)
			CHECK_NEAR(coefficient(&c, k, t)->estimate, coefficient(&without, k, t)->estimate,
					   1e-7);
	}
	end(&c);
	end(&without);
}

/* The reference class has a gradient too: the largest, where it lies alone on one side. */
static void
norm_counts_the_reference(void)
{
	Case c;
	int i;

	begin(&c, 1, false, 3);
	c.options.max_iterations = 0;
	for (i = 0; i < 90; i++)
		add(&c, (double[]){i % 3 == 0 ? 2.0 + i % 2 : -1.0 - i % 2}, 0, i % 3, 1.0);
	describe(&c);
	CHECK(run(&c) == KERNEL_OK);
	/* x is 2.5 +- 0.5 in the reference, -1.5 +- 0.5 in the others, so 4/3 of its mean deviation. */
	CHECK_CLOSE(c.fit.facts.gradient_norm,
				(2.5 - (2.5 - 3.0) / 3.0) / 3.0 / sqrt(0.25 + (16.0 * 2.0 / 9.0)), 1e-12);
	end(&c);
}

/* Cut off anywhere, it is said, and the numbers are finite. */
static void
limits_end_it(void)
{
	Case c;
	int most;
	int t;

	for (most = 0; most < 5; most++)
	{
		begin(&c, 2, true, 4);
		c.options.max_iterations = most;
		add_mixed(&c, false, false, 1);
		describe(&c);
		CHECK(run(&c) == KERNEL_OK);
		CHECK(!c.fit.facts.converged && !c.fit.facts.separated);
		CHECK(c.fit.facts.iterations == most && c.fit.facts.gradient_norm > 1e-10);
		for (t = 0; t < 20; t++)
			CHECK(isfinite(c.coefficients[t].estimate));
		end(&c);
	}
}

static bool
count_down(void *context)
{
	long *left = context;

	return (*left)-- <= 0;
}

/* At any poll the fit ends with KERNEL_STOPPED and leaves nothing. */
static void
stops_at_any_poll(void)
{
	Case c;
	int way;

	for (way = 0; way < 2; way++)
	{
		Status status = KERNEL_STOPPED;
		long n;

		begin(&c, 2, true, 4);
		c.options.hessian_limit = -way;
		add_mixed(&c, false, true, 1);
		describe(&c);
		for (n = 0; status == KERNEL_STOPPED && n < 5000; n++)
		{
			long left = n;
			StopCheck stop = {count_down, &left, NULL};

			status = softmax_fit(&c.dataset, &c.design, &c.options, &unit_allocator, &stop, &c.fit);
			CHECK(status == KERNEL_STOPPED || status == KERNEL_OK);
		}
		CHECK(status == KERNEL_OK && n > 20);
		end(&c);
	}
}

static void
refusal_is_a_status(void)
{
	Case c;
	Status status = KERNEL_OUT_OF_MEMORY;
	long n;

	begin(&c, 4, true, 4);
	for (n = 1; n <= ROWS; n++)
		add(&c, (double[]){x1((int) n), 7.0, x2((int) n), x1((int) n)}, (int32_t) n % 3,
			label((int) n), 1.0);
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

/* Values whose eta exceed what exp takes. */
static void
extreme_values(void)
{
	Case c;
	int i;

	begin(&c, 2, false, 4);
	for (i = 1; i <= ROWS; i++)
		add(&c, (double[]){1e140 * x1(i), 1e-140 * x2(i)}, 0, label(i), 1.0);
	converge(&c);
	for (i = 1; i < 4; i++)
		CHECK(isfinite(coefficient(&c, i, 0)->std_error) &&
			  fabs(coefficient(&c, i, 1)->estimate) < 1e-138);
	end(&c);
}

/* softmax_panel against long double, from eta that differ by nothing to those beyond its bound. */
static void
panel_is_accurate(void)
{
	enum
	{
		CLASSES = 5
	};
	double p[CLASSES * PANEL_ROWS];
	double residual[CLASSES * PANEL_ROWS];
	double eta[CLASSES * PANEL_ROWS];
	SoftmaxRows rows;
	int i;
	int k;

	for (i = 0; i < PANEL_ROWS; i++)
	{
		rows.class_of[i] = i % CLASSES;
		rows.weight[i] = i % 3;
		for (k = 0; k < CLASSES; k++)
			eta[k * PANEL_ROWS + i] = i < 8 ? i - 4.0 : ((i * 37 + k * 53) % 101 - 50) * (i / 16.0);
	}
	eta[9] = 1e300;
	memcpy(p, eta, sizeof(p));
	softmax_panel(p, residual, &rows, CLASSES);
	for (i = 0; i < PANEL_ROWS; i++)
	{
		long double most = -INFINITY;
		long double rest = 0.0L;
		long double others = 0.0L;
		int best = 0;

		for (k = 0; k < CLASSES; k++)
		{
			best = eta[k * PANEL_ROWS + i] > eta[best * PANEL_ROWS + i] ? k : best;
			most = fmaxl(most, eta[k * PANEL_ROWS + i]);
		}
		CHECK(rows.likeliest[i] == best);
		for (k = 0; k < CLASSES; k++)
			rest += k != best ? expl(fmaxl(eta[k * PANEL_ROWS + i] - most, -708.0L)) : 0.0L;
		for (k = 0; k < CLASSES; k++)
		{
			long double exact =
				expl(fmaxl(eta[k * PANEL_ROWS + i] - most, -708.0L)) / (1.0L + rest);

			CHECK_CLOSE(p[k * PANEL_ROWS + i], (double) exact, 2e-15);
			if (k == rows.class_of[i])
				continue;
			others += exact;
			CHECK_CLOSE(residual[k * PANEL_ROWS + i], (double) (rows.weight[i] * exact), 2e-15);
		}
		CHECK_CLOSE(residual[rows.class_of[i] * PANEL_ROWS + i],
					(double) (-rows.weight[i] * others), 4e-15);
		CHECK_CLOSE(rows.loss[i],
					(double) (most - eta[rows.class_of[i] * PANEL_ROWS + i] + log1pl(rest)), 1e-14);
	}
}

UNIT_MAIN(UNIT_CASE(real_sets_agree_with_statsmodels), UNIT_CASE(real_sets_agree_with_sklearn),
		  UNIT_CASE(numbers_and_categories), UNIT_CASE(many_panels_agree),
		  UNIT_CASE(weights_multiply), UNIT_CASE(metrics_leave_class_weights_out),
		  UNIT_CASE(without_intercept), UNIT_CASE(missing_indicator),
		  UNIT_CASE(nearly_dependent_columns), UNIT_CASE(dependent_columns),
		  UNIT_CASE(separation_is_said), UNIT_CASE(class_without_rows),
		  UNIT_CASE(class_without_weight), UNIT_CASE(norm_counts_the_reference),
		  UNIT_CASE(limits_end_it), UNIT_CASE(stops_at_any_poll), UNIT_CASE(refusal_is_a_status),
		  UNIT_CASE(extreme_values), UNIT_CASE(panel_is_accurate))
