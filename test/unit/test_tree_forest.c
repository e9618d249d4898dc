/*
 * test_tree_forest.c: forests and single trees against hand, brute force and their own rules.
 */
#include "kernel/tree/forest.h"
#include "tree_rows.h"

static ForestOptions
forest_options(int32_t n_classes)
{
	return (ForestOptions){.n_classes = n_classes,
						   .n_estimators = 1,
						   .min_samples_leaf = 1,
						   .max_bins = MAX_BINS,
						   .seed = 42};
}

static const int32_t classes[4] = {0, 1, 2, 3};

static Status
fit(const Dataset *dataset, const ForestOptions *options, Ensemble **ensemble)
{
	TreeSource source = rows_source(dataset);

	source.class_of_code = options->n_classes > 0 ? classes : NULL;
	return forest_fit(&source, options, &unit_allocator, NULL, ensemble);
}

/* Row i of a tree: 1 2 | 8 9 with 0 0 | 6 10; then 8 | 9. */
static void
grows_the_tree_worked_out_by_hand(void)
{
	ForestOptions options = forest_options(0);
	double x[] = {1.0, 2.0, 8.0, 9.0};
	double y[] = {0.0, 0.0, 6.0, 10.0};
	Dataset dataset;
	TreeSource source = {.dataset = &dataset};
	Ensemble *ensemble;
	const TreeNode *nodes;
	int32_t i;

	dataset_begin(&dataset, 1, 0, false);
	for (i = 0; i < 4; i++)
		dataset_add(&dataset, &unit_allocator, &x[i], NULL, y[i], 1.0);
	CHECK(forest_fit(&source, &options, &unit_allocator, NULL, &ensemble) == KERNEL_OK);
	CHECK_NEAR(ensemble->base[0], 4.0, 0.0);
	CHECK(ensemble->trees[0].n_nodes == 5);
	nodes = ensemble->trees[0].nodes;
	CHECK_NEAR(nodes[0].threshold, 5.0, 0.0);
	CHECK_NEAR(nodes[0].gain, (72.0 - 8.0) / 2.0, 1e-6); /* squares about the mean: 72, then 8 */
	CHECK_NEAR(nodes[1].value, -4.0, 1e-12);
	CHECK_NEAR(nodes[2].threshold, 8.5, 0.0);
	CHECK(nodes[2].left == 3 && nodes[2].right == 4 && nodes[0].right == 2);
	CHECK_NEAR(nodes[3].value, 2.0, 1e-12);
	CHECK_NEAR(nodes[4].value, 6.0, 1e-12);
	CHECK_NEAR(nodes[4].cover, 1.0, 0.0);
	ensemble_release(ensemble, &unit_allocator);
	dataset_release(&dataset, &unit_allocator);
}

/* Impurity of both parts: squared error, or the Gini impurity times the rows, by definition. */
static double
impurity_of_parts(const Rows *rows, const bool *left, int32_t n_classes)
{
	double sum = 0.0;
	int side;
	int32_t i;
	int k;

	for (side = 0; side < 2; side++)
	{
		double n = 0.0;
		double counts[4] = {0.0, 0.0, 0.0, 0.0};
		double total = 0.0;
		double squares = 0.0;

		for (i = 0; i < rows->n; i++)
		{
			if (left[i] != side)
				continue;
			n++;
			total += rows->target[i];
			squares += rows->target[i] * rows->target[i];
			if (n_classes > 0)
				counts[(int) rows->target[i]]++;
		}
		if (n == 0.0)
			return INFINITY;
		if (n_classes == 0)
			sum += squares - total * total / n;
		for (k = 0; k < n_classes; k++)
			sum += counts[k] * (1.0 - counts[k] / n);
	}
	return sum;
}

/* The least impurity of all thresholds and sides of what is missing. */
static double
best_by_force(const Rows *rows, int32_t n_classes)
{
	bool *left = malloc((size_t) rows->n * sizeof(bool));
	double best = INFINITY;
	int32_t i;
	int32_t j;
	int32_t k;
	int32_t side;

	for (j = 0; j < ROW_NUMBERS; j++)
	{
		for (k = 0; k < rows->n; k++)
		{
			double cut = rows->numbers[k * ROW_NUMBERS + j];

			for (side = 0; side < 2 && !isnan(cut); side++)
			{
				for (i = 0; i < rows->n; i++)
				{
					double x = rows->numbers[i * ROW_NUMBERS + j];

					left[i] = isnan(x) ? side : x <= cut;
				}
				best = fmin(best, impurity_of_parts(rows, left, n_classes));
			}
		}
	}
	free(left);
	return best;
}

/* Stumps of few rows and of many, with 0, 2 and 4 classes. */
static void
first_split_is_the_best_of_all(void)
{
	int trial;
	int32_t i;

	for (trial = 0; trial < 18; trial++)
	{
		int32_t n_classes = trial % 3 == 0 ? 0 : trial % 3 == 1 ? 2 : 4;
		ForestOptions options = forest_options(n_classes);
		Rows rows = rows_create(trial < 9 ? 20 : 150);
		Dataset dataset;
		Ensemble *ensemble;
		const TreeNode *root;
		bool *left = malloc((size_t) rows.n * sizeof(bool));

		for (i = 0; i < rows.n; i++)
		{
			rows.codes[i] = 0; /* no help from the category */
			if (n_classes > 0)
				rows.target[i] = fmod(floor(rows.target[i] / 9.0), n_classes);
		}
		options.max_depth = 1;
		dataset = rows_dataset(&rows, false, 1);
		CHECK(fit(&dataset, &options, &ensemble) == KERNEL_OK);
		root = ensemble->trees[0].nodes;
		CHECK(root->slot >= 0 && root->slot < ROW_NUMBERS);
		for (i = 0; i < rows.n; i++)
		{
			double x = rows.numbers[i * ROW_NUMBERS + root->slot];

			left[i] = isnan(x) ? root->missing_left : x <= root->threshold;
		}
		CHECK_CLOSE(impurity_of_parts(&rows, left, n_classes), best_by_force(&rows, n_classes),
					1e-7);
		free(left);
		ensemble_release(ensemble, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
		rows_free(&rows);
	}
}

/* Grown to the end, a tree says of each row what it was told; shares of classes add up to 1. */
static void
full_trees_know_their_rows(void)
{
	int variant;
	int32_t i;
	int32_t k;

	for (variant = 0; variant < 3; variant++)
	{
		int32_t n_classes = variant == 0 ? 0 : variant == 1 ? 2 : 4;
		ForestOptions options = forest_options(n_classes);
		Rows rows = rows_create(600);
		Dataset dataset;
		Ensemble *ensemble;

		for (i = 0; i < rows.n; i++)
		{
			rows.numbers[i * ROW_NUMBERS] = i / 3; /* 200 values: bins of their own */
			if (n_classes > 0)
				rows.target[i] = fmod(i / 3, n_classes);
			else
				rows.target[i] = fmod(i / 3, 17.0) / 3.0;
		}
		dataset = rows_dataset(&rows, false, 1);
		CHECK(fit(&dataset, &options, &ensemble) == KERNEL_OK);
		CHECK(ensemble->n_outputs == (n_classes > 2 ? n_classes : 1));
		for (i = 0; i < rows.n; i++)
		{
			double total = 0.0;

			for (k = 0; k < ensemble->n_outputs; k++)
			{
				double score =
					plain_score(ensemble, k, rows.numbers + i * ROW_NUMBERS, rows.codes + i);

				total += score;
				if (n_classes == 4)
					CHECK_NEAR(score, rows.target[i] == k, 1e-12);
			}
			CHECK_NEAR(total, n_classes == 4 ? 1.0 : rows.target[i], 1e-12);
		}
		ensemble_release(ensemble, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
		rows_free(&rows);
	}
}

static void
order_of_rows_changes_nothing(void)
{
	Rows rows = rows_create(2003);
	int variant;
	int32_t i;

	for (variant = 0; variant < 6; variant++)
	{
		int32_t n_classes = variant % 3 == 0 ? 0 : variant % 3 == 1 ? 2 : 4;
		ForestOptions options = forest_options(n_classes);
		uint64_t hash[2];
		int k;

		options.n_estimators = 7;
		options.bootstrap = true;
		options.max_features = 2;
		options.min_samples_leaf = 1 + variant;
		for (i = 0; i < rows.n; i++)
			rows.target[i] =
				n_classes > 0 ? fmod(floor(fabs(rows.target[i])), n_classes) : 10.0 * row_uniform();
		for (k = 0; k < 2; k++)
		{
			Dataset dataset = rows_dataset(&rows, variant >= 3, k == 0 ? 1 : 777);
			Ensemble *ensemble;

			CHECK(fit(&dataset, &options, &ensemble) == KERNEL_OK);
			hash[k] = ensemble_hash(ensemble);
			CHECK(ensemble->n_trees == 7 * ensemble->n_outputs);
			for (i = 0; i < ensemble->trees[6].n_nodes; i++)
				CHECK(variant >= 3 || ensemble->trees[6].nodes[i].slot != TREE_LEAF ||
					  ensemble->trees[6].nodes[i].cover >= options.min_samples_leaf);
			ensemble_release(ensemble, &unit_allocator);
			dataset_release(&dataset, &unit_allocator);
		}
		CHECK(hash[0] == hash[1]);
	}
	rows_free(&rows);
}

/* A row is drawn once in the mean, not at all for exp(-1) of all rows: covers are Poisson sums. */
static void
rows_are_drawn_with_replacement(void)
{
	Rows rows = rows_create(5000);
	Dataset dataset = rows_dataset(&rows, false, 1);
	ForestOptions options = forest_options(0);
	Ensemble *ensemble;
	double mean = 0.0;
	double square = 0.0;
	int32_t t;

	options.bootstrap = true;
	options.n_estimators = 100;
	options.max_depth = 1;
	CHECK(fit(&dataset, &options, &ensemble) == KERNEL_OK);
	for (t = 0; t < 100; t++)
	{
		double off = ensemble->trees[t].nodes[0].cover - 5000.0;

		mean += off / 100.0;
		square += off * off / 100.0;
	}
	CHECK(fabs(mean) < 4.0 * sqrt(5000.0 / 100.0));
	CHECK(square > 5000.0 / 2.0 && square < 5000.0 * 2.0);
	ensemble_release(ensemble, &unit_allocator);
	dataset_release(&dataset, &unit_allocator);
	rows_free(&rows);
}

/*
 * A full tree knows the rows that it drew, so all its errors are on those that it did not: the errors
 * on all rows, by the plain scorer, over the number of these.
 */
static void
out_of_bag_errors_are_all_there_are(void)
{
	int32_t n_classes;
	int32_t i;
	int32_t k;

	for (n_classes = 0; n_classes <= 4; n_classes += 2)
	{
		ForestMeasure oob;
		ForestOptions options = forest_options(n_classes);
		Rows rows = rows_create(600);
		double squares = 0.0;
		double wrong = 0.0;
		Dataset dataset;
		Ensemble *ensemble;

		for (i = 0; i < rows.n; i++)
		{
			uint64_t draw = hash_mix((uint64_t) (i / 3));

			rows.numbers[i * ROW_NUMBERS] = i / 3; /* 200 values: bins of their own */
			rows.target[i] =
				n_classes > 0 ? (double) (draw % (uint64_t) n_classes) : (double) (draw % 17) / 3.0;
		}
		dataset = rows_dataset(&rows, false, 1);
		options.bootstrap = true;
		options.oob = &oob;
		CHECK(fit(&dataset, &options, &ensemble) == KERNEL_OK);
		for (i = 0; i < rows.n; i++)
		{
			double best = -INFINITY;
			int32_t class = 0;

			for (k = 0; k < ensemble->n_outputs; k++)
			{
				double score =
					plain_score(ensemble, k, rows.numbers + i * ROW_NUMBERS, rows.codes + i);

				squares += (score - rows.target[i]) * (score - rows.target[i]);
				if (n_classes == 2)
					class = score > 0.5;
				else if (score > best)
					class = k;
				best = score > best ? score : best;
			}
			wrong += n_classes > 0 && class != (int32_t) rows.target[i];
		}
		CHECK(oob.rows > 600 / 4 && oob.rows < 600 / 2); /* a share of 1 / e */
		if (n_classes > 0)
		{
			CHECK(wrong > 0.0 && isnan(oob.rmse) && isnan(oob.r2));
			CHECK_NEAR(oob.accuracy, 1.0 - wrong / (double) oob.rows, 1e-14);
		}
		else
		{
			CHECK(squares > 0.0 && isnan(oob.accuracy) && oob.r2 < 1.0);
			CHECK_NEAR(oob.rmse, sqrt(squares / (double) oob.rows), 1e-12);
		}
		ensemble_release(ensemble, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
		rows_free(&rows);
	}
}

/* A tree that draws nothing is measured on all rows, as the plain scorer does. */
static void
without_draws_all_rows_are_measured(void)
{
	ForestMeasure measure;
	ForestOptions options = forest_options(0);
	Rows rows = rows_create(600);
	Dataset dataset = rows_dataset(&rows, false, 1);
	Ensemble *ensemble;
	double squares = 0.0;
	int32_t i;

	options.n_estimators = 1;
	options.bootstrap = false;
	options.max_depth = 2;
	options.train = &measure;
	CHECK(fit(&dataset, &options, &ensemble) == KERNEL_OK);
	for (i = 0; i < rows.n; i++)
	{
		double error = plain_score(ensemble, 0, rows.numbers + i * ROW_NUMBERS, rows.codes + i) -
			rows.target[i];

		squares += error * error;
	}
	CHECK(squares > 0.0 && measure.rows == 600);
	CHECK_NEAR(measure.rmse, sqrt(squares / 600.0), 1e-12);
	ensemble_release(ensemble, &unit_allocator);
	dataset_release(&dataset, &unit_allocator);
	rows_free(&rows);
}

/* What the plain scorer says of all rows, with their weights: a measure by its definition. */
static ForestMeasure
measure_by_scorer(const Ensemble *ensemble, const Rows *rows, int32_t n_classes)
{
	ForestMeasure measure = {.rows = rows->n};
	double weight = 0.0;
	double target = 0.0;
	double error = 0.0;
	double spread = 0.0;
	int32_t i;
	int32_t k;

	for (i = 0; i < rows->n; i++)
	{
		weight += rows->weight[i];
		target += rows->weight[i] * rows->target[i];
	}
	for (i = 0; i < rows->n; i++)
	{
		int32_t class = (int32_t) rows->target[i];
		double scores[4];
		int32_t best = 0;

		for (k = 0; k < ensemble->n_outputs; k++)
		{
			scores[k] = plain_score(ensemble, k, rows->numbers + i * ROW_NUMBERS, rows->codes + i);
			best = scores[k] > scores[best] ? k : best;
		}
		error += rows->weight[i] * pow(rows->target[i] - scores[0], 2.0);
		spread += rows->weight[i] * pow(rows->target[i] - target / weight, 2.0);
		if (n_classes == 0)
			continue;
		if (n_classes == 2)
		{
			best = scores[0] > 0.5;
			scores[1] = scores[0];
			scores[0] = 1.0 - scores[1];
		}
		measure.accuracy += rows->weight[i] * (best == class) / weight;
		measure.log_loss -= rows->weight[i] * log(fmax(scores[class], 0x1p-52)) / weight;
	}
	measure.rmse = sqrt(error / weight);
	measure.r2 = 1.0 - error / spread;
	return measure;
}

/* Rows that trees drew, by the leaves where growing put them, and the others, by walking. */
static void
all_rows_are_measured_as_the_scorer_scores_them(void)
{
	int32_t n_classes;
	int32_t i;

	for (n_classes = 0; n_classes <= 4; n_classes += 2)
	{
		ForestMeasure train;
		ForestMeasure expected;
		ForestOptions options = forest_options(n_classes);
		Rows rows = rows_create(700);
		Dataset dataset;
		Ensemble *ensemble;

		for (i = 0; n_classes > 0 && i < rows.n; i++)
			rows.target[i] = (double) ((int32_t) (rows.target[i] / 9.0) % n_classes);
		rows.weight[5] = 1e-12; /* in the scale of the others, no weight at all */
		dataset = rows_dataset(&rows, true, 1);
		options.n_estimators = 7;
		options.bootstrap = true;
		options.max_features = 2;
		options.min_samples_leaf = 3;
		options.train = &train;
		CHECK(fit(&dataset, &options, &ensemble) == KERNEL_OK);
		expected = measure_by_scorer(ensemble, &rows, n_classes);
		CHECK(train.rows == 700);
		if (n_classes > 0)
		{
			CHECK(expected.accuracy > 0.6 && expected.accuracy < 1.0 && isnan(train.rmse));
			CHECK_NEAR(train.accuracy, expected.accuracy, 1e-13);
			CHECK_NEAR(train.log_loss, expected.log_loss, 1e-13 * expected.log_loss);
		}
		else
		{
			CHECK(expected.r2 > 0.5 && expected.r2 < 1.0 && isnan(train.accuracy));
			CHECK_NEAR(train.rmse, expected.rmse, 1e-13 * expected.rmse);
			CHECK_NEAR(train.r2, expected.r2, 1e-13);
		}
		ensemble_release(ensemble, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
		rows_free(&rows);
	}
}

/* Trees are the same by any number of threads, whose first trees have no room and are grown again. */
static void
any_number_of_threads_grows_the_same(void)
{
	static const int32_t threads[] = {1, 2, 3, 7};
	int32_t n_classes;

	for (n_classes = 0; n_classes <= 3; n_classes += n_classes == 0 ? 2 : 1)
	{
		Rows rows = rows_create(9000);
		Dataset dataset;
		ForestOptions options = forest_options(n_classes);
		ForestMeasure oob;
		ForestMeasure oob_of_one = {0};
		ForestMeasure train;
		ForestMeasure train_of_one = {0};
		Ensemble *one = NULL;
		int32_t i;
		int32_t t;

		for (i = 0; n_classes > 0 && i < rows.n; i++)
			rows.target[i] = (i * 7 / 3) % n_classes;
		dataset = rows_dataset(&rows, false, 1);
		options.n_estimators = 8;
		options.bootstrap = true;
		options.max_features = 2;
		options.oob = &oob;
		options.train = &train;
		for (t = 0; t < 4; t++)
		{
			Ensemble *ensemble;

			options.threads = threads[t];
			CHECK(fit(&dataset, &options, &ensemble) == KERNEL_OK);
			if (t == 0)
			{
				one = ensemble;
				oob_of_one = oob;
				train_of_one = train;
				CHECK(oob.rows > 8500); /* all but 1 in 40, (1 - 1/e)^8 */
				continue;
			}
			CHECK(oob.rows == oob_of_one.rows);
			CHECK(n_classes > 0 ? oob.accuracy == oob_of_one.accuracy :
								  oob.rmse == oob_of_one.rmse && oob.r2 == oob_of_one.r2);
			CHECK(n_classes > 0 ? train.accuracy == train_of_one.accuracy &&
						  train.log_loss == train_of_one.log_loss :
								  train.rmse == train_of_one.rmse && train.r2 == train_of_one.r2);
			CHECK(ensemble->n_trees == one->n_trees);
			for (i = 0; i < one->n_trees; i++)
			{
				CHECK(ensemble->trees[i].n_nodes == one->trees[i].n_nodes);
				CHECK(memcmp(ensemble->trees[i].nodes, one->trees[i].nodes,
							 (size_t) one->trees[i].n_nodes * sizeof(TreeNode)) == 0);
			}
			ensemble_release(ensemble, &unit_allocator);
		}
		ensemble_release(one, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
		rows_free(&rows);
	}
}

static int stop_countdown;

static bool
stop_soon(void *context)
{
	(void) context;
	return stop_countdown-- <= 0;
}

static void
refusal_and_stop_leave_nothing_behind(void)
{
	Rows rows = rows_create(300);
	Dataset dataset;
	TreeSource source;
	StopCheck stop = {stop_soon, NULL, NULL};
	ForestOptions options = forest_options(3);
	Status status = KERNEL_OUT_OF_MEMORY;
	Ensemble *ensemble;
	ForestMeasure oob;
	ForestMeasure train;
	long before;
	int32_t i;
	int granted = 0;
	int n;

	for (i = 0; i < rows.n; i++)
		rows.target[i] = i % 3;
	dataset = rows_dataset(&rows, true, 1);
	source = rows_source(&dataset);
	source.class_of_code = classes;
	before = unit_live_blocks;
	options.n_estimators = 3;
	options.bootstrap = true;
	options.oob = &oob;
	options.train = &train;
	/* A refused room for keys is asked for again, half as large: the first time it is granted. */
	for (n = 0; granted < 2 && n < 1000; n++)
	{
		unit_allocator_fail_after(n);
		status = forest_fit(&source, &options, &unit_allocator, NULL, &ensemble);
		unit_allocator_fail_after(-1);
		granted += status == KERNEL_OK;
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
		if (status == KERNEL_OK)
			ensemble_release(ensemble, &unit_allocator);
		CHECK(unit_live_blocks == before);
	}
	CHECK(status == KERNEL_OK && n > 30);
	status = KERNEL_STOPPED;
	for (n = 0; status == KERNEL_STOPPED && n < 1000; n++)
	{
		stop_countdown = n;
		status = forest_fit(&source, &options, &unit_allocator, &stop, &ensemble);
		if (status == KERNEL_OK)
			ensemble_release(ensemble, &unit_allocator);
		CHECK(unit_live_blocks == before);
	}
	CHECK(status == KERNEL_OK && n > 5);
	dataset_release(&dataset, &unit_allocator);
	rows_free(&rows);
}

UNIT_MAIN(UNIT_CASE(grows_the_tree_worked_out_by_hand), UNIT_CASE(first_split_is_the_best_of_all),
		  UNIT_CASE(full_trees_know_their_rows), UNIT_CASE(order_of_rows_changes_nothing),
		  UNIT_CASE(rows_are_drawn_with_replacement),
		  UNIT_CASE(out_of_bag_errors_are_all_there_are),
		  UNIT_CASE(without_draws_all_rows_are_measured),
		  UNIT_CASE(all_rows_are_measured_as_the_scorer_scores_them),
		  UNIT_CASE(any_number_of_threads_grows_the_same),
		  UNIT_CASE(refusal_and_stop_leave_nothing_behind))
