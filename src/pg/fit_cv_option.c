/*
 * fit_cv_option.c: "l1": "cv" and the options that go with it.
 */
#include "postgres.h"

#include <math.h>

#include "pg/fit_cv_option.h"
#include "pg/option_value.h"

void
cv_option_read_l1(FitOptions *options, const char *name, const JsonbValue *value)
{
	if (value->type == jbvString && value->val.string.len == 2 &&
		strncmp(value->val.string.val, "cv", 2) == 0)
		options->cv.is_on = true;
	else if (value->type == jbvString)
		option_wrong_type(name, "a number or \"cv\"");
	else
		options->tree.l1 = option_number(name, value, 0.0, INFINITY);
}

void
cv_option_read_folds(FitOptions *options, const char *name, const JsonbValue *value)
{
	options->cv.given = name;
	if (value->type == jbvString)
	{
		options->cv.column = option_text(name, value);
		options->cv.n_folds = FOLDS_MOST;
	}
	else
		options->cv.n_folds = (int) option_whole_number(name, value, 2, FOLDS_MOST);
}

void
cv_option_read_rule(FitOptions *options, const char *name, const JsonbValue *value)
{
	static const char *const choices[] = {"min", "1se"};

	options->cv.given = name;
	options->cv.one_error = option_choice(name, value, choices, 2) == 1;
}

void
cv_option_read_penalties(FitOptions *options, const char *name, const JsonbValue *value)
{
	options->cv.given = name;
	penalty_options_read(&options->penalties, name, value);
}

void
cv_options_check(const FitOptions *options)
{
	if (options->cv.is_on && options->algorithm != ALGORITHM_LINEAR_REGRESSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"l1\" of algorithm \"%s\" must be a number, not \"cv\"",
						algorithm_name(options->algorithm)),
				 errhint("Linear regression chooses its penalty by cross-validation.")));
	if (!options->cv.is_on && options->cv.given != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" does nothing without \"l1\": \"cv\"", options->cv.given),
				 errhint("Give \"l1\": \"cv\" too, or leave the option out.")));
	if (!options->cv.is_on)
		return;
	if (options->l2 > 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"l2\" cannot be given with \"l1\": \"cv\""),
				 errhint("The option \"l1_ratio\" says what share of the penalty is l1.")));
	penalty_options_check(&options->penalties);
}
