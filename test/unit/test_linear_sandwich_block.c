/*
 * test_linear_sandwich_block.c: leverages of several scores at once, by what defines them.
 */
#include "kernel/linear/sandwich_block.h"

#include "kernel/linear/covariance.h"
#include "kernel/linear/sandwich.h"
#include "kernel/linear/softmax.h"
#include "unit.h"

#define LISTS 3
#define CLASSES 3
#define COEFFICIENTS 4 /* of two free classes: intercept and x */
#define ROWS 60

static double work[4096];

/* L of weight (diag(p) - pp') of the first three of four classes. */
static void
root_of(const double *p, double weight, double *root)
{
	int m;
	int c;

	for (m = 0; m < LISTS; m++)
		for (c = 0; c < LISTS + 1; c++)
			root[m * (LISTS + 1) + c] = sqrt(weight * p[m]) * ((m == c) - sqrt(p[m]) * sqrt(p[c]));
}

/* s - WQ s */
static void
less_leverage(const double *root, const double *gram, const double *s, double *result)
{
	double of_gram[LISTS] = {0.0};
	double inner[LISTS + 1] = {0.0};
	int i;
	int j;

	for (i = 0; i < LISTS; i++)
		for (j = 0; j < LISTS; j++)
			of_gram[i] += gram[i * LISTS + j] * s[j];
	for (j = 0; j < LISTS + 1; j++)
		for (i = 0; i < LISTS; i++)
			inner[j] += root[i * (LISTS + 1) + j] * of_gram[i];
	for (i = 0; i < LISTS; i++)
	{
		result[i] = s[i];
		for (j = 0; j < LISTS + 1; j++)
			result[i] -= root[i * (LISTS + 1) + j] * inner[j];
	}
}

static void
check_powers(const double *p, double weight, const double *gram)
{
	static const double scores[LISTS] = {0.75, -0.5, 0.125};
	double root[LISTS * (LISTS + 1)];
	double whole[LISTS];
	double half[LISTS];
	double back[LISTS];
	double most;
	double again;
	int i;

	CHECK(sandwich_block_work(LISTS) <= sizeof(work) / sizeof(double));
	root_of(p, weight, root);
	memcpy(whole, scores, sizeof(whole));
	CHECK(sandwich_block_adjust(COVARIANCE_HC3, LISTS, root, gram, work, NULL, whole, &most) ==
		  KERNEL_OK);
	CHECK(most > 0.0 && most < 1.0);
	less_leverage(root, gram, whole, back);
	for (i = 0; i < LISTS; i++)
		CHECK_NEAR(back[i], scores[i], 1e-14);
	/* Half a power twice is the whole. */
	memcpy(half, scores, sizeof(half));
	CHECK(sandwich_block_adjust(COVARIANCE_HC2, LISTS, root, gram, work, NULL, half, &again) ==
		  KERNEL_OK);
	CHECK(again == most && fabs(half[0] - whole[0]) > 1e-3);
	CHECK(sandwich_block_adjust(COVARIANCE_HC2, LISTS, root, gram, work, NULL, half, &again) ==
		  KERNEL_OK);
	for (i = 0; i < LISTS; i++)
		CHECK_CLOSE(half[i], whole[i], 1e-13);
}

static void
powers_of_the_rest(void)
{
	static const double gram[] = {1.5, 0.25, -0.5, 0.25, 2.0, 0.75, -0.5, 0.75, 1.0};
	static const double diagonal[] = {0.5, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.5};
	static const double p[] = {0.25, 0.125, 0.5, 0.125};
	static const double sure[] = {0.0, 1.0 - 1e-16, 0.0, 1e-16};

	check_powers(p, 1.0, gram);
	check_powers(p, 0.5, diagonal);
	check_powers((const double[]){0.6, 0.1, 0.2, 0.1}, 1.0, gram);
	/* Of one score, s / (1 - h) and s / sqrt(1 - h). */
	{
		double root[2] = {0.5, 0.0};
		double q = 3.0;
		double score = 1.0;
		double most;

		CHECK(sandwich_block_adjust(COVARIANCE_HC2, 1, root, &q, work, NULL, &score, &most) ==
			  KERNEL_OK);
		CHECK_CLOSE(score, 2.0, 1e-15);
		CHECK_CLOSE(most, 0.75, 1e-15);
	}
	/* A row whose class is certain has no information and no leverage. */
	{
		double root[LISTS * (LISTS + 1)];
		double scores[LISTS] = {0.0, 1e-16, 0.0};
		double most;

		root_of(sure, 1.0, root);
		CHECK(sandwich_block_adjust(COVARIANCE_HC3, LISTS, root, gram, work, NULL, scores, &most) ==
			  KERNEL_OK);
		CHECK(most < 1e-14 && scores[0] == 0.0 && fabs(scores[1] - 1e-16) < 1e-30);
	}
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
	static const double gram[] = {1.0, 0.5, 0.5, 1.0};
	static const double root[] = {0.5, 0.25, 0.0, 0.0, 0.5, 0.25};
	StopCheck stop = {.should_stop = always};
	double scores[2] = {1.0, 1.0};
	double most;

	CHECK(sandwich_block_adjust(COVARIANCE_HC3, 2, root, gram, work, &stop, scores, &most) ==
		  KERNEL_STOPPED);
	CHECK(scores[0] == 1.0 && scores[1] == 1.0);
}

/* Row i has x, a class that leans on it, and a weight. */
static double
x_of(int i)
{
	return i * 37 % 101 / 16.0;
}

static int
class_of(int i)
{
	return (i * 37 % 101 + i * 29 % 67) / 56 % CLASSES;
}

static double
weight_of(int i)
{
	return 1.0 + i % 3;
}

/* Solves a x = b by Gauss, b replaced. */
static void
solve(long double a[COEFFICIENTS][COEFFICIENTS], long double *b)
{
	int k;
	int i;
	int j;

	for (k = 0; k < COEFFICIENTS; k++)
	{
		for (i = 0; i < COEFFICIENTS; i++)
		{
			long double ratio = a[i][k] / a[k][k];

			for (j = k; j < COEFFICIENTS && i != k; j++)
				a[i][j] -= ratio * a[k][j];
			b[i] -= i != k ? ratio * b[k] : 0.0L;
		}
	}
	for (k = 0; k < COEFFICIENTS; k++)
		b[k] /= a[k][k];
}

/* Score and information of row i of the coefficients (intercept, x of class 1, of class 2). */
static void
row_of(const LinearCoefficient *b, int i, long double *score,
	   long double information[COEFFICIENTS][COEFFICIENTS])
{
	long double x[2] = {1.0L, x_of(i)};
	long double e[2] = {expl(b[0].estimate + b[1].estimate * x[1]),
						expl(b[2].estimate + b[3].estimate * x[1])};
	long double sum = 1.0L + e[0] + e[1];
	int k;
	int l;

	for (k = 0; k < COEFFICIENTS; k++)
	{
		long double p = e[k / 2] / sum;

		score[k] = weight_of(i) * ((class_of(i) == k / 2 + 1) - p) * x[k % 2];
		for (l = 0; l < COEFFICIENTS; l++)
			information[k][l] =
				weight_of(i) * p * ((k / 2 == l / 2) - e[l / 2] / sum) * x[k % 2] * x[l % 2];
	}
}

/* HC3: the squares of what a Newton step without each row changes. */
static void
jackknife(const LinearCoefficient *b, long double *variance)
{
	long double total[COEFFICIENTS][COEFFICIENTS] = {{0}};
	long double part[COEFFICIENTS][COEFFICIENTS];
	long double score[COEFFICIENTS];
	int i;
	int k;
	int l;

	for (k = 0; k < COEFFICIENTS; k++)
		variance[k] = 0.0L;
	for (i = 0; i < ROWS; i++)
	{
		row_of(b, i, score, part);
		for (k = 0; k < COEFFICIENTS; k++)
			for (l = 0; l < COEFFICIENTS; l++)
				total[k][l] += part[k][l];
	}
	for (i = 0; i < ROWS; i++)
	{
		row_of(b, i, score, part);
		for (k = 0; k < COEFFICIENTS; k++)
			for (l = 0; l < COEFFICIENTS; l++)
				part[k][l] = total[k][l] - part[k][l];
		solve(part, score);
		for (k = 0; k < COEFFICIENTS; k++)
			variance[k] += score[k] * score[k];
	}
}

typedef struct Case
{
	Dataset dataset;
	Design design;
	LinearCoefficient coefficients[CLASSES * 2];
	double centre[COEFFICIENTS];
	double factor[COEFFICIENTS * (COEFFICIENTS + 1) / 2];
	double level[CLASSES - 1];
	LinearCovariance covariance;
	SoftmaxFit fit;
} Case;

static const int32_t class_of_code[CLASSES] = {0, 1, 2};
static const LogisticOptions options = {.standardize = true,
										.tolerance = 1e-13,
										.max_iterations = 100,
										.positive_target = -1.0,
										.class_weight = {1.0, 1.0},
										.n_classes = CLASSES,
										.class_of_code = class_of_code};

static void
begin(Case *self)
{
	static const Feature features[] = {{"x", FAMILY_NUMBER, 0, false}};
	DesignOptions design_options = {true, false, 1000, NULL};
	NumberFacts numbers;
	int i;

	memset(self, 0, sizeof(*self));
	dataset_begin(&self->dataset, 1, 0, true);
	for (i = 0; i < ROWS; i++)
	{
		double x = x_of(i);

		CHECK(dataset_add(&self->dataset, &unit_allocator, &x, NULL, class_of(i), weight_of(i)) ==
			  KERNEL_OK);
	}
	CHECK(logistic_level_facts(&self->dataset, &options, &unit_allocator, NULL, &numbers, NULL,
							   NULL) == KERNEL_OK);
	CHECK(design_build(&self->design, &unit_allocator, features, 1, NULL, NULL, NULL, &numbers,
					   &design_options) == KERNEL_OK);
	self->covariance =
		(LinearCovariance){.centre = self->centre, .factor = self->factor, .is_unit = true};
	self->fit = (SoftmaxFit){
		.coefficients = self->coefficients, .covariance = &self->covariance, .level = self->level};
	CHECK(softmax_fit(&self->dataset, &self->design, &options, &unit_allocator, NULL, &self->fit) ==
		  KERNEL_OK);
	CHECK(self->covariance.is_known && self->fit.reference == 0);
}

static Status
errors_of(Case *self, CovarianceType type)
{
	SandwichClasses classes = {&options, 0};
	SandwichTask task = {.dataset = &self->dataset,
						 .design = &self->design,
						 .type = type,
						 .rows = {sandwich_classes, &classes, INFINITY},
						 .n_lists = CLASSES - 1,
						 .rank = 2,
						 .coefficients = self->coefficients + 2,
						 .covariance = &self->covariance,
						 .level = self->level};

	return sandwich_errors(&task, &unit_allocator, NULL);
}

static void
end(Case *self)
{
	design_release(&self->design, &unit_allocator, NULL);
	dataset_release(&self->dataset, &unit_allocator);
}

static void
the_third_is_a_jackknife(void)
{
	long double variance[COEFFICIENTS];
	Case self;
	int k;

	begin(&self);
	CHECK(errors_of(&self, COVARIANCE_HC3) == KERNEL_OK);
	jackknife(self.coefficients + 2, variance);
	for (k = 0; k < COEFFICIENTS; k++)
		CHECK_CLOSE(self.coefficients[2 + k].std_error, sqrt((double) variance[k]), 1e-10);
	end(&self);
}

static void
refusal_is_a_status(void)
{
	Case self;
	int n;

	begin(&self);
	for (n = 0; n < 3; n++)
	{
		unit_allocator_fail_after(n);
		CHECK(errors_of(&self, COVARIANCE_HC2) == KERNEL_OUT_OF_MEMORY);
		unit_allocator_fail_after(-1);
	}
	end(&self);
}

UNIT_MAIN(UNIT_CASE(powers_of_the_rest), UNIT_CASE(stops_when_asked),
		  UNIT_CASE(the_third_is_a_jackknife), UNIT_CASE(refusal_is_a_status))
