/*
 * regularization_path.h: least squares for one penalty after another.
 *
 * A penalty alpha >= 0 stands for l1 = alpha * l1_ratio and l2 = alpha * (1 - l1_ratio) of
 * least_squares_fit.  The equations are built once; from the largest penalty down each
 * solution starts at the one before, so most take a sweep or two.
 *
 * path_begin -> path_grid, path_advance for each -> path_end, which is due after a failure too.
 */
#ifndef ORCHARD_KERNEL_LINEAR_REGULARIZATION_PATH_H
#define ORCHARD_KERNEL_LINEAR_REGULARIZATION_PATH_H

#include "kernel/linear/coordinate_descent.h"
#include "kernel/linear/least_squares_solver.h"

typedef struct PathOptions
{
	double l1_ratio;  /* 0 .. 1: 1 = lasso, 0 = ridge */
	bool nonnegative; /* no coefficient but the intercept below 0 */
	bool standardize; /* the penalty acts on columns scaled to standard deviation 1 */
	bool is_rough;	  /* only the estimates are wanted: rss is NAN */
} PathOptions;

typedef struct RegularizationPath
{
	PathOptions options;
	Solver solver;
	CoordinateDescent descent;
	double alpha; /* of the solution */
} RegularizationPath;

/* What is known of one solution. */
typedef struct PathStep
{
	double alpha;
	double rss;		   /* weighted residual sum of squares, NAN when rough */
	int32_t n_nonzero; /* coefficients, the intercept apart */
	int32_t sweeps;
	double residual; /* of coordinate_descent.h */
	bool converged;
} PathStep;

/* The equations of the state's rows.  Returns KERNEL_OK or what solver_sum and solver_scale do. */
extern Status path_begin(RegularizationPath *path, LeastSquares *state, const Design *design,
						 const PathOptions *options, const Allocator *allocator,
						 const StopCheck *stop);

/*
 * path_grid
 *		n penalties from the least one that leaves no coefficient down to `least` of it, their
 *		logarithms evenly spaced, as scikit-learn's enet_path has them.
 *
 * l1_ratio > 0; 0 < least < 1.  Returns how many there are: n, or 1, the penalty 0, when no
 * column moves with the target.
 */
extern int32_t path_grid(const RegularizationPath *path, int32_t n, double least, double *alphas);

/* The solution for alpha, faster near the last one.  KERNEL_OK, also when not converged, KERNEL_STOPPED. */
extern Status path_advance(RegularizationPath *path, double alpha, const StopCheck *stop,
						   PathStep *step);

/* The coefficients of that solution in the units of the columns, n_terms.  KERNEL_OVERFLOW. */
extern Status path_estimates(const RegularizationPath *path, double *estimates);

/* The weighted sum of squares of the target, about its mean when there is an intercept. */
extern double path_total_square(const RegularizationPath *path);

extern void path_end(RegularizationPath *path);

#endif /* ORCHARD_KERNEL_LINEAR_REGULARIZATION_PATH_H */
