/*
 * test_linear_logistic_sample.c: logistic regression that starts from the optimum of some of its blocks.
 */
#include "kernel/linear/logistic.h"

#include "kernel/base/hash.h"
#include "unit.h"

#define ROWS 40000
#define NUMBERS 3
#define TERMS (NUMBERS + 1)
#define SHARE 8 /* one block in so many is of the sample, the first among them */

typedef struct Case
{
	Feature features[NUMBERS];
	Dataset dataset;
	Design design;
	LogisticOptions options;
	LinearCoefficient coefficients[TERMS];
	LinearFit fit;
} Case;

/* Number i of a sequence, evenly from 0 to 1. */
static double
draw(int i)
{
	return (double) (hash_mix((uint64_t) i) >> 11) * 0x1p-53;
}

static double
number(int i, int j)
{
	return (double) (j + 1) * (draw(8 * i + j) - 0.3);
}

static double
label(int i)
{
	double eta = number(i, 0) - 0.8 * number(i, 1) + 0.5 * number(i, 2) - 0.4;

	return draw(8 * i + 7) < 1.0 / (1.0 + exp(-eta));
}

static void
begin(Case *c)
{
	static const char *const names[] = {"x1", "x2", "x3"};
	int j;

	memset(c, 0, sizeof(*c));
	for (j = 0; j < NUMBERS; j++)
		c->features[j] = (Feature){names[j], FAMILY_NUMBER, 0, false};
	c->options = (LogisticOptions){.standardize = true,
								   .tolerance = 1e-10,
								   .max_iterations = 100,
								   .positive_target = 1.0,
								   .class_weight = {1.0, 1.0}};
	c->fit.coefficients = c->coefficients;
	dataset_begin(&c->dataset, NUMBERS, 0, false);
}

/* Row i of the generated ones, its third number replaced unless that is NaN. */
static void
add(Case *c, int i, double third, double target)
{
	double numbers[NUMBERS] = {number(i, 0), number(i, 1), third == third ? third : number(i, 2)};

	CHECK(dataset_add(&c->dataset, &unit_allocator, numbers, NULL, target, 1.0) == KERNEL_OK);
}

/* Is the next row in a block of the sample? */
static bool
is_sampled(const Case *c)
{
	const DatasetBlock *last =
		c->dataset.n_blocks > 0 ? &c->dataset.blocks[c->dataset.n_blocks - 1] : NULL;
	int32_t b = last == NULL ? 0 : c->dataset.n_blocks - (last->n < last->capacity);

	return b % SHARE == 0;
}

/* The largest slope of the mean loss at the coefficients, by each number divided by its range. */
static double
largest_slope(const Case *c)
{
	long double slope[TERMS] = {0.0L};
	double largest = 0.0;
	int32_t b;
	int32_t i;
	int j;

	for (b = 0; b < c->dataset.n_blocks; b++)
	{
		const DatasetBlock *block = &c->dataset.blocks[b];

		for (i = 0; i < block->n; i++)
		{
			long double eta = c->coefficients[0].estimate;
			long double residual;

			for (j = 0; j < NUMBERS; j++)
				eta += (long double) c->coefficients[j + 1].estimate *
					block->numbers[j * block->capacity + i];
			residual = 1.0L / (1.0L + expl(-eta)) - (long double) block->target[i];
			slope[0] += residual;
			for (j = 0; j < NUMBERS; j++)
				slope[j + 1] += residual * block->numbers[j * block->capacity + i] / (j + 1);
		}
	}
	for (j = 0; j < TERMS; j++)
		largest = fmax(largest, fabs((double) (slope[j] / c->dataset.n)));
	return largest;
}

static void
fit(Case *c)
{
	DesignOptions design_options = {true, false, 1000, NULL};
	NumberFacts numbers[NUMBERS];

	CHECK(logistic_level_facts(&c->dataset, &c->options, &unit_allocator, NULL, numbers, NULL,
							   NULL) == KERNEL_OK);
	CHECK(design_build(&c->design, &unit_allocator, c->features, NUMBERS, NULL, NULL, NULL, numbers,
					   &design_options) == KERNEL_OK);
	CHECK(logistic_fit(&c->dataset, &c->design, &c->options, &unit_allocator, NULL, &c->fit) ==
		  KERNEL_OK);
	CHECK(c->fit.facts.converged && !c->fit.facts.separated && c->fit.facts.rank == TERMS);
}

/* Fits and demands the optimum. */
static void
converge(Case *c)
{
	fit(c);
	/* The step after the last pass squares the error; 1e-14 is what the sums of 40,000 residuals leave. */
	CHECK(largest_slope(c) < 1e-13);
}

static void
end(Case *c)
{
	design_release(&c->design, &unit_allocator, NULL);
	dataset_release(&c->dataset, &unit_allocator);
}

/* Two orders have different samples, and the same model; few passes are left for all rows. */
static void
the_sample_does_not_show(void)
{
	Case one;
	Case other;
	int i;

	begin(&one);
	begin(&other);
	for (i = 0; i < ROWS; i++)
	{
		int k = (int) ((long) i * 7919 % ROWS);

		add(&one, i, NAN, label(i));
		add(&other, k, NAN, label(k));
	}
	converge(&one);
	converge(&other);
	CHECK(one.fit.facts.iterations <= 2);
	for (i = 0; i < TERMS; i++)
	{
		CHECK_NEAR(one.coefficients[i].estimate, other.coefficients[i].estimate, 1e-11);
		/* The last Hessian is of a point that the last step leaves by less than 1e-7. */
		CHECK_CLOSE(one.coefficients[i].std_error, other.coefficients[i].std_error, 1e-7);
	}
	end(&one);
	end(&other);
}

/* Scales, which the penalty shows, from the sums of full blocks are those of the rows, though a column climbs. */
static void
sums_of_blocks_do_not_show(void)
{
	Case c[2];
	int t;
	int i;

	for (t = 0; t < 2; t++)
	{
		begin(&c[t]);
		c[t].options.l2 = 0.05;
		if (t == 1)
			dataset_keep_sums(&c[t].dataset);
		for (i = 0; i < ROWS; i++)
			add(&c[t], i, i % 10 == 0 ? 1e6 : 1e6 + i / 1e4, label(i));
		fit(&c[t]);
	}
	CHECK(c[0].dataset.n_summed == 0);
	CHECK(c[1].dataset.n_summed == ROWS / DATASET_BLOCK_ROWS);
	for (i = 0; i < TERMS; i++)
		CHECK_CLOSE(c[1].coefficients[i].estimate, c[0].coefficients[i].estimate, 1e-9);
	end(&c[0]);
	end(&c[1]);
}

/* Where levels have every block read, the numbers of summed blocks are counted once all the same. */
static void
levels_beside_sums_of_blocks(void)
{
	LogisticOptions options = {.positive_target = 1.0, .class_weight = {1.0, 1.0}};
	double level_weight[2] = {0.0, 0.0};
	double *const level_weights[] = {level_weight};
	double missing_weight;
	NumberFacts facts;
	Dataset dataset;
	int i;

	dataset_begin(&dataset, 1, 1, false);
	dataset_keep_sums(&dataset);
	for (i = 0; i < ROWS; i++)
	{
		double climbing = i % 5 == 0 ? NAN : i;
		int32_t code = i % 8 == 0 ? CODE_MISSING : i % 4 == 1;

		CHECK(dataset_add(&dataset, &unit_allocator, &climbing, &code, label(i), 1.0) == KERNEL_OK);
	}
	CHECK(dataset.n_summed > 0 && dataset.n_summed < dataset.n_blocks);
	CHECK(logistic_level_facts(&dataset, &options, &unit_allocator, NULL, &facts, level_weights,
							   &missing_weight) == KERNEL_OK);
	CHECK(facts.present == ROWS / 5 * 4 && facts.missing == ROWS / 5);
	CHECK(facts.mean == ROWS / 2);
	CHECK(level_weight[0] == ROWS / 8 * 5 && level_weight[1] == ROWS / 4);
	CHECK(missing_weight == ROWS / 8);
	dataset_release(&dataset, &unit_allocator);
}

/* A mark that rows of the sample have with one class only, others with both. */
static void
a_sample_that_is_separated(void)
{
	Case c;
	int marked = 0;
	int i;

	begin(&c);
	for (i = 0; i < ROWS; i++)
	{
		bool here = is_sampled(&c);
		bool is_marked = i % (here ? 400 : 40) == 0;

		add(&c, i, is_marked, is_marked ? here || i / 40 % 5 == 0 : label(i));
		marked += is_marked && here;
	}
	CHECK(marked > 3);
	converge(&c);
	end(&c);
}

/* The mark says yes in the sample, and little elsewhere: a step from there overshoots, so the fit starts anew. */
static void
a_sample_that_misleads(void)
{
	Case c;
	int i;

	begin(&c);
	for (i = 0; i < ROWS; i++)
	{
		bool is_marked = i % 10 == 0;
		bool says_yes = is_sampled(&c) ? i / 10 % 250 != 0 : i / 10 % 2 == 0;

		add(&c, i, is_marked, is_marked ? says_yes : label(i));
	}
	converge(&c);
	CHECK(c.fit.facts.iterations <= 3);
	end(&c);
}

/* Rows of one class, far from where the others are. */
static void
a_sample_of_one_class(void)
{
	Case c;
	int i;

	begin(&c);
	for (i = 0; i < ROWS; i++)
	{
		bool here = is_sampled(&c);

		add(&c, i, here ? 30.0 + number(i, 2) : NAN, here ? 1.0 : label(i));
	}
	/* All labels of 1 there, so the third number alone would tell them; some rows elsewhere say no. */
	for (i = 0; i < 2000; i++)
		add(&c, i, 30.0 + number(i, 2), i % 2);
	converge(&c);
	end(&c);
}

UNIT_MAIN(UNIT_CASE(the_sample_does_not_show), UNIT_CASE(sums_of_blocks_do_not_show),
		  UNIT_CASE(levels_beside_sums_of_blocks), UNIT_CASE(a_sample_that_is_separated),
		  UNIT_CASE(a_sample_that_misleads), UNIT_CASE(a_sample_of_one_class))
