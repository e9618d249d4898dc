/*
 * boost_state.h: one run of boosting, between the files of boost.h.
 */
#ifndef ORCHARD_KERNEL_TREE_BOOST_STATE_H
#define ORCHARD_KERNEL_TREE_BOOST_STATE_H

#include "kernel/base/hash.h"
#include "kernel/thread/parallel.h"
#include "kernel/tree/boost.h"
#include "kernel/tree/exact_sum.h"

#define CHUNK_ROWS 16384 /* of passes over all rows */

/* Rows and their scores; of a file of rows (boost_file.h) the page at hand, and otherwise their number. */
typedef struct Scored
{
	BinnedRows rows;
	double *score; /* n_outputs columns of n */
	double *level; /* SOFTMAX: n */
	double weight; /* of all rows */
} Scored;

/* What a leaf's rows sum up to, exactly. */
typedef struct LeafSums
{
	int64_t gradient;
	int64_t hessian;
	int64_t weight;
} LeafSums;

/* One run of boost_fit. */
typedef struct Boost
{
	const BoostOptions *options;
	const Allocator *allocator;
	const StopCheck *stop;
	struct BoostFile *file; /* NULL: rows are in memory */
	ParallelPool *pool;		/* NULL: few rows, or one thread wanted */
	int32_t n_outputs;
	bool has_weight;
	Objective objective;
	GrowOptions grow;
	Bins bins;
	Scored train;
	Scored held_out;
	bool has_held_out;
	Records records;
	Grower grower;
	bool packs_scores;	   /* the scores are packed into the records at once */
	double *gradient;	   /* n of train; NULL: packs_scores */
	double *hessian;	   /* n of train; NULL when every one is 1, and when packs_scores */
	double *residual;	   /* n, where leaves are renewed */
	double *weight;		   /* n, in the order of residual; NULL without */
	double most[2];		   /* largest magnitude of gradient and hessian */
	double heaviest;	   /* weight of a training row */
	uint16_t *leaf_of_row; /* n: its leaf's number, or NOT_DRAWN */
	LeafSums *leaf_sums;   /* 2 * leaves_capacity a thread */
	double *leaf_value;	   /* leaves_capacity */
	int32_t leaves_capacity;
	int loss_exponent;		 /* losses are summed up in units of 2^-loss_exponent */
	WideInteger packed_loss; /* packs_scores: of the training rows before the last tree */
	BoostResult result;
	int32_t trees_capacity;
} Boost;

/* A pass over the rows of `scored`. */
typedef struct ScoredJob
{
	const Boost *boost;
	Scored *scored;
} ScoredJob;

/* What a thread found of the rows that it differentiated. */
typedef struct Found
{
	WideInteger loss;
	double most[2];
} Found;

/* A pass that takes derivatives. */
typedef struct LossJob
{
	Boost *boost;
	Scored *scored;
	double *gradient; /* NULL: only the loss is wanted */
	double *hessian;  /* NULL: every one is 1 */
	int32_t output;
	double scale;
	Found found[PARALLEL_MOST];
} LossJob;

/* The tree's rows on their way into the grower. */
typedef struct QuantiseJob
{
	Boost *boost;
	int32_t output;
	int32_t n; /* rows in the grower's order */
	bool is_all;
	double scale[2];
	uint64_t seed;
	ObjectiveSums sums[PARALLEL_MOST]; /* squares: as boost_tree.c has them */
	WideInteger loss[PARALLEL_MOST];   /* packs_scores */
} QuantiseJob;

/* A pass over all rows by leaf. */
typedef struct LeafJob
{
	Boost *boost;
	double scale[2];
	double weight_scale;
	Scored *scored;
	int32_t output;
} LeafJob;

/* Parts of passes, as ParallelWork; the context is the job of the same name. */
extern void boost_level_chunk(void *context, int32_t chunk, int32_t worker);		 /* ScoredJob */
extern void boost_differentiate_chunk(void *context, int32_t chunk, int32_t worker); /* LossJob */
extern void boost_quantise_chunk(void *context, int32_t chunk, int32_t worker);
extern void boost_sum_chunk(void *context, int32_t chunk, int32_t worker); /* LeafJob */

/* Of the leaf of a row that the tree was not grown on. */
#define NOT_DRAWN UINT16_MAX

/* Which rows the tree at hand is grown on, by their hash. */
static inline uint64_t
draw_bound(const Boost *boost)
{
	return (uint64_t) (boost->options->subsample * 0x1p63) * 2;
}

/* A pass over n rows by chunks of CHUNK_ROWS. */
static inline Status
boost_pass(const Boost *boost, int32_t n, ParallelWork work, void *context)
{
	return parallel_for(boost->pool, n / CHUNK_ROWS + (n % CHUNK_ROWS > 0), work, context,
						boost->stop);
}

/* The rows of a chunk of n rows: *first .. *end - 1. */
static inline void
boost_chunk(int32_t n, int32_t chunk, int32_t *first, int32_t *end)
{
	*first = chunk * CHUNK_ROWS;
	*end = n - *first < CHUNK_ROWS ? n : *first + CHUNK_ROWS;
}

static inline bool
is_all_rows(const Boost *boost)
{
	return boost->options->subsample >= 1.0;
}

/* A seed of its own for each tree and purpose. */
static inline uint64_t
tree_seed(const Boost *boost, uint64_t purpose)
{
	uint64_t tree = (uint64_t) boost->result.ensemble->n_trees;

	return hash_mix(boost->options->seed + hash_mix(tree * 4 + purpose));
}

/* Which form of cell the gradients of a source's rows need. */
extern CellForm boost_form(const Boost *boost, const TreeSource *source, const double *start);

/* The largest weight of a row, 0 without weights. */
extern double boost_heaviest(const BinnedRows *rows);

/*
 * boost_add_tree
 *		Grows a tree for an output on the derivatives at hand and adds it to ensemble and scores.
 *
 * *is_stump: it has no split.
 */
extern Status boost_add_tree(Boost *boost, int32_t output, bool *is_stump);

#endif /* ORCHARD_KERNEL_TREE_BOOST_STATE_H */
