/*
 * logistic_state.h: what the files of logistic regression share.
 *
 * The basis is 1, the numbers (centred when there is an intercept, scaled, at
 * the mean where missing) and the indicators: levels, pooled levels, "missing".
 * A row meets few indicators, so their part of the Hessian is scattered.  Each
 * term is a column: a combination of up to three members of the basis (its own,
 * its slot's missing indicator, 1), standardised.  Newton's method runs on the
 * columns, which are ordered by their own member of the basis.
 *
 *	 logistic.c			facts of the columns, the coefficient table
 *	 logistic_newton.c	Newton's method
 *	 logistic_column.c	basis and columns
 *	 logistic_panel.c	the rows by panels
 *	 logistic_pass.c	loss, gradient and Hessian from the rows
 *	 logistic_solve.c	the Newton system
 *	 logistic_bound.c	the same where no coefficient but the intercept may be below 0
 *	 glm.c, glm_newton.c	the same for generalised linear models
 *	 robust.c, huber.c	the same for Huber regression
 *	 quantile_state.h	quantile regression
 */
#ifndef ORCHARD_KERNEL_LINEAR_LOGISTIC_STATE_H
#define ORCHARD_KERNEL_LINEAR_LOGISTIC_STATE_H

#include <math.h>

#include "kernel/base/double_double.h"
#include "kernel/linear/bounded_quadratic.h"
#include "kernel/linear/glm_loss.h"
#include "kernel/linear/logistic.h"
#include "kernel/linear/null_space.h"
#include "kernel/linear/panel_simd.h"
#include "kernel/linear/robust_loss.h"

#define NONE (-1)

typedef struct Column
{
	int32_t term;		   /* of the design */
	int32_t index;		   /* its own member of the basis */
	int32_t missing_index; /* NONE when the slot was never missing or the term is no level */
	int32_t special;	   /* which special row missing_index has; 0 for NONE */
	double own; /* value = own * basis[index] + missing * basis[missing_index] + constant */
	double missing;
	double constant;
	double mean;	  /* of the raw column */
	double deviation; /* of the raw column; 1 for a constant one */
	double range;	  /* largest absolute value of the standardised column */
	double penalty;	  /* l2 on the standardised coefficient */
} Column;

/* What a pass sums beside gradient and Hessian, with class weights; index 1: positive rows. */
typedef struct PassSums
{
	DoubleDouble loss;	/* without the penalty */
	DoubleDouble total; /* of the weights of the rows seen */
	double class_loss[2];
	double class_right[2]; /* weight of the rows whose class eta tells */
	double class_total[2];
	double size; /* generalised linear models: see GlmSums */
	double pearson;
} PassSums;

/* Lives through one logistic_fit; every array is the allocator's. */
typedef struct Logistic
{
	const Dataset *dataset;
	const Design *design;
	const LogisticOptions *options;
	const Allocator *allocator;
	const StopCheck *stop;
	const GlmLoss *glm; /* the loss of a generalised linear model; NULL: another */
	RobustLoss *robust; /* a loss of residuals, its sums beside it; NULL: another */

	/* The basis. */
	int32_t n_dense;		   /* 1 + numbers */
	int32_t n_basis;		   /* n_dense + indicators */
	int32_t n_slots;		   /* indicators that a row can meet at once */
	int32_t n_special;		   /* 1 + categories with missing values */
	int32_t *category_base;	   /* n_categories: basis index of level 0 */
	int32_t *category_missing; /* n_categories, or NONE */
	int32_t *number_missing;   /* n_numbers, or NONE */
	int32_t *special_index;	   /* n_special: 0, then the category_missing that there are */
	double *number_centre;	   /* n_numbers */
	double *number_scale;	   /* n_numbers: 1 / deviation, 0 = constant */
	double *number_range;	   /* n_numbers: largest |x - mean| */

	/* The columns. */
	int32_t n_columns; /* = design->n_terms */
	Column *columns;   /* n_columns */
	double total;	   /* sum of weights */
	double positive;   /* that of the positive rows */

	/* A panel. */
	double *panel_block;
	double *
		panel; /* in panel_block, aligned: n_dense columns of PANEL_ROWS, zeros up to panel_padded(n_dense) */
	float *rough_panel; /* in rough_block, aligned: the panel in single precision */
	float *rough_block;
	double *rows;	/* the same by row; NULL without indicators */
	int32_t *found; /* n_slots columns of PANEL_ROWS: basis index or NONE */

	/* A pass. */
	double *weights;  /* n_basis: eta = basis . weights */
	double *gradient; /* n_basis: of the summed loss */
	double
		*matrix; /* n_basis^2, lower: Hessian on the basis, then on the columns, then its factor */
	double *dense; /* panel_padded(n_dense)^2, lower: its dense part while it is filled */
	PassSums sums;
	bool is_rough; /* the next pass rounds the dense part of the Hessian to single precision */
	int32_t skipped_blocks; /* that the next pass leaves out behind each that it reads */

	/* Newton's method; n_columns each. */
	double *estimate;
	double *trial;
	double *step;
	double *slope; /* gradient of the mean penalised loss */
	double *root;  /* square roots of the matrix's diagonal, 0 for a constant column */
	int32_t rank;
	NullSpace null_space; /* after logistic_settle() */
	double *special_rows; /* n_special * n_basis, and as much again: see logistic_project */

	/* Coefficients that may not be below 0. */
	bool *is_bounded;		 /* n_columns; NULL: all are free */
	BoundedQuadratic bounds; /* for the steps */
	double damping;			 /* share of the matrix' diagonal that is added to it for these; 0 */
} Logistic;

/* Weight of row i of a block, class weight included. */
static inline double
row_weight(const DatasetBlock *block, int32_t i, const LogisticOptions *options)
{
	double weight = block->weight != NULL ? block->weight[i] : 1.0;

	if (options->class_of_code == NULL)
		return weight * options->class_weight[block->target[i] == options->positive_target];
	if (options->class_factor == NULL)
		return weight;
	return weight * options->class_factor[options->class_of_code[(int32_t) block->target[i]]];
}

/* Are the weights of all classes 1? */
static inline bool
classes_weigh_alike(const LogisticOptions *options)
{
	return options->class_factor == NULL &&
		(options->class_of_code != NULL ||
		 (options->class_weight[0] == 1.0 && options->class_weight[1] == 1.0));
}

/* The weights of a block's rows in `buffer` (DATASET_BLOCK_ROWS), or NULL when all are 1. */
static inline const double *
block_weights(const DatasetBlock *block, const LogisticOptions *options, double *buffer)
{
	int32_t i;

	if (block->weight == NULL && classes_weigh_alike(options))
		return NULL;
	for (i = 0; i < block->n; i++)
		buffer[i] = row_weight(block, i, options);
	return buffer;
}

/* So many of the first blocks are in the sums that the dataset has of rows of weight 1. */
static inline int32_t
summed_blocks(const Dataset *dataset, const LogisticOptions *options)
{
	return !dataset->has_weight && classes_weigh_alike(options) ? dataset->n_summed : 0;
}

/* Rows [start, start + n) of block b, and where the rows are that are read after them. */
typedef struct PanelPlace
{
	const DatasetBlock *block; /* b, its rows in memory */
	int32_t b;
	int32_t start;
	int32_t n;
	int32_t next_b;
	int32_t next_start;
	int32_t next_n;	 /* 0 at the end */
	int32_t skipped; /* blocks left out behind each */
} PanelPlace;

/* logistic_panel.c */

/* The place before the first panel: its next_n is 0 when there is no row. */
extern PanelPlace logistic_panel_first(const Dataset *dataset);

/* *place = the panel at a row of block b, its rows in memory until the next call. */
extern Status logistic_panel_open(const Dataset *dataset, int32_t b, int32_t start,
								  PanelPlace *place);

/*
 * The dense columns of the panel, and the indicators that its rows meet.  The rows read next are asked
 * for here, or, where *ahead takes them, by who makes the products.
 */
extern void logistic_panel_load(Logistic *fit, const PanelPlace *place, PanelAhead *ahead);

/* weights (n_basis) = the basis coefficients of column coefficients. */
extern void logistic_panel_spread(const Logistic *fit, const double *estimate, double *weights);

/* The linear predictor of the loaded panel's first n rows. */
extern void logistic_panel_eta(const Logistic *fit, const double *weights, int32_t n, double *eta);

/* The dense columns of the loaded panel by row, as panel_scatter takes them. */
extern void logistic_panel_transpose(Logistic *fit, int32_t n);

/* logistic_column.c */
extern Status logistic_begin(Logistic *fit);
extern void logistic_end(Logistic *fit);

/* logistic_pass.c */
extern Status logistic_pass(Logistic *fit, const double *estimate);

/* Adds the loaded panel's sums of each member of the basis times a value a row, 0 beyond n. */
extern void logistic_add_gradient(const Logistic *fit, const double *residual, int32_t n,
								  double *gradient);

extern void logistic_slope(Logistic *fit, const double *estimate);
extern Status logistic_project(Logistic *fit);
extern Status logistic_largest_eta(Logistic *fit, const double *estimate, double *largest);

/* What the other losses share with the logistic one (logistic.c). */

/* Options for rows of numbers, none of which is of a class. */
extern LogisticOptions logistic_unclassed(double l2, bool standardize);

/* Facts before a fit, all NaN or 0. */
extern LinearFacts logistic_no_facts(void);

extern Status logistic_report(Logistic *fit, double limit, LinearFit *result);

/* glm_newton.c */
extern Status glm_newton(Logistic *fit, GlmLoss *loss, const GlmOptions *options,
						 LinearFacts *facts);

/* robust.c */
extern Status robust_pass(Logistic *fit, const double *estimate);
extern void robust_project(const Logistic *fit, const double *basis, double factor,
						   double *columns);
extern Status robust_report(Logistic *fit, double factor, double freedom, LinearFit *result);

/* logistic_newton.c */
extern Status logistic_newton(Logistic *fit, LinearFacts *facts);

/* The mean penalised loss of what logistic_pass() left. */
extern double logistic_objective(const Logistic *fit, const double *estimate);

/*
 * Moves along the step, halved until the objective is at most the limit, into *value;
 * KERNEL_NOT_CONVERGED when it never is.
 */
extern Status logistic_advance(Logistic *fit, double limit, int32_t max_halvings, double *value);

/* logistic_bound.c */

/*
 * Bounds where the options ask for them.  frame: has the columns, those of one list of coefficients
 * after the other; `fit` itself where there is one list.
 */
extern Status logistic_bound_begin(Logistic *fit, const Logistic *frame);
extern void logistic_bound_end(Logistic *fit);

/* fit->step to the minimum within the bounds of what the slope and the matrix, not factored, tell. */
extern Status logistic_bound_step(Logistic *fit, const double *slope);

/* The rank; with bounds the number of coefficients that are not 0, and of intercepts. */
extern int32_t logistic_bound_rank(const Logistic *fit);

/* How far the slope of coefficient k is from what an optimum allows. */
static inline double
logistic_violation(const Logistic *fit, int32_t k)
{
	if (fit->is_bounded != NULL && fit->is_bounded[k] && !(fit->estimate[k] > 0.0))
		return fit->slope[k] < 0.0 ? -fit->slope[k] : 0.0;
	return fabs(fit->slope[k]);
}

/* logistic_solve.c */
extern Status logistic_factor(Logistic *fit);

/* fit->step from the matrix and the slope, within the bounds; leaves the matrix factored. */
extern Status logistic_find_step(Logistic *fit);
extern double logistic_smallest_pivot(const Logistic *fit);
extern void logistic_solve(const Logistic *fit, const double *b, double *x);
extern Status logistic_settle(Logistic *fit);
extern Status logistic_variances(const Logistic *fit, double *variance);
extern Status logistic_covariance(const Logistic *fit, const Logistic *frame,
								  LinearCovariance *covariance);
extern bool logistic_is_determined(const Logistic *fit, const double *v);

#endif /* ORCHARD_KERNEL_LINEAR_LOGISTIC_STATE_H */
