/*
 * test_tree_forest_file.c: a forest on rows in a store is the forest on rows in memory, bit for bit.
 */
#include "far_store.h"
#include "kernel/tree/forest.h"
#include "tree_rows.h"

#define FAR_ROWS 7000 /* several pages */

/* What a run is, beside the rows. */
typedef struct Kind
{
	int32_t n_classes;
	bool has_weight;
	bool bootstrap;
	int32_t max_features;
	int32_t max_depth;
	int32_t min_samples_leaf;
	size_t memory;
} Kind;

static const Kind kinds_of_run[] = {
	{0, false, false, 0, 0, 1, 0},		 {0, false, true, 1, 0, 1, 0},
	{0, true, true, 2, 0, 3, 300000},	 {0, true, false, 0, 6, 1, 0},
	{0, false, true, 0, 3, 1, 0},		 {0, false, true, 2, 0, 500, 100000},
	{0, false, true, 2, 0, 5000, 0},	 {2, false, true, 2, 0, 1, 0},
	{2, true, true, 1, 9, 20, 100000},	 {2, false, false, 0, 0, 1, 1000000},
	{4, false, true, 2, 0, 1, 0},		 {4, true, true, 1, 0, 2, 200000},
	{4, false, false, 0, 5, 1, 0},		 {4, true, false, 3, 0, 1, 4000000},
	{0, false, true, 2, 0, 1, 40000000}, {4, true, true, 0, 0, 10, 500000}};

static const int32_t classes[] = {0, 1, 2, 3};

/* Numbers, or classes of which the last is rare. */
static void
set_targets(Rows *rows, int32_t n_classes)
{
	int32_t i;

	for (i = 0; i < rows->n; i++)
	{
		if (n_classes == 2)
			rows->target[i] = rows->target[i] > 40.0;
		else if (n_classes == 4)
			rows->target[i] = fmin(floor(rows->target[i] / 25.0), 3.0);
	}
}

static ForestOptions
options_of(const Kind *kind)
{
	return (ForestOptions){.n_classes = kind->n_classes,
						   .n_estimators = 5,
						   .bootstrap = kind->bootstrap,
						   .max_features = kind->max_features,
						   .max_depth = kind->max_depth,
						   .min_samples_leaf = kind->min_samples_leaf,
						   .max_bins = MAX_BINS,
						   .seed = 42};
}

static Status
fit(const Dataset *dataset, const ForestOptions *options, Ensemble **ensemble)
{
	TreeSource source = rows_source(dataset);

	source.class_of_code = options->n_classes > 0 ? classes : NULL;
	return forest_fit(&source, options, &unit_allocator, NULL, ensemble);
}

static void
check_equal_numbers(double ours, double golden)
{
	CHECK(isnan(golden) ? isnan(ours) : ours == golden);
}

static void
check_equal_measures(const ForestMeasure *ours, const ForestMeasure *golden)
{
	CHECK(ours->rows == golden->rows);
	check_equal_numbers(ours->accuracy, golden->accuracy);
	check_equal_numbers(ours->log_loss, golden->log_loss);
	check_equal_numbers(ours->rmse, golden->rmse);
	check_equal_numbers(ours->r2, golden->r2);
}

static void
check_equal(const Ensemble *ours, const Ensemble *golden)
{
	int32_t t;
	int32_t i;

	CHECK(ours->n_trees == golden->n_trees);
	CHECK(ensemble_hash(ours) == ensemble_hash(golden));
	for (t = 0; t < golden->n_trees; t++)
	{
		for (i = 0; i < golden->trees[t].n_nodes; i++)
			CHECK(ours->trees[t].nodes[i].subset == golden->trees[t].nodes[i].subset);
	}
}

/* Every kind of target, draw and limit, in little memory and in much. */
static void
grows_the_same_forest(void)
{
	size_t k;

	for (k = 0; k < sizeof(kinds_of_run) / sizeof(kinds_of_run[0]); k++)
	{
		const Kind *kind = &kinds_of_run[k];
		Rows made = rows_create(FAR_ROWS);
		ForestOptions options = options_of(kind);
		ForestMeasure train[2];
		ForestMeasure oob[2];
		Ensemble *golden;
		Ensemble *ours;
		Dataset dataset;
		FarStore far;

		far_begin(&far);
		set_targets(&made, kind->n_classes);
		dataset = rows_dataset(&made, kind->has_weight, 1);
		options.train = &train[0];
		options.oob = kind->bootstrap ? &oob[0] : NULL;
		CHECK(fit(&dataset, &options, &golden) == KERNEL_OK);
		options.store = &far.store;
		options.memory = kind->memory;
		options.threads = 4;
		options.train = &train[1];
		options.oob = kind->bootstrap ? &oob[1] : NULL;
		CHECK(fit(&dataset, &options, &ours) == KERNEL_OK);
		check_equal(ours, golden);
		check_equal_measures(&train[1], &train[0]);
		if (kind->bootstrap)
			check_equal_measures(&oob[1], &oob[0]);
		CHECK(golden->trees[0].n_nodes > 1 || kind->min_samples_leaf == 5000);
		ensemble_release(golden, &unit_allocator);
		ensemble_release(ours, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
		rows_free(&made);
		free(far.bytes);
	}
}

/*
 * Rows of the same content are drawn together, so a node may have many more of them than there are
 * to be expected, and than there is room for.
 */
static void
has_more_rows_than_expected(void)
{
	Kind kind = {.bootstrap = true, .min_samples_leaf = 1, .memory = 600000};
	Rows made = rows_create(FAR_ROWS);
	ForestOptions options = options_of(&kind);
	Ensemble *golden;
	Ensemble *ours;
	Dataset dataset;
	FarStore far;
	int32_t i;

	for (i = 4; i < FAR_ROWS; i++)
	{
		memcpy(made.numbers + (size_t) i * ROW_NUMBERS,
			   made.numbers + (size_t) (i % 4) * ROW_NUMBERS, ROW_NUMBERS * sizeof(double));
		made.codes[i] = made.codes[i % 4];
		made.target[i] = made.target[i % 4];
	}
	far_begin(&far);
	dataset = rows_dataset(&made, false, 1);
	options.n_estimators = 40;
	CHECK(fit(&dataset, &options, &golden) == KERNEL_OK);
	options.store = &far.store;
	options.memory = kind.memory;
	CHECK(fit(&dataset, &options, &ours) == KERNEL_OK);
	check_equal(ours, golden);
	ensemble_release(golden, &unit_allocator);
	ensemble_release(ours, &unit_allocator);
	dataset_release(&dataset, &unit_allocator);
	rows_free(&made);
	free(far.bytes);
}

/* Of one row, of two, of some: trees that draw none, and leaves of one row. */
static void
grows_on_few_rows(void)
{
	int32_t n;

	for (n = 1; n <= 40; n += n < 5 ? 1 : 7)
	{
		Kind kind = {.bootstrap = true, .min_samples_leaf = 1};
		Rows made = rows_create(n);
		ForestOptions options = options_of(&kind);
		Dataset dataset = rows_dataset(&made, false, 1);
		Ensemble *golden;
		Ensemble *ours;
		FarStore far;

		far_begin(&far);
		options.n_estimators = 50;
		CHECK(fit(&dataset, &options, &golden) == KERNEL_OK);
		options.store = &far.store;
		CHECK(fit(&dataset, &options, &ours) == KERNEL_OK);
		check_equal(ours, golden);
		ensemble_release(golden, &unit_allocator);
		ensemble_release(ours, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
		rows_free(&made);
		free(far.bytes);
	}
}

/* Many slots of which most do not vary, and a thousand levels, which have codes of two bytes. */
static void
looks_for_slots_that_vary(void)
{
	enum
	{
		NUMBERS = 60,
		LEVELS = 1000,
		N = 6000
	};
	static int32_t levels[LEVELS];
	static const int32_t *const maps[] = {levels};
	static const uint32_t n_levels[] = {LEVELS};
	Kind kind = {.bootstrap = true, .max_features = 2, .min_samples_leaf = 2};
	Dataset dataset;
	TreeSource source = {.dataset = &dataset, .level_of_code = maps, .n_levels = n_levels};
	int32_t i;
	int32_t j;

	dataset_begin(&dataset, NUMBERS, 1, false);
	for (i = 0; i < LEVELS; i++)
		levels[i] = i;
	for (i = 0; i < N; i++)
	{
		double numbers[NUMBERS];
		int32_t code = i % 50 == 0 ? CODE_MISSING : (int32_t) (row_uniform() * LEVELS);

		for (j = 0; j < NUMBERS; j++)
			numbers[j] = j % 20 == 7 ? row_uniform() : j % 20 == 8 ? row_uniform() < 0.001 : j;
		CHECK(dataset_add(&dataset, &unit_allocator, numbers, &code,
						  numbers[7] + numbers[47] + (code % 7 == 3), 1.0) == KERNEL_OK);
	}
	for (i = 0; i < 3; i++)
	{
		ForestOptions options = options_of(&kind);
		Ensemble *golden;
		Ensemble *ours;
		FarStore far;

		far_begin(&far);
		options.max_features = 2 * i;
		CHECK(forest_fit(&source, &options, &unit_allocator, NULL, &golden) == KERNEL_OK);
		options.store = &far.store;
		options.memory = 50000;
		CHECK(forest_fit(&source, &options, &unit_allocator, NULL, &ours) == KERNEL_OK);
		check_equal(ours, golden);
		ensemble_release(golden, &unit_allocator);
		ensemble_release(ours, &unit_allocator);
		free(far.bytes);
	}
	dataset_release(&dataset, &unit_allocator);
}

/* Beside the trees, memory does not depend on the rows. */
static void
takes_the_same_memory_for_more_rows(void)
{
	long peaks[2];
	int i;

	for (i = 0; i < 2; i++)
	{
		Kind kind = {.bootstrap = true, .max_depth = 6, .min_samples_leaf = 1, .memory = 1 << 20};
		Rows made = rows_create(i == 0 ? 20000 : 120000);
		ForestOptions options = options_of(&kind);
		Dataset dataset = rows_dataset(&made, true, 1);
		ForestMeasure oob;
		Ensemble *ensemble;
		FarStore far;
		long before;

		far_begin(&far);
		options.store = &far.store;
		options.oob = &oob;
		options.n_estimators = 2;
		before = unit_peak_bytes = unit_live_bytes;
		CHECK(fit(&dataset, &options, &ensemble) == KERNEL_OK);
		peaks[i] = unit_peak_bytes - before;
		ensemble_release(ensemble, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
		rows_free(&made);
		free(far.bytes);
	}
	/* Bins are chosen from a sample in memory, of up to 200,000 rows: 20 bytes a row here. */
	CHECK(peaks[1] - peaks[0] < 100000 * 48);
	CHECK(peaks[1] < 120000 * 50);
}

static int64_t stop_countdown;

static bool
stop_soon(void *context)
{
	(void) context;
	return stop_countdown-- <= 0;
}

/* Whenever the store or memory fails, or it is stopped, that is told and nothing is left. */
static void
ends_when_the_store_or_memory_does(void)
{
	Kind kind = {.n_classes = 4, .has_weight = true, .bootstrap = true, .min_samples_leaf = 5};
	Rows made = rows_create(6000);
	ForestOptions options = options_of(&kind);
	long live = unit_live_blocks;
	ForestMeasure train;
	ForestMeasure oob;
	Dataset dataset;
	TreeSource source;
	int counts[3] = {0, 0, 0};
	int way;

	set_targets(&made, 4);
	dataset = rows_dataset(&made, true, 1);
	source = rows_source(&dataset);
	source.class_of_code = classes;
	options.n_estimators = 2;
	options.train = &train;
	options.oob = &oob;
	live = unit_live_blocks;
	for (way = 0; way < 3; way++)
	{
		Status expected = way == 2 ? KERNEL_OUT_OF_MEMORY : KERNEL_STOPPED;
		Status status = expected;
		int64_t at;

		for (at = 1; status == expected; at += 1 + at / (way == 2 ? 16 : 8))
		{
			StopCheck stop = {stop_soon, NULL, NULL};
			Ensemble *ensemble;
			FarStore far;

			far_begin(&far);
			far.fails_at = way == 0 ? at : 0;
			stop_countdown = way == 1 ? at : INT64_MAX;
			options.store = &far.store;
			unit_allocator_fail_after(way == 2 ? (int) at : -1);
			status = forest_fit(&source, &options, &unit_allocator, &stop, &ensemble);
			unit_allocator_fail_after(-1);
			CHECK(status == expected || status == KERNEL_OK);
			counts[way] += status == expected;
			if (status == KERNEL_OK)
				ensemble_release(ensemble, &unit_allocator);
			CHECK(unit_live_blocks == live);
			free(far.bytes);
		}
	}
	CHECK(counts[0] > 20 && counts[1] > 20 && counts[2] > 4);
	dataset_release(&dataset, &unit_allocator);
	rows_free(&made);
}

UNIT_MAIN(UNIT_CASE(grows_the_same_forest), UNIT_CASE(has_more_rows_than_expected),
		  UNIT_CASE(grows_on_few_rows), UNIT_CASE(looks_for_slots_that_vary),
		  UNIT_CASE(takes_the_same_memory_for_more_rows),
		  UNIT_CASE(ends_when_the_store_or_memory_does))
