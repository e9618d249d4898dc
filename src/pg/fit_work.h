/*
 * fit_work.h: a fit in progress, shared by the files that make models of states.
 */
#ifndef ORCHARD_PG_FIT_WORK_H
#define ORCHARD_PG_FIT_WORK_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "kernel/linear/least_squares.h"
#include "kernel/linear/logistic.h"
#include "kernel/model/model.h"

#include "pg/fit_state.h"
#include "pg/progress.h"

#define NAMES_IN_WARNING 10
#define WARNINGS_KEPT 64
#define METRICS_KEPT 8

/* One fit in progress; lives in its account's context. */
typedef struct Fit
{
	const FitState *state;
	FitState *
		spent; /* the state, when its rows may go once the fit has its own form of them; else NULL */
	const FitState
		*kept; /* rows that each fold's recipe is learnt from by cross-validation; else NULL */
	const FitSpec *spec;
	LeastSquares *sums; /* of all rows of a linear regression; NULL until fit_design_of_sums */
	MemoryAccount *account;
	Progress *progress;		/* NULL: nobody asks */
	double **level_weight;	/* n_categories arrays of the dictionary's size */
	double *missing_weight; /* n_categories */
	NumberFacts *numbers;	/* n_numbers */
	Design design;
	Model model;
	int32_t *class_codes; /* dictionary codes of the classes, -1 = a class without rows */
	double *class_weight; /* total weight of the rows of each class */
	char *warnings[WARNINGS_KEPT + 1]; /* the last one counts the rest */
	int n_left_out;					   /* warnings beyond WARNINGS_KEPT */
	ModelMetric metrics[METRICS_KEPT];
} Fit;

/* A fit of the state's rows in the current memory context, which its memory account is of. */
extern Fit *fit_of_state(const FitState *state);

/* Keeps a warning's text for the model and the client. */
extern void fit_add_warning(Fit *fit, char *text);

/* A number that is not finite is left out. */
extern void fit_add_metric(Fit *fit, const char *name, double value);

/* Raises the error of a status; KERNEL_OK returns. */
extern void fit_require(Fit *fit, Status status);

/* A condition of the data: an error by option, else a warning. */
extern void fit_report_condition(Fit *fit, char *condition);

/* Appends the name number n of a list, quoted; those after NAMES_IN_WARNING are "...". */
extern void fit_append_name(StringInfo names, int n, const char *name);

/* The levels kept and pooled, and a linear model's terms, into fit->design. */
extern void fit_build_design(Fit *fit);

/* What the rows of a linear regression say of its columns, and the design that follows. */
extern void fit_design_of_sums(Fit *fit);

/* The features as the model has them: names, levels, means. */
extern void fit_describe_features(Fit *fit);

/* Names the classes in order and the positive one. */
extern void fit_describe_classes(Fit *fit);

/* A weight for a class that is none is a mistake of the caller, and so are weights that leave no row. */
extern void fit_check_class_weights(const Fit *fit);

/* What multiplies the weights of the rows of class i (in sort order). */
extern double fit_class_factor(const Fit *fit, int i);

/* Warns of columns that tell the target almost perfectly alone (fit_lone.c): of rows that are kept, of sums. */
extern void fit_warn_lone_rows(Fit *fit);
extern void fit_warn_lone_sums(Fit *fit);
/* fit_cv.c: chooses the penalty by cross-validation, for the model too; alpha 0 where the rows cannot say. */
extern void fit_choose_penalty(Fit *fit, double *l1, double *l2);

/* The models of the linear algorithms (fit_linear.c). */
extern void fit_linear_regression(Fit *fit);
extern void fit_logistic_regression(Fit *fit);
extern void fit_glm(Fit *fit);
extern void fit_huber(Fit *fit);
extern void fit_quantile(Fit *fit);

/* The model of a tree algorithm (fit_tree.c). */
extern void fit_trees(Fit *fit);

#endif /* ORCHARD_PG_FIT_WORK_H */
