/*
 * split_simd.c: gains of cuts on arrays, compiled three times.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "kernel/tree/split_simd.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "kernel/base/variants.h"

#define INLINE static inline __attribute__((always_inline))
#define LANES 8

/* The parts of each cut in true units. */
typedef struct Parts
{
	double gradient[CUTS_AT_ONCE];
	double hessian[CUTS_AT_ONCE];
	double right_gradient[CUTS_AT_ONCE];
	double right_hessian[CUTS_AT_ONCE];
	double fewest[CUTS_AT_ONCE]; /* rows of the smaller part, -1 where a part has no hessian */
} Parts;

INLINE double
least(double a, double b)
{
	return a < b ? a : b;
}

INLINE void
set_parts(Parts *restrict parts, const CutSums *sums, const CutRules *rules, bool are_counted)
{
	double per_hessian = rules->rows_a_hessian;
	int32_t i;

	for (i = 0; i < sums->n; i++)
	{
		int64_t gradient = sums->gradient[i] + sums->more_gradient;
		int64_t hessian = sums->hessian[i] + sums->more_hessian;
		int64_t other = rules->hessian - hessian;
		double rows = per_hessian * (double) hessian;
		double other_rows = per_hessian * (double) other;

		if (are_counted)
		{
			int64_t counted = sums->rows[i] + sums->more_rows;

			rows = (double) counted;
			other_rows = (double) (rules->rows - counted);
		}
		parts->gradient[i] = (double) gradient * rules->gradient_unit;
		parts->hessian[i] = (double) hessian * rules->hessian_unit;
		parts->right_gradient[i] = (double) (rules->gradient - gradient) * rules->gradient_unit;
		parts->right_hessian[i] = (double) other * rules->hessian_unit;
		parts->fewest[i] = hessian > 0 && other > 0 ? least(rows, other_rows) : -1.0;
	}
}

/* T(G)^2 / (H + l2) */
INLINE double
worth(double gradient, double hessian, double l1, double l2)
{
	double size = __builtin_fabs(gradient) - l1;
	double shrunk = size > 0.0 ? size : 0.0;

	return shrunk * shrunk / (hessian + l2);
}

INLINE double
gains(double *restrict gain, const CutSums *sums, const CutRules *rules)
{
	Parts parts;
	double most[LANES];
	double l1 = rules->l1;
	double l2 = rules->l2;
	double base = rules->base;
	double min_hessian = rules->min_hessian;
	double min_rows = rules->min_rows > 0.0 ? rules->min_rows : 0.0;
	int32_t i;
	int32_t k;

	if (sums->rows != NULL)
		set_parts(&parts, sums, rules, true);
	else
		set_parts(&parts, sums, rules, false);
	for (i = 0; i < sums->n; i++)
	{
		double sum = worth(parts.gradient[i], parts.hessian[i], l1, l2) +
			worth(parts.right_gradient[i], parts.right_hessian[i], l1, l2) - base;
		double flat = least(parts.hessian[i], parts.right_hessian[i]);

		sum = flat >= min_hessian ? sum : -INFINITY;
		gain[i] = parts.fewest[i] >= min_rows ? sum : -INFINITY;
	}
	for (k = 0; k < LANES; k++)
		most[k] = -INFINITY;
	for (i = 0; i + LANES <= sums->n; i += LANES)
	{
		for (k = 0; k < LANES; k++)
			most[k] = gain[i + k] > most[k] ? gain[i + k] : most[k];
	}
	for (; i < sums->n; i++)
		most[0] = gain[i] > most[0] ? gain[i] : most[0];
	for (k = 1; k < LANES; k++)
		most[0] = most[k] > most[0] ? most[k] : most[0];
	return most[0];
}

/* The function for an instruction set, by attribute. */
#define VARIANT(suffix, attribute) \
	attribute static double gains_##suffix(double *gain, const CutSums *sums, \
										   const CutRules *rules) \
	{ \
		return gains(gain, sums, rules); \
	}

VARIANTS

double
split_gains_portable(double *gain, const CutSums *sums, const CutRules *rules)
{
	return gains_portable(gain, sums, rules);
}

double
split_gains(double *gain, const CutSums *sums, const CutRules *rules)
{
	return VARIANT_CALL(gains, gain, sums, rules);
}
