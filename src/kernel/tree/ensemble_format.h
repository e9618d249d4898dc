/*
 * ensemble_format.h: what encoder, decoder and scorer of stored trees share; docs/model-format.md has the bytes.
 */
#ifndef ORCHARD_KERNEL_TREE_ENSEMBLE_FORMAT_H
#define ORCHARD_KERNEL_TREE_ENSEMBLE_FORMAT_H

#include "kernel/codec/bytes.h"
#include "kernel/tree/ensemble.h"

/*
 * How a tree is written, a bit for each: covers are whole numbers of the leaves, of which an inner node
 * has the sum, or, when they are not such numbers, a double a node; values of leaves are doubles or, when
 * all of them can be, singles.
 */
#define TREE_FORMAT_WEIGHTS 1
#define TREE_FORMAT_SINGLES 2

/* The largest whole number up to which doubles have all of them. */
#define TREE_FORMAT_MAX_COUNT UINT64_C(9007199254740992)

/* Least encoded bytes: what bounds counts by the bytes that are left. */
#define TREE_FORMAT_LEAF_SIZE 5
#define TREE_FORMAT_INNER_SIZE 2
#define TREE_FORMAT_TREE_SIZE (4 + TREE_FORMAT_LEAF_SIZE)

/* Bytes of a question, of which there are `n`: what can be asked, with either side for what is missing. */
static inline size_t
tree_code_size(size_t n)
{
	return n <= UINT16_MAX / 2 ? 2 : 4;
}

/* Question i of a tree: 2 * its place + 1 when what is missing goes left. */
static inline size_t
tree_code(const uint8_t *codes, size_t size, size_t i)
{
	return size == 2 ? (size_t) codes[2 * i] | (size_t) codes[2 * i + 1] << 8 :
					   load_u32(codes + 4 * i);
}

/* Is node i an inner one? */
static inline uint32_t
tree_shape_bit(const uint8_t *shape, size_t i)
{
	return (uint32_t) shape[i / 8] >> i % 8 & 1;
}

static inline size_t
tree_shape_size(size_t n_leaves)
{
	return (2 * n_leaves - 1 + 7) / 8;
}

/* Bytes of a subset of the levels. */
static inline size_t
tree_subset_size(uint32_t n_levels)
{
	return ((size_t) n_levels + 7) / 8;
}

/* Bytes of a leaf's value in a tree of this form. */
static inline size_t
tree_value_size(uint8_t form)
{
	return form & TREE_FORMAT_SINGLES ? 4 : 8;
}

/* The value of a leaf of such a tree, not judged. */
static inline double
tree_read_value(ByteReader *reader, uint8_t form)
{
	return form & TREE_FORMAT_SINGLES ? read_single(reader) : read_double(reader);
}

/* Are the covers of the tree whole numbers, those of inner nodes the sums of their children's? */
extern bool tree_counts_rows(const Tree *tree);

/* Are the values of all its leaves written as singles? */
extern bool tree_has_singles(const Tree *tree);

#endif /* ORCHARD_KERNEL_TREE_ENSEMBLE_FORMAT_H */
