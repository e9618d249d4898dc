/*
 * cusum.h: the one-sided cumulative sum of a frame, for drift.
 *
 * S_t = max(0, S_(t-1) + d_t) from S_0 = 0, with steps d = x - target - slack.  S_t is the largest
 * sum of a suffix of the steps, the empty one among them, which makes it an associative fold.
 *
 * Source: Page, "Continuous inspection schemes", Biometrika 41, 1954; the fold is that of maximum
 * suffix sums (Bird, "Algebraic identities for program calculation", Computer Journal 32(2), 1989).
 */
#ifndef ORCHARD_KERNEL_WINDOW_CUSUM_H
#define ORCHARD_KERNEL_WINDOW_CUSUM_H

#include "kernel/base/double_double.h"
#include "kernel/window/ring.h"

typedef struct CusumRow
{
	DoubleDouble step;
	bool is_special; /* made of a NaN or an infinity; step is 0 then */
} CusumRow;

typedef struct Cusum
{
	int64_t n;			/* steps */
	int64_t n_special;	/* of them special */
	DoubleDouble total; /* sum of all steps */
	DoubleDouble best;	/* largest sum of a suffix, at least 0 */
} Cusum;

static inline CusumRow
cusum_row_of(double x, double target, double slack)
{
	if (!isfinite(x) || !isfinite(target) || !isfinite(slack))
		return (CusumRow){.is_special = true};
	return (CusumRow){.step = dd_add_double(dd_two_sum(x, -target), -slack)};
}

static inline DoubleDouble
cusum_larger(DoubleDouble a, DoubleDouble b)
{
	return a.hi > b.hi || (a.hi == b.hi && a.lo > b.lo) ? a : b;
}

/* left = left, then right. */
static inline void
cusum_merge(Cusum *left, const Cusum *right)
{
	left->n += right->n;
	left->n_special += right->n_special;
	left->best = cusum_larger(right->best, dd_add(left->best, right->total));
	left->total = dd_add(left->total, right->total);
}

static inline Cusum
cusum_of(CusumRow row)
{
	return (Cusum){1, row.is_special, row.step, cusum_larger(row.step, (DoubleDouble){0.0, 0.0})};
}

static inline void
cusum_append(Cusum *cusum, CusumRow row)
{
	Cusum right = cusum_of(row);

	cusum_merge(cusum, &right);
}

static inline void
cusum_prepend(Cusum *cusum, CusumRow row)
{
	Cusum left = cusum_of(row);

	cusum_merge(&left, cusum);
	*cusum = left;
}

/* KERNEL_INVALID without a step, KERNEL_OVERFLOW where finite steps overflow; NaN where one is special. */
static inline Status
cusum_result(const Cusum *cusum, double *result)
{
	if (cusum->n == 0)
		return KERNEL_INVALID;
	if (cusum->n_special > 0)
		*result = NAN;
	else if (!isfinite(cusum->best.hi) || !isfinite(cusum->total.hi))
		return KERNEL_OVERFLOW;
	else
		*result = cusum->best.hi;
	return KERNEL_OK;
}

#define RING_NAME CusumRing
#define RING_VALUE CusumRow
#define RING_STATE Cusum
#define RING_CLEAR(state) (*(state) = (Cusum){0})
#define RING_APPEND(state, x) cusum_append(state, x)
#define RING_PREPEND(state, x) cusum_prepend(state, x)
#define RING_MERGE(state, right) cusum_merge(state, right)
#include "kernel/window/ring.h"

#endif /* ORCHARD_KERNEL_WINDOW_CUSUM_H */
