/*
 * model_path.c: the coefficients for one penalty after another, and how one of them was chosen.
 */
#include "postgres.h"

#include <math.h>

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "kernel/linear/regularization_path.h"

#include "pg/compat.h"
#include "pg/fit_final.h"
#include "pg/fit_work.h"
#include "pg/model_cache.h"
#include "pg/model_term.h"
#include "pg/option_value.h"
#include "pg/penalty_option.h"

PG_FUNCTION_INFO_V1(orchard_regularization_path);
PG_FUNCTION_INFO_V1(orchard_cross_validation);

/* Where the rows of the result go. */
typedef struct PathOutput
{
	ReturnSetInfo *result;
	const Fit *fit;
	char **terms;	   /* names, n_terms */
	double *estimates; /* n_terms, of the step at hand */
	double total_square;
	int n_steps;
	int n_not_converged;
} PathOutput;

static PenaltyOptions
read_options(Jsonb *json)
{
	PenaltyOptions options = penalty_options_begin();
	JsonbIterator *fields;
	JsonbValue value;
	char *name;

	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"options\" must be a JSON object"),
				 errhint("For example '{\"l1_ratio\": 0.5}'.")));
	fields = JsonbIteratorInit(&json->root);
	while (option_next_field(&fields, &name, &value))
	{
		if (!penalty_options_read(&options, name, &value))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("unknown option \"%s\"", name),
					 errhint("The known options are: %s.", "alphas, eps, l1_ratio"),
					 errdetail("Other options are those of the training state.")));
	}
	penalty_options_check(&options);
	return options;
}

/* One row a term. */
static void
put_step(PathOutput *output, const PathStep *step, double l1_ratio)
{
	const Design *design = &output->fit->design;
	Datum values[9];
	bool nulls[9] = {false};
	int i;

	output->n_steps++;
	output->n_not_converged += !step->converged;
	values[0] = Int32GetDatum(output->n_steps);
	values[1] = Float8GetDatum(step->alpha);
	values[2] = Float8GetDatum(step->alpha * l1_ratio);
	values[3] = Float8GetDatum(step->alpha * (1.0 - l1_ratio));
	values[6] = Float8GetDatum(1.0 - step->rss / output->total_square);
	nulls[6] = !(output->total_square > 0.0);
	values[7] = Int32GetDatum(step->n_nonzero);
	values[8] = Float8GetDatum(step->residual);
	for (i = 0; i < design->n_terms; i++)
	{
		values[4] = CStringGetTextDatum(output->terms[i]);
		values[5] = Float8GetDatum(output->estimates[i]);
		tuplestore_putvalues(output->result->setResult, output->result->setDesc, values, nulls);
		pfree(DatumGetPointer(values[4]));
	}
}

static void
warn_not_converged(const PathOutput *output)
{
	if (output->n_not_converged > 0)
		ereport(WARNING,
				(errmsg("coordinate descent did not converge for %d of %d penalties",
						output->n_not_converged, output->n_steps),
				 errhint("The column \"residual\" has what is left; larger penalties help.")));
}

/* All steps, of a fit whose memory is the current context. */
static void
walk(Fit *fit, const PenaltyOptions *request, ReturnSetInfo *result)
{
	const FitOptions *options = fit->spec->options;
	const StopCheck *stop = &fit->account->stop;
	PathOptions path_options = {.l1_ratio = request->l1_ratio,
								.nonnegative = options->nonnegative,
								.standardize = options->standardize};
	PathOutput output = {.result = result, .fit = fit};
	RegularizationPath path;
	double *alphas = request->alphas;
	int n = request->n_alphas;
	int i;

	fit_design_of_sums(fit);
	fit_describe_features(fit);
	fit_require(
		fit,
		path_begin(&path, fit->sums, &fit->design, &path_options, &fit->account->allocator, stop));
	if (alphas == NULL)
	{
		alphas = palloc(sizeof(double) * n);
		n = path_grid(&path, n, request->eps, alphas);
	}
	output.total_square = path_total_square(&path);
	output.estimates = palloc(sizeof(double) * Max(fit->design.n_terms, 1));
	output.terms = palloc(sizeof(char *) * Max(fit->design.n_terms, 1));
	for (i = 0; i < fit->design.n_terms; i++)
		output.terms[i] = model_term_name(&fit->model, &fit->design.terms[i]);
	for (i = 0; i < n; i++)
	{
		PathStep step;

		CHECK_FOR_INTERRUPTS();
		fit_require(fit, path_advance(&path, alphas[i], stop, &step));
		fit_require(fit, path_estimates(&path, output.estimates));
		put_step(&output, &step, request->l1_ratio);
	}
	path_end(&path);
	warn_not_converged(&output);
}

/*
 * regularization_path(state, options)
 * Columns: step, alpha, l1, l2, term, estimate, r_squared, n_nonzero, residual.
 */
Datum
orchard_regularization_path(PG_FUNCTION_ARGS)
{
	struct varlena *flat = (struct varlena *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	PenaltyOptions request = read_options(PG_GETARG_JSONB_P(1));
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context;
	MemoryContext caller;
	FitState *state;

	InitMaterializedSRF(fcinfo, 0);
	context = AllocSetContextCreate(CurrentMemoryContext, "orchard regularization path",
									ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	state = fit_state_decode_here(flat);
	if (state->rows == 0)
		ereport(WARNING,
				(errmsg("no row has a target and a positive weight, so there is no path")));
	else
		walk(fit_of_state(state), &request, result);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return (Datum) 0;
}

/*
 * cross_validation(model)
 * Columns: step, alpha, l1, l2, mean_squared_error, standard_error, chosen.
 */
Datum
orchard_cross_validation(PG_FUNCTION_ARGS)
{
	const Model *model =
		model_decode_stored((struct varlena *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0)));
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	uint32 i;

	if (model->cv_folds == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the penalty of the model was not chosen by cross-validation"),
				 errhint("The option \"l1\": \"cv\" of linear regression does.")));
	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < model->n_scores; i++)
	{
		const PenaltyScore *score = &model->scores[i];
		Datum values[7];
		bool nulls[7] = {false};

		values[0] = Int32GetDatum(i + 1);
		values[1] = Float8GetDatum(score->alpha);
		values[2] = Float8GetDatum(score->alpha * model->cv_l1_ratio);
		values[3] = Float8GetDatum(score->alpha * (1.0 - model->cv_l1_ratio));
		values[4] = Float8GetDatum(score->error);
		values[5] = Float8GetDatum(score->standard_error);
		values[6] = BoolGetDatum(i == model->cv_chosen);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
