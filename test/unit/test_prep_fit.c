/*
 * test_prep_fit.c: merged fits against whole ones, and their bytes.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/prep/apply.h"
#include "kernel/prep/block_moments_simd.h"
#include "kernel/prep/fit.h"
#include "kernel/prep/transform.h"

#define ROWS 400

typedef struct Row
{
	double x;
	const char *level; /* NULL: missing */
	int32_t fold;
	double y;
	const char *class;
} Row;

static Row rows[ROWS];

static void
make_rows(void)
{
	static const char *const levels[] = {"red", "green", "blue", "teal", "", "rare"};
	static const char *const classes[] = {"no", "yes", "maybe"};
	uint64_t i;

	for (i = 0; i < ROWS; i++)
	{
		uint64_t h = hash_mix(i + 1);
		uint64_t level = i == 17 ? 5 : h % 6;

		rows[i].x = h % 29 == 0 ? NAN : (double) (h % 1000) / 8.0 - 20.0;
		rows[i].level = level == 5 && i != 17 ? NULL : levels[level];
		rows[i].fold = h % 31 == 0 ? -1 : (int32_t) ((h >> 20) % 4);
		rows[i].y = (double) (h % 2);
		rows[i].class = classes[(h >> 8) % 3];
	}
}

static bool with_class;

/* Rows first, first + step, ... into a fit. */
static void
fit_rows(StepFit *fit, StepKind kind, int strategy, int first, int stride)
{
	Step step;
	int i;

	step_begin(&step, kind);
	step.strategy = strategy;
	step.input = step_takes_category(&step) ? INPUT_CATEGORY : INPUT_NUMBER;
	CHECK(fit_begin(fit, &step, &unit_allocator) == KERNEL_OK);
	for (i = first; i < ROWS; i += stride)
	{
		int32_t code = -1;
		int32_t class = 0;

		if (!step_takes_category(&step))
		{
			CHECK(fit_number(fit, &unit_allocator, NULL, rows[i].x) == KERNEL_OK);
			continue;
		}
		if (rows[i].level != NULL)
			CHECK(fit_code(&fit->levels, &unit_allocator, rows[i].level, strlen(rows[i].level),
						   &code) == KERNEL_OK);
		if (with_class && step_has_target(kind))
			CHECK(fit_code(&fit->classes, &unit_allocator, rows[i].class, strlen(rows[i].class),
						   &class) == KERNEL_OK);
		CHECK(fit_level(fit, &unit_allocator, (uint32_t) (code + 1),
						step_has_target(kind) ? rows[i].fold : -1, (uint32_t) class,
						rows[i].y) == KERNEL_OK);
	}
}

/* The bytes of what a fit learnt. */
static uint8_t *
learnt_bytes(StepFit *fit, size_t *length)
{
	Step step;
	Transform transform = {false, 1, &step};
	uint8_t *bytes = NULL;

	CHECK(fit_finish(fit, &unit_allocator, NULL, &step) == KERNEL_OK);
	CHECK(transform_encode(&transform, &unit_allocator, &bytes, length) == KERNEL_OK);
	step_release(&step, &unit_allocator);
	return bytes;
}

static void
check_same(StepFit *a, StepFit *b)
{
	size_t n_a = 0;
	size_t n_b = 0;
	uint8_t *bytes_a = learnt_bytes(a, &n_a);
	uint8_t *bytes_b = learnt_bytes(b, &n_b);

	CHECK(n_a == n_b && memcmp(bytes_a, bytes_b, n_a) == 0);
	memory_release(&unit_allocator, bytes_a, n_a, 1);
	memory_release(&unit_allocator, bytes_b, n_b, 1);
}

/* A fit through its bytes, as another process gets it. */
static void
recode(StepFit *fit)
{
	ByteWriter writer;
	ByteReader reader;
	size_t size;

	CHECK(fit_settle(fit, &unit_allocator, NULL) == KERNEL_OK);
	size = fit_encoded_size(fit);
	writer_begin(&writer, &unit_allocator, size);
	fit_encode(fit, &writer);
	CHECK(writer.status == KERNEL_OK && writer.length == size);
	fit_release(fit, &unit_allocator);
	reader_begin(&reader, writer.bytes, writer.length);
	CHECK(fit_decode(fit, &unit_allocator, &reader) == KERNEL_OK && reader_left(&reader) == 0);
	writer_release(&writer);
}

static void
check_merge(StepKind kind, int strategy)
{
	StepFit whole;
	StepFit parts[3];
	int i;

	fit_rows(&whole, kind, strategy, 0, 1);
	for (i = 0; i < 3; i++)
		fit_rows(&parts[i], kind, strategy, i, 3);
	recode(&parts[1]);
	recode(&parts[2]);
	/* Into the last, so that codes of levels and classes differ from those of the whole. */
	CHECK(fit_merge(&parts[2], &unit_allocator, NULL, &parts[0]) == KERNEL_OK);
	CHECK(fit_merge(&parts[2], &unit_allocator, NULL, &parts[1]) == KERNEL_OK);
	check_same(&whole, &parts[2]);
	fit_release(&whole, &unit_allocator);
	for (i = 0; i < 3; i++)
		fit_release(&parts[i], &unit_allocator);
}

static void
case_merge(void)
{
	int kind;

	make_rows();
	for (kind = 0; kind < STEP_KINDS; kind++)
	{
		if (kind != STEP_POLYNOMIAL && kind != STEP_HASH)
			check_merge((StepKind) kind, 0);
	}
	check_merge(STEP_BINS, BINS_UNIFORM);
	check_merge(STEP_IMPUTE, IMPUTE_MEDIAN);
	check_merge(STEP_IMPUTE, IMPUTE_MODE);
	with_class = true;
	check_merge(STEP_TARGET, 0);
	with_class = false;
}

/* The kinds one behind another, the first of the strategy; texts is_text: of texts. */
static void
make_chain(Step *step, const StepKind *kinds, int n, int strategy, bool is_text)
{
	step_begin(step, kinds[0]);
	step->strategy = strategy;
	if (n > 1)
	{
		CHECK(step_list_make(&step->after, &unit_allocator, 1) == KERNEL_OK);
		make_chain(&step->after.steps[0], kinds + 1, n - 1, 0, false);
	}
	step_set_input(step, is_text ? INPUT_CATEGORY : INPUT_NUMBER);
	CHECK(step_chain_fault(step) == NULL);
}

static void
chain_rows(StepFit *fit, const StepKind *kinds, int n, int strategy, bool is_text, int first,
		   int stride)
{
	Step step;
	int i;

	make_chain(&step, kinds, n, strategy, is_text);
	CHECK(fit_begin(fit, &step, &unit_allocator) == KERNEL_OK);
	for (i = first; i < ROWS; i += stride)
	{
		if (!is_text)
			CHECK(fit_numbers(fit, &unit_allocator, NULL, &rows[i].x, 1.0) == KERNEL_OK);
		else
			CHECK(fit_text(fit, &unit_allocator, NULL, rows[i].level,
						   rows[i].level != NULL ? strlen(rows[i].level) : 0, rows[i].fold, 0,
						   rows[i].y) == KERNEL_OK);
	}
}

/* One fit after another to what the one before makes of the rows: what a chain has to be equal to. */
static void
check_by_hand(const StepKind *kinds, int n, int strategy, const Step *learnt)
{
	double values[ROWS];
	int i;
	int k;

	for (i = 0; i < ROWS; i++)
		values[i] = rows[i].x;
	for (k = 0; k < n; k++)
	{
		StepFit fit;
		Step step;
		Applier applier;

		step_begin(&step, kinds[k]);
		step.strategy = k == 0 ? strategy : 0;
		CHECK(fit_begin(&fit, &step, &unit_allocator) == KERNEL_OK);
		for (i = 0; i < ROWS; i++)
			CHECK(fit_number(&fit, &unit_allocator, NULL, values[i]) == KERNEL_OK);
		CHECK(fit_finish(&fit, &unit_allocator, NULL, &step) == KERNEL_OK);
		CHECK(applier_begin(&applier, &step, &unit_allocator) == KERNEL_OK);
		for (i = 0; i < ROWS; i++)
			apply_number(&applier, values[i], &values[i]);
		applier_release(&applier, &unit_allocator);
		step_release(&step, &unit_allocator);
		fit_release(&fit, &unit_allocator);
	}
	for (i = 0; i < ROWS; i++)
	{
		Applier applier;
		double output = 0.0;

		CHECK(applier_begin(&applier, learnt, &unit_allocator) == KERNEL_OK);
		CHECK(applier.outputs == 1);
		apply_number(&applier, rows[i].x, &output);
		CHECK((isnan(output) && isnan(values[i])) || fabs(output - values[i]) < 1e-12);
		applier_release(&applier, &unit_allocator);
	}
}

static void
check_chain(const StepKind *kinds, int n, int strategy, bool is_text)
{
	StepFit whole;
	StepFit parts[2];
	Step step;
	int i;

	chain_rows(&whole, kinds, n, strategy, is_text, 0, 1);
	for (i = 0; i < 2; i++)
		chain_rows(&parts[i], kinds, n, strategy, is_text, i, 2);
	recode(&parts[1]);
	CHECK(fit_merge(&parts[0], &unit_allocator, NULL, &parts[1]) == KERNEL_OK);
	CHECK(fit_finish(&parts[0], &unit_allocator, NULL, &step) == KERNEL_OK);
	if (!is_text)
		check_by_hand(kinds, n, strategy, &step);
	step_release(&step, &unit_allocator);
	/* Learning changes nothing: it can be done again. */
	check_same(&whole, &whole);
	if (is_text)
		check_same(&whole, &parts[0]);
	fit_release(&whole, &unit_allocator);
	fit_release(&parts[0], &unit_allocator);
	fit_release(&parts[1], &unit_allocator);
}

static void
case_chains(void)
{
	make_rows();
	check_chain((StepKind[]){STEP_IMPUTE, STEP_STANDARD}, 2, IMPUTE_MEAN, false);
	check_chain((StepKind[]){STEP_IMPUTE, STEP_SIGNED_LOG, STEP_ROBUST, STEP_BINS}, 4,
				IMPUTE_MEDIAN, false);
	check_chain((StepKind[]){STEP_WINSOR, STEP_LOG1P, STEP_IMPUTE, STEP_STANDARD}, 4, 0, false);
	check_chain((StepKind[]){STEP_IMPUTE, STEP_LOG1P, STEP_IMPUTE, STEP_MINMAX}, 4, IMPUTE_MODE,
				false);
	check_chain((StepKind[]){STEP_SIGNED_LOG, STEP_STANDARD, STEP_POWER, STEP_MAXABS}, 4, 0, false);
	check_chain((StepKind[]){STEP_QUANTILE, STEP_SIGNED_LOG}, 2, 0, false);
	check_chain((StepKind[]){STEP_IMPUTE, STEP_ONEHOT, STEP_STANDARD}, 3, IMPUTE_MODE, true);
	check_chain((StepKind[]){STEP_IMPUTE, STEP_TARGET, STEP_MINMAX}, 3, IMPUTE_MODE, true);
	check_chain((StepKind[]){STEP_HASH, STEP_STANDARD}, 2, 0, true);
}

/* Every row is counted, and values that filled gaps are no longer missing. */
static void
case_chain_counts(void)
{
	StepFit fit;
	Step step;

	make_rows();
	chain_rows(&fit, (StepKind[]){STEP_IMPUTE, STEP_STANDARD}, 2, IMPUTE_MEAN, false, 0, 1);
	CHECK(fit_finish(&fit, &unit_allocator, NULL, &step) == KERNEL_OK);
	CHECK(step.rows == ROWS && step.missing > 0.0);
	CHECK(step.after.n == 1 && step.after.steps[0].rows == ROWS &&
		  step.after.steps[0].missing == 0.0);
	step_release(&step, &unit_allocator);
	fit_release(&fit, &unit_allocator);
}

/* What stands behind an encoding learns from that of each row's other folds. */
static void
case_chain_folds(void)
{
	StepFit fit;
	Step step;
	Applier applier;
	double low = INFINITY;
	double high = -INFINITY;
	int i;

	make_rows();
	for (i = 0; i < ROWS; i++)
		rows[i].y = (double) (hash_mix((uint64_t) i + 1) >> 7 & 1);
	chain_rows(&fit, (StepKind[]){STEP_TARGET, STEP_MINMAX}, 2, 0, true, 0, 1);
	CHECK(fit_finish(&fit, &unit_allocator, NULL, &step) == KERNEL_OK);
	CHECK(applier_begin(&applier, &step, &unit_allocator) == KERNEL_OK);
	for (i = 0; i < ROWS; i++)
	{
		const char *text = rows[i].level;
		double output;

		CHECK(apply_text(&applier, text, text != NULL ? strlen(text) : 0, rows[i].fold, &output) ==
			  KERNEL_OK);
		low = fmin(low, output);
		high = fmax(high, output);
	}
	CHECK(fabs(low) < 1e-14 && fabs(high - 1.0) < 1e-14);
	applier_release(&applier, &unit_allocator);
	step_release(&step, &unit_allocator);
	fit_release(&fit, &unit_allocator);
}

/* Each of several outputs goes through a step that gives several. */
static void
case_chain_widens(void)
{
	StepFit fit;
	Step step;
	Applier applier;
	double outputs[16];
	uint32_t i;

	make_rows();
	step_begin(&step, STEP_ONEHOT);
	CHECK(step_list_make(&step.after, &unit_allocator, 1) == KERNEL_OK);
	step_begin(&step.after.steps[0], STEP_IMPUTE);
	step.after.steps[0].flag = true;
	step_set_input(&step, INPUT_CATEGORY);
	CHECK(fit_begin(&fit, &step, &unit_allocator) == KERNEL_OK);
	for (i = 0; i < ROWS; i++)
		CHECK(fit_text(&fit, &unit_allocator, NULL, rows[i].level,
					   rows[i].level != NULL ? strlen(rows[i].level) : 0, -1, 0, 0.0) == KERNEL_OK);
	CHECK(fit_finish(&fit, &unit_allocator, NULL, &step) == KERNEL_OK);
	CHECK(applier_begin(&applier, &step, &unit_allocator) == KERNEL_OK);
	CHECK(step.levels.n > 2 && applier.outputs == 2 * step.levels.n && applier.outputs <= 16);
	CHECK(apply_text(&applier, step.levels.texts[1], strlen(step.levels.texts[1]), -1, outputs) ==
		  KERNEL_OK);
	for (i = 0; i < applier.outputs; i++)
		CHECK(outputs[i] == (i == 2));
	applier_release(&applier, &unit_allocator);
	step_release(&step, &unit_allocator);
	fit_release(&fit, &unit_allocator);
}

#define COLUMNS 11
#define STRIDE 13

/* A number that is missing, or huge, now and then, in some columns. */
static double
column_value(int row, int column)
{
	uint64_t h = hash_mix((uint64_t) row * COLUMNS + (uint64_t) column + 1);

	if (column == 3 && h % 17 == 0)
		return NAN;
	if (column == 5 && row == 40)
		return 1e100;
	return column == 4 ? 7.25 : (double) (h % 4096) / 64.0 - 11.0 * column;
}

/* Steps beside each other take blocks of rows as each takes them alone, to the last bit. */
static void
case_rows(void)
{
	static const StepKind kinds[] = {STEP_STANDARD, STEP_STANDARD, STEP_STANDARD, STEP_STANDARD,
									 STEP_STANDARD, STEP_STANDARD, STEP_ONEHOT,	  STEP_STANDARD,
									 STEP_ROBUST,	STEP_MINMAX,   STEP_STANDARD, STEP_STANDARD};
	static double numbers[ROWS][STRIDE];
	StepFit together[COLUMNS + 1];
	StepFit alone[COLUMNS + 1];
	int column = 0;
	int i;
	int row;

	for (i = 0; i <= COLUMNS; i++)
	{
		Step step;

		step_begin(&step, kinds[i]);
		step.input = step_takes_category(&step) ? INPUT_CATEGORY : INPUT_NUMBER;
		CHECK(fit_begin(&together[i], &step, &unit_allocator) == KERNEL_OK);
		CHECK(fit_begin(&alone[i], &step, &unit_allocator) == KERNEL_OK);
		for (row = 0; row < ROWS && !step_takes_category(&step); row++)
		{
			numbers[row][column] = column_value(row, column);
			CHECK(fit_number(&alone[i], &unit_allocator, NULL, numbers[row][column]) == KERNEL_OK);
		}
		column += !step_takes_category(&step);
	}
	/* The last of the parts that are taken together are no whole blocks. */
	for (row = 0; row < ROWS; row += 70)
		CHECK(fit_number_rows(together, COLUMNS + 1, &unit_allocator, NULL, numbers[row], STRIDE,
							  (uint32_t) (ROWS - row < 70 ? ROWS - row : 70)) == KERNEL_OK);
	for (i = 0; i <= COLUMNS; i++)
	{
		CHECK(together[i].rows == (step_takes_category(&together[i].step) ? 0 : ROWS));
		check_same(&together[i], &alone[i]);
		fit_release(&together[i], &unit_allocator);
		fit_release(&alone[i], &unit_allocator);
	}
}

/* Both builds of the sums, and the sums one by one. */
static void
case_block_moments(void)
{
	double numbers[BLOCK_ROWS * COLUMNS];
	Variance wide[COLUMNS];
	Variance portable[COLUMNS];
	uint32_t n_rows;
	uint32_t n;
	uint32_t i;
	uint32_t row;

	for (i = 0; i < BLOCK_ROWS * COLUMNS; i++)
		numbers[i] = (double) (int64_t) (hash_mix(i + 1) >> 12) * 0x1p-40 + 1000.0;
	for (n_rows = 1; n_rows <= BLOCK_ROWS; n_rows++)
	{
		for (n = 1; n <= COLUMNS; n++)
		{
			block_moments(numbers, COLUMNS, n_rows, n, wide);
			block_moments_portable(numbers, COLUMNS, n_rows, n, portable);
			CHECK(memcmp(wide, portable, n * sizeof(Variance)) == 0);
			for (i = 0; i < n; i++)
			{
				Variance one;

				variance_clear(&one);
				for (row = 0; row < n_rows; row++)
					CHECK(variance_add(&one, numbers[row * COLUMNS + i]) == KERNEL_OK);
				CHECK(wide[i].n == (int64_t) n_rows);
				CHECK(total_value(wide[i].total) == total_value(one.total));
				/* m2 of a block of one is 0; else a square and a division may lose a digit a row. */
				CHECK(fabs(total_value(wide[i].m2) - total_value(one.m2)) <=
					  1e-14 * total_value(one.m2));
			}
		}
	}
}

/* The spread of values does not depend on their unit, though their squares may be no doubles. */
static void
case_small_values(void)
{
	int exponents[] = {0, -100, -450, -600, -1000};
	size_t e;
	int row;

	for (e = 0; e < sizeof(exponents) / sizeof(exponents[0]); e++)
	{
		Step options;
		Step step;
		StepFit fit;

		step_begin(&options, STEP_STANDARD);
		CHECK(fit_begin(&fit, &options, &unit_allocator) == KERNEL_OK);
		for (row = 0; row < 81; row++)
			CHECK(fit_number(&fit, &unit_allocator, NULL, ldexp(row % 9 - 4.0, exponents[e])) ==
				  KERNEL_OK);
		CHECK(fit_finish(&fit, &unit_allocator, NULL, &step) == KERNEL_OK);
		/* The variance of -4 .. 4 is 60 / 9. */
		CHECK(fabs(ldexp(step.scale, -exponents[e]) - sqrt(60.0 / 9.0)) < 1e-14);
		CHECK(fabs(ldexp(step.center, -exponents[e])) < 1e-15);
		step_release(&step, &unit_allocator);
		fit_release(&fit, &unit_allocator);
	}
}

/* Counts that wait go to their cells before there is no room for them, and before cells move. */
static void
case_tallies(void)
{
	StepFit fit;
	StepFit other;

	make_rows();
	fit_rows(&other, STEP_TARGET, 0, 0, 1);
	fit_rows(&fit, STEP_TARGET, 0, 0, 2);
	CHECK(fit.n_tallied > 0);
	fit.n_tallied = UINT32_MAX - 2;
	CHECK(fit_level(&fit, &unit_allocator, 1, 0, 0, 1.0) == KERNEL_OK);
	CHECK(fit.n_tallied == UINT32_MAX - 1);
	CHECK(fit_level(&fit, &unit_allocator, 1, 0, 0, 1.0) == KERNEL_OK);
	CHECK(fit.n_tallied == 0 && fit_cell(&fit, 1, 1, 0)->n >= 2);
	CHECK(fit_cell(&fit, 1, 1, 0)->total.hi >= 2.0);
	/* A target that is no 0 or 1 after many that are, and cells that grow. */
	CHECK(fit_level(&other, &unit_allocator, 1, 700, 0, 0.5) == KERNEL_OK);
	CHECK(other.n_tallied == 0 && other.is_not_binary);
	fit_release(&fit, &unit_allocator);
	fit_release(&other, &unit_allocator);
}

/* Means out of fold by their definition, from the rows. */
static void
case_out_of_fold(void)
{
	StepFit fit;
	Step step;
	Applier applier;
	int32_t fold;

	make_rows();
	fit_rows(&fit, STEP_TARGET, 0, 0, 1);
	fit.step.smooth = 2.0;
	CHECK(fit_finish(&fit, &unit_allocator, NULL, &step) == KERNEL_OK);
	CHECK(step.folds == 4);
	CHECK(applier_begin(&applier, &step, &unit_allocator) == KERNEL_OK);
	for (fold = -1; fold < 4; fold++)
	{
		double n = 0.0;
		double sum = 0.0;
		double n_level = 0.0;
		double sum_level = 0.0;
		double output;
		int i;

		for (i = 0; i < ROWS; i++)
		{
			bool is_level = rows[i].level != NULL && strcmp(rows[i].level, "blue") == 0;

			if (fold >= 0 && rows[i].fold == fold)
				continue;
			n += 1.0;
			sum += rows[i].y;
			n_level += is_level;
			sum_level += is_level ? rows[i].y : 0.0;
		}
		CHECK(apply_text(&applier, "blue", 4, fold, &output) == KERNEL_OK);
		CHECK(fabs(output - (sum_level + 2.0 * sum / n) / (n_level + 2.0)) < 1e-14);
		CHECK(apply_text(&applier, "never", 5, fold, &output) == KERNEL_OK);
		CHECK(fabs(output - sum / n) < 1e-14);
	}
	applier_release(&applier, &unit_allocator);
	step_release(&step, &unit_allocator);
	fit_release(&fit, &unit_allocator);
}

/* A fold that the other side alone has seen. */
static void
case_more_folds(void)
{
	StepFit a;
	StepFit b;
	Step step;

	make_rows();
	rows[0].fold = 0;
	rows[1].fold = 3;
	fit_rows(&a, STEP_WOE, 0, 0, ROWS);
	fit_rows(&b, STEP_WOE, 0, 1, ROWS);
	CHECK(fit_merge(&a, &unit_allocator, NULL, &b) == KERNEL_OK);
	CHECK(fit_finish(&a, &unit_allocator, NULL, &step) == KERNEL_OK);
	CHECK(step.folds == 4);
	step_release(&step, &unit_allocator);
	fit_release(&a, &unit_allocator);
	fit_release(&b, &unit_allocator);
}

/* The class "yes" of a target of text is the number 1 of a target of numbers. */
static void
case_classes(void)
{
	StepFit number;
	StepFit class;
	Step of_number;
	Step of_class;
	uint32_t i;

	make_rows();
	for (i = 0; i < ROWS; i++)
		rows[i].class = rows[i].y == 1.0 ? "yes" : "no";
	fit_rows(&number, STEP_TARGET, 0, 0, 1);
	with_class = true;
	fit_rows(&class, STEP_TARGET, 0, 0, 1);
	with_class = false;
	CHECK(fit_finish(&number, &unit_allocator, NULL, &of_number) == KERNEL_OK);
	CHECK(fit_finish(&class, &unit_allocator, NULL, &of_class) == KERNEL_OK);
	CHECK(of_class.classes.n == 2 && of_class.values.n == 2 * of_number.values.n);
	for (i = 0; i < of_number.values.n; i++)
		CHECK(fabs(of_number.values.values[i] - of_class.values.values[2 * i + 1]) < 1e-14);
	step_release(&of_number, &unit_allocator);
	step_release(&of_class, &unit_allocator);
	fit_release(&number, &unit_allocator);
	fit_release(&class, &unit_allocator);
}

static void
case_options_must_agree(void)
{
	StepFit a;
	StepFit b;

	make_rows();
	fit_rows(&a, STEP_BINS, BINS_UNIFORM, 0, 1);
	fit_rows(&b, STEP_BINS, BINS_QUANTILE, 0, 1);
	CHECK(fit_merge(&a, &unit_allocator, NULL, &b) == KERNEL_INVALID);
	CHECK(fit_number(&a, &unit_allocator, NULL, -INFINITY) == KERNEL_INVALID);
	CHECK(a.rows == ROWS);
	fit_release(&a, &unit_allocator);
	fit_release(&b, &unit_allocator);
}

/* Foreign bytes: cut short at every place and with every byte changed, never a crash or a leak. */
static void
case_foreign_bytes(void)
{
	static const StepKind kinds[] = {STEP_TARGET, STEP_POWER, STEP_ONEHOT, STEP_PASS};
	static const StepKind chain[] = {STEP_IMPUTE, STEP_TARGET, STEP_STANDARD};
	size_t k;
	size_t i;

	make_rows();
	for (k = 0; k < 4; k++)
	{
		StepFit fit;
		StepFit other;
		ByteWriter writer;
		ByteReader reader;

		if (kinds[k] == STEP_PASS)
			chain_rows(&fit, chain, 3, IMPUTE_MODE, true, 0, 40);
		else
			fit_rows(&fit, kinds[k], 0, 0, 40);
		CHECK(fit_settle(&fit, &unit_allocator, NULL) == KERNEL_OK);
		writer_begin(&writer, &unit_allocator, 1 << 20);
		fit_encode(&fit, &writer);
		for (i = 0; i < writer.length; i++)
		{
			uint8_t kept = writer.bytes[i];

			reader_begin(&reader, writer.bytes, i);
			CHECK(fit_decode(&other, &unit_allocator, &reader) != KERNEL_OK);
			writer.bytes[i] ^= 0x41;
			reader_begin(&reader, writer.bytes, writer.length);
			if (fit_decode(&other, &unit_allocator, &reader) == KERNEL_OK)
			{
				Step step;

				if (fit_finish(&other, &unit_allocator, NULL, &step) == KERNEL_OK)
					step_release(&step, &unit_allocator);
				fit_release(&other, &unit_allocator);
			}
			writer.bytes[i] = kept;
		}
		writer_release(&writer);
		fit_release(&fit, &unit_allocator);
	}
}

/* Every allocation refused once: a status and no leak. */
static void
case_refused_memory(void)
{
	static const StepKind chain[] = {STEP_IMPUTE, STEP_TARGET, STEP_STANDARD, STEP_ROBUST};
	StepFit fit;
	Step step;
	long n;
	int k;

	make_rows();
	for (k = 0; k < 2; k++)
	{
		if (k == 0)
			fit_rows(&fit, STEP_TARGET, 0, 0, 1);
		else
			chain_rows(&fit, chain, 4, IMPUTE_MODE, true, 0, 1);
		for (n = 0; n < 400; n++)
		{
			Status status;

			unit_allocator_fail_after(n);
			status = fit_finish(&fit, &unit_allocator, NULL, &step);
			unit_fail_countdown = -1;
			if (status == KERNEL_OK)
				break;
			CHECK(status == KERNEL_OUT_OF_MEMORY);
		}
		CHECK(n > 5 && n < 400);
		step_release(&step, &unit_allocator);
		fit_release(&fit, &unit_allocator);
	}
}

/* The bound that decoding has memory by. */
static void
case_shortest_step(void)
{
	size_t least = SIZE_MAX;
	int kind;

	for (kind = 0; kind < STEP_KINDS; kind++)
	{
		Step step;

		step_begin(&step, (StepKind) kind);
		least = step_encoded_size(&step, true) < least ? step_encoded_size(&step, true) : least;
	}
	CHECK(least == STEP_LEAST_BYTES);
}

UNIT_MAIN({"shortest step", case_shortest_step}, {"rows together", case_rows},
		  {"moments of a block", case_block_moments}, {"small values", case_small_values},
		  {"counts that wait", case_tallies}, {"merged is whole", case_merge},
		  {"out of fold", case_out_of_fold}, {"more folds", case_more_folds},
		  {"chains", case_chains}, {"rows of a chain", case_chain_counts},
		  {"folds in a chain", case_chain_folds}, {"a chain that widens", case_chain_widens},
		  {"classes", case_classes}, {"options must agree", case_options_must_agree},
		  {"foreign bytes", case_foreign_bytes}, {"refused memory", case_refused_memory})
