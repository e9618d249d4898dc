/*
 * test_linear_logistic.c: golden values, penalty, weights, separation and refusal.
 */
#include "kernel/linear/logistic.h"

#include "../golden/linear.h"
#include "linear_rows.h"

#define TERMS 5

typedef struct Case
{
	Dictionary dictionary;
	Dataset dataset;
	Design design;
	LogisticOptions options;
	LinearCoefficient coefficients[TERMS];
	LinearFit fit;
} Case;

/* The golden rows as a dataset with its design. */
static void
begin_repeated(Case *c, int times, bool missing, bool weighted, double l2)
{
	double weights[3] = {0.0};
	double *level_weight[1] = {weights};
	const double *const_weight[1] = {weights};
	double missing_weight[1];
	NumberFacts numbers[2];
	DesignOptions design_options = {true, false, 1000, NULL};
	int i;

	memset(c, 0, sizeof(*c));
	c->options = (LogisticOptions){.l2 = l2,
								   .standardize = true,
								   .tolerance = 1e-10,
								   .max_iterations = 100,
								   .positive_target = 1.0,
								   .class_weight = {1.0, 1.0}};
	c->fit.coefficients = c->coefficients;
	golden_dictionary(&c->dictionary);
	dataset_begin(&c->dataset, 2, 1, weighted);
	for (i = 0; i < times * GOLDEN_ROWS; i++)
	{
		GoldenRow row = golden_row(i % GOLDEN_ROWS + 1, missing, weighted);

		CHECK(dataset_add(&c->dataset, &unit_allocator, row.numbers, row.codes, row.label,
						  row.weight) == KERNEL_OK);
	}
	CHECK(logistic_level_facts(&c->dataset, &c->options, &unit_allocator, NULL, numbers,
							   level_weight, missing_weight) == KERNEL_OK);
	CHECK(design_build(&c->design, &unit_allocator, golden_features, 3, &c->dictionary,
					   const_weight, missing_weight, numbers, &design_options) == KERNEL_OK);
}

static void
begin(Case *c, bool missing, bool weighted, double l2)
{
	begin_repeated(c, 1, missing, weighted, l2);
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

static void
check_golden(bool missing, const double *estimate, const double *std_error, const double *p_value,
			 double log_likelihood)
{
	Case c;
	int i;

	begin(&c, missing, false, 0.0);
	CHECK(run(&c) == KERNEL_OK);
	CHECK(c.fit.facts.converged && !c.fit.facts.separated && c.fit.facts.gradient_norm <= 1e-10);
	for (i = 0; i < TERMS; i++)
	{
		/* A gradient of 1e-10 leaves about 1e-9 in the estimates. */
		CHECK_NEAR(c.coefficients[i].estimate, estimate[i], 1e-8);
		CHECK_CLOSE(c.coefficients[i].std_error, std_error[i], 1e-7);
		CHECK_CLOSE(c.coefficients[i].p_value, p_value[i], 1e-6);
	}
	CHECK_CLOSE(c.fit.facts.log_likelihood, log_likelihood, 1e-12);
	end(&c);
}

static void
agrees_with_statsmodels(void)
{
	check_golden(false, golden_logit_estimate, golden_logit_std_error, golden_logit_p_value,
				 golden_logit_log_likelihood[0]);
	check_golden(true, golden_logit_missing_estimate, golden_logit_missing_std_error,
				 golden_logit_missing_p_value, golden_logit_missing_log_likelihood[0]);
}

/* What a row has in column t of the design, in original units. */
static long double
term_value(const Case *c, int t, const GoldenRow *row)
{
	const Term *term = &c->coefficients[t].term;

	if (term->feature == TERM_INTERCEPT)
		return 1.0L;
	if (term->level == LEVEL_NUMBER)
		return row->numbers[term->slot];
	return c->design.categories[0].level_of_code[row->codes[0]] == term->level;
}

/* Column t of the inverse information at the estimates, by Gauss and Jordan; its own entry. */
static long double
variance_at_estimates(const Case *c, int t)
{
	long double a[TERMS][TERMS + 1] = {{0.0L}};
	int i;
	int j;
	int k;

	for (i = 1; i <= GOLDEN_ROWS; i++)
	{
		GoldenRow row = golden_row(i, false, false);
		long double eta = 0.0L;
		long double p;

		for (j = 0; j < TERMS; j++)
			eta += c->coefficients[j].estimate * term_value(c, j, &row);
		p = 1.0L / (1.0L + expl(-eta));
		for (j = 0; j < TERMS; j++)
		{
			for (k = 0; k < TERMS; k++)
				a[j][k] += p * (1.0L - p) * term_value(c, j, &row) * term_value(c, k, &row);
		}
	}
	a[t][TERMS] = 1.0L;
	for (k = 0; k < TERMS; k++)
	{
		for (j = 0; j < TERMS; j++)
		{
			long double factor = a[j][k] / a[k][k];

			for (i = k; i <= TERMS && j != k; i++)
				a[j][i] -= factor * a[k][i];
		}
	}
	return a[t][TERMS] / a[t][t];
}

/* Wherever the iteration is cut off, the Hessian there is one in double precision. */
static void
the_last_hessian_is_exact(void)
{
	int most;
	int t;

	for (most = 0; most < 4; most++)
	{
		Case c;

		begin(&c, false, false, 0.0);
		c.options.max_iterations = most;
		CHECK(run(&c) == KERNEL_OK);
		CHECK(!c.fit.facts.converged);
		for (t = 0; t < TERMS; t++)
			CHECK_CLOSE(c.coefficients[t].std_error, (double) sqrtl(variance_at_estimates(&c, t)),
						1e-11);
		end(&c);
	}
}

/* The rows 16 times over, in several blocks and panels: errors shrink by 4. */
static void
many_panels_agree(void)
{
	Case c;
	int i;

	begin_repeated(&c, 16, true, false, 0.0);
	CHECK(run(&c) == KERNEL_OK);
	for (i = 0; i < TERMS; i++)
	{
		CHECK_NEAR(c.coefficients[i].estimate, golden_logit_missing_estimate[i], 1e-8);
		CHECK_CLOSE(c.coefficients[i].std_error, golden_logit_missing_std_error[i] / 4.0, 1e-7);
	}
	CHECK_CLOSE(c.fit.facts.log_likelihood, 16.0 * golden_logit_missing_log_likelihood[0], 1e-12);
	end(&c);
}

static void
penalty_agrees_with_sklearn(void)
{
	Case c;
	int i;

	begin(&c, true, true, 0.01);
	CHECK(run(&c) == KERNEL_OK);
	CHECK(c.fit.facts.converged);
	for (i = 0; i < TERMS; i++)
	{
		CHECK_NEAR(c.coefficients[i].estimate, golden_penalised_estimate[i], 1e-7);
		CHECK(isnan(c.coefficients[i].std_error));
	}
	end(&c);
}

/* A class weight of 2 is every row of that class twice. */
static void
class_weight_is_repetition(void)
{
	Case weighted;
	Case repeated;
	int i;

	begin(&weighted, false, false, 0.05);
	begin(&repeated, false, false, 0.05);
	weighted.options.class_weight[1] = 2.0;
	end(&repeated);
	memset(&repeated, 0, sizeof(repeated));
	begin(&repeated, false, true, 0.05);
	repeated.options = weighted.options;
	repeated.options.class_weight[1] = 1.0;
	for (i = 0; i < repeated.dataset.n_blocks; i++)
	{
		DatasetBlock *block = &repeated.dataset.blocks[i];
		int j;

		for (j = 0; j < block->n; j++)
			block->weight[j] = block->target[j] == 1.0 ? 2.0 : 1.0;
	}
	for (i = 0; i < 2; i++)
	{
		/* Both designs must be built with the weights in force. */
		Case *c = i == 0 ? &weighted : &repeated;
		double weights[3] = {0.0};
		double *level_weight[1] = {weights};
		const double *const_weight[1] = {weights};
		double missing_weight[1];
		NumberFacts numbers[2];
		DesignOptions design_options = {true, false, 1000, NULL};

		design_release(&c->design, &unit_allocator, &c->dictionary);
		CHECK(logistic_level_facts(&c->dataset, &c->options, &unit_allocator, NULL, numbers,
								   level_weight, missing_weight) == KERNEL_OK);
		CHECK(design_build(&c->design, &unit_allocator, golden_features, 3, &c->dictionary,
						   const_weight, missing_weight, numbers, &design_options) == KERNEL_OK);
		CHECK(run(c) == KERNEL_OK);
	}
	for (i = 0; i < TERMS; i++)
		CHECK_NEAR(weighted.coefficients[i].estimate, repeated.coefficients[i].estimate, 1e-9);
	end(&weighted);
	end(&repeated);
}

/* The label follows x1 without exception: finite estimates, and a flag. */
static void
separation_is_said(void)
{
	Case c;
	int i;

	begin(&c, false, false, 0.0);
	for (i = 0; i < c.dataset.n_blocks; i++)
	{
		DatasetBlock *block = &c.dataset.blocks[i];
		int j;

		for (j = 0; j < block->n; j++)
			block->target[j] = block->numbers[j] > 12.0;
	}
	CHECK(run(&c) == KERNEL_OK);
	CHECK(c.fit.facts.separated && !c.fit.facts.converged);
	for (i = 0; i < TERMS; i++)
		CHECK(isfinite(c.coefficients[i].estimate) && isnan(c.coefficients[i].std_error));
	end(&c);
}

static bool
always(void *context)
{
	(void) context;
	return true;
}

static void
stops_when_asked(void)
{
	static const StopCheck stop = {always, NULL, NULL};
	Case c;

	begin(&c, false, false, 0.0);
	CHECK(logistic_fit(&c.dataset, &c.design, &c.options, &unit_allocator, &stop, &c.fit) ==
		  KERNEL_STOPPED);
	end(&c);
}

static void
refusal_is_a_status(void)
{
	Case c;
	Status status = KERNEL_OUT_OF_MEMORY;
	long n;

	begin(&c, true, false, 0.0);
	for (n = 0; n < 300 && status != KERNEL_OK; n++)
	{
		unit_allocator_fail_after(n);
		status = run(&c);
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
	}
	unit_allocator_fail_after(-1);
	CHECK(status == KERNEL_OK && n > 10);
	end(&c);
}

/* Weights of 1e308 have no finite sum. */
static void
weights_without_a_finite_sum_overflow(void)
{
	Case c;
	int32_t b;
	int32_t i;

	begin(&c, false, true, 0.0);
	for (b = 0; b < c.dataset.n_blocks; b++)
	{
		for (i = 0; i < c.dataset.blocks[b].n; i++)
			c.dataset.blocks[b].weight[i] = 1e308;
	}
	CHECK(run(&c) == KERNEL_OVERFLOW);
	end(&c);
}

UNIT_MAIN(UNIT_CASE(agrees_with_statsmodels), UNIT_CASE(the_last_hessian_is_exact),
		  UNIT_CASE(many_panels_agree), UNIT_CASE(penalty_agrees_with_sklearn),
		  UNIT_CASE(class_weight_is_repetition), UNIT_CASE(separation_is_said),
		  UNIT_CASE(weights_without_a_finite_sum_overflow), UNIT_CASE(stops_when_asked),
		  UNIT_CASE(refusal_is_a_status))
