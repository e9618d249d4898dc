/*
 * score_json.h: a model's features out of jsonb, for clients whose parameters have no types.
 */
#ifndef ORCHARD_PG_SCORE_JSON_H
#define ORCHARD_PG_SCORE_JSON_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "pg/score_binding.h"

/*
 * score_json_predict
 *		The prediction for an object by the features' names, or an array in their order.
 *
 * binding: of literals.  Extra keys are ignored, a missing one is 42703; null is missing.
 */
extern double score_json_predict(ScoreBinding *binding, Jsonb *values);

#endif /* ORCHARD_PG_SCORE_JSON_H */
