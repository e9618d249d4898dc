/*
 * waiting_rows.h: rows of a recipe that wait, so that its steps take them column by column.
 *
 * Call order: waiting_rows_begin; for each row a place by waiting_rows_next, then what the row has for
 * each number, target and category; waiting_rows_flush when `n` is WAITING_ROWS and before the fits
 * are merged, coded or finished; waiting_rows_end.
 *
 * Numbers stand row by row, in the order of the steps that take some.  The category of a row is the
 * key of its text where the text is short, else its level, which is looked up at once.  All texts of a
 * column are looked up together, while its dictionary is in the processor's cache, and then counted.
 * Steps of one target and one column of folds share them.  What waits here: steps of categories with
 * nothing behind them and no target of text.  Others take their rows one by one.
 */
#ifndef ORCHARD_KERNEL_PREP_WAITING_ROWS_H
#define ORCHARD_KERNEL_PREP_WAITING_ROWS_H

#include "kernel/prep/fit.h"

#define WAITING_ROWS 64
#define WAITING_LEVEL DICTIONARY_LONG_KEY /* set in a key that is a level */

/* The texts of one step. */
typedef struct WaitingCategory
{
	uint32_t fit;
	int32_t target;				 /* that its rows are of; -1: none */
	uint32_t n_levels;			 /* keys that are levels */
	uint64_t keys[WAITING_ROWS]; /* 0: NULL */
} WaitingCategory;

/* Targets and folds that steps have in common. */
typedef struct WaitingTarget
{
	const char *target; /* names, of the first of the steps; fold may be NULL */
	const char *fold;
	double y[WAITING_ROWS];		  /* NaN: the row is left out */
	uint32_t slots[WAITING_ROWS]; /* fold + 1, 0 for none */
} WaitingTarget;

typedef struct WaitingRows
{
	uint32_t n; /* rows */
	uint32_t n_numbers;
	uint32_t n_categories;
	uint32_t n_targets;
	uint32_t target_capacity;
	bool is_begun;
	double *numbers; /* WAITING_ROWS of n_numbers; all owned */
	WaitingCategory *categories;
	WaitingTarget *targets;
} WaitingRows;

/* Can the rows of the step wait, unless its target is a text? */
static inline bool
waiting_rows_take(const StepFit *fit)
{
	return step_counts_levels(&fit->step) && fit->step.kind != STEP_IMPUTE && fit->n_after == 0;
}

/*
 * waiting_rows_begin
 *		Room for rows of the fits, and for categories of those that takes[] says.
 *
 * The fits live longer.  OUT_OF_MEMORY: nothing is held.
 */
extern Status waiting_rows_begin(WaitingRows *rows, const StepFit *fits, uint32_t n_fits,
								 const bool *takes, const Allocator *allocator);

/* The numbers of one row more; there must be room for it. */
static inline double *
waiting_rows_next(WaitingRows *rows)
{
	return rows->numbers + (size_t) rows->n++ * rows->n_numbers;
}

/* A text of any length into row `row` of the category, which is the fit's. */
extern Status waiting_rows_text(WaitingCategory *category, StepFit *fit, const Allocator *allocator,
								uint32_t row, const char *text, size_t length);

/*
 * waiting_rows_flush
 *		All rows that wait into their fits.
 *
 * Statuses as of fit_number and fit_level.
 */
extern Status waiting_rows_flush(WaitingRows *rows, StepFit *fits, uint32_t n_fits,
								 const Allocator *allocator, const StopCheck *stop);

extern void waiting_rows_end(WaitingRows *rows, const Allocator *allocator);

#endif /* ORCHARD_KERNEL_PREP_WAITING_ROWS_H */
