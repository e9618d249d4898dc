/*
 * fit_cv_option.h: the options of choosing a penalty by cross-validation.
 */
#ifndef ORCHARD_PG_FIT_CV_OPTION_H
#define ORCHARD_PG_FIT_CV_OPTION_H

#include "postgres.h"

#include "pg/fit_option.h"

/* A number, or "cv": the best penalty of a path. */
extern void cv_option_read_l1(FitOptions *options, const char *name, const JsonbValue *value);

/* How many folds, or the column that has their numbers. */
extern void cv_option_read_folds(FitOptions *options, const char *name, const JsonbValue *value);

/* "min" or "1se". */
extern void cv_option_read_rule(FitOptions *options, const char *name, const JsonbValue *value);

/* "alphas", "eps" or "l1_ratio". */
extern void cv_option_read_penalties(FitOptions *options, const char *name,
									 const JsonbValue *value);

/* What says how to choose a penalty goes with the choice, which is of both penalties: else 22023. */
extern void cv_options_check(const FitOptions *options);

#endif /* ORCHARD_PG_FIT_CV_OPTION_H */
