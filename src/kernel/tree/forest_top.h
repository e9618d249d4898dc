/*
 * forest_top.h: the top of a tree whose rows are too many for memory.
 *
 * Its nodes stand in the order in which they were opened.  An open node waits for
 * its rows: to be summed up by bin, which ends in a split or a leaf, or, once
 * they are few enough, to be gathered, and the part of the tree below it grown
 * in memory.  Such parts go to the store at once, so that growing holds the tops
 * only.  When no node is open, and memory is needed for nothing else, all is put
 * together in preorder.
 */
#ifndef ORCHARD_KERNEL_TREE_FOREST_TOP_H
#define ORCHARD_KERNEL_TREE_FOREST_TOP_H

#include "kernel/tree/forest_state.h"

#define TOP_NONE (-1)

/* What is done with the rows of an open node in a pass. */
typedef enum OpenWork
{
	OPEN_WAITS,
	OPEN_SUMS,	 /* sums of all, the first time, and by bin of the slots asked for */
	OPEN_GATHERS /* they come into memory */
} OpenWork;

typedef struct OpenNode
{
	int32_t at; /* in the top's nodes */
	int32_t depth;
	uint64_t seed;
	int64_t most;  /* items that it is expected to have, and hardly more; exact once seen */
	bool is_leaf;  /* may not be split */
	bool is_known; /* the sums of all are there */
	bool differs;  /* in the target */
	double first;  /* target of some item */
	ForestSums sums;
	WideInteger leaf; /* of forest_leaf_part */
	int64_t *classes; /* n_outputs, when there are several */
	Split best;		  /* by the slots looked at so far; its words are its own */
	int32_t looked;	  /* slots */
	int32_t varied;	  /* of them */
	OpenWork work;	  /* in the pass at hand */
	int64_t seen;	  /* items in this pass */
	int32_t asked;	  /* number of slots */
	int32_t ask;	  /* the first */
	int32_t gathered; /* number of its gathering */
	bool is_grown;	  /* what is below it */
} OpenNode;

/* What was grown in memory below a node, in the store: its nodes, words, and shares. */
typedef struct StoredPart
{
	int64_t place;
	int32_t n_nodes;
	uint32_t n_words;
} StoredPart;

typedef struct OpenTree
{
	int32_t number;
	bool draws_all; /* every row, once */
	bool has_work;	/* in the pass at hand */
	uint64_t row_seed;
	TreeDraft top; /* of a node without children: left = its open node, right = its part, or none */
	OpenNode *open; /* in no order */
	int32_t n_open;
	size_t open_capacity;
	StoredPart *parts;
	int32_t n_parts;
	size_t parts_capacity;
} OpenTree;

/* A tree of which nothing but the root is there, open. */
extern Status open_tree_begin(OpenTree *tree, const Forest *forest, int32_t number, bool draws_all);
extern void open_tree_release(OpenTree *tree, const Forest *forest);

/* Room for the sums of classes and the words of a split. */
extern Status open_node_prepare(OpenNode *node, const Forest *forest);

/* An open node ends as a leaf by its sums, closed. */
extern void open_node_end(OpenTree *tree, const Forest *forest, int32_t o);

/* It is split by its best split, closed; its children are open. */
extern Status open_node_split(OpenTree *tree, const Forest *forest, int32_t o);

/* What grew below it in memory, the forest's draft, goes to the store; it is to be closed. */
extern Status open_node_grown(OpenTree *tree, const Forest *forest, int32_t o);

/* It is open no more; the last open node takes its place. */
extern void open_node_close(OpenTree *tree, const Forest *forest, int32_t o);

/* Bytes that the tree holds, and those that it may grow by in a pass. */
extern size_t open_tree_bytes(const OpenTree *tree);

/* Nodes that it has so far, of its parts too. */
extern size_t open_tree_nodes(const OpenTree *tree);

/* No node is open any more: only what joining needs is held. */
extern Status open_tree_rest(OpenTree *tree, const Forest *forest);

/* A tree at rest becomes the ensemble's next, one an output. */
extern Status open_tree_join(const OpenTree *tree, Forest *forest);

#endif /* ORCHARD_KERNEL_TREE_FOREST_TOP_H */
