/*
 * objective.h: what boosting makes small: losses, their gradients, where to start, values of leaves.
 *
 * y is the target, s the raw score, w the weight; losses are summed over the
 * rows.  Log-link objectives predict exp(s).
 *
 *   SQUARED    (s - y)^2 / 2
 *   ABSOLUTE   |s - y|
 *   HUBER      (s - y)^2 / 2 to delta, then delta (|s - y| - delta / 2); delta is
 *              the alpha-quantile of |s - y| before each tree (Friedman, "Greedy
 *              function approximation", Annals of Statistics 29, 2001, 4.4)
 *   QUANTILE   alpha (y - s) above the score, (1 - alpha) (s - y) below
 *   POISSON    exp(s) - y s
 *   GAMMA      y exp(-s) + s
 *   TWEEDIE    -y exp((1 - p) s) / (1 - p) + exp((2 - p) s) / (2 - p), 1 < p < 2
 *   LOGISTIC   binary log loss, y of 0 and 1
 *   SOFTMAX    log loss of several classes, y a class; one score a class
 */
#ifndef ORCHARD_KERNEL_TREE_OBJECTIVE_H
#define ORCHARD_KERNEL_TREE_OBJECTIVE_H

#include <math.h>

#include "kernel/base/memory.h"
#include "kernel/tree/objective_simd.h"

typedef enum BoostObjective
{
	BOOST_SQUARED,
	BOOST_ABSOLUTE,
	BOOST_HUBER,
	BOOST_QUANTILE,
	BOOST_POISSON,
	BOOST_GAMMA,
	BOOST_TWEEDIE,
	BOOST_LOGISTIC,
	BOOST_SOFTMAX
} BoostObjective;

typedef struct Objective
{
	BoostObjective kind;
	double alpha;	   /* HUBER, QUANTILE: between 0 and 1 */
	double power;	   /* TWEEDIE: between 1 and 2 */
	double delta;	   /* HUBER: set before each tree */
	int32_t n_classes; /* SOFTMAX */
} Objective;

/* Is the hessian of a row its weight? */
static inline bool
objective_is_flat(const Objective *objective)
{
	return objective->kind <= BOOST_QUANTILE;
}

/* Are leaf values taken from the residuals of their rows instead of a Newton step? */
static inline bool
objective_renews(const Objective *objective)
{
	return objective->kind == BOOST_ABSOLUTE || objective->kind == BOOST_HUBER ||
		objective->kind == BOOST_QUANTILE;
}

/* A residual, cut at Huber's bend. */
static inline double
objective_bent(double residual, double delta)
{
	return fabs(residual) <= delta ? residual : copysign(delta, residual);
}

/* Some rows to take gradients of, at most OBJECTIVE_ROWS. */
typedef struct ObjectiveRows
{
	int32_t n;
	const double *score;  /* of the output asked for */
	const double *target; /* n */
	const double *weight; /* n; NULL: all 1 */
	const double *level;  /* SOFTMAX: log of the sum over the classes of exp(score); else NULL */
	int32_t output;		  /* SOFTMAX: the class asked for */
} ObjectiveRows;

/*
 * objective_gradients
 *		First and second derivative of the weighted loss by the score, and the loss itself.
 *
 * loss: NULL when not wanted; SOFTMAX: the part of rows of the class asked for,
 * 0 for the others.  Nothing is infinite where scores and targets are not.
 */
extern void objective_gradients(const Objective *objective, const ObjectiveRows *rows,
								double *gradient, double *hessian, double *loss);

/*
 * objective_start
 *		The constant score that makes the loss least; start: one value an output.
 *
 * scratch: n doubles.
 */
extern Status objective_start(const Objective *objective, const double *target,
							  const double *weight, int32_t n, double *scratch,
							  const Allocator *allocator, double *start);

/* The same from the mean target, or the share of a class, where it is not a quantile of the targets. */
extern double objective_start_of_mean(const Objective *objective, double mean);

/* Of the quantile that the scores start at, or that a leaf takes: 0.5 for medians. */
static inline double
objective_level(const Objective *objective)
{
	return objective->kind == BOOST_QUANTILE ? objective->alpha : 0.5;
}

/*
 * The weighted alpha-quantile of n values, which are reordered.  Without weights
 * it lies between the two values next to (n - 1) alpha, in proportion; with
 * weights it is the smallest value with at least alpha of the weight at or below it.
 */
extern Status objective_quantile(double *values, const double *weights, int32_t n, double alpha,
								 const Allocator *allocator, double *quantile);

/* The value that a leaf of these residuals y - s takes (objective_renews); residuals are reordered. */
extern Status objective_renewed(const Objective *objective, double *residuals,
								const double *weights, int32_t n, const Allocator *allocator,
								double *value);

#endif /* ORCHARD_KERNEL_TREE_OBJECTIVE_H */
