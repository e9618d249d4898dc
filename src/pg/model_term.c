/*
 * model_term.c: the names of a linear model's terms.
 */
#include "postgres.h"

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
