/*
 * model_term.h: how a linear model's terms are called, and whether their covariance is known.
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

/* The class that coefficient i of the model speaks for, of several; NULL of two classes and of numbers. */
extern const char *model_term_class(const Model *model, uint32 i);

/* An error that says why, where the model does not hold the covariance of its coefficients. */
extern void model_require_covariance(const Model *model);

#endif /* ORCHARD_PG_MODEL_TERM_H */
