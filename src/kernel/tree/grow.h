/*
 * grow.h: one tree, grown by the best split of all open leaves.
 *
 * The grower keeps the rows of each node together in one array of row numbers.
 * A split parts them stably and sums up the smaller part in the same pass; the
 * larger part's histogram is what its parent's has left.  Open leaves keep their
 * histograms while the pool has room; what it has not is made anew.
 *
 * Everything is decided by integer sums, so neither the order of the rows nor
 * how they were visited changes a tree.
 */
#ifndef ORCHARD_KERNEL_TREE_GROW_H
#define ORCHARD_KERNEL_TREE_GROW_H

#include "kernel/base/memory.h"
#include "kernel/thread/parallel.h"
#include "kernel/tree/ensemble.h"
#include "kernel/tree/gather.h"
#include "kernel/tree/split.h"

typedef struct GrowOptions
{
	int32_t max_leaves;	  /* at least 2; 0 = no limit */
	int32_t max_depth;	  /* of a leaf, the root's being 0; 0 = no limit */
	int32_t max_features; /* slots looked at in a node, drawn anew for each; 0 = all */
	SplitOptions split;
} GrowOptions;

typedef struct GrownNode
{
	int32_t left; /* TREE_LEAF: a leaf */
	int32_t right;
	int32_t begin; /* its rows in Grower.order */
	int32_t count;
	int32_t depth;
	int32_t histogram; /* its place in the pool, or NO_HISTOGRAM */
	int32_t open;	   /* entry of the heap at this place, which has nothing to do with the node */
	int32_t number;	   /* leaves: the caller's */
	SplitNode node;
	Split split;
	double value; /* leaves: set by the caller */
	double cover; /* leaves: set by the caller */
} GrownNode;

#define NO_HISTOGRAM (-1)

/*
 * Rows that stand somewhere else: the grower then has no order of them.  Nodes are called by their
 * index; a parted node's children will have the next two.
 */
typedef struct GrowerRows
{
	Status (*sum_up)(void *context, int32_t node, Gathering *gathering);
	/* Sums one side up, unless gathering is NULL; *n_left: rows of the tree that went left. */
	Status (*part)(void *context, int32_t node, Gathering *gathering, bool gathers_left,
				   int32_t *n_left);
	void *context;
	const Records *near; /* those that grower_add_root adds; there are at most `most` of them */
	int32_t most;
	size_t histogram_bytes; /* that the pool may have */
} GrowerRows;

/* What a thread sums up in: for the caller's only the second is used. */
typedef struct GrowerRoom
{
	Histogram sums;
	Histogram narrow;
} GrowerRoom;

typedef struct Grower
{
	const Records *records;
	const GrowOptions *options;
	const Allocator *allocator;
	const StopCheck *stop;
	ParallelPool *pool;	   /* may be NULL */
	const GrowerRows *far; /* NULL: rows stand in records */
	int32_t *order;		   /* rows by leaf; the caller puts those of the root in */
	int32_t *scratch;	   /* rows that go right */
	int32_t n_order;	   /* places in order */
	uint8_t *goes_left;	   /* by code, of the split at hand */
	int32_t codes;		   /* room in goes_left */
	int32_t *slots;		   /* all, in the order of drawing */
	SplitSearch search;
	int32_t n_nodes;
	int32_t capacity;
	GrownNode *nodes;		/* the root first */
	int32_t words_capacity; /* nodes that there are words for */
	uint32_t *words;		/* n_words a node */
	int32_t n_words;
	int32_t n_open;
	int32_t n_leaves;
	Histogram *places;	  /* of histograms */
	int32_t *free_places; /* those not taken */
	int32_t pool_size;
	int32_t pool_capacity;
	int32_t n_free;
	GrowerRoom *rooms;	   /* one a thread; zero and narrow between uses */
	Gathering *gatherings; /* one a thread */
	int32_t *went_left;	   /* rows of each chunk of a node */
	uint64_t seed;		   /* of the tree, for drawing slots */
} Grower;

/*
 * The options may change from tree to tree; they, records, allocator, stop, pool and far outlive the
 * grower.  far: NULL, or where the rows are that records describes; pool is then NULL.
 */
extern Status grower_create(Grower *grower, const Records *records, const GrowOptions *options,
							const Allocator *allocator, const StopCheck *stop, ParallelPool *pool,
							const GrowerRows *far);
extern void grower_release(Grower *grower);

/*
 * grower_begin, grower_add_root
 *		A new tree, whose root gets its rows: n of order from `first` on, which the caller has put there.
 *
 * is_all: order is 0, 1, 2, ... through all rows.  To be called while the rows' records
 * are near, of which each call reads its own; by several threads at once, each by its number.
 */
extern Status grower_begin(Grower *grower, uint64_t seed);
extern void grower_add_root(Grower *grower, int32_t first, int32_t n, bool is_all, int32_t worker);

/*
 * grower_grow
 *		Grows the tree over the rows that were added, which have these sums.
 *
 * The leaves are then the nodes with left == TREE_LEAF, each with its rows.
 */
extern Status grower_grow(Grower *grower, Sums sums);

/* The leaf of a row of the same bins. */
extern int32_t grower_leaf(const Grower *grower, const BinnedRows *rows, int32_t row);

/* The tree as a value for `output`; value and cover of the leaves are set. */
extern Status grower_tree(const Grower *grower, int32_t output, const Allocator *allocator,
						  Tree *tree);

#endif /* ORCHARD_KERNEL_TREE_GROW_H */
