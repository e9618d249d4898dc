/*
 * ewm.c: folds of exponentially weighted values.
 */
#include "kernel/window/ewm.h"

/* a * b as a pair, by dd_split_product: not finite where a side is beyond 2^996 or so. */
static inline DoubleDouble
scaled(DoubleDouble a, DoubleDouble b)
{
	DoubleDouble product = dd_split_product(a.hi, b.hi);

	return dd_quick_two_sum(product.hi, product.lo + (a.hi * b.lo + a.lo * b.hi));
}

/* a - b, where the leading digits may cancel. */
static inline double
difference(DoubleDouble a, DoubleDouble b)
{
	return (a.hi - b.hi) + (a.lo - b.lo);
}

/*
 * Adds the sums of right, whose values keep their weights, to those of left, whose weights shrink by
 * f: M2 = f M2l + M2r + d^2 f Wl Wr / (f Wl + Wr), d = the difference of the means.  Any values, at
 * leisure.
 */
static __attribute__((noinline)) void
join_careful(Ewm *left, const Ewm *right, DoubleDouble f, bool has_left)
{
	DoubleDouble weight = dd_multiply(left->weight, f);
	DoubleDouble weighted = dd_multiply(left->weighted, f);

	left->m2 = left->m2 * f.hi + right->m2;
	left->cross = left->cross * f.hi * f.hi + right->cross;
	if (has_left)
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
}

/* To the sums of the values themselves. */
static __attribute__((noinline)) void
lower(Ewm *ewm)
{
	if (!ewm->is_small)
		return;
	ewm->weighted =
		(DoubleDouble){small_lowered(ewm->weighted.hi, 1), small_lowered(ewm->weighted.lo, 1)};
	ewm->m2 = small_lowered(ewm->m2, 2);
	ewm->is_small = false;
}

/* The sums of two sides that both have values, before they are known to be finite. */
typedef struct Joined
{
	DoubleDouble weight;
	DoubleDouble weighted;
	double m2;
	double cross;
} Joined;

static inline bool
is_finite(const Joined *joined)
{
	/* Weights are at most the number of values. */
	return __builtin_expect(isfinite(joined->weighted.hi + joined->weighted.lo + joined->m2), 1);
}

static inline void
take(Ewm *ewm, const Joined *joined)
{
	ewm->weight = joined->weight;
	ewm->weighted = joined->weighted;
	ewm->m2 = joined->m2;
	ewm->cross = joined->cross;
}

/*
 * The same by one division: with D = Wl Sr - Wr Sl, which is Wl Wr d,
 * M2 = f M2l + M2r + D^2 f / (Wl Wr (f Wl + Wr)).
 */
static void
join(Ewm *left, const Ewm *right, DoubleDouble f)
{
	DoubleDouble shrunk = scaled(left->weight, f);
	bool has_left = left->n > 0;
	Ewm lowered;
	Joined joined;
	double d;

	if (__builtin_expect(left->is_small != right->is_small, 0))
	{
		lowered = *right;
		lower(&lowered);
		lower(left);
		right = &lowered;
	}
	left->n += right->n;
	left->counts.n_nan += right->counts.n_nan;
	left->counts.n_positive_infinity += right->counts.n_positive_infinity;
	left->counts.n_negative_infinity += right->counts.n_negative_infinity;
	if (has_left)
	{
		d = difference(scaled(left->weight, right->weighted),
					   scaled(right->weight, left->weighted));
		joined.weight = dd_add(shrunk, right->weight);
		joined.weighted = dd_add(scaled(left->weighted, f), right->weighted);
		joined.m2 = left->m2 * f.hi + right->m2 +
			d * d * (f.hi / (left->weight.hi * right->weight.hi * joined.weight.hi));
		joined.cross =
			left->cross * f.hi * f.hi + right->cross + 2.0 * shrunk.hi * right->weight.hi;
		if (is_finite(&joined))
		{
			take(left, &joined);
			return;
		}
	}
	join_careful(left, right, f, has_left);
}

void
ewm_merge(Ewm *left, const Ewm *right)
{
	DoubleDouble f = scaled(left->tail, right->span);

	if (right->n == 0)
	{
		left->tail = scaled(left->tail, right->tail);
		return;
	}
	join(left, right, f);
	left->span = scaled(left->span, f);
	left->tail = right->tail;
}

void
ewm_merge_sums(Ewm *left, const Ewm *right)
{
	if (right->n > 0)
		join(left, right, scaled(left->tail, right->span));
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
	one.is_small = !(fabs(row.x) >= SMALL_SIZE) || isinf(row.x);
	if (isfinite(row.x))
		one.weighted = dd_from(one.is_small ? row.x * SMALL_SCALE : row.x);
	else
		moving_counts_note(&one.counts, row.x, 1);
	return one;
}

/* As ewm_merge, with what a right side of one value has: W = 1, S = x, M2 = cross = 0. */
void
ewm_append(Ewm *ewm, EwmRow row, DoubleDouble q)
{
	DoubleDouble f = scaled(ewm->tail, q);
	double x = ewm->is_small ? row.x * SMALL_SCALE : row.x;
	bool is_alike = !ewm->is_small || fabs(row.x) < SMALL_SIZE;
	DoubleDouble shrunk;
	Joined joined;
	double d;
	Ewm right;

	if (row.is_missing)
	{
		ewm->tail = f;
		return;
	}
	shrunk = scaled(ewm->weight, f);
	d = difference(scaled(ewm->weight, dd_from(x)), ewm->weighted);
	joined.weight = dd_add_double(shrunk, 1.0);
	joined.weighted = dd_add_double(scaled(ewm->weighted, f), x);
	joined.m2 = f.hi * (ewm->m2 + d * d / (ewm->weight.hi * joined.weight.hi));
	joined.cross = ewm->cross * f.hi * f.hi + 2.0 * shrunk.hi;
	if (__builtin_expect(ewm->n > 0 && is_alike, 1) && is_finite(&joined))
	{
		take(ewm, &joined);
		ewm->n++;
		ewm->span = scaled(ewm->span, f);
		ewm->tail = dd_from(1.0);
		return;
	}
	right = fold_of(row, q);
	ewm_merge(ewm, &right);
}

/* As ewm_merge, with what a left side of one value has. */
void
ewm_prepend(Ewm *ewm, EwmRow row, DoubleDouble q)
{
	DoubleDouble f = ewm->span;
	double x = ewm->is_small ? row.x * SMALL_SCALE : row.x;
	bool is_alike = !ewm->is_small || fabs(row.x) < SMALL_SIZE;
	Joined joined;
	double d;
	Ewm left;

	if (row.is_missing)
	{
		if (ewm->n > 0)
			ewm->span = scaled(ewm->span, q);
		else
			ewm->tail = scaled(ewm->tail, q);
		return;
	}
	d = difference(ewm->weighted, scaled(ewm->weight, dd_from(x)));
	joined.weight = dd_add(f, ewm->weight);
	joined.weighted = dd_add(scaled(f, dd_from(x)), ewm->weighted);
	joined.m2 = ewm->m2 + d * d * (f.hi / (ewm->weight.hi * joined.weight.hi));
	joined.cross = ewm->cross + 2.0 * f.hi * ewm->weight.hi;
	if (__builtin_expect(ewm->n > 0 && is_alike, 1) && is_finite(&joined))
	{
		take(ewm, &joined);
		ewm->n++;
		ewm->span = scaled(f, q);
		return;
	}
	left = fold_of(row, q);
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
		*result = small_lowered(dd_divide(ewm->weighted, ewm->weight).hi, ewm->is_small);
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
		*result = small_lowered(sqrt(ewm->m2 * (ewm->weight.hi / ewm->cross)), ewm->is_small);
	return KERNEL_OK;
}
