/*
 * model_term.h: how a linear model's terms are called.
 */
#ifndef ORCHARD_PG_MODEL_TERM_H
#define ORCHARD_PG_MODEL_TERM_H

#include "postgres.h"

#include "kernel/model/model.h"

/*
 * "(intercept)", column, column[2], "column = level", "column is missing", "column[2] is missing"; in
 * the current memory context.
 */
extern char *model_term_name(const Model *model, const Term *term);

#endif /* ORCHARD_PG_MODEL_TERM_H */
