/*
 * quantile.c: quantile regression, exact.
 *
 * rho(e) = max of e d over quantile - 1 <= d <= quantile; less width d^2 / 2 it is smooth: a parabola
 * where e / width lies between the bounds.  At the optimum of the smoothed loss these d are feasible in the dual
 * linear program, so that the sum of w e d is a lower bound of the loss at any estimate, and the vertex
 * where the rows of the parabola are fitted exactly usually attains it.  A lasso penalty
 * joins as rows of their own: l1 |b| = max of b d over -l1 <= d <= l1.
 */
#include "kernel/linear/quantile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/linear/quantile_state.h"
#include "kernel/stat/distribution.h"

#define FIRST_WIDTH 1.0 /* of the deviation of least squares */
#define LAST_WIDTH 1e-11
#define NARROWER 0.1
#define STAGE_STEPS 50	/* Newton steps at one width */
#define STAGE_NORM 1e-9 /* infinity norm of the gradient where a width is done with */
#define FLAT \
	1e-10 /* ridge over the width, which holds directions that no row of the parabola does */
#define TARGET_GAP 1e-13 /* relative: below that is rounding */
#define FLAT_SLOPE 0.1	 /* of the slope at the start, which a line search leaves */
#define LINE_STEPS 60
#define EQUAL 1e-12
#define NOTHING 1e-13 /* of the size of the targets: the loss of a perfect fit */

/* A quantile fit in progress. */
typedef struct Quantile
{
	Residuals residuals;
	double upper; /* bound of d, the quantile; the other one is 1 less */
	double width;
	double gap;		  /* relative, the best that was proved */
	double loss;	  /* mean penalised loss at `best` */
	double rows_loss; /* the last one found, without the penalty */
	double *best;	  /* n_columns: the estimate with the least loss so far */
	int32_t steps;
	int32_t max_steps;
} Quantile;

static double
clip(double d, double lower, double upper)
{
	return fmin(fmax(d, lower), upper);
}

static bool
is_inside(double d, double lower, double upper)
{
	return d > lower && d < upper;
}

/* d of each row, and the curvature of its parabola.  scale: the width; bound: the quantile. */
static void
dual_rows(const RowLoss *loss, const double *e, const double *weight, int32_t n, double *residual,
		  double *curvature)
{
	int32_t i;

	for (i = 0; i < n; i++)
	{
		double w = weight != NULL ? weight[i] : 1.0;
		double d = e[i] / loss->scale;

		residual[i] = w * clip(d, loss->bound - 1.0, loss->bound);
		curvature[i] = is_inside(d, loss->bound - 1.0, loss->bound) ? w / loss->scale : 0.0;
	}
}

/* The errors of the rows of the parabola over the width: what leads to the vertex. */
static void
vertex_rows(const RowLoss *loss, const double *e, const double *weight, int32_t n, double *residual,
			double *curvature)
{
	int32_t i;

	(void) curvature;
	for (i = 0; i < n; i++)
	{
		double d = e[i] / loss->scale;

		residual[i] = is_inside(d, loss->bound - 1.0, loss->bound) ?
			(weight != NULL ? weight[i] : 1.0) * d :
			0.0;
	}
}

/* The lasso's part of a column's slope and curvature. */
static double
penalty_slope(const Quantile *quantile, int32_t k, double estimate)
{
	double bound = quantile->residuals.fit.columns[k].penalty;

	return bound * clip(estimate / quantile->width, -1.0, 1.0);
}

static bool
penalty_is_inside(const Quantile *quantile, int32_t k)
{
	return quantile->residuals.fit.columns[k].penalty > 0.0 &&
		fabs(quantile->residuals.fit.estimate[k]) < quantile->width;
}

/*
 * logistic_slope() and logistic_project() add column->penalty as a ridge; here it is the bound of
 * the lasso, so both are called with it taken away.
 */
static void
swap_penalties(Quantile *quantile, double *kept, bool is_taken)
{
	Logistic *fit = &quantile->residuals.fit;
	int32_t k;

	for (k = 0; k < fit->n_columns; k++)
	{
		if (is_taken)
		{
			kept[k] = fit->columns[k].penalty;
			fit->columns[k].penalty = 0.0;
		}
		else
			fit->columns[k].penalty = kept[k];
	}
}

/* The way down in fit->slope, and in *norm its largest entry; with the factored Hessian where asked for. */
static Status
find_slope(Quantile *quantile,
		   void (*rows)(const RowLoss *, const double *, const double *, int32_t, double *,
						double *),
		   bool has_hessian, double *norm)
{
	Logistic *fit = &quantile->residuals.fit;
	RowLoss loss = {rows, quantile->width, quantile->upper, has_hessian};
	double *kept = quantile->residuals.other;
	Status status = residuals_pass(&quantile->residuals, &loss);
	int32_t k;

	if (status != KERNEL_OK)
		return status;
	swap_penalties(quantile, kept, true);
	logistic_slope(fit, fit->estimate);
	if (has_hessian)
		status = logistic_project(fit);
	swap_penalties(quantile, kept, false);
	*norm = 0.0;
	for (k = 0; k < fit->n_columns && status == KERNEL_OK; k++)
	{
		if (rows == dual_rows)
			fit->slope[k] -= penalty_slope(quantile, k, fit->estimate[k]);
		else if (penalty_is_inside(quantile, k))
			fit->slope[k] -= fit->columns[k].penalty * fit->estimate[k] / quantile->width;
		if (has_hessian)
			fit->matrix[(size_t) k * (size_t) fit->n_columns + (size_t) k] +=
				((penalty_is_inside(quantile, k) ? fit->columns[k].penalty : 0.0) + FLAT) /
				quantile->width;
		if (!isfinite(fit->slope[k]))
			status = KERNEL_OVERFLOW;
		*norm = fmax(*norm, fabs(fit->slope[k]));
	}
	return status == KERNEL_OK && has_hessian ? logistic_factor(fit) : status;
}

/* The derivative of the smoothed loss along the change, at a length. */
typedef struct LineSums
{
	double length;
	double width;
	double upper;
	double slope;
} LineSums;

static void
add_slope(void *context, const double *e, const double *change, const double *weight,
		  const double *target, int32_t n)
{
	LineSums *sums = context;
	int32_t i;

	(void) target;
	for (i = 0; i < n; i++)
	{
		double d =
			clip((e[i] - sums->length * change[i]) / sums->width, sums->upper - 1.0, sums->upper);

		sums->slope -= (weight != NULL ? weight[i] : 1.0) * change[i] * d;
	}
}

static Status
line_slope(const Quantile *quantile, double length, double *slope)
{
	const Logistic *fit = &quantile->residuals.fit;
	LineSums sums = {length, quantile->width, quantile->upper, 0.0};
	Status status = residuals_visit(&quantile->residuals, add_slope, &sums);
	int32_t k;

	*slope = sums.slope / fit->total;
	for (k = 0; k < fit->n_columns; k++)
		*slope +=
			fit->step[k] * penalty_slope(quantile, k, fit->estimate[k] + length * fit->step[k]);
	return status;
}

/* A length where the convex smoothed loss is nearly flat along the change; 0 where there is none. */
static Status
search_line(const Quantile *quantile, double *length)
{
	double low = 0.0;
	double high = INFINITY;
	double at = 1.0;
	double start;
	double slope;
	Status status = line_slope(quantile, 0.0, &start);
	int32_t i;

	*length = 0.0;
	for (i = 0; i < LINE_STEPS && status == KERNEL_OK && start < 0.0; i++)
	{
		status = line_slope(quantile, at, &slope);
		*length = at;
		if (fabs(slope) <= -FLAT_SLOPE * start)
			break;
		if (slope < 0.0)
			low = at;
		else
			high = at;
		at = isinf(high) ? 4.0 * at : 0.5 * (low + high);
	}
	return status;
}

/* Sums for the loss and for its lower bound. */
typedef struct GapSums
{
	double upper;
	double width;
	double loss;   /* of w rho(e) */
	double bound;  /* of w e d, d of the residuals before the change */
	double beyond; /* the largest share by which a d exceeds its bound */
	double length; /* of the change that is in the residuals but not in d */
} GapSums;

static void
add_loss(void *context, const double *e, const double *change, const double *weight,
		 const double *target, int32_t n)
{
	GapSums *sums = context;
	int32_t i;

	(void) change;
	(void) target;
	for (i = 0; i < n; i++)
		sums->loss += (weight != NULL ? weight[i] : 1.0) * e[i] *
			(e[i] >= 0.0 ? sums->upper : sums->upper - 1.0);
}

/* d after the Newton step, by which all of them together are orthogonal to the columns. */
static void
add_bound(void *context, const double *e, const double *change, const double *weight,
		  const double *target, int32_t n)
{
	GapSums *sums = context;
	double lower = sums->upper - 1.0;
	int32_t i;

	(void) target;
	for (i = 0; i < n; i++)
	{
		double w = weight != NULL ? weight[i] : 1.0;
		double d = e[i] / sums->width;

		if (is_inside(d, lower, sums->upper))
		{
			d -= change[i] / sums->width;
			sums->beyond = fmax(sums->beyond, fmax(d / sums->upper, d / lower) - 1.0);
		}
		else
			d = clip(d, lower, sums->upper);
		sums->bound += w * e[i] * d;
	}
}

/*
 * The mean penalised loss at the estimate and its residuals; keeps the best.  A vertex is better than
 * what has its loss but for rounding.
 */
static Status
find_loss(Quantile *quantile, bool is_vertex, double *value)
{
	Logistic *fit = &quantile->residuals.fit;
	GapSums sums = {.upper = quantile->upper};
	Status status = residuals_visit(&quantile->residuals, add_loss, &sums);
	int32_t k;

	*value = sums.loss / fit->total;
	for (k = 0; k < fit->n_columns; k++)
		*value += fit->columns[k].penalty * fabs(fit->estimate[k]);
	quantile->rows_loss = sums.loss / fit->total;
	if (status == KERNEL_OK && *value < quantile->loss + (is_vertex ? EQUAL * *value : 0.0))
	{
		quantile->loss = *value;
		memcpy(quantile->best, fit->estimate, (size_t) fit->n_columns * sizeof(double));
	}
	return status;
}

/*
 * A lower bound of the loss by the d that the last step, in fit->step, makes feasible; the residuals, the
 * matrix and the step are those of the smoothed optimum.  Where a d is beyond its bound, all
 * are shortened.
 */
static Status
find_bound(Quantile *quantile, double *bound)
{
	Logistic *fit = &quantile->residuals.fit;
	GapSums sums = {.upper = quantile->upper, .width = quantile->width};
	Status status = residuals_changes(&quantile->residuals);
	double value;
	int32_t k;

	if (status == KERNEL_OK)
		status = residuals_visit(&quantile->residuals, add_bound, &sums);
	value = sums.bound / fit->total;
	/* b d of the penalty, d being the mean of w d x, cancels with the rows' x'b: what is left is y d. */
	for (k = 0; k < fit->n_columns; k++)
	{
		double limit = fit->columns[k].penalty;
		double d = limit * fit->estimate[k] / quantile->width;

		if (limit == 0.0)
			continue;
		if (penalty_is_inside(quantile, k))
		{
			d += limit * fit->step[k] / quantile->width;
			sums.beyond = fmax(sums.beyond, fabs(d) / limit - 1.0);
		}
		else
			d = copysign(limit, fit->estimate[k]);
		value += d * fit->estimate[k];
	}
	*bound = value / (1.0 + fmax(sums.beyond, 0.0));
	return status;
}

/*
 * The loss where the rows of the parabola are fitted exactly; the estimate goes there.  The second
 * round takes away what the ridge and rounding left of the first.
 */
static Status
try_vertex(Quantile *quantile, double *value)
{
	Logistic *fit = &quantile->residuals.fit;
	Status status = KERNEL_OK;
	int32_t round;
	int32_t k;

	for (round = 0; round < 2 && status == KERNEL_OK; round++)
	{
		double norm;

		status = find_slope(quantile, vertex_rows, false, &norm);
		if (status != KERNEL_OK)
			return status;
		logistic_solve(fit, fit->slope, fit->step);
		for (k = 0; k < fit->n_columns; k++)
			fit->estimate[k] =
				penalty_is_inside(quantile, k) ? 0.0 : fit->estimate[k] + fit->step[k];
		status = residuals_find(&quantile->residuals);
	}
	return status == KERNEL_OK ? find_loss(quantile, true, value) : status;
}

/* Is the relative gap between the best loss and the bound one of rounding? */
static void
note_gap(Quantile *quantile, double bound)
{
	double nothing = NOTHING * quantile->residuals.size;
	double gap = (quantile->loss - bound) / (quantile->loss + nothing);

	if (quantile->loss <= nothing)
		gap = 0.0;
	quantile->gap = fmin(quantile->gap, fmax(gap, 0.0));
}

/* Newton's method at one width; leaves factored matrix and step of the last pass. */
static Status
smooth_fit(Quantile *quantile)
{
	Residuals *residuals = &quantile->residuals;
	Logistic *fit = &residuals->fit;
	int32_t i;

	for (i = 0;; i++)
	{
		double norm;
		double length;
		Status status = find_slope(quantile, dual_rows, true, &norm);

		if (status != KERNEL_OK)
			return status;
		logistic_solve(fit, fit->slope, fit->step);
		if (norm <= STAGE_NORM || i == STAGE_STEPS || quantile->steps == quantile->max_steps)
			return KERNEL_OK;
		status = residuals_changes(residuals);
		if (status == KERNEL_OK)
			status = search_line(quantile, &length);
		if (status != KERNEL_OK || length == 0.0)
			return status;
		residuals_move(residuals, length);
		quantile->steps++;
		if (residuals->options->report != NULL)
			residuals->options->report->step(residuals->options->report->context, quantile->steps,
											 norm);
	}
}

/* From wide to narrow parabolas, until the gap is one of rounding. */
static Status
iterate(Quantile *quantile, double deviation)
{
	Residuals *residuals = &quantile->residuals;
	size_t size = (size_t) residuals->fit.n_columns * sizeof(double);
	double value;
	Status status = find_loss(quantile, false, &value);

	for (quantile->width = FIRST_WIDTH * deviation;
		 status == KERNEL_OK && quantile->width >= LAST_WIDTH * deviation &&
		 quantile->gap > TARGET_GAP && quantile->steps < quantile->max_steps;
		 quantile->width *= NARROWER)
	{
		double bound;

		status = smooth_fit(quantile);
		if (status == KERNEL_OK)
			status = find_loss(quantile, false, &value);
		if (status == KERNEL_OK)
			status = find_bound(quantile, &bound);
		if (status != KERNEL_OK)
			return status;
		note_gap(quantile, bound);
		/* The vertex is a guess; the way on starts where the smoothed optimum is. */
		memcpy(residuals->gradient, residuals->fit.estimate, size);
		status = try_vertex(quantile, &value);
		if (status != KERNEL_OK)
			return status;
		note_gap(quantile, bound);
		memcpy(residuals->fit.estimate, residuals->gradient, size);
		status = residuals_find(residuals);
	}
	memcpy(residuals->fit.estimate, quantile->best, size);
	return status == KERNEL_OK ? residuals_find(residuals) : status;
}

static int
compare_doubles(const void *a, const void *b)
{
	double left = *(const double *) a;
	double right = *(const double *) b;

	return (left > right) - (left < right);
}

/* The q-quantile of sorted values by linear interpolation (Hyndman and Fan's type 7). */
static double
sorted_quantile(const double *values, size_t n, double q)
{
	double place = q * (double) (n - 1);
	size_t low = (size_t) place;
	size_t high = low + 1 < n ? low + 1 : low;

	return values[low] + (place - (double) low) * (values[high] - values[low]);
}

static void
add_kernel(void *context, const double *e, const double *change, const double *weight,
		   const double *target, int32_t n)
{
	LineSums *sums = context; /* width: the bandwidth; slope: the sum */
	int32_t i;

	(void) change;
	(void) weight;
	(void) target;
	for (i = 0; i < n; i++)
	{
		double u = e[i] / sums->width;

		sums->slope += fabs(u) <= 1.0 ? 0.75 * (1.0 - u * u) : 0.0;
	}
}

/* Sums of the targets, for their deviation. */
typedef struct TargetSums
{
	DoubleDouble sum;
	DoubleDouble squares; /* about `mean`, when that is known */
	double mean;
} TargetSums;

static void
add_targets(void *context, const double *e, const double *change, const double *weight,
			const double *target, int32_t n)
{
	TargetSums *sums = context;
	int32_t i;

	(void) e;
	(void) change;
	(void) weight;
	for (i = 0; i < n; i++)
	{
		sums->sum = dd_add_double(sums->sum, target[i]);
		sums->squares =
			dd_add_double(sums->squares, (target[i] - sums->mean) * (target[i] - sums->mean));
	}
}

/* The bandwidth of Hall and Sheather for a test of level 0.05, as a share of the rows. */
static double
hall_sheather(double n, double q)
{
	double z = distribution_normal_quantile(q);
	double density = exp(-0.5 * z * z) / sqrt(2.0 * 3.14159265358979323846);
	double share = 1.5 * density * density / (2.0 * z * z + 1.0);

	return pow(n, -1.0 / 3.0) * pow(distribution_normal_quantile(0.975), 2.0 / 3.0) *
		pow(share, 1.0 / 3.0);
}

/* quantile (1 - quantile) / f^2; NaN where the density f of the errors at 0 cannot be told. */
static Status
variance_factor(Quantile *quantile, double *factor)
{
	Residuals *residuals = &quantile->residuals;
	double n = (double) residuals->n;
	double q = quantile->upper;
	double share = hall_sheather(n, q);
	TargetSums targets = {dd_from(0.0), dd_from(0.0), 0.0};
	LineSums density = {0.0, 0.0, 0.0, 0.0};
	double spread;
	Status status = residuals_visit(residuals, add_targets, &targets);

	*factor = NAN;
	if (status != KERNEL_OK || !residuals_are_unweighted(residuals) ||
		residuals->options->l1 > 0.0 || !(n > residuals->fit.rank) ||
		!(q - share > 0.0 && q + share < 1.0))
		return status;
	targets.mean = targets.sum.hi / n;
	targets.squares = dd_from(0.0);
	status = residuals_visit(residuals, add_targets, &targets);
	if (status != KERNEL_OK)
		return status;
	memcpy(residuals->change, residuals->residual, residuals->n * sizeof(double));
	qsort(residuals->change, residuals->n, sizeof(double), compare_doubles);
	spread = sorted_quantile(residuals->change, residuals->n, 0.75) -
		sorted_quantile(residuals->change, residuals->n, 0.25);
	density.width = fmin(sqrt(targets.squares.hi / n), spread / 1.34) *
		(distribution_normal_quantile(q + share) - distribution_normal_quantile(q - share));
	if (!(density.width > 0.0))
		return KERNEL_OK;
	status = residuals_visit(residuals, add_kernel, &density);
	if (density.slope > 0.0)
	{
		double f = density.slope / (n * density.width);

		*factor = q * (1.0 - q) / (f * f);
	}
	return status;
}

static int32_t
count_nonzero(const Residuals *residuals)
{
	int32_t n = 0;
	int32_t k;

	for (k = 0; k < residuals->fit.n_columns; k++)
		n += residuals->fit.estimate[k] != 0.0;
	return n;
}

/* The bound of each column's d: l1 on the standardised coefficient, or on the coefficient itself. */
static void
set_penalties(Residuals *residuals)
{
	int32_t k;

	for (k = 0; k < residuals->fit.n_columns; k++)
	{
		Column *column = &residuals->fit.columns[k];

		if (column->index != 0)
			column->penalty = residuals->options->l1 /
				(residuals->options->standardize ? 1.0 : column->deviation);
	}
}

static Status
fit_rows(Quantile *quantile, LinearFit *result, double *loss)
{
	Residuals *residuals = &quantile->residuals;
	LinearFacts *linear = &result->facts;
	double deviation;
	double factor;
	double degrees;
	double value;
	Status status = residuals_least_squares(residuals, &deviation);

	if (status == KERNEL_OK)
		status = iterate(quantile, fmax(deviation, NOTHING * residuals->size));
	if (status == KERNEL_OK)
		status = residuals_factor_design(residuals);
	if (status != KERNEL_OK)
		return status;
	linear->rank = residuals->fit.rank;
	linear->iterations = quantile->steps;
	linear->gradient_norm = quantile->gap;
	linear->converged = quantile->gap <= residuals->options->tolerance;
	if (residuals->options->l1 > 0.0)
		linear->rank = count_nonzero(residuals);
	status = find_loss(quantile, false, &value);
	*loss = quantile->rows_loss;
	if (status == KERNEL_OK)
		status = variance_factor(quantile, &factor);
	if (status != KERNEL_OK)
		return status;
	linear->sigma2 = factor;
	degrees = (double) residuals->n - residuals->fit.rank;
	return residuals_report(residuals, factor, degrees, result);
}

Status
quantile_fit(const Dataset *dataset, const Design *design, const QuantileOptions *options,
			 const Allocator *allocator, const StopCheck *stop, LinearFit *result, double *loss)
{
	Quantile quantile = {.upper = options->quantile,
						 .gap = INFINITY,
						 .loss = INFINITY,
						 .max_steps = options->max_iterations};
	Status status = residuals_begin(&quantile.residuals, dataset, design, options, allocator, stop);
	size_t p = (size_t) quantile.residuals.fit.n_columns;

	result->facts = (LinearFacts){.log_likelihood = NAN,
								  .sigma2 = NAN,
								  .rss = NAN,
								  .tss = NAN,
								  .gradient_norm = NAN,
								  .condition_number = NAN};
	if (status == KERNEL_OK)
	{
		quantile.best = memory_allocate_zero(allocator, p, sizeof(double));
		status = quantile.best != NULL ? KERNEL_OK : KERNEL_OUT_OF_MEMORY;
	}
	if (status == KERNEL_OK)
	{
		set_penalties(&quantile.residuals);
		status = fit_rows(&quantile, result, loss);
	}
	memory_release(allocator, quantile.best, p, sizeof(double));
	residuals_end(&quantile.residuals);
	return status;
}
