/*
 * test_tree_isolation.c: isolation forests against the paper's formulae, planted anomalies and shuffling.
 */
#include "kernel/tree/isolation.h"
#include "tree_rows.h"

static IsolationOptions
isolation_options(int32_t max_samples)
{
	return (IsolationOptions){.n_estimators = 100, .max_samples = max_samples, .seed = 42};
}

/* 2 H(n - 1) - 2 (n - 1) / n, with the harmonic number by its sum. */
static void
depth_is_that_of_the_paper(void)
{
	double harmonic = 0.0;
	int n;
	int k;

	CHECK_NEAR(isolation_depth(0.0), 0.0, 0.0);
	CHECK_NEAR(isolation_depth(1.0), 0.0, 0.0);
	CHECK_NEAR(isolation_depth(2.0), 1.0, 0.0);
	for (n = 3; n <= 1000; n++)
	{
		harmonic = 0.0;
		for (k = 1; k < n; k++)
			harmonic += 1.0 / k;
		/* The paper puts ln + Euler's constant for H: off by 1 / (2 (n - 1)). */
		CHECK_NEAR(isolation_depth(n), 2.0 * harmonic - 2.0 * (n - 1.0) / n, 1.01 / (n - 1.0));
	}
	CHECK_NEAR(isolation_depth(256.0), 10.244770920119917, 1e-12);
}

/* Depth of every leaf, from the tree itself. */
static void
check_tree(const Tree *tree, int32_t sample, int32_t most_depth)
{
	int32_t depth[1024] = {0};
	double leaves = 0.0;
	int32_t i;

	CHECK(tree->n_nodes <= 1024);
	for (i = 0; i < tree->n_nodes; i++)
	{
		const TreeNode *node = &tree->nodes[i];

		CHECK(depth[i] <= most_depth);
		if (node->slot == TREE_LEAF)
		{
			leaves += node->cover;
			CHECK_NEAR(node->value, depth[i] + isolation_depth(node->cover), 1e-12);
			continue;
		}
		CHECK(node->left == i + 1 && node->right > node->left && node->right < tree->n_nodes);
		depth[node->left] = depth[node->right] = depth[i] + 1;
		CHECK(tree->nodes[node->left].cover > 0.0 && tree->nodes[node->right].cover > 0.0);
		CHECK_NEAR(node->cover, tree->nodes[node->left].cover + tree->nodes[node->right].cover,
				   0.0);
	}
	CHECK_NEAR(leaves, sample, 0.0);
}

/* Rows of a cloud, the first ten of them far away. */
static Rows
cloud_create(int32_t n)
{
	Rows rows = rows_create(n);
	int32_t i;
	int32_t j;

	for (i = 0; i < n; i++)
	{
		for (j = 0; j < ROW_NUMBERS; j++)
			rows.numbers[i * ROW_NUMBERS + j] = i % 97 == 5 && j == 0 ?
				NAN :
				(row_uniform() + row_uniform() + row_uniform()) + (i < 10 ? 4.0 : 0.0);
		rows.codes[i] = i % 3;
		rows.target[i] = 0.0;
	}
	return rows;
}

static void
far_rows_are_isolated_soon(void)
{
	int32_t sizes[] = {100, 3000, 40000};
	int k;
	int32_t i;
	int32_t t;

	for (k = 0; k < 3; k++)
	{
		Rows rows = cloud_create(sizes[k]);
		Dataset dataset = rows_dataset(&rows, false, 1);
		TreeSource source = rows_source(&dataset);
		IsolationOptions options = isolation_options(256);
		int32_t sample = sizes[k] < 256 ? sizes[k] : 256;
		double deepest_far = 0.0;
		int32_t below = 0;
		Ensemble *ensemble;

		CHECK(isolation_fit(&source, &options, &unit_allocator, NULL, &ensemble) == KERNEL_OK);
		CHECK(ensemble->n_trees == 100 && ensemble->link == TREE_LINK_ISOLATION);
		CHECK_NEAR(ensemble->path_scale, isolation_depth(sample), 0.0);
		for (t = 0; t < 100; t++)
			check_tree(&ensemble->trees[t], sample, sample == 100 ? 7 : 8);
		for (i = 0; i < 10; i++)
			deepest_far =
				fmax(deepest_far,
					 plain_score(ensemble, 0, rows.numbers + i * ROW_NUMBERS, rows.codes + i));
		for (i = 10; i < rows.n; i++)
			below += plain_score(ensemble, 0, rows.numbers + i * ROW_NUMBERS, rows.codes + i) <
				deepest_far;
		CHECK(below <= rows.n / 100); /* nearly all rows of the cloud are deeper than any far one */
		ensemble_release(ensemble, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
		rows_free(&rows);
	}
}

static void
order_of_rows_changes_nothing(void)
{
	int32_t sizes[] = {151, 2003, 30011};
	int k;
	int j;

	for (k = 0; k < 3; k++)
	{
		Rows rows = rows_create(sizes[k]);
		IsolationOptions options = isolation_options(64);
		uint64_t hash[2];

		for (j = 0; j < 2; j++)
		{
			Dataset dataset = rows_dataset(&rows, false, j == 0 ? 1 : 777);
			TreeSource source = rows_source(&dataset);
			Ensemble *ensemble;

			CHECK(isolation_fit(&source, &options, &unit_allocator, NULL, &ensemble) == KERNEL_OK);
			hash[j] = ensemble_hash(ensemble);
			ensemble_release(ensemble, &unit_allocator);
			dataset_release(&dataset, &unit_allocator);
		}
		CHECK(hash[0] == hash[1]);
		rows_free(&rows);
	}
}

/* Rows that are all the same cannot be told apart. */
static void
equal_rows_share_a_leaf(void)
{
	Dataset dataset;
	TreeSource source = {.dataset = &dataset};
	IsolationOptions options = isolation_options(256);
	Ensemble *ensemble;
	double x = 3.0;
	int32_t i;

	dataset_begin(&dataset, 1, 0, false);
	for (i = 0; i < 50; i++)
		dataset_add(&dataset, &unit_allocator, &x, NULL, 0.0, 1.0);
	CHECK(isolation_fit(&source, &options, &unit_allocator, NULL, &ensemble) == KERNEL_OK);
	CHECK(ensemble->trees[7].n_nodes == 1);
	CHECK_NEAR(ensemble->trees[7].nodes[0].value, isolation_depth(50.0), 1e-12);
	ensemble_release(ensemble, &unit_allocator);
	dataset_release(&dataset, &unit_allocator);
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
	Rows rows = rows_create(3000);
	Dataset dataset = rows_dataset(&rows, false, 1);
	TreeSource source = rows_source(&dataset);
	StopCheck stop = {stop_soon, NULL, NULL};
	IsolationOptions options = isolation_options(32);
	Status status = KERNEL_OUT_OF_MEMORY;
	long before = unit_live_blocks;
	Ensemble *ensemble;
	int n;

	options.n_estimators = 5;
	for (n = 0; status == KERNEL_OUT_OF_MEMORY && n < 1000; n++)
	{
		unit_allocator_fail_after(n);
		status = isolation_fit(&source, &options, &unit_allocator, NULL, &ensemble);
		unit_allocator_fail_after(-1);
		if (status == KERNEL_OK)
			ensemble_release(ensemble, &unit_allocator);
		CHECK(unit_live_blocks == before);
	}
	CHECK(status == KERNEL_OK && n > 15);
	status = KERNEL_STOPPED;
	for (n = 0; status == KERNEL_STOPPED && n < 1000; n++)
	{
		stop_countdown = n;
		status = isolation_fit(&source, &options, &unit_allocator, &stop, &ensemble);
		if (status == KERNEL_OK)
			ensemble_release(ensemble, &unit_allocator);
		CHECK(unit_live_blocks == before);
	}
	CHECK(status == KERNEL_OK && n > 5);
	dataset_release(&dataset, &unit_allocator);
	rows_free(&rows);
}

UNIT_MAIN(UNIT_CASE(depth_is_that_of_the_paper), UNIT_CASE(far_rows_are_isolated_soon),
		  UNIT_CASE(order_of_rows_changes_nothing), UNIT_CASE(equal_rows_share_a_leaf),
		  UNIT_CASE(refusal_and_stop_leave_nothing_behind))
