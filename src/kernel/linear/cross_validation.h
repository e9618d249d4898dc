/*
 * cross_validation.h: which penalty of a path predicts best, from sums that were kept apart by fold.
 *
 * The rows of all folds but one give a path; the error of its solutions on the rows of that fold
 * is a quadratic form of the fold's own sums.  So k folds take one scan.  Means, frequencies and
 * scales are those of the rows trained on, as if the fold had not been seen; levels and terms are
 * those of all rows.
 */
#ifndef ORCHARD_KERNEL_LINEAR_CROSS_VALIDATION_H
#define ORCHARD_KERNEL_LINEAR_CROSS_VALIDATION_H

#include "kernel/linear/regularization_path.h"

typedef struct CrossValidation
{
	/* given; the arrays belong to the caller */
	const Allocator *allocator;
	LeastSquares *const *folds; /* n_folds; NULL = no row.  They are settled, else unchanged */
	int32_t n_folds;
	const Design *design; /* of all rows */
	PathOptions options;
	const double *alphas; /* n_alphas, descending */
	int32_t n_alphas;

	/* found */
	PenaltyScore *scores;	 /* n_alphas, room from the caller */
	int32_t n_used;			 /* folds that have rows */
	int32_t n_not_converged; /* solutions, of n_used * n_alphas */
} CrossValidation;

/*
 * folds_merge
 *		A new state of the rows of all folds but `left_out` (-1: of all).
 *
 * KERNEL_OK, or what least_squares_merge returns; then there is no new state.
 */
extern Status folds_merge(LeastSquares *const *folds, int32_t n_folds, int32_t left_out,
						  const Allocator *allocator, LeastSquares **merged);

/* Folds that have rows. */
extern int32_t folds_used(LeastSquares *const *folds, int32_t n_folds);

/*
 * cross_validate
 *		The scores of the penalties.
 *
 * At least two folds have rows.  Returns KERNEL_OK, KERNEL_OUT_OF_MEMORY, KERNEL_TOO_LARGE,
 * KERNEL_OVERFLOW, KERNEL_STOPPED.
 */
extern Status cross_validate(CrossValidation *validation, const StopCheck *stop);

/*
 * The same turn by turn, where the features themselves are learnt from the rows trained on: begin, then
 * for each fold a turn with folds and a design of its own, then end, after two turns or more.  Statuses
 * as of cross_validate; a turn that fails ends the validation.
 */
extern void cross_validation_begin(CrossValidation *validation);
extern Status cross_validation_turn(CrossValidation *validation, int32_t left_out,
									const StopCheck *stop);
extern void cross_validation_end(CrossValidation *validation);

/* The score with the least error; with one_error the first whose error is within its standard error of that. */
extern int32_t cross_validation_choose(const PenaltyScore *scores, int32_t n, bool one_error);

#endif /* ORCHARD_KERNEL_LINEAR_CROSS_VALIDATION_H */
