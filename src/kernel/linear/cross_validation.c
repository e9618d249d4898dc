/*
 * cross_validation.c: a path for each fold left out, measured by that fold's sums.
 */
#include "kernel/linear/cross_validation.h"

#include <math.h>
#include <string.h>

#include "kernel/dataset/column_simd.h"

/* A squared error of this share of what was added up for it has 11 right digits, summed in double. */
#define DOUBLE_SHARE 1e-3

/* One fold's turn to be left out. */
typedef struct Turn
{
	CrossValidation *given;
	const StopCheck *stop;
	LeastSquares *training;
	Design design;			   /* as given, but for what follows */
	NumberFacts *numbers;	   /* of the rows trained on */
	CategoryFacts *categories; /* with frequencies of the rows trained on */
	RegularizationPath path;
	Solver held_out; /* sums of the fold, in the terms of this design */
	double *estimates;
	DoubleDouble *rest; /* n_terms: X'y - X'X b of the rows held out */
	double *rough;		/* n_terms: the same in double */
} Turn;

int32_t
folds_used(LeastSquares *const *folds, int32_t n_folds)
{
	int32_t n = 0;
	int32_t f;

	for (f = 0; f < n_folds; f++)
		n += folds[f] != NULL && least_squares_rows(folds[f]) > 0;
	return n;
}

/* Codes as they are, for each category: one array does for all.  NULL when refused. */
static int32_t *
same_codes(LeastSquares *const *folds, int32_t n_folds, const Allocator *allocator, size_t *most)
{
	int32_t *codes;
	int32_t f;
	int32_t c;
	size_t i;

	*most = 1;
	for (f = 0; f < n_folds; f++)
	{
		for (c = 0; folds[f] != NULL && c < least_squares_categories(folds[f]); c++)
		{
			size_t n = (size_t) least_squares_codes(folds[f], c);

			*most = n > *most ? n : *most;
		}
	}
	codes = memory_allocate(allocator, *most, sizeof(int32_t));
	for (i = 0; codes != NULL && i < *most; i++)
		codes[i] = (int32_t) i;
	return codes;
}

/* Adds the folds from `first` to before `end` to the state, but for `left_out`. */
static Status
add_folds(LeastSquares *into, LeastSquares *const *folds, int32_t first, int32_t end,
		  int32_t left_out, const Allocator *allocator)
{
	size_t n_categories = (size_t) least_squares_categories(into);
	const int32_t **maps = memory_allocate(allocator, n_categories + 1, sizeof(int32_t *));
	size_t most;
	int32_t *codes = same_codes(folds, end, allocator, &most);
	Status status = maps != NULL && codes != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	size_t c;
	int32_t f;

	for (c = 0; c < n_categories && status == KERNEL_OK; c++)
		maps[c] = codes;
	for (f = first; f < end && status == KERNEL_OK; f++)
	{
		if (f != left_out && folds[f] != NULL)
			status = least_squares_merge(into, allocator, folds[f], maps);
	}
	memory_release(allocator, maps, n_categories + 1, sizeof(int32_t *));
	memory_release(allocator, codes, most, sizeof(int32_t));
	return status;
}

/* A new state of some folds, whose sums add to those of the first of all without being moved. */
static Status
merge_some(LeastSquares *const *folds, int32_t first, int32_t end, int32_t left_out,
		   const Allocator *allocator, LeastSquares **merged)
{
	LeastSquares *into;
	Status status;
	int32_t f = 0;

	while (folds[f] == NULL)
		f++;
	into = least_squares_create_like(allocator, folds[f]);
	if (into == NULL)
		return KERNEL_OUT_OF_MEMORY;
	status = add_folds(into, folds, first, end, left_out, allocator);
	if (status == KERNEL_OK)
		*merged = into;
	else
		least_squares_release(into, allocator);
	return status;
}

Status
folds_merge(LeastSquares *const *folds, int32_t n_folds, int32_t left_out,
			const Allocator *allocator, LeastSquares **merged)
{
	return merge_some(folds, 0, n_folds, left_out, allocator, merged);
}

/* The frequencies of a category's levels among the rows trained on. */
static Status
set_frequencies(Turn *turn, int32_t c)
{
	const Allocator *allocator = turn->given->allocator;
	CategoryFacts *facts = &turn->categories[c];
	int32_t n_codes = least_squares_codes(turn->training, c);
	double *weight = memory_allocate(allocator, (size_t) n_codes, sizeof(double));
	double total = 0.0;
	double missing;
	int32_t i;

	facts->frequency =
		memory_allocate_zero(allocator, (size_t) facts->n_levels + 1, sizeof(double));
	if (weight == NULL || facts->frequency == NULL)
	{
		memory_release(allocator, weight, (size_t) n_codes, sizeof(double));
		return KERNEL_OUT_OF_MEMORY;
	}
	least_squares_level_weights(turn->training, c, weight, n_codes, &missing);
	for (i = 0; i < n_codes; i++)
	{
		int32_t level = facts->level_of_code[i];

		total += weight[i];
		if (weight[i] > 0.0)
			facts->frequency[level == LEVEL_POOLED ? facts->n_levels : level] += weight[i];
	}
	for (i = 0; i <= facts->n_levels && total > 0.0; i++)
		facts->frequency[i] /= total;
	memory_release(allocator, weight, (size_t) n_codes, sizeof(double));
	return KERNEL_OK;
}

/* The design with the means and frequencies of the rows trained on. */
static Status
fill_design(Turn *turn)
{
	const Allocator *allocator = turn->given->allocator;
	const Design *design = turn->given->design;
	size_t n_categories = (size_t) design->n_categories;
	Status status = KERNEL_OK;
	size_t c;

	turn->design = *design;
	turn->numbers = memory_allocate(allocator, (size_t) design->n_numbers, sizeof(NumberFacts));
	turn->categories = memory_allocate(allocator, n_categories, sizeof(CategoryFacts));
	if (turn->categories != NULL && n_categories > 0)
		memcpy(turn->categories, design->categories, n_categories * sizeof(CategoryFacts));
	for (c = 0; turn->categories != NULL && c < n_categories; c++)
		turn->categories[c].frequency = NULL;
	if (turn->numbers == NULL || turn->categories == NULL)
		return KERNEL_OUT_OF_MEMORY;
	least_squares_number_facts(turn->training, turn->numbers);
	for (c = 0; c < n_categories && status == KERNEL_OK; c++)
		status = set_frequencies(turn, (int32_t) c);
	turn->design.numbers = turn->numbers;
	turn->design.categories = turn->categories;
	return status;
}

/* y'y - b'(X'y + (X'y - X'X b)) of the rows held out, b the estimates; NAN when too few digits are left. */
static double
square_in_double(Turn *turn)
{
	const Solver *solver = &turn->held_out;
	const double *b = turn->estimates + solver->first;
	size_t p = (size_t) solver->p;
	double square = solver->target_square.hi;
	double reach = sqrt(fmax(square, 0.0)); /* its square bounds all that is added up */
	size_t i;

	for (i = 0; i < p; i++)
		turn->rough[i] = solver->moment[i].hi;
	for (i = 0; i < p; i++)
	{
		if (b[i] == 0.0)
			continue;
		column_subtract_heads(turn->rough, solver->gram + i * p, b[i], solver->p);
		reach += fabs(b[i]) * sqrt(fmax(solver->gram[i * p + i].hi, 0.0));
	}
	for (i = 0; i < p; i++)
		square -= (solver->moment[i].hi + turn->rough[i]) * b[i];
	return square >= DOUBLE_SHARE * reach * reach ? square : NAN;
}

/* The same to more digits. */
static DoubleDouble
square_in_pairs(Turn *turn)
{
	const Solver *solver = &turn->held_out;
	const double *b = turn->estimates + solver->first;
	DoubleDouble square = solver->target_square;
	int32_t i;

	for (i = 0; i < solver->p; i++)
		turn->rest[i] = solver->moment[i];
	for (i = 0; i < solver->p; i++)
	{
		if (b[i] != 0.0)
			column_subtract_pairs(turn->rest, solver->gram + (size_t) i * (size_t) solver->p, b[i],
								  solver->p);
	}
	for (i = 0; i < solver->p; i++)
	{
		if (b[i] != 0.0)
			square = dd_subtract(
				square, dd_multiply_double(dd_add(solver->moment[i], turn->rest[i]), b[i]));
	}
	return square;
}

/* sum w (y - x'b)^2 over the rows held out. */
static double
squared_error(Turn *turn)
{
	const Solver *solver = &turn->held_out;
	const double *b = turn->estimates + solver->first;
	double rough = square_in_double(turn);
	DoubleDouble square = rough == rough ? dd_from(rough) : square_in_pairs(turn);
	DoubleDouble mean = solver->target_sum;
	int32_t i;

	/* These are about the means of the fold, whose rows lie off the plane by as much on average. */
	if (solver->first == 1)
	{
		for (i = 0; i < solver->p; i++)
		{
			if (b[i] != 0.0)
				mean = dd_subtract(mean, dd_multiply_double(solver->sum[i], b[i]));
		}
		mean = dd_subtract(mean, dd_multiply_double(solver->total, turn->estimates[0]));
		square = dd_add(square, dd_divide(dd_multiply(mean, mean), solver->total));
	}
	return fmax(square.hi, 0.0);
}

/* The path of the rows trained on, and its errors into the scores. */
static Status
walk(Turn *turn)
{
	CrossValidation *given = turn->given;
	double fold_weight = turn->held_out.total.hi;
	int32_t i;

	for (i = 0; i < given->n_alphas; i++)
	{
		PenaltyScore *score = &given->scores[i];
		PathStep step;
		double error;
		double away;
		Status status = path_advance(&turn->path, given->alphas[i], turn->stop, &step);

		if (status == KERNEL_OK)
			status = path_estimates(&turn->path, turn->estimates);
		if (status != KERNEL_OK)
			return status;
		given->n_not_converged += !step.converged;
		error = squared_error(turn) / fold_weight;
		if (!isfinite(error))
			return KERNEL_OVERFLOW;
		/* The mean and the sum of squares about it, one fold after another (Welford, 1962). */
		away = error - score->error;
		score->error += away / (given->n_used + 1);
		score->standard_error += away * (error - score->error);
	}
	return KERNEL_OK;
}

static void
end_turn(Turn *turn)
{
	const Allocator *allocator = turn->given->allocator;
	const Design *design = turn->given->design;
	int32_t c;

	path_end(&turn->path);
	solver_release(&turn->held_out);
	for (c = 0; turn->categories != NULL && c < design->n_categories; c++)
		memory_release(allocator, turn->categories[c].frequency,
					   (size_t) design->categories[c].n_levels + 1, sizeof(double));
	memory_release(allocator, turn->categories, (size_t) design->n_categories,
				   sizeof(CategoryFacts));
	memory_release(allocator, turn->numbers, (size_t) design->n_numbers, sizeof(NumberFacts));
	memory_release(allocator, turn->estimates, (size_t) design->n_terms, sizeof(double));
	memory_release(allocator, turn->rest, (size_t) design->n_terms, sizeof(DoubleDouble));
	memory_release(allocator, turn->rough, (size_t) design->n_terms, sizeof(double));
	least_squares_release(turn->training, allocator);
}

/* Fold f is left out. */
static Status
take_turn(CrossValidation *given, LeastSquares *const *folds, int32_t f, const StopCheck *stop)
{
	Turn turn = {.given = given, .stop = stop};
	const Allocator *allocator = given->allocator;
	size_t n_terms = (size_t) given->design->n_terms;
	PathOptions options = given->options;
	Status status = folds_merge(folds, given->n_folds, f, allocator, &turn.training);

	if (status != KERNEL_OK)
		return status;
	options.is_rough = true;
	status = fill_design(&turn);
	turn.estimates = memory_allocate(allocator, n_terms, sizeof(double));
	turn.rest = memory_allocate(allocator, n_terms, sizeof(DoubleDouble));
	turn.rough = memory_allocate(allocator, n_terms, sizeof(double));
	/* Both can be released whatever becomes of them. */
	solver_begin(&turn.held_out, folds[f], &turn.design, allocator);
	solver_begin(&turn.path.solver, turn.training, &turn.design, allocator);
	if (turn.estimates == NULL || turn.rest == NULL || turn.rough == NULL)
		status = KERNEL_OUT_OF_MEMORY;
	if (status == KERNEL_OK)
		status = path_begin(&turn.path, turn.training, &turn.design, &options, allocator, stop);
	if (status == KERNEL_OK)
	{
		least_squares_settle(folds[f]);
		status = solver_sum(&turn.held_out, stop);
		if (status == KERNEL_OK)
			solver_mirror(&turn.held_out);
	}
	if (status == KERNEL_OK)
		status = walk(&turn);
	end_turn(&turn);
	return status;
}

void
cross_validation_begin(CrossValidation *validation)
{
	validation->n_used = validation->n_not_converged = 0;
	memset(validation->scores, 0, (size_t) validation->n_alphas * sizeof(PenaltyScore));
}

Status
cross_validation_turn(CrossValidation *validation, int32_t left_out, const StopCheck *stop)
{
	Status status = take_turn(validation, validation->folds, left_out, stop);

	validation->n_used += status == KERNEL_OK;
	return status;
}

void
cross_validation_end(CrossValidation *validation)
{
	int32_t i;

	for (i = 0; i < validation->n_alphas; i++)
	{
		PenaltyScore *score = &validation->scores[i];

		score->standard_error =
			sqrt(score->standard_error / validation->n_used / (validation->n_used - 1));
		score->alpha = validation->alphas[i];
	}
}

/* All turns, with the folds as given or alike. */
static Status
take_turns(CrossValidation *validation, LeastSquares *const *folds, const StopCheck *stop)
{
	Status status = KERNEL_OK;
	int32_t f;

	cross_validation_begin(validation);
	for (f = 0; f < validation->n_folds && status == KERNEL_OK; f++)
	{
		if (folds[f] == NULL || least_squares_rows(folds[f]) == 0)
			continue;
		status = take_turn(validation, folds, f, stop);
		validation->n_used++;
	}
	return status;
}

/*
 * Each fold is merged with the others k - 1 times.  Where sums are shifted, each by another vector,
 * that is cheaper after all are moved to the shift of the first.
 */
Status
cross_validate(CrossValidation *validation, const StopCheck *stop)
{
	const Allocator *allocator = validation->allocator;
	size_t n = (size_t) validation->n_folds;
	LeastSquares **alike = memory_allocate_zero(allocator, n, sizeof(LeastSquares *));
	Status status = alike != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	size_t f;

	for (f = 0; f < n && status == KERNEL_OK; f++)
	{
		if (validation->folds[f] != NULL)
			status = merge_some(validation->folds, (int32_t) f, (int32_t) f + 1, -1, allocator,
								&alike[f]);
	}
	if (status == KERNEL_OK)
		status = take_turns(validation, alike, stop);
	if (status == KERNEL_OK)
		cross_validation_end(validation);
	for (f = 0; alike != NULL && f < n; f++)
		least_squares_release(alike[f], allocator);
	memory_release(allocator, alike, n, sizeof(LeastSquares *));
	return status;
}

int32_t
cross_validation_choose(const PenaltyScore *scores, int32_t n, bool one_error)
{
	int32_t best = 0;
	int32_t i;

	for (i = 1; i < n; i++)
	{
		if (scores[i].error < scores[best].error)
			best = i;
	}
	for (i = 0; one_error && i < best; i++)
	{
		if (scores[i].error <= scores[best].error + scores[best].standard_error)
			return i;
	}
	return best;
}
