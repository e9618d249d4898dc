/*
 * softmax_state.h: what the files of multinomial logistic regression share.
 *
 * Notation: K classes, of which M = K - 1 are free: the coefficients of the reference class are 0.
 * q columns (logistic_state.h) are the same for each class, so M q coefficients in all, class by class.
 *
 * The penalty of symmetric coefficients b_k, of which only differences show in the rows, is that of
 * the shortest ones: those that add up to 0.  In terms of the free ones B it is
 * l2/2 (sum |B_m|^2 - |sum B_m|^2 / K), so one minimisation serves both forms of the result.  Coefficients
 * that may not be below 0 are the free ones, and the penalty is l2/2 sum |B_m|^2 of these.
 *
 *	 softmax.c			the coefficient table
 *	 softmax_newton.c	Newton's method
 *	 softmax_quasi.c	steps without a Hessian: on the way to where Newton's pay, or to the end
 *	 softmax_pass.c		loss, gradient and Hessian from the rows
 */
#ifndef ORCHARD_KERNEL_LINEAR_SOFTMAX_STATE_H
#define ORCHARD_KERNEL_LINEAR_SOFTMAX_STATE_H

#include "kernel/linear/logistic_state.h"
#include "kernel/linear/softmax.h"

/* What a pass sums beside loss and gradients. */
typedef enum PassMatrix
{
	PASS_NOTHING,
	PASS_SHARED, /* the products of the columns, weighted by the rows' weights */
	PASS_HESSIAN /* for each pair of free classes, weighted by their curvature */
} PassMatrix;

/* Lives through one softmax_fit; every array is the allocator's. */
typedef struct Softmax
{
	/*
	 * Basis, columns and panels.  Its matrix is the one that all classes share, factored by
	 * softmax_approach(); its estimate, root and null space are of one class.
	 */
	Logistic frame;

	/*
	 * Newton's system of all classes: of its parts there are the allocator, stop, total, matrix
	 * (without one where has_hessian is false), root, rank, null space and the vectors of M q entries.
	 */
	Logistic system;

	int32_t n_classes; /* K */
	int32_t n_free;	   /* M */
	int32_t reference;
	bool has_hessian;
	size_t n_pairs; /* M (M + 1) / 2; pair (a, b), b <= a, is number a (a + 1) / 2 + b */

	double *arrays; /* one block of n_arrays doubles that holds all up to the pairs */
	size_t n_arrays;
	double *class_total; /* K: weight of the rows */
	double *class_loss;	 /* K: of their loss, at the last pass */
	double *class_right; /* K: weight of those told right */
	double *weights;	 /* M * n_basis: basis coefficients of the free classes */
	double *gradients;	 /* M * n_basis: of the summed loss */
	double *p;			 /* K columns of PANEL_ROWS */
	double *residual;	 /* K columns */
	double *curvature;	 /* M columns */
	double *blank;		 /* PANEL_ROWS zeros, then n_basis to be ignored */
	double largest_loss; /* of a row with a weight, at the last pass */
	bool is_rough;		 /* the next Hessian's dense part in single precision */

	double *pairs; /* n_pairs * n_basis^2: the Hessian on the basis; NULL without */
	double *dense; /* n_pairs * panel_padded(n_dense)^2: its dense parts while they are filled */
} Softmax;

/* The class of free class m. */
static inline int32_t
softmax_class(const Softmax *fit, int32_t m)
{
	return m < fit->reference ? m : m + 1;
}

/* softmax_pass.c: loss, gradients and matrix at estimates of the free classes. */
extern Status softmax_pass(Softmax *fit, const double *estimate, PassMatrix matrix);

/* The mean penalised loss of what softmax_pass() left. */
extern double softmax_objective(const Softmax *fit, const double *estimate);

/* Its gradient: system.slope. */
extern void softmax_slope(Softmax *fit, const double *estimate);

/*
 * The infinity norm of system.slope, the reference class included; with bounds how far the
 * slopes of the free classes are from what an optimum allows.
 */
extern double softmax_norm(const Softmax *fit);

/* Its Hessian after PASS_HESSIAN: system.matrix. */
extern Status softmax_project(Softmax *fit);

/* The largest difference that these coefficients make between the eta of two classes of a row. */
extern Status softmax_largest_eta(Softmax *fit, const double *estimate, double *largest);

/* softmax_quasi.c */

/* The classes' shares (K, out) and the intercepts that give them. */
extern void softmax_start(Softmax *fit, double *share);

/*
 * softmax_approach
 *		Steps from the classes' shares until the gradient's norm is at most `goal`, at most max_steps of them.
 *
 * Leaves a pass at the estimate; facts: iterations, gradient_norm.
 */
extern Status softmax_approach(Softmax *fit, double goal, int32_t max_steps, LinearFacts *facts);

/* softmax_newton.c */
extern Status softmax_newton(Softmax *fit, LinearFacts *facts);

#endif /* ORCHARD_KERNEL_LINEAR_SOFTMAX_STATE_H */
