/*
 * least_squares_fit.c: from sums to coefficients.
 *
 * The equations of the terms (least_squares_solver.c) are solved directly, or with an l1
 * penalty or signs by coordinate descent.
 */
#include <math.h>
#include <string.h>

#include "kernel/linear/coordinate_descent.h"
#include "kernel/linear/covariance.h"
#include "kernel/linear/least_squares_solver.h"
#include "kernel/stat/distribution.h"

/*
 * Digits of a solution by the condition number c: of sums of products in double DOUBLE_DIGITS - 2 log10(c),
 * of double-double ones SUM_DIGITS - 2 log10(c), FULL_DIGITS at most.  Below REFINED_DIGITS the rows
 * have more to give.
 */
#define DOUBLE_DIGITS 16.0
#define SUM_DIGITS 30.0
#define FULL_DIGITS 15
#define REFINED_DIGITS 13
#define SUM_RESIDUE 1e-20 /* of 1e-30 of rounding, 10 digits are left */
#define NEAR_EXACT 1e-8	  /* 1e-16 of rounding against 8 digits of a standard error */

/* The coefficient table's row from its estimate and variance. */
static void
set_coefficient(LinearCoefficient *coefficient, const Term *term, double estimate, double variance,
				double degrees)
{
	coefficient->term = *term;
	coefficient->estimate = estimate;
	coefficient->std_error = coefficient->statistic = coefficient->p_value = NAN;
	if (!(variance >= 0.0 && degrees > 0.0))
		return;
	coefficient->std_error = sqrt(variance);
	coefficient->statistic = estimate / coefficient->std_error;
	if (isfinite(coefficient->statistic))
		coefficient->p_value = distribution_t_two_sided(coefficient->statistic, degrees);
	else if (isnan(coefficient->statistic))
		coefficient->p_value = NAN;
	else
		coefficient->p_value = 0.0;
}

/* Estimates, their errors and the facts of the fit. */
static Status
report(const Solver *solver, LinearFit *fit)
{
	const Design *design = solver->design;
	double degrees = (double) solver->state->rows - fit->facts.rank;
	DoubleDouble intercept = solver->is_refined ? solver->level : solver->target_sum;
	double mean_variance = 1.0 / solver->total.hi + solver->equations.mean_variance;
	int32_t i;

	fit->facts.rss =
		solver->is_refined ? solver->rest_square.hi : solver_residual_square(solver).hi;
	fit->facts.tss = solver->target_square.hi > 0.0 ? solver->target_square.hi : 0.0;
	fit->facts.sigma2 = degrees > 0.0 ? fit->facts.rss / degrees : NAN;
	for (i = 0; i < solver->p; i++)
	{
		double scale = solver->scale[i];
		DoubleDouble estimate =
			scale > 0.0 ? dd_divide_double(solver->solution[i], scale) : dd_from(0.0);

		if (!isfinite(estimate.hi))
			return KERNEL_OVERFLOW;
		intercept =
			dd_subtract(intercept,
						solver->is_refined ? dd_multiply_double(estimate, solver->centre[i]) :
											 dd_multiply(estimate, solver->sum[i]));
		set_coefficient(
			&fit->coefficients[solver->first + i], &design->terms[solver->first + i], estimate.hi,
			scale > 0.0 ? fit->facts.sigma2 * solver->variance[i] / (scale * scale) : NAN, degrees);
	}
	if (!design->has_intercept)
		return KERNEL_OK;
	if (!solver->is_refined)
		intercept = dd_divide(intercept, solver->total);
	set_coefficient(&fit->coefficients[0], &design->terms[0], intercept.hi,
					fit->facts.sigma2 * mean_variance, degrees);
	return isfinite(intercept.hi) ? KERNEL_OK : KERNEL_OVERFLOW;
}

/* Keeps the scaled equations, which solving overwrites; the intercept is independent of the rest. */
static Status
keep_information(Solver *solver)
{
	size_t n = (size_t) solver->design->n_terms;
	size_t p = (size_t) solver->p;
	size_t first = (size_t) solver->first;
	size_t size;
	size_t i;

	if (!size_multiply(n, n, &size))
		return KERNEL_TOO_LARGE;
	solver->information = memory_allocate_zero(solver->allocator, size, sizeof(DoubleDouble));
	if (solver->information == NULL)
		return KERNEL_OUT_OF_MEMORY;
	if (first == 1)
		solver->information[0] = dd_from(1.0);
	for (i = 0; i < p; i++)
		memcpy(solver->information + (first + i) * n + first, solver->gram + i * p,
			   (i + 1) * sizeof(DoubleDouble));
	return KERNEL_OK;
}

/* From the factor of the scaled coefficients to that of those in original units. */
static void
unscale_covariance(const Solver *solver, double sigma2, LinearCovariance *covariance)
{
	double *row = covariance->factor;
	int32_t i;
	int32_t k;

	covariance->is_known = true;
	for (i = 0; i < solver->design->n_terms; i++)
	{
		bool is_intercept = i < solver->first;
		double scale = is_intercept ? sqrt(solver->total.hi) : solver->scale[i - solver->first];

		covariance->centre[i] = is_intercept || solver->first == 0 ?
			0.0 :
			dd_divide(solver->sum[i - solver->first], solver->total).hi;
		for (k = 0; k <= i; k++, row++)
		{
			*row = scale > 0.0 ? *row * (sqrt(sigma2) / scale) : 0.0;
			covariance->is_known = covariance->is_known && isfinite(*row);
		}
	}
}

/* The covariance of the coefficients, where all columns but constant ones are independent. */
static Status
find_covariance(const Solver *solver, const StopCheck *stop, LinearFit *fit)
{
	bool is_exact = solver->equations.is_factored;
	int32_t n_constant = 0;
	Status status;
	int32_t i;

	for (i = 0; i < solver->p; i++)
		n_constant += solver->scale[i] == 0.0;
	if (solver->equations.rank + n_constant < solver->p || !(fit->facts.sigma2 >= 0.0))
		return KERNEL_OK;
	status = covariance_of_information(solver->information, solver->design->n_terms, is_exact,
									   solver->allocator, stop, fit->covariance->factor);
	fit->covariance->level =
		solver->first == 1 ? dd_divide(solver->target_sum, solver->total).hi : 0.0;
	if (status == KERNEL_OK)
		unscale_covariance(solver, fit->covariance->is_unit ? 1.0 : fit->facts.sigma2,
						   fit->covariance);
	/* In another order of the columns a pivot may be at most zero: the rank is barely full. */
	return status == KERNEL_INVALID ? KERNEL_OK : status;
}

/* Gaussian log-likelihood at the maximum, for unit weights. */
static double
log_likelihood(const Solver *solver, double rss)
{
	double n = (double) solver->state->rows;

	if (solver->total.hi != n || solver->total.lo != 0.0 || !(rss > 0.0))
		return NAN;
	return -0.5 * n * (log(6.283185307179586477 * rss / n) + 1.0);
}

/* By factoring. */
static Status
solve_directly(Solver *solver, const LeastSquaresOptions *options, const StopCheck *stop,
			   LinearFacts *facts)
{
	Status status;
	size_t i;

	for (i = 0; i < (size_t) solver->p; i++)
	{
		DoubleDouble *entry = &solver->gram[i * (size_t) solver->p + i];

		*entry = dd_add_double(*entry, solver->penalty[i]);
	}
	solver->equations.wants_variance = options->l2 == 0.0;
	status = normal_equations_solve(&solver->equations, stop);
	solver->slack = solver->equations.slack;
	facts->rank = solver->equations.rank + solver->first;
	facts->converged = true;
	facts->gradient_norm = solver->equations.residual;
	facts->condition_number = solver->equations.condition;
	return status;
}

/* By coordinate descent, which knows no variances. */
static Status
solve_by_descent(Solver *solver, const LeastSquaresOptions *options, const StopCheck *stop,
				 LinearFacts *facts)
{
	CoordinateDescent descent = {.allocator = solver->allocator,
								 .p = solver->p,
								 .nonnegative = options->nonnegative,
								 .gram = solver->gram,
								 .moment = solver->moment,
								 .threshold = solver->threshold,
								 .ridge = options->l2 > 0.0 ? solver->penalty : NULL,
								 .solution = solver->solution};
	Status status;
	int32_t i;

	solver_mirror(solver);
	status = coordinate_descent_solve(&descent, stop);

	for (i = 0; i < solver->p; i++)
		solver->variance[i] = NAN;
	solver->equations.mean_variance = NAN;
	solver->slack = descent.slack;
	facts->rank = descent.n_nonzero + solver->first;
	facts->iterations = descent.sweeps;
	facts->converged = descent.converged;
	facts->gradient_norm = descent.residual;
	facts->condition_number = NAN;
	return status;
}

/* Are the estimates those of plain least squares? */
static bool
is_plain(const LeastSquaresOptions *options)
{
	return options->l1 == 0.0 && options->l2 == 0.0 && !options->nonnegative;
}

int
least_squares_digits(double condition, bool is_wide)
{
	double digits = (is_wide ? DOUBLE_DIGITS : SUM_DIGITS) - 2.0 * log10(condition);

	if (isnan(condition))
		return is_wide ? 0 : FULL_DIGITS;
	return digits < 1.0 ? 1 : digits > FULL_DIGITS ? FULL_DIGITS : (int) digits;
}

/*
 * Is the residual deviation, which the standard errors are made of, hardly above what rounding of
 * sums in double does to coefficients?  Both are against the target's root of squares.
 */
static bool
is_near_exact(const LinearFacts *facts, int64_t rows)
{
	double degrees = (double) rows - facts->rank;
	double noise = degrees > 0.0 && facts->tss > 0.0 ? sqrt(facts->rss / facts->tss / degrees) :
													   (double) INFINITY;

	return noise < NEAR_EXACT * facts->condition_number;
}

bool
least_squares_is_rough(const LinearFacts *facts, int64_t rows, bool is_wide, bool is_plain)
{
	int digits = least_squares_digits(facts->condition_number, is_wide);

	if (!is_wide)
		return is_plain && digits < REFINED_DIGITS;
	return digits < LEAST_SQUARES_DIGITS || (is_plain && is_near_exact(facts, rows));
}

/* Is the residual square so small against the target's that double-double sums leave it few digits? */
static bool
is_residue(const Solver *solver)
{
	return !(solver_residual_square(solver).hi > SUM_RESIDUE * solver->target_square.hi);
}

/* Solves the equations of the solver's sums, and notes how many digits that leaves. */
static Status
solve_sums(Solver *solver, const LeastSquaresOptions *options, const StopCheck *stop,
		   LinearFit *fit)
{
	bool is_wide = solver->state->is_wide;
	bool is_descent = options->l1 > 0.0 || options->nonnegative;
	Status status;

	solver_penalize(solver, options->l1, options->l2);
	solver->equations = (NormalEquations){.allocator = solver->allocator,
										  .p = solver->p,
										  .is_exact = !is_wide,
										  .gram = solver->gram,
										  .moment = solver->moment,
										  .mean = solver->mean,
										  .tolerance = solver->tolerance,
										  .pivot = solver->pivot,
										  .solution = solver->solution,
										  .variance = solver->variance};
	fit->facts = (LinearFacts){0};
	status = is_descent ? solve_by_descent(solver, options, stop, &fit->facts) :
						  solve_directly(solver, options, stop, &fit->facts);
	fit->digits =
		is_descent ? FULL_DIGITS : least_squares_digits(fit->facts.condition_number, is_wide);
	return status;
}

static Status
solve(Solver *solver, const LeastSquaresOptions *options, const StopCheck *stop, LinearFit *fit)
{
	bool wants_covariance = fit->covariance != NULL && is_plain(options);
	Status status = solver_sum(solver, stop);

	if (status == KERNEL_OK)
		status = solver_scale(solver, options->standardize);
	if (status == KERNEL_OK && wants_covariance)
		status = keep_information(solver);
	if (fit->covariance != NULL)
		fit->covariance->is_known = false;
	if (status == KERNEL_OK)
		status = solve_sums(solver, options, stop, fit);
	if (status == KERNEL_OK && is_plain(options) && !solver->state->is_wide &&
		options->rows != NULL &&
		(least_squares_is_rough(&fit->facts, solver->state->rows, false, true) ||
		 is_residue(solver)))
	{
		status = solver_refine(solver, options->rows, stop);
		fit->facts.gradient_norm = solver->equations.residual;
		fit->digits = FULL_DIGITS;
	}
	if (status != KERNEL_OK)
		return status;
	status = report(solver, fit);
	fit->is_rough = options->l1 == 0.0 && !options->nonnegative && !solver->is_refined &&
		least_squares_is_rough(&fit->facts, solver->state->rows, solver->state->is_wide,
							   is_plain(options));
	fit->facts.log_likelihood = log_likelihood(solver, fit->facts.rss);
	if (status == KERNEL_OK && wants_covariance)
		status = find_covariance(solver, stop, fit);
	return status;
}

/* From settled sums. */
static Status
fit_sums(const LeastSquares *state, const Design *design, const LeastSquaresOptions *options,
		 const Allocator *allocator, const StopCheck *stop, LinearFit *fit)
{
	Solver solver;
	Status status;

	solver_begin(&solver, state, design, allocator);
	status = solve(&solver, options, stop, fit);
	solver_release(&solver);
	return status;
}

/* The same from the rows, by double-double sums of their products. */
static Status
fit_rows(const LeastSquares *state, const Design *design, const LeastSquaresOptions *options,
		 const Allocator *allocator, const StopCheck *stop, LinearFit *fit)
{
	LeastSquares *exact =
		least_squares_create_exact(allocator, state->n_numbers, state->n_categories);
	Status status = exact == NULL ?
		KERNEL_OUT_OF_MEMORY :
		least_squares_add_dataset(exact, allocator, options->rows, stop);

	if (status == KERNEL_OK)
	{
		least_squares_settle(exact);
		status = fit_sums(exact, design, options, allocator, stop, fit);
	}
	least_squares_release(exact, allocator);
	return status;
}

Status
least_squares_fit(LeastSquares *state, const Design *design, const LeastSquaresOptions *options,
				  const Allocator *allocator, const StopCheck *stop, LinearFit *fit)
{
	Status status;

	least_squares_settle(state);
	status = fit_sums(state, design, options, allocator, stop, fit);
	if (status == KERNEL_OK && fit->is_rough && state->is_wide && options->rows != NULL)
		status = fit_rows(state, design, options, allocator, stop, fit);
	return status;
}
