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

Status
comoments_merge_careful(Comoments *left, const Comoments *right)
{
	bool x_was_finite = isfinite(left->total_x.hi) && isfinite(right->total_x.hi);
	bool y_was_finite = isfinite(left->total_y.hi) && isfinite(right->total_y.hi);
	double n_left = (double) left->n;
	double n_right = (double) right->n;
	double weight = n_left * n_right / (n_left + n_right);
	double dx;
	double dy;

	if (right->n == 0)
		return KERNEL_OK;
	if (left->n == 0)
	{
		*left = *right;
		return KERNEL_OK;
	}
	dx = total_mean_difference(left->total_x, n_left, right->total_x, n_right);
	dy = total_mean_difference(left->total_y, n_left, right->total_y, n_right);
	left->n += right->n;
	total_merge(&left->total_x, right->total_x);
	total_merge(&left->total_y, right->total_y);
	total_merge(&left->sxx, right->sxx);
	total_merge(&left->syy, right->syy);
	total_merge(&left->sxy, right->sxy);
	total_add(&left->sxx, dx * dx * weight);
	total_add(&left->syy, dy * dy * weight);
	total_add(&left->sxy, dx * dy * weight);
	return comoments_judge(left, x_was_finite, y_was_finite);
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

	if (status == KERNEL_OK)
		status = comoments_intercept(comoments, &intercept);
	if (status == KERNEL_OK && slope.hi == 0.0)
		return KERNEL_INVALID;
	if (status == KERNEL_OK)
		*result = -intercept / slope.hi;
	return status;
}
