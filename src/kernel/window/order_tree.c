/*
 * order_tree.c: descent, splits on the way down, joins on the way up.
 *
 * Invariant: least[i] is the smallest key below child i, exactly.  So the last
 * child whose least key is not above a key holds that key when any does.
 */
#include "kernel/window/order_tree.h"

#include <string.h>

#define FIRST_LEAF_KEYS 16
#define MAX_DEPTH 24 /* two neighbours have a quarter of a node: eight children a node on average */

typedef struct Leaf
{
	uint32_t n;
	uint32_t capacity; /* ORDER_LEAF_KEYS, less only in a root that still grows */
	uint64_t keys[];   /* ascending */
} Leaf;

typedef struct Inner
{
	uint32_t n;					/* children */
	uint64_t least[ORDER_FAN];	/* smallest key below each child, ascending */
	uint64_t counts[ORDER_FAN]; /* keys below each child */
	void *children[ORDER_FAN];	/* owned */
} Inner;

/* The way from the root to a leaf: at each level the node and the child that was taken. */
typedef struct Path
{
	Inner *nodes[MAX_DEPTH + 1]; /* by level; level 1 is above the leaves */
	uint32_t children[MAX_DEPTH + 1];
} Path;

/* How many of n ascending keys are not above `key`; no branch depends on a key. */
static inline uint32_t
count_not_above(const uint64_t *keys, uint32_t n, uint64_t key)
{
	const uint64_t *base = keys;

	while (n > 1)
	{
		uint32_t half = n / 2;

		base += half & -(uint32_t) (base[half - 1] <= key);
		n -= half;
	}
	return (uint32_t) (base - keys) + (n == 1 && *base <= key);
}

/* The same in the caller's order; with_level: those level with `key` count, too. */
static __attribute__((noinline)) uint32_t
count_up_to(OrderCompare compare, const uint64_t *keys, uint32_t n, uint64_t key, bool with_level)
{
	uint32_t first = 0;

	while (first < n)
	{
		uint32_t middle = first + (n - first) / 2;
		int order = compare(keys[middle], key);

		if (order < 0 || (order == 0 && with_level))
			first = middle + 1;
		else
			n = middle;
	}
	return first;
}

/* Where `key` belongs among n ascending keys: after those level with it. */
static inline uint32_t
place_of(const OrderTree *tree, const uint64_t *keys, uint32_t n, uint64_t key)
{
	if (__builtin_expect(tree->compare != NULL, 0))
		return count_up_to(tree->compare, keys, n, key, true);
	return count_not_above(keys, n, key);
}

/* The child where `key` belongs. */
static inline uint32_t
child_of(const OrderTree *tree, const Inner *inner, uint64_t key)
{
	uint32_t i = place_of(tree, inner->least, inner->n, key);

	return i - (i > 0);
}

static inline bool
is_below(const OrderTree *tree, uint64_t a, uint64_t b)
{
	return __builtin_expect(tree->compare != NULL, 0) ? tree->compare(a, b) < 0 : a < b;
}

static inline bool
is_level(const OrderTree *tree, uint64_t a, uint64_t b)
{
	return __builtin_expect(tree->compare != NULL, 0) ? tree->compare(a, b) == 0 : a == b;
}

static size_t
leaf_size(uint32_t capacity)
{
	return sizeof(Leaf) + capacity * sizeof(uint64_t);
}

static Leaf *
leaf_create(const Allocator *allocator, uint32_t capacity)
{
	Leaf *leaf = memory_allocate(allocator, 1, leaf_size(capacity));

	if (leaf != NULL)
	{
		leaf->n = 0;
		leaf->capacity = capacity;
	}
	return leaf;
}

static void
node_release(void *node, int level, const Allocator *allocator)
{
	memory_release(allocator, node, 1,
				   level > 0 ? sizeof(Inner) : leaf_size(((Leaf *) node)->capacity));
}

static inline uint32_t
node_length(const void *node, int level)
{
	return level > 0 ? ((const Inner *) node)->n : ((const Leaf *) node)->n;
}

static inline uint64_t
node_least(const void *node, int level)
{
	return level > 0 ? ((const Inner *) node)->least[0] : ((const Leaf *) node)->keys[0];
}

static inline uint32_t
node_capacity(int level)
{
	return level > 0 ? ORDER_FAN : ORDER_LEAF_KEYS;
}

/* The leaf where `key` belongs, and the way there. */
static inline Leaf *
descend(const OrderTree *tree, uint64_t key, Path *path)
{
	void *node = tree->root;
	int level;

	for (level = tree->depth; level > 0; level--)
	{
		Inner *inner = node;
		uint32_t i = child_of(tree, inner, key);

		path->nodes[level] = inner;
		path->children[level] = i;
		node = inner->children[i];
	}
	return node;
}

/* Moves what is at `from` and after it by `step` places (1 or -1). */
static void
shift_children(Inner *inner, uint32_t from, int step)
{
	size_t n = inner->n - from;
	uint32_t to = from + (uint32_t) step;

	memmove(inner->least + to, inner->least + from, n * sizeof(uint64_t));
	memmove(inner->counts + to, inner->counts + from, n * sizeof(uint64_t));
	memmove(inner->children + to, inner->children + from, n * sizeof(void *));
	inner->n += (uint32_t) step;
}

/* Moves the children of `from` from place `start` on to the end of `to`; returns the keys below them. */
static uint64_t
move_children(Inner *to, Inner *from, uint32_t start)
{
	size_t n = from->n - start;
	uint64_t keys = 0;
	size_t i;

	for (i = start; i < from->n; i++)
		keys += from->counts[i];
	memcpy(to->least + to->n, from->least + start, n * sizeof(uint64_t));
	memcpy(to->counts + to->n, from->counts + start, n * sizeof(uint64_t));
	memcpy(to->children + to->n, from->children + start, n * sizeof(void *));
	to->n += (uint32_t) n;
	from->n = start;
	return keys;
}

/* The same for the keys of a leaf. */
static uint64_t
move_keys(Leaf *to, Leaf *from, uint32_t start)
{
	uint32_t n = from->n - start;

	memcpy(to->keys + to->n, from->keys + start, n * sizeof(uint64_t));
	to->n += n;
	from->n = start;
	return n;
}

/* Gives half of child i, at `level`, to a new child after it; the parent has room. */
static Status
split_child(Inner *parent, uint32_t i, int level, const Allocator *allocator)
{
	void *child = parent->children[i];
	uint32_t half = node_capacity(level) / 2;
	void *right;
	uint64_t moved;

	if (level > 0)
	{
		right = memory_allocate(allocator, 1, sizeof(Inner));
		if (right == NULL)
			return KERNEL_OUT_OF_MEMORY;
		((Inner *) right)->n = 0;
		moved = move_children(right, child, half);
	}
	else
	{
		right = leaf_create(allocator, ORDER_LEAF_KEYS);
		if (right == NULL)
			return KERNEL_OUT_OF_MEMORY;
		moved = move_keys(right, child, half);
	}
	shift_children(parent, i + 1, 1);
	parent->counts[i] -= moved;
	parent->counts[i + 1] = moved;
	parent->least[i + 1] = node_least(right, level);
	parent->children[i + 1] = right;
	return KERNEL_OK;
}

/* A first inner node, or one more level. */
static Status
raise_root(OrderTree *tree, const Allocator *allocator)
{
	Inner *root;

	if (tree->depth == MAX_DEPTH)
		return KERNEL_TOO_LARGE;
	root = memory_allocate(allocator, 1, sizeof(Inner));
	if (root == NULL)
		return KERNEL_OUT_OF_MEMORY;
	root->n = 1;
	root->least[0] = node_least(tree->root, tree->depth);
	root->counts[0] = tree->n;
	root->children[0] = tree->root;
	tree->root = root;
	tree->depth++;
	return KERNEL_OK;
}

/* A larger leaf in place of a root that is one. */
static Status
grow_leaf(OrderTree *tree, const Allocator *allocator)
{
	Leaf *leaf = tree->root;
	uint32_t capacity = leaf == NULL ? FIRST_LEAF_KEYS : leaf->capacity * 2;
	Leaf *grown;

	if (capacity > ORDER_LEAF_KEYS)
		capacity = ORDER_LEAF_KEYS;
	grown = leaf_create(allocator, capacity);
	if (grown == NULL)
		return KERNEL_OUT_OF_MEMORY;
	if (leaf != NULL)
	{
		move_keys(grown, leaf, 0);
		node_release(leaf, 0, allocator);
	}
	tree->root = grown;
	return KERNEL_OK;
}

/* Makes room in the leaf where `key` belongs, by splits from the root down.  Keys stay as they are. */
static __attribute__((noinline)) Status
make_room(OrderTree *tree, const Allocator *allocator, uint64_t key)
{
	Status status = KERNEL_OK;
	Inner *inner;
	int level;

	if (tree->root == NULL ||
		(tree->depth == 0 && ((Leaf *) tree->root)->capacity < ORDER_LEAF_KEYS))
		return grow_leaf(tree, allocator);
	if (node_length(tree->root, tree->depth) == node_capacity(tree->depth))
		status = raise_root(tree, allocator);
	inner = tree->root;
	for (level = tree->depth; level > 0 && status == KERNEL_OK; level--)
	{
		uint32_t i = child_of(tree, inner, key);

		if (node_length(inner->children[i], level - 1) == node_capacity(level - 1))
		{
			status = split_child(inner, i, level - 1, allocator);
			if (status == KERNEL_OK && !is_below(tree, key, inner->least[i + 1]))
				i++;
		}
		inner = inner->children[i];
	}
	return status;
}

Status
order_tree_insert(OrderTree *tree, const Allocator *allocator, uint64_t key)
{
	Path path;
	Leaf *leaf = NULL;
	uint32_t place;
	int level;

	if (tree->root != NULL)
		leaf = descend(tree, key, &path);
	if (__builtin_expect(tree->root == NULL || leaf->n == leaf->capacity, 0))
	{
		Status status = make_room(tree, allocator, key);

		if (status != KERNEL_OK)
			return status;
		leaf = descend(tree, key, &path);
	}
	place = place_of(tree, leaf->keys, leaf->n, key);
	memmove(leaf->keys + place + 1, leaf->keys + place, (leaf->n - place) * sizeof(uint64_t));
	leaf->keys[place] = key;
	leaf->n++;
	for (level = 1; level <= tree->depth; level++)
	{
		Inner *inner = path.nodes[level];
		uint32_t i = path.children[level];

		inner->counts[i]++;
		if (is_below(tree, key, inner->least[i]))
			inner->least[i] = key;
	}
	tree->n++;
	return KERNEL_OK;
}

/* Joins child `left` and the next one when both fit well into one node; says whether. */
static bool
join_children(Inner *parent, uint32_t left, int level, const Allocator *allocator)
{
	void *into = parent->children[left];
	void *from = parent->children[left + 1];

	if (node_length(into, level) + node_length(from, level) > node_capacity(level) / 4 * 3)
		return false;
	if (level > 0)
		move_children(into, from, 0);
	else
		move_keys(into, from, 0);
	parent->counts[left] += parent->counts[left + 1];
	node_release(from, level, allocator);
	shift_children(parent, left + 2, -1);
	return true;
}

/* After a key has left: counts, least keys, empty and sparse nodes along the way to it. */
static void
settle(OrderTree *tree, const Path *path, const Allocator *allocator)
{
	int level;

	for (level = 1; level <= tree->depth; level++)
	{
		Inner *parent = path->nodes[level];
		uint32_t i = path->children[level];
		void *child = parent->children[i];
		uint32_t length = node_length(child, level - 1);

		parent->counts[i]--;
		if (length == 0)
		{
			node_release(child, level - 1, allocator);
			shift_children(parent, i + 1, -1);
			continue;
		}
		parent->least[i] = node_least(child, level - 1);
		if (length >= node_capacity(level - 1) / 4)
			continue;
		if (!(i > 0 && join_children(parent, i - 1, level - 1, allocator)) && i + 1 < parent->n)
			join_children(parent, i, level - 1, allocator);
	}
	while (tree->depth > 0 && node_length(tree->root, tree->depth) == 1)
	{
		Inner *root = tree->root;

		tree->root = root->children[0];
		node_release(root, tree->depth, allocator);
		tree->depth--;
	}
}

Status
order_tree_take(OrderTree *tree, const Allocator *allocator, uint64_t key, uint64_t *taken)
{
	Path path;
	Leaf *leaf;
	uint32_t place;

	if (tree->n == 0)
		return KERNEL_INVALID;
	leaf = descend(tree, key, &path);
	place = place_of(tree, leaf->keys, leaf->n, key);
	if (place == 0 || !is_level(tree, leaf->keys[place - 1], key))
		return KERNEL_INVALID;
	*taken = leaf->keys[place - 1];
	memmove(leaf->keys + place - 1, leaf->keys + place, (leaf->n - place) * sizeof(uint64_t));
	leaf->n--;
	tree->n--;
	settle(tree, &path, allocator);
	return KERNEL_OK;
}

const uint64_t *
order_tree_from(const OrderTree *tree, uint64_t k, uint32_t *length)
{
	const void *node = tree->root;
	const Leaf *leaf;
	int level;

	for (level = tree->depth; level > 0; level--)
	{
		const Inner *inner = node;
		uint32_t i;

		for (i = 0; k >= inner->counts[i]; i++)
			k -= inner->counts[i];
		node = inner->children[i];
	}
	leaf = node;
	*length = leaf->n - (uint32_t) k;
	return leaf->keys + k;
}

/* How many of n ascending keys are below `key`; with_level: or level with it. */
static uint32_t
count_among(const OrderTree *tree, const uint64_t *keys, uint32_t n, uint64_t key, bool with_level)
{
	if (with_level)
		return place_of(tree, keys, n, key);
	if (tree->compare != NULL)
		return count_up_to(tree->compare, keys, n, key, false);
	return key == 0 ? 0 : count_not_above(keys, n, key - 1);
}

/* The same of all keys of the tree. */
static uint64_t
count_in(const OrderTree *tree, uint64_t key, bool with_level)
{
	const void *node = tree->root;
	uint64_t below = 0;
	const Leaf *leaf;
	int level;

	if (tree->n == 0)
		return 0;
	for (level = tree->depth; level > 0; level--)
	{
		const Inner *inner = node;
		uint32_t taken = count_among(tree, inner->least, inner->n, key, with_level);
		uint32_t i;

		if (taken == 0)
			return below;
		for (i = 0; i + 1 < taken; i++)
			below += inner->counts[i];
		node = inner->children[taken - 1];
	}
	leaf = node;
	return below + count_among(tree, leaf->keys, leaf->n, key, with_level);
}

uint64_t
order_tree_below(const OrderTree *tree, uint64_t key)
{
	return count_in(tree, key, false);
}

double
order_tree_rank(const OrderTree *tree, uint64_t key)
{
	uint64_t below = count_in(tree, key, false);
	uint64_t through = count_in(tree, key, true);

	return ((double) below + ((double) (through - below) + 1.0) / 2.0) / (double) tree->n;
}

/* A node and all below it; as deep as the tree, which is a dozen levels at most. */
static void
release_below(void *node, int level, const Allocator *allocator)
{
	uint32_t i;

	for (i = 0; level > 0 && i < node_length(node, level); i++)
		release_below(((Inner *) node)->children[i], level - 1, allocator);
	node_release(node, level, allocator);
}

void
order_tree_release(OrderTree *tree, const Allocator *allocator)
{
	if (tree->root != NULL)
		release_below(tree->root, tree->depth, allocator);
	*tree = (OrderTree){.compare = tree->compare};
}
