/*
 * indicator.h: sums over the rows where an indicator is 1.
 *
 * An indicator is a level of a category or "this slot is missing".  For each
 * one that occurred the sums of z = (1, numbers, target) over its rows are
 * kept, and for each pair that met in a row the weight of those rows: of two
 * missing numbers in a triangle, of others in a hash table.  Memory: 16 bytes a
 * sum, 16 bytes a pair in the triangle, 24 to 48 bytes in the table.
 */
#ifndef ORCHARD_KERNEL_LINEAR_INDICATOR_H
#define ORCHARD_KERNEL_LINEAR_INDICATOR_H

#include "kernel/base/double_double.h"
#include "kernel/base/memory.h"

#define INDICATOR_NONE (-1)

/* The indicators of one slot: its levels by code, and its being missing. */
typedef struct IndicatorSlot
{
	int32_t *of_code; /* n_codes indicators, INDICATOR_NONE = code not seen */
	int32_t n_codes;
	int32_t capacity;
	int32_t missing; /* INDICATOR_NONE = never missing */
} IndicatorSlot;

/* Weight of the rows where two indicators were both 1; open addressing. */
typedef struct PairTable
{
	uint64_t *keys; /* smaller indicator << 32 | larger, +1; 0 = free */
	DoubleDouble *weights;
	uint32_t n;
	uint32_t size; /* power of two, or 0 */
} PairTable;

typedef struct Indicators
{
	IndicatorSlot *slots; /* n_slots: numbers (only .missing), then categories */
	int32_t n_slots;
	int32_t n_numbers; /* the slots that are numbers */
	int32_t stride;	   /* doubles in a row of sums */
	int32_t n;
	int32_t capacity;
	double *hi;		 /* n x stride: sums of z over the indicator's rows */
	double *lo;		 /* what hi leaves out */
	PairTable pairs; /* but of two missing numbers */
	/*
	 * Of the rows without numbers i < j, at j (j - 1) / 2 + i: how many have the weight 1, and the
	 * weight of the others.  NULL before such a row without two numbers.
	 */
	int64_t *missing_counts;
	DoubleDouble *missing_pairs;
} Indicators;

extern Status indicators_begin(Indicators *set, const Allocator *allocator, int32_t n_numbers,
							   int32_t n_categories, int32_t stride);
extern void indicators_release(Indicators *set, const Allocator *allocator);

/* A new indicator with empty sums, of no slot yet. */
extern Status indicators_add(Indicators *set, const Allocator *allocator, int32_t *indicator);

/* The indicator of a slot's code >= 0, or of its being missing for code < 0; made when new. */
extern Status indicators_find(Indicators *set, const Allocator *allocator, int32_t slot,
							  int32_t code, int32_t *indicator);

/* Adds weight to a pair of different indicators that are not both of missing numbers. */
extern Status indicators_add_pair(Indicators *set, const Allocator *allocator, int32_t a, int32_t b,
								  DoubleDouble weight);

/* Adds weight to each pair of n numbers, given by ascending slots, that a row lacks. */
extern Status indicators_add_missing(Indicators *set, const Allocator *allocator,
									 const int32_t *slots, int32_t n, double weight);

/* Pairs of numbers. */
static inline size_t
indicators_missing_pairs(const Indicators *set)
{
	return (size_t) set->n_numbers * (size_t) (set->n_numbers > 0 ? set->n_numbers - 1 : 0) / 2;
}

/* Room for the pairs of numbers, all 0. */
extern Status indicators_allocate_missing(Indicators *set, const Allocator *allocator);

/* Room for missing_counts, where there is none yet. */
extern Status indicators_allocate_counts(Indicators *set, const Allocator *allocator);

/* The sum of entry k of z over an indicator's rows; 0 for INDICATOR_NONE. */
static inline DoubleDouble
indicators_sum(const Indicators *set, int32_t indicator, int32_t k)
{
	size_t place = (size_t) indicator * (size_t) set->stride + (size_t) k;

	return indicator < 0 ? dd_from(0.0) : dd_two_sum(set->hi[place], set->lo[place]);
}

/* Weight of the rows without both numbers of a pair. */
static inline DoubleDouble
indicators_missing_pair(const Indicators *set, size_t place)
{
	DoubleDouble weight = dd_from(0.0);

	if (set->missing_pairs != NULL)
		weight = set->missing_pairs[place];
	if (set->missing_counts != NULL)
		weight = dd_add_double(weight, (double) set->missing_counts[place]);
	return weight;
}

/* Weight of the rows without both numbers i and j. */
static inline DoubleDouble
indicators_both_missing(const Indicators *set, int32_t i, int32_t j)
{
	size_t low = (size_t) (i < j ? i : j);
	size_t high = (size_t) (i < j ? j : i);

	if (i == j)
		return indicators_sum(set, set->slots[i].missing, 0);
	return indicators_missing_pair(set, high * (high - 1) / 2 + low);
}

/*
 * indicators_merge
 *		Adds all of `from`.
 *
 * code_maps[c][code]: what a code of category c is called in `into`.
 */
extern Status indicators_merge(Indicators *into, const Allocator *allocator, const Indicators *from,
							   const int32_t *const *code_maps);

/* hi + lo += other_hi + other_lo, n double-double sums. */
extern void indicators_add_sums(double *hi, double *lo, const double *other_hi,
								const double *other_lo, size_t n);

#endif /* ORCHARD_KERNEL_LINEAR_INDICATOR_H */
