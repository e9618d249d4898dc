/*
 * least_squares_solver.c: the terms' equations from the sums of z and of the indicators.
 */
#include "kernel/linear/least_squares_solver.h"

#include <math.h>
#include <string.h>

/*
 * A column whose centred square is below CONSTANT_TOLERANCE of the raw one is
 * constant; one whose distance from the others, squared, is below RANK_TOLERANCE
 * of its own centred square depends on them.  Values in double carry about 1e-16,
 * whose square a dependence leaves behind, a few times it where several columns add
 * up to one; the sums carry what sum_error() says, against the raw square: so a
 * column far from zero needs more.
 */
#define CONSTANT_TOLERANCE 1e-26
#define RANK_TOLERANCE 1e-27

#define NO_PART (-1)

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
	solver->first_level =
		memory_allocate(solver->allocator, (size_t) state->n_categories, sizeof(int32_t));
	if (solver->reduced_of == NULL || solver->first_level == NULL)
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

		solver->first_level[c] = base;
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
	return solver->first_level[category] +
		(level == LEVEL_POOLED ? solver->design->categories[category].n_levels : level);
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
	solver->square = memory_allocate(allocator, p, sizeof(double));
	solver->variation = memory_allocate(allocator, p, sizeof(double));
	solver->weight = memory_allocate(allocator, p, sizeof(double));
	solver->penalty = memory_allocate_zero(allocator, p, sizeof(double));
	solver->threshold = memory_allocate_zero(allocator, p, sizeof(double));
	solver->mean = memory_allocate(allocator, p, sizeof(DoubleDouble));
	solver->tolerance = memory_allocate(allocator, p, sizeof(double));
	solver->pivot = memory_allocate(allocator, p, sizeof(int32_t));
	solver->variance = memory_allocate(allocator, p, sizeof(double));
	return solver->parts != NULL && solver->gram != NULL && solver->moment != NULL &&
			solver->sum != NULL && solver->solution != NULL && solver->scale != NULL &&
			solver->square != NULL && solver->variation != NULL && solver->weight != NULL &&
			solver->penalty != NULL && solver->threshold != NULL && solver->mean != NULL &&
			solver->tolerance != NULL && solver->pivot != NULL && solver->variance != NULL ?
		KERNEL_OK :
		KERNEL_OUT_OF_MEMORY;
}

void
solver_release(Solver *solver)
{
	const Allocator *allocator = solver->allocator;
	size_t p = (size_t) solver->p;
	size_t n = (size_t) solver->n_reduced;
	size_t n_terms = (size_t) solver->design->n_terms;

	memory_release(allocator, solver->reduced_of, (size_t) solver->state->indicators.n,
				   sizeof(int32_t));
	memory_release(allocator, solver->first_level, (size_t) solver->state->n_categories,
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
	memory_release(allocator, solver->square, p, sizeof(double));
	memory_release(allocator, solver->variation, p, sizeof(double));
	memory_release(allocator, solver->weight, p, sizeof(double));
	memory_release(allocator, solver->penalty, p, sizeof(double));
	memory_release(allocator, solver->threshold, p, sizeof(double));
	memory_release(allocator, solver->mean, p, sizeof(DoubleDouble));
	memory_release(allocator, solver->tolerance, p, sizeof(double));
	memory_release(allocator, solver->centre, p, sizeof(double));
	memory_release(allocator, solver->pivot, p, sizeof(int32_t));
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

/* The scale of column i and what follows from it: the weight of penalties, the tolerance of its pivot. */
static void
set_scale(Solver *solver, bool standardize, int32_t i)
{
	double square = solver->square[i];
	double kept = solver->gram[(size_t) i * (size_t) solver->p + (size_t) i].hi;
	double error = sum_error(solver);
	bool is_constant = !(kept > (CONSTANT_TOLERANCE + error) * square);

	solver->scale[i] = is_constant ? 0.0 : sqrt(kept);
	solver->weight[i] =
		is_constant ? 0.0 : (standardize ? solver->variation[i] : solver->total.hi) / kept;
	solver->tolerance[i] = RANK_TOLERANCE + 4.0 * error * (is_constant ? 0.0 : square / kept);
	solver->mean[i] = is_constant ?
		dd_from(0.0) :
		dd_divide_double(dd_divide(solver->sum[i], solver->total), solver->scale[i]);
}

/* Row i of the terms' moments, centred when there is an intercept. */
static void
sum_term(Solver *solver, int32_t i)
{
	const Part *part = &solver->parts[solver->first + i];
	bool has_intercept = solver->design->has_intercept;
	DoubleDouble *row = solver->gram + (size_t) i * (size_t) solver->p;
	DoubleDouble square = part_with_part(solver, part, part);
	DoubleDouble variation;
	int32_t j;

	solver->sum[i] = part_with_z(solver, part, 0);
	solver->moment[i] = part_with_z(solver, part, solver->state->width - 1);
	variation = centred(solver, square, solver->sum[i], solver->sum[i]);
	if (has_intercept)
		solver->moment[i] = centred(solver, solver->moment[i], solver->sum[i], solver->target_sum);
	for (j = 0; j < i; j++)
	{
		row[j] = part_with_part(solver, part, &solver->parts[solver->first + j]);
		if (has_intercept)
			row[j] = centred(solver, row[j], solver->sum[i], solver->sum[j]);
	}
	row[i] = has_intercept ? variation : square;
	solver->square[i] = square.hi;
	solver->variation[i] = variation.hi;
}

/* The moments of all terms and of the target. */
static Status
sum_terms(Solver *solver, const StopCheck *stop)
{
	const Design *design = solver->design;
	int32_t target = solver->state->width - 1;
	int32_t i;

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
		if (stop_requested(stop))
			return KERNEL_STOPPED;
		sum_term(solver, i);
	}
	return KERNEL_OK;
}

void
solver_begin(Solver *solver, const LeastSquares *state, const Design *design,
			 const Allocator *allocator)
{
	*solver = (Solver){.state = state, .design = design, .allocator = allocator};
	solver->first = design->has_intercept ? 1 : 0;
	solver->p = design->n_terms - solver->first;
}

Status
solver_sum(Solver *solver, const StopCheck *stop)
{
	size_t entries = least_squares_entries(solver->state);
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
		status = sum_terms(solver, stop);
	return status;
}

Status
solver_scale(Solver *solver, bool standardize)
{
	size_t p = (size_t) solver->p;
	bool is_finite = isfinite(solver->target_square.hi);
	int32_t i;
	int32_t j;

	for (i = 0; i < solver->p; i++)
		set_scale(solver, standardize, i);
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
	}
	return is_finite ? KERNEL_OK : KERNEL_OVERFLOW;
}

void
solver_penalize(Solver *solver, double l1, double l2)
{
	int32_t i;

	for (i = 0; i < solver->p; i++)
	{
		double weight = solver->weight[i];

		solver->penalty[i] = l2 == 0.0 ? 0.0 : l2 * weight;
		solver->threshold[i] = l1 == 0.0 ? 0.0 : l1 * sqrt(solver->total.hi) * sqrt(weight);
	}
}

void
solver_mirror(Solver *solver)
{
	size_t p = (size_t) solver->p;
	size_t i;
	size_t j;

	for (i = 0; i < p; i++)
	{
		for (j = 0; j < i; j++)
			solver->gram[j * p + i] = solver->gram[i * p + j];
	}
}

/* With (R + D) u = c - r: |y|^2 - 2 u'c + u'R u = |y|^2 - u'c - u'D u - u'r. */
DoubleDouble
solver_residual_square(const Solver *solver)
{
	DoubleDouble rest = solver->target_square;
	int32_t i;

	for (i = 0; i < solver->p; i++)
	{
		DoubleDouble u = solver->solution[i];

		rest = dd_subtract(rest, dd_multiply(u, solver->moment[i]));
		rest = dd_subtract(rest, dd_multiply_double(dd_multiply(u, u), solver->penalty[i]));
	}
	rest = dd_subtract(rest, solver->slack);
	return rest.hi > 0.0 ? rest : dd_from(0.0);
}
