/*
 * test_linear_sandwich.c: robust covariances against their definition, in long double.
 */
#include "kernel/linear/sandwich.h"

#include "kernel/linear/covariance.h"
#include "kernel/linear/least_squares.h"
#include "kernel/stat/deviance.h"
#include "linear_rows.h"

#define TERMS 5 /* intercept, x1, x2, c = 1, c = 2 */
#define ROWS 1200

static const LogisticOptions logistic_options = {.tolerance = 1e-12,
												 .max_iterations = 100,
												 .standardize = true,
												 .positive_target = 1.0,
												 .class_weight = {1.0, 2.0}};

/* A fit with what it needs. */
typedef struct Case
{
	bool is_logistic;
	Dataset dataset;
	Dictionary dictionary;
	Design design;
	NumberFacts numbers[2];
	LinearCoefficient coefficients[TERMS];
	double centre[TERMS];
	double factor[TERMS * (TERMS + 1) / 2];
	LinearCovariance covariance;
	LinearFit fit;
} Case;

/* Row i repeats every 200 rows, but the target wavers by the block. */
static GoldenRow
row_of(const Case *self, int i)
{
	GoldenRow row = golden_row(i % GOLDEN_ROWS + 1, true, true);

	row.target = self->is_logistic ? row.label : row.target + i / GOLDEN_ROWS * row.numbers[0] / 4;
	return row;
}

/* The terms of row i, as the design has them. */
static void
terms_of(const Case *self, int i, long double *x)
{
	GoldenRow row = row_of(self, i);
	const double *frequency = self->design.categories[0].frequency;

	x[0] = 1.0L;
	x[1] = row.numbers[0];
	x[2] = isnan(row.numbers[1]) ? self->numbers[1].mean : row.numbers[1];
	x[3] = row.codes[0] == CODE_MISSING ? frequency[1] : row.codes[0] == 1;
	x[4] = row.codes[0] == CODE_MISSING ? frequency[2] : row.codes[0] == 2;
}

static void
begin(Case *self, bool is_logistic)
{
	static const LeastSquaresOptions options = {.standardize = true};
	DesignOptions design_options = {true, false, 1000, NULL};
	LeastSquares *sums = least_squares_create(&unit_allocator, 2, 1);
	double level_weight[3] = {0.0, 0.0, 0.0};
	double missing_weight = 0.0;
	const double *levels = level_weight;
	double *out = level_weight;
	int i;

	*self = (Case){.is_logistic = is_logistic};
	golden_dictionary(&self->dictionary);
	dataset_begin(&self->dataset, 2, 1, true);
	for (i = 0; i < ROWS; i++)
	{
		GoldenRow row = row_of(self, i);

		CHECK(dataset_add(&self->dataset, &unit_allocator, row.numbers, row.codes, row.target,
						  row.weight) == KERNEL_OK);
	}
	CHECK(logistic_level_facts(&self->dataset, &logistic_options, &unit_allocator, NULL,
							   self->numbers, &out, &missing_weight) == KERNEL_OK);
	if (!is_logistic)
	{
		CHECK(least_squares_add_dataset(sums, &unit_allocator, &self->dataset, NULL) == KERNEL_OK);
		CHECK(least_squares_rows(sums) == ROWS);
		least_squares_number_facts(sums, self->numbers);
		least_squares_level_weights(sums, 0, level_weight, 3, &missing_weight);
	}
	CHECK(design_build(&self->design, &unit_allocator, golden_features, 3, &self->dictionary,
					   &levels, &missing_weight, self->numbers, &design_options) == KERNEL_OK);
	CHECK(self->design.n_terms == TERMS);
	self->covariance =
		(LinearCovariance){.centre = self->centre, .factor = self->factor, .is_unit = true};
	self->fit = (LinearFit){.coefficients = self->coefficients, .covariance = &self->covariance};
	if (is_logistic)
		CHECK(logistic_fit(&self->dataset, &self->design, &logistic_options, &unit_allocator, NULL,
						   &self->fit) == KERNEL_OK);
	else
		CHECK(least_squares_fit(sums, &self->design, &options, &unit_allocator, NULL, &self->fit) ==
			  KERNEL_OK);
	CHECK(self->covariance.is_known);
	least_squares_release(sums, &unit_allocator);
}

static void
end(Case *self)
{
	design_release(&self->design, &unit_allocator, &self->dictionary);
	dictionary_release(&self->dictionary, &unit_allocator);
	dataset_release(&self->dataset, &unit_allocator);
}

/* The inverse of a, in place, by Gauss and Jordan. */
static void
invert(long double a[TERMS][TERMS])
{
	int k;
	int i;
	int j;

	for (k = 0; k < TERMS; k++)
	{
		long double pivot = a[k][k];

		a[k][k] = 1.0L;
		for (j = 0; j < TERMS; j++)
			a[k][j] /= pivot;
		for (i = 0; i < TERMS; i++)
		{
			long double factor = a[i][k];

			if (i == k)
				continue;
			a[i][k] = 0.0L;
			for (j = 0; j < TERMS; j++)
				a[i][j] -= factor * a[k][j];
		}
	}
}

/* Score and information of row i along eta, at the fitted coefficients. */
static long double
score_of(const Case *self, int i, const long double *x, long double *information)
{
	GoldenRow row = row_of(self, i);
	long double weight = row.weight;
	long double eta = 0.0L;
	long double p;
	int t;

	for (t = 0; t < TERMS; t++)
		eta += self->coefficients[t].estimate * x[t];
	*information = weight;
	if (!self->is_logistic)
		return weight * (row.target - eta);
	weight *= row.target == 1.0 ? 2.0L : 1.0L;
	p = 1.0L / (1.0L + expl(-eta));
	*information = weight * p * (1.0L - p);
	return weight * (row.target - p);
}

/* The covariance by its definition. */
static void
define(const Case *self, CovarianceType type, long double covariance[TERMS][TERMS])
{
	long double bread[TERMS][TERMS] = {{0}};
	long double meat[TERMS][TERMS] = {{0}};
	long double x[TERMS];
	long double information;
	int pass;
	int row;
	int i;
	int j;
	int k;
	int l;

	for (pass = 0; pass < 2; pass++)
	{
		for (row = 0; row < ROWS; row++)
		{
			long double square;
			long double leverage = 0.0L;

			terms_of(self, row, x);
			square = score_of(self, row, x, &information);
			square *= square;
			for (i = 0; i < TERMS; i++)
				for (j = 0; j < TERMS; j++)
					leverage += information * x[i] * bread[i][j] * x[j];
			if (type == COVARIANCE_HC1)
				square *= (long double) ROWS / (ROWS - TERMS);
			if (type == COVARIANCE_HC2)
				square /= 1.0L - leverage;
			if (type == COVARIANCE_HC3)
				square /= (1.0L - leverage) * (1.0L - leverage);
			for (i = 0; i < TERMS; i++)
				for (j = 0; j < TERMS; j++)
					(pass == 0 ? bread : meat)[i][j] +=
						(pass == 0 ? information : square) * x[i] * x[j];
		}
		if (pass == 0)
			invert(bread);
	}
	for (i = 0; i < TERMS; i++)
		for (j = 0; j < TERMS; j++)
		{
			covariance[i][j] = 0.0L;
			for (k = 0; k < TERMS; k++)
				for (l = 0; l < TERMS; l++)
					covariance[i][j] += bread[i][k] * meat[k][l] * bread[l][j];
		}
}

static Status
errors_of(Case *self, CovarianceType type, bool is_logistic)
{
	SandwichRows rows = {is_logistic ? sandwich_logistic : sandwich_squares, &logistic_options,
						 is_logistic ? INFINITY : (double) self->dataset.n - self->fit.facts.rank};
	SandwichTask task = sandwich_task(&self->dataset, &self->design, type, rows, &self->fit);

	return sandwich_errors(&task, &unit_allocator, NULL);
}

static void
check_type(bool is_logistic, CovarianceType type)
{
	double tolerance = 1e-10;
	long double covariance[TERMS][TERMS];
	double image[TERMS];
	double d[TERMS];
	long double form = 0.0L;
	Case self;
	int i;
	int j;

	begin(&self, is_logistic);
	define(&self, type, covariance);
	CHECK(errors_of(&self, type, is_logistic) == KERNEL_OK);
	CHECK(self.covariance.is_known);
	for (i = 0; i < TERMS; i++)
	{
		const LinearCoefficient *coefficient = &self.coefficients[i];

		CHECK_CLOSE(coefficient->std_error, sqrt((double) covariance[i][i]), tolerance);
		CHECK_CLOSE(coefficient->statistic, coefficient->estimate / coefficient->std_error, 1e-15);
		CHECK(coefficient->p_value >= 0.0 && coefficient->p_value <= 1.0);
		d[i] = i == 0 ? 1.0 : 0.5 * i - self.centre[i];
	}
	for (i = 0; i < TERMS; i++)
		for (j = 0; j < TERMS; j++)
			form += (i == 0 ? 1.0L : 0.5L * i) * covariance[i][j] * (j == 0 ? 1.0L : 0.5L * j);
	CHECK_CLOSE(covariance_form(self.factor, TERMS, d, image), (double) form, tolerance);
	end(&self);
}

static void
least_squares_by_definition(void)
{
	check_type(false, COVARIANCE_HC0);
	check_type(false, COVARIANCE_HC1);
	check_type(false, COVARIANCE_HC2);
	check_type(false, COVARIANCE_HC3);
}

static void
logistic_by_definition(void)
{
	check_type(true, COVARIANCE_HC0);
	check_type(true, COVARIANCE_HC1);
	check_type(true, COVARIANCE_HC2);
	check_type(true, COVARIANCE_HC3);
}

/* b'C^-1 b of the slopes, by the definition's inverse. */
static void
the_wald_statistic_is_a_form(void)
{
	long double covariance[TERMS][TERMS];
	double estimates[TERMS];
	long double wald = 0.0L;
	double ours;
	Case self;
	int i;
	int j;

	begin(&self, false);
	define(&self, COVARIANCE_HC3, covariance);
	CHECK(errors_of(&self, COVARIANCE_HC3, false) == KERNEL_OK);
	for (i = 0; i < TERMS; i++)
	{
		estimates[i] = self.coefficients[i].estimate;
		covariance[0][i] = covariance[i][0] = i == 0;
	}
	invert(covariance);
	for (i = 1; i < TERMS; i++)
		for (j = 1; j < TERMS; j++)
			wald += estimates[i] * covariance[i][j] * estimates[j];
	CHECK(covariance_wald(self.factor, estimates, TERMS, 1, &unit_allocator, &ours) == KERNEL_OK);
	CHECK_CLOSE(ours, (double) wald, 1e-9);
	end(&self);
}

/* Without a covariance, or with a row of leverage 1, nobody has an error. */
static void
what_is_not_known_stays_unknown(void)
{
	Case self;
	int i;

	begin(&self, false);
	self.covariance.is_known = false;
	CHECK(errors_of(&self, COVARIANCE_HC0, false) == KERNEL_OK);
	for (i = 0; i < TERMS; i++)
		CHECK(isnan(self.coefficients[i].std_error) && isnan(self.coefficients[i].p_value));
	end(&self);
	begin(&self, false);
	self.factor[0] = 1e10;
	CHECK(errors_of(&self, COVARIANCE_HC3, false) == KERNEL_OK);
	CHECK(!self.covariance.is_known && isnan(self.coefficients[1].std_error));
	end(&self);
}

static void
refusals_are_passed_on(void)
{
	Case self;
	int n;

	begin(&self, false);
	for (n = 0; n < 3; n++)
	{
		unit_allocator_fail_after(n);
		CHECK(errors_of(&self, COVARIANCE_HC0, false) == KERNEL_OUT_OF_MEMORY);
		unit_allocator_fail_after(-1);
	}
	end(&self);
}

/* A block of one row, whose scores are looked at. */
typedef struct OneRow
{
	DatasetBlock block;
	double target;
	double weight;
} OneRow;

static const DatasetBlock *
one_row(OneRow *row, double target, double weight)
{
	row->target = target;
	row->weight = weight;
	row->block = (DatasetBlock){.n = 1, .target = &row->target, .weight = &row->weight};
	return &row->block;
}

/* The slope and the curvature of a row's loss by differences of a step that leaves 8 digits. */
#define SLOPE(loss, at) (((loss) ((at) + 1e-5) - (loss) ((at) -1e-5)) / 2e-5)
#define CURVATURE(loss, at) \
	(((loss) ((at) + 1e-3) - 2.0 * (loss) (at) + (loss) ((at) -1e-3)) / 1e-6)

static double
gamma_loss(double eta)
{
	return 2.5 * deviance_half(2.0, 3.0, exp(eta));
}

static double
huber_loss(double eta)
{
	double z = (7.0 - eta) / 2.0;
	double h = fabs(z) <= 1.35 ? z * z : 2.0 * 1.35 * fabs(z) - 1.35 * 1.35;

	return 1.5 * (2.0 + 2.0 * h) / 2.0;
}

static void
scores_are_slopes(void)
{
	GlmLoss glm = {
		.power = 2.0, .link = LINK_LOG, .curvature = GLM_EXPECTED, .offset_slot = NO_OFFSET};
	RobustLoss huber = {.kind = ROBUST_HUBER, .scale = 2.0, .epsilon = 1.35};
	double factor = 0.25;
	double eta = 0.5;
	double score;
	double information;
	OneRow row;

	sandwich_glm(&glm, one_row(&row, 3.0, 2.5), 0, &eta, &score, &information);
	CHECK_CLOSE(fabs(score), fabs(SLOPE(gamma_loss, 0.5)), 1e-7);
	CHECK_CLOSE(information, 2.5, 1e-15); /* of gamma with the logarithm: the weight */
	for (eta = 3.0; eta < 7.0; eta += 2.9)
	{
		sandwich_huber(&huber, one_row(&row, 7.0, 1.5), 0, &eta, &score, &information);
		CHECK_CLOSE(fabs(score), fabs(SLOPE(huber_loss, eta)), 1e-7);
		CHECK_NEAR(information, CURVATURE(huber_loss, eta), 1e-6);
	}
	sandwich_weights(&factor, one_row(&row, 7.0, 9.0), 0, &eta, &score, &information);
	CHECK_NEAR(score, 1.5, 0.0);
	sandwich_even(&factor, one_row(&row, 7.0, 9.0), 0, &eta, &score, &information);
	CHECK_NEAR(score, 2.25, 0.0);
}

/* Of three classes, the second of which is the reference: weight times indicator less probability. */
static void
class_scores_are_slopes(void)
{
	static const int32_t class_of_code[] = {2, 0, 1};
	static const double factor[] = {2.0, 3.0, 0.5};
	LogisticOptions options = {
		.n_classes = 3, .class_of_code = class_of_code, .class_factor = factor};
	SandwichClasses classes = {&options, 1};
	double eta[2] = {0.75, -2.0};
	double sum = exp(0.75) + 1.0 + exp(-2.0);
	double p[2] = {exp(0.75) / sum, exp(-2.0) / sum};
	double scores[2];
	double root[6];
	OneRow row;
	int i;

	sandwich_classes(&classes, one_row(&row, 0.0, 4.0), 0, eta, scores, root);
	CHECK_CLOSE(scores[0], -2.0 * p[0], 1e-15);
	CHECK_CLOSE(scores[1], 2.0 * (1.0 - p[1]), 1e-15);
	for (i = 0; i < 4; i++)
	{
		const double *a = root + i / 2 * 3;
		const double *b = root + i % 2 * 3;

		CHECK_CLOSE(a[0] * b[0] + a[1] * b[1] + a[2] * b[2],
					2.0 * p[i / 2] * ((i / 2 == i % 2) - p[i % 2]), 1e-14);
	}
	eta[0] = 800.0;
	sandwich_classes(&classes, one_row(&row, 2.0, 1.0), 0, eta, scores, NULL);
	CHECK_NEAR(scores[0], -3.0, 1e-15);
	CHECK_NEAR(scores[1], 0.0, 1e-15);
}

UNIT_MAIN(UNIT_CASE(scores_are_slopes), UNIT_CASE(class_scores_are_slopes),
		  UNIT_CASE(least_squares_by_definition), UNIT_CASE(logistic_by_definition),
		  UNIT_CASE(the_wald_statistic_is_a_form), UNIT_CASE(what_is_not_known_stays_unknown),
		  UNIT_CASE(refusals_are_passed_on))
