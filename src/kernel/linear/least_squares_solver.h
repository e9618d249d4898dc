/*
 * least_squares_solver.h: from the sums of a state to the equations of a design's terms.
 *
 * A term's column is a combination of at most two basis columns: an entry of z
 * (1 or a number) or a kept, pooled or missing indicator, plus a multiple of a
 * missing indicator (the imputed mean or frequency).  The terms' Gram matrix
 * follows from the state's sums, centred when there is an intercept, in double-double.
 *
 * solver_sum -> solver_scale -> solver_penalize -> a way to solve; solver_release in any case.
 * The means and frequencies are the design's, so rows may be looked at with those of other rows.
 */
#ifndef ORCHARD_KERNEL_LINEAR_LEAST_SQUARES_SOLVER_H
#define ORCHARD_KERNEL_LINEAR_LEAST_SQUARES_SOLVER_H

#include "kernel/linear/least_squares_state.h"
#include "kernel/linear/normal_equations.h"

/* A term as a combination of basis columns. */
typedef struct Part
{
	int32_t z;		   /* index into z with coefficient 1, or -1 */
	int32_t indicator; /* reduced indicator with coefficient 1, or -1 */
	int32_t missing;   /* reduced indicator with the coefficient below, or -1 */
	double fill;	   /* mean or frequency */
} Part;

/* Everything that a fit allocates, with the sizes to release it. */
typedef struct Solver
{
	const LeastSquares *state;
	const Design *design;
	const Allocator *allocator;
	int32_t p;	   /* terms without the intercept */
	int32_t first; /* 1 when there is an intercept, else 0 */
	double *hi;	   /* least_squares_entries: the raw sums */
	double *lo;
	int32_t n_reduced;
	int32_t *reduced_of;		 /* n_indicators: reduced indicator, or -1 */
	int32_t *first_level;		 /* n_categories: reduced indicator of level 0; the others follow */
	DoubleDouble *reduced_sums;	 /* n_reduced x width */
	DoubleDouble *reduced_pairs; /* n_reduced x n_reduced, symmetric; diagonal = weight */
	Part *parts;				 /* n_terms */
	DoubleDouble *gram;			 /* p x p: lower triangle, until it is mirrored */
	DoubleDouble *moment;		 /* p: with the target */
	DoubleDouble *sum;			 /* p: with 1 */
	DoubleDouble *solution;		 /* p */
	double *scale;				 /* p: square root of the centred square; 0 = constant */
	double *square;				 /* p: of the columns as they are */
	double *variation;			 /* p: of the columns about their means */
	double *weight;				 /* p: of a penalty of the column, for l2 = 1 */
	double *penalty;			 /* p: added to the scaled diagonal */
	double *threshold;			 /* p: of the scaled coefficients, for l1 */
	DoubleDouble *mean;			 /* p: of the scaled columns */
	double *tolerance;			 /* p: least pivot of an independent column */
	int32_t *pivot;				 /* p: of the equations' factor */
	double *variance;			 /* p: of the scaled coefficients, for a residual variance of 1 */
	DoubleDouble
		*information;	/* n_terms x n_terms: gram with the intercept; NULL when not needed */
	DoubleDouble total; /* sum of weights */
	DoubleDouble target_sum;
	DoubleDouble target_square; /* centred when there is an intercept */
	DoubleDouble slack;			/* u'(c - R u - D u), what the way to solve left */
	NormalEquations equations;

	/* After solver_refine(), where it was called: it solves for columns less these centres. */
	bool is_refined;
	double *centre;			  /* p */
	DoubleDouble level;		  /* of the target at the centres */
	DoubleDouble rest_square; /* the residual square */
} Solver;

/* A solver of these, empty. */
extern void solver_begin(Solver *solver, const LeastSquares *state, const Design *design,
						 const Allocator *allocator);

/*
 * solver_sum
 *		The terms' sums, moments and Gram matrix, as they are.
 *
 * Settled state.  Returns KERNEL_OK, KERNEL_OUT_OF_MEMORY, KERNEL_TOO_LARGE, KERNEL_STOPPED.
 */
extern Status solver_sum(Solver *solver, const StopCheck *stop);

/*
 * solver_scale
 *		To a unit diagonal; a constant column becomes zero.
 *
 * standardize: penalties will be on columns of standard deviation 1, else on the columns as they
 * are.  KERNEL_OVERFLOW when a sum is not finite.
 */
extern Status solver_scale(Solver *solver, bool standardize);

/* The penalties of the scaled columns, apart from the Gram matrix. */
extern void solver_penalize(Solver *solver, double l1, double l2);

/*
 * solver_refine
 *		The solution of a full-rank system to the last digits, from the rows behind the sums.
 *
 * After normal_equations_solve() in double-double and without a penalty.  A few passes over the rows of
 * O(p) double-double operations each, and as many solutions.  KERNEL_OK, KERNEL_OUT_OF_MEMORY,
 * KERNEL_STOPPED and what the dataset's store reports.
 */
extern Status solver_refine(Solver *solver, const Dataset *rows, const StopCheck *stop);

/* Fills the upper triangle of the Gram matrix. */
extern void solver_mirror(Solver *solver);

/* The residual square at the solution; the Gram matrix may have been overwritten. */
extern DoubleDouble solver_residual_square(const Solver *solver);

extern void solver_release(Solver *solver);

#endif /* ORCHARD_KERNEL_LINEAR_LEAST_SQUARES_SOLVER_H */
