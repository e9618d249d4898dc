/*
 * least_squares_state.h: the sums of a least squares fit, shared by the files that fill and solve them.
 */
#ifndef ORCHARD_KERNEL_LINEAR_LEAST_SQUARES_STATE_H
#define ORCHARD_KERNEL_LINEAR_LEAST_SQUARES_STATE_H

#include "kernel/linear/gram_simd.h"
#include "kernel/linear/indicator.h"
#include "kernel/linear/least_squares.h"

/*
 * Rows of a block: at first, and at its largest when the state is narrow (few numbers: the block
 * stays about as small as the sums) or wide; else GRAM_ROWS.
 */
#define FIRST_ROWS 4
#define NARROW_ROWS 16
#define WIDE_ROWS 128

/*
 * Rows wait in a block until it is full; only then are the sums allocated, so
 * that a group of few rows costs no more than its rows.
 */
struct LeastSquares
{
	/* what each row needs comes first, in a line of the cache */
	double *block; /* block_capacity x stride: rows not in the sums yet; wide: NaN = missing */
	int32_t n_block;
	int32_t block_capacity;
	int32_t n_numbers;
	int32_t n_categories;
	int32_t width;	/* of z = (1, numbers, target): n_numbers + 2 */
	int32_t stride; /* gram_stride(width) */
	int64_t rows;
	bool is_wide;	  /* products are in double, of blocks that are shifted */
	bool has_weights; /* a row of the block has another weight than 1 */
	bool has_lacking;
	uint64_t known; /* numbers with an indicator, as far as rows that wait have asked */
	/*
	 * Of a state without categories that is not wide: by number the rows of the block that lack it
	 * and have weight 1, bit k for row k, which wait with the block for the indicators' sums.
	 */
	uint32_t *lacking;

	double
		*block_weights; /* block_capacity: 1 beyond n_block, and everywhere without has_weights */
	double *hi;			/* stride x stride: sums of z z' (wide: shifted), on and above the
								 * diagonal; NULL before the first full block */
	double *lo;			/* what hi leaves out */
	double *shift;		/* wide: stride, subtracted from z before products; NULL with hi */
	double *strips;		/* wide: scratch, WIDE_ROWS x stride; NULL with hi */
	double *clean;		/* wide: scratch row, stride, 0 for missing */
	int32_t *active;	/* scratch: indicators of the row, missing numbers first */
	int32_t *missing;	/* scratch: slots of the row's missing numbers, n_numbers + 3 */
	Indicators indicators;
};

static inline size_t
least_squares_entries(const LeastSquares *state)
{
	return (size_t) state->stride * (size_t) state->stride;
}

/* Rows at which the block goes into the sums. */
static inline int32_t
least_squares_block_rows(const LeastSquares *state)
{
	if (state->is_wide)
		return WIDE_ROWS;
	return state->stride < NARROW_ROWS ? NARROW_ROWS : GRAM_ROWS;
}

/* The weight of the row that is to be the block's next. */
static inline void
least_squares_set_weight(LeastSquares *state, double weight)
{
	if (weight == 1.0 && !state->has_weights)
		return;
	state->block_weights[state->n_block] = weight;
	state->has_weights = true;
}

/* Adds to the indicators' sums what waits for it; whoever reads them comes here first. */
extern void least_squares_settle(LeastSquares *state);

/* Room for the sums of a state that has none. */
extern Status least_squares_allocate_sums(LeastSquares *state, const Allocator *allocator);

/*
 * least_squares_raw_sums
 *		The sums of z z' over all rows, on and above the diagonal, into hi and lo.
 *
 * hi, lo: least_squares_entries doubles.  The state does not change.
 */
extern Status least_squares_raw_sums(const LeastSquares *state, const Allocator *allocator,
									 double *hi, double *lo);

/*
 * wide_sums.c: adds the block's rows, shifted, to hi and lo; a state without shift gets one.
 * strips: scratch, n_block x stride.
 */
extern Status wide_sums_add_block(LeastSquares *state, const Allocator *allocator, double *hi,
								  double *lo, double *strips);

/* Entry i, j of the sums after shift[.] is added to what is present. */
extern DoubleDouble wide_sums_moved(const LeastSquares *state, const double *hi, const double *lo,
									const double *shift, int32_t i, int32_t j);

#endif /* ORCHARD_KERNEL_LINEAR_LEAST_SQUARES_STATE_H */
