/*
 * split.h: the best way to cut a node in two, from its histogram.
 *
 * With G and H the sums of gradients and hessians, and T(G) the gradient less
 * the l1 penalty, a part is worth T(G)^2 / (H + l2) and a split what both parts
 * are worth together, less the whole: twice the loss that a Newton step takes
 * away (Chen, Guestrin, "XGBoost", KDD 2016, eq. 7).
 *
 * A number is cut after each of its bins, with the missing rows on either side.
 * The levels of a category are put in the order of G / (H + smooth) and cut as
 * if they were bins: for a convex loss one of these cuts is the best of all
 * 2^(levels - 1) subsets (Fisher, "On grouping for maximum homogeneity", JASA 53,
 * 1958).  Equal gains: the lowest slot wins, then the lowest bin.
 *
 * Such an order is chosen by the rows that it then splits, so that levels which mean nothing
 * gain as well.  If G / sqrt(H) of n levels of one weight is normal with variance d, the best
 * cut parts the positive ones from the negative, and gains n d (2 / pi) in the mean.  That much
 * is taken off for each level above two, with d = sum g^2 / sum h of the tree's rows; or
 * else a category of many levels wins against columns that say something.
 */
#ifndef ORCHARD_KERNEL_TREE_SPLIT_H
#define ORCHARD_KERNEL_TREE_SPLIT_H

#include "kernel/base/memory.h"
#include "kernel/tree/histogram.h"

#define NO_SPLIT (-1)

typedef struct SplitOptions
{
	double l1;				 /* >= 0 */
	double l2;				 /* >= 0 */
	double min_gain;		 /* a split gains more than that, and more than 0 */
	double min_hessian;		 /* of either part */
	double min_rows;		 /* of either part */
	double category_smooth;	 /* pulls rare levels to the middle of the order */
	double category_l2;		 /* on top of l2 where a category splits */
	double category_penalty; /* how many times what chance gives a level has to gain */
	double category_noise;	 /* what a level has to gain in this tree; set by the trees */
	const int8_t *monotone;	 /* a slot: 1 = rising, -1 = falling, 0; NULL = none */
	double gradient_unit;	 /* a gradient is so many units of the histogram */
	double hessian_unit;
} SplitOptions;

/* The node that is split. */
typedef struct SplitNode
{
	Sums sums;
	double lower; /* bounds of its value that monotone constraints set */
	double upper;
} SplitNode;

typedef struct Split
{
	double gain;
	int32_t slot; /* NO_SPLIT: none worth it */
	int32_t bin;  /* numbers: the last that goes left */
	bool missing_left;
	Sums left;		 /* of the rows that go left; PACKED: rows estimated */
	uint32_t *words; /* categories: bit of each bin that goes left; the caller's */
} Split;

/* What finding splits takes; sized for the slots of one set of bins. */
typedef struct SplitSearch
{
	const Records *records;
	const SplitOptions *options;
	int32_t capacity; /* bins of the largest slot, missing one included */
	int64_t *gradient;
	int64_t *hessian;
	int64_t *rows;
	double *keys;	/* of levels */
	int32_t *order; /* of levels */
} SplitSearch;

extern Status split_search_create(SplitSearch *search, const Records *records,
								  const SplitOptions *options, const Allocator *allocator);
extern void split_search_release(SplitSearch *search, const Allocator *allocator);

/* Words of a Split's levels. */
extern int32_t split_words(const Bins *bins);

/* Looks for a split by one slot that is better than *best, which it then becomes. */
extern void split_slot(SplitSearch *search, const Histogram *histogram, const SplitNode *node,
					   int32_t slot, Split *best);

/* The value of a node with these sums, in true units and within bounds. */
extern double split_value(const SplitOptions *options, double gradient, double hessian,
						  double lower, double upper);

/* Does a row with this code in the split's slot go left? */
static inline bool
split_goes_left(const Split *split, const BinSlot *slot, int32_t code)
{
	if (slot->is_category)
		return split->words[code / 32] >> (code % 32) & 1;
	return code == slot->n_bins ? split->missing_left : code <= split->bin;
}

#endif /* ORCHARD_KERNEL_TREE_SPLIT_H */
