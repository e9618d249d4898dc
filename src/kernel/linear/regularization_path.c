/*
 * regularization_path.c: one set of equations, a descent that goes on from penalty to penalty.
 */
#include "kernel/linear/regularization_path.h"

#include <math.h>

Status
path_begin(RegularizationPath *path, LeastSquares *state, const Design *design,
		   const PathOptions *options, const Allocator *allocator, const StopCheck *stop)
{
	Solver *solver = &path->solver;
	Status status;

	*path = (RegularizationPath){.options = *options};
	least_squares_settle(state);
	solver_begin(solver, state, design, allocator);
	status = solver_sum(solver, stop);
	if (status == KERNEL_OK)
		status = solver_scale(solver, options->standardize);
	if (status != KERNEL_OK)
		return status;
	solver_mirror(solver);
	path->descent = (CoordinateDescent){.allocator = allocator,
										.p = solver->p,
										.nonnegative = options->nonnegative,
										.gram = solver->gram,
										.moment = solver->moment,
										.threshold = solver->threshold,
										.ridge = solver->penalty,
										.is_rough = options->is_rough,
										.solution = solver->solution};
	return coordinate_descent_begin(&path->descent);
}

/* The least l1 that leaves no coefficient. */
static double
largest_l1(const RegularizationPath *path)
{
	const Solver *solver = &path->solver;
	double largest = 0.0;
	int32_t i;

	for (i = 0; i < solver->p; i++)
	{
		double moment = solver->moment[i].hi;
		double slope = path->options.nonnegative ? moment : fabs(moment);

		if (solver->weight[i] > 0.0)
			largest = fmax(largest, slope / (sqrt(solver->total.hi) * sqrt(solver->weight[i])));
	}
	return largest;
}

int32_t
path_grid(const RegularizationPath *path, int32_t n, double least, double *alphas)
{
	double largest = largest_l1(path) / path->options.l1_ratio;
	int32_t i;

	alphas[0] = largest;
	if (!(largest > 0.0))
		return 1;
	for (i = 1; i < n; i++)
		alphas[i] = largest * pow(least, (double) i / (n - 1));
	return n;
}

Status
path_advance(RegularizationPath *path, double alpha, const StopCheck *stop, PathStep *step)
{
	CoordinateDescent *descent = &path->descent;
	double l1_ratio = path->options.l1_ratio;
	Status status;

	path->alpha = alpha;
	solver_penalize(&path->solver, alpha * l1_ratio, alpha * (1.0 - l1_ratio));
	status = coordinate_descent_advance(descent, stop);
	if (status != KERNEL_OK)
		return status;
	path->solver.slack = descent->slack;
	*step = (PathStep){.alpha = alpha,
					   .rss = descent->is_rough ? NAN : solver_residual_square(&path->solver).hi,
					   .n_nonzero = descent->n_nonzero,
					   .sweeps = descent->sweeps,
					   .residual = descent->residual,
					   .converged = descent->converged};
	return KERNEL_OK;
}

Status
path_estimates(const RegularizationPath *path, double *estimates)
{
	const Solver *solver = &path->solver;
	DoubleDouble intercept = solver->target_sum;
	bool is_finite = true;
	int32_t i;

	for (i = 0; i < solver->p; i++)
	{
		DoubleDouble estimate = solver->scale[i] > 0.0 ?
			dd_divide_double(solver->solution[i], solver->scale[i]) :
			dd_from(0.0);

		estimates[solver->first + i] = estimate.hi;
		is_finite = is_finite && isfinite(estimate.hi);
		if (estimate.hi != 0.0)
			intercept = dd_subtract(intercept, dd_multiply(estimate, solver->sum[i]));
	}
	if (solver->first == 1)
	{
		estimates[0] = dd_divide(intercept, solver->total).hi;
		is_finite = is_finite && isfinite(estimates[0]);
	}
	return is_finite ? KERNEL_OK : KERNEL_OVERFLOW;
}

double
path_total_square(const RegularizationPath *path)
{
	return fmax(path->solver.target_square.hi, 0.0);
}

void
path_end(RegularizationPath *path)
{
	if (path->descent.sweeper != NULL)
		coordinate_descent_end(&path->descent);
	solver_release(&path->solver);
}
