/*
 * model_path.c: regularization_path(state, options): the coefficients for one penalty after another.
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
#include "pg/model_term.h"
#include "pg/option_value.h"

PG_FUNCTION_INFO_V1(orchard_regularization_path);

#define ALPHAS_MOST 10000

/* What the options ask for. */
typedef struct PathRequest
{
	int n_alphas;
	double eps; /* the least penalty of the grid over the largest */
	double l1_ratio;
	double *alphas; /* given ones, descending; NULL: the grid */
	bool has_eps;	/* given */
} PathRequest;

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

static int
compare_descending(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x < y) - (x > y);
}

/* Penalties, or how many the grid shall have. */
static void
read_alphas(PathRequest *request, const char *name, const JsonbValue *value)
{
	int n;

	if (value->type == jbvNumeric)
	{
		request->n_alphas = (int) option_whole_number(name, value, 1, ALPHAS_MOST);
		return;
	}
	request->alphas = option_numbers(name, value, 0.0, INFINITY, &n);
	if (n < 1 || n > ALPHAS_MOST)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" must have between 1 and %d penalties, not %d", name,
						ALPHAS_MOST, n)));
	request->n_alphas = n;
	qsort(request->alphas, n, sizeof(double), compare_descending);
}

static void
read_option(PathRequest *request, const char *name, const JsonbValue *value)
{
	if (strcmp(name, "alphas") == 0)
		read_alphas(request, name, value);
	else if (strcmp(name, "eps") == 0)
		request->eps = option_fraction(name, value);
	else if (strcmp(name, "l1_ratio") == 0)
		request->l1_ratio = option_number(name, value, 0.0, 1.0);
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown option \"%s\"", name),
				 errhint("The known options are: %s.", "alphas, eps, l1_ratio"),
				 errdetail("Other options are those of the training state.")));
	request->has_eps |= strcmp(name, "eps") == 0;
}

static PathRequest
read_request(Jsonb *json)
{
	PathRequest request = {.n_alphas = 100, .eps = 1e-3, .l1_ratio = 1.0};
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
		read_option(&request, name, &value);
	if (request.alphas != NULL && request.has_eps)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"eps\" does nothing with an array of \"alphas\""),
				 errdetail("It says how far the penalties go down where \"alphas\" is their "
						   "number.")));
	if (request.alphas == NULL && request.l1_ratio == 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an \"l1_ratio\" of 0 needs an array of \"alphas\""),
				 errdetail("Without an l1 penalty there is no largest one to start from.")));
	return request;
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
walk(Fit *fit, const PathRequest *request, ReturnSetInfo *result)
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
	fit_require(fit,
				path_begin(&path, fit->state->least_squares, &fit->design, &path_options,
						   &fit->account->allocator, stop));
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
	PathRequest request = read_request(PG_GETARG_JSONB_P(1));
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
