/*
 * waiting_rows.c: rows of a recipe into its fits, column by column.
 */
#include "kernel/prep/waiting_rows.h"

#include <math.h>
#include <string.h>

/* What the rows of a target are to the fits that have it. */
typedef struct TargetRows
{
	const double *y;	   /* NaN: left out; NULL: no target, all rows count */
	const uint32_t *slots; /* NULL: all 0 */
	Tally each[WAITING_ROWS];
	uint32_t n_counted; /* rows that are not left out */
	uint32_t n_slots;	/* the largest slot + 1 */
	bool is_binary;		/* are all targets 0 or 1? */
} TargetRows;

static bool
same_name(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The place of the step's target among those of the rows. */
static Status
place_target(WaitingRows *rows, const Step *step, const Allocator *allocator, int32_t *place)
{
	uint32_t i;

	*place = -1;
	if (!step_has_target(step->kind))
		return KERNEL_OK;
	for (i = 0; i < rows->n_targets; i++)
	{
		if (same_name(rows->targets[i].target, step->target) &&
			same_name(rows->targets[i].fold, step->fold))
			break;
	}
	*place = (int32_t) i;
	if (i < rows->n_targets)
		return KERNEL_OK;
	if (i == rows->target_capacity)
	{
		uint32_t capacity = i > 0 ? 2 * i : 1;
		WaitingTarget *targets =
			memory_reallocate(allocator, rows->targets, i, capacity, sizeof(WaitingTarget));

		if (targets == NULL)
			return KERNEL_OUT_OF_MEMORY;
		rows->targets = targets;
		rows->target_capacity = capacity;
	}
	rows->targets[i].target = step->target;
	rows->targets[i].fold = step->fold;
	rows->n_targets++;
	return KERNEL_OK;
}

Status
waiting_rows_begin(WaitingRows *rows, const StepFit *fits, uint32_t n_fits, const bool *takes,
				   const Allocator *allocator)
{
	Status status = KERNEL_OK;
	uint32_t n = 0;
	uint32_t i;

	*rows = (WaitingRows){.is_begun = true};
	for (i = 0; i < n_fits; i++)
	{
		rows->n_numbers += fit_width(&fits[i]);
		rows->n_categories += takes[i];
	}
	rows->numbers =
		memory_allocate(allocator, WAITING_ROWS, sizeof(double) * (size_t) rows->n_numbers);
	rows->categories = memory_allocate(allocator, rows->n_categories, sizeof(WaitingCategory));
	if ((rows->n_numbers > 0 && rows->numbers == NULL) ||
		(rows->n_categories > 0 && rows->categories == NULL))
		status = KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < n_fits && status == KERNEL_OK; i++)
	{
		if (!takes[i])
			continue;
		rows->categories[n].fit = i;
		rows->categories[n].n_levels = 0;
		status = place_target(rows, &fits[i].step, allocator, &rows->categories[n].target);
		n++;
	}
	if (status != KERNEL_OK)
		waiting_rows_end(rows, allocator);
	return status;
}

void
waiting_rows_end(WaitingRows *rows, const Allocator *allocator)
{
	memory_release(allocator, rows->numbers, WAITING_ROWS,
				   sizeof(double) * (size_t) rows->n_numbers);
	memory_release(allocator, rows->categories, rows->n_categories, sizeof(WaitingCategory));
	memory_release(allocator, rows->targets, rows->target_capacity, sizeof(WaitingTarget));
	*rows = (WaitingRows){0};
}

Status
waiting_rows_text(WaitingCategory *category, StepFit *fit, const Allocator *allocator, uint32_t row,
				  const char *text, size_t length)
{
	int32_t code;
	Status status;

	if (length <= DICTIONARY_SHORT)
	{
		category->keys[row] = dictionary_short_key(text, length);
		return KERNEL_OK;
	}
	status = fit_code(&fit->levels, allocator, text, length, &code);
	if (status != KERNEL_OK)
		return status;
	category->keys[row] = WAITING_LEVEL | (uint32_t) (code + 1);
	category->n_levels++;
	return KERNEL_OK;
}

/* Rows without a target: all count. */
static void
count_all(TargetRows *rows, uint32_t n)
{
	uint32_t i;

	*rows = (TargetRows){.n_counted = n, .n_slots = 1, .is_binary = true};
	for (i = 0; i < n; i++)
		rows->each[i] = tally_of(false);
}

static void
read_target(TargetRows *rows, const WaitingTarget *target, uint32_t n)
{
	uint32_t i;

	*rows = (TargetRows){.y = target->y, .slots = target->slots, .n_slots = 1, .is_binary = true};
	for (i = 0; i < n; i++)
	{
		double y = target->y[i];
		bool is_counted = !isnan(y);

		rows->each[i] = is_counted ? tally_of(y == 1.0) : 0;
		rows->n_counted += is_counted;
		rows->is_binary &= !is_counted || y == 0.0 || y == 1.0;
		if (target->slots[i] >= rows->n_slots)
			rows->n_slots = target->slots[i] + 1;
	}
}

/* The text of the key is a new level. */
static Status
add_level(StepFit *fit, const Allocator *allocator, uint64_t key, uint32_t *level)
{
	char text[DICTIONARY_SHORT];
	size_t length = dictionary_key_text(key, text);
	int32_t code;
	Status status = dictionary_add(&fit->levels, allocator, text, length, &code);

	if (status == KERNEL_OK)
		*level = (uint32_t) (code + 1);
	return status;
}

/* Levels of short texts, and of long ones that are levels already. */
static Status
find_levels(StepFit *fit, const Allocator *allocator, WaitingCategory *category, uint32_t n,
			uint32_t *levels)
{
	uint32_t held[WAITING_ROWS] = {0};
	bool has_levels = category->n_levels > 0;
	Status status = KERNEL_OK;
	uint32_t missed;
	uint32_t i;

	for (i = 0; i < n && has_levels; i++)
	{
		bool is_level = (category->keys[i] & WAITING_LEVEL) != 0;

		held[i] = is_level ? (uint32_t) category->keys[i] : 0;
		category->keys[i] = is_level ? 0 : category->keys[i];
	}
	missed = dictionary_find_keys(&fit->levels, category->keys, n, levels);
	for (i = 0; i < n && missed > 0 && status == KERNEL_OK; i++)
	{
		if (levels[i] == 0 && category->keys[i] != 0)
			status = add_level(fit, allocator, category->keys[i], &levels[i]);
	}
	for (i = 0; i < n && has_levels; i++)
		levels[i] |= held[i];
	category->n_levels = 0;
	return status;
}

/* Rows of counts, or of targets that are 0 or 1. */
static void
tally_rows(StepFit *fit, const uint32_t *levels, const TargetRows *rows, uint32_t n)
{
	uint32_t i;

	if (fit->n_tallied > UINT32_MAX - WAITING_ROWS)
		fit_take_tallies(fit);
	fit->n_tallied += n;
	for (i = 0; i < n && rows->slots == NULL; i++)
		fit->tallies[fit_cell_place(fit, levels[i], 0, 0)] += rows->each[i];
	for (i = 0; i < n && rows->slots != NULL; i++)
		fit->tallies[fit_cell_place(fit, levels[i], rows->slots[i], 0)] += rows->each[i];
}

static Status
add_rows(StepFit *fit, const uint32_t *levels, const TargetRows *rows, uint32_t n)
{
	Status status = KERNEL_OK;
	uint32_t i;

	if (rows->y == NULL || (rows->is_binary && !fit->is_not_binary))
	{
		tally_rows(fit, levels, rows, n);
		return KERNEL_OK;
	}
	if (!fit->is_not_binary)
		fit_square(fit);
	fit->is_not_binary = true;
	for (i = 0; i < n && status == KERNEL_OK; i++)
	{
		if (!isnan(rows->y[i]))
			status = variance_add(fit_cell(fit, levels[i], rows->slots[i], 0), rows->y[i]);
	}
	return status;
}

static Status
flush_category(WaitingCategory *category, StepFit *fit, const Allocator *allocator,
			   const TargetRows *rows, uint32_t n)
{
	uint32_t levels[WAITING_ROWS];
	uint32_t missing = 0;
	Status status;
	uint32_t i;

	if (rows->n_counted == 0)
	{
		category->n_levels = 0;
		return KERNEL_OK;
	}
	/* The text of a row that is left out is no level. */
	for (i = 0; i < n && rows->n_counted < n; i++)
		category->keys[i] = rows->each[i] != 0 ? category->keys[i] : 0;
	status = find_levels(fit, allocator, category, n, levels);
	if (status == KERNEL_OK &&
		((uint32_t) fit->levels.n >= fit->level_slots || rows->n_slots > fit->fold_slots))
		status = fit_reserve(fit, allocator, (uint32_t) fit->levels.n + 1, rows->n_slots, 1);
	if (status != KERNEL_OK)
		return status;
	fit->rows += rows->n_counted;
	for (i = 0; i < n; i++)
		missing += (levels[i] == 0) & (rows->each[i] != 0);
	fit->missing += missing;
	if (rows->n_slots > fit->folds + 1)
		fit->folds = rows->n_slots - 1;
	return add_rows(fit, levels, rows, n);
}

Status
waiting_rows_flush(WaitingRows *rows, StepFit *fits, uint32_t n_fits, const Allocator *allocator,
				   const StopCheck *stop)
{
	TargetRows target = {0};
	int32_t current = -2; /* whose rows `target` is; -2: none yet */
	Status status = KERNEL_OK;
	uint32_t n = rows->n;
	uint32_t i;

	rows->n = 0;
	if (n == 0)
		return KERNEL_OK;
	status = fit_number_rows(fits, n_fits, allocator, stop, rows->numbers, rows->n_numbers, n);
	for (i = 0; i < rows->n_categories && status == KERNEL_OK; i++)
	{
		WaitingCategory *category = &rows->categories[i];

		if (category->target != current && category->target < 0)
			count_all(&target, n);
		else if (category->target != current)
			read_target(&target, &rows->targets[category->target], n);
		current = category->target;
		status = flush_category(category, &fits[category->fit], allocator, &target, n);
	}
	return status;
}
