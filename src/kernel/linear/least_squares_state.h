/*
 * least_squares_state.h: the sums of a least squares fit, shared by the files that fill and solve them.
 */
#ifndef ORCHARD_KERNEL_LINEAR_LEAST_SQUARES_STATE_H
#define ORCHARD_KERNEL_LINEAR_LEAST_SQUARES_STATE_H

#include "kernel/linear/least_squares.h"

/* The indicators of one slot: its levels by code, and its being missing. */
typedef struct IndicatorSlot
{
	int32_t    *of_code;		/* n_codes indicators, -1 = code not seen */
	int32_t		n_codes;
	int32_t		capacity;
	int32_t		missing;		/* indicator, -1 = never missing */
} IndicatorSlot;

/* Weight of the rows where two indicators were both 1; open addressing. */
typedef struct PairTable
{
	uint64_t   *keys;			/* smaller indicator << 32 | larger, +1; 0 = free */
	double	   *weights;
	uint32_t	n;
	uint32_t	size;			/* power of two, or 0 */
} PairTable;

struct LeastSquares
{
	int32_t		n_numbers;
	int32_t		n_categories;
	int32_t		width;			/* of z = (1, numbers, target): n_numbers + 2 */
	int32_t		stride;			/* gram_stride(width) */
	int64_t		rows;
	double	   *hi;				/* width x stride: sums of z z', on and above the diagonal */
	double	   *lo;				/* what hi leaves out */
	double	   *z;				/* scratch row, stride */
	int32_t    *active;			/* scratch: indicators of the row */
	IndicatorSlot *slots;		/* n_numbers (only .missing) + n_categories */
	int32_t		n_indicators;
	int32_t		indicators_capacity;
	double	   *indicator_hi;	/* n_indicators x stride: sums of z over the indicator's rows */
	double	   *indicator_lo;
	PairTable	pairs;
};

extern double pair_table_weight(const PairTable *pairs, int32_t a, int32_t b);

#endif							/* ORCHARD_KERNEL_LINEAR_LEAST_SQUARES_STATE_H */
