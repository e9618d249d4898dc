/*
 * least_squares_fit.c: from sums to coefficients.
 *
 * A term's column is a combination of at most two basis columns: an entry of z
 * (1 or a number) or a kept, pooled or missing indicator, plus a multiple of a
 * missing indicator (the imputed mean or frequency).  The terms' Gram matrix
 * follows from the state's sums; it is centred and scaled to unit diagonal in
 * double-double, and solved by normal_equations_solve().
 */
#include <math.h>
#include <string.h>

#include "kernel/linear/coordinate_descent.h"
#include "kernel/linear/covariance.h"
#include "kernel/linear/least_squares_state.h"
#include "kernel/linear/normal_equations.h"
#include "kernel/stat/distribution.h"

/*
 * A column whose centred square is below CONSTANT_TOLERANCE of the raw one is
 * constant; one whose distance from the others, squared, is below RANK_TOLERANCE
 * of its own centred square depends on them.  Values in double carry about 1e-16,
 * whose square a dependence leaves behind, and the sums what sum_error() says,
 * both against the raw square: so a column far from zero needs more.
 */
#define CONSTANT_TOLERANCE 1e-26
#define RANK_TOLERANCE 1e-24

#define NO_PART (-1)

/* A term as a combination of basis columns. */
typedef struct Part
{
	int32_t z;		   /* index into z with coefficient 1, or NO_PART */
	int32_t indicator; /* reduced indicator with coefficient 1, or NO_PART */
	int32_t missing;   /* reduced indicator with the coefficient below, or NO_PART */
	double fill;	   /* mean or frequency */
} Part;

/* Everything allocated by a fit, with the sizes to release it. */
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
	int32_t *reduced_of;		 /* n_indicators: reduced indicator, or NO_PART */
	DoubleDouble *reduced_sums;	 /* n_reduced x width */
	DoubleDouble *reduced_pairs; /* n_reduced x n_reduced, symmetric; diagonal = weight */
	Part *parts;				 /* n_terms */
	DoubleDouble *gram;			 /* p x p, lower triangle */
	DoubleDouble *moment;		 /* p: with the target */
	DoubleDouble *sum;			 /* p: with 1 */
	DoubleDouble *solution;		 /* p */
	double *scale;				 /* p: square root of the centred square; 0 = constant */
	double *penalty;			 /* p: added to the scaled diagonal */
	double *threshold;			 /* p: of the scaled coefficients, for l1 */
	DoubleDouble *mean;			 /* p: of the scaled columns */
	double *tolerance;			 /* p: least pivot of an independent column */
	double *variance;			 /* p: of the scaled coefficients, for a residual variance of 1 */
	DoubleDouble
		*information;	/* n_terms x n_terms: gram with the intercept; NULL when not needed */
	DoubleDouble total; /* sum of weights */
	DoubleDouble target_sum;
	DoubleDouble target_square; /* centred when there is an intercept */
	NormalEquations equations;
} Solver;

/* The sum of z[i] z[j] over all rows. */
static DoubleDouble
state_entry(const Solver *solver, int32_t i, int32_t j)
{
	size_t place =
		(size_t) (i < j ? i : j) * (size_t) solver->state->stride + (size_t) (i < j ? j : i);

	return dd_two_sum(solver->hi[place], solver->lo[place]);
}

/* Numbers the indicators that the terms need: kept levels, one pooled a category, missing. */
static Status
reduce_indicators(Solver *solver)
{
	const LeastSquares *state = solver->state;
	const Design *design = solver->design;
	int32_t slot;
	int32_t code;
	int32_t c;

	solver->reduced_of =
		memory_allocate(solver->allocator, (size_t) state->indicators.n, sizeof(int32_t));
	if (solver->reduced_of == NULL)
		return KERNEL_OUT_OF_MEMORY;
	memset(solver->reduced_of, 0xff, (size_t) state->indicators.n * sizeof(int32_t));
	for (slot = 0; slot < state->n_numbers + state->n_categories; slot++)
	{
		if (state->indicators.slots[slot].missing >= 0)
			solver->reduced_of[state->indicators.slots[slot].missing] = solver->n_reduced++;
	}
	for (c = 0; c < state->n_categories; c++)
	{
		const IndicatorSlot *levels = &state->indicators.slots[state->n_numbers + c];
		const CategoryFacts *facts = &design->categories[c];
		int32_t base = solver->n_reduced;

		for (code = 0; code < levels->n_codes; code++)
		{
			int32_t level = facts->level_of_code[code];

			if (levels->of_code[code] < 0)
				continue;
			solver->reduced_of[levels->of_code[code]] =
				base + (level == LEVEL_POOLED ? facts->n_levels : level);
		}
		solver->n_reduced += facts->n_levels + (facts->n_pooled > 0);
	}
	return KERNEL_OK;
}

/* The reduced indicator of a slot being missing. */
static int32_t
reduced_missing(const Solver *solver, int32_t slot)
{
	int32_t indicator = solver->state->indicators.slots[slot].missing;

	return indicator < 0 ? NO_PART : solver->reduced_of[indicator];
}

/* The pairs of number i and an earlier one that are both missing. */
static void
reduce_missing_pairs(Solver *solver, int32_t i)
{
	size_t n = (size_t) solver->n_reduced;
	int32_t a = reduced_missing(solver, i);
	int32_t j;

	for (j = 0; a >= 0 && j < i; j++)
	{
		int32_t b = reduced_missing(solver, j);

		if (b < 0)
			continue;
		solver->reduced_pairs[(size_t) a * n + (size_t) b] =
			indicators_both_missing(&solver->state->indicators, i, j);
		solver->reduced_pairs[(size_t) b * n + (size_t) a] =
			solver->reduced_pairs[(size_t) a * n + (size_t) b];
	}
}

/* Sums and pair weights of the reduced indicators. */
static Status
reduce_sums(Solver *solver)
{
	const LeastSquares *state = solver->state;
	size_t n = (size_t) solver->n_reduced;
	size_t width = (size_t) state->width;
	const PairTable *pairs = &state->indicators.pairs;
	size_t size;
	int32_t i;
	uint32_t place;
	size_t j;

	if (!size_multiply(n, n, &size))
		return KERNEL_TOO_LARGE;
	solver->reduced_sums = memory_allocate_zero(solver->allocator, n * width, sizeof(DoubleDouble));
	solver->reduced_pairs = memory_allocate_zero(solver->allocator, size, sizeof(DoubleDouble));
	if (solver->reduced_sums == NULL || solver->reduced_pairs == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (i = 0; i < state->indicators.n; i++)
	{
		size_t r = (size_t) solver->reduced_of[i];

		for (j = 0; j < width; j++)
		{
			DoubleDouble *sum = &solver->reduced_sums[r * width + j];

			*sum = dd_add(*sum, indicators_sum(&state->indicators, i, (int32_t) j));
		}
	}
	for (j = 0; j < n; j++)
		solver->reduced_pairs[j * n + j] = solver->reduced_sums[j * width];
	for (place = 0; place < pairs->size; place++)
	{
		uint64_t key = pairs->keys[place] - 1;
		size_t a;
		size_t b;

		if (pairs->keys[place] == 0)
			continue;
		a = (size_t) solver->reduced_of[key >> 32];
		b = (size_t) solver->reduced_of[key & UINT32_MAX];
		solver->reduced_pairs[a * n + b] =
			dd_add(solver->reduced_pairs[a * n + b], pairs->weights[place]);
		solver->reduced_pairs[b * n + a] = solver->reduced_pairs[a * n + b];
	}
	for (i = 0; i < state->n_numbers; i++)
		reduce_missing_pairs(solver, i);
	return KERNEL_OK;
}

/* The reduced indicator of a category's level or of its pooled levels. */
static int32_t
reduced_level(const Solver *solver, int32_t category, int32_t level)
{
	const CategoryFacts *facts = &solver->design->categories[category];
	const IndicatorSlot *slot =
		&solver->state->indicators.slots[solver->state->n_numbers + category];
	int32_t first = solver->reduced_of[slot->of_code[facts->levels[0]]];

	return first + (level == LEVEL_POOLED ? facts->n_levels : level);
}

static Part
term_part(const Solver *solver, const Term *term)
{
	const Design *design = solver->design;
	const LeastSquares *state = solver->state;
	Part part = {NO_PART, NO_PART, NO_PART, 0.0};
	bool is_category;
	int32_t slot;

	if (term->feature == TERM_INTERCEPT)
	{
		part.z = 0;
		return part;
	}
	is_category = design->features[term->feature].family == FAMILY_CATEGORY;
	slot = is_category ? state->n_numbers + term->slot : term->slot;
	if (term->level == LEVEL_MISSING)
	{
		part.indicator = reduced_missing(solver, slot);
		return part;
	}
	part.missing = reduced_missing(solver, slot);
	if (!is_category)
	{
		part.z = 1 + term->slot;
		part.fill = design->numbers[term->slot].mean;
		return part;
	}
	part.indicator = reduced_level(solver, term->slot, term->level);
	part.fill =
		design->categories[term->slot]
			.frequency[term->level == LEVEL_POOLED ? design->categories[term->slot].n_levels :
													 term->level];
	return part;
}

/* Inner product of a part with entry k of z. */
static DoubleDouble
part_with_z(const Solver *solver, const Part *part, int32_t k)
{
	size_t width = (size_t) solver->state->width;
	DoubleDouble sum = dd_from(0.0);

	if (part->z != NO_PART)
		sum = state_entry(solver, part->z, k);
	if (part->indicator != NO_PART)
		sum = dd_add(sum, solver->reduced_sums[(size_t) part->indicator * width + (size_t) k]);
	if (part->missing != NO_PART)
		sum = dd_add(
			sum,
			dd_multiply_double(solver->reduced_sums[(size_t) part->missing * width + (size_t) k],
							   part->fill));
	return sum;
}

/* Inner product of a part with a reduced indicator. */
static DoubleDouble
part_with_indicator(const Solver *solver, const Part *part, int32_t r)
{
	size_t n = (size_t) solver->n_reduced;
	const DoubleDouble *pairs = solver->reduced_pairs + (size_t) r * n;
	DoubleDouble sum = dd_from(0.0);

	if (part->z != NO_PART)
		sum = solver->reduced_sums[(size_t) r * (size_t) solver->state->width + (size_t) part->z];
	if (part->indicator != NO_PART)
		sum = dd_add(sum, pairs[part->indicator]);
	if (part->missing != NO_PART)
		sum = dd_add(sum, dd_multiply_double(pairs[part->missing], part->fill));
	return sum;
}

static DoubleDouble
part_with_part(const Solver *solver, const Part *a, const Part *b)
{
	DoubleDouble sum = dd_from(0.0);

	if (b->z != NO_PART)
		sum = part_with_z(solver, a, b->z);
	if (b->indicator != NO_PART)
		sum = dd_add(sum, part_with_indicator(solver, a, b->indicator));
	if (b->missing != NO_PART)
		sum = dd_add(sum, dd_multiply_double(part_with_indicator(solver, a, b->missing), b->fill));
	return sum;
}

static Status
allocate_solver(Solver *solver)
{
	const Allocator *allocator = solver->allocator;
	size_t p = (size_t) solver->p;
	size_t size;

	if (!size_multiply(p, p, &size))
		return KERNEL_TOO_LARGE;
	solver->parts = memory_allocate(allocator, (size_t) solver->design->n_terms, sizeof(Part));
	solver->gram = memory_allocate(allocator, size, sizeof(DoubleDouble));
	solver->moment = memory_allocate(allocator, p, sizeof(DoubleDouble));
	solver->sum = memory_allocate(allocator, p, sizeof(DoubleDouble));
	solver->solution = memory_allocate(allocator, p, sizeof(DoubleDouble));
	solver->scale = memory_allocate(allocator, p, sizeof(double));
	solver->penalty = memory_allocate_zero(allocator, p, sizeof(double));
	solver->threshold = memory_allocate_zero(allocator, p, sizeof(double));
	solver->mean = memory_allocate(allocator, p, sizeof(DoubleDouble));
	solver->tolerance = memory_allocate(allocator, p, sizeof(double));
	solver->variance = memory_allocate(allocator, p, sizeof(double));
	return solver->parts != NULL && solver->gram != NULL && solver->moment != NULL &&
			solver->sum != NULL && solver->solution != NULL && solver->scale != NULL &&
			solver->penalty != NULL && solver->threshold != NULL && solver->mean != NULL &&
			solver->tolerance != NULL && solver->variance != NULL ?
		KERNEL_OK :
		KERNEL_OUT_OF_MEMORY;
}

static void
release_solver(Solver *solver)
{
	const Allocator *allocator = solver->allocator;
	size_t p = (size_t) solver->p;
	size_t n = (size_t) solver->n_reduced;
	size_t n_terms = (size_t) solver->design->n_terms;

	memory_release(allocator, solver->reduced_of, (size_t) solver->state->indicators.n,
				   sizeof(int32_t));
	memory_release(allocator, solver->reduced_sums, n * (size_t) solver->state->width,
				   sizeof(DoubleDouble));
	memory_release(allocator, solver->reduced_pairs, n * n, sizeof(DoubleDouble));
	memory_release(allocator, solver->hi, least_squares_entries(solver->state), sizeof(double));
	memory_release(allocator, solver->lo, least_squares_entries(solver->state), sizeof(double));
	memory_release(allocator, solver->parts, n_terms, sizeof(Part));
	memory_release(allocator, solver->gram, p * p, sizeof(DoubleDouble));
	memory_release(allocator, solver->moment, p, sizeof(DoubleDouble));
	memory_release(allocator, solver->sum, p, sizeof(DoubleDouble));
	memory_release(allocator, solver->solution, p, sizeof(DoubleDouble));
	memory_release(allocator, solver->scale, p, sizeof(double));
	memory_release(allocator, solver->penalty, p, sizeof(double));
	memory_release(allocator, solver->threshold, p, sizeof(double));
	memory_release(allocator, solver->mean, p, sizeof(DoubleDouble));
	memory_release(allocator, solver->tolerance, p, sizeof(double));
	memory_release(allocator, solver->variance, p, sizeof(double));
	memory_release(allocator, solver->information, n_terms * n_terms, sizeof(DoubleDouble));
}

/* x - a b / total: the centred sum. */
static DoubleDouble
centred(const Solver *solver, DoubleDouble x, DoubleDouble a, DoubleDouble b)
{
	return dd_subtract(x, dd_divide(dd_multiply(a, b), solver->total));
}

/* Bound on the relative error of a sum of squares: of the blocks, and of adding them one by one. */
static double
sum_error(const Solver *solver)
{
	return 0x1p-95 + (double) solver->state->rows * 0x1p-107;
}

/* The scale of column i and what follows from it: its penalties and the tolerance of its pivot. */
static void
set_scale(Solver *solver, const LeastSquaresOptions *options, int32_t i, DoubleDouble square,
		  DoubleDouble variation)
{
	DoubleDouble kept = solver->first == 1 ? variation : square;
	double error = sum_error(solver);
	bool is_constant = !(kept.hi > (CONSTANT_TOLERANCE + error) * square.hi);

	solver->scale[i] = is_constant ? 0.0 : sqrt(kept.hi);
	solver->penalty[i] = is_constant || options->l2 == 0.0 ?
		0.0 :
		options->l2 * ((options->standardize ? variation.hi : solver->total.hi) / kept.hi);
	solver->threshold[i] = is_constant || options->l1 == 0.0 ?
		0.0 :
		options->l1 * sqrt(solver->total.hi) *
			sqrt((options->standardize ? variation.hi : solver->total.hi) / kept.hi);
	solver->tolerance[i] = RANK_TOLERANCE + 4.0 * error * (is_constant ? 0.0 : square.hi / kept.hi);
	solver->mean[i] = is_constant ?
		dd_from(0.0) :
		dd_divide_double(dd_divide(solver->sum[i], solver->total), solver->scale[i]);
}

/* The terms' moments, centred when there is an intercept, and scaled to a unit diagonal. */
static Status
build_equations(Solver *solver, const LeastSquaresOptions *options, const StopCheck *stop)
{
	const Design *design = solver->design;
	int32_t target = solver->state->width - 1;
	size_t p = (size_t) solver->p;
	int32_t i;
	int32_t j;

	for (i = 0; i < design->n_terms; i++)
		solver->parts[i] = term_part(solver, &design->terms[i]);
	solver->total = state_entry(solver, 0, 0);
	solver->target_sum = state_entry(solver, 0, target);
	solver->target_square = state_entry(solver, target, target);
	if (design->has_intercept)
		solver->target_square =
			centred(solver, solver->target_square, solver->target_sum, solver->target_sum);
	for (i = 0; i < solver->p; i++)
	{
		const Part *part = &solver->parts[solver->first + i];
		DoubleDouble square = part_with_part(solver, part, part);
		DoubleDouble variation;
		DoubleDouble kept;

		if (stop_requested(stop))
			return KERNEL_STOPPED;
		solver->sum[i] = part_with_z(solver, part, 0);
		solver->moment[i] = part_with_z(solver, part, target);
		variation = centred(solver, square, solver->sum[i], solver->sum[i]);
		kept = design->has_intercept ? variation : square;
		if (design->has_intercept)
			solver->moment[i] =
				centred(solver, solver->moment[i], solver->sum[i], solver->target_sum);
		set_scale(solver, options, i, square, variation);
		for (j = 0; j < i; j++)
		{
			DoubleDouble entry = part_with_part(solver, part, &solver->parts[solver->first + j]);

			if (design->has_intercept)
				entry = centred(solver, entry, solver->sum[i], solver->sum[j]);
			solver->gram[(size_t) i * p + (size_t) j] = entry;
		}
		solver->gram[(size_t) i * p + (size_t) i] = kept;
	}
	return KERNEL_OK;
}

/* Divides by the scales; a constant column becomes zero. */
static bool
scale_equations(Solver *solver)
{
	size_t p = (size_t) solver->p;
	bool is_finite = isfinite(solver->target_square.hi);
	int32_t i;
	int32_t j;

	for (i = 0; i < solver->p; i++)
	{
		double scale = solver->scale[i];

		is_finite = is_finite && isfinite(solver->moment[i].hi);
		solver->moment[i] = scale > 0.0 ? dd_divide_double(solver->moment[i], scale) : dd_from(0.0);
		for (j = 0; j <= i; j++)
		{
			DoubleDouble *entry = &solver->gram[(size_t) i * p + (size_t) j];
			bool is_constant = scale == 0.0 || solver->scale[j] == 0.0;

			is_finite = is_finite && isfinite(entry->hi);
			*entry = is_constant ?
				dd_from(0.0) :
				dd_divide_double(dd_divide_double(*entry, scale), solver->scale[j]);
		}
		solver->gram[(size_t) i * p + (size_t) i] =
			dd_add_double(solver->gram[(size_t) i * p + (size_t) i], solver->penalty[i]);
	}
	return is_finite;
}

/* The residual square; the scaled matrix may be overwritten, so from u and the moments. */
static DoubleDouble
residual_square(const Solver *solver)
{
	DoubleDouble rest = solver->target_square;
	int32_t i;

	/* With (R + D) u = c - r: |y|^2 - 2 u'c + u'R u = |y|^2 - u'c - u'D u - u'r. */
	for (i = 0; i < solver->p; i++)
	{
		DoubleDouble u = solver->solution[i];

		rest = dd_subtract(rest, dd_multiply(u, solver->moment[i]));
		rest = dd_subtract(rest, dd_multiply_double(dd_multiply(u, u), solver->penalty[i]));
	}
	rest = dd_subtract(rest, solver->equations.slack);
	return rest.hi > 0.0 ? rest : dd_from(0.0);
}

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
	DoubleDouble intercept = solver->target_sum;
	double mean_variance = 1.0 / solver->total.hi + solver->equations.mean_variance;
	int32_t i;

	fit->facts.rss = residual_square(solver).hi;
	fit->facts.tss = solver->target_square.hi > 0.0 ? solver->target_square.hi : 0.0;
	fit->facts.sigma2 = degrees > 0.0 ? fit->facts.rss / degrees : NAN;
	for (i = 0; i < solver->p; i++)
	{
		double scale = solver->scale[i];
		DoubleDouble estimate =
			scale > 0.0 ? dd_divide_double(solver->solution[i], scale) : dd_from(0.0);

		if (!isfinite(estimate.hi))
			return KERNEL_OVERFLOW;
		intercept = dd_subtract(intercept, dd_multiply(estimate, solver->sum[i]));
		set_coefficient(
			&fit->coefficients[solver->first + i], &design->terms[solver->first + i], estimate.hi,
			scale > 0.0 ? fit->facts.sigma2 * solver->variance[i] / (scale * scale) : NAN, degrees);
	}
	if (!design->has_intercept)
		return KERNEL_OK;
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
	bool is_exact = !solver->state->is_wide && solver->p <= EXACT_COLUMNS;
	int32_t n_constant = 0;
	Status status;
	int32_t i;

	for (i = 0; i < solver->p; i++)
		n_constant += solver->scale[i] == 0.0;
	if (solver->equations.rank + n_constant < solver->p || !(fit->facts.sigma2 >= 0.0))
		return KERNEL_OK;
	status = covariance_of_information(solver->information, solver->design->n_terms, is_exact,
									   solver->allocator, stop, fit->covariance->factor);
	if (status == KERNEL_OK)
		unscale_covariance(solver, fit->facts.sigma2, fit->covariance);
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

	solver->equations.wants_variance = options->l2 == 0.0;
	status = normal_equations_solve(&solver->equations, stop);
	facts->rank = solver->equations.rank + solver->first;
	facts->converged = true;
	facts->gradient_norm = 0.0;
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
								 .solution = solver->solution};
	Status status = coordinate_descent_solve(&descent, stop);
	int32_t i;

	for (i = 0; i < solver->p; i++)
		solver->variance[i] = NAN;
	solver->equations.mean_variance = NAN;
	solver->equations.slack = descent.slack;
	facts->rank = descent.n_nonzero + solver->first;
	facts->iterations = descent.sweeps;
	facts->converged = descent.converged;
	facts->gradient_norm = descent.residual;
	facts->condition_number = NAN;
	return status;
}

static Status
solve(Solver *solver, const LeastSquaresOptions *options, const StopCheck *stop, LinearFit *fit)
{
	size_t entries = least_squares_entries(solver->state);
	bool wants_covariance = fit->covariance != NULL && options->l1 == 0.0 && options->l2 == 0.0 &&
		!options->nonnegative;
	Status status;

	solver->hi = memory_allocate(solver->allocator, entries, sizeof(double));
	solver->lo = memory_allocate(solver->allocator, entries, sizeof(double));
	if (solver->hi == NULL || solver->lo == NULL)
		return KERNEL_OUT_OF_MEMORY;
	status = least_squares_raw_sums(solver->state, solver->allocator, solver->hi, solver->lo);
	if (status == KERNEL_OK)
		status = reduce_indicators(solver);
	if (status == KERNEL_OK)
		status = reduce_sums(solver);
	if (status == KERNEL_OK)
		status = allocate_solver(solver);
	if (status == KERNEL_OK)
		status = build_equations(solver, options, stop);
	if (status == KERNEL_OK && !scale_equations(solver))
		status = KERNEL_OVERFLOW;
	solver->equations = (NormalEquations){.allocator = solver->allocator,
										  .p = solver->p,
										  .is_exact = !solver->state->is_wide,
										  .gram = solver->gram,
										  .moment = solver->moment,
										  .mean = solver->mean,
										  .tolerance = solver->tolerance,
										  .solution = solver->solution,
										  .variance = solver->variance};
	fit->facts = (LinearFacts){0};
	if (fit->covariance != NULL)
		fit->covariance->is_known = false;
	if (status == KERNEL_OK && wants_covariance)
		status = keep_information(solver);
	if (status == KERNEL_OK && (options->l1 > 0.0 || options->nonnegative))
		status = solve_by_descent(solver, options, stop, &fit->facts);
	else if (status == KERNEL_OK)
		status = solve_directly(solver, options, stop, &fit->facts);
	if (status != KERNEL_OK)
		return status;
	status = report(solver, fit);
	fit->facts.log_likelihood = log_likelihood(solver, fit->facts.rss);
	if (status == KERNEL_OK && wants_covariance)
		status = find_covariance(solver, stop, fit);
	return status;
}

Status
least_squares_fit(LeastSquares *state, const Design *design, const LeastSquaresOptions *options,
				  const Allocator *allocator, const StopCheck *stop, LinearFit *fit)
{
	Solver solver = {.state = state, .design = design, .allocator = allocator};
	Status status;

	least_squares_settle(state);
	solver.first = design->has_intercept ? 1 : 0;
	solver.p = design->n_terms - solver.first;
	status = solve(&solver, options, stop, fit);
	release_solver(&solver);
	return status;
}
