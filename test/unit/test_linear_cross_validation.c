/*
 * test_linear_cross_validation.c: errors of folds counted row by row, empty folds, refusals.
 */
#include "kernel/linear/cross_validation.h"

#include "linear_rows.h"

#define FOLDS 5
#define STEPS 6

static const double alphas[STEPS] = {8.0, 2.0, 0.5, 0.1, 0.01, 0.0};

/* The rows of golden_row() in folds by their number; one fold stays empty. */
typedef struct Sample
{
	LeastSquares *folds[FOLDS];
	LeastSquares *all;
	Dictionary dictionary;
	Design design;
	double level_weight[3];
	double missing_weight;
} Sample;

static int
fold_of(int i)
{
	int fold = i * 11 % 4;

	return fold < 2 ? fold : fold + 1;
}

static void
begin(Sample *sample)
{
	DesignOptions options = {.fit_intercept = true, .max_categories = 10};
	const double *weights[1] = {sample->level_weight};
	NumberFacts facts[2];
	int i;

	memset(sample, 0, sizeof(*sample));
	golden_dictionary(&sample->dictionary);
	for (i = 1; i <= GOLDEN_ROWS; i++)
	{
		GoldenRow row = golden_row(i, true, true);
		LeastSquares **fold = &sample->folds[fold_of(i)];

		if (*fold == NULL)
			*fold = least_squares_create(&unit_allocator, 2, 1);
		CHECK(least_squares_add(*fold, &unit_allocator, row.numbers, row.codes, row.target,
								row.weight) == KERNEL_OK);
	}
	CHECK(folds_used(sample->folds, FOLDS) == 4);
	CHECK(folds_merge(sample->folds, FOLDS, -1, &unit_allocator, &sample->all) == KERNEL_OK);
	CHECK(least_squares_rows(sample->all) == GOLDEN_ROWS);
	least_squares_number_facts(sample->all, facts);
	least_squares_level_weights(sample->all, 0, sample->level_weight, 3, &sample->missing_weight);
	CHECK(design_build(&sample->design, &unit_allocator, golden_features, 3, &sample->dictionary,
					   weights, &sample->missing_weight, facts, &options) == KERNEL_OK);
}

static void
end(Sample *sample)
{
	int f;

	design_release(&sample->design, &unit_allocator, &sample->dictionary);
	dictionary_release(&sample->dictionary, &unit_allocator);
	for (f = 0; f < FOLDS; f++)
		least_squares_release(sample->folds[f], &unit_allocator);
	least_squares_release(sample->all, &unit_allocator);
}

/* The scores are the same when each turn gets folds of its own: those measured, then those of the others. */
static void
check_turns(const Sample *sample, const CrossValidation *whole)
{
	PenaltyScore scores[STEPS];
	CrossValidation turns = *whole;
	int s;
	int f;

	turns.scores = scores;
	cross_validation_begin(&turns);
	for (f = 0; f < FOLDS; f++)
	{
		LeastSquares *folds[2] = {sample->folds[f], NULL};

		if (folds[0] == NULL)
			continue;
		CHECK(folds_merge(sample->folds, FOLDS, f, &unit_allocator, &folds[1]) == KERNEL_OK);
		turns.folds = folds;
		turns.n_folds = 2;
		CHECK(cross_validation_turn(&turns, 0, NULL) == KERNEL_OK);
		least_squares_release(folds[1], &unit_allocator);
	}
	cross_validation_end(&turns);
	CHECK(turns.n_used == 4 && turns.n_not_converged == 0);
	for (s = 0; s < STEPS; s++)
	{
		CHECK(scores[s].alpha == alphas[s]);
		CHECK_CLOSE(scores[s].error, whole->scores[s].error, 1e-12);
		CHECK_CLOSE(scores[s].standard_error, whole->scores[s].standard_error, 1e-9);
	}
}

/* The mean squared error on the rows of a fold of what the others say, row by row. */
static double
error_by_rows(const Sample *sample, int fold, double alpha, const PathOptions *options)
{
	double mean[5] = {0.0};	   /* x1, x2, then levels 0 to 2, over the rows trained on */
	double present[3] = {0.0}; /* weights of x1, x2, c */
	RegularizationPath path;
	LeastSquares *training;
	Design design = sample->design;
	NumberFacts facts[2];
	CategoryFacts category = sample->design.categories[0];
	double frequency[4] = {0.0};
	double estimates[5];
	double sum = 0.0;
	double weight = 0.0;
	PathStep step;
	int i;
	int j;

	for (i = 1; i <= GOLDEN_ROWS; i++)
	{
		GoldenRow row = golden_row(i, true, true);

		if (fold_of(i) == fold)
			continue;
		for (j = 0; j < 2; j++)
		{
			if (isnan(row.numbers[j]))
				continue;
			mean[j] += row.weight * row.numbers[j];
			present[j] += row.weight;
		}
		if (row.codes[0] == CODE_MISSING)
			continue;
		mean[2 + row.codes[0]] += row.weight;
		present[2] += row.weight;
	}
	for (j = 0; j < 5; j++)
		mean[j] /= present[j < 2 ? j : 2];
	CHECK(folds_merge(sample->folds, FOLDS, fold, &unit_allocator, &training) == KERNEL_OK);
	least_squares_number_facts(training, facts);
	for (j = 0; j < 2; j++)
		CHECK_CLOSE(facts[j].mean, mean[j], 1e-13);
	memcpy(frequency, mean + 2, 3 * sizeof(double));
	category.frequency = frequency;
	design.numbers = facts;
	design.categories = &category;
	CHECK(path_begin(&path, training, &design, options, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(path_advance(&path, alpha, NULL, &step) == KERNEL_OK);
	CHECK(path_estimates(&path, estimates) == KERNEL_OK);
	for (i = 1; i <= GOLDEN_ROWS; i++)
	{
		GoldenRow row = golden_row(i, true, true);
		double rest = row.target - estimates[0];

		if (fold_of(i) != fold)
			continue;
		for (j = 0; j < 2; j++)
			rest -= estimates[1 + j] * (isnan(row.numbers[j]) ? mean[j] : row.numbers[j]);
		for (j = 1; j < 3; j++)
			rest -= estimates[2 + j] *
				(row.codes[0] == CODE_MISSING ? mean[2 + j] : (double) (row.codes[0] == j));
		sum += row.weight * rest * rest;
		weight += row.weight;
	}
	path_end(&path);
	least_squares_release(training, &unit_allocator);
	return sum / weight;
}

static void
check_errors(const PathOptions *options)
{
	Sample sample;
	PenaltyScore scores[STEPS];
	CrossValidation validation = {.allocator = &unit_allocator,
								  .folds = sample.folds,
								  .n_folds = FOLDS,
								  .design = &sample.design,
								  .options = *options,
								  .alphas = alphas,
								  .n_alphas = STEPS,
								  .scores = scores};
	int s;
	int f;

	begin(&sample);
	CHECK(cross_validate(&validation, NULL) == KERNEL_OK);
	CHECK(validation.n_used == 4 && validation.n_not_converged == 0);
	for (s = 0; s < STEPS; s++)
	{
		double errors[FOLDS];
		double mean = 0.0;
		double square = 0.0;

		for (f = 0; f < FOLDS; f++)
		{
			errors[f] = f == 2 ? 0.0 : error_by_rows(&sample, f, alphas[s], options);
			mean += errors[f] / 4.0;
		}
		for (f = 0; f < FOLDS; f++)
			square += f == 2 ? 0.0 : (errors[f] - mean) * (errors[f] - mean);
		CHECK(scores[s].alpha == alphas[s]);
		CHECK_CLOSE(scores[s].error, mean, 1e-9);
		CHECK_CLOSE(scores[s].standard_error, sqrt(square / 3.0 / 4.0), 1e-7);
	}
	check_turns(&sample, &validation);
	end(&sample);
}

static void
errors_are_those_of_the_rows(void)
{
	PathOptions lasso = {.l1_ratio = 1.0, .standardize = true};
	PathOptions net = {.l1_ratio = 0.4, .standardize = false};

	check_errors(&lasso);
	check_errors(&net);
}

#define LINE_ROWS 400

/* Two columns, far from 0, and what they give but for 1e-9: sums in double would lose that. */
static double
line_number(int i, int j)
{
	return 30.0 + i * (j == 0 ? 37 : 61) % 101 / 8.0;
}

static double
line_target(int i)
{
	return 3.0 * line_number(i, 0) - 2.0 * line_number(i, 1) + 1.0 + (i % 7 - 3) * 1e-9;
}

static void
tiny_errors_keep_their_digits(void)
{
	static const Feature features[] = {{"a", FAMILY_NUMBER, 0, false},
									   {"b", FAMILY_NUMBER, 0, false}};
	static const double penalties[] = {1e-13, 0.0};
	DesignOptions options = {.fit_intercept = true, .max_categories = 10};
	LeastSquares *folds[2] = {least_squares_create(&unit_allocator, 2, 0),
							  least_squares_create(&unit_allocator, 2, 0)};
	LeastSquares *all = NULL;
	NumberFacts facts[2];
	Design design;
	PenaltyScore scores[2];
	CrossValidation validation = {.allocator = &unit_allocator,
								  .folds = folds,
								  .n_folds = 2,
								  .design = &design,
								  .options = {.l1_ratio = 1.0, .standardize = true},
								  .alphas = penalties,
								  .n_alphas = 2,
								  .scores = scores};
	double mean = 0.0;
	int f;
	int i;

	for (i = 0; i < LINE_ROWS; i++)
	{
		double numbers[2] = {line_number(i, 0), line_number(i, 1)};

		CHECK(least_squares_add(folds[i % 2], &unit_allocator, numbers, NULL, line_target(i),
								1.0) == KERNEL_OK);
	}
	CHECK(folds_merge(folds, 2, -1, &unit_allocator, &all) == KERNEL_OK);
	least_squares_number_facts(all, facts);
	CHECK(design_build(&design, &unit_allocator, features, 2, NULL, NULL, NULL, facts, &options) ==
		  KERNEL_OK);
	CHECK(cross_validate(&validation, NULL) == KERNEL_OK);
	for (f = 0; f < 2; f++)
	{
		RegularizationPath path;
		double estimates[3];
		PathStep step;
		long double sum = 0.0L;

		CHECK(path_begin(&path, folds[1 - f], &design, &validation.options, &unit_allocator,
						 NULL) == KERNEL_OK);
		CHECK(path_advance(&path, 0.0, NULL, &step) == KERNEL_OK);
		CHECK(path_estimates(&path, estimates) == KERNEL_OK);
		for (i = f; i < LINE_ROWS; i += 2)
		{
			long double rest = (long double) line_target(i) - estimates[0] -
				(long double) estimates[1] * line_number(i, 0) -
				(long double) estimates[2] * line_number(i, 1);

			sum += rest * rest;
		}
		mean += (double) (sum / (LINE_ROWS / 2)) / 2.0;
		path_end(&path);
	}
	/* Estimates differ by some 1e-14 of themselves, which moves a residual of 1e-9 by 1e-4 of it. */
	CHECK(mean > 1e-18 && mean < 1e-17);
	CHECK_CLOSE(scores[1].error, mean, 1e-3);
	design_release(&design, &unit_allocator, NULL);
	least_squares_release(all, &unit_allocator);
	for (f = 0; f < 2; f++)
		least_squares_release(folds[f], &unit_allocator);
}

#define WIDE (LEAST_SQUARES_EXACT + 4)
#define WIDE_FOLDS 3

/* Sums of more columns are shifted, each fold's by other means: together they are those of all rows. */
static void
wide_folds_are_moved_together(void)
{
	LeastSquares *folds[WIDE_FOLDS];
	LeastSquares *all = least_squares_create(&unit_allocator, WIDE, 0);
	LeastSquares *merged;
	NumberFacts facts[WIDE];
	NumberFacts expected[WIDE];
	double *hi[2];
	double *lo[2];
	size_t entries = least_squares_entries(all);
	double x[WIDE];
	int i;
	int j;

	for (i = 0; i < WIDE_FOLDS; i++)
		folds[i] = least_squares_create(&unit_allocator, WIDE, 0);
	for (i = 0; i < 900; i++)
	{
		int fold = i / 300;

		for (j = 0; j < WIDE; j++)
			x[j] = j == 3 && i % 7 == 0 ? NAN :
										  (i * 37 + j * j * 11 + i * j * 5) % 23 + 100.0 * fold + j;
		CHECK(least_squares_add(folds[fold], &unit_allocator, x, NULL, i % 11, 1.0) == KERNEL_OK);
		if (fold != 1)
			CHECK(least_squares_add(all, &unit_allocator, x, NULL, i % 11, 1.0) == KERNEL_OK);
	}
	CHECK(folds_merge(folds, WIDE_FOLDS, 1, &unit_allocator, &merged) == KERNEL_OK);
	CHECK(least_squares_rows(merged) == 600);
	least_squares_number_facts(merged, facts);
	least_squares_number_facts(all, expected);
	for (i = 0; i < 2; i++)
	{
		hi[i] = unit_allocate(NULL, entries * sizeof(double));
		lo[i] = unit_allocate(NULL, entries * sizeof(double));
		CHECK(least_squares_raw_sums(i == 0 ? merged : all, &unit_allocator, hi[i], lo[i]) ==
			  KERNEL_OK);
	}
	for (i = 0; i < WIDE; i++)
	{
		CHECK_CLOSE(facts[i].mean, expected[i].mean, 1e-14);
		for (j = i; j < WIDE + 2; j++)
		{
			size_t place = (size_t) i * (size_t) all->stride + (size_t) j;

			CHECK_CLOSE(hi[0][place], hi[1][place], 1e-14);
		}
	}
	for (i = 0; i < 2; i++)
	{
		unit_release(NULL, hi[i], entries * sizeof(double));
		unit_release(NULL, lo[i], entries * sizeof(double));
	}
	for (i = 0; i < WIDE_FOLDS; i++)
		least_squares_release(folds[i], &unit_allocator);
	least_squares_release(all, &unit_allocator);
	least_squares_release(merged, &unit_allocator);
}

static void
chooses_the_least_or_the_simplest(void)
{
	static const PenaltyScore scores[] = {
		{4.0, 9.0, 1.0}, {3.0, 5.4, 1.0}, {2.0, 5.0, 0.5}, {1.0, 5.0, 0.5}, {0.5, 5.1, 0.5}};

	CHECK(cross_validation_choose(scores, 5, false) == 2);
	CHECK(cross_validation_choose(scores, 5, true) == 1);
	CHECK(cross_validation_choose(scores, 1, true) == 0);
}

static void
refusal_leaves_nothing(void)
{
	Sample sample;
	PenaltyScore scores[STEPS];
	CrossValidation validation = {.allocator = &unit_allocator,
								  .folds = sample.folds,
								  .n_folds = FOLDS,
								  .design = &sample.design,
								  .options = {.l1_ratio = 1.0, .standardize = true},
								  .alphas = alphas,
								  .n_alphas = STEPS,
								  .scores = scores};
	Status status = KERNEL_OUT_OF_MEMORY;
	long live;
	int i;

	begin(&sample);
	live = unit_live_blocks;
	for (i = 0; status == KERNEL_OUT_OF_MEMORY; i++)
	{
		unit_allocator_fail_after(i);
		status = cross_validate(&validation, NULL);
		unit_allocator_fail_after(-1);
		CHECK(unit_live_blocks == live);
	}
	CHECK(status == KERNEL_OK && i > 100);
	end(&sample);
}

UNIT_MAIN(UNIT_CASE(tiny_errors_keep_their_digits), UNIT_CASE(errors_are_those_of_the_rows),
		  UNIT_CASE(wide_folds_are_moved_together), UNIT_CASE(chooses_the_least_or_the_simplest),
		  UNIT_CASE(refusal_leaves_nothing))
