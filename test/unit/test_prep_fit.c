/*
 * test_prep_fit.c: merged fits against whole ones, and their bytes.
 */
#include "unit.h"

#include "kernel/base/hash.h"
#include "kernel/prep/apply.h"
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
	step.input = step_takes_category(kind) ? INPUT_CATEGORY : INPUT_NUMBER;
	fit_begin(fit, &step);
	for (i = first; i < ROWS; i += stride)
	{
		int32_t code = -1;
		int32_t class = 0;

		if (!step_takes_category(kind))
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
	static const StepKind kinds[] = {STEP_TARGET, STEP_POWER, STEP_ONEHOT};
	size_t k;
	size_t i;

	make_rows();
	for (k = 0; k < 3; k++)
	{
		StepFit fit;
		StepFit other;
		ByteWriter writer;
		ByteReader reader;

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
	StepFit fit;
	Step step;
	long n;

	make_rows();
	fit_rows(&fit, STEP_TARGET, 0, 0, 1);
	for (n = 0; n < 60; n++)
	{
		Status status;

		unit_allocator_fail_after(n);
		status = fit_finish(&fit, &unit_allocator, NULL, &step);
		unit_fail_countdown = -1;
		if (status == KERNEL_OK)
			break;
		CHECK(status == KERNEL_OUT_OF_MEMORY);
	}
	CHECK(n > 5 && n < 60);
	step_release(&step, &unit_allocator);
	fit_release(&fit, &unit_allocator);
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

UNIT_MAIN({"shortest step", case_shortest_step}, {"merged is whole", case_merge},
		  {"out of fold", case_out_of_fold}, {"more folds", case_more_folds},
		  {"classes", case_classes}, {"options must agree", case_options_must_agree},
		  {"foreign bytes", case_foreign_bytes}, {"refused memory", case_refused_memory})
