/*
 * model_term.c: the names of a linear model's terms, their classes, their covariance.
 */
#include "postgres.h"

#include <math.h>

#include "pg/model_term.h"

char *
model_term_name(const Model *model, const Term *term)
{
	const ModelFeature *feature;

	if (term->feature == TERM_INTERCEPT)
		return pstrdup("(intercept)");
	feature = &model->features[term->feature];
	if (term->level == LEVEL_MISSING)
		return feature->length > 0 ?
			psprintf("%s[%d] is missing", feature->name, term->element + 1) :
			psprintf("%s is missing", feature->name);
	if (term->level == LEVEL_POOLED)
		return psprintf("%s = (pooled)", feature->name);
	if (term->level != LEVEL_NUMBER)
		return psprintf("%s = %s", feature->name, feature->levels[term->level]);
	if (feature->length > 0)
		return psprintf("%s[%d]", feature->name, term->element + 1);
	return pstrdup(feature->name);
}

const char *
model_term_class(const Model *model, uint32 i)
{
	uint32 list;

	if (model->link != LINK_SOFTMAX)
		return NULL;
	list = i / (model->n_terms / model_term_lists(model));
	return model->classes[list + (model->reference >= 0 && (int32) list >= model->reference)];
}

/* Why the model has no covariance, and what would give it one. */
static void
pg_attribute_noreturn() no_covariance(const Model *model)
{
	bool has_errors = false;
	bool is_determined = true;
	uint32 t;

	for (t = 0; t < model->n_terms; t++)
	{
		bool is_nan = isnan(model->coefficients[t].std_error);

		has_errors |= !is_nan;
		is_determined &= !is_nan || model->coefficients[t].estimate == 0.0;
	}
	ereport(
		ERROR,
		(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		 errmsg("the model does not hold the covariance of its coefficients"),
		 has_errors && is_determined ?
			 errdetail("It has %u terms; training keeps it for up to %d unless told otherwise.",
					   model->n_terms, COVARIANCE_TERMS) :
			 errdetail("Not all of its coefficients have a standard error."),
		 has_errors && is_determined ?
			 errhint("Train with the option \"covariance\": true.") :
			 errhint(
				 "Train without a penalty or nonnegative coefficients, with more rows than terms, and without columns that depend on others.")));
}

void
model_require_covariance(const Model *model)
{
	if (model->ensemble != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a model of trees has no coefficients, and no covariance of them"),
				 errhint("Use orchard.importance(model) and orchard.explain(model, ...).")));
	if (model->covariance_factor == NULL)
		no_covariance(model);
}
