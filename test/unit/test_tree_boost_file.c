/*
 * test_tree_boost_file.c: boosting on rows in a store gives the ensemble of rows in memory, bit for bit.
 */
#include "kernel/tree/quantile_stream.h"
#include "kernel/tree/row_file.h"
#include "far_store.h"
#include "tree_rows.h"

#define FAR_ROWS 9000 /* several pages */

/* -- Pages -- */

/* The hashes of a file's rows, whatever their order. */
typedef struct HashSum
{
	uint64_t sum;
	int32_t n;
} HashSum;

static Status
add_hashes(void *context, RowPage *page)
{
	HashSum *sum = context;
	int32_t i;

	for (i = 0; i < page->rows.n; i++)
		sum->sum += hash_mix(page->rows.hash[i] + (uint64_t) (page->rows.target[i] * 1000.0));
	sum->n += page->rows.n;
	return KERNEL_OK;
}

/* Parting keeps every row, on the side that its code says, and a pass puts all together again. */
static void
parts_and_joins(void)
{
	static const double start[] = {1.5};
	Rows made = rows_create(FAR_ROWS);
	Dataset dataset = rows_dataset(&made, true, 1);
	TreeSource source = rows_source(&dataset);
	uint8_t goes_left[NARROW_BINS] = {0};
	RowShape shape = {
		.form = CELL_PRECISE, .is_grown_on = true, .has_weight = true, .n_outputs = 1};
	RowParting parting = {.draw = {.is_all = true}, .goes_left = goes_left};
	HashSum sums[4] = {{0}};
	RowSegment parts[3];
	FarStore far;
	RowFile file;
	Bins bins;
	int i;

	far_begin(&far);
	CHECK(bins_create(&bins, &source, NULL, 255, &unit_allocator, NULL) == KERNEL_OK);
	shape.bins = &bins;
	CHECK(row_file_create(&file, &shape, &far.store, FAR_ROWS, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(file.page_rows < FAR_ROWS / 2);
	CHECK(row_file_fill(&file, &source, start) == KERNEL_OK);
	CHECK(row_file_pass(&file, add_hashes, &sums[0], false) == KERNEL_OK && sums[0].n == FAR_ROWS);
	for (i = 0; i < NARROW_BINS; i++)
		goes_left[i] = i % 3 == 0;
	for (i = 0; i < 2; i++)
	{
		parting.slot = &bins.slots[i];
		parting.from = i == 0 ? (RowSegment){.n = FAR_ROWS} : parting.parts[1];
		CHECK(row_file_part(&file, &parting) == KERNEL_OK);
		CHECK(parting.parts[0].n + parting.parts[1].n == parting.from.n);
		CHECK(parting.parts[0].n == parting.n_drawn[0] && parting.parts[1].n == parting.n_drawn[1]);
		parts[i] = parting.parts[0];
	}
	parts[2] = parting.parts[1];
	for (i = 0; i < 3; i++)
	{
		parts[i].value = i + 0.25;
		CHECK(parts[i].n > 0);
		CHECK(row_file_visit(&file, &parts[i], add_hashes, &sums[1]) == KERNEL_OK);
	}
	CHECK(sums[1].n == FAR_ROWS && sums[1].sum == sums[0].sum);
	CHECK(row_file_set_segments(&file, parts, 3, 0) == KERNEL_OK);
	CHECK(row_file_pass(&file, add_hashes, &sums[2], true) == KERNEL_OK);
	CHECK(row_file_pass(&file, add_hashes, &sums[3], false) == KERNEL_OK);
	CHECK(sums[2].n == FAR_ROWS && sums[2].sum == sums[0].sum);
	CHECK(sums[3].n == FAR_ROWS && sums[3].sum == sums[0].sum && file.n_segments == 1);
	row_file_release(&file);
	bins_release(&bins, &unit_allocator);
	dataset_release(&dataset, &unit_allocator);
	rows_free(&made);
	free(far.bytes);
}

/* -- Quantiles -- */

typedef struct Values
{
	const double *values;
	const double *weights;
	int32_t n;
} Values;

static Status
visit_values(void *context, StreamWork work, void *work_context)
{
	const Values *values = context;
	int32_t half = values->n / 2;

	work(work_context, values->values, values->weights, half);
	work(work_context, values->values + half,
		 values->weights != NULL ? values->weights + half : NULL, values->n - half);
	return KERNEL_OK;
}

/* The same value as of values in memory, with ties, with weights, at every end. */
static void
finds_the_same_quantiles(void)
{
	static const double alphas[] = {0.001, 0.25, 0.5, 0.9, 0.999};
	static const BoostObjective kinds[] = {BOOST_ABSOLUTE, BOOST_HUBER, BOOST_QUANTILE};
	int trial;

	for (trial = 0; trial < 200; trial++)
	{
		int32_t n = 1 + (int32_t) (row_uniform() * (trial % 10 == 0 ? 3000 : 12));
		double *values = malloc(sizeof(double) * (size_t) n);
		double *copy = malloc(sizeof(double) * (size_t) n);
		double *weights = malloc(sizeof(double) * (size_t) n);
		double alpha = alphas[trial % 5];
		int32_t i;
		int weighted;

		for (i = 0; i < n; i++)
		{
			values[i] = trial % 3 == 0 ? floor(row_uniform() * 5.0) - 2.0 : row_uniform() - 0.5;
			values[i] *= trial % 7 == 0 ? 1e300 : 1.0;
			weights[i] = 0.01 + row_uniform() * (trial % 2 == 0 ? 0.5 : 20.0);
		}
		for (weighted = 0; weighted < 2; weighted++)
		{
			Values held = {values, weighted ? weights : NULL, n};
			ValueStream stream = {visit_values, &held, n, weighted};
			Objective objective = {.kind = kinds[trial % 3], .alpha = alpha, .delta = 0.2};
			double ours = NAN;
			double golden = NAN;

			memcpy(copy, values, sizeof(double) * (size_t) n);
			CHECK(objective_quantile(copy, held.weights, n, alpha, &unit_allocator, &golden) ==
				  KERNEL_OK);
			CHECK(stream_quantile(&stream, alpha, &unit_allocator, &ours) == KERNEL_OK);
			CHECK_NEAR(ours, golden, 0.0);
			memcpy(copy, values, sizeof(double) * (size_t) n);
			CHECK(objective_renewed(&objective, copy, held.weights, n, &unit_allocator, &golden) ==
				  KERNEL_OK);
			CHECK(stream_renewed(&objective, &stream, &unit_allocator, &ours) == KERNEL_OK);
			CHECK_NEAR(ours, golden, 0.0);
		}
		free(values);
		free(copy);
		free(weights);
	}
}

/* -- Boosting -- */

/* What a run is, beside the rows. */
typedef struct Kind
{
	BoostObjective objective;
	bool has_weight;
	bool has_held_out;
	double subsample;
	int32_t max_leaves;
	int32_t max_features;
} Kind;

static const Kind kinds_of_run[] = {
	{BOOST_SQUARED, false, false, 1.0, 31, 0},	{BOOST_SQUARED, true, true, 0.5, 31, 2},
	{BOOST_ABSOLUTE, false, false, 1.0, 8, 0},	{BOOST_ABSOLUTE, true, false, 0.7, 4, 0},
	{BOOST_HUBER, false, true, 1.0, 6, 0},		{BOOST_HUBER, true, false, 0.6, 31, 0},
	{BOOST_QUANTILE, false, false, 0.8, 5, 0},	{BOOST_QUANTILE, true, true, 1.0, 31, 0},
	{BOOST_POISSON, false, false, 1.0, 31, 0},	{BOOST_POISSON, true, true, 0.5, 100, 0},
	{BOOST_GAMMA, false, false, 1.0, 31, 0},	{BOOST_TWEEDIE, false, true, 1.0, 31, 0},
	{BOOST_LOGISTIC, false, false, 1.0, 31, 0}, {BOOST_LOGISTIC, true, true, 0.5, 31, 3},
	{BOOST_SOFTMAX, false, true, 1.0, 15, 0},	{BOOST_SOFTMAX, true, false, 0.6, 15, 0}};

/* Targets that the objective has a loss for. */
static void
set_targets(Rows *rows, BoostObjective objective)
{
	int32_t i;

	for (i = 0; i < rows->n; i++)
	{
		if (objective == BOOST_LOGISTIC)
			rows->target[i] = rows->target[i] > 40.0;
		else if (objective == BOOST_SOFTMAX)
			rows->target[i] = fmin(floor(rows->target[i] / 25.0), 2.0);
		else
			rows->target[i] += 1.0;
	}
}

static BoostOptions
options_of(const Kind *kind)
{
	BoostOptions options = boost_options(kind->objective);

	options.objective.n_classes = 3;
	options.grow.max_leaves = kind->max_leaves;
	options.grow.max_features = kind->max_features;
	options.subsample = kind->subsample;
	options.n_estimators = 4;
	return options;
}

static void
check_equal(const BoostResult *ours, const BoostResult *golden, bool has_held_out)
{
	int32_t i;

	CHECK(ours->rounds == golden->rounds && ours->n_curve == golden->n_curve);
	CHECK(ours->ensemble->n_trees == golden->ensemble->n_trees);
	CHECK(ensemble_hash(ours->ensemble) == ensemble_hash(golden->ensemble));
	for (i = 0; i < golden->n_curve; i++)
	{
		CHECK_NEAR(ours->train_curve[i], golden->train_curve[i], 0.0);
		if (has_held_out)
			CHECK_NEAR(ours->validation_curve[i], golden->validation_curve[i], 0.0);
	}
}

/* Every objective, form of cell and way to draw. */
static void
grows_the_same_trees(void)
{
	size_t k;

	for (k = 0; k < sizeof(kinds_of_run) / sizeof(kinds_of_run[0]); k++)
	{
		const Kind *kind = &kinds_of_run[k];
		bool is_packed = kind->objective == BOOST_LOGISTIC && !kind->has_weight;
		Rows made = rows_create(is_packed ? 70000 : FAR_ROWS);
		Rows held = rows_create(5000);
		BoostOptions options = options_of(kind);
		Dataset dataset;
		Dataset held_out;
		TreeSource source;
		TreeSource validation;
		BoostResult golden;
		BoostResult ours;
		FarStore far;

		far_begin(&far);
		set_targets(&made, kind->objective);
		set_targets(&held, kind->objective);
		dataset = rows_dataset(&made, kind->has_weight, 1);
		held_out = rows_dataset(&held, kind->has_weight, 1);
		source = rows_source(&dataset);
		validation = rows_source(&held_out);
		if (kind->objective == BOOST_SOFTMAX)
		{
			static const int32_t classes[] = {0, 1, 2};

			source.class_of_code = validation.class_of_code = classes;
		}
		CHECK(boost_fit(&source, kind->has_held_out ? &validation : NULL, &options, &unit_allocator,
						NULL, &golden) == KERNEL_OK);
		options.store = &far.store;
		options.memory = (size_t) 1 << 20;
		options.threads = 4;
		CHECK(boost_fit(&source, kind->has_held_out ? &validation : NULL, &options, &unit_allocator,
						NULL, &ours) == KERNEL_OK);
		check_equal(&ours, &golden, kind->has_held_out);
		CHECK(far.length > 2 * FAR_ROWS * 32);
		boost_result_release(&golden, &unit_allocator);
		boost_result_release(&ours, &unit_allocator);
		dataset_release(&dataset, &unit_allocator);
		dataset_release(&held_out, &unit_allocator);
		rows_free(&made);
		rows_free(&held);
		free(far.bytes);
	}
}

/* A thousand levels have codes of two bytes, and more slots than a record holds several records. */
static void
grows_on_wide_codes(void)
{
	enum
	{
		NUMBERS = 60,
		LEVELS = 1000,
		N = 12000
	};
	static int32_t levels[LEVELS];
	static const int32_t *const maps[] = {levels};
	static const uint32_t n_levels[] = {LEVELS};
	BoostOptions options = boost_options(BOOST_SQUARED);
	Dataset dataset;
	TreeSource source = {.dataset = &dataset, .level_of_code = maps, .n_levels = n_levels};
	BoostResult golden;
	BoostResult ours;
	FarStore far;
	int32_t i;
	int32_t j;

	far_begin(&far);
	dataset_begin(&dataset, NUMBERS, 1, false);
	for (i = 0; i < LEVELS; i++)
		levels[i] = i;
	for (i = 0; i < N; i++)
	{
		double numbers[NUMBERS];
		int32_t code = i % 50 == 0 ? CODE_MISSING : (int32_t) (row_uniform() * LEVELS);

		for (j = 0; j < NUMBERS; j++)
			numbers[j] = row_uniform();
		CHECK(dataset_add(&dataset, &unit_allocator, numbers, &code,
						  numbers[0] + numbers[NUMBERS - 1] + (code % 7 == 3), 1.0) == KERNEL_OK);
	}
	CHECK(boost_fit(&source, NULL, &options, &unit_allocator, NULL, &golden) == KERNEL_OK);
	options.store = &far.store;
	CHECK(boost_fit(&source, NULL, &options, &unit_allocator, NULL, &ours) == KERNEL_OK);
	check_equal(&ours, &golden, false);
	boost_result_release(&golden, &unit_allocator);
	boost_result_release(&ours, &unit_allocator);
	dataset_release(&dataset, &unit_allocator);
	free(far.bytes);
}

/* Memory does not depend on the rows. */
static void
takes_the_same_memory_for_more_rows(void)
{
	long peaks[2];
	int i;

	for (i = 0; i < 2; i++)
	{
		Rows made = rows_create(i == 0 ? 20000 : 120000);
		BoostOptions options = boost_options(BOOST_HUBER);
		Dataset dataset = rows_dataset(&made, true, 1);
		TreeSource source = rows_source(&dataset);
		BoostResult result;
		FarStore far;
		long before;

		far_begin(&far);
		options.store = &far.store;
		options.memory = (size_t) 1 << 20;
		options.n_estimators = 2;
		before = unit_peak_bytes = unit_live_bytes;
		CHECK(boost_fit(&source, NULL, &options, &unit_allocator, NULL, &result) == KERNEL_OK);
		peaks[i] = unit_peak_bytes - before;
		boost_result_release(&result, &unit_allocator);
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
	Rows made = rows_create(6000);
	Dataset dataset = rows_dataset(&made, true, 1);
	TreeSource source = rows_source(&dataset);
	BoostOptions options = boost_options(BOOST_HUBER);
	long live = unit_live_blocks;
	Status status = KERNEL_STOPPED;
	int refused = 0;
	int64_t at;

	options.n_estimators = 2;
	options.subsample = 0.5;
	for (at = 1; status == KERNEL_STOPPED; at += 1 + at / 8)
	{
		BoostResult result;
		FarStore far;

		far_begin(&far);
		far.fails_at = at;
		options.store = &far.store;
		status = boost_fit(&source, &source, &options, &unit_allocator, NULL, &result);
		CHECK(status == KERNEL_STOPPED || status == KERNEL_OK);
		if (status == KERNEL_OK)
			boost_result_release(&result, &unit_allocator);
		CHECK(unit_live_blocks == live);
		free(far.bytes);
	}
	CHECK(at > 100);
	for (status = KERNEL_STOPPED, at = 0; status == KERNEL_STOPPED; at += 1 + at / 8)
	{
		StopCheck stop = {stop_soon, NULL, NULL};
		BoostResult result;
		FarStore far;

		far_begin(&far);
		options.store = &far.store;
		stop_countdown = at;
		status = boost_fit(&source, &source, &options, &unit_allocator, &stop, &result);
		if (status == KERNEL_OK)
			boost_result_release(&result, &unit_allocator);
		CHECK(unit_live_blocks == live);
		free(far.bytes);
	}
	CHECK(status == KERNEL_OK && at > 50);
	/* A histogram that is refused is done without, and so are keys: some refusals end nothing. */
	for (at = 0; at < 200; at++)
	{
		BoostResult result;
		FarStore far;

		far_begin(&far);
		options.store = &far.store;
		unit_allocator_fail_after((int) at);
		status = boost_fit(&source, &source, &options, &unit_allocator, NULL, &result);
		unit_allocator_fail_after(-1);
		CHECK(status == KERNEL_OUT_OF_MEMORY || status == KERNEL_OK);
		refused += status == KERNEL_OUT_OF_MEMORY;
		if (status == KERNEL_OK)
			boost_result_release(&result, &unit_allocator);
		CHECK(unit_live_blocks == live);
		free(far.bytes);
	}
	CHECK(refused > 30);
	dataset_release(&dataset, &unit_allocator);
	rows_free(&made);
}

UNIT_MAIN(UNIT_CASE(parts_and_joins), UNIT_CASE(finds_the_same_quantiles),
		  UNIT_CASE(grows_the_same_trees), UNIT_CASE(grows_on_wide_codes),
		  UNIT_CASE(takes_the_same_memory_for_more_rows),
		  UNIT_CASE(ends_when_the_store_or_memory_does))
