/*
 * exact_sum.h: sums of doubles that do not depend on the order of their parts.
 *
 * Parts are turned into integers by one power of two, so that the largest has 90
 * bits: what is lost is below 2^-90 of the largest part, for up to 2^36 parts.
 */
#ifndef ORCHARD_KERNEL_TREE_EXACT_SUM_H
#define ORCHARD_KERNEL_TREE_EXACT_SUM_H

#include <math.h>
#include <stdint.h>

/* Aligned as what an allocator gives. */
__extension__ typedef __int128 WideInteger __attribute__((aligned(8)));

typedef struct ExactSum
{
	int exponent; /* a part is multiplied by 2^exponent */
	WideInteger sum;
} ExactSum;

/* largest: at least the magnitude of every part, finite. */
static inline ExactSum
exact_sum_begin(double largest)
{
	int exponent = 0;

	if (largest > 0.0)
		frexp(largest, &exponent);
	return (ExactSum){.exponent = 90 - exponent};
}

static inline void
exact_sum_add(ExactSum *sum, double part)
{
	int exponent;
	double mantissa = frexp(part, &exponent);
	WideInteger integer = (int64_t) ldexp(mantissa, 53);
	int shift = exponent - 53 + sum->exponent;

	if (integer == 0)
		return; /* whose exponent says nothing */
	if (shift >= 0)
		sum->sum += integer * ((WideInteger) 1 << shift);
	else if (shift > -64)
		sum->sum += integer >> -shift;
}

static inline double
exact_sum_value(const ExactSum *sum)
{
	return ldexp((double) sum->sum, -sum->exponent);
}

#endif /* ORCHARD_KERNEL_TREE_EXACT_SUM_H */
