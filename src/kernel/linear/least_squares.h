/*
 * least_squares.h: linear regression from sufficient statistics.
 *
 * The state holds, over the rows added so far and in one pass, every sum that
 * the normal equations can need whatever the final means and levels turn out
 * to be:
 *   - the Gram matrix of z = (1, numbers, target) with 0 for a missing number;
 *   - for each indicator (a level of a category; "feature f is missing") the
 *     sums of z over the rows where it is 1;
 *   - for each pair of indicators that met in a row, the weight of those rows.
 * Mean imputation, dropped reference levels and pooled rare levels are then
 * linear maps of these sums, so row order and partial states do not matter.
 *
 * Up to LEAST_SQUARES_EXACT numbers every sum is a double-double.  Above, blocks
 * of rows are shifted by the first block's means and multiplied in double, and
 * the products added in double-double: within 15 % of OpenBLAS's dsyrk from 68
 * to 1,604 columns, so no library is opened.
 */
#ifndef ORCHARD_KERNEL_LINEAR_LEAST_SQUARES_H
#define ORCHARD_KERNEL_LINEAR_LEAST_SQUARES_H

#include "kernel/base/memory.h"
#include "kernel/codec/bytes.h"
#include "kernel/dataset/dataset.h"
#include "kernel/dataset/design.h"
#include "kernel/linear/linear_model.h"

#define LEAST_SQUARES_EXACT 64

/* Correct digits of coefficients below which a fit says how many it has. */
#define LEAST_SQUARES_DIGITS 8

typedef struct LeastSquares LeastSquares;

typedef struct LeastSquaresOptions
{
	double
		l1; /* >= 0; objective (1/sum w) sum w r^2 / 2 + l1 |b|_1 + (l2/2) |b|^2: see least_squares_fit */
	double l2;			 /* >= 0 */
	bool nonnegative;	 /* no coefficient but the intercept below 0 */
	bool standardize;	 /* the penalty acts on columns scaled to standard deviation 1 */
	const Dataset *rows; /* those behind the sums, for the digits that these have lost; or NULL */
} LeastSquaresOptions;

/*
 * least_squares_digits
 *		About as many digits of the estimates are right, 15 at most and 1 at least.
 *
 * condition: of the columns centred and scaled, NaN where they depend on each other.  is_wide: the sums
 * are of products in double.  Of such, a dependence may be one of their digits: 0.
 */
extern int least_squares_digits(double condition, bool is_wide);

/*
 * least_squares_is_rough
 *		Would the rows give back digits of such a fit?
 *
 * Where the condition number has taken them, or where the residuals of so many rows are so small that
 * rounding shows in the coefficients against their standard errors.  is_plain: without a penalty; with l1
 * or nonnegative there are no digits to get back.
 */
extern bool least_squares_is_rough(const LinearFacts *facts, int64_t rows, bool is_wide,
								   bool is_plain);

/* An empty state for rows of n_numbers numbers and n_categories categories; NULL when refused. */
extern LeastSquares *least_squares_create(const Allocator *allocator, int32_t n_numbers,
										  int32_t n_categories);

/* The same, every sum a double-double whatever n_numbers is: for one process, it has no encoded form. */
extern LeastSquares *least_squares_create_exact(const Allocator *allocator, int32_t n_numbers,
												int32_t n_categories);

/* An empty state whose sums, where these are shifted, add to the model's without being moved. */
extern LeastSquares *least_squares_create_like(const Allocator *allocator,
											   const LeastSquares *model);
extern void least_squares_release(LeastSquares *state, const Allocator *allocator);

/*
 * Adds a row.  numbers: n_numbers, NaN = missing, others finite; codes:
 * n_categories, CODE_MISSING or the dictionary's code; target finite; weight > 0
 * finite.  Cost O(n_numbers^2) fused operations, no allocation unless a code is
 * new or a number is missing for the first time.  On KERNEL_OUT_OF_MEMORY the
 * state must not be used further.
 */
extern Status least_squares_add(LeastSquares *state, const Allocator *allocator,
								const double *numbers, const int32_t *codes, double target,
								double weight);

/*
 * least_squares_add_rests
 *		What the numbers of the row added last have beyond the digits of a double (least_squares_rest.c).
 *
 * rests: n_numbers, then the target's; 0 of a missing number.  The others as they were added.  A state
 * whose products are double has no room for them and stays as it is.  Returns as least_squares_add.
 */
extern Status least_squares_add_rests(LeastSquares *state, const Allocator *allocator,
									  const double *numbers, const int32_t *codes,
									  const double *rests, double weight);

/*
 * Adds the rows of a dataset whose targets are numbers, in their order.  Where it has 2 n_numbers + 1
 * numbers, those behind the first n_numbers are rests.
 */
extern Status least_squares_add_dataset(LeastSquares *state, const Allocator *allocator,
										const Dataset *dataset, const StopCheck *stop);

/* Fetches what the next row will need, while the caller reads that row. */
extern void least_squares_prefetch(const LeastSquares *state);

/* Adds all of `from`; code_maps[c][code] renames its category codes. */
extern Status least_squares_merge(LeastSquares *into, const Allocator *allocator,
								  LeastSquares *from, const int32_t *const *code_maps);

extern int32_t least_squares_numbers(const LeastSquares *state);
extern int32_t least_squares_categories(const LeastSquares *state);
extern int64_t least_squares_rows(const LeastSquares *state);

/* Sum of the weights of those rows. */
extern double least_squares_weight(const LeastSquares *state);

/* The number slot (n_numbers: the target) with the largest sum of squares, and that sum. */
extern int32_t least_squares_largest(const LeastSquares *state, double *square);

/* Facts for design_build.  level_weight[c] points into the state: entries 0 .. codes seen - 1. */
extern int32_t least_squares_codes(const LeastSquares *state, int32_t category);
extern void least_squares_number_facts(LeastSquares *state, NumberFacts *facts);
extern void least_squares_level_weights(const LeastSquares *state, int32_t category,
										double *level_weight, int32_t n_codes,
										double *missing_weight);

/*
 * least_squares_lone_strengths
 *		The share of the target's variance that each number slot, then each category slot, explains alone.
 *
 * Of a number by a straight line, of a category by the means of its levels, and that is adjusted for
 * their number; missing values have a mean of their own.  strength: n_numbers + n_categories, 0 of
 * what is constant.  The state does not change.  O(width^2).
 *
 * Returns KERNEL_OK, KERNEL_OUT_OF_MEMORY.
 */
extern Status least_squares_lone_strengths(LeastSquares *state, const Allocator *allocator,
										   double *strength);

/*
 * least_squares_fit
 *		Solves for the terms of the design.
 *
 * Minimises (1/sum w) sum w (y - x'b)^2 / 2 + sum over non-intercept terms of
 * l1 |s_j b_j| + (l2/2) (s_j b_j)^2, with s_j the column's standard deviation (1/n) when
 * standardize, else 1.  (With l2 = lambda this is scikit-learn's Ridge with
 * alpha = n * lambda on standardised columns.)
 * Centred and scaled in double-double, pivoted Cholesky; a rank-deficient
 * design gives the minimum-norm solution on the scaled columns, with NaN
 * std_error for coefficients that the data do not identify.  With l2 > 0 no
 * standard errors.  With l1 > 0 or nonnegative by coordinate descent, without
 * standard errors either; facts.rank then counts the nonzero coefficients and
 * the intercept, iterations the sweeps, and gradient_norm is the largest violation of
 * the optimality conditions relative to the largest moment.  fit->coefficients: n_terms, from the caller;
 * fit->covariance is known whenever a standard error is due to every column that is not constant.
 *
 * Returns KERNEL_OK, KERNEL_OUT_OF_MEMORY, KERNEL_STOPPED, KERNEL_OVERFLOW.
 */
extern Status least_squares_fit(LeastSquares *state, const Design *design,
								const LeastSquaresOptions *options, const Allocator *allocator,
								const StopCheck *stop, LinearFit *fit);

extern void least_squares_encode(LeastSquares *state, ByteWriter *writer);
extern Status least_squares_decode(LeastSquares **state, const Allocator *allocator,
								   ByteReader *reader);

#endif /* ORCHARD_KERNEL_LINEAR_LEAST_SQUARES_H */
