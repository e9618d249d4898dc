/*
 * fit_lone.c: warnings of columns that tell the target almost perfectly by themselves.
 */
#include "postgres.h"

#include "kernel/dataset/lone_feature.h"

#include "pg/fit_work.h"

#define SUSPECT_AREA 0.999	/* under the ROC curve */
#define SUSPECT_SHARE 0.998 /* of the target's variance: a correlation of 0.999 */

/* The strongest of a feature's slots. */
static double
feature_strength(const FitSpec *spec, const Feature *feature, const double *strength, int *number,
				 int *category)
{
	double most = 0.0;
	uint32 i;

	if (feature->family == FAMILY_CATEGORY)
		return strength[spec->n_numbers + (*category)++];
	for (i = 0; i < feature_numbers(feature); i++, (*number)++)
		most = Max(most, strength[*number]);
	return most;
}

static void
warn_strong_features(Fit *fit, const double *strength)
{
	const FitSpec *spec = fit->spec;
	double least = spec->classification ? SUSPECT_AREA : SUSPECT_SHARE;
	StringInfoData names;
	double most = 0.0;
	int number = 0;
	int category = 0;
	int n = 0;
	int i;

	initStringInfo(&names);
	for (i = 0; i < spec->n_features; i++)
	{
		double found = feature_strength(spec, &spec->features[i], strength, &number, &category);

		if (found < least)
			continue;
		fit_append_name(&names, n++, spec->features[i].name);
		most = Max(most, found);
	}
	if (n > 0)
		fit_add_warning(
			fit,
			psprintf(
				"tells the target almost perfectly alone (%s %.4f), so look whether it is known when a prediction is made: %s",
				spec->classification ? "ROC AUC" : "R squared", most, names.data));
}

void
fit_warn_lone_rows(Fit *fit)
{
	const FitState *state = fit->state;
	int n_columns = fit->spec->n_numbers + fit->spec->n_categories;
	double *strength = palloc(sizeof(double) * Max(n_columns, 1));
	int32_t *class_of_code = NULL;
	uint32 i;

	if (fit->spec->classification)
	{
		class_of_code = palloc0(sizeof(int32_t) * Max(state->classes.n, 1));
		for (i = 0; i < fit->model.n_classes; i++)
		{
			if (fit->class_codes[i] >= 0)
				class_of_code[fit->class_codes[i]] = i;
		}
	}
	fit_require(fit,
				lone_feature_strengths(&state->dataset, fit->model.n_classes, class_of_code,
									   &fit->account->allocator, &fit->account->stop, strength));
	warn_strong_features(fit, strength);
}

void
fit_warn_lone_sums(Fit *fit)
{
	const FitState *state = fit->state;
	int n_columns = fit->spec->n_numbers + fit->spec->n_categories;
	double *strength = palloc(sizeof(double) * Max(n_columns, 1));

	if (state->rows < LONE_ROWS_LEAST)
		return;
	fit_require(fit, least_squares_lone_strengths(fit->sums, &fit->account->allocator, strength));
	warn_strong_features(fit, strength);
}
