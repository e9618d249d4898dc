/*
 * fit_linear.c: the models of the linear algorithms.
 */
#include "postgres.h"

#include <math.h>

#include "utils/memutils.h"

#include "kernel/linear/cross_validation.h"
#include "kernel/linear/glm.h"
#include "kernel/linear/huber.h"
#include "kernel/linear/quantile.h"
#include "kernel/linear/sandwich.h"
#include "kernel/linear/softmax.h"

#include "pg/fit_final.h"
#include "pg/fit_work.h"

#define ROUNDED_CONDITION 1e8 /* from where on rounding the columns leaves less than 8 digits */

/* Facts of the columns; target_mean: out, for the algorithms that need it. */
static void
collect_facts(Fit *fit, const LogisticOptions *logistic, double *target_mean)
{
	const FitState *state = fit->state;
	int c;

	fit->numbers = palloc0(sizeof(NumberFacts) * Max(fit->spec->n_numbers, 1));
	fit->level_weight = palloc0(sizeof(double *) * Max(fit->spec->n_categories, 1));
	fit->missing_weight = palloc0(sizeof(double) * Max(fit->spec->n_categories, 1));
	for (c = 0; c < fit->spec->n_categories; c++)
		fit->level_weight[c] = MemoryContextAllocExtended(
			CurrentMemoryContext, sizeof(double) * Max(state->dictionaries[c].n, 1),
			MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	if (target_mean != NULL)
		fit_require(fit,
					glm_level_facts(&state->dataset, &fit->account->allocator, &fit->account->stop,
									fit->numbers, fit->level_weight, fit->missing_weight,
									target_mean));
	else if (logistic != NULL)
		fit_require(fit,
					logistic_level_facts(&state->dataset, logistic, &fit->account->allocator,
										 &fit->account->stop, fit->numbers, fit->level_weight,
										 fit->missing_weight));
	if (fit->sums == NULL)
		return;
	least_squares_number_facts(fit->sums, fit->numbers);
	for (c = 0; c < fit->spec->n_categories; c++)
		least_squares_level_weights(fit->sums, c, fit->level_weight[c], state->dictionaries[c].n,
									&fit->missing_weight[c]);
}

/* The sums of the state, those of its folds together, or those of its rows. */
static void
take_sums(Fit *fit)
{
	const FitSpec *spec = fit->spec;

	fit->sums = fit->state->least_squares;
	if (fit->state->folds != NULL)
		fit_require(fit,
					folds_merge(fit->state->folds, spec->options->cv.n_folds, -1,
								&fit->account->allocator, &fit->sums));
	if (!spec->keeps_rows)
		return;
	fit->sums = least_squares_create(&fit->account->allocator, spec->n_numbers, spec->n_categories);
	fit_require(fit,
				fit->sums == NULL ?
					KERNEL_OUT_OF_MEMORY :
					least_squares_add_dataset(fit->sums, &fit->account->allocator,
											  &fit->state->dataset, &fit->account->stop));
}

void
fit_design_of_sums(Fit *fit)
{
	take_sums(fit);
	collect_facts(fit, NULL, NULL);
	fit_build_design(fit);
}

/* Are the estimates others than those of plain least squares or maximum likelihood? */
static bool
is_restricted(const FitOptions *options)
{
	return options->l2 > 0.0 || options->tree.l1 > 0.0 || options->nonnegative || options->cv.is_on;
}

/* Does the term stand for the offset of a generalised linear model? */
static bool
is_offset_term(const Fit *fit, const Term *term)
{
	return fit->spec->offset_slot >= 0 && term->feature != TERM_INTERCEPT &&
		term->level == LEVEL_NUMBER && term->slot == fit->spec->offset_slot;
}

/* Features whose coefficients the data do not determine. */
static void
warn_unidentified(Fit *fit, const LinearFit *result)
{
	StringInfoData constant;
	StringInfoData collinear;
	int n_constant = 0;
	int n_collinear = 0;
	int i;

	if (result->facts.rank >= fit->design.n_terms - (fit->spec->offset_slot >= 0) ||
		is_restricted(fit->spec->options))
		return;
	initStringInfo(&constant);
	initStringInfo(&collinear);
	for (i = 0; i < fit->design.n_terms; i++)
	{
		const LinearCoefficient *coefficient = &result->coefficients[i];

		if (coefficient->term.feature == TERM_INTERCEPT || !isnan(coefficient->std_error) ||
			is_offset_term(fit, &coefficient->term))
			continue;
		if (coefficient->estimate == 0.0)
			fit_append_name(&constant, n_constant++,
							fit->spec->features[coefficient->term.feature].name);
		else
			fit_append_name(&collinear, n_collinear++,
							fit->spec->features[coefficient->term.feature].name);
	}
	if (n_constant > 0)
		fit_add_warning(
			fit, psprintf("constant in the training rows, coefficient 0: %s", constant.data));
	if (n_collinear > 0 || n_constant == 0)
		fit_report_condition(
			fit,
			psprintf(
				"the design has rank %d with %d terms%s, so the minimum-norm solution is taken; not identified: %s",
				result->facts.rank, fit->design.n_terms,
				result->is_rough && result->digits == 0 ?
					psprintf(
						" as far as sums of more than %d numbers can tell, and orchard.train looks closer",
						LEAST_SQUARES_EXACT) :
					"",
				n_collinear > 0 ? collinear.data : "too few rows"));
}

/* Does the model keep the covariance of its coefficients, n in all? */
static bool
keeps_covariance(const Fit *fit, size_t n)
{
	const FitOptions *options = fit->spec->options;

	return !options->drop_covariance && (options->keep_covariance || n <= COVARIANCE_TERMS);
}

/* Says why there are no standard errors. */
static void
warn_restricted(Fit *fit)
{
	if (is_restricted(fit->spec->options))
		fit_add_warning(
			fit,
			psprintf("with %s there are no standard errors and p-values",
					 fit->spec->options->nonnegative ? "nonnegative coefficients" : "a penalty"));
}

/* Robust standard errors, where they are asked for. */
static void
make_robust(Fit *fit, const SandwichTask *task)
{
	if (task->type == COVARIANCE_CLASSICAL || fit->design.n_terms == 0)
		return;
	fit_require(fit, sandwich_errors(task, &fit->account->allocator, &fit->account->stop));
}

/* The covariance of all n coefficients into the model. */
static void
take_covariance(Fit *fit, const LinearCovariance *covariance, size_t n)
{
	CovarianceType type = fit->spec->options->covariance_type;

	fit->model.covariance_type = type;
	if (covariance != NULL && covariance->is_known && keeps_covariance(fit, n))
	{
		fit->model.covariance_centre = covariance->centre;
		fit->model.covariance_factor = covariance->factor;
	}
	if (type != COVARIANCE_CLASSICAL && covariance != NULL && !covariance->is_known)
		fit_add_warning(
			fit,
			psprintf(
				"there are no standard errors of type %s: columns depend on each other, or a row or a class alone determines a coefficient",
				covariance_type_name(type)));
}

/*
 * The table, the facts and the covariance into the model; rows: for robust standard errors, NULL where
 * the fit itself has found them.
 */
static void
take_result(Fit *fit, const SandwichRows *rows, LinearFit *result)
{
	fit->model.n_terms = fit->design.n_terms;
	fit->model.coefficients = result->coefficients;
	fit->model.facts = result->facts;
	warn_unidentified(fit, result);
	if (rows != NULL && result->covariance != NULL)
	{
		SandwichTask task = sandwich_task(&fit->state->dataset, &fit->design,
										  fit->spec->options->covariance_type, *rows, result);

		make_robust(fit, &task);
	}
	take_covariance(fit, result->covariance, fit->design.n_terms);
	warn_restricted(fit);
	if (fit->sums == NULL)
		fit_warn_lone_rows(fit);
	else
		fit_warn_lone_sums(fit);
}

/* Room for the covariance of n coefficients, where the model keeps it or robust errors are made of it; or NULL. */
static LinearCovariance *
ask_for_covariance(Fit *fit, size_t n)
{
	const FitOptions *options = fit->spec->options;
	LinearCovariance *covariance;

	if (is_restricted(options) || n == 0 ||
		(options->covariance_type == COVARIANCE_CLASSICAL && !keeps_covariance(fit, n)))
		return NULL;
	covariance = palloc0(sizeof(LinearCovariance));
	covariance->is_unit = options->covariance_type != COVARIANCE_CLASSICAL;
	covariance->centre = palloc(sizeof(double) * n);
	covariance->factor =
		MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * covariance_entries(n));
	return covariance;
}

static LinearFit
empty_result(Fit *fit)
{
	LinearFit result = {0};
	int i;

	result.coefficients = MemoryContextAllocExtended(
		CurrentMemoryContext, sizeof(LinearCoefficient) * Max(fit->design.n_terms, 1),
		MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (i = 0; i < fit->design.n_terms; i++)
		result.coefficients[i].term = fit->design.terms[i];
	result.covariance = ask_for_covariance(fit, fit->design.n_terms);
	return result;
}

static void
add_squares(Fit *fit, const LinearFacts *facts, double weight)
{
	if (facts->tss > 0.0)
		fit_add_metric(fit, "train.r2", 1.0 - facts->rss / facts->tss);
	fit_add_metric(fit, "train.rmse", sqrt(facts->rss / weight));
}

/* Digits that the condition number has taken, and what gives them back. */
static void
warn_rough(Fit *fit, const LinearFit *result)
{
	bool is_wide = fit->spec->n_numbers > LEAST_SQUARES_EXACT;

	/* Of a rank below that, warn_unidentified tells. */
	if (result->digits == 0 || result->digits >= LEAST_SQUARES_DIGITS)
		return;
	fit_add_warning(
		fit,
		psprintf(
			"the condition number is %.1e, so%s the coefficients have about %d correct %s; orchard.train finds the others by further passes",
			result->facts.condition_number,
			is_wide ? psprintf(" with more than %d numbers", LEAST_SQUARES_EXACT) : "",
			result->digits, result->digits == 1 ? "digit" : "digits"));
}

/* What a recipe makes of a column is rounded to double, whatever digits the column has. */
static void
warn_rounded(Fit *fit, double condition)
{
	if (fit->spec->n_prepared > 0 && condition > ROUNDED_CONDITION)
		fit_add_warning(
			fit,
			psprintf(
				"the condition number is %.1e, and what a recipe makes of columns is rounded to double, which leaves about %d digits of the coefficients",
				condition, Max((int) (16.0 - log10(condition)), 1)));
}

bool
fit_is_rough(const FitState *state)
{
	const FitOptions *options = state->spec->options;
	LeastSquaresOptions solver = {.standardize = options->standardize};
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context;
	LinearFit result;
	Fit *fit;

	if (options->algorithm != ALGORITHM_LINEAR_REGRESSION || state->spec->keeps_rows ||
		state->rows == 0 || options->tree.l1 > 0.0 || options->nonnegative || options->cv.is_on)
		return false;
	solver.l2 = options->l2;
	context =
		AllocSetContextCreate(CurrentMemoryContext, "orchard condition", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	fit = fit_of_state(state);
	fit_design_of_sums(fit);
	result = empty_result(fit);
	result.covariance = NULL;
	fit_require(fit,
				least_squares_fit(fit->sums, &fit->design, &solver, &fit->account->allocator,
								  &fit->account->stop, &result));
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return result.is_rough;
}

void
fit_linear_regression(Fit *fit)
{
	const FitOptions *options = fit->spec->options;
	LeastSquaresOptions solver = {.l1 = Max(options->tree.l1, 0.0),
								  .l2 = options->l2,
								  .nonnegative = options->nonnegative,
								  .standardize = options->standardize,
								  .rows = fit->spec->keeps_rows ? &fit->state->dataset : NULL};
	SandwichRows rows = {.scores = sandwich_squares};
	LinearFit result;

	fit_design_of_sums(fit);
	if (options->cv.is_on)
		fit_choose_penalty(fit, &solver.l1, &solver.l2);
	result = empty_result(fit);
	fit_require(fit,
				least_squares_fit(fit->sums, &fit->design, &solver, &fit->account->allocator,
								  &fit->account->stop, &result));
	fit->model.link = LINK_IDENTITY;
	if (!result.facts.converged)
		fit_report_condition(
			fit,
			psprintf(
				"coordinate descent did not converge in %d sweeps; the optimality conditions are violated by %g of the largest moment",
				result.facts.iterations, result.facts.gradient_norm));
	if (result.is_rough)
		warn_rough(fit, &result);
	warn_rounded(fit, result.facts.condition_number);
	rows.freedom = (double) fit->state->dataset.n - result.facts.rank;
	take_result(fit, &rows, &result);
	add_squares(fit, &result.facts, least_squares_weight(fit->sums));
}

/* One class only: its probability is 0 or 1 whatever the row. */
static void
fit_constant(Fit *fit)
{
	Model *model = &fit->model;
	int present = fit->class_codes[0] >= 0 ? 0 : 1;

	fit_report_condition(
		fit, psprintf("the target has one class only, \"%s\"", model->classes[present]));
	model->constant = present == (int) model->positive_class ? 1.0 : 0.0;
	model->link = LINK_IDENTITY;
	model->facts.converged = true;
	model->facts.gradient_norm = 0.0;
}

/* The solver's report; an error of telling it waits until the solver has come to rest. */
static void
tell_step(void *context, int32_t steps, double gradient_norm)
{
	Fit *fit = context;
	MemoryContext caller = CurrentMemoryContext;

	PG_TRY();
	{
		progress_tell_step(fit->progress, steps, gradient_norm);
	}
	PG_CATCH();
	{
		memory_account_keep_error(fit->account);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
}

/*
 * The features with a term whose estimate has no finite limit, where others have their standard errors: they
 * tell the class of some rows for certain.  NULL where the classes are separated altogether.
 */
static char *
separating_features(const Fit *fit, const LinearCoefficient *coefficients, size_t n)
{
	StringInfoData names;
	int32 last = TERM_INTERCEPT;
	int n_names = 0;
	bool has_errors = false;
	size_t i;

	initStringInfo(&names);
	for (i = 0; i < n; i++)
	{
		const LinearCoefficient *coefficient = &coefficients[i];

		if (coefficient->term.feature == TERM_INTERCEPT)
			continue;
		has_errors |= !isnan(coefficient->std_error);
		/* Of several lists the first that has some speaks for all. */
		if (!isnan(coefficient->std_error) || coefficient->estimate == 0.0 ||
			coefficient->term.feature <= last)
			continue;
		last = coefficient->term.feature;
		fit_append_name(&names, n_names++, fit->spec->features[last].name);
	}
	return has_errors && n_names > 0 && n_names < fit->spec->n_features ? names.data : NULL;
}

/* Separated classes and steps that were too few; of n coefficients. */
static void
report_course(Fit *fit, const LinearFacts *facts, const LinearCoefficient *coefficients, size_t n)
{
	char *names = facts->separated ? separating_features(fit, coefficients, n) : NULL;

	if (names != NULL)
		fit_report_condition(
			fit,
			psprintf(
				"some rows' classes are certain by %s, whose estimates have no finite limit; a penalty (\"l2\") helps",
				names));
	else if (facts->separated && fit->spec->options->nonnegative)
		fit_report_condition(
			fit,
			pstrdup(
				"some rows' classes, or all, are certain by the features, so some estimates have no finite limit; a penalty (\"l2\") helps"));
	else if (facts->separated)
		fit_report_condition(
			fit,
			pstrdup(
				"the features separate the classes, so the estimates have no finite limit; a penalty (\"l2\") helps"));
	else if (!facts->converged)
		fit_report_condition(
			fit,
			psprintf(
				"logistic regression did not converge in %d iterations; the gradient norm is %g",
				facts->iterations, facts->gradient_norm));
}

/* The classes of the target, of more than two, as the solver takes them. */
static void
set_classes(Fit *fit, LogisticOptions *solver)
{
	int32 *class_of_code = MemoryContextAllocExtended(CurrentMemoryContext,
													  sizeof(int32) * Max(fit->state->classes.n, 1),
													  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	double *factors = palloc(sizeof(double) * fit->model.n_classes);
	bool is_weighted = false;
	int i;

	fit_check_class_weights(fit);
	for (i = 0; i < (int) fit->model.n_classes; i++)
	{
		class_of_code[fit->class_codes[i]] = i;
		factors[i] = fit_class_factor(fit, i);
		is_weighted |= factors[i] != 1.0;
	}
	solver->n_classes = (int32) fit->model.n_classes;
	solver->class_of_code = class_of_code;
	solver->class_factor = is_weighted ? factors : NULL;
}

/* Classes that only rows held out have, or that weigh nothing. */
static void
warn_absent_classes(Fit *fit, const LogisticOptions *solver)
{
	StringInfoData names;
	int n = 0;
	int i;

	initStringInfo(&names);
	for (i = 0; i < (int) fit->model.n_classes; i++)
	{
		if (fit->class_weight[i] == 0.0 ||
			(solver->class_factor != NULL && solver->class_factor[i] == 0.0))
			fit_append_name(&names, n++, fit->model.classes[i]);
	}
	if (n > 0)
		fit_add_warning(
			fit,
			psprintf("without weight in the training rows, so never predicted: %s", names.data));
}

/* Into the model: the lists of coefficients but that of the reference class. */
static void
take_classes(Fit *fit, const SoftmaxFit *result)
{
	Model *model = &fit->model;
	size_t n_terms = fit->design.n_terms;
	size_t after = 0;

	model->link = LINK_SOFTMAX;
	model->reference = result->reference;
	if (result->reference >= 0)
	{
		after = model->n_classes - 1 - result->reference;
		memmove(result->coefficients + result->reference * n_terms,
				result->coefficients + (result->reference + 1) * n_terms,
				after * n_terms * sizeof(LinearCoefficient));
	}
	model->n_terms = model_term_lists(model) * n_terms;
	model->coefficients = result->coefficients;
	model->facts = result->facts;
}

/* What the rows do not determine, and why there are no standard errors. */
static void
warn_of_classes(Fit *fit, const SoftmaxFit *result)
{
	int free = (int) fit->model.n_classes - 1;
	LinearFit one = {.coefficients = fit->model.coefficients, .facts = result->facts};

	one.facts.rank = result->facts.rank / free;
	if (is_restricted(fit->spec->options))
	{
		warn_restricted(fit);
		return;
	}
	if (result->has_errors && !result->facts.separated)
	{
		warn_unidentified(fit, &one);
		return;
	}
	if (one.facts.rank < fit->design.n_terms)
		fit_report_condition(
			fit,
			psprintf("the design has rank %d with %d terms, so the minimum-norm solution is taken",
					 one.facts.rank, fit->design.n_terms));
	if (!result->has_errors)
		fit_add_warning(
			fit,
			psprintf("with more than %d coefficients there are no standard errors and p-values",
					 SOFTMAX_HESSIAN_LIMIT));
}

/* Room for the covariance of all classes, where their number of coefficients lets it be known. */
static void
ask_for_classes(Fit *fit, SoftmaxFit *result)
{
	size_t free = fit->model.n_classes - 1;
	size_t n = free * fit->design.n_terms;

	if (n > SOFTMAX_HESSIAN_LIMIT)
		return;
	result->covariance = ask_for_covariance(fit, n);
	result->level = palloc(sizeof(double) * free);
}

/* Robust standard errors and the covariance; after take_classes(). */
static void
take_class_covariance(Fit *fit, const LogisticOptions *solver, SoftmaxFit *result)
{
	SandwichClasses classes = {solver, result->reference};
	SandwichTask task = {.dataset = &fit->state->dataset,
						 .design = &fit->design,
						 .type = fit->spec->options->covariance_type,
						 .rows = {sandwich_classes, &classes, INFINITY},
						 .n_lists = (int32_t) fit->model.n_classes - 1,
						 .rank = result->facts.rank / ((int32_t) fit->model.n_classes - 1),
						 .coefficients = result->coefficients,
						 .covariance = result->covariance,
						 .level = result->level};

	if (result->covariance != NULL)
		make_robust(fit, &task);
	take_covariance(fit, result->covariance, fit->model.n_terms);
}

/* Bounds take the Hessian of all classes. */
static void
require_bounds(const Fit *fit)
{
	int64 free = (int64) (fit->model.n_classes - 1) * (int64) fit->design.n_terms;

	if (!fit->spec->options->nonnegative || free <= SOFTMAX_HESSIAN_LIMIT)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("option \"nonnegative\" works for up to %d coefficients, not " INT64_FORMAT,
					SOFTMAX_HESSIAN_LIMIT, free),
			 errdetail("There are %u classes, and %u terms for each but one.",
					   (unsigned) fit->model.n_classes, (unsigned) fit->design.n_terms),
			 errhint("Leave it out, or leave out features.")));
}

/* More than two classes. */
static void
fit_multinomial(Fit *fit, LogisticOptions *solver)
{
	const Allocator *allocator = &fit->account->allocator;
	SoftmaxFit result = {0};

	set_classes(fit, solver);
	collect_facts(fit, solver, NULL);
	fit_build_design(fit);
	require_bounds(fit);
	result.coefficients =
		memory_allocate_zero(allocator, (size_t) fit->model.n_classes * Max(fit->design.n_terms, 1),
							 sizeof(LinearCoefficient));
	if (result.coefficients == NULL)
		fit_require(fit, KERNEL_OUT_OF_MEMORY);
	ask_for_classes(fit, &result);
	fit_require(fit,
				softmax_fit(&fit->state->dataset, &fit->design, solver, allocator,
							&fit->account->stop, &result));
	take_classes(fit, &result);
	take_class_covariance(fit, solver, &result);
	warn_absent_classes(fit, solver);
	report_course(fit, &result.facts, fit->model.coefficients, fit->model.n_terms);
	warn_of_classes(fit, &result);
	fit_warn_lone_rows(fit);
	fit_add_metric(fit, "train.log_loss", result.log_loss);
	fit_add_metric(fit, "train.accuracy", result.accuracy);
}

void
fit_logistic_regression(Fit *fit)
{
	const FitOptions *options = fit->spec->options;
	int positive;
	StepReport report = {tell_step, fit};
	LogisticOptions solver = {.report = fit->progress != NULL ? &report : NULL,
							  .l2 = options->l2,
							  .standardize = options->standardize,
							  .nonnegative = options->nonnegative,
							  .tolerance = options->tol,
							  .max_iterations = options->max_iter};
	SandwichRows rows = {sandwich_logistic, &solver, INFINITY};
	LinearFit result;

	fit_describe_classes(fit);
	if (fit->model.n_classes > 2)
	{
		solver.positive_target = -1.0; /* no code of a class */
		fit_multinomial(fit, &solver);
		return;
	}
	positive = fit->model.positive_class;
	solver.class_weight[0] = solver.class_weight[1] = 1.0;
	solver.positive_target = fit->class_codes[positive];
	if (fit->class_weight[0] > 0.0 && fit->class_weight[1] > 0.0)
	{
		fit_check_class_weights(fit);
		solver.class_weight[0] = fit_class_factor(fit, 1 - positive);
		solver.class_weight[1] = fit_class_factor(fit, positive);
	}
	collect_facts(fit, &solver, NULL);
	fit_build_design(fit);
	if (fit->class_weight[0] == 0.0 || fit->class_weight[1] == 0.0)
	{
		fit_constant(fit);
		return;
	}
	result = empty_result(fit);
	fit_require(fit,
				logistic_fit(&fit->state->dataset, &fit->design, &solver, &fit->account->allocator,
							 &fit->account->stop, &result));
	fit->model.link = LINK_LOGIT;
	report_course(fit, &result.facts, result.coefficients, fit->design.n_terms);
	take_result(fit, &rows, &result);
	fit_add_metric(fit, "train.log_loss", result.log_loss);
	fit_add_metric(fit, "train.accuracy", result.accuracy);
}

/* Targets that are all 0: their mean has no logarithm, and every coefficient is 0. */
static void
fit_zero(Fit *fit, LinearFit *result)
{
	int i;

	fit_report_condition(fit, pstrdup("the target is 0 in every row"));
	for (i = 0; i < fit->design.n_terms; i++)
	{
		LinearCoefficient *coefficient = &result->coefficients[i];

		coefficient->std_error = coefficient->statistic = coefficient->p_value = NAN;
	}
	fit->model.link = LINK_IDENTITY;
	fit->model.n_terms = fit->design.n_terms;
	fit->model.coefficients = result->coefficients;
	fit->model.facts.converged = true;
	fit->model.facts.gradient_norm = 0.0;
}

static void
pg_attribute_noreturn() no_start(const Fit *fit)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_DATA_EXCEPTION),
		 errmsg(
			 "the model cannot be fitted: no coefficients were found where every row's mean is above 0"),
		 errhint(
			 "The link \"log\" keeps every mean above 0; \"fit_intercept\" helps the others.")));
}

/* Deviance a row and the share of the null deviance that is explained. */
static void
add_deviances(Fit *fit, const LinearFacts *facts, double weight)
{
	fit_add_metric(fit, "train.mean_deviance", facts->rss / weight);
	if (facts->tss > 0.0)
		fit_add_metric(fit, "train.d2", 1.0 - facts->rss / facts->tss);
}

void
fit_glm(Fit *fit)
{
	const FitOptions *options = fit->spec->options;
	StepReport report = {tell_step, fit};
	GlmOptions solver = {.power = options->objective == OBJECTIVE_POISSON ? 1.0 :
							 options->objective == OBJECTIVE_GAMMA		  ? 2.0 :
																	 options->tree.tweedie_power,
						 .link = options->link,
						 .l2 = options->l2,
						 .standardize = options->standardize,
						 .nonnegative = options->nonnegative,
						 .tolerance = options->tol,
						 .max_iterations = options->max_iter,
						 .offset_slot = fit->spec->offset_slot,
						 .report = fit->progress != NULL ? &report : NULL};
	GlmLoss loss = {.power = solver.power, .link = solver.link, .curvature = GLM_EXPECTED};
	SandwichRows rows = {.scores = sandwich_glm, .context = &loss};
	LinearFit result;
	Status status;

	collect_facts(fit, NULL, &solver.target_mean);
	fit_build_design(fit);
	result = empty_result(fit);
	if (solver.target_mean == 0.0)
	{
		fit_zero(fit, &result);
		return;
	}
	status = glm_fit(&fit->state->dataset, &fit->design, &solver, &fit->account->allocator,
					 &fit->account->stop, &result);
	if (status == KERNEL_NOT_CONVERGED)
		no_start(fit);
	fit_require(fit, status);
	fit->model.link = solver.link;
	if (result.facts.separated)
		fit_report_condition(
			fit,
			pstrdup(
				"the target is 0 wherever some features have certain values, so the estimates have no finite limit; a penalty (\"l2\") helps"));
	else if (!result.facts.converged)
		fit_report_condition(
			fit,
			psprintf(
				"the generalised linear model did not converge in %d iterations; the gradient norm is %g",
				result.facts.iterations, result.facts.gradient_norm));
	rows.freedom =
		loss.power == 1.0 ? INFINITY : (double) fit->state->dataset.n - result.facts.rank;
	take_result(fit, &rows, &result);
	add_deviances(fit, &result.facts, result.weight);
}

void
fit_huber(Fit *fit)
{
	const FitOptions *options = fit->spec->options;
	StepReport report = {tell_step, fit};
	HuberOptions solver = {.epsilon = options->epsilon,
						   .l2 = options->l2,
						   .standardize = options->standardize,
						   .nonnegative = options->nonnegative,
						   .tolerance = options->tol,
						   .max_iterations = options->max_iter,
						   .covariance_type = options->covariance_type,
						   .report = fit->progress != NULL ? &report : NULL};
	LinearFit result;

	collect_facts(fit, NULL, &solver.target_mean);
	fit_build_design(fit);
	result = empty_result(fit);
	fit_require(fit,
				huber_fit(&fit->state->dataset, &fit->design, &solver, &fit->account->allocator,
						  &fit->account->stop, &result));
	fit->model.link = LINK_IDENTITY;
	if (!result.facts.converged)
		fit_report_condition(
			fit,
			psprintf("huber regression did not converge in %d iterations; the gradient norm is %g",
					 result.facts.iterations, result.facts.gradient_norm));
	if (result.facts.sigma2 == 0.0)
		fit_add_warning(
			fit,
			pstrdup(
				"so many rows lie exactly on one plane that the scale is 0; there are no standard errors and p-values"));
	take_result(fit, NULL, &result);
	add_squares(fit, &result.facts, result.weight);
}

void
fit_quantile(Fit *fit)
{
	const FitOptions *options = fit->spec->options;
	StepReport report = {tell_step, fit};
	QuantileOptions solver = {.quantile = options->tree.alpha,
							  .l1 = Max(options->tree.l1, 0.0),
							  .standardize = options->standardize,
							  .nonnegative = options->nonnegative,
							  .tolerance = options->tol,
							  .max_iterations = options->max_iter,
							  .covariance_type = options->covariance_type,
							  .report = fit->progress != NULL ? &report : NULL};
	LinearFit result;
	double loss;

	collect_facts(fit, NULL, &solver.target_mean);
	fit_build_design(fit);
	result = empty_result(fit);
	fit_require(fit,
				quantile_fit(&fit->state->dataset, &fit->design, &solver, &fit->account->allocator,
							 &fit->account->stop, &result, &loss));
	fit->model.link = LINK_IDENTITY;
	if (!result.facts.converged)
		fit_report_condition(
			fit,
			psprintf(
				"quantile regression did not converge in %d iterations; the relative gap to the optimum is at most %g",
				result.facts.iterations, result.facts.gradient_norm));
	take_result(fit, NULL, &result);
	fit_add_metric(fit, "train.pinball", loss);
}
