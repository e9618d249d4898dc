/*
 * fit_cv.c: the penalty of a linear regression by cross-validation over the folds of its state.
 */
#include "postgres.h"

#include <math.h>

#include "utils/memutils.h"

#include "kernel/linear/cross_validation.h"

#include "pg/fit_recipe.h"
#include "pg/fit_work.h"

/* The penalties: given ones, or the grid of all rows. */
static const double *
find_alphas(Fit *fit, const PathOptions *options, int *n)
{
	const PenaltyOptions *penalties = &fit->spec->options->penalties;
	RegularizationPath path;
	double *alphas;

	*n = penalties->n_alphas;
	if (penalties->alphas != NULL)
		return penalties->alphas;
	alphas = palloc(sizeof(double) * penalties->n_alphas);
	fit_require(fit,
				path_begin(&path, fit->sums, &fit->design, options, &fit->account->allocator,
						   &fit->account->stop));
	*n = path_grid(&path, penalties->n_alphas, penalties->eps, alphas);
	path_end(&path);
	return alphas;
}

/* What the model tells of it. */
static void
keep_scores(Fit *fit, const CrossValidation *validation, int chosen)
{
	Model *model = &fit->model;

	model->cv_folds = validation->n_used;
	model->cv_l1_ratio = validation->options.l1_ratio;
	model->cv_chosen = chosen;
	model->n_scores = validation->n_alphas;
	model->scores = validation->scores;
	if (validation->n_not_converged > 0)
		fit_add_warning(
			fit,
			psprintf(
				"coordinate descent did not converge for %d of %d penalties and folds of cross-validation",
				validation->n_not_converged, validation->n_used * validation->n_alphas));
}

/* One fold measured, with a recipe and a design of the rows of the others. */
static void
take_recipe_turn(Fit *fit, CrossValidation *validation, int fold)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller, "orchard fold", ALLOCSET_DEFAULT_SIZES);
	MemoryAccount *account;
	FitState *state;
	Fit *turn;

	MemoryContextSwitchTo(context);
	account = memory_account_create(context);
	account->hint = fit->account->hint;
	state = fit_recipe_learn_turn(fit->kept, fold, account);
	turn = fit_of_state(state);
	fit_design_of_sums(turn);
	validation->allocator = &turn->account->allocator;
	validation->folds = state->folds;
	validation->n_folds = FOLD_TRAINED + 1;
	validation->design = &turn->design;
	fit_require(turn, cross_validation_turn(validation, FOLD_MEASURED, &turn->account->stop));
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

/* The scores of penalties for features that each fold learns from the rows of the others. */
static void
validate_recipe(Fit *fit, CrossValidation *validation)
{
	LeastSquares *const *folds = fit->state->folds;
	int f;

	cross_validation_begin(validation);
	for (f = 0; f < fit->spec->options->cv.n_folds; f++)
	{
		if (folds[f] != NULL && least_squares_rows(folds[f]) > 0)
			take_recipe_turn(fit, validation, f);
	}
	cross_validation_end(validation);
}

void
fit_choose_penalty(Fit *fit, double *l1, double *l2)
{
	const FitOptions *options = fit->spec->options;
	CrossValidation validation = {.allocator = &fit->account->allocator,
								  .folds = fit->state->folds,
								  .n_folds = options->cv.n_folds,
								  .design = &fit->design,
								  .options = {.l1_ratio = options->penalties.l1_ratio,
											  .nonnegative = options->nonnegative,
											  .standardize = options->standardize}};
	int n_used = folds_used(validation.folds, validation.n_folds);
	double alpha;
	int chosen;

	if (n_used < 2)
	{
		fit_report_condition(
			fit,
			psprintf(
				"all rows are in one fold, so that cross-validation cannot choose a penalty, and there is none"));
		return;
	}
	validation.alphas = find_alphas(fit, &validation.options, &validation.n_alphas);
	validation.scores = palloc(sizeof(PenaltyScore) * validation.n_alphas);
	if (fit->kept != NULL)
		validate_recipe(fit, &validation);
	else
		fit_require(fit, cross_validate(&validation, &fit->account->stop));
	chosen = cross_validation_choose(validation.scores, validation.n_alphas, options->cv.one_error);
	keep_scores(fit, &validation, chosen);
	alpha = validation.alphas[chosen];
	*l1 = alpha * options->penalties.l1_ratio;
	*l2 = alpha * (1.0 - options->penalties.l1_ratio);
}
