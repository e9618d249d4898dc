/*
 * penalty_option.c: alphas, eps and l1_ratio.
 */
#include "postgres.h"

#include <math.h>

#include "pg/option_value.h"
#include "pg/penalty_option.h"

static int
compare_descending(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x < y) - (x > y);
}

/* Penalties, or how many the grid shall have. */
static void
read_alphas(PenaltyOptions *options, const char *name, const JsonbValue *value)
{
	int n;

	if (value->type == jbvNumeric)
	{
		options->n_alphas = (int) option_whole_number(name, value, 1, ALPHAS_MOST);
		return;
	}
	options->alphas = option_numbers(name, value, 0.0, INFINITY, &n);
	if (n < 1 || n > ALPHAS_MOST)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" must have between 1 and %d penalties, not %d", name,
						ALPHAS_MOST, n),
				 errhint("Give an array of penalties, or their number.")));
	options->n_alphas = n;
	qsort(options->alphas, n, sizeof(double), compare_descending);
}

PenaltyOptions
penalty_options_begin(void)
{
	return (PenaltyOptions){.n_alphas = 100, .eps = 1e-3, .l1_ratio = 1.0};
}

bool
penalty_options_read(PenaltyOptions *options, const char *name, const JsonbValue *value)
{
	if (strcmp(name, "alphas") == 0)
		read_alphas(options, name, value);
	else if (strcmp(name, "eps") == 0)
	{
		options->eps = option_fraction(name, value);
		options->has_eps = true;
	}
	else if (strcmp(name, "l1_ratio") == 0)
		options->l1_ratio = option_number(name, value, 0.0, 1.0);
	else
		return false;
	return true;
}

void
penalty_options_check(const PenaltyOptions *options)
{
	if (options->alphas != NULL && options->has_eps)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"eps\" does nothing with an array of \"alphas\""),
				 errdetail("It says how far the penalties go down where \"alphas\" is their "
						   "number."),
				 errhint("Leave \"eps\" out.")));
	if (options->alphas == NULL && options->l1_ratio == 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an \"l1_ratio\" of 0 needs an array of \"alphas\""),
				 errdetail("Without an l1 penalty there is no largest one to start from."),
				 errhint("Give the penalties themselves, such as \"alphas\": [1, 0.1, 0.01].")));
}
