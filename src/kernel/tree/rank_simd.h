/*
 * rank_simd.h: how many of a slot's thresholds are below a value, in the widest form the processor has.
 *
 * The thresholds stand in blocks of 16, filled up with infinity, under levels of blocks that hold
 * the last value of every block below but the last one.  In each level the values of one block that
 * are less are counted, without a branch, and the count leads to a block of the level below.
 *
 * Notation: n thresholds, ascending and finite.
 */
#ifndef ORCHARD_KERNEL_TREE_RANK_SIMD_H
#define ORCHARD_KERNEL_TREE_RANK_SIMD_H

#include <stddef.h>
#include <stdint.h>

#define RANK_BLOCK 16
#define RANK_LEVELS 8 /* 16^8 thresholds are more than there can be */

/* One slot's search. */
typedef struct RankSearch
{
	int32_t slot;					  /* of the vector */
	int32_t n_levels;				  /* 1 or more */
	const double *level[RANK_LEVELS]; /* where each begins, the top one first */
} RankSearch;

/* How many doubles the blocks of n thresholds take. */
extern size_t rank_room(size_t n);

/* Fills the blocks and the search that reads them; blocks: rank_room(n) doubles. */
extern void rank_begin(RankSearch *search, int32_t slot, const double *thresholds, size_t n,
					   double *blocks);

/*
 * ranks[i] = how many thresholds of searches[i] are below its value in the vector, 0 for NaN.
 *
 * Cost about 16 comparisons a level, in one to eight instructions.
 */
extern void rank_find(const RankSearch *searches, int32_t n, const double *vector, size_t *ranks);

/* The same by the code for any processor and for AVX2, where there is that; for tests. */
extern void rank_find_portable(const RankSearch *searches, int32_t n, const double *vector,
							   size_t *ranks);
extern void rank_find_avx2(const RankSearch *searches, int32_t n, const double *vector,
						   size_t *ranks);

#endif /* ORCHARD_KERNEL_TREE_RANK_SIMD_H */
