/*
 * comoments.c: special values, merges and results of the state of pairs.
 *
 * Source of the merge: Pebay, Sandia report SAND2008-6212, 2008, equation 3.1 (see moments.c).
 */
#include "kernel/stat/comoments.h"

void
comoments_clear(Comoments *comoments)
{
	*comoments = (Comoments){0};
}

Status
comoments_judge(Comoments *comoments, bool x_was_finite, bool y_was_finite)
{
	bool x_is_finite = isfinite(comoments->total_x.hi) && isfinite(comoments->sxx.hi);
	bool y_is_finite = isfinite(comoments->total_y.hi) && isfinite(comoments->syy.hi);

	if (!x_was_finite)
		comoments->sxx = comoments->sxy = dd_from(NAN);
	if (!y_was_finite)
		comoments->syy = comoments->sxy = dd_from(NAN);
	if ((x_was_finite && !x_is_finite) || (y_was_finite && !y_is_finite))
		return KERNEL_OVERFLOW;
	return x_was_finite && y_was_finite && !isfinite(comoments->sxy.hi) ? KERNEL_OVERFLOW :
																		  KERNEL_OK;
}

/* Which sides of a state are small from now on; the products are moved to that. */
typedef struct SmallSides
{
	bool x;
	bool y;
} SmallSides;

static void
raise_to(Comoments *comoments, SmallSides are_small)
{
	int times =
		(comoments->sxx.hi < 0.0 && !are_small.x) + (comoments->syy.hi < 0.0 && !are_small.y);

	/* Where a side becomes small it had no spread, and the products were 0. */
	if (times > 0)
		comoments->sxy = (DoubleDouble){small_lowered(comoments->sxy.hi, times),
										small_lowered(comoments->sxy.lo, times)};
	comoments->sxx = are_small.x ? squares_raised(comoments->sxx) : squares_lowered(comoments->sxx);
	comoments->syy = are_small.y ? squares_raised(comoments->syy) : squares_lowered(comoments->syy);
}

/* The other way: as states keep the squares of small values. */
static void
mark_small(Comoments *comoments, SmallSides are_small)
{
	if (are_small.x)
		comoments->sxx = squares_marked(comoments->sxx);
	if (are_small.y)
		comoments->syy = squares_marked(comoments->syy);
}

/* n x - S in the unit that the side is kept in. */
static double
distance_of(double x, double n, DoubleDouble total, bool is_small)
{
	DoubleDouble product = count_product(x, n);
	double distance = (product.hi - total.hi) + (product.lo - total.lo);

	return is_small ? distance * SMALL_SCALE : distance;
}

Status
comoments_add_careful(Comoments *comoments, double x, double y)
{
	bool x_was_finite = isfinite(comoments->total_x.hi) && isfinite(x);
	bool y_was_finite = isfinite(comoments->total_y.hi) && isfinite(y);
	Variance x_side = comoments_x(comoments);
	Variance y_side = comoments_y(comoments);
	SmallSides are_small = {variance_stays_small(&x_side, x), variance_stays_small(&y_side, y)};
	double n_before = (double) comoments->n;
	double n = n_before + 1.0;

	raise_to(comoments, are_small);
	comoments->n++;
	total_add(&comoments->total_x, x);
	total_add(&comoments->total_y, y);
	if (n_before > 0.0)
	{
		double dx = distance_of(x, n, comoments->total_x, are_small.x);
		double dy = distance_of(y, n, comoments->total_y, are_small.y);
		double weight = 1.0 / (n * n_before);

		total_add(&comoments->sxx, dx * dx * weight);
		total_add(&comoments->syy, dy * dy * weight);
		total_add(&comoments->sxy, dx * dy * weight);
	}
	mark_small(comoments, are_small);
	return comoments_judge(comoments, x_was_finite, y_was_finite);
}

/* Mean of right minus mean of left in the unit that the side is kept in. */
static double
means_apart(const Variance *left, const Variance *right, bool is_small)
{
	return total_mean_difference(
		is_small ? total_raised(left->total) : left->total, (double) left->n,
		is_small ? total_raised(right->total) : right->total, (double) right->n);
}

Status
comoments_merge_careful(Comoments *left, const Comoments *right)
{
	bool x_was_finite = isfinite(left->total_x.hi) && isfinite(right->total_x.hi);
	bool y_was_finite = isfinite(left->total_y.hi) && isfinite(right->total_y.hi);
	double n_left = (double) left->n;
	double n_right = (double) right->n;
	double weight = n_left * n_right / (n_left + n_right);
	Variance left_x = comoments_x(left);
	Variance left_y = comoments_y(left);
	Variance right_x = comoments_x(right);
	Variance right_y = comoments_y(right);
	SmallSides are_small = {variances_are_small(&left_x, &right_x),
							variances_are_small(&left_y, &right_y)};
	Comoments moved = *right;
	double dx;
	double dy;

	if (right->n == 0)
		return KERNEL_OK;
	if (left->n == 0)
	{
		*left = *right;
		return KERNEL_OK;
	}
	dx = means_apart(&left_x, &right_x, are_small.x);
	dy = means_apart(&left_y, &right_y, are_small.y);
	raise_to(left, are_small);
	raise_to(&moved, are_small);
	left->n += right->n;
	total_merge(&left->total_x, right->total_x);
	total_merge(&left->total_y, right->total_y);
	total_merge(&left->sxx, moved.sxx);
	total_merge(&left->syy, moved.syy);
	total_merge(&left->sxy, moved.sxy);
	total_add(&left->sxx, dx * dx * weight);
	total_add(&left->syy, dy * dy * weight);
	total_add(&left->sxy, dx * dy * weight);
	mark_small(left, are_small);
	return comoments_judge(left, x_was_finite, y_was_finite);
}

Comoments
comoments_raised(const Comoments *comoments)
{
	Comoments raised = *comoments;

	if (comoments->sxx.hi < 0.0)
	{
		raised.sxx = dd_negate(comoments->sxx);
		raised.total_x = total_raised(comoments->total_x);
	}
	if (comoments->syy.hi < 0.0)
	{
		raised.syy = dd_negate(comoments->syy);
		raised.total_y = total_raised(comoments->total_y);
	}
	return raised;
}

/* A result of the raised state in the units of x and y, to these powers. */
static Status
leave_raised(const Comoments *comoments, double raised, int x_power, int y_power, double *result)
{
	int times = (comoments->sxx.hi < 0.0) * x_power + (comoments->syy.hi < 0.0) * y_power;
	double value = small_lowered(raised, times);

	if (isinf(value) && !isinf(raised))
		return KERNEL_OVERFLOW;
	*result = value;
	return KERNEL_OK;
}

Status
comoments_small_result(const Comoments *comoments, Status (*result_of)(const Comoments *, double *),
					   int x_power, int y_power, double *result)
{
	Comoments raised = comoments_raised(comoments);
	double value;
	Status status = result_of(&raised, &value);

	if (status != KERNEL_OK)
		return status;
	return leave_raised(comoments, value, x_power, y_power, result);
}

Status
comoments_covariance_small(const Comoments *comoments, int lost, double *result)
{
	double value = total_value(comoments->sxy) / (double) (comoments->n - lost);

	return leave_raised(comoments, value, 1, 1, result);
}

Status
comoments_sxy(const Comoments *comoments, double *result)
{
	if (comoments->n == 0)
		return KERNEL_INVALID;
	return leave_raised(comoments, total_value(comoments->sxy), 1, 1, result);
}

void
comoments_normalise(Comoments *comoments)
{
	total_normalise(&comoments->total_x);
	total_normalise(&comoments->total_y);
	total_normalise(&comoments->sxx);
	total_normalise(&comoments->syy);
	total_normalise(&comoments->sxy);
}

bool
comoments_is_valid(const Comoments *comoments)
{
	Variance x = comoments_x(comoments);
	Variance y = comoments_y(comoments);
	bool has_products = isfinite(x.total.hi) && isfinite(y.total.hi);

	/* An empty state has totals of +0, as the built-ins begin with. */
	if (!variance_is_valid(&x) || !variance_is_valid(&y) || !total_is_normalised(comoments->sxy) ||
		isinf(comoments->sxy.hi))
		return false;
	if (isnan(comoments->sxy.hi) == has_products)
		return false;
	return !has_products || comoments->n > 1 || comoments->sxy.hi == 0.0;
}

/* Slope with twice the precision, so that an intercept far from the data keeps its digits. */
static Status
slope_of(const Comoments *comoments, DoubleDouble *slope)
{
	DoubleDouble sxx = comoments->sxx;
	DoubleDouble sxy = comoments->sxy;

	total_normalise(&sxx);
	total_normalise(&sxy);
	if (comoments->n == 0 || sxx.hi == 0.0)
		return KERNEL_INVALID;
	*slope = dd_divide(sxy, sxx);
	if (!isfinite(slope->hi) || !isfinite(slope->lo))
		*slope = dd_from(sxy.hi / sxx.hi);
	return KERNEL_OK;
}

Status
comoments_intercept_careful(const Comoments *comoments, double *result)
{
	DoubleDouble total_x = comoments->total_x;
	DoubleDouble total_y = comoments->total_y;
	DoubleDouble slope;
	DoubleDouble scaled;
	Status status = slope_of(comoments, &slope);

	if (status != KERNEL_OK)
		return status;
	total_normalise(&total_x);
	total_normalise(&total_y);
	scaled = dd_subtract(total_y, dd_multiply(total_x, slope));
	if (!isfinite(scaled.hi) || !isfinite(scaled.lo))
		scaled = dd_from(total_y.hi - total_x.hi * slope.hi);
	*result = scaled.hi / (double) comoments->n;
	return KERNEL_OK;
}

Status
comoments_x_intercept(const Comoments *comoments, double *result)
{
	double intercept;
	DoubleDouble slope;
	Status status = slope_of(comoments, &slope);

	if (comoments_have_small(comoments))
		return comoments_small_result(comoments, comoments_x_intercept, 1, 0, result);
	if (status == KERNEL_OK)
		status = comoments_intercept(comoments, &intercept);
	if (status == KERNEL_OK && slope.hi == 0.0)
		return KERNEL_INVALID;
	if (status == KERNEL_OK)
		*result = -intercept / slope.hi;
	return status;
}
