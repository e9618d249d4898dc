/*
 * order_tree.h: a sorted multiset of 64-bit keys that finds its k-th key.
 *
 * The order is that of unsigned integers, or the caller's: then a key may stand for
 * something larger, as a pointer does.
 *
 * A B+-tree whose inner nodes count the keys below each child.  A small set is
 * one leaf, a plain sorted array that grows with it; a leaf has at most
 * ORDER_LEAF_KEYS keys, so that moving them costs less than a cache miss or two,
 * and an inner node at most ORDER_FAN children.  A node that falls below a quarter
 * joins a neighbour if both fit three quarters, so two neighbours together have at
 * least a quarter: usually less than two words a key are held, never more than
 * eight and one leaf, however keys come and go.
 *
 * All operations take O(log n).  Keys may repeat.  A zeroed OrderTree is empty.
 * Source: Bayer, McCreight, "Organization and maintenance of large ordered
 * indexes", Acta Informatica 1, 1972; counts as in Knuth, TAOCP 3, 6.2.3.
 */
#ifndef ORCHARD_KERNEL_WINDOW_ORDER_TREE_H
#define ORCHARD_KERNEL_WINDOW_ORDER_TREE_H

#include "kernel/base/memory.h"

#define ORDER_LEAF_KEYS 255 /* a leaf of 2 kB */
#define ORDER_FAN 64

/* Less than, equal to or greater than 0 as a is below, level with or above b. */
typedef int (*OrderCompare)(uint64_t a, uint64_t b);

typedef struct OrderTree
{
	void *root;			  /* a leaf when depth is 0; NULL while there was no key; owned */
	int depth;			  /* levels of inner nodes */
	uint64_t n;			  /* keys */
	OrderCompare compare; /* NULL: as unsigned integers; set in an empty tree */
} OrderTree;

/* One more key.  OUT_OF_MEMORY, TOO_LARGE: the keys are as before. */
extern Status order_tree_insert(OrderTree *tree, const Allocator *allocator, uint64_t key);

/* One key fewer: *taken, level with `key`.  INVALID when there is none such: unchanged. */
extern Status order_tree_take(OrderTree *tree, const Allocator *allocator, uint64_t key,
							  uint64_t *taken);

/* The same, where level keys are the same key. */
static inline Status
order_tree_remove(OrderTree *tree, const Allocator *allocator, uint64_t key)
{
	uint64_t taken;

	return order_tree_take(tree, allocator, key, &taken);
}

/*
 * The keys from the k-th on (0 is the smallest, k < n) as far as they lie together; *length, at
 * least 1, says how many.  Valid until the tree changes.
 */
extern const uint64_t *order_tree_from(const OrderTree *tree, uint64_t k, uint32_t *length);

/* How many keys are below `key`. */
extern uint64_t order_tree_below(const OrderTree *tree, uint64_t key);

/* The rank of a key among those of a tree that is not empty: (below + (level + 1) / 2) / n. */
extern double order_tree_rank(const OrderTree *tree, uint64_t key);

/* Gives all nodes back; the tree is empty, in the same order. */
extern void order_tree_release(OrderTree *tree, const Allocator *allocator);

#endif /* ORCHARD_KERNEL_WINDOW_ORDER_TREE_H */
