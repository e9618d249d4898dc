/*
 * test_prep_waiting_rows.c: rows that wait against the same rows one by one.
 */
#include "kernel/prep/waiting_rows.h"

#include "kernel/base/hash.h"
#include "kernel/prep/transform.h"
#include "unit.h"

#define ROWS 1000
#define FITS 8

typedef struct Row
{
	double x;
	const char *levels[3]; /* NULL: missing */
	double y[2];		   /* NaN: no target */
	int32_t fold;
} Row;

static Row rows[ROWS];

/* What the fits are: columns of rows[].levels, targets of rows[].y; -1: none. */
static const struct
{
	StepKind kind;
	int level;
	int target;
	const char *fold;
} kinds[FITS] = {{STEP_ONEHOT, 0, -1, NULL},	{STEP_TARGET, 1, 0, "fold"},
				 {STEP_STANDARD, -1, -1, NULL}, {STEP_FREQUENCY, 2, -1, NULL},
				 {STEP_TARGET, 2, 0, "fold"},	{STEP_TARGET, 1, 1, NULL},
				 {STEP_WOE, 0, 0, "fold"},		{STEP_CYCLIC, -1, -1, NULL}};
static const char *const target_names[] = {"y", "v"};

/* is_late: the second target is no 0 or 1 from some row on only. */
static void
make_rows(bool is_late)
{
	static char texts[500][16];
	uint64_t i;

	for (i = 0; i < 500; i++)
		sprintf(texts[i], i % 7 == 0 ? "a long text %u" : "t%u", (unsigned) i);
	for (i = 0; i < ROWS; i++)
	{
		uint64_t h = hash_mix(i + 1);

		rows[i].x = h % 29 == 0 ? NAN : (double) (h % 1000) / 8.0;
		rows[i].levels[0] = h % 11 == 0 ? NULL : h % 11 == 1 ? "" : texts[h % 5 + 1];
		rows[i].levels[1] = texts[(h >> 8) % 500];
		rows[i].levels[2] = (h >> 16) % 3 == 0 ? NULL : texts[(h >> 20) % 50 * 7];
		rows[i].y[0] = (h >> 32) % 13 == 0 ? NAN : (double) ((h >> 40) % 2);
		rows[i].y[1] = is_late && i < 700 ? (double) (h % 2) : (double) (h % 64) / 4.0;
		rows[i].fold = (h >> 48) % 9 == 0 ? -1 : (int32_t) ((h >> 52) % 6);
	}
}

static void
begin_fits(StepFit *fits)
{
	int i;

	for (i = 0; i < FITS; i++)
	{
		Step step;

		step_begin(&step, kinds[i].kind);
		step.input = step_takes_category(&step) ? INPUT_CATEGORY : INPUT_NUMBER;
		if (kinds[i].kind == STEP_CYCLIC)
			step.period = 24.0;
		if (kinds[i].target >= 0)
		{
			const char *name = target_names[kinds[i].target];

			CHECK(text_make(&step.target, &unit_allocator, name, strlen(name)) == KERNEL_OK);
		}
		if (kinds[i].fold != NULL)
			CHECK(text_make(&step.fold, &unit_allocator, kinds[i].fold, strlen(kinds[i].fold)) ==
				  KERNEL_OK);
		CHECK(fit_begin(&fits[i], &step, &unit_allocator) == KERNEL_OK);
	}
}

static void
release_fits(StepFit *fits)
{
	int i;

	for (i = 0; i < FITS; i++)
		fit_release(&fits[i], &unit_allocator);
}

/* Row i, one step after the other. */
static void
fit_alone(StepFit *fits, const Row *row)
{
	int i;

	for (i = 0; i < FITS; i++)
	{
		const char *text = kinds[i].level >= 0 ? row->levels[kinds[i].level] : NULL;
		double y = kinds[i].target >= 0 ? row->y[kinds[i].target] : 0.0;

		if (kinds[i].level < 0)
			CHECK(fit_number(&fits[i], &unit_allocator, NULL, row->x) == KERNEL_OK);
		else if (!isnan(y))
			CHECK(fit_text(&fits[i], &unit_allocator, NULL, text, text != NULL ? strlen(text) : 0,
						   kinds[i].fold != NULL ? row->fold : -1, 0, y) == KERNEL_OK);
	}
}

static void
begin_waiting(WaitingRows *waiting, const StepFit *fits)
{
	bool takes[FITS];
	int i;

	for (i = 0; i < FITS; i++)
		takes[i] = waiting_rows_take(&fits[i]);
	CHECK(waiting_rows_begin(waiting, fits, FITS, takes, &unit_allocator) == KERNEL_OK);
	/* The first two of the targets have the same names, and so has the last. */
	CHECK(waiting->n_numbers == 2 && waiting->n_categories == 6 && waiting->n_targets == 2);
}

/* Row i among those that wait; false when a text was refused. */
static bool
put_row(WaitingRows *waiting, StepFit *fits, const Row *row)
{
	double *numbers = waiting_rows_next(waiting);
	uint32_t at = waiting->n - 1;
	bool all_ok = true;
	uint32_t i;

	numbers[0] = numbers[1] = row->x;
	for (i = 0; i < waiting->n_targets; i++)
	{
		bool has_fold = waiting->targets[i].fold != NULL;

		waiting->targets[i].y[at] = row->y[strcmp(waiting->targets[i].target, "y") != 0];
		waiting->targets[i].slots[at] =
			has_fold && !isnan(waiting->targets[i].y[at]) ? (uint32_t) (row->fold + 1) : 0;
	}
	for (i = 0; i < waiting->n_categories; i++)
	{
		WaitingCategory *category = &waiting->categories[i];
		const char *text = row->levels[kinds[category->fit].level];
		bool is_left_out = category->target >= 0 && isnan(waiting->targets[category->target].y[at]);

		category->keys[at] = 0;
		if (text != NULL && (!is_left_out || strlen(text) <= DICTIONARY_SHORT))
			all_ok &= waiting_rows_text(category, &fits[category->fit], &unit_allocator, at, text,
										strlen(text)) == KERNEL_OK;
	}
	return all_ok;
}

static void
check_same(StepFit *a, StepFit *b)
{
	Step steps[2];
	Transform transforms[2] = {{false, 1, &steps[0]}, {false, 1, &steps[1]}};
	uint8_t *bytes[2];
	size_t n[2];
	int i;

	CHECK(a->rows == b->rows && a->missing == b->missing && a->folds == b->folds);
	CHECK(a->is_not_binary == b->is_not_binary && a->levels.n == b->levels.n);
	for (i = 0; i < 2; i++)
	{
		CHECK(fit_finish(i == 0 ? a : b, &unit_allocator, NULL, &steps[i]) == KERNEL_OK);
		CHECK(transform_encode(&transforms[i], &unit_allocator, &bytes[i], &n[i]) == KERNEL_OK);
	}
	CHECK(n[0] == n[1] && memcmp(bytes[0], bytes[1], n[0]) == 0);
	for (i = 0; i < 2; i++)
	{
		step_release(&steps[i], &unit_allocator);
		memory_release(&unit_allocator, bytes[i], n[i], 1);
	}
}

/* Flushed when there is no room, and every `often` rows. */
static void
check_rows(uint32_t often)
{
	StepFit alone[FITS];
	StepFit together[FITS];
	WaitingRows waiting;
	uint32_t i;

	begin_fits(alone);
	begin_fits(together);
	begin_waiting(&waiting, together);
	for (i = 0; i < ROWS; i++)
	{
		fit_alone(alone, &rows[i]);
		if (waiting.n == WAITING_ROWS || i % often == often - 1)
			CHECK(waiting_rows_flush(&waiting, together, FITS, &unit_allocator, NULL) == KERNEL_OK);
		CHECK(put_row(&waiting, together, &rows[i]));
	}
	CHECK(waiting_rows_flush(&waiting, together, FITS, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(waiting_rows_flush(&waiting, together, FITS, &unit_allocator, NULL) == KERNEL_OK);
	for (i = 0; i < FITS; i++)
		check_same(&alone[i], &together[i]);
	waiting_rows_end(&waiting, &unit_allocator);
	release_fits(alone);
	release_fits(together);
}

static void
case_same_as_alone(void)
{
	make_rows(false);
	check_rows(ROWS + 1);
	check_rows(1);
	check_rows(37);
}

/* Targets that are 0 or 1 up to a row, and not from it on. */
static void
case_late_numbers(void)
{
	make_rows(true);
	check_rows(ROWS + 1);
	check_rows(37);
}

/* Tallies go to their cells before there is no room for them. */
static void
case_full_tallies(void)
{
	StepFit fits[FITS];
	WaitingRows waiting;

	make_rows(false);
	begin_fits(fits);
	begin_waiting(&waiting, fits);
	CHECK(put_row(&waiting, fits, &rows[1]));
	CHECK(waiting_rows_flush(&waiting, fits, FITS, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(fits[0].n_tallied == 1);
	fits[0].n_tallied = UINT32_MAX - WAITING_ROWS + 1;
	CHECK(put_row(&waiting, fits, &rows[2]));
	CHECK(waiting_rows_flush(&waiting, fits, FITS, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(fits[0].n_tallied == 1);
	waiting_rows_end(&waiting, &unit_allocator);
	release_fits(fits);
}

/* Rows without a target leave nothing behind, not even a level. */
static void
case_left_out(void)
{
	StepFit fits[FITS];
	WaitingRows waiting;
	Row row = {1.0, {"red", "green", "blue"}, {NAN, NAN}, 3};

	begin_fits(fits);
	begin_waiting(&waiting, fits);
	CHECK(put_row(&waiting, fits, &row));
	CHECK(waiting_rows_flush(&waiting, fits, FITS, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(fits[0].rows == 1 && fits[0].levels.n == 1);
	CHECK(fits[1].rows == 0 && fits[1].levels.n == 0 && fits[1].folds == 0);
	/* Beside one that has one. */
	CHECK(put_row(&waiting, fits, &row));
	row = (Row){1.0, {"red", "green", "blue"}, {1.0, 0.5}, 2};
	CHECK(put_row(&waiting, fits, &row));
	CHECK(waiting_rows_flush(&waiting, fits, FITS, &unit_allocator, NULL) == KERNEL_OK);
	CHECK(fits[1].rows == 1 && fits[1].levels.n == 1 && fits[1].folds == 3);
	CHECK(fits[1].missing == 0 && fits[6].rows == 1);
	waiting_rows_end(&waiting, &unit_allocator);
	release_fits(fits);
}

/* A refusal at any place is a status, and leaks nothing. */
static void
case_refused(void)
{
	int refused = 0;
	int after;

	make_rows(false);
	for (after = 0; after < 60; after++)
	{
		bool takes[FITS];
		StepFit fits[FITS];
		WaitingRows waiting;
		Status status;
		int i;

		begin_fits(fits);
		for (i = 0; i < FITS; i++)
			takes[i] = waiting_rows_take(&fits[i]);
		unit_allocator_fail_after(after);
		status = waiting_rows_begin(&waiting, fits, FITS, takes, &unit_allocator);
		for (i = 0; i < WAITING_ROWS && status == KERNEL_OK; i++)
			status = put_row(&waiting, fits, &rows[i]) ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
		if (status == KERNEL_OK)
			status = waiting_rows_flush(&waiting, fits, FITS, &unit_allocator, NULL);
		unit_allocator_fail_after(-1);
		CHECK(status == KERNEL_OK || status == KERNEL_OUT_OF_MEMORY);
		refused += status != KERNEL_OK;
		waiting_rows_end(&waiting, &unit_allocator);
		release_fits(fits);
	}
	CHECK(refused > 20);
}

UNIT_MAIN({"same as alone", case_same_as_alone}, {"late numbers", case_late_numbers},
		  {"full tallies", case_full_tallies}, {"left out", case_left_out},
		  {"refused", case_refused})
