/*
 * fit_recipe.h: the option "preprocess": a recipe between a row's columns and the features.
 *
 * Of a fitted recipe the first features of a spec are its outputs, and each row is transformed as it
 * comes.  One that is not fitted yet is learnt from the training rows: these are kept by what its
 * steps read, which are the first features of the spec then, and at the end the recipe is learnt
 * from them and they are transformed into the state of another spec.
 */
#ifndef ORCHARD_PG_FIT_RECIPE_H
#define ORCHARD_PG_FIT_RECIPE_H

#include "postgres.h"

#include "pg/fit_state.h"

/* Does a step of the options' recipe read the column, as value or as fold? */
extern bool fit_recipe_reads(const FitOptions *options, const char *name);

/* The recipe of the options into the spec, before its features. */
extern void fit_recipe_begin(FitSpec *spec);

/* Raises the error of a column that the recipe reads and that is missing, or has another role. */
extern void fit_recipe_check(const FitOptions *options, const char *target,
							 const RowLayout *layout);

/* The features that come first; layout: NULL of those of a decoded spec, whose families are known. */
extern void fit_recipe_add_features(FitSpec *spec, const RowLayout *layout);

/* How many those are, before they are added. */
extern int fit_recipe_features(const FitSpec *spec);

/* Gives the outputs of a fitted recipe names that no other feature has. */
extern void fit_recipe_name_outputs(FitSpec *spec);

/* After decoding: are the first features those of the recipe? */
extern bool fit_recipe_matches(FitSpec *spec);

/* The columns of the steps. */
extern void fit_recipe_bind(const FitSpec *spec, FitBinding *binding);

/* The first features of the row in the binding's layout, into numbers and codes. */
extern void fit_recipe_read(FitState *state, const FitBinding *binding);

/* 22023 for an output that no model can use: infinite, or NaN where the step read no missing value. */
extern void fit_recipe_require_usable(const FitSpec *spec, int feature, const Step *step,
									  double value, bool is_missing);

/*
 * fit_recipe_learn
 *		The state that kept rows give once the recipe is learnt from them (fit_learn.c).
 *
 * In the account, with a spec in the current memory context.  The rows of `spent`, the same state or
 * NULL, are given back.  keeps_rows: the state has rows where sums would do.  Targets and folds count as they do for orchard.fit_recipe; weights do not.
 */
extern FitState *fit_recipe_learn(const FitState *state, FitState *spent, bool keeps_rows,
								  MemoryAccount *account);

/* What the folds of a turn's state are. */
enum
{
	FOLD_MEASURED,
	FOLD_TRAINED
};

/*
 * fit_recipe_learn_turn
 *		The state of a turn of cross-validation, in which fold `left_out` is measured.
 *
 * The recipe is learnt from the rows of the other folds.  Their sums are fold FOLD_TRAINED of the new
 * state, with encodings of the target out of fold where the recipe has folds; those of `left_out`, as
 * they would be scored, are FOLD_MEASURED.  A fold without rows is NULL.
 */
extern FitState *fit_recipe_learn_turn(const FitState *state, int left_out, MemoryAccount *account);

#endif /* ORCHARD_PG_FIT_RECIPE_H */
