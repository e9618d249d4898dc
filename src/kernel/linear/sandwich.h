/*
 * sandwich.h: standard errors that do not ask for errors of one variance.
 *
 * C = A^-1 B A^-1 with A the information and B the sum of s_i^2 x_i x_i', s_i being what row i adds
 * to the slope of the log likelihood along eta: w (y - x'b), or w (y - p) of logistic regression.
 * By the type of covariance s_i^2 is taken as it is (HC0), times n / (n - rank) (HC1), divided by
 * 1 - h_i (HC2) or by its square (HC3), with h_i the leverage of the row; of several lists see sandwich_block.h.
 * (White, Econometrica 48, 1980; MacKinnon and White, Journal of Econometrics 29, 1985; Zeileis,
 * Journal of Statistical Software 16(9), 2006, for generalised linear models.)  With the score and
 * the information of another loss it is the covariance of that estimator (Huber, "The behavior of
 * maximum likelihood estimates under nonstandard conditions", 5th Berkeley Symposium, 1967).
 */
#ifndef ORCHARD_KERNEL_LINEAR_SANDWICH_H
#define ORCHARD_KERNEL_LINEAR_SANDWICH_H

#include "kernel/dataset/dataset.h"
#include "kernel/dataset/design.h"
#include "kernel/linear/glm_loss.h"
#include "kernel/linear/linear_model.h"
#include "kernel/linear/logistic.h"
#include "kernel/linear/robust_loss.h"

/*
 * The score of row i of a block for each list of coefficients, by its etas, and its share of A along these;
 * of several lists, n_lists, the root L of it, LL', n_lists x (n_lists + 1), or NULL where nobody asks.
 */
typedef void (*RowScores)(const void *context, const DatasetBlock *block, int32_t i,
						  const double *eta, double *scores, double *information);

typedef struct SandwichRows
{
	RowScores scores;
	const void *context;
	double freedom; /* degrees of Student's t; INFINITY: the normal distribution */
} SandwichRows;

/* sandwich_row.c: of least squares, without a context; */
extern void sandwich_squares(const void *context, const DatasetBlock *block, int32_t i,
							 const double *eta, double *scores, double *information);

/* of logistic regression of two classes, whose options are the context; */
extern void sandwich_logistic(const void *context, const DatasetBlock *block, int32_t i,
							  const double *eta, double *scores, double *information);

/* of a generalised linear model: its GlmLoss, of expected curvature; */
extern void sandwich_glm(const void *context, const DatasetBlock *block, int32_t i,
						 const double *eta, double *scores, double *information);

/* of Huber regression: its RobustLoss at the scale found, whose sums are of no meaning; */
extern void sandwich_huber(const void *context, const DatasetBlock *block, int32_t i,
						   const double *eta, double *scores, double *information);

/* of scores whose square is the row's weight times a factor, the context (double); */
extern void sandwich_weights(const void *context, const DatasetBlock *block, int32_t i,
							 const double *eta, double *scores, double *information);

/* of scores that are the row's weight times a factor, the context (double); */
extern void sandwich_even(const void *context, const DatasetBlock *block, int32_t i,
						  const double *eta, double *scores, double *information);

/* of logistic regression of more classes: SandwichClasses. */
extern void sandwich_classes(const void *context, const DatasetBlock *block, int32_t i,
							 const double *eta, double *scores, double *information);

typedef struct SandwichClasses
{
	const LogisticOptions *options;
	int32_t reference; /* the class without coefficients of its own */
} SandwichClasses;

/* What errors are found for: n_lists lists of the design's terms, one after the other. */
typedef struct SandwichTask
{
	const Dataset *dataset;
	const Design *design;
	CovarianceType type;
	SandwichRows rows;
	int32_t n_lists;
	int32_t rank;					 /* of a list */
	LinearCoefficient *coefficients; /* n_lists * n_terms; out: errors, statistics, p-values */
	LinearCovariance *covariance;	 /* of all; in: A^-1; its centres are n_lists * n_terms too */
	const double *level;			 /* n_lists: eta at the centres */
	const double
		*leverage; /* factor like the covariance's of which leverages are; NULL: that one */
} SandwichTask;

/* The task of a fit of one list. */
extern SandwichTask sandwich_task(const Dataset *dataset, const Design *design, CovarianceType type,
								  SandwichRows rows, LinearFit *fit);

/*
 * sandwich_errors
 *		Replaces the covariance A^-1, standard errors, statistics and p-values of a fit.
 *
 * covariance: that of residual variance 1, as least_squares_fit() gives it when asked.  One pass over the
 * rows of O((lists * terms)^2) each; sums of a block of rows in double, those of the blocks in
 * double-double.  Where the covariance is not known, or a row has the leverage 1 (HC2, HC3), no coefficient has a standard error afterwards and the covariance is not known.
 *
 * Returns KERNEL_OK, KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED and what the dataset's store reports.
 */
extern Status sandwich_errors(const SandwichTask *task, const Allocator *allocator,
							  const StopCheck *stop);

#endif /* ORCHARD_KERNEL_LINEAR_SANDWICH_H */
