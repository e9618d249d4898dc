/*
 * ewm.c: folds of exponentially weighted values.
 */
#include "kernel/window/ewm.h"

/*
 * Adds right, whose values keep their weights, to left, whose weights shrink by f:
 * M2 = f M2l + M2r + d^2 f Wl Wr / (f Wl + Wr), d = the difference of the means.
 */
static void
join(Ewm *left, const Ewm *right, DoubleDouble f)
{
	DoubleDouble weight = dd_multiply(left->weight, f);
	DoubleDouble weighted = dd_multiply(left->weighted, f);

	left->m2 = left->m2 * f.hi + right->m2;
	left->cross = left->cross * f.hi * f.hi + right->cross;
	if (left->n > 0)
	{
		double d = dd_subtract(dd_divide(left->weighted, left->weight),
							   dd_divide(right->weighted, right->weight))
					   .hi;
		double both = weight.hi * right->weight.hi;

		left->m2 += d * (both / (weight.hi + right->weight.hi)) * d;
		left->cross += 2.0 * both;
	}
	left->weight = dd_add(weight, right->weight);
	left->weighted = dd_add(weighted, right->weighted);
	left->n += right->n;
	left->counts.n_nan += right->counts.n_nan;
	left->counts.n_positive_infinity += right->counts.n_positive_infinity;
	left->counts.n_negative_infinity += right->counts.n_negative_infinity;
}

void
ewm_merge(Ewm *left, const Ewm *right)
{
	DoubleDouble f = dd_multiply(left->tail, right->span);

	if (right->n == 0)
	{
		left->tail = dd_multiply(left->tail, right->tail);
		return;
	}
	join(left, right, f);
	left->span = dd_multiply(left->span, f);
	left->tail = right->tail;
}

/* The fold of one row. */
static Ewm
fold_of(EwmRow row, DoubleDouble q)
{
	Ewm one;

	ewm_clear(&one);
	if (row.is_missing)
	{
		one.tail = q;
		return one;
	}
	one.n = 1;
	one.span = q;
	one.weight = dd_from(1.0);
	if (isfinite(row.x))
		one.weighted = dd_from(row.x);
	else
		moving_counts_note(&one.counts, row.x, 1);
	return one;
}

void
ewm_append(Ewm *ewm, EwmRow row, DoubleDouble q)
{
	Ewm right = fold_of(row, q);

	ewm_merge(ewm, &right);
}

void
ewm_prepend(Ewm *ewm, EwmRow row, DoubleDouble q)
{
	Ewm left = fold_of(row, q);

	ewm_merge(&left, ewm);
	*ewm = left;
}

Status
ewm_mean(const Ewm *ewm, double *result)
{
	if (ewm->n == 0)
		return KERNEL_INVALID;
	if (moving_counts_any(&ewm->counts))
		*result = moving_counts_total(&ewm->counts);
	else if (!isfinite(ewm->weighted.hi))
		return KERNEL_OVERFLOW;
	else
		*result = dd_divide(ewm->weighted, ewm->weight).hi;
	return KERNEL_OK;
}

Status
ewm_deviation(const Ewm *ewm, double *result)
{
	if (ewm->n < 2 || !(ewm->cross > 0.0))
		return KERNEL_INVALID;
	if (moving_counts_any(&ewm->counts))
		*result = NAN;
	else if (!isfinite(ewm->weighted.hi) || !isfinite(ewm->m2))
		return KERNEL_OVERFLOW;
	else
		*result = sqrt(ewm->m2 * (ewm->weight.hi / ewm->cross));
	return KERNEL_OK;
}
