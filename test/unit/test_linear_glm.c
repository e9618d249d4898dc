/*
 * test_linear_glm.c: derivatives against differences, score equations and information in long double.
 *
 * Golden values of whole fits are in test/sql/fit_glm.sql.
 */
#include "kernel/linear/glm.h"

#include "kernel/linear/glm_loss.h"
#include "kernel/stat/deviance.h"
#include "linear_rows.h"

#define TERMS 5
#define N_KINDS 8

static const struct
{
	double power;
	LinearLink link;
} kinds[N_KINDS] = {{1.0, LINK_LOG}, {1.0, LINK_IDENTITY}, {1.0, LINK_SQRT},
					{2.0, LINK_LOG}, {2.0, LINK_IDENTITY}, {2.0, LINK_INVERSE},
					{1.5, LINK_LOG}, {1.2, LINK_IDENTITY}};

static long double
mean_of(LinearLink link, long double eta)
{
	return link == LINK_LOG	 ? expl(eta) :
		link == LINK_INVERSE ? 1.0L / eta :
		link == LINK_SQRT	 ? eta * eta :
							   eta;
}

/* dmu/deta. */
static long double
slope_of(LinearLink link, long double eta)
{
	return link == LINK_LOG	 ? expl(eta) :
		link == LINK_INVERSE ? -1.0L / (eta * eta) :
		link == LINK_SQRT	 ? 2.0L * eta :
							   1.0L;
}

static void
derivatives_are_differences(void)
{
	static const double targets[] = {0.5, 1.0, 7.0};
	int k;
	int t;
	int c;

	for (k = 0; k < N_KINDS; k++)
	{
		for (t = 0; t < 3; t++)
		{
			GlmLoss loss = {.power = kinds[k].power, .link = kinds[k].link, .offset_slot = -1};
			double h = 1e-4;
			double eta[3] = {0.8 - h, 0.8, 0.8 + h};
			double y[3] = {targets[t], targets[t], targets[t]};
			double weight[3] = {2.0, 2.0, 2.0};
			double residual[3];
			double curvature[3];
			double below = glm_rows(&loss, eta, y, weight, 1, residual, curvature).loss;
			double above = glm_rows(&loss, eta + 2, y, weight, 1, residual, curvature).loss;
			long double slope = slope_of(loss.link, 0.8L);
			long double mu = mean_of(loss.link, 0.8L);

			for (c = GLM_OBSERVED; c <= GLM_EXPECTED; c++)
			{
				GlmSums sums;

				loss.curvature = c;
				sums = glm_rows(&loss, eta, y, weight, 3, residual, curvature);
				CHECK_NEAR(residual[1], (above - below) / (2.0 * h), 1e-5);
				CHECK_CLOSE(sums.weight, 6.0, 0.0);
				if (c == GLM_OBSERVED)
					CHECK_NEAR(curvature[1], (residual[2] - residual[0]) / (2.0 * h), 1e-5);
				else
					CHECK_CLOSE(curvature[1],
								(double) (2.0L * slope * slope / powl(mu, loss.power)), 1e-14);
			}
		}
	}
}

static void
means_that_are_none_have_no_loss(void)
{
	static const double bad[] = {-1.0, 0.0, 800.0, -800.0};
	int k;
	int i;

	for (k = 0; k < N_KINDS; k++)
	{
		for (i = 0; i < 4; i++)
		{
			GlmLoss loss = {.power = kinds[k].power, .link = kinds[k].link, .offset_slot = -1};
			bool is_bad = loss.link == LINK_LOG ? fabs(bad[i]) > 700.0 : bad[i] <= 0.0;
			double y = 1.0;
			double residual;
			double curvature;
			GlmSums sums = glm_rows(&loss, &bad[i], &y, NULL, 1, &residual, &curvature);

			CHECK(isinf(sums.loss) == is_bad);
			CHECK((residual == 0.0 && curvature == 0.0) == is_bad);
		}
	}
}

typedef struct Case
{
	Dictionary dictionary;
	Dataset dataset;
	Design design;
	GlmOptions options;
	LinearCoefficient coefficients[TERMS];
	LinearFit fit;
} Case;

/* Positive, around the link's mean at a plausible eta; a quarter of the Tweedie ones are 0. */
static double
target_of(int kind, int i, bool with_offset)
{
	GoldenRow row = golden_row(i, false, false);
	double eta =
		1.0 + row.numbers[0] / 20.0 + row.numbers[1] / 200.0 + (row.codes[0] == 1 ? 0.25 : 0.0);
	double mu = (double) mean_of(kinds[kind].link, eta);

	if (kinds[kind].power == 1.5 && i % 4 == 0)
		return 0.0;
	if (kinds[kind].power == 1.0)
		return floor((with_offset ? row.numbers[1] + 1.0 : 1.0) * mu * (0.5 + i * 29 % 17 / 16.0) +
					 0.5);
	return mu * (0.5 + i * 29 % 17 / 16.0);
}

static void
begin(Case *c, int kind, bool missing, bool weighted, bool with_intercept, bool with_offset)
{
	double weights[3] = {0.0};
	double *level_weight[1] = {weights};
	const double *const_weight[1] = {weights};
	double missing_weight[1];
	NumberFacts numbers[2];
	DesignOptions design_options = {with_intercept, false, 1000, NULL};
	int i;

	memset(c, 0, sizeof(*c));
	c->options = (GlmOptions){.power = kinds[kind].power,
							  .link = kinds[kind].link,
							  .standardize = true,
							  .tolerance = 1e-8,
							  .max_iterations = 100,
							  .offset_slot = with_offset ? 1 : NO_OFFSET};
	c->fit.coefficients = c->coefficients;
	golden_dictionary(&c->dictionary);
	dataset_begin(&c->dataset, 2, 1, weighted);
	for (i = 1; i <= GOLDEN_ROWS; i++)
	{
		GoldenRow row = golden_row(i, missing, weighted);

		if (with_offset)
			row.numbers[1] = log(row.numbers[1] + 1.0);
		CHECK(dataset_add(&c->dataset, &unit_allocator, row.numbers, row.codes,
						  target_of(kind, i, with_offset), row.weight) == KERNEL_OK);
	}
	CHECK(glm_level_facts(&c->dataset, &unit_allocator, NULL, numbers, level_weight, missing_weight,
						  &c->options.target_mean) == KERNEL_OK);
	CHECK(design_build(&c->design, &unit_allocator, golden_features, 3, &c->dictionary,
					   const_weight, missing_weight, numbers, &design_options) == KERNEL_OK);
}

static Status
run(Case *c)
{
	return glm_fit(&c->dataset, &c->design, &c->options, &unit_allocator, NULL, &c->fit);
}

static void
end(Case *c)
{
	design_release(&c->design, &unit_allocator, &c->dictionary);
	dictionary_release(&c->dictionary, &unit_allocator);
	dataset_release(&c->dataset, &unit_allocator);
}

/* What row i has in column t of the design, in original units. */
static long double
term_value(const Case *c, int t, int i)
{
	const DatasetBlock *block = &c->dataset.blocks[0];
	const Term *term = &c->design.terms[t];

	if (term->feature == TERM_INTERCEPT)
		return 1.0L;
	if (term->level == LEVEL_NUMBER)
		return block->numbers[(size_t) term->slot * (size_t) block->capacity + (size_t) i];
	return c->design.categories[0].level_of_code[block->codes[i]] == term->level;
}

/* Sums of the score equations, relative to what they are made of, and the expected information. */
static void
check_optimum(const Case *c)
{
	const DatasetBlock *block = &c->dataset.blocks[0];
	int terms = c->design.n_terms - (c->options.offset_slot != NO_OFFSET);
	int place[TERMS];
	long double a[TERMS][TERMS + 1] = {{0.0L}};
	long double pearson = 0.0L;
	double dispersion;
	int n = 0;
	int i;
	int j;
	int k;
	int t;

	for (t = 0; t < c->design.n_terms; t++)
	{
		if (c->options.offset_slot == NO_OFFSET || c->design.terms[t].level != LEVEL_NUMBER ||
			c->design.terms[t].feature == TERM_INTERCEPT ||
			c->design.terms[t].slot != c->options.offset_slot)
			place[n++] = t;
		else
			CHECK(c->coefficients[t].estimate == 1.0 && isnan(c->coefficients[t].std_error));
	}
	CHECK(n == terms && c->dataset.n_blocks == 1);
	for (t = 0; t < terms; t++)
	{
		long double score = 0.0L;
		long double size = 0.0L;

		for (i = 0; i < block->n; i++)
		{
			long double w = block->weight != NULL ? block->weight[i] : 1.0L;
			long double eta = 0.0L;
			long double mu;
			long double ratio;

			for (j = 0; j < c->design.n_terms; j++)
				eta += c->coefficients[j].estimate * term_value(c, j, i);
			mu = mean_of(c->options.link, eta);
			ratio = slope_of(c->options.link, eta) / powl(mu, c->options.power);
			score += w * ratio * (mu - block->target[i]) * term_value(c, place[t], i);
			size += w * fabsl(ratio * (mu + block->target[i]) * term_value(c, place[t], i));
			for (k = 0; k < terms; k++)
				a[t][k] += w * ratio * slope_of(c->options.link, eta) * term_value(c, place[t], i) *
					term_value(c, place[k], i);
			if (t == 0)
				pearson += w * (mu - block->target[i]) * (mu - block->target[i]) /
					powl(mu, c->options.power);
		}
		CHECK_NEAR((double) (score / size), 0.0, 1e-12);
	}
	dispersion = c->options.power == 1.0 ? 1.0 : (double) (pearson / (GOLDEN_ROWS - terms));
	if (c->options.power != 1.0)
		CHECK_CLOSE(c->fit.facts.sigma2, dispersion, 1e-11);
	/* The inverse, column by column. */
	for (t = 0; t < terms; t++)
	{
		long double b[TERMS][TERMS + 1];

		memcpy(b, a, sizeof(b));
		for (k = 0; k < terms; k++)
			b[k][TERMS] = k == t;
		for (k = 0; k < terms; k++)
		{
			for (j = 0; j < terms; j++)
			{
				long double factor = b[j][k] / b[k][k];

				for (i = k; i <= TERMS && j != k; i++)
					b[j][i] -= factor * b[k][i];
			}
		}
		CHECK_CLOSE(c->coefficients[place[t]].std_error,
					sqrt(dispersion * (double) (b[t][TERMS] / b[t][t])), 1e-10);
	}
}

/* Every loss: estimates where the score vanishes, errors by the expected information there. */
static void
fits_solve_the_score_equations(void)
{
	int kind;
	int variant;

	for (kind = 0; kind < N_KINDS; kind++)
	{
		/* Without an intercept these means are not positive wherever the first step leads. */
		for (variant = 0; variant < 3; variant++)
		{
			bool with_intercept = variant != 2 || kinds[kind].link == LINK_LOG;
			Case c;

			begin(&c, kind, false, variant == 1, with_intercept, false);
			CHECK(run(&c) == KERNEL_OK);
			CHECK(c.fit.facts.converged && !c.fit.facts.separated &&
				  c.fit.facts.gradient_norm <= 1e-8 && c.fit.facts.rank == c.design.n_terms);
			CHECK(c.fit.facts.iterations <= 12);
			check_optimum(&c);
			end(&c);
		}
	}
}

static void
offsets_are_added(void)
{
	Case c;
	const DatasetBlock *block;
	double exposure = 0.0;
	double total = 0.0;
	double deviance = 0.0;
	int i;

	begin(&c, 0, false, false, true, true);
	block = &c.dataset.blocks[0];
	CHECK(run(&c) == KERNEL_OK);
	CHECK(c.fit.facts.converged && c.fit.facts.rank == TERMS - 1);
	/* About the rate that is the sum of the counts over that of the exposures. */
	for (i = 0; i < GOLDEN_ROWS; i++)
	{
		exposure += exp(block->numbers[block->capacity + i]);
		total += block->target[i];
	}
	for (i = 0; i < GOLDEN_ROWS; i++)
		deviance += 2.0 *
			deviance_half(1.0, block->target[i],
						  total / exposure * exp(block->numbers[block->capacity + i]));
	CHECK_CLOSE(c.fit.facts.tss, deviance, 1e-12);
	check_optimum(&c);
	end(&c);
}

/* A peak in the middle: at the first estimate the observed information of this loss is indefinite. */
static void
an_indefinite_information_does_no_harm(void)
{
	Case c;
	DatasetBlock *block;
	int i;

	begin(&c, 4, false, false, true, false);
	block = &c.dataset.blocks[0];
	for (i = 0; i < GOLDEN_ROWS; i++)
		block->target[i] = 0.01 + 100.0 * exp(-fabs(block->numbers[i] - 12.5));
	CHECK(run(&c) == KERNEL_OK);
	CHECK(c.fit.facts.converged && c.fit.facts.rank == TERMS);
	check_optimum(&c);
	end(&c);
}

/* Rows of category 2 are all 0. */
static void
a_mean_that_goes_to_zero_is_said(void)
{
	Case c;
	int i;

	begin(&c, 0, false, false, true, false);
	for (i = 0; i < c.dataset.blocks[0].n; i++)
		c.dataset.blocks[0].target[i] *= c.dataset.blocks[0].codes[i] != 2;
	CHECK(run(&c) == KERNEL_OK);
	CHECK(c.fit.facts.separated && !c.fit.facts.converged);
	CHECK(isfinite(c.coefficients[4].estimate) && isnan(c.coefficients[4].std_error));
	CHECK(!isnan(c.coefficients[1].std_error));
	c.options.l2 = 0.01;
	CHECK(run(&c) == KERNEL_OK);
	CHECK(!c.fit.facts.separated && c.fit.facts.converged);
	end(&c);
}

static void
a_start_is_found_or_its_lack_said(void)
{
	Case c;
	int i;

	begin(&c, 1, false, false, false, false);
	for (i = 0; i < c.dataset.blocks[0].n; i++)
	{
		c.dataset.blocks[0].numbers[i] = i % 2 == 0 ? 1.0 : -1.0;
		c.dataset.blocks[0].numbers[c.dataset.blocks[0].capacity + i] = 0.0;
		c.dataset.blocks[0].codes[i] = 0;
	}
	CHECK(run(&c) == KERNEL_NOT_CONVERGED);
	c.options.link = LINK_LOG;
	CHECK(run(&c) == KERNEL_OK && c.fit.facts.converged);
	end(&c);
}

static void
a_step_limit_is_kept(void)
{
	Case c;

	begin(&c, 3, false, false, true, false);
	c.options.max_iterations = 1;
	CHECK(run(&c) == KERNEL_OK);
	CHECK(!c.fit.facts.converged && c.fit.facts.iterations == 1);
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

	begin(&c, 0, false, false, true, false);
	CHECK(glm_fit(&c.dataset, &c.design, &c.options, &unit_allocator, &stop, &c.fit) ==
		  KERNEL_STOPPED);
	end(&c);
}

static void
refusal_is_a_status(void)
{
	Case c;
	Status status = KERNEL_OUT_OF_MEMORY;
	long n;

	begin(&c, 0, true, false, true, false);
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

UNIT_MAIN(UNIT_CASE(derivatives_are_differences), UNIT_CASE(means_that_are_none_have_no_loss),
		  UNIT_CASE(fits_solve_the_score_equations), UNIT_CASE(offsets_are_added),
		  UNIT_CASE(an_indefinite_information_does_no_harm),
		  UNIT_CASE(a_mean_that_goes_to_zero_is_said), UNIT_CASE(a_start_is_found_or_its_lack_said),
		  UNIT_CASE(a_step_limit_is_kept), UNIT_CASE(stops_when_asked),
		  UNIT_CASE(refusal_is_a_status))
