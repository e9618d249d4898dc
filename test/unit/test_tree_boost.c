/*
 * test_tree_boost.c: boosting against trees worked out by hand, brute force and its own rules.
 */
#include "tree_rows.h"

static Status
fit(const Dataset *dataset, const BoostOptions *options, BoostResult *result)
{
	TreeSource source = rows_source(dataset);

	return boost_fit(&source, NULL, options, &unit_allocator, NULL, result);
}

/* x = 1, 2, 3, 4 with y = 0, 0, 10, 10: one cut at 2.5, leaves 5 below and above the mean. */
static void
grows_the_tree_worked_out_by_hand(void)
{
	BoostOptions options = boost_options(BOOST_SQUARED);
	Dataset dataset;
	BoostResult result;
	TreeSource source = {.dataset = &dataset};
	double y[] = {0.0, 0.0, 10.0, 10.0};
	const TreeNode *nodes;
	int32_t i;

	options.n_estimators = 1;
	options.learning_rate = 1.0;
	options.grow.split.min_rows = 1;
	dataset_begin(&dataset, 1, 0, false);
	for (i = 0; i < 4; i++)
	{
		double x = i + 1;

		dataset_add(&dataset, &unit_allocator, &x, NULL, y[i], 1.0);
	}
	CHECK(boost_fit(&source, NULL, &options, &unit_allocator, NULL, &result) == KERNEL_OK);
	CHECK_NEAR(result.ensemble->base[0], 5.0, 0.0);
	CHECK(result.ensemble->n_trees == 1 && result.ensemble->trees[0].n_nodes == 3);
	nodes = result.ensemble->trees[0].nodes;
	CHECK(nodes[0].slot == 0 && nodes[0].left == 1 && nodes[0].right == 2);
	CHECK_NEAR(nodes[0].threshold, 2.5, 0.0);
	CHECK_NEAR(nodes[0].cover, 4.0, 0.0);
	/* Half the sum of squares goes from 50 to 0. */
	CHECK_NEAR(nodes[0].gain, 50.0, 1e-9);
	CHECK_NEAR(nodes[1].value, -5.0, 1e-12);
	CHECK_NEAR(nodes[2].value, 5.0, 1e-12);
	CHECK_NEAR(result.train_curve[0], 12.5, 1e-6);
	CHECK_NEAR(result.train_curve[1], 0.0, 1e-6);
	boost_result_release(&result, &unit_allocator);
	dataset_release(&dataset, &unit_allocator);
}

/* What is missing goes where it loses least, also when that is a side of its own. */
static void
learns_where_missing_values_go(void)
{
	BoostOptions options = boost_options(BOOST_SQUARED);
	int32_t kind;
	int32_t i;

	options.n_estimators = 1;
	options.learning_rate = 1.0;
	options.grow.split.min_rows = 1;
	options.grow.max_leaves = 2;
	for (kind = 0; kind < 3; kind++)
	{
		double missing_target[] = {0.0, 10.0, 50.0};
		Dataset dataset;
		TreeSource source = {.dataset = &dataset};
		BoostResult result;
		const TreeNode *root;

		dataset_begin(&dataset, 1, 0, false);
		for (i = 0; i < 30; i++)
		{
			double x = i % 3 == 0 ? NAN : i;
			double y = i % 3 == 0 ? missing_target[kind] : i < 15 ? 0.0 : 10.0;

			dataset_add(&dataset, &unit_allocator, &x, NULL, y, 1.0);
		}
		CHECK(boost_fit(&source, NULL, &options, &unit_allocator, NULL, &result) == KERNEL_OK);
		root = result.ensemble->trees[0].nodes;
		if (kind < 2)
		{
			CHECK_NEAR(root->threshold, 15.0, 0.0);
			CHECK(root->missing_left == (kind == 0));
		}
		else
		{
			CHECK(root->threshold == INFINITY && !root->missing_left);
			CHECK_NEAR(root[2].cover, 10.0, 0.0);
		}
		boost_result_release(&result, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
	}
}

/* The sum of squares about the means of two parts, and whether both have rows enough. */
static double
squares_of_parts(const Rows *rows, const bool *left, int32_t min_rows)
{
	double sum[2] = {0.0, 0.0};
	double squares = 0.0;
	int32_t n[2] = {0, 0};
	int32_t i;

	for (i = 0; i < rows->n; i++)
	{
		n[left[i]]++;
		sum[left[i]] += rows->target[i];
		squares += rows->target[i] * rows->target[i];
	}
	if (n[0] < min_rows || n[1] < min_rows)
		return INFINITY;
	return squares - sum[0] * sum[0] / n[0] - sum[1] * sum[1] / n[1];
}

/* The least sum of squares that one cut leaves, by trying all: thresholds, sides of the missing, subsets. */
static double
best_by_force(const Rows *rows, int32_t min_rows)
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
				best = fmin(best, squares_of_parts(rows, left, min_rows));
			}
		}
	}
	for (k = 1; k < 1 << ROW_LEVELS; k++)
	{
		for (side = 0; side < 2; side++)
		{
			for (i = 0; i < rows->n; i++)
				left[i] = rows->codes[i] == CODE_MISSING ? side : k >> rows->codes[i] & 1;
			best = fmin(best, squares_of_parts(rows, left, min_rows));
		}
	}
	free(left);
	return best;
}

/* With no smoothing a stump is the best of all stumps: all thresholds, all 2^7 subsets. */
static void
first_split_is_the_best_of_all(void)
{
	BoostOptions options = boost_options(BOOST_SQUARED);
	int32_t trial;
	int32_t i;

	options.n_estimators = 1;
	options.learning_rate = 1.0;
	options.grow.max_leaves = 2;
	for (trial = 0; trial < 20; trial++)
	{
		Rows rows = rows_create(60 + 7 * trial);
		Dataset dataset = rows_dataset(&rows, false, 1);
		double squares = 0.0;
		BoostResult result;

		CHECK(fit(&dataset, &options, &result) == KERNEL_OK);
		for (i = 0; i < rows.n; i++)
		{
			double off = rows.target[i] -
				plain_score(result.ensemble, 0, rows.numbers + i * ROW_NUMBERS, rows.codes + i);

			squares += off * off;
		}
		CHECK_CLOSE(squares, best_by_force(&rows, 5), 1e-9);
		boost_result_release(&result, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
		rows_free(&rows);
	}
}

/*
 * The slot of the root when a number tells a little and 200 levels tell nothing; the target is
 * in any unit.
 */
static int32_t
root_beside_noise(BoostObjective kind, double penalty, double unit)
{
	enum
	{
		LEVELS = 200,
		ROWS = 20000
	};
	static int32_t levels[LEVELS];
	const int32_t *maps[1] = {levels};
	uint32_t n_levels = LEVELS;
	BoostOptions options = boost_options(kind);
	Dataset dataset;
	TreeSource source = {.dataset = &dataset, .level_of_code = maps, .n_levels = &n_levels};
	BoostResult result;
	int32_t slot;
	int32_t i;

	options.n_estimators = 1;
	options.grow.max_leaves = 2;
	options.grow.split.category_smooth = 10.0;
	options.grow.split.category_penalty = penalty;
	dataset_begin(&dataset, 1, 1, false);
	for (i = 0; i < ROWS; i++)
	{
		int32_t code = (int32_t) (row_uniform() * LEVELS);
		double x = row_uniform();
		double y = row_uniform() - 0.5 < (x > 0.5 ? 0.03 : -0.03);

		levels[code] = code;
		dataset_add(&dataset, &unit_allocator, &x, &code, unit * y, 1.0);
	}
	CHECK(boost_fit(&source, NULL, &options, &unit_allocator, NULL, &result) == KERNEL_OK);
	slot = result.ensemble->trees[0].nodes[0].slot;
	boost_result_release(&result, &unit_allocator);
	dataset_release(&dataset, &unit_allocator);
	return slot;
}

/*
 * In units of the dispersion the number's cut gains 20000 * 0.03^2 / 0.25 = 72, and the best cut of
 * 200 levels of noise about 200 * 2 / pi = 127, give or take 10.
 */
static void
levels_have_to_beat_chance(void)
{
	double unit;

	for (unit = 1e-3; unit < 1e4; unit *= 1e3)
	{
		CHECK(root_beside_noise(BOOST_SQUARED, 1.0, unit) == 0);
	}
	CHECK(root_beside_noise(BOOST_LOGISTIC, 1.0, 1.0) == 0);
	CHECK(root_beside_noise(BOOST_SQUARED, 0.0, 1.0) == 1);
	CHECK(root_beside_noise(BOOST_LOGISTIC, 0.0, 1.0) == 1);
}

/* A scattered 40 of 500 levels matter: one split finds just them. */
static void
isolates_scattered_levels(void)
{
	enum
	{
		LEVELS = 500,
		ROWS = 100000
	};
	static int32_t levels[LEVELS];
	const int32_t *maps[1] = {levels};
	uint32_t n_levels = LEVELS;
	BoostOptions options = boost_options(BOOST_SQUARED);
	Dataset dataset;
	TreeSource source = {.dataset = &dataset, .level_of_code = maps, .n_levels = &n_levels};
	BoostResult result;
	const Tree *tree;
	bool is_special[LEVELS] = {false};
	int32_t wrong = 0;
	int32_t i;

	for (i = 0; i < 40; i++)
		is_special[(i * 137 + 11) % LEVELS] = true;
	options.n_estimators = 1;
	options.grow.max_leaves = 2;
	options.grow.split.category_smooth = 10.0;
	options.grow.split.category_l2 = 10.0;
	options.grow.split.category_penalty = 1.0;
	dataset_begin(&dataset, 1, 1, false);
	for (i = 0; i < ROWS; i++)
	{
		int32_t code = (int32_t) (row_uniform() * LEVELS);
		double x = row_uniform();

		levels[code] = code;
		dataset_add(&dataset, &unit_allocator, &x, &code, is_special[code] + 2.0 * row_uniform(),
					1.0);
	}
	CHECK(boost_fit(&source, NULL, &options, &unit_allocator, NULL, &result) == KERNEL_OK);
	tree = &result.ensemble->trees[0];
	CHECK(tree->nodes[0].slot == 1);
	for (i = 0; i < LEVELS; i++)
		wrong += (tree->words[tree->nodes[0].subset + (uint32_t) i / 32] >> (i % 32) & 1) ==
			(uint32_t) is_special[i];
	CHECK(wrong == 0 || wrong == LEVELS);
	CHECK(tree->n_words == (LEVELS + 31) / 32);
	boost_result_release(&result, &unit_allocator);
	dataset_release(&dataset, &unit_allocator);
}

/* Every objective gives the same bits whatever the order of the rows. */
static void
order_of_rows_changes_nothing(void)
{
	Rows rows = rows_create(3001);
	static const int32_t classes[2] = {0, 1};
	int kind;
	int variant;
	int32_t i;

	for (kind = BOOST_SQUARED; kind <= BOOST_SOFTMAX; kind++)
	{
		for (variant = 0; variant < 4; variant++)
		{
			BoostOptions options = boost_options((BoostObjective) kind);
			uint64_t hash[3];
			int k;

			options.subsample = variant >= 2 ? 0.5 : 1.0;
			options.grow.max_features = variant >= 2 ? 2 : 0;
			options.objective.n_classes = 2;
			for (i = 0; i < rows.n; i++)
			{
				double y = rows.target[i];

				rows.target[i] = kind >= BOOST_LOGISTIC ? floor(y) - 2.0 * floor(y / 2.0) : y;
			}
			for (k = 0; k < 3; k++)
			{
				Dataset dataset = rows_dataset(&rows, variant % 2 == 1, k == 0 ? 1 : 1000 * k + 7);
				TreeSource source = rows_source(&dataset);
				BoostResult result;

				if (kind >= BOOST_LOGISTIC)
					source.class_of_code = classes;
				CHECK(boost_fit(&source, NULL, &options, &unit_allocator, NULL, &result) ==
					  KERNEL_OK);
				hash[k] = ensemble_hash(result.ensemble);
				CHECK(result.ensemble->n_trees == (kind == BOOST_SOFTMAX ? 20 : 10));
				CHECK(result.train_curve[10] < result.train_curve[0]);
				boost_result_release(&result, &unit_allocator);
				dataset_release(&dataset, &unit_allocator);
			}
			CHECK(hash[0] == hash[1] && hash[0] == hash[2]);
		}
	}
	rows_free(&rows);
}

/* More rows than a narrow histogram holds, in all three forms of cells. */
static void
large_nodes_give_the_same_trees(void)
{
	Rows rows = rows_create(150000);
	static const int32_t classes[2] = {0, 1};
	int kind;
	int32_t i;

	for (i = 0; i < rows.n; i++)
		rows.target[i] = rows.target[i] > 35.0;
	for (kind = 0; kind < 3; kind++)
	{
		BoostOptions options = boost_options(kind == 0 ? BOOST_SQUARED : BOOST_LOGISTIC);
		uint64_t hash[2];
		int k;

		options.n_estimators = 3;
		for (k = 0; k < 2; k++)
		{
			Dataset dataset = rows_dataset(&rows, kind == 2, k == 0 ? 1 : 77777);
			TreeSource source = rows_source(&dataset);
			BoostResult result;
			double squares = 0.0;
			double loss = 0.0;

			source.class_of_code = kind > 0 ? classes : NULL;
			CHECK(boost_fit(&source, NULL, &options, &unit_allocator, NULL, &result) == KERNEL_OK);
			hash[k] = ensemble_hash(result.ensemble);
			CHECK(result.ensemble->trees[0].n_nodes == 61);
			/* The trees say of each row what the curve says of all. */
			for (i = 0; i < rows.n; i++)
			{
				double s =
					plain_score(result.ensemble, 0, rows.numbers + i * ROW_NUMBERS, rows.codes + i);

				squares += (s - rows.target[i]) * (s - rows.target[i]);
				loss += log1p(exp(rows.target[i] > 0.5 ? -s : s));
			}
			if (kind == 0)
				CHECK_CLOSE(squares / rows.n / 2.0, result.train_curve[3], 1e-6);
			if (kind == 1)
				CHECK_CLOSE(loss / rows.n, result.train_curve[3], 1e-6);
			boost_result_release(&result, &unit_allocator);
			dataset_release(&dataset, &unit_allocator);
		}
		CHECK(hash[0] == hash[1]);
	}
	rows_free(&rows);
}

/*
 * Leaves of many rows of a logistic loss take Newton steps by sums of words.  A word is rounded at
 * random: n of them are off by 0.3 sqrt(n) units of 1 / 32766, which is held to five times that.
 */
static void
many_rows_take_newton_steps(void)
{
	Rows rows = rows_create(150000);
	static const int32_t classes[2] = {0, 1};
	BoostOptions options = boost_options(BOOST_LOGISTIC);
	Dataset dataset;
	TreeSource source;
	BoostResult result;
	const Tree *tree;
	double base;
	double p;
	int32_t i;
	int32_t k;

	for (i = 0; i < rows.n; i++)
		rows.target[i] = rows.target[i] > 35.0;
	options.n_estimators = 1;
	dataset = rows_dataset(&rows, false, 1);
	source = rows_source(&dataset);
	source.class_of_code = classes;
	CHECK(boost_fit(&source, NULL, &options, &unit_allocator, NULL, &result) == KERNEL_OK);
	tree = &result.ensemble->trees[0];
	base = result.ensemble->base[0];
	p = 1.0 / (1.0 + exp(-base));
	CHECK_CLOSE(-p * log(p) - (1.0 - p) * log1p(-p), result.train_curve[0], 1e-6);
	for (k = 0; k < tree->n_nodes; k++)
	{
		double n = 0.0;
		double ones = 0.0;

		if (tree->nodes[k].slot != TREE_LEAF)
			continue;
		for (i = 0; i < rows.n; i++)
		{
			bool is_here = plain_score(result.ensemble, 0, rows.numbers + i * ROW_NUMBERS,
									   rows.codes + i) == base + tree->nodes[k].value;

			n += is_here;
			ones += is_here ? rows.target[i] : 0.0;
		}
		CHECK(n == tree->nodes[k].cover);
		CHECK_NEAR(tree->nodes[k].value, 0.1 * (ones - n * p) / (n * p * (1.0 - p)),
				   0.1 * 5.0 * 0.3 / 32766.0 / sqrt(n) / (p * (1.0 - p)));
	}
	boost_result_release(&result, &unit_allocator);
	dataset_release(&dataset, &unit_allocator);
	rows_free(&rows);
}

/* With a learning rate of 1 the gains of a tree add up to the loss that it takes away. */
static void
gains_are_the_loss_taken_away(void)
{
	int32_t sizes[] = {700, 150000};
	int variant;

	for (variant = 0; variant < 4; variant++)
	{
		Rows rows = rows_create(sizes[variant % 2]);
		bool has_weight = variant >= 2;
		Dataset dataset = rows_dataset(&rows, has_weight, 1);
		BoostOptions options = boost_options(BOOST_SQUARED);
		double gain = 0.0;
		double total = 0.0;
		BoostResult result;
		int32_t i;

		options.n_estimators = 1;
		options.learning_rate = 1.0;
		CHECK(fit(&dataset, &options, &result) == KERNEL_OK);
		for (i = 0; i < result.ensemble->trees[0].n_nodes; i++)
			gain += result.ensemble->trees[0].nodes[i].gain;
		for (i = 0; i < rows.n; i++)
			total += has_weight ? rows.weight[i] : 1.0;
		CHECK(result.ensemble->trees[0].n_nodes == 61);
		CHECK_NEAR(result.ensemble->trees[0].nodes[0].cover, total, 1e-6 * total);
		CHECK_CLOSE(gain / total, result.train_curve[0] - result.train_curve[1], 1e-5);
		boost_result_release(&result, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
		rows_free(&rows);
	}
}

/* Monotone, no deeper than asked, no leaf smaller than asked, in preorder. */
static void
constraints_hold(void)
{
	Rows rows = rows_create(4000);
	Dataset dataset = rows_dataset(&rows, false, 1);
	BoostOptions options = boost_options(BOOST_SQUARED);
	static const int8_t rising[ROW_NUMBERS + 1] = {0, 1, -1, 0};
	BoostResult result;
	int32_t i;
	int32_t t;

	options.grow.split.monotone = rising;
	options.grow.max_depth = 4;
	options.n_estimators = 30;
	CHECK(fit(&dataset, &options, &result) == KERNEL_OK);
	for (i = 0; i < 200; i++)
	{
		double x[ROW_NUMBERS];
		double before = -INFINITY;
		double after = INFINITY;
		int32_t step;

		memcpy(x, rows.numbers + i * ROW_NUMBERS, sizeof(x));
		for (step = 0; step < 40; step++)
		{
			double score;

			x[1] = step;
			score = plain_score(result.ensemble, 0, x, rows.codes + i);
			CHECK(score >= before);
			before = score;
		}
		for (step = 0; step < 40; step++)
		{
			double score;

			x[2] = step;
			score = plain_score(result.ensemble, 0, x, rows.codes + i);
			CHECK(score <= after);
			after = score;
		}
	}
	for (t = 0; t < result.ensemble->n_trees; t++)
	{
		const Tree *tree = &result.ensemble->trees[t];
		int32_t depth[64] = {0};

		CHECK(tree->n_nodes <= 31);
		for (i = 0; i < tree->n_nodes; i++)
		{
			const TreeNode *node = &tree->nodes[i];

			CHECK(node->slot != TREE_LEAF || node->cover >= 5.0);
			CHECK(depth[i] <= 4);
			if (node->slot == TREE_LEAF)
				continue;
			depth[node->left] = depth[node->right] = depth[i] + 1;
			CHECK(node->left == i + 1 && node->right > node->left);
		}
	}
	boost_result_release(&result, &unit_allocator);
	dataset_release(&dataset, &unit_allocator);
	rows_free(&rows);
}

/* The curve of the rows held out is what the trees give them; stopping takes the best. */
static void
stops_early_at_the_best_round(void)
{
	Rows rows = rows_create(400);
	Rows others = rows_create(300);
	Dataset dataset = rows_dataset(&rows, false, 1);
	Dataset held_out = rows_dataset(&others, false, 1);
	TreeSource source = rows_source(&dataset);
	TreeSource validation = rows_source(&held_out);
	BoostOptions options = boost_options(BOOST_SQUARED);
	BoostResult result;
	double squares = 0.0;
	int32_t best = 0;
	int32_t i;

	options.n_estimators = 500;
	options.learning_rate = 0.3;
	options.early_stopping_rounds = 10;
	CHECK(boost_fit(&source, &validation, &options, &unit_allocator, NULL, &result) == KERNEL_OK);
	for (i = 1; i < result.n_curve; i++)
		best = result.validation_curve[i] < result.validation_curve[best] ? i : best;
	CHECK(result.rounds == best && result.ensemble->n_trees == best);
	CHECK(result.n_curve == best + 11);
	for (i = 0; i < others.n; i++)
	{
		double off = others.target[i] -
			plain_score(result.ensemble, 0, others.numbers + i * ROW_NUMBERS, others.codes + i);

		squares += off * off / 2.0;
	}
	CHECK_CLOSE(squares / others.n, result.validation_curve[best], 1e-6);
	boost_result_release(&result, &unit_allocator);
	dataset_release(&dataset, &unit_allocator);
	dataset_release(&held_out, &unit_allocator);
	rows_free(&rows);
	rows_free(&others);
}

/* Constant targets, one row, all missing, huge features. */
static void
poor_data_gives_a_constant(void)
{
	int kind;

	for (kind = 0; kind < 4; kind++)
	{
		BoostOptions options = boost_options(BOOST_SQUARED);
		Dataset dataset;
		TreeSource source = {.dataset = &dataset};
		BoostResult result;
		int32_t n = kind == 0 ? 1 : 100;
		double sum = 0.0;
		int32_t i;

		dataset_begin(&dataset, 1, 0, false);
		for (i = 0; i < n; i++)
		{
			double x = kind == 1 ? NAN : kind == 2 ? (i % 2 ? 1e308 : -1e308) : i;
			double y = kind == 3 ? 7.0 : i;

			sum += y;
			dataset_add(&dataset, &unit_allocator, &x, NULL, y, 1.0);
		}
		CHECK(boost_fit(&source, NULL, &options, &unit_allocator, NULL, &result) == KERNEL_OK);
		CHECK_NEAR(result.ensemble->base[0], sum / n, 1e-12);
		if (kind == 2)
			CHECK_NEAR(result.ensemble->trees[0].nodes[0].threshold, 0.0, 0.0);
		else
			CHECK(result.ensemble->n_trees == 1 && result.ensemble->trees[0].n_nodes == 1);
		boost_result_release(&result, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
	}
}

/* Leaves of -0.075, 0.025 and 0.125, which no single is, by a scale: to 24 bits where singles have them. */
static void
values_are_singles(void)
{
	static const double scales[] = {1.0, 1e-30, 1e30, 1e-40, 1e100};
	static const double expected[] = {-0.075, 0.025, 0.125};
	size_t s;
	int32_t i;

	for (s = 0; s < sizeof(scales) / sizeof(scales[0]); s++)
	{
		BoostOptions options = boost_options(BOOST_SQUARED);
		bool is_single = s < 3;
		double error = is_single ? 0x1p-24 : 1e-12;
		int32_t n_leaves = 0;
		double y[] = {0.0, 0.0, 1.0, 2.0};
		Dataset dataset;
		TreeSource source = {.dataset = &dataset};
		BoostResult result;

		options.n_estimators = 1;
		options.grow.split.min_rows = 1;
		options.learning_rate = 0.1;
		dataset_begin(&dataset, 1, 0, false);
		for (i = 0; i < 4; i++)
		{
			double x = i;

			dataset_add(&dataset, &unit_allocator, &x, NULL, scales[s] * y[i], 1.0);
		}
		CHECK(boost_fit(&source, NULL, &options, &unit_allocator, NULL, &result) == KERNEL_OK);
		for (i = 0; i < result.ensemble->trees[0].n_nodes; i++)
		{
			const TreeNode *node = &result.ensemble->trees[0].nodes[i];

			if (node->slot != TREE_LEAF)
				continue;
			CHECK(value_is_single(node->value) == is_single);
			if (n_leaves < 3)
				CHECK_CLOSE(node->value / scales[s], expected[n_leaves], error);
			n_leaves++;
		}
		CHECK(n_leaves == 3);
		boost_result_release(&result, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
	}
}

static void
refuses_sums_that_are_not_finite(void)
{
	Rows rows = rows_create(50);
	Dataset dataset;
	BoostOptions options = boost_options(BOOST_SQUARED);
	BoostResult result;

	rows.target[3] = 1e308;
	dataset = rows_dataset(&rows, false, 1);
	CHECK(fit(&dataset, &options, &result) == KERNEL_OVERFLOW);
	dataset_release(&dataset, &unit_allocator);
	rows_free(&rows);
}

static int stop_countdown;

static bool
stop_soon(void *context)
{
	(void) context;
	return stop_countdown-- <= 0;
}

/* Whatever allocation is refused, whenever it is stopped: a status, and nothing is left behind. */
static void
refusal_and_stop_leave_nothing_behind(void)
{
	Rows rows = rows_create(500);
	Dataset dataset = rows_dataset(&rows, true, 1);
	TreeSource source = rows_source(&dataset);
	StopCheck stop = {stop_soon, NULL, NULL};
	BoostOptions options = boost_options(BOOST_HUBER);
	Status status = KERNEL_OUT_OF_MEMORY;
	long before = unit_live_blocks;
	BoostResult result;
	int granted = 0;
	int n;

	options.n_estimators = 3;
	/* A refused room for keys is asked for again, half as large: the first time it is granted. */
	for (n = 0; granted < 2 && n < 1000; n++)
	{
		unit_allocator_fail_after(n);
		status = boost_fit(&source, &source, &options, &unit_allocator, NULL, &result);
		unit_allocator_fail_after(-1);
		granted += status == KERNEL_OK;
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
		if (status == KERNEL_OK)
			boost_result_release(&result, &unit_allocator);
		CHECK(unit_live_blocks == before);
	}
	CHECK(status == KERNEL_OK && n > 30);
	status = KERNEL_STOPPED;
	for (n = 0; status == KERNEL_STOPPED && n < 1000; n++)
	{
		stop_countdown = n;
		status = boost_fit(&source, &source, &options, &unit_allocator, &stop, &result);
		if (status == KERNEL_OK)
			boost_result_release(&result, &unit_allocator);
		CHECK(unit_live_blocks == before);
	}
	CHECK(status == KERNEL_OK && n > 30);
	dataset_release(&dataset, &unit_allocator);
	rows_free(&rows);
}

UNIT_MAIN(UNIT_CASE(grows_the_tree_worked_out_by_hand), UNIT_CASE(learns_where_missing_values_go),
		  UNIT_CASE(first_split_is_the_best_of_all), UNIT_CASE(isolates_scattered_levels),
		  UNIT_CASE(levels_have_to_beat_chance), UNIT_CASE(order_of_rows_changes_nothing),
		  UNIT_CASE(large_nodes_give_the_same_trees), UNIT_CASE(many_rows_take_newton_steps),
		  UNIT_CASE(gains_are_the_loss_taken_away), UNIT_CASE(constraints_hold),
		  UNIT_CASE(stops_early_at_the_best_round), UNIT_CASE(poor_data_gives_a_constant),
		  UNIT_CASE(values_are_singles), UNIT_CASE(refuses_sums_that_are_not_finite),
		  UNIT_CASE(refusal_and_stop_leave_nothing_behind))
