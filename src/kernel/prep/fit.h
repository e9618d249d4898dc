/*
 * fit.h: the mergeable state that a step is learnt from.
 *
 * Call order: fit_begin with the options, fit_numbers or fit_text for each row, fit_merge with
 * other states of the same options, fit_finish.  What a state holds depends on the kind:
 * moments and the range, a sample for quantiles, or counts and targets by (level, fold, class).
 *
 * Chains of steps are fitted in the same pass.  A step that learns nothing hands on what it makes of
 * each row.  One that learns what stands for missing values hands on the row as it is, and the steps
 * behind it take their missing values for that one at the end.  Any other keeps all the values that
 * it takes, each with its number of times, or counts by level: at the end the steps behind it are
 * fitted to what it makes of them (fit_chain.c).  So the order and the parts of the rows do not
 * matter, and equal values are kept once.
 *
 * Level 0 is NULL, level 1 + code a text of the dictionary; fold 0 has the rows without one,
 * fold 1 + f those of fold f.  Of a target of text a cell counts the rows of each class.  As long as
 * the targets are zeros and ones, cells have their numbers only, and m2 is for fit_settle to fill in.
 */
#ifndef ORCHARD_KERNEL_PREP_FIT_H
#define ORCHARD_KERNEL_PREP_FIT_H

#include <math.h>

#include "kernel/dataset/dictionary.h"
#include "kernel/prep/apply.h"
#include "kernel/prep/sample.h"
#include "kernel/prep/step.h"
#include "kernel/stat/moments.h"

#define FIT_BLOCK 32 /* values that wait to be added to the moments together; BLOCK_ROWS at most */
#define FIT_FOLDS 1000 /* folds are 0 .. FIT_FOLDS - 1 */

typedef struct StepFit StepFit;

/* Rows that wait to be added to a cell, and in the upper half how many of them have the target 1. */
typedef uint64_t Tally;

/* One row. */
static inline Tally
tally_of(bool is_one)
{
	return UINT64_C(1) | (uint64_t) is_one << 32;
}

struct StepFit
{
	Step step; /* options, and the column's family; owned */
	uint64_t rows;
	uint64_t missing;  /* of them NULL or NaN */
	Variance variance; /* of all values but those of the block */
	double block[FIT_BLOCK];
	uint32_t n_block;
	double minimum;
	double maximum;
	Sample sample;
	Dictionary levels;
	Dictionary classes; /* of a target of text */
	Variance *cells;	/* by (level, fold, class), but for the tallies; owned */
	Tally *tallies; /* likewise: a fifth of the cells' memory, which rows touch anywhere; owned */
	uint32_t n_tallied;	  /* rows in them */
	uint32_t level_slots; /* rows of cells */
	uint32_t fold_slots;
	uint32_t class_slots;
	uint32_t folds;		/* the largest fold seen + 1 */
	bool is_not_binary; /* a target was a number other than 0 and 1 */

	/* Of a chain. */
	StepFit *before; /* of a polynomial: one a column, or none; owned */
	uint32_t n_before;
	Applier *appliers; /* of those, when the polynomial hands on rows; owned */
	StepFit *after;	   /* that take the outputs of the rows: one an output, or none; owned */
	uint32_t n_after;
	double *outputs; /* scratch, n_after; owned */
};

/*
 * Takes over `step`, whose memory is the allocator's, with its input and width.  OUT_OF_MEMORY: it is
 * released, and nothing is held.
 */
extern Status fit_begin(StepFit *fit, const Step *step, const Allocator *allocator);

/* Is it one step that takes one number, and hands nothing on? */
static inline bool
fit_is_single(const StepFit *fit)
{
	return fit->n_after == 0 && !fit->sample.is_whole && fit->step.kind != STEP_POLYNOMIAL;
}

/* Numbers of a row that the fit takes: none of a category, or where nothing depends on them. */
static inline uint32_t
fit_width(const StepFit *fit)
{
	if (step_takes_category(&fit->step))
		return 0;
	if (fit->step.kind == STEP_POLYNOMIAL)
		return fit->n_after + fit->n_before > 0 ? (uint32_t) fit->step.width : 0;
	return 1;
}

/*
 * fit_numbers
 *		`times` rows of a step of numbers and those behind it; x[fit_width(fit)]: NaN when missing.
 *
 * Statuses as of fit_number.
 */
extern Status fit_numbers(StepFit *fit, const Allocator *allocator, const StopCheck *stop,
						  const double *x, double times);

/*
 * fit_number_rows
 *		n_rows rows, `stride` numbers apart, of steps whose numbers stand one after the other in a row.
 *
 * Numbers of steps of categories are none.  Statuses as of fit_number, for which no number is infinite.
 */
extern Status fit_number_rows(StepFit *fits, uint32_t n_fits, const Allocator *allocator,
							  const StopCheck *stop, const double *numbers, size_t stride,
							  uint32_t n_rows);

/*
 * fit_text
 *		One row of a step of categories and those behind it.
 *
 * text: NULL when missing.  fold, class and y: as of fit_level, the class that of the encoder.
 */
extern Status fit_text(StepFit *fit, const Allocator *allocator, const StopCheck *stop,
					   const char *text, size_t length, int32_t fold, uint32_t class, double y);

/* The fit of step_encoder's step. */
static inline StepFit *
fit_encoder(StepFit *fit)
{
	while (fit->step.kind == STEP_IMPUTE && fit->n_after > 0)
		fit = &fit->after[0];
	return fit;
}

/* Does the kind keep a sample, moments or cells? */
extern bool step_keeps_sample(const Step *step);

static inline bool
step_keeps_moments(const Step *step)
{
	return step->kind == STEP_STANDARD ||
		(step->kind == STEP_IMPUTE && step->strategy == IMPUTE_MEAN);
}

/* What reads the values of a step when rows have been read. */
static inline bool
step_counts_levels(const Step *step)
{
	return step_takes_category(step) && step->kind != STEP_HASH;
}

/* Moments of all values.  OVERFLOW. */
extern Status fit_moments(const StepFit *fit, Variance *moments);

/* The block into the moments. */
extern Status fit_flush(StepFit *fit);

/* fit_number for a value that the moments alone do not take. */
extern Status fit_range_and_sample(StepFit *fit, const Allocator *allocator, const StopCheck *stop,
								   double x);

/*
 * fit_number
 *		One row of a column of numbers; x: NaN when missing.
 *
 * Returns KERNEL_INVALID for an infinite x (nothing changed), OVERFLOW, OUT_OF_MEMORY, STOPPED.
 */
static inline Status
fit_number(StepFit *fit, const Allocator *allocator, const StopCheck *stop, double x)
{
	if (__builtin_expect(!isfinite(x), 0))
	{
		if (isinf(x))
			return KERNEL_INVALID;
		fit->rows++;
		fit->missing++;
		return KERNEL_OK;
	}
	fit->rows++;
	if (step_keeps_moments(&fit->step))
	{
		fit->block[fit->n_block++] = x;
		return fit->n_block < FIT_BLOCK ? KERNEL_OK : fit_flush(fit);
	}
	return fit_range_and_sample(fit, allocator, stop, x);
}

/* The code of a text, added when new: the level of the row is 1 + code. */
static inline Status
fit_code(Dictionary *dictionary, const Allocator *allocator, const char *text, size_t length,
		 int32_t *code)
{
	*code = dictionary_find(dictionary, text, length);
	return *code >= 0 ? KERNEL_OK : dictionary_add(dictionary, allocator, text, length, code);
}

/* Room for cells up to these; called by fit_level. */
extern Status fit_reserve(StepFit *fit, const Allocator *allocator, uint32_t levels, uint32_t folds,
						  uint32_t classes);

/* The tallies into the cells. */
extern void fit_take_tallies(StepFit *fit);

/* No longer binary: m2 of all cells. */
extern void fit_square(StepFit *fit);

/* Takes the rows of level 0, which are missing, for rows of another. */
extern Status fit_move_missing(StepFit *fit, const Allocator *allocator, uint32_t level);

static inline size_t
fit_cell_place(const StepFit *fit, uint32_t level, uint32_t fold, uint32_t class)
{
	return ((size_t) level * fit->fold_slots + fold) * fit->class_slots + class;
}

/* Of a fit whose tallies were taken. */
static inline Variance *
fit_cell(const StepFit *fit, uint32_t level, uint32_t fold, uint32_t class)
{
	return fit->cells + fit_cell_place(fit, level, fold, class);
}

/* One row into the cell, of a count or of a target of 0 or 1. */
static inline void
fit_tally(StepFit *fit, size_t place, bool is_one)
{
	fit->tallies[place] += tally_of(is_one);
	if (__builtin_expect(++fit->n_tallied == UINT32_MAX, 0))
		fit_take_tallies(fit);
}

/*
 * fit_level
 *		One row of a column of texts.
 *
 * level: 0 for NULL, else 1 + code.  fold: -1 for none.  class: code of the target's class, 0 for a
 * number.  y: the target, finite, when it is a number.
 */
static inline Status
fit_level(StepFit *fit, const Allocator *allocator, uint32_t level, int32_t fold, uint32_t class,
		  double y)
{
	size_t place;

	if (__builtin_expect(level >= fit->level_slots || (uint32_t) (fold + 1) >= fit->fold_slots ||
							 class >= fit->class_slots,
						 0))
	{
		Status status = fit_reserve(fit, allocator, level + 1, (uint32_t) (fold + 2), class + 1);

		if (status != KERNEL_OK)
			return status;
	}
	fit->rows++;
	fit->missing += level == 0;
	if (fold >= 0 && (uint32_t) fold >= fit->folds)
		fit->folds = (uint32_t) fold + 1;
	place = fit_cell_place(fit, level, (uint32_t) (fold + 1), class);
	if (!step_has_target(fit->step.kind) || fit->classes.n > 0)
	{
		fit_tally(fit, place, false);
		return KERNEL_OK;
	}
	if (__builtin_expect(!fit->is_not_binary, 1))
	{
		if (y == 0.0 || y == 1.0)
		{
			fit_tally(fit, place, y == 1.0);
			return KERNEL_OK;
		}
		fit_square(fit);
		fit->is_not_binary = true;
	}
	return variance_add(&fit->cells[place], y);
}

/* into = both together; KERNEL_INVALID when options or targets differ. */
extern Status fit_merge(StepFit *into, const Allocator *allocator, const StopCheck *stop,
						const StepFit *from);

/* Into the form that is encoded. */
extern Status fit_settle(StepFit *fit, const Allocator *allocator, const StopCheck *stop);
extern size_t fit_encoded_size(const StepFit *fit);
extern void fit_encode(const StepFit *fit, ByteWriter *writer);
extern Status fit_decode(StepFit *fit, const Allocator *allocator, ByteReader *reader);

extern void fit_release(StepFit *fit, const Allocator *allocator);

/* Releases n fits and their array, which may be NULL. */
extern void fit_release_list(StepFit *fits, uint32_t n, const Allocator *allocator);

/*
 * fit_finish
 *		What was learnt, as a step with the options of the fit.
 *
 * The state stays what it is but for its settled form.  OUT_OF_MEMORY, STOPPED, OVERFLOW: nothing
 * is held.
 */
extern Status fit_finish(StepFit *fit, const Allocator *allocator, const StopCheck *stop,
						 Step *step);

#endif /* ORCHARD_KERNEL_PREP_FIT_H */
