/*
 * quantile_state.h: what the files of quantile regression share.
 *
 *	 quantile_rows.c	the rows: residuals, their changes, sums over both
 *	 quantile.c			smoothing, the vertex and its proof
 */
#ifndef ORCHARD_KERNEL_LINEAR_QUANTILE_STATE_H
#define ORCHARD_KERNEL_LINEAR_QUANTILE_STATE_H

#include "kernel/linear/logistic_state.h"
#include "kernel/linear/quantile.h"

typedef struct Residuals
{
	Logistic fit;
	LogisticOptions rows; /* of fit: no row is of a class */
	const QuantileOptions *options;
	size_t n;
	double size;	  /* root mean square of the targets, after residuals_least_squares() */
	double *residual; /* n: target - x'estimate */
	double *change;	  /* n: x'step: what the whole step takes from the residual */
	double *gradient; /* n_columns: a second one */
	double *other;	  /* n_columns */
} Residuals;

/*
 * What rows add: given the residuals of n rows, their weights (NULL: 1) and targets, `residual` is what the
 * gradient by eta gets and `curvature` what the Hessian gets.
 */
typedef struct RowLoss
{
	void (*rows)(const struct RowLoss *loss, const double *e, const double *weight, int32_t n,
				 double *residual, double *curvature);
	double scale; /* as the function has it */
	double bound;
	bool has_curvature; /* else only the gradient is wanted */
} RowLoss;

/* Sums over rows that need no columns: e residuals, change their changes. */
typedef void (*RowVisit)(void *context, const double *e, const double *change, const double *weight,
						 const double *target, int32_t n);

extern Status residuals_begin(Residuals *residuals, const Dataset *dataset, const Design *design,
							  const QuantileOptions *options, const Allocator *allocator,
							  const StopCheck *stop);
extern void residuals_end(Residuals *residuals);

/* residual = target - x'estimate, from the rows. */
extern Status residuals_find(Residuals *residuals);

/* change = x'fit.step. */
extern Status residuals_changes(Residuals *residuals);

/* Takes length times the change from the residuals and length times the step from the estimate. */
extern void residuals_move(Residuals *residuals, double length);

/*
 * Gradient, and Hessian where the loss has one, on the basis; then logistic_slope() and
 * logistic_project().  Without one the matrix stays what it is.
 */
extern Status residuals_pass(Residuals *residuals, const RowLoss *loss);

extern Status residuals_visit(const Residuals *residuals, RowVisit visit, void *context);

/* The least-squares fit into the estimate, its residuals, and the root of their mean square. */
extern Status residuals_least_squares(Residuals *residuals, double *deviation);

/* The matrix = the factored mean of xx' on the columns. */
extern Status residuals_factor_design(Residuals *residuals);

/*
 * The table of coefficients; variance: what the inverse of the sum of xx' is multiplied with, NaN: no errors.
 * The statistic is t of `degrees` degrees of freedom, z where that is infinite.
 */
extern Status residuals_report(Residuals *residuals, double variance, double degrees,
							   LinearFit *result);

/* Have all rows the weight 1? */
extern bool residuals_are_unweighted(const Residuals *residuals);

#endif /* ORCHARD_KERNEL_LINEAR_QUANTILE_STATE_H */
